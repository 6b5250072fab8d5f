//! Ctrl-C in the middle of a file: whatever its format, the reader stops there, and nothing is published.

use std::fmt::Write;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use qianhe::memory::Resources;
use qianhe::progress::{Progress, Unit, Work};
use qianhe::schema::vocabulary::Role;

use crate::readers::console::xlsx;
use crate::support::{Story, names_in};

/// More rows than any reader takes at a time, so that it has to look for an interrupt between them.
const ROWS: usize = 140_000;

/// Interrupts the run at the first bytes of source-before, and counts the pieces of work that begin after that.
#[derive(Default)]
struct Interrupting {
    reads_source: AtomicBool,
    is_requested: AtomicBool,
    begun_after: AtomicUsize,
}

impl Progress for Interrupting {
    fn begin(&self, work: Work, _total: u64, _unit: Unit) {
        self.reads_source.store(work == Work::Read(Role::SourceBefore), Ordering::Relaxed);
        self.begun_after.fetch_add(usize::from(self.is_requested.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    fn advance(&self, _done: u64) {
        if self.reads_source.load(Ordering::Relaxed) && !self.is_requested.swap(true, Ordering::Relaxed) {
            qianhe::interrupt::request();
        }
    }

    fn end(&self) {}
}

/// A customer list of [`ROWS`] rows in a format.
fn file(format: &str) -> Vec<u8> {
    let table = |separator: char| {
        let mut text = format!("userid{separator}external_userid\n");
        (0..ROWS).for_each(|row| writeln!(text, "ann{separator}w{row}").unwrap());
        text
    };
    match format {
        "csv" => table(',').into_bytes(),
        "xlsx" => xlsx(&table('|')),
        "json" => {
            let page = |first: usize| {
                let ids: Vec<String> = (first..first + 1000).map(|row| format!("\"w{row}\"")).collect();
                format!(
                    "{{\"endpoint\":\"externalcontact/list\",\"request\":{{\"userid\":\"ann\"}},\
                     \"response\":{{\"errcode\":0,\"external_userid\":[{}]}}}}\n",
                    ids.join(",")
                )
            };
            (0..ROWS).step_by(1000).map(page).collect::<String>().into_bytes()
        }
        _ => {
            let userids = StringArray::from(vec!["ann"; ROWS]);
            let ids: StringArray = (0..ROWS).map(|row| Some(format!("w{row}"))).collect();
            let columns = [("userid", Arc::new(userids) as ArrayRef), ("external_userid", Arc::new(ids) as ArrayRef)];
            let batch = RecordBatch::try_from_iter(columns).unwrap();
            let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
            writer.write(&batch).unwrap();
            writer.into_inner().unwrap()
        }
    }
}

/// Run by [`every_reader_stops_in_the_middle_of_a_file`] in a process of its own: a request stands as long as the
/// process.
#[test]
#[ignore = "interrupts the process; every_reader_stops_in_the_middle_of_a_file runs it"]
fn interrupted() {
    let format = std::env::var("QIANHE_TEST_FORMAT").unwrap();
    let story =
        Story::arrived().without("source-before/relations.csv").bytes("source-before/customers", &file(&format));
    let folder = story.write();
    let before = names_in(folder);
    let case = qianhe::case::load(folder, &[]).unwrap();
    let progress = Interrupting::default();
    let error = qianhe::run::audit(&case, &folder.join("reports"), Resources::default(), &progress).unwrap_err();
    assert_eq!(error.exit_code(), 130, "{error}");
    assert!(progress.is_requested.load(Ordering::Relaxed), "no progress was reported");
    assert_eq!(progress.begun_after.load(Ordering::Relaxed), 0, "the file was read to its end");
    assert_eq!(names_in(folder), before, "something was left");
}

#[test]
fn every_reader_stops_in_the_middle_of_a_file() {
    for format in ["csv", "xlsx", "json", "parquet"] {
        let (_, module) = module_path!().split_once("::").unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("{module}::interrupted"), "--ignored", "--nocapture"]);
        let output = command.env("QIANHE_TEST_FORMAT", format).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{format}: {text}");
    }
}
