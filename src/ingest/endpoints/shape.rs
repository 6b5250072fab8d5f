//! Which endpoint a document is of: what the envelope says, else the keys of its payload.

use super::{Document, DocumentFault};
use crate::ingest::document::{Answered, Node, User};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::raw::Endpoint;
use crate::ingest::value::Given;
use crate::schema::vocabulary::Dataset;
use crate::text::{Message, errors as say};

/// The datasets that an answer of the endpoint tells of.
pub fn datasets(endpoint: Endpoint) -> &'static [Dataset] {
    match endpoint {
        Endpoint::UserSimplelist | Endpoint::UserList | Endpoint::UserListId => &[Dataset::Members],
        Endpoint::GetFollowUserList => &[Dataset::FollowUsers],
        Endpoint::ExternalcontactList
        | Endpoint::ExternalcontactGet
        | Endpoint::BatchGetByUser
        | Endpoint::ContactList
        | Endpoint::TransferResult => &[Dataset::Relations],
        Endpoint::GetUnassignedList => &[Dataset::Unassigned],
        Endpoint::GroupchatList => &[Dataset::Groups],
        Endpoint::GroupchatGet => &[Dataset::Groups, Dataset::GroupMembers],
        Endpoint::GetJoinWay => &[Dataset::JoinCodes],
    }
}

/// The endpoint of an envelope; `None` if neither the envelope nor the payload tells.
pub fn of_envelope(envelope: &Document<'_>, answer: &Answered<'_>) -> Result<Option<Endpoint>, DocumentFault> {
    let told = of(answer)?;
    let name = match &envelope.endpoint {
        Given::Nothing | Given::Spoilt(_) => return Ok(told),
        Given::Text(name) => name,
        _ => return Err(DocumentFault::new("endpoint", say::NOT_TEXT, looked_for())),
    };
    let Some(endpoint) = parse(name) else {
        return Err(DocumentFault::new("endpoint", say::UNKNOWN_ENDPOINT, looked_for()));
    };
    match told {
        Some(other) if family(other) != family(endpoint) => Err(DocumentFault::new(
            "endpoint",
            say::other_endpoint(endpoint.path(), other.path()),
            say::OTHER_ENDPOINT_REMEDY,
        )),
        _ => Ok(Some(endpoint)),
    }
}

/// Whether a document may be an item that stands alone: it says nothing of an error, and holds no payload.
pub fn may_be_item(document: &Document<'_>) -> bool {
    let mut told = payloads(document).into_iter().filter(|(there, _)| *there).map(|(_, endpoint)| endpoint);
    matches!(document.errcode, Given::Nothing | Given::Spoilt(_))
        && told.all(|endpoint| match endpoint {
            // The customer of a relation.
            Endpoint::ExternalcontactGet => document.external_contact.is_some() && !document.follow_user.is_there(),
            // The id of a contact.
            Endpoint::ExternalcontactList => document.external_userid.items().is_none_or(<[_]>::is_empty),
            _ => false,
        })
}

/// Whether the payload of the endpoint can be read as such.
pub fn check_payload<R>(answer: &Node<'_, R>, endpoint: Endpoint) -> Result<(), DocumentFault> {
    fn items<T>(payload: &Payload<'_, T>) -> bool {
        payload.items().is_some()
    }
    let (key, is_array) = match endpoint {
        Endpoint::UserSimplelist | Endpoint::UserList => ("userlist", items(&answer.userlist)),
        Endpoint::UserListId => ("dept_user", items(&answer.dept_user)),
        Endpoint::GetFollowUserList | Endpoint::ExternalcontactGet => ("follow_user", items(&answer.follow_user)),
        Endpoint::ExternalcontactList => ("external_userid", items(&answer.external_userid)),
        Endpoint::BatchGetByUser => ("external_contact_list", items(&answer.external_contact_list)),
        Endpoint::ContactList => ("info_list", items(&answer.info_list)),
        Endpoint::GetUnassignedList => ("info", items(&answer.info)),
        Endpoint::GroupchatList => ("group_chat_list", items(&answer.group_chat_list)),
        Endpoint::TransferResult => ("customer", items(&answer.customer)),
        // Objects.
        Endpoint::GroupchatGet | Endpoint::GetJoinWay => return Ok(()),
    };
    if is_array { Ok(()) } else { Err(DocumentFault::new(key, say::NOT_AN_ARRAY, say::NOT_AN_ARRAY_REMEDY)) }
}

/// The endpoint that the payload's keys tell.
pub fn of<R>(answer: &Node<'_, R>) -> Result<Option<Endpoint>, DocumentFault> {
    let mut told = payloads(answer).into_iter().filter(|(there, _)| *there).map(|(_, endpoint)| endpoint);
    let Some(first) = told.next() else { return Ok(None) };
    match told.next() {
        None => Ok(Some(first)),
        Some(second) => {
            Err(DocumentFault::new("", say::two_endpoints(first.path(), second.path()), say::TWO_ENDPOINTS_REMEDY))
        }
    }
}

fn payloads<R>(answer: &Node<'_, R>) -> [(bool, Endpoint); 11] {
    fn there<T>(object: Option<&Item<'_, T>>) -> bool {
        object.is_some_and(|object| !object.is_lost())
    }
    let contact = there(answer.external_contact.as_ref());
    [
        (answer.userlist.is_there(), user_list(answer)),
        (answer.dept_user.is_there(), Endpoint::UserListId),
        (
            contact || answer.follow_user.is_there(),
            if contact { Endpoint::ExternalcontactGet } else { followers(answer) },
        ),
        (answer.external_userid.is_there(), Endpoint::ExternalcontactList),
        (answer.external_contact_list.is_there(), Endpoint::BatchGetByUser),
        (answer.info_list.is_there(), Endpoint::ContactList),
        (answer.info.is_there(), Endpoint::GetUnassignedList),
        (answer.group_chat_list.is_there(), Endpoint::GroupchatList),
        (there(answer.group_chat.as_ref()), Endpoint::GroupchatGet),
        (there(answer.join_way.as_ref()), Endpoint::GetJoinWay),
        (answer.customer.is_there(), Endpoint::TransferResult),
    ]
}

/// `simplelist` leaves the status out.
fn user_list<R>(answer: &Node<'_, R>) -> Endpoint {
    let detailed = |item: &Item<'_, User<'_>>| matches!(item, Item::Object(user) if user.status != Given::Nothing);
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
pub fn parse(name: &str) -> Option<Endpoint> {
    let path = name.split_once("cgi-bin/").map_or(name, |(_, path)| path);
    let path = path.split(['?', '#']).next().unwrap_or_default().trim().trim_matches('/');
    if path == "externalcontact/resigned/transfer_result" {
        return Some(Endpoint::TransferResult);
    }
    Endpoint::ALL.iter().copied().find(|endpoint| endpoint.path() == path)
}

/// A document that is nothing known.
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
