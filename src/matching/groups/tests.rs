//! Mutual best, ties, thresholds, and sizes.

use super::members::{GroupCandidate, settle};
use super::*;
use crate::ingest::raw::{Provenance, Raw, RawTable};
use crate::matching::NOT_MATCHED;
use crate::memory::MemoryBudget;
use crate::schema::Cell;
use crate::schema::tables::{GROUP_MEMBERS, GROUPS, RELATIONS_TABLE};
use crate::schema::vocabulary::{MemberKind, Role};
use crate::snapshot::{CorpRole, RelationsBuilder, Snapshot};

/// Groups of one owner: name, and the unionids of the external members.
fn side(groups: &[(String, Vec<String>)]) -> GroupSide {
    let (mut table, mut members) = (RawTable::new(&GROUPS), RawTable::new(&GROUP_MEMBERS));
    for (record, (name, unionids)) in (1..).zip(groups) {
        let from = |record| Provenance { fetched_at: None, file: 0, record };
        // Zeros in front, so that rows stand in the order of the call.
        let id = format!("g{record:06}");
        let name = if name.is_empty() { Cell::Null } else { Cell::Text(name) };
        table.push(
            &[Cell::Text(&id), name, Cell::Text("ann"), Cell::Null, Cell::Null, Cell::Null, Cell::Null, Cell::Null],
            from(record),
        );
        for (n, unionid) in unionids.iter().enumerate() {
            let userid = format!("m{n}");
            let (unionid, kind) = match unionid.split_once('/') {
                Some((unionid, "")) => (unionid, Cell::Null),
                Some((unionid, kind)) => (unionid, Cell::Text(kind)),
                None => (&unionid[..], Cell::Text(MemberKind::External.word())),
            };
            members.push(
                &[
                    Cell::Text(&id),
                    Cell::Text(&userid),
                    kind,
                    Cell::Text(unionid),
                    Cell::Null,
                    Cell::Null,
                    Cell::Null,
                    Cell::Null,
                ],
                from(record),
            );
        }
    }
    let mut raw = Raw::default();
    raw.tables.insert(GROUPS.name, vec![table.finish()]);
    raw.tables.insert(GROUP_MEMBERS.name, vec![members.finish()]);
    let none = RelationsBuilder::new(&RELATIONS_TABLE, CorpRole::Source, None, None, &MemoryBudget::unlimited());
    GroupSide::from_snapshot(&Snapshot::build(Role::SourceBefore, raw, none, false, &crate::progress::Silent).unwrap())
        .unwrap()
}

/// Groups written as `name: unionid unionid`; `unionid/member` is one of another kind, `unionid/` of an unknown one.
fn groups_of(groups: &[&str]) -> GroupSide {
    let group = |written: &&str| {
        let (name, unionids) = written.split_once(':').unwrap();
        (name.to_owned(), unionids.split_whitespace().map(str::to_owned).collect())
    };
    side(&groups.iter().map(group).collect::<Vec<_>>())
}

fn matched(source: &GroupSide, target: &GroupSide) -> Matches<GroupMatchMethod> {
    matched_by(source, target, &[], true)
}

/// Matches the groups of one pair of owners. `map`: ids of groups, which are `g000001` and so on.
fn matched_by(
    source: &GroupSide,
    target: &GroupSide,
    map: &[(&str, &str)],
    unionids_shared: bool,
) -> Matches<GroupMatchMethod> {
    let all = |side: &GroupSide| (0..side.rows() as u32).collect();
    let pair = GroupPair { source: all(source), target: all(target) };
    let test = MemberTest { unionids_shared, min_overlap: 0.5 };
    match_groups(source, target, &[pair], &crate::lists::id_map_of(map), test)
}

/// Candidates by their overlaps in hundredths.
fn candidates(overlaps: &[(usize, u32, u32)]) -> Vec<GroupCandidate> {
    overlaps
        .iter()
        .map(|&(hundredths, source, target)| (Overlap::new(hundredths, 100, hundredths), source, target))
        .collect()
}

#[test]
fn the_mutual_best_are_joined_from_the_top_down() {
    let settled = settle(candidates(&[(80, 2, 1), (90, 1, 1), (70, 2, 2), (60, 1, 2)]));
    assert_eq!(settled.joined, [(1, 1), (2, 2)]);
    assert!(settled.ambiguous.is_empty());
}

