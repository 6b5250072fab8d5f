//! `accounts.parquet`: the enrolled pairs, each with its relations by outcome and by origin.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray, UInt32Array};
use polars::frame::DataFrame;
use polars::prelude::{DataType, Expr, IntoLazy, JoinArgs, JoinType, SortMultipleOptions, lit, when};

use super::evaluated;
use super::tally::Tally;
use crate::decision::{DecidedPair, Decision, Exports};
use crate::error::Result;
use crate::frame;
use crate::lists::AccountPair;
use crate::schema::Column;
use crate::schema::fields::{
    ARRIVAL_RATE, ASSESSMENT, ASSESSMENT_REASON, COUNT_ALREADY_AT_TARGET, COUNT_MIGRATED, IN_SCOPE, ORIGIN,
    ORIGIN_COUNTS, OUTCOME, OUTCOME_COUNTS, RELATIONS, SCOPE, SOURCE_COVERAGE, SOURCE_RELATIONS, SOURCE_USERID,
    TARGET_COVERAGE, TARGET_RELATIONS, TARGET_USERID,
};
use crate::schema::tables::ACCOUNTS_REPORT;
use crate::schema::tally::ACCOUNT;
use crate::schema::vocabulary::Scope;

/// One row per enrolled pair, in order of the source account.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn accounts(exports: &Exports, decision: &Decision, tally: &Tally) -> Result<RecordBatch> {
    let by_outcome = OUTCOME_COUNTS.map(|(outcome, count)| relations_where(&OUTCOME, outcome.code(), count));
    let in_scope = relations_where(&SCOPE, Scope::InScope.code(), &IN_SCOPE);
    let of_source = tally.source().group_by([ACCOUNT.expr()]).agg([&by_outcome[..], &[in_scope]].concat());
    let by_origin = ORIGIN_COUNTS.map(|(origin, count)| relations_where(&ORIGIN, origin.code(), count));
    let of_target = tally.target().group_by([ACCOUNT.expr()]).agg(by_origin);
    let counts = OUTCOME_COUNTS.iter().map(|(_, count)| *count).chain(ORIGIN_COUNTS.iter().map(|(_, count)| *count));
    // A pair without relations is in no tally.
    let counts = counts.chain([&IN_SCOPE]).map(|count| count.expr().fill_null(lit(0)));
    let by_account = || ([ACCOUNT.expr()], [ACCOUNT.expr()], JoinArgs::new(JoinType::Left));
    let ((left, right, args), (left2, right2, args2)) = (by_account(), by_account());
    let accounts = enrolled(exports, decision)?
        .lazy()
        .join(of_source, left, right, args)
        .join(of_target, left2, right2, args2)
        .with_columns(counts.collect::<Vec<Expr>>())
        .with_column(arrival_rate())
        .sort([ACCOUNT.name], SortMultipleOptions::default());
    frame::table(&ACCOUNTS_REPORT, &evaluated(accounts)?)
}

/// Returns the number of relations with a word.
fn relations_where(column: &Column, code: u8, count: &Column) -> Expr {
    RELATIONS.expr().filter(column.expr().eq(lit(code))).sum().alias(count.name)
}

/// Null where nothing was in scope.
fn arrival_rate() -> Expr {
    let arrived = COUNT_MIGRATED.expr() + COUNT_ALREADY_AT_TARGET.expr();
    let rate = arrived.cast(DataType::Float64) / IN_SCOPE.expr().cast(DataType::Float64);
    when(IN_SCOPE.expr().gt(lit(0))).then(rate).otherwise(lit(polars::prelude::NULL)).alias(ARRIVAL_RATE.name)
}

/// Returns the enrolled pairs with what the lists and snapshots say of them, in the order of the enrolment: by source
/// account.
fn enrolled(exports: &Exports, decision: &Decision) -> Result<DataFrame> {
    let pairs: Vec<(&AccountPair, &DecidedPair)> = exports.enrolment.accounts().iter().zip(&decision.pairs).collect();
    let texts = |text: fn(&AccountPair) -> Option<&str>| -> ArrayRef {
        Arc::new(pairs.iter().map(|(account, _)| text(account)).collect::<StringViewArray>())
    };
    let words = |word: fn(&DecidedPair) -> &'static str| -> ArrayRef {
        Arc::new(pairs.iter().map(|(_, pair)| Some(word(pair))).collect::<StringViewArray>())
    };
    let counts = |count: fn(&DecidedPair) -> u64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(pairs.iter().map(|(_, pair)| count(pair) as i64)))
    };
    let index: ArrayRef = Arc::new(UInt32Array::from_iter_values(0..pairs.len() as u32));
    let columns: [(&Column, ArrayRef); 9] = [
        (&ACCOUNT, index),
        (&SOURCE_USERID, texts(|account| Some(&account.source_userid))),
        (&TARGET_USERID, texts(|account| Some(&account.target_userid))),
        (&ASSESSMENT, texts(|account| Some(account.assessment.word()))),
        (&ASSESSMENT_REASON, texts(|account| account.assessment_reason.as_deref())),
        (&SOURCE_COVERAGE, words(|pair| pair.coverage.source.word())),
        (&TARGET_COVERAGE, words(|pair| pair.coverage.target.word())),
        (&SOURCE_RELATIONS, counts(|pair| pair.source_relations)),
        (&TARGET_RELATIONS, counts(|pair| pair.target_relations)),
    ];
    frame::of(&columns)
}
