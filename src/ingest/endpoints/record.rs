//! The values of a record, each read by the one reading of values.

use crate::ingest::part::{Fault, Reading};
use crate::ingest::value::{Given, How, Value, read};
use crate::schema::{Cell, Column};

/// One value of a record, as read.
pub struct Leaf<'g> {
    value: Value<'g>,
    fault: Option<Fault>,
}

impl<'g> Leaf<'g> {
    /// Reads what stands in the field of an item as a value of the column.
    #[inline]
    pub fn read(column: &'static Column, given: &'g Given<'_>, field: &'static str, how: &How<'_>) -> Self {
        let (value, wrong) = read(column, given, how);
        Self { value, fault: wrong.map(|reason| Fault { field, reason }) }
    }

    /// The value in its row.
    #[inline]
    pub fn reading(&self) -> Reading<'_> {
        Reading { cell: self.value.cell(), fault: self.fault }
    }

    /// The value, if it is a text.
    pub fn text(&self) -> Option<&str> {
        if let Cell::Text(text) = self.value.cell() { Some(text) } else { None }
    }

    /// Why it cannot be read.
    pub fn fault(&self) -> Option<Fault> {
        self.fault
    }
}

/// Hands on a record of the table. First the columns whose values stand in its item, with their fields:
/// `CREATED_AT: follow.createtime => "follow_info.createtime"`; then those that are read otherwise.
macro_rules! record {
    ($part:expr, $question:expr, $table:path, $at:expr, { $($column:ident: $given:expr => $field:expr),* $(,)? }, { $($own:ident: $reading:expr),* $(,)? }) => {{
        let leaves = [$($question.leaf(&$crate::schema::fields::$column, &$given, $field)),*];
        let mut readings = [$crate::ingest::part::Reading { cell: $crate::schema::Cell::Null, fault: None }; $table.columns.len()];
        let places = const { [$($crate::ingest::part::place(&$table, &$crate::schema::fields::$column)),*] };
        for (place, leaf) in places.into_iter().zip(&leaves) {
            readings[place] = leaf.reading();
        }
        $(readings[const { $crate::ingest::part::place(&$table, &$crate::schema::fields::$own) }] = $reading.into();)*
        $part.record(&$table, &readings, $at);
    }};
}
pub(super) use record;
