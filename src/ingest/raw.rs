//! What the readers hand on: raw rows per table, evidence of coverage, rejects, and the tally of each file.
//!
//! Readers know formats; they know nothing of duplicates, scope or matching. Every record of a file ends in exactly one
//! of: a row of a [`RawTable`], a [`Reject`], or the file's count of records passed over.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{RecordBatch, TimestampMicrosecondBuilder, UInt32Builder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::doubts::Doubts;
use crate::schema::vocabulary::{Dataset, Grain};
use crate::schema::{Cell, Kind, Rows, Table};

/// When the row was fetched, if the envelope says (microseconds, UTC); decides which copy of a duplicate wins.
pub const FETCHED_AT: &str = "fetched_at";
/// The index of the row's file in [`Raw::files`].
pub const FILE: &str = "file";
/// The number of the record within its file, from 1.
pub const RECORD: &str = "record";

/// Where a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provenance {
    /// When it was fetched, if known: microseconds since 1970, UTC.
    pub fetched_at: Option<i64>,
    /// The index of its file in [`Raw::files`].
    pub file: u32,
    /// The number of the record within the file, from 1.
    pub record: u64,
}

/// The schema of a raw batch: the table's columns, then the provenance.
pub fn raw_schema(table: &Table) -> SchemaRef {
    let provenance = [
        Field::new(FETCHED_AT, Kind::Time.arrow_type(), true),
        Field::new(FILE, DataType::UInt32, false),
        Field::new(RECORD, DataType::UInt64, false),
    ];
    let columns = table.arrow_schema();
    Arc::new(Schema::new(columns.fields().iter().map(|f| f.as_ref().clone()).chain(provenance).collect::<Vec<_>>()))
}

/// Builds a raw batch of one table, row by row.
pub struct RawTable {
    rows: Rows,
    fetched_at: TimestampMicrosecondBuilder,
    file: UInt32Builder,
    record: UInt64Builder,
}

impl RawTable {
    /// An empty batch of `table`.
    pub fn new(table: &'static Table) -> Self {
        Self::with_room(table, 0)
    }

    /// An empty batch of `table` that takes so many rows without being moved.
    pub fn with_room(table: &'static Table, rows: usize) -> Self {
        let fetched_at = TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(Kind::Time.arrow_type());
        let (file, record) = (UInt32Builder::with_capacity(rows), UInt64Builder::with_capacity(rows));
        Self { rows: Rows::with_room(table, rows), fetched_at, file, record }
    }

    /// Which table it is of.
    pub fn table(&self) -> &'static Table {
        self.rows.table()
    }

    /// How many rows it holds.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Appends a row: one cell per column of the table, in its order.
    ///
    /// # Panics
    /// As [`Rows::push`].
    pub fn push<'a>(&mut self, cells: impl ExactSizeIterator<Item = Cell<'a>>, from: Provenance) {
        self.rows.push_each(cells);
        self.fetched_at.append_option(from.fetched_at);
        self.file.append_value(from.file);
        self.record.append_value(from.record);
    }

    /// The batch, with [`raw_schema`].
    pub fn finish(mut self) -> RecordBatch {
        let schema = raw_schema(self.table());
        let mut arrays = self.rows.into_columns();
        arrays.push(Arc::new(self.fetched_at.finish()));
        arrays.push(Arc::new(self.file.finish()));
        arrays.push(Arc::new(self.record.finish()));
        RecordBatch::try_new(schema, arrays).expect("the builders follow the table's schema")
    }
}

/// A recognised endpoint of the WeCom API (DOMAIN.md section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    UserSimplelist,
    UserList,
    UserListId,
    GetFollowUserList,
    ExternalcontactList,
    ExternalcontactGet,
    BatchGetByUser,
    ContactList,
    GetUnassignedList,
    GroupchatList,
    GroupchatGet,
    GetJoinWay,
    /// In-corp transfers: recognised, and of no use here (D2).
    TransferResult,
}

impl Endpoint {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::UserSimplelist,
        Self::UserList,
        Self::UserListId,
        Self::GetFollowUserList,
        Self::ExternalcontactList,
        Self::ExternalcontactGet,
        Self::BatchGetByUser,
        Self::ContactList,
        Self::GetUnassignedList,
        Self::GroupchatList,
        Self::GroupchatGet,
        Self::GetJoinWay,
        Self::TransferResult,
    ];

    /// The path under which the service knows it, without `/cgi-bin/`.
    pub fn path(self) -> &'static str {
        match self {
            Self::UserSimplelist => "user/simplelist",
            Self::UserList => "user/list",
            Self::UserListId => "user/list_id",
            Self::GetFollowUserList => "externalcontact/get_follow_user_list",
            Self::ExternalcontactList => "externalcontact/list",
            Self::ExternalcontactGet => "externalcontact/get",
            Self::BatchGetByUser => "externalcontact/batch/get_by_user",
            Self::ContactList => "externalcontact/contact_list",
            Self::GetUnassignedList => "externalcontact/get_unassigned_list",
            Self::GroupchatList => "externalcontact/groupchat/list",
            Self::GroupchatGet => "externalcontact/groupchat/get",
            Self::GetJoinWay => "externalcontact/groupchat/get_join_way",
            Self::TransferResult => "externalcontact/transfer_result",
        }
    }
}

