//! One document -> records: which endpoint answered, whether it is an error, and what its payload holds.

mod evidence;
mod groups;
mod items;
mod members;
mod record;
mod relations;
mod repair;
mod shape;
mod torn;

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Deserialize;

pub use shape::looked_for;
pub use torn::torn;

use super::document::{Answered, Document, Node, Request};
use super::doubts::CustomerKey;
use super::part::{At, Fault, Part, Reading, Unread, Wrong};
use super::payload::{Item, Payload};
use super::quick::{self, Quick, TextMarks};
use super::raw::Endpoint;
use super::value::{DayOrder, Given, How, Serials};
use crate::schema::vocabulary::Dataset;
use crate::schema::{Cell, Column, fields};
use crate::text::{Message, errors as say};
use evidence::Asked;
use record::Leaf;

/// Why a document cannot be read: it is no JSON, or it cannot be judged what it is.
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
    /// A fault at the beginning of the document, or wherever it is found.
    pub fn new(key: &'static str, problem: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self { key, problem: problem.into(), remedy: remedy.into(), offset: 0 }
    }
}

const NOT_AN_OBJECT: Wrong = say::NOT_AN_OBJECT.en;
const NOT_AN_ARRAY: Wrong = "not an array";

/// What is known of the question that a document answers.
struct Question<'q> {
    /// The number of the document in its file.
    document: u64,
    fetched_at: Option<i64>,
    request: Option<&'q Request<'q>>,
    /// The accounts of the request, if it names some and all can be read.
    accounts: Arc<[String]>,
    how: How<'q>,
}

impl<'q> Question<'q> {
    /// Nothing is known of it.
    fn unknown(document: u64, how: How<'q>) -> Self {
        Self { document, fetched_at: None, request: None, accounts: Arc::default(), how }
    }

    #[inline]
    fn leaf<'g>(&self, column: &'static Column, given: &'g Given<'_>, field: &'static str) -> Leaf<'g> {
        Leaf::read(column, given, field, &self.how)
    }

    fn at<'s>(&'s self, dataset: Dataset, place: &'s dyn Fn(&str) -> String) -> At<'s> {
        At { dataset, fetched_at: self.fetched_at, place, accounts: &self.accounts }
    }

    /// The place of a field of the document.
    fn place(&self, field: &str) -> String {
        let comma = if field.is_empty() { "" } else { ", " };
        format!("document {}{comma}{field}", self.document)
    }

    /// The place of a field of an item of the document.
    fn place_in(&self, key: &str, index: usize, field: &str) -> String {
        let dot = if field.is_empty() { "" } else { "." };
        self.place(&format!("{key}[{index}]{dot}{field}"))
    }
}

impl At<'_> {
    /// The whole record cannot be read.
    fn unread(&self, reason: Wrong) -> Unread<'_> {
        let datasets = std::slice::from_ref(&self.dataset);
        Unread {
            datasets,
            accounts: self.accounts,
            key: CustomerKey::default(),
            place: (self.place)(""),
            reason: reason.into(),
        }
    }
}

/// How values of the service's answers are read.
fn how(zone: &TimeZone) -> How<'_> {
    How { zone, days: DayOrder::Unknown, serials: Serials::Since1900, names_members: true }
}

