//! XLSX -> the rows of its sheets, read as a stream of cells. Sheets that are passed over are named; those that may
//! contain records count as unreadable records.

mod archive;
mod cell;
mod markup;
mod rows;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use self::cell::XlsxCell;
use self::markup::WorkbookSummary;
use self::rows::{CellFaults, MergedCells, MergedRange, SheetRows, XlsxRow, bare_formulas};
use crate::error::{Error, Result};
use crate::ingest::doubts::CustomerKey;
use crate::ingest::headers::{self, HEADER_ROWS, TableLayout, Unrecognised};
use crate::ingest::open_file::{FileReader, OpenFile};
use crate::ingest::records::{FileRecords, PartRecords, UnreadableRecord, field_at};
use crate::ingest::table::{DayOrders, RowRead, SheetFile, TableReader, dataset_of, dataset_of_layout};
use crate::ingest::table_end::{CountsBefore, end_of_table};
use crate::ingest::value::{ExcelEpoch, RawValue, RejectReason, day_of_month, day_order};
use crate::interrupt;
use crate::limits::MAX_COLUMNS;
use crate::schema::Kind;
use crate::schema::vocabulary::Dataset;
use crate::text::errors as say;

const HIDDEN: RejectReason = "a hidden sheet with the header of a table, which is not read: unhide or delete it";
const HEADERLESS: RejectReason = "a sheet without a header, as wide as a table of the workbook, which is not read: \
    add the header, or move it to another workbook";

const EXCHANGED: RejectReason = "a date in which the spreadsheet may have exchanged day and month, for it left others \
    of the column as texts: export again, with dates like 2026-05-02";

type Workbook = Xlsx<BufReader<FileReader>>;

/// Checks that a workbook can be read in bounded memory.
///
/// # Errors
/// [`Error::Input`] if not; [`Error::Io`].
pub fn check_workbook(path: &Path, file: &File) -> Result<()> {
    let open = OpenFile::new(file).map_err(Error::io(path, say::CANNOT_OPEN))?;
    archive::check(path, &open).map(|_| ())
}

/// Reads every sheet with a table or list.
pub fn read(file: SheetFile<'_>, open: &OpenFile) -> Result<FileRecords> {
    let summary = archive::check(file.path, open)?;
    let mut workbook: Workbook = Xlsx::new(open.reader()).map_err(|error| damaged(file, &error))?;
    let mut reader = WorkbookReader {
        file,
        summary: &summary,
        records: FileRecords::default(),
        read: Vec::new(),
        skipped: Vec::new(),
        headerless: Vec::new(),
        widest: Vec::new(),
    };
    let sheets: Vec<_> =
        workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect();
    for sheet in &sheets {
        reader.sheet(&mut workbook, &sheet.name, sheet.visible != SheetVisible::Visible)?;
    }
    reader.finish(&mut workbook)
}

/// Reads a workbook.
struct WorkbookReader<'f> {
    file: SheetFile<'f>,
    summary: &'f WorkbookSummary,
    records: FileRecords,
    /// The tables that were read.
    read: Vec<TableLayout>,
    /// The sheets that were not, for the kind of the file.
    skipped: Vec<String>,
    /// Sheets without a known header, with their width.
    headerless: Vec<(String, usize)>,
    /// The widest row of the first visible sheet without a known header.
    widest: Vec<String>,
}

impl<'f> WorkbookReader<'f> {
    fn sheet(&mut self, workbook: &mut Workbook, sheet: &str, is_hidden: bool) -> Result<()> {
        let file = self.file;
        let merges = if self.summary.has_tall_merges { MergedRange::read(file, workbook, sheet)? } else { Vec::new() };
        let bare = if self.summary.has_bare_formulas { bare_formulas(file, workbook, sheet)? } else { Vec::new() };
        let faults = CellFaults { bare_formulas: &bare, ..self.no_formulas() };
        let head = SheetRows::new(file, workbook, sheet, faults)?.head()?;
        let found = find_header(&head, &merges, file);
        if is_hidden {
            return self.skip_hidden(workbook, sheet, found);
        }
        match found {
            Ok((header, layout)) => {
                // Headers that are merged downwards were read with the header.
                let merges = &merges[merges.partition_point(|merge| merge.first_row <= header)..];
                self.table(workbook, SheetTable { sheet, header, merges, faults, exchanged: &[] }, layout)
            }
            Err(Unrecognised::Nothing) => {
                if self.widest.is_empty() {
                    self.widest = widest(&head);
                }
                self.skip_headerless(workbook, sheet, "sheet without a known table")
            }
            Err(problem) => Err(file.no_header(&widest(&head), &problem)),
        }
    }

