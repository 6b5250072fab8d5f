//! XLSX -> the rows of its sheets, one cell after the other. A sheet that is passed over is said; if it may hold records,
//! they count as unreadable.

mod archive;
mod cell;
mod markup;
mod rows;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use self::markup::Seen;
use self::rows::{Merge, Merged, Row, SheetRows};
use super::doubts::CustomerKey;
use super::headers::{self, HEADER_ROWS, Layout, Unrecognised};
use super::part::{FileRecords, Part, Unread};
use super::sheet::{Asks, Before, Days, MOST_COLUMNS, SheetFile, TableOfSheet, dataset_of, end_of_table};
use super::value::Serials;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::schema::vocabulary::Dataset;
use crate::text::errors as say;

/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;

const HIDDEN: &str = "a hidden sheet with the header of a table, which is not read: show it, or delete it";
const HEADERLESS: &str = "a sheet without a header, as wide as the table beside it, which is not read: give it the header, or move it to a workbook of its own";

type Workbook = Xlsx<BufReader<File>>;

/// Reads every sheet that holds a table or list.
pub fn read(file: SheetFile<'_>) -> Result<FileRecords> {
    let seen = archive::examine(file.path)?;
    let open = File::open(file.path).map_err(Error::io(file.path, say::CANNOT_OPEN))?;
    let mut workbook: Workbook = Xlsx::new(BufReader::new(open)).map_err(|error| damaged(file, &error))?;
    let mut reader = BookReader {
        file,
        seen,
        records: FileRecords::default(),
        read: Vec::new(),
        aside: Vec::new(),
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

/// A workbook while it is read.
struct BookReader<'f> {
    file: SheetFile<'f>,
    seen: Seen,
    records: FileRecords,
    /// The tables that were read, and the sheets that were not, in words.
    read: Vec<Layout>,
    aside: Vec<String>,
    /// Sheets without a known header, with the columns that they fill.
    headerless: Vec<(String, usize)>,
    /// The widest row of the first visible sheet without a known header.
    widest: Vec<String>,
}

impl BookReader<'_> {
    fn sheet(&mut self, workbook: &mut Workbook, sheet: &str, is_hidden: bool) -> Result<()> {
        let file = self.file;
        let merges = if self.seen.has_tall_merges { Merge::of(file, workbook, sheet)? } else { Vec::new() };
        let head = SheetRows::of(file, workbook, sheet)?.head()?;
        let found = find_header(&head, &merges, file);
        if is_hidden {
            return self.hidden(workbook, sheet, found);
        }
        match found {
            Ok((header, layout)) => self.table(workbook, sheet, header, layout, &merges),
            Err(problem @ (Unrecognised::Several(_) | Unrecognised::Twice { .. })) => {
                Err(file.no_header(&widest(&head), &problem))
            }
            Err(Unrecognised::Nothing) => {
                if self.widest.is_empty() {
                    self.widest = widest(&head);
                }
                self.headerless(workbook, sheet, "sheet without a known table")
            }
        }
    }

    /// Reads the rows behind the header.
    fn table(
        &mut self,
        workbook: &mut Workbook,
        sheet: &str,
        header: u64,
        layout: Layout,
        merges: &[Merge],
    ) -> Result<()> {
        let file = self.file;
        let before = Before::of(&self.records);
        let serials = if workbook.has_1904_epoch() { Serials::Since1904 } else { Serials::Since1900 };
        let mut table = TableOfSheet::new(&layout, file.zone, serials);
        // Headers that are merged downwards are known already.
        let place =
            Place { sheet, header, merges: &merges[merges.partition_point(|merge| merge.first_row <= header)..] };
        let mut done = 0;
        while self.rows(workbook, place, &table, &mut done)? == Asks::ForDays {
            days(file, workbook, place, &table)?.tell(&mut table);
        }
        end_of_table(file.path, &mut self.records, layout.table, before)?;
        let unused = &mut self.records.tally.unused_columns;
        unused.extend(layout.unused.iter().filter(|header| !unused.contains(header)).cloned().collect::<Vec<_>>());
        self.read.push(layout);
        Ok(())
    }

    /// Reads the rows from the one after `done` on.
    fn rows(
        &mut self,
        workbook: &mut Workbook,
        at: Place<'_>,
        table: &TableOfSheet<'_>,
        done: &mut u64,
    ) -> Result<Asks> {
        let file = self.file;
        let uses = |column| table.layout.uses(column);
        let mut merged = Merged::new(at.merges, &uses);
        let mut rows = SheetRows::of(file, workbook, at.sheet)?;
        let (mut part, mut in_part) = (Part::new(file.file), 0);
        let mut asks = Asks::Nothing;
        while let Some(mut row) = rows.next()? {
            merged.fill(&mut row);
            if row.number > *done {
                asks = at.read(&mut part, table, &row);
                if asks == Asks::ForDays {
                    break;
                }
                *done = row.number;
            }
            in_part += 1;
            if in_part == BATCH_ROWS {
                interrupt::check()?;
                file.append(&mut self.records, std::mem::replace(&mut part, Part::new(file.file)))?;
                in_part = 0;
            }
        }
        file.append(&mut self.records, part)?;
        Ok(asks)
    }

    /// Passes over a hidden sheet. If it has a known header, and a row below it, records may stand there.
    fn hidden(
        &mut self,
        workbook: &mut Workbook,
        sheet: &str,
        found: std::result::Result<(u64, Layout), Unrecognised>,
    ) -> Result<()> {
        let (header, tables) = match found {
            Ok((header, layout)) => (header, vec![layout.table.name]),
            Err(Unrecognised::Several(tables)) => (1, tables),
            Err(Unrecognised::Twice { table, .. }) => (1, vec![table]),
            Err(Unrecognised::Nothing) => return self.headerless(workbook, sheet, "hidden sheet"),
        };
        if self.pass_over(workbook, sheet, "hidden sheet", header)?.below == 0 {
            return Ok(());
        }
        let known = self.file.sought.tables.iter().filter(|table| tables.contains(&table.name));
        let datasets: Vec<Dataset> = known.map(|table| dataset_of(table)).collect();
        self.doubt(&datasets, format!("hidden sheet `{sheet}`"), HIDDEN)
    }

    fn headerless(&mut self, workbook: &mut Workbook, sheet: &str, why: &str) -> Result<()> {
        let passed = self.pass_over(workbook, sheet, why, 0)?;
        if passed.below > 0 {
            self.headerless.push((sheet.to_owned(), passed.width));
        }
        Ok(())
    }

    fn doubt(&mut self, datasets: &[Dataset], place: String, reason: &'static str) -> Result<()> {
        let mut part = Part::new(self.file.file);
        part.reject(Unread { datasets, accounts: &[], key: CustomerKey::default(), place, reason: reason.into() });
        self.file.append(&mut self.records, part)
    }

    /// Counts the rows of a sheet that is not read.
    fn pass_over(&mut self, workbook: &mut Workbook, sheet: &str, why: &str, header: u64) -> Result<Passed> {
        let file = self.file;
        let mut rows = SheetRows::of(file, workbook, sheet)?;
        let mut passed = Passed::default();
        while let Some(row) = rows.next()? {
            let is_filled = u64::from(!row.is_blank());
            passed.rows += is_filled;
            passed.below += if row.number > header { is_filled } else { 0 };
            passed.width = passed.width.max(row.width());
        }
        if passed.rows > 0 {
            let mut part = Part::new(file.file);
            part.pass_over(format!("{why} `{sheet}`"), passed.rows);
            self.aside.push(format!("{why} `{sheet}`"));
            file.append(&mut self.records, part)?;
        }
        Ok(passed)
    }

    fn finish(mut self, workbook: &mut Workbook) -> Result<FileRecords> {
        if self.read.is_empty() {
            return Err(self.file.no_header(&self.widest, &Unrecognised::Nothing));
        }
        for (sheet, width) in std::mem::take(&mut self.headerless) {
            let head = SheetRows::of(self.file, workbook, &sheet)?.head()?;
            let may_be_of = |layout: &&Layout| may_be_of(layout, width, &head, self.file);
            let datasets: Vec<Dataset> =
                self.read.iter().filter(may_be_of).map(|layout| dataset_of(layout.table)).collect();
            if !datasets.is_empty() {
                self.doubt(&datasets, format!("sheet `{sheet}`"), HEADERLESS)?;
            }
        }
        let mut names: Vec<&str> = self.read.iter().map(|layout| layout.table.name).collect();
        names.dedup();
        let aside =
            if self.aside.is_empty() { String::new() } else { format!(" (passed over: {})", self.aside.join(", ")) };
        self.records.tally.kind = format!("xlsx: {}{aside}", names.join(", "));
        Ok(self.records)
    }
}

