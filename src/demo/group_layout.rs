//! Which account owns the groups of which plan, and what they are called.

use super::group_plan::{GroupPlan, Home, Owner, Title};
use super::layout::Layout;
use super::world::World;

/// What groups are called; each owner's first group like every other owner's first.
const NAMES: &[&str] = &[
    "VIP客户群",
    "福利群",
    "新品通知群",
    "售后服务群",
    "老客户交流群",
    "门店会员群",
    "周末活动群🎉",
    "团购群",
    "技术支持群",
    "妈妈群",
    "经销商群",
    "春季班",
];
/// A plan with the accounts that it is planted in.
#[derive(Debug, Clone, Copy)]
pub struct Cluster {
    pub plan: &'static GroupPlan,
    pub number: u64,
    home: Option<usize>,
    other: usize,
    /// How many plans the account had before.
    ordinal: u64,
}

impl Cluster {
    /// The account behind an owner, if anybody knows it.
    pub fn account(&self, owner: Owner) -> Option<usize> {
        if owner == Owner::Home { self.home } else { Some(self.other) }
    }

    /// A name that no group of the owner bears beside those of this plan with the same title.
    pub fn name(&self, title: Title) -> Option<String> {
        let names = NAMES.len() as u64;
        let (place, round) = (self.ordinal % names, self.ordinal / names);
        let name = match round {
            // Two accounts have not had equally many plans before.
            _ if self.plan.of_two() => format!("跨店群{}", self.number),
            0 => NAMES[place as usize].to_owned(),
            round => format!("{}{}", NAMES[place as usize], round + 1),
        };
        match title {
            Title::First => Some(name),
            Title::Second => Some(format!("{name}（新）")),
            Title::Third => Some(format!("北河-{name}")),
            Title::None => None,
        }
    }
}

/// Deals the plans to accounts in turn: among the accounts of a home, every plan's groups have an owner of their own, or
/// names of their own.
pub fn settle(world: &World, layout: &Layout, plans: impl Iterator<Item = &'static GroupPlan>) -> Vec<Cluster> {
    let homes = [Home::Enrolled, Home::Failed, Home::Outside, Home::Left];
    let accounts = |home: Home| {
        (0..layout.accounts.len()).filter(move |n| home.holds(layout.accounts[*n].kind)).collect::<Vec<_>>()
    };
    let mut open: Vec<(Home, Vec<usize>, usize)> = homes.iter().map(|home| (*home, accounts(*home), 0)).collect();
    let enrolled = open[0].1.clone();
    let start = world.dice.of("first owner", 0).below(enrolled.len() as u64) as usize;
    plans
        .zip(0..)
        .map(|(plan, number)| {
            let of_home = open.iter_mut().find(|(home, accounts, _)| *home == plan.home && !accounts.is_empty());
            let (home, ordinal, turn) = match of_home {
                None => (None, 0, 0),
                Some((_, accounts, turn)) => {
                    let place = *turn;
                    *turn += 1;
                    (Some(accounts[(start + place) % accounts.len()]), (place / accounts.len()) as u64, place)
                }
            };
            Cluster { plan, number, home, other: enrolled[(start + turn + 1) % enrolled.len()], ordinal }
        })
        .collect()
}
