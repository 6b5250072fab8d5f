//! The book of groups: every scope, outcome, reason and method, with the traps beside them.

use super::group_plan::Created::{After, AtStart, JustBefore};
use super::group_plan::Fate::{Ambiguous, Arrived, Missing, NoKey};
use super::group_plan::Home::{self, Enrolled, Failed, Left, Outside, Unknown};
use super::group_plan::MapRow::{self, Nowhere, To};
use super::group_plan::Method::{GroupMap, Members, Name};
use super::group_plan::Needs::{self, DisjointUnionids, Map, Nothing, SharedUnionids};
use super::group_plan::Title::{self, First, None as Untitled, Second, Third};
use super::group_plan::{Crowd, Fate, GroupPlan, Here, There, Unionids};

/// The six sixths of a group that a plan starts from.
const WHOLE: Crowd = crowd(0, 6);
/// As `WHOLE`, with a few members whose unionid no corp knows.
const MOSTLY: Crowd = Crowd { unionids: Unionids::Most, ..WHOLE };
/// One sixth has left, another has come: 5 in both of 7 in either.
const CHANGED: Crowd = crowd(1, 7);
const MOSTLY_CHANGED: Crowd = Crowd { unionids: Unionids::Most, ..CHANGED };
/// 4 in both of 8 in either: exactly the least overlap.
const AT_LIMIT: Crowd = crowd(2, 8);
/// 4 in both of 9 in either.
const UNDER_LIMIT: Crowd = crowd(2, 9);
/// Nobody in common.
const STRANGERS: Crowd = crowd(20, 26);
/// Others again.
const OTHERS: Crowd = crowd(30, 36);
/// People of whom the dump has no unionid.
const NAMELESS: Crowd = Crowd { unionids: Unionids::None, ..WHOLE };
/// Nobody but the staff.
const NOBODY: Crowd = crowd(0, 0);

