//! The verdict on the case, and the exit code that the policy makes of it.

use super::Finding;
use crate::case::FailOn;
use crate::schema::vocabulary::{Severity, Verdict};

/// The verdict that the findings lead to, those that are waived left out; inconclusive goes before all, for a defect may then be one of the exports.
pub fn verdict(findings: &[Finding]) -> Verdict {
    let counting = || findings.iter().filter(|finding| finding.counts());
    let worst = counting().map(Finding::severity).max();
    if counting().any(|finding| finding.rule.code == "B8-inconclusive") {
        return Verdict::Inconclusive;
    }
    match worst {
        Some(Severity::Defect) => Verdict::Defect,
        Some(Severity::Review) => Verdict::Review,
        _ => Verdict::Reconciled,
    }
}

/// 1 where a finding that counts is at or above what the policy fails on, else 0 (SPEC section 9).
pub fn exit_code(findings: &[Finding], fail_on: FailOn) -> u8 {
    let threshold = match fail_on {
        FailOn::Never => return 0,
        FailOn::Review => Severity::Review,
        FailOn::Defect => Severity::Defect,
    };
    u8::from(findings.iter().any(|finding| finding.counts() && finding.severity() >= threshold))
}
