//! Entry points of the fuzz targets in `tests/fuzz`: each reader on any bytes. They must return a result or an input
//! error; a panic or an [`Error::Bug`] fails.

use std::fs;
use std::path::Path;

use arrow::array::RecordBatch;

use crate::error::{Error, Result};
use crate::ingest::json::document::Document;
use crate::ingest::quick::{self, TextMarks};
use crate::ingest::raw::RelationSink;
use crate::ingest::{read_lists, read_snapshot};
use crate::progress::Silent;
use crate::schema::vocabulary::Role;
use crate::text::errors as say;

/// A sink that drops its relations.
struct NullSink;

impl RelationSink for NullSink {
    fn take(&self, _: &RecordBatch) -> Result<()> {
        Ok(())
    }
}

const CASE: &str = "[case]\nid = \"fuzz\"\n\
    [migration]\nstarted_at = 2026-05-01T00:00:00+08:00\nfinished_at = 2026-05-07T00:00:00+08:00\n";

/// Reads the bytes as a file of a snapshot, and as a list; `folder` is empty, or was used before.
///
/// # Errors
/// [`Error::Bug`] if a reader breaks an invariant. Invalid bytes are no error here.
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
    let snapshot = read_snapshot(&case, Role::SourceBefore, None, &NullSink, &Silent).map(drop);
    answered(snapshot)?;
    answered(read_lists(&case, &Silent).map(drop))
}

/// Reads a JSON document with `quick` and with `serde_json`.
///
/// # Errors
/// [`Error::Bug`] if the results differ. `quick` may decline.
pub fn both_ways(text: &str) -> Result<()> {
    let shown = |document: &Document<'_>| format!("{document:?}");
    let quickly = quick::read::<Document<'_>>(text, &mut TextMarks::default()).map(|document| shown(&document));
    let thoroughly = serde_json::from_str::<Document<'_>>(text).ok().map(|document| shown(&document));
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
