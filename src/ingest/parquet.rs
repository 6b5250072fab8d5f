//! Parquet -> raw batches, column by column. The table is recognised by the names of its columns, as for sheets.

mod column;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, TimestampMicrosecondArray, UInt32Array, UInt64Array, new_null_array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, FieldRef, Schema};
use arrow::error::ArrowError;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use self::column::{Faulty, convert};
use super::part::FileRecords;
use super::raw::{Reject, TakeRelations, raw_schema};
use super::sheet::{self, Layout};
use super::values;
use crate::error::{Error, Result};
use crate::interrupt;
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::{Kind, Table};
use crate::text::{Message, errors as say};

/// Rows converted at once.
const BATCH_ROWS: usize = 65_536;
/// Rejects listed one by one; a column of the wrong type would list every row of the file.
const LISTED_REJECTS: usize = 1000;

/// Reads the table or list in the file.
pub fn read(
    (path, file): (&Path, u32),
    tables: &[&'static Table],
    looked_for: &Message,
    zone: &TimeZone,
    relations: Option<&dyn TakeRelations>,
) -> Result<FileRecords> {
    let metadata = with_views(ArrowReaderMetadata::load(&open(path)?, ArrowReaderOptions::new()).map_err(|error| damaged(path, &error))?);
    let names: Vec<&str> = metadata.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let layout = sheet::recognise(&names, tables).map_err(|problem| {
        let (problem, remedy) = problem.explain(looked_for);
        Error::input(path, say::columns_found(Message::list(&names)), problem, remedy)
    })?;
    let input = ParquetFile { path, file, layout: &layout, metadata: &metadata, names: &names, zone };
    let mut records = FileRecords::default();
    records.tally.kind = input.kind();
    records.add_whole_table(layout.table);
    // Row groups are independent of each other; the rows before each are known.
    let relations = relations.filter(|_| layout.table.name == RELATIONS_TABLE.name);
    let groups: Vec<Result<RowGroup>> =
        input.row_groups().into_par_iter().map(|(group, before)| input.read_group(group, before, relations)).collect();
    for group in groups {
        let group = group?;
        records.handed_over += if relations.is_some() { group.rows - group.rejected } else { 0 };
        let tally = &mut records.tally;
        tally.records_read += group.rows;
        tally.rejected += group.rejected;
        tally.pushed += group.rows - group.rejected;
        records.rejects.extend(group.rejects);
        records.tables.entry(layout.table.name).or_default().extend(group.batches);
    }
    records.list_rejects_up_to(LISTED_REJECTS);
    records.close_rejects();
    Ok(records)
}

/// Asks for texts as views of the pages that they are read from, so that none is copied. Where the reader knows no such
/// way the texts come as they come.
fn with_views(metadata: ArrowReaderMetadata) -> ArrowReaderMetadata {
    let fields: Vec<FieldRef> = metadata.schema().fields().iter().map(as_views).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).unwrap_or(metadata)
}

fn as_views(field: &FieldRef) -> FieldRef {
    let texts = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8);
    let is_text = match field.data_type() {
        DataType::Dictionary(_, values) => texts(values),
        kind => texts(kind),
    };
    if is_text { Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View)) } else { field.clone() }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(Error::io(path, say::CANNOT_OPEN))
}

fn damaged(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::input(path, say::FILE, say::parquet_cut_off(error), say::PARQUET_CUT_OFF_REMEDY)
}

struct ParquetFile<'f> {
    path: &'f Path,
    file: u32,
    layout: &'f Layout,
    metadata: &'f ArrowReaderMetadata,
    names: &'f [&'f str],
    zone: &'f TimeZone,
}

#[derive(Default)]
struct RowGroup {
    rows: u64,
    rejected: u64,
    rejects: Vec<Reject>,
    batches: Vec<RecordBatch>,
}

/// The rows of a row group, read column by column or all at once.
struct Batches(Vec<ParquetRecordBatchReader>);

