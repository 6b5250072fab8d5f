//! The service's responses as JSON, with the loose spelling of real dumps: numbers as strings, null, "" and absent.

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde::Serialize;
use serde_json::{Value, json};

use super::documents::Documents;
use super::rng::Dice;
use crate::error::Result;

/// The page size of `batch/get_by_user`.
pub const PAGE: usize = 100;

/// A relation as the API shows it.
#[derive(Debug, Clone, Copy)]
pub struct Relation<'a> {
    pub userid: &'a str,
    pub external_userid: &'a str,
    pub unionid: Option<&'a str>,
    pub name: Option<&'a str>,
    pub created: Option<i64>,
    pub wecom: bool,
    /// Decides on all that is not part of the plan.
    pub dice: Dice,
}

/// A number, as a number or as a text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Number {
    Number(i64),
    Text(String),
}

/// Absent, null, empty, or there.
pub type Gap<T> = Option<Option<T>>;

#[derive(Debug, Serialize)]
pub struct ExternalContact<'a> {
    external_userid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Gap<&'a str>,
    r#type: u8,
    avatar: String,
    gender: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Gap<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    corp_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub struct FollowInfo<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    userid: Option<&'a str>,
    remark: String,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    createtime: Gap<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag_id: Option<Vec<&'a str>>,
    add_way: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Gap<&'a str>,
    oper_userid: &'a str,
    remark_corp_name: &'a str,
    remark_mobiles: [&'a str; 0],
}

#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    external_contact: ExternalContact<'a>,
    follow_info: FollowInfo<'a>,
}

#[derive(Debug, Serialize)]
struct BatchRequest<'a> {
    userid_list: &'a [&'a str],
    cursor: &'a str,
    limit: usize,
}

#[derive(Debug, Serialize)]
struct FailInfo<'a> {
    unlicensed_userid_list: &'a [&'a str],
}

#[derive(Debug, Serialize)]
struct BatchResponse<'a> {
    errcode: i64,
    errmsg: &'static str,
    external_contact_list: Vec<Entry<'a>>,
    next_cursor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    fail_info: Option<FailInfo<'a>>,
}

/// A response with the question that it answers.
#[derive(Debug, Serialize)]
pub struct Envelope<Q, R> {
    endpoint: &'static str,
    request: Q,
    fetched_at: String,
    response: R,
}

/// The pages of one chain of `batch/get_by_user`.
pub struct Chain<'a> {
    /// The accounts asked about, 100 at most.
    pub userids: &'a [&'a str],
    /// Those of them that are left out for want of a licence.
    pub unlicensed: &'a [&'a str],
    /// Distinguishes the cursors of one chain from those of another.
    pub mark: &'a str,
    /// The unit that it belongs to, for the same purpose.
    pub unit: usize,
    /// When the first page was fetched.
    pub fetched_at: i64,
    /// Whether the last page says that it is the last.
    pub ends: bool,
}

impl Chain<'_> {
    /// Writes every page; a chain without relations has one empty page.
    pub fn write(&self, relations: &[Relation<'_>], file: &mut Documents) -> Result<()> {
        let pages = relations.len().div_ceil(PAGE).max(1);
        for page in 0..pages {
            let part = &relations[page * PAGE..relations.len().min((page + 1) * PAGE)];
            let last = page + 1 == pages;
            let cursor = if page == 0 { String::new() } else { self.cursor(page) };
            let next = if last && self.ends { String::new() } else { self.cursor(page + 1) };
            file.push(&Envelope {
                endpoint: "externalcontact/batch/get_by_user",
                request: BatchRequest { userid_list: self.userids, cursor: &cursor, limit: PAGE },
                fetched_at: clock(self.fetched_at + page as i64),
                response: BatchResponse {
                    errcode: 0,
                    errmsg: "ok",
                    external_contact_list: part.iter().map(Relation::entry).collect(),
                    next_cursor: &next,
                    fail_info: (!self.unlicensed.is_empty())
                        .then_some(FailInfo { unlicensed_userid_list: self.unlicensed }),
                },
            })?;
        }
        Ok(())
    }

    fn cursor(&self, page: usize) -> String {
        format!("{}_{:04}_{page:06}", self.mark, self.unit)
    }
}

