//! Figures and times, also on either side of the limits that rules and findings compare with.

use serde_json::{Value, json};

use crate::reports::page::data_of;
use crate::rules::relations::taken_at;
use crate::support::{Audit, Story};

/// `readable` relations that arrived, and beside one of them `lost` records of source-before without a readable key.
fn with_unreadable_records(readable: usize, lost: usize) -> Story {
    let relations = |member: &str, first: usize, made: &str| {
        (first..readable).map(|i| format!("{member}: n{i} {made}")).collect::<Vec<_>>().join(";")
    };
    let rows: String = (0..lost).map(|i| format!(",w{i},,\n")).collect();
    Story::new(&relations("ann", 1, "2025-01-01"), &relations("ann2", 0, "2026-05-02")).file(
        "source-before/more.csv",
        &format!("userid,external_userid,customer_name,created_at\nann,n0,n0,2025-01-01\n{rows}"),
    )
}

/// More than 5 % of the records: 1 of 20 is not, 1 of 19 and 2 of 39 are.
#[test]
fn five_percent_of_unreadable_records_still_leave_a_conclusion() {
    for (readable, lost, is_too_much) in [(19, 1, false), (18, 1, true), (38, 2, false), (37, 2, true)] {
        let findings = with_unreadable_records(readable, lost).audit().findings();
        assert_eq!(findings["Q-unreadable-records"], lost as u64);
        assert_eq!(findings.contains_key("Q-too-much-unreadable"), is_too_much, "{lost} beside {readable}");
    }
}

/// Only of a required snapshot, and not of one that the user vouches for.
#[test]
fn unreadable_records_of_other_snapshots_leave_a_conclusion() {
    let trusted = with_unreadable_records(2, 1).toml("[snapshots.source-before]\ncoverage = \"trusted\"\n");
    let elsewhere = with_unreadable_records(2, 0)
        .role("source-after", "ann: n0 2025-01-01")
        .file("source-after/more.csv", "userid,external_userid\nann,n0\n,w1\n");
    for story in [trusted, elsewhere] {
        let findings = story.audit().findings();
        assert_eq!(findings["Q-unreadable-records"], 1);
        assert!(!findings.contains_key("Q-too-much-unreadable"), "{findings:?}");
    }
}

/// A defect, and no more than information where the user vouches for every snapshot that lacks a record.
#[test]
fn unreadable_records_are_a_defect_where_nobody_vouches_for_one_of_them() {
    let story = || with_unreadable_records(2, 1);
    let trusted = || story().toml("[snapshots.source-before]\ncoverage = \"trusted\"\n");
    let elsewhere = trusted().file("target-after/more.csv", "userid,external_userid\nann2,n0\n,w1\n");
    for (story, told) in [(story(), "defect"), (trusted(), "info"), (elsewhere, "defect")] {
        assert_eq!(story.audit().finding("Q-unreadable-records").severity().word(), told);
    }
}

/// How long before the start and how long after it, in the zone of the case, and every role that was too early.
#[test]
fn the_times_of_snapshots_are_told_to_the_minute() {
    let story = |times: &[(&str, &str)]| {
        let story = Story::arrived().role("source-after", "ann: wei 2025-01-01");
        times.iter().fold(story, |story, (role, time)| story.toml(&taken_at(role, time))).audit()
    };
    let audit = story(&[("source-before", "2026-04-29T22:30:00+08:00")]);
    assert!(audit.finding("D1-gap-before-start").message_en().starts_with("25 h 30 min lie between"));
    let audit = story(&[("source-before", "2026-05-01T01:00:00Z")]);
    let says = audit.finding("D1-source-after-start").message_en();
    assert!(says.contains("source-before 2026-05-01 09:00:00+08:00"), "{says}");
    assert!(!audit.findings().contains_key("D1-gap-before-start"));
    let audit = story(&[("source-after", "2026-05-06T00:00:00+08:00"), ("target-after", "2026-05-06T23:59:59+08:00")]);
    let says = audit.finding("D1-after-too-early").message_en();
    assert!(says.contains("source-after 2026-05-06 00:00:00+08:00, target-after 2026-05-06 23:59:59+08:00"), "{says}");
    assert_eq!(audit.findings()["D1-after-too-early"], 2);
}

