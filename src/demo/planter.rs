//! Number of instances of each plan in each account: small, whole in memory, and all that the writers have to know.

use super::accounts::{self, AccountKind};
use super::names;
use super::plan::groups::GROUP_PLANS;
use super::plan::relations::{CONTESTED, FILLER, RELATION_PLANS};
use super::plan::{DemoPlan, PlanCustomers, PlanShare, Under};
use super::world::World;
use crate::error::{Error, Result};
use crate::text::errors as say;

/// Most relations of an account from its share: a member holds 20,000 at most.
const FULL: u64 = 19_400;
/// Least relations beside the least instances of all plans.
const LEAST_REST: u64 = 24;

/// Instances of one plan in one account.
#[derive(Debug, Clone, Copy)]
pub struct Lot {
    pub plan: &'static DemoPlan,
    pub count: u64,
    /// Number of the first customer of its own, or of the first group.
    pub first: u64,
    /// Number of the first customer of another account.
    pub foreign: u64,
    /// The account whose customers these are.
    pub holder: Option<usize>,
    /// Another account that receives a part.
    pub receiver: Option<usize>,
    /// Number of instances of group plans that the account had before.
    pub ordinal: u64,
}

#[derive(Debug, Clone, Copy)]
pub struct PlanInstance<'l> {
    pub home: usize,
    pub lot: &'l Lot,
    /// Number within the lot.
    pub number: u64,
}

impl Lot {
    pub fn instances(&self, home: usize) -> impl Iterator<Item = PlanInstance<'_>> {
        (0..self.count).map(move |number| PlanInstance { home, lot: self, number })
    }
}

impl PlanInstance<'_> {
    /// Number of the `customer`th customer.
    pub fn customer(&self, customer: u64) -> u64 {
        match self.lot.plan.numbers() {
            0 => self.lot.foreign + self.number,
            numbers => self.lot.first + self.number * numbers + customer,
        }
    }
}

/// An account with its plans.
#[derive(Debug)]
pub struct PlantedAccount {
    pub kind: AccountKind,
    pub source_userid: String,
    pub target_userid: String,
    pub lots: Vec<Lot>,
    /// Lots of other accounts with target relations here.
    pub received: Vec<(usize, Lot)>,
}

impl PlantedAccount {
    /// Number of its relations in source-before.
    pub fn sources(&self) -> u64 {
        self.lots.iter().map(|lot| lot.count * lot.plan.sources()).sum()
    }

    /// Number of relations of its target account in target-after.
    pub fn targets(&self) -> u64 {
        let received: u64 = self.received.iter().map(|(_, lot)| lot.count).sum();
        received + self.lots.iter().map(|lot| lot.count * lot.plan.targets()).sum::<u64>()
    }
}

/// All accounts with their plans.
#[derive(Debug)]
pub struct PlantedCase {
    pub accounts: Vec<PlantedAccount>,
    /// The cap that one target account has reached, and no other.
    pub customer_cap: u64,
}

/// Plants `world.relations` relations, and the groups beside them.
///
/// # Errors
/// [`Error::Usage`] if these are too few for the least instances of every plan.
pub fn plant(world: &World) -> Result<PlantedCase> {
    let mut planter = Planter::new(world);
    let least = planter.least_instances();
    let sizes = planter.sizes(&least)?;
    for (index, (least, size)) in least.into_iter().zip(sizes).enumerate() {
        for (plan, count) in least {
            planter.plant(index, plan, count);
        }
        planter.fill(index, size)?;
    }
    planter.finish()
}

/// Least instances of plans in an account.
type Least = Vec<(&'static DemoPlan, u64)>;

fn plans() -> impl Iterator<Item = &'static DemoPlan> {
    RELATION_PLANS.iter().chain(GROUP_PLANS)
}

/// Deals `total` relations to `accounts` accounts: a few full ones, many small ones.
fn distribute(world: &World, total: u64, accounts: usize) -> Vec<u64> {
    let weight = |n| {
        let dice = world.dice.of("size", n);
        if dice.chance(400) { 8_000 } else { 20 + dice.of("of", 0).below(40) * dice.of("of", 1).below(40) }
    };
    let weights: Vec<u64> = (0..accounts as u64).map(weight).collect();
    let sum: u64 = weights.iter().sum();
    let mut sizes: Vec<u64> = weights.iter().map(|weight| (total * weight / sum).min(FULL)).collect();
    let mut left = total - sizes.iter().sum::<u64>();
    while left > 0 {
        let open: Vec<usize> = (0..accounts).filter(|n| sizes[*n] < FULL).collect();
        let portion = (left / open.len().max(1) as u64).max(1);
        // If every account is full, members hold more than the service would let them.
        for n in if open.is_empty() { (0..accounts).collect() } else { open } {
            let more = portion.min(left);
            sizes[n] += more;
            left -= more;
        }
    }
    sizes
}

