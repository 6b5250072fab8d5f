//! From snapshots to decided join codes (A2): frames of facts about each code go in; its prediction, observation and
//! verdict come out.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};

use super::{DecidedGroup, Exports};
use crate::error::Result;
use crate::matching::GroupSide;
use crate::rules::facts::{
    ANSWERED, DELETED, KEPT_BY_LINKED_BEFORE, LINKS_LISTED_GROUP, LINKS_MOVING_GROUP, LINKS_STAYING_GROUP,
    LINKS_UNCLEAR_GROUP, LINKS_UNKNOWN_GROUP, OBSERVED, PREDICTED,
};
use crate::rules::{FactFrame, JOIN_CODE_RULES, JoinCodeRule, OBSERVATION_RULES, PREDICTION_RULES, decide, first};
use crate::schema::tables::JOIN_CODES;
use crate::schema::vocabulary::{CodeVerdict, GroupScope, Observed, Predicted};
use crate::schema::{Column, ReadColumns, fields, value_at};
use crate::snapshot::{GroupList, Listing, Snapshot};

/// A code of source-before or source-after, decided.
#[derive(Debug, Clone)]
pub struct JoinCode {
    pub config_id: String,
    /// From source-before, else from source-after.
    pub remark: Option<String>,
    pub state: Option<String>,
    pub auto_create_room: Option<bool>,
    /// The groups that it linked, each once; None where source-before does not hold the code.
    pub chat_ids_before: Option<Vec<String>>,
    /// The groups that it links, each once; None where source-after does not hold the code, or it was deleted.
    pub chat_ids_after: Option<Vec<String>>,
    /// Null where source-before does not hold the code.
    pub predicted: Option<Predicted>,
    pub observed: Observed,
    /// The rule that gave the verdict.
    pub rule: &'static JoinCodeRule,
    /// The groups that keep it alive; None where it was not observed.
    pub kept_alive_by: Option<Vec<String>>,
    /// One of its lists names a group more than once.
    pub links_twice: bool,
}

impl JoinCode {
    /// Returns what prediction and observation mean together.
    pub fn verdict(&self) -> CodeVerdict {
        self.rule.gives
    }
}

/// Decides every code of both snapshots of the source corp, in order of their ids.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub(super) fn decide_join_codes(
    exports: &Exports,
    groups: &GroupSide,
    decided: &[DecidedGroup],
) -> Result<Vec<JoinCode>> {
    let before = codes_of(&exports.source_before)?;
    let after = exports.source_after.as_ref().map(codes_of).transpose()?.unwrap_or_default();
    let evidence = CodeEvidence {
        rows_by_id: groups.rows_by_id(),
        groups,
        decided,
        listed_after: exports.source_after.as_ref().map(GroupList::new).transpose()?,
    };
    let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let codes: Vec<(&str, Option<&HeldCode>, Option<&HeldCode>)> =
        ids.into_iter().map(|id| (id, before.get(id), after.get(id))).collect();
    evidence.decide(&codes)
}

/// A code as one snapshot holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldCode {
    pub remark: Option<String>,
    pub state: Option<String>,
    pub auto_create_room: Option<bool>,
    deleted: bool,
    /// The groups that it links, each once, in the order of the dump; none where it was deleted.
    pub chat_ids: Vec<String>,
    links_twice: bool,
    /// Its list of groups, or its deleted flag, could not be read.
    is_unreadable: bool,
}

fn codes_of(snapshot: &Snapshot) -> Result<BTreeMap<&str, HeldCode>> {
    let codes = snapshot.table(&JOIN_CODES);
    let ids = codes.texts(&fields::CONFIG_ID)?;
    (0..codes.num_rows()).map(|row| Ok((ids.value(row), HeldCode::read(codes, row)?))).collect()
}

