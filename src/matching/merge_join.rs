//! Sort-merge join of two sides by key. Rows are sorted by an abbreviated key, the 8-byte digest of the key, and the
//! texts of equal digests are compared, so a collision decides nothing.

use super::side::Side;

/// The key of a row: its digest, and the text that verifies it.
pub type RowKey<'a> = Option<(u64, &'a str)>;

/// The rows of both sides that share one key, each side in order of seniority.
pub struct KeyGroup<'a> {
    /// Rows of the source.
    pub source: &'a [u32],
    /// Rows of the target; may be empty.
    pub target: &'a [u32],
}

/// The rows of one side that have a key, sorted by its digest.
pub struct KeyedRows<'s, K> {
    side: &'s Side,
    key: K,
    entries: Vec<(u64, u32)>,
}

impl<'a, 's, K: Fn(u32) -> RowKey<'a>> KeyedRows<'s, K> {
    /// Sorts those of `rows` that have a key.
    pub fn new(side: &'s Side, rows: impl Iterator<Item = u32>, key: K) -> Self {
        let mut entries: Vec<(u64, u32)> = rows.filter_map(|row| key(row).map(|(digest, _)| (digest, row))).collect();
        entries.sort_unstable();
        Self { side, key, entries }
    }

    /// Returns the number of rows that have a key.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Drops the rows for which `keep` does not hold.
    pub fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        self.entries.retain(|&(_, row)| keep(row));
    }

    fn text(&self, row: u32) -> &'a str {
        (self.key)(row).map_or("", |(_, text)| text)
    }

    /// Sorts rows of one digest by text, then by seniority.
    fn by_text(&self, same_digest: &[(u64, u32)]) -> Vec<(&'a str, u32)> {
        let mut rows: Vec<(&str, u32)> = same_digest.iter().map(|&(_, row)| (self.text(row), row)).collect();
        rows.sort_unstable_by(|a, b| {
            a.0.cmp(b.0).then_with(|| self.side.seniority(a.1).cmp(&self.side.seniority(b.1)))
        });
        rows
    }
}

/// Sort-merge join by key: calls `each` with the group of every key of the source side, in no promised order.
pub fn merge_join<'a, 'b>(
    source: &KeyedRows<'_, impl Fn(u32) -> RowKey<'a>>,
    target: &KeyedRows<'_, impl Fn(u32) -> RowKey<'b>>,
    mut each: impl FnMut(KeyGroup<'_>),
) {
    let (left, right) = (&source.entries, &target.entries);
    let (mut i, mut j) = (0, 0);
    while i < left.len() {
        let digest = left[i].0;
        let i_end = end_of(left, i, digest);
        while j < right.len() && right[j].0 < digest {
            j += 1;
        }
        let j_end = end_of(right, j, digest);
        match (&left[i..i_end], &right[j..j_end]) {
            ([(_, row)], [(_, other)]) if source.text(*row) == target.text(*other) => {
                each(KeyGroup { source: &[*row], target: &[*other] });
            }
            ([(_, row)], [] | [_]) => each(KeyGroup { source: &[*row], target: &[] }),
            (rows, others) => merge_texts(&source.by_text(rows), &target.by_text(others), &mut each),
        }
        (i, j) = (i_end, j_end);
    }
}

fn end_of(entries: &[(u64, u32)], begin: usize, digest: u64) -> usize {
    begin + entries[begin..].iter().take_while(|entry| entry.0 == digest).count()
}

/// Merges the rows of one digest by their texts.
fn merge_texts(left: &[(&str, u32)], right: &[(&str, u32)], each: &mut impl FnMut(KeyGroup<'_>)) {
    let rows = |entries: &[(&str, u32)]| -> Vec<u32> { entries.iter().map(|entry| entry.1).collect() };
    let (left_rows, right_rows) = (rows(left), rows(right));
    let (mut i, mut j) = (0, 0);
    while i < left.len() {
        let text = left[i].0;
        let i_end = i + left[i..].iter().take_while(|entry| entry.0 == text).count();
        j += right[j..].iter().take_while(|entry| entry.0 < text).count();
        let j_end = j + right[j..].iter().take_while(|entry| entry.0 == text).count();
        each(KeyGroup { source: &left_rows[i..i_end], target: &right_rows[j..j_end] });
        (i, j) = (i_end, j_end);
    }
}
