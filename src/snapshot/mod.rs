//! Raw rows of one role -> its canonical tables: duplicates merged, one row per key, with the coverage of the snapshot.

mod check_accounts;
mod codes;
mod corp_codes;
mod coverage;
mod fold;
mod group_list;
mod keys;
mod partitioning;
mod merge;
mod notes;
mod owners;
mod read;
mod relations;
mod role_inputs;
mod shared_unionids;
mod spelling;
mod unread;

pub use crate::ingest::raw::Input;
pub use check_accounts::check_accounts;
pub use corp_codes::CorpCodes;
pub use coverage::{CountJump, Evidence, SnapshotCoverage};
pub use group_list::{GroupList, Listing};
pub use keys::{TableKey, exists_in};
pub use partitioning::{CorpRole, Partitioning, Proportion};
pub use read::Partitions;
pub use relations::{Finished, Partition, RelationStore, RelationsBuilder, WithoutId, equal_runs};
pub use role_inputs::RoleInputs;
pub use shared_unionids::{SharedUnionid, SharedUnionids};

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch, StringViewArray};

use merge::merge;
use notes::Notes;
use relations::add_duplicates;
use unread::EmptyTables;

use crate::error::Result;
use crate::ingest::answers::Answers;
use crate::ingest::doubts::Doubts;
use crate::ingest::raw::{Raw, Reject, UNTIED_ERRORS};
use crate::memory::MemoryBudget;
use crate::progress::{Progress, Silent, Unit, Work};
use crate::schema::tables::{
    COVERAGE, GROUP_MEMBERS, GROUPS, JOIN_CODES, MEMBERS, NOTES, RELATIONS_TABLE, UNASSIGNED, UNREADABLE_TABLE,
};
use crate::schema::vocabulary::{Coverage, Dataset, Role, Word};
use crate::schema::{Column, ReadColumns, Rows, Table, cells, fields};
use crate::userids::{Respelled, Userids};

/// One export of one corp, in canonical form.
pub struct Snapshot {
    /// Role in the case.
    pub role: Role,
    tables: BTreeMap<&'static str, RecordBatch>,
    /// Completeness by dataset and account.
    pub coverage: SnapshotCoverage,
    /// Accounts for which two endpoints give very different numbers of customers.
    pub count_jumps: Vec<CountJump>,
    /// By account (and for `groups`), rows without an id beside as many with one: they may be the same.
    pub left_over: BTreeMap<String, u64>,
    /// Relations, in partitions.
    pub relations: RelationStore,
    /// Partitioning of the relations by account.
    pub partitioning: Partitioning,
    /// Spelling of every member of the corp known so far.
    pub userids: Userids,
    /// Spellings of members that were replaced.
    pub respelled: Respelled,
    /// Unionids that are no keys.
    pub shared_unionids: SharedUnionids,
    /// Rows of the tables of coverage, unreadable records and notes, where the snapshot was ingested before.
    pub written_records: u64,
    /// Unreadable records by dataset and account; also of a trusted snapshot.
    pub unread: Doubts,
    /// Number of records of relations, and of those that could not be read.
    pub relation_records: (u64, u64),
    /// Files whose table has no row, which proves nothing.
    pub empty_tables: Vec<String>,
    /// The files in which records stood, by what became of these: the inputs, then the exports of which `ingest` made
    /// them.
    pub exports: Vec<Input>,
    /// Number of inputs.
    input_count: usize,
    /// Records that could not be read, by index in `exports`.
    pub rejects: Vec<Reject>,
}

/// Tables without rows of a dataset that an ingested snapshot names, at most: its count may be anything.
const MAX_EMPTY_TABLES: u64 = 1000;

