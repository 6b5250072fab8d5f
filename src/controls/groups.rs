//! Control totals of groups and join codes.

use arrow::array::RecordBatch;

use super::ControlTotal;
use crate::decision::{Exports, GroupDecision, count_matched};
use crate::error::Result;
use crate::figures::GroupCounts;
use crate::schema::tables::{GROUPS, JOIN_CODES};
use crate::snapshot::exists_in;

/// Returns the control totals of groups and join codes.
///
/// # Errors
/// [`crate::Error::Bug`] if a table lacks a column.
pub fn group_totals(exports: &Exports, decision: &GroupDecision, counts: &GroupCounts) -> Result<Vec<ControlTotal>> {
    let groups = exports.source_before.table(&GROUPS).num_rows() as u64;
    let total = ControlTotal::new;
    Ok(vec![
        total("groups of source-before = sum of outcomes", groups, counts.by_outcome.values().sum()),
        total(
            "groups matched at the source = matched at the target",
            count_matched(&decision.matches.target_of),
            count_matched(&decision.matches.source_of),
        ),
        total(
            "join codes of source-before and source-after = sum of verdicts",
            codes(exports)?,
            counts.by_verdict.values().sum(),
        ),
    ])
}

/// Returns the codes of source-before, and those that only source-after holds.
fn codes(exports: &Exports) -> Result<u64> {
    let before = exports.source_before.table(&JOIN_CODES);
    let after = exports.source_after.as_ref().map(|after| after.table(&JOIN_CODES));
    let known = after.map(|after| exists_in(&JOIN_CODES, after, before)).transpose()?;
    let known = known.map_or(0, |known| known.true_count());
    Ok((before.num_rows() + after.map_or(0, RecordBatch::num_rows) - known) as u64)
}
