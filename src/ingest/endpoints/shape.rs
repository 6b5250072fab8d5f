//! Which endpoint a document is of: what the envelope says, else the keys of its payload.

use super::{Document, DocumentFault};
use crate::ingest::document::{Answered, Node};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::raw::Endpoint;
use crate::text::{Message, errors as say};

/// The endpoint of an envelope; `None` if neither the envelope nor the payload tells.
pub fn of_envelope(envelope: &Document<'_>, answer: &Answered<'_>) -> Result<Option<Endpoint>, DocumentFault> {
    let told = of(answer)?;
    let named = envelope.endpoint.get("endpoint").map_err(|_| DocumentFault::new("endpoint", say::NOT_TEXT, looked_for()))?;
    let Some(name) = named else { return Ok(told) };
    let Some(endpoint) = parse(name) else {
        return Err(DocumentFault::new("endpoint", say::UNKNOWN_ENDPOINT, looked_for()));
    };
    match told {
        Some(other) if family(other) != family(endpoint) => {
            Err(DocumentFault::new("endpoint", say::other_endpoint(endpoint.path(), other.path()), say::OTHER_ENDPOINT_REMEDY))
        }
        _ => Ok(Some(endpoint)),
    }
}

/// The endpoint that the payload's keys tell.
pub fn of<R>(answer: &Node<'_, R>) -> Result<Option<Endpoint>, DocumentFault> {
    let mut told = payloads(answer).into_iter().filter(|(there, _)| *there).map(|(_, endpoint)| endpoint);
    let Some(first) = told.next() else { return Ok(None) };
    match told.next() {
        None => Ok(Some(first)),
        Some(second) => Err(DocumentFault::new("", say::two_endpoints(first.path(), second.path()), say::TWO_ENDPOINTS_REMEDY)),
    }
}

fn payloads<R>(answer: &Node<'_, R>) -> [(bool, Endpoint); 11] {
    let contact = answer.external_contact.is_some();
    [
        (answer.userlist.is_there(), user_list(answer)),
        (answer.dept_user.is_there(), Endpoint::UserListId),
        (contact || answer.follow_user.is_there(), if contact { Endpoint::ExternalcontactGet } else { followers(answer) }),
        (answer.external_userid.is_there(), Endpoint::ExternalcontactList),
        (answer.external_contact_list.is_there(), Endpoint::BatchGetByUser),
        (answer.info_list.is_there(), Endpoint::ContactList),
        (answer.info.is_there(), Endpoint::GetUnassignedList),
        (answer.group_chat_list.is_there(), Endpoint::GroupchatList),
        (answer.group_chat.is_some(), Endpoint::GroupchatGet),
        (answer.join_way.is_some(), Endpoint::GetJoinWay),
        (answer.customer.is_there(), Endpoint::TransferResult),
    ]
}

/// `simplelist` leaves the status out.
fn user_list<R>(answer: &Node<'_, R>) -> Endpoint {
    let detailed = |item: &Item<'_, _>| matches!(item, Item::Object(crate::ingest::document::User { status, .. }) if status.ok().is_some());
    match &answer.userlist {
        Payload::Items(users) if users.iter().any(detailed) => Endpoint::UserList,
        _ => Endpoint::UserSimplelist,
    }
}

/// `follow_user` holds userids in one endpoint, and objects in the other.
fn followers<R>(answer: &Node<'_, R>) -> Endpoint {
    match &answer.follow_user {
        Payload::Items(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Item::Object(_))) => {
            Endpoint::ExternalcontactGet
        }
        _ => Endpoint::GetFollowUserList,
    }
}

/// Endpoints whose payload has the same key.
fn family(endpoint: Endpoint) -> Endpoint {
    match endpoint {
        Endpoint::UserList => Endpoint::UserSimplelist,
        Endpoint::GetFollowUserList => Endpoint::ExternalcontactGet,
        other => other,
    }
}

/// An endpoint as people write it: with or without the leading `/cgi-bin/` and the query.
fn parse(name: &str) -> Option<Endpoint> {
    let path = name.split_once("cgi-bin/").map_or(name, |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default().trim().trim_matches('/');
    if path == "externalcontact/resigned/transfer_result" {
        return Some(Endpoint::TransferResult);
    }
    Endpoint::ALL.iter().copied().find(|endpoint| endpoint.path() == path)
}

/// A document of which nobody knows what it is.
pub fn unknown() -> DocumentFault {
    DocumentFault::new("", say::unknown_document(looked_for()), say::UNKNOWN_DOCUMENT_REMEDY)
}

/// What was looked for.
pub fn looked_for() -> Message {
    say::looked_for_answers(Message::list(Endpoint::ALL.iter().map(|endpoint| endpoint.path())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_known_however_it_is_written() {
        for name in [
            "externalcontact/get",
            "/cgi-bin/externalcontact/get",
            "cgi-bin/externalcontact/get?access_token=x&external_userid=y",
            "https://qyapi.weixin.qq.com/cgi-bin/externalcontact/get",
            "/externalcontact/get/",
        ] {
            assert_eq!(parse(name), Some(Endpoint::ExternalcontactGet), "{name}");
        }
        assert_eq!(parse("externalcontact/resigned/transfer_result"), Some(Endpoint::TransferResult));
        assert_eq!(parse("externalcontact/remark"), None);
    }
}
