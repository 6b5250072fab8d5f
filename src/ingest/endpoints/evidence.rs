//! Answers as evidence of coverage: the accounts asked about, the page, and how it ended.

use std::sync::Arc;

use serde::de::IgnoredAny;

use super::record::Leaf;
use super::table::RequestSubject;
use super::{Endpoint, RequestContext, items_of};
use crate::ingest::json::document::{Answered, Body, Document, FailInfoBody, Follow, IdPayload, RequestBody};
use crate::ingest::json::payload::PayloadItem;
use crate::ingest::raw::ApiAnswer;
use crate::ingest::records::{FieldFault, PartRecords};
use crate::ingest::value::{RawValue, RejectReason};
use crate::schema::{Cell, Column, fields};

/// Stand for a page, and for the beginning of the next one, that cannot be read: no page, and none of the service's
/// cursors.
const NO_PAGE: &str = "\u{fffd}page";
const NO_NEXT: &str = "\u{fffd}next";

/// Adds a document as evidence.
pub fn answer<R>(
    part: &mut PartRecords,
    node: &Body<'_, R>,
    endpoint: Endpoint,
    errcode: i64,
    context: &RequestContext<'_>,
    envelope: bool,
) {
    let request = context.request;
    let page = match request {
        // A list without the groups of other states has no first page.
        Some(request) if errcode == 0 && is_filtered(part, endpoint, context, request) => Some(NO_PAGE.to_owned()),
        Some(request) => cursor(part, endpoint, context, &request.cursor, "request.cursor", NO_PAGE),
        None => None,
    };
    let next_cursor = cursor(part, endpoint, context, &node.next_cursor, "next_cursor", NO_NEXT);
    let next_cursor = if endpoint.spec().ends_by_is_last {
        next_if_more(part, node, (endpoint, context), next_cursor)
    } else {
        next_cursor
    };
    let answer = ApiAnswer {
        endpoint,
        subject: request.and_then(|request| subject(part, endpoint, context, request)),
        errcode,
        errmsg: if let RawValue::Text(errmsg) = &node.errmsg { errmsg.to_string() } else { String::new() },
        cursor: page,
        next_cursor,
        envelope,
        userids: Arc::clone(&context.accounts),
        unlicensed: unlicensed(part, &node.fail_info, endpoint, context),
        fetched_at: context.fetched_at,
        file: part.file,
        document: context.document,
    };
    part.answer(answer);
}

/// Returns whether the request leaves out groups of other states or owners, or may do so: such a list is no evidence
/// of the whole. A request that has something unknown in it, such as one that is logged with its headers, may.
fn is_filtered(
    part: &mut PartRecords,
    endpoint: Endpoint,
    context: &RequestContext<'_>,
    request: &RequestBody<'_>,
) -> bool {
    // Such as the departments of `owner_filter`.
    let has_other_filter = matches!(&request.owner_filter, PayloadItem::Object(filter) if filter.has_others);
    if matches!(endpoint.spec().subject, RequestSubject::Owners) && (request.has_others || has_other_filter) {
        return true;
    }
    let filter = context.leaf(&fields::STATUS, &request.status_filter, "request.status_filter");
    if let Some(fault) = filter.fault() {
        unreadable(part, endpoint, context, fault);
        return true;
    }
    !matches!(filter.reading().cell, Cell::Null | Cell::Integer(0))
}

/// Counts a value of no record that cannot be read.
fn unreadable(part: &mut PartRecords, endpoint: Endpoint, context: &RequestContext<'_>, fault: FieldFault) {
    part.value(endpoint.spec().datasets[0], fault.reason, || {
        (only_account(context).map(str::to_owned), context.place(fault.field))
    });
}

/// Reads a cursor; returns `instead` if it cannot be read.
fn cursor(
    part: &mut PartRecords,
    endpoint: Endpoint,
    context: &RequestContext<'_>,
    given: &RawValue<'_>,
    field: &'static str,
    instead: &str,
) -> Option<String> {
    // Nothing is cut off from a text, whatever it holds; any other value is read as a key, which a flag or a decimal
    // number is not.
    let column = if matches!(given, RawValue::Text(_)) { &fields::DETAIL } else { &fields::CHAT_ID };
    let leaf = context.leaf(column, given, field);
    match leaf.fault() {
        Some(fault) => {
            unreadable(part, endpoint, context, fault);
            Some(instead.to_owned())
        }
        None => leaf.text().map(str::to_owned),
    }
}

