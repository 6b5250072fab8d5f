//! Folders beside an output that hold unpublished reports. Only their owner can look into them, and the next run
//! removes those that a killed run left behind.
//!
//! ```text
//! .qianhe-XXXXXX/    mode 0700, whatever the umask
//!   lock             locked as long as its run lives; the system releases the lock of a process that was killed
//!   output           the name of the output, which stands beside
//!   new/             being written
//!   whole/           complete and on disk; once the folders are exchanged, the earlier output
//!   old/             the earlier output, where the system cannot exchange folders
//!   done-*/          to be deleted
//! ```

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::faults::step;
use super::kept::{self, Outsiders};
use crate::error::{Error, Result, remedy};
use crate::progress::Progress;
use crate::regular::parent_of;
use crate::report::create_private;
use crate::text::errors as say;

const PREFIX: &str = ".qianhe-";
/// Random letters and digits behind the prefix.
const RANDOM: usize = 6;
const LOCK: &str = "lock";
const OUTPUT: &str = "output";
/// Being written.
const NEW: &str = "new";
/// Complete, to be exchanged with the output.
const WHOLE: &str = "whole";
/// The earlier output, moved out of the way.
const OLD: &str = "old";

/// Handles that are kept for deleting a stage: one for each level of its folders, and one.
const SPARE: usize = 5;

/// Limit of waiting for another run that looks for stages in the same folder: tries, and the pause between them.
const TURNS: (u32, Duration) = (100, Duration::from_millis(20));

/// The stages of this process.
static ALIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn alive() -> MutexGuard<'static, Vec<PathBuf>> {
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Deletes the stages of this process, which is about to end in the middle of its work. One that is being published is
/// left to the next run.
pub fn abandon() {
    let Ok(paths) = ALIVE.try_lock() else { return };
    for path in paths.iter().filter(|path| !path.join(WHOLE).exists() && !path.join(OLD).exists()) {
        let _ = delete(path);
    }
}

/// A private, locked folder beside an output. It is deleted when dropped.
pub struct StageFolder {
    path: PathBuf,
    /// Held until the folder is deleted.
    _lock: File,
    /// Handles for deleting it, in case that the run has used up all others.
    spare: Vec<File>,
    is_left: bool,
    /// Dropped after the folder is deleted.
    _parents: NewParents,
}

/// Folders that were made to hold an output; those that hold nothing when it is dropped are deleted again.
struct NewParents {
    folder: PathBuf,
    /// Innermost first.
    made: Vec<PathBuf>,
}

impl NewParents {
    /// Makes a folder, and the ones that it is in.
    fn create(folder: &Path) -> io::Result<Self> {
        let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let parents = Self { folder: folder.to_path_buf(), made: missing.map(Path::to_path_buf).collect() };
        fs::create_dir_all(folder)?;
        Ok(parents)
    }
}

impl Drop for NewParents {
    /// Stops at the first that holds something.
    fn drop(&mut self) {
        let _ = self.made.iter().try_for_each(fs::remove_dir);
    }
}

impl StageFolder {
    /// Removes what killed runs left beside `out`, or in it, and makes a folder for this run.
    ///
    /// # Errors
    /// [`Error::Output`] if another run is working on the output, or its parent cannot be written to.
    pub fn beside(out: &Path, progress: &dyn Progress) -> Result<Self> {
        let parent = parent_of(out);
        let refused = |error: io::Error| {
            let remedy = remedy(&error).unwrap_or(say::NO_ROOM_REMEDY);
            Error::output(parent, say::no_room_for_reports(error), remedy)
        };
        let parents = NewParents::create(parent).map_err(refused)?;
        let _turn = take_turn(parent);
        let is_busy = |output: &Option<String>| output.as_deref() == out.file_name().and_then(OsStr::to_str);
        let is_busy_around = |output: &Option<String>| {
            output.as_deref().is_some_and(|output| Some(OsStr::new(output)) == parent.file_name())
        };
        let is_busy = clear(parent, progress).iter().any(is_busy)
            || !clear(out, progress).is_empty()
            || running(parent_of(parent)).iter().any(is_busy_around);
        if is_busy {
            return Err(Error::output(out, say::BUSY_OUTPUT, say::BUSY_OUTPUT_REMEDY));
        }
        let made = Self::make(parents, out.file_name().unwrap_or_default()).map_err(refused)?;
        step("made");
        Ok(made)
    }

