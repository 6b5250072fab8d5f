//! Tables -> Parquet files, by the `parquet` crate: Polars writes neither bloom filters nor sorting columns.
//!
//! Ids have high entropy: a dictionary of them is as large as they are and compression finds nothing in it, so they are
//! written by length and bytes, without the letters that all customers of a corp have in common; in reports with a bloom
//! filter per row group for look-ups. Words, and accounts, of which there are few, are dictionaries, and so are texts as
//! long as these are small.
//!
//! ```text
//! properties   how each column is written
//! pages        encoded pages that wait for their turn
//! ```

mod pages;
mod properties;

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, ArrowWriterOptions, compute_leaves};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use pages::SpilledPages;
use properties::properties;

use super::relations::report_schema;
use crate::error::{Error, Result};
use crate::schema::{Column, Kind, Slot, Table};
use crate::spill::{Held, Memory, lean, make_room};
use crate::text::errors as say;

/// Rows of a row group: enough to be worth the overhead, few enough to write several at once.
pub const ROW_GROUP: usize = 1 << 17;

/// Footer entries, `qianhe.*`.
pub type Footer = Vec<(String, String)>;

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

/// A row group on its way to its place in the file.
pub struct RowGroup(Vec<ArrowColumnChunk>);

impl TableWriter {
    /// Creates the file, readable by its owner only. `sorted_by` names the columns that the rows are sorted by.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be created.
    pub fn create(path: &Path, table: &'static Table, sorted_by: &[&Column], footer: &Footer) -> Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, crate::report::create_private(path)?);
        let schema = written_schema(table);
        let options = ArrowWriterOptions::new().with_properties(properties(table, sorted_by, footer)).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(|error| failed(path, error))?;
        let (file, columns) = writer.into_serialized_writer().map_err(|error| failed(path, error))?;
        let path = path.to_path_buf();
        Ok(Self { encoder: Encoder { path: path.clone(), table, schema, columns }, path, file })
    }

