//! `groups.parquet` and `join_codes.parquet`: every group of source-before, every join code of the source corp.

use arrow::array::RecordBatch;

use super::small::SmallTable;
use crate::decision::{GroupDecision, JoinCode};
use crate::findings::GroupFindings;
use crate::schema::tables::{GROUPS_REPORT, JOIN_CODES_REPORT};
use crate::schema::{Cell, Column, Rows, cells, fields};

const GROUPS_SORTED_BY: &[&Column] = &[&fields::GROUP_OUTCOME, &fields::SOURCE_OWNER_USERID, &fields::SOURCE_CHAT_ID];
const JOIN_CODES_SORTED_BY: &[&Column] = &[&fields::CODE_VERDICT, &fields::CONFIG_ID];

/// Both reports.
pub fn tables(found: &GroupFindings<'_>) -> Vec<SmallTable> {
    vec![
        SmallTable::new(&GROUPS_REPORT, groups(found.decision, &found.waived_groups)).sorted_by(GROUPS_SORTED_BY),
        SmallTable::new(&JOIN_CODES_REPORT, join_codes(&found.decision.codes, &found.waived_codes))
            .sorted_by(JOIN_CODES_SORTED_BY),
    ]
}

/// Returns every group of source-before, sorted by outcome, then owner, then as the snapshot sorts them: by id.
fn groups(decision: &GroupDecision, waived: &[bool]) -> RecordBatch {
    let mut rows = Rows::new(&GROUPS_REPORT);
    for row in order_of_groups(decision) {
        push_group(&mut rows, decision, row, waived[row as usize]);
    }
    rows.finish()
}

/// Returns the rows of the decision in the order of the report.
pub fn order_of_groups(decision: &GroupDecision) -> Vec<u32> {
    let mut order: Vec<u32> = (0..decision.source.rows() as u32).collect();
    order.sort_by_key(|&row| (decision.groups[row as usize].outcome().word(), decision.source.owner(row)));
    order
}

fn push_group(rows: &mut Rows, decision: &GroupDecision, row: u32, is_waived: bool) {
    let group = &decision.groups[row as usize];
    let (source, target) = (&decision.source, &decision.target);
    let method = decision.matches.method[row as usize];
    rows.push(cells!(GROUPS_REPORT, {
        SOURCE_CHAT_ID: source.chat_id(row),
        NAME: source.name(row),
        SOURCE_OWNER_USERID: source.owner(row),
        GROUP_CREATED_AT: source.created_at(row).map(Cell::Time),
        GROUP_SCOPE: group.scope,
        GROUP_OUTCOME: group.outcome(),
        GROUP_REASON: group.reason(),
        SEVERITY: group.rule.severity,
        GROUP_MATCH_METHOD: method,
        TARGET_CHAT_ID: group.target.and_then(|row| target.chat_id(row)),
        TARGET_NAME: group.target.and_then(|row| target.name(row)),
        TARGET_OWNER_USERID: group.target.and_then(|row| target.owner(row)),
        SOURCE_MEMBER_COUNT: source.member_count(row),
        TARGET_MEMBER_COUNT: group.target.and_then(|row| target.member_count(row)),
        MEMBER_OVERLAP: group.member_overlap,
        GROUP_STILL_AT_SOURCE: group.still_at_source,
        WAIVED: is_waived,
    }));
}

/// Returns every join code, sorted by verdict, then by id.
fn join_codes(codes: &[JoinCode], waived: &[bool]) -> RecordBatch {
    let mut rows = Rows::new(&JOIN_CODES_REPORT);
    for (code, is_waived) in order_of_codes(codes).into_iter().map(|at| (&codes[at], waived[at])) {
        rows.push(cells!(JOIN_CODES_REPORT, {
            CONFIG_ID: &code.config_id,
            REMARK: code.remark.as_deref(),
            STATE: code.state.as_deref(),
            AUTO_CREATE_ROOM: code.auto_create_room,
            CHAT_IDS_BEFORE: code.chat_ids_before.as_deref(),
            CHAT_IDS_AFTER: code.chat_ids_after.as_deref(),
            PREDICTED: code.predicted,
            OBSERVED: code.observed,
            CODE_VERDICT: code.verdict(),
            SEVERITY: code.rule.severity,
            KEPT_ALIVE_BY: code.kept_alive_by.as_deref(),
            WAIVED: is_waived,
        }));
    }
    rows.finish()
}

/// Returns the codes in the order of the report.
pub fn order_of_codes(codes: &[JoinCode]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_key(|&at| (codes[at].verdict().word(), &codes[at].config_id));
    order
}
