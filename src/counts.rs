//! The figures of an audit: decided relations, groups and join codes, counted by the words that they got.

use std::collections::BTreeMap;

use crate::decision::{Decision, Exports};
use crate::groups::GroupDecision;
use crate::schema::tables::{GROUPS, JOIN_CODES};
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Origin, Outcome, Scope};

/// Counts by word; the order is that of the rules when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Relations of source-before by scope.
    pub by_scope: BTreeMap<String, u64>,
    /// Relations of source-before by outcome.
    pub by_outcome: BTreeMap<String, u64>,
    /// Relations of target-after by origin.
    pub by_origin: BTreeMap<String, u64>,
}

impl Counts {
    /// Counts the decided relations.
    pub fn of(decision: &Decision) -> Self {
        let mut scopes = vec![0; Scope::ALL.len()];
        let mut outcomes = vec![0; Outcome::ALL.len()];
        let mut origins = vec![0; Origin::ALL.len()];
        for part in &decision.parts {
            for row in 0..part.source_rows() {
                scopes[part.scope[row].code() as usize] += 1;
                outcomes[part.outcome(row).code() as usize] += 1;
            }
            for origin in &part.origin {
                origins[origin.code() as usize] += 1;
            }
        }
        Self {
            by_scope: by_word(Scope::WORDS, scopes),
            by_outcome: by_word(Outcome::WORDS, outcomes),
            by_origin: by_word(Origin::WORDS, origins),
        }
    }
}

fn by_word(words: &[&str], counts: Vec<u64>) -> BTreeMap<String, u64> {
    words.iter().map(|word| (*word).to_owned()).zip(counts).collect()
}

/// Counts of groups and join codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupCounts {
    /// Groups of source-before by outcome.
    pub by_outcome: BTreeMap<String, u64>,
    /// Whether source-before says anything of groups.
    pub groups_measured: bool,
    /// Join codes of both snapshots of the source corp by verdict.
    pub by_verdict: BTreeMap<String, u64>,
    /// Whether either of them says anything of join codes.
    pub codes_measured: bool,
}

impl GroupCounts {
    /// Counts the decided groups and codes.
    pub fn of(exports: &Exports, decision: &GroupDecision) -> Self {
        let mut outcomes = vec![0; GroupOutcome::ALL.len()];
        let mut verdicts = vec![0; CodeVerdict::ALL.len()];
        for group in &decision.groups {
            outcomes[group.outcome().code() as usize] += 1;
        }
        for code in &decision.codes {
            verdicts[code.rule.verdict.code() as usize] += 1;
        }
        let of_source = || [Some(&exports.source_before), exports.source_after.as_ref()].into_iter().flatten();
        Self {
            by_outcome: by_word(GroupOutcome::WORDS, outcomes),
            groups_measured: exports.source_before.speaks_of(&GROUPS),
            by_verdict: by_word(CodeVerdict::WORDS, verdicts),
            codes_measured: of_source().any(|snapshot| snapshot.speaks_of(&JOIN_CODES)),
        }
    }
}
