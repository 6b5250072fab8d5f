//! Before the migration: what a precheck predicts, by hand; and that it is what an audit finds where nothing failed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use qianhe::precheck::PrecheckSummary;
use qianhe::progress::Silent;
use qianhe::report::screen::Look;
use qianhe::schema::vocabulary::{Advice, NoPart, Verdict};
use qianhe::text::Lang;

use crate::support::{Story, names_in, read_parquet, run};

/// Findings of prechecks, for `rules::no_rule_lacks_an_example`.
pub fn found() -> BTreeSet<&'static str> {
    [with_dying_codes(), with_cap(2)].iter().flat_map(|story| codes(&planned(story))).collect()
}

/// Two relations for a target account that holds one already, and can hold `cap`.
fn with_cap(cap: u64) -> Story {
    Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", "")
        .role("target-before", "ann2: old 2024-01-01")
        .toml(&format!("[policy]\ncustomer_cap = {cap}"))
}

/// Join codes of every kind.
fn with_dying_codes() -> Story {
    let moving = "g1: ann a 2025-01-01; g2: ann b 2025-01-01; g3: ann c 2025-01-01; g4: ann d 2025-01-01";
    Story::lost()
        .groups("source-before", &format!("{moving}; g5: ann e 2025-01-01; s1: zoe stays 2025-01-01"))
        .codes("source-before", "dies: g1 g2; full: g1 g2 g3 g4 g5; lives: g1 s1; nothing:; strange: g1 g9")
}

fn precheck(folder: &Path) -> qianhe::Result<PrecheckSummary> {
    let case = qianhe::case::load_plan(folder, &[])?;
    qianhe::precheck::precheck(&case, &folder.join("precheck"), qianhe::memory::Resources::default(), &Silent)
}

/// Prechecks a story that holds nothing from after the migration.
fn planned(story: &Story) -> PrecheckSummary {
    precheck(story.write()).unwrap_or_else(|error| panic!("{error}"))
}

/// What the terminal shows, in English.
fn shown_by(summary: &PrecheckSummary) -> String {
    qianhe::precheck::screen(summary, Look { lang: Lang::En, colour: false })
}

fn codes(summary: &PrecheckSummary) -> Vec<&'static str> {
    summary.findings.iter().map(|finding| finding.rule.code).collect()
}

#[test]
fn it_needs_nothing_from_after_the_migration_and_no_end() {
    let story = Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", "").without("target-after");
    let folder = story.write();
    let case = std::fs::read_to_string(folder.join("case.toml")).unwrap();
    std::fs::write(folder.join("case.toml"), case.replace("finished_at", "#")).unwrap();
    let summary = precheck(folder).unwrap();
    assert_eq!(summary.in_scope(), 2);
    assert!(codes(&summary).is_empty(), "{:?}", codes(&summary));
    assert!(shown_by(&summary).starts_with("story: 2 of 2 relations will move\n"), "{}", shown_by(&summary));
}

#[test]
fn every_account_that_takes_no_part_is_told_why() {
    let story = Story::new(
        "ann: wei 2025-01-01; bob: li 2025-01-01; cat: min 2025-01-01; dan: hu 2025-01-01 is_customer=false; \
            eve: xu 2025-01-01 id=w9",
        "",
    )
    .accounts("ann ann2\n cat cat2 fail\n dan dan2\n eve eve2\n fay fay2")
    .unassigned("eve w9");
    let summary = planned(&story);
    let why: BTreeMap<&str, Option<NoPart>> =
        summary.accounts.iter().map(|a| (a.source_userid.as_str(), a.no_part)).collect();
    let told = [
        ("ann", None),
        ("bob", Some(NoPart::NotEnrolled)),
        ("cat", Some(NoPart::AssessmentFailed)),
        ("dan", Some(NoPart::NoCustomers)),
        ("eve", Some(NoPart::LeftMember)),
        ("fay", Some(NoPart::NoRelations)),
    ];
    assert_eq!(why, BTreeMap::from(told));
    assert_eq!(summary.in_scope(), 1);
    assert_eq!(codes(&summary), ["B5-account-without-relations"]);
}

#[test]
fn a_target_account_that_would_overflow_is_named() {
    let full = |cap: u64| {
        let summary = planned(&with_cap(cap));
        (summary.accounts[0].expected_at_target(), summary.accounts[0].exceeds_cap, codes(&summary))
    };
    assert_eq!(full(3), (3, false, vec![]), "1 held + 2 to come fill it to the brim");
    assert_eq!(full(2), (3, true, vec!["B5-target-over-cap"]));
}

