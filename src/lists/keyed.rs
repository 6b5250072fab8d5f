//! Keyed lists: which relations of source-before their rows name.
//!
//! A row with a member, in whatever letter case, names that relation; one without, all relations of the customer. A row
//! by name alone holds only where the name, with the member if given, is that of a single customer (SPEC section 1.2).
//! A name beside an id is for relations without ids, as the console exports them, and counts where the id names none.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow::array::{Array, BooleanArray, RecordBatch};
use hashbrown::HashTable;

use super::{ListTally, file_of_rows};
use crate::digest::digest;
use crate::error::Result;
use crate::ingest::raw::Raw;
use crate::names;
use crate::personal::{Pseudonyms, shown};
use crate::schema::lists::CaseList;
use crate::schema::{Column, ReadColumns, Table, fields, value_at};
use crate::userids::Userids;

/// The keyed lists of a case, in the order of [`CaseList::keyed`].
#[derive(Debug)]
pub struct KeyedLists(Vec<ListRows>);

/// Rows that the lists name, by list.
pub type ListMatches = Vec<Vec<ListMatch>>;

impl KeyedLists {
    /// Reads and merges the keyed lists. Members are spelled as `known` does, else as the first spelling in byte order.
    pub(super) fn read(raw: &Raw, known: &Userids, tally: &mut ListTally) -> Result<Self> {
        let lists = CaseList::keyed().map(|list| ListRows::read(raw.batches(list.table), known, tally));
        lists.collect::<Result<_>>().map(Self)
    }

    /// Returns the rows of `relations` that each list may name: by kind of key, then in their order.
    ///
    /// A row by a unionid for which `is_key` does not hold names none.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if `relations` lacks a key column.
    pub fn matches(&self, relations: &RecordBatch, is_key: impl Fn(&str) -> bool) -> Result<ListMatches> {
        self.0.iter().map(|list| list.matches(relations, &is_key)).collect()
    }

    /// Decides the flags of every partition, and the rows of the lists that name no relation. `parts`: for each
    /// partition its number of relations and its matches. A name is judged by all partitions together.
    pub fn settle(&self, parts: &[(usize, ListMatches)]) -> (Vec<KeyedFlags>, Vec<UnmatchedRow>) {
        let mut flags: Vec<KeyedFlags> = parts.iter().map(|_| KeyedFlags(Vec::new())).collect();
        let mut unmatched = Vec::new();
        for (at, (list, rows)) in CaseList::keyed().zip(&self.0).enumerate() {
            let of_list: Vec<(usize, &[ListMatch])> =
                parts.iter().map(|(rows, matches)| (*rows, &matches[at][..])).collect();
            let (flags_of_list, unmatched_of_list) = rows.settle(&of_list);
            for (flags, of_list) in flags.iter_mut().zip(flags_of_list) {
                flags.0.push(of_list);
            }
            unmatched.extend(unmatched_of_list.into_iter().map(|(row, ambiguous_name)| {
                let (column, key) = row.key(ambiguous_name);
                let (key, userid) = (key.to_owned(), row.userid.as_deref().map(str::to_owned));
                UnmatchedRow { list, column, key, userid, ambiguous_name }
            }));
        }
        (flags, unmatched)
    }
}

/// The relations of one partition that each keyed list names, in the order of [`CaseList::keyed`].
#[derive(Debug)]
pub struct KeyedFlags(Vec<BooleanArray>);

impl KeyedFlags {
    /// Returns for each relation whether the keyed list of this table names it.
    pub fn of(&self, table: &Table) -> &BooleanArray {
        let mut lists = CaseList::keyed().zip(&self.0);
        lists
            .find(|(list, _)| list.table.name == table.name)
            .map(|(_, flags)| flags)
            .expect("each keyed list has flags")
    }
}

/// A row of a keyed list that names no relation.
#[derive(Debug)]
pub struct UnmatchedRow {
    pub list: &'static CaseList,
    column: &'static Column,
    key: String,
    userid: Option<String>,
    /// Whether its key is a name that several customers have.
    pub ambiguous_name: bool,
}

