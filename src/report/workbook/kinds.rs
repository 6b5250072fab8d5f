//! The kinds of exception: rows of a report, the columns shown, and the condition that selects all of them.

use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::take_record_batch;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cells::{CellFormat, ColumnCells, LONGEST_TEXT, SheetCell};
use super::sheet::{self, CellStyle, Formats};
use super::worklist::{Subject, next_step, worst};
use crate::error::Result;
use crate::figures::{RELATION_COLUMNS, RELATIONS_HELD, asks_for_something};
use crate::findings::rule_of_relation;
use crate::frame;
use crate::report::Audit;
use crate::report::groups::{order_of_codes, order_of_groups};
use crate::rules::{FindingRule, catalogue};
use crate::schema::fields::*;
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, GROUPS_REPORT, JOIN_CODES_REPORT,
    REJECTS_REPORT, RELATIONS_REPORT,
};
use crate::schema::vocabulary::{Coverage, Outcome, Reason, Severity};
use crate::schema::{Column, ColumnResult, Filter, ReadColumns, Table};
use crate::text::{Lang, Text, fill, workbook};

/// Rows of a sheet that is not about relations.
pub const ROWS_SHOWN: usize = 100_000;

pub struct ExceptionKind {
    pub name: Text,
    /// The sheet in a sentence.
    pub holds: String,
    /// The report that holds the rows.
    pub report: String,
    /// The condition that selects the rows; none where no condition selects them and no others.
    pub filter: Option<Filter>,
    /// Number of rows in the report; `None` where the case has no such data.
    pub total: Option<u64>,
    pub columns: Vec<&'static Column>,
    pub portions: Vec<Portion>,
    /// The columns that describe a row on the worklist; `None` where rows are no tasks.
    pub subject: Option<Subject>,
}

/// Rows of a kind, with the tasks that they mean.
pub struct Portion {
    /// Number of rows.
    rows: usize,
    /// The columns of the kind, in its order.
    values: Vec<ArrayRef>,
    pub tasks: Option<Tasks>,
}

/// The tasks of some rows: one for each row that no waiver covers.
pub struct Tasks {
    /// The findings that ask for something, by row.
    pub rules: Vec<Vec<&'static FindingRule>>,
    /// The target account, by row.
    pub accounts: StringViewArray,
    pub waived: BooleanArray,
    /// The columns of [`Subject::columns`].
    pub subject: [Option<ArrayRef>; 4],
}

/// Returns the kinds in the order of their sheets: findings, relations with the most serious first, all else.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn kinds(audit: &Audit<'_>) -> Result<Vec<ExceptionKind>> {
    let language = audit.case.language;
    let mut kinds = vec![findings(audit.tables.rows(&FINDINGS_REPORT)?, language)?];
    for (share, rows) in
        audit.excerpt.rows(RELATIONS_HELD).into_iter().filter(|(share, _)| asks_for_something(share.outcome))
    {
        kinds.push(relations(share.outcome, share.total, rows, language)?);
    }
    let coverage = coverage(audit.tables.rows(&COVERAGE_REPORT)?, language)?;
    kinds.extend([groups(audit)?, join_codes(audit)?, accounts(audit)?, bill(audit)?, coverage]);
    kinds.push(plain(audit, &REJECTS_REPORT, workbook::REJECTS, workbook::HOLDS_REJECTS)?);
    Ok(kinds)
}

impl ExceptionKind {
    /// Rows of its sheet.
    pub fn shown(&self) -> u64 {
        self.portions.iter().map(|portion| portion.rows as u64).sum()
    }

    /// Returns the SQL that selects all of its rows and no others; `None` where there are no rows, or no cell holds it.
    pub fn sql(&self) -> Option<String> {
        self.total.filter(|total| *total > 0)?;
        let condition = match self.filter.as_ref()? {
            Filter::All => String::new(),
            filter => format!(" WHERE {}", filter.sql()),
        };
        Some(format!("SELECT * FROM '{}.parquet'{condition}", self.report)).filter(|sql| sql.len() <= LONGEST_TEXT)
    }

