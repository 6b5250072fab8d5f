//! The service's responses as JSON, with the loose spelling of real dumps: numbers as strings, null, "" and absent.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde::Serialize;
use serde_json::{Value, json};

use super::documents::DumpFile;
use super::relations::RelationRecord;
use super::rng::SeededDice;
use crate::error::Result;

/// The page size of `batch/get_by_user`.
const PAGE: usize = 100;
/// A time that cannot be read, as a sheet's error cell ends up in a dump.
const UNREADABLE_TIME: &str = "#REF!";

/// Seconds since 1970 in Shanghai's time.
pub fn clock(seconds: i64) -> String {
    let shanghai = TimeZone::fixed(offset(8));
    Timestamp::from_second(seconds)
        .map(|time| time.to_zoned(shanghai).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        .unwrap_or_default()
}

/// A number, as a number or as a text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Numeric {
    Number(i64),
    Text(String),
}

/// Returns a number that is now and then written as a text.
fn number(value: i64, dice: SeededDice) -> Numeric {
    if dice.chance(300) { Numeric::Text(value.to_string()) } else { Numeric::Number(value) }
}

/// Absent, null, empty, or there.
type Optional<T> = Option<Option<T>>;

/// Absent, null and "" mean the same; dumps have all three.
fn optional(value: Option<&str>, dice: SeededDice) -> Optional<&str> {
    value.map_or_else(|| dice.pick(&[None, Some(None), Some(Some(""))]), |value| Some(Some(value)))
}

/// A response with its request.
#[derive(Debug, Serialize)]
pub struct Envelope<R> {
    endpoint: &'static str,
    request: Value,
    fetched_at: String,
    response: R,
}

pub fn envelope<R: Serialize>(endpoint: &'static str, request: Value, fetched_at: i64, response: R) -> Envelope<R> {
    Envelope { endpoint, request, fetched_at: clock(fetched_at), response }
}

/// Returns a response that met a rate limit.
pub fn limited() -> Value {
    json!({"errcode": 45033, "errmsg": "api concurrent out of limit"})
}

pub struct ListPage<'r, T> {
    pub number: usize,
    pub rows: &'r [T],
    pub last: bool,
    /// Empty on the first page.
    pub cursor: String,
    /// Empty on the last page, if the list ends.
    pub next: String,
}

/// Returns the pages of a list that ends or not; of an empty list there is one, which is empty.
pub fn pages<'r, T>(rows: &'r [T], size: usize, mark: &str, ends: bool) -> impl Iterator<Item = ListPage<'r, T>> {
    let count = rows.len().div_ceil(size).max(1);
    (0..count).map(move |number| {
        let cursor = |page: usize| {
            if page == 0 || ends && page == count { String::new() } else { format!("{mark}_{page:06}") }
        };
        let rows = &rows[number * size..rows.len().min((number + 1) * size)];
        ListPage { number, rows, last: number + 1 == count, cursor: cursor(number), next: cursor(number + 1) }
    })
}

/// A relation of a member.
#[derive(Debug, Clone, Copy)]
pub struct ApiRelation<'a> {
    pub userid: &'a str,
    pub record: &'a RelationRecord,
    /// Seconds since 1970.
    pub created: Option<i64>,
    /// Whether the dump has a time that cannot be read.
    pub unreadable: bool,
    /// Decides on all that is not part of the plan.
    pub dice: SeededDice,
}

#[derive(Debug, Serialize)]
struct ExternalContact<'a> {
    external_userid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Optional<&'a str>,
    r#type: u8,
    avatar: String,
    gender: Numeric,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Optional<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corp_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct FollowInfo<'a> {
    userid: &'a str,
    remark: String,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    createtime: Optional<Numeric>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_id: Option<[&'a str; 2]>,
    add_way: Numeric,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Optional<&'a str>,
    oper_userid: &'a str,
    remark_corp_name: &'a str,
    remark_mobiles: [&'a str; 0],
}

#[derive(Debug, Serialize)]
struct ContactEntry<'a> {
    external_contact: ExternalContact<'a>,
    follow_info: FollowInfo<'a>,
}

#[derive(Debug, Serialize)]
struct BatchResponse<'a> {
    errcode: i64,
    errmsg: &'static str,
    external_contact_list: Vec<ContactEntry<'a>>,
    next_cursor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_info: Option<Value>,
}

