//! The lists of a case, read and merged: accounts, id maps, keyed lists. [`LISTS`](crate::schema::lists::LISTS) has an
//! entry for each.
//!
//! ```text
//! accounts  the accounts list: strictly 1:1
//! id_map    ids of the source corp -> ids of the target corp
//! keyed     rows that name customers or relations of source-before
//! ```

mod accounts;
mod id_map;
mod keyed;

use std::collections::HashMap;

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::datatypes::UInt32Type;

#[cfg(test)]
pub(crate) use accounts::tests::enrolment_of;
pub use accounts::{AccountPair, Enrolment, NullWord};
pub use id_map::IdMap;
#[cfg(test)]
pub(crate) use id_map::tests::map as id_map_of;
pub use keyed::{KeyedFlags, KeyedLists, ListMatches, UnmatchedRow};

use crate::case::Case;
use crate::error::{Error, Result};
use crate::ingest::raw::{FILE, Input};
use crate::ingest::read_lists;
use crate::progress::Progress;
use crate::schema::lists::{CUSTOMER_MAP, GROUP_MAP};

/// All lists of a case.
pub struct Lists {
    /// The accounts list.
    pub enrolment: Enrolment,
    /// Customer ids of the source corp -> those of the target corp.
    pub customer_map: IdMap,
    /// Group ids of the source corp -> those of the target corp.
    pub group_map: IdMap,
    pub keyed: KeyedLists,
    /// Their files and rows, for the control totals.
    pub read: ListsRead,
}

/// Files and rows of the lists.
pub struct ListsRead {
    /// The files, with their counts.
    pub inputs: Vec<Input>,
    /// Rows of all lists, each key counted once.
    pub rows: u64,
}

impl Lists {
    /// Reads and merges all lists.
    ///
    /// # Errors
    /// [`crate::Error::Input`] for a row that cannot be read and for an accounts list that is not 1:1;
    /// [`crate::Error::Interrupted`].
    pub fn read(case: &Case, progress: &dyn Progress) -> Result<Self> {
        let raw = read_lists(case, progress)?;
        let mut tally = ListTally::default();
        let enrolment = Enrolment::from_lists(&raw, &case.root, &mut tally)?;
        let customer_map = IdMap::read(raw.batches(&CUSTOMER_MAP), &mut tally)?;
        let group_map = IdMap::read(raw.batches(&GROUP_MAP), &mut tally)?;
        let keyed = KeyedLists::read(&raw, &enrolment.sources(), &mut tally)?;
        let inputs = Input::of_files(raw.files, &tally.duplicates);
        Ok(Self { enrolment, customer_map, group_map, keyed, read: ListsRead { inputs, rows: tally.rows } })
    }
}

/// Rows of lists by key: those that count, and their copies by index of the file.
#[derive(Debug, Default, PartialEq, Eq)]
struct ListTally {
    rows: u64,
    duplicates: HashMap<u32, u64>,
}

impl ListTally {
    /// Adds the rows of one key, each by the index of its file. The row of the last file counts, the others are
    /// duplicates.
    fn add_copies(&mut self, files: impl ExactSizeIterator<Item = u32>) {
        self.rows += 1;
        if files.len() > 1 {
            let mut files: Vec<u32> = files.collect();
            files.sort_unstable();
            files.pop();
            for file in files {
                self.add_duplicate(file);
            }
        }
    }

    fn add_duplicate(&mut self, file: u32) {
        *self.duplicates.entry(file).or_default() += 1;
    }
}

/// Returns the index of the file of each row of a raw batch.
fn file_of_rows(batch: &RecordBatch) -> Result<&UInt32Array> {
    let files = batch.column_by_name(FILE).and_then(|files| files.as_primitive_opt::<UInt32Type>());
    files.ok_or_else(|| Error::Bug(format!("a raw batch without {FILE}")))
}

#[cfg(test)]
mod tests {
    use crate::case::TEMPLATE;
    use crate::schema::lists::LISTS;

    #[test]
    fn the_template_of_a_case_names_every_list() {
        let folder = TEMPLATE.lines().find(|line| line.contains("lists/")).unwrap();
        for list in LISTS {
            assert!(folder.contains(&list.file.replace('_', " ")), "{} is not in {folder:?}", list.file);
        }
    }
}
