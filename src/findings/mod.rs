//! Findings: looks for each kind of the catalogue ([`crate::rules`]), and derives the verdict from what was found.

mod billing;
mod concentration;
mod exports;
mod groups;
mod relations;
mod unreadable;
mod verdict;
mod waivers;

pub use exports::Forecast;
pub use groups::GroupFindings;
pub use relations::{RelationFindings, rule_of_relation};
pub use verdict::{exit_code, verdict};
pub use waivers::{Waived, Waivers};

use crate::billing::Bill;
use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::figures::Concentration;
use crate::lists::Enrolment;
use crate::rules::{self, FindingRule, catalogue, in_number};
use crate::schema::vocabulary::{Role, Severity};
use crate::snapshot::{RoleInputs, Snapshot};
use crate::text;

/// A finding of a case: its kind, its count and a few keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub rule: &'static FindingRule,
    /// The number of rows, records or things that it is about.
    pub count: u64,
    /// Up to [`MAX_EXAMPLES`] keys; all of them until the waivers have been applied.
    pub examples: Vec<String>,
    /// The same as they are shown, if they hold personal data and pseudonyms are wanted.
    shown: Option<Vec<String>>,
    /// The text for the placeholder `{detail}` of the message.
    pub detail: String,
    /// The same in Chinese, where it contains words.
    pub detail_zh: Option<String>,
    /// The severity where it is less serious than its kind.
    milder: Option<Severity>,
    /// The waived part of it.
    pub waived: Waived,
    /// Whether it no longer counts, though some rows are not waived.
    is_settled: bool,
    /// Whether it is about rows, which are waived one by one; `waived.count` is their number.
    is_of_rows: bool,
}

/// The rows of a finding: their number, the number waived, and the keys of the first few.
#[derive(Debug, Clone, Default)]
pub struct ReportedRows {
    /// Their number.
    pub count: u64,
    /// The number that waivers cover.
    pub waived: u64,
    open: Vec<String>,
    accepted: Vec<String>,
}

impl ReportedRows {
    /// Adds a row. The key is computed only for the first few.
    pub fn add(&mut self, is_waived: bool, key: impl FnOnce() -> String) {
        self.count += 1;
        self.waived += u64::from(is_waived);
        let examples = if is_waived { &mut self.accepted } else { &mut self.open };
        if examples.len() < MAX_EXAMPLES {
            examples.push(key());
        }
    }

    /// Appends the rows of the next partition.
    pub fn extend(&mut self, next: Self) {
        self.count += next.count;
        self.waived += next.waived;
        for (keys, more) in [(&mut self.open, next.open), (&mut self.accepted, next.accepted)] {
            let room = MAX_EXAMPLES - keys.len();
            keys.extend(more.into_iter().take(room));
        }
    }

    /// Returns the keys, rows that are not waived first.
    fn examples(self) -> Vec<String> {
        self.open.into_iter().chain(self.accepted).collect()
    }
}

/// The number of keys that a finding shows.
pub const MAX_EXAMPLES: usize = 5;

impl Finding {
    /// Creates a finding about things that are not rows of a report: `keys` are all of theirs, or none.
    fn new(code: &str, count: u64, keys: Vec<String>, detail: impl Into<String>) -> Self {
        let rule = rule(code);
        let (waived, detail) = (Waived::default(), detail.into());
        Self {
            rule,
            count,
            examples: keys,
            shown: None,
            detail,
            detail_zh: None,
            milder: None,
            waived,
            is_settled: false,
            is_of_rows: false,
        }
    }

    /// Creates a finding about things that each have a key.
    fn of_keys(code: &str, keys: Vec<String>, detail: impl Into<String>) -> Self {
        Self::new(code, keys.len() as u64, keys, detail)
    }

    /// Creates a finding about rows of a report.
    fn of_rows(code: &str, rows: ReportedRows, detail: impl Into<String>) -> Self {
        let waived = Waived { count: rows.waived, ..Waived::default() };
        Self { waived, is_of_rows: true, ..Self::new(code, rows.count, rows.examples(), detail) }
    }

    /// With its keys as they are shown.
    fn showing(self, shown: Option<Vec<String>>) -> Self {
        Self { shown, ..self }
    }

    fn in_chinese(self, detail: impl Into<String>) -> Self {
        Self { detail_zh: Some(detail.into()), ..self }
    }

    /// Reports whether it counts towards the verdict and the exit code: one that is waived as a whole does not.
    pub fn counts(&self) -> bool {
        !self.is_settled && self.waived.count < self.count
    }

