//! `accounts.parquet` and `customers.parquet`: the decided relations, counted by account and by customer.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringViewArray, UInt32Array, new_null_array};
use arrow::compute::take;
use polars::prelude::{Column, DataFrame, Expr, IntoLazy, LazyFrame, NamedFrom, PlSmallStr, Series, SortMultipleOptions, lit};

use crate::decision::{Decision, Exports};
use crate::error::{Error, Result};
use crate::frame;
use crate::schema::tables::{ACCOUNTS_REPORT, CUSTOMERS_REPORT};
use crate::schema::vocabulary::{Origin, Outcome, Scope};
use crate::schema::{Cell, Kind, Rows, Table, evidence as e, fields};

/// The columns that count relations by outcome, in the order of the vocabulary.
const BY_OUTCOME: &[&crate::schema::Column] = &[
    &fields::COUNT_MIGRATED,
    &fields::COUNT_ALREADY_AT_TARGET,
    &fields::COUNT_REFUSED_OUTCOME,
    &fields::COUNT_REFUSED_BUT_ARRIVED,
    &fields::COUNT_MISPLACED,
    &fields::COUNT_UNDETERMINED,
    &fields::COUNT_MISSING,
    &fields::COUNT_ARRIVED_OUT_OF_SCOPE,
    &fields::COUNT_OUT_OF_SCOPE,
];

/// The columns that count target relations by origin, in the order of the vocabulary.
const BY_ORIGIN: &[&crate::schema::Column] = &[
    &fields::ORIGIN_MIGRATED,
    &fields::ORIGIN_ALREADY_AT_TARGET,
    &fields::ORIGIN_REFUSED_BUT_ARRIVED,
    &fields::ORIGIN_MISPLACED,
    &fields::ORIGIN_ARRIVED_OUT_OF_SCOPE,
    &fields::ORIGIN_OUT_OF_SCOPE,
    &fields::ORIGIN_PRE_EXISTING,
    &fields::ORIGIN_ADDED_DURING_MIGRATION,
    &fields::ORIGIN_ADDED_AFTER_MIGRATION,
    &fields::ORIGIN_UNKNOWN_TIME,
];

const _: () = assert!(BY_OUTCOME.len() == Outcome::ALL.len() && BY_ORIGIN.len() == Origin::ALL.len());

/// One row per enrolled pair, in order of the source account.
///
/// # Errors
/// [`Error::Bug`] only.
pub fn accounts(exports: &Exports, decision: &Decision) -> Result<RecordBatch> {
    let outcomes = count_by_account(source_facts(decision)?, Outcome::ALL.len())?;
    let origins = count_by_account(target_facts(exports, decision)?, Origin::ALL.len())?;
    let in_scope = in_scope_by_account(decision);
    let mut rows = Rows::new(&ACCOUNTS_REPORT);
    for (index, account) in exports.enrolment.accounts().iter().enumerate() {
        let (outcomes, origins) = (&outcomes[&index], &origins[&index]);
        let (pair, coverage, in_scope) = (&decision.pairs[index], decision.coverage[index], in_scope[index]);
        let arrived = outcomes[Outcome::Migrated.code() as usize] + outcomes[Outcome::AlreadyAtTarget.code() as usize];
        #[expect(clippy::cast_precision_loss, reason = "a share; counts stay far below 2^52")]
        let rate = if in_scope == 0 { Cell::Null } else { Cell::Ratio(arrived as f64 / in_scope as f64) };
        let mut cells = vec![
            Cell::Text(&account.source_userid),
            Cell::Text(&account.target_userid),
            Cell::Text(account.assessment.word()),
            account.assessment_reason.as_deref().map_or(Cell::Null, Cell::Text),
            Cell::Text(coverage.source.word()),
            Cell::Text(coverage.target.word()),
            Cell::Integer(pair.source.len() as i64),
            Cell::Integer(pair.target.len() as i64),
            Cell::Integer(in_scope),
            rate,
        ];
        cells.extend(outcomes.iter().chain(origins).map(|&count| Cell::Integer(count)));
        rows.push(&cells);
    }
    Ok(rows.finish())
}

