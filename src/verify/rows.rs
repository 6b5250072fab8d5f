//! The rows of a report as texts.

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use crate::error::Result;
use crate::published::{ParquetScan, Reports};
use crate::schema::{Column, Table};

/// Passes the texts of some columns to `see`, row by row.
///
/// # Errors
/// [`crate::Error::Input`] if the report cannot be read.
pub fn each_row(
    reports: &Reports,
    table: &Table,
    columns: &[&Column],
    mut see: impl FnMut(&[Option<&str>]),
) -> Result<()> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    ParquetScan::new(&reports.path(table)?, &names).for_each(|batch| {
        let texts = (0..batch.num_columns()).map(|at| texts_of(batch, at)).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let cells: Vec<Option<&str>> =
                texts.iter().map(|column| column.is_valid(row).then(|| column.value(row))).collect();
            see(&cells);
        }
        Ok(true)
    })
}

/// Returns the column at that place as texts, words as their words.
///
/// # Errors
/// [`crate::Error::Bug`] if its type has no texts.
pub fn texts_of(batch: &RecordBatch, column: usize) -> Result<StringArray> {
    Ok(cast(batch.column(column), &DataType::Utf8)?.as_string::<i32>().clone())
}
