//! The independent path: what was written is read back from the files and counted again, by nothing that counted before.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int32Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::ControlTotal;
use crate::error::{Error, Result};
use crate::report::summary::{Counts, GroupCounts};
use crate::schema::Column;
use crate::schema::fields;

/// Counts the outcomes, origins and verdicts in the written files, and sets them beside what the run counted.
///
/// # Errors
/// [`Error::Io`] or [`Error::Bug`] if the files cannot be read back.
pub fn recount(folder: &Path, counts: &Counts, groups: &GroupCounts) -> Result<Vec<ControlTotal>> {
    let outcomes = words(&folder.join("relations.parquet"), &fields::OUTCOME)?;
    let origins = words(&folder.join("target_relations.parquet"), &fields::ORIGIN)?;
    let group_outcomes = words(&folder.join("groups.parquet"), &fields::GROUP_OUTCOME)?;
    let verdicts = words(&folder.join("join_codes.parquet"), &fields::CODE_VERDICT)?;
    let mut totals = Vec::new();
    for (what, counted, written) in [
        ("outcome", &counts.by_outcome, outcomes),
        ("origin", &counts.by_origin, origins),
        ("group outcome", &groups.by_outcome, group_outcomes),
        ("join code verdict", &groups.by_verdict, verdicts),
    ] {
        for (word, count) in counted {
            totals.push(ControlTotal::new(format!("{what} {word} = rows written"), *count, written.get(word).copied().unwrap_or(0)));
        }
    }
    Ok(totals)
}

/// How often each word stands in a column of a written report.
fn words(path: &Path, column: &Column) -> Result<BTreeMap<String, u64>> {
    let bug = |error: &dyn std::fmt::Display| Error::Bug(format!("{}: cannot be read back: {error}", path.display()));
    let file = File::open(path).map_err(Error::io(path, "cannot read back"))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| bug(&error))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [column.name]);
    let reader = builder.with_projection(mask).with_batch_size(1 << 16).build().map_err(|error| bug(&error))?;
    let mut counts = BTreeMap::new();
    for batch in reader {
        let batch = batch?;
        let dictionary = batch.column(0).as_dictionary::<Int32Type>();
        let words = dictionary.values().as_string::<i32>();
        let mut by_key = vec![0_u64; words.len()];
        for key in dictionary.keys().iter().flatten() {
            by_key[usize::try_from(key).map_err(|error| bug(&error))?] += 1;
        }
        for (key, count) in by_key.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            *counts.entry(words.value(key).to_owned()).or_default() += count;
        }
    }
    Ok(counts)
}