    /// What encodes the rows of this file.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Puts a row group behind those that are there.
    ///
    /// # Errors
    /// [`Error::Io`] if the disk refuses.
    pub fn append(&mut self, group: RowGroup) -> Result<()> {
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
    pub fn write(&mut self, groups: Vec<RecordBatch>) -> Result<()> {
        crate::interrupt::check()?;
        let encoded: Vec<RowGroup> = groups.into_par_iter().map(|rows| self.encoder.encode(&rows)).collect::<Result<_>>()?;
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
    pub fn encode(&self, rows: &RecordBatch) -> Result<RowGroup> {
        let encode = |(writer, (slot, array)): (ArrowColumnWriter, (&Slot, &ArrayRef))| -> Result<ArrowColumnChunk> {
            let mut writer = writer;
            let array = written(*slot, array)?;
            let field = self.schema.field_with_name(slot.column.name)?;
            let encoded = compute_leaves(field, &array).and_then(|leaves| {
                leaves.iter().try_for_each(|leaf| writer.write(leaf))?;
                writer.close()
            });
            encoded.map_err(|error| failed(&self.path, error))
        };
        let writers = self.columns.create_column_writers(0).map_err(|error| failed(&self.path, error))?;
        let columns: Vec<_> = writers.into_iter().zip(self.table.columns.iter().zip(rows.columns())).collect();
        // Side by side, for often there is one row group to encode and nothing else to do.
        Ok(RowGroup(columns.into_par_iter().map(encode).collect::<Result<_>>()?))
    }
}

/// Writes a table whose rows come in order, in portions of any size.
pub struct GroupWriter {
    writer: TableWriter,
    pending: Pending,
}

impl GroupWriter {
    /// As [`TableWriter::create`].
    ///
    /// # Errors
    /// As [`TableWriter::create`].
    pub fn create(path: &Path, table: &'static Table, sorted_by: &[&Column], footer: &Footer) -> Result<Self> {
        Ok(Self { writer: TableWriter::create(path, table, sorted_by, footer)?, pending: Pending::default() })
    }

    /// Appends rows with the columns of the table.
    ///
    /// # Errors
    /// As [`TableWriter::write`].
    pub fn write(&mut self, rows: RecordBatch) -> Result<()> {
        self.pending.add(rows);
        // As many at a time as can be encoded side by side.
        if self.pending.rows < rayon::current_num_threads() * ROW_GROUP {
            return Ok(());
        }
        self.writer.write(self.pending.take_groups(ROW_GROUP)?)
    }

    /// As [`TableWriter::finish`].
    ///
    /// # Errors
    /// As [`TableWriter::finish`].
    pub fn finish(mut self) -> Result<()> {
        self.writer.write(self.pending.take_groups(1)?)?;
        self.writer.finish()
    }
}

/// Writes a table whose rows come in another order than they are to stand in: by partition, where words come first.
pub struct SortedWriter {
    writer: TableWriter,
    memory: Memory,
    schema: SchemaRef,
    words: Vec<OneWord>,
}

/// The rows of one word so far.
struct OneWord {
    encoded: Vec<RowGroup>,
    /// Those that do not make a whole row group yet.
    pending: Held,
}

/// Rows that do not make a whole row group yet.
#[derive(Default)]
struct Pending {
    batches: Vec<RecordBatch>,
    rows: usize,
}

impl SortedWriter {
    /// As [`TableWriter::create`], for a sort by one of so many words first. What is encoded before its turn is spilled.
    ///
    /// # Errors
    /// As [`TableWriter::create`].
    pub fn create(
        path: &Path,
        table: &'static Table,
        sorted_by: &[&Column],
        footer: &Footer,
        words: usize,
        memory: &Memory,
    ) -> Result<Self> {
        let mut writer = TableWriter::create(path, table, sorted_by, footer)?;
        writer.encoder.columns = writer.encoder.columns.with_page_store_factory(Arc::new(SpilledPages(memory.clone())));
        let schema = report_schema(table);
        let none = || OneWord { encoded: Vec::new(), pending: Held::new(memory, schema.clone()) };
        Ok(Self { writer, memory: memory.clone(), schema: schema.clone(), words: (0..words).map(|_| none()).collect() })
    }

    /// Adds rows of the word at that place, behind those that it has.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn add(&mut self, rank: usize, rows: RecordBatch) -> Result<()> {
        let pending = &mut self.words[rank].pending;
        // What waits for the next partitions must not hold on to the texts of this one.
        let waits = pending.rows() + (rows.num_rows() as u64) < ROW_GROUP as u64;
        pending.push(if waits { lean(rows)? } else { rows });
        Ok(())
    }

    /// Encodes what makes whole row groups.
    ///
    /// # Errors
    /// As [`Encoder::encode`]; [`Error::Interrupted`].
    pub fn encode_full(&mut self) -> Result<()> {
        crate::interrupt::check()?;
        let mut full = Vec::new();
        for (rank, word) in self.words.iter_mut().enumerate().filter(|(_, word)| word.pending.rows() >= ROW_GROUP as u64) {
            let pending = std::mem::replace(&mut word.pending, Held::new(&self.memory, self.schema.clone()));
            let mut batches = pending.batches()?;
            split_last(&mut batches, pending.rows() as usize % ROW_GROUP)?.into_iter().for_each(|rows| word.pending.push(rows));
            full.extend(in_groups(&concat_batches(&self.schema, &batches)?).into_iter().map(|rows| (rank, rows)));
        }
        let encoder = &self.writer.encoder;
        let encoded: Vec<(usize, RowGroup)> =
            full.into_par_iter().map(|(rank, rows)| Ok((rank, encoder.encode(&rows)?))).collect::<Result<_>>()?;
        for (rank, group) in encoded {
            self.words[rank].encoded.push(group);
        }
        make_room(&self.memory, self.words.iter_mut().map(|word| &mut word.pending))
    }

    /// Puts all in order, ends the file and syncs it to disk.
    ///
    /// # Errors
    /// As [`TableWriter::finish`] and [`Encoder::encode`].
    pub fn finish(mut self) -> Result<()> {
        self.encode_full()?;
        // What is left of words that follow one another can share a row group.
        let mut left = Pending::default();
        for word in std::mem::take(&mut self.words) {
            if !word.encoded.is_empty() {
                self.writer.write(left.take_groups(1)?)?;
            }
            word.encoded.into_iter().try_for_each(|group| self.writer.append(group))?;
            word.pending.batches()?.into_iter().for_each(|rows| left.add(rows));
            self.writer.write(left.take_groups(ROW_GROUP)?)?;
        }
        self.writer.write(left.take_groups(1)?)?;
        self.writer.finish()
    }
}

impl Pending {
    fn add(&mut self, rows: RecordBatch) {
        self.rows += rows.num_rows();
        self.batches.push(rows);
    }

