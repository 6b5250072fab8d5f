//! The law of abbreviated keys: however narrow the digests, texts decide, so the matches are the same. The join by
//! name, where ids of some rows contradict.

use arrow::array::RecordBatch;

use super::side::Digest;
use super::{CandidateDoubt, Matches, NOT_MATCHED, Namespaces, Pair, Side, match_pairs, misplaced};
use crate::digest::digest;
use crate::lists::{IdMap, id_map_of as map};
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::vocabulary::MatchMethod;
use crate::schema::{Cell, Rows, fields};

/// Accounts on each side, and relations of an account.
const ACCOUNTS: u32 = 3;
const RELATIONS: u32 = 40;

/// Chance that repeats (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 31)) % n
    }

    /// A text of few, or none.
    fn text(&mut self, kind: &str, of: u64, percent: u64) -> Option<String> {
        let text = format!("{kind}{}", self.below(of));
        (self.below(100) < percent).then_some(text)
    }
}

fn cell(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, Cell::Text)
}

/// Adds a relation with that id, unionid and name.
fn push(rows: &mut Rows, userid: &str, [id, unionid, name]: [Option<&str>; 3], made: i64) {
    let cells: Vec<Cell<'_>> = RELATIONS_TABLE
        .columns
        .iter()
        .map(|slot| match slot.column {
            column if *column == fields::USERID => Cell::Text(userid),
            column if *column == fields::EXTERNAL_USERID => cell(id),
            column if *column == fields::UNIONID => cell(unionid),
            column if *column == fields::CUSTOMER_NAME => cell(name),
            column if *column == fields::CREATED_AT => Cell::Time(made),
            _ => Cell::Null,
        })
        .collect();
    rows.push_cells(&cells);
}

/// One side: accounts that follow one another, with ids, unionids and names that repeat.
fn relations(dice: &mut Dice, ids: &str) -> RecordBatch {
    let mut rows = Rows::new(&RELATIONS_TABLE);
    for account in 0..ACCOUNTS {
        for _ in 0..RELATIONS {
            let (id, unionid, name) = (dice.text(ids, 60, 80), dice.text("u", 50, 50), dice.text("name", 30, 90));
            let made = i64::try_from(dice.below(20)).unwrap();
            push(&mut rows, &format!("account{account}"), [id.as_deref(), unionid.as_deref(), name.as_deref()], made);
        }
    }
    rows.finish()
}

/// Everything that the matching does, with keys of that function.
fn all(before: &RecordBatch, after: &RecordBatch, map: &IdMap, digest: Digest) -> (Namespaces, Matches, Vec<u32>) {
    let source = Side::with_digest(before, digest, map, IdMap::entry_of_source).unwrap();
    let target = Side::with_digest(after, digest, map, IdMap::entry_of_target).unwrap();
    let stretch = |account: u32| account * RELATIONS..(account + 1) * RELATIONS;
    // The last account of the target is nobody's.
    let pairs: Vec<Pair> = (0..ACCOUNTS)
        .map(|account| Pair {
            source: stretch(account),
            target: if account + 1 < ACCOUNTS { stretch(account) } else { 0..0 },
        })
        .collect();
    let (mut matches, namespaces) = match_pairs(&source, &target, &pairs, true);
    let left = |side: &[u32]| {
        (0..).zip(side).filter(|(_, row)| **row == NOT_MATCHED).map(|(row, _)| row).collect::<Vec<u32>>()
    };
    let (candidates, arrivals) = (left(&matches.target_of), left(&matches.source_of));
    let found = misplaced(&source, &target, (&candidates, &arrivals), true, |_| CandidateDoubt::None, &mut matches);
    (namespaces, matches, found)
}

#[test]
fn narrow_keys_match_the_same() {
    let four_bits: Digest = |text| digest(text) & 0xf;
    let none: Digest = |_| 0;
    let mut methods = Vec::new();
    for seed in 0..50 {
        let mut dice = Dice(seed);
        let (before, after) = (relations(&mut dice, "w"), relations(&mut dice, "t"));
        let rows: Vec<(String, String)> =
            (0..30).map(|_| (format!("w{}", dice.below(60)), format!("t{}", dice.below(60)))).collect();
        let map = map(&rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>());
        let full = all(&before, &after, &map, digest);
        for narrow in [four_bits, none] {
            let (namespaces, matches, mut found) = all(&before, &after, &map, narrow);
            let mut expected = full.2.clone();
            // Which is found first is a matter of keys; what is found is not.
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!((namespaces, matches, found), (full.0, full.1.clone(), expected), "seed {seed}");
        }
        methods.extend(full.1.method.iter().flatten().copied());
        assert!(!full.2.is_empty() && full.1.ambiguous.contains(&true), "seed {seed}: nothing to tell");
    }
    for method in MatchMethod::ALL {
        assert!(methods.contains(method), "{method}");
    }
}

