//! Every endpoint and every leniency, on documents as short as can be.

mod answers;
mod groups;
mod items;
mod members;
mod relations;
mod torn;

use serde_json::{Value as Json, json};

use super::*;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers};
use crate::ingest::raw::ApiAnswer;
use crate::ingest::records::FileRecords;
use crate::ingest::tests::rows;
use crate::schema::vocabulary::Grain;
use crate::text::Lang;

/// The records of documents, with their answers as they were read.
struct Decoded {
    records: FileRecords,
    answers: Vec<ApiAnswer>,
}

impl Decoded {
    fn new(part: PartRecords) -> Self {
        let (mut records, answers) = (FileRecords::default(), part.answers.clone());
        records.append(part).unwrap();
        records.check().unwrap();
        Self { records, answers }
    }

    fn answer(&self) -> &ApiAnswer {
        assert_eq!(self.answers.len(), 1);
        &self.answers[0]
    }

    /// What became of the records, a line each: rows by table, values and records that cannot be read by their place,
    /// what is in doubt by dataset and account, with the number of records counted there, and what is passed over.
    fn told(&self) -> Vec<String> {
        let Self { records, .. } = self;
        let of_table = |(table, batches): (&&str, &Vec<_>)| {
            rows(batches).into_iter().map(|row| format!("{table} {row}")).collect::<Vec<_>>()
        };
        let mut told: Vec<String> = records.tables.iter().flat_map(of_table).collect();
        for grain in [Grain::Value, Grain::Record] {
            let unread = records.rejects.iter().filter(|reject| reject.grain == grain);
            told.extend(unread.map(|reject| {
                format!("{} {}: {}", grain.word(), reject.record, reject.place.trim_start_matches("document 1, "))
            }));
        }
        told.extend(records.doubts.iter().map(|(dataset, userid, doubt)| {
            format!("doubt: {} of {}: {}", dataset.word(), userid.unwrap_or("any"), doubt.records)
        }));
        told.extend(records.tally.passed_over.iter().map(|(why, records)| format!("{why}: {records}")));
        told
    }

    /// The customers in doubt, of whom no account is known.
    fn customers_in_doubt(&self) -> &DoubtfulCustomers {
        let [(Dataset::Relations, None, doubt)] = self.records.doubts.iter().collect::<Vec<_>>()[..] else {
            panic!("{:?}", self.records.doubts)
        };
        &doubt.customers
    }
}

fn customer(external_userid: Option<&str>, unionid: Option<&str>) -> DoubtfulCustomers {
    let [external_userid, unionid] = [external_userid, unionid].map(|id| id.map(str::to_owned));
    DoubtfulCustomers::from_key(CustomerKey { external_userid, unionid })
}

fn decode_all(documents: &[&[u8]]) -> Result<Decoded, DocumentFault> {
    let mut part = PartRecords::new(0);
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    for (number, document) in (1..).zip(documents) {
        decode(&mut part, how(&zone, DayOrder::Unknown), number, document, &mut TextMarks::default())?;
    }
    Ok(Decoded::new(part))
}

/// Decodes a text, which may be no sound JSON.
fn raw(document: impl AsRef<[u8]>) -> Result<Decoded, DocumentFault> {
    decode_all(&[document.as_ref()])
}

#[expect(clippy::needless_pass_by_value, reason = "calls read as documents then")]
fn read(document: Json) -> Decoded {
    raw(document.to_string()).unwrap()
}

/// Reads an answer without an error, bare.
fn good(mut answer: Json) -> Decoded {
    answer["errcode"] = json!(0);
    read(answer)
}

#[expect(clippy::needless_pass_by_value, reason = "calls read as documents then")]
fn envelope(endpoint: &str, request: Json, response: Json) -> Json {
    json!({"endpoint": endpoint, "request": request, "fetched_at": "2026-04-30T22:00:00+08:00", "response": response})
}

/// Reads an answer in its envelope; without an error, unless it has one.
fn asked(endpoint: &str, request: Json, mut response: Json) -> Decoded {
    if response["errcode"].is_null() {
        response["errcode"] = json!(0);
    }
    read(envelope(endpoint, request, response))
}
