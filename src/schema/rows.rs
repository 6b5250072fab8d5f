//! Builds a table row by row, in the types that [`Kind::arrow_type`] gives its columns.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Float64Builder, Int64Builder, ListBuilder, RecordBatch,
    StringViewBuilder, TimestampMicrosecondBuilder, new_null_array,
};
use arrow::datatypes::DataType;
use rust_decimal::Decimal;

use super::column::{Cell, Kind, MONEY_DECIMALS, PRICE_DECIMALS, Table};

/// A table on its way.
pub struct Rows {
    table: &'static Table,
    columns: Vec<Filling>,
    len: usize,
}

/// A column on its way. Nothing is written down before it holds a value: many never do.
pub struct Filling {
    kind: Kind,
    /// Whether it holds a value.
    begun: bool,
    /// Rows before the first value.
    nulls: usize,
    builder: ColumnBuilder,
}

enum ColumnBuilder {
    Text(StringViewBuilder),
    Integer(Int64Builder),
    Ratio(Float64Builder),
    Flag(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    List(ListBuilder<StringViewBuilder>),
    /// With the number of its places.
    Decimal(Decimal128Builder, i8),
}

impl Rows {
    /// An empty table.
    pub fn new(table: &'static Table) -> Self {
        Self::with_room(table, 0)
    }

    /// An empty table that takes so many rows without being moved.
    pub fn with_room(table: &'static Table, rows: usize) -> Self {
        let columns = table.columns.iter().map(|slot| Filling::new(slot.column.kind, rows)).collect();
        Self { table, columns, len: 0 }
    }

    /// Which table it is.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// How many rows it holds.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends a row: one cell per column of the table, in its order.
    ///
    /// # Panics
    /// If `cells` has another length than the table has columns, or a cell is of another kind than its column: both are
    /// faults of the caller, not of any input.
    pub fn push(&mut self, cells: &[Cell<'_>]) {
        self.push_each(cells.iter().copied());
    }

    /// As [`Self::push`], cell by cell.
    ///
    /// # Panics
    /// As [`Self::push`].
    pub fn push_each<'a>(&mut self, cells: impl ExactSizeIterator<Item = Cell<'a>>) {
        assert_eq!(cells.len(), self.columns.len(), "a row of {} has {} cells", self.table.name, self.columns.len());
        for (builder, cell) in self.columns.iter_mut().zip(cells) {
            builder.push(&cell, self.table.name);
        }
        self.len += 1;
    }

    /// The columns, in order.
    pub fn into_columns(mut self) -> Vec<ArrayRef> {
        self.columns.iter_mut().map(Filling::finish).collect()
    }

    /// The table, with [`Table::arrow_schema`].
    pub fn finish(self) -> RecordBatch {
        let schema = self.table.arrow_schema();
        RecordBatch::try_new(schema, self.into_columns()).expect("the builders follow the table's schema")
    }
}

impl Filling {
    /// An empty column that takes so many rows without being moved.
    pub fn new(kind: Kind, rows: usize) -> Self {
        // Made before there is a value, so that the columns of a table lie side by side, and leave a large gap when they go.
        Self { kind, begun: false, nulls: 0, builder: ColumnBuilder::new(kind, rows) }
    }

    /// Appends a cell; `table` is named if it does not fit.
    ///
    /// # Panics
    /// As [`Rows::push`].
    pub fn push(&mut self, cell: &Cell<'_>, table: &str) {
        match (self.begun, cell) {
            (true, cell) => self.builder.push(cell, table),
            (false, Cell::Null) => self.nulls += 1,
            (false, cell) => {
                self.begun = true;
                (0..self.nulls).for_each(|_| self.builder.push(&Cell::Null, table));
                self.builder.push(cell, table);
            }
        }
    }

