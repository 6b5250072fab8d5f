//! The files of a snapshot or of the lists: a folder, a file or a glob, in order of their paths.

use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use walkdir::{DirEntry, WalkDir};

use crate::case::Case;
use crate::error::{Error, Result};
use crate::schema::fields::{SOURCE_USERID, TARGET_USERID};
use crate::schema::vocabulary::Role;
use crate::text::{Message, errors as say, path_text};

/// The folder of the lists of a case.
pub const LISTS_FOLDER: &str = "lists";

/// The logs of tables of Delta Lake and Hudi, which list the valid files.
const LAKES: [&str; 2] = ["_delta_log", ".hoodie"];

/// A file of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InputFile {
    /// Relative to the case folder, with `/`; absolute if outside of it.
    pub shown: String,
    pub path: PathBuf,
    pub bytes: u64,
    /// The folder of a partitioned table that contains it, if any: `dt=2026-05-01`.
    pub partition: Option<String>,
}

/// Lists the files of a role. `None` where the default folder does not exist and the case does not name it.
pub fn of_snapshot(case: &Case, role: Role) -> Result<Option<Vec<InputFile>>> {
    let (path, named) = match case.snapshots.get(&role) {
        Some(settings) => (settings.path.as_str(), settings.named),
        None => (role.word(), false),
    };
    let key = format!("snapshots.{role}.path");
    let place = InputPath { root: &case.root, path };
    if place.exists() {
        return place.files().map(Some);
    }
    if place.is_glob() {
        let files = place.matching(&case.file, &key)?;
        return if files.is_empty() {
            Err(missing(&case.file, &key, say::no_glob_match(path)))
        } else {
            Ok(Some(files))
        };
    }
    if named {
        return Err(missing(&case.file, &key, say::no_such_path(path)));
    }
    Ok(None)
}

/// Lists the files of the lists.
pub fn of_lists(case: &Case) -> Result<Vec<InputFile>> {
    let place = InputPath { root: &case.root, path: LISTS_FOLDER };
    if place.exists() {
        return place.files();
    }
    let headers = Message::list([&SOURCE_USERID, &TARGET_USERID].map(|column| column.zh[0]));
    Err(Error::input(case.root.join(LISTS_FOLDER), say::FOLDER, say::NO_LISTS, say::no_lists_remedy(headers)))
}

fn missing(file: &Path, key: &str, problem: Message) -> Error {
    Error::input(file, Message::verbatim(key), problem, say::NO_SUCH_PATH_REMEDY)
}

/// A path of the case file.
struct InputPath<'c> {
    root: &'c Path,
    path: &'c str,
}

