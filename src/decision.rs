//! From snapshots to decided relations: gathers the facts, applies scope, matching and the rule books, in that order.
//!
//! Everything but [`matching::misplaced`] is decided row by row or inside one pair of accounts.

use std::collections::HashMap;
use std::ops::Range;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use polars::prelude::{Column, Expr, IntoLazy, NamedFrom, PlSmallStr, Series};

use crate::case::{Case, Policy};
use crate::counts::Counts;
use crate::error::{Error, Result};
use crate::frame;
use crate::matching::{self, IdMap, Matches, NOT_MATCHED, Namespaces, Pair, Side};
use crate::outcomes::{self, ORIGIN_RULES, RULE_BOOK, Rule};
use crate::schema::evidence as e;
use crate::schema::tables::{MEMBERS, RELATIONS_TABLE};
use crate::schema::vocabulary::{Assessment, Coverage, Origin, Outcome, Reason, Scope};
use crate::schema::{self, fields};
use crate::scope::{self, Enrolment, Refusals, UnmatchedRefusal};
use crate::snapshot::{Snapshot, stands_in};

/// All that a case holds, read and in canonical form.
pub struct Exports {
    pub enrolment: Enrolment,
    pub customer_map: IdMap,
    pub group_map: IdMap,
    pub refusals: Refusals,
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
}

/// Every relation of both sides, decided.
pub struct Decision {
    /// The scope of each source relation.
    pub scope: Vec<Scope>,
    /// The rule that decided each source relation.
    pub rule: Vec<u8>,
    /// What matches what; a misplaced relation is matched too.
    pub matches: Matches,
    /// Which source relations the refusals list names.
    pub refused: BooleanArray,
    /// Refusals that name none.
    pub unmatched_refusals: Vec<UnmatchedRefusal>,
    /// The test of the unionid namespaces, and whether it was passed.
    pub namespaces: Namespaces,
    pub unionids_shared: bool,
    /// The origin of each target relation.
    pub origin: Vec<Origin>,
    /// The enrolled pairs as stretches of both sides, in the order of the enrolment.
    pub pairs: Vec<Pair>,
    /// The enrolled pair of each source relation.
    pub account: Vec<Option<u32>>,
    /// What the snapshots can say about the accounts of each pair.
    pub coverage: Vec<PairCoverage>,
    /// Whether source-after still holds each source relation; null where it cannot tell.
    pub still_at_source: BooleanArray,
}

/// What is known of the two accounts of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PairCoverage {
    pub source: Coverage,
    pub target: Coverage,
    /// Whether the target account holds as many customers as it can.
    pub target_at_cap: bool,
}

impl Decision {
    /// The rule that decided a source relation.
    pub fn rule_of(&self, row: usize) -> &'static Rule {
        &RULE_BOOK[self.rule[row] as usize]
    }

    /// What became of a source relation.
    pub fn outcome(&self, row: usize) -> Outcome {
        self.rule_of(row).outcome
    }

    /// What refines the outcome.
    pub fn reason(&self, row: usize) -> Option<Reason> {
        self.rule_of(row).reason(self.scope[row])
    }

    /// The target row that a source relation is matched with.
    pub fn target_row(&self, row: usize) -> Option<usize> {
        let target = self.matches.target_of[row];
        (target != NOT_MATCHED).then_some(target as usize)
    }
}

/// What was to move: the scope of every relation of source-before, before anything is matched.
pub struct Plan {
    /// The scope of each relation.
    pub scope: Vec<Scope>,
    /// The enrolled pair of each relation.
    pub account: Vec<Option<u32>>,
}

impl Plan {
    /// Applies the rules of scope.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn of(case: &Case, before: &Snapshot, enrolment: &Enrolment) -> Result<Self> {
        let account = accounts_of_rows(before, enrolment);
        Ok(Self { scope: scopes(case, before, enrolment, &account)?, account })
    }

    /// The relations by scope; of outcomes nothing is known yet.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for scope in Scope::ALL {
            let count = self.scope.iter().filter(|known| *known == scope).count() as u64;
            counts.by_scope.insert(scope.word().to_owned(), count);
        }
        counts
    }
}

