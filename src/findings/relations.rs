//! Findings about decided relations: each has the rows that its filter selects.

use arrow::array::{Array, AsArray, BooleanArray, StringViewArray};

use super::{Finding, FindingRule, Rows, Waivers};
use crate::decision::{DecidedPart, Decision};
use crate::schema::vocabulary::{MatchMethod, Outcome, Reason, Scope, Severity};
use crate::schema::{Column, fields};
use crate::snapshot::Part;

/// Findings by the outcome, and what refines it.
const BY_OUTCOME: &[(&str, Outcome, Option<Reason>)] = &[
    ("B8-missing", Outcome::Missing, Some(Reason::NoTrace)),
    ("B8-missing-at-cap", Outcome::Missing, Some(Reason::TargetAtCap)),
    ("B7-misplaced", Outcome::Misplaced, None),
    ("A3-refused-arrived", Outcome::RefusedButArrived, None),
    ("A3-refused", Outcome::Refused, None),
    ("B8-ambiguous", Outcome::Undetermined, Some(Reason::Ambiguous)),
    ("B8-no-usable-key", Outcome::Undetermined, Some(Reason::NoUsableKey)),
    ("B8-unreadable", Outcome::Undetermined, Some(Reason::Unreadable)),
    ("B8-look-alike", Outcome::Undetermined, Some(Reason::LookAlike)),
    ("B8-target-not-covered", Outcome::Undetermined, Some(Reason::TargetNotCovered)),
    ("B1-external-contact-arrived", Outcome::ArrivedOutOfScope, Some(Reason::ExternalContact)),
    ("B3-unassigned-arrived", Outcome::ArrivedOutOfScope, Some(Reason::Unassigned)),
    ("B5-assessment-failed-arrived", Outcome::ArrivedOutOfScope, Some(Reason::AssessmentFailed)),
    ("D1-added-after-start-arrived", Outcome::ArrivedOutOfScope, Some(Reason::AddedAfterStart)),
];

/// A finding about relations that lack a column and of which a fact holds, whatever became of them.
type OfLack = (&'static str, &'static Column, fn(&DecidedPart, usize) -> bool);

const OF_LACK: [OfLack; 2] = [
    ("B8-joined-by-name", &fields::EXTERNAL_USERID, |decided, row| {
        decided.joined.method[row] == Some(MatchMethod::Name)
    }),
    ("D1-created-unknown", &fields::CREATED_AT, |decided, row| decided.scope[row] == Scope::InScope),
];

/// The finding that tells of relations with that outcome, for that reason.
pub fn rule_of_relation(outcome: &str, reason: Option<&str>) -> Option<&'static FindingRule> {
    let holds = |(_, o, r): &&(&str, Outcome, Option<Reason>)| {
        o.word() == outcome && (r.is_none() || r.map(Reason::word) == reason)
    };
    BY_OUTCOME.iter().find(holds).map(|(code, ..)| super::rule(code))
}

/// The share of relations in scope above which undetermined ones make the audit inconclusive (SPEC section 7).
pub(super) fn is_inconclusive(undetermined: u64, in_scope: u64) -> bool {
    undetermined * 20 > in_scope
}

/// What there is to say of rows, gathered partition by partition.
pub struct RelationFindings {
    kinds: Vec<Rows>,
    undetermined: Rows,
    of_lack: [Rows; OF_LACK.len()],
    in_scope: u64,
    is_inconclusive: bool,
}

impl RelationFindings {
    /// Nothing yet.
    pub fn of(decision: &Decision) -> Self {
        let sum = |count: fn(&DecidedPart) -> usize| decision.parts.iter().map(|part| count(part) as u64).sum::<u64>();
        let in_scope = sum(|part| part.scope.iter().filter(|scope| **scope == Scope::InScope).count());
        let undetermined =
            sum(|part| (0..part.source_rows()).filter(|&row| part.outcome(row) == Outcome::Undetermined).count());
        Self {
            kinds: BY_OUTCOME.iter().map(|_| Rows::default()).collect(),
            undetermined: Rows::default(),
            of_lack: Default::default(),
            in_scope,
            is_inconclusive: is_inconclusive(undetermined, in_scope),
        }
    }

    /// Nothing yet, for the same case.
    #[must_use]
    pub fn empty(&self) -> Self {
        let kinds = BY_OUTCOME.iter().map(|_| Rows::default()).collect();
        let of_lack = Default::default();
        Self {
            kinds,
            undetermined: Rows::default(),
            of_lack,
            in_scope: self.in_scope,
            is_inconclusive: self.is_inconclusive,
        }
    }

