//! Checks of the bill: each raises a finding of the catalogue (B11 to B14).

use rust_decimal::Decimal;

use super::bill::Bill;
use crate::case::{Invoice, Payment, PaymentCovers};
use crate::rules::thresholds::PARTY;

#[derive(Debug)]
pub struct Check {
    /// The code of its finding.
    pub code: &'static str,
    /// Returns what is wrong; a count of 0 is nothing.
    pub finds: fn(&Bill) -> CheckResult,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckResult {
    /// Relations, payments or invoices.
    pub count: u64,
    /// Their ids, where they have any.
    pub keys: Vec<String>,
    /// The figures, in no language.
    pub detail: String,
}

/// The checks, in the order of their clauses.
pub const CHECKS: &[Check] = &[
    Check { code: "B11-above-tolerance", finds: above_tolerance },
    Check { code: "B11-below-tolerance", finds: below_tolerance },
    Check { code: "B11-billed-undelivered", finds: billed_undelivered },
    Check { code: "B12-party-differs", finds: party_differs },
    Check { code: "B12-party-missing", finds: |bill| once(bill.contract.party.is_none(), String::new()) },
    Check {
        code: "B13-invoice-before-payment",
        finds: |bill| {
            invoices(bill, |invoice, payment| payment.is_some_and(|payment| invoice.issued_on < payment.paid_on))
        },
    },
    Check { code: "B13-invoice-without-payment", finds: |bill| invoices(bill, |_, payment| payment.is_none()) },
    Check {
        code: "B13-invoice-amount-differs",
        finds: |bill| {
            invoices(bill, |_, payment| payment.is_some_and(|payment| invoiced(bill, payment) != payment.amount))
        },
    },
    Check {
        code: "B13-payment-without-invoice",
        finds: |bill| payments(bill, |payment| !invoices_of(bill, payment).any(|_| true)),
    },
    Check {
        code: "B14-paid-after-start",
        finds: |bill| payments(bill, |payment| payment.covers == PaymentCovers::Contract && !bill.is_in_time(payment)),
    },
    Check {
        code: "B14-insufficient-at-start",
        finds: |bill| short(bill, bill.paid_in_time(PaymentCovers::Contract), bill.contract_amount),
    },
    Check {
        code: "B14-surcharge-unsettled",
        finds: |bill| short(bill, bill.paid_in_time(PaymentCovers::Surcharge), bill.surcharge_amount),
    },
    Check { code: "B14-underpaid", finds: |bill| short(bill, bill.paid, bill.payable) },
    Check { code: "B14-overpaid", finds: overpaid },
    Check { code: "B14-signed-late", finds: signed_late },
];

fn above_tolerance(bill: &Bill) -> CheckResult {
    let drift = &bill.drift;
    let detail = format!("{} > {} + {}", drift.participating, drift.contracted, drift.tolerance);
    CheckResult { count: drift.excess, keys: Vec::new(), detail }
}

fn below_tolerance(bill: &Bill) -> CheckResult {
    let drift = &bill.drift;
    let least = drift.contracted - drift.tolerance;
    let detail = format!("{} < {} - {}", drift.participating, drift.contracted, drift.tolerance);
    CheckResult { count: least.saturating_sub(drift.participating), keys: Vec::new(), detail }
}

/// More may be delivered than was billed: the tolerance is free.
fn billed_undelivered(bill: &Bill) -> CheckResult {
    let billed = bill.drift.billed();
    CheckResult {
        count: billed.saturating_sub(bill.delivered),
        keys: Vec::new(),
        detail: format!("{} / {billed}", bill.delivered),
    }
}

/// White space is no difference: it is easily copied along.
fn party_differs(bill: &Bill) -> CheckResult {
    let differs = |party: &&String| !party.chars().filter(|c| !c.is_whitespace()).eq(PARTY.chars());
    let other = bill.contract.party.as_ref().filter(differs);
    once(other.is_some(), other.cloned().unwrap_or_default())
}

fn overpaid(bill: &Bill) -> CheckResult {
    once(bill.paid > bill.payable, format!("{} > {} {}", bill.paid, bill.payable, bill.contract.currency))
}

/// A contract is signed before it is paid, and before it is carried out.
fn signed_late(bill: &Bill) -> CheckResult {
    let Some(signed) = bill.contract.signed_on else { return CheckResult::default() };
    let mut found = payments(bill, |payment| payment.paid_on < signed);
    if bill.start < signed {
        found.keys.push("start".to_owned());
        found.count += 1;
    }
    CheckResult { detail: signed.to_string(), ..found }
}

fn once(holds: bool, detail: String) -> CheckResult {
    CheckResult { count: u64::from(holds), keys: Vec::new(), detail }
}

/// Less money than was due.
fn short(bill: &Bill, paid: Decimal, due: Decimal) -> CheckResult {
    once(paid < due, format!("{paid:.2} < {due} {}", bill.contract.currency))
}

fn payments(bill: &Bill, is_wrong: impl Fn(&Payment) -> bool) -> CheckResult {
    keyed(bill.contract.payments.iter().filter(|payment| is_wrong(payment)).map(|payment| payment.id.clone()).collect())
}

fn invoices(bill: &Bill, is_wrong: impl Fn(&Invoice, Option<&Payment>) -> bool) -> CheckResult {
    let payment_of =
        |invoice: &Invoice| bill.contract.payments.iter().find(|payment| Some(&payment.id) == invoice.payment.as_ref());
    let wrong = bill.contract.invoices.iter().filter(|invoice| is_wrong(invoice, payment_of(invoice)));
    keyed(wrong.map(|invoice| invoice.id.clone()).collect())
}

fn keyed(keys: Vec<String>) -> CheckResult {
    CheckResult { count: keys.len() as u64, detail: String::new(), keys }
}

fn invoices_of<'a>(bill: &'a Bill, payment: &'a Payment) -> impl Iterator<Item = &'a Invoice> {
    bill.contract.invoices.iter().filter(|invoice| invoice.payment.as_ref() == Some(&payment.id))
}

/// A payment may be invoiced in parts: their sum counts.
fn invoiced(bill: &Bill, payment: &Payment) -> Decimal {
    invoices_of(bill, payment).map(|invoice| invoice.amount).sum()
}
