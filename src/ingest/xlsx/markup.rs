//! The markup of a workbook's part, looked at while it is unpacked: nothing in it may be larger than a workbook has it,
//! and every place that it names has to be one of a sheet.

use memchr::memchr_iter;

use crate::text::{Text, errors as say};

/// The longest tag with the text behind it; a cell holds 32,767 characters.
const LONGEST_PIECE: usize = 1 << 20;
/// Bytes of markup of one cell or text.
const LONGEST_CELL: usize = 4 << 20;
/// Texts that the cells share.
const MOST_TEXTS: u64 = 1 << 24;
/// Stretches of merged cells.
const MOST_MERGES: u64 = 1 << 20;
/// As in Excel.
const MOST_COLUMNS: u64 = 16_384;
const MOST_ROWS: u64 = 1 << 20;

/// What was seen in the parts of a workbook.
#[derive(Debug, Default)]
pub struct Seen {
    /// Whether cells are merged downwards.
    pub has_tall_merges: bool,
    texts: u64,
    merges: u64,
}

/// The markup of one part, as far as it was seen.
#[derive(Debug, Default)]
pub struct Markup {
    /// What was seen of the last piece: a tag and the text behind it.
    piece: Vec<u8>,
    has_begun: bool,
    /// Bytes since the cell or text began; none outside of one.
    cell: Option<usize>,
}

impl Markup {
    /// Looks at the next bytes.
    pub fn look_at(&mut self, bytes: &[u8], seen: &mut Seen) -> Result<(), Text> {
        if !std::mem::replace(&mut self.has_begun, true)
            && [[0xff, 0xfe], [0xfe, 0xff], [0, b'<'], [b'<', 0]].iter().any(|mark| bytes.starts_with(mark))
        {
            return Err(say::FOREIGN_MARKUP);
        }
        let mut from = 0;
        for to in memchr_iter(b'<', bytes) {
            if self.piece.is_empty() {
                self.look_at_piece(&bytes[from..to], seen)?;
            } else {
                self.piece.extend_from_slice(&bytes[from..to]);
                let piece = std::mem::take(&mut self.piece);
                self.look_at_piece(&piece, seen)?;
            }
            from = to;
        }
        self.piece.extend_from_slice(&bytes[from..]);
        if self.piece.len() > LONGEST_PIECE { Err(say::LONG_MARKUP) } else { Ok(()) }
    }

    /// Looks at what is left.
    pub fn finish(mut self, seen: &mut Seen) -> Result<(), Text> {
        let piece = std::mem::take(&mut self.piece);
        self.look_at_piece(&piece, seen)
    }

    fn look_at_piece(&mut self, piece: &[u8], seen: &mut Seen) -> Result<(), Text> {
        if piece.len() > LONGEST_PIECE {
            return Err(say::LONG_MARKUP);
        }
        let tag = &piece[..piece.iter().position(|&byte| byte == b'>').unwrap_or(piece.len())];
        match local_name(tag) {
            b"c" => {
                self.cell = Some(0);
                attribute(tag, b"r").map_or(Ok(()), |place| cell(place).map(drop).ok_or(say::NO_PLACE_OF_A_SHEET))?;
            }
            b"si" => {
                self.cell = Some(0);
                seen.texts += 1;
            }
            b"/c" | b"/si" => self.cell = None,
            b"sst" => {
                seen.texts =
                    seen.texts.max(attribute(tag, b"uniqueCount").map_or(0, |count| number(count).unwrap_or(u64::MAX)))
            }
            b"row" => attribute(tag, b"r").map_or(Some(1), row).map(drop).ok_or(say::NO_PLACE_OF_A_SHEET)?,
            b"dimension" => {
                attribute(tag, b"ref").map_or(Ok(()), |range| cells(range).map(drop).ok_or(say::NO_PLACE_OF_A_SHEET))?
            }
            b"mergeCell" => {
                seen.merges += 1;
                let (first, last) = attribute(tag, b"ref").and_then(cells).ok_or(say::NO_PLACE_OF_A_SHEET)?;
                seen.has_tall_merges |= last.1 > first.1;
            }
            _ => {}
        }
        if let Some(bytes) = &mut self.cell {
            *bytes += piece.len();
            if *bytes > LONGEST_CELL {
                return Err(say::LONG_MARKUP);
            }
        }
        if seen.texts > MOST_TEXTS || seen.merges > MOST_MERGES { Err(say::TOO_MANY_TEXTS) } else { Ok(()) }
    }
}

