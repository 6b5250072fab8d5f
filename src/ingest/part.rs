//! What one portion of a file became: rows, rejects, answers, and a count of every record, so that none is lost.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};

use super::doubts::{CustomerKey, Doubts};
use super::raw::{AccountCount, Answer, FileTally, Provenance, RawTable, Reject, TakeRelations};
use crate::error::{Error, Result};
use crate::schema::tables::{CANONICAL, CONSOLE_GROUPS, GROUPS, RELATIONS_TABLE};
use crate::schema::vocabulary::{Dataset, Grain};
use crate::schema::{Cell, Column, Table, fields};

/// Rejects of one file and reason that are listed one by one; in a file of the wrong kind every row may be one.
pub const LISTED_REJECTS: u32 = 100;

/// Why a value or record cannot be read. Never quotes what stands there: it may be personal data.
pub type Wrong = &'static str;

/// A value of a record that is none, or not all of it: the field, as its file calls it, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub reason: Wrong,
}

/// What was read where a column of a record stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading<'a> {
    /// The value; null where there is none, or none that can be read.
    pub cell: Cell<'a>,
    /// Why it cannot be read, or (a name that is not sound) not for certain.
    pub fault: Option<Fault>,
}

impl<'a> From<Cell<'a>> for Reading<'a> {
    fn from(cell: Cell<'a>) -> Self {
        Self { cell, fault: None }
    }
}

impl From<Fault> for Reading<'_> {
    fn from(fault: Fault) -> Self {
        Self { cell: Cell::Null, fault: Some(fault) }
    }
}

/// Where a record stands, and of whom it may be.
#[derive(Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "`fetched_at` is the word of the envelope")]
pub struct At<'q> {
    /// What it tells of.
    pub dataset: Dataset,
    /// When it was fetched, if known: microseconds since 1970, UTC.
    pub fetched_at: Option<i64>,
    /// The place of one of its fields, for the user: `document 3, info_list[2].name`; of the record itself for `""`.
    pub place: &'q dyn Fn(&str) -> String,
    /// The accounts of its request or page: whose it may be if it names none. Empty: of any account.
    pub accounts: &'q [String],
}

/// A record that cannot be read at all, and what is known of it.
pub struct Unread<'q> {
    /// What it tells of, or may tell of.
    pub datasets: &'q [Dataset],
    /// Whose it is, as far as it says so; empty: of any account.
    pub accounts: &'q [String],
    /// Which customer it is about, as far as it says so.
    pub key: CustomerKey,
    pub place: String,
    pub reason: Cow<'static, str>,
}

/// The rows, rejects and counts of one portion of a file, in order. Records are numbered from 1 within the portion.
#[derive(Default)]
pub struct Part {
    /// The index of the file.
    pub file: u32,
    /// Rows that each table takes without being moved.
    room: usize,
    tables: Vec<RawTable>,
    answers: Vec<Answer>,
    account_counts: Vec<AccountCount>,
    rejects: Vec<Reject>,
    /// How many rejects there are of each grain and reason.
    listed: HashMap<(Grain, Cow<'static, str>), u64>,
    doubts: Doubts,
    records: u64,
    pushed: u64,
    rejected: u64,
    relations: (u64, u64),
    passed_over: BTreeMap<String, u64>,
    kinds: BTreeMap<&'static str, u64>,
}

impl Part {
    /// An empty portion of the file with that index.
    pub fn new(file: u32) -> Self {
        Self::with_room(file, 0)
    }

    /// As [`Self::new`], for about so many rows: a table that grows is moved again and again, and room is for nothing.
    pub fn with_room(file: u32, rows: usize) -> Self {
        Self { file, room: rows, ..Self::default() }
    }

    /// Rows of the largest table.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(RawTable::rows).max().unwrap_or(0)
    }

