//! Parquet -> raw batches. The table is recognised by the names of its columns, as for sheets.
//!
//! A batch is converted column by column. Rows with a value that cannot be read are filtered out, and read as records
//! one by one, by the rules of every format.
//!
//! ```text
//! bounds   what it would take to decode, before it is decoded (compact: the protocol of footer and page headers)
//! footer   whether the file can be read, and the types to read its columns as
//! values   a column of any type, value by value
//! column   a column as its canonical column
//! faulty   the rows of a batch that are read one by one
//! ```

mod bounds;
mod column;
mod compact;
mod faulty;
mod footer;
mod values;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use ::parquet::file::reader::Length;
use arrow::array::{ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray, UInt32Array, UInt64Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, FieldRef, Schema};
use arrow::error::ArrowError;
use jiff::tz::TimeZone;
use rayon::prelude::*;

pub use self::bounds::check_schema;
use self::faulty::{Columns, Values, converted, mark, text_of, values_of};
use self::footer::TextValidation;
use self::values::ColumnValues;
use super::headers::{self, ExpectedTables, HeaderMapping, TableLayout};
use super::open_file::OpenFile;
use super::raw::{RelationSink, raw_schema};
use super::records::{FileRecords, PartRecords, field_at};
use super::table::{DayOrders, TableReader, is_blank};
use super::table_end::{CountsBefore, end_of_table};
use super::value::{ExcelEpoch, RawValue};
use crate::error::{Error, Result, panics_as_errors};
use crate::interrupt;
use crate::limits::expands_too_far;
use crate::schema::fields::EXTERNAL_USERID;
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::{Kind, Table};
use crate::text::{Message, errors as say};

/// Rows converted at once, at most.
const BATCH_ROWS: usize = 65_536;
/// The footer entry of files that `qianhe ingest` wrote.
const TOOL_VERSION: &str = "qianhe.tool_version";

/// Reads the footer: the number of rows and the columns.
pub fn footer(path: &Path, file: &OpenFile) -> Result<ArrowReaderMetadata> {
    footer::read((path, file), TextValidation::ByPage)
}

/// Reads the table or list in the file.
pub fn read(
    (path, file, open): (&Path, u32, OpenFile),
    expected: ExpectedTables<'_>,
    looked_for: &Message,
    zone: &TimeZone,
    relations: Option<&dyn RelationSink>,
) -> Result<FileRecords> {
    let footer = footer(path, &open)?;
    let names: Vec<&str> = footer.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let (is_ingested, no_mapping) = (is_ingested(&footer), HeaderMapping::none());
    // The user's own headers are those of the dumps.
    let expected = if is_ingested { ExpectedTables { own: &no_mapping, ..expected } } else { expected };
    let place = || say::columns_found(Message::list(&names));
    let layout = headers::recognise(&names, expected);
    if let Some(nested) = nested_columns(&footer, layout.as_ref().ok(), expected) {
        return Err(Error::input(
            path,
            place(),
            say::nested_columns(Message::list(nested)),
            say::NESTED_COLUMNS_REMEDY,
        ));
    }
    let layout = layout.map_err(|problem| {
        let (problem, remedy) = problem.explain(&names, looked_for, expected);
        Error::input(path, place(), problem, remedy)
    })?;
    expected.own.mark_used(&layout);
    let used = used(&layout);
    footer::check_codecs(path, &footer, &used)?;
    let bytes = open.len();
    let most = relations.map_or(u64::MAX, RelationSink::batch_rows).min(BATCH_ROWS as u64);
    let batch_rows = bounds::check_pages(path, &open, &footer, &used, most)? as usize;
    let mut table = TableReader::new(&layout, zone, ExcelEpoch::Since1900).with_userid_words(expected.userid_words);
    table.is_ingested = is_ingested;
    let relations = relations.filter(|_| layout.table.name == RELATIONS_TABLE.name);
    let (as_bytes, with_days) = (OnceLock::new(), OnceLock::new());
    let decoded = AtomicU64::new(0);
    let input = ParquetInput {
        path,
        file,
        open,
        bytes,
        decoded,
        batch_rows,
        footer: &footer,
        as_bytes,
        used,
        table,
        with_days,
        relations,
    };
    let mut records = input.read_groups()?;
    records.tally.set_tables("parquet", layout.table.name);
    records.tally.is_ingested = is_ingested;
    records.tally.unused_columns.clone_from(&layout.unused);
    end_of_table((path, say::FILE.into()), &mut records, layout.table, CountsBefore::default())?;
    Ok(records)
}

