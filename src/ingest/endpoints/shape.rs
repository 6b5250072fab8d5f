//! Recognition of endpoints: by the envelope, else by the payload key.

use std::borrow::Cow;

use super::{Document, DocumentFault, Endpoint};
use crate::ingest::json::document::{Answered, Body, RequestBody};
use crate::ingest::value::RawValue;
use crate::text::{Message, errors as say};

/// Characters of an unknown endpoint in messages.
const MAX_SHOWN: usize = 60;

/// Returns the endpoint of an envelope; `None` if neither the envelope nor the payload has one.
pub fn of_envelope(envelope: &Document<'_>, answer: &Answered<'_>) -> Result<Option<Endpoint>, DocumentFault> {
    let name = match &envelope.endpoint {
        RawValue::Null | RawValue::Unreadable(_) => return of(answer),
        RawValue::Text(name) => name,
        _ => return Err(DocumentFault::new("endpoint", say::NOT_TEXT, looked_for())),
    };
    let Some(endpoint) = parse(name) else {
        let path: String = path(name).chars().take(MAX_SHOWN).collect();
        return Err(DocumentFault::new("endpoint", say::unknown_endpoint(path), looked_for()));
    };
    let is_named = |other: &Endpoint| other.key() == endpoint.key();
    let is_other = |other: Endpoint| !is_named(&other) && other.is_filled(answer);
    if recognised(answer).any(|other| is_named(&other)) && !recognised(answer).any(is_other) {
        return Ok(Some(endpoint));
    }
    match of(answer)? {
        Some(other) if other.key() != endpoint.key() => Err(DocumentFault::new(
            "endpoint",
            say::other_endpoint(endpoint.path(), other.path()),
            say::OTHER_ENDPOINT_REMEDY,
        )),
        _ => Ok(Some(endpoint)),
    }
}

/// Returns whether a document may be an item without its answer: it has no error code and no payload.
pub fn may_be_item(document: &Document<'_>) -> bool {
    matches!(document.errcode, RawValue::Null | RawValue::Unreadable(_))
        && recognised(document).all(|endpoint| match endpoint {
            // The customer of a relation.
            Endpoint::ExternalcontactGet => document.external_contact.is_some() && !document.follow_user.is_there(),
            // The id of a contact.
            Endpoint::ExternalcontactList => document.external_userid.items().is_none_or(<[_]>::is_empty),
            _ => false,
        })
}

/// Checks that the payload of the endpoint can be read as such.
pub fn check_payload<R>(answer: &Body<'_, R>, endpoint: Endpoint) -> Result<(), DocumentFault> {
    if endpoint.lacks_payload(answer) && answer.has_others {
        return Err(elsewhere(endpoint.key()));
    }
    if endpoint.has_payload(answer) {
        return Ok(());
    }
    Err(DocumentFault::new(endpoint.key(), say::NOT_AN_ARRAY, say::NOT_AN_ARRAY_REMEDY))
}

/// Returns the endpoint of the payload, if there is one. Other software adds keys of its own, such as a message under
/// `info`: of several payloads the one that holds anything counts.
pub fn of<R>(answer: &Body<'_, R>) -> Result<Option<Endpoint>, DocumentFault> {
    let all: Vec<Endpoint> = recognised(answer).collect();
    let filled: Vec<Endpoint> = all.iter().copied().filter(|endpoint| endpoint.is_filled(answer)).collect();
    match (&all[..], &filled[..]) {
        ([], _) => Ok(None),
        ([only], _) | (_, [only]) => Ok(Some(*only)),
        (_, [first, second, ..]) | ([first, second, ..], _) => {
            Err(DocumentFault::new("", say::two_endpoints(first.path(), second.path()), say::TWO_ENDPOINTS_REMEDY))
        }
    }
}

fn recognised<R>(answer: &Body<'_, R>) -> impl Iterator<Item = Endpoint> {
    Endpoint::ALL.iter().copied().filter(|endpoint| endpoint.is_recognised(answer))
}

/// The path of an endpoint as people write it: with or without the leading `/cgi-bin/` and the query.
fn path(name: &str) -> &str {
    let path = name.split_once("cgi-bin/").map_or(name, |(_, path)| path);
    path.split(['?', '#']).next().unwrap_or_default().trim().trim_matches('/')
}

/// Returns the request in the query of an address; `None` if it names nothing.
pub fn request_of_query(endpoint: &RawValue<'_>) -> Option<RequestBody<'static>> {
    let RawValue::Text(address) = endpoint else { return None };
    let query = address.split_once('?')?.1.split('#').next()?;
    let value = |key: &str| {
        let given = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key);
        given.map_or(RawValue::Null, |(_, value)| RawValue::Text(Cow::Owned(percent_decoded(value))))
    };
    let [userid, external_userid, cursor] = ["userid", "external_userid", "cursor"].map(value);
    let is_empty = [&userid, &external_userid, &cursor].iter().all(|value| **value == RawValue::Null);
    (!is_empty).then(|| RequestBody { userid, external_userid, cursor, ..RequestBody::default() })
}

/// Replaces the escapes of a query (`%40`) by what they stand for.
fn percent_decoded(value: &str) -> String {
    let mut parts = value.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => bytes.extend(std::iter::once(byte).chain(part.bytes().skip(2))),
            None => bytes.extend(std::iter::once(b'%').chain(part.bytes())),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub fn parse(name: &str) -> Option<Endpoint> {
    let path = path(name);
    let is_of = |endpoint: &Endpoint| endpoint.path() == path || endpoint.spec().aliases.contains(&path);
    Endpoint::ALL.iter().copied().find(is_of)
}

/// Returns the fault of a document whose payload may be under another key.
pub fn elsewhere(key: &'static str) -> DocumentFault {
    DocumentFault::new(key, say::PAYLOAD_ELSEWHERE, say::NOT_AN_ARRAY_REMEDY)
}

/// Returns the fault of a document that is nothing known.
pub fn unknown() -> DocumentFault {
    DocumentFault::new("", say::unknown_document(looked_for()), say::UNKNOWN_DOCUMENT_REMEDY)
}

/// Lists the endpoints, for errors.
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