    /// Which relations of a partition a waiver covers: one about the finding that tells of them.
    pub fn waived(part: &Part, decided: &DecidedPart, waivers: &mut Waivers<'_>) -> BooleanArray {
        if waivers.is_empty() {
            return BooleanArray::from(vec![false; decided.source_rows()]);
        }
        let keys = Keys::of(part);
        let mut covered =
            |row: usize| kind_of(decided, row).is_some_and(|kind| waivers.cover(BY_OUTCOME[kind].0, || keys.key(row)));
        (0..decided.source_rows()).map(|row| Some(covered(row))).collect()
    }

    /// Looks at the rows of a partition. Rows that are waived, here or by the finding that tells of them, do not keep the
    /// audit from a conclusion.
    pub fn look(&mut self, part: &Part, decided: &DecidedPart, waived: &BooleanArray, waivers: &mut Waivers<'_>) {
        let keys = Keys::of(part);
        for ((code, column, holds), rows) in OF_LACK.iter().zip(&mut self.of_lack) {
            // Mostly nothing is lacking, and no row has to be looked at.
            let nulls = part
                .column(column)
                .nulls()
                .into_iter()
                .flat_map(|nulls| (!nulls.inner()).set_indices().collect::<Vec<_>>());
            for row in nulls.filter(|&row| holds(decided, row)) {
                rows.add(waivers.cover(code, || keys.key(row)), || keys.key(row));
            }
        }
        for row in 0..decided.source_rows() {
            if decided.rule_of(row).severity == Severity::Ok {
                continue;
            }
            if let Some(kind) = kind_of(decided, row) {
                self.kinds[kind].add(waived.value(row), || keys.key(row));
            }
            if self.is_inconclusive && decided.outcome(row) == Outcome::Undetermined {
                let is_waived = waivers.cover("B8-inconclusive", || keys.key(row)) || waived.value(row);
                self.undetermined.add(is_waived, || keys.key(row));
            }
        }
    }

    /// Adds what the next partition gave.
    pub fn add(&mut self, next: Self) {
        self.kinds.iter_mut().zip(next.kinds).for_each(|(rows, more)| rows.extend(more));
        self.undetermined.extend(next.undetermined);
        self.of_lack.iter_mut().zip(next.of_lack).for_each(|(rows, more)| rows.extend(more));
    }

    pub(super) fn find(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            BY_OUTCOME.iter().zip(self.kinds).map(|((code, ..), rows)| Finding::of_rows(code, rows, "")).collect();
        findings.extend(OF_LACK.iter().zip(self.of_lack).map(|((code, ..), rows)| Finding::of_rows(code, rows, "")));
        if self.is_inconclusive {
            let (rows, in_scope) = (self.undetermined, self.in_scope);
            let is_settled = !is_inconclusive(rows.count - rows.waived, in_scope);
            let share = format!("{}.{} %", rows.count * 100 / in_scope, rows.count * 1000 / in_scope % 10);
            findings.push(Finding { is_settled, ..Finding::of_rows("B8-inconclusive", rows, share) });
        }
        findings
    }
}

/// The line of [`BY_OUTCOME`] that tells of a row.
fn kind_of(decided: &DecidedPart, row: usize) -> Option<usize> {
    let (outcome, reason) = (decided.outcome(row), decided.reason(row));
    BY_OUTCOME.iter().position(|(_, o, r)| *o == outcome && (r.is_none() || *r == reason))
}

/// The keys of source relations: member and customer.
struct Keys<'a> {
    userids: &'a StringViewArray,
    ids: &'a StringViewArray,
    names: &'a StringViewArray,
}

impl<'a> Keys<'a> {
    fn of(part: &'a Part) -> Self {
        let text = |column: &Column| part.column(column).as_string_view();
        Self {
            userids: text(&fields::USERID),
            ids: text(&fields::EXTERNAL_USERID),
            names: text(&fields::CUSTOMER_NAME),
        }
    }

    fn key(&self, row: usize) -> String {
        let text = |column: &'a StringViewArray| column.is_valid(row).then(|| column.value(row));
        let customer = text(self.ids).or_else(|| text(self.names)).unwrap_or_default();
        format!("{}/{customer}", text(self.userids).unwrap_or_default())
    }
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
