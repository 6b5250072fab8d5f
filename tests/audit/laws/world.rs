//! Small cases by chance, the same for the same seed: what can go together in a case, goes together in some of them.

use std::collections::BTreeSet;

use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::support::Story;

/// Chance that repeats (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.bits() % n as u64).unwrap()
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// A relation of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    pub member: String,
    pub id: Option<String>,
    pub name: Option<String>,
    pub unionid: Option<String>,
    /// Seconds since 1970.
    pub made: Option<u64>,
}

/// A whole case.
#[derive(Debug, Clone)]
pub struct World {
    pub before: Vec<Relation>,
    pub after: Vec<Relation>,
    /// Source, target, passed.
    pub accounts: Vec<(String, String, bool)>,
    pub map: Vec<(String, String)>,
    /// Source ids.
    pub refused: Vec<String>,
    /// Pairs of the unassigned list.
    pub unassigned: Vec<(String, String)>,
}

/// What the worlds of a law may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Every relation has an `external_userid`, as every answer of the service has.
    pub all_ids: bool,
    /// Every relation has a time of its own, so that ids never break a tie.
    pub all_times: bool,
}

/// 1 May 2026 in Shanghai, as in every story.
pub const START: u64 = 1_777_564_800;
const DAY: u64 = 86_400;

impl World {
    pub fn new(seed: u64, limits: Limits) -> Self {
        let mut dice = Dice::new(seed);
        let members = ["ann", "bob", "cat", "dan", "eve"];
        let accounts =
            members[..4].iter().enumerate().map(|(i, m)| ((*m).to_owned(), format!("{m}2"), i != 3)).collect();
        let mut world = Self {
            before: Vec::new(),
            after: Vec::new(),
            accounts,
            map: Vec::new(),
            refused: Vec::new(),
            unassigned: Vec::new(),
        };
        let customers = 4 + dice.below(12);
        for customer in 0..customers {
            world.add_customer(customer, &members, &mut dice, limits);
        }
        for extra in 0..dice.below(6) {
            let made = Some(START + dice.below(12) as u64 * DAY - 3 * DAY + extra as u64);
            let name = Some(name(&mut dice));
            let member = format!("{}2", members[dice.below(members.len())]);
            world.after.push(Relation { member, id: Some(format!("x{extra}")), name, unionid: None, made });
        }
        distinct(&mut world.before);
        distinct(&mut world.after);
        if limits.all_times {
            for (i, relation) in (1..).zip(world.before.iter_mut().chain(&mut world.after)) {
                relation.made = Some(relation.made.unwrap_or(START) + i);
            }
        }
        dice.shuffle(&mut world.before);
        dice.shuffle(&mut world.after);
        world
    }

    fn add_customer(&mut self, customer: usize, members: &[&str], dice: &mut Dice, limits: Limits) {
        let (id, target_id) = (format!("w{customer}"), format!("t{customer}"));
        let has_id = limits.all_ids || dice.percent(85);
        let unionid = dice.percent(50).then(|| format!("u{customer}"));
        let name = (!has_id || dice.percent(85)).then(|| name(dice));
        for member in members.iter().copied().filter(|_| dice.percent(35)).collect::<Vec<_>>() {
            let made = dice
                .percent(90)
                .then(|| START - DAY * dice.below(400) as u64 + if dice.percent(10) { 3 * DAY } else { 0 });
            let member = member.to_owned();
            self.before.push(Relation {
                member: member.clone(),
                id: has_id.then(|| id.clone()),
                name: name.clone(),
                unionid: unionid.clone(),
                made,
            });
            if dice.percent(5) {
                self.unassigned.push((member.clone(), id.clone()));
            }
            if dice.percent(70) {
                let strayed = dice.percent(15);
                let member =
                    if strayed { format!("{}2", members[dice.below(members.len())]) } else { format!("{member}2") };
                let made = dice
                    .percent(85)
                    .then(|| if dice.percent(20) { START - 9 * DAY } else { START + DAY + dice.below(9000) as u64 });
                let id = (limits.all_ids || dice.percent(90)).then(|| target_id.clone());
                let name = if id.is_none() || dice.percent(80) {
                    name.clone().or_else(|| id.is_none().then(|| "nameless".to_owned()))
                } else {
                    None
                };
                let unionid = unionid.clone().filter(|_| dice.percent(80));
                self.after.push(Relation { member, id, name, unionid, made });
            }
        }
        if dice.percent(25) {
            self.map.push((id.clone(), target_id));
        }
        if dice.percent(5) {
            self.map.push((id.clone(), "t0".to_owned()));
        }
        if dice.percent(10) {
            self.refused.push(id);
        }
    }

