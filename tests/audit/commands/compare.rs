//! `qianhe compare`: each change between two audits of one case.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{Story, names_in, read_parquet, run};

/// What the source held; every customer of `ann`.
const BEFORE: &str =
    "ann: stays 2025-01-01; ann: lost 2025-01-01; ann: found 2025-01-01; ann: asked 2025-01-01; ann: gone 2025-01-01";

/// Two audits: `found` is missing first, `lost` is missing then, `asked` refused first and is missing then, `gone` is
/// not exported again, and `late` only then.
fn audits() -> (Story, Story) {
    let after = "ann2: stays 2026-05-02; ann2: gone 2026-05-02";
    let earlier = Story::new(BEFORE, &format!("{after}; ann2: lost 2026-05-02")).refusals("asked");
    let before = BEFORE.replace("ann: gone 2025-01-01", "ann: late 2025-01-01");
    let later = Story::new(&before, &format!("{after}; ann2: found 2026-05-02; ann2: late 2026-05-02"));
    earlier.audit();
    later.audit();
    (earlier, later)
}

fn compare(earlier: &Story, later: &Story, args: &[&str]) -> (i32, String, String) {
    let [earlier, later] = [earlier, later].map(|story| story.write().join("reports").to_str().unwrap().to_owned());
    run(Path::new("."), &[&["compare", &earlier, &later], args].concat())
}

#[test]
fn each_relation_changes_as_it_did() {
    let (earlier, later) = audits();
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join("compared");
    let (code, stdout, stderr) = compare(&earlier, &later, &["--json", "--out", folder.to_str().unwrap()]);
    assert_eq!((code, stderr.as_str()), (1, ""), "lost and asked are missing now, which are defects");
    let json: Value = serde_json::from_str(&stdout).unwrap();
    let counts = &json["changes"][0]["counts"];
    let expected = [
        ("resolved", 1),
        ("new", 1),
        ("worse", 1),
        ("improved", 0),
        ("changed", 0),
        ("unchanged", 1),
        ("gone", 1),
        ("added", 1),
    ];
    for (change, count) in expected {
        assert_eq!(counts[change], count, "{change}");
    }
    let rows = read_parquet(&folder.join("compare.parquet"));
    let output = |kind: &str| -> BTreeMap<String, String> {
        let rows = rows.iter().filter(|row| row["kind"] == kind);
        let side = |row: &crate::support::Row, column: &str| row.get(column).map_or("-".to_owned(), Clone::clone);
        rows.map(|row| {
            (row["key"].clone(), format!("{} {} {}", row["change"], side(row, "earlier"), side(row, "later")))
        })
        .collect()
    };
    let expected = [
        ("ann/asked", "worse refused missing/no_trace"),
        ("ann/found", "resolved missing/no_trace migrated"),
        ("ann/gone", "gone migrated -"),
        ("ann/late", "added - migrated"),
        ("ann/lost", "new migrated missing/no_trace"),
    ];
    assert_eq!(output("relation"), expected.map(|(key, change)| (key.to_owned(), change.to_owned())).into());
    // One relation was missing, two are now; one was refused.
    let findings = output("finding");
    assert_eq!(findings["B8-missing"], "worse 1 2");
    assert_eq!(findings["A3-refused"], "resolved 1 -");
    assert_eq!(names_in(&folder), ["compare.parquet", "manifest.json"].map(str::to_owned).into());
}

