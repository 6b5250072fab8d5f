//! The excerpt of relations that the page and the workbook show where they cannot show all: relations to act on, with
//! the room divided fairly among the outcomes.
//!
//! No group-by: the rows are copied out of the partitions while these are written, for their texts are not in memory.

use arrow::array::{RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use serde::Serialize;

use super::Counts;
use crate::error::Result;
use crate::memory::compact;
use crate::rules::RELATION_RULES;
use crate::schema::vocabulary::{Outcome, Severity};
use crate::schema::{Column, alphabetical, fields};

/// Relations that are held for the writers; no writer shows more.
pub const RELATIONS_HELD: u64 = 100_000;

/// The columns that are shown of a relation: the decision, its evidence, and where the relation was read.
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

/// The rows of an outcome: their number, and the number of those shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OutcomeShare {
    pub outcome: Outcome,
    pub total: u64,
    pub shown: u64,
}

/// The first relations of every outcome that has to be acted on, in the order of `relations.parquet`.
pub struct RelationExcerpt {
    /// In alphabetical order of the outcomes.
    shares: Vec<OutcomeShare>,
    rows: Vec<Vec<RecordBatch>>,
    taken: Vec<u64>,
}

impl RelationExcerpt {
    /// No relations yet; the room of each outcome follows from the counts.
    pub fn new(counts: &Counts) -> Self {
        let outcomes: Vec<Outcome> = alphabetical(Outcome::WORDS).into_iter().map(|code| Outcome::ALL[code]).collect();
        let total = |outcome: &Outcome| counts.by_outcome.get(outcome.word()).copied().unwrap_or(0);
        let none: Vec<OutcomeShare> = outcomes
            .iter()
            .map(|outcome| OutcomeShare { outcome: *outcome, total: total(outcome), shown: 0 })
            .collect();
        let shares = with_room(&none, RELATIONS_HELD);
        Self { shares, rows: outcomes.iter().map(|_| Vec::new()).collect(), taken: vec![0; outcomes.len()] }
    }

    /// Keeps a copy of those of the next rows of an outcome that may be shown; `rank` is the place of the outcome in
    /// the alphabet.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn update(&mut self, rank: usize, next: &RecordBatch) -> Result<()> {
        let room = self.shares[rank].shown - self.taken[rank];
        let rows = next.num_rows().min(usize::try_from(room).unwrap_or(usize::MAX));
        if rows > 0 {
            self.taken[rank] += rows as u64;
            self.rows[rank].push(first(next, rows)?);
        }
        Ok(())
    }

    /// Returns the number of rows of each outcome that are shown in `room` rows, in alphabetical order of the outcomes.
    pub fn shares(&self, room: u64) -> Vec<OutcomeShare> {
        with_room(&self.shares, room.min(RELATIONS_HELD))
    }

    /// Returns the rows of each outcome that are shown in `room` rows, the most serious outcomes first, each in the
    /// order of `relations.parquet`.
    pub fn rows(&self, room: u64) -> Vec<(OutcomeShare, Vec<RecordBatch>)> {
        let shares = self.shares(room);
        let mut ranks: Vec<usize> = (0..shares.len()).collect();
        ranks.sort_by_key(|&rank| std::cmp::Reverse(severity(shares[rank].outcome)));
        ranks.into_iter().map(|rank| (shares[rank], leading(&self.rows[rank], shares[rank].shown))).collect()
    }
}

/// Divides `room` among the outcomes that have to be acted on. With more room, no outcome gets less.
fn with_room(shares: &[OutcomeShare], room: u64) -> Vec<OutcomeShare> {
    let wanted: Vec<u64> =
        shares.iter().map(|share| if asks_for_something(share.outcome) { share.total } else { 0 }).collect();
    shares.iter().zip(fair_shares(&wanted, room)).map(|(share, shown)| OutcomeShare { shown, ..*share }).collect()
}

/// Returns the first rows of the portions, as many as are to be shown.
fn leading(portions: &[RecordBatch], shown: u64) -> Vec<RecordBatch> {
    let mut room = usize::try_from(shown).unwrap_or(usize::MAX);
    let slices = portions.iter().map(|portion| {
        let rows = portion.num_rows().min(room);
        room -= rows;
        portion.slice(0, rows)
    });
    slices.filter(|slice| slice.num_rows() > 0).collect()
}

