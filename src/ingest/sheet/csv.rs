//! CSV and TSV -> the rows of a sheet. The delimiter is the one with which a header row is recognised.

mod rows;
mod torn;

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

use self::rows::{CsvError, CsvRow, CsvRows, Dialect, RowCells};
use self::torn::TornRow;
use crate::error::{Error, Result};
use crate::ingest::encoding::{DecodeError, EncodingHint, TextDecoder};
use crate::ingest::headers::{self, HEADER_ROWS, TableLayout, Unrecognised};
use crate::ingest::records::{FileRecords, PartRecords, field_at};
use crate::ingest::stream::{self, Compression, Stream};
use crate::ingest::table::{BATCH_ROWS, DayOrders, RowRead, SheetFile, TableReader};
use crate::ingest::table_end::{CountsBefore, end_of_table};
use crate::ingest::value::{ExcelEpoch, RawValue, RejectReason, looks_like_date, strip_padding};
use crate::interrupt;
use crate::limits::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::progress::Silent;
use crate::schema::Kind;
use crate::text::errors as say;

/// Delimiters and the names of their formats, the most likely first.
const DELIMITERS: [(u8, &str); 3] = [(b',', "csv"), (b'\t', "tsv"), (b';', "csv with ;")];
/// Bytes at the beginning of a text that have to contain the header.
const HEADER_TEXT: usize = 1 << 20;

const MISQUOTED: RejectReason = "text after a closing quote: double the quotes inside a quoted cell";
const SEVERAL_ROWS: RejectReason =
    "several rows in one cell: an unclosed quote, or one inside a cell that is not doubled";
const TOO_WIDE: RejectReason = "more cells than the header: an unquoted delimiter or a stray quote";
const NUMBERED: RejectReason = "one cell more than the header, and the first is the number of the row: give that \
    column a header, or leave it out";
const CUT_OFF: RejectReason = "the last row lacks cells or the end of the last one, and no line end follows it: the \
    export was cut off; if it is whole, add a line end";
const TORN: RejectReason = "a line break in an unquoted cell seems to have torn this row: quote cells, or take line \
    breaks out of them";
const QUOTE_IN_KEY: RejectReason = "an id with a stray quote inside";

/// Bytes of an id or time that others of its column have by no accident.
const LONG_CELL: usize = 16;

/// Reads the table or list in the file, and returns it with its encoding.
pub fn read(file: SheetFile<'_>, hint: EncodingHint, stream: &mut Stream<'_>) -> Result<(FileRecords, &'static str)> {
    let compression = stream.compression();
    let stopped = |stopped| explain(file.path, compression, stopped);
    let (text, head) = begin(hint, stream).map_err(|unreadable| stopped(unreadable.into()))?;
    let CsvHeader { name, dialect, row, layout } = CsvHeader::find(file, &head, text.ended())?;
    let mut records = FileRecords::default();
    records.tally.set_tables(name, layout.table.name);
    records.tally.unused_columns.clone_from(&layout.unused);
    let mut rows = CsvRows::new(text, head, dialect);
    let mut reader = CsvReader {
        file,
        kind_of_last: kind_of_last(&layout),
        hint,
        dialect,
        header: row,
        table: file.reader_of(&layout, ExcelEpoch::Since1900),
        rows: 0,
        has_short_rows: false,
        first_row: 0,
        last_cells: (usize::MAX, 0),
        whole_row: RowCells::default(),
        torn: TornRow::default(),
    };
    reader.read(&mut rows, &mut records)?.map_err(stopped)?;
    end_of_table((file.path, say::FILE.into()), &mut records, layout.table, CountsBefore::default())?;
    Ok((records, rows.encoding()))
}

/// The text of a file, and the part of it that contains the header.
fn begin<R: Read>(hint: EncodingHint, mut from: R) -> std::result::Result<(TextDecoder<R>, String), DecodeError> {
    std::io::copy(&mut from.by_ref().take(hint.bom_len() as u64), &mut std::io::sink())?;
    let (mut text, mut head) = (TextDecoder::new(from, hint), String::new());
    text.read_on(HEADER_TEXT, &mut head)?;
    Ok((text, head))
}

