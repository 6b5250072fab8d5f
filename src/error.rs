//! Reasons to stop a run: the user's input, the machine, or a bug, each with its exit code.
//!
//! A fault of the migration is not an error but a [finding](crate::findings).

use std::cell::Cell;
use std::fmt;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use crate::regular::is_not_regular;
use crate::schema::ColumnMismatch;
use crate::text::{Lang, Message, Text, errors as say, path_text};

/// A reason to stop: the problem, its place and the remedy, in both languages.
#[derive(Debug)]
pub enum Error {
    /// The command line is invalid.
    Usage { problem: Message, remedy: Message },
    /// A file of the case cannot be used: `place` is a key, a record or a byte position in it.
    Input { file: PathBuf, place: Message, problem: Message, remedy: Message },
    /// A file or folder cannot be read or written.
    Io { path: PathBuf, doing: Text, source: std::io::Error },
    /// The output folder cannot take the reports.
    Output { path: PathBuf, problem: Message, remedy: Message },
    /// The system grants too little to begin.
    System { problem: Message, remedy: Message },
    /// The user pressed Ctrl-C, or the process was told to end.
    Interrupted,
    /// A bug: a control total does not balance or an invariant is broken. The message is for developers, in English.
    Bug(String),
}

thread_local! {
    /// Whether this thread is within [`panics_as_errors`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs code of a library that panics on some damaged inputs. Its work in progress is lost then.
///
/// # Errors
/// The message of the panic.
pub fn panics_as_errors<T>(run: impl FnOnce() -> T) -> std::result::Result<T, String> {
    GUARDED.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    GUARDED.set(false);
    result.map_err(|panic| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or("panic").to_owned(),
    })
}

/// Returns whether a panic on this thread becomes an error, and is not a bug.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

/// The result of anything that can stop a run.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Returns a fault of the command line: problem and remedy.
    pub fn usage(problem: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self::Usage { problem: problem.into(), remedy: remedy.into() }
    }

    /// Returns a fault of an input file: place, problem and remedy.
    pub fn input(
        file: impl AsRef<Path>,
        place: impl Into<Message>,
        problem: impl Into<Message>,
        remedy: impl Into<Message>,
    ) -> Self {
        Self::Input {
            file: file.as_ref().to_path_buf(),
            place: place.into(),
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Returns a failed system call on `path`, or a file that is not a regular one.
    pub fn io(path: impl AsRef<Path>, doing: Text) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| {
            if is_not_regular(&source) {
                return Self::input(path, say::FILE, say::NO_PLAIN_FILE, say::NO_PLAIN_FILE_REMEDY);
            }
            Self::Io { path, doing, source }
        }
    }

    /// Returns an output folder that cannot be used: problem and remedy.
    pub fn output(path: impl AsRef<Path>, problem: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self::Output { path: path.as_ref().to_path_buf(), problem: problem.into(), remedy: remedy.into() }
    }

    /// Returns the message for the user. Messages of the system and of libraries are not translated.
    pub fn message(&self) -> Message {
        match self {
            Self::Usage { problem, remedy } | Self::System { problem, remedy } => say::usage(problem, remedy),
            Self::Input { file, place, problem, remedy } => say::input(path_text(file), place, problem, remedy),
            Self::Io { path, doing, source } => {
                let remedy = remedy(source).unwrap_or_else(|| remedy_of_access(source));
                say::io(path_text(path), *doing, source, remedy)
            }
            Self::Output { path, problem, remedy } => say::output(path_text(path), problem, remedy),
            Self::Interrupted => say::INTERRUPTED.into(),
            Self::Bug(what) => say::bug(what),
        }
    }

    /// Returns the process exit code (README, "Exit codes").
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Input { .. } | Self::Io { .. } | Self::Output { .. } | Self::System { .. } => 2,
            Self::Bug(_) => 3,
            Self::Interrupted => 130,
        }
    }
}

/// Returns the remedy for a refusal of the system, where that is clear.
pub fn remedy(source: &std::io::Error) -> Option<Text> {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some(say::STORAGE_FULL_REMEDY),
        ErrorKind::FileTooLarge => Some(say::FILE_TOO_LARGE_REMEDY),
        ErrorKind::OutOfMemory => Some(say::NO_MEMORY_REMEDY),
        ErrorKind::ReadOnlyFilesystem => Some(say::READ_ONLY_REMEDY),
        ErrorKind::WouldBlock => Some(say::TOO_FEW_THREADS_REMEDY),
        _ if is_out_of_handles(source) => Some(say::TOO_FEW_HANDLES_REMEDY),
        _ => None,
    }
}