/// The rows of a sheet that is passed over.
#[derive(Default)]
struct Passed {
    rows: u64,
    /// Rows below the header.
    below: u64,
    /// Columns that the widest of them fills.
    width: usize,
}

/// The sheet of a table, and its header.
#[derive(Clone, Copy)]
struct Place<'p> {
    sheet: &'p str,
    /// The number of the header row.
    header: u64,
    merges: &'p [Merge],
}

impl Place<'_> {
    fn read(self, part: &mut Part, table: &TableOfSheet<'_>, row: &Row) -> Asks {
        let place = |field: &str| match field {
            "" => format!("sheet {}, row {}", self.sheet, row.number),
            field => format!("sheet {}, row {}, {field}", self.sheet, row.number),
        };
        let cell = |at: usize, kind| row.cells.get(at).map(|held| held.given(kind)).unwrap_or_default();
        if row.number < self.header {
            table.row_above(part, row.width(), &place, cell);
        } else if row.number == self.header || row.is_blank() {
        } else if table.layout.is_header(|at| row.text(at)) {
            part.pass_over("repeated header", 1);
        } else {
            return table.read_row(part, &place, cell);
        }
        Asks::Nothing
    }
}

/// Reads a sheet once more, for what its dates tell of the order of day and month.
fn days(file: SheetFile<'_>, workbook: &mut Workbook, at: Place<'_>, table: &TableOfSheet<'_>) -> Result<Days> {
    let mut rows = SheetRows::of(file, workbook, at.sheet)?;
    let mut days = Days::default();
    while let Some(row) = rows.next()? {
        if row.number > at.header {
            days.look_at(table, |column| Some(row.text(column)));
        }
    }
    Ok(days)
}

