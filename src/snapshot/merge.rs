//! Merges duplicates: raw rows -> one row per key, sorted by it, with the number of copies merged.
//!
//! Each field comes from the newest copy in which it is filled: the later `fetched_at`, else the later in file order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, Int64Array, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder,
    TimestampMicrosecondArray, UInt32Array, UInt64Array,
};
use arrow::buffer::NullBuffer;
use arrow::compute::{concat, take};
use arrow::datatypes::{Int64Type, SchemaRef};
use rayon::prelude::*;

use super::fold::{Fold, Run};
use super::keys::TableKey;
use crate::error::{Error, Result};
use crate::ingest::raw::{FETCHED_AT, FILE, RECORD, raw_schema};
use crate::schema::{Table, fields, nulls, value_at};
use crate::sort_keys::abbreviated_keys;

/// A table at its grain.
pub struct MergedTable {
    /// One row per key, sorted by it, in the columns of the table.
    pub rows: RecordBatch,
    /// Records merged into another row, by index of their file.
    pub duplicates: HashMap<u32, u64>,
    /// Rows that occur in echoes only.
    pub echo_rows: u64,
    /// Whether the batches were sorted and without duplicates already.
    pub was_in_order: bool,
    /// By account, rows without an id beside as many with one: they may be the same, and nothing decides.
    pub left_over: BTreeMap<String, u64>,
    /// Rows without an id whose fallback key occurs more than once in their file.
    pub alike: u64,
}

/// Merges raw batches of `table`. The rows of `echoes` repeat rows of another table: they add keys that occur nowhere
/// else, lose every conflict, and are not counted. `folds`: rows without an id are joined to rows with one; not those
/// that `ingest` wrote, which joined them.
///
/// # Errors
/// [`Error::Bug`] if the batches do not have the table's raw schema, or exceed 4 billion rows.
pub fn merge(
    table: &'static Table,
    batches: &[RecordBatch],
    echoes: &[RecordBatch],
    files: &[String],
    folds: bool,
) -> Result<MergedTable> {
    let counted: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let all = concatenated(&raw_schema(table), &batches.iter().chain(echoes).collect::<Vec<_>>())?;
    if u32::try_from(all.num_rows()).is_err() {
        return Err(Error::Bug(format!("{}: more than {} rows at once", table.name, u32::MAX)));
    }
    let copies = Copies::new(table, &all, counted)?;
    let fold = if folds { Fold::new(table, &all)? } else { None };
    if fold.is_none() && copies.are_in_order() {
        return Ok(MergedTable {
            rows: as_merged(table, &all, files)?,
            duplicates: HashMap::new(),
            echo_rows: (all.num_rows() - counted) as u64,
            was_in_order: true,
            left_over: BTreeMap::new(),
            alike: 0,
        });
    }
    let (mut order, mut runs) = copies.sorted();
    let alike = copies.alike(&order, &runs);
    let left_over = fold.map(|fold| fold.fold(&mut order, &mut runs)).unwrap_or_default();
    let duplicates = copies.duplicates(&order, &runs);
    let winners: UInt32Array = runs.iter().map(|&(_, end)| order[end - 1]).collect();
    let has_copies = runs.len() < order.len();
    // Each column is dropped once it is taken, so that its memory is reused for the next one.
    let unreadable = table.position(&fields::UNREADABLE);
    let columns = all.into_parts().1.into_iter().take(table.columns.len()).enumerate().map(|(place, array)| {
        if array.null_count() == array.len() {
            return Ok(nulls(array.data_type(), winners.len()));
        }
        if Some(place) == unreadable {
            return Ok(unreadable_in_any(&array, &order, &runs));
        }
        let nulls = array.nulls().filter(|nulls| has_copies && nulls.null_count() > 0);
        let newest = nulls.map(|nulls| Copies::newest_filled(nulls, &order, &runs));
        take(&array, newest.as_ref().unwrap_or(&winners), None)
    });
    let columns = columns.collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    let rows = RecordBatch::try_new(table.arrow_schema(), columns)?;
    let rows = copies.provenances.with_provenance(table, rows, Some(&winners), files)?;
    let echo_rows = winners.values().iter().filter(|&&row| row as usize >= counted).count() as u64;
    Ok(MergedTable { rows, duplicates, echo_rows, was_in_order: false, left_over, alike })
}

