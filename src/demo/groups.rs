//! From a plan to its groups on both sides, with their truth.

use super::DemoCase;
use super::accounts::AccountKind;
use super::api::{ApiGroup, Person};
use super::lists::{DemoSheetRows, GROUP_MAP};
use super::plan::groups::PLACES;
use super::plan::{Crowd, CrowdUnionids, GroupFate, GroupOwner, GroupTime, Scene, SourceGroup, TargetGroup, Title};
use super::planter::PlanInstance;
use super::rng::SeededDice;
use super::world::{DAY, FINISH, HOUR, ListEnding, START};
use crate::schema::vocabulary::{GroupMatchMethod, GroupOutcome, GroupReason, GroupScope, Word};

/// The number of people that a plan can use.
const PEOPLE: u64 = 4_096;
/// First number of the people in groups: none is a planted customer.
const FIRST_PERSON: u64 = 1 << 40;
/// First number of groups that source-before does not hold.
pub const FIRST_NEW_GROUP: u64 = 1 << 41;

/// Names of groups; each owner's first group is called like every other owner's first.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "VIP客户群", "福利群", "新品通知群", "售后服务群", "老客户交流群", "门店会员群", "周末活动群🎉", "团购群",
    "技术支持群", "妈妈群", "经销商群", "春季班",
];

/// A group of the source corp with its truth.
pub struct GroupRow {
    pub group: ApiGroup,
    /// The account that owns it, if the dump names it.
    pub owner: Option<usize>,
    pub scope: GroupScope,
    pub outcome: GroupOutcome,
    pub reason: Option<GroupReason>,
    /// Method, id and owner of the group of the target corp that it is matched with.
    pub arrived: Option<(GroupMatchMethod, String, usize)>,
    pub still_listed: bool,
    pub plan: &'static str,
}

/// Groups of an account's plans on both sides, with their rows of the group map.
#[derive(Default)]
pub struct GroupRows {
    pub sources: Vec<GroupRow>,
    pub targets: Vec<ApiGroup>,
    pub lists: DemoSheetRows,
}

impl PlanInstance<'_> {
    fn account(&self, owner: GroupOwner) -> Option<usize> {
        match owner {
            GroupOwner::Home => Some(self.home),
            GroupOwner::Other => self.lot.receiver,
            GroupOwner::Unknown => None,
        }
    }

    /// Number of the instance among all of the case.
    fn group(&self) -> u64 {
        self.lot.first + self.number
    }

    /// Returns a name that no group of the owner has, beside those of this plan with the same title.
    fn name(&self, title: Title) -> Option<String> {
        let (ordinal, names) = (self.lot.ordinal + self.number, NAMES.len() as u64);
        let name = match ordinal / names {
            // The other account may have had another number of plans before.
            _ if self.lot.receiver.is_some() => format!("跨店群{}", self.group()),
            0 => NAMES[ordinal as usize].to_owned(),
            round => format!("{}{}", NAMES[(ordinal % names) as usize], round + 1),
        };
        match title {
            Title::First => Some(name),
            Title::Second => Some(format!("{name}（新）")),
            Title::Third => Some(format!("北河-{name}")),
            Title::None => None,
        }
    }
}

