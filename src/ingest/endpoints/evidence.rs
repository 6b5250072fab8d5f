//! Answers as evidence of what a dump covers: who was asked about, which page, and how it ended.

use std::sync::Arc;

use super::Question;
use crate::ingest::document::{Ids, Node, Request};
use crate::ingest::payload::Item;
use crate::ingest::raw::{Answer, Endpoint};
use crate::ingest::scalar::Scalar;

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

/// The evidence that one document is.
pub fn answer<R>(file: u32, node: &Node<'_, R>, endpoint: Endpoint, errcode: i64, question: &Question<'_>, envelope: bool) -> Answer {
    let request = question.request;
    let userids = asked_about(endpoint, request);
    let last = endpoint == Endpoint::GetUnassignedList && node.is_last.ok() == Some(&true);
    let unlicensed = match &node.fail_info {
        Item::Object(fail_info) => texts(&fail_info.unlicensed_userid_list).unwrap_or_default(),
        Item::Other(_) => Vec::new(),
    };
    Answer {
        endpoint,
        subject: request.and_then(|request| subject(endpoint, request)),
        errcode,
        errmsg: node.errmsg.ok().map(ToString::to_string).unwrap_or_default(),
        cursor: request.and_then(|request| request.cursor.ok()).map(ToString::to_string),
        next_cursor: node.next_cursor.ok().filter(|_| !last).map(ToString::to_string),
        // Where the accounts asked about cannot be read, the answer must not pass for one about the whole corp.
        envelope: envelope && userids.is_some(),
        userids: Arc::from(userids.unwrap_or_default()),
        unlicensed,
        fetched_at: question.fetched_at,
        file,
        document: question.document,
    }
}

/// The accounts asked about; `None` if there must be some and they cannot be read.
fn asked_about(endpoint: Endpoint, request: Option<&Request<'_>>) -> Option<Vec<String>> {
    match endpoint {
        Endpoint::ExternalcontactList => Some(vec![text(&request?.userid)?]),
        Endpoint::BatchGetByUser => {
            let request = request?;
            match texts(&request.userid_list) {
                Some(userids) if !userids.is_empty() => Some(userids),
                Some(_) => Some(vec![text(&request.userid)?]),
                None => None,
            }
        }
        Endpoint::GroupchatList => match request.map(|request| &request.owner_filter) {
            Some(Item::Object(filter)) => texts(&filter.userid_list),
            Some(Item::Other(Scalar::Null)) | None => Some(Vec::new()),
            Some(Item::Other(_)) => None,
        },
        _ => Some(Vec::new()),
    }
}

fn subject(endpoint: Endpoint, request: &Request<'_>) -> Option<String> {
    let id = match endpoint {
        Endpoint::ExternalcontactGet => &request.external_userid,
        Endpoint::GroupchatGet => &request.chat_id,
        Endpoint::GetJoinWay => &request.config_id,
        _ => return None,
    };
    id.ok().map(|id| id.0.to_string())
}

/// The account that was asked about alone, if the request names exactly one.
pub fn only_account<'q>(question: &Question<'q>) -> Option<&'q str> {
    let request = question.request?;
    match request.userid_list.items()? {
        [] => request.userid.id().ok().flatten(),
        [only] => only.id().ok(),
        _ => None,
    }
}

fn text(scalar: &Scalar<'_>) -> Option<String> {
    scalar.id().ok().flatten().map(str::to_owned)
}

/// The ids; `None` if one of them is none.
fn texts(ids: &Ids<'_>) -> Option<Vec<String>> {
    ids.items()?.iter().map(|item| item.id().ok().map(str::to_owned)).collect()
}
