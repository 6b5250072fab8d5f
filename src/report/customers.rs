//! `customers.parquet`: the decided relations, counted by customer (B4).
//!
//! The relations of a customer stand under several accounts, so in several partitions. They meet again in buckets, which
//! are ranges of ids: each is small enough to be sorted and counted by itself, and bucket after bucket gives the customers
//! in order.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringViewArray, UInt8Array, UInt32Array, new_null_array,
};
use arrow::compute::{take, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt8Type};

use crate::decision::{DecidedPart, Sample};
use crate::error::{Error, Result};
use crate::leading::leading_bytes;
use crate::schema::tables::CUSTOMERS_REPORT;
use crate::schema::vocabulary::{Outcome, Scope};
use crate::schema::{Column, Kind, fields};
use crate::snapshot::Part;
use crate::spill::{Held, Memory, compact, make_room};

/// So many bounds are looked at one by one before they are halved.
const NEAR: usize = 4;

/// The first id of each bucket but the first.
pub struct Bounds(Vec<String>);

/// The buckets, filled partition by partition.
pub struct Buckets {
    ranges: Vec<Held>,
    without_id: Held,
    memory: Memory,
}

impl Bounds {
    /// Of buckets of about so many `rows`.
    pub fn of(mut sample: Sample, rows: u64) -> Self {
        sample.ids.sort_unstable();
        let of_bucket = (rows as usize / sample.one_in).max(1);
        let mut bounds: Vec<String> = sample.ids.into_iter().skip(of_bucket).step_by(of_bucket).collect();
        bounds.dedup();
        Self(bounds)
    }

    /// Tells the relations of a partition by their buckets.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn sort(&self, part: &Part, decided: &DecidedPart) -> Result<Sorted> {
        let ids = part.column(&fields::EXTERNAL_USERID).as_string_view();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); self.0.len() + 1];
        let (mut without_id, mut bucket) = (Vec::new(), 0);
        for (row, id) in (0..).zip(ids.iter()) {
            match id {
                Some(id) => {
                    bucket = self.bucket_of(id, bucket);
                    rows[bucket].push(row);
                }
                None => without_id.push(row),
            }
        }
        let relations = relations(part, decided)?;
        // They wait for other partitions, and must not hold on to all of this one.
        let of = |rows: Vec<u32>| compact(&take_record_batch(&relations, &UInt32Array::from(rows))?);
        Ok(Sorted { buckets: rows.into_iter().map(of).collect::<Result<_>>()?, without_id: of(without_id)? })
    }

    /// The bucket of an id: first looked for where the id before it went, and a little further, for the relations of an
    /// account stand in order of their ids.
    fn bucket_of(&self, id: &str, last: usize) -> usize {
        let is_at_or_before = |bound: &String| bound.as_str() <= id;
        let (before, behind) = self.0.split_at(last);
        if !before.last().is_none_or(is_at_or_before) {
            return before.partition_point(is_at_or_before);
        }
        let near = behind.iter().take(NEAR).take_while(|bound| is_at_or_before(bound)).count();
        if near < NEAR { last + near } else { last + behind.partition_point(is_at_or_before) }
    }
}

impl Buckets {
    /// Empty buckets.
    pub fn of(bounds: &Bounds, memory: &Memory) -> Self {
        let held = || Held::new(memory, schema());
        Self { ranges: (0..=bounds.0.len()).map(|_| held()).collect(), without_id: held(), memory: memory.clone() }
    }

    /// Adds them.
    ///
    /// # Errors
    /// [`Error::Io`] if there is no room for them.
    pub fn add(&mut self, sorted: Sorted) -> Result<()> {
        for (bucket, rows) in self.ranges.iter_mut().zip(sorted.buckets).filter(|(_, rows)| rows.num_rows() > 0) {
            bucket.push(rows);
        }
        self.without_id.push(sorted.without_id);
        make_room(&self.memory, self.ranges.iter_mut().chain(std::iter::once(&mut self.without_id)))
    }

    /// The customers without an id, each for itself, by name.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn without_id(&self) -> Result<RecordBatch> {
        let relations = self.without_id.all()?;
        let names = relations.column(NAME).as_string_view();
        let mut order: Vec<u32> = (0..relations.num_rows() as u32).collect();
        order.sort_by_key(|&row| names.is_valid(row as usize).then(|| names.value(row as usize)));
        let relations = take_record_batch(&relations, &UInt32Array::from(order))?;
        let each: Vec<Customer> = (0..relations.num_rows()).map(|row| Customer::of(&relations, row)).collect();
        table(&relations, &each)
    }

    /// The buckets, in order of their ids; each gives its customers by [`customers`].
    pub fn into_buckets(self) -> Vec<Held> {
        self.ranges
    }
}

/// The relations of a partition, by bucket.
pub struct Sorted {
    buckets: Vec<RecordBatch>,
    without_id: RecordBatch,
}

const ID: usize = 0;
const UNIONID: usize = 1;
const NAME: usize = 2;
const OUTCOME: usize = 3;
const IN_SCOPE: usize = 4;

fn schema() -> SchemaRef {
    let text = |column: &Column| Field::new(column.name, Kind::Text.arrow_type(), true);
    let code = |column: &Column| Field::new(column.name, DataType::UInt8, false);
    let texts = [text(&fields::EXTERNAL_USERID), text(&fields::UNIONID), text(&fields::CUSTOMER_NAME)];
    Arc::new(Schema::new(
        texts.into_iter().chain([code(&fields::OUTCOME), code(&fields::IN_SCOPE)]).collect::<Vec<_>>(),
    ))
}