/// Every plan.
#[rustfmt::skip]
pub const GROUP_BOOK: &[GroupPlan] = &[
    // Arrived, and known by the map.
    plan("by-map", Enrolled, Map, 4, &[here(First, MOSTLY, Arrived(GroupMap, 0))], &[there(First, MOSTLY_CHANGED)], &[To(0, 0)]),
    plan("by-map-alone", Enrolled, Map, 2, &[here(First, WHOLE, Arrived(GroupMap, 0))], &[there(Second, STRANGERS)], &[To(0, 0)]),
    plan("by-map-unnamed", Enrolled, Map, 1, &[here(Untitled, NAMELESS, Arrived(GroupMap, 0))], &[there(Untitled, NAMELESS)], &[To(0, 0)]),
    plan("by-map-against-all", Enrolled, Map, 0, &[here(First, WHOLE, Arrived(GroupMap, 1))], &[there(First, WHOLE), there(Second, STRANGERS)], &[To(0, 1)]),
    plan("by-map-to-other-owner", Enrolled, Map, 1, &[here(First, WHOLE, Arrived(GroupMap, 0))], &[there(First, WHOLE).other()], &[To(0, 0)]),
    plan("map-contradicts-itself", Enrolled, Map, 0, &[here(First, NAMELESS, Arrived(Name, 0))], &[there(First, NAMELESS)], &[To(0, 0), Nowhere(0)]),
    plan("map-names-one-twice", Enrolled, Map, 0, &[here(First, NAMELESS, Arrived(Name, 0)), here(Second, NAMELESS, Missing)], &[there(First, NAMELESS)], &[To(0, 0), To(1, 0)]),
    // Known by their members.
    plan("by-members", Enrolled, SharedUnionids, 8, &[here(First, MOSTLY, Arrived(Members, 0))], &[there(First, MOSTLY_CHANGED)], &[]),
    plan("by-members-renamed", Enrolled, SharedUnionids, 4, &[here(First, MOSTLY, Arrived(Members, 0))], &[there(Second, MOSTLY_CHANGED)], &[]),
    plan("by-members-unnamed", Enrolled, SharedUnionids, 1, &[here(Untitled, MOSTLY, Arrived(Members, 0))], &[there(Untitled, MOSTLY)], &[]),
    plan("by-members-at-limit", Enrolled, SharedUnionids, 1, &[here(First, WHOLE, Arrived(Members, 0))], &[there(Second, AT_LIMIT)], &[]),
    plan("by-members-crossed-names", Enrolled, SharedUnionids, 0, &[here(First, WHOLE, Arrived(Members, 0)), here(Second, STRANGERS, Arrived(Members, 1))], &[there(Second, WHOLE), there(First, STRANGERS)], &[]),
    plan("by-members-equal-names", Enrolled, SharedUnionids, 1, &[here(First, WHOLE, Arrived(Members, 0)), here(First, STRANGERS, Arrived(Members, 1))], &[there(First, WHOLE), there(First, STRANGERS)], &[]),
    plan("by-members-the-best-of-two", Enrolled, SharedUnionids, 1, &[here(First, WHOLE, Arrived(Members, 0))], &[there(Third, CHANGED), there(Second, AT_LIMIT)], &[]),
    plan("by-members-second-best-lost", Enrolled, SharedUnionids, 0, &[here(First, WHOLE, Arrived(Members, 0)), here(Second, AT_LIMIT, Missing)], &[there(Third, WHOLE)], &[]),
    plan("by-members-second-best-by-name", Enrolled, SharedUnionids, 0, &[here(First, WHOLE, Arrived(Members, 0)), here(Second, AT_LIMIT, Arrived(Name, 1))], &[there(Third, WHOLE), there(Second, STRANGERS)], &[]),
    // Known by their name.
    plan("by-name", Enrolled, Nothing, 6, &[here(First, NAMELESS, Arrived(Name, 0))], &[there(First, NAMELESS)], &[]),
    plan("by-name-other-members", Enrolled, Nothing, 2, &[here(First, WHOLE, Arrived(Name, 0))], &[there(First, STRANGERS)], &[]),
    plan("by-name-under-limit", Enrolled, Nothing, 1, &[here(First, WHOLE, Arrived(Name, 0))], &[there(First, UNDER_LIMIT)], &[]),
    plan("by-name-of-nobody", Enrolled, Nothing, 1, &[here(First, NOBODY, Arrived(Name, 0))], &[there(First, NOBODY)], &[]),
    plan("by-name-in-disjoint-namespaces", Enrolled, DisjointUnionids, 8, &[here(First, MOSTLY, Arrived(Name, 0))], &[there(First, MOSTLY_CHANGED)], &[]),
    plan("name-freed-by-map", Enrolled, Map, 0, &[here(First, NAMELESS, Arrived(GroupMap, 1)), here(First, NAMELESS, Arrived(Name, 0))], &[there(First, NAMELESS), there(Second, NAMELESS)], &[To(0, 1)]),
    plan("name-freed-by-members", Enrolled, SharedUnionids, 0, &[here(First, WHOLE, Arrived(Members, 0)), here(First, NAMELESS, Arrived(Name, 1))], &[there(First, CHANGED), there(First, NAMELESS)], &[]),
    plan("arrived-and-still-listed", Enrolled, Nothing, 1, &[here(First, NAMELESS, Arrived(Name, 0)).stays()], &[there(First, NAMELESS)], &[]),
    plan("created-just-before", Enrolled, Nothing, 0, &[here(First, NAMELESS, Arrived(Name, 0)).created(JustBefore)], &[there(First, NAMELESS)], &[]),
    // Owners with equal names.
    plan("two-owners-by-members", Enrolled, SharedUnionids, 1, &[here(First, WHOLE, Arrived(Members, 0)), here(First, WHOLE, Arrived(Members, 1)).other()], &[there(First, CHANGED), there(First, CHANGED).other()], &[]),
    plan("two-owners-by-name", Enrolled, Nothing, 1, &[here(First, NAMELESS, Arrived(Name, 0)), here(First, NAMELESS, Arrived(Name, 1)).other()], &[there(First, NAMELESS), there(First, NAMELESS).other()], &[]),
    plan("two-owners-one-lost", Enrolled, Nothing, 1, &[here(First, NAMELESS, Missing), here(First, NAMELESS, Arrived(Name, 0)).other()], &[there(First, NAMELESS).other()], &[]),
    plan("under-another-owner", Enrolled, Nothing, 1, &[here(First, WHOLE, Missing)], &[there(First, WHOLE).other()], &[]),
    // Lost.
    plan("missing", Enrolled, Nothing, 3, &[here(First, WHOLE, Missing)], &[], &[]),
    plan("missing-and-dissolved", Enrolled, Nothing, 1, &[here(First, MOSTLY, Missing).goes()], &[], &[]),
    plan("missing-unnamed", Enrolled, SharedUnionids, 0, &[here(Untitled, WHOLE, Missing)], &[there(Untitled, STRANGERS)], &[]),
    plan("missing-map-to-nowhere", Enrolled, Map, 0, &[here(First, WHOLE, Missing)], &[], &[Nowhere(0)]),
    plan("missing-renamed-under-limit", Enrolled, Nothing, 0, &[here(First, WHOLE, Missing)], &[there(Second, UNDER_LIMIT)], &[]),
    plan("missing-renamed-without-unionids", Enrolled, Nothing, 0, &[here(First, NAMELESS, Missing)], &[there(Second, NAMELESS)], &[]),
    plan("missing-unionids-not-comparable", Enrolled, DisjointUnionids, 0, &[here(First, WHOLE, Missing)], &[there(Second, Crowd { unionids: Unionids::OfTheSource, ..WHOLE })], &[]),
    plan("missing-name-taken-by-members", Enrolled, SharedUnionids, 0, &[here(First, WHOLE, Arrived(Members, 0)), here(First, NAMELESS, Missing)], &[there(First, CHANGED)], &[]),
    plan("missing-name-taken-by-map", Enrolled, Map, 0, &[here(Second, NAMELESS, Arrived(GroupMap, 0)), here(First, NAMELESS, Missing)], &[there(First, NAMELESS)], &[To(0, 0)]),
    plan("name-two-of-none", Enrolled, Nothing, 0, &[here(First, NAMELESS, Missing), here(First, STRANGERS, Missing)], &[], &[]),
    // Which is which, nobody can tell.
    plan("members-one-of-two", Enrolled, SharedUnionids, 1, &[here(First, CHANGED, Ambiguous)], &[there(First, WHOLE), there(Second, AT_LIMIT)], &[]),
    plan("members-two-of-one", Enrolled, SharedUnionids, 1, &[here(First, WHOLE, Ambiguous), here(Second, AT_LIMIT, Ambiguous)], &[there(First, CHANGED)], &[]),
    plan("name-one-of-two", Enrolled, Nothing, 1, &[here(First, NAMELESS, Ambiguous)], &[there(First, NAMELESS), there(First, STRANGERS)], &[]),
    plan("name-two-of-one", Enrolled, Nothing, 1, &[here(First, NAMELESS, Ambiguous), here(First, STRANGERS, Ambiguous)], &[there(First, NAMELESS)], &[]),
    plan("name-two-of-two", Enrolled, Nothing, 1, &[here(First, NAMELESS, Ambiguous), here(First, NAMELESS, Ambiguous)], &[there(First, NAMELESS), there(First, NAMELESS)], &[]),
    plan("name-shared-with-late-one", Enrolled, Nothing, 0, &[here(First, NAMELESS, Ambiguous), here(First, NAMELESS, Ambiguous).created(After)], &[there(First, NAMELESS)], &[]),
    // Nothing to know them by.
    plan("no-key", Enrolled, Nothing, 1, &[here(Untitled, NAMELESS, NoKey)], &[there(Untitled, NAMELESS)], &[]),
    plan("no-key-of-nobody", Enrolled, Nothing, 0, &[here(Untitled, NOBODY, NoKey)], &[], &[]),
    plan("no-key-in-disjoint-namespaces", Enrolled, DisjointUnionids, 1, &[here(Untitled, WHOLE, NoKey)], &[there(Untitled, WHOLE)], &[]),
    // Not to move.
    plan("late", Enrolled, Nothing, 1, &[here(First, WHOLE, Missing).created(After)], &[], &[]),
    plan("late-by-nothing", Enrolled, Nothing, 0, &[here(First, WHOLE, Missing).created(AtStart)], &[], &[]),
    plan("late-unnamed", Enrolled, Nothing, 0, &[here(Untitled, NAMELESS, NoKey).created(After)], &[], &[]),
    plan("late-arrived", Enrolled, Nothing, 1, &[here(First, NAMELESS, Arrived(Name, 0)).created(AtStart)], &[there(First, NAMELESS)], &[]),
    plan("late-arrived-by-members", Enrolled, SharedUnionids, 0, &[here(First, WHOLE, Arrived(Members, 0)).created(After).stays()], &[there(Second, CHANGED)], &[]),
    plan("failed", Failed, Nothing, 1, &[here(First, WHOLE, Missing)], &[], &[]),
    plan("failed-arrived", Failed, Nothing, 1, &[here(First, NAMELESS, Arrived(Name, 0))], &[there(First, NAMELESS)], &[]),
    plan("failed-arrived-by-map", Failed, Map, 0, &[here(First, WHOLE, Arrived(GroupMap, 0))], &[there(Second, STRANGERS)], &[To(0, 0)]),
    plan("failed-two-of-one", Failed, Nothing, 0, &[here(First, NAMELESS, Ambiguous), here(First, NAMELESS, Ambiguous)], &[there(First, NAMELESS)], &[]),
    plan("failed-late", Failed, Nothing, 0, &[here(First, WHOLE, Missing).created(After)], &[], &[]),
    plan("outside", Outside, Nothing, 3, &[here(First, MOSTLY, Missing)], &[], &[]),
    plan("outside-dissolved", Outside, Nothing, 1, &[here(First, WHOLE, Missing).goes()], &[], &[]),
    plan("outside-alike-elsewhere", Outside, Nothing, 1, &[here(First, WHOLE, Missing)], &[there(First, WHOLE).other()], &[]),
    plan("outside-late", Outside, Nothing, 0, &[here(First, WHOLE, Missing).created(After)], &[], &[]),
    plan("left", Left, Nothing, 1, &[here(First, WHOLE, Missing)], &[], &[]),
    plan("owner-unknown", Unknown, Nothing, 1, &[here(Untitled, NOBODY, Missing)], &[], &[]),
    // At the target only.
    plan("new-at-target", Enrolled, Nothing, 1, &[], &[there(First, OTHERS)], &[]),
];

const fn crowd(from: u64, to: u64) -> Crowd {
    Crowd { from, to, unionids: Unionids::All }
}

const fn here(title: Title, crowd: Crowd, fate: Fate) -> Here {
    Here::new(title, crowd, fate)
}

const fn there(title: Title, crowd: Crowd) -> There {
    There::new(title, crowd)
}

const fn plan(
    label: &'static str,
    home: Home,
    needs: Needs,
    weight: u64,
    here: &'static [Here],
    there: &'static [There],
    map: &'static [MapRow],
) -> GroupPlan {
    GroupPlan { label, home, needs, weight, here, there, map }
}
