//! A row of a report with the rules that decided it.

use arrow::array::RecordBatch;
use serde::Serialize;
use serde_json::Value;

use crate::findings::rule_book;
use crate::published::{cell, text};
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::vocabulary::Severity;
use crate::schema::{Column, Table, fields};
use crate::text::{Text, rule_text};

/// A row.
#[derive(Debug, Serialize)]
pub struct Row {
    #[serde(skip)]
    pub table: &'static Table,
    #[serde(serialize_with = "as_map")]
    pub values: Vec<(&'static str, Value)>,
    /// The rules that decided it: scope first.
    pub rules: Vec<Applied>,
}

/// A rule that decided.
#[derive(Debug, Serialize)]
pub struct Applied {
    /// As `qianhe rules` prints it.
    pub code: String,
    pub clause: String,
    pub severity: String,
    /// The rule in a sentence: Chinese, English.
    #[serde(serialize_with = "both")]
    pub says: (String, String),
    /// What would change the verdict.
    pub change: Text,
}

impl Row {
    /// A row of a batch that has all columns of the table.
    pub fn of(table: &'static Table, batch: &RecordBatch, row: usize) -> Self {
        let values = table.columns.iter().zip(batch.columns());
        let values = values.map(|(slot, array)| (slot.column.name, cell(array.as_ref(), row))).collect();
        let mut row = Self { table, values, rules: Vec::new() };
        row.rules = row.codes().iter().filter_map(|code| Applied::of(code)).collect();
        row
    }

    /// The value of a column; null where the report does not have it.
    pub fn value(&self, column: &Column) -> &Value {
        self.values.iter().find(|(name, _)| *name == column.name).map_or(&Value::Null, |(_, value)| value)
    }

    /// The same as text.
    pub fn text(&self, column: &Column) -> String {
        text(self.value(column))
    }

    /// Whether somebody has to act on it.
    pub fn is_to_act_on(&self) -> bool {
        let severity = self.text(&fields::SEVERITY);
        [Severity::Review, Severity::Defect].iter().any(|act| act.word() == severity)
    }

    /// The rules that can have decided it, the most precise first among those of one kind.
    fn codes(&self) -> Vec<String> {
        let of = |kind: &str, column: &Column| format!("{kind}/{}", self.text(column));
        let refined = |kind: &str, outcome: &Column, reason: &Column| {
            vec![format!("{}/{}", of(kind, outcome), self.text(reason)), of(kind, outcome)]
        };
        let name = self.table.name;
        if name == RELATIONS_REPORT.name {
            [vec![of("scope", &fields::SCOPE)], refined("outcome", &fields::OUTCOME, &fields::REASON)].concat()
        } else if name == TARGET_RELATIONS_REPORT.name {
            vec![of("origin", &fields::ORIGIN)]
        } else if name == GROUPS_REPORT.name {
            let outcome = refined("group-outcome", &fields::GROUP_OUTCOME, &fields::GROUP_REASON);
            [vec![of("group-scope", &fields::GROUP_SCOPE)], outcome].concat()
        } else if name == JOIN_CODES_REPORT.name {
            vec![of("join-code", &fields::CODE_VERDICT)]
        } else {
            Vec::new()
        }
    }
}

impl Applied {
    fn of(code: &str) -> Option<Self> {
        let line = rule_book().into_iter().find(|line| line.code == code)?;
        let text = rule_text(code)?;
        Some(Self {
            code: line.code,
            clause: line.clause.to_owned(),
            severity: line.severity.to_string(),
            says: (text.says_zh.to_owned(), line.what),
            change: text.change,
        })
    }
}

fn as_map<S: serde::Serializer>(values: &[(&'static str, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(name, value)| (name, value)))
}

/// As [`Text`]: Chinese, English.
fn both<S: serde::Serializer>((zh, en): &(String, String), serializer: S) -> Result<S::Ok, S::Error> {
    [zh, en].serialize(serializer)
}
