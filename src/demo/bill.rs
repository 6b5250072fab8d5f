//! The contract, drawn so that every limit of clause B11 is met from both sides, and the bill that must come out. In
//! whole numbers: prices in millionths, money in hundredths.

use serde_json::{Value, json};

use super::rng::Dice;
use super::world::World;
use crate::schema::vocabulary::BillingVerdict;

/// Where the number of participating relations stands, seen from the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    AsContracted,
    AtTolerance,
    OneAbove,
    FarAbove,
    AtLowerTolerance,
    OneBelow,
    FarBelow,
}

const PLACES: &[Place] = &[
    Place::AsContracted,
    Place::AtTolerance,
    Place::OneAbove,
    Place::FarAbove,
    Place::AtLowerTolerance,
    Place::OneBelow,
    Place::FarBelow,
];

/// A price as it is written, and in millionths.
type Price = (&'static str, u128);

const PRICES: &[Price] = &[
    ("0.80", 800_000),
    ("0.8", 800_000),
    ("1", 1_000_000),
    ("0.805", 805_000),
    ("0.3333", 333_300),
    ("0.012345", 12_345),
    ("12.50", 12_500_000),
];

/// A payment or an invoice.
#[derive(Debug, Clone, Copy)]
struct Money {
    on: &'static str,
    cents: u128,
    /// Of a payment: whether it is for the surcharge.
    surcharge: bool,
}

/// What was agreed and paid, and what it comes to.
#[derive(Debug)]
pub struct Bill {
    participating: u64,
    contracted: u64,
    delivered: u64,
    price: Price,
    surcharge_price: Option<Price>,
    above_contract: bool,
    party: Option<&'static str>,
    payments: Vec<Money>,
    invoices: Vec<(Money, Option<usize>)>,
    /// What was planted.
    plan: Vec<&'static str>,
}

impl Bill {
    /// Draws it; some worlds have no contract.
    pub fn new(world: &World, participating: u64, delivered: u64) -> Option<Self> {
        if !world.contract {
            return None;
        }
        let dice = world.dice.of("contract", 1);
        let place = dice.of("place", 0).pick(PLACES);
        let mut bill = Self {
            participating,
            contracted: contracted(participating, place),
            delivered,
            price: dice.of("price", 0).pick(PRICES),
            surcharge_price: dice
                .of("own surcharge price", 0)
                .chance(4_000)
                .then(|| dice.of("surcharge price", 0).pick(PRICES)),
            above_contract: dice.of("basis", 0).chance(5_000),
            party: Some("深圳市腾讯计算机系统有限公司"),
            payments: Vec::new(),
            invoices: Vec::new(),
            plan: vec![place.label()],
        };
        match dice.of("party", 0).below(8) {
            0 => {
                bill.party = Some("深圳市某某科技有限公司");
                bill.plan.push("party-other");
            }
            1 => {
                bill.party = None;
                bill.plan.push("party-unknown");
            }
            _ => {}
        }
        bill.pay(dice.of("payments", 0));
        bill.invoice(dice.of("invoices", 0));
        Some(bill)
    }

    fn pay(&mut self, dice: Dice) {
        let contract = self.contract_cents();
        let paid = |on, cents| Money { on, cents, surcharge: false };
        let (word, payments) = match dice.below(8) {
            0 => ("contract-late", vec![paid("2026-05-03", contract)]),
            1 => (
                "contract-in-part-late",
                vec![paid("2026-03-10", contract / 2), paid("2026-05-20", contract - contract / 2)],
            ),
            2 => ("contract-short", vec![paid("2026-03-10", contract - contract / 10 - 1)]),
            3 => ("contract-unpaid", Vec::new()),
            4 | 5 => (
                "contract-in-parts",
                vec![paid("2026-03-10", contract / 3), paid("2026-04-10", contract - contract / 3)],
            ),
            _ => ("contract-paid", vec![paid("2026-03-10", contract)]),
        };
        self.payments.extend(payments);
        self.plan.push(word);
        let surcharge = self.surcharge_cents();
        if surcharge == 0 {
            return;
        }
        let paid = |on, cents| Money { on, cents, surcharge: true };
        let (word, payment) = match dice.of("surcharge", 0).below(5) {
            0 => ("surcharge-late", Some(paid("2026-05-06", surcharge))),
            1 => ("surcharge-short", Some(paid("2026-04-20", surcharge / 2))),
            2 => ("surcharge-unpaid", None),
            _ => ("surcharge-paid", Some(paid("2026-04-20", surcharge))),
        };
        self.payments.extend(payment);
        self.plan.push(word);
    }

    /// An invoice for every payment, some time after it, but for one.
    fn invoice(&mut self, dice: Dice) {
        let invoice = |payment: &Money, on| Money { on, ..*payment };
        self.invoices =
            self.payments.iter().enumerate().map(|(n, payment)| (invoice(payment, "2026-05-25"), Some(n))).collect();
        let Some(((first, _), payment)) = self.invoices.first_mut().zip(self.payments.first()) else {
            if dice.chance(5_000) {
                self.invoices.push((Money { on: "2026-03-12", cents: self.contract_cents(), surcharge: false }, None));
                self.plan.push("invoice-of-nothing");
            }
            return;
        };
        let word = match dice.below(6) {
            0 => {
                first.on = "2026-03-01";
                "invoice-before-payment"
            }
            1 => {
                first.on = payment.on;
                "invoice-on-the-day"
            }
            2 => {
                first.cents += 100;
                "invoice-above-payment"
            }
            3 => {
                self.invoices.remove(0);
                "invoice-missing"
            }
            _ => "invoices-right",
        };
        self.plan.push(word);
    }

    fn drift(&self) -> i128 {
        i128::from(self.participating) - i128::from(self.contracted)
    }

    fn excess(&self) -> u64 {
        u64::try_from(self.drift() - i128::from(tolerance(self.contracted))).unwrap_or(0)
    }

    fn surcharge_quantity(&self) -> u64 {
        match self.excess() {
            0 => 0,
            _ if self.above_contract => self.participating - self.contracted,
            excess => excess,
        }
    }

    fn contract_cents(&self) -> u128 {
        cents(self.contracted, self.price)
    }

    fn surcharge_cents(&self) -> u128 {
        cents(self.surcharge_quantity(), self.surcharge_price.unwrap_or(self.price))
    }

    fn verdict(&self) -> BillingVerdict {
        let tolerance = i128::from(tolerance(self.contracted));
        match self.drift() {
            drift if drift > tolerance => BillingVerdict::AboveTolerance,
            drift if drift < -tolerance => BillingVerdict::BelowTolerance,
            _ => BillingVerdict::WithinTolerance,
        }
    }

    /// What must come out.
    pub fn truth(&self) -> Value {
        let (contract, surcharge) = (self.contract_cents(), self.surcharge_cents());
        let drift = i64::try_from(self.drift()).unwrap_or(i64::MAX);
        json!({
            "contracted": self.contracted,
            "participating": self.participating,
            "drift": drift,
            "tolerance": tolerance(self.contracted),
            "billing_verdict": self.verdict().word(),
            "excess": self.excess(),
            "surcharge_quantity": self.surcharge_quantity(),
            "contract_amount": money(contract),
            "surcharge_amount": money(surcharge),
            "payable": money(contract + surcharge),
            "paid": money(self.payments.iter().map(|payment| payment.cents).sum()),
            "delivered": self.delivered,
            "currency": "CNY",
            "plan": self.plan,
        })
    }

    /// `[contract]` of `case.toml`.
    pub fn toml(&self) -> String {
        let mut lines = vec!["[contract]".to_owned(), "signed_on = 2026-03-01".to_owned()];
        lines.extend(self.party.map(|party| format!("party = \"{party}\"")));
        lines.push(format!("relations = {}\nunit_price = \"{}\"\ncurrency = \"CNY\"", self.contracted, self.price.0));
        lines.extend(self.surcharge_price.map(|(text, _)| format!("surcharge_unit_price = \"{text}\"")));
        if self.above_contract {
            lines.push("surcharge_basis = \"above-contract\"".to_owned());
        }
        for (number, payment) in (1..).zip(&self.payments) {
            let covers = if payment.surcharge { "surcharge" } else { "contract" };
            lines.push("[[contract.payments]]".to_owned());
            lines.push(format!(
                "id = \"P{number}\"\npaid_on = {}\namount = \"{}\"\ncovers = \"{covers}\"",
                payment.on,
                money(payment.cents)
            ));
        }
        for (number, (invoice, payment)) in (1..).zip(&self.invoices) {
            lines.push("[[contract.invoices]]".to_owned());
            lines.push(format!(
                "id = \"I{number}\"\nissued_on = {}\namount = \"{}\"",
                invoice.on,
                money(invoice.cents)
            ));
            lines.extend(payment.map(|payment| format!("payment = \"P{}\"", payment + 1)));
        }
        lines.join("\n") + "\n"
    }
}

impl Place {
    fn label(self) -> &'static str {
        match self {
            Self::AsContracted => "as-contracted",
            Self::AtTolerance => "at-tolerance",
            Self::OneAbove => "one-above",
            Self::FarAbove => "far-above",
            Self::AtLowerTolerance => "at-lower-tolerance",
            Self::OneBelow => "one-below",
            Self::FarBelow => "far-below",
        }
    }
}

