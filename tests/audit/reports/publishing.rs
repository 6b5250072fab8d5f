//! Publishing: all or nothing wherever a run is killed, one run at a time, and what people put there is kept.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use qianhe::memory::Resources;
use qianhe::progress::{Progress, Silent, Unit, Work};
use qianhe::report::publish::Stage;

use crate::support::{Story, audit_into, names_in, run};

/// The steps of publishing, in their order, where folders are exchanged and where they are renamed one by one.
const STEPS: [&str; 9] = ["made", "written", "sealed", "whole", "put", "moved", "done", "nameless", "unlocked"];
const STEPS_WITHOUT_EXCHANGE: [&str; 6] = ["aside", "put", "moved", "done", "nameless", "unlocked"];

/// The same case, and nothing arrived.
fn lost(story: Story) -> Story {
    story.file("target-after/relations.csv", "userid,customer_name\nann2,somebody\n")
}

fn qianhe(folder: &Path, args: &[&str], faults: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe"));
    command.args(args).current_dir(folder).env("LC_ALL", "C").env("QIANHE_FAULTS", faults);
    command.output().unwrap()
}

fn stages(folder: &Path) -> Vec<String> {
    names_in(folder).into_iter().filter(|name| name.starts_with(".qianhe-")).collect()
}

/// The verdict that the reports state, after `verify` found them whole.
fn whole_verdict(folder: &Path) -> String {
    let (code, stdout, stderr) = run(folder, &["verify", "reports"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let summary = fs::read_to_string(folder.join("reports/summary.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&summary).unwrap()["verdict"].as_str().unwrap().to_owned()
}

/// Published once, with ingested tables and a file of people beside the reports; then audited again, and killed.
fn killed(faults: &str) -> Story {
    let story = Story::arrived();
    story.audit();
    let folder = story.write().to_path_buf();
    assert_eq!(run(&folder, &["ingest", ".", "--out", "reports"]).0, 0);
    fs::write(folder.join("reports/notes.txt"), "mine").unwrap();
    story.audit();
    let story = lost(story);
    let output = qianhe(&folder, &["audit", "."], faults);
    assert_eq!(output.status.code(), None, "{faults}: it was not killed: {output:?}");
    assert_eq!(stages(&folder).len(), 1, "{faults}");
    story
}

/// `verify --again` writes into a private folder below TMPDIR, names it, and removes it however the audit ends.
#[test]
fn an_audit_that_is_run_again_leaves_nothing() {
    let story = Story::arrived();
    story.audit();
    let folder = story.write();
    let temporary = folder.join("temporary");
    fs::create_dir(&temporary).unwrap();
    let again = |faults: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe"));
        command.args(["verify", "reports", "--again"]).current_dir(folder).env("LC_ALL", "C");
        let output = command.env("QIANHE_FAULTS", faults).env("TMPDIR", &temporary).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, stderr) = again("");
    assert_eq!((code, stages(&temporary)), (Some(0), vec![]), "{stderr}");
    assert!(stderr.contains(&format!("runs again in {}/.qianhe-", temporary.display())), "{stderr}");
    assert_eq!(again("kill-written").0, None);
    let [left] = &stages(&temporary)[..] else { panic!("{:?}", stages(&temporary)) };
    assert_eq!(fs::metadata(temporary.join(left)).unwrap().permissions().mode() & 0o777, 0o700);
    let (code, stderr) = again("");
    assert!(code == Some(0) && stderr.contains("note: removed"), "{stderr}");
    assert_eq!(stages(&temporary), [""; 0]);
    let case = fs::read_to_string(folder.join("case.toml")).unwrap();
    fs::write(folder.join("source-before/relations.csv"), "no,such,columns\n").unwrap();
    let (code, stderr) = again("");
    assert_eq!((code, stages(&temporary)), (Some(2), vec![]), "an input that cannot be read: {stderr}");
    fs::write(folder.join("case.toml"), case.replace("started_at", "begun_at")).unwrap();
    let (code, stderr) = again("");
    assert_eq!((code, stages(&temporary)), (Some(2), vec![]), "a case that cannot be read: {stderr}");
}

/// Each report in turn is the first that is larger than the limit, the workbook and the page too.
#[test]
fn a_file_that_may_not_grow_is_said_and_is_not_our_bug() {
    let story = Story::arrived();
    story.audit();
    let folder = story.write();
    let before = names_in(folder);
    let sizes = fs::read_dir(folder.join("reports")).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len());
    let blocks: BTreeSet<u64> = sizes.map(|size| (size - 1) / 512).collect();
    assert!(blocks.len() > 5, "{blocks:?}");
    for blocks in blocks {
        let limited = format!("ulimit -f {blocks}; exec \"$0\" audit .");
        let mut command = Command::new("sh");
        command.args(["-c", &limited, env!("CARGO_BIN_EXE_qianhe")]).current_dir(folder).env("LC_ALL", "C");
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{blocks} blocks: {stderr}");
        assert!(stderr.contains("help: nothing was published; raise the limit"), "{blocks} blocks: {stderr}");
        assert_eq!((names_in(folder), whole_verdict(folder)), (before.clone(), "reconciled".to_owned()), "{blocks}");
    }
}

/// Folders that are made for an output go again if nothing is published in them; those that were there stay.
#[test]
fn a_run_that_fails_leaves_no_folder_that_it_made() {
    let story = Story::arrived().file("source-before/relations.csv", "no,such,columns\n");
    let folder = story.write();
    fs::create_dir(folder.join("made")).unwrap();
    let before = names_in(folder);
    for args in [
        &["audit", ".", "--out", "new/below/reports"][..],
        &["ingest", ".", "--out", "new"],
        &["precheck", ".", "--out", "new/forecast"],
        &["ingest", ".", "--out", "made"],
    ] {
        let (code, _, stderr) = run(folder, args);
        assert_eq!((code, names_in(folder)), (2, before.clone()), "{args:?}: {stderr}");
    }
}

fn assert_nothing_is_lost(folder: &Path, context: &str) {
    assert_eq!(fs::read_to_string(folder.join("reports/notes.txt")).unwrap(), "mine", "{context}");
    assert_eq!(run(&folder.join("reports"), &["verify", "snapshots"]).0, 0, "{context}");
}

#[test]
fn a_run_killed_at_any_step_leaves_the_old_reports_or_the_new_ones() {
    for (at, step) in STEPS.iter().enumerate() {
        let story = killed(&format!("kill-{step}"));
        let folder = story.write();
        let expected = if at < 4 { "reconciled" } else { "defect" };
        assert_eq!(whole_verdict(folder), expected, "killed at {step}");
        assert_nothing_is_lost(folder, step);
        let (code, _, stderr) = run(folder, &["audit", "."]);
        assert_eq!(code, 1, "{step}: {stderr}");
        assert!(stderr.contains("note: removed ./.qianhe-"), "{step}: {stderr}");
        assert_eq!((stages(folder), whole_verdict(folder)), (vec![], "defect".to_owned()), "{step}");
        assert_nothing_is_lost(folder, step);
        let names = names_in(&folder.join("reports"));
        assert!(!names.iter().any(|name| name.contains("20") || name.starts_with('.')), "{step}: {names:?}");
    }
}

#[test]
fn where_folders_cannot_be_exchanged_the_next_run_completes_what_a_killed_one_began() {
    for step in STEPS_WITHOUT_EXCHANGE {
        let story = killed(&format!("no-exchange,kill-{step}"));
        let folder = story.write();
        assert_eq!(folder.join("reports").exists(), step != "aside", "{step}");
        // Any command that writes beside the reports completes them.
        let (code, _, stderr) = run(folder, &["precheck", "."]);
        assert_eq!(code, 0, "{stderr}");
        assert_eq!(stderr.contains("in place again"), step == "aside", "{step}: {stderr}");
        assert_eq!((stages(folder), whole_verdict(folder)), (vec![], "defect".to_owned()), "{step}");
        assert_nothing_is_lost(folder, step);
    }
}

#[test]
fn a_stage_whose_run_lives_is_left_alone_and_a_second_run_onto_its_output_ends() {
    let story = Story::arrived();
    let folder = story.write();
    let stage = Stage::beside(&folder.join("reports"), &Silent).unwrap();
    fs::write(stage.path().join("half.parquet"), "half").unwrap();
    let before = names_in(folder);
    for (lang, says) in [("en", "reports: another run of qianhe is writing there"), ("zh", "另一次运行正在写入这里")]
    {
        let (code, _, stderr) = run(folder, &["audit", ".", "--lang", lang]);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains(says), "{stderr}");
        assert_eq!(names_in(folder), before, "the loser leaves nothing");
    }
    assert_eq!(run(folder, &["audit", ".", "--out", "other"]).0, 0, "another output is free");
    assert_eq!(fs::read_to_string(stage.path().join("half.parquet")).unwrap(), "half");
    drop(stage);
    assert_eq!(run(folder, &["audit", "."]).0, 0);
    assert_eq!(stages(folder), Vec::<String>::new());
}

/// An audit onto a folder that tables are just ingested into would pull the folder away.
#[test]
fn an_ingest_into_an_output_and_an_audit_of_it_exclude_each_other() {
    let story = Story::arrived();
    let reports = story.audit().reports;
    let folder = story.write();
    let ingesting = Stage::beside(&reports.join("snapshots"), &Silent).unwrap();
    assert_eq!(run(folder, &["audit", "."]).0, 2);
    drop(ingesting);
    let auditing = Stage::beside(&reports, &Silent).unwrap();
    assert_eq!(run(folder, &["ingest", ".", "--out", "reports"]).0, 2);
    drop(auditing);
    assert_eq!(run(folder, &["ingest", ".", "--out", "reports"]).0, 0);
}

#[test]
fn of_runs_that_race_at_least_one_publishes_and_the_others_say_why_not() {
    let story = Story::arrived();
    let folder = story.write();
    for _ in 0..3 {
        let begin = |_| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe"));
            command.args(["audit", ".", "--quiet"]).current_dir(folder).env("LC_ALL", "C");
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let children: Vec<_> = (0..3).map(begin).collect();
        let ended: Vec<Output> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        assert!(ended.iter().any(|output| output.status.code() == Some(0)), "{ended:?}");
        for output in ended {
            let stderr = String::from_utf8(output.stderr).unwrap();
            match output.status.code() {
                Some(0) => assert_eq!(stderr, ""),
                Some(2) => assert!(stderr.contains("another run of qianhe is writing there"), "{stderr}"),
                code => panic!("{code:?}: {stderr}"),
            }
        }
        assert_eq!((stages(folder), whole_verdict(folder)), (vec![], "reconciled".to_owned()));
    }
}

#[test]
fn outputs_are_closed_to_others_whatever_the_umask() {
    let story = Story::arrived();
    let folder = story.write();
    for (umask, out) in [("000", "open"), ("777", "closed")] {
        let commands = format!(
            "umask {umask}; \"$0\" audit . --out {out}; \"$0\" ingest . --out {out}; \"$0\" precheck . --out {out}-plan"
        );
        let mut shell = Command::new("sh");
        shell.args(["-c", &commands, env!("CARGO_BIN_EXE_qianhe")]).current_dir(folder).stdout(Stdio::null());
        assert!(shell.status().unwrap().success());
        for entry in walkdir(&folder.join(out)).into_iter().chain(walkdir(&folder.join(format!("{out}-plan")))) {
            let expected = if entry.is_dir() { 0o700 } else { 0o600 };
            let mode = fs::metadata(&entry).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, expected, "umask {umask}: {} is {mode:o}", entry.display());
        }
    }
}

