//! From snapshots to decided relations, groups and join codes: each step makes a frame of facts and lets a rule book
//! decide its rows ([`crate::rules`]).
//!
//! ```text
//! scope        one partition: facts of source-before -> scope (permissions: who has customer-contact permission)
//! match_part   one partition: merge join of both sides inside its pairs, and the rows that are left over
//! doubt        one partition: what unreadable records and values leave open
//! across       all partitions: left-over rows of a customer under another account (misplaced)
//! outcome      one partition: facts of both sides -> the rule of each relation of source-before, the origin of each of
//!              target-after
//! groups       facts of groups -> scope, rule
//! join_codes   facts of codes -> prediction, observation, rule
//! ```
//!
//! Of each relation a few bytes are kept; its texts are read again where they are written.

mod across;
mod doubt;
mod groups;
mod join_codes;
mod match_part;
mod outcome;
mod permissions;
mod read;
mod scope;

pub use across::{Misplaced, MisplacedPart};
pub use groups::{decide_groups, planned_scopes};
pub use join_codes::{JoinCode, PlannedCode, planned_codes};
pub use match_part::Sample;
pub use scope::{Plan, PlannedPart};

use std::ops::Range;

use arrow::array::BooleanArray;

use crate::case::Case;
use crate::error::Result;
use crate::lists::{AccountPair, Enrolment, IdMap, KeyedLists, UnmatchedRow};
use crate::matching::{GroupSide, Joined, Matches, NOT_MATCHED, Namespaces, Pair};
use crate::memory::MemoryBudget;
use crate::progress::{Progress, Unit, Work};
use crate::rules::{GroupRule, RELATION_RULES, RelationRule};
use crate::schema::vocabulary::{
    Coverage, Dataset, GroupMatchMethod, GroupOutcome, GroupReason, GroupScope, Origin, Outcome, Reason, Scope,
};
use crate::snapshot::{Partition, RelationStore, SharedUnionids, Snapshot};
use crate::turns::{collect_in_turn, in_turn};
use across::LeftRows;
use match_part::MatchedPart;
use outcome::Beyond;
use permissions::Permissions;

/// The inputs of a case in canonical form: the lists and the four snapshots.
pub struct Exports {
    pub enrolment: Enrolment,
    pub customer_map: IdMap,
    pub group_map: IdMap,
    pub keyed_lists: KeyedLists,
    pub source_before: Snapshot,
    pub source_after: Option<Snapshot>,
    pub target_before: Option<Snapshot>,
    pub target_after: Snapshot,
}

impl Exports {
    /// The snapshots that the case has, in the order of their roles.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        let optional = [self.source_after.as_ref(), self.target_before.as_ref()];
        [Some(&self.source_before), optional[0], optional[1], Some(&self.target_after)].into_iter().flatten()
    }

    /// The same, where an unreadable record with a unionid that is no key may be of any customer.
    #[must_use]
    pub fn with_doubts_by_keys(mut self) -> Self {
        let shared = self.shared_unionids();
        if shared.iter().any(|shared| !shared.is_empty()) {
            let is_key = |unionid: &str| !shared.iter().any(|shared| shared.contains(unionid));
            let by_keys = |snapshot: &Snapshot| snapshot.coverage.doubts.clone().with_valid_keys(is_key);
            let (source, target) = (by_keys(&self.source_before), by_keys(&self.target_after));
            (self.source_before.coverage.doubts, self.target_after.coverage.doubts) = (source, target);
        }
        self
    }

    /// The unionids of either corp that are no keys; one corp is enough to make it none.
    pub fn shared_unionids(&self) -> [&SharedUnionids; 2] {
        [&self.source_before.shared_unionids, &self.target_after.shared_unionids]
    }

    /// Returns the number of partitions of the relations; the same in every snapshot.
    pub fn partitions(&self) -> usize {
        self.source_before.relations.partitions()
    }
}

/// Every relation of both sides, decided.
pub struct Decision {
    /// By partition.
    pub parts: Vec<DecidedPart>,
    /// Relations found under another account than the mapped one.
    pub misplaced: Misplaced,
    /// Rows of keyed lists that name no relation.
    pub unmatched_rows: Vec<UnmatchedRow>,
    /// The overlap of the unionid namespaces, and whether it is enough to share them.
    pub namespaces: Namespaces,
    pub unionids_shared: bool,
    /// They are not, but would be if unread unionids were.
    pub unionids_in_doubt: bool,
    /// The customer map names a customer of source-before.
    pub is_any_mapped: bool,
    /// The enrolled pairs, in the order of the enrolment.
    pub pairs: Vec<DecidedPair>,
    /// Sampled ids of customers of source-before, to split all of them into ranges of similar size.
    pub sample: Sample,
}

/// Relations and coverage of an enrolled pair of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecidedPair {
    /// Coverage of its two accounts.
    pub coverage: PairCoverage,
    pub source_relations: u64,
    pub target_relations: u64,
}