/// Decodes one document: quickly if it is an ordinary one, to the same end in any case. Nothing is taken of a document with
/// a fault.
pub fn decode(
    part: &mut Part,
    zone: &TimeZone,
    number: u64,
    bytes: &[u8],
    marks: &mut TextMarks,
) -> Result<(), DocumentFault> {
    let question = Question::unknown(number, how(zone));
    // Checked once as a whole, which is faster than string by string.
    let text = simdutf8::basic::from_utf8(bytes).ok();
    match text.and_then(|text| Some((text, quick::read::<Document<'_>>(text, marks)?))) {
        Some((text, document)) => match document_of(part, &question, &document)? {
            Told::Answer => Ok(()),
            Told::Item => items::decode(part, &question, text, marks),
        },
        None => decode_thoroughly(part, &question, bytes, marks),
    }
}

/// Decodes a document that is unusual, is not sound, or is no JSON.
fn decode_thoroughly(
    part: &mut Part,
    question: &Question<'_>,
    bytes: &[u8],
    marks: &mut TextMarks,
) -> Result<(), DocumentFault> {
    let fault = match std::str::from_utf8(bytes) {
        Ok(text) => match decode_by_serde(part, question, text, marks)? {
            Ok(()) => return Ok(()),
            Err(error) => syntax(&error, bytes),
        },
        Err(error) => invalid(say::BYTES_NOT_UTF8, error.valid_up_to()),
    };
    match repair::sound(bytes) {
        Some(text) => decode_by_serde(part, question, &text, marks)?.map_err(|_| fault),
        None => Err(fault),
    }
}

/// The inner error is one of syntax.
fn decode_by_serde(
    part: &mut Part,
    question: &Question<'_>,
    text: &str,
    marks: &mut TextMarks,
) -> Result<serde_json::Result<()>, DocumentFault> {
    let document = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return Ok(Err(error)),
    };
    if let Told::Item = document_of(part, question, &document)? {
        items::decode(part, question, text, marks)?;
    }
    Ok(Ok(()))
}

/// Reads a text quickly, or by `serde_json` where that cannot be.
fn parse<'a, T: Quick<'a> + Deserialize<'a>>(text: &'a str, marks: &'a mut TextMarks) -> Option<T> {
    quick::read(text, marks).or_else(|| serde_json::from_str(text).ok())
}

/// What a document is.
enum Told {
    /// An answer, bare or in an envelope. Its records are taken.
    Answer,
    /// No answer: an item of one, perhaps.
    Item,
}

fn document_of(part: &mut Part, question: &Question<'_>, document: &Document<'_>) -> Result<Told, DocumentFault> {
    let is_named = !matches!(document.endpoint, Given::Nothing | Given::Spoilt(_));
    match &document.response {
        Some(Item::Object(answer)) => enveloped(part, question, document, answer),
        Some(response) if !response.is_nothing() && !response.is_lost() => {
            Err(DocumentFault::new("response", say::NOT_AN_OBJECT, say::RESPONSE_REMEDY))
        }
        _ if is_named => Err(DocumentFault::new("response", say::UNTIED_ENVELOPE, say::ENVELOPE_REMEDY)),
        _ => bare(part, question, document),
    }
}

fn bare(part: &mut Part, question: &Question<'_>, document: &Document<'_>) -> Result<Told, DocumentFault> {
    if shape::may_be_item(document) {
        return Ok(Told::Item);
    }
    let errcode = errcode(document, question)?;
    if errcode != 0 {
        error_without_envelope(part, errcode);
        return Ok(Told::Answer);
    }
    let Some(endpoint) = shape::of(document)? else { return Err(shape::unknown()) };
    shape::check_payload(document, endpoint)?;
    part.count_kind(endpoint.path());
    if evidence::speaks_for_the_corp(endpoint) {
        evidence::answer(part, document, endpoint, errcode, question, false);
    }
    payload(part, document, endpoint, question);
    Ok(Told::Answer)
}

fn enveloped(
    part: &mut Part,
    question: &Question<'_>,
    envelope: &Document<'_>,
    answer: &Answered<'_>,
) -> Result<Told, DocumentFault> {
    let lost;
    let request = match &envelope.request {
        Item::Object(request) => Some(request),
        Item::Other(Given::Nothing) => None,
        Item::Other(_) => {
            lost = Request::lost();
            Some(&lost)
        }
    };
    let mut question = Question { request, ..Question::unknown(question.document, question.how) };
    let errcode = errcode(answer, &question)?;
    let Some(endpoint) = shape::of_envelope(envelope, answer)? else {
        if errcode == 0 {
            return Err(shape::unknown());
        }
        error_without_envelope(part, errcode);
        return Ok(Told::Answer);
    };
    if errcode == 0 {
        shape::check_payload(answer, endpoint)?;
    }
    part.count_kind(endpoint.path());
    let asked = evidence::asked_about(endpoint, &question);
    if let Asked::Accounts(accounts) = &asked {
        question.accounts = Arc::clone(accounts);
    }
    question.fetched_at = evidence::fetched_at(part, envelope, answer, endpoint, &question);
    if let Asked::Unreadable(fault) = asked {
        unknown_accounts(part, answer, endpoint, errcode, &question, fault);
        return Ok(Told::Answer);
    }
    evidence::answer(part, answer, endpoint, errcode, &question, !matches!(asked, Asked::Unknown));
    match errcode {
        0 => payload(part, answer, endpoint, &question),
        groups::NO_SUCH_CODE if endpoint == Endpoint::GetJoinWay => groups::deleted_code(part, &question),
        _ => part.pass_over(format!("error answers (errcode {errcode})"), 1),
    }
    Ok(Told::Answer)
}

