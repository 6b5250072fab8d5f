//! The synthetic case is written with its truth beside it, before any rule is applied: the audit has to find the same.

use std::collections::BTreeMap;
use std::path::Path;

use qianhe::progress::Silent;

use crate::support::{Audit, Row, audit, read_parquet};

/// Seeds of the law; each draws another world (namespaces, maps, dump formats).
const SEEDS: std::ops::Range<u64> = 1..61;
const RELATIONS: u64 = 600;

/// Each report that has a truth, with the columns of its key.
const TRUTHS: &[(&str, &[&str])] = &[
    ("relations", &["source_userid", "source_external_userid", "customer_name", "source_created_at"]),
    ("target_relations", &["target_userid", "target_external_userid"]),
    ("groups", &["source_chat_id"]),
    ("join_codes", &["config_id"]),
];

/// One audit a seed serves all truths: relations of both sides, groups, join codes, and the bill.
#[test]
fn the_audit_agrees_with_the_planted_truth_in_every_row() {
    let (left, right): (Vec<u64>, Vec<u64>) = SEEDS.partition(|seed| seed % 2 == 0);
    let of_seeds = |seeds: &[u64]| seeds.iter().flat_map(|seed| disagreements(*seed)).collect::<Vec<String>>();
    let mut wrong = std::thread::scope(|scope| {
        let half = scope.spawn(|| of_seeds(&left));
        let mut wrong = of_seeds(&right);
        wrong.extend(half.join().unwrap());
        wrong
    });
    wrong.sort();
    assert!(wrong.is_empty(), "{} disagreements\n{}", wrong.len(), wrong.join("\n"));
}

/// Differences between the audit of a seed's case and its truth, a few lines of each report.
fn disagreements(seed: u64) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    qianhe::demo::write(&case, RELATIONS, seed, &Silent).unwrap();
    let audit = match audit(&case) {
        Ok(audit) => audit,
        Err(error) => return vec![format!("seed {seed}: {error}")],
    };
    let of_report = |(report, key): &(&str, &[&str])| {
        compare(seed, &case, report, &audit.report(report), key).into_iter().take(5).collect::<Vec<_>>()
    };
    TRUTHS.iter().flat_map(of_report).chain(bill(seed, &case, &audit)).collect()
}

/// The bill of `summary.json` beside the planted one.
fn bill(seed: u64, case: &Path, audit: &Audit) -> Option<String> {
    let json = |path: &Path| -> serde_json::Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let mut truth = json(&case.join("truth").join("billing.json"));
    let plan = truth.as_object_mut().and_then(|bill| bill.remove("plan"));
    let answer = &json(&audit.reports.join("summary.json"))["billing"];
    (truth != *answer).then(|| format!("seed {seed} plan {plan:?}: planted {truth}, audited {answer}"))
}

/// Every row of the truth beside the row of the report with its key; compared are all columns of the truth but its
/// plan.
fn compare(seed: u64, case: &Path, report: &str, rows: &[Row], key: &[&str]) -> Vec<String> {
    let truth = read_parquet(&case.join("truth").join(format!("{report}.parquet")));
    let key_of = |row: &Row| {
        key.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect::<Vec<_>>().join(" ")
    };
    let mut audited: BTreeMap<String, &Row> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows {
        if audited.insert(key_of(row), row).is_some() {
            wrong.push(format!("seed {seed}: two rows of {report} for {}", key_of(row)));
        }
    }
    let columns: std::collections::BTreeSet<&String> =
        truth.iter().flat_map(Row::keys).filter(|column| *column != "plan").collect();
    for planted in &truth {
        let Some(answer) = audited.remove(&key_of(planted)) else {
            wrong.push(format!("seed {seed}: {report} lacks {planted:?}"));
            continue;
        };
        let differing: Vec<String> = columns
            .iter()
            .filter(|column| planted.get(**column) != answer.get(**column))
            .map(|column| format!("{column}: planted {:?}, audited {:?}", planted.get(*column), answer.get(*column)))
            .collect();
        if !differing.is_empty() {
            wrong.push(format!(
                "seed {seed} plan {:?} {}: {}",
                planted.get("plan"),
                key_of(planted),
                differing.join("; ")
            ));
        }
    }
    wrong.extend(audited.keys().map(|key| format!("seed {seed}: {report} holds {key}, which is not planted")));
    wrong
}
