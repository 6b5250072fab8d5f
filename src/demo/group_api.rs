//! Groups as the service's responses show them: `groupchat/list` page by page, `groupchat/get`; and as canonical tables.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use serde::Serialize;
use serde_json::{Value, json};

use super::api::{Gap, Number, envelope, gap, number};
use super::documents::{Documents, Layout, Packing, write_all};
use super::rng::Dice;
use super::truth::{batch, texts, times};
use crate::error::Result;
use crate::schema::fields::{
    CHAT_ID, CREATED_AT, EXTERNAL_MEMBER_COUNT, JOIN_SCENE, JOINED_AT, MEMBER_COUNT, MEMBER_KIND, NAME, OWNER_USERID,
    UNIONID, USERID,
};
use crate::schema::vocabulary::MemberKind;

/// How the pages of a list come to an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Whole,
    /// The last page met a rate limit.
    Failed,
    /// The last page names another one, which nobody fetched.
    Endless,
}

/// A group of either corp.
pub struct Group {
    pub chat_id: String,
    pub name: Option<String>,
    pub owner: String,
    pub created: i64,
    pub members: Vec<Person>,
    /// Decides on all that is not part of the plan.
    pub dice: Dice,
}

/// Somebody in a group.
pub struct Person {
    pub userid: String,
    pub external: bool,
    pub unionid: Option<String>,
    pub name: String,
    pub joined: i64,
}

#[derive(Serialize)]
struct Answer<'a> {
    errcode: i64,
    errmsg: &'static str,
    group_chat: GroupChat<'a>,
}

#[derive(Serialize)]
struct GroupChat<'a> {
    chat_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Gap<&'a str>,
    owner: &'a str,
    create_time: Number,
    notice: &'static str,
    member_list: Vec<Member<'a>>,
    admin_list: [Userid<'a>; 1],
    member_version: String,
}

#[derive(Serialize)]
struct Member<'a> {
    userid: &'a str,
    r#type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Gap<&'a str>,
    join_time: Number,
    join_scene: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    invitor: Option<Userid<'a>>,
    group_nickname: &'static str,
    name: &'a str,
}

#[derive(Serialize)]
struct Userid<'a> {
    userid: &'a str,
}

#[derive(Serialize)]
struct Question<'a> {
    chat_id: &'a str,
    need_name: u8,
}

impl Group {
    /// With its owner, who is a member too, and a colleague.
    pub fn new(id: &str, name: Option<String>, owner: &str, created: i64, crowd: Vec<Person>, dice: Dice) -> Self {
        let staff = [owner.to_owned(), format!("staff_{}", dice.of("staff", 0).below(50))];
        let staff = staff.into_iter().map(|userid| Person {
            userid,
            external: false,
            unionid: None,
            name: String::new(),
            joined: created,
        });
        Self {
            chat_id: id.to_owned(),
            name,
            owner: owner.to_owned(),
            created,
            members: staff.chain(crowd).collect(),
            dice,
        }
    }

    /// Appends `groupchat/get` of the group, with or without its question, and now and then twice.
    pub fn write(&self, fetched_at: i64, file: &mut Documents) -> Result<()> {
        let asked = self.dice.of("envelope", 0).chance(5_000);
        for _ in 0..=u64::from(self.dice.of("twice", 0).chance(300)) {
            if asked {
                let question = Question { chat_id: &self.chat_id, need_name: 1 };
                file.push(&envelope("externalcontact/groupchat/get", question, fetched_at, self.answer()))?;
            } else {
                file.push(&self.answer())?;
            }
        }
        Ok(())
    }

