//! `qianhe query`: statements, formats and errors. The figures are those of data/README.md.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Story, read_parquet, run, sample};

/// Returns the result of a statement as CSV.
fn csv(reports: &Path, sql: &str) -> String {
    let (code, stdout, stderr) = run(reports, &["query", sql, "--reports", ".", "--format", "csv"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{sql}: {stdout}");
    stdout
}

#[test]
fn reports_are_tables() {
    let (_folder, reports) = sample();
    let sql = "select outcome, count(*) as n from relations group by 1 order by n desc, outcome";
    assert_eq!(
        csv(&reports, sql),
        "outcome,n\nmigrated,74\nout_of_scope,9\narrived_out_of_scope,4\nundetermined,4\nalready_at_target,2\n\
            missing,2\nmisplaced,1\nrefused,1\nrefused_but_arrived,1\n"
    );
    let sql = "select source_userid, missing from accounts where missing > 0 order by source_userid";
    assert_eq!(csv(&reports, sql), "source_userid,missing\nchenjing,1\nliuyang,1\n");
    // What the finding's own filter selects, and a join of two reports.
    let sql = "select r.customer_name, a.target_userid from relations r join accounts a on r.source_userid = \
        a.source_userid where r.outcome = 'misplaced'";
    assert_eq!(csv(&reports, sql), "customer_name,target_userid\n彭晓东,liuyang.jt\n");
    // Of the 98 relations two are of one customer, 周雅婷.
    assert_eq!(csv(&reports, "select count(*) as n from customers"), "n\n97\n");
    assert_eq!(
        csv(&reports, "select count(*) as n from relations where source_created_at >= '2026-04-30T16:00:00Z'"),
        "n\n2\n"
    );
    assert_eq!(
        csv(&reports, "select line, amount, currency from billing where line = 'payable'"),
        "line,amount,currency\npayable,64.80,CNY\n"
    );
}

#[test]
fn a_limit_returns_the_first_rows() {
    let (_folder, reports) = sample();
    let output = csv(&reports, "select * from relations limit 3");
    assert_eq!(output.lines().count(), 4, "{output}");
    assert!(output.starts_with("source_userid,source_external_userid,unionid,customer_name,"), "{output}");
    assert_eq!(csv(&reports, "select reason from rejects limit 0"), "reason\n");
    assert_eq!(csv(&reports, "show tables").lines().count(), 13, "twelve reports below their heading");
    let of_workbook = "SELECT count(*) AS n FROM 'relations.parquet' WHERE outcome = 'missing'";
    assert_eq!(csv(&reports, of_workbook), "n\n2\n", "a table is known by its file too");
}

#[test]
fn results_have_formats_and_files() {
    let (folder, reports) = sample();
    let sql = "select source_userid, missing from accounts where missing > 0 order by source_userid";
    let (_, table, _) = run(&reports, &["query", sql, "--reports", "."]);
    assert_eq!(
        table,
        "source_userid  missing\n-------------  -------\nchenjing             1\nliuyang              1\n(2 rows)\n"
    );
    let (_, json, _) = run(&reports, &["query", sql, "--reports", ".", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json,
        serde_json::json!([{"source_userid": "chenjing", "missing": 1}, {"source_userid": "liuyang", "missing": 1}])
    );
    let file = folder.path().join("result.parquet");
    let (code, stdout, stderr) = run(&reports, &["query", sql, "--reports", ".", "--out", file.to_str().unwrap()]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""));
    let rows = read_parquet(&file);
    assert_eq!((rows.len(), rows[1]["source_userid"].as_str(), rows[1]["missing"].as_str()), (2, "liuyang", "1"));
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
    // A file among the reports would fail their verification.
    let (code, _, stderr) = run(&reports, &["query", sql, "--reports", ".", "--out", "mine.csv"]);
    assert!(code == 2 && stderr.contains("would not verify") && !reports.join("mine.csv").exists(), "{stderr}");
    let (code, _, stderr) = run(&reports, &["query", sql, "--reports", ".", "--format", "parquet"]);
    assert!(code == 2 && stderr.contains("--out"), "{stderr}");
}

#[test]
fn a_name_that_is_a_formula_is_a_text_in_csv() {
    let story = Story::new("ann: =1+1 2025-01-01 id=w1; ann: -5 2025-01-01 id=w2; ann: @x 2025-01-01 id=w3", "");
    let reports = story.audit().reports;
    let sql = "select customer_name from relations order by source_external_userid";
    assert_eq!(csv(&reports, sql), "customer_name\n'=1+1\n-5\n'@x\n");
    let (_, raw, _) = run(&reports, &["query", sql, "--reports", ".", "--format", "csv", "--raw"]);
    assert_eq!(raw, "customer_name\n=1+1\n-5\n@x\n");
}

#[test]
fn a_wrong_name_is_reported_with_the_nearest() {
    let (_folder, reports) = sample();
    for (sql, says) in [
        ("select count(*) from relation", "did you mean `relations`?"),
        ("select outcom from relations", "did you mean `outcome` instead of `outcom`?"),
        ("selekt 1", "the statement cannot be run"),
        ("select nonsense_ from accounts", "the columns are source_userid"),
    ] {
        let (code, stdout, stderr) = run(&reports, &["query", sql, "--reports", "."]);
        assert_eq!((code, stdout.as_str()), (2, ""), "{sql}: {stderr}");
        assert!(
            stderr.starts_with("error: ") && stderr.contains(says) && stderr.contains("\n  help: "),
            "{sql}: {stderr}"
        );
    }
}

#[test]
fn statements_are_read_from_stdin() {
    let (folder, reports) = sample();
    let statements = folder.path().join("statements.sql");
    fs::write(&statements, "select count(*) as n from groups;\nselect count(*) as m from join_codes;\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe"));
    command.args(["query", "--format", "csv", "--reports"]).arg(&reports);
    let output = command.stdin(fs::File::open(&statements).unwrap()).output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), "n\n4\nm\n6\n"));
}

/// Every column of every report can be queried, also of empty reports.
#[test]
fn every_report_can_be_read_whole() {
    let (_folder, reports) = sample();
    let empty = Story::new("", "").audit();
    for table in qianhe::schema::tables::REPORTS {
        let sql = format!("select * from {}", table.name);
        for folder in [&reports, &empty.reports] {
            let rows = read_parquet(&folder.join(format!("{}.parquet", table.name))).len();
            let (code, stdout, stderr) = run(folder, &["query", &sql, "--reports", ".", "--json"]);
            assert_eq!(code, 0, "{sql}: {stderr}");
            let json: Value = serde_json::from_str(&stdout).unwrap();
            assert_eq!(json.as_array().unwrap().len(), rows, "{sql}");
        }
    }
}
