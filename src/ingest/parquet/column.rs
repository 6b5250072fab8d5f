//! A column of a Parquet file, of any type -> the type of its canonical column.
//!
//! A column whose values need no change, as in the files of `qianhe ingest`, is passed on without a copy; others are
//! read value by value.

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::compute::{cast, max, min};
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};

use super::values::ColumnValues;
use crate::ingest::table::{ColumnReader, TableReader};
use crate::ingest::value::{AMBIGUOUS, CellBuf, RawValue, is_damaged};
use crate::schema::{Cell, Filling, Kind, fields};

/// The rows of a batch with a value that cannot be read as it is.
pub struct FaultyRows {
    pub rows: Vec<bool>,
    /// Whether a date needs the order of day and month in its column.
    pub need_day_order: bool,
}

impl FaultyRows {
    /// `rows` rows, none of which is faulty.
    pub fn new(rows: usize) -> Self {
        Self { rows: vec![false; rows], need_day_order: false }
    }
}

/// Converts the array to a column of the table. A value that cannot be read is null (or a damaged text), and its row is
/// marked as faulty.
pub fn convert(array: &ArrayRef, table: &TableReader<'_>, at: usize, faulty: &mut FaultyRows) -> ArrayRef {
    let reader = table.column(at);
    let array = &with_item_views(array);
    if needs_no_change(array, &reader) {
        return ArrayRef::clone(array);
    }
    let values = ColumnValues::new(array);
    let mut filling = Filling::new(reader.column.kind, array.len());
    for (row, is_faulty) in faulty.rows.iter_mut().enumerate() {
        let raw = values.at(row);
        let (value, reason) = reader.read(&raw);
        *is_faulty |= reason.is_some();
        faulty.need_day_order |= reason == Some(AMBIGUOUS);
        filling.push(&value.cell(), reader.column.name);
    }
    filling.finish()
}

/// A list of texts with the names and the text type of canonical lists, which copies no text.
fn with_item_views(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::List(item) if *item.data_type() == DataType::Utf8View => {
            cast(array, &Kind::TextList.arrow_type()).unwrap_or_else(|_| ArrayRef::clone(array))
        }
        _ => ArrayRef::clone(array),
    }
}

/// Returns whether the array has the type of the column, and each of its values is read as it is.
fn needs_no_change(array: &ArrayRef, reader: &ColumnReader<'_>) -> bool {
    let column = reader.column;
    if *array.data_type() != column.kind.arrow_type() {
        return false;
    }
    let keeps = |raw: RawValue<'_>, cell: Cell<'_>| reader.read(&raw) == (CellBuf::Cell(cell), None);
    // Numbers and times are valid in ranges: the ends are enough.
    match column.kind {
        Kind::Text | Kind::Name | Kind::Id | Kind::Word(_) => {
            every_text(array.as_string_view(), |text| reader.keeps(text))
        }
        Kind::TextList => {
            let items = array.as_list::<i32>().values();
            *column != fields::CHAT_IDS && items.null_count() == 0 && every_text(items.as_string_view(), is_undamaged)
        }
        Kind::Flag => true,
        Kind::Integer | Kind::Count => {
            let numbers = array.as_primitive::<Int64Type>();
            let mut ends = [min(numbers), max(numbers)].into_iter().flatten();
            ends.all(|number| keeps(RawValue::Integer(number), Cell::Integer(number)))
        }
        Kind::Time => {
            let times = array.as_primitive::<TimestampMicrosecondType>();
            let mut ends = [min(times), max(times)].into_iter().flatten();
            ends.all(|time| keeps(RawValue::Instant(time), Cell::Time(time)))
        }
        Kind::Ratio | Kind::Money | Kind::Price => false,
    }
}

fn is_undamaged(text: &str) -> bool {
    !is_damaged(text)
}

/// Returns whether all texts pass. A text equal to that of the row before, as accounts are, is tested once.
fn every_text(texts: &StringViewArray, mut passes: impl FnMut(&str) -> bool) -> bool {
    let mut last = None;
    (0..texts.len()).filter(|&row| texts.is_valid(row)).all(|row| {
        let view = texts.views()[row];
        last == Some(view) || {
            last = Some(view);
            passes(texts.value(row))
        }
    })
}
