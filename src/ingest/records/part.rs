//! The records of one portion of a file: rows, rejects and answers, and a count of every record.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::datatypes::UInt64Type;

use super::{FieldFault, MAX_LISTED_REJECTS, RecordContext, UnreadableRecord};
use crate::error::Result;
use crate::ingest::doubts::{CustomerKey, Doubts};
use crate::ingest::raw::{AccountCount, ApiAnswer, Provenance, RawTable, Reject};
use crate::ingest::value::{RejectReason, UseridWords};
use crate::schema::lists::ACCOUNTS_LIST;
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::vocabulary::{Dataset, Grain, Word};
use crate::schema::{Cell, Column, Table, fields};

/// The reason of a record that lacks a field without which it is of no use.
pub const ABSENT: RejectReason = "absent or empty, but required";

/// Forms of customer ids: those that the service makes, and short numbers, which are counts in a summary of a table.
#[derive(Debug, Default, Clone, Copy)]
pub struct CustomerIds {
    pub made: u64,
    pub numbers: u64,
}

impl CustomerIds {
    /// Bytes of the ids that the service makes, at least.
    pub const MADE: usize = 16;
    /// Bytes of counts, at most.
    const COUNT: usize = 7;

    pub fn add(&mut self, id: &str) {
        self.made += u64::from(id.len() >= Self::MADE);
        self.numbers += u64::from(id.len() <= Self::COUNT && id.bytes().all(|byte| byte.is_ascii_digit()));
    }

    pub fn merge(&mut self, other: Self) {
        self.made += other.made;
        self.numbers += other.numbers;
    }
}

/// The rows, rejects and counts of one portion of a file, in order. Records are numbered from 1 within the portion.
#[derive(Default)]
pub struct PartRecords {
    /// The index of the file.
    pub file: u32,
    /// Rows to reserve for each table.
    capacity: usize,
    pub(super) tables: Vec<RawTable>,
    pub answers: Vec<ApiAnswer>,
    pub(super) account_counts: Vec<AccountCount>,
    pub(super) rejects: Vec<Reject>,
    /// Rejects by grain and reason, listed or not.
    pub(super) reject_counts: HashMap<(Grain, Cow<'static, str>), u64>,
    pub(super) doubts: Doubts,
    /// Records of the accounts list, each with its place.
    pub(super) places: Vec<(u64, String)>,
    pub(super) records: u64,
    pub(super) pushed: u64,
    pub(super) rejected: u64,
    /// Records of relations, and those of them that were rejected.
    pub(super) relations: (u64, u64),
    /// Forms of the customer ids of relations.
    pub customer_ids: CustomerIds,
    pub(super) passed_over: BTreeMap<String, u64>,
    /// Words for "no value" read from userid columns that are userids if a member is called so.
    pub userid_words: UseridWords,
    /// Documents by kind.
    pub(super) kinds: BTreeMap<&'static str, u64>,
}

impl PartRecords {
    /// An empty portion of the file with that index.
    pub fn new(file: u32) -> Self {
        Self::with_capacity(file, 0)
    }

    /// As [`Self::new`], with memory reserved for `rows` rows of each table: a table that grows is copied.
    pub fn with_capacity(file: u32, rows: usize) -> Self {
        Self { file, capacity: rows, ..Self::default() }
    }

    /// Returns whether a value or record could not be read for that reason.
    pub fn has_unread(&self, reason: RejectReason) -> bool {
        self.reject_counts.keys().any(|(_, counted)| counted == reason)
    }

    /// Returns whether there is nothing in it that could not be read.
    pub fn is_sound(&self) -> bool {
        self.reject_counts.is_empty()
    }

    /// Rows of the largest table.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(RawTable::rows).max().unwrap_or(0)
    }