/// One chain of pages of `batch/get_by_user`.
pub struct BatchChain<'a> {
    /// The accounts asked about, 100 at most.
    pub userids: &'a [&'a str],
    /// Accounts among them that are left out for want of a licence.
    pub unlicensed: &'a [&'a str],
    /// Distinguishes its cursors from those of other chains.
    pub mark: String,
    /// Time of the first page.
    pub fetched_at: i64,
    /// Whether the last page has no next cursor.
    pub ends: bool,
}

impl BatchChain<'_> {
    /// Writes every page; a chain without relations has one empty page.
    pub fn write(&self, relations: &[ApiRelation<'_>], file: &mut DumpFile) -> Result<()> {
        pages(relations, PAGE, &self.mark, self.ends).try_for_each(|page| {
            let request = json!({"userid_list": self.userids, "cursor": page.cursor, "limit": PAGE});
            let fail_info = (!self.unlicensed.is_empty()).then(|| json!({"unlicensed_userid_list": self.unlicensed}));
            let response = BatchResponse {
                errcode: 0,
                errmsg: "ok",
                external_contact_list: page.rows.iter().map(ApiRelation::entry).collect(),
                next_cursor: &page.next,
                fail_info,
            };
            let fetched_at = self.fetched_at + page.number as i64;
            file.push(&envelope("externalcontact/batch/get_by_user", request, fetched_at, response))
        })
    }
}

impl<'a> ApiRelation<'a> {
    /// Returns an entry of a page of `batch/get_by_user`.
    fn entry(&self) -> ContactEntry<'a> {
        let tagged = self.dice.of("tags", 0).chance(4_000);
        ContactEntry {
            external_contact: self.contact(),
            follow_info: self.follow(tagged.then_some(["etAAAAAAAAtag1", "etAAAAAAAAtag2"])),
        }
    }

    fn contact(&self) -> ExternalContact<'a> {
        let (record, dice) = (self.record, self.dice);
        let avatar = |part| dice.of("avatar", part).bits();
        ExternalContact {
            external_userid: record.external_userid.as_deref().unwrap_or(""),
            name: optional(record.name.as_deref(), dice.of("no name", 0)),
            r#type: if record.wecom { 2 } else { 1 },
            avatar: format!(
                "http://wx.qlogo.cn/mmhead/Q3auHgzwzM{:016x}{:016x}{:016x}{:016x}ibRwicvQ5ZfLlQ/0",
                avatar(0),
                avatar(1),
                avatar(2),
                avatar(3)
            ),
            gender: number(dice.of("gender", 0).between(0, 3), dice.of("gender", 1)),
            unionid: optional(record.unionid.as_deref(), dice.of("no unionid", 0)),
            corp_name: record.wecom.then_some("华北贸易有限公司"),
        }
    }

    fn follow(&self, tag_id: Option<[&'a str; 2]>) -> FollowInfo<'a> {
        let dice = self.dice;
        let remark = dice.of("remark", 0);
        let customer = || format!("客户{}", remark.of("number", 0).below(10_000));
        let ways = [0, 1, 2, 3, 4, 5, 8, 16, 202];
        FollowInfo {
            userid: self.userid,
            remark: remark.chance(3_000).then(customer).unwrap_or_default(),
            description: if remark.chance(500) { "老客户，续约中" } else { "" },
            createtime: match self.created {
                Some(time) => Some(Some(number(time, dice.of("createtime", 0)))),
                None if self.unreadable => Some(Some(Numeric::Text(UNREADABLE_TIME.to_owned()))),
                None => dice.of("no time", 0).chance(5_000).then_some(None),
            },
            tag_id,
            add_way: number(dice.of("add way", 0).pick(&ways), dice.of("add way", 1)),
            state: optional(dice.of("state", 0).chance(1_000).then_some("spring"), dice.of("no state", 0)),
            oper_userid: self.userid,
            remark_corp_name: "",
            remark_mobiles: [],
        }
    }

    /// Returns a bare `externalcontact/get` of the customer, with these followers.
    pub fn bare_get(&self, followers: &[ApiRelation<'_>]) -> Value {
        let followers: Vec<_> = followers.iter().map(|follower| follower.follow(None)).collect();
        json!({"errcode": 0, "errmsg": "ok", "external_contact": self.contact(), "follow_user": followers})
    }

    /// Returns a row of `contact_list`.
    pub fn info(&self, is_customer: bool) -> Value {
        let (userid, name) = (self.userid, &self.record.name);
        let mut info =
            json!({"is_customer": is_customer, "follow_userid": userid, "name": name, "add_time": self.created});
        if let Some(id) = &self.record.external_userid {
            info["external_userid"] = json!(id);
        }
        info
    }
}

/// `externalcontact/list` of a member with these relations.
pub fn list<'r>(userid: &str, records: impl Iterator<Item = &'r RelationRecord>, fetched_at: i64) -> impl Serialize {
    let ids: Vec<&str> = records.filter_map(|record| record.external_userid.as_deref()).collect();
    let response = json!({"errcode": 0, "errmsg": "ok", "external_userid": ids});
    envelope("externalcontact/list", json!({"userid": userid}), fetched_at, response)
}

/// A group of either corp.
pub struct ApiGroup {
    pub chat_id: String,
    pub name: Option<String>,
    pub owner: String,
    /// Seconds since 1970; absent where the dump has a time that cannot be read.
    pub created: Option<i64>,
    pub members: Vec<Person>,
    /// Decides on all that is not part of the plan.
    pub dice: SeededDice,
}

/// A member of a group.
pub struct Person {
    pub userid: String,
    pub external: bool,
    pub unionid: Option<String>,
    pub name: String,
    /// Seconds since 1970.
    pub joined: i64,
}

#[derive(Serialize)]
struct GroupResponse<'a> {
    errcode: i64,
    errmsg: &'static str,
    group_chat: ApiGroupChat<'a>,
}

