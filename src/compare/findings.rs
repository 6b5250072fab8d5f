//! The findings of two audits, joined by code.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::{ComparedRow, RowState};
use crate::error::Result;
use crate::published::Reports;
use crate::schema::fields;
use crate::schema::tables::FINDINGS_REPORT;
use crate::schema::vocabulary::{Change, Compared, Severity, Word};

/// A finding in both audits, without waived rows.
#[derive(Debug, Serialize)]
pub struct FindingChange {
    pub code: String,
    pub change: Change,
    #[serde(skip)]
    pub severity: Severity,
    pub earlier: u64,
    pub later: u64,
}

/// Compares the findings, and returns every one of either audit, the most serious first.
///
/// # Errors
/// [`crate::Error::Input`] if a report cannot be read.
pub fn compare(earlier: &Reports, later: &Reports) -> Result<Vec<FindingChange>> {
    let mut counts: BTreeMap<String, (Severity, [u64; 2])> = BTreeMap::new();
    for (audit, reports) in [earlier, later].into_iter().enumerate() {
        for row in reports.rows(&FINDINGS_REPORT)? {
            let severity = Severity::from_word(&row.text(&fields::SEVERITY)).unwrap_or(Severity::Info);
            let open = row.count(&fields::COUNT).saturating_sub(row.count(&fields::WAIVED_COUNT));
            counts.entry(row.text(&fields::CODE)).or_insert((severity, [0; 2])).1[audit] = open;
        }
    }
    let finding = |(code, (severity, [earlier, later])): (String, (Severity, [u64; 2]))| {
        let change = change(earlier, later);
        FindingChange { code, change, severity, earlier, later }
    };
    let mut findings: Vec<FindingChange> = counts.into_iter().map(finding).collect();
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.code.cmp(&b.code)));
    Ok(findings)
}

fn change(earlier: u64, later: u64) -> Change {
    match (earlier, later) {
        (0, 1..) => Change::New,
        (1.., 0) => Change::Resolved,
        _ if later > earlier => Change::Worse,
        _ if later < earlier => Change::Improved,
        _ => Change::Unchanged,
    }
}

impl FindingChange {
    /// Returns the finding as a row.
    pub fn row(&self) -> ComparedRow {
        let state = |count: u64| {
            (count > 0).then(|| RowState { words: count.to_string(), severity: self.severity, waived: false })
        };
        let (earlier, later) = (state(self.earlier), state(self.later));
        ComparedRow { kind: Compared::Finding, change: self.change, key: self.code.clone(), earlier, later }
    }

    /// Returns the severity, if the finding is new or got worse.
    pub fn worst(&self) -> Option<Severity> {
        matches!(self.change, Change::New | Change::Worse).then_some(self.severity)
    }
}
