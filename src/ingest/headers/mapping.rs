//! The user's own headers: `[snapshots.ROLE.columns]` and `[lists.columns]` of case.toml.

use std::sync::atomic::{AtomicBool, Ordering};

use super::TableLayout;
use super::names::HeaderText;
use crate::case::OwnHeaders;
use crate::schema::{Column, Table};
use crate::text::Message;

/// The mapping of headers to columns in case.toml, with a flag for each header that a file has.
pub struct HeaderMapping {
    /// Its key in case.toml: `snapshots.target-after.columns`.
    key: String,
    pub(super) headers: Vec<MappedHeader>,
}

pub(super) struct MappedHeader {
    column: &'static str,
    typed: String,
    /// As compared: [`HeaderText::plain`].
    pub plain: String,
    is_used: AtomicBool,
}

impl HeaderMapping {
    /// The mapping under `key`.
    pub fn new(key: String, headers: &OwnHeaders) -> Self {
        let own = |(&column, typed): (&&'static str, &String)| MappedHeader {
            column,
            typed: typed.clone(),
            plain: HeaderText::new(typed).plain,
            is_used: AtomicBool::new(false),
        };
        Self { key, headers: headers.iter().map(own).collect() }
    }

    pub fn none() -> Self {
        Self { key: String::new(), headers: Vec::new() }
    }

    /// Headers that no file has: the key in case.toml, and the header as typed.
    pub fn unused(&self) -> impl Iterator<Item = (String, &str)> {
        let unused = self.headers.iter().filter(|own| !own.is_used.load(Ordering::Relaxed));
        unused.map(|own| (format!("{}.{}", self.key, own.column), own.typed.as_str()))
    }

    /// Formats the lines of case.toml that map headers to columns.
    pub(super) fn lines(&self, columns: &[(&'static str, String)]) -> Message {
        let lines = columns
            .iter()
            .map(|(column, header)| format!("{column} = \"{}\"", header.replace('\\', r"\\").replace('"', "\\\"")));
        Message::lines(std::iter::once(format!("[{}]", self.key)).chain(lines))
    }

    pub(super) fn of_column(&self, column: &Column) -> Option<&MappedHeader> {
        self.headers.iter().find(|own| own.column == column.name)
    }

    /// Returns whether the header is mapped to another column of the table.
    pub(super) fn maps_elsewhere(&self, header: &HeaderText, table: &Table, column: &Column) -> bool {
        let is_other = |own: &&MappedHeader| {
            own.column != column.name && table.columns.iter().any(|slot| slot.column.name == own.column)
        };
        self.headers.iter().filter(is_other).any(|own| own.plain == header.plain)
    }

    /// Flags the headers that the layout uses.
    pub fn mark_used(&self, layout: &TableLayout) {
        for own in &self.headers {
            let index = layout.table.columns.iter().position(|slot| slot.column.name == own.column);
            let place = index.and_then(|at| layout.positions[at]);
            if place.is_some_and(|at| layout.header[at] == own.plain) {
                own.is_used.store(true, Ordering::Relaxed);
            }
        }
    }
}
