//! Names and free text: kept as they are, but for what a file says instead of nothing, and the guards of spreadsheets.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::key::{formula_text, is_around};
use super::{ERROR_CELL, ERRORS, Given, NO_TEXT, UNSOUND, Value};
use crate::ingest::part::Wrong;
use crate::schema::Cell;

pub(super) const NO_TEXT_CELL: Wrong = "not a text where a name belongs (software has made a number, date or flag of it): format the column as text, and export it again";
const NOT_TEXT: Wrong = "a list or an object where a text belongs";

/// A name or free text, and why it is not for certain.
#[inline]
pub(super) fn read(text: &str) -> (Value<'_>, Option<Wrong>) {
    let starts_plainly =
        text.as_bytes().first().is_some_and(|byte| byte.is_ascii_alphanumeric() || (0xe4..=0xe9).contains(byte));
    if starts_plainly { kept(text) } else { careful(text) }
}

/// Most names start with a letter, a digit or a Chinese character: they are no word for nothing, and have no guard.
fn kept(text: &str) -> (Value<'_>, Option<Wrong>) {
    (Value::One(Cell::Text(text)), text.contains(char::REPLACEMENT_CHARACTER).then_some(UNSOUND))
}

fn careful(text: &str) -> (Value<'_>, Option<Wrong>) {
    let trimmed = text.trim_matches(is_around);
    if NO_TEXT.contains(&trimmed) {
        (Value::NULL, None)
    } else if ERRORS.contains(&trimmed) {
        (Value::NULL, Some(ERROR_CELL))
    } else {
        match formula_text(unguarded(text)) {
            "" => (Value::NULL, None),
            text => kept(text),
        }
    }
}

/// The text without the `'` that keeps a spreadsheet from taking it for a formula.
fn unguarded(text: &str) -> &str {
    let Some(rest) = text.strip_prefix('\'') else { return text };
    let is_formula = rest.starts_with(['\t', '\r', '\n'])
        || rest.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if is_formula { rest } else { text }
}

/// Free text that stands as something else: a remark of digits is a number to a spreadsheet.
pub(super) fn free_text<'a>(given: &Given<'_>) -> Result<Value<'a>, Wrong> {
    let text = match given {
        Given::Integer(number) => number.to_string(),
        Given::Float(number) => number.to_string(),
        Given::Flag(flag) => flag.to_string(),
        Given::Civil(micros) | Given::Moment(micros) => date_text(*micros).ok_or(NOT_TEXT)?,
        _ => return Err(NOT_TEXT),
    };
    Ok(Value::Text(text))
}

/// A date as it would be typed: with a time of day if it has one.
fn date_text(micros: i64) -> Option<String> {
    let time = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(micros).ok()?);
    let mut text = time.date().to_string();
    if time.time() != jiff::civil::Time::midnight() {
        write!(text, " {}", time.time()).ok()?;
    }
    Some(text)
}
