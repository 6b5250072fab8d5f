//! What must balance of groups and join codes.

use arrow::array::RecordBatch;

use super::ControlTotal;
use crate::counts::GroupCounts;
use crate::decision::Exports;
use crate::groups::GroupDecision;
use crate::matching::NOT_MATCHED;
use crate::schema::tables::{GROUPS, JOIN_CODES};
use crate::snapshot::stands_in;

/// The equations that can be checked before the reports are written.
pub fn group_totals(exports: &Exports, decision: &GroupDecision, counts: &GroupCounts) -> Vec<ControlTotal> {
    let groups = exports.source_before.table(&GROUPS).num_rows() as u64;
    let matched = |rows: &[u32]| rows.iter().filter(|&&row| row != NOT_MATCHED).count() as u64;
    vec![
        ControlTotal::new("groups of source-before = sum of outcomes", groups, counts.by_outcome.values().sum()),
        ControlTotal::new(
            "groups matched at the source = matched at the target",
            matched(&decision.matches.target_of),
            matched(&decision.matches.source_of),
        ),
        ControlTotal::new(
            "join codes of source-before and source-after = sum of verdicts",
            codes(exports),
            counts.by_verdict.values().sum(),
        ),
    ]
}

/// The codes of source-before, and those that only source-after holds.
fn codes(exports: &Exports) -> u64 {
    let before = exports.source_before.table(&JOIN_CODES);
    let after = exports.source_after.as_ref().map(|after| after.table(&JOIN_CODES));
    let known = after.map_or(0, |after| stands_in(&JOIN_CODES, after, before).true_count());
    (before.num_rows() + after.map_or(0, RecordBatch::num_rows) - known) as u64
}
