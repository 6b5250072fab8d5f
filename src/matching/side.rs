//! One side of the matching: the columns that can join a relation with another, and their fixed-width keys.

use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::schema::{Column, fields};

/// Turns the text of an id into its fixed-width key. Two texts with one key are still told apart by their text, so the
/// choice of the function can never decide an outcome; tests narrow it to make collisions common.
pub type Digest = fn(&str) -> u64;

/// The key function of every run: xxh3, which is stable between versions.
pub fn digest(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// A text column with a fixed-width key per row.
pub struct Keyed {
    /// The texts themselves.
    pub text: StringViewArray,
    /// Their keys; of no meaning where the text is null.
    pub key: Vec<u64>,
}

impl Keyed {
    fn of(batch: &RecordBatch, column: &Column, digest: Digest) -> Self {
        let text = batch.column_by_name(column.name).expect("relations hold their columns").as_string_view().clone();
        let key = (0..text.len()).into_par_iter().map(|i| if text.is_valid(i) { digest(text.value(i)) } else { 0 }).collect();
        Self { text, key }
    }

    /// The key of a row with the text that verifies it.
    pub fn keyed(&self, row: u32) -> Option<(u64, &str)> {
        self.get(row).map(|text| (self.key[row as usize], text))
    }

    /// The text of a row.
    pub fn get(&self, row: u32) -> Option<&str> {
        let row = row as usize;
        self.text.is_valid(row).then(|| self.text.value(row))
    }
}

/// The relations of one snapshot, as the matching sees them.
pub struct Side {
    pub userid: StringViewArray,
    pub external_userid: Keyed,
    pub unionid: Keyed,
    pub customer_name: Keyed,
    created_at: Int64Array,
    digest: Digest,
}

impl Side {
    /// The matching columns of canonical relations.
    pub fn of(relations: &RecordBatch) -> Self {
        Self::with_digest(relations, digest)
    }

    /// As [`Self::of`], with another key function.
    pub fn with_digest(relations: &RecordBatch, digest: Digest) -> Self {
        let created_at = relations.column_by_name(fields::CREATED_AT.name).expect("relations hold their columns");
        Self {
            userid: relations.column_by_name(fields::USERID.name).expect("relations hold their columns").as_string_view().clone(),
            external_userid: Keyed::of(relations, &fields::EXTERNAL_USERID, digest),
            unionid: Keyed::of(relations, &fields::UNIONID, digest),
            customer_name: Keyed::of(relations, &fields::CUSTOMER_NAME, digest),
            created_at: created_at.as_primitive::<TimestampMicrosecondType>().reinterpret_cast::<Int64Type>(),
            digest,
        }
    }

    /// The fixed-width key of a text that is compared with this side's columns.
    pub fn key_of(&self, text: &str) -> u64 {
        (self.digest)(text)
    }

    /// How many relations there are.
    pub fn rows(&self) -> usize {
        self.userid.len()
    }

    /// When the relation was made: microseconds since 1970, UTC.
    pub fn created_at(&self, row: u32) -> Option<i64> {
        let row = row as usize;
        self.created_at.is_valid(row).then(|| self.created_at.value(row))
    }

    /// What orders relations that share a key: when they were made, the unknown last, then the id, then the place.
    pub fn seniority(&self, row: u32) -> (bool, i64, Option<&str>, u32) {
        let created_at = self.created_at(row);
        (created_at.is_none(), created_at.unwrap_or_default(), self.external_userid.get(row), row)
    }
}
