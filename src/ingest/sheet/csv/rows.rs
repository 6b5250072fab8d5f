//! Text -> the rows of a sheet: cells between delimiters, quoted where they contain a delimiter, a quote or a line
//! break.
//!
//! Our own splitter, since the `csv` crate accepts any text without a word. It does not report text after a closing
//! quote, a quote inside an unquoted cell, a quote that is open at the end of the file, or the lines of a row; with
//! each of them a stray quote merges rows in silence, which would count customers as absent. Nor does it limit the
//! length of a row.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use crate::ingest::encoding::{DecodeError, TextDecoder};
use crate::limits::MAX_ROW_BYTES;

/// The cells of a row.
#[derive(Debug, Default, Clone)]
pub struct RowCells {
    text: String,
    /// The end of each cell in `text`.
    ends: Vec<usize>,
    /// Whether a quote is in the row, which may then have several lines.
    has_quote: bool,
    /// Whether text follows a closing quote.
    is_misquoted: bool,
    /// Whether a quote is inside a cell that does not begin with one.
    has_stray_quote: bool,
}

impl RowCells {
    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.has_quote = false;
        self.is_misquoted = false;
        self.has_stray_quote = false;
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        (0..self.ends.len()).map(|n| self.get(n))
    }

    /// Cell `n`; empty after the last.
    pub fn get(&self, n: usize) -> &str {
        let Some(&end) = self.ends.get(n) else { return "" };
        &self.text[if n == 0 { 0 } else { self.ends[n - 1] }..end]
    }

    fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Returns whether the line break behind the cells may be escaped with a backslash, as databases do.
    pub fn ends_with_escape(&self) -> bool {
        self.text.ends_with('\\')
    }

    /// Appends cells of which the first is the rest of the last one, behind a line break.
    pub fn join(&mut self, rest: &Self) {
        self.ends.pop();
        if self.ends_with_escape() {
            self.text.pop();
        }
        self.text.push('\n');
        rest.iter().for_each(|cell| self.push(cell));
        self.is_misquoted |= rest.is_misquoted;
        self.has_stray_quote |= rest.has_stray_quote;
    }
}

/// The position and quoting of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvRow {
    /// Its first line, from 1.
    pub line: u64,
    /// The number of its lines.
    pub lines: u64,
    /// Whether text follows a closing quote.
    pub is_misquoted: bool,
    /// Whether a quote is inside a cell that does not begin with one.
    pub has_stray_quote: bool,
    /// Whether it contains a NUL.
    pub has_nul: bool,
    /// Whether a line end follows it: of the last row of a file there may be none.
    pub is_ended: bool,
}

impl CsvRow {
    /// The row with the next one, as one.
    #[must_use]
    pub fn joined_with(self, next: Self) -> Self {
        Self {
            line: self.line,
            lines: next.line + next.lines - self.line,
            is_misquoted: self.is_misquoted || next.is_misquoted,
            has_stray_quote: self.has_stray_quote || next.has_stray_quote,
            has_nul: self.has_nul || next.has_nul,
            is_ended: next.is_ended,
        }
    }
}

/// The reason why rows cannot be read on.
#[derive(Debug)]
pub enum CsvError {
    Decoding(DecodeError),
    /// A quote in the row at that line is not closed before the end of the file.
    OpenQuote(u64),
    /// The row at that line is longer than [`MAX_ROW_BYTES`].
    TooLong(u64),
}

impl From<DecodeError> for CsvError {
    fn from(unreadable: DecodeError) -> Self {
        Self::Decoding(unreadable)
    }
}

/// The delimiter of cells, the end of rows, and the quotes around cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    pub delimiter: u8,
    /// `\n`, or `\r` in files without `\n`.
    pub newline: u8,
    /// `"`, or `'` where all texts are literals of SQL.
    pub quote: u8,
}

impl Dialect {
    /// The dialect with that delimiter, the first line end of the text outside quotes, and the quotes of its first
    /// lines.
    pub fn new(delimiter: u8, text: &str) -> Self {
        let mut lines = text.split(['\r', '\n']).filter(|line| !line.is_empty()).take(2);
        let quote = if lines.any(|line| is_of_literals(line, delimiter)) { b'\'' } else { b'"' };
        let newline = if ends_with_return(text.as_bytes(), delimiter, quote) { b'\r' } else { b'\n' };
        Self { delimiter, newline, quote }
    }