/// Of `ann` 2 of 3 in scope arrived, one of them before the start; of `bob` none was in scope, of `cat` all of one, and
/// `zoe` had none.
#[test]
fn the_arrival_rate_is_of_what_was_in_scope_and_null_where_nothing_was() {
    let audit = Story::new(
        "ann: a 2025-01-01; ann: b 2025-01-01; ann: c 2025-01-01; ann: late 2026-05-03; bob: late 2026-05-03; \
            cat: a 2025-01-01",
        "ann2: a 2026-05-02; ann2: b 2025-05-02; ann2: late 2026-05-04; bob2: late 2026-05-04; cat2: a 2026-05-02",
    )
    .accounts("ann ann2\n bob bob2\n cat cat2\n zoe zoe2")
    .audit();
    let told = |rate: &String| format!("{:.4}", rate.parse::<f64>().unwrap());
    let rates: Vec<Option<String>> =
        audit.report("accounts").iter().map(|row| row.get("arrival_rate").map(told)).collect();
    assert_eq!(rates, [Some("0.6667".to_owned()), None, Some("1.0000".to_owned()), None]);
}

/// Made since the start: at that second, and not the second before it.
#[test]
fn what_was_made_exactly_at_the_start_may_have_been_migrated() {
    for (made, is_new) in [("2026-05-01T00:00:00", true), ("2026-04-30T23:59:59", false)] {
        let elsewhere = Story::new(
            "ann: wei 2025-01-01 id=w1; ann: li 2025-01-01",
            &format!("zoe2: wei {made} id=t1; ann2: li 2026-05-02"),
        );
        let expected = if is_new { "in_scope misplaced" } else { "in_scope missing/no_trace" };
        assert_eq!(elsewhere.customer_map("w1 t1").audit().outcomes()["ann/w1"], expected, "{made}");
        let alike =
            Story::new("ann: wei 2025-01-01; ann: Ⅳ 2025-01-01", &format!("ann2: wei 2026-05-02; ann2: IV {made}"));
        let expected = if is_new { "in_scope undetermined/look_alike" } else { "in_scope missing/no_trace" };
        assert_eq!(alike.audit().outcomes()["ann/Ⅳ"], expected, "{made}");
    }
}

/// A look-alike with another unionid of the same namespace is another customer.
#[test]
fn a_name_looks_like_no_other_that_the_ids_contradict() {
    for (unionid, expected) in [("unionid=u9", "in_scope missing/no_trace"), ("", "in_scope undetermined/look_alike")] {
        let before = "ann: wei 2025-01-01 unionid=u1; ann: Ⅳ 2025-01-01 unionid=u2";
        let after = format!("ann2: wei 2026-05-02 unionid=u1; ann2: IV 2026-05-02 {unionid}");
        assert_eq!(Story::new(before, &after).audit().outcomes()["ann/Ⅳ"], expected, "{unionid}");
    }
}

/// The relations of a customer under several members (B4): of names and unionids the first in alphabetical order.
#[test]
fn a_customer_has_all_its_relations_and_the_first_of_its_names() {
    for order in [["ann", "bob", "cat"], ["cat", "bob", "ann"], ["bob", "cat", "ann"]] {
        let [first, second, third] = order;
        let before = format!(
            "{first}: zoe 2025-01-01 id=w1; {second}: amy 2025-01-01 id=w1 unionid=u2;
            {third}: - 2026-05-03 id=w1 unionid=u1; ann: other 2025-01-01 id=w2; \
                ann: zhou 2025-01-01 id=; bob: hu 2025-01-01 id="
        );
        let rows = Story::new(&before, "").audit().report("customers");
        let cell = |row: usize, column: &str| rows[row].get(column).map_or("-", String::as_str);
        let columns = ["source_external_userid", "customer_name", "unionid", "relations", "in_scope"];
        let told = [
            ["-", "hu", "-", "1", "1"],
            ["-", "zhou", "-", "1", "1"],
            ["w1", "amy", "u1", "3", "2"],
            ["w2", "other", "-", "1", "1"],
        ];
        assert_eq!(rows.len(), told.len());
        for (row, told) in told.iter().enumerate() {
            assert_eq!(columns.map(|column| cell(row, column)), *told, "{order:?}");
        }
    }
}

/// Arrivals as the page shows them.
fn arrivals(audit: &Audit) -> Value {
    data_of(&std::fs::read_to_string(audit.reports.join("report.html")).unwrap())["arrivals"].clone()
}

/// From the second of the start to the last one of the seventh day after the end. The end itself is no day of the
/// migration, and of relations without a time those count that were to move.
#[test]
fn arrivals_on_either_side_of_the_first_and_the_last_day_shown() {
    let before = ["old", "first", "last", "after", "untimed"].map(|name| format!("ann: {name} 2025-01-01")).join(";")
        + ";ann: late 2026-05-03";
    let after = "ann2: old 2026-04-30T23:59:59; ann2: first 2026-05-01; ann2: last 2026-05-13T23:59:59; \
        ann2: after 2026-05-14; ann2: own 2026-05-14; ann2: untimed; ann2: late";
    let arrivals = arrivals(&Story::new(&before, after).audit());
    let bars: Vec<(&str, &Value)> = arrivals["bars"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bar| (bar["date"].as_str().unwrap(), &bar["counts"]))
        .collect();
    let (none, one) = (json!([0, 0, 0]), json!([1, 0, 0]));
    let told = [
        ("2026-05-01", &one),
        ("2026-05-02", &none),
        ("2026-05-03", &none),
        ("2026-05-04", &none),
        ("2026-05-05", &none),
        ("2026-05-06", &none),
        ("2026-05-13", &one),
    ];
    assert_eq!(bars, told);
    assert_eq!((&arrivals["later"], &arrivals["without_time"]), (&json!([1, 0, 1]), &json!(1)));
}

