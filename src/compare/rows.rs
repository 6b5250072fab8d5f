//! The rows of a report of two audits beside each other, in bounded memory.
//!
//! Rows are joined by their keys, as texts. Where these do not fit into memory at once, they are taken in passes: a named
//! hash says in which pass a key is looked at, and nothing else, so that no hash decides anything.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use arrow::array::{Array, AsArray, RecordBatch};
use xxhash_rust::xxh3::xxh3_64;

use super::change::{Item, Standing, of_row};
use crate::error::Result;
use crate::published::{Reports, Scan, cell, rows_of, text};
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::{Compared, Severity};
use crate::schema::{Column, Table, fields};

/// What a key and its row take in memory, about.
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
    Report { kind: Compared::Relation, table: &RELATIONS_REPORT, outcome: &fields::OUTCOME, reason: Some(&fields::REASON) },
    Report { kind: Compared::Group, table: &GROUPS_REPORT, outcome: &fields::GROUP_OUTCOME, reason: Some(&fields::GROUP_REASON) },
    Report { kind: Compared::JoinCode, table: &JOIN_CODES_REPORT, outcome: &fields::CODE_VERDICT, reason: None },
];

/// Shows every row of either audit once: those of the later audit in its order, then those that are gone, by key.
pub fn compare(report: &Report, audits: (&Reports, &Reports), memory: u64, see: &mut dyn FnMut(Item) -> Result<()>) -> Result<()> {
    let (earlier, later) = (audits.0.path(report.table), audits.1.path(report.table));
    let passes = (rows_of(&earlier)? * BYTES_OF_KEY).div_ceil(memory.max(BYTES_OF_KEY)).max(1);
    let columns = report.columns();
    for pass in 0..passes {
        let is_now = |key: &str| passes == 1 || xxh3_64(key.as_bytes()) % passes == pass;
        let mut held = Held::default();
        Scan::of(&earlier, &columns).each(|batch| {
            report.rows(batch, &is_now, &mut |key, standing| {
                held.add(key, standing);
                Ok(())
            })?;
            Ok(true)
        })?;
        let item = |key: String, earlier: Option<Standing>, later: Option<Standing>| {
            let change = of_row(earlier.as_ref(), later.as_ref());
            Item { kind: report.kind, change, key, earlier, later }
        };
        Scan::of(&later, &columns).each(|batch| {
            report.rows(batch, &is_now, &mut |key, standing| {
                let earlier = held.take(&key);
                see(item(key, earlier, Some(standing)))
            })?;
            Ok(true)
        })?;
        held.rest().into_iter().try_for_each(|(key, standing)| see(item(key, Some(standing), None)))?;
    }
    Ok(())
}

impl Report {
    /// The key, what stands for it where its last column is null, and what became of the row.
    fn columns(&self) -> Vec<&'static str> {
        let keys = self.table.key.iter().chain(self.table.fallback_key);
        let decided = [Some(self.outcome), self.reason, Some(&fields::SEVERITY), Some(&fields::WAIVED)];
        keys.copied().chain(decided.into_iter().flatten()).map(|column| column.name).collect()
    }

    /// The rows of a batch whose turn it is.
    fn rows(&self, batch: &RecordBatch, is_now: &dyn Fn(&str) -> bool, see: &mut dyn FnMut(String, Standing) -> Result<()>) -> Result<()> {
        let (keys, all) = (self.table.key.len(), self.table.key.len() + self.table.fallback_key.len());
        for row in 0..batch.num_rows() {
            let used = if batch.column(keys - 1).is_null(row) { 0..all } else { 0..keys };
            let parts: Vec<String> = used.map(|column| text(&cell(batch.column(column).as_ref(), row))).collect();
            let key = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
            if is_now(&key) {
                see(key, self.standing(batch, all, row))?;
            }
        }
        Ok(())
    }

    /// The columns from `first` on say what became of the row.
    fn standing(&self, batch: &RecordBatch, first: usize, row: usize) -> Standing {
        let word = |column: usize| text(&cell(batch.column(column).as_ref(), row));
        let reason = if self.reason.is_some() { word(first + 1) } else { String::new() };
        let words = if reason.is_empty() { word(first) } else { format!("{}/{reason}", word(first)) };
        let last = batch.num_columns() - 1;
        let severity = word(last - 1);
        let severity = Severity::ALL.iter().copied().find(|known| known.word() == severity).unwrap_or(Severity::Ok);
        Standing { words, severity, waived: batch.column(last).as_boolean_opt().is_some_and(|waived| waived.value(row)) }
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
        let more = self.more.into_iter().flat_map(|(key, standings)| standings.into_iter().map(move |standing| (key.clone(), standing)));
        let mut rest: Vec<(String, Standing)> = self.rows.into_iter().chain(more).map(|(key, standing)| (key.into(), standing)).collect();
        rest.sort_by(|(a, x), (b, y)| (a, &x.words).cmp(&(b, &y.words)));
        rest
    }
}
