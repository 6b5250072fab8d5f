//! The relations of one snapshot, at their grain, in partitions of whole accounts.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringViewArray, UInt32Array, new_null_array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{UInt32Type, UInt64Type};

use super::keys::stands_in;
use super::layout::{Corp, Layout};
use super::merge::{Merged, merge};
use crate::error::{Error, Result};
use crate::ingest::raw::{FILE, RECORD, TakeRelations, raw_schema};
use crate::progress::Progress;
use crate::schema::tables::UNASSIGNED;
use crate::schema::{Column, Table, fields};
use crate::scope::{Account, Enrolment};
use crate::spill::{Held, Loan, Memory, make_room, weight};
use crate::turns::collect_in_turn;

/// All relations of a snapshot.
pub struct Relations {
    table: &'static Table,
    parts: Vec<Stored>,
    files: Vec<String>,
    accounts: BTreeMap<String, u64>,
    corp_codes: CorpCodes,
    /// Relations that only the unassigned list shows.
    pub echoes: u64,
    /// What rows without an id leave open.
    pub open: Open,
}

/// What rows without an id leave open: the console exports them so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    /// Relations without an id, other than of contacts that are no customers.
    pub without_id: u64,
    /// By account, relations without an id beside as many with one: they may be the same, and counted twice.
    pub left_over: BTreeMap<String, u64>,
    /// Rows that were taken for a copy of another one of their file.
    pub alike: u64,
}

impl Open {
    fn add(&mut self, more: Self) {
        self.without_id += more.without_id;
        self.left_over.extend(more.left_over);
        self.alike += more.alike;
    }

    fn of(merged: &Merged) -> Self {
        let column = |column: &Column| merged.rows.column_by_name(column.name);
        let ids = column(&fields::EXTERNAL_USERID).expect("relations hold their ids");
        if ids.null_count() == 0 {
            return Self { left_over: merged.left_over.clone(), alike: merged.alike, ..Self::default() };
        }
        let is_customer = column(&fields::IS_CUSTOMER).expect("relations say it").as_boolean();
        let without_id =
            is_customer.iter().enumerate().filter(|&(row, is_customer)| ids.is_null(row) && is_customer != Some(false)).count();
        Self { without_id: without_id as u64, left_over: merged.left_over.clone(), alike: merged.alike }
    }
}

/// The relations of one partition, until they are needed.
enum Stored {
    /// As they are; the loan ends with them.
    Merged { part: Part, _loan: Loan },
    /// As they were read: in order, so that merging them again costs little, or merged before they were spilled.
    Raw { rows: Held, echoes: Vec<RecordBatch> },
}

/// The relations of one partition.
#[derive(Clone)]
pub struct Part {
    /// The canonical rows, sorted by their key.
    pub rows: RecordBatch,
    /// Which of them stand in the unassigned list (B3).
    pub unassigned: BooleanArray,
}

impl Part {
    /// The accounts that hold relations, each with its rows, in order.
    pub fn accounts(&self) -> Vec<(&str, Range<usize>)> {
        stretches(self.rows.column(0).as_string_view())
    }

    /// A column of the rows.
    pub fn column(&self, column: &Column) -> &ArrayRef {
        self.rows.column_by_name(column.name).expect("relations hold their columns")
    }
}

/// Relations merged into another one, by index of their file.
pub type Duplicates = HashMap<u32, u64>;

/// Takes the relations of a snapshot while its files are read.
pub struct RelationsBuilder<'a> {
    table: &'static Table,
    corp: Corp,
    memory: Memory,
    enrolment: Option<&'a Enrolment>,
    /// Whether another snapshot has laid down the partitions.
    layout_is_given: bool,
    read: Mutex<Read>,
}

/// What has been read so far.
struct Read {
    layout: Option<Arc<Layout>>,
    /// Rows of accounts that have no partition yet, for the accounts are not known yet.
    unrouted: Held,
    /// The rows of each account; not counted where the layout was given.
    accounts: BTreeMap<String, u64>,
    parts: Vec<Held>,
}

