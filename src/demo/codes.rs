//! Join codes: from plans to dumps and their truth.

use std::path::Path;

use serde_json::{Value, json};

use super::DemoCase;
use super::api::{envelope, limited};
use super::documents::{DumpFile, JsonLayout, Packing};
use super::groups::{FIRST_NEW_GROUP, GroupRow};
use super::parquet::{TableRows, batch, texts};
use super::plan::codes::{CODE_PLANS, CodeAfter, CodePlan, LinkedGroup};
use super::rng::{SeededDice, mix};
use super::truth::{JOIN_CODES, PLAN};
use super::world::{HOUR, TAKEN_AFTER, TAKEN_BEFORE};
use crate::error::Result;
use crate::schema::fields::{CODE_VERDICT, CONFIG_ID, OBSERVED, PREDICTED};
use crate::schema::vocabulary::{GroupScope, Predicted};

/// Most groups of each kind that are kept for codes.
const MOST: usize = 10_000;
/// Number of groups of each kind that source-before does not hold.
const NEW: u64 = 8;

/// Planted groups that a code can link: by whether they are in scope, and whether they are still listed.
#[derive(Default)]
pub struct LinkableGroups([[Vec<String>; 2]; 2]);

impl LinkableGroups {
    /// Returns the groups of a part; one whose time cannot be read may be in scope or not, which makes codes
    /// unpredictable.
    pub fn new(rows: &[GroupRow]) -> Self {
        let mut groups = Self::default();
        for row in rows.iter().filter(|row| row.group.created.is_some()) {
            let in_scope = row.scope == GroupScope::InScope;
            groups.0[usize::from(in_scope)][usize::from(row.still_listed)].push(row.group.chat_id.clone());
        }
        groups
    }

    /// Appends those of the next part.
    pub fn merge(&mut self, other: Self) {
        for (all, more) in self.0.iter_mut().flatten().zip(other.0.into_iter().flatten()) {
            let room = MOST.saturating_sub(all.len());
            all.extend(more.into_iter().take(room));
        }
    }

    fn kind(&self, in_scope: bool, listed: bool) -> &[String] {
        &self.0[usize::from(in_scope)][usize::from(listed)]
    }
}

/// Ids of groups that source-before does not hold: 8 that no code linked before, 8 that codes linked, both listed
/// since, and 8 that are never listed.
pub struct NewGroups(Vec<String>);

impl NewGroups {
    pub fn new(demo: &DemoCase<'_>) -> Self {
        Self((FIRST_NEW_GROUP..FIRST_NEW_GROUP + 3 * NEW).map(|number| demo.people.source.group(number)).collect())
    }

    /// Groups that source-after lists.
    pub fn listed(&self) -> &[String] {
        &self.0[..2 * NEW as usize]
    }

    fn kind(&self, kind: usize) -> &[String] {
        &self.0[kind * NEW as usize..][..NEW as usize]
    }
}

/// Writes a code for every 100 relations, and every plan at least once; returns their truth.
pub fn write(demo: &DemoCase<'_>, dir: &Path, linkable: &LinkableGroups, new: &NewGroups) -> Result<TableRows> {
    let world = demo.world;
    let possible: Vec<&CodePlan> = CODE_PLANS.iter().filter(|plan| (plan.needs)(world)).collect();
    let more = (world.relations / 100).saturating_sub(possible.len() as u64);
    let filler = |number: u64| {
        if world.dice.of("filler code", number).chance(4_000) { 0 } else { number as usize % possible.len() }
    };
    let plans = possible.iter().copied().chain((0..more).map(|number| possible[filler(number)]));
    let mut codes: Vec<Code<'_>> = plans
        .enumerate()
        .map(|(number, plan)| Code { plan, number, linkable, new, dice: world.dice.of("code", number as u64) })
        .collect();
    codes.sort_by_cached_key(Code::id);
    let mut before = DumpFile::new(&dir.join("source-before"), "join_ways", JsonLayout::Lines, Packing::Plain);
    let mut after = DumpFile::new(&dir.join("source-after"), "join_ways", JsonLayout::Lines, Packing::Gzip);
    for code in &codes {
        if let Some(linked) = code.plan.before {
            code.push(CodeAfter::Links(linked), TAKEN_BEFORE, &mut before)?;
        }
        code.push(code.plan.after, TAKEN_AFTER, &mut after)?;
    }
    before.finish()?;
    after.finish()?;
    let ids: Vec<String> = codes.iter().map(Code::id).collect();
    let truth = batch(vec![
        (CONFIG_ID.name, texts(&ids, |id| Some(id))),
        (PREDICTED.name, texts(&codes, |code| code.plan.predicted.map(Predicted::word))),
        (OBSERVED.name, texts(&codes, |code| Some(code.plan.observed.word()))),
        (CODE_VERDICT.name, texts(&codes, |code| Some(code.plan.verdict.word()))),
        (PLAN, texts(&codes, |code| Some(code.plan.label))),
    ])?;
    Ok(vec![(JOIN_CODES, truth)])
}

