//! Findings: what a person has to know, from one catalogue; and the verdict that follows from them.

mod catalogue;
mod exports;
mod groups;
mod relations;
mod verdict;

pub use catalogue::{CATALOGUE, FindingRule, RuleLine, rule_book};
pub use verdict::{exit_code, verdict};

use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::groups::GroupDecision;
use crate::schema::vocabulary::Severity;
use crate::snapshot::Input;

/// Something found, with how often and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its line of the catalogue.
    pub rule: &'static FindingRule,
    /// How many rows, records or things it is about.
    pub count: u64,
    /// Up to [`MAX_EXAMPLES`] keys.
    pub examples: Vec<String>,
    /// What fills the places of the message: `{detail}`.
    pub detail: String,
}

/// How many keys a finding shows.
pub const MAX_EXAMPLES: usize = 5;

impl Finding {
    fn new(code: &str, count: u64, examples: Vec<String>, detail: impl Into<String>) -> Self {
        let rule = CATALOGUE.iter().find(|rule| rule.code == code).expect("findings stand in the catalogue");
        Self { rule, count, examples: examples.into_iter().take(MAX_EXAMPLES).collect(), detail: detail.into() }
    }

    /// The finding in Chinese.
    pub fn message_zh(&self) -> String {
        self.fill(self.rule.message_zh)
    }

    /// The finding in English.
    pub fn message_en(&self) -> String {
        self.fill(self.rule.message_en)
    }

    /// How serious it is.
    pub fn severity(&self) -> Severity {
        self.rule.severity
    }

    fn fill(&self, template: &str) -> String {
        template.replace("{count}", &self.count.to_string()).replace("{detail}", &self.detail)
    }
}

/// Everything that there is to say, the most serious first, in the order of the catalogue.
pub fn find(
    case: &Case,
    exports: &Exports,
    decision: &Decision,
    groups: &GroupDecision,
    lists: &[Input],
    rejects: &[String],
) -> Vec<Finding> {
    let mut findings = relations::find(exports, decision);
    findings.extend(exports::find(case, exports, decision, lists, rejects));
    findings.extend(groups::find(exports, groups));
    findings.retain(|finding| finding.count > 0);
    let place = |finding: &Finding| CATALOGUE.iter().position(|rule| rule.code == finding.rule.code);
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity()), place(finding)));
    findings
}