impl<'a> RelationsBuilder<'a> {
    /// For the partitions of another snapshot, or, without a layout, for those that the accounts themselves suggest: with
    /// an enrolment so that the accounts that are mapped to them can join them.
    pub fn new(table: &'static Table, corp: Corp, layout: Option<Layout>, enrolment: Option<&'a Enrolment>, memory: &Memory) -> Self {
        let mut read = Read { layout: None, unrouted: Held::new(memory, raw_schema(table)), accounts: BTreeMap::new(), parts: Vec::new() };
        let layout_is_given = layout.is_some();
        if let Some(layout) = layout {
            read.set(layout, table, memory);
        }
        Self { table, corp, memory: memory.clone(), enrolment, layout_is_given, read: Mutex::new(read) }
    }

    /// How many raw rows have been read.
    pub fn rows(&self) -> u64 {
        let read = self.lock();
        read.unrouted.rows() + read.parts.iter().map(Held::rows).sum::<u64>()
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Merges what was read. `unassigned`: the raw batches of the unassigned list, which are relations too.
    ///
    /// # Errors
    /// [`Error::Bug`] if the readers broke their promises, [`Error::Io`] if the disk refuses to spill.
    pub fn finish(self, unassigned: &[RecordBatch], files: &[String], progress: &dyn Progress) -> Result<(Relations, Layout, Duplicates)> {
        let mut read = std::mem::replace(
            &mut *self.lock(),
            Read { layout: None, unrouted: Held::new(&self.memory, raw_schema(self.table)), accounts: BTreeMap::new(), parts: Vec::new() },
        );
        self.fix_layout(&mut read, &[])?;
        self.split_what_grew(&mut read)?;
        let layout = read.layout.clone().unwrap_or_default();
        let echoes = route(&layout, self.corp, &unassigned_as_relations(self.table, unassigned)?)?;
        let merged = |(rows, echoes): (Held, _)| {
            let raw_rows = rows.rows();
            let merged = Stored::merged(self.table, rows, echoes, files, &self.memory);
            progress.advance(raw_rows);
            merged
        };
        let parts = collect_in_turn(read.parts.into_iter().zip(echoes), merged)?;
        let mut relations = Relations {
            table: self.table,
            parts: Vec::new(),
            files: files.to_vec(),
            accounts: BTreeMap::new(),
            corp_codes: CorpCodes::default(),
            echoes: 0,
            open: Open::default(),
        };
        let mut duplicates = Duplicates::new();
        for (part, told) in parts {
            relations.parts.push(part);
            relations.accounts.extend(told.accounts);
            relations.corp_codes.add(told.corp_codes);
            relations.echoes += told.echoes;
            relations.open.add(told.open);
            #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
            for (file, count) in told.duplicates {
                *duplicates.entry(file).or_default() += count;
            }
        }
        Ok((relations, (*layout).clone(), duplicates))
    }

    /// Chooses the partitions by the accounts that are known by now, and those that are `awaited`: as large as these, on
    /// average.
    fn fix_layout(&self, read: &mut Read, awaited: &[Account]) -> Result<()> {
        if read.layout.is_some() {
            return Ok(());
        }
        let mut accounts = read.accounts.clone();
        let average = read.unrouted.rows() / (accounts.len() as u64).max(1);
        for pair in awaited {
            accounts.entry(pair.source_userid.clone()).or_insert(average);
        }
        let layout = match self.enrolment {
            Some(enrolment) => Layout::of(&accounts, enrolment, self.memory.partition_rows()),
            None => Layout::by_range(&accounts, self.memory.partition_rows()),
        };
        read.set(layout, self.table, &self.memory);
        let unrouted = std::mem::replace(&mut read.unrouted, Held::new(&self.memory, raw_schema(self.table)));
        let layout = read.layout.clone().unwrap_or_default();
        let routed = route(&layout, self.corp, &unrouted.batches()?)?;
        drop(unrouted);
        push(&mut read.parts, routed);
        Ok(())
    }

    /// Cuts the partitions that became too large. They are read back and spilled again, which is dear; but what is in order
    /// shows its last accounts last, and would leave all of them to one partition.
    fn split_what_grew(&self, read: &mut Read) -> Result<()> {
        if self.layout_is_given || !read.parts.iter().any(Held::is_packed) {
            return Ok(());
        }
        let layout = read.layout.clone().unwrap_or_default();
        let refined = Arc::new(layout.refined(&read.accounts, self.enrolment, self.memory.partition_rows()));
        let mut parts = Vec::new();
        for (partition, rows) in std::mem::take(&mut read.parts).into_iter().enumerate() {
            let places = layout.places_in(&refined, partition);
            if places.len() == 1 {
                parts.push(rows);
                continue;
            }
            let mut cut: Vec<Held> = places.clone().map(|_| Held::new(&self.memory, raw_schema(self.table))).collect();
            rows.for_each(|batch| {
                push(&mut cut, route(&refined, self.corp, &[batch])?.drain(places.clone()));
                make_room(&self.memory, cut.iter_mut())
            })?;
            parts.extend(cut);
        }
        read.parts = parts;
        read.layout = Some(refined);
        Ok(())
    }
}

impl TakeRelations for RelationsBuilder<'_> {
    fn take(&self, rows: &RecordBatch) -> Result<()> {
        let rows = rows.project(&projection(self.table, rows))?;
        let mut accounts = BTreeMap::new();
        if !self.layout_is_given {
            count_accounts(&mut accounts, &rows);
        }
        self.place(&rows, accounts)
    }
}

