//! Ids under which an export holds several customers or groups of one account: what a system writes where it has none,
//! whatever the word. Rows under such an id are no copies of each other, and merging them would lose all but one. It is
//! no id then: null, and a value that cannot be read.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    Array, AsArray, BooleanArray, Int64Array, ListBuilder, RecordBatch, StringViewArray, StringViewBuilder,
    TimestampMicrosecondArray,
};
use arrow::compute::nullif;
use arrow::datatypes::Int64Type;

use super::fold::Run;
use super::merge::Provenances;
use crate::error::Result;
use crate::ingest::raw::{LateValue, MAX_LISTED_REJECTS, Raw};
use crate::schema::tables::{GROUPS, RELATIONS_TABLE};
use crate::schema::vocabulary::Dataset;
use crate::schema::{Column, ReadColumns, Table, fields};

const SEVERAL: &str = "an id under which the export holds several customers or groups, such as a word for none: \
                       export the ids, or leave the cells empty";

/// Rows whose id is that of several customers or groups, by index of their file: how many, and the first of them.
#[derive(Debug, Default)]
pub struct MixedIds(BTreeMap<u32, (u64, Vec<LateValue>)>);

impl MixedIds {
    /// Adds those of another partition.
    pub fn merge(&mut self, more: Self) {
        for (file, (count, first)) in more.0 {
            self.add(file, count, first);
        }
    }

    fn add(&mut self, file: u32, count: u64, first: Vec<LateValue>) {
        let (counted, listed) = self.0.entry(file).or_default();
        *counted += count;
        listed.extend(first);
        listed.sort_unstable();
        listed.truncate(MAX_LISTED_REJECTS as usize);
    }

    /// Counts them as values that could not be read.
    pub fn count_in(self, raw: &mut Raw, dataset: Dataset) {
        for (file, (count, first)) in self.0 {
            raw.add_values(file, dataset, SEVERAL, count, first);
        }
    }
}

/// What tells customers or groups apart that stand under one id.
pub struct Tellers<'a> {
    id: &'static Column,
    all: &'a RecordBatch,
    names: &'a StringViewArray,
    unionids: Option<&'a StringViewArray>,
    created_at: Int64Array,
}

impl<'a> Tellers<'a> {
    /// Takes the columns of raw rows; none of tables whose ids can be checked by nothing.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if they lack a column.
    pub fn new(table: &Table, all: &'a RecordBatch) -> Result<Option<Self>> {
        let (id, name) = match table.name {
            name if name == RELATIONS_TABLE.name => (&fields::EXTERNAL_USERID, &fields::CUSTOMER_NAME),
            name if name == GROUPS.name => (&fields::CHAT_ID, &fields::NAME),
            _ => return Ok(None),
        };
        let created_at: &TimestampMicrosecondArray = all.times(&fields::CREATED_AT)?;
        Ok(Some(Self {
            id,
            all,
            names: all.texts(name)?,
            unionids: table.position(&fields::UNIONID).map(|_| all.texts(&fields::UNIONID)).transpose()?,
            created_at: created_at.reinterpret_cast::<Int64Type>(),
        }))
    }