impl<'a> Relation<'a> {
    /// As it stands in a page of `batch/get_by_user`.
    pub fn entry(&self) -> Entry<'a> {
        Entry {
            external_contact: self.contact(),
            follow_info: self
                .follow(self.dice.of("tags", 0).chance(4_000).then(|| vec!["etAAAAAAAAtag1", "etAAAAAAAAtag2"])),
        }
    }

    /// The customer's part of a bare `externalcontact/get`.
    pub fn contact(&self) -> ExternalContact<'a> {
        ExternalContact {
            external_userid: self.external_userid,
            name: gap(self.name, self.dice.of("no name", 0)),
            r#type: if self.wecom { 2 } else { 1 },
            avatar: format!(
                "http://wx.qlogo.cn/mmhead/Q3auHgzwzM{:016x}{:016x}{:016x}{:016x}ibRwicvQ5ZfLlQ/0",
                self.dice.of("avatar", 0).bits(),
                self.dice.of("avatar", 1).bits(),
                self.dice.of("avatar", 2).bits(),
                self.dice.of("avatar", 3).bits()
            ),
            gender: number(self.dice.of("gender", 0).below(3) as i64, self.dice.of("gender", 1)),
            unionid: gap(self.unionid, self.dice.of("no unionid", 0)),
            corp_name: self.wecom.then_some("华北贸易有限公司"),
        }
    }

    /// The member's part.
    pub fn follow(&self, tag_id: Option<Vec<&'a str>>) -> FollowInfo<'a> {
        let remark = self.dice.of("remark", 0);
        FollowInfo {
            userid: Some(self.userid),
            remark: if remark.chance(3_000) {
                format!("客户{}", remark.of("number", 0).below(10_000))
            } else {
                String::new()
            },
            description: if remark.chance(500) { "老客户，续约中" } else { "" },
            createtime: match self.created {
                Some(time) => Some(Some(number(time, self.dice.of("createtime", 0)))),
                None if self.dice.of("no time", 0).chance(5_000) => Some(None),
                None => None,
            },
            tag_id,
            add_way: number(
                self.dice.of("add way", 0).pick(&[0, 1, 2, 3, 4, 5, 8, 16, 202]),
                self.dice.of("add way", 1),
            ),
            state: gap(self.dice.of("state", 0).chance(1_000).then_some("spring"), self.dice.of("no state", 0)),
            oper_userid: self.userid,
            remark_corp_name: "",
            remark_mobiles: [],
        }
    }

    /// A bare `externalcontact/get` of the customer, with these followers.
    pub fn bare_get(&self, followers: &[Relation<'_>]) -> Value {
        let followers: Vec<_> = followers.iter().map(|follower| follower.follow(None)).collect();
        json!({"errcode": 0, "errmsg": "ok", "external_contact": self.contact(), "follow_user": followers})
    }

    /// As a row of `contact_list`.
    pub fn info(&self, is_customer: bool) -> Value {
        let mut info = json!({"is_customer": is_customer, "follow_userid": self.userid, "name": self.name, "add_time": self.created});
        if !self.external_userid.is_empty() {
            info["external_userid"] = json!(self.external_userid);
        }
        info
    }
}

/// A document with its question.
pub fn envelope<Q: Serialize, R: Serialize>(
    endpoint: &'static str,
    request: Q,
    fetched_at: i64,
    response: R,
) -> Envelope<Q, R> {
    Envelope { endpoint, request, fetched_at: clock(fetched_at), response }
}

/// `externalcontact/list` of a member.
pub fn list<'a>(userid: &'a str, ids: &'a [&'a str], fetched_at: i64) -> impl Serialize + 'a {
    #[derive(Serialize)]
    struct Request<'a> {
        userid: &'a str,
    }
    #[derive(Serialize)]
    struct Response<'a> {
        errcode: i64,
        errmsg: &'static str,
        external_userid: &'a [&'a str],
    }
    envelope(
        "externalcontact/list",
        Request { userid },
        fetched_at,
        Response { errcode: 0, errmsg: "ok", external_userid: ids },
    )
}

/// Seconds since 1970 as the clock in Shanghai shows them.
pub fn clock(seconds: i64) -> String {
    let shanghai = TimeZone::fixed(offset(8));
    Timestamp::from_second(seconds)
        .map(|time| time.to_zoned(shanghai).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        .unwrap_or_default()
}

/// A number that is now and then written as a text.
pub fn number(value: i64, dice: Dice) -> Number {
    if dice.chance(300) { Number::Text(value.to_string()) } else { Number::Number(value) }
}

/// Absent, null and "" mean the same; dumps have all three.
pub fn gap(value: Option<&str>, dice: Dice) -> Gap<&str> {
    match value {
        Some(value) => Some(Some(value)),
        None => dice.pick(&[None, Some(None), Some(Some(""))]),
    }
}
