//! The files of a folder beside its manifest.

use std::collections::BTreeSet;

use serde::Serialize;
use walkdir::WalkDir;

use crate::error::{Error, Result};
use crate::published::Reports;
use crate::report::publish::{MANIFEST, SNAPSHOTS, sha256_of};
use crate::text::errors as say;

/// Each file that is not as the manifest says, by name.
#[derive(Debug, Serialize)]
pub struct Files {
    /// How many the manifest names.
    pub named: usize,
    pub missing: Vec<String>,
    /// There, with another SHA-256.
    pub changed: Vec<String>,
    /// There, and not named.
    pub extra: Vec<String>,
}

impl Files {
    /// Whether all is as the manifest says.
    pub fn hold(&self) -> bool {
        self.missing.is_empty() && self.changed.is_empty() && self.extra.is_empty()
    }
}

/// Looks at every file.
///
/// # Errors
/// [`Error::Io`] if one that is there cannot be read.
pub fn check(reports: &Reports) -> Result<Files> {
    let named = &reports.manifest.reports;
    let mut files = Files { named: named.len(), missing: Vec::new(), changed: Vec::new(), extra: Vec::new() };
    for (name, sha256) in named {
        crate::interrupt::check()?;
        let path = reports.folder.join(name);
        if !path.is_file() {
            files.missing.push(name.clone());
        } else if sha256_of(&path)? != *sha256 {
            files.changed.push(name.clone());
        }
    }
    files.extra = there(reports)?.into_iter().filter(|name| !named.contains_key(name)).collect();
    Ok(files)
}

/// Every file below the folder. The manifest does not name itself, and the tables of an ingest have their own.
fn there(reports: &Reports) -> Result<BTreeSet<String>> {
    let folder = &reports.folder;
    let has_own_manifest = |path: &std::path::Path| path == folder.join(SNAPSHOTS) && path.join(MANIFEST).is_file();
    let mut names = BTreeSet::new();
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| !has_own_manifest(entry.path())) {
        let entry = entry.map_err(|error| Error::io(folder, say::CANNOT_READ)(error.into()))?;
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        if !entry.file_type().is_dir() && name != MANIFEST {
            names.insert(name);
        }
    }
    Ok(names)
}
