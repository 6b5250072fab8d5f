//! Findings about the bill: each check of [`CHECKS`] that found something.

use super::Finding;
use crate::billing::{Bill, CHECKS};

pub(super) fn find(bill: &Bill) -> Vec<Finding> {
    let finding = |check: &crate::billing::Check| {
        let found = (check.finds)(bill);
        Finding::new(check.code, found.count, found.keys, found.detail)
    };
    CHECKS.iter().map(finding).collect()
}

/// Returns the checks that can be made before the migration: of the number of relations, and of the party.
pub(super) fn forecast(bill: &Bill) -> Vec<Finding> {
    find(bill)
        .into_iter()
        .filter(|finding| matches!(finding.rule.clause, "B11" | "B12") && finding.rule.code != "B11-billed-undelivered")
        .collect()
}