    /// Takes a record of the table: one reading per column, in its order. It becomes a row if its keys can be read (the
    /// table's `identity`); values that cannot be are null and counted. Else it becomes a reject.
    pub fn record(&mut self, table: &'static Table, readings: &[Reading<'_>], at: &At<'_>) {
        self.records += 1;
        let is_relation = table.name == RELATIONS_TABLE.name;
        self.relations.0 += u64::from(is_relation);
        if let Some(fault) = lacking(table, readings) {
            self.relations.1 += u64::from(is_relation);
            return self.reject_row(table, readings, at, &fault);
        }
        let mut deciding: Vec<String> = Vec::new();
        if readings.iter().any(|reading| reading.fault.is_some()) {
            let userid = account_of(table, readings).map(str::to_owned);
            for (slot, reading) in table.columns.iter().zip(readings) {
                let Some(fault) = reading.fault else { continue };
                self.value(at.dataset, userid.clone(), (at.place)(fault.field), fault.reason);
                if let (true, Cell::List(lost)) = (*slot.column == fields::UNREADABLE, reading.cell) {
                    // What stands in other rows, or was lost with them.
                    deciding.extend_from_slice(lost);
                } else if table.deciding.contains(&slot.column) {
                    deciding.push(slot.column.name.to_owned());
                } else if *slot.column == fields::UNREADABLE {
                    // It may have named any.
                    deciding = table.deciding.iter().map(|column| column.name.to_owned()).collect();
                }
            }
        }
        let from = Provenance { fetched_at: at.fetched_at, file: self.file, record: self.records };
        self.pushed += 1;
        let unreadable = if deciding.is_empty() { None } else { table.position(&fields::UNREADABLE) };
        // What `ingest` wrote names some already.
        if let Some(Cell::List(names)) = unreadable.map(|place| readings[place].cell) {
            deciding.extend(names.iter().filter(|name| !deciding.contains(name)).cloned().collect::<Vec<_>>());
        }
        let cells = (0..readings.len())
            .map(|place| if Some(place) == unreadable { Cell::List(&deciding) } else { readings[place].cell });
        self.table(table).push(cells, from);
    }

    /// Counts records of the table that became rows elsewhere, column by column.
    pub fn count_rows(&mut self, table: &Table, rows: u64) {
        self.records += rows;
        self.pushed += rows;
        self.relations.0 += if table.name == RELATIONS_TABLE.name { rows } else { 0 };
    }

    /// Takes the rows out. Their record numbers continue the `before` records of the portions before.
    ///
    /// # Errors
    /// [`Error::Bug`] if they are not as their table.
    pub fn take_rows(&mut self, before: u64) -> Result<Vec<RecordBatch>> {
        self.tables.drain(..).map(|table| renumber(table.finish(), before)).collect()
    }

    fn reject_row(&mut self, table: &'static Table, readings: &[Reading<'_>], at: &At<'_>, fault: &Missing) {
        let userid = account_of(table, readings);
        let text = |column: &Column| text_of(table, readings, column).map(str::to_owned);
        let own = userid.map(|userid| [userid.to_owned()]);
        self.unread(Unread {
            datasets: &[at.dataset],
            accounts: own.as_ref().map_or(at.accounts, |own| &own[..]),
            key: CustomerKey { external_userid: text(&fields::EXTERNAL_USERID), unionid: text(&fields::UNIONID) },
            place: (at.place)(&fault.field),
            reason: Cow::Borrowed(fault.reason),
        });
    }

    /// The current record, which was counted, cannot be read.
    fn unread(&mut self, unread: Unread<'_>) {
        let Unread { datasets, accounts, key, place, reason } = unread;
        self.rejected += 1;
        let mut uncounted = 1;
        for &dataset in datasets {
            let whole = accounts.is_empty().then_some(None);
            for userid in whole.into_iter().chain(accounts.iter().map(|userid| Some(userid.as_str()))) {
                self.doubts.add(dataset, userid, key.clone(), std::mem::take(&mut uncounted));
            }
        }
        let userid = if let [only] = accounts { Some(only.clone()) } else { None };
        let dataset = datasets.first().copied().unwrap_or(Dataset::Relations);
        self.list(Grain::Record, dataset, userid, place, reason);
    }

    /// A record that cannot be read at all: no object, a torn document, a sheet that was passed over.
    pub fn reject(&mut self, unread: Unread<'_>) {
        self.records += 1;
        let is_relation = u64::from(unread.datasets.contains(&Dataset::Relations));
        self.relations = (self.relations.0 + is_relation, self.relations.1 + is_relation);
        self.unread(unread);
    }

    /// A value that cannot be read, of a record that can, or of none (a cursor, a time of a page).
    pub fn value(
        &mut self,
        dataset: Dataset,
        userid: Option<String>,
        place: String,
        reason: impl Into<Cow<'static, str>>,
    ) {
        self.doubts.add_values(dataset, 1);
        self.list(Grain::Value, dataset, userid, place, reason.into());
    }

    /// Records of the dataset may be missing, though none was seen: of these accounts, or of any.
    pub fn doubt(&mut self, dataset: Dataset, accounts: &[String]) {
        if accounts.is_empty() {
            self.doubts.add(dataset, None, CustomerKey::default(), 0);
        }
        for userid in accounts {
            self.doubts.add(dataset, Some(userid), CustomerKey::default(), 0);
        }
    }

    fn list(
        &mut self,
        grain: Grain,
        dataset: Dataset,
        userid: Option<String>,
        place: String,
        reason: Cow<'static, str>,
    ) {
        let count = self.listed.entry((grain, reason.clone())).or_default();
        *count += 1;
        if *count <= u64::from(LISTED_REJECTS) {
            self.rejects.push(Reject {
                grain,
                dataset,
                userid,
                file: self.file,
                record: self.records,
                place,
                reason: reason.into_owned(),
                not_listed: 0,
            });
        }
    }

    /// So many further records are recognised, and of no use here.
    pub fn pass_over(&mut self, why: impl Into<String>, records: u64) {
        if records > 0 {
            self.records += records;
            *self.passed_over.entry(why.into()).or_default() += records;
        }
    }

    /// The service answered something.
    pub fn answer(&mut self, answer: Answer) {
        self.answers.push(answer);
    }

    /// So many more relations of the account stand in the document. A page holds few accounts, one after the other.
    pub fn count_for(&mut self, document: u64, userid: &str, relations: u64) {
        let of_document = self.account_counts.iter_mut().rev().take_while(|count| count.document == document);
        match of_document.into_iter().find(|count| count.userid == userid) {
            Some(count) => count.relations += relations,
            None => self.account_counts.push(AccountCount {
                userid: userid.to_owned(),
                relations,
                file: self.file,
                document,
            }),
        }
    }

    /// A document of that kind was read.
    pub fn count_kind(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    fn table(&mut self, table: &'static Table) -> &mut RawTable {
        let at = self.tables.iter().position(|t| t.table().name == table.name).unwrap_or_else(|| {
            self.tables.push(RawTable::with_room(table, self.room));
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }
}

/// What keeps a record from being one of its table.
struct Missing {
    field: Cow<'static, str>,
    reason: Wrong,
}

/// Why a field without which a record is of no use is null.
pub const ABSENT: Wrong = "absent or empty, and the record is of no use without it";

/// The first of the table's keys that the record lacks.
fn lacking(table: &Table, readings: &[Reading<'_>]) -> Option<Missing> {
    let reading = |column: &Column| table.position(column).map(|at| readings[at]);
    let is_lacking = |columns: &&&[&Column]| {
        columns.iter().all(|column| reading(column).is_none_or(|reading| reading.cell == Cell::Null))
    };
    let columns = table.identity.iter().find(is_lacking)?;
    let faulty = columns.iter().find_map(|column| reading(column)?.fault);
    Some(if let Some(fault) = faulty {
        Missing { field: Cow::Borrowed(fault.field), reason: fault.reason }
    } else {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        Missing { field: Cow::Owned(names.join(" or ")), reason: ABSENT }
    })
}

fn text_of<'a>(table: &Table, readings: &[Reading<'a>], column: &Column) -> Option<&'a str> {
    match readings[table.position(column)?].cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

fn account_of<'a>(table: &Table, readings: &[Reading<'a>]) -> Option<&'a str> {
    text_of(table, readings, table.account?)
}

