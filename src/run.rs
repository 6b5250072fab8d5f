//! The audit, top to bottom: read, decide, count, balance, write, balance again, publish.

use std::path::Path;

use rayon::prelude::*;

use crate::billing::Bill;
use crate::case::Case;
use crate::controls;
use crate::decision::{Exports, decide, decide_groups};
use crate::error::Result;
use crate::figures::Figures;
use crate::findings::{self, Audited, GroupFindings, Waivers};
use crate::memory::Resources;
use crate::personal::{Pseudonyms, written};
use crate::progress::{Progress, Unit, Work};
use crate::report::large::{self, Observers};
use crate::report::manifest::Manifest;
use crate::report::parquet::{footer, write_tables};
use crate::report::publish::{Stage, digests};
use crate::report::workbook::{EarlierWorklist, WORKBOOK};
use crate::report::{Audit, SmallTable, WRITERS, groups as group_reports, small};
use crate::schema::fields;
use crate::schema::tables::{
    ACCOUNTS_REPORT, BILLING_REPORT, CONTROL_TOTALS_REPORT, COVERAGE_REPORT, FINDINGS_REPORT, INPUTS_REPORT,
    REJECTS_REPORT,
};
use crate::signature::SecretKey;
use crate::snapshot::{Input, RoleInputs};

pub use crate::report::summary::AuditSummary;

/// Audits the case and publishes the reports in `out`.
///
/// # Errors
/// Any [`crate::Error`]; nothing is published then.
pub fn audit(case: &Case, out: &Path, resources: Resources, progress: &dyn Progress) -> Result<AuditSummary> {
    audit_signed(case, out, None, resources, progress)
}

/// As [`audit`], with a signature of the manifest, if there is a key.
///
/// # Errors
/// As [`audit`].
pub fn audit_signed(
    case: &Case,
    out: &Path,
    signer: Option<SecretKey>,
    resources: Resources,
    progress: &dyn Progress,
) -> Result<AuditSummary> {
    let mut stage = Stage::beside(out, progress)?.signed_by(signer);
    let memory = stage.memory(resources);
    let (exports, lists) = Exports::read(case, &memory, progress)?;
    let decision = decide(case, &exports, &memory, progress)?;
    let groups = decide_groups(case, &exports, &decision)?;
    let figures = Figures::new(&exports, &decision, &groups)?;
    let bill = Bill::of(case, &figures.counts)?;
    let mut totals = controls::before_writing(&exports, &lists, &decision, &groups, &figures)?;

    let read = RoleInputs::by_role(&lists.inputs, exports.snapshots());
    let inputs: Vec<Input> = read.iter().flat_map(|read| read.inputs.iter().cloned()).collect();
    let footer = footer(case, &inputs);
    let mut waivers = Waivers::of(case);
    let groups = GroupFindings::new(&groups, &mut waivers);
    let pseudonyms = case.pseudonyms.as_ref();
    let observers = Observers::new(case, &figures)?;
    let writing = large::Writing { pseudonyms, folder: stage.path(), footer: &footer, memory: &memory, progress };
    let written = large::write(&exports, &decision, &figures.accounts, observers, &mut waivers, writing)?;
    progress.begin(Work::Publish, 0, Unit::Rows);
    let mut tables = personal(pseudonyms, group_reports::tables(&groups))?;
    write_tables(stage.path(), &tables, &footer)?;
    totals.extend(controls::after_writing(stage.path(), &figures, written.customers, written.waived, bill.as_ref())?);

    let Observers { concentration, arrivals, excerpt } = &written.observers;
    let audited =
        Audited { case, exports: &exports, decision: &decision, groups: &groups, concentration, bill: bill.as_ref() };
    let findings = findings::find(&audited, written.findings, &mut waivers, &read);
    let Figures { counts, group_counts, accounts, flow } = figures;
    let mut summary = AuditSummary::new(case, counts, group_counts, bill, findings, inputs, out.to_path_buf());
    let lines = summary.bill.as_ref().map_or(&[][..], |bill| &bill.lines);
    let others = vec![
        SmallTable::new(&ACCOUNTS_REPORT, accounts).sorted_by(&[&fields::SOURCE_USERID]),
        SmallTable::new(&BILLING_REPORT, small::billing(summary.bill.as_ref(), lines)),
        SmallTable::new(&FINDINGS_REPORT, small::findings(&summary.findings)),
        SmallTable::new(&COVERAGE_REPORT, small::coverage(exports.snapshots())),
        SmallTable::new(&REJECTS_REPORT, small::rejects(&read)),
        SmallTable::new(&INPUTS_REPORT, small::inputs(&read)),
        SmallTable::new(&CONTROL_TOTALS_REPORT, controls::table(&totals)),
    ];
    let others = personal(pseudonyms, others)?;
    write_tables(stage.path(), &others, &footer)?;
    tables.extend(others);
    summary.control_totals = totals;

    let earlier = EarlierWorklist::read(stage.out(), WORKBOOK, case, progress);
    let audit = Audit {
        case,
        exports: &exports,
        groups: &groups,
        summary: &summary,
        flow: &flow,
        arrivals,
        excerpt,
        tables: &tables,
        earlier: &earlier,
        progress,
    };
    let parquet = stage.reports()?;
    let write = || WRITERS.par_iter().try_for_each(|(_, write)| write(&audit, stage.path()));
    let (written, sealed) = rayon::join(write, || digests(&parquet));
    written?;
    stage.seal(sealed?);
    stage.carry_worklist(earlier.digest());
    stage.publish(Manifest::of_case(case, &summary.inputs))?;
    progress.end();
    Ok(summary)
}

/// The tables as they are written: with pseudonyms, if wanted.
fn personal(pseudonyms: Option<&Pseudonyms>, tables: Vec<SmallTable>) -> Result<Vec<SmallTable>> {
    let written = |table: SmallTable| Ok(SmallTable { rows: written(pseudonyms, table.table, table.rows)?, ..table });
    tables.into_iter().map(written).collect()
}
