//! Equivalence of both parsers: any document, read by `quick` or by `serde_json` alone, gives the same rows, rejects,
//! evidence and faults.

use arrow::array::RecordBatch;
use proptest::prelude::any;
use proptest::{collection, prop_assert_eq, proptest};

use super::*;
use crate::ingest::quick::{self, TextMarks};
use crate::ingest::records::FileRecords;

/// The usual value of a key.
enum AnswerKind {
    Text,
    Code,
    Number,
    IdPayload,
    Junk,
    Object(&'static [Entry]),
    List(&'static [Entry]),
}
use AnswerKind::{Code, IdPayload, Junk, List, Number, Object, Text};

type Entry = (&'static str, AnswerKind);

const ENVELOPE: &[Entry] = &[("request", Object(REQUEST)), ("more", Junk)];
const REQUEST: &[Entry] = &[
    ("userid", Text),
    ("userid_list", IdPayload),
    ("external_userid", Text),
    ("chat_id", Text),
    ("config_id", Text),
    ("cursor", Text),
    ("owner_filter", Object(&[("userid_list", IdPayload)])),
    ("status_filter", Number),
];
const ANSWER: &[Entry] = &[
    ("errcode", Code),
    ("errmsg", Text),
    ("next_cursor", Text),
    ("is_last", Number),
    ("fail_info", Object(&[("unlicensed_userid_list", IdPayload)])),
    ("debug", Junk),
];
const PAYLOADS: &[(&str, Entry)] = &[
    ("externalcontact/batch/get_by_user", ("external_contact_list", List(BATCH_ITEM))),
    ("externalcontact/get", ("external_contact", Object(CONTACT))),
    ("externalcontact/get", ("follow_user", List(FOLLOW))),
    ("externalcontact/get_follow_user_list", ("follow_user", IdPayload)),
    ("externalcontact/list", ("external_userid", IdPayload)),
    ("externalcontact/contact_list", ("info_list", List(INFO))),
    (
        "externalcontact/get_unassigned_list",
        ("info", List(&[("handover_userid", Text), ("external_userid", Text), ("dimission_time", Number)])),
    ),
    ("externalcontact/groupchat/list", ("group_chat_list", List(&[("chat_id", Text), ("status", Number)]))),
    ("externalcontact/groupchat/get", ("group_chat", Object(GROUP))),
    ("externalcontact/groupchat/get_join_way", ("join_way", Object(JOIN_WAY))),
    ("externalcontact/transfer_result", ("customer", List(&[("external_userid", Text)]))),
    ("user/list", ("userlist", List(&[("userid", Text), ("name", Text), ("status", Number)]))),
    ("user/list_id", ("dept_user", List(&[("userid", Text), ("department", Number)]))),
];
const BATCH_ITEM: &[Entry] = &[("external_contact", Object(CONTACT)), ("follow_info", Object(FOLLOW))];
const CONTACT: &[Entry] = &[
    ("external_userid", Text),
    ("name", Text),
    ("type", Number),
    ("unionid", Text),
    ("avatar", Text),
    ("external_profile", Junk),
];
const FOLLOW: &[Entry] = &[
    ("userid", Text),
    ("remark", Text),
    ("description", Text),
    ("createtime", Number),
    ("tags", List(&[("group_name", Text), ("tag_name", Text), ("tag_id", Text)])),
    ("tag_id", IdPayload),
    ("add_way", Number),
    ("state", Text),
    ("remark_mobiles", Junk),
];
const INFO: &[Entry] = &[
    ("is_customer", Number),
    ("tmp_openid", Text),
    ("external_userid", Text),
    ("follow_userid", Text),
    ("chat_id", Text),
    ("name", Text),
    ("add_time", Number),
];
const GROUP: &[Entry] = &[
    ("chat_id", Text),
    ("name", Text),
    ("owner", Text),
    ("create_time", Number),
    ("notice", Junk),
    ("member_list", List(MEMBER)),
];
const MEMBER: &[Entry] = &[
    ("userid", Text),
    ("type", Number),
    ("unionid", Text),
    ("join_time", Number),
    ("join_scene", Number),
    ("state", Text),
];
const JOIN_WAY: &[Entry] = &[
    ("config_id", Text),
    ("scene", Number),
    ("remark", Text),
    ("auto_create_room", Number),
    ("chat_id_list", IdPayload),
    ("state", Text),
];

const TEXTS: &[&str] = &[
    "",
    "ann",
    "00123",
    "wmAAAAAAAAx1 of more than sixteen bytes",
    "客户",
    r"\u5f20\ud83c\udf40",
    r#"\"\\\/\n"#,
    "1",
    " 2 ",
    "true",
];
const ODD_TEXTS: &[&str] =
    &[r"\ud800", r"\udc00\ud800", r"\u00", r"\x", "a\nb", "\u{1}", "\\", "\"", r"\u0000", "\u{7f}\u{ffff}"];
const NUMBERS: &[&str] = &["0", "1", "2", "1746028800", "\"1\"", "\"1746028800\"", "41044", "true", "false", "9"];
const CODES: &[&str] = &["0", "0", "0", "0", "\"0\"", "null", "41044", "84061"];
const ODD_NUMBERS: &[&str] = &[
    "-1",
    "-0",
    "1.0",
    "1.5",
    "1e3",
    "1E+2",
    "1e999",
    "-1e-999",
    "01",
    "1.",
    ".5",
    "+1",
    "0x1",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "12345678901234567890",
    "123456789012345678901234567890",
    "--1",
    "NaN",
    "253402300800",
];
const ODD_KEYS: &[&str] =
    &["\\u0075serid", "errcode", "x", "", "userid", "response", "\\ud800", "名", "un\u{fffd}onid"];
const MUTATIONS: &[&str] = &[
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\0", "\n", " ", "0", "-", "e", ".", "null", "\u{feff}", "\\u00e9",
    "\"errcode\":0,",
];

/// Random choices, each of one byte; where the bytes end, the first of each choice.
struct Dice<'d>(&'d [u8]);

impl Dice<'_> {
    fn roll(&mut self, below: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first) % below
    }

