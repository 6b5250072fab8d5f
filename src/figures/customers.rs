//! `customers.parquet`: the decided relations, counted by customer (B4).
//!
//! The relations of a customer belong to several accounts, so to several partitions. They meet again in buckets, which
//! are ranges of ids: each is small enough to be counted in memory, and bucket after bucket gives the customers in
//! order. Relations are added to the buckets while their partition is written, the last time that its texts are in
//! memory.
//!
//! Within a bucket they are sorted by id and counted in one pass. A group-by and sort of Polars takes
//! 780 ns of CPU per relation here, more than a tenth of the 4,000 to 5,700 that a whole audit takes
//! (`tests/bench/run`).

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringViewArray, UInt8Array, UInt32Array};
use arrow::compute::{take, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::decision::{DecidedPart, Sample};
use crate::error::Result;
use crate::memory::{MemoryBudget, RowBuffer, compact, make_room};
use crate::schema::tables::CUSTOMERS_REPORT;
use crate::schema::vocabulary::{Outcome, Scope};
use crate::schema::{Column, Kind, ReadColumns, arrays, fields};
use crate::snapshot::Partition;

/// Bounds that are compared one by one before a binary search.
const NEAR: usize = 4;

/// The ranges of ids of the buckets: the first id of each but the first.
pub struct CustomerRanges(Vec<String>);

/// The relations of all customers, in buckets of ids, filled partition by partition.
pub struct CustomerBuckets {
    /// In order of their ids; each gives its customers by [`customers`].
    pub by_id: Vec<RowBuffer>,
    without_id: RowBuffer,
    memory: MemoryBudget,
}

impl CustomerRanges {
    /// Ranges of about `rows` relations each.
    pub fn new(mut sample: Sample, rows: u64) -> Self {
        sample.ids.sort_unstable();
        let of_bucket = (rows as usize / sample.one_in).max(1);
        let mut bounds: Vec<String> = sample.ids.into_iter().skip(of_bucket).step_by(of_bucket).collect();
        bounds.dedup();
        Self(bounds)
    }

    /// Divides the relations of a partition among the buckets.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn divide(&self, part: &Partition, decided: &DecidedPart) -> Result<BucketedRelations> {
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
        // Copies: a slice would keep the memory of the whole partition alive until all partitions are read.
        let of = |rows: Vec<u32>| compact(&take_record_batch(&relations, &UInt32Array::from(rows))?);
        Ok(BucketedRelations { buckets: rows.into_iter().map(of).collect::<Result<_>>()?, without_id: of(without_id)? })
    }

    /// Returns the bucket of an id. The relations of an account are sorted by id, so the bucket of the id before and
    /// the next few are tried before a binary search.
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

impl CustomerBuckets {
    /// Empty buckets.
    pub fn new(ranges: &CustomerRanges, memory: &MemoryBudget) -> Self {
        let held = || RowBuffer::new(memory, schema());
        Self { by_id: (0..=ranges.0.len()).map(|_| held()).collect(), without_id: held(), memory: memory.clone() }
    }

    /// Adds the relations of a partition.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if the disk is full.
    pub fn update(&mut self, sorted: BucketedRelations) -> Result<()> {
        for (bucket, rows) in self.by_id.iter_mut().zip(sorted.buckets).filter(|(_, rows)| rows.num_rows() > 0) {
            bucket.push(rows);
        }
        self.without_id.push(sorted.without_id);
        make_room(&self.memory, self.by_id.iter_mut().chain(std::iter::once(&mut self.without_id)))
    }

    /// Customers without an id, one for each relation, by name.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn without_id(&self) -> Result<RecordBatch> {
        let relations = self.without_id.all()?;
        let names = relations.texts(&fields::CUSTOMER_NAME)?;
        let mut order: Vec<u32> = (0..relations.num_rows() as u32).collect();
        order.sort_by_key(|&row| names.is_valid(row as usize).then(|| names.value(row as usize)));
        let relations = take_record_batch(&relations, &UInt32Array::from(order))?;
        let rows = BucketRows::new(&relations)?;
        let each: Vec<CustomerCounts> = (0..relations.num_rows() as u32).map(|row| rows.customer(row)).collect();
        table(&relations, &each)
    }
}

pub struct BucketedRelations {
    buckets: Vec<RecordBatch>,
    without_id: RecordBatch,
}

fn schema() -> SchemaRef {
    let text = |column: &Column| Field::new(column.name, Kind::Text.arrow_type(), true);
    let code = |column: &Column| Field::new(column.name, DataType::UInt8, false);
    let texts = [text(&fields::EXTERNAL_USERID), text(&fields::UNIONID), text(&fields::CUSTOMER_NAME)];
    Arc::new(Schema::new(
        texts.into_iter().chain([code(&fields::OUTCOME), code(&fields::IN_SCOPE)]).collect::<Vec<_>>(),
    ))
}

fn relations(part: &Partition, decided: &DecidedPart) -> Result<RecordBatch> {
    let outcomes = UInt8Array::from_iter_values((0..decided.source_rows()).map(|row| decided.outcome(row).code()));
    let in_scope = UInt8Array::from_iter_values(decided.scope.iter().map(|&scope| u8::from(scope == Scope::InScope)));
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

/// The relations of a bucket by column.
struct BucketRows<'a> {
    ids: &'a StringViewArray,
    unionids: &'a StringViewArray,
    names: &'a StringViewArray,
    outcomes: &'a UInt8Array,
    in_scope: &'a UInt8Array,
}

/// The counts of one customer, and the rows that its texts come from.
struct CustomerCounts {
    id: u32,
    unionid: u32,
    name: u32,
    relations: i64,
    in_scope: i64,
    outcomes: [i64; Outcome::ALL.len()],
}

