//! The findings of two audits beside each other, by code.

use std::collections::BTreeMap;

use serde::Serialize;

use super::change::{Item, Standing};
use crate::error::Result;
use crate::published::{Reports, Scan, cell, text};
use crate::schema::fields;
use crate::schema::tables::FINDINGS_REPORT;
use crate::schema::vocabulary::{Change, Compared, Severity};

/// A finding in both audits; what is waived does not count.
#[derive(Debug, Serialize)]
pub struct FindingChange {
    pub code: String,
    #[serde(serialize_with = "word")]
    pub change: Change,
    #[serde(skip)]
    pub severity: Severity,
    pub earlier: u64,
    pub later: u64,
}

/// Every finding of either audit, the most serious first.
pub fn compare(earlier: &Reports, later: &Reports) -> Result<Vec<FindingChange>> {
    let mut counts: BTreeMap<String, (Severity, [u64; 2])> = BTreeMap::new();
    for (place, reports) in [earlier, later].into_iter().enumerate() {
        let columns =
            [&fields::CODE, &fields::SEVERITY, &fields::COUNT, &fields::WAIVED_COUNT].map(|column| column.name);
        Scan::of(&reports.path(&FINDINGS_REPORT), &columns).each(|batch| {
            for row in 0..batch.num_rows() {
                let [code, severity, count, waived] =
                    [0, 1, 2, 3].map(|column| cell(batch.column(column).as_ref(), row));
                let severity =
                    Severity::ALL.iter().copied().find(|known| severity == known.word()).unwrap_or(Severity::Info);
                let open = count.as_u64().unwrap_or(0).saturating_sub(waived.as_u64().unwrap_or(0));
                let entry = counts.entry(text(&code)).or_insert((severity, [0; 2]));
                entry.1[place] = open;
            }
            Ok(true)
        })?;
    }
    let mut findings: Vec<FindingChange> = counts
        .into_iter()
        .map(|(code, (severity, [earlier, later]))| FindingChange {
            code,
            change: change(earlier, later),
            severity,
            earlier,
            later,
        })
        .collect();
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
    /// How serious it is, if it is new or got worse.
    pub fn worst(&self) -> Option<Severity> {
        matches!(self.change, Change::New | Change::Worse).then_some(self.severity)
    }

    /// The finding as a row.
    pub fn item(&self) -> Item {
        let standing = |count: u64| {
            (count > 0).then(|| Standing { words: count.to_string(), severity: self.severity, waived: false })
        };
        let (earlier, later) = (standing(self.earlier), standing(self.later));
        Item { kind: Compared::Finding, change: self.change, key: self.code.clone(), earlier, later }
    }
}

fn word<S: serde::Serializer>(change: &Change, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(change.word())
}
