//! A document that cannot be read: it counts as a record of every dataset that it could hold, of the accounts of its
//! request as far as that can be read (SPEC section 1.3).

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{DocumentFault, Endpoint, RequestContext, evidence, repair, shape};
use crate::ingest::doubts::CustomerKey;
use crate::ingest::json::document::{ObjectKey, RequestBody};
use crate::ingest::json::payload::PayloadItem;
use crate::ingest::records::{PartRecords, UnreadableRecord};
use crate::ingest::value::{RawValue, ReadOptions};
use crate::schema::fields;
use crate::schema::vocabulary::Dataset;
use crate::text::Lang;

/// Keys of items, with their datasets; payload keys are those of the endpoints.
const ITEM_KEYS: &[(&str, Dataset)] = &[
    ("external_contact", Dataset::Relations),
    ("follow_info", Dataset::Relations),
    // Also the payload key of `externalcontact/list`.
    ("external_userid", Dataset::Contacts),
    ("follow_userid", Dataset::Contacts),
    ("tmp_openid", Dataset::Contacts),
    ("handover_userid", Dataset::Unassigned),
    ("config_id", Dataset::JoinCodes),
];

/// Returns the datasets of documents with this key; none if any document may have it.
fn datasets_of(key: &str) -> Vec<Dataset> {
    let endpoints = Endpoint::ALL.iter().filter(|endpoint| endpoint.key() == key);
    let of_endpoints = endpoints.filter(|endpoint| endpoint.spec().passed_over.is_none());
    let of_items = ITEM_KEYS.iter().filter(|(item_key, _)| *item_key == key).map(|(_, dataset)| *dataset);
    let all: Vec<Dataset> =
        of_endpoints.flat_map(|endpoint| endpoint.spec().datasets).copied().chain(of_items).collect();
    let is_first = |at: usize| !all[..at].contains(&all[at]);
    (0..all.len()).filter(|at| is_first(*at)).map(|at| all[at]).collect()
}

/// Counts a document with a fault. `byte` is where in the file the fault is, `bytes` as much of the document as is
/// known.
pub fn torn(part: &mut PartRecords, how: ReadOptions<'_>, number: u64, byte: u64, bytes: &[u8], fault: &DocumentFault) {
    let text = repair::sound(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Into::into);
    let glimpse = if is_one(&text) { Glimpse::of(&text) } else { Glimpse::default() };
    let context = RequestContext::unknown(number, how);
    let (mut accounts, mut key) = (Vec::new(), CustomerKey::default());
    if let Some(PayloadItem::Object(request)) = &glimpse.request {
        // If one of several cannot be read, it may be any.
        accounts = Glimpse::accounts(&context, request).unwrap_or_default();
        if glimpse.endpoint == Some(Endpoint::ExternalcontactGet) {
            let customer = context.leaf(&fields::EXTERNAL_USERID, &request.external_userid, "");
            key.external_userid = customer.text().map(str::to_owned);
        }
    }
    if let Some(why) = glimpse.endpoint.and_then(|endpoint| endpoint.spec().passed_over) {
        return part.pass_over(why, 1);
    }
    let of_keys = glimpse.datasets;
    let datasets = match glimpse.endpoint {
        Some(endpoint) => consistent(endpoint.spec().datasets.to_vec(), of_keys.as_deref()),
        None => of_keys.unwrap_or_else(|| Dataset::OF_DUMPS.to_vec()),
    };
    let reason = fault.problem.tell(Lang::En).to_owned().into();
    part.count_kind("documents that cannot be read");
    part.reject(UnreadableRecord {
        datasets: &datasets,
        accounts: &accounts,
        key,
        place: fault.place(number, byte).tell(Lang::En).to_owned(),
        reason,
    });
}

/// Returns `datasets` unless other marks of the document contradict them; then it may hold anything.
fn consistent(datasets: Vec<Dataset>, others: Option<&[Dataset]>) -> Vec<Dataset> {
    match others {
        Some(others) if !others.iter().any(|dataset| datasets.contains(dataset)) => Dataset::OF_DUMPS.to_vec(),
        _ => datasets,
    }
}

/// Returns whether a torn text is the beginning of one document, not the remains of several.
fn is_one(text: &str) -> bool {
    ["\"endpoint\"", "\"errcode\"", "\"request\""].iter().all(|key| text.matches(key).nth(1).is_none())
}

/// The part of a document that can be read before its tear.
#[derive(Default)]
struct Glimpse<'a> {
    endpoint: Option<Endpoint>,
    request: Option<PayloadItem<'a, RequestBody<'a>>>,
    /// Datasets of its keys.
    datasets: Option<Vec<Dataset>>,
}

impl<'a> Glimpse<'a> {
    fn of(text: &'a str) -> Self {
        let mut glimpse = Self::default();
        // What was read before an error stays.
        let _ = glimpse.deserialize(&mut serde_json::Deserializer::from_str(text));
        glimpse
    }

    fn accounts(context: &RequestContext<'_>, request: &RequestBody<'_>) -> Option<Vec<String>> {
        match &request.owner_filter {
            PayloadItem::Object(filter) => evidence::userids(context, &filter.userid_list, "").ok(),
            PayloadItem::Other(RawValue::Null) => evidence::requested(context, request).ok(),
            PayloadItem::Other(_) => None,
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
        while let Some(ObjectKey(key)) = entries.next_key()? {
            match &*key {
                "endpoint" => {
                    if let RawValue::Text(name) = entries.next_value()? {
                        self.endpoint = shape::parse(&name);
                    }
                }
                "request" => self.request = Some(entries.next_value()?),
                "response" => entries.next_value_seed(&mut *self)?,
                other => {
                    let datasets = datasets_of(other);
                    if !datasets.is_empty() {
                        self.datasets = Some(consistent(datasets, self.datasets.as_deref()));
                    }
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