/// An answer about accounts that cannot be read: it is no evidence, and may have been an error for any account.
fn unknown_accounts(
    part: &mut Part,
    answer: &Answered<'_>,
    endpoint: Endpoint,
    errcode: i64,
    question: &Question<'_>,
    fault: Fault,
) {
    let items_tell =
        endpoint == Endpoint::ExternalcontactList && errcode == 0 && !items(&answer.external_userid).is_empty();
    if !items_tell {
        let place = |_: &str| question.place(fault.field);
        part.reject(question.at(shape::datasets(endpoint)[0], &place).unread(fault.reason));
    }
    if errcode == 0 {
        payload(part, answer, endpoint, question);
    }
}

fn error_without_envelope(part: &mut Part, errcode: i64) {
    part.count_kind("error answers");
    part.pass_over(format!("error answers without envelope (errcode {errcode})"), 1);
}

fn errcode<R>(answer: &Node<'_, R>, question: &Question<'_>) -> Result<i64, DocumentFault> {
    match question.leaf(&fields::ERRCODE, &answer.errcode, "errcode").reading() {
        Reading { cell: Cell::Integer(errcode), .. } => Ok(errcode),
        // A word for null is not the service's word for success.
        _ if answer.errcode == Given::Nothing => Ok(0),
        _ => Err(DocumentFault::new("errcode", say::NOT_WHOLE, say::KEEP_THE_ANSWER)),
    }
}

/// Takes the records of an answer without an error, of which [`shape::check_payload`] has nothing to say.
fn payload<R>(part: &mut Part, answer: &Node<'_, R>, endpoint: Endpoint, question: &Question<'_>) {
    match endpoint {
        Endpoint::UserSimplelist | Endpoint::UserList => {
            members::users(part, question, "userlist", items(&answer.userlist))
        }
        Endpoint::UserListId => members::users(part, question, "dept_user", items(&answer.dept_user)),
        Endpoint::GetFollowUserList => members::followers(part, question, items(&answer.follow_user)),
        Endpoint::ExternalcontactList => relations::list(part, question, items(&answer.external_userid)),
        Endpoint::ExternalcontactGet => {
            relations::get(part, question, answer.external_contact.as_ref(), items(&answer.follow_user));
        }
        Endpoint::BatchGetByUser => relations::batch(part, question, items(&answer.external_contact_list)),
        Endpoint::ContactList => relations::contact_list(part, question, items(&answer.info_list)),
        Endpoint::GetUnassignedList => relations::unassigned(part, question, items(&answer.info)),
        Endpoint::GroupchatList => groups::list(part, question, items(&answer.group_chat_list)),
        Endpoint::GroupchatGet => groups::get(part, question, answer.group_chat.as_ref()),
        Endpoint::GetJoinWay => groups::join_way(part, question, answer.join_way.as_ref()),
        Endpoint::TransferResult => {
            let customers = items(&answer.customer).len() as u64;
            part.pass_over("transfer_result tells of transfers inside a corp only (D2)", customers);
        }
    }
}

fn items<'n, 'a, T>(payload: &'n Payload<'a, T>) -> &'n [Item<'a, T>] {
    payload.items().unwrap_or_default()
}

/// Makes a record of each item that is an object; all others are rejects.
fn each<T>(
    part: &mut Part,
    question: &Question<'_>,
    dataset: Dataset,
    key: &str,
    items: &[Item<'_, T>],
    push: impl Fn(&mut Part, &T, &At<'_>),
) {
    for (index, item) in items.iter().enumerate() {
        let place = |field: &str| question.place_in(key, index, field);
        let at = question.at(dataset, &place);
        match item {
            Item::Object(object) => push(part, object, &at),
            Item::Other(_) => part.reject(at.unread(NOT_AN_OBJECT)),
        }
    }
}

fn syntax(error: &serde_json::Error, bytes: &[u8]) -> DocumentFault {
    let before: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
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
