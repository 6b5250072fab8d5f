//! The worklist: what somebody has to do, a row a task, sorted by target account; who does it, and how far it is, can be
//! filled in.

use std::cmp::Reverse;

use arrow::array::{Array, AsArray};
use rust_xlsxwriter::{DataValidation, Worksheet, XlsxError};

use super::cells::{Cell, Cells, ColumnCells, text};
use super::kinds::{Kind, Portion, Tasks};
use super::sheet::{self, Formats};
use crate::findings::FindingRule;
use crate::schema::vocabulary::Severity;
use crate::schema::{Column, fields};
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
}

/// A row that asks for something.
pub struct Task<'k> {
    account: Option<&'k str>,
    severity: Severity,
    kind: usize,
    portion: &'k Portion,
    rules: &'k [&'static FindingRule],
    row: usize,
}

/// All tasks that nobody waived, by target account, the most serious first; what belongs to no account comes last.
pub fn tasks(kinds: &[Kind]) -> Vec<Task<'_>> {
    let mut tasks = Vec::new();
    for (kind, portion) in
        (0..).zip(kinds).flat_map(|(at, kind)| kind.portions.iter().map(move |portion| (at, portion)))
    {
        let Some(Tasks { rules, accounts }) = &portion.tasks else { continue };
        let waived = portion.column(&fields::WAIVED).as_boolean();
        for (row, rules) in (0..).zip(rules).filter(|&(row, _)| !waived.value(row)) {
            let Some(severity) = worst(rules) else { continue };
            let account = accounts.is_valid(row).then(|| accounts.value(row));
            tasks.push(Task { account, severity, kind, portion, rules, row });
        }
    }
    // Stable: the order of the sheets, and in them of the reports, is kept.
    tasks.sort_by_key(|task| (task.account.is_none(), task.account, Reverse(task.severity)));
    tasks
}

/// How serious the most serious of some findings is.
pub fn worst(rules: &[&FindingRule]) -> Option<Severity> {
    rules.iter().map(|rule| rule.severity).max()
}

/// What to do, in the words of the findings.
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
    kinds: &[Kind],
    cells: Cells<'_>,
    formats: &Formats,
) -> Result<(), XlsxError> {
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
    fn cells(&self, kind: &Kind, subject: Option<&[Option<ColumnCells<'_>>; 4]>, cells: Cells<'_>) -> Vec<Cell> {
        let subject = subject.expect("rows with tasks have a subject").each_ref();
        let [name, id, account, reason] = subject.map(|column| {
            column.as_ref().map_or(Cell::Empty, |column| column.cell(self.portion.column(column.column()), self.row))
        });
        let codes: Vec<&str> = self.rules.iter().map(|rule| rule.code).collect();
        vec![
            self.account.map_or(Cell::Empty, text),
            cells.severity(self.severity),
            Cell::Text(kind.name.tell(cells.language).to_owned()),
            name,
            id,
            account,
            reason,
            Cell::Text(next_step(self.rules, cells.language)),
            Cell::Text(codes.join(", ")),
        ]
    }
}
