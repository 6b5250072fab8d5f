//! From a plan to the relations that must lead to it, on both sides, with their truth.

use super::customers::{Key, People, Traits};
use super::layout::{Account, Group, Layout};
use super::plan::{Fate, Form, One, Owner, Recipe, Refusal, When};
use super::rng::Dice;
use super::world::{DAY, FINISH, HOUR, START, World};
use crate::schema::vocabulary::{MatchMethod, Origin, Outcome};

/// 2021-01-01T00:00:00Z: no customer is older.
const OLDEST: i64 = 1_609_459_200;

/// A relation of source-before with its truth.
#[derive(Debug, Clone)]
pub struct SourceRow {
    pub account: usize,
    pub number: u64,
    pub form: Form,
    pub external_userid: Option<String>,
    pub unionid: Option<String>,
    pub name: Option<String>,
    pub created: Option<i64>,
    pub wecom: bool,
    /// Another account that holds the same customer at the source.
    pub lender: Option<usize>,
    pub fate: Fate,
    pub method: Option<MatchMethod>,
    /// The account under whose target account it arrived.
    pub arrived: Option<usize>,
    pub target_id: Option<String>,
    pub refused: bool,
    pub plan: &'static str,
}

/// A relation of the target corp with its truth.
#[derive(Debug, Clone)]
pub struct TargetRow {
    pub account: usize,
    pub number: u64,
    pub when: When,
    pub external_userid: String,
    pub unionid: Option<String>,
    pub name: Option<String>,
    pub created: Option<i64>,
    pub wecom: bool,
    pub origin: Origin,
    /// The account and id of the relation that it is matched with.
    pub from: Option<(usize, Option<String>)>,
    pub plan: &'static str,
}

/// A row of the list of refusals.
#[derive(Debug, Clone, Default)]
pub struct RefusalRow {
    pub external_userid: String,
    pub unionid: String,
    pub name: String,
    pub userid: String,
}

/// What an account's plans amount to.
#[derive(Debug, Default)]
pub struct Rows {
    pub sources: Vec<SourceRow>,
    pub targets: Vec<TargetRow>,
    pub map: Vec<(String, String)>,
    pub refusals: Vec<RefusalRow>,
}

/// Fabricates rows, account by account.
#[derive(Debug)]
pub struct Fabric<'a> {
    pub world: &'a World,
    pub people: &'a People,
    pub layout: &'a Layout,
}

