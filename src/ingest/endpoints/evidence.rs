//! Answers as evidence of what a dump covers: who was asked about, which page, and how it ended.

use std::sync::Arc;

use serde::de::IgnoredAny;

use super::record::Leaf;
use super::{Question, items, shape};
use crate::ingest::document::{Answered, Document, Ids, Node, Request};
use crate::ingest::part::{Fault, Part, Wrong};
use crate::ingest::payload::Item;
use crate::ingest::raw::{Answer, Endpoint};
use crate::ingest::value::Given;
use crate::schema::{Cell, Column, fields};

/// Stand for a page, and for the beginning of the next one, that cannot be read: no page, and none of the service's cursors.
const NO_PAGE: &str = "\u{fffd}page";
const NO_NEXT: &str = "\u{fffd}next";

/// Whether an answer is of use without its request.
pub fn speaks_for_the_corp(endpoint: Endpoint) -> bool {
    matches!(
        endpoint,
        Endpoint::UserSimplelist
            | Endpoint::UserList
            | Endpoint::UserListId
            | Endpoint::GetFollowUserList
            | Endpoint::GetUnassignedList
            | Endpoint::GroupchatList
    )
}

/// Hands on the evidence that one document is.
pub fn answer<R>(
    part: &mut Part,
    node: &Node<'_, R>,
    endpoint: Endpoint,
    errcode: i64,
    question: &Question<'_>,
    envelope: bool,
) {
    let request = question.request;
    let cursor = request.and_then(|request| text(part, endpoint, question, &request.cursor, "request.cursor", NO_PAGE));
    let next_cursor = text(part, endpoint, question, &node.next_cursor, "next_cursor", NO_NEXT);
    let next_cursor = if endpoint == Endpoint::GetUnassignedList {
        next_if_more(part, node, question, next_cursor)
    } else {
        next_cursor
    };
    let answer = Answer {
        endpoint,
        subject: request.and_then(|request| subject(part, endpoint, question, request)),
        errcode,
        errmsg: if let Given::Text(errmsg) = &node.errmsg { errmsg.to_string() } else { String::new() },
        cursor,
        next_cursor,
        envelope,
        userids: Arc::clone(&question.accounts),
        unlicensed: unlicensed(part, &node.fail_info, endpoint, question),
        fetched_at: question.fetched_at,
        file: part.file,
        document: question.document,
    };
    part.answer(answer);
}

/// A value that is of no record cannot be read.
fn unreadable(part: &mut Part, endpoint: Endpoint, question: &Question<'_>, fault: Fault) {
    let userid = if let [only] = &question.accounts[..] { Some(only.clone()) } else { None };
    part.value(shape::datasets(endpoint)[0], userid, question.place(fault.field), fault.reason);
}

/// A text beside the records; `instead` of one that cannot be read.
fn text(
    part: &mut Part,
    endpoint: Endpoint,
    question: &Question<'_>,
    given: &Given<'_>,
    field: &'static str,
    instead: &str,
) -> Option<String> {
    // Free text, of which nothing is cut off.
    let leaf = question.leaf(&fields::DETAIL, given, field);
    match leaf.fault() {
        Some(fault) => {
            unreadable(part, endpoint, question, fault);
            Some(instead.to_owned())
        }
        None => leaf.text().map(str::to_owned),
    }
}

/// The unassigned list says in words that it is at its end.
fn next_if_more<R>(
    part: &mut Part,
    node: &Node<'_, R>,
    question: &Question<'_>,
    next: Option<String>,
) -> Option<String> {
    let is_last = question.leaf(&fields::IS_CUSTOMER, &node.is_last, "is_last");
    match (is_last.reading().cell, is_last.fault()) {
        (Cell::Flag(true), _) => None,
        (_, Some(fault)) => {
            unreadable(part, Endpoint::GetUnassignedList, question, fault);
            next.or_else(|| Some(NO_NEXT.to_owned()))
        }
        _ => next,
    }
}

/// Members left out for want of a licence. Where that cannot be read, it may be any of those asked about.
fn unlicensed(
    part: &mut Part,
    fail_info: &Item<'_, crate::ingest::document::FailInfo<'_>>,
    endpoint: Endpoint,
    question: &Question<'_>,
) -> Vec<String> {
    let userids = match fail_info {
        Item::Object(fail_info) => {
            userids(question, &fail_info.unlicensed_userid_list, "fail_info.unlicensed_userid_list")
        }
        Item::Other(Given::Nothing) => Ok(Vec::new()),
        Item::Other(_) => Err(Fault { field: "fail_info", reason: super::NOT_AN_OBJECT }),
    };
    userids.unwrap_or_else(|fault| {
        unreadable(part, endpoint, question, fault);
        part.doubt(shape::datasets(endpoint)[0], &question.accounts);
        Vec::new()
    })
}

fn subject(part: &mut Part, endpoint: Endpoint, question: &Question<'_>, request: &Request<'_>) -> Option<String> {
    let (column, given, field): (&'static Column, _, _) = match endpoint {
        Endpoint::ExternalcontactGet => (&fields::EXTERNAL_USERID, &request.external_userid, "request.external_userid"),
        Endpoint::GroupchatGet => (&fields::CHAT_ID, &request.chat_id, "request.chat_id"),
        Endpoint::GetJoinWay => (&fields::CONFIG_ID, &request.config_id, "request.config_id"),
        _ => return None,
    };
    let leaf = question.leaf(column, given, field);
    if let Some(fault) = leaf.fault() {
        unreadable(part, endpoint, question, fault);
    }
    leaf.text().map(str::to_owned)
}

