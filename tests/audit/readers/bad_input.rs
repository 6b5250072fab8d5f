//! What users hand in by mistake: files that stop the run (exit code 2), records that do not, answers that prove
//! nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Audit, Row, Story, audit_into, names_in};

/// A mistake that stops the run, and what the error has to say: the file, the place, the problem, the remedy.
pub struct Mistake {
    pub what: &'static str,
    pub make: fn(Story) -> Story,
    says: &'static [&'static str],
}

#[rustfmt::skip]
pub const MISTAKES: &[Mistake] = &[
    // The case file.
    Mistake { what: "an unknown key", make: |s| s.toml("[policy]\nfail_onn = \"defect\""),
        says: &["case.toml", "policy.fail_onn (line 8)", "unknown key", "did you mean `fail_on`?"] },
    Mistake { what: "an unknown section", make: |s| s.toml("[polici]\nfail_on = \"defect\""),
        says: &["case.toml", "polici", "unknown key", "did you mean `policy`?"] },
    Mistake { what: "a wrong type", make: |s| s.toml("[policy]\ncustomer_cap = \"many\""),
        says: &["case.toml", "policy.customer_cap (line 8)", "is text, but has to be a whole number",
            "without quotes"] },
    Mistake { what: "a date that is none", make: |s| s.toml("[snapshots.source-before]\ntaken_at = \"2026-02-30\""),
        says: &["case.toml", "snapshots.source-before.taken_at", "2026-02-30", "2026-05-01T00:00:00+08:00"] },
    Mistake { what: "a start after the end",
        make: |s| s.case("[case]\nid = \"story\"\n[migration]\nstarted_at = 2026-05-08T00:00:00+08:00\n\
            finished_at = 2026-05-07T00:00:00+08:00\n"),
        says: &["case.toml", "migration.finished_at (line 5)", "the end is not after the start",
            "later than migration.started_at"] },
    Mistake { what: "no start", make: |s| s.case("[case]\nid = \"story\"\n"),
        says: &["case.toml", "migration.started_at", "is missing",
            "add `started_at = 2026-05-01T00:00:00+08:00` to [migration]"] },
    Mistake { what: "no TOML", make: |s| s.case("[case]\nid = story\n"),
        says: &["case.toml", "line 2", "not valid TOML", "in straight quotes"] },
    // Folders and files.
    Mistake { what: "no source-before", make: |s| s.without("source-before"),
        says: &["source-before: folder", "is missing", "[snapshots.source-before]"] },
    Mistake { what: "no target-after", make: |s| s.without("target-after"),
        says: &["target-after: folder", "is missing", "[snapshots.target-after]"] },
    Mistake { what: "no lists", make: |s| s.without("lists"),
        says: &["lists: folder", "missing", "source_userid and target_userid"] },
    Mistake { what: "an empty folder", make: |s| s.without("source-before/relations.csv"),
        says: &["source-before: folder", "no usable file", "put the export there"] },
    Mistake { what: "a named folder that is not there", make: |s| s.toml("[snapshots.source-after]\npath = \"dumps\""),
        says: &["case.toml", "snapshots.source-after.path", "no file or folder `dumps`", "relative to case.toml"] },
    Mistake { what: "lists without accounts", make: |s| s.without("lists/accounts.csv").customer_map("w1 t1"),
        says: &["lists: accounts", "no accounts list",
            "put a sheet with the columns source_userid and target_userid"] },
    Mistake { what: "an accounts list without a row", make: |s| s.accounts(""),
        says: &["lists: accounts", "at least one account", "迁出账号"] },
    Mistake { what: "an empty file", make: |s| s.file("target-after/a.csv", ""),
        says: &["target-after/a.csv: file", "empty", "export it again"] },
    Mistake { what: "a file of blanks", make: |s| s.file("target-after/a.json", " \n\n"),
        says: &["target-after/a.json: file", "empty", "export it again"] },
    Mistake { what: "a file that is nothing known",
        make: |s| s.file("source-before/note.txt", "dear all,\nplease find\n"),
        says: &["source-before/note.txt", "headers found: dear all", "not a known table",
            "externalcontact/batch/get_by_user", "relations (userid 添加人账号", "groups (chat_id 客户群ID or name 群名)",
            "remove the file"] },
    Mistake { what: "a list that is nothing known", make: |s| s.file("lists/prices.csv", "phone,price\n1,2\n"),
        says: &["lists/prices.csv", "headers found: phone, price", "accounts list (source_userid 迁出账号",
            "remove the file"] },
    Mistake { what: "answers among the lists", make: |s| s.file("lists/a.json", r#"{"errcode":0,"userlist":[]}"#),
        says: &["lists/a.json: file", "JSON instead of a list",
            "put answers of the service into the folder of a snapshot"] },
    Mistake { what: "a PDF", make: |s| s.file("target-after/a.pdf", "%PDF-1.7"),
        says: &["target-after/a.pdf: file", "a PDF", "JSON, CSV or Parquet"] },
    // Formats that are not read, each by name: never zero columns in common and "all is well".
    // 客戶名稱 and more, in Big5.
    Mistake { what: "Big5", make: |s| s.bytes("source-before/a.csv", &b"userid,name\n\
        ann,\xab\xc8\xa4\xe1\xa6W\xba\xd9\xbbP\xad\xfb\xa4u\xb1b\xb8\xb9\xbd\xd0\xb1N\xb3o\xa5\xf7\xa6W\xb3\xe6\xa5\
        \xe6\xb5\xb9\xadt\xb3d\xbeE\xb2\xbe\xaa\xba\xa6P\xa8\xc6\n".repeat(8)),
        says: &["source-before/a.csv: file", "text in Big5", "save it as CSV in UTF-8"] },
    Mistake { what: "an .xls workbook", make: |s| s.bytes("lists/accounts.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        says: &["lists/accounts.xls: file", ".xls format, or with a password",
            "save it as XLSX, or as CSV in UTF-8"] },
    // Broken files.
    Mistake { what: "JSON that is cut off",
        make: |s| s.file("source-before/a.json", r#"{"errcode":0,"userlist":[{"userid":"ann"}"#),
        says: &["source-before/a.json", "document 1", "ends in the middle of a document", "fetch or copy it again"] },
    Mistake { what: "an array of answers that is cut off",
        make: |s| s.file("source-before/a.json", r#"[{"errcode":0,"userlist":[]}"#),
        says: &["source-before/a.json", "before the array of documents is closed", "fetch or copy it again"] },
    Mistake { what: "objects nested 100,000 deep",
        make: |s| s.file("source-before/a.json", &r#"{"a":"#.repeat(100_000)),
        says: &["source-before/a.json", "document 1", "deeper than 127 levels", "check what wrote the file"] },
    Mistake { what: "arrays nested 100,000 deep, and closed",
        make: |s| s.file("source-before/a.json", &format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))),
        says: &["source-before/a.json", "document 1", "deeper than 127 levels", "check what wrote the file"] },
    Mistake { what: "a document of an unknown shape",
        make: |s| s.file("target-after/a.json", "{\"errcode\":0,\"userlist\":[]}\n{\"hello\":1}"),
        says: &["target-after/a.json", "document 2, byte 28", "neither an answer of a known endpoint nor an envelope",
            "needs an envelope"] },
    Mistake { what: "an unknown endpoint",
        make: |s| s.file("target-after/a.json",
            r#"{"endpoint":"externalcontact/remark","request":{},"response":{"errcode":0}}"#),
        says: &["target-after/a.json", "document 1", "endpoint", "an unknown endpoint",
            "externalcontact/batch/get_by_user"] },
    Mistake { what: "an endpoint that the answer belies",
        make: |s| s.file("target-after/a.json",
            r#"{"endpoint":"externalcontact/list","request":{"userid":"ann2"},"response":{"errcode":0,
                "group_chat_list":[]}}"#),
        says: &["target-after/a.json", "externalcontact/list", "externalcontact/groupchat/list",
            "name the endpoint of the answer"] },
    Mistake { what: "a payload that is no array",
        make: |s| s.file("target-after/a.json", r#"{"errcode":0,"userlist":{"userid":"ann"}}"#),
        says: &["target-after/a.json", "document 1", "userlist", "not an array", "as the service gave it"] },
    Mistake { what: "a quote that is never closed",
        make: |s| s.file("source-before/a.csv", "userid,name\nann,\"Ann\nbob,Bob\n"),
        says: &["source-before/a.csv", "row 2", "never closed", "close the quote"] },
    Mistake { what: "Parquet that is cut off", make: |s| s.bytes("source-before/a.parquet", b"PAR1and no more"),
        says: &["source-before/a.parquet: file", "Parquet is cut off or damaged", "copy or write the file again"] },
    Mistake { what: "a workbook that is cut off", make: |s| s.bytes("lists/accounts.xlsx", b"PK\x03\x04\x14\0\x06\0"),
        says: &["lists/accounts.xlsx: archive", "cut off or damaged", "save it again as XLSX"] },
    Mistake { what: "gzip that is cut off",
        make: |s| s.bytes("source-before/a.csv.gz", &gzip(b"userid,name\nann,Ann\n")[..20]),
        says: &["source-before/a.csv.gz", "cut off or damaged"] },
    // Accounts that are not 1:1: every offender, with its rows.
    Mistake { what: "accounts that are not 1:1 (B6, B7)",
        make: |s| s.accounts("a x\n a y\n b z\n c z\n d v\n e v\n f u fail\n f u pass"),
        says: &["lists: accounts", "not 1:1",
            "B7-one-to-many: source account a is mapped to x, y (lists/accounts.csv row 2, lists/accounts.csv row 3)",
            "B6-many-to-one: target account z is mapped from b, c (lists/accounts.csv row 4, lists/accounts.csv row 5)",
            "B6-many-to-one: target account v is mapped from d, e",
                "B5-contradiction: source account f both passes and fails", "keep one row for each"] },
    Mistake { what: "two accounts lists that contradict",
        make: |s| s.accounts("ann ann2").file("lists/more.csv", "迁出账号,迁入账号\nann,bob2\n"),
        says: &["lists: accounts", "not 1:1",
            "source account ann is mapped to ann2, bob2 (lists/accounts.csv row 2, lists/more.csv row 2)",
                "keep one row for each"] },
];

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn each_mistake_stops_the_run_and_is_told_with_file_place_and_remedy() {
    let mut wrong = Vec::new();
    for mistake in MISTAKES {
        let error = (mistake.make)(Story::arrived()).error();
        let help = error.contains("\n  help: ");
        let lacking: Vec<&&str> = mistake.says.iter().filter(|part| !error.contains(**part)).collect();
        if !lacking.is_empty() || !help {
            wrong.push(format!("{}: lacks {lacking:?}, help {help}:\n{error}", mistake.what));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
    assert_eq!(
        Story::arrived().audit().outcomes()["ann/wei"],
        "in_scope migrated",
        "without a mistake the case has to come out"
    );
}

#[test]
fn no_case_file() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_path_buf(), folder.path().join("case.toml"), folder.path().join("nowhere")] {
        let error = qianhe::case::load(&path, &[]).map(|_| ()).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let text = error.to_string();
        assert!(text.contains("there is no such file") && text.contains("qianhe init"), "{text}");
    }
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn of_several_mistakes_the_run_tells_the_first_file_in_order_whichever_is_read_first() {
    for _ in 0..5 {
        let error = Story::arrived()
            .file("source-before/a.json", "{")
            .file("source-before/b.json", "{")
            .file("source-before/c.json", "{")
            .error();
        assert!(error.contains("source-before/a.json"), "{error}");
    }
}

// The output.

fn refused_output(story: &Story, out: &Path) -> String {
    let error = audit_into(story.write(), out, &[]).map(|audit| audit.summary.verdict).unwrap_err();
    assert_eq!(error.exit_code(), 2, "{error}");
    error.to_string()
}

#[test]
fn an_output_below_a_regular_file_cannot_be_written() {
    let story = Story::arrived().file("file", "a file, and no folder");
    let out = story.write().join("file/reports");
    let error = refused_output(&story, &out);
    assert!(error.contains("file") && error.contains("\n  help: ") && error.contains("--out DIR"), "{error}");
    assert_eq!(fs::read_to_string(story.write().join("file")).unwrap(), "a file, and no folder");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_refused_before_any_work() {
    use std::os::unix::fs::PermissionsExt;
    let story = Story::arrived();
    let closed = story.write().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o500)).unwrap();
    let root_may_write_anyway = fs::write(closed.join("probe"), "").is_ok();
    if !root_may_write_anyway {
        let error = refused_output(&story, &closed.join("reports"));
        assert!(
            error.contains("closed") && error.contains("cannot be written") && error.contains("--out DIR"),
            "{error}"
        );
        assert!(names_in(&closed).is_empty());
    }
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn an_output_that_is_a_file_is_left_alone() {
    let story = Story::arrived().file("reports", "mine");
    let error = refused_output(&story, &story.write().join("reports"));
    assert!(error.contains("is not a folder") && error.contains("nothing was overwritten"), "{error}");
    assert_eq!(fs::read_to_string(story.write().join("reports")).unwrap(), "mine");
}

#[test]
fn an_output_that_holds_something_else_is_left_alone() {
    let story = Story::arrived().file("reports/letter.txt", "mine");
    let error = refused_output(&story, &story.write().join("reports"));
    assert!(
        error.contains("reports: contains letter.txt") && error.contains("\n  help: nothing was overwritten"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(story.write().join("reports/letter.txt")).unwrap(), "mine");
    assert_eq!(names_in(&story.write().join("reports")).len(), 1);
}

#[test]
fn a_name_of_ours_without_our_manifest_is_not_ours() {
    let story = Story::arrived().file("reports/relations.parquet", "somebody's table");
    let error = refused_output(&story, &story.write().join("reports"));
    assert!(error.contains("contains relations.parquet"), "{error}");
    assert_eq!(fs::read_to_string(story.write().join("reports/relations.parquet")).unwrap(), "somebody's table");
}

#[test]
fn an_earlier_report_of_ours_is_replaced() {
    let story = Story::arrived();
    let before = story.audit();
    assert_eq!(before.outcomes()["ann/wei"], "in_scope migrated");
    let after = story.file("target-after/relations.csv", "userid,customer_name\n").audit();
    assert_eq!(after.outcomes()["ann/wei"], "in_scope missing/no_trace");
    let folder = after.reports.parent().unwrap();
    assert!(!names_in(folder).iter().any(|name| name.starts_with('.')), "{:?}", names_in(folder));
}

#[test]
fn an_empty_folder_is_a_good_output() {
    let story = Story::arrived();
    fs::create_dir(story.write().join("reports")).unwrap();
    assert_eq!(story.audit().outcomes().len(), 1);
}

#[test]
fn a_failed_run_leaves_the_earlier_reports_as_they_were() {
    let story = Story::arrived();
    let audit = story.audit();
    let manifest = fs::read(audit.reports.join("manifest.json")).unwrap();
    let story = story.file("target-after/broken.json", "{");
    let error = refused_output(&story, &audit.reports);
    assert!(error.contains("broken.json"), "{error}");
    assert_eq!(fs::read(audit.reports.join("manifest.json")).unwrap(), manifest);
    assert_eq!(audit.outcomes().len(), 1);
}

// Records that cannot be read: the run goes on.

fn customer(id: &Value, name: &str, userid: &str, createtime: &Value) -> Value {
    json!({"external_contact": {"external_userid": id, "name": name, "type": 1}, "follow_info": {"userid": userid,
        "createtime": createtime}})
}

fn page(userids: &[&str], customers: &[Value], cursor: &str, next: &str) -> Value {
    json!({"endpoint": "externalcontact/batch/get_by_user", "request": {"userid_list": userids, "cursor": cursor},
        "fetched_at": "2026-05-08T10:00:00+08:00",
        "response": {"errcode": 0, "errmsg": "ok", "external_contact_list": customers, "next_cursor": next}})
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).map_or("", String::as_str)
}

fn count(row: &Row, column: &str) -> u64 {
    row[column].parse().unwrap()
}

/// Read, accepted, duplicate, rejected, passed over, by file; the equation is checked on the way.
fn inputs(audit: &Audit) -> BTreeMap<String, [u64; 5]> {
    let figures = |row: &Row| {
        ["records_read", "accepted", "duplicate", "rejected", "passed_over"].map(|column| count(row, column))
    };
    let inputs: BTreeMap<String, [u64; 5]> =
        audit.report("inputs").iter().map(|row| (row["path"].clone(), figures(row))).collect();
    for (path, [read, accepted, duplicate, rejected, passed_over]) in &inputs {
        assert_eq!(*read, accepted + duplicate + rejected + passed_over, "{path}");
    }
    inputs
}

#[test]
fn records_that_cannot_be_read_are_rejects_and_the_run_goes_on() {
    let customers = [
        customer(&json!("w1"), "wei", "ann", &json!(1_735_660_800)),
        customer(&json!(null), "nobody", "ann", &json!(1_735_660_800)),
        customer(&json!("w2"), "li", "ann", &json!("soon")),
        customer(&json!(9_007_199_254_740_993_u64), "min", "ann", &json!(1_735_660_800)),
        json!(7),
    ];
    let sheet = "userid,external_userid,created_at\nann,w3,2025-01-01\n,w4,2025-01-01\nann,w5,soon\nann,w6\n\
        ann,w7,2025-01-01,more\nann,w3,2025-01-01\n";
    let story = Story::new("ann: old 2025-01-01", "")
        .file("source-before/pages.json", &page(&["ann"], &customers, "", "").to_string())
        .file("source-before/sheet.csv", sheet);
    let audit = story.audit();
    let columns = ["role", "file", "record", "grain", "place"];
    let rejects: Vec<[String; 5]> =
        audit.report("rejects").iter().map(|row| columns.map(|column| text(row, column).to_owned())).collect();
    let expected = [
        ["pages.json", "3", "value", "document 1, external_contact_list[2].follow_info.createtime"],
        ["pages.json", "4", "value", "document 1, external_contact_list[3].external_contact.external_userid"],
        ["pages.json", "5", "record", "document 1, external_contact_list[4]"],
        ["sheet.csv", "2", "record", "row 3, userid"],
        ["sheet.csv", "3", "value", "row 4, created_at"],
        ["sheet.csv", "5", "record", "row 6"],
    ];
    assert_eq!(
        rejects,
        expected.map(|[file, record, grain, place]| {
            ["source-before", &format!("source-before/{file}"), record, grain, place].map(str::to_owned)
        })
    );
    assert!(audit.report("rejects").iter().all(|row| !row["reason"].is_empty()));
    let reason = |n: usize| audit.report("rejects")[n]["reason"].clone();
    assert!(reason(5).contains("more cells than the header"), "{}", reason(5));
    let inputs = inputs(&audit);
    // A customer without an id that can be read is identified by name and time; a row that is short has empty cells.
    assert_eq!(inputs["source-before/pages.json"], [5, 4, 0, 1, 0]);
    assert_eq!(inputs["source-before/sheet.csv"], [6, 3, 1, 2, 0]);
    assert_eq!((audit.findings()["Q-unreadable-records"], audit.findings()["Q-unreadable-values"]), (3, 3));
    let relations: Vec<String> = audit.outcomes().into_keys().collect();
    assert_eq!(relations, ["ann/min", "ann/nobody", "ann/old", "ann/w1", "ann/w2", "ann/w3", "ann/w5", "ann/w6"]);
}

#[test]
fn a_row_of_a_list_that_cannot_be_read_stops_the_run() {
    let error =
        Story::arrived().file("lists/refusals.csv", "external_userid,unionid,userid\nwei,,ann\n,,ann\n").error();
    assert!(
        error.contains("lists/refusals.csv") && error.contains("row 3, external_userid or unionid or customer_name"),
        "{error}"
    );
}

#[test]
fn duplicates_are_counted_at_the_file_whose_copy_lost() {
    let more = "userid,external_userid,customer_name,created_at\nann,wei,wei,2025-01-01\nann,wei,wei,2025-01-01\n";
    let audit = Story::arrived().file("source-before/again.csv", more).audit();
    let inputs = inputs(&audit);
    // The later in order of files wins: `relations.csv` comes after `again.csv`.
    assert_eq!(inputs["source-before/again.csv"], [2, 0, 2, 0, 0]);
    assert_eq!(inputs["source-before/relations.csv"], [1, 1, 0, 0, 0]);
    assert_eq!(audit.outcomes().len(), 1);
}

// Answers that prove nothing: what was not read is never missing.

/// Ann holds wei, and the target corp's dump is these documents.
fn target(documents: &[Value]) -> Audit {
    let text: String = documents.iter().map(|document| document.to_string() + "\n").collect();
    let story = Story::lost().accounts("ann ann2\n bob bob2").without("target-after/relations.csv");
    story.file("target-after/dump.json", &text).audit()
}

fn enveloped(userid: &str, response: &Value) -> Value {
    json!({"endpoint": "externalcontact/list", "request": {"userid": userid}, "response": response})
}

/// What became of ann's wei, and what the dump says of ann's mapped account.
fn fate(audit: &Audit) -> (String, String) {
    let row = audit.relation("ann/wei");
    (audit.outcomes()["ann/wei"].clone(), row["target_coverage"].clone())
}

fn told(outcome: &str, coverage: &str) -> (String, String) {
    (format!("in_scope {outcome}"), coverage.to_owned())
}

const NOT_COVERED: &str = "undetermined/target_not_covered";

#[test]
fn an_error_answer_is_not_an_empty_account() {
    for errcode in [45033, 40014] {
        let response = json!({"errcode": errcode, "errmsg": "no", "external_userid": []});
        let audit = target(&[enveloped("ann2", &response)]);
        assert_eq!(fate(&audit), told(NOT_COVERED, "failed"), "{errcode}");
        assert_eq!(audit.findings()["Q-error-answers"], 1);
        assert_eq!(inputs(&audit)["target-after/dump.json"], [1, 0, 0, 0, 1]);
        assert_eq!(fate(&target(&[response])), told(NOT_COVERED, "unknown"), "{errcode} without envelope");
    }
}

#[test]
fn an_account_is_covered_by_whole_answers_about_it_alone() {
    let li = |userid: &str| customer(&json!("t1"), "li", userid, &json!(1_777_651_200));
    let limited = json!({"endpoint": "externalcontact/batch/get_by_user", "request": {"userid_list": ["ann2"],
        "cursor": "c1"},
        "response": {"errcode": 45033, "errmsg": "rate limit", "external_contact_list": [], "next_cursor": ""}});
    let mut unlicensed = page(&["ann2", "bob2"], &[li("bob2")], "", "");
    unlicensed["response"]["fail_info"] = json!({"unlicensed_userid_list": ["ann2"]});
    let empty = json!({"errcode": 0, "external_userid": []});
    // The answer of `externalcontact/list` for a member without customers (DOMAIN.md section 3).
    let no_customers = json!({"errcode": 84061, "errmsg": "not external contact", "external_userid": []});
    let missing = "missing/no_trace";
    for (what, documents, outcome, coverage) in [
        ("a rate limit", vec![page(&["ann2"], &[li("ann2")], "", "c1"), limited], NOT_COVERED, "failed"),
        ("a member without licence", vec![unlicensed], NOT_COVERED, "failed"),
        ("a chain without its end", vec![page(&["ann2"], &[li("ann2")], "", "c1")], NOT_COVERED, "partial"),
        ("a chain without its begin", vec![page(&["ann2"], &[li("ann2")], "c1", "")], NOT_COVERED, "partial"),
        ("another account", vec![enveloped("bob2", &empty)], NOT_COVERED, "unknown"),
        ("an empty list", vec![enveloped("ann2", &empty)], missing, "complete"),
        ("an empty page", vec![page(&["ann2"], &[], "", "")], missing, "complete"),
        ("no customers", vec![enveloped("ann2", &no_customers)], missing, "complete"),
        ("no customers, of an unknown account", vec![no_customers], NOT_COVERED, "unknown"),
    ] {
        assert_eq!(fate(&target(&documents)), told(outcome, coverage), "{what}");
    }
    let audit = Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", "").audit();
    assert!(audit.outcomes().values().all(|outcome| outcome == "in_scope missing/no_trace"));
    assert_eq!(audit.findings()["B8-missing"], 2);
}

#[test]
fn trust_covers_what_no_answer_denies() {
    let story = |documents: &str| {
        let story = Story::lost().without("target-after/relations.csv").file("target-after/dump.json", documents);
        fate(&story.toml("[snapshots.target-after]\ncoverage = \"trusted\"").audit())
    };
    assert_eq!(story(r#"{"errcode":0,"userlist":[]}"#), told("missing/no_trace", "complete"));
    let failed = enveloped("ann2", &json!({"errcode": 45033, "errmsg": "rate limit"}));
    assert_eq!(story(&failed.to_string()), told(NOT_COVERED, "failed"));
}

#[test]
fn maps_that_contradict_one_another_are_set_aside() {
    let story = Story::new(
        "ann: - 2025-01-01 id=w1; ann: - 2025-01-01 id=w2",
        "ann2: - 2026-05-02 id=t1; ann2: - 2026-05-02 id=t2",
    );
    let audit =
        story.customer_map("w1 t1\n w2 t2").file("lists/other_map.csv", "迁出客户ID,迁入客户ID\nw1,t9\n").audit();
    assert_eq!(audit.outcomes()["ann/w1"], "in_scope undetermined/no_usable_key");
    assert_eq!(audit.outcomes()["ann/w2"], "in_scope migrated");
    let findings = audit.report("findings");
    let finding = findings.iter().find(|row| row["code"] == "Q-map-contradiction").unwrap();
    assert_eq!((finding["count"].as_str(), finding["examples"].as_str()), ("1", "[w1]"));
    assert_eq!(inputs(&audit)["lists/other_map.csv"][0], 1);
}

// Traps that others fell into.

#[test]
fn leading_zeros_tell_ids_apart() {
    let before = "00123: wei 2025-01-01 id=007; 00123: li 2025-01-01 id=7; 123: min 2025-01-01 id=0.7e1";
    let after = "x: wei 2026-05-02 id=t1; y: min 2026-05-02 id=t2";
    let audit = Story::new(before, after).accounts("00123 x\n 123 y").customer_map("007 t1").audit();
    let expected = [
        ("00123/007", "in_scope migrated"),
        ("00123/7", "in_scope missing/no_trace"),
        ("123/0.7e1", "in_scope migrated"),
    ];
    assert_eq!(audit.outcomes(), expected.map(|(key, outcome)| (key.to_owned(), outcome.to_owned())).into());
}

#[test]
fn ids_near_two_to_the_53rd_stay_two() {
    // As floating-point numbers both are 9007199254740992.
    let (even, odd) = ("9007199254740992", "9007199254740993");
    let before = format!("{even}: a 2025-01-01 id={even}; {odd}: b 2025-01-01 id={odd}");
    let audit = Story::new(&before, "x: a 2026-05-02 id=t1")
        .accounts(&format!("{even} x\n {odd} y"))
        .customer_map(&format!("{odd} t1"))
        .audit();
    // The map says that t1 is the odd one, so the name does not join it with the even one.
    let expected =
        [(format!("{even}/{even}"), "in_scope missing/no_trace"), (format!("{odd}/{odd}"), "in_scope misplaced")];
    assert_eq!(audit.outcomes(), expected.map(|(key, outcome)| (key, outcome.to_owned())).into());
}

#[test]
fn an_empty_source_is_told_and_concludes_nothing() {
    let audit = Story::new("", "ann2: wei 2026-05-02; bob2: li 2025-01-01").audit();
    assert!(audit.report("relations").is_empty());
    assert_eq!(audit.origins()["ann2/wei"], "added_during_migration");
    let findings = ["B5-account-without-relations", "B5-source-not-covered", "Q-empty-table", "Q-source-before-empty"];
    assert_eq!(audit.findings().into_keys().collect::<Vec<_>>(), findings);
    assert_eq!(audit.summary.verdict.word(), "inconclusive");
    let both = Story::new("", "").audit();
    assert!(
        both.report("relations").is_empty()
            && both.report("target_relations").is_empty()
            && both.report("customers").is_empty()
    );
}
