//! `groups.parquet` and `join_codes.parquet`: every group of source-before, every join code of the source corp.

use arrow::array::RecordBatch;

use crate::groups::GroupDecision;
use crate::join_codes::JoinCode;
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT};
use crate::schema::vocabulary::{GroupMatchMethod, GroupReason, Predicted};
use crate::schema::{Cell, Column, Rows, fields};

/// What `groups.parquet` is sorted by.
pub const GROUPS_SORTED_BY: &[&Column] =
    &[&fields::GROUP_OUTCOME, &fields::SOURCE_OWNER_USERID, &fields::SOURCE_CHAT_ID];
/// What `join_codes.parquet` is sorted by.
pub const JOIN_CODES_SORTED_BY: &[&Column] = &[&fields::CODE_VERDICT, &fields::CONFIG_ID];

/// Every group of source-before, sorted by outcome, then owner, then as the snapshot sorts them: by id.
pub fn groups(decision: &GroupDecision, waived: &[bool]) -> RecordBatch {
    let mut rows = Rows::new(&GROUPS_REPORT);
    for row in order_of_groups(decision) {
        push_group(&mut rows, decision, row, waived[row as usize]);
    }
    rows.finish()
}

/// The rows of the decision in the order of the report.
pub fn order_of_groups(decision: &GroupDecision) -> Vec<u32> {
    let mut order: Vec<u32> = (0..decision.source.rows() as u32).collect();
    order.sort_by_key(|&row| (decision.groups[row as usize].outcome().word(), decision.source.owner(row)));
    order
}

fn push_group(rows: &mut Rows, decision: &GroupDecision, row: u32, is_waived: bool) {
    let group = &decision.groups[row as usize];
    let (source, target) = (&decision.source, &decision.target);
    let method = decision.matches.method[row as usize];
    rows.push(&[
        text(source.chat_id(row)),
        text(source.name(row)),
        text(source.owner(row)),
        source.created_at(row).map_or(Cell::Null, Cell::Time),
        Cell::Text(group.scope.word()),
        Cell::Text(group.outcome().word()),
        text(group.reason().map(GroupReason::word)),
        Cell::Text(group.rule.severity.word()),
        text(method.map(GroupMatchMethod::word)),
        text(group.target.and_then(|row| target.chat_id(row))),
        text(group.target.and_then(|row| target.name(row))),
        text(group.target.and_then(|row| target.owner(row))),
        source.member_count(row).map_or(Cell::Null, Cell::Integer),
        group.target.and_then(|row| target.member_count(row)).map_or(Cell::Null, Cell::Integer),
        group.member_overlap.map_or(Cell::Null, Cell::Ratio),
        group.still_at_source.map_or(Cell::Null, Cell::Flag),
        Cell::Flag(is_waived),
    ]);
}

/// Every join code, sorted by verdict, then by id.
pub fn join_codes(codes: &[JoinCode], waived: &[bool]) -> RecordBatch {
    let mut rows = Rows::new(&JOIN_CODES_REPORT);
    for (code, is_waived) in order_of_codes(codes).into_iter().map(|at| (&codes[at], waived[at])) {
        rows.push(&[
            Cell::Text(&code.config_id),
            text(code.remark.as_deref()),
            text(code.state.as_deref()),
            code.auto_create_room.map_or(Cell::Null, Cell::Flag),
            list(code.chat_ids_before.as_deref()),
            list(code.chat_ids_after.as_deref()),
            text(code.predicted.map(Predicted::word)),
            Cell::Text(code.observed.word()),
            Cell::Text(code.rule.verdict.word()),
            Cell::Text(code.rule.severity.word()),
            list(code.kept_alive_by.as_deref()),
            Cell::Flag(is_waived),
        ]);
    }
    rows.finish()
}

/// The codes in the order of the report.
pub fn order_of_codes(codes: &[JoinCode]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_key(|&at| (codes[at].rule.verdict.word(), &codes[at].config_id));
    order
}

fn text(value: Option<&str>) -> Cell<'_> {
    value.map_or(Cell::Null, Cell::Text)
}

fn list(items: Option<&[String]>) -> Cell<'_> {
    items.map_or(Cell::Null, Cell::List)
}
