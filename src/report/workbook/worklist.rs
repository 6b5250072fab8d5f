//! The worklist: a row per task, sorted by target account, with columns to fill in for the assignee and the status.

use std::cmp::Reverse;

use arrow::array::{Array, ArrayRef, RecordBatch};
use rust_xlsxwriter::{DataValidation, Worksheet, XlsxError};

use super::carried::CarriedWork;
use super::cells::{CellFormat, ColumnCells, SheetCell, text};
use super::earlier::TaskKey;
use super::kinds::{ExceptionKind, Tasks};
use super::sheet::{self, CellStyle, Formats};
use crate::error::Result;
use crate::rules::FindingRule;
use crate::schema::vocabulary::Severity;
use crate::schema::{Column, ReadColumns, fields};
use crate::text::{Lang, Text, column_name, workbook};

/// The statuses that a row offers.
pub const STATUSES: [Text; 3] = [workbook::STATUS_OPEN, workbook::STATUS_DOING, workbook::STATUS_DONE];

/// The columns that identify the object of a row.
pub struct Subject {
    pub name: Option<&'static Column>,
    pub id: &'static Column,
    /// The account of the source corp.
    pub account: Option<&'static Column>,
    pub reason: Option<&'static Column>,
}

impl Subject {
    fn columns(&self) -> [Option<&'static Column>; 4] {
        [self.name, Some(self.id), self.account, self.reason]
    }

    /// Returns the values of its columns.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the rows have no such column.
    pub fn values(&self, rows: &RecordBatch) -> Result<[Option<ArrayRef>; 4]> {
        let [name, id, account, reason] =
            self.columns().map(|column| column.map(|column| rows.array(column).cloned()).transpose());
        Ok([name?, id?, account?, reason?])
    }
}

/// A row that needs action.
pub struct Task<'k> {
    account: Option<&'k str>,
    severity: Severity,
    kind: usize,
    subject: &'k [Option<ArrayRef>; 4],
    rules: &'k [&'static FindingRule],
    row: usize,
}

/// The columns of the worklist, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorklistColumn {
    Target,
    Severity,
    Kind,
    Object,
    Id,
    Source,
    Reason,
    NextStep,
    Finding,
    Assignee,
    Status,
    Remark,
    /// The present state of a row that is no task any more; only if there are such rows.
    Now,
}

impl WorklistColumn {
    pub const ALL: [Self; 13] = {
        use WorklistColumn::{
            Assignee, Finding, Id, Kind, NextStep, Now, Object, Reason, Remark, Severity, Source, Status, Target,
        };
        [Target, Severity, Kind, Object, Id, Source, Reason, NextStep, Finding, Assignee, Status, Remark, Now]
    };
    /// The columns before those to fill in.
    pub const SHOWN: &[Self] = Self::ALL.split_at(Self::Assignee as usize).0;

    fn title(self) -> Text {
        let title = |column: &Column| column_name(column).expect("the catalogue names the columns of reports");
        match self {
            Self::Target => title(&fields::TARGET_USERID),
            Self::Severity => title(&fields::SEVERITY),
            Self::Kind => workbook::KIND,
            Self::Object => workbook::OBJECT,
            Self::Id => workbook::OBJECT_ID,
            Self::Source => title(&fields::SOURCE_USERID),
            Self::Reason => title(&fields::REASON),
            Self::NextStep => workbook::NEXT_STEP,
            Self::Finding => workbook::FINDING,
            Self::Assignee => workbook::ASSIGNEE,
            Self::Status => workbook::STATUS,
            Self::Remark => workbook::REMARK,
            Self::Now => workbook::NOW,
        }
    }

    /// Returns whether it has that title in one of the languages.
    pub fn is_titled(self, title: &str) -> bool {
        let own = self.title();
        [own.zh, own.en].contains(&title)
    }
}

/// Returns all tasks that are waived, or all that are not, by target account, the most serious first; tasks of no
/// account come last.
pub fn tasks(kinds: &[ExceptionKind], are_waived: bool) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    for (kind, portion) in
        (0..).zip(kinds).flat_map(|(at, kind)| kind.portions.iter().map(move |portion| (at, portion)))
    {
        let Some(Tasks { rules, accounts, waived, subject }) = &portion.tasks else { continue };
        for (row, rules) in (0..).zip(rules).filter(|&(row, _)| waived.value(row) == are_waived) {
            let Some(severity) = worst(rules) else { continue };
            let account = accounts.is_valid(row).then(|| accounts.value(row));
            tasks.push(Task { account, severity, kind, subject, rules, row });
        }
    }
    // Stable: the order of the sheets, and in them of the reports, is kept.
    tasks.sort_by_key(|task| (task.account.is_none(), task.account, Reverse(task.severity)));
    tasks
}

