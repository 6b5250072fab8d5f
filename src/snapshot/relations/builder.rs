//! Takes relations while they are read, and puts them into partitions.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, new_null_array};

use super::routing::{count_accounts, push, route};
use super::stored::Stored;
use super::{Duplicates, Open, Relations};
use crate::error::Result;
use crate::ingest::raw::{Raw, TakeRelations, raw_schema};
use crate::progress::Progress;
use crate::schema::tables::UNASSIGNED;
use crate::schema::{Table, fields};
use crate::scope::{Account, Enrolment};
use crate::snapshot::corp_codes::CorpCodes;
use crate::snapshot::layout::{Corp, Layout};
use crate::snapshot::shared_unionids::{SharedUnionids, Watch};
use crate::snapshot::spelling::{Settled, Spellings, settle, spelled_relations};
use crate::spill::{Held, Memory, make_room};
use crate::turns::collect_in_turn;
use crate::userids::{Respelled, Userids};

/// Takes the relations of a snapshot while its files are read.
pub struct RelationsBuilder<'a> {
    table: &'static Table,
    corp: Corp,
    memory: Memory,
    enrolment: Option<&'a Enrolment>,
    /// Whether another snapshot has laid down the partitions.
    layout_is_given: bool,
    /// The members whose spelling is settled.
    known: Cow<'a, Userids>,
    read: Mutex<Read>,
}

/// What became of everything that was read of relations.
pub struct Finished {
    pub relations: Relations,
    pub layout: Layout,
    pub duplicates: Duplicates,
    /// The spelling of every member that the snapshot shows, or that was known.
    pub userids: Userids,
    pub respelled: Respelled,
    pub shared_unionids: SharedUnionids,
}

/// What has been read so far.
struct Read {
    layout: Option<Arc<Layout>>,
    /// Rows of accounts that have no partition yet, for the accounts are not known yet.
    unrouted: Held,
    /// The rows of each account; not counted where the layout was given.
    accounts: BTreeMap<String, u64>,
    /// The accounts that are not known, and known ones in other spellings.
    spellings: Spellings,
    parts: Vec<Held>,
}

impl<'a> RelationsBuilder<'a> {
    /// For the partitions of another snapshot, or, without a layout, for those that the accounts themselves suggest: with
    /// an enrolment so that the accounts that are mapped to them can join them.
    pub fn new(
        table: &'static Table,
        corp: Corp,
        layout: Option<Layout>,
        enrolment: Option<&'a Enrolment>,
        memory: &Memory,
    ) -> Self {
        let mut read = Read::new(table, memory);
        let layout_is_given = layout.is_some();
        if let Some(layout) = layout {
            read.set(layout, table, memory);
        }
        let (memory, known) = (memory.clone(), Cow::default());
        Self { table, corp, memory, enrolment, layout_is_given, known, read: Mutex::new(read) }
    }

    /// With members whose spelling is settled: by the accounts list, and by a snapshot of the corp that was read before.
    #[must_use]
    pub fn knowing(self, known: Cow<'a, Userids>) -> Self {
        Self { known, ..self }
    }

    /// How many raw rows have been read.
    pub fn rows(&self) -> u64 {
        let read = self.lock();
        read.unrouted.rows() + read.parts.iter().map(Held::rows).sum::<u64>()
    }