#[test]
fn a_tie_on_either_side_makes_all_its_groups_ambiguous() {
    for tie in [&[(90, 1, 1), (90, 1, 2)][..], &[(90, 1, 1), (90, 2, 1)], &[(90, 1, 1), (90, 2, 1), (90, 2, 2)]] {
        let settled = settle(candidates(tie));
        assert!(settled.joined.is_empty());
        assert!(
            tie.iter().all(|&(_, source, target)| settled.ambiguous.contains(&source)
                && settled.ambiguous_target.contains(&target))
        );
    }
}

#[test]
fn a_tie_below_the_best_is_none_once_the_best_is_taken() {
    let settled = settle(candidates(&[(90, 1, 1), (80, 2, 1), (80, 2, 2)]));
    assert_eq!(settled.joined, [(1, 1), (2, 2)]);
}

/// A group that is matched is not matched again, on either side.
#[test]
fn what_is_taken_is_free_for_no_other() {
    for next in [(80, 1, 2), (80, 2, 1)] {
        let settled = settle(candidates(&[(90, 1, 1), next]));
        assert_eq!(settled.joined, [(1, 1)], "{next:?}");
        assert!(settled.ambiguous.is_empty() && settled.ambiguous_target.is_empty());
    }
    // The groups of a tie are taken too.
    let tie = [(90, 1, 1), (90, 1, 2)];
    for next in [(80, 1, 3), (80, 3, 1)] {
        let settled = settle(candidates(&[tie[0], tie[1], next]));
        assert!(settled.joined.is_empty(), "{next:?}");
        assert_eq!((settled.ambiguous, settled.ambiguous_target), ([1].into(), [1, 2].into()));
    }
}

#[test]
fn overlaps_are_compared_exactly() {
    assert_eq!(Overlap::new(1, 2, 2), Overlap::new(2, 4, 4));
    assert!(Overlap::new(3, 4, 4) > Overlap::new(1, 2, 1));
    assert!(Overlap::new(1, 1, 2).index() >= 0.5);
}

#[test]
fn half_of_the_members_are_enough_and_less_is_not() {
    let source = groups_of(&["a: u1 u2 u3 u4", "b: v1 v2 v3 v4"]);
    let target = groups_of(&["x: u1 u2", "y: v1"]);
    let matches = matched(&source, &target);
    assert_eq!(matches.target_of, [0, NOT_MATCHED]);
    assert_eq!(matches.method[0], Some(GroupMatchMethod::Members));
}

#[test]
fn a_member_of_unknown_kind_who_has_a_unionid_is_external() {
    let source = groups_of(&["a: u1 u2"]);
    assert_eq!(matched(&source, &groups_of(&["x: u1/ u2/ u9/member"])).target_of, [0]);
    assert_eq!(matched(&source, &groups_of(&["x: u1/member u2/member"])).target_of, [NOT_MATCHED]);
}

/// Members of either side that the other has not count alike: 1 of 3.
#[test]
fn strangers_on_either_side_make_the_overlap_smaller() {
    for (source, target) in [("a: u1", "x: u1 v1 v2"), ("a: u1 v1 v2", "x: u1"), ("a: u1 v1", "x: u1 v2")] {
        let matches = matched(&groups_of(&[source]), &groups_of(&[target]));
        assert_eq!(matches.target_of, [NOT_MATCHED], "{source} {target}");
        assert_eq!((matches.ambiguous, matches.no_usable_key), (vec![false], vec![false]));
    }
}

#[test]
fn the_map_goes_first_and_what_is_in_it_is_matched_by_nothing_else() {
    let (source, target) = (groups_of(&["a: u1", "b: u2"]), groups_of(&["a: u1", "x: u9", "b: u2"]));
    let by = |map: &[(&str, &str)]| {
        let matches = matched_by(&source, &target, map, true);
        (matches.target_of, matches.method)
    };
    let members = Some(GroupMatchMethod::Members);
    assert_eq!(by(&[]), (vec![0, 2], vec![members; 2]));
    assert_eq!(by(&[("g000001", "g000002")]), (vec![1, 2], vec![Some(GroupMatchMethod::GroupMap), members]));
    assert_eq!(by(&[("g000001", "elsewhere")]), (vec![NOT_MATCHED, 2], vec![None, members]), "the other is not there");
    assert_eq!(
        by(&[("elsewhere", "g000001")]),
        (vec![NOT_MATCHED, 2], vec![None, members]),
        "it is another one's image"
    );
}

