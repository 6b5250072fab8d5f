//! Good cases by chance, in every format that exports come in: two corps with relations, groups, join codes and lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray};
use parquet::arrow::ArrowWriter;
use rust_xlsxwriter::{ExcelDateTime, Formula, Workbook, Worksheet};
use serde_json::{Value, json};

use qianhe::memory::Resources;
use qianhe::progress::Silent;

use crate::laws::world::{Dice, Limits, Relation, START, World};

const DAY: u64 = 86_400;
const SOURCE_MEMBERS: [&str; 5] = ["ann", "bob", "cat", "dan", "eve"];

/// A file of a case, in the form in which it can be damaged.
#[derive(Debug, Clone)]
pub enum File {
    Json(Vec<u8>),
    Csv(Vec<u8>),
    Parquet(Vec<RecordBatch>),
    Xlsx(Sheet),
    /// Written as it is.
    Bytes(Vec<u8>),
}

/// A case as files, by path.
#[derive(Debug, Clone)]
pub struct Case {
    pub what: String,
    pub toml: String,
    pub files: BTreeMap<String, File>,
}

impl Case {
    /// Writes the case into a folder.
    pub fn write(&self, folder: &Path) {
        fs::write(folder.join("case.toml"), &self.toml).unwrap();
        for (path, file) in &self.files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file.bytes()).unwrap();
        }
    }
}

impl File {
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Json(bytes) | Self::Csv(bytes) | Self::Bytes(bytes) => bytes.clone(),
            Self::Parquet(batches) => parquet_bytes(batches),
            Self::Xlsx(sheet) => sheet.bytes(),
        }
    }
}

/// Plain pages without compression, so that a text stands in the file as it is.
fn parquet_bytes(batches: &[RecordBatch]) -> Vec<u8> {
    let footer = batches[0].schema().metadata().clone();
    let footer = footer.into_iter().map(|(key, value)| parquet::file::metadata::KeyValue::new(key, value)).collect();
    let plain = parquet::file::properties::WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_key_value_metadata(Some(footer))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), Some(plain)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

/// A sheet of a workbook: texts, and at most one cell of another kind.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    pub odd: Option<(usize, usize, OddCell)>,
    pub tail: Tail,
}

/// What a cell can hold beside text.
#[derive(Debug, Clone, Copy)]
pub enum OddCell {
    Number(f64),
    Date,
    Flag,
    Error,
}

/// Where the last rows of a sheet stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    Below,
    /// In a hidden sheet with the same header.
    Hidden(usize),
    /// In a sheet without header.
    Headless(usize),
}

impl Sheet {
    fn bytes(&self) -> Vec<u8> {
        let mut workbook = Workbook::new();
        let (apart, with_header) = match self.tail {
            Tail::Below => (0, true),
            Tail::Hidden(rows) => (rows, true),
            Tail::Headless(rows) => (rows, false),
        };
        let (here, there) = self.rows.split_at(self.rows.len() - apart.min(self.rows.len()));
        let sheet = workbook.add_worksheet();
        fill(sheet, Some(&self.header), here);
        if let Some((row, column, odd)) = self.odd {
            put(sheet, u32::try_from(row + 1).unwrap(), u16::try_from(column).unwrap(), odd);
        }
        if !there.is_empty() {
            let sheet = workbook.add_worksheet();
            fill(sheet, with_header.then_some(&self.header[..]), there);
            sheet.set_hidden(with_header);
        }
        workbook.save_to_buffer().unwrap()
    }
}

