//! The output of the readers: raw rows per table, evidence of coverage, rejects, and the tally of each file.
//!
//! Readers know formats, not duplicates, scope or matching. Every record of a file becomes exactly one of: a row of a
//! [`RawTable`], a [`Reject`], or a record passed over.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::array::{RecordBatch, TimestampMicrosecondBuilder, UInt32Builder, UInt64Builder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::answers::Answers;
use super::doubts::Doubts;
pub use super::endpoints::{Endpoint, NO_ANSWER, Proves};
use super::value::UseridWords;
use crate::schema::vocabulary::{Dataset, Grain};
use crate::schema::{Cell, Kind, Rows, Table};

/// Detail of the coverage of a table that came as a whole, of which no account was requested alone.
pub const WHOLE_TABLE: &str = "came as a whole table";

/// Reason of passing over error answers without their request.
pub const UNTIED_ERRORS: &str = "error answers without envelope";

/// The time of fetching, if the envelope has it (microseconds, UTC); the newest copy of a duplicate wins.
pub const FETCHED_AT: &str = "fetched_at";
/// The index of the row's file in [`Raw::files`].
pub const FILE: &str = "file";
/// The number of the record within its file, from 1.
pub const RECORD: &str = "record";

/// The origin of a row.
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
        Self::with_capacity(table, 0)
    }

    /// An empty batch of `table` with memory reserved for `rows` rows.
    pub fn with_capacity(table: &'static Table, rows: usize) -> Self {
        let fetched_at = TimestampMicrosecondBuilder::with_capacity(rows).with_data_type(Kind::Time.arrow_type());
        let (file, record) = (UInt32Builder::with_capacity(rows), UInt64Builder::with_capacity(rows));
        Self { rows: Rows::with_room(table, rows), fetched_at, file, record }
    }

    pub fn table(&self) -> &'static Table {
        self.rows.table()
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Appends a row: one cell per column of the table, in its order.
    ///
    /// # Panics
    /// As [`Rows::push_cells`].
    pub fn push(&mut self, cells: &[Cell<'_>], from: Provenance) {
        self.rows.push_cells(cells);
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

/// An answer of the service, as evidence of coverage: every envelope, and every bare response about the whole corp
/// (member lists, group list, ...).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiAnswer {
    pub endpoint: Endpoint,
    /// The accounts of the request; empty where the answer is about the whole corp.
    pub userids: Arc<[String]>,
    /// The `config_id`, `chat_id` or `external_userid` of the request.
    pub subject: Option<String>,
    /// 0, or the service's error code.
    pub errcode: i64,
    /// The error message of the service.
    pub errmsg: String,
    /// The page of the request; `None` is the first.
    pub cursor: Option<String>,
    /// The cursor of the next page; `None` ends the chain. (`is_last` of `get_unassigned_list` counts as the end.)
    pub next_cursor: Option<String>,
    /// Whether the request is known (an envelope): otherwise `userids` and `cursor` are unknown.
    pub envelope: bool,
    /// Members without a licence, whom an answer of errcode 0 leaves out.
    pub unlicensed: Vec<String>,
    /// The time of fetching: microseconds since 1970, UTC.
    pub fetched_at: Option<i64>,
    /// The index of its file in [`Raw::files`].
    pub file: u32,
    /// The number of the document within the file, from 1.
    pub document: u64,
}

/// The relations of one account in one answer, of endpoints that take accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCount {
    pub userid: String,
    pub relations: u64,
    /// The index of the answer's file in [`Raw::files`].
    pub file: u32,
    /// The number of the answer's document within the file, from 1.
    pub document: u64,
}

/// An unreadable record, or an unreadable value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// A record or a value.
    pub grain: Grain,
    pub dataset: Dataset,
    /// The account of the record; none if it is not known.
    pub userid: Option<String>,
    /// The index of its file in [`Raw::files`].
    pub file: u32,
    /// The number of the record within the file, from 1.
    pub record: u64,
    /// Document, payload and field, or row and column.
    pub place: String,
    /// The problem, and the remedy.
    pub reason: String,
    /// On the last listed reject of a file, grain and reason: the number of those not listed.
    pub not_listed: u64,
}

