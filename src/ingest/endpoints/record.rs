//! The values of a record, each read by the one reading of values.

use crate::ingest::records::{FieldFault, FieldReading};
use crate::ingest::value::{CellBuf, RawValue, ReadOptions, read};
use crate::schema::{Cell, Column};

/// One value of a record, as read.
pub struct Leaf<'g> {
    value: CellBuf<'g>,
    fault: Option<FieldFault>,
}

impl<'g> Leaf<'g> {
    /// Reads the field of an item as a value of the column.
    #[inline]
    pub fn read(column: &'static Column, given: &'g RawValue<'_>, field: &'static str, how: &ReadOptions<'_>) -> Self {
        let (value, wrong) = read(column, given, how);
        Self { value, fault: wrong.map(|reason| FieldFault { field, reason }) }
    }

    /// The value in its row.
    #[inline]
    pub fn reading(&self) -> FieldReading<'_> {
        FieldReading { cell: self.value.cell(), fault: self.fault }
    }

    /// The value, if it is a text.
    pub fn text(&self) -> Option<&str> {
        if let Cell::Text(text) = self.value.cell() { Some(text) } else { None }
    }

    /// The reason why it cannot be read.
    pub fn fault(&self) -> Option<FieldFault> {
        self.fault
    }
}

/// Adds a record of the table. First the columns whose values are fields of its item:
/// `CREATED_AT: follow.createtime => "follow_info.createtime"`; then those that are read otherwise.
macro_rules! record {
    ($part:expr, $context:expr, $table:path, $at:expr,
        { $($column:ident: $given:expr => $field:expr),* $(,)? }, { $($own:ident: $reading:expr),* $(,)? }) => {{
        let leaves = [$($context.leaf(&$crate::schema::fields::$column, &$given, $field)),*];
        let mut readings = $crate::ingest::records::Readings::<{ $table.columns.len() }>::new();
        let places = const { [$($table.position_of(&$crate::schema::fields::$column)),*] };
        for (place, leaf) in places.into_iter().zip(&leaves) {
            readings.set(place, leaf.reading());
        }
        $(readings.set(const { $table.position_of(&$crate::schema::fields::$own) }, $reading);)*
        $part.record(&$table, &readings.cells, &readings.faults, $at);
    }};
}
pub(super) use record;
