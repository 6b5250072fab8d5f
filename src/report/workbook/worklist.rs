//! The worklist: a row per task, sorted by target account, with columns to fill in for the assignee and the status.

use std::cmp::Reverse;

use arrow::array::{Array, ArrayRef, RecordBatch};
use rust_xlsxwriter::{DataValidation, Worksheet, XlsxError};

use super::cells::{CellFormat, ColumnCells, SheetCell, text};
use super::kinds::{ExceptionKind, Tasks};
use super::sheet::{self, Formats};
use crate::error::Result;
use crate::rules::FindingRule;
use crate::schema::vocabulary::Severity;
use crate::schema::{Column, ReadColumns, fields};
use crate::text::{Lang, column_name, workbook};

/// The columns that say what a row is about.
pub struct Subject {
    pub name: &'static Column,
    pub id: &'static Column,
    /// The account of the source corp.
    pub account: Option<&'static Column>,
    pub reason: Option<&'static Column>,
}

impl Subject {
    fn columns(&self) -> [Option<&'static Column>; 4] {
        [Some(self.name), Some(self.id), self.account, self.reason]
    }

    /// The values of its columns.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the rows have no such column.
    pub fn values(&self, rows: &RecordBatch) -> Result<[Option<ArrayRef>; 4]> {
        let [name, id, account, reason] =
            self.columns().map(|column| column.map(|column| rows.array(column).cloned()).transpose());
        Ok([name?, id?, account?, reason?])
    }
}

/// A row that asks for something.
pub struct Task<'k> {
    account: Option<&'k str>,
    severity: Severity,
    kind: usize,
    subject: &'k [Option<ArrayRef>; 4],
    rules: &'k [&'static FindingRule],
    row: usize,
}

/// All tasks that are not waived, by target account, the most serious first; tasks of no account come last.
pub fn tasks(kinds: &[ExceptionKind]) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    for (kind, portion) in
        (0..).zip(kinds).flat_map(|(at, kind)| kind.portions.iter().map(move |portion| (at, portion)))
    {
        let Some(Tasks { rules, accounts, waived, subject }) = &portion.tasks else { continue };
        for (row, rules) in (0..).zip(rules).filter(|&(row, _)| !waived.value(row)) {
            let Some(severity) = worst(rules) else { continue };
            let account = accounts.is_valid(row).then(|| accounts.value(row));
            tasks.push(Task { account, severity, kind, subject, rules, row });
        }
    }
    // Stable: the order of the sheets, and in them of the reports, is kept.
    tasks.sort_by_key(|task| (task.account.is_none(), task.account, Reverse(task.severity)));
    tasks
}

/// The severity of the most serious of some findings.
pub fn worst(rules: &[&FindingRule]) -> Option<Severity> {
    rules.iter().map(|rule| rule.severity).max()
}

/// The next step, in the words of the findings.
pub fn next_step(rules: &[&FindingRule], language: Lang) -> String {
    let steps: Vec<&str> = rules
        .iter()
        .map(|rule| match language {
            Lang::Zh => rule.next_step_zh,
            Lang::En => rule.next_step_en,
        })
        .collect();
    steps.join(" ")
}

/// Fills the sheet, also when there is nothing to do.
pub fn write(
    sheet: &mut Worksheet,
    tasks: &[Task<'_>],
    kinds: &[ExceptionKind],
    cells: CellFormat<'_>,
    formats: &Formats,
) -> std::result::Result<(), XlsxError> {
    let to = |text: crate::text::Text| text.tell(cells.language).to_owned();
    let title = |column: &Column| to(column_name(column).expect("the catalogue names the columns of reports"));
    let titles = vec![
        title(&fields::TARGET_USERID),
        title(&fields::SEVERITY),
        to(workbook::KIND),
        to(workbook::OBJECT),
        to(workbook::OBJECT_ID),
        title(&fields::SOURCE_USERID),
        title(&fields::REASON),
        to(workbook::NEXT_STEP),
        to(workbook::FINDING),
        to(workbook::ASSIGNEE),
        to(workbook::STATUS),
        to(workbook::REMARK),
    ];
    let status = titles.iter().position(|title| *title == to(workbook::STATUS)).expect("it is there") as u16;
    let subjects: Vec<Option<[Option<ColumnCells<'_>>; 4]>> = kinds
        .iter()
        .map(|kind| kind.subject.as_ref().map(|subject| subject.columns().map(|column| column.map(|c| cells.of(c)))))
        .collect();
    let rows = tasks.iter().map(|task| task.cells(&kinds[task.kind], subjects[task.kind].as_ref(), cells));
    let last = sheet::fill(sheet, workbook::WORKLIST.tell(cells.language), &titles, rows, formats)?;
    if last > 0 {
        let states = [workbook::STATUS_OPEN, workbook::STATUS_DOING, workbook::STATUS_DONE].map(to);
        sheet.add_data_validation(1, status, last, status, &DataValidation::new().allow_list_strings(&states)?)?;
    }
    Ok(())
}

impl Task<'_> {
    fn cells(
        &self,
        kind: &ExceptionKind,
        subject: Option<&[Option<ColumnCells<'_>>; 4]>,
        cells: CellFormat<'_>,
    ) -> Vec<SheetCell> {
        let column = |at: usize| {
            let column = subject.and_then(|subject| subject[at].as_ref()).zip(self.subject[at].as_ref());
            column.map_or(SheetCell::Empty, |(column, values)| column.cell(values, self.row))
        };
        let codes: Vec<&str> = self.rules.iter().map(|rule| rule.code).collect();
        vec![
            self.account.map_or(SheetCell::Empty, text),
            cells.severity(self.severity),
            SheetCell::Text(kind.name.tell(cells.language).to_owned()),
            column(0),
            column(1),
            column(2),
            column(3),
            SheetCell::Text(next_step(self.rules, cells.language)),
            SheetCell::Text(codes.join(", ")),
        ]
    }
}