fn fill(sheet: &mut Worksheet, header: Option<&[&str]>, rows: &[Vec<String>]) {
    for (column, name) in (0..).zip(header.unwrap_or_default()) {
        sheet.write_string(0, column, *name).unwrap();
    }
    for (row, cells) in (u32::from(header.is_some())..).zip(rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, odd: OddCell) {
    match odd {
        OddCell::Number(number) => sheet.write_number(row, column, number).map(drop),
        OddCell::Date => {
            let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
            sheet.write_datetime_with_format(row, column, ExcelDateTime::from_ymd(2026, 5, 2).unwrap(), &date).map(drop)
        }
        OddCell::Flag => sheet.write_boolean(row, column, true).map(drop),
        OddCell::Error => sheet.write_formula(row, column, Formula::new("=1/0").set_result("#DIV/0!")).map(drop),
    }
    .unwrap();
}

/// A group of either corp.
#[derive(Debug, Clone)]
struct Group {
    id: String,
    owner: String,
    name: String,
    made: u64,
    /// The unionids of its external members.
    members: Vec<String>,
}

/// What a corp exported at one time.
#[derive(Debug, Clone, Default)]
struct Export {
    /// None: nothing of relations was asked for.
    relations: Option<Vec<Relation>>,
    groups: Option<Vec<Group>>,
    /// The groups that a code links.
    codes: Vec<(String, Vec<String>)>,
    follow_users: Option<Vec<String>>,
    unassigned: Vec<(String, String)>,
    /// Pairs that are no customers.
    contacts: Vec<(String, String)>,
    members: Vec<String>,
}

/// Two corps, before and after.
struct Corps {
    world: World,
    exports: BTreeMap<&'static str, Export>,
    refused: Vec<String>,
    group_map: Vec<(String, String)>,
}

/// A case of its own for every seed: half of them of a migration without a fault, so that nothing but damage can be
/// found.
pub fn by_chance(seed: u64) -> Case {
    let mut dice = Dice::new(seed.wrapping_mul(7919));
    let clean = dice.percent(60);
    let corps = Corps::new(seed, clean, &mut dice);
    let mut files = BTreeMap::new();
    let mut formats = Vec::new();
    let mut ingested = Vec::new();
    for (role, export) in &corps.exports {
        let format = FORMATS[dice.below(FORMATS.len())];
        formats.push(format!("{role} {format:?}"));
        if format == Format::Ingested {
            ingested.push(*role);
        }
        files.extend(export.files(format, &mut dice).into_iter().map(|(name, file)| (format!("{role}/{name}"), file)));
    }
    files.extend(corps.lists(&mut dice));
    let kind = if clean { "clean" } else { "mixed" };
    let case = Case { what: format!("{kind}; {}", formats.join(", ")), toml: toml(), files };
    if ingested.is_empty() { case } else { with_ingested(case, &ingested) }
}

/// The case with the tables that `ingest` writes in place of the answers of these roles.
fn with_ingested(mut case: Case, roles: &[&str]) -> Case {
    let folder = tempfile::tempdir().unwrap();
    case.write(folder.path());
    let (out, loaded) = (folder.path().join("out"), qianhe::case::load(folder.path(), &[]).unwrap());
    qianhe::ingest_tables::ingest_tables(&loaded, &out, Resources::default(), &Silent).unwrap();
    for role in roles {
        case.files.retain(|path, _| !path.starts_with(role));
        for entry in fs::read_dir(out.join("snapshots").join(role)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let batches = batches(&bytes);
            let file = if batches.is_empty() { File::Bytes(bytes) } else { File::Parquet(batches) };
            case.files.insert(format!("{role}/{}", path.file_name().unwrap().to_str().unwrap()), file);
        }
    }
    case
}

fn toml() -> String {
    let taken = |role, day| format!("[snapshots.{role}]\ntaken_at = 2026-{day}T22:00:00+08:00\n");
    let roles = ["source-before", "target-before"].map(|role| taken(role, "04-30"));
    let after = ["source-after", "target-after"].map(|role| taken(role, "05-08"));
    let case = "[case]\nid = \"law\"\n[migration]\nstarted_at = 2026-05-01T00:00:00+08:00\n\
        finished_at = 2026-05-07T00:00:00+08:00\n";
    format!("{case}{}{}", roles.concat(), after.concat())
}

impl Corps {
    fn new(seed: u64, clean: bool, dice: &mut Dice) -> Self {
        let mut world = World::new(seed, Limits { all_ids: true, all_times: false });
        if clean {
            settle(&mut world, dice);
        }
        let (before, after) = groups(&world, clean, dice);
        let stays = |group: &&Group| group.owner == "eve" || !after.iter().any(|there| there.id[1..] == group.id[1..]);
        let left: Vec<Group> = before.iter().filter(stays).cloned().collect();
        let codes = codes(&before, dice);
        let is_left = |id: &&String| left.iter().any(|group| group.id == **id);
        let codes_after =
            codes.iter().map(|(code, ids)| (code.clone(), ids.iter().filter(is_left).cloned().collect())).collect();
        let names = |suffix: &str| SOURCE_MEMBERS.iter().map(|member| format!("{member}{suffix}")).collect::<Vec<_>>();
        let with_groups = dice.percent(75);
        let some = |groups: &[Group]| with_groups.then(|| groups.to_vec());
        let allowed = names("").into_iter().filter(|_| clean || dice.percent(85)).collect();
        let contacts =
            if clean { Vec::new() } else { world.before.iter().filter(|_| dice.percent(5)).filter_map(pair).collect() };
        let mut exports = BTreeMap::from([
            (
                "source-before",
                Export {
                    relations: Some(world.before.clone()),
                    groups: some(&before),
                    codes: if with_groups { codes } else { Vec::new() },
                    follow_users: dice.percent(60).then_some(allowed),
                    unassigned: world.unassigned.clone(),
                    contacts,
                    members: names(""),
                },
            ),
            (
                "target-after",
                Export {
                    relations: Some(world.after.clone()),
                    groups: some(&after),
                    members: names("2"),
                    ..Export::default()
                },
            ),
        ]);
        if with_groups && dice.percent(85) {
            let relations =
                dice.percent(40).then(|| world.before.iter().filter(|_| dice.percent(50)).cloned().collect());
            exports.insert(
                "source-after",
                Export { relations, groups: some(&left), codes: codes_after, members: names(""), ..Export::default() },
            );
        }
        let old: Vec<Relation> =
            world.after.iter().filter(|r| r.made.is_none_or(|made| made < START)).cloned().collect();
        if !old.is_empty() && dice.percent(60) {
            exports.insert("target-before", Export { relations: Some(old), members: names("2"), ..Export::default() });
        }
        let same = |group: &Group| (group.id.clone(), format!("h{}", &group.id[1..]));
        let group_map = before.iter().filter(|group| group.owner != "eve" && dice.percent(15)).map(same).collect();
        Self { refused: world.refused.clone(), world, exports, group_map }
    }

    fn lists(&self, dice: &mut Dice) -> Vec<(String, File)> {
        let accounts = self.world.accounts.iter().map(|(source, target, passed)| {
            let assessment = if *passed { "pass" } else { "fail" };
            vec![source.clone(), target.clone(), assessment.to_owned()]
        });
        let pairs =
            |pairs: &[(String, String)]| pairs.iter().map(|(a, b)| vec![a.clone(), b.clone()]).collect::<Vec<_>>();
        let lists = [
            ("accounts", vec!["source_userid", "target_userid", "assessment"], accounts.collect()),
            ("customer_map", vec!["source_external_userid", "target_external_userid"], pairs(&self.world.map)),
            ("group_map", vec!["source_chat_id", "target_chat_id"], pairs(&self.group_map)),
            ("refusals", vec!["external_userid"], self.refused.iter().map(|id| vec![id.clone()]).collect()),
        ];
        let filled = lists.into_iter().filter(|(_, _, rows)| !rows.is_empty());
        filled
            .map(|(name, header, rows)| (format!("lists/{name}"), table(any_sheet(dice), header, rows, dice)))
            .collect()
    }
}

fn pair(relation: &Relation) -> Option<(String, String)> {
    Some((relation.member.clone(), relation.id.clone()?))
}

/// Makes a world in which everything that had to move has moved, and nothing else happened.
fn settle(world: &mut World, dice: &mut Dice) {
    world.accounts.iter_mut().for_each(|account| account.2 = true);
    (world.refused, world.unassigned, world.map) = (Vec::new(), Vec::new(), Vec::new());
    let by_unionid: BTreeSet<String> =
        world.before.iter().filter_map(|r| r.id.clone()).filter(|_| dice.percent(75)).collect();
    for relation in &mut world.before {
        let id = relation.id.clone().unwrap();
        relation.unionid = by_unionid.contains(&id).then(|| format!("u{}", &id[1..]));
        relation.made = Some(relation.made.map_or(START - DAY, |made| made.min(START - DAY)));
    }
    world.after = Vec::new();
    for relation in world.before.iter().filter(|r| r.member != "eve") {
        let id = relation.id.clone().map(|id| format!("t{}", &id[1..]));
        let made = Some(if dice.percent(15) { START - 9 * DAY } else { START + DAY + dice.below(9000) as u64 });
        world.after.push(Relation { member: format!("{}2", relation.member), id, made, ..relation.clone() });
    }
    let unjoined = world.before.iter().filter(|r| r.unionid.is_none()).filter_map(|r| r.id.clone());
    world.map =
        unjoined.collect::<BTreeSet<_>>().into_iter().map(|id| (id.clone(), format!("t{}", &id[1..]))).collect();
}

/// The groups of the source before and of the target after.
fn groups(world: &World, clean: bool, dice: &mut Dice) -> (Vec<Group>, Vec<Group>) {
    let unionids: Vec<String> =
        world.before.iter().filter_map(|r| r.unionid.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for n in 0..3 + dice.below(5) {
        let owner = SOURCE_MEMBERS[dice.below(5)];
        let members: Vec<String> = unionids.iter().filter(|_| dice.percent(40)).cloned().collect();
        let made = START - DAY * (1 + dice.below(300) as u64) + if !clean && dice.percent(10) { 400 * DAY } else { 0 };
        let name = if clean || dice.percent(80) { format!("群{n}") } else { "群".to_owned() };
        let group = Group { id: format!("g{n}"), owner: owner.to_owned(), name, made, members };
        if owner != "eve" && (clean || dice.percent(70)) {
            let members = group.members.iter().filter(|_| clean || dice.percent(85)).cloned().collect();
            let name = if clean || dice.percent(80) { group.name.clone() } else { format!("{} (新)", group.name) };
            after.push(Group { id: format!("h{n}"), owner: format!("{owner}2"), name, made, members });
        }
        before.push(group);
    }
    (before, after)
}

fn codes(groups: &[Group], dice: &mut Dice) -> Vec<(String, Vec<String>)> {
    let linked = |dice: &mut Dice| -> BTreeSet<String> {
        (0..=dice.below(2)).map(|_| groups[dice.below(groups.len())].id.clone()).collect()
    };
    (0..2 + dice.below(4)).map(|n| (format!("code{n}"), linked(dice).into_iter().collect())).collect()
}

/// Name, header, rows.
type Table = (&'static str, Vec<&'static str>, Vec<Vec<String>>);

/// What an export comes as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Answers,
    /// The items of answers alone, as scripts keep them.
    Items,
    /// The tables that `ingest` made of answers.
    Ingested,
    Csv,
    Parquet,
    Xlsx,
}

const FORMATS: [Format; 8] = [
    Format::Answers,
    Format::Answers,
    Format::Answers,
    Format::Items,
    Format::Ingested,
    Format::Csv,
    Format::Parquet,
    Format::Xlsx,
];

fn any_sheet(dice: &mut Dice) -> Format {
    [Format::Csv, Format::Csv, Format::Xlsx, Format::Parquet][dice.below(4)]
}

impl Export {
    fn files(&self, format: Format, dice: &mut Dice) -> Vec<(String, File)> {
        if let Format::Answers | Format::Ingested = format {
            return vec![("answers.json".to_owned(), File::Json(laid_out(&self.answers(dice), dice)))];
        }
        if format == Format::Items {
            let items: Vec<Value> = self.answers(dice).into_iter().flat_map(items).collect();
            return vec![("items.json".to_owned(), File::Json(laid_out(&items, dice)))];
        }
        let tables = self.tables(dice).into_iter().filter(|(_, _, rows)| !rows.is_empty());
        tables.map(|(name, header, rows)| (name.to_owned(), table(format, header, rows, dice))).collect()
    }

    /// The canonical tables, a missing one for what is not known.
    fn tables(&self, dice: &mut Dice) -> Vec<Table> {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let is_contact =
            |r: &Relation| self.contacts.iter().any(|(member, id)| *member == r.member && Some(id) == r.id.as_ref());
        let relation = |r: &Relation| {
            let made = r.made.map(clock).unwrap_or_default();
            let flag = if is_contact(r) { "false" } else { "true" };
            vec![r.member.clone(), text(&r.id), text(&r.unionid), text(&r.name), made, flag.to_owned(), "1".to_owned()]
        };
        let header =
            vec!["userid", "external_userid", "unionid", "customer_name", "created_at", "is_customer", "add_way"];
        let groups = self.groups.as_deref().unwrap_or_default();
        let group = |g: &Group| vec![g.id.clone(), g.owner.clone(), g.name.clone(), clock(g.made)];
        let inside = |g: &Group| -> Vec<Vec<String>> {
            let member =
                |(n, u): (usize, &String)| vec![g.id.clone(), format!("m{n}"), "external".to_owned(), u.clone()];
            g.members.iter().enumerate().map(member).collect()
        };
        let code = |(id, chats): &(String, Vec<String>)| vec![id.clone(), chats.join("|"), "false".to_owned()];
        let follower = |member: &String| vec![member.clone(), "true".to_owned()];
        let unassigned = self.unassigned.iter().map(|(member, id)| vec![member.clone(), id.clone()]);
        let mut tables: Vec<Table> = vec![
            ("relations", header, self.relations.iter().flatten().map(relation).collect()),
            ("groups", vec!["chat_id", "owner_userid", "name", "created_at"], groups.iter().map(group).collect()),
            ("group_members", vec!["chat_id", "userid", "kind", "unionid"], groups.iter().flat_map(inside).collect()),
            ("join_codes", vec!["config_id", "chat_ids", "deleted"], self.codes.iter().map(code).collect()),
            (
                "members",
                vec!["userid", "has_customer_contact"],
                self.follow_users.iter().flatten().map(follower).collect(),
            ),
            ("unassigned", vec!["handover_userid", "external_userid"], unassigned.collect()),
        ];
        for (_, _, rows) in &mut tables {
            dice.shuffle(rows);
        }
        tables
    }

    /// The responses of the service, each with its question where it needs one.
    fn answers(&self, dice: &mut Dice) -> Vec<Value> {
        let mut answers = Vec::new();
        if let Some(relations) = &self.relations {
            answers.extend(self.pages(relations, dice));
            answers.extend(self.contact_list(relations, dice));
        }
        if let Some(groups) = &self.groups {
            answers.extend(group_answers(groups, dice));
        }
        let code = |(id, chats): &(String, Vec<String>)| {
            let way =
                json!({"config_id": id, "scene": 2, "remark": "门店", "auto_create_room": 1, "chat_id_list": chats});
            envelope(
                "externalcontact/groupchat/get_join_way",
                &json!({"config_id": id}),
                &json!({"errcode": 0, "errmsg": "ok", "join_way": way}),
            )
        };
        answers.extend(self.codes.iter().map(code));
        if let Some(allowed) = &self.follow_users {
            let response = json!({"errcode": 0, "errmsg": "ok", "follow_user": allowed});
            answers.push(envelope("externalcontact/get_follow_user_list", &json!({}), &response));
        }
        if !self.unassigned.is_empty() {
            let row = |(member, id): &(String, String)| {
                json!({"handover_userid": member, "external_userid": id,
                "dimission_time": START - DAY})
            };
            let rows: Vec<Value> = self.unassigned.iter().map(row).collect();
            let response = json!({"errcode": 0, "errmsg": "ok", "info": rows, "is_last": true});
            answers.push(envelope(
                "externalcontact/get_unassigned_list",
                &json!({"cursor": "", "page_size": 1000}),
                &response,
            ));
        }
        answers
    }

    /// `list`, and pages of two of `batch/get_by_user`, for each member; now and then a customer alone with `get`.
    fn pages(&self, relations: &[Relation], dice: &mut Dice) -> Vec<Value> {
        let mut answers = Vec::new();
        for member in &self.members {
            let of_member: Vec<&Relation> = relations.iter().filter(|r| r.member == *member).collect();
            let ids: Vec<&String> = of_member.iter().filter_map(|r| r.id.as_ref()).collect();
            if dice.percent(40) {
                let response = json!({"errcode": 0, "errmsg": "ok", "external_userid": ids});
                answers.push(envelope("externalcontact/list", &json!({"userid": member}), &response));
            }
            let chunks: Vec<&[&Relation]> =
                if of_member.is_empty() { vec![&[]] } else { of_member.chunks(2).collect() };
            let cursor = |page: usize| {
                if page == 0 || page == chunks.len() { String::new() } else { format!("{member}-c{page}") }
            };
            for (n, chunk) in chunks.iter().enumerate() {
                let items: Vec<Value> =
                    chunk.iter().map(|r| json!({"external_contact": contact(r), "follow_info": follow(r)})).collect();
                let request = json!({"userid_list": [member], "cursor": cursor(n), "limit": 2});
                let response =
                    json!({"errcode": 0, "errmsg": "ok", "external_contact_list": items, "next_cursor": cursor(n + 1)});
                answers.push(envelope("externalcontact/batch/get_by_user", &request, &response));
            }
            for relation in of_member.iter().filter(|_| dice.percent(15)) {
                let response = json!({"errcode": 0, "errmsg": "ok", "external_contact": contact(relation),
                    "follow_user": [follow(relation)]});
                answers.push(envelope("externalcontact/get", &json!({"external_userid": relation.id}), &response));
            }
        }
        answers
    }

    fn contact_list(&self, relations: &[Relation], dice: &mut Dice) -> Option<Value> {
        if self.contacts.is_empty() && dice.percent(60) {
            return None;
        }
        let is_contact =
            |r: &&Relation| self.contacts.iter().any(|(member, id)| *member == r.member && Some(id) == r.id.as_ref());
        let rows: Vec<Value> = relations
            .iter()
            .enumerate()
            .filter(|(_, r)| is_contact(r) || dice.percent(40))
            .map(|(n, r)| {
                json!({"is_customer": !is_contact(&r), "tmp_openid": format!("o{n}"), "external_userid": r.id,
                    "follow_userid": r.member, "add_time": r.made})
            })
            .collect();
        let response = json!({"errcode": 0, "errmsg": "ok", "info_list": rows, "next_cursor": ""});
        Some(envelope("externalcontact/contact_list", &json!({"cursor": "", "limit": 1000}), &response))
    }
}

/// A response with the question that it answers.
pub fn envelope(endpoint: &str, request: &Value, response: &Value) -> Value {
    json!({"endpoint": endpoint, "request": request, "fetched_at": "2026-05-08T21:00:00+08:00", "response": response})
}

/// The items of an answer where they speak for themselves; else the answer without its request.
fn items(answer: Value) -> Vec<Value> {
    let answer = answer.get("response").cloned().unwrap_or(answer);
    for key in ["external_contact_list", "info_list", "info", "group_chat_list"] {
        if let Some(items) = answer[key].as_array() {
            return items.clone();
        }
    }
    for key in ["group_chat", "join_way"] {
        if answer[key].is_object() {
            return vec![answer[key].clone()];
        }
    }
    vec![answer]
}

fn contact(r: &Relation) -> Value {
    json!({"external_userid": r.id, "name": r.name, "type": 1, "unionid": r.unionid, "gender": 1})
}

fn follow(r: &Relation) -> Value {
    json!({"userid": r.member, "createtime": r.made, "add_way": 1, "remark": "老客户", "tag_id": ["et1"]})
}

/// `groupchat/list` in pages of three, and `groupchat/get` of each group.
fn group_answers(groups: &[Group], dice: &mut Dice) -> Vec<Value> {
    let chunks: Vec<&[Group]> = if groups.is_empty() { vec![&[]] } else { groups.chunks(3).collect() };
    let cursor = |page: usize| if page == 0 || page == chunks.len() { String::new() } else { format!("groups-{page}") };
    let mut answers = Vec::new();
    for (n, chunk) in chunks.iter().enumerate() {
        let listed: Vec<Value> = chunk.iter().map(|group| json!({"chat_id": group.id, "status": 0})).collect();
        let request = json!({"status_filter": 0, "cursor": cursor(n), "limit": 3});
        let response = json!({"errcode": 0, "errmsg": "ok", "group_chat_list": listed, "next_cursor": cursor(n + 1)});
        answers.push(envelope("externalcontact/groupchat/list", &request, &response));
    }
    for group in groups {
        let outside = group.members.iter().enumerate();
        let mut members: Vec<Value> = outside
            .map(|(n, unionid)| {
                json!({"userid": format!("wm{n}"), "type": 2, "unionid": unionid,
                    "join_time": group.made, "join_scene": 3})
            })
            .collect();
        members.push(json!({"userid": group.owner, "type": 1, "join_time": group.made, "join_scene": 1}));
        let chat = json!({"chat_id": group.id, "name": group.name, "owner": group.owner, "create_time": group.made,
            "member_list": members});
        let response = json!({"errcode": 0, "errmsg": "ok", "group_chat": chat});
        let request = json!({"chat_id": group.id, "need_name": 1});
        answers.push(if dice.percent(50) {
            response
        } else {
            envelope("externalcontact/groupchat/get", &request, &response)
        });
    }
    answers
}

/// JSON lines, an array of documents, or documents on many lines.
fn laid_out(answers: &[Value], dice: &mut Dice) -> Vec<u8> {
    match dice.below(4) {
        0 => serde_json::to_vec(answers).unwrap(),
        1 => answers
            .iter()
            .map(|answer| serde_json::to_string_pretty(answer).unwrap() + "\n")
            .collect::<String>()
            .into_bytes(),
        _ => answers.iter().map(|answer| answer.to_string() + "\n").collect::<String>().into_bytes(),
    }
}

fn table(format: Format, header: Vec<&'static str>, rows: Vec<Vec<String>>, dice: &mut Dice) -> File {
    match format {
        Format::Xlsx => File::Xlsx(Sheet { header, rows, odd: None, tail: Tail::Below }),
        Format::Parquet => File::Parquet(vec![batch(&header, &rows)]),
        _ => File::Csv(csv(&header, &rows, dice)),
    }
}

/// With quotes around some cells, as they need them or not.
fn csv(header: &[&str], rows: &[Vec<String>], dice: &mut Dice) -> Vec<u8> {
    let quoted = dice.percent(50);
    let mut cell = |cell: &String| if quoted && dice.percent(15) { format!("\"{cell}\"") } else { cell.clone() };
    let rows: String = rows.iter().map(|row| row.iter().map(&mut cell).collect::<Vec<_>>().join(",") + "\n").collect();
    format!("{}\n{rows}", header.join(",")).into_bytes()
}

/// Texts, but for times.
fn batch(header: &[&'static str], rows: &[Vec<String>]) -> RecordBatch {
    let column = |(n, name): (usize, &&'static str)| -> (&'static str, ArrayRef, bool) {
        let cells = || rows.iter().map(|row| Some(row[n].as_str()).filter(|cell| !cell.is_empty()));
        let array: ArrayRef = if *name == "created_at" {
            let times: TimestampMicrosecondArray = cells().map(|cell| cell.map(microseconds)).collect();
            Arc::new(times.with_timezone("UTC"))
        } else {
            Arc::new(cells().collect::<StringArray>())
        };
        (name, array, true)
    };
    RecordBatch::try_from_iter_with_nullable(header.iter().enumerate().map(column)).unwrap()
}

/// `2026-05-02 10:00:00` of Shanghai.
fn clock(seconds: u64) -> String {
    let time = jiff::Timestamp::from_second(i64::try_from(seconds + 8 * 3600).unwrap()).unwrap();
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn microseconds(clock: &str) -> i64 {
    let time: jiff::civil::DateTime = clock.parse().unwrap();
    let utc = time.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp().as_microsecond();
    utc - 8 * 3_600_000_000
}

/// The case of `qianhe demo`, as it stands in a folder: what is packed is unpacked, for the reader does not go by
/// names.
pub fn demo(seed: u64) -> Case {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("demo");
    qianhe::demo::write(&root, 200, seed, &Silent).unwrap();
    let mut files = BTreeMap::new();
    for role in ["source-before", "source-after", "target-before", "target-after", "lists"] {
        read_folder(&root, &root.join(role), &mut files);
    }
    Case { what: format!("demo {seed}"), toml: fs::read_to_string(root.join("case.toml")).unwrap(), files }
}

fn read_folder(root: &Path, folder: &Path, files: &mut BTreeMap<String, File>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read_folder(root, &path, files);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let bytes = unpacked(fs::read(&path).unwrap());
        let is = |ending: &str| name.contains(ending);
        let file = match () {
            () if is(".csv") => File::Csv(bytes),
            () if is(".parquet") && !batches(&bytes).is_empty() => File::Parquet(batches(&bytes)),
            () if is(".json") => File::Json(bytes),
            () => File::Bytes(bytes),
        };
        files.insert(name, file);
    }
}

fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    use std::io::Read;
    let mut plain = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        return plain;
    }
    if bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) { zstd::decode_all(&bytes[..]).unwrap() } else { bytes }
}

fn batches(bytes: &[u8]) -> Vec<RecordBatch> {
    let bytes = bytes::Bytes::copy_from_slice(bytes);
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    // With the entries of the footer, which say who wrote the file.
    let schema = Arc::clone(reader.schema());
    let with_footer = |batch: RecordBatch| RecordBatch::try_new(Arc::clone(&schema), batch.columns().to_vec()).unwrap();
    reader.build().unwrap().map(|batch| with_footer(batch.unwrap())).collect()
}