/// The name of a tag without its namespace, a slash in front of that of an end tag.
fn local_name(tag: &[u8]) -> &[u8] {
    let Some(tag) = tag.strip_prefix(b"<") else { return b"" };
    let end = tag.iter().position(u8::is_ascii_whitespace).unwrap_or(tag.len());
    let name = tag[..end].strip_suffix(b"/").unwrap_or(&tag[..end]);
    match name.iter().position(|&byte| byte == b':') {
        // The few prefixed names are told apart by what follows the colon only.
        Some(colon) if name.starts_with(b"/") => match &name[colon + 1..] {
            b"c" => b"/c",
            b"si" => b"/si",
            _ => b"",
        },
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// The value of an attribute.
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
            let end = value.iter().position(|&byte| byte == quote)?;
            return Some(&value[..end]);
        }
    }
    None
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The number of a row.
fn row(digits: &[u8]) -> Option<u64> {
    let is_plain = digits.len() <= 7 && digits.iter().all(u8::is_ascii_digit);
    number(digits).filter(|row| is_plain && (1..=MOST_ROWS).contains(row))
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
    (column <= MOST_COLUMNS).then_some((column, row))
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

    /// What is wrong with a part, in chunks of every small size.
    fn look(markup: &str) -> Result<bool, Text> {
        let mut answers = (1..9).map(|size| {
            let (mut part, mut seen) = (Markup::default(), Seen::default());
            markup.as_bytes().chunks(size).try_for_each(|chunk| part.look_at(chunk, &mut seen))?;
            part.finish(&mut seen)?;
            Ok(seen.has_tall_merges)
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
        assert_eq!(look("<x:c r=\"XFE1\"/>"), Err(say::NO_PLACE_OF_A_SHEET));
        assert_eq!(look("<c r=\"AAAAAAAAA1\"/>"), Err(say::NO_PLACE_OF_A_SHEET));
        assert_eq!(look("<c r=\"A1048577\"/>"), Err(say::NO_PLACE_OF_A_SHEET));
        assert_eq!(look("<c r=\"A0\"/>"), Err(say::NO_PLACE_OF_A_SHEET));
        assert_eq!(look("<row r=\"99999999999\"/>"), Err(say::NO_PLACE_OF_A_SHEET));
        assert_eq!(look("<dimension ref=\"B2:A1\"/>"), Err(say::NO_PLACE_OF_A_SHEET));
        assert_eq!(look("<dimension ref=\"A1\"/>"), Ok(false));
        assert_eq!(look("<c xr:r=\"nowhere\" r = \"A1\"/>"), Ok(false));
    }

    #[test]
    fn merged_cells_are_seen_where_they_span_rows() {
        assert_eq!(look("<mergeCells><mergeCell ref=\"A1:H1\"/></mergeCells>"), Ok(false));
        assert_eq!(look("<mergeCell ref=\"A9:A10\"/>"), Ok(true));
        assert_eq!(look("<mergeCell ref=\"A21:A22\"/>"), Ok(true));
        assert_eq!(look("<mergeCell/>"), Err(say::NO_PLACE_OF_A_SHEET));
    }

    #[test]
    fn nothing_is_larger_than_a_workbook_has_it() {
        assert_eq!(look("<sst uniqueCount=\"99999999999999\">"), Err(say::TOO_MANY_TEXTS));
        let long = |bytes: usize| format!("<t>{}</t>", "a".repeat(bytes));
        let check = |markup: &str| {
            let (mut part, mut seen) = (Markup::default(), Seen::default());
            part.look_at(markup.as_bytes(), &mut seen).and_then(|()| part.finish(&mut seen))
        };
        assert_eq!(check(&long(LONGEST_PIECE / 2)), Ok(()));
        assert_eq!(check(&long(LONGEST_PIECE)), Err(say::LONG_MARKUP));
        let runs = long(1000).repeat(5000);
        assert_eq!(check(&runs), Ok(()));
        assert_eq!(check(&format!("<si>{runs}</si>")), Err(say::LONG_MARKUP));
        assert_eq!(check("\u{feff}<a/>"), Ok(()));
        assert_eq!(check("<\0a\0"), Err(say::FOREIGN_MARKUP));
    }
}
