//! XLSX -> the rows of its sheets, one cell after the other. What nobody sees in Excel is passed over, and said.

mod archive;
mod cell;
mod markup;

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Dimensions, Reader, SheetType, SheetVisible, Xlsx, XlsxCellReader, XlsxError};

use self::cell::Text;
use self::markup::Seen;
use super::part::{FileRecords, Part};
use super::rows::LONGEST_ROW;
use super::sheet::{self, Given, HEADER_ROWS, Layout, MOST_COLUMNS, SheetFile, Unrecognised};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::text::{Message, errors as say};

/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;

type Workbook = Xlsx<BufReader<File>>;

/// A row of a sheet.
#[derive(Debug, Default)]
struct Row {
    /// From 1, as Excel shows it.
    number: u64,
    cells: Vec<Text>,
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(Text::is_blank)
    }
}

/// Reads every sheet that holds a table or list.
pub fn read(file: SheetFile<'_>) -> Result<FileRecords> {
    let seen = archive::examine(file.path)?;
    let open = File::open(file.path).map_err(Error::io(file.path, say::CANNOT_OPEN))?;
    let mut workbook: Workbook = Xlsx::new(BufReader::new(open)).map_err(|error| damaged(file, &error))?;
    let mut reading = Reading { file, seen, records: FileRecords::default(), read: Vec::new(), aside: Vec::new(), problem: None };
    let sheets: Vec<_> = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect();
    for sheet in &sheets {
        if sheet.visible == SheetVisible::Visible {
            reading.sheet(&mut workbook, &sheet.name)?;
        } else {
            reading.pass_over(&mut workbook, &sheet.name, "hidden sheet")?;
        }
    }
    reading.finish()
}

/// Cells that are merged downwards: the column in which they show, and their rows, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Merge {
    column: usize,
    first_row: u64,
    last_row: u64,
}

impl Merge {
    /// Those of a sheet in which the header may stand.
    fn of(file: SheetFile<'_>, workbook: &mut Workbook, sheet: &str) -> Result<Vec<Self>> {
        let merged = workbook.merge_cells_by_sheet_name(sheet).map_err(|error| damaged(file, &error))?;
        let merge = |cells: &Dimensions| Self {
            column: cells.start.1 as usize,
            first_row: u64::from(cells.start.0) + 1,
            last_row: u64::from(cells.end.0) + 1,
        };
        let tall = merged.iter().map(merge).filter(|merge| merge.last_row > merge.first_row && merge.first_row <= HEADER_ROWS as u64);
        Ok(tall.collect())
    }

    /// Whether the row is one of theirs.
    fn spans(&self, row: u64) -> bool {
        (self.first_row..=self.last_row).contains(&row)
    }
}

/// A workbook while it is read.
struct Reading<'f> {
    file: SheetFile<'f>,
    seen: Seen,
    records: FileRecords,
    /// The tables that were found, and the sheets that hold none, in words.
    read: Vec<String>,
    aside: Vec<String>,
    /// The first visible sheet in which no table was found: its widest row, and why.
    problem: Option<(Vec<String>, Unrecognised)>,
}

impl Reading<'_> {
    /// Reads a visible sheet, if it holds a table.
    fn sheet(&mut self, workbook: &mut Workbook, sheet: &str) -> Result<()> {
        let file = self.file;
        let merges = if self.seen.has_tall_merges { Merge::of(file, workbook, sheet)? } else { Vec::new() };
        let mut rows = SheetRows::of(file, workbook, sheet)?;
        let mut head = Vec::new();
        while let Some(row) = rows.next()? {
            let is_below = row.number > HEADER_ROWS as u64;
            head.push(row);
            if is_below {
                break;
            }
        }
        let is_blank = head.iter().all(Row::is_blank) && rows.ended;
        let may_be_header: Vec<&Row> = head.iter().filter(|row| row.number <= HEADER_ROWS as u64).collect();
        match find_header(&may_be_header, &merges, file) {
            Ok((header, layout)) => self.table(sheet, rows, &head, header, &layout),
            Err(_) if is_blank => Ok(()),
            Err(problem) => {
                let widest = head.iter().max_by_key(|row| row.cells.iter().filter(|cell| !cell.is_blank()).count());
                let widest = widest.map(|row| row.cells.iter().map(Text::shown).collect()).unwrap_or_default();
                self.problem.get_or_insert((widest, problem));
                drop(rows);
                self.pass_over(workbook, sheet, "sheet without a known table")
            }
        }
    }

    /// Reads the rows behind the header.
    fn table(&mut self, sheet: &str, mut rows: SheetRows<'_>, head: &[Row], header: u64, layout: &Layout) -> Result<()> {
        let file = self.file;
        let (mut part, mut in_part) = (Part::new(file.file), 0);
        let read = |part: &mut Part, row: &Row| {
            if row.number <= header || row.is_blank() {
                return;
            }
            let cells: Vec<Given<'_>> = (0..layout.width).map(|at| row.cells.get(at).map_or(Ok(""), Text::given)).collect();
            part.begin_record();
            sheet::read_row(part, layout, file.zone, &place_of(sheet, row.number), &cells);
        };
        for row in head {
            read(&mut part, row);
        }
        while let Some(row) = rows.next()? {
            read(&mut part, &row);
            in_part += 1;
            if in_part == BATCH_ROWS {
                interrupt::check()?;
                file.append(&mut self.records, std::mem::replace(&mut part, Part::new(file.file)))?;
                in_part = 0;
            }
        }
        file.append(&mut self.records, part)?;
        self.records.add_whole_table(layout.table);
        self.read.push(layout.table.name.to_owned());
        Ok(())
    }

    /// Counts the rows of a sheet that is not read.
    fn pass_over(&mut self, workbook: &mut Workbook, sheet: &str, why: &str) -> Result<()> {
        let file = self.file;
        let mut rows = SheetRows::of(file, workbook, sheet)?;
        let mut filled = 0;
        while let Some(row) = rows.next()? {
            filled += u64::from(!row.is_blank());
        }
        let mut part = Part::new(file.file);
        part.pass_over(format!("{why} `{sheet}`"), filled);
        self.aside.push(format!("{why} `{sheet}`"));
        file.append(&mut self.records, part)
    }

    fn finish(mut self) -> Result<FileRecords> {
        if self.read.is_empty() {
            let (headers, problem) = self.problem.unwrap_or((Vec::new(), Unrecognised::Nothing));
            return Err(self.file.no_header(&headers, &problem));
        }
        self.read.dedup();
        let aside = if self.aside.is_empty() { String::new() } else { format!(" (passed over: {})", self.aside.join(", ")) };
        self.records.tally.kind = format!("xlsx: {}{aside}", self.read.join(", "));
        self.records.close_rejects();
        Ok(self.records)
    }
}

