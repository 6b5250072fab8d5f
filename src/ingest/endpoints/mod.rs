//! One document -> records: its endpoint, whether it is an error, and its payload. [`table`] has an entry for each
//! endpoint.
//!
//! ```text
//! table      the endpoints: path, payload key, subject, coverage, decoder
//! shape      recognition of the endpoint of an envelope or a bare answer
//! evidence   an answer as evidence of coverage: subject, page, errors
//! members, relations, groups   payload -> records;  record: their values;  items: items without their answer
//! repair     text with unsound characters;  torn: documents that cannot be read
//! ```

mod evidence;
mod groups;
mod items;
mod members;
mod record;
mod relations;
mod repair;
mod shape;
mod table;
mod torn;

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Deserialize;

pub use items::ITEMS;
pub use shape::looked_for;
pub use table::{Endpoint, Proves};
pub use torn::torn;

use super::doubts::CustomerKey;
use super::json::document::{Answered, Body, Document, RequestBody};
use super::json::payload::{Payload, PayloadItem};
use super::quick::{self, Quick, TextMarks};
use super::raw::UNTIED_ERRORS;
use super::records::{FieldFault, FieldReading, PartRecords, RecordContext, UnreadableRecord, field_at};
use super::value::{DayOrder, ExcelEpoch, RawValue, ReadOptions, RejectReason, UseridWords};
use crate::schema::vocabulary::Dataset;
use crate::schema::{Cell, Column, fields};
use crate::text::{Message, errors as say};
use evidence::Asked;
use record::Leaf;

/// The fault of a document: it is not JSON, or it is unclear what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFault {
    /// The key concerned, if any.
    pub key: &'static str,
    pub problem: Message,
    pub remedy: Message,
    /// The byte of the document, if known.
    pub offset: usize,
}

impl DocumentFault {
    /// A fault at the beginning of the document, or at an unknown place in it.
    pub fn new(key: &'static str, problem: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self { key, problem: problem.into(), remedy: remedy.into(), offset: 0 }
    }

    /// Returns its place in the file: the number of the document, and the byte of the fault.
    pub fn place(&self, number: u64, byte: u64) -> Message {
        if self.key.is_empty() { say::document(number, byte) } else { say::key_of_document(number, self.key, byte) }
    }
}

/// Why an empty answer counts as an error.
const NO_ERRCODE: &str = "empty, without errcode";
/// Stands for the errcode of such an answer; none of the service's own.
pub const NO_ANSWER: i64 = i64::MIN;
const NOT_AN_OBJECT: RejectReason = say::NOT_AN_OBJECT.en;
const NOT_AN_ARRAY: RejectReason = "not an array, or under another key";

/// The request that a document answers, as far as it is known.
struct RequestContext<'q> {
    /// The number of the document in its file.
    document: u64,
    fetched_at: Option<i64>,
    request: Option<&'q RequestBody<'q>>,
    /// The accounts of the request, if it names some and all can be read.
    accounts: Arc<[String]>,
    how: ReadOptions<'q>,
}

impl<'q> RequestContext<'q> {
    /// Creates the context of an unknown request.
    fn unknown(document: u64, how: ReadOptions<'q>) -> Self {
        Self { document, fetched_at: None, request: None, accounts: Arc::default(), how }
    }

    #[inline]
    fn leaf<'g>(&self, column: &'static Column, given: &'g RawValue<'_>, field: &'static str) -> Leaf<'g> {
        Leaf::read(column, given, field, &self.how)
    }

    fn at<'s>(&'s self, dataset: Dataset, place: &'s dyn Fn(&str) -> String) -> RecordContext<'s> {
        RecordContext { dataset, fetched_at: self.fetched_at, place, accounts: &self.accounts }
    }

    /// Returns the place of a field of the document.
    fn place(&self, field: &str) -> String {
        field_at(format_args!("document {}", self.document), field)
    }

    /// Returns the place of a field of an object of the document.
    fn place_below(&self, key: &str, field: &str) -> String {
        self.place(&below(key, field))
    }

    /// Returns the place of a field of an item of the document.
    fn place_in(&self, key: &str, index: usize, field: &str) -> String {
        self.place_below(&format!("{key}[{index}]"), field)
    }
}

/// Returns the path of a field below a key, either of which may be empty.
fn below(key: &str, field: &str) -> String {
    let dot = if key.is_empty() || field.is_empty() { "" } else { "." };
    format!("{key}{dot}{field}")
}

impl RecordContext<'_> {
    /// Returns the reject of a whole record.
    fn unread(&self, reason: RejectReason) -> UnreadableRecord<'_> {
        let datasets = std::slice::from_ref(&self.dataset);
        UnreadableRecord {
            datasets,
            accounts: self.accounts,
            key: CustomerKey::default(),
            place: (self.place)(""),
            reason: reason.into(),
        }
    }
}

/// Returns the settings by which values of answers are read.
pub fn how(zone: &TimeZone, days: DayOrder) -> ReadOptions<'_> {
    ReadOptions { zone, days, epoch: ExcelEpoch::Since1900, userid_words: UseridWords::ALL }
}

