//! One decided case, many writers. None of them decides anything, and none of them looks at the clock.

pub mod accounts;
pub mod customers;
pub mod groups;
pub mod large;
pub mod page;
pub mod parquet;
pub mod publish;
pub mod relations;
pub mod small;
pub mod summary;
pub mod targets;
pub mod terminal;

use std::fs::{File, OpenOptions};
use std::path::Path;

use crate::error::{Error, Result};

/// Creates a file that only its owner can read: reports hold personal data.
///
/// # Errors
/// [`Error::Io`] if it cannot be created.
pub fn create_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(Error::io(path, "cannot create"))
}
