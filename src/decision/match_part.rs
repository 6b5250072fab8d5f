//! Matching of one partition: the merge join of both sides inside each pair of accounts, and the rows left over.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU64;
use std::ops::Range;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;

use super::doubt::{self, RowDoubts};
use super::permissions::Permissions;
use super::{Exports, PairCoverage, Parts, scope};
use crate::case::Case;
use crate::error::Result;
use crate::lists::ListMatches;
use crate::matching::{self, Matches, NOT_MATCHED, Namespaces, Pair, Side, key_across_accounts};
use crate::memory::compact;
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::vocabulary::{Coverage, MatchMethod, Scope};
use crate::schema::{ReadColumns, fields};
use crate::snapshot::{Partition, Snapshot, exists_in};

/// A partition whose pairs have been matched.
pub struct MatchedPart {
    pub scope: Vec<Scope>,
    pub pairs: Vec<(u32, Pair)>,
    pub matches: Matches,
    pub namespaces: Namespaces,
    /// The customer map names a source customer.
    pub is_any_mapped: bool,
    pub named: ListMatches,
    /// Source rows that another account may hold: in scope and not matched. Refused ones still among them.
    pub candidates: Vec<LeftOver>,
    /// Target rows that may belong to another account: not matched, made since the start or at an unknown time.
    pub arrivals: Vec<LeftOver>,
    pub target_created_at: Int64Array,
    /// By target relation: it is in target-before.
    pub stood_before: BooleanArray,
    pub still_at_source: BooleanArray,
    /// Doubts from unreadable records and values.
    pub doubts: RowDoubts,
    /// Sampled ids of customers.
    pub sample: Vec<String>,
}

/// Systematically sampled ids of customers of source-before, in no order.
#[derive(Debug, Clone)]
pub struct Sample {
    pub ids: Vec<String>,
    /// The sampling interval: one id of this many relations.
    pub one_in: usize,
}

/// Sample size: enough for the distribution of ids, however many there are.
const SAMPLED: usize = 1 << 16;
/// The least sampling interval, for small cases.
const SAMPLED_ONE_IN: usize = 16;

impl Sample {
    /// Joins the samples of all partitions.
    pub fn of(parts: impl Iterator<Item = Vec<String>>, exports: &Exports) -> Self {
        Self { ids: parts.flatten().collect(), one_in: Self::one_in(exports) }
    }

    fn one_in(exports: &Exports) -> usize {
        (exports.source_before.relations.len() as usize / SAMPLED).max(SAMPLED_ONE_IN)
    }
}

/// A row left over by its pair, with the fixed-width keys for matching across accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOver {
    pub row: u32,
    /// By customer map, by unionid. Non-zero, so that `None` takes no space of its own.
    pub keys: [Option<NonZeroU64>; 2],
}

/// The methods of matching across accounts, in the order of [`LeftOver::keys`].
pub const ACROSS: [MatchMethod; 2] = [MatchMethod::CustomerMap, MatchMethod::Unionid];

impl MatchedPart {
    /// Matches the pairs of a partition; with the rows of both sides that are left over.
    pub fn of(
        case: &Case,
        exports: &Exports,
        permissions: &Permissions<'_>,
        parts: &Parts,
        unionids_shared: bool,
    ) -> Result<(Self, (RecordBatch, RecordBatch))> {
        let scope = scope::scopes(case, permissions, &parts.source_before, &exports.enrolment)?;
        let shared = exports.shared_unionids();
        let source = Side::from_source(&parts.source_before.rows, &exports.customer_map)?.without(shared);
        let target = Side::from_target(&parts.target_after.rows, &exports.customer_map)?.without(shared);
        let pairs = pairs(exports, parts);
        let stretches: Vec<Pair> = pairs.iter().map(|(_, pair)| pair.clone()).collect();
        let (matches, namespaces) = matching::match_pairs(&source, &target, &stretches, unionids_shared);
        let matched = doubt::Matched {
            before: &parts.source_before,
            after: &parts.target_after.rows,
            source: &source,
            target: &target,
            pairs: &pairs,
            matches: &matches,
            unionids_shared,
            started_at: case.migration.started_at,
        };
        let doubts = RowDoubts::new(exports, permissions, &matched)?;
        let since_start = |row: u32| target.created_at(row).is_none_or(|made| made >= case.migration.started_at);
        let is_candidate =
            |row: u32| scope[row as usize] == Scope::InScope && matches.target_of[row as usize] == NOT_MATCHED;
        let is_arrival = |row: u32| {
            matches.source_of[row as usize] == NOT_MATCHED
                && !matches.ambiguous_target[row as usize]
                && since_start(row)
        };
        let candidates = left_over(&source, is_candidate, unionids_shared);
        let arrivals = left_over(&target, is_arrival, unionids_shared);
        let left_rows = (rows_of(&parts.source_before, &candidates)?, rows_of(&parts.target_after, &arrivals)?);
        let part = Self {
            pairs,
            namespaces,
            is_any_mapped: source.is_any_mapped(),
            named: exports.keyed_lists.matches(&parts.source_before.rows, |unionid| !shared[0].contains(unionid))?,
            candidates,
            arrivals,
            // A copy: a column that was read back shares its buffer with all others.
            target_created_at: parts.target_after.rows.times(&fields::CREATED_AT)?.iter().collect(),
            stood_before: stood_before(parts)?,
            still_at_source: still_at_source(exports, parts)?,
            sample: sample(&parts.source_before, Sample::one_in(exports)),
            doubts,
            matches,
            scope,
        };
        Ok((part, left_rows))
    }
}