/// Decodes one document: by [`quick`] if it is an ordinary one, with equal results in any case. A document with a fault
/// makes no record.
pub fn decode(
    part: &mut PartRecords,
    how: ReadOptions<'_>,
    number: u64,
    bytes: &[u8],
    marks: &mut TextMarks,
) -> Result<(), DocumentFault> {
    let context = RequestContext::unknown(number, how);
    // Checked once as a whole, which is faster than string by string.
    let text = simdutf8::basic::from_utf8(bytes).ok();
    match text.and_then(|text| Some((text, quick::read::<Document<'_>>(text, marks)?))) {
        Some((text, document)) => match document_of(part, &context, &document)? {
            DocumentKind::Answer => Ok(()),
            DocumentKind::Item => items::decode(part, &context, text, marks)
                .unwrap_or_else(|_| decode_thoroughly(part, &context, bytes, marks)),
        },
        None => decode_thoroughly(part, &context, bytes, marks),
    }
}

/// Decodes a document that is unusual, has unsound text, or is not JSON.
fn decode_thoroughly(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    bytes: &[u8],
    marks: &mut TextMarks,
) -> Result<(), DocumentFault> {
    let fault = match std::str::from_utf8(bytes) {
        Ok(text) => match decode_by_serde(part, context, text, marks)? {
            Ok(()) => return Ok(()),
            Err(error) => syntax(&error, bytes),
        },
        Err(error) => invalid(say::BYTES_NOT_UTF8, error.valid_up_to()),
    };
    match repair::sound(bytes) {
        Some(text) => decode_by_serde(part, context, &text, marks)?.map_err(|_| fault),
        None => Err(fault),
    }
}

/// Decodes by `serde_json`; the inner error is one of syntax.
fn decode_by_serde(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    text: &str,
    marks: &mut TextMarks,
) -> Result<serde_json::Result<()>, DocumentFault> {
    let document = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return Ok(Err(error)),
    };
    match document_of(part, context, &document)? {
        DocumentKind::Answer => Ok(Ok(())),
        DocumentKind::Item => match items::decode(part, context, text, marks) {
            Ok(decoded) => decoded.map(Ok),
            Err(error) => Ok(Err(error)),
        },
    }
}

/// Parses a text by [`quick`], or by `serde_json` where it is unusual.
fn parse<'a, T: Quick<'a> + Deserialize<'a>>(text: &'a str, marks: &'a mut TextMarks) -> serde_json::Result<T> {
    quick::read(text, marks).map_or_else(|| serde_json::from_str(text), Ok)
}

/// Kind of a document.
enum DocumentKind {
    /// An answer, bare or in an envelope, whose records were made.
    Answer,
    /// No answer, perhaps an item of one.
    Item,
}

fn document_of(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    document: &Document<'_>,
) -> Result<DocumentKind, DocumentFault> {
    let is_named = !matches!(document.endpoint, RawValue::Null | RawValue::Unreadable(_));
    match &document.response {
        Some(PayloadItem::Object(answer)) => enveloped(part, context, document, answer),
        Some(response) if !response.is_null() && !response.is_lost() => {
            Err(DocumentFault::new("response", say::NOT_AN_OBJECT, say::RESPONSE_REMEDY))
        }
        _ if is_named => Err(DocumentFault::new("response", say::UNTIED_ENVELOPE, say::ENVELOPE_REMEDY)),
        _ => bare(part, context, document),
    }
}

fn bare(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    document: &Document<'_>,
) -> Result<DocumentKind, DocumentFault> {
    if shape::may_be_item(document) {
        return Ok(DocumentKind::Item);
    }
    let errcode = errcode(document, context)?;
    if errcode != 0 {
        error_without_envelope(part, errcode);
        return Ok(DocumentKind::Answer);
    }
    let Some(endpoint) = shape::of(document)? else { return Err(shape::unknown()) };
    shape::check_payload(document, endpoint)?;
    part.count_kind(endpoint.path());
    if endpoint.is_no_answer(document) {
        part.pass_over(format!("{UNTIED_ERRORS} ({NO_ERRCODE})"), 1);
        return Ok(DocumentKind::Answer);
    }
    if endpoint.spec().is_evidence_bare {
        evidence::answer(part, document, endpoint, errcode, context, false);
    }
    endpoint.decode(part, context, document);
    Ok(DocumentKind::Answer)
}

