//! Relations: `externalcontact/list`, `get`, `batch/get_by_user`, `contact_list`, `get_unassigned_list`.

use serde::de::IgnoredAny;

use super::record::{Leaf, record};
use super::{NOT_AN_ARRAY, NOT_AN_OBJECT, RequestContext, each, evidence, is_there, items_of};
use crate::ingest::json::document::{BatchItem, Body, Contact, ContactListItem, Follow, Tag, Transfer, UnassignedItem};
use crate::ingest::json::payload::{Payload, PayloadItem};
use crate::ingest::records::{FieldFault, FieldReading, PartRecords, RecordContext};
use crate::ingest::value::{RawValue, RejectReason};
use crate::schema::tables::{RELATIONS_TABLE, UNASSIGNED};
use crate::schema::vocabulary::Dataset;
use crate::schema::{Cell, fields};

/// Fields of the customer begin with it, those of the member's side with [`FOLLOW`].
const CONTACT: &str = "external_contact";
const FOLLOW: &str = "follow_info";

/// Each id of `external_userid`; without a request, of the member who stands beside it.
pub fn list(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    beside: &RawValue<'_>,
    items: &[PayloadItem<'_, IgnoredAny>],
) {
    let (asked, field) = context.request.map_or((beside, "userid"), |request| (&request.userid, "request.userid"));
    let userid = context.leaf(&fields::USERID, asked, field);
    match userid.reading() {
        FieldReading { cell: Cell::Null, fault: None } => {
            return part.pass_over("bare externalcontact/list cannot be tied to a member", items.len() as u64);
        }
        FieldReading { cell: Cell::Text(userid), .. } => part.count_for(context.document, userid, items.len() as u64),
        _ => {}
    }
    for (index, item) in items.iter().enumerate() {
        let place = |at: &str| match at {
            _ if at == field => context.place(field),
            _ => context.place_in("external_userid", index, ""),
        };
        let at = context.at(Dataset::Relations, &place);
        let given = if let PayloadItem::Other(given) = item { given } else { &RawValue::Other };
        record!(part, context, RELATIONS_TABLE, &at, { EXTERNAL_USERID: *given => "" }, { USERID: userid.reading() });
    }
}

/// Returns whether an answer is a customer, or followers that are objects.
pub fn is_customer<R>(answer: &Body<'_, R>) -> bool {
    let is_object = |item: &PayloadItem<'_, Follow<'_>>| matches!(item, PayloadItem::Object(_));
    let followers = items_of(&answer.follow_user);
    is_there(answer.external_contact.as_ref()) || (!followers.is_empty() && followers.iter().all(is_object))
}

/// Each follower of one customer.
pub fn get(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    contact: Option<&PayloadItem<'_, Contact<'_>>>,
    followers: &[PayloadItem<'_, Follow<'_>>],
) {
    if followers.is_empty() {
        return without_follower(part);
    }
    let no_contact = PayloadItem::default();
    for (index, follower) in followers.iter().enumerate() {
        let place = |field: &str| match field.strip_prefix(FOLLOW) {
            Some(field) => context.place_in("follow_user", index, field.trim_start_matches('.')),
            None => context.place(field),
        };
        relation(
            part,
            context,
            contact.unwrap_or(&no_contact),
            follower,
            None,
            &context.at(Dataset::Relations, &place),
        );
    }
}

/// A customer alone.
pub fn without_follower(part: &mut PartRecords) {
    part.pass_over("externalcontact/get without a follower", 1);
}

/// Each relation of the accounts asked about.
pub fn batch(part: &mut PartRecords, context: &RequestContext<'_>, items: &[PayloadItem<'_, BatchItem<'_>>]) {
    let only_account = evidence::only_account(context);
    each(part, context, Dataset::Relations, "external_contact_list", items, |part, context, item, at| {
        relation(part, context, &item.external_contact, &item.follow_info, only_account, at);
    });
}

/// One relation of a customer, with what the member knows beside it.
pub fn beside<'a>(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    (contact, follow): (BatchItem<'a>, Follow<'a>),
    at: &RecordContext<'_>,
) {
    relation(part, context, &contact.external_contact, &PayloadItem::Object(follow), None, at);
}

