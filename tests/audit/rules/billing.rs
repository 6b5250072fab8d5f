//! The bill by hand: every limit of B11, every check of B12 to B14, and amounts to the cent.

use std::collections::{BTreeMap, BTreeSet};

use qianhe::billing::{Drift, tolerance};
use qianhe::case::SurchargeBasis::{self, AboveContract, AboveTolerance};
use qianhe::text::sentences::chinese;

use crate::support::{Audit, Row, Story, screen};

/// contracted, participating, basis -> tolerance, verdict, excess, surcharge quantity.
#[rustfmt::skip]
const LIMITS: &[(u64, u64, SurchargeBasis, u64, &str, u64, u64)] = &[
    // 200,000 contracted: 210,000 are within, 210,001 above.
    (200_000, 200_000, AboveTolerance, 10_000, "within_tolerance",      0,      0),
    (200_000, 210_000, AboveTolerance, 10_000, "within_tolerance",      0,      0),
    (200_000, 210_001, AboveTolerance, 10_000, "above_tolerance",       1,      1),
    (200_000, 210_000, AboveContract,  10_000, "within_tolerance",      0,      0),
    (200_000, 210_001, AboveContract,  10_000, "above_tolerance",       1, 10_001),
    (200_000, 190_000, AboveTolerance, 10_000, "within_tolerance",      0,      0),
    (200_000, 189_999, AboveTolerance, 10_000, "below_tolerance",       0,      0),
    (200_000, 189_999, AboveContract,  10_000, "below_tolerance",       0,      0),
    // 199,999 contracted allow 9,999: 5 % is rounded down.
    (199_999, 209_998, AboveTolerance,  9_999, "within_tolerance",      0,      0),
    (199_999, 209_999, AboveTolerance,  9_999, "above_tolerance",       1,      1),
    (199_999, 190_000, AboveTolerance,  9_999, "within_tolerance",      0,      0),
    (199_999, 189_999, AboveTolerance,  9_999, "below_tolerance",       0,      0),
    // Above 200,000 the 10,000 binds.
    (1_000_000, 1_010_000, AboveTolerance, 10_000, "within_tolerance",  0,      0),
    (1_000_000, 1_010_001, AboveContract,  10_000, "above_tolerance",   1, 10_001),
    // 19 contracted allow 0, 20 allow 1.
    (19, 19, AboveTolerance, 0, "within_tolerance", 0, 0),
    (19, 20, AboveTolerance, 0, "above_tolerance",  1, 1),
    (19, 18, AboveTolerance, 0, "below_tolerance",  0, 0),
    (20, 21, AboveTolerance, 1, "within_tolerance", 0, 0),
    (20, 22, AboveTolerance, 1, "above_tolerance",  1, 1),
    (20, 22, AboveContract,  1, "above_tolerance",  1, 2),
    (0,   0, AboveTolerance, 0, "within_tolerance", 0, 0),
    (0,   1, AboveContract,  0, "above_tolerance",  1, 1),
];

#[test]
fn every_limit_of_the_tolerance() {
    for &(contracted, participating, basis, allowed, verdict, excess, surcharge) in LIMITS {
        let drift = Drift::of(contracted, participating, basis);
        let answer =
            (tolerance(contracted), drift.tolerance, drift.verdict.word(), drift.excess, drift.surcharge_quantity);
        assert_eq!(
            answer,
            (allowed, allowed, verdict, excess, surcharge),
            "{contracted} contracted, {participating} participating, {basis:?}"
        );
        assert_eq!(i128::from(drift.drift), i128::from(participating) - i128::from(contracted));
    }
}

/// Two relations that migrated, whatever the contract says.
fn story(contract: &str) -> Story {
    Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", "ann2: wei 2026-05-02; ann2: li 2026-05-02").toml(contract)
}

/// A contract for `relations` relations at 0.80, with the right party.
fn contract(relations: u64) -> String {
    format!("[contract]\nrelations = {relations}\nunit_price = \"0.80\"\nparty = \"深圳市腾讯计算机系统有限公司\"\n")
}

fn payment(id: &str, paid_on: &str, amount: &str, covers: &str) -> String {
    format!("[[contract.payments]]\nid = \"{id}\"\npaid_on = {paid_on}\namount = \"{amount}\"\ncovers = \"{covers}\"\n")
}