/// Coverage of the two accounts of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairCoverage {
    pub source: Coverage,
    pub target: Coverage,
    /// The target account holds as many customers as it can.
    pub target_at_cap: bool,
}

/// The relations of one partition, decided. Rows are those of its [`Partition`]s.
pub struct DecidedPart {
    /// The scope of each source relation.
    pub scope: Vec<Scope>,
    /// The rule that decided each source relation.
    rule: Vec<u8>,
    /// The matches inside the partition. A misplaced relation has its method here and its match in
    /// [`Decision::misplaced`].
    pub joined: Joined,
    /// By source relation: the refusals list names it.
    pub refused: BooleanArray,
    /// The origin of each target relation.
    pub origin: Vec<Origin>,
    /// The enrolled pairs, as stretches of both sides.
    pub pairs: Vec<(u32, Pair)>,
    /// By source relation: source-after still holds it; null where source-after does not show it.
    pub still_at_source: BooleanArray,
}

impl DecidedPart {
    /// Returns the number of source relations.
    pub fn source_rows(&self) -> usize {
        self.rule.len()
    }

    /// The index in [`RELATION_RULES`] of the rule that decided a source relation.
    pub fn rule_index(&self, row: usize) -> usize {
        usize::from(self.rule[row])
    }

    /// The rule that decided a source relation.
    pub fn rule_of(&self, row: usize) -> &'static RelationRule {
        &RELATION_RULES[self.rule_index(row)]
    }

    /// Returns the outcome of a source relation.
    pub fn outcome(&self, row: usize) -> Outcome {
        self.rule_of(row).outcome()
    }

    /// Returns the reason that refines the outcome.
    pub fn reason(&self, row: usize) -> Option<Reason> {
        self.rule_of(row).reason(self.scope[row])
    }

    /// Returns the enrolled pair of each source relation.
    pub fn source_accounts(&self) -> Vec<Option<u32>> {
        self.accounts(self.source_rows(), |pair| pair.source.clone())
    }

    /// Returns the enrolled pair of each target relation.
    pub fn target_accounts(&self) -> Vec<Option<u32>> {
        self.accounts(self.origin.len(), |pair| pair.target.clone())
    }

    fn accounts(&self, rows: usize, stretch: impl Fn(&Pair) -> Range<u32>) -> Vec<Option<u32>> {
        let mut accounts = vec![None; rows];
        for (index, pair) in &self.pairs {
            let Range { start, end } = stretch(pair);
            accounts[start as usize..end as usize].fill(Some(*index));
        }
        accounts
    }
}

/// The relations of one partition, of every snapshot that the case has.
pub struct Parts {
    pub source_before: Partition,
    pub source_after: Option<Partition>,
    pub target_before: Option<Partition>,
    pub target_after: Partition,
}

impl Parts {
    /// Reads those of a partition.
    ///
    /// # Errors
    /// As [`RelationStore::part`].
    pub fn of(exports: &Exports, partition: usize) -> Result<Self> {
        Self::by(exports, |relations| relations.part(partition))
    }

    /// Reads those of a partition for the last time.
    ///
    /// # Errors
    /// As [`RelationStore::part`].
    pub fn take(exports: &Exports, partition: usize) -> Result<Self> {
        Self::by(exports, |relations| relations.take(partition))
    }

    fn by(exports: &Exports, part: impl Fn(&RelationStore) -> Result<Partition>) -> Result<Self> {
        let optional =
            |snapshot: &Option<Snapshot>| snapshot.as_ref().map(|snapshot| part(&snapshot.relations)).transpose();
        Ok(Self {
            source_before: part(&exports.source_before.relations)?,
            source_after: optional(&exports.source_after)?,
            target_before: optional(&exports.target_before)?,
            target_after: part(&exports.target_after.relations)?,
        })
    }
}

/// Every group of source-before and every join code of the source corp, decided.
pub struct GroupDecision {
    /// The groups of source-before.
    pub source: GroupSide,
    /// The groups of target-after.
    pub target: GroupSide,
    /// The matches of both sides.
    pub matches: Matches<GroupMatchMethod>,
    /// The decided groups, by row of `source`.
    pub groups: Vec<DecidedGroup>,
    /// The codes of source-before and source-after, in order of their ids.
    pub codes: Vec<JoinCode>,
}

/// A decided group, with the evidence.
#[derive(Debug, Clone, Copy)]
pub struct DecidedGroup {
    pub scope: GroupScope,
    /// The rule that decided.
    pub rule: &'static GroupRule,
    /// The row of the target group that matches.
    pub target: Option<u32>,
    /// The Jaccard index of the external members of both groups; None where a side has no unionids to compare.
    pub member_overlap: Option<f64>,
    /// Source-after still lists it; None where source-after does not show it.
    pub still_at_source: Option<bool>,
    /// The matched group is in target-before.
    pub stood_before: bool,
    /// The group map joins it with a group of an account that its owner is not mapped to.
    pub of_other_owner: bool,
}

impl DecidedGroup {
    pub fn outcome(&self) -> GroupOutcome {
        self.rule.outcome()
    }

