//! Collects relations while files are read, and partitions them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, new_null_array};

use super::routing::{count_accounts, push, route};
use super::stored::Stored;
use super::{Duplicates, RelationStore, add_duplicates};
use crate::error::Result;
use crate::ingest::raw::{Raw, RelationSink, raw_schema};
use crate::lists::{AccountPair, Enrolment};
use crate::memory::{MemoryBudget, RowBuffer, make_room};
use crate::progress::Progress;
use crate::schema::tables::UNASSIGNED;
use crate::schema::{Table, fields};
use crate::snapshot::partitioning::{CorpRole, Partitioning, Proportion};
use crate::snapshot::shared_unionids::{SharedUnionids, UnionidIndex};
use crate::snapshot::spelling::{SettledSpelling, Spellings, settle, spelled_relations};
use crate::turns::collect_in_turn;
use crate::userids::{Respelled, Userids};

/// Collector of the relations of a snapshot while its files are read.
pub struct RelationsBuilder<'a> {
    table: &'static Table,
    corp: CorpRole,
    memory: MemoryBudget,
    enrolment: Option<&'a Enrolment>,
    /// Whether the partitions are those of another snapshot.
    partitioning_is_given: bool,
    proportion: Proportion,
    /// Members whose spelling is settled.
    known: Cow<'a, Userids>,
    read: Mutex<RowsRead>,
}

/// Merged relations of a snapshot.
pub struct Finished {
    pub relations: RelationStore,
    pub partitioning: Partitioning,
    pub duplicates: Duplicates,
    /// Spelling of every member of the snapshot, and of those known before.
    pub userids: Userids,
    pub respelled: Respelled,
    pub shared_unionids: SharedUnionids,
}

/// Rows read so far.
struct RowsRead {
    partitioning: Option<Arc<Partitioning>>,
    /// Rows read before the partitions were chosen.
    unrouted: RowBuffer,
    /// Rows of each account; not counted where the partitioning is given.
    accounts: BTreeMap<String, u64>,
    /// Accounts that are not known, and known ones in other spellings.
    spellings: Spellings,
    parts: Vec<RowBuffer>,
}

impl<'a> RelationsBuilder<'a> {
    /// Creates a collector for the partitions of another snapshot, or without a `partitioning`, for ones chosen by the
    /// sizes of accounts; target accounts of the `enrolment` are put into the partitions of their source accounts.
    pub fn new(
        table: &'static Table,
        corp: CorpRole,
        partitioning: Option<Partitioning>,
        enrolment: Option<&'a Enrolment>,
        memory: &MemoryBudget,
    ) -> Self {
        let mut read = RowsRead::new(table, memory);
        let partitioning_is_given = partitioning.is_some();
        if let Some(partitioning) = partitioning {
            read.set(partitioning, table, memory);
        }
        let (memory, known, proportion) = (memory.clone(), Cow::default(), Proportion::default());
        Self { table, corp, memory, enrolment, partitioning_is_given, proportion, known, read: Mutex::new(read) }
    }

    /// Sets the members whose spelling is settled: by the accounts list, or by a snapshot of the corp read before.
    #[must_use]
    pub fn with_known_userids(self, known: Cow<'a, Userids>) -> Self {
        Self { known, ..self }
    }

    /// Sets the sizes of the exports that will have the same partitions.
    #[must_use]
    pub fn with_proportion(self, proportion: Proportion) -> Self {
        Self { proportion, ..self }
    }

    fn partition_rows(&self) -> u64 {
        self.proportion.source_rows(self.memory.partition_rows())
    }

    /// Returns the number of raw rows read.
    pub fn rows(&self) -> u64 {
        let read = self.lock();
        read.unrouted.rows() + read.parts.iter().map(RowBuffer::rows).sum::<u64>()
    }

    /// Makes an empty buffer for raw rows.
    fn buffer(&self) -> RowBuffer {
        RowBuffer::new(&self.memory, raw_schema(self.table))
    }