fn invoice(id: &str, issued_on: &str, amount: &str, payment: &str) -> String {
    let payment = if payment.is_empty() { String::new() } else { format!("payment = \"{payment}\"\n") };
    format!("[[contract.invoices]]\nid = \"{id}\"\nissued_on = {issued_on}\namount = \"{amount}\"\n{payment}")
}

/// The contract for the two relations, paid and invoiced as the service wants it: 1.60.
fn in_order() -> String {
    contract(2) + &payment("P1", "2026-03-10", "1.60", "contract") + &invoice("I1", "2026-03-10", "1.60", "P1")
}

/// What is wrong with a bill, and the findings that say so, with the ids that they name.
struct Example {
    what: &'static str,
    contract: fn() -> String,
    findings: &'static [(&'static str, u64, &'static [&'static str])],
}

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    Example { what: "all in order: nothing to say", contract: in_order, findings: &[] },
    Example { what: "white space in the party is no difference", findings: &[],
        contract: || in_order().replace("腾讯", " 腾讯 ") },
    Example { what: "another party (B12)", findings: &[("B12-party-differs", 1, &[])],
        contract: || in_order().replace("深圳市腾讯计算机系统有限公司", "腾讯科技（深圳）有限公司") },
    Example { what: "no party (B12)", findings: &[("B12-party-missing", 1, &[])],
        contract: || in_order().replace("party = \"深圳市腾讯计算机系统有限公司\"\n", "") },
    Example { what: "more than tolerated (B11), and the surcharge not paid (B14)",
        findings: &[("B11-above-tolerance", 1, &[]), ("B14-surcharge-unsettled", 1, &[]), ("B14-underpaid", 1, &[])],
        contract: || contract(1) + &payment("P1", "2026-03-10", "0.80", "contract") + &invoice("I1", "2026-03-11",
            "0.80", "P1") },
    Example { what: "more than tolerated, and settled the day before the start",
        findings: &[("B11-above-tolerance", 1, &[])],
        contract: || contract(1) + &payment("P1", "2026-03-10", "0.80", "contract") + &payment("P2", "2026-04-30",
            "0.80", "surcharge")
            + &invoice("I1", "2026-03-11", "0.80", "P1") + &invoice("I2", "2026-05-11", "0.80", "P2") },
    Example { what: "more than tolerated, and settled after the start",
        findings: &[("B11-above-tolerance", 1, &[]), ("B14-surcharge-unsettled", 1, &[])],
        contract: || contract(1) + &payment("P1", "2026-03-10", "0.80", "contract") + &payment("P2", "2026-05-02",
            "0.80", "surcharge")
            + &invoice("I1", "2026-03-11", "0.80", "P1") + &invoice("I2", "2026-05-11", "0.80", "P2") },
    Example { what: "fewer than tolerated (B11), so that more was billed than delivered",
        findings: &[("B11-below-tolerance", 1, &[]), ("B11-billed-undelivered", 1, &[])],
        contract: || contract(3) + &payment("P1", "2026-03-10", "2.40", "contract") + &invoice("I1", "2026-03-11",
            "2.40", "P1") },
    Example { what: "23 contracted, of which 1 may be lacking: 20 too few",
        findings: &[("B11-below-tolerance", 20, &[]), ("B11-billed-undelivered", 21, &[])],
        contract: || contract(23) + &payment("P1", "2026-03-10", "18.40", "contract") + &invoice("I1", "2026-03-11",
            "18.40", "P1") },
    Example { what: "an invoice the day before its payment (B13)",
        findings: &[("B13-invoice-before-payment", 1, &["I1"])],
        contract: || in_order().replace("issued_on = 2026-03-10", "issued_on = 2026-03-09") },
    Example { what: "an invoice for nothing, and a payment without one (B13)",
        findings: &[("B13-invoice-without-payment", 1, &["I1"]), ("B13-payment-without-invoice", 1, &["P1"])],
        contract: || in_order().replace("payment = \"P1\"\n", "") },
    Example { what: "an invoice of another amount (B13)", findings: &[("B13-invoice-amount-differs", 1, &["I1"])],
        contract: || in_order().replace("issued_on = 2026-03-10\namount = \"1.60\"", "issued_on = 2026-03-10\n\
            amount = \"1.61\"") },
    Example { what: "a payment invoiced in two parts is in order", findings: &[],
        contract: || contract(2) + &payment("P1", "2026-03-10", "1.6", "contract")
            + &invoice("I1", "2026-03-10", "1.00", "P1") + &invoice("I2", "2026-03-12", "0.60", "P1") },
    Example { what: "two parts that do not add up", findings: &[("B13-invoice-amount-differs", 2, &["I1", "I2"])],
        contract: || contract(2) + &payment("P1", "2026-03-10", "1.60", "contract")
            + &invoice("I1", "2026-03-10", "1.00", "P1") + &invoice("I2", "2026-03-12", "0.70", "P1") },
    Example { what: "paid on the day of the start is in time (B14)", findings: &[],
        contract: || in_order().replace("2026-03-10", "2026-05-01") },
    Example { what: "paid the day after the start (B14)",
        findings: &[("B14-insufficient-at-start", 1, &[]), ("B14-paid-after-start", 1, &["P1"])],
        contract: || in_order().replace("2026-03-10", "2026-05-02") },
    Example { what: "a cent too little (B14)",
        findings: &[("B14-insufficient-at-start", 1, &[]), ("B14-underpaid", 1, &[])],
        contract: || in_order().replace("\"1.60\"", "\"1.59\"") },
    Example { what: "nothing paid at all",
        findings: &[("B14-insufficient-at-start", 1, &[]), ("B14-underpaid", 1, &[])],
        contract: || contract(2) },
    Example { what: "a cent too much (B14)", findings: &[("B14-overpaid", 1, &[])],
        contract: || in_order().replace("\"1.60\"", "\"1.61\"") },
    Example { what: "signed the day after it was paid", findings: &[("B14-signed-late", 1, &["P1"])],
        contract: || in_order().replace("[contract]\n", "[contract]\nsigned_on = 2026-03-11\n") },
    Example { what: "signed the day after the start", findings: &[("B14-signed-late", 2, &["P1", "start"])],
        contract: || in_order().replace("[contract]\n", "[contract]\nsigned_on = 2026-05-02\n") },
    Example { what: "signed on the day of the start, and paid that day", findings: &[],
        contract: || in_order().replace("2026-03-10", "2026-05-01").replace("[contract]\n", "[contract]\nsigned_on = \
            2026-05-01\n") },
    Example { what: "signed on the day that it was paid", findings: &[],
        contract: || in_order().replace("[contract]\n", "[contract]\nsigned_on = 2026-03-10\n") },
];