    fn answer(&self) -> Answer<'_> {
        let group_chat = GroupChat {
            chat_id: &self.chat_id,
            name: gap(self.name.as_deref(), self.dice.of("no name", 0)),
            owner: &self.owner,
            create_time: number(self.created, self.dice.of("create_time", 0)),
            notice: "",
            member_list: self
                .members
                .iter()
                .zip(0..)
                .map(|(person, place)| self.member(person, self.dice.of("member", place)))
                .collect(),
            admin_list: [Userid { userid: &self.owner }],
            member_version: format!("{:016x}", self.dice.of("version", 0).bits()),
        };
        Answer { errcode: 0, errmsg: "ok", group_chat }
    }

    fn member<'a>(&'a self, person: &'a Person, dice: Dice) -> Member<'a> {
        Member {
            userid: &person.userid,
            r#type: if person.external { 2 } else { 1 },
            unionid: if person.external { gap(person.unionid.as_deref(), dice) } else { None },
            join_time: number(person.joined, dice.of("join_time", 0)),
            join_scene: number(join_scene(dice), dice.of("join_scene", 0)),
            invitor: (join_scene(dice) == 1).then_some(Userid { userid: &self.owner }),
            group_nickname: "",
            name: &person.name,
        }
    }
}

/// 1 invited by a member, 2 by a link, 3 by a QR code.
fn join_scene(dice: Dice) -> i64 {
    dice.of("scene", 0).between(1, 4)
}

/// `groupchat/list`, as pages that lead from one to the next.
pub fn list(folder: &Path, groups: &[(String, u8)], fetched_at: i64, page_size: usize, ending: Ending) -> Result<()> {
    let pages: Vec<&[(String, u8)]> = if groups.is_empty() { vec![groups] } else { groups.chunks(page_size).collect() };
    let cursor = |page: usize| if page == 0 { String::new() } else { format!("g_{page:06}") };
    let last = pages.len() - 1;
    let document = |(page, part): (usize, &&[(String, u8)])| {
        let request = json!({"status_filter": 0, "cursor": cursor(page), "limit": page_size});
        let response = if page == last && ending == Ending::Failed {
            json!({"errcode": 45033, "errmsg": "api concurrent out of limit", "group_chat_list": []})
        } else {
            let listed: Vec<Value> = part.iter().map(|(id, status)| json!({"chat_id": id, "status": status})).collect();
            let next = if page == last && ending == Ending::Whole { String::new() } else { cursor(page + 1) };
            json!({"errcode": 0, "errmsg": "ok", "group_chat_list": listed, "next_cursor": next})
        };
        envelope("externalcontact/groupchat/list", request, fetched_at + page as i64, response)
    };
    let documents: Vec<_> = pages.iter().enumerate().map(document).collect();
    write_all(folder, "group_list", Layout::Lines, Packing::Plain, &documents)
}

/// Groups, and who is in them.
pub fn tables(groups: &[Group]) -> Result<(RecordBatch, RecordBatch)> {
    let count = |wanted: fn(&&Person) -> bool| {
        let counts = groups.iter().map(|group| Some(group.members.iter().filter(wanted).count() as i64));
        Arc::new(counts.collect::<Int64Array>())
    };
    let table = batch(vec![
        (CHAT_ID.name, texts(groups, |group| Some(&group.chat_id))),
        (NAME.name, texts(groups, |group| group.name.as_deref())),
        (OWNER_USERID.name, texts(groups, |group| Some(&group.owner))),
        (CREATED_AT.name, times(groups, |group| Some(group.created))),
        (MEMBER_COUNT.name, count(|_| true)),
        (EXTERNAL_MEMBER_COUNT.name, count(|person| person.external)),
    ])?;
    let inside: Vec<(&Group, &Person)> =
        groups.iter().flat_map(|group| group.members.iter().map(move |person| (group, person))).collect();
    let kind = |person: &Person| if person.external { MemberKind::External } else { MemberKind::Member };
    let scenes: Int64Array =
        inside.iter().map(|(group, person)| Some(join_scene(group.dice.of("member", person.joined as u64)))).collect();
    let members = batch(vec![
        (CHAT_ID.name, texts(&inside, |(group, _)| Some(&group.chat_id))),
        (USERID.name, texts(&inside, |(_, person)| Some(&person.userid))),
        (MEMBER_KIND.name, texts(&inside, |(_, person)| Some(kind(person).word()))),
        (UNIONID.name, texts(&inside, |(_, person)| person.unionid.as_deref())),
        (JOINED_AT.name, times(&inside, |(_, person)| Some(person.joined))),
        (JOIN_SCENE.name, Arc::new(scenes)),
    ])?;
    Ok((table, members))
}