/// What one whole file became.
#[derive(Debug, Default)]
pub struct FileRecords {
    pub tally: FileTally,
    pub tables: BTreeMap<&'static str, Vec<RecordBatch>>,
    pub whole_tables: Vec<&'static str>,
    pub empty_tables: Vec<&'static str>,
    pub answers: Vec<Answer>,
    pub account_counts: Vec<AccountCount>,
    pub rejects: Vec<Reject>,
    /// How many rejects there are of each grain and reason, listed or not.
    pub reject_counts: HashMap<(Grain, Cow<'static, str>), u64>,
    pub doubts: Doubts,
    pub kinds: BTreeMap<&'static str, u64>,
    /// Relations that somebody took already.
    pub handed_over: u64,
}

impl FileRecords {
    /// Appends the next portion, whose record numbers continue those of the portions before it.
    pub fn append(&mut self, part: Part) -> Result<()> {
        let before = self.tally.records_read;
        for table in part.tables {
            let name = table.table().name;
            let batch = renumber(table.finish(), before)?;
            self.tables.entry(name).or_default().push(batch);
        }
        part.answers.into_iter().for_each(|answer| self.remember(answer));
        self.account_counts.extend(part.account_counts);
        self.tally.rejected += part.rejected;
        self.tally.unreadable_values += part.doubts.values().map(|(_, values)| values).sum::<u64>();
        self.tally.relations = (self.tally.relations.0 + part.relations.0, self.tally.relations.1 + part.relations.1);
        for reject in part.rejects {
            let listed =
                self.reject_counts.get(&(reject.grain, Cow::Borrowed(reject.reason.as_str()))).copied().unwrap_or(0);
            let of_part = self.rejects.iter().rev().take_while(|other| other.record > before);
            let more =
                of_part.filter(|other| (other.grain, &other.reason) == (reject.grain, &reject.reason)).count() as u64;
            if listed + more < u64::from(LISTED_REJECTS) {
                self.rejects.push(Reject { record: reject.record + before, ..reject });
            }
        }
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
        for (kind, count) in part.listed {
            *self.reject_counts.entry(kind).or_default() += count;
        }
        self.doubts.merge(part.doubts);
        self.tally.records_read += part.records;
        self.tally.pushed += part.pushed;
        for (why, records) in part.passed_over {
            *self.tally.passed_over.entry(why).or_default() += records;
        }
        for (kind, documents) in part.kinds {
            *self.kinds.entry(kind).or_default() += documents;
        }
        Ok(())
    }

