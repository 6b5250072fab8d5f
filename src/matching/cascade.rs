//! The cascade inside a pair of accounts: customer map, then unionid, then name.

use std::ops::Range;

use super::merge_join::{KeyGroup, KeyedRows, merge_join};
use super::name;
use super::namespaces::Namespaces;
use super::side::Side;
use crate::schema::vocabulary::MatchMethod;

/// An enrolled pair of accounts, as ranges of rows of the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Rows of the source account.
    pub source: Range<u32>,
    /// Rows of the target account.
    pub target: Range<u32>,
}

/// Marks a row without a match.
pub const NOT_MATCHED: u32 = u32::MAX;

/// The matches of two sides, by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches<Method = MatchMethod> {
    /// For each source row its target row, or [`NOT_MATCHED`].
    pub target_of: Vec<u32>,
    /// For each source row the method that matched it.
    pub method: Vec<Option<Method>>,
    /// For each target row its source row, or [`NOT_MATCHED`].
    pub source_of: Vec<u32>,
    /// Source rows whose key occurs more often in their account than in the mapped one.
    pub ambiguous: Vec<bool>,
    /// Source rows without any key that their mapped account shows.
    pub no_usable_key: Vec<bool>,
    /// Target rows with an ambiguous key: each belongs to one of several source rows.
    pub ambiguous_target: Vec<bool>,
}

/// The part of [`Matches`] that is kept after the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// As [`Matches::target_of`].
    pub target_of: Vec<u32>,
    /// As [`Matches::method`].
    pub method: Vec<Option<MatchMethod>>,
    /// As [`Matches::source_of`].
    pub source_of: Vec<u32>,
}

impl From<Matches> for Joined {
    fn from(Matches { target_of, method, source_of, .. }: Matches) -> Self {
        Self { target_of, method, source_of }
    }
}

impl<Method: Copy> Matches<Method> {
    /// Creates matches without any.
    pub fn new(source_rows: usize, target_rows: usize) -> Self {
        Self {
            target_of: vec![NOT_MATCHED; source_rows],
            method: vec![None; source_rows],
            source_of: vec![NOT_MATCHED; target_rows],
            ambiguous: vec![false; source_rows],
            no_usable_key: vec![false; source_rows],
            ambiguous_target: vec![false; target_rows],
        }
    }

    /// Adds the matches of a pair, and its rows with an ambiguous key on either side.
    pub fn take(&mut self, joined: Vec<(u32, u32, Method)>, ambiguous: &[u32], ambiguous_target: &[u32]) {
        for (source, target, method) in joined {
            self.join(source, target, method);
        }
        for &row in ambiguous {
            self.ambiguous[row as usize] = true;
        }
        for &row in ambiguous_target {
            self.ambiguous_target[row as usize] = true;
        }
    }

    /// Matches two rows.
    pub fn join(&mut self, source: u32, target: u32, method: Method) {
        debug_assert!(self.source_of[target as usize] == NOT_MATCHED && self.target_of[source as usize] == NOT_MATCHED);
        self.target_of[source as usize] = target;
        self.source_of[target as usize] = source;
        self.method[source as usize] = Some(method);
    }
}

/// Matches the relations of all pairs. `unionids_shared`: whether unionids of the two corps are comparable.
pub fn match_pairs(source: &Side, target: &Side, pairs: &[Pair], unionids_shared: bool) -> (Matches, Namespaces) {
    let mut matches = Matches::new(source.rows(), target.rows());
    let mut namespaces = Namespaces::default();
    for pair in pairs {
        let result = PairMatcher::new(source, target, pair, unionids_shared).run();
        matches.take(result.joined, &result.ambiguous, &result.ambiguous_target);
        for (row, no_key) in pair.source.clone().zip(result.no_usable_key) {
            matches.no_usable_key[row as usize] = no_key;
        }
        namespaces += result.namespaces;
    }
    (matches, namespaces)
}

/// The matches of one pair.
#[derive(Default)]
pub(super) struct PairResult {
    pub(super) joined: Vec<(u32, u32, MatchMethod)>,
    pub(super) ambiguous: Vec<u32>,
    pub(super) ambiguous_target: Vec<u32>,
    no_usable_key: Vec<bool>,
    namespaces: Namespaces,
}

impl PairResult {
    /// Matches n source rows with m target rows of one key in order of seniority if n <= m; marks all as ambiguous if
    /// n > m > 0.
    pub(super) fn settle(&mut self, group: &KeyGroup<'_>, method: MatchMethod) {
        let (n, m) = (group.source.len(), group.target.len());
        if n <= m {
            self.joined.extend(group.source.iter().zip(group.target).map(|(&s, &t)| (s, t, method)));
        } else if m > 0 {
            self.ambiguous.extend_from_slice(group.source);
            self.ambiguous_target.extend_from_slice(group.target);
        }
    }
}

