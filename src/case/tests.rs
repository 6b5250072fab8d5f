//! Every key's default, every error with the place that it names.

use std::path::Path;

use jiff::civil::date;

use super::settings::{Case, FailOn, PaymentCovers, SurchargeBasis};
use super::{MigrationEnd, TEMPLATE, file, init, load, overrides, validate};
use crate::error::{Error, Result};
use crate::schema::vocabulary::Role;
use crate::text::Lang;

const MINIMAL: &str = r#"
[case]
id = "acme-2026"
[migration]
started_at = 2026-05-01T00:00:00+08:00
finished_at = 2026-05-07T00:00:00+08:00
"#;

const CONTRACT: &str = r#"[contract]
relations = 250000
unit_price = "0.80"
[[contract.payments]]
id = "P1"
paid_on = 2026-03-10
amount = "200000.00"
[[contract.invoices]]
id = "I1"
issued_on = 2026-03-12
amount = "200000.00"
payment = "P1"
"#;

/// 2026-05-01T00:00:00+08:00.
const START: i64 = 1_777_564_800_000_000;
const HOUR: i64 = 3_600_000_000;

fn case(text: &str, sets: &[&str]) -> Result<Case> {
    let file = Path::new("acme/case.toml");
    let mut typed = file::parse(file, text)?;
    for set in sets {
        overrides::apply(file, &mut typed, set)?;
    }
    validate::case(file, &typed, MigrationEnd::Required)
}

/// The minimal case with more text behind it.
fn good(more: &str) -> Case {
    case(&format!("{MINIMAL}{more}"), &[]).unwrap()
}

/// The minimal case with a contract and overrides.
fn set(sets: &[&str]) -> Result<Case> {
    case(&format!("{MINIMAL}{CONTRACT}"), sets)
}

/// `place: problem: remedy` of an input error.
fn fault(result: Result<Case>) -> String {
    match result {
        Err(Error::Input { file, place, problem, remedy }) => {
            assert_eq!(file, Path::new("acme/case.toml"));
            [place, problem, remedy].map(|message| message.tell(Lang::En).to_owned()).join(": ")
        }
        other => panic!("not an input error: {other:?}"),
    }
}

/// The text is refused, and the error says all of `says`.
fn refused(text: &str, says: &[&str]) {
    let fault = fault(case(text, &[]));
    for part in says {
        assert!(fault.contains(part), "{part:?} is not in {fault:?}");
    }
}

fn with(old: &str, new: &str) -> String {
    let text = format!("{MINIMAL}{CONTRACT}");
    assert!(text.contains(old), "{old} is not there");
    text.replacen(old, new, 1)
}

#[test]
fn defaults() {
    let case = good("");
    assert_eq!((case.id.as_str(), case.title.as_str()), ("acme-2026", "acme-2026"));
    assert_eq!(case.timezone.iana_name(), Some("Asia/Shanghai"));
    assert_eq!(case.language, Lang::Zh, "whatever the machine speaks");
    assert_eq!(set(&["case.language=en"]).unwrap().language, Lang::En);
    assert_eq!((case.source.name.as_str(), case.target.name.as_str()), ("source", "target"));
    assert_eq!((case.source.corp_id, case.contract, case.waivers), (None, None, vec![]));
    assert_eq!((case.migration.started_at, case.migration.finished_at), (START, START + 144 * HOUR));
    assert_eq!(case.root, Path::new("acme"));
    assert_eq!(case.snapshots.len(), Role::ALL.len());
    let before = &case.snapshots[&Role::TargetBefore];
    assert_eq!(
        (before.path.as_str(), before.named, before.taken_at, before.trusted),
        ("target-before", false, None, false)
    );
    assert_eq!((case.policy.fail_on, case.policy.customer_cap), (FailOn::Defect, 20_000));
    assert!(
        case.policy.min_unionid_overlap.total_cmp(&0.05).is_eq()
            && case.policy.min_group_overlap.total_cmp(&0.5).is_eq()
    );
}

