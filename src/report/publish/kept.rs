//! The user's own files in an output, and reports that the user changed: they go into the next output, under a dated
//! name where the name is taken.
//!
//! Before the folders are exchanged the files are linked into the new one, so that each is there at every moment; what
//! cannot be linked, or came in between, is moved afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::SNAPSHOTS;
use crate::error::{Error, Result};
use crate::report::manifest::{MANIFEST, Manifest, sha256_of};
use crate::signature::SIGNATURE;
use crate::text::{Message, errors as say};

/// The entries of an output that are not its reports as its manifest lists them.
pub struct Outsiders {
    folder: PathBuf,
    files: Vec<Outsider>,
    /// Folders without reports, below [`Self::folder`].
    folders: Vec<PathBuf>,
    /// The reports whose digests are those of the manifest, with their metadata at that time.
    unchanged: BTreeMap<PathBuf, Stamp>,
    manifest: Option<Manifest>,
}

/// A file that is not a report as the manifest lists it.
struct Outsider {
    /// Below the output.
    path: PathBuf,
    /// Whether the manifest lists it with another digest.
    is_changed: bool,
}

pub struct KeptFile {
    /// Its path below the earlier output.
    path: PathBuf,
    /// Its path below the new output.
    pub stored: PathBuf,
    /// Whether a report was changed.
    pub is_changed: bool,
}

/// The metadata of a file, which differ if its content was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<std::time::SystemTime>,
    id: Option<(u64, u64)>,
}

impl Outsiders {
    /// Compares an output with its manifest. Without a manifest of this program, all files are the user's.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read.
    pub fn of(folder: &Path) -> Result<Self> {
        Self::except(folder, &BTreeMap::new())
    }

    /// Compares it once more, and takes the digests of those reports only whose metadata have changed.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn again(&self, folder: &Path) -> Result<Self> {
        Self::except(folder, &self.unchanged)
    }

    fn except(folder: &Path, unchanged: &BTreeMap<PathBuf, Stamp>) -> Result<Self> {
        let manifest = Manifest::of_ours(folder)?;
        let mut found = Self {
            folder: folder.to_path_buf(),
            files: Vec::new(),
            folders: Vec::new(),
            unchanged: BTreeMap::new(),
            manifest,
        };
        let mut reports: Vec<(PathBuf, &str)> = Vec::new();
        for entry in WalkDir::new(folder).min_depth(1).sort_by_file_name() {
            let entry = entry.map_err(|error| Error::io(folder, say::CANNOT_READ)(error.into()))?;
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_path_buf();
            let digest = found.manifest.as_ref().and_then(|manifest| manifest.reports.get(&name_of(&path)?));
            match digest {
                _ if entry.file_type().is_dir() => found.folders.push(path),
                _ if found.manifest.is_some() && [MANIFEST, SIGNATURE].map(Path::new).contains(&path.as_path()) => {}
                Some(digest) if entry.file_type().is_file() => reports.push((path, digest)),
                _ => found.files.push(Outsider { path, is_changed: digest.is_some() }),
            }
        }
        let as_written = |(path, digest): &(PathBuf, &str)| {
            let file = folder.join(path);
            let stamp = Stamp::of(&file);
            let is_known = stamp.is_some() && stamp.as_ref() == unchanged.get(path);
            if is_known {
                return Ok(stamp);
            }
            match sha256_of(&file) {
                Ok(sha256) => Ok(stamp.filter(|_| sha256 == *digest)),
                // A report that may not be read is kept as well.
                Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::PermissionDenied => Ok(None),
                Err(error) => Err(error),
            }
        };
        let stamps: Vec<Option<Stamp>> = reports.par_iter().map(as_written).collect::<Result<_>>()?;
        let reports: Vec<PathBuf> = reports.into_iter().map(|(path, _)| path).collect();
        found.folders.retain(|folder| !reports.iter().any(|report| report.starts_with(folder)));
        for (path, stamp) in reports.into_iter().zip(stamps) {
            match stamp {
                Some(stamp) => drop(found.unchanged.insert(path, stamp)),
                None => found.files.push(Outsider { path, is_changed: true }),
            }
        }
        Ok(found)
    }

    /// Returns whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Links the files into the new output. What the system cannot link is left for [`move_rest`].
    ///
    /// # Errors
    /// [`Error::Io`] if there is no room for them: moved later, they would be missing from what is published by then.
    pub fn link_into(&self, new: &Path) -> Result<Vec<KeptFile>> {
        self.create_folders(new);
        let mut linked = Vec::new();
        for outsider in &self.files {
            let (file, stored) = (self.folder.join(&outsider.path), self.name_in(new, outsider));
            create_parent(&new.join(&stored)).map_err(Error::io(&file, say::CANNOT_KEEP))?;
            match link(&file, &new.join(&stored)) {
                Ok(()) => {
                    linked.push(KeptFile { path: outsider.path.clone(), stored, is_changed: outsider.is_changed });
                }
                Err(error) if [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&error.kind()) => {
                    return Err(Error::io(&file, say::CANNOT_KEEP)(error));
                }
                Err(_) => {}
            }
        }
        Ok(linked)
    }

    /// Returns the files that could not be linked, under the names that [`move_rest`] will give them.
    pub fn unlinked(&self, new: &Path, linked: &[KeptFile]) -> Vec<KeptFile> {
        let is_left = |outsider: &&Outsider| linked.iter().all(|kept| kept.path != outsider.path);
        let named = |outsider: &Outsider| KeptFile {
            path: outsider.path.clone(),
            stored: self.name_in(new, outsider),
            is_changed: outsider.is_changed,
        };
        self.files.iter().filter(is_left).map(named).collect()
    }

    /// Returns whether the earlier output had kept a file already.
    pub fn knows(&self, kept: &KeptFile) -> bool {
        let name = name_of(&kept.stored).unwrap_or_default();
        self.manifest.as_ref().is_some_and(|manifest| manifest.keeps(&name))
    }

    /// Creates the folders without reports, with the permissions that the user gave them.
    fn create_folders(&self, new: &Path) {
        for folder in &self.folders {
            let made = new.join(folder);
            if !made.exists() && fs::create_dir_all(&made).is_ok() {
                let permissions = fs::metadata(self.folder.join(folder)).map(|metadata| metadata.permissions());
                let _ = permissions.and_then(|permissions| fs::set_permissions(&made, permissions));
            }
        }
    }

    /// Returns the name for a file in another output: its own if it is no report and the name is free, else a dated
    /// one.
    fn name_in(&self, new: &Path, outsider: &Outsider) -> PathBuf {
        let is_taken = |name: &Path| new.join(name).symlink_metadata().is_ok();
        if !outsider.is_changed && !is_taken(&outsider.path) {
            return outsider.path.clone();
        }
        let is_free = |name: &PathBuf| !is_taken(name) && self.folder.join(name).symlink_metadata().is_err();
        (1..=u32::MAX)
            .map(|count| self.dated(&outsider.path, count))
            .find(is_free)
            .unwrap_or_else(|| outsider.path.clone())
    }

    /// `exceptions.2026-11-28.xlsx`; `exceptions.2026-11-28.2.xlsx`. Among ingested tables with a `_` in front, which
    /// keeps readers from taking it for another table.
    fn dated(&self, path: &Path, count: u32) -> PathBuf {
        let is_table = self.manifest.as_ref().is_some_and(Manifest::is_of_tables);
        let guard = if is_table { "_" } else { "" };
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let date = jiff::Zoned::now().date();
        let count = if count == 1 { String::new() } else { format!(".{count}") };
        let ending = path.extension().map_or_else(String::new, |ending| format!(".{}", ending.to_string_lossy()));
        path.with_file_name(format!("{guard}{stem}.{date}{count}{ending}"))
    }
}