/// A frame of (pair, code), one row per relation of an enrolled account.
fn facts(accounts: Vec<Option<u32>>, codes: Vec<u8>) -> Result<LazyFrame> {
    let height = codes.len();
    let columns: Vec<Column> = vec![
        Series::new(PlSmallStr::from_static(e::ACCOUNT.name), accounts).into(),
        Series::new(PlSmallStr::from_static(e::RULE.name), codes).into(),
    ];
    Ok(frame::frame(height, columns)?.lazy().filter(e::ACCOUNT.expr().is_not_null()))
}

fn source_facts(decision: &Decision) -> Result<LazyFrame> {
    facts(decision.account.clone(), (0..decision.rule.len()).map(|row| decision.outcome(row).code()).collect())
}

fn target_facts(exports: &Exports, decision: &Decision) -> Result<LazyFrame> {
    let mut account = Vec::with_capacity(decision.origin.len());
    for (userid, range) in exports.target_after.accounts() {
        account.resize(range.end, exports.enrolment.by_target(userid).and_then(|index| u32::try_from(index).ok()));
    }
    facts(account, decision.origin.iter().map(|origin| origin.code()).collect())
}

/// How often each code stands in each pair; every pair has an entry.
fn count_by_account(facts: LazyFrame, codes: usize) -> Result<Counts> {
    #[expect(clippy::disallowed_methods, reason = "counts by account: as many rows as accounts and words")]
    let counted = facts.group_by([e::ACCOUNT.expr(), e::RULE.expr()]).agg([polars::prelude::len().alias("len")]).collect()?;
    let mut counts = Counts { codes, by_account: HashMap::new(), none: vec![0; codes] };
    let (account, code, len) =
        (counted.column(e::ACCOUNT.name)?.u32()?, counted.column(e::RULE.name)?.u8()?, counted.column("len")?.u32()?);
    for ((account, code), len) in account.iter().zip(code.iter()).zip(len.iter()) {
        let (Some(account), Some(code), Some(len)) = (account, code, len) else { return Err(Error::Bug("a count is null".to_owned())) };
        counts.by_account.entry(account as usize).or_insert_with(|| vec![0; codes])[code as usize] = i64::from(len);
    }
    Ok(counts)
}

/// Counts by pair and code.
struct Counts {
    codes: usize,
    by_account: HashMap<usize, Vec<i64>>,
    none: Vec<i64>,
}

impl std::ops::Index<&usize> for Counts {
    type Output = Vec<i64>;

    fn index(&self, account: &usize) -> &Vec<i64> {
        debug_assert_eq!(self.none.len(), self.codes);
        self.by_account.get(account).unwrap_or(&self.none)
    }
}

fn in_scope_by_account(decision: &Decision) -> Vec<i64> {
    let in_scope =
        |range: &std::ops::Range<u32>| range.clone().filter(|&row| decision.scope[row as usize] == Scope::InScope).count() as i64;
    decision.pairs.iter().map(|pair| in_scope(&pair.source)).collect()
}

