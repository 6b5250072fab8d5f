//! Which account holds how many relations of which plan: small, whole in memory, and all that the writers need to know.

use super::accounts::{self, Kind};
use super::book::{BOOK, FILLER};
use super::names;
use super::plan::{Owner, Place, Plan, Share};
use super::world::World;
use crate::error::{Error, Result};
use crate::text::errors as say;

/// No account gets more relations than this from its share: a member holds 20,000 at most.
const FULL: u64 = 19_400;

/// So many instances of one plan in one account.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    pub plan: &'static Plan,
    pub count: u64,
    /// The first customer number: of its own customers, or where the plan has none, of those that it borrows.
    pub first: u64,
    /// The first number of the customers that it borrows.
    pub borrowed: u64,
    /// The account that it borrows from.
    pub lender: Option<usize>,
    /// The account under whose target account a part of it stands.
    pub receiver: Option<usize>,
}

/// An account with what was planted in it.
#[derive(Debug)]
pub struct Account {
    pub kind: Kind,
    pub source_userid: String,
    pub target_userid: String,
    pub groups: Vec<Group>,
    /// Groups of other accounts that left target relations here.
    pub arrivals: Vec<(usize, Group)>,
}

impl Account {
    /// How many relations of source-before it holds.
    pub fn sources(&self) -> u64 {
        self.groups.iter().map(|g| g.count * g.plan.sources()).sum()
    }

    /// How many relations of target-after its target account holds.
    pub fn targets(&self) -> u64 {
        let arrived: u64 = self.arrivals.iter().map(|(_, g)| g.count).sum();
        arrived + self.groups.iter().map(|g| g.count * g.plan.targets()).sum::<u64>()
    }
}

/// Everything planted.
#[derive(Debug)]
pub struct Layout {
    pub accounts: Vec<Account>,
    /// The cap that one target account, and no other, has reached.
    pub customer_cap: u64,
}

/// Plants `world.relations` relations.
///
/// # Errors
/// [`Error::Usage`] if that is too few for every plan to stand once.
pub fn layout(world: &World) -> Result<Layout> {
    let mut planter = Planter::new(world);
    let normal = planter.of_kind(Kind::Normal);
    let rounds = match world.relations {
        0..=399 => 1,
        400..=1_499 => 2,
        _ => 3,
    };
    let planted = plant_normal(world, rounds, normal.len());
    let rows = |plans: &[(&Plan, u64)]| plans.iter().map(|(plan, count)| plan.sources() * count).sum::<u64>();
    let special: Vec<u64> = planter.accounts.iter().map(|account| special_size(world, account.kind)).collect();
    let committed = special.iter().sum::<u64>() + planted.iter().map(|plans| rows(plans)).sum::<u64>();
    let too_few = || Error::usage(say::too_few_relations(world.relations), say::too_few_remedy(super::FEWEST));
    let spare = world.relations.checked_sub(committed).filter(|spare| *spare >= 24).ok_or_else(too_few)?;
    let at_cap = (spare / (normal.len() as u64 + 1)).clamp(24, FULL).min(spare);
    let fills = distribute(world, spare - at_cap, normal.len());
    for (index, size) in special.iter().enumerate() {
        match planter.accounts[index].kind {
            Kind::AtCap => planter.plant(index, at_cap)?,
            Kind::Normal => {
                let place = index - normal[0];
                for (plan, count) in &planted[place] {
                    planter.planted(index, plan, *count);
                }
                planter.plant(index, fills[place])?;
            }
            kind => {
                let mut left = *size;
                for plan in BOOK.iter().filter(|plan| plan.fits(world, kind)) {
                    left -= plan.planted * plan.sources();
                    planter.planted(index, plan, plan.planted);
                }
                planter.plant(index, left)?;
            }
        }
    }
    planter.finish()
}

