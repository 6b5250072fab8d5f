//! The target corp after the migration as whole tables: CSV or Parquet with the canonical columns.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::Fabric;
use super::accounts::AccountKind;
use super::api::{ApiGroup, Person, clock, join_scene};
use super::documents::create;
use super::lists::{header, header_mark};
use super::parquet::{TableRows, batch, integers, texts, times};
use super::relations::TargetRow;
use super::world::{ListEnding, TargetStyle, World};
use crate::error::{Error, Result};
use crate::schema::Column;
use crate::schema::fields::{
    CHAT_ID, COVERAGE_STATUS, CREATED_AT, CUSTOMER_NAME, CUSTOMER_TYPE, DATASET, DETAIL, ERRCODE,
    EXTERNAL_MEMBER_COUNT, EXTERNAL_USERID, JOIN_SCENE, JOINED_AT, MEMBER_COUNT, MEMBER_KIND, NAME, OWNER_USERID,
    UNIONID, USERID,
};
use crate::schema::vocabulary::{Coverage, MemberKind};
use crate::text::errors as say;

const COLUMNS: [&Column; 6] = [&USERID, &EXTERNAL_USERID, &UNIONID, &CUSTOMER_NAME, &CUSTOMER_TYPE, &CREATED_AT];

/// The CSV file, if the world's target comes as one, with its header.
pub fn create_csv(world: &World, dir: &Path) -> Result<Option<File>> {
    if world.target_style != TargetStyle::Csv {
        return Ok(None);
    }
    let path = dir.join("target-after").join("relations.csv");
    let mut file = create(&path)?;
    let header: Vec<&str> = header(&COLUMNS, world.chinese_headers).collect();
    let line = format!("{}\n", header.join(","));
    let bytes = [header_mark(world.chinese_headers), line.as_bytes()].concat();
    file.write_all(&bytes).map_err(Error::io(&path, say::CANNOT_WRITE))?;
    Ok(Some(file))
}

/// Rows of the CSV file.
pub fn csv_rows(fabric: &Fabric<'_>, rows: &[TargetRow]) -> Result<Vec<u8>> {
    let failed = |error: &dyn std::fmt::Display| Error::Bug(format!("csv: {error}"));
    let mut out = csv::Writer::from_writer(Vec::new());
    for TargetRow { record, .. } in rows {
        let created = record.created.map(clock).unwrap_or_default();
        // Half of the worlds write times as people do, without an offset: Shanghai's, as the case says.
        let created =
            if fabric.world.chinese_headers { created.get(..19).unwrap_or("").replace('T', " ") } else { created };
        let cells = [
            Some(fabric.target_userid(record.account)),
            record.external_userid.as_deref(),
            record.unionid.as_deref(),
            record.name.as_deref(),
            Some(if record.wecom { "2" } else { "1" }),
            Some(&*created),
        ];
        out.write_record(cells.map(Option::unwrap_or_default)).map_err(|error| failed(&error))?;
    }
    out.into_inner().map_err(|error| failed(&error))
}

/// Batches of the Parquet tables.
pub fn tables(fabric: &Fabric<'_>, relations: &[TargetRow], groups: &[ApiGroup]) -> Result<TableRows> {
    let customer_type = |row: &TargetRow| Some(if row.record.wecom { 2 } else { 1 });
    let relations = batch(vec![
        (USERID.name, texts(relations, |row| Some(fabric.target_userid(row.record.account)))),
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

/// Coverage of an account's relations, or of all groups.
struct CoverageRow<'a> {
    dataset: &'static str,
    userid: Option<&'a str>,
    status: Coverage,
    errcode: Option<i64>,
    detail: &'static str,
}

/// Coverage beside the Parquet tables; an account that was not exported has no row.
pub fn coverage(fabric: &Fabric<'_>) -> Result<TableRows> {
    const LIMIT: (Coverage, Option<i64>, &str) = (Coverage::Failed, Some(45033), "api concurrent out of limit");
    const NO_END: (Coverage, Option<i64>, &str) = (Coverage::Partial, None, "the pages have no end");
    let row = |dataset, userid, (status, errcode, detail)| CoverageRow { dataset, userid, status, errcode, detail };
    let of_account = |kind| match kind {
        AccountKind::TargetFailed => LIMIT,
        AccountKind::TargetUnlicensed => (Coverage::Failed, None, "no licence"),
        AccountKind::TargetPartial => NO_END,
        _ => (Coverage::Complete, None, "externalcontact/list"),
    };
    let of_groups = match fabric.world.target_groups {
        ListEnding::Whole => (Coverage::Complete, None, "externalcontact/groupchat/list"),
        ListEnding::Failed => LIMIT,
        ListEnding::Endless => NO_END,
    };
    let exported = fabric.case.accounts.iter();
    let exported = exported.filter(|a| a.kind.at_target() && a.kind != AccountKind::TargetUnknown);
    let rows: Vec<CoverageRow<'_>> = exported
        .map(|account| row("relations", Some(&*account.target_userid), of_account(account.kind)))
        .chain([row("groups", None, of_groups)])
        .collect();
    let table = batch(vec![
        (DATASET.name, texts(&rows, |row| Some(row.dataset))),
        (USERID.name, texts(&rows, |row| row.userid)),
        (COVERAGE_STATUS.name, texts(&rows, |row| Some(row.status.word()))),
        (ERRCODE.name, integers(&rows, |row| row.errcode)),
        (DETAIL.name, texts(&rows, |row| Some(row.detail))),
    ])?;
    Ok(vec![("target-after/coverage.parquet", table)])
}
