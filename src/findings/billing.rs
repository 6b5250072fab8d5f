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
