//! `qianhe explain` on the sample, as data/README.md describes it.

use std::path::Path;

use serde_json::Value;

use crate::support::{Story, run, sample};

fn explain(reports: &Path, id: &str, args: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) = run(reports, &[&["explain", id, "--reports", "."], args].concat());
    (code, stdout + &stderr)
}

/// data/README.md: 潘美玲 of `liuyang` is missing.
#[test]
fn a_relation_is_explained_with_rule_evidence_and_source() {
    let (_folder, reports) = sample();
    let (code, output) = explain(&reports, "liuyang/潘美玲", &[]);
    assert_eq!(code, 0, "{output}");
    for part in [
        "verdict: Missing / Not found (missing/no_trace), Defect, clause B8\n",
        "scope: scope/in_scope (B8): Whole accounts move, with all their customers.\n",
        "rule: outcome/missing/no_trace (B8): In scope, and not found in the mapped account.\n",
        "what would change it: A second run and a new export",
        "source: source-before/liuyang.json, record ",
        "(target_userid)",
        "liuyang.jt",
        "Complete (complete)",
    ] {
        assert!(output.contains(part), "{output}\nlacks {part}");
    }
    let (_, zh) = explain(&reports, "liuyang/潘美玲", &["--lang", "zh"]);
    for part in [
        "判定：缺失 / 未找到（missing/no_trace），缺陷，条款 B8",
        "应迁移，在对应的迁入账号中未找到。",
        "来源：source-before/liuyang.json",
    ] {
        assert!(zh.contains(part), "{zh}\nlacks {part}");
    }
}

/// data/README.md: 彭晓东 stands under `00457`. What a relation of the target corp was matched with decides it.
#[test]
fn a_matched_relation_of_the_target_has_its_rule() {
    let (_folder, reports) = sample();
    let (_, output) = explain(&reports, "00457/彭晓东", &["--lang", "zh"]);
    assert!(output.contains("判定规则 outcome/misplaced（B7）"), "{output}");
}

/// data/README.md: `liuyang` holds 15 relations; 3 migrated, 2 stood there before, and so on.
#[test]
fn an_account_has_counts_and_the_first_rows_that_need_action() {
    let (_folder, reports) = sample();
    let (code, output) = explain(&reports, "liuyang", &["--json"]);
    assert_eq!(code, 0, "{output}");
    let json: Value = serde_json::from_str(&output).unwrap();
    let (account, relations) = (&json["found"][0], &json["found"][1]);
    assert_eq!(
        (account["kind"].as_str(), account["rows"][0]["values"]["target_userid"].as_str()),
        (Some("account"), Some("liuyang.jt"))
    );
    let count = |word: &str| {
        let words = relations["by_word"].as_array().unwrap();
        words.iter().find(|pair| pair[0] == word).and_then(|pair| pair[1].as_u64())
    };
    let expected = [
        ("migrated", 3),
        ("already_at_target", 2),
        ("refused", 1),
        ("refused_but_arrived", 1),
        ("misplaced", 1),
        ("undetermined", 3),
        ("missing", 1),
    ];
    for (word, n) in expected.into_iter().chain([("arrived_out_of_scope", 1), ("out_of_scope", 2)]) {
        assert_eq!(count(word), Some(n), "{word}");
    }
    // To act on: refused, refused_but_arrived, misplaced, undetermined, missing, arrived_out_of_scope.
    assert_eq!((relations["total"].as_u64(), relations["rows"].as_array().unwrap().len()), (Some(15), 8));
    let (_, output) = explain(&reports, "chenjing", &[]);
    assert!(
        output.contains("69") && output.contains("Missing / Target at its cap") && output.lines().count() < 60,
        "{output}"
    );
}

/// A member who does not take part has no row among the accounts; a member of the target has relations there.
#[test]
fn members_without_a_pair_are_found_by_their_relations() {
    let (_folder, reports) = sample();
    let (code, output) = explain(&reports, "hemin", &[]);
    assert!(
        code == 0 && output.contains("scope/not_enrolled (B5)") && output.contains("If the accounts list named"),
        "{output}"
    );
    let (code, output) = explain(&reports, "00457", &[]);
    assert!(
        code == 0 && output.contains("00123") && output.contains("relations of the target corp after the migration: 4"),
        "{output}"
    );
}

#[test]
fn customers_groups_and_codes_are_found_by_their_ids() {
    let (_folder, reports) = sample();
    let row = |report: &str, column: &str, value: &str| {
        let rows = crate::support::read_parquet(&reports.join(format!("{report}.parquet")));
        rows.into_iter().find(|row| row.get(column).is_some_and(|found| found == value)).unwrap()
    };
    let misplaced = row("relations", "outcome", "misplaced");
    for id in [&misplaced["unionid"], &misplaced["source_external_userid"], &misplaced["target_external_userid"]] {
        let (code, output) = explain(&reports, id, &[]);
        assert!(code == 0 && output.contains("misplaced"), "{output}");
    }
    let group = row("groups", "name", "周末团购群");
    let (code, output) = explain(&reports, &group["source_chat_id"], &[]);
    // The group, and the code that it keeps alive.
    assert!(
        code == 0 && output.contains("group-outcome/migrated") && output.contains("join-code/alive_group_left_behind"),
        "{output}"
    );
    let code = row("join_codes", "remark", "交流会签到");
    let (exit, output) = explain(&reports, &code["config_id"], &[]);
    assert!(exit == 0 && output.contains("join-code/kept (A2)"), "{output}");
}

