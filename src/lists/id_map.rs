//! Id maps: an id of the source corp -> the id of the target corp that it became.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{AsArray, RecordBatch, StringViewArray};
use hashbrown::HashTable;
use rayon::prelude::*;

use super::{ListTally, file_of_rows};
use crate::digest::digest;
use crate::error::Result;

/// The rows of a map that do not contradict one another, indexed by either id.
#[derive(Debug, Default)]
pub struct IdMap {
    pairs: Vec<(Box<str>, Box<str>)>,
    by_source: HashTable<u32>,
    by_target: HashTable<u32>,
    /// Source ids of rows that were set aside because they contradict others.
    pub set_aside: BTreeSet<String>,
}

impl IdMap {
    /// Reads the raw rows, with the source id and the target id in the first two columns. Rows that give one source id
    /// two targets, or one target id two sources, are set aside; rows of one source id count as one in `tally`.
    pub(super) fn read(batches: &[RecordBatch], tally: &mut ListTally) -> Result<Self> {
        let mut rows: Vec<(&str, &str, u32)> = Vec::new();
        for batch in batches {
            let column = |n: usize| -> &StringViewArray { batch.column(n).as_string_view() };
            let files = file_of_rows(batch)?;
            let cells = column(0).iter().zip(column(1)).zip(files.values());
            rows.extend(cells.filter_map(|((source, target), file)| Some((source?, target?, *file))));
        }
        rows.par_sort_unstable();
        for copies in rows.chunk_by(|a, b| a.0 == b.0) {
            tally.add_copies(copies.iter().map(|(.., file)| *file));
        }
        rows.dedup_by_key(|(source, target, _)| (*source, *target));
        // Source ids of each target.
        let mut sources: HashMap<&str, u32> = HashMap::with_capacity(rows.len());
        for (_, target, _) in &rows {
            *sources.entry(target).or_default() += 1;
        }
        let mut map = Self::default();
        for of_source in rows.chunk_by(|a, b| a.0 == b.0) {
            match of_source {
                [(source, target, _)] if sources[target] == 1 => map.pairs.push(((*source).into(), (*target).into())),
                _ => {
                    map.set_aside.insert(of_source[0].0.to_owned());
                }
            }
        }
        map.index();
        Ok(map)
    }

    fn index(&mut self) {
        let pairs = &self.pairs;
        for (entry, (source, target)) in (0..).zip(pairs) {
            self.by_source.insert_unique(digest(source), entry, |&other| digest(&pairs[other as usize].0));
            self.by_target.insert_unique(digest(target), entry, |&other| digest(&pairs[other as usize].1));
        }
    }

    /// Returns whether the map has no entry.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    pub fn entry_of_source(&self, source_id: &str) -> Option<u32> {
        self.by_source.find(digest(source_id), |&entry| *self.pairs[entry as usize].0 == *source_id).copied()
    }

    pub fn entry_of_target(&self, target_id: &str) -> Option<u32> {
        self.by_target.find(digest(target_id), |&entry| *self.pairs[entry as usize].1 == *target_id).copied()
    }

    pub fn target_of(&self, source_id: &str) -> Option<&str> {
        self.entry_of_source(source_id).map(|entry| &*self.pairs[entry as usize].1)
    }

    /// Returns whether a source id is mapped to this target id.
    pub fn is_image(&self, target_id: &str) -> bool {
        self.entry_of_target(target_id).is_some()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ingest::raw::{Provenance, RawTable};
    use crate::schema::Cell;
    use crate::schema::lists::CUSTOMER_MAP;

    pub(crate) fn map(rows: &[(&str, &str)]) -> IdMap {
        let mut table = RawTable::new(&CUSTOMER_MAP);
        for (record, (source, target)) in (1..).zip(rows) {
            table.push(&[Cell::Text(source), Cell::Text(target)], Provenance { fetched_at: None, file: 0, record });
        }
        IdMap::read(&[table.finish()], &mut ListTally::default()).unwrap()
    }

    #[test]
    fn contradictory_rows_are_set_aside_in_both_directions() {
        let map = map(&[("a", "x"), ("a", "x"), ("b", "y"), ("b", "z"), ("c", "w"), ("d", "w")]);
        assert_eq!(map.target_of("a"), Some("x"));
        assert!(map.is_image("x") && !map.is_image("y") && !map.is_image("w"));
        assert_eq!(map.set_aside.iter().map(String::as_str).collect::<Vec<_>>(), ["b", "c", "d"]);
    }
}