#[test]
fn the_cost_is_forecast_with_the_limit_inclusive() {
    // 20 contracted allow 1 more: 21 cost nothing extra, 22 cost one surcharge.
    let cost = |relations: usize| {
        let before: String = (0..relations).map(|n| format!("ann: c{n} 2025-01-01\n")).collect();
        let contract = "[contract]\nparty = \"深圳市腾讯计算机系统有限公司\"\nrelations = 20\nunit_price = \"0.80\"\n\
            surcharge_unit_price = \"1.005\"";
        let summary = planned(&Story::new(&before, "").toml(contract));
        let bill = summary.bill.clone().unwrap();
        (bill.surcharge_amount.to_string(), bill.payable.to_string(), codes(&summary))
    };
    assert_eq!(cost(21), ("0.00".to_owned(), "16.00".to_owned(), vec![]));
    assert_eq!(cost(22), ("1.01".to_owned(), "17.01".to_owned(), vec!["B11-above-tolerance"]), "1.005 rounds half up");
}

#[test]
fn without_a_contract_the_bill_is_left_out_and_said_to_be() {
    let summary = planned(&Story::lost());
    assert!(summary.bill.is_none() && shown_by(&summary).contains("\nno bill: case.toml has no [contract]\n"));
}

#[test]
fn every_code_at_risk_has_an_advice() {
    let summary = planned(&with_dying_codes());
    let advice: BTreeMap<&str, (Advice, usize)> =
        summary.codes.iter().map(|code| (code.code.config_id.as_str(), (code.advice, code.proposals.len()))).collect();
    let told = [
        ("dies", (Advice::TieGroup, 1)),
        ("full", (Advice::DropOneAndTieGroup, 1)),
        ("lives", (Advice::Nothing, 0)),
        ("nothing", (Advice::Nothing, 0)),
        ("strange", (Advice::FindOwners, 0)),
    ];
    assert_eq!(advice, BTreeMap::from(told));
    assert_eq!(codes(&summary), ["A2-codes-will-die"]);
    let text = shown_by(&summary);
    assert!(
        text.contains("\njoin codes that will become invalid: 2 of 5; unknown: 1\n")
            && text.contains("groups to link: s1\n"),
        "{text}"
    );
}

/// What is lacking, or of another corp, makes the forecast one of something else.
#[test]
fn exports_that_are_not_whole_or_not_of_one_corp_are_told() {
    let list = r#"{"errcode":0,"group_chat_list":[{"chat_id":"g1","status":0}],"next_cursor":"more"}"#;
    let cut_off = Story::lost().file("source-before/groups.json", list);
    assert_eq!(codes(&planned(&cut_off)), ["B8-source-groups-not-covered"]);
    let rows = ["AAAAAAAA", "BBBBBBBB"].map(|corp| {
        let row = |customer: u32| format!("ann: c{customer} 2025-01-01 id=wm{corp}{customer:022}");
        format!("{}; {}", row(1), row(2))
    });
    assert_eq!(codes(&planned(&Story::new(&rows.join("; "), ""))), ["Q-mixed-dumps"]);
    let swapped = Story::new(&rows[0], "").role("target-before", &rows[0].replace("ann:", "ann2:"));
    assert_eq!(codes(&planned(&swapped)), ["Q-swapped-dumps"]);
}

#[test]
fn its_reports_are_there_also_when_empty() {
    let story = Story::new("", "");
    planned(&story);
    let told = [
        "accounts", "billing", "control_totals", "coverage", "findings", "inputs", "join_codes", "rejects", "relations",
    ];
    let mut told: Vec<String> = told.iter().map(|name| format!("precheck-{name}.parquet")).collect();
    told.extend(["manifest.json", "precheck.html", "precheck.json", "precheck.xlsx"].map(str::to_owned));
    told.sort();
    assert_eq!(names_in(&story.write().join("precheck")).into_iter().collect::<Vec<_>>(), told);
}

#[test]
fn an_accounts_list_that_is_not_one_to_one_stops_it() {
    let story = Story::lost().accounts("ann x\n bob x");
    let error = precheck(story.write()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("B6-many-to-one"), "{error}");
    assert!(!story.write().join("precheck").exists());
}

