//! Forecast of a planned migration: volume, cost, risks, and what to do before the start.
//!
//! A precheck needs source-before, the accounts list and the contract (SPEC section 9); with target-before, it checks
//! the room in the target accounts. The rules are those of the audit: scope, prediction, drift.

mod accounts;
mod codes;
mod page;
mod screen;
mod summary;
mod workbook;

pub use accounts::{ACCOUNT_FINDINGS, AccountForecast, forecast_accounts};
pub use codes::{CODES_WILL_DIE, CodeForecast, advice, forecast_codes};
pub use screen::screen;
pub use summary::PrecheckSummary;
pub use workbook::WORKBOOK;

use std::path::Path;
use std::sync::Arc;

use crate::billing::{Bill, Line};
use crate::case::Case;
use crate::controls::{self, ControlTotal};
use crate::decision::{Plan, PlannedPart};
use crate::error::Result;
use crate::figures::Counts;
use crate::findings::{self, Forecast};
use crate::lists::Lists;
use crate::memory::Resources;
use crate::personal::{self, Pseudonyms};
use crate::progress::{Progress, Unit, Work};
use crate::report::manifest::Manifest;
use crate::report::parquet::{GroupWriter, footer};
use crate::report::publish::Stage;
use crate::report::small::{CommonReports, ReportFolder, SmallTable, SmallTables};
use crate::report::workbook::EarlierWorklist;
use crate::report::write_private;
use crate::schema::tables::{PRECHECK, PRECHECK_ACCOUNTS, PRECHECK_JOIN_CODES, PRECHECK_RELATIONS};
use crate::schema::vocabulary::{Predicted, Role, Scope};
use crate::schema::{Column, arrays, fields};
use crate::snapshot::{Input, Partition, Partitions, RoleInputs, Snapshot, check_accounts};
use arrow::array::{RecordBatch, StringViewArray, UInt8Array};

const SUMMARY: &str = "precheck.json";

/// The reports that are no tables.
pub const DOCUMENTS: [&str; 3] = [SUMMARY, page::PAGE, WORKBOOK];

/// The exports that are read.
pub const ROLES: &[Role] = &[Role::SourceBefore, Role::TargetBefore];

/// Assesses a planned migration, and publishes the `precheck-*` reports in `out`.
///
/// # Errors
/// Any [`crate::Error`]; nothing is published then.
pub fn precheck(case: &Case, out: &Path, resources: Resources, progress: &dyn Progress) -> Result<PrecheckSummary> {
    let mut stage = Stage::beside(out, progress)?;
    let memory = stage.memory(resources);
    let lists = Lists::read(case, progress)?;
    let pairs = Partitions::Pairs(&lists.enrolment, &[Role::TargetBefore]);
    let before = Snapshot::read_required(case, Role::SourceBefore, pairs, &memory, progress)?;
    let target = Snapshot::read(
        case,
        Role::TargetBefore,
        Partitions::Same(&before.partitioning, &lists.enrolment.targets()),
        &memory,
        progress,
    )?;
    let snapshots: Vec<&Snapshot> = std::iter::once(&before).chain(target.as_ref()).collect();
    check_accounts(&case.root, &lists.enrolment, &snapshots)?;
    let plan = Plan::of(case, &before, &lists.enrolment)?;

    let accounts = forecast_accounts(case, &lists.enrolment, &before, target.as_ref(), &plan)?;
    let codes = forecast_codes(case, &lists.enrolment, &before)?;
    let bill = Bill::of(case, &Counts::of_plan(&plan)?)?;
    let lines: Vec<Line> = bill.as_ref().map(Bill::forecast).unwrap_or_default();

    let read = RoleInputs::by_role(&lists.read.inputs, snapshots.iter().copied());
    let inputs: Vec<Input> = read.iter().flat_map(|read| read.inputs.iter().cloned()).collect();
    let of_keys = (&lists.enrolment, &snapshots[..]);
    let forecast = Forecast::new(&accounts, &codes);
    let findings = findings::precheck(case, forecast, bill.as_ref(), &read, of_keys);
    let control_totals = controls::checked(totals(&plan, &accounts, &inputs, snapshots.iter().copied()))?;

    let (footer, pseudonyms) = (footer(case, &inputs), case.pseudonyms.as_ref());
    let folder = ReportFolder { path: stage.path(), prefix: PRECHECK, footer: &footer, pseudonyms };
    let forecasts = [
        SmallTable::new(&PRECHECK_ACCOUNTS, accounts::table(&accounts)).sorted_by(&[&fields::SOURCE_USERID]),
        SmallTable::new(&PRECHECK_JOIN_CODES, codes::table(&codes)).sorted_by(&[&fields::CONFIG_ID]),
    ];
    let common = CommonReports {
        bill: bill.as_ref(),
        lines: &lines,
        findings: &findings,
        snapshots: snapshots.iter().copied(),
        read: &read,
        totals: &control_totals,
    };
    let mut tables = SmallTables::default();
    tables.write(folder, forecasts.into_iter().chain(common.tables()))?;
    write_relations(folder, &before, &plan, &lists, progress)?;
    let (accounts, codes) = shown(pseudonyms, accounts, codes);
    let count = |scope: &Scope| plan.scopes().filter(|known| known == scope).count() as u64;
    let summary = PrecheckSummary {
        case_id: case.id.clone(),
        case_title: case.title.clone(),
        by_scope: Scope::ALL.iter().map(|scope| (scope.word(), count(scope))).collect(),
        accounts,
        codes,
        bill,
        customer_cap: case.policy.customer_cap,
        verdict: findings::verdict(&findings),
        findings,
        control_totals,
        folder: out.to_path_buf(),
    };
    write_private(&stage.path().join(SUMMARY), summary.to_json())?;
    let earlier = EarlierWorklist::read(stage.out(), WORKBOOK, case, progress);
    let forecast = ForecastTables { case, summary: &summary, tables: &tables };
    page::write(&forecast, &snapshots, stage.path())?;
    workbook::write(&forecast, &earlier, progress, stage.path())?;
    stage.carry_worklist(earlier.digest.as_deref());
    stage.publish(Manifest::of_case(case, &inputs))?;
    Ok(summary)
}

