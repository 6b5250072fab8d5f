//! The law of abbreviated keys: however narrow the digests, texts decide, so the matches are the same.

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

fn cell(text: Option<&String>) -> Cell<'_> {
    text.map_or(Cell::Null, |text| Cell::Text(text))
}

/// One side: accounts that follow one another, with ids, unionids and names that repeat.
fn relations(dice: &mut Dice, ids: &str) -> RecordBatch {
    let mut rows = Rows::new(&RELATIONS_TABLE);
    for account in 0..ACCOUNTS {
        for _ in 0..RELATIONS {
            let (id, unionid, name) = (dice.text(ids, 60, 80), dice.text("u", 50, 50), dice.text("name", 30, 90));
            let made = i64::try_from(dice.below(20)).unwrap();
            let userid = format!("account{account}");
            let cells: Vec<Cell<'_>> = RELATIONS_TABLE
                .columns
                .iter()
                .map(|slot| match slot.column {
                    column if *column == fields::USERID => Cell::Text(&userid),
                    column if *column == fields::EXTERNAL_USERID => cell(id.as_ref()),
                    column if *column == fields::UNIONID => cell(unionid.as_ref()),
                    column if *column == fields::CUSTOMER_NAME => cell(name.as_ref()),
                    column if *column == fields::CREATED_AT => Cell::Time(made),
                    _ => Cell::Null,
                })
                .collect();
            rows.push_cells(&cells);
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
