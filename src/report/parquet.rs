//! Tables -> Parquet files, by the `parquet` crate: Polars writes neither bloom filters nor sorting columns.
//!
//! Ids have high entropy: a dictionary of them is as large as they are and compression finds nothing in it, so they are
//! written by length and bytes, without the letters that all customers of a corp have in common; in reports with a
//! bloom filter per row group for look-ups. Words and accounts have few values and are dictionaries, and so are texts
//! as long as the dictionary is small.
//!
//! ```text
//! row_groups   rows in any portions -> row groups, in order
//! properties   how each column is written
//! pages        encoded pages that are not yet in the file, spilled if need be
//! ```

mod pages;
mod properties;
mod row_groups;

pub use row_groups::{GroupWriter, SortedWriter};

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves,
};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use properties::properties;
use row_groups::{RowGroupRows, in_row_groups};

use super::summary::SCHEMA_VERSION;
use crate::case::Case;
use crate::error::{Error, Result};
use crate::personal;
use crate::schema::{Column, Kind, Slot, Table};
use crate::snapshot::Input;
use crate::text::errors as say;

/// Rows of a row group: enough to be worth the overhead, few enough to write several at once.
pub const ROW_GROUP: usize = 1 << 17;
/// Rows of a page at most; also the rows that are given to the encoder at a time. It decides on the end of a page while
/// it encodes, in steps counted from the begin of what it is given: portions of any other size, as memory and
/// partitions make them, would give other pages for equal rows.
pub const PAGE: usize = 1 << 14;

/// Footer entries, `qianhe.*`.
pub type Footer = Vec<(String, String)>;

/// Returns the footer of every Parquet file of a run.
pub fn footer(case: &Case, inputs: &[Input]) -> Footer {
    let digests: BTreeMap<&str, &str> =
        inputs.iter().map(|input| (input.file.path.as_str(), input.file.sha256.as_str())).collect();
    let entry = |key: &str, value: String| (format!("qianhe.{key}"), value);
    let mut entries = vec![
        entry("tool_version", env!("CARGO_PKG_VERSION").to_owned()),
        entry("case_id", case.id.clone()),
        entry("schema_version", SCHEMA_VERSION.to_string()),
        entry("inputs", serde_json::to_string(&digests).unwrap_or_default()),
    ];
    entries.extend(case.pseudonyms.as_ref().map(|key| (personal::FOOTER_ENTRY.to_owned(), key.fingerprint())));
    entries
}

/// Writes one table, row group by row group; they can be encoded side by side.
pub struct TableWriter {
    path: PathBuf,
    encoder: Encoder,
    file: SerializedFileWriter<BufWriter<File>>,
}

/// Turns rows into row groups.
pub struct Encoder {
    path: PathBuf,
    table: &'static Table,
    schema: SchemaRef,
    columns: ArrowRowGroupWriterFactory,
}

/// An encoded row group, not yet in the file.
pub struct EncodedRowGroup(Vec<ArrowColumnChunk>);

impl TableWriter {
    /// Creates the file, readable by its owner only. `sorted_by` names the columns that the rows are sorted by.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be created.
    pub fn create(path: &Path, table: &'static Table, sorted_by: &[&Column], footer: &Footer) -> Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, crate::report::create_private(path)?);
        let schema = written_schema(table);
        // Rows are in the order of the originals.
        let has_pseudonyms = footer.iter().any(|(key, _)| key == personal::FOOTER_ENTRY);
        let is_sorted = |column: &&&Column| !has_pseudonyms || personal::kind_of(column).is_none();
        let sorted_by: Vec<&Column> = sorted_by.iter().take_while(is_sorted).copied().collect();
        let options = ArrowWriterOptions::new()
            .with_properties(properties(table, &sorted_by, footer))
            .with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(|error| failed(path, error))?;
        let (file, columns) = writer.into_serialized_writer().map_err(|error| failed(path, error))?;
        let path = path.to_path_buf();
        Ok(Self { encoder: Encoder { path: path.clone(), table, schema, columns }, path, file })
    }

    /// Returns the encoder of this file.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn append(&mut self, group: EncodedRowGroup) -> Result<()> {
        let append = || {
            let mut writer = self.file.next_row_group()?;
            group.0.into_iter().try_for_each(|column| column.append_to_row_group(&mut writer))?;
            writer.close()
        };
        append().map(|_| ()).map_err(|error| failed(&self.path, error))
    }

    /// Encodes rows side by side, and appends them in their order.
    ///
    /// # Errors
    /// As [`Self::append`] and [`Encoder::encode`]; [`Error::Interrupted`].
    pub fn write(&mut self, groups: Vec<RowGroupRows>) -> Result<()> {
        crate::interrupt::check()?;
        let encoded: Vec<EncodedRowGroup> =
            groups.into_par_iter().map(|group| self.encoder.encode(&group)).collect::<Result<_>>()?;
        encoded.into_iter().try_for_each(|group| self.append(group))
    }

    /// Ends the file and syncs it to disk.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn finish(self) -> Result<()> {
        let path = self.path;
        let buffer = self.file.into_inner().map_err(|error| failed(&path, error))?;
        let file = buffer.into_inner().map_err(|error| Error::io(&path, say::CANNOT_WRITE)(error.into_error()))?;
        file.sync_all().map_err(Error::io(&path, say::CANNOT_WRITE))
    }
}