/// One answer of the service, as evidence of what the dump covers: every envelope, and every bare response that
/// speaks for the whole corp (member lists, group list, ...).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Which question was asked.
    pub endpoint: Endpoint,
    /// The accounts asked about; empty where the answer speaks for the corp as a whole.
    pub userids: Arc<[String]>,
    /// The `config_id`, `chat_id` or `external_userid` asked about.
    pub subject: Option<String>,
    /// 0, or the service's error code.
    pub errcode: i64,
    /// The service's words.
    pub errmsg: String,
    /// The page asked for; `None` is the first.
    pub cursor: Option<String>,
    /// Where the next page begins; `None` ends the chain. (`is_last` of `get_unassigned_list` counts as the end.)
    pub next_cursor: Option<String>,
    /// Whether the request is known (an envelope), so that `userids` and `cursor` can be relied on.
    pub envelope: bool,
    /// Members left out of an errcode-0 answer for want of a licence.
    pub unlicensed: Vec<String>,
    /// When it was given: microseconds since 1970, UTC.
    pub fetched_at: Option<i64>,
    /// The index of its file in [`Raw::files`].
    pub file: u32,
    /// The number of the document within the file, from 1.
    pub document: u64,
}

/// How many relations of one account stand in one answer, of the endpoints that are asked about accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCount {
    /// The account.
    pub userid: String,
    /// Its relations in the answer.
    pub relations: u64,
    /// The index of the answer's file in [`Raw::files`].
    pub file: u32,
    /// The number of the answer's document within the file, from 1.
    pub document: u64,
}

/// A record, or a value of a record, that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Whether it is the whole record.
    pub grain: Grain,
    /// What the record tells of.
    pub dataset: Dataset,
    /// The account that it names; none where it could be of any.
    pub userid: Option<String>,
    /// The index of its file in [`Raw::files`].
    pub file: u32,
    /// The number of the record within the file, from 1.
    pub record: u64,
    /// Where: document, payload and field, or row and column.
    pub place: String,
    /// What is wrong, and what would be right.
    pub reason: String,
    /// Further records or values of its file, grain and reason that are not listed; on the last that is.
    pub not_listed: u64,
}

/// What became of the records of one file, as far as its reader knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileTally {
    /// Relative to the case folder, with `/`; absolute if outside of it.
    pub path: String,
    /// SHA-256 of the bytes on disk, hexadecimal.
    pub sha256: String,
    /// Bytes on disk.
    pub bytes: u64,
    /// `json: externalcontact/batch/get_by_user (12)`, `csv: relations`, `parquet: members`, ...
    pub kind: String,
    /// `utf-8`, `utf-8 with BOM`, `binary`, with ` in gzip` or ` in zstd`.
    pub encoding: String,
    /// Records in the file: rows pushed + rejected + passed over.
    pub records_read: u64,
    /// Records that became a raw row.
    pub pushed: u64,
    /// Records that became a [`Reject`].
    pub rejected: u64,
    /// Values of other records that could not be read.
    pub unreadable_values: u64,
    /// Records of relations, and how many of them became a [`Reject`].
    pub relations: (u64, u64),
    /// Headers or columns that are not used, in the order of the file.
    pub unused_columns: Vec<String>,
    /// Records recognised and of no use, by why: `bare externalcontact/list cannot be tied to a member`, ...
    pub passed_over: BTreeMap<String, u64>,
}

/// Takes the relations while files are still being read: of all tables, theirs grows with the case, and may not be kept
/// in memory as a whole. Called from several threads, in any order.
pub trait TakeRelations: Sync {
    /// Takes raw rows.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if there is no room for them.
    fn take(&self, rows: &RecordBatch) -> crate::Result<()>;
}

/// All that the readers found in one role's files, or in the lists.
#[derive(Debug, Default)]
pub struct Raw {
    /// The files, in order of their paths.
    pub files: Vec<FileTally>,
    /// Raw batches by table name.
    pub tables: BTreeMap<&'static str, Vec<RecordBatch>>,
    /// Tables that came as a whole (a sheet or Parquet), and so cover every account, unless a coverage table came along.
    pub whole_tables: Vec<&'static str>,
    /// Tables that came without any row, each with its file: they prove nothing.
    pub empty_tables: Vec<(&'static str, u32)>,
    /// What the records that could not be read put in doubt.
    pub doubts: Doubts,
    /// Evidence of coverage.
    pub answers: Vec<Answer>,
    /// Relations by answer and account.
    pub account_counts: Vec<AccountCount>,
    /// What could not be read; of each file and reason the first [`LISTED_REJECTS`](super::part::LISTED_REJECTS).
    pub rejects: Vec<Reject>,
}

impl Raw {
    /// The raw batches of `table`.
    pub fn batches(&self, table: &Table) -> &[RecordBatch] {
        self.tables.get(table.name).map_or(&[], Vec::as_slice)
    }
}
