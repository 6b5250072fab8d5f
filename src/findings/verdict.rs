//! The verdict on the case, and the exit code that the policy makes of it.

use super::{Finding, unreadable};
use crate::case::FailOn;
use crate::schema::vocabulary::{Severity, Verdict};

/// Returns the verdict that follows from the findings that are not waived. Inconclusive goes before all others, also
/// where unreadable records are the only defect: a defect may then be one of the exports (SPEC section 1.3).
pub fn verdict(findings: &[Finding]) -> Verdict {
    let counting = || findings.iter().filter(|finding| finding.counts());
    let worst = counting().map(Finding::severity).max();
    let concludes_nothing = |finding: &Finding| {
        finding.rule.code == "B8-inconclusive" || unreadable::INCONCLUSIVE.contains(&finding.rule.code)
    };
    let is_about_records = |finding: &Finding| finding.rule.code == "Q-unreadable-records";
    let mut defects = counting().filter(|finding| finding.severity() == Severity::Defect).peekable();
    if counting().any(concludes_nothing) || (defects.peek().is_some() && defects.all(is_about_records)) {
        return Verdict::Inconclusive;
    }
    match worst {
        Some(Severity::Defect) => Verdict::Defect,
        Some(Severity::Review) => Verdict::Review,
        _ => Verdict::Reconciled,
    }
}

/// Returns 1 if a finding that counts is at or above what the policy fails on, else 0 (SPEC section 9).
pub fn exit_code(findings: &[Finding], fail_on: FailOn) -> u8 {
    let worst = findings.iter().filter(|finding| finding.counts()).map(Finding::severity).max();
    u8::from(fail_on.threshold().is_some_and(|threshold| worst >= Some(threshold)))
}