impl<'a> BucketRows<'a> {
    fn new(relations: &'a RecordBatch) -> Result<Self> {
        Ok(Self {
            ids: relations.texts(&fields::EXTERNAL_USERID)?,
            unionids: relations.texts(&fields::UNIONID)?,
            names: relations.texts(&fields::CUSTOMER_NAME)?,
            outcomes: relations.codes(&fields::OUTCOME)?,
            in_scope: relations.codes(&fields::IN_SCOPE)?,
        })
    }

    /// Returns a customer with one relation.
    fn customer(&self, row: u32) -> CustomerCounts {
        let mut outcomes = [0; Outcome::ALL.len()];
        outcomes[self.outcomes.value(row as usize) as usize] = 1;
        let in_scope = i64::from(self.in_scope.value(row as usize));
        CustomerCounts { id: row, unionid: row, name: row, relations: 1, in_scope, outcomes }
    }

    /// Adds the counts of `other` to the same customer. Of several names or unionids the first in alphabetical order is
    /// kept, so that the order of the input does not matter.
    fn merge(&self, customer: &mut CustomerCounts, other: &CustomerCounts) {
        customer.unionid = first(self.unionids, customer.unionid, other.unionid);
        customer.name = first(self.names, customer.name, other.name);
        customer.relations += other.relations;
        customer.in_scope += other.in_scope;
        customer.outcomes.iter_mut().zip(other.outcomes).for_each(|(count, more)| *count += more);
    }

    fn is_same(&self, a: u32, b: u32) -> bool {
        self.ids.value(a as usize) == self.ids.value(b as usize)
    }
}

/// Returns the row with the first text; nulls come last.
fn first(texts: &StringViewArray, a: u32, b: u32) -> u32 {
    // Equal views are equal texts: mostly both are the same, and short enough to be inlined in the view.
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

/// Returns the customers of a bucket, in order of their ids.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn customers(bucket: &RowBuffer) -> Result<RecordBatch> {
    let relations = bucket.all()?;
    let rows = BucketRows::new(&relations)?;
    let mut customers: Vec<CustomerCounts> = Vec::with_capacity(rows.ids.len());
    for row in in_order(rows.ids) {
        let customer = rows.customer(row);
        match customers.last_mut() {
            Some(last) if rows.is_same(last.id, row) => rows.merge(last, &customer),
            _ => customers.push(customer),
        }
    }
    table(&relations, &customers)
}

/// Returns the rows in order of their ids; rows of one id in their order.
fn in_order(ids: &StringViewArray) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..ids.len() as u32).collect();
    rows.sort_unstable_by_key(|&row| (ids.value(row as usize), row));
    rows
}

fn table(relations: &RecordBatch, customers: &[CustomerCounts]) -> Result<RecordBatch> {
    let texts = |column: &Column, row: fn(&CustomerCounts) -> u32| -> Result<ArrayRef> {
        let rows = UInt32Array::from_iter_values(customers.iter().map(row));
        Ok(take(relations.array(column)?, &rows, None)?)
    };
    let counts = |count: &dyn Fn(&CustomerCounts) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(customers.iter().map(count)))
    };
    let of = |outcome: Outcome| counts(&|customer| customer.outcomes[usize::from(outcome.code())]);
    let columns = arrays!(CUSTOMERS_REPORT, {
        SOURCE_EXTERNAL_USERID: texts(&fields::EXTERNAL_USERID, |customer| customer.id)?,
        UNIONID: texts(&fields::UNIONID, |customer| customer.unionid)?,
        CUSTOMER_NAME: texts(&fields::CUSTOMER_NAME, |customer| customer.name)?,
        RELATIONS: counts(&|customer| customer.relations),
        IN_SCOPE: counts(&|customer| customer.in_scope),
        COUNT_MIGRATED: of(Outcome::Migrated),
        COUNT_ALREADY_AT_TARGET: of(Outcome::AlreadyAtTarget),
        COUNT_REFUSED_OUTCOME: of(Outcome::Refused),
        COUNT_REFUSED_BUT_ARRIVED: of(Outcome::RefusedButArrived),
        COUNT_MISPLACED: of(Outcome::Misplaced),
        COUNT_UNDETERMINED: of(Outcome::Undetermined),
        COUNT_MISSING: of(Outcome::Missing),
        COUNT_ARRIVED_OUT_OF_SCOPE: of(Outcome::ArrivedOutOfScope),
        COUNT_OUT_OF_SCOPE: of(Outcome::OutOfScope),
    });
    Ok(RecordBatch::try_new(CUSTOMERS_REPORT.arrow_schema(), columns)?)
}

/// Sums over all customers, for the control totals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CustomerTotals {
    pub relations: u64,
    pub missing: u64,
}

impl CustomerTotals {
    /// Adds the customers of a bucket.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if it is another table.
    pub fn update(&mut self, customers: &RecordBatch) -> Result<()> {
        let sum = |column: &Column| -> Result<u64> {
            let counts = customers.integers(column)?;
            Ok(arrow::compute::sum(counts).and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0))
        };
        self.relations += sum(&fields::RELATIONS)?;
        self.missing += sum(&fields::COUNT_MISSING)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_goes_to_its_bucket_wherever_the_one_before_went() {
        let text = |number: usize| format!("{number:02}");
        for count in [0, 1, 3, 20] {
            let ranges = CustomerRanges((0..count).map(|bound| text(2 * bound + 1)).collect());
            for last in 0..=count {
                // Bounds are the odd numbers, so an id has half of itself before it, rounded up.
                for id in 0..2 * count + 2 {
                    assert_eq!(
                        ranges.bucket_of(&text(id), last),
                        id.div_ceil(2).min(count),
                        "{id} of {count} after {last}"
                    );
                }
            }
        }
    }
}
