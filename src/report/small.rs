//! The small reports: billing, findings, coverage, rejects, inputs.

use arrow::array::RecordBatch;

use crate::billing::{Bill, Line};
use crate::findings::Finding;
use crate::schema::tables::{BILLING_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, INPUTS_REPORT, REJECTS_REPORT};
use crate::schema::{Filter, Rows, cells};
use crate::snapshot::{RoleInputs, Snapshot};

/// `billing.parquet`: lines in the order of the bill; none where there is no contract.
pub fn billing(bill: Option<&Bill>, lines: &[Line]) -> RecordBatch {
    let mut rows = Rows::new(&BILLING_REPORT);
    if let Some(bill) = bill {
        for line in lines {
            rows.push(cells!(BILLING_REPORT, {
                BILL_LINE: &line.name,
                QUANTITY: line.quantity,
                UNIT_PRICE: line.unit_price,
                AMOUNT: line.amount,
                CURRENCY: &bill.contract.currency,
                BASIS: &line.basis,
                BILL_FILTER: line.rows.as_ref().map(Filter::sql).as_deref(),
            }));
        }
    }
    rows.finish()
}

/// `findings.parquet`, the most serious first.
pub fn findings(findings: &[Finding]) -> RecordBatch {
    let mut rows = Rows::new(&FINDINGS_REPORT);
    for finding in findings {
        let rule = finding.rule;
        rows.push(cells!(FINDINGS_REPORT, {
            CODE: rule.code,
            SEVERITY: finding.severity(),
            CLAUSE: rule.clause,
            COUNT: finding.count,
            MESSAGE_ZH: &finding.message_zh(),
            MESSAGE_EN: &finding.message_en(),
            NEXT_STEP_ZH: rule.next_step_zh,
            NEXT_STEP_EN: rule.next_step_en,
            EXAMPLES: &finding.examples,
            REPORT: rule.rows.map(|rows| rows.report.name),
            FILTER: rule.rows.map(|rows| rows.filter().sql()).as_deref(),
            WAIVED_COUNT: finding.waived.count,
            WAIVED_BY: finding.waived.by.as_deref(),
            WAIVED_REASON: finding.waived.reason.as_deref(),
            WAIVED_UNTIL: finding.waived.until.map(|until| until.to_string()).as_deref(),
        }));
    }
    rows.finish()
}

/// `coverage.parquet`: all evidence, by role, dataset and account.
pub fn coverage<'a>(snapshots: impl Iterator<Item = &'a Snapshot>) -> RecordBatch {
    let mut rows = Rows::new(&COVERAGE_REPORT);
    for snapshot in snapshots {
        snapshot.coverage.for_each_with_doubts(|dataset, userid, evidence| {
            rows.push(cells!(COVERAGE_REPORT, {
                ROLE: snapshot.role,
                DATASET: dataset,
                USERID: userid,
                COVERAGE_STATUS: evidence.status,
                ERRCODE: evidence.errcode,
                DETAIL: &evidence.detail,
            }));
        });
    }
    rows.finish()
}

/// `rejects.parquet`: the records and values that could not be read.
pub fn rejects(read: &[RoleInputs<'_>]) -> RecordBatch {
    let mut rows = Rows::new(&REJECTS_REPORT);
    for &RoleInputs { role, inputs, rejects } in read {
        for reject in rejects {
            let file = inputs.get(reject.file as usize).map_or("", |input| input.file.path.as_str());
            rows.push(cells!(REJECTS_REPORT, {
                ROLE: role,
                FILE: file,
                RECORD: (reject.record > 0).then_some(reject.record),
                PLACE: &reject.place,
                REJECT_REASON: &reject.reason,
                GRAIN: reject.grain,
                DATASET: reject.dataset,
                USERID: reject.userid.as_deref(),
                NOT_LISTED: reject.not_listed,
            }));
        }
    }
    rows.finish()
}

/// `inputs.parquet`: every file, by role and path.
pub fn inputs(read: &[RoleInputs<'_>]) -> RecordBatch {
    let mut rows = Rows::new(&INPUTS_REPORT);
    for &RoleInputs { role, inputs, .. } in read {
        for input in inputs {
            let file = &input.file;
            rows.push(cells!(INPUTS_REPORT, {
                ROLE: role,
                PATH: &file.path,
                SHA256: &file.sha256,
                BYTES: file.bytes,
                INPUT_KIND: &file.kind,
                ENCODING: &file.encoding,
                RECORDS_READ: file.records_read,
                ACCEPTED: input.accepted(),
                DUPLICATE: input.duplicates,
                REJECTED: file.rejected,
                PASSED_OVER: input.passed_over(),
                UNREADABLE_VALUES: file.unreadable_values,
                UNUSED_COLUMNS: &file.unused_columns,
            }));
        }
    }
    rows.finish()
}
