//! Any file of a case -> raw rows with provenance. Files are recognised by content, not by name (SPEC section 1.1).
//!
//! ```text
//! files, stream, sniff, reader     which files, their bytes, their format; all files in parallel
//! json      framing (documents), quick (fields), endpoints (records)      sheet     CSV, TSV, XLSX
//! parquet   columns -> batches                                            encoding  text in any encoding -> UTF-8
//! headers   headers -> table and columns                                  table     row of a table -> record, or none
//! table_end whether the end of a table proves anything, or stops the run
//! value     every format: raw value -> value of a column                  records   every record counted once
//! ingested  tables of `ingest` against their manifest                     open_file one file, read at several places
//! answers   answers as evidence of coverage, folded
//! estimate  about how many rows stay in memory, before they are read
//! ```

pub mod answers;
pub mod doubts;
pub(crate) mod json;
pub(crate) mod quick;
pub mod raw;

mod encoding;
mod endpoints;
mod estimate;
mod files;
mod framing;
mod headers;
mod parquet;
mod reader;
mod records;
mod sheet;
mod simd;
mod sniff;
mod ingested;
mod open_file;
mod stream;
mod table;
mod table_end;
mod value;

pub use estimate::RowEstimate;
pub use files::is_hidden;
pub use parquet::check_schema;
pub use sheet::xlsx::check_workbook;
pub use table_end::SHOWN_OF_LIST;
pub use value::{UseridWords, is_null_userid};

use crate::case::Case;
use crate::error::Result;
use crate::progress::{Progress, Work};
use crate::schema::vocabulary::Role;
use raw::{Raw, RelationSink};
use reader::FileSet;

/// Reads the files of a role: relations go to `relations`, all else is returned. `None` where the default folder does
/// not exist and the case does not name it. `userid_words` are the words for "no value" that are userids of members;
/// where they are not known yet, those that could be are returned.
///
/// # Errors
/// [`crate::Error::Input`] for what cannot be read, with file, place, problem and remedy;
/// [`crate::Error::Interrupted`].
pub fn read_snapshot(
    case: &Case,
    role: Role,
    userid_words: Option<UseridWords>,
    relations: &dyn RelationSink,
    progress: &dyn Progress,
) -> Result<Option<Raw>> {
    let Some(files) = files::of_snapshot(case, role)? else { return Ok(None) };
    reader::read_all(case, &files, FileSet::Snapshot(role, userid_words), Work::Read(role), Some(relations), progress)
        .map(Some)
}

/// Reads all lists in `lists/`.
///
/// # Errors
/// As [`read_snapshot`], and where there is no `lists/`: the accounts list is required.
pub fn read_lists(case: &Case, progress: &dyn Progress) -> Result<Raw> {
    let files = files::of_lists(case)?;
    reader::read_all(case, &files, FileSet::Lists, Work::ReadLists, None, progress)
}

#[cfg(test)]
mod tests;