impl HeldCode {
    fn read(codes: &RecordBatch, row: usize) -> Result<Self> {
        let text = |of: &Column| -> Result<_> { Ok(value_at(codes.texts(of)?, row).map(str::to_owned)) };
        let flag = |of: &Column| -> Result<_> { Ok(value_at(codes.flags(of)?, row)) };
        let deleted = flag(&fields::DELETED)? == Some(true);
        let listed = if deleted { Vec::new() } else { chat_ids(codes, row)? };
        let mut seen = HashSet::new();
        let once: Vec<String> = listed.iter().filter(|id| seen.insert(id.as_str())).cloned().collect();
        Ok(Self {
            remark: text(&fields::REMARK)?,
            state: text(&fields::STATE)?,
            auto_create_room: flag(&fields::AUTO_CREATE_ROOM)?,
            deleted,
            is_unreadable: codes.lists(&fields::UNREADABLE)?.is_valid(row),
            links_twice: once.len() < listed.len(),
            chat_ids: once,
        })
    }
}

/// The linked groups as the dump lists them; null, empty and absent are one (DOMAIN.md section 3).
fn chat_ids(codes: &RecordBatch, row: usize) -> Result<Vec<String>> {
    let list = value_at(codes.lists(&fields::CHAT_IDS)?, row);
    Ok(list.iter().flat_map(|ids| ids.as_string_view().iter()).flatten().map(str::to_owned).collect())
}

/// The kinds of groups that a code links in source-before.
#[derive(Debug, Clone, Copy, Default)]
struct LinkedBefore {
    /// Groups that are to move.
    moving: bool,
    /// Groups that are not to move.
    staying: bool,
    /// Groups that the snapshot does not hold, or of which owner or time could not be read: they have no scope.
    unknown: bool,
}

impl LinkedBefore {
    /// The groups of a code. A list that could not be read may link a group without scope.
    fn new(code: &HeldCode, scope_of: impl Fn(&str) -> Option<GroupScope>) -> Self {
        let mut linked = Self { unknown: code.is_unreadable, ..Self::default() };
        for id in &code.chat_ids {
            match scope_of(id) {
                None => linked.unknown = true,
                Some(GroupScope::InScope) => linked.moving = true,
                Some(_) => linked.staying = true,
            }
        }
        linked
    }
}

/// Returns what will become of each code.
fn predict(linked: &[LinkedBefore]) -> Result<Vec<Predicted>> {
    let flags = |fact: fn(&LinkedBefore) -> bool| linked.iter().map(fact).collect::<Vec<_>>();
    let facts = FactFrame::new(linked.len())
        .flags(LINKS_MOVING_GROUP, flags(|linked| linked.moving))?
        .flags(LINKS_STAYING_GROUP, flags(|linked| linked.staying))?
        .flags(LINKS_UNKNOWN_GROUP, flags(|linked| linked.unknown))?
        .finish()?;
    decide(PREDICTION_RULES, &facts)
}

/// The groups that a code links in source-after.
#[derive(Debug, Clone, Default)]
struct LinkedAfter {
    /// Source-after holds an answer about the code.
    answered: bool,
    /// The answer was that it does not exist.
    deleted: bool,
    /// Linked groups that the source corp still lists; without a group list, all of them.
    listed: Vec<String>,
    /// The group list is cut short or in error and leaves open whether it lists a linked group; or the code's own list
    /// could not be read.
    unclear: bool,
}

/// Returns what source-after shows of each code.
fn observe(linked: &[LinkedAfter]) -> Result<Vec<Observed>> {
    let flags = |fact: fn(&LinkedAfter) -> bool| linked.iter().map(fact).collect::<Vec<_>>();
    let facts = FactFrame::new(linked.len())
        .flags(ANSWERED, flags(|linked| linked.answered))?
        .flags(DELETED, flags(|linked| linked.deleted))?
        .flags(LINKS_LISTED_GROUP, flags(|linked| !linked.listed.is_empty()))?
        .flags(LINKS_UNCLEAR_GROUP, flags(|linked| linked.unclear))?
        .finish()?;
    decide(OBSERVATION_RULES, &facts)
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
    pub held: HeldCode,
    pub predicted: Predicted,
}

/// Returns every code of source-before, in order of its id. `scopes`: of each group, by row.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn planned_codes(before: &Snapshot, groups: &GroupSide, scopes: &[GroupScope]) -> Result<Vec<PlannedCode>> {
    let rows_by_id = groups.rows_by_id();
    let scope_of = |id: &str| rows_by_id.get(id).and_then(|&row| scope_of_group(groups, row, scopes[row as usize]));
    let codes = codes_of(before)?;
    let predicted = predict(&codes.values().map(|code| LinkedBefore::new(code, scope_of)).collect::<Vec<_>>())?;
    let planned = codes.into_iter().zip(predicted);
    Ok(planned.map(|((id, held), predicted)| PlannedCode { config_id: id.to_owned(), held, predicted }).collect())
}