impl RelationsBuilder<'_> {
    /// Puts rows of so many accounts where they belong.
    fn place(&self, rows: &RecordBatch, accounts: BTreeMap<String, u64>) -> Result<()> {
        let layout = self.lock().layout.clone();
        let routed = layout.map(|layout| route(&layout, self.corp, std::slice::from_ref(rows))).transpose()?;
        let mut read = self.lock();
        match routed {
            Some(routed) => {
                read.add(accounts);
                push(&mut read.parts, routed);
            }
            None if read.layout.is_some() => {
                drop(read);
                return self.place(rows, accounts);
            }
            None => {
                read.add(accounts);
                read.unrouted.push(rows.clone());
                if self.memory.is_short() {
                    self.fix_layout(&mut read, self.enrolment.map_or(&[][..], Enrolment::accounts))?;
                }
            }
        }
        make_room(&self.memory, read.parts.iter_mut())
    }
}

impl Read {
    fn add(&mut self, accounts: BTreeMap<String, u64>) {
        for (userid, rows) in accounts {
            *self.accounts.entry(userid).or_default() += rows;
        }
    }

    fn set(&mut self, layout: Layout, table: &'static Table, memory: &Memory) {
        self.parts = (0..layout.partitions()).map(|_| Held::new(memory, raw_schema(table))).collect();
        self.layout = Some(Arc::new(layout));
    }
}

/// Where the columns of a narrower table stand in raw rows.
fn projection(table: &Table, rows: &RecordBatch) -> Vec<usize> {
    let schema = rows.schema();
    raw_schema(table).fields().iter().filter_map(|field| schema.index_of(field.name()).ok()).collect()
}

impl Relations {
    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.parts.len()
    }

    /// The relations of a partition.
    ///
    /// # Errors
    /// [`Error::Io`] if they cannot be read back.
    pub fn part(&self, partition: usize) -> Result<Part> {
        match self.parts.get(partition) {
            Some(Stored::Merged { part, .. }) => Ok(part.clone()),
            Some(Stored::Raw { rows, echoes }) => Ok(merge_part(self.table, &in_order(rows)?, echoes, &self.files)?.0),
            None => Err(Error::Bug(format!("there is no partition {partition}"))),
        }
    }

    /// How many relations there are.
    pub fn len(&self) -> u64 {
        self.accounts.values().sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The relations of each account that holds any.
    pub fn accounts(&self) -> &BTreeMap<String, u64> {
        &self.accounts
    }

    /// How often each corp code stands in the customers' ids.
    pub fn corp_codes(&self) -> &CorpCodes {
        &self.corp_codes
    }
}

/// What is told of a merged partition beside its rows.
struct Told {
    duplicates: Duplicates,
    accounts: Vec<(String, u64)>,
    echoes: u64,
    open: Open,
    corp_codes: CorpCodes,
}

impl Stored {
    /// Merges the rows of a partition for the first time. If they were spilled they stay so: as they are where they are in
    /// order, else merged.
    fn merged(table: &'static Table, rows: Held, echoes: Vec<RecordBatch>, files: &[String], memory: &Memory) -> Result<(Self, Told)> {
        let batches = in_order(&rows)?;
        let (part, merged) = merge_part(table, &batches, &echoes, files)?;
        let accounts = part.accounts().into_iter().map(|(userid, rows)| (userid.to_owned(), rows.len() as u64)).collect();
        let mut corp_codes = CorpCodes::default();
        corp_codes.count(part.column(&fields::EXTERNAL_USERID).as_string_view());
        let told = Told { open: Open::of(&merged), duplicates: merged.duplicates, accounts, echoes: merged.echo_rows, corp_codes };
        let stored = match rows.is_packed() {
            false if memory.is_ample() => {
                let loan = memory.loan(weight(&part.rows));
                Self::Merged { part, _loan: loan }
            }
            true if merged.was_in_order => Self::Raw { rows, echoes },
            _ => {
                drop(rows);
                let mut rows = Held::new(memory, raw_schema(table));
                rows.push(as_raw(table, &part.rows)?);
                rows.pack()?;
                make_room(memory, std::iter::once(&mut rows))?;
                Self::Raw { rows, echoes }
            }
        };
        Ok((stored, told))
    }
}

