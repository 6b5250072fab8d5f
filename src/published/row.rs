//! A row of a report, its values by column.

use arrow::array::RecordBatch;
use arrow::compute::{cast, concat_batches};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{ParquetScan, Reports, cell, text};
use crate::error::Result;
use crate::schema::{Column, Table};

/// A row of a report with all columns of its table.
#[derive(Debug)]
pub struct ReportRow {
    pub table: &'static Table,
    /// In the order of the table.
    values: Vec<Value>,
}

impl ReportRow {
    /// Returns the rows of a batch that holds all columns of the table, in its order.
    pub fn of_batch(table: &'static Table, batch: &RecordBatch) -> impl Iterator<Item = Self> {
        let values = |row| batch.columns().iter().map(|array| cell(array.as_ref(), row)).collect();
        (0..batch.num_rows()).map(move |row| Self { table, values: values(row) })
    }

    pub fn columns(&self) -> impl Iterator<Item = (&'static Column, &Value)> {
        self.table.columns.iter().map(|slot| slot.column).zip(&self.values)
    }

    /// Returns the value of a column; null where the table lacks it.
    pub fn value(&self, column: &Column) -> &Value {
        self.columns().find(|(known, _)| *known == column).map_or(&Value::Null, |(_, value)| value)
    }

    /// Returns the value of a column as text.
    pub fn text(&self, column: &Column) -> String {
        text(self.value(column))
    }

    /// Returns the value of a column of counts; where it is no count, `u64::MAX`, which differs from every count.
    pub fn count(&self, column: &Column) -> u64 {
        self.value(column).as_u64().unwrap_or(u64::MAX)
    }
}

/// In JSON an object, in the order of the columns.
impl Serialize for ReportRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.columns().map(|(column, value)| (column.name, value)))
    }
}

impl Reports {
    /// # Errors
    /// As [`ParquetScan::for_each`].
    pub fn rows(&self, table: &'static Table) -> Result<Vec<ReportRow>> {
        let mut rows = Vec::new();
        ParquetScan::of_table(&self.path(table)?, table).for_each(|batch| {
            rows.extend(ReportRow::of_batch(table, batch));
            Ok(true)
        })?;
        Ok(rows)
    }

    /// Returns all rows of a small report as one batch, with the types that its columns have in memory.
    ///
    /// # Errors
    /// As [`ParquetScan::for_each`].
    pub fn batch(&self, table: &'static Table) -> Result<RecordBatch> {
        let schema = table.arrow_schema();
        let mut batches = Vec::new();
        ParquetScan::of_table(&self.path(table)?, table).for_each(|batch| {
            let columns = batch.columns().iter().zip(schema.fields());
            let columns = columns
                .map(|(column, field)| cast(column, field.data_type()))
                .collect::<std::result::Result<_, _>>()?;
            batches.push(RecordBatch::try_new(schema.clone(), columns)?);
            Ok(true)
        })?;
        Ok(concat_batches(&schema, &batches)?)
    }
}
