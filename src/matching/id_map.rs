//! The customer map and the group map: which id of the source corp became which id of the target corp.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{AsArray, RecordBatch, StringViewArray};
use hashbrown::HashTable;

use super::side::digest;

/// The rows of a map that do not contradict one another.
#[derive(Debug, Default)]
pub struct IdMap {
    pairs: Vec<(Box<str>, Box<str>)>,
    by_source: HashTable<u32>,
    by_target: HashTable<u32>,
    /// Source ids of rows that were set aside because they contradict others.
    pub set_aside: BTreeSet<String>,
}

impl IdMap {
    /// Reads the raw rows, whose first two columns are the source id and the target id; rows that give one source id two targets, or one target id two sources, are set aside.
    pub fn of(batches: &[RecordBatch]) -> Self {
        let mut rows: Vec<(&str, &str)> = Vec::new();
        for batch in batches {
            let column = |n: usize| -> &StringViewArray { batch.column(n).as_string_view() };
            rows.extend(column(0).iter().zip(column(1)).filter_map(|(source, target)| Some((source?, target?))));
        }
        rows.sort_unstable();
        rows.dedup();
        // How many different rows speak of each target.
        let mut sources: HashMap<&str, u32> = HashMap::with_capacity(rows.len());
        for (_, target) in &rows {
            *sources.entry(target).or_default() += 1;
        }
        let mut map = Self::default();
        for of_source in rows.chunk_by(|a, b| a.0 == b.0) {
            match of_source {
                [(source, target)] if sources[target] == 1 => map.pairs.push(((*source).into(), (*target).into())),
                _ => {
                    map.set_aside.insert(of_source[0].0.to_owned());
                }
            }
        }
        map.index();
        map
    }

    fn index(&mut self) {
        let pairs = &self.pairs;
        for (entry, (source, target)) in (0..).zip(pairs) {
            self.by_source.insert_unique(digest(source), entry, |&other| digest(&pairs[other as usize].0));
            self.by_target.insert_unique(digest(target), entry, |&other| digest(&pairs[other as usize].1));
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The entry that maps a source id.
    pub fn entry_of_source(&self, source_id: &str) -> Option<u32> {
        self.by_source.find(digest(source_id), |&entry| *self.pairs[entry as usize].0 == *source_id).copied()
    }

    /// The entry that maps to a target id.
    pub fn entry_of_target(&self, target_id: &str) -> Option<u32> {
        self.by_target.find(digest(target_id), |&entry| *self.pairs[entry as usize].1 == *target_id).copied()
    }

    /// The target id of a source id.
    pub fn target_of(&self, source_id: &str) -> Option<&str> {
        self.entry_of_source(source_id).map(|entry| &*self.pairs[entry as usize].1)
    }

    /// Whether some source id is mapped to this target id.
    pub fn is_image(&self, target_id: &str) -> bool {
        self.entry_of_target(target_id).is_some()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ingest::raw::{Provenance, RawTable};
    use crate::schema::Cell;
    use crate::schema::tables::CUSTOMER_MAP;

    pub(crate) fn map(rows: &[(&str, &str)]) -> IdMap {
        let mut table = RawTable::new(&CUSTOMER_MAP);
        for (record, (source, target)) in (1..).zip(rows) {
            table.push(
                [Cell::Text(source), Cell::Text(target)].into_iter(),
                Provenance { fetched_at: None, file: 0, record },
            );
        }
        IdMap::of(&[table.finish()])
    }

    #[test]
    fn contradictory_rows_are_set_aside_in_both_directions() {
        let map = map(&[("a", "x"), ("a", "x"), ("b", "y"), ("b", "z"), ("c", "w"), ("d", "w")]);
        assert_eq!(map.target_of("a"), Some("x"));
        assert!(map.is_image("x") && !map.is_image("y") && !map.is_image("w"));
        assert_eq!(map.set_aside.iter().map(String::as_str).collect::<Vec<_>>(), ["b", "c", "d"]);
    }
}
