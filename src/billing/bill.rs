//! The amounts: exact decimals, rounded half up to two places when a quantity is multiplied by its price, never before.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use super::drift::Drift;
use super::lines::{self, Line};
use crate::case::{Case, Contract, Payment, PaymentCovers};
use crate::error::{Error, Result};
use crate::figures::Counts;
use crate::schema::vocabulary::{Outcome, Scope};
use crate::text::{Message, errors as say};

/// Digits before the point that `decimal(18,2)` holds.
const MONEY_DIGITS: u32 = 16;
const MONEY_PLACES: u32 = 2;

/// The bill of a case: what is payable, what was paid, what was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub contract: Contract,
    /// The day of the start, in the time zone of the case: payments have a date, not an hour.
    pub start: Date,
    /// The contract beside what took part.
    pub drift: Drift,
    /// contracted x `unit_price`.
    pub contract_amount: Decimal,
    /// `surcharge_quantity` x `surcharge_unit_price`.
    pub surcharge_amount: Decimal,
    /// `contract_amount` + `surcharge_amount`. Fewer relations than contracted do not reduce it: no contract provides
    /// for that.
    pub payable: Decimal,
    /// The sum of all payments, whatever they cover and whenever they were made.
    pub paid: Decimal,
    /// payable - paid; negative where too much was paid.
    pub balance: Decimal,
    /// Relations in the mapped account: `migrated` + `already_at_target`.
    pub delivered: u64,
    pub lines: Vec<Line>,
}

impl Bill {
    /// Calculates the bill; `None` if the case has no contract.
    ///
    /// # Errors
    /// [`Error::Input`] where an amount is more than a report can hold.
    pub fn of(case: &Case, counts: &Counts) -> Result<Option<Self>> {
        let Some(contract) = &case.contract else { return Ok(None) };
        let start = jiff::Timestamp::from_microsecond(case.migration.started_at)
            .map_err(|error| Error::Bug(format!("the start: {error}")))?;
        let start = start.to_zoned(case.timezone.clone()).date();
        Self::draw_up(contract, start, counts).map(Some).ok_or_else(|| {
            Error::input(&case.file, Message::verbatim("contract"), say::BILL_TOO_LARGE, say::BILL_TOO_LARGE_REMEDY)
        })
    }

    /// `None` where an amount is more than a report can hold.
    fn draw_up(contract: &Contract, start: Date, counts: &Counts) -> Option<Self> {
        let of_outcome = |outcome: Outcome| counts.by_outcome.get(outcome.word()).copied().unwrap_or(0);
        let participating = counts.by_scope.get(Scope::InScope.word()).copied().unwrap_or(0);
        let drift = Drift::of(contract.relations, participating, contract.surcharge_basis);
        let contract_amount = amount(drift.contracted, contract.unit_price)?;
        let surcharge_amount = amount(drift.surcharge_quantity, contract.surcharge_unit_price)?;
        let payable = sum([contract_amount, surcharge_amount])?;
        let paid = sum(contract.payments.iter().map(|payment| payment.amount))?;
        let mut bill = Self {
            contract: contract.clone(),
            start,
            drift,
            contract_amount,
            surcharge_amount,
            payable,
            paid,
            balance: sum([payable, -paid])?,
            delivered: of_outcome(Outcome::Migrated) + of_outcome(Outcome::AlreadyAtTarget),
            lines: Vec::new(),
        };
        bill.lines = lines::lines(&bill, of_outcome)?;
        Some(bill)
    }

    /// Returns the lines that are known before the migration: what was agreed, what will take part, what that costs.
    pub fn forecast(&self) -> Vec<Line> {
        lines::agreed(self)
    }

    /// Reports whether a payment was made before the migration began: on that day at the latest.
    pub fn is_in_time(&self, payment: &Payment) -> bool {
        payment.paid_on <= self.start
    }

    /// Sums the payments of that kind that were made in time.
    pub fn paid_in_time(&self, covers: PaymentCovers) -> Decimal {
        self.contract
            .payments
            .iter()
            .filter(|payment| payment.covers == covers && self.is_in_time(payment))
            .map(|payment| payment.amount)
            .sum()
    }
}

/// Returns a quantity at a price, rounded half up to two places. Exact before: a product that fits has at most 16 + 6
/// digits, and a decimal holds 28.
pub(super) fn amount(quantity: u64, price: Decimal) -> Option<Decimal> {
    let product = Decimal::from(quantity).checked_mul(price)?;
    fitting(product.round_dp_with_strategy(MONEY_PLACES, RoundingStrategy::MidpointAwayFromZero))
}

fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    amounts.into_iter().try_fold(Decimal::ZERO, |sum, amount| fitting(sum.checked_add(amount)?)).and_then(fitting)
}

/// Returns the amount with its two places, if the column can hold it.
fn fitting(mut amount: Decimal) -> Option<Decimal> {
    if amount.abs() >= Decimal::from(10_u64.pow(MONEY_DIGITS)) {
        return None;
    }
    amount.rescale(MONEY_PLACES);
    Some(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(quantity: u64, price: &str) -> Option<String> {
        amount(quantity, price.parse().unwrap()).map(|amount| amount.to_string())
    }

    #[test]
    fn half_a_cent_goes_up_and_only_at_the_amount() {
        assert_eq!(of(1, "0.005").as_deref(), Some("0.01"));
        assert_eq!(of(1, "0.004999").as_deref(), Some("0.00"));
        assert_eq!(of(3, "0.005").as_deref(), Some("0.02"), "0.015, and not three times 0.01");
        assert_eq!(of(5, "0.025").as_deref(), Some("0.13"), "0.125; half to even would give 0.12");
        assert_eq!(of(1_000_000, "0.333333").as_deref(), Some("333333.00"));
        assert_eq!(of(200_000, "0.8").as_deref(), Some("160000.00"));
        assert_eq!(of(0, "0.8").as_deref(), Some("0.00"));
    }

    #[test]
    fn what_does_not_fit_is_none_and_never_wrong() {
        assert_eq!(of(999_999_999_999_999, "10").as_deref(), Some("9999999999999990.00"));
        assert_eq!(of(1_000_000_000_000_000, "10"), None);
        assert_eq!(of(i64::MAX as u64, "999999999999.999999"), None);
        assert_eq!(sum(["9999999999999999.99", "0.01"].map(|text| text.parse().unwrap())), None);
        assert_eq!(sum([]).unwrap().to_string(), "0.00");
    }
}
