//! Verifies published reports: the files by the digests of the manifest, and their contents by an independent
//! calculation, so that reports with digests made to agree are found out as well.
//!
//! ```text
//! files       every file by its SHA-256
//! totals      counts of rows: summary, filters of findings and bill, control totals
//! bill        the bill, from the settings in the manifest and the counted relations
//! findings    the findings, from the catalogue and the rows that each selects; the verdict
//! rule_book   the words of rows, from the rule books
//! accounts    accounts, customers and matches, from the single relations
//! summary     summary.json, from the tables; the tables' inputs and footers, from the manifest
//! workbook    exceptions.xlsx: its first sheet
//! page        report.html: the document of this version, with data from the tables
//! again       the inputs' digests; the audit, run again
//! ```

mod accounts;
mod again;
mod bill;
mod files;
mod findings;
mod page;
mod summary;
mod rows;
mod rule_book;
mod totals;
mod values;
mod workbook;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use again::{InputsNow, RepeatedAudit, case_again};
pub use files::{Files, check as check_files};
pub use values::{DifferingValue, RecomputedValues};

use crate::controls::ControlTotal;
use crate::error::{Error, Result};
use crate::limits::{MAX_JSON_REPORT_BYTES, MAX_SIGNATURE_BYTES};
use crate::memory::Resources;
use crate::personal::Pseudonyms;
use crate::progress::Progress;
use crate::published::Reports;
use crate::regular;
use crate::report::manifest::MANIFEST;
use crate::signature::{PublicKey, SIGNATURE};
use crate::text::{Message, errors as say};

use bill::{RecomputedBill, RowsByFlow};
use findings::PublishedFindings;

/// The checks beside those of the reports themselves.
#[derive(Default)]
pub struct VerifyExtent {
    /// The key that the signature is checked with.
    pub key: Option<PublicKey>,
    /// Whether to take the inputs' digests.
    pub inputs: bool,
    /// Whether to run the audit again, and with which resources.
    pub again: Option<Resources>,
    /// The key of the pseudonyms, where the audit is run again.
    pub pseudonyms: Option<Pseudonyms>,
    /// The case, where it is not the folder that holds the reports.
    pub case: Option<PathBuf>,
}

/// Result of verifying a folder of reports.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// `case.id`.
    pub case: String,
    /// Whether everything that was verified is as it should be.
    pub holds: bool,
    /// The same of all but the signature.
    #[serde(skip)]
    pub but_for_signature: bool,
    pub files: Files,
    pub signature: SignatureState,
    /// Control totals, recomputed from the files; empty where the folder is not of an audit.
    pub control_totals: Vec<ControlTotal>,
    /// Other values, recomputed from the files.
    pub values: RecomputedValues,
    /// The reason why they could not be recomputed.
    pub unreadable: Option<Message>,
    /// Filters that could not be parsed.
    pub not_evaluated: Vec<String>,
    /// The inputs, if they were asked for.
    pub inputs: Option<InputsNow>,
    /// The audit run again, if it was asked for.
    pub again: Option<RepeatedAudit>,
}

/// The signature of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// There is none, and no key was given.
    Absent,
    /// There is one, and no key was given.
    NotChecked,
    /// Made by the key with that fingerprint.
    Valid(String),
    /// There is none by the key that was given.
    Invalid,
}

/// Verifies a folder of reports.
///
/// # Errors
/// [`Error::Input`] if it has no manifest of this program; [`Error::Usage`] if the key is not that of its pseudonyms;
/// the errors of an audit where it is run again; [`Error::Interrupted`].
pub fn verify(folder: &Path, extent: &VerifyExtent, progress: &dyn Progress) -> Result<Verification> {
    let reports = Reports::open(folder)?.under(extent.pseudonyms.clone())?;
    let files = files::check(&reports)?;
    let signature = signature(folder, extent.key.as_ref())?;
    let mut recount = totals::Recount::default();
    let mut values = RecomputedValues::default();
    let unreadable =
        if reports.is_of_audit() { input_error(recompute(&reports, &mut recount, &mut values))? } else { None };
    let inputs = if extent.inputs { Some(again::inputs(&reports, extent.case.as_deref())?) } else { None };
    let again = match extent.again {
        Some(_) if !reports.is_of_audit() => {
            return Err(reports.no_audit());
        }
        Some(resources) => {
            let case = case_again(&reports, extent.case.as_deref())?;
            Some(again::run(&reports, &case, resources, progress)?)
        }
        None => None,
    };
    let totals::Recount { totals, not_evaluated } = recount;
    let but_for_signature = files.match_manifest()
        && unreadable.is_none()
        && not_evaluated.is_empty()
        && values.agrees()
        && totals.iter().all(|total| total.holds)
        && inputs.as_ref().is_none_or(InputsNow::are_the_same)
        && again.as_ref().is_none_or(|again| again.differing.is_empty());
    Ok(Verification {
        case: reports.manifest.case,
        holds: but_for_signature && signature != SignatureState::Invalid,
        but_for_signature,
        files,
        signature,
        control_totals: totals,
        values,
        unreadable,
        not_evaluated,
        inputs,
        again,
    })
}

/// The reports of an audit, with what other reports are compared with.
struct RecomputedAudit<'a> {
    reports: &'a Reports,
    relations: RowsByFlow,
    findings: PublishedFindings,
    bill: Option<RecomputedBill>,
}

impl RecomputedAudit<'_> {
    /// Returns a setting of the case, as the manifest states it.
    fn setting(&self, key: &str) -> Option<&str> {
        self.reports.manifest.settings.get(key).map(String::as_str)
    }
}

/// Recomputes what the reports of an audit state.
fn recompute(reports: &Reports, recount: &mut totals::Recount, values: &mut RecomputedValues) -> Result<()> {
    recount.audit(reports)?;
    let relations = RowsByFlow::count(reports)?;
    let bill = bill::recompute(&reports.manifest.settings, &relations);
    bill::compare(&reports.rows(&crate::schema::tables::BILLING_REPORT)?, bill.as_ref(), values);
    let findings = PublishedFindings::read(reports)?;
    findings.compare(reports, &relations, bill.as_ref(), values)?;
    rule_book::compare(reports, values)?;
    accounts::compare(reports, values)?;
    let audit = RecomputedAudit { reports, relations, findings, bill };
    summary::compare(&audit, values)?;
    page::compare(&audit, values)?;
    workbook::compare(&audit, values)
}

fn signature(folder: &Path, key: Option<&PublicKey>) -> Result<SignatureState> {
    let path = folder.join(SIGNATURE);
    let Some(key) = key else {
        let is_there = path.symlink_metadata().is_ok();
        return Ok(if is_there { SignatureState::NotChecked } else { SignatureState::Absent });
    };
    let manifest = folder.join(MANIFEST);
    let manifest = regular::read(&manifest, MAX_JSON_REPORT_BYTES).map_err(Error::io(&manifest, say::CANNOT_READ))?;
    let is_valid = regular::read(&path, MAX_SIGNATURE_BYTES).is_ok_and(|signature| key.verifies(&manifest, &signature));
    Ok(if is_valid { SignatureState::Valid(key.fingerprint()) } else { SignatureState::Invalid })
}

/// Returns what is wrong with a file that cannot be read: a result of the verification, not an error of it.
fn input_error(recount: Result<()>) -> Result<Option<Message>> {
    match recount {
        Err(error @ (Error::Input { .. } | Error::Io { .. })) => Ok(Some(error.message())),
        other => other.map(|()| None),
    }
}
