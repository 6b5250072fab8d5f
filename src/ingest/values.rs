//! The text of a cell -> a value of the column's kind. What is none is told without quoting it: it may be personal.

use jiff::tz::TimeZone;

use super::times;
use crate::schema::vocabulary::Assessment;
use crate::schema::{Cell, Column, Kind, Table, fields, tables};

/// A parsed cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    One(Cell<'a>),
    List(Vec<String>),
}

impl Value<'_> {
    /// The value as the cell of a row.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::One(cell) => *cell,
            Self::List(items) => Cell::List(items),
        }
    }
}

pub const ABSENT: &str = "empty, and the record is of no use without it";
pub const ROUNDED: &str =
    "a number of 15 digits or more, or in powers of ten, which Excel has rounded: format the column as text, and export it again";
pub const NO_TIME: &str = "a time that is none: write 2026-04-30 22:00:00, RFC 3339, or unix seconds";
pub const NO_INTEGER: &str = "not a whole number";
pub const NO_COUNT: &str = "not a whole number from 0 up";
pub const NO_FLAG: &str = "neither true/false, 1/0, yes/no nor 是/否";
pub const NO_WORD: &str = "not a word of the column's vocabulary";

/// Reads the text of a cell. Empty is null.
pub fn parse<'a>(kind: Kind, text: &'a str, zone: &TimeZone) -> Result<Value<'a>, &'static str> {
    let trimmed = text.trim();
    let one = |cell| Ok(Value::One(cell));
    match kind {
        // Free text is kept as it is.
        Kind::Text if text.is_empty() => one(Cell::Null),
        Kind::Text => one(Cell::Text(text)),
        _ if trimmed.is_empty() => one(Cell::Null),
        Kind::Id if is_rounded(trimmed) => Err(ROUNDED),
        Kind::Id => one(Cell::Text(trimmed)),
        Kind::Flag => flag(trimmed).map(|flag| Value::One(Cell::Flag(flag))).ok_or(NO_FLAG),
        Kind::Integer => trimmed.parse().map(|number| Value::One(Cell::Integer(number))).map_err(|_| NO_INTEGER),
        Kind::Count => count(trimmed).map(|number| Value::One(Cell::Integer(number))).ok_or(NO_COUNT),
        Kind::Time => times::parse(trimmed, zone).map(|micros| Value::One(Cell::Time(micros))).ok_or(NO_TIME),
        Kind::TextList => Ok(Value::List(list(trimmed))),
        Kind::Word(words) => word(words, trimmed).map(|word| Value::One(Cell::Text(word))).ok_or(NO_WORD),
        Kind::Ratio | Kind::Money | Kind::Price => Err("no input holds such a column"),
    }
}

/// What Excel makes of a long number where an id should stand: `1.23457E+15`.
fn is_rounded(text: &str) -> bool {
    let Some((digits, power)) = text.split_once("E+") else { return false };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.len() == 1 && power.len() >= 2 && [whole, fraction, power].into_iter().all(are_digits)
}

fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "1" | "yes" | "是" => Some(true),
        "false" | "0" | "no" | "否" => Some(false),
        _ => None,
    }
}

fn count(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| *number >= 0)
}

fn list(text: &str) -> Vec<String> {
    text.split([',', '，', ';', '|']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The word of the vocabulary that the text is, in English or, for the assessment, in Chinese.
pub fn word(words: &'static [&'static str], text: &str) -> Option<&'static str> {
    let known = words.iter().copied().find(|word| word.eq_ignore_ascii_case(text));
    let chinese = match text {
        "通过" => Some(Assessment::Pass.word()),
        "不通过" => Some(Assessment::Fail.word()),
        _ => None,
    };
    known.or(chinese.filter(|word| words == Assessment::WORDS && words.contains(word)))
}

