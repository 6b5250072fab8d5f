//! Findings about decided relations: each has the rows that its filter selects.

use arrow::array::{Array, AsArray, BooleanArray};

use super::{Finding, Rows, WaivedRows, Waivers};
use crate::decision::{Decision, Exports};
use crate::schema::fields;
use crate::schema::vocabulary::{Outcome, Reason, Scope};

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

/// The line of [`BY_OUTCOME`] that tells of a row.
fn kind_of(decision: &Decision, row: usize) -> Option<usize> {
    let (outcome, reason) = (decision.outcome(row), decision.reason(row));
    BY_OUTCOME.iter().position(|(_, o, r)| *o == outcome && (r.is_none() || *r == reason))
}

/// Which relations a waiver covers: one about the finding that tells of them.
pub(super) fn waived(exports: &Exports, decision: &Decision, waivers: &mut Waivers<'_>) -> BooleanArray {
    if waivers.is_empty() {
        return BooleanArray::from(vec![false; decision.rule.len()]);
    }
    let mut covered = |row: usize| kind_of(decision, row).is_some_and(|kind| waivers.cover(BY_OUTCOME[kind].0, || key(exports, row)));
    (0..decision.rule.len()).map(|row| Some(covered(row))).collect()
}

pub(super) fn find(exports: &Exports, decision: &Decision, waived: &mut WaivedRows<'_>) -> Vec<Finding> {
    let mut kinds: Vec<Rows> = BY_OUTCOME.iter().map(|_| Rows::default()).collect();
    let (mut undetermined, mut in_scope) = (Vec::new(), 0);
    for row in 0..decision.rule.len() {
        in_scope += u64::from(decision.scope[row] == Scope::InScope);
        if let Some(kind) = kind_of(decision, row) {
            kinds[kind].add(waived.relations.value(row), || key(exports, row));
        }
        if decision.outcome(row) == Outcome::Undetermined {
            undetermined.push(row);
        }
    }
    let mut findings: Vec<Finding> = BY_OUTCOME.iter().zip(kinds).map(|((code, ..), rows)| Finding::of_rows(code, rows, "")).collect();
    if is_inconclusive(undetermined.len() as u64, in_scope) {
        findings.push(inconclusive(exports, &undetermined, in_scope, waived));
    }
    findings
}

/// Rows that are waived, here or by the finding that tells of them, do not keep the audit from a conclusion.
fn inconclusive(exports: &Exports, undetermined: &[usize], in_scope: u64, waived: &mut WaivedRows<'_>) -> Finding {
    let mut rows = Rows::default();
    for &row in undetermined {
        let is_waived = waived.waivers.cover("B8-inconclusive", || key(exports, row)) || waived.relations.value(row);
        rows.add(is_waived, || key(exports, row));
    }
    let is_settled = !is_inconclusive(rows.count - rows.waived, in_scope);
    let share = format!("{}.{} %", rows.count * 100 / in_scope, rows.count * 1000 / in_scope % 10);
    Finding { is_settled, ..Finding::of_rows("B8-inconclusive", rows, share) }
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
