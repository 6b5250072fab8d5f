//! What one portion of a file became: rows, rejects, answers, and a count of every record, so that none is lost.

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use std::sync::Arc;

use super::raw::{AccountCount, Answer, FileTally, Provenance, RawTable, Reject, TakeRelations};
use crate::error::{Error, Result};
use crate::schema::tables::{CANONICAL, CONSOLE_GROUPS, GROUPS, RELATIONS_TABLE};
use crate::schema::{Cell, Column, Table};

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
    records: u64,
    pushed: u64,
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

    /// A record begins. It has to end in [`Self::push`] or [`Self::reject`].
    pub fn begin_record(&mut self) {
        self.records += 1;
    }

    /// The current record becomes a row.
    pub fn push(&mut self, table: &'static Table, cells: &[Cell<'_>], fetched_at: Option<i64>) {
        let from = Provenance { fetched_at, file: self.file, record: self.records };
        self.pushed += 1;
        self.table(table).push(cells, from);
    }

    /// The current record cannot be read.
    pub fn reject(&mut self, place: String, reason: impl Into<String>) {
        self.rejects.push(Reject { file: self.file, record: self.records, place, reason: reason.into() });
    }

    /// So many further records are recognised, and of no use here.
    pub fn pass_over(&mut self, why: impl Into<String>, records: u64) {
        if records > 0 {
            self.records += records;
            *self.passed_over.entry(why.into()).or_default() += records;
        }
    }

    /// The current record is recognised, and of no use here.
    pub fn pass_over_current(&mut self, why: &str) {
        *self.passed_over.entry(why.to_owned()).or_default() += 1;
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
            None => self.account_counts.push(AccountCount { userid: userid.to_owned(), relations, file: self.file, document }),
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

/// What one whole file became.
#[derive(Debug, Default)]
pub struct FileRecords {
    pub tally: FileTally,
    pub tables: BTreeMap<&'static str, Vec<RecordBatch>>,
    pub whole_tables: Vec<&'static str>,
    pub answers: Vec<Answer>,
    pub account_counts: Vec<AccountCount>,
    pub rejects: Vec<Reject>,
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
        self.tally.rejected += part.rejects.len() as u64;
        self.rejects.extend(part.rejects.into_iter().map(|reject| Reject { record: reject.record + before, ..reject }));
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

    /// Lists the first so many rejects only; all of them are counted.
    pub fn list_rejects_up_to(&mut self, most: usize) {
        self.rejects.truncate(most);
    }

    /// The last reject that is listed says how many more there are.
    pub fn close_rejects(&mut self) {
        let more = self.tally.rejected - self.rejects.len() as u64;
        if let (1.., Some(last)) = (more, self.rejects.last_mut()) {
            last.reason = format!("{} (and {more} more rejects in this file, not listed)", last.reason);
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
        let rows: u64 = self.tables.values().flatten().map(|batch| batch.num_rows() as u64).sum::<u64>() + self.handed_over;
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

/// The cells of a row, by column: `row!(MEMBERS, { USERID: id, NAME: name })`. Columns that are not named are null.
macro_rules! row {
    ($table:path, { $($column:ident: $cell:expr),+ $(,)? }) => {{
        let mut cells = [$crate::schema::Cell::Null; $table.columns.len()];
        $(cells[const { $crate::ingest::part::place(&$table, &$crate::schema::fields::$column) }] = $cell;)+
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
            part.begin_record();
            part.push(&MEMBERS, &row!(MEMBERS, { USERID: Cell::Text("ann") }), None);
        }
        part
    }

    #[test]
    fn record_numbers_continue_from_portion_to_portion() {
        let mut file = FileRecords::default();
        let mut second = part(1);
        second.begin_record();
        second.reject("here".into(), "bad");
        file.append(part(2)).unwrap();
        file.append(second).unwrap();
        file.check().unwrap();
        let numbers: Vec<u64> = file.tables["members"]
            .iter()
            .flat_map(|b| b.column(b.num_columns() - 1).as_any().downcast_ref::<UInt64Array>().unwrap().values().to_vec())
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
        lost.begin_record();
        let mut file = FileRecords::default();
        file.append(lost).unwrap();
        assert_eq!(file.check().unwrap_err().exit_code(), 3);
    }
}
