//! All or nothing: reports are written into a folder beside the output and renamed into its place, the manifest last.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use super::manifest::{Digests, MANIFEST, Manifest, checksum_of, sha256_of};
use super::{write_bytes, write_text};
use crate::error::{Error, Result};
use crate::memory::{MemoryBudget, Resources};
use crate::signature::{SIGNATURE, SecretKey};
use crate::text::{Message, errors as say};

/// The folder of the tables of `ingest`; an audit into the same output leaves it alone.
pub const SNAPSHOTS: &str = "snapshots";

/// A folder of reports that is not yet published; deleted when dropped.
pub struct Stage {
    folder: TempDir,
    out: PathBuf,
    sealed: Digests,
    signer: Option<SecretKey>,
}

/// A report in a stage.
pub struct StagedReport {
    /// Below the stage, with `/`.
    name: String,
    path: PathBuf,
}

impl Stage {
    /// Makes the stage beside `out`, before any work is done, so that a full or read-only disk is reported early.
    ///
    /// # Errors
    /// [`Error::Output`] if `out` holds something else than reports of ours, or cannot be written beside.
    pub fn beside(out: &Path) -> Result<Self> {
        check_replaceable(out)?;
        let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let refused =
            |error: std::io::Error| Error::output(parent, say::no_room_for_reports(error), say::NO_ROOM_REMEDY);
        fs::create_dir_all(parent).map_err(refused)?;
        let folder = tempfile::Builder::new().prefix(".qianhe-").tempdir_in(parent).map_err(refused)?;
        Ok(Self { folder, out: out.to_path_buf(), sealed: Digests::new(), signer: None })
    }

    /// Memory for the rows of this run; what does not fit is spilled to the disk of the stage.
    pub fn memory(&self, resources: Resources) -> MemoryBudget {
        MemoryBudget::new(resources, self.path())
    }

    /// The folder to write the reports into.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a text report.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write_text(&self, name: &str, text: &str) -> Result<()> {
        write_text(&self.path().join(name), text)
    }

    /// The reports written so far.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn reports(&self) -> Result<Vec<StagedReport>> {
        let mut reports = Vec::new();
        for entry in walkdir::WalkDir::new(self.path()) {
            let entry = entry.map_err(|error| Error::Bug(error.to_string()))?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(self.path()).map_err(|error| Error::Bug(error.to_string()))?;
                let name = name.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
                reports.push(StagedReport { name, path: entry.into_path() });
            }
        }
        Ok(reports)
    }

    /// Signs the manifest with that key when it is published.
    #[must_use]
    pub fn signed_by(self, signer: Option<SecretKey>) -> Self {
        Self { signer, ..self }
    }

    /// Adds the digests of reports that are complete, which [`Self::publish`] then does not take again.
    pub fn seal(&mut self, digests: Digests) {
        self.sealed.extend(digests);
    }

    /// Takes the digests that are missing, writes the manifest and renames the folder to the output.
    ///
    /// # Errors
    /// [`Error::Io`]; the old reports are then as they were.
    pub fn publish(mut self, manifest: Manifest) -> Result<()> {
        let mut others = self.reports()?;
        let checksums: Result<Digests> =
            others.par_iter().map(|report| Ok((report.name.clone(), checksum_of(&report.path)?))).collect();
        others.retain(|report| !self.sealed.contains_key(&report.name));
        self.seal(digests(&others)?);
        let reports = std::mem::take(&mut self.sealed);
        let manifest = Manifest { reports, checksums: checksums?, ..manifest }.to_json()?;
        self.write_text(MANIFEST, &manifest)?;
        if let Some(signer) = &self.signer {
            write_bytes(&self.path().join(SIGNATURE), &signer.sign(manifest.as_bytes()))?;
        }
        crate::interrupt::check()?;
        self.replace_output()
    }

    fn replace_output(self) -> Result<()> {
        let out = self.out.clone();
        let renaming = |path: &PathBuf| Error::io(path.clone(), say::CANNOT_REPLACE);
        let Some(aside) = self.move_old_aside()? else {
            return fs::rename(self.folder.keep(), &out).map_err(renaming(&out));
        };
        let old = aside.path().join("old");
        let ingested = old.join(SNAPSHOTS);
        if ingested.is_dir() && !self.path().join(SNAPSHOTS).exists() {
            fs::rename(&ingested, self.path().join(SNAPSHOTS)).map_err(renaming(&ingested))?;
        }
        let new = self.folder.keep();
        fs::rename(&new, &out).map_err(|error| {
            // Best effort: the old reports go back to where they were, and the new ones are deleted.
            let _ = fs::rename(&old, &out);
            let _ = fs::remove_dir_all(&new);
            renaming(&out)(error)
        })
    }

    /// Moves the old output into a folder that is deleted when dropped.
    fn move_old_aside(&self) -> Result<Option<TempDir>> {
        if !self.out.exists() {
            return Ok(None);
        }
        let parent = self.folder.path().parent().unwrap_or(Path::new("."));
        let aside = tempfile::Builder::new()
            .prefix(".qianhe-old-")
            .tempdir_in(parent)
            .map_err(Error::io(parent, say::CANNOT_WRITE))?;
        fs::rename(&self.out, aside.path().join("old")).map_err(Error::io(&self.out, say::CANNOT_REPLACE))?;
        Ok(Some(aside))
    }
}

/// Takes the SHA-256 of complete reports, in parallel; they must not change any more.
///
/// # Errors
/// [`Error::Io`].
pub fn digests(reports: &[StagedReport]) -> Result<Digests> {
    reports.par_iter().map(|report| Ok((report.name.clone(), sha256_of(&report.path)?))).collect()
}

/// An output may be absent, empty, or an earlier run of ours.
fn check_replaceable(out: &Path) -> Result<()> {
    let foreign = |problem: Message| Error::output(out, problem, say::FOREIGN_OUTPUT_REMEDY);
    match fs::symlink_metadata(out) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(foreign(say::output_unseen(error))),
        Ok(metadata) if !metadata.is_dir() => return Err(foreign(say::NOT_A_FOLDER.into())),
        Ok(_) => {}
    }
    let known = known_names(out);
    for entry in fs::read_dir(out).map_err(Error::io(out, say::CANNOT_READ))? {
        let name = entry.map_err(Error::io(out, say::CANNOT_READ))?.file_name().to_string_lossy().into_owned();
        let is_snapshots = name == SNAPSHOTS && out.join(SNAPSHOTS).join(MANIFEST).is_file();
        if !known.contains(&name) && !is_snapshots {
            return Err(foreign(say::holds_foreign(name)));
        }
    }
    Ok(())
}

/// The names that the manifest of a folder lists.
fn known_names(out: &Path) -> Vec<String> {
    let text = fs::read_to_string(out.join(MANIFEST)).unwrap_or_default();
    let manifest: Option<Manifest> = serde_json::from_str(&text).ok();
    let Some(manifest) = manifest.filter(|manifest| manifest.tool.name == env!("CARGO_PKG_NAME")) else {
        return Vec::new();
    };
    let tops = manifest.reports.into_keys().map(|name| name.split('/').next().unwrap_or_default().to_owned());
    tops.chain([MANIFEST, SIGNATURE].map(str::to_owned)).collect()
}
