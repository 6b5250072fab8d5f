//! Accounts, customers and matches against the single relations.
//!
//! Accounts are compared one by one. Customers and matches are as many as relations: of each side a sum of keyed hashes
//! is taken, which differs where a row differs, whatever the order of rows, in memory that does not grow.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;

use super::rows::{each_row, texts_of};
use super::values::RecomputedValues;
use crate::error::Result;
use crate::published::{ParquetScan, Reports};
use crate::schema::tables::{ACCOUNTS_REPORT, CUSTOMERS_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT};
use crate::schema::{Column, fields};

/// Rows of relations by member, then by word.
type RowsOfMembers = HashMap<String, BTreeMap<String, u64>>;
/// Target account and its coverage, by member.
type CoverageOfMembers = BTreeMap<String, [Option<String>; 2]>;

/// Sums of keyed hashes. The key is drawn anew for each run, so that rows cannot be made to fit it.
struct RowSums {
    key: RandomState,
    sums: BTreeMap<String, u128>,
}

impl RowSums {
    fn new() -> Self {
        Self { key: RandomState::new(), sums: BTreeMap::new() }
    }

    fn add(&mut self, side: &str, row: &[Option<&str>], times: u64) {
        let hash = u128::from(self.key.hash_one(row)) * u128::from(times);
        match self.sums.get_mut(side) {
            Some(sum) => *sum = sum.wrapping_add(hash),
            None => drop(self.sums.insert(side.to_owned(), hash)),
        }
    }

    fn of(&self, side: &str) -> u128 {
        self.sums.get(side).copied().unwrap_or(0)
    }
}

/// Compares accounts, customers and matches with the relations.
///
/// # Errors
/// [`crate::Error::Input`] if a report cannot be read.
pub fn compare(reports: &Reports, values: &mut RecomputedValues) -> Result<()> {
    let mut rows = RowSums::new();
    let (outcomes, coverage) = relations(reports, &mut rows)?;
    let origins = target_relations(reports, &mut rows)?;
    let matched = ["matched at the source", "matched at the target"].map(|side| rows.of(side));
    values.compare("target_relations: matches of relations", matched[1], matched[0]);
    accounts(reports, &outcomes, &origins, &coverage, values)?;
    customers(reports, &mut rows, values)
}

/// Counts and sums the relations; also returns the target account and its coverage, by member.
fn relations(reports: &Reports, rows: &mut RowSums) -> Result<(RowsOfMembers, CoverageOfMembers)> {
    let (mut outcomes, mut coverage) = (RowsOfMembers::new(), CoverageOfMembers::new());
    let columns = [
        &fields::SOURCE_USERID,
        &fields::OUTCOME,
        &fields::SCOPE,
        &fields::TARGET_USERID,
        &fields::TARGET_COVERAGE,
        &fields::SOURCE_EXTERNAL_USERID,
        &fields::CUSTOMER_NAME,
        &fields::ARRIVED_USERID,
        &fields::TARGET_EXTERNAL_USERID,
    ];
    each_row(reports, &RELATIONS_REPORT, &columns, |row| {
        let [userid, outcome, scope, target, covered, id, name, arrived, target_id] = *row else { return };
        let (member, word) = (userid.unwrap_or_default(), outcome.unwrap_or_default());
        let words = outcomes.entry(member.to_owned()).or_default();
        *words.entry(word.to_owned()).or_default() += 1;
        if scope == Some("in_scope") {
            *words.entry("in scope".to_owned()).or_default() += 1;
            rows.add("in scope", &customer(id, name), 1);
        }
        rows.add(word, &customer(id, name), 1);
        rows.add("relations", &customer(id, name), 1);
        if target.is_some() {
            coverage.entry(member.to_owned()).or_insert_with(|| [target, covered].map(|text| text.map(str::to_owned)));
        }
        if arrived.is_some() {
            rows.add("matched at the source", &[userid, id, arrived, target_id, outcome], 1);
        }
    })?;
    Ok((outcomes, coverage))
}

fn target_relations(reports: &Reports, rows: &mut RowSums) -> Result<RowsOfMembers> {
    let mut origins = RowsOfMembers::new();
    let columns = [
        &fields::TARGET_USERID,
        &fields::ORIGIN,
        &fields::SOURCE_USERID,
        &fields::SOURCE_EXTERNAL_USERID,
        &fields::TARGET_EXTERNAL_USERID,
    ];
    each_row(reports, &TARGET_RELATIONS_REPORT, &columns, |row| {
        let [target, origin, userid, id, target_id] = *row else { return };
        let words = origins.entry(target.unwrap_or_default().to_owned()).or_default();
        *words.entry(origin.unwrap_or_default().to_owned()).or_default() += 1;
        *words.entry("all".to_owned()).or_default() += 1;
        if userid.is_some() {
            rows.add("matched at the target", &[userid, id, target, target_id, origin], 1);
        }
    })?;
    Ok(origins)
}

