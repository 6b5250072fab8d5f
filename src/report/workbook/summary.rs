//! The first sheet: the verdict and its figures, what each sheet holds, and what the workbook leaves out.

use rust_xlsxwriter::{Url, Workbook, Worksheet, XlsxError};

use super::WorkbookContents;
use super::cells::{CellFormat, SheetCell, exact, integer, text};
use super::kinds::ExceptionKind;
use super::sheet::{CellStyle, Formats, put};
use crate::billing::Bill;
use crate::case::Case;
use crate::report::Audit;
use crate::schema::vocabulary::{Outcome, Scope};
use crate::text::{Lang, Text, fill, workbook};

/// Widths in characters: names, contents, rows, rows in all, SQL.
const WIDTHS: [f64; 5] = [26.0, 60.0, 12.0, 12.0, 90.0];

/// The sheet, and the row that is written next.
struct SummarySheet<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    cells: CellFormat<'a>,
    formats: &'a Formats,
}

/// Adds the sheet to a workbook; `tasks`: rows of the worklist.
pub fn write(
    book: &mut Workbook,
    contents: &WorkbookContents<'_>,
    tasks: u64,
    cells: CellFormat<'_>,
) -> Result<(), XlsxError> {
    let formats = Formats::left();
    let sheet = book.add_worksheet();
    sheet.set_name(workbook::SUMMARY.tell(cells.language))?.set_landscape().set_print_fit_to_pages(1, 0);
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    let mut page = SummarySheet { sheet, row: 0, cells, formats: &formats };
    page.heading(contents.title, true)?;
    for (label, value) in &contents.figures {
        page.figure(label, value)?;
    }
    page.row += 1;
    page.sheets(&contents.kinds, tasks)?;
    page.row += 1;
    page.notes(&contents.kinds, &contents.limits, contents.earlier.digest.is_some())
}

/// Returns the case and its corps.
pub fn case_figures(case: &Case, language: Lang) -> [(String, SheetCell); 2] {
    [
        (workbook::CASE.tell(language).to_owned(), text(&format!("{} · {}", case.id, case.title))),
        (workbook::FROM_TO.tell(language).to_owned(), text(&format!("{} → {}", case.source.name, case.target.name))),
    ]
}

pub fn figures(audit: &Audit<'_>, cells: CellFormat<'_>) -> Vec<(String, SheetCell)> {
    let (case, summary) = (audit.case, audit.summary);
    let tell = |text: Text| text.tell(cells.language).to_owned();
    let counts = &summary.counts;
    let of_outcome = |outcome: Outcome| counts.by_outcome.get(outcome.word()).copied().unwrap_or(0);
    let in_scope = counts.by_scope.get(Scope::InScope.word()).copied().unwrap_or(0);
    let arrived = of_outcome(Outcome::Migrated) + of_outcome(Outcome::AlreadyAtTarget);
    let verdict = format!("{} ({})", tell(summary.verdict.name()), summary.verdict.word());
    let mut figures: Vec<(String, SheetCell)> = case_figures(case, cells.language).into();
    figures.extend([
        (cells.in_zone(&tell(workbook::STARTED_AT)), cells.time(case.migration.started_at)),
        (cells.in_zone(&tell(workbook::FINISHED_AT)), cells.time(case.migration.finished_at)),
        (tell(workbook::VERDICT), text(&verdict)),
        (tell(workbook::RELATIONS), count(counts.by_outcome.values().sum())),
        (tell(workbook::IN_SCOPE), count(in_scope)),
        (tell(workbook::ARRIVED), count(arrived)),
    ]);
    figures.extend(summary.bill.iter().flat_map(|bill| bill_figures(bill, cells.language)));
    figures
}

/// Returns the amounts of a bill, with its currency.
pub fn bill_figures(bill: &Bill, language: Lang) -> [(String, SheetCell); 3] {
    [(workbook::PAYABLE, bill.payable), (workbook::PAID, bill.paid), (workbook::BALANCE, bill.balance)].map(
        |(label, amount)| {
            let label = format!("{} ({})", label.tell(language), bill.contract.currency);
            (label, exact(amount.mantissa(), amount.scale(), SheetCell::Money))
        },
    )
}

