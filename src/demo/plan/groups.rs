//! The plans of groups: every scope, outcome, reason and method, with the traps beside them.

use self::GroupFate::{Ambiguous, Arrived, Missing, NoKey, Torn};
use self::GroupTime::{After, AtStart, Before, JustBefore, Unreadable};
use self::Title::{First, None as Untitled, Second, Third};
use super::PlanShare::Of;
use super::{DISJOINT, DemoPlan, GROUP_MAP, SHARED, Scene, setters};
use crate::demo::accounts::AccountKind::{
    self, AssessmentFailed, AtCap, Empty, Left, NoPermission, Normal, Outsider, OutsiderNoPermission, TargetEmpty,
    TargetFailed, TargetObserved, TargetPartial, TargetUnknown, TargetUnlicensed,
};
use crate::schema::vocabulary::GroupMatchMethod;

/// One of the names of a plan's groups: each differs from every other name of its owner's groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Title {
    First,
    Second,
    Third,
    /// Groups may have no name.
    None,
}

/// Unionids of the members that the dump has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrowdUnionids {
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
    pub unionids: CrowdUnionids,
}

/// Owner of a group: at the target, the account that this one is mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupOwner {
    Home,
    /// Another account that takes part.
    Other,
    /// Unknown: the group is listed, and its details were not exported.
    Unknown,
}

/// Time at which a group of the source corp was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupTime {
    Before,
    /// The last second before the start.
    JustBefore,
    /// The very start, which is late already.
    AtStart,
    After,
    /// Before the start, in a form that cannot be read.
    Unreadable,
}

/// Decision on a group, whatever its scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupFate {
    /// Found as this one of the plan's groups of the target corp.
    Arrived(GroupMatchMethod, usize),
    Missing,
    Ambiguous,
    NoKey,
    /// A value that decides cannot be read.
    Torn,
}

#[derive(Debug, Clone, Copy)]
pub struct SourceGroup {
    pub title: Title,
    pub crowd: Crowd,
    pub fate: GroupFate,
    pub owner: GroupOwner,
    pub created: GroupTime,
    /// Whether source-after still lists it; `None`: if it did not arrive.
    pub still_listed: Option<bool>,
}

impl SourceGroup {
    /// As another group of the target corp than the plan's first.
    const fn at(self, place: usize) -> Self {
        match self.fate {
            Arrived(method, _) => Self { fate: Arrived(method, place), ..self },
            _ => self,
        }
    }

    const fn other(self) -> Self {
        Self { owner: GroupOwner::Other, ..self }
    }

    const fn listed_only(self) -> Self {
        Self { owner: GroupOwner::Unknown, ..self }
    }

    setters! { created: GroupTime }

    const fn still_listed(self) -> Self {
        Self { still_listed: Some(true), ..self }
    }

    /// Dissolved, or moved: no longer listed.
    const fn not_listed(self) -> Self {
        Self { still_listed: Some(false), ..self }
    }
}

#[derive(Debug, Clone, Copy)]
pub struct TargetGroup {
    pub title: Title,
    pub crowd: Crowd,
    pub owner: GroupOwner,
}

impl TargetGroup {
    const fn other(self) -> Self {
        Self { owner: GroupOwner::Other, ..self }
    }
}

/// Numbers of groups that a plan can use, on each side.
pub const PLACES: u64 = 8;
/// A group in the map that the target corp does not hold.
const NOWHERE: u64 = PLACES - 1;

/// The six sixths of a group that a plan starts from.
const WHOLE: Crowd = crowd(0, 6, CrowdUnionids::All);
/// As `WHOLE`, with a few members whose unionid no corp knows.
const MOSTLY: Crowd = crowd(0, 6, CrowdUnionids::Most);
/// One sixth has left, another has come: 5 in both of 7 in either.
const CHANGED: Crowd = crowd(1, 7, CrowdUnionids::All);
const MOSTLY_CHANGED: Crowd = crowd(1, 7, CrowdUnionids::Most);
/// 4 in both of 8 in either: exactly the least overlap.
const AT_LIMIT: Crowd = crowd(2, 8, CrowdUnionids::All);
/// 4 in both of 9 in either.
const UNDER_LIMIT: Crowd = crowd(2, 9, CrowdUnionids::All);
/// None in common.
const STRANGERS: Crowd = crowd(20, 26, CrowdUnionids::All);
/// Others again.
const OTHERS: Crowd = crowd(30, 36, CrowdUnionids::All);
/// People without unionids in the dump.
const NAMELESS: Crowd = crowd(0, 6, CrowdUnionids::None);
const FOREIGN: Crowd = crowd(0, 6, CrowdUnionids::OfTheSource);
/// The staff only.
const EMPTY: Crowd = crowd(0, 0, CrowdUnionids::All);
/// A group that shows a name and unionids: without one, no other group of the account would have a usable key.
const NAMED: TargetGroup = there(First, OTHERS);