    /// Returns the rows without the ids that are none, if there are any; rows from `counted` on repeat others. Without
    /// an id, the unionid is what makes rows copies of each other.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if they are not raw rows.
    pub fn without_mixed_ids(
        &self,
        order: &[u32],
        runs: &[Run],
        counted: usize,
    ) -> Result<Option<(RecordBatch, MixedIds)>> {
        let ids = self.all.texts(self.id)?;
        let provenances = Provenances::new(self.all)?;
        let mut mixed_key: Vec<Option<&Column>> = vec![None; ids.len()];
        for &(begin, end) in runs.iter().filter(|(begin, end)| end - begin > 1) {
            let (copies, first) = (&order[begin..end], order[begin] as usize);
            let key = match self.unionids {
                _ if ids.is_valid(first) => self.id,
                Some(unionids) if unionids.is_valid(first) => &fields::UNIONID,
                _ => continue,
            };
            if self.are_several(copies, &provenances) {
                for &row in copies {
                    mixed_key[row as usize] = Some(key);
                }
            }
        }
        if mixed_key.iter().all(Option::is_none) {
            return Ok(None);
        }
        let mut mixed = MixedIds::default();
        let accounts = self.all.texts(&fields::USERID).ok();
        for (row, key) in mixed_key[..counted].iter().enumerate() {
            let Some(key) = key else { continue };
            let (file, record) = provenances.of_row(row);
            let userid = accounts.filter(|of| of.is_valid(row)).map(|of| of.value(row).to_owned());
            mixed.add(file, 1, vec![LateValue { record, field: key.name, userid }]);
        }
        Ok(Some((self.cleared(&mixed_key)?, mixed)))
    }

    /// Returns whether copies of one key are of several customers: unionid and name differ, or in one dump the unionid
    /// or both name and time. Between dumps people change their names, and are added again.
    fn are_several(&self, copies: &[u32], provenances: &Provenances) -> bool {
        let unionids = |copies: &[u32]| self.unionids.is_some_and(|unionids| differ(texts(unionids, copies)));
        let names = |copies: &[u32]| differ(texts(self.names, copies));
        let times = |copies: &[u32]| {
            let filled = copies.iter().map(|&row| row as usize).filter(|&row| self.created_at.is_valid(row));
            differ(filled.map(|row| self.created_at.value(row)))
        };
        let dump = |row: &u32| provenances.dump_of(*row as usize);
        (unionids(copies) && names(copies))
            || copies
                .chunk_by(|a, b| dump(a) == dump(b))
                .any(|copies| unionids(copies) || (names(copies) && times(copies)))
    }

    /// The rows with a null in the place of these keys, named as unreadable.
    fn cleared(&self, mixed_key: &[Option<&Column>]) -> Result<RecordBatch> {
        let schema = self.all.schema();
        let mut columns = self.all.columns().to_vec();
        for key in [self.id, &fields::UNIONID] {
            let is_cleared: BooleanArray = mixed_key.iter().map(|mixed| Some(*mixed == Some(key))).collect();
            if is_cleared.has_true() {
                let at = schema.index_of(key.name)?;
                columns[at] = nullif(&columns[at], &is_cleared)?;
            }
        }
        let unreadable = self.all.lists(&fields::UNREADABLE)?;
        let mut lists = ListBuilder::new(StringViewBuilder::new());
        for (row, key) in mixed_key.iter().enumerate() {
            let known = unreadable.is_valid(row).then(|| unreadable.value(row));
            for name in known.iter().flat_map(|names| names.as_string_view().iter().flatten()) {
                lists.values().append_value(name);
            }
            if let Some(key) = key {
                lists.values().append_value(key.name);
            }
            lists.append(known.is_some() || key.is_some());
        }
        columns[schema.index_of(fields::UNREADABLE.name)?] = Arc::new(lists.finish());
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}

fn texts<'a>(of: &'a StringViewArray, rows: &[u32]) -> impl Iterator<Item = &'a str> {
    rows.iter().map(|&row| row as usize).filter(|&row| of.is_valid(row)).map(|row| of.value(row))
}

