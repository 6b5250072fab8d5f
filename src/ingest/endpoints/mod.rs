//! One document -> records: which endpoint answered, whether it is an error, and what its payload holds.

mod evidence;
mod groups;
mod members;
mod relations;
mod shape;

use jiff::tz::TimeZone;

pub use shape::looked_for;

use super::document::{Answered, Document, Node, Request};
use super::part::Part;
use super::payload::{Item, Payload};
use super::quick::{self, TextMarks};
use super::raw::Endpoint;
use super::scalar::Fault;
use super::times;
use crate::text::{Message, errors as say};

/// Why a document stops the run: it cannot be judged what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFault {
    /// The key concerned, if any.
    pub key: &'static str,
    pub problem: Message,
    pub remedy: Message,
    /// Where in the document, if known.
    pub offset: usize,
}

impl DocumentFault {
    fn new(key: &'static str, problem: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self { key, problem: problem.into(), remedy: remedy.into(), offset: 0 }
    }
}

/// What is known of the question that a document answers.
#[derive(Clone, Copy)]
struct Question<'q> {
    /// The number of the document in its file.
    document: u64,
    fetched_at: Option<i64>,
    request: Option<&'q Request<'q>>,
}

impl Question<'_> {
    fn place(&self, key: &str, index: usize, field: &str) -> String {
        let dot = if field.is_empty() { "" } else { "." };
        format!("document {}, {key}[{index}]{dot}{field}", self.document)
    }
}

/// Decodes one document: quickly if it is an ordinary one, to the same end in any case.
pub fn decode(part: &mut Part, zone: &TimeZone, number: u64, bytes: &[u8], marks: &mut TextMarks) -> Result<(), DocumentFault> {
    // Checked once as a whole, which is faster than string by string.
    let text = simdutf8::compat::from_utf8(bytes).map_err(|error| invalid(say::BYTES_NOT_UTF8, error.valid_up_to()))?;
    match quick::read(text, marks) {
        Some(document) => document_of(part, zone, number, &document),
        None => decode_by_serde(part, zone, number, text),
    }
}

fn decode_by_serde(part: &mut Part, zone: &TimeZone, number: u64, text: &str) -> Result<(), DocumentFault> {
    let document = serde_json::from_str(text).map_err(|error| syntax(&error, text.as_bytes()))?;
    document_of(part, zone, number, &document)
}

fn document_of(part: &mut Part, zone: &TimeZone, number: u64, document: &Document<'_>) -> Result<(), DocumentFault> {
    match &document.response {
        None if document.endpoint.ok().is_some() => Err(DocumentFault::new("response", say::UNTIED_ENVELOPE, say::ENVELOPE_REMEDY)),
        None => bare(part, number, document),
        Some(Item::Object(answer)) => enveloped(part, zone, number, document, answer),
        Some(Item::Other(_)) => Err(DocumentFault::new("response", say::NOT_AN_OBJECT, say::RESPONSE_REMEDY)),
    }
}

fn bare(part: &mut Part, number: u64, document: &Document<'_>) -> Result<(), DocumentFault> {
    let question = Question { document: number, fetched_at: None, request: None };
    let errcode = errcode(document)?;
    if errcode != 0 {
        return error_without_envelope(part, errcode);
    }
    let Some(endpoint) = shape::of(document)? else { return Err(shape::unknown()) };
    part.count_kind(endpoint.path());
    if evidence::speaks_for_the_corp(endpoint) {
        part.answer(evidence::answer(part.file, document, endpoint, errcode, &question, false));
    }
    payload(part, document, endpoint, &question)
}

fn enveloped(part: &mut Part, zone: &TimeZone, number: u64, envelope: &Document<'_>, answer: &Answered<'_>) -> Result<(), DocumentFault> {
    let request = envelope.request.get("request");
    let request = request.map_err(|_| DocumentFault::new("request", say::NOT_AN_OBJECT, say::REQUEST_REMEDY))?;
    let question = Question { document: number, fetched_at: fetched_at(envelope, zone)?, request };
    let errcode = errcode(answer)?;
    let Some(endpoint) = shape::of_envelope(envelope, answer)? else {
        return if errcode == 0 { Err(shape::unknown()) } else { error_without_envelope(part, errcode) };
    };
    part.count_kind(endpoint.path());
    part.answer(evidence::answer(part.file, answer, endpoint, errcode, &question, true));
    match errcode {
        0 => payload(part, answer, endpoint, &question)?,
        groups::NO_SUCH_CODE if endpoint == Endpoint::GetJoinWay => groups::deleted_code(part, &question),
        _ => part.pass_over(format!("error answers (errcode {errcode})"), 1),
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "it ends a chain of things that can fail")]
fn error_without_envelope(part: &mut Part, errcode: i64) -> Result<(), DocumentFault> {
    part.count_kind("error answers");
    part.pass_over(format!("error answers without envelope (errcode {errcode})"), 1);
    Ok(())
}

