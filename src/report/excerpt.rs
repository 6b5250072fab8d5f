//! Which rows the page and the workbook show where they cannot show all: those that somebody must act on, shared out fairly.

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use serde::Serialize;

use super::relations::{OfWord, by_rank};
use crate::counts::Counts;
use crate::error::Result;
use crate::outcomes::RULE_BOOK;
use crate::schema::vocabulary::{Outcome, Severity};
use crate::schema::{Column, fields};
use crate::spill::compact;

/// Relations that are held for the writers; none of them shows more.
pub const RELATIONS_HELD: u64 = 100_000;

/// What is shown of a relation: what was decided, by which evidence, and where it was read.
pub const RELATION_COLUMNS: &[&Column] = &[
    &fields::SEVERITY,
    &fields::OUTCOME,
    &fields::REASON,
    &fields::SOURCE_USERID,
    &fields::CUSTOMER_NAME,
    &fields::SOURCE_EXTERNAL_USERID,
    &fields::SOURCE_CREATED_AT,
    &fields::TARGET_USERID,
    &fields::ARRIVED_USERID,
    &fields::TARGET_CREATED_AT,
    &fields::SCOPE,
    &fields::MATCH_METHOD,
    &fields::TARGET_COVERAGE,
    &fields::WAIVED,
    &fields::SOURCE_FILE,
    &fields::SOURCE_RECORD,
];

/// How many rows of an outcome there are, and how many are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Share {
    pub outcome: &'static str,
    pub total: u64,
    pub shown: u64,
}

/// The first relations of every outcome that asks for something, as `relations.parquet` sorts them.
pub struct ToActOn {
    /// In alphabetical order of the outcomes.
    shares: Vec<Share>,
    rows: Vec<Vec<RecordBatch>>,
    taken: Vec<u64>,
}

impl ToActOn {
    /// None yet, of outcomes that were counted so.
    pub fn of(counts: &Counts) -> Self {
        let outcomes: Vec<Outcome> = by_rank(Outcome::WORDS).into_iter().map(|code| Outcome::ALL[code]).collect();
        let total = |outcome: &Outcome| counts.by_outcome.get(outcome.word()).copied().unwrap_or(0);
        let none: Vec<Share> =
            outcomes.iter().map(|outcome| Share { outcome: outcome.word(), total: total(outcome), shown: 0 }).collect();
        let shares = shared_out(&none, RELATIONS_HELD);
        Self { shares, rows: outcomes.iter().map(|_| Vec::new()).collect(), taken: vec![0; outcomes.len()] }
    }

    /// Looks at the next rows of an outcome, and keeps a copy of those that may be shown.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn look(&mut self, next: &OfWord) -> Result<()> {
        let room = self.shares[next.rank].shown - self.taken[next.rank];
        let rows = next.rows.num_rows().min(usize::try_from(room).unwrap_or(usize::MAX));
        if rows > 0 {
            self.taken[next.rank] += rows as u64;
            self.rows[next.rank].push(first(&next.rows, rows)?);
        }
        Ok(())
    }

    /// How many of each outcome are shown where there is room for so many, in alphabetical order of the outcomes.
    pub fn shares(&self, room: u64) -> Vec<Share> {
        shared_out(&self.shares, room.min(RELATIONS_HELD))
    }

    /// The rows of each outcome where there is room for so many, the most serious outcomes first, each in the order of
    /// `relations.parquet`.
    pub fn rows(&self, room: u64) -> Vec<(Share, Vec<RecordBatch>)> {
        let shares = self.shares(room);
        let mut ranks: Vec<usize> = (0..shares.len()).collect();
        ranks.sort_by_key(|&rank| std::cmp::Reverse(severity(shares[rank].outcome)));
        ranks.into_iter().map(|rank| (shares[rank], leading(&self.rows[rank], shares[rank].shown))).collect()
    }
}

/// Shares out `room` among the outcomes that ask for something. With more room, none is given less.
fn shared_out(shares: &[Share], room: u64) -> Vec<Share> {
    let wanted: Vec<u64> =
        shares.iter().map(|share| if asks_for_something(share.outcome) { share.total } else { 0 }).collect();
    shares.iter().zip(fair_shares(&wanted, room)).map(|(share, shown)| Share { shown, ..*share }).collect()
}

/// The first rows of the portions, as many as are to be shown.
fn leading(portions: &[RecordBatch], shown: u64) -> Vec<RecordBatch> {
    let mut room = usize::try_from(shown).unwrap_or(usize::MAX);
    let mut leading = Vec::new();
    for portion in portions.iter().take_while(|_| shown > 0) {
        let rows = portion.num_rows().min(room);
        if rows > 0 {
            leading.push(portion.slice(0, rows));
        }
        room -= rows;
    }
    leading
}

/// A copy of the first rows that holds on to nothing else: the rows of a partition are many.
fn first(rows: &RecordBatch, count: usize) -> Result<RecordBatch> {
    let columns: Vec<usize> = (0..rows.num_columns())
        .filter(|&i| RELATION_COLUMNS.iter().any(|column| column.name == rows.schema_ref().field(i).name()))
        .collect();
    let places: UInt32Array = (0..count as u32).collect::<Vec<u32>>().into();
    compact(&take_record_batch(&rows.project(&columns)?, &places)?)
}

