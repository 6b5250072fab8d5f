//! Control totals: equations that have to hold before anything is published. A failed one is our bug (exit code 3).

mod groups;
mod published;

use std::path::Path;

use arrow::array::RecordBatch;

use groups::group_totals;
use published::{recount, recount_bill, recount_waived};

use crate::billing::Bill;
use crate::decision::{DecidedPart, Decision, Exports, GroupDecision, count_matched};
use crate::error::{Error, Result};
use crate::figures::{Counts, CustomerTotals, Figures};
use crate::lists::ListsRead;
use crate::schema::tables::CONTROL_TOTALS_REPORT;
use crate::schema::{Column, ReadColumns, Rows, cells, fields};
use crate::snapshot::{Input, Snapshot};

/// An equation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ControlTotal {
    /// The equation in words.
    pub name: String,
    /// The one side.
    pub left: u64,
    /// The other.
    pub right: u64,
    /// Whether both are equal.
    pub holds: bool,
}

impl ControlTotal {
    /// Creates an equation of two counts.
    pub fn new(name: impl Into<String>, left: u64, right: u64) -> Self {
        Self { name: name.into(), left, right, holds: left == right }
    }
}

/// Returns all equations that can be checked before the reports are written.
///
/// # Errors
/// [`Error::Bug`] that names the first equation that does not hold.
pub fn before_writing(
    exports: &Exports,
    lists: &ListsRead,
    decision: &Decision,
    groups: &GroupDecision,
    figures: &Figures,
) -> Result<Vec<ControlTotal>> {
    let inputs: Vec<&Input> = lists.inputs.iter().chain(exports.snapshots().flat_map(Snapshot::inputs)).collect();
    let mut totals = vec![records(&inputs)];
    totals.extend(of_relations(exports, decision, &figures.counts, &figures.accounts)?);
    totals.extend(group_totals(exports, groups, &figures.group_counts)?);
    totals.extend(exports.snapshots().map(accepted));
    totals.push(rows_of_tables("lists", lists.rows, &lists.inputs));
    checked(totals)
}

/// Returns all equations between the figures and the reports as they were written: these are read back and counted
/// again.
///
/// # Errors
/// [`Error::Bug`] that names the first equation that does not hold; [`Error::Io`] if a report cannot be read back.
pub fn after_writing(
    folder: &Path,
    figures: &Figures,
    customers: CustomerTotals,
    waived: u64,
    bill: Option<&Bill>,
) -> Result<Vec<ControlTotal>> {
    let mut totals = of_customers(&figures.counts, customers);
    totals.extend(recount(folder, &figures.counts, &figures.group_counts)?);
    totals.extend(recount_waived(folder, waived)?);
    totals.extend(recount_bill(folder, bill)?);
    checked(totals)
}

fn of_relations(
    exports: &Exports,
    decision: &Decision,
    counts: &Counts,
    accounts: &RecordBatch,
) -> Result<Vec<ControlTotal>> {
    let (relations, target_relations) = (exports.source_before.relations.len(), exports.target_after.relations.len());
    let matched =
        |rows: fn(&DecidedPart) -> &[u32]| decision.parts.iter().map(|part| count_matched(rows(part))).sum::<u64>();
    let sum = |column: &Column| column_sum(accounts, column);
    let total = ControlTotal::new;
    Ok(vec![
        total("relations of source-before = sum of outcomes", relations, counts.by_outcome.values().sum()),
        total("relations of source-before = sum of scopes", relations, counts.by_scope.values().sum()),
        total("relations of target-after = sum of origins", target_relations, counts.by_origin.values().sum()),
        total(
            "matched at the source = matched at the target",
            matched(|part| &part.joined.target_of) + decision.misplaced.found_at_source(),
            matched(|part| &part.joined.source_of) + decision.misplaced.found_at_target(),
        ),
        total("relations = accounts + not enrolled", relations, sum(&fields::SOURCE_RELATIONS)? + unenrolled(decision)),
        total(
            "outcomes by account = relations of accounts",
            fields::OUTCOME_COUNTS.iter().map(|(_, column)| sum(column)).sum::<Result<u64>>()?,
            sum(&fields::SOURCE_RELATIONS)?,
        ),
        total(
            "target relations = mapped accounts + others",
            target_relations,
            sum(&fields::TARGET_RELATIONS)? + elsewhere(exports),
        ),
        total("in scope by account = in scope", sum(&fields::IN_SCOPE)?, counts.by_scope["in_scope"]),
    ])
}

/// Returns the customers beside the relations that they were counted from.
fn of_customers(counts: &Counts, customers: CustomerTotals) -> Vec<ControlTotal> {
    vec![
        ControlTotal::new("relations = relations of customers", counts.by_outcome.values().sum(), customers.relations),
        ControlTotal::new("missing = missing of customers", counts.by_outcome["missing"], customers.missing),
    ]
}

/// Records read = accepted + duplicates + rejected + passed over; the accepted are recounted from the tables.
pub fn records(inputs: &[&Input]) -> ControlTotal {
    let read = inputs.iter().map(|input| input.file.records_read).sum();
    let accounted = inputs
        .iter()
        .map(|input| input.accepted() + input.duplicates + input.file.rejected + input.passed_over())
        .sum();
    ControlTotal::new("records read = accepted + duplicates + rejected + passed over", read, accounted)
}

/// Records accepted = rows of the canonical tables of a snapshot.
pub fn accepted(snapshot: &Snapshot) -> ControlTotal {
    rows_of_tables(snapshot.role.word(), snapshot.accepted_rows(), snapshot.inputs())
}

/// Rows of tables = records accepted, which no reader counts by itself.
fn rows_of_tables(name: &str, rows: u64, inputs: &[Input]) -> ControlTotal {
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

fn column_sum(batch: &RecordBatch, column: &Column) -> Result<u64> {
    Ok(arrow::compute::sum(batch.integers(column)?).and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0))
}

/// Returns the equations, all of which hold.
///
/// # Errors
/// [`Error::Bug`] that names the first that does not.
pub fn checked(totals: Vec<ControlTotal>) -> Result<Vec<ControlTotal>> {
    match totals.iter().find(|total| !total.holds) {
        Some(total) => {
            Err(Error::Bug(format!("control total does not hold: {}: {} <> {}", total.name, total.left, total.right)))
        }
        None => Ok(totals),
    }
}

/// Returns the equations as a report.
pub fn table(totals: &[ControlTotal]) -> RecordBatch {
    let mut rows = Rows::new(&CONTROL_TOTALS_REPORT);
    for total in totals {
        rows.push(cells!(CONTROL_TOTALS_REPORT, {
            CONTROL_NAME: &total.name,
            CONTROL_LEFT: total.left,
            CONTROL_RIGHT: total.right,
            HOLDS: total.holds,
        }));
    }
    rows.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_equation_that_does_not_hold_is_our_bug() {
        let holds = vec![ControlTotal::new("one = one", 1, 1), ControlTotal::new("two = two", 2, 2)];
        assert_eq!(checked(holds.clone()).unwrap(), holds);
        let error = checked([holds, vec![ControlTotal::new("two = three", 2, 3)]].concat()).unwrap_err();
        assert_eq!(error.exit_code(), 3);
        assert!(error.to_string().contains("two = three: 2 <> 3"), "{error}");
    }
}
