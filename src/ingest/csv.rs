//! CSV and TSV -> the rows of a sheet. The delimiter is the one with which the header row makes sense.

use std::io::Read;
use std::path::Path;

use super::part::{FileRecords, Part};
use super::rows::{Cells, Dialect, LONGEST_ROW, Row, Rows, Stopped};
use super::sheet::{self, HEADER_ROWS, Layout, MOST_COLUMNS, SheetFile, Unrecognised};
use super::stream::Stream;
use super::text::{Beginning, Text, Unreadable};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::text::errors as say;

/// Delimiters and their names, the likeliest first.
const DELIMITERS: [(u8, &str); 3] = [(b',', "csv"), (b'\t', "tsv"), (b';', "csv with ;")];
/// Within how much text the header has to stand.
const HEADER_TEXT: usize = 1 << 20;
/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;

/// Reads the table or list in the file; also its encoding.
pub fn read(file: SheetFile<'_>, beginning: Beginning, stream: &mut Stream<'_>) -> Result<(FileRecords, &'static str)> {
    std::io::copy(&mut stream.by_ref().take(beginning.mark() as u64), &mut std::io::sink()).map_err(|error| stream.explain(error))?;
    let mut text = Text::new(&mut *stream, beginning);
    let mut head = String::new();
    let peeked = text.read_on(HEADER_TEXT, &mut head);
    let ended = text.ended();
    if let Err(unreadable) = peeked {
        drop(text);
        return Err(unreadable_text(file.path, unreadable, stream));
    }
    let (name, dialect, header, layout) = recognise(file, &head, ended)?;
    let mut records = FileRecords::default();
    records.tally.kind = format!("{name}: {}", layout.table.name);
    records.add_whole_table(layout.table);
    let mut rows = Rows::new(text, head, dialect);
    if let Err(stopped) = read_rows(file, &layout, header, &mut rows, &mut records)? {
        drop(rows);
        return Err(explain(file.path, stopped, stream));
    }
    let encoding = rows.encoding();
    records.close_rejects();
    Ok((records, encoding))
}

/// Reads all rows behind the header. The inner error is the text's.
fn read_rows<R: Read>(
    file: SheetFile<'_>,
    layout: &Layout,
    header: usize,
    rows: &mut Rows<R>,
    records: &mut FileRecords,
) -> Result<std::result::Result<(), Stopped>> {
    let (mut part, mut cells, mut index, mut in_part) = (Part::new(file.file), Cells::default(), 0, 0);
    loop {
        let row = match rows.next(&mut cells) {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(stopped) => return Ok(Err(stopped)),
        };
        if index > header {
            read_row(file, &mut part, layout, row, &cells);
            in_part += 1;
        }
        index += 1;
        if in_part == BATCH_ROWS {
            interrupt::check()?;
            file.append(records, std::mem::replace(&mut part, Part::new(file.file)))?;
            in_part = 0;
        }
    }
    file.append(records, part)?;
    Ok(Ok(()))
}

fn read_row(file: SheetFile<'_>, part: &mut Part, layout: &Layout, row: Row, cells: &Cells) {
    if cells.iter().all(|cell| cell.trim().is_empty()) {
        return;
    }
    part.begin_record();
    let place = format!("row {}", row.line);
    if let Some(fault) = fault(layout, row, cells) {
        return part.reject(place, fault);
    }
    let cells: Vec<sheet::Given<'_>> = cells.iter().map(Ok).collect();
    sheet::read_row(part, layout, file.zone, &place, &cells);
}

/// What keeps a row from being read, whatever its cells say.
fn fault(layout: &Layout, row: Row, cells: &Cells) -> Option<String> {
    let lines = if row.lines > 1 { format!(", which ends on line {}", row.line + row.lines - 1) } else { String::new() };
    if let Some(undecodable) = row.undecodable {
        return Some(format!("bytes that are no text in the encoding of the file, at byte {}: export it again", undecodable.byte));
    }
    if row.has_nul {
        return Some("a NUL byte, which no text holds: the file is damaged, or no sheet; export it again".to_owned());
    }
    if row.is_misquoted {
        return Some(format!("text follows a closing quote in the row{lines}: write a quote within a quoted cell twice"));
    }
    if cells.len() != layout.width {
        return Some(format!(
            "the row{lines} has {} cells, but the header has {}: an unquoted separator, or a quote too many",
            cells.len(),
            layout.width
        ));
    }
    None
}

/// What the header row says: the name of the format, how rows are told apart, the index of the header row, the layout.
fn recognise(file: SheetFile<'_>, head: &str, ended: bool) -> Result<(&'static str, Dialect, usize, Layout)> {
    let mut best: Option<(&'static str, Dialect, usize, Layout)> = None;
    let (mut problem, mut shown, mut widest) = (Unrecognised::Nothing, Vec::new(), 0);
    let mut is_cut_off = true;
    for (delimiter, name) in DELIMITERS {
        let dialect = Dialect::of(delimiter, head);
        let rows = dialect.first_rows(head, ended, HEADER_ROWS);
        is_cut_off &= rows.is_empty();
        match sheet::find_header(&rows, file.tables) {
            Ok((index, layout)) if best.as_ref().is_none_or(|(.., other)| layout.matched() > other.matched()) => {
                best = Some((name, dialect, index, layout));
            }
            Err(other) if problem == Unrecognised::Nothing => problem = other,
            _ => {}
        }
        // The first of the widest rows, under the likeliest delimiter.
        if let Some(row) = rows.into_iter().rev().max_by_key(Vec::len).filter(|row| row.len() > widest) {
            widest = row.len();
            shown = row;
        }
    }
    if widest > MOST_COLUMNS || (is_cut_off && !ended) {
        return Err(no_sheet(file.path, widest));
    }
    best.ok_or_else(|| file.no_header(&shown, &problem))
}

fn no_sheet(path: &Path, columns: usize) -> Error {
    let problem = if columns > MOST_COLUMNS { say::too_many_columns(columns, MOST_COLUMNS) } else { say::endless_first_row(HEADER_TEXT) };
    Error::input(path, say::row(1), problem, say::WHAT_WROTE_IT)
}

fn explain(path: &Path, stopped: Stopped, stream: &Stream<'_>) -> Error {
    match stopped {
        Stopped::OpenQuote(line) => Error::input(path, say::row(line), say::OPEN_QUOTE, say::OPEN_QUOTE_REMEDY),
        Stopped::TooLong(line) => Error::input(path, say::row(line), say::long_row_of_text(LONGEST_ROW), say::LONG_ROW_OF_TEXT_REMEDY),
        Stopped::Reading(unreadable) => unreadable_text(path, unreadable, stream),
    }
}

fn unreadable_text(path: &Path, unreadable: Unreadable, stream: &Stream<'_>) -> Error {
    match unreadable {
        Unreadable::Io(error) => stream.explain(error),
        Unreadable::Foreign(name) => Error::input(path, say::FILE, say::foreign_text(name), say::SAVE_CSV_AGAIN),
    }
}
