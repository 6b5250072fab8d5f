//! Puts a folder in the place of another in one step where the system can, else in two that the next run completes.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rayon::prelude::*;
use walkdir::WalkDir;

use super::faults::step;
use crate::regular::parent_of;

/// Puts `whole` at `out`. An earlier output is then at `whole`, or at `aside`.
///
/// # Errors
/// Those of the system; `out` is as it was then.
pub fn put(whole: &Path, out: &Path, aside: &Path) -> io::Result<()> {
    if out.symlink_metadata().is_err() {
        fs::rename(whole, out)?;
    } else if !exchange(whole, out)? {
        fs::rename(out, aside)?;
        step("aside");
        fs::rename(whole, out).inspect_err(|_| {
            // Best effort; the next run does the same.
            let _ = fs::rename(aside, out);
        })?;
    }
    sync_folder(parent_of(out))
}

/// Exchanges two folders; returns false where the system or the file system cannot.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    if super::faults::is_planted("no-exchange") {
        return Ok(false);
    }
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(error) if [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP].contains(&error) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

/// Returns whether another file system is mounted at a folder, which then cannot be renamed.
#[cfg(target_os = "linux")]
pub fn is_mount_point(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, folder, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::empty())
        .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(not(target_os = "linux"))]
pub fn is_mount_point(_folder: &Path) -> bool {
    false
}

/// Writes all files and folders below a folder to disk.
///
/// # Errors
/// Those of the system.
pub fn sync_all(folder: &Path) -> io::Result<()> {
    let entries: Vec<walkdir::DirEntry> = WalkDir::new(folder).into_iter().collect::<Result<_, _>>()?;
    entries.par_iter().try_for_each(|entry| match entry.file_type() {
        kind if kind.is_dir() => sync_folder(entry.path()),
        // A linked file of another user need not be readable.
        kind if kind.is_file() => match File::open(entry.path()) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            file => file?.sync_all(),
        },
        _ => Ok(()),
    })
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some file systems cannot sync a folder.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