/// Columns of which a record of the table needs at least one, beside those that the table requires.
pub fn needs_one_of(table: &Table) -> &'static [&'static Column] {
    const RELATION: &[&Column] = &[&fields::EXTERNAL_USERID, &fields::CUSTOMER_NAME];
    const GROUP: &[&Column] = &[&fields::CHAT_ID, &fields::NAME];
    const REFUSAL: &[&Column] = &[&fields::EXTERNAL_USERID, &fields::UNIONID, &fields::CUSTOMER_NAME];
    if table.name == tables::RELATIONS_TABLE.name {
        RELATION
    } else if table.name == tables::GROUPS.name || table.name == tables::CONSOLE_GROUPS.name {
        GROUP
    } else if table.name == tables::REFUSALS.name {
        REFUSAL
    } else {
        &[]
    }
}

/// Whether every record of an input has to fill the column. Where a row comes from is filled in by a later stage.
pub fn is_needed(column: &Column, required: bool) -> bool {
    required && !is_provenance(column)
}

/// Whether the column says where a row comes from.
pub fn is_provenance(column: &Column) -> bool {
    column.name == fields::SOURCE_FILE.name || column.name == fields::SOURCE_RECORD.name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::vocabulary::MemberKind;

    fn one(kind: Kind, text: &'static str) -> Result<Cell<'static>, &'static str> {
        match parse(kind, text, &TimeZone::UTC)? {
            Value::One(cell) => Ok(cell),
            Value::List(_) => panic!("a list"),
        }
    }

    #[test]
    fn cells_are_read_by_the_kind_of_their_column() {
        for (text, flag) in
            [("true", true), ("FALSE", false), ("1", true), ("0", false), ("Yes", true), ("no", false), ("是", true), ("否", false)]
        {
            assert_eq!(one(Kind::Flag, text), Ok(Cell::Flag(flag)), "{text}");
        }
        assert_eq!(one(Kind::Flag, "maybe"), Err(NO_FLAG));
        assert_eq!(one(Kind::Id, " 00123 "), Ok(Cell::Text("00123")));
        for (text, is_rounded) in
            [("1.23E+15", true), ("1E+15", true), ("0.7e1", false), ("E+15", false), ("1.2E+1", false), ("12.3E+15", false)]
        {
            assert_eq!(one(Kind::Id, text) == Err(ROUNDED), is_rounded, "{text}");
        }
        assert_eq!(one(Kind::Text, "1.23E+15"), Ok(Cell::Text("1.23E+15")));
        assert_eq!(one(Kind::Text, " wei "), Ok(Cell::Text(" wei ")));
        assert_eq!(one(Kind::Integer, "-5"), Ok(Cell::Integer(-5)));
        assert_eq!(one(Kind::Integer, "5.5"), Err(NO_INTEGER));
        assert_eq!(one(Kind::Count, "-5"), Err(NO_COUNT));
        assert_eq!(one(Kind::Time, "1970-01-01 00:00:01"), Ok(Cell::Time(1_000_000)));
        assert_eq!(one(Kind::Time, "later"), Err(NO_TIME));
        for kind in [Kind::Text, Kind::Id, Kind::Flag, Kind::Integer, Kind::Time, Kind::TextList, Kind::Word(MemberKind::WORDS)] {
            assert_eq!(one(kind, ""), Ok(Cell::Null));
        }
    }

    #[test]
    fn lists_are_split_at_every_separator() {
        let list = parse(Kind::TextList, "a/b, c，d;e|f,,", &TimeZone::UTC).unwrap();
        assert_eq!(list, Value::List(["a/b", "c", "d", "e", "f"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn words_are_of_their_vocabulary() {
        assert_eq!(one(Kind::Word(Assessment::WORDS), "不通过"), Ok(Cell::Text("fail")));
        assert_eq!(one(Kind::Word(Assessment::WORDS), "Pass"), Ok(Cell::Text("pass")));
        assert_eq!(one(Kind::Word(MemberKind::WORDS), "通过"), Err(NO_WORD));
        assert_eq!(one(Kind::Word(MemberKind::WORDS), "guest"), Err(NO_WORD));
    }
}
