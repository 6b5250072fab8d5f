//! Groups and join codes: `groupchat/list`, `groupchat/get`, `groupchat/get_join_way`.

use super::{DocumentFault, Question, array, each};
use crate::ingest::document::{Group, GroupItem, GroupMember, JoinWay};
use crate::ingest::part::{Part, row};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::scalar::Fault;
use crate::schema::Cell;
use crate::schema::tables::{GROUP_MEMBERS, GROUPS, JOIN_CODES};
use crate::schema::vocabulary::MemberKind;

/// The service's error code for a join code that does not exist.
pub const NO_SUCH_CODE: i64 = 41044;

/// Each item of `group_chat_list`.
pub fn list(part: &mut Part, question: &Question<'_>, items: &[Item<'_, GroupItem<'_>>]) {
    each(part, question, "group_chat_list", items, |part, group| {
        let cells = row!(GROUPS, { CHAT_ID: group.chat_id.needed_cell("chat_id")?, STATUS: group.status.cell("status")? });
        part.push(&GROUPS, &cells, question.fetched_at);
        Ok(())
    });
}

/// One group, and each of its members.
pub fn get(part: &mut Part, question: &Question<'_>, group: Option<&Item<'_, Group<'_>>>) -> Result<(), DocumentFault> {
    let group = match group {
        None | Some(Item::Other(crate::ingest::scalar::Scalar::Null)) => return Ok(()),
        Some(Item::Object(group)) => group,
        Some(Item::Other(_)) => {
            part.begin_record();
            part.reject(format!("document {}, group_chat", question.document), "not an object");
            return Ok(());
        }
    };
    let members = array("group_chat.member_list", &group.member_list)?;
    part.begin_record();
    if let Err(fault) = push_group(part, question, group, members) {
        part.reject(format!("document {}, group_chat.{}", question.document, fault.field), fault.reason);
    }
    for (index, member) in members.iter().enumerate() {
        part.begin_record();
        let chat_id = group.chat_id.needed_cell("chat_id");
        let pushed = match (&chat_id, member) {
            (Err(fault), _) => {
                part.reject(format!("document {}, group_chat.chat_id", question.document), fault.reason);
                continue;
            }
            (Ok(chat_id), Item::Object(member)) => push_member(part, question, *chat_id, member),
            (Ok(_), Item::Other(_)) => Err(Fault { field: "", reason: "not an object" }),
        };
        if let Err(fault) = pushed {
            part.reject(question.place("group_chat.member_list", index, fault.field), fault.reason);
        }
    }
    Ok(())
}

fn push_group(part: &mut Part, question: &Question<'_>, group: &Group<'_>, members: &[Item<'_, GroupMember<'_>>]) -> Result<(), Fault> {
    let count =
        |number: usize| if group.member_list.is_there() { Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX)) } else { Cell::Null };
    let external = members.iter().filter(|member| matches!(member, Item::Object(member) if member.kind.ok() == Some(&2))).count();
    let cells = row!(GROUPS, {
        CHAT_ID: group.chat_id.needed_cell("chat_id")?,
        NAME: group.name.cell("name")?,
        OWNER_USERID: group.owner.cell("owner")?,
        CREATED_AT: group.create_time.cell("create_time")?,
        MEMBER_COUNT: count(members.len()),
        EXTERNAL_MEMBER_COUNT: count(external),
    });
    part.push(&GROUPS, &cells, question.fetched_at);
    Ok(())
}

fn push_member(part: &mut Part, question: &Question<'_>, chat_id: Cell<'_>, member: &GroupMember<'_>) -> Result<(), Fault> {
    let kind = match member.kind.need("type")? {
        1 => MemberKind::Member,
        2 => MemberKind::External,
        _ => return Err(Fault { field: "type", reason: "neither 1 (member) nor 2 (external)" }),
    };
    let cells = row!(GROUP_MEMBERS, {
        CHAT_ID: chat_id,
        USERID: member.userid.needed_cell("userid")?,
        MEMBER_KIND: Cell::Text(kind.word()),
        UNIONID: member.unionid.cell("unionid")?,
        JOINED_AT: member.join_time.cell("join_time")?,
        JOIN_SCENE: member.join_scene.cell("join_scene")?,
        STATE: member.state.cell("state")?,
    });
    part.push(&GROUP_MEMBERS, &cells, question.fetched_at);
    Ok(())
}

/// One join code.
pub fn join_way(part: &mut Part, question: &Question<'_>, code: Option<&Item<'_, JoinWay<'_>>>) {
    let pushed = match code {
        None | Some(Item::Other(crate::ingest::scalar::Scalar::Null)) => return,
        Some(Item::Object(code)) => {
            part.begin_record();
            push_code(part, question, code)
        }
        Some(Item::Other(_)) => {
            part.begin_record();
            Err(Fault { field: "", reason: "not an object" })
        }
    };
    if let Err(fault) = pushed {
        let dot = if fault.field.is_empty() { "" } else { "." };
        part.reject(format!("document {}, join_way{dot}{}", question.document, fault.field), fault.reason);
    }
}

fn push_code(part: &mut Part, question: &Question<'_>, code: &JoinWay<'_>) -> Result<(), Fault> {
    let fault = |reason| Fault { field: "chat_id_list", reason };
    let linked = match &code.chat_id_list {
        Payload::NoArray => return Err(fault("not an array")),
        list => list.items().unwrap_or_default(),
    };
    let chat_ids = linked.iter().map(|item| item.id().map(str::to_owned).map_err(fault)).collect::<Result<Vec<String>, Fault>>()?;
    let cells = row!(JOIN_CODES, {
        CONFIG_ID: code.config_id.needed_cell("config_id")?,
        CHAT_IDS: Cell::List(&chat_ids),
        AUTO_CREATE_ROOM: code.auto_create_room.cell("auto_create_room")?,
        STATE: code.state.cell("state")?,
        REMARK: code.remark.cell("remark")?,
        SCENE: code.scene.cell("scene")?,
        DELETED: Cell::Flag(false),
    });
    part.push(&JOIN_CODES, &cells, question.fetched_at);
    Ok(())
}

/// The service answered that the code asked about does not exist.
pub fn deleted_code(part: &mut Part, question: &Question<'_>) {
    let config_id = question.request.map_or(Ok(Cell::Null), |request| request.config_id.cell("request.config_id"));
    if config_id == Ok(Cell::Null) {
        return part.pass_over(format!("error answers (errcode {NO_SUCH_CODE})"), 1);
    }
    part.begin_record();
    match config_id {
        Ok(config_id) => {
            let cells = row!(JOIN_CODES, { CONFIG_ID: config_id, DELETED: Cell::Flag(true) });
            part.push(&JOIN_CODES, &cells, question.fetched_at);
        }
        Err(fault) => part.reject(format!("document {}, {}", question.document, fault.field), fault.reason),
    }
}