fn walkdir(folder: &Path) -> BTreeSet<std::path::PathBuf> {
    let mut found = BTreeSet::from([folder.to_path_buf()]);
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        found.extend(if entry.is_dir() { walkdir(&entry) } else { BTreeSet::from([entry]) });
    }
    found
}

/// The file size is in units of the shell, the memory in kB; both are far below what the smallest audit needs.
#[test]
fn what_the_system_refuses_is_no_bug_and_leaves_nothing() {
    let story = Story::arrived();
    let folder = story.write();
    let before = names_in(folder);
    for (limit, lang, says) in [
        (
            "-f 0",
            "en",
            "File too large (os error 27)\n  help: nothing was published; raise the limit of the size of files",
        ),
        ("-f 8", "zh", "建议：没有发布任何内容；请放宽文件大小的限制（ulimit -f）"),
        (
            "-n 20",
            "en",
            "more open files; at least 32 are needed\n  help: nothing was published; raise the limit of open files",
        ),
    ] {
        let command = format!("ulimit {limit}; exec \"$0\" audit . --lang {lang}");
        let mut shell = Command::new("sh");
        let output = shell.args(["-c", &command, env!("CARGO_BIN_EXE_qianhe")]).current_dir(folder).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{limit}: {stderr}");
        assert!(stderr.contains(says), "{limit}: {stderr}");
        assert_eq!(names_in(folder), before, "{limit}");
    }
}