    fn lock(&self) -> MutexGuard<'_, RowsRead> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Merges the relations read, including the pairs of the unassigned list, after spelling every member in one way,
    /// in the other raw tables too.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if raw rows do not have their schema, [`crate::Error::Io`] if the disk fails.
    pub fn finish(self, raw: &mut Raw, files: &[String], progress: &dyn Progress) -> Result<Finished> {
        let mut read = std::mem::replace(&mut *self.lock(), RowsRead::new(self.table, &self.memory));
        let settled = settle(std::mem::take(&mut read.spellings), raw, &self.known)?;
        self.spell(&mut read, &settled)?;
        self.fix_partitioning(&mut read, &[])?;
        self.split_large_partitions(&mut read)?;
        let partitioning = read.partitioning.clone().unwrap_or_default();
        let echoes = route(&partitioning, self.corp, &unassigned_as_relations(self.table, raw.batches(&UNASSIGNED))?)?;
        let (files, folds): (Arc<[String]>, _) = (files.into(), !raw.is_ingested());
        let unionids = self
            .matches_unionids()
            .then(|| UnionidIndex::new(read.parts.iter().map(RowBuffer::rows).sum(), &self.memory));
        let merged = |(rows, echoes): (RowBuffer, Vec<RecordBatch>)| {
            let raw_rows = rows.rows();
            let merged = Stored::merged(self.table, rows, &echoes, (&files, folds), &self.memory, unionids.as_ref());
            progress.advance(raw_rows);
            merged
        };
        let parts = collect_in_turn(read.parts.into_iter().zip(echoes), merged)?;
        let mut relations = RelationStore::default();
        let mut duplicates = Duplicates::new();
        for (part, stats) in parts {
            relations.parts.push(Mutex::new(Some(part)));
            relations.accounts.extend(stats.accounts);
            relations.corp_codes.merge(stats.corp_codes);
            relations.echoes += stats.echoes;
            relations.without_id.merge(stats.without_id);
            add_duplicates(&mut duplicates, stats.duplicates);
        }
        let shared_unionids =
            unionids.map(|unionids| SharedUnionids::new(&unionids, &relations)).transpose()?.unwrap_or_default();
        let SettledSpelling { userids, respelled, .. } = settled;
        Ok(Finished {
            relations,
            partitioning: (*partitioning).clone(),
            duplicates,
            userids,
            respelled,
            shared_unionids,
        })
    }

    /// Whether unionids are matched; not where a snapshot is read by itself.
    fn matches_unionids(&self) -> bool {
        self.partitioning_is_given || self.enrolment.is_some()
    }

    /// Spells members in one way who were not known when their rows were taken. Their partitions are read back and
    /// split again.
    fn spell(&self, read: &mut RowsRead, SettledSpelling { userids, given_up, .. }: &SettledSpelling) -> Result<()> {
        if given_up.is_empty() {
            return Ok(());
        }
        let accounts = std::mem::take(&mut read.accounts);
        read.add(accounts.iter().map(|(userid, rows)| (userids.get(userid).unwrap_or(userid), *rows)));
        for batch in std::mem::replace(&mut read.unrouted, self.buffer()).batches()? {
            read.unrouted.push(spelled_relations(&batch, userids)?);
        }
        let Some(partitioning) = read.partitioning.clone() else { return Ok(()) };
        let partitions: BTreeSet<usize> =
            given_up.iter().map(|userid| partitioning.partition(self.corp, userid)).collect();
        for partition in partitions {
            let rows = std::mem::replace(&mut read.parts[partition], self.buffer());
            rows.for_each(|batch| {
                push(&mut read.parts, route(&partitioning, self.corp, &[spelled_relations(&batch, userids)?])?);
                make_room(&self.memory, read.parts.iter_mut())
            })?;
        }
        Ok(())
    }

    /// Chooses the partitions by the accounts read so far, and those `awaited`, which are assumed to be of their
    /// average size.
    fn fix_partitioning(&self, read: &mut RowsRead, awaited: &[AccountPair]) -> Result<()> {
        if read.partitioning.is_some() {
            return Ok(());
        }
        let mut accounts = read.accounts.clone();
        let average = read.unrouted.rows() / (accounts.len() as u64).max(1);
        for pair in awaited {
            accounts.entry(pair.source_userid.clone()).or_insert(average);
        }
        let partitioning = Partitioning::by_range(&accounts, self.partition_rows()).with_targets(self.enrolment);
        read.set(partitioning, self.table, &self.memory);
        let unrouted = std::mem::replace(&mut read.unrouted, self.buffer());
        let partitioning = read.partitioning.clone().unwrap_or_default();
        let routed = route(&partitioning, self.corp, &unrouted.batches()?)?;
        drop(unrouted);
        push(&mut read.parts, routed);
        Ok(())
    }