    /// Returns the reason that refines the outcome.
    pub fn reason(&self) -> Option<GroupReason> {
        self.rule.reason(self.scope)
    }
}

/// Decides every relation.
///
/// # Errors
/// [`crate::Error::Io`] if relations cannot be read back, [`crate::Error::Interrupted`]; else [`crate::Error::Bug`]
/// only, for the exports have been checked.
pub fn decide(case: &Case, exports: &Exports, memory: &MemoryBudget, progress: &dyn Progress) -> Result<Decision> {
    // The namespaces are known only when all pairs have been looked at. That they are shared is the rule, so it is
    // assumed; where it turns out wrong, the pairs are matched again.
    let mut unionids_shared = true;
    let (mut matched, mut left) = match_all(case, exports, memory, unionids_shared, progress)?;
    let namespaces = matched.iter().fold(Namespaces::default(), |mut sum, part| {
        sum += part.namespaces;
        sum
    });
    if !namespaces.are_shared(case.policy.min_unionid_overlap) {
        unionids_shared = false;
        drop((matched, left));
        (matched, left) = match_all(case, exports, memory, unionids_shared, progress)?;
    }
    let named: Vec<_> = matched.iter_mut().map(|part| (part.scope.len(), std::mem::take(&mut part.named))).collect();
    let (flags, unmatched_rows) = exports.keyed_lists.settle(&named);
    let misplaced = across::find(exports, &mut matched, left, &flags, unionids_shared)?;
    let is_any_mapped = matched.iter().any(|part| part.is_any_mapped);
    let sample = Sample::of(matched.iter_mut().map(|part| std::mem::take(&mut part.sample)), exports);
    let coverage = match_part::coverage(
        case,
        exports,
        &matched.iter().flat_map(|part| part.doubts.partial.iter().copied()).collect(),
    );
    let unread = unread_unionids(exports, &matched);
    let namespaces_in_doubt = namespaces.are_in_doubt(case.policy.min_unionid_overlap, unread);
    // Of accounts that are not covered at least one relation may be unread.
    let is_covered = |pair: &PairCoverage| pair.source.is_covered() && pair.target.is_covered();
    let unread = unread + u64::from(!coverage.iter().all(is_covered));
    let unionids_in_doubt = !unionids_shared && namespaces.may_be_shared(case.policy.min_unionid_overlap, unread);
    progress.begin(Work::Decide, exports.source_before.relations.len(), Unit::Rows);
    let parts = collect_in_turn(matched.into_iter().zip(flags).enumerate(), |(partition, (part, flags))| {
        let rows = part.scope.len() as u64;
        let beyond = Beyond { misplaced: misplaced.of(partition), coverage: &coverage, namespaces_in_doubt };
        let decided = outcome::decide_part(case, part, &flags, &beyond);
        progress.advance(rows);
        decided
    })?;
    progress.end();
    let pairs = decided_pairs(exports, coverage);
    Ok(Decision {
        parts,
        misplaced,
        unmatched_rows,
        namespaces,
        unionids_shared,
        unionids_in_doubt,
        is_any_mapped,
        pairs,
        sample,
    })
}

fn match_all(
    case: &Case,
    exports: &Exports,
    memory: &MemoryBudget,
    unionids_shared: bool,
    progress: &dyn Progress,
) -> Result<(Vec<MatchedPart>, LeftRows)> {
    let permissions = Permissions::new(&exports.source_before)?;
    let (mut matched, mut left) = (Vec::new(), LeftRows::new(memory));
    progress.begin(Work::Match, exports.source_before.relations.len(), Unit::Rows);
    in_turn(
        0..exports.partitions(),
        |partition| MatchedPart::of(case, exports, &permissions, &Parts::of(exports, partition)?, unionids_shared),
        |(part, left_rows)| {
            progress.advance(part.scope.len() as u64);
            matched.push(part);
            left.add(left_rows)
        },
    )?;
    progress.end();
    Ok((matched, left))
}

/// Unionids that relations of either side may carry unread.
fn unread_unionids(exports: &Exports, matched: &[MatchedPart]) -> u64 {
    let snapshots = [&exports.source_before, &exports.target_after];
    let records = snapshots
        .iter()
        .flat_map(|snapshot| Dataset::OF_RELATIONS.iter().map(|dataset| snapshot.coverage.doubts.records_of(*dataset)));
    records.sum::<u64>() + matched.iter().map(|part| part.doubts.unionids).sum::<u64>()
}

fn decided_pairs(exports: &Exports, coverage: Vec<PairCoverage>) -> Vec<DecidedPair> {
    let pair = |(account, coverage): (&AccountPair, PairCoverage)| DecidedPair {
        coverage,
        source_relations: exports.source_before.relations.rows_of(&account.source_userid),
        target_relations: exports.target_after.relations.rows_of(&account.target_userid),
    };
    exports.enrolment.accounts().iter().zip(coverage).map(pair).collect()
}

pub fn count_matched(rows: &[u32]) -> u64 {
    rows.iter().filter(|&&row| row != NOT_MATCHED).count() as u64
}
