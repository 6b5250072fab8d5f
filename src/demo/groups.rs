//! Customer groups and join codes: plausible for now, without truth of their own.

use std::path::Path;

use serde_json::{Value, json};

use super::api::envelope;
use super::customers::{Key, People};
use super::documents::{Layout, Packing, write_all};
use super::layout::{Account, Layout as Planted};
use super::world::{DAY, FINISH, START, TAKEN_AFTER, TAKEN_BEFORE, TargetStyle, World};
use crate::error::Result;

/// More groups than this add nothing to a synthetic case.
const MOST: usize = 2_000;
/// External members of a group.
const MEMBERS: u64 = 12;

/// Groups of both corps, and the codes of the source corp before and after.
pub fn write(world: &World, dir: &Path, layout: &Planted, people: &People) -> Result<()> {
    let owners: Vec<&Account> = layout.accounts.iter().filter(|a| a.kind.dumped_at_source()).take(MOST).collect();
    let folder = dir.join("source-before");
    let groups: Vec<Value> = owners.iter().enumerate().map(|(n, owner)| group(people, n as u64, &owner.source_userid, true)).collect();
    snapshot(&folder, &groups, TAKEN_BEFORE)?;
    write_all(&folder, "join_ways", Layout::Lines, Packing::Plain, &codes(people, owners.len(), false))?;
    let after = dir.join("source-after");
    let stay = |(_, owner): &(usize, &&Account)| !owner.kind.enrolled();
    let left: Vec<Value> = owners.iter().enumerate().filter(stay).map(|(n, _)| groups[n].clone()).collect();
    snapshot(&after, &left, TAKEN_AFTER)?;
    write_all(&after, "join_ways", Layout::Lines, Packing::Plain, &codes(people, owners.len(), true))?;
    if world.target_style == TargetStyle::Json {
        let moved = owners.iter().enumerate().filter(|(_, owner)| owner.kind.enrolled());
        let groups: Vec<Value> = moved.map(|(n, owner)| group(people, n as u64, &owner.target_userid, false)).collect();
        snapshot(&dir.join("target-after"), &groups, TAKEN_AFTER)?;
    }
    Ok(())
}

fn snapshot(folder: &Path, groups: &[Value], taken_at: i64) -> Result<()> {
    let listed: Vec<Value> = groups.iter().map(|group| json!({"chat_id": group["group_chat"]["chat_id"], "status": 0})).collect();
    let response = json!({"errcode": 0, "errmsg": "ok", "group_chat_list": listed, "next_cursor": ""});
    let list = envelope("externalcontact/groupchat/list", json!({"status_filter": 0, "cursor": "", "limit": 1000}), taken_at, response);
    write_all(folder, "group_list", Layout::Pretty, Packing::Plain, &[list])?;
    write_all(folder, "groups", Layout::Lines, Packing::Plain, groups)
}

fn group(people: &People, number: u64, owner: &str, source: bool) -> Value {
    let created = START - DAY * (30 + number as i64 % 300);
    let external = (number * MEMBERS..(number + 1) * MEMBERS).map(|customer| {
        let traits = people.traits(customer, Key::Any);
        let id = if source { people.source_id(customer, traits.wecom) } else { people.target_id(customer, traits.wecom) };
        let unionid = if source { people.source_unionid(customer) } else { people.target_unionid(customer) };
        let known = if source { traits.source_unionid } else { traits.target_unionid };
        let mut member = json!({"userid": id, "type": 2, "join_time": created + 60, "join_scene": 3, "name": people.name(customer)});
        if known {
            member["unionid"] = json!(unionid);
        }
        member
    });
    let owner_row = json!({"userid": owner, "type": 1, "join_time": created, "join_scene": 1});
    let members: Vec<Value> = std::iter::once(owner_row).chain(external).collect();
    json!({"errcode": 0, "errmsg": "ok", "group_chat": {
        "chat_id": people.group_id(source, number), "name": format!("客户群{number}"), "owner": owner,
        "create_time": created, "notice": "", "member_list": members, "admin_list": [{"userid": owner}]}})
}

/// A code for every third group; afterwards some are gone, and others link nothing.
fn codes(people: &People, groups: usize, after: bool) -> Vec<Value> {
    let code = |n: usize| {
        let config_id = format!("{:032x}", n * 7 + 1);
        let taken_at = if after { FINISH + DAY } else { TAKEN_BEFORE };
        let request = json!({"config_id": config_id});
        let response = if after && n.is_multiple_of(9) {
            json!({"errcode": 41044, "errmsg": "invalid config_id"})
        } else {
            let linked: Vec<String> = if after { Vec::new() } else { vec![people.group_id(true, n as u64)] };
            json!({"errcode": 0, "errmsg": "ok", "join_way": {"config_id": config_id, "scene": 2, "remark": "门店海报",
                "auto_create_room": 1, "room_base_name": "客户群", "room_base_id": 1, "chat_id_list": linked, "state": "poster"}})
        };
        json!({"endpoint": "externalcontact/groupchat/get_join_way", "request": request, "fetched_at": super::api::clock(taken_at), "response": response})
    };
    (0..groups).step_by(3).map(code).collect()
}
