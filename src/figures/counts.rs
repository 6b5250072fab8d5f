//! Decided relations, groups and join codes, counted by the words that they got.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, UInt8Array};
use polars::prelude::{DataType, Expr, IntoLazy, LazyFrame, len};

use super::evaluated;
use super::tally::Tally;
use crate::decision::{Exports, GroupDecision, Plan};
use crate::error::{Error, Result};
use crate::frame;
use crate::schema::Column;
use crate::schema::fields::{CODE_VERDICT, GROUP_OUTCOME, ORIGIN, OUTCOME, RELATIONS, SCOPE};
use crate::schema::tables::{GROUPS, JOIN_CODES};
use crate::schema::vocabulary::{CodeVerdict, GroupOutcome, Origin, Outcome, Scope};

/// Counts by word; the order is that of the rules when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Relations of source-before by scope.
    pub by_scope: BTreeMap<String, u64>,
    /// Relations of source-before by outcome.
    pub by_outcome: BTreeMap<String, u64>,
    /// Relations of target-after by origin.
    pub by_origin: BTreeMap<String, u64>,
}

impl Counts {
    /// Sums up the tally.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn new(tally: &Tally) -> Result<Self> {
        let relations = || RELATIONS.expr().sum();
        Ok(Self {
            by_scope: by_word(tally.source(), &SCOPE, Scope::WORDS, relations())?,
            by_outcome: by_word(tally.source(), &OUTCOME, Outcome::WORDS, relations())?,
            by_origin: by_word(tally.target(), &ORIGIN, Origin::WORDS, relations())?,
        })
    }
}

impl Counts {
    /// Counts the planned relations by scope; outcomes and origins are not known yet.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn of_plan(plan: &Plan) -> Result<Self> {
        let scopes = codes(&SCOPE, plan.scopes().map(Scope::code))?;
        Ok(Self { by_scope: by_word(scopes, &SCOPE, Scope::WORDS, count())?, ..Self::default() })
    }
}

/// Counts of groups and join codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupCounts {
    /// Groups of source-before by outcome.
    pub by_outcome: BTreeMap<String, u64>,
    /// Whether source-before has a list of groups.
    pub groups_measured: bool,
    /// Join codes of both snapshots of the source corp by verdict.
    pub by_verdict: BTreeMap<String, u64>,
    /// Whether either of them has a list of join codes.
    pub codes_measured: bool,
}

impl GroupCounts {
    /// Counts the decided groups and codes.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn new(exports: &Exports, decision: &GroupDecision) -> Result<Self> {
        let outcomes = decision.groups.iter().map(|group| group.outcome().code());
        let verdicts = decision.codes.iter().map(|code| code.verdict().code());
        let of_source = || [Some(&exports.source_before), exports.source_after.as_ref()].into_iter().flatten();
        Ok(Self {
            by_outcome: by_word(codes(&GROUP_OUTCOME, outcomes)?, &GROUP_OUTCOME, GroupOutcome::WORDS, count())?,
            groups_measured: exports.source_before.covers(&GROUPS),
            by_verdict: by_word(codes(&CODE_VERDICT, verdicts)?, &CODE_VERDICT, CodeVerdict::WORDS, count())?,
            codes_measured: of_source().any(|snapshot| snapshot.covers(&JOIN_CODES)),
        })
    }
}

fn count() -> Expr {
    len().cast(DataType::Int64).alias(RELATIONS.name)
}

fn codes(column: &Column, codes: impl Iterator<Item = u8>) -> Result<LazyFrame> {
    let codes: ArrayRef = Arc::new(UInt8Array::from_iter_values(codes));
    Ok(frame::of(&[(column, codes)])?.lazy())
}

/// Sums by the word of a column of codes; a word that no row has counts 0.
fn by_word(frame: LazyFrame, column: &Column, words: &[&str], sum: Expr) -> Result<BTreeMap<String, u64>> {
    let counted = evaluated(frame.group_by([column.expr()]).agg([sum]))?;
    let (codes, sums) = (counted.column(column.name)?.u8()?, counted.column(RELATIONS.name)?.i64()?);
    let mut counts: BTreeMap<String, u64> = words.iter().map(|word| ((*word).to_owned(), 0)).collect();
    for (code, sum) in codes.iter().zip(sums.iter()) {
        let word = code.and_then(|code| words.get(usize::from(code)));
        let word = word.ok_or_else(|| Error::Bug(format!("a code of {} without a word", column.name)))?;
        counts.insert((*word).to_owned(), sum.unwrap_or(0).unsigned_abs());
    }
    Ok(counts)
}
