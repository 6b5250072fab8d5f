//! Groups and join codes: `groupchat/list`, `groupchat/get`, `groupchat/get_join_way`.

use serde::de::IgnoredAny;

use super::record::{Leaf, record};
use super::{NOT_AN_ARRAY, NOT_AN_OBJECT, RequestContext, below, evidence};
use crate::ingest::json::document::{GroupChatBody, GroupItem, GroupMember, JoinWay};
use crate::ingest::json::payload::PayloadItem;
use crate::ingest::records::{FieldFault, FieldReading, PartRecords, RecordContext, UnreadableRecord, readings};
use crate::schema::tables::{GROUP_MEMBERS, GROUPS, JOIN_CODES};
use crate::schema::vocabulary::{Dataset, MemberKind, Word};
use crate::schema::{Cell, fields};

/// The service's error code for a join code that does not exist.
pub const NO_SUCH_CODE: i64 = 41044;

/// One item of `group_chat_list`.
pub fn listed(part: &mut PartRecords, context: &RequestContext<'_>, group: &GroupItem<'_>, at: &RecordContext<'_>) {
    record!(part, context, GROUPS, at, { CHAT_ID: group.chat_id => "chat_id", STATUS: group.status => "status" }, {});
}

/// One group, and each of its members.
pub fn get(part: &mut PartRecords, context: &RequestContext<'_>, group: Option<&PayloadItem<'_, GroupChatBody<'_>>>) {
    match group {
        Some(PayloadItem::Object(group)) => group_and_members(part, context, "group_chat", group),
        Some(group) if !group.is_null() => {
            let place = |_: &str| context.place("group_chat");
            let at = context.at(Dataset::Groups, &place);
            part.reject(UnreadableRecord {
                datasets: &[Dataset::Groups, Dataset::GroupMembers],
                ..at.unread(NOT_AN_OBJECT)
            });
        }
        _ => {}
    }
}

/// Makes records of one group, under the key or alone for `""`, and of each of its members.
pub fn group_and_members(part: &mut PartRecords, context: &RequestContext<'_>, key: &str, group: &GroupChatBody<'_>) {
    let place = |field: &str| context.place_below(key, field);
    push_group(part, context, group, &context.at(Dataset::Groups, &place));
    let chat_id = context.leaf(&fields::CHAT_ID, &group.chat_id, "chat_id");
    let members = group.member_list.items().unwrap_or_default();
    for (index, member) in members.iter().enumerate() {
        let place = |field: &str| match field {
            "chat_id" => place(field),
            field => context.place_in(&below(key, "member_list"), index, field),
        };
        push_member(part, context, chat_id.reading(), member, &context.at(Dataset::GroupMembers, &place));
    }
}

fn push_group(part: &mut PartRecords, context: &RequestContext<'_>, group: &GroupChatBody<'_>, at: &RecordContext<'_>) {
    let members = group.member_list.items_among(group.has_others);
    let count = |number: usize| Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let all = members.filter(|_| group.member_list.is_there()).map_or(Cell::Null, |members| count(members.len()));
    let external = members.filter(|_| group.member_list.is_there()).and_then(|members| {
        let is_external = |member| Some(usize::from(kind_of(context, member)? == MemberKind::External));
        members.iter().map(is_external).sum::<Option<usize>>()
    });
    // By its external members a group is known in the other corp.
    let lost = [fields::UNIONID.name.to_owned()];
    let unreadable = match members {
        Some(_) => Cell::Null.into(),
        None => FieldReading {
            cell: Cell::List(&lost),
            fault: Some(FieldFault { field: "member_list", reason: NOT_AN_ARRAY }),
        },
    };
    record!(part, context, GROUPS, at, {
        CHAT_ID: group.chat_id => "chat_id",
        NAME: group.name => "name",
        OWNER_USERID: group.owner => "owner",
        CREATED_AT: group.create_time => "create_time",
    }, {
        MEMBER_COUNT: all,
        EXTERNAL_MEMBER_COUNT: external.map_or(Cell::Null, count),
        UNREADABLE: unreadable,
    });
}

