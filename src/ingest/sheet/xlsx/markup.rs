//! The check of the markup of a workbook's part while it is unpacked: texts are of limited size, and positions are of a
//! sheet.
//!
//! Our own scanner, since `quick-xml`, which `calamine` uses, buffers an event of any size before it returns it: what
//! is too large has to be refused before.

use std::collections::BTreeSet;

use memchr::memchr_iter;

use crate::ingest::value::day_order;
use crate::limits::{MAX_CELL_BYTES, MAX_COLUMNS, MAX_MERGES, MAX_SHEET_ROWS, MAX_TAG_BYTES, MAX_TEXTS};
use crate::text::{Text, errors as say};

/// Errors of cells that `calamine` knows.
const KNOWN_ERRORS: [&[u8]; 7] = [b"#DIV/0!", b"#N/A", b"#NAME?", b"#NULL!", b"#NUM!", b"#REF!", b"#VALUE!"];

/// Counts over all parts of a workbook.
#[derive(Debug, Default)]
pub struct WorkbookSummary {
    /// Whether cells are merged downwards.
    pub has_tall_merges: bool,
    /// Whether a cell has a formula without its result.
    pub has_bare_formulas: bool,
    /// Places of cells with an error that `calamine` does not know, by row and column from 0, over all sheets.
    pub strange_errors: BTreeSet<(u32, u32)>,
    /// Whether a text is a date with the year last that only one order of day and month fits.
    pub has_dated_texts: bool,
    texts: u64,
    merges: u64,
}

/// The check of one part, fed chunk by chunk.
#[derive(Debug, Default)]
pub struct MarkupCheck {
    /// The last piece, a tag and the text after it, as far as it was read.
    piece: Vec<u8>,
    has_begun: bool,
    /// Bytes since the start of the current cell or shared text.
    cell: Option<usize>,
    formula: FormulaCell,
    /// The place of the current cell, if it holds an error.
    error_at: Option<(u32, u32)>,
}

/// State of a cell that may have a formula.
#[derive(Debug, Default)]
struct FormulaCell {
    has_formula: bool,
    /// Whether its result is there; that of a text may be empty.
    has_result: bool,
}

impl MarkupCheck {
    /// Checks the next bytes.
    pub fn update(&mut self, bytes: &[u8], summary: &mut WorkbookSummary) -> Result<(), Text> {
        if !std::mem::replace(&mut self.has_begun, true)
            && [[0xff, 0xfe], [0xfe, 0xff], [0, b'<'], [b'<', 0]].iter().any(|mark| bytes.starts_with(mark))
        {
            return Err(say::FOREIGN_MARKUP);
        }
        let mut from = 0;
        for to in memchr_iter(b'<', bytes) {
            if self.piece.is_empty() {
                self.check_piece(&bytes[from..to], summary)?;
            } else {
                self.piece.extend_from_slice(&bytes[from..to]);
                let piece = std::mem::take(&mut self.piece);
                self.check_piece(&piece, summary)?;
            }
            from = to;
        }
        self.piece.extend_from_slice(&bytes[from..]);
        if self.piece.len() > MAX_TAG_BYTES { Err(say::LONG_MARKUP) } else { Ok(()) }
    }

    /// Checks the rest.
    pub fn finish(mut self, summary: &mut WorkbookSummary) -> Result<(), Text> {
        let piece = std::mem::take(&mut self.piece);
        self.check_piece(&piece, summary)
    }

