//! Matching across accounts: relations that arrived under another account than the mapped one (B7).
//!
//! A semi join by fixed-width keys selects the few left-over rows of either side whose key the other side has left over
//! too; only these are joined by their texts.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use arrow::array::{AsArray, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};

use super::Exports;
use super::match_part::{ACROSS, LeftOver, MatchedPart};
use crate::error::Result;
use crate::ingest::doubts::{DoubtfulCustomers, merged};
use crate::lists::KeyedFlags;
use crate::matching::{self, CandidateDoubt, Matches, Side};
use crate::memory::{MemoryBudget, RowBuffer, compact, make_room};
use crate::schema::lists::REFUSALS;
use crate::schema::tables::AUDITED_RELATIONS;
use crate::schema::vocabulary::Dataset;

/// The relations found under another account than the mapped one, of both sides.
pub struct Misplaced {
    parts: Vec<MisplacedPart>,
    /// The source rows that are misplaced, and some others.
    pub source: RecordBatch,
    /// The target rows that they were found as, and some others.
    pub target: RecordBatch,
}

/// The misplaced relations of one partition.
#[derive(Debug, Clone, Default)]
pub struct MisplacedPart {
    /// For source rows, the row of [`Misplaced::target`] that they are found as.
    pub source: BTreeMap<u32, u32>,
    /// For target rows, the row of [`Misplaced::source`] that they are.
    pub target: BTreeMap<u32, u32>,
}

impl Misplaced {
    /// Returns the misplaced relations of one partition.
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

/// The rows of all partitions that their pairs left over, in order.
pub struct LeftRows {
    memory: MemoryBudget,
    source: RowBuffer,
    target: RowBuffer,
}

impl LeftRows {
    /// No rows yet.
    pub fn new(memory: &MemoryBudget) -> Self {
        let none = || RowBuffer::new(memory, AUDITED_RELATIONS.arrow_schema());
        Self { memory: memory.clone(), source: none(), target: none() }
    }

