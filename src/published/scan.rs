//! A scan of one Parquet report: the columns asked for, and of the row groups those that can hold what is wanted.

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
use crate::text::{Message, errors as say};

/// Rows of a batch.
const BATCH: usize = 1 << 14;

/// Rows whose column holds that text.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    pub column: &'a str,
    pub value: &'a str,
}

/// What to read of a report.
#[derive(Debug)]
pub struct Scan<'a> {
    path: PathBuf,
    columns: Vec<&'a str>,
    wanted: Option<Wanted<'a>>,
}

type Builder = ParquetRecordBatchReaderBuilder<File>;

impl<'a> Scan<'a> {
    /// Every row.
    pub fn of(path: &Path, columns: &[&'a str]) -> Self {
        Self { path: path.to_path_buf(), columns: columns.to_vec(), wanted: None }
    }

    /// Only the rows that are wanted: row groups are passed over by their bounds and bloom filters.
    #[must_use]
    pub fn wanting(self, wanted: Wanted<'a>) -> Self {
        Self { wanted: Some(wanted), ..self }
    }

    /// Shows the batches in the order of the file, their columns in the order asked for, until `see` has seen enough
    /// (`false`).
    ///
    /// # Errors
    /// [`Error::Input`] if the file cannot be read or lacks a column; [`Error::Interrupted`]; whatever `see` says.
    pub fn each(&self, mut see: impl FnMut(&RecordBatch) -> Result<bool>) -> Result<()> {
        let mut builder = open(&self.path)?;
        let missing = self
            .columns
            .iter()
            .chain(self.wanted.iter().map(|w| &w.column))
            .find(|name| builder.schema().index_of(name).is_err());
        if let Some(name) = missing {
            return Err(unreadable(&self.path, say::no_column(name)));
        }
        if let Some(wanted) = self.wanted {
            let groups = self.candidates(&builder, wanted)?;
            let mask = ProjectionMask::columns(builder.parquet_schema(), [wanted.column]);
            let value = wanted.value.to_owned();
            let filter =
                RowFilter::new(vec![Box::new(ArrowPredicateFn::new(mask, move |batch| equals(&batch, &value)))]);
            builder = builder.with_row_groups(groups).with_row_filter(filter);
        }
        let mask = ProjectionMask::columns(builder.parquet_schema(), self.columns.iter().copied());
        let reader =
            builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|error| damaged(&self.path, error))?;
        for batch in reader {
            crate::interrupt::check()?;
            let batch = batch.map_err(|error| damaged(&self.path, error))?;
            let order: Vec<usize> = self
                .columns
                .iter()
                .map(|name| batch.schema_ref().index_of(name))
                .collect::<std::result::Result<_, _>>()?;
            if !see(&batch.project(&order)?)? {
                break;
            }
        }
        Ok(())
    }

    /// The row groups that may hold what is wanted.
    fn candidates(&self, builder: &Builder, wanted: Wanted<'_>) -> Result<Vec<usize>> {
        let columns = builder.parquet_schema().columns();
        let Some(column) = columns.iter().position(|column| column.path().string() == wanted.column) else {
            return Err(unreadable(&self.path, say::no_plain_column(wanted.column)));
        };
        let mut groups = Vec::new();
        for (number, group) in builder.metadata().row_groups().iter().enumerate() {
            if !is_within_bounds(group, column, wanted.value.as_bytes()) {
                continue;
            }
            let filter = builder
                .get_row_group_column_bloom_filter(number, column)
                .map_err(|error| damaged(&self.path, error))?;
            if filter.is_none_or(|filter| filter.check(&ByteArray::from(wanted.value))) {
                groups.push(number);
            }
        }
        Ok(groups)
    }
}

/// Bounds may be cut short, but never so that they exclude a value that is there.
fn is_within_bounds(group: &RowGroupMetaData, column: usize, value: &[u8]) -> bool {
    let Some(Statistics::ByteArray(bounds)) = group.column(column).statistics() else { return true };
    bounds.min_opt().is_none_or(|min| min.data() <= value) && bounds.max_opt().is_none_or(|max| value <= max.data())
}

fn equals(batch: &RecordBatch, value: &str) -> std::result::Result<BooleanArray, arrow::error::ArrowError> {
    let texts = cast(batch.column(0), &DataType::Utf8)?;
    cmp::eq(&texts, &StringArray::new_scalar(value))
}

/// The names of the columns of a report.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read.
pub fn column_names(path: &Path) -> Result<Vec<String>> {
    Ok(schema(path)?.fields().iter().map(|field| field.name().clone()).collect())
}

/// The columns of a report with their types.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read.
pub fn schema(path: &Path) -> Result<SchemaRef> {
    Ok(open(path)?.schema().clone())
}

/// How many rows a report has.
///
/// # Errors
/// [`Error::Input`] if the file cannot be read.
pub fn rows_of(path: &Path) -> Result<u64> {
    Ok(open(path)?.metadata().file_metadata().num_rows().unsigned_abs())
}

fn open(path: &Path) -> Result<Builder> {
    let file = File::open(path).map_err(|error| unreadable(path, say::cannot_be_opened(error)))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, error))
}

/// What the reader of Parquet says of it.
fn damaged(path: &Path, error: impl std::fmt::Display) -> Error {
    unreadable(path, Message::verbatim(error))
}

fn unreadable(path: &Path, problem: Message) -> Error {
    Error::input(path, say::REPORT, problem, say::UNREADABLE_REPORT_REMEDY)
}
