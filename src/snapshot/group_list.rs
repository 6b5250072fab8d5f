//! What a snapshot says of a group: that the corp lists it, that it does not, or nothing.

use std::collections::HashSet;

use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;

use super::{Snapshot, SnapshotCoverage};
use crate::schema::tables::GROUPS;
use crate::schema::vocabulary::Coverage;
use crate::schema::{Column, fields};

/// What is said of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// The corp lists it.
    Listed,
    /// The corp's list is there, and lacks it.
    Gone,
    /// The corp's list is cut short, or an error: it lacks the group, which says nothing.
    Unclear,
    /// There is no list that could hold it.
    NoList,
}

impl Listing {
    /// Whether the corp still lists the group; None where that cannot be told.
    pub fn is_listed(self) -> Option<bool> {
        match self {
            Self::Listed => Some(true),
            Self::Gone => Some(false),
            Self::Unclear | Self::NoList => None,
        }
    }
}

/// What tells groups without an id apart: name, owner, when created.
pub type Description<'a> = (Option<&'a str>, Option<&'a str>, Option<i64>);

/// The groups of a snapshot, for look-ups.
pub struct GroupList<'a> {
    coverage: &'a SnapshotCoverage,
    rows: usize,
    ids: HashSet<&'a str>,
    descriptions: HashSet<Description<'a>>,
}

impl<'a> GroupList<'a> {
    /// The groups of `snapshot`.
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let groups = snapshot.table(&GROUPS);
        let column = |column: &Column| groups.column_by_name(column.name).expect("groups hold their columns");
        let text = |of: &Column| column(of).as_string_view().iter();
        let created_at = column(&fields::CREATED_AT).as_primitive::<TimestampMicrosecondType>();
        let described = text(&fields::NAME).zip(text(&fields::OWNER_USERID)).zip(created_at.iter());
        Self {
            coverage: &snapshot.coverage,
            rows: groups.num_rows(),
            ids: text(&fields::CHAT_ID).flatten().collect(),
            descriptions: described.map(|((name, owner), created_at)| (name, owner, created_at)).collect(),
        }
    }

    /// What is said of the group with that id, of that owner if known. A list that shows groups without ids could hold it
    /// unseen.
    pub fn by_id(&self, chat_id: &str, owner: Option<&str>) -> Listing {
        match self.ids.contains(chat_id) {
            true => Listing::Listed,
            false if self.ids.len() < self.rows => Listing::NoList,
            false => self.lacking(owner),
        }
    }

    /// What is said of a group that has no id.
    pub fn by_description(&self, description: Description<'_>) -> Listing {
        if self.descriptions.contains(&description) { Listing::Listed } else { self.lacking(description.1) }
    }

    /// What it says of a group that it lacks it.
    fn lacking(&self, owner: Option<&str>) -> Listing {
        match self.coverage.of_groups(owner, self.rows > 0) {
            Coverage::Complete | Coverage::Observed => Listing::Gone,
            Coverage::Partial | Coverage::Failed => Listing::Unclear,
            Coverage::Unknown => Listing::NoList,
        }
    }
}
