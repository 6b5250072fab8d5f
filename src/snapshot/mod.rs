//! Raw rows of one role -> its canonical tables: one row per grain, with what the snapshot can vouch for.

mod corp_codes;
mod coverage;
mod fold;
mod group_list;
mod keys;
mod layout;
mod merge;
mod owners;
mod relations;
mod shared_unionids;
mod spelling;
mod unread;

pub use corp_codes::CorpCodes;
pub use coverage::{CountJump, Evidence, RELATION_DATASETS, SnapshotCoverage};
pub use group_list::{GroupList, Listing};
pub use keys::{Key, stands_in};
pub use layout::{Corp, Layout};
pub use merge::{Merged, merge};
pub use relations::{Finished, Open, Part, Relations, RelationsBuilder, stretches};
pub use shared_unionids::{SharedUnionid, SharedUnionids};
pub use spelling::spell_all;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};

use crate::error::Result;
use crate::ingest::doubts::Doubts;
use crate::ingest::raw::{FileTally, Raw, Reject};
use crate::progress::{Progress, Silent, Unit, Work};
use crate::schema::tables::{
    COVERAGE, GROUP_MEMBERS, GROUPS, JOIN_CODES, MEMBERS, RELATIONS_TABLE, UNASSIGNED, UNREADABLE_TABLE,
};
use crate::schema::vocabulary::{Coverage, Dataset, Role};
use crate::schema::{Cell, Rows, Table, fields};
use crate::spill::Memory;
use crate::userids::{Respelled, Userids};

/// One export of one corp, in canonical form.
pub struct Snapshot {
    /// Which of the four.
    pub role: Role,
    tables: BTreeMap<&'static str, RecordBatch>,
    /// What it can vouch for.
    pub coverage: SnapshotCoverage,
    /// Accounts of which two endpoints show very different numbers.
    pub count_jumps: Vec<CountJump>,
    /// By account (and for `groups`), rows without an id beside as many with one: they may be the same.
    pub left_over: BTreeMap<String, u64>,
    /// The relations, in partitions.
    pub relations: Relations,
    layout: Layout,
    /// The spelling of every member of the corp that is known by now.
    pub userids: Userids,
    /// Spellings of members that were replaced.
    pub respelled: Respelled,
    /// The unionids that are no keys.
    pub shared_unionids: SharedUnionids,
    /// Rows of coverage and of what could not be read that were read, not weighed: the snapshot was ingested before.
    pub written_records: u64,
    /// What could not be read, by dataset and account; also of a snapshot that the user vouches for.
    pub unread: Doubts,
    /// Records of relations, those that could not be read among them, and how many these are.
    pub relation_records: (u64, u64),
    /// The files whose table holds no row: they prove nothing.
    pub empty_tables: Vec<String>,
    /// What became of the records of each file.
    pub inputs: Vec<Input>,
    /// Records that could not be read.
    pub rejects: Vec<Reject>,
}

/// A file with the last word on its records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What its reader counted.
    pub file: FileTally,
    /// Records merged into another row.
    pub duplicates: u64,
}

impl Input {
    /// Records that became a row of their own.
    pub fn accepted(&self) -> u64 {
        self.file.pushed - self.duplicates
    }

    /// Records recognised and of no use.
    pub fn passed_over(&self) -> u64 {
        self.file.passed_over.values().sum()
    }
}

