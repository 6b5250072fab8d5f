//! The same table in every format, its values in the many spellings in which people and programs write them (SPEC
//! section 1.3).
//!
//! A value is a text that stands in a cell of CSV, in a text cell of a workbook, in a column of texts in Parquet, and
//! as a string where the API has it in JSON. Beside it stands the plain spelling, which must mean the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use serde_json::{Map, Value, json};

use super::cases::{Case, File, Sheet, Tail, envelope};
use crate::laws::world::Dice;

/// A value as it is spelled, and plainly; empty for none. Where nothing can read it, there is no plain spelling.
#[derive(Debug, Clone)]
struct Spelled {
    text: String,
    plain: Option<String>,
}

/// How the tables of a case come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Csv,
    Xlsx,
    Parquet,
    Json,
    /// CSV with the plain spelling of everything.
    Plain,
}

pub const FORMS: [Form; 5] = [Form::Csv, Form::Xlsx, Form::Parquet, Form::Json, Form::Plain];

const MEMBERS: [&str; 4] = ["ann", "bob", "00417", "dan"];
const RELATION: [&str; 7] =
    ["userid", "external_userid", "unionid", "customer_name", "created_at", "add_way", "remark"];
const CONTACT: [&str; 5] = ["userid", "external_userid", "customer_name", "created_at", "is_customer"];
const GROUP: [&str; 4] = ["chat_id", "name", "owner_userid", "created_at"];

/// The rows of a table, in the order of its columns.
type Table = Vec<Vec<Spelled>>;

/// Two corps whose exports are spelled by chance.
pub struct Spelling {
    /// Tables of relations by role: of the columns of `RELATION`, or of `CONTACT`.
    relations: BTreeMap<&'static str, Table>,
    groups: BTreeMap<&'static str, Table>,
    accounts: Table,
    map: Table,
    of_contacts: bool,
    seed: u64,
}

