//! `qianhe verify`: what was changed is named, whether or not the manifest was changed with it.

use std::fs;
use std::path::Path;

use qianhe::report::publish::sha256_of;
use serde_json::Value;

use crate::support::{Story, run, sample};

/// Runs `verify` on a folder, which must end so; what it says.
fn verify(reports: &Path, code: i32) -> String {
    let (exit, stdout, stderr) = run(reports, &["verify", "."]);
    assert_eq!(exit, code, "{stdout}{stderr}");
    stdout + &stderr
}

/// Writes a report anew and has the manifest vouch for it.
fn forge(reports: &Path, name: &str, from: &str, to: &str) {
    let path = reports.join(name);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{name} lacks {from}");
    let before = sha256_of(&path).unwrap();
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let manifest = fs::read_to_string(reports.join("manifest.json")).unwrap();
    fs::write(reports.join("manifest.json"), manifest.replace(&before, &sha256_of(&path).unwrap())).unwrap();
}

#[test]
fn what_an_audit_wrote_holds() {
    let (_folder, reports) = sample();
    let told = verify(&reports, 0);
    assert!(told.starts_with(".: holds. 15 files are as the manifest says, ") && told.lines().count() == 1, "{told}");
    let (code, stdout, _) = run(&reports, &["verify", ".", "--lang", "zh"]);
    assert!(code == 0 && stdout.starts_with(".：核验通过。15 个文件与清单一致，"), "{stdout}");
}

#[test]
fn files_missing_changed_and_extra_are_each_named() {
    let (_folder, reports) = sample();
    fs::remove_file(reports.join("rejects.parquet")).unwrap();
    fs::write(reports.join("notes.txt"), "mine").unwrap();
    let page = fs::read_to_string(reports.join("report.html")).unwrap();
    fs::write(reports.join("report.html"), page + " ").unwrap();
    let told = verify(&reports, 1);
    for line in ["\n  missing  rejects.parquet\n", "\n  changed  report.html\n", "\n  extra    notes.txt\n"] {
        assert!(told.contains(line), "{told}");
    }
    let (_, stdout, _) = run(&reports, &["verify", ".", "--json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((json["holds"].as_bool(), json["files"]["missing"][0].as_str()), (Some(false), Some("rejects.parquet")));
    assert_eq!(
        (json["files"]["changed"][0].as_str(), json["files"]["extra"][0].as_str()),
        (Some("report.html"), Some("notes.txt"))
    );
}

/// data/README.md: two relations are missing, four are undetermined.
#[test]
fn a_forged_figure_shows_though_the_manifest_vouches_for_it() {
    let (_folder, reports) = sample();
    forge(&reports, "summary.json", "\"missing\": 2", "\"missing\": 0");
    let told = verify(&reports, 1);
    assert!(
        told.contains("does not balance  summary relations.outcome missing = rows of relations: 0 <> 2\n"),
        "{told}"
    );
    assert_eq!(told.matches("does not balance").count(), 1, "{told}");
}

#[test]
fn rows_that_are_gone_show_though_the_manifest_vouches_for_the_file() {
    let (_folder, reports) = sample();
    let (_other, empty) = {
        let story = Story::new("", "");
        let audit = story.audit();
        (story, audit.reports)
    };
    let (file, manifest) = (reports.join("relations.parquet"), reports.join("manifest.json"));
    let before = sha256_of(&file).unwrap();
    fs::copy(empty.join("relations.parquet"), &file).unwrap();
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replace(&before, &sha256_of(&file).unwrap())).unwrap();
    let told = verify(&reports, 1);
    for line in [
        "summary relations.total = rows: 98 <> 0\n",
        "billing participating = rows of its filter: 85 <> 0\n",
        "finding B7-misplaced = rows of its filter: 1 <> 0\n",
        "migrated of accounts = rows of relations of enrolled members: 74 <> 0\n",
        "migrated of customers = rows of relations: 74 <> 0\n",
    ] {
        assert!(told.contains(&format!("does not balance  {line}")), "{told}");
    }
}

#[test]
fn a_damaged_report_is_no_reason_to_stop() {
    let (_folder, reports) = sample();
    let bytes = fs::read(reports.join("relations.parquet")).unwrap();
    fs::write(reports.join("relations.parquet"), &bytes[..bytes.len() / 2]).unwrap();
    let told = verify(&reports, 1);
    assert!(told.contains("changed  relations.parquet") && told.contains("cannot be recomputed"), "{told}");
}

#[test]
fn without_a_manifest_of_ours_there_is_nothing_to_verify() {
    let (_folder, reports) = sample();
    let manifest = fs::read_to_string(reports.join("manifest.json")).unwrap();
    for (text, says) in [
        (manifest.replace("\"findings.parquet\"", "\"../findings.parquet\""), "outside of its folder"),
        (manifest.replace("\"schema_version\": 1", "\"schema_version\": 99"), "schema version 99"),
        (manifest.replace("\"qianhe\"", "\"other\""), "written by other"),
        ("{".to_owned(), "no manifest of ours"),
    ] {
        fs::write(reports.join("manifest.json"), text).unwrap();
        let told = verify(&reports, 2);
        assert!(told.starts_with("error: ") && told.contains(says) && told.contains("\n  help: "), "{told}");
    }
    fs::remove_file(reports.join("manifest.json")).unwrap();
    assert!(verify(&reports, 2).contains("manifest.json"));
}

#[test]
fn a_precheck_has_files_to_verify_and_no_totals() {
    let story = Story::new("ann: wei 2025-01-01", "");
    assert_eq!(run(story.write(), &["precheck", "."]).0, 0);
    let told = verify(&story.write().join("precheck"), 0);
    assert!(told.contains("it is no audit"), "{told}");
}
