//! What can be wrong with a bill: one line per check, each a finding of the catalogue (B11 to B14).

use rust_decimal::Decimal;

use super::bill::Bill;
use crate::case::{Invoice, Payment, PaymentCovers};

/// The party that the service contracts with (B12).
pub const PARTY: &str = "深圳市腾讯计算机系统有限公司";

/// One check.
#[derive(Debug)]
pub struct Check {
    /// The code of its finding.
    pub code: &'static str,
    /// What it finds; nothing where the count is 0.
    pub finds: fn(&Bill) -> Found,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Relations, payments or invoices.
    pub count: u64,
    /// Their ids, where they have any.
    pub keys: Vec<String>,
    /// The figures, in no language.
    pub detail: String,
}

/// The checks, in the order of their clauses.
#[rustfmt::skip]
pub const CHECKS: &[Check] = &[
    Check { code: "B11-above-tolerance",         finds: above_tolerance },
    Check { code: "B11-below-tolerance",         finds: below_tolerance },
    Check { code: "B11-billed-undelivered",      finds: billed_undelivered },
    Check { code: "B12-party-differs",           finds: party_differs },
    Check { code: "B12-party-missing",           finds: |bill| once(bill.contract.party.is_none(), String::new()) },
    Check { code: "B13-invoice-before-payment",  finds: |bill| invoices(bill, |invoice, payment| payment.is_some_and(|payment| invoice.issued_on < payment.paid_on)) },
    Check { code: "B13-invoice-without-payment", finds: |bill| invoices(bill, |_, payment| payment.is_none()) },
    Check { code: "B13-invoice-amount-differs",  finds: |bill| invoices(bill, |_, payment| payment.is_some_and(|payment| invoiced(bill, payment) != payment.amount)) },
    Check { code: "B13-payment-without-invoice", finds: |bill| payments(bill, |payment| !invoices_of(bill, payment).any(|_| true)) },
    Check { code: "B14-paid-after-start",        finds: |bill| payments(bill, |payment| payment.covers == PaymentCovers::Contract && !bill.is_in_time(payment)) },
    Check { code: "B14-insufficient-at-start",   finds: |bill| short(bill, bill.paid_in_time(PaymentCovers::Contract), bill.contract_amount) },
    Check { code: "B14-surcharge-unsettled",     finds: |bill| short(bill, bill.paid_in_time(PaymentCovers::Surcharge), bill.surcharge_amount) },
    Check { code: "B14-underpaid",               finds: |bill| short(bill, bill.paid, bill.payable) },
    Check { code: "B14-overpaid",                finds: overpaid },
    Check { code: "B14-signed-late",             finds: signed_late },
];

fn above_tolerance(bill: &Bill) -> Found {
    let drift = &bill.drift;
    let detail = format!("{} > {} + {}", drift.participating, drift.contracted, drift.tolerance);
    Found { count: drift.excess, keys: Vec::new(), detail }
}

fn below_tolerance(bill: &Bill) -> Found {
    let drift = &bill.drift;
    let least = drift.contracted - drift.tolerance;
    let detail = format!("{} < {} - {}", drift.participating, drift.contracted, drift.tolerance);
    Found { count: least.saturating_sub(drift.participating), keys: Vec::new(), detail }
}

/// More may be delivered than was billed: the tolerance is free.
fn billed_undelivered(bill: &Bill) -> Found {
    let billed = bill.drift.billed();
    Found {
        count: billed.saturating_sub(bill.delivered),
        keys: Vec::new(),
        detail: format!("{} / {billed}", bill.delivered),
    }
}

/// White space is no difference: it is easily copied along.
fn party_differs(bill: &Bill) -> Found {
    let differs = |party: &&String| !party.chars().filter(|c| !c.is_whitespace()).eq(PARTY.chars());
    let other = bill.contract.party.as_ref().filter(differs);
    once(other.is_some(), other.cloned().unwrap_or_default())
}

fn overpaid(bill: &Bill) -> Found {
    once(bill.paid > bill.payable, format!("{} > {} {}", bill.paid, bill.payable, bill.contract.currency))
}

/// A contract is signed before it is paid, and before it is carried out.
fn signed_late(bill: &Bill) -> Found {
    let Some(signed) = bill.contract.signed_on else { return Found::default() };
    let mut found = payments(bill, |payment| payment.paid_on < signed);
    if bill.start < signed {
        found.keys.push("start".to_owned());
        found.count += 1;
    }
    Found { detail: signed.to_string(), ..found }
}

fn once(holds: bool, detail: String) -> Found {
    Found { count: u64::from(holds), keys: Vec::new(), detail }
}

/// Less money than was due.
fn short(bill: &Bill, paid: Decimal, due: Decimal) -> Found {
    once(paid < due, format!("{paid:.2} < {due} {}", bill.contract.currency))
}

fn payments(bill: &Bill, is_wrong: impl Fn(&Payment) -> bool) -> Found {
    keyed(bill.contract.payments.iter().filter(|payment| is_wrong(payment)).map(|payment| payment.id.clone()).collect())
}

fn invoices(bill: &Bill, is_wrong: impl Fn(&Invoice, Option<&Payment>) -> bool) -> Found {
    let payment_of =
        |invoice: &Invoice| bill.contract.payments.iter().find(|payment| Some(&payment.id) == invoice.payment.as_ref());
    let wrong = bill.contract.invoices.iter().filter(|invoice| is_wrong(invoice, payment_of(invoice)));
    keyed(wrong.map(|invoice| invoice.id.clone()).collect())
}

fn keyed(keys: Vec<String>) -> Found {
    Found { count: keys.len() as u64, detail: String::new(), keys }
}

fn invoices_of<'a>(bill: &'a Bill, payment: &'a Payment) -> impl Iterator<Item = &'a Invoice> {
    bill.contract.invoices.iter().filter(|invoice| invoice.payment.as_ref() == Some(&payment.id))
}

/// A payment may be invoiced in parts: their sum counts.
fn invoiced(bill: &Bill, payment: &Payment) -> Decimal {
    invoices_of(bill, payment).map(|invoice| invoice.amount).sum()
}
