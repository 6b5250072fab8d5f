//! Relations: `externalcontact/list`, `get`, `batch/get_by_user`, `contact_list`, `get_unassigned_list`.

use serde::de::IgnoredAny;

use super::record::{Leaf, record};
use super::{NOT_AN_ARRAY, NOT_AN_OBJECT, Question, each, evidence};
use crate::ingest::document::{BatchItem, Contact, ContactListItem, Follow, Tag, UnassignedItem};
use crate::ingest::part::{At, Fault, Part, Reading, Wrong};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::value::Given;
use crate::schema::tables::{RELATIONS_TABLE, UNASSIGNED};
use crate::schema::vocabulary::Dataset;
use crate::schema::{Cell, fields};

/// Fields of the customer begin with it, those of the member's side with [`FOLLOW`].
const CONTACT: &str = "external_contact";
const FOLLOW: &str = "follow_info";

/// Each id of `external_userid`.
pub fn list(part: &mut Part, question: &Question<'_>, items: &[Item<'_, IgnoredAny>]) {
    let nothing = Given::Nothing;
    let asked = question.request.map_or(&nothing, |request| &request.userid);
    let userid = question.leaf(&fields::USERID, asked, "request.userid");
    match userid.reading() {
        Reading { cell: Cell::Null, fault: None } => {
            return part.pass_over("bare externalcontact/list cannot be tied to a member", items.len() as u64);
        }
        Reading { cell: Cell::Text(userid), .. } => part.count_for(question.document, userid, items.len() as u64),
        _ => {}
    }
    for (index, item) in items.iter().enumerate() {
        let place = |field: &str| match field {
            "request.userid" => question.place(field),
            _ => question.place_in("external_userid", index, ""),
        };
        let at = question.at(Dataset::Relations, &place);
        let given = if let Item::Other(given) = item { given } else { &Given::Other };
        record!(part, question, RELATIONS_TABLE, &at, { EXTERNAL_USERID: *given => "" }, { USERID: userid.reading() });
    }
}

/// Each follower of one customer.
pub fn get(
    part: &mut Part,
    question: &Question<'_>,
    contact: Option<&Item<'_, Contact<'_>>>,
    followers: &[Item<'_, Follow<'_>>],
) {
    if followers.is_empty() {
        return without_follower(part);
    }
    let nobody = Item::default();
    for (index, follower) in followers.iter().enumerate() {
        let place = |field: &str| match field.strip_prefix(FOLLOW) {
            Some(field) => question.place_in("follow_user", index, field.trim_start_matches('.')),
            None => question.place(field),
        };
        relation(part, question, contact.unwrap_or(&nobody), follower, None, &question.at(Dataset::Relations, &place));
    }
}

/// A customer alone.
pub fn without_follower(part: &mut Part) {
    part.pass_over("externalcontact/get without a follower", 1);
}

/// Each relation of the accounts asked about.
pub fn batch(part: &mut Part, question: &Question<'_>, items: &[Item<'_, BatchItem<'_>>]) {
    let only_account = evidence::only_account(question);
    each(part, question, Dataset::Relations, "external_contact_list", items, |part, item, at| {
        batch_item(part, question, item, only_account, at);
    });
}

/// One item of a batch.
pub fn batch_item(
    part: &mut Part,
    question: &Question<'_>,
    item: &BatchItem<'_>,
    only_account: Option<&str>,
    at: &At<'_>,
) {
    relation(part, question, &item.external_contact, &item.follow_info, only_account, at);
}

fn relation(
    part: &mut Part,
    question: &Question<'_>,
    contact: &Item<'_, Contact<'_>>,
    follow: &Item<'_, Follow<'_>>,
    only_account: Option<&str>,
    at: &At<'_>,
) {
    let (empty_contact, empty_follow);
    let (contact, no_contact) = match contact {
        Item::Object(contact) => (contact, None),
        Item::Other(other) => {
            empty_contact = Contact::default();
            (&empty_contact, Some(lack(CONTACT, other, "absent, and with it the customer")))
        }
    };
    let (follow, no_follow) = match follow {
        Item::Object(follow) => (follow, None),
        Item::Other(other) => {
            empty_follow = Follow::default();
            (&empty_follow, Some(lack(FOLLOW, other, "absent, and with it the member")))
        }
    };
    let external_userid =
        question.leaf(&fields::EXTERNAL_USERID, &contact.external_userid, "external_contact.external_userid");
    let userid = question.leaf(&fields::USERID, &follow.userid, "follow_info.userid");
    let userid = no_follow.map_or_else(|| member(&userid, only_account), Reading::from);
    if let (Some(_), Cell::Text(userid)) = (question.request, userid.cell) {
        part.count_for(question.document, userid, 1);
    }
    let (tags, wrong_tags) = tags(question, follow);
    let tags = Reading { cell: if tags.is_empty() { Cell::Null } else { Cell::List(&tags) }, fault: wrong_tags };
    record!(part, question, RELATIONS_TABLE, at, {
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
        EXTERNAL_USERID: no_contact.map_or_else(|| external_userid.reading(), Reading::from),
        TAGS: tags,
    });
}

