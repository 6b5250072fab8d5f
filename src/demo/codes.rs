//! Join codes: every row of the table of verdicts (SPEC section 5), with the dumps that lead to it and its truth.

use std::path::Path;

use serde_json::{Value, json};

use super::api::envelope;
use super::documents::{Documents, Layout, Packing};
use super::rng::{Dice, mix};
use super::truth::{self, ParquetFile};
use super::world::{HOUR, TAKEN_AFTER, TAKEN_BEFORE, World};
use crate::error::Result;
use crate::schema::fields::{CODE_VERDICT, CONFIG_ID, OBSERVED, PREDICTED};
use crate::schema::vocabulary::{CodeVerdict, Observed, Predicted};

/// Some groups of every kind that a code can link.
pub struct Stock {
    /// In scope, and no longer listed by the source corp.
    pub gone: Vec<String>,
    /// In scope, and still listed.
    pub stayed: Vec<String>,
    /// Out of scope, and still listed.
    pub outside: Vec<String>,
    /// Out of scope, and no longer listed.
    pub outside_gone: Vec<String>,
    /// Listed since, and linked by no code before.
    pub new: Vec<String>,
    /// Not in source-before, though codes link them; listed since.
    pub unknown: Vec<String>,
    /// Not in source-before, though codes link them; and never listed.
    pub unknown_gone: Vec<String>,
}

impl Stock {
    /// How many of each kind of planted groups are kept at hand.
    pub const MOST: usize = 10_000;
    /// How many of each kind of groups that source-before does not hold.
    pub const NEW: u64 = 8;

    /// Groups that source-after lists and source-before does not.
    pub fn listed_since(&self) -> Vec<String> {
        self.new.iter().chain(&self.unknown).cloned().collect()
    }
}

/// A group to link: the kind, and which one of that kind within a code. The same pick is the same group.
#[derive(Debug, Clone, Copy)]
enum Pick {
    Gone(usize),
    Stayed(usize),
    Outside(usize),
    OutsideGone,
    New(usize),
    Unknown,
    UnknownGone,
}

/// What source-after has of a code.
#[derive(Debug, Clone, Copy)]
enum After {
    Links(&'static [Pick]),
    /// errcode 41044.
    Deleted,
    /// errcode 45033.
    Failed,
    /// Nobody asked.
    Absent,
}

/// Whether source-after has to have a list of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    List,
    NoList,
}

/// A planted code.
struct CodePlan {
    label: &'static str,
    needs: Needs,
    /// None: source-before does not have the code.
    before: Option<&'static [Pick]>,
    after: After,
    predicted: Option<Predicted>,
    observed: Observed,
    verdict: CodeVerdict,
}

use After::{Absent, Deleted, Failed, Links};
use Needs::{List, NoList, Nothing};
use Pick::{Gone, New, Outside, OutsideGone, Stayed, Unknown, UnknownGone};