/// The ids of a row whose name all rows share. No id equals one of the other side.
#[derive(Clone, Copy)]
enum Ids {
    None,
    /// An `external_userid` that the customer map does not have.
    Id,
    /// One that the map has, with a partner that is not among the rows.
    Mapped,
    Unionid,
    MappedUnionid,
}

/// Matches rows of one name, the eldest first; a unionid contradicts a unionid, a mapped id any id of the other side.
fn by_name(source: &[Ids], target: &[Ids]) -> Matches {
    let side = |letter: &str, ids: &[Ids]| {
        let mut rows = Rows::new(&RELATIONS_TABLE);
        for (row, ids) in ids.iter().enumerate() {
            let (id, mapped, unionid) =
                (format!("{letter}{row}"), format!("{letter}mapped"), format!("{letter}u{row}"));
            let (id, unionid) = match ids {
                Ids::None => (None, None),
                Ids::Id => (Some(id), None),
                Ids::Mapped => (Some(mapped), None),
                Ids::Unionid => (None, Some(unionid)),
                Ids::MappedUnionid => (Some(mapped), Some(unionid)),
            };
            push(&mut rows, "account", [id.as_deref(), unionid.as_deref(), Some("name")], row as i64);
        }
        rows.finish()
    };
    let map = map(&[("wmapped", "t-elsewhere"), ("w-elsewhere", "tmapped")]);
    let (source_rows, target_rows) = (side("w", source), side("t", target));
    let (before, after) =
        (Side::from_source(&source_rows, &map).unwrap(), Side::from_target(&target_rows, &map).unwrap());
    let pair = Pair { source: 0..source.len() as u32, target: 0..target.len() as u32 };
    match_pairs(&before, &after, &[pair], true).0
}

#[test]
fn rows_of_one_name_join_where_no_id_contradicts() {
    // The source row with an id cannot be the target row with a mapped one, so the row without ids is.
    let matches = by_name(&[Ids::None, Ids::Id], &[Ids::None, Ids::Mapped]);
    assert_eq!(matches.target_of, [1, 0]);
    // Two choices each: the rows with a unionid have targets 0 and 1, the mapped row has 1 and 2. It takes 2, which is
    // of no use to the others.
    let matches = by_name(&[Ids::Unionid, Ids::Unionid, Ids::Mapped], &[Ids::Id, Ids::None, Ids::Unionid]);
    assert_eq!(matches.target_of, [0, 1, 2]);
    // The row without ids could be any, so it comes last: only 0 is left to the unionid, only 1 and 2 to the id.
    let matches = by_name(&[Ids::None, Ids::Id, Ids::Unionid], &[Ids::Mapped, Ids::Unionid, Ids::Unionid]);
    assert_eq!(matches.target_of, [2, 1, 0]);
}

#[test]
fn rows_of_one_name_are_ambiguous_where_not_all_can_join() {
    // The last source row contradicts both targets and is none of those that compete for them.
    let matches =
        by_name(&[Ids::None, Ids::Unionid, Ids::Unionid, Ids::Id], &[Ids::Mapped, Ids::MappedUnionid, Ids::Mapped]);
    // Three rows for three targets; the unionids have 0 and 2, the row without ids 1.
    assert_eq!(matches.target_of, [1, 0, 2, NOT_MATCHED]);
    let matches = by_name(&[Ids::None, Ids::Unionid, Ids::Unionid, Ids::Id], &[Ids::Mapped, Ids::MappedUnionid]);
    assert_eq!(matches.target_of, [NOT_MATCHED; 4]);
    assert_eq!(matches.ambiguous, [true, true, true, false]);
    assert_eq!(matches.ambiguous_target, [true, true]);
}

