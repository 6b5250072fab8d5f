//! The groups of one snapshot, as the matching sees them: id, name, owner, and the unionids of the external members.

use std::collections::HashMap;
use std::ops::Range;

use arrow::array::{Array, AsArray, Int64Array, StringViewArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::members::Overlap;
use crate::schema::tables::{GROUP_MEMBERS, GROUPS};
use crate::schema::vocabulary::MemberKind;
use crate::schema::{Column, fields};
use crate::snapshot::{Snapshot, stretches};

/// The groups of one snapshot, by row of its canonical table.
pub struct GroupSide {
    chat_id: StringViewArray,
    name: StringViewArray,
    owner_userid: StringViewArray,
    created_at: Int64Array,
    member_count: Int64Array,
    /// Where the members of each group stand in the table of members.
    members: Vec<Range<usize>>,
    member_kind: StringViewArray,
    unionid: StringViewArray,
}

impl GroupSide {
    /// The groups of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let (groups, members) = (snapshot.table(&GROUPS), snapshot.table(&GROUP_MEMBERS));
        let column = |column: &Column| groups.column_by_name(column.name).expect("groups hold their columns");
        let member =
            |column: &Column| members.column_by_name(column.name).expect("group members hold their columns").as_string_view().clone();
        let chat_id = column(&fields::CHAT_ID).as_string_view().clone();
        let of_members = member(&fields::CHAT_ID);
        let stretches: HashMap<&str, Range<usize>> = stretches(&of_members).into_iter().collect();
        let members_of = |id: Option<&str>| id.and_then(|id| stretches.get(id)).cloned().unwrap_or_default();
        Self {
            members: chat_id.iter().map(members_of).collect(),
            name: column(&fields::NAME).as_string_view().clone(),
            owner_userid: column(&fields::OWNER_USERID).as_string_view().clone(),
            created_at: column(&fields::CREATED_AT).as_primitive::<TimestampMicrosecondType>().reinterpret_cast::<Int64Type>(),
            member_count: column(&fields::MEMBER_COUNT).as_primitive::<Int64Type>().clone(),
            member_kind: member(&fields::MEMBER_KIND),
            unionid: member(&fields::UNIONID),
            chat_id,
        }
    }

    /// How many groups there are.
    pub fn rows(&self) -> usize {
        self.chat_id.len()
    }

    /// The group's id.
    pub fn chat_id(&self, row: u32) -> Option<&str> {
        text(&self.chat_id, row)
    }

    /// Its name.
    pub fn name(&self, row: u32) -> Option<&str> {
        text(&self.name, row)
    }

    /// Who owns it.
    pub fn owner(&self, row: u32) -> Option<&str> {
        text(&self.owner_userid, row)
    }

    /// When it was created: microseconds since 1970, UTC.
    pub fn created_at(&self, row: u32) -> Option<i64> {
        number(&self.created_at, row)
    }

    /// How many people it holds: as the dump says, else as many as it shows.
    pub fn member_count(&self, row: u32) -> Option<i64> {
        let shown = self.members[row as usize].len() as i64;
        number(&self.member_count, row).or_else(|| (shown > 0).then_some(shown))
    }

    /// The rows of the groups that have an id.
    pub fn rows_by_id(&self) -> HashMap<&str, u32> {
        (0..self.rows() as u32).filter_map(|row| Some((self.chat_id(row)?, row))).collect()
    }

    /// The unionids of its external members, each once, sorted.
    pub fn unionids(&self, row: u32) -> Vec<&str> {
        let mut unionids: Vec<&str> = self.external_unionids(row).collect();
        unionids.sort_unstable();
        unionids.dedup();
        unionids
    }

    /// Whether any external member shows a unionid.
    pub fn has_unionids(&self, row: u32) -> bool {
        self.external_unionids(row).next().is_some()
    }

    /// How many external members a group shares with one of the other side; None where either shows no unionids.
    pub fn overlap(&self, row: u32, other: &Self, other_row: u32) -> Option<Overlap> {
        let (ours, theirs) = (self.unionids(row), other.unionids(other_row));
        let shared = ours.iter().filter(|unionid| theirs.binary_search(unionid).is_ok()).count();
        (!ours.is_empty() && !theirs.is_empty()).then(|| Overlap::new(shared, ours.len(), theirs.len()))
    }

    fn external_unionids(&self, row: u32) -> impl Iterator<Item = &str> {
        let is_external = |member: &usize| self.member_kind.value(*member) == MemberKind::External.word();
        let known = self.members[row as usize].clone().filter(|&member| self.unionid.is_valid(member));
        known.filter(is_external).map(|member| self.unionid.value(member))
    }
}

fn text(array: &StringViewArray, row: u32) -> Option<&str> {
    let row = row as usize;
    array.is_valid(row).then(|| array.value(row))
}

fn number(array: &Int64Array, row: u32) -> Option<i64> {
    let row = row as usize;
    array.is_valid(row).then(|| array.value(row))
}