    /// Fills its sheet.
    ///
    /// # Errors
    /// The errors of the library.
    pub fn write(
        &self,
        sheet: &mut Worksheet,
        cells: CellFormat<'_>,
        formats: &Formats,
    ) -> std::result::Result<(), XlsxError> {
        let has_tasks = self.portions.iter().any(|portion| portion.tasks.is_some());
        let next_step_title = has_tasks.then(|| (workbook::NEXT_STEP.tell(cells.language).to_owned(), CellStyle::Text));
        let titles = self.columns.iter().map(|column| (cells.title(column), CellStyle::of_column(column)));
        let titles: Vec<_> = titles.chain(next_step_title).collect();
        let columns: Vec<ColumnCells<'_>> = self.columns.iter().map(|column| cells.of(column)).collect();
        let severities = cells.severities();
        let rows = self.portions.iter().flat_map(|portion| {
            let (columns, severities) = (&columns, &severities);
            (0..portion.rows).map(move |row| {
                let rules = portion.tasks.as_ref().map(|tasks| tasks.rules[row].as_slice());
                let line = columns.iter().zip(&portion.values).map(|(column, values)| {
                    match worst(rules.unwrap_or_default()) {
                        // A group may have arrived as it should and ask for a look all the same.
                        Some(severity) if column.is_severity() => {
                            SheetCell::Text(severities[severity.code() as usize].clone())
                        }
                        _ => column.cell(values, row),
                    }
                });
                line.chain(rules.map(|rules| SheetCell::Text(next_step(rules, cells.language)))).collect()
            })
        });
        let last = sheet::fill(sheet, self.name.tell(cells.language), &titles, rows, formats)?;
        let severity = (0..).zip(&columns).find(|(_, column)| column.is_severity());
        severity.map_or(Ok(()), |(column, _)| sheet::shade(sheet, column, last, cells, formats))
    }
}

impl Portion {
    fn new(columns: &[&Column], rows: &RecordBatch, tasks: Option<Tasks>) -> Result<Self> {
        let values = columns.iter().map(|column| rows.array(column).cloned()).collect::<ColumnResult<_>>()?;
        Ok(Self { rows: rows.num_rows(), values, tasks })
    }
}

fn relations(outcome: Outcome, total: u64, portions: Vec<RecordBatch>, language: Lang) -> Result<ExceptionKind> {
    let name = outcome.name();
    // The name of the sheet is the outcome.
    let columns: Vec<&Column> = RELATION_COLUMNS.iter().copied().filter(|column| *column != &OUTCOME).collect();
    let subject = Subject {
        name: Some(&CUSTOMER_NAME),
        id: &SOURCE_EXTERNAL_USERID,
        account: Some(&SOURCE_USERID),
        reason: Some(&REASON),
    };
    let portion =
        |rows: RecordBatch| Portion::new(&columns, &rows, Some(tasks_of_relations(outcome, &rows, &subject)?));
    Ok(ExceptionKind {
        name,
        holds: fill(workbook::HOLDS_RELATIONS.tell(language), &[("outcome", &name.tell(language))]),
        report: RELATIONS_REPORT.name.to_owned(),
        filter: Some(Filter::is(&OUTCOME, outcome.word())),
        total: Some(total),
        portions: portions.into_iter().map(portion).collect::<Result<_>>()?,
        columns,
        subject: Some(subject),
    })
}

/// Relations are tasks of the account that they were to go to.
fn tasks_of_relations(outcome: Outcome, rows: &RecordBatch, subject: &Subject) -> Result<Tasks> {
    let reasons = rows.codes(&REASON)?;
    let reason = |row: usize| reasons.is_valid(row).then(|| Reason::WORDS[reasons.value(row) as usize]);
    let rule = |row: usize| rule_of_relation(outcome.word(), reason(row));
    Ok(Tasks {
        rules: (0..rows.num_rows()).map(|row| rule(row).into_iter().collect()).collect(),
        accounts: rows.texts(&TARGET_USERID)?.clone(),
        waived: rows.flags(&WAIVED)?.clone(),
        subject: subject.values(rows)?,
    })
}

