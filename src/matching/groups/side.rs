//! The groups of one snapshot, as the matching sees them: id, name, owner, and the unionids of the external members.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use arrow::array::{Array, AsArray, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use rayon::prelude::*;

use super::members::Overlap;
use crate::ingest::doubts::Doubts;
use crate::names;
use crate::schema::tables::{GROUP_MEMBERS, GROUPS};
use crate::schema::vocabulary::{Dataset, MemberKind};
use crate::schema::{Column, fields};
use crate::snapshot::{SharedUnionids, Snapshot, stretches};

/// The groups of one snapshot, by row of its canonical table.
pub struct GroupSide {
    chat_id: StringViewArray,
    name: StringViewArray,
    owner_userid: StringViewArray,
    created_at: Int64Array,
    member_count: Int64Array,
    /// How many members of each group the dump shows.
    shown: Vec<usize>,
    /// The external members of each group whose unionid is known, each unionid once and in order, as rows of `unionid`.
    known: Vec<Vec<u32>>,
    unionid: StringViewArray,
    /// Of which groups a value that decides could not be read, or may stand in a record that could not.
    unreadable: Vec<bool>,
    /// Which groups may have an owner who could not be read.
    owner_in_doubt: Vec<bool>,
}

impl GroupSide {
    /// The groups of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let (groups, members) = (snapshot.table(&GROUPS), snapshot.table(&GROUP_MEMBERS));
        let column = |column: &Column| groups.column_by_name(column.name).expect("groups hold their columns");
        let member = |column: &Column| {
            members.column_by_name(column.name).expect("group members hold their columns").as_string_view().clone()
        };
        let chat_id = column(&fields::CHAT_ID).as_string_view().clone();
        let of_members = member(&fields::CHAT_ID);
        let stretches: HashMap<&str, Range<usize>> = stretches(&of_members).into_iter().collect();
        let members_of = |id: Option<&str>| id.and_then(|id| stretches.get(id)).cloned().unwrap_or_default();
        let members: Vec<Range<usize>> = chat_id.iter().map(members_of).collect();
        let doubts = Doubtful::new(snapshot);
        let (kind, unionid) = (member(&fields::MEMBER_KIND), member(&fields::UNIONID));
        Self {
            unreadable: members.iter().enumerate().map(|(row, members)| doubts.is_unreadable(row, members)).collect(),
            owner_in_doubt: (0..members.len()).map(|row| doubts.is_owner_in_doubt(row)).collect(),
            shown: members.iter().map(ExactSizeIterator::len).collect(),
            known: members.into_par_iter().map(|members| known(members, &kind, &unionid)).collect(),
            name: column(&fields::NAME).as_string_view().clone(),
            owner_userid: column(&fields::OWNER_USERID).as_string_view().clone(),
            created_at: column(&fields::CREATED_AT)
                .as_primitive::<TimestampMicrosecondType>()
                .reinterpret_cast::<Int64Type>(),
            member_count: column(&fields::MEMBER_COUNT).as_primitive::<Int64Type>().clone(),
            unionid,
            chat_id,
        }
    }

    /// The same without the unionids that are no keys, in either corp.
    #[must_use]
    pub fn without(mut self, shared: [&SharedUnionids; 2]) -> Self {
        if shared.iter().any(|shared| !shared.is_empty()) {
            let unionid = &self.unionid;
            let is_key = |member: &u32| !shared.iter().any(|shared| shared.contains(unionid.value(*member as usize)));
            self.known.par_iter_mut().for_each(|members| members.retain(is_key));
        }
        self
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

    /// Its name as it is compared.
    pub fn comparable_name(&self, row: u32) -> Option<Cow<'_, str>> {
        self.name(row).filter(|name| !names::is_masked(name)).map(names::normal).filter(|name| !name.is_empty())
    }

    /// Whether a value that decides what becomes of it could not be read (SPEC section 1.3).
    pub fn is_unreadable(&self, row: u32) -> bool {
        self.unreadable[row as usize]
    }

    /// Whether it may have an owner who could not be read: that owner is not unknown.
    pub fn is_owner_in_doubt(&self, row: u32) -> bool {
        self.owner_in_doubt[row as usize]
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
        let shown = self.shown[row as usize] as i64;
        number(&self.member_count, row).or_else(|| (shown > 0).then_some(shown))
    }

    /// The rows of the groups that have an id.
    pub fn rows_by_id(&self) -> HashMap<&str, u32> {
        (0..self.rows() as u32).filter_map(|row| Some((self.chat_id(row)?, row))).collect()
    }

    /// The unionids of its external members, each once, in order.
    pub fn unionids(&self, row: u32) -> impl ExactSizeIterator<Item = &str> {
        self.known[row as usize].iter().map(|&member| self.unionid.value(member as usize))
    }

    /// Whether any external member shows a unionid.
    pub fn has_unionids(&self, row: u32) -> bool {
        !self.known[row as usize].is_empty()
    }

    /// How many external members a group shares with one of the other side; None where either shows no unionids.
    pub fn overlap(&self, row: u32, other: &Self, other_row: u32) -> Option<Overlap> {
        let (ours, theirs) = (self.unionids(row), other.unionids(other_row));
        let (of_ours, of_theirs) = (ours.len(), theirs.len());
        let theirs: HashSet<&str> = theirs.collect();
        let shared = ours.filter(|unionid| theirs.contains(unionid)).count();
        (of_ours > 0 && of_theirs > 0).then(|| Overlap::new(shared, of_ours, of_theirs))
    }
}

