//! Findings about decided relations: each has the rows that its filter selects.

use std::sync::LazyLock;

use arrow::array::{Array, AsArray, BooleanArray, StringViewArray};

use super::{Finding, ReportedRows, Waivers};
use crate::decision::{DecidedPart, Decision};
use crate::personal::{Pseudonyms, shown};
use crate::rules::thresholds::{UNDETERMINED_LIMIT, share};
use crate::rules::{FindingRule, RELATION_RULES, findings_of};
use crate::schema::tables::RELATIONS_REPORT;
use crate::schema::vocabulary::{MatchMethod, Outcome, Reason, Scope, Severity};
use crate::schema::{Cell, Column, Filter, fields};
use crate::snapshot::Partition;
use crate::text::percent;

/// A finding about relations without a value, of which a fact holds, whatever their outcome.
struct NullColumnFinding {
    code: &'static str,
    column: &'static Column,
    holds: fn(&DecidedPart, usize) -> bool,
}

const NULL_COLUMN_FINDINGS: [NullColumnFinding; 2] = [
    NullColumnFinding {
        code: "B8-joined-by-name",
        column: &fields::EXTERNAL_USERID,
        holds: |decided, row| decided.joined.method[row] == Some(MatchMethod::Name),
    },
    NullColumnFinding {
        code: "D1-created-unknown",
        column: &fields::CREATED_AT,
        holds: |decided, row| decided.scope[row] == Scope::InScope,
    },
];

pub fn rule_of_relation(outcome: &str, reason: Option<&str>) -> Option<&'static FindingRule> {
    // Out of scope, the reason is the scope.
    REPORTING.of(outcome, reason, reason).map(|kind| REPORTING.findings[kind].0)
}

/// The findings that report relations by their outcome, and which of them reports a row by its rule and scope.
struct Reporting {
    findings: Vec<(&'static FindingRule, Filter)>,
    by_rule_and_scope: Vec<Option<usize>>,
}

/// Rows are counted in millions and rules in dozens: the filters are applied to the rules.
static REPORTING: LazyLock<Reporting> = LazyLock::new(|| {
    let mut reporting = Reporting { findings: findings_of(&RELATIONS_REPORT).collect(), by_rule_and_scope: Vec::new() };
    for rule in RELATION_RULES {
        for &scope in Scope::ALL {
            let reason = rule.reason(scope).map(Reason::word);
            let kind = reporting.of(rule.outcome().word(), reason, Some(scope.word()));
            reporting.by_rule_and_scope.push(kind);
        }
    }
    reporting
});

impl Reporting {
    fn of(&self, outcome: &str, reason: Option<&str>, scope: Option<&str>) -> Option<usize> {
        let cell = |column: &'static Column| match column.name {
            name if name == fields::OUTCOME.name => Cell::Text(outcome),
            name if name == fields::REASON.name => reason.into(),
            name if name == fields::SCOPE.name => scope.into(),
            _ => Cell::Null,
        };
        self.findings.iter().position(|(_, filter)| filter.selects(&cell))
    }

    /// Returns the index in `findings` of the one that reports a row.
    fn kind(&self, decided: &DecidedPart, row: usize) -> Option<usize> {
        let scope = usize::from(decided.scope[row].code());
        self.by_rule_and_scope[decided.rule_index(row) * Scope::ALL.len() + scope]
    }
}

/// Reports whether that many undetermined relations keep the audit from a conclusion.
fn is_inconclusive(undetermined: u64, in_scope: u64) -> bool {
    share(undetermined, in_scope) > UNDETERMINED_LIMIT
}

/// Findings about rows of relations, accumulated partition by partition.
pub struct RelationFindings {
    kinds: Vec<ReportedRows>,
    undetermined: ReportedRows,
    of_nulls: [ReportedRows; NULL_COLUMN_FINDINGS.len()],
    in_scope: u64,
    is_inconclusive: bool,
    pseudonyms: Option<Pseudonyms>,
}

impl RelationFindings {
    /// Findings without rows.
    pub fn of(decision: &Decision, pseudonyms: Option<Pseudonyms>) -> Self {
        let sum = |count: fn(&DecidedPart) -> usize| decision.parts.iter().map(|part| count(part) as u64).sum::<u64>();
        let in_scope = sum(|part| part.scope.iter().filter(|scope| **scope == Scope::InScope).count());
        let undetermined =
            sum(|part| (0..part.source_rows()).filter(|&row| part.outcome(row) == Outcome::Undetermined).count());
        Self::without_rows(in_scope, is_inconclusive(undetermined, in_scope), pseudonyms)
    }