/// Reads the kind of a member; `None` if unreadable.
fn kind_of(context: &RequestContext<'_>, member: &PayloadItem<'_, GroupMember<'_>>) -> Option<MemberKind> {
    let PayloadItem::Object(member) = member else { return None };
    let kind = context.leaf(&fields::MEMBER_KIND, &member.kind, "type");
    kind.text().and_then(MemberKind::from_word)
}

fn push_member(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    chat_id: FieldReading<'_>,
    member: &PayloadItem<'_, GroupMember<'_>>,
    at: &RecordContext<'_>,
) {
    let PayloadItem::Object(member) = member else {
        // The group has a member; nothing else of it is known.
        let lost = [&fields::USERID, &fields::UNIONID].map(|column| column.name.to_owned());
        let unreadable =
            FieldReading { cell: Cell::List(&lost), fault: Some(FieldFault { field: "", reason: NOT_AN_OBJECT }) };
        let readings = readings!(GROUP_MEMBERS, { CHAT_ID: chat_id, UNREADABLE: unreadable });
        return part.record(&GROUP_MEMBERS, &readings.cells, &readings.faults, at);
    };
    record!(part, context, GROUP_MEMBERS, at, {
        USERID: member.userid => "userid",
        MEMBER_KIND: member.kind => "type",
        UNIONID: member.unionid => "unionid",
        JOINED_AT: member.join_time => "join_time",
        JOIN_SCENE: member.join_scene => "join_scene",
        STATE: member.state => "state",
    }, { CHAT_ID: chat_id });
}

/// One join code.
pub fn join_way(part: &mut PartRecords, context: &RequestContext<'_>, code: Option<&PayloadItem<'_, JoinWay<'_>>>) {
    let place = |field: &str| context.place_below("join_way", field);
    let at = context.at(Dataset::JoinCodes, &place);
    match code {
        Some(PayloadItem::Object(code)) => push_code(part, context, code, &at),
        Some(code) if !code.is_null() => part.reject(at.unread(NOT_AN_OBJECT)),
        _ => {}
    }
}

/// One join code, of an answer or an item by itself.
pub fn push_code(part: &mut PartRecords, context: &RequestContext<'_>, code: &JoinWay<'_>, at: &RecordContext<'_>) {
    let (chat_ids, fault) = linked(context, code.chat_id_list.items_among(code.has_others));
    record!(part, context, JOIN_CODES, at, {
        CONFIG_ID: code.config_id => "config_id",
        AUTO_CREATE_ROOM: code.auto_create_room => "auto_create_room",
        STATE: code.state => "state",
        REMARK: code.remark => "remark",
        SCENE: code.scene => "scene",
    }, { CHAT_IDS: FieldReading { cell: Cell::List(&chat_ids), fault }, DELETED: Cell::Flag(false) });
}

/// The groups that a code links, as far as they can be read.
fn linked(
    context: &RequestContext<'_>,
    items: Option<&[PayloadItem<'_, IgnoredAny>]>,
) -> (Vec<String>, Option<FieldFault>) {
    let fault = |reason| FieldFault { field: "chat_id_list", reason };
    let Some(items) = items else { return (Vec::new(), Some(fault(NOT_AN_ARRAY))) };
    let (mut chat_ids, mut wrong) = (Vec::with_capacity(items.len()), None);
    for item in items {
        match evidence::id(context, item) {
            Ok(id) => chat_ids.push(id),
            Err(reason) => wrong = Some(fault(reason)),
        }
    }
    (chat_ids, wrong)
}

/// The service answered that the code asked about does not exist.
pub fn deleted_code(part: &mut PartRecords, context: &RequestContext<'_>) {
    let config_id =
        context.request.map(|request| context.leaf(&fields::CONFIG_ID, &request.config_id, "request.config_id"));
    let config_id = config_id.as_ref().map_or(Cell::Null.into(), Leaf::reading);
    if config_id == Cell::Null.into() {
        return part.pass_over(format!("error answers (errcode {NO_SUCH_CODE})"), 1);
    }
    let place = |field: &str| context.place(field);
    let row = readings!(JOIN_CODES, { CONFIG_ID: config_id, DELETED: Cell::Flag(true) });
    part.record(&JOIN_CODES, &row.cells, &row.faults, &context.at(Dataset::JoinCodes, &place));
}
