//! Access to typed values by dotted key: every error names the key and its line.

use std::path::Path;

use super::file::{Origin, TomlNode, TomlTable, TomlValue};
use super::overrides::dotted;
use crate::error::{Error, Result};
use crate::text::{Localized, Message, errors as say};

/// The least Jaro-Winkler similarity of a known key that is suggested for an unknown one.
const MIN_SIMILARITY: f64 = 0.6;

/// A table of the file with only known keys. An absent table has no keys.
pub(super) struct Section<'a> {
    file: &'a Path,
    key: String,
    table: Option<&'a TomlTable>,
}

/// A value with its dotted key.
pub(super) struct CaseField<'a> {
    file: &'a Path,
    key: String,
    node: &'a TomlNode,
}

impl<'a> Section<'a> {
    pub fn root(file: &'a Path, node: &'a TomlNode, known: &[&str]) -> Result<Self> {
        CaseField { file, key: String::new(), node }.section(known)
    }

    /// Returns the value of a key, if it is there.
    pub fn get(&self, key: &str) -> Option<CaseField<'a>> {
        let node = self.table?.get(key)?;
        Some(CaseField { file: self.file, key: self.dotted(key), node })
    }

    /// Reads the value of a key, if it is there.
    pub fn read<T>(&self, key: &str, kind: impl FnOnce(&CaseField<'a>) -> Result<T>) -> Result<Option<T>> {
        self.get(key).map(|field| kind(&field)).transpose()
    }

    /// Reads the value of a required key.
    pub fn need<T>(&self, key: &str, kind: impl FnOnce(&CaseField<'a>) -> Result<T>, example: &str) -> Result<T> {
        if let Some(field) = self.get(key) {
            return kind(&field);
        }
        let remedy =
            if self.key.is_empty() { say::add(key, example) } else { say::add_to(self.heading(), key, example) };
        Err(Error::input(self.file, Message::verbatim(self.dotted(key)), say::IS_MISSING, remedy))
    }

    /// Returns a table inside this one.
    pub fn section(&self, key: &str, known: &[&str]) -> Result<Section<'a>> {
        match self.get(key) {
            Some(field) => field.section(known),
            None => Ok(Section { file: self.file, key: self.dotted(key), table: None }),
        }
    }

    /// Returns a list of tables; empty if the key is absent.
    pub fn sections(&self, key: &str, known: &[&str]) -> Result<Vec<Section<'a>>> {
        let Some(list) = self.get(key) else { return Ok(Vec::new()) };
        let tables = list.items(say::tables(&list.key))?;
        tables.into_iter().map(|table| table.section(known)).collect()
    }

    /// Returns whether the file has the table.
    pub fn is_present(&self) -> bool {
        self.table.is_some()
    }

    fn dotted(&self, key: &str) -> String {
        if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) }
    }
}

impl<'a> CaseField<'a> {
    pub fn value(&self) -> &'a TomlValue {
        &self.node.value
    }

    /// Returns an error at this value.
    pub fn fault(&self, problem: impl Into<Message>, remedy: impl Into<Message>) -> Error {
        Error::input(self.file, self.place(), problem, remedy)
    }

    pub fn wrong_type(&self, wanted: impl Localized, remedy: impl Into<Message>) -> Error {
        self.fault(say::is_but_has_to_be(self.value().kind(), wanted), remedy)
    }

    pub fn items(&self, wanted: impl Into<Message>) -> Result<Vec<CaseField<'a>>> {
        let TomlValue::List(nodes) = self.value() else {
            let wanted = wanted.into();
            return Err(self.wrong_type(&wanted, say::write(&wanted)));
        };
        let field = |(index, node)| CaseField { file: self.file, key: format!("{}[{index}]", self.key), node };
        Ok(nodes.iter().enumerate().map(field).collect())
    }

    /// Returns the value as a table with only known keys.
    fn section(self, known: &[&str]) -> Result<Section<'a>> {
        let TomlValue::Table(table) = self.value() else {
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
    /// Returns its line in the file: `[contract]`, or the number of the `[[waivers]]` that it is, from 1.
    fn heading(&self) -> Message {
        let numbered = self.key.strip_suffix(']').and_then(|key| key.rsplit_once('['));
        match numbered.and_then(|(name, index)| Some((name, index.parse::<usize>().ok()?))) {
            Some((name, index)) => say::nth_table(name, index + 1),
            None => say::section(&self.key),
        }
    }

    fn unknown(&self, key: &str, known: &[&str]) -> Error {
        let place = self.get(key).map_or_else(|| Message::verbatim(self.dotted(key)), |field| field.place());
        let keys = Message::list(known);
        let remedy =
            if self.key.is_empty() { say::known_at_the_top(keys) } else { say::known_in(self.heading(), keys) };
        Error::input(self.file, place, say::unknown_key(key), say::perhaps(nearest(key, known.iter().copied()), remedy))
    }
}

/// Returns the word most similar to the typed one, if any is similar.
pub(super) fn nearest<'w>(typed: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (strsim::jaro_winkler(&typed.to_lowercase(), &word.to_lowercase()), word))
        .filter(|(similarity, _)| *similarity >= MIN_SIMILARITY)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}
