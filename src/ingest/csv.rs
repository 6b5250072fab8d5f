//! CSV and TSV -> the rows of a sheet. The delimiter is the one with which the header row makes sense.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use super::headers::{self, HEADER_ROWS, Layout, Unrecognised};
use super::part::{FileRecords, Part};
use super::rows::{Cells, Dialect, LONGEST_ROW, Row, Rows, Stopped};
use super::sheet::{Asks, Before, Days, MOST_COLUMNS, SheetFile, TableOfSheet, end_of_table};
use super::stream::{self, Compression, Stream};
use super::text::{Beginning, Text, Unreadable};
use super::value::{Given, Serials, bare};
use crate::error::{Error, Result};
use crate::interrupt;
use crate::progress::Silent;
use crate::schema::Kind;
use crate::text::errors as say;

/// Delimiters and their names, the likeliest first.
const DELIMITERS: [(u8, &str); 3] = [(b',', "csv"), (b'\t', "tsv"), (b';', "csv with ;")];
/// Within how much text the header has to stand.
const HEADER_TEXT: usize = 1 << 20;
/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;

const MISQUOTED: &str = "text follows a closing quote: write a quote within a quoted cell twice";
const SWALLOWED: &str = "several rows in one cell: a quote too many; write a quote within a quoted cell twice";
const TOO_WIDE: &str = "more cells than the header has: an unquoted separator, or a quote too many";
const QUOTE_IN_KEY: &str = "an id with a quote inside: a quote too many";

/// Reads the table or list in the file; also its encoding.
pub fn read(file: SheetFile<'_>, beginning: Beginning, stream: &mut Stream<'_>) -> Result<(FileRecords, &'static str)> {
    let compression = stream.compression();
    let stopped = |stopped| explain(file.path, compression, stopped);
    let (text, head) = begin(beginning, stream).map_err(|unreadable| stopped(unreadable.into()))?;
    let Header { name, dialect, row, layout } = Header::find(file, &head, text.ended())?;
    let mut records = FileRecords::default();
    records.tally.kind = format!("{name}: {}", layout.table.name);
    records.tally.unused_columns.clone_from(&layout.unused);
    let mut rows = Rows::new(text, head, dialect);
    let mut reader = Reader {
        file,
        beginning,
        dialect,
        header: row,
        table: TableOfSheet::new(&layout, file.zone, Serials::Since1900),
    };
    reader.read(&mut rows, &mut records)?.map_err(stopped)?;
    end_of_table(file.path, &mut records, layout.table, Before::default())?;
    Ok((records, rows.encoding()))
}

/// The text of a file, and as much of it as the header has to stand in.
fn begin<R: Read>(beginning: Beginning, mut from: R) -> std::result::Result<(Text<R>, String), Unreadable> {
    std::io::copy(&mut from.by_ref().take(beginning.mark() as u64), &mut std::io::sink())?;
    let (mut text, mut head) = (Text::new(from, beginning), String::new());
    text.read_on(HEADER_TEXT, &mut head)?;
    Ok((text, head))
}

/// A file whose rows are read.
struct Reader<'f> {
    file: SheetFile<'f>,
    beginning: Beginning,
    dialect: Dialect,
    /// The index of the header row.
    header: usize,
    table: TableOfSheet<'f>,
}

