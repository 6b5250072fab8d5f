//! `qianhe init`: the folder of a new case, with a `case.toml` to fill in.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::FILE_NAME;
use crate::error::{Error, Result};
use crate::text::errors as say;

/// A commented `case.toml`. Lines that start with `#` and no space are settings to switch on.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The folders of every audit. Optional folders are not created, since an empty one stops the run.
const FOLDERS: &[&str] = &["source-before", "target-after", "lists"];

/// Creates the folder of a case and returns the path of its `case.toml`.
///
/// # Errors
/// [`Error::Output`] where there is a case already, [`Error::Io`] where the folder cannot be written.
pub fn init(dir: &Path) -> Result<PathBuf> {
    fs::create_dir_all(dir).map_err(Error::io(dir, say::CANNOT_CREATE))?;
    let file = dir.join(FILE_NAME);
    write_new(&file)?;
    for folder in FOLDERS {
        let folder = dir.join(folder);
        fs::create_dir_all(&folder).map_err(Error::io(&folder, say::CANNOT_CREATE))?;
    }
    Ok(file)
}

/// Writes the file; with `create_new`, since a check beforehand could race with another writer.
fn write_new(file: &Path) -> Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).open(file).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::output(file, say::CASE_IS_THERE, say::CASE_IS_THERE_REMEDY),
        _ => Error::io(file, say::CANNOT_WRITE)(error),
    })?;
    out.write_all(TEMPLATE.as_bytes()).map_err(Error::io(file, say::CANNOT_WRITE))
}
