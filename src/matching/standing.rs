//! What happens where a key stands n times on the source side and m times on the target side.

use super::side::Side;

/// A key as rows carry it: its fixed-width form, then the text that it is verified by.
pub type RowKey<'a> = Option<(u64, &'a str)>;

/// The rows of both sides that share one key, each side in order of seniority.
pub struct Standing<'a> {
    /// Rows of the source.
    pub source: &'a [u32],
    /// Rows of the target; may be empty.
    pub target: &'a [u32],
}

/// The rows of one side that have a key, in order of its fixed-width form.
pub struct KeyedRows<'s, K> {
    side: &'s Side,
    key: K,
    entries: Vec<(u64, u32)>,
}

impl<'a, 's, K: Fn(u32) -> RowKey<'a>> KeyedRows<'s, K> {
    /// Those of `rows` that have a key.
    pub fn of(side: &'s Side, rows: impl Iterator<Item = u32>, key: K) -> Self {
        let mut entries: Vec<(u64, u32)> = rows.filter_map(|row| key(row).map(|(key, _)| (key, row))).collect();
        entries.sort_unstable();
        Self { side, key, entries }
    }

    /// How many rows have a key.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Leaves out rows.
    pub fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        self.entries.retain(|&(_, row)| keep(row));
    }

    fn text(&self, row: u32) -> &'a str {
        (self.key)(row).map_or("", |(_, text)| text)
    }

    /// The rows of a stretch that share one fixed-width form, by text and then by seniority.
    fn by_text(&self, stretch: &[(u64, u32)]) -> Vec<(&'a str, u32)> {
        let mut rows: Vec<(&str, u32)> = stretch.iter().map(|&(_, row)| (self.text(row), row)).collect();
        rows.sort_unstable_by(|a, b| {
            a.0.cmp(b.0).then_with(|| self.side.seniority(a.1).cmp(&self.side.seniority(b.1)))
        });
        rows
    }
}

/// Calls `each` for every key that stands on the source side, in no promised order.
pub fn for_each_standing<'a, 'b>(
    source: &KeyedRows<'_, impl Fn(u32) -> RowKey<'a>>,
    target: &KeyedRows<'_, impl Fn(u32) -> RowKey<'b>>,
    mut each: impl FnMut(Standing<'_>),
) {
    let (left, right) = (&source.entries, &target.entries);
    let (mut i, mut j) = (0, 0);
    while i < left.len() {
        let key = left[i].0;
        let i_end = end_of(left, i, key);
        while j < right.len() && right[j].0 < key {
            j += 1;
        }
        let j_end = end_of(right, j, key);
        match (&left[i..i_end], &right[j..j_end]) {
            ([(_, row)], [(_, other)]) if source.text(*row) == target.text(*other) => {
                each(Standing { source: &[*row], target: &[*other] })
            }
            ([(_, row)], [] | [_]) => each(Standing { source: &[*row], target: &[] }),
            (rows, others) => for_each_text(&source.by_text(rows), &target.by_text(others), &mut each),
        }
        (i, j) = (i_end, j_end);
    }
}

fn end_of(entries: &[(u64, u32)], begin: usize, key: u64) -> usize {
    begin + entries[begin..].iter().take_while(|entry| entry.0 == key).count()
}

/// Texts whose fixed-width forms are one.
fn for_each_text(left: &[(&str, u32)], right: &[(&str, u32)], each: &mut impl FnMut(Standing<'_>)) {
    let rows = |entries: &[(&str, u32)]| -> Vec<u32> { entries.iter().map(|entry| entry.1).collect() };
    let (left_rows, right_rows) = (rows(left), rows(right));
    let (mut i, mut j) = (0, 0);
    while i < left.len() {
        let text = left[i].0;
        let i_end = i + left[i..].iter().take_while(|entry| entry.0 == text).count();
        j += right[j..].iter().take_while(|entry| entry.0 < text).count();
        let j_end = j + right[j..].iter().take_while(|entry| entry.0 == text).count();
        each(Standing { source: &left_rows[i..i_end], target: &right_rows[j..j_end] });
        (i, j) = (i_end, j_end);
    }
}