/// 1 January to 2 April are 92 days; the day after is one too many.
#[test]
fn a_migration_of_ninety_two_days_is_still_shown_by_day() {
    for (end, unit, bars) in [("2026-04-03", "day", 92), ("2026-04-04", "month", 4)] {
        let case = format!(
            "[case]\nid = \"long\"\n[migration]\nstarted_at = 2026-01-01T00:00:00+08:00\n\
                finished_at = {end}T00:00:00+08:00\n"
        );
        let arrivals = arrivals(&Story::new("ann: wei 2025-01-01", "ann2: wei 2026-01-02").case(&case).audit());
        assert_eq!(
            (&arrivals["unit"], arrivals["bars"].as_array().unwrap().len()),
            (&json!(unit), bars),
            "until {end}"
        );
    }
}

/// Of one file 20 columns are named, and of 5 files; an ellipsis stands for the others.
#[test]
fn of_unused_columns_the_first_few_are_named() {
    let story = |files: usize, columns: usize| {
        let names: String = (0..columns).map(|i| format!(",x{i:02}")).collect();
        let more = format!("userid,external_userid{names}\nann,wei{}\n", ",1".repeat(columns));
        let story = Story::arrived();
        (0..files).fold(story, |story, i| story.file(&format!("source-before/more{i}.csv"), &more)).audit()
    };
    for (files, columns) in [(5, 20), (6, 21)] {
        let audit = story(files, columns);
        let finding = audit.finding("Q-columns-unused");
        let says = finding.message_en();
        assert_eq!(finding.count, (files * columns) as u64);
        assert_eq!((says.matches("x19").count(), says.matches("more4.csv: x00").count()), (5, 1), "{says}");
        let is_cut = files > 5;
        assert_eq!((says.contains("x19, ...; "), says.contains("; ...)")), (is_cut, is_cut), "{says}");
        assert!(!says.contains("x20") && !says.contains("more5"), "{says}");
    }
}

/// Each equation, with its sides counted by hand. `ann` has one who arrived and one who is missing and waived, a
/// customer of `bob` stands under `ann2`, `eve` is not enrolled and `zoe2` is nobody's.
#[test]
fn every_equation_is_checked_on_the_numbers_that_it_names() {
    let audit = Story::new(
        "ann: a 2025-01-01 id=w1; ann: b 2025-01-01 id=w2; bob: c 2025-01-01 id=w3; eve: d 2025-01-01 id=w4",
        "ann2: a 2026-05-02 id=t1; ann2: e 2026-05-02 id=t3; zoe2: f 2026-06-01 id=t9",
    )
    .accounts("ann ann2\n bob bob2")
    .customer_map("w3 t3")
    .groups("source-before", "g1: ann vip 2025-01-01; g2: eve day 2025-01-01")
    .groups("target-after", "h1: ann2 vip 2026-05-02")
    .codes("source-before", "c1: g1")
    .codes("source-after", "c1:; c2:")
    .toml("[contract]\nrelations = 3\nunit_price = \"0.80\"")
    .toml("[[waivers]]\ncode = \"B8-missing\"\nreason = \"known\"\nby = \"lead\"\nuntil = 2027-01-01\n")
    .audit();
    let totals = &audit.summary.control_totals;
    assert!(totals.iter().all(|total| total.holds && total.left == total.right), "{totals:?}");
    let with_rows = totals.iter().filter(|total| total.left > 0 && !total.name.starts_with("billing "));
    let counted: Vec<(&str, u64)> = with_rows.map(|total| (total.name.as_str(), total.left)).collect();
    let expected = [
        ("records read = accepted + duplicates + rejected + passed over", 16),
        ("relations of source-before = sum of outcomes", 4),
        ("relations of source-before = sum of scopes", 4),
        ("relations of target-after = sum of origins", 3),
        ("matched at the source = matched at the target", 2),
        ("relations = accounts + not enrolled", 4),
        ("outcomes by account = relations of accounts", 3),
        ("target relations = mapped accounts + others", 3),
        ("in scope by account = in scope", 3),
        ("groups of source-before = sum of outcomes", 2),
        ("groups matched at the source = matched at the target", 1),
        ("join codes of source-before and source-after = sum of verdicts", 2),
        ("source-before: records accepted = rows of its tables", 7),
        ("source-after: records accepted = rows of its tables", 2),
        ("target-after: records accepted = rows of its tables", 4),
        ("lists: records accepted = rows of its tables", 3),
        ("relations = relations of customers", 4),
        ("missing = missing of customers", 1),
        ("outcome migrated = rows written", 1),
        ("outcome misplaced = rows written", 1),
        ("outcome missing = rows written", 1),
        ("outcome out_of_scope = rows written", 1),
        ("origin added_after_migration = rows written", 1),
        ("origin migrated = rows written", 1),
        ("origin misplaced = rows written", 1),
        ("group outcome migrated = rows written", 1),
        ("group outcome out_of_scope = rows written", 1),
        ("join code verdict emptied = rows written", 1),
        ("join code verdict new = rows written", 1),
        ("waived relations = rows written", 1),
    ];
    assert_eq!(counted, expected);
}

