//! One column of Parquet, of whatever type, -> the type of its canonical column.
//!
//! A column that is read as it stands, as those of `ingest` are, is not copied; any other is read value by value.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};
use arrow::compute::{cast, max, min};
use arrow::datatypes::{DataType, Int64Type, TimestampMicrosecondType};

use super::given::Values;
use crate::ingest::sheet::TableOfSheet;
use crate::ingest::value::{AMBIGUOUS, Given, Value};
use crate::schema::{Cell, Filling, Kind, fields};

/// The rows of a batch that cannot be read as they stand.
pub struct Faulty {
    pub rows: Vec<bool>,
    /// Whether the columns have to be asked which part of a date is the day.
    pub asks_for_days: bool,
}

impl Faulty {
    /// None of that many rows is faulty.
    pub fn new(rows: usize) -> Self {
        Self { rows: vec![false; rows], asks_for_days: false }
    }
}

/// The array as a column of the table. What cannot be read is null (or a text that is not sound), and its row is marked as
/// faulty.
pub fn convert(array: &ArrayRef, table: &TableOfSheet<'_>, at: usize, faulty: &mut Faulty) -> ArrayRef {
    let column = table.layout.table.columns[at].column;
    let array = &as_list_of_views(array);
    if is_read_as_it_stands(array, table, at) {
        return ArrayRef::clone(array);
    }
    let values = Values::of(array);
    let mut filling = Filling::new(column.kind, array.len());
    for (row, is_faulty) in faulty.rows.iter_mut().enumerate() {
        let given = values.at(row);
        let (value, wrong) = table.read(at, &given);
        *is_faulty |= wrong.is_some();
        faulty.asks_for_days |= wrong == Some(AMBIGUOUS);
        filling.push(&value.cell(), column.name);
    }
    filling.finish()
}

/// A list of texts has the name of its items and their kind of text changed, which copies no text.
fn as_list_of_views(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::List(item) if *item.data_type() == DataType::Utf8View => {
            cast(array, &Kind::TextList.arrow_type()).unwrap_or_else(|_| ArrayRef::clone(array))
        }
        _ => ArrayRef::clone(array),
    }
}

/// Whether the array has the type of the column, and reading its values changes none of them.
fn is_read_as_it_stands(array: &ArrayRef, table: &TableOfSheet<'_>, at: usize) -> bool {
    let column = table.layout.table.columns[at].column;
    if *array.data_type() != column.kind.arrow_type() {
        return false;
    }
    let reads = |given: Given<'_>, cell: Cell<'_>| table.read(at, &given) == (Value::One(cell), None);
    // What is read of numbers and times is a range.
    match column.kind {
        Kind::Text | Kind::Name | Kind::Id | Kind::Word(_) => {
            every_text(array.as_string_view(), |text| reads(Given::Text(Cow::Borrowed(text)), Cell::Text(text)))
        }
        Kind::TextList => {
            let items = array.as_list::<i32>().values();
            *column != fields::CHAT_IDS && items.null_count() == 0 && every_text(items.as_string_view(), is_sound)
        }
        Kind::Flag => true,
        Kind::Integer | Kind::Count => {
            let numbers = array.as_primitive::<Int64Type>();
            [min(numbers), max(numbers)]
                .into_iter()
                .flatten()
                .all(|number| reads(Given::Integer(number), Cell::Integer(number)))
        }
        Kind::Time => {
            let times = array.as_primitive::<TimestampMicrosecondType>();
            [min(times), max(times)].into_iter().flatten().all(|time| reads(Given::Moment(time), Cell::Time(time)))
        }
        Kind::Ratio | Kind::Money | Kind::Price => false,
    }
}

fn is_sound(text: &str) -> bool {
    !text.contains(char::REPLACEMENT_CHARACTER)
}

/// Whether all texts pass. One that is the same as in the row before, as accounts are, is tested once.
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
