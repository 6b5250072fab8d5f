//! About how many rows of a case stay in memory, before they are read: by the footers of Parquet files, else by sizes
//! and first bytes. Rather too many, so that a run is refused beforehand and not ended by the system.

use super::files::{self, InputFile};
use super::parquet;
use super::stream::{Compression, Stream};
use crate::case::Case;
use crate::error::Result;
use crate::progress::Silent;
use crate::schema::fields;
use crate::schema::vocabulary::Role;

/// Bytes of a relation and of a member of a group: fewer than either takes in real exports.
struct RowBytes {
    relation: u64,
    member: u64,
}

const JSON: RowBytes = RowBytes { relation: 400, member: 150 };
/// Answers of `externalcontact/list`: an id, quotes and a comma.
const JSON_IDS: RowBytes = RowBytes { relation: 24, member: 30 };
const CSV: RowBytes = RowBytes { relation: 100, member: 60 };
/// The least factor by which gzip and zstd pack JSON of the service.
const PACKING: u64 = 10;
/// Parquet without a readable footer, workbooks, gzip, zstd.
const PACKED: RowBytes = RowBytes { relation: 40, member: 30 };

/// The key of the members in dumps of groups; that of ids in dumps of ids alone.
const MEMBER_LIST: &[u8] = b"\"member_list\"";
const ID_LIST: &[u8] = b"\"external_userid\":[";
/// A key of every answer; one of those about a single customer.
const ANSWER: &[u8] = b"\"errcode\"";
const CUSTOMER: &[u8] = b"\"follow_user\"";

/// Rows of the exports of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowEstimate {
    pub relations: u64,
    pub group_members: u64,
    /// Answers about a customer, of which only the newest error counts.
    pub customers: u64,
    /// All other answers: each may name an account of its own, or be a group, a code, a member.
    pub answers: u64,
}

impl RowEstimate {
    /// Estimates the rows of all roles.
    pub fn of_case(case: &Case) -> Self {
        Self::of_roles(case, Role::ALL)
    }

    /// Estimates the rows of some roles.
    pub fn of_roles(case: &Case, roles: &[Role]) -> Self {
        roles.iter().map(|role| Self::of_role(case, *role)).sum()
    }

    /// Estimates the rows of a role. Files that are missing or unreadable are reported where they are read.
    pub fn of_role(case: &Case, role: Role) -> Self {
        let files = files::of_snapshot(case, role).ok().flatten().unwrap_or_default();
        files.iter().filter_map(|file| Self::of_file(file).ok()).sum()
    }

    fn of_file(file: &InputFile) -> Result<Self> {
        let stream = Stream::open(&file.path, &Silent)?;
        let head = stream.head();
        let holds = |text: &[u8]| memchr::memmem::find(head, text).is_some();
        if head.starts_with(b"PAR1") {
            let footer = parquet::footer(&file.path, &stream.open_file()?)?;
            let rows = footer.metadata().file_metadata().num_rows().max(0) as u64;
            return Ok(Self::of(rows, footer.schema().column_with_name(fields::CHAT_ID.name).is_some()));
        }
        let is_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
        let is_packed = stream.compression() != Compression::None || head.starts_with(b"PK");
        let sizes = match (is_json, is_packed) {
            // Ids are as good as random, and so not packed.
            (true, _) if holds(ID_LIST) => JSON_IDS,
            (_, true) => PACKED,
            (true, false) => JSON,
            (false, false) => CSV,
        };
        let is_of_groups = holds(if is_json { MEMBER_LIST } else { fields::CHAT_ID.name.as_bytes() });
        let rows = Self::of(file.bytes / if is_of_groups { sizes.member } else { sizes.relation }, is_of_groups);
        let bytes = match is_packed {
            _ if stream.head_is_all() => head.len() as u64,
            true => file.bytes * PACKING,
            false => file.bytes,
        };
        // As many in each part of the file as in its beginning.
        let times = |key: &[u8]| {
            let found = if is_json { memchr::memmem::find_iter(head, key).count() as u64 } else { 0 };
            (u128::from(found) * u128::from(bytes) / head.len().max(1) as u128) as u64
        };
        let customers = times(CUSTOMER).min(times(ANSWER));
        Ok(Self { customers, answers: times(ANSWER) - customers, ..rows })
    }

    fn of(rows: u64, are_members: bool) -> Self {
        if are_members {
            Self { group_members: rows, ..Self::default() }
        } else {
            Self { relations: rows, ..Self::default() }
        }
    }
}

impl std::iter::Sum for RowEstimate {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, rows| Self {
            relations: sum.relations + rows.relations,
            group_members: sum.group_members + rows.group_members,
            customers: sum.customers + rows.customers,
            answers: sum.answers + rows.answers,
        })
    }
}
