//! The groups of one snapshot as columns: id, name, owner, and the unionids of the external members.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use arrow::array::{Array, AsArray, Int64Array, ListArray, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::Int64Type;
use rayon::prelude::*;

use super::members::Overlap;
use crate::error::Result;
use crate::names;
use crate::schema::tables::{GROUP_MEMBERS, GROUPS};
use crate::schema::vocabulary::{Dataset, MemberKind};
use crate::schema::{Column, ReadColumns, fields, value_at};
use crate::snapshot::{SharedUnionids, Snapshot, equal_runs};

/// The groups of one snapshot, by row of its canonical table.
pub struct GroupSide {
    chat_id: StringViewArray,
    name: StringViewArray,
    owner_userid: StringViewArray,
    created_at: Int64Array,
    member_count: Int64Array,
    /// Members of each group in the dump.
    shown: Vec<usize>,
    /// The external members of each group whose unionid is known, each unionid once and in order, as rows of `unionid`.
    known: Vec<Vec<u32>>,
    unionid: StringViewArray,
    /// Whether a deciding value of each group is unreadable, or may be in an unreadable record.
    unreadable: Vec<bool>,
    /// Whether an external member of each group may be unreadable.
    members_in_doubt: Vec<bool>,
    /// Whether the owner of each group may be unreadable.
    owner_in_doubt: Vec<bool>,
}

impl GroupSide {
    /// Reads the groups of a snapshot.
    ///
    /// # Errors
    /// [`crate::Error::Bug`] only.
    pub fn from_snapshot(snapshot: &Snapshot) -> Result<Self> {
        let (groups, members) = (snapshot.table(&GROUPS), snapshot.table(&GROUP_MEMBERS));
        let chat_id = groups.texts(&fields::CHAT_ID)?.clone();
        let runs: HashMap<&str, Range<usize>> = equal_runs(members.texts(&fields::CHAT_ID)?).into_iter().collect();
        let members_of = |id: Option<&str>| id.and_then(|id| runs.get(id)).cloned().unwrap_or_default();
        let of_group: Vec<Range<usize>> = chat_id.iter().map(members_of).collect();
        let doubts = DoubtfulGroups::new(snapshot)?;
        let (kind, unionid) = (members.texts(&fields::MEMBER_KIND)?, members.texts(&fields::UNIONID)?);
        Ok(Self {
            unreadable: of_group.iter().enumerate().map(|(row, members)| doubts.is_unreadable(row, members)).collect(),
            members_in_doubt: of_group
                .iter()
                .enumerate()
                .map(|(row, of)| doubts.are_members_in_doubt(row, of))
                .collect(),
            owner_in_doubt: (0..of_group.len()).map(|row| doubts.is_owner_in_doubt(row)).collect(),
            shown: of_group.iter().map(ExactSizeIterator::len).collect(),
            known: of_group.into_par_iter().map(|members| known(members, kind, unionid)).collect(),
            name: groups.texts(&fields::NAME)?.clone(),
            owner_userid: groups.texts(&fields::OWNER_USERID)?.clone(),
            created_at: groups.times(&fields::CREATED_AT)?.reinterpret_cast::<Int64Type>(),
            member_count: groups.integers(&fields::MEMBER_COUNT)?.clone(),
            unionid: unionid.clone(),
            chat_id,
        })
    }

    /// Drops the unionids that are no keys in either corp.
    #[must_use]
    pub fn without(mut self, shared: [&SharedUnionids; 2]) -> Self {
        if shared.iter().any(|shared| !shared.is_empty()) {
            let unionid = &self.unionid;
            let is_key = |member: &u32| !shared.iter().any(|shared| shared.contains(unionid.value(*member as usize)));
            self.known.par_iter_mut().for_each(|members| members.retain(is_key));
        }
        self
    }

    /// Returns the number of groups.
    pub fn rows(&self) -> usize {
        self.chat_id.len()
    }

    /// Returns the id of a group.
    pub fn chat_id(&self, row: u32) -> Option<&str> {
        value_at(&self.chat_id, row as usize)
    }

    pub fn name(&self, row: u32) -> Option<&str> {
        value_at(&self.name, row as usize)
    }

