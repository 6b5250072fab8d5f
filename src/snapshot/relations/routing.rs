//! Partitions raw rows by account.

use std::ops::Range;

use arrow::array::{Array, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take_record_batch;
use hashbrown::HashMap;

use crate::error::Result;
use crate::memory::RowBuffer;
use crate::schema::{ReadColumns, fields};
use crate::snapshot::partitioning::{CorpRole, Partitioning};

/// Counts the rows of each account in a raw batch.
///
/// # Errors
/// [`crate::Error::Bug`] if the rows have no userids.
pub fn count_accounts(rows: &RecordBatch) -> Result<HashMap<&str, u64>> {
    let mut accounts = HashMap::new();
    for (userid, rows) in equal_runs(rows.texts(&fields::USERID)?) {
        *accounts.entry(userid).or_default() += rows.len() as u64;
    }
    Ok(accounts)
}

/// Average length of the runs of accounts in a batch below which rows are gathered, not sliced.
const SHORT: usize = 16;

/// Splits raw batches by the partitions of their accounts.
pub fn route(partitioning: &Partitioning, corp: CorpRole, batches: &[RecordBatch]) -> Result<Vec<Vec<RecordBatch>>> {
    let mut routed = vec![Vec::new(); partitioning.partitions()];
    if routed.len() == 1 {
        routed[0] = batches.to_vec();
        return Ok(routed);
    }
    for batch in batches {
        let runs = equal_runs(batch.texts(&fields::USERID)?);
        let placed: Vec<(usize, Range<usize>)> =
            runs.into_iter().map(|(userid, rows)| (partitioning.partition(corp, userid), rows)).collect();
        if placed.len() * SHORT > batch.num_rows() {
            for (place, rows) in gathered(batch, placed)? {
                routed[place].push(rows);
            }
        } else {
            for same in placed.chunk_by(|a, b| a.0 == b.0) {
                let (begin, end) = (same[0].1.start, same[same.len() - 1].1.end);
                routed[same[0].0].push(batch.slice(begin, end - begin));
            }
        }
    }
    Ok(routed)
}

/// Pushes the batches routed to each partition.
pub fn push(parts: &mut [RowBuffer], routed: impl IntoIterator<Item = Vec<RecordBatch>>) {
    for (part, rows) in parts.iter_mut().zip(routed) {
        for rows in rows {
            part.push(rows);
        }
    }
}

/// Gathers the rows of each partition into one batch.
fn gathered(batch: &RecordBatch, mut placed: Vec<(usize, Range<usize>)>) -> Result<Vec<(usize, RecordBatch)>> {
    placed.sort_by_key(|(place, _)| *place);
    let mut gathered = Vec::new();
    for same in placed.chunk_by(|a, b| a.0 == b.0) {
        let rows: UInt32Array =
            same.iter().flat_map(|(_, rows)| rows.clone()).map(|row| row as u32).collect::<Vec<_>>().into();
        gathered.push((same[0].0, take_record_batch(batch, &rows)?));
    }
    Ok(gathered)
}

/// Splits a column into runs of equal values.
pub fn equal_runs(column: &StringViewArray) -> Vec<(&str, Range<usize>)> {
    let views = column.views();
    let mut runs: Vec<(&str, Range<usize>)> = Vec::new();
    for i in 0..column.len() {
        if let Some((last, range)) = runs.last_mut()
            && (views[i] == views[i - 1] || *last == column.value(i))
        {
            range.end = i + 1;
        } else {
            runs.push((column.value(i), i..i + 1));
        }
    }
    runs
}
