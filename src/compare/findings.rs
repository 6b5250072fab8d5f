//! The findings of two audits, joined by code.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::{ComparedRow, RowState};
use crate::error::Result;
use crate::published::Reports;
use crate::rules;
use crate::schema::tables::FINDINGS_REPORT;
use crate::schema::vocabulary::{Change, Compared, Severity, Word};
use crate::schema::{Table, fields};

/// A finding in both audits, without waived rows.
#[derive(Debug, Serialize)]
pub struct FindingChange {
    pub code: String,
    pub change: Change,
    /// In the earlier and in the later audit: a finding may be milder where a snapshot is trusted.
    #[serde(skip)]
    severities: [Severity; 2],
    pub earlier: u64,
    pub later: u64,
}

/// Compares the findings, and returns every one of either audit, the most serious first. `tells_less` are the reports
/// of which the later audit lacks rows, or cannot tell them any more: a finding about fewer of them is not resolved.
///
/// # Errors
/// [`crate::Error::Input`] if a report cannot be read.
pub fn compare(earlier: &Reports, later: &Reports, tells_less: &[&Table]) -> Result<Vec<FindingChange>> {
    let mut open: BTreeMap<String, [Option<(Severity, u64)>; 2]> = BTreeMap::new();
    for (audit, reports) in [earlier, later].into_iter().enumerate() {
        for row in reports.rows(&FINDINGS_REPORT)? {
            let severity = Severity::from_word(&row.text(&fields::SEVERITY)).unwrap_or(Severity::Info);
            let count = row.count(&fields::COUNT).saturating_sub(row.count(&fields::WAIVED_COUNT));
            open.entry(row.text(&fields::CODE)).or_default()[audit] = (count > 0).then_some((severity, count));
        }
    }
    let finding = |(code, [earlier, later]): (String, [Option<(Severity, u64)>; 2])| {
        let rows = rules::finding(&code).and_then(|rule| rule.rows);
        let is_unsure = rows.is_some_and(|rows| rows.reports_outcome && tells_less.contains(&rows.report));
        let change = match change(earlier, later) {
            Change::Resolved | Change::Improved if is_unsure => Change::Changed,
            change => change,
        };
        let either = later.or(earlier).map_or(Severity::Info, |(severity, _)| severity);
        let severities = [earlier, later].map(|open| open.map_or(either, |(severity, _)| severity));
        let [earlier, later] = [earlier, later].map(|open| open.map_or(0, |(_, count)| count));
        FindingChange { code, change, severities, earlier, later }
    };
    let mut findings: Vec<FindingChange> = open.into_iter().map(finding).collect();
    findings.sort_by(|a, b| b.severity().cmp(&a.severity()).then_with(|| a.code.cmp(&b.code)));
    Ok(findings)
}

/// A finding that is more serious than before is worse, whatever its count.
fn change(earlier: Option<(Severity, u64)>, later: Option<(Severity, u64)>) -> Change {
    match (earlier, later) {
        (None, Some(_)) => Change::New,
        (Some(_), None) => Change::Resolved,
        _ if later > earlier => Change::Worse,
        _ if later < earlier => Change::Improved,
        _ => Change::Unchanged,
    }
}

impl FindingChange {
    /// Returns the severity: that in the later audit, if it has the finding.
    pub fn severity(&self) -> Severity {
        self.severities[1]
    }

    /// Returns the finding as a row.
    pub fn row(&self) -> ComparedRow {
        let state = |audit: usize, count: u64| {
            let severity = self.severities[audit];
            (count > 0).then(|| RowState { words: count.to_string(), severity, waived: false })
        };
        let (earlier, later) = (state(0, self.earlier), state(1, self.later));
        ComparedRow { kind: Compared::Finding, change: self.change, key: self.code.clone(), earlier, later }
    }

    /// Returns the severity, if the finding is new or got worse.
    pub fn worst(&self) -> Option<Severity> {
        matches!(self.change, Change::New | Change::Worse).then_some(self.severity())
    }
}
