//! Findings: what a person has to know, from one catalogue; and the verdict that follows from them.

mod billing;
mod catalogue;
mod clauses;
mod concentration;
mod exports;
mod groups;
mod relations;
mod unreadable;
mod verdict;
mod waivers;

pub use catalogue::{CATALOGUE, FindingRule, RuleLine, in_number, rule_book};
pub use clauses::{CLAUSES, Clause};
pub use concentration::Concentration;
pub use groups::{rules_of_codes, rules_of_groups};
pub use relations::{RelationFindings, rule_of_relation};
pub use verdict::{exit_code, verdict};
pub use waivers::{Waived, WaivedGroups, Waivers};

use crate::billing::Bill;
use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::groups::GroupDecision;
use crate::precheck::{AccountForecast, CodeForecast};
use crate::report::small::Read;
use crate::schema::vocabulary::Predicted;
use crate::schema::vocabulary::Severity;
use crate::scope::Enrolment;
use crate::snapshot::Snapshot;
use crate::text;

/// Something found, with how often and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its line of the catalogue.
    pub rule: &'static FindingRule,
    /// How many rows, records or things it is about.
    pub count: u64,
    /// Up to [`MAX_EXAMPLES`] keys; all of them until the waivers are laid over the finding.
    pub examples: Vec<String>,
    /// What fills the places of the message: `{detail}`.
    pub detail: String,
    /// The same in Chinese, where it has words.
    pub detail_zh: Option<String>,
    /// Where it is less serious than the catalogue has it.
    milder: Option<Severity>,
    /// What somebody accepted of it.
    pub waived: Waived,
    /// Whether it does not count any more, though it is not waived to the last row.
    is_settled: bool,
    /// Whether it is about rows, which waivers cover one by one, and `waived.count` says how many.
    is_of_rows: bool,
}

/// The rows of a finding: how many, how many of them waived, and the keys of the first few.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// How many.
    pub count: u64,
    /// How many of them a waiver covers.
    pub waived: u64,
    open: Vec<String>,
    accepted: Vec<String>,
}

impl Rows {
    /// One more. The key is asked for only if it is one of the first.
    pub fn add(&mut self, is_waived: bool, key: impl FnOnce() -> String) {
        self.count += 1;
        self.waived += u64::from(is_waived);
        let examples = if is_waived { &mut self.accepted } else { &mut self.open };
        if examples.len() < MAX_EXAMPLES {
            examples.push(key());
        }
    }

    /// Those of the next rows.
    pub fn extend(&mut self, next: Self) {
        self.count += next.count;
        self.waived += next.waived;
        for (keys, more) in [(&mut self.open, next.open), (&mut self.accepted, next.accepted)] {
            let room = MAX_EXAMPLES - keys.len();
            keys.extend(more.into_iter().take(room));
        }
    }

    /// Those that are not waived first.
    fn examples(self) -> Vec<String> {
        self.open.into_iter().chain(self.accepted).collect()
    }
}

/// How many keys a finding shows.
pub const MAX_EXAMPLES: usize = 5;

impl Finding {
    /// A finding about things that are no rows of a report: `keys` are all of theirs, or none.
    fn new(code: &str, count: u64, keys: Vec<String>, detail: impl Into<String>) -> Self {
        let rule = rule(code);
        let (waived, detail) = (Waived::default(), detail.into());
        Self {
            rule,
            count,
            examples: keys,
            detail,
            detail_zh: None,
            milder: None,
            waived,
            is_settled: false,
            is_of_rows: false,
        }
    }

    /// A finding about rows of a report.
    fn of_rows(code: &str, rows: Rows, detail: impl Into<String>) -> Self {
        let waived = Waived { count: rows.waived, ..Waived::default() };
        Self { waived, is_of_rows: true, ..Self::new(code, rows.count, rows.examples(), detail) }
    }

    fn in_chinese(self, detail: impl Into<String>) -> Self {
        Self { detail_zh: Some(detail.into()), ..self }
    }

    /// Whether it counts towards the verdict and the exit code: what is waived as a whole does not.
    pub fn counts(&self) -> bool {
        !self.is_settled && self.waived.count < self.count
    }

    /// The finding in Chinese.
    pub fn message_zh(&self) -> String {
        self.fill(self.rule.message_zh, self.detail_zh.as_ref().unwrap_or(&self.detail))
    }

    /// The finding in English.
    pub fn message_en(&self) -> String {
        self.fill(&in_number(self.rule.message_en, self.count), &self.detail)
    }

    /// How serious it is.
    pub fn severity(&self) -> Severity {
        self.milder.unwrap_or(self.rule.severity)
    }

    fn fill(&self, template: &str, detail: &str) -> String {
        text::fill(template, &[("count", &self.count), ("detail", &detail)])
    }
}

/// The line of the catalogue with that code.
fn rule(code: &str) -> &'static FindingRule {
    CATALOGUE.iter().find(|rule| rule.code == code).expect("findings stand in the catalogue")
}

/// All that there is something to say about.
pub struct Audited<'a> {
    pub case: &'a Case,
    pub exports: &'a Exports,
    pub decision: &'a Decision,
    pub groups: &'a GroupDecision,
    /// Where what is missing sits.
    pub concentration: &'a Concentration,
    /// Where the case has a contract.
    pub bill: Option<&'a Bill>,
}

/// Everything that there is to say, the most serious first, in the order of the catalogue.
pub fn find(
    audited: &Audited<'_>,
    relations: RelationFindings,
    waivers: &mut Waivers<'_>,
    read: &[Read<'_>],
) -> Vec<Finding> {
    let &Audited { case, exports, decision, groups, concentration, bill } = audited;
    let mut findings = relations.find();
    findings.extend(concentration.find(exports, decision));
    findings.extend(bill.map(billing::find).unwrap_or_default());
    findings.extend(exports::find(case, exports, decision, read));
    findings.extend(unreadable::find(read, &exports.snapshots().collect::<Vec<_>>()));
    findings.extend(groups::find(exports, groups));
    findings.retain(|finding| finding.count > 0);
    waivers.apply(&mut findings);
    in_order(&mut findings);
    findings
}

/// What there is to say before the migration.
pub fn precheck(
    case: &Case,
    (accounts, codes): (&[AccountForecast], &[CodeForecast]),
    bill: Option<&Bill>,
    read: &[Read<'_>],
    (enrolment, snapshots): (&Enrolment, &[&Snapshot]),
) -> Vec<Finding> {
    let mut findings = exports::before_start(case, accounts, read, exports::keys(enrolment, snapshots.iter().copied()));
    findings.extend(unreadable::find(read, snapshots));
    let dying = codes.iter().filter(|code| code.code.predicted == Predicted::Empty);
    let ids: Vec<String> = dying.map(|code| code.code.config_id.clone()).collect();
    findings.push(Finding::new("A2-codes-will-die", ids.len() as u64, ids, ""));
    findings.extend(bill.map(billing::forecast).unwrap_or_default());
    findings.retain(|finding| finding.count > 0);
    in_order(&mut findings);
    findings
}

/// The most serious first, then in the order of the catalogue; each with a few examples.
fn in_order(findings: &mut [Finding]) {
    for finding in findings.iter_mut() {
        finding.examples.truncate(MAX_EXAMPLES);
    }
    let place = |finding: &Finding| CATALOGUE.iter().position(|rule| rule.code == finding.rule.code);
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), place(finding)));
}
