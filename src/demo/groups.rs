//! Customer groups: from plans to groups of both corps, their dumps, the group map, and their truth.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use rayon::prelude::*;

use super::codes::Stock;
use super::customers::People;
use super::documents::{Documents, Layout, Packing};
use super::group_api::{self, Ending, Group, Person};
use super::group_book::GROUP_BOOK;
use super::group_layout::{Cluster, settle};
use super::group_plan::{Created, Crowd, Fate, GroupPlan, Here, Home, MapRow, Stays, Unionids};
use super::layout::Layout as Planted;
use super::lists::List;
use super::rng::Dice;
use super::truth::{self, ParquetFile};
use super::world::{DAY, FINISH, HOUR, START, TAKEN_AFTER, TAKEN_BEFORE, TargetStyle, World};
use crate::error::Result;
use crate::interrupt;
use crate::schema::fields::{
    GROUP_MATCH_METHOD, GROUP_OUTCOME, GROUP_REASON, GROUP_SCOPE, GROUP_STILL_AT_SOURCE, NAME, SOURCE_CHAT_ID,
    SOURCE_OWNER_USERID, TARGET_CHAT_ID, TARGET_OWNER_USERID,
};
use crate::schema::vocabulary::{GroupMatchMethod, GroupOutcome, GroupReason, GroupScope};

/// Plans written to one file of each corp.
const PART: usize = 250;
/// Numbers of people that a plan can use.
const PEOPLE: u64 = 4_096;
/// The people in groups are nobody's planted customers.
const FIRST_PERSON: u64 = 1 << 40;
/// Numbers of groups that a plan can use, on each side.
const PLACES: u64 = 8;
/// The first number of a group that was created after the end.
pub const FIRST_NEW: u64 = 1 << 41;

/// Every planted group, and where it stands.
pub struct Groups<'a> {
    world: &'a World,
    layout: &'a Planted,
    people: &'a People,
    clusters: Vec<Cluster>,
    /// People in a sixth of a group.
    sixth: u64,
}

impl<'a> Groups<'a> {
    /// Plants every plan once, and as many more as the case is large: a group for every 250 relations.
    pub fn new(world: &'a World, layout: &'a Planted, people: &'a People) -> Self {
        let possible: Vec<&GroupPlan> = GROUP_BOOK.iter().filter(|plan| plan.needs.met(world)).collect();
        let weights: u64 = possible.iter().map(|plan| plan.weight).sum();
        let more = (world.relations / 250).saturating_sub(possible.len() as u64);
        let filler = |number| {
            let mut place = world.dice.of("filler group", number).below(weights);
            let chosen = possible.iter().find(|plan| place.checked_sub(plan.weight).map(|left| place = left).is_none());
            *chosen.unwrap_or(&possible[0])
        };
        let plans = possible.iter().copied().chain((0..more).map(filler));
        let sixth = (world.relations / 8_400).clamp(1, 25);
        Self { world, layout, people, clusters: settle(world, layout, plans), sixth }
    }

    /// Writes the groups of all snapshots, the group map and the truth.
    pub fn write(&self, dir: &Path) -> Result<Stock> {
        let mut truth = ParquetFile::new(dir.join("truth").join("groups.parquet"));
        let mut tables = Tables::new(dir);
        let mut lists = Lists::default();
        let parts: Vec<(usize, &[Cluster])> = self.clusters.chunks(PART).enumerate().collect();
        for some in parts.chunks(rayon::current_num_threads().clamp(1, 8)) {
            interrupt::check()?;
            let written = some
                .par_iter()
                .map(|(number, clusters)| self.part(dir, *number, clusters))
                .collect::<Result<Vec<_>>>()?;
            for part in written {
                truth.push(&part.truth)?;
                tables.push(part.tables)?;
                lists.extend(part.lists);
            }
        }
        truth.finish()?;
        tables.finish()?;
        self.map(dir)?;
        let stock = self.stock();
        let since = stock.listed_since();
        lists.after.extend(since.iter().map(|id| (id.clone(), 0)));
        self.lists(dir, lists)?;
        if self.world.group_list_after {
            let created: Vec<Group> =
                since.iter().zip(0..).map(|(id, number)| self.created_since(number, id)).collect();
            let mut file = self.documents(&dir.join("source-after"), "new_groups", 3, 0);
            created.iter().try_for_each(|group| group.write(TAKEN_AFTER, &mut file))?;
            file.finish()?;
        }
        Ok(stock)
    }