/// A forecast as its writers for people see it: in figures, and in the tables as they were written.
struct ForecastTables<'a> {
    case: &'a Case,
    summary: &'a PrecheckSummary,
    tables: &'a SmallTables,
}

/// Returns the forecasts as screens show them: with pseudonyms, if wanted.
fn shown(
    pseudonyms: Option<&Pseudonyms>,
    mut accounts: Vec<AccountForecast>,
    mut codes: Vec<CodeForecast>,
) -> (Vec<AccountForecast>, Vec<CodeForecast>) {
    let replace = |text: &mut Option<String>, column: &Column| {
        *text = text.take().map(|text| personal::shown(pseudonyms, column, &text));
    };
    for account in &mut accounts {
        replace(&mut account.assessment_reason, &fields::ASSESSMENT_REASON);
    }
    for code in &mut codes {
        replace(&mut code.code.held.remark, &fields::REMARK);
    }
    (accounts, codes)
}

impl Forecast {
    fn new(accounts: &[AccountForecast], codes: &[CodeForecast]) -> Self {
        let of = |(code, holds, _): (&'static str, fn(&AccountForecast) -> bool, _)| {
            let enrolled = accounts.iter().filter(|account| account.target_userid.is_some());
            (code, enrolled.filter(|account| holds(account)).map(|account| account.source_userid.clone()).collect())
        };
        let dying = codes.iter().filter(|code| code.code.predicted == Predicted::Empty);
        let dying = (CODES_WILL_DIE, dying.map(|code| code.code.config_id.clone()).collect());
        Self(ACCOUNT_FINDINGS.into_iter().map(of).chain([dying]).collect())
    }
}

/// Control totals of the forecast.
fn totals<'a>(
    plan: &Plan,
    accounts: &[AccountForecast],
    inputs: &[Input],
    snapshots: impl Iterator<Item = &'a Snapshot>,
) -> Vec<ControlTotal> {
    let relations = plan.scopes().count() as u64;
    let in_scope = plan.scopes().filter(|scope| *scope == Scope::InScope).count() as u64;
    let mut totals = vec![
        controls::records(&inputs.iter().collect::<Vec<_>>()),
        ControlTotal::new(
            "relations of source-before = relations of all accounts",
            relations,
            accounts.iter().map(|a| a.relations).sum(),
        ),
        ControlTotal::new(
            "in scope = in scope of all accounts",
            in_scope,
            accounts.iter().map(AccountForecast::in_scope).sum(),
        ),
    ];
    totals.extend(snapshots.map(controls::accepted));
    totals
}

/// Writes `precheck-relations.parquet`: the scope of every relation, from which each count can be checked.
fn write_relations(
    folder: ReportFolder<'_>,
    before: &Snapshot,
    plan: &Plan,
    lists: &Lists,
    progress: &dyn Progress,
) -> Result<()> {
    progress.begin(Work::Report, before.relations.len(), Unit::Rows);
    let path = folder.path.join(format!("{}.parquet", PRECHECK_RELATIONS.name));
    let mut writer = GroupWriter::create(&path, &PRECHECK_RELATIONS, &[&fields::SOURCE_USERID], folder.footer)?;
    for (partition, planned) in plan.parts.iter().enumerate() {
        let rows = relations(&before.relations.part(partition)?, planned, lists)?;
        writer.write(personal::written(folder.pseudonyms, &PRECHECK_RELATIONS, rows)?)?;
        progress.advance(planned.scope.len() as u64);
    }
    progress.end();
    writer.finish()
}

fn relations(part: &Partition, planned: &PlannedPart, lists: &Lists) -> Result<RecordBatch> {
    let column = |column: &Column| part.column(column).clone();
    let accounts = lists.enrolment.accounts();
    let target = |account: &Option<u32>| account.map(|index| accounts[index as usize].target_userid.as_str());
    let arrays = arrays!(PRECHECK_RELATIONS, {
        SOURCE_USERID: column(&fields::USERID),
        SOURCE_EXTERNAL_USERID: column(&fields::EXTERNAL_USERID),
        UNIONID: column(&fields::UNIONID),
        CUSTOMER_NAME: column(&fields::CUSTOMER_NAME),
        SOURCE_CREATED_AT: column(&fields::CREATED_AT),
        SCOPE: Arc::new(planned.scope.iter().map(|scope| Some(scope.code())).collect::<UInt8Array>()),
        TARGET_USERID: Arc::new(planned.pairs.iter().map(target).collect::<StringViewArray>()),
        SOURCE_FILE: column(&fields::SOURCE_FILE),
        SOURCE_RECORD: column(&fields::SOURCE_RECORD),
    });
    let columns = PRECHECK_RELATIONS.columns.iter().zip(arrays).map(|(slot, array)| (slot.column.name, array, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}
