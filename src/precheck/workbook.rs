//! `precheck.xlsx`: the forecast for people who work in a spreadsheet, of the same parts as the workbook of an audit:
//! what to do before the start, as a worklist too.

use std::path::Path;

use arrow::array::StringViewArray;

use super::{ACCOUNT_FINDINGS, CODES_WILL_DIE, ForecastTables};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::small::report_name;
use crate::report::workbook::{
    CellFormat, EarlierWorklist, ExceptionKind, ROWS_SHOWN, SheetCell, Subject, WorkbookContents, bill_figures,
    case_figures, count, coverage, findings, of_table, selected, selected_tasks,
};
use crate::rules::{self, FindingRule};
use crate::schema::fields::{ADVICE, CONFIG_ID, NO_PART, REMARK, SOURCE_USERID, TARGET_USERID};
use crate::schema::tables::{
    BILLING_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, PRECHECK, PRECHECK_ACCOUNTS, PRECHECK_JOIN_CODES, REJECTS_REPORT,
};
use crate::schema::vocabulary::{Advice, Predicted};
use crate::schema::{Filter, ReadColumns, Table};
use crate::text::{Text, fill, workbook as say};

/// The file's name.
pub const WORKBOOK: &str = "precheck.xlsx";

/// # Errors
/// As [`WorkbookContents::write`].
pub fn write(
    forecast: &ForecastTables<'_>,
    earlier: &EarlierWorklist,
    progress: &dyn Progress,
    folder: &Path,
) -> Result<()> {
    let case = forecast.case;
    let kinds = kinds(forecast)?;
    let contents = WorkbookContents {
        case,
        title: say::PRECHECK_TITLE,
        created_at: case.migration.started_at,
        figures: figures(forecast),
        kinds,
        limits: fill(say::NOTE_PRECHECK_LIMITS.tell(case.language), &[("rows", &ROWS_SHOWN)]),
        earlier,
        progress,
    };
    contents.write(&folder.join(WORKBOOK))
}

fn figures(forecast: &ForecastTables<'_>) -> Vec<(String, SheetCell)> {
    let ForecastTables { case, summary, .. } = *forecast;
    let cells = CellFormat::of_case(case);
    let tell = |text: Text| text.tell(case.language).to_owned();
    let mut figures: Vec<(String, SheetCell)> = case_figures(case, case.language).into();
    figures.extend([
        (cells.in_zone(&tell(say::STARTED_AT)), cells.time(case.migration.started_at)),
        (tell(say::RELATIONS), count(summary.relations())),
        (tell(say::IN_SCOPE), count(summary.in_scope())),
        (tell(say::FORECAST), count(summary.accounts.len() as u64)),
        (tell(say::IDLE), count(summary.without_part())),
        (tell(say::OVER_CAP), count(summary.over_cap())),
        (tell(say::DYING_CODES), count(summary.predicted(Predicted::Empty))),
    ]);
    figures.extend(summary.bill.iter().flat_map(|bill| bill_figures(bill, case.language)));
    figures
}

/// Returns the kinds in the order of their sheets: findings, what to do, the forecast, all else.
fn kinds(forecast: &ForecastTables<'_>) -> Result<Vec<ExceptionKind>> {
    let language = forecast.case.language;
    let rows = |table: &Table| forecast.tables.rows(table);
    let all = |table: &'static Table, name: Text, holds: Text, filter: &Filter| {
        selected(of_table(table, name, holds, language), rows(table)?, filter)
    };
    let idle = Filter::IsNotNull(&NO_PART);
    let mut kinds = vec![
        findings(rows(&FINDINGS_REPORT)?, language)?,
        accounts(forecast)?,
        join_codes(forecast)?,
        all(&PRECHECK_ACCOUNTS, say::IDLE, say::HOLDS_IDLE, &idle)?,
        all(&PRECHECK_ACCOUNTS, say::FORECAST, say::HOLDS_FORECAST, &Filter::All)?,
        all(&BILLING_REPORT, say::BILL, say::HOLDS_BILL, &Filter::All)?,
        coverage(rows(&COVERAGE_REPORT)?, language)?,
        all(&REJECTS_REPORT, say::REJECTS, say::HOLDS_REJECTS, &Filter::All)?,
    ];
    for kind in &mut kinds {
        kind.report = report_name(PRECHECK, &kind.report);
        if kind.report == report_name(PRECHECK, BILLING_REPORT.name) {
            kind.total = kind.total.filter(|_| forecast.summary.bill.is_some());
        }
    }
    Ok(kinds)
}

/// Returns the enrolled accounts that a finding is about: tasks of their target accounts.
fn accounts(forecast: &ForecastTables<'_>) -> Result<ExceptionKind> {
    let rows = forecast.tables.rows(&PRECHECK_ACCOUNTS)?;
    let rules: Vec<Vec<&'static FindingRule>> = forecast
        .summary
        .accounts
        .iter()
        .map(|account| {
            let found =
                ACCOUNT_FINDINGS.iter().filter(|(_, holds, _)| account.target_userid.is_some() && holds(account));
            found.filter_map(|(code, ..)| rules::finding(code)).collect()
        })
        .collect();
    let any = ACCOUNT_FINDINGS.iter().map(|(_, _, filter)| filter()).collect();
    let filter = Filter::And(vec![Filter::IsNotNull(&TARGET_USERID), Filter::Or(any)]);
    let subject = Subject { name: None, id: &SOURCE_USERID, account: Some(&SOURCE_USERID), reason: Some(&NO_PART) };
    let kind = of_table(&PRECHECK_ACCOUNTS, say::ACCOUNTS, say::HOLDS_ACCOUNTS_BEFORE, forecast.case.language);
    selected_tasks(kind, subject, rows, filter, &rules, rows.texts(&TARGET_USERID)?)
}

/// Returns the codes that need something to stay valid; they belong to no target account.
fn join_codes(forecast: &ForecastTables<'_>) -> Result<ExceptionKind> {
    let rows = forecast.tables.rows(&PRECHECK_JOIN_CODES)?;
    let codes = &forecast.summary.codes;
    let dies = rules::finding(CODES_WILL_DIE);
    let rule = |is_dying: bool| dies.filter(|_| is_dying).into_iter().collect();
    let rules: Vec<_> = codes.iter().map(|code| rule(code.code.predicted == Predicted::Empty)).collect();
    let asks = Advice::ALL.iter().filter(|advice| **advice != Advice::Nothing).map(|advice| advice.word());
    let filter = Filter::one_of(&ADVICE, asks);
    let accounts: StringViewArray = codes.iter().map(|_| None::<&str>).collect();
    let subject = Subject { name: Some(&REMARK), id: &CONFIG_ID, account: None, reason: Some(&ADVICE) };
    let kind = of_table(&PRECHECK_JOIN_CODES, say::JOIN_CODES, say::HOLDS_CODES_BEFORE, forecast.case.language);
    selected_tasks(kind, subject, rows, filter, &rules, &accounts)
}
