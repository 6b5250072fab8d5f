//! The part `groups`: the groups of the corp with their members, and the join codes of a list, since no call lists
//! them.

use super::calls::{self, CallRequest};
use super::journal::SubjectKind;
use super::relations::Collecting;
use crate::error::Result;
use crate::progress::{Unit, Work};

/// Collects the part: all groups, and these codes.
pub fn collect(collecting: &Collecting<'_>, codes: &[String]) -> Result<()> {
    let list = CallRequest::group_list();
    if !collecting.store.with(|state| state.is_complete(SubjectKind::List, list.call.path)) {
        collecting.in_rounds(vec![()], |(), round| collecting.corp_list(&list, round))?;
    }
    let groups = collecting.store.with(|state| state.groups_left(&list.key()));
    collecting.progress.begin(Work::CollectGroups, groups.len() as u64, Unit::Groups);
    collecting.in_rounds(groups, |id, round| collecting.one(SubjectKind::Group, id, &CallRequest::group(id), round))?;
    collecting.progress.begin(Work::CollectCodes, codes.len() as u64, Unit::Codes);
    let codes = codes.to_vec();
    collecting
        .in_rounds(codes, |id, round| collecting.one(SubjectKind::Code, id, &CallRequest::join_way(id), round))?;
    collecting.progress.end();
    collecting.store.finish(&calls::GROUP_LIST.stem())
}