impl Reader<'_> {
    /// Reads all rows. The inner error is the text's.
    fn read<R: Read>(
        &mut self,
        rows: &mut Rows<R>,
        records: &mut FileRecords,
    ) -> Result<std::result::Result<(), Stopped>> {
        let (mut part, mut cells, mut index, mut in_part) = (Part::new(self.file.file), Cells::default(), 0, 0);
        loop {
            let row = match rows.next(&mut cells) {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(stopped) => return Ok(Err(stopped)),
            };
            if index > self.header {
                self.row(&mut part, row, &cells)?;
                in_part += 1;
            } else if index < self.header {
                self.table.row_above(&mut part, cells.len(), &|field| place(row, field), |at, kind| {
                    given(cells.get(at), kind, row)
                });
            }
            index += 1;
            if in_part == BATCH_ROWS {
                interrupt::check()?;
                self.file.append(records, std::mem::replace(&mut part, Part::new(self.file.file)))?;
                in_part = 0;
            }
        }
        self.file.append(records, part)?;
        Ok(Ok(()))
    }

    fn row(&mut self, part: &mut Part, row: Row, cells: &Cells) -> Result<()> {
        if cells.iter().all(|cell| bare(cell).is_empty()) {
            return Ok(());
        }
        if let Some(fault) = self.fault(row, cells) {
            self.table.doubt(part, place(row, ""), fault);
            return Ok(());
        }
        if self.table.layout.is_header(|at| cells.get(at)) {
            part.pass_over("repeated header", 1);
            return Ok(());
        }
        let cell = |at: usize, kind: Kind| given(cells.get(at), kind, row);
        while self.table.read_row(part, &|field| place(row, field), cell) == Asks::ForDays {
            self.days()?.tell(&mut self.table);
        }
        Ok(())
    }

    /// A fault of the row itself, whatever its cells say.
    fn fault(&self, row: Row, cells: &Cells) -> Option<&'static str> {
        let width = self.table.layout.header.len();
        if row.is_misquoted {
            Some(MISQUOTED)
        } else if row.lines > 1 && swallows(cells.iter(), width, self.dialect) {
            Some(SWALLOWED)
        } else {
            (width..cells.len()).any(|at| !bare(cells.get(at)).is_empty()).then_some(TOO_WIDE)
        }
    }

    /// Reads the file once more, for what its dates tell of the order of day and month.
    fn days(&self) -> Result<Days> {
        let mut stream = Stream::open(self.file.path, &Silent)?;
        let mut days = Days::default();
        // What stops here stops the rows too.
        let Ok((text, head)) = begin(self.beginning, &mut stream) else { return Ok(days) };
        let (mut rows, mut cells, mut index) = (Rows::new(text, head, self.dialect), Cells::default(), 0_u64);
        while let Ok(Some(row)) = rows.next(&mut cells) {
            if index > self.header as u64 && self.fault(row, &cells).is_none() {
                days.look_at(&self.table, |at| Some(cells.get(at)));
            }
            index += 1;
            if index.is_multiple_of(BATCH_ROWS) {
                interrupt::check()?;
            }
        }
        Ok(days)
    }
}

fn place(row: Row, field: &str) -> String {
    let rows = if row.lines > 1 {
        format!("lines {} to {}", row.line, row.line + row.lines - 1)
    } else {
        format!("row {}", row.line)
    };
    if field.is_empty() { rows } else { format!("{rows}, {field}") }
}

fn given(cell: &str, kind: Kind, row: Row) -> Given<'_> {
    if cell.is_empty() {
        return Given::Nothing;
    }
    if row.has_stray_quote && kind == Kind::Id && cell.contains('"') && !cell.trim_start().starts_with('=') {
        return Given::Spoilt(QUOTE_IN_KEY);
    }
    if row.has_nul && matches!(kind, Kind::Name | Kind::Text) {
        // Columns of fixed width are filled up with NULs; elsewhere they stand for what was lost.
        return Given::Text(Cow::Owned(cell.trim_matches('\0').replace('\0', "\u{fffd}")));
    }
    Given::Text(Cow::Borrowed(cell))
}

/// Whether cells of a row of several lines hold rows: a line inside of one has the delimiters of a row, or the row lacks
/// cells that lines inside of one seem to have.
fn swallows<'c>(cells: impl Iterator<Item = &'c str> + Clone, width: usize, dialect: Dialect) -> bool {
    let lacks_cells = cells.clone().count() < width;
    let most = |cell: &str| {
        let lines = cell.split(['\n', '\r']).skip(1);
        lines.map(|line| memchr::memchr_iter(dialect.delimiter, line.as_bytes()).count()).max().unwrap_or(0)
    };
    let delimiters = cells.map(most).max().unwrap_or(0);
    (lacks_cells && delimiters > 0) || (width > 2 && delimiters + 1 >= width)
}

/// The first rows of a file: cells, and how they are quoted.
type Head = Vec<(Vec<String>, Row)>;

/// The header row of a file, with the format in which it was found.
struct Header {
    /// The name of the format.
    name: &'static str,
    dialect: Dialect,
    /// Its index.
    row: usize,
    layout: Layout,
}

