//! `qianhe verify`: changes are found, whether or not the manifest was changed with them.

use std::fs;
use std::path::Path;

use qianhe::report::manifest::{checksum_of, sha256_of};
use serde_json::Value;

use crate::support::{Story, run, sample};

/// Runs `verify` on a folder, checks the exit code, and returns the output.
fn verify(reports: &Path, code: i32) -> String {
    let (exit, stdout, stderr) = run(reports, &["verify", "."]);
    assert_eq!(exit, code, "{stdout}{stderr}");
    stdout + &stderr
}

/// Changes a report, and its digests in the manifest.
fn forge(reports: &Path, name: &str, change: impl FnOnce(&Path)) {
    let (path, manifest) = (reports.join(name), reports.join("manifest.json"));
    let digests = || [sha256_of(&path).unwrap(), checksum_of(&path).unwrap()];
    let before = digests();
    change(&path);
    let mut text = fs::read_to_string(&manifest).unwrap();
    for (before, after) in before.iter().zip(digests()) {
        assert!(text.contains(before), "{name} has another digest in the manifest");
        text = text.replace(before, &after);
    }
    fs::write(&manifest, text).unwrap();
}

#[test]
fn reports_of_an_audit_verify() {
    let (_folder, reports) = sample();
    let output = verify(&reports, 0);
    assert!(output.starts_with(".: OK: 15 files match the manifest, "), "{output}");
    // What was not asked for is said.
    let not_verified = ["who wrote the reports", "the inputs (--inputs)", "the decisions on single relations"];
    let lines: Vec<&str> = output.lines().skip(1).collect();
    assert_eq!(lines.len(), not_verified.len(), "{output}");
    for (line, what) in lines.iter().zip(not_verified) {
        assert!(line.starts_with(&format!("  not verified: {what}")), "{output}");
    }
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
    let output = verify(&reports, 1);
    for line in ["\n  missing  rejects.parquet\n", "\n  changed  report.html\n", "\n  extra    notes.txt\n"] {
        assert!(output.contains(line), "{output}");
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
fn a_forged_figure_is_found_despite_a_forged_manifest() {
    let (_folder, reports) = sample();
    forge(&reports, "summary.json", |path| {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("\"missing\": 2"), "{text}");
        fs::write(path, text.replacen("\"missing\": 2", "\"missing\": 0", 1)).unwrap();
    });
    let output = verify(&reports, 1);
    assert!(
        output.contains("does not balance  summary relations.outcome missing = rows of relations: 0 <> 2\n"),
        "{output}"
    );
    assert_eq!(output.matches("does not balance").count(), 1, "{output}");
}

#[test]
fn removed_rows_are_found_despite_a_forged_manifest() {
    let (_folder, reports) = sample();
    let (_other, empty) = {
        let story = Story::new("", "");
        let audit = story.audit();
        (story, audit.reports)
    };
    forge(&reports, "relations.parquet", |path| {
        fs::copy(empty.join("relations.parquet"), path).unwrap();
    });
    let output = verify(&reports, 1);
    for line in [
        "summary relations.total = rows: 98 <> 0\n",
        "billing participating = rows of its filter: 85 <> 0\n",
        "finding B7-misplaced = rows of its filter: 1 <> 0\n",
        "migrated of accounts = rows of relations of enrolled members: 74 <> 0\n",
        "migrated of customers = rows of relations: 74 <> 0\n",
    ] {
        assert!(output.contains(&format!("does not balance  {line}")), "{output}");
    }
}

#[test]
fn a_damaged_report_does_not_stop_the_verification() {
    let (_folder, reports) = sample();
    let bytes = fs::read(reports.join("relations.parquet")).unwrap();
    fs::write(reports.join("relations.parquet"), &bytes[..bytes.len() / 2]).unwrap();
    let output = verify(&reports, 1);
    assert!(output.contains("changed  relations.parquet") && output.contains("cannot be recomputed"), "{output}");
}

#[test]
fn a_foreign_manifest_is_refused() {
    let (_folder, reports) = sample();
    let manifest = fs::read_to_string(reports.join("manifest.json")).unwrap();
    for (text, says) in [
        (manifest.replace("\"findings.parquet\"", "\"../findings.parquet\""), "outside of its folder"),
        (manifest.replace("\"schema_version\": 1", "\"schema_version\": 99"), "schema version 99"),
        (manifest.replace("\"qianhe\"", "\"other\""), "written by other"),
        ("{".to_owned(), "not a manifest of qianhe"),
    ] {
        fs::write(reports.join("manifest.json"), text).unwrap();
        let output = verify(&reports, 2);
        assert!(output.starts_with("error: ") && output.contains(says) && output.contains("\n  help: "), "{output}");
    }
    fs::remove_file(reports.join("manifest.json")).unwrap();
    assert!(verify(&reports, 2).contains("manifest.json"));
}

#[test]
fn an_audit_with_more_rejects_than_are_listed_verifies() {
    let story = Story::arrived();
    let unreadable = "NULL,lin\n".repeat(130);
    let story = story.file("target-after/more.csv", &format!("userid,customer_name\nann2,lin\n{unreadable}"));
    assert_eq!(run(story.write(), &["audit", ".", "--out", "reports"]).0, 1);
    verify(&story.write().join("reports"), 0);
}

#[test]
fn a_precheck_has_files_to_verify_and_no_totals() {
    let story = Story::lost();
    assert_eq!(run(story.write(), &["precheck", "."]).0, 0);
    let output = verify(&story.write().join("precheck"), 0);
    assert!(output.contains("not the reports of an audit"), "{output}");
}
