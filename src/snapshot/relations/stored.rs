//! One merged partition, held until it is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::take;

use super::{Duplicates, Partition, WithoutId, equal_runs};
use crate::error::Result;
use crate::memory::{MemoryBudget, RowBuffer, make_room};
use crate::schema::tables::UNASSIGNED;
use crate::schema::{ReadColumns, Table, fields};
use crate::snapshot::corp_codes::CorpCodes;
use crate::snapshot::keys::exists_in;
use crate::snapshot::merge::{Provenances, as_merged, merge};
use crate::snapshot::shared_unionids::UnionidIndex;

/// Relations of one partition, held until they are needed.
pub struct Stored {
    table: &'static Table,
    rows: RowBuffer,
    /// Names of the files, if the rows are held as they were read, since they were sorted and packed already.
    as_read: Option<Arc<[String]>>,
    unassigned: BooleanArray,
}

/// Counts of a merged partition.
pub struct PartitionStats {
    pub duplicates: Duplicates,
    pub accounts: BTreeMap<String, u64>,
    pub echoes: u64,
    pub without_id: WithoutId,
    pub corp_codes: CorpCodes,
}

impl Stored {
    /// Merges the rows read of a partition. `echoes` are its rows of the unassigned list; `unionids` is updated with
    /// the relations; `folds` as in [`merge`].
    ///
    /// # Errors
    /// As [`merge`]; [`crate::Error::Io`] if the disk fails.
    pub fn merged(
        table: &'static Table,
        mut read: RowBuffer,
        echoes: &[RecordBatch],
        (files, folds): (&Arc<[String]>, bool),
        memory: &MemoryBudget,
        unionids: Option<&UnionidIndex>,
    ) -> Result<(Self, PartitionStats)> {
        // Loose batches are sorted before merging concatenates them.
        let raw = if read.is_packed() { vec![in_order(&read.all()?)?] } else { batches_in_order(read.batches()?)? };
        let merged = merge(table, &raw, echoes, files, folds)?;
        drop(raw);
        let part = Partition::new(table, merged.rows.clone(), unassigned(table, &merged.rows, echoes, files)?)?;
        if let Some(unionids) = unionids {
            unionids.update(&part)?;
        }
        let accounts =
            part.accounts().into_iter().map(|(userid, rows)| (userid.to_owned(), rows.len() as u64)).collect();
        let mut corp_codes = CorpCodes::default();
        corp_codes.update(part.texts(&fields::EXTERNAL_USERID)?);
        let stats = PartitionStats {
            without_id: WithoutId::new(&merged)?,
            duplicates: merged.duplicates,
            accounts,
            echoes: merged.echo_rows,
            corp_codes,
        };
        let stays = merged.was_in_order && echoes.is_empty() && read.is_packed();
        let rows = if stays {
            read.pack()?;
            read
        } else {
            drop(read);
            let mut rows = RowBuffer::new(memory, table.arrow_schema());
            rows.push(part.rows);
            make_room(memory, std::iter::once(&mut rows))?;
            rows
        };
        Ok((Self { table, rows, as_read: stays.then(|| files.clone()), unassigned: part.unassigned }, stats))
    }

    /// Returns the relations.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be read back.
    pub fn part(&self) -> Result<Partition> {
        let rows = match &self.as_read {
            Some(files) => as_merged(self.table, &in_order(&self.rows.all()?)?, files)?,
            None => self.rows.all()?,
        };
        Partition::new(self.table, rows, self.unassigned.clone())
    }
}

/// Sorts batches by their first records: several threads read the files.
fn batches_in_order(mut raw: Vec<RecordBatch>) -> Result<Vec<RecordBatch>> {
    raw.retain(|batch| batch.num_rows() > 0);
    let first = |batch: RecordBatch| -> Result<_> { Ok((Provenances::new(&batch)?.of_row(0), batch)) };
    let mut placed = raw.into_iter().map(first).collect::<Result<Vec<_>>>()?;
    placed.sort_by_key(|(first, _)| *first);
    Ok(placed.into_iter().map(|(_, batch)| batch).collect())
}

/// Sorts rows by account, and those of one account by file and record. Rows that several threads read of sorted files
/// are sorted by their key then.
fn in_order(raw: &RecordBatch) -> Result<RecordBatch> {
    let provenances = Provenances::new(raw)?;
    let place = |row| provenances.of_row(row);
    let mut runs = Vec::new();
    for (userid, rows) in equal_runs(raw.texts(&fields::USERID)?) {
        let mut begin = rows.start;
        for row in rows.start + 1..rows.end {
            if place(row) < place(row - 1) {
                runs.push(((userid, place(begin)), begin..row));
                begin = row;
            }
        }
        runs.push(((userid, place(begin)), begin..rows.end));
    }
    if runs.is_sorted_by_key(|(key, _)| *key) {
        return Ok(raw.clone());
    }
    runs.sort_by_key(|(key, _)| *key);
    let order = UInt32Array::from_iter_values(runs.into_iter().flat_map(|(_, rows)| rows).map(|row| row as u32));
    let column = |array: &ArrayRef| {
        if array.null_count() == array.len() { Ok(array.clone()) } else { take(array, &order, None) }
    };
    let columns = raw.columns().iter().map(column).collect::<std::result::Result<_, _>>()?;
    Ok(RecordBatch::try_new(raw.schema(), columns)?)
}

/// Semi join of relations with the unassigned list.
fn unassigned(
    table: &'static Table,
    rows: &RecordBatch,
    echoes: &[RecordBatch],
    files: &[String],
) -> Result<BooleanArray> {
    if echoes.is_empty() {
        return Ok(BooleanArray::from(vec![false; rows.num_rows()]));
    }
    let listed = merge(table, &[], echoes, files, false)?.rows;
    let key = Arc::new(UNASSIGNED.arrow_schema().project(&[0, 1])?);
    let pairs = |batch: &RecordBatch| RecordBatch::try_new(key.clone(), batch.columns()[..2].to_vec());
    exists_in(&UNASSIGNED, &pairs(rows)?, &pairs(&listed)?)
}