/// With little memory, the accounts are compared in several passes: each byte of the result is the same.
#[test]
fn memory_changes_nothing() {
    let others = "bob: b1 2025-01-01; bob: b2 2025-01-01; cat: c1 2025-01-01";
    let earlier = Story::new(&format!("{BEFORE}; {others}"), "ann2: stays 2026-05-02; bob2: b1 2026-05-02");
    let later = Story::new(&format!("{BEFORE}; {others}"), "ann2: found 2026-05-02");
    earlier.audit();
    later.audit();
    let folder = tempfile::tempdir().unwrap();
    let of = |memory: &str| {
        let out = folder.path().join(memory);
        let (_, json, stderr) =
            compare(&earlier, &later, &["--json", "--memory", memory, "--out", out.to_str().unwrap()]);
        assert_eq!(stderr, "");
        (json, std::fs::read(out.join("compare.parquet")).unwrap())
    };
    let at_once = of("1GiB");
    // 16 rows of both audits at 256 bytes each: one, two or several passes, one for each account at most.
    for memory in ["256B", "1KiB", "3KiB"] {
        assert!(of(memory) == at_once, "{memory}");
    }
    let rows = read_parquet(&folder.path().join("256B").join("compare.parquet"));
    let keys = |kind: &str| -> Vec<String> {
        rows.iter().filter(|row| row["kind"] == kind).map(|row| row["key"].clone()).collect()
    };
    assert_eq!(keys("relation"), ["ann/found", "ann/stays", "bob/b1"]);
    assert!(keys("finding").is_sorted() && !keys("finding").is_empty(), "{:?}", keys("finding"));
    let kinds: Vec<&str> = rows.iter().map(|row| row["kind"].as_str()).collect();
    let alike: Vec<&str> = kinds.chunk_by(|one, next| one == next).map(|alike| alike[0]).collect();
    assert_eq!(alike, ["relation", "finding"]);
}