    fn make(parents: NewParents, output: &OsStr) -> io::Result<Self> {
        let made = tempfile::Builder::new().prefix(PREFIX).rand_bytes(RANDOM).tempdir_in(&parents.folder)?;
        let path = made.path().to_path_buf();
        close_to_others(&path)?;
        let lock = private(&path.join(LOCK))?;
        // A file system without locks is no reason to stop.
        let _ = lock.try_lock();
        fs::write(path.join(OUTPUT), output.to_string_lossy().as_bytes())?;
        create_private_folder(&path.join(NEW))?;
        let path = made.keep();
        alive().push(path.clone());
        let spare = (0..SPARE).map_while(|_| lock.try_clone().ok()).collect();
        Ok(Self { path, _lock: lock, spare, is_left: false, _parents: parents })
    }

    /// Returns the folder to write into.
    pub fn new_files(&self) -> PathBuf {
        self.path.join(NEW)
    }

    /// Renames the folder of the new files. From here on, a run that finds it looks for the user's files in it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn complete(&self) -> io::Result<PathBuf> {
        let whole = self.path.join(WHOLE);
        fs::rename(self.new_files(), &whole)?;
        Ok(whole)
    }

    /// Returns the place of the earlier output where folders cannot be exchanged.
    pub fn aside(&self) -> PathBuf {
        self.path.join(OLD)
    }

    /// Returns the earlier output, once the new one is in its place.
    pub fn replaced(&self) -> Vec<PathBuf> {
        [WHOLE, OLD].into_iter().map(|name| self.path.join(name)).filter(|folder| folder.is_dir()).collect()
    }

    /// Leaves the folder to the next run, since it holds files that are nowhere else.
    pub fn leave(&mut self) {
        self.is_left = true;
    }
}

impl Drop for StageFolder {
    /// Deletes the folder; the next run deletes what cannot be deleted now.
    fn drop(&mut self) {
        alive().retain(|path| *path != self.path);
        self.spare.clear();
        if !self.is_left {
            let _ = delete(&self.path);
        }
    }
}

/// The holder of the lock of a stage.
enum LockHolder {
    /// This run, which has just taken it.
    Own(File),
    /// A run that is alive.
    Other,
    /// There is no lock, or none that could be tried: the stage is left alone.
    Unknown,
}