/// Returns the next cursor unless `is_last` ends the chain.
fn next_if_more<R>(
    part: &mut PartRecords,
    node: &Body<'_, R>,
    (endpoint, context): (Endpoint, &RequestContext<'_>),
    next: Option<String>,
) -> Option<String> {
    let is_last = context.leaf(&fields::IS_CUSTOMER, &node.is_last, "is_last");
    match (is_last.reading().cell, is_last.fault()) {
        (Cell::Flag(true), _) => None,
        (_, Some(fault)) => {
            unreadable(part, endpoint, context, fault);
            next.or_else(|| Some(NO_NEXT.to_owned()))
        }
        _ => next,
    }
}

/// Returns the members left out for lack of a licence. If unreadable, any of those asked about may be one.
fn unlicensed(
    part: &mut PartRecords,
    fail_info: &PayloadItem<'_, FailInfoBody<'_>>,
    endpoint: Endpoint,
    context: &RequestContext<'_>,
) -> Vec<String> {
    let userids = match fail_info {
        PayloadItem::Object(fail_info) => {
            userids(context, &fail_info.unlicensed_userid_list, "fail_info.unlicensed_userid_list")
        }
        PayloadItem::Other(RawValue::Null) => Ok(Vec::new()),
        PayloadItem::Other(_) => Err(FieldFault { field: "fail_info", reason: super::NOT_AN_OBJECT }),
    };
    userids.unwrap_or_else(|fault| {
        unreadable(part, endpoint, context, fault);
        part.doubt(endpoint.spec().datasets[0], &context.accounts);
        Vec::new()
    })
}

fn subject(
    part: &mut PartRecords,
    endpoint: Endpoint,
    context: &RequestContext<'_>,
    request: &RequestBody<'_>,
) -> Option<String> {
    let RequestSubject::Object(id) = endpoint.spec().subject else { return None };
    let leaf = context.leaf(id.column, (id.given)(request), id.place);
    if let Some(fault) = leaf.fault() {
        unreadable(part, endpoint, context, fault);
    }
    leaf.text().map(str::to_owned)
}

/// The accounts that an answer is about.
pub enum Asked {
    /// These; none, where it is about the corp as a whole.
    Accounts(Arc<[String]>),
    /// The endpoint needs some, and the request names none.
    Unknown,
    /// The request names some, and they cannot be read.
    Unreadable(FieldFault),
}

/// Returns the accounts asked about.
pub fn asked_about(subject: RequestSubject, context: &RequestContext<'_>) -> Asked {
    let corp = || Asked::Accounts(Arc::default());
    let accounts = match (subject, context.request) {
        (RequestSubject::Account | RequestSubject::Accounts, None) => return Asked::Unknown,
        (RequestSubject::Account, Some(request)) => userid(context, request).map(|userid| userid.into_iter().collect()),
        (RequestSubject::Accounts, Some(request)) => requested(context, request),
        (RequestSubject::Owners, Some(request)) => match &request.owner_filter {
            PayloadItem::Object(filter) => userids(context, &filter.userid_list, "request.owner_filter.userid_list"),
            PayloadItem::Other(RawValue::Null) => owners(context, request),
            PayloadItem::Other(_) => Err(FieldFault { field: "request.owner_filter", reason: super::NOT_AN_OBJECT }),
        },
        _ => return corp(),
    };
    match accounts {
        Ok(accounts) if accounts.is_empty() && !matches!(subject, RequestSubject::Owners) => Asked::Unknown,
        Ok(accounts) => Asked::Accounts(accounts.into()),
        Err(fault) => Asked::Unreadable(fault),
    }
}

/// Returns the accounts that a request names: those of its list, else the single one.
pub fn requested(context: &RequestContext<'_>, request: &RequestBody<'_>) -> Result<Vec<String>, FieldFault> {
    let listed = userids(context, &request.userid_list, "request.userid_list")?;
    if listed.is_empty() { Ok(userid(context, request)?.into_iter().collect()) } else { Ok(listed) }
}

/// Returns the owners whose groups were asked for, as scripts note them; none, if the request names none.
fn owners(context: &RequestContext<'_>, request: &RequestBody<'_>) -> Result<Vec<String>, FieldFault> {
    let owner = context.leaf(&fields::OWNER_USERID, &request.owner, "request.owner");
    match (owner.text(), owner.fault()) {
        (_, Some(fault)) => Err(fault),
        (Some(owner), None) => Ok(vec![owner.to_owned()]),
        (None, None) => requested(context, request),
    }
}

fn userid(context: &RequestContext<'_>, request: &RequestBody<'_>) -> Result<Option<String>, FieldFault> {
    let userid = context.leaf(&fields::USERID, &request.userid, "request.userid");
    userid.fault().map_or_else(|| Ok(userid.text().map(str::to_owned)), Err)
}

/// Reads a list of userids; a fault if an item is not a userid.
pub fn userids(
    context: &RequestContext<'_>,
    ids: &IdPayload<'_>,
    field: &'static str,
) -> Result<Vec<String>, FieldFault> {
    let fault = |reason| FieldFault { field, reason };
    let items = ids.items().ok_or(fault(super::NOT_AN_ARRAY))?;
    items.iter().map(|item| id_of(&fields::USERID, context, item).map_err(fault)).collect()
}

/// Returns the account of a request that names exactly one.
pub fn only_account<'q>(context: &'q RequestContext<'_>) -> Option<&'q str> {
    if let [only] = &context.accounts[..] { Some(only) } else { None }
}

/// Reads an item of a list as an id that is not a userid.
pub fn id(context: &RequestContext<'_>, item: &PayloadItem<'_, IgnoredAny>) -> Result<String, RejectReason> {
    id_of(&fields::CHAT_ID, context, item)
}

fn id_of(
    column: &'static Column,
    context: &RequestContext<'_>,
    item: &PayloadItem<'_, IgnoredAny>,
) -> Result<String, RejectReason> {
    let PayloadItem::Other(given) = item else { return Err("an object, where an id belongs") };
    let leaf: Leaf<'_> = context.leaf(column, given, "");
    match (leaf.text(), leaf.fault()) {
        (_, Some(fault)) => Err(fault.reason),
        (Some(id), None) => Ok(id.to_owned()),
        (None, None) => Err("empty, where an id belongs"),
    }
}

/// Reads the time of an answer. If unreadable, another answer may be newer or older, and its accounts are in doubt.
pub fn fetched_at(
    part: &mut PartRecords,
    envelope: &Document<'_>,
    answer: &Answered<'_>,
    endpoint: Endpoint,
    context: &RequestContext<'_>,
) -> Option<i64> {
    let leaf = context.leaf(&fields::CREATED_AT, &envelope.fetched_at, "fetched_at");
    if let Some(fault) = leaf.fault() {
        unreadable(part, endpoint, context, fault);
        let accounts = match endpoint {
            Endpoint::ExternalcontactGet => followers(context, answer),
            _ => context.accounts.to_vec(),
        };
        for dataset in endpoint.spec().datasets {
            part.doubt(*dataset, &accounts);
        }
    }
    if let Cell::Time(micros) = leaf.reading().cell { Some(micros) } else { None }
}

/// Returns the members who have the customer, the accounts of such a page, if all can be read.
fn followers(context: &RequestContext<'_>, answer: &Answered<'_>) -> Vec<String> {
    let userid = |item: &PayloadItem<'_, Follow<'_>>| {
        let PayloadItem::Object(follow) = item else { return None };
        context.leaf(&fields::USERID, &follow.userid, "").text().map(str::to_owned)
    };
    items_of(&answer.follow_user).iter().map(userid).collect::<Option<Vec<String>>>().unwrap_or_default()
}