/// One case, before and after, in which everything went as it should: the prediction has to be what was found.
#[test]
fn what_it_predicts_is_what_an_audit_finds_where_nothing_failed() {
    let story = Story::new(
        "ann: wei 2025-01-01; ann: li 2025-01-01; bob: min 2025-01-01; zoe: hu 2025-01-01; cat: xu 2025-01-01",
        "ann2: wei 2026-05-02; ann2: li 2026-05-02; bob2: min 2026-05-03",
    )
    .accounts("ann ann2\n bob bob2\n cat cat2 fail")
    .groups("source-before", "g1: ann a 2025-01-01; g2: bob b 2025-01-01; s1: zoe stays 2025-01-01")
    .groups("target-after", "h1: ann2 a 2025-01-01; h2: bob2 b 2025-01-01")
    .groups("source-after", "s1: zoe stays 2025-01-01")
    .codes("source-before", "dies: g1 g2; lives: g1 s1; nothing:")
    .codes("source-after", "dies:; lives: s1; nothing:")
    .toml("[contract]\nrelations = 3\nunit_price = \"0.80\"");
    let (planned, audit) = (planned(&story), story.audit());

    let found: BTreeMap<String, String> = audit
        .report("relations")
        .into_iter()
        .map(|row| (row["source_external_userid"].clone(), row["scope"].clone()))
        .collect();
    let rows = read_parquet(&story.write().join("precheck/precheck-relations.parquet"));
    let predicted: BTreeMap<String, String> =
        rows.into_iter().map(|row| (row["source_external_userid"].clone(), row["scope"].clone())).collect();
    assert_eq!(predicted, found, "scope of every relation");
    assert_eq!(planned.in_scope(), audit.summary.counts.by_outcome["migrated"], "all that was to move moved");

    let bill = audit.summary.bill.as_ref().unwrap();
    assert_eq!(planned.bill.as_ref().map(|planned| (planned.drift, planned.payable)), Some((bill.drift, bill.payable)));

    let found: BTreeMap<String, (String, String)> = audit
        .report("join_codes")
        .into_iter()
        .map(|row| (row["config_id"].clone(), (row["predicted"].clone(), row["observed"].clone())))
        .collect();
    for code in &planned.codes {
        let (predicted, observed) = &found[&code.code.config_id];
        let came_true = if code.code.predicted.word() == "alive" { "alive" } else { "empty" };
        assert_eq!(
            (code.code.predicted.word(), came_true),
            (predicted.as_str(), observed.as_str()),
            "{}",
            code.code.config_id
        );
    }
    assert_eq!(found.len(), 3);
}

/// The sample as it stood before the start, alone; then all of it. 85 of its 98 relations were to move
/// (data/README.md).
#[test]
fn the_sample_before_the_start_foretells_its_audit() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let folder = tempfile::tempdir().unwrap();
    for entry in
        walkdir::WalkDir::new(&sample).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file())
    {
        let name = entry.path().strip_prefix(&sample).unwrap();
        if ["source-before", "lists", "case.toml"].iter().any(|known| name.starts_with(known)) {
            let copy = folder.path().join(name);
            std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
            std::fs::copy(entry.path(), copy).unwrap();
        }
    }
    let planned = precheck(folder.path()).unwrap();
    assert_eq!(planned.in_scope(), 85);
    let reports = |name: &str| read_parquet(&sample.join("reports").join(format!("{name}.parquet")));
    let audited: BTreeMap<String, String> = reports("join_codes")
        .into_iter()
        .filter_map(|row| Some((row["config_id"].clone(), row.get("predicted")?.clone())))
        .collect();
    let predicted: BTreeMap<String, String> =
        planned.codes.iter().map(|code| (code.code.config_id.clone(), code.code.predicted.word().to_owned())).collect();
    assert_eq!(predicted, audited);
    let keys = |rows: Vec<crate::support::Row>| -> Vec<(Option<String>, Option<String>, String)> {
        let mut keys: Vec<_> = rows
            .iter()
            .map(|row| {
                (row.get("source_external_userid").cloned(), row.get("customer_name").cloned(), row["scope"].clone())
            })
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(
        keys(read_parquet(&folder.path().join("precheck/precheck-relations.parquet"))),
        keys(reports("relations"))
    );
}

/// The relation that could not be read is of `bob`, who may take part; nothing at all is known of `cat`.
#[test]
fn what_could_not_be_read_is_not_forecast_as_absent() {
    let story = Story::new("ann: wei 2025-01-01", "")
        .accounts("ann ann2\n bob bob2\n cat cat2")
        .file("source-before/more.csv", "userid,external_userid\nann,w8\nbob,17.5\n");
    let summary = planned(&story);
    let why: Vec<Option<NoPart>> = summary.accounts.iter().map(|account| account.no_part).collect();
    assert_eq!(why, [None, None, Some(NoPart::NoRelations)]);
    assert_eq!(summary.without_part(), 1);
    // One of three records: more than 5 %.
    assert_eq!(summary.verdict, Verdict::Inconclusive);
    assert_eq!(run(story.write(), &["precheck", ".", "-q"]).0, 1);
    let told = shown_by(&summary);
    assert!(told.starts_with("story: 2 of 2 relations will move\nINCONCLUSIVE - "), "{told}");
    assert_eq!(planned(&Story::arrived()).verdict, Verdict::Reconciled);
}
