//! `precheck.html`: the forecast on one page, of the parts that the page of an audit is made of.

use std::path::Path;

use serde::Serialize;

use super::{ACCOUNT_FINDINGS, CODES_WILL_DIE, ForecastTables, PrecheckSummary, ROLES};
use crate::error::Result;
use crate::findings::Finding;
use crate::report::page::{Excerpt, FindingLink, PageFrame, PageKind, document, small_table, to_json, without_rows};
use crate::report::summary::{BillingJson, CountsJson, WordCounts};
use crate::report::write_private;
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, INPUTS_REPORT, JOIN_CODES,
    PRECHECK_ACCOUNTS, PRECHECK_JOIN_CODES, PRECHECK_RELATIONS, REJECTS_REPORT,
};
use crate::schema::vocabulary::{Advice, NoPart, Predicted, Role};
use crate::schema::{Filter, Table, fields};
use crate::snapshot::Snapshot;

/// The file's name.
pub const PAGE: &str = "precheck.html";
/// The reports that the page shows beside the relations, of which it has the number only.
const SHOWN_TABLES: &[&Table] = &[
    &PRECHECK_ACCOUNTS, &PRECHECK_JOIN_CODES, &BILLING_REPORT, &COVERAGE_REPORT, &REJECTS_REPORT, &INPUTS_REPORT,
    &CONTROL_TOTALS_REPORT,
];

#[derive(Serialize)]
struct ForecastPageJson<'a> {
    #[serde(flatten)]
    frame: PageFrame<'a>,
    relations: CountsJson,
    accounts: ForecastAccountsJson,
    /// Null where the export has none: not measured, here and below.
    join_codes: Option<CountsJson>,
    billing: Option<PageBill<'a>>,
    billing_balance: Option<String>,
    customer_cap: u64,
}

#[derive(Serialize)]
struct ForecastAccountsJson {
    /// The accounts that take no part by reason.
    #[serde(flatten)]
    counts: CountsJson,
    exceeds_cap: u64,
}

#[derive(Serialize)]
struct PageBill<'a> {
    #[serde(flatten)]
    bill: BillingJson<'a>,
    /// The amount paid so far.
    paid: String,
}

/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn write(forecast: &ForecastTables<'_>, snapshots: &[&Snapshot], folder: &Path) -> Result<()> {
    let data = data(forecast, snapshots)?;
    write_private(&folder.join(PAGE), document(PageKind::Precheck, &forecast.summary.case_title, &data))
}

fn data(forecast: &ForecastTables<'_>, snapshots: &[&Snapshot]) -> Result<String> {
    let ForecastTables { case, summary, .. } = *forecast;
    let has_codes =
        snapshots.iter().any(|snapshot| snapshot.role == Role::SourceBefore && snapshot.covers(&JOIN_CODES));
    let findings = (&summary.findings[..], rows_of as fn(&Finding) -> FindingLink);
    to_json(&ForecastPageJson {
        frame: PageFrame::new(PageKind::Precheck, case, (ROLES, snapshots), findings, tables(forecast)?),
        relations: CountsJson::new(summary.relations(), [("by_scope", WordCounts(summary.by_scope.clone()))]),
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
    let accounts = &summary.accounts;
    let of = |reason: NoPart| accounts.iter().filter(|account| account.no_part == Some(reason)).count() as u64;
    let by_no_part = NoPart::ALL.iter().map(|reason| (reason.word(), of(*reason))).collect();
    ForecastAccountsJson {
        counts: CountsJson::new(accounts.len() as u64, [("by_no_part", WordCounts(by_no_part))]),
        exceeds_cap: summary.over_cap(),
    }
}

fn codes(summary: &PrecheckSummary) -> CountsJson {
    let advised = |word: Advice| summary.codes.iter().filter(|code| code.advice == word).count() as u64;
    let by_predicted = Predicted::ALL.iter().map(|word| (word.word(), summary.predicted(*word))).collect();
    let by_advice = Advice::ALL.iter().map(|word| (word.word(), advised(*word))).collect();
    let by = [("by_predicted", WordCounts(by_predicted)), ("by_advice", WordCounts(by_advice))];
    CountsJson::new(summary.codes.len() as u64, by)
}

fn tables(forecast: &ForecastTables<'_>) -> Result<Vec<Excerpt>> {
    let zone = &forecast.case.timezone;
    let mut tables = vec![without_rows(&PRECHECK_RELATIONS, forecast.summary.relations(), zone)?];
    for table in SHOWN_TABLES {
        tables.push(small_table(table, forecast.tables.rows(table)?, zone)?);
    }
    Ok(tables)
}

/// Returns the rows of the forecast that a finding is about; the rule names those of an audit.
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
