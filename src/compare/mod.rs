//! Compares two audits of one case: what was resolved, what is new, what got worse.

mod change;
mod findings;
mod passes;
mod rows;
mod screen;
mod writer;

pub use change::{ChangeCounts, ComparedRow, RowState};
pub use findings::FindingChange;
pub use screen::screen;

use std::path::Path;

use serde::Serialize;

use crate::case::FailOn;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::published::Reports;
use crate::schema::Table;
use crate::schema::vocabulary::{Severity, Word};
use crate::text::{Message, errors as say};
use writer::ChangeWriter;

/// Differences of two audits.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// `case.id` of the later audit.
    pub case: String,
    /// Rows of each kind by change.
    pub changes: Vec<ChangeCounts>,
    /// Every finding of either audit.
    pub findings: Vec<FindingChange>,
    /// The highest severity that is new or got worse, without waived rows.
    pub worst: Option<Severity>,
    /// The least severity that gives exit code 1.
    pub fail_on: FailOn,
}

/// Options of a comparison.
pub struct Options<'a> {
    /// Whether audits of different cases may be compared.
    pub force: bool,
    /// Whether the reports are read without comparing them with their manifests.
    pub unchecked: bool,
    /// Folder of `compare.parquet`.
    pub out: Option<&'a Path>,
    /// Memory of the rows of one pass in bytes, about.
    pub memory: u64,
    /// The least severity that gives exit code 1; by default that of the later audit's policy.
    pub fail_on: Option<FailOn>,
}

/// Compares two folders of reports.
///
/// # Errors
/// [`Error::Usage`] if they are of different cases; [`Error::Input`] if a report cannot be read; [`Error::Output`].
pub fn compare(earlier: &Path, later: &Path, options: &Options<'_>, progress: &dyn Progress) -> Result<Comparison> {
    let [earlier, later] = [earlier, later].map(|folder| Reports::open_audit(folder, options.unchecked));
    let (earlier, later) = (earlier?, later?);
    if earlier.manifest.case != later.manifest.case && !options.force {
        let problem = say::different_cases(earlier.manifest.case, later.manifest.case);
        return Err(Error::usage(problem, say::DIFFERENT_CASES_REMEDY));
    }
    let fail_on = options.fail_on.map_or_else(|| policy(&later), Ok)?;
    let mut writer = ChangeWriter::create(options.out, progress)?;
    let mut changes: Vec<ChangeCounts> = Vec::new();
    for report in rows::COMPARED {
        let mut counts = ChangeCounts::new(report.kind);
        rows::compare(report, (&earlier, &later), options.memory, &mut |row| {
            counts.update(&row);
            writer.write(&row)
        })?;
        changes.push(counts);
    }
    let tells_less = rows::COMPARED.iter().zip(&changes).filter(|(_, counts)| counts.tells_less);
    let tells_less: Vec<&Table> = tells_less.map(|(report, _)| report.table).collect();
    let findings = findings::compare(&earlier, &later, &tells_less)?;
    let mut rows: Vec<ComparedRow> = findings.iter().map(FindingChange::row).collect();
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows.iter().try_for_each(|row| writer.write(row))?;
    writer.finish(&later.manifest.case)?;
    let worst =
        changes.iter().filter_map(|counts| counts.worst).chain(findings.iter().filter_map(FindingChange::worst)).max();
    Ok(Comparison { case: later.manifest.case, changes, findings, worst, fail_on })
}

impl Comparison {
    /// Returns 1 if something new or worse is at or above what the policy fails on, else 0.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.fail_on.threshold().is_some_and(|threshold| self.worst >= Some(threshold)))
    }
}

/// Reads the policy of an audit; reports of versions that did not publish it fail on defects, the default.
fn policy(reports: &Reports) -> Result<FailOn> {
    let summary = reports.summary()?;
    let Some(word) = summary.pointer("/policy/fail_on") else { return Ok(FailOn::Defect) };
    word.as_str().and_then(FailOn::from_word).ok_or_else(|| {
        let known = Message::list(FailOn::WORDS);
        let place = Message::verbatim("policy.fail_on");
        Error::input(reports.folder.join("summary.json"), place, say::no_policy(word), say::no_policy_remedy(known))
    })
}