impl Snapshot {
    /// Builds the canonical tables of `role`.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if raw rows do not have their schema.
    pub fn build(
        role: Role,
        mut raw: Raw,
        relations: RelationsBuilder<'_>,
        trusted: bool,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let paths: Vec<String> = raw.files.iter().map(|file| file.path.clone()).collect();
        progress.begin(Work::Merge(role), relations.rows(), Unit::Rows);
        let Finished { mut relations, partitioning, mut duplicates, userids, respelled, mut shared_unionids } =
            relations.finish(&mut raw, &paths, progress)?;
        let notes = Notes::read(&raw)?;
        let folds = !raw.is_ingested();
        relations.without_id.alike += notes.alike;
        let (mut canonical, mut left_over): (BTreeMap<&'static str, RecordBatch>, _) =
            (BTreeMap::new(), relations.without_id.left_over.clone());
        for table in [&MEMBERS, &UNASSIGNED, &GROUPS, &GROUP_MEMBERS, &JOIN_CODES, &COVERAGE, &UNREADABLE_TABLE] {
            let merged = match canonical.get(MEMBERS.name) {
                // The roster is merged before the groups, and has the accounts of their owners.
                Some(members) if table.name == GROUPS.name => {
                    merge(table, &owners::with_owners(&raw, members)?, &[], &paths, folds)?
                }
                _ if table.name == JOIN_CODES.name => merge(table, &codes::with_all_groups(&raw)?, &[], &paths, folds)?,
                _ => merge(table, raw.batches(table), &[], &paths, folds)?,
            };
            left_over.extend(merged.left_over);
            add_duplicates(&mut duplicates, merged.duplicates);
            canonical.insert(table.name, merged.rows);
        }
        shared_unionids.add_members(&canonical[GROUP_MEMBERS.name])?;
        left_over.extend(notes.left_over);
        let written_records = notes.rows
            + [&COVERAGE, &UNREADABLE_TABLE].map(|table| canonical[table.name].num_rows() as u64).iter().sum::<u64>();
        let mut unread = raw.doubts.clone();
        unread.merge(unread::of_table(&canonical[UNREADABLE_TABLE.name])?);
        let mut answers = std::mem::take(&mut raw.answers);
        answers.fold();
        let count_jumps = [coverage::count_jumps(&answers), notes.count_jumps].concat();
        let mut coverage = coverage_of(&raw, &answers, &canonical[COVERAGE.name], trusted)?;
        canonical.insert(COVERAGE.name, coverage_table(&coverage));
        let (empty, empty_tables) = empty_tables(role, &raw, &paths, &canonical[UNREADABLE_TABLE.name])?;
        canonical.insert(UNREADABLE_TABLE.name, unread::table(&unread, &empty));
        if !trusted {
            coverage.doubts = unread.clone();
        }
        let members = with_follow_users(&canonical[MEMBERS.name], &coverage)?;
        canonical.insert(MEMBERS.name, members);
        progress.end();
        let mut exports = Input::of_files(raw.files, &duplicates);
        let relation_records = relation_records(&exports, &unread, notes.relation_records);
        let (input_count, mut rejects) = (exports.len(), raw.rejects);
        exports.extend(notes.files.into_iter().map(|file| Input { file, duplicates: 0 }));
        let noted = |reject: Reject| Reject { file: input_count as u32 + reject.file, ..reject };
        rejects.extend(notes.rejects.into_iter().map(noted));
        Ok(Self {
            role,
            tables: canonical,
            coverage,
            left_over,
            count_jumps,
            relations,
            partitioning,
            userids,
            respelled,
            shared_unionids,
            written_records,
            unread,
            relation_records,
            empty_tables,
            exports,
            input_count,
            rejects,
        })
    }

    /// Makes the empty snapshot of a role that the case does not have.
    ///
    /// # Errors
    /// None in practice; see [`Self::build`].
    pub fn absent(role: Role) -> Result<Self> {
        let none = RelationsBuilder::new(&RELATIONS_TABLE, corp(role), None, None, &MemoryBudget::unlimited());
        Self::build(role, Raw::default(), none, false, &Silent)
    }

    /// Adds the table of notes, which only `ingest` writes.
    #[must_use]
    pub fn with_notes(mut self) -> Self {
        self.tables.insert(NOTES.name, notes::table(&self));
        self
    }

    pub fn inputs(&self) -> &[Input] {
        &self.exports[..self.input_count]
    }

    /// Returns a canonical table, other than the relations.
    pub fn table(&self, table: &Table) -> &RecordBatch {
        &self.tables[table.name]
    }

    /// Whether the snapshot covers a table: by rows, or by evidence that there are none.
    pub fn covers(&self, table: &Table) -> bool {
        self.rows_of(table) > 0 || self.coverage.is_complete(table.name)
    }

    /// Returns the number of rows of a canonical table.
    pub fn rows_of(&self, table: &Table) -> u64 {
        if table.name == RELATIONS_TABLE.name { self.relations.len() } else { self.table(table).num_rows() as u64 }
    }
}

pub fn corp(role: Role) -> CorpRole {
    match role {
        Role::SourceBefore | Role::SourceAfter => CorpRole::Source,
        Role::TargetBefore | Role::TargetAfter => CorpRole::Target,
    }
}

/// Returns the tables without rows, which prove nothing: their number by dataset, and the name of each. `written` has
/// those of an ingested snapshot.
fn empty_tables(role: Role, raw: &Raw, paths: &[String], written: &RecordBatch) -> Result<(EmptyTables, Vec<String>)> {
    let mut empty = unread::empty_tables(written)?;
    let names = |(dataset, count): (&Dataset, &u64)| {
        std::iter::repeat_n(format!("{role}: {dataset}"), (*count).min(MAX_EMPTY_TABLES) as usize)
    };
    let mut named: Vec<String> = empty.iter().flat_map(names).collect();
    // Empty tables that `ingest` wrote have their coverage beside them.
    let has_coverage = raw.whole_tables.contains(&COVERAGE.name);
    for (table, file) in raw.empty_tables.iter().filter(|_| !has_coverage) {
        *empty.entry(Dataset::from_word(table).unwrap_or(Dataset::Relations)).or_default() += 1;
        named.push(paths[*file as usize].clone());
    }
    Ok((empty, named))
}

/// Returns the coverage of a dump; of an ingested snapshot, that of its table.
fn coverage_of(raw: &Raw, answers: &Answers, written: &RecordBatch, trusted: bool) -> Result<SnapshotCoverage> {
    let has_written = raw.whole_tables.contains(&COVERAGE.name);
    let whole: &[&str] = if has_written { &[] } else { &raw.whole_tables };
    let mut coverage = coverage::assess(answers, whole, trusted);
    let untied = raw.files.iter().flat_map(|file| file.passed_over.keys());
    coverage.add_untied_errors(untied.filter(|why| why.starts_with(UNTIED_ERRORS)));
    let texts = |column: &Column| written.texts(column).map(StringViewArray::iter);
    let keys = texts(&fields::DATASET)?.zip(texts(&fields::USERID)?);
    let evidence = texts(&fields::COVERAGE_STATUS)?.zip(texts(&fields::DETAIL)?);
    let rows = keys.zip(evidence).zip(written.integers(&fields::ERRCODE)?);
    coverage.extend(rows.filter_map(|(((dataset, userid), (status, detail)), errcode)| {
        let status = Coverage::from_word(status?)?;
        let evidence = Evidence { status, errcode, detail: detail.unwrap_or_default().to_owned() };
        Some((dataset?.to_owned(), userid.map(str::to_owned), evidence))
    }));
    Ok(coverage)
}

fn coverage_table(coverage: &SnapshotCoverage) -> RecordBatch {
    let mut rows = Rows::new(&COVERAGE);
    coverage.for_each(|dataset, userid, evidence| {
        rows.push(cells!(COVERAGE, {
            DATASET: dataset,
            USERID: userid,
            COVERAGE_STATUS: evidence.status.word(),
            ERRCODE: evidence.errcode,
            DETAIL: &evidence.detail,
        }));
    });
    rows.finish()
}

/// Counts the records of relations, and the unreadable ones among them; of an ingested snapshot, those of its exports,
/// of which `noted` could be read.
fn relation_records(inputs: &[Input], unread: &Doubts, noted: Option<u64>) -> (u64, u64) {
    let counted = inputs.iter().filter(|input| noted.is_none() || !input.file.is_ingested);
    let (read, rejected) = counted.fold((noted.unwrap_or(0), 0), |sums, input| {
        (sums.0 + input.file.relations.0, sums.1 + input.file.relations.1)
    });
    let unread = Dataset::OF_RELATIONS.iter().map(|dataset| unread.records_of(*dataset)).sum::<u64>().max(rejected);
    (read - rejected + unread, unread)
}

/// Decides the customer-contact permission of members by the list of those who have it, if the snapshot has that list:
/// a member who is not on it has none, unless an entry of it could not be read, which may be of any member.
fn with_follow_users(members: &RecordBatch, coverage: &SnapshotCoverage) -> Result<RecordBatch> {
    let listed = members.flags(&fields::HAS_CUSTOMER_CONTACT)?;
    // A table of members with this column is such a list too.
    let unreadable = members.array(&fields::UNREADABLE)?;
    let is_list = coverage.has_follow_user_list()
        || listed.null_count() < listed.len()
        || unreadable.null_count() < unreadable.len();
    if !is_list || coverage.doubts.concern(Dataset::FollowUsers) {
        return Ok(members.clone());
    }
    let decide = |(row, listed): (usize, Option<bool>)| listed.or(unreadable.is_null(row).then_some(false));
    let decided: BooleanArray = listed.iter().enumerate().map(decide).collect();
    let mut columns = members.columns().to_vec();
    columns[members.schema_ref().index_of(fields::HAS_CUSTOMER_CONTACT.name)?] = Arc::new(decided);
    Ok(RecordBatch::try_new(members.schema(), columns)?)
}