/// Groups with findings to act on: tasks of the account that their owner is mapped to.
fn groups(audit: &Audit<'_>) -> Result<ExceptionKind> {
    let rows = audit.tables.rows(&GROUPS_REPORT)?;
    let found = audit.groups;
    let order = order_of_groups(found.decision).into_iter();
    let rules: Vec<_> = order.map(|row| pressing(&found.groups[row as usize])).collect();
    let owners = rows.texts(&SOURCE_OWNER_USERID)?;
    let enrolment = &audit.exports.enrolment;
    let mapped = |owner: &str| Some(enrolment.accounts()[enrolment.by_source(owner)?].target_userid.as_str());
    let accounts: StringViewArray = owners.iter().map(|owner| mapped(owner?)).collect();
    let subject = Subject {
        name: Some(&NAME),
        id: &SOURCE_CHAT_ID,
        account: Some(&SOURCE_OWNER_USERID),
        reason: Some(&GROUP_REASON),
    };
    let measured = audit.summary.group_counts.groups_measured;
    let kind = of_table(&GROUPS_REPORT, workbook::GROUPS, workbook::HOLDS_GROUPS, audit.case.language);
    let kind = tasks(kind, subject, rows, &rules, &accounts)?;
    Ok(ExceptionKind { total: kind.total.filter(|_| measured), ..kind })
}

/// Join codes likewise; they belong to the source corp, and so to no target account.
fn join_codes(audit: &Audit<'_>) -> Result<ExceptionKind> {
    let rows = audit.tables.rows(&JOIN_CODES_REPORT)?;
    let found = audit.groups;
    let order = order_of_codes(&found.decision.codes).into_iter();
    let rules: Vec<_> = order.map(|at| pressing(&found.codes[at])).collect();
    let accounts: StringViewArray = rules.iter().map(|_| None::<&str>).collect();
    let subject = Subject { name: Some(&REMARK), id: &CONFIG_ID, account: None, reason: None };
    let measured = audit.summary.group_counts.codes_measured;
    let kind = of_table(&JOIN_CODES_REPORT, workbook::JOIN_CODES, workbook::HOLDS_JOIN_CODES, audit.case.language);
    let kind = tasks(kind, subject, rows, &rules, &accounts)?;
    Ok(ExceptionKind { total: kind.total.filter(|_| measured), ..kind })
}

