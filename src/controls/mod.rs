//! What must balance before anything is published. If an equation does not hold, the fault is ours (exit code 3).

mod groups;
mod published;

pub use groups::group_totals;
pub use published::{recount, recount_bill, recount_waived};

use crate::counts::Counts;
use crate::decision::{DecidedPart, Decision, Exports, count_matched};
use crate::error::{Error, Result};
use crate::report::large::CustomerTotals;
use crate::schema::tables::{ACCOUNTS_REPORT, CONTROL_TOTALS_REPORT};
use crate::schema::{Cell, Column, Rows, fields};
use crate::snapshot::Input;
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;

/// An equation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ControlTotal {
    /// What must balance.
    pub name: String,
    /// The one side.
    pub left: u64,
    /// The other.
    pub right: u64,
    /// Whether both are equal.
    pub holds: bool,
}

impl ControlTotal {
    /// An equation of two counts.
    pub fn new(name: impl Into<String>, left: u64, right: u64) -> Self {
        Self { name: name.into(), left, right, holds: left == right }
    }
}

/// All equations that can be checked before the reports are written.
pub fn totals(
    exports: &Exports,
    decision: &Decision,
    counts: &Counts,
    accounts: &RecordBatch,
    inputs: &[&Input],
) -> Vec<ControlTotal> {
    let (relations, target_relations) = (exports.source_before.relations.len(), exports.target_after.relations.len());
    let matched =
        |rows: fn(&DecidedPart) -> &[u32]| decision.parts.iter().map(|part| count_matched(rows(part))).sum::<u64>();
    let sum = |column: &Column| column_sum(accounts, column);
    vec![
        records(inputs),
        ControlTotal::new("relations of source-before = sum of outcomes", relations, counts.by_outcome.values().sum()),
        ControlTotal::new("relations of source-before = sum of scopes", relations, counts.by_scope.values().sum()),
        ControlTotal::new(
            "relations of target-after = sum of origins",
            target_relations,
            counts.by_origin.values().sum(),
        ),
        ControlTotal::new(
            "matched at the source = matched at the target",
            matched(|part| &part.joined.target_of) + decision.misplaced.found_at_source(),
            matched(|part| &part.joined.source_of) + decision.misplaced.found_at_target(),
        ),
        ControlTotal::new(
            "relations = accounts + not enrolled",
            relations,
            sum(&fields::SOURCE_RELATIONS) + unenrolled(decision),
        ),
        ControlTotal::new(
            "outcomes by account = relations of accounts",
            outcome_sum(accounts),
            sum(&fields::SOURCE_RELATIONS),
        ),
        ControlTotal::new(
            "target relations = mapped accounts + others",
            target_relations,
            sum(&fields::TARGET_RELATIONS) + elsewhere(exports),
        ),
        ControlTotal::new(
            "in scope by account = in scope",
            sum(&fields::IN_SCOPE),
            counts.by_scope.get("in_scope").copied().unwrap_or(0),
        ),
    ]
}

/// The customers beside the relations that they were counted from, once they are written.
pub fn customers(counts: &Counts, customers: CustomerTotals) -> Vec<ControlTotal> {
    vec![
        ControlTotal::new("relations = relations of customers", counts.by_outcome.values().sum(), customers.relations),
        ControlTotal::new("missing = missing of customers", counts.by_outcome["missing"], customers.missing),
    ]
}

/// Records read = accepted + duplicates + rejected + passed over; the accepted are recounted from the tables.
pub fn records(inputs: &[&Input]) -> ControlTotal {
    let read = inputs.iter().map(|input| input.file.records_read).sum();
    let told = inputs
        .iter()
        .map(|input| input.accepted() + input.duplicates + input.file.rejected + input.passed_over())
        .sum();
    ControlTotal::new("records read = accepted + duplicates + rejected + passed over", read, told)
}

/// Rows of the canonical tables = records accepted, which no reader counts by itself.
pub fn rows_of_tables(name: &str, rows: u64, inputs: &[Input]) -> ControlTotal {
    ControlTotal::new(
        format!("{name}: records accepted = rows of its tables"),
        inputs.iter().map(Input::accepted).sum(),
        rows,
    )
}

fn unenrolled(decision: &Decision) -> u64 {
    let enrolled = |part: &DecidedPart| part.pairs.iter().map(|(_, pair)| pair.source.len()).sum::<usize>();
    decision.parts.iter().map(|part| (part.source_rows() - enrolled(part)) as u64).sum()
}

/// Target relations under accounts that no source account is mapped to.
fn elsewhere(exports: &Exports) -> u64 {
    let accounts = exports.target_after.relations.accounts();
    accounts.iter().filter(|(userid, _)| exports.enrolment.by_target(userid).is_none()).map(|(_, rows)| rows).sum()
}

fn column_sum(batch: &RecordBatch, column: &Column) -> u64 {
    let array = batch.column_by_name(column.name).expect("reports hold their columns").as_primitive::<Int64Type>();
    arrow::compute::sum(array).and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0)
}

fn outcome_sum(accounts: &RecordBatch) -> u64 {
    let first = ACCOUNTS_REPORT.position(&fields::COUNT_MIGRATED).expect("accounts count outcomes");
    let last = ACCOUNTS_REPORT.position(&fields::COUNT_OUT_OF_SCOPE).expect("accounts count outcomes");
    ACCOUNTS_REPORT.columns[first..=last].iter().map(|slot| column_sum(accounts, slot.column)).sum()
}

/// Stops the run if an equation does not hold.
///
/// # Errors
/// [`Error::Bug`] that names the first line that failed.
pub fn check(totals: &[ControlTotal]) -> Result<()> {
    match totals.iter().find(|total| !total.holds) {
        Some(total) => {
            Err(Error::Bug(format!("control total does not hold: {}: {} <> {}", total.name, total.left, total.right)))
        }
        None => Ok(()),
    }
}

/// The equations as a report.
pub fn table(totals: &[ControlTotal]) -> RecordBatch {
    let mut rows = Rows::new(&CONTROL_TOTALS_REPORT);
    for total in totals {
        rows.push(&[
            Cell::Text(&total.name),
            Cell::Integer(total.left as i64),
            Cell::Integer(total.right as i64),
            Cell::Flag(total.holds),
        ]);
    }
    rows.finish()
}