/// Customers of a normal account that others may hold too, as first number and count.
struct SharedStock {
    account: usize,
    /// The lower half: for any account.
    shared: (u64, u64),
    /// The rest of the upper half: each for one other account.
    shared_once: (u64, u64),
}

struct Planter<'w> {
    world: &'w World,
    accounts: Vec<PlantedAccount>,
    next_customer: u64,
    next_group: u64,
    stocks: Vec<SharedStock>,
    contested: Option<Lot>,
    /// Relations that a plan could not take, for want of customers to share.
    returned: u64,
    turn: usize,
}

impl<'w> Planter<'w> {
    fn new(world: &'w World) -> Self {
        let account = |(number, kind)| PlantedAccount {
            kind,
            source_userid: names::source_userid(world.dice, number),
            target_userid: names::target_userid(world.dice, number),
            lots: Vec::new(),
            received: Vec::new(),
        };
        let accounts = accounts::kinds(world).into_iter().enumerate().map(account).collect();
        let (stocks, contested) = (Vec::new(), None);
        Self { world, accounts, next_customer: 0, next_group: 0, stocks, contested, returned: 0, turn: 0 }
    }

    fn of_kind(&self, kind: AccountKind) -> Vec<usize> {
        (0..self.accounts.len()).filter(|n| self.accounts[*n].kind == kind).collect()
    }

    /// Returns the least instances of every plan: dealt out in turn among normal accounts, the same in all others of a
    /// kind.
    fn least_instances(&self) -> Vec<Least> {
        let normal = self.of_kind(AccountKind::Normal);
        let rounds = match self.world.relations {
            0..=399 => 1,
            400..=1_499 => 2,
            _ => 3,
        };
        let of_kind = |account: &PlantedAccount| match account.kind {
            AccountKind::Normal => Vec::new(),
            kind => plans().filter(|plan| plan.fits(self.world, kind)).map(|plan| (plan, plan.planted)).collect(),
        };
        let mut least: Vec<Least> = self.accounts.iter().map(of_kind).collect();
        let dealt = plans().filter(|plan| plan.fits(self.world, AccountKind::Normal) && plan.planted > 0);
        for (turn, plan) in dealt.enumerate() {
            let count = if plan.plants_groups() { plan.planted } else { plan.planted * rounds };
            match plan.customers {
                // The account after the one whose customers are contested.
                PlanCustomers::Contested => least[normal[1 % normal.len()]].push((plan, count)),
                _ if plan.label == CONTESTED => least[normal[0]].push((plan, count)),
                _ => (0..count).for_each(|round| least[normal[(turn + round as usize) % normal.len()]].push((plan, 1))),
            }
        }
        least
    }

    /// Number of relations of each account beyond the least instances.
    fn sizes(&self, least: &[Least]) -> Result<Vec<u64>> {
        let world = self.world;
        let rows = |least: &Least| least.iter().map(|(plan, count)| plan.sources() * count).sum::<u64>();
        let special = |(account, least): (&PlantedAccount, &Least)| match account.kind {
            AccountKind::AtCap | AccountKind::Normal | AccountKind::Empty | AccountKind::Bystander => 0,
            _ => (world.relations / 150).clamp(rows(least) + 1, rows(least) + 2_000) - rows(least),
        };
        let mut sizes: Vec<u64> = self.accounts.iter().zip(least).map(special).collect();
        let committed = sizes.iter().sum::<u64>() + least.iter().map(rows).sum::<u64>();
        let rest =
            world.relations.checked_sub(committed).filter(|rest| *rest >= LEAST_REST).ok_or_else(|| {
                Error::usage(say::too_few_relations(world.relations), say::too_few_remedy(super::FEWEST))
            })?;
        let normal = self.of_kind(AccountKind::Normal);
        let at_cap = (rest / (normal.len() as u64 + 1)).clamp(LEAST_REST, FULL).min(rest);
        sizes[self.of_kind(AccountKind::AtCap)[0]] = at_cap;
        for (index, size) in normal.iter().zip(distribute(world, rest - at_cap, normal.len())) {
            sizes[*index] = size;
        }
        Ok(sizes)
    }

    /// Fills an account: every plan by its share, the rest by the plan that takes the rest.
    fn fill(&mut self, index: usize, size: u64) -> Result<()> {
        let kind = self.accounts[index].kind;
        let mut left = size + std::mem::take(&mut self.returned);
        let mut rest = None;
        for (number, plan) in plans().enumerate().filter(|(_, plan)| plan.fits(self.world, kind)) {
            let PlanShare::Of(share) = plan.share else {
                rest = Some(plan);
                continue;
            };
            let dice = self.world.dice.of("share", index as u64).of("plan", number as u64);
            let rows = plan.sources();
            let count = dice.portion(size, share) / rows.max(1);
            let count = count.min(left.checked_div(rows).unwrap_or(count));
            left -= count * rows;
            self.plant(index, plan, count);
        }
        left += std::mem::take(&mut self.returned);
        match rest {
            Some(plan) if left > 0 => self.plant(index, plan, left),
            None if left > 0 => return Err(Error::Bug(format!("{left} relations of account {index} fit no plan"))),
            _ => {}
        }
        self.offer(index);
        Ok(())
    }

