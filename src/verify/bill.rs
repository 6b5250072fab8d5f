//! The bill, calculated again from the settings that the manifest states and the rows of `relations.parquet`, in whole
//! cents: by arithmetic of its own (SPEC section 6).

use std::collections::BTreeMap;

use polars::prelude::{DataType, LazyFrame, len};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::values::RecomputedValues;
use crate::case::EffectiveSettings;
use crate::error::Result;
use crate::published::{ReportRow, Reports, aggregate};
use crate::schema::fields;
use crate::schema::tables::RELATIONS_REPORT;
use crate::schema::vocabulary::Outcome;

/// Relations of source-before by scope and outcome.
#[derive(Debug, Default)]
pub struct RowsByFlow {
    pub flow: BTreeMap<(String, String), u64>,
}

impl RowsByFlow {
    /// Counts the relations.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if the report cannot be read.
    pub fn count(reports: &Reports) -> Result<Self> {
        let mut rows = Self::default();
        let (scope, outcome) = (&fields::SCOPE, &fields::OUTCOME);
        let counted = |frame: LazyFrame| frame.group_by([scope.expr(), outcome.expr()]).agg([len().alias("rows")]);
        let counted = aggregate(&reports.path(&RELATIONS_REPORT)?, &[scope.name, outcome.name], counted)?;
        let [scopes, outcomes, counts] = [0, 1, 2].map(|at| &counted.columns()[at]);
        let counts = counts.cast(&DataType::UInt64)?;
        for ((scope, outcome), count) in scopes.str()?.iter().zip(outcomes.str()?.iter()).zip(counts.u64()?.iter()) {
            let key = (scope.unwrap_or_default().to_owned(), outcome.unwrap_or_default().to_owned());
            *rows.flow.entry(key).or_default() += count.unwrap_or(0);
        }
        Ok(rows)
    }

    /// Returns the number of all relations.
    pub fn total(&self) -> u64 {
        self.flow.values().sum()
    }

    /// Returns the number of relations with an outcome.
    pub fn of_outcome(&self, wanted: &str) -> u64 {
        self.flow.iter().filter(|((_, outcome), _)| outcome == wanted).map(|(_, rows)| rows).sum()
    }

    /// Returns the number of relations in scope.
    pub fn in_scope(&self) -> u64 {
        self.flow.iter().filter(|((scope, _), _)| scope == "in_scope").map(|(_, rows)| rows).sum()
    }
}

/// The bill as it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct RecomputedBill {
    currency: String,
    /// Name, quantity, unit price and amount of each line.
    lines: Vec<BillLine>,
    /// `billing` of `summary.json`.
    pub summary: Value,
    pub verdict: &'static str,
    pub balance: String,
}

#[derive(Debug, PartialEq, Eq)]
struct BillLine {
    name: String,
    quantity: Option<i128>,
    unit_price: Option<Decimal>,
    cents: Option<i128>,
}

/// The contract, read from the settings.
struct AgreedContract {
    relations: i128,
    unit_price: Decimal,
    surcharge_unit_price: Decimal,
    /// Once above the tolerance, the whole drift is charged.
    whole_drift: bool,
    currency: String,
    /// Id and cents.
    payments: Vec<(String, i128)>,
}

impl AgreedContract {
    /// `None` without a contract, or with one that cannot be read.
    fn of(settings: &EffectiveSettings) -> Option<Self> {
        let text = |key: &str| settings.get(&format!("contract.{key}"));
        let price = |key: &str| text(key)?.parse::<Decimal>().ok();
        let payment = |number: usize| {
            let id = text(&format!("payments[{number}].id"))?;
            Some((id.clone(), cents(1, price(&format!("payments[{number}].amount"))?)?))
        };
        Some(Self {
            relations: text("relations")?.parse().ok()?,
            unit_price: price("unit_price")?,
            surcharge_unit_price: price("surcharge_unit_price")?,
            whole_drift: text("surcharge_basis")? == "above-contract",
            currency: text("currency")?.clone(),
            payments: (0..).map_while(payment).collect(),
        })
    }
}

