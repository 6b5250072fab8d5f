//! Parquet -> raw batches. The table is recognised by the names of its columns, as for sheets.
//!
//! A batch is read column by column. Its rows of which a value cannot be read are taken out of it, and become records one
//! by one, by the rules that hold for every format.
//!
//! ```text
//! footer   whether the file can be read, and the types to read its columns as
//! given    a column of whatever type, value by value
//! column   a column as its canonical column
//! ```

mod column;
mod footer;
mod given;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use arrow::array::{Array, ArrayRef, RecordBatch, TimestampMicrosecondArray, UInt32Array, UInt64Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{FieldRef, Schema};
use arrow::error::ArrowError;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use self::column::{Faulty, convert};
use self::footer::Texts;
use self::given::Values;
use super::headers::{self, Layout, Sought};
use super::part::{FileRecords, Part};
use super::raw::{TakeRelations, raw_schema};
use super::sheet::{Before, Days, TableOfSheet, end_of_table};
use super::value::{Given, Serials};
use crate::error::{Error, Result, panics_as_errors};
use crate::interrupt;
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::{Kind, Table, nulls};
use crate::text::{Message, errors as say};

/// Rows converted at once.
const BATCH_ROWS: usize = 65_536;
/// The entry of the footer that the files of `ingest` have.
const TOOL_VERSION: &str = "qianhe.tool_version";

/// Reads the table or list in the file.
pub fn read(
    (path, file): (&Path, u32),
    sought: Sought<'_>,
    looked_for: &Message,
    zone: &TimeZone,
    relations: Option<&dyn TakeRelations>,
) -> Result<FileRecords> {
    let footer = footer::read(path, Texts::Checked)?;
    let names: Vec<&str> = footer.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let layout = headers::recognise(&names, sought).map_err(|problem| {
        let (problem, remedy) = problem.explain(&names, looked_for, sought);
        Error::input(path, say::columns_found(Message::list(&names)), problem, remedy)
    })?;
    sought.own.meet(&layout);
    let used = used(&layout);
    footer::check_codecs(path, &footer, &used)?;
    let mut table = TableOfSheet::new(&layout, zone, Serials::Since1900);
    table.is_ingested = is_ingested(&footer);
    let relations = relations.filter(|_| layout.table.name == RELATIONS_TABLE.name);
    let (as_bytes, told) = (OnceLock::new(), OnceLock::new());
    let input = ParquetFile { path, file, footer: &footer, as_bytes, used, table, told, relations };
    let mut records = input.read_groups()?;
    records.tally.kind = format!("parquet: {}", layout.table.name);
    records.tally.unused_columns.clone_from(&layout.unused);
    end_of_table(path, &mut records, layout.table, Before::default())?;
    Ok(records)
}

/// The columns that are read, in the order of the file.
fn used(layout: &Layout) -> Vec<usize> {
    let tags = layout.tag_groups.iter().map(|(place, _)| *place);
    let mut used: Vec<usize> =
        layout.places.iter().flatten().copied().chain(tags).chain(layout.group_of_contact).collect();
    used.sort_unstable();
    used.dedup();
    used
}

/// Whether `ingest` wrote the file.
fn is_ingested(footer: &ArrowReaderMetadata) -> bool {
    let entries = footer.metadata().file_metadata().key_value_metadata();
    entries.is_some_and(|entries| entries.iter().any(|entry| entry.key == TOOL_VERSION))
}

struct ParquetFile<'f> {
    path: &'f Path,
    file: u32,
    footer: &'f ArrowReaderMetadata,
    /// The same with bytes instead of texts, once that is needed.
    as_bytes: OnceLock<ArrowReaderMetadata>,
    used: Vec<usize>,
    table: TableOfSheet<'f>,
    /// The table, told which part of `5/2/2026` is the day, once that is needed.
    told: OnceLock<TableOfSheet<'f>>,
    relations: Option<&'f dyn TakeRelations>,
}

/// The columns of a batch by their place in the file.
type Columns<'b> = BTreeMap<usize, &'b ArrayRef>;

/// The rows of a row group that were not handed over, and what is counted of all of them.
struct RowGroup {
    rows: u64,
    handed_over: u64,
    batches: Vec<RecordBatch>,
    part: Part,
}

/// Row groups that are done, which join the file in their order.
#[derive(Default)]
struct InOrder {
    records: FileRecords,
    next: usize,
    waiting: BTreeMap<usize, RowGroup>,
}