    /// Findings without rows, for another partition of the same case.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self::without_rows(self.in_scope, self.is_inconclusive, self.pseudonyms.clone())
    }

    fn without_rows(in_scope: u64, is_inconclusive: bool, pseudonyms: Option<Pseudonyms>) -> Self {
        let kinds = vec![ReportedRows::default(); REPORTING.findings.len()];
        let (undetermined, of_nulls) = Default::default();
        Self { kinds, undetermined, of_nulls, in_scope, is_inconclusive, pseudonyms }
    }

    /// Returns, by relation of a partition, whether a waiver of the finding that reports it covers it.
    pub fn waived(part: &Partition, decided: &DecidedPart, waivers: &mut Waivers<'_>) -> BooleanArray {
        if waivers.is_empty() {
            return BooleanArray::from(vec![false; decided.source_rows()]);
        }
        let keys = RelationKeys::of(part);
        let mut covered = |row: usize| {
            let kind = REPORTING.kind(decided, row);
            kind.is_some_and(|kind| waivers.cover(REPORTING.findings[kind].0.code, || keys.key(row)))
        };
        (0..decided.source_rows()).map(|row| Some(covered(row))).collect()
    }

    /// Adds the rows of a partition. Rows that are waived, here or by the finding that reports them, do not keep the
    /// audit from a conclusion.
    pub fn look(&mut self, part: &Partition, decided: &DecidedPart, waived: &BooleanArray, waivers: &mut Waivers<'_>) {
        let (keys, pseudonyms) = (RelationKeys::of(part), self.pseudonyms.as_ref());
        for (NullColumnFinding { code, column, holds }, rows) in NULL_COLUMN_FINDINGS.iter().zip(&mut self.of_nulls) {
            // Usually the column has no nulls, and no row is visited.
            let nulls = part
                .column(column)
                .nulls()
                .into_iter()
                .flat_map(|nulls| (!nulls.inner()).set_indices().collect::<Vec<_>>());
            for row in nulls.filter(|&row| holds(decided, row)) {
                rows.add(waivers.cover(code, || keys.key(row)), || keys.shown(row, pseudonyms));
            }
        }
        for row in 0..decided.source_rows() {
            if decided.rule_of(row).severity == Severity::Ok {
                continue;
            }
            if let Some(kind) = REPORTING.kind(decided, row) {
                self.kinds[kind].add(waived.value(row), || keys.shown(row, pseudonyms));
            }
            if self.is_inconclusive && decided.outcome(row) == Outcome::Undetermined {
                let is_waived = waivers.cover("B8-inconclusive", || keys.key(row)) || waived.value(row);
                self.undetermined.add(is_waived, || keys.shown(row, pseudonyms));
            }
        }
    }

    /// Appends the findings of the next partition.
    pub fn add(&mut self, next: Self) {
        self.kinds.iter_mut().zip(next.kinds).for_each(|(rows, more)| rows.extend(more));
        self.undetermined.extend(next.undetermined);
        self.of_nulls.iter_mut().zip(next.of_nulls).for_each(|(rows, more)| rows.extend(more));
    }

    /// Returns the findings that say why relations are undetermined, each with its number, the largest first.
    fn causes(&self) -> Vec<(&'static str, u64)> {
        let kind = |reason: &Reason| REPORTING.of(Outcome::Undetermined.word(), Some(reason.word()), None);
        let kinds = Reason::ALL.iter().filter_map(kind);
        let counts = kinds.map(|kind| (REPORTING.findings[kind].0.code, self.kinds[kind].count));
        let mut causes: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
        causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        causes
    }

    pub(super) fn find(self) -> Vec<Finding> {
        let causes: Vec<String> = self.causes().iter().map(|(code, count)| format!("{code} {count}")).collect();
        let mut findings: Vec<Finding> = REPORTING
            .findings
            .iter()
            .zip(self.kinds)
            .map(|((rule, _), rows)| Finding::of_rows(rule.code, rows, ""))
            .collect();
        let of_nulls = NULL_COLUMN_FINDINGS.iter().zip(self.of_nulls);
        findings.extend(of_nulls.map(|(finding, rows)| Finding::of_rows(finding.code, rows, "")));
        if self.is_inconclusive {
            let (rows, in_scope) = (self.undetermined, self.in_scope);
            let is_settled = !is_inconclusive(rows.count - rows.waived, in_scope);
            let share = percent(rows.count, in_scope);
            let told = |colon: &str, comma: &str| format!("{share}{colon}{}", causes.join(comma));
            let (english, chinese) = (told(": ", ", "), told("：", "，"));
            let finding = Finding::of_rows("B8-inconclusive", rows, english).in_chinese(chinese);
            findings.push(Finding { is_settled, ..finding });
        }
        findings
    }
}

/// The keys of source relations: member and customer.
struct RelationKeys<'a> {
    userids: &'a StringViewArray,
    ids: &'a StringViewArray,
    names: &'a StringViewArray,
}

impl<'a> RelationKeys<'a> {
    fn of(part: &'a Partition) -> Self {
        let text = |column: &Column| part.column(column).as_string_view();
        Self {
            userids: text(&fields::USERID),
            ids: text(&fields::EXTERNAL_USERID),
            names: text(&fields::CUSTOMER_NAME),
        }
    }

    fn key(&self, row: usize) -> String {
        self.shown(row, None)
    }

    /// Returns the key as findings show it.
    fn shown(&self, row: usize, pseudonyms: Option<&Pseudonyms>) -> String {
        let text = |column: &'a StringViewArray| column.is_valid(row).then(|| column.value(row));
        let id = text(self.ids).map(|id| shown(pseudonyms, &fields::EXTERNAL_USERID, id));
        let name = || text(self.names).map(|name| shown(pseudonyms, &fields::CUSTOMER_NAME, name));
        format!("{}/{}", text(self.userids).unwrap_or_default(), id.or_else(name).unwrap_or_default())
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
