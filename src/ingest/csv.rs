//! CSV and TSV -> the rows of a sheet. The delimiter is the one with which the header row makes sense.

use std::io::{Cursor, Read};
use std::path::Path;

use ::csv::{ByteRecord, Reader, ReaderBuilder};
use jiff::tz::TimeZone;

use super::part::{FileRecords, Part};
use super::sheet::{self, HEADER_ROWS, Layout, Unrecognised};
use super::stream::Stream;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::schema::Table;
use crate::schema::tables::CANONICAL;

/// Delimiters and their names, the likeliest first.
const DELIMITERS: [(u8, &str); 3] = [(b',', "csv"), (b'\t', "tsv"), (b';', "csv with ;")];
/// Follows the last row. If it does not come out again as a row of its own, a quote was left open.
const END: &str = "\n\u{1}end of sheet\u{1}\n";
const BOM: &[u8] = b"\xef\xbb\xbf";
/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;

/// Reads the table or list in the file.
pub fn read(
    path: &Path,
    file: u32,
    stream: &mut Stream<'_>,
    tables: &[&'static Table],
    looked_for: &str,
    zone: &TimeZone,
) -> Result<FileRecords> {
    let head = stream.head().to_vec();
    let (delimiter, name, header, layout) = recognise(&head, tables).map_err(|problem| no_header(path, &head, &problem, looked_for))?;
    let mut records = FileRecords::default();
    records.tally.kind = format!("{name}: {}", layout.table.name);
    if CANONICAL.iter().any(|table| table.name == layout.table.name) {
        records.whole_tables.push(layout.table.name);
    }
    skip_bom(stream).map_err(|error| stream.explain(error))?;
    let mut rows = rows(delimiter, stream.chain(Cursor::new(END)));
    let mut part = Part::new(file);
    let (mut record, mut index, mut in_part, mut open_since) = (ByteRecord::new(), 0_usize, 0, 1);
    let mut ended = false;
    while rows.read_byte_record(&mut record).map_err(|error| unreadable(path, &error))? {
        let line = record.position().map_or(0, ::csv::Position::line);
        ended = record.len() == 1 && record[0] == *END.trim_matches('\n').as_bytes();
        open_since = line;
        if index > header && !ended {
            read_record(path, &mut part, &layout, zone, line, &record)?;
            in_part += 1;
        }
        index += 1;
        if in_part == BATCH_ROWS {
            interrupt::check()?;
            records.append(std::mem::replace(&mut part, Part::new(file)))?;
            in_part = 0;
        }
    }
    if !ended {
        let remedy = "close the quote; a quote within a quoted cell is written twice";
        return Err(Error::input(path, format!("row {open_since}"), "a quote is opened in this row and never closed", remedy));
    }
    records.append(part)?;
    Ok(records)
}

fn read_record(path: &Path, part: &mut Part, layout: &Layout, zone: &TimeZone, line: u64, record: &ByteRecord) -> Result<()> {
    let cells: std::result::Result<Vec<&str>, _> = record.iter().map(std::str::from_utf8).collect();
    let cells = cells.map_err(|_| {
        Error::input(path, format!("row {line}"), "text that is not UTF-8", "save the file as CSV in UTF-8 (in Excel: Save as, CSV UTF-8)")
    })?;
    sheet::read_row(part, layout, zone, line, &cells);
    Ok(())
}

/// The delimiter under which most columns are recognised: itself, its name, the index of the header row, the layout.
fn recognise(head: &[u8], tables: &[&'static Table]) -> std::result::Result<(u8, &'static str, usize, Layout), Unrecognised> {
    let mut best: Option<(u8, &'static str, usize, Layout)> = None;
    let mut problem = Unrecognised::Nothing;
    for (delimiter, name) in DELIMITERS {
        match sheet::find_header(&first_rows(head, delimiter), tables) {
            Ok((index, layout)) if best.as_ref().is_none_or(|(.., other)| layout.matched() > other.matched()) => {
                best = Some((delimiter, name, index, layout));
            }
            Err(other) if problem == Unrecognised::Nothing => problem = other,
            _ => {}
        }
    }
    best.ok_or(problem)
}

fn first_rows(head: &[u8], delimiter: u8) -> Vec<Vec<String>> {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let rows = rows(delimiter, head).into_byte_records().map_while(std::result::Result::ok).take(HEADER_ROWS);
    rows.map(|row| row.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()).collect()
}

fn rows<R: Read>(delimiter: u8, reader: R) -> Reader<R> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(1 << 18).from_reader(reader)
}

fn skip_bom(stream: &mut Stream<'_>) -> std::io::Result<()> {
    if stream.head().starts_with(BOM) {
        stream.read_exact(&mut [0; BOM.len()])?;
    }
    Ok(())
}

fn unreadable(path: &Path, error: &::csv::Error) -> Error {
    match error.kind() {
        ::csv::ErrorKind::Io(io) => {
            let same = io.raw_os_error().map_or_else(|| std::io::Error::new(io.kind(), io.to_string()), std::io::Error::from_raw_os_error);
            Error::io(path, "cannot read it")(same)
        }
        _ => Error::input(path, "file", "not a CSV file that can be read", "save it as CSV in UTF-8"),
    }
}

fn no_header(path: &Path, head: &[u8], problem: &Unrecognised, looked_for: &str) -> Error {
    // The first of the widest rows, under the likeliest delimiter.
    let widest = DELIMITERS.iter().rev().filter_map(|(delimiter, _)| first_rows(head, *delimiter).into_iter().rev().max_by_key(Vec::len));
    let headers = widest.max_by_key(Vec::len).unwrap_or_default();
    // Enough to recognise the row by; a file that is no sheet may hold anything here.
    let shown: Vec<String> = headers.iter().take(40).map(|header| header.trim().chars().take(40).collect()).collect();
    let (problem, remedy) = problem.explain(looked_for);
    Error::input(path, format!("headers found: {}", shown.join(", ")), problem, remedy)
}