/// The least instances of every plan of normal accounts, dealt out in turn; the first account has those of `contested`,
/// the second the other side of them.
fn plant_normal(world: &World, rounds: u64, accounts: usize) -> Vec<Vec<(&'static Plan, u64)>> {
    let mut dealt: Vec<Vec<(&'static Plan, u64)>> = vec![Vec::new(); accounts];
    let plans = BOOK.iter().filter(|plan| plan.fits(world, Kind::Normal) && plan.planted > 0);
    for (turn, plan) in plans.enumerate() {
        match plan.label {
            "contested" => dealt[0].push((plan, plan.planted * rounds)),
            "contested-other" => dealt[1 % accounts].push((plan, plan.planted * rounds)),
            _ => (0..plan.planted * rounds).for_each(|round| dealt[(turn + round as usize) % accounts].push((plan, 1))),
        }
    }
    dealt
}

/// How many relations an account of a special kind has at the source.
fn special_size(world: &World, kind: Kind) -> u64 {
    if matches!(kind, Kind::AtCap | Kind::Normal | Kind::Empty | Kind::Bystander) {
        return 0;
    }
    let least: u64 = BOOK.iter().filter(|plan| plan.fits(world, kind)).map(|plan| plan.planted * plan.sources()).sum();
    (world.relations / 150).clamp(least + 1, least + 2_000)
}

/// Deals `total` relations to `accounts` accounts: a few full ones, many small ones.
fn distribute(world: &World, total: u64, accounts: usize) -> Vec<u64> {
    let weights: Vec<u64> = (0..accounts as u64)
        .map(|n| {
            let dice = world.dice.of("size", n);
            if dice.chance(400) { 8_000 } else { 20 + dice.of("of", 0).below(40) * dice.of("of", 1).below(40) }
        })
        .collect();
    let sum: u64 = weights.iter().sum();
    let mut sizes: Vec<u64> = weights.iter().map(|w| (total * w / sum).min(FULL)).collect();
    let mut left = total - sizes.iter().sum::<u64>();
    while left > 0 {
        let open: Vec<usize> = (0..accounts).filter(|n| sizes[*n] < FULL).collect();
        let portion = (left / open.len().max(1) as u64).max(1);
        // Every account full: beyond what members can hold, the demo lets them hold more.
        let targets = if open.is_empty() { (0..accounts).collect() } else { open };
        for n in targets {
            let more = portion.min(left);
            sizes[n] += more;
            left -= more;
        }
    }
    sizes
}

/// Customers of a normal account that others may hold too.
struct Lender {
    account: usize,
    /// The lower half: anybody's, as long as their relation arrived or was out of scope.
    shared: (u64, u64),
    /// What is left of the upper half: each goes to one borrower.
    lent: (u64, u64),
}

struct Planter<'w> {
    world: &'w World,
    accounts: Vec<Account>,
    next_customer: u64,
    lenders: Vec<Lender>,
    contested: Option<Group>,
    /// Relations that a plan could not take, for want of customers to borrow.
    returned: u64,
    turn: usize,
}

impl<'w> Planter<'w> {
    fn new(world: &'w World) -> Self {
        let account = |(number, kind)| Account {
            kind,
            source_userid: names::source_userid(world.dice, number),
            target_userid: names::target_userid(world.dice, number),
            groups: Vec::new(),
            arrivals: Vec::new(),
        };
        let accounts = accounts::kinds(world).into_iter().enumerate().map(account).collect();
        Self { world, accounts, next_customer: 0, lenders: Vec::new(), contested: None, returned: 0, turn: 0 }
    }

    fn of_kind(&self, kind: Kind) -> Vec<usize> {
        (0..self.accounts.len()).filter(|n| self.accounts[*n].kind == kind).collect()
    }

    /// Fills an account: every plan by its share, the rest by the plan that takes the rest.
    fn plant(&mut self, index: usize, size: u64) -> Result<()> {
        let kind = self.accounts[index].kind;
        // Of the others the caller has planted the least instances before, beyond `size`.
        let least_too = kind == Kind::AtCap;
        let mut left = size + std::mem::take(&mut self.returned);
        let mut rest = None;
        for (number, plan) in BOOK.iter().enumerate().filter(|(_, plan)| plan.fits(self.world, kind)) {
            let Share::Of(share) = plan.share else {
                rest = Some(plan);
                continue;
            };
            let dice = self.world.dice.of("share", index as u64).of("plan", number as u64);
            let rows = plan.sources();
            let mut count = dice.portion(size, share) / rows.max(1);
            if least_too {
                count = count.max(plan.planted);
            }
            count = count.min(left.checked_div(rows).unwrap_or(count));
            left -= count * rows;
            self.planted(index, plan, count);
        }
        left += std::mem::take(&mut self.returned);
        match rest {
            Some(plan) if left > 0 => self.planted(index, plan, left),
            None if left > 0 => return Err(Error::Bug(format!("{left} relations of account {index} fit no plan"))),
            _ => {}
        }
        self.offer(index);
        Ok(())
    }