#[test]
fn contract_defaults() {
    let contract = good(CONTRACT).contract.unwrap();
    assert_eq!((contract.signed_on, contract.party, contract.relations), (None, None, 250_000));
    assert_eq!(
        (contract.unit_price, contract.surcharge_unit_price),
        ("0.80".parse().unwrap(), "0.80".parse().unwrap())
    );
    assert_eq!((contract.currency.as_str(), contract.surcharge_basis), ("CNY", SurchargeBasis::AboveTolerance));
    assert_eq!(
        (contract.payments[0].paid_on, contract.payments[0].covers),
        (date(2026, 3, 10), PaymentCovers::Contract)
    );
    assert_eq!(contract.invoices[0].payment.as_deref(), Some("P1"));
}

#[test]
fn the_template_with_all_settings_is_a_valid_case() {
    let on = |line: &str| match line.strip_prefix('#') {
        Some(setting) if !setting.is_empty() && !setting.starts_with(' ') => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    let text: String = TEMPLATE.lines().map(on).collect();
    let case = case(&text, &[]).unwrap();
    assert_eq!(case.source.corp_id.as_deref(), Some("wwaaaaaaaaaaaaaaaa"));
    assert!(case.snapshots[&Role::SourceBefore].named);
    assert_eq!(case.contract.unwrap().invoices.len(), 1);
    assert_eq!(case.waivers[0].until, Some(date(2026, 12, 31)));
    for (key, value) in [("customer_cap", "20000"), ("min_unionid_overlap", "0.05"), ("min_group_overlap", "0.5")] {
        assert!(TEMPLATE.contains(&format!("#{key} = {value}")), "the template does not show the default of {key}");
    }
}

#[test]
fn the_template_asks_for_what_is_required() {
    refused(TEMPLATE, &["case.id: is missing", "add `id = \"acme-2026\"` to [case]"]);
    refused("[case]\nid = \"a\"\n", &["migration.started_at: is missing", "to [migration]"]);
    refused(&MINIMAL.replace("finished_at", "#"), &["migration.finished_at: is missing"]);
}

#[test]
fn wrong_values_are_refused_with_their_place() {
    let start = "2026-05-01T00:00:00+08:00";
    let end = "2026-05-07T00:00:00+08:00";
    let amount = "\"200000.00\"";
    let id = "id = \"acme";
    for (old, new, says) in [
        // Unknown keys.
        ("started_at", "start", &["migration.start (line 5): unknown key `start`", "did you mean `started_at`?"][..]),
        ("[contract]", "[contracts]", &["contracts", "did you mean `contract`?", "at the top of the file"]),
        ("paid_on", "payed_on", &["contract.payments[0].payed_on (line 12): unknown key", "`paid_on`"]),
        // Types and ids.
        ("\"acme-2026\"", "2026", &["case.id (line 3): is a whole number, but has to be text"]),
        ("250000", "\"250000\"", &["contract.relations (line 8): is text", "without quotes"]),
        ("[migration]", "[[migration]]", &["migration (line 4): is a list, but has to be a table"]),
        ("[[contract.payments]]", "[contract.payments]", &["contract.payments", "each under [[contract.payments]]"]),
        ("\"acme-2026\"", "\"\"", &["case.id (line 3): is empty"]),
        ("\"acme-2026\"", "\"a b\"", &["`a b` is not an id"]),
        // Numbers and money.
        ("250000", "-1", &["contract.relations (line 8): is out of range"]),
        ("250000", "2.5", &["is a decimal number"]),
        ("\"0.80\"", "0.80", &["contract.unit_price (line 9): is a decimal number", "in quotes", "\"0.80\""]),
        ("\"0.80\"", "\"0.8000001\"", &["has more than 6 decimals"]),
        ("\"0.80\"", "\"1000000000000\"", &["contract.unit_price (line 9)", "is too large for the reports"]),
        (amount, "200000", &["contract.payments[0].amount (line 13): is a whole number"]),
        (amount, "\"200000.001\"", &["has more than 2 decimals"]),
        (amount, "\"99999999999999999\"", &["is too large for the reports"]),
        (
            "unit_price",
            "currency = \"Yuan\"\nunit_price",
            &["contract.currency (line 9): `Yuan` is not a currency", "CNY"],
        ),
        // Payments and invoices.
        (
            "paid_on",
            "currency = \"USD\"\npaid_on",
            &["contract.payments[0].currency (line 12): was paid in USD, but the contract is in CNY"],
        ),
        (
            "paid_on",
            "currency = \"yuan\"\npaid_on",
            &["contract.payments[0].currency (line 12): `yuan` is not a currency"],
        ),
        (
            "payment = \"P1\"",
            "payment = \"P2\"",
            &["contract.invoices[0].payment (line 18): there is no payment `P2`", ": P1"],
        ),
        ("paid_on = 2026-03-10\n", "", &["contract.payments[0].paid_on: is missing"]),
        // Words and times.
        (id, "timezone = \"Asia/Beijing\"\nid = \"acme", &["`Asia/Beijing` is not a time zone: write an IANA name"]),
        (id, "timezone = \"Asia/Shangai\"\nid = \"acme", &["case.timezone (line 3)", "did you mean `Asia/Shanghai`?"]),
        (id, "language = \"de\"\nid = \"acme", &["case.language (line 3)", "\"zh\", \"en\""]),
        (id, "as_of = \"soon\"\nid = \"acme", &["case.as_of (line 3): `soon` is not a date"]),
        (start, "2026-02-30T00:00:00+08:00", &["migration.started_at (line 5): not valid TOML"]),
        (
            start,
            "\"2026-02-30\"",
            &["migration.started_at (line 5): `2026-02-30` is not a time", "write a time such as"],
        ),
        (start, "00:00:00", &["migration.started_at (line 5)", "is not a valid time"]),
        (start, "20260501", &["is a whole number, but has to be a time"]),
        (start, "2026-05-01T00:00:60", &["migration.started_at (line 5)"]),
        ("2026-03-10", "2026-03-10T00:00:00Z", &["contract.payments[0].paid_on (line 12)", "is not only a date"]),
        ("2026-03-10", "2026-13-10", &["contract.payments[0].paid_on (line 12)"]),
        (end, start, &["migration.finished_at (line 6): the end is not after the start"]),
        (end, "2026-04-01", &["migration.finished_at (line 6): the end is not after the start"]),
    ] {
        refused(&with(old, new), says);
    }
    for typed in ["-1", "1,000.00", "1e3", "1_000", ".5", "1.", "¥5", ""] {
        let says = ["contract.payments[0].amount", "is not an amount of money"];
        refused(&with(amount, &format!("{typed:?}")), &says);
    }
    for (old, new) in [
        ("\"0.80\"", "\"999999999999.999999\""),
        ("paid_on", "currency = \"CNY\"\npaid_on"),
        // Dates of the contract out of order are for a finding.
        ("2026-03-12", "2025-01-01"),
    ] {
        assert!(case(&with(old, new), &[]).is_ok(), "{new}");
    }
}

#[test]
fn wrong_sections_are_refused_with_their_place() {
    let is_a_share = &["policy.min_group_overlap (line 8)", "is not between 0 and 1"];
    for (more, says) in [
        (
            "[snapshots.sourcebefore]",
            &["snapshots.sourcebefore (line 7): unknown key", "did you mean `source-before`?", "target-after"][..],
        ),
        (
            "[snapshots.source-before]\ncoverage = \"sure\"",
            &["snapshots.source-before.coverage (line 8): `sure` is not one", "\"proven\", \"trusted\""],
        ),
        ("[policy]\nfail_on = \"all\"", &["policy.fail_on", "\"defect\", \"review\", \"never\""]),
        ("[policy]\ncustomer_cap = 0", &["policy.customer_cap (line 8): is out of range"]),
        ("[policy]\nmin_group_overlap = 1.5", is_a_share),
        ("[policy]\nmin_group_overlap = -0.1", is_a_share),
        ("[policy]\nmin_group_overlap = nan", is_a_share),
        ("[policy]\nmin_group_overlap = 2", is_a_share),
        (
            "[[waivers]]\ncode = \"B8-mising\"\nreason = \"agreed\"\nby = \"Li Na\"",
            &["waivers[0].code (line 8): no finding has the code `B8-mising`", "did you mean `B8-missing`?"],
        ),
        (
            "[[waivers]]\ncode = \"B8-missing\"\nreason = \"agreed\"",
            &["waivers[0].by: is missing", "add `by = \"Li Na\"` to [[waivers]] number 1"],
        ),
        (
            "[[waivers]]\ncode = \"%\"\nreason = \"agreed\"\nby = \"Li Na\"",
            &["no finding has the code `%`", ": `qianhe rules` lists all codes"],
        ),
        (
            "[snapshots.target-after.columns]\nexternal_id = \"customer_id\"",
            &[
                "snapshots.target-after.columns.external_id (line 8): unknown key",
                "did you mean `external_userid`",
                "userid, external_userid, unionid",
            ],
        ),
        (
            "[lists.columns]\ncreated_at = \"x\"",
            &["unknown key `created_at`", "source_userid, target_userid, assessment"],
        ),
        ("[lists.columns]\nuserid = 5", &["lists.columns.userid (line 8): is a whole number"]),
    ] {
        refused(&format!("{MINIMAL}{more}\n"), says);
    }
    refused("case = 3", &["case (line 1): is a whole number, but has to be a table"]);
    let twice =
        format!("{MINIMAL}{CONTRACT}[[contract.payments]]\nid = \"P1\"\npaid_on = 2026-03-11\namount = \"1\"\n");
    refused(&twice, &["contract.payments[1].id (line 20): `P1` is also the id of an earlier entry"]);
    assert!(good("[policy]\nmin_group_overlap = 1\n").policy.min_group_overlap.total_cmp(&1.0).is_eq());
    assert!(good("[snapshots.source-before]\ncoverage = \"trusted\"\n").snapshots[&Role::SourceBefore].trusted);
    let waiver = good("[[waivers]]\ncode = \"A3-refused\"\nreason = \"agreed\"\nby = \"Li Na\"\n");
    assert_eq!(waiver.waivers[0].code, "A3-refused");
}

#[test]
fn the_day_of_the_audit_is_the_newest_time_of_the_file() {
    assert_eq!(good("").as_of, date(2026, 5, 7));
    assert_eq!(
        good("[snapshots.target-after]\ntaken_at = 2026-05-09T23:00:00Z\n").as_of,
        date(2026, 5, 10),
        "in case.timezone"
    );
    assert_eq!(good("[snapshots.source-before]\ntaken_at = 2026-04-30\n").as_of, date(2026, 5, 7));
    assert_eq!(set(&["case.as_of=2026-05-01"]).unwrap().as_of, date(2026, 5, 1), "what is typed goes before all");
}

#[test]
fn every_way_to_write_a_time() {
    for (typed, expected) in [
        ("2026-04-30T16:00:00Z", START),
        ("2026-05-01T00:00:00", START),
        ("2026-05-01", START),
        ("\"2026-05-01\"", START),
        ("\"2026-05-01 00:00:00\"", START),
        ("\"2026-05-01T01:00:00+08:00\"", START + HOUR),
        ("2026-05-01T00:00:00.000001", START + 1),
    ] {
        let case = case(&with("2026-05-01T00:00:00+08:00", typed), &[]).unwrap();
        assert_eq!(case.migration.started_at, expected, "{typed}");
    }
}

#[test]
fn local_times_are_never_guessed() {
    let zone = |typed: &str| {
        let text = with("id = \"acme", "timezone = \"Europe/Berlin\"\nid = \"acme")
            .replace("2026-05-01T00:00:00+08:00", typed);
        case(&text, &[])
    };
    assert!(fault(zone("2026-03-29T02:30:00")).contains("does not exist in Europe/Berlin"));
    assert!(fault(zone("2025-10-26T02:30:00")).contains("occurred twice in Europe/Berlin"));
    assert!(zone("2025-10-26T02:30:00+01:00").is_ok());
}

#[test]
fn own_headers_map_to_known_columns() {
    let case = good(
        "[snapshots.target-after.columns]\nexternal_userid = \"customer_id\"\n\
         [lists.columns]\ntarget_userid = \"新账号\"\n",
    );
    let headers = &case.snapshots[&Role::TargetAfter].headers;
    assert_eq!(headers.iter().collect::<Vec<_>>(), [(&"external_userid", &"customer_id".to_owned())]);
    assert_eq!(case.list_headers["target_userid"], "新账号");
    assert!(case.snapshots[&Role::SourceBefore].headers.is_empty());
}

#[test]
fn overrides_come_before_the_checks() {
    let case =
        set(&["migration.started_at=2026-05-02T00:00:00+08:00", "case.title=A = B", "policy.customer_cap=1"]).unwrap();
    assert_eq!(
        (case.migration.started_at, case.title.as_str(), case.policy.customer_cap),
        (START + 24 * HOUR, "A = B", 1)
    );
    let case = set(&["contract.payments.0.amount=\"5.00\"", "contract.payments[0].covers=surcharge"]).unwrap();
    let payment = &case.contract.unwrap().payments[0];
    assert_eq!((payment.amount, payment.covers), ("5.00".parse().unwrap(), PaymentCovers::Surcharge));
    assert_eq!(set(&["case.title=A", "case.title=B"]).unwrap().title, "B");
}

#[test]
fn overrides_create_tables_and_items() {
    let sets = [
        "waivers.0.code=B8-missing",
        "waivers.0.reason=agreed",
        "waivers.0.by=Li Na",
        "snapshots.target-after.coverage=trusted",
    ];
    let case = case(MINIMAL, &sets).unwrap();
    assert_eq!((case.waivers.len(), case.waivers[0].by.as_str()), (1, "Li Na"));
    assert!(case.snapshots[&Role::TargetAfter].trusted);
}

#[test]
fn invalid_overrides_are_refused() {
    for (typed, says) in [
        ("migration.start=2026-05-01", "--set migration.start: unknown key `start`: did you mean `started_at`?"),
        ("migraton.started_at=2026-05-01", "migraton (--set migraton.started_at): unknown key `migraton`"),
        ("contract.unit_price=0.80", "--set contract.unit_price: is a decimal number"),
        ("contract.payments[0].amount=5", "--set contract.payments[0].amount: is a whole number"),
        ("contract.payments.7.amount=5", "there is no item 7 in a list of 1"),
        ("contract.payments.x=5", "a list is addressed by number"),
        ("case.id.part=5", "`part` would be inside text"),
        ("policy={fail_on = 3}", "policy.fail_on (--set policy): is a whole number"),
    ] {
        let fault = fault(set(&[typed]));
        assert!(fault.contains(says), "{says:?} is not in {fault:?}");
    }
    for typed in ["migration.started_at", "=5", "case.=5"] {
        assert!(matches!(set(&[typed]), Err(Error::Usage { .. })), "{typed}");
    }
}

#[test]
fn invalid_toml_is_refused() {
    refused("[case]\nid = acme\n", &["case.id (line 2): not valid TOML", "in straight quotes"]);
    refused("[case\n", &["line 1: not valid TOML"]);
    refused("[case]\nid = \"a\"\nid = \"b\"\n", &["line 3", "not valid TOML"]);
}

#[test]
fn a_folder_or_its_file_and_never_an_overwrite() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("acme");
    let missing = load(&folder, &[]).unwrap_err().to_string();
    assert!(missing.contains("qianhe init"), "{missing}");
    let file = init(&folder, TEMPLATE).unwrap();
    assert!(matches!(init(&folder, TEMPLATE), Err(Error::Output { .. })));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), TEMPLATE);
    std::fs::write(&file, format!("\u{feff}{MINIMAL}")).unwrap();
    assert_eq!(load(&folder, &[]).unwrap().root, folder);
    assert_eq!(load(&file, &[]).unwrap().file, file);
    std::fs::write(&file, b"[case]\nid = \"\xb0\"\n").unwrap();
    assert!(load(&file, &[]).unwrap_err().to_string().contains("byte 13: the file is not UTF-8"));
}