    /// Reads the rows after the header.
    fn table(&mut self, workbook: &mut Workbook, place: SheetTable<'_>, layout: TableLayout) -> Result<()> {
        let file = self.file;
        let exchanged =
            if self.summary.has_dated_texts { exchanged_times(file, workbook, place, &layout)? } else { Vec::new() };
        let place = SheetTable { exchanged: &exchanged, ..place };
        let before = CountsBefore::new(&self.records);
        let epoch = if workbook.has_1904_epoch() { ExcelEpoch::Since1904 } else { ExcelEpoch::Since1900 };
        let mut table = file.reader_of(&layout, epoch);
        let mut done = 0;
        while self.rows(workbook, place, &table, &mut done)? == RowRead::NeedsDayOrder {
            day_orders(file, workbook, place, &table)?.apply(&mut table);
        }
        end_of_table((file.path, say::sheet(place.sheet)), &mut self.records, layout.table, before)?;
        let unused = &mut self.records.tally.unused_columns;
        unused.extend(layout.unused.iter().filter(|header| !unused.contains(header)).cloned().collect::<Vec<_>>());
        self.read.push(layout);
        Ok(())
    }

    /// Reads the rows after row `done`.
    fn rows(
        &mut self,
        workbook: &mut Workbook,
        at: SheetTable<'_>,
        table: &TableReader<'_>,
        done: &mut u64,
    ) -> Result<RowRead> {
        let file = self.file;
        let uses = |column| table.layout.uses(column);
        let mut merged = MergedCells::new(at.merges, &uses);
        let mut rows = SheetRows::new(file, workbook, at.sheet, at.faults)?;
        let (mut part, mut in_part) = (PartRecords::new(file.file), 0);
        let mut result = RowRead::Done;
        while let Some(mut row) = rows.next()? {
            merged.fill(&mut row);
            if row.number > *done {
                result = at.read(file.path, &mut part, table, &row)?;
                if result == RowRead::NeedsDayOrder {
                    break;
                }
                *done = row.number;
            }
            in_part += 1;
            if in_part == file.batch_rows() {
                interrupt::check()?;
                file.append(&mut self.records, std::mem::replace(&mut part, PartRecords::new(file.file)))?;
                in_part = 0;
            }
        }
        file.append(&mut self.records, part)?;
        Ok(result)
    }

    /// Passes over a hidden sheet. With a known header and a row below it, it may contain records.
    fn skip_hidden(
        &mut self,
        workbook: &mut Workbook,
        sheet: &str,
        found: std::result::Result<(u64, TableLayout), Unrecognised>,
    ) -> Result<()> {
        let named = |names: &[&str]| -> Vec<Dataset> {
            let known = self.file.expected.tables.iter().filter(|table| names.contains(&table.name));
            known.map(|table| dataset_of(table)).collect()
        };
        let (header, datasets) = match found {
            Ok((header, layout)) => (header, vec![dataset_of_layout(&layout)]),
            Err(Unrecognised::Several(tables)) => (1, named(&tables)),
            Err(Unrecognised::Twice { table, .. } | Unrecognised::Unsure { table, .. }) => (1, named(&[table])),
            Err(Unrecognised::Beside(tables)) => (1, named(&tables)),
            Err(Unrecognised::Nothing) => return self.skip_headerless(workbook, sheet, "hidden sheet"),
        };
        if self.pass_over(workbook, sheet, "hidden sheet", header)?.below == 0 {
            return Ok(());
        }
        self.reject_sheet(&datasets, format!("hidden sheet `{sheet}`"), HIDDEN)
    }

    fn skip_headerless(&mut self, workbook: &mut Workbook, sheet: &str, why: &str) -> Result<()> {
        let passed = self.pass_over(workbook, sheet, why, 0)?;
        if passed.below > 0 {
            self.headerless.push((sheet.to_owned(), passed.width));
        }
        Ok(())
    }

    fn reject_sheet(&mut self, datasets: &[Dataset], place: String, reason: &'static str) -> Result<()> {
        let mut part = PartRecords::new(self.file.file);
        part.reject(UnreadableRecord {
            datasets,
            accounts: &[],
            key: CustomerKey::default(),
            place,
            reason: reason.into(),
        });
        self.file.append(&mut self.records, part)
    }

