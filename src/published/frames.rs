//! Reports as Polars frames. Large reports are aggregated frame by frame, so that memory holds one of them at a time.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use polars::prelude::{DataFrame, DataType as PolarsType, Expr, IntoLazy, LazyFrame};

use super::ParquetScan;
use super::scan::{damaged, empty};
use crate::error::Result;
use crate::frame;
use crate::schema::Column;

/// Evaluates a plan over published figures.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) of the report at `path` if its values do not allow it.
#[expect(clippy::disallowed_methods, reason = "readers of reports end here; their results are small")]
pub fn collect(path: &Path, plan: LazyFrame) -> Result<DataFrame> {
    plan.collect().map_err(|error| damaged(path, error))
}

/// Returns a batch as a frame: words as texts, times as microseconds.
///
/// # Errors
/// [`Error::Bug`](crate::Error::Bug) if Polars cannot hold a type.
pub fn frame_of(batch: &RecordBatch) -> Result<DataFrame> {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    let columns = columns.map(|(field, array)| frame::column(field.name(), &decoded(array)?)).collect::<Result<_>>()?;
    frame::frame(batch.num_rows(), columns)
}

/// Returns texts, dictionaries of them too, as views, which are Polars' own texts.
fn decoded(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Dictionary(..) | DataType::Utf8 => Ok(cast(array, &DataType::Utf8View)?),
        _ => Ok(array.clone()),
    }
}

/// # Errors
/// [`Error::Bug`](crate::Error::Bug) if Arrow cannot hold a type.
pub fn batch_of(rows: &DataFrame) -> Result<RecordBatch> {
    // A column of nulls alone has no type, which the interface of Arrow and Polars cannot pass on.
    let array = |column: &polars::prelude::Column| match column.dtype() {
        PolarsType::Null => Ok(new_null_array(&DataType::Utf8View, column.len())),
        _ => frame::array(column),
    };
    let arrays: Vec<ArrayRef> = rows.columns().iter().map(array).collect::<Result<_>>()?;
    let fields = rows.columns().iter().zip(&arrays);
    let fields = fields.map(|(column, array)| Field::new(column.name().as_str(), array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(rows.height()));
    Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
}

/// Reads some columns of a report whole.
///
/// # Errors
/// As [`ParquetScan::for_each`].
pub fn read(path: &Path, columns: &[&Column]) -> Result<DataFrame> {
    aggregate(path, &columns.iter().map(|column| column.name).collect::<Vec<_>>(), |frame| frame)
}

/// Aggregates a report frame by frame, and returns these partial aggregates below each other: with one more aggregation
/// the caller combines them.
///
/// # Errors
/// As [`ParquetScan::for_each`] and [`collect`].
pub fn aggregate(path: &Path, columns: &[&str], partial: impl Fn(LazyFrame) -> LazyFrame) -> Result<DataFrame> {
    let aggregated = |batch: &RecordBatch| collect(path, partial(frame_of(batch)?.lazy()));
    let mut all = aggregated(&empty(path, columns)?)?;
    let mut is_first = true;
    ParquetScan::new(path, columns).for_each(|batch| {
        let next = aggregated(batch)?;
        if std::mem::take(&mut is_first) {
            all = next;
        } else {
            all.vstack_mut_owned(next)?;
        }
        Ok(true)
    })?;
    Ok(all)
}

/// Evaluates counting expressions (`len`, `sum`) over a report in one pass; a null total is 0.
///
/// # Errors
/// As [`aggregate`].
pub fn totals(path: &Path, counts: Vec<Expr>) -> Result<Vec<u64>> {
    let mut columns: BTreeSet<String> = counts.iter().flat_map(columns_of).collect();
    if columns.is_empty() {
        // Any column has the number of rows.
        columns.extend(super::schema(path)?.fields().first().map(|field| field.name().clone()));
    }
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let counts: Vec<Expr> = counts
        .into_iter()
        .enumerate()
        .map(|(number, count)| count.cast(PolarsType::UInt64).alias(number.to_string()))
        .collect();
    let partial = aggregate(path, &columns, |frame| frame.select(counts.clone()))?;
    let total = collect(path, partial.lazy().sum())?;
    total.columns().iter().map(|total| Ok(total.u64()?.get(0).unwrap_or(0))).collect()
}

/// Returns the columns that an expression reads.
fn columns_of(expr: &Expr) -> impl Iterator<Item = String> + '_ {
    expr.into_iter().filter_map(|part| if let Expr::Column(name) = part { Some(name.to_string()) } else { None })
}
