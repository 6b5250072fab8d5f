//! One side of the matching: the columns that can join a relation with another, and their fixed-width keys.

use std::borrow::Cow;

use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use xxhash_rust::xxh3::xxh3_64;

use super::id_map::IdMap;
use super::standing::RowKey;
use crate::names;
use crate::schema::{Column, fields};
use crate::snapshot::SharedUnionids;

/// Turns the text of an id into its fixed-width key. Two texts with one key are still told apart by their text, so the
/// choice of the function can never decide an outcome; tests narrow it to make collisions common.
pub type Digest = fn(&str) -> u64;

/// The key function of every run: xxh3, which is stable between versions.
pub fn digest(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

/// A text column whose rows have fixed-width keys.
pub struct Keyed {
    text: StringViewArray,
    digest: Digest,
}

impl Keyed {
    fn of(batch: &RecordBatch, column: &Column, digest: Digest) -> Self {
        Self {
            text: batch.column_by_name(column.name).expect("relations hold their columns").as_string_view().clone(),
            digest,
        }
    }

    /// Names as they are compared: in normal form, without those that are masked (SPEC section 1.3).
    fn of_names(batch: &RecordBatch, digest: Digest) -> Self {
        let keyed = Self::of(batch, &fields::CUSTOMER_NAME, digest);
        let is_plain = |name: &str| {
            !names::is_masked(name)
                && matches!(names::normal(name), Cow::Borrowed(normal) if normal.len() == name.len())
        };
        if keyed.text.iter().flatten().all(is_plain) {
            return keyed;
        }
        Self { text: keyed.text.iter().map(|name| comparable(name?)).collect(), digest }
    }

    /// The same without the texts that are no keys.
    fn without(self, is_key: impl Fn(&str) -> bool) -> Self {
        Self { text: self.text.iter().map(|text| text.filter(|text| is_key(text))).collect(), ..self }
    }

    /// The key of a row with the text that verifies it.
    pub fn keyed(&self, row: u32) -> RowKey<'_> {
        self.get(row).map(|text| ((self.digest)(text), text))
    }

    /// The text of a row.
    pub fn get(&self, row: u32) -> Option<&str> {
        let row = row as usize;
        self.text.is_valid(row).then(|| self.text.value(row))
    }
}

fn comparable(name: &str) -> Option<Cow<'_, str>> {
    (!names::is_masked(name)).then(|| names::normal(name)).filter(|name| !name.is_empty())
}

/// Stands for "the map does not speak of it".
const NOT_MAPPED: u32 = u32::MAX;

/// The relations of one corp, as the matching sees them.
pub struct Side {
    rows: usize,
    pub external_userid: Keyed,
    pub unionid: Keyed,
    pub customer_name: Keyed,
    created_at: Int64Array,
    /// The entry of the customer map that speaks of each row; none at all where there is no map.
    mapped: Vec<u32>,
}

impl Side {
    /// The relations of the source corp.
    pub fn of_source(relations: &RecordBatch, map: &IdMap) -> Self {
        Self::with_digest(relations, digest, map, IdMap::entry_of_source)
    }

    /// The relations of the target corp.
    pub fn of_target(relations: &RecordBatch, map: &IdMap) -> Self {
        Self::with_digest(relations, digest, map, IdMap::entry_of_target)
    }

    /// As above, with another key function.
    pub fn with_digest(
        relations: &RecordBatch,
        digest: Digest,
        map: &IdMap,
        entry_of: fn(&IdMap, &str) -> Option<u32>,
    ) -> Self {
        let created_at = relations.column_by_name(fields::CREATED_AT.name).expect("relations hold their columns");
        let external_userid = Keyed::of(relations, &fields::EXTERNAL_USERID, digest);
        let entry = |id: Option<&str>| id.and_then(|id| entry_of(map, id)).unwrap_or(NOT_MAPPED);
        Self {
            rows: relations.num_rows(),
            mapped: if map.is_empty() { Vec::new() } else { external_userid.text.iter().map(entry).collect() },
            external_userid,
            unionid: Keyed::of(relations, &fields::UNIONID, digest),
            customer_name: Keyed::of_names(relations, digest),
            created_at: created_at.as_primitive::<TimestampMicrosecondType>().reinterpret_cast::<Int64Type>(),
        }
    }

    /// The same without the unionids that are no keys, in either corp.
    #[must_use]
    pub fn without(self, shared: [&SharedUnionids; 2]) -> Self {
        if shared.iter().all(|shared| shared.is_empty()) {
            return self;
        }
        Self { unionid: self.unionid.without(|unionid| !shared.iter().any(|shared| shared.contains(unionid))), ..self }
    }

    /// The key by which the customer map joins a row: its entry, which is exact and needs no text.
    pub fn mapped(&self, row: u32) -> RowKey<'static> {
        self.mapped.get(row as usize).filter(|&&entry| entry != NOT_MAPPED).map(|&entry| (u64::from(entry), ""))
    }

    /// The name of a row as it is compared, unless it is masked.
    pub fn name(&self, row: u32) -> Option<&str> {
        self.customer_name.get(row)
    }

    /// How many relations there are.
    pub fn rows(&self) -> usize {
        self.rows
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