    /// Splits partitions that became too large, which are read back and spilled again: in a sorted file the last
    /// accounts come last, and would all be in the last partition.
    fn split_large_partitions(&self, read: &mut RowsRead) -> Result<()> {
        if self.partitioning_is_given {
            return Ok(());
        }
        let partitioning = read.partitioning.clone().unwrap_or_default();
        let refined = partitioning.refined(&read.accounts, self.enrolment, self.partition_rows());
        let mut parts = Vec::new();
        for (partition, rows) in std::mem::take(&mut read.parts).into_iter().enumerate() {
            let places = partitioning.parts_in(&refined, partition);
            if places.len() == 1 {
                parts.push(rows);
                continue;
            }
            let mut cut: Vec<RowBuffer> = places.clone().map(|_| self.buffer()).collect();
            rows.for_each(|batch| {
                push(&mut cut, route(&refined, self.corp, &[batch])?.drain(places.clone()));
                make_room(&self.memory, cut.iter_mut())
            })?;
            parts.extend(cut);
        }
        let refined = refined.with_further(self.proportion, self.memory.partition_rows());
        parts.resize_with(refined.partitions(), || self.buffer());
        read.parts = parts;
        read.partitioning = Some(Arc::new(refined));
        Ok(())
    }
}

impl RelationSink for RelationsBuilder<'_> {
    fn take(&self, rows: &RecordBatch) -> Result<()> {
        let rows = rows.project(&projection(self.table, rows))?;
        let accounts: Vec<Counted<'_>> =
            count_accounts(&rows)?.into_iter().map(|counted| self.counted(counted)).collect();
        if accounts.iter().all(|account| account.used == account.userid) {
            return self.place(&rows, &accounts);
        }
        self.place(&spelled_relations(&rows, &self.known)?, &accounts)
    }

    fn batch_rows(&self) -> u64 {
        self.memory.partition_rows()
    }
}

/// The rows of an account in a batch.
struct Counted<'b> {
    /// Spelling in the batch.
    userid: &'b str,
    /// Spelling used from here on.
    used: &'b str,
    is_settled: bool,
    rows: u64,
}

impl RelationsBuilder<'_> {
    fn counted<'b>(&'b self, (userid, rows): (&'b str, u64)) -> Counted<'b> {
        let known = self.known.get(userid);
        Counted { userid, used: known.unwrap_or(userid), is_settled: known == Some(userid), rows }
    }

    /// Pushes rows of `accounts` to their partitions.
    fn place(&self, rows: &RecordBatch, accounts: &[Counted<'_>]) -> Result<()> {
        let partitioning = self.lock().partitioning.clone();
        let routed =
            partitioning.map(|partitioning| route(&partitioning, self.corp, std::slice::from_ref(rows))).transpose()?;
        let mut read = self.lock();
        match routed {
            Some(routed) => {
                self.count(&mut read, accounts);
                push(&mut read.parts, routed);
            }
            None if read.partitioning.is_some() => {
                drop(read);
                return self.place(rows, accounts);
            }
            None => {
                self.count(&mut read, accounts);
                read.unrouted.push(rows.clone());
                if self.memory.should_compress() {
                    self.fix_partitioning(&mut read, self.enrolment.map_or(&[][..], Enrolment::accounts))?;
                }
            }
        }
        make_room(&self.memory, read.parts.iter_mut())
    }

    fn count(&self, read: &mut RowsRead, accounts: &[Counted<'_>]) {
        accounts.iter().filter(|account| !account.is_settled).for_each(|account| read.spellings.add(account.userid));
        if !self.partitioning_is_given {
            read.add(accounts.iter().map(|account| (account.used, account.rows)));
        }
    }
}

impl RowsRead {
    fn new(table: &'static Table, memory: &MemoryBudget) -> Self {
        let unrouted = RowBuffer::new(memory, raw_schema(table));
        Self {
            partitioning: None,
            unrouted,
            accounts: BTreeMap::new(),
            spellings: Spellings::default(),
            parts: Vec::new(),
        }
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

    fn set(&mut self, partitioning: Partitioning, table: &'static Table, memory: &MemoryBudget) {
        self.parts = (0..partitioning.partitions()).map(|_| RowBuffer::new(memory, raw_schema(table))).collect();
        self.partitioning = Some(Arc::new(partitioning));
    }
}

/// Returns the positions in raw rows of the columns of a narrower table.
fn projection(table: &Table, rows: &RecordBatch) -> Vec<usize> {
    let schema = rows.schema();
    raw_schema(table).fields().iter().filter_map(|field| schema.index_of(field.name()).ok()).collect()
}

/// Converts the pairs of the unassigned list to relations: a member who has left cannot be queried (SPEC section 2).
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
