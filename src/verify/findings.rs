//! `findings.parquet` against the catalogue of this version and the rows of the other reports; the verdict that
//! follows.

use std::collections::{BTreeMap, BTreeSet};

use super::bill::{RecomputedBill, RowsByFlow};
use super::totals::rows_of;
use super::values::RecomputedValues;
use crate::case::EffectiveSettings;
use crate::error::Result;
use crate::published::{ReportRow, Reports, totals};
use crate::rules::{FindingRule, catalogue, in_number};
use crate::schema::tables::{FINDINGS_REPORT, GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::{Severity, Word};
use crate::schema::{Table, fields};

/// The reports whose rows are waived one by one.
const WAIVED_BY_ROW: [&Table; 3] = [&RELATIONS_REPORT, &GROUPS_REPORT, &JOIN_CODES_REPORT];
/// The finding whose severity depends on the settings.
const VOUCHED_FOR: &str = "Q-unreadable-records";
const TOO_MANY_UNDETERMINED: &str = "B8-inconclusive";
const CONCLUDES_NOTHING: [&str; 3] = [TOO_MANY_UNDETERMINED, "Q-too-much-unreadable", "Q-source-before-empty"];

pub struct PublishedFindings {
    pub rows: Vec<ReportRow>,
}

impl PublishedFindings {
    /// # Errors
    /// [`crate::Error::Input`] if the report cannot be read.
    pub fn read(reports: &Reports) -> Result<Self> {
        Ok(Self { rows: reports.rows(&FINDINGS_REPORT)? })
    }

    /// Compares each with its kind, and looks for those that are lacking.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if a report cannot be read.
    pub fn compare(
        &self,
        reports: &Reports,
        relations: &RowsByFlow,
        bill: Option<&RecomputedBill>,
        values: &mut RecomputedValues,
    ) -> Result<()> {
        let codes: Vec<String> = self.rows.iter().map(|row| row.text(&fields::CODE)).collect();
        let once = codes.iter().collect::<BTreeSet<_>>().len();
        values.compare("findings: different codes", codes.len(), once);
        for (row, code) in self.rows.iter().zip(&codes) {
            match catalogue().find(|rule| rule.code == code) {
                Some(rule) => Self::compare_with_kind(row, rule, &reports.manifest.settings, values),
                None => values.compare(format!("finding {code}"), "published", "not in the catalogue"),
            }
        }
        self.compare_order(values);
        self.compare_rows(reports, values)?;
        let is_there = |code: &str| codes.iter().any(|known| known == code);
        let undetermined = relations.of_outcome("undetermined");
        let too_many = undetermined * 20 > relations.in_scope();
        values.compare("finding B8-inconclusive", is_there(TOO_MANY_UNDETERMINED), too_many);
        for (code, verdict) in [("B11-above-tolerance", "above_tolerance"), ("B11-below-tolerance", "below_tolerance")]
        {
            let expected = bill.is_some_and(|bill| bill.verdict == verdict);
            values.compare(format!("finding {code}"), is_there(code), expected);
        }
        Ok(())
    }

    /// Compares what a finding takes from its kind.
    fn compare_with_kind(
        row: &ReportRow,
        rule: &FindingRule,
        settings: &EffectiveSettings,
        values: &mut RecomputedValues,
    ) {
        let name = |column: &str| format!("finding {}: {column}", rule.code);
        let is_vouched_for = rule.code == VOUCHED_FOR && settings.values().any(|value| value == "trusted");
        let severity = row.text(&fields::SEVERITY);
        if !(is_vouched_for && severity == Severity::Info.word()) {
            values.compare(name("severity"), severity, rule.severity);
        }
        let (report, filter) =
            rule.rows.map_or_else(Default::default, |rows| (rows.report.name.to_owned(), rows.filter().sql()));
        for (column, expected) in [
            (&fields::CLAUSE, rule.clause),
            (&fields::NEXT_STEP_ZH, rule.next_step_zh),
            (&fields::NEXT_STEP_EN, rule.next_step_en),
            (&fields::REPORT, report.as_str()),
            (&fields::FILTER, filter.as_str()),
        ] {
            values.compare(name(column.name), row.text(column), expected);
        }
        let count = row.count(&fields::COUNT);
        for (column, template) in [
            (&fields::MESSAGE_ZH, rule.message_zh.to_owned()),
            (&fields::MESSAGE_EN, in_number(rule.message_en, count)),
        ] {
            let (message, template) = (row.text(column), template.replace("{count}", &count.to_string()));
            if !fits(&message, &template) {
                values.compare(name(column.name), message, template);
            }
        }
    }

    /// The most serious come first, then those that the catalogue has first.
    fn compare_order(&self, values: &mut RecomputedValues) {
        let codes = |rows: &[&ReportRow]| rows.iter().map(|row| row.text(&fields::CODE)).collect::<Vec<_>>().join(" ");
        let published: Vec<&ReportRow> = self.rows.iter().collect();
        let mut sorted = published.clone();
        let place = |row: &&ReportRow| {
            let severity = Severity::from_word(&row.text(&fields::SEVERITY));
            let kind = catalogue().position(|rule| rule.code == row.text(&fields::CODE));
            (std::cmp::Reverse(severity), kind)
        };
        sorted.sort_by_key(place);
        values.compare("findings: order", codes(&published), codes(&sorted));
    }

    /// Counts the rows that each kind selects, and those of them that are waived, whether or not it was published.
    fn compare_rows(&self, reports: &Reports, values: &mut RecomputedValues) -> Result<()> {
        for table in WAIVED_BY_ROW {
            let rules: Vec<&FindingRule> = catalogue()
                .filter(|rule| rule.rows.is_some_and(|rows| rows.reports_outcome && rows.report == table))
                .collect();
            let filters = rules.iter().filter_map(|rule| rows_of(&rule.rows?.filter().sql()));
            let waived = rules
                .iter()
                .filter_map(|rule| rows_of(&format!("({}) and {}", rule.rows?.filter().sql(), fields::WAIVED.name)));
            let counts = totals(&reports.path(table)?, filters.chain(waived).collect())?;
            let (counts, waived) = counts.split_at(counts.len() / 2);
            for ((rule, count), waived) in rules.iter().zip(counts).zip(waived) {
                let row = self.rows.iter().find(|row| row.text(&fields::CODE) == rule.code);
                let published = |column| row.map_or(0, |row| row.count(column));
                let name = |column: &str| format!("finding {}: {column}", rule.code);
                values.compare(name("count"), published(&fields::COUNT), count);
                values.compare(name("waived_count"), published(&fields::WAIVED_COUNT), waived);
            }
        }
        Ok(())
    }

    /// Returns whether a finding counts towards the verdict: not all of it is waived.
    pub fn counts(row: &ReportRow, relations: &RowsByFlow) -> bool {
        let left = row.count(&fields::COUNT).saturating_sub(row.count(&fields::WAIVED_COUNT));
        left > 0 && (row.text(&fields::CODE) != TOO_MANY_UNDETERMINED || left * 20 > relations.in_scope())
    }

    /// Returns the verdict that follows from them (SPEC section 7).
    pub fn verdict(&self, relations: &RowsByFlow) -> &'static str {
        let mut by_severity: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| Self::counts(row, relations)) {
            by_severity.entry(row.text(&fields::SEVERITY)).or_default().push(row.text(&fields::CODE));
        }
        let none = Vec::new();
        let defects = by_severity.get("defect").unwrap_or(&none);
        let concludes_nothing = by_severity.values().flatten().any(|code| CONCLUDES_NOTHING.contains(&code.as_str()));
        if concludes_nothing || !defects.is_empty() && defects.iter().all(|code| code == VOUCHED_FOR) {
            "inconclusive"
        } else if !defects.is_empty() {
            "defect"
        } else if by_severity.contains_key("review") {
            "review"
        } else {
            "reconciled"
        }
    }
}

/// Returns whether a message is the template with any text in place of each `{detail}`.
fn fits(message: &str, template: &str) -> bool {
    let mut pieces = template.split("{detail}");
    let Some(mut rest) = pieces.next().and_then(|first| message.strip_prefix(first)) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    last.map_or(rest.is_empty(), |last| message.ends_with(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_its_template_with_a_detail() {
        assert!(fits("2 rows (a, b) are.", "2 rows ({detail}) are."));
        assert!(fits("2 rows.", "2 rows."));
        assert!(!fits("3 rows (a, b) are.", "2 rows ({detail}) are."));
        assert!(!fits("2 rows (a, b) are. Not at all.", "2 rows ({detail}) are."));
        assert!(!fits("2 rows. Really.", "2 rows."));
    }
}
