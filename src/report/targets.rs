//! `target_relations.parquet`: put in order of the accounts of the target corp, which stand in the partitions of those that
//! are mapped to them.
//!
//! An account stands in one partition only, so whole stretches of rows are put in order. They meet in ranges of accounts
//! of one origin, one after the other.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;

use super::parquet::{Footer, GroupWriter};
use super::relations::{OfWord, TARGET_RELATIONS_SORTED_BY};
use crate::error::Result;
use crate::schema::tables::TARGET_RELATIONS_REPORT;
use crate::schema::vocabulary::Origin;
use crate::snapshot::{Corp, Layout, stretches};
use crate::spill::{Held, Memory, compact, make_room};

/// The rows so far, by range of accounts and origin.
pub struct TargetAccounts {
    ranges: Layout,
    memory: Memory,
    /// By the place of the origin in the alphabet, then by range.
    held: Vec<Vec<Option<Held>>>,
}

impl TargetAccounts {
    /// None yet, for accounts that hold so many relations each.
    pub fn of(accounts: &BTreeMap<String, u64>, memory: &Memory) -> Self {
        let ranges = Layout::by_range(accounts, memory.partition_rows());
        let none = || (0..ranges.partitions()).map(|_| None).collect();
        Self { held: Origin::ALL.iter().map(|_| none()).collect(), ranges, memory: memory.clone() }
    }

    /// Adds the rows of a partition, each origin in order of account.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if there is no room for them.
    pub fn add(&mut self, rows: Vec<OfWord>) -> Result<()> {
        for OfWord { rank, rows } in rows {
            let range = |userid: &str| self.ranges.partition(Corp::Source, userid);
            let accounts: Vec<_> =
                stretches(rows.column(0).as_string_view()).into_iter().map(|(userid, rows)| (range(userid), rows)).collect();
            for same in accounts.chunk_by(|a, b| a.0 == b.0) {
                let (begin, end) = (same[0].1.start, same[same.len() - 1].1.end);
                let held = self.held[rank][same[0].0].get_or_insert_with(|| Held::new(&self.memory, rows.schema()));
                // They wait for other partitions, and must not hold on to all of this one.
                held.push(compact(&rows.slice(begin, end - begin))?);
            }
        }
        make_room(&self.memory, self.held.iter_mut().flatten().flatten())
    }

    /// Writes all of them.
    ///
    /// # Errors
    /// As [`GroupWriter`].
    pub fn write(self, path: &Path, footer: &Footer) -> Result<()> {
        let mut writer = GroupWriter::create(path, &TARGET_RELATIONS_REPORT, TARGET_RELATIONS_SORTED_BY, footer)?;
        for held in self.held.into_iter().flatten().flatten() {
            writer.write(in_order_of_accounts(&held.batches()?)?)?;
        }
        writer.finish()
    }
}

fn in_order_of_accounts(batches: &[RecordBatch]) -> Result<RecordBatch> {
    let mut accounts: Vec<(&str, RecordBatch)> = Vec::new();
    for batch in batches {
        let of_batch = stretches(batch.column(0).as_string_view()).into_iter();
        accounts.extend(of_batch.map(|(userid, rows)| (userid, batch.slice(rows.start, rows.len()))));
    }
    accounts.sort_by_key(|(userid, _)| *userid);
    Ok(concat_batches(&batches[0].schema(), accounts.iter().map(|(_, rows)| rows))?)
}
