//! The small reports: billing, findings, coverage, rejects, inputs.

use arrow::array::RecordBatch;

use crate::billing::{Bill, Line, Selection};
use crate::findings::Finding;
use crate::ingest::raw::Reject;
use crate::schema::tables::{BILLING_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, INPUTS_REPORT, REJECTS_REPORT};
use crate::schema::vocabulary::Role;
use crate::schema::{Cell, Rows};
use crate::snapshot::{Input, Snapshot};

fn text(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Null, Cell::Text)
}

fn count(value: u64) -> Cell<'static> {
    Cell::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// `billing.parquet`: lines in the order of the bill; none where there is no contract.
pub fn billing(bill: Option<&Bill>, lines: &[Line]) -> RecordBatch {
    let mut rows = Rows::new(&BILLING_REPORT);
    let decimal = |value: Option<rust_decimal::Decimal>| value.map_or(Cell::Null, Cell::Decimal);
    if let Some(bill) = bill {
        for line in lines {
            rows.push(&[
                Cell::Text(&line.name),
                line.quantity.map_or(Cell::Null, Cell::Integer),
                decimal(line.unit_price),
                decimal(line.amount),
                Cell::Text(&bill.contract.currency),
                Cell::Text(&line.basis),
                text(line.rows.as_ref().map(Selection::sql).as_deref()),
            ]);
        }
    }
    rows.finish()
}

/// `findings.parquet`, the most serious first.
pub fn findings(findings: &[Finding]) -> RecordBatch {
    let mut rows = Rows::new(&FINDINGS_REPORT);
    for finding in findings {
        let rule = finding.rule;
        rows.push(&[
            Cell::Text(rule.code),
            Cell::Text(finding.severity().word()),
            Cell::Text(rule.clause),
            count(finding.count),
            Cell::Text(&finding.message_zh()),
            Cell::Text(&finding.message_en()),
            Cell::Text(rule.next_step_zh),
            Cell::Text(rule.next_step_en),
            Cell::List(&finding.examples),
            text(rule.rows.map(|(report, _)| report)),
            text(rule.rows.map(|(_, filter)| filter)),
            count(finding.waived.count),
            text(finding.waived.by.as_deref()),
            text(finding.waived.reason.as_deref()),
            text(finding.waived.until.map(|until| until.to_string()).as_deref()),
        ]);
    }
    rows.finish()
}

/// `coverage.parquet`: all evidence, by role, dataset and account.
pub fn coverage<'a>(snapshots: impl Iterator<Item = &'a Snapshot>) -> RecordBatch {
    let mut rows = Rows::new(&COVERAGE_REPORT);
    for snapshot in snapshots {
        for ((dataset, userid), evidence) in &snapshot.coverage.told() {
            rows.push(&[
                Cell::Text(snapshot.role.word()),
                Cell::Text(dataset),
                text(userid.as_deref()),
                Cell::Text(evidence.status.word()),
                evidence.errcode.map_or(Cell::Null, Cell::Integer),
                Cell::Text(&evidence.detail),
            ]);
        }
    }
    rows.finish()
}

/// The files of one role, or of the lists (no role), and what of them could not be read.
#[derive(Clone, Copy)]
pub struct Read<'a> {
    pub role: Option<Role>,
    pub inputs: &'a [Input],
    pub rejects: &'a [Reject],
}

/// What was read: the lists, then the snapshots. A row of a list that cannot be read stops the run.
pub fn read<'a>(lists: &'a [Input], snapshots: impl Iterator<Item = &'a Snapshot>) -> Vec<Read<'a>> {
    let roles = snapshots.map(|snapshot| Read {
        role: Some(snapshot.role),
        inputs: &snapshot.inputs,
        rejects: &snapshot.rejects,
    });
    std::iter::once(Read { role: None, inputs: lists, rejects: &[] }).chain(roles).collect()
}

/// `rejects.parquet`: the records and values that could not be read.
pub fn rejects(read: &[Read<'_>]) -> RecordBatch {
    let mut rows = Rows::new(&REJECTS_REPORT);
    for &Read { role, inputs, rejects } in read {
        for reject in rejects {
            rows.push(&[
                text(role.map(Role::word)),
                Cell::Text(inputs.get(reject.file as usize).map_or("", |input| input.file.path.as_str())),
                if reject.record == 0 { Cell::Null } else { count(reject.record) },
                Cell::Text(&reject.place),
                Cell::Text(&reject.reason),
                Cell::Text(reject.grain.word()),
                Cell::Text(reject.dataset.word()),
                text(reject.userid.as_deref()),
                count(reject.not_listed),
            ]);
        }
    }
    rows.finish()
}

/// `inputs.parquet`: every file, by role and path.
pub fn inputs(read: &[Read<'_>]) -> RecordBatch {
    let mut rows = Rows::new(&INPUTS_REPORT);
    for &Read { role, inputs, .. } in read {
        for input in inputs {
            let file = &input.file;
            rows.push(&[
                text(role.map(Role::word)),
                Cell::Text(&file.path),
                Cell::Text(&file.sha256),
                count(file.bytes),
                Cell::Text(&file.kind),
                Cell::Text(&file.encoding),
                count(file.records_read),
                count(input.accepted()),
                count(input.duplicates),
                count(file.rejected),
                count(input.passed_over()),
                count(file.unreadable_values),
                Cell::List(&file.unused_columns),
            ]);
        }
    }
    rows.finish()
}
