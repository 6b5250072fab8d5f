//! What the fuzz targets of `tests/fuzz` call: each reader on any bytes. They must answer, or say what is wrong with the
//! input; a panic, or an error that blames ourselves, is a bug.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;

use crate::error::{Error, Result};
use crate::ingest::document::Document;
use crate::ingest::quick::{self, TextMarks};
use crate::ingest::raw::TakeRelations;
use crate::ingest::{read_lists, read_snapshot};
use crate::progress::Silent;
use crate::schema::vocabulary::Role;
use crate::text::errors as say;

/// Relations that nobody wants.
struct Nobody;

impl TakeRelations for Nobody {
    fn take(&self, _: &RecordBatch) -> Result<()> {
        Ok(())
    }
}

const CASE: &str = "[case]\nid = \"fuzz\"\n[migration]\nstarted_at = 2026-05-01T00:00:00+08:00\nfinished_at = 2026-05-07T00:00:00+08:00\n";

/// Reads the bytes as a file of a snapshot, and as a list; `folder` is an empty one, or was given before.
///
/// # Errors
/// [`Error::Bug`] where a reader broke its own promises. What is wrong with the bytes is no error here.
pub fn read(folder: &Path, bytes: &[u8]) -> Result<()> {
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        let made = path.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| fs::write(&path, bytes)).map_err(Error::io(path, say::CANNOT_WRITE))
    };
    write("case.toml", CASE.as_bytes())?;
    write("source-before/file", bytes)?;
    write("lists/list", bytes)?;
    let case = crate::case::load(folder, &[])?;
    let snapshot = read_snapshot(&case, Role::SourceBefore, &Nobody, &Silent).map(drop);
    answered(snapshot)?;
    answered(read_lists(&case, &Silent).map(drop))
}

/// Reads a JSON document in the quick way and in the thorough one.
///
/// # Errors
/// [`Error::Bug`] where they do not lead to the same. The quick way may decline.
pub fn both_ways(text: &str) -> Result<()> {
    let told = |document: &Document<'_>| format!("{document:?}");
    let quickly = quick::read::<Document<'_>>(text, &mut TextMarks::default()).map(|document| told(&document));
    let thoroughly = serde_json::from_str::<Document<'_>>(text).ok().map(|document| told(&document));
    if quickly.is_none() || quickly == thoroughly {
        return Ok(());
    }
    Err(Error::Bug(format!("read quickly: {quickly:?}; thoroughly: {thoroughly:?}")))
}

fn answered(result: Result<()>) -> Result<()> {
    match result {
        Err(Error::Input { .. }) => Ok(()),
        other => other,
    }
}
