//! A scan of one Parquet report: single columns, and only the row groups that can hold a value.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{BooleanArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::compute::kernels::cmp;
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ParquetRecordBatchReaderBuilder, RowFilter};
use parquet::data_type::ByteArray;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

use crate::error::{Error, Result};
use crate::ingest::check_schema;
use crate::regular;
use crate::schema::Table;
use crate::text::{Message, errors as say};

/// Rows of a batch: one plan of Polars for each is not felt, and the columns of a batch fit into the caches.
const BATCH: usize = 1 << 16;

/// Selects the rows whose column holds a value.
#[derive(Debug, Clone, Copy)]
pub struct ValueFilter<'a> {
    pub column: &'a str,
    pub value: &'a str,
}

/// A scan of a report.
#[derive(Debug)]
pub struct ParquetScan<'a> {
    path: PathBuf,
    columns: Vec<&'a str>,
    filter: Option<ValueFilter<'a>>,
    limit: Option<usize>,
}

type Builder = ParquetRecordBatchReaderBuilder<File>;

impl<'a> ParquetScan<'a> {
    /// Scans every row.
    pub fn new(path: &Path, columns: &[&'a str]) -> Self {
        Self { path: path.to_path_buf(), columns: columns.to_vec(), filter: None, limit: None }
    }

    /// Scans every row of a report, with all columns of its table.
    pub fn of_table(path: &Path, table: &'static Table) -> Self {
        Self::new(path, &table.columns.iter().map(|slot| slot.column.name).collect::<Vec<_>>())
    }

    /// Restricts the scan to rows with a value: row groups that cannot hold it are skipped, by bounds and bloom filter.
    #[must_use]
    pub fn with_filter(self, filter: ValueFilter<'a>) -> Self {
        Self { filter: Some(filter), ..self }
    }

    /// Ends the scan after the first rows.
    #[must_use]
    pub fn with_limit(self, limit: Option<usize>) -> Self {
        Self { limit, ..self }
    }

    /// Calls `see` with each batch in the order of the file, columns in the order asked for, until it returns `false`.
    ///
    /// # Errors
    /// [`Error::Input`] if the file cannot be read or lacks a column; [`Error::Interrupted`]; the errors of `see`.
    pub fn for_each(&self, mut see: impl FnMut(&RecordBatch) -> Result<bool>) -> Result<()> {
        let mut builder = open(&self.path)?;
        let missing = self
            .columns
            .iter()
            .chain(self.filter.iter().map(|filter| &filter.column))
            .find(|name| builder.schema().index_of(name).is_err());
        if let Some(name) = missing {
            return Err(unreadable(&self.path, say::no_column(name)));
        }
        if let Some(filter) = self.filter {
            let groups = self.candidates(&builder, filter)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), [filter.column]);
            let value = filter.value.to_owned();
            let rows = RowFilter::new(vec![Box::new(ArrowPredicateFn::new(mask, move |batch| equals(&batch, &value)))]);
            builder = builder.with_row_groups(groups).with_row_filter(rows);
        }
        if let Some(limit) = self.limit {
            builder = builder.with_limit(limit);
        }
        let mask = ProjectionMask::columns(builder.parquet_schema(), self.columns.iter().copied());
        let reader =
            builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|error| damaged(&self.path, error))?;
        for batch in reader {
            crate::interrupt::check()?;
            let batch = batch.map_err(|error| damaged(&self.path, error))?;
            if !see(&in_order(&batch, &self.columns)?)? {
                break;
            }
        }
        Ok(())
    }

    /// Returns the row groups that may hold the value.
    fn candidates(&self, builder: &Builder, filter: ValueFilter<'_>) -> Result<Vec<usize>> {
        let columns = builder.parquet_schema().columns();
        let Some(column) = columns.iter().position(|column| column.path().string() == filter.column) else {
            return Err(unreadable(&self.path, say::no_plain_column(filter.column)));
        };
        let mut groups = Vec::new();
        for (number, group) in builder.metadata().row_groups().iter().enumerate() {
            if !is_within_bounds(group, column, filter.value.as_bytes()) {
                continue;
            }
            let bloom = builder
                .get_row_group_column_bloom_filter(number, column)
                .map_err(|error| damaged(&self.path, error))?;
            if bloom.is_none_or(|bloom| bloom.check(&ByteArray::from(filter.value))) {
                groups.push(number);
            }
        }
        Ok(groups)
    }
}

/// Returns the columns in the order asked for.
fn in_order(batch: &RecordBatch, columns: &[&str]) -> Result<RecordBatch> {
    let places =
        columns.iter().map(|name| batch.schema_ref().index_of(name)).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(batch.project(&places)?)
}

/// Returns whether a row group can hold a value by its bounds, which may be truncated, but never exclude a value that
/// occurs.
fn is_within_bounds(group: &RowGroupMetaData, column: usize, value: &[u8]) -> bool {
    let Some(Statistics::ByteArray(bounds)) = group.column(column).statistics() else { return true };
    bounds.min_opt().is_none_or(|min| min.data() <= value) && bounds.max_opt().is_none_or(|max| value <= max.data())
}

fn equals(batch: &RecordBatch, value: &str) -> std::result::Result<BooleanArray, arrow::error::ArrowError> {
    let texts = cast(batch.column(0), &DataType::Utf8)?;
    cmp::eq(&texts, &StringArray::new_scalar(value))
}

/// Returns the columns of a report with their types.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read.
pub fn schema(path: &Path) -> Result<SchemaRef> {
    Ok(open(path)?.schema().clone())
}

/// Returns a batch without rows, of some columns of a report.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read or lacks a column.
pub fn empty(path: &Path, columns: &[&str]) -> Result<RecordBatch> {
    let schema = schema(path)?;
    if let Some(name) = columns.iter().find(|name| schema.index_of(name).is_err()) {
        return Err(unreadable(path, say::no_column(name)));
    }
    in_order(&RecordBatch::new_empty(schema), columns)
}

/// Returns the number of rows of a report.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read.
pub fn row_count(path: &Path) -> Result<u64> {
    Ok(open(path)?.metadata().file_metadata().num_rows().unsigned_abs())
}

/// Returns the entries of the footer of a report by key.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read.
pub fn footer(path: &Path) -> Result<BTreeMap<String, String>> {
    let builder = open(path)?;
    let entries = builder.metadata().file_metadata().key_value_metadata().into_iter().flatten();
    Ok(entries.map(|entry| (entry.key.clone(), entry.value.clone().unwrap_or_default())).collect())
}

fn open(path: &Path) -> Result<Builder> {
    let file = regular::open(path).map_err(|error| unreadable(path, say::cannot_be_opened(error)))?;
    check_schema(path, &file)?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, error))
}

/// Returns the error of a library about a report.
pub(super) fn damaged(path: &Path, error: impl std::fmt::Display) -> Error {
    unreadable(path, Message::verbatim(error))
}

fn unreadable(path: &Path, problem: Message) -> Error {
    Error::input(path, say::REPORT, problem, say::UNREADABLE_REPORT_REMEDY)
}
