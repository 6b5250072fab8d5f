//! The bill line by line. A line that counts relations carries the selection of exactly these rows.

use rust_decimal::Decimal;

use super::bill::{Bill, amount};
use crate::case::SurchargeBasis;
use crate::schema::vocabulary::{Outcome, Scope};
use crate::schema::{Filter, fields};

/// A line of the bill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The subject; unique in the bill.
    pub name: String,
    /// Relations; `None` where it is about money alone.
    pub quantity: Option<i64>,
    pub unit_price: Option<Decimal>,
    /// The money, with two places.
    pub amount: Option<Decimal>,
    pub basis: String,
    /// The relations that it counts, if it counts any.
    pub rows: Option<Filter>,
}

fn of_outcomes(outcomes: &[Outcome]) -> Filter {
    Filter::one_of(&fields::OUTCOME, outcomes.iter().map(|outcome| outcome.word()))
}

impl Line {
    fn new(name: impl Into<String>, basis: impl Into<String>) -> Self {
        Self { name: name.into(), quantity: None, unit_price: None, amount: None, basis: basis.into(), rows: None }
    }

    fn counts(self, quantity: i64) -> Self {
        Self { quantity: Some(quantity), ..self }
    }

    fn costs(self, amount: Decimal) -> Self {
        Self { amount: Some(amount), ..self }
    }

    fn at(self, unit_price: Decimal) -> Self {
        Self { unit_price: Some(unit_price), ..self }
    }

    fn of_rows(self, rows: Filter) -> Self {
        Self { rows: Some(rows), ..self }
    }
}

/// Returns all lines; `None` where an amount is more than a report can hold.
pub(super) fn lines(bill: &Bill, of_outcome: impl Fn(Outcome) -> u64) -> Option<Vec<Line>> {
    let mut lines = agreed(bill);
    lines.extend(paid(bill));
    lines.push(delivered(bill)?);
    for &outcome in Outcome::ALL {
        lines.push(of_one_outcome(bill, outcome, of_outcome(outcome))?);
    }
    Some(lines)
}

/// From the contract to what is to be paid.
pub(super) fn agreed(bill: &Bill) -> Vec<Line> {
    let (contract, drift) = (&bill.contract, &bill.drift);
    let count = u64::cast_signed;
    let surcharge = match contract.surcharge_basis {
        SurchargeBasis::AboveTolerance => "above-tolerance: the excess at the surcharge's unit price",
        SurchargeBasis::AboveContract => {
            "above-contract: once above the tolerance, the whole drift at the surcharge's unit price"
        }
    };
    let in_scope = Filter::is(&fields::SCOPE, Scope::InScope.word());
    vec![
        Line::new("contract", "contracted relations at the unit price")
            .counts(count(drift.contracted))
            .at(contract.unit_price)
            .costs(bill.contract_amount),
        Line::new("participating", "relations in scope").counts(count(drift.participating)).of_rows(in_scope),
        Line::new("drift", "participating - contract").counts(drift.drift),
        Line::new("tolerance", "the smaller of 5 % of the contract, rounded down, and 10,000 (B11)")
            .counts(count(drift.tolerance)),
        Line::new("excess", "drift - tolerance where the drift is above it, else 0").counts(count(drift.excess)),
        Line::new("surcharge", surcharge)
            .counts(count(drift.surcharge_quantity))
            .at(contract.surcharge_unit_price)
            .costs(bill.surcharge_amount),
        Line::new("payable", "contract + surcharge").counts(count(drift.billed())).costs(bill.payable),
    ]
}

/// Returns each payment, their sum, and what is left to pay.
fn paid(bill: &Bill) -> Vec<Line> {
    let payment = |payment: &crate::case::Payment| {
        let basis = format!("paid on {} for the {}", payment.paid_on, payment.covers);
        Line::new(format!("payment {}", payment.id), basis).costs(payment.amount)
    };
    let mut lines: Vec<Line> = bill.contract.payments.iter().map(payment).collect();
    lines.push(Line::new("paid", "all payments").costs(bill.paid));
    lines.push(Line::new("balance", "payable - paid; negative where too much was paid").costs(bill.balance));
    lines
}

fn delivered(bill: &Bill) -> Option<Line> {
    let rows = of_outcomes(&[Outcome::Migrated, Outcome::AlreadyAtTarget]);
    let amount = amount(bill.delivered, bill.contract.unit_price)?;
    let line = Line::new(
        "delivered",
        "migrated + already_at_target, at the unit price; to be set beside the quantity of payable",
    );
    Some(line.counts(bill.delivered.cast_signed()).at(bill.contract.unit_price).costs(amount).of_rows(rows))
}

fn of_one_outcome(bill: &Bill, outcome: Outcome, relations: u64) -> Option<Line> {
    let basis = match outcome {
        Outcome::ArrivedOutOfScope | Outcome::OutOfScope => {
            "relations with that outcome at the unit price; not in scope, so not billed"
        }
        _ => "relations with that outcome at the unit price",
    };
    let line =
        Line::new(format!("outcome {outcome}"), basis).counts(relations.cast_signed()).at(bill.contract.unit_price);
    Some(line.costs(amount(relations, bill.contract.unit_price)?).of_rows(of_outcomes(&[outcome])))
}