/// The accounts that an answer is about.
pub enum Asked {
    /// These; none, where it speaks for the corp as a whole.
    Accounts(Arc<[String]>),
    /// There must be some, and the request names none.
    Unknown,
    /// The request names some, and they cannot be read.
    Unreadable(Fault),
}

/// The accounts asked about.
pub fn asked_about(endpoint: Endpoint, question: &Question<'_>) -> Asked {
    let corp = || Asked::Accounts(Arc::default());
    let accounts = match (endpoint, question.request) {
        (Endpoint::ExternalcontactList | Endpoint::BatchGetByUser, None) => return Asked::Unknown,
        (Endpoint::ExternalcontactList, Some(request)) => {
            userid(question, request).map(|userid| userid.into_iter().collect())
        }
        (Endpoint::BatchGetByUser, Some(request)) => requested(question, request),
        (Endpoint::GroupchatList, Some(request)) => match &request.owner_filter {
            Item::Object(filter) => userids(question, &filter.userid_list, "request.owner_filter.userid_list"),
            Item::Other(Given::Nothing) => return corp(),
            Item::Other(_) => Err(Fault { field: "request.owner_filter", reason: super::NOT_AN_OBJECT }),
        },
        _ => return corp(),
    };
    match accounts {
        Ok(accounts) if accounts.is_empty() && endpoint != Endpoint::GroupchatList => Asked::Unknown,
        Ok(accounts) => Asked::Accounts(accounts.into()),
        Err(fault) => Asked::Unreadable(fault),
    }
}

/// The accounts that a request names, whatever it asks: those of its list, else the one.
pub fn requested(question: &Question<'_>, request: &Request<'_>) -> Result<Vec<String>, Fault> {
    let listed = userids(question, &request.userid_list, "request.userid_list")?;
    if listed.is_empty() { Ok(userid(question, request)?.into_iter().collect()) } else { Ok(listed) }
}

fn userid(question: &Question<'_>, request: &Request<'_>) -> Result<Option<String>, Fault> {
    let userid = question.leaf(&fields::USERID, &request.userid, "request.userid");
    userid.fault().map_or_else(|| Ok(userid.text().map(str::to_owned)), Err)
}

/// The userids; a fault if one of them is none.
pub fn userids(question: &Question<'_>, ids: &Ids<'_>, field: &'static str) -> Result<Vec<String>, Fault> {
    let fault = |reason| Fault { field, reason };
    let items = ids.items().ok_or(fault(super::NOT_AN_ARRAY))?;
    items.iter().map(|item| id_of(&fields::USERID, question, item).map_err(fault)).collect()
}

/// The account that was asked about alone, if the request names exactly one.
pub fn only_account<'q>(question: &'q Question<'_>) -> Option<&'q str> {
    if let [only] = &question.accounts[..] { Some(only) } else { None }
}

/// The id that an item of a list is; not of a member.
pub fn id(question: &Question<'_>, item: &Item<'_, IgnoredAny>) -> Result<String, Wrong> {
    id_of(&fields::CHAT_ID, question, item)
}

fn id_of(column: &'static Column, question: &Question<'_>, item: &Item<'_, IgnoredAny>) -> Result<String, Wrong> {
    let Item::Other(given) = item else { return Err("an object, where an id belongs") };
    let leaf: Leaf<'_> = question.leaf(column, given, "");
    match (leaf.text(), leaf.fault()) {
        (_, Some(fault)) => Err(fault.reason),
        (Some(id), None) => Ok(id.to_owned()),
        (None, None) => Err("empty, where an id belongs"),
    }
}

/// When an answer was given. Where that cannot be read, another answer may be newer or older, and its accounts are in doubt.
pub fn fetched_at(
    part: &mut Part,
    envelope: &Document<'_>,
    answer: &Answered<'_>,
    endpoint: Endpoint,
    question: &Question<'_>,
) -> Option<i64> {
    let leaf = question.leaf(&fields::CREATED_AT, &envelope.fetched_at, "fetched_at");
    if let Some(fault) = leaf.fault() {
        unreadable(part, endpoint, question, fault);
        let accounts = match endpoint {
            Endpoint::ExternalcontactGet => followers(question, answer),
            _ => question.accounts.to_vec(),
        };
        for dataset in shape::datasets(endpoint) {
            part.doubt(*dataset, &accounts);
        }
    }
    if let Cell::Time(micros) = leaf.reading().cell { Some(micros) } else { None }
}

/// The members who have the customer, if all can be read: the accounts of such a page.
fn followers(question: &Question<'_>, answer: &Answered<'_>) -> Vec<String> {
    let userid = |item: &Item<'_, crate::ingest::document::Follow<'_>>| {
        let Item::Object(follow) = item else { return None };
        question.leaf(&fields::USERID, &follow.userid, "").text().map(str::to_owned)
    };
    items(&answer.follow_user).iter().map(userid).collect::<Option<Vec<String>>>().unwrap_or_default()
}
