//! Decided relations, counted once by all that figures ask for: every other figure is a sum over these two small
//! frames.

use std::sync::Arc;

use arrow::array::{UInt8Array, UInt32Array};
use polars::frame::DataFrame;
use polars::prelude::{DataType, Expr, IntoLazy, LazyFrame, SortMultipleOptions, len};
use serde::Serialize;

use super::evaluated;
use crate::decision::DecidedPart;
use crate::error::{Error, Result};
use crate::frame;
use crate::schema::Column;
use crate::schema::fields::{ORIGIN, OUTCOME, RELATIONS, SCOPE};
use crate::schema::tally::ACCOUNT;
use crate::schema::vocabulary::{Outcome, Scope};
use crate::turns::collect_in_turn;

/// Relations counted by account and word. Words are codes; the account is the index of the enrolled pair, null for
/// relations of other accounts.
pub struct Tally {
    /// Relations of source-before by account, scope and outcome.
    source: DataFrame,
    /// Relations of target-after by account and origin.
    target: DataFrame,
}

/// Relations with that scope and outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flow(pub &'static str, pub &'static str, pub u64);

impl Tally {
    /// Counts the relations of all partitions.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn new(parts: &[DecidedPart]) -> Result<Self> {
        // A parallel loop of rayon would nest in the waits of Polars, as deep as there are partitions.
        let counted = collect_in_turn(parts, |part| {
            let source = count(source_frame(part)?.lazy(), &[&ACCOUNT, &SCOPE, &OUTCOME])?;
            let target = count(target_frame(part)?.lazy(), &[&ACCOUNT, &ORIGIN])?;
            Ok((source, target))
        })?;
        let (source, target) = counted.into_iter().unzip();
        Ok(Self { source: stacked(source)?, target: stacked(target)? })
    }

    /// Relations of source-before by account, scope and outcome, with their number; of accounts that are not enrolled
    /// there may be several rows.
    pub fn source(&self) -> LazyFrame {
        self.source.clone().lazy()
    }

    /// Relations of target-after by account and origin, with their number.
    pub fn target(&self) -> LazyFrame {
        self.target.clone().lazy()
    }

    /// Relations by scope and outcome, in the order of the vocabularies, without pairs that no relation has.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn flow(&self) -> Result<Vec<Flow>> {
        let by_words = self.source().group_by([SCOPE.expr(), OUTCOME.expr()]).agg([RELATIONS.expr().sum()]);
        let flow = evaluated(by_words.sort([SCOPE.name, OUTCOME.name], SortMultipleOptions::default()))?;
        let (scopes, outcomes) = (flow.column(SCOPE.name)?.u8()?, flow.column(OUTCOME.name)?.u8()?);
        let relations = flow.column(RELATIONS.name)?.i64()?;
        let row = |((scope, outcome), relations): ((Option<u8>, Option<u8>), Option<i64>)| {
            let words = Scope::WORDS.get(usize::from(scope?)).zip(Outcome::WORDS.get(usize::from(outcome?)));
            words.map(|(scope, outcome)| Flow(scope, outcome, relations.unwrap_or(0).unsigned_abs()))
        };
        let rows = scopes.iter().zip(outcomes.iter()).zip(relations.iter());
        rows.map(|cells| row(cells).ok_or_else(|| Error::Bug("a code without a word".to_owned()))).collect()
    }
}

fn count(frame: LazyFrame, by: &[&Column]) -> Result<DataFrame> {
    let by: Vec<Expr> = by.iter().map(|column| column.expr()).collect();
    evaluated(frame.group_by(by).agg([len().cast(DataType::Int64).alias(RELATIONS.name)]))
}

fn stacked(frames: Vec<DataFrame>) -> Result<DataFrame> {
    let mut frames = frames.into_iter();
    let first = frames.next().ok_or_else(|| Error::Bug("a case without partitions".to_owned()))?;
    frames.try_fold(first, |sum, frame| Ok(sum.vstack(&frame)?))
}

fn source_frame(part: &DecidedPart) -> Result<DataFrame> {
    let scopes = UInt8Array::from_iter_values(part.scope.iter().map(|scope| scope.code()));
    let outcomes = UInt8Array::from_iter_values((0..part.source_rows()).map(|row| part.outcome(row).code()));
    let accounts = UInt32Array::from(part.source_accounts());
    frame::of(&[(&ACCOUNT, Arc::new(accounts)), (&SCOPE, Arc::new(scopes)), (&OUTCOME, Arc::new(outcomes))])
}

fn target_frame(part: &DecidedPart) -> Result<DataFrame> {
    let origins = UInt8Array::from_iter_values(part.origin.iter().map(|origin| origin.code()));
    let accounts = UInt32Array::from(part.target_accounts());
    frame::of(&[(&ACCOUNT, Arc::new(accounts)), (&ORIGIN, Arc::new(origins))])
}
