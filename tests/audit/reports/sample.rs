//! The sample case: the tables of data/README.md, derived by hand, hold; and the reports kept in the repository are
//! what the program writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{self, Audit, Row, files};

/// The tables that people read are the ones that are tested.
const README: &str = include_str!("../../../data/README.md");

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")
}

/// Audits the sample; the reports go elsewhere.
fn audited(out: &Path) -> Audit {
    support::audit_into(&sample(), out, &[]).unwrap_or_else(|error| panic!("{error}"))
}

/// The rows of the tables of a README with that heading, cells without their backticks.
pub fn table(readme: &str, heading: &str) -> Vec<Vec<String>> {
    let section = readme.split("\n## ").find(|section| section.starts_with(heading)).expect("the section is there");
    let lines: Vec<&str> = section.lines().collect();
    let is_head =
        |i: usize| lines[i].starts_with("|---") || lines.get(i + 1).is_some_and(|next| next.starts_with("|---"));
    let rows = (0..lines.len()).filter(|&i| lines[i].starts_with('|') && !is_head(i)).map(|i| lines[i]);
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect()).collect()
}

/// `member/customer` -> its cells, sorted; a cell `N more` stands for as many of the member's other customers.
fn listed(readme: &str, heading: &str, columns: usize) -> Vec<(String, String, usize, String)> {
    let count = |customer: &str| customer.strip_suffix(" more").and_then(|count| count.parse().ok());
    let row = |cells: Vec<String>| {
        let what = cells[2..2 + columns].join(" ");
        (cells[0].clone(), cells[1].clone(), count(&cells[1]).unwrap_or(0), what)
    };
    table(readme, heading).into_iter().map(row).collect()
}

/// Compares a report with a table: each customer by name, then the rest of each member.
pub fn check(readme: &str, heading: &str, columns: usize, mut answers: Vec<(String, String, String)>) {
    let listed = listed(readme, heading, columns);
    let mut wrong = Vec::new();
    for (member, customer, _, what) in listed.iter().filter(|(_, _, more, _)| *more == 0) {
        match answers.iter().position(|(m, c, w)| (m, c, w) == (member, customer, what)) {
            Some(found) => drop(answers.swap_remove(found)),
            None => wrong.push(format!("listed, but not so: {member}/{customer} {what}")),
        }
    }
    for (member, _, more, what) in listed.iter().filter(|(_, _, more, _)| *more > 0) {
        let before = answers.len();
        answers.retain(|(m, _, w)| (m, w) != (member, what));
        if before - answers.len() != *more {
            wrong.push(format!("listed: {more} more of {member} are {what}; there are {}", before - answers.len()));
        }
    }
    wrong.extend(answers.iter().map(|(member, customer, what)| format!("not listed: {member}/{customer} {what}")));
    assert!(wrong.is_empty(), "{heading}:\n  {}", wrong.join("\n  "));
}

fn cell(row: &Row, column: &str) -> String {
    row.get(column).cloned().unwrap_or_else(|| "-".to_owned())
}

/// The name of the customer, else the id.
fn customer(row: &Row, id: &str) -> String {
    row.get("customer_name").or_else(|| row.get(id)).cloned().expect("a relation has a name or an id")
}

fn outcome(row: &Row) -> String {
    let reason = row.get("reason").map(|reason| format!("/{reason}")).unwrap_or_default();
    format!("{} {}{reason} {}", row["scope"], row["outcome"], cell(row, "match_method"))
}

#[test]
fn every_relation_comes_out_as_derived_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let audit = audited(&folder.path().join("reports"));
    let source = |row: &Row| (row["source_userid"].clone(), customer(row, "source_external_userid"), outcome(row));
    check(README, "What happens to each relation", 3, audit.report("relations").iter().map(source).collect());
    let target =
        |row: &Row| (row["target_userid"].clone(), customer(row, "target_external_userid"), row["origin"].clone());
    check(README, "Where each relation", 1, audit.report("target_relations").iter().map(target).collect());
}

#[test]
fn every_group_and_code_comes_out_as_derived_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let audit = audited(&folder.path().join("reports"));
    let listed: BTreeSet<Vec<String>> =
        table(README, "What happens to the groups").into_iter().map(without_why).collect();
    let group = |row: &Row| {
        let reason = row.get("reason").map(|reason| format!("/{reason}")).unwrap_or_default();
        let outcome = format!("{}{reason}", row["outcome"]);
        vec![
            row["name"].clone(),
            row["source_owner_userid"].clone(),
            row["scope"].clone(),
            outcome,
            cell(row, "match_method"),
        ]
    };
    let code = |row: &Row| ["remark", "predicted", "observed", "verdict"].map(|column| cell(row, column)).to_vec();
    let answers: BTreeSet<Vec<String>> =
        audit.report("groups").iter().map(group).chain(audit.report("join_codes").iter().map(code)).collect();
    assert_eq!(listed, answers);
}

/// A row without what it says of the reason.
pub fn without_why(mut cells: Vec<String>) -> Vec<String> {
    cells.pop();
    cells
}

/// What stands beside the outcome: she left the source, kept her remark, and lost one of two tags.
#[test]
fn the_evidence_beside_an_outcome() {
    let folder = tempfile::tempdir().unwrap();
    let row = audited(&folder.path().join("reports")).relation("liuyang/wmLhJiaJu10CBcmThJtkATj7Uz26hasP");
    let expected = [
        ("customer_name", "周雅婷"),
        ("still_at_source", "false"),
        ("remark_kept", "true"),
        ("tags_kept", "false"),
        ("target_coverage", "complete"),
        ("source_created_at", "2025-03-02T02:15:00"),
        ("target_created_at", "2026-05-01T19:11:00"),
        ("source_file", "source-before/liuyang.json"),
    ];
    assert_eq!(expected.map(|(column, _)| row[column].as_str()), expected.map(|(_, value)| value));
}

#[test]
fn the_sample_shows_every_word() {
    use qianhe::schema::vocabulary::{MatchMethod, Origin, Outcome, Reason, Scope};
    let folder = tempfile::tempdir().unwrap();
    let audit = audited(&folder.path().join("reports"));
    let shown = |report: &str, column: &str| -> BTreeSet<String> {
        audit.report(report).iter().filter_map(|row| row.get(column).cloned()).collect()
    };
    let lists: [(&str, &str, &[&str]); 5] = [
        ("relations", "scope", Scope::WORDS),
        ("relations", "outcome", Outcome::WORDS),
        ("relations", "reason", Reason::WORDS),
        ("relations", "match_method", MatchMethod::WORDS),
        ("target_relations", "origin", Origin::WORDS),
    ];
    // Shown by the cases of tests/field.
    let elsewhere = ["unreadable", "look_alike"];
    for (report, column, words) in lists {
        let shown = shown(report, column);
        let lacking: Vec<_> =
            words.iter().filter(|word| !shown.contains(**word) && !elsewhere.contains(word)).collect();
        assert!(lacking.is_empty(), "no {column} of the sample is {lacking:?}");
    }
}

#[test]
fn the_kept_reports_are_what_the_program_writes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("reports");
    audited(&out);
    let differing = support::differing(&files(&sample().join("reports")), &files(&out));
    assert!(differing.is_empty(), "{differing:?} differ; if they should, run: cargo run --locked -- audit data/sample");
}
