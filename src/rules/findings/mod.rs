//! The catalogue of findings, a block each: it feeds the reports, the waivers, `qianhe rules` and the reference.
//!
//! A finding that has a filter and [reports outcomes](FindingRows::reports_outcome) is found by that filter alone; how
//! the others are found is described in [`crate::findings`].

mod bill;
mod conclusion;
mod exports;
mod forecast;
mod groups;
mod join_codes;
mod lists;
mod relations;
mod waivers;

use crate::schema::vocabulary::{Severity, Word};
use crate::schema::{Column, Filter, Table};
use crate::text::Text;

/// A kind of finding. `{count}` and `{detail}` in messages are filled in; of `[one|many]` the count chooses.
#[derive(Debug)]
pub struct FindingRule {
    /// Stable; starts with the clause.
    pub code: &'static str,
    /// A clause of DOMAIN.md, or `Q`: the quality of the exports, of which no clause speaks.
    pub clause: &'static str,
    pub severity: Severity,
    /// The message in Chinese.
    pub message_zh: &'static str,
    /// The message in English.
    pub message_en: &'static str,
    pub next_step_zh: &'static str,
    pub next_step_en: &'static str,
    /// The rows that it is about, if it is about rows of a report.
    pub rows: Option<FindingRows>,
}

/// The rows that a finding is about.
#[derive(Debug, Clone, Copy)]
pub struct FindingRows {
    pub report: &'static Table,
    /// The conditions on a row, all of which hold.
    conditions: fn() -> Vec<Filter>,
    /// Whether the finding reports the outcome or verdict of each of these rows: a waiver of it covers the row.
    pub reports_outcome: bool,
}

impl FindingRows {
    /// Returns the filter that selects the rows.
    pub fn filter(&self) -> Filter {
        Filter::And((self.conditions)())
    }
}

impl FindingRule {
    /// Returns the next step in both languages.
    pub const fn next_step(&self) -> Text {
        Text { zh: self.next_step_zh, en: self.next_step_en }
    }
}

/// A finding is its code.
impl PartialEq for FindingRule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for FindingRule {}

/// Rows whose outcome or verdict the finding reports.
#[expect(clippy::unnecessary_wraps, reason = "the value of `rows`, which some findings do not have")]
const fn decided(report: &'static Table, conditions: fn() -> Vec<Filter>) -> Option<FindingRows> {
    Some(FindingRows { report, conditions, reports_outcome: true })
}

/// Rows that show what the finding is about.
#[expect(clippy::unnecessary_wraps, reason = "the value of `rows`, which some findings do not have")]
const fn selected(report: &'static Table, conditions: fn() -> Vec<Filter>) -> Option<FindingRows> {
    Some(FindingRows { report, conditions, reports_outcome: false })
}

fn is(column: &'static Column, word: impl Word) -> Filter {
    Filter::is(column, word.word())
}

fn is_any<const N: usize>(column: &'static Column, words: [impl Word; N]) -> Filter {
    Filter::one_of(column, words.map(Word::word))
}

/// The catalogue by topic, in the order in which reports list findings that are equally serious: what is wrong with
/// the exports stands before what may follow from it.
const CATALOGUE: [&[FindingRule]; 9] = [
    conclusion::CONCLUSION,
    exports::EXPORTS,
    lists::LISTS,
    forecast::FORECAST,
    relations::RELATIONS,
    groups::GROUPS,
    join_codes::JOIN_CODES,
    bill::BILL,
    waivers::WAIVERS,
];

/// Returns every kind of finding, in order.
pub fn catalogue() -> impl Iterator<Item = &'static FindingRule> {
    CATALOGUE.into_iter().flatten()
}

pub fn finding(code: &str) -> Option<&'static FindingRule> {
    catalogue().find(|rule| rule.code == code)
}

/// Returns the findings that report rows of `report` by their outcome or verdict, each with the filter of its rows.
pub fn findings_of(report: &Table) -> impl Iterator<Item = (&'static FindingRule, Filter)> {
    catalogue().filter_map(move |rule| {
        let rows = rule.rows.filter(|rows| rows.reports_outcome && rows.report.name == report.name)?;
        Some((rule, rows.filter()))
    })
}

/// Returns a phrase with the form for that count of each `[one|many]`.
pub fn in_number(phrase: &str, count: u64) -> String {
    let mut text = String::new();
    let mut rest = phrase;
    while let Some((before, (forms, after))) =
        rest.split_once('[').and_then(|(before, forms)| Some((before, forms.split_once(']')?)))
    {
        let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
        text += before;
        text += if count == 1 { one } else { many };
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_start_with_their_clause() {
        let codes: BTreeSet<&str> = catalogue().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), catalogue().count());
        for rule in catalogue() {
            assert!(rule.code.starts_with(&format!("{}-", rule.clause)), "{}", rule.code);
        }
    }

    /// An account whose export failed, or whose userid could not be read, has no relations to find.
    #[test]
    fn what_is_wrong_with_the_exports_comes_before_what_may_follow_from_it() {
        let place = |code: &str| catalogue().position(|rule| rule.code == code).expect("a finding");
        for cause in ["Q-swapped-dumps", "D1-source-after-start"] {
            assert!(place(cause) < place("B5-source-not-covered"), "{cause}");
        }
        assert!(place("B5-account-without-relations") < place("B8-target-not-covered"));
        for cause in ["B5-source-not-covered", "Q-unreadable-records", "Q-unreadable-values", "Q-empty-table"] {
            for effect in ["B5-account-without-relations", "A3-refusal-unmatched", "B8-missing", "B11-below-tolerance"]
            {
                assert!(place(cause) < place(effect), "{cause}, {effect}");
            }
        }
    }

    #[test]
    fn both_languages_fill_in_the_same() {
        for rule in catalogue() {
            for place in ["{count}", "{detail}"] {
                assert_eq!(rule.message_zh.contains(place), rule.message_en.contains(place), "{} {place}", rule.code);
            }
        }
    }

    #[test]
    fn english_distinguishes_one_from_many() {
        let phrase = "{count} [relation carries|relations carry] nothing that joins [it|them].";
        assert_eq!(in_number(phrase, 1), "{count} relation carries nothing that joins it.");
        assert_eq!(in_number(phrase, 0), "{count} relations carry nothing that joins them.");
        for rule in catalogue() {
            let (one, many) = (in_number(rule.message_en, 1), in_number(rule.message_en, 2));
            assert!(!format!("{one}{many}").contains(['[', ']', '|']), "{}", rule.code);
            let says_the_same = one == many && rule.message_en.starts_with("{count} ");
            assert!(!says_the_same, "{} says the same of one and of many", rule.code);
        }
    }
}