/// Returns the columns of a table that are fields of others, as the API nests them: all of them where the file is no
/// table without, else those that decide.
fn nested_columns(
    footer: &ArrowReaderMetadata,
    found: Option<&TableLayout>,
    expected: ExpectedTables<'_>,
) -> Option<Vec<String>> {
    let mut names: Vec<String> = footer.schema().fields().iter().map(|field| field.name().clone()).collect();
    let own = names.len();
    for field in footer.schema().fields() {
        let mut kind = field.data_type();
        while let DataType::List(item) | DataType::LargeList(item) = kind {
            kind = item.data_type();
        }
        let DataType::Struct(fields) = kind else { continue };
        for name in fields.iter().map(|of| format!("{}.{}", field.name(), of.name())) {
            let is_new = |layout: &TableLayout| {
                let at = layout.positions.iter().position(|place| *place == Some(names.len()));
                at.is_some_and(|at| found.is_none_or(|found| found.lacks(layout, at)))
            };
            let with = || headers::recognise(&[&names[..], std::slice::from_ref(&name)].concat(), expected);
            if headers::is_field(&name) && (found.is_none() || with().is_ok_and(|layout| is_new(&layout))) {
                names.push(name);
            }
        }
    }
    let is_table = names.len() > own && headers::recognise(&names, expected).is_ok();
    is_table.then(|| names.split_off(own))
}

/// The columns that are read, in the order of the file.
fn used(layout: &TableLayout) -> Vec<usize> {
    let tags = layout.tag_groups.iter().map(|(place, _)| *place);
    let mut used: Vec<usize> =
        layout.positions.iter().flatten().copied().chain(tags).chain(layout.contact_group).collect();
    used.sort_unstable();
    used.dedup();
    used
}

/// Returns whether `qianhe ingest` wrote the file.
fn is_ingested(footer: &ArrowReaderMetadata) -> bool {
    let entries = footer.metadata().file_metadata().key_value_metadata();
    entries.is_some_and(|entries| entries.iter().any(|entry| entry.key == TOOL_VERSION))
}

struct ParquetInput<'f> {
    path: &'f Path,
    file: u32,
    /// Bytes of the file.
    bytes: u64,
    /// Bytes of texts that were decoded, each counted in every row that has it.
    decoded: AtomicU64,
    /// Rows decoded at once.
    batch_rows: usize,
    open: OpenFile,
    footer: &'f ArrowReaderMetadata,
    /// The footer with bytes in place of texts, once needed.
    as_bytes: OnceLock<ArrowReaderMetadata>,
    used: Vec<usize>,
    table: TableReader<'f>,
    /// The table with the order of day and month of its columns, once needed.
    with_days: OnceLock<TableReader<'f>>,
    relations: Option<&'f dyn RelationSink>,
}

/// A row group that was read: its counts, and the rows that no sink has taken.
struct RowGroupRead {
    rows: u64,
    flushed_relations: u64,
    batches: Vec<RecordBatch>,
    part: PartRecords,
}

/// Merges row groups in their order, whatever the order in which they are done.
#[derive(Default)]
struct RowGroupMerger {
    records: FileRecords,
    next: usize,
    waiting: BTreeMap<usize, RowGroupRead>,
}

impl RowGroupMerger {
    fn add(&mut self, group: usize, read: RowGroupRead, table: &Table) -> Result<()> {
        self.waiting.insert(group, read);
        while let Some(read) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.records.append(read.part)?;
            self.records.flushed_relations += read.flushed_relations;
            self.records.tables.entry(table.name).or_default().extend(read.batches);
        }
        Ok(())
    }
}

/// Readers of a row group, for one column each or for all.
struct Batches(Vec<ParquetRecordBatchReader>);

impl Batches {
    /// Columns of files with few row groups are read in parallel. (Not ranges of rows: a column may be a single page,
    /// which each of them would decompress.)
    fn open(
        input: &ParquetInput<'_>,
        footer: &ArrowReaderMetadata,
        columns: &[usize],
        group: usize,
        first: u64,
    ) -> Result<Self> {
        let together = if input.has_few_groups() { 1 } else { columns.len().max(1) };
        let readers = columns.chunks(together).map(|columns| {
            let mask = ProjectionMask::roots(footer.parquet_schema(), columns.iter().copied());
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(input.open.clone(), footer.clone())
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_offset(first as usize)
                .with_batch_size(input.batch_rows);
            let reader = panics_as_errors(|| reader.build()).map_err(|panic| footer::damaged(input.path, &panic))?;
            reader.map_err(|error| footer::damaged(input.path, &error))
        });
        Ok(Self(readers.collect::<Result<_>>()?))
    }

