//! What a corp says of itself as a whole: members, permissions, contacts, customers of left members; and odd records.

use std::path::Path;

use serde_json::{Value, json};

use super::api::envelope;
use super::documents::{Layout, Packing, write_all};
use super::layout::{Account, Layout as Planted};
use super::names;
use super::world::{TAKEN_AFTER, TAKEN_BEFORE, TargetStyle, World};
use crate::error::Result;

/// The page size of `contact_list` and `get_unassigned_list`.
const PAGE: usize = 1_000;

/// All of it, for every role that comes as API responses.
pub fn write(world: &World, dir: &Path, layout: &Planted, contacts: &[Value], unassigned: &[Value]) -> Result<()> {
    let source: Vec<&Account> = layout.accounts.iter().filter(|a| a.kind.dumped_at_source()).collect();
    let target: Vec<&str> = layout.accounts.iter().filter(|a| a.kind.at_target()).map(|a| &*a.target_userid).collect();
    let userids: Vec<&str> = source.iter().map(|a| &*a.source_userid).collect();
    let before = dir.join("source-before");
    members(world, &before, &userids, TAKEN_BEFORE)?;
    permissions(world, &before, &source)?;
    pages(world, &before, "contact_list", contacts)?;
    unassigned_list(&before, unassigned)?;
    odd_records(&before)?;
    if world.source_after {
        members(world, &dir.join("source-after"), &userids, TAKEN_AFTER)?;
    }
    if world.target_before {
        members(world, &dir.join("target-before"), &target, TAKEN_BEFORE)?;
    }
    if world.target_style == TargetStyle::Json {
        members(world, &dir.join("target-after"), &target, TAKEN_AFTER)?;
        no_such_relation(world, &dir.join("target-after"), TAKEN_AFTER)?;
    }
    no_such_relation(world, &before, TAKEN_BEFORE)
}

/// `user/simplelist`, or `user/list_id` where the app may see no names.
fn members(world: &World, folder: &Path, userids: &[&str], taken_at: i64) -> Result<()> {
    let dice = world.dice.of("members", taken_at as u64).of("corp", userids.len() as u64);
    if dice.chance(5_000) {
        let users: Vec<Value> = userids
            .iter()
            .enumerate()
            .map(|(n, id)| json!({"userid": id, "name": format!("成员{n}"), "department": [1, 2 + n % 5]}))
            .collect();
        return write_all(
            folder,
            "members",
            Layout::Pretty,
            Packing::Bom,
            &[json!({"errcode": 0, "errmsg": "ok", "userlist": users})],
        );
    }
    let mut documents = Vec::new();
    let pages = userids.len().div_ceil(PAGE);
    for (page, part) in userids.chunks(PAGE).enumerate() {
        // A row per department: a member may stand twice.
        let rows: Vec<Value> = part
            .iter()
            .enumerate()
            .flat_map(|(n, id)| (0..=n % 2).map(move |d| json!({"userid": id, "department": d + 1})))
            .collect();
        let response =
            json!({"errcode": 0, "errmsg": "ok", "dept_user": rows, "next_cursor": cursor("m", page + 1, pages)});
        documents.push(envelope(
            "user/list_id",
            json!({"cursor": cursor("m", page, pages), "limit": PAGE}),
            taken_at,
            response,
        ));
    }
    write_all(folder, "members", Layout::Lines, Packing::Plain, &documents)
}

/// `get_follow_user_list`.
fn permissions(world: &World, folder: &Path, source: &[&Account]) -> Result<()> {
    let allowed: Vec<&str> = source.iter().filter(|a| a.kind.has_permission()).map(|a| &*a.source_userid).collect();
    let response = json!({"errcode": 0, "errmsg": "ok", "follow_user": allowed});
    if world.dice.of("permissions", 0).chance(5_000) {
        return write_all(folder, "follow_users", Layout::Array, Packing::Plain, &[response]);
    }
    let document = envelope("externalcontact/get_follow_user_list", json!({}), TAKEN_BEFORE, response);
    write_all(folder, "follow_users", Layout::Pretty, Packing::Plain, &[document])
}

fn pages(world: &World, folder: &Path, stem: &str, rows: &[Value]) -> Result<()> {
    let pages = rows.len().div_ceil(PAGE);
    let page = |(page, part): (usize, &[Value])| {
        let response =
            json!({"errcode": 0, "errmsg": "ok", "info_list": part, "next_cursor": cursor("c", page + 1, pages)});
        envelope(
            "externalcontact/contact_list",
            json!({"cursor": cursor("c", page, pages), "limit": PAGE}),
            TAKEN_BEFORE,
            response,
        )
    };
    let documents: Vec<_> = rows.chunks(PAGE).enumerate().map(page).collect();
    let packing = world.dice.of("packing", 100).pick(&[Packing::Plain, Packing::Gzip, Packing::Zstd]);
    write_all(folder, stem, Layout::Array, packing, &documents)
}

fn unassigned_list(folder: &Path, rows: &[Value]) -> Result<()> {
    let pages = rows.len().div_ceil(PAGE);
    let page = |(page, part): (usize, &[Value])| {
        let last = page + 1 == pages;
        let mut response = json!({"errcode": 0, "errmsg": "ok", "info": part, "is_last": last});
        if !last {
            response["next_cursor"] = json!(cursor("u", page + 1, pages));
        }
        envelope(
            "externalcontact/get_unassigned_list",
            json!({"cursor": cursor("u", page, pages), "page_size": PAGE}),
            TAKEN_BEFORE,
            response,
        )
    };
    let documents: Vec<_> = rows.chunks(PAGE).enumerate().map(page).collect();
    write_all(folder, "unassigned", Layout::Pretty, Packing::Plain, &documents)
}

fn cursor(mark: &str, page: usize, pages: usize) -> String {
    if page == 0 || page >= pages { String::new() } else { format!("{mark}_{page:05}") }
}

/// 84061 of one customer: says nothing about any account.
fn no_such_relation(world: &World, folder: &Path, taken_at: i64) -> Result<()> {
    let id = names::external_id("wm", "Nobody00", world.seed, 1);
    let response = json!({"errcode": 84061, "errmsg": "not external contact", "follow_user": []});
    let document = envelope("externalcontact/get", json!({"external_userid": id}), taken_at, response);
    write_all(folder, "errors", Layout::Lines, Packing::Plain, &[document])
}

/// Records that cannot be read, and are no planted relation's trace.
fn odd_records(folder: &Path) -> Result<()> {
    let record = |contact: Value, follow: Value| json!({"external_contact": contact, "follow_info": follow});
    let records = [
        record(json!({"type": 1}), json!({"userid": "nobody", "createtime": 1_700_000_000})),
        record(json!({"external_userid": 2001.5, "type": 1}), json!({"userid": "nobody", "createtime": 1_700_000_000})),
        record(
            json!({"external_userid": 123_456_789_012_345_678_i64, "type": 1}),
            json!({"userid": "nobody", "createtime": 1_700_000_000}),
        ),
    ];
    let document = json!({"errcode": 0, "errmsg": "ok", "external_contact_list": records, "next_cursor": ""});
    write_all(folder, "odd", Layout::Pretty, Packing::Plain, &[document])
}
