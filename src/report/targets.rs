//! `target_relations.parquet`, sorted by target account. Target accounts are in the partitions of the source accounts
//! that are mapped to them, so partitions are not in that order.
//!
//! An account is in one partition only, so whole stretches of rows are reordered. They are collected in ranges of
//! accounts of one origin, and each range is sorted when it is written.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;

use super::parquet::{Footer, GroupWriter};
use super::relations::{RowsOfWord, TARGET_RELATIONS_SORTED_BY, report_schema};
use crate::decision::Exports;
use crate::error::Result;
use crate::memory::{MemoryBudget, RowBuffer, compact, make_room};
use crate::progress::Progress;
use crate::schema::fields::ORIGIN_COUNTS;
use crate::schema::tables::TARGET_RELATIONS_REPORT;
use crate::schema::vocabulary::Origin;
use crate::schema::{ReadColumns, alphabetical};
use crate::snapshot::{CorpRole, Partitioning, equal_runs};
use crate::turns::in_turn;

/// The rows collected so far.
pub struct TargetAccounts {
    memory: MemoryBudget,
    /// By the rank of the origin.
    origins: Vec<RowsByAccount>,
}

/// The rows of one origin, by range of accounts.
struct RowsByAccount {
    ranges: Partitioning,
    held: Vec<RowBuffer>,
}

impl TargetAccounts {
    /// No rows yet.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn new(exports: &Exports, accounts: &RecordBatch, memory: &MemoryBudget) -> Result<Self> {
        let schema = report_schema(&TARGET_RELATIONS_REPORT);
        let origins = alphabetical(Origin::WORDS).into_iter().map(|code| {
            let ranges =
                Partitioning::by_range(&relations_of(exports, accounts, Origin::ALL[code])?, memory.partition_rows());
            let held = (0..ranges.partitions()).map(|_| RowBuffer::new(memory, schema.clone())).collect();
            Ok(RowsByAccount { ranges, held })
        });
        Ok(Self { origins: origins.collect::<Result<_>>()?, memory: memory.clone() })
    }

    /// Adds the rows of a partition, each origin in order of account.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if there is no room for them.
    pub fn add(&mut self, rows: Vec<RowsOfWord>) -> Result<()> {
        for RowsOfWord { rank, rows } in rows {
            let RowsByAccount { ranges, held } = &mut self.origins[rank];
            let range = |userid: &str| ranges.partition(CorpRole::Source, userid);
            let accounts: Vec<_> = equal_runs(rows.column(0).as_string_view())
                .into_iter()
                .map(|(userid, rows)| (range(userid), rows))
                .collect();
            for same in accounts.chunk_by(|a, b| a.0 == b.0) {
                let (begin, end) = (same[0].1.start, same[same.len() - 1].1.end);
                // A copy: a slice would keep the memory of the whole partition alive.
                held[same[0].0].push(compact(&rows.slice(begin, end - begin))?);
            }
        }
        make_room(&self.memory, self.origins.iter_mut().flat_map(|origin| &mut origin.held))
    }

    /// # Errors
    /// As [`GroupWriter`].
    pub fn write(self, path: &Path, footer: &Footer, progress: &dyn Progress) -> Result<()> {
        let mut writer = GroupWriter::create(path, &TARGET_RELATIONS_REPORT, TARGET_RELATIONS_SORTED_BY, footer)?;
        let held = self.origins.into_iter().flat_map(|origin| origin.held).filter(|held| held.rows() > 0);
        let write = |rows: RecordBatch| {
            progress.advance(rows.num_rows() as u64);
            writer.write(rows)
        };
        in_turn(held, |held| in_order_of_accounts(&held.all()?), write)?;
        writer.finish()
    }
}

/// Relations of that origin by target account. Of an account that nothing is mapped to only the sum is known; too high
/// a number only makes the ranges smaller.
fn relations_of(exports: &Exports, accounts: &RecordBatch, origin: Origin) -> Result<BTreeMap<String, u64>> {
    let column = ORIGIN_COUNTS.iter().find(|(of, _)| *of == origin).map(|(_, column)| accounts.integers(column));
    let counts = column.transpose()?;
    let count = |(userid, all): (&String, &u64)| {
        let pair = exports.enrolment.by_target(userid);
        (userid.clone(), pair.zip(counts).map_or(*all, |(pair, counts)| counts.value(pair).unsigned_abs()))
    };
    Ok(exports.target_after.relations.accounts().iter().map(count).collect())
}

fn in_order_of_accounts(rows: &RecordBatch) -> Result<RecordBatch> {
    let mut accounts = equal_runs(rows.column(0).as_string_view());
    accounts.sort_by_key(|(userid, _)| *userid);
    let order = UInt32Array::from_iter_values(accounts.into_iter().flat_map(|(_, rows)| rows).map(|row| row as u32));
    Ok(take_record_batch(rows, &order)?)
}