impl Spelling {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(15_485_863));
        let pen = Pen { spoils: dice.percent(40) };
        let of_contacts = dice.percent(30);
        let people: Vec<(usize, usize)> =
            (0..6 + dice.below(14)).map(|person| (person, dice.below(MEMBERS.len()))).collect();
        let mut tables = Self {
            relations: BTreeMap::from([("source-before", Vec::new()), ("target-after", Vec::new())]),
            groups: BTreeMap::from([("source-before", Vec::new()), ("target-after", Vec::new())]),
            accounts: MEMBERS[..3]
                .iter()
                .map(|member| vec![key(member, &mut dice), key(&format!("{member}-t"), &mut dice)])
                .collect(),
            map: Vec::new(),
            of_contacts,
            seed,
        };
        for (person, member) in people {
            tables.add_person(person, MEMBERS[member], pen, &mut dice);
        }
        for group in 0..dice.below(5) {
            tables.add_group(group, pen, &mut dice);
        }
        tables
    }

    fn add_person(&mut self, person: usize, member: &str, pen: Pen, dice: &mut Dice) {
        let name = name(person, dice);
        self.add_relation("source-before", &format!("s{person}"), member, &name, Moment::old(dice), pen, dice);
        // A table without a row would prove nothing, where an answer without an item does.
        if person == 0 || dice.percent(70) {
            self.add_relation(
                "target-after",
                &format!("t{person}"),
                &format!("{member}-t"),
                &name,
                Moment::new(dice),
                pen,
                dice,
            );
        }
        if dice.percent(25) {
            self.map.push(vec![key(&format!("s{person}"), dice), key(&format!("t{person}"), dice)]);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the cells of a row, and who writes it")]
    fn add_relation(
        &mut self,
        role: &str,
        id: &str,
        member: &str,
        name: &Spelled,
        made: Moment,
        pen: Pen,
        dice: &mut Dice,
    ) {
        let unionid = if dice.percent(60) { pen.any_key(&format!("u{}", &id[1..]), dice) } else { nothing(dice) };
        let (member, id, made) = (userid(member, dice), pen.any_key(id, dice), pen.time(made, dice));
        let row = if self.of_contacts {
            vec![member, id, name.clone(), made, pen.flag(dice)]
        } else {
            vec![member, id, unionid, name.clone(), made, pen.number(dice), plainly("老客户")]
        };
        self.relations.get_mut(role).unwrap().push(row);
    }

    fn add_group(&mut self, group: usize, pen: Pen, dice: &mut Dice) {
        let owner = MEMBERS[dice.below(MEMBERS.len())];
        for (role, prefix, suffix) in [("source-before", 'g', ""), ("target-after", 'h', "-t")] {
            let made = Moment::old(dice);
            let row = vec![
                key(&format!("{prefix}{group}"), dice),
                name(100 + group, dice),
                userid(&format!("{owner}{suffix}"), dice),
                pen.time(made, dice),
            ];
            if role == "source-before" || dice.percent(70) {
                self.groups.get_mut(role).unwrap().push(row);
            }
        }
    }

    /// Whether there is a value without a plain spelling.
    pub fn is_spoilt(&self) -> bool {
        let tables = self.relations.values().chain(self.groups.values()).chain([&self.accounts, &self.map]);
        tables.flatten().flatten().any(|value| value.plain.is_none())
    }

    pub fn case(&self, form: Form) -> Case {
        let mut dice = Dice::new(self.seed);
        let mut files = BTreeMap::new();
        for (role, rows) in &self.relations {
            if form == Form::Json {
                files.insert(format!("{role}/answers.json"), File::Json(self.answers(role, &mut dice)));
                continue;
            }
            let columns: &[&'static str] = if self.of_contacts { &CONTACT } else { &RELATION };
            files.insert(format!("{role}/relations"), file(form, columns, rows, &mut dice));
            let groups = &self.groups[role];
            if !groups.is_empty() {
                files.insert(format!("{role}/groups"), file(form, &GROUP, groups, &mut dice));
            }
        }
        // Lists are no answers of the service.
        let list_form = if form == Form::Json { Form::Csv } else { form };
        files.insert(
            "lists/accounts".to_owned(),
            file(list_form, &["source_userid", "target_userid"], &self.accounts, &mut dice),
        );
        if !self.map.is_empty() {
            let columns = ["source_external_userid", "target_external_userid"];
            files.insert("lists/map".to_owned(), file(list_form, &columns, &self.map, &mut dice));
        }
        Case { what: format!("{form:?}"), toml: toml(self.of_contacts), files }
    }

    /// What the service would have answered: all accounts asked for together, all groups listed.
    fn answers(&self, role: &str, dice: &mut Dice) -> Vec<u8> {
        let suffix = if role == "source-before" { "" } else { "-t" };
        let members: Vec<String> = MEMBERS.iter().map(|member| format!("{member}{suffix}")).collect();
        let rows = &self.relations[role];
        let mut answers = vec![if self.of_contacts {
            let items: Vec<Value> = rows
                .iter()
                .map(|row| {
                    object(
                        &[
                            ("follow_userid", 0),
                            ("external_userid", 1),
                            ("name", 2),
                            ("add_time", 3),
                            ("is_customer", 4),
                        ],
                        row,
                        dice,
                    )
                })
                .collect();
            envelope(
                "externalcontact/contact_list",
                &json!({"cursor": ""}),
                &json!({"errcode": 0, "errmsg": "ok", "info_list": items, "next_cursor": ""}),
            )
        } else {
            let items: Vec<Value> = rows.iter().map(|row| item(row, dice)).collect();
            let response = json!({"errcode": 0, "errmsg": "ok", "external_contact_list": items, "next_cursor": ""});
            envelope("externalcontact/batch/get_by_user", &json!({"userid_list": members, "cursor": ""}), &response)
        }];
        let groups = &self.groups[role];
        if !groups.is_empty() {
            let listed: Vec<Value> = groups.iter().map(|row| json!({"chat_id": row[0].text})).collect();
            let response = json!({"errcode": 0, "errmsg": "ok", "group_chat_list": listed, "next_cursor": ""});
            answers.push(envelope("externalcontact/groupchat/list", &json!({"cursor": ""}), &response));
        }
        for row in groups {
            let chat = object(&[("chat_id", 0), ("name", 1), ("owner", 2), ("create_time", 3)], row, dice);
            let response = json!({"errcode": 0, "errmsg": "ok", "group_chat": chat});
            answers.push(envelope("externalcontact/groupchat/get", &json!({"chat_id": row[0].text}), &response));
        }
        answers.iter().map(|answer| answer.to_string() + "\n").collect::<String>().into_bytes()
    }
}

/// `contact_list` covers no account, a sheet does: the case trusts both.
fn toml(trusted: bool) -> String {
    let case = "[case]\nid = \"spelling\"\n[migration]\nstarted_at = 2026-05-01T00:00:00+08:00\n\
        finished_at = 2026-05-07T00:00:00+08:00\n";
    let trust =
        ["source-before", "target-after"].map(|role| format!("[snapshots.{role}]\ncoverage = \"trusted\"\n")).concat();
    if trusted { format!("{case}{trust}") } else { case.to_owned() }
}

fn item(row: &[Spelled], dice: &mut Dice) -> Value {
    let contact = object(&[("external_userid", 1), ("unionid", 2), ("name", 3)], row, dice);
    let follow = object(&[("userid", 0), ("createtime", 4), ("add_way", 5), ("remark", 6)], row, dice);
    json!({"external_contact": contact, "follow_info": follow})
}

/// Strings under their keys; what is not there is absent, null or empty.
fn object(keys: &[(&str, usize)], row: &[Spelled], dice: &mut Dice) -> Value {
    let mut object = Map::new();
    for (key, column) in keys {
        let text = &row[*column].text;
        match (text.as_str(), dice.below(3)) {
            ("", 0) => {}
            ("", 1) => drop(object.insert((*key).to_owned(), Value::Null)),
            _ => drop(object.insert((*key).to_owned(), json!(text))),
        }
    }
    Value::Object(object)
}

fn file(form: Form, columns: &[&'static str], rows: &Table, dice: &mut Dice) -> File {
    let plain = |value: &Spelled| value.plain.clone().unwrap_or_else(|| value.text.clone());
    let cells = |of: &dyn Fn(&Spelled) -> String| -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(of).collect()).collect()
    };
    match form {
        Form::Plain => File::Csv(csv(columns, &cells(&plain))),
        Form::Csv | Form::Json => File::Csv(csv(columns, &cells(&|value| value.text.clone()))),
        Form::Xlsx => File::Xlsx(Sheet {
            header: columns.to_vec(),
            rows: cells(&|value| value.text.clone()),
            odd: None,
            tail: Tail::Below,
        }),
        Form::Parquet => File::Parquet(vec![batch(columns, rows, dice)]),
    }
}

fn csv(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

fn batch(columns: &[&'static str], rows: &Table, dice: &mut Dice) -> RecordBatch {
    let mut cell = |value: &Spelled| (!value.text.is_empty() || dice.percent(50)).then(|| value.text.clone());
    let mut column = |n: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| cell(&row[n])).collect::<StringArray>()) };
    RecordBatch::try_from_iter_with_nullable(columns.iter().enumerate().map(|(n, name)| (*name, column(n), true)))
        .unwrap()
}