/// What could not be read of the groups of a snapshot.
struct Doubtful<'a> {
    groups: &'a RecordBatch,
    members: &'a RecordBatch,
    doubts: &'a Doubts,
}

impl<'a> Doubtful<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            groups: snapshot.table(&GROUPS),
            members: snapshot.table(&GROUP_MEMBERS),
            doubts: &snapshot.coverage.doubts,
        }
    }

    fn is_null(&self, column: &Column, row: usize) -> bool {
        self.groups.column_by_name(column.name).expect("groups hold their columns").is_null(row)
    }

    /// A group that shows less than its details may owe that to a record that could not be read.
    fn is_unreadable(&self, row: usize, members: &Range<usize>) -> bool {
        let of_members =
            self.members.column_by_name(fields::UNREADABLE.name).expect("group members hold their columns");
        let lacks = || {
            [&fields::NAME, &fields::OWNER_USERID, &fields::CREATED_AT]
                .into_iter()
                .any(|column| self.is_null(column, row))
        };
        !self.is_null(&fields::UNREADABLE, row)
            || members.clone().any(|member| of_members.is_valid(member))
            || self.doubts.concern(Dataset::GroupMembers)
            || (self.doubts.concern(Dataset::Groups) && (members.is_empty() || lacks()))
    }

    fn is_owner_in_doubt(&self, row: usize) -> bool {
        let unreadable =
            self.groups.column_by_name(fields::UNREADABLE.name).expect("groups hold their columns").as_list::<i32>();
        let owner = [fields::OWNER_USERID.name, fields::OWNER_NAME.name];
        let of_owner = || unreadable.value(row).as_string_view().iter().flatten().any(|column| owner.contains(&column));
        (unreadable.is_valid(row) && of_owner())
            || (self.is_null(&fields::OWNER_USERID, row) && self.doubts.concern(Dataset::Groups))
    }
}

/// The members that are external and show a unionid, each unionid once, in order.
fn known(members: Range<usize>, kind: &StringViewArray, unionid: &StringViewArray) -> Vec<u32> {
    let is_known = |member: &usize| unionid.is_valid(*member) && kind.value(*member) == MemberKind::External.word();
    let mut known: Vec<(&str, u32)> =
        members.filter(is_known).map(|member| (unionid.value(member), member as u32)).collect();
    known.sort_unstable();
    known.dedup_by_key(|(unionid, _)| *unionid);
    known.into_iter().map(|(_, member)| member).collect()
}

fn text(array: &StringViewArray, row: u32) -> Option<&str> {
    let row = row as usize;
    array.is_valid(row).then(|| array.value(row))
}

fn number(array: &Int64Array, row: u32) -> Option<i64> {
    let row = row as usize;
    array.is_valid(row).then(|| array.value(row))
}