/// Merged rows as raw rows, which say where they come from by themselves.
fn as_raw(table: &Table, rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = raw_schema(table);
    let none = schema.fields()[table.columns.len()..].iter().map(|field| {
        let nothing = new_null_array(field.data_type(), rows.num_rows());
        if field.is_nullable() {
            Ok(nothing)
        } else {
            arrow::compute::cast(&UInt32Array::from(vec![0; rows.num_rows()]), field.data_type())
        }
    });
    let columns = rows.columns().iter().cloned().map(Ok).chain(none).collect::<std::result::Result<Vec<_>, _>>()?;
    Ok(RecordBatch::try_new(schema, columns)?)
}

/// The batches as they stood in their files: several threads read, so they came in any order.
fn in_order(rows: &Held) -> Result<Vec<RecordBatch>> {
    let mut batches = rows.batches()?;
    batches.sort_by_key(|batch| {
        let first = |name: &str| batch.column_by_name(name).filter(|_| batch.num_rows() > 0);
        let file = first(FILE).map(|files| files.as_primitive::<UInt32Type>().value(0));
        (file, first(RECORD).map(|records| records.as_primitive::<UInt64Type>().value(0)))
    });
    Ok(batches)
}

fn merge_part(table: &'static Table, batches: &[RecordBatch], echoes: &[RecordBatch], files: &[String]) -> Result<(Part, Merged)> {
    let merged = merge(table, batches, echoes, files)?;
    let rows = merged.rows.clone();
    let unassigned = match echoes {
        [] => BooleanArray::from(vec![false; rows.num_rows()]),
        echoes => stand_in_echoes(table, &rows, echoes, files)?,
    };
    Ok((Part { rows, unassigned }, merged))
}

/// Which relations stand in the unassigned list.
fn stand_in_echoes(table: &'static Table, rows: &RecordBatch, echoes: &[RecordBatch], files: &[String]) -> Result<BooleanArray> {
    let listed = merge(table, &[], echoes, files)?.rows;
    let key = Arc::new(UNASSIGNED.arrow_schema().project(&[0, 1])?);
    let pairs = |batch: &RecordBatch| RecordBatch::try_new(key.clone(), batch.columns()[..2].to_vec());
    Ok(stands_in(&UNASSIGNED, &pairs(rows)?, &pairs(&listed)?))
}

/// Adds the rows of each account of a raw batch.
fn count_accounts(accounts: &mut BTreeMap<String, u64>, rows: &RecordBatch) {
    for (userid, rows) in stretches(rows.column(0).as_string_view()) {
        match accounts.get_mut(userid) {
            Some(count) => *count += rows.len() as u64,
            None => {
                accounts.insert(userid.to_owned(), rows.len() as u64);
            }
        }
    }
}

/// Stretches of an account in a batch that are shorter than this on average are gathered, not sliced.
const SHORT: usize = 16;

/// Raw batches by the partition of their accounts.
fn route(layout: &Layout, corp: Corp, batches: &[RecordBatch]) -> Result<Vec<Vec<RecordBatch>>> {
    let mut routed = vec![Vec::new(); layout.partitions()];
    if routed.len() == 1 {
        routed[0] = batches.to_vec();
        return Ok(routed);
    }
    for batch in batches {
        let stretches = stretches(batch.column(0).as_string_view());
        let placed: Vec<(usize, Range<usize>)> =
            stretches.into_iter().map(|(userid, rows)| (layout.partition(corp, userid), rows)).collect();
        if placed.len() * SHORT > batch.num_rows() {
            for (place, rows) in gathered(batch, placed)? {
                routed[place].push(rows);
            }
        } else {
            for same in placed.chunk_by(|a, b| a.0 == b.0) {
                let (begin, end) = (same[0].1.start, same[same.len() - 1].1.end);
                routed[same[0].0].push(batch.slice(begin, end - begin));
            }
        }
    }
    Ok(routed)
}