    /// Pages that follow one another ask about the same accounts, often a hundred: one list of them is enough.
    fn remember(&mut self, mut answer: Answer) {
        if let Some(before) = self.answers.last().filter(|before| before.userids == answer.userids) {
            answer.userids = Arc::clone(&before.userids);
        }
        self.answers.push(answer);
    }

    /// A table came as a whole: nothing of it stands elsewhere.
    pub fn add_whole_table(&mut self, table: &'static Table) {
        // Groups of the console become canonical ones.
        let table = if table.name == CONSOLE_GROUPS.name { &GROUPS } else { table };
        if CANONICAL.iter().any(|canonical| canonical.name == table.name) && !self.whole_tables.contains(&table.name) {
            self.whole_tables.push(table.name);
        }
    }

    /// Notes on the last listed reject of each reason how many more there are.
    pub fn close_rejects(&mut self) {
        #[expect(clippy::iter_over_hash_type, reason = "each touches a reject of its own")]
        for ((grain, reason), &count) in &self.reject_counts {
            let last = self.rejects.iter_mut().rfind(|reject| reject.grain == *grain && reject.reason == *reason);
            if let Some(last) = last {
                last.not_listed = count.saturating_sub(u64::from(LISTED_REJECTS));
            }
        }
    }

    /// Hands over the relations that have been read by now.
    pub fn hand_over(&mut self, to: &dyn TakeRelations) -> Result<()> {
        for rows in self.tables.remove(RELATIONS_TABLE.name).unwrap_or_default() {
            self.handed_over += rows.num_rows() as u64;
            to.take(&rows)?;
        }
        Ok(())
    }