/// Converts raw rows that are sorted and without duplicates, as [`merge`] would.
///
/// # Errors
/// [`Error::Bug`] if they do not have the table's raw schema.
pub fn as_merged(table: &'static Table, raw: &RecordBatch, files: &[String]) -> Result<RecordBatch> {
    let rows = RecordBatch::try_new(table.arrow_schema(), raw.columns()[..table.columns.len()].to_vec())?;
    Provenances::new(raw)?.with_provenance(table, rows, None, files)
}

/// Unites the names of unreadable fields of all copies: if they had been readable, another copy might have won.
fn unreadable_in_any(lists: &ArrayRef, order: &[u32], runs: &[Run]) -> ArrayRef {
    let lists = lists.as_list::<i32>();
    let mut merged = ListBuilder::new(StringViewBuilder::new());
    for &(begin, end) in runs {
        let filled = order[begin..end].iter().map(|&row| row as usize).filter(|&row| lists.is_valid(row));
        let values: Vec<ArrayRef> = filled.map(|row| lists.value(row)).collect();
        let names: BTreeSet<&str> = values.iter().flat_map(|values| values.as_string_view().iter().flatten()).collect();
        for name in &names {
            merged.values().append_value(name);
        }
        merged.append(!names.is_empty());
    }
    Arc::new(merged.finish())
}

/// Concatenates batches. Columns of nulls are not copied.
fn concatenated(schema: &SchemaRef, batches: &[&RecordBatch]) -> Result<RecordBatch> {
    let rows = batches.iter().map(|batch| batch.num_rows()).sum();
    let column = |n: usize| {
        let arrays: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(n).as_ref()).collect();
        let is_null = arrays.iter().all(|array| array.null_count() == array.len());
        if is_null { Ok(nulls(schema.field(n).data_type(), rows)) } else { concat(&arrays) }
    };
    let columns = (0..schema.fields().len()).map(column).collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    Ok(RecordBatch::try_new(schema.clone(), columns)?)
}

/// All copies of all rows, with their keys and ages.
struct Copies {
    key: TableKey,
    rows: usize,
    /// Rows from here on are echoes.
    counted: usize,
    fetched_at: Int64Array,
    provenances: Provenances,
}

impl Copies {
    fn new(table: &Table, all: &RecordBatch, counted: usize) -> Result<Self> {
        let fetched_at: &TimestampMicrosecondArray = provenance(all, FETCHED_AT)?;
        Ok(Self {
            key: TableKey::new(table, all)?,
            rows: all.num_rows(),
            counted,
            fetched_at: fetched_at.reinterpret_cast::<Int64Type>(),
            provenances: Provenances::new(all)?,
        })
    }

    /// Whether the rows are sorted by their key and without duplicates.
    fn are_in_order(&self) -> bool {
        (1..self.rows).all(|i| self.key.compare(i - 1, &self.key, i).is_lt())
    }

    /// Sorts row numbers by key, copies of one key from the oldest to the newest. Returns them with the run of each
    /// key. Texts are compared only where abbreviated keys are equal.
    fn sorted(&self) -> (Vec<u32>, Vec<Run>) {
        let mut entries = abbreviated_entries(&self.key, self.rows);
        entries.par_sort_unstable();
        let mut order: Vec<u32> = entries.iter().map(|entry| *entry as u32).collect();
        let mut runs = Vec::with_capacity(order.len());
        let mut end = 0;
        for alike in entries.chunk_by(|a, b| a >> ROW_BITS == b >> ROW_BITS) {
            let mut begin = end;
            end += alike.len();
            let rows = &mut order[begin..end];
            let compare = |i: u32, j: u32| self.key.compare(i as usize, &self.key, j as usize);
            if rows[1..].iter().any(|&row| compare(rows[0], row).is_ne()) {
                rows.par_sort_by(|&i, &j| compare(i, j));
                for copies in rows.chunk_by_mut(|&i, &j| compare(i, j).is_eq()) {
                    copies.sort_unstable_by_key(|&row| self.age(row as usize));
                    runs.push((begin, begin + copies.len()));
                    begin += copies.len();
                }
            } else {
                rows.sort_unstable_by_key(|&row| self.age(row as usize));
                runs.push((begin, end));
            }
        }
        (order, runs)
    }

