//! From snapshots to decided groups and join codes: gathers the facts, applies scope, matching and the rule books.
//!
//! The unionids may be compared if the relations showed that ([`Decision::unionids_shared`]); all else is about groups.

use std::collections::HashSet;

use arrow::array::BooleanArray;
use rayon::prelude::*;

use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::join_codes::{JoinCode, decide_join_codes};
use crate::matching::{GroupPair, GroupSide, Matches, MemberTest, NOT_MATCHED, Overlap, match_groups};
use crate::outcomes::{self, GroupRule, group_rule};
use crate::schema::tables::GROUPS;
use crate::schema::vocabulary::{Assessment, Coverage, GroupMatchMethod, GroupOutcome, GroupReason, GroupScope};
use crate::scope::{self, Account, Enrolment, group_scope};
use crate::snapshot::{GroupList, stands_in};

/// Every group of source-before and every join code of the source corp, decided.
pub struct GroupDecision {
    /// The groups of source-before.
    pub source: GroupSide,
    /// The groups of target-after.
    pub target: GroupSide,
    /// What matches what.
    pub matches: Matches<GroupMatchMethod>,
    /// The decided groups, by row of `source`.
    pub groups: Vec<DecidedGroup>,
    /// The codes of source-before and source-after, in order of their ids.
    pub codes: Vec<JoinCode>,
}

/// What became of a group, with the evidence.
#[derive(Debug, Clone, Copy)]
pub struct DecidedGroup {
    /// Whether it was to move.
    pub scope: GroupScope,
    /// The rule that decided.
    pub rule: &'static GroupRule,
    /// The row of the target group that matches.
    pub target: Option<u32>,
    /// The Jaccard index of the external members of both groups; None where it cannot be had.
    pub member_overlap: Option<f64>,
    /// Whether source-after still lists it; None where it cannot tell.
    pub still_at_source: Option<bool>,
    /// Whether the matched group stands in target-before.
    pub stood_before: bool,
    /// Whether the group map joins it with a group of an account that its owner is not mapped to.
    pub of_other_owner: bool,
}

impl DecidedGroup {
    /// What became of it.
    pub fn outcome(&self) -> GroupOutcome {
        self.rule.outcome
    }

    /// What refines the outcome.
    pub fn reason(&self) -> Option<GroupReason> {
        self.rule.reason(self.scope)
    }
}

/// Decides every group and join code.
pub fn decide_groups(case: &Case, exports: &Exports, decision: &Decision) -> GroupDecision {
    let source = GroupSide::of(&exports.source_before).without(exports.shared_unionids());
    let target = GroupSide::of(&exports.target_after).without(exports.shared_unionids());
    let test = MemberTest { unionids_shared: decision.unionids_shared, min_overlap: case.policy.min_group_overlap };
    let matches = match_groups(&source, &target, &pairs(exports, &source, &target), &exports.group_map, test);
    let uncertain_owners = uncertain_owners(exports, &target, &matches);
    let stood_before = stood_before(exports);
    let facts = Facts {
        case,
        exports,
        source: &source,
        target: &target,
        matches: &matches,
        test,
        stood_before,
        uncertain_owners,
    };
    let groups = facts.decided();
    let codes = decide_join_codes(exports, &source, &groups);
    GroupDecision { source, target, matches, groups, codes }
}

/// The scope of each group of source-before, by row.
pub fn planned_scopes(case: &Case, enrolment: &Enrolment, groups: &GroupSide) -> Vec<GroupScope> {
    (0..groups.rows() as u32).map(|row| planned_scope(case, enrolment, groups, row)).collect()
}

fn planned_scope(case: &Case, enrolment: &Enrolment, groups: &GroupSide, row: u32) -> GroupScope {
    let account = account_of(enrolment, groups, row);
    group_scope(&scope::GroupFacts {
        enrolled: account.is_some() || groups.is_owner_in_doubt(row),
        assessment_failed: account.is_some_and(|account| account.assessment == Assessment::Fail),
        created_after_start: groups.created_at(row).is_some_and(|created| created >= case.migration.started_at),
    })
}

/// The enrolled pair of a group's owner.
fn account_of<'a>(enrolment: &'a Enrolment, groups: &GroupSide, row: u32) -> Option<&'a Account> {
    let index = enrolment.by_source(groups.owner(row)?)?;
    Some(&enrolment.accounts()[index])
}

/// The groups of each enrolled pair of owners.
fn pairs(exports: &Exports, source: &GroupSide, target: &GroupSide) -> Vec<GroupPair> {
    let enrolment = &exports.enrolment;
    let mut pairs = vec![GroupPair::default(); enrolment.accounts().len()];
    for row in 0..source.rows() as u32 {
        if let Some(index) = source.owner(row).and_then(|owner| enrolment.by_source(owner)) {
            pairs[index].source.push(row);
        }
    }
    for row in 0..target.rows() as u32 {
        if let Some(index) = target.owner(row).and_then(|owner| enrolment.by_target(owner)) {
            pairs[index].target.push(row);
        }
    }
    pairs
}

