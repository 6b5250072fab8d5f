//! One partition, merged, until it is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{UInt32Type, UInt64Type};

use super::{Duplicates, Open, Part, stretches};
use crate::error::Result;
use crate::ingest::raw::{FILE, RECORD};
use crate::schema::tables::UNASSIGNED;
use crate::schema::{Table, fields};
use crate::snapshot::corp_codes::CorpCodes;
use crate::snapshot::keys::stands_in;
use crate::snapshot::merge::{as_merged, merge};
use crate::snapshot::shared_unionids::Watch;
use crate::spill::{Held, Memory, make_room};

/// The relations of one partition, until they are needed.
pub struct Stored {
    table: &'static Table,
    rows: Held,
    /// The names of the files, if the rows are held as they were read, for they were in order. To pack them a second time
    /// would be in vain.
    as_read: Option<Arc<[String]>>,
    unassigned: BooleanArray,
}

/// What is told of a merged partition beside its rows.
pub struct Told {
    pub duplicates: Duplicates,
    pub accounts: BTreeMap<String, u64>,
    pub echoes: u64,
    pub open: Open,
    pub corp_codes: CorpCodes,
}

impl Stored {
    /// Merges what was read of a partition. `echoes`: its rows of the unassigned list; `watch` looks at what comes of it.
    ///
    /// # Errors
    /// As [`merge`]; [`crate::Error::Io`] if there is no room for them.
    pub fn merged(
        table: &'static Table,
        mut read: Held,
        echoes: &[RecordBatch],
        files: &Arc<[String]>,
        memory: &Memory,
        watch: Option<&Watch>,
    ) -> Result<(Self, Told)> {
        // Loose batches are put in order before they are put together, which merging does.
        let raw = if read.is_packed() { vec![in_order(&read.all()?)?] } else { batches_in_order(read.batches()?) };
        let merged = merge(table, &raw, echoes, files)?;
        drop(raw);
        let part = Part { unassigned: unassigned(table, &merged.rows, echoes, files)?, rows: merged.rows.clone() };
        if let Some(watch) = watch {
            watch.look(&part);
        }
        let accounts =
            part.accounts().into_iter().map(|(userid, rows)| (userid.to_owned(), rows.len() as u64)).collect();
        let mut corp_codes = CorpCodes::default();
        corp_codes.count(part.column(&fields::EXTERNAL_USERID).as_string_view());
        let told = Told {
            open: Open::of(&merged),
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
            let mut rows = Held::new(memory, table.arrow_schema());
            rows.push(part.rows);
            make_room(memory, std::iter::once(&mut rows))?;
            rows
        };
        Ok((Self { table, rows, as_read: stays.then(|| files.clone()), unassigned: part.unassigned }, told))
    }

    /// The relations.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be read back.
    pub fn part(&self) -> Result<Part> {
        let rows = match &self.as_read {
            Some(files) => as_merged(self.table, &in_order(&self.rows.all()?)?, files)?,
            None => self.rows.all()?,
        };
        Ok(Part { rows, unassigned: self.unassigned.clone() })
    }
}

/// Where raw rows come from: file and record.
fn places(raw: &RecordBatch) -> impl Fn(usize) -> (u32, u64) {
    let column = |name: &str| raw.column_by_name(name).expect("raw batches carry provenance");
    let (files, records) = (column(FILE).as_primitive::<UInt32Type>(), column(RECORD).as_primitive::<UInt64Type>());
    move |row| (files.value(row), records.value(row))
}

/// The batches as they stood in their files: several threads read, so they came in any order.
fn batches_in_order(mut raw: Vec<RecordBatch>) -> Vec<RecordBatch> {
    raw.sort_by_key(|batch| (batch.num_rows() > 0).then(|| places(batch)(0)));
    raw
}

/// Rows by account, those of one account as they stood in their files: what several threads read of files that are each in
/// order is in order then, and needs no sorting.
fn in_order(raw: &RecordBatch) -> Result<RecordBatch> {
    let place = places(raw);
    let mut runs = Vec::new();
    for (userid, rows) in stretches(raw.column(0).as_string_view()) {
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

/// Which relations stand in the unassigned list.
fn unassigned(
    table: &'static Table,
    rows: &RecordBatch,
    echoes: &[RecordBatch],
    files: &[String],
) -> Result<BooleanArray> {
    if echoes.is_empty() {
        return Ok(BooleanArray::from(vec![false; rows.num_rows()]));
    }
    let listed = merge(table, &[], echoes, files)?.rows;
    let key = Arc::new(UNASSIGNED.arrow_schema().project(&[0, 1])?);
    let pairs = |batch: &RecordBatch| RecordBatch::try_new(key.clone(), batch.columns()[..2].to_vec());
    Ok(stands_in(&UNASSIGNED, &pairs(rows)?, &pairs(&listed)?))
}