/// A plan with its number, which decides on the groups that it links.
struct Code<'s> {
    plan: &'static CodePlan,
    number: usize,
    linkable: &'s LinkableGroups,
    new: &'s NewGroups,
    dice: SeededDice,
}

impl Code<'_> {
    /// 32 hexadecimal digits, the first 16 a bijection of the number.
    fn id(&self) -> String {
        format!("{:016x}{:016x}", mix(self.number as u64 + 1), self.dice.of("id", 0).bits())
    }

    fn push(&self, state: CodeAfter, fetched_at: i64, file: &mut DumpFile) -> Result<()> {
        let id = self.id();
        let enveloped = |fetched_at, response: Value| {
            envelope("externalcontact/groupchat/get_join_way", json!({"config_id": id}), fetched_at, response)
        };
        match state {
            CodeAfter::Absent => Ok(()),
            CodeAfter::Failed => file.push(&enveloped(fetched_at, limited())),
            CodeAfter::Deleted => {
                file.push(&enveloped(fetched_at, json!({"errcode": 41044, "errmsg": "invalid config_id"})))
            }
            CodeAfter::Links(linked) => {
                let response = json!({"errcode": 0, "errmsg": "ok", "join_way": self.join_way(&id, linked)});
                let dice = self.dice.of("answer", fetched_at as u64);
                if dice.chance(4_000) {
                    return file.push(&response);
                }
                if dice.of("retried", 0).chance(1_000) {
                    // A first try that failed: the newer answer counts.
                    file.push(&enveloped(fetched_at - HOUR, limited()))?;
                }
                file.push(&enveloped(fetched_at, response))
            }
        }
    }

    fn join_way(&self, id: &str, linked: &[LinkedGroup]) -> Value {
        let remark = self.dice.of("remark", 0).pick(&["门店海报", "公众号菜单", "", "朋友圈广告"]);
        let mut way = json!({
            "config_id": id,
            "scene": 2,
            "remark": remark,
            "auto_create_room": 1,
            "room_base_name": "客户群",
            "room_base_id": 1,
            "chat_id_list": linked.iter().map(|group| self.chat_id(*group)).collect::<Vec<_>>(),
            "state": "poster",
        });
        // Empty, null and absent mean the same.
        match self.dice.of("nothing linked", 0).below(3) {
            0 if linked.is_empty() => way["chat_id_list"] = Value::Null,
            1 if linked.is_empty() => {
                way.as_object_mut().map(|way| way.remove("chat_id_list"));
            }
            _ => {}
        }
        way
    }

    fn chat_id(&self, group: LinkedGroup) -> &str {
        let (kind, nth) = match group {
            LinkedGroup::Gone(nth) => (self.linkable.kind(true, false), nth),
            LinkedGroup::Stayed(nth) => (self.linkable.kind(true, true), nth),
            LinkedGroup::Outside(nth) => (self.linkable.kind(false, true), nth),
            LinkedGroup::OutsideGone => (self.linkable.kind(false, false), 0),
            LinkedGroup::New(nth) => (self.new.kind(0), nth),
            LinkedGroup::Unknown => (self.new.kind(1), 0),
            LinkedGroup::UnknownGone => (self.new.kind(2), 0),
        };
        &kind[(self.number * 5 + nth) % kind.len()]
    }
}
