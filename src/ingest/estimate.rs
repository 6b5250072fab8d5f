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
const CSV: RowBytes = RowBytes { relation: 100, member: 60 };
/// Parquet without a readable footer, workbooks, gzip, zstd.
const PACKED: RowBytes = RowBytes { relation: 40, member: 30 };

/// The key of the members in dumps of groups.
const MEMBER_LIST: &[u8] = b"\"member_list\"";

/// Rows of the exports of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowEstimate {
    pub relations: u64,
    pub group_members: u64,
}

impl RowEstimate {
    /// Estimates the rows of all roles. Files that are missing or unreadable are reported where they are read.
    pub fn of_case(case: &Case) -> Self {
        let files = Role::ALL.iter().filter_map(|role| files::of_snapshot(case, *role).ok().flatten()).flatten();
        files.filter_map(|file| Self::of_file(&file).ok()).fold(Self::default(), |sum, rows| Self {
            relations: sum.relations + rows.relations,
            group_members: sum.group_members + rows.group_members,
        })
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
        let (sizes, is_of_groups) = match head.trim_ascii_start().first() {
            Some(b'{' | b'[') => (JSON, holds(MEMBER_LIST)),
            _ => (CSV, holds(fields::CHAT_ID.name.as_bytes())),
        };
        let is_packed = stream.compression() != Compression::None || head.starts_with(b"PK");
        let sizes = if is_packed { PACKED } else { sizes };
        Ok(Self::of(file.bytes / if is_of_groups { sizes.member } else { sizes.relation }, is_of_groups))
    }

    fn of(rows: u64, are_members: bool) -> Self {
        if are_members {
            Self { relations: 0, group_members: rows }
        } else {
            Self { relations: rows, group_members: 0 }
        }
    }
}