fn errcode<R>(answer: &Node<'_, R>) -> Result<i64, DocumentFault> {
    let errcode = answer.errcode.get("errcode");
    let errcode = errcode.map_err(|_| DocumentFault::new("errcode", say::NOT_WHOLE, say::KEEP_THE_ANSWER))?;
    Ok(errcode.copied().unwrap_or(0))
}

fn fetched_at(envelope: &Document<'_>, zone: &TimeZone) -> Result<Option<i64>, DocumentFault> {
    let wanted = || DocumentFault::new("fetched_at", say::NO_MOMENT, say::NO_MOMENT_REMEDY);
    match envelope.fetched_at.get("fetched_at").map_err(|_| wanted())? {
        None => Ok(None),
        Some(text) => times::parse(text, zone).map(Some).ok_or_else(wanted),
    }
}

fn payload<R>(part: &mut Part, answer: &Node<'_, R>, endpoint: Endpoint, question: &Question<'_>) -> Result<(), DocumentFault> {
    match endpoint {
        Endpoint::UserSimplelist | Endpoint::UserList => members::users(part, question, "userlist", array("userlist", &answer.userlist)?),
        Endpoint::UserListId => members::users(part, question, "dept_user", array("dept_user", &answer.dept_user)?),
        Endpoint::GetFollowUserList => members::followers(part, question, array("follow_user", &answer.follow_user)?),
        Endpoint::ExternalcontactList => relations::list(part, question, array("external_userid", &answer.external_userid)?),
        Endpoint::ExternalcontactGet => {
            relations::get(part, question, answer.external_contact.as_ref(), array("follow_user", &answer.follow_user)?);
        }
        Endpoint::BatchGetByUser => {
            relations::batch(part, question, array("external_contact_list", &answer.external_contact_list)?);
        }
        Endpoint::ContactList => relations::contact_list(part, question, array("info_list", &answer.info_list)?),
        Endpoint::GetUnassignedList => relations::unassigned(part, question, array("info", &answer.info)?),
        Endpoint::GroupchatList => groups::list(part, question, array("group_chat_list", &answer.group_chat_list)?),
        Endpoint::GroupchatGet => groups::get(part, question, answer.group_chat.as_ref())?,
        Endpoint::GetJoinWay => groups::join_way(part, question, answer.join_way.as_ref()),
        Endpoint::TransferResult => {
            let customers = array("customer", &answer.customer)?.len() as u64;
            part.pass_over("transfer_result tells of transfers inside a corp only (D2)", customers);
        }
    }
    Ok(())
}

fn array<'n, 'a, T>(key: &'static str, payload: &'n Payload<'a, T>) -> Result<&'n [Item<'a, T>], DocumentFault> {
    payload.items().ok_or_else(|| DocumentFault::new(key, say::NOT_AN_ARRAY, say::NOT_AN_ARRAY_REMEDY))
}

/// Makes a record of each item; what cannot be read is a reject.
fn each<T>(part: &mut Part, question: &Question<'_>, key: &str, items: &[Item<'_, T>], push: impl Fn(&mut Part, &T) -> Result<(), Fault>) {
    for (index, item) in items.iter().enumerate() {
        part.begin_record();
        let pushed = match item {
            Item::Object(object) => push(part, object),
            Item::Other(_) => Err(Fault { field: "", reason: "not an object" }),
        };
        if let Err(fault) = pushed {
            part.reject(question.place(key, index, fault.field), fault.reason);
        }
    }
}

fn syntax(error: &serde_json::Error, bytes: &[u8]) -> DocumentFault {
    let before: usize = bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let text = error.to_string();
    let problem = text.split(" at line ").next().unwrap_or_default();
    invalid(Message::verbatim(problem), before + error.column().saturating_sub(1))
}

fn invalid(problem: impl Into<Message>, offset: usize) -> DocumentFault {
    DocumentFault { offset, ..DocumentFault::new("", say::bad_json(problem.into()), say::BAD_JSON_REMEDY) }
}

#[cfg(test)]
mod both_ways;
#[cfg(test)]
mod tests;