    /// Puts `count` instances of `plan` into an account, with customers of its own or of others.
    fn planted(&mut self, index: usize, plan: &'static Plan, count: u64) {
        let mut left = count;
        while left > 0 {
            let Some(mut group) = self.borrow(index, plan, left) else {
                self.returned += left * plan.sources();
                return;
            };
            left -= group.count;
            let own = plan.numbers() * group.count;
            if own > 0 {
                group.first = self.next_customer;
                self.next_customer += own;
            }
            group.receiver = plan.elsewhere().map(|place| self.receiver(index, place));
            if let Some(receiver) = group.receiver {
                self.accounts[receiver].arrivals.push((index, group));
            }
            if plan.label == "contested" {
                self.contested = Some(group);
            }
            self.accounts[index].groups.push(group);
        }
    }

    /// A group of at most `count` instances, with the customers that it borrows.
    fn borrow(&mut self, index: usize, plan: &'static Plan, count: u64) -> Option<Group> {
        let group = Group { plan, count, first: 0, borrowed: 0, lender: None, receiver: None };
        match plan.borrows() {
            None => Some(group),
            Some(Owner::Shared) => {
                let taken =
                    |g: &Group, lender: usize| g.lender == Some(lender) && g.plan.borrows() == Some(Owner::Shared);
                let free = |l: &&Lender| {
                    l.account != index && !self.accounts[index].groups.iter().any(|g| taken(g, l.account))
                };
                let lender = self.lenders.iter().rev().take(6).find(|l| free(l) && l.shared.1 > 0)?;
                Some(Group {
                    count: count.min(lender.shared.1),
                    borrowed: lender.shared.0,
                    lender: Some(lender.account),
                    ..group
                })
            }
            Some(Owner::Contested) => {
                let other = self.contested?;
                Some(Group { count: count.min(other.count), borrowed: other.first, lender: None, ..group })
            }
            Some(_) => {
                let lender = self.lenders.iter_mut().rev().take(64).find(|l| l.account != index && l.lent.1 > 0)?;
                let count = count.min(lender.lent.1);
                let borrowed = lender.lent.0;
                lender.lent = (borrowed + count, lender.lent.1 - count);
                Some(Group { count, borrowed, lender: Some(lender.account), ..group })
            }
        }
    }

    /// Lets later accounts borrow the plain customers of this one.
    fn offer(&mut self, index: usize) {
        if !matches!(self.accounts[index].kind, Kind::Normal | Kind::AtCap) {
            return;
        }
        if let Some(plain) = self.accounts[index].groups.iter().find(|g| g.plan.share == Share::Rest) {
            let half = plain.count / 2;
            self.lenders.push(Lender {
                account: index,
                shared: (plain.first, half),
                lent: (plain.first + half, plain.count - half),
            });
        }
    }

    /// Another account whose target account receives what is not its own.
    fn receiver(&mut self, index: usize, place: Place) -> usize {
        self.turn += 1;
        let kind = if place == Place::Bystander { Kind::Bystander } else { Kind::Normal };
        let all: Vec<usize> = self.of_kind(kind).into_iter().filter(|n| *n != index).collect();
        all[self.turn % all.len()]
    }

    /// Fills up the account at its cap beyond all others.
    fn finish(mut self) -> Result<Layout> {
        let planted: u64 = self.accounts.iter().map(Account::sources).sum();
        if planted != self.world.relations || self.returned != 0 {
            return Err(Error::Bug(format!("planted {planted} relations instead of {}", self.world.relations)));
        }
        let others = self.accounts.iter().filter(|a| a.kind != Kind::AtCap).map(Account::targets).max().unwrap_or(0);
        let at_cap = self.of_kind(Kind::AtCap)[0];
        let held = self.accounts[at_cap].targets();
        if held <= others {
            self.planted(at_cap, FILLER, others + 3 - held);
        }
        let customer_cap = self.accounts[at_cap].targets();
        Ok(Layout { accounts: self.accounts, customer_cap })
    }
}