/// Decides every relation.
///
/// # Errors
/// [`Error::Bug`] only: the exports have been checked.
pub fn decide(case: &Case, exports: &Exports) -> Result<Decision> {
    let before = &exports.source_before;
    let after = &exports.target_after;
    let Plan { scope, account } = Plan::of(case, before, &exports.enrolment)?;
    let pairs = pairs(before, after, &exports.enrolment);
    let coverage: Vec<PairCoverage> = (0..pairs.len()).map(|i| pair_coverage(exports, &pairs[i], i, &case.policy)).collect();

    let (refused, unmatched_refusals) = exports.refusals.apply(before.relations());

    let source = Side::of(before.relations());
    let target = Side::of(after.relations());
    let namespaces = Namespaces::test(&source, &target, &pairs);
    let unionids_shared = namespaces.are_shared(case.policy.min_unionid_overlap);
    let mut matches = matching::match_pairs(&source, &target, &pairs, &exports.customer_map, unionids_shared);

    let left_over = |row: &u32| {
        let row = *row as usize;
        scope[row] == Scope::InScope && matches.target_of[row] == NOT_MATCHED && !refused.value(row)
    };
    let candidates: Vec<u32> = rows(source.rows()).filter(left_over).collect();
    let since_start = |row: &u32| target.created_at(*row).is_some_and(|made| made >= case.migration.started_at);
    let arrivals: Vec<u32> =
        rows(target.rows()).filter(|&row| matches.source_of[row as usize] == NOT_MATCHED).filter(since_start).collect();
    let misplaced = matching::misplaced(&source, &target, &candidates, &arrivals, &exports.customer_map, unionids_shared, &mut matches);

    let stood_before = stood_before(exports);
    let facts = Facts {
        exports,
        account: &account,
        scope: &scope,
        coverage: &coverage,
        matches: &matches,
        refused: &refused,
        misplaced: &misplaced,
        stood_before: &stood_before,
    };
    let rule = codes(facts.of_outcome()?, outcomes::rule(&case.migration), e::RULE.name)?;
    let origin = origins(case, exports, &matches, &rule, &stood_before)?;
    let still_at_source = still_at_source(exports);
    Ok(Decision {
        scope,
        rule,
        matches,
        refused,
        unmatched_refusals,
        namespaces,
        unionids_shared,
        origin,
        pairs,
        account,
        coverage,
        still_at_source,
    })
}

fn rows(count: usize) -> Range<u32> {
    0..u32::try_from(count).expect("the merge refuses more rows than that")
}

/// The enrolled pair of each source relation.
fn accounts_of_rows(before: &Snapshot, enrolment: &Enrolment) -> Vec<Option<u32>> {
    let mut account = Vec::with_capacity(before.relations().num_rows());
    for (userid, range) in before.accounts() {
        let index = enrolment.by_source(userid).and_then(|index| u32::try_from(index).ok());
        account.resize(range.end, index);
    }
    account
}

/// The enrolled pairs as stretches of both sides; an account without relations is an empty stretch.
fn pairs(before: &Snapshot, after: &Snapshot, enrolment: &Enrolment) -> Vec<Pair> {
    let mut pairs = vec![Pair { source: 0..0, target: 0..0 }; enrolment.accounts().len()];
    let narrow = |range: Range<usize>| range.start as u32..range.end as u32;
    for (userid, range) in before.accounts() {
        if let Some(index) = enrolment.by_source(userid) {
            pairs[index].source = narrow(range);
        }
    }
    for (userid, range) in after.accounts() {
        if let Some(index) = enrolment.by_target(userid) {
            pairs[index].target = narrow(range);
        }
    }
    pairs
}

fn pair_coverage(exports: &Exports, pair: &Pair, index: usize, policy: &Policy) -> PairCoverage {
    let account = &exports.enrolment.accounts()[index];
    PairCoverage {
        source: exports.source_before.coverage.of_account(&account.source_userid, !pair.source.is_empty()),
        target: exports.target_after.coverage.of_account(&account.target_userid, !pair.target.is_empty()),
        target_at_cap: pair.target.len() as u64 >= policy.customer_cap,
    }
}

