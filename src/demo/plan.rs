//! What can be planted: a plan fixes the fate of relations first, then says which data must lead to it.

use super::accounts::Kind;
use super::customers::Key;
use super::world::World;
use crate::schema::vocabulary::{Origin, Outcome, Reason, Scope};

/// How a relation stands in source-before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In the pages of `batch/get_by_user`.
    Full,
    /// As `Full`, and added at or after the start.
    Late,
    /// In the pages, with neither unionid nor name.
    Blank,
    /// An id in `externalcontact/list`, and nothing more.
    ListOnly,
    /// As `Full`, and in the unassigned list.
    Unassigned,
    /// In the unassigned list, and nowhere else.
    UnassignedOnly,
    /// In `contact_list`, as no customer.
    NotCustomer,
    /// As `NotCustomer`, and without an id.
    NotCustomerNoId,
}

/// When the relation of the target corp was made, and whether target-before holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Between start and end.
    Window,
    /// After the end.
    Later,
    /// The dump has no time.
    NoTime,
    /// Only an id in `externalcontact/list`: no time either.
    IdOnly,
    /// Before the start; target-before does not hold it.
    Old,
    /// Before the start, and in target-before.
    OldBefore,
    /// In target-before, and neither dump has its time.
    NoTimeBefore,
    /// In target-before only: gone since.
    Gone,
}

/// Whose customer it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Nobody else's.
    Own,
    /// A customer of another account too (B4), who migrates there; several accounts may share one.
    Shared,
    /// As `Shared`, but of exactly one other account.
    Lent,
    /// Nobody else's, with the name of a customer of another account.
    Namesake,
    /// One of the contested customers of the account before.
    Contested,
}

/// What the list of refusals says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    None,
    ById,
    ByIdOfMember,
    ByUnionid,
    ByName,
    ByNameOfMember,
    /// By a name that two customers bear: it matches neither.
    ByNameOfTwo,
}

/// Where a misplaced relation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Under a target account that another source account is mapped to.
    Enrolled,
    /// Under a target account that nothing is mapped to.
    Bystander,
}

/// One relation of source-before, and at most one of target-after.
#[derive(Debug, Clone, Copy)]
pub struct One {
    pub form: Form,
    pub key: Key,
    pub owner: Owner,
    /// None: it did not arrive.
    pub arrival: Option<When>,
    pub refusal: Refusal,
}

/// Which data the plan fabricates.
#[derive(Debug, Clone, Copy)]
pub enum Recipe {
    /// The plain case.
    One(One),
    /// One key borne by several relations of an account, on both sides.
    Several { key: Key, sources: u64, targets: u64, refusal: Refusal },
    /// The customer stands elsewhere, since the start.
    Misplaced(Key, Place),
    /// Two accounts have lost the customer, a third one has found them once.
    Contested,
    /// The customer stands elsewhere, in a way that proves nothing.
    Elsewhere(When),
    /// A target relation with the same name and another unionid.
    NamesakeUnionid,
    /// The customer map sends the customer to an id that is not there; somebody of the same name is.
    MapElsewhere,
    /// Somebody of the same name is there, whom the map knows as another customer.
    MapOther,
    /// Two relations with one unionid, of which the map names one: that one arrived, the other has the plan's fate.
    MapResolves,
    /// Two rows of the map contradict each other: neither counts.
    TwoMapRows,
    /// No relation of source-before: one of the target corp, of `Owner::Own` or `Owner::Lent`.
    Extra(Owner, When, Origin),
}

/// What the world has to offer for a plan to be possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Nothing,
    Map,
    SharedUnionids,
    MapAndSharedUnionids,
    MapOrSharedUnionids,
    TargetBefore,
}

impl Needs {
    fn met(self, world: &World) -> bool {
        match self {
            Self::Nothing => true,
            Self::Map => world.customer_map,
            Self::SharedUnionids => world.shared_unionids,
            Self::MapAndSharedUnionids => world.customer_map && world.shared_unionids,
            Self::MapOrSharedUnionids => world.customer_map || world.shared_unionids,
            Self::TargetBefore => world.target_before,
        }
    }
}

/// How much of an account follows the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// So many relations in 10,000.
    Of(u64),
    /// What no other plan takes.
    Rest,
}

/// What was decided for a relation of source-before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    pub scope: Scope,
    pub outcome: Outcome,
    pub reason: Option<Reason>,
}

/// One planted pattern.
#[derive(Debug)]
pub struct Plan {
    /// What the truth calls it.
    pub label: &'static str,
    /// Which accounts it is planted in.
    pub homes: &'static [Kind],
    pub needs: Needs,
    pub share: Share,
    /// How often at least: in the whole case for normal accounts, in each account of the others.
    pub planted: u64,
    /// Of its relations of source-before; an extra has none.
    pub fate: Fate,
    pub recipe: Recipe,
}

impl Plan {
    /// Whether it can be planted in accounts of `kind`.
    pub fn fits(&self, world: &World, kind: Kind) -> bool {
        self.homes.contains(&kind) && self.needs.met(world)
    }

    /// Relations of source-before for each time it is planted.
    pub fn sources(&self) -> u64 {
        match self.recipe {
            Recipe::Several { sources, .. } => sources,
            Recipe::MapResolves => 2,
            Recipe::Extra(..) => 0,
            _ => 1,
        }
    }

    /// Relations of target-after under the account's own target account, for each time it is planted.
    pub fn targets(&self) -> u64 {
        match self.recipe {
            Recipe::One(one) => u64::from(one.arrival.is_some_and(|when| when != When::Gone)),
            Recipe::Several { targets, .. } => targets,
            Recipe::Extra(_, when, _) => u64::from(when != When::Gone),
            Recipe::Misplaced(..) | Recipe::Contested | Recipe::Elsewhere(_) => 0,
            Recipe::NamesakeUnionid
            | Recipe::MapElsewhere
            | Recipe::MapOther
            | Recipe::MapResolves
            | Recipe::TwoMapRows => 1,
        }
    }

    /// Customer numbers of its own, for each time it is planted.
    pub fn numbers(&self) -> u64 {
        match self.recipe {
            Recipe::One(One { owner: Owner::Own | Owner::Namesake, .. })
            | Recipe::Extra(Owner::Own, ..)
            | Recipe::Misplaced(..)
            | Recipe::Contested
            | Recipe::Elsewhere(_) => 1,
            Recipe::One(_) | Recipe::Extra(..) => 0,
            Recipe::Several { sources, targets, .. } => sources + targets,
            Recipe::NamesakeUnionid | Recipe::MapElsewhere | Recipe::MapResolves | Recipe::TwoMapRows => 2,
            Recipe::MapOther => 3,
        }
    }

    /// Which customers of other accounts it needs.
    pub fn borrows(&self) -> Option<Owner> {
        match self.recipe {
            Recipe::One(One { owner, .. }) | Recipe::Extra(owner, ..) if owner != Owner::Own => Some(owner),
            _ => None,
        }
    }

    /// Where else it leaves a target relation.
    pub fn elsewhere(&self) -> Option<Place> {
        match self.recipe {
            Recipe::Misplaced(_, place) => Some(place),
            Recipe::Contested => Some(Place::Bystander),
            Recipe::Elsewhere(_) => Some(Place::Enrolled),
            _ => None,
        }
    }
}
