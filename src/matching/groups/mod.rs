//! Source groups beside target groups (SPEC section 4): by the group map, then, inside a pair of owners, by members,
//! then by name, each on the groups unmatched so far.
//!
//! Only the map joins groups of owners who are not mapped to one another. A group in the map is matched by the map
//! alone, even where the other group is not there.

mod members;
mod side;

pub use members::Overlap;
pub use side::GroupSide;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::cascade::Matches;
use crate::lists::IdMap;
use crate::schema::vocabulary::GroupMatchMethod;

/// The groups of an enrolled pair of owners, as rows of the two sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupPair {
    /// Groups of the source account.
    pub source: Vec<u32>,
    /// Groups of the account that it is mapped to.
    pub target: Vec<u32>,
}

/// Settings of the join by members.
#[derive(Debug, Clone, Copy)]
pub struct MemberTest {
    /// Whether unionids of the two corps are comparable.
    pub unionids_shared: bool,
    /// The smallest Jaccard index that counts.
    pub min_overlap: f64,
}

pub fn match_groups(
    source: &GroupSide,
    target: &GroupSide,
    pairs: &[GroupPair],
    map: &IdMap,
    test: MemberTest,
) -> Matches<GroupMatchMethod> {
    let mut matches = Matches::new(source.rows(), target.rows());
    by_map(source, target, map, &mut matches);
    let results: Vec<GroupPairResult> =
        pairs.par_iter().map(|pair| GroupPairMatcher::new(source, target, pair, map).run(test)).collect();
    for result in results {
        matches.take(result.joined, &result.ambiguous, &result.ambiguous_target);
        for row in result.no_usable_key {
            matches.no_usable_key[row as usize] = true;
        }
    }
    matches
}

/// Joins by the group map. Ids are unique on each side and the map is 1:1, so no match is ambiguous.
fn by_map(source: &GroupSide, target: &GroupSide, map: &IdMap, matches: &mut Matches<GroupMatchMethod>) {
    let rows_at_target = target.rows_by_id();
    for row in 0..source.rows() as u32 {
        let mapped = source.chat_id(row).and_then(|id| map.target_of(id)).and_then(|id| rows_at_target.get(id));
        if let Some(&at_target) = mapped {
            matches.join(row, at_target, GroupMatchMethod::GroupMap);
        }
    }
}

/// The matches of one pair of owners.
#[derive(Default)]
struct GroupPairResult {
    joined: Vec<(u32, u32, GroupMatchMethod)>,
    ambiguous: Vec<u32>,
    ambiguous_target: Vec<u32>,
    no_usable_key: Vec<u32>,
}

/// The cascade over one pair of owners.
struct GroupPairMatcher<'a> {
    source: &'a GroupSide,
    target: &'a GroupSide,
    pair: &'a GroupPair,
    left_at_source: Vec<u32>,
    left_at_target: Vec<u32>,
    result: GroupPairResult,
}

impl<'a> GroupPairMatcher<'a> {
    fn new(source: &'a GroupSide, target: &'a GroupSide, pair: &'a GroupPair, map: &IdMap) -> Self {
        let is_mapped = |row: u32| source.chat_id(row).is_some_and(|id| map.target_of(id).is_some());
        let is_image = |row: u32| target.chat_id(row).is_some_and(|id| map.is_image(id));
        Self {
            source,
            target,
            pair,
            left_at_source: pair.source.iter().copied().filter(|&row| !is_mapped(row)).collect(),
            left_at_target: pair.target.iter().copied().filter(|&row| !is_image(row)).collect(),
            result: GroupPairResult::default(),
        }
    }

    fn run(mut self, test: MemberTest) -> GroupPairResult {
        self.result.no_usable_key = self.without_usable_key(test.unionids_shared);
        if test.unionids_shared {
            self.by_members(test.min_overlap);
        }
        self.by_name();
        self.result
    }

    fn by_members(&mut self, min_overlap: f64) {
        let overlaps =
            members::overlaps((self.source, &self.left_at_source), (self.target, &self.left_at_target), min_overlap);
        let settled = members::settle(overlaps);
        self.result
            .joined
            .extend(settled.joined.iter().map(|&(source, target)| (source, target, GroupMatchMethod::Members)));
        self.left_at_source.retain(|row| !settled.is_source_done(*row));
        self.left_at_target.retain(|row| !settled.is_target_done(*row));
        // Groups of a tie are excluded from weaker methods, as rows with an ambiguous key are.
        self.result.ambiguous.extend(settled.ambiguous);
        self.result.ambiguous_target.extend(settled.ambiguous_target);
    }

    /// Joins by a name that is unique on either side; groups of any other name are ambiguous.
    fn by_name(&mut self) {
        let mut named: BTreeMap<Cow<'_, str>, GroupPair> = BTreeMap::new();
        for &row in &self.left_at_source {
            if let Some(name) = self.source.comparable_name(row) {
                named.entry(name).or_default().source.push(row);
            }
        }
        for &row in &self.left_at_target {
            if let Some(namesakes) = self.target.comparable_name(row).and_then(|name| named.get_mut(&name)) {
                namesakes.target.push(row);
            }
        }
        for namesakes in named.into_values().filter(|namesakes| !namesakes.target.is_empty()) {
            if let ([source], [target]) = (&namesakes.source[..], &namesakes.target[..]) {
                self.result.joined.push((*source, *target, GroupMatchMethod::Name));
            } else {
                self.result.ambiguous.extend(namesakes.source);
                self.result.ambiguous_target.extend(namesakes.target);
            }
        }
    }

    /// Returns the groups without a usable key. As for relations, a key is usable if the source group has it and any
    /// group of the mapped account does; where that owns none, absence is an answer.
    fn without_usable_key(&self, unionids_shared: bool) -> Vec<u32> {
        let owned = &self.pair.target;
        let shows = |has: &dyn Fn(u32) -> bool| owned.is_empty() || owned.iter().any(|&row| has(row));
        let has_unionids = unionids_shared && shows(&|row| self.target.has_unionids(row));
        let has_names = shows(&|row| self.target.comparable_name(row).is_some());
        let is_usable = |row: u32| {
            (has_unionids && self.source.has_unionids(row)) || (has_names && self.source.comparable_name(row).is_some())
        };
        self.left_at_source.iter().copied().filter(|&row| !is_usable(row)).collect()
    }
}

#[cfg(test)]
mod tests;
