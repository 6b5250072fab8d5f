//! ONE reading of values for every reader (SPEC section 1.3): a value as its file holds it, [`Given`], becomes the value of
//! its column, or an unreadable one. What is wrong is said without quoting the value: it may be personal data.

mod key;
mod list;
mod name;
mod number;
mod time;

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::part::Wrong;
use crate::schema::vocabulary::{Assessment, MemberKind};
use crate::schema::{Cell, Column, Kind, fields};

pub use key::bare;
pub use time::{AMBIGUOUS, day_order};

/// A value as its file holds it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Given<'a> {
    /// No value: JSON `null`, an empty cell.
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Integer(i64),
    /// Also a whole number beyond 64 bits.
    Float(f64),
    Flag(bool),
    /// A moment: microseconds since 1970, UTC.
    Moment(i64),
    /// A civil time, local to the case: microseconds since 1970 if it were UTC.
    Civil(i64),
    /// A list of texts.
    Texts(Vec<String>),
    /// A JSON array or object where a value belongs, bytes that are no text.
    Other,
    /// What software made of it: an error cell, a duration, a rounded number.
    Spoilt(Wrong),
}

/// What is read beside the value itself.
#[derive(Clone, Copy)]
pub struct How<'h> {
    /// Of times without offset.
    pub zone: &'h TimeZone,
    /// Which part of `5/2/2026` is the day, if the column tells.
    pub days: DayOrder,
    /// Whether whole numbers in a time column are days of Excel.
    pub serials: Serials,
    /// Whether the service or a roster names userids here, so that `nan` is one too.
    pub names_members: bool,
}

/// Which part of a date with slashes is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DayOrder {
    /// Nothing tells: such a date cannot be read.
    #[default]
    Unknown,
    DayFirst,
    MonthFirst,
}

/// Days of Excel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Serials {
    /// Numbers are no days.
    #[default]
    None,
    Since1900,
    Since1904,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    One(Cell<'a>),
    Text(String),
    List(Vec<String>),
}

impl Value<'_> {
    /// No value.
    pub const NULL: Self = Self::One(Cell::Null);

    /// The value as the cell of a row.
    #[inline]
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::One(cell) => *cell,
            Self::Text(text) => Cell::Text(text),
            Self::List(items) => Cell::List(items),
        }
    }
}

pub const ROUNDED: Wrong = "a number of 15 digits or more, or in powers of ten, which has lost digits: format the column as text, and export it again";
pub const NO_TIME: Wrong = "not a time: write 2026-04-30 22:00:00, RFC 3339, or unix seconds";
pub const NO_INTEGER: Wrong = "not a whole number";
pub const NO_COUNT: Wrong = "not a whole number from 0 up";
pub const NO_FLAG: Wrong = "neither true/false, 1/0, yes/no nor 是/否";
pub const NO_WORD: Wrong = "not a word of the column's vocabulary";
const NO_LIST: Wrong = "not a list of texts";
const ERROR_CELL: Wrong = "an error of a spreadsheet (such as #REF!) instead of a value: correct the cell";
const UNSOUND: Wrong = "text with characters that are damaged (U+FFFD in their place): export it again in UTF-8";

/// The words for "no value" in keys, times and numbers.
const NO_VALUE: [&str; 15] =
    ["NULL", "null", "\\N", "None", "nan", "NaN", "N/A", "#N/A", "<null>", "[NULL]", "(null)", "-", "--", "无", ""];
/// The words for "no value" in names and free text, where the others can be meant.
const NO_TEXT: [&str; 6] = ["\\N", "<null>", "[NULL]", "(null)", "#N/A", ""];
/// The values of error cells, as spreadsheets write them into CSV.
const ERRORS: [&str; 11] = [
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#GETTING_DATA",
];

/// Reads a given value as one of the column. The second is why it cannot be read, or (a name or free text with damaged
/// characters, which is kept) not for certain.
#[inline]
pub fn read<'a>(column: &'static Column, given: &'a Given<'_>, how: &How<'_>) -> (Value<'a>, Option<Wrong>) {
    match given {
        Given::Nothing => (Value::NULL, None),
        Given::Text(text) => read_text(column, text, how),
        // A float column of a library holds NaN where there is no value.
        Given::Float(number) if number.is_nan() => (Value::NULL, None),
        Given::Spoilt(wrong) => (Value::NULL, Some(*wrong)),
        given if column.kind == Kind::TextList => list::from_other(column, given),
        given => answer(other(column, given, how)),
    }
}