/// Makes the runs that look for stages in a folder do so one after the other. A folder that cannot be locked, or that
/// someone else keeps locked, is no reason to wait: two runs that see each other then both end.
fn take_turn(folder: &Path) -> Option<File> {
    let file = File::open(folder).ok()?;
    for _ in 0..TURNS.0 {
        match file.try_lock() {
            Ok(()) => return Some(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(TURNS.1),
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}

fn stages(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let stages = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    stages.filter(|entry| is_stage(&entry.file_name())).map(|entry| entry.path())
}

pub fn is_stage(name: &OsStr) -> bool {
    name.to_str().and_then(|name| name.strip_prefix(PREFIX)).is_some_and(|random| random.len() == RANDOM)
}

/// Returns the names of the outputs of the stages in a folder whose runs are alive.
fn running(folder: &Path) -> Vec<Option<String>> {
    let alive = stages(folder).filter(|stage| matches!(take_lock(stage), LockHolder::Other));
    alive.map(|stage| output_of(&stage)).collect()
}

/// Removes the stages of a folder whose runs are alive no more, and returns the outputs of the others.
fn clear(folder: &Path, progress: &dyn Progress) -> Vec<Option<String>> {
    for stage in stages(folder) {
        let LockHolder::Own(_lock) = take_lock(&stage) else {
            // If the run was killed before it made its lock, or after it removed it, the folder is empty, and only such
            // a one is removed.
            if fs::remove_dir(&stage).is_ok() {
                progress.note(say::removed_stage(stage.display()));
            }
            continue;
        };
        if !recover(&stage, progress) {
            progress.note(say::left_stage(stage.display()));
        } else if delete(&stage).is_ok() {
            progress.note(say::removed_stage(stage.display()));
        }
    }
    running(folder)
}

fn take_lock(stage: &Path) -> LockHolder {
    let path = stage.join(LOCK);
    let Some(lock) = path.is_file().then(|| File::options().write(true).open(path).ok()).flatten() else {
        return LockHolder::Unknown;
    };
    match lock.try_lock() {
        Ok(()) => LockHolder::Own(lock),
        Err(TryLockError::WouldBlock) => LockHolder::Other,
        Err(TryLockError::Error(_)) => LockHolder::Unknown,
    }
}

fn output_of(stage: &Path) -> Option<String> {
    fs::read_to_string(stage.join(OUTPUT)).ok()
}

/// Completes what a killed run was about to publish, and moves the user's files to the output; returns whether
/// everything in the stage is also elsewhere.
fn recover(stage: &Path, progress: &dyn Progress) -> bool {
    let (whole, old) = (stage.join(WHOLE), stage.join(OLD));
    if !whole.is_dir() && !old.is_dir() {
        return true;
    }
    let Some(out) = output_of(stage).filter(|output| Path::new(output).file_name() == Some(OsStr::new(output))) else {
        return false;
    };
    let out = parent_of(stage).join(out);
    if old.is_dir() && !out.exists() {
        let published = if whole.is_dir() { &whole } else { &old };
        if fs::rename(published, &out).is_err() {
            return false;
        }
        progress.note(say::recovered_output(out.display()));
    }
    [whole, old].iter().filter(|earlier| earlier.is_dir()).all(|earlier| put_back(earlier, &out, progress))
}

/// Moves the user's files from an earlier output to the present one.
fn put_back(earlier: &Path, out: &Path, progress: &dyn Progress) -> bool {
    let Ok(outsiders) = Outsiders::of(earlier) else { return false };
    if !out.is_dir() {
        return outsiders.is_empty();
    }
    match kept::move_rest(&outsiders, out) {
        Ok(moved) => {
            for kept in moved {
                progress.note(kept.note(out));
            }
            true
        }
        Err(_) => false,
    }
}

/// Deletes a stage. If that is interrupted, what remains says that it is to be deleted: the lock goes last, since the
/// next run leaves alone what has none.
fn delete(stage: &Path) -> io::Result<()> {
    for name in [WHOLE, OLD] {
        let folder = stage.join(name);
        if folder.is_dir() {
            fs::rename(&folder, stage.join(format!("done-{name}")))?;
        }
    }
    step("done");
    for entry in fs::read_dir(stage)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    for (name, removed) in [(OUTPUT, "nameless"), (LOCK, "unlocked")] {
        let file = stage.join(name);
        if file.exists() {
            fs::remove_file(file)?;
        }
        step(removed);
    }
    fs::remove_dir_all(stage)
}

/// Creates a folder that only its owner can look into, whatever the umask.
///
/// # Errors
/// Those of the system.
pub fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir(path)?;
    close_to_others(path)
}

#[cfg(unix)]
fn close_to_others(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))
}

#[cfg(not(unix))]
fn close_to_others(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn private(path: &Path) -> io::Result<File> {
    create_private(path).map_err(|error| match error {
        Error::Io { source, .. } => source,
        other => io::Error::other(other),
    })
}
