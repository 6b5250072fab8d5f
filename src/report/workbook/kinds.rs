//! The kinds of exception: which rows of which report, in which columns, and the condition that selects them all.

use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Int64Type, UInt8Type};
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::{Cell, Cells, ColumnCells};
use super::sheet::{self, Formats};
use super::worklist::{Subject, next_step, worst};
use crate::error::Result;
use crate::findings::{FindingRule, rule_of_relation, rules_of_codes, rules_of_groups};
use crate::report::Audit;
use crate::report::excerpt::{RELATION_COLUMNS, RELATIONS_HELD, asks_for_something};
use crate::report::groups::{order_of_codes, order_of_groups};
use crate::schema::fields::*;
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, GROUPS_REPORT, JOIN_CODES_REPORT,
    REJECTS_REPORT, RELATIONS_REPORT,
};
use crate::schema::vocabulary::{Coverage, Outcome, Reason, Severity};
use crate::schema::{Column, Table};
use crate::text::{Lang, Text, fill, workbook};

/// Rows of a sheet that is not about relations.
pub const ROWS_SHOWN: usize = 100_000;

/// A kind of exception.
pub struct Kind {
    pub name: Text,
    /// What its rows are.
    pub holds: String,
    /// The report that they stand in.
    pub report: &'static str,
    /// The condition that selects them; none where only the whole report has them all.
    pub filter: Option<String>,
    /// How many there are; none where the case says nothing of them.
    pub total: Option<u64>,
    columns: Vec<&'static Column>,
    pub portions: Vec<Portion>,
    /// What stands for a row on the worklist; none where rows are no tasks.
    pub subject: Option<Subject>,
}

/// Rows of a kind, with the tasks that they mean.
pub struct Portion {
    pub rows: RecordBatch,
    pub tasks: Option<Tasks>,
}

/// What each of some rows asks for, and of which target account.
pub struct Tasks {
    pub rules: Vec<Vec<&'static FindingRule>>,
    pub accounts: StringViewArray,
}

/// The kinds in the order of their sheets: findings, relations with the most serious first, all else.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn kinds(audit: &Audit<'_>) -> Result<Vec<Kind>> {
    let language = audit.case.language;
    let mut kinds = vec![findings(audit)?];
    for (share, rows) in
        audit.to_act_on.rows(RELATIONS_HELD).into_iter().filter(|(share, _)| asks_for_something(share.outcome))
    {
        kinds.push(relations(share.outcome, share.total, rows, language));
    }
    kinds.extend([groups(audit)?, join_codes(audit)?, accounts(audit)?, bill(audit)?, coverage(audit)?]);
    kinds.push(plain(audit, &REJECTS_REPORT, workbook::REJECTS, workbook::HOLDS_REJECTS)?);
    Ok(kinds)
}

impl Kind {
    /// Rows of its sheet.
    pub fn shown(&self) -> u64 {
        self.portions.iter().map(|portion| portion.rows.num_rows() as u64).sum()
    }

    /// What selects all of its rows, where there are any.
    pub fn sql(&self) -> Option<String> {
        self.total.filter(|total| *total > 0)?;
        let filter = self.filter.as_ref().map_or_else(String::new, |filter| format!(" WHERE {filter}"));
        Some(format!("SELECT * FROM '{}.parquet'{filter}", self.report))
    }

    /// Fills its sheet.
    pub fn write(
        &self,
        sheet: &mut Worksheet,
        cells: Cells<'_>,
        formats: &Formats,
    ) -> std::result::Result<(), XlsxError> {
        let has_tasks = self.portions.iter().any(|portion| portion.tasks.is_some());
        let next_step_title = has_tasks.then(|| workbook::NEXT_STEP.tell(cells.language).to_owned());
        let titles: Vec<String> =
            self.columns.iter().map(|column| cells.title(column)).chain(next_step_title).collect();
        let columns: Vec<ColumnCells<'_>> = self.columns.iter().map(|column| cells.of(column)).collect();
        let rows = self.portions.iter().flat_map(|portion| {
            let values: Vec<&ArrayRef> = self.columns.iter().map(|column| portion.column(column)).collect();
            let columns = &columns;
            (0..portion.rows.num_rows()).map(move |row| {
                let rules = portion.tasks.as_ref().map(|tasks| tasks.rules[row].as_slice());
                let line = columns.iter().zip(&values).map(|(column, values)| match worst(rules.unwrap_or_default()) {
                    // A group may have arrived as it should and ask for a look all the same.
                    Some(severity) if column.is_severity() => cells.severity(severity),
                    _ => column.cell(values, row),
                });
                line.chain(rules.map(|rules| Cell::Text(next_step(rules, cells.language)))).collect()
            })
        });
        sheet::fill(sheet, self.name.tell(cells.language), &titles, rows, formats)?;
        Ok(())
    }
}

