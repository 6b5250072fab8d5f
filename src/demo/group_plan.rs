//! What can be planted among groups: a plan fixes the fate of a few groups of one owner first, then says which names,
//! members, owners and rows of the group map must lead to it.

use super::accounts::Kind;
use super::world::World;
use crate::schema::vocabulary::GroupMatchMethod;

/// Whose groups they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// An account that takes part.
    Enrolled,
    /// An enrolled account that failed the pre-assessment.
    Failed,
    /// An account that is not in the accounts list.
    Outside,
    /// A member who left, who is in no accounts list either.
    Left,
    /// Nobody knows: the group is listed, and was never asked for.
    Unknown,
}

impl Home {
    /// Whether an account of `kind` can be one.
    pub fn holds(self, kind: Kind) -> bool {
        match self {
            Self::Enrolled => kind.enrolled() && kind != Kind::AssessmentFailed,
            Self::Failed => kind == Kind::AssessmentFailed,
            Self::Outside => kind.dumped_at_source() && !kind.enrolled(),
            Self::Left => kind == Kind::Left,
            Self::Unknown => false,
        }
    }
}

/// What the world has to offer for a plan to be possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Map,
    SharedUnionids,
    DisjointUnionids,
}

impl Needs {
    /// Whether it is offered.
    pub fn met(self, world: &World) -> bool {
        match self {
            Self::Nothing => true,
            Self::Map => world.group_map,
            Self::SharedUnionids => world.shared_unionids,
            Self::DisjointUnionids => !world.shared_unionids,
        }
    }
}

/// One of the names of a plan's groups: each differs from every other name of its owner's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    First,
    Second,
    Third,
    /// Groups may have no name.
    None,
}

/// What the dump knows of the members' unionids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unionids {
    /// Every external member's.
    All,
    /// Most; of one and the same person in both corps or in neither.
    Most,
    None,
    /// At the target: those of the source corp's namespace, though the corps' namespaces are disjoint.
    OfTheSource,
}

/// The external members: a stretch of the plan's people, in sixths of a group.
#[derive(Debug, Clone, Copy)]
pub struct Crowd {
    pub from: u64,
    pub to: u64,
    pub unionids: Unionids,
}

/// Under whom a group stands: at the target, under the account that this one is mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Home,
    /// Another account that takes part.
    Other,
}

/// When a group of the source corp was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    Before,
    /// The last second before the start.
    JustBefore,
    /// The very start, which is late already.
    AtStart,
    After,
}

/// What is decided about a group, whatever its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is this one of the plan's groups of the target corp.
    Arrived(GroupMatchMethod, usize),
    Missing,
    Ambiguous,
    NoKey,
}

/// Whether source-after still lists a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// If it did not arrive.
    Unless,
    Yes,
    No,
}

/// A group of the source corp.
#[derive(Debug, Clone, Copy)]
pub struct Here {
    pub title: Title,
    pub crowd: Crowd,
    pub fate: Fate,
    pub owner: Owner,
    pub created: Created,
    pub stays: Stays,
}

impl Here {
    /// A group from before the start, under the plan's own account.
    pub const fn new(title: Title, crowd: Crowd, fate: Fate) -> Self {
        Self { title, crowd, fate, owner: Owner::Home, created: Created::Before, stays: Stays::Unless }
    }

    /// Under another account.
    pub const fn other(self) -> Self {
        Self { owner: Owner::Other, ..self }
    }

    /// Created at another time.
    pub const fn created(self, created: Created) -> Self {
        Self { created, ..self }
    }

    /// Still listed afterwards.
    pub const fn stays(self) -> Self {
        Self { stays: Stays::Yes, ..self }
    }

    /// Dissolved, or moved: no longer listed.
    pub const fn goes(self) -> Self {
        Self { stays: Stays::No, ..self }
    }
}

/// A group of the target corp.
#[derive(Debug, Clone, Copy)]
pub struct There {
    pub title: Title,
    pub crowd: Crowd,
    pub owner: Owner,
}

impl There {
    /// A group of the account that the plan's own account is mapped to.
    pub const fn new(title: Title, crowd: Crowd) -> Self {
        Self { title, crowd, owner: Owner::Home }
    }

    /// Under the target account of another one.
    pub const fn other(self) -> Self {
        Self { owner: Owner::Other, ..self }
    }
}

/// A row of the group map, by the places of groups in the plan.
#[derive(Debug, Clone, Copy)]
pub enum MapRow {
    To(usize, usize),
    /// To a group that the target corp does not hold.
    Nowhere(usize),
}

/// One planted pattern.
#[derive(Debug)]
pub struct GroupPlan {
    /// What the truth calls it.
    pub label: &'static str,
    pub home: Home,
    pub needs: Needs,
    /// How often it is chosen among those that fill up large cases.
    pub weight: u64,
    pub here: &'static [Here],
    pub there: &'static [There],
    pub map: &'static [MapRow],
}

impl GroupPlan {
    /// Whether groups of two accounts take part in it.
    pub fn of_two(&self) -> bool {
        self.here.iter().any(|group| group.owner == Owner::Other)
            || self.there.iter().any(|group| group.owner == Owner::Other)
    }
}
