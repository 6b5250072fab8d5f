//! Forecast of a planned migration: volume, cost, risks, and what to do before the start.
//!
//! It needs source-before, the accounts list and the contract (SPEC section 9); with target-before, it checks the room
//! in the target accounts. The rules are those of the audit: scope, prediction, drift.

mod accounts;
mod codes;
mod screen;
mod summary;

pub use accounts::{AccountForecast, forecast_accounts};
pub use codes::{CodeForecast, advice, forecast_codes};
pub use screen::screen;
pub use summary::PrecheckSummary;

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
use crate::report::parquet::{Footer, GroupWriter, footer, write_table};
use crate::report::publish::Stage;
use crate::report::small;
use crate::schema::tables::{
    BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, INPUTS_REPORT, PRECHECK_ACCOUNTS,
    PRECHECK_JOIN_CODES, PRECHECK_RELATIONS, REJECTS_REPORT,
};
use crate::schema::vocabulary::{Coverage, Predicted, Role, Scope};
use crate::schema::{Column, Table, arrays, fields};
use crate::snapshot::{Input, Partition, Partitions, RoleInputs, Snapshot};
use arrow::array::{RecordBatch, StringViewArray, UInt8Array};

/// Assesses a planned migration, and publishes the `precheck-*` reports in `out`.
///
/// # Errors
/// Any [`crate::Error`]; nothing is published then.
pub fn precheck(case: &Case, out: &Path, resources: Resources, progress: &dyn Progress) -> Result<PrecheckSummary> {
    let stage = Stage::beside(out, progress)?;
    let memory = stage.memory(resources);
    let lists = Lists::read(case, progress)?;
    let before =
        Snapshot::read_required(case, Role::SourceBefore, Partitions::Pairs(&lists.enrolment), &memory, progress)?;
    let target = Snapshot::read(
        case,
        Role::TargetBefore,
        Partitions::Same(before.partitioning(), &lists.enrolment.targets()),
        &memory,
        progress,
    )?;
    let plan = Plan::of(case, &before, &lists.enrolment)?;

    let accounts = forecast_accounts(case, &lists.enrolment, &before, target.as_ref(), &plan)?;
    let codes = forecast_codes(case, &lists.enrolment, &before)?;
    let bill = Bill::of(case, &Counts::of_plan(&plan)?)?;
    let lines: Vec<Line> = bill.as_ref().map(Bill::forecast).unwrap_or_default();

    let snapshots = || std::iter::once(&before).chain(target.as_ref());
    let read = RoleInputs::by_role(&lists.read.inputs, snapshots());
    let inputs: Vec<Input> = read.iter().flat_map(|read| read.inputs.iter().cloned()).collect();
    let of_keys = (&lists.enrolment, &snapshots().collect::<Vec<_>>()[..]);
    let forecast = Forecast::new(&accounts, &codes);
    let findings = findings::precheck(case, forecast, bill.as_ref(), &read, of_keys);
    let totals = totals(&plan, &accounts, &inputs, snapshots());
    controls::check(&totals)?;

    let footer = footer(case, &inputs);
    let write = Writer { folder: stage.path(), footer: &footer, pseudonyms: case.pseudonyms.as_ref() };
    write.table("accounts", &PRECHECK_ACCOUNTS, &accounts::table(&accounts), &[&fields::SOURCE_USERID])?;
    write.table("join_codes", &PRECHECK_JOIN_CODES, &codes::table(&codes), &[&fields::CONFIG_ID])?;
    write_relations(&write, &before, &plan, &lists, progress)?;
    write.table("billing", &BILLING_REPORT, &small::billing(bill.as_ref(), &lines), &[])?;
    write.table("findings", &FINDINGS_REPORT, &small::findings(&findings), &[])?;
    write.table("coverage", &COVERAGE_REPORT, &small::coverage(snapshots()), &[])?;
    write.table("rejects", &REJECTS_REPORT, &small::rejects(&read), &[])?;
    write.table("inputs", &INPUTS_REPORT, &small::inputs(&read), &[])?;
    write.table("control_totals", &CONTROL_TOTALS_REPORT, &controls::table(&totals), &[])?;
    let (accounts, codes) = shown(case.pseudonyms.as_ref(), accounts, codes);
    let summary = PrecheckSummary::new(case, &plan, accounts, codes, bill, findings, totals, out);
    stage.write_text("precheck.json", &summary.to_json())?;
    stage.publish(Manifest::of_case(case, &inputs))?;
    Ok(summary)
}

struct Writer<'a> {
    folder: &'a Path,
    footer: &'a Footer,
    pseudonyms: Option<&'a Pseudonyms>,
}

impl Writer<'_> {
    fn table(&self, name: &str, table: &'static Table, rows: &RecordBatch, sorted_by: &[&Column]) -> Result<()> {
        let rows = personal::written(self.pseudonyms, table, rows.clone())?;
        write_table(&self.folder.join(format!("precheck-{name}.parquet")), table, &rows, sorted_by, self.footer)
    }
}

/// The forecasts as screens show them: with pseudonyms, if wanted.
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
        replace(&mut code.code.remark, &fields::REMARK);
    }
    (accounts, codes)
}

impl Forecast {
    fn new(accounts: &[AccountForecast], codes: &[CodeForecast]) -> Self {
        let of = |holds: fn(&AccountForecast) -> bool| {
            let enrolled = accounts.iter().filter(|account| account.target_userid.is_some());
            enrolled.filter(|account| holds(account)).map(|account| account.source_userid.clone()).collect()
        };
        let dying = codes.iter().filter(|code| code.code.predicted == Predicted::Empty);
        Self {
            accounts_without_relations: of(|account| account.relations == 0),
            accounts_not_covered: of(|account| !matches!(account.coverage, Coverage::Complete | Coverage::Observed)),
            accounts_over_cap: of(|account| account.exceeds_cap),
            dying_codes: dying.map(|code| code.code.config_id.clone()).collect(),
        }
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
    write: &Writer<'_>,
    before: &Snapshot,
    plan: &Plan,
    lists: &Lists,
    progress: &dyn Progress,
) -> Result<()> {
    progress.begin(Work::Report, before.relations.len(), Unit::Rows);
    let path = write.folder.join("precheck-relations.parquet");
    let mut writer = GroupWriter::create(&path, &PRECHECK_RELATIONS, &[&fields::SOURCE_USERID], write.footer)?;
    for (partition, planned) in plan.parts.iter().enumerate() {
        let rows = relations(&before.relations.part(partition)?, planned, lists)?;
        writer.write(personal::written(write.pseudonyms, &PRECHECK_RELATIONS, rows)?)?;
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