    /// Sort key of the copies of one key, the oldest first; echoes are older than all others.
    fn age(&self, i: usize) -> (bool, Option<i64>, u32, u64) {
        let (file, record) = self.provenances.of_row(i);
        (i < self.counted, value_at(&self.fetched_at, i), file, record)
    }

    /// Counts copies without an id in one file: no file lists a relation twice, so they may be two.
    fn alike(&self, order: &[u32], runs: &[Run]) -> u64 {
        let without_id = runs.iter().filter(|run| self.key.has_no_id(order[run.0] as usize));
        let of_one_file = |pair: &[u32]| {
            self.provenances.file.value(pair[0] as usize) == self.provenances.file.value(pair[1] as usize)
        };
        without_id
            .map(|&(begin, end)| order[begin..end].windows(2).filter(|pair| of_one_file(pair)).count() as u64)
            .sum()
    }

    fn duplicates(&self, order: &[u32], runs: &[Run]) -> HashMap<u32, u64> {
        let mut duplicates = HashMap::new();
        for &(begin, end) in runs {
            for &row in &order[begin..end - 1] {
                if (row as usize) < self.counted {
                    *duplicates.entry(self.provenances.file.value(row as usize)).or_default() += 1;
                }
            }
        }
        duplicates
    }

    /// Finds the newest copy in which a column with these nulls is filled, for each run; the newest of all where none
    /// is.
    fn newest_filled(nulls: &NullBuffer, order: &[u32], runs: &[Run]) -> UInt32Array {
        let newest = runs.iter().map(|&(begin, end)| {
            let newest = order[end - 1];
            if end - begin == 1 || nulls.is_valid(newest as usize) {
                return newest;
            }
            order[begin..end].iter().rev().copied().find(|&row| nulls.is_valid(row as usize)).unwrap_or(newest)
        });
        UInt32Array::from_iter_values(newest)
    }
}

/// File and record of raw rows.
pub struct Provenances {
    file: UInt32Array,
    record: UInt64Array,
}

