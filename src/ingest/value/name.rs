//! Names and free text: kept as they are, except for words for "no value" and the guards of spreadsheets.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::garbled::is_garbled;
use super::key::{formula_text, is_padding};
use super::{CellBuf, DAMAGED, ERROR_CELL, GARBLED, RawValue, RejectReason, is_damaged, is_error_cell, is_null_text};
use crate::schema::Cell;

pub(super) const NOT_A_NAME: RejectReason = "not text, in a name column, but a number, date or boolean: \
    format the column as text and export again";
const NOT_TEXT: RejectReason = "a list or an object in a text column";

/// Reads a name or free text, with the reason if it is not certain.
#[inline]
pub(super) fn read(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    let starts_plainly =
        text.as_bytes().first().is_some_and(|byte| byte.is_ascii_alphanumeric() || (0xe4..=0xe9).contains(byte));
    let is_plain = starts_plainly && !text.ends_with('\t') && !text.starts_with("Err:");
    if is_plain { kept(text) } else { read_guarded(text) }
}

/// Reads a name, with the reason if it is not certain.
#[inline]
pub(super) fn read_name(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    let (name, wrong) = read(text);
    (name, wrong.or_else(|| is_garbled(text).then_some(GARBLED)))
}

/// The text as it is. Most names start with a letter, a digit or a Chinese character, and so have no guard and are no
/// word for "no value".
fn kept(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    (CellBuf::Cell(Cell::Text(text)), is_damaged(text).then_some(DAMAGED))
}

fn read_guarded(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    let trimmed = text.trim_matches(is_padding);
    if is_null_text(trimmed) {
        (CellBuf::NULL, None)
    } else if is_error_cell(trimmed) {
        (CellBuf::NULL, Some(ERROR_CELL))
    } else {
        // A tab keeps spreadsheets from reading a number.
        let unguarded = unguarded(text.trim_matches('\t'));
        match formula_text(unguarded) {
            "" => (CellBuf::NULL, None),
            text if text.len() < unguarded.len() && text.contains("\"\"") => {
                (CellBuf::Text(text.replace("\"\"", "\"")), is_damaged(text).then_some(DAMAGED))
            }
            text => kept(text),
        }
    }
}

/// Strips the `'` that prevents a spreadsheet from evaluating the text as a formula.
fn unguarded(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('\'') else { return text };
    let is_formula = rest.starts_with(['\t', '\r', '\n'])
        || rest.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { rest } else { text }
}

/// Reads free text that is not text: a spreadsheet stores a remark of digits as a number.
pub(super) fn free_text<'a>(raw: &RawValue<'_>) -> Result<CellBuf<'a>, RejectReason> {
    let text = match raw {
        RawValue::Integer(number) => number.to_string(),
        RawValue::Float(number) => number.to_string(),
        RawValue::Flag(flag) => flag.to_string(),
        RawValue::CivilTime(micros) | RawValue::Instant(micros) => date_text(*micros).ok_or(NOT_TEXT)?,
        _ => return Err(NOT_TEXT),
    };
    Ok(CellBuf::Text(text))
}

/// Formats a date as it would be typed: with a time of day if it has one.
fn date_text(micros: i64) -> Option<String> {
    let time = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(micros).ok()?);
    let mut text = time.date().to_string();
    if time.time() != jiff::civil::Time::midnight() {
        write!(text, " {}", time.time()).ok()?;
    }
    Some(text)
}
