//! Records: what a reader found in the fields of one, and where it is counted. A record becomes a row, a reject or a
//! record passed over, never nothing: [`FileRecords::check`].

mod file;
mod part;

use std::borrow::Cow;
use std::fmt::Display;

use super::doubts::CustomerKey;
use super::value::RejectReason;
use crate::schema::Cell;
use crate::schema::vocabulary::Dataset;

pub use file::FileRecords;
pub use part::{ABSENT, CustomerIds, PartRecords};

/// Rejects of one file and reason that are listed one by one; in a file of the wrong kind every row may be one.
pub const MAX_LISTED_REJECTS: u64 = 100;

/// A field that cannot be read, or not for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldFault {
    /// Its name in the file.
    pub field: &'static str,
    pub reason: RejectReason,
}

/// The reading of one field of a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FieldReading<'a> {
    /// The value; null where it is absent or cannot be read.
    pub cell: Cell<'a>,
    /// The reason why it cannot be read, or (a name with damaged characters) not for certain.
    pub fault: Option<FieldFault>,
}

impl<'a> From<Cell<'a>> for FieldReading<'a> {
    fn from(cell: Cell<'a>) -> Self {
        Self { cell, fault: None }
    }
}

impl From<FieldFault> for FieldReading<'_> {
    fn from(fault: FieldFault) -> Self {
        Self { cell: Cell::Null, fault: Some(fault) }
    }
}

/// The readings of a record, by column of its table. Few fields have a fault, so faults are apart from the values.
pub struct Readings<'a, const N: usize> {
    /// Null where the value is absent or cannot be read.
    pub cells: [Cell<'a>; N],
    /// Each with the index of its column.
    pub faults: Vec<(usize, FieldFault)>,
}

impl<'a, const N: usize> Readings<'a, N> {
    /// Creates the readings of a record without values.
    pub fn new() -> Self {
        Self { cells: [Cell::Null; N], faults: Vec::new() }
    }

    /// Sets the reading of a column.
    #[inline]
    pub fn set(&mut self, at: usize, reading: impl Into<FieldReading<'a>>) {
        let FieldReading { cell, fault } = reading.into();
        self.cells[at] = cell;
        if let Some(fault) = fault {
            self.faults.push((at, fault));
        }
    }

    /// Whether the field of a column cannot be read, or not for certain.
    pub fn has_fault(&self, at: usize) -> bool {
        self.faults.iter().any(|(of, _)| *of == at)
    }

    /// Whether a column has no value, as opposed to one that cannot be read.
    pub fn is_absent(&self, at: usize) -> bool {
        self.cells[at] == Cell::Null && !self.has_fault(at)
    }
}

/// Returns the place of a field of a record, or of the record itself for `""`.
pub fn field_at(record: impl Display, field: &str) -> String {
    if field.is_empty() { record.to_string() } else { format!("{record}, {field}") }
}

/// The context of a record: its dataset, place and request.
#[derive(Clone, Copy)]
pub struct RecordContext<'q> {
    pub dataset: Dataset,
    /// When it was fetched, if known: microseconds since 1970, UTC.
    pub fetched_at: Option<i64>,
    /// Formats the place of a field for the user: `document 3, info_list[2].name`; of the record itself for `""`.
    pub place: &'q dyn Fn(&str) -> String,
    /// The accounts of its request or page, one of which it belongs to if it names none. Empty: any account.
    pub accounts: &'q [String],
}

/// A record that cannot be read, and what is known of it.
pub struct UnreadableRecord<'q> {
    /// The datasets that it may belong to.
    pub datasets: &'q [Dataset],
    /// The accounts that it may belong to; empty: any account.
    pub accounts: &'q [String],
    /// The customer, as far as its keys can be read.
    pub key: CustomerKey,
    pub place: String,
    pub reason: Cow<'static, str>,
}

/// The readings of a record by column: `readings!(MEMBERS, { USERID: id, NAME: name })`, each a [`Cell`] or a
/// [`FieldReading`]. Columns that are not named are null.
macro_rules! readings {
    ($table:path, { $($column:ident: $cell:expr),+ $(,)? }) => {{
        let mut readings = $crate::ingest::records::Readings::<{ $table.columns.len() }>::new();
        $(readings.set(const { $table.position_of(&$crate::schema::fields::$column) }, $cell);)+
        readings
    }};
}
pub(crate) use readings;