impl InputPath<'_> {
    fn full(&self) -> PathBuf {
        self.root.join(self.path)
    }

    fn exists(&self) -> bool {
        self.full().symlink_metadata().is_ok()
    }

    fn is_glob(&self) -> bool {
        self.path.contains(['*', '?', '[', '{'])
    }

    /// Lists all files of the folder, or the file itself.
    fn files(&self) -> Result<Vec<InputFile>> {
        let full = self.full();
        let found = self.walk(&full, |_| true)?;
        if found.is_empty() {
            return Err(Error::input(full, say::FOLDER, say::NO_USABLE_FILE, say::NO_USABLE_FILE_REMEDY));
        }
        Ok(found)
    }

    /// Lists the files that the glob matches, and those in folders that it matches.
    fn matching(&self, case_file: &Path, key: &str) -> Result<Vec<InputFile>> {
        let glob = GlobBuilder::new(self.path).literal_separator(true).build();
        let glob = glob.map_err(|error| missing(case_file, key, say::not_a_glob(error.kind())))?;
        let matcher = glob.compile_matcher();
        let fixed = Path::new(self.path)
            .components()
            .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']));
        let base = self.root.join(fixed.collect::<PathBuf>());
        if !base.is_dir() {
            return Ok(Vec::new());
        }
        self.walk(&base, |path| self.is_match(&matcher, path))
    }

    fn is_match(&self, matcher: &GlobMatcher, path: &Path) -> bool {
        let absolute = Path::new(self.path).is_absolute();
        let relative = if absolute { path } else { path.strip_prefix(self.root).unwrap_or(path) };
        relative.ancestors().any(|ancestor| matcher.is_match(ancestor))
    }

    fn walk(&self, base: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<InputFile>> {
        let shown_base = self.shown_base(base);
        let mut found = Vec::new();
        for entry in WalkDir::new(base).follow_links(true).into_iter().filter_entry(|entry| !is_hidden(entry)) {
            let entry = match entry {
                Ok(entry) => entry,
                // A link to a parent folder adds no files.
                Err(error) if error.loop_ancestor().is_some() => continue,
                Err(error) => return Err(unreadable(base, error)),
            };
            if entry.file_type().is_dir() && LAKES.iter().any(|log| entry.path().join(log).is_dir()) {
                return Err(Error::input(entry.path(), say::FOLDER, say::TABLE_OF_A_LAKE, say::TABLE_OF_A_LAKE_REMEDY));
            }
            if entry.file_type().is_dir() && is_unfinished(entry.path()) {
                return Err(Error::input(entry.path(), say::FOLDER, say::UNFINISHED_JOB, say::UNFINISHED_JOB_REMEDY));
            }
            if entry.file_type().is_dir() || !wanted(entry.path()) {
                continue;
            }
            if !entry.file_type().is_file() {
                return Err(Error::input(entry.path(), say::FILE, say::NO_PLAIN_FILE, say::NO_PLAIN_FILE_REMEDY));
            }
            let bytes = entry.metadata().map_err(|error| unreadable(base, error))?.len();
            let below = entry.path().strip_prefix(base).unwrap_or(Path::new(""));
            let shown =
                with_slashes(&if below.as_os_str().is_empty() { shown_base.clone() } else { shown_base.join(below) });
            let partition = partition(below);
            found.push(InputFile { shown, path: entry.into_path(), bytes, partition });
        }
        found.sort();
        Ok(found)
    }

    /// The base as in reports: relative to the case folder, absolute if outside of it.
    fn shown_base(&self, base: &Path) -> PathBuf {
        let relative = base
            .strip_prefix(self.root)
            .ok()
            .filter(|path| !path.components().any(|part| part == Component::ParentDir));
        if let Some(relative) = relative {
            return relative.components().filter(|part| *part != Component::CurDir).collect();
        }
        let (Ok(base), Ok(root)) = (base.canonicalize(), self.root.canonicalize()) else { return base.to_path_buf() };
        base.strip_prefix(&root).map(Path::to_path_buf).unwrap_or(base)
    }
}

/// Returns whether a job of Spark or Hive that writes into the folder has not ended: rows may not be there yet.
fn is_unfinished(folder: &Path) -> bool {
    folder.join("_temporary").is_dir() && !folder.join("_SUCCESS").exists()
}

/// The first folder whose name is a column and its value.
fn partition(below: &Path) -> Option<String> {
    let folders = below.parent()?.components().map(|part| part.as_os_str().to_string_lossy());
    let is_column = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    folders
        .into_iter()
        .find(|folder| folder.split_once('=').is_some_and(|(name, _)| is_column(name)))
        .map(std::borrow::Cow::into_owned)
}

/// Returns whether a file or folder below the one that is walked is passed over, by its name.
pub fn is_hidden(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    // Office hides a file of the second kind beside a workbook that is open; Windows hides its own in any folder.
    let is_hidden = name.starts_with(['.', '_'])
        || name.starts_with("~$")
        || ["thumbs.db", "desktop.ini"].iter().any(|hidden| name.eq_ignore_ascii_case(hidden));
    entry.depth() > 0 && is_hidden
}

fn with_slashes(path: &Path) -> String {
    let text = path_text(path);
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn unreadable(base: &Path, error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(base).to_path_buf();
    let source = error.into_io_error().unwrap_or_else(|| std::io::Error::other("the folders loop"));
    Error::io(path, say::CANNOT_READ)(source)
}
