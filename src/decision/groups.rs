//! From snapshots to decided groups: a frame of facts about each group goes in, its scope and rule come out.
//!
//! Unionids of members are compared only if those of relations showed that they can be ([`Decision::unionids_shared`]).

use std::collections::HashSet;

use arrow::array::BooleanArray;
use polars::frame::DataFrame;
use rayon::prelude::*;

use super::join_codes::decide_join_codes;
use super::{DecidedGroup, Decision, Exports, GroupDecision};
use crate::case::Case;
use crate::error::Result;
use crate::lists::{AccountPair, Enrolment};
use crate::matching::{GroupPair, GroupSide, Matches, MemberTest, NOT_MATCHED, Overlap, match_groups};
use crate::rules::facts::{
    AMBIGUOUS, ASSESSMENT_FAILED, CREATED_AT, ENROLLED, MATCHED, NO_USABLE_KEY, SCOPE, STARTED_AT, STOOD_BEFORE,
    TARGET_COVERED, UNREADABLE,
};
use crate::rules::{FactFrame, GROUP_RULES, GROUP_SCOPE_RULES, decide, first};
use crate::schema::tables::GROUPS;
use crate::schema::vocabulary::{Assessment, GroupMatchMethod, GroupScope};
use crate::snapshot::{GroupList, exists_in};

/// Decides every group of source-before, and every join code.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn decide_groups(case: &Case, exports: &Exports, decision: &Decision) -> Result<GroupDecision> {
    let source = GroupSide::from_snapshot(&exports.source_before)?.without(exports.shared_unionids());
    let target = GroupSide::from_snapshot(&exports.target_after)?.without(exports.shared_unionids());
    let test = MemberTest { unionids_shared: decision.unionids_shared, min_overlap: case.policy.min_group_overlap };
    let matches = match_groups(&source, &target, &pairs(exports, &source, &target), &exports.group_map, test);
    let evidence = GroupEvidence {
        exports,
        source: &source,
        target: &target,
        matches: &matches,
        test,
        stood_before: stood_before(exports)?,
        uncertain_owners: uncertain_owners(exports, &source, &target, &matches),
        unionids_in_doubt: decision.unionids_in_doubt,
    };
    let scopes = planned_scopes(case, &exports.enrolment, &source)?;
    let rules = first(GROUP_RULES, &evidence.facts(&scopes)?)?;
    let groups = evidence.decided(&scopes, &rules)?;
    let codes = decide_join_codes(exports, &source, &groups)?;
    Ok(GroupDecision { source, target, matches, groups, codes })
}

/// Returns the scope of each group of source-before, by row.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn planned_scopes(case: &Case, enrolment: &Enrolment, groups: &GroupSide) -> Result<Vec<GroupScope>> {
    let rows = || 0..groups.rows() as u32;
    let account = |row| account_of(enrolment, groups, row);
    let is_enrolled = |row| account(row).is_some() || groups.is_owner_in_doubt(row);
    let has_failed = |row| account(row).is_some_and(|account| account.assessment == Assessment::Fail);
    let facts = FactFrame::new(groups.rows())
        .flags(ENROLLED, rows().map(is_enrolled).collect::<Vec<_>>())?
        .flags(ASSESSMENT_FAILED, rows().map(has_failed).collect::<Vec<_>>())?
        .times(CREATED_AT, rows().map(|row| groups.created_at(row)))?
        .moment(STARTED_AT, case.migration.started_at)
        .finish()?;
    decide(GROUP_SCOPE_RULES, &facts)
}

/// Returns the enrolled pair of a group's owner.
fn account_of<'a>(enrolment: &'a Enrolment, groups: &GroupSide, row: u32) -> Option<&'a AccountPair> {
    let index = enrolment.by_source(groups.owner(row)?)?;
    Some(&enrolment.accounts()[index])
}

/// Returns the groups of each enrolled pair of owners.
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

/// Returns, by group of target-after, whether it is in target-before.
fn stood_before(exports: &Exports) -> Result<BooleanArray> {
    let after = exports.target_after.table(&GROUPS);
    match &exports.target_before {
        Some(before) => exists_in(&GROUPS, after, before.table(&GROUPS)),
        None => Ok(BooleanArray::from(vec![false; after.num_rows()])),
    }
}

/// The groups of both sides with their matches and doubts.
struct GroupEvidence<'a> {
    exports: &'a Exports,
    source: &'a GroupSide,
    target: &'a GroupSide,
    matches: &'a Matches<GroupMatchMethod>,
    test: MemberTest,
    stood_before: BooleanArray,
    /// Owners of unmatched target groups, or of ones matched by name, of which a value could not be read.
    uncertain_owners: HashSet<&'a str>,
    /// Unread unionids of relations could have shown that those of members can be compared.
    unionids_in_doubt: bool,
}