/// The service ignores the letter case of userids, and of no other id.
#[test]
fn a_userid_may_be_in_any_letter_case() {
    let (_folder, reports) = sample();
    for (given, spelled) in [("LiuYang", "liuyang"), ("LIUYANG/潘美玲", "liuyang/潘美玲"), ("liuyang.JT", "liuyang.jt")]
    {
        let (code, expected) = explain(&reports, spelled, &[]);
        assert_eq!((code, expected), explain(&reports, given, &[]), "{given}");
    }
    let (_, output) = explain(&reports, "liuyang", &["--json"]);
    let json: Value = serde_json::from_str(&output).unwrap();
    let customer = json["found"][1]["rows"][0]["values"]["source_external_userid"].as_str().unwrap();
    assert_eq!(explain(&reports, customer, &[]).0, 0);
    assert_eq!(explain(&reports, &customer.to_lowercase(), &[]).0, 2, "{customer}");
}

#[test]
fn an_unknown_id_is_an_error_with_the_nearest() {
    let (_folder, reports) = sample();
    let (code, output) = explain(&reports, "liuyagn", &[]);
    assert!(code == 2 && output.starts_with("error: ") && output.contains("did you mean `liuyang`?"), "{output}");
    let (code, output) = explain(&reports, "nobody at all", &[]);
    assert!(code == 2 && !output.contains("did you mean"), "{output}");
    let (code, _, stderr) = run(&reports, &["explain", "liuyang", "--reports", "nowhere"]);
    assert!(code == 2 && stderr.contains("manifest.json"), "{stderr}");
}