    /// The faults of a sheet that is not read.
    fn no_formulas(&self) -> CellFaults<'f> {
        let summary = self.summary;
        CellFaults { bare_formulas: &[], strange_errors: &summary.strange_errors }
    }

    /// Counts the rows of a sheet that is not read as passed over.
    fn pass_over(&mut self, workbook: &mut Workbook, sheet: &str, why: &str, header: u64) -> Result<SkippedRows> {
        let file = self.file;
        let mut rows = SheetRows::new(file, workbook, sheet, self.no_formulas())?;
        let mut passed = SkippedRows::default();
        while let Some(row) = rows.next()? {
            let is_filled = u64::from(!row.is_blank());
            passed.rows += is_filled;
            passed.below += if row.number > header { is_filled } else { 0 };
            passed.width = passed.width.max(row.width());
        }
        if passed.rows > 0 {
            let mut part = PartRecords::new(file.file);
            part.pass_over(format!("{why} `{sheet}`"), passed.rows);
            self.skipped.push(format!("{why} `{sheet}`"));
            file.append(&mut self.records, part)?;
        }
        Ok(passed)
    }

    fn finish(mut self, workbook: &mut Workbook) -> Result<FileRecords> {
        if self.read.is_empty() {
            return Err(self.file.no_header(&self.widest, &Unrecognised::Nothing));
        }
        for (sheet, width) in std::mem::take(&mut self.headerless) {
            let head = SheetRows::new(self.file, workbook, &sheet, self.no_formulas())?.head()?;
            let may_be_of = |layout: &&TableLayout| may_be_of(layout, width, &head, self.file);
            let datasets: Vec<Dataset> = self.read.iter().filter(may_be_of).map(dataset_of_layout).collect();
            if !datasets.is_empty() {
                self.reject_sheet(&datasets, format!("sheet `{sheet}`"), HEADERLESS)?;
            }
        }
        let mut names: Vec<&str> = self.read.iter().map(|layout| layout.table.name).collect();
        names.dedup();
        let skipped = if self.skipped.is_empty() {
            String::new()
        } else {
            format!(" (passed over: {})", self.skipped.join(", "))
        };
        self.records.tally.set_tables("xlsx", &format!("{}{skipped}", names.join(", ")));
        Ok(self.records)
    }
}

/// The rows of a sheet that is passed over.
#[derive(Default)]
struct SkippedRows {
    rows: u64,
    /// Rows below the header.
    below: u64,
    /// Columns of the widest of them.
    width: usize,
}

/// The sheet of a table, and its header.
#[derive(Clone, Copy)]
struct SheetTable<'p> {
    sheet: &'p str,
    /// The number of the header row.
    header: u64,
    merges: &'p [MergedRange],
    faults: CellFaults<'p>,
    /// Columns whose dates may have day and month exchanged.
    exchanged: &'p [usize],
}

impl SheetTable<'_> {
    fn read(self, path: &Path, part: &mut PartRecords, table: &TableReader<'_>, row: &XlsxRow) -> Result<RowRead> {
        let place = |field: &str| field_at(format_args!("sheet {}, row {}", self.sheet, row.number), field);
        let cell = |at: usize, kind| match row.cell(at).map(|cell| cell.raw_value(kind)).unwrap_or_default() {
            RawValue::CivilTime(_) if kind == Kind::Time && self.exchanged.contains(&at) => {
                RawValue::Unreadable(EXCHANGED)
            }
            raw => raw,
        };
        if row.number < self.header {
            table.row_above(part, row.width(), &place, cell);
            return Ok(RowRead::Done);
        }
        let position = || say::row_of_sheet(self.sheet, row.number);
        let notes = || (0..row.width()).map(|at| row.cell(at).map_or("", XlsxCell::note));
        let is_record = row.number != self.header
            && !row.is_blank()
            && !table.skip_row(part, (path, position), |at| row.text(at), notes)?;
        Ok(if is_record { table.read_row(part, &place, cell) } else { RowRead::Done })
    }
}

/// Reads a sheet again for the order of day and month in its dates.
fn day_orders(
    file: SheetFile<'_>,
    workbook: &mut Workbook,
    at: SheetTable<'_>,
    table: &TableReader<'_>,
) -> Result<DayOrders> {
    let mut rows = SheetRows::new(file, workbook, at.sheet, at.faults)?;
    let mut days = DayOrders::default();
    while let Some(row) = rows.next()? {
        if row.number > at.header {
            days.update(table, |column| Some(row.text(column)));
        }
    }
    Ok(days)
}