    fn lock(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Merges what was read of relations, the pairs of the unassigned list among them, once every member has one spelling, in
    /// what else was read too.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the readers broke their promises, [`crate::Error::Io`] if the disk refuses to spill.
    pub fn finish(self, raw: &mut Raw, files: &[String], progress: &dyn Progress) -> Result<Finished> {
        let mut read = std::mem::replace(&mut *self.lock(), Read::new(self.table, &self.memory));
        let settled = settle(std::mem::take(&mut read.spellings), raw, &self.known)?;
        self.spell(&mut read, &settled)?;
        self.fix_layout(&mut read, &[])?;
        self.split_what_grew(&mut read)?;
        let layout = read.layout.clone().unwrap_or_default();
        let echoes = route(&layout, self.corp, &unassigned_as_relations(self.table, raw.batches(&UNASSIGNED))?)?;
        let files: Arc<[String]> = files.into();
        let watch = self.watches_unionids().then(|| Watch::new(read.parts.iter().map(Held::rows).sum(), &self.memory));
        let merged = |(rows, echoes): (Held, Vec<RecordBatch>)| {
            let raw_rows = rows.rows();
            let merged = Stored::merged(self.table, rows, &echoes, &files, &self.memory, watch.as_ref());
            progress.advance(raw_rows);
            merged
        };
        let parts = collect_in_turn(read.parts.into_iter().zip(echoes), merged)?;
        let mut relations = Relations {
            parts: Vec::new(),
            accounts: BTreeMap::new(),
            corp_codes: CorpCodes::default(),
            echoes: 0,
            open: Open::default(),
        };
        let mut duplicates = Duplicates::new();
        for (part, told) in parts {
            relations.parts.push(Mutex::new(Some(part)));
            relations.accounts.extend(told.accounts);
            relations.corp_codes.add(told.corp_codes);
            relations.echoes += told.echoes;
            relations.open.add(told.open);
            #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
            for (file, count) in told.duplicates {
                *duplicates.entry(file).or_default() += count;
            }
        }
        let shared_unionids =
            watch.map(|watch| SharedUnionids::new(&watch, &relations)).transpose()?.unwrap_or_default();
        let Settled { userids, respelled, .. } = settled;
        Ok(Finished { relations, layout: (*layout).clone(), duplicates, userids, respelled, shared_unionids })
    }

    /// Nothing is matched in a snapshot that is read for itself.
    fn watches_unionids(&self) -> bool {
        self.layout_is_given || self.enrolment.is_some()
    }

    /// Gives members one spelling who were not known when their rows were taken. Their partitions are read back, which is dear.
    fn spell(&self, read: &mut Read, Settled { userids, given_up, .. }: &Settled) -> Result<()> {
        if given_up.is_empty() {
            return Ok(());
        }
        let accounts = std::mem::take(&mut read.accounts);
        read.add(accounts.iter().map(|(userid, rows)| (userids.get(userid).unwrap_or(userid), *rows)));
        let none = || Held::new(&self.memory, raw_schema(self.table));
        for batch in std::mem::replace(&mut read.unrouted, none()).batches()? {
            read.unrouted.push(spelled_relations(&batch, userids)?);
        }
        let Some(layout) = read.layout.clone() else { return Ok(()) };
        let partitions: BTreeSet<usize> = given_up.iter().map(|userid| layout.partition(self.corp, userid)).collect();
        for partition in partitions {
            let rows = std::mem::replace(&mut read.parts[partition], none());
            rows.for_each(|batch| {
                push(&mut read.parts, route(&layout, self.corp, &[spelled_relations(&batch, userids)?])?);
                make_room(&self.memory, read.parts.iter_mut())
            })?;
        }
        Ok(())
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
        if self.layout_is_given {
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
        let accounts: Vec<Counted<'_>> =
            count_accounts(&rows).into_iter().map(|counted| self.counted(counted)).collect();
        if accounts.iter().all(|account| account.used == account.userid) {
            return self.place(&rows, &accounts);
        }
        self.place(&spelled_relations(&rows, &self.known)?, &accounts)
    }
}

/// The rows of an account in a batch.
struct Counted<'b> {
    /// As it is spelled there.
    userid: &'b str,
    /// As it is spelled from here on.
    used: &'b str,
    is_settled: bool,
    rows: u64,
}

impl RelationsBuilder<'_> {
    fn counted<'b>(&'b self, (userid, rows): (&'b str, u64)) -> Counted<'b> {
        let known = self.known.get(userid);
        Counted { userid, used: known.unwrap_or(userid), is_settled: known == Some(userid), rows }
    }

    /// Puts rows of these accounts where they belong.
    fn place(&self, rows: &RecordBatch, accounts: &[Counted<'_>]) -> Result<()> {
        let layout = self.lock().layout.clone();
        let routed = layout.map(|layout| route(&layout, self.corp, std::slice::from_ref(rows))).transpose()?;
        let mut read = self.lock();
        match routed {
            Some(routed) => {
                self.count(&mut read, accounts);
                push(&mut read.parts, routed);
            }
            None if read.layout.is_some() => {
                drop(read);
                return self.place(rows, accounts);
            }
            None => {
                self.count(&mut read, accounts);
                read.unrouted.push(rows.clone());
                if self.memory.is_short() {
                    self.fix_layout(&mut read, self.enrolment.map_or(&[][..], Enrolment::accounts))?;
                }
            }
        }
        make_room(&self.memory, read.parts.iter_mut())
    }

    fn count(&self, read: &mut Read, accounts: &[Counted<'_>]) {
        accounts.iter().filter(|account| !account.is_settled).for_each(|account| read.spellings.add(account.userid));
        if !self.layout_is_given {
            read.add(accounts.iter().map(|account| (account.used, account.rows)));
        }
    }
}

impl Read {
    fn new(table: &'static Table, memory: &Memory) -> Self {
        let unrouted = Held::new(memory, raw_schema(table));
        Self { layout: None, unrouted, accounts: BTreeMap::new(), spellings: Spellings::default(), parts: Vec::new() }
    }

    fn add<'b>(&mut self, accounts: impl Iterator<Item = (&'b str, u64)>) {
        for (userid, rows) in accounts {
            match self.accounts.get_mut(userid) {
                Some(count) => *count += rows,
                None => {
                    self.accounts.insert(userid.to_owned(), rows);
                }
            }
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

/// The pairs of the unassigned list as relations: a left member cannot be asked for them (SPEC section 2).
fn unassigned_as_relations(table: &Table, batches: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
    let schema = raw_schema(table);
    let as_relations = |batch: &RecordBatch| {
        let columns: Vec<ArrayRef> = schema
            .fields()
            .iter()
            .map(|field| {
                let from =
                    if field.name() == fields::USERID.name { fields::HANDOVER_USERID.name } else { field.name() };
                batch
                    .column_by_name(from)
                    .cloned()
                    .unwrap_or_else(|| new_null_array(field.data_type(), batch.num_rows()))
            })
            .collect();
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    };
    batches.iter().map(as_relations).collect()
}