fn differ<T: PartialEq>(mut values: impl Iterator<Item = T>) -> bool {
    values.next().is_some_and(|first| values.any(|other| other != first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::raw::{FileTally, Provenance, RawTable};
    use crate::schema::Cell;
    use crate::snapshot::merge::merge;

    /// A relation of ann: file, id, unionid, name and day; the record is its position.
    type Relation = (u32, &'static str, &'static str, &'static str, i64);

    /// The ids and unionids of the merged relations, and the records whose ids are none.
    fn merged(relations: &[Relation]) -> (Vec<String>, Vec<u64>) {
        let mut rows = RawTable::new(&RELATIONS_TABLE);
        for (record, &(file, id, unionid, name, day)) in (1..).zip(relations) {
            let filled = |text: &'static str| if text.is_empty() { Cell::Null } else { Cell::Text(text) };
            let cells: Vec<Cell<'_>> = RELATIONS_TABLE
                .columns
                .iter()
                .map(|slot| match slot.column.name {
                    "userid" => Cell::Text("ann"),
                    "external_userid" => filled(id),
                    "unionid" => filled(unionid),
                    "customer_name" => filled(name),
                    "created_at" if day > 0 => Cell::Time(day),
                    _ => Cell::Null,
                })
                .collect();
            rows.push(&cells, Provenance { file, record, fetched_at: None });
        }
        let files: Vec<String> = (0..3).map(|file| format!("{file}.csv")).collect();
        let merged = merge(&RELATIONS_TABLE, &[rows.finish()], &[], &files).unwrap();
        let column = |column| merged.rows.texts(column).unwrap().iter().map(|text| text.unwrap_or("-").to_owned());
        let keys =
            column(&fields::EXTERNAL_USERID).zip(column(&fields::UNIONID)).map(|(id, unionid)| id + " " + &unionid);
        let keys = keys.collect();
        let mut raw = Raw { files: vec![FileTally::default(); 3], ..Raw::default() };
        merged.mixed_ids.count_in(&mut raw, Dataset::Relations);
        let counted: u64 = raw.files.iter().map(|file| file.unreadable_values).sum();
        assert_eq!((counted, raw.doubts.values().map(|(_, values)| values).sum()), (raw.rejects.len() as u64, counted));
        let mut records: Vec<u64> = raw.rejects.iter().map(|reject| reject.record).collect();
        records.sort_unstable();
        (keys, records)
    }

    #[test]
    fn an_id_of_several_customers_is_none() {
        let one = (0, "x", "u1", "Wei", 1);
        for other in [(0, "x", "u2", "Li", 2), (0, "x", "u2", "", 0), (1, "x", "u2", "Li", 0)] {
            assert_eq!(merged(&[one, other]), (vec!["- u1".to_owned(), "- u2".to_owned()], vec![1, 2]), "{other:?}");
        }
        let nameless = [(0, "x", "", "Wei", 1), (0, "x", "", "Li", 2), (0, "x", "", "Wei", 1)];
        assert_eq!(merged(&nameless), (vec!["- -".to_owned(), "- -".to_owned()], vec![1, 2, 3]), "two are alike");
        let word = [(0, "", "无", "Wei", 1), (0, "", "无", "Li", 2)];
        assert_eq!(merged(&word), (vec!["- -".to_owned(), "- -".to_owned()], vec![1, 2]), "without an id, the unionid");
        let both = [(0, "x", "无", "Wei", 1), (0, "x", "无", "Li", 2)];
        assert_eq!(merged(&both), (vec!["- -".to_owned(), "- -".to_owned()], vec![1, 1, 2, 2]), "both are words");
        let beside = [one, (0, "wm1", "u3", "Zhou", 1), (0, "x", "u2", "Li", 2)];
        assert_eq!(merged(&beside).0, ["- u1", "- u2", "wm1 u3"]);
    }

    #[test]
    fn copies_of_one_customer_stay_one() {
        let one = (0, "wm1", "u1", "Wei", 1);
        for other in [
            one,
            (0, "wm1", "", "Wei", 1),
            (0, "wm1", "u1", "Wei again", 1),
            (0, "wm1", "u1", "Wei", 2),
            (1, "wm1", "u1", "Wei again", 2),
            (1, "wm1", "u2", "Wei", 1),
        ] {
            let (keys, none) = merged(&[one, other]);
            assert_eq!((keys.len(), none), (1, vec![]), "{other:?}");
            assert!(keys[0].starts_with("wm1 "), "{other:?}");
        }
    }
}