    /// One file of groups for each snapshot.
    fn part(&self, dir: &Path, number: usize, clusters: &[Cluster]) -> Result<Part> {
        let json = self.world.target_style != TargetStyle::Parquet;
        let mut before = self.documents(&dir.join("source-before").join("groups"), "groups", 1, number);
        let mut after = self.documents(&dir.join("source-after").join("groups"), "groups", 2, number);
        let mut target = self.documents(&dir.join("target-after").join("groups"), "groups", 4, number);
        let mut lists = Lists::default();
        let (mut standings, mut there) = (Vec::new(), Vec::new());
        for cluster in clusters {
            for standing in self.standings(cluster) {
                let group = self.source_group(&standing);
                lists.before.push((standing.id.clone(), u8::from(cluster.plan.home == Home::Left)));
                if standing.asked_for() {
                    group.write(TAKEN_BEFORE, &mut before)?;
                }
                if standing.stays && self.world.group_list_after {
                    lists.after.push((standing.id.clone(), 0));
                    if standing.asked_for() {
                        group.write(TAKEN_AFTER, &mut after)?;
                    }
                }
                standings.push(standing);
            }
            for place in 0..cluster.plan.there.len() {
                let group = self.target_group(cluster, place);
                lists.target.push((group.chat_id.clone(), 0));
                if json {
                    group.write(TAKEN_AFTER, &mut target)?;
                } else {
                    there.push(group);
                }
            }
        }
        before.finish()?;
        after.finish()?;
        target.finish()?;
        let tables = if there.is_empty() { None } else { Some(group_api::tables(&there)?) };
        Ok(Part { truth: self.truth(&standings)?, tables, lists })
    }

    fn standings<'c>(&'c self, cluster: &'c Cluster) -> impl Iterator<Item = Standing<'c>> {
        cluster.plan.here.iter().enumerate().map(move |(place, here)| {
            let account = cluster.account(here.owner);
            let scope = scope(cluster.plan.home, here);
            let arrived = match here.fate {
                Fate::Arrived(method, place) => Some((method, place)),
                _ => None,
            };
            let stays = match here.stays {
                Stays::Unless => arrived.is_none(),
                stays => stays == Stays::Yes,
            };
            let id = self.people.group_id(true, cluster.number * PLACES + place as u64);
            let name = cluster.name(here.title);
            Standing { cluster, place, here, id, name, account, scope, arrived, stays }
        })
    }

    fn source_group(&self, standing: &Standing<'_>) -> Group {
        let cluster = standing.cluster;
        let dice = self.world.dice.of("group", cluster.number).of("source", standing.place as u64);
        let created = match standing.here.created {
            Created::Before => START - dice.between(10 * DAY, 900 * DAY),
            Created::JustBefore => START - 1,
            Created::AtStart => START,
            Created::After => START + dice.between(60, 2 * HOUR),
        };
        let owner = standing.account.map_or("", |account| &self.layout.accounts[account].source_userid);
        let crowd = self.crowd(cluster, standing.here.crowd, true, dice, created);
        Group::new(&standing.id, standing.name.clone(), owner, created, crowd, dice)
    }

    fn target_group(&self, cluster: &Cluster, place: usize) -> Group {
        let there = &cluster.plan.there[place];
        let dice = self.world.dice.of("group", cluster.number).of("target", place as u64);
        let created =
            if dice.chance(5_000) { dice.between(START, FINISH) } else { START - dice.between(10 * DAY, 900 * DAY) };
        let owner = cluster.account(there.owner).map_or("", |account| &self.layout.accounts[account].target_userid);
        let crowd = self.crowd(cluster, there.crowd, false, dice, created);
        let id = self.people.group_id(false, cluster.number * PLACES + place as u64);
        Group::new(&id, cluster.name(there.title), owner, created, crowd, dice)
    }

    /// A group that the source corp made after the migration, of an account that nobody enrolled.
    fn created_since(&self, number: u64, id: &str) -> Group {
        let dice = self.world.dice.of("new group", number);
        let outside: Vec<&str> = self
            .layout
            .accounts
            .iter()
            .filter(|account| Home::Outside.holds(account.kind))
            .map(|account| &*account.source_userid)
            .collect();
        Group::new(id, Some(format!("新群{number}")), dice.pick(&outside), FINISH + HOUR, Vec::new(), dice)
    }

    fn crowd(&self, cluster: &Cluster, crowd: Crowd, source: bool, dice: Dice, created: i64) -> Vec<Person> {
        (crowd.from * self.sixth..crowd.to * self.sixth)
            .map(|place| {
                let number = FIRST_PERSON + cluster.number * PEOPLE + place;
                let known = match crowd.unionids {
                    Unionids::All | Unionids::OfTheSource => true,
                    Unionids::Most => place % 4 != 3,
                    Unionids::None => false,
                };
                let of_source = source || crowd.unionids == Unionids::OfTheSource;
                let unionid =
                    if of_source { self.people.source_unionid(number) } else { self.people.target_unionid(number) };
                Person {
                    userid: if source {
                        self.people.source_id(number, false)
                    } else {
                        self.people.target_id(number, false)
                    },
                    external: true,
                    unionid: known.then_some(unionid),
                    name: self.people.name(number),
                    joined: created + dice.of("joined", place).between(60, 10 * DAY),
                }
            })
            .collect()
    }

