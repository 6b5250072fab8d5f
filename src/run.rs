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
use crate::progress::{Progress, Unit, Work};
use crate::report::large::{self, Observers, Written};
use crate::report::manifest::Manifest;
use crate::report::parquet::footer;
use crate::report::publish::{Stage, digests};
use crate::report::small::{CommonReports, ReportFolder, SmallTable, SmallTables};
use crate::report::workbook::{EarlierWorklist, WORKBOOK};
use crate::report::{Audit, WRITERS, groups as group_reports};
use crate::schema::fields;
use crate::schema::tables::ACCOUNTS_REPORT;
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
    let (footer, pseudonyms) = (footer(case, &inputs), case.pseudonyms.as_ref());
    let folder = ReportFolder { path: stage.path(), prefix: "", footer: &footer, pseudonyms };
    let mut waivers = Waivers::of(case);
    let groups = GroupFindings::new(&groups, &mut waivers);
    let observers = Observers::new(case, &figures)?;
    let Written { findings: of_relations, observers, waived, customers } =
        large::write(&exports, &decision, &figures.accounts, observers, &mut waivers, folder, (&memory, progress))?;
    progress.begin(Work::Publish, 0, Unit::Rows);
    let accounts = SmallTable::new(&ACCOUNTS_REPORT, figures.accounts.clone()).sorted_by(&[&fields::SOURCE_USERID]);
    let mut tables = SmallTables::default();
    tables.write(folder, group_reports::tables(&groups).into_iter().chain([accounts]))?;
    totals.extend(controls::after_writing(folder.path, &figures, customers, waived, bill.as_ref())?);

    let Observers { concentration, arrivals, excerpt } = &observers;
    let audited =
        Audited { case, exports: &exports, decision: &decision, groups: &groups, concentration, bill: bill.as_ref() };
    let findings = findings::find(&audited, of_relations, &mut waivers, &read);
    let common = CommonReports {
        bill: bill.as_ref(),
        lines: bill.as_ref().map_or(&[], |bill| &bill.lines),
        findings: &findings,
        snapshots: exports.snapshots(),
        read: &read,
        totals: &totals,
    };
    tables.write(folder, common.tables())?;

    let summary = AuditSummary::new(case, &figures, bill, findings, totals, inputs, out);
    let earlier = EarlierWorklist::read(stage.out(), WORKBOOK, case, progress);
    let audit = Audit {
        case,
        exports: &exports,
        groups: &groups,
        summary: &summary,
        flow: &figures.flow,
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
    stage.carry_worklist(earlier.digest.as_deref());
    stage.publish(Manifest::of_case(case, &summary.inputs))?;
    progress.end();
    Ok(summary)
}
