//! Forecast by account: whether it participates, why not, and whether the target account has room for it.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use crate::case::Case;
use crate::decision::Plan;
use crate::error::Result;
use crate::lists::Enrolment;
use crate::schema::tables::PRECHECK_ACCOUNTS;
use crate::schema::vocabulary::{Assessment, Coverage, Dataset, NoPart, Scope};
use crate::schema::{Filter, Rows, cells, fields};
use crate::snapshot::Snapshot;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountForecast {
    pub source_userid: String,
    /// None if it is not in the accounts list.
    pub target_userid: Option<String>,
    pub assessment: Option<Assessment>,
    pub assessment_reason: Option<String>,
    pub coverage: Coverage,
    /// The reason why none of its relations will move; `None` if some will, or if what could not be read may.
    pub no_part: Option<NoPart>,
    pub relations: u64,
    /// Relations by scope, in the order of the vocabulary.
    pub by_scope: [u64; Scope::ALL.len()],
    /// Customers of the target account before the migration; None if unknown.
    pub held_at_target: Option<u64>,
    /// Whether the target account will exceed its cap.
    pub exceeds_cap: bool,
}

impl AccountForecast {
    /// Returns the number of relations that will move.
    pub fn in_scope(&self) -> u64 {
        self.by_scope[Scope::InScope.code() as usize]
    }

    /// Returns the maximum number of customers of the target account: customers of both accounts count twice, because
    /// they are matched only after the migration.
    pub fn expected_at_target(&self) -> u64 {
        self.held_at_target.unwrap_or(0) + self.in_scope()
    }
}

