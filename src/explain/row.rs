//! A row of a report with the rules that decided it.

use std::ops::Deref;

use serde::Serialize;

use crate::published::ReportRow;
use crate::rules::rule_book;
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::vocabulary::{Severity, Word};
use crate::schema::{Column, fields};
use crate::text::{Lang, Text};

/// A row of a report with the rules that decided it.
#[derive(Debug, Serialize)]
pub struct ExplainedRow {
    #[serde(rename = "values")]
    row: ReportRow,
    /// Scope first.
    pub rules: Vec<AppliedRule>,
}

/// A rule that decided a row.
#[derive(Debug, Serialize)]
pub struct AppliedRule {
    /// As `qianhe rules` prints it.
    pub code: String,
    pub clause: String,
    pub severity: String,
    /// The rule in a sentence: Chinese, English.
    pub says: [String; 2],
    /// The change that would change the verdict.
    pub change: Text,
}

impl Deref for ExplainedRow {
    type Target = ReportRow;

    fn deref(&self) -> &ReportRow {
        &self.row
    }
}

impl From<ReportRow> for ExplainedRow {
    fn from(row: ReportRow) -> Self {
        let rules = codes(&row).iter().filter_map(|code| AppliedRule::of_code(code)).collect();
        Self { row, rules }
    }
}

pub fn needs_action(row: &ReportRow) -> bool {
    Severity::from_word(&row.text(&fields::SEVERITY)) >= Some(Severity::Review)
}

/// Returns the codes of the rules that can have decided a row, the most precise of each kind first.
fn codes(row: &ReportRow) -> Vec<String> {
    let of = |kind: &str, column: &Column| format!("{kind}/{}", row.text(column));
    let refined = |kind: &str, outcome: &Column, reason: &Column| {
        vec![format!("{}/{}", of(kind, outcome), row.text(reason)), of(kind, outcome)]
    };
    let name = row.table.name;
    if name == RELATIONS_REPORT.name {
        [vec![of("scope", &fields::SCOPE)], refined("outcome", &fields::OUTCOME, &fields::REASON)].concat()
    } else if name == TARGET_RELATIONS_REPORT.name {
        // A matched relation has the outcome of its source relation as its origin.
        vec![of("origin", &fields::ORIGIN), of("outcome", &fields::ORIGIN)]
    } else if name == GROUPS_REPORT.name {
        let outcome = refined("group-outcome", &fields::GROUP_OUTCOME, &fields::GROUP_REASON);
        [vec![of("group-scope", &fields::GROUP_SCOPE)], outcome].concat()
    } else if name == JOIN_CODES_REPORT.name {
        vec![of("join-code", &fields::CODE_VERDICT)]
    } else {
        Vec::new()
    }
}

impl AppliedRule {
    fn of_code(code: &str) -> Option<Self> {
        let line = rule_book().into_iter().find(|line| line.code == code)?;
        Some(Self {
            code: line.code.to_owned(),
            clause: line.clause.to_owned(),
            severity: line.severity.to_string(),
            says: [Lang::Zh, Lang::En].map(|lang| line.sentence(lang).to_owned()),
            change: line.change?,
        })
    }
}
