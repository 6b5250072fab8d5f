//! The first sheet of `exceptions.xlsx`: the verdict and the figures, and for each sheet the rows that its SQL selects
//! and those that it holds. What single rows of the sheets say is left to running the audit again.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

use super::RecomputedAudit;
use super::totals::rows_of;
use super::values::RecomputedValues;
use crate::error::{Error, Result, panics_as_errors};
use crate::limits::MAX_BOOK_BYTES;
use crate::published::totals;
use crate::regular;
use crate::report::workbook::WORKBOOK;
use crate::schema::tables::REPORTS;
use crate::text::errors as say;

/// A row of the first sheet.
type SheetLine = Vec<Data>;
/// Rows of the other sheets by name.
type SheetHeights = Vec<(String, usize)>;

/// A sheet as the first one lists it.
struct ListedSheet {
    name: String,
    /// Rows in the sheet.
    shown: String,
    /// Rows of the report that the SQL selects.
    total: String,
    report: String,
    filter: String,
}

/// # Errors
/// [`Error::Io`] if the workbook, [`Error::Input`] if a report cannot be read.
pub(super) fn compare(audit: &RecomputedAudit<'_>, values: &mut RecomputedValues) -> Result<()> {
    let path = audit.reports.folder.join(WORKBOOK);
    let bytes = regular::read(&path, MAX_BOOK_BYTES).map_err(Error::io(&path, say::CANNOT_READ))?;
    let read = panics_as_errors(|| lines_and_heights(bytes)).ok().flatten();
    values.compare("exceptions.xlsx: a workbook", read.is_some(), true);
    let Some((lines, heights)) = read else { return Ok(()) };
    figures(audit, &lines, values);
    for sheet in lines.iter().filter_map(ListedSheet::of) {
        let name = |what: &str| format!("exceptions.xlsx: {what} of {}", sheet.name);
        let height = heights.iter().find(|(name, _)| *name == sheet.name).map_or(0, |(_, rows)| rows.saturating_sub(1));
        values.compare(name("rows"), &sheet.shown, height);
        let table = REPORTS.iter().find(|table| table.name == sheet.report);
        let selected = match table.zip(rows_of(&sheet.filter)) {
            Some((table, rows)) => totals(&audit.reports.path(table)?, vec![rows])?[0].to_string(),
            None => "no report has these rows".to_owned(),
        };
        values.compare(name("total"), &sheet.total, selected);
    }
    Ok(())
}

/// Returns the lines of the first sheet, and the rows of each other one.
fn lines_and_heights(bytes: Vec<u8>) -> Option<(Vec<SheetLine>, SheetHeights)> {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
    let names = book.sheet_names();
    let (first, others) = names.split_first()?;
    let lines = book.worksheet_range(first).ok()?.rows().map(<[Data]>::to_vec).collect();
    let heights = others.iter().map(|name| Some((name.clone(), book.worksheet_range(name).ok()?.height())));
    Some((lines, heights.collect::<Option<_>>()?))
}

/// The figures below the title, in their order.
fn figures(audit: &RecomputedAudit<'_>, lines: &[SheetLine], values: &mut RecomputedValues) {
    let RecomputedAudit { relations, findings, bill, .. } = audit;
    let setting = |key: &str| audit.setting(key).unwrap_or_default();
    let published = |line: usize| lines.get(line).map(|line| cell(line, 1)).unwrap_or_default();
    let mut compare = |line: usize, what: &str, published: String, recomputed: String| {
        values.compare(format!("exceptions.xlsx: line {}, {what}", line + 1), published, recomputed);
    };
    compare(1, "case", published(1), format!("{} · {}", setting("case.id"), setting("case.title")));
    compare(2, "corps", published(2), format!("{} → {}", setting("source.name"), setting("target.name")));
    let shown = published(5);
    let word = shown.rsplit_once('(').map_or("", |(_, word)| word.trim_end_matches(')'));
    compare(5, "verdict", word.to_owned(), findings.verdict(relations).to_owned());
    let arrived = relations.of_outcome("migrated") + relations.of_outcome("already_at_target");
    for (line, what, recomputed) in
        [(6, "relations", relations.total()), (7, "in scope", relations.in_scope()), (8, "arrived", arrived)]
    {
        compare(line, what, published(line), recomputed.to_string());
    }
    let amounts = bill.iter().flat_map(|bill| {
        let [payable, paid] = ["payable", "paid"].map(|key| bill.summary[key].as_str().unwrap_or_default());
        [payable, paid, &bill.balance]
    });
    for (line, amount) in (9..).zip(amounts) {
        let published = published(line);
        let places = published.parse::<f64>().map_or(published, |number| format!("{number:.2}"));
        compare(line, "amount", places, amount.to_owned());
    }
}

impl ListedSheet {
    /// Of a line with SQL; others list no rows of a report.
    fn of(line: &SheetLine) -> Option<Self> {
        let sql = cell(line, 4);
        let selected = sql.strip_prefix("SELECT * FROM '")?;
        let (report, rest) = selected.split_once(".parquet'")?;
        let filter = rest.strip_prefix(" WHERE ").unwrap_or("true").to_owned();
        let [name, shown, total] = [0, 2, 3].map(|column| cell(line, column));
        Some(Self { name, shown, total, report: report.to_owned(), filter })
    }
}

fn cell(line: &SheetLine, column: usize) -> String {
    line.get(column).map(Data::to_string).unwrap_or_default()
}
