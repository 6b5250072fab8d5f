//! Tables -> Parquet files, by the `parquet` crate: Polars writes neither bloom filters nor sorting columns.
//!
//! Ids have high entropy: a dictionary of them is as large as they are and compression finds nothing in it, so they are
//! written plain by length and bytes, with a bloom filter per row group for look-ups. Words, and accounts, of which
//! there are few, are dictionaries.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::encode_arrow_schema;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::error::{Error, Result};
use crate::schema::{Column, Kind, Slot, Table};

/// Rows of a row group.
pub const ROW_GROUP: usize = 1 << 20;

/// Footer entries, `qianhe.*`.
pub type Footer = Vec<(String, String)>;

/// Writes one table, batch by batch.
pub struct TableWriter {
    path: PathBuf,
    table: &'static Table,
    schema: SchemaRef,
    writer: ArrowWriter<BufWriter<File>>,
}

impl TableWriter {
    /// Creates the file, readable by its owner only. `sorted_by` names the columns that the rows are sorted by.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be created.
    pub fn create(path: &Path, table: &'static Table, sorted_by: &[&Column], footer: &Footer) -> Result<Self> {
        let file = crate::report::create_private(path)?;
        let schema = written_schema(table);
        let options = ArrowWriterOptions::new().with_properties(properties(table, sorted_by, footer)).with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(BufWriter::new(file), schema.clone(), options).map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_path_buf(), table, schema, writer })
    }

    /// Appends rows with the columns of the table.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses, [`Error::Bug`] if the rows are not of the table.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        let columns =
            self.table.columns.iter().zip(rows.columns()).map(|(slot, array)| written(*slot, array)).collect::<Result<Vec<_>>>()?;
        let rows = RecordBatch::try_new(self.schema.clone(), columns)?;
        self.writer.write(&rows).map_err(|error| failed(&self.path, error))
    }

    /// Ends the file and syncs it to disk.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn finish(self) -> Result<()> {
        let path = self.path;
        let buffer = self.writer.into_inner().map_err(|error| failed(&path, error))?;
        let file = buffer.into_inner().map_err(|error| Error::io(&path, "cannot write")(error.into_error()))?;
        file.sync_all().map_err(Error::io(&path, "cannot write"))
    }
}

/// Writes a whole table at once.
///
/// # Errors
/// As [`TableWriter`].
pub fn write_table(path: &Path, table: &'static Table, rows: &RecordBatch, sorted_by: &[&Column], footer: &Footer) -> Result<()> {
    let mut writer = TableWriter::create(path, table, sorted_by, footer)?;
    writer.write(rows)?;
    writer.finish()
}

fn failed(path: &Path, error: parquet::errors::ParquetError) -> Error {
    match error {
        parquet::errors::ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => Error::Io { path: path.to_path_buf(), doing: "cannot write", source: *source },
            Err(other) => Error::Bug(format!("{}: {other}", path.display())),
        },
        other => {
            let source = std::io::Error::other(other.to_string());
            Error::Io { path: path.to_path_buf(), doing: "cannot write", source }
        }
    }
}

/// In memory texts are views; words are dictionaries.
fn written_schema(table: &Table) -> SchemaRef {
    let fields = table.columns.iter().map(|slot| {
        let kind = slot.column.kind;
        let data_type = if matches!(kind, Kind::Word(_)) { kind.published_type() } else { kind.arrow_type() };
        Field::new(slot.column.name, data_type, !slot.required)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// What a reader is told: plain strings, dictionaries for words.
fn published_schema(table: &Table) -> Schema {
    Schema::new(
        table
            .columns
            .iter()
            .map(|slot| Field::new(slot.column.name, slot.column.kind.published_type(), !slot.required))
            .collect::<Vec<_>>(),
    )
}

/// The array as it is written: words, be they codes or texts, become dictionaries over their vocabulary.
fn written(slot: Slot, array: &ArrayRef) -> Result<ArrayRef> {
    let Kind::Word(words) = slot.column.kind else { return Ok(array.clone()) };
    let keys: Int32Array = match array.data_type() {
        DataType::UInt8 => array.as_primitive::<arrow::datatypes::UInt8Type>().iter().map(|code| code.map(i32::from)).collect(),
        DataType::Utf8View => {
            let place = |word: &str| words.iter().position(|known| *known == word).and_then(|place| i32::try_from(place).ok());
            array.as_string_view().iter().map(|word| word.and_then(place)).collect()
        }
        other => return Err(Error::Bug(format!("{}: a word came as {other}", slot.column.name))),
    };
    Ok(Arc::new(DictionaryArray::try_new(keys, Arc::new(StringArray::from(words.to_vec())))?))
}

fn properties(table: &Table, sorted_by: &[&Column], footer: &Footer) -> WriterProperties {
    let mut entries = vec![KeyValue::new("ARROW:schema".to_owned(), encode_arrow_schema(&published_schema(table)))];
    entries.extend(footer.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())));
    let sorting = sorted_by.iter().filter_map(|column| table.position(column)).filter_map(|n| i32::try_from(n).ok());
    let sorting: Vec<SortingColumn> =
        sorting.map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true }).collect();
    let builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(entries))
        .set_sorting_columns((!sorting.is_empty()).then_some(sorting));
    table.columns.iter().fold(builder, |builder, slot| with_column(builder, slot.column)).build()
}

fn with_column(builder: WriterPropertiesBuilder, column: &Column) -> WriterPropertiesBuilder {
    let path = ColumnPath::from(column.name);
    if is_high_entropy(column) {
        return builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path.clone(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .set_column_bloom_filter_enabled(path.clone(), true)
            .set_column_bloom_filter_fpp(path, 0.05);
    }
    if matches!(column.kind, Kind::Time | Kind::Count) {
        return builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
    }
    builder
}

/// Ids that are (nearly) different in each row, and that people look up.
fn is_high_entropy(column: &Column) -> bool {
    use crate::schema::fields as f;
    [&f::EXTERNAL_USERID, &f::SOURCE_EXTERNAL_USERID, &f::TARGET_EXTERNAL_USERID, &f::UNIONID].contains(&column)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::report::small;
    use crate::schema::tables::FINDINGS_REPORT;

    #[test]
    fn a_full_disk_is_said_and_is_not_our_bug() {
        let error = write_table(Path::new("/dev/full"), &FINDINGS_REPORT, &small::findings(&[]), &[], &Vec::new()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert!(error.to_string().starts_with("/dev/full: cannot write: No space left on device"), "{error}");
    }
}
