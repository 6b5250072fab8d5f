//! The customer map and the group map: which id of the source corp became which id of the target corp.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{AsArray, RecordBatch, StringViewArray};

/// The rows of a map that do not contradict one another.
#[derive(Debug, Default)]
pub struct IdMap {
    target_of: HashMap<String, String>,
    /// Target ids that some source id is mapped to.
    images: std::collections::HashSet<String>,
    /// Source ids of rows that were set aside because they contradict others.
    pub set_aside: BTreeSet<String>,
}

impl IdMap {
    /// Reads the raw rows, whose first two columns are the source id and the target id; rows that give one source id two targets, or one target id two sources, are set aside.
    pub fn of(batches: &[RecordBatch]) -> Self {
        let mut targets: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        let mut sources: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for batch in batches {
            let column = |n: usize| -> &StringViewArray { batch.column(n).as_string_view() };
            for (source, target) in column(0).iter().zip(column(1)) {
                if let (Some(source), Some(target)) = (source, target) {
                    targets.entry(source).or_default().insert(target);
                    sources.entry(target).or_default().insert(source);
                }
            }
        }
        let mut map = Self::default();
        #[expect(clippy::iter_over_hash_type, reason = "it fills maps and a sorted set")]
        for (source, of_source) in &targets {
            let only = of_source.first().filter(|target| of_source.len() == 1 && sources[*target].len() == 1);
            match only {
                Some(target) => {
                    map.target_of.insert((*source).to_owned(), (*target).to_owned());
                    map.images.insert((*target).to_owned());
                }
                None => {
                    map.set_aside.insert((*source).to_owned());
                }
            }
        }
        map
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.target_of.is_empty()
    }

    /// The target id of a source id.
    pub fn target_of(&self, source_id: &str) -> Option<&str> {
        self.target_of.get(source_id).map(String::as_str)
    }

    /// Whether some source id is mapped to this target id.
    pub fn is_image(&self, target_id: &str) -> bool {
        self.images.contains(target_id)
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
            table.push(&[Cell::Text(source), Cell::Text(target)], Provenance { fetched_at: None, file: 0, record });
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