impl Encoder {
    /// Encodes the rows, which have the columns of the table, as one row group.
    ///
    /// # Errors
    /// [`Error::Bug`] if the rows are not of the table, [`Error::Io`] if a spill file fails.
    pub fn encode(&self, group: &RowGroupRows) -> Result<EncodedRowGroup> {
        let encode = |(writer, (column, slot)): (ArrowColumnWriter, (usize, &Slot))| -> Result<ArrowColumnChunk> {
            let mut writer = writer;
            let field = self.schema.field_with_name(slot.column.name)?;
            let failed = |error| failed(&self.path, error);
            for rows in group {
                let array = without_idle_mask(written(*slot, rows.column(column))?)?;
                compute_leaves(field, &array)
                    .map_err(failed)?
                    .iter()
                    .try_for_each(|leaf| writer.write(leaf))
                    .map_err(failed)?;
            }
            writer.close().map_err(failed)
        };
        let writers = self.columns.create_column_writers(0).map_err(|error| failed(&self.path, error))?;
        let columns: Vec<_> = writers.into_iter().zip(self.table.columns.iter().enumerate()).collect();
        // Side by side, for often there is one row group to encode and nothing else to do.
        Ok(EncodedRowGroup(columns.into_par_iter().map(encode).collect::<Result<_>>()?))
    }
}

/// Writes a whole table at once.
///
/// # Errors
/// As [`TableWriter`].
pub fn write_table(
    path: &Path,
    table: &'static Table,
    rows: &RecordBatch,
    sorted_by: &[&Column],
    footer: &Footer,
) -> Result<()> {
    let mut writer = TableWriter::create(path, table, sorted_by, footer)?;
    writer.write(in_row_groups(vec![rows.clone()])?)?;
    writer.finish()
}

fn failed(path: &Path, error: parquet::errors::ParquetError) -> Error {
    match error {
        parquet::errors::ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => Error::Io { path: path.to_path_buf(), doing: say::CANNOT_WRITE, source: *source },
            Err(other) => Error::Bug(format!("{}: {other}", path.display())),
        },
        other => {
            let source = std::io::Error::other(other.to_string());
            Error::Io { path: path.to_path_buf(), doing: say::CANNOT_WRITE, source }
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

/// Drops a mask of nulls that masks nothing, which rows of a page have or lack by the portion that they came in: with a
/// mask, the encoder works in other steps.
fn without_idle_mask(array: ArrayRef) -> Result<ArrayRef> {
    if array.nulls().is_none() || array.null_count() > 0 {
        return Ok(array);
    }
    let all = UInt32Array::from_iter_values(0..array.len() as u32);
    Ok(take(&array, &all, None)?)
}

/// Returns the array as it is written: words, be they codes or texts, become dictionaries over their vocabulary.
fn written(slot: Slot, array: &ArrayRef) -> Result<ArrayRef> {
    let Kind::Word(words) = slot.column.kind else { return Ok(array.clone()) };
    let keys: Int32Array = match array.data_type() {
        DataType::UInt8 => {
            array.as_primitive::<arrow::datatypes::UInt8Type>().iter().map(|code| code.map(i32::from)).collect()
        }
        DataType::Utf8View => {
            let place =
                |word: &str| words.iter().position(|known| *known == word).and_then(|place| i32::try_from(place).ok());
            array.as_string_view().iter().map(|word| word.and_then(place)).collect()
        }
        other => return Err(Error::Bug(format!("{}: a word came as {other}", slot.column.name))),
    };
    Ok(Arc::new(DictionaryArray::try_new(keys, Arc::new(StringArray::from(words.to_vec())))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_that_masks_nothing_is_dropped() {
        let texts: arrow::array::StringViewArray = [None, Some("a"), Some("b")].into_iter().collect();
        let some = without_idle_mask(Arc::new(texts.clone())).unwrap();
        assert_eq!((some.null_count(), some.nulls().is_some()), (1, true));
        let rest: ArrayRef = Arc::new(texts.slice(1, 2));
        assert!(rest.nulls().is_some(), "else there is nothing to test");
        let dropped = without_idle_mask(rest.clone()).unwrap();
        assert_eq!((&dropped, dropped.nulls().is_some()), (&rest, false));
    }

    /// `tests/faults/run` fills a disk; here only what the encoder makes of it.
    #[test]
    fn a_full_disk_is_said_and_is_not_our_bug() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let error = failed(Path::new("a.parquet"), parquet::errors::ParquetError::External(Box::new(full)));
        assert_eq!(error.exit_code(), 2, "{error}");
        assert!(error.to_string().starts_with("a.parquet: cannot write: "), "{error}");
    }
}
