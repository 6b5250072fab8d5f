//! Compares the rows of a report: a hash join by key, range by range of the keys, in bounded memory.
//!
//! A full join of Polars costs 2.7 times the CPU and 4.1 times the memory (debug builds, 600,000 rows in each audit):
//! it holds keys and states of both audits and the result. Here the earlier rows are held, and the later ones streamed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};

use super::change::{ComparedRow, RowState, change_of};
use super::passes::{KeyRange, ranges, sampling_interval};
use crate::error::{Error, Result};
use crate::published::{ParquetScan, Reports, cell, row_count, text};
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::{Change, Compared, Severity, Word};
use crate::schema::{Column, Table, fields};

/// Memory of a key with the state of its row, about.
const BYTES_OF_KEY: u64 = 192;

pub struct ComparedReport {
    pub kind: Compared,
    pub table: &'static Table,
    outcome: &'static Column,
    reason: Option<&'static Column>,
}

pub const COMPARED: &[ComparedReport] = &[
    ComparedReport {
        kind: Compared::Relation,
        table: &RELATIONS_REPORT,
        outcome: &fields::OUTCOME,
        reason: Some(&fields::REASON),
    },
    ComparedReport {
        kind: Compared::Group,
        table: &GROUPS_REPORT,
        outcome: &fields::GROUP_OUTCOME,
        reason: Some(&fields::GROUP_REASON),
    },
    ComparedReport {
        kind: Compared::JoinCode,
        table: &JOIN_CODES_REPORT,
        outcome: &fields::CODE_VERDICT,
        reason: None,
    },
];

/// Calls `see` with every row of either audit; rows that changed come in the order of their keys.
///
/// # Errors
/// [`Error::Input`] if a report cannot be read; the errors of `see`.
pub fn compare(
    report: &ComparedReport,
    audits: (&Reports, &Reports),
    memory: u64,
    see: &mut dyn FnMut(ComparedRow) -> Result<()>,
) -> Result<()> {
    let (earlier, later) = (audits.0.path(report.table)?, audits.1.path(report.table)?);
    for range in report.ranges([&earlier, &later], memory)? {
        let mut unmatched = EarlierRows::default();
        report.scan(&earlier, &range, &mut |key, state| {
            unmatched.insert(key, state);
            Ok(())
        })?;
        let row = |key: String, earlier: Option<RowState>, later: Option<RowState>| {
            let change = change_of(earlier.as_ref(), later.as_ref());
            ComparedRow { kind: report.kind, change, key, earlier, later }
        };
        let mut changed = Vec::new();
        report.scan(&later, &range, &mut |key, state| {
            let earlier = unmatched.remove(&key);
            let row = row(key, earlier, Some(state));
            if row.change == Change::Unchanged {
                return see(row);
            }
            changed.push(row);
            Ok(())
        })?;
        changed.extend(unmatched.into_sorted().into_iter().map(|(key, state)| row(key, Some(state), None)));
        // A stable sort: rows of one key stay in the order of their report.
        changed.sort_by(|one, other| one.key.cmp(&other.key));
        changed.into_iter().try_for_each(&mut *see)?;
    }
    Ok(())
}