    /// Adds the left-over rows of a partition.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if there is no room for them.
    pub fn add(&mut self, (source, target): (RecordBatch, RecordBatch)) -> Result<()> {
        self.source.push(source);
        self.target.push(target);
        make_room(&self.memory, [&mut self.source, &mut self.target].into_iter())
    }
}

/// Finds them, and marks in `matched` what they are matched by, and what is ambiguous.
pub fn find(
    exports: &Exports,
    matched: &mut [MatchedPart],
    left: LeftRows,
    flags: &[KeyedFlags],
    unionids_shared: bool,
) -> Result<Misplaced> {
    let refused: Vec<&BooleanArray> = flags.iter().map(|flags| flags.of(&REFUSALS)).collect();
    let left_of = |of: fn(&MatchedPart) -> &Vec<LeftOver>| {
        matched.iter().enumerate().flat_map(move |(part, rows)| of(rows).iter().map(move |left| (part, left)))
    };
    let (candidates, arrivals) = (|| left_of(|part| &part.candidates), || left_of(|part| &part.arrivals));
    let at_target = LeftOverKeys::of(arrivals().map(|(_, left)| left));
    let is_candidate =
        |(part, left): (usize, &LeftOver)| !refused[part].value(left.row as usize) && at_target.hold_any_of(left);
    let at_source = LeftOverKeys::of(candidates().filter(|&left| is_candidate(left)).map(|(_, left)| left));
    let source = Concerned::read(&left.source, candidates(), is_candidate)?;
    let target = Concerned::read(&left.target, arrivals(), |(_, left)| at_source.hold_any_of(left))?;
    drop((left, at_source, at_target));

    let mut matches = Matches::new(source.places.len(), target.places.len());
    let rows = |count: usize| (0..count as u32).collect::<Vec<u32>>();
    let is_enrolled = |userid: Option<&str>| userid.is_none_or(|userid| exports.enrolment.by_source(userid).is_some());
    let doubts = exports.source_before.coverage.doubts.iter();
    let of_records =
        doubts.filter(|(dataset, userid, _)| Dataset::OF_RELATIONS.contains(dataset) && is_enrolled(*userid));
    let of_records = of_records.map(|(.., doubt)| doubt.customers.clone());
    let unread = merged(of_records.chain(matched.iter().filter_map(|part| part.doubts.source.clone())));
    let shared = exports.shared_unionids();
    let source_side = Side::from_source(&source.rows, &exports.customer_map)?.without(shared);
    let target_side = Side::from_target(&target.rows, &exports.customer_map)?.without(shared);
    let doubt = |row: u32| {
        let (part, own) = source.places[row as usize];
        let doubts = &matched[part].doubts;
        let may_be = |unread: &DoubtfulCustomers| {
            let (id, unionid) = source_side.ids(row);
            unread.may_be(id, unionid)
        };
        match () {
            () if doubts.unreadable[own as usize] || doubts.doubted[own as usize] => CandidateDoubt::OwnRow,
            () if unread.as_ref().is_some_and(may_be) => CandidateDoubt::OtherRows,
            () => CandidateDoubt::None,
        }
    };
    let candidates = (&rows(source.places.len())[..], &rows(target.places.len())[..]);
    let found = matching::misplaced(&source_side, &target_side, candidates, unionids_shared, doubt, &mut matches);
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

/// The keys of many rows, in order, by method.
struct LeftOverKeys([Vec<NonZeroU64>; ACROSS.len()]);

impl LeftOverKeys {
    fn of<'l>(rows: impl Iterator<Item = &'l LeftOver>) -> Self {
        let mut keys: [Vec<NonZeroU64>; ACROSS.len()] = Default::default();
        for left in rows {
            keys.iter_mut().zip(left.keys).for_each(|(keys, key)| keys.extend(key));
        }
        for keys in &mut keys {
            keys.sort_unstable();
            keys.dedup();
        }
        Self(keys)
    }

    fn hold_any_of(&self, left: &LeftOver) -> bool {
        self.0.iter().zip(left.keys).any(|(keys, key)| key.is_some_and(|key| keys.binary_search(&key).is_ok()))
    }
}

/// Rows of several partitions together, in order of their accounts.
struct Concerned {
    rows: RecordBatch,
    /// Partition and row of each.
    places: Vec<(usize, u32)>,
}

impl Concerned {
    /// Reads the rows of `left` that `is_concerned` selects; `held` has them in the same order.
    fn read<'l>(
        held: &RowBuffer,
        left: impl Iterator<Item = (usize, &'l LeftOver)>,
        is_concerned: impl Fn((usize, &'l LeftOver)) -> bool,
    ) -> Result<Self> {
        let mut left = left;
        let (mut batches, mut places) = (Vec::new(), Vec::new());
        held.for_each(|batch| {
            let mut concerned = Vec::new();
            for (row, left) in (0..batch.num_rows() as u32).zip(left.by_ref()) {
                if is_concerned(left) {
                    concerned.push(row);
                    places.push((left.0, left.1.row));
                }
            }
            if !concerned.is_empty() {
                // A copy: the few rows must not keep the texts of all others alive.
                batches.push(compact(&take_record_batch(&batch, &UInt32Array::from(concerned))?)?);
            }
            Ok(())
        })?;
        let rows = concat_batches(&AUDITED_RELATIONS.arrow_schema(), &batches)?;
        // The last tie-break between rows of one customer is their place, which must not depend on the partitions.
        let userids = rows.column(0).as_string_view();
        let mut order: Vec<u32> = (0..places.len() as u32).collect();
        order.sort_by_key(|&row| userids.value(row as usize));
        let places = order.iter().map(|&row| places[row as usize]).collect();
        let rows = take_record_batch(&rows, &UInt32Array::from(order))?;
        Ok(Self { rows, places })
    }
}