    /// The group map, with its contradictions.
    fn map(&self, dir: &Path) -> Result<()> {
        if !self.world.group_map {
            return Ok(());
        }
        let mut list = List::group_map(self.world, dir)?;
        for cluster in &self.clusters {
            let id = |source: bool, place: usize| self.people.group_id(source, cluster.number * PLACES + place as u64);
            for row in cluster.plan.map {
                match *row {
                    MapRow::To(here, there) => list.push(&[&id(true, here), &id(false, there)])?,
                    MapRow::Nowhere(here) => list.push(&[&id(true, here), &id(false, PLACES as usize - 1)])?,
                }
            }
        }
        list.finish()
    }

    /// `groupchat/list` of every snapshot. Nothing vouches for the target's groups where its list is not whole.
    fn lists(&self, dir: &Path, mut lists: Lists) -> Result<()> {
        let page = if self.world.small() { 25 } else { 1_000 };
        // By id, which is chance: dumps know nothing of plans.
        for list in [&mut lists.before, &mut lists.after, &mut lists.target] {
            list.sort_unstable();
        }
        group_api::list(&dir.join("source-before"), &lists.before, TAKEN_BEFORE, page, Ending::Whole)?;
        if self.world.group_list_after {
            group_api::list(&dir.join("source-after"), &lists.after, TAKEN_AFTER, page, Ending::Whole)?;
        }
        if self.world.target_style == TargetStyle::Parquet {
            return Ok(());
        }
        group_api::list(&dir.join("target-after"), &lists.target, TAKEN_AFTER, page, self.world.target_groups)
    }

    /// The truth: what is written on the plans.
    fn truth(&self, standings: &[Standing<'_>]) -> Result<RecordBatch> {
        let covered = self.world.target_groups == Ending::Whole;
        let source_owner = |s: &Standing<'_>| s.account.map(|account| &*self.layout.accounts[account].source_userid);
        let found = |s: &Standing<'_>| s.arrived.map(|(_, place)| s.cluster.number * PLACES + place as u64);
        let target_ids: Vec<Option<String>> =
            standings.iter().map(|s| found(s).map(|number| self.people.group_id(false, number))).collect();
        let target_owners: Vec<Option<&str>> = standings
            .iter()
            .map(|s| {
                let (_, place) = s.arrived?;
                let account = s.cluster.account(s.cluster.plan.there[place].owner)?;
                Some(&*self.layout.accounts[account].target_userid)
            })
            .collect();
        let listed = |s: &Standing<'_>| self.world.group_list_after.then_some(s.stays);
        truth::batch(vec![
            (SOURCE_CHAT_ID.name, truth::texts(standings, |s| Some(&s.id))),
            (NAME.name, truth::texts(standings, |s| s.name.as_deref().filter(|_| s.asked_for()))),
            (SOURCE_OWNER_USERID.name, truth::texts(standings, source_owner)),
            (GROUP_SCOPE.name, truth::texts(standings, |s| Some(s.scope.word()))),
            (GROUP_OUTCOME.name, truth::texts(standings, |s| Some(s.outcome(covered).0.word()))),
            (GROUP_REASON.name, truth::texts(standings, |s| s.outcome(covered).1.map(GroupReason::word))),
            (GROUP_MATCH_METHOD.name, truth::texts(standings, |s| s.arrived.map(|(method, _)| method.word()))),
            (TARGET_CHAT_ID.name, truth::texts(&target_ids, Option::as_deref)),
            (TARGET_OWNER_USERID.name, truth::texts(&target_owners, |owner| *owner)),
            (GROUP_STILL_AT_SOURCE.name, Arc::new(standings.iter().map(listed).collect::<BooleanArray>())),
            (truth::PLAN, truth::texts(standings, |s| Some(s.cluster.plan.label))),
        ])
    }

    /// Some groups of every kind that join codes can link.
    fn stock(&self) -> Stock {
        let standings = || self.clusters.iter().flat_map(|cluster| self.standings(cluster));
        let some = |in_scope: bool, stays: bool| {
            let wanted = standings().filter(|s| (s.scope == GroupScope::InScope) == in_scope && s.stays == stays);
            wanted.map(|s| s.id).take(Stock::MOST).collect()
        };
        let since = |first: u64| (first..first + Stock::NEW).map(|number| self.people.group_id(true, number)).collect();
        Stock {
            gone: some(true, false),
            stayed: some(true, true),
            outside: some(false, true),
            outside_gone: some(false, false),
            new: since(FIRST_NEW),
            unknown: since(FIRST_NEW + Stock::NEW),
            unknown_gone: since(FIRST_NEW + 2 * Stock::NEW),
        }
    }

    fn documents(&self, folder: &Path, stem: &str, which: u64, number: usize) -> Documents {
        let dice = self.world.dice.of("group packing", which).of("part", number as u64);
        let small = self.world.small();
        let layout = if small { dice.pick(&[Layout::Lines, Layout::Array, Layout::Pretty]) } else { Layout::Lines };
        let packings = [Packing::Plain, Packing::Bom, Packing::Gzip, Packing::Zstd];
        let packing = if small { dice.of("and", 0).pick(&packings) } else { Packing::Plain };
        Documents::new(folder, &format!("{stem}-{number:04}"), layout, packing)
    }
}

/// A group of the source corp with all that was decided about it.
struct Standing<'c> {
    cluster: &'c Cluster,
    place: usize,
    here: &'static Here,
    id: String,
    name: Option<String>,
    account: Option<usize>,
    scope: GroupScope,
    /// How, and as which group of the plan.
    arrived: Option<(GroupMatchMethod, usize)>,
    stays: bool,
}

