//! `qianhe explain`: what data/README.md tells of the sample is what the program tells.

use std::path::Path;

use serde_json::Value;

use crate::support::{Story, run, sample};

fn explain(reports: &Path, id: &str, args: &[&str]) -> (i32, String) {
    let (code, stdout, stderr) = run(reports, &[&["explain", id, "--reports", "."], args].concat());
    (code, stdout + &stderr)
}

/// data/README.md: 潘美玲 of `liuyang` is missing without a trace.
#[test]
fn a_relation_is_told_with_rule_evidence_and_place() {
    let (_folder, reports) = sample();
    let (code, told) = explain(&reports, "liuyang/潘美玲", &[]);
    assert_eq!(code, 0, "{told}");
    for part in [
        "verdict: Missing / No trace (missing/no_trace), Defect, clause B8\n",
        "by scope: scope/in_scope (B8): Whole accounts move, with all their customers.\n",
        "by rule: outcome/missing/no_trace (B8): In scope, and no trace of it.\n",
        "what would change it: A second run and a new export",
        "read from: source-before/liuyang.json, record ",
        "(target_userid)",
        "liuyang.jt",
        "Complete (complete)",
    ] {
        assert!(told.contains(part), "{told}\nlacks {part}");
    }
    let (_, zh) = explain(&reports, "liuyang/潘美玲", &["--lang", "zh"]);
    for part in [
        "判定: 缺失 / 找不到踪迹（missing/no_trace），缺陷，条款 B8",
        "应迁移，没有任何踪迹。",
        "出处：source-before/liuyang.json",
    ] {
        assert!(zh.contains(part), "{zh}\nlacks {part}");
    }
}

/// data/README.md: `liuyang` holds 15 relations; 3 migrated, 2 stood there before, and so on.
#[test]
fn an_account_shows_its_counts_and_the_first_to_act_on() {
    let (_folder, reports) = sample();
    let (code, told) = explain(&reports, "liuyang", &["--json"]);
    assert_eq!(code, 0, "{told}");
    let json: Value = serde_json::from_str(&told).unwrap();
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
    let (_, told) = explain(&reports, "chenjing", &[]);
    assert!(told.contains("69") && told.contains("Missing / Target at its cap") && told.lines().count() < 60, "{told}");
}

/// A member who does not take part has no row among the accounts; a member of the target has relations there.
#[test]
fn members_without_a_pair_are_found_by_their_relations() {
    let (_folder, reports) = sample();
    let (code, told) = explain(&reports, "hemin", &[]);
    assert!(
        code == 0 && told.contains("scope/not_enrolled (B5)") && told.contains("If the accounts list named"),
        "{told}"
    );
    let (code, told) = explain(&reports, "00457", &[]);
    assert!(code == 0 && told.contains("00123") && told.contains("4 relations of the target corp"), "{told}");
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
        let (code, told) = explain(&reports, id, &[]);
        assert!(code == 0 && told.contains("misplaced"), "{told}");
    }
    let group = row("groups", "name", "周末团购群");
    let (code, told) = explain(&reports, &group["source_chat_id"], &[]);
    // The group, and the code that it keeps alive.
    assert!(
        code == 0 && told.contains("group-outcome/migrated") && told.contains("join-code/alive_group_left_behind"),
        "{told}"
    );
    let code = row("join_codes", "remark", "交流会签到");
    let (exit, told) = explain(&reports, &code["config_id"], &[]);
    assert!(exit == 0 && told.contains("join-code/kept (A2)"), "{told}");
}

#[test]
fn an_unknown_id_is_an_error_with_the_nearest() {
    let (_folder, reports) = sample();
    let (code, told) = explain(&reports, "liuyagn", &[]);
    assert!(code == 2 && told.starts_with("error: ") && told.contains("did you mean `liuyang`?"), "{told}");
    let (code, told) = explain(&reports, "nobody at all", &[]);
    assert!(code == 2 && !told.contains("did you mean"), "{told}");
    let (code, _, stderr) = run(&reports, &["explain", "liuyang", "--reports", "nowhere"]);
    assert!(code == 2 && stderr.contains("manifest.json"), "{stderr}");
}

/// What `explain` hints at, run as it stands, by a shell, in the folder where it was hinted at: how many rows each shows.
#[cfg(unix)]
fn rows_of_hints(folder: &Path, id: &str, args: &[&str]) -> Vec<usize> {
    let bin = Path::new(env!("CARGO_BIN_EXE_qianhe")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let (code, told, stderr) = run(folder, &[&["explain", id], args].concat());
    assert_eq!((code, stderr.as_str()), (0, ""), "{told}");
    let rows = |command: &str| {
        let mut shell = assert_cmd::Command::new("sh");
        let output =
            shell.current_dir(folder).env("PATH", &path).args(["-c", &format!("{command} --json")]).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Vec<Value>>(&output.stdout).unwrap().len()
    };
    told.lines().filter_map(|line| line.trim().strip_prefix("all of them: ")).map(rows).collect()
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
    let story = Story::new("ann: wei 2025-01-01", "")
        .groups("source-before", "g1: ann a 2025-01-01; g2: ann b 2025-01-01")
        .groups("source-after", "g1: ann a 2025-01-01; g2: ann b 2025-01-01")
        .codes("source-before", "c1: g1; c2: g1; c3: g1 g2; c4: g1; c5: g1; c6: g2; c7: g2")
        .codes("source-after", "c1: g1; c2:; c3: g1; c4: g1; c5: g1; c6: g1; c7: g2");
    story.audit();
    // Before it was linked by c1 to c5, after by c6 too.
    assert_eq!(rows_of_hints(story.write(), "g1", &[]), [6]);
}