/// Reads the rows of a file.
struct CsvReader<'f> {
    file: SheetFile<'f>,
    hint: EncodingHint,
    dialect: Dialect,
    /// The index of the header row.
    header: usize,
    table: TableReader<'f>,
    /// Rows below the header so far.
    rows: u64,
    /// Whether a row so far has fewer cells than the header.
    has_short_rows: bool,
    /// The cells of the first row below the header.
    first_row: usize,
    /// The kind of the last column, if it is one of the table.
    kind_of_last: Option<Kind>,
    /// The shortest and the longest of the last cells so far ([`CsvReader::length_of_last`]).
    last_cells: (usize, usize),
    /// The first record that has as many cells as the header.
    whole_row: RowCells,
    /// The row that the next one may continue.
    torn: TornRow,
}

impl CsvReader<'_> {
    /// Reads all rows. The inner error is one of the text.
    fn read<R: Read>(
        &mut self,
        rows: &mut CsvRows<R>,
        records: &mut FileRecords,
    ) -> Result<std::result::Result<(), CsvError>> {
        let (mut part, mut cells, mut index, mut in_part) =
            (PartRecords::new(self.file.file), RowCells::default(), 0, 0);
        loop {
            let row = match rows.next(&mut cells) {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(stopped) => return Ok(Err(stopped)),
            };
            if index > self.header {
                self.piece(&mut part, row, &cells)?;
                in_part += 1;
            } else if index < self.header {
                self.table.row_above(&mut part, cells.len(), &|field| place(row, field), |at, kind| {
                    raw_value(cells.get(at), kind, row)
                });
            }
            index += 1;
            if in_part == self.file.batch_rows() {
                interrupt::check()?;
                self.file.append(records, std::mem::replace(&mut part, PartRecords::new(self.file.file)))?;
                in_part = 0;
            }
        }
        self.release(&mut part)?;
        self.file.append(records, part)?;
        Ok(Ok(()))
    }

    /// Takes a row, or a piece of one. A short row is held back until the next one shows which it is.
    fn piece(&mut self, part: &mut PartRecords, row: CsvRow, cells: &RowCells) -> Result<()> {
        let width = self.table.layout.header.len();
        if !self.torn.is_empty() {
            if !self.torn.is_full() && cells.len() < width && self.is_rest(cells) {
                self.torn.push(row, cells);
                let is_open = self.torn.len() < width || (self.torn.len() == width && cells.ends_with_escape());
                return if is_open { Ok(()) } else { self.join(part) };
            }
            self.release(part)?;
        }
        if (2..width).contains(&cells.len()) || (cells.len() == width && cells.ends_with_escape()) {
            self.torn.push(row, cells);
            return Ok(());
        }
        self.row(part, row, cells)
    }

    /// Returns whether a row with too few cells may be the rest of the one before: it is no note, and no record, also
    /// not one whose first key is lost or became a date.
    fn is_rest(&self, cells: &RowCells) -> bool {
        let cell = |at| cells.get(at);
        let other = |at| self.torn.first(at).filter(|cell| !cell.is_empty()).unwrap_or(self.whole_row.get(at));
        let first = strip_padding(cells.get(0));
        (!first.is_empty() || cells.len() == 1)
            && !looks_like_date(first)
            && self.table.not_a_record(cell, || cells.iter()).is_none()
            && !self.table.may_begin(cell, other)
    }

    /// Reads the rows that were held back: they are no pieces of one.
    fn release(&mut self, part: &mut PartRecords) -> Result<()> {
        self.torn.take().iter().try_for_each(|(row, cells)| self.row(part, *row, cells))
    }

    /// Reads the pieces as one row, if that has the cells of one and all of them can be read; else it is one record
    /// that cannot.
    fn join(&mut self, part: &mut PartRecords) -> Result<()> {
        let Some((row, cells)) = self.torn.joined() else { return Ok(()) };
        self.torn.take();
        let mut trial = PartRecords::new(self.file.file);
        let cell = |at: usize, kind: Kind| raw_value(cells.get(at), kind, row);
        let _ = self.table.read_row(&mut trial, &|_| String::new(), cell);
        if cells.len() == self.table.layout.header.len() && trial.is_sound() {
            return self.row(part, row, &cells);
        }
        self.rows += 1;
        self.table.reject_row(part, place(row, ""), TORN);
        Ok(())
    }

    fn row(&mut self, part: &mut PartRecords, row: CsvRow, cells: &RowCells) -> Result<()> {
        if cells.iter().all(|cell| strip_padding(cell).is_empty()) {
            return Ok(());
        }
        self.rows += 1;
        if self.rows == 1 {
            self.first_row = cells.len();
        }
        if let Some(fault) = self.fault(row, cells).or_else(|| self.is_numbered(cells).then_some(NUMBERED)) {
            self.table.reject_row(part, place(row, ""), fault);
            return Ok(());
        }
        let place_of_row = || say::row(row.line);
        if self.table.skip_row(part, (self.file.path, place_of_row), |at| cells.get(at), || cells.iter())? {
            return Ok(());
        }
        if !row.is_ended && self.is_cut_off(cells) {
            self.table.reject_row(part, place(row, ""), CUT_OFF);
            return Ok(());
        }
        let width = self.table.layout.header.len();
        self.has_short_rows |= cells.len() < width;
        let last = self.length_of_last(cells);
        self.last_cells = (self.last_cells.0.min(last), self.last_cells.1.max(last));
        if self.whole_row.len() == 0 && cells.len() >= width {
            self.whole_row.clone_from(cells);
        }
        let cell = |at: usize, kind: Kind| raw_value(cells.get(at), kind, row);
        while self.table.read_row(part, &|field| place(row, field), cell) == RowRead::NeedsDayOrder {
            self.days()?.apply(&mut self.table);
        }
        Ok(())
    }

    /// Returns whether the last row of a file, which no line end follows, lacks cells or the end of its last one. Where
    /// other rows lack cells too, it is as whole as they are; ids and times that all have one length show one cut off.
    fn is_cut_off(&self, cells: &RowCells) -> bool {
        if cells.len() < self.table.layout.header.len() {
            return !self.has_short_rows && self.rows > 1;
        }
        let (shortest, longest) = self.last_cells;
        let least = if self.kind_of_last == Some(Kind::Time) { 2 } else { LONG_CELL };
        self.rows > 2 && shortest == longest && shortest >= least && (1..shortest).contains(&self.length_of_last(cells))
    }

    /// The length of the last cell: of an id its bytes; of a time, where hours and days have one digit or two, what is
    /// no digit.
    fn length_of_last(&self, cells: &RowCells) -> usize {
        let last = cells.get(self.table.layout.header.len() - 1);
        match self.kind_of_last {
            Some(Kind::Id) => last.len(),
            Some(Kind::Time) => last.chars().filter(|c| !c.is_ascii_digit()).count(),
            _ => 0,
        }
    }

    fn fault(&self, row: CsvRow, cells: &RowCells) -> Option<&'static str> {
        let width = self.table.layout.header.len();
        if row.is_misquoted {
            Some(MISQUOTED)
        } else if row.lines > 1 && contains_rows(&self.table, cells.iter(), |at| cells.get(at), width, self.dialect) {
            Some(SEVERAL_ROWS)
        } else {
            // As many cells as two rows, all empty beyond the header: a line end was lost, unless all rows are padded.
            let is_two_rows = width > 2 && cells.len() >= 2 * width - 1 && cells.len() != self.first_row;
            let is_too_wide = is_two_rows || (width..cells.len()).any(|at| !strip_padding(cells.get(at)).is_empty());
            is_too_wide.then_some(TOO_WIDE)
        }
    }

    /// Returns whether the row begins with its number, for which there is no header, so that each cell is in the column
    /// of the next: `write.table` of R writes this.
    fn is_numbered(&self, cells: &RowCells) -> bool {
        let header = &self.table.layout.header;
        // Where the first header is of no column that is used, the number is under it.
        cells.len() == header.len() + 1
            && self.table.layout.uses(0)
            && header.iter().all(|header| !header.is_empty())
            && cells.get(0).parse() == Ok(self.rows)
    }

    /// Reads the file again for the order of day and month in its dates.
    fn days(&self) -> Result<DayOrders> {
        let mut stream = Stream::open(self.file.path, &Silent)?;
        let mut days = DayOrders::default();
        // An error here stops the reading of rows too.
        let Ok((text, head)) = begin(self.hint, &mut stream) else { return Ok(days) };
        let (mut rows, mut cells, mut index) = (CsvRows::new(text, head, self.dialect), RowCells::default(), 0_u64);
        while let Ok(Some(row)) = rows.next(&mut cells) {
            if index > self.header as u64 && self.fault(row, &cells).is_none() {
                days.update(&self.table, |at| Some(cells.get(at)));
            }
            index += 1;
            if index.is_multiple_of(BATCH_ROWS) {
                interrupt::check()?;
            }
        }
        Ok(days)
    }
}

