//! Rows in any portions -> row groups of like size, in the order of the file.

use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;

use super::pages::SpilledPages;
use super::{EncodedRowGroup, Footer, PAGE, ROW_GROUP, TableWriter};
use crate::error::Result;
use crate::memory::{MemoryBudget, RowBuffer, lean, make_room};
use crate::report::relations::report_schema;
use crate::schema::{Column, Table};

/// The rows of a row group, page after page: [`PAGE`] rows each, the last may have fewer.
pub type RowGroupRows = Vec<RecordBatch>;

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

/// Writes a table whose rows arrive by partition, and are sorted by a word first.
pub struct SortedWriter {
    writer: TableWriter,
    memory: MemoryBudget,
    schema: SchemaRef,
    words: Vec<OneWord>,
}

/// The rows of one word so far.
struct OneWord {
    encoded: Vec<EncodedRowGroup>,
    /// Rows that are not yet a whole row group.
    pending: RowBuffer,
}

/// Rows that do not make a whole row group yet.
#[derive(Default)]
struct Pending {
    batches: Vec<RecordBatch>,
    rows: usize,
}

impl SortedWriter {
    /// As [`TableWriter::create`], for a table that is sorted by one of `words` words first. Row groups that are
    /// encoded before their turn are spilled.
    ///
    /// # Errors
    /// As [`TableWriter::create`].
    pub fn create(
        path: &Path,
        table: &'static Table,
        sorted_by: &[&Column],
        footer: &Footer,
        words: usize,
        memory: &MemoryBudget,
    ) -> Result<Self> {
        let mut writer = TableWriter::create(path, table, sorted_by, footer)?;
        writer.encoder.columns = writer.encoder.columns.with_page_store_factory(Arc::new(SpilledPages(memory.clone())));
        let schema = report_schema(table);
        let none = || OneWord { encoded: Vec::new(), pending: RowBuffer::new(memory, schema.clone()) };
        Ok(Self { writer, memory: memory.clone(), schema: schema.clone(), words: (0..words).map(|_| none()).collect() })
    }

    /// Adds rows of the word at that place, behind those that it has.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn add(&mut self, rank: usize, rows: RecordBatch) -> Result<()> {
        let pending = &mut self.words[rank].pending;
        // Pending rows are copied, so that they do not keep the texts of this partition alive.
        let waits = pending.rows() + (rows.num_rows() as u64) < ROW_GROUP as u64;
        pending.push(if waits { lean(rows)? } else { rows });
        Ok(())
    }

    /// Encodes what makes whole row groups.
    ///
    /// # Errors
    /// As [`super::Encoder::encode`]; [`crate::Error::Interrupted`].
    pub fn encode_full(&mut self) -> Result<()> {
        crate::interrupt::check()?;
        let mut full = Vec::new();
        for (rank, word) in
            self.words.iter_mut().enumerate().filter(|(_, word)| word.pending.rows() >= ROW_GROUP as u64)
        {
            let pending = std::mem::replace(&mut word.pending, RowBuffer::new(&self.memory, self.schema.clone()));
            let mut batches = pending.batches()?;
            split_last(&mut batches, pending.rows() as usize % ROW_GROUP)?
                .into_iter()
                .for_each(|rows| word.pending.push(rows));
            full.extend(in_row_groups(batches)?.into_iter().map(|group| (rank, group)));
        }
        let encoder = &self.writer.encoder;
        let encoded: Vec<(usize, EncodedRowGroup)> =
            full.into_par_iter().map(|(rank, group)| Ok((rank, encoder.encode(&group)?))).collect::<Result<_>>()?;
        for (rank, group) in encoded {
            self.words[rank].encoded.push(group);
        }
        make_room(&self.memory, self.words.iter_mut().map(|word| &mut word.pending))
    }

    /// Puts all in order, ends the file and syncs it to disk.
    ///
    /// # Errors
    /// As [`TableWriter::finish`] and [`super::Encoder::encode`].
    pub fn finish(mut self) -> Result<()> {
        self.encode_full()?;
        // The last rows of neighbouring words can share a row group.
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

    /// Takes pending rows in groups of [`ROW_GROUP`], as long as there are `at_least` rows.
    fn take_groups(&mut self, at_least: usize) -> Result<Vec<RowGroupRows>> {
        let rest = self.rows % ROW_GROUP;
        let left = if rest < at_least { split_last(&mut self.batches, rest)? } else { Vec::new() };
        let taken = std::mem::replace(&mut self.batches, left);
        self.rows = self.batches.iter().map(RecordBatch::num_rows).sum();
        in_row_groups(taken)
    }
}