    /// The next rows, with all columns. Columns of different length are an error.
    fn next(&mut self) -> Option<std::result::Result<RecordBatch, ArrowError>> {
        let next = |reader: &mut ParquetRecordBatchReader| {
            panics_as_errors(|| reader.next()).unwrap_or_else(|panic| Some(Err(ArrowError::ParquetError(panic))))
        };
        let read: Vec<_> = self.0.par_iter_mut().map(next).collect();
        if read.iter().all(Option::is_none) {
            return None;
        }
        let ended = || ArrowError::ParquetError("a column ends before the others".to_owned());
        let parts = read.into_iter().map(|part| part.unwrap_or_else(|| Err(ended())));
        Some(parts.collect::<std::result::Result<Vec<_>, _>>().and_then(|parts| one_batch(&parts)))
    }
}

/// Joins the columns of batches with the same rows.
fn one_batch(parts: &[RecordBatch]) -> std::result::Result<RecordBatch, ArrowError> {
    let fields: Vec<FieldRef> = parts.iter().flat_map(|part| part.schema_ref().fields().iter().cloned()).collect();
    let columns = parts.iter().flat_map(|part| part.columns().iter().cloned()).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

impl ParquetInput<'_> {
    /// Each row group, with the number of rows before it.
    fn row_groups(&self) -> Vec<(usize, u64)> {
        let groups = self.footer.metadata().row_groups().iter();
        let rows = groups.map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
        rows.scan(0, |before, rows| Some(std::mem::replace(before, *before + rows))).enumerate().collect()
    }

    fn as_bytes(&self) -> Result<&ArrowReaderMetadata> {
        if let Some(footer) = self.as_bytes.get() {
            return Ok(footer);
        }
        let footer = footer::read((self.path, &self.open), TextValidation::ByValue)?;
        Ok(self.as_bytes.get_or_init(|| footer))
    }

    /// Reads the columns with times for the order of day and month, and returns the table with it.
    fn with_days(&self) -> Result<&TableReader<'_>> {
        if let Some(table) = self.with_days.get() {
            return Ok(table);
        }
        let times: Vec<usize> =
            self.table.times().map(|(_, place)| place).collect::<BTreeSet<_>>().into_iter().collect();
        let mut days = DayOrders::default();
        for (group, _) in self.row_groups() {
            let mut batches = Batches::open(self, self.as_bytes()?, &times, group, 0)?;
            while let Some(batch) = batches.next() {
                interrupt::check()?;
                let batch = batch.map_err(|error| footer::damaged(self.path, &error))?;
                let values: Values = times.iter().copied().zip(batch.columns().iter().map(ColumnValues::new)).collect();
                (0..batch.num_rows()).for_each(|row| days.update(&self.table, |place| values[&place].text(row)));
            }
        }
        let mut table = self.table;
        days.apply(&mut table);
        Ok(self.with_days.get_or_init(|| table))
    }

    /// Reads the row groups in parallel; the number of rows before each is known.
    fn read_groups(&self) -> Result<FileRecords> {
        let done = Mutex::new(RowGroupMerger::default());
        // Started in order, so that few of them wait for an earlier one.
        let groups = self.row_groups().into_iter().par_bridge();
        let failed = groups.filter_map(|(group, before)| {
            let read = self.read_group(group, before);
            let added = read.and_then(|read| {
                done.lock().unwrap_or_else(PoisonError::into_inner).add(group, read, self.table.layout.table)
            });
            added.err().map(|error| (group, error))
        });
        match failed.min_by_key(|(group, _)| *group) {
            Some((_, error)) => Err(error),
            None => Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner).records),
        }
    }

    /// Reads a row group, batch by batch; each batch of relations goes to the sink at once.
    fn read_group(&self, group: usize, before: u64) -> Result<RowGroupRead> {
        let mut batches = Batches::open(self, self.footer, &self.used, group, 0)?;
        let mut read =
            RowGroupRead { rows: 0, flushed_relations: 0, batches: Vec::new(), part: PartRecords::new(self.file) };
        let mut texts = TextValidation::ByPage;
        let mut next = batches.next();
        while let Some(batch) = next {
            interrupt::check()?;
            let batch = match batch {
                Ok(batch) => batch,
                // The page may have a text that is not UTF-8.
                Err(_) if texts == TextValidation::ByPage => {
                    texts = TextValidation::ByValue;
                    batches = Batches::open(self, self.as_bytes()?, &self.used, group, read.rows)?;
                    next = batches.next();
                    continue;
                }
                Err(error) => return Err(footer::damaged(self.path, &error)),
            };
            let take = || self.add_parts(&mut read, batch, before);
            let taken;
            // The next batch is read while this one is converted, unless all threads have a group: a thread that
            // waits in `join` would start another group.
            (taken, next) =
                if self.has_few_groups() { rayon::join(take, || batches.next()) } else { (take(), batches.next()) };
            taken?;
        }
        let promised = self.footer.metadata().row_group(group).num_rows();
        if u64::try_from(promised) != Ok(read.rows) {
            return Err(footer::damaged(self.path, &format!("row group {group}: {} rows of {promised}", read.rows)));
        }
        Ok(read)
    }

    /// Returns whether there are fewer row groups than threads. Many writers make groups of a million rows.
    fn has_few_groups(&self) -> bool {
        self.footer.metadata().num_row_groups() < rayon::current_num_threads()
    }

    /// Adds rows in parts of limited size: many rows may share a long text, which each gets a copy of.
    fn add_parts(&self, read: &mut RowGroupRead, batch: RecordBatch, before: u64) -> Result<()> {
        let texts = bounds::text_bytes(&batch);
        let decoded = self.decoded.fetch_add(texts, Ordering::Relaxed).saturating_add(texts);
        if expands_too_far(self.bytes, decoded) {
            return Err(bounds::expanded(self.path));
        }
        bounds::parts(batch, texts).iter().try_for_each(|part| self.add(read, part, before))
    }

    fn add(&self, read: &mut RowGroupRead, batch: &RecordBatch, before: u64) -> Result<()> {
        let columns: Columns<'_> = self.used.iter().copied().zip(batch.columns()).collect();
        let rows = batch.num_rows();
        let with_days = self.with_days.get();
        let mut table = with_days.unwrap_or(&self.table);
        let (mut arrays, mut faulty) = converted(table, &columns, rows);
        if faulty.need_day_order && with_days.is_none() {
            table = self.with_days()?;
            (arrays, faulty) = converted(table, &columns, rows);
        }
        mark(table, &arrays, &columns, &mut faulty.rows);
        arrays.extend(self.provenance(rows, before + read.rows + 1));
        let mut good = RecordBatch::try_new(raw_schema(table.layout.table), arrays)?;
        if faulty.rows.contains(&true) {
            good = filter_record_batch(&good, &faulty.rows.iter().map(|faulty| !faulty).collect::<Vec<bool>>().into())?;
        }
        self.count_customer_ids(read, &good);
        self.flush_relations(read, good)?;
        self.add_faulty(table, read, &columns, &faulty.rows, before)?;
        for rows in read.part.take_rows(before)? {
            self.flush_relations(read, rows)?;
        }
        read.rows += rows as u64;
        Ok(())
    }

    /// Reads the faulty rows as records, and counts the others.
    fn add_faulty(
        &self,
        table: &TableReader<'_>,
        read: &mut RowGroupRead,
        columns: &Columns<'_>,
        faulty: &[bool],
        before: u64,
    ) -> Result<()> {
        let mut good = 0;
        let values = OnceCell::new();
        for (row, faulty) in faulty.iter().enumerate() {
            if !faulty {
                good += 1;
                continue;
            }
            read.part.count_rows(table.layout.table, std::mem::take(&mut good));
            let values: &Values = values.get_or_init(|| values_of(columns));
            let number = before + read.rows + row as u64 + 1;
            let place = |field: &str| field_at(format_args!("row {number}"), field);
            let cell = |place: usize, _| values.get(&place).map_or(RawValue::Null, |values| values.at(row));
            // As in a sheet, where a row has no text in any column.
            let is_blank = table.layout.unused.is_empty() && values.values().all(|values| is_blank(&values.at(row)));
            let text = text_of(values, row);
            let texts = || values.keys().map(|place| text(*place));
            if !is_blank && !table.skip_row(&mut read.part, (self.path, || say::row(number)), &text, texts)? {
                // The order of day and month is known by now.
                let _ = table.read_row(&mut read.part, &place, cell);
            }
        }
        read.part.count_rows(table.layout.table, good);
        Ok(())
    }

    fn count_customer_ids(&self, read: &mut RowGroupRead, rows: &RecordBatch) {
        if self.table.layout.table.name == RELATIONS_TABLE.name {
            let ids = rows.column(const { RELATIONS_TABLE.position_of(&EXTERNAL_USERID) });
            ids.as_string_view().iter().flatten().for_each(|id| read.part.customer_ids.add(id));
        }
    }

    fn flush_relations(&self, read: &mut RowGroupRead, rows: RecordBatch) -> Result<()> {
        match self.relations {
            _ if rows.num_rows() == 0 => Ok(()),
            Some(relations) => {
                read.flushed_relations += rows.num_rows() as u64;
                relations.take(&rows)
            }
            None => {
                read.batches.push(rows);
                Ok(())
            }
        }
    }

    fn provenance(&self, rows: usize, first: u64) -> [ArrayRef; 3] {
        let fetched_at = TimestampMicrosecondArray::new_null(rows).with_data_type(Kind::Time.arrow_type());
        let records = UInt64Array::from_iter_values(first..first + rows as u64);
        [Arc::new(fetched_at), Arc::new(UInt32Array::from_value(self.file, rows)), Arc::new(records)]
    }
}

#[cfg(test)]
mod tests;