    /// Puts `count` instances of `plan` into an account, with customers of its own or of others.
    fn plant(&mut self, index: usize, plan: &'static DemoPlan, count: u64) {
        let mut left = count;
        while left > 0 {
            let Some(mut lot) = self.lot(index, plan, left) else {
                self.returned += left * plan.sources();
                return;
            };
            left -= lot.count;
            let next = if plan.plants_groups() { &mut self.next_group } else { &mut self.next_customer };
            lot.first = *next;
            *next += plan.numbers() * lot.count;
            let planted = self.accounts[index].lots.iter().filter(|lot| lot.plan.plants_groups());
            lot.ordinal = planted.map(|lot| lot.count).sum();
            lot.receiver = plan.receiver().map(|under| self.receiver(index, under));
            if let Some(receiver) = lot.receiver.filter(|_| !plan.plants_groups()) {
                self.accounts[receiver].received.push((index, lot));
            }
            if plan.label == CONTESTED {
                self.contested = Some(lot);
            }
            self.accounts[index].lots.push(lot);
        }
    }

    /// Returns a lot of at most `count` instances, with the customers that it takes from others.
    fn lot(&mut self, index: usize, plan: &'static DemoPlan, count: u64) -> Option<Lot> {
        let lot = Lot { plan, count, first: 0, foreign: 0, holder: None, receiver: None, ordinal: 0 };
        let from = |holder, (foreign, most): (u64, u64)| Lot { count: count.min(most), foreign, holder, ..lot };
        match plan.customers {
            PlanCustomers::Own | PlanCustomers::OneName => Some(lot),
            PlanCustomers::Contested => self.contested.map(|other| from(None, (other.first, other.count))),
            PlanCustomers::Shared => {
                let taken = |lot: &Lot, holder: usize| {
                    lot.holder == Some(holder) && lot.plan.customers == PlanCustomers::Shared
                };
                let lots = &self.accounts[index].lots;
                let free = |stock: &&SharedStock| {
                    stock.account != index && stock.shared.1 > 0 && !lots.iter().any(|lot| taken(lot, stock.account))
                };
                self.stocks.iter().rev().take(6).find(free).map(|stock| from(Some(stock.account), stock.shared))
            }
            PlanCustomers::SharedOnce | PlanCustomers::Namesake => {
                let free = |stock: &&mut SharedStock| stock.account != index && stock.shared_once.1 > 0;
                let stock = self.stocks.iter_mut().rev().take(64).find(free)?;
                let lot = from(Some(stock.account), stock.shared_once);
                stock.shared_once = (lot.foreign + lot.count, stock.shared_once.1 - lot.count);
                Some(lot)
            }
        }
    }

    /// Lets later accounts share the plain customers of this one.
    fn offer(&mut self, account: usize) {
        if !matches!(self.accounts[account].kind, AccountKind::Normal | AccountKind::AtCap) {
            return;
        }
        if let Some(plain) = self.accounts[account].lots.iter().find(|lot| lot.plan.share == PlanShare::Rest) {
            let half = plain.count / 2;
            let (shared, shared_once) = ((plain.first, half), (plain.first + half, plain.count - half));
            self.stocks.push(SharedStock { account, shared, shared_once });
        }
    }

    /// Another account that receives a part.
    fn receiver(&mut self, index: usize, under: Under) -> usize {
        self.turn += 1;
        let kind = if under == Under::Bystander { AccountKind::Bystander } else { AccountKind::Normal };
        let all: Vec<usize> = self.of_kind(kind).into_iter().filter(|n| *n != index).collect();
        all[self.turn % all.len()]
    }

    /// Fills up the account at its cap beyond all others.
    fn finish(mut self) -> Result<PlantedCase> {
        let planted: u64 = self.accounts.iter().map(PlantedAccount::sources).sum();
        if planted != self.world.relations || self.returned != 0 {
            return Err(Error::Bug(format!("planted {planted} relations instead of {}", self.world.relations)));
        }
        let at_cap = self.of_kind(AccountKind::AtCap)[0];
        let others = self.accounts.iter().filter(|account| account.kind != AccountKind::AtCap);
        let most = others.map(PlantedAccount::targets).max().unwrap_or(0);
        let held = self.accounts[at_cap].targets();
        if held <= most {
            self.plant(at_cap, FILLER, most + 3 - held);
        }
        let customer_cap = self.accounts[at_cap].targets();
        Ok(PlantedCase { accounts: self.accounts, customer_cap })
    }
}