impl Batches {
    /// The next rows, with all columns. Columns of different length are an error.
    fn next(&mut self) -> Option<std::result::Result<RecordBatch, ArrowError>> {
        let read: Vec<_> = self.0.par_iter_mut().map(ParquetRecordBatchReader::next).collect();
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
    fn kind(&self) -> String {
        let ignored: Vec<&str> = (0..self.names.len()).filter(|index| !self.layout.uses(*index)).map(|index| self.names[index]).collect();
        let name = self.layout.table.name;
        if ignored.is_empty() { format!("parquet: {name}") } else { format!("parquet: {name} (ignored columns: {})", ignored.join(", ")) }
    }

    /// Each row group, with the number of rows before it.
    fn row_groups(&self) -> Vec<(usize, u64)> {
        let groups = self.metadata.metadata().row_groups().iter();
        let rows = groups.map(|group| u64::try_from(group.num_rows()).unwrap_or(0));
        rows.scan(0, |before, rows| Some(std::mem::replace(before, *before + rows))).enumerate().collect()
    }

    /// Reads a row group, batch by batch; relations are handed over at once.
    fn read_group(&self, group: usize, before: u64, relations: Option<&dyn TakeRelations>) -> Result<RowGroup> {
        let mut batches = self.open_group(group)?;
        let mut read = RowGroup::default();
        let mut next = batches.next();
        while let Some(batch) = next {
            interrupt::check()?;
            let batch = batch.map_err(|error| damaged(self.path, &error))?;
            let mut take = || {
                self.add(&mut read, &batch, before)?;
                relations.map_or(Ok(()), |relations| read.batches.drain(..).try_for_each(|rows| relations.take(&rows)))
            };
            let taken;
            // What has been read is put into its place while the next is read, if all threads are not busy with groups anyway:
            // who waits for a part of one would begin another.
            (taken, next) = if self.has_few_groups() { rayon::join(take, || batches.next()) } else { (take(), batches.next()) };
            taken?;
        }
        let promised = self.metadata.metadata().row_group(group).num_rows();
        if u64::try_from(promised) != Ok(read.rows) {
            return Err(damaged(self.path, &format!("row group {group}: {} rows of {promised}", read.rows)));
        }
        Ok(read)
    }

    /// Whether there are fewer row groups than threads; many writers make one of a million rows.
    fn has_few_groups(&self) -> bool {
        self.metadata.metadata().num_row_groups() < rayon::current_num_threads()
    }

    /// Columns of a few row groups are read side by side too. (Not stretches of rows: a column may be a single page, that each
    /// of them would unpack.)
    fn open_group(&self, group: usize) -> Result<Batches> {
        let used: Vec<usize> = (0..self.names.len()).filter(|index| self.layout.uses(*index)).collect();
        let together = if self.has_few_groups() { 1 } else { used.len().max(1) };
        let readers = used.chunks(together).map(|columns| {
            let mask = ProjectionMask::roots(self.metadata.metadata().file_metadata().schema_descr(), columns.iter().copied());
            let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(open(self.path)?, self.metadata.clone())
                .with_projection(mask)
                .with_row_groups(vec![group])
                .with_batch_size(BATCH_ROWS);
            reader.build().map_err(|error| damaged(self.path, &error))
        });
        Ok(Batches(readers.collect::<Result<_>>()?))
    }

    fn add(&self, read: &mut RowGroup, batch: &RecordBatch, before: u64) -> Result<()> {
        let rows = batch.num_rows();
        let first = before + read.rows + 1;
        let mut faulty = Faulty::new(rows);
        let mut columns = Vec::new();
        for (slot, place) in self.layout.table.columns.iter().zip(&self.layout.places) {
            let column = match place.and_then(|at| batch.column_by_name(self.names[at])) {
                None => new_null_array(&slot.column.kind.arrow_type(), rows),
                Some(array) => {
                    convert(array, slot.column, self.zone, &mut faulty).map_err(|problem| self.wrong_type(slot.column.name, problem))?
                }
            };
            if values::is_needed(slot.column, slot.required) {
                faulty.mark_nulls(&[&column], slot.column.name);
            }
            columns.push(column);
        }
        self.check_one_of(&columns, &mut faulty);
        read.rows += rows as u64;
        read.rejected += faulty.count() as u64;
        let room = LISTED_REJECTS.saturating_sub(read.rejects.len());
        read.rejects.extend(faulty.iter().take(room).map(|(row, column, reason)| {
            let record = first + row as u64;
            Reject { file: self.file, record, place: format!("row {record}, {column}"), reason: reason.to_owned() }
        }));
        columns.extend(self.provenance(rows, first));
        let batch = RecordBatch::try_new(raw_schema(self.layout.table), columns)?;
        read.batches.push(if faulty.count() == 0 { batch } else { filter_record_batch(&batch, &faulty.keep())? });
        Ok(())
    }

    fn check_one_of(&self, columns: &[ArrayRef], faulty: &mut Faulty) {
        let table = self.layout.table;
        let one_of = values::needs_one_of(table);
        let arrays: Vec<&ArrayRef> = one_of.iter().filter_map(|column| table.position(column)).map(|at| &columns[at]).collect();
        if !arrays.is_empty() {
            let names: Vec<&str> = one_of.iter().map(|column| column.name).collect();
            faulty.mark_nulls(&arrays, &names.join(" or "));
        }
    }

    fn provenance(&self, rows: usize, first: u64) -> [ArrayRef; 3] {
        let fetched_at = TimestampMicrosecondArray::new_null(rows).with_data_type(Kind::Time.arrow_type());
        let records = UInt64Array::from_iter_values(first..first + rows as u64);
        [Arc::new(fetched_at), Arc::new(UInt32Array::from_value(self.file, rows)), Arc::new(records)]
    }

    fn wrong_type(&self, column: &str, problem: Message) -> Error {
        Error::input(self.path, say::column(column), problem, say::WRONG_TYPE_REMEDY)
    }
}

impl Faulty {
    fn keep(&self) -> BooleanArray {
        self.good().collect::<Vec<bool>>().into()
    }
}

#[cfg(test)]
mod tests;