#[test]
fn each_check_finds_what_it_is_for_and_no_other_does() {
    let mut wrong = Vec::new();
    for example in EXAMPLES {
        let audit = story(&(example.contract)()).audit();
        let answers: BTreeMap<&str, (u64, Vec<&str>)> = audit
            .summary
            .findings
            .iter()
            .map(|f| (f.rule.code, (f.count, f.examples.iter().map(String::as_str).collect())))
            .collect();
        let told: BTreeMap<&str, (u64, Vec<&str>)> =
            example.findings.iter().map(|(code, count, keys)| (*code, (*count, keys.to_vec()))).collect();
        if answers != told {
            wrong.push(format!("{}\n  told    {told:?}\n  answers {answers:?}", example.what));
        }
        if audit.summary.findings.iter().any(|f| f.message_en().contains('{') || f.message_zh().contains('{')) {
            wrong.push(format!("{}: a place of a message was not filled in", example.what));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The codes that the examples show, for `rules::no_rule_lacks_an_example`.
pub fn shown() -> BTreeSet<&'static str> {
    EXAMPLES.iter().flat_map(|example| example.findings.iter().map(|(code, ..)| *code)).collect()
}

#[test]
fn every_check_has_an_example() {
    let lacking: Vec<_> =
        qianhe::billing::CHECKS.iter().map(|check| check.code).filter(|code| !shown().contains(code)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

/// One relation of each kind that a bill distinguishes: 7 in scope, 3 of them delivered.
fn full_story(contract: &str) -> Audit {
    Story::new(
        "ann: a 2025-01-01; ann: b 2025-01-01; ann: c 2025-01-01; ann: d 2025-01-01; ann: no 2025-01-01; \
            ann: yes 2025-01-01; ann: w 2025-01-01 id=w1; ann: late 2026-05-03; ann: x 2025-01-01 is_customer=false",
        "ann2: a 2026-05-02; ann2: b 2026-05-02; ann2: c 2025-05-02; ann2: yes 2026-05-02; ann2: late 2026-05-04; \
            zoe2: w 2026-05-02 id=t1",
    )
    .refusals("no\n yes")
    .customer_map("w1 t1")
    .toml(contract)
    .audit()
}

/// `line -> quantity unit_price amount`, `-` where there is none.
fn lines(audit: &Audit) -> BTreeMap<String, String> {
    let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_else(|| "-".to_owned());
    audit
        .report("billing")
        .iter()
        .map(|row| (row["line"].clone(), ["quantity", "unit_price", "amount"].map(|c| cell(row, c)).join(" ")))
        .collect()
}

#[test]
fn the_bill_line_by_line() {
    let contract = "[contract]\nrelations = 5\nunit_price = \"0.125\"\nsurcharge_unit_price = \"0.333333\"\n"
        .to_owned()
        + &payment("P1", "2026-03-10", "0.5", "contract")
        + &payment("P2", "2026-03-11", "1.00", "surcharge");
    let audit = full_story(&contract);
    let told = [
        ("contract", "5 0.125000 0.63"),
        ("participating", "7 - -"),
        ("drift", "2 - -"),
        ("tolerance", "0 - -"),
        ("excess", "2 - -"),
        ("surcharge", "2 0.333333 0.67"),
        ("payable", "7 - 1.30"),
        ("payment P1", "- - 0.50"),
        ("payment P2", "- - 1.00"),
        ("paid", "- - 1.50"),
        ("balance", "- - -0.20"),
        ("delivered", "3 0.125000 0.38"),
        ("outcome migrated", "2 0.125000 0.25"),
        ("outcome already_at_target", "1 0.125000 0.13"),
        ("outcome refused", "1 0.125000 0.13"),
        ("outcome refused_but_arrived", "1 0.125000 0.13"),
        ("outcome misplaced", "1 0.125000 0.13"),
        ("outcome undetermined", "0 0.125000 0.00"),
        ("outcome missing", "1 0.125000 0.13"),
        ("outcome arrived_out_of_scope", "1 0.125000 0.13"),
        ("outcome out_of_scope", "1 0.125000 0.13"),
    ];
    assert_eq!(lines(&audit), told.map(|(line, cells)| (line.to_owned(), cells.to_owned())).into());
    assert!(audit.report("billing").iter().all(|row| row["currency"] == "CNY" && !row["basis"].is_empty()));
    let not_billed = audit.report("billing").into_iter().filter(|row| row["basis"].contains("not billed"));
    assert_eq!(
        not_billed.map(|row| row["line"].clone()).collect::<Vec<_>>(),
        ["outcome arrived_out_of_scope", "outcome out_of_scope"]
    );
    let order: Vec<String> = audit.report("billing").into_iter().map(|row| row["line"].clone()).collect();
    assert_eq!(order, told.map(|(line, _)| line), "in the order of the bill");
}

/// A line that the code can write: under either basis, of every outcome, of payments of both kinds.
#[test]
fn no_line_of_the_bill_lacks_its_chinese() {
    for basis in ["above-tolerance", "above-contract"] {
        let contract = format!("[contract]\nrelations = 5\nunit_price = \"0.8\"\nsurcharge_basis = \"{basis}\"\n")
            + &payment("P1", "2026-03-10", "0.5", "contract")
            + &payment("P2", "2026-03-11", "1.00", "surcharge");
        let rows = full_story(&contract).report("billing");
        let texts: Vec<&String> = rows.iter().flat_map(|row| [&row["line"], &row["basis"]]).collect();
        let lacking: Vec<_> = texts.iter().filter(|text| chinese(text).is_none()).collect();
        assert!(texts.len() > 40 && lacking.is_empty(), "{lacking:?}");
    }
}

#[test]
fn the_bill_in_the_summary() {
    let contract =
        "[contract]\nrelations = 5\nunit_price = \"0.8\"\nsurcharge_basis = \"above-contract\"\ncurrency = \"HKD\"\n";
    let audit = full_story(contract);
    let json: serde_json::Value = serde_json::from_str(&audit.summary.to_json()).unwrap();
    let told = serde_json::json!({
        "contracted": 5, "participating": 7, "drift": 2, "tolerance": 0, "billing_verdict": "above_tolerance",
            "excess": 2, "surcharge_quantity": 2,
        "contract_amount": "4.00", "surcharge_amount": "1.60", "payable": "5.60", "paid": "0.00", "delivered": 3,
            "currency": "HKD",
    });
    assert_eq!(json["billing"], told);
    let keys: Vec<&str> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(json["billing"].as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>(), keys);
}

/// Evaluates `column = 'word'` and `column in ('word', ...)`, by nothing of the program.
fn selects(filter: &str, row: &Row) -> bool {
    let (column, words) = filter.split_once(" in (").or_else(|| filter.split_once(" = ")).unwrap();
    words
        .trim_end_matches(')')
        .split(", ")
        .any(|word| row.get(column).is_some_and(|value| format!("'{value}'") == word))
}

#[test]
fn filters_select_exactly_the_rows_that_their_lines_count() {
    let audit = full_story(&contract(5));
    let relations = audit.report("relations");
    let mut with_filter = 0;
    for line in audit.report("billing") {
        let Some(filter) = line.get("filter") else { continue };
        with_filter += 1;
        let rows = relations.iter().filter(|row| selects(filter, row)).count();
        assert_eq!(rows.to_string(), line["quantity"], "{}: {filter}", line["line"]);
    }
    assert_eq!(with_filter, 11, "participating, delivered, and every outcome");
    let totals: Vec<&str> = audit
        .summary
        .control_totals
        .iter()
        .map(|total| total.name.as_str())
        .filter(|name| name.starts_with("billing "))
        .collect();
    assert_eq!(totals.len(), with_filter);
    assert!(totals.contains(&"billing delivered = rows of its filter"), "{totals:?}");
}

#[test]
fn without_a_contract_there_is_no_bill_and_that_is_said() {
    let audit = story("").audit();
    assert!(audit.report("billing").is_empty());
    assert!(audit.summary.to_json().contains("\"billing\": null"));
    assert!(screen(&audit.summary).contains("no bill: case.toml has no [contract]"));
    let with_one = screen(&story(&in_order()).audit().summary);
    assert!(
        with_one.contains(
            "contracted 2, participating 2 (+0, tolerance 0): Within tolerance\n\
            payable 1.60 CNY, paid 1.60, balance 0.00; billed 2, delivered 2"
        ),
        "{with_one}"
    );
}

#[test]
fn the_columns_of_the_bill_are_there_without_a_contract_too() {
    let audit = story("").audit();
    let file = std::fs::File::open(audit.reports.join("billing.parquet")).unwrap();
    let schema = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().schema().clone();
    let columns: Vec<String> =
        schema.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect();
    assert_eq!(
        columns,
        [
            "line Utf8", "quantity Int64", "unit_price Decimal128(18, 6)", "amount Decimal128(18, 2)", "currency Utf8",
            "basis Utf8", "filter Utf8"
        ]
    );
}

#[test]
fn a_payment_in_another_currency_stops_the_run() {
    let in_dollars = in_order().replace("covers = \"contract\"\n", "covers = \"contract\"\ncurrency = \"USD\"\n");
    let error = story(&in_dollars).error();
    for part in ["contract.payments[0].currency (line ", "was paid in USD, but the contract is in CNY", "help: "] {
        assert!(error.contains(part), "{part:?} is not in {error}");
    }
    let agreed = in_order().replace("covers = \"contract\"\n", "covers = \"contract\"\ncurrency = \"CNY\"\n");
    assert!(story(&agreed).audit().findings().is_empty());
}

#[test]
fn amounts_that_no_report_can_hold_stop_the_run() {
    let error = story("[contract]\nrelations = 9000000000000000000\nunit_price = \"999999999999.999999\"").error();
    assert!(error.contains("contract: an amount of the bill is too large for the reports"), "{error}");
    let error = story("[contract]\nrelations = 2\nunit_price = \"1000000000000\"").error();
    assert!(error.contains("contract.unit_price") && error.contains("is too large for the reports"), "{error}");
}