/// Runs the commands that `explain` prints in a shell, and returns the number of rows of each.
#[cfg(unix)]
fn rows_of_hints(folder: &Path, id: &str, args: &[&str]) -> Vec<usize> {
    let bin = Path::new(env!("CARGO_BIN_EXE_qianhe")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let (code, output, stderr) = run(folder, &[&["explain", id], args].concat());
    assert_eq!((code, stderr.as_str()), (0, ""), "{output}");
    let rows = |command: &str| {
        let mut shell = std::process::Command::new("sh");
        let output =
            shell.current_dir(folder).env("PATH", &path).args(["-c", &format!("{command} --json")]).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Vec<Value>>(&output.stdout).unwrap().len()
    };
    output.lines().filter_map(|line| line.trim().strip_prefix("all of them: ")).map(rows).collect()
}

/// data/README.md: 15 relations of `liuyang`.
#[cfg(unix)]
#[test]
fn the_hinted_command_shows_all_rows() {
    let (folder, reports) = sample();
    assert_eq!(rows_of_hints(folder.path(), "liuyang", &[]), [15], "the default folder");
    for name in ["elsewhere", "of the client", "it's $HOME", "案例 `报表`"] {
        std::fs::rename(&reports, folder.path().join(name)).unwrap();
        assert_eq!(rows_of_hints(folder.path(), "liuyang", &["--reports", name]), [15], "{name}");
        std::fs::rename(folder.path().join(name), &reports).unwrap();
    }
}

/// A group stands in a list of ids, in that of either time.
#[cfg(unix)]
#[test]
fn the_hinted_command_finds_a_group_in_lists() {
    let story = Story::lost()
        .groups("source-before", "g1: ann a 2025-01-01; g2: ann b 2025-01-01")
        .groups("source-after", "g1: ann a 2025-01-01; g2: ann b 2025-01-01")
        .codes("source-before", "c1: g1; c2: g1; c3: g1 g2; c4: g1; c5: g1; c6: g2; c7: g2")
        .codes("source-after", "c1: g1; c2:; c3: g1; c4: g1; c5: g1; c6: g1; c7: g2");
    story.audit();
    // Before it was linked by c1 to c5, after by c6 too.
    assert_eq!(rows_of_hints(story.write(), "g1", &[]), [6]);
}

/// What could not be read of a join code says nothing about a customer, and the other way round.
#[test]
fn what_could_not_be_read_is_named_where_it_may_matter() {
    let story = Story::arrived()
        .file("source-before/more.csv", "userid,external_userid\nann,w9\nann,17.5\n")
        .file("source-after/codes.csv", "config_id,chat_ids\nc1,\"[{\"\"chat_id\"\": \"\"g1\"\"}]\"\n");
    let folder = story.write();
    assert_eq!(run(folder, &["audit", ".", "-q"]).0, 1);
    let told = |id: &str, lang: &str| explain(&folder.join("reports"), id, &["--lang", lang]).1;
    for (id, concerns) in [("ann", "more.csv"), ("ann2", "more.csv"), ("c1", "codes.csv")] {
        let other = if concerns == "more.csv" { "codes.csv" } else { "more.csv" };
        for (lang, heading) in [("en", "could not be read, and may concern it (1):"), ("zh", "未读取内容")] {
            let told = told(id, lang);
            assert!(told.contains(heading) && told.contains(concerns) && !told.contains(other), "{id}: {told}");
        }
    }
}

/// Any group of the source corp may keep a code alive, so that an unreadable one of another owner leaves it open.
#[test]
fn a_code_names_unreadable_groups_of_any_owner() {
    let story = Story::arrived()
        .groups("source-before", "g1: ann vip 2025-01-01")
        .codes("source-before", "c1: g1")
        .codes("source-after", "c1: g1")
        .file("source-after/groups.csv", "chat_id,owner_userid\ng9,heir\n17.5,heir\n");
    let reports = story.audit().reports;
    let (code, told) = explain(&reports, "c1", &[]);
    assert!(code == 0 && told.contains("join-code/unverified"), "{told}");
    assert!(told.contains("\n  source-after/groups.csv, row 3, chat_id: a decimal number"), "{told}");
    assert!(!explain(&reports, "ann", &[]).1.contains("groups.csv"), "it is of the account heir");
    // An account of which nothing else is known.
    let (code, told) = explain(&reports, "heir", &[]);
    assert!(code == 2 && told.contains("\n    source-after/groups.csv row 3, chat_id: a decimal number"), "{told}");
}

/// An answer that failed is no unreadable record, and leaves the account as open.
#[test]
fn an_export_that_is_not_complete_is_named_with_its_evidence() {
    let error =
        r#"{"endpoint": "externalcontact/list", "request": {"userid": "ann2"}, "response": {"errcode": 45033}}"#;
    let story = Story::arrived().without("target-after").file("target-after/a.json", error);
    let reports = story.audit().reports;
    for (lang, line) in [
        ("en", "\n  target-after, Failed: externalcontact/list answered 45033"),
        ("zh", "\n  target-after，失败：externalcontact/list 应答 45033"),
    ] {
        let (code, told) = explain(&reports, "ann/wei", &["--lang", lang]);
        assert!(code == 0 && told.contains("undetermined/target_not_covered") && told.contains(line), "{told}");
    }
    let story = Story::arrived();
    assert!(!explain(&story.audit().reports, "ann/wei", &[]).1.contains("not known to be complete"));
}

/// 101 of another account stand before it, and 100 of a reason are listed.
#[test]
fn what_is_counted_only_may_be_of_any_account() {
    let others: String = (0..101).map(|n| format!("cat2,{n}.5\n")).collect();
    let more = format!("userid,external_userid\nann2,wei\n{others}ann2,17.5\n");
    let story = Story::arrived().file("target-after/more.csv", &more);
    let (_, told) = explain(&story.audit().reports, "ann", &[]);
    let counted = "\nrejects counts 2 more without their accounts (`not_listed`), which may concern it\n";
    assert!(!told.contains("more.csv, row") && told.ends_with(counted), "{told}");
}

/// Five migrated and are shown; the record that could not be read is of the account of the sixth.
#[test]
fn the_accounts_of_all_rows_count_not_only_of_those_shown() {
    let of = |names: &str, date: &str| {
        names.split(' ').map(|name| format!("{name}: wei {date} id=w1 unionid=u1; ")).collect::<String>()
    };
    let story = Story::new(&of("a b c d e f", "2025-01-01"), &of("a2 b2 c2 d2 e2", "2026-05-02"))
        .file("target-after/more.csv", "userid,external_userid\na2,w1\nf2,17.5\n");
    let (code, told) = explain(&story.audit().reports, "w1", &[]);
    assert!(code == 0 && told.contains("\n  target-after/more.csv, row 3, external_userid: "), "{told}");
}

/// A value that is an id may be the one asked for; a time is not.
#[test]
fn an_unknown_id_may_be_in_a_value_that_could_not_be_read() {
    for (rows, hint) in [
        ("userid,external_userid,customer_name\nann,17.5,li\n", "source-before/more.csv row 2, external_userid: "),
        ("userid,external_userid,created_at\nann,w8,never\n", "an id is a userid"),
    ] {
        let story = Story::arrived().file("source-before/more.csv", rows);
        let (code, told) = explain(&story.audit().reports, "w7", &[]);
        assert!(code == 2 && told.contains(hint), "{told}");
    }
}

/// The console exports groups without ids.
#[test]
fn a_group_without_an_id_is_found_by_its_name() {
    let story = Story::arrived().groups("source-before", "-: ann vip 2025-01-01; g2: ann other 2025-01-01");
    let reports = story.audit().reports;
    let (code, told) = explain(&reports, "vip", &[]);
    assert!(code == 0 && told.contains("vip (name): group") && told.contains("group-outcome/"), "{told}");
    assert_eq!(explain(&reports, "other", &[]).0, 2, "it has an id");
}
