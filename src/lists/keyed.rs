//! Keyed lists: which relations of source-before their rows name.
//!
//! A row with a member, in whatever letter case, names that relation; one without, all relations of the customer. A row
//! by name alone holds only where the name, with the member if given, is that of a single customer (SPEC section 1.2).

use std::borrow::Cow;
use std::collections::HashSet;

use arrow::array::{Array, BooleanArray, RecordBatch, StringViewArray};
use hashbrown::HashTable;

use super::{ListTally, file_of_rows};
use crate::digest::digest;
use crate::error::Result;
use crate::ingest::raw::Raw;
use crate::names;
use crate::personal::{Pseudonyms, shown};
use crate::schema::lists::CaseList;
use crate::schema::{Column, ReadColumns, Table, fields};
use crate::userids::Userids;

/// The keyed lists of a case, in the order of [`CaseList::keyed`].
#[derive(Debug, Default)]
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
        let mut flags: Vec<KeyedFlags> = parts.iter().map(|(rows, _)| KeyedFlags::none(*rows)).collect();
        let mut unmatched = Vec::new();
        for (at, (list, rows)) in CaseList::keyed().zip(&self.0).enumerate() {
            let of_list: Vec<(usize, &[ListMatch])> =
                parts.iter().map(|(rows, matches)| (*rows, &matches[at][..])).collect();
            let (flags_of_list, unmatched_of_list) = rows.settle(&of_list);
            for (flags, of_list) in flags.iter_mut().zip(flags_of_list) {
                flags.by_list.push((list.table, of_list));
            }
            unmatched.extend(unmatched_of_list.map(|(row, ambiguous_name)| UnmatchedRow {
                list,
                column: row.by.column(),
                key: row.key.to_string(),
                userid: row.userid.as_deref().map(str::to_owned),
                ambiguous_name,
            }));
        }
        (flags, unmatched)
    }
}

/// The relations of one partition that each keyed list names.
#[derive(Debug)]
pub struct KeyedFlags {
    relations: usize,
    by_list: Vec<(&'static Table, BooleanArray)>,
}

impl KeyedFlags {
    fn none(relations: usize) -> Self {
        Self { relations, by_list: Vec::new() }
    }

    /// Returns for each relation whether the list of this table names it.
    pub fn of(&self, table: &Table) -> BooleanArray {
        let flags = self.by_list.iter().find(|(list, _)| list.name == table.name).map(|(_, flags)| flags.clone());
        flags.unwrap_or_else(|| vec![false; self.relations].into())
    }
}

/// A row of a keyed list that names no relation.
#[derive(Debug)]
pub struct UnmatchedRow {
    /// Its list.
    pub list: &'static CaseList,
    /// The column of its key.
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
    /// Index of the row of the list.
    list_row: u32,
    /// Row of the relation.
    row: u32,
    /// The customer of the relation, where the list gives a name only and the relation has an id.
    customer: Option<String>,
}

/// The rows of one list, indexed by key.
#[derive(Debug, Default)]
struct ListRows {
    rows: Vec<KeyedRow>,
    /// Rows without a member, by each key in the order of [`ListKey::ALL`].
    of_customers: [KeyIndex; ListKey::ALL.len()],
    /// Rows with a member, by key and member: many members may have a customer of the same name.
    of_relations: [KeyIndex; ListKey::ALL.len()],
    /// Whether a row has a name alone.
    has_names: bool,
}

/// The first row of each key; [`KeyedRow::next`] chains the others.
type KeyIndex = HashTable<u32>;

/// A row of a list by the strongest key that it gives; weaker ones are for the reader.
#[derive(Debug)]
struct KeyedRow {
    by: ListKey,
    key: Box<str>,
    userid: Option<Box<str>>,
    /// The row of the same line of the list by a stronger key, if any: this one is about relations without ids only, as
    /// the console exports them.
    weaker_than: Option<u32>,
    /// The next row of the same key and member.
    next: Option<u32>,
}

impl KeyedRow {
    fn is_of(&self, key: &str, userid: Option<&str>) -> bool {
        let is_same = |(given, userid): (&str, &str)| given.eq_ignore_ascii_case(userid);
        *self.key == *key
            && self.userid.is_some() == userid.is_some()
            && self.userid.as_deref().zip(userid).is_none_or(is_same)
    }
}

fn digest_of(key: &str, userid: Option<&str>) -> u64 {
    digest(key) ^ userid.map_or(0, digest_of_member)
}

fn digest_of_member(userid: &str) -> u64 {
    digest(&userid.to_ascii_lowercase()).rotate_left(1)
}

/// The columns that key a row, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListKey {
    ExternalUserid,
    Unionid,
    CustomerName,
}

impl ListKey {
    const ALL: [Self; 3] = [Self::ExternalUserid, Self::Unionid, Self::CustomerName];