    /// The first rows of a text, at most `max`; the last row of the text only if the text `ended`, since it may be
    /// cut off.
    pub fn first_rows(self, text: &str, ended: bool, max: usize) -> Vec<(Vec<String>, CsvRow)> {
        let (mut at, mut cells, mut rows, mut line) = (0, RowCells::default(), Vec::new(), 1);
        while rows.len() < max && at < text.len() {
            let Some(length) = self.split(&text[at..], ended, &mut cells) else { break };
            let row = self.row(&text.as_bytes()[at..at + length], line, &cells);
            line += row.lines;
            rows.push((cells.iter().map(str::to_owned).collect(), row));
            at += length;
        }
        rows
    }

    fn row(self, bytes: &[u8], line: u64, cells: &RowCells) -> CsvRow {
        let lines = if cells.has_quote { memchr_iter(self.newline, bytes).count().max(1) as u64 } else { 1 };
        let RowCells { is_misquoted, has_stray_quote, .. } = *cells;
        let is_ended = bytes.last() == Some(&self.newline);
        CsvRow { line, lines, is_misquoted, has_stray_quote, has_nul: memchr(0, bytes).is_some(), is_ended }
    }

    /// Splits the first row of the text into cells. Returns its length with its line end; none if it does not end
    /// there.
    fn split(self, text: &str, ended: bool, cells: &mut RowCells) -> Option<usize> {
        cells.clear();
        let end = memchr(self.newline, text.as_bytes());
        let line = &text[..end.unwrap_or(text.len())];
        if memchr(self.quote, line.as_bytes()).is_some() {
            cells.has_quote = true;
            return self.split_quoted(text, ended, cells);
        }
        if end.is_none() && !ended {
            return None;
        }
        let row = self.without_return(line);
        cells.text.reserve(row.len());
        let mut from = 0;
        for to in memchr_iter(self.delimiter, row.as_bytes()) {
            cells.push(&row[from..to]);
            from = to + 1;
        }
        cells.push(&row[from..]);
        Some(end.map_or(text.len(), |end| end + 1))
    }

    /// Strips returns: software that converts line ends twice writes `\r\r\n`.
    fn without_return(self, line: &str) -> &str {
        if self.newline == b'\n' { line.trim_end_matches('\r') } else { line }
    }

    fn split_quoted(self, text: &str, ended: bool, cells: &mut RowCells) -> Option<usize> {
        let bytes = text.as_bytes();
        // In concatenated files a byte order mark is at the front of a row.
        let mut at = if text.starts_with("\u{feff}\"") { '\u{feff}'.len_utf8() } else { 0 };
        loop {
            let is_quoted = bytes.get(at) == Some(&self.quote);
            if is_quoted {
                at = push_quoted(text, at + 1, (self.quote, ended), cells)?;
            }
            // The unquoted rest; nothing, if the cell is quoted.
            let rest = &bytes[at..];
            let end =
                at + rest.iter().position(|&byte| byte == self.delimiter || byte == self.newline).unwrap_or(rest.len());
            if end == bytes.len() && !ended {
                return None;
            }
            let is_last = bytes.get(end) != Some(&self.delimiter);
            let plain = if is_last { self.without_return(&text[at..end]) } else { &text[at..end] };
            // Blanks after a quoted cell are ignored.
            let plain = if is_quoted && plain.trim_start().is_empty() { "" } else { plain };
            cells.is_misquoted |= is_quoted && !plain.is_empty();
            // A formula `="00123"` prevents a spreadsheet from reading a number.
            cells.has_stray_quote |=
                !is_quoted && memchr(self.quote, plain.as_bytes()).is_some() && !plain.trim_start().starts_with('=');
            cells.push(plain);
            at = end + 1;
            if is_last {
                return Some(at.min(bytes.len()));
            }
        }
    }
}