/// Which groups of target-after stand in target-before.
fn stood_before(exports: &Exports) -> BooleanArray {
    let after = exports.target_after.table(&GROUPS);
    match &exports.target_before {
        Some(before) => stands_in(&GROUPS, after, before.table(&GROUPS)),
        None => BooleanArray::from(vec![false; after.num_rows()]),
    }
}

/// What the rules look at, gathered group by group.
struct Facts<'a> {
    case: &'a Case,
    exports: &'a Exports,
    source: &'a GroupSide,
    target: &'a GroupSide,
    matches: &'a Matches<GroupMatchMethod>,
    test: MemberTest,
    stood_before: BooleanArray,
    /// Owners of target groups of which a value could not be read, and that nothing matches, or only their name.
    uncertain_owners: HashSet<&'a str>,
}

/// Such a group may be any group of its owner (SPEC section 1.3).
fn uncertain_owners<'a>(
    exports: &Exports,
    target: &'a GroupSide,
    matches: &Matches<GroupMatchMethod>,
) -> HashSet<&'a str> {
    let is_uncertain = |row: &u32| {
        let source = matches.source_of[*row as usize];
        let by_name = || matches.method[source as usize] == Some(GroupMatchMethod::Name);
        target.is_unreadable(*row) && (source == NOT_MATCHED || by_name())
    };
    let rows = (0..target.rows() as u32).filter(|_| !exports.target_after.coverage.trusted);
    rows.filter(is_uncertain).filter_map(|row| target.owner(row)).collect()
}

impl Facts<'_> {
    fn decided(&self) -> Vec<DecidedGroup> {
        let listed_after = self.exports.source_after.as_ref().map(GroupList::of);
        let owners_known = self.owners_known();
        (0..self.source.rows() as u32)
            .into_par_iter()
            .map(|row| self.of_group(row, owners_known, listed_after.as_ref()))
            .collect()
    }

    /// Whether each target group that nothing matches says who owns it; one that does not could be anybody's.
    fn owners_known(&self) -> bool {
        let unmatched =
            (0..self.target.rows() as u32).filter(|&row| self.matches.source_of[row as usize] == NOT_MATCHED);
        unmatched.into_iter().all(|row| self.target.owner(row).is_some())
    }

    fn of_group(&self, row: u32, owners_known: bool, listed_after: Option<&GroupList<'_>>) -> DecidedGroup {
        let at = row as usize;
        let account = self.account(row);
        let target = Some(self.matches.target_of[at]).filter(|&target| target != NOT_MATCHED);
        let scope = self.scope(row);
        let stood_before = target.is_some_and(|target| self.stood_before.value(target as usize));
        let rule = group_rule(&outcomes::GroupFacts {
            scope,
            matched: target.is_some(),
            stood_before,
            ambiguous: self.matches.ambiguous[at],
            no_usable_key: self.matches.no_usable_key[at],
            unreadable: self.source.is_unreadable(row),
            target_covered: owners_known && account.is_some_and(|account| self.is_covered(account)),
        });
        let overlap = target
            .filter(|_| self.test.unionids_shared)
            .and_then(|target| self.source.overlap(row, self.target, target));
        DecidedGroup {
            scope,
            rule,
            target,
            member_overlap: overlap.map(Overlap::index),
            still_at_source: listed_after.and_then(|list| self.still_listed(row, list)),
            stood_before,
            of_other_owner: target.is_some_and(|target| self.is_of_other_owner(row, account, target)),
        }
    }

    /// The enrolled pair of a group's owner.
    fn account(&self, row: u32) -> Option<&Account> {
        account_of(&self.exports.enrolment, self.source, row)
    }

    fn scope(&self, row: u32) -> GroupScope {
        planned_scope(self.case, &self.exports.enrolment, self.source, row)
    }

    fn is_covered(&self, account: &Account) -> bool {
        let coverage =
            self.exports.target_after.coverage.of_groups(Some(&account.target_userid), self.target.rows() > 0);
        matches!(coverage, Coverage::Complete | Coverage::Observed)
            && !self.uncertain_owners.contains(account.target_userid.as_str())
    }

    fn still_listed(&self, row: u32, list: &GroupList<'_>) -> Option<bool> {
        let owner = self.source.owner(row);
        let listing = match self.source.chat_id(row) {
            Some(chat_id) => list.by_id(chat_id, owner),
            None => list.by_description((self.source.name(row), owner, self.source.created_at(row))),
        };
        listing.is_listed()
    }

    /// Only the map joins groups of owners who are not mapped to one another. An unknown owner contradicts nobody.
    fn is_of_other_owner(&self, row: u32, account: Option<&Account>, target: u32) -> bool {
        let mapped = account.map(|account| account.target_userid.as_str());
        self.source.owner(row).is_some() && self.target.owner(target).is_some_and(|owner| Some(owner) != mapped)
    }
}