    fn column(self) -> &'static Column {
        match self {
            Self::ExternalUserid => &fields::EXTERNAL_USERID,
            Self::Unionid => &fields::UNIONID,
            Self::CustomerName => &fields::CUSTOMER_NAME,
        }
    }
}

/// Cells of a raw row: its keys in the order of [`ListKey::ALL`], then the member; with the index of its file.
type RawRow<'a> = ([Option<&'a str>; 4], u32);

/// Cell of the member.
const MEMBER: usize = 3;

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
            let (cells, _) = &copies[0];
            let mut keys = ListKey::ALL.into_iter().zip(cells).filter_map(|(by, cell)| Some((by, (*cell)?)));
            let strongest = list.rows.len() as u32;
            let by_name = |(by, _): &(ListKey, &str)| *by == ListKey::CustomerName;
            for (by, key) in keys.next().into_iter().chain(keys.find(by_name)) {
                list.rows.push(KeyedRow {
                    by,
                    key: if by == ListKey::CustomerName { names::normal(key).into() } else { key.into() },
                    userid: cells[MEMBER].map(Box::from),
                    weaker_than: (list.rows.len() as u32 > strongest).then_some(strongest),
                    next: None,
                });
            }
        }
        list.has_names = list.rows.iter().any(|row| row.by == ListKey::CustomerName && row.weaker_than.is_none());
        list.index();
        Ok(list)
    }

    /// Indexes the rows from the last to the first, so that a chain is in the order of the list.
    fn index(&mut self) {
        for row in (0..self.rows.len()).rev() {
            let rows = &self.rows;
            let KeyedRow { by, key, userid, .. } = &rows[row];
            let index = if userid.is_some() { &mut self.of_relations } else { &mut self.of_customers };
            let userid = userid.as_deref();
            let entry = index[*by as usize].entry(
                digest_of(key, userid),
                |&row| rows[row as usize].is_of(key, userid),
                |&row| digest_of(&rows[row as usize].key, rows[row as usize].userid.as_deref()),
            );
            let mut first = entry.or_insert(row as u32);
            let behind = std::mem::replace(first.get_mut(), row as u32);
            self.rows[row].next = (behind as usize != row).then_some(behind);
        }
    }

    fn matches(&self, relations: &RecordBatch, is_key: impl Fn(&str) -> bool) -> Result<Vec<ListMatch>> {
        if self.rows.is_empty() {
            return Ok(Vec::new());
        }
        let (userids, ids) = (relations.texts(&fields::USERID)?, relations.texts(&fields::EXTERNAL_USERID)?);
        let unionids = relations.texts(&fields::UNIONID)?;
        let has_id = |row: usize| ids.is_valid(row) || unionids.is_valid(row);
        let all_have_ids = ids.null_count() == 0;
        let mut matches = Vec::new();
        for by in ListKey::ALL {
            let (of_customers, of_relations) = (&self.of_customers[by as usize], &self.of_relations[by as usize]);
            // Few lists have rows by every key.
            if of_customers.is_empty() && of_relations.is_empty() {
                continue;
            }
            // Names beside ids are for relations without ids.
            if by == ListKey::CustomerName && !self.has_names && all_have_ids {
                continue;
            }
            // Relations are sorted by member, so one digest serves many rows.
            let mut member = None;
            for (row, key) in relations.texts(by.column())?.iter().enumerate() {
                let key = match by {
                    ListKey::ExternalUserid => key.map(Cow::Borrowed),
                    ListKey::Unionid => key.filter(|key| is_key(key)).map(Cow::Borrowed),
                    ListKey::CustomerName => key.and_then(names::key),
                };
                let Some(key) = key.as_deref() else { continue };
                let (of_key, userid, view) = (digest(key), userids.value(row), userids.views()[row]);
                let of_member = match member {
                    Some((same, of_member)) if same == view => of_member,
                    _ => member.insert((view, digest_of_member(userid))).1,
                };
                let customers = self.rows_of(of_customers, of_key, key, None);
                for list_row in customers.chain(self.rows_of(of_relations, of_key ^ of_member, key, Some(userid))) {
                    if has_id(row) && self.rows[list_row as usize].weaker_than.is_some() {
                        continue;
                    }
                    let customer =
                        (by == ListKey::CustomerName && ids.is_valid(row)).then(|| ids.value(row).to_owned());
                    matches.push(ListMatch { list_row, row: row as u32, customer });
                }
            }
        }
        matches.shrink_to_fit();
        Ok(matches)
    }

    /// Returns the rows of a key and member with this digest, in the order of the list.
    fn rows_of(&self, index: &KeyIndex, digest: u64, key: &str, userid: Option<&str>) -> impl Iterator<Item = u32> {
        let first = index.find(digest, |&row| self.rows[row as usize].is_of(key, userid));
        std::iter::successors(first.copied(), |&row| self.rows[row as usize].next)
    }

    /// Returns the flags of each partition, and every row that names no relation, with whether that is for
    /// an ambiguous name.
    fn settle<'a>(
        &'a self,
        parts: &[(usize, &[ListMatch])],
    ) -> (Vec<BooleanArray>, impl Iterator<Item = (&'a KeyedRow, bool)> + use<'a>) {
        let mut customers: Vec<NamedCustomers<'_>> = self.rows.iter().map(|_| NamedCustomers::default()).collect();
        for named in parts.iter().flat_map(|(_, matches)| *matches) {
            customers[named.list_row as usize].add(named.customer.as_deref());
        }
        // A name beside an id that names a relation is for the reader.
        let is_void: Vec<bool> = (self.rows.iter())
            .map(|row| row.weaker_than.is_some_and(|strongest| customers[strongest as usize].rows > 0))
            .collect();
        let is_ambiguous: Vec<bool> = (self.rows.iter().zip(&customers).zip(&is_void))
            .map(|((row, customers), is_void)| row.by == ListKey::CustomerName && customers.are_several() && !is_void)
            .collect();
        let mut is_unmatched: Vec<bool> = customers.iter().map(|customers| customers.rows == 0).collect();
        // A line of the list is told of once: by its strongest key, unless its name is that of several customers.
        for (row, keyed) in self.rows.iter().enumerate() {
            if let Some(strongest) = keyed.weaker_than {
                is_unmatched[strongest as usize] &= is_unmatched[row];
                is_unmatched[row] = false;
            }
        }
        let flags = parts.iter().map(|(rows, matches)| {
            let mut flags = vec![false; *rows];
            let holds = |row: usize| !is_ambiguous[row] && !is_void[row];
            for named in matches.iter().filter(|named| holds(named.list_row as usize)) {
                flags[named.row as usize] = true;
            }
            flags.into()
        });
        let flags = flags.collect();
        let judged = self.rows.iter().zip(is_ambiguous.into_iter().zip(is_unmatched));
        let unmatched = judged
            .filter(|(_, (is_ambiguous, is_unmatched))| *is_ambiguous || *is_unmatched)
            .map(|(row, (is_ambiguous, _))| (row, is_ambiguous));
        (flags, unmatched)
    }
}