#[rustfmt::skip]
const ALL_ENROLLED: &[AccountKind] = &[
    Normal, AtCap, Empty, TargetEmpty, TargetFailed, TargetUnlicensed, TargetPartial, TargetUnknown, TargetObserved,
    NoPermission,
];
const FAILED: &[AccountKind] = &[AssessmentFailed];
const OUTSIDE: &[AccountKind] = &[Outsider, OutsiderNoPermission];
const LEFT: &[AccountKind] = &[Left];

/// Every plan, with its share in 10,000 relations.
#[rustfmt::skip]
pub const GROUP_PLANS: &[DemoPlan] = &[
    // Arrived, and known by the map.
    plan("by-map", 3, &[by_map(First, MOSTLY)], &[there(First, MOSTLY_CHANGED)]).group_map(&[(0, 0)]),
    plan("by-map-alone", 1, &[by_map(First, WHOLE)], &[there(Second, STRANGERS)]).group_map(&[(0, 0)]),
    plan("by-map-unnamed", 1, &[by_map(Untitled, NAMELESS)], &[there(Untitled, NAMELESS), NAMED]).group_map(&[(0, 0)]),
    plan("by-map-against-all", 0,
        &[by_map(First, WHOLE).at(1)], &[there(First, WHOLE), there(Second, STRANGERS)]).group_map(&[(0, 1)]),
    plan("by-map-to-other-owner", 1, &[by_map(First, WHOLE)], &[there(First, WHOLE).other()]).group_map(&[(0, 0)]),
    plan("map-contradicts-itself", 0,
        &[by_name(First, NAMELESS)], &[there(First, NAMELESS)]).group_map(&[(0, 0), (0, NOWHERE)]),
    plan("map-names-one-twice", 0,
        &[by_name(First, NAMELESS), lost(Second, NAMELESS)], &[there(First, NAMELESS)]).group_map(&[(0, 0), (1, 0)]),
    // Known by their members.
    plan("by-members", 6, &[by_members(First, MOSTLY)], &[there(First, MOSTLY_CHANGED)]).needs(SHARED),
    plan("by-members-renamed", 3, &[by_members(First, MOSTLY)], &[there(Second, MOSTLY_CHANGED)]).needs(SHARED),
    plan("by-members-unnamed", 1, &[by_members(Untitled, MOSTLY)], &[there(Untitled, MOSTLY), NAMED]).needs(SHARED),
    plan("by-members-at-limit", 1, &[by_members(First, WHOLE)], &[there(Second, AT_LIMIT)]).needs(SHARED),
    plan("by-members-crossed-names", 0,
        &[by_members(First, WHOLE), by_members(Second, STRANGERS).at(1)],
        &[there(Second, WHOLE), there(First, STRANGERS)]).needs(SHARED),
    plan("by-members-equal-names", 1,
        &[by_members(First, WHOLE), by_members(First, STRANGERS).at(1)],
        &[there(First, WHOLE), there(First, STRANGERS)]).needs(SHARED),
    plan("by-members-the-best-of-two", 1,
        &[by_members(First, WHOLE)], &[there(Third, CHANGED), there(Second, AT_LIMIT)]).needs(SHARED),
    plan("by-members-second-best-lost", 0,
        &[by_members(First, WHOLE), lost(Second, AT_LIMIT)], &[there(Third, WHOLE)]).needs(SHARED),
    plan("by-members-second-best-by-name", 0,
        &[by_members(First, WHOLE), by_name(Second, AT_LIMIT).at(1)],
        &[there(Third, WHOLE), there(Second, STRANGERS)]).needs(SHARED),
    // Known by their name.
    plan("by-name", 4, &[by_name(First, NAMELESS)], &[there(First, NAMELESS)]).homes(ALL_ENROLLED),
    plan("by-name-other-members", 1, &[by_name(First, WHOLE)], &[there(First, STRANGERS)]),
    plan("by-name-under-limit", 1, &[by_name(First, WHOLE)], &[there(First, UNDER_LIMIT)]),
    plan("by-name-without-members", 1, &[by_name(First, EMPTY)], &[there(First, EMPTY)]),
    plan("by-name-in-disjoint-namespaces", 6,
        &[by_name(First, MOSTLY)], &[there(First, MOSTLY_CHANGED)]).needs(DISJOINT),
    plan("name-freed-by-map", 0,
        &[by_map(First, NAMELESS).at(1), by_name(First, NAMELESS)],
        &[there(First, NAMELESS), there(Second, NAMELESS)]).group_map(&[(0, 1)]),
    plan("name-freed-by-members", 0,
        &[by_members(First, WHOLE), by_name(First, NAMELESS).at(1)],
        &[there(First, CHANGED), there(First, NAMELESS)]).needs(SHARED),
    plan("arrived-and-still-listed", 1, &[by_name(First, NAMELESS).still_listed()], &[there(First, NAMELESS)]),
    plan("created-just-before", 0, &[by_name(First, NAMELESS).created(JustBefore)], &[there(First, NAMELESS)]),
    // Owners with equal names.
    plan("two-owners-by-members", 1,
        &[by_members(First, WHOLE), by_members(First, WHOLE).at(1).other()],
        &[there(First, CHANGED), there(First, CHANGED).other()]).needs(SHARED),
    plan("two-owners-by-name", 1,
        &[by_name(First, NAMELESS), by_name(First, NAMELESS).at(1).other()],
        &[there(First, NAMELESS), there(First, NAMELESS).other()]),
    plan("two-owners-one-lost", 1,
        &[lost(First, NAMELESS), by_name(First, NAMELESS).other()], &[there(First, NAMELESS).other()]),
    plan("under-another-owner", 1, &[lost(First, WHOLE)], &[there(First, WHOLE).other()]),
    // Lost.
    plan("missing", 2, &[lost(First, WHOLE)], &[]).homes(ALL_ENROLLED),
    plan("missing-and-dissolved", 1, &[lost(First, MOSTLY).not_listed()], &[]),
    plan("missing-unnamed", 0, &[lost(Untitled, WHOLE)], &[there(Untitled, STRANGERS), NAMED]).needs(SHARED),
    plan("missing-map-to-nowhere", 0, &[lost(First, WHOLE)], &[]).group_map(&[(0, NOWHERE)]),
    plan("missing-renamed-under-limit", 0, &[lost(First, WHOLE)], &[there(Second, UNDER_LIMIT)]),
    plan("missing-renamed-without-unionids", 0, &[lost(First, NAMELESS)], &[there(Second, NAMELESS)]),
    plan("missing-unionids-not-comparable", 0, &[lost(First, WHOLE)], &[there(Second, FOREIGN)]).needs(DISJOINT),
    plan("missing-name-taken-by-members", 0,
        &[by_members(First, WHOLE), lost(First, NAMELESS)], &[there(First, CHANGED)]).needs(SHARED),
    plan("missing-name-taken-by-map", 0,
        &[by_map(Second, NAMELESS), lost(First, NAMELESS)], &[there(First, NAMELESS)]).group_map(&[(0, 0)]),
    plan("name-two-of-none", 0, &[lost(First, NAMELESS), lost(First, STRANGERS)], &[]),
    // Ambiguous.
    plan("members-one-of-two", 1,
        &[ambiguous(First, CHANGED)], &[there(First, WHOLE), there(Second, AT_LIMIT)]).needs(SHARED),
    plan("members-two-of-one", 1,
        &[ambiguous(First, WHOLE), ambiguous(Second, AT_LIMIT)], &[there(First, CHANGED)]).needs(SHARED),
    plan("name-one-of-two", 1, &[ambiguous(First, NAMELESS)], &[there(First, NAMELESS), there(First, STRANGERS)]),
    plan("name-two-of-one", 1, &[ambiguous(First, NAMELESS), ambiguous(First, STRANGERS)], &[there(First, NAMELESS)]),
    plan("name-two-of-two", 1,
        &[ambiguous(First, NAMELESS), ambiguous(First, NAMELESS)], &[there(First, NAMELESS), there(First, NAMELESS)]),
    plan("name-shared-with-late-one", 0,
        &[ambiguous(First, NAMELESS), ambiguous(First, NAMELESS).created(After)], &[there(First, NAMELESS)]),
    // Neither a key, nor a readable time.
    plan("no-key", 1, &[no_key(Untitled, NAMELESS)], &[there(Untitled, NAMELESS), NAMED]),
    plan("no-key-without-members", 0, &[no_key(Untitled, EMPTY)], &[]),
    plan("no-key-in-disjoint-namespaces", 1,
        &[no_key(Untitled, WHOLE)], &[there(Untitled, WHOLE), NAMED]).needs(DISJOINT),
    plan("unreadable-time", 1, &[unreadable(First, WHOLE).created(Unreadable)], &[]),
    plan("by-name-unreadable-time", 1, &[by_name(First, NAMELESS).created(Unreadable)], &[there(First, NAMELESS)]),
    // Out of scope.
    plan("late", 1, &[lost(First, WHOLE).created(After)], &[]),
    plan("late-by-no-second", 0, &[lost(First, WHOLE).created(AtStart)], &[]),
    plan("late-unnamed", 0, &[no_key(Untitled, NAMELESS).created(After)], &[]),
    plan("late-arrived", 1, &[by_name(First, NAMELESS).created(AtStart)], &[there(First, NAMELESS)]),
    plan("late-arrived-by-members", 0,
        &[by_members(First, WHOLE).created(After).still_listed()], &[there(Second, CHANGED)]).needs(SHARED),
    plan("failed", 50, &[lost(First, WHOLE)], &[]).homes(FAILED),
    plan("failed-arrived", 50, &[by_name(First, NAMELESS)], &[there(First, NAMELESS)]).homes(FAILED),
    plan("failed-arrived-by-map", 0,
        &[by_map(First, WHOLE)], &[there(Second, STRANGERS)]).homes(FAILED).group_map(&[(0, 0)]),
    plan("failed-two-of-one", 0,
        &[ambiguous(First, NAMELESS), ambiguous(First, NAMELESS)], &[there(First, NAMELESS)]).homes(FAILED),
    plan("failed-late", 0, &[lost(First, WHOLE).created(After)], &[]).homes(FAILED),
    plan("outside", 200, &[lost(First, MOSTLY)], &[]).homes(OUTSIDE),
    plan("outside-dissolved", 100, &[lost(First, WHOLE).not_listed()], &[]).homes(OUTSIDE),
    plan("outside-alike-elsewhere", 100, &[lost(First, WHOLE)], &[there(First, WHOLE).other()]).homes(OUTSIDE),
    plan("outside-late", 0, &[lost(First, WHOLE).created(After)], &[]).homes(OUTSIDE),
    plan("left", 50, &[lost(First, WHOLE)], &[]).homes(LEFT),
    plan("owner-unknown", 1, &[lost(Untitled, EMPTY).listed_only()], &[]),
    // At the target only.
    plan("new-at-target", 1, &[], &[there(First, OTHERS)]),
];