/// The scope of each source relation.
fn scopes(case: &Case, before: &Snapshot, enrolment: &Enrolment, account: &[Option<u32>]) -> Result<Vec<Scope>> {
    let relations = before.relations();
    let failed = |index: u32| enrolment.accounts()[index as usize].assessment == Assessment::Fail;
    let columns = vec![
        frame::column(e::UNASSIGNED.name, &(std::sync::Arc::new(before.unassigned.clone()) as _))?,
        frame::column(e::IS_CUSTOMER.name, relation_column(relations, &fields::IS_CUSTOMER))?,
        frame::column(e::CREATED_AT.name, relation_column(relations, &fields::CREATED_AT))?,
        flags(&e::HAS_PERMISSION, &permissions(before)),
        flags(&e::ENROLLED, &account.iter().map(|a| Some(a.is_some())).collect()),
        flags(&e::ASSESSMENT_FAILED, &account.iter().map(|a| Some(a.is_some_and(failed))).collect()),
    ];
    let codes = codes((relations.num_rows(), columns), scope::scope(&case.migration), e::SCOPE.name)?;
    Ok(codes.into_iter().map(|code| Scope::ALL[code as usize]).collect())
}

/// Whether the member of each relation has customer-contact permission; null where the snapshot has no such list.
fn permissions(before: &Snapshot) -> Vec<Option<bool>> {
    let members = before.table(&MEMBERS);
    let userids = members.column_by_name(fields::USERID.name).expect("members have ids").as_string_view();
    let permission = members.column_by_name(fields::HAS_CUSTOMER_CONTACT.name).expect("members say it").as_boolean();
    let has_list = before.coverage.has_follow_user_list() || permission.null_count() < permission.len();
    let with_permission: std::collections::HashSet<&str> = userids
        .iter()
        .zip(permission.iter())
        .filter(|(_, permission)| *permission == Some(true))
        .filter_map(|(userid, _)| userid)
        .collect();
    let mut permissions = Vec::with_capacity(before.relations().num_rows());
    for (userid, range) in before.accounts() {
        permissions.resize(range.end, has_list.then(|| with_permission.contains(userid)));
    }
    permissions
}

/// The facts that the rules of outcome look at.
struct Facts<'a> {
    exports: &'a Exports,
    account: &'a [Option<u32>],
    scope: &'a [Scope],
    coverage: &'a [PairCoverage],
    matches: &'a Matches,
    refused: &'a BooleanArray,
    misplaced: &'a [u32],
    stood_before: &'a BooleanArray,
}

impl Facts<'_> {
    fn of_outcome(&self) -> Result<(usize, Vec<Column>)> {
        let height = self.scope.len();
        let mut misplaced = vec![Some(false); height];
        for &row in self.misplaced {
            misplaced[row as usize] = Some(true);
        }
        let is_matched = |row: usize| self.matches.target_of[row] != NOT_MATCHED && misplaced[row] == Some(false);
        let of_pair = |fact: fn(&PairCoverage) -> bool| -> Vec<Option<bool>> {
            self.account.iter().map(|account| Some(account.is_some_and(|index| fact(&self.coverage[index as usize])))).collect()
        };
        let target_rows: UInt32Array = self.matches.target_of.iter().map(|&row| (row != NOT_MATCHED).then_some(row)).collect();
        let target_created_at = take(relation_column(self.exports.target_after.relations(), &fields::CREATED_AT), &target_rows, None)?;
        let stood_before = take(self.stood_before, &target_rows, None)?;
        let columns = vec![
            Series::new(PlSmallStr::from_static(e::SCOPE.name), self.scope.iter().map(|s| s.code()).collect::<Vec<u8>>()).into(),
            flags(&e::MATCHED, &(0..height).map(|row| Some(is_matched(row))).collect()),
            frame::column(e::TARGET_CREATED_AT.name, &target_created_at)?,
            flags(&e::STOOD_BEFORE, &stood_before.as_boolean().iter().map(|stood| Some(stood == Some(true))).collect()),
            flags(&e::REFUSED, &self.refused.iter().collect()),
            flags(&e::MISPLACED, &misplaced),
            flags(&e::AMBIGUOUS, &self.matches.ambiguous.iter().copied().map(Some).collect()),
            flags(&e::NO_USABLE_KEY, &self.matches.no_usable_key.iter().copied().map(Some).collect()),
            flags(&e::TARGET_COVERED, &of_pair(|c| matches!(c.target, Coverage::Complete | Coverage::Observed))),
            flags(&e::TARGET_AT_CAP, &of_pair(|c| c.target_at_cap)),
        ];
        Ok((height, columns))
    }
}

