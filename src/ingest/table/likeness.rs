//! Rows that look like records where none is expected: above the header, in a sheet without one, inside a cell. They
//! may be records that were moved or merged there, and count as unreadable; titles, notes and remarks do not.

use std::borrow::Cow;

use super::{TableReader, is_blank, notes};
use crate::ingest::headers::{self, TableLayout};
use crate::ingest::records::{CustomerIds, PartRecords};
use crate::ingest::value::{self, CellBuf, RawValue, RejectReason};
use crate::schema::{Column, Kind, Slot, fields};

/// Ids that the service makes, all in one form; people choose those of members.
const MADE_IDS: [&Column; 4] = [&fields::EXTERNAL_USERID, &fields::UNIONID, &fields::CHAT_ID, &fields::CONFIG_ID];
const ABOVE_HEADER: RejectReason = "a row above the header that looks like a record: move the header to the top";

impl TableReader<'_> {
    /// Checks a row above the header. It is a title or a note, unless it looks like a record: then the header was moved
    /// down, and the row counts as unreadable.
    pub fn row_above<'c>(
        &self,
        part: &mut PartRecords,
        cells: usize,
        place: &dyn Fn(&str) -> String,
        cell: impl Fn(usize, Kind) -> RawValue<'c>,
    ) {
        let filled = (0..cells).filter(|at| !is_blank(&cell(*at, Kind::Text))).count();
        let is_wide = filled >= 2 && 3 * filled >= 2 * self.layout.header.len();
        let text = |at: usize| match cell(at, Kind::Text) {
            RawValue::Text(text) => text.into_owned(),
            _ => String::new(),
        };
        let texts: Vec<String> = (0..cells).map(text).collect();
        let is_header = |(at, text): (usize, &String)| headers::is_known(text) || self.layout.names_column(at, text);
        let is_note = || notes::of_no_record(texts.iter().map(String::as_str)).is_some();
        if is_wide && !texts.iter().enumerate().any(is_header) && !is_note() && self.is_like_a_record(&cell) {
            self.reject_row(part, place(""), ABOVE_HEADER);
        }
    }

    /// Returns whether the cells may be those of a record: they have its keys, in characters of ids, and no time that
    /// cannot be read.
    pub fn is_like_a_record<'c>(&self, cell: &impl Fn(usize, Kind) -> RawValue<'c>) -> bool {
        let table = self.layout.table;
        let holds = |column: &&Column| {
            let place = table.position(column).and_then(|at| self.layout.positions[at]);
            place.is_some_and(|place| match cell(place, column.kind) {
                RawValue::Text(text) if column.kind == Kind::Id => {
                    let id = value::strip_padding(&text);
                    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-@".contains(&byte))
                }
                given => !is_blank(&given),
            })
        };
        let is_time = |(at, place): (usize, usize)| {
            matches!(self.column(at).read(&cell(place, Kind::Time)).1, None | Some(value::AMBIGUOUS))
        };
        table.identity.iter().all(|columns| columns.iter().any(holds)) && self.times().all(is_time)
    }

    /// Returns whether a record may begin with the cells of a row: its keys are there, ids that the service makes are
    /// like those of another `row`, and no id or name is a time.
    pub fn may_begin<'c>(&self, cell: impl Fn(usize) -> &'c str, row: impl Fn(usize) -> &'c str) -> bool {
        let TableLayout { table, positions, .. } = self.layout;
        let text =
            |column: &Column| table.position(column).and_then(|at| positions[at]).map_or("", |place| cell(place));
        let is_there = |column: &&Column| !value::strip_padding(text(column)).is_empty();
        let may_be = |(at, place): (usize, &Option<usize>)| {
            let (Some(place), reader) = (*place, self.column(at)) else { return true };
            let (text, other) = (cell(place), row(place));
            let raw = RawValue::Text(Cow::Borrowed(text));
            if !matches!(reader.column.kind, Kind::Id | Kind::Name) || reader.read(&raw) == (CellBuf::NULL, None) {
                return true;
            }
            let is_made = MADE_IDS.contains(&reader.column) && other.len() >= CustomerIds::MADE;
            (!is_made || are_alike(text, other)) && !value::looks_like_date(value::strip_padding(text))
        };
        // Below its own header, an id that the service makes is that of a record, whatever became of its other cells.
        let is_made = |(slot, place): (&Slot, &Option<usize>)| {
            let place = place.filter(|_| MADE_IDS.contains(&slot.column));
            place.is_some_and(|place| {
                let (text, other) = (cell(place), row(place));
                text.len() >= CustomerIds::MADE && other.len() >= CustomerIds::MADE && are_alike(text, other)
            })
        };
        table.columns.iter().zip(positions).any(is_made)
            || (table.identity.iter().all(|columns| columns.iter().any(is_there))
                && positions.iter().enumerate().all(may_be))
    }

    /// Returns whether texts, split at delimiters, may be those of a record beside a `row`: ids, where the service
    /// makes them, are like those of the row.
    pub fn is_like_row<'c>(&self, texts: &[&str], row: &impl Fn(usize) -> &'c str) -> bool {
        let TableLayout { table, positions, .. } = self.layout;
        // A delimiter inside quotes moves the cells behind it.
        let is_quoted = texts.iter().any(|text| text.contains('"'));
        let text = |at: usize| texts.get(at).copied().unwrap_or_default();
        let is_alike = |(slot, place): (&Slot, &Option<usize>)| match place {
            Some(place) if MADE_IDS.contains(&slot.column) => are_alike(text(*place), row(*place)),
            _ => true,
        };
        let cell = |at: usize, kind: Kind| match kind {
            Kind::Time if is_quoted => RawValue::Null,
            _ => RawValue::Text(Cow::Borrowed(text(at))),
        };
        table.columns.iter().zip(positions).all(is_alike) && self.is_like_a_record(&cell)
    }
}

/// Returns whether two ids may be of one kind: they are as long, or begin alike, if both are there.
fn are_alike(id: &str, other: &str) -> bool {
    const KIND: usize = 2;
    let is_there = |id: &str| !id.is_empty() && !id.contains(['\n', '\r']);
    let is_kind = id.get(..KIND).is_some_and(|kind| other.starts_with(kind));
    !is_there(id) || !is_there(other) || id.len() == other.len() || is_kind
}