/// One relation of a batch without its request.
pub fn loose(part: &mut PartRecords, context: &RequestContext<'_>, item: &BatchItem<'_>, at: &RecordContext<'_>) {
    relation(part, context, &item.external_contact, &item.follow_info, None, at);
}

fn relation(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    contact: &PayloadItem<'_, Contact<'_>>,
    follow: &PayloadItem<'_, Follow<'_>>,
    only_account: Option<&str>,
    at: &RecordContext<'_>,
) {
    let (empty_contact, empty_follow);
    let (contact, no_contact) = match contact {
        PayloadItem::Object(contact) => (contact, None),
        PayloadItem::Other(other) => {
            empty_contact = Contact::default();
            (&empty_contact, Some(lack(CONTACT, other, "absent, and with it the customer")))
        }
    };
    let (follow, no_follow) = match follow {
        PayloadItem::Object(follow) => (follow, None),
        PayloadItem::Other(other) => {
            empty_follow = Follow::default();
            (&empty_follow, Some(lack(FOLLOW, other, "absent, and with it the member")))
        }
    };
    let external_userid =
        context.leaf(&fields::EXTERNAL_USERID, &contact.external_userid, "external_contact.external_userid");
    let userid = context.leaf(&fields::USERID, &follow.userid, "follow_info.userid");
    let userid = no_follow.map_or_else(|| member(&userid, only_account), FieldReading::from);
    if let (false, Cell::Text(userid)) = (context.accounts.is_empty(), userid.cell) {
        part.count_for(context.document, userid, 1);
    }
    let (tags, wrong_tags) = tags(context, follow);
    let tags = FieldReading { cell: if tags.is_empty() { Cell::Null } else { Cell::List(&tags) }, fault: wrong_tags };
    record!(part, context, RELATIONS_TABLE, at, {
        UNIONID: contact.unionid => "external_contact.unionid",
        CUSTOMER_NAME: contact.name => "external_contact.name",
        CUSTOMER_TYPE: contact.kind => "external_contact.type",
        CREATED_AT: follow.createtime => "follow_info.createtime",
        ADD_WAY: follow.add_way => "follow_info.add_way",
        STATE: follow.state => "follow_info.state",
        REMARK: follow.remark => "follow_info.remark",
        DESCRIPTION: follow.description => "follow_info.description",
    }, {
        USERID: userid,
        EXTERNAL_USERID: no_contact.map_or_else(|| external_userid.reading(), FieldReading::from),
        TAGS: tags,
    });
}

/// The fault of a part of a relation that is no object.
fn lack(field: &'static str, other: &RawValue<'_>, absent: RejectReason) -> FieldFault {
    FieldFault { field, reason: if *other == RawValue::Null { absent } else { NOT_AN_OBJECT } }
}

/// The member, who is in old dumps the only one that the request names.
fn member<'r>(userid: &'r Leaf<'_>, only_account: Option<&'r str>) -> FieldReading<'r> {
    match (userid.reading(), only_account) {
        (FieldReading { cell: Cell::Null, fault: None }, Some(only)) => Cell::Text(only).into(),
        (FieldReading { cell: Cell::Null, fault: None }, None) => {
            let reason: RejectReason =
                "absent, and the request does not name exactly one account (old dumps leave the userid out)";
            FieldFault { field: "follow_info.userid", reason }.into()
        }
        (reading, _) => reading,
    }
}

