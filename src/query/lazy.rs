//! A report as a lazy frame: the optimiser of Polars determines the columns and rows that a statement needs, and only
//! these are read. Times are texts (RFC 3339, UTC), which compare as times do.

use std::any::Any;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema};
use polars::error::{PolarsError, PolarsResult};
use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, DataFrame, LazyFrame, PlSmallStr, ScanArgsAnonymous, SchemaRef,
};

use crate::error::{Error, Result};
use crate::published::{self, ParquetScan, Reports, cell, empty, frame_of};

/// The error that a scan stopped with; Polars would return it as a text.
#[derive(Clone, Default)]
pub(super) struct ScanError(Arc<Mutex<Option<Error>>>);

impl ScanError {
    /// Takes the error out, if there is one.
    pub fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, error: Error) -> PolarsError {
        let text = error.to_string();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        PolarsError::ComputeError(text.into())
    }
}

/// Returns the columns of a report as Polars sees them.
///
/// # Errors
/// [`Error::Input`] if the report cannot be read.
pub(super) fn schema(path: &Path) -> Result<SchemaRef> {
    let schema = published::schema(path)?;
    let columns: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    Ok(frame(&empty(path, &columns)?)?.schema().clone())
}

/// Returns a report as a lazy frame of the given schema. An error of the scan is left in `error`.
///
/// # Errors
/// [`Error::Bug`] if Polars refuses the scan.
pub(super) fn lazy((reports, table): (Arc<Reports>, &str), schema: SchemaRef, error: ScanError) -> Result<LazyFrame> {
    let report = LazyReport { reports, table: table.to_owned(), error };
    let options = ScanArgsAnonymous { schema: Some(schema), name: "report", ..ScanArgsAnonymous::default() };
    Ok(LazyFrame::anonymous_scan(Arc::new(report), options)?)
}

struct LazyReport {
    reports: Arc<Reports>,
    table: String,
    error: ScanError,
}

impl AnonymousScan for LazyReport {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, needed: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let columns: Vec<&str> = match &needed.with_columns {
            Some(columns) => columns.iter().map(PlSmallStr::as_str).collect(),
            None => needed.schema.iter_names().map(PlSmallStr::as_str).collect(),
        };
        self.read(&columns, needed.n_rows).map_err(|error| self.error.set(error))
    }
}

impl LazyReport {
    fn read(&self, columns: &[&str], limit: Option<usize>) -> Result<DataFrame> {
        let path = self.reports.path_of(&self.table)?;
        let mut rows = frame(&empty(&path, columns)?)?;
        ParquetScan::new(&path, columns).with_limit(limit).for_each(|batch| {
            rows.vstack_mut_owned(frame(batch)?)?;
            Ok(true)
        })?;
        Ok(rows)
    }
}

/// Returns a batch as a frame, times as texts.
fn frame(batch: &RecordBatch) -> Result<DataFrame> {
    let columns: Vec<ArrayRef> = batch.columns().iter().map(times_as_texts).collect();
    let fields = batch.schema_ref().fields().iter().zip(&columns);
    let fields = fields.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    frame_of(&RecordBatch::try_new_with_options(schema, columns, &options)?)
}

fn times_as_texts(array: &ArrayRef) -> ArrayRef {
    if !matches!(array.data_type(), DataType::Timestamp(..)) {
        return array.clone();
    }
    let text = |row| cell(array.as_ref(), row).as_str().map(str::to_owned);
    Arc::new((0..array.len()).map(text).collect::<StringViewArray>())
}
