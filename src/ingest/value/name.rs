//! Names and free text: kept as they are, except for words for "no value" and the guards of spreadsheets.

use std::fmt::Write;

use encoding_rs::WINDOWS_1252;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::key::{formula_text, is_padding};
use super::{CellBuf, DAMAGED, ERROR_CELL, RawValue, RejectReason, is_damaged, is_error_cell, is_null_text};
use crate::schema::Cell;

pub(super) const NOT_A_NAME: RejectReason = "not text, in a name column, but a number, date or boolean: \
    format the column as text and export again";
const MISDECODED: RejectReason = "text decoded in the wrong encoding (UTF-8 taken for Latin-1): export again as UTF-8";
const NOT_TEXT: RejectReason = "a list or an object in a text column";

/// Reads a name or free text, with the reason if it is not certain.
#[inline]
pub(super) fn read(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    let starts_plainly =
        text.as_bytes().first().is_some_and(|byte| byte.is_ascii_alphanumeric() || (0xe4..=0xe9).contains(byte));
    if starts_plainly && !text.starts_with("Err:") { kept(text) } else { read_guarded(text) }
}

/// The text as it is. Most names start with a letter, a digit or a Chinese character, and so have no guard and are no
/// word for "no value".
fn kept(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    let fault = if is_damaged(text) { Some(DAMAGED) } else { is_misdecoded(text).then_some(MISDECODED) };
    (CellBuf::Cell(Cell::Text(text)), fault)
}

/// Returns whether the text is UTF-8 that software took for Latin-1: `æž—` for `林`. Nobody is called so.
fn is_misdecoded(text: &str) -> bool {
    // In front of what the first byte of such a character became. Few texts have it.
    const FIRST_BYTE: u8 = 0xc3;
    if memchr::memchr(FIRST_BYTE, text.as_bytes()).is_none() {
        return false;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u8::try_from(c) {
            Ok(byte) => bytes.push(byte),
            // Windows has characters in the place of some controls of Latin-1.
            Err(_) => match WINDOWS_1252.encode(c.encode_utf8(&mut [0; 4])) {
                (byte, _, false) => bytes.extend_from_slice(&byte),
                _ => return false,
            },
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

fn read_guarded(text: &str) -> (CellBuf<'_>, Option<RejectReason>) {
    let trimmed = text.trim_matches(is_padding);
    if is_null_text(trimmed) {
        (CellBuf::NULL, None)
    } else if is_error_cell(trimmed) {
        (CellBuf::NULL, Some(ERROR_CELL))
    } else {
        match formula_text(unguarded(text)) {
            "" => (CellBuf::NULL, None),
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