// How values are spelled.

fn plainly(text: &str) -> Spelled {
    Spelled { text: text.to_owned(), plain: Some(text.to_owned()) }
}

fn unreadable(text: &str) -> Spelled {
    Spelled { text: text.to_owned(), plain: None }
}

fn one(words: &[&str], dice: &mut Dice) -> String {
    words[dice.below(words.len())].to_owned()
}

/// A key with what can stand around it.
fn key(key: &str, dice: &mut Dice) -> Spelled {
    let text = match dice.below(9) {
        0 => format!(" {key}"),
        1 => format!("{key}\u{3000}"),
        2 => format!("\u{200b}{key}\u{feff}"),
        3 => format!("\u{2066}{key}\u{2069}"),
        4 => format!("=\"{key}\""),
        5 => format!("'{key}"),
        6 => format!("\u{a0}{key}\t"),
        _ => key.to_owned(),
    };
    Spelled { text, plain: Some(key.to_owned()) }
}

/// The service ignores case here.
fn userid(userid: &str, dice: &mut Dice) -> Spelled {
    let spelled = key(userid, dice);
    // Of who is not enrolled there is no spelling to fold to.
    let upper = !userid.starts_with("dan") && dice.percent(20);
    Spelled { text: if upper { spelled.text.to_uppercase() } else { spelled.text }, ..spelled }
}

