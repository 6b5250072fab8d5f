//! Relations: `externalcontact/list`, `get`, `batch/get_by_user`, `contact_list`, `get_unassigned_list`.

use serde::de::IgnoredAny;

use super::{Question, each, evidence};
use crate::ingest::document::{BatchItem, Contact, ContactListItem, Follow, UnassignedItem};
use crate::ingest::part::{Part, row};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::scalar::{AsCell, Fault};
use crate::schema::Cell;
use crate::schema::tables::{RELATIONS_TABLE, UNASSIGNED};

const CONTACT: &str = "external_contact";

/// Each id of `external_userid`; the member is known from the request only.
pub fn list(part: &mut Part, question: &Question<'_>, items: &[Item<'_, IgnoredAny>]) {
    let userid = question.request.map_or(Ok(None), |request| request.userid.id());
    if userid == Ok(None) {
        return part.pass_over("bare externalcontact/list cannot be tied to a member", items.len() as u64);
    }
    if let Ok(Some(userid)) = userid {
        part.count_for(question.document, userid, items.len() as u64);
    }
    for (index, item) in items.iter().enumerate() {
        part.begin_record();
        match (userid, item.id()) {
            (Err(reason), _) => part.reject(format!("document {}, request.userid", question.document), reason),
            (_, Err(reason)) => part.reject(question.place("external_userid", index, ""), reason),
            (Ok(userid), Ok(external_userid)) => {
                let cells = row!(RELATIONS_TABLE, {
                    USERID: userid.map_or(Cell::Null, Cell::Text),
                    EXTERNAL_USERID: Cell::Text(external_userid),
                });
                part.push(&RELATIONS_TABLE, &cells, question.fetched_at);
            }
        }
    }
}

/// Each follower of one customer.
pub fn get(part: &mut Part, question: &Question<'_>, contact: Option<&Item<'_, Contact<'_>>>, followers: &[Item<'_, Follow<'_>>]) {
    if followers.is_empty() {
        return part.pass_over("externalcontact/get without a follower", 1);
    }
    let nobody = Item::default();
    let contact = contact.unwrap_or(&nobody);
    for (index, follower) in followers.iter().enumerate() {
        part.begin_record();
        let pushed = match follower {
            Item::Object(follow) => relation(part, question, contact, follow, None),
            Item::Other(_) => Err(Fault { field: "", reason: "not an object" }),
        };
        match pushed {
            Ok(()) => {}
            Err(Fault { field, reason }) if field.starts_with(CONTACT) => {
                part.reject(format!("document {}, {field}", question.document), reason);
            }
            Err(Fault { field, reason }) => part.reject(question.place("follow_user", index, field), reason),
        }
    }
}

/// Each relation of the accounts asked about.
pub fn batch(part: &mut Part, question: &Question<'_>, items: &[Item<'_, BatchItem<'_>>]) {
    let only_account = evidence::only_account(question);
    for (index, item) in items.iter().enumerate() {
        part.begin_record();
        let pushed = match item {
            Item::Object(item) => batch_item(part, question, item, only_account),
            Item::Other(_) => Err(("", Fault { field: "", reason: "not an object" })),
        };
        if let Err((prefix, Fault { field, reason })) = pushed {
            part.reject(question.place("external_contact_list", index, &format!("{prefix}{field}")), reason);
        }
    }
}

fn batch_item(
    part: &mut Part,
    question: &Question<'_>,
    item: &BatchItem<'_>,
    only_account: Option<&str>,
) -> Result<(), (&'static str, Fault)> {
    let follow = item.follow_info.get("follow_info").map_err(|fault| ("", fault))?;
    let Some(follow) = follow else { return Err(("", Fault { field: "follow_info", reason: "absent, and with it the member" })) };
    let userid = follow.userid.ok().map(|userid| &*userid.0).or(only_account);
    if let (Some(_), Some(userid)) = (question.request, userid) {
        part.count_for(question.document, userid, 1);
    }
    relation(part, question, &item.external_contact, follow, only_account)
        .map_err(|fault| (if fault.field.starts_with(CONTACT) { "" } else { "follow_info." }, fault))
}