fn place(row: CsvRow, field: &str) -> String {
    let CsvRow { line, lines, .. } = row;
    if lines > 1 {
        field_at(format_args!("lines {line} to {}", line + lines - 1), field)
    } else {
        field_at(format_args!("row {line}"), field)
    }
}

fn raw_value(cell: &str, kind: Kind, row: CsvRow) -> RawValue<'_> {
    if cell.is_empty() {
        return RawValue::Null;
    }
    if row.has_stray_quote && kind == Kind::Id && cell.contains('"') && !cell.trim_start().starts_with('=') {
        return RawValue::Unreadable(QUOTE_IN_KEY);
    }
    if row.has_nul && matches!(kind, Kind::Name | Kind::Text) {
        // Columns of fixed width are padded with NULs; elsewhere a NUL replaces a lost character.
        return RawValue::Text(Cow::Owned(cell.trim_matches('\0').replace('\0', "\u{fffd}")));
    }
    RawValue::Text(Cow::Borrowed(cell))
}

fn kind_of_last(layout: &TableLayout) -> Option<Kind> {
    let at = layout.positions.iter().position(|place| *place == Some(layout.header.len() - 1))?;
    Some(layout.table.columns[at].column.kind)
}

/// Returns whether cells of a row of several lines contain rows: a line inside one is like a row of the table, beside
/// `row`, and has the delimiters of a row, or the row lacks cells that the line seems to have.
fn contains_rows<'c>(
    table: &TableReader<'_>,
    cells: impl Iterator<Item = &'c str> + Clone,
    row: impl Fn(usize) -> &'c str,
    width: usize,
    dialect: Dialect,
) -> bool {
    let least = if cells.clone().count() < width { 2 } else { width.max(3) };
    cells.flat_map(|cell| cell.split(['\n', '\r']).skip(1)).any(|line| {
        let parts: Vec<&str> = line.split(char::from(dialect.delimiter)).collect();
        parts.len() >= least && table.is_like_row(&parts, &row)
    })
}