/// Two customers of one name and time, without ids: rows of one key are paired in the order of the reports.
#[test]
fn rows_of_one_key_are_paired() {
    let before = "ann: yu 2025-01-01 id=; ann: yu 2025-01-01 id=; ann: yu 2025-01-01 id=";
    let earlier = Story::new(before, "");
    let later = Story::new(&before.replacen("ann: yu 2025-01-01 id=; ", "", 1), "");
    earlier.audit();
    later.audit();
    let (_, stdout, _) = compare(&earlier, &later, &["--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    let total = |audit: &Story| -> u64 { audit.audit().summary_json()["relations"]["total"].as_u64().unwrap() };
    let gone = total(&earlier) - total(&later);
    let counts = &json["changes"][0]["counts"];
    assert_eq!((counts["gone"].as_u64(), counts["unchanged"].as_u64()), (Some(gone), Some(total(&later))), "{stdout}");
    assert_eq!(counts["added"], 0);
}

#[test]
fn the_exit_code_follows_the_policy() {
    let (earlier, later) = audits();
    for (policy, code) in [("defect", 1), ("review", 1), ("never", 0)] {
        assert_eq!(compare(&earlier, &later, &["--fail-on", policy]).0, code, "{policy}");
    }
    // The other way round: `found` is missing, again a defect. With itself, nothing changes.
    assert_eq!(compare(&later, &earlier, &[]).0, 1);
    let (code, stdout, _) = compare(&later, &later, &["--fail-on", "review"]);
    assert!(code == 0 && stdout.starts_with("story: nothing is new or worse."), "{stdout}");
    // Refused now, fine before: to be reviewed, no defect.
    let (fine, refused) = (Story::arrived(), Story::lost().refusals("wei"));
    fine.audit();
    refused.audit();
    assert_eq!((compare(&fine, &refused, &[]).0, compare(&fine, &refused, &["--fail-on", "review"]).0), (0, 1));
    // The policy of the later audit holds, not that of the earlier one; what is asked for goes before both.
    let strict = Story::lost().refusals("wei").toml("[policy]\nfail_on = \"review\"");
    strict.audit();
    assert_eq!((compare(&fine, &strict, &[]).0, compare(&fine, &strict, &["--fail-on", "defect"]).0), (1, 0));
    let lenient = Story::lost().toml("[policy]\nfail_on = \"never\"");
    lenient.audit();
    assert_eq!(compare(&fine, &lenient, &[]).0, 0);
    let json: Value = serde_json::from_str(&compare(&fine, &strict, &["--json"]).1).unwrap();
    assert_eq!(json["fail_on"], "review");
    let (_, zh, _) = compare(&fine, &refused, &["--lang", "zh"]);
    assert!(
        zh.contains("有新增或加重的问题") && zh.contains("新增  ann/wei: 已迁移 (migrated) → 客户拒绝 (refused)"),
        "{zh}"
    );
}

/// Reports of versions that did not publish the policy fail on defects; an unknown policy is an error.
#[test]
fn reports_without_a_policy_fail_on_defects() {
    let [fine, missing, refused] = [
        Story::arrived(),
        Story::lost().toml("[policy]\nfail_on = \"never\""),
        Story::lost().refusals("wei").toml("[policy]\nfail_on = \"review\""),
    ];
    fine.audit();
    for (story, code) in [(&missing, 1), (&refused, 0)] {
        let mut summary = story.audit().summary_json();
        summary.as_object_mut().unwrap().remove("policy").unwrap();
        std::fs::write(story.write().join("reports/summary.json"), summary.to_string()).unwrap();
        assert_eq!(compare(&fine, story, &["--no-verify"]).0, code);
    }
    let path = refused.write().join("reports/summary.json");
    std::fs::write(&path, "{\"policy\": {\"fail_on\": \"sometimes\"}}").unwrap();
    let (code, stdout, stderr) = compare(&fine, &refused, &["--no-verify"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(
        stderr.contains("policy.fail_on: is \"sometimes\"") && stderr.contains("defect, review, never"),
        "{stderr}"
    );
    assert_eq!(
        compare(&fine, &refused, &["--fail-on", "never", "--no-verify"]).0,
        0,
        "the option makes the published policy irrelevant"
    );
}

#[test]
fn audits_of_different_cases_are_compared_by_force_only() {
    let earlier = Story::lost();
    let toml = "[case]\nid = \"other\"\n[migration]\nstarted_at = 2026-05-01T00:00:00+08:00\n\
        finished_at = 2026-05-07T00:00:00+08:00\n";
    let later = Story::lost().case(toml);
    earlier.audit();
    later.audit();
    let (code, stdout, stderr) = compare(&earlier, &later, &[]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("different cases: story and other") && stderr.contains("--force"), "{stderr}");
    assert_eq!(compare(&earlier, &later, &["--force"]).0, 0);
}

#[test]
fn relations_without_ids_differ_by_their_times() {
    let before = "ann: yu 2025-01-01 id=; ann: yu 2025-01-02 id=; ann: yu 2025-01-03 id=";
    let earlier = Story::new(before, "");
    let later = Story::new(before, "ann2: yu 2026-05-02 id=; ann2: yu 2026-05-03 id=; ann2: yu 2026-05-04 id=");
    earlier.audit();
    later.audit();
    let (_, stdout, _) = compare(&earlier, &later, &["--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(json["changes"][0]["counts"]["resolved"], 3, "{stdout}");
}

/// The same exports, vouched for at first: `wei` is missing then, and cannot be told without that.
#[test]
fn what_cannot_be_told_any_more_is_neither_resolved_nor_improved() {
    let unreadable = || {
        Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", "ann2: li 2026-05-02")
            .file("target-after/more.csv", "userid,external_userid\nann2,li\nann2,17.5\n")
    };
    let (trusted, open) = (unreadable().toml("[snapshots.target-after]\ncoverage = \"trusted\""), unreadable());
    trusted.audit();
    open.audit();
    let (code, stdout, _) = compare(&trusted, &open, &["--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    let change = |code: &str| {
        let finding = json["findings"].as_array().unwrap().iter().find(|finding| finding["code"] == code);
        finding.map(|finding| finding["change"].as_str().unwrap())
    };
    assert_eq!((code, &json["changes"][0]["counts"]["changed"]), (1, &Value::from(1)), "{stdout}");
    assert_eq!(change("B8-missing"), Some("changed"), "{stdout}");
    // One record both times: a note where it is vouched for, else a defect.
    assert_eq!(change("Q-unreadable-records"), Some("worse"), "{stdout}");
    for (lang, line) in [
        ("en", "changed  ann/wei: Missing / Not found (missing/no_trace) → Undetermined / Target not covered"),
        ("zh", "有变化  ann/wei: 缺失 / 未找到 (missing/no_trace) → 无法判定 / 迁入账号导出不完整"),
    ] {
        let (_, told, _) = compare(&trusted, &open, &["--lang", lang]);
        assert!(told.contains(line) && told.contains("(undetermined/target_not_covered)"), "{told}");
    }
    let (code, stdout, _) = compare(&open, &trusted, &["--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &json["changes"][0]["counts"]["worse"]), (1, &Value::from(1)), "known to be missing: {stdout}");
}

/// A relation that the later audit does not hold is not resolved either.
#[test]
fn a_finding_about_rows_that_are_gone_is_not_resolved() {
    let (earlier, later) = (Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", ""), Story::lost());
    earlier.audit();
    later.audit();
    let (_, told, _) = compare(&earlier, &later, &[]);
    assert!(told.contains("\n  changed  B8-missing [Defect]: 2 → 1\n"), "{told}");
}
