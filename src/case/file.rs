//! What was typed: `case.toml` as a tree in which every value knows the line, or the `--set`, that it came from.
//!
//! Not serde: its errors name neither the dotted key nor, once an override has been applied, the place of a value.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeInteger, DeTable, DeValue};
use toml::value::Datetime;

use crate::error::{Error, Result};
use crate::text::{Text, errors as say};

/// A table of the file: its keys in alphabetical order.
pub(super) type Table = BTreeMap<String, Node>;

/// A value, and where it was typed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub value: Value,
    pub origin: Origin,
}

/// Where a value was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The line of the file, counted from 1.
    Line(usize),
    /// The key of a `--set`, as typed.
    Set(String),
}

/// A value as TOML knows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Datetime(Datetime),
    List(Vec<Node>),
    Table(Table),
}

impl Value {
    /// What the value is, for a message.
    pub fn kind(&self) -> Text {
        match self {
            Self::Text(_) => say::A_TEXT,
            Self::Integer(_) => say::A_WHOLE_NUMBER,
            Self::Float(_) => say::A_FRACTION,
            Self::Boolean(_) => say::A_FLAG,
            Self::Datetime(_) => say::A_DATE_OR_TIME,
            Self::List(_) => say::A_LIST,
            Self::Table(_) => say::A_TABLE,
        }
    }
}

/// Reads the whole file.
pub(super) fn parse(file: &Path, text: &str) -> Result<Node> {
    let lines = Lines::of(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        return Err(syntax(file, &lines, table.get_ref(), error));
    }
    let origin = |span: Range<usize>| Origin::Line(lines.number(span.start));
    Ok(Node { origin: Origin::Line(1), value: Value::Table(table_of(table.into_inner(), &origin)) })
}

/// Reads a single value, if the text is one; every part of it gets the origin.
pub(super) fn parse_value(text: &str, origin: &Origin) -> Option<Value> {
    let value = DeValue::parse(text).ok()?;
    Some(value_of(value.into_inner(), &|_| origin.clone()))
}

type OriginOf<'a> = &'a dyn Fn(Range<usize>) -> Origin;

fn table_of(table: DeTable<'_>, origin: OriginOf<'_>) -> Table {
    table
        .into_iter()
        .map(|(key, value)| {
            let node = Node { origin: origin(key.span()), value: value_of(value.into_inner(), origin) };
            (key.into_inner().into_owned(), node)
        })
        .collect()
}

fn value_of(value: DeValue<'_>, origin: OriginOf<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Integer(integer(&number)),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Value::Boolean(flag),
        DeValue::Datetime(time) => Value::Datetime(time),
        DeValue::Array(items) => Value::List(
            items
                .into_iter()
                .map(|item| Node { origin: origin(item.span()), value: value_of(item.into_inner(), origin) })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(table_of(table, origin)),
    }
}

/// A number too large even for 128 bits becomes the largest, which every check refuses as out of range.
fn integer(number: &DeInteger<'_>) -> i128 {
    i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX)
}

/// The error for text that is not TOML; the parser recovers, so the key can be named where a value is at fault.
fn syntax(file: &Path, lines: &Lines, table: &DeTable<'_>, error: &toml::de::Error) -> Error {
    let at = error.span().map_or(0, |span| span.start);
    let line = lines.number(at);
    let place = key_at(table, at).map_or_else(|| say::line(line), |key| say::key_on_line(key, line));
    Error::input(file, place, say::not_toml(error.message()), say::NOT_TOML_REMEDY)
}

fn key_at(table: &DeTable<'_>, at: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let inner = key_in(value.get_ref(), at).map(|rest| format!("{}{rest}", key.get_ref()));
        inner.or_else(|| (value.span().contains(&at) && !value.get_ref().is_table()).then(|| key.get_ref().to_string()))
    })
}

fn key_in(value: &DeValue<'_>, at: usize) -> Option<String> {
    match value {
        DeValue::Table(table) => key_at(table, at).map(|rest| format!(".{rest}")),
        DeValue::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| key_in(item.get_ref(), at).map(|rest| format!("[{index}]{rest}"))),
        _ => None,
    }
}

/// Where each line starts.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect())
    }

    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|&start| start <= at)
    }
}