/// The customers that a row of a list may be about; a relation without an id is a customer of its own.
#[derive(Default)]
struct NamedCustomers<'a> {
    rows: usize,
    with_id: HashSet<&'a str>,
    without_id: usize,
}

impl<'a> NamedCustomers<'a> {
    fn add(&mut self, id: Option<&'a str>) {
        self.rows += 1;
        match id {
            Some(id) => {
                self.with_id.insert(id);
            }
            None => self.without_id += 1,
        }
    }

    fn are_several(&self) -> bool {
        self.with_id.len() + self.without_id > 1
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
    let columns = [
        batch.texts(&fields::EXTERNAL_USERID)?,
        batch.texts(&fields::UNIONID)?,
        batch.texts(&fields::CUSTOMER_NAME)?,
        batch.texts(&fields::USERID)?,
    ];
    let files = file_of_rows(batch)?;
    Ok((0..batch.num_rows()).map(move |row| (columns.map(|column| cell(column, row)), files.value(row))))
}

fn cell(column: &StringViewArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

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
        let unmatched: Vec<_> =
            unmatched.map(|(row, is_ambiguous)| (row.userid.as_deref(), &*row.key, is_ambiguous)).collect();
        assert_eq!(unmatched, [(Some("Ann"), "wm2", false)]);
    }

    #[test]
    fn copies_in_another_spelling_are_duplicates_of_the_row_in_the_last_file() {
        let list = list(&[&[(ID, "wm1"), (USERID, "BO")], &[(ID, "wm2")], &[(ID, "wm1"), (USERID, "bo")]], 2);
        let known: Userids = ["Bo"].into_iter().collect();
        let mut tally = ListTally::default();
        let rows = ListRows::read(&[list], &known, &mut tally).unwrap();
        assert_eq!(tally, ListTally { rows: 2, duplicates: HashMap::from([(0, 1)]) });
        let (_, unmatched) = rows.settle(&[]);
        let unmatched: Vec<_> = unmatched.map(|(row, _)| (row.userid.as_deref(), &*row.key)).collect();
        assert_eq!(unmatched, [(Some("Bo"), "wm1"), (None, "wm2")]);
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
        let unmatched: Vec<_> = unmatched.map(|(row, is_ambiguous)| (&*row.key, is_ambiguous)).collect();
        assert_eq!(unmatched, [("wm3", false), ("Xu", true)]);
    }
}