/// One row per customer of source-before: those without an id first, each for itself, then by id.
///
/// # Errors
/// [`Error::Bug`] only.
pub fn customers(exports: &Exports, decision: &Decision) -> Result<Vec<RecordBatch>> {
    let relations = exports.source_before.relations();
    let height = relations.num_rows();
    let text = |name: &str, column: &crate::schema::Column| {
        frame::column(name, relations.column_by_name(column.name).expect("relations hold their columns"))
    };
    let codes: Vec<u8> = (0..height).map(|row| decision.outcome(row).code()).collect();
    let scopes: Vec<u8> = decision.scope.iter().map(|scope| scope.code()).collect();
    let columns = vec![
        text(fields::SOURCE_EXTERNAL_USERID.name, &fields::EXTERNAL_USERID)?,
        text(fields::UNIONID.name, &fields::UNIONID)?,
        text(fields::CUSTOMER_NAME.name, &fields::CUSTOMER_NAME)?,
        Series::new(PlSmallStr::from_static(e::RULE.name), codes).into(),
        Series::new(PlSmallStr::from_static(e::SCOPE.name), scopes).into(),
    ];
    let id = fields::SOURCE_EXTERNAL_USERID.expr();
    #[expect(clippy::disallowed_methods, reason = "counts by customer, one partition at a time")]
    let grouped = frame::frame(height, columns)?
        .lazy()
        .filter(id.clone().is_not_null())
        .group_by([id])
        .agg(customer_counts())
        .sort([fields::SOURCE_EXTERNAL_USERID.name], SortMultipleOptions::default())
        .collect()?;
    Ok(vec![customers_without_id(exports, decision)?, of_frame(&CUSTOMERS_REPORT, &grouped)?])
}

/// Of several names or unionids of one customer the first in alphabetical order is shown, so that order of input does
/// not matter.
fn customer_counts() -> Vec<Expr> {
    let count = |holds: Expr| holds.cast(polars::prelude::DataType::Int64).sum();
    let mut counts = vec![
        fields::UNIONID.expr().min(),
        fields::CUSTOMER_NAME.expr().min(),
        polars::prelude::len().cast(polars::prelude::DataType::Int64).alias(fields::RELATIONS.name),
        count(e::SCOPE.expr().eq(lit(Scope::InScope.code()))).alias(fields::IN_SCOPE.name),
    ];
    for (outcome, column) in Outcome::ALL.iter().zip(BY_OUTCOME) {
        counts.push(count(e::RULE.expr().eq(lit(outcome.code()))).alias(column.name));
    }
    counts
}

/// A frame with the columns of a table, as a batch.
fn of_frame(table: &Table, frame: &DataFrame) -> Result<RecordBatch> {
    let columns = table.columns.iter().map(|slot| {
        let array = frame::array(frame.column(slot.column.name)?)?;
        let is_text = matches!(slot.column.kind, Kind::Text | Kind::Id);
        let wanted = slot.column.kind.arrow_type();
        // A group-by over no rows at all yields untyped nulls.
        if is_text && array.is_empty() { Ok(new_null_array(&wanted, 0)) } else { Ok(arrow::compute::cast(&array, &wanted)?) }
    });
    Ok(RecordBatch::try_new(table.arrow_schema(), columns.collect::<Result<Vec<_>>>()?)?)
}

fn customers_without_id(exports: &Exports, decision: &Decision) -> Result<RecordBatch> {
    let relations = exports.source_before.relations();
    let column = |column: &crate::schema::Column| relations.column_by_name(column.name).expect("relations hold their columns");
    let names: &StringViewArray = column(&fields::CUSTOMER_NAME).as_string_view();
    let mut rows: Vec<u32> =
        (0..relations.num_rows()).filter(|&row| column(&fields::EXTERNAL_USERID).is_null(row)).map(|row| row as u32).collect();
    rows.sort_by_key(|&row| names.is_valid(row as usize).then(|| names.value(row as usize)));
    let count = |holds: &dyn Fn(usize) -> bool| -> ArrayRef {
        Arc::new(rows.iter().map(|&row| Some(i64::from(holds(row as usize)))).collect::<Int64Array>())
    };
    let at: UInt32Array = rows.clone().into();
    let mut columns: Vec<ArrayRef> = vec![
        take(column(&fields::EXTERNAL_USERID), &at, None)?,
        take(column(&fields::UNIONID), &at, None)?,
        take(column(&fields::CUSTOMER_NAME), &at, None)?,
        count(&|_| true),
        count(&|row| decision.scope[row] == Scope::InScope),
    ];
    columns.extend(Outcome::ALL.iter().map(|&outcome| count(&|row| decision.outcome(row) == outcome)));
    Ok(RecordBatch::try_new(CUSTOMERS_REPORT.arrow_schema(), columns)?)
}
