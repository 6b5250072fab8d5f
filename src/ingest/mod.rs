//! Any file of a case -> raw rows with provenance. Files are recognised by content, not by name (SPEC section 1.1).
//!
//! ```text
//! files     which files                       stream    bytes, unpacked and hashed
//! sniff     what a file is                    reader    all files side by side, in order
//! framing   JSON bytes -> documents           headers   headers -> table; sheet: cells -> record
//! quick     documents -> their fields         csv       CSV, TSV -> rows of a sheet; text, rows: their encoding and quoting
//! endpoints fields -> records                 parquet   columns -> batches; xlsx: workbooks
//! value     values of all of these -> values of a column
//! part      records counted, none lost; doubts: what unreadable records stand for
//! ```

pub(crate) mod document;
pub(crate) mod quick;
pub mod raw;

pub mod doubts;

mod csv;
mod endpoints;
mod files;
mod framing;
mod headers;
mod json;
mod parquet;
mod part;
mod payload;
mod reader;
mod rows;
mod scalar;
mod sheet;
mod sniff;
mod stream;
mod text;
mod value;
mod xlsx;

use crate::case::Case;
use crate::error::Result;
use crate::progress::{Progress, Work};
use crate::schema::vocabulary::Role;
use raw::{Raw, TakeRelations};
use reader::Expected;

/// One role's files; its relations go to `relations`, all else is in the answer. `None` where the default folder does not exist and the case does not name it.
///
/// # Errors
/// [`crate::Error::Input`] for what cannot be read, with file, place, problem and remedy; [`crate::Error::Interrupted`].
pub fn read_snapshot(
    case: &Case,
    role: Role,
    relations: &dyn TakeRelations,
    progress: &dyn Progress,
) -> Result<Option<Raw>> {
    let Some(files) = files::of_snapshot(case, role)? else { return Ok(None) };
    reader::read_all(case, &files, Expected::Snapshot(role), Work::Read(role), Some(relations), progress).map(Some)
}

/// All lists in `lists/`.
///
/// # Errors
/// As [`read_snapshot`], and where there is no `lists/`: the accounts list is required.
pub fn read_lists(case: &Case, progress: &dyn Progress) -> Result<Raw> {
    let files = files::of_lists(case)?;
    reader::read_all(case, &files, Expected::Lists, Work::ReadLists, None, progress)
}

#[cfg(test)]
mod tests;