/// A relation: id, unionid and name.
type KeyTexts = [Option<&'static str>; 3];

const fn id(id: &'static str) -> KeyTexts {
    [Some(id), None, None]
}

const fn unionid(unionid: &'static str) -> KeyTexts {
    [None, Some(unionid), None]
}

const fn name(name: &'static str) -> KeyTexts {
    [None, None, Some(name)]
}

/// One account of each corp, the eldest relations first. The customer map sends `w1` to `t1`.
fn sides(source: &[KeyTexts], target: &[KeyTexts]) -> (Side, Side) {
    let rows = |relations: &[KeyTexts]| {
        let mut rows = Rows::new(&RELATIONS_TABLE);
        (0..).zip(relations).for_each(|(made, keys)| push(&mut rows, "account", *keys, made));
        rows.finish()
    };
    let map = map(&[("w1", "t1")]);
    (Side::from_source(&rows(source), &map).unwrap(), Side::from_target(&rows(target), &map).unwrap())
}

/// Matches the relations of one pair of accounts.
fn of_pair(source: &[KeyTexts], target: &[KeyTexts], unionids_shared: bool) -> Matches {
    let pair = Pair { source: 0..source.len() as u32, target: 0..target.len() as u32 };
    let (source, target) = sides(source, target);
    match_pairs(&source, &target, &[pair], unionids_shared).0
}

#[test]
fn a_stronger_method_goes_first_and_an_equal_key_of_a_weaker_one_is_left() {
    let source = [[Some("w1"), Some("u1"), Some("wei")]];
    let by = |target: &[KeyTexts], unionids_shared: bool| {
        let matches = of_pair(&source, target, unionids_shared);
        (matches.target_of[0], matches.method[0])
    };
    let (map, union, named) = (id("t1"), unionid("u1"), name("wei"));
    assert_eq!(by(&[named, union, map], true), (2, Some(MatchMethod::CustomerMap)));
    assert_eq!(by(&[named, union], true), (1, Some(MatchMethod::Unionid)));
    assert_eq!(by(&[named, union], false), (0, Some(MatchMethod::Name)));
    assert_eq!(by(&[union], false), (NOT_MATCHED, None), "the unionids of two namespaces are equal by chance");
}

#[test]
fn namespaces_count_the_relations_with_a_unionid_and_those_that_the_mapped_account_has_too() {
    let (source, target) = ([unionid("u1"), unionid("u2"), name("wei")], [unionid("u1"), unionid("u8"), unionid("u9")]);
    let (source, target) = sides(&source, &target);
    let namespaces = match_pairs(&source, &target, &[Pair { source: 0..3, target: 0..3 }], true).1;
    assert_eq!(namespaces, Namespaces { source: 2, target: 3, overlap: 1 });
}

/// Two relations for one of the target: never guess, by no weaker method either, and for no third relation.
#[test]
fn what_is_ambiguous_by_one_method_is_not_settled_by_a_weaker_one() {
    let both = |unionid: &'static str, name: &'static str| [None, Some(unionid), Some(name)];
    let source = [both("u1", "wei"), both("u1", "li"), name("wei"), name("min")];
    let matches = of_pair(&source, &[both("u1", "wei"), name("min")], true);
    assert_eq!(matches.target_of, [NOT_MATCHED, NOT_MATCHED, NOT_MATCHED, 1]);
    assert_eq!(matches.ambiguous, [true, true, false, false]);
    assert_eq!(matches.ambiguous_target, [true, false]);
    let matches = of_pair(&source[..2], &[unionid("u1"), name("wei")], true);
    assert_eq!((matches.target_of, matches.ambiguous), (vec![NOT_MATCHED; 2], vec![true, true]));
}

/// A key is usable where the relation has it and the target account shows one of its kind; in an empty account,
/// absence is an answer.
#[test]
fn a_key_is_usable_where_the_target_account_shows_one_of_its_kind() {
    let mapped = id("w1");
    let usable = |source: KeyTexts, target: &[KeyTexts], shared| !of_pair(&[source], target, shared).no_usable_key[0];
    // A kind of key; the relation that has it, and another relation of the target that shows it.
    for (own, other) in [(mapped, id("t8")), (unionid("u1"), unionid("u8")), (name("wei"), name("hu"))] {
        let kinds = [id("t9"), unionid("u9"), name("li")];
        for kind in kinds {
            let is_same = (0..3).all(|place| kind[place].is_some() == own[place].is_some());
            assert_eq!(usable(own, &[kind], true), is_same, "{own:?} beside {kind:?}");
        }
        assert!(usable(own, &[other, [None; 3]], true) && usable(own, &[[None; 3], other], true), "one row is enough");
        assert!(!usable(own, &[[None; 3]], true) && usable(own, &[], true), "{own:?}");
    }
    assert!(!usable(unionid("u1"), &[unionid("u9")], false) && !usable(unionid("u1"), &[], false));
    for target in [&[][..], &[[Some("t9"), Some("u9"), Some("li")]]] {
        assert!(!usable(id("w9"), target, true) && !usable([None; 3], target, true), "an id that is in no map");
    }
}

/// Rows of several kinds that do not contradict: matched by their age, not by their kind.
#[test]
fn rows_of_one_name_without_a_contradiction_join_in_order_of_age() {
    assert_eq!(by_name(&[Ids::Id, Ids::None], &[Ids::None, Ids::Id]).target_of, [0, 1]);
    assert_eq!(by_name(&[Ids::Unionid, Ids::None], &[Ids::None, Ids::Id, Ids::None]).target_of, [0, 1]);
    assert_eq!(by_name(&[Ids::None, Ids::Id], &[Ids::Id, Ids::None]).target_of, [0, 1]);
}

/// Across accounts: the map before the unionid, and by neither what the other side has too few of.
#[test]
fn misplaced_relations_join_by_the_map_before_the_unionid() {
    let across_if = |unionids_shared: bool, source: &[KeyTexts], target: &[KeyTexts], doubts: &[CandidateDoubt]| {
        let rows = |count: usize| (0..count as u32).collect::<Vec<u32>>();
        let (candidates, arrivals) = (rows(source.len()), rows(target.len()));
        let mut matches = Matches::new(source.len(), target.len());
        let (source, target) = sides(source, target);
        let doubt = |row: u32| doubts.get(row as usize).copied().unwrap_or(CandidateDoubt::None);
        let mut found = misplaced(&source, &target, (&candidates, &arrivals), unionids_shared, doubt, &mut matches);
        found.sort_unstable();
        (found, matches.target_of, matches.ambiguous)
    };
    let of_two_namespaces = across_if(false, &[id("w1"), unionid("u1")], &[id("t1"), unionid("u1")], &[]);
    assert_eq!(of_two_namespaces, (vec![0], vec![0, NOT_MATCHED], vec![false, false]));
    let across =
        |source: &[KeyTexts], target: &[KeyTexts], doubts: &[CandidateDoubt]| across_if(true, source, target, doubts);
    let of_both = [Some("w1"), Some("u1"), None];
    assert_eq!(across(&[of_both], &[unionid("u1"), id("t1")], &[]), (vec![0], vec![1], vec![false]));
    // What the map settled is not asked about again by its unionid, and the target row is free for another.
    let found = across(&[of_both, unionid("u1")], &[unionid("u1"), id("t1")], &[]);
    assert_eq!(found, (vec![0, 1], vec![1, 0], vec![false, false]));
    // Two for one are ambiguous, and so is the target row: a third relation does not get it by the unionid.
    let of_target = [Some("t1"), Some("u1"), None];
    let found = across(&[id("w1"), id("w1"), unionid("u1")], &[of_target], &[]);
    assert_eq!(found, (vec![], vec![NOT_MATCHED; 3], vec![true, true, false]));
    // Nor do they themselves get another one by their unionid.
    let two_of_one = [[Some("w1"), Some("u1"), None], [Some("w1"), Some("u2"), None]];
    let found = across(&two_of_one, &[id("t1"), unionid("u1")], &[]);
    assert_eq!(found, (vec![], vec![NOT_MATCHED; 2], vec![true, true]));
    // One of two customers may be the one of an unreadable record: none is found, and that with the doubt of its own is
    // undetermined by it, not ambiguous.
    let two = [unionid("u1"), unionid("u1")];
    let found = across(&two, &two, &[CandidateDoubt::OwnRow]);
    assert_eq!(found, (vec![], vec![NOT_MATCHED; 2], vec![false, true]));
    let found = across(&two, &two, &[CandidateDoubt::OtherRows]);
    assert_eq!(found, (vec![], vec![NOT_MATCHED; 2], vec![true, true]));
    // Where nothing of it arrived, a doubt is no reason for anything.
    assert_eq!(across(&two, &[], &[CandidateDoubt::OtherRows]), (vec![], vec![NOT_MATCHED; 2], vec![false, false]));
}

/// A masked name names nobody.
#[test]
fn a_customer_is_known_by_id_alone_where_neither_unionid_nor_name_is() {
    let (source, _) = sides(&[id("w1"), [None, None, Some("***三")], unionid("u1"), name("wei")], &[]);
    let by_id_alone: Vec<bool> = (0..4).map(|row| source.is_known_by_id_alone(row)).collect();
    assert_eq!(by_id_alone, [true, true, false, false]);
}

/// In NFC and without what cannot be seen, whether other names are written so or not.
#[test]
fn names_are_compared_in_their_normal_form() {
    let source = [name("wei"), name("e\u{301}lan"), name("li\u{200b}")];
    let target = [name("li"), name("\u{e9}lan"), name("wei")];
    assert_eq!(of_pair(&source, &target, true).target_of, [2, 1, 0]);
    assert_eq!(of_pair(&source[1..2], &target[1..2], true).target_of, [0], "all of them are");
}
