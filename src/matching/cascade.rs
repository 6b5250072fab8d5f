//! The cascade inside a pair of accounts: customer map, then unionid, then name.

use std::ops::Range;

use rayon::prelude::*;

use super::id_map::IdMap;
use super::name;
use super::side::Side;
use super::standing::{RowKey, Standing, for_each_standing};
use crate::schema::vocabulary::MatchMethod;

/// An enrolled pair of accounts as stretches of the two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Rows of the source account.
    pub source: Range<u32>,
    /// Rows of the target account.
    pub target: Range<u32>,
}

/// Stands for "no row".
pub const NOT_MATCHED: u32 = u32::MAX;

/// The result of the matching, by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches<Method = MatchMethod> {
    /// For each source row its target row, or [`NOT_MATCHED`].
    pub target_of: Vec<u32>,
    /// For each source row how it was matched.
    pub method: Vec<Option<Method>>,
    /// For each target row its source row, or [`NOT_MATCHED`].
    pub source_of: Vec<u32>,
    /// Source rows whose key stands more often in their account than in the mapped one.
    pub ambiguous: Vec<bool>,
    /// Source rows that nothing can join with their mapped account.
    pub no_usable_key: Vec<bool>,
    /// Target rows that an ambiguous key speaks for: they belong to one of several source rows.
    pub spoken_for: Vec<bool>,
}

impl<Method: Copy> Matches<Method> {
    pub(super) fn none(source_rows: usize, target_rows: usize) -> Self {
        Self {
            target_of: vec![NOT_MATCHED; source_rows],
            method: vec![None; source_rows],
            source_of: vec![NOT_MATCHED; target_rows],
            ambiguous: vec![false; source_rows],
            no_usable_key: vec![false; source_rows],
            spoken_for: vec![false; target_rows],
        }
    }

    /// Records that the two rows are one relation.
    pub fn join(&mut self, source: u32, target: u32, method: Method) {
        debug_assert!(self.source_of[target as usize] == NOT_MATCHED && self.target_of[source as usize] == NOT_MATCHED);
        self.target_of[source as usize] = target;
        self.source_of[target as usize] = source;
        self.method[source as usize] = Some(method);
    }
}

/// Matches all pairs, side by side. `unionids_shared`: whether the namespaces allow to compare unionids.
pub fn match_pairs(source: &Side, target: &Side, pairs: &[Pair], map: &IdMap, unionids_shared: bool) -> Matches {
    let results: Vec<PairResult> =
        pairs.par_iter().map(|pair| PairMatcher::new(source, target, pair, map, unionids_shared).run()).collect();
    let mut matches = Matches::none(source.rows(), target.rows());
    for (pair, result) in pairs.iter().zip(results) {
        for (source, target, method) in result.joined {
            matches.join(source, target, method);
        }
        for row in result.ambiguous {
            matches.ambiguous[row as usize] = true;
        }
        for row in result.spoken_for {
            matches.spoken_for[row as usize] = true;
        }
        for (row, no_key) in pair.source.clone().zip(result.no_usable_key) {
            matches.no_usable_key[row as usize] = no_key;
        }
    }
    matches
}

/// What one pair found.
#[derive(Default)]
pub(super) struct PairResult {
    pub(super) joined: Vec<(u32, u32, MatchMethod)>,
    pub(super) ambiguous: Vec<u32>,
    pub(super) spoken_for: Vec<u32>,
    no_usable_key: Vec<bool>,
}

impl PairResult {
    /// n <= m matches all n in order of seniority; n > m > 0 makes all n ambiguous; m = 0 says nothing. Never guess.
    pub(super) fn settle(&mut self, standing: &Standing<'_>, method: MatchMethod) {
        let (n, m) = (standing.source.len(), standing.target.len());
        if n <= m {
            self.joined.extend(standing.source.iter().zip(standing.target).map(|(&s, &t)| (s, t, method)));
        } else if m > 0 {
            self.ambiguous.extend_from_slice(standing.source);
            self.spoken_for.extend_from_slice(standing.target);
        }
    }
}

