//! Walks what was typed by dotted key, so that every fault names its key and its line.

use std::path::Path;

use super::file::{Node, Origin, Table, Value};
use super::overrides::dotted;
use crate::error::{Error, Result};
use crate::text::{Message, Told, errors as say};

/// Below this likeness a known key is not offered for an unknown one.
const LIKENESS: f64 = 0.6;

/// A table of the file, all of whose keys are known. One that is absent has no keys.
pub(super) struct Section<'a> {
    file: &'a Path,
    key: String,
    table: Option<&'a Table>,
}

/// A value, and the dotted key that it stands under.
pub(super) struct Field<'a> {
    file: &'a Path,
    key: String,
    node: &'a Node,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub fn root(file: &'a Path, node: &'a Node, known: &[&str]) -> Result<Self> {
        Field { file, key: String::new(), node }.section(known)
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        let node = self.table?.get(key)?;
        Some(Field { file: self.file, key: self.dotted(key), node })
    }

    /// The value of a key, read as the kind that it has to be.
    pub fn read<T>(&self, key: &str, kind: impl FnOnce(&Field<'a>) -> Result<T>) -> Result<Option<T>> {
        self.get(key).map(|field| kind(&field)).transpose()
    }

    /// The same, for a key that has to be there.
    pub fn need<T>(&self, key: &str, kind: impl FnOnce(&Field<'a>) -> Result<T>, example: &str) -> Result<T> {
        if let Some(field) = self.get(key) {
            return kind(&field);
        }
        let remedy = if self.key.is_empty() { say::add(key, example) } else { say::add_to(&self.key, key, example) };
        Err(Error::input(self.file, Message::verbatim(self.dotted(key)), say::IS_MISSING, remedy))
    }

    /// A table inside this one.
    pub fn section(&self, key: &str, known: &[&str]) -> Result<Section<'a>> {
        match self.get(key) {
            Some(field) => field.section(known),
            None => Ok(Section { file: self.file, key: self.dotted(key), table: None }),
        }
    }

    /// A list of tables; none where the key is absent.
    pub fn sections(&self, key: &str, known: &[&str]) -> Result<Vec<Section<'a>>> {
        let Some(list) = self.get(key) else { return Ok(Vec::new()) };
        let tables = list.items(say::tables(&list.key))?;
        tables.into_iter().map(|table| table.section(known)).collect()
    }

    /// Whether the file has the table.
    pub fn is_present(&self) -> bool {
        self.table.is_some()
    }

    fn dotted(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }
}

impl<'a> Field<'a> {
    /// What was typed.
    pub fn value(&self) -> &'a Value {
        &self.node.value
    }

    /// An error about this value.
    pub fn fault(&self, problem: impl Into<Message>, remedy: impl Into<Message>) -> Error {
        Error::input(self.file, self.place(), problem, remedy)
    }

    /// The error for a value of another type than the key wants.
    pub fn wrong_type(&self, wanted: impl Told, remedy: impl Into<Message>) -> Error {
        self.fault(say::is_but_has_to_be(self.value().kind(), wanted), remedy)
    }

    /// The items of a list.
    pub fn items(&self, wanted: impl Into<Message>) -> Result<Vec<Field<'a>>> {
        let Value::List(nodes) = self.value() else {
            let wanted = wanted.into();
            return Err(self.wrong_type(&wanted, say::write(&wanted)));
        };
        let field = |(index, node)| Field { file: self.file, key: format!("{}[{index}]", self.key), node };
        Ok(nodes.iter().enumerate().map(field).collect())
    }

    /// The value as a table that has none but the known keys.
    fn section(self, known: &[&str]) -> Result<Section<'a>> {
        let Value::Table(table) = self.value() else {
            return Err(self.wrong_type(say::A_TABLE, say::on_lines_below(&self.key)));
        };
        let section = Section { file: self.file, key: self.key, table: Some(table) };
        match table.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(section.unknown(key, known)),
            None => Ok(section),
        }
    }

    fn place(&self) -> Message {
        match &self.node.origin {
            Origin::Line(line) => say::key_on_line(&self.key, line),
            Origin::Set(typed) if dotted(typed) == dotted(&self.key) => Message::verbatim(format!("--set {typed}")),
            Origin::Set(typed) => say::key_set_by(&self.key, typed),
        }
    }
}

impl Section<'_> {
    fn unknown(&self, key: &str, known: &[&str]) -> Error {
        let place = self.get(key).map_or_else(|| Message::verbatim(self.dotted(key)), |field| field.place());
        let keys = Message::list(known);
        let remedy = if self.key.is_empty() { say::known_at_the_top(keys) } else { say::known_in(&self.key, keys) };
        Error::input(self.file, place, say::unknown_key(key), say::perhaps(nearest(key, known.iter().copied()), remedy))
    }
}

/// The word most like what was typed, if any is like it at all.
pub(super) fn nearest<'w>(typed: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (strsim::jaro_winkler(&typed.to_lowercase(), &word.to_lowercase()), word))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