/// `group/name` of each tag that is named, else its id; none, if one of them cannot be read.
fn tags(context: &RequestContext<'_>, follow: &Follow<'_>) -> (Vec<String>, Option<FieldFault>) {
    match named_tags(context, &follow.tags)
        .and_then(|named| if named.is_empty() { tag_ids(context, &follow.tag_id) } else { Ok(named) })
    {
        Ok(tags) => (tags, None),
        Err(fault) => (Vec::new(), Some(fault)),
    }
}

fn named_tags(context: &RequestContext<'_>, tags: &Payload<'_, Tag<'_>>) -> Result<Vec<String>, FieldFault> {
    let fault = |reason| FieldFault { field: "follow_info.tags", reason };
    let mut all = Vec::new();
    for tag in tags.items().ok_or(fault(NOT_AN_ARRAY))? {
        let PayloadItem::Object(tag) = tag else { return Err(fault("an item that is not an object")) };
        let [group, name, id] =
            [(&fields::STATE, &tag.group_name), (&fields::STATE, &tag.tag_name), (&fields::CONFIG_ID, &tag.tag_id)]
                .map(|(column, given)| context.leaf(column, given, "follow_info.tags"));
        if let Some(fault) = [&group, &name].into_iter().find_map(Leaf::fault) {
            return Err(fault);
        }
        match (group.text(), name.text()) {
            (Some(group), Some(name)) => all.push([group, "/", name].concat()),
            (None, Some(name)) => all.push(name.to_owned()),
            (_, None) => match (id.text(), id.fault()) {
                (_, Some(fault)) => return Err(fault),
                (id, None) => all.extend(id.map(str::to_owned)),
            },
        }
    }
    Ok(all)
}

fn tag_ids(context: &RequestContext<'_>, ids: &Payload<'_, IgnoredAny>) -> Result<Vec<String>, FieldFault> {
    let fault = |reason| FieldFault { field: "follow_info.tag_id", reason };
    let items = ids.items().ok_or(fault(NOT_AN_ARRAY))?;
    items.iter().map(|item| evidence::id(context, item).map_err(fault)).collect()
}

/// One item of `info_list`: the only endpoint that shows who is no customer.
pub fn contact(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    item: &ContactListItem<'_>,
    at: &RecordContext<'_>,
) {
    let userid = context.leaf(&fields::USERID, &item.follow_userid, "follow_userid");
    let is_customer = context.leaf(&fields::IS_CUSTOMER, &item.is_customer, "is_customer");
    if userid.reading() == Cell::Null.into() {
        if item.chat_id != RawValue::Null {
            return part.pass_over("contact_list: rows by group, without a relation", 1);
        }
        if is_customer.reading().cell == Cell::Flag(false) {
            return part.pass_over("contact_list: non-customers whom no member added", 1);
        }
    }
    record!(part, context, RELATIONS_TABLE, at, {
        EXTERNAL_USERID: item.external_userid => "external_userid",
        TMP_OPENID: item.tmp_openid => "tmp_openid",
        CUSTOMER_NAME: item.name => "name",
        CREATED_AT: item.add_time => "add_time",
    }, { USERID: userid.reading(), IS_CUSTOMER: is_customer.reading() });
}

/// Returns whether the items are all of transfers inside a corp.
pub fn are_transfers(items: &[PayloadItem<'_, Transfer<'_>>]) -> bool {
    let has_mark =
        |transfer: &Transfer<'_>| [&transfer.status, &transfer.takeover_time].iter().any(|v| **v != RawValue::Null);
    items.iter().all(|item| matches!(item, PayloadItem::Object(transfer) if has_mark(transfer)))
}

/// One item of `info`: a customer of a left member.
pub fn unassigned(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    item: &UnassignedItem<'_>,
    at: &RecordContext<'_>,
) {
    record!(part, context, UNASSIGNED, at, {
        HANDOVER_USERID: item.handover_userid => "handover_userid",
        EXTERNAL_USERID: item.external_userid => "external_userid",
        LEFT_AT: item.dimission_time => "dimission_time",
    }, {});
}