/// Bare answers prove nothing but what they hold: one relation is enough to have seen the account.
#[test]
fn an_account_of_one_bare_relation_is_observed() {
    let customer = r#"{"errcode":0,"external_contact":{"external_userid":"t1","name":"wei","type":1},
        "follow_user":[{"userid":"ann2","createtime":1777700000}]}"#;
    let audit = Story::new("ann: wei 2025-01-01; bob: li 2025-01-01", "")
        .without("target-after/relations.csv")
        .file("target-after/customer.json", customer)
        .audit();
    let coverage: Vec<String> = audit.report("accounts").iter().map(|row| row["target_coverage"].clone()).collect();
    assert_eq!(coverage, ["observed", "unknown"]);
    assert_eq!(audit.outcomes()["bob/li"], "in_scope undetermined/target_not_covered");
}

/// A look-alike of which nobody knows when it was made may have been migrated.
#[test]
fn a_look_alike_of_an_unknown_time_leaves_a_relation_open() {
    let audit = Story::new("ann: wei 2025-01-01; ann: Ⅳ 2025-01-01", "ann2: wei 2026-05-02; ann2: IV").audit();
    assert_eq!(audit.outcomes()["ann/Ⅳ"], "in_scope undetermined/look_alike");
}

/// An account whose export failed has failed, whatever could not be read of it; one with a row that could not be read
/// is there in part.
#[test]
fn a_failure_outweighs_an_unreadable_value() {
    let unread = "unionid=1.5E+10";
    let after = format!("ann2: fu 2026-05-02 {unread}; bob2: hu 2026-05-02 {unread}");
    let limit = r#"{"errcode":45033,"errmsg":"rate limit"}"#;
    let answer = format!(r#"{{"endpoint":"externalcontact/list","request":{{"userid":"ann2"}},"response":{limit}}}"#);
    let story = Story::new("ann: wei 2025-01-01; bob: li 2025-01-01", &after);
    let audit = story.file("target-after/answers.json", &answer).audit();
    let coverage: Vec<String> = audit.report("accounts").iter().map(|row| row["target_coverage"].clone()).collect();
    assert_eq!(coverage, ["failed", "partial"]);
}

/// Details of a customer could not be had: of the relations of the account, one that is known by its id alone may be
/// anybody's, one with a name is not.
#[test]
fn failed_details_leave_open_who_is_known_by_an_id_alone() {
    let told = |other: &str| {
        let answer = r#"{"errcode":-1,"errmsg":"system busy"}"#;
        let request = r#""request":{"external_userid":"t9"}"#;
        let get = format!(r#"{{"endpoint":"externalcontact/get",{request},"response":{answer}}}"#);
        let after = format!("ann2: wei 2026-05-02; ann2: {other}");
        let story = Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", &after);
        story.file("target-after/get.json", &get).audit().outcomes()["ann/li"].clone()
    };
    assert_eq!(told("fu 2026-05-02"), "in_scope missing/no_trace");
    assert_eq!(told("- 2026-05-02 id=t8"), "in_scope undetermined/target_not_covered");
}

/// A failed export shows who is still there, and not who has left.
#[test]
fn a_failed_export_of_the_source_shows_only_who_is_still_there() {
    let limit = r#"{"errcode":45033,"errmsg":"rate limit"}"#;
    let answer = format!(r#"{{"endpoint":"externalcontact/list","request":{{"userid":"ann"}},"response":{limit}}}"#);
    let before = "ann: li 2025-01-01; ann: wei 2025-01-01";
    let story = Story::new(before, "ann2: li 2026-05-02; ann2: wei 2026-05-02");
    let audit = story.role("source-after", "ann: wei 2025-01-01").file("source-after/list.json", &answer).audit();
    let still = |key: &str| audit.relation(key).get("still_at_source").cloned();
    assert_eq!((still("ann/wei").as_deref(), still("ann/li")), (Some("true"), None));
}
