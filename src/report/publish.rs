//! All or nothing: reports are written into a folder beside the output and put into its place, the manifest last.
//!
//! ```text
//! folder     the stage on disk: private, locked, removed by the next run if its run was killed
//! kept       what people changed in the output, or put into it: kept in the next one
//! replace    a folder takes the place of another, in one step where the system can
//! faults     what tests plant
//! ```

mod faults;
mod folder;
mod kept;
mod replace;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::manifest::{Digests, MANIFEST, Manifest, checksum_of, sha256_of};
use super::{create_private, write_private};
use crate::error::{Error, Result};
use crate::memory::{MemoryBudget, Resources};
use crate::progress::Progress;
use crate::signature::{SIGNATURE, SecretKey};
use crate::text::{Message, errors as say, path_text};
use faults::step;
use folder::StageFolder;
use kept::{KeptFile, Outsiders};

pub use folder::{abandon, create_private_folder};

/// The folder of the tables of `ingest`; an audit into the same output leaves it alone.
pub const SNAPSHOTS: &str = "snapshots";

/// A folder of reports that is not yet published; deleted when dropped.
pub struct Stage<'p> {
    folder: StageFolder,
    /// The folder to write the reports into.
    path: PathBuf,
    out: PathBuf,
    sealed: Digests,
    worklist: Option<String>,
    progress: &'p dyn Progress,
    signer: Option<SecretKey>,
}

pub struct StagedReport {
    /// Below the stage, with `/`.
    name: String,
    path: PathBuf,
}

impl<'p> Stage<'p> {
    /// Makes the stage beside `out`, before any work is done, so that a full or read-only disk, or another run, is
    /// reported early.
    ///
    /// # Errors
    /// [`Error::Output`] if `out` holds something else than reports of ours, cannot be written beside, or is the output
    /// of another run that is alive.
    pub fn beside(out: &Path, progress: &'p dyn Progress) -> Result<Self> {
        let out = with_name(out)?;
        check_replaceable(&out)?;
        let folder = StageFolder::beside(&out, progress)?;
        Ok(Self {
            path: folder.new_files(),
            folder,
            out,
            sealed: Digests::new(),
            worklist: None,
            signer: None,
            progress,
        })
    }

    /// Memory for the rows of this run; what does not fit is spilled to the disk of the stage.
    pub fn memory(&self, resources: Resources) -> MemoryBudget {
        MemoryBudget::new(resources, self.path())
    }

