//! The summary of an audit on the terminal: one screen, the verdict first.

use std::fmt::Write;

use super::summary::AuditSummary;
use crate::schema::vocabulary::{Outcome, Severity, Verdict};

/// The summary as text.
pub fn summary(audit: &AuditSummary) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}: {} - {}\n", audit.case_title, audit.verdict.word().to_uppercase(), sentence(audit.verdict));
    let total: u64 = audit.counts.by_outcome.values().sum();
    let in_scope = audit.counts.by_scope.get("in_scope").copied().unwrap_or(0);
    let _ = writeln!(text, "relations of source-before {total:>12}, of which in scope {in_scope}");
    for outcome in Outcome::ALL {
        let count = audit.counts.by_outcome.get(outcome.word()).copied().unwrap_or(0);
        if count > 0 {
            let _ = writeln!(text, "  {:<25}{count:>12}  {:>6}", outcome.word(), percent(count, total));
        }
    }
    let to_act_on: Vec<_> = audit.findings.iter().filter(|finding| finding.severity() >= Severity::Review).collect();
    if !to_act_on.is_empty() {
        text.push_str("\nwhat to do, the most serious first\n");
    }
    for finding in &to_act_on {
        let _ = writeln!(
            text,
            "  [{}] {}: {}\n      -> {}",
            finding.severity(),
            finding.rule.code,
            finding.message_en(),
            finding.rule.next_step_en
        );
    }
    let _ = writeln!(text, "\n{} control totals hold; reports in {}", audit.control_totals.len(), audit.folder.display());
    text
}

fn sentence(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reconciled => "every relation in scope is accounted for.",
        Verdict::Review => "no defect, but a person has to look at some rows.",
        Verdict::Defect => "the service did not do all that was agreed.",
        Verdict::Inconclusive => "the exports do not allow a conclusion.",
    }
}

fn percent(count: u64, total: u64) -> String {
    format!("{}.{} %", count * 100 / total, count * 1000 / total % 10)
}
