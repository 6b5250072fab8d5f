//! Prints a comparison, in either language.

use std::fmt::Write;

use super::{ChangeCounts, ComparedRow, Comparison, FindingChange, RowState};
use crate::schema::vocabulary::{Change, Compared, Severity};
use crate::text::width::{pad, pad_left, width};
use crate::text::{Lang, commands as say, in_words, plain};

/// Width of a number, in columns of the terminal.
const NUMBER: usize = 14;

/// Returns the comparison as text.
pub fn screen(comparison: &Comparison, lang: Lang) -> String {
    let is_worse = comparison.worst >= Some(Severity::Review);
    let first = if is_worse { say::COMPARE_WORSE } else { say::COMPARE_NO_WORSE };
    let mut text = format!("{}\n\n", first.fill(lang, &[("case", &plain(&comparison.case))]));
    text.push_str(&table(&comparison.changes, lang));
    text.push_str(&findings(&comparison.findings, lang));
    let examples: Vec<&ComparedRow> = comparison.changes.iter().flat_map(|counts| &counts.examples).collect();
    if !examples.is_empty() {
        let _ = writeln!(text, "\n{}", say::COMPARE_EXAMPLES.tell(lang));
    }
    for ComparedRow { kind, change, key, earlier, later } in examples {
        let (change, key) = (change.name().tell(lang), plain(key));
        let [earlier, later] =
            [earlier, later].map(|state| state.as_ref().map_or("-".to_owned(), |state| outcome(*kind, state, lang)));
        let _ = writeln!(text, "  {change}  {key}: {earlier} → {later}");
    }
    text
}

/// `Missing / Not found (missing/no_trace)`.
fn outcome(kind: Compared, state: &RowState, lang: Lang) -> String {
    let vocabulary = match kind {
        Compared::Group => "group_outcome",
        Compared::JoinCode => "code_verdict",
        Compared::Relation | Compared::Finding => "outcome",
    };
    format!("{} ({})", in_words(vocabulary, &state.words, lang), plain(&state.words))
}

/// Returns a column for each kind, a line for each change.
fn table(changes: &[ChangeCounts], lang: Lang) -> String {
    let widest = Change::ALL.iter().map(|change| width(change.name().tell(lang))).max().unwrap_or(0);
    let heads: String = changes.iter().map(|counts| pad_left(counts.kind.name().tell(lang), NUMBER)).collect();
    let mut text = format!("{}{heads}\n", " ".repeat(widest));
    for change in Change::ALL {
        let counts: Vec<u64> = changes.iter().map(|kind| kind.counts[change]).collect();
        let counts: String = counts.iter().map(|count| pad_left(&count.to_string(), NUMBER)).collect();
        let _ = writeln!(text, "{}{counts}", pad(change.name().tell(lang), widest));
    }
    text
}

/// Returns the findings with another count.
fn findings(findings: &[FindingChange], lang: Lang) -> String {
    let changed: Vec<&FindingChange> = findings.iter().filter(|finding| finding.change != Change::Unchanged).collect();
    if changed.is_empty() {
        return format!("\n{}\n", say::COMPARE_SAME_FINDINGS.tell(lang));
    }
    let mut text = format!("\n{}\n", say::COMPARE_FINDINGS.tell(lang));
    for finding in changed {
        let FindingChange { code, change, earlier, later, .. } = finding;
        let (change, severity) = (change.name().tell(lang), finding.severity().name().tell(lang));
        let _ = writeln!(text, "  {change}  {} [{severity}]: {earlier} → {later}", plain(code));
    }
    text
}