/// Splits off a copy of the last rows, which does not keep the texts of the others alive.
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

/// Rows in groups of [`ROW_GROUP`]; the last may have fewer. Equal rows give equal groups and pages, in whatever
/// portions they come. Only rows of a page that came in several portions are copied.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn in_row_groups(batches: Vec<RecordBatch>) -> Result<Vec<RowGroupRows>> {
    let mut pages = Vec::new();
    let (mut page, mut room) = (Vec::new(), PAGE);
    for rows in batches {
        let mut begin = 0;
        while begin < rows.num_rows() {
            let taken = room.min(rows.num_rows() - begin);
            page.push(rows.slice(begin, taken));
            begin += taken;
            room -= taken;
            if room == 0 {
                pages.push(one_batch(std::mem::take(&mut page))?);
                room = PAGE;
            }
        }
    }
    if !page.is_empty() {
        pages.push(one_batch(page)?);
    }
    Ok(pages.chunks(ROW_GROUP / PAGE).map(<[RecordBatch]>::to_vec).collect())
}

fn one_batch(mut portions: Vec<RecordBatch>) -> Result<RecordBatch> {
    match (portions.len(), portions.pop()) {
        (1, Some(only)) => Ok(only),
        (_, Some(last)) => {
            let schema = last.schema();
            portions.push(last);
            Ok(concat_batches(&schema, &portions)?)
        }
        (_, None) => Err(crate::Error::Bug("a page without rows".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::ArrayRef;

    use super::*;

    #[test]
    fn equal_rows_give_equal_pages_in_whatever_portions_they_come() {
        let numbers: ArrayRef = Arc::new(arrow::array::UInt64Array::from_iter_values(0..(ROW_GROUP + PAGE + 5) as u64));
        let all = RecordBatch::try_from_iter([("number", numbers)]).unwrap();
        let whole = in_row_groups(vec![all.clone()]).unwrap();
        let rows = |group: &RowGroupRows| group.iter().map(RecordBatch::num_rows).collect::<Vec<_>>();
        assert_eq!(whole.iter().map(rows).collect::<Vec<_>>(), [vec![PAGE; ROW_GROUP / PAGE], vec![PAGE, 5]]);
        for portion in [1000, PAGE - 1, PAGE, PAGE + 1, ROW_GROUP] {
            let portions = (0..all.num_rows()).step_by(portion);
            let portions = portions.map(|begin| all.slice(begin, portion.min(all.num_rows() - begin))).collect();
            assert_eq!(in_row_groups(portions).unwrap(), whole, "{portion}");
        }
    }

    #[test]
    fn rows_that_wait_do_not_hold_on_to_those_that_were_written() {
        let portion = |number: usize| {
            let texts =
                (0..=ROW_GROUP / 2).map(|row| Some(format!("{number}: a text that is too long for a view, {row}")));
            RecordBatch::try_from_iter([(
                "text",
                Arc::new(texts.collect::<arrow::array::StringViewArray>()) as ArrayRef,
            )])
            .unwrap()
        };
        let mut pending = Pending::default();
        let mut written = 0;
        for number in 0..9 {
            pending.add(portion(number));
            written +=
                pending.take_groups(ROW_GROUP).unwrap().iter().flatten().map(RecordBatch::num_rows).sum::<usize>();
        }
        assert_eq!((written, pending.rows), (4 * ROW_GROUP, ROW_GROUP / 2 + 9));
        let held: usize = pending.batches.iter().map(RecordBatch::get_array_memory_size).sum();
        let of_two: usize = 2 * portion(0).get_array_memory_size();
        assert!(held < of_two, "{held} bytes are held for what takes {of_two}");
    }
}
