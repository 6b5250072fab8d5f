//! The synthetic case is planted, its truth written beside it before any rule is applied: the audit has to find it.

use std::collections::BTreeMap;
use std::path::Path;

use qianhe::progress::Silent;

use crate::support::{Audit, Row, audit, read_parquet};

/// Seeds of the law; each draws another world (namespaces, maps, dump formats).
const SEEDS: std::ops::Range<u64> = 1..61;
const RELATIONS: u64 = 600;

#[test]
fn the_audit_agrees_with_the_planted_truth_in_every_row() {
    let wrong: Vec<String> = SEEDS.flat_map(|seed| disagreements(seed).into_iter().take(5)).collect();
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

fn disagreements(seed: u64) -> Vec<String> {
    let (_folder, case, audit) = match planted(seed) {
        Ok(planted) => planted,
        Err(error) => return vec![error],
    };
    let source = compare(seed, &case, "relations", &audit.report("relations"), SOURCE_KEY);
    let target = compare(seed, &case, "target_relations", &audit.report("target_relations"), TARGET_KEY);
    source.into_iter().chain(target).collect()
}

const SOURCE_KEY: &[&str] = &["source_userid", "source_external_userid", "customer_name", "source_created_at"];
const TARGET_KEY: &[&str] = &["target_userid", "target_external_userid"];

/// Every row of the truth beside the row of the report with its key; all columns of the truth but its plan count.
fn compare(seed: u64, case: &Path, report: &str, rows: &[Row], key: &[&str]) -> Vec<String> {
    let truth = read_parquet(&case.join("truth").join(format!("{report}.parquet")));
    let key_of = |row: &Row| key.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let mut audited: BTreeMap<String, &Row> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        if audited.insert(key_of(row), row).is_some() {
            wrong.push(format!("seed {seed}: two rows of {report} for {}", key_of(row)));
        }
    }
    let columns: std::collections::BTreeSet<&String> = truth.iter().flat_map(Row::keys).filter(|column| *column != "plan").collect();
    for told in &truth {
        let Some(answer) = audited.remove(&key_of(told)) else {
            wrong.push(format!("seed {seed}: {report} lacks {told:?}"));
            continue;
        };
        let differing: Vec<String> = columns
            .iter()
            .filter(|column| told.get(**column) != answer.get(**column))
            .map(|column| format!("{column}: planted {:?}, audited {:?}", told.get(*column), answer.get(*column)))
            .collect();
        if !differing.is_empty() {
            wrong.push(format!("seed {seed} plan {:?} {}: {}", told.get("plan"), key_of(told), differing.join("; ")));
        }
    }
    wrong.extend(audited.keys().map(|key| format!("seed {seed}: {report} holds {key}, which nobody planted")));
    wrong
}

/// Rows of a report that the truth tells otherwise, a few of each seed.
fn wrong_rows(report: &str, key: &[&str]) -> Vec<String> {
    let of_seed = |seed| match planted(seed) {
        Err(error) => vec![error],
        Ok((_folder, case, audit)) => compare(seed, &case, report, &audit.report(report), key).into_iter().take(5).collect(),
    };
    SEEDS.flat_map(of_seed).collect()
}

#[test]
fn the_audit_agrees_with_the_planted_groups() {
    let wrong = wrong_rows("groups", &["source_chat_id"]);
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_audit_agrees_with_the_planted_join_codes() {
    let wrong = wrong_rows("join_codes", &["config_id"]);
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_audit_agrees_with_the_planted_bill() {
    let json = |path: &Path| -> serde_json::Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let of_seed = |seed| match planted(seed) {
        Err(error) => vec![error],
        Ok((_folder, case, audit)) => {
            let mut told = json(&case.join("truth").join("billing.json"));
            let plan = told.as_object_mut().and_then(|bill| bill.remove("plan"));
            let answer = &json(&audit.reports.join("summary.json"))["billing"];
            if told == *answer { vec![] } else { vec![format!("seed {seed} plan {plan:?}: planted {told}, audited {answer}")] }
        }
    };
    let wrong: Vec<String> = SEEDS.flat_map(of_seed).collect();
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

/// The case of a seed and its audit.
fn planted(seed: u64) -> Result<(tempfile::TempDir, std::path::PathBuf, Audit), String> {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    qianhe::demo::write(&case, RELATIONS, seed, &Silent).unwrap();
    let audit = audit(&case).map_err(|error| format!("seed {seed}: {error}"))?;
    Ok((folder, case, audit))
}
