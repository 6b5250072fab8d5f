//! A document that cannot be read: it counts as a record of every dataset that it could hold, of the accounts of its request
//! as far as that can be read (SPEC section 1.3).

use std::fmt;

use jiff::tz::TimeZone;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{DocumentFault, Question, evidence, how, repair, shape};
use crate::ingest::document::{Key, Request};
use crate::ingest::doubts::CustomerKey;
use crate::ingest::part::{Part, Unread};
use crate::ingest::payload::Item;
use crate::ingest::raw::Endpoint;
use crate::ingest::value::Given;
use crate::schema::fields;
use crate::schema::vocabulary::Dataset;
use crate::text::{Lang, errors as say};

const ALL: &[Dataset] = &[
    Dataset::Relations,
    Dataset::Members,
    Dataset::FollowUsers,
    Dataset::Unassigned,
    Dataset::Groups,
    Dataset::GroupMembers,
    Dataset::JoinCodes,
];

/// Keys that tell what a document is of.
const TELLING: &[(&str, &[Dataset])] = &[
    ("userlist", &[Dataset::Members]),
    ("dept_user", &[Dataset::Members]),
    ("external_userid", &[Dataset::Relations]),
    ("external_contact", &[Dataset::Relations]),
    ("external_contact_list", &[Dataset::Relations]),
    ("follow_info", &[Dataset::Relations]),
    ("info_list", &[Dataset::Relations]),
    ("follow_user", &[Dataset::FollowUsers, Dataset::Relations]),
    ("info", &[Dataset::Unassigned]),
    ("handover_userid", &[Dataset::Unassigned]),
    ("group_chat_list", &[Dataset::Groups]),
    ("group_chat", &[Dataset::Groups, Dataset::GroupMembers]),
    ("join_way", &[Dataset::JoinCodes]),
    ("config_id", &[Dataset::JoinCodes]),
];

/// Counts a document with a fault. `byte` is where in the file the fault is, `bytes` as much of the document as is known.
pub fn torn(part: &mut Part, zone: &TimeZone, number: u64, byte: u64, bytes: &[u8], fault: &DocumentFault) {
    let text = repair::sound(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Into::into);
    let glimpse = if is_one(&text) { Glimpse::of(&text) } else { Glimpse::default() };
    let question = Question::unknown(number, how(zone));
    let (mut accounts, mut key) = (Vec::new(), CustomerKey::default());
    if let Some(Item::Object(request)) = &glimpse.request {
        // If one of several cannot be read, it may be any.
        accounts = Glimpse::accounts(&question, request).unwrap_or_default();
        if glimpse.endpoint == Some(Endpoint::ExternalcontactGet) {
            let customer = question.leaf(&fields::EXTERNAL_USERID, &request.external_userid, "");
            key.external_userid = customer.text().map(str::to_owned);
        }
    }
    let datasets = match glimpse.endpoint {
        Some(Endpoint::TransferResult) => {
            return part.pass_over("transfer_result tells of transfers inside a corp only (D2)", 1);
        }
        Some(endpoint) => both(shape::datasets(endpoint), glimpse.told),
        None => glimpse.told.unwrap_or(ALL),
    };
    let place =
        if fault.key.is_empty() { say::document(number, byte) } else { say::key_of_document(number, fault.key, byte) };
    let reason = fault.problem.tell(Lang::En).to_owned().into();
    part.count_kind("documents that cannot be read");
    part.reject(Unread { datasets, accounts: &accounts, key, place: place.tell(Lang::En).to_owned(), reason });
}

/// What a document may hold if two of its marks tell that: if they contradict one another, anything.
fn both(datasets: &'static [Dataset], told: Option<&'static [Dataset]>) -> &'static [Dataset] {
    match told {
        Some(told) if !told.iter().any(|dataset| datasets.contains(dataset)) => ALL,
        _ => datasets,
    }
}

/// Whether a torn text cannot be the remains of several documents.
fn is_one(text: &str) -> bool {
    ["\"endpoint\"", "\"errcode\"", "\"request\""].iter().all(|key| text.matches(key).nth(1).is_none())
}

/// What can be read of a document before its tear.
#[derive(Default)]
struct Glimpse<'a> {
    endpoint: Option<Endpoint>,
    request: Option<Item<'a, Request<'a>>>,
    told: Option<&'static [Dataset]>,
}

impl<'a> Glimpse<'a> {
    fn of(text: &'a str) -> Self {
        let mut glimpse = Self::default();
        // What was read before an error stays.
        let _ = glimpse.deserialize(&mut serde_json::Deserializer::from_str(text));
        glimpse
    }

    fn accounts(question: &Question<'_>, request: &Request<'_>) -> Option<Vec<String>> {
        match &request.owner_filter {
            Item::Object(filter) => evidence::userids(question, &filter.userid_list, "").ok(),
            Item::Other(Given::Nothing) => evidence::requested(question, request).ok(),
            Item::Other(_) => None,
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Glimpse<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Glimpse<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = entries.next_key()? {
            match &*key {
                "endpoint" => {
                    if let Given::Text(name) = entries.next_value()? {
                        self.endpoint = shape::parse(&name);
                    }
                }
                "request" => self.request = Some(entries.next_value()?),
                "response" => entries.next_value_seed(&mut *self)?,
                other => {
                    if let Some((_, datasets)) = TELLING.iter().find(|(key, _)| *key == other) {
                        self.told = Some(both(datasets, self.told));
                    }
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