impl Header {
    fn find(file: SheetFile<'_>, head: &str, ended: bool) -> Result<Self> {
        let mut best: Option<(Self, Head)> = None;
        let (mut problem, mut shown, mut widest) = (Unrecognised::Nothing, Vec::new(), 0);
        let mut is_cut_off = true;
        for (delimiter, name) in DELIMITERS {
            let dialect = Dialect::of(delimiter, head);
            let rows = dialect.first_rows(head, ended, HEADER_ROWS);
            is_cut_off &= rows.is_empty();
            // The first of the widest rows, under the likeliest delimiter.
            if let Some((row, _)) =
                rows.iter().rev().max_by_key(|(row, _)| row.len()).filter(|(row, _)| row.len() > widest)
            {
                widest = row.len();
                shown.clone_from(row);
            }
            match headers::find_header(rows.iter().map(|(row, _)| row), file.sought) {
                Ok((row, layout))
                    if best.as_ref().is_none_or(|(other, _)| layout.matched() > other.layout.matched()) =>
                {
                    best = Some((Self { name, dialect, row, layout }, rows));
                }
                Err(other) if problem == Unrecognised::Nothing => problem = other,
                _ => {}
            }
        }
        if widest > MOST_COLUMNS || (is_cut_off && !ended) {
            return Err(no_sheet(file.path, widest));
        }
        if let Some((header, rows)) = best {
            return header.check(file, &rows).map(|()| header);
        }
        Err(header_in_disguise(file, head).unwrap_or_else(|| file.no_header(&shown, &problem)))
    }

    /// Refuses a header that may have swallowed rows, or that was swallowed once already.
    fn check(&self, file: SheetFile<'_>, rows: &[(Vec<String>, Row)]) -> Result<()> {
        let (cells, row) = &rows[self.row];
        let texts = || cells.iter().map(String::as_str);
        if row.is_misquoted || row.has_stray_quote || (row.lines > 1 && swallows(texts(), usize::MAX, self.dialect)) {
            return Err(misquoted(file.path, row.line));
        }
        if row.lines == 1 && texts().any(|cell| cell.contains('\r')) {
            return Err(two_row_ends(file.path, row.line));
        }
        let is_header = |line: &str| {
            headers::recognise(&line.split(char::from(self.dialect.delimiter)).collect::<Vec<_>>(), file.sought).is_ok()
        };
        let above = rows[..self.row].iter().filter(|(_, row)| row.lines > 1);
        for (cells, row) in above {
            if cells.iter().any(|cell| cell.split(['\n', '\r']).skip(1).take(HEADER_ROWS).any(is_header)) {
                return Err(misquoted(file.path, row.line));
            }
        }
        Ok(())
    }
}

/// The error of a file without a header, if one of its lines would be the header but for its quotes or row ends.
fn header_in_disguise(file: SheetFile<'_>, head: &str) -> Option<Error> {
    let is_header = |line: &str| {
        let line = line.replace('"', "");
        let recognise =
            |delimiter| headers::recognise(&line.split(char::from(delimiter)).collect::<Vec<_>>(), file.sought);
        DELIMITERS.iter().any(|(delimiter, _)| recognise(*delimiter).is_ok())
    };
    let lines = head.split('\n').take(HEADER_ROWS).zip(1..);
    let pieces = lines.flat_map(|(line, number)| {
        line.trim_end_matches('\r').split('\r').take(HEADER_ROWS).map(move |piece| (line, piece, number))
    });
    let (line, piece, number) =
        pieces.filter(|(_, piece, _)| piece.len() < HEADER_TEXT / 16).find(|(_, piece, _)| is_header(piece))?;
    let is_whole = line.trim_end_matches('\r') == piece;
    (piece.contains('"') || !is_whole)
        .then(|| if piece.contains('"') { misquoted(file.path, number) } else { two_row_ends(file.path, number) })
}

fn two_row_ends(path: &Path, line: u64) -> Error {
    Error::input(path, say::row(line), say::TWO_ROW_ENDS, say::SAVE_CSV_AGAIN)
}

fn misquoted(path: &Path, line: u64) -> Error {
    Error::input(path, say::row(line), say::MISQUOTED_HEADER, say::OPEN_QUOTE_REMEDY)
}

fn no_sheet(path: &Path, columns: usize) -> Error {
    let problem = if columns > MOST_COLUMNS {
        say::too_many_columns(columns, MOST_COLUMNS)
    } else {
        say::endless_first_row(HEADER_TEXT)
    };
    Error::input(path, say::row(1), problem, say::WHAT_WROTE_IT)
}

fn explain(path: &Path, compression: Compression, stopped: Stopped) -> Error {
    match stopped {
        Stopped::OpenQuote(line) => Error::input(path, say::row(line), say::OPEN_QUOTE, say::OPEN_QUOTE_REMEDY),
        Stopped::TooLong(line) => {
            Error::input(path, say::row(line), say::long_row_of_text(LONGEST_ROW), say::LONG_ROW_OF_TEXT_REMEDY)
        }
        Stopped::Reading(Unreadable::Io(error)) => stream::explain(path, compression, error),
        Stopped::Reading(Unreadable::Foreign(name)) => {
            Error::input(path, say::FILE, say::foreign_text(name), say::SAVE_CSV_AGAIN)
        }
    }
}

#[cfg(test)]
mod tests;
