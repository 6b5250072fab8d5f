//! The contract, drawn so that every limit of clause B11 is met from both sides, and the bill that must come out. In
//! whole numbers: prices in millionths, money in hundredths.

use serde_json::{Value, json};

use super::rng::SeededDice;
use super::world::World;
use crate::schema::vocabulary::BillingVerdict;

/// Number of relations to contract, given the number that participates.
type ContractedNumber = fn(u64) -> u64;

/// Positions of the participating relations, seen from the contract. Where the tolerance jumps, no contract puts the
/// number exactly at its upper limit; the next smaller contract puts it one above.
const POSITIONS: &[(&str, ContractedNumber)] = &[
    ("as-contracted", |participating| participating),
    ("at-tolerance", |participating| largest(participating, |contracted| above(participating, contracted) >= 0)),
    ("one-above", |participating| largest(participating, |contracted| above(participating, contracted) >= 1)),
    ("far-above", |participating| participating - participating / 4),
    ("at-lower-tolerance", |participating| {
        largest(2 * participating, |contracted| below(participating, contracted) <= 0)
    }),
    ("one-below", |participating| largest(2 * participating, |contracted| below(participating, contracted) <= 1)),
    ("far-below", |participating| participating + participating / 4),
];

/// A price as it is written, and in millionths.
type WrittenPrice = (&'static str, u128);

const PRICES: &[WrittenPrice] = &[
    ("0.80", 800_000),
    ("0.8", 800_000),
    ("1", 1_000_000),
    ("0.805", 805_000),
    ("0.3333", 333_300),
    ("0.012345", 12_345),
    ("12.50", 12_500_000),
];

/// A way of paying: its label, and dates with the fraction that is paid until then.
type PaymentPlan = (&'static str, &'static [(&'static str, u128, u128)]);

const CONTRACT_PAYMENTS: &[PaymentPlan] = &[
    ("contract-paid", &[("2026-03-10", 1, 1)]),
    ("contract-in-parts", &[("2026-03-10", 1, 3), ("2026-04-10", 1, 1)]),
    ("contract-late", &[("2026-05-03", 1, 1)]),
    ("contract-in-part-late", &[("2026-03-10", 1, 2), ("2026-05-20", 1, 1)]),
    ("contract-short", &[("2026-03-10", 9, 10)]),
    ("contract-unpaid", &[]),
];
const SURCHARGE_PAYMENTS: &[PaymentPlan] = &[
    ("surcharge-paid", &[("2026-04-20", 1, 1)]),
    ("surcharge-late", &[("2026-05-06", 1, 1)]),
    ("surcharge-short", &[("2026-04-20", 1, 2)]),
    ("surcharge-unpaid", &[]),
];

/// A payment or an invoice.
#[derive(Debug, Clone, Copy)]
struct PlantedPayment {
    on: &'static str,
    cents: u128,
    /// Of a payment: whether it is for the surcharge.
    surcharge: bool,
}

/// The contract and its payments, with the bill that must come out.
#[derive(Debug)]
pub struct PlantedBill {
    participating: u64,
    contracted: u64,
    delivered: u64,
    price: WrittenPrice,
    surcharge_price: Option<WrittenPrice>,
    above_contract: bool,
    party: Option<&'static str>,
    payments: Vec<PlantedPayment>,
    invoices: Vec<(PlantedPayment, Option<usize>)>,
    /// Labels of what was planted.
    plan: Vec<&'static str>,
}

impl PlantedBill {
    /// Draws the bill; some worlds have no contract.
    pub fn new(world: &World, participating: u64, delivered: u64) -> Option<Self> {
        if !world.contract {
            return None;
        }
        let dice = world.dice.of("contract", 1);
        let (position, contracted) = dice.of("place", 0).pick(POSITIONS);
        let surcharge_price = dice.of("surcharge price", 0).pick(PRICES);
        let (party, party_label) = match dice.of("party", 0).below(8) {
            0 => (Some("深圳市某某科技有限公司"), "party-other"),
            1 => (None, "party-unknown"),
            _ => (Some("深圳市腾讯计算机系统有限公司"), "party-right"),
        };
        let mut bill = Self {
            participating,
            contracted: contracted(participating),
            delivered,
            price: dice.of("price", 0).pick(PRICES),
            surcharge_price: dice.of("own surcharge price", 0).chance(4_000).then_some(surcharge_price),
            above_contract: dice.of("basis", 0).chance(5_000),
            party,
            payments: Vec::new(),
            invoices: Vec::new(),
            plan: vec![position, party_label],
        };
        bill.pay(bill.contract_cents(), false, dice.of("payments", 0).pick(CONTRACT_PAYMENTS));
        if bill.surcharge_cents() > 0 {
            bill.pay(bill.surcharge_cents(), true, dice.of("surcharge", 0).pick(SURCHARGE_PAYMENTS));
        }
        bill.invoice(dice.of("invoices", 0));
        Some(bill)
    }

    fn pay(&mut self, total: u128, surcharge: bool, (label, payments): PaymentPlan) {
        let mut paid = 0;
        for (on, numerator, denominator) in payments {
            let until = total * numerator / denominator;
            self.payments.push(PlantedPayment { on, cents: until - paid, surcharge });
            paid = until;
        }
        self.plan.push(label);
    }

    /// An invoice for every payment, some time after it, but for the first.
    fn invoice(&mut self, dice: SeededDice) {
        let payments = self.payments.iter().zip(0..);
        self.invoices =
            payments.map(|(payment, n)| (PlantedPayment { on: "2026-05-25", ..*payment }, Some(n))).collect();
        let label = match (self.invoices.first_mut(), self.payments.first()) {
            (Some((invoice, _)), Some(payment)) => match dice.below(6) {
                0 => {
                    invoice.on = "2026-03-01";
                    "invoice-before-payment"
                }
                1 => {
                    invoice.on = payment.on;
                    "invoice-on-the-day"
                }
                2 => {
                    invoice.cents += 100;
                    "invoice-above-payment"
                }
                3 => {
                    self.invoices.remove(0);
                    "invoice-missing"
                }
                _ => "invoices-right",
            },
            _ if dice.chance(5_000) => {
                let cents = self.contract_cents();
                self.invoices.push((PlantedPayment { on: "2026-03-12", cents, surcharge: false }, None));
                "invoice-of-nothing"
            }
            _ => "no-invoice",
        };
        self.plan.push(label);
    }

    fn excess(&self) -> u64 {
        u64::try_from(above(self.participating, self.contracted)).unwrap_or(0)
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
        match (above(self.participating, self.contracted), below(self.participating, self.contracted)) {
            (1.., _) => BillingVerdict::AboveTolerance,
            (_, 1..) => BillingVerdict::BelowTolerance,
            _ => BillingVerdict::WithinTolerance,
        }
    }

    /// Returns the bill of `summary.json`.
    pub fn truth(&self) -> Value {
        let (contract, surcharge) = (self.contract_cents(), self.surcharge_cents());
        json!({
            "contracted": self.contracted,
            "participating": self.participating,
            "drift": self.participating as i64 - self.contracted as i64,
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
        let entry = |table: &str, id: String, on: &str, payment: &PlantedPayment| {
            let amount = money(payment.cents);
            format!("[[contract.{table}]]\nid = \"{id}\"\n{on} = {}\namount = \"{amount}\"", payment.on)
        };
        for (number, payment) in (1..).zip(&self.payments) {
            lines.push(entry("payments", format!("P{number}"), "paid_on", payment));
            lines.push(format!("covers = \"{}\"", if payment.surcharge { "surcharge" } else { "contract" }));
        }
        for (number, (invoice, payment)) in (1..).zip(&self.invoices) {
            lines.push(entry("invoices", format!("I{number}"), "issued_on", invoice));
            lines.extend(payment.map(|payment| format!("payment = \"P{}\"", payment + 1)));
        }
        lines.join("\n") + "\n"
    }
}

/// Returns the change that clause B11 allows.
fn tolerance(contracted: u64) -> u64 {
    (contracted / 20).min(10_000)
}

/// Relations above the tolerance; negative where there are fewer.
fn above(participating: u64, contracted: u64) -> i128 {
    i128::from(participating) - i128::from(contracted) - i128::from(tolerance(contracted))
}

/// Relations below the tolerance; negative where there are more.
fn below(participating: u64, contracted: u64) -> i128 {
    i128::from(contracted) - i128::from(participating) - i128::from(tolerance(contracted))
}

/// Returns the largest number up to `most` for which `holds`, which holds for smaller ones too.
fn largest(most: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = high - (high - low) / 2;
        if holds(middle) { low = middle } else { high = middle - 1 }
    }
    low
}

/// Rounded half up, here and nowhere else.
fn cents(quantity: u64, price: WrittenPrice) -> u128 {
    (u128::from(quantity) * price.1 + 5_000) / 10_000
}

fn money(cents: u128) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contracted(participating: u64, label: &str) -> u64 {
        let position = POSITIONS.iter().find(|(name, _)| *name == label);
        position.map_or(0, |(_, contracted)| contracted(participating))
    }

    /// Upwards the tolerance jumps by one at every 20th contract: no such number is exactly at the limit.
    #[test]
    fn contracts_are_at_their_positions() {
        for participating in [200, 201, 419, 420, 1_000, 199_999, 210_000, 250_000, 5_000_000] {
            let above = |label| above(participating, contracted(participating, label));
            let below = |label| below(participating, contracted(participating, label));
            assert!(matches!(above("at-tolerance"), 0 | 1), "{participating}");
            assert!(matches!(above("one-above"), 1 | 2), "{participating}");
            assert_eq!((below("at-lower-tolerance"), below("one-below")), (0, 1), "{participating}");
            assert!(above("far-above") > 1 && below("far-below") > 1, "{participating}");
        }
        assert_eq!(contracted(210_000, "at-tolerance"), 200_000);
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