/// Something that happens to the output while its audit publishes.
struct Meanwhile<F: Fn() + Sync>(F);

impl<F: Fn() + Sync> Progress for Meanwhile<F> {
    fn begin(&self, work: Work, _: u64, _: Unit) {
        if work == Work::Publish {
            (self.0)();
        }
    }
    fn advance(&self, _: u64) {}
    fn end(&self) {}
}

#[test]
fn files_of_people_are_never_deleted() {
    let story = Story::arrived();
    let reports = story.audit().reports;
    let folder = story.write();
    fs::create_dir_all(reports.join("minutes/may")).unwrap();
    fs::create_dir(reports.join("empty")).unwrap();
    fs::write(reports.join("notes.txt"), "mine").unwrap();
    fs::write(reports.join("minutes/may/first.txt"), "ours").unwrap();
    std::os::unix::fs::symlink("notes.txt", reports.join("link")).unwrap();
    let id = fs::metadata(reports.join("notes.txt")).unwrap().ino();
    let late = Meanwhile(|| fs::write(reports.join("late.txt"), "late").unwrap());
    let case = qianhe::case::load(folder, &[]).unwrap();
    for _ in 0..2 {
        qianhe::run::audit(&case, &reports, Resources::default(), &late).unwrap();
        for (name, text) in [("notes.txt", "mine"), ("minutes/may/first.txt", "ours"), ("late.txt", "late")] {
            assert_eq!(fs::read_to_string(reports.join(name)).unwrap(), text);
        }
        assert!(reports.join("empty").is_dir());
        assert_eq!(fs::read_link(reports.join("link")).unwrap(), Path::new("notes.txt"));
        assert_eq!(fs::metadata(reports.join("notes.txt")).unwrap().ino(), id, "an open file stays the same file");
        assert_eq!(whole_verdict(folder), "reconciled");
    }
    // Said once, when it is seen for the first time.
    fs::write(reports.join("more.txt"), "more").unwrap();
    let stderr = |lang: &str| run(folder, &["audit", ".", "--lang", lang]).2;
    assert_eq!(stderr("en"), "note: ./reports/more.txt is not a report: it is kept\n");
    assert_eq!(stderr("en"), "");
    fs::write(reports.join("more.md"), "more").unwrap();
    assert_eq!(stderr("zh"), "提示：./reports/more.md 不是报表，已原样保留\n");
}