    /// Adds a record of the table: one cell per column, in its order, and the faults by column. It becomes a row if its
    /// keys can be read (the table's `identity`), and values that cannot be read are null and counted; else it becomes
    /// a reject.
    pub fn record(
        &mut self,
        table: &'static Table,
        cells: &[Cell<'_>],
        faults: &[(usize, FieldFault)],
        context: &RecordContext<'_>,
    ) {
        self.records += 1;
        let is_relation = u64::from(table.name == RELATIONS_TABLE.name);
        self.relations.0 += is_relation;
        if let Some(missing) = missing_key(table, cells, faults).or_else(|| lost_value(table, faults)) {
            self.relations.1 += is_relation;
            return self.reject_row(table, cells, context, &missing);
        }
        if faults.is_empty() {
            return self.push(table, cells, context);
        }
        let mut deciding = self.unreadable_values(table, cells, faults, context);
        let mut cells = cells.to_vec();
        if let (false, Some(unreadable)) = (deciding.is_empty(), table.position(&fields::UNREADABLE)) {
            // A table that `ingest` wrote names some already.
            if let Cell::List(names) = cells[unreadable] {
                deciding.extend(names.iter().filter(|name| !deciding.contains(name)).cloned().collect::<Vec<_>>());
            }
            cells[unreadable] = Cell::List(&deciding);
        }
        self.push(table, &cells, context);
    }

    fn push(&mut self, table: &'static Table, cells: &[Cell<'_>], context: &RecordContext<'_>) {
        let from = Provenance { fetched_at: context.fetched_at, file: self.file, record: self.records };
        self.pushed += 1;
        if table.name == RELATIONS_TABLE.name
            && let Cell::Text(id) = cells[const { RELATIONS_TABLE.position_of(&fields::EXTERNAL_USERID) }]
        {
            self.customer_ids.add(id);
        }
        if table.name == ACCOUNTS_LIST.name {
            self.places.push((self.records, (context.place)("")));
        }
        self.table(table).push(cells, from);
    }