/// Returns the remedy for any other refusal.
fn remedy_of_access(source: &std::io::Error) -> Text {
    match source.kind() {
        ErrorKind::PermissionDenied => say::NO_PERMISSION_REMEDY,
        ErrorKind::NotFound => say::NOT_FOUND_REMEDY,
        _ => say::FAILING_DISK_REMEDY,
    }
}

#[cfg(unix)]
fn is_out_of_handles(source: &std::io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE].map(Errno::raw_os_error).map(Some).contains(&source.raw_os_error())
}

#[cfg(not(unix))]
fn is_out_of_handles(_source: &std::io::Error) -> bool {
    false
}

/// In English, for logs and tests; [`Error::message`] is for people.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().tell(Lang::En))
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A table without a column of its schema was built wrong.
impl From<ColumnMismatch> for Error {
    fn from(ColumnMismatch(what): ColumnMismatch) -> Self {
        Self::Bug(what)
    }
}

/// An error of the engine is a bug, unless the system refused it something: inputs were checked before.
impl From<polars::error::PolarsError> for Error {
    fn from(error: polars::error::PolarsError) -> Self {
        if let polars::error::PolarsError::IO { error, .. } = &error {
            return Self::io("polars", say::CANNOT_READ)(std::io::Error::new(error.kind(), error.to_string()));
        }
        Self::Bug(format!("polars: {error}"))
    }
}

/// A batch that does not fit its schema is a bug; a refusal of the system is none.
impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        if let arrow::error::ArrowError::IoError(_, source) = error {
            return Self::io("arrow", say::CANNOT_READ)(source);
        }
        Self::Bug(format!("arrow: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_library_is_an_error() {
        assert_eq!(panics_as_errors(|| 5), Ok(5));
        assert_eq!(panics_as_errors(|| -> u8 { panic!("page {}", 7) }), Err("page 7".to_owned()));
        assert_eq!(panics_as_errors(|| -> u8 { panic!("no page") }), Err("no page".to_owned()));
        assert!(!is_guarded());
    }

    #[test]
    fn every_kind_is_reported_in_both_languages() {
        let (problem, remedy) = (|| say::unknown_key("{file}"), say::NOT_UTF8_REMEDY);
        for (error, zh, en) in [
            (
                Error::usage(problem(), remedy),
                "未知的键 `{file}`\n  建议：另存为 UTF-8",
                "unknown key `{file}`\n  help: save it as UTF-8",
            ),
            (
                Error::input("a/{place}.toml", say::row(3), problem(), remedy),
                "a/{place}.toml：第 3 行：未知的键 `{file}`\n  建议：另存为 UTF-8",
                "a/{place}.toml: row 3: unknown key `{file}`\n  help: save it as UTF-8",
            ),
            (
                Error::io("a.csv", say::CANNOT_READ)(ErrorKind::PermissionDenied.into()),
                "a.csv：无法读取：permission denied\n  建议：以有权限的用户运行，或修改该文件及其上级文件夹的权限",
                "a.csv: cannot read: permission denied\n  help: run as a user who may do that, or change the \
                 permissions of the file and of the folders that it is in",
            ),
            (
                Error::output("out", say::NOT_A_FOLDER, remedy),
                "out：不是文件夹\n  建议：另存为 UTF-8",
                "out: is not a folder\n  help: save it as UTF-8",
            ),
            (Error::Interrupted, "已中断，没有发布任何内容", "interrupted; nothing was published"),
            (
                Error::Bug("1 <> 2".to_owned()),
                "这是 qianhe 自身的错误，没有发布任何内容：1 <> 2\n  建议：请附上上面这一行反馈给我们",
                "this is a bug in qianhe, nothing was published: 1 <> 2\n  help: please report it with the line above",
            ),
        ] {
            let message = error.message();
            assert_eq!((message.tell(Lang::Zh), message.tell(Lang::En)), (zh, en));
            assert_eq!(error.to_string(), en, "logs are in English");
        }
    }
}