fn enveloped(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    envelope: &Document<'_>,
    answer: &Answered<'_>,
) -> Result<DocumentKind, DocumentFault> {
    let (lost, by_query);
    let request = match &envelope.request {
        PayloadItem::Object(request) => Some(request),
        PayloadItem::Other(RawValue::Null) => {
            by_query = shape::request_of_query(&envelope.endpoint);
            by_query.as_ref()
        }
        PayloadItem::Other(_) => {
            lost = RequestBody::unreadable();
            Some(&lost)
        }
    };
    let mut context = RequestContext { request, ..RequestContext::unknown(context.document, context.how) };
    let errcode = errcode(answer, &context)?;
    let Some(endpoint) = shape::of_envelope(envelope, answer)? else {
        if errcode == 0 {
            return Err(shape::unknown());
        }
        error_without_envelope(part, errcode);
        return Ok(DocumentKind::Answer);
    };
    if errcode == 0 {
        shape::check_payload(answer, endpoint)?;
    }
    part.count_kind(endpoint.path());
    let asked = evidence::asked_about(endpoint.spec().subject, &context);
    if let Asked::Accounts(accounts) = &asked {
        context.accounts = Arc::clone(accounts);
    }
    context.fetched_at = evidence::fetched_at(part, envelope, answer, endpoint, &context);
    if let Asked::Unreadable(fault) = asked {
        unknown_accounts(part, answer, endpoint, errcode, &context, fault);
        return Ok(DocumentKind::Answer);
    }
    let is_no_answer = errcode == 0 && endpoint.is_no_answer(answer);
    let as_evidence = if is_no_answer { NO_ANSWER } else { errcode };
    evidence::answer(part, answer, endpoint, as_evidence, &context, !matches!(asked, Asked::Unknown));
    match errcode {
        _ if is_no_answer => part.pass_over(format!("error answers ({NO_ERRCODE})"), 1),
        0 => endpoint.decode(part, &context, answer),
        _ if endpoint.is_no_such_object(errcode) => groups::deleted_code(part, &context),
        _ => part.pass_over(format!("error answers (errcode {errcode})"), 1),
    }
    Ok(DocumentKind::Answer)
}

/// Decodes an answer about accounts that cannot be read: it is no evidence, and may have been an error for any account.
fn unknown_accounts(
    part: &mut PartRecords,
    answer: &Answered<'_>,
    endpoint: Endpoint,
    errcode: i64,
    context: &RequestContext<'_>,
    fault: FieldFault,
) {
    let has_items =
        endpoint == Endpoint::ExternalcontactList && errcode == 0 && !items_of(&answer.external_userid).is_empty();
    if !has_items {
        let place = |_: &str| context.place(fault.field);
        part.reject(context.at(endpoint.spec().datasets[0], &place).unread(fault.reason));
    }
    if errcode == 0 {
        endpoint.decode(part, context, answer);
    }
}

fn error_without_envelope(part: &mut PartRecords, errcode: i64) {
    part.count_kind("error answers");
    part.pass_over(format!("{UNTIED_ERRORS} (errcode {errcode})"), 1);
}

fn errcode<R>(answer: &Body<'_, R>, context: &RequestContext<'_>) -> Result<i64, DocumentFault> {
    match context.leaf(&fields::ERRCODE, &answer.errcode, "errcode").reading() {
        FieldReading { cell: Cell::Integer(errcode), .. } => Ok(errcode),
        // A word for null is not the service's word for success.
        _ if answer.errcode == RawValue::Null => Ok(0),
        _ => Err(DocumentFault::new("errcode", say::NOT_WHOLE, say::KEEP_THE_ANSWER)),
    }
}

/// Returns the items of a payload; none if it is not an array.
fn items_of<'n, 'a, T>(payload: &'n Payload<'a, T>) -> &'n [PayloadItem<'a, T>] {
    payload.items().unwrap_or_default()
}

/// Returns whether an object is there; one whose key may be damaged is not.
fn is_there<T>(object: Option<&PayloadItem<'_, T>>) -> bool {
    object.is_some_and(|object| !object.is_lost())
}

/// Makes a record of each item that is an object; all others are rejects.
fn each<T>(
    part: &mut PartRecords,
    context: &RequestContext<'_>,
    dataset: Dataset,
    key: &str,
    items: &[PayloadItem<'_, T>],
    push: impl Fn(&mut PartRecords, &RequestContext<'_>, &T, &RecordContext<'_>),
) {
    for (index, item) in items.iter().enumerate() {
        let place = |field: &str| context.place_in(key, index, field);
        let at = context.at(dataset, &place);
        match item {
            PayloadItem::Object(object) => push(part, context, object, &at),
            PayloadItem::Other(_) => part.reject(at.unread(NOT_AN_OBJECT)),
        }
    }
}

fn syntax(error: &serde_json::Error, bytes: &[u8]) -> DocumentFault {
    let before: usize =
        bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    let text = error.to_string();
    let problem = text.split(" at line ").next().unwrap_or_default();
    invalid(Message::verbatim(without_values(problem)), before + error.column().saturating_sub(1))
}

/// The message of a decoder without the values that it quotes: they may be personal data.
fn without_values(problem: &str) -> String {
    match (problem.find('"'), problem.rfind('"')) {
        (Some(begin), Some(end)) if begin < end => format!("{}\"…\"{}", &problem[..begin], &problem[end + 1..]),
        _ => problem.to_owned(),
    }
}

fn invalid(problem: impl Into<Message>, offset: usize) -> DocumentFault {
    DocumentFault { offset, ..DocumentFault::new("", say::bad_json(problem.into()), say::BAD_JSON_REMEDY) }
}

#[cfg(test)]
mod both_ways;
#[cfg(test)]
mod tests;
