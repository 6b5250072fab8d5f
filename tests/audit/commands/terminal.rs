//! What data, file names and words of the command line can do to a terminal: nothing. Every command and many errors
//! with hostile text in every field.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Story, run};

/// Sets the title of the window, clears the screen, overwrites the line, reverses it, and begins a line of its own.
const HOSTILE: &str = "\u{1b}]0;t\u{7}\u{1b}[2J\u{9b}31m\
    \r\u{7f}\u{8}\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}\u{2028}\n\
    FORGED: all well";
/// The same, as a name of a file, of which a key of a case consists too.
const HOSTILE_NAME: &str = "\u{1b}[2J\u{9b}31m\r\u{202e}\u{2066}\u{200f}\nFORGED";

/// A character that a terminal acts upon, by the standards: C0 and C1 controls of ECMA-48, delete, Unicode's
/// bidirectional controls, separators of lines and paragraphs.
fn is_hostile(letter: char) -> bool {
    let code = letter as u32;
    (code < 0x20 && letter != '\n')
        || (0x7f..0xa0).contains(&code)
        || [0x61c, 0x200e, 0x200f, 0x2028, 0x2029].contains(&code)
        || (0x202a..=0x202e).contains(&code)
        || (0x2066..=0x2069).contains(&code)
}

/// Checks everything that a command printed.
#[track_caller]
fn assert_harmless(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let (code, stdout, stderr) = run(folder, args);
    for text in [&stdout, &stderr] {
        assert!(!text.contains(is_hostile), "{args:?}: {text:?}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("FORGED")), "{args:?}: {text}");
    }
    assert_ne!(code, 3, "{args:?}: {stderr}");
    (code, stdout, stderr)
}

/// TOML of a text.
fn toml(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// A case with hostile text wherever text can be: settings, ids, names, remarks, tags, headers, file names.
fn hostile() -> Story {
    let hostile = |prefix: &str| format!("{prefix}{HOSTILE}");
    let relation = |userid: &str, customer: &str, time: i64| {
        json!({
            "external_contact": { "external_userid": customer, "name": hostile(customer), "type": 1,
                                  "unionid": customer },
            "follow_info": { "userid": userid, "remark": HOSTILE, "description": HOSTILE, "createtime": time,
                             "tag_id": [HOSTILE], "state": HOSTILE, "add_way": 1 }
        })
    };
    let answer = |items: &[Value]| json!({ "errcode": 0, "external_contact_list": items }).to_string();
    let group = json!({ "errcode": 0, "group_chat": { "chat_id": "g", "name": HOSTILE, "owner": "ann",
        "create_time": 1_735_689_600, "member_list": [{ "userid": "m", "type": 2, "unionid": "u" }] } });
    let code = json!({ "errcode": 0, "join_way": { "config_id": "c", "remark": HOSTILE, "state": HOSTILE,
        "chat_id_list": ["g"], "auto_create_room": 1 } });
    let groups = format!("{group}{code}");
    // An id with such characters inside cannot be read, and is a reject.
    let before = answer(&[
        relation("ann", "wm1", 1_735_689_600),
        relation("ann", "wm2", 1_735_689_600),
        relation(&hostile("ann"), "wm3", 1_735_689_600),
        relation("ann", &hostile("wm4"), 1_735_689_600),
    ]);
    let after = answer(&[relation("bob", "wm1", 1_778_000_000)]);
    let text = toml(HOSTILE);
    Story::new("", "")
        .without("source-before/relations.csv")
        .without("target-after/relations.csv")
        .case(&format!(
            "[case]\nid = \"story\"\ntitle = {text}\nas_of = 2026-06-01\n[source]\nname = {text}\n[target]\n\
             name = {text}\n[migration]\n\
             started_at = 2026-05-01T00:00:00+08:00\nfinished_at = 2026-05-07T00:00:00+08:00\n\
             [contract]\nparty = {text}\n\
             signed_on = 2026-03-01\nrelations = 1\nunit_price = \"0.80\"\ncurrency = \"CNY\"\n\
             [[contract.payments]]\nid = {text}\npaid_on = 2026-03-10\namount = \"1.00\"\ncovers = \"contract\"\n\
             [[waivers]]\ncode = \"B8-missing\"\nkeys = [{text}]\nreason = {text}\nby = {text}\nuntil = 2026-07-01\n"
        ))
        .file("lists/accounts.csv", &format!("source_userid,target_userid,\"{HOSTILE}\"\nann,bob,x\n"))
        .file(&format!("source-before/{HOSTILE_NAME}.json"), &before)
        .file("source-before/groups.json", &groups)
        .file(&format!("target-after/{HOSTILE_NAME}.json"), &after)
        .file("source-after/codes.json", &groups)
}

#[test]
#[cfg(unix)]
fn no_command_prints_what_a_terminal_would_act_upon() {
    let story = hostile();
    let folder = story.write();
    for lang in ["en", "zh"] {
        let (code, stdout, stderr) = assert_harmless(folder, &["audit", ".", "--lang", lang]);
        assert!(code < 2 && stdout.contains(r"\u{1b}"), "{stdout}{stderr}");
        for args in [
            &["precheck", ".", "--lang", lang][..],
            &["ingest", ".", "--lang", lang],
            &["verify", "reports", "--lang", lang],
            &["compare", "reports", "reports", "--lang", lang],
            &["explain", "ann", "--lang", lang],
            &["explain", "wm1", "--lang", lang],
            &["explain", "g", "--lang", lang],
            &["explain", "c", "--lang", lang],
            &["explain", HOSTILE, "--lang", lang],
            &["query", "select * from relations", "--lang", lang],
            &["query", "select * from rejects", "--lang", lang],
            &["query", "select * from findings", "--lang", lang],
            &["query", "select * from inputs", "--lang", lang],
            &["query", &format!("select source_userid as \"{HOSTILE}\" from relations"), "--lang", lang],
        ] {
            let (code, stdout, stderr) = assert_harmless(folder, args);
            assert!(code < 2 || args[1] == HOSTILE, "{args:?}: {stdout}{stderr}");
        }
    }
    for args in [
        &["audit", ".", "--json"][..],
        &["precheck", ".", "--json"],
        &["ingest", ".", "--json"],
        &["compare", "reports", "reports", "--json"],
        &["explain", "ann", "--json"],
        &["query", "select * from relations", "--json"],
    ] {
        let (_, stdout, _) = assert_harmless(folder, args);
        let value: Value = serde_json::from_str(&stdout).unwrap();
        assert!(
            args[0] == "ingest" || args[0] == "compare" || value.to_string().contains("FORGED"),
            "{args:?}: {value}"
        );
    }
    // CSV on a pipe is for programs, and exact.
    let (_, stdout, _) = run(folder, &["query", "select customer_name from relations", "--format", "csv"]);
    assert!(stdout.contains(&format!("\"wm1{HOSTILE}\"")), "{stdout:?}");
}

#[test]
#[cfg(unix)]
fn no_error_prints_what_a_terminal_would_act_upon() {
    let case = |toml: &str| Story::arrived().toml(toml);
    let text = toml(HOSTILE);
    let name = |folder: &str, ending: &str| format!("{folder}/{HOSTILE_NAME}.{ending}");
    for (story, wanted) in [
        (case(&format!("{text} = 1")), "FORGED"),
        (case(&format!("[policy]\nfail_on = {text}")), "FORGED"),
        (case(&format!("[snapshots.source-before]\npath = {text}")), "source-before.path"),
        (case(&format!("[snapshots.source-before.columns]\n{text} = {text}")), "FORGED"),
        (case(&format!("[snapshots.source-before.columns]\nremark = {text}")), "FORGED"),
        (case(&format!("[lists.columns]\nsource_userid = {text}")), "FORGED"),
        (case(&format!("[[waivers]]\ncode = {text}\nreason = \"x\"\nby = \"x\"")), "FORGED"),
        (case("key = \"\u{1b}[2J\r\u{202e}FORGED"), "case.toml"),
        (Story::arrived().file(&name("source-before", "json"), "{"), "FORGED"),
        (Story::arrived().file(&name("source-before", "csv"), "a,b\n1,2\n"), "FORGED"),
        (Story::arrived().file("source-before/x.csv", &format!("\"{HOSTILE}\",userid\n1,2\n")), "x.csv"),
        (Story::arrived().file(&name("source-before", "parquet"), "PAR1junkPAR1"), "FORGED"),
        (Story::arrived().file(&name("source-before", "xlsx"), "PK\u{3}\u{4}junk"), "FORGED"),
        (Story::arrived().file(&name("source-before", "gz"), "\u{1f}junk"), "FORGED"),
        (
            Story::arrived().file(
                "lists/accounts.csv",
                &format!("source_userid,target_userid\n\"{HOSTILE}\",a\n\"{HOSTILE}\",b\n"),
            ),
            "accounts.csv",
        ),
        (
            Story::arrived().file(
                "lists/accounts.csv",
                &format!("source_userid,target_userid,assessment\nann,ann2,\"{HOSTILE}\"\n"),
            ),
            "accounts.csv",
        ),
        (
            Story::arrived().file("source-before/w.csv", &format!("userid,external_userid\n\"{HOSTILE}\",1.5e9\n")),
            "w.csv",
        ),
        (
            Story::arrived().file(
                "source-before/y.json",
                &format!("{{\"endpoint\":{0},\"response\":{{\"errcode\":{0}}}}}", Value::from(HOSTILE)),
            ),
            "y.json",
        ),
    ] {
        let (code, stdout, stderr) = assert_harmless(story.write(), &["audit", "."]);
        assert!(code == 2 && stdout.is_empty(), "{wanted}: {stdout}{stderr}");
        assert!(stderr.contains(wanted), "{wanted}: {stderr}");
    }
    let story = Story::arrived();
    let folder = story.write();
    assert_eq!(run(folder, &["audit", "."]).0, 0);
    let set = format!("{HOSTILE}={HOSTILE}");
    fs::write(folder.join(HOSTILE_NAME), "x").unwrap();
    for args in [
        &[HOSTILE][..],
        &["audit", HOSTILE],
        &["audit", ".", HOSTILE],
        &["audit", ".", &format!("--{HOSTILE}")],
        &["audit", ".", "--memory", HOSTILE],
        &["audit", ".", "--lang", HOSTILE],
        &["audit", ".", "--set", &set],
        &["audit", ".", "--set", HOSTILE],
        &["audit", ".", "--set", &format!("policy.fail_on={HOSTILE}")],
        &["audit", ".", "--out", HOSTILE_NAME],
        &["precheck", HOSTILE],
        &["ingest", HOSTILE],
        &["init", HOSTILE_NAME],
        &["demo", HOSTILE_NAME],
        &["verify", HOSTILE],
        &["compare", HOSTILE, "reports"],
        &["explain", HOSTILE],
        &["explain", "ann", "--reports", HOSTILE],
        &["query", HOSTILE],
        &["query", &format!("select \"{HOSTILE}\" from relations")],
        &["query", &format!("select * from \"{HOSTILE}\"")],
        &["query", &format!("select * from relations where {HOSTILE}")],
        &["query", "select 1", "--out", &format!("case.toml/{HOSTILE_NAME}.csv")],
        &["query", "select 1", "--out", "reports/\u{1b}.csv"],
        &["man", HOSTILE],
        &["completions", HOSTILE],
    ] {
        let (code, stdout, stderr) = assert_harmless(folder, args);
        assert!(code == 2 && stdout.is_empty() && stderr.starts_with("error: "), "{args:?}: {code} {stdout}{stderr}");
    }
}

#[test]
#[cfg(unix)]
fn forged_reports_print_nothing_that_a_terminal_would_act_upon() {
    let story = Story::arrived();
    let folder = story.write();
    assert_eq!(run(folder, &["audit", "."]).0, 0);
    let manifest = folder.join("reports/manifest.json");
    let sound = fs::read_to_string(&manifest).unwrap();
    for (key, forged) in [
        ("tool", json!({ "name": HOSTILE, "version": HOSTILE })),
        ("schema_version", json!(HOSTILE)),
        ("reports", json!({ format!("../{HOSTILE}"): {} })),
        ("case_id", json!(HOSTILE)),
    ] {
        let mut value: Value = serde_json::from_str(&sound).unwrap();
        value[key] = forged;
        fs::write(&manifest, value.to_string()).unwrap();
        for args in [
            &["verify", "reports"][..],
            &["explain", "ann"],
            &["query", "select 1"],
            &["compare", "reports", "reports"],
        ] {
            assert_harmless(folder, args);
        }
    }
    fs::write(&manifest, &sound).unwrap();
    fs::write(folder.join("reports/summary.json"), HOSTILE).unwrap();
    fs::write(folder.join("reports").join(HOSTILE_NAME), "x").unwrap();
    let (code, stdout, _) = assert_harmless(folder, &["verify", "reports"]);
    assert!(code == 1 && stdout.contains("FORGED"), "{stdout}");
}
