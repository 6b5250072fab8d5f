//! `--pseudonymise`: no output holds an original, of runs that end well and of others; pseudonyms join and compare.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::support::{Row, Story, read_parquet, run};

/// Every personal value of the case, each found in an output of a plain audit or precheck.
const ORIGINALS: &[&str] = &[
    "NameMissing", "NameByNameOnly", "NameArrived", "NameTarget", "NameRefused", "GroupName", "NamelessGroup",
    "CodeRemark", "wmMissing", "wmArrived", "wmRefused", "wmTarget", "wmNew", "wmSharedOne", "wmSharedTwo",
    "wmContradictory", "unArrived", "unShared", "unRefused", "FailedBecause", "wmWaivedKey",
];

/// A case with personal data wherever it can be: relations, groups, codes, lists, waivers.
fn case() -> Story {
    let relations = "userid,customer_name,created_at,external_userid,unionid,remark\n";
    Story::new("ann: x 2025-01-01", "")
        .without("source-before/relations.csv")
        .without("target-after/relations.csv")
        .file(
            "source-before/relations.csv",
            &format!(
                "{relations}ann,NameMissing,2025-01-01,wmMissing,unMissing,r\nann,NameByNameOnly,2025-01-02,,,r\n\
                 ann,NameArrived,2025-01-03,wmArrived,unArrived,r\nbob,NameArrived,2025-01-03,wmSharedOne,unShared,r\n\
                 bob,NameArrived,2025-01-03,wmSharedTwo,unShared,r\n"
            ),
        )
        .file(
            "target-after/relations.csv",
            &format!(
                "{relations}ann2,NameTarget,2026-05-02,wmTarget,unArrived,r\nann2,NameNew,2026-05-03,wmNew,unNew,r\n\
                 bob2,NameOther,2026-05-03,wmOther,unOther,r\n"
            ),
        )
        .file(
            "source-before/groups.csv",
            "chat_id,owner_userid,name,created_at\n\
             g1,ann,GroupName,2025-01-01\n,ann,NamelessGroup,2025-01-01\n",
        )
        .file(
            "target-after/groups.csv",
            "chat_id,owner_userid,name,created_at\n\
             h1,ann2,GroupName,2026-05-02\nh2,ann2,GroupThere,2025-01-01\n",
        )
        .file("source-before/join_codes.csv", "config_id,chat_ids,remark\nc1,g1,CodeRemark\n")
        .file(
            "lists/accounts.csv",
            "source_userid,target_userid,assessment,assessment_reason\n\
             ann,ann2,pass,\nbob,bob2,pass,\ncai,cai2,fail,FailedBecause\n",
        )
        .customer_map("wmContradictory wmTarget; wmContradictory wmNew")
        .refusals("wmRefused - - ann; - unRefused - -; - - NameRefused -")
        .toml("[[waivers]]\ncode = \"B8-missing\"\nkeys = [\"ann/wmWaivedKey\"]\nreason = \"x\"\nby = \"x\"\n")
        .file("key", "0123456789abcdef0123456789abcdef\n")
        .file("other-key", "another key of 16 bytes or more\n")
}

/// All texts of a report: of the rows and the footer of Parquet, of the parts of a workbook, the file itself else.
fn texts(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("parquet") => {
            let footer = SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap();
            write!(text, "{:?}{:?}", read_parquet(path), footer.metadata()).unwrap();
        }
        Some("xlsx") => {
            let mut parts = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
            for index in 0..parts.len() {
                let mut part = Vec::new();
                parts.by_index(index).unwrap().read_to_end(&mut part).unwrap();
                text += &String::from_utf8_lossy(&part);
            }
        }
        _ => {}
    }
    text
}

/// All texts of a folder by the name of the file.
fn outputs(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), texts(&path))).collect()
}

#[track_caller]
fn assert_no_originals(what: &str, text: &str) {
    for original in ORIGINALS {
        assert!(!text.contains(original), "{what} holds {original}: {text}");
    }
}

/// Audits and prechecks in all ways, and returns what was printed.
fn printed(folder: &Path, key: &[&str]) -> String {
    let mut printed = String::new();
    for command in ["audit", "precheck"] {
        for more in [&[][..], &["--json"], &["--lang", "zh"]] {
            let args = [&[command, "."], key, more].concat();
            let (code, stdout, stderr) = run(folder, &args);
            assert!(code < 2, "{args:?}: {stderr}");
            printed += &(stdout + &stderr);
        }
    }
    printed
}

#[test]
fn no_output_holds_an_original() {
    let story = case();
    let folder = story.write();
    let mut plain = printed(folder, &[]);
    for reports in ["reports", "precheck"] {
        plain.extend(outputs(&folder.join(reports)).into_values());
    }
    for original in ORIGINALS {
        assert!(plain.contains(original), "no output of a plain audit holds {original}");
    }
    assert_no_originals("the terminal", &printed(folder, &["--pseudonymise", "key"]));
    for reports in ["reports", "precheck"] {
        for (name, text) in outputs(&folder.join(reports)) {
            assert_no_originals(&format!("{reports}/{name}"), &text);
        }
        let (code, stdout, stderr) = run(folder, &["verify", reports]);
        assert_eq!(code, 0, "{reports} verifies: {stdout}{stderr}");
    }
    let (_, stdout, _) = run(folder, &["explain", "ann"]);
    assert_no_originals("explain", &stdout);
}

