//! Whole numbers, codes and flags.

use super::key::{are_digits, bare};
use super::{Given, NO_COUNT, NO_FLAG, NO_INTEGER, NO_VALUE};
use crate::ingest::part::Wrong;
use crate::schema::{Column, fields};

/// Words behind a number that count people or things. No other is passed over: `万` and `%` change the number.
const UNITS: [&str; 14] =
    ["人", "个", "位", "名", "次", "条", "群", "户", "个人", "位成员", "名成员", "people", "members", "persons"];

/// The codes that DOMAIN.md section 3 knows, as other systems show them.
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

/// A number of the service, or the word for it.
pub(super) fn integer(column: &Column, text: &str) -> Result<Option<i64>, Wrong> {
    match absent_or_whole(text) {
        Err(_) => code(column, bare(text)).map(Some).ok_or(NO_INTEGER),
        number => number,
    }
}

/// A number of people or things.
pub(super) fn count(text: &str) -> Result<Option<i64>, Wrong> {
    absent_or_whole(text).ok().filter(|number| number.is_none_or(|number| number >= 0)).ok_or(NO_COUNT)
}

fn absent_or_whole(text: &str) -> Result<Option<i64>, Wrong> {
    if let Ok(number) = text.parse() {
        return Ok(Some(number));
    }
    let text = bare(text);
    if NO_VALUE.contains(&text) { Ok(None) } else { whole(text).map(Some).ok_or(NO_INTEGER) }
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

/// A whole number: `16`, `16.0`, `1,024`, `98 人`.
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

/// Whether the text is digits with separators between thousands.
pub(super) fn are_thousands(digits: &str, separator: char) -> bool {
    let mut groups = digits.split(separator);
    let first = groups.next().is_some_and(|group| group.len() <= 3 && are_digits(group));
    first && groups.all(|group| group.len() == 3 && are_digits(group))
}

/// A whole number that stands as a number.
pub(super) fn from_other(given: &Given<'_>, is_count: bool) -> Result<Option<i64>, Wrong> {
    let number = match given {
        Given::Integer(number) => Some(*number),
        Given::Float(number) => whole_float(*number),
        _ => None,
    };
    let wrong = if is_count { NO_COUNT } else { NO_INTEGER };
    number.filter(|number| !is_count || *number >= 0).map(Some).ok_or(wrong)
}

/// The float as a whole number, if it is one that floats hold exactly.
#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked to be whole and below 2^53")]
pub(super) fn whole_float(number: f64) -> Option<i64> {
    (number.trunc() == number && number.abs() <= 9_007_199_254_740_992.0).then_some(number as i64)
}

/// A flag, in any of the ways of writing it.
pub(super) fn flag(text: &str) -> Result<Option<bool>, Wrong> {
    let text = bare(text);
    let is_one_of = |words: [&str; 5]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_one_of(["true", "1", "yes", "是", "1.0"]) {
        Ok(Some(true))
    } else if is_one_of(["false", "0", "no", "否", "0.0"]) {
        Ok(Some(false))
    } else if NO_VALUE.contains(&text) {
        Ok(None)
    } else {
        Err(NO_FLAG)
    }
}

fn one_or_zero(number: i64) -> Result<Option<bool>, Wrong> {
    if matches!(number, 0 | 1) { Ok(Some(number == 1)) } else { Err(NO_FLAG) }
}

/// A flag that stands as itself, or as 1 or 0.
pub(super) fn flag_from_other(given: &Given<'_>) -> Result<Option<bool>, Wrong> {
    match given {
        Given::Flag(flag) => Ok(Some(*flag)),
        Given::Integer(number) => one_or_zero(*number),
        Given::Float(number) => whole_float(*number).ok_or(NO_FLAG).and_then(one_or_zero),
        _ => Err(NO_FLAG),
    }
}