impl UnmatchedRow {
    /// Its key as it is shown, with the member if given: `userid/key`.
    pub fn shown(&self, pseudonyms: Option<&Pseudonyms>) -> String {
        let key = shown(pseudonyms, self.column, &self.key);
        self.userid.as_ref().map_or_else(|| key.clone(), |userid| format!("{userid}/{key}"))
    }
}

/// A relation that a row of a list may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMatch {
    list_row: u32,
    /// Row of the relation.
    row: u32,
    by: MatchedBy,
}

/// The key by which a row of a list may name a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum MatchedBy {
    Id,
    /// With the `external_userid` of the relation, if it has one.
    Name(Option<String>),
}

/// The columns that key a row, strongest first.
const KEYS: [&Column; 3] = [&fields::EXTERNAL_USERID, &fields::UNIONID, &fields::CUSTOMER_NAME];

/// Indexes of [`KEYS`].
const ID: usize = 0;
const UNIONID: usize = 1;
const NAME: usize = 2;

/// Cells of a raw row: its keys in the order of [`KEYS`], then the member; with the index of its file.
type RawRow<'a> = ([Option<&'a str>; 4], u32);

/// Cell of the member.
const MEMBER: usize = 3;

/// A row of a list.
#[derive(Debug)]
struct KeyedRow {
    /// The strongest id and the name, in the order of [`KEYS`].
    keys: [Option<Box<str>>; KEYS.len()],
    userid: Option<Box<str>>,
}

impl KeyedRow {
    fn new([external_userid, unionid, name, userid]: [Option<&str>; 4]) -> Self {
        let unionid = unionid.filter(|_| external_userid.is_none());
        let name = name.map(|name| names::normal(name).into());
        Self { keys: [external_userid.map(Box::from), unionid.map(Box::from), name], userid: userid.map(Box::from) }
    }

    fn has_id(&self) -> bool {
        self.keys[..NAME].iter().any(Option::is_some)
    }

    /// Returns the strongest key, or the name if `by_name`, with its column.
    fn key(&self, by_name: bool) -> (&'static Column, &str) {
        let mut keys = KEYS.into_iter().zip(&self.keys).skip(if by_name { NAME } else { ID });
        keys.find_map(|(column, key)| Some((column, key.as_deref()?))).expect("a row has a key")
    }

    fn has(&self, by: usize, key: &str, userid: Option<&str>) -> bool {
        self.keys[by].as_deref() == Some(key)
            && match (self.userid.as_deref(), userid) {
                (Some(given), Some(userid)) => given.eq_ignore_ascii_case(userid),
                (given, userid) => given == userid,
            }
    }

    fn digest(&self, by: usize) -> u64 {
        self.keys[by].as_deref().map_or(0, digest) ^ self.userid.as_deref().map_or(0, digest_of_member)
    }
}

fn digest_of_member(userid: &str) -> u64 {
    digest(&userid.to_ascii_lowercase()).rotate_left(1)
}

/// The rows with a key in one of [`KEYS`], by the key and the member: many members may have a customer of one name.
#[derive(Debug, Default)]
struct KeyIndex {
    /// The first row of each key and member.
    first: HashTable<u32>,
    /// The next row of the same, by the row before.
    next: HashMap<u32, u32>,
}

/// The rows of one list, indexed by each of [`KEYS`]. Rows by a name alone come first.
#[derive(Debug, Default)]
struct ListRows {
    rows: Vec<KeyedRow>,
    indexes: [KeyIndex; KEYS.len()],
}

impl ListRows {
    fn read(batches: &[RecordBatch], known: &Userids, tally: &mut ListTally) -> Result<Self> {
        let mut raw: Vec<RawRow<'_>> = Vec::new();
        for batch in batches {
            raw.extend(raw_rows(batch)?);
        }
        let userids = spellings(&raw, known);
        for member in raw.iter_mut().filter_map(|(cells, _)| cells[MEMBER].as_mut()) {
            *member = userids.get(member).unwrap_or(*member);
        }
        raw.sort_unstable();
        let mut list = Self::default();
        for copies in raw.chunk_by(|a, b| a.0 == b.0) {
            tally.add_copies(copies.iter().map(|(_, file)| *file));
            list.rows.push(KeyedRow::new(copies[0].0));
        }
        list.index();
        Ok(list)
    }

