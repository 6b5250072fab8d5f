//! Key of a table: how two rows compare, in one table or in two of the same columns.
//!
//! Tables are sorted by their keys, so that a merge join of two of them is one pass through both.

use std::cmp::Ordering;

use arrow::array::{Array, BooleanArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::Int64Type;

use crate::error::Result;
use crate::schema::{Column, Kind, ReadColumns, Table, fields, value_at};

/// Key columns of a batch, ready to compare.
pub struct TableKey {
    columns: Vec<KeyColumn>,
    fallbacks: Vec<Vec<KeyColumn>>,
}

enum KeyColumn {
    Text(StringViewArray),
    Number(Int64Array),
}

impl TableKey {
    /// Takes the key columns of `batch`, a batch of `table`, which may have more columns.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if it lacks one.
    pub fn new(table: &Table, batch: &RecordBatch) -> Result<Self> {
        Self::by(table, batch, |_| true)
    }

    /// As [`Self::new`], for comparisons across dumps: a `tmp_openid` identifies rows within one dump only.
    fn across_dumps(table: &Table, batch: &RecordBatch) -> Result<Self> {
        Self::by(table, batch, |column| column.name != fields::TMP_OPENID.name)
    }

    fn by(table: &Table, batch: &RecordBatch, keep: impl Fn(&Column) -> bool) -> Result<Self> {
        let pick = |columns: &[&Column]| -> Result<Vec<KeyColumn>> {
            columns.iter().filter(|column| keep(column)).map(|column| KeyColumn::new(batch, column)).collect()
        };
        Ok(Self {
            columns: pick(table.key)?,
            fallbacks: table.fallback_key.iter().map(|columns| pick(columns)).collect::<Result<_>>()?,
        })
    }

    /// Compares row `i` with row `j` of `other`: by the key, and where its last column is null on both sides, by the
    /// fallback key. Null sorts first and equals null.
    pub fn compare(&self, i: usize, other: &Self, j: usize) -> Ordering {
        let by_key = Self::lexicographic(&self.columns, i, &other.columns, j);
        let no_id = self.columns.last().is_some_and(|last| last.is_null(i));
        if by_key == Ordering::Equal && no_id { self.by_fallback(i, other, j) } else { by_key }
    }

    fn lexicographic(left: &[KeyColumn], i: usize, right: &[KeyColumn], j: usize) -> Ordering {
        left.iter()
            .zip(right)
            .map(|(left, right)| left.compare(i, right, j))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Compares by the first of the fallback keys whose first column is filled on either side.
    fn by_fallback(&self, i: usize, other: &Self, j: usize) -> Ordering {
        let is_empty = |columns: &[KeyColumn], row| columns.first().is_none_or(|first| first.is_null(row));
        let mut alternatives = self.fallbacks.iter().zip(&other.fallbacks);
        let decides = alternatives
            .find(|(left, right)| !is_empty(left, i) || !is_empty(right, j))
            .or(self.fallbacks.last().zip(other.fallbacks.last()));
        decides.map_or(Ordering::Equal, |(left, right)| Self::lexicographic(left, i, right, j))
    }

    /// Whether row `i` is identified by the fallback key, for it has no id.
    pub(super) fn has_no_id(&self, i: usize) -> bool {
        !self.fallbacks.is_empty() && self.columns.last().is_some_and(|last| last.is_null(i))
    }

    /// Returns the text of key column `n` in row `i`.
    pub(super) fn text(&self, n: usize, i: usize) -> Option<&str> {
        match self.columns.get(n) {
            Some(KeyColumn::Text(array)) => value_at(array, i),
            _ => None,
        }
    }

    /// Returns the number of columns of the key.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }
}

impl KeyColumn {
    fn new(batch: &RecordBatch, column: &Column) -> Result<Self> {
        Ok(match column.kind {
            Kind::Time => Self::Number(batch.times(column)?.reinterpret_cast::<Int64Type>()),
            _ => Self::Text(batch.texts(column)?.clone()),
        })
    }

    fn is_null(&self, i: usize) -> bool {
        match self {
            Self::Text(array) => array.is_null(i),
            Self::Number(array) => array.is_null(i),
        }
    }

    fn compare(&self, i: usize, other: &Self, j: usize) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => match (a.is_valid(i), b.is_valid(j)) {
                (true, true) if is_same_view(a, i, b, j) => Ordering::Equal,
                (true, true) => a.value(i).cmp(b.value(j)),
                (a, b) => a.cmp(&b),
            },
            (Self::Number(a), Self::Number(b)) => value_at(a, i).cmp(&value_at(b, j)),
            _ => unreachable!("both sides are of one table"),
        }
    }
}

/// Bytes of the longest text that is inlined in its view (`Utf8View` of Arrow).
const INLINE: u32 = 12;

/// Whether two texts are equal by their views alone: short ones are inlined.
fn is_same_view(a: &StringViewArray, i: usize, b: &StringViewArray, j: usize) -> bool {
    let (a, b) = (a.views()[i], b.views()[j]);
    a == b && a as u32 <= INLINE
}

/// Left semi join: for each row of `batch`, whether its key exists in `other`. Both are sorted by the key, without
/// duplicates, so this is a merge join.
///
/// # Errors
/// [`crate::Error::Bug`] if one of them lacks a key column.
pub fn exists_in(table: &Table, batch: &RecordBatch, other: &RecordBatch) -> Result<BooleanArray> {
    let (key, other_key) = (TableKey::across_dumps(table, batch)?, TableKey::across_dumps(table, other)?);
    let mut exists = vec![false; batch.num_rows()];
    let (mut i, mut j) = (0, 0);
    while i < batch.num_rows() && j < other.num_rows() {
        match key.compare(i, &other_key, j) {
            Ordering::Less => i += 1,
            Ordering::Equal => {
                exists[i] = true;
                i += 1;
            }
            Ordering::Greater => j += 1,
        }
    }
    Ok(exists.into())
}
