//! The program: exit codes, stdout and stderr, and the options of the commands.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{Story, names_in, run};

#[test]
fn the_exit_code_follows_the_policy() {
    for (story, name, expected) in [
        (Story::arrived(), "reconciled", [0, 0, 0]),
        (Story::lost().refusals("wei"), "review", [0, 1, 0]),
        (Story::lost(), "defect", [1, 1, 0]),
    ] {
        for (policy, code) in ["defect", "review", "never"].into_iter().zip(expected) {
            let set = format!("policy.fail_on={policy}");
            let (exit, stdout, stderr) = run(story.write(), &["audit", ".", "--set", &set]);
            assert_eq!(exit, code, "{name}, fail_on {policy}: {stderr}");
            assert!(
                stdout.contains(&name.to_uppercase()),
                "{name}: the verdict is that of the case, whatever the policy: {stdout}"
            );
        }
        // The default is `defect`.
        assert_eq!(run(story.write(), &["audit", "."]).0, expected[0], "{name}");
    }
}

#[test]
fn results_go_to_stdout_and_nothing_else_does() {
    let (code, stdout, stderr) = run(Story::lost().write(), &["audit", "."]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    for part in ["story: DEFECT", "B8-missing", "\n  ! Missing                    1 100.0 %\n", "reports in ./reports"]
    {
        assert!(stdout.contains(part), "{stdout}\nlacks {part}");
    }
}

#[test]
fn a_failing_run_reports_on_stderr_and_leaves_no_file() {
    let broken = Story::arrived().file("target-after/broken.json", "{");
    let absent = Story::arrived().without("target-after");
    for (story, args, says) in [
        (&broken, vec!["audit", "."], "broken.json"),
        (&broken, vec!["audit", ".", "--json"], "broken.json"),
        (&absent, vec!["audit", "."], "target-after"),
        (&absent, vec!["audit", "nowhere"], "nowhere"),
        (&broken, vec!["ingest", "."], "broken.json"),
        (&absent, vec!["audit", ".", "--set", "policy.fail_onn=never"], "fail_onn"),
        (&absent, vec!["audit", ".", "--set", "nonsense"], "nonsense"),
        (&absent, vec!["audit", ".", "--out", "case.toml"], "is not a folder"),
    ] {
        let before = names_in(story.write());
        let (code, stdout, stderr) = run(story.write(), &args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
        assert!(
            stderr.starts_with("error: ") && stderr.contains(says) && stderr.contains("\n  help: "),
            "{args:?}: {stderr}"
        );
        assert_eq!(names_in(story.write()), before, "{args:?}");
    }
}

#[test]
fn json_is_the_summary() {
    let story = Story::lost();
    let (code, stdout, stderr) = run(story.write(), &["audit", ".", "--json"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    assert_eq!(stdout, fs::read_to_string(story.write().join("reports/summary.json")).unwrap());
    let summary: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (summary["verdict"].as_str(), summary["relations"]["by_outcome"]["missing"].as_u64()),
        (Some("defect"), Some(1))
    );
}

#[test]
fn quiet_prints_nothing_but_what_json_asks_for_and_errors() {
    let story = Story::lost();
    assert_eq!(run(story.write(), &["audit", ".", "--quiet"]), (1, String::new(), String::new()));
    assert_eq!(run(story.write(), &["ingest", ".", "-q"]), (0, String::new(), String::new()));
    let (_, stdout, stderr) = run(story.write(), &["audit", ".", "--json", "--quiet"]);
    assert!(serde_json::from_str::<Value>(&stdout).is_ok() && stderr.is_empty());
    let (code, stdout, stderr) = run(story.write(), &["audit", "nowhere", "--quiet"]);
    assert!(code == 2 && stdout.is_empty() && stderr.starts_with("error: "), "{stderr}");
}

#[test]
fn set_overrides_the_case() {
    // Seen from a start on 3 May, what was made on 2 May stood there already.
    let story = Story::arrived();
    let outcome = |args: &[&str]| -> Value {
        let (_, stdout, stderr) = run(story.write(), &[&["audit", ".", "--json"], args].concat());
        serde_json::from_str::<Value>(&stdout).unwrap_or_else(|_| panic!("{stderr}"))["relations"]["by_outcome"].clone()
    };
    assert_eq!(outcome(&[])["migrated"], 1);
    assert_eq!(outcome(&["--set", "migration.started_at=2026-05-03T00:00:00+08:00"])["already_at_target"], 1);
    let both = [
        "--set",
        "migration.started_at=2026-05-03T00:00:00+08:00",
        "--set",
        "migration.started_at=2026-05-01T00:00:00+08:00",
    ];
    assert_eq!(outcome(&both)["migrated"], 1, "the last one wins");
}

#[test]
fn out_is_where_reports_go() {
    let story = Story::arrived();
    let (code, stdout, _) = run(story.write(), &["audit", "case.toml", "--out", "elsewhere/deep"]);
    assert!(code == 0 && stdout.contains("reports in elsewhere/deep"), "{stdout}");
    assert!(story.write().join("elsewhere/deep/manifest.json").is_file());
    assert!(!story.write().join("reports").exists());
}

#[test]
fn a_new_case_reports_missing_values_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["init", "acme"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("acme/case.toml") && stdout.contains("qianhe audit acme"), "{stdout}");
    assert_eq!(run(folder.path(), &["init", "acme"]).0, 2, "a case is never overwritten");

    let audit = |set: &[&str]| {
        let sets: Vec<&str> = set.iter().flat_map(|set| ["--set", set]).collect();
        let (code, stdout, stderr) = run(folder.path(), &[&["audit", "acme"], sets.as_slice()].concat());
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        stderr
    };
    let filled = [
        "case.id=acme",
        "migration.started_at=2026-05-01T00:00:00+08:00",
        "migration.finished_at=2026-05-07T00:00:00+08:00",
    ];
    assert!(audit(&[]).contains("case.id: is missing"));
    assert!(audit(&filled[..1]).contains("migration.started_at: is missing"));
    assert!(audit(&filled[..2]).contains("migration.finished_at: is missing"));
    let file = |name: &str, content: &str| fs::write(folder.path().join("acme").join(name), content).unwrap();
    assert!(audit(&filled).contains("lists: folder"));
    file("lists/accounts.csv", "source_userid,target_userid\nann,ann2\n");
    assert!(audit(&filled).contains("source-before: folder"));
    file("source-before/relations.csv", "userid,customer_name\nann,wei\n");
    assert!(audit(&filled).contains("target-after: folder"));
    file("target-after/relations.csv", "userid,customer_name\nann2,wei\n");
    let sets: Vec<&str> = filled.iter().flat_map(|set| ["--set", set]).collect();
    assert_eq!(run(folder.path(), &[&["audit", "acme"], sets.as_slice()].concat()).0, 0);
}

#[test]
fn rules_lists_every_rule() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = run(folder.path(), &["rules"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let book = qianhe::rules::rule_book();
    let codes: Vec<&str> = stdout.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(codes, book.iter().map(|rule| rule.code).collect::<Vec<_>>());
    for finding in qianhe::rules::catalogue() {
        assert!(codes.contains(&finding.code), "{}", finding.code);
    }
    let (_, stdout, _) = run(folder.path(), &["rules", "--json"]);
    let rules: Vec<Value> = serde_json::from_str(&stdout).unwrap();
    assert_eq!(rules.len(), book.len());
    assert!(rules.iter().all(|rule| ["code", "clause", "severity", "what"].iter().all(|key| rule[key].is_string())));
}

#[test]
fn ingest_lists_its_tables() {
    let story = Story::arrived();
    let (code, stdout, stderr) = run(story.write(), &["ingest", "."]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let rows: Vec<Vec<&str>> = stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert!(rows.contains(&vec!["source-before"]) && rows.contains(&vec!["target-after"]), "{stdout}");
    assert_eq!(rows.iter().filter(|row| **row == ["relations", "1"]).count(), 2, "{stdout}");
    assert!(stdout.contains("0 records rejected"));
    for table in ["relations", "members", "unassigned", "groups", "group_members", "join_codes", "coverage"] {
        assert!(story.write().join(format!("snapshots/source-before/{table}.parquet")).is_file(), "{table}");
    }
    let (_, stdout, _) = run(story.write(), &["ingest", ".", "--json", "--out", "tables"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((json["rows"]["source-before"]["relations"].as_u64(), json["rejected"].as_u64()), (Some(1), Some(0)));
    assert!(story.write().join("tables/snapshots/target-after/relations.parquet").is_file());
}

#[test]
fn exports_can_be_ingested_before_the_end_of_the_migration() {
    let story = Story::arrived().without("target-after");
    let folder = story.write();
    let case = fs::read_to_string(folder.join("case.toml")).unwrap();
    fs::write(folder.join("case.toml"), case.replace("finished_at", "#")).unwrap();
    assert_eq!(run(folder, &["audit", "."]).0, 2, "an audit needs the end");
    let (code, _, stderr) = run(folder, &["ingest", "."]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(folder.join("snapshots/source-before/relations.parquet").is_file());
}

#[test]
fn results_are_printed_in_the_language_of_the_option() {
    let story = Story::arrived();
    let folder = tempfile::tempdir().unwrap();
    let printed = |folder: &std::path::Path, args: &[&str]| {
        let (code, stdout, stderr) = run(folder, &[args, &["--lang", "zh"]].concat());
        assert_eq!((code, stderr.as_str()), (0, ""), "{args:?}");
        stdout
    };
    assert!(
        printed(story.write(), &["ingest", "."]).ends_with("\n0 条记录被拒收，0 个字段值无法读取；表在 ./snapshots\n")
    );
    assert!(printed(folder.path(), &["init", "acme"]).ends_with("然后运行：qianhe audit acme\n"));
    let case = fs::read_to_string(folder.path().join("acme/case.toml")).unwrap();
    assert!(case.starts_with("# qianhe 案例文件") && case.contains("\n#id = "), "{case}");
    let demo = printed(folder.path(), &["demo", "a demo", "--relations", "200"]);
    assert_eq!(demo, "已在 \"a demo\" 生成示例案例\n审计：qianhe audit \"a demo\"\n", "to be copied into a shell");
    let rules = printed(folder.path(), &["rules"]);
    let english = rules.lines().find(|line| !line.contains(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)));
    assert_eq!(english, None);
    assert!(
        rules.contains("  应迁移，在对应的迁入账号中未找到。\n")
            && rules.contains("  {count} 个迁入账号对应了多个迁出账号。\n"),
        "{rules}"
    );
    let (_, help, _) = run(folder.path(), &["audit", "--help", "--lang", "zh"]);
    assert!(help.starts_with("审计已完成的迁移：") && help.ends_with("130  被中断\n"), "{help}");
}

#[test]
fn usage_errors_exit_2_and_answers_exit_0() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["audt"][..], &[], &["audit"], &["audit", ".", "--jsn"], &["audit", ".", "--set"]] {
        let (code, stdout, stderr) = run(folder.path(), args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}");
        assert!(!stderr.is_empty(), "{args:?}");
    }
    let (code, stdout, stderr) = run(folder.path(), &["--version"]);
    assert_eq!((code, stdout, stderr), (0, format!("qianhe {}\n", env!("CARGO_PKG_VERSION")), String::new()));
    let (code, stdout, stderr) = run(folder.path(), &["--help"]);
    assert!(code == 0 && stdout.contains("audit") && stdout.contains("Exit codes:") && stderr.is_empty());
}

/// Run by [`a_panic_never_exits_1`] in a process of its own: the hook and the exit code are those of the process.
#[test]
#[ignore = "ends the process; a_panic_never_exits_1 runs it"]
fn panics() {
    let elsewhere = std::env::var_os("PANIC_ELSEWHERE").is_some();
    let code = qianhe::cli::crash::guard(move || {
        if elsewhere {
            // A thread's panic is lost if its result is not used.
            let _ = std::thread::spawn(|| panic!("on another thread")).join();
            return 1;
        }
        panic!("here")
    });
    std::process::exit(i32::from(code));
}

#[test]
fn a_panic_never_exits_1() {
    for elsewhere in [false, true] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let (_, module) = module_path!().split_once("::").unwrap();
        command.args(["--exact", &format!("{module}::panics"), "--ignored", "--nocapture"]);
        if elsewhere {
            command.env("PANIC_ELSEWHERE", "1");
        }
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{stderr}");
        assert!(stderr.contains("error: this is a bug in qianhe, please report it: "), "{stderr}");
    }
}
