//! Keys: text without padding around it, and never a number or a date that software has converted it to.

use super::{
    CellBuf, ERROR_CELL, ROUNDED, RawValue, RejectReason, is_damaged, is_error_cell, is_null, is_null_userid,
    is_userid, written_time,
};
use crate::names::is_invisible;
use crate::schema::{Cell, Column, fields};

const FLOAT: RejectReason = "a decimal number in an id column: format the column as text and export again";
const BEYOND_2_53: RejectReason =
    "a number above 2^53 in an id column, which software may have rounded: export the id as text";
const DATE: RejectReason = "a date in an id column, converted from the id by a spreadsheet or library: \
    format the column as text and export again";
const FLAG: RejectReason = "a boolean in an id column: export the id as text";
const NOT_TEXT: RejectReason = "not text, in an id column";
const INVISIBLE: RejectReason = "an id with an invisible character inside: remove it";
const FULL_WIDTH: RejectReason = "an id with full-width characters or a long dash: write them in half width, as `-`";
const SEVERAL: RejectReason = "several ids in one cell, or brackets around one: write each id into a row of its own";
const NAMED: RejectReason = "an id with a name beside it in brackets: export the id alone";
const MASKED: RejectReason = "an id that was masked or cut off (`*`, `...`): export it whole";
const DAMAGED: RejectReason = "an id with damaged characters (shown as U+FFFD): export again as UTF-8";

/// Beyond it a float does not represent every whole number.
const MAX_WHOLE: u64 = 1 << 53;
/// Words for "no value" that are valid userids.
const POSSIBLE_USERIDS: [&str; 5] = ["NULL", "null", "None", "nan", "NaN"];

/// Words for "no value" that are userids: a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UseridWords(u8);

impl UseridWords {
    pub const NONE: Self = Self(0);
    /// All that can be.
    pub const ALL: Self = Self((1 << POSSIBLE_USERIDS.len()) - 1);

    pub fn contains(self, word: &str) -> bool {
        self.filter(|other| other == word) != Self::NONE
    }

    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the words that are kept.
    #[must_use]
    pub fn filter(self, keeps: impl Fn(&str) -> bool) -> Self {
        let is_kept = |at: &usize| self.0 >> at & 1 == 1 && keeps(POSSIBLE_USERIDS[*at]);
        Self((0..POSSIBLE_USERIDS.len()).filter(is_kept).fold(0, |words, at| words | 1 << at))
    }

    /// Returns the word in a cell of that column, if it can be a userid.
    pub fn of(column: &Column, cell: &str) -> Self {
        let word = strip_padding(cell);
        if is_userid(column) { Self::ALL.filter(|other| other == word) } else { Self::NONE }
    }
}

/// Reads a key without the padding around it.
#[inline]
pub(super) fn read<'a>(
    column: &Column,
    text: &'a str,
    userid_words: UseridWords,
) -> Result<Option<&'a str>, RejectReason> {
    if is_plain(text) { Ok(Some(text)) } else { read_padded(column, text, userid_words) }
}

/// Returns whether the text is a key without further checks: printable ASCII that starts with a letter and is no word
/// for "no value", or letters and digits. Padding, exponents and dates are neither.
#[inline]
fn is_plain(text: &str) -> bool {
    // Words for "no value" that start with a letter have at most nine.
    const LONGEST_WORD: usize = 9;
    let bytes = text.as_bytes();
    match bytes.first() {
        Some(first) if first.is_ascii_alphabetic() => {
            // Graphic, but for separators and masks. Without an early exit the loop is vectorised.
            let is_other = |byte: &u8| matches!(byte, b',' | b';' | b'|' | b'/' | b'&' | b'*' | b':');
            let is_key = bytes.iter().fold(true, |all, byte| all & byte.is_ascii_graphic() & !is_other(byte));
            is_key && bytes.last() != Some(&b'.') && (bytes.len() > LONGEST_WORD || !is_null(text))
        }
        // Of letters and digits alone only `1e15` can be a number with an exponent, and nothing a date.
        Some(first) => {
            let is_alphanumeric = bytes.iter().fold(true, |all, byte| all & byte.is_ascii_alphanumeric());
            first.is_ascii_digit()
                && is_alphanumeric
                && bytes.get(1).is_some_and(|second| !matches!(second, b'e' | b'E'))
        }
        None => false,
    }
}

fn read_padded<'a>(column: &Column, text: &'a str, userid_words: UseridWords) -> Result<Option<&'a str>, RejectReason> {
    let key = strip_padding(text);
    let is_absent = if is_userid(column) {
        is_null_userid(key) && !userid_words.contains(key)
    } else {
        is_null(key) || (key == "0" && column.name == fields::UNIONID.name)
    };
    if is_absent {
        return Ok(None);
    }
    fault(key).map_or(Ok(Some(key)), Err)
}

/// Strips white space, control and invisible characters, the guards of spreadsheets (`'`, `="..."`) and the quotes of
/// literals (`'...'`, `"..."`), however often they were added.
pub fn strip_padding(text: &str) -> &str {
    // Nearly every text begins and ends with a letter or digit, and so has none of these.
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        return text;
    }
    let mut text = text.trim_matches(is_padding);
    loop {
        let inner = formula_text(unquoted(text)).trim_matches(is_padding);
        if inner.len() == text.len() {
            return text;
        }
        text = inner;
    }
}

