//! The rows of a report of two audits beside each other, in bounded memory.
//!
//! Rows are joined by their keys, as texts. Where these do not fit into memory at once, they are taken in passes, each of
//! which looks at the keys of one range.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};

use super::change::{Item, Standing, of_row};
use super::passes::{self, Range};
use crate::error::Result;
use crate::published::{Reports, Scan, cell, rows_of, text};
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::{Change, Compared, Severity};
use crate::schema::{Column, Table, fields};

/// What a key and its row take in memory, about, as long as they are held.
const BYTES_OF_KEY: u64 = 192;

/// A report that is compared row by row.
pub struct Report {
    pub kind: Compared,
    table: &'static Table,
    outcome: &'static Column,
    reason: Option<&'static Column>,
}

/// All of them.
pub const COMPARED: &[Report] = &[
    Report {
        kind: Compared::Relation,
        table: &RELATIONS_REPORT,
        outcome: &fields::OUTCOME,
        reason: Some(&fields::REASON),
    },
    Report {
        kind: Compared::Group,
        table: &GROUPS_REPORT,
        outcome: &fields::GROUP_OUTCOME,
        reason: Some(&fields::GROUP_REASON),
    },
    Report { kind: Compared::JoinCode, table: &JOIN_CODES_REPORT, outcome: &fields::CODE_VERDICT, reason: None },
];

/// Shows every row of either audit once, what changed in the order of the keys.
pub fn compare(
    report: &Report,
    audits: (&Reports, &Reports),
    memory: u64,
    see: &mut dyn FnMut(Item) -> Result<()>,
) -> Result<()> {
    let (earlier, later) = (audits.0.path(report.table), audits.1.path(report.table));
    for range in report.ranges([&earlier, &later], memory)? {
        let mut held = Held::default();
        report.scan(&earlier, &range, &mut |key, standing| {
            held.add(key, standing);
            Ok(())
        })?;
        let item = |key: String, earlier: Option<Standing>, later: Option<Standing>| {
            let change = of_row(earlier.as_ref(), later.as_ref());
            Item { kind: report.kind, change, key, earlier, later }
        };
        let mut changed = Vec::new();
        report.scan(&later, &range, &mut |key, standing| {
            let earlier = held.take(&key);
            let item = item(key, earlier, Some(standing));
            if item.change == Change::Unchanged {
                return see(item);
            }
            changed.push(item);
            Ok(())
        })?;
        changed.extend(held.rest().into_iter().map(|(key, standing)| item(key, Some(standing), None)));
        // Rows of one key stay in the order of their report.
        changed.sort_by(|one, other| one.key.cmp(&other.key));
        changed.into_iter().try_for_each(&mut *see)?;
    }
    Ok(())
}

impl Report {
    /// The key, and what stands for it where its last column is null.
    fn keys(&self) -> impl Iterator<Item = &'static Column> {
        self.table.key.iter().chain(self.table.fallback_key.iter().copied().flatten()).copied()
    }

    /// As many ranges of keys as it takes for one of them to fit into memory, with what is kept of its rows.
    fn ranges(&self, audits: [&Path; 2], memory: u64) -> Result<Vec<Range>> {
        let rows = rows_of(audits[0])? + rows_of(audits[1])?;
        let passes = (rows * BYTES_OF_KEY).div_ceil(memory.max(BYTES_OF_KEY));
        if passes <= 1 {
            return Ok(vec![Range::default()]);
        }
        let columns: Vec<&str> = self.keys().map(|column| column.name).collect();
        let step = usize::try_from(passes::step(rows, passes)).unwrap_or(usize::MAX);
        let mut sample = Vec::new();
        for audit in audits {
            let mut seen = 0;
            Scan::of(audit, &columns).each(|batch| {
                let taken = (0..batch.num_rows()).filter(|row| (seen + row).is_multiple_of(step));
                sample.extend(taken.map(|row| self.key(batch, row)));
                seen += batch.num_rows();
                Ok(true)
            })?;
        }
        Ok(passes::ranges(sample, passes))
    }

    /// The rows of an audit whose keys are in a range.
    fn scan(&self, path: &Path, range: &Range, see: &mut dyn FnMut(String, Standing) -> Result<()>) -> Result<()> {
        let decided = [Some(self.outcome), self.reason, Some(&fields::SEVERITY), Some(&fields::WAIVED)];
        let columns: Vec<&str> = self.keys().chain(decided.into_iter().flatten()).map(|column| column.name).collect();
        let first = self.keys().count();
        Scan::of(path, &columns).each(|batch| {
            for row in 0..batch.num_rows() {
                let key = self.key(batch, row);
                if range.holds(&key) {
                    see(key, self.standing(batch, first, row))?;
                }
            }
            Ok(true)
        })
    }

    /// What tells a row apart.
    fn key(&self, batch: &RecordBatch, row: usize) -> String {
        let keys = self.table.key.len();
        let used = if batch.column(keys - 1).is_null(row) { 0..self.keys().count() } else { 0..keys };
        let parts = used.map(|column| text(&cell(batch.column(column).as_ref(), row)));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// The columns from `first` on say what became of the row.
    fn standing(&self, batch: &RecordBatch, first: usize, row: usize) -> Standing {
        let word = |column: usize| text(&cell(batch.column(column).as_ref(), row));
        let reason = if self.reason.is_some() { word(first + 1) } else { String::new() };
        let words = if reason.is_empty() { word(first) } else { format!("{}/{reason}", word(first)) };
        let last = batch.num_columns() - 1;
        let severity = word(last - 1);
        let severity = Severity::ALL.iter().copied().find(|known| known.word() == severity).unwrap_or(Severity::Ok);
        Standing {
            words,
            severity,
            waived: batch.column(last).as_boolean_opt().is_some_and(|waived| waived.value(row)),
        }
    }
}

/// The rows of the earlier audit that the later one has not shown yet. Names and times need not tell two rows apart.
#[derive(Default)]
struct Held {
    rows: HashMap<Box<str>, Standing>,
    more: HashMap<Box<str>, Vec<Standing>>,
}

impl Held {
    fn add(&mut self, key: String, standing: Standing) {
        match self.rows.entry(key.into_boxed_str()) {
            Entry::Vacant(place) => {
                place.insert(standing);
            }
            Entry::Occupied(place) => self.more.entry(place.key().clone()).or_default().push(standing),
        }
    }

    fn take(&mut self, key: &str) -> Option<Standing> {
        self.more.get_mut(key).and_then(Vec::pop).or_else(|| self.rows.remove(key))
    }

    /// What is left, by key.
    fn rest(self) -> Vec<(String, Standing)> {
        let more = self
            .more
            .into_iter()
            .flat_map(|(key, standings)| standings.into_iter().map(move |standing| (key.clone(), standing)));
        let mut rest: Vec<(String, Standing)> =
            self.rows.into_iter().chain(more).map(|(key, standing)| (key.into(), standing)).collect();
        rest.sort_by(|(a, x), (b, y)| (a, &x.words).cmp(&(b, &y.words)));
        rest
    }
}