/// A relation without an id is a customer of its own, known by its name.
fn customer<'a>(id: Option<&'a str>, name: Option<&'a str>) -> [Option<&'a str>; 2] {
    [id, name.filter(|_| id.is_none())]
}

fn accounts(
    reports: &Reports,
    outcomes: &RowsOfMembers,
    origins: &RowsOfMembers,
    coverage: &CoverageOfMembers,
    values: &mut RecomputedValues,
) -> Result<()> {
    for row in reports.rows(&ACCOUNTS_REPORT)? {
        let (source, target) = (row.text(&fields::SOURCE_USERID), row.text(&fields::TARGET_USERID));
        let of_source = |word: &str| outcomes.get(&source).and_then(|words| words.get(word)).copied().unwrap_or(0);
        let of_target = |word: &str| origins.get(&target).and_then(|words| words.get(word)).copied().unwrap_or(0);
        let mut check = |column: &Column, rows: u64| {
            values.compare(format!("account {source}: {}", column.name), row.count(column), rows);
        };
        for (word, column) in fields::OUTCOME_COUNTS {
            check(column, of_source(word.word()));
        }
        for (word, column) in fields::ORIGIN_COUNTS {
            check(column, of_target(word.word()));
        }
        let in_scope = of_source("in scope");
        check(&fields::IN_SCOPE, in_scope);
        check(&fields::SOURCE_RELATIONS, fields::OUTCOME_COUNTS.iter().map(|(word, _)| of_source(word.word())).sum());
        check(&fields::TARGET_RELATIONS, of_target("all"));
        let arrived = of_source("migrated") + of_source("already_at_target");
        let rate = arrival_rate(arrived, in_scope);
        let published = row.value(&fields::ARRIVAL_RATE).as_f64().map_or_else(String::new, |rate| rate.to_string());
        values.compare(format!("account {source}: arrival_rate"), published, rate);
        if let Some([mapped, covered]) = coverage.get(&source) {
            let shown = |text: &Option<String>| text.clone().unwrap_or_default();
            values.compare(format!("account {source}: target_userid"), &target, shown(mapped));
            let published = row.text(&fields::TARGET_COVERAGE);
            values.compare(format!("account {source}: target_coverage"), published, shown(covered));
        }
    }
    Ok(())
}

/// As the report has it: null where nothing was in scope.
#[expect(clippy::cast_precision_loss, reason = "no account has 2^52 relations")]
fn arrival_rate(arrived: u64, in_scope: u64) -> String {
    if in_scope == 0 { String::new() } else { (arrived as f64 / in_scope as f64).to_string() }
}

fn customers(reports: &Reports, rows: &mut RowSums, values: &mut RecomputedValues) -> Result<()> {
    let texts = [&fields::SOURCE_EXTERNAL_USERID, &fields::CUSTOMER_NAME];
    let counts: Vec<(&str, &Column)> = fields::OUTCOME_COUNTS
        .iter()
        .map(|(word, column)| (word.word(), *column))
        .chain([("relations", &fields::RELATIONS), ("in scope", &fields::IN_SCOPE)])
        .collect();
    let names: Vec<&str> =
        texts.iter().map(|column| column.name).chain(counts.iter().map(|(_, column)| column.name)).collect();
    ParquetScan::new(&reports.path(&CUSTOMERS_REPORT)?, &names).for_each(|batch| {
        let columns = [texts_of(batch, 0)?, texts_of(batch, 1)?];
        for (at, (side, _)) in (2..).zip(&counts) {
            let count = batch.column(at).as_primitive_opt::<Int64Type>();
            let side = format!("customers: {side}");
            for row in 0..batch.num_rows() {
                let key = columns.each_ref().map(|texts| texts.is_valid(row).then(|| texts.value(row)));
                let times = count.map_or(u64::MAX, |count| count.value(row).unsigned_abs());
                if times > 0 {
                    rows.add(&side, &customer(key[0], key[1]), times);
                }
            }
        }
        Ok(true)
    })?;
    for (side, column) in counts {
        let name = format!("customers: {} of each customer", column.name);
        values.compare(name, rows.of(&format!("customers: {side}")), rows.of(side));
    }
    Ok(())
}
