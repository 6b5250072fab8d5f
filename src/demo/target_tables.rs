//! The target corp after the migration as whole tables: CSV or Parquet with the canonical columns.

use super::DemoCase;
use super::accounts::AccountKind;
use super::api::{ApiGroup, Person, clock, join_scene};
use super::lists::{DemoSheet, DemoSheetRows};
use super::parquet::{TableRows, batch, integers, texts, times};
use super::relations::TargetRow;
use super::world::ListEnding;
use crate::error::Result;
use crate::schema::fields::{
    CHAT_ID, COVERAGE_STATUS, CREATED_AT, CUSTOMER_NAME, CUSTOMER_TYPE, DATASET, DETAIL, ERRCODE,
    EXTERNAL_MEMBER_COUNT, EXTERNAL_USERID, JOIN_SCENE, JOINED_AT, MEMBER_COUNT, MEMBER_KIND, NAME, OWNER_USERID,
    UNIONID, USERID,
};
use crate::schema::vocabulary::{Coverage, MemberKind};

const CSV: DemoSheet =
    ("target-after/relations.csv", &[&USERID, &EXTERNAL_USERID, &UNIONID, &CUSTOMER_NAME, &CUSTOMER_TYPE, &CREATED_AT]);

/// Rows of the CSV file.
pub fn csv_rows(demo: &DemoCase<'_>, rows: &[TargetRow]) -> DemoSheetRows {
    let row = |TargetRow { record, .. }: &TargetRow| {
        let created = record.created.map(clock).unwrap_or_default();
        // Half of the worlds write times as people do, without an offset: Shanghai's, as the case says.
        let created =
            if demo.world.chinese_headers { created.get(..19).unwrap_or("").replace('T', " ") } else { created };
        let cells = [
            Some(demo.target_userid(record.account).to_owned()),
            record.external_userid.clone(),
            record.unionid.clone(),
            record.name.clone(),
            Some(if record.wecom { "2" } else { "1" }.to_owned()),
            Some(created),
        ];
        (CSV, cells.map(Option::unwrap_or_default).into())
    };
    rows.iter().map(row).collect()
}

/// Batches of the Parquet tables.
pub fn tables(demo: &DemoCase<'_>, relations: &[TargetRow], groups: &[ApiGroup]) -> Result<TableRows> {
    let customer_type = |row: &TargetRow| Some(if row.record.wecom { 2 } else { 1 });
    let relations = batch(vec![
        (USERID.name, texts(relations, |row| Some(demo.target_userid(row.record.account)))),
        (EXTERNAL_USERID.name, texts(relations, |row| row.record.external_userid.as_deref())),
        (UNIONID.name, texts(relations, |row| row.record.unionid.as_deref())),
        (CUSTOMER_NAME.name, texts(relations, |row| row.record.name.as_deref())),
        (CUSTOMER_TYPE.name, integers(relations, customer_type)),
        (CREATED_AT.name, times(relations, |row| row.record.created)),
    ])?;
    let count = |group: &ApiGroup, wanted: fn(&&Person) -> bool| group.members.iter().filter(wanted).count() as i64;
    let chats = batch(vec![
        (CHAT_ID.name, texts(groups, |group| Some(&group.chat_id))),
        (NAME.name, texts(groups, |group| group.name.as_deref())),
        (OWNER_USERID.name, texts(groups, |group| Some(&group.owner))),
        (CREATED_AT.name, times(groups, |group| group.created)),
        (MEMBER_COUNT.name, integers(groups, |group| Some(count(group, |_| true)))),
        (EXTERNAL_MEMBER_COUNT.name, integers(groups, |group| Some(count(group, |person| person.external)))),
    ])?;
    let inside: Vec<(&ApiGroup, &Person)> =
        groups.iter().flat_map(|group| group.members.iter().map(move |person| (group, person))).collect();
    let kind = |person: &Person| if person.external { MemberKind::External } else { MemberKind::Member };
    let scene = |group: &ApiGroup, person: &Person| join_scene(group.dice.of("member", person.joined as u64));
    let members = batch(vec![
        (CHAT_ID.name, texts(&inside, |(group, _)| Some(&group.chat_id))),
        (USERID.name, texts(&inside, |(_, person)| Some(&person.userid))),
        (MEMBER_KIND.name, texts(&inside, |(_, person)| Some(kind(person).word()))),
        (UNIONID.name, texts(&inside, |(_, person)| person.unionid.as_deref())),
        (JOINED_AT.name, times(&inside, |(_, person)| Some(person.joined))),
        (JOIN_SCENE.name, integers(&inside, |(group, person)| Some(scene(group, person)))),
    ])?;
    Ok(vec![
        ("target-after/relations.parquet", relations),
        ("target-after/groups.parquet", chats),
        ("target-after/group_members.parquet", members),
    ])
}

/// Status, errcode and detail of a row of coverage.
type PlantedCoverage = (Coverage, Option<i64>, &'static str);

/// Coverage beside the Parquet tables; an account that was not exported has no row.
pub fn coverage(demo: &DemoCase<'_>) -> Result<TableRows> {
    const LIMIT: PlantedCoverage = (Coverage::Failed, Some(45033), "api concurrent out of limit");
    const NO_END: PlantedCoverage = (Coverage::Partial, None, "the pages have no end");
    let of_account = |kind| match kind {
        AccountKind::TargetFailed => LIMIT,
        AccountKind::TargetUnlicensed => (Coverage::Failed, None, "no licence"),
        AccountKind::TargetPartial => NO_END,
        _ => (Coverage::Complete, None, "externalcontact/list"),
    };
    let of_groups = match demo.world.target_groups {
        ListEnding::Whole => (Coverage::Complete, None, "externalcontact/groupchat/list"),
        ListEnding::Failed => LIMIT,
        ListEnding::Endless => NO_END,
    };
    let exported = demo.case.accounts.iter();
    let exported = exported.filter(|a| a.kind.at_target() && a.kind != AccountKind::TargetUnknown);
    let rows: Vec<(&str, Option<&str>, PlantedCoverage)> = exported
        .map(|account| ("relations", Some(&*account.target_userid), of_account(account.kind)))
        .chain([("groups", None, of_groups)])
        .collect();
    let table = batch(vec![
        (DATASET.name, texts(&rows, |(dataset, ..)| Some(dataset))),
        (USERID.name, texts(&rows, |(_, userid, _)| *userid)),
        (COVERAGE_STATUS.name, texts(&rows, |(.., (status, ..))| Some(status.word()))),
        (ERRCODE.name, integers(&rows, |(.., (_, errcode, _))| *errcode)),
        (DETAIL.name, texts(&rows, |(.., (.., detail))| Some(detail))),
    ])?;
    Ok(vec![("target-after/coverage.parquet", table)])
}