fn nothing(dice: &mut Dice) -> Spelled {
    let words = [
        "", "", "NULL", "null", "\\N", "None", "nan", "NaN", "N/A", "#N/A", "<null>", "[NULL]", "(null)", "-", "--",
        "无",
    ];
    Spelled { text: one(&words, dice), plain: Some(String::new()) }
}

/// A name as it is written: that it is compared otherwise is a matter of matching.
fn name(person: usize, dice: &mut Dice) -> Spelled {
    let name = ["小满", "Zoë", "阿福", "王伟", "NULL", "8848"][person % 6];
    match dice.below(8) {
        0 => {
            Spelled { text: one(&["", "\\N", "<null>", "[NULL]", "(null)", "#N/A"], dice), plain: Some(String::new()) }
        }
        1 => plainly(&format!("{name}{person}❤\u{fe0f}")),
        2 => plainly(&format!("{name}\u{200b}{person}")),
        _ => plainly(&format!("{name}{person}")),
    }
}

/// The writer of the table: with or without unreadable values.
#[derive(Debug, Clone, Copy)]
struct Pen {
    spoils: bool,
}

impl Pen {
    fn any_key(self, text: &str, dice: &mut Dice) -> Spelled {
        if self.spoils && dice.percent(5) {
            unreadable(&one(&["2001.0", "2001.5", "1.2E+15", "2026-05-02"], dice))
        } else {
            key(text, dice)
        }
    }

    fn number(self, dice: &mut Dice) -> Spelled {
        let spellings =
            [("16", "16"), ("16.0", "16"), (" 3 ", "3"), ("1,024", "1024"), ("12 人", "12"), ("1", "1"), ("0", "0")];
        match dice.below(10) {
            0 => nothing(dice),
            1 if self.spoils => unreadable(&one(&["friend", "1.5"], dice)),
            _ => {
                let (text, plain) = spellings[dice.below(spellings.len())];
                Spelled { text: text.to_owned(), plain: Some(plain.to_owned()) }
            }
        }
    }

    fn flag(self, dice: &mut Dice) -> Spelled {
        let spellings = [
            ("true", "true"),
            ("TRUE", "true"),
            ("1", "true"),
            ("是", "true"),
            ("yes", "true"),
            ("0", "false"),
            ("False", "false"),
        ];
        match dice.below(12) {
            0 => Spelled { text: String::new(), plain: Some(String::new()) },
            1 if self.spoils => unreadable("perhaps"),
            _ => {
                let (text, plain) = spellings[dice.below(spellings.len())];
                Spelled { text: text.to_owned(), plain: Some(plain.to_owned()) }
            }
        }
    }