    /// Indexes the rows from the last to the first, so that those of one key are in the order of the list.
    fn index(&mut self) {
        let rows = &self.rows;
        for (row, keyed) in rows.iter().enumerate().rev() {
            for (by, index) in self.indexes.iter_mut().enumerate() {
                let Some(key) = keyed.keys[by].as_deref() else { continue };
                let mut first = (index.first)
                    .entry(
                        keyed.digest(by),
                        |&other| rows[other as usize].has(by, key, keyed.userid.as_deref()),
                        |&other| rows[other as usize].digest(by),
                    )
                    .or_insert(row as u32);
                let behind = std::mem::replace(first.get_mut(), row as u32);
                if behind != row as u32 {
                    index.next.insert(row as u32, behind);
                }
            }
        }
    }

    fn matches(&self, relations: &RecordBatch, is_key: impl Fn(&str) -> bool) -> Result<Vec<ListMatch>> {
        let (userids, ids) = (relations.texts(&fields::USERID)?, relations.texts(&fields::EXTERNAL_USERID)?);
        let unionids = relations.texts(&fields::UNIONID)?;
        let has_id = |row: usize| ids.is_valid(row) || unionids.is_valid(row);
        let has_names = self.rows.first().is_some_and(|row| !row.has_id()) || ids.null_count() > 0;
        let mut matches = Vec::new();
        for (by, index) in self.indexes.iter().enumerate() {
            // Few lists have rows by every key, and few relations have no id.
            if index.first.is_empty() || (by == NAME && !has_names) {
                continue;
            }
            // Relations are sorted by member, so one digest serves many rows.
            let mut member = None;
            for (row, key) in relations.texts(KEYS[by])?.iter().enumerate() {
                let key = match by {
                    NAME => key.and_then(names::key),
                    UNIONID => key.filter(|key| is_key(key)).map(Cow::Borrowed),
                    _ => key.map(Cow::Borrowed),
                };
                let Some(key) = key.as_deref() else { continue };
                let (of_key, userid, view) = (digest(key), userids.value(row), userids.views()[row]);
                let of_member = match member {
                    Some((same, of_member)) if same == view => of_member,
                    _ => member.insert((view, digest_of_member(userid))).1,
                };
                let of_customer = self.rows_of(by, of_key, key, None);
                for list_row in of_customer.chain(self.rows_of(by, of_key ^ of_member, key, Some(userid))) {
                    let by = if by != NAME {
                        MatchedBy::Id
                    } else if has_id(row) && self.rows[list_row as usize].has_id() {
                        continue;
                    } else {
                        MatchedBy::Name(value_at(ids, row).map(str::to_owned))
                    };
                    matches.push(ListMatch { list_row, row: row as u32, by });
                }
            }
        }
        matches.shrink_to_fit();
        Ok(matches)
    }

    /// Returns the rows of a key and member with this digest, in the order of the list.
    fn rows_of(&self, by: usize, digest: u64, key: &str, userid: Option<&str>) -> impl Iterator<Item = u32> {
        let KeyIndex { first, next } = &self.indexes[by];
        let first = first.find(digest, |&row| self.rows[row as usize].has(by, key, userid));
        std::iter::successors(first.copied(), |row| next.get(row).copied())
    }

    /// Returns the flags of each partition, and every row that names no relation, with whether that is for
    /// an ambiguous name.
    fn settle(&self, parts: &[(usize, &[ListMatch])]) -> (Vec<BooleanArray>, Vec<(&KeyedRow, bool)>) {
        let mut named = vec![NamedCustomer::None; self.rows.len()];
        for found in parts.iter().flat_map(|(_, matches)| *matches) {
            named[found.list_row as usize].update(&found.by);
        }
        let flags = parts.iter().map(|(rows, matches)| {
            let mut flags = vec![false; *rows];
            for found in matches.iter().filter(|found| named[found.list_row as usize].holds(&found.by)) {
                flags[found.row as usize] = true;
            }
            flags.into()
        });
        let unmatched = self.rows.iter().zip(&named).filter_map(|(row, named)| match named {
            NamedCustomer::None => Some((row, false)),
            NamedCustomer::Several => Some((row, true)),
            NamedCustomer::ById | NamedCustomer::ByName(_) => None,
        });
        (flags.collect(), unmatched.collect())
    }
}

