//! Relations that arrived, but under another account than the mapped one (B7): among what every pair left over.

use std::collections::HashSet;

use super::cascade::{Matches, NOT_MATCHED};
use super::side::Side;
use super::standing::{KeyedRows, RowKey, for_each_standing};
use crate::schema::vocabulary::MatchMethod;

/// What could not be read that bears on a source row which its pair left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Nothing.
    None,
    /// A value of its own, or a record of its mapped account that it may be: it is undetermined by that.
    OwnRow,
    /// A record of the source corp that may be of the same customer.
    OtherRows,
}

/// Joins left-over source rows with left-over target rows of the same customer, by customer map, then by unionid.
/// Marks what it joins in `matches` and answers which source rows are misplaced. A customer who is left over more often
/// at the source than at the target is ambiguous, as inside a pair.
///
/// `candidates`: source rows in scope, not matched, not refused. `arrivals`: unmatched target rows made since the start.
/// `doubt`: what could not be read about a candidate: where another row of the customer may be the one that arrived, none is
/// misplaced.
pub fn misplaced<'a>(
    source: &'a Side,
    target: &'a Side,
    (candidates, arrivals): (&[u32], &[u32]),
    unionids_shared: bool,
    doubt: impl Fn(u32) -> Doubt,
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
            .filter(|&row| matches.source_of[row as usize] == NOT_MATCHED && !matches.spoken_for[row as usize]);
        let key_of = |side: &'a Side| move |row| key(side, method, row);
        let (left, right) = (KeyedRows::of(source, left, key_of(source)), KeyedRows::of(target, right, key_of(target)));
        for_each_standing(&left, &right, |standing| {
            let (n, m) = (standing.source.len(), standing.target.len());
            if n <= m && m > 0 && standing.source.iter().any(|&row| doubt(row) != Doubt::None) {
                for &row in standing.source {
                    matches.ambiguous[row as usize] |= doubt(row) != Doubt::OwnRow;
                    settled.insert(row);
                }
            } else if n <= m {
                for (&source, &target) in standing.source.iter().zip(standing.target) {
                    matches.join(source, target, method);
                    settled.insert(source);
                    found.push(source);
                }
            } else if m > 0 {
                for &row in standing.source {
                    matches.ambiguous[row as usize] = true;
                    settled.insert(row);
                }
                for &row in standing.target {
                    matches.spoken_for[row as usize] = true;
                }
            }
        });
    }
    found
}

/// The key by which a method that looks across accounts joins a row; names do not.
pub fn key(side: &Side, method: MatchMethod, row: u32) -> RowKey<'_> {
    match method {
        MatchMethod::CustomerMap => side.mapped(row),
        MatchMethod::Unionid => side.unionid.keyed(row),
        MatchMethod::Name => None,
    }
}
