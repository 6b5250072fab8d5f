//! The summary of an audit on the terminal: one screen, the verdict first.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::summary::AuditSummary;
use crate::billing::Bill;
use crate::findings::Finding;
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Outcome, Severity, Verdict};

/// The summary as text.
pub fn summary(audit: &AuditSummary) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}: {} - {}\n", audit.case_title, audit.verdict.word().to_uppercase(), sentence(audit.verdict));
    let total: u64 = audit.counts.by_outcome.values().sum();
    let in_scope = audit.counts.by_scope.get("in_scope").copied().unwrap_or(0);
    let _ = writeln!(text, "relations of source-before {total:>12}, of which in scope {in_scope}");
    text.push_str(&lines(Outcome::WORDS, &audit.counts.by_outcome));
    let groups = &audit.group_counts;
    if groups.groups_measured {
        let _ = writeln!(text, "groups of source-before    {:>12}", groups.by_outcome.values().sum::<u64>());
        text.push_str(&lines(GroupOutcome::WORDS, &groups.by_outcome));
    }
    if groups.codes_measured {
        let _ = writeln!(text, "join codes of the source   {:>12}", groups.by_verdict.values().sum::<u64>());
        text.push_str(&lines(CodeVerdict::WORDS, &groups.by_verdict));
    }
    text.push_str(&bill(audit.bill.as_ref()));
    let to_act_on: Vec<_> = audit.findings.iter().filter(|finding| finding.severity() >= Severity::Review && finding.counts()).collect();
    if !to_act_on.is_empty() {
        text.push_str("\nwhat to do, the most serious first\n");
    }
    for finding in &to_act_on {
        let _ = writeln!(
            text,
            "  [{}] {}: {}{}\n      -> {}",
            finding.severity(),
            finding.rule.code,
            finding.message_en(),
            accepted_part(finding),
            finding.rule.next_step_en
        );
    }
    text.push_str(&waived(&audit.findings));
    let _ = writeln!(
        text,
        "\n{} control totals hold; reports in {}, of which report.html is the one to read first",
        audit.control_totals.len(),
        audit.folder.display()
    );
    text
}

/// A line for each word that counts anything.
fn lines(words: &[&str], counts: &BTreeMap<String, u64>) -> String {
    let total: u64 = counts.values().sum();
    let counted = words.iter().map(|&word| (word, counts.get(word).copied().unwrap_or(0))).filter(|(_, count)| *count > 0);
    counted.map(|(word, count)| format!("  {word:<25}{count:>12}  {:>6}\n", percent(count, total))).collect()
}

/// The bill in three lines, or that there is none.
fn bill(bill: Option<&Bill>) -> String {
    let Some(bill) = bill else { return "\nno bill: case.toml has no [contract]\n".to_owned() };
    let (drift, currency) = (&bill.drift, &bill.contract.currency);
    format!(
        "\ncontracted {}, participating {} ({:+}, tolerance {}): {}\npayable {} {currency}, paid {:.2}, balance {}\nbilled {} relations, delivered {}\n",
        drift.contracted,
        drift.participating,
        drift.drift,
        drift.tolerance,
        drift.verdict,
        bill.payable,
        bill.paid,
        bill.balance,
        drift.billed(),
        bill.delivered
    )
}

/// How much of a finding that still counts is waived.
fn accepted_part(finding: &Finding) -> String {
    if finding.waived.count == 0 { String::new() } else { format!(" ({} of them waived)", finding.waived.count) }
}

/// What was found and does not count, with who accepted it.
fn waived(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings.iter().filter(|finding| finding.severity() >= Severity::Review && !finding.counts()) {
        let waived = &finding.waived;
        let until = waived.until.map_or_else(String::new, |until| format!(" until {until}"));
        let who =
            waived.by.as_ref().map_or_else(String::new, |by| format!(" by {by}{until}: {}", waived.reason.as_deref().unwrap_or_default()));
        let _ = writeln!(text, "  [{}] {}: {}\n      waived{who}", finding.severity(), finding.rule.code, finding.message_en());
    }
    if text.is_empty() { text } else { format!("\nwaived, and not counted\n{text}") }
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