    /// Counts the values of a row that cannot be read, and returns the names of the columns among them that decide.
    fn unreadable_values(
        &mut self,
        table: &'static Table,
        cells: &[Cell<'_>],
        faults: &[(usize, FieldFault)],
        context: &RecordContext<'_>,
    ) -> Vec<String> {
        let mut deciding = Vec::new();
        let userid = account_of(table, cells);
        let mut faults = faults.to_vec();
        faults.sort_by_key(|(at, _)| *at);
        for (at, fault) in faults {
            let column = table.columns[at].column;
            self.value(context.dataset, fault.reason, || (userid.map(str::to_owned), (context.place)(fault.field)));
            if let (true, Cell::List(lost)) = (*column == fields::UNREADABLE, cells[at]) {
                // Values of other rows, or lost together with them.
                deciding.extend_from_slice(lost);
            } else if table.deciding.contains(&column) {
                deciding.push(column.name.to_owned());
            } else if *column == fields::UNREADABLE {
                // It may have named any.
                deciding = table.deciding.iter().map(|column| column.name.to_owned()).collect();
            }
        }
        deciding
    }

    /// Counts records of the table whose rows were built elsewhere, column by column.
    pub fn count_rows(&mut self, table: &Table, rows: u64) {
        self.records += rows;
        self.pushed += rows;
        self.relations.0 += if table.name == RELATIONS_TABLE.name { rows } else { 0 };
    }

    /// Removes and returns the rows. Their record numbers continue the `before` records of earlier portions.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if they do not fit the schema of their table.
    pub fn take_rows(&mut self, before: u64) -> Result<Vec<RecordBatch>> {
        self.tables.drain(..).map(|table| renumber(table.finish(), before)).collect()
    }

    fn reject_row(
        &mut self,
        table: &'static Table,
        cells: &[Cell<'_>],
        context: &RecordContext<'_>,
        missing: &MissingKey,
    ) {
        let text = |column: &Column| text_of(table, cells, column);
        let key = CustomerKey::new((text(&fields::EXTERNAL_USERID), text(&fields::UNIONID)));
        let own = account_of(table, cells).map(|userid| [userid.to_owned()]);
        let accounts = own.as_ref().map_or(context.accounts, |own| &own[..]);
        let place = || (context.place)(&missing.field());
        let concerned = text(&fields::DATASET).and_then(Dataset::from_word);
        let datasets: &[Dataset] = &match concerned {
            Some(concerned) => vec![context.dataset, concerned],
            None => concerned_by(&[context.dataset]).into_owned(),
        };
        self.reject_current(datasets, accounts, &key, missing.reason.into(), place);
    }

    /// Adds a record that cannot be read at all: not an object, a torn document, a sheet that was passed over.
    pub fn reject(&mut self, record: UnreadableRecord<'_>) {
        let UnreadableRecord { datasets, accounts, key, place, reason } = record;
        self.records += 1;
        let is_relation = u64::from(datasets.iter().any(|dataset| Dataset::OF_RELATIONS.contains(dataset)));
        self.relations = (self.relations.0 + is_relation, self.relations.1 + is_relation);
        self.reject_current(&concerned_by(datasets), accounts, &key, reason, || place);
    }

    /// Rejects the current record, which was counted.
    fn reject_current(
        &mut self,
        datasets: &[Dataset],
        accounts: &[String],
        key: &CustomerKey,
        reason: Cow<'static, str>,
        place: impl FnOnce() -> String,
    ) {
        self.rejected += 1;
        let mut uncounted = 1;
        for &dataset in datasets {
            for userid in each_or_any(accounts) {
                self.doubts.add(dataset, userid, key.clone(), std::mem::take(&mut uncounted));
            }
        }
        let dataset = datasets.first().copied().unwrap_or(Dataset::Relations);
        self.list(Grain::Record, dataset, reason, || {
            let userid = if let [only] = accounts { Some(only.clone()) } else { None };
            (userid, place())
        });
    }

    /// Counts a value that cannot be read, of a record that can be read or of none (a cursor, a time of a page).
    /// `listing` gives the account and the place; it runs only for the first [`MAX_LISTED_REJECTS`].
    pub fn value(
        &mut self,
        dataset: Dataset,
        reason: impl Into<Cow<'static, str>>,
        listing: impl FnOnce() -> (Option<String>, String),
    ) {
        self.doubts.add_values(dataset, 1);
        self.list(Grain::Value, dataset, reason.into(), listing);
    }

    /// Notes that records of the dataset may be missing, though none was seen: of these accounts, or of any.
    pub fn doubt(&mut self, dataset: Dataset, accounts: &[String]) {
        for userid in each_or_any(accounts) {
            self.doubts.add(dataset, userid, CustomerKey::default(), 0);
        }
    }

    fn list(
        &mut self,
        grain: Grain,
        dataset: Dataset,
        reason: Cow<'static, str>,
        listing: impl FnOnce() -> (Option<String>, String),
    ) {
        let count = self.reject_counts.entry((grain, reason.clone())).or_default();
        *count += 1;
        if *count <= MAX_LISTED_REJECTS {
            let (userid, place) = listing();
            let (file, record, reason) = (self.file, self.records, reason.into_owned());
            self.rejects.push(Reject { grain, dataset, userid, file, record, place, reason, not_listed: 0 });
        }
    }

    /// Counts records that are recognised and of no use here.
    pub fn pass_over(&mut self, why: impl Into<String>, records: u64) {
        if records > 0 {
            self.records += records;
            *self.passed_over.entry(why.into()).or_default() += records;
        }
    }

    /// Adds an answer of the service.
    pub fn answer(&mut self, answer: ApiAnswer) {
        self.answers.push(answer);
    }

    /// Counts relations of the account in the document, in one count for those that follow each other.
    pub fn count_for(&mut self, document: u64, userid: &str, relations: u64) {
        match self.account_counts.last_mut() {
            Some(last) if last.document == document && last.userid == userid => last.relations += relations,
            _ => self.account_counts.push(AccountCount {
                userid: userid.to_owned(),
                relations,
                file: self.file,
                document,
            }),
        }
    }

    /// Counts a document of that kind.
    pub fn count_kind(&mut self, kind: &'static str) {
        *self.kinds.entry(kind).or_default() += 1;
    }

    fn table(&mut self, table: &'static Table) -> &mut RawTable {
        let at = self
            .tables
            .iter()
            .position(|of| std::ptr::eq(of.table(), table) || of.table().name == table.name)
            .unwrap_or_else(|| {
                self.tables.push(RawTable::with_capacity(table, self.capacity));
                self.tables.len() - 1
            });
        &mut self.tables[at]
    }
}

/// The datasets that a record of these may be about: one on coverage, any.
fn concerned_by(datasets: &[Dataset]) -> Cow<'_, [Dataset]> {
    if datasets.contains(&Dataset::Coverage) { [datasets, Dataset::OF_DUMPS].concat().into() } else { datasets.into() }
}

/// Each account; `None`, which is any account, where there are none.
fn each_or_any(accounts: &[String]) -> impl Iterator<Item = Option<&str>> {
    accounts.is_empty().then_some(None).into_iter().chain(accounts.iter().map(|userid| Some(userid.as_str())))
}

/// A required key that a record lacks: its columns, one of which would be enough.
struct MissingKey {
    columns: &'static [&'static Column],
    /// The field that cannot be read, if there is one.
    field: Option<&'static str>,
    reason: RejectReason,
}

