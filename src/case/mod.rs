//! The case: `case.toml` as the user types it, validated into the settings that the rest of the program sees.
//!
//! ```text
//! case.toml --file--> tree with lines --overrides (--set)--> tree --validate (section, kinds)--> settings
//! ```

mod file;
mod overrides;
mod section;
mod kinds;
mod validate;
mod settings;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::error::{Error, Result};
use crate::text::errors as say;

pub use settings::{
    Case, Contract, Corp, FailOn, Invoice, Migration, OwnHeaders, Payment, PaymentCovers, Policy, SnapshotSettings,
    SurchargeBasis, Waiver,
};
pub use template::{TEMPLATE, init};

/// The name of the case file in the folder of a case.
pub const FILE_NAME: &str = "case.toml";

/// Reads and checks a case: `path` is its folder or its `case.toml`, `overrides` are `key=value`, the last one wins.
///
/// # Errors
/// [`Error::Input`] at the first value that cannot be right, [`Error::Usage`] for an override that is none,
/// [`Error::Io`] where the file cannot be read.
pub fn load(path: &Path, overrides: &[String]) -> Result<Case> {
    load_as(path, overrides, End::Known)
}

/// As [`load`], for what can be done while a migration is still to come: `migration.finished_at` may be absent, and the start stands for it.
///
/// # Errors
/// As [`load`].
pub fn load_plan(path: &Path, overrides: &[String]) -> Result<Case> {
    load_as(path, overrides, End::Open)
}

/// Whether a case has to say when the migration ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Known,
    Open,
}

fn load_as(path: &Path, overrides: &[String], end: End) -> Result<Case> {
    let file = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
    let text = read(&file)?;
    let mut typed = file::parse(&file, text.strip_prefix('\u{feff}').unwrap_or(&text))?;
    for entry in overrides {
        overrides::apply(&file, &mut typed, entry)?;
    }
    validate::case(&file, &typed, end)
}

fn read(file: &Path) -> Result<String> {
    match std::fs::read(file) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|error| {
            let place = say::byte(error.utf8_error().valid_up_to());
            Error::input(file, place, say::NOT_UTF8, say::NOT_UTF8_REMEDY)
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::input(file, say::CASE_FILE, say::NO_CASE_FILE, say::NO_CASE_FILE_REMEDY))
        }
        Err(error) => Err(Error::io(file, say::CANNOT_READ)(error)),
    }
}
