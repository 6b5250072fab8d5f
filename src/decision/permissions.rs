//! Who has customer-contact permission (B1), as far as a snapshot tells.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, BooleanArray};

use crate::schema::tables::MEMBERS;
use crate::schema::vocabulary::Dataset;
use crate::schema::{Column, fields};
use crate::snapshot::{Part, Snapshot};

/// The members with customer-contact permission, and those of whom it is not known.
pub struct Permissions<'a> {
    members: HashMap<&'a str, Option<bool>>,
    /// Of members who are not listed.
    others: Option<bool>,
    /// An entry of the list could not be read: it may be anyone's who is not listed.
    has_unread_entries: bool,
}

impl<'a> Permissions<'a> {
    /// The permissions of the members of source-before.
    pub fn new(before: &'a Snapshot) -> Self {
        let members = before.table(&MEMBERS);
        let column = |column: &Column| members.column_by_name(column.name).expect("members hold their columns");
        let permission = column(&fields::HAS_CUSTOMER_CONTACT).as_boolean();
        let has_unread_entries = before.coverage.doubts.concern(Dataset::FollowUsers);
        let has_list = before.coverage.has_follow_user_list() || permission.null_count() < permission.len();
        Self {
            members: column(&fields::USERID).as_string_view().iter().flatten().zip(permission.iter()).collect(),
            others: (has_list && !has_unread_entries).then_some(false),
            has_unread_entries: has_unread_entries || column(&fields::UNREADABLE).null_count() < members.num_rows(),
        }
    }

    /// Whether the member has it; none where nothing tells.
    pub fn of(&self, userid: &str) -> Option<bool> {
        self.members.get(userid).copied().unwrap_or(self.others)
    }

    /// Whether the member may lack it by an entry that could not be read.
    pub fn is_in_doubt(&self, userid: &str) -> bool {
        self.has_unread_entries && self.of(userid).is_none()
    }

    /// Whether the member of each relation has it.
    pub fn of_relations(&self, part: &Part) -> BooleanArray {
        let mut permissions = Vec::with_capacity(part.rows.num_rows());
        for (userid, range) in part.accounts() {
            permissions.resize(range.end, self.of(userid));
        }
        permissions.into()
    }
}