/// Returns whether the first row of a text ends with a return alone, as on old Macs.
fn ends_with_return(text: &[u8], delimiter: u8, quote: u8) -> bool {
    let (mut at, mut begins) = (0, true);
    while let Some(&byte) = text.get(at) {
        match byte {
            _ if byte == quote && begins => match end_of_quoted(text, at + 1, quote) {
                Some(end) => at = end - 1,
                None => return false,
            },
            b'\n' => return false,
            b'\r' => return text[at..].iter().find(|byte| **byte != b'\r') != Some(&b'\n'),
            _ => {}
        }
        begins = byte == delimiter;
        at += 1;
    }
    false
}

/// The end of the closing quote of a cell whose text begins at `at`.
fn end_of_quoted(text: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    loop {
        at += memchr(quote, &text[at..])? + 1;
        if text.get(at) != Some(&quote) {
            return Some(at);
        }
        at += 1;
    }
}

/// Appends the text of a quoted cell, which begins at `at`. Returns the end of its closing quote; none if it is not
/// there.
fn push_quoted(text: &str, mut at: usize, (quote, ended): (u8, bool), cells: &mut RowCells) -> Option<usize> {
    loop {
        let end = at + memchr(quote, &text.as_bytes()[at..])?;
        cells.text.push_str(&text[at..end]);
        match text.as_bytes().get(end + 1) {
            Some(next) if *next == quote => {
                cells.text.push(char::from(quote));
                at = end + 2;
            }
            None if !ended => return None,
            _ => return Some(end + 1),
        }
    }
}

/// Returns whether the cells of a line are literals of SQL: texts in single quotes, some of them, numbers and `NULL`.
/// (A single quote in front of a text alone is a guard of spreadsheets.)
fn is_of_literals(line: &str, delimiter: u8) -> bool {
    let is_text = |cell: &str| cell.len() >= 2 && cell.starts_with('\'') && cell.ends_with('\'');
    let is_other = |cell: &str| {
        let is_number = cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
        is_number || cell.eq_ignore_ascii_case("NULL")
    };
    let cells = || line.split(char::from(delimiter));
    cells().all(|cell| is_text(cell) || is_other(cell)) && cells().filter(|cell| is_text(cell)).nth(1).is_some()
}

/// Reads the rows of a text, one at a time.
pub struct CsvRows<R> {
    text: TextDecoder<R>,
    dialect: Dialect,
    /// Text that was read; rows up to `at` were returned.
    buffer: String,
    at: usize,
    line: u64,
}

impl<R: Read> CsvRows<R> {
    /// A reader of the rows in `buffer`, and of those after it.
    pub fn new(text: TextDecoder<R>, buffer: String, dialect: Dialect) -> Self {
        Self { text, dialect, buffer, at: 0, line: 1 }
    }