#[test]
fn the_members_of_two_namespaces_join_nothing() {
    let matches = matched_by(&groups_of(&["a: u1", "b: u2", ": u3"]), &groups_of(&["b: u1"]), &[], false);
    assert_eq!(matches.target_of, [NOT_MATCHED, 0, NOT_MATCHED]);
    assert_eq!(matches.no_usable_key, [false, false, true], "unionids are no key then");
}

/// As for relations: the group has it, and some group of the target account shows one.
#[test]
fn a_key_of_a_group_is_usable_where_the_target_account_shows_one_of_its_kind() {
    let usable = |source: &str, target: &[&str]| !matched(&groups_of(&[source]), &groups_of(target)).no_usable_key[0];
    for (own, other_kind, same_kind) in [("a:", ": u9", "x:"), (": u1", "x:", ": u9")] {
        assert!(!usable(own, &[other_kind]) && !usable(own, &[":"]), "{own}");
        assert!(usable(own, &[same_kind, ":"]) && usable(own, &[":", same_kind]) && usable(own, &[]), "{own}");
    }
    assert!(!usable(":", &["x: u9"]) && !usable(":", &[]));
}

/// A name of which nothing can be seen is none, and a masked one stands for many.
#[test]
fn a_masked_or_invisible_name_of_a_group_is_no_key() {
    let groups = || groups_of(&["***三:", "\u{200b}:", "b:"]);
    let matches = matched(&groups(), &groups());
    assert_eq!(matches.target_of, [NOT_MATCHED, NOT_MATCHED, 2]);
    assert_eq!(matches.no_usable_key, [true, true, false]);
}

#[test]
fn a_person_who_stands_twice_in_a_group_counts_once() {
    let overlap = groups_of(&["a: u1 u2 u1"]).overlap(0, &groups_of(&["b: u1 u3"]), 0).unwrap();
    assert_eq!(overlap, Overlap::new(1, 2, 2));
}

#[test]
fn a_tie_by_members_is_not_overruled_by_the_name() {
    let matches = matched(&groups_of(&["a: u1", "b: u1"]), &groups_of(&["a: u1"]));
    assert_eq!(matches.ambiguous, [true, true]);
    assert_eq!(matches.ambiguous_target, [true]);
}

#[test]
fn what_no_member_joins_falls_to_the_name() {
    let matches = matched(&groups_of(&["a:", "b: u1", "c:", "c:", ":"]), &groups_of(&["b: u9", "a: u5", "c:"]));
    assert_eq!(matches.target_of[..2], [1, 0]);
    assert_eq!(matches.ambiguous, [false, false, true, true, false]);
    assert_eq!(matches.ambiguous_target, [false, false, true]);
    assert_eq!(matches.no_usable_key, [false, false, false, false, true]);
}

#[test]
fn a_name_is_unique_among_what_the_members_left_over_on_either_side() {
    let matches = matched(&groups_of(&["a: u1", "a:", "x:"]), &groups_of(&["x: u1", "a:", "x:"]));
    assert_eq!((matches.target_of, matches.ambiguous), (vec![0, 1, 2], vec![false; 3]));
}

/// All 2,000 groups of one owner, who is in each of them beside the same 3 regulars.
#[test]
fn two_thousand_groups_find_each_other() {
    let group = |n: usize, drop: usize| {
        let own = (drop..20).map(|m| format!("u{n}-{m}"));
        (format!("客户群{}", n % 7), own.chain((0..3).map(|m| format!("regular{m}"))).collect::<Vec<_>>())
    };
    let source = side(&(0..2_000).map(|n| group(n, 0)).collect::<Vec<_>>());
    let target = side(&(0..2_000).rev().map(|n| group(n, n % 5)).collect::<Vec<_>>());
    let matches = matched(&source, &target);
    let mirrored: Vec<u32> = (0..2_000).rev().collect();
    assert_eq!(matches.target_of, mirrored);
}

/// Groups that share nobody are never compared: the candidates are as many as the groups.
#[test]
fn only_groups_that_share_somebody_are_compared() {
    let groups: Vec<(String, Vec<String>)> =
        (0..1_000).map(|n| (String::new(), vec![format!("u{n}"), format!("u{}", n + 1)])).collect();
    let (source, target) = (side(&groups), side(&groups));
    let rows: Vec<u32> = (0..1_000).collect();
    let candidates = members::overlaps((&source, &rows), (&target, &rows), 0.0);
    // Each with itself and its two neighbours.
    assert_eq!(candidates.len(), 1_000 + 2 * 999);
}
