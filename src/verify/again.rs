//! The inputs read again: their digests, and the whole audit run again, whose reports have to be the same bytes.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::case::{self, Case};
use crate::error::{Error, Result};
use crate::memory::Resources;
use crate::progress::Progress;
use crate::published::Reports;
use crate::report::manifest::{MANIFEST, Manifest, sha256_of};
use crate::report::publish::Scratch;
use crate::report::workbook::WORKBOOK;
use crate::run;
use crate::text::errors as say;

/// The inputs of an audit as they are now.
#[derive(Debug, Serialize)]
pub struct InputsNow {
    /// Number of inputs in the manifest, and the case file.
    pub named: usize,
    pub missing: Vec<String>,
    /// Present, with another SHA-256.
    pub changed: Vec<String>,
}

impl InputsNow {
    /// Returns whether all are as the audit read them.
    pub fn are_the_same(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty()
    }
}

/// Reports of the audit, run again.
#[derive(Debug, Serialize)]
pub struct RepeatedAudit {
    /// Number of reports that were compared.
    pub reports: usize,
    /// Reports whose bytes differ, or that only one of the audits wrote.
    pub differing: Vec<String>,
}

/// Returns the case that reports were made of: the one given, else the folder that holds theirs.
fn case_of(reports: &Reports, given: Option<&Path>) -> PathBuf {
    let folder = reports.folder.canonicalize().unwrap_or_else(|_| reports.folder.clone());
    let parent = folder.parent().unwrap_or(Path::new(".")).to_path_buf();
    given.map_or(parent, Path::to_path_buf)
}

/// Loads the case that reports were made of, with the same `--set` and under the same key.
///
/// # Errors
/// The errors of [`case::load`]; [`Error::Usage`] if reports hold pseudonyms and their key was not given.
pub fn case_again(reports: &Reports, given: Option<&Path>) -> Result<Case> {
    if reports.manifest.pseudonyms.is_some() && reports.pseudonyms.is_none() {
        return Err(Error::usage(say::PSEUDONYMS_WITHOUT_KEY, say::OTHER_KEY_REMEDY));
    }
    let mut case = case::load(&case_of(reports, given), &reports.manifest.case_file.set)?;
    case.pseudonyms.clone_from(&reports.pseudonyms);
    Ok(case)
}

/// Takes the digests of the inputs and of the case file.
///
/// # Errors
/// [`Error::Io`] if one cannot be read; [`Error::Interrupted`].
pub fn inputs(reports: &Reports, given: Option<&Path>) -> Result<InputsNow> {
    let (manifest, case) = (&reports.manifest, case_of(reports, given));
    let file = if case.is_dir() { case.join(case::FILE_NAME) } else { case };
    let root = file.parent().unwrap_or(Path::new(".")).to_path_buf();
    let mut now = InputsNow { named: 1 + manifest.inputs.len(), missing: Vec::new(), changed: Vec::new() };
    let inputs = manifest.inputs.iter().map(|(name, sha256)| (name.clone(), root.join(name), sha256));
    for (name, path, sha256) in
        [(case::FILE_NAME.to_owned(), file, &manifest.case_file.sha256)].into_iter().chain(inputs)
    {
        crate::interrupt::check()?;
        if !path.is_file() {
            now.missing.push(name);
        } else if sha256_of(&path)? != *sha256 {
            now.changed.push(name);
        }
    }
    Ok(now)
}

/// Runs the audit again into a temporary folder, and compares all files.
///
/// # Errors
/// Any [`Error`] of an audit.
pub fn run(reports: &Reports, case: &Case, resources: Resources, progress: &dyn Progress) -> Result<RepeatedAudit> {
    let temporary = Scratch::new(progress)?;
    let again = temporary.path().join("reports");
    progress.note(say::audit_again_in(again.display()));
    run::audit(case, &again, resources, progress)?;
    let again = Reports::open(&again)?;
    let mut repeated = RepeatedAudit { reports: again.manifest.reports.len() + 1, differing: Vec::new() };
    let names = reports
        .manifest
        .reports
        .keys()
        .chain(again.manifest.reports.keys().filter(|name| !reports.manifest.reports.contains_key(*name)));
    // A worklist that was carried over depends on what people entered in the earlier one.
    let is_carried = reports.manifest.worklist.is_some();
    if repeatable(&reports.manifest, is_carried)? != repeatable(&again.manifest, is_carried)? {
        repeated.differing.push(MANIFEST.to_owned());
    }
    for name in names.map(String::as_str).filter(|name| !(is_carried && *name == WORKBOOK)) {
        let [old, new] = [reports, &again].map(|reports| reports.folder.join(name));
        if !(old.is_file() && new.is_file() && sha256_of(&old)? == sha256_of(&new)?) {
            repeated.differing.push(name.to_owned());
        }
    }
    Ok(repeated)
}

/// Returns a manifest without what depends on the folder that it was written to: kept files, and a worklist carried
/// over.
fn repeatable(manifest: &Manifest, is_carried: bool) -> Result<Value> {
    let mut value = serde_json::to_value(manifest).map_err(|error| Error::Bug(error.to_string()))?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("kept");
        fields.remove("worklist");
        for digests in ["reports", "checksums"] {
            if let Some(digests) = fields.get_mut(digests).and_then(Value::as_object_mut).filter(|_| is_carried) {
                digests.remove(WORKBOOK);
            }
        }
    }
    Ok(value)
}
