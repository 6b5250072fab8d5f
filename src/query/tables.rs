//! Reports as frames: the columns that are asked for. Times are texts (RFC 3339, UTC), which compare as times do.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Schema};
use polars::frame::DataFrame;

use crate::error::{Error, Result};
use crate::frame;
use crate::published::{Scan, cell};

/// Reads columns of a report, and no more rows than `first`, where that is told.
pub fn read(path: &Path, columns: &[&str], first: Option<usize>) -> Result<DataFrame> {
    let mut batches: Vec<RecordBatch> = Vec::new();
    let mut rows = 0;
    Scan::of(path, columns).each(|batch| {
        let wanted = first.map_or(batch.num_rows(), |first| batch.num_rows().min(first - rows));
        batches.push(plain(&batch.slice(0, wanted))?);
        rows += wanted;
        Ok(first.is_none_or(|first| rows < first))
    })?;
    let Some(schema) = batches.first().map(RecordBatch::schema) else { return empty(path, columns) };
    let all = concat_batches(&schema, &batches)?;
    let columns = columns
        .iter()
        .zip(all.columns())
        .map(|(name, array)| frame::column(name, array))
        .collect::<Result<Vec<_>>>()?;
    frame::frame(all.num_rows(), columns)
}

/// A report without rows has columns all the same.
fn empty(path: &Path, columns: &[&str]) -> Result<DataFrame> {
    let schema = crate::published::schema(path)?;
    let array = |name: &&str| {
        let kind = plain_type(schema.field_with_name(name)?.data_type());
        frame::column(name, &arrow::array::new_empty_array(&kind))
    };
    frame::frame(0, columns.iter().map(array).collect::<Result<Vec<_>>>()?)
}

/// Words and times as texts.
fn plain(batch: &RecordBatch) -> Result<RecordBatch> {
    let fields =
        batch.schema_ref().fields().iter().map(|field| Field::new(field.name(), plain_type(field.data_type()), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = batch.columns().iter().map(plain_array).collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new(schema, columns).map_err(Error::from)
}

fn plain_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Dictionary(..) | DataType::Timestamp(..) | DataType::Utf8 => DataType::Utf8View,
        other => other.clone(),
    }
}

fn plain_array(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Timestamp(..) => {
            let text = |row| cell(array.as_ref(), row).as_str().map(str::to_owned);
            Ok(Arc::new((0..array.len()).map(text).collect::<StringViewArray>()))
        }
        kind => cast(array, &plain_type(kind)).map_err(Error::from),
    }
}