fn relations(part: &Part, decided: &DecidedPart) -> Result<RecordBatch> {
    let outcomes: UInt8Array =
        (0..decided.source_rows()).map(|row| decided.outcome(row).code()).collect::<Vec<u8>>().into();
    let in_scope: UInt8Array =
        decided.scope.iter().map(|&scope| u8::from(scope == Scope::InScope)).collect::<Vec<u8>>().into();
    let text = |column: &Column| part.column(column).clone();
    let columns: Vec<ArrayRef> = vec![
        text(&fields::EXTERNAL_USERID),
        text(&fields::UNIONID),
        text(&fields::CUSTOMER_NAME),
        Arc::new(outcomes),
        Arc::new(in_scope),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

/// What is counted of one customer, and the rows that its texts come from.
struct Customer {
    id: u32,
    unionid: u32,
    name: u32,
    relations: i64,
    in_scope: i64,
    outcomes: [i64; Outcome::ALL.len()],
}

impl Customer {
    fn of(relations: &RecordBatch, row: usize) -> Self {
        let code = |column: usize| relations.column(column).as_primitive::<UInt8Type>().value(row);
        let mut outcomes = [0; Outcome::ALL.len()];
        outcomes[code(OUTCOME) as usize] = 1;
        let row = row as u32;
        Self { id: row, unionid: row, name: row, relations: 1, in_scope: i64::from(code(IN_SCOPE)), outcomes }
    }

    /// Of several names or unionids of one customer the first in alphabetical order is shown, so that the order of the
    /// input does not matter.
    fn add(&mut self, other: &Self, unionids: &StringViewArray, names: &StringViewArray) {
        self.unionid = first(unionids, self.unionid, other.unionid);
        self.name = first(names, self.name, other.name);
        self.relations += other.relations;
        self.in_scope += other.in_scope;
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(count, more)| *count += more);
    }
}

/// The row with the first text; a text comes before none.
fn first(texts: &StringViewArray, a: u32, b: u32) -> u32 {
    // Mostly they are the same, and short enough to stand in their views.
    if texts.views()[a as usize] == texts.views()[b as usize] && texts.is_valid(a as usize) {
        return a;
    }
    let text = |row: u32| texts.is_valid(row as usize).then(|| texts.value(row as usize));
    match (text(a), text(b)) {
        (None, Some(_)) => b,
        (Some(here), Some(there)) if there < here => b,
        _ => a,
    }
}

/// The customers of a bucket, in order of their ids.
///
/// # Errors
/// [`Error::Bug`] only.
pub fn customers(bucket: &Held) -> Result<RecordBatch> {
    let relations = bucket.all()?;
    let column = |n: usize| relations.column(n).as_string_view();
    let (ids, unionids, names) = (column(ID), column(UNIONID), column(NAME));
    let mut customers: Vec<Customer> = Vec::with_capacity(ids.len());
    let mut last_number = None;
    for (number, row) in in_order(ids) {
        let customer = Customer::of(&relations, row as usize);
        // Where numbers differ, so do the ids that they stand for.
        let may_be_same = last_number.replace(number) == Some(number);
        match customers.last_mut() {
            Some(last) if may_be_same && ids.value(last.id as usize) == ids.value(row as usize) => {
                last.add(&customer, unionids, names)
            }
            _ => customers.push(customer),
        }
    }
    table(&relations, &customers)
}

/// The rows in order of their ids, each behind its number; of one id, as they stand.
fn in_order(ids: &StringViewArray) -> Vec<(u64, u32)> {
    let mut entries: Vec<(u64, u32)> = leading_bytes(ids.iter()).into_iter().zip(0..).collect();
    entries.sort_unstable_by(|a, b| {
        a.0.cmp(&b.0).then_with(|| ids.value(a.1 as usize).cmp(ids.value(b.1 as usize))).then_with(|| a.1.cmp(&b.1))
    });
    entries
}

fn table(relations: &RecordBatch, customers: &[Customer]) -> Result<RecordBatch> {
    if customers.is_empty() {
        let columns =
            CUSTOMERS_REPORT.columns.iter().map(|slot| new_null_array(&slot.column.kind.arrow_type(), 0)).collect();
        return Ok(RecordBatch::try_new(CUSTOMERS_REPORT.arrow_schema(), columns)?);
    }
    let texts = |column: usize, row: fn(&Customer) -> u32| {
        let rows: UInt32Array = customers.iter().map(row).collect::<Vec<u32>>().into();
        take(relations.column(column), &rows, None)
    };
    let counts = |count: &dyn Fn(&Customer) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from(customers.iter().map(count).collect::<Vec<i64>>()))
    };
    let mut columns = vec![
        texts(ID, |customer| customer.id)?,
        texts(UNIONID, |customer| customer.unionid)?,
        texts(NAME, |customer| customer.name)?,
        counts(&|customer| customer.relations),
        counts(&|customer| customer.in_scope),
    ];
    columns.extend((0..Outcome::ALL.len()).map(|place| counts(&|customer| customer.outcomes[place])));
    RecordBatch::try_new(CUSTOMERS_REPORT.arrow_schema(), columns).map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_to_its_bucket_wherever_the_one_before_went() {
        let text = |number: usize| format!("{number:02}");
        for count in [0, 1, 3, 20] {
            let bounds = Bounds((0..count).map(|bound| text(2 * bound + 1)).collect());
            for last in 0..=count {
                // Bounds are the odd numbers, so an id has half of itself before it, rounded up.
                for id in 0..2 * count + 2 {
                    assert_eq!(
                        bounds.bucket_of(&text(id), last),
                        id.div_ceil(2).min(count),
                        "{id} of {count} after {last}"
                    );
                }
            }
        }
    }
}
