//! The case: `case.toml` as typed -> validated settings, the only ones that the rest of the program uses.
//!
//! ```text
//! case.toml --file--> tree with lines --overrides (--set)--> tree --validate (section, kinds)--> settings
//! settings --effective--> texts by key, for the manifest
//! ```

mod file;
mod overrides;
mod section;
mod kinds;
mod validate;
mod settings;
mod effective;
mod template;
#[cfg(test)]
mod tests;

use std::path::Path;

use crate::digest;
use crate::error::{Error, Result};
use crate::limits::MAX_CASE_BYTES;
use crate::regular;
use crate::text::errors as say;

pub use effective::EffectiveSettings;
pub use settings::{
    Case, Contract, CorpSettings, FailOn, Invoice, Migration, OwnHeaders, Payment, PaymentCovers, Policy,
    SnapshotSettings, SurchargeBasis, Waiver,
};
pub use template::{TEMPLATE, TemplateValue, check, filled, init, new_file};

/// The name of the case file in the folder of a case.
pub const FILE_NAME: &str = "case.toml";

/// Reads and checks a case: `path` is its folder or its `case.toml`, `overrides` are `key=value`, the last one wins.
///
/// # Errors
/// [`Error::Input`] at the first invalid value, [`Error::Usage`] for an invalid override, [`Error::Io`] if the file
/// cannot be read.
pub fn load(path: &Path, overrides: &[String]) -> Result<Case> {
    load_as(path, overrides, MigrationEnd::Required)
}

/// As [`load`], before a migration: `migration.finished_at` may be absent, and defaults to the start.
///
/// # Errors
/// As [`load`].
pub fn load_plan(path: &Path, overrides: &[String]) -> Result<Case> {
    load_as(path, overrides, MigrationEnd::Optional)
}

/// Whether the end of the migration is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MigrationEnd {
    Required,
    Optional,
}

fn load_as(path: &Path, overrides: &[String], end: MigrationEnd) -> Result<Case> {
    let file = if path.is_dir() { path.join(FILE_NAME) } else { path.to_path_buf() };
    let text = read(&file)?;
    let mut typed = file::parse(&file, text.strip_prefix('\u{feff}').unwrap_or(&text))?;
    for entry in overrides {
        overrides::apply(&file, &mut typed, entry)?;
    }
    let case = validate::case(&file, &typed, end)?;
    Ok(Case { file_sha256: digest::sha256(text.as_bytes()), overrides: overrides.to_vec(), ..case })
}

/// Reads the text of a case file.
///
/// # Errors
/// [`Error::Input`] if there is none, or it is no text or too large.
pub(crate) fn read(file: &Path) -> Result<String> {
    match regular::read(file, MAX_CASE_BYTES) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|error| {
            let place = say::byte(error.utf8_error().valid_up_to());
            Error::input(file, place, say::NOT_UTF8, say::NOT_UTF8_REMEDY)
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::input(file, say::CASE_FILE, say::NO_CASE_FILE, say::NO_CASE_FILE_REMEDY))
        }
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            Err(Error::input(file, say::CASE_FILE, say::too_large_a_case(MAX_CASE_BYTES), say::TOO_LARGE_A_CASE_REMEDY))
        }
        Err(error) => Err(Error::io(file, say::CANNOT_READ)(error)),
    }
}
