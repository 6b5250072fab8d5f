//! Whole numbers, codes and booleans.

use super::key::{are_digits, strip_padding};
use super::{NO_COUNT, NO_FLAG, NO_INTEGER, RawValue, RejectReason, is_null};
use crate::schema::{Column, fields};

/// Unit words behind a number. Others are not ignored: `万` and `%` change the number.
const UNITS: [&str; 14] =
    ["人", "个", "位", "名", "次", "条", "群", "户", "个人", "位成员", "名成员", "people", "members", "persons"];

/// Codes of DOMAIN.md section 3, as other systems show them.
const TYPES: [(&str, i64); 6] =
    [("微信", 1), ("微信用户", 1), ("WeChat", 1), ("企业微信", 2), ("企业微信用户", 2), ("WeCom", 2)];
const STATES: [(&str, i64); 15] = [
    ("正常", 0),
    ("跟进人正常", 0),
    ("normal", 0),
    ("跟进人离职", 1),
    ("owner left", 1),
    ("离职继承中", 2),
    ("inheriting", 2),
    ("离职继承完成", 3),
    ("inherited", 3),
    ("已激活", 1),
    ("active", 1),
    ("已禁用", 2),
    ("disabled", 2),
    ("未激活", 4),
    ("退出企业", 5),
];

/// Reads a code of the service, or the word for it.
pub(super) fn integer(column: &Column, text: &str) -> Result<Option<i64>, RejectReason> {
    match null_or_whole(text) {
        Err(_) => code(column, strip_padding(text)).map(Some).ok_or(NO_INTEGER),
        number => number,
    }
}

/// Reads a count.
pub(super) fn count(text: &str) -> Result<Option<i64>, RejectReason> {
    null_or_whole(text).ok().filter(|number| number.is_none_or(|number| number >= 0)).ok_or(NO_COUNT)
}

fn null_or_whole(text: &str) -> Result<Option<i64>, RejectReason> {
    if let Ok(number) = text.parse() {
        return Ok(Some(number));
    }
    let text = strip_padding(text);
    if is_null(text) { Ok(None) } else { whole(text).map(Some).ok_or(NO_INTEGER) }
}

fn code(column: &Column, word: &str) -> Option<i64> {
    let codes: &[(&str, i64)] = if column.name == fields::CUSTOMER_TYPE.name {
        &TYPES
    } else if column.name == fields::STATUS.name {
        &STATES
    } else {
        &[]
    };
    codes.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, code)| *code)
}

/// Parses a whole number: `16`, `16.0`, `1,024`, `98 人`.
fn whole(text: &str) -> Option<i64> {
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ',' | '，'))).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim();
    if !unit.is_empty() && !UNITS.iter().any(|known| known.eq_ignore_ascii_case(unit)) {
        return None;
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if fraction.is_empty() || fraction.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let separator = if whole.contains('，') { '，' } else { ',' };
    if !whole.contains(separator) {
        return whole.parse().ok();
    }
    let digits = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    are_thousands(digits, separator).then(|| whole.replace(separator, "").parse().ok()).flatten()
}

/// Returns whether the text is digits with separators between thousands.
pub(super) fn are_thousands(digits: &str, separator: char) -> bool {
    let mut groups = digits.split(separator);
    let first = groups.next().is_some_and(|group| group.len() <= 3 && are_digits(group));
    first && groups.all(|group| group.len() == 3 && are_digits(group))
}

/// Reads a whole number that is not text.
pub(super) fn from_other(raw: &RawValue<'_>, is_count: bool) -> Result<Option<i64>, RejectReason> {
    let number = match raw {
        RawValue::Integer(number) => Some(*number),
        RawValue::Float(number) => whole_float(*number),
        _ => None,
    };
    let wrong = if is_count { NO_COUNT } else { NO_INTEGER };
    number.filter(|number| !is_count || *number >= 0).map(Some).ok_or(wrong)
}

/// Converts a float to a whole number, if it is one that floats represent exactly.
#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked to be whole and below 2^53")]
pub(super) fn whole_float(number: f64) -> Option<i64> {
    (number.trunc() == number && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

/// Reads a boolean as text.
pub(super) fn flag(text: &str) -> Result<Option<bool>, RejectReason> {
    let text = strip_padding(text);
    let is_one_of = |words: [&str; 7]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_one_of(["true", "1", "yes", "是", "1.0", "y", "t"]) {
        Ok(Some(true))
    } else if is_one_of(["false", "0", "no", "否", "0.0", "n", "f"]) {
        Ok(Some(false))
    } else if is_null(text) {
        Ok(None)
    } else {
        Err(NO_FLAG)
    }
}

fn one_or_zero(number: i64) -> Result<Option<bool>, RejectReason> {
    if matches!(number, 0 | 1) { Ok(Some(number == 1)) } else { Err(NO_FLAG) }
}

/// Reads a boolean that is not text, or 1 or 0.
pub(super) fn flag_from_other(raw: &RawValue<'_>) -> Result<Option<bool>, RejectReason> {
    match raw {
        RawValue::Flag(flag) => Ok(Some(*flag)),
        RawValue::Integer(number) => one_or_zero(*number),
        RawValue::Float(number) => whole_float(*number).ok_or(NO_FLAG).and_then(one_or_zero),
        _ => Err(NO_FLAG),
    }
}