impl MissingKey {
    fn field(&self) -> Cow<'static, str> {
        self.field.map_or_else(
            || Cow::Owned(self.columns.iter().map(|column| column.name).collect::<Vec<_>>().join(" or ")),
            Cow::Borrowed,
        )
    }
}

/// The first of the table's keys that the record lacks.
fn missing_key(table: &'static Table, cells: &[Cell<'_>], faults: &[(usize, FieldFault)]) -> Option<MissingKey> {
    let is_missing = |positions: &&[usize]| positions.iter().all(|&at| matches!(cells[at], Cell::Null));
    let key = table.identity_positions.iter().position(is_missing)?;
    let fault = table.identity_positions[key].iter().find_map(|&at| fault_of(faults, at));
    Some(MissingKey {
        columns: table.identity[key],
        field: fault.map(|fault| fault.field),
        reason: fault.map_or(ABSENT, |fault| fault.reason),
    })
}

/// The first deciding value that cannot be read, of a table whose rows cannot say so.
fn lost_value(table: &'static Table, faults: &[(usize, FieldFault)]) -> Option<MissingKey> {
    if faults.is_empty() || table.notes_unreadable() {
        return None;
    }
    table.deciding.iter().find_map(|column| {
        let fault = fault_of(faults, table.position(column)?)?;
        Some(MissingKey { columns: std::slice::from_ref(column), field: Some(fault.field), reason: fault.reason })
    })
}

fn fault_of(faults: &[(usize, FieldFault)], at: usize) -> Option<FieldFault> {
    faults.iter().find(|(of, _)| *of == at).map(|(_, fault)| *fault)
}

fn text_of<'a>(table: &Table, cells: &[Cell<'a>], column: &Column) -> Option<&'a str> {
    match cells[table.position(column)?] {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

fn account_of<'a>(table: &Table, cells: &[Cell<'a>]) -> Option<&'a str> {
    text_of(table, cells, table.account?)
}

/// The batch with its record numbers, the last column of every raw batch, raised by `before`.
pub(super) fn renumber(batch: RecordBatch, before: u64) -> Result<RecordBatch> {
    if before == 0 {
        return Ok(batch);
    }
    let schema = batch.schema();
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    if let Some(last) = columns.last_mut()
        && let Some(numbers) = last.as_any().downcast_ref::<UInt64Array>()
    {
        *last = Arc::new(numbers.unary::<_, UInt64Type>(|number| number + before));
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}
