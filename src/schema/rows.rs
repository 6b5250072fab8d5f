//! Builds a table row by row, in the types that [`Kind::arrow_type`] gives its columns.
//!
//! A row names each column of its table by its constant, once and in any order, or it does not compile:
//!
//! ```ignore
//! let mut rows = Rows::new(&COVERAGE_REPORT);
//! rows.push(cells!(COVERAGE_REPORT, { ROLE: role.word(), DATASET: dataset, USERID: None::<&str>, ... }));
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{
    ArrayRef, BooleanBuilder, Decimal128Builder, Float64Builder, Int64Builder, ListBuilder, RecordBatch,
    StringViewBuilder, TimestampMicrosecondBuilder, new_null_array,
};
use arrow::datatypes::DataType;
use rust_decimal::Decimal;

use super::cell::Cell;
use super::column::{Kind, MONEY_DECIMALS, PRICE_DECIMALS, Table};

/// A table that is being built.
pub struct Rows {
    table: &'static Table,
    columns: Vec<Filling>,
    len: usize,
}

/// A row of a table, made by [`cells!`](super::cells).
pub struct TableRow<'a, const N: usize> {
    table: &'static Table,
    cells: [Cell<'a>; N],
}

impl<'a, const N: usize> TableRow<'a, N> {
    /// The row whose cells stand at `positions` of the table.
    pub fn new(table: &'static Table, positions: [usize; N], cells: [Cell<'a>; N]) -> Self {
        let mut ordered = [Cell::Null; N];
        for (position, cell) in positions.into_iter().zip(cells) {
            ordered[position] = cell;
        }
        Self { table, cells: ordered }
    }
}

/// A row of a table, by column: `cells!(MEMBERS, { USERID: "ann", NAME: None::<&str>, ... })`. Each column of the
/// table has to be named once; the order is free. A value is a [`Cell`] or whatever becomes one: texts, words, counts,
/// flags, lists, decimals, and options of these. Times are `Cell::Time(micros)`.
macro_rules! cells {
    ($table:path, { $($column:ident: $cell:expr),+ $(,)? }) => {
        $crate::schema::TableRow::new(
            &$table,
            const { $table.positions([$(&$crate::schema::fields::$column),+]) },
            [$($crate::schema::Cell::from($cell)),+],
        )
    };
}
pub(crate) use cells;

/// The columns of a table as arrays in its order: `arrays!(MEMBERS, { USERID: userids, NAME: names, ... })`. As
/// [`cells!`], with an [`ArrayRef`] for each column.
macro_rules! arrays {
    ($table:path, { $($column:ident: $array:expr),+ $(,)? }) => {
        $crate::schema::in_order(
            const { $table.positions([$(&$crate::schema::fields::$column),+]) },
            [$($array),+],
        )
    };
}
pub(crate) use arrays;

/// The arrays in the order of their positions.
pub fn in_order<const N: usize>(positions: [usize; N], arrays: [ArrayRef; N]) -> Vec<ArrayRef> {
    let mut ordered: Vec<(usize, ArrayRef)> = positions.into_iter().zip(arrays).collect();
    ordered.sort_unstable_by_key(|(position, _)| *position);
    ordered.into_iter().map(|(_, array)| array).collect()
}

/// A column that is being built. Nothing is allocated row by row before the first value: many columns have none.
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

    /// An empty table with capacity for `rows`.
    pub fn with_room(table: &'static Table, rows: usize) -> Self {
        let columns = table.columns.iter().map(|slot| Filling::new(slot.column.kind, rows)).collect();
        Self { table, columns, len: 0 }
    }

    /// The table that is built.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends a row of [`cells!`](super::cells).
    ///
    /// # Panics
    /// If it is of another table, or a cell is of another kind than its column: both are faults of the caller, not of
    /// any input.
    #[expect(clippy::needless_pass_by_value, reason = "`cells!` makes a row to be pushed")]
    pub fn push<const N: usize>(&mut self, row: TableRow<'_, N>) {
        assert_eq!(row.table.name, self.table.name, "a row of another table");
        self.push_cells(&row.cells);
    }

    /// As [`Self::push`], with one cell per column in the order of the table.
    ///
    /// # Panics
    /// As [`Self::push`].
    pub fn push_cells(&mut self, cells: &[Cell<'_>]) {
        assert_eq!(cells.len(), self.columns.len(), "a row of {} has {} cells", self.table.name, self.columns.len());
        for (builder, cell) in self.columns.iter_mut().zip(cells) {
            builder.push(cell, self.table.name);
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
    /// An empty column with capacity for `rows`.
    pub fn new(kind: Kind, rows: usize) -> Self {
        // Made before there is a value, so that the columns of a table lie side by side, and leave a large gap when
        // they go.
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

/// Nulls. Columns of one type that hold nothing else share their memory.
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

/// A decimal in units of its last place: 0.80 with six places is 800,000. The caller has rounded it.
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
    use crate::schema::fields;
    use crate::schema::tables::MEMBERS;

    #[test]
    fn a_column_that_begins_with_nulls_holds_what_follows() {
        let mut rows = Rows::new(&MEMBERS);
        for name in [Cell::Null, Cell::Null, Cell::Text("Ann"), Cell::Null] {
            rows.push(cells!(MEMBERS, {
                NAME: name, USERID: "ann", HAS_CUSTOMER_CONTACT: Cell::Null, STATUS: Cell::Null, UNREADABLE: Cell::Null,
            }));
        }
        let rows = rows.finish();
        let names: Vec<Option<&str>> = rows.column(1).as_string_view().iter().collect();
        assert_eq!(names, [None, None, Some("Ann"), None]);
        assert_eq!([0, 2, 3, 4].map(|column| rows.column(column).null_count()), [0, 4, 4, 4]);
    }

    #[test]
    fn cells_go_to_their_columns_in_any_order() {
        let positions =
            [&fields::UNREADABLE, &fields::USERID, &fields::STATUS, &fields::NAME, &fields::HAS_CUSTOMER_CONTACT];
        assert_eq!(MEMBERS.positions(positions), [4, 0, 3, 1, 2]);
    }

    #[test]
    #[should_panic(expected = "named twice")]
    fn a_column_that_is_named_twice_is_refused() {
        MEMBERS.positions([&fields::USERID, &fields::NAME, &fields::NAME, &fields::STATUS, &fields::UNREADABLE]);
    }

    #[test]
    #[should_panic(expected = "each column")]
    fn a_column_that_is_not_named_is_refused() {
        MEMBERS.positions([&fields::USERID, &fields::NAME, &fields::STATUS, &fields::UNREADABLE]);
    }

    /// `status` is a column of members and of coverage, with two meanings.
    #[test]
    #[should_panic(expected = "no such column")]
    fn a_column_of_the_same_name_is_refused() {
        MEMBERS.positions([
            &fields::USERID,
            &fields::NAME,
            &fields::COVERAGE_STATUS,
            &fields::HAS_CUSTOMER_CONTACT,
            &fields::UNREADABLE,
        ]);
    }

    #[test]
    fn nulls_have_the_length_and_type_asked_for() {
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
    fn a_decimal_that_was_not_rounded_is_our_fault() {
        units("0.805".parse().unwrap(), 2);
    }
}