/// Returns the owners of target groups that may be any group of theirs, for a value could not be read (SPEC section
/// 1.3). Of two groups that are matched by their members, those of either decide.
fn uncertain_owners<'a>(
    exports: &Exports,
    source: &GroupSide,
    target: &'a GroupSide,
    matches: &Matches<GroupMatchMethod>,
) -> HashSet<&'a str> {
    let is_trusted = [&exports.source_before, &exports.target_after].map(|snapshot| snapshot.coverage.trusted);
    let have_members_in_doubt = |rows: [(&GroupSide, u32); 2]| {
        rows.iter().zip(is_trusted).any(|((side, row), trusted)| !trusted && side.has_members_in_doubt(*row))
    };
    let is_uncertain = |row: &u32| {
        let is_unreadable = || !is_trusted[1] && target.is_unreadable(*row);
        let other = matches.source_of[*row as usize];
        let method = (other != NOT_MATCHED).then(|| matches.method[other as usize]).flatten();
        match method {
            Some(GroupMatchMethod::GroupMap) => false,
            Some(GroupMatchMethod::Members) => have_members_in_doubt([(source, other), (target, *row)]),
            Some(GroupMatchMethod::Name) | None => is_unreadable(),
        }
    };
    (0..target.rows() as u32).filter(is_uncertain).filter_map(|row| target.owner(row)).collect()
}

impl GroupEvidence<'_> {
    /// Returns the facts that the rules of groups look at, by row of source-before.
    fn facts(&self, scopes: &[GroupScope]) -> Result<DataFrame> {
        let rows = || 0..self.source.rows() as u32;
        let owners_known = self.owners_known();
        let may_be_known_by_members = |row| self.unionids_in_doubt && self.source.has_unionids(row);
        let is_covered = |row| {
            owners_known
                && !may_be_known_by_members(row)
                && self.account(row).is_some_and(|account| self.is_target_covered(account))
        };
        FactFrame::new(self.source.rows())
            .words(SCOPE, scopes.iter().copied().map(Some))?
            .flags(MATCHED, rows().map(|row| self.match_of(row).is_some()).collect::<Vec<_>>())?
            .flags(STOOD_BEFORE, rows().map(|row| self.has_stood_before(row)).collect::<Vec<_>>())?
            .flags(AMBIGUOUS, self.matches.ambiguous.clone())?
            .flags(NO_USABLE_KEY, self.matches.no_usable_key.clone())?
            .flags(UNREADABLE, rows().map(|row| self.source.is_unreadable(row)).collect::<Vec<_>>())?
            .flags(TARGET_COVERED, rows().map(is_covered).collect::<Vec<_>>())?
            .finish()
    }

    fn decided(&self, scopes: &[GroupScope], rules: &[u8]) -> Result<Vec<DecidedGroup>> {
        let listed_after = self.exports.source_after.as_ref().map(GroupList::new).transpose()?;
        let groups = (0..self.source.rows() as u32)
            .into_par_iter()
            .map(|row| DecidedGroup {
                scope: scopes[row as usize],
                rule: &GROUP_RULES[usize::from(rules[row as usize])],
                target: self.match_of(row),
                member_overlap: self.member_overlap(row),
                still_at_source: listed_after.as_ref().and_then(|list| self.still_listed(row, list)),
                stood_before: self.has_stood_before(row),
                of_other_owner: self.is_matched_with_other_owner(row),
            })
            .collect();
        Ok(groups)
    }

    fn match_of(&self, row: u32) -> Option<u32> {
        Some(self.matches.target_of[row as usize]).filter(|&target| target != NOT_MATCHED)
    }

    fn has_stood_before(&self, row: u32) -> bool {
        self.match_of(row).is_some_and(|target| self.stood_before.value(target as usize))
    }

    fn member_overlap(&self, row: u32) -> Option<f64> {
        let target = self.match_of(row).filter(|_| self.test.unionids_shared)?;
        self.source.overlap(row, self.target, target).map(Overlap::index)
    }

    /// Reports whether the owner of each unmatched target group is known: a group without owner could be of any
    /// account.
    fn owners_known(&self) -> bool {
        let mut unmatched =
            (0..self.target.rows() as u32).filter(|&row| self.matches.source_of[row as usize] == NOT_MATCHED);
        let trusted = self.exports.target_after.coverage.trusted;
        unmatched.all(|row| self.target.owner(row).is_some() && (trusted || !self.target.is_owner_in_doubt(row)))
    }

    /// Returns the enrolled pair of a group's owner.
    fn account(&self, row: u32) -> Option<&AccountPair> {
        account_of(&self.exports.enrolment, self.source, row)
    }

    fn is_target_covered(&self, account: &AccountPair) -> bool {
        let coverage =
            self.exports.target_after.coverage.of_groups(Some(&account.target_userid), self.target.rows() > 0);
        coverage.is_covered() && !self.uncertain_owners.contains(account.target_userid.as_str())
    }

    fn still_listed(&self, row: u32, list: &GroupList<'_>) -> Option<bool> {
        let owner = self.source.owner(row);
        let listing = match self.source.chat_id(row) {
            Some(chat_id) => list.by_id(chat_id, owner),
            None => list.by_description((self.source.name(row), owner, self.source.created_at(row))),
        };
        listing.is_listed()
    }

    /// Reports whether the match belongs to another account than the owner's, which only the group map allows. An
    /// unknown owner contradicts no other.
    fn is_matched_with_other_owner(&self, row: u32) -> bool {
        let mapped = self.account(row).map(|account| account.target_userid.as_str());
        let other = |target| self.target.owner(target).is_some_and(|owner| Some(owner) != mapped);
        self.source.owner(row).is_some() && self.match_of(row).is_some_and(other)
    }
}