/// The counts of one file, as far as its reader knows.
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
    /// Records of relations, and those of them that became a [`Reject`].
    pub relations: (u64, u64),
    /// Headers or columns that are not used, in the order of the file.
    pub unused_columns: Vec<String>,
    /// Whether it is a sheet or Parquet.
    pub is_table: bool,
    /// Whether `qianhe ingest` wrote the file.
    pub is_ingested: bool,
    /// Records recognised but not used, by reason: `bare externalcontact/list cannot be tied to a member`, ...
    pub passed_over: BTreeMap<String, u64>,
}

impl FileTally {
    /// Sets the kind of a file with tables.
    pub fn set_tables(&mut self, format: &str, tables: &str) {
        self.kind = format!("{format}: {tables}");
        self.is_table = true;
    }
}

/// The counts of a file, with those after merging.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Counts of its reader.
    pub file: FileTally,
    /// Records merged into another row.
    pub duplicates: u64,
}

impl Input {
    /// Combines the tallies with the duplicates, which are by index of the file.
    pub fn of_files(files: Vec<FileTally>, duplicates: &HashMap<u32, u64>) -> Vec<Self> {
        let input = |(index, file)| Self { file, duplicates: duplicates.get(&index).copied().unwrap_or(0) };
        (0..).zip(files).map(input).collect()
    }

    /// Records that became a row of their own.
    pub fn accepted(&self) -> u64 {
        self.file.pushed - self.duplicates
    }

    /// Records recognised but not used.
    pub fn passed_over(&self) -> u64 {
        self.file.passed_over.values().sum()
    }
}

/// The sink of relations while files are read: their table grows with the case, and is not kept in memory as a whole.
/// Called from several threads, in any order.
pub trait RelationSink: Sync {
    /// Adds raw rows.
    ///
    /// # Errors
    /// [`crate::Error::Io`] if they cannot be spilled.
    fn take(&self, rows: &RecordBatch) -> crate::Result<()>;

    /// Returns the rows that may be given at once for the memory of the run to be kept.
    fn batch_rows(&self) -> u64 {
        u64::MAX
    }
}

/// The raw data of one role's files, or of the lists.
#[derive(Debug, Default)]
pub struct Raw {
    /// The files, in order of their paths.
    pub files: Vec<FileTally>,
    /// Raw batches by table name.
    pub tables: BTreeMap<&'static str, Vec<RecordBatch>>,
    /// Tables that are complete (a sheet or Parquet), and so cover every account, unless there is a coverage table.
    pub whole_tables: Vec<&'static str>,
    /// Tables without any row, each with its file: they prove nothing.
    pub empty_tables: Vec<(&'static str, u32)>,
    /// The accounts and customers of unreadable records.
    pub doubts: Doubts,
    /// Words for "no value" read from userid columns that are userids if a member is called so.
    pub userid_words: UseridWords,
    /// Places of the records of the accounts list, as its sheet shows them, by file and record.
    pub places: BTreeMap<(u32, u64), String>,
    /// Evidence of coverage.
    pub answers: Answers,
    /// Unreadable records and values; of each file and reason the first
    /// [`MAX_LISTED_REJECTS`](super::records::MAX_LISTED_REJECTS).
    pub rejects: Vec<Reject>,
}

impl Raw {
    /// Whether `qianhe ingest` wrote all files.
    pub fn is_ingested(&self) -> bool {
        self.files.iter().all(|file| file.is_ingested)
    }

    /// Whether that file is a sheet or Parquet, and none that `ingest` wrote.
    pub fn is_of_table(&self, file: u32) -> bool {
        self.files.get(file as usize).is_some_and(|file| file.is_table && !file.is_ingested)
    }

    /// The raw batches of `table`.
    pub fn batches(&self, table: &Table) -> &[RecordBatch] {
        self.tables.get(table.name).map_or(&[], Vec::as_slice)
    }
}
