//! The law of abbreviated keys: however narrow the digests, texts decide, so the matches are the same. The join by
//! name, where ids of some rows contradict.

use arrow::array::RecordBatch;

use super::side::Digest;
use super::{Matches, NOT_MATCHED, Namespaces, Pair, Side, match_pairs, misplaced};
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
    let found =
        misplaced(&source, &target, (&candidates, &arrivals), true, |_| super::CandidateDoubt::None, &mut matches);
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
