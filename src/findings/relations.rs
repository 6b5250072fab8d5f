//! Findings about decided relations: each has the rows that its filter selects.

use arrow::array::{Array, AsArray};

use super::{Finding, MAX_EXAMPLES};
use crate::decision::{Decision, Exports};
use crate::schema::fields;
use crate::schema::vocabulary::{Outcome, Reason, Scope};

/// Rows of a kind: how many, and the keys of the first few.
#[derive(Default)]
struct Rows {
    count: u64,
    examples: Vec<String>,
}

/// Findings by the outcome, and what refines it.
const BY_OUTCOME: &[(&str, Outcome, Option<Reason>)] = &[
    ("B8-missing", Outcome::Missing, Some(Reason::NoTrace)),
    ("B8-missing-at-cap", Outcome::Missing, Some(Reason::TargetAtCap)),
    ("B7-misplaced", Outcome::Misplaced, None),
    ("A3-refused-arrived", Outcome::RefusedButArrived, None),
    ("A3-refused", Outcome::Refused, None),
    ("B8-ambiguous", Outcome::Undetermined, Some(Reason::Ambiguous)),
    ("B8-no-usable-key", Outcome::Undetermined, Some(Reason::NoUsableKey)),
    ("B8-target-not-covered", Outcome::Undetermined, Some(Reason::TargetNotCovered)),
    ("B1-external-contact-arrived", Outcome::ArrivedOutOfScope, Some(Reason::ExternalContact)),
    ("B3-unassigned-arrived", Outcome::ArrivedOutOfScope, Some(Reason::Unassigned)),
    ("B5-assessment-failed-arrived", Outcome::ArrivedOutOfScope, Some(Reason::AssessmentFailed)),
    ("D1-added-after-start-arrived", Outcome::ArrivedOutOfScope, Some(Reason::AddedAfterStart)),
];

/// The share of relations in scope above which undetermined ones make the audit inconclusive (SPEC section 7).
pub(super) fn is_inconclusive(undetermined: u64, in_scope: u64) -> bool {
    undetermined * 20 > in_scope
}

pub(super) fn find(exports: &Exports, decision: &Decision) -> Vec<Finding> {
    let mut kinds: Vec<Rows> = BY_OUTCOME.iter().map(|_| Rows::default()).collect();
    let (mut undetermined, mut in_scope) = (Rows::default(), 0);
    for row in 0..decision.rule.len() {
        in_scope += u64::from(decision.scope[row] == Scope::InScope);
        let (outcome, reason) = (decision.outcome(row), decision.reason(row));
        if outcome == Outcome::Undetermined {
            undetermined.add(exports, row);
        }
        if let Some(kind) = BY_OUTCOME.iter().position(|(_, o, r)| *o == outcome && (r.is_none() || *r == reason)) {
            kinds[kind].add(exports, row);
        }
    }
    let mut findings: Vec<Finding> =
        BY_OUTCOME.iter().zip(kinds).map(|((code, ..), rows)| Finding::new(code, rows.count, rows.examples, "")).collect();
    if is_inconclusive(undetermined.count, in_scope) {
        let share = format!("{}.{} %", undetermined.count * 100 / in_scope, undetermined.count * 1000 / in_scope % 10);
        findings.push(Finding::new("B8-inconclusive", undetermined.count, undetermined.examples, share));
    }
    findings
}

impl Rows {
    fn add(&mut self, exports: &Exports, row: usize) {
        self.count += 1;
        if self.examples.len() < MAX_EXAMPLES {
            self.examples.push(key(exports, row));
        }
    }
}

/// The key of a source relation: member and customer.
fn key(exports: &Exports, row: usize) -> String {
    let relations = exports.source_before.relations();
    let text = |column: &crate::schema::Column| {
        let array = relations.column_by_name(column.name).expect("relations hold their columns").as_string_view();
        array.is_valid(row).then(|| array.value(row))
    };
    let customer = text(&fields::EXTERNAL_USERID).or_else(|| text(&fields::CUSTOMER_NAME)).unwrap_or_default();
    format!("{}/{customer}", text(&fields::USERID).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::is_inconclusive;

    #[test]
    fn five_percent_is_still_conclusive() {
        assert!(!is_inconclusive(5, 100));
        assert!(is_inconclusive(6, 100));
        assert!(!is_inconclusive(0, 0));
    }
}