/// Reads the text of a cell or of a JSON string as a value of the column.
#[inline]
pub fn read_text<'a>(column: &Column, text: &'a str, how: &How<'_>) -> (Value<'a>, Option<Wrong>) {
    match column.kind {
        Kind::Id => answer(key::read(column, text, how.names_members).map(text_cell)),
        Kind::Text | Kind::Name => name::read(text),
        Kind::Time => answer(time::from_text(text, how).map(time_cell)),
        _ => read_other_text(column, text),
    }
}

fn read_other_text<'a>(column: &Column, text: &'a str) -> (Value<'a>, Option<Wrong>) {
    match column.kind {
        Kind::Integer => answer(number::integer(column, text).map(integer_cell)),
        Kind::Count => answer(number::count(text).map(integer_cell)),
        Kind::Flag => answer(number::flag(text).map(flag_cell)),
        Kind::Word(words) => answer(word(words, text).map(text_cell)),
        Kind::TextList => list::from_text(column, text),
        _ => (Value::NULL, Some(NOT_READ)),
    }
}

const NOT_READ: Wrong = "no input holds such a column";

/// A value that is neither text nor absent.
fn other<'a>(column: &'static Column, given: &'a Given<'_>, how: &How<'_>) -> Result<Value<'a>, Wrong> {
    match column.kind {
        Kind::Id => key::from_other(column, given),
        Kind::Name => Err(name::NO_TEXT_CELL),
        Kind::Text => name::free_text(given),
        Kind::Time => time::from_other(given, how).map(time_cell),
        Kind::Integer | Kind::Count => number::from_other(given, column.kind == Kind::Count).map(integer_cell),
        Kind::Flag => number::flag_from_other(given).map(flag_cell),
        Kind::Word(words) => coded_word(words, given).map(text_cell),
        Kind::TextList | Kind::Ratio | Kind::Money | Kind::Price => Err(NOT_READ),
    }
}

#[inline]
fn answer(value: Result<Value<'_>, Wrong>) -> (Value<'_>, Option<Wrong>) {
    match value {
        Ok(value) => (value, None),
        Err(wrong) => (Value::NULL, Some(wrong)),
    }
}

fn text_cell(text: Option<&str>) -> Value<'_> {
    Value::One(text.map_or(Cell::Null, Cell::Text))
}

fn time_cell<'a>(micros: Option<i64>) -> Value<'a> {
    Value::One(micros.map_or(Cell::Null, Cell::Time))
}

fn integer_cell<'a>(number: Option<i64>) -> Value<'a> {
    Value::One(number.map_or(Cell::Null, Cell::Integer))
}

fn flag_cell<'a>(flag: Option<bool>) -> Value<'a> {
    Value::One(flag.map_or(Cell::Null, Cell::Flag))
}

/// The word of the vocabulary that the text is: in English, in Chinese where a console shows it so, or as the number that
/// the service has for it.
fn word(words: &'static [&'static str], text: &str) -> Result<Option<&'static str>, Wrong> {
    let text = bare(text);
    if let Some(word) = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(Some(word));
    }
    let known = |other: &'static [&'static str], word: &'static str| (words == other).then_some(word);
    let word = match text {
        "通过" => known(Assessment::WORDS, Assessment::Pass.word()),
        "不通过" => known(Assessment::WORDS, Assessment::Fail.word()),
        "1" | "1.0" | "成员" => known(MemberKind::WORDS, MemberKind::Member.word()),
        "2" | "2.0" | "外部联系人" => known(MemberKind::WORDS, MemberKind::External.word()),
        _ => None,
    };
    // An account without assessment takes part: only an empty cell says that there was none.
    let is_absent = if words == Assessment::WORDS { text.is_empty() } else { NO_VALUE.contains(&text) };
    if is_absent { Ok(None) } else { word.map(Some).ok_or(NO_WORD) }
}

fn coded_word(words: &'static [&'static str], given: &Given<'_>) -> Result<Option<&'static str>, Wrong> {
    match number::from_other(given, false) {
        Ok(Some(1)) => word(words, "1"),
        Ok(Some(2)) => word(words, "2"),
        _ => Err(NO_WORD),
    }
}

/// Whether the column holds a userid.
fn is_userid(column: &Column) -> bool {
    const USERIDS: [&Column; 5] = [
        &fields::USERID,
        &fields::HANDOVER_USERID,
        &fields::OWNER_USERID,
        &fields::SOURCE_USERID,
        &fields::TARGET_USERID,
    ];
    USERIDS.iter().any(|userid| userid.name == column.name)
}

#[cfg(test)]
mod tests;