    /// Returns the message in Chinese.
    pub fn message_zh(&self) -> String {
        self.fill(self.rule.message_zh, self.detail_zh.as_ref().unwrap_or(&self.detail))
    }

    /// Returns the message in English.
    pub fn message_en(&self) -> String {
        self.fill(&in_number(self.rule.message_en, self.count), &self.detail)
    }

    /// Returns how serious it is.
    pub fn severity(&self) -> Severity {
        self.milder.unwrap_or(self.rule.severity)
    }

    fn fill(&self, template: &str, detail: &str) -> String {
        text::fill(template, &[("count", &self.count), ("detail", &detail)])
    }
}

/// Returns the kind of finding with that code.
fn rule(code: &str) -> &'static FindingRule {
    rules::finding(code).expect("findings are in the catalogue")
}

/// The stages of an audit that findings look at.
pub struct Audited<'a> {
    pub case: &'a Case,
    pub exports: &'a Exports,
    pub decision: &'a Decision,
    pub groups: &'a GroupFindings<'a>,
    /// Concentration of the missing relations.
    pub concentration: &'a Concentration,
    /// The bill, if the case has a contract.
    pub bill: Option<&'a Bill>,
}

/// Finds everything about an audit, the most serious first, then in the order of the catalogue.
pub fn find(
    audited: &Audited<'_>,
    relations: RelationFindings,
    waivers: &mut Waivers<'_>,
    read: &[RoleInputs<'_>],
) -> Vec<Finding> {
    let &Audited { case, exports, decision, groups, concentration, bill } = audited;
    let mut findings = relations.find();
    findings.extend(concentration::find(exports, concentration));
    findings.extend(bill.map(billing::find).unwrap_or_default());
    findings.extend(exports::find(case, exports, decision, read));
    findings.extend(unreadable::find(read, &exports.snapshots().collect::<Vec<_>>()));
    findings.extend(groups::find(exports, groups, case.pseudonyms.as_ref()));
    findings.retain(|finding| finding.count > 0);
    waivers.apply(&mut findings);
    in_order(&mut findings);
    findings
}

/// Finds everything about a planned migration, in the same order.
pub fn precheck(
    case: &Case,
    forecast: Forecast,
    bill: Option<&Bill>,
    read: &[RoleInputs<'_>],
    (enrolment, snapshots): (&Enrolment, &[&Snapshot]),
) -> Vec<Finding> {
    let mut findings = forecast.find();
    findings.extend(exports::of_snapshots(case, enrolment, snapshots, read));
    let before = snapshots.iter().find(|snapshot| snapshot.role == Role::SourceBefore);
    findings.extend(before.and_then(|before| groups::source_not_covered(enrolment, before)));
    findings.extend(unreadable::find(read, snapshots));
    findings.extend(bill.map(billing::forecast).unwrap_or_default());
    findings.retain(|finding| finding.count > 0);
    in_order(&mut findings);
    findings
}

/// Sorts findings by severity, then by the catalogue, and keeps a few examples of each.
fn in_order(findings: &mut [Finding]) {
    for finding in findings.iter_mut() {
        if let Some(shown) = finding.shown.take() {
            finding.examples = shown;
        }
        finding.examples.truncate(MAX_EXAMPLES);
    }
    let place = |finding: &Finding| catalogue().position(|rule| rule.code == finding.rule.code);
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), place(finding)));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seven rows in two partitions, of which the second, the third and the last are waived.
    #[test]
    fn rows_of_partitions_add_up_and_those_that_count_are_shown_first() {
        let rows = |found: &[(&str, bool)]| {
            let mut rows = ReportedRows::default();
            for (key, is_waived) in found {
                rows.add(*is_waived, || (*key).to_owned());
            }
            rows
        };
        let mut all = rows(&[("a", false), ("b", true), ("c", true)]);
        all.extend(rows(&[("d", false), ("e", false), ("f", false), ("g", true)]));
        assert_eq!((all.count, all.waived), (7, 3));
        assert_eq!(all.examples(), ["a", "d", "e", "f", "b", "c", "g"]);
        let many: Vec<(&str, bool)> = ["a", "b", "c", "d", "e", "f"].map(|key| (key, false)).into();
        let mut first = rows(&many[..4]);
        first.extend(rows(&many));
        assert_eq!((first.count, first.examples()), (10, ["a", "b", "c", "d", "a"].map(str::to_owned).into()));
        let mut full = rows(&many);
        full.add(false, || unreachable!("the key is not computed once there are enough"));
        full.extend(rows(&many));
        assert_eq!((full.count, full.examples().len()), (13, MAX_EXAMPLES));
    }
}
