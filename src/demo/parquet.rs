//! Parquet files, growing by batches.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringBuilder, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::documents::create;
use crate::error::{Error, Result};
use crate::text::errors as say;

/// Batches of tables, each with the path of its table in the case.
pub type TableRows = Vec<(&'static str, RecordBatch)>;

/// Parquet files of the case, each opened by its first batch.
pub struct TableFiles {
    dir: PathBuf,
    open: BTreeMap<&'static str, ArrowWriter<File>>,
}

impl TableFiles {
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf(), open: BTreeMap::new() }
    }

    /// Appends batches; all of a table have one schema.
    pub fn push(&mut self, rows: TableRows) -> Result<()> {
        for (name, batch) in rows {
            let path = self.dir.join(name);
            let writer = match self.open.entry(name) {
                Entry::Occupied(open) => open.into_mut(),
                Entry::Vacant(free) => {
                    let zstd = Compression::ZSTD(ZstdLevel::default());
                    let properties = WriterProperties::builder().set_compression(zstd).build();
                    let writer = ArrowWriter::try_new(create(&path)?, batch.schema(), Some(properties));
                    free.insert(writer.map_err(|error| failed(&path, error))?)
                }
            };
            writer.write(&batch).map_err(|error| failed(&path, error))?;
        }
        Ok(())
    }

    /// Writes the footers.
    pub fn finish(self) -> Result<()> {
        for (name, writer) in self.open {
            writer.close().map_err(|error| failed(&self.dir.join(name), error))?;
        }
        Ok(())
    }
}

fn failed(path: &Path, error: ParquetError) -> Error {
    Error::io(path, say::CANNOT_WRITE)(std::io::Error::other(error))
}

/// Returns a batch of named columns, all of which may be null.
pub fn batch(columns: Vec<(&'static str, ArrayRef)>) -> Result<RecordBatch> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}

/// Returns a column of texts.
pub fn texts<'r, T>(rows: &'r [T], value: impl Fn(&'r T) -> Option<&'r str>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    for row in rows {
        builder.append_option(value(row));
    }
    Arc::new(builder.finish())
}

/// Returns a column of times, given in seconds since 1970.
pub fn times<T>(rows: &[T], seconds: impl Fn(&T) -> Option<i64>) -> ArrayRef {
    let micros: TimestampMicrosecondArray = rows.iter().map(|row| seconds(row).map(|s| s * 1_000_000)).collect();
    Arc::new(micros.with_timezone("UTC"))
}

/// Returns a column of whole numbers.
pub fn integers<T>(rows: &[T], value: impl Fn(&T) -> Option<i64>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<Int64Array>())
}

/// Returns a column of flags.
pub fn flags<T>(rows: &[T], value: impl Fn(&T) -> Option<bool>) -> ArrayRef {
    Arc::new(rows.iter().map(value).collect::<BooleanArray>())
}
