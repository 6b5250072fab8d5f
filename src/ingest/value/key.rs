//! Keys: text without what stands around it, never a number or a date that software has made of it.

use super::{ERROR_CELL, ERRORS, Given, NO_VALUE, ROUNDED, Value, is_userid, time};
use crate::ingest::part::Wrong;
use crate::names::is_invisible;
use crate::schema::{Cell, Column, fields};

const FLOAT: Wrong = "a number with decimals where an id belongs: format the column as text, and export it again";
const BEYOND_2_53: Wrong = "a number beyond 2^53 where an id belongs, of which digits may be lost: export it as text";
const DATE: Wrong = "a date where an id belongs: a spreadsheet or library has taken the id for a date; format the column as text, and export it again";
const FLAG: Wrong = "true or false where an id belongs: export it as text";
const NO_KEY: Wrong = "not a text, where an id belongs";
const INVISIBLE: Wrong = "an id with a character inside that cannot be seen: remove it";
const UNSOUND: Wrong = "an id with characters that are damaged (U+FFFD in their place): export it again in UTF-8";

/// From here on a float does not hold every whole number.
const MAX_WHOLE: u64 = 1 << 53;
/// The words for "no value" that the service would take for a userid.
const POSSIBLE_USERIDS: [&str; 5] = ["NULL", "null", "None", "nan", "NaN"];

/// The key that the text is, without what does not belong to it.
#[inline]
pub(super) fn read<'a>(column: &Column, text: &'a str, names_members: bool) -> Result<Option<&'a str>, Wrong> {
    if is_plain(text) { Ok(Some(text)) } else { careful(column, text, names_members) }
}

/// Whether the text is a key as it stands: printable ASCII that starts with a letter and is no word for "no value", or
/// digits. No guard, exponent or date is either.
#[inline]
fn is_plain(text: &str) -> bool {
    // Words for "no value" that start with a letter have four at most.
    const LONGEST_WORD: usize = 4;
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(first) if first.is_ascii_alphabetic() => {
            // Without a way out in the middle, the loop looks at many bytes at once.
            let is_graphic = bytes.iter().fold(true, |all, byte| all & byte.is_ascii_graphic());
            is_graphic && (bytes.len() > LONGEST_WORD || !NO_VALUE.contains(&text))
        }
        Some(first) => first.is_ascii_digit() && bytes.len() > 1 && bytes.iter().all(u8::is_ascii_digit),
        None => false,
    }
}

fn careful<'a>(column: &Column, text: &'a str, names_members: bool) -> Result<Option<&'a str>, Wrong> {
    let key = bare(text);
    let is_named = names_members && is_userid(column) && POSSIBLE_USERIDS.contains(&key);
    if (NO_VALUE.contains(&key) && !is_named) || (key == "0" && column.name == fields::UNIONID.name) {
        return Ok(None);
    }
    fault(key).map_or(Ok(Some(key)), Err)
}

/// The text without white space, control characters, invisible characters and the guards of spreadsheets around it.
pub fn bare(text: &str) -> &str {
    let text = text.trim_matches(is_around);
    let text = formula_text(text.strip_prefix('\'').unwrap_or(text));
    text.trim_matches(is_around)
}

/// The text of a formula `="00123"`, which keeps a spreadsheet from reading a number.
pub(super) fn formula_text(text: &str) -> &str {
    text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// Whether the character does not belong to a value at whose end it stands.
pub(super) fn is_around(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

/// Why a bare text is no key.
fn fault(key: &str) -> Option<Wrong> {
    if key.contains(char::REPLACEMENT_CHARACTER) {
        Some(UNSOUND)
    } else if key.chars().any(|c| c.is_control() || is_invisible(c)) {
        Some(INVISIBLE)
    } else if is_error(key) {
        Some(ERROR_CELL)
    } else if !key.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
        None
    } else if is_power(key) {
        Some(ROUNDED)
    } else if is_decimal(key) {
        Some(FLOAT)
    } else {
        time::looks_like_date(key).then_some(DATE)
    }
}

/// An error cell, or the `####` of a column that is too narrow.
fn is_error(key: &str) -> bool {
    key.starts_with('#') && (ERRORS.contains(&key) || (key.len() > 1 && key.bytes().all(|byte| byte == b'#')))
}

/// A number with an exponent, as software writes it: one digit before the point, and a sign or an exponent so large that
/// the exponent was needed: `1.23E+15`, `1.0E7`, `1e15`. `1e5` can be an id.
fn is_power(key: &str) -> bool {
    let number = unsigned(key);
    let Some((digits, power)) = number.split_once(['e', 'E']) else { return false };
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    if whole.len() != 1 || !are_digits(whole) || fraction.is_some_and(|fraction| !are_digits(fraction)) {
        return false;
    }
    let exponent = power.strip_prefix(['+', '-']).unwrap_or(power);
    let needed = if fraction.is_some() { 7 } else { 15 };
    let is_large = || exponent.parse::<u32>().is_ok_and(|power| power >= needed);
    are_digits(exponent) && exponent.len() <= 3 && (power.len() > exponent.len() || is_large())
}

/// A number with a decimal point or with separators between thousands.
fn is_decimal(key: &str) -> bool {
    let number = unsigned(key);
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let has_separators = whole.contains(',');
    let is_whole = if has_separators { super::number::are_thousands(whole, ',') } else { are_digits(whole) };
    is_whole && fraction.map_or(has_separators, are_digits)
}

fn unsigned(number: &str) -> &str {
    number.strip_prefix(['+', '-']).unwrap_or(number)
}

/// Whether the text is digits, and at least one.
pub(super) fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The key that a value other than text is: the digits of a whole number.
pub(super) fn from_other<'a>(column: &Column, given: &Given<'_>) -> Result<Value<'a>, Wrong> {
    match given {
        Given::Integer(0) if column.name == fields::UNIONID.name => Ok(Value::One(Cell::Null)),
        Given::Integer(number) if number.unsigned_abs() <= MAX_WHOLE => Ok(Value::Text(number.to_string())),
        Given::Integer(_) => Err(BEYOND_2_53),
        Given::Float(_) => Err(FLOAT),
        Given::Moment(_) | Given::Civil(_) => Err(DATE),
        Given::Flag(_) => Err(FLAG),
        _ => Err(NO_KEY),
    }
}