/// Returns the columns of times of which a spreadsheet read some with day and month exchanged. Those that fit no such
/// order it left as texts, so that no date of the column has a day after the 12th.
fn exchanged_times(
    file: SheetFile<'_>,
    workbook: &mut Workbook,
    at: SheetTable<'_>,
    layout: &TableLayout,
) -> Result<Vec<usize>> {
    let mut columns: Vec<(usize, TimesSeen)> = TableReader::new(layout, file.zone, ExcelEpoch::None)
        .times()
        .map(|(_, place)| (place, TimesSeen::default()))
        .collect();
    let mut rows = SheetRows::new(file, workbook, at.sheet, at.faults)?;
    while let Some(row) = rows.next()? {
        for (place, seen) in columns.iter_mut().filter(|_| row.number > at.header) {
            match row.cell(*place).map(|cell| cell.raw_value(Kind::Time)) {
                Some(RawValue::Text(text)) => seen.texts |= day_order(&text).is_some(),
                Some(RawValue::CivilTime(micros)) if day_of_month(micros) > 12 => seen.late = true,
                Some(RawValue::CivilTime(_)) => seen.early = true,
                _ => {}
            }
        }
    }
    let is_exchanged = |seen: &TimesSeen| seen.texts && seen.early && !seen.late;
    Ok(columns.into_iter().filter(|(_, seen)| is_exchanged(seen)).map(|(place, _)| place).collect())
}

/// The times of a column.
#[derive(Default)]
struct TimesSeen {
    /// Texts that only one order of day and month fits.
    texts: bool,
    /// Dates up to the 12th of a month, and after it.
    early: bool,
    late: bool,
}

/// Returns whether a sheet without header may contain rows of a table of the workbook: its first rows look like
/// records, most of them where it is as wide as the table, else all. A single column is as wide as any note.
fn may_be_of(layout: &TableLayout, width: usize, head: &[XlsxRow], file: SheetFile<'_>) -> bool {
    let table_width = layout.header.iter().rposition(|header| !header.is_empty()).map_or(0, |last| last + 1);
    let table = TableReader::new(layout, file.zone, ExcelEpoch::Since1900);
    let is_record = |row: &&XlsxRow| {
        table.is_like_a_record(&|at: usize, kind| row.cell(at).map(|cell| cell.raw_value(kind)).unwrap_or_default())
    };
    let rows = || head.iter().filter(|row| !row.is_blank());
    let records = rows().filter(is_record).count();
    let is_like_it = if width == table_width { 2 * records > rows().count() } else { records == rows().count() };
    table_width > 1 && 2 * width > table_width && width <= table_width && is_like_it
}

/// The texts of the row with the most cells.
fn widest(head: &[XlsxRow]) -> Vec<String> {
    // The first of several.
    let row = head.iter().rev().max_by_key(|row| row.filled());
    row.map(|row| (0..row.columns()).map(|column| row.text(column).to_owned()).collect()).unwrap_or_default()
}

/// Finds the header row, and returns its number and layout. Cells merged downwards count in each of their rows.
fn find_header(
    head: &[XlsxRow],
    merges: &[MergedRange],
    file: SheetFile<'_>,
) -> std::result::Result<(u64, TableLayout), Unrecognised> {
    let text =
        |row: u64, column: usize| head.iter().find(|candidate| candidate.number == row).map(|row| row.text(column));
    let merges: Vec<&MergedRange> = merges.iter().take_while(|merge| merge.first_row <= HEADER_ROWS as u64).collect();
    let names = |row: &XlsxRow| -> Vec<String> {
        let merged = merges.iter().filter(|merge| merge.spans(row.number));
        let merged: BTreeMap<usize, u64> = merged.map(|merge| (merge.column, merge.first_row)).collect();
        let width = merged.last_key_value().map_or(0, |(last, _)| last + 1).max(row.columns()).min(MAX_COLUMNS);
        let name = |column: usize| {
            text(merged.get(&column).copied().unwrap_or(row.number), column).unwrap_or_default().to_owned()
        };
        (0..width).map(name).collect()
    };
    let rows: Vec<Vec<String>> = head.iter().map(names).collect();
    let (index, layout) = headers::find_header(rows.iter(), file.expected)?;
    // Of a header merged over several rows, the lowest may name more columns.
    let number = head[index].number;
    let lowest = merges
        .iter()
        .filter(|merge| layout.uses(merge.column) && merge.spans(number))
        .map(|merge| merge.last_row)
        .max();
    let Some(lowest) = lowest.filter(|&lowest| lowest > number) else { return Ok((number, layout)) };
    let below = head
        .iter()
        .position(|row| row.number == lowest)
        .and_then(|at| headers::recognise(&rows[at], file.expected).ok());
    Ok((lowest, below.filter(|below| below.table.name == layout.table.name).unwrap_or(layout)))
}

fn damaged(file: SheetFile<'_>, error: &XlsxError) -> Error {
    let problem = match error {
        XlsxError::Password => say::HAS_PASSWORD.into(),
        XlsxError::Io(error) if error.raw_os_error().is_some() => say::workbook_unreadable(error),
        // Errors of the library quote parts of names and markup, so they are not shown.
        _ => say::DAMAGED_WORKBOOK.into(),
    };
    Error::input(file.path, say::WORKBOOK, problem, say::SAVE_AGAIN_AS_XLSX)
}

#[cfg(test)]
mod tests;