/// Returns a copy of the first rows that does not keep the memory of the partition alive.
fn first(rows: &RecordBatch, count: usize) -> Result<RecordBatch> {
    let columns: Vec<usize> = (0..rows.num_columns())
        .filter(|&i| RELATION_COLUMNS.iter().any(|column| column.name == rows.schema_ref().field(i).name()))
        .collect();
    let places: UInt32Array = (0..count as u32).collect::<Vec<u32>>().into();
    compact(&take_record_batch(&rows.project(&columns)?, &places)?)
}

/// Returns the severity of the most serious rule that gives the outcome.
pub fn severity(outcome: Outcome) -> Option<Severity> {
    RELATION_RULES.iter().filter(|rule| rule.outcome() == outcome).map(|rule| rule.severity).max()
}

/// Returns whether relations with the outcome have to be looked at.
pub fn asks_for_something(outcome: Outcome) -> bool {
    severity(outcome) >= Some(Severity::Review)
}

/// Divides `room`: small wishes are met in full, the others get the same each.
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

/// At most `at_most` rows in their order; where there are more, those of the highest urgency, the first of them.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn most_urgent(rows: &RecordBatch, at_most: usize, urgency: &[u64]) -> Result<RecordBatch> {
    if rows.num_rows() <= at_most {
        return Ok(rows.clone());
    }
    let mut places: Vec<usize> = (0..rows.num_rows()).collect();
    places.sort_by_key(|&row| (std::cmp::Reverse(urgency[row]), row));
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
    fn room_is_divided_fairly() {
        assert_eq!(fair_shares(&[3, 0, 5], 10), [3, 0, 5], "there is enough for all");
        assert_eq!(fair_shares(&[100, 2, 100], 10), [4, 2, 4], "small wishes are met in full");
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
        assert_eq!(numbers(&most_urgent(&rows, 3, &urgency).unwrap()), [0, 2, 3]);
        assert_eq!(numbers(&most_urgent(&rows, 2, &urgency).unwrap()), [0, 2], "of equals the first");
        assert_eq!(numbers(&most_urgent(&rows, 5, &[0; 5]).unwrap()), [0, 1, 2, 3, 4]);
    }

    /// The first rows of each outcome are kept, to the last that has room, whatever the portions.
    #[test]
    fn portions_decide_nothing() {
        let missing = Outcome::Missing;
        let counts =
            Counts { by_outcome: [(missing.word().to_owned(), RELATIONS_HELD + 5)].into(), ..Counts::default() };
        let kept = |portions: &[i64], room: u64| {
            let mut excerpt = RelationExcerpt::new(&counts);
            let rank = excerpt.shares(room).iter().position(|share| share.outcome == missing).unwrap();
            let mut begin = 0;
            for &rows in portions {
                excerpt.update(rank, &batch(&(begin..begin + rows).collect::<Vec<_>>())).unwrap();
                begin += rows;
            }
            let shown = room.min(RELATIONS_HELD);
            assert_eq!(excerpt.shares(room)[rank], OutcomeShare { outcome: missing, total: RELATIONS_HELD + 5, shown });
            excerpt.rows(room).iter().flat_map(|(_, rows)| rows).flat_map(numbers).collect::<Vec<_>>()
        };
        let all = i64::try_from(RELATIONS_HELD).unwrap() + 5;
        for room in [RELATIONS_HELD, 2 * RELATIONS_HELD, 10, 0] {
            let first: Vec<i64> = (0..i64::try_from(room.min(RELATIONS_HELD)).unwrap()).collect();
            assert_eq!(kept(&[all], room), first);
            assert_eq!(kept(&[1, all - 8, 4, 3], room), first);
        }
    }

    /// An excerpt of 30 rows holds every smaller excerpt.
    #[test]
    fn more_room_takes_from_no_outcome() {
        for wanted in [[100, 2, 100], [7, 7, 7], [0, 50, 9], [1, 1000, 3]] {
            for room in 0..30 {
                let (less, more) = (fair_shares(&wanted, room), fair_shares(&wanted, room + 1));
                assert!(less.iter().zip(&more).all(|(less, more)| less <= more), "{wanted:?} {room}");
            }
        }
    }
}
