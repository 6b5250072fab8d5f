//! The rows of a batch that are read one by one, by the rules of every format: those with a value that cannot be read,
//! without a key, with tags in columns of their own; and headers and notes, which are no records.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;

use super::column::{FaultyRows, convert};
use super::values::ColumnValues;
use crate::ingest::headers::TableLayout;
use crate::ingest::table::TableReader;
use crate::schema::{Table, nulls};

/// The columns of a batch by their place in the file.
pub type Columns<'b> = BTreeMap<usize, &'b ArrayRef>;
pub type Values = BTreeMap<usize, ColumnValues>;

/// Converts the columns of a batch to those of the table; also returns the faulty rows.
pub fn converted(table: &TableReader<'_>, columns: &Columns<'_>, rows: usize) -> (Vec<ArrayRef>, FaultyRows) {
    let mut faulty = FaultyRows::new(rows);
    let arrays = table.layout.positions.iter().enumerate().map(|(at, place)| {
        match place.and_then(|place| columns.get(&place)) {
            Some(array) => convert(array, table, at, &mut faulty),
            None => nulls(&table.layout.table.columns[at].column.kind.arrow_type(), rows),
        }
    });
    (arrays.collect(), faulty)
}

/// Marks all but those with a value that cannot be read, which [`converted`] returns; `arrays` are its columns.
pub fn mark(table: &TableReader<'_>, arrays: &[ArrayRef], columns: &Columns<'_>, faulty: &mut [bool]) {
    mark_keyless(table.layout.table, arrays, faulty);
    mark_tag_groups(table.layout, columns, faulty);
    mark_no_records(table, columns, faulty);
}

/// Marks the rows without a key of the table, or without a value that has to be there in some of its rows.
fn mark_keyless(table: &Table, columns: &[ArrayRef], faulty: &mut [bool]) {
    let not_noted = if table.notes_unreadable() { &[] } else { table.deciding };
    for keys in table.identity.iter().copied().chain(not_noted.chunks(1)) {
        let keys: Vec<&ArrayRef> = keys.iter().filter_map(|key| table.position(key)).map(|at| &columns[at]).collect();
        if keys.iter().any(|key| key.null_count() == 0) {
            continue;
        }
        for (row, faulty) in faulty.iter_mut().enumerate() {
            *faulty |= keys.iter().all(|key| key.is_null(row));
        }
    }
}

/// Marks the rows with tags in columns of their own, as the console exports them: they are merged row by row.
fn mark_tag_groups(layout: &TableLayout, columns: &Columns<'_>, faulty: &mut [bool]) {
    for array in layout.tag_groups.iter().filter_map(|(place, _)| columns.get(place)) {
        let nulls = array.logical_nulls();
        for (row, faulty) in faulty.iter_mut().enumerate() {
            *faulty |= nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        }
    }
}

/// Marks the rows that are headers or notes, as of sheets that were concatenated and loaded as texts. A file with a
/// column of another type has none.
fn mark_no_records(table: &TableReader<'_>, columns: &Columns<'_>, faulty: &mut [bool]) {
    if table.is_ingested || !columns.values().all(|array| may_hold_texts(array.data_type())) {
        return;
    }
    let values = values_of(columns);
    for (row, faulty) in faulty.iter_mut().enumerate() {
        let text = text_of(&values, row);
        *faulty |= table.not_a_record(&text, || values.keys().map(|place| text(*place))).is_some();
    }
}

fn may_hold_texts(kind: &DataType) -> bool {
    kind.is_string() || kind.is_binary() || matches!(kind, DataType::Null | DataType::Dictionary(..))
}

pub fn values_of(columns: &Columns<'_>) -> Values {
    columns.iter().map(|(place, array)| (*place, ColumnValues::new(array))).collect()
}

/// The texts of a row; none where it has other values.
pub fn text_of<'v>(values: &'v Values, row: usize) -> impl Fn(usize) -> &'v str {
    move |place| values.get(&place).and_then(|values| values.text(row)).unwrap_or("")
}
