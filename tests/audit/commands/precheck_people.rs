//! `precheck.html` and `precheck.xlsx`: what stands in them, derived by hand. How the page looks, tests/page shows.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use calamine::{Reader, Xlsx, open_workbook};
use serde_json::{Value, json};

use super::precheck_screen::story;
use crate::reports::page::data_of;
use crate::reports::worklist::{by_id, column, enter, grid, save};
use crate::support::{Story, run};

/// Runs the precheck, and returns what it said on stderr.
fn prechecked(story: &Story) -> String {
    let (code, _, stderr) = run(story.write(), &["precheck", "."]);
    assert_eq!(code, 0, "{stderr}");
    stderr
}

fn page(story: &Story) -> Value {
    prechecked(story);
    data_of(&fs::read_to_string(story.write().join("precheck/precheck.html")).unwrap())
}

fn workbook(story: &Story) -> PathBuf {
    story.write().join("precheck/precheck.xlsx")
}

/// Rows that a statement selects from the reports of the precheck.
fn rows_of(story: &Story, sql: &str) -> u64 {
    let (code, stdout, stderr) = run(story.write(), &["query", sql, "--reports", "precheck", "--format", "json"]);
    assert_eq!(code, 0, "{sql}: {stderr}");
    serde_json::from_str::<Vec<Value>>(&stdout).unwrap().len() as u64
}

#[test]
fn the_figures_of_the_page_are_as_derived_by_hand() {
    let data = page(&story());
    assert_eq!(data["relations"]["total"], 4);
    let scopes = &data["relations"]["by_scope"];
    assert_eq!(
        (&scopes["in_scope"], &scopes["not_enrolled"], &scopes["assessment_failed"]),
        (&json!(2), &json!(1), &json!(1))
    );
    // Of ann, bob and cat two take no part; ann's target holds one, two come, and two are its cap.
    let accounts = &data["accounts"];
    assert_eq!(
        (&accounts["total"], &accounts["exceeds_cap"], &data["customer_cap"]),
        (&json!(3), &json!(1), &json!(2))
    );
    assert_eq!(accounts["by_no_part"]["not_enrolled"], 1);
    assert_eq!(accounts["by_no_part"]["assessment_failed"], 1);
    let codes = &data["join_codes"];
    assert_eq!((&codes["by_predicted"]["empty"], &codes["by_predicted"]["alive"]), (&json!(1), &json!(1)));
    assert_eq!((&codes["by_advice"]["tie_group"], &codes["by_advice"]["nothing"]), (&json!(1), &json!(1)));
    // One contracted and one above, at 0.80 each; nothing was paid.
    let bill = &data["billing"];
    assert_eq!(
        (&bill["payable"], &bill["paid"], &data["billing_balance"]),
        (&json!("1.60"), &json!("0.00"), &json!("1.60"))
    );
    let exports: Vec<_> = data["exports"].as_array().unwrap().iter().map(|export| &export["relations"]).collect();
    assert_eq!(exports, [&json!(4), &json!(1)], "source-before and target-before");
}

#[test]
fn the_rows_of_each_finding_are_as_many_as_it_counts() {
    let story = story()
        .role("source-before", "ann: wei 2025-01-01; ann: li 2025-01-01; ann: hu nonsense")
        .file("lists/accounts.csv", "source_userid,target_userid\nann,ann2\neve,eve2\n");
    let data = page(&story);
    let findings = data["findings"].as_array().unwrap();
    let mut linked = Vec::new();
    for finding in findings {
        let (Some(report), Some(filter)) = (finding["report"].as_str(), finding["filter"].as_str()) else { continue };
        let rows = rows_of(&story, &format!("SELECT * FROM \"precheck-{report}\" WHERE {filter}"));
        assert_eq!(finding["count"], rows, "{finding}");
        linked.push(finding["code"].as_str().unwrap());
    }
    linked.sort_unstable();
    let expected = ["A2-codes-will-die", "B5-account-without-relations", "B5-target-over-cap", "Q-unreadable-values"];
    assert_eq!(linked, expected);
}