/// Why a part of a relation that is no object cannot be read.
fn lack(field: &'static str, other: &Given<'_>, absent: Wrong) -> Fault {
    Fault { field, reason: if *other == Given::Nothing { absent } else { NOT_AN_OBJECT } }
}

/// The member, who is in old dumps the only one that the request names.
fn member<'r>(userid: &'r Leaf<'_>, only_account: Option<&'r str>) -> Reading<'r> {
    match (userid.reading(), only_account) {
        (Reading { cell: Cell::Null, fault: None }, Some(only)) => Cell::Text(only).into(),
        (Reading { cell: Cell::Null, fault: None }, None) => {
            let reason = "absent, and the request does not name exactly one account (old dumps leave the userid out)";
            Fault { field: "follow_info.userid", reason }.into()
        }
        (reading, _) => reading,
    }
}

/// `group/name` of each tag that is named, else its id; none, if one of them cannot be read.
fn tags(question: &Question<'_>, follow: &Follow<'_>) -> (Vec<String>, Option<Fault>) {
    match named_tags(question, &follow.tags)
        .and_then(|named| if named.is_empty() { tag_ids(question, &follow.tag_id) } else { Ok(named) })
    {
        Ok(tags) => (tags, None),
        Err(fault) => (Vec::new(), Some(fault)),
    }
}

fn named_tags(question: &Question<'_>, tags: &Payload<'_, Tag<'_>>) -> Result<Vec<String>, Fault> {
    let fault = |reason| Fault { field: "follow_info.tags", reason };
    let mut all = Vec::new();
    for tag in tags.items().ok_or(fault(NOT_AN_ARRAY))? {
        let Item::Object(tag) = tag else { return Err(fault("an item that is not an object")) };
        let [group, name, id] =
            [(&fields::STATE, &tag.group_name), (&fields::STATE, &tag.tag_name), (&fields::CONFIG_ID, &tag.tag_id)]
                .map(|(column, given)| question.leaf(column, given, "follow_info.tags"));
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

fn tag_ids(question: &Question<'_>, ids: &Payload<'_, IgnoredAny>) -> Result<Vec<String>, Fault> {
    let fault = |reason| Fault { field: "follow_info.tag_id", reason };
    let items = ids.items().ok_or(fault(NOT_AN_ARRAY))?;
    items.iter().map(|item| evidence::id(question, item).map_err(fault)).collect()
}

/// Each item of `info_list`: the only endpoint that shows who is no customer.
pub fn contact_list(part: &mut Part, question: &Question<'_>, items: &[Item<'_, ContactListItem<'_>>]) {
    each(part, question, Dataset::Relations, "info_list", items, |part, item, at| contact(part, question, item, at));
}

/// One item of `info_list`.
pub fn contact(part: &mut Part, question: &Question<'_>, item: &ContactListItem<'_>, at: &At<'_>) {
    let userid = question.leaf(&fields::USERID, &item.follow_userid, "follow_userid");
    let is_customer = question.leaf(&fields::IS_CUSTOMER, &item.is_customer, "is_customer");
    if userid.reading() == Cell::Null.into() {
        if item.chat_id != Given::Nothing {
            return part.pass_over("contact_list: rows by group, which tell of no relation", 1);
        }
        if is_customer.reading().cell == Cell::Flag(false) {
            return part.pass_over("contact_list: non-customers whom no member added", 1);
        }
    }
    record!(part, question, RELATIONS_TABLE, at, {
        EXTERNAL_USERID: item.external_userid => "external_userid",
        TMP_OPENID: item.tmp_openid => "tmp_openid",
        CUSTOMER_NAME: item.name => "name",
        CREATED_AT: item.add_time => "add_time",
    }, { USERID: userid.reading(), IS_CUSTOMER: is_customer.reading() });
}

/// Each customer of a left member.
pub fn unassigned(part: &mut Part, question: &Question<'_>, items: &[Item<'_, UnassignedItem<'_>>]) {
    each(part, question, Dataset::Unassigned, "info", items, |part, item, at| {
        unassigned_pair(part, question, item, at)
    });
}

/// One item of `info`.
pub fn unassigned_pair(part: &mut Part, question: &Question<'_>, item: &UnassignedItem<'_>, at: &At<'_>) {
    record!(part, question, UNASSIGNED, at, {
        HANDOVER_USERID: item.handover_userid => "handover_userid",
        EXTERNAL_USERID: item.external_userid => "external_userid",
        LEFT_AT: item.dimission_time => "dimission_time",
    }, {});
}
