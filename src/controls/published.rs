//! The independent path: the written files are read back and counted again, by other code than counted before.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::ControlTotal;
use crate::billing::Bill;
use crate::error::{Error, Result};
use crate::figures::{Counts, GroupCounts};
use crate::regular;
use crate::schema::{Column, Filter, fields};
use crate::text::errors as say;

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
            totals.push(ControlTotal::new(
                format!("{what} {word} = rows written"),
                *count,
                written.get(word).copied().unwrap_or(0),
            ));
        }
    }
    Ok(totals)
}

/// Evaluates the filter of each line of the bill on the written relations, and sets its rows beside the line's
/// quantity.
///
/// # Errors
/// As [`recount`].
pub fn recount_bill(folder: &Path, bill: Option<&Bill>) -> Result<Vec<ControlTotal>> {
    let Some(bill) = bill else { return Ok(Vec::new()) };
    let mut columns: BTreeMap<&str, BTreeMap<String, u64>> = BTreeMap::new();
    let mut totals = Vec::new();
    for line in &bill.lines {
        let Some(Filter::OneOf(column, selected)) = &line.rows else { continue };
        if !columns.contains_key(column.name) {
            columns.insert(column.name, words(&folder.join("relations.parquet"), column)?);
        }
        let written = selected.iter().filter_map(|word| columns[column.name].get(word)).sum();
        let quantity = line.quantity.and_then(|quantity| u64::try_from(quantity).ok()).unwrap_or(u64::MAX);
        totals.push(ControlTotal::new(format!("billing {} = rows of its filter", line.name), quantity, written));
    }
    Ok(totals)
}

/// Counts the waived rows in the written file.
///
/// # Errors
/// As [`recount`].
pub fn recount_waived(folder: &Path, waived: u64) -> Result<Vec<ControlTotal>> {
    let mut written = 0;
    each_batch(&folder.join("relations.parquet"), &fields::WAIVED, |batch| {
        written += batch.column(0).as_boolean().true_count() as u64;
        Ok(())
    })?;
    Ok(vec![ControlTotal::new("waived relations = rows written", waived, written)])
}

/// Rows of a written report by the word of a column.
fn words(path: &Path, column: &Column) -> Result<BTreeMap<String, u64>> {
    let mut counts = BTreeMap::new();
    each_batch(path, column, |batch| {
        let dictionary = batch.column(0).as_dictionary::<Int32Type>();
        let words = dictionary.values().as_string::<i32>();
        let mut by_key = vec![0_u64; words.len()];
        for key in dictionary.keys().iter().flatten() {
            by_key[usize::try_from(key).map_err(|error| Error::Bug(format!("{}: {error}", path.display())))?] += 1;
        }
        for (key, count) in by_key.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            *counts.entry(words.value(key).to_owned()).or_default() += count;
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Reads one column of a written report.
fn each_batch(path: &Path, column: &Column, mut see: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    let file = regular::open(path).map_err(Error::io(path, say::CANNOT_READ))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| unreadable(path, error))?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [column.name]);
    let reader =
        builder.with_projection(mask).with_batch_size(1 << 16).build().map_err(|error| unreadable(path, error))?;
    for batch in reader {
        see(&batch.map_err(|error| unreadable_batch(path, error))?)?;
    }
    Ok(())
}

/// As [`unreadable`]; of an error of the disk, Arrow keeps the text only.
fn unreadable_batch(path: &Path, error: ArrowError) -> Error {
    match error {
        ArrowError::ParquetError(text) if text.contains("External: ") => {
            Error::io(path, say::CANNOT_READ)(std::io::Error::other(text))
        }
        other => other.into(),
    }
}

/// A report that is not readable after it was written is a bug, unless the disk fails.
fn unreadable(path: &Path, error: ParquetError) -> Error {
    let error = match error {
        ParquetError::External(source) => match source.downcast::<std::io::Error>() {
            Ok(source) => return Error::io(path, say::CANNOT_READ)(*source),
            Err(other) => ParquetError::External(other),
        },
        other => other,
    };
    Error::Bug(format!("{}: cannot be read back: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_fails_while_a_report_is_read_back_is_not_our_bug() {
        let path = Path::new("a.parquet");
        let of_file = |error: ParquetError| unreadable(path, error).exit_code();
        let of_batch = |error: ParquetError| unreadable_batch(path, error.into()).exit_code();
        for exit_code in [&of_file as &dyn Fn(ParquetError) -> u8, &of_batch] {
            assert_eq!(exit_code(ParquetError::External(Box::new(std::io::Error::from_raw_os_error(5)))), 2);
            assert_eq!(exit_code(ParquetError::General("a page is too short".to_owned())), 3);
        }
    }
}