/// How serious an outcome is at worst.
pub fn severity(outcome: &str) -> Option<Severity> {
    RULE_BOOK.iter().filter(|rule| rule.outcome.word() == outcome).map(|rule| rule.severity).max()
}

/// Whether an outcome asks somebody to look.
pub fn asks_for_something(outcome: &str) -> bool {
    severity(outcome) >= Some(Severity::Review)
}

/// Shares out `room`: what wants little gets it all, the others get the same each.
fn fair_shares(wanted: &[u64], room: u64) -> Vec<u64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by_key(|&i| wanted[i]);
    let (mut shares, mut room) = (vec![0; wanted.len()], room);
    for (n, i) in order.into_iter().enumerate() {
        shares[i] = wanted[i].min(room / (wanted.len() - n) as u64);
        room -= shares[i];
    }
    shares
}

/// At most so many rows in their order; where there are more, those of the highest urgency, the first of them.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn most_urgent(rows: &RecordBatch, at_most: usize, urgency: impl Fn(usize) -> u64) -> Result<RecordBatch> {
    if rows.num_rows() <= at_most {
        return Ok(rows.clone());
    }
    let mut places: Vec<usize> = (0..rows.num_rows()).collect();
    places.sort_by_key(|&row| (std::cmp::Reverse(urgency(row)), row));
    places.truncate(at_most);
    places.sort_unstable();
    let places: UInt32Array = places.into_iter().map(|row| row as u32).collect::<Vec<u32>>().into();
    Ok(take_record_batch(rows, &places)?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, AsArray, Int64Array};
    use arrow::datatypes::Int64Type;

    use super::*;

    #[test]
    fn room_is_shared_out_fairly() {
        assert_eq!(fair_shares(&[3, 0, 5], 10), [3, 0, 5], "there is enough for all");
        assert_eq!(fair_shares(&[100, 2, 100], 10), [4, 2, 4], "what wants little gets it all");
        assert_eq!(fair_shares(&[100, 100], 7), [3, 4]);
        assert_eq!(fair_shares(&[9], 0), [0]);
    }

    fn numbers(rows: &RecordBatch) -> Vec<i64> {
        rows.column(0).as_primitive::<Int64Type>().values().to_vec()
    }

    fn batch(numbers: &[i64]) -> RecordBatch {
        RecordBatch::try_from_iter([(
            fields::SOURCE_RECORD.name,
            Arc::new(Int64Array::from(numbers.to_vec())) as ArrayRef,
        )])
        .unwrap()
    }

    #[test]
    fn the_most_urgent_rows_stay_in_order() {
        let (rows, urgency) = (batch(&[0, 1, 2, 3, 4]), [1, 0, 2, 1, 0]);
        assert_eq!(numbers(&most_urgent(&rows, 3, |row| urgency[row]).unwrap()), [0, 2, 3]);
        assert_eq!(numbers(&most_urgent(&rows, 2, |row| urgency[row]).unwrap()), [0, 2], "of equals the first");
        assert_eq!(numbers(&most_urgent(&rows, 5, |_| 0).unwrap()), [0, 1, 2, 3, 4]);
    }

    /// However the rows come in portions, the first of each outcome are kept, to the last that has room.
    #[test]
    fn portions_decide_nothing() {
        let missing = Outcome::Missing.word();
        let counts = Counts { by_outcome: [(missing.to_owned(), RELATIONS_HELD + 5)].into(), ..Counts::default() };
        let kept = |portions: &[i64], room: u64| {
            let mut to_act_on = ToActOn::of(&counts);
            let rank = to_act_on.shares(room).iter().position(|share| share.outcome == missing).unwrap();
            let mut begin = 0;
            for &rows in portions {
                to_act_on.look(&OfWord { rank, rows: batch(&(begin..begin + rows).collect::<Vec<_>>()) }).unwrap();
                begin += rows;
            }
            let shown = room.min(RELATIONS_HELD);
            assert_eq!(to_act_on.shares(room)[rank], Share { outcome: missing, total: RELATIONS_HELD + 5, shown });
            to_act_on.rows(room).iter().flat_map(|(_, rows)| rows).flat_map(numbers).collect::<Vec<_>>()
        };
        let all = i64::try_from(RELATIONS_HELD).unwrap() + 5;
        for room in [RELATIONS_HELD, 2 * RELATIONS_HELD, 10, 0] {
            let first: Vec<i64> = (0..i64::try_from(room.min(RELATIONS_HELD)).unwrap()).collect();
            assert_eq!(kept(&[all], room), first);
            assert_eq!(kept(&[1, all - 8, 4, 3], room), first);
        }
    }

    /// Who held 30 rows of them can show any smaller excerpt.
    #[test]
    fn more_room_takes_from_nobody() {
        for wanted in [[100, 2, 100], [7, 7, 7], [0, 50, 9], [1, 1000, 3]] {
            for room in 0..30 {
                let (less, more) = (fair_shares(&wanted, room), fair_shares(&wanted, room + 1));
                assert!(less.iter().zip(&more).all(|(less, more)| less <= more), "{wanted:?} {room}");
            }
        }
    }
}
