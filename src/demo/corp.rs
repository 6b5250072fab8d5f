//! Dumps of a corp as a whole: members, permissions, contacts, customers of left members, groups; and odd records.

use std::path::Path;

use serde_json::{Value, json};

use super::DemoCase;
use super::api::{ListPage, envelope, limited, pages};
use super::documents::{DumpFile, JsonLayout, Packing, write_all};
use super::names;
use super::part::SharedRecords;
use super::world::{ListEnding, TAKEN_AFTER, TAKEN_BEFORE, TargetStyle, World};
use crate::error::Result;

/// The page size of most lists.
const PAGE: usize = 1_000;

/// Writes the dumps of all roles that are API responses; `since` are groups that source-after alone has.
pub fn write(demo: &DemoCase<'_>, dir: &Path, mut shared: SharedRecords, since: &[String]) -> Result<()> {
    let world = demo.world;
    let accounts = || demo.case.accounts.iter();
    let source = || accounts().filter(|account| account.kind.dumped_at_source());
    let userids: Vec<&str> = source().map(|account| &*account.source_userid).collect();
    let target = accounts().filter(|account| account.kind.at_target());
    let target: Vec<&str> = target.map(|account| &*account.target_userid).collect();
    let allowed = source().filter(|account| account.kind.has_permission());
    let allowed: Vec<&str> = allowed.map(|account| &*account.source_userid).collect();
    let [source_before, source_after, target_before, target_after] =
        ["source-before", "source-after", "target-before", "target-after"].map(|role| dir.join(role));
    members(world, &source_before, &userids, TAKEN_BEFORE)?;
    permissions(world, &source_before, &allowed)?;
    contacts(world, &source_before, &shared.contacts)?;
    unassigned(&source_before, &shared.unassigned)?;
    odd_records(&source_before)?;
    no_such_relation(world, &source_before, TAKEN_BEFORE)?;
    if world.source_after {
        members(world, &source_after, &userids, TAKEN_AFTER)?;
    }
    if world.target_before {
        members(world, &target_before, &target, TAKEN_BEFORE)?;
    }
    if world.target_style == TargetStyle::Json {
        members(world, &target_after, &target, TAKEN_AFTER)?;
        no_such_relation(world, &target_after, TAKEN_AFTER)?;
    }
    // By id, which is random: dumps know nothing of plans.
    shared.chats[1].extend(since.iter().map(|id| (id.clone(), 0)));
    shared.chats.iter_mut().for_each(|chats| chats.sort_unstable());
    let [before, after, target] = &shared.chats;
    group_list(world, &source_before, before, TAKEN_BEFORE, ListEnding::Whole)?;
    if world.group_list_after {
        group_list(world, &source_after, after, TAKEN_AFTER, ListEnding::Whole)?;
        let mut file = DumpFile::new(&source_after, "new_groups", JsonLayout::Lines, Packing::Plain);
        let mut created = since.iter().zip(0..).map(|(id, number)| demo.created_since(number, id));
        created.try_for_each(|group| group.write(TAKEN_AFTER, &mut file))?;
        file.finish()?;
    }
    if world.target_style != TargetStyle::Parquet {
        group_list(world, &target_after, target, TAKEN_AFTER, world.target_groups)?;
    }
    Ok(())
}

/// `user/simplelist`, or `user/list_id` where the app may see no names.
fn members(world: &World, folder: &Path, userids: &[&str], taken_at: i64) -> Result<()> {
    let dice = world.dice.of("members", taken_at as u64).of("corp", userids.len() as u64);
    if dice.chance(5_000) {
        let user =
            |(n, id): (usize, &&str)| json!({"userid": id, "name": format!("成员{n}"), "department": [1, 2 + n % 5]});
        let users: Vec<Value> = userids.iter().enumerate().map(user).collect();
        let document = json!({"errcode": 0, "errmsg": "ok", "userlist": users});
        return write_all(folder, "members", JsonLayout::Pretty, Packing::Bom, [document]);
    }
    let document = |page: ListPage<'_, &str>| {
        // A row per department: a member may be in two.
        let departments = |(n, id): (usize, &&str)| {
            (0..=n % 2).map(|n| json!({"userid": id, "department": n + 1})).collect::<Vec<_>>()
        };
        let rows: Vec<Value> = page.rows.iter().enumerate().flat_map(departments).collect();
        let response = json!({"errcode": 0, "errmsg": "ok", "dept_user": rows, "next_cursor": page.next});
        envelope("user/list_id", json!({"cursor": page.cursor, "limit": PAGE}), taken_at, response)
    };
    write_all(folder, "members", JsonLayout::Lines, Packing::Plain, pages(userids, PAGE, "m", true).map(document))
}