impl Standing<'_> {
    /// Whether the dump has more of it than its id.
    fn asked_for(&self) -> bool {
        self.cluster.plan.home != Home::Unknown
    }

    /// Its outcome and reason, given whether the target's list of groups is whole.
    fn outcome(&self, covered: bool) -> (GroupOutcome, Option<GroupReason>) {
        let out_of_scope = match self.scope {
            GroupScope::NotEnrolled => GroupReason::NotEnrolled,
            GroupScope::AssessmentFailed => GroupReason::AssessmentFailed,
            GroupScope::CreatedAfterStart => GroupReason::CreatedAfterStart,
            GroupScope::InScope => return self.outcome_in_scope(covered),
        };
        let arrived = self.arrived.is_some();
        (if arrived { GroupOutcome::ArrivedOutOfScope } else { GroupOutcome::OutOfScope }, Some(out_of_scope))
    }

    fn outcome_in_scope(&self, covered: bool) -> (GroupOutcome, Option<GroupReason>) {
        match self.here.fate {
            Fate::Arrived(..) => (GroupOutcome::Migrated, None),
            Fate::Ambiguous => (GroupOutcome::Undetermined, Some(GroupReason::Ambiguous)),
            Fate::NoKey => (GroupOutcome::Undetermined, Some(GroupReason::NoUsableKey)),
            Fate::Missing if covered => (GroupOutcome::Missing, None),
            Fate::Missing => (GroupOutcome::Undetermined, Some(GroupReason::TargetNotCovered)),
        }
    }
}

fn scope(home: Home, here: &Here) -> GroupScope {
    let late = matches!(here.created, Created::AtStart | Created::After);
    match home {
        Home::Outside | Home::Left | Home::Unknown => GroupScope::NotEnrolled,
        Home::Failed => GroupScope::AssessmentFailed,
        Home::Enrolled if late => GroupScope::CreatedAfterStart,
        Home::Enrolled => GroupScope::InScope,
    }
}

/// What a file's worth of plans leaves to what all share.
struct Part {
    truth: RecordBatch,
    tables: Option<(RecordBatch, RecordBatch)>,
    lists: Lists,
}

/// Ids with their status, as `groupchat/list` gives them.
#[derive(Default)]
struct Lists {
    before: Vec<(String, u8)>,
    after: Vec<(String, u8)>,
    target: Vec<(String, u8)>,
}

impl Lists {
    fn extend(&mut self, more: Self) {
        self.before.extend(more.before);
        self.after.extend(more.after);
        self.target.extend(more.target);
    }
}

/// The target's groups as canonical tables, where the world asks for that.
struct Tables {
    groups: ParquetFile,
    members: ParquetFile,
}

impl Tables {
    fn new(dir: &Path) -> Self {
        let file = |name: &str| ParquetFile::new(dir.join("target-after").join(name));
        Self { groups: file("groups.parquet"), members: file("group_members.parquet") }
    }

    fn push(&mut self, tables: Option<(RecordBatch, RecordBatch)>) -> Result<()> {
        let Some((groups, members)) = tables else { return Ok(()) };
        self.groups.push(&groups)?;
        self.members.push(&members)
    }

    fn finish(self) -> Result<()> {
        self.groups.finish()?;
        self.members.finish()
    }
}