/// The change that clause B11 allows.
fn tolerance(contracted: u64) -> u64 {
    (contracted / 20).min(10_000)
}

/// The number to contract so that `participating` stands at `place`. Where the tolerance jumps, no contract puts exactly
/// `participating` at its upper limit; the next smaller contract puts it one above.
fn contracted(participating: u64, place: Place) -> u64 {
    let above =
        |contracted: u64| i128::from(participating) - i128::from(contracted) - i128::from(tolerance(contracted));
    let below =
        |contracted: u64| i128::from(contracted) - i128::from(participating) - i128::from(tolerance(contracted));
    match place {
        Place::AsContracted => participating,
        Place::AtTolerance => largest(participating, |contracted| above(contracted) >= 0),
        Place::OneAbove => largest(participating, |contracted| above(contracted) >= 1),
        Place::FarAbove => participating - participating / 4,
        Place::AtLowerTolerance => largest(2 * participating, |contracted| below(contracted) <= 0),
        Place::OneBelow => largest(2 * participating, |contracted| below(contracted) <= 1),
        Place::FarBelow => participating + participating / 4,
    }
}

/// The largest number up to `most` for which `holds`, which holds for smaller ones too.
fn largest(most: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = high - (high - low) / 2;
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// Rounded half up, here and nowhere else.
fn cents(quantity: u64, price: Price) -> u128 {
    (u128::from(quantity) * price.1 + 5_000) / 10_000
}

fn money(cents: u128) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upwards the tolerance jumps by one at every 20th contract: at such a number nothing stands exactly at the limit.
    #[test]
    fn contracts_stand_where_they_were_to_stand() {
        for participating in [200, 201, 419, 420, 1_000, 199_999, 210_000, 250_000, 5_000_000] {
            let beyond = |place| {
                let contracted = contracted(participating, place);
                let drift = i128::from(participating) - i128::from(contracted);
                drift.abs() - i128::from(tolerance(contracted))
            };
            assert!(matches!(beyond(Place::AtTolerance), 0 | 1), "{participating}");
            assert!(matches!(beyond(Place::OneAbove), 1 | 2), "{participating}");
            assert_eq!(beyond(Place::AtLowerTolerance), 0, "{participating}");
            assert_eq!(beyond(Place::OneBelow), 1, "{participating}");
            assert!(beyond(Place::FarAbove) > 1 && beyond(Place::FarBelow) > 1, "{participating}");
        }
        assert_eq!(contracted(210_000, Place::AtTolerance), 200_000);
        assert_eq!((tolerance(199_999), tolerance(200_000), tolerance(400_000)), (9_999, 10_000, 10_000));
    }

    #[test]
    fn amounts_are_rounded_half_up() {
        assert_eq!(money(cents(1, ("0.805", 805_000))), "0.81");
        assert_eq!(money(cents(3, ("0.012345", 12_345))), "0.04");
        assert_eq!(money(cents(2, ("0.3333", 333_300))), "0.67");
        assert_eq!(money(cents(0, ("1", 1_000_000))), "0.00");
    }
}
