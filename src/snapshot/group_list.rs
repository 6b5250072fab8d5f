//! Existence of a group by a snapshot: listed, gone, or unknown.

use std::collections::HashSet;

use arrow::array::{Array, AsArray, StringViewArray};

use super::{Snapshot, SnapshotCoverage};
use crate::error::Result;
use crate::schema::tables::GROUPS;
use crate::schema::vocabulary::{Coverage, Dataset};
use crate::schema::{ReadColumns, fields};

/// Existence of one group by the list of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// The corp lists it.
    Listed,
    /// The list of the corp is complete, and lacks it.
    Gone,
    /// The list of the corp is incomplete or an error: that it lacks the group proves nothing.
    Unclear,
    /// There is no list that could hold it.
    NoList,
}

impl Listing {
    /// Whether the corp still lists the group; `None` where that is unknown.
    pub fn is_listed(self) -> Option<bool> {
        match self {
            Self::Listed => Some(true),
            Self::Gone => Some(false),
            Self::Unclear | Self::NoList => None,
        }
    }
}

/// Key of groups without an id: name, owner, time of creation.
pub type Description<'a> = (Option<&'a str>, Option<&'a str>, Option<i64>);

/// Groups of a snapshot, by id and by description.
pub struct GroupList<'a> {
    coverage: &'a SnapshotCoverage,
    rows: usize,
    ids: HashSet<&'a str>,
    descriptions: HashSet<Description<'a>>,
    /// The ids of some groups could not be read, or are absent where others have one.
    lacks_ids: bool,
}

impl<'a> GroupList<'a> {
    /// # Errors
    /// [`crate::Error::Bug`] if the table lacks a column.
    pub fn new(snapshot: &'a Snapshot) -> Result<Self> {
        let groups = snapshot.table(&GROUPS);
        let created_at = groups.times(&fields::CREATED_AT)?;
        let (ids, unreadable) = (groups.texts(&fields::CHAT_ID)?, groups.lists(&fields::UNREADABLE)?);
        let is_unreadable = |row| unreadable.is_valid(row) && names_id(unreadable.value(row).as_string_view());
        let is_in_doubt = |row| ids.is_null(row) && (ids.null_count() < ids.len() || is_unreadable(row));
        let described = groups.texts(&fields::NAME)?.iter().zip(groups.texts(&fields::OWNER_USERID)?).zip(created_at);
        Ok(Self {
            coverage: &snapshot.coverage,
            rows: groups.num_rows(),
            lacks_ids: (0..ids.len()).any(is_in_doubt),
            ids: ids.iter().flatten().collect(),
            descriptions: described.map(|((name, owner), created_at)| (name, owner, created_at)).collect(),
        })
    }

    /// Looks up a group by id. `owner` is its owner, if known. A list of groups without ids may hold it unrecognised.
    pub fn by_id(&self, chat_id: &str, owner: Option<&str>) -> Listing {
        match self.ids.contains(chat_id) {
            true => Listing::Listed,
            false if self.lacks_ids => Listing::Unclear,
            false if self.ids.len() < self.rows => Listing::NoList,
            false => self.lacking(owner),
        }
    }

    /// Looks up a group that has no id.
    pub fn by_description(&self, description: Description<'_>) -> Listing {
        if self.descriptions.contains(&description) { Listing::Listed } else { self.lacking(description.1) }
    }

    /// Interprets the absence of a group from the list. Its owner may have changed: an unreadable record of any owner
    /// may be the group.
    fn lacking(&self, owner: Option<&str>) -> Listing {
        match self.coverage.of_groups(owner, self.rows > 0) {
            _ if self.coverage.doubts.concern(Dataset::Groups) => Listing::Unclear,
            Coverage::Complete | Coverage::Observed => Listing::Gone,
            Coverage::Partial | Coverage::Failed => Listing::Unclear,
            Coverage::Unknown => Listing::NoList,
        }
    }
}

/// Returns whether the id is among unreadable columns.
fn names_id(columns: &StringViewArray) -> bool {
    columns.iter().flatten().any(|column| column == fields::CHAT_ID.name)
}
