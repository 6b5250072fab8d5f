//! The truth: columns of the reports, as they have to come out, and the plan of each row.

use std::io::Write;
use std::path::Path;

use arrow::array::RecordBatch;

use super::DemoCase;
use super::bill::PlantedBill;
use super::documents::create;
use super::groups::GroupRow;
use super::parquet::{batch, flags, texts, times};
use super::relations::{SourceRow, TargetRow};
use crate::error::{Error, Result};
use crate::schema::fields::{
    ARRIVED_USERID, CUSTOMER_NAME, GROUP_MATCH_METHOD, GROUP_OUTCOME, GROUP_REASON, GROUP_SCOPE, GROUP_STILL_AT_SOURCE,
    MATCH_METHOD, NAME, ORIGIN, OUTCOME, REASON, REFUSED, SCOPE, SOURCE_CHAT_ID, SOURCE_CREATED_AT,
    SOURCE_EXTERNAL_USERID, SOURCE_OWNER_USERID, SOURCE_USERID, TARGET_CHAT_ID, TARGET_EXTERNAL_USERID,
    TARGET_OWNER_USERID, TARGET_USERID,
};
use crate::schema::vocabulary::{GroupReason, Reason};
use crate::text::errors as say;

pub const RELATIONS: &str = "truth/relations.parquet";
pub const TARGET_RELATIONS: &str = "truth/target_relations.parquet";
pub const GROUPS: &str = "truth/groups.parquet";
pub const JOIN_CODES: &str = "truth/join_codes.parquet";

/// The label of a row's plan. In no report, so not among the schema's columns.
pub const PLAN: &str = "plan";

pub fn relations(demo: &DemoCase<'_>, rows: &[SourceRow]) -> Result<RecordBatch> {
    let mapped = |account: usize| demo.at(account).kind.enrolled().then(|| demo.target_userid(account));
    batch(vec![
        (SOURCE_USERID.name, texts(rows, |row| Some(demo.source_userid(row.record.account)))),
        (SOURCE_EXTERNAL_USERID.name, texts(rows, |row| row.record.external_userid.as_deref())),
        (CUSTOMER_NAME.name, texts(rows, |row| row.record.name.as_deref())),
        (SOURCE_CREATED_AT.name, times(rows, |row| row.record.created)),
        (SCOPE.name, texts(rows, |row| Some(row.fate.scope.word()))),
        (OUTCOME.name, texts(rows, |row| Some(row.fate.outcome.word()))),
        (REASON.name, texts(rows, |row| row.fate.reason().map(Reason::word))),
        (MATCH_METHOD.name, texts(rows, |row| row.arrived.as_ref().map(|(method, ..)| method.word()))),
        (TARGET_USERID.name, texts(rows, |row| mapped(row.record.account))),
        (
            ARRIVED_USERID.name,
            texts(rows, |row| row.arrived.as_ref().map(|(_, account, _)| demo.target_userid(*account))),
        ),
        (TARGET_EXTERNAL_USERID.name, texts(rows, |row| row.arrived.as_ref().map(|(.., id)| &**id))),
        (REFUSED.name, flags(rows, |row| Some(row.refused))),
        (PLAN, texts(rows, |row| Some(row.record.plan))),
    ])
}

pub fn target_relations(demo: &DemoCase<'_>, rows: &[TargetRow]) -> Result<RecordBatch> {
    batch(vec![
        (TARGET_USERID.name, texts(rows, |row| Some(demo.target_userid(row.record.account)))),
        (TARGET_EXTERNAL_USERID.name, texts(rows, |row| row.record.external_userid.as_deref())),
        (ORIGIN.name, texts(rows, |row| Some(row.origin.word()))),
        (SOURCE_USERID.name, texts(rows, |row| row.from.as_ref().map(|(account, _)| demo.source_userid(*account)))),
        (SOURCE_EXTERNAL_USERID.name, texts(rows, |row| row.from.as_ref().and_then(|(_, id)| id.as_deref()))),
        (PLAN, texts(rows, |row| Some(row.record.plan))),
    ])
}

pub fn groups(demo: &DemoCase<'_>, rows: &[GroupRow]) -> Result<RecordBatch> {
    let name = |row: &'_ GroupRow| row.owner.is_some();
    let listed = |row: &GroupRow| demo.world.group_list_after.then_some(row.still_listed);
    batch(vec![
        (SOURCE_CHAT_ID.name, texts(rows, |row| Some(&row.group.chat_id))),
        (NAME.name, texts(rows, |row| row.group.name.as_deref().filter(|_| name(row)))),
        (SOURCE_OWNER_USERID.name, texts(rows, |row| row.owner.map(|owner| demo.source_userid(owner)))),
        (GROUP_SCOPE.name, texts(rows, |row| Some(row.scope.word()))),
        (GROUP_OUTCOME.name, texts(rows, |row| Some(row.outcome.word()))),
        (GROUP_REASON.name, texts(rows, |row| row.reason.map(GroupReason::word))),
        (GROUP_MATCH_METHOD.name, texts(rows, |row| row.arrived.as_ref().map(|(method, ..)| method.word()))),
        (TARGET_CHAT_ID.name, texts(rows, |row| row.arrived.as_ref().map(|(_, id, _)| &**id))),
        (
            TARGET_OWNER_USERID.name,
            texts(rows, |row| row.arrived.as_ref().map(|(.., owner)| demo.target_userid(*owner))),
        ),
        (GROUP_STILL_AT_SOURCE.name, flags(rows, listed)),
        (PLAN, texts(rows, |row| Some(row.plan))),
    ])
}

/// The truth of the bill; null where the case has no contract.
pub fn billing(dir: &Path, bill: Option<&PlantedBill>) -> Result<()> {
    let path = dir.join("truth").join("billing.json");
    let truth = bill.map_or(serde_json::Value::Null, PlantedBill::truth);
    create(&path)?.write_all(format!("{truth:#}\n").as_bytes()).map_err(Error::io(&path, say::CANNOT_WRITE))
}
