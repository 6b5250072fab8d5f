//! Why a run stops: the user's input, the machine, or our own bug, each with its exit code.
//!
//! What is merely wrong *with the migration* is not an error but a [finding](crate::findings).

use std::path::{Path, PathBuf};

/// A reason to stop. Every variant says what is wrong, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line cannot be obeyed.
    #[error("{problem}\n  help: {remedy}")]
    Usage { problem: String, remedy: String },
    /// A file of the case cannot be used: `place` is a key, a record or a byte position in it.
    #[error("{}: {place}: {problem}\n  help: {remedy}", file.display())]
    Input { file: PathBuf, place: String, problem: String, remedy: String },
    /// A file or folder cannot be read or written.
    #[error("{}: {doing}: {source}", path.display())]
    Io { path: PathBuf, doing: &'static str, source: std::io::Error },
    /// The output folder cannot take the reports.
    #[error("{}: {problem}\n  help: {remedy}", path.display())]
    Output { path: PathBuf, problem: String, remedy: String },
    /// The user pressed Ctrl-C, or the process was told to end.
    #[error("interrupted; nothing was published")]
    Interrupted,
    /// A control total does not balance or an invariant broke: the fault is ours.
    #[error("this is a bug in qianhe, nothing was published: {0}\n  help: please report it with the line above")]
    Bug(String),
}

/// The result of anything that can stop a run.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A fault in an input file: where in it, what is wrong, what would be right.
    pub fn input(file: impl AsRef<Path>, place: impl Into<String>, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Input { file: file.as_ref().to_path_buf(), place: place.into(), problem: problem.into(), remedy: remedy.into() }
    }

    /// A failed system call on `path`.
    pub fn io(path: impl AsRef<Path>, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_path_buf();
        move |source| Self::Io { path, doing, source }
    }

    /// The process exit code (README, "Exit codes").
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } | Self::Input { .. } | Self::Io { .. } | Self::Output { .. } => 2,
            Self::Bug(_) => 3,
            Self::Interrupted => 130,
        }
    }
}

/// An engine error inside a stage is never the user's fault: inputs were checked before.
impl From<polars::error::PolarsError> for Error {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::Bug(format!("polars: {error}"))
    }
}

/// As above: a batch that does not fit its schema was built by us.
impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::Bug(format!("arrow: {error}"))
    }
}