    /// Returns the folder to write the reports into.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder that the reports will be published in; it may hold earlier ones.
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// # Errors
    /// [`Error::Io`].
    /// Returns the reports written so far.
    ///
    /// # Errors
    /// [`Error::Io`] if the stage cannot be read.
    pub fn reports(&self) -> Result<Vec<StagedReport>> {
        let mut reports = Vec::new();
        for entry in walkdir::WalkDir::new(self.path()) {
            let entry = entry.map_err(|error| Error::io(self.path(), say::CANNOT_READ)(error.into()))?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(self.path()).map_err(|error| Error::Bug(error.to_string()))?;
                let name = name.iter().map(|part| path_text(part.as_ref())).collect::<Vec<_>>().join("/");
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

    /// States the SHA-256 of the earlier workbook whose worklist was carried over.
    pub fn carry_worklist(&mut self, digest: Option<&str>) {
        self.worklist = digest.map(str::to_owned);
    }

    /// Takes the digests that are missing, writes the manifest and puts the folder in the place of the output. What
    /// people changed there, or put there, is kept, and said.
    ///
    /// # Errors
    /// [`Error::Io`]; the old reports are then as they were.
    pub fn publish(mut self, manifest: Manifest) -> Result<()> {
        let mut others = self.reports()?;
        let checksums: Result<Digests> =
            others.par_iter().map(|report| Ok((report.name.clone(), checksum_of(&report.path)?))).collect();
        others.retain(|report| !self.sealed.contains_key(&report.name));
        self.seal(digests(&others)?);
        let earlier = if self.out.is_dir() { Some(Outsiders::of(&self.out)?) } else { None };
        step("written");
        let kept = earlier.as_ref().map(|earlier| earlier.link_into(self.path())).transpose()?.unwrap_or_default();
        let unlinked = earlier.as_ref().map(|earlier| earlier.unlinked(self.path(), &kept)).unwrap_or_default();
        let manifest = Manifest {
            reports: std::mem::take(&mut self.sealed),
            checksums: checksums?,
            kept: kept::names(kept.iter().chain(&unlinked)),
            worklist: self.worklist.take(),
            ..manifest
        };
        let manifest = manifest.to_json()?;
        write_private(&self.path().join(MANIFEST), &manifest)?;
        if let Some(signer) = &self.signer {
            write_private(&self.path().join(SIGNATURE), signer.sign(manifest.as_bytes()))?;
        }
        replace::sync_all(self.path()).map_err(Error::io(self.path(), say::CANNOT_WRITE))?;
        step("sealed");
        crate::interrupt::check()?;
        self.put()?;
        let unheard = |kept: &&KeptFile| !kept.is_ingested() && !earlier.as_ref().is_some_and(|e| e.knows(kept));
        kept.iter().filter(unheard).for_each(|kept| self.progress.note(kept.note(&self.out)));
        self.put_back_rest(earlier.as_ref())
    }

    /// Puts the reports in the place of the output.
    fn put(&mut self) -> Result<()> {
        let replaced = self.folder.complete().and_then(|whole| {
            step("whole");
            replace::put(&whole, &self.out, &self.folder.aside())
        });
        replaced.map_err(|error| {
            if self.folder.aside().is_dir() {
                self.folder.leave();
            }
            Error::io(&self.out, say::CANNOT_REPLACE)(error)
        })?;
        step("put");
        Ok(())
    }

    /// Moves what came into the earlier output at the last moment, or could not be linked, to the present one.
    fn put_back_rest(&mut self, earlier: Option<&Outsiders>) -> Result<()> {
        for folder in self.folder.replaced() {
            let rest = match earlier {
                Some(earlier) => earlier.again(&folder),
                None => Outsiders::of(&folder),
            };
            // Where that fails, nothing is deleted: the next run tries again.
            let moved = rest.and_then(|rest| kept::move_rest(&rest, &self.out)).inspect_err(|_| self.folder.leave())?;
            for kept in moved {
                self.progress.note(kept.note(&self.out));
            }
        }
        step("moved");
        Ok(())
    }
}

/// A private folder among the temporary files of the system, for a run that publishes nothing; deleted when dropped, or
/// by a later run if this one is killed.
pub struct Scratch(StageFolder);

impl Scratch {
    /// Makes the folder.
    ///
    /// # Errors
    /// [`Error::Output`] if it cannot be made.
    pub fn new(progress: &dyn Progress) -> Result<Self> {
        let name = format!("qianhe-{}", std::process::id());
        StageFolder::beside(&std::env::temp_dir().join(name), progress).map(Self)
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> PathBuf {
        self.0.new_files()
    }
}

/// Writes a single file: beside its place first, since a half-written one would look complete.
///
/// # Errors
/// [`Error::Output`] if another run is writing it, or its folder cannot be written to; [`Error::Io`].
pub fn write_file(file: &Path, bytes: &[u8], progress: &dyn Progress) -> Result<()> {
    let folder = StageFolder::beside(file, progress)?;
    let whole = folder.new_files().join("file");
    let mut written = create_private(&whole)?;
    let writing = written.write_all(bytes).and_then(|()| written.sync_all());
    writing.and_then(|()| fs::rename(whole, file)).map_err(Error::io(file, say::CANNOT_WRITE))
}

/// Takes the SHA-256 of complete reports, in parallel; they must not change any more.
///
/// # Errors
/// [`Error::Io`].
pub fn digests(reports: &[StagedReport]) -> Result<Digests> {
    reports.par_iter().map(|report| Ok((report.name.clone(), sha256_of(&report.path)?))).collect()
}

/// Returns the path of an output by its own name, which `.` and `..` are not.
fn with_name(out: &Path) -> Result<PathBuf> {
    if out.file_name().is_some() {
        return Ok(out.to_path_buf());
    }
    fs::canonicalize(out).map_err(Error::io(out, say::CANNOT_READ))
}

/// An output may be absent, empty, or an earlier run of ours. What people put beside our reports stays there; a folder
/// that holds no reports of ours is not replaced.
fn check_replaceable(out: &Path) -> Result<()> {
    let foreign = |problem: Message| Error::output(out, problem, say::FOREIGN_OUTPUT_REMEDY);
    match fs::symlink_metadata(out) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(foreign(say::output_unseen(error))),
        Ok(metadata) if !metadata.is_dir() => return Err(foreign(say::NOT_A_FOLDER.into())),
        Ok(_) => {}
    }
    if replace::is_mount_point(out) {
        return Err(Error::output(out, say::MOUNT_POINT, say::MOUNT_POINT_REMEDY));
    }
    if Manifest::of_ours(out)?.is_some() {
        return Ok(());
    }
    for entry in fs::read_dir(out).map_err(Error::io(out, say::CANNOT_READ))? {
        let name = entry.map_err(Error::io(out, say::CANNOT_READ))?.file_name();
        let is_ingested = name == SNAPSHOTS && Manifest::of_ours(&out.join(SNAPSHOTS))?.is_some();
        if !is_ingested && !folder::is_stage(&name) {
            return Err(foreign(say::holds_foreign(path_text(name.as_ref()))));
        }
    }
    Ok(())
}
