//! The one reading of values for every format (SPEC section 1.3): a [`RawValue`] of a file -> the value of its
//! column, or the reason why it cannot be read. Reasons never quote the value: it may be personal data.

mod garbled;
mod key;
mod list;
mod name;
mod number;
mod time;
mod written_time;

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::schema::vocabulary::{Assessment, MemberKind};
use crate::schema::{Cell, Column, Kind, fields};

pub use key::{UseridWords, strip_padding};
pub use time::{DAYS_TO_1904, day_of_month, micros_of_days};
pub use written_time::{AMBIGUOUS, ShownOrder, day_order, looks_like_date};

/// The reason why a value or record cannot be read. Never quotes the value: it may be personal data.
pub type RejectReason = &'static str;

/// A value as its file stores it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum RawValue<'a> {
    /// JSON `null`, an empty cell.
    #[default]
    Null,
    Text(Cow<'a, str>),
    Integer(i64),
    /// Also an integer beyond 64 bits.
    Float(f64),
    Flag(bool),
    /// Microseconds since 1970, UTC.
    Instant(i64),
    /// A time without offset, in the zone of the case: microseconds since 1970 as if it were UTC.
    CivilTime(i64),
    /// A list of texts.
    List(Vec<String>),
    /// A JSON array or object where a value belongs, bytes that are no text.
    Other,
    /// A value that other software has lost: an error cell, a duration, a rounded number.
    Unreadable(RejectReason),
}

/// Options of reading that depend on the file and the column.
#[derive(Clone, Copy)]
pub struct ReadOptions<'h> {
    /// The zone of times without offset.
    pub zone: &'h TimeZone,
    /// The part of `5/2/2026` that is the day, if the column shows it.
    pub days: DayOrder,
    /// The epoch of day numbers in a time column, if it may hold any.
    pub epoch: ExcelEpoch,
    /// Words for "no value" that are userids in a userid column.
    pub userid_words: UseridWords,
}

/// The part of a date with slashes that is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DayOrder {
    /// Unknown: such a date cannot be read.
    #[default]
    Unknown,
    DayFirst,
    MonthFirst,
}

/// The day zero of Excel's day numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExcelEpoch {
    /// Numbers are not days.
    #[default]
    None,
    Since1900,
    Since1904,
}

/// A cell of a row, with the text or list that it owns, if any.
#[derive(Debug, Clone, PartialEq)]
pub enum CellBuf<'a> {
    Cell(Cell<'a>),
    Text(String),
    List(Vec<String>),
}

impl CellBuf<'_> {
    pub const NULL: Self = Self::Cell(Cell::Null);

    /// Borrows the cell.
    #[inline]
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Cell(cell) => *cell,
            Self::Text(text) => Cell::Text(text),
            Self::List(items) => Cell::List(items),
        }
    }
}

pub const ROUNDED: RejectReason = "a number with rounded digits (15 digits or more, or an exponent): \
    format the column as text and export again";
pub const NO_TIME: RejectReason = "not a time: use 2026-04-30 22:00:00, RFC 3339 or unix seconds";
pub const NO_INTEGER: RejectReason = "not a whole number";
pub const NO_COUNT: RejectReason = "not a whole number of 0 or more";
pub const NO_FLAG: RejectReason = "not a boolean: use true/false, 1/0, yes/no or 是/否";
pub const NO_WORD: RejectReason = "not one of the values of this column";
const NO_ASSESSMENT: RejectReason = "neither pass nor fail, nor empty";
const NO_LIST: RejectReason = "not a list of texts";
const NO_IDS: RejectReason = "not a list of ids: separate ids with commas";
pub const ERROR_CELL: RejectReason = "a spreadsheet error (such as #REF!): correct the cell";
const GARBLED: RejectReason =
    "a name that was decoded in a wrong encoding or left in escapes (such as &#26519;): export again as UTF-8";
const DAMAGED: RejectReason = "damaged characters (shown as U+FFFD): export again as UTF-8";