/// The customer that a row of a list names: by its id, else by its name.
#[derive(Clone, Copy)]
enum NamedCustomer<'a> {
    None,
    ById,
    /// With the `external_userid`, if there is one: a relation without is a customer of its own.
    ByName(Option<&'a str>),
    /// Several have the name.
    Several,
}

impl<'a> NamedCustomer<'a> {
    fn update(&mut self, by: &'a MatchedBy) {
        *self = match (*self, by) {
            (Self::ById, _) | (_, MatchedBy::Id) => Self::ById,
            (Self::None, MatchedBy::Name(id)) => Self::ByName(id.as_deref()),
            (Self::ByName(Some(one)), MatchedBy::Name(Some(other))) if one == other => *self,
            _ => Self::Several,
        }
    }

    fn holds(self, by: &MatchedBy) -> bool {
        matches!((self, by), (Self::ById, MatchedBy::Id) | (Self::ByName(_), MatchedBy::Name(_)))
    }
}

/// Returns one spelling for every member: the known one, else the first in byte order.
fn spellings(rows: &[RawRow<'_>], known: &Userids) -> Userids {
    let mut members: Vec<&str> = rows.iter().filter_map(|(cells, _)| cells[MEMBER]).collect();
    members.sort_unstable();
    let mut userids = known.clone();
    for userid in members {
        userids.add(userid);
    }
    userids
}

fn raw_rows(batch: &RecordBatch) -> Result<impl Iterator<Item = RawRow<'_>>> {
    let texts = |column: &Column| batch.texts(column);
    let columns = [texts(KEYS[ID])?, texts(KEYS[UNIONID])?, texts(KEYS[NAME])?, texts(&fields::USERID)?];
    let files = file_of_rows(batch)?;
    Ok((0..batch.num_rows()).map(move |row| (columns.map(|column| value_at(column, row)), files.value(row))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::raw::{Provenance, RawTable};
    use crate::schema::lists::REFUSALS;
    use crate::schema::tables::AUDITED_RELATIONS;
    use crate::schema::{Cell, Rows};

    type GivenRow<'a> = &'a [(&'a Column, &'a str)];

    const USERID: &Column = &fields::USERID;
    const ID: &Column = &fields::EXTERNAL_USERID;
    const NAME: &Column = &fields::CUSTOMER_NAME;

    fn cells<'a>(table: &Table, row: GivenRow<'a>) -> Vec<Cell<'a>> {
        let cell = |column: &Column| {
            row.iter().find(|(given, _)| given.name == column.name).map_or(Cell::Null, |(_, text)| Cell::Text(text))
        };
        table.columns.iter().map(|slot| cell(slot.column)).collect()
    }

    /// A list in two files, the second of which begins at row `second`.
    fn list(rows: &[GivenRow<'_>], second: usize) -> RecordBatch {
        let mut table = RawTable::new(&REFUSALS);
        for (at, row) in rows.iter().enumerate() {
            let from = Provenance { fetched_at: None, file: u32::from(at >= second), record: at as u64 + 1 };
            table.push(&cells(&REFUSALS, row), from);
        }
        table.finish()
    }

    fn relations(rows: &[GivenRow<'_>]) -> RecordBatch {
        let mut table = Rows::new(&AUDITED_RELATIONS);
        for row in rows {
            let mut row = row.to_vec();
            row.push((&fields::SOURCE_FILE, "f"));
            table.push_cells(&cells(&AUDITED_RELATIONS, &row));
        }
        table.finish()
    }

    /// `userid/key` of rows that name no relation.
    fn shown(unmatched: &[(&KeyedRow, bool)]) -> Vec<String> {
        let shown = unmatched.iter().map(|(row, is_ambiguous)| {
            let userid = row.userid.as_deref().map(|userid| format!("{userid}/")).unwrap_or_default();
            format!("{userid}{}{}", row.key(*is_ambiguous).1, if *is_ambiguous { " (ambiguous)" } else { "" })
        });
        shown.collect()
    }

    #[test]
    fn rows_of_one_key_all_match_in_the_order_of_the_list() {
        let list = list(
            &[
                &[(NAME, "Li")],
                &[(ID, "wm1")],
                &[(ID, "wm1"), (USERID, "Ann")],
                &[(ID, "wm1"), (USERID, "bo")],
                &[(ID, "wm1"), (NAME, "Li")],
                &[(ID, "wm2"), (USERID, "ann")],
            ],
            9,
        );
        // Merged in order of their cells: Li; wm1; wm1 Ann; wm1 bo; wm1 Li; wm2 ann (spelled Ann, the first in byte
        // order).
        let rows = ListRows::read(&[list], &Userids::default(), &mut ListTally::default()).unwrap();
        let relations = relations(&[
            &[(USERID, "ann"), (ID, "wm1"), (NAME, "Li")],
            &[(USERID, "bo"), (ID, "wm1")],
            &[(USERID, "bo"), (ID, "wm2")],
        ]);
        let matches = rows.matches(&relations, |_| true).unwrap();
        let places: Vec<(u32, u32)> = matches.iter().map(|named| (named.list_row, named.row)).collect();
        assert_eq!(places, [(1, 0), (4, 0), (2, 0), (1, 1), (4, 1), (3, 1), (0, 0)]);
        let (flags, unmatched) = rows.settle(&[(3, &matches)]);
        assert_eq!(flags, [BooleanArray::from(vec![true, true, false])]);
        assert_eq!(shown(&unmatched), ["Ann/wm2"]);
    }

    #[test]
    fn copies_in_another_spelling_are_duplicates_of_the_row_in_the_last_file() {
        let list = list(&[&[(ID, "wm1"), (USERID, "BO")], &[(ID, "wm2")], &[(ID, "wm1"), (USERID, "bo")]], 2);
        let known: Userids = ["Bo"].into_iter().collect();
        let mut tally = ListTally::default();
        let rows = ListRows::read(&[list], &known, &mut tally).unwrap();
        assert_eq!(tally, ListTally { rows: 2, duplicates: HashMap::from([(0, 1)]) });
        let (_, unmatched) = rows.settle(&[]);
        assert_eq!(shown(&unmatched), ["Bo/wm1", "wm2"]);
    }

    #[test]
    fn a_name_beside_an_id_is_for_relations_without_ids() {
        let list = list(
            &[
                &[(ID, "wm1"), (NAME, "Li"), (USERID, "ann")],
                &[(ID, "wm2"), (NAME, "Wu")],
                &[(ID, "wm3"), (NAME, "He")],
                &[(ID, "wm4"), (NAME, "Xu")],
            ],
            9,
        );
        let rows = ListRows::read(&[list], &Userids::default(), &mut ListTally::default()).unwrap();
        let relations = relations(&[
            &[(USERID, "ann"), (NAME, "Li")],
            &[(USERID, "bo"), (NAME, "Li")],
            // The id names another relation.
            &[(USERID, "bo"), (ID, "wm2")],
            &[(USERID, "bo"), (NAME, "Wu")],
            // A customer of that name with another id.
            &[(USERID, "bo"), (ID, "wm9"), (NAME, "He")],
            // Two customers of that name.
            &[(USERID, "ann"), (NAME, "Xu")],
            &[(USERID, "bo"), (NAME, "Xu")],
        ]);
        let matches = rows.matches(&relations, |_| true).unwrap();
        let (flags, unmatched) = rows.settle(&[(7, &matches)]);
        let named: Vec<bool> = flags[0].iter().map(Option::unwrap).collect();
        assert_eq!(named, [true, false, true, false, false, false, false]);
        assert_eq!(shown(&unmatched), ["wm3", "Xu (ambiguous)"]);
    }
}
