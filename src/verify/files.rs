//! The files of a folder compared with its manifest.

use std::collections::BTreeSet;

use serde::Serialize;
use walkdir::WalkDir;

use crate::error::{Error, Result};
use crate::precheck;
use crate::published::Reports;
use crate::report::WRITERS;
use crate::report::manifest::{MANIFEST, checksum_of, sha256_of};
use crate::report::publish::SNAPSHOTS;
use crate::schema::Table;
use crate::schema::tables::{
    CANONICAL, COMPARE_REPORT, INPUTS_REPORT, PRECHECK, PRECHECK_NAMESAKES, PRECHECK_REPORTS, REJECTS_REPORT, REPORTS,
};
use crate::schema::vocabulary::Role;
use crate::signature::SIGNATURE;
use crate::text::{errors as say, path_text};

/// Names of the files that do not match the manifest.
#[derive(Debug, Serialize)]
pub struct Files {
    /// Number of files in the manifest.
    pub named: usize,
    pub missing: Vec<String>,
    /// Present, with another SHA-256.
    pub changed: Vec<String>,
    /// Present, and not in the manifest.
    pub extra: Vec<String>,
    /// Entries of `kept`: the user's files, which have no digest in the manifest.
    pub kept: Vec<String>,
}

impl Files {
    /// Returns whether every file matches, and none is extra.
    pub fn match_manifest(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty()
    }
}

/// Compares every file below the folder with the manifest.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read.
pub fn check(reports: &Reports) -> Result<Files> {
    let named = &reports.manifest.reports;
    let kept = reports.manifest.kept.clone();
    let mut files = Files { named: named.len(), missing: Vec::new(), changed: Vec::new(), extra: Vec::new(), kept };
    files.missing = required(reports).into_iter().filter(|name| !named.contains_key(name)).collect();
    for (name, sha256) in named {
        crate::interrupt::check()?;
        let path = reports.folder.join(name);
        if !path.is_file() {
            files.missing.push(name.clone());
        } else if sha256_of(&path)? != *sha256 || !has_checksum(reports, name)? {
            files.changed.push(name.clone());
        }
    }
    // A report is never a file of the user, even if `kept` lists it.
    let written: BTreeSet<String> = written_together().into_iter().flatten().collect();
    files.extra = files_below(reports)?
        .into_iter()
        .filter(|name| !named.contains_key(name) && (written.contains(name) || !reports.manifest.keeps(name)))
        .collect();
    Ok(files)
}

/// Returns the reports that a run writes together: of an audit, of a forecast, of a comparison, of an ingest, and the
/// tables of each export that it read.
fn written_together() -> Vec<Vec<String>> {
    let tables = |tables: &[&Table], prefix: &str| -> Vec<String> {
        tables.iter().map(|table| format!("{prefix}{}.parquet", table.name)).collect()
    };
    let mut audit = tables(REPORTS, "");
    audit.extend(WRITERS.iter().map(|(name, _)| (*name).to_owned()));
    let mut forecast = tables(PRECHECK_REPORTS, "");
    forecast.extend(tables(PRECHECK_NAMESAKES, PRECHECK));
    forecast.extend(precheck::DOCUMENTS.map(str::to_owned));
    let ingested = tables(&[&REJECTS_REPORT, &INPUTS_REPORT], "_");
    let exports = Role::ALL.iter().map(|role| tables(CANONICAL, &format!("{}/", role.word())));
    [audit, forecast, tables(&[&COMPARE_REPORT], ""), ingested].into_iter().chain(exports).collect()
}

/// Returns the reports that a manifest has to name, from those that it does: one without its relations, say, would not
/// be taken for that of an audit, and nothing would be recomputed.
fn required(reports: &Reports) -> Vec<String> {
    let named = &reports.manifest.reports;
    let mut sets = written_together();
    if named.is_empty() {
        // Every run writes reports; an audit is what most folders are of.
        sets.truncate(1);
    } else {
        sets.retain(|set| set.iter().any(|name| named.contains_key(name)));
    }
    sets.concat()
}

/// Returns whether the checksum by which readers look for damage is that of the file; older manifests have none.
fn has_checksum(reports: &Reports, name: &str) -> Result<bool> {
    let Some(checksum) = reports.manifest.checksums.get(name) else { return Ok(true) };
    Ok(checksum_of(&reports.folder.join(name))? == *checksum)
}

/// Returns every file below the folder, but the manifest, its signature, and the tables of an ingest, which have a
/// manifest of their own.
fn files_below(reports: &Reports) -> Result<BTreeSet<String>> {
    let folder = &reports.folder;
    let has_own_manifest = |path: &std::path::Path| path == folder.join(SNAPSHOTS) && path.join(MANIFEST).is_file();
    let mut names = BTreeSet::new();
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| !has_own_manifest(entry.path())) {
        let entry = entry.map_err(|error| Error::io(folder, say::CANNOT_READ)(error.into()))?;
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = name.iter().map(|part| path_text(part.as_ref())).collect::<Vec<_>>().join("/");
        if !entry.file_type().is_dir() && ![MANIFEST, SIGNATURE].contains(&name.as_str()) {
            names.insert(name);
        }
    }
    Ok(names)
}