    /// Removes a row, of relations or of a list, by its number in all of them; whether there is such a row.
    fn remove(&mut self, mut row: usize) -> bool {
        let mut from = |rows: usize, remove: &mut dyn FnMut(usize)| {
            let is_here = row < rows;
            if is_here {
                remove(row);
            }
            row = row.wrapping_sub(rows);
            is_here
        };
        from(self.before.len(), &mut |at| drop(self.before.remove(at)))
            || from(self.after.len(), &mut |at| drop(self.after.remove(at)))
            || from(self.map.len(), &mut |at| drop(self.map.remove(at)))
            || from(self.refused.len(), &mut |at| drop(self.refused.remove(at)))
            || from(self.unassigned.len(), &mut |at| drop(self.unassigned.remove(at)))
    }

    /// The case, with its relations in sheets.
    pub fn story(&self) -> Story {
        self.lists(
            Story::new("", "").role("source-before", &lines(&self.before)).role("target-after", &lines(&self.after)),
        )
    }

    /// The lists of the case.
    pub fn lists(&self, story: Story) -> Story {
        let rows = |pairs: &[(String, String)]| pairs.iter().map(|(a, b)| format!("{a} {b}\n")).collect::<String>();
        let accounts: String = self
            .accounts
            .iter()
            .map(|(s, t, passed)| format!("{s} {t} {}\n", if *passed { "pass" } else { "fail" }))
            .collect();
        let story = story.accounts(&accounts).customer_map(&rows(&self.map)).refusals(&self.refused.join("\n"));
        story.unassigned(&rows(&self.unassigned))
    }
}

/// Few names, so that they repeat.
fn name(dice: &mut Dice) -> String {
    ["wei", "li", "min", "王伟", "李娜"][dice.below(5)].to_owned()
}

/// One relation per grain: which of two copies that differ wins is a matter of order, and no law holds for that.
fn distinct(relations: &mut Vec<Relation>) {
    let mut seen = BTreeSet::new();
    let with_id: Vec<Relation> = relations.iter().filter(|r| r.id.is_some()).cloned().collect();
    // A row without an id that agrees with one that has one is the same relation.
    let is_same = |r: &Relation, other: &Relation| {
        r.member == other.member
            && r.made.is_some()
            && r.made == other.made
            && (other.name.is_none() || other.name == r.name)
    };
    relations.retain(|r| r.id.is_some() || !with_id.iter().any(|other| is_same(r, other)));
    relations.retain(|r| match &r.id {
        Some(id) => seen.insert((r.member.clone(), Some(id.clone()), None, None)),
        None => seen.insert((r.member.clone(), None, r.name.clone(), r.made)),
    });
}

/// Relations as lines of a story.
pub fn lines(relations: &[Relation]) -> String {
    let line = |r: &Relation| {
        let made = r.made.map(|made| format!(" {made}")).unwrap_or_default();
        let unionid = r.unionid.as_ref().map(|unionid| format!(" unionid={unionid}")).unwrap_or_default();
        format!(
            "{}: {}{made} id={}{unionid}\n",
            r.member,
            r.name.as_deref().unwrap_or("-"),
            r.id.as_deref().unwrap_or_default()
        )
    };
    relations.iter().map(line).collect()
}

/// Worlds by chance, which shrink row by row: a law that is broken is reported of the smallest world that breaks it.
#[derive(Debug, Clone, Copy)]
pub struct Worlds(pub Limits);

impl Strategy for Worlds {
    type Tree = ShrinkingWorld;
    type Value = World;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(ShrinkingWorld { world: World::new(runner.rng().next_u64(), self.0), next: 0, larger: None })
    }
}

/// A world from which one row after the other is tried to be removed.
#[derive(Debug)]
pub struct ShrinkingWorld {
    world: World,
    /// The row to be removed next.
    next: usize,
    /// The world with the row that was removed last.
    larger: Option<World>,
}

impl ValueTree for ShrinkingWorld {
    type Value = World;

    fn current(&self) -> World {
        self.world.clone()
    }

    fn simplify(&mut self) -> bool {
        self.larger = Some(self.world.clone());
        self.world.remove(self.next)
    }

    fn complicate(&mut self) -> bool {
        let Some(larger) = self.larger.take() else { return false };
        self.world = larger;
        self.next += 1;
        self.simplify()
    }
}

/// Runs a test on some values by chance, the same ones in every run; of a failure it reports the smallest value found.
pub fn holds<S: Strategy>(cases: u32, values: &S, test: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, chance).run(values, |value| {
        test(value);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}