/// Words for "no value" in keys, times and numbers.
const NULL_WORDS: [&str; 15] =
    ["NULL", "null", "\\N", "None", "nan", "NaN", "N/A", "#N/A", "<null>", "[NULL]", "(null)", "-", "--", "无", ""];
/// Words for "no value" that only libraries write: those of R, pandas and JavaScript. A userid can be one.
const LIBRARY_NULLS: [&str; 4] = ["NA", "<NA>", "NaT", "undefined"];
/// Words for "no value" in names and free text, where the others can be names.
const NULL_TEXTS: [&str; 6] = ["\\N", "<null>", "[NULL]", "(null)", "#N/A", ""];
/// Error cells, as spreadsheets export them to CSV: Excel, Google, WPS.
const ERROR_CELLS: [&str; 17] = [
    "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
    "#GETTING_DATA", "#ERROR!", "#BUSY!", "#CONNECT!", "#UNKNOWN!", "#EXTERNAL!", "#PYTHON!",
];

/// Reads a value of the column. Returns it, and the reason why it cannot be read, or (a name or free text with damaged
/// characters, which is kept) not for certain.
#[inline]
pub fn read<'a>(
    column: &'static Column,
    raw: &'a RawValue<'_>,
    options: &ReadOptions<'_>,
) -> (CellBuf<'a>, Option<RejectReason>) {
    match raw {
        RawValue::Null => (CellBuf::NULL, None),
        RawValue::Text(text) => read_text(column, text, options),
        // A float column of a library holds NaN where there is no value.
        RawValue::Float(number) if number.is_nan() => (CellBuf::NULL, None),
        RawValue::Unreadable(wrong) => (CellBuf::NULL, Some(*wrong)),
        raw if column.kind == Kind::TextList => list::from_other(column, raw),
        raw => split(read_other(column, raw, options)),
    }
}

/// Reads the text of a cell or of a JSON string, as [`read`] does.
#[inline]
pub fn read_text<'a>(column: &Column, text: &'a str, options: &ReadOptions<'_>) -> (CellBuf<'a>, Option<RejectReason>) {
    match column.kind {
        Kind::Id => split(key::read(column, text, options.userid_words).map(text_cell)),
        Kind::Text => name::read(text),
        Kind::Name => name::read_name(text),
        Kind::Time => split(time::from_text(text, options).map(time_cell)),
        _ => read_other_text(column, text),
    }
}

fn read_other_text<'a>(column: &Column, text: &'a str) -> (CellBuf<'a>, Option<RejectReason>) {
    match column.kind {
        Kind::Integer => split(number::integer(column, text).map(integer_cell)),
        Kind::Count => split(number::count(text).map(integer_cell)),
        Kind::Flag => split(number::flag(text).map(flag_cell)),
        Kind::Word(words) => split(word(words, text).map(text_cell)),
        Kind::TextList => list::from_text(column, text),
        _ => (CellBuf::NULL, Some(NOT_READ)),
    }
}

const NOT_READ: RejectReason = "no input has such a column";

/// Reads a value that is neither text nor null.
fn read_other<'a>(
    column: &'static Column,
    raw: &'a RawValue<'_>,
    options: &ReadOptions<'_>,
) -> Result<CellBuf<'a>, RejectReason> {
    match column.kind {
        Kind::Id => key::from_other(column, raw),
        Kind::Name => Err(name::NOT_A_NAME),
        Kind::Text => name::free_text(raw),
        Kind::Time => time::from_other(raw, options).map(time_cell),
        Kind::Integer | Kind::Count => number::from_other(raw, column.kind == Kind::Count).map(integer_cell),
        Kind::Flag => number::flag_from_other(raw).map(flag_cell),
        Kind::Word(words) => coded_word(words, raw).map(text_cell),
        Kind::TextList | Kind::Ratio | Kind::Money | Kind::Price => Err(NOT_READ),
    }
}