/// The number of the header row, and what it says. Cells that are merged downwards stand for each row that they span.
fn find_header(head: &[&Row], merges: &[Merge], file: SheetFile<'_>) -> std::result::Result<(u64, Layout), Unrecognised> {
    let text = |row: u64, column: usize| {
        let row = head.iter().find(|candidate| candidate.number == row)?;
        row.cells.get(column).map(Text::shown)
    };
    let names = |row: &Row| -> Vec<String> {
        let width = merges.iter().filter(|merge| merge.spans(row.number)).map(|merge| merge.column + 1);
        let width = width.chain([row.cells.len()]).max().unwrap_or(0).min(MOST_COLUMNS);
        let name = |column: usize| {
            let merged = merges.iter().find(|merge| merge.column == column && merge.spans(row.number));
            text(merged.map_or(row.number, |merge| merge.first_row), column).unwrap_or_default()
        };
        (0..width).map(name).collect()
    };
    let rows: Vec<Vec<String>> = head.iter().map(|row| names(row)).collect();
    let (index, layout) = sheet::find_header(&rows, file.tables)?;
    // The lowest row of a header that is merged over several may name more than those above it.
    let number = head[index].number;
    let lowest = merges.iter().filter(|merge| layout.uses(merge.column) && merge.spans(number)).map(|merge| merge.last_row).max();
    let Some(lowest) = lowest.filter(|&lowest| lowest > number) else { return Ok((number, layout)) };
    let below = head.iter().position(|row| row.number == lowest).and_then(|at| sheet::recognise(&rows[at], file.tables).ok());
    Ok((lowest, below.filter(|below| below.table.name == layout.table.name).unwrap_or(layout)))
}

/// The rows of a sheet that hold any cell, in order.
struct SheetRows<'w> {
    file: SheetFile<'w>,
    sheet: &'w str,
    cells: XlsxCellReader<'w, BufReader<File>>,
    /// The first cell of the next row, which showed that the last one had ended.
    pending: Option<((u32, u32), Text)>,
    /// Where the last cell stood.
    last: Option<(u32, u32)>,
    ended: bool,
}

impl<'w> SheetRows<'w> {
    fn of(file: SheetFile<'w>, workbook: &'w mut Workbook, sheet: &'w str) -> Result<Self> {
        let cells = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(file, &error))?;
        Ok(Self { file, sheet, cells, pending: None, last: None, ended: false })
    }

    fn next(&mut self) -> Result<Option<Row>> {
        let mut row = match self.pending.take() {
            Some((place, text)) => begin(place, text),
            None => match self.next_cell()? {
                Some((place, text)) => begin(place, text),
                None => return Ok(None),
            },
        };
        let mut length = 0;
        while let Some((place, text)) = self.next_cell()? {
            if u64::from(place.0) + 1 != row.number {
                self.pending = Some((place, text));
                break;
            }
            length += text.len();
            if length > LONGEST_ROW {
                return Err(Error::input(self.file.path, self.place(place.0), say::long_row(LONGEST_ROW), say::LONG_ROW_REMEDY));
            }
            put(&mut row, place.1, text);
        }
        Ok(Some(row))
    }

    fn place(&self, row: u32) -> Message {
        say::row_of_sheet(self.sheet, u64::from(row) + 1)
    }

    /// The next cell that is not empty. Excel writes them in order, and a file in which they are not would overwrite itself.
    fn next_cell(&mut self) -> Result<Option<((u32, u32), Text)>> {
        loop {
            // Behind the last cell the library would look for more.
            let cell = if self.ended { None } else { self.cells.next_cell().map_err(|error| damaged(self.file, &error))? };
            let Some(cell) = cell else {
                self.ended = true;
                return Ok(None);
            };
            let place = cell.get_position();
            if place.1 as usize >= MOST_COLUMNS || self.last.is_some_and(|last| last >= place) {
                return Err(Error::input(self.file.path, self.place(place.0), say::OUT_OF_ORDER, say::OUT_OF_ORDER_REMEDY));
            }
            self.last = Some(place);
            if !matches!(cell.get_value(), DataRef::Empty) {
                return Ok(Some((place, Text::of(cell.get_value()))));
            }
        }
    }
}

fn place_of(sheet: &str, row: u64) -> String {
    format!("sheet {sheet}, row {row}")
}

fn begin(place: (u32, u32), text: Text) -> Row {
    let mut row = Row { number: u64::from(place.0) + 1, cells: Vec::new() };
    put(&mut row, place.1, text);
    row
}

fn put(row: &mut Row, column: u32, text: Text) {
    row.cells.resize_with(column as usize, Text::default);
    row.cells.push(text);
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
