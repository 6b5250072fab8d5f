//! What its pair left over, across all partitions: relations that arrived under another account (B7).
//!
//! Few rows can be concerned: those of either side whose fixed-width key the other side has left over too. Only they are
//! read again, and decided by their texts.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{AsArray, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};

use super::Exports;
use super::match_part::{LeftOver, MatchedPart};
use crate::error::Result;
use crate::matching::{self, Matches, Side};
use crate::schema::tables::AUDITED_RELATIONS;
use crate::snapshot::Snapshot;
use crate::spill::compact;

/// The relations that stand under another account than the mapped one, on both sides.
pub struct Misplaced {
    parts: Vec<MisplacedPart>,
    /// The source rows that are misplaced, and some others.
    pub source: RecordBatch,
    /// The target rows that they were found as, and some others.
    pub target: RecordBatch,
}

/// Those of one partition.
#[derive(Debug, Clone, Default)]
pub struct MisplacedPart {
    /// For source rows, the row of [`Misplaced::target`] that they are found as.
    pub source: BTreeMap<u32, u32>,
    /// For target rows, the row of [`Misplaced::source`] that they are.
    pub target: BTreeMap<u32, u32>,
}

impl Misplaced {
    /// Those of one partition.
    pub fn of(&self, partition: usize) -> &MisplacedPart {
        &self.parts[partition]
    }

    /// Source rows that were found elsewhere.
    pub fn found_at_source(&self) -> u64 {
        self.parts.iter().map(|part| part.source.len() as u64).sum()
    }

    /// Target rows that they were found as.
    pub fn found_at_target(&self) -> u64 {
        self.parts.iter().map(|part| part.target.len() as u64).sum()
    }
}

/// Finds them, and marks in `matched` what they are matched by, and what is ambiguous.
pub fn find(exports: &Exports, matched: &mut [MatchedPart], refused: &[BooleanArray], unionids_shared: bool) -> Result<Misplaced> {
    let candidates = |part: usize| {
        let of_part: &MatchedPart = &matched[part];
        of_part.candidates.iter().filter(move |left| !refused[part].value(left.row as usize)).collect::<Vec<_>>()
    };
    let arrivals = |part: usize| matched[part].arrivals.iter().collect::<Vec<_>>();
    let (at_source, at_target) = (0..matched.len()).fold((HashSet::new(), HashSet::new()), |(mut source, mut target), part| {
        source.extend(candidates(part).into_iter().flat_map(keys));
        target.extend(arrivals(part).into_iter().flat_map(keys));
        (source, target)
    });
    let known_to = |left: &LeftOver, others: &HashSet<(usize, u64)>| keys(left).any(|key| others.contains(&key));
    let concerned = |left: Vec<&LeftOver>, others| left.into_iter().filter(|left| known_to(left, others)).map(|left| left.row).collect();
    let source = Concerned::read(&exports.source_before, (0..matched.len()).map(|part| concerned(candidates(part), &at_target)).collect())?;
    let target = Concerned::read(&exports.target_after, (0..matched.len()).map(|part| concerned(arrivals(part), &at_source)).collect())?;
    drop((at_source, at_target));

    let mut matches = Matches::none(source.places.len(), target.places.len());
    let rows = |count: usize| (0..count as u32).collect::<Vec<u32>>();
    let found = matching::misplaced(
        &Side::of_source(&source.rows, &exports.customer_map),
        &Side::of_target(&target.rows, &exports.customer_map),
        &rows(source.places.len()),
        &rows(target.places.len()),
        unionids_shared,
        &mut matches,
    );
    let mut parts = vec![MisplacedPart::default(); matched.len()];
    for row in found {
        let other = matches.target_of[row as usize];
        let ((part, here), (other_part, there)) = (source.places[row as usize], target.places[other as usize]);
        parts[part].source.insert(here, other);
        parts[other_part].target.insert(there, row);
        matched[part].matches.method[here as usize] = matches.method[row as usize];
    }
    for (&(part, row), _) in source.places.iter().zip(&matches.ambiguous).filter(|(_, ambiguous)| **ambiguous) {
        matched[part].matches.ambiguous[row as usize] = true;
    }
    Ok(Misplaced { parts, source: source.rows, target: target.rows })
}

/// The keys of a row, each with the place of its method.
fn keys(left: &LeftOver) -> impl Iterator<Item = (usize, u64)> {
    left.keys.into_iter().enumerate().filter_map(|(method, key)| Some((method, key?)))
}

/// Rows of several partitions together, in order of their accounts.
struct Concerned {
    rows: RecordBatch,
    /// Partition and row of each.
    places: Vec<(usize, u32)>,
}

impl Concerned {
    fn read(snapshot: &Snapshot, by_part: Vec<Vec<u32>>) -> Result<Self> {
        let (mut batches, mut places) = (Vec::new(), Vec::new());
        for (part, rows) in by_part.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            places.extend(rows.iter().map(|&row| (part, row)));
            // The few rows must not hold on to the texts of the whole partition.
            batches.push(compact(&take_record_batch(&snapshot.relations.part(part)?.rows, &UInt32Array::from(rows))?)?);
        }
        let rows = concat_batches(&AUDITED_RELATIONS.arrow_schema(), &batches)?;
        // Rows of one customer are told apart by their place at last, which must not depend on the partitions.
        let userids = rows.column(0).as_string_view();
        let mut order: Vec<u32> = (0..places.len() as u32).collect();
        order.sort_by_key(|&row| userids.value(row as usize));
        let places = order.iter().map(|&row| places[row as usize]).collect();
        let rows = take_record_batch(&rows, &UInt32Array::from(order))?;
        Ok(Self { rows, places })
    }
}
