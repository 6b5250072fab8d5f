//! From snapshots to decided join codes (A2): what was to become of each, what source-after shows, and what that means.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};

use crate::decision::Exports;
use crate::groups::DecidedGroup;
use crate::matching::GroupSide;
use crate::outcomes::{CodeFacts, JoinCodeRule, LinkedAfter, LinkedBefore, join_code_rule, observed, predicted};
use crate::schema::tables::JOIN_CODES;
use crate::schema::vocabulary::{GroupScope, Observed, Predicted};
use crate::schema::{Column, fields};
use crate::snapshot::{GroupList, Listing, Snapshot};

/// A code of source-before or source-after, decided.
#[derive(Debug, Clone)]
pub struct JoinCode {
    pub config_id: String,
    /// As source-before says, else source-after.
    pub remark: Option<String>,
    pub state: Option<String>,
    pub auto_create_room: Option<bool>,
    /// The groups that it linked, each once; None where source-before does not hold the code.
    pub chat_ids_before: Option<Vec<String>>,
    /// The groups that it links, each once; None where source-after does not hold the code, or it was deleted.
    pub chat_ids_after: Option<Vec<String>>,
    /// None where source-before does not hold the code.
    pub predicted: Option<Predicted>,
    pub observed: Observed,
    /// The rule that gave the verdict.
    pub rule: &'static JoinCodeRule,
    /// The groups that keep it alive; None where it was not observed.
    pub kept_alive_by: Option<Vec<String>>,
    /// Whether one of its lists names a group more than once.
    pub links_twice: bool,
}

/// Decides every code of both snapshots of the source corp, in order of their ids.
pub fn decide_join_codes(exports: &Exports, groups: &GroupSide, decided: &[DecidedGroup]) -> Vec<JoinCode> {
    let before = codes_of(&exports.source_before);
    let after = exports.source_after.as_ref().map(codes_of).unwrap_or_default();
    let evidence = Evidence {
        rows_by_id: groups.rows_by_id(),
        groups,
        decided,
        listed_after: exports.source_after.as_ref().map(GroupList::of),
    };
    let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    ids.into_iter().map(|id| evidence.decide(id, before.get(id), after.get(id))).collect()
}

/// A code as one snapshot holds it.
#[derive(Debug, Default)]
struct Held {
    remark: Option<String>,
    state: Option<String>,
    auto_create_room: Option<bool>,
    deleted: bool,
    /// Each once, in the order of the dump; none where it was deleted.
    chat_ids: Vec<String>,
    links_twice: bool,
    /// Whether its list of groups, or whether it was deleted, could not be read.
    is_unreadable: bool,
}

fn codes_of(snapshot: &Snapshot) -> BTreeMap<&str, Held> {
    let codes = snapshot.table(&JOIN_CODES);
    let ids = column(codes, &fields::CONFIG_ID).as_string_view();
    (0..codes.num_rows()).map(|row| (ids.value(row), Held::of(codes, row))).collect()
}

impl Held {
    fn of(codes: &RecordBatch, row: usize) -> Self {
        let text = |of: &Column| {
            let array = column(codes, of).as_string_view();
            array.is_valid(row).then(|| array.value(row).to_owned())
        };
        let flag = |of: &Column| {
            let array = column(codes, of).as_boolean();
            array.is_valid(row).then(|| array.value(row))
        };
        let deleted = flag(&fields::DELETED) == Some(true);
        let listed = if deleted { Vec::new() } else { chat_ids(codes, row) };
        let mut seen = HashSet::new();
        let once: Vec<String> = listed.iter().filter(|id| seen.insert(id.as_str())).cloned().collect();
        Self {
            remark: text(&fields::REMARK),
            state: text(&fields::STATE),
            auto_create_room: flag(&fields::AUTO_CREATE_ROOM),
            deleted,
            is_unreadable: column(codes, &fields::UNREADABLE).is_valid(row),
            links_twice: once.len() < listed.len(),
            chat_ids: once,
        }
    }
}

/// The linked groups as the dump lists them; null, empty and absent are one (DOMAIN.md section 3).
fn chat_ids(codes: &RecordBatch, row: usize) -> Vec<String> {
    let lists = column(codes, &fields::CHAT_IDS).as_list::<i32>();
    if lists.is_null(row) {
        return Vec::new();
    }
    lists.value(row).as_string_view().iter().flatten().map(str::to_owned).collect()
}

fn column<'a>(codes: &'a RecordBatch, column: &Column) -> &'a arrow::array::ArrayRef {
    codes.column_by_name(column.name).expect("join codes hold their columns")
}