#[test]
fn a_report_that_was_changed_is_kept_under_a_dated_name() {
    let story = Story::arrived();
    let reports = story.audit().reports;
    let folder = story.write();
    let today = jiff::Zoned::now().date();
    let change = |text: &str| fs::write(reports.join("report.html"), text).unwrap();
    change("<p>with a remark</p>");
    let (code, _, stderr) = run(folder, &["audit", "."]);
    let kept = format!("report.{today}.html");
    assert_eq!(
        (code, stderr),
        (0, format!("note: ./reports/report.html was changed since it was written: it is kept as {kept}\n"))
    );
    assert_eq!(fs::read_to_string(reports.join(&kept)).unwrap(), "<p>with a remark</p>");
    assert!(fs::read_to_string(reports.join("report.html")).unwrap().len() > 1000);
    change("<p>another</p>");
    assert!(run(folder, &["audit", ".", "--lang", "zh"]).2.contains("已另存为"));
    assert_eq!(fs::read_to_string(reports.join(&kept)).unwrap(), "<p>with a remark</p>");
    assert_eq!(fs::read_to_string(reports.join(format!("report.{today}.2.html"))).unwrap(), "<p>another</p>");
    assert_eq!(whole_verdict(folder), "reconciled");
}

/// A second table beside the first would be read as one more export.
#[test]
fn a_changed_table_of_an_ingest_is_kept_where_no_reader_takes_it() {
    let story = Story::arrived();
    let folder = story.write();
    assert_eq!(run(folder, &["ingest", "."]).0, 0);
    let table = folder.join("snapshots/source-before/relations.parquet");
    fs::write(&table, "damaged").unwrap();
    assert_eq!(run(folder, &["ingest", "."]).0, 0);
    let kept = format!("_relations.{}.parquet", jiff::Zoned::now().date());
    assert_eq!(fs::read_to_string(table.with_file_name(kept)).unwrap(), "damaged");
    assert_eq!(run(folder, &["verify", "snapshots"]).0, 0);
    let set = ["snapshots.source-before.path=snapshots/source-before".to_owned()];
    assert_eq!(audit_into(folder, &folder.join("reports"), &set).unwrap().outcomes().len(), 1);
}