/// Every plan. The first one fills up large cases.
#[rustfmt::skip]
const CODE_BOOK: &[CodePlan] = &[
    // All linked groups were to move.
    code("emptied", Nothing, &[Gone(0)], Links(&[]), Predicted::Empty, Observed::Empty, CodeVerdict::Emptied),
    code("emptied-of-five", Nothing, &[Gone(0), Gone(1), Gone(2), Stayed(0), Gone(3)], Links(&[]), Predicted::Empty, Observed::Empty, CodeVerdict::Emptied),
    code("emptied-of-one-twice", Nothing, &[Gone(0), Gone(0)], Links(&[]), Predicted::Empty, Observed::Empty, CodeVerdict::Emptied),
    code("emptied-of-a-lost-group", Nothing, &[Stayed(0)], Links(&[]), Predicted::Empty, Observed::Empty, CodeVerdict::Emptied),
    code("emptied-deleted", Nothing, &[Gone(0), Gone(1)], Deleted, Predicted::Empty, Observed::Deleted, CodeVerdict::Emptied),
    code("emptied-still-linked", List, &[Gone(0), Gone(1)], Links(&[Gone(1), Gone(0)]), Predicted::Empty, Observed::Empty, CodeVerdict::Emptied),
    code("emptied-linked-to-nothing", List, &[Gone(0)], Links(&[UnknownGone]), Predicted::Empty, Observed::Empty, CodeVerdict::Emptied),
    code("left-behind", Nothing, &[Gone(0), Stayed(0)], Links(&[Stayed(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveGroupLeftBehind),
    code("left-behind-twice", Nothing, &[Stayed(0), Stayed(0)], Links(&[Stayed(0), Stayed(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveGroupLeftBehind),
    code("left-behind-beside-new", Nothing, &[Stayed(0)], Links(&[New(0), Stayed(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveGroupLeftBehind),
    code("linked-and-no-list", NoList, &[Gone(0)], Links(&[Gone(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveGroupLeftBehind),
    code("linked-beside-new-and-no-list", NoList, &[Gone(0)], Links(&[Gone(0), New(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveGroupLeftBehind),
    code("new-group", Nothing, &[Gone(0)], Links(&[New(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveNewGroup),
    code("new-groups", Nothing, &[Gone(0), Stayed(0)], Links(&[New(0), New(1), New(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveNewGroup),
    code("new-group-beside-gone", List, &[Gone(0)], Links(&[Gone(0), New(0)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveNewGroup),
    code("new-group-not-linked-before", Nothing, &[Gone(0), Stayed(0)], Links(&[Stayed(1)]), Predicted::Empty, Observed::Alive, CodeVerdict::AliveNewGroup),
    code("empty-unseen", Nothing, &[Gone(0)], Absent, Predicted::Empty, Observed::NotObserved, CodeVerdict::Unverified),
    code("empty-failed", Nothing, &[Stayed(0)], Failed, Predicted::Empty, Observed::NotObserved, CodeVerdict::Unverified),
    // A linked group was not to move.
    code("kept", Nothing, &[Outside(0)], Links(&[Outside(0)]), Predicted::Alive, Observed::Alive, CodeVerdict::Kept),
    code("kept-by-one-of-two", Nothing, &[Gone(0), Outside(0)], Links(&[Outside(0)]), Predicted::Alive, Observed::Alive, CodeVerdict::Kept),
    code("kept-by-one-of-two-still-linked", List, &[Gone(0), Outside(0)], Links(&[Gone(0), Outside(0)]), Predicted::Alive, Observed::Alive, CodeVerdict::Kept),
    code("kept-beside-unknown", Nothing, &[UnknownGone, Outside(0)], Links(&[Outside(0)]), Predicted::Alive, Observed::Alive, CodeVerdict::Kept),
    code("kept-by-new", Nothing, &[Outside(0)], Links(&[New(0)]), Predicted::Alive, Observed::Alive, CodeVerdict::Kept),
    code("kept-no-list", NoList, &[OutsideGone], Links(&[OutsideGone]), Predicted::Alive, Observed::Alive, CodeVerdict::Kept),
    code("lost", Nothing, &[Outside(0)], Links(&[]), Predicted::Alive, Observed::Empty, CodeVerdict::Lost),
    code("lost-deleted", Nothing, &[Outside(0), Gone(0)], Deleted, Predicted::Alive, Observed::Deleted, CodeVerdict::Lost),
    code("lost-dissolved", List, &[OutsideGone], Links(&[OutsideGone]), Predicted::Alive, Observed::Empty, CodeVerdict::Lost),
    code("alive-unseen", Nothing, &[Outside(0)], Absent, Predicted::Alive, Observed::NotObserved, CodeVerdict::Unverified),
    code("alive-failed", Nothing, &[Outside(1)], Failed, Predicted::Alive, Observed::NotObserved, CodeVerdict::Unverified),
    // No linked group.
    code("already-empty", Nothing, &[], Links(&[]), Predicted::AlreadyEmpty, Observed::Empty, CodeVerdict::AlreadyEmpty),
    code("already-empty-deleted", Nothing, &[], Deleted, Predicted::AlreadyEmpty, Observed::Deleted, CodeVerdict::AlreadyEmpty),
    code("already-empty-unseen", Nothing, &[], Absent, Predicted::AlreadyEmpty, Observed::NotObserved, CodeVerdict::AlreadyEmpty),
    code("already-empty-failed", Nothing, &[], Failed, Predicted::AlreadyEmpty, Observed::NotObserved, CodeVerdict::AlreadyEmpty),
    code("already-empty-revived", Nothing, &[], Links(&[New(0)]), Predicted::AlreadyEmpty, Observed::Alive, CodeVerdict::AliveUnpredicted),
    code("already-empty-linked-since", Nothing, &[], Links(&[Stayed(0)]), Predicted::AlreadyEmpty, Observed::Alive, CodeVerdict::AliveUnpredicted),
    // A linked group that source-before does not hold, and none that was not to move.
    code("unknown-alive", Nothing, &[Unknown], Links(&[Unknown]), Predicted::Unknown, Observed::Alive, CodeVerdict::AliveUnpredicted),
    code("unknown-alive-by-new", Nothing, &[Gone(0), UnknownGone], Links(&[New(0)]), Predicted::Unknown, Observed::Alive, CodeVerdict::AliveUnpredicted),
    code("unknown-emptied", Nothing, &[Gone(0), Unknown], Links(&[]), Predicted::Unknown, Observed::Empty, CodeVerdict::EmptiedUnpredicted),
    code("unknown-emptied-still-linked", List, &[UnknownGone], Links(&[UnknownGone]), Predicted::Unknown, Observed::Empty, CodeVerdict::EmptiedUnpredicted),
    code("unknown-deleted", Nothing, &[UnknownGone, UnknownGone], Deleted, Predicted::Unknown, Observed::Deleted, CodeVerdict::EmptiedUnpredicted),
    code("unknown-unseen", Nothing, &[UnknownGone, Gone(0)], Absent, Predicted::Unknown, Observed::NotObserved, CodeVerdict::Unverified),
    code("unknown-failed", Nothing, &[Unknown], Failed, Predicted::Unknown, Observed::NotObserved, CodeVerdict::Unverified),
    // Only source-after holds it.
    new_code("new", Links(&[New(0)]), Observed::Alive),
    new_code("new-of-old-groups", Links(&[Outside(0), Stayed(0)]), Observed::Alive),
    new_code("new-and-empty", Links(&[]), Observed::Empty),
];

#[rustfmt::skip]
const fn code(label: &'static str, needs: Needs, before: &'static [Pick], after: After, predicted: Predicted, observed: Observed, verdict: CodeVerdict) -> CodePlan {
    CodePlan { label, needs, before: Some(before), after, predicted: Some(predicted), observed, verdict }
}

const fn new_code(label: &'static str, after: After, observed: Observed) -> CodePlan {
    CodePlan { label, needs: Nothing, before: None, after, predicted: None, observed, verdict: CodeVerdict::New }
}

/// A code for every 100 relations, and every plan at least once.
pub fn write(world: &World, dir: &Path, stock: &Stock) -> Result<()> {
    let wanted = if world.group_list_after { List } else { NoList };
    let possible: Vec<&CodePlan> =
        CODE_BOOK.iter().filter(|plan| plan.needs == Nothing || plan.needs == wanted).collect();
    let more = (world.relations / 100).saturating_sub(possible.len() as u64);
    let filler = |number: u64| {
        if world.dice.of("filler code", number).chance(4_000) { 0 } else { number as usize % possible.len() }
    };
    let plans = possible.iter().copied().chain((0..more).map(|number| possible[filler(number)]));
    let mut codes: Vec<Code<'_>> = plans
        .enumerate()
        .map(|(n, plan)| Code { plan, number: n, stock, dice: world.dice.of("code", n as u64) })
        .collect();
    codes.sort_unstable_by_key(Code::id);
    let mut before = Documents::new(&dir.join("source-before"), "join_ways", Layout::Lines, Packing::Plain);
    let mut after = Documents::new(&dir.join("source-after"), "join_ways", Layout::Lines, Packing::Gzip);
    for code in &codes {
        if let Some(linked) = code.plan.before {
            code.push(Links(linked), TAKEN_BEFORE, &mut before)?;
        }
        code.push(code.plan.after, TAKEN_AFTER, &mut after)?;
    }
    before.finish()?;
    after.finish()?;
    truth(dir, &codes)
}

fn truth(dir: &Path, codes: &[Code<'_>]) -> Result<()> {
    let ids: Vec<String> = codes.iter().map(Code::id).collect();
    let mut file = ParquetFile::new(dir.join("truth").join("join_codes.parquet"));
    file.push(&truth::batch(vec![
        (CONFIG_ID.name, truth::texts(&ids, |id| Some(id))),
        (PREDICTED.name, truth::texts(codes, |code| code.plan.predicted.map(Predicted::word))),
        (OBSERVED.name, truth::texts(codes, |code| Some(code.plan.observed.word()))),
        (CODE_VERDICT.name, truth::texts(codes, |code| Some(code.plan.verdict.word()))),
        (truth::PLAN, truth::texts(codes, |code| Some(code.plan.label))),
    ])?)?;
    file.finish()
}

/// A plan with its number, which decides what it links.
struct Code<'s> {
    plan: &'static CodePlan,
    number: usize,
    stock: &'s Stock,
    dice: Dice,
}

impl Code<'_> {
    /// 32 hexadecimal digits, the first 16 a bijection of the number.
    fn id(&self) -> String {
        format!("{:016x}{:016x}", mix(self.number as u64 + 1), self.dice.of("id", 0).bits())
    }

    fn push(&self, state: After, fetched_at: i64, file: &mut Documents) -> Result<()> {
        let endpoint = "externalcontact/groupchat/get_join_way";
        let id = self.id();
        let ask = || json!({"config_id": id});
        let limited = || json!({"errcode": 45033, "errmsg": "api concurrent out of limit"});
        match state {
            Absent => Ok(()),
            Failed => file.push(&envelope(endpoint, ask(), fetched_at, limited())),
            Deleted => {
                let response = json!({"errcode": 41044, "errmsg": "invalid config_id"});
                file.push(&envelope(endpoint, ask(), fetched_at, response))
            }
            Links(picks) => {
                let response = json!({"errcode": 0, "errmsg": "ok", "join_way": self.join_way(&id, picks)});
                let dice = self.dice.of("answer", fetched_at as u64);
                if dice.chance(4_000) {
                    return file.push(&response);
                }
                if dice.of("retried", 0).chance(1_000) {
                    // A first try that failed: the newer answer counts.
                    file.push(&envelope(endpoint, ask(), fetched_at - HOUR, limited()))?;
                }
                file.push(&envelope(endpoint, ask(), fetched_at, response))
            }
        }
    }

    fn join_way(&self, id: &str, picks: &[Pick]) -> Value {
        let linked: Vec<&str> = picks.iter().map(|pick| self.group(*pick)).collect();
        let remarks = ["门店海报", "公众号菜单", "", "朋友圈广告"];
        let mut way = json!({"config_id": id, "scene": 2, "remark": self.dice.of("remark", 0).pick(&remarks), "auto_create_room": 1,
            "room_base_name": "客户群", "room_base_id": 1, "chat_id_list": linked, "state": "poster"});
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

    fn group(&self, pick: Pick) -> &str {
        let stock = self.stock;
        let (kind, nth) = match pick {
            Gone(nth) => (&stock.gone, nth),
            Stayed(nth) => (&stock.stayed, nth),
            Outside(nth) => (&stock.outside, nth),
            OutsideGone => (&stock.outside_gone, 0),
            New(nth) => (&stock.new, nth),
            Unknown => (&stock.unknown, 0),
            UnknownGone => (&stock.unknown_gone, 0),
        };
        &kind[(self.number * 5 + nth) % kind.len()]
    }
}
