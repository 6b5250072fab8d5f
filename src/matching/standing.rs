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

/// Calls `each` for every key that stands on the source side, in no promised order.
pub fn for_each_standing<'a>(
    source: &Side,
    source_rows: &[u32],
    source_key: impl Fn(u32) -> RowKey<'a>,
    target: &Side,
    target_rows: &[u32],
    target_key: impl Fn(u32) -> RowKey<'a>,
    mut each: impl FnMut(Standing<'_>),
) {
    let left = sorted(source, source_rows, source_key);
    let right = sorted(target, target_rows, target_key);
    let (left_rows, right_rows): (Vec<u32>, Vec<u32>) = (left.iter().map(|e| e.1).collect(), right.iter().map(|e| e.1).collect());
    let (mut i, mut j) = (0, 0);
    while i < left.len() {
        let key = left[i].0;
        let i_end = i + left[i..].iter().take_while(|entry| entry.0 == key).count();
        j += right[j..].iter().take_while(|entry| entry.0 < key).count();
        let j_end = j + right[j..].iter().take_while(|entry| entry.0 == key).count();
        each(Standing { source: &left_rows[i..i_end], target: &right_rows[j..j_end] });
        (i, j) = (i_end, j_end);
    }
}

/// The rows that have a key, sorted by it and then by seniority. Texts are compared only where the keys are equal.
fn sorted<'a>(side: &Side, rows: &[u32], key: impl Fn(u32) -> RowKey<'a>) -> Vec<((u64, &'a str), u32)> {
    let mut entries: Vec<_> = rows.iter().filter_map(|&row| key(row).map(|key| (key, row))).collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| side.seniority(a.1).cmp(&side.seniority(b.1))));
    entries
}