/// Calculates the bill; `None` where the settings hold no contract.
pub fn recompute(settings: &EffectiveSettings, rows: &RowsByFlow) -> Option<RecomputedBill> {
    let contract = AgreedContract::of(settings)?;
    let participating = i128::from(rows.in_scope());
    let drift = participating - contract.relations;
    let tolerance = (contract.relations / 20).min(10_000);
    let excess = (drift - tolerance).max(0);
    let charged = if excess > 0 && contract.whole_drift { drift } else { excess };
    let verdict = match drift {
        drift if drift > tolerance => "above_tolerance",
        drift if drift < -tolerance => "below_tolerance",
        _ => "within_tolerance",
    };
    let contract_cents = cents(contract.relations, contract.unit_price)?;
    let surcharge_cents = cents(charged, contract.surcharge_unit_price)?;
    let payable = contract_cents + surcharge_cents;
    let paid: i128 = contract.payments.iter().map(|(_, cents)| cents).sum();
    let delivered = i128::from(rows.of_outcome("migrated") + rows.of_outcome("already_at_target"));
    let line =
        |name: &str, quantity, unit_price, cents| BillLine { name: name.to_owned(), quantity, unit_price, cents };
    let mut lines = vec![
        line("contract", Some(contract.relations), Some(contract.unit_price), Some(contract_cents)),
        line("participating", Some(participating), None, None),
        line("drift", Some(drift), None, None),
        line("tolerance", Some(tolerance), None, None),
        line("excess", Some(excess), None, None),
        line("surcharge", Some(charged), Some(contract.surcharge_unit_price), Some(surcharge_cents)),
        line("payable", Some(contract.relations + charged), None, Some(payable)),
    ];
    lines.extend(contract.payments.iter().map(|(id, cents)| line(&format!("payment {id}"), None, None, Some(*cents))));
    lines.push(line("paid", None, None, Some(paid)));
    lines.push(line("balance", None, None, Some(payable - paid)));
    let delivery = [("delivered".to_owned(), delivered)].into_iter();
    let outcomes = Outcome::WORDS.iter().map(|word| (format!("outcome {word}"), i128::from(rows.of_outcome(word))));
    for (name, quantity) in delivery.chain(outcomes) {
        lines.push(line(&name, Some(quantity), Some(contract.unit_price), Some(cents(quantity, contract.unit_price)?)));
    }
    let number = |number: i128| i64::try_from(number).unwrap_or(i64::MAX);
    let summary = json!({
        "contracted": number(contract.relations),
        "participating": number(participating),
        "drift": number(drift),
        "tolerance": number(tolerance),
        "billing_verdict": verdict,
        "excess": number(excess),
        "surcharge_quantity": number(charged),
        "contract_amount": money(contract_cents),
        "surcharge_amount": money(surcharge_cents),
        "payable": money(payable),
        "paid": money(paid),
        "delivered": number(delivered),
        "currency": contract.currency,
    });
    Some(RecomputedBill { currency: contract.currency, lines, summary, verdict, balance: money(payable - paid) })
}

/// Compares `billing.parquet` with the bill as it should be, line by line.
pub fn compare(published: &[ReportRow], bill: Option<&RecomputedBill>, values: &mut RecomputedValues) {
    let none = Vec::new();
    let lines = bill.map_or(&none, |bill| &bill.lines);
    values.compare("billing: lines", published.len(), lines.len());
    for (row, line) in published.iter().zip(lines) {
        let name = |column: &str| format!("billing {}: {column}", line.name);
        let plain =
            |text: &str| text.parse::<Decimal>().map_or(text.to_owned(), |number| number.normalize().to_string());
        let shown = |number: Option<String>| number.unwrap_or_default();
        values.compare(name("line"), row.text(&fields::BILL_LINE), &line.name);
        let quantity = shown(line.quantity.map(|quantity| quantity.to_string()));
        values.compare(name("quantity"), row.text(&fields::QUANTITY), quantity);
        let unit_price = shown(line.unit_price.map(|price| price.normalize().to_string()));
        values.compare(name("unit_price"), plain(&row.text(&fields::UNIT_PRICE)), unit_price);
        values.compare(name("amount"), row.text(&fields::AMOUNT), shown(line.cents.map(money)));
        values.compare(name("currency"), row.text(&fields::CURRENCY), bill.map_or("", |bill| &bill.currency));
    }
}

/// Returns a quantity at a price in cents, rounded half up, away from zero.
fn cents(quantity: i128, price: Decimal) -> Option<i128> {
    let product = quantity.checked_mul(price.mantissa())?;
    let Some(surplus) = price.scale().checked_sub(2) else {
        return product.checked_mul(10_i128.pow(2 - price.scale()));
    };
    let unit = 10_i128.checked_pow(surplus)?;
    let half_up = i128::from(2 * (product % unit).abs() >= unit) * product.signum();
    Some(product / unit + half_up)
}

/// Cents with the point: `-12.05`.
fn money(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_cent_goes_up() {
        let of = |quantity, price: &str| cents(quantity, price.parse().unwrap()).map(money);
        assert_eq!(of(1, "0.005").as_deref(), Some("0.01"));
        assert_eq!(of(1, "0.004999").as_deref(), Some("0.00"));
        assert_eq!(of(-1, "0.005").as_deref(), Some("-0.01"));
        assert_eq!(of(3, "2").as_deref(), Some("6.00"));
        assert_eq!(of(3, "2.5").as_deref(), Some("7.50"));
        assert_eq!(money(-5), "-0.05");
    }

    /// B11: of 1,000 contracted 50 more are free; 1,060 took part.
    #[test]
    fn a_surcharge_is_for_the_excess_or_for_the_whole_drift() {
        let settings = |basis: &str| {
            [("relations", "1000"), ("unit_price", "0.80"), ("surcharge_unit_price", "1"), ("currency", "CNY")]
                .into_iter()
                .chain([("surcharge_basis", basis), ("payments[0].id", "P"), ("payments[0].amount", "800.5")])
                .map(|(key, value)| (format!("contract.{key}"), value.to_owned()))
                .collect::<EffectiveSettings>()
        };
        let rows = RowsByFlow { flow: [(("in_scope".to_owned(), "migrated".to_owned()), 1060)].into() };
        let above = recompute(&settings("above-tolerance"), &rows).unwrap();
        assert_eq!((above.verdict, above.balance.as_str()), ("above_tolerance", "9.50"), "10 at 1.00, less 0.50");
        assert_eq!(above.summary["surcharge_quantity"], 10);
        assert_eq!(recompute(&settings("above-contract"), &rows).unwrap().summary["payable"], "860.00");
        assert_eq!(recompute(&EffectiveSettings::new(), &rows), None);
    }
}