    /// The encoding, as far as it is known yet.
    pub fn encoding(&self) -> &'static str {
        self.text.encoding()
    }

    /// Reads the cells of the next row into `cells`; none after the last.
    pub fn next(&mut self, cells: &mut RowCells) -> Result<Option<CsvRow>, CsvError> {
        loop {
            let rest = &self.buffer[self.at..];
            if rest.is_empty() && self.text.ended() {
                return Ok(None);
            }
            if let Some(length) = self.dialect.split(rest, self.text.ended(), cells) {
                return Ok(Some(self.row(length, cells)));
            }
            if self.text.ended() {
                return Err(CsvError::OpenQuote(self.line));
            }
            if rest.len() > MAX_ROW_BYTES {
                return Err(CsvError::TooLong(self.line));
            }
            // Doubles the text, so that a long row is scanned few times.
            let more = rest.len();
            self.buffer.drain(..self.at);
            self.at = 0;
            self.text.read_on(more, &mut self.buffer)?;
        }
    }

    fn row(&mut self, length: usize, cells: &RowCells) -> CsvRow {
        let row = self.dialect.row(&self.buffer.as_bytes()[self.at..self.at + length], self.line, cells);
        self.line += row.lines;
        self.at += length;
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::encoding::EncodingHint;

    /// The rows of a text, cells between `|`, `!` in front of one that is misquoted; or why there are no more.
    fn split(text: &str) -> Vec<String> {
        let reader = TextDecoder::new(text.as_bytes(), EncodingHint::Unknown);
        let mut rows = CsvRows::new(reader, String::new(), Dialect::new(b',', text));
        let (mut cells, mut shown) = (RowCells::default(), Vec::new());
        loop {
            match rows.next(&mut cells) {
                Ok(Some(row)) => {
                    let mark = if row.is_misquoted { "!" } else { "" };
                    shown.push(format!("{}{mark}:{}", row.line, cells.iter().collect::<Vec<_>>().join("|")));
                }
                Ok(None) => return shown,
                Err(CsvError::OpenQuote(line)) => shown.push(format!("open since {line}")),
                Err(stopped) => panic!("{stopped:?}"),
            }
            if shown.last().is_some_and(|last| last.starts_with("open")) {
                return shown;
            }
        }
    }

    #[test]
    fn rows_end_where_lines_end_outside_of_quotes() {
        assert_eq!(split("a,b\r\nc,d\n\ne"), ["1:a|b", "2:c|d", "3:", "4:e"]);
        assert_eq!(split("a\rb\rc"), ["1:a", "2:b", "3:c"]);
        assert_eq!(split("\"a\nb\",c\r\nd,\"e \"\"f\"\"\""), ["1:a\nb|c", "3:d|e \"f\""]);
        assert_eq!(split("\"\",\"\"\n,\n"), ["1:|", "2:|"]);
        assert_eq!(split("a \"b\" c,d\"\n"), ["1:a \"b\" c|d\""]);
        assert_eq!(split(""), [""; 0]);
    }

    #[test]
    fn a_quote_too_many_is_reported() {
        assert_eq!(split("a,\"b\"c,d\ne\n"), ["1!:a|bc|d", "2:e"]);
        assert_eq!(
            split("ann,\"Ann\nbob,Bob\ncat,\"Cat\"\ndan,Dan\n"),
            ["1!:ann|Ann\nbob,Bob\ncat,Cat\"", "4:dan|Dan"]
        );
        assert_eq!(split("a\nb,\"c\nd\n"), ["1:a", "open since 2"]);
        assert_eq!(split("a,\"\"b\n"), ["1!:a|b"]);
        assert_eq!(split("\"a\" ,b\n\"c\"\t\r\n"), ["1:a|b", "2:c"]);
    }

    #[test]
    fn texts_may_be_literals() {
        assert_eq!(split("'a','b'\n'it''s','c,\n\"d\"'\n1,NULL\n"), ["1:a|b", "2:it's|c,\n\"d\"", "4:1|NULL"]);
        assert_eq!(split("a,b\n'c',1,'d'\n'e\n"), ["1:a|b", "2:c|1|d", "open since 3"]);
        // A guard, a name in quotes, and a single text.
        assert_eq!(split("a,b\n'001,'002\n"), ["1:a|b", "2:'001|'002"]);
        assert_eq!(split("a,b\n'c',d\n"), ["1:a|b", "2:'c'|d"]);
        assert_eq!(split("a,b\n1,'c'\n"), ["1:a|b", "2:1|'c'"]);
    }

    #[test]
    fn rows_do_not_depend_on_how_they_are_read() {
        let row = |n: usize| format!("{n},\"{}\"\"x\",\n", "林".repeat(n % 3000));
        let text: String = (0..1500).map(row).collect();
        let expected = (0..1500).map(|n| format!("{}:{n}|{}\"x|", n + 1, "林".repeat(n % 3000)));
        assert!(split(&text).into_iter().eq(expected));
    }

    #[test]
    fn a_row_has_a_largest_length() {
        let endless = format!("a,b\nc,\"{}", "d".repeat(MAX_ROW_BYTES * 3));
        let mut rows = CsvRows::new(
            TextDecoder::new(endless.as_bytes(), EncodingHint::Unknown),
            String::new(),
            Dialect::new(b',', "\n"),
        );
        let mut cells = RowCells::default();
        assert!(rows.next(&mut cells).unwrap().is_some());
        assert!(matches!(rows.next(&mut cells), Err(CsvError::TooLong(2))));
        assert!(rows.buffer.capacity() < MAX_ROW_BYTES * 5 / 2, "{}", rows.buffer.capacity());
    }
}