/// Returns a copy of the rows that keeps no other rows alive.
fn rows_of(part: &Partition, left: &[LeftOver]) -> Result<RecordBatch> {
    let rows = UInt32Array::from_iter_values(left.iter().map(|left| left.row));
    compact(&take_record_batch(&part.rows, &rows)?)
}

fn sample(part: &Partition, every: usize) -> Vec<String> {
    let ids = part.column(&fields::EXTERNAL_USERID).as_string_view();
    (0..ids.len()).step_by(every).filter(|&row| ids.is_valid(row)).map(|row| ids.value(row).to_owned()).collect()
}

fn left_over(side: &Side, is_left: impl Fn(u32) -> bool, unionids_shared: bool) -> Vec<LeftOver> {
    // Keys that collide are verified by their texts.
    let key = |row, method| {
        key_across_accounts(side, method, row).map(|(key, _)| NonZeroU64::new(key).unwrap_or(NonZeroU64::MIN))
    };
    let keys = |row| [key(row, ACROSS[0]), if unionids_shared { key(row, ACROSS[1]) } else { None }];
    let left = (0..side.rows() as u32).filter(|row| is_left(*row)).map(|row| LeftOver { row, keys: keys(row) });
    let mut left: Vec<LeftOver> = left.filter(|left| left.keys != [None, None]).collect();
    left.shrink_to_fit();
    left
}

/// The enrolled pairs of the partition as stretches of both sides; an account without relations is an empty stretch.
fn pairs(exports: &Exports, parts: &Parts) -> Vec<(u32, Pair)> {
    let narrow = |range: Range<usize>| range.start as u32..range.end as u32;
    let mut pairs: Vec<(u32, Pair)> = Vec::new();
    let mut place_of: HashMap<usize, usize> = HashMap::new();
    for (userid, rows) in parts.source_before.accounts() {
        if let Some(index) = exports.enrolment.by_source(userid) {
            place_of.insert(index, pairs.len());
            pairs.push((index as u32, Pair { source: narrow(rows), target: 0..0 }));
        }
    }
    for (userid, rows) in parts.target_after.accounts() {
        if let Some(index) = exports.enrolment.by_target(userid) {
            match place_of.get(&index) {
                Some(&place) => pairs[place].1.target = narrow(rows),
                None => pairs.push((index as u32, Pair { source: 0..0, target: narrow(rows) })),
            }
        }
    }
    pairs
}

/// Returns the coverage of each pair of accounts. `partial`: pairs whose target account holds an unmatched relation
/// with an unreadable deciding value.
pub fn coverage(case: &Case, exports: &Exports, partial: &HashSet<u32>) -> Vec<PairCoverage> {
    let of_account = |snapshot: &Snapshot, userid: &str| {
        snapshot.coverage.of_account(userid, snapshot.relations.rows_of(userid) > 0)
    };
    let of_target = |index: u32, userid: &str| match of_account(&exports.target_after, userid) {
        coverage if coverage.is_covered() && partial.contains(&index) => Coverage::Partial,
        coverage => coverage,
    };
    let accounts = (0..).zip(exports.enrolment.accounts());
    accounts
        .map(|(index, account)| PairCoverage {
            source: of_account(&exports.source_before, &account.source_userid),
            target: of_target(index, &account.target_userid),
            target_at_cap: exports.target_after.relations.rows_of(&account.target_userid) >= case.policy.customer_cap,
        })
        .collect()
}

/// Returns, by relation of target-after, whether it is in target-before.
fn stood_before(parts: &Parts) -> Result<BooleanArray> {
    let after = &parts.target_after.rows;
    match &parts.target_before {
        Some(before) => exists_in(&RELATIONS_TABLE, after, &before.rows),
        None => Ok(BooleanArray::from(vec![false; after.num_rows()])),
    }
}

/// Returns, by relation, whether source-after still holds it; null where it does not show that. Absence counts only
/// where the account is covered there, by rows with ids if the relation has one: rows without ids (contacts that are
/// not customers, console exports) prove nothing about ids.
fn still_at_source(exports: &Exports, parts: &Parts) -> Result<BooleanArray> {
    let before = &parts.source_before;
    let (Some(snapshot), Some(after)) = (&exports.source_after, &parts.source_after) else {
        return Ok(BooleanArray::new_null(before.rows.num_rows()));
    };
    let held = exists_in(&RELATIONS_TABLE, &before.rows, &after.rows)?;
    let accounts_after: HashMap<&str, Range<usize>> = after.accounts().into_iter().collect();
    let (ids, ids_after) = (before.column(&fields::EXTERNAL_USERID), after.column(&fields::EXTERNAL_USERID));
    let mut still = Vec::with_capacity(held.len());
    for (userid, range) in before.accounts() {
        let rows_after = accounts_after.get(userid).cloned();
        let covered = snapshot.coverage.of_account(userid, rows_after.is_some()).is_covered();
        let has_ids = rows_after.map(|rows| rows.into_iter().any(|row| ids_after.is_valid(row)));
        let is_comparable =
            |row: usize| if ids.is_valid(row) { has_ids != Some(false) } else { has_ids == Some(false) };
        still.extend(range.map(|row| (held.value(row) || (covered && is_comparable(row))).then(|| held.value(row))));
    }
    Ok(still.into())
}