/// `get_follow_user_list`.
fn permissions(world: &World, folder: &Path, userids: &[&str]) -> Result<()> {
    let response = json!({"errcode": 0, "errmsg": "ok", "follow_user": userids});
    if world.dice.of("permissions", 0).chance(5_000) {
        return write_all(folder, "follow_users", JsonLayout::Array, Packing::Plain, [response]);
    }
    let document = envelope("externalcontact/get_follow_user_list", json!({}), TAKEN_BEFORE, response);
    write_all(folder, "follow_users", JsonLayout::Pretty, Packing::Plain, [document])
}

/// `contact_list`.
fn contacts(world: &World, folder: &Path, rows: &[Value]) -> Result<()> {
    let document = |page: ListPage<'_, Value>| {
        let response = json!({"errcode": 0, "errmsg": "ok", "info_list": page.rows, "next_cursor": page.next});
        let request = json!({"cursor": page.cursor, "limit": PAGE});
        envelope("externalcontact/contact_list", request, TAKEN_BEFORE, response)
    };
    let packing = world.dice.of("packing", 100).pick(&[Packing::Plain, Packing::Gzip, Packing::Zstd]);
    write_all(folder, "contact_list", JsonLayout::Array, packing, pages(rows, PAGE, "c", true).map(document))
}

/// `get_unassigned_list`.
fn unassigned(folder: &Path, rows: &[Value]) -> Result<()> {
    let document = |page: ListPage<'_, Value>| {
        let mut response = json!({"errcode": 0, "errmsg": "ok", "info": page.rows, "is_last": page.last});
        if !page.last {
            response["next_cursor"] = json!(page.next);
        }
        let request = json!({"cursor": page.cursor, "page_size": PAGE});
        envelope("externalcontact/get_unassigned_list", request, TAKEN_BEFORE, response)
    };
    write_all(folder, "unassigned", JsonLayout::Pretty, Packing::Plain, pages(rows, PAGE, "u", true).map(document))
}

/// `groupchat/list`.
fn group_list(world: &World, folder: &Path, groups: &[(String, u8)], taken_at: i64, ending: ListEnding) -> Result<()> {
    let size = if world.small() { 25 } else { PAGE };
    let document = |page: ListPage<'_, (String, u8)>| {
        let listed: Vec<Value> =
            page.rows.iter().map(|(id, status)| json!({"chat_id": id, "status": status})).collect();
        let response = if page.last && ending == ListEnding::Failed {
            limited()
        } else {
            json!({"errcode": 0, "errmsg": "ok", "group_chat_list": listed, "next_cursor": page.next})
        };
        let request = json!({"status_filter": 0, "cursor": page.cursor, "limit": size});
        envelope("externalcontact/groupchat/list", request, taken_at + page.number as i64, response)
    };
    let documents = pages(groups, size, "g", ending == ListEnding::Whole).map(document);
    write_all(folder, "group_list", JsonLayout::Lines, Packing::Plain, documents)
}

/// errcode 84061 of one customer, which proves nothing about any account.
fn no_such_relation(world: &World, folder: &Path, taken_at: i64) -> Result<()> {
    let id = names::external_id("wm", "Nobody00", world.seed, 1);
    let response = json!({"errcode": 84061, "errmsg": "not external contact", "follow_user": []});
    let document = envelope("externalcontact/get", json!({"external_userid": id}), taken_at, response);
    write_all(folder, "errors", JsonLayout::Lines, Packing::Plain, [document])
}

/// Records that cannot be read, and are no planted relation's trace.
fn odd_records(folder: &Path) -> Result<()> {
    let follow_info = json!({"userid": "nobody", "createtime": 1_700_000_000});
    let record = |contact: Value| json!({"external_contact": contact, "follow_info": follow_info});
    let records = [
        record(json!({"type": 1})),
        record(json!({"external_userid": 2001.5, "type": 1})),
        record(json!({"external_userid": 123_456_789_012_345_678_i64, "type": 1})),
    ];
    let document = json!({"errcode": 0, "errmsg": "ok", "external_contact_list": records, "next_cursor": ""});
    write_all(folder, "odd", JsonLayout::Pretty, Packing::Plain, [document])
}