/// One pair on its way through the cascade.
struct PairMatcher<'a> {
    source: &'a Side,
    target: &'a Side,
    pair: &'a Pair,
    map: &'a IdMap,
    unionids_shared: bool,
    left_at_source: Vec<u32>,
    left_at_target: Vec<u32>,
    result: PairResult,
}

impl<'a> PairMatcher<'a> {
    fn new(source: &'a Side, target: &'a Side, pair: &'a Pair, map: &'a IdMap, unionids_shared: bool) -> Self {
        Self {
            source,
            target,
            pair,
            map,
            unionids_shared,
            left_at_source: pair.source.clone().collect(),
            left_at_target: pair.target.clone().collect(),
            result: PairResult::default(),
        }
    }

    fn run(mut self) -> PairResult {
        if !self.map.is_empty() {
            self.by(MatchMethod::CustomerMap);
        }
        if self.unionids_shared {
            self.by(MatchMethod::Unionid);
        }
        self.by(MatchMethod::Name);
        self.result.no_usable_key = self.without_usable_key();
        self.result
    }

    /// One method on what is left over. An ambiguous key ends the way of its rows: a weaker method must not overrule it.
    fn by(&mut self, method: MatchMethod) {
        let (source, target, map) = (self.source, self.target, self.map);
        let result = &mut self.result;
        let (left, right) = (&self.left_at_source, &self.left_at_target);
        match method {
            MatchMethod::CustomerMap => {
                let mapped = |row| mapped_key(source, map, row);
                let own = |row| target.external_userid.keyed(row);
                for_each_standing(source, left, mapped, target, right, own, |standing| result.settle(&standing, method));
            }
            MatchMethod::Unionid => {
                let (at_source, at_target) = (|row| source.unionid.keyed(row), |row| target.unionid.keyed(row));
                for_each_standing(source, left, at_source, target, right, at_target, |standing| result.settle(&standing, method));
            }
            MatchMethod::Name => {
                let ids = name::Ids { source, target, map, unionids_shared: self.unionids_shared };
                let (at_source, at_target) = (|row| source.customer_name.keyed(row), |row| target.customer_name.keyed(row));
                for_each_standing(source, left, at_source, target, right, at_target, |standing| ids.settle(&standing, result));
            }
        }
        self.drop_settled();
    }

    fn drop_settled(&mut self) {
        let source_base = self.pair.source.start;
        let target_base = self.pair.target.start;
        let mut source_done = vec![false; self.pair.source.len()];
        let mut target_done = vec![false; self.pair.target.len()];
        for &(source, target, _) in &self.result.joined {
            source_done[(source - source_base) as usize] = true;
            target_done[(target - target_base) as usize] = true;
        }
        for &row in &self.result.ambiguous {
            source_done[(row - source_base) as usize] = true;
        }
        for &row in &self.result.spoken_for {
            target_done[(row - target_base) as usize] = true;
        }
        self.left_at_source.retain(|&row| !source_done[(row - source_base) as usize]);
        self.left_at_target.retain(|&row| !target_done[(row - target_base) as usize]);
    }

    /// A key is usable if the source row has it and the target account shows it on any of its rows; an account that
    /// holds nothing shows nothing, and there absence is an answer.
    fn without_usable_key(&self) -> Vec<bool> {
        let rows = || self.pair.target.clone();
        let is_empty = rows().is_empty();
        let has_unionids = self.unionids_shared && (is_empty || rows().any(|row| self.target.unionid.get(row).is_some()));
        let has_names = is_empty || rows().any(|row| self.target.customer_name.get(row).is_some());
        let has_ids = is_empty || rows().any(|row| self.target.external_userid.get(row).is_some());
        let usable = |row: u32| {
            (has_ids && mapped_key(self.source, self.map, row).is_some())
                || (has_unionids && self.source.unionid.get(row).is_some())
                || (has_names && self.source.customer_name.get(row).is_some())
        };
        self.pair.source.clone().map(|row| !usable(row)).collect()
    }
}

/// The target id that the customer map gives a source row.
pub(super) fn mapped_key<'a>(source: &Side, map: &'a IdMap, row: u32) -> RowKey<'a> {
    let text = map.target_of(source.external_userid.get(row)?)?;
    Some((source.key_of(text), text))
}