/// Which relations of target-after stand in target-before.
fn stood_before(exports: &Exports) -> BooleanArray {
    let after = exports.target_after.relations();
    match &exports.target_before {
        Some(before) => stands_in(&RELATIONS_TABLE, after, before.relations()),
        None => BooleanArray::from(vec![false; after.num_rows()]),
    }
}

/// Whether source-after still holds each relation. Its absence counts only where its account is covered there, by rows
/// that have an id if it has one: rows without ids (contacts that are no customers, console exports) say nothing about ids.
fn still_at_source(exports: &Exports) -> BooleanArray {
    let before = &exports.source_before;
    let Some(after) = &exports.source_after else { return BooleanArray::new_null(before.relations().num_rows()) };
    let held = stands_in(&RELATIONS_TABLE, before.relations(), after.relations());
    let accounts_after: HashMap<&str, Range<usize>> = after.accounts().into_iter().collect();
    let (ids, ids_after) =
        (relation_column(before.relations(), &fields::EXTERNAL_USERID), relation_column(after.relations(), &fields::EXTERNAL_USERID));
    let mut still = Vec::with_capacity(held.len());
    for (userid, range) in before.accounts() {
        let rows_after = accounts_after.get(userid).cloned();
        let coverage = after.coverage.of_account(userid, rows_after.is_some());
        let covered = matches!(coverage, Coverage::Complete | Coverage::Observed);
        let has_ids = rows_after.map(|rows| rows.into_iter().any(|row| ids_after.is_valid(row)));
        let speaks = |row: usize| if ids.is_valid(row) { has_ids != Some(false) } else { has_ids == Some(false) };
        still.extend(range.map(|row| (held.value(row) || (covered && speaks(row))).then(|| held.value(row))));
    }
    still.into()
}

/// The origin of each relation of target-after.
fn origins(case: &Case, exports: &Exports, matches: &Matches, rule: &[u8], stood_before: &BooleanArray) -> Result<Vec<Origin>> {
    let relations = exports.target_after.relations();
    let columns = vec![
        frame::column(e::CREATED_AT.name, relation_column(relations, &fields::CREATED_AT))?,
        flags(&e::STOOD_BEFORE, &stood_before.iter().collect()),
    ];
    let unmatched = codes((relations.num_rows(), columns), outcomes::origin(&case.migration), e::RULE.name)?;
    let origin_of = |(&source, code): (&u32, u8)| match source {
        NOT_MATCHED => Ok(ORIGIN_RULES[code as usize].origin),
        source => origin_of_outcome(RULE_BOOK[rule[source as usize] as usize].outcome),
    };
    matches.source_of.iter().zip(unmatched).map(origin_of).collect()
}

/// A matched relation takes the outcome of its source.
fn origin_of_outcome(outcome: Outcome) -> Result<Origin> {
    let origin = Origin::ALL.iter().copied().find(|origin| origin.word() == outcome.word());
    origin.ok_or_else(|| Error::Bug(format!("a matched relation has the outcome {outcome}")))
}

fn relation_column<'a>(relations: &'a RecordBatch, column: &schema::Column) -> &'a arrow::array::ArrayRef {
    relations.column_by_name(column.name).expect("relations hold their columns")
}

fn flags(fact: &schema::Column, values: &Vec<Option<bool>>) -> Column {
    Series::new(PlSmallStr::from_static(fact.name), values).into()
}

/// Evaluates a rule book over facts: one code per row.
fn codes((height, columns): (usize, Vec<Column>), rules: Expr, name: &str) -> Result<Vec<u8>> {
    if height == 0 {
        return Ok(Vec::new());
    }
    // Polars widens small literals in `when`; a code is a byte again here.
    #[expect(clippy::disallowed_methods, reason = "a rule book becomes one code per row here, and nowhere else")]
    let decided = frame::frame(height, columns)?.lazy().select([rules.cast(polars::prelude::DataType::UInt8)]).collect()?;
    let codes = decided.column(name)?.u8()?;
    codes.iter().map(|code| code.ok_or_else(|| Error::Bug(format!("a rule of {name} is null for some row")))).collect()
}

/// The times of a canonical time column, in microseconds.
pub fn times(batch: &RecordBatch, column: &schema::Column) -> Int64Array {
    relation_column(batch, column).as_primitive::<TimestampMicrosecondType>().reinterpret_cast::<Int64Type>()
}