impl InOrder {
    fn add(&mut self, group: usize, read: RowGroup, table: &Table) -> Result<()> {
        self.waiting.insert(group, read);
        while let Some(read) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.records.append(read.part)?;
            self.records.handed_over += read.handed_over;
            self.records.tables.entry(table.name).or_default().extend(read.batches);
        }
        Ok(())
    }
}

/// The rows of a row group, read column by column or all at once.
struct Batches(Vec<ParquetRecordBatchReader>);

impl Batches {
    /// Columns of a few row groups are read side by side too. (Not stretches of rows: a column may be a single page, that each
    /// of them would unpack.)
    fn open(
        input: &ParquetFile<'_>,
        footer: &ArrowReaderMetadata,
        columns: &[usize],
        group: usize,
        first: u64,
    ) -> Result<Self> {
        let together = if input.has_few_groups() { 1 } else { columns.len().max(1) };
        let readers = columns.chunks(together).map(|columns| {
            let mask = ProjectionMask::roots(footer.parquet_schema(), columns.iter().copied());
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(footer::open(input.path)?, footer.clone())
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_offset(first as usize)
                .with_batch_size(BATCH_ROWS);
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

/// The columns of all parts, which have the same rows.
fn one_batch(parts: &[RecordBatch]) -> std::result::Result<RecordBatch, ArrowError> {
    let fields: Vec<FieldRef> = parts.iter().flat_map(|part| part.schema_ref().fields().iter().cloned()).collect();
    let columns = parts.iter().flat_map(|part| part.columns().iter().cloned()).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

impl ParquetFile<'_> {
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
        let footer = footer::read(self.path, Texts::Bytes)?;
        Ok(self.as_bytes.get_or_init(|| footer))
    }

    /// The table, told by its columns of times which part of `5/2/2026` is the day.
    fn told(&self) -> Result<&TableOfSheet<'_>> {
        if let Some(table) = self.told.get() {
            return Ok(table);
        }
        let times: Vec<usize> =
            self.table.times().map(|(_, place)| place).collect::<BTreeSet<_>>().into_iter().collect();
        let mut days = Days::default();
        for (group, _) in self.row_groups() {
            let mut batches = Batches::open(self, self.as_bytes()?, &times, group, 0)?;
            while let Some(batch) = batches.next() {
                interrupt::check()?;
                let batch = batch.map_err(|error| footer::damaged(self.path, &error))?;
                let values: BTreeMap<usize, Values> =
                    times.iter().copied().zip(batch.columns().iter().map(Values::of)).collect();
                (0..batch.num_rows()).for_each(|row| days.look_at(&self.table, |place| values[&place].text(row)));
            }
        }
        let mut table = self.table;
        days.tell(&mut table);
        Ok(self.told.get_or_init(|| table))
    }

    /// Row groups are independent of each other; the rows before each are known.
    fn read_groups(&self) -> Result<FileRecords> {
        let done = Mutex::new(InOrder::default());
        // Begun in order, so that few of them wait for one before them.
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

    /// Reads a row group, batch by batch; relations are handed over at once.
    fn read_group(&self, group: usize, before: u64) -> Result<RowGroup> {
        let mut batches = Batches::open(self, self.footer, &self.used, group, 0)?;
        let mut read = RowGroup { rows: 0, handed_over: 0, batches: Vec::new(), part: Part::new(self.file) };
        let mut texts = Texts::Checked;
        let mut next = batches.next();
        while let Some(batch) = next {
            interrupt::check()?;
            let batch = match batch {
                Ok(batch) => batch,
                // It may be a text that is not UTF-8.
                Err(_) if texts == Texts::Checked => {
                    texts = Texts::Bytes;
                    batches = Batches::open(self, self.as_bytes()?, &self.used, group, read.rows)?;
                    next = batches.next();
                    continue;
                }
                Err(error) => return Err(footer::damaged(self.path, &error)),
            };
            let mut take = || self.add(&mut read, &batch, before);
            let taken;
            // What has been read is put into its place while the next is read, if all threads are not busy with groups anyway:
            // who waits for a part of one would begin another.
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

    /// Whether there are fewer row groups than threads; many writers make one of a million rows.
    fn has_few_groups(&self) -> bool {
        self.footer.metadata().num_row_groups() < rayon::current_num_threads()
    }

    fn add(&self, read: &mut RowGroup, batch: &RecordBatch, before: u64) -> Result<()> {
        let columns: Columns<'_> = self.used.iter().copied().zip(batch.columns()).collect();
        let rows = batch.num_rows();
        let told = self.told.get();
        let mut table = told.unwrap_or(&self.table);
        let (mut arrays, mut faulty) = converted(table, &columns, rows);
        if faulty.asks_for_days && told.is_none() {
            table = self.told()?;
            (arrays, faulty) = converted(table, &columns, rows);
        }
        mark_lacking(table.layout.table, &arrays, &mut faulty.rows);
        mark_tag_groups(table.layout, &columns, &mut faulty.rows);
        arrays.extend(self.provenance(rows, before + read.rows + 1));
        let mut good = RecordBatch::try_new(raw_schema(table.layout.table), arrays)?;
        if faulty.rows.contains(&true) {
            good = filter_record_batch(&good, &faulty.rows.iter().map(|faulty| !faulty).collect::<Vec<bool>>().into())?;
        }
        self.hand_over(read, good)?;
        add_faulty(table, read, &columns, &faulty.rows, before);
        for rows in read.part.take_rows(before)? {
            self.hand_over(read, rows)?;
        }
        read.rows += rows as u64;
        Ok(())
    }

    fn hand_over(&self, read: &mut RowGroup, rows: RecordBatch) -> Result<()> {
        match self.relations {
            _ if rows.num_rows() == 0 => Ok(()),
            Some(relations) => {
                read.handed_over += rows.num_rows() as u64;
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

/// The columns of a batch as those of the table, and the rows that cannot be read so.
fn converted(table: &TableOfSheet<'_>, columns: &Columns<'_>, rows: usize) -> (Vec<ArrayRef>, Faulty) {
    let mut faulty = Faulty::new(rows);
    let arrays =
        table.layout.places.iter().enumerate().map(|(at, place)| match place.and_then(|place| columns.get(&place)) {
            Some(array) => convert(array, table, at, &mut faulty),
            None => nulls(&table.layout.table.columns[at].column.kind.arrow_type(), rows),
        });
    (arrays.collect(), faulty)
}

/// Makes records of the faulty rows, and counts the others.
fn add_faulty(table: &TableOfSheet<'_>, read: &mut RowGroup, columns: &Columns<'_>, faulty: &[bool], before: u64) {
    let mut good = 0;
    let mut values: Option<BTreeMap<usize, Values>> = None;
    for (row, faulty) in faulty.iter().enumerate() {
        if !faulty {
            good += 1;
            continue;
        }
        read.part.count_rows(table.layout.table, std::mem::take(&mut good));
        let values =
            values.get_or_insert_with(|| columns.iter().map(|(place, array)| (*place, Values::of(array))).collect());
        let number = before + read.rows + row as u64 + 1;
        let place =
            |field: &str| if field.is_empty() { format!("row {number}") } else { format!("row {number}, {field}") };
        let cell = |place: usize, _| values.get(&place).map_or(Given::Nothing, |values| values.at(row));
        // It asks for nothing: the columns were asked already.
        let _ = table.read_row(&mut read.part, &place, cell);
    }
    read.part.count_rows(table.layout.table, good);
}

/// Marks the rows that lack a key of the table.
fn mark_lacking(table: &Table, columns: &[ArrayRef], faulty: &mut [bool]) {
    for keys in table.identity {
        let keys: Vec<&ArrayRef> = keys.iter().filter_map(|key| table.position(key)).map(|at| &columns[at]).collect();
        if keys.iter().any(|key| key.null_count() == 0) {
            continue;
        }
        for (row, faulty) in faulty.iter_mut().enumerate() {
            *faulty |= keys.iter().all(|key| key.is_null(row));
        }
    }
}

/// Marks the rows with tags in columns of their own, as the console exports them: they are put together row by row.
fn mark_tag_groups(layout: &Layout, columns: &Columns<'_>, faulty: &mut [bool]) {
    for array in layout.tag_groups.iter().filter_map(|(place, _)| columns.get(place)) {
        let nulls = array.logical_nulls();
        for (row, faulty) in faulty.iter_mut().enumerate() {
            *faulty |= nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        }
    }
}

#[cfg(test)]
mod tests;