impl Snapshot {
    /// Builds the canonical tables of `role`.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] if the readers broke their promises.
    pub fn build(
        role: Role,
        mut raw: Raw,
        relations: RelationsBuilder<'_>,
        trusted: bool,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let paths: Vec<String> = raw.files.iter().map(|file| file.path.clone()).collect();
        progress.begin(Work::Merge(role), relations.rows(), Unit::Rows);
        let Finished { relations, layout, mut duplicates, userids, respelled, shared_unionids } =
            relations.finish(&mut raw, &paths, progress)?;
        let (mut canonical, mut left_over): (BTreeMap<&'static str, RecordBatch>, _) =
            (BTreeMap::new(), relations.open.left_over.clone());
        for table in [&MEMBERS, &UNASSIGNED, &GROUPS, &GROUP_MEMBERS, &JOIN_CODES, &COVERAGE, &UNREADABLE_TABLE] {
            let merged = match canonical.get(MEMBERS.name) {
                // The roster stands before the groups, and says who their owners are.
                Some(members) if table.name == GROUPS.name => {
                    merge(table, &owners::with_owners(&raw, members)?, &[], &paths)?
                }
                _ => merge(table, raw.batches(table), &[], &paths)?,
            };
            left_over.extend(merged.left_over);
            #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on the order")]
            for (file, count) in merged.duplicates {
                *duplicates.entry(file).or_default() += count;
            }
            canonical.insert(table.name, merged.rows);
        }
        let written_records =
            [&COVERAGE, &UNREADABLE_TABLE].map(|table| canonical[table.name].num_rows() as u64).iter().sum();
        let mut unread = raw.doubts.clone();
        unread.merge(unread::of_table(&canonical[UNREADABLE_TABLE.name]));
        let mut coverage = coverage_of(&raw, &canonical[COVERAGE.name], trusted);
        canonical.insert(COVERAGE.name, coverage_table(&coverage));
        canonical.insert(UNREADABLE_TABLE.name, unread::table(&unread));
        if !trusted {
            coverage.doubts = unread.clone();
        }
        let members = with_follow_users(&canonical[MEMBERS.name], &coverage)?;
        canonical.insert(MEMBERS.name, members);
        progress.end();
        let has_coverage = raw.whole_tables.contains(&COVERAGE.name);
        let empty_tables =
            raw.empty_tables.iter().filter(|_| !has_coverage).map(|(_, file)| paths[*file as usize].clone()).collect();
        let inputs = inputs(raw.files, &duplicates);
        let relation_records = relation_records(&inputs, &unread);
        let count_jumps = coverage::count_jumps(&raw.answers, &raw.account_counts);
        Ok(Self {
            role,
            tables: canonical,
            coverage,
            left_over,
            count_jumps,
            relations,
            layout,
            userids,
            respelled,
            shared_unionids,
            written_records,
            unread,
            relation_records,
            empty_tables,
            inputs,
            rejects: raw.rejects,
        })
    }

    /// A snapshot of a role that the case does not have.
    ///
    /// # Errors
    /// None in practice; see [`Self::build`].
    pub fn absent(role: Role) -> Result<Self> {
        let none = RelationsBuilder::new(&RELATIONS_TABLE, corp(role), None, None, &Memory::unlimited());
        Self::build(role, Raw::default(), none, false, &Silent)
    }

    /// A canonical table, other than the relations.
    pub fn table(&self, table: &Table) -> &RecordBatch {
        &self.tables[table.name]
    }

    /// Whether the snapshot says anything about a table: rows, or by evidence that there are none.
    pub fn speaks_of(&self, table: &Table) -> bool {
        let evidence = self.coverage.evidence.get(&(table.name.to_owned(), None));
        self.rows_of(table) > 0 || evidence.is_some_and(|evidence| evidence.status == Coverage::Complete)
    }

    /// Which partition of [`Self::relations`] an account belongs to.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many rows a canonical table has.
    pub fn rows_of(&self, table: &Table) -> u64 {
        if table.name == RELATIONS_TABLE.name { self.relations.len() } else { self.table(table).num_rows() as u64 }
    }
}

/// Whose export it is.
pub fn corp(role: Role) -> Corp {
    match role {
        Role::SourceBefore | Role::SourceAfter => Corp::Source,
        Role::TargetBefore | Role::TargetAfter => Corp::Target,
    }
}

/// The evidence of a dump; of an ingested snapshot, the evidence that was written down then.
fn coverage_of(raw: &Raw, written: &RecordBatch, trusted: bool) -> SnapshotCoverage {
    let has_written = raw.whole_tables.contains(&COVERAGE.name);
    let whole: &[&str] = if has_written { &[] } else { &raw.whole_tables };
    let mut coverage = coverage::weigh(&raw.answers, whole, trusted);
    for row in 0..written.num_rows() {
        let text = |n: usize| {
            let column = written.column(n).as_string_view();
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        let status = Coverage::ALL.iter().copied().find(|status| Some(status.word()) == text(2).as_deref());
        let (Some(dataset), Some(status)) = (text(0), status) else { continue };
        let errcode = written.column(3).as_primitive::<arrow::datatypes::Int64Type>();
        let errcode = errcode.is_valid(row).then(|| errcode.value(row));
        coverage.evidence.insert((dataset, text(1)), Evidence { status, errcode, detail: text(4).unwrap_or_default() });
    }
    coverage
}

fn coverage_table(coverage: &SnapshotCoverage) -> RecordBatch {
    let mut rows = Rows::new(&COVERAGE);
    for ((dataset, userid), evidence) in &coverage.evidence {
        rows.push(&[
            Cell::Text(dataset),
            userid.as_deref().map_or(Cell::Null, Cell::Text),
            Cell::Text(evidence.status.word()),
            evidence.errcode.map_or(Cell::Null, Cell::Integer),
            Cell::Text(&evidence.detail),
        ]);
    }
    rows.finish()
}

/// Records of relations that were read, and those of them that could not be: of an ingested snapshot, those of its dumps.
fn relation_records(inputs: &[Input], unread: &Doubts) -> (u64, u64) {
    let (read, rejected) =
        inputs.iter().fold((0, 0), |sums, input| (sums.0 + input.file.relations.0, sums.1 + input.file.relations.1));
    let unread = RELATION_DATASETS.iter().map(|dataset| unread.records_of(*dataset)).sum::<u64>().max(rejected);
    (read - rejected + unread, unread)
}

/// Where the snapshot has the list of members with customer-contact permission, a member who is not on it has none, unless
/// an entry of the list could not be read: it may be anyone's.
fn with_follow_users(members: &RecordBatch, coverage: &SnapshotCoverage) -> Result<RecordBatch> {
    let position = MEMBERS.position(&fields::HAS_CUSTOMER_CONTACT).expect("members say it");
    let listed = members.column(position).as_boolean();
    // A table of members that says it of anybody is such a list too.
    let unreadable = members.column_by_name(fields::UNREADABLE.name).expect("members say what could not be read");
    let is_list = coverage.has_follow_user_list()
        || listed.null_count() < listed.len()
        || unreadable.null_count() < unreadable.len();
    if !is_list || coverage.doubts.concern(Dataset::FollowUsers) {
        return Ok(members.clone());
    }
    let decide = |(row, listed): (usize, Option<bool>)| listed.or(unreadable.is_null(row).then_some(false));
    let decided: BooleanArray = listed.iter().enumerate().map(decide).collect();
    let mut columns = members.columns().to_vec();
    columns[position] = Arc::new(decided);
    Ok(RecordBatch::try_new(members.schema(), columns)?)
}

fn inputs(files: Vec<FileTally>, duplicates: &HashMap<u32, u64>) -> Vec<Input> {
    (0..)
        .zip(files)
        .map(|(index, file)| Input { file, duplicates: duplicates.get(&index).copied().unwrap_or(0) })
        .collect()
}
