//! The key of a table: how two rows compare, in one table or across two of the same shape.
//!
//! Sorted by its key, a table answers "does this row stand in the other snapshot?" by one walk through both.

use std::cmp::Ordering;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use crate::schema::{Column, Kind, Table, fields};

/// The key columns of a batch, ready to compare.
pub struct Key {
    columns: Vec<KeyColumn>,
    fallbacks: Vec<Vec<KeyColumn>>,
}

enum KeyColumn {
    Text(StringViewArray),
    Number(Int64Array),
}

impl Key {
    /// The key of `batch`, whose columns are those of `table` (more may follow).
    pub fn of(table: &Table, batch: &RecordBatch) -> Self {
        Self::by(table, batch, |_| true)
    }

    /// As [`Self::of`], for comparisons across dumps: a `tmp_openid` ties rows of one dump only.
    fn across(table: &Table, batch: &RecordBatch) -> Self {
        Self::by(table, batch, |column| column.name != fields::TMP_OPENID.name)
    }

    fn by(table: &Table, batch: &RecordBatch, keep: impl Fn(&Column) -> bool) -> Self {
        let pick = |columns: &[&Column]| {
            columns.iter().filter(|column| keep(column)).map(|column| KeyColumn::of(batch, column)).collect()
        };
        Self { columns: pick(table.key), fallbacks: table.fallback_key.iter().map(|columns| pick(columns)).collect() }
    }

    /// Compares row `i` here with row `j` there: by the key, and where its last column is null on both sides, by the
    /// fallback. Null comes first and equals null, for a key that lacks a part is still a key.
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

    /// Of the alternatives the first decides whose first column is filled on either side.
    fn by_fallback(&self, i: usize, other: &Self, j: usize) -> Ordering {
        let is_empty = |columns: &[KeyColumn], row| columns.first().is_none_or(|first| first.is_null(row));
        let mut alternatives = self.fallbacks.iter().zip(&other.fallbacks);
        let decides = alternatives
            .find(|(left, right)| !is_empty(left, i) || !is_empty(right, j))
            .or(self.fallbacks.last().zip(other.fallbacks.last()));
        decides.map_or(Ordering::Equal, |(left, right)| Self::lexicographic(left, i, right, j))
    }

    /// Whether row `i` is told apart by the fallback, for it has no id.
    pub(super) fn has_no_id(&self, i: usize) -> bool {
        !self.fallbacks.is_empty() && self.columns.last().is_some_and(|last| last.is_null(i))
    }

    /// The text of key column `n` in row `i`.
    pub(super) fn text(&self, n: usize, i: usize) -> Option<&str> {
        match self.columns.get(n) {
            Some(KeyColumn::Text(array)) if array.is_valid(i) => Some(array.value(i)),
            _ => None,
        }
    }

    /// How many columns the key has.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }
}

impl KeyColumn {
    fn of(batch: &RecordBatch, column: &Column) -> Self {
        let array = batch.column_by_name(column.name).expect("a table holds its key columns");
        match column.kind {
            Kind::Time => {
                Self::Number(array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast::<Int64Type>())
            }
            _ => Self::Text(array.as_string_view().clone()),
        }
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
            (Self::Number(a), Self::Number(b)) => {
                a.is_valid(i).then(|| a.value(i)).cmp(&b.is_valid(j).then(|| b.value(j)))
            }
            _ => unreachable!("both sides are of one table"),
        }
    }
}

/// Bytes of the texts that stand in their views (Arrow's `Utf8View`).
const INLINE: u32 = 12;

/// Whether two texts are one at a glance: short ones stand in their views.
fn is_same_view(a: &StringViewArray, i: usize, b: &StringViewArray, j: usize) -> bool {
    let (a, b) = (a.views()[i], b.views()[j]);
    a == b && a as u32 <= INLINE
}

/// For each row of `batch`, whether its key stands in `other`. Both are sorted by the key, without duplicates.
pub fn stands_in(table: &Table, batch: &RecordBatch, other: &RecordBatch) -> BooleanArray {
    stands_in_key(&Key::across(table, batch), batch.num_rows(), &Key::across(table, other), other.num_rows())
}

/// As [`stands_in`], for keys taken from differently named columns.
pub fn stands_in_key(key: &Key, rows: usize, other: &Key, other_rows: usize) -> BooleanArray {
    let mut j = 0;
    (0..rows)
        .map(|i| {
            while j < other_rows && key.compare(i, other, j).is_gt() {
                j += 1;
            }
            Some(j < other_rows && key.compare(i, other, j).is_eq())
        })
        .collect()
}
