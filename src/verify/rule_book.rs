//! Rows against the rule books: each has an outcome, reason and severity that some rule gives together, and comes from
//! an input of the audit.

use std::collections::BTreeSet;

use super::rows::each_row;
use super::values::RecomputedValues;
use crate::error::Result;
use crate::published::Reports;
use crate::rules::{Decided, GROUP_RULES, JOIN_CODE_RULES, RELATION_RULES, Rule};
use crate::schema::tables::{GROUPS_REPORT, INPUTS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::{GroupScope, Scope, Word};
use crate::schema::{Column, Table, fields};

/// Compares the words of rows with the rule books.
///
/// # Errors
/// [`crate::Error::Input`] if a report cannot be read.
pub fn compare(reports: &Reports, values: &mut RecomputedValues) -> Result<()> {
    let columns = [&fields::SCOPE, &fields::OUTCOME, &fields::SEVERITY, &fields::REASON];
    for words in distinct(reports, &RELATIONS_REPORT, &columns)? {
        let given = is_given::<Scope, _, _>(RELATION_RULES, &words);
        values.compare(format!("relations: {} given by a rule", words.join(" ")), given, true);
    }
    let columns = [&fields::GROUP_SCOPE, &fields::GROUP_OUTCOME, &fields::SEVERITY, &fields::GROUP_REASON];
    for words in distinct(reports, &GROUPS_REPORT, &columns)? {
        let given = is_given::<GroupScope, _, _>(GROUP_RULES, &words);
        values.compare(format!("groups: {} given by a rule", words.join(" ")), given, true);
    }
    for words in distinct(reports, &JOIN_CODES_REPORT, &[&fields::CODE_VERDICT, &fields::SEVERITY])? {
        let given = JOIN_CODE_RULES.iter().any(|rule| words == [rule.gives.word(), rule.severity.word()]);
        let is_new = words[0] == "new";
        values.compare(format!("join_codes: {} given by a rule", words.join(" ")), given || is_new, true);
    }
    // Canonical tables name the files that they were made of.
    let inputs = reports.rows(&INPUTS_REPORT)?;
    let has_tables = inputs.iter().any(|input| input.text(&fields::INPUT_KIND).starts_with("parquet"));
    for file in distinct(reports, &RELATIONS_REPORT, &[&fields::SOURCE_FILE])? {
        let is_input = has_tables || reports.manifest.inputs.contains_key(&file[0]);
        values.compare(format!("relations: source_file {} among the inputs", file[0]), is_input, true);
    }
    matched_by_method(reports, values)
}

/// Returns whether a rule gives a row of that scope this outcome, severity and reason.
fn is_given<S: Word, O: Word, R: Word>(rules: &[Rule<Decided<O, R>>], words: &[String]) -> bool {
    let scope = S::from_word(&words[0]);
    rules.iter().any(|rule| {
        let reason = scope.map(|scope| rule.reason(scope).map_or("", Word::word));
        reason == Some(words[3].as_str()) && words[1..3] == [rule.outcome().word(), rule.severity.word()]
    })
}

/// A relation has a method exactly if it has a match.
fn matched_by_method(reports: &Reports, values: &mut RecomputedValues) -> Result<()> {
    let (mut with_method, mut contradicting) = (0_u64, 0_u64);
    each_row(reports, &RELATIONS_REPORT, &[&fields::MATCH_METHOD, &fields::ARRIVED_USERID], |row| {
        with_method += u64::from(row[0].is_some());
        contradicting += u64::from(row[0].is_some() && row[1].is_none());
    })?;
    values.compare(format!("relations: of {with_method} with a method, without a match"), contradicting, 0);
    Ok(())
}

/// Returns the different combinations of the words of some columns; null is an empty text.
fn distinct(reports: &Reports, table: &Table, columns: &[&Column]) -> Result<BTreeSet<Vec<String>>> {
    let mut seen = BTreeSet::new();
    let mut last = Vec::new();
    each_row(reports, table, columns, |row| {
        let same = last.len() == row.len() && row.iter().zip(&last).all(|(cell, known)| cell.unwrap_or("") == known);
        if !same {
            last = row.iter().map(|cell| cell.unwrap_or("").to_owned()).collect();
            seen.insert(last.clone());
        }
    })?;
    Ok(seen)
}
