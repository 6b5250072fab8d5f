//! Raw rows to the partitions of their accounts.

use std::ops::Range;

use arrow::array::{Array, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take_record_batch;
use hashbrown::HashMap;

use crate::error::Result;
use crate::snapshot::layout::{Corp, Layout};
use crate::spill::Held;

/// The accounts of a raw batch, each once, with its rows.
pub fn count_accounts(rows: &RecordBatch) -> HashMap<&str, u64> {
    let mut accounts = HashMap::new();
    for (userid, rows) in stretches(rows.column(0).as_string_view()) {
        *accounts.entry(userid).or_default() += rows.len() as u64;
    }
    accounts
}

/// Stretches of an account in a batch that are shorter than this on average are gathered, not sliced.
const SHORT: usize = 16;

/// Raw batches by the partition of their accounts.
pub fn route(layout: &Layout, corp: Corp, batches: &[RecordBatch]) -> Result<Vec<Vec<RecordBatch>>> {
    let mut routed = vec![Vec::new(); layout.partitions()];
    if routed.len() == 1 {
        routed[0] = batches.to_vec();
        return Ok(routed);
    }
    for batch in batches {
        let stretches = stretches(batch.column(0).as_string_view());
        let placed: Vec<(usize, Range<usize>)> =
            stretches.into_iter().map(|(userid, rows)| (layout.partition(corp, userid), rows)).collect();
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

/// Adds to each partition the batches that were routed to it.
pub fn push(parts: &mut [Held], routed: impl IntoIterator<Item = Vec<RecordBatch>>) {
    for (part, rows) in parts.iter_mut().zip(routed) {
        for rows in rows {
            part.push(rows);
        }
    }
}

/// The rows of each partition, each copied together once.
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

/// The stretches of equal values in a column.
pub fn stretches(column: &StringViewArray) -> Vec<(&str, Range<usize>)> {
    let views = column.views();
    let mut stretches: Vec<(&str, Range<usize>)> = Vec::new();
    for i in 0..column.len() {
        if let Some((last, range)) = stretches.last_mut()
            && (views[i] == views[i - 1] || *last == column.value(i))
        {
            range.end = i + 1;
        } else {
            stretches.push((column.value(i), i..i + 1));
        }
    }
    stretches
}
