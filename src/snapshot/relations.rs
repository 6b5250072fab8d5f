//! The relations of one snapshot, at their grain, in partitions of whole accounts.
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
pub use routing::stretches;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};

use super::corp_codes::CorpCodes;
use super::merge::Merged;
use crate::error::{Error, Result};
use crate::schema::{Column, fields};
use stored::Stored;

/// All relations of a snapshot.
pub struct Relations {
    /// None of those that were taken.
    parts: Vec<Mutex<Option<Stored>>>,
    accounts: BTreeMap<String, u64>,
    corp_codes: CorpCodes,
    /// Relations that only the unassigned list shows.
    pub echoes: u64,
    /// What rows without an id leave open.
    pub open: Open,
}

/// What rows without an id leave open: the console exports them so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    /// Relations without an id, other than of contacts that are no customers.
    pub without_id: u64,
    /// By account, relations without an id beside as many with one: they may be the same, and counted twice.
    pub left_over: BTreeMap<String, u64>,
    /// Rows that were taken for a copy of another one of their file.
    pub alike: u64,
}

impl Open {
    fn add(&mut self, more: Self) {
        self.without_id += more.without_id;
        self.left_over.extend(more.left_over);
        self.alike += more.alike;
    }

    fn of(merged: &Merged) -> Self {
        let column = |column: &Column| merged.rows.column_by_name(column.name);
        let ids = column(&fields::EXTERNAL_USERID).expect("relations hold their ids");
        if ids.null_count() == 0 {
            return Self { left_over: merged.left_over.clone(), alike: merged.alike, ..Self::default() };
        }
        let is_customer = column(&fields::IS_CUSTOMER).expect("relations say it").as_boolean();
        let without_id = is_customer
            .iter()
            .enumerate()
            .filter(|&(row, is_customer)| ids.is_null(row) && is_customer != Some(false))
            .count();
        Self { without_id: without_id as u64, left_over: merged.left_over.clone(), alike: merged.alike }
    }
}

/// The relations of one partition.
#[derive(Clone)]
pub struct Part {
    /// The canonical rows, sorted by their key.
    pub rows: RecordBatch,
    /// Which of them stand in the unassigned list (B3).
    pub unassigned: BooleanArray,
}

impl Part {
    /// The accounts that hold relations, each with its rows, in order.
    pub fn accounts(&self) -> Vec<(&str, Range<usize>)> {
        stretches(self.rows.column(0).as_string_view())
    }

    /// A column of the rows.
    pub fn column(&self, column: &Column) -> &ArrayRef {
        self.rows.column_by_name(column.name).expect("relations hold their columns")
    }
}

/// Relations merged into another one, by index of their file.
pub type Duplicates = HashMap<u32, u64>;

impl Relations {
    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.parts.len()
    }

    /// The relations of a partition.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be read back.
    pub fn part(&self, partition: usize) -> Result<Part> {
        let stored = self.stored(partition)?.lock().unwrap_or_else(PoisonError::into_inner);
        stored.as_ref().ok_or_else(|| Error::Bug(format!("partition {partition} was taken")))?.part()
    }

    /// The relations of a partition, for the last time: what holds them is let go.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub fn take(&self, partition: usize) -> Result<Part> {
        let part = self.part(partition)?;
        self.stored(partition)?.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(part)
    }

    fn stored(&self, partition: usize) -> Result<&Mutex<Option<Stored>>> {
        self.parts.get(partition).ok_or_else(|| Error::Bug(format!("there is no partition {partition}")))
    }

    /// How many relations there are.
    pub fn len(&self) -> u64 {
        self.accounts.values().sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The relations of each account that holds any.
    pub fn accounts(&self) -> &BTreeMap<String, u64> {
        &self.accounts
    }

    /// How often each corp code stands in the customers' ids.
    pub fn corp_codes(&self) -> &CorpCodes {
        &self.corp_codes
    }
}