    /// Returns its name in the form that is compared.
    pub fn comparable_name(&self, row: u32) -> Option<Cow<'_, str>> {
        self.name(row).and_then(names::key)
    }

    /// Returns whether a deciding value is unreadable (SPEC section 1.3).
    pub fn is_unreadable(&self, row: u32) -> bool {
        self.unreadable[row as usize]
    }

    /// Returns whether it has, or may have, an external member who is unreadable.
    pub fn has_members_in_doubt(&self, row: u32) -> bool {
        self.members_in_doubt[row as usize]
    }

    /// Returns whether its owner may be unreadable: such an owner is not unknown.
    pub fn is_owner_in_doubt(&self, row: u32) -> bool {
        self.owner_in_doubt[row as usize]
    }

    pub fn owner(&self, row: u32) -> Option<&str> {
        value_at(&self.owner_userid, row as usize)
    }

    /// Returns the time of its creation: microseconds since 1970, UTC.
    pub fn created_at(&self, row: u32) -> Option<i64> {
        value_at(&self.created_at, row as usize)
    }

    /// Returns the number of its members: the count in the dump, else the members in the dump.
    pub fn member_count(&self, row: u32) -> Option<i64> {
        let shown = self.shown[row as usize] as i64;
        value_at(&self.member_count, row as usize).or_else(|| (shown > 0).then_some(shown))
    }

    /// Indexes the groups that have an id.
    pub fn rows_by_id(&self) -> HashMap<&str, u32> {
        (0..self.rows() as u32).filter_map(|row| Some((self.chat_id(row)?, row))).collect()
    }

    /// Returns the unionids of its external members, each once, in order.
    pub fn unionids(&self, row: u32) -> impl ExactSizeIterator<Item = &str> {
        self.known[row as usize].iter().map(|&member| self.unionid.value(member as usize))
    }

    /// Returns whether any external member has a unionid.
    pub fn has_unionids(&self, row: u32) -> bool {
        !self.known[row as usize].is_empty()
    }

    /// Returns the overlap of external members with a group of the other side; `None` where either has no unionids.
    pub fn overlap(&self, row: u32, other: &Self, other_row: u32) -> Option<Overlap> {
        let (ours, theirs) = (self.unionids(row), other.unionids(other_row));
        let (of_ours, of_theirs) = (ours.len(), theirs.len());
        let theirs: HashSet<&str> = theirs.collect();
        let shared = ours.filter(|unionid| theirs.contains(unionid)).count();
        (of_ours > 0 && of_theirs > 0).then(|| Overlap::new(shared, of_ours, of_theirs))
    }
}

/// The unreadable records and values about groups of a snapshot.
struct DoubtfulGroups<'a> {
    name: &'a StringViewArray,
    owner_userid: &'a StringViewArray,
    created_at: &'a TimestampMicrosecondArray,
    /// The names of the unreadable columns of each group.
    unreadable: &'a ListArray,
    of_members: &'a ListArray,
    /// Whether an unreadable record may hold members of any group.
    is_member_lost: bool,
    /// Whether details of some group are in a record or row without a readable id, or in an answer that failed.
    has_details_elsewhere: bool,
}

impl<'a> DoubtfulGroups<'a> {
    fn new(snapshot: &'a Snapshot) -> Result<Self> {
        let (groups, doubts) = (snapshot.table(&GROUPS), &snapshot.coverage.doubts);
        let unreadable = groups.lists(&fields::UNREADABLE)?;
        let mut columns = unreadable.values().as_string_view().iter().flatten();
        Ok(Self {
            name: groups.texts(&fields::NAME)?,
            owner_userid: groups.texts(&fields::OWNER_USERID)?,
            created_at: groups.times(&fields::CREATED_AT)?,
            unreadable,
            of_members: snapshot.table(&GROUP_MEMBERS).lists(&fields::UNREADABLE)?,
            is_member_lost: doubts.concern(Dataset::GroupMembers),
            has_details_elsewhere: snapshot.coverage.lacks_groups()
                || doubts.concern(Dataset::Groups)
                || columns.any(|column| column == fields::CHAT_ID.name),
        })
    }

    /// Returns whether a deciding value is unreadable. What a group lacks may be in an unreadable record.
    fn is_unreadable(&self, row: usize, members: &Range<usize>) -> bool {
        let lacks = || self.name.is_null(row) || self.owner_userid.is_null(row) || self.created_at.is_null(row);
        self.unreadable.is_valid(row)
            || self.are_members_in_doubt(row, members)
            || (self.has_details_elsewhere && (members.is_empty() || lacks()))
    }

    fn are_members_in_doubt(&self, row: usize, members: &Range<usize>) -> bool {
        self.lacks(row, &[&fields::UNIONID])
            || members.clone().any(|member| self.of_members.is_valid(member))
            || self.is_member_lost
    }

    fn is_owner_in_doubt(&self, row: usize) -> bool {
        self.lacks(row, &[&fields::OWNER_USERID, &fields::OWNER_NAME])
            || (self.owner_userid.is_null(row) && self.has_details_elsewhere)
    }

    /// Returns whether one of the columns of a group is unreadable.
    fn lacks(&self, row: usize, wanted: &[&Column]) -> bool {
        let columns = || self.unreadable.value(row);
        let is_wanted = |name: &str| wanted.iter().any(|column| column.name == name);
        self.unreadable.is_valid(row) && columns().as_string_view().iter().flatten().any(is_wanted)
    }
}

/// Returns the external members that have a unionid, each unionid once, in order. The service gives a unionid to WeChat
/// users only, so whoever has one is external if nothing says otherwise.
fn known(members: Range<usize>, kind: &StringViewArray, unionid: &StringViewArray) -> Vec<u32> {
    let is_external = |member| kind.is_null(member) || kind.value(member) == MemberKind::External.word();
    let is_known = |member: &usize| unionid.is_valid(*member) && is_external(*member);
    let mut known: Vec<(&str, u32)> =
        members.filter(is_known).map(|member| (unionid.value(member), member as u32)).collect();
    known.sort_unstable();
    known.dedup_by_key(|(unionid, _)| *unionid);
    known.into_iter().map(|(_, member)| member).collect()
}