fn provenance<'r, A: 'static>(raw: &'r RecordBatch, column: &str) -> Result<&'r A> {
    let array = raw.column_by_name(column).and_then(|array| array.as_any().downcast_ref());
    array.ok_or_else(|| Error::Bug(format!("raw rows without {column}")))
}

impl Provenances {
    /// # Errors
    /// [`Error::Bug`] if the rows are not raw.
    pub fn new(raw: &RecordBatch) -> Result<Self> {
        let (file, record): (&UInt32Array, &UInt64Array) = (provenance(raw, FILE)?, provenance(raw, RECORD)?);
        Ok(Self { file: file.clone(), record: record.clone() })
    }

    /// Returns file and record of a row.
    pub fn of_row(&self, row: usize) -> (u32, u64) {
        (self.file.value(row), self.record.value(row))
    }

    /// Fills `source_file` and `source_record`, where the table has them and the dump did not, from the newest copies,
    /// which are `winners`, or else the rows themselves.
    fn with_provenance(
        &self,
        table: &Table,
        rows: RecordBatch,
        winners: Option<&UInt32Array>,
        files: &[String],
    ) -> Result<RecordBatch> {
        let (Some(file), Some(record)) = (table.position(&fields::SOURCE_FILE), table.position(&fields::SOURCE_RECORD))
        else {
            return Ok(rows);
        };
        let mut columns = rows.columns().to_vec();
        if columns[file].null_count() > 0 {
            let copy_of = |row: usize| winners.map_or(row, |winners| winners.value(row) as usize);
            columns[file] = Arc::new(self.source_files(columns[file].as_string_view(), copy_of, files)?);
            columns[record] = Arc::new(self.source_records(columns[record].as_primitive(), copy_of));
        }
        Ok(RecordBatch::try_new(rows.schema(), columns)?)
    }

    fn source_files(
        &self,
        given: &StringViewArray,
        copy_of: impl Fn(usize) -> usize,
        files: &[String],
    ) -> Result<StringViewArray> {
        if given.null_count() < given.len() {
            let mut builder = StringViewBuilder::with_capacity(given.len()).with_deduplicate_strings();
            for (row, given) in given.iter().enumerate() {
                builder.append_value(given.unwrap_or_else(|| &files[self.file.value(copy_of(row)) as usize]));
            }
            return Ok(builder.finish());
        }
        // All rows come from few files: one text for each file, and a view of it for each row.
        let mut positions: HashMap<u32, i32> = HashMap::new();
        let mut names: Vec<&str> = Vec::new();
        let mut last: Option<(u32, i32)> = None;
        let place = |row: usize| {
            let file = self.file.value(copy_of(row));
            if let Some((same, place)) = last
                && same == file
            {
                return place;
            }
            let place = *positions.entry(file).or_insert_with(|| {
                names.push(&files[file as usize]);
                names.len() as i32 - 1
            });
            last = Some((file, place));
            place
        };
        let keys = Int32Array::from_iter_values((0..given.len()).map(place));
        let names = StringViewArray::from_iter_values(names);
        Ok(take(&names, &keys, None)?.as_string_view().clone())
    }

    fn source_records(&self, given: &Int64Array, copy_of: impl Fn(usize) -> usize) -> Int64Array {
        if given.null_count() == given.len() {
            return Int64Array::from_iter_values((0..given.len()).map(|row| self.record.value(copy_of(row)) as i64));
        }
        given
            .iter()
            .enumerate()
            .map(|(row, given)| given.or_else(|| Some(self.record.value(copy_of(row)) as i64)))
            .collect()
    }
}

/// Bits of the number of a row.
const ROW_BITS: u32 = u32::BITS;

/// Returns for each row an abbreviated key and, in the lowest bits, its number. The order of abbreviated keys never
/// contradicts that of the keys.
fn abbreviated_entries(key: &TableKey, rows: usize) -> Vec<u128> {
    let of_column = |n: usize| abbreviated_keys((0..rows).map(move |i| key.text(n, i)));
    let entry = |(row, (first, second)): (usize, (u32, u64))| {
        (u128::from(first) << u64::BITS | u128::from(second)) << ROW_BITS | row as u128
    };
    // The second column decides only where the first are equal, so the first have to be ranked exactly.
    let firsts = if key.width() == 1 { vec![0; rows] } else { ranks(key, 0, rows) };
    firsts.into_iter().zip(of_column(key.width().min(2) - 1)).enumerate().map(entry).collect()
}

/// Ranks the texts of key column `n`: for each row, the rank of its text among all of them; 0 is null.
fn ranks(key: &TableKey, n: usize, rows: usize) -> Vec<u32> {
    let mut number_of: HashMap<&str, u32> = HashMap::new();
    let mut last: Option<(&str, u32)> = None;
    // Numbered in the order of their first rows. Most rows have the text of the row before.
    let mut number = |text| {
        if let Some((same, number)) = last
            && same == text
        {
            return number;
        }
        let next = number_of.len() as u32 + 1;
        let number = *number_of.entry(text).or_insert(next);
        last = Some((text, number));
        number
    };
    let mut ranks: Vec<u32> = (0..rows).map(|i| key.text(n, i).map_or(0, &mut number)).collect();
    let mut texts: Vec<(&str, u32)> = number_of.into_iter().collect();
    texts.sort_unstable();
    let mut rank_of = vec![0; texts.len() + 1];
    for (rank, (_, number)) in (1..).zip(texts) {
        rank_of[number as usize] = rank;
    }
    for rank in &mut ranks {
        *rank = rank_of[*rank as usize];
    }
    ranks
}
