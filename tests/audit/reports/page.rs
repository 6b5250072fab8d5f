//! `report.html`: what stands in it. How it looks and behaves, a browser shows in tests/page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::support::{Audit, Row, Story};

fn text(audit: &Audit) -> String {
    fs::read_to_string(audit.reports.join("report.html")).unwrap()
}

/// The data of the page.
fn data(audit: &Audit) -> Value {
    data_of(&text(audit))
}

/// The data of a page of an audit or a precheck.
pub fn data_of(text: &str) -> Value {
    let data =
        text.split(r#"<script type="application/json" id="data">"#).nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(data).unwrap()
}

/// A table of the page, row by row; null is absent.
fn table(data: &Value, name: &str) -> Vec<BTreeMap<String, Value>> {
    let table = data["tables"].as_array().unwrap().iter().find(|table| table["name"] == name).unwrap();
    let rows = usize::try_from(table["rows"].as_u64().unwrap()).unwrap();
    let mut read = vec![BTreeMap::new(); rows];
    for column in table["columns"].as_array().unwrap() {
        let values = column["values"].as_array().unwrap();
        assert_eq!(values.len(), rows, "{name}.{}", column["name"]);
        for (row, value) in read.iter_mut().zip(values).filter(|(_, value)| !value.is_null()) {
            let place = value.as_u64().and_then(|place| usize::try_from(place).ok());
            let value = column.get("texts").map_or(value, |texts| &texts[place.unwrap()]);
            row.insert(column["name"].as_str().unwrap().to_owned(), value.clone());
        }
    }
    read
}

const CONTRACT: &str = "[contract]\nrelations = 2\nunit_price = \"0.80\"\n[[contract.payments]]\nid = \"P1\"\n\
    paid_on = 2026-04-01\namount = \"1.00\"";

/// Six relations: one migrated, one missing, one misplaced, one refused, two that were not to move, one of which
/// arrived.
fn story() -> Story {
    let before = "ann: wei 2025-01-01 id=w1 unionid=u1; ann: li 2025-01-01 id=w2 unionid=u2; \
        ann: lost 2025-01-01 id=w3 unionid=u3;
        bob: no 2025-01-01 id=w4 unionid=u4; ann: late 2026-05-02 id=w5 unionid=u5; \
            bob: later 2026-05-03 id=w6 unionid=u6";
    let after = "ann2: wei 2026-05-02 id=t1 unionid=u1; bob2: li 2026-05-03 id=t2 unionid=u2; \
        ann2: late 2026-05-04 id=t5 unionid=u5;
        ann2: own 2026-05-04 id=t7 unionid=u7; bob2: old 2024-05-04 id=t8 unionid=u8";
    Story::new(before, after).refusals("w4")
}

#[test]
fn the_figures_are_those_of_the_summary() {
    let audit = story().toml(CONTRACT).audit();
    let (data, summary) = (data(&audit), audit.summary_json());
    for figure in ["verdict", "relations", "target_relations", "groups", "join_codes", "billing"] {
        assert_eq!(data[figure], summary[figure], "{figure}");
    }
    // Two contracted at 0.80, four in scope, no tolerance: 1.60 and a surcharge of two more; 1.00 was paid.
    assert_eq!((&data["billing"]["payable"], &data["billing_balance"]), (&json!("3.20"), &json!("2.20")));
    let codes =
        |list: &Value| list.as_array().unwrap().iter().map(|finding| finding["code"].clone()).collect::<Vec<_>>();
    assert_eq!(codes(&data["findings"]), codes(&summary["findings"]));
    let missing = data["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == "B8-missing").unwrap();
    let message = json!([
        "1 条应迁移的客户关系在对应的迁入账号中未找到。",
        "1 relation in scope was not found in the mapped account."
    ]);
    assert_eq!(
        (&missing["message"], &missing["counts"], &missing["filter"]),
        (&message, &json!(true), &json!("outcome = 'missing' and reason = 'no_trace'"))
    );
}

/// The page speaks Chinese where the reports hold English: of each such text of the sample it has the Chinese.
#[test]
fn no_text_of_the_sample_lacks_its_chinese() {
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let folder = tempfile::tempdir().unwrap();
    let audit = crate::support::audit_into(&sample, &folder.path().join("reports"), &[]).unwrap();
    let data = data(&audit);
    let mut told = 0;
    for (name, columns) in [
        ("billing", &["line", "basis"][..]),
        ("rejects", &["reason"]),
        ("coverage", &["detail"]),
        ("control_totals", &["name"]),
    ] {
        let tables = data["tables"].as_array().unwrap();
        let zh = |column: &str| {
            let table = tables.iter().find(|table| table["name"] == name).unwrap();
            table["columns"].as_array().unwrap().iter().find(|known| known["name"] == column).unwrap()["zh"].clone()
        };
        for column in columns {
            let zh = zh(column);
            for row in table(&data, name) {
                let english = row[*column].as_str().unwrap();
                assert!(english.is_empty() || zh[english].is_string(), "{name}.{column}: {english}");
                told += 1;
            }
        }
    }
    assert!(told > 100, "{told}");
}

#[test]
fn the_flow_leads_every_relation_from_its_scope_to_its_outcome() {
    let data = data(&story().audit());
    let expected = json!([
        ["added_after_start", "arrived_out_of_scope", 1],
        ["added_after_start", "out_of_scope", 1],
        ["in_scope", "migrated", 1],
        ["in_scope", "refused", 1],
        ["in_scope", "misplaced", 1],
        ["in_scope", "missing", 1]
    ]);
    assert_eq!(data["flow"], expected);
}

/// What arrived by day: to be moved, not to be moved or elsewhere, and added by members. The start and the days without
/// arrivals stand there too; what is older than the start does not.
#[test]
fn arrivals_are_counted_by_day() {
    let bars = |arrivals: &Value| -> BTreeMap<String, Value> {
        arrivals["bars"]
            .as_array()
            .unwrap()
            .iter()
            .map(|bar| (bar["date"].as_str().unwrap().to_owned(), bar["counts"].clone()))
            .collect()
    };
    let data = data(&story().audit());
    let expected: BTreeMap<String, Value> = [
        ("2026-05-01", json!([0, 0, 0])),
        ("2026-05-02", json!([1, 0, 0])),
        ("2026-05-03", json!([0, 1, 0])),
        ("2026-05-04", json!([0, 1, 1])),
        ("2026-05-05", json!([0, 0, 0])),
        ("2026-05-06", json!([0, 0, 0])),
    ]
    .map(|(date, counts)| (date.to_owned(), counts))
    .into();
    assert_eq!(bars(&data["arrivals"]), expected);
    assert_eq!((&data["arrivals"]["unit"], &data["arrivals"]["later"]), (&json!("day"), &json!([0, 0, 0])));
}

#[test]
fn arrivals_are_those_of_the_clock_in_the_zone_of_the_case() {
    let after = "ann2: a 2026-05-02T15:59:59Z id=t1 unionid=u1; ann2: b 2026-05-02T16:00:00Z id=t2 unionid=u2; \
        ann2: c 2026-05-20T00:00:00Z id=t3 unionid=u3; ann2: d id=t4 unionid=u4";
    let before = "ann: a 2025-01-01 id=w1 unionid=u1; ann: b 2025-01-01 id=w2 unionid=u2; \
        ann: c 2025-01-01 id=w3 unionid=u3; ann: d 2025-01-01 id=w4 unionid=u4";
    let arrivals = data(&Story::new(before, after).audit())["arrivals"].clone();
    assert_eq!(
        (&arrivals["bars"][1], &arrivals["bars"][2]),
        (&json!({"date": "2026-05-02", "counts": [1, 0, 0]}), &json!({"date": "2026-05-03", "counts": [1, 0, 0]}))
    );
    assert_eq!(
        (&arrivals["later"], &arrivals["without_time"]),
        (&json!([1, 0, 0]), &json!(1)),
        "after the last day shown, and at no known time"
    );
}

/// A migration of more than three months is shown by month.
#[test]
fn a_long_migration_is_shown_by_month() {
    let case = "[case]\nid = \"long\"\n[migration]\nstarted_at = 2026-01-15T00:00:00+08:00\n\
        finished_at = 2026-05-01T00:00:00+08:00";
    let before = "ann: a 2025-01-01 id=w1 unionid=u1; ann: b 2025-01-01 id=w2 unionid=u2";
    let after = "ann2: a 2026-01-31 id=t1 unionid=u1; ann2: b 2026-03-01 id=t2 unionid=u2";
    let arrivals = data(&Story::new(before, after).case(case).audit())["arrivals"].clone();
    let expected = [("2026-01-01", 1), ("2026-02-01", 0), ("2026-03-01", 1), ("2026-04-01", 0)];
    let expected: Vec<Value> =
        expected.iter().map(|(date, count)| json!({"date": date, "counts": [count, 0, 0]})).collect();
    assert_eq!((&arrivals["unit"], &arrivals["bars"]), (&json!("month"), &json!(expected)));
}

/// The rows to act on, defects first, and of the others no customer.
#[test]
fn the_page_holds_what_somebody_must_act_on() {
    let audit = story().audit();
    let (data, report) = (data(&audit), audit.report("relations"));
    let key = |row: &BTreeMap<String, Value>| {
        (row["outcome"].as_str().unwrap().to_owned(), row["source_external_userid"].as_str().unwrap().to_owned())
    };
    let shown: Vec<(String, String)> = table(&data, "relations").iter().map(key).collect();
    let pair = |outcome: &str, id: &str| (outcome.to_owned(), id.to_owned());
    assert_eq!(
        shown,
        [pair("misplaced", "w2"), pair("missing", "w3"), pair("arrived_out_of_scope", "w5"), pair("refused", "w4")]
    );
    let to_act_on = |row: &&Row| row["severity"] != "ok";
    assert_eq!(report.iter().filter(to_act_on).count(), shown.len());
    let told = data.to_string();
    assert!(told.contains(r#""lost""#) && !told.contains(r#""wei""#), "the customer who migrated is not to be shown");
    let told: BTreeMap<&str, (u64, u64)> = data["shown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| {
            (share["outcome"].as_str().unwrap(), (share["total"].as_u64().unwrap(), share["shown"].as_u64().unwrap()))
        })
        .collect();
    assert_eq!((told["missing"], told["migrated"], told["undetermined"]), ((1, 1), (1, 0), (0, 0)));
}

#[test]
fn small_reports_stand_in_the_page_as_they_are() {
    let audit = story().toml(CONTRACT).audit();
    let data = data(&audit);
    for name in ["accounts", "groups", "join_codes", "billing", "coverage", "rejects", "inputs", "control_totals"] {
        let (shown, report) = (table(&data, name), audit.report(name));
        assert_eq!(shown.len(), report.len(), "{name}");
        for (shown, report) in shown.iter().zip(&report) {
            for (column, text) in shown.iter().filter_map(|(column, value)| Some((column, value.as_str()?))) {
                assert_eq!(report.get(column).map(String::as_str), Some(text), "{name}: {column}");
            }
        }
    }
}

#[test]
fn what_was_not_measured_is_null_and_no_zero() {
    let bare = data(&story().audit());
    assert_eq!([&bare["billing"], &bare["billing_balance"], &bare["groups"], &bare["join_codes"]], [&Value::Null; 4]);
    let held = |data: &Value| {
        data["exports"].as_array().unwrap().iter().map(|export| export["relations"].as_u64()).collect::<Vec<_>>()
    };
    assert_eq!(held(&bare), [Some(6), None, None, Some(5)]);
    let whole = story()
        .role("target-before", "bob2: old 2024-05-04 id=t8")
        .groups("source-before", "g1: ann vip 2025-01-01")
        .audit();
    assert_eq!(held(&data(&whole)), [Some(6), None, Some(1), Some(5)]);
    assert_eq!(data(&whole)["groups"]["total"], json!(1));
}

/// A customer may call herself what she likes.
#[test]
fn names_cannot_become_markup() {
    let before = "ann: </script><script>alert(1)</script> 2025-01-01 id=w1; bob: <!--<script> 2025-01-01 id=w2";
    let audit = Story::new(before, "")
        .case(
            "[case]\nid = \"x\"\ntitle = \"</title><script>alert(2)</script>\"\n\
        [migration]\nstarted_at = 2026-05-01T00:00:00+08:00\nfinished_at = 2026-05-07T00:00:00+08:00",
        )
        .audit();
    let text = text(&audit);
    assert!(!text.contains("<script>alert") && !text.contains("<!--<"));
    assert_eq!(text.matches("<script").count(), 2, "the data and the script");
    let names: BTreeSet<String> =
        table(&data(&audit), "relations").iter().map(|row| row["customer_name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["</script><script>alert(1)</script>", "<!--<script>"].map(str::to_owned).into());
}

#[test]
fn an_empty_case_has_a_page_too() {
    let data = data(&Story::new("", "").accounts("nobody nobody2").audit());
    assert_eq!((&data["relations"]["total"], &data["flow"]), (&json!(0), &json!([])));
    assert_eq!(table(&data, "relations").len(), 0);
}
