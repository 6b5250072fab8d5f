//! Relations that arrived, but under another account than the mapped one (B7): among what every pair left over.

use std::collections::HashSet;

use super::cascade::{Matches, NOT_MATCHED, mapped_key};
use super::id_map::IdMap;
use super::side::Side;
use super::standing::for_each_standing;
use crate::schema::vocabulary::MatchMethod;

/// Joins left-over source rows with left-over target rows of the same customer, by customer map, then by unionid.
/// Marks what it joins in `matches` and answers which source rows are misplaced. A customer who is left over more often
/// at the source than at the target is ambiguous, as inside a pair.
///
/// `candidates`: source rows in scope, not matched, not refused. `arrivals`: unmatched target rows made since the start.
pub fn misplaced(
    source: &Side,
    target: &Side,
    candidates: &[u32],
    arrivals: &[u32],
    map: &IdMap,
    unionids_shared: bool,
    matches: &mut Matches,
) -> Vec<u32> {
    let mut found = Vec::new();
    let mut settled: HashSet<u32> = HashSet::new();
    for method in [MatchMethod::CustomerMap, MatchMethod::Unionid] {
        if method == MatchMethod::Unionid && !unionids_shared {
            continue;
        }
        let left: Vec<u32> = candidates.iter().copied().filter(|row| !settled.contains(row)).collect();
        let right: Vec<u32> = arrivals
            .iter()
            .copied()
            .filter(|&row| matches.source_of[row as usize] == NOT_MATCHED && !matches.spoken_for[row as usize])
            .collect();
        let source_key = |row| match method {
            MatchMethod::CustomerMap => mapped_key(source, map, row),
            _ => source.unionid.keyed(row),
        };
        let target_key = |row| match method {
            MatchMethod::CustomerMap => target.external_userid.keyed(row),
            _ => target.unionid.keyed(row),
        };
        for_each_standing(source, &left, source_key, target, &right, target_key, |standing| {
            let (n, m) = (standing.source.len(), standing.target.len());
            if n <= m {
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