/// A finding about accounts, with the enrolled accounts that it is about: as predicate, and as condition on
/// `precheck-accounts.parquet`.
pub type AccountFinding = (&'static str, fn(&AccountForecast) -> bool, fn() -> Filter);

pub const ACCOUNT_FINDINGS: [AccountFinding; 3] = [
    ("B5-account-without-relations", |account| account.relations == 0, || Filter::IsZero(&fields::SOURCE_RELATIONS)),
    (
        "B5-source-not-covered",
        |account| !account.coverage.is_covered(),
        || {
            let words = Coverage::ALL.iter().filter(|coverage| !coverage.is_covered()).map(|coverage| coverage.word());
            Filter::one_of(&fields::SOURCE_COVERAGE, words)
        },
    ),
    ("B5-target-over-cap", |account| account.exceeds_cap, || Filter::IsTrue(&fields::EXCEEDS_CAP)),
];

/// Returns every account that is enrolled or has relations, in order of userid.
///
/// # Errors
/// As [`crate::snapshot::RelationStore::part`].
pub fn forecast_accounts(
    case: &Case,
    enrolment: &Enrolment,
    before: &Snapshot,
    target: Option<&Snapshot>,
    plan: &Plan,
) -> Result<Vec<AccountForecast>> {
    let held = held_at_target(target);
    let scopes = scopes_by_account(before, plan)?;
    let enrolled = enrolment.accounts().iter().map(|account| account.source_userid.as_str());
    let userids: BTreeSet<&str> = scopes.keys().map(String::as_str).chain(enrolled).collect();
    let forecast = |userid: &str| {
        let account = enrolment.by_source(userid).map(|index| &enrolment.accounts()[index]);
        let by_scope = scopes.get(userid).copied().unwrap_or_default();
        let relations = by_scope.iter().sum();
        let mut forecast = AccountForecast {
            source_userid: userid.to_owned(),
            target_userid: account.map(|account| account.target_userid.clone()),
            assessment: account.map(|account| account.assessment),
            assessment_reason: account.and_then(|account| account.assessment_reason.clone()),
            coverage: before.coverage.of_account(userid, relations > 0),
            no_part: None,
            relations,
            by_scope,
            held_at_target: account.and_then(|account| held(&account.target_userid)),
            exceeds_cap: false,
        };
        let is_unclear = matches!(forecast.coverage, Coverage::Failed | Coverage::Partial)
            || before.coverage.doubts.of_any(Dataset::OF_RELATIONS, userid).is_some();
        forecast.no_part = no_part(&forecast, is_unclear);
        forecast.exceeds_cap =
            account.is_some() && forecast.in_scope() > 0 && forecast.expected_at_target() > case.policy.customer_cap;
        forecast
    };
    Ok(userids.into_iter().map(forecast).collect())
}

/// Returns the relations of each account by scope, in the order of the vocabulary.
fn scopes_by_account(before: &Snapshot, plan: &Plan) -> Result<BTreeMap<String, [u64; Scope::ALL.len()]>> {
    let mut scopes = BTreeMap::new();
    for (partition, planned) in plan.parts.iter().enumerate() {
        for (userid, rows) in before.relations.part(partition)?.accounts() {
            let mut by_scope = [0; Scope::ALL.len()];
            planned.scope[rows].iter().for_each(|scope| by_scope[scope.code() as usize] += 1);
            scopes.insert(userid.to_owned(), by_scope);
        }
    }
    Ok(scopes)
}

/// Returns the first reason that holds. `is_unclear`: the account may hold relations that could not be read.
fn no_part(account: &AccountForecast, is_unclear: bool) -> Option<NoPart> {
    let all = |scope: Scope| account.relations > 0 && account.by_scope[scope.code() as usize] == account.relations;
    match account {
        _ if account.target_userid.is_none() => Some(NoPart::NotEnrolled),
        _ if account.assessment == Some(Assessment::Fail) => Some(NoPart::AssessmentFailed),
        _ if is_unclear => None,
        _ if account.relations == 0 => Some(NoPart::NoRelations),
        _ if all(Scope::Unassigned) => Some(NoPart::LeftMember),
        _ if all(Scope::ExternalContact) => Some(NoPart::NoCustomers),
        _ => None,
    }
}

/// Returns a function from a target account to its number of customers, None where target-before does not cover it.
fn held_at_target(target: Option<&Snapshot>) -> impl Fn(&str) -> Option<u64> {
    let counts: BTreeMap<String, u64> = target.map(|target| target.relations.accounts().clone()).unwrap_or_default();
    let coverage = target.map(|target| target.coverage.clone());
    move |userid| {
        let held = counts.get(userid).copied();
        let covered = coverage.as_ref()?.of_account(userid, held.is_some());
        covered.is_covered().then(|| held.unwrap_or(0))
    }
}

/// Returns the rows of `precheck-accounts.parquet`.
pub(super) fn table(accounts: &[AccountForecast]) -> RecordBatch {
    let mut rows = Rows::new(&PRECHECK_ACCOUNTS);
    for account in accounts {
        let of = |scope: Scope| account.by_scope[scope.code() as usize];
        rows.push(cells!(PRECHECK_ACCOUNTS, {
            SOURCE_USERID: &account.source_userid,
            TARGET_USERID: account.target_userid.as_deref(),
            ASSESSMENT: account.assessment,
            ASSESSMENT_REASON: account.assessment_reason.as_deref(),
            SOURCE_COVERAGE: account.coverage,
            NO_PART: account.no_part,
            SOURCE_RELATIONS: account.relations,
            SCOPE_UNASSIGNED: of(Scope::Unassigned),
            SCOPE_EXTERNAL_CONTACT: of(Scope::ExternalContact),
            SCOPE_NOT_ENROLLED: of(Scope::NotEnrolled),
            SCOPE_ASSESSMENT_FAILED: of(Scope::AssessmentFailed),
            SCOPE_ADDED_AFTER_START: of(Scope::AddedAfterStart),
            IN_SCOPE: account.in_scope(),
            HELD_AT_TARGET: account.held_at_target,
            EXPECTED_AT_TARGET: account.expected_at_target(),
            EXCEEDS_CAP: account.exceeds_cap,
        }));
    }
    rows.finish()
}