/// The first rows of a file, with their quoting.
type Head = Vec<(Vec<String>, CsvRow)>;

/// The header row of a file, and the format in which it was found.
struct CsvHeader {
    name: &'static str,
    dialect: Dialect,
    /// Its index.
    row: usize,
    layout: TableLayout,
}

impl CsvHeader {
    fn find(file: SheetFile<'_>, head: &str, ended: bool) -> Result<Self> {
        let mut best: Option<(Self, Head)> = None;
        let (mut problem, mut shown, mut widest) = (Unrecognised::Nothing, Vec::new(), 0);
        let (mut is_cut_off, mut other) = (true, None);
        for (delimiter, name) in DELIMITERS {
            let dialect = Dialect::new(delimiter, head);
            let rows = dialect.first_rows(head, ended, HEADER_ROWS);
            is_cut_off &= rows.is_empty();
            // The first of the widest rows, with the most likely delimiter.
            if let Some((row, _)) =
                rows.iter().rev().max_by_key(|(row, _)| row.len()).filter(|(row, _)| row.len() > widest)
            {
                widest = row.len();
                shown.clone_from(row);
            }
            other = other.or_else(|| rows.iter().find_map(|(row, _)| with_other_delimiter(row)));
            match headers::find_header(rows.iter().map(|(row, _)| row), file.expected) {
                Ok((row, layout))
                    if best.as_ref().is_none_or(|(other, _)| layout.matched() > other.layout.matched()) =>
                {
                    best = Some((Self { name, dialect, row, layout }, rows));
                }
                Err(other) if problem == Unrecognised::Nothing => problem = other,
                _ => {}
            }
        }
        if widest > MAX_COLUMNS || (is_cut_off && !ended) {
            return Err(not_a_sheet(file.path, widest));
        }
        if let Some((header, rows)) = best {
            return header.check(file, &rows).map(|()| header);
        }
        if holds_answers(head) {
            return Err(Error::input(file.path, say::FILE, say::JSON_IN_TEXT, say::JSON_IN_TEXT_REMEDY));
        }
        Err(disguised_header(file, head).unwrap_or_else(|| file.no_header(&other.unwrap_or(shown), &problem)))
    }