/// Adds to each partition the batches that were routed to it.
fn push(parts: &mut [Held], routed: impl IntoIterator<Item = Vec<RecordBatch>>) {
    for (part, rows) in parts.iter_mut().zip(routed) {
        for rows in rows {
            part.push(rows);
        }
    }
}

/// The rows of each partition, each copied together once.
fn gathered(batch: &RecordBatch, mut placed: Vec<(usize, Range<usize>)>) -> Result<Vec<(usize, RecordBatch)>> {
    placed.sort_by_key(|(place, _)| *place);
    let mut gathered = Vec::new();
    for same in placed.chunk_by(|a, b| a.0 == b.0) {
        let rows: UInt32Array = same.iter().flat_map(|(_, rows)| rows.clone()).map(|row| row as u32).collect::<Vec<_>>().into();
        gathered.push((same[0].0, take_record_batch(batch, &rows)?));
    }
    Ok(gathered)
}

/// The stretches of equal values in a column.
pub fn stretches(column: &StringViewArray) -> Vec<(&str, Range<usize>)> {
    let views = column.views();
    let mut stretches: Vec<(&str, Range<usize>)> = Vec::new();
    for i in 0..column.len() {
        if let Some((last, range)) = stretches.last_mut()
            && (views[i] == views[i - 1] || *last == column.value(i))
        {
            range.end = i + 1;
        } else {
            stretches.push((column.value(i), i..i + 1));
        }
    }
    stretches
}

/// The pairs of the unassigned list as relations: a left member cannot be asked for them (SPEC section 2).
fn unassigned_as_relations(table: &Table, batches: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
    let schema = raw_schema(table);
    let as_relations = |batch: &RecordBatch| {
        let columns: Vec<ArrayRef> = schema
            .fields()
            .iter()
            .map(|field| {
                let from = if field.name() == fields::USERID.name { fields::HANDOVER_USERID.name } else { field.name() };
                batch.column_by_name(from).cloned().unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
            })
            .collect();
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    };
    batches.iter().map(as_relations).collect()
}

/// How often each corp code stands in customers' ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorpCodes {
    counts: HashMap<[u8; 8], u64>,
    /// Ids that carry none of the codes counted.
    others: u64,
}

/// A corp has one code, a mixed dump a few; where there are more, they are no codes.
const CODES: usize = 256;

impl CorpCodes {
    /// The code that an id carries, by inference: two letters of kind, then eight characters common to the corp.
    fn code(id: &str) -> Option<[u8; 8]> {
        let is_id = id.len() == 32 && (id.starts_with("wm") || id.starts_with("wo")) && id.is_ascii();
        id.as_bytes()[..if is_id { 10 } else { 0 }].get(2..)?.try_into().ok()
    }

    fn count(&mut self, ids: &StringViewArray) {
        let mut last: Option<([u8; 8], u64)> = None;
        for code in ids.iter().flatten().filter_map(Self::code) {
            match &mut last {
                Some((same, count)) if *same == code => *count += 1,
                _ => {
                    self.enter(last.replace((code, 1)));
                }
            }
        }
        self.enter(last);
    }

    fn enter(&mut self, counted: Option<([u8; 8], u64)>) {
        let Some((code, count)) = counted else { return };
        let has_room = self.counts.len() < CODES;
        match self.counts.get_mut(&code) {
            Some(known) => *known += count,
            None if has_room => {
                self.counts.insert(code, count);
            }
            None => self.others += count,
        }
    }

    fn add(&mut self, more: Self) {
        self.others += more.others;
        let mut counted: Vec<_> = more.counts.into_iter().collect();
        counted.sort_unstable_by_key(|(code, count)| (std::cmp::Reverse(*count), *code));
        for entry in counted {
            self.enter(Some(entry));
        }
    }

    /// Ids that carry a code.
    pub fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    /// The codes, the most frequent first.
    pub fn by_count(&self) -> Vec<(String, u64)> {
        let text = |code: &[u8; 8]| String::from_utf8_lossy(code).into_owned();
        let mut codes: Vec<(String, u64)> = self.counts.iter().map(|(code, count)| (text(code), *count)).collect();
        codes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        codes
    }
}

#[cfg(test)]
mod tests;