/// Returns the severity of the most serious of some findings.
pub fn worst(rules: &[&FindingRule]) -> Option<Severity> {
    rules.iter().map(|rule| rule.severity).max()
}

/// Returns the next step, in the words of the findings.
pub fn next_step(rules: &[&FindingRule], language: Lang) -> String {
    joined(rules, " ", |rule| rule.next_step().tell(language))
}

/// Joins a text of each finding. Nearly every row has one.
fn joined(rules: &[&FindingRule], separator: &str, text: impl Fn(&FindingRule) -> &str) -> String {
    match rules {
        [rule] => text(rule).to_owned(),
        rules => rules.iter().map(|rule| text(rule)).collect::<Vec<_>>().join(separator),
    }
}

/// Returns the keys of tasks, by which entries are carried over.
pub fn keys(tasks: &[Task<'_>], kinds: &[ExceptionKind], cells: CellFormat<'_>) -> Vec<TaskKey> {
    use WorklistColumn::{Id, Kind, Object, Source};
    let lines = TaskCells::new(kinds, cells);
    let key = |task: &Task<'_>| {
        let line = lines.of(task);
        let cell = |column: WorklistColumn| &line[column as usize];
        TaskKey::new(cell(Kind), cell(Object), cell(Id), cell(Source))
    };
    tasks.iter().map(key).collect()
}

/// Fills the sheet, also when there is nothing to do.
pub fn write(
    sheet: &mut Worksheet,
    tasks: &[Task<'_>],
    kinds: &[ExceptionKind],
    carried: &CarriedWork<'_>,
    cells: CellFormat<'_>,
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    let to = |text: Text| text.tell(cells.language).to_owned();
    let columns = WorklistColumn::ALL.iter().filter(|column| **column != WorklistColumn::Now);
    let titles = columns.map(|column| to(column.title())).chain(carried.titles(cells));
    let titles: Vec<_> = titles.map(|title| (title, CellStyle::Text)).collect();
    let lines = TaskCells::new(kinds, cells);
    let rows = (0..).zip(tasks).map(|(at, task)| {
        let mut line = lines.of(task);
        line.extend(carried.cells_of(at, cells));
        line
    });
    let rows = rows.chain(carried.gone_rows(cells));
    let last = sheet::fill(sheet, workbook::WORKLIST.tell(cells.language), &titles, rows, formats)?;
    sheet::shade(sheet, WorklistColumn::Severity as u16, last, cells, formats)?;
    if last > 0 {
        let statuses = DataValidation::new().allow_list_strings(&STATUSES.map(to))?;
        let column = WorklistColumn::Status as u16;
        sheet.add_data_validation(1, column, last, column, &statuses)?;
    }
    Ok(())
}

/// The conversion of tasks into cells.
struct TaskCells<'k> {
    kinds: &'k [ExceptionKind],
    language: Lang,
    severities: Vec<String>,
    /// The columns that describe the rows of each kind.
    subjects: Vec<Option<[Option<ColumnCells<'k>>; 4]>>,
}

impl<'k> TaskCells<'k> {
    fn new(kinds: &'k [ExceptionKind], cells: CellFormat<'k>) -> Self {
        let subject = |kind: &ExceptionKind| {
            kind.subject.as_ref().map(|subject| subject.columns().map(|column| column.map(|c| cells.of(c))))
        };
        let subjects = kinds.iter().map(subject).collect();
        Self { kinds, language: cells.language, severities: cells.severities(), subjects }
    }

    /// Returns the cells of the columns that are not filled in by users.
    fn of(&self, task: &Task<'_>) -> Vec<SheetCell> {
        let subject = self.subjects[task.kind].as_ref();
        let column = |at: usize| {
            let column = subject.and_then(|subject| subject[at].as_ref()).zip(task.subject[at].as_ref());
            column.map_or(SheetCell::Empty, |(column, values)| column.cell(values, task.row))
        };
        vec![
            task.account.map_or(SheetCell::Empty, text),
            SheetCell::Text(self.severities[task.severity.code() as usize].clone()),
            SheetCell::Text(self.kinds[task.kind].name.tell(self.language).to_owned()),
            column(0),
            column(1),
            column(2),
            column(3),
            SheetCell::Text(next_step(task.rules, self.language)),
            SheetCell::Text(joined(task.rules, ", ", |rule| rule.code)),
        ]
    }
}
