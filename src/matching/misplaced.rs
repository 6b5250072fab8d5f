//! Misplaced relations (B7): a join across accounts of the rows that no pair matched.

use std::collections::HashSet;

use super::cascade::{Matches, NOT_MATCHED};
use super::merge_join::{KeyedRows, RowKey, merge_join};
use super::side::Side;
use crate::schema::vocabulary::MatchMethod;

/// The unreadable data about a source row that its pair did not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CandidateDoubt {
    None,
    /// A value of the row, or a record of its mapped account that may match it: the row is undetermined by that.
    OwnRow,
    /// A record of the source corp that may be about the same customer.
    OtherRows,
}

/// Joins unmatched source rows with unmatched target rows of the same customer, by customer map, then by unionid. Adds
/// the matches to `matches` and returns the source rows that are misplaced. A customer with more unmatched rows at the
/// source than at the target is ambiguous, as inside a pair.
///
/// `candidates`: source rows in scope, not matched, not refused. `arrivals`: unmatched target rows made since the
/// start. `doubt`: the unreadable data about a candidate: if another row of the customer may be the one that arrived,
/// none is misplaced.
pub fn misplaced<'a>(
    source: &'a Side,
    target: &'a Side,
    (candidates, arrivals): (&[u32], &[u32]),
    unionids_shared: bool,
    doubt: impl Fn(u32) -> CandidateDoubt,
    matches: &mut Matches,
) -> Vec<u32> {
    let mut found = Vec::new();
    let mut settled: HashSet<u32> = HashSet::new();
    for method in [MatchMethod::CustomerMap, MatchMethod::Unionid] {
        if method == MatchMethod::Unionid && !unionids_shared {
            continue;
        }
        let left = candidates.iter().copied().filter(|row| !settled.contains(row));
        let right = arrivals
            .iter()
            .copied()
            .filter(|&row| matches.source_of[row as usize] == NOT_MATCHED && !matches.ambiguous_target[row as usize]);
        let key_of = |side: &'a Side| move |row| key(side, method, row);
        let (left, right) =
            (KeyedRows::new(source, left, key_of(source)), KeyedRows::new(target, right, key_of(target)));
        merge_join(&left, &right, |group| {
            let (n, m) = (group.source.len(), group.target.len());
            if n <= m && group.source.iter().any(|&row| doubt(row) != CandidateDoubt::None) {
                for &row in group.source {
                    matches.ambiguous[row as usize] |= doubt(row) != CandidateDoubt::OwnRow;
                    settled.insert(row);
                }
            } else if n <= m {
                for (&source, &target) in group.source.iter().zip(group.target) {
                    matches.join(source, target, method);
                    settled.insert(source);
                    found.push(source);
                }
            } else if m > 0 {
                for &row in group.source {
                    matches.ambiguous[row as usize] = true;
                    settled.insert(row);
                }
                for &row in group.target {
                    matches.ambiguous_target[row as usize] = true;
                }
            }
        });
    }
    found
}

/// Returns the key of a row for a join across accounts; names are no such key.
pub fn key(side: &Side, method: MatchMethod, row: u32) -> RowKey<'_> {
    match method {
        MatchMethod::CustomerMap => side.mapped(row),
        MatchMethod::Unionid => side.unionid.keyed(row),
        MatchMethod::Name => None,
    }
}
