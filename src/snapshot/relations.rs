//! Relations of one snapshot, one row per key, in partitions of whole accounts.
//!
//! ```text
//! builder   takes raw rows while files are read; chooses the partitions
//! routing   raw rows -> the partitions of their accounts
//! stored    one partition, merged, until it is needed
//! ```

mod builder;
mod routing;
mod stored;
#[cfg(test)]
mod tests;

pub use builder::{Finished, RelationsBuilder};
pub use routing::equal_runs;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, StringViewArray};

use super::corp_codes::CorpCodes;
use super::merge::MergedTable;
use crate::error::{Error, Result};
use crate::schema::{Column, ColumnMismatch, ReadColumns, Table, fields};
use stored::Stored;

/// All relations of a snapshot.
#[derive(Default)]
pub struct RelationStore {
    /// `None` once a partition is taken.
    parts: Vec<Mutex<Option<Stored>>>,
    accounts: BTreeMap<String, u64>,
    corp_codes: CorpCodes,
    /// Relations that occur in the unassigned list only.
    pub echoes: u64,
    /// Rows without an id, and what they leave open.
    pub without_id: WithoutId,
}

/// Rows without an id, as the console exports them, and what they leave open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WithoutId {
    /// Relations without an id, other than of contacts that are no customers.
    pub rows: u64,
    /// By account, relations without an id beside as many with one: they may be the same, and counted twice.
    pub left_over: BTreeMap<String, u64>,
    /// Rows that were taken for a copy of another one of their file.
    pub alike: u64,
}

impl WithoutId {
    fn merge(&mut self, more: Self) {
        self.rows += more.rows;
        self.left_over.extend(more.left_over);
        self.alike += more.alike;
    }

    fn new(merged: &MergedTable) -> Result<Self> {
        let ids = merged.rows.texts(&fields::EXTERNAL_USERID)?;
        let is_customer = merged.rows.flags(&fields::IS_CUSTOMER)?;
        let counts = |row: usize| ids.is_null(row) && (is_customer.is_null(row) || is_customer.value(row));
        let rows = if ids.null_count() == 0 { 0 } else { (0..ids.len()).filter(|&row| counts(row)).count() };
        Ok(Self { rows: rows as u64, left_over: merged.left_over.clone(), alike: merged.alike })
    }
}

#[derive(Clone)]
pub struct Partition {
    /// The canonical rows, sorted by their key.
    pub rows: RecordBatch,
    /// Whether a relation occurs in the unassigned list (B3).
    pub unassigned: BooleanArray,
    userids: StringViewArray,
}

impl Partition {
    /// Takes canonical rows of `table`, and whether each of them occurs in the unassigned list.
    ///
    /// # Errors
    /// [`Error::Bug`] if the rows are of another table.
    pub fn new(table: &Table, rows: RecordBatch, unassigned: BooleanArray) -> Result<Self> {
        if rows.schema() != table.arrow_schema() {
            return Err(Error::Bug(format!("rows that are not of {}", table.name)));
        }
        Ok(Self { userids: rows.texts(&fields::USERID)?.clone(), rows, unassigned })
    }

    /// Returns the accounts that hold relations, each with its rows, in order.
    pub fn accounts(&self) -> Vec<(&str, Range<usize>)> {
        equal_runs(&self.userids)
    }

    /// Returns a column of the table.
    pub fn column(&self, column: &Column) -> &ArrayRef {
        self.rows.array(column).expect("the rows are of the table, as checked by `new`")
    }
}

/// Typed reading of the rows.
impl ReadColumns for Partition {
    fn array(&self, column: &Column) -> std::result::Result<&ArrayRef, ColumnMismatch> {
        self.rows.array(column)
    }
}

/// Relations merged into another one, by index of their file.
pub type Duplicates = HashMap<u32, u64>;

/// Adds the duplicates of another partition or table.
pub fn add_duplicates(duplicates: &mut Duplicates, more: Duplicates) {
    #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
    for (file, count) in more {
        *duplicates.entry(file).or_default() += count;
    }
}

impl RelationStore {
    /// Returns the number of partitions.
    pub fn partitions(&self) -> usize {
        self.parts.len()
    }

    /// # Errors
    /// [`Error::Io`] if they cannot be read back.
    pub fn part(&self, partition: usize) -> Result<Partition> {
        let stored = self.stored(partition)?.lock().unwrap_or_else(PoisonError::into_inner);
        stored.as_ref().ok_or_else(|| Error::Bug(format!("partition {partition} was taken")))?.part()
    }

    /// Returns the relations of a partition for the last time, and drops them here.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub fn take(&self, partition: usize) -> Result<Partition> {
        let part = self.part(partition)?;
        self.stored(partition)?.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(part)
    }

    fn stored(&self, partition: usize) -> Result<&Mutex<Option<Stored>>> {
        self.parts.get(partition).ok_or_else(|| Error::Bug(format!("there is no partition {partition}")))
    }

    /// Returns the number of relations.
    pub fn len(&self) -> u64 {
        self.accounts.values().sum()
    }

    /// Whether there are no relations.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// Returns the number of relations of each account that holds any.
    pub fn accounts(&self) -> &BTreeMap<String, u64> {
        &self.accounts
    }

    /// Returns the number of relations of an account.
    pub fn rows_of(&self, userid: &str) -> u64 {
        self.accounts.get(userid).copied().unwrap_or(0)
    }

    /// Returns the number of customers' ids with each corp code.
    pub fn corp_codes(&self) -> &CorpCodes {
        &self.corp_codes
    }
}