/// One relation. Faults of the customer begin with `external_contact`, those of the member's side do not.
fn relation(
    part: &mut Part,
    question: &Question<'_>,
    contact: &Item<'_, Contact<'_>>,
    follow: &Follow<'_>,
    only_account: Option<&str>,
) -> Result<(), Fault> {
    let contact = contact.get(CONTACT)?.ok_or(Fault { field: CONTACT, reason: "absent, and with it the customer" })?;
    let userid = match (follow.userid.get("userid")?, only_account) {
        (Some(userid), _) => userid.as_cell(),
        (None, Some(userid)) => Cell::Text(userid),
        (None, None) => {
            let reason = "absent, and the request does not name exactly one account (old dumps leave the userid out)";
            return Err(Fault { field: "userid", reason });
        }
    };
    let tags = tags(follow)?;
    let cells = row!(RELATIONS_TABLE, {
        USERID: userid,
        EXTERNAL_USERID: contact.external_userid.needed_cell("external_contact.external_userid")?,
        UNIONID: contact.unionid.cell("external_contact.unionid")?,
        CUSTOMER_NAME: contact.name.cell("external_contact.name")?,
        CUSTOMER_TYPE: contact.kind.cell("external_contact.type")?,
        CREATED_AT: follow.createtime.cell("createtime")?,
        ADD_WAY: follow.add_way.cell("add_way")?,
        STATE: follow.state.cell("state")?,
        REMARK: follow.remark.cell("remark")?,
        DESCRIPTION: follow.description.cell("description")?,
        TAGS: if tags.is_empty() { Cell::Null } else { Cell::List(&tags) },
    });
    part.push(&RELATIONS_TABLE, &cells, question.fetched_at);
    Ok(())
}

/// `group/name` of each tag that is named, else its id.
fn tags(follow: &Follow<'_>) -> Result<Vec<String>, Fault> {
    let fault = |reason| Fault { field: "tags", reason };
    let mut all = Vec::new();
    for tag in follow.tags.items().ok_or(fault("not an array"))? {
        let Item::Object(tag) = tag else { return Err(fault("an item that is not an object")) };
        match (tag.group_name.get("tags")?, tag.tag_name.get("tags")?) {
            (Some(group), Some(name)) => all.push([group, "/", name].concat()),
            (None, Some(name)) => all.push(name.to_string()),
            (_, None) => all.extend(tag.tag_id.get("tags")?.map(|id| id.0.to_string())),
        }
    }
    // Of one tag, the same dump never gives both.
    if let (true, Payload::Items(ids)) = (all.is_empty(), &follow.tag_id) {
        for id in ids {
            all.push(id.id().map_err(|reason| Fault { field: "tag_id", reason })?.to_owned());
        }
    } else if matches!(follow.tag_id, Payload::NoArray) {
        return Err(Fault { field: "tag_id", reason: "not an array" });
    }
    Ok(all)
}

/// Each item of `info_list`: the only endpoint that shows who is no customer.
pub fn contact_list(part: &mut Part, question: &Question<'_>, items: &[Item<'_, ContactListItem<'_>>]) {
    each(part, question, "info_list", items, |part, item| {
        let is_customer = item.is_customer.get("is_customer")?;
        let userid = item.follow_userid.get("follow_userid")?;
        if userid.is_none() && is_customer == Some(&false) {
            part.pass_over_current("contact_list: non-customers whom no member added");
            return Ok(());
        }
        let external_userid = item.external_userid.cell("external_userid")?;
        let name = item.name.cell("name")?;
        if external_userid == Cell::Null && (is_customer != Some(&false) || name == Cell::Null) {
            let reason = "absent, and only a non-customer with a name can do without it";
            return Err(Fault { field: "external_userid", reason });
        }
        let cells = row!(RELATIONS_TABLE, {
            USERID: item.follow_userid.needed_cell("follow_userid")?,
            EXTERNAL_USERID: external_userid,
            CUSTOMER_NAME: name,
            IS_CUSTOMER: is_customer.map_or(Cell::Null, AsCell::as_cell),
            CREATED_AT: item.add_time.cell("add_time")?,
        });
        part.push(&RELATIONS_TABLE, &cells, question.fetched_at);
        Ok(())
    });
}

/// Each customer of a left member.
pub fn unassigned(part: &mut Part, question: &Question<'_>, items: &[Item<'_, UnassignedItem<'_>>]) {
    each(part, question, "info", items, |part, item| {
        let cells = row!(UNASSIGNED, {
            HANDOVER_USERID: item.handover_userid.needed_cell("handover_userid")?,
            EXTERNAL_USERID: item.external_userid.needed_cell("external_userid")?,
            LEFT_AT: item.dimission_time.cell("dimission_time")?,
        });
        part.push(&UNASSIGNED, &cells, question.fetched_at);
        Ok(())
    });
}