/// The groups that codes link, with their decisions and the group list of source-after.
struct CodeEvidence<'a> {
    groups: &'a GroupSide,
    rows_by_id: HashMap<&'a str, u32>,
    decided: &'a [DecidedGroup],
    /// The groups of source-after; None where the case has no such export.
    listed_after: Option<GroupList<'a>>,
}

impl CodeEvidence<'_> {
    /// Decides codes: the id of each, and how source-before and source-after hold it.
    fn decide(&self, codes: &[(&str, Option<&HeldCode>, Option<&HeldCode>)]) -> Result<Vec<JoinCode>> {
        let linked_before =
            |before: Option<&HeldCode>| before.map_or_else(Default::default, |code| self.linked_before(code));
        let predicted = predict(&codes.iter().map(|(_, before, _)| linked_before(*before)).collect::<Vec<_>>())?;
        let predicted: Vec<Option<Predicted>> =
            codes.iter().zip(predicted).map(|((_, before, _), predicted)| before.map(|_| predicted)).collect();
        let linked: Vec<LinkedAfter> = codes.iter().map(|(.., after)| self.linked_after(*after)).collect();
        let observed = observe(&linked)?;
        let was_linked = |before: Option<&HeldCode>, id| before.is_some_and(|code| code.chat_ids.contains(id));
        let kept_by_linked_before = codes.iter().zip(&linked);
        let kept_by_linked_before = kept_by_linked_before
            .map(|((_, before, _), linked)| linked.listed.iter().any(|id| was_linked(*before, id)))
            .collect::<Vec<_>>();
        let facts = FactFrame::new(codes.len())
            .words(PREDICTED, predicted.iter().copied())?
            .words(OBSERVED, observed.iter().copied().map(Some))?
            .flags(KEPT_BY_LINKED_BEFORE, kept_by_linked_before)?
            .finish()?;
        let rules = first(JOIN_CODE_RULES, &facts)?;
        let decided = codes.iter().zip(linked).zip(predicted.into_iter().zip(observed)).zip(rules);
        Ok(decided
            .map(|(((&(id, before, after), linked), (predicted, observed)), rule)| {
                let either = || before.into_iter().chain(after);
                JoinCode {
                    config_id: id.to_owned(),
                    remark: either().find_map(|code| code.remark.clone()),
                    state: either().find_map(|code| code.state.clone()),
                    auto_create_room: either().find_map(|code| code.auto_create_room),
                    chat_ids_before: before.map(|code| code.chat_ids.clone()),
                    chat_ids_after: after.filter(|code| !code.deleted).map(|code| code.chat_ids.clone()),
                    predicted,
                    observed,
                    rule: &JOIN_CODE_RULES[usize::from(rule)],
                    kept_alive_by: (observed != Observed::NotObserved).then_some(linked.listed),
                    links_twice: either().any(|code| code.links_twice),
                }
            })
            .collect())
    }

    fn linked_before(&self, code: &HeldCode) -> LinkedBefore {
        let scope = |&row: &u32| scope_of_group(self.groups, row, self.decided[row as usize].scope);
        LinkedBefore::new(code, |id| self.rows_by_id.get(id).and_then(scope))
    }

    fn linked_after(&self, code: Option<&HeldCode>) -> LinkedAfter {
        let Some((code, list)) = code.zip(self.listed_after.as_ref()) else { return LinkedAfter::default() };
        let listing = |id: &str| list.by_id(id, self.rows_by_id.get(id).and_then(|&row| self.groups.owner(row)));
        let is_listed = |id: &&String| matches!(listing(id), Listing::Listed | Listing::NoList);
        LinkedAfter {
            answered: true,
            deleted: code.deleted,
            listed: code.chat_ids.iter().filter(is_listed).cloned().collect(),
            unclear: code.is_unreadable || code.chat_ids.iter().any(|id| listing(id) == Listing::Unclear),
        }
    }
}