impl Fabric<'_> {
    /// All rows of an account: its own on both sides, and those that others left under its target account.
    pub fn account(&self, index: usize) -> Rows {
        let mut rows = Rows::default();
        let account = &self.layout.accounts[index];
        for group in &account.groups {
            for instance in 0..group.count {
                self.instance(index, group, instance, &mut rows);
            }
        }
        for (from, group) in &account.arrivals {
            for instance in 0..group.count {
                rows.targets.push(self.arrival(index, *from, group, group.first + instance));
            }
        }
        // Dumps know nothing of plans: the order is one of chance.
        rows.sources.sort_by_cached_key(|row| self.dice("order", row.number).bits());
        rows.targets.sort_by_cached_key(|row| self.dice("target order", row.number).bits());
        rows
    }

    fn instance(&self, index: usize, group: &Group, instance: u64, rows: &mut Rows) {
        let first = group.first + instance * group.plan.numbers();
        match group.plan.recipe {
            Recipe::One(one) => self.one(index, group, one, first, group.borrowed + instance, rows),
            Recipe::Several { key, sources, targets, refusal } => {
                self.several(index, group, first, (key, sources, targets, refusal), rows);
            }
            Recipe::Misplaced(key, _) => {
                let mut row = self.source(index, group, first, key, Form::Full);
                row.method = Some(self.people.traits(first, key).method());
                row.arrived = group.receiver;
                row.target_id = Some(self.people.target_id(first, row.wecom));
                self.keep(row, key, rows);
            }
            Recipe::Contested | Recipe::Elsewhere(_) => {
                let key = Key::MapOrUnionid;
                self.keep(self.source(index, group, first, key, Form::Full), key, rows);
            }
            Recipe::Extra(_, when, origin) => {
                let number = if group.lender.is_some() { group.borrowed + instance } else { first };
                rows.targets.push(self.target(index, group, number, Key::Any, when, origin));
            }
            Recipe::NamesakeUnionid | Recipe::MapElsewhere | Recipe::MapOther => self.decoy(index, group, first, rows),
            Recipe::MapResolves => self.map_resolves(index, group, first, rows),
            Recipe::TwoMapRows => self.two_map_rows(index, group, first, rows),
        }
    }

    fn one(&self, index: usize, group: &Group, one: One, own: u64, borrowed: u64, rows: &mut Rows) {
        let borrows = matches!(one.owner, Owner::Shared | Owner::Lent | Owner::Contested);
        let number = if borrows { borrowed } else { own };
        let mut row = self.source(index, group, number, one.key, one.form);
        row.lender = group.lender.filter(|_| one.owner == Owner::Lent);
        if one.owner == Owner::Namesake {
            row.name = Some(self.people.name(borrowed));
        }
        if one.refusal != Refusal::None {
            row.refused = true;
            rows.refusals.push(self.refusal(&row, one.refusal));
        }
        if let Some(when) = one.arrival {
            let mut target = self.target(index, group, number, one.key, when, origin_of(group.plan.fate.outcome));
            if when != When::Gone {
                join(&mut row, &mut target, self.people.traits(number, one.key).method());
            }
            rows.targets.push(target);
        }
        if borrows { rows.sources.push(row) } else { self.keep(row, one.key, rows) }
    }

    /// One key on `sources` relations at the source and `targets` at the target. Unless there are too few, they pair off
    /// in order of time, then id.
    fn several(&self, index: usize, group: &Group, first: u64, spec: (Key, u64, u64, Refusal), rows: &mut Rows) {
        let (key, count, targets, refusal) = spec;
        let by_name = key == Key::Name;
        let together = self.dice("together", first).chance(3_000);
        let spacing = |n: u64| if together { 0 } else { n as i64 * HOUR };
        let method = self.people.traits(first, key).method();
        let mut here: Vec<SourceRow> = (first..first + count)
            .map(|number| {
                let mut row = self.source(index, group, number, key, Form::Full);
                row.created = Some(self.source_time(index, first, Form::Full) - spacing(number - first));
                row.name = Some(self.people.name(if by_name { first } else { number }));
                row.unionid = if by_name { None } else { Some(self.people.source_unionid(first)) };
                row
            })
            .collect();
        let mut there: Vec<TargetRow> = (0..targets)
            .map(|n| {
                let mut row =
                    self.target(index, group, first + count + n, key, When::Window, Origin::AddedDuringMigration);
                row.created = Some(START + DAY + self.dice("cluster", first).below(2 * DAY as u64) as i64 - spacing(n));
                row.name = Some(self.people.name(if by_name { first } else { first + n }));
                if !by_name {
                    row.unionid = Some(self.people.target_unionid(first));
                }
                row
            })
            .collect();
        here.sort_by(|a, b| (a.created, &a.external_userid).cmp(&(b.created, &b.external_userid)));
        there.sort_by(|a, b| (a.created, &a.external_userid).cmp(&(b.created, &b.external_userid)));
        if count <= targets {
            for (source, target) in here.iter_mut().zip(&mut there) {
                join(source, target, method);
                target.origin = origin_of(group.plan.fate.outcome);
            }
        }
        if refusal != Refusal::None {
            rows.refusals.push(self.refusal(&here[0], refusal));
        }
        rows.sources.extend(here);
        rows.targets.extend(there);
    }

    /// A source relation without a match, and a target relation of the same name that an id keeps from being one.
    fn decoy(&self, index: usize, group: &Group, first: u64, rows: &mut Rows) {
        let (key, decoy) = match group.plan.recipe {
            Recipe::NamesakeUnionid => (Key::Unionid, Key::Unionid),
            Recipe::MapElsewhere => (Key::Map, Key::Name),
            _ => (Key::Name, Key::Name),
        };
        let row = self.source(index, group, first, key, Form::Full);
        let mut target = self.target(index, group, first + 1, decoy, When::Window, Origin::AddedDuringMigration);
        target.name.clone_from(&row.name);
        if decoy == Key::Name {
            target.unionid = None;
        }
        if matches!(group.plan.recipe, Recipe::MapOther) {
            rows.map.push((self.people.source_id(first + 2, target.wecom), target.external_userid.clone()));
        }
        self.keep(row, key, rows);
        rows.targets.push(target);
    }

    fn map_resolves(&self, index: usize, group: &Group, first: u64, rows: &mut Rows) {
        let mut named = self.source(index, group, first, Key::Map, Form::Full);
        let mut other = self.source(index, group, first + 1, Key::Unionid, Form::Full);
        let mut target = self.target(index, group, first, Key::Map, When::Window, Origin::Migrated);
        named.fate = Fate { outcome: Outcome::Migrated, reason: None, ..group.plan.fate };
        named.unionid = Some(self.people.source_unionid(first));
        other.unionid.clone_from(&named.unionid);
        target.unionid = Some(self.people.target_unionid(first));
        join(&mut named, &mut target, MatchMethod::CustomerMap);
        self.keep(named, Key::Map, rows);
        rows.sources.push(other);
        rows.targets.push(target);
    }

    fn two_map_rows(&self, index: usize, group: &Group, first: u64, rows: &mut Rows) {
        let key = Key::UnionidOrName;
        let mut row = self.source(index, group, first, key, Form::Full);
        let mut target = self.target(index, group, first, key, When::Window, Origin::Migrated);
        join(&mut row, &mut target, self.people.traits(first, key).method());
        let id = self.people.source_id(first, row.wecom);
        rows.map.push((id.clone(), target.external_userid.clone()));
        rows.map.push((id, self.people.target_id(first + 1, false)));
        rows.sources.push(row);
        rows.targets.push(target);
    }

    /// What another account's group left here.
    fn arrival(&self, index: usize, from: usize, group: &Group, number: u64) -> TargetRow {
        match group.plan.recipe {
            Recipe::Misplaced(key, _) => {
                let mut row = self.target(index, group, number, key, When::Window, Origin::Misplaced);
                row.from = Some((from, Some(self.people.source_id(number, row.wecom))));
                row
            }
            Recipe::Elsewhere(when) => {
                let origin = if when == When::Old { Origin::PreExisting } else { Origin::UnknownTime };
                self.target(index, group, number, Key::MapOrUnionid, when, origin)
            }
            _ => self.target(index, group, number, Key::MapOrUnionid, When::Window, Origin::AddedDuringMigration),
        }
    }

    fn source(&self, index: usize, group: &Group, number: u64, key: Key, form: Form) -> SourceRow {
        let traits = self.people.traits(number, key);
        let details = !matches!(form, Form::ListOnly | Form::UnassignedOnly);
        let named = details && !matches!(form, Form::Blank);
        let with_unionid = named && traits.source_unionid && !matches!(form, Form::NotCustomer | Form::NotCustomerNoId);
        SourceRow {
            account: index,
            number,
            form,
            external_userid: (form != Form::NotCustomerNoId).then(|| self.people.source_id(number, traits.wecom)),
            unionid: with_unionid.then(|| self.people.source_unionid(number)),
            name: named.then(|| self.people.name(number)),
            created: details.then(|| self.source_time(index, number, form)),
            wecom: traits.wecom,
            lender: None,
            fate: group.plan.fate,
            method: None,
            arrived: None,
            target_id: None,
            refused: false,
            plan: group.plan.label,
        }
    }

    fn target(&self, index: usize, group: &Group, number: u64, key: Key, when: When, origin: Origin) -> TargetRow {
        let traits = self.people.traits(number, key);
        let details = when != When::IdOnly;
        TargetRow {
            account: index,
            number,
            when,
            external_userid: self.people.target_id(number, traits.wecom),
            unionid: (details && traits.target_unionid).then(|| self.people.target_unionid(number)),
            name: details.then(|| self.people.target_name(number, traits.renamed)),
            created: self.target_time(index, number, when),
            wecom: traits.wecom,
            origin,
            from: None,
            plan: group.plan.label,
        }
    }

    /// Keeps a row whose customer is the account's own: it is the one to enter them in the customer map.
    fn keep(&self, row: SourceRow, key: Key, rows: &mut Rows) {
        let Traits { mapped, wecom, .. } = self.people.traits(row.number, key);
        if mapped && row.external_userid.is_some() {
            rows.map.push((self.people.source_id(row.number, wecom), self.people.target_id(row.number, wecom)));
        }
        rows.sources.push(row);
    }

    fn refusal(&self, row: &SourceRow, refusal: Refusal) -> RefusalRow {
        let id = row.external_userid.clone().unwrap_or_default();
        let name = row.name.clone().unwrap_or_default();
        let userid = self.layout.accounts[row.account].source_userid.clone();
        let empty = RefusalRow::default();
        match refusal {
            Refusal::ById => RefusalRow { external_userid: id, ..empty },
            Refusal::ByIdOfMember => RefusalRow { external_userid: id, userid, ..empty },
            Refusal::ByUnionid => RefusalRow { unionid: row.unionid.clone().unwrap_or_default(), ..empty },
            Refusal::ByName | Refusal::ByNameOfTwo => RefusalRow { name, ..empty },
            Refusal::ByNameOfMember => RefusalRow { name, userid, ..empty },
            Refusal::None => empty,
        }
    }

    /// When the member of `index` added the customer; some late ones at the very start, which is late already.
    pub fn source_time(&self, index: usize, number: u64, form: Form) -> i64 {
        let dice = self.dice("source time", number).of("account", index as u64);
        match form {
            Form::Late if dice.of("edge", 0).chance(2_500) => START,
            Form::Late => START + dice.between(0, HOUR),
            _ if dice.of("edge", 0).chance(20) => START - 1,
            _ => dice.between(OLDEST, START - DAY),
        }
    }

    /// When the target relation was made; some at the very bounds.
    fn target_time(&self, index: usize, number: u64, when: When) -> Option<i64> {
        let dice = self.dice("target time", number).of("account", index as u64);
        let edge = dice.of("edge", 0).chance(300);
        match when {
            When::Window if edge => Some(if dice.of("which", 0).chance(5_000) { START } else { FINISH - 1 }),
            When::Window => Some(dice.between(START, FINISH)),
            When::Later if edge => Some(FINISH),
            When::Later => Some(dice.between(FINISH, FINISH + 2 * DAY)),
            When::Old | When::OldBefore | When::Gone if edge => Some(START - 3 * HOUR),
            When::Old | When::OldBefore | When::Gone => Some(dice.between(OLDEST, START - DAY)),
            When::NoTime | When::NoTimeBefore | When::IdOnly => None,
        }
    }

    /// An account by its number.
    pub fn at(&self, index: usize) -> &Account {
        &self.layout.accounts[index]
    }

    fn dice(&self, label: &str, number: u64) -> Dice {
        self.world.dice.of(label, number)
    }
}

/// The origin of a target relation that is matched with a source relation of such an outcome.
fn origin_of(outcome: Outcome) -> Origin {
    match outcome {
        Outcome::Migrated => Origin::Migrated,
        Outcome::AlreadyAtTarget => Origin::AlreadyAtTarget,
        Outcome::RefusedButArrived => Origin::RefusedButArrived,
        Outcome::Misplaced => Origin::Misplaced,
        Outcome::ArrivedOutOfScope => Origin::ArrivedOutOfScope,
        _ => Origin::OutOfScope,
    }
}

/// Tells both sides of a match of each other.
fn join(source: &mut SourceRow, target: &mut TargetRow, method: MatchMethod) {
    source.method = Some(method);
    source.arrived = Some(target.account);
    source.target_id = Some(target.external_userid.clone());
    target.from = Some((source.account, source.external_userid.clone()));
}
