//! Signs that a row of a table is not the record that it seems to be: rows which software writes beside the records,
//! and records whose cells are not below their headers.

use std::path::Path;

use super::{RowReadings, TableReader, is_blank, is_list_of, notes};
use crate::error::{Error, Result};
use crate::ingest::raw::WHOLE_TABLE;
use crate::ingest::records::{ABSENT, FieldFault, PartRecords};
use crate::ingest::value::{RawValue, RejectReason};
use crate::schema::lists::ListKind;
use crate::schema::tables::COVERAGE;
use crate::schema::vocabulary::Dataset;
use crate::schema::{Cell, Column, Kind, Table, fields};
use crate::text::{Message, errors as say};

const SHIFTED: Sign =
    Sign::Unreadable("cells beside their columns: a cell was deleted from the row, or inserted into it");

/// Consequence of a sign.
#[derive(Debug, Clone, Copy)]
pub enum Sign {
    /// A record of an unknown account.
    Unreadable(RejectReason),
    /// No record.
    PassedOver(&'static str),
}

type Holds = fn(&RowSeen<'_, '_>) -> bool;

/// The signs of a row whose cells were read, in order.
const SIGNS: [(Sign, Holds); 4] = [
    (SHIFTED, has_customer_elsewhere),
    (SHIFTED, is_shifted),
    (Sign::PassedOver("contact of a group, without a member"), is_contact_of_group),
    (Sign::PassedOver("row of a map without its target"), lacks_target),
];

/// A row that the texts in it show to be no record.
pub enum NotARecord {
    /// A header of other columns: the rows below it would be read into the wrong ones.
    OtherHeader,
    /// A repeated header, or a note ([`notes`]).
    PassedOver(&'static str),
}

/// A row whose cells were read.
pub struct RowSeen<'r, 'c> {
    pub table: &'r TableReader<'r>,
    pub readings: &'r RowReadings<'r>,
    pub cell: &'r dyn Fn(usize, Kind) -> RawValue<'c>,
}

impl RowSeen<'_, '_> {
    /// Returns the first sign that the row has.
    pub fn sign(&self) -> Option<Sign> {
        SIGNS.iter().find(|(_, holds)| holds(self)).map(|(sign, _)| *sign)
    }

    /// Returns whether the cell at that place of the file is a time.
    fn is_time(&self, column: usize, place: usize) -> bool {
        let raw = (self.cell)(place, Kind::Time);
        let (value, fault) = self.table.column(column).read(&raw);
        fault.is_none() && value.cell() != Cell::Null
    }
}

/// Returns whether a member or a unionid is the id of a customer, and the customer is another text: rows with another
/// order of columns were appended, or software put no delimiter between two cells.
fn has_customer_elsewhere(row: &RowSeen<'_, '_>) -> bool {
    let is_text =
        |at: usize, holds: fn(&str) -> bool| matches!(row.readings.cells[at], Cell::Text(text) if holds(text));
    let Some((customer, others)) = row.table.customer else { return false };
    others.into_iter().flatten().any(|at| is_text(at, is_customer_id)) && is_text(customer, |id| !is_customer_id(id))
}

/// Returns whether the cells are beside their columns, as where one was deleted or inserted: a flag or number that
/// cannot be read is the time of the column beside it, which has none itself.
fn is_shifted(row: &RowSeen<'_, '_>) -> bool {
    let RowSeen { table, readings, .. } = row;
    if readings.faults.is_empty() {
        return false;
    }
    let lacks_time = |at| readings.has_fault(at) || readings.is_absent(at);
    table.times().filter(|(time, _)| lacks_time(*time)).any(|(time, beside)| {
        readings.faults.iter().any(|(at, _)| {
            let kind = table.layout.table.columns[*at].column.kind;
            let place = table.layout.positions[*at].filter(|place| place.abs_diff(beside) == 1);
            matches!(kind, Kind::Flag | Kind::Integer | Kind::Count)
                && place.is_some_and(|place| row.is_time(time, place))
        })
    })
}

/// Returns whether the row is a contact of a group: `contact_list` returns them without a member.
fn is_contact_of_group(row: &RowSeen<'_, '_>) -> bool {
    let layout = row.table.layout;
    let has_no_member = || layout.table.position(&fields::USERID).is_some_and(|at| row.readings.is_absent(at));
    layout.contact_group.is_some_and(|place| has_no_member() && !is_blank(&(row.cell)(place, Kind::Id)))
}

/// Returns whether it is a row of an id map, without a target.
fn lacks_target(row: &RowSeen<'_, '_>) -> bool {
    is_list_of(row.table.layout.table, ListKind::IdMap) && !row.readings.has_fault(0) && row.readings.is_absent(1)
}

/// The fault of a row of coverage about the relations of an account, without its userid: only a whole table covers
/// those of all accounts.
pub fn lack_of_account(table: &Table, readings: &RowReadings<'_>) -> Option<(usize, FieldFault)> {
    let cell = |column: &Column| table.position(column).map(|at| readings.cells[at]);
    let lacks = table.name == COVERAGE.name
        && cell(&fields::DATASET) == Some(Cell::Text(Dataset::Relations.word()))
        && cell(&fields::USERID) == Some(Cell::Null)
        && cell(&fields::DETAIL) != Some(Cell::Text(WHOLE_TABLE));
    let at = const { COVERAGE.position_of(&fields::USERID) };
    lacks.then_some((at, FieldFault { field: fields::USERID.name, reason: ABSENT }))
}

/// The column with the ids of customers, and those of members and unionids.
pub fn customer_columns(table: &Table) -> Option<(usize, [Option<usize>; 2])> {
    let customer = table.position(&fields::EXTERNAL_USERID)?;
    Some((customer, [table.account?, &fields::UNIONID].map(|column| table.position(column))))
}

/// Returns whether an id has the form of those that the service gives to customers.
fn is_customer_id(id: &str) -> bool {
    const LENGTH: usize = 32;
    id.len() == LENGTH && ["wm", "wo"].iter().any(|kind| id.starts_with(kind))
}

impl TableReader<'_> {
    /// Returns what the row is in place of a record, by its texts: `cell` gives one by its column, `cells` all.
    pub fn not_a_record<'c, C: Iterator<Item = &'c str>>(
        &self,
        cell: impl Fn(usize) -> &'c str,
        cells: impl FnOnce() -> C,
    ) -> Option<NotARecord> {
        if self.layout.is_header(&cell) {
            return Some(NotARecord::PassedOver("repeated header"));
        }
        if self.layout.is_other_header(&cell) {
            return Some(NotARecord::OtherHeader);
        }
        notes::of_no_record(cells()).map(NotARecord::PassedOver)
    }

    /// Passes over a row that is no record ([`not_a_record`](Self::not_a_record)), at `place`; returns whether it does.
    ///
    /// # Errors
    /// [`Error::Input`] if it is a header of other columns.
    pub fn skip_row<'c, C: Iterator<Item = &'c str>>(
        &self,
        part: &mut PartRecords,
        (path, place): (&Path, impl FnOnce() -> Message),
        cell: impl Fn(usize) -> &'c str,
        cells: impl FnOnce() -> C,
    ) -> Result<bool> {
        match self.not_a_record(cell, cells) {
            None => return Ok(false),
            Some(NotARecord::PassedOver(why)) => part.pass_over(why, 1),
            Some(NotARecord::OtherHeader) => {
                return Err(Error::input(path, place(), say::SECOND_HEADER, say::ONE_TABLE_EACH));
            }
        }
        Ok(true)
    }
}
