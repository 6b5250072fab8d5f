//! One side of the matching: the key columns of relations, and their abbreviated keys.

use std::borrow::Cow;

use arrow::array::{Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;

use super::merge_join::RowKey;
use crate::digest::digest;
use crate::error::Result;
use crate::lists::IdMap;
use crate::names;
use crate::schema::{Column, ReadColumns, fields, value_at};
use crate::snapshot::SharedUnionids;

/// Maps the text of a key to its abbreviated key. Texts with equal digests are compared, so the function cannot decide
/// an outcome; tests narrow it to make collisions common.
pub type Digest = fn(&str) -> u64;

/// A text column with abbreviated keys.
pub struct KeyedColumn {
    text: StringViewArray,
    digest: Digest,
}

impl KeyedColumn {
    fn read(batch: &RecordBatch, column: &Column, digest: Digest) -> Result<Self> {
        Ok(Self { text: batch.texts(column)?.clone(), digest })
    }

    /// Reads names in normal form, without those that are masked or lost (SPEC section 1.3).
    fn read_names(batch: &RecordBatch, digest: Digest) -> Result<Self> {
        let keyed = Self::read(batch, &fields::CUSTOMER_NAME, digest)?;
        let is_plain = |name: &str| {
            names::is_known(name) && matches!(names::normal(name), Cow::Borrowed(normal) if normal.len() == name.len())
        };
        if keyed.text.iter().flatten().all(is_plain) {
            return Ok(keyed);
        }
        Ok(Self { text: keyed.text.iter().map(|name| names::key(name?)).collect(), digest })
    }

    /// Drops the texts that are no keys.
    fn without(self, is_key: impl Fn(&str) -> bool) -> Self {
        Self { text: self.text.iter().map(|text| text.filter(|text| is_key(text))).collect(), ..self }
    }

    /// Returns the digest of a row, with the text that verifies it.
    pub fn keyed(&self, row: u32) -> RowKey<'_> {
        self.get(row).map(|text| ((self.digest)(text), text))
    }

    /// Returns the text of a row.
    pub fn get(&self, row: u32) -> Option<&str> {
        value_at(&self.text, row as usize)
    }
}

/// Marks a row that is not in the customer map.
const NOT_MAPPED: u32 = u32::MAX;

/// The relations of one corp, as columns of keys.
pub struct Side {
    rows: usize,
    pub external_userid: KeyedColumn,
    pub unionid: KeyedColumn,
    pub customer_name: KeyedColumn,
    created_at: Int64Array,
    /// The entry of each row in the customer map; empty without a map.
    mapped: Vec<u32>,
}

impl Side {
    /// Reads the relations of the source corp.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn from_source(relations: &RecordBatch, map: &IdMap) -> Result<Self> {
        Self::with_digest(relations, digest, map, IdMap::entry_of_source)
    }

    /// Reads the relations of the target corp.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn from_target(relations: &RecordBatch, map: &IdMap) -> Result<Self> {
        Self::with_digest(relations, digest, map, IdMap::entry_of_target)
    }

    /// Reads relations with another digest.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn with_digest(
        relations: &RecordBatch,
        digest: Digest,
        map: &IdMap,
        entry_of: fn(&IdMap, &str) -> Option<u32>,
    ) -> Result<Self> {
        let external_userid = KeyedColumn::read(relations, &fields::EXTERNAL_USERID, digest)?;
        let entry = |id: Option<&str>| id.and_then(|id| entry_of(map, id)).unwrap_or(NOT_MAPPED);
        Ok(Self {
            rows: relations.num_rows(),
            mapped: if map.is_empty() { Vec::new() } else { external_userid.text.iter().map(entry).collect() },
            external_userid,
            unionid: KeyedColumn::read(relations, &fields::UNIONID, digest)?,
            customer_name: KeyedColumn::read_names(relations, digest)?,
            created_at: relations.times(&fields::CREATED_AT)?.reinterpret_cast::<Int64Type>(),
        })
    }

    /// Drops the unionids that are no keys in either corp.
    #[must_use]
    pub fn without(self, shared: [&SharedUnionids; 2]) -> Self {
        if shared.iter().all(|shared| shared.is_empty()) {
            return self;
        }
        Self { unionid: self.unionid.without(|unionid| !shared.iter().any(|shared| shared.contains(unionid))), ..self }
    }

    /// Returns the key of a row in the customer map: its entry, which is exact and needs no text.
    pub fn mapped(&self, row: u32) -> RowKey<'static> {
        self.mapped.get(row as usize).filter(|&&entry| entry != NOT_MAPPED).map(|&entry| (u64::from(entry), ""))
    }

    /// Returns whether the customer map names one of the customers.
    pub fn is_any_mapped(&self) -> bool {
        self.mapped.iter().any(|&entry| entry != NOT_MAPPED)
    }

    /// Returns the ids of the customer of a row: `external_userid` and unionid.
    pub fn ids(&self, row: u32) -> (Option<&str>, Option<&str>) {
        (self.external_userid.get(row), self.unionid.get(row))
    }

    /// Returns the name of a row in the form that is compared, unless it is masked.
    pub fn name(&self, row: u32) -> Option<&str> {
        self.customer_name.get(row)
    }

    /// Returns whether nothing but the id of a customer is known, by which only the customer map joins.
    pub fn is_known_by_id_alone(&self, row: u32) -> bool {
        self.unionid.get(row).is_none() && self.name(row).is_none()
    }

    /// Returns the number of relations.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the time when a relation was made: microseconds since 1970, UTC.
    pub fn created_at(&self, row: u32) -> Option<i64> {
        value_at(&self.created_at, row as usize)
    }

    /// Returns the order of relations that share a key: by time, unknown last, then by id, then by row.
    pub fn seniority(&self, row: u32) -> (bool, i64, Option<&str>, u32) {
        let created_at = self.created_at(row);
        (created_at.is_none(), created_at.unwrap_or_default(), self.external_userid.get(row), row)
    }
}
