//! The members with customer-contact permission (B1), as far as a snapshot shows.

use std::collections::HashMap;

use arrow::array::{Array, BooleanArray};

use crate::error::Result;
use crate::schema::tables::MEMBERS;
use crate::schema::vocabulary::Dataset;
use crate::schema::{ReadColumns, fields};
use crate::snapshot::{Partition, Snapshot};

/// The members with customer-contact permission, and those of whom it is not known.
pub struct Permissions<'a> {
    members: HashMap<&'a str, Option<bool>>,
    /// Of members who are not listed.
    others: Option<bool>,
    /// An entry of the list could not be read: it may be that of any member who is not listed.
    has_unread_entries: bool,
}

impl<'a> Permissions<'a> {
    /// The permissions of the members of source-before.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn new(before: &'a Snapshot) -> Result<Self> {
        let members = before.table(&MEMBERS);
        let permission = members.flags(&fields::HAS_CUSTOMER_CONTACT)?;
        let has_unread_entries = before.coverage.doubts.concern(Dataset::FollowUsers);
        let has_list = before.coverage.has_follow_user_list() || permission.null_count() < permission.len();
        let unreadable = members.lists(&fields::UNREADABLE)?;
        Ok(Self {
            members: members.texts(&fields::USERID)?.iter().flatten().zip(permission.iter()).collect(),
            others: (has_list && !has_unread_entries).then_some(false),
            has_unread_entries: has_unread_entries || unreadable.null_count() < members.num_rows(),
        })
    }

    /// Returns whether the member has the permission; None where no export shows it.
    pub fn of(&self, userid: &str) -> Option<bool> {
        self.members.get(userid).copied().unwrap_or(self.others)
    }

    /// Reports whether an unreadable entry leaves the member's permission open.
    pub fn is_in_doubt(&self, userid: &str) -> bool {
        self.has_unread_entries && self.of(userid).is_none()
    }

    /// Returns, by relation, whether its member has the permission.
    pub fn of_relations(&self, part: &Partition) -> BooleanArray {
        let mut permissions = Vec::with_capacity(part.rows.num_rows());
        for (userid, range) in part.accounts() {
            permissions.resize(range.end, self.of(userid));
        }
        permissions.into()
    }
}