impl SummarySheet<'_> {
    fn tell(&self, text: Text) -> &'static str {
        text.tell(self.cells.language)
    }

    fn heading(&mut self, text: Text, is_title: bool) -> Result<(), XlsxError> {
        let format = if is_title { &self.formats.title } else { &self.formats.heading };
        self.sheet.write_string_with_format(self.row, 0, self.tell(text), format)?;
        self.row += 1;
        Ok(())
    }

    fn figure(&mut self, label: &str, value: &SheetCell) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, label, &self.formats.label)?;
        put(self.sheet, (self.row, 1), value.clone(), self.formats, None)?;
        self.row += 1;
        Ok(())
    }

    /// Writes a line for each kind, those without rows too, and for the worklist.
    fn sheets(&mut self, kinds: &[ExceptionKind], tasks: u64) -> Result<(), XlsxError> {
        for (column, title) in
            (0..).zip([workbook::SHEET, workbook::HOLDS, workbook::ROWS, workbook::TOTAL, workbook::SQL])
        {
            self.sheet.write_string_with_format(self.row, column, self.tell(title), &self.formats.heading)?;
        }
        self.row += 1;
        for kind in kinds {
            let total = kind.total.map_or_else(|| text(self.tell(workbook::NOT_MEASURED)), count);
            self.name(kind.name, kind.shown() > 0)?;
            let sql = kind.sql().map_or(SheetCell::Empty, |sql| text(&sql));
            let line = [text(&kind.holds), count(kind.shown()), total, sql];
            self.line(line)?;
        }
        self.name(workbook::WORKLIST, true)?;
        self.line([text(self.tell(workbook::HOLDS_WORKLIST)), count(tasks)])
    }

    /// Writes the name of a sheet, as a link if the sheet is there.
    fn name(&mut self, name: Text, is_there: bool) -> Result<(), XlsxError> {
        let name = self.tell(name);
        if is_there {
            let link = Url::new(format!("internal:'{name}'!A1")).set_text(name);
            self.sheet.write_url(self.row, 0, link)?;
        } else {
            self.sheet.write_string_with_format(self.row, 0, name, self.formats.of(CellStyle::Text))?;
        }
        Ok(())
    }

    fn line(&mut self, line: impl IntoIterator<Item = SheetCell>) -> Result<(), XlsxError> {
        for (column, cell) in (1..).zip(line) {
            put(self.sheet, (self.row, column), cell, self.formats, None)?;
        }
        self.row += 1;
        Ok(())
    }

    fn notes(&mut self, kinds: &[ExceptionKind], limits: &str, is_carried: bool) -> Result<(), XlsxError> {
        let same = if is_carried { workbook::NOTE_CARRIED } else { workbook::NOTE_SAME };
        let always =
            [workbook::NOTE_EMPTY, workbook::NOTE_TEXT, workbook::NOTE_CHARACTERS, workbook::NOTE_PERSONAL, same];
        self.heading(workbook::NOTES, false)?;
        let cut = kinds.iter().filter_map(|kind| Some((kind, kind.total.filter(|total| *total > kind.shown())?)));
        let notes: Vec<String> = cut
            .map(|(kind, total)| {
                let (sheet, rows) = (self.tell(kind.name), kind.shown());
                fill(self.tell(workbook::NOTE_CUT), &[("sheet", &sheet), ("rows", &rows), ("total", &total)])
            })
            .chain([limits.to_owned()])
            .chain(always.map(|note| self.tell(note).to_owned()))
            .collect();
        for note in notes {
            self.sheet.write_string_with_format(self.row, 0, note, self.formats.of(CellStyle::Text))?;
            self.row += 1;
        }
        Ok(())
    }
}

pub fn count(count: u64) -> SheetCell {
    integer(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use calamine::{Reader, Xlsx, open_workbook_from_rs};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::report::workbook::kinds::of_missing;

    /// The notes of a workbook whose sheet holds two of `total` missing relations.
    fn notes(total: u64) -> Vec<String> {
        let mut book = Workbook::new();
        let (zone, formats) = (TimeZone::UTC, Formats::left());
        let cells = CellFormat { language: Lang::En, zone: &zone };
        let mut page = SummarySheet { sheet: book.add_worksheet(), row: 0, cells, formats: &formats };
        page.notes(&[of_missing(total, 2)], "", false).unwrap();
        let mut read: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(book.save_to_buffer().unwrap())).unwrap();
        read.worksheet_range("Sheet1").unwrap().rows().map(|row| row[0].to_string()).collect()
    }

    #[test]
    fn a_cut_sheet_is_noted() {
        let cut =
            "“Missing” holds the first 2 of 5 rows; the SQL above gives the rest from the Parquet reports.".to_owned();
        assert!(notes(5).contains(&cut), "{:?}", notes(5));
        assert!(!notes(2).iter().any(|note| note.contains("the first")), "nothing was cut");
        assert_eq!(
            of_missing(5, 2).sql().as_deref(),
            Some("SELECT * FROM 'relations.parquet' WHERE outcome = 'missing'")
        );
        assert_eq!(of_missing(0, 0).sql(), None, "there is nothing to select");
    }
}
