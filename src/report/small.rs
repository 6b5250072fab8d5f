//! The small reports, which are held as a whole; here those that an audit and a precheck have in common: billing,
//! findings, coverage, rejects, inputs, control totals.

use std::path::Path;

use arrow::array::RecordBatch;

use super::parquet::{Footer, write_table};
use crate::billing::{Bill, Line};
use crate::controls::{self, ControlTotal};
use crate::error::{Error, Result};
use crate::findings::Finding;
use crate::personal::{self, Pseudonyms};
use crate::schema::tables::{
    BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, INPUTS_REPORT, REJECTS_REPORT,
};
use crate::schema::{Column, Filter, Rows, Table, cells};
use crate::snapshot::{RoleInputs, Snapshot};

/// A report that is held as a whole, with the columns that it is sorted by.
pub struct SmallTable {
    table: &'static Table,
    sorted_by: &'static [&'static Column],
    rows: RecordBatch,
}

impl SmallTable {
    /// Creates a report in the order in which its rows came.
    pub fn new(table: &'static Table, rows: RecordBatch) -> Self {
        Self { table, sorted_by: &[], rows }
    }

    /// The same, where the rows are sorted.
    #[must_use]
    pub fn sorted_by(self, sorted_by: &'static [&'static Column]) -> Self {
        Self { sorted_by, ..self }
    }
}

/// The folder of the reports, and what every table in it is written with.
#[derive(Clone, Copy)]
pub struct ReportFolder<'a> {
    pub path: &'a Path,
    /// Begins the names of its reports.
    pub prefix: &'static str,
    pub footer: &'a Footer,
    pub pseudonyms: Option<&'a Pseudonyms>,
}

/// Returns the name of the report of a table, whose name may have the prefix already.
pub fn report_name(prefix: &str, table: &str) -> String {
    format!("{prefix}{}", table.strip_prefix(prefix).unwrap_or(table))
}

/// Small reports as they were written: with pseudonyms, if wanted.
#[derive(Default)]
pub struct SmallTables(Vec<SmallTable>);

impl SmallTables {
    /// Writes reports, and holds them.
    ///
    /// # Errors
    /// As [`write_table`].
    pub fn write(&mut self, folder: ReportFolder<'_>, tables: impl IntoIterator<Item = SmallTable>) -> Result<()> {
        for held in tables {
            let rows = personal::written(folder.pseudonyms, held.table, held.rows)?;
            let path = folder.path.join(format!("{}.parquet", report_name(folder.prefix, held.table.name)));
            write_table(&path, held.table, &rows, held.sorted_by, folder.footer)?;
            self.0.push(SmallTable { rows, ..held });
        }
        Ok(())
    }

    /// Returns the rows of a report.
    ///
    /// # Errors
    /// [`Error::Bug`] if it is none of these.
    pub fn rows(&self, table: &Table) -> Result<&RecordBatch> {
        let held = self.0.iter().find(|held| held.table == table);
        held.map(|held| &held.rows).ok_or_else(|| Error::Bug(format!("{} is not held as a whole", table.name)))
    }
}

/// The contents of the small reports that an audit and a precheck have in common.
pub struct CommonReports<'a, S> {
    pub bill: Option<&'a Bill>,
    /// The lines of the bill.
    pub lines: &'a [Line],
    pub findings: &'a [Finding],
    pub snapshots: S,
    pub read: &'a [RoleInputs<'a>],
    pub totals: &'a [ControlTotal],
}

impl<'a, S: Iterator<Item = &'a Snapshot>> CommonReports<'a, S> {
    /// Makes the reports.
    pub fn tables(self) -> [SmallTable; 6] {
        [
            billing(self.bill, self.lines),
            findings(self.findings),
            coverage(self.snapshots),
            rejects(self.read),
            inputs(self.read),
            SmallTable::new(&CONTROL_TOTALS_REPORT, controls::table(self.totals)),
        ]
    }
}

/// `billing.parquet`: lines in the order of the bill; none where there is no contract.
fn billing(bill: Option<&Bill>, lines: &[Line]) -> SmallTable {
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
    SmallTable::new(&BILLING_REPORT, rows.finish())
}

/// `findings.parquet`, the most serious first.
fn findings(findings: &[Finding]) -> SmallTable {
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
    SmallTable::new(&FINDINGS_REPORT, rows.finish())
}

/// `coverage.parquet`: all evidence, by role, dataset and account.
fn coverage<'a>(snapshots: impl Iterator<Item = &'a Snapshot>) -> SmallTable {
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
    SmallTable::new(&COVERAGE_REPORT, rows.finish())
}

/// `rejects.parquet`: the records and values that could not be read.
pub fn rejects(read: &[RoleInputs<'_>]) -> SmallTable {
    let mut rows = Rows::new(&REJECTS_REPORT);
    for &RoleInputs { role, exports, rejects, .. } in read {
        for reject in rejects {
            let file = exports.get(reject.file as usize).map_or("", |input| input.file.path.as_str());
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
    SmallTable::new(&REJECTS_REPORT, rows.finish())
}

/// `inputs.parquet`: every file, by role and path.
pub fn inputs(read: &[RoleInputs<'_>]) -> SmallTable {
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
    SmallTable::new(&INPUTS_REPORT, rows.finish())
}