#[test]
fn what_was_not_exported_or_agreed_is_not_shown_as_none() {
    let data = page(&Story::lost());
    assert_eq!(
        (&data["join_codes"], &data["billing"], &data["exports"][1]["relations"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[test]
fn the_workbook_has_a_sheet_for_each_thing_to_do_and_a_worklist() {
    for (lang, names, tasks) in [
        (
            "zh",
            ["汇总", "发现", "账号", "活码", "不参与的账号", "各账号预估", "账单", "待办"],
            [
                ("ann", "ann2|账号||B5-target-over-cap"),
                ("dies", "|活码|如需保留：迁移开始前关联一个留下的群 (tie_group)|A2-codes-will-die"),
            ],
        ),
        (
            "en",
            [
                "Summary", "Findings", "Accounts", "Join codes", "Taking no part", "Forecast by account", "Bill",
                "Worklist",
            ],
            [
                ("ann", "ann2|Accounts||B5-target-over-cap"),
                (
                    "dies",
                    "|Join codes|To keep it: before the start, tie a group that stays (tie_group)|A2-codes-will-die",
                ),
            ],
        ),
    ] {
        let story = story().with_case_key(&format!("language = \"{lang}\""));
        prechecked(&story);
        let book: Xlsx<_> = open_workbook(workbook(&story)).unwrap();
        assert_eq!(book.sheet_names(), names);
        let worklist = grid(&workbook(&story), names[7]);
        let (id, titles) = match lang {
            "zh" => ("ID", ["迁入账号", "类别", "原因", "发现代码"]),
            _ => ("Id", ["Target account", "Kind", "Reason", "Finding"]),
        };
        let expected = tasks.map(|(id, cells)| (id.to_owned(), cells.to_owned()));
        assert_eq!(by_id(&worklist, id, &titles), expected);
        // Every sheet has the rows that its SQL selects.
        let summary = grid(&workbook(&story), names[0]);
        let listed: BTreeMap<&str, &Vec<String>> = summary.iter().map(|line| (line[0].as_str(), line)).collect();
        for name in &names[1..7] {
            let line = listed[name];
            let sql = line[4].replace("'precheck-", "\"precheck-").replace(".parquet'", "\"");
            assert_eq!((&line[2], rows_of(&story, &sql).to_string()), (&line[3], line[3].clone()), "{line:?}");
            assert_eq!(
                grid(&workbook(&story), name).len().to_string(),
                (line[2].parse::<usize>().unwrap() + 1).to_string()
            );
        }
    }
}

#[test]
fn the_proposals_stand_beside_the_code_that_needs_one() {
    let story = story();
    prechecked(&story);
    let rows = grid(&workbook(&story), "活码");
    let cell = |title: &str| rows[1][column(&rows, title)].as_str();
    assert_eq!((rows.len(), cell("活码 ID"), cell("可关联的群")), (2, "dies", "s1"));
    assert!(cell("下一步").contains("在迁移开始前"), "{rows:?}");
}

#[test]
fn what_people_entered_is_carried_over_to_the_next_precheck() {
    let story = story();
    prechecked(&story);
    let mut rows = grid(&workbook(&story), "待办");
    enter(&mut rows, "dies", &[("负责人", "小王"), ("状态", "处理中")]);
    enter(&mut rows, "ann", &[("备注", "已下单扩容")]);
    save(&workbook(&story), "待办", &rows);
    // The target account has room by now.
    let story = story.role("target-before", "zoe2: old 2024-01-01");
    let stderr = prechecked(&story);
    assert!(stderr.contains("precheck.xlsx was changed since it was written"), "{stderr}");
    let rows = grid(&workbook(&story), "待办");
    let expected = [("dies", "小王|处理中||"), ("ann", "||已下单扩容|已消除：本次审计不再是例外")];
    let expected = expected.map(|(id, cells)| (id.to_owned(), cells.to_owned()));
    assert_eq!(by_id(&rows, "ID", &["负责人", "状态", "备注", "现状"]), expected);
    assert_eq!(run(story.write(), &["verify", "precheck"]).0, 0);
    let once = fs::read(workbook(&story)).unwrap();
    prechecked(&story);
    assert!(fs::read(workbook(&story)).unwrap() == once, "the same worklist and inputs give the same bytes");
}