#[test]
fn pseudonyms_join_and_compare_under_one_key() {
    let story = case();
    let folder = story.write();
    let audit = |out: &str, key: &[&str]| {
        let (code, _, stderr) = run(folder, &[&["audit", ".", "--quiet", "--out", out], key].concat());
        assert!(code < 2, "{stderr}");
        ["relations", "customers", "target_relations"]
            .map(|name| read_parquet(&folder.join(out).join(format!("{name}.parquet"))))
    };
    let [relations, customers, targets] = audit("one", &["--pseudonymise", "key"]);
    let of = |rows: &[Row], column: &str| -> BTreeSet<String> {
        rows.iter().filter_map(|row| row.get(column).cloned()).collect()
    };
    assert_eq!(of(&relations, "source_external_userid"), of(&customers, "source_external_userid"));
    // wmArrived is matched by its unionid.
    let arrived = relations.iter().find(|row| row["outcome"] == "migrated").unwrap();
    let target = targets.iter().find(|row| row["origin"] == "migrated").unwrap();
    assert_eq!(arrived["target_external_userid"], target["target_external_userid"]);
    assert_eq!(arrived["unionid"], target["unionid"]);
    for (column, prefix) in
        [("source_external_userid", "customer-"), ("unionid", "unionid-"), ("customer_name", "name-")]
    {
        assert!(of(&relations, column).iter().all(|value| value.starts_with(prefix)), "{column}");
    }
    assert_eq!(of(&relations, "source_userid"), BTreeSet::from(["ann".to_owned(), "bob".to_owned()]), "accounts stay");
    // The same figures as without, and no change between two audits under one key.
    let [plain, ..] = audit("plain", &[]);
    let outcomes = |rows: &[Row]| -> Vec<String> { rows.iter().map(|row| row["outcome"].clone()).collect() };
    assert_eq!(outcomes(&plain), outcomes(&relations));
    audit("two", &["--pseudonymise", "key"]);
    let (code, stdout, _) = run(folder, &["compare", "one", "two"]);
    assert!(code == 0 && !stdout.contains(" → "), "{stdout}");
    let [under_other, ..] = audit("three", &["--pseudonymise", "other-key"]);
    assert!(of(&relations, "unionid").is_disjoint(&of(&under_other, "unionid")));
    assert_eq!(of(&plain, "unionid").len(), of(&under_other, "unionid").len());
}

/// Who has the key looks up originals, and repeats the audit; no other key and no reports without pseudonyms do.
#[test]
fn the_key_finds_originals_and_repeats_the_audit() {
    let story = case();
    let folder = story.write();
    let key = ["--pseudonymise", "key"];
    assert!(run(folder, &[&["audit", "."], &key[..]].concat()).0 < 2);
    for id in ["wmArrived", "unArrived", "ann/wmMissing", "ann/NameByNameOnly", "ann"] {
        let (code, stdout, stderr) = run(folder, &[&["explain", id], &key[..]].concat());
        assert_eq!(code, 0, "{id}: {stderr}");
        assert!(stdout.contains("evidence:"), "{id}: {stdout}");
    }
    assert_eq!(run(folder, &["explain", "wmArrived"]).0, 2, "without the key nobody finds it");
    let again = ["verify", "reports", "--again"];
    let (code, stdout, stderr) = run(folder, &[&again[..], &key].concat());
    assert!(code == 0 && stdout.contains("byte for byte"), "{stdout}{stderr}");
    for other in [&[][..], &["--pseudonymise", "other-key"]] {
        let (code, stdout, stderr) = run(folder, &[&again[..], other].concat());
        assert!(code == 2 && stdout.is_empty() && stderr.contains("--pseudonymise KEYFILE"), "{other:?}: {stderr}");
    }
    assert!(run(folder, &["audit", "."]).0 < 2);
    let (code, _, stderr) = run(folder, &[&["explain", "ann"], &key[..]].concat());
    assert!(code == 2 && stderr.contains("no pseudonyms"), "{stderr}");
}

#[test]
fn a_key_that_could_be_guessed_is_refused() {
    let story = case().file("short", "123\n");
    for (key, says) in [("short", "shorter than 16 bytes"), ("nothing", "no such file"), ("lists", "regular file")] {
        let (code, stdout, stderr) = run(story.write(), &["audit", ".", "--pseudonymise", key]);
        assert!(
            code == 2 && stdout.is_empty() && stderr.contains(says) && stderr.contains("help: "),
            "{key}: {stderr}"
        );
        assert!(!story.write().join("reports").exists());
    }
}

/// Errors name the file, the record and the field, never a row.
#[test]
fn errors_show_no_records() {
    let row = "ann,NameMissing,2025-01-01,wmMissing,unArrived";
    for (file, content) in [
        ("source-before/x.csv", format!("{row}\n{row}\n")),
        ("source-before/x.json", r#"{"errcode":0,"external_contact_list":"NameMissing"}"#.to_owned()),
        ("source-before/x.json", r#"{"errcode":"NameMissing","external_contact_list":[]}"#.to_owned()),
        (
            "source-before/x.json",
            r#"{"errcode":0,"external_contact_list":[{"external_contact":"wmMissing" NameMissing}]}"#.to_owned(),
        ),
        ("lists/x.csv", "external_userid,customer_name\n1.5e9,NameRefused\n".to_owned()),
        ("lists/x.csv", "source_external_userid,target_external_userid\nwmMissing,1.5e9\n".to_owned()),
        ("lists/x.csv", format!("{row}\n")),
    ] {
        let story = case().file(file, &content);
        let (code, stdout, stderr) = run(story.write(), &["audit", ".", "--pseudonymise", "key"]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{file} {content}: {stderr}");
        assert_no_originals(&content, &stderr);
    }
}