    fn check_piece(&mut self, piece: &[u8], summary: &mut WorkbookSummary) -> Result<(), Text> {
        if piece.len() > MAX_TAG_BYTES {
            return Err(say::LONG_MARKUP);
        }
        let tag = &piece[..piece.iter().position(|&byte| byte == b'>').unwrap_or(piece.len())];
        match local_name(tag) {
            b"c" => {
                self.cell = Some(0);
                self.formula = FormulaCell { has_formula: false, has_result: attribute(tag, b"t") == Some(b"str") };
                let place = attribute(tag, b"r").map(|place| cell(place).ok_or(say::NOT_IN_A_SHEET)).transpose()?;
                let from_0 = |(column, row): (u64, u64)| Some((small(row)?, small(column)?));
                self.error_at = place.filter(|_| attribute(tag, b"t") == Some(b"e")).and_then(from_0);
            }
            b"si" => {
                self.cell = Some(0);
                summary.texts += 1;
            }
            b"t" if !summary.has_dated_texts => {
                summary.has_dated_texts = is_dated_text(&piece[(tag.len() + 1).min(piece.len())..]);
            }
            b"f" => self.formula.has_formula = true,
            b"v" => {
                self.formula.has_result |= piece.len() > tag.len() + 1;
                let is_known = || KNOWN_ERRORS.contains(&piece[(tag.len() + 1).min(piece.len())..].trim_ascii());
                summary.strange_errors.extend(self.error_at.filter(|_| !is_known()));
            }
            b"/c" => {
                self.cell = None;
                let FormulaCell { has_formula, has_result } = std::mem::take(&mut self.formula);
                summary.has_bare_formulas |= has_formula && !has_result;
            }
            b"/si" => self.cell = None,
            b"sst" => {
                summary.texts = summary
                    .texts
                    .max(attribute(tag, b"uniqueCount").map_or(0, |count| number(count).unwrap_or(u64::MAX)));
            }
            b"row" => attribute(tag, b"r").map_or(Some(1), row).map(drop).ok_or(say::NOT_IN_A_SHEET)?,
            b"dimension" => {
                attribute(tag, b"ref").map_or(Ok(()), |range| cells(range).map(drop).ok_or(say::NOT_IN_A_SHEET))?;
            }
            b"mergeCell" => {
                summary.merges += 1;
                let (first, last) = attribute(tag, b"ref").and_then(cells).ok_or(say::NOT_IN_A_SHEET)?;
                summary.has_tall_merges |= last.1 > first.1;
            }
            _ => {}
        }
        if let Some(bytes) = &mut self.cell {
            *bytes += piece.len();
            if *bytes > MAX_CELL_BYTES {
                return Err(say::LONG_MARKUP);
            }
        }
        if summary.texts > MAX_TEXTS || summary.merges > MAX_MERGES { Err(say::TOO_MANY_TEXTS) } else { Ok(()) }
    }
}

/// The name of a tag without its namespace, a slash in front of that of an end tag.
fn local_name(tag: &[u8]) -> &[u8] {
    let Some(tag) = tag.strip_prefix(b"<") else { return b"" };
    let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
    let name = tag[..end].strip_suffix(b"/").unwrap_or(&tag[..end]);
    match name.iter().position(|&byte| byte == b':') {
        // Of prefixed end tags only these two matter.
        Some(colon) if name.starts_with(b"/") => match &name[colon + 1..] {
            b"c" => b"/c",
            b"si" => b"/si",
            _ => b"",
        },
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// The value of an attribute, or what there is of one that a `<` or `>` cuts off: no position and no count has any.
fn attribute<'t>(tag: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&tag[from..], name) {
        let (at, behind) = (from + found, from + found + name.len());
        from = behind;
        let begins = at > 0 && tag[at - 1].is_ascii_whitespace();
        let rest = &tag[behind..].trim_ascii_start();
        if let (true, Some(value)) = (begins, rest.strip_prefix(b"=")) {
            let value = value.trim_ascii_start();
            let (&quote, value) = value.split_first()?;
            let end = value.iter().position(|&byte| byte == quote);
            return Some(&value[..end.unwrap_or(value.len())]);
        }
    }
    None
}

/// Returns whether the text is like `13/5/2026`, where only one order of day and month fits.
fn is_dated_text(text: &[u8]) -> bool {
    let is_like_one =
        text.len() >= 8 && text[0].is_ascii_digit() && text[1..3].iter().any(|byte| !byte.is_ascii_digit());
    let shows_order = |text: &str| day_order(text).is_some();
    is_like_one && std::str::from_utf8(text).is_ok_and(shows_order)
}

