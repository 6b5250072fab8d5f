//! One partition, merged, until it is needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{UInt32Type, UInt64Type};

use super::{Duplicates, Open, Part};
use crate::error::Result;
use crate::ingest::raw::{FILE, RECORD};
use crate::schema::tables::UNASSIGNED;
use crate::schema::{Table, fields};
use crate::snapshot::corp_codes::CorpCodes;
use crate::snapshot::keys::stands_in;
use crate::snapshot::merge::merge;
use crate::spill::{Held, Memory, make_room};

/// The relations of one partition, until they are needed.
pub struct Stored {
    table: &'static Table,
    rows: Held,
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
    /// Merges what was read of a partition. `echoes`: its rows of the unassigned list.
    ///
    /// # Errors
    /// As [`merge`]; [`crate::Error::Io`] if there is no room for them.
    pub fn merged(table: &'static Table, read: Held, echoes: &[RecordBatch], files: &[String], memory: &Memory) -> Result<(Self, Told)> {
        let merged = merge(table, &in_order(&read)?, echoes, files)?;
        drop(read);
        let part = Part { unassigned: unassigned(table, &merged.rows, echoes, files)?, rows: merged.rows.clone() };
        let accounts = part.accounts().into_iter().map(|(userid, rows)| (userid.to_owned(), rows.len() as u64)).collect();
        let mut corp_codes = CorpCodes::default();
        corp_codes.count(part.column(&fields::EXTERNAL_USERID).as_string_view());
        let told = Told { open: Open::of(&merged), duplicates: merged.duplicates, accounts, echoes: merged.echo_rows, corp_codes };
        let mut rows = Held::new(memory, table.arrow_schema());
        rows.push(part.rows);
        make_room(memory, std::iter::once(&mut rows))?;
        Ok((Self { table, rows, unassigned: part.unassigned }, told))
    }

    /// The relations.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be read back.
    pub fn part(&self) -> Result<Part> {
        let rows = match &self.rows.batches()?[..] {
            [all] => all.clone(),
            few => concat_batches(&self.table.arrow_schema(), few)?,
        };
        Ok(Part { rows, unassigned: self.unassigned.clone() })
    }
}

/// The batches as they stood in their files: several threads read, so they came in any order.
fn in_order(rows: &Held) -> Result<Vec<RecordBatch>> {
    let mut batches = rows.batches()?;
    batches.sort_by_key(|batch| {
        let first = |name: &str| batch.column_by_name(name).filter(|_| batch.num_rows() > 0);
        let file = first(FILE).map(|files| files.as_primitive::<UInt32Type>().value(0));
        (file, first(RECORD).map(|records| records.as_primitive::<UInt64Type>().value(0)))
    });
    Ok(batches)
}

/// Which relations stand in the unassigned list.
fn unassigned(table: &'static Table, rows: &RecordBatch, echoes: &[RecordBatch], files: &[String]) -> Result<BooleanArray> {
    if echoes.is_empty() {
        return Ok(BooleanArray::from(vec![false; rows.num_rows()]));
    }
    let listed = merge(table, &[], echoes, files)?.rows;
    let key = Arc::new(UNASSIGNED.arrow_schema().project(&[0, 1])?);
    let pairs = |batch: &RecordBatch| RecordBatch::try_new(key.clone(), batch.columns()[..2].to_vec());
    Ok(stands_in(&UNASSIGNED, &pairs(rows)?, &pairs(&listed)?))
}
