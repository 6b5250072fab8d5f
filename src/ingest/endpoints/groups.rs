//! Groups and join codes: `groupchat/list`, `groupchat/get`, `groupchat/get_join_way`.

use serde::de::IgnoredAny;

use super::record::{Leaf, record};
use super::{NOT_AN_ARRAY, NOT_AN_OBJECT, Question, each, evidence};
use crate::ingest::document::{Group, GroupItem, GroupMember, JoinWay};
use crate::ingest::part::{At, Fault, Part, Reading, Unread, row};
use crate::ingest::payload::{Item, Payload};
use crate::schema::tables::{GROUP_MEMBERS, GROUPS, JOIN_CODES};
use crate::schema::vocabulary::{Dataset, MemberKind};
use crate::schema::{Cell, fields};

/// The service's error code for a join code that does not exist.
pub const NO_SUCH_CODE: i64 = 41044;

/// Each item of `group_chat_list`.
pub fn list(part: &mut Part, question: &Question<'_>, items: &[Item<'_, GroupItem<'_>>]) {
    each(part, question, Dataset::Groups, "group_chat_list", items, |part, group, at| {
        listed(part, question, group, at)
    });
}

/// One item of `group_chat_list`.
pub fn listed(part: &mut Part, question: &Question<'_>, group: &GroupItem<'_>, at: &At<'_>) {
    record!(part, question, GROUPS, at, { CHAT_ID: group.chat_id => "chat_id", STATUS: group.status => "status" }, {});
}

/// One group, and each of its members.
pub fn get(part: &mut Part, question: &Question<'_>, group: Option<&Item<'_, Group<'_>>>) {
    match group {
        Some(Item::Object(group)) => group_and_members(part, question, "group_chat", group),
        Some(group) if !group.is_nothing() => {
            let place = |_: &str| question.place("group_chat");
            let at = question.at(Dataset::Groups, &place);
            part.reject(Unread { datasets: &[Dataset::Groups, Dataset::GroupMembers], ..at.unread(NOT_AN_OBJECT) });
        }
        _ => {}
    }
}

/// One group, which stands under the key, or alone for `""`, and each of its members.
pub fn group_and_members(part: &mut Part, question: &Question<'_>, key: &str, group: &Group<'_>) {
    let dot = if key.is_empty() { "" } else { "." };
    let place = |field: &str| question.place(&format!("{key}{dot}{field}"));
    push_group(part, question, group, &question.at(Dataset::Groups, &place));
    let chat_id = question.leaf(&fields::CHAT_ID, &group.chat_id, "chat_id");
    let members = group.member_list.items().unwrap_or_default();
    for (index, member) in members.iter().enumerate() {
        let place = |field: &str| match field {
            "chat_id" => place(field),
            field => question.place_in(&format!("{key}{dot}member_list"), index, field),
        };
        push_member(part, question, chat_id.reading(), member, &question.at(Dataset::GroupMembers, &place));
    }
}