    /// Refuses a header with a stray quote: rows may be in one of its cells, or the header in a cell of a row above.
    fn check(&self, file: SheetFile<'_>, rows: &[(Vec<String>, CsvRow)]) -> Result<()> {
        let (cells, row) = &rows[self.row];
        let texts = || cells.iter().map(String::as_str);
        let table = TableReader::new(&self.layout, file.zone, ExcelEpoch::None);
        if row.is_misquoted
            || row.has_stray_quote
            || (row.lines > 1 && contains_rows(&table, texts(), |_| "", usize::MAX, self.dialect))
        {
            return Err(misquoted(file.path, row.line));
        }
        if row.lines == 1 && texts().any(|cell| cell.contains('\r')) {
            return Err(two_row_ends(file.path, row.line));
        }
        let is_header = |line: &str| {
            headers::recognise(&line.split(char::from(self.dialect.delimiter)).collect::<Vec<_>>(), file.expected)
                .is_ok()
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

/// The only cell of a row, if it holds several headers, with a delimiter between them that is not tried.
fn with_other_delimiter(row: &[String]) -> Option<Vec<String>> {
    let mut filled = row.iter().filter(|cell| !cell.is_empty());
    let (only, None) = (filled.next()?, filled.next()) else { return None };
    let is_tried = DELIMITERS.iter().any(|(delimiter, _)| only.contains(char::from(*delimiter)));
    (!is_tried && headers::holds_several(only)).then(|| vec![only.clone()])
}

/// Returns whether the text has answers of the service inside: behind HTTP headers or times of a log, or as a text.
fn holds_answers(head: &str) -> bool {
    const KEYS: [&str; 4] = ["errcode", "external_contact", "follow_info", "group_chat"];
    let is_key = |key: &str| ["\"", "\\\"", "'"].iter().any(|quote| head.contains(&format!("{quote}{key}{quote}")));
    head.contains('{') && KEYS.iter().any(|key| is_key(key))
}

/// The error of a file in which a line would be the header without its quotes or with other row ends.
fn disguised_header(file: SheetFile<'_>, head: &str) -> Option<Error> {
    let is_header = |line: &str| {
        let line = line.replace('"', "");
        let recognise =
            |delimiter| headers::recognise(&line.split(char::from(delimiter)).collect::<Vec<_>>(), file.expected);
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

fn not_a_sheet(path: &Path, columns: usize) -> Error {
    let problem = if columns > MAX_COLUMNS {
        say::too_many_columns(columns, MAX_COLUMNS)
    } else {
        say::endless_first_row(HEADER_TEXT)
    };
    Error::input(path, say::row(1), problem, say::WHAT_WROTE_IT)
}

fn explain(path: &Path, compression: Compression, stopped: CsvError) -> Error {
    match stopped {
        CsvError::OpenQuote(line) => Error::input(path, say::row(line), say::OPEN_QUOTE, say::OPEN_QUOTE_REMEDY),
        CsvError::TooLong(line) => {
            Error::input(path, say::row(line), say::long_row_of_text(MAX_ROW_BYTES), say::LONG_ROW_OF_TEXT_REMEDY)
        }
        CsvError::Decoding(DecodeError::Io(error)) => stream::explain(path, compression, error),
        CsvError::Decoding(DecodeError::Foreign(name)) => {
            Error::input(path, say::FILE, say::foreign_text(name), say::SAVE_CSV_AGAIN)
        }
    }
}

#[cfg(test)]
mod tests;