impl Portion {
    pub fn column(&self, column: &Column) -> &ArrayRef {
        self.rows.column_by_name(column.name).expect("reports hold their columns")
    }
}

fn relations(outcome: &'static str, total: u64, portions: Vec<RecordBatch>, language: Lang) -> Kind {
    let code = Outcome::WORDS.iter().position(|word| *word == outcome).expect("an outcome is a word of its vocabulary");
    let name = Outcome::ALL[code].name();
    Kind {
        name,
        holds: fill(workbook::HOLDS_RELATIONS.tell(language), &[("outcome", &name.tell(language))]),
        report: RELATIONS_REPORT.name,
        filter: Some(format!("{} = '{outcome}'", OUTCOME.name)),
        total: Some(total),
        // The sheet says the outcome.
        columns: RELATION_COLUMNS.iter().copied().filter(|column| *column != &OUTCOME).collect(),
        portions: portions.into_iter().map(|rows| with_tasks(outcome, rows)).collect(),
        subject: Some(Subject {
            name: &CUSTOMER_NAME,
            id: &SOURCE_EXTERNAL_USERID,
            account: Some(&SOURCE_USERID),
            reason: Some(&REASON),
        }),
    }
}

/// Relations are tasks of the account that they were to go to.
fn with_tasks(outcome: &str, rows: RecordBatch) -> Portion {
    let reasons = rows.column_by_name(REASON.name).expect("relations hold their columns").as_primitive::<UInt8Type>();
    let reason = |row: usize| reasons.is_valid(row).then(|| Reason::WORDS[reasons.value(row) as usize]);
    let rules = (0..rows.num_rows()).map(|row| rule_of_relation(outcome, reason(row)).into_iter().collect()).collect();
    let accounts =
        rows.column_by_name(TARGET_USERID.name).expect("relations hold their columns").as_string_view().clone();
    Portion { rows, tasks: Some(Tasks { rules, accounts }) }
}

/// Groups that a finding asks somebody to look at: tasks of the account that their owner is mapped to.
fn groups(audit: &Audit<'_>) -> Result<Kind> {
    let rows = audit.table(&GROUPS_REPORT);
    let by_row = rules_of_groups(audit.groups);
    let rules: Vec<_> = order_of_groups(audit.groups).into_iter().map(|row| pressing(&by_row[row as usize])).collect();
    let owners = rows.column_by_name(SOURCE_OWNER_USERID.name).expect("groups hold their columns").as_string_view();
    let enrolment = &audit.exports.enrolment;
    let mapped = |owner: &str| Some(enrolment.accounts()[enrolment.by_source(owner)?].target_userid.as_str());
    let accounts: StringViewArray = owners.iter().map(|owner| mapped(owner?)).collect();
    let subject =
        Subject { name: &NAME, id: &SOURCE_CHAT_ID, account: Some(&SOURCE_OWNER_USERID), reason: Some(&GROUP_REASON) };
    let measured = audit.summary.group_counts.groups_measured;
    let kind = of_table(&GROUPS_REPORT, workbook::GROUPS, workbook::HOLDS_GROUPS, audit.case.language);
    Ok(Kind { subject: Some(subject), ..tasks(kind, rows, rules, &accounts, measured)? })
}