fn push_group(part: &mut Part, question: &Question<'_>, group: &Group<'_>, at: &At<'_>) {
    let members = group.member_list.items();
    let count = |number: usize| Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let all = members.filter(|_| group.member_list.is_there()).map_or(Cell::Null, |members| count(members.len()));
    let external = members.filter(|_| group.member_list.is_there()).and_then(|members| {
        let kinds: Option<Vec<MemberKind>> = members.iter().map(|member| kind_of(question, member)).collect();
        Some(kinds?.into_iter().filter(|kind| *kind == MemberKind::External).count())
    });
    // By its external members a group is known in the other corp.
    let lost = [fields::UNIONID.name.to_owned()];
    let unreadable = match members {
        Some(_) => Cell::Null.into(),
        None => Reading { cell: Cell::List(&lost), fault: Some(Fault { field: "member_list", reason: NOT_AN_ARRAY }) },
    };
    record!(part, question, GROUPS, at, {
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

/// Which side a member of a group is of; none if that cannot be read.
fn kind_of(question: &Question<'_>, member: &Item<'_, GroupMember<'_>>) -> Option<MemberKind> {
    let Item::Object(member) = member else { return None };
    let kind = question.leaf(&fields::MEMBER_KIND, &member.kind, "type");
    kind.text().and_then(|word| MemberKind::ALL.iter().copied().find(|kind| kind.word() == word))
}

fn push_member(
    part: &mut Part,
    question: &Question<'_>,
    chat_id: Reading<'_>,
    member: &Item<'_, GroupMember<'_>>,
    at: &At<'_>,
) {
    let Item::Object(member) = member else {
        // The group is known, and that it has a member of which nothing is.
        let lost = [&fields::USERID, &fields::UNIONID].map(|column| column.name.to_owned());
        let unreadable = Reading { cell: Cell::List(&lost), fault: Some(Fault { field: "", reason: NOT_AN_OBJECT }) };
        part.record(&GROUP_MEMBERS, &row!(GROUP_MEMBERS, { CHAT_ID: chat_id, UNREADABLE: unreadable }), at);
        return;
    };
    record!(part, question, GROUP_MEMBERS, at, {
        USERID: member.userid => "userid",
        MEMBER_KIND: member.kind => "type",
        UNIONID: member.unionid => "unionid",
        JOINED_AT: member.join_time => "join_time",
        JOIN_SCENE: member.join_scene => "join_scene",
        STATE: member.state => "state",
    }, { CHAT_ID: chat_id });
}

/// One join code.
pub fn join_way(part: &mut Part, question: &Question<'_>, code: Option<&Item<'_, JoinWay<'_>>>) {
    let place = |field: &str| {
        question.place(&if field.is_empty() { "join_way".to_owned() } else { format!("join_way.{field}") })
    };
    let at = question.at(Dataset::JoinCodes, &place);
    match code {
        Some(Item::Object(code)) => push_code(part, question, code, &at),
        Some(code) if !code.is_nothing() => part.reject(at.unread(NOT_AN_OBJECT)),
        _ => {}
    }
}

/// One join code, wherever it stands.
pub fn push_code(part: &mut Part, question: &Question<'_>, code: &JoinWay<'_>, at: &At<'_>) {
    let (chat_ids, fault) = linked(question, &code.chat_id_list);
    record!(part, question, JOIN_CODES, at, {
        CONFIG_ID: code.config_id => "config_id",
        AUTO_CREATE_ROOM: code.auto_create_room => "auto_create_room",
        STATE: code.state => "state",
        REMARK: code.remark => "remark",
        SCENE: code.scene => "scene",
    }, { CHAT_IDS: Reading { cell: Cell::List(&chat_ids), fault }, DELETED: Cell::Flag(false) });
}

/// The groups that a code links, as far as they can be read.
fn linked(question: &Question<'_>, list: &Payload<'_, IgnoredAny>) -> (Vec<String>, Option<Fault>) {
    let fault = |reason| Fault { field: "chat_id_list", reason };
    let Some(items) = list.items() else { return (Vec::new(), Some(fault(NOT_AN_ARRAY))) };
    let (mut chat_ids, mut wrong) = (Vec::with_capacity(items.len()), None);
    for item in items {
        match evidence::id(question, item) {
            Ok(id) => chat_ids.push(id),
            Err(reason) => wrong = Some(fault(reason)),
        }
    }
    (chat_ids, wrong)
}

/// The service answered that the code asked about does not exist.
pub fn deleted_code(part: &mut Part, question: &Question<'_>) {
    let config_id =
        question.request.map(|request| question.leaf(&fields::CONFIG_ID, &request.config_id, "request.config_id"));
    let config_id = config_id.as_ref().map_or(Cell::Null.into(), Leaf::reading);
    if config_id == Cell::Null.into() {
        return part.pass_over(format!("error answers (errcode {NO_SUCH_CODE})"), 1);
    }
    let place = |field: &str| question.place(field);
    let row = row!(JOIN_CODES, { CONFIG_ID: config_id, DELETED: Cell::Flag(true) });
    part.record(&JOIN_CODES, &row, &question.at(Dataset::JoinCodes, &place));
}