/// Counts the groups that a code links by what is known of them; a group that the snapshot does not hold, or of which the
/// owner or time could not be read, has no scope. A list that could not be read may link such a group.
fn linked_before(code: &Held, scope_of: impl Fn(&str) -> Option<GroupScope>) -> LinkedBefore {
    let mut linked = LinkedBefore { not_held: usize::from(code.is_unreadable), ..LinkedBefore::default() };
    for id in &code.chat_ids {
        match scope_of(id) {
            None => linked.not_held += 1,
            Some(GroupScope::InScope) => linked.in_scope += 1,
            Some(_) => linked.out_of_scope += 1,
        }
    }
    linked
}

/// The scope of a group by its id, if it is known.
fn scope_of_group(groups: &GroupSide, row: u32, scope: GroupScope) -> Option<GroupScope> {
    let is_open = groups.is_owner_in_doubt(row) || (groups.is_unreadable(row) && groups.created_at(row).is_none());
    (!is_open).then_some(scope)
}

/// A code of source-before, with what will become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCode {
    pub config_id: String,
    pub remark: Option<String>,
    pub state: Option<String>,
    pub auto_create_room: Option<bool>,
    /// The groups that it links, each once.
    pub chat_ids: Vec<String>,
    pub predicted: Predicted,
}

/// Every code of source-before, in order of its id. `scopes`: of each group, by row.
pub fn planned_codes(before: &Snapshot, groups: &GroupSide, scopes: &[GroupScope]) -> Vec<PlannedCode> {
    let rows_by_id = groups.rows_by_id();
    let scope_of = |id: &str| rows_by_id.get(id).and_then(|&row| scope_of_group(groups, row, scopes[row as usize]));
    let planned = |(id, held): (&str, Held)| PlannedCode {
        config_id: id.to_owned(),
        predicted: predicted(&linked_before(&held, scope_of)),
        remark: held.remark,
        state: held.state,
        auto_create_room: held.auto_create_room,
        chat_ids: held.chat_ids,
    };
    codes_of(before).into_iter().map(planned).collect()
}

/// What is known of the groups that codes link.
struct Evidence<'a> {
    groups: &'a GroupSide,
    rows_by_id: std::collections::HashMap<&'a str, u32>,
    decided: &'a [DecidedGroup],
    /// The groups of source-after; None where the case has no such export.
    listed_after: Option<GroupList<'a>>,
}

impl Evidence<'_> {
    fn decide(&self, config_id: &str, before: Option<&Held>, after: Option<&Held>) -> JoinCode {
        let predicted = before.map(|code| predicted(&self.linked_before(code)));
        let (linked, kept_alive_by) = self.linked_after(after);
        let observed = observed(&linked);
        let was_linked = |id: &String| before.is_some_and(|code| code.chat_ids.contains(id));
        let kept_by_linked_before = kept_alive_by.iter().any(was_linked);
        let either = || before.into_iter().chain(after);
        JoinCode {
            config_id: config_id.to_owned(),
            remark: either().find_map(|code| code.remark.clone()),
            state: either().find_map(|code| code.state.clone()),
            auto_create_room: either().find_map(|code| code.auto_create_room),
            chat_ids_before: before.map(|code| code.chat_ids.clone()),
            chat_ids_after: after.filter(|code| !code.deleted).map(|code| code.chat_ids.clone()),
            predicted,
            observed,
            rule: join_code_rule(&CodeFacts { predicted, observed, kept_by_linked_before }),
            kept_alive_by: (observed != Observed::NotObserved).then_some(kept_alive_by),
            links_twice: either().any(|code| code.links_twice),
        }
    }

    fn linked_before(&self, code: &Held) -> LinkedBefore {
        let scope = |&row: &u32| scope_of_group(self.groups, row, self.decided[row as usize].scope);
        linked_before(code, |id| self.rows_by_id.get(id).and_then(scope))
    }

    /// What is known of a code in source-after, and the groups that keep it alive: those that the corp lists, and where
    /// there is no list, all.
    fn linked_after(&self, code: Option<&Held>) -> (LinkedAfter, Vec<String>) {
        let Some((code, list)) = code.zip(self.listed_after.as_ref()) else { return Default::default() };
        let listing = |id: &str| list.by_id(id, self.rows_by_id.get(id).and_then(|&row| self.groups.owner(row)));
        let alive = |id: &&String| matches!(listing(id), Listing::Listed | Listing::NoList);
        let kept_alive_by: Vec<String> = code.chat_ids.iter().filter(alive).cloned().collect();
        let unclear =
            code.chat_ids.iter().filter(|id| listing(id) == Listing::Unclear).count() + usize::from(code.is_unreadable);
        (LinkedAfter { answered: true, deleted: code.deleted, listed: kept_alive_by.len(), unclear }, kept_alive_by)
    }
}