    /// Takes pending rows, in groups of [`ROW_GROUP`], as long as there are `at_least` so many.
    fn take_groups(&mut self, at_least: usize) -> Result<Vec<RecordBatch>> {
        let Some(schema) = self.batches.first().map(RecordBatch::schema) else { return Ok(Vec::new()) };
        let rest = self.rows % ROW_GROUP;
        let left = if rest < at_least { split_last(&mut self.batches, rest)? } else { Vec::new() };
        let taken = std::mem::replace(&mut self.batches, left);
        self.rows = self.batches.iter().map(RecordBatch::num_rows).sum();
        if taken.is_empty() { Ok(Vec::new()) } else { Ok(in_groups(&concat_batches(&schema, &taken)?)) }
    }
}

/// Takes so many of the last rows away from the others. Before these are put together: whatever is, shares the texts of all, and
/// would keep every text ever written.
fn split_last(batches: &mut Vec<RecordBatch>, rows: usize) -> Result<Vec<RecordBatch>> {
    let (mut last, mut missing) = (Vec::new(), rows);
    while let Some(batch) = batches.pop_if(|_| missing > 0) {
        let (before, taken) = (batch.num_rows().saturating_sub(missing), batch.num_rows().min(missing));
        last.push(lean(batch.slice(before, taken))?);
        if before > 0 {
            batches.push(batch.slice(0, before));
        }
        missing -= taken;
    }
    last.reverse();
    Ok(last)
}

/// Rows in groups of [`ROW_GROUP`].
pub fn in_groups(rows: &RecordBatch) -> Vec<RecordBatch> {
    let begins = (0..rows.num_rows()).step_by(ROW_GROUP);
    begins.map(|begin| rows.slice(begin, ROW_GROUP.min(rows.num_rows() - begin))).collect()
}

/// Writes a whole table at once.
///
/// # Errors
/// As [`TableWriter`].
pub fn write_table(path: &Path, table: &'static Table, rows: &RecordBatch, sorted_by: &[&Column], footer: &Footer) -> Result<()> {
    let mut writer = TableWriter::create(path, table, sorted_by, footer)?;
    writer.write(in_groups(rows))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::small;
    use crate::schema::tables::FINDINGS_REPORT;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_said_and_is_not_our_bug() {
        let error = write_table(Path::new("/dev/full"), &FINDINGS_REPORT, &small::findings(&[]), &[], &Vec::new()).unwrap_err();
        assert_eq!(error.exit_code(), 2, "{error}");
        assert!(error.to_string().starts_with("/dev/full: cannot write: No space left on device"), "{error}");
    }

    #[test]
    fn rows_that_wait_do_not_hold_on_to_those_that_were_written() {
        let portion = |number: usize| {
            let texts = (0..=ROW_GROUP / 2).map(|row| Some(format!("{number}: a text that is too long for a view, {row}")));
            RecordBatch::try_from_iter([("text", Arc::new(texts.collect::<arrow::array::StringViewArray>()) as ArrayRef)]).unwrap()
        };
        let mut pending = Pending::default();
        let mut written = 0;
        for number in 0..9 {
            pending.add(portion(number));
            written += pending.take_groups(ROW_GROUP).unwrap().iter().map(RecordBatch::num_rows).sum::<usize>();
        }
        assert_eq!((written, pending.rows), (4 * ROW_GROUP, ROW_GROUP / 2 + 9));
        let held: usize = pending.batches.iter().map(RecordBatch::get_array_memory_size).sum();
        let of_two: usize = 2 * portion(0).get_array_memory_size();
        assert!(held < of_two, "{held} bytes are held for what takes {of_two}");
    }
}