/// Whether a sheet without header may hold rows of a table beside it: it is as wide, or it looks like it from the first row
/// to the last of those looked at. A single column is as wide as any note.
fn may_be_of(layout: &Layout, width: usize, head: &[Row], file: SheetFile<'_>) -> bool {
    let wide = layout.header.iter().rposition(|header| !header.is_empty()).map_or(0, |last| last + 1);
    let table = TableOfSheet::new(layout, file.zone, Serials::None);
    let is_record = |row: &Row| {
        table.is_like_a_record(&|at: usize, kind| row.cells.get(at).map(|held| held.given(kind)).unwrap_or_default())
    };
    let looks_like_it = || 2 * width > wide && width < wide && head.iter().filter(|row| !row.is_blank()).all(is_record);
    wide > 1 && (width == wide || looks_like_it())
}

/// The row that fills the most cells, as it shows.
fn widest(head: &[Row]) -> Vec<String> {
    let filled = |row: &&Row| row.cells.iter().filter(|cell| !cell.is_blank()).count();
    // The first of several.
    let row = head.iter().rev().max_by_key(filled);
    row.map(|row| row.cells.iter().map(|cell| cell.text().to_owned()).collect()).unwrap_or_default()
}

/// The number of the header row, and what it says. Cells that are merged downwards stand for each row that they span.
fn find_header(
    head: &[Row],
    merges: &[Merge],
    file: SheetFile<'_>,
) -> std::result::Result<(u64, Layout), Unrecognised> {
    let text =
        |row: u64, column: usize| head.iter().find(|candidate| candidate.number == row).map(|row| row.text(column));
    let merges: Vec<&Merge> = merges.iter().take_while(|merge| merge.first_row <= HEADER_ROWS as u64).collect();
    let names = |row: &Row| -> Vec<String> {
        let merged = merges.iter().filter(|merge| merge.spans(row.number));
        let merged: BTreeMap<usize, u64> = merged.map(|merge| (merge.column, merge.first_row)).collect();
        let width = merged.last_key_value().map_or(0, |(last, _)| last + 1).max(row.cells.len()).min(MOST_COLUMNS);
        let name = |column: usize| {
            text(merged.get(&column).copied().unwrap_or(row.number), column).unwrap_or_default().to_owned()
        };
        (0..width).map(name).collect()
    };
    let rows: Vec<Vec<String>> = head.iter().map(names).collect();
    let (index, layout) = headers::find_header(rows.iter(), file.sought)?;
    // The lowest row of a header that is merged over several may name more than those above it.
    let number = head[index].number;
    let lowest = merges
        .iter()
        .filter(|merge| layout.uses(merge.column) && merge.spans(number))
        .map(|merge| merge.last_row)
        .max();
    let Some(lowest) = lowest.filter(|&lowest| lowest > number) else { return Ok((number, layout)) };
    let below =
        head.iter().position(|row| row.number == lowest).and_then(|at| headers::recognise(&rows[at], file.sought).ok());
    Ok((lowest, below.filter(|below| below.table.name == layout.table.name).unwrap_or(layout)))
}

fn damaged(file: SheetFile<'_>, error: &XlsxError) -> Error {
    let problem = match error {
        XlsxError::Password => say::HAS_PASSWORD.into(),
        XlsxError::Io(error) if error.raw_os_error().is_some() => say::workbook_unreadable(error),
        // The library quotes no cells in its errors, but parts of names and markup.
        _ => say::NO_SOUND_WORKBOOK.into(),
    };
    Error::input(file.path, say::WORKBOOK, problem, say::SAVE_AGAIN_AS_XLSX)
}

#[cfg(test)]
mod tests;