/// Moves the files that are not in the present output yet.
///
/// # Errors
/// [`Error::Io`] if one cannot be moved; it is where it was then.
pub fn move_rest(earlier: &Outsiders, into: &Path) -> Result<Vec<KeptFile>> {
    // A file that is present but not seen would be moved beside itself.
    let id_of = |entry: walkdir::Result<walkdir::DirEntry>| match entry?.path().symlink_metadata() {
        Ok(metadata) => Ok(id(&metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    };
    let ids: io::Result<Vec<Option<(u64, u64)>>> = WalkDir::new(into).into_iter().map(id_of).collect();
    let present: BTreeSet<(u64, u64)> = ids.map_err(Error::io(into, say::CANNOT_READ))?.into_iter().flatten().collect();
    earlier.create_folders(into);
    let mut moved = Vec::new();
    for outsider in &earlier.files {
        let file = earlier.folder.join(&outsider.path);
        let is_present =
            file.symlink_metadata().is_ok_and(|metadata| id(&metadata).is_some_and(|id| present.contains(&id)));
        if !is_present {
            let stored = earlier.name_in(into, outsider);
            let moving = create_parent(&into.join(&stored)).and_then(|()| fs::rename(&file, into.join(&stored)));
            moving.map_err(Error::io(&file, say::CANNOT_KEEP))?;
            moved.push(KeptFile { path: outsider.path.clone(), stored, is_changed: outsider.is_changed });
        }
    }
    Ok(moved)
}

/// Returns the names for the manifest: of files, and with a `/` at the end of folders that hold nothing else.
pub fn names<'a>(kept: impl Iterator<Item = &'a KeptFile>) -> Vec<String> {
    let name = |kept: &KeptFile| {
        let name = kept.stored.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/");
        match name.split_once('/') {
            Some((folder, _)) if !kept.is_changed => format!("{folder}/"),
            _ => name,
        }
    };
    let names: BTreeSet<String> = kept.map(name).filter(|name| *name != format!("{SNAPSHOTS}/")).collect();
    names.into_iter().collect()
}

impl KeptFile {
    /// Returns the note that says where it was kept.
    pub fn note(&self, out: &Path) -> Message {
        let file = out.join(&self.path);
        if self.is_changed || self.stored != self.path {
            say::kept_under(file.display(), self.stored.display())
        } else {
            say::kept(file.display())
        }
    }

    /// Returns whether it is a table of `ingest`, which stays without a note.
    pub fn is_ingested(&self) -> bool {
        self.path.starts_with(SNAPSHOTS)
    }
}

/// Returns the name of a report; `None` if it cannot be that of one of ours.
fn name_of(path: &Path) -> Option<String> {
    path.iter().map(|part| part.to_str()).collect::<Option<Vec<_>>>().map(|parts| parts.join("/"))
}

fn create_parent(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), fs::create_dir_all)
}

/// Gives a file a second name. Where files have no ids, a link could not be told from another file.
#[cfg(unix)]
fn link(file: &Path, name: &Path) -> io::Result<()> {
    fs::hard_link(file, name)
}

#[cfg(not(unix))]
fn link(_file: &Path, _name: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        let metadata = file.symlink_metadata().ok()?;
        Some(Self { length: metadata.len(), modified: metadata.modified().ok(), id: id(&metadata) })
    }
}

/// Returns the id of a file, which is unique on this machine and independent of its name.
#[cfg(unix)]
fn id(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (!metadata.is_dir()).then(|| (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn id(_metadata: &fs::Metadata) -> Option<(u64, u64)> {
    None
}