    /// The column, of the type that [`Kind::arrow_type`] gives.
    pub fn finish(&mut self) -> ArrayRef {
        if self.begun { self.builder.finish() } else { nulls(&self.kind.arrow_type(), self.nulls) }
    }
}

/// So many nulls. Those of one type share their memory, however many columns consist of nothing else.
pub fn nulls(data_type: &DataType, rows: usize) -> ArrayRef {
    static SHARED: Mutex<Vec<ArrayRef>> = Mutex::new(Vec::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(enough) = shared.iter().find(|nulls| nulls.data_type() == data_type && nulls.len() >= rows) {
        return enough.slice(0, rows);
    }
    shared.retain(|nulls| nulls.data_type() != data_type);
    let more = new_null_array(data_type, rows.next_power_of_two());
    shared.push(more.clone());
    more.slice(0, rows)
}

impl ColumnBuilder {
    fn new(kind: Kind, rows: usize) -> Self {
        match kind {
            Kind::Text | Kind::Name | Kind::Id | Kind::Word(_) => Self::Text(StringViewBuilder::with_capacity(rows)),
            Kind::Integer | Kind::Count => Self::Integer(Int64Builder::with_capacity(rows)),
            Kind::Ratio => Self::Ratio(Float64Builder::with_capacity(rows)),
            Kind::Flag => Self::Flag(BooleanBuilder::with_capacity(rows)),
            Kind::Time => {
                Self::Time(TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(Kind::Time.arrow_type()))
            }
            Kind::TextList => Self::List(ListBuilder::with_capacity(StringViewBuilder::with_capacity(rows), rows)),
            Kind::Money => Self::decimal(kind, MONEY_DECIMALS, rows),
            Kind::Price => Self::decimal(kind, PRICE_DECIMALS, rows),
        }
    }

    fn decimal(kind: Kind, places: i8, rows: usize) -> Self {
        Self::Decimal(Decimal128Builder::with_capacity(rows).with_data_type(kind.arrow_type()), places)
    }

    fn push(&mut self, cell: &Cell<'_>, table: &str) {
        match (self, cell) {
            (Self::Text(b), Cell::Text(v)) => b.append_value(v),
            (Self::Text(b), Cell::Null) => b.append_null(),
            (Self::Integer(b), Cell::Integer(v)) => b.append_value(*v),
            (Self::Integer(b), Cell::Null) => b.append_null(),
            (Self::Ratio(b), Cell::Ratio(v)) => b.append_value(*v),
            (Self::Ratio(b), Cell::Null) => b.append_null(),
            (Self::Flag(b), Cell::Flag(v)) => b.append_value(*v),
            (Self::Flag(b), Cell::Null) => b.append_null(),
            (Self::Time(b), Cell::Time(v)) => b.append_value(*v),
            (Self::Time(b), Cell::Null) => b.append_null(),
            (Self::List(b), Cell::List(items)) => {
                for item in *items {
                    b.values().append_value(item);
                }
                b.append(true);
            }
            (Self::List(b), Cell::Null) => b.append_null(),
            (Self::Decimal(b, places), Cell::Decimal(v)) => b.append_value(units(*v, *places)),
            (Self::Decimal(b, _), Cell::Null) => b.append_null(),
            (_, cell) => panic!("{cell:?} does not fit its column in {table}"),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(b) => Arc::new(b.finish()),
            Self::Integer(b) => Arc::new(b.finish()),
            Self::Ratio(b) => Arc::new(b.finish()),
            Self::Flag(b) => Arc::new(b.finish()),
            Self::Time(b) => Arc::new(b.finish()),
            Self::List(b) => Arc::new(b.finish()),
            Self::Decimal(b, _) => Arc::new(b.finish()),
        }
    }
}

/// A decimal in units of its last place: 0.80 with six places is 800,000. Whoever fills the table has rounded.
fn units(value: Decimal, places: i8) -> i128 {
    let mut scaled = value;
    scaled.rescale(places.unsigned_abs().into());
    assert_eq!(scaled, value, "a decimal has more places than its column");
    scaled.mantissa()
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};

    use super::*;
    use crate::schema::tables::MEMBERS;

    #[test]
    fn a_column_that_begins_with_nulls_holds_what_follows() {
        let mut rows = Rows::new(&MEMBERS);
        for name in [Cell::Null, Cell::Null, Cell::Text("Ann"), Cell::Null] {
            rows.push(&[Cell::Text("ann"), name, Cell::Null, Cell::Null, Cell::Null]);
        }
        let rows = rows.finish();
        let names: Vec<Option<&str>> = rows.column(1).as_string_view().iter().collect();
        assert_eq!(names, [None, None, Some("Ann"), None]);
        assert_eq!([0, 2, 3, 4].map(|column| rows.column(column).null_count()), [0, 4, 4, 4]);
    }

    #[test]
    fn nulls_are_as_many_and_of_the_type_that_is_asked_for() {
        for (kind, rows) in
            [(Kind::Text, 3), (Kind::Time, 3), (Kind::Text, 100), (Kind::TextList, 0), (Kind::Text, 5), (Kind::Flag, 9)]
        {
            let array = nulls(&kind.arrow_type(), rows);
            assert_eq!((array.data_type(), array.len(), array.null_count()), (&kind.arrow_type(), rows, rows));
        }
    }

    #[test]
    fn decimals_are_kept_to_the_last_place() {
        assert_eq!(units("0.80".parse().unwrap(), 6), 800_000);
        assert_eq!(units("-9999999999999999.99".parse().unwrap(), 2), -999_999_999_999_999_999);
        assert_eq!(units(Decimal::ZERO, 2), 0);
    }

    #[test]
    #[should_panic(expected = "more places")]
    fn what_was_not_rounded_is_our_fault() {
        units("0.805".parse().unwrap(), 2);
    }
}