    fn time(self, moment: Moment, dice: &mut Dice) -> Spelled {
        match dice.below(12) {
            0 => {
                let words = [
                    "0", "1970-01-01 08:00:00", "0000-00-00", "0000-00-00 00:00:00", "1899-12-30", "1900-01-00",
                    "0001-01-01",
                ];
                Spelled { text: one(&words, dice), plain: Some(String::new()) }
            }
            1 => nothing(dice),
            2 if self.spoils => {
                unreadable(&one(&["soon", "2026-02-30", "1985-03-01 10:00:00", "2105-01-01", "#REF!"], dice))
            }
            _ => Spelled { text: moment.spelled(dice), plain: Some(moment.civil("%Y-%m-%d %H:%M:%S")) },
        }
    }
}

/// A moment on the clock of the case.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: jiff::civil::DateTime,
}

impl Moment {
    fn old(dice: &mut Dice) -> Self {
        Self::of(2020 + dice.below(5), 1 + dice.below(12), dice)
    }

    fn new(dice: &mut Dice) -> Self {
        if dice.percent(20) { Self::old(dice) } else { Self::of(2026, 5, dice) }
    }

    fn of(year: usize, month: usize, dice: &mut Dice) -> Self {
        let (hour, minute, second) =
            [(0, 0, 0), (0, 5, 0), (6, 0, 0), (12, 0, 0), (14, 30, 0), (23, 59, 59)][dice.below(6)];
        let day = i8::try_from(1 + dice.below(28)).unwrap();
        Self {
            at: jiff::civil::date(i16::try_from(year).unwrap(), i8::try_from(month).unwrap(), day)
                .at(hour, minute, second, 0),
        }
    }

    fn civil(self, format: &str) -> String {
        self.at.strftime(format).to_string()
    }

    fn utc(self) -> jiff::Timestamp {
        self.at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).unwrap().timestamp()
    }

    fn spelled(self, dice: &mut Dice) -> String {
        let seconds = self.utc().as_second();
        let half = if self.at.hour() < 12 { "上午" } else { "下午" };
        let mut spellings = vec![
            format!("{seconds}"),
            format!("{}", seconds * 1_000),
            format!("{}", seconds * 1_000_000),
            format!("{}", seconds * 1_000_000_000),
            format!("{seconds}.0"),
            self.civil("%Y-%m-%d %H:%M:%S"),
            self.civil("%Y/%-m/%-d %H:%M:%S"),
            self.civil("%Y.%m.%d %H:%M:%S"),
            self.civil("%Y年%-m月%-d日 %H:%M:%S"),
            self.civil("%Y年%m月%d日%H时%M分%S秒"),
            self.civil("%Y-%m-%dT%H:%M:%S+08:00"),
            self.utc().to_string(),
            self.civil("%Y%m%d%H%M%S"),
            self.civil("%Y-%m-%d %I:%M:%S %p"),
            format!("{} {half}{}", self.civil("%Y/%-m/%-d"), self.civil("%-I:%M:%S")),
            format!(" {}\u{200b}", self.civil("%Y-%m-%d %H:%M:%S")),
        ];
        if self.at.second() == 0 {
            spellings.push(self.civil("%Y-%m-%d %H:%M"));
        }
        if self.at.hour() == 0 && self.at.minute() == 0 {
            spellings.extend(["%Y-%m-%d", "%Y%m%d", "%Y年%-m月%-d日", "%Y/%m/%d"].map(|format| self.civil(format)));
        }
        if self.at.hour() % 6 == 0 && self.at.minute() == 0 {
            spellings.push(self.serial());
        }
        spellings.swap_remove(dice.below(spellings.len()))
    }

    /// Days since the last of 1899, as Excel counts them; quarters of a day are exact.
    fn serial(self) -> String {
        let days = (self.at.date() - jiff::civil::date(1899, 12, 30)).get_days();
        match self.at.hour() / 6 {
            0 => days.to_string(),
            quarters => format!("{days}{}", ["", ".25", ".5", ".75"][quarters as usize]),
        }
    }
}