/// The cascade over one pair.
struct PairMatcher<'a> {
    source: &'a Side,
    target: &'a Side,
    pair: &'a Pair,
    unionids_shared: bool,
    /// Rows of the pair that are excluded from weaker methods: matched, or with an ambiguous key.
    source_done: Vec<bool>,
    target_done: Vec<bool>,
    result: PairResult,
}

impl<'a> PairMatcher<'a> {
    fn new(source: &'a Side, target: &'a Side, pair: &'a Pair, unionids_shared: bool) -> Self {
        let none_done = |rows: &Range<u32>| vec![false; rows.len()];
        let (source_done, target_done) = (none_done(&pair.source), none_done(&pair.target));
        Self { source, target, pair, unionids_shared, source_done, target_done, result: PairResult::default() }
    }

    fn run(mut self) -> PairResult {
        self.by(MatchMethod::CustomerMap);
        self.by(MatchMethod::Unionid);
        self.by(MatchMethod::Name);
        self.result.no_usable_key = self.without_usable_key();
        self.result
    }

    /// Joins the rows that are not excluded by one method. Rows with an ambiguous key are excluded from weaker methods.
    fn by(&mut self, method: MatchMethod) {
        let (source, target) = (self.source, self.target);
        let (rows, others) = (self.pair.source.clone(), self.pair.target.clone());
        let (base, other_base) = (rows.start, others.start);
        let (source_done, target_done) = (&self.source_done, &self.target_done);
        let left = rows.clone().filter(|row| !source_done[(row - base) as usize]);
        let other_left = others.clone().filter(|row| !target_done[(row - other_base) as usize]);
        let result = &mut self.result;
        let settled = (result.joined.len(), result.ambiguous.len(), result.ambiguous_target.len());
        match method {
            MatchMethod::CustomerMap => {
                let left = KeyedRows::new(source, left, |row| source.mapped(row));
                let right = KeyedRows::new(target, other_left, |row| target.mapped(row));
                merge_join(&left, &right, |group| result.settle(&group, method));
            }
            MatchMethod::Unionid => {
                let key = |row| source.unionid.keyed(row);
                let other_key = |row| target.unionid.keyed(row);
                // The test of the namespaces needs all rows, so one sort serves both.
                let (mut all, mut others) =
                    (KeyedRows::new(source, rows, key), KeyedRows::new(target, others, other_key));
                result.namespaces = Namespaces::count(&all, &others);
                if self.unionids_shared {
                    all.retain(|row| !source_done[(row - base) as usize]);
                    others.retain(|row| !target_done[(row - other_base) as usize]);
                    merge_join(&all, &others, |group| result.settle(&group, method));
                }
            }
            MatchMethod::Name => {
                let ids = name::NameJoin { source, target, unionids_shared: self.unionids_shared };
                let left = KeyedRows::new(source, left, |row| source.customer_name.keyed(row));
                let right = KeyedRows::new(target, other_left, |row| target.customer_name.keyed(row));
                merge_join(&left, &right, |group| ids.settle(&group, result));
            }
        }
        self.mark_settled(settled);
    }

    /// Excludes the rows that the last method settled: those behind the given lengths.
    fn mark_settled(&mut self, (joined, ambiguous, ambiguous_target): (usize, usize, usize)) {
        let (base, other_base) = (self.pair.source.start, self.pair.target.start);
        for &(source, target, _) in &self.result.joined[joined..] {
            self.source_done[(source - base) as usize] = true;
            self.target_done[(target - other_base) as usize] = true;
        }
        for &row in &self.result.ambiguous[ambiguous..] {
            self.source_done[(row - base) as usize] = true;
        }
        for &row in &self.result.ambiguous_target[ambiguous_target..] {
            self.target_done[(row - other_base) as usize] = true;
        }
    }

    /// Returns the rows without a usable key. A key is usable if the source row has it and any row of the target
    /// account does; in an empty account, absence is an answer.
    fn without_usable_key(&self) -> Vec<bool> {
        let rows = || self.pair.target.clone();
        let is_empty = rows().is_empty();
        let has_unionids =
            self.unionids_shared && (is_empty || rows().any(|row| self.target.unionid.get(row).is_some()));
        let has_names = is_empty || rows().any(|row| self.target.customer_name.get(row).is_some());
        let has_ids = is_empty || rows().any(|row| self.target.external_userid.get(row).is_some());
        let usable = |row: u32| {
            (has_unionids && self.source.unionid.get(row).is_some())
                || (has_names && self.source.customer_name.get(row).is_some())
                || (has_ids && self.source.mapped(row).is_some())
        };
        self.pair.source.clone().map(|row| !usable(row)).collect()
    }
}