    fn rarely(&mut self) -> bool {
        self.roll(256) == 255
    }

    fn one_of<'t>(&mut self, usual: &[&'t str], odd: &[&'t str]) -> &'t str {
        let from = if self.rarely() { odd } else { usual };
        from[self.roll(from.len())]
    }

    fn document(&mut self) -> String {
        if self.roll(8) == 7 {
            let items = [BATCH_ITEM, INFO, GROUP, JOIN_WAY][self.roll(4)];
            return self.items(items);
        }
        let (endpoint, payload) = &PAYLOADS[self.roll(PAYLOADS.len())];
        let mut entries = self.entries(ANSWER);
        entries.push(self.entry(payload));
        let answer = self.object(entries);
        if self.roll(4) == 3 {
            return answer;
        }
        let mut entries = self.entries(ENVELOPE);
        if self.rarely() {
            entries.push(self.entry(&("endpoint", Text)));
            entries.push(self.entry(&("fetched_at", Text)));
        } else {
            entries.push(format!(r#""endpoint":"{endpoint}""#));
            entries.push(r#""fetched_at":"2026-04-30T22:00:00+08:00""#.to_owned());
        }
        entries.push(format!(r#""response":{answer}"#));
        self.object(entries)
    }

    fn object(&mut self, mut entries: Vec<String>) -> String {
        for at in 1..entries.len() {
            let with = self.roll(at + 1);
            entries.swap(at, with);
        }
        let space = if self.rarely() { [" ", "\n\t", "\r\n  "][self.roll(3)] } else { "" };
        format!("{{{space}{}{space}}}", entries.join(&format!("{space},{space}")))
    }

    fn entries(&mut self, all: &'static [Entry]) -> Vec<String> {
        let mut entries = Vec::new();
        for entry in all {
            if self.roll(8) < 7 {
                entries.push(self.entry(entry));
            }
            if self.rarely() {
                entries.push(self.entry(entry));
            }
        }
        if self.rarely() {
            let key = ODD_KEYS[self.roll(ODD_KEYS.len())];
            entries.push(format!("\"{key}\":{}", self.junk(3)));
        }
        entries
    }

    fn entry(&mut self, (key, kind): &'static Entry) -> String {
        let space = if self.rarely() { " " } else { "" };
        format!("\"{key}\"{space}:{space}{}", self.value(kind))
    }

    fn value(&mut self, kind: &'static AnswerKind) -> String {
        if self.rarely() {
            return self.junk(3);
        }
        match kind {
            Text => self.text(),
            Code => self.one_of(CODES, ODD_NUMBERS).to_owned(),
            Number => self.one_of(NUMBERS, ODD_NUMBERS).to_owned(),
            Junk => self.junk(3),
            IdPayload => self.array(Self::text),
            Object(entries) => self.items(entries),
            List(entries) => self.array(|dice| if dice.rarely() { dice.junk(2) } else { dice.items(entries) }),
        }
    }

    fn items(&mut self, entries: &'static [Entry]) -> String {
        let entries = self.entries(entries);
        self.object(entries)
    }

    fn text(&mut self) -> String {
        match self.roll(12) {
            10 => "null".to_owned(),
            11 => "\"\"".to_owned(),
            _ => format!("\"{}{}\"", self.one_of(TEXTS, ODD_TEXTS), ["", "x", "客"][self.roll(3)]),
        }
    }

    fn array(&mut self, mut item: impl FnMut(&mut Self) -> String) -> String {
        let items: Vec<String> = (0..self.roll(4)).map(|_| item(self)).collect();
        format!("[{}]", items.join(","))
    }

    fn junk(&mut self, depth: usize) -> String {
        match self.roll(if depth == 0 { 6 } else { 9 }) {
            0 => self.text(),
            1 | 2 => self.one_of(NUMBERS, ODD_NUMBERS).to_owned(),
            3 => ["null", "[]", "{}", "nul", "True", "\"\""][self.roll(6)].to_owned(),
            4 | 5 => ODD_NUMBERS[self.roll(ODD_NUMBERS.len())].to_owned(),
            6 => self.array(|dice| dice.junk(depth - 1)),
            7 => format!("{{\"{}\":{}}}", self.one_of(TEXTS, ODD_TEXTS), self.junk(depth - 1)),
            _ => "[".repeat(100) + &"]".repeat(100),
        }
    }

    /// Some bytes changed, taken away, put in or doubled, or the end cut off.
    fn damage(&mut self, document: String) -> Vec<u8> {
        let mut bytes = document.into_bytes();
        for _ in 0..[0, 0, 0, 0, 1, 1, 2, 3][self.roll(8)] {
            let at = (self.roll(256) << 8 | self.roll(256)) % (bytes.len() + 1);
            let end = (at + self.roll(12)).min(bytes.len());
            match self.roll(8) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.roll(8),
                0..=2 => drop(bytes.drain(at..end)),
                3 | 4 => drop(bytes.splice(at..at, MUTATIONS[self.roll(MUTATIONS.len())].bytes())),
                5 => drop(bytes.splice(at..end, MUTATIONS[self.roll(MUTATIONS.len())].bytes())),
                6 => drop(bytes.splice(at..at, bytes[at..end].to_vec())),
                _ => bytes.truncate(at),
            }
        }
        bytes
    }
}

/// All that became of a document: its fault, its evidence and counts, its rows.
type Outcome = (Result<(), DocumentFault>, String, Vec<(&'static str, Vec<RecordBatch>)>);

fn outcome(decode: impl Fn(&mut PartRecords, ReadOptions<'_>) -> Result<(), DocumentFault>) -> Outcome {
    let mut part = PartRecords::new(0);
    let fault = decode(&mut part, how(&TimeZone::UTC, DayOrder::Unknown));
    let mut records = FileRecords::default();
    records.append(part).unwrap();
    records.check().unwrap();
    let tables = std::mem::take(&mut records.tables).into_iter().collect();
    // In no order.
    let mut counts: Vec<String> = records.reject_counts.drain().map(|count| format!("{count:?}")).collect();
    counts.sort();
    (fault, format!("{counts:?} {records:?}"), tables)
}

fn by_serde(bytes: &[u8]) -> Outcome {
    outcome(|part, how| decode_thoroughly(part, &RequestContext::unknown(7, how), bytes, &mut TextMarks::default()))
}

proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 4096, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_ways_make_the_same_of_a_document(choices in collection::vec(any::<u8>(), 0..700)) {
        let mut dice = Dice(&choices);
        let document = dice.document();
        let bytes = dice.damage(document);
        let both = outcome(|part, how| decode(part, how, 7, &bytes, &mut TextMarks::default()));
        prop_assert_eq!(both, by_serde(&bytes), "{}", String::from_utf8_lossy(&bytes));
    }
}

/// The law above would hold without any document being read quickly, or understood.
#[test]
fn many_documents_are_read_quickly_and_many_are_not() {
    let (mut quick, mut rows, mut rejects, mut faults) = (0, 0, 0, 0);
    let mut state = 1_u64;
    let mut byte = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    for _ in 0..1000 {
        let choices: Vec<u8> = (0..700).map(|_| byte()).collect();
        let mut dice = Dice(&choices);
        let document = dice.document();
        quick += usize::from(quick::read::<Document<'_>>(&document, &mut TextMarks::default()).is_some());
        let (fault, evidence, tables) = by_serde(&dice.damage(document));
        faults += usize::from(fault.is_err());
        rows += usize::from(!tables.is_empty());
        rejects += usize::from(evidence.contains("Reject {"));
    }
    assert!(
        [quick, 1000 - quick, rows, rejects, faults].into_iter().all(|many| many > 100),
        "{quick} {rows} {rejects} {faults}"
    );
}
