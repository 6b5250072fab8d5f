//! `precheck.html`: the forecast on one page, of the parts that the page of an audit is made of.

use std::path::Path;

use serde::{Serialize, Serializer};

use super::{ACCOUNT_FINDINGS, CODES_WILL_DIE, ForecastTables, PrecheckSummary};
use crate::error::Result;
use crate::findings::Finding;
use crate::report::page::{Excerpt, FindingLink, PageFrame, PageKind, document, small_table, to_json, without_rows};
use crate::report::summary::BillingJson;
use crate::report::write_text;
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, INPUTS_REPORT, JOIN_CODES,
    PRECHECK_ACCOUNTS, PRECHECK_JOIN_CODES, PRECHECK_RELATIONS, REJECTS_REPORT,
};
use crate::schema::vocabulary::{Advice, NoPart, Predicted, Role};
use crate::schema::{Filter, Table, fields};
use crate::snapshot::Snapshot;

/// The file's name.
pub const PAGE: &str = "precheck.html";
/// The exports that a precheck reads.
const ROLES: &[Role] = &[Role::SourceBefore, Role::TargetBefore];
/// The reports that the page shows beside the relations, of which it has the number only.
const SHOWN_TABLES: &[&Table] = &[
    &PRECHECK_ACCOUNTS,
    &PRECHECK_JOIN_CODES,
    &BILLING_REPORT,
    &COVERAGE_REPORT,
    &REJECTS_REPORT,
    &INPUTS_REPORT,
    &CONTROL_TOTALS_REPORT,
];

#[derive(Serialize)]
struct ForecastPageJson<'a> {
    #[serde(flatten)]
    frame: PageFrame<'a>,
    relations: ForecastRelationsJson,
    accounts: ForecastAccountsJson,
    /// Null where the export has none: not measured, here and below.
    join_codes: Option<ForecastCodesJson>,
    billing: Option<PageBill<'a>>,
    billing_balance: Option<String>,
    customer_cap: u64,
}

/// Counts by the words of a vocabulary, in its order.
struct InOrder<T>(Vec<(&'static str, T)>);

impl<T: Serialize> Serialize for InOrder<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(word, count)| (word, count)))
    }
}

#[derive(Serialize)]
struct ForecastRelationsJson {
    total: u64,
    by_scope: InOrder<u64>,
}

#[derive(Serialize)]
struct ForecastAccountsJson {
    total: usize,
    /// Those that take no part, by reason.
    by_no_part: InOrder<usize>,
    exceeds_cap: usize,
}

#[derive(Serialize)]
struct ForecastCodesJson {
    total: usize,
    by_predicted: InOrder<usize>,
    by_advice: InOrder<usize>,
}

#[derive(Serialize)]
struct PageBill<'a> {
    #[serde(flatten)]
    bill: BillingJson<'a>,
    /// What was paid so far.
    paid: String,
}

/// Writes the page.
///
/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn write(forecast: &ForecastTables<'_>, snapshots: &[&Snapshot], folder: &Path) -> Result<()> {
    let data = data(forecast, snapshots)?;
    write_text(&folder.join(PAGE), &document(PageKind::Precheck, &forecast.summary.case_title, &data))
}

fn data(forecast: &ForecastTables<'_>, snapshots: &[&Snapshot]) -> Result<String> {
    let ForecastTables { case, summary, .. } = *forecast;
    let has_codes =
        snapshots.iter().any(|snapshot| snapshot.role == Role::SourceBefore && snapshot.covers(&JOIN_CODES));
    let findings = (&summary.findings[..], rows_of as fn(&Finding) -> FindingLink);
    to_json(&ForecastPageJson {
        frame: PageFrame::new(PageKind::Precheck, case, (ROLES, snapshots), findings, tables(forecast)?),
        relations: ForecastRelationsJson {
            total: summary.by_scope.iter().map(|(_, count)| count).sum(),
            by_scope: InOrder(summary.by_scope.clone()),
        },
        accounts: accounts(summary),
        join_codes: has_codes.then(|| codes(summary)),
        billing: summary
            .bill
            .as_ref()
            .map(|bill| PageBill { bill: BillingJson::forecast(bill), paid: bill.paid.to_string() }),
        billing_balance: summary.bill.as_ref().map(|bill| bill.balance.to_string()),
        customer_cap: summary.customer_cap,
    })
}

fn accounts(summary: &PrecheckSummary) -> ForecastAccountsJson {
    let of = |reason: NoPart| summary.accounts.iter().filter(|account| account.no_part == Some(reason)).count();
    ForecastAccountsJson {
        total: summary.accounts.len(),
        by_no_part: InOrder(NoPart::ALL.iter().map(|reason| (reason.word(), of(*reason))).collect()),
        exceeds_cap: summary.accounts.iter().filter(|account| account.exceeds_cap).count(),
    }
}

fn codes(summary: &PrecheckSummary) -> ForecastCodesJson {
    let codes = &summary.codes;
    let predicted = |word: Predicted| codes.iter().filter(|code| code.code.predicted == word).count();
    let advised = |word: Advice| codes.iter().filter(|code| code.advice == word).count();
    ForecastCodesJson {
        total: codes.len(),
        by_predicted: InOrder(Predicted::ALL.iter().map(|word| (word.word(), predicted(*word))).collect()),
        by_advice: InOrder(Advice::ALL.iter().map(|word| (word.word(), advised(*word))).collect()),
    }
}

fn tables(forecast: &ForecastTables<'_>) -> Result<Vec<Excerpt>> {
    let zone = &forecast.case.timezone;
    let relations = forecast.summary.by_scope.iter().map(|(_, count)| count).sum();
    let mut tables = vec![without_rows(&PRECHECK_RELATIONS, relations, zone)?];
    for table in SHOWN_TABLES {
        tables.push(small_table(table, forecast.tables.rows(table)?, zone)?);
    }
    Ok(tables)
}

/// The rows of the forecast that a finding is about; the rule names those of an audit.
fn rows_of(finding: &Finding) -> FindingLink {
    let code = finding.rule.code;
    if code == CODES_WILL_DIE {
        return Some(("join_codes", Filter::is(&fields::PREDICTED, Predicted::Empty.word()).sql()));
    }
    if let Some((_, _, filter)) = ACCOUNT_FINDINGS.iter().find(|(known, ..)| *known == code) {
        return Some(("accounts", Filter::And(vec![Filter::IsNotNull(&fields::TARGET_USERID), filter()]).sql()));
    }
    let rows = finding.rule.rows.filter(|rows| rows.report != &ACCOUNTS_REPORT)?;
    Some((rows.report.name, rows.filter().sql()))
}