/// The text in a pair of quotes, or behind a guard: straight, or curly as editors correct them.
fn unquoted(text: &str) -> &str {
    const SINGLE: [char; 3] = ['\'', '‘', '’'];
    const DOUBLE: [char; 3] = ['"', '“', '”'];
    if let Some(guarded) = text.strip_prefix(SINGLE) {
        return guarded.strip_suffix(SINGLE).unwrap_or(guarded);
    }
    text.strip_prefix(DOUBLE).and_then(|text| text.strip_suffix(DOUBLE)).unwrap_or(text)
}

/// The text of a formula `="00123"`, which prevents a spreadsheet from converting it to a number.
pub(super) fn formula_text(text: &str) -> &str {
    text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// Returns whether the character is padding at either end of a value.
pub(super) fn is_padding(c: char) -> bool {
    c.is_whitespace() || c.is_control() || is_invisible(c)
}

/// The reason why a text without padding is not a key.
fn fault(key: &str) -> Option<RejectReason> {
    if is_damaged(key) {
        Some(DAMAGED)
    } else if key.chars().any(|c| c.is_control() || is_invisible(c)) {
        Some(INVISIBLE)
    } else if key.chars().any(is_autocorrected) {
        Some(FULL_WIDTH)
    } else if is_error(key) {
        Some(ERROR_CELL)
    } else if key.contains('*') || ["...", "…"].iter().any(|dots| key.ends_with(dots) || key.starts_with(dots)) {
        Some(MASKED)
    } else if !key.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-')) {
        combination(key)
    } else if is_power(key) {
        Some(ROUNDED)
    } else if is_decimal(key) {
        Some(FLOAT)
    } else if written_time::looks_like_date(key) {
        Some(DATE)
    } else {
        combination(key)
    }
}

/// The reason why a text is more than one id. Ids of the service consist of letters, digits and `_-@.`; old userids
/// have others, but none that separate ids or begin a list of them, nor a name in brackets.
fn combination(key: &str) -> Option<RejectReason> {
    const SEPARATORS: [char; 10] = [',', ';', '|', '/', '&', '，', '；', '、', '｜', '／'];
    if key.contains(SEPARATORS) || key.starts_with(['[', '{', '(', '<']) {
        return Some(SEVERAL);
    }
    let has_letter = |is_ascii: bool| key.contains(|c: char| c.is_alphabetic() && c.is_ascii() == is_ascii);
    let is_named = key.contains(['(', '（', '[', '【', '<', '＜']) && has_letter(true) && has_letter(false);
    is_named.then_some(NAMED)
}

/// Returns whether the character is what a Chinese keyboard, or the autocorrection of an editor, writes in the place of
/// one that ids consist of.
fn is_autocorrected(c: char) -> bool {
    matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＠' | '．' | '＿' | '－' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Returns whether the text is an error cell, or the `####` of a column that is too narrow.
fn is_error(key: &str) -> bool {
    is_error_cell(key) || (key.len() > 1 && key.bytes().all(|byte| byte == b'#'))
}

/// Returns whether the text is a number with an exponent, as software writes it: one digit before the point, and a sign
/// or an exponent large enough to be needed: `1.23E+15`, `1.0E7`, `1e15`. `1e5` can be an id.
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

/// Returns whether the text is a number with a decimal point or with separators between thousands.
fn is_decimal(key: &str) -> bool {
    let number = unsigned(key);
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let separator = whole.chars().find(|c| matches!(c, ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’'));
    let is_whole =
        separator.map_or_else(|| are_digits(whole), |separator| super::number::are_thousands(whole, separator));
    // No number is written with a zero before its digits: `00.123` is an id, but `007.0` may have been made of `007`.
    let is_padded = whole.len() > 1
        && whole.starts_with('0')
        && fraction.is_some_and(|digits| digits.contains(|digit| digit != '0'));
    is_whole && !is_padded && fraction.map_or(separator.is_some(), are_digits)
}

fn unsigned(number: &str) -> &str {
    number.strip_prefix(['+', '-']).unwrap_or(number)
}

/// Returns whether the text is one or more digits.
pub(super) fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a key that is not text: a whole number is its digits.
pub(super) fn from_other<'a>(column: &Column, raw: &RawValue<'_>) -> Result<CellBuf<'a>, RejectReason> {
    match raw {
        RawValue::Integer(0) if column.name == fields::UNIONID.name => Ok(CellBuf::Cell(Cell::Null)),
        RawValue::Integer(number) if number.unsigned_abs() <= MAX_WHOLE => Ok(CellBuf::Text(number.to_string())),
        RawValue::Integer(_) => Err(BEYOND_2_53),
        RawValue::Float(_) => Err(FLOAT),
        RawValue::Instant(_) | RawValue::CivilTime(_) => Err(DATE),
        RawValue::Flag(_) => Err(FLAG),
        _ => Err(NOT_TEXT),
    }
}