impl DemoCase<'_> {
    /// Returns all groups of an account's plans.
    pub fn groups(&self, home: usize) -> GroupRows {
        let mut rows = GroupRows::default();
        for lot in &self.at(home).lots {
            let Scene::Groups { here, there } = lot.plan.scene else { continue };
            for instance in lot.instances(home) {
                rows.sources.extend((0..).zip(here).map(|(n, group)| self.source_group(instance, group, n, there)));
                rows.targets.extend((0..).zip(there).map(|(n, group)| self.target_group(instance, group, n)));
                let ids = |(source, target): &(u64, u64)| {
                    vec![self.chat_id(instance, true, *source), self.chat_id(instance, false, *target)]
                };
                rows.lists.extend(lot.plan.map.iter().map(|row| (GROUP_MAP, ids(row))));
            }
        }
        rows
    }

    fn chat_id(&self, instance: PlanInstance<'_>, source: bool, place: u64) -> String {
        self.people.corp(source).group(instance.group() * PLACES + place)
    }

    fn source_group(
        &self,
        instance: PlanInstance<'_>,
        entry: &SourceGroup,
        place: u64,
        there: &[TargetGroup],
    ) -> GroupRow {
        let dice = self.dice("group", instance.group()).of("source", place);
        let created = match entry.created {
            GroupTime::Before | GroupTime::Unreadable => START - dice.between(10 * DAY, 900 * DAY),
            GroupTime::JustBefore => START - 1,
            GroupTime::AtStart => START,
            GroupTime::After => START + dice.between(60, 2 * HOUR),
        };
        let owner = instance.account(entry.owner);
        let userid = owner.map_or("", |owner| self.source_userid(owner));
        let crowd = self.crowd(instance, entry.crowd, true, dice, created);
        let id = self.chat_id(instance, true, place);
        let mut group = ApiGroup::new(id, instance.name(entry.title), userid, created, crowd, dice);
        if entry.created == GroupTime::Unreadable {
            group.created = None;
        }
        let arrived = match entry.fate {
            GroupFate::Arrived(method, place) => instance
                .account(there[place].owner)
                .map(|owner| (method, self.chat_id(instance, false, place as u64), owner)),
            _ => None,
        };
        let scope = self.group_scope(instance, entry);
        let (outcome, reason) = self.group_outcome(scope, entry.fate);
        let still_listed = entry.still_listed.unwrap_or(arrived.is_none());
        GroupRow { group, owner, scope, outcome, reason, arrived, still_listed, plan: instance.lot.plan.label }
    }

    fn target_group(&self, instance: PlanInstance<'_>, entry: &TargetGroup, place: u64) -> ApiGroup {
        let dice = self.dice("group", instance.group()).of("target", place);
        let created =
            if dice.chance(5_000) { dice.between(START, FINISH) } else { START - dice.between(10 * DAY, 900 * DAY) };
        let owner = instance.account(entry.owner).map_or("", |owner| self.target_userid(owner));
        let crowd = self.crowd(instance, entry.crowd, false, dice, created);
        let id = self.chat_id(instance, false, place);
        ApiGroup::new(id, instance.name(entry.title), owner, created, crowd, dice)
    }

    /// Returns a group that the source corp made after the migration, of an account that is not enrolled.
    pub fn created_since(&self, number: u64, id: &str) -> ApiGroup {
        let dice = self.dice("new group", number);
        let outside = (0..self.case.accounts.len()).find(|index| self.at(*index).kind == AccountKind::Outsider);
        let owner = outside.map_or("", |index| self.source_userid(index));
        ApiGroup::new(id.to_owned(), Some(format!("新群{number}")), owner, FINISH + HOUR, Vec::new(), dice)
    }

    fn crowd(
        &self,
        instance: PlanInstance<'_>,
        crowd: Crowd,
        source: bool,
        dice: SeededDice,
        created: i64,
    ) -> Vec<Person> {
        let people = self.people;
        // The larger the case, the larger its groups.
        let sixth = (self.world.relations / 8_400).clamp(1, 25);
        let person = |place| {
            let number = FIRST_PERSON + instance.group() * PEOPLE + place;
            let known = match crowd.unionids {
                CrowdUnionids::All | CrowdUnionids::OfTheSource => true,
                CrowdUnionids::Most => place % 4 != 3,
                CrowdUnionids::None => false,
            };
            let of_source = source || crowd.unionids == CrowdUnionids::OfTheSource;
            Person {
                userid: people.corp(source).customer(number, false),
                external: true,
                unionid: known.then(|| people.corp(of_source).unionid(number)),
                name: people.name(number),
                joined: created + dice.of("joined", place).between(60, 10 * DAY),
            }
        };
        (crowd.from * sixth..crowd.to * sixth).map(person).collect()
    }

    fn group_scope(&self, instance: PlanInstance<'_>, entry: &SourceGroup) -> GroupScope {
        match self.at(instance.home).kind {
            _ if entry.owner == GroupOwner::Unknown => GroupScope::NotEnrolled,
            kind if !kind.enrolled() => GroupScope::NotEnrolled,
            AccountKind::AssessmentFailed => GroupScope::AssessmentFailed,
            _ if matches!(entry.created, GroupTime::AtStart | GroupTime::After) => GroupScope::CreatedAfterStart,
            _ => GroupScope::InScope,
        }
    }

    fn group_outcome(&self, scope: GroupScope, fate: GroupFate) -> (GroupOutcome, Option<GroupReason>) {
        use GroupOutcome::{ArrivedOutOfScope, Migrated, Missing, OutOfScope, Undetermined};
        let out_of_scope = GroupReason::from_word(scope.word());
        match fate {
            GroupFate::Arrived(..) if out_of_scope.is_some() => (ArrivedOutOfScope, out_of_scope),
            _ if out_of_scope.is_some() => (OutOfScope, out_of_scope),
            GroupFate::Arrived(..) => (Migrated, None),
            GroupFate::Ambiguous => (Undetermined, Some(GroupReason::Ambiguous)),
            GroupFate::NoKey => (Undetermined, Some(GroupReason::NoUsableKey)),
            GroupFate::Torn => (Undetermined, Some(GroupReason::Unreadable)),
            GroupFate::Missing if self.world.target_groups == ListEnding::Whole => (Missing, None),
            GroupFate::Missing => (Undetermined, Some(GroupReason::TargetNotCovered)),
        }
    }
}