/// A number from 1 as one from 0.
fn small(number: u64) -> Option<u32> {
    u32::try_from(number).ok()?.checked_sub(1)
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The number of a row.
fn row(digits: &[u8]) -> Option<u64> {
    let is_plain = digits.len() <= 7 && digits.iter().all(u8::is_ascii_digit);
    number(digits).filter(|row| is_plain && (1..=MAX_SHEET_ROWS).contains(row))
}

/// The column and the row of a cell, both from 1.
fn cell(place: &[u8]) -> Option<(u64, u64)> {
    let letters = place.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let column = (1..=3).contains(&letters).then(|| {
        place[..letters]
            .iter()
            .fold(0, |column, letter| column * 26 + u64::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    let row = row(&place[letters..])?;
    (column <= MAX_COLUMNS as u64).then_some((column, row))
}

/// The first and the last cell of a range.
fn cells(range: &[u8]) -> Option<((u64, u64), (u64, u64))> {
    let mut ends = range.split(|&byte| byte == b':').map(cell);
    let first = ends.next()??;
    let last = ends.next().unwrap_or(Some(first))?;
    (ends.next().is_none() && first.0 <= last.0 && first.1 <= last.1).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a part in chunks of every small size.
    fn look(markup: &str) -> Result<bool, Text> {
        let mut answers = (1..9).map(|size| {
            let (mut part, mut summary) = (MarkupCheck::default(), WorkbookSummary::default());
            markup.as_bytes().chunks(size).try_for_each(|chunk| part.update(chunk, &mut summary))?;
            part.finish(&mut summary)?;
            Ok(summary.has_tall_merges)
        });
        let first = answers.next().unwrap();
        assert!(answers.all(|answer| answer == first), "{markup}");
        first
    }

    #[test]
    fn places_have_to_be_of_a_sheet() {
        assert_eq!(
            look("<row r=\"1\" spans=\"1:2\"><c r=\"A1\" t=\"s\"><v>0</v></c><c s='1' r='XFD1048576'/></row>"),
            Ok(false)
        );
        assert_eq!(look("<x:c r=\"XFE1\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<c r=\"AAAAAAAAA1\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<c r=\"A1048577\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<c r=\"A0\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<row r=\"99999999999\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<dimension ref=\"B2:A1\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<dimension ref=\"A1\"/>"), Ok(false));
        assert_eq!(look("<c xr:r=\"nowhere\" r = \"A1\"/>"), Ok(false));
        // A quote that is not closed: the library reads on, and counts letters beyond 32 bits.
        assert_eq!(look("<c r=\"Bcoverage><v>1</v></c><c r=\"C1\"/>"), Err(say::NOT_IN_A_SHEET));
        assert_eq!(look("<row r=\"99999999999><c/></row>"), Err(say::NOT_IN_A_SHEET));
    }

    #[test]
    fn merged_cells_are_seen_where_they_span_rows() {
        assert_eq!(look("<mergeCells><mergeCell ref=\"A1:H1\"/></mergeCells>"), Ok(false));
        assert_eq!(look("<mergeCell ref=\"A9:A10\"/>"), Ok(true));
        assert_eq!(look("<mergeCell ref=\"A21:A22\"/>"), Ok(true));
        assert_eq!(look("<mergeCell/>"), Err(say::NOT_IN_A_SHEET));
    }

    #[test]
    fn a_formula_without_its_result_is_seen() {
        let is_bare = |cells: &str| {
            let (mut part, mut summary) = (MarkupCheck::default(), WorkbookSummary::default());
            part.update(cells.as_bytes(), &mut summary).and_then(|()| part.finish(&mut summary)).unwrap();
            summary.has_bare_formulas
        };
        for bare in [
            "<c r=\"A1\"><f>B1</f></c>",
            "<c r=\"A1\"><f>B1</f><v></v></c>",
            "<x:c r=\"A1\"><x:f>B1</x:f><x:v/></x:c>",
            "<c r=\"A1\"><v>1</v></c><c r=\"B1\"><f t=\"shared\" si=\"0\"/></c>",
        ] {
            assert!(is_bare(bare), "{bare}");
        }
        for whole in [
            "<c r=\"A1\"><f>B1</f><v>0</v></c>",
            "<c r=\"A1\" t=\"str\"><f>B1</f><v></v></c>",
            "<c r=\"A1\"/><c r=\"B1\"><v></v></c>",
        ] {
            assert!(!is_bare(whole), "{whole}");
        }
    }

    #[test]
    fn texts_and_counts_are_limited() {
        assert_eq!(look("<sst uniqueCount=\"99999999999999\">"), Err(say::TOO_MANY_TEXTS));
        let long = |bytes: usize| format!("<t>{}</t>", "a".repeat(bytes));
        let check = |markup: &str| {
            let (mut part, mut summary) = (MarkupCheck::default(), WorkbookSummary::default());
            part.update(markup.as_bytes(), &mut summary).and_then(|()| part.finish(&mut summary))
        };
        assert_eq!(check(&long(MAX_TAG_BYTES / 2)), Ok(()));
        assert_eq!(check(&long(MAX_TAG_BYTES)), Err(say::LONG_MARKUP));
        let runs = long(1000).repeat(5000);
        assert_eq!(check(&runs), Ok(()));
        assert_eq!(check(&format!("<si>{runs}</si>")), Err(say::LONG_MARKUP));
        assert_eq!(check("\u{feff}<a/>"), Ok(()));
        assert_eq!(check("<\0a\0"), Err(say::FOREIGN_MARKUP));
    }
}