/// Join codes likewise; they belong to the source corp, and so to no target account.
fn join_codes(audit: &Audit<'_>) -> Result<Kind> {
    let rows = audit.table(&JOIN_CODES_REPORT);
    let by_code = rules_of_codes(&audit.groups.codes);
    let rules: Vec<_> = order_of_codes(&audit.groups.codes).into_iter().map(|at| pressing(&by_code[at])).collect();
    let accounts: StringViewArray = rules.iter().map(|_| None::<&str>).collect();
    let subject = Subject { name: &REMARK, id: &CONFIG_ID, account: None, reason: None };
    let measured = audit.summary.group_counts.codes_measured;
    let kind = of_table(&JOIN_CODES_REPORT, workbook::JOIN_CODES, workbook::HOLDS_JOIN_CODES, audit.case.language);
    Ok(Kind { subject: Some(subject), ..tasks(kind, rows, rules, &accounts, measured)? })
}

/// The findings that ask for something.
fn pressing(rules: &[&'static FindingRule]) -> Vec<&'static FindingRule> {
    rules.iter().copied().filter(|rule| rule.severity >= Severity::Review).collect()
}

/// The rows of a table that a finding tells of. Some findings have no condition in SQL.
fn tasks(
    kind: Kind,
    rows: &RecordBatch,
    mut rules: Vec<Vec<&'static FindingRule>>,
    accounts: &StringViewArray,
    measured: bool,
) -> Result<Kind> {
    let places: Vec<u32> = (0..).zip(&rules).filter(|(_, rules)| !rules.is_empty()).map(|(row, _)| row).collect();
    rules.retain(|rules| !rules.is_empty());
    let filters: Option<BTreeSet<String>> =
        rules.iter().flatten().map(|rule| rule.rows.map(|(_, filter)| format!("({filter})"))).collect();
    let total = places.len();
    let shown: UInt32Array = places.into_iter().take(ROWS_SHOWN).collect::<Vec<u32>>().into();
    rules.truncate(ROWS_SHOWN);
    let accounts = arrow::compute::take(accounts, &shown, None)?.as_string_view().clone();
    let portion = Portion { rows: take_record_batch(rows, &shown)?, tasks: Some(Tasks { rules, accounts }) };
    let filter = filters.map(|filters| filters.into_iter().collect::<Vec<_>>().join(" OR "));
    Ok(Kind { total: measured.then_some(total as u64), filter, portions: vec![portion], ..kind })
}

/// Accounts that lost something, or whose exports are not whole.
fn accounts(audit: &Audit<'_>) -> Result<Kind> {
    const OPEN: [&Column; 6] = [
        &COUNT_MISSING,
        &COUNT_MISPLACED,
        &COUNT_REFUSED_OUTCOME,
        &COUNT_REFUSED_BUT_ARRIVED,
        &COUNT_UNDETERMINED,
        &COUNT_ARRIVED_OUT_OF_SCOPE,
    ];
    const COVERAGES: [&Column; 2] = [&SOURCE_COVERAGE, &TARGET_COVERAGE];
    let rows = audit.table(&ACCOUNTS_REPORT);
    let column = |column: &Column| rows.column_by_name(column.name).expect("accounts hold their columns");
    let open = OPEN.map(|counts| column(counts).as_primitive::<Int64Type>());
    let coverages = COVERAGES.map(|coverage| column(coverage).as_string_view());
    let holds = |row: usize| {
        open.iter().any(|counts| counts.value(row) > 0)
            || coverages.iter().any(|status| is_not_whole(status.value(row)))
    };
    let sum = OPEN.map(|counts| counts.name).join(" + ");
    let not_whole = COVERAGES.map(|coverage| format!(" OR {}", in_not_whole(coverage))).concat();
    let mut columns =
        vec![&SOURCE_USERID, &TARGET_USERID, &ASSESSMENT, &SOURCE_COVERAGE, &TARGET_COVERAGE, &IN_SCOPE, &ARRIVAL_RATE];
    columns.extend([
        &COUNT_MIGRATED,
        &COUNT_ALREADY_AT_TARGET,
        &COUNT_MISSING,
        &COUNT_MISPLACED,
        &COUNT_REFUSED_OUTCOME,
    ]);
    columns.extend([&COUNT_REFUSED_BUT_ARRIVED, &COUNT_UNDETERMINED, &COUNT_ARRIVED_OUT_OF_SCOPE]);
    let kind = of_table(&ACCOUNTS_REPORT, workbook::ACCOUNTS, workbook::HOLDS_ACCOUNTS, audit.case.language);
    selected(Kind { columns, filter: Some(format!("{sum} > 0{not_whole}")), ..kind }, rows, holds)
}

fn coverage(audit: &Audit<'_>) -> Result<Kind> {
    let rows = audit.table(&COVERAGE_REPORT);
    let status = rows.column_by_name(COVERAGE_STATUS.name).expect("coverage holds its columns").as_string_view();
    let kind = of_table(&COVERAGE_REPORT, workbook::COVERAGE, workbook::HOLDS_COVERAGE, audit.case.language);
    selected(Kind { filter: Some(in_not_whole(&COVERAGE_STATUS)), ..kind }, rows, |row| is_not_whole(status.value(row)))
}

fn is_not_whole(status: &str) -> bool {
    [Coverage::Failed, Coverage::Partial].iter().any(|coverage| coverage.word() == status)
}

fn in_not_whole(column: &Column) -> String {
    format!("{} IN ('{}', '{}')", column.name, Coverage::Failed, Coverage::Partial)
}

fn findings(audit: &Audit<'_>) -> Result<Kind> {
    let (message, next_step) = match audit.case.language {
        Lang::Zh => (&MESSAGE_ZH, &NEXT_STEP_ZH),
        Lang::En => (&MESSAGE_EN, &NEXT_STEP_EN),
    };
    let columns = vec![&SEVERITY, &CODE, &CLAUSE, &COUNT, message, next_step, &EXAMPLES, &REPORT, &FILTER];
    let waiver = [&WAIVED_COUNT, &WAIVED_BY, &WAIVED_REASON, &WAIVED_UNTIL];
    let kind = plain(audit, &FINDINGS_REPORT, workbook::FINDINGS, workbook::HOLDS_FINDINGS)?;
    Ok(Kind { columns: columns.into_iter().chain(waiver).collect(), ..kind })
}

fn bill(audit: &Audit<'_>) -> Result<Kind> {
    let kind = plain(audit, &BILLING_REPORT, workbook::BILL, workbook::HOLDS_BILL)?;
    Ok(Kind { total: kind.total.filter(|_| audit.summary.bill.is_some()), ..kind })
}

/// All rows of a report.
fn plain(audit: &Audit<'_>, table: &'static Table, name: Text, holds: Text) -> Result<Kind> {
    selected(of_table(table, name, holds, audit.case.language), audit.table(table), |_| true)
}

/// A kind whose rows are of that table, none yet.
fn of_table(table: &'static Table, name: Text, holds: Text, language: Lang) -> Kind {
    Kind {
        name,
        holds: holds.tell(language).to_owned(),
        report: table.name,
        filter: None,
        total: None,
        columns: severity_first(table),
        portions: Vec::new(),
        subject: None,
    }
}

/// The columns of a table, how serious a row is before all else.
fn severity_first(table: &'static Table) -> Vec<&'static Column> {
    let columns = || table.columns.iter().map(|slot| slot.column);
    columns().filter(|column| *column == &SEVERITY).chain(columns().filter(|column| *column != &SEVERITY)).collect()
}

/// The rows of which something holds, the first of them.
fn selected(kind: Kind, rows: &RecordBatch, holds: impl Fn(usize) -> bool) -> Result<Kind> {
    let places: Vec<u32> = (0..rows.num_rows()).filter(|&row| holds(row)).map(|row| row as u32).collect();
    let total = places.len() as u64;
    let shown: UInt32Array = places.into_iter().take(ROWS_SHOWN).collect::<Vec<u32>>().into();
    Ok(Kind {
        total: Some(total),
        portions: vec![Portion { rows: take_record_batch(rows, &shown)?, tasks: None }],
        ..kind
    })
}

/// Missing relations: so many, of which so many are held.
#[cfg(test)]
pub fn of_missing(total: u64, held: usize) -> Kind {
    let rows = RecordBatch::new_empty(crate::report::relations::report_schema(&RELATIONS_REPORT));
    let nulls: Vec<ArrayRef> =
        rows.columns().iter().map(|column| arrow::array::new_null_array(column.data_type(), held)).collect();
    let rows = RecordBatch::try_new(rows.schema(), nulls).unwrap();
    relations(Outcome::Missing.word(), total, vec![rows], Lang::En)
}