    /// Checks that every record ended in exactly one place.
    pub fn check(&self) -> Result<()> {
        let tally = &self.tally;
        let passed_over: u64 = tally.passed_over.values().sum();
        let rows: u64 =
            self.tables.values().flatten().map(|batch| batch.num_rows() as u64).sum::<u64>() + self.handed_over;
        let balanced = tally.records_read == tally.pushed + tally.rejected + passed_over && tally.pushed == rows;
        if balanced {
            return Ok(());
        }
        Err(Error::Bug(format!(
            "{}: {} records read, but {} pushed ({rows} rows) + {} rejected + {passed_over} passed over",
            tally.path, tally.records_read, tally.pushed, tally.rejected
        )))
    }
}

fn renumber(batch: RecordBatch, before: u64) -> Result<RecordBatch> {
    if before == 0 {
        return Ok(batch);
    }
    let schema = batch.schema();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    // The record number is the last column of every raw batch.
    if let Some(last) = columns.last_mut()
        && let Some(numbers) = last.as_any().downcast_ref::<UInt64Array>()
    {
        *last = Arc::new(numbers.unary::<_, arrow::datatypes::UInt64Type>(|number| number + before));
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// Where `column` stands in `table`; evaluated while compiling, so that a column which the table lacks does not compile.
pub const fn place(table: &Table, column: &Column) -> usize {
    let mut at = 0;
    while at < table.columns.len() {
        if same(table.columns[at].column.name.as_bytes(), column.name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    panic!("the table has no such column")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// The readings of a record, by column: `row!(MEMBERS, { USERID: id, NAME: name })`, each a [`Cell`] or a [`Reading`].
/// Columns that are not named are null.
macro_rules! row {
    ($table:path, { $($column:ident: $cell:expr),+ $(,)? }) => {{
        let null = $crate::ingest::part::Reading { cell: $crate::schema::Cell::Null, fault: None };
        let mut cells = [null; $table.columns.len()];
        $(cells[const { $crate::ingest::part::place(&$table, &$crate::schema::fields::$column) }] = $cell.into();)+
        cells
    }};
}
pub(crate) use row;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::raw::Endpoint;
    use crate::schema::tables::MEMBERS;

    fn part(records: u64) -> Part {
        let mut part = Part::new(0);
        for _ in 0..records {
            part.record(&MEMBERS, &row!(MEMBERS, { USERID: Cell::Text("ann") }), &at());
        }
        part
    }

    fn at() -> At<'static> {
        At { dataset: Dataset::Members, fetched_at: None, place: &|field| format!("here.{field}"), accounts: &[] }
    }

    #[test]
    fn record_numbers_continue_from_portion_to_portion() {
        let mut file = FileRecords::default();
        let mut second = part(1);
        second.record(&MEMBERS, &row!(MEMBERS, { NAME: Cell::Text("Ann") }), &at());
        file.append(part(2)).unwrap();
        file.append(second).unwrap();
        file.check().unwrap();
        let numbers: Vec<u64> = file.tables["members"]
            .iter()
            .flat_map(|b| {
                b.column(b.num_columns() - 1).as_any().downcast_ref::<UInt64Array>().unwrap().values().to_vec()
            })
            .collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(file.rejects[0].record, 4);
    }

    #[test]
    fn pages_about_the_same_accounts_share_their_names() {
        let page = |document, userids: &[&str]| Answer {
            endpoint: Endpoint::BatchGetByUser,
            userids: userids.iter().map(|userid| (*userid).to_owned()).collect(),
            subject: None,
            errcode: 0,
            errmsg: String::new(),
            cursor: None,
            next_cursor: None,
            envelope: true,
            unlicensed: Vec::new(),
            fetched_at: None,
            file: 0,
            document,
        };
        let mut file = FileRecords::default();
        for (document, userids) in [(1, ["ann", "bo"]), (2, ["ann", "bo"]), (3, ["bo", "ann"])] {
            let mut part = Part::new(0);
            part.answer(page(document, &userids));
            file.append(part).unwrap();
        }
        let [first, second, third] = &file.answers[..] else { panic!("three pages were read") };
        assert!(Arc::ptr_eq(&first.userids, &second.userids));
        assert_eq!([&first.userids[..], &third.userids[..]], [["ann", "bo"], ["bo", "ann"]]);
    }

    #[test]
    fn a_record_that_ends_nowhere_is_our_bug() {
        let mut lost = part(1);
        lost.records += 1;
        let mut file = FileRecords::default();
        file.append(lost).unwrap();
        assert_eq!(file.check().unwrap_err().exit_code(), 3);
    }
}
