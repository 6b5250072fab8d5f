//! `case.toml` as a tree in which every value has its origin: a line, or a `--set`.
//!
//! Not serde: its errors have neither the dotted key nor, after an override, the place of a value.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::de::{DeInteger, DeTable, DeValue};
use toml::value::Datetime;

use crate::error::{Error, Result};
use crate::text::{Text, errors as say};

/// A table of the file, in order of its keys.
pub(super) type TomlTable = BTreeMap<String, TomlNode>;

/// A value with its origin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TomlNode {
    pub value: TomlValue,
    pub origin: Origin,
}

/// The origin of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The line of the file, counted from 1.
    Line(usize),
    /// The key of a `--set`, as typed.
    Set(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TomlValue {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Datetime(Datetime),
    List(Vec<TomlNode>),
    Table(TomlTable),
}

impl TomlValue {
    /// Returns the type of the value, for messages.
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

pub(super) fn parse(file: &Path, text: &str) -> Result<TomlNode> {
    let lines = LineIndex::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = errors.first() {
        return Err(syntax(file, &lines, table.get_ref(), error));
    }
    let origin = |span: Range<usize>| Origin::Line(lines.number(span.start));
    Ok(TomlNode { origin: Origin::Line(1), value: TomlValue::Table(table_of(table.into_inner(), &origin)) })
}

/// Parses a single value, all of whose parts get the origin.
pub(super) fn parse_value(text: &str, origin: &Origin) -> Option<TomlValue> {
    let value = DeValue::parse(text).ok()?;
    Some(value_of(value.into_inner(), &|_| origin.clone()))
}

type OriginOf<'a> = &'a dyn Fn(Range<usize>) -> Origin;

fn table_of(table: DeTable<'_>, origin: OriginOf<'_>) -> TomlTable {
    table
        .into_iter()
        .map(|(key, value)| {
            let node = TomlNode { origin: origin(key.span()), value: value_of(value.into_inner(), origin) };
            (key.into_inner().into_owned(), node)
        })
        .collect()
}

fn value_of(value: DeValue<'_>, origin: OriginOf<'_>) -> TomlValue {
    match value {
        DeValue::String(text) => TomlValue::Text(text.into_owned()),
        DeValue::Integer(number) => TomlValue::Integer(integer(&number)),
        DeValue::Float(number) => TomlValue::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => TomlValue::Boolean(flag),
        DeValue::Datetime(time) => TomlValue::Datetime(time),
        DeValue::Array(items) => TomlValue::List(
            items
                .into_iter()
                .map(|item| TomlNode { origin: origin(item.span()), value: value_of(item.into_inner(), origin) })
                .collect(),
        ),
        DeValue::Table(table) => TomlValue::Table(table_of(table, origin)),
    }
}

/// Parses a number; one beyond 128 bits becomes the largest, which every check refuses as out of range.
fn integer(number: &DeInteger<'_>) -> i128 {
    i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX)
}

/// Returns the error of text that is not TOML, with the key of an invalid value: the parser recovers.
fn syntax(file: &Path, lines: &LineIndex, table: &DeTable<'_>, error: &toml::de::Error) -> Error {
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

/// The start of each line.
struct LineIndex(Vec<usize>);

impl LineIndex {
    fn new(text: &str) -> Self {
        Self(std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect())
    }

    fn number(&self, at: usize) -> usize {
        self.0.partition_point(|&start| start <= at)
    }
}