#[inline]
fn split(value: Result<CellBuf<'_>, RejectReason>) -> (CellBuf<'_>, Option<RejectReason>) {
    match value {
        Ok(value) => (value, None),
        Err(wrong) => (CellBuf::NULL, Some(wrong)),
    }
}

fn text_cell(text: Option<&str>) -> CellBuf<'_> {
    CellBuf::Cell(text.map_or(Cell::Null, Cell::Text))
}

fn time_cell<'a>(micros: Option<i64>) -> CellBuf<'a> {
    CellBuf::Cell(micros.map_or(Cell::Null, Cell::Time))
}

fn integer_cell<'a>(number: Option<i64>) -> CellBuf<'a> {
    CellBuf::Cell(number.map_or(Cell::Null, Cell::Integer))
}

fn flag_cell<'a>(flag: Option<bool>) -> CellBuf<'a> {
    CellBuf::Cell(flag.map_or(Cell::Null, Cell::Flag))
}

/// Reads a word of the vocabulary: in English, in Chinese where a console shows it so, or as the service's number for
/// it.
fn word(words: &'static [&'static str], text: &str) -> Result<Option<&'static str>, RejectReason> {
    let text = strip_padding(text);
    if let Some(word) = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(Some(word));
    }
    let known = |other: &'static [&'static str], word: &'static str| (words == other).then_some(word);
    let word = match text {
        "通过" => known(Assessment::WORDS, Assessment::Pass.word()),
        "不通过" => known(Assessment::WORDS, Assessment::Fail.word()),
        "1" | "1.0" | "成员" | "企业成员" | "employee" => known(MemberKind::WORDS, MemberKind::Member.word()),
        "2" | "2.0" | "外部联系人" | "客户" | "customer" => {
            known(MemberKind::WORDS, MemberKind::External.word())
        }
        _ => None,
    };
    // An account without assessment takes part: only an empty cell means none.
    let is_absent = if words == Assessment::WORDS { text.is_empty() } else { is_null(text) };
    if is_absent { Ok(None) } else { word.map(Some).ok_or_else(|| no_word(words)) }
}

fn no_word(words: &[&str]) -> RejectReason {
    if words == Assessment::WORDS { NO_ASSESSMENT } else { NO_WORD }
}

fn coded_word(words: &'static [&'static str], raw: &RawValue<'_>) -> Result<Option<&'static str>, RejectReason> {
    match number::from_other(raw, false) {
        Ok(Some(1)) if words == MemberKind::WORDS => Ok(Some(MemberKind::Member.word())),
        Ok(Some(2)) if words == MemberKind::WORDS => Ok(Some(MemberKind::External.word())),
        _ => Err(no_word(words)),
    }
}

/// Returns whether the column holds userids.
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

/// Returns whether the text is a word for "no value" outside names and userids. Tools differ in its letter case:
/// `Null`, `[Null]`, `(Null)`.
fn is_null(text: &str) -> bool {
    NULL_WORDS.iter().chain(&LIBRARY_NULLS).any(|word| word.eq_ignore_ascii_case(text))
}

/// Returns whether the text is a word for "no value" in names and free text.
fn is_null_text(text: &str) -> bool {
    NULL_TEXTS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Returns whether the text is an error cell: one of those words, or like `Err:502`, as other programs write them.
fn is_error_cell(text: &str) -> bool {
    ERROR_CELLS.contains(&text)
        || text.strip_prefix("Err:").is_some_and(|code| code.len() == 3 && key::are_digits(code))
}

/// Returns whether the text is a word for "no value" in userids.
pub fn is_null_userid(text: &str) -> bool {
    NULL_WORDS.contains(&text)
}

/// Whether the text has a character in the place of bytes that were not text (U+FFFD). Few texts hold its first byte.
pub fn is_damaged(text: &str) -> bool {
    const FIRST_BYTE: u8 = 0xef;
    memchr::memchr(FIRST_BYTE, text.as_bytes()).is_some() && text.contains(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests;