/// Returns the findings that ask for something.
fn pressing(rules: &[&'static FindingRule]) -> Vec<&'static FindingRule> {
    rules.iter().copied().filter(|rule| rule.severity >= Severity::Review).collect()
}

/// Returns the rows of a table that findings are about, as tasks.
///
/// # Errors
/// [`crate::Error::Bug`] only.
fn tasks(
    kind: ExceptionKind,
    subject: Subject,
    rows: &RecordBatch,
    rules: &[Vec<&'static FindingRule>],
    accounts: &StringViewArray,
) -> Result<ExceptionKind> {
    let places: Vec<u32> = (0..).zip(rules).filter(|(_, rules)| !rules.is_empty()).map(|(row, _)| row).collect();
    let filter = condition(rules, subject.id, rows.texts(subject.id)?);
    tasks_at(ExceptionKind { filter, ..kind }, subject, rows, places, rules, accounts)
}

/// Returns the condition on the rows with findings: those of the findings; where a row has none but by a fact that no
/// report publishes, its id. None where such a row has no id.
fn condition(rules: &[Vec<&'static FindingRule>], id: &'static Column, ids: &StringViewArray) -> Option<Filter> {
    let found: BTreeSet<&str> = rules.iter().flatten().map(|rule| rule.code).collect();
    let found = catalogue().filter(|rule| found.contains(rule.code));
    let mut any: Vec<Filter> = found.filter_map(|rule| Some(rule.rows?.filter())).collect();
    let by_fact = |rules: &[&FindingRule]| !rules.is_empty() && rules.iter().all(|rule| rule.rows.is_none());
    let by_fact = ids.iter().zip(rules).filter(|(_, rules)| by_fact(rules)).map(|(id, _)| id);
    let ids = by_fact.collect::<Option<Vec<&str>>>()?;
    if !ids.is_empty() {
        any.push(Filter::one_of(id, ids));
    }
    Some(Filter::Or(any))
}

/// Returns the rows that a condition selects, as tasks. `rules`: the findings that ask for something, and `accounts`:
/// the target account, by row of the report.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn selected_tasks(
    kind: ExceptionKind,
    subject: Subject,
    rows: &RecordBatch,
    filter: Filter,
    rules: &[Vec<&'static FindingRule>],
    accounts: &StringViewArray,
) -> Result<ExceptionKind> {
    let places = frame::selected(rows, &filter)?;
    tasks_at(ExceptionKind { filter: Some(filter), ..kind }, subject, rows, places, rules, accounts)
}

/// Returns the first of these rows, as tasks: a waiver covers those that are waived in the report.
///
/// # Errors
/// [`crate::Error::Bug`] only.
fn tasks_at(
    kind: ExceptionKind,
    subject: Subject,
    rows: &RecordBatch,
    places: Vec<u32>,
    rules: &[Vec<&'static FindingRule>],
    accounts: &StringViewArray,
) -> Result<ExceptionKind> {
    let total = Some(places.len() as u64);
    let rules = places.iter().take(ROWS_SHOWN).map(|row| rules[*row as usize].clone()).collect();
    let shown: UInt32Array = places.into_iter().take(ROWS_SHOWN).collect::<Vec<u32>>().into();
    let accounts = arrow::compute::take(accounts, &shown, None)?.as_string_view().clone();
    let rows = take_record_batch(rows, &shown)?;
    let waived = if kind.columns.contains(&&WAIVED) {
        rows.flags(&WAIVED)?.clone()
    } else {
        BooleanArray::from(vec![false; rows.num_rows()])
    };
    let tasks = Tasks { rules, accounts, waived, subject: subject.values(&rows)? };
    let portions = vec![Portion::new(&kind.columns, &rows, Some(tasks))?];
    Ok(ExceptionKind { total, portions, subject: Some(subject), ..kind })
}

/// Accounts that lost something, or whose exports are not whole.
fn accounts(audit: &Audit<'_>) -> Result<ExceptionKind> {
    const OPEN: [&Column; 6] = [
        &COUNT_MISSING, &COUNT_MISPLACED, &COUNT_REFUSED_OUTCOME, &COUNT_REFUSED_BUT_ARRIVED, &COUNT_UNDETERMINED,
        &COUNT_ARRIVED_OUT_OF_SCOPE,
    ];
    const COVERAGES: [&Column; 2] = [&SOURCE_COVERAGE, &TARGET_COVERAGE];
    let not_whole = COVERAGES.into_iter().map(is_not_whole);
    let filter = Filter::Or(std::iter::once(Filter::AnyCounted(OPEN.to_vec())).chain(not_whole).collect());
    let pair = [&SOURCE_USERID, &TARGET_USERID, &ASSESSMENT, &SOURCE_COVERAGE, &TARGET_COVERAGE, &IN_SCOPE];
    let columns = pair.into_iter().chain([&ARRIVAL_RATE, &COUNT_MIGRATED, &COUNT_ALREADY_AT_TARGET]).chain(OPEN);
    let columns = columns.collect();
    let kind = of_table(&ACCOUNTS_REPORT, workbook::ACCOUNTS, workbook::HOLDS_ACCOUNTS, audit.case.language);
    selected(ExceptionKind { columns, ..kind }, audit.tables.rows(&ACCOUNTS_REPORT)?, &filter)
}

/// Exports that failed or are incomplete, from the rows of coverage.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn coverage(rows: &RecordBatch, language: Lang) -> Result<ExceptionKind> {
    let kind = of_table(&COVERAGE_REPORT, workbook::COVERAGE, workbook::HOLDS_COVERAGE, language);
    selected(kind, rows, &is_not_whole(&COVERAGE_STATUS))
}

/// The coverage is neither complete nor unknown: something was exported, and not all of it.
fn is_not_whole(column: &'static Column) -> Filter {
    Filter::one_of(column, [Coverage::Failed.word(), Coverage::Partial.word()])
}

/// Returns all findings, from the rows of their report.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn findings(rows: &RecordBatch, language: Lang) -> Result<ExceptionKind> {
    let (message, next_step) = match language {
        Lang::Zh => (&MESSAGE_ZH, &NEXT_STEP_ZH),
        Lang::En => (&MESSAGE_EN, &NEXT_STEP_EN),
    };
    let columns = vec![&SEVERITY, &CODE, &CLAUSE, &COUNT, message, next_step, &EXAMPLES, &REPORT, &FILTER];
    let waiver = [&WAIVED_COUNT, &WAIVED_BY, &WAIVED_REASON, &WAIVED_UNTIL];
    let kind = of_table(&FINDINGS_REPORT, workbook::FINDINGS, workbook::HOLDS_FINDINGS, language);
    let columns = columns.into_iter().chain(waiver).collect();
    selected(ExceptionKind { columns, ..kind }, rows, &Filter::All)
}

fn bill(audit: &Audit<'_>) -> Result<ExceptionKind> {
    let kind = plain(audit, &BILLING_REPORT, workbook::BILL, workbook::HOLDS_BILL)?;
    Ok(ExceptionKind { total: kind.total.filter(|_| audit.summary.bill.is_some()), ..kind })
}

/// Returns all rows of a report.
fn plain(audit: &Audit<'_>, table: &'static Table, name: Text, holds: Text) -> Result<ExceptionKind> {
    selected(of_table(table, name, holds, audit.case.language), audit.tables.rows(table)?, &Filter::All)
}

/// Returns a kind whose rows are of that table, none yet.
pub fn of_table(table: &'static Table, name: Text, holds: Text, language: Lang) -> ExceptionKind {
    ExceptionKind {
        name,
        holds: holds.tell(language).to_owned(),
        report: table.name.to_owned(),
        filter: None,
        total: None,
        columns: severity_first(table),
        portions: Vec::new(),
        subject: None,
    }
}

/// Returns the columns of a table, how serious a row is before all else.
fn severity_first(table: &'static Table) -> Vec<&'static Column> {
    let columns = || table.columns.iter().map(|slot| slot.column);
    columns().filter(|column| *column == &SEVERITY).chain(columns().filter(|column| *column != &SEVERITY)).collect()
}

/// Returns the first rows that a condition selects; the sheet states the condition as SQL.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn selected(kind: ExceptionKind, rows: &RecordBatch, filter: &Filter) -> Result<ExceptionKind> {
    let places = frame::selected(rows, filter)?;
    let total = places.len() as u64;
    let shown: UInt32Array = places.into_iter().take(ROWS_SHOWN).collect::<Vec<u32>>().into();
    let portions = vec![Portion::new(&kind.columns, &take_record_batch(rows, &shown)?, None)?];
    Ok(ExceptionKind { total: Some(total), filter: Some(filter.clone()), portions, ..kind })
}

/// Returns the sheet of missing relations, with `held` of `total` rows.
#[cfg(test)]
pub fn of_missing(total: u64, held: usize) -> ExceptionKind {
    let rows = RecordBatch::new_empty(crate::report::relations::report_schema(&RELATIONS_REPORT));
    let nulls: Vec<ArrayRef> =
        rows.columns().iter().map(|column| arrow::array::new_null_array(column.data_type(), held)).collect();
    let rows = RecordBatch::try_new(rows.schema(), nulls).unwrap();
    relations(Outcome::Missing, total, vec![rows], Lang::En).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::finding;

    #[test]
    fn rows_that_only_a_fact_finds_are_selected_by_their_ids() {
        let [missing, stood_before] =
            ["B8-group-missing", "B8-group-stood-before"].map(|code| finding(code).expect("a finding"));
        let rules = [vec![missing], vec![], vec![stood_before], vec![missing, stood_before]];
        let sql = |ids: [Option<&str>; 4]| {
            condition(&rules, &SOURCE_CHAT_ID, &StringViewArray::from_iter(ids)).map(|filter| filter.sql())
        };
        let expected = "(outcome = 'missing') or source_chat_id = 'c'";
        assert_eq!(sql([None, None, Some("c"), Some("d")]).as_deref(), Some(expected));
        assert_eq!(sql([Some("a"), Some("b"), None, Some("d")]), None, "no condition selects the third and no others");
    }
}
