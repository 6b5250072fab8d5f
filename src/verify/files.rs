//! The files of a folder compared with its manifest.

use std::collections::BTreeSet;

use serde::Serialize;
use walkdir::WalkDir;

use crate::error::{Error, Result};
use crate::published::Reports;
use crate::report::manifest::{MANIFEST, checksum_of, sha256_of};
use crate::report::publish::SNAPSHOTS;
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
}

impl Files {
    /// Whether every file matches, and none is extra.
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
    let mut files = Files { named: named.len(), missing: Vec::new(), changed: Vec::new(), extra: Vec::new() };
    for (name, sha256) in named {
        crate::interrupt::check()?;
        let path = reports.folder.join(name);
        if !path.is_file() {
            files.missing.push(name.clone());
        } else if sha256_of(&path)? != *sha256 || !has_checksum(reports, name)? {
            files.changed.push(name.clone());
        }
    }
    files.extra = files_below(reports)?
        .into_iter()
        .filter(|name| !named.contains_key(name) && !reports.manifest.keeps(name))
        .collect();
    Ok(files)
}

/// Whether the checksum by which readers look for damage is that of the file; older manifests have none.
fn has_checksum(reports: &Reports, name: &str) -> Result<bool> {
    let Some(checksum) = reports.manifest.checksums.get(name) else { return Ok(true) };
    Ok(checksum_of(&reports.folder.join(name))? == *checksum)
}

/// Every file below the folder, but the manifest, its signature, and the tables of an ingest, which have a manifest of
/// their own.
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