const fn plan(
    label: &'static str,
    share: u64,
    here: &'static [SourceGroup],
    there: &'static [TargetGroup],
) -> DemoPlan {
    DemoPlan::new(label, Of(share), 1, Scene::Groups { here, there })
}

impl DemoPlan {
    const fn group_map(self, map: &'static [(u64, u64)]) -> Self {
        self.needs(GROUP_MAP).map(map)
    }
}

const fn crowd(from: u64, to: u64, unionids: CrowdUnionids) -> Crowd {
    Crowd { from, to, unionids }
}

/// Returns a group from before the start, under the plan's own account.
const fn here(title: Title, crowd: Crowd, fate: GroupFate) -> SourceGroup {
    SourceGroup { title, crowd, fate, owner: GroupOwner::Home, created: Before, still_listed: None }
}

/// Declares functions of a title and a crowd, by the fate of such a group.
macro_rules! source_groups {
    ($($name:ident: $fate:expr),+ $(,)?) => {
        $(const fn $name(title: Title, crowd: Crowd) -> SourceGroup {
            here(title, crowd, $fate)
        })+
    };
}

source_groups! {
    by_map: Arrived(GroupMatchMethod::GroupMap, 0),
    by_members: Arrived(GroupMatchMethod::Members, 0),
    by_name: Arrived(GroupMatchMethod::Name, 0),
    lost: Missing,
    ambiguous: Ambiguous,
    no_key: NoKey,
    unreadable: Torn,
}

/// Returns a group of the account that the plan's own account is mapped to.
const fn there(title: Title, crowd: Crowd) -> TargetGroup {
    TargetGroup { title, crowd, owner: GroupOwner::Home }
}