impl ComparedReport {
    /// Returns the key, and the columns that replace it where its last column is null.
    fn key_columns(&self) -> impl Iterator<Item = &'static Column> {
        self.table.key.iter().chain(self.table.fallback_key.iter().copied().flatten()).copied()
    }

    /// As many ranges of keys as it takes for the rows of one of them to fit into memory.
    fn ranges(&self, audits: [&Path; 2], memory: u64) -> Result<Vec<KeyRange>> {
        let rows = row_count(audits[0])? + row_count(audits[1])?;
        let passes = (rows * BYTES_OF_KEY).div_ceil(memory.max(BYTES_OF_KEY));
        if passes <= 1 {
            return Ok(vec![KeyRange::default()]);
        }
        let columns: Vec<&str> = self.key_columns().map(|column| column.name).collect();
        let interval = usize::try_from(sampling_interval(rows, passes)).unwrap_or(usize::MAX);
        let mut sample = Vec::new();
        for audit in audits {
            let mut seen = 0;
            ParquetScan::new(audit, &columns).for_each(|batch| {
                let keys = self.keys(batch)?;
                let sampled = (0..batch.num_rows()).filter(|row| (seen + row).is_multiple_of(interval));
                sample.extend(sampled.map(|row| keys.text(row)));
                seen += batch.num_rows();
                Ok(true)
            })?;
        }
        Ok(ranges(sample, passes))
    }

    /// Calls `see` with the rows of an audit whose keys are in a range.
    fn scan(&self, path: &Path, range: &KeyRange, see: &mut dyn FnMut(String, RowState) -> Result<()>) -> Result<()> {
        let state = [self.outcome, &fields::SEVERITY, &fields::WAIVED].into_iter().chain(self.reason);
        let columns: Vec<&str> = self.key_columns().chain(state).map(|column| column.name).collect();
        ParquetScan::new(path, &columns).for_each(|batch| {
            let (keys, states) = (self.keys(batch)?, self.states(batch)?);
            for row in 0..batch.num_rows() {
                let key = keys.text(row);
                if range.contains(&key) {
                    see(key, states.state(row))?;
                }
            }
            Ok(true)
        })
    }

    fn keys<'a>(&self, batch: &'a RecordBatch) -> Result<KeyArrays<'a>> {
        let columns = self.key_columns().map(|column| array(batch, column)).collect::<Result<_>>()?;
        Ok(KeyArrays { columns, without_fallback: self.table.key.len() })
    }

    fn states<'a>(&self, batch: &'a RecordBatch) -> Result<StateArrays<'a>> {
        Ok(StateArrays {
            outcome: array(batch, self.outcome)?,
            reason: self.reason.map(|reason| array(batch, reason)).transpose()?,
            severity: array(batch, &fields::SEVERITY)?,
            waived: array(batch, &fields::WAIVED)?,
        })
    }
}

/// Returns a column that the scan read.
fn array<'a>(batch: &'a RecordBatch, column: &Column) -> Result<&'a ArrayRef> {
    batch.column_by_name(column.name).ok_or_else(|| Error::Bug(format!("{} was not read", column.name)))
}

/// The key columns of a batch.
struct KeyArrays<'a> {
    columns: Vec<&'a ArrayRef>,
    /// Number of columns of the key itself.
    without_fallback: usize,
}

impl KeyArrays<'_> {
    fn text(&self, row: usize) -> String {
        let (key, fallback) = self.columns.split_at(self.without_fallback);
        let has_id = key.last().is_some_and(|last| last.is_valid(row));
        let used = key.iter().chain(if has_id { &[] } else { fallback });
        let parts = used.map(|column| text(&cell(column.as_ref(), row)));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }
}

/// The columns of a batch with the states of its rows.
struct StateArrays<'a> {
    outcome: &'a ArrayRef,
    reason: Option<&'a ArrayRef>,
    severity: &'a ArrayRef,
    waived: &'a ArrayRef,
}

impl StateArrays<'_> {
    fn state(&self, row: usize) -> RowState {
        let word = |column: &ArrayRef| text(&cell(column.as_ref(), row));
        let (outcome, reason) = (word(self.outcome), self.reason.map(word).unwrap_or_default());
        let words = if reason.is_empty() { outcome } else { format!("{outcome}/{reason}") };
        let severity = Severity::from_word(&word(self.severity)).unwrap_or(Severity::Ok);
        let waived = self.waived.as_boolean_opt().is_some_and(|waived| waived.value(row));
        RowState { words, severity, waived }
    }
}

/// Rows of the earlier audit without a row of the later one yet. Without ids, several rows can have one key.
#[derive(Default)]
struct EarlierRows {
    rows: HashMap<Box<str>, RowState>,
    more: HashMap<Box<str>, Vec<RowState>>,
}

impl EarlierRows {
    fn insert(&mut self, key: String, state: RowState) {
        match self.rows.entry(key.into_boxed_str()) {
            Entry::Vacant(entry) => {
                entry.insert(state);
            }
            Entry::Occupied(entry) => self.more.entry(entry.key().clone()).or_default().push(state),
        }
    }

    fn remove(&mut self, key: &str) -> Option<RowState> {
        self.more.get_mut(key).and_then(Vec::pop).or_else(|| self.rows.remove(key))
    }

    /// Returns the remaining rows, by key.
    fn into_sorted(self) -> Vec<(String, RowState)> {
        let more =
            self.more.into_iter().flat_map(|(key, states)| states.into_iter().map(move |state| (key.clone(), state)));
        let rows = self.rows.into_iter().chain(more);
        let mut rows: Vec<(String, RowState)> = rows.map(|(key, state)| (key.into(), state)).collect();
        rows.sort_by(|(a, x), (b, y)| (a, &x.words).cmp(&(b, &y.words)));
        rows
    }
}