#[derive(Serialize)]
struct ApiGroupChat<'a> {
    chat_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Optional<&'a str>,
    owner: &'a str,
    create_time: Numeric,
    notice: &'static str,
    member_list: Vec<ApiMember<'a>>,
    admin_list: Value,
    member_version: String,
}

#[derive(Serialize)]
struct ApiMember<'a> {
    userid: &'a str,
    r#type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Optional<&'a str>,
    join_time: Numeric,
    join_scene: Numeric,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitor: Option<Value>,
    group_nickname: &'static str,
    name: &'a str,
}

impl ApiGroup {
    /// With its owner, who is a member too, and a colleague.
    pub fn new(
        chat_id: String,
        name: Option<String>,
        owner: &str,
        created: i64,
        crowd: Vec<Person>,
        dice: SeededDice,
    ) -> Self {
        let staff = |userid| Person { userid, external: false, unionid: None, name: String::new(), joined: created };
        let colleague = format!("staff_{}", dice.of("staff", 0).below(50));
        let members = [owner.to_owned(), colleague].map(staff).into_iter().chain(crowd).collect();
        Self { chat_id, name, owner: owner.to_owned(), created: Some(created), members, dice }
    }

    /// Appends `groupchat/get` of the group, with or without its request, and now and then twice.
    pub fn write(&self, fetched_at: i64, file: &mut DumpFile) -> Result<()> {
        let enveloped = self.dice.of("envelope", 0).chance(5_000);
        for _ in 0..=u64::from(self.dice.of("twice", 0).chance(300)) {
            if enveloped {
                let request = json!({"chat_id": self.chat_id, "need_name": 1});
                file.push(&envelope("externalcontact/groupchat/get", request, fetched_at, self.response()))?;
            } else {
                file.push(&self.response())?;
            }
        }
        Ok(())
    }

    fn response(&self) -> GroupResponse<'_> {
        let dice = self.dice;
        let created = self.created.map(|time| number(time, dice.of("create_time", 0)));
        let group_chat = ApiGroupChat {
            chat_id: &self.chat_id,
            name: optional(self.name.as_deref(), dice.of("no name", 0)),
            owner: &self.owner,
            create_time: created.unwrap_or_else(|| Numeric::Text(UNREADABLE_TIME.to_owned())),
            notice: "",
            member_list: (self.members.iter().zip(0..))
                .map(|(person, place)| self.member(person, dice.of("member", place)))
                .collect(),
            admin_list: json!([{"userid": self.owner}]),
            member_version: format!("{:016x}", dice.of("version", 0).bits()),
        };
        GroupResponse { errcode: 0, errmsg: "ok", group_chat }
    }

    fn member<'a>(&'a self, person: &'a Person, dice: SeededDice) -> ApiMember<'a> {
        ApiMember {
            userid: &person.userid,
            r#type: if person.external { 2 } else { 1 },
            unionid: if person.external { optional(person.unionid.as_deref(), dice) } else { None },
            join_time: number(person.joined, dice.of("join_time", 0)),
            join_scene: number(join_scene(dice), dice.of("join_scene", 0)),
            invitor: (join_scene(dice) == 1).then(|| json!({"userid": self.owner})),
            group_nickname: "",
            name: &person.name,
        }
    }
}

/// 1 invited by a member, 2 by a link, 3 by a QR code.
pub fn join_scene(dice: SeededDice) -> i64 {
    dice.of("scene", 0).between(1, 4)
}
