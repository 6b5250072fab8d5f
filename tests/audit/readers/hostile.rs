//! Inputs that are made to exhaust memory, stack or time: refused, with what would be right, and soon.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder};

use crate::support::{Story, run};

/// As [`run`], of a program that has to end within a minute.
#[track_caller]
fn run_soon(folder: &Path, args: &[&str]) -> (i32, String, String) {
    run_with(folder, args, "")
}

/// The same, with text on stdin.
#[track_caller]
fn run_with(folder: &Path, args: &[&str], stdin: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qianhe"));
    command.env("LC_ALL", "C").current_dir(folder).args(args);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that ends before it has read all closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let (ended, output) = mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait_with_output()));
    let output = output.recv_timeout(Duration::from_mins(1)).unwrap_or_else(|_| panic!("{args:?} does not end"));
    let output = output.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    (output.status.code().unwrap_or_else(|| panic!("{args:?} was killed: {stderr}")), stdout, stderr)
}

/// Audits a case, which has to be refused with a text and a remedy.
#[track_caller]
fn assert_refused(story: &Story, says: &str) {
    let (code, stdout, stderr) = run_soon(story.write(), &["audit", "."]);
    assert!(code == 2 && stdout.is_empty() && stderr.contains(says) && stderr.contains("help: "), "{code} {stderr}");
}

/// The footer of a Parquet file of one chain of groups, by the rules of Thrift's compact protocol.
fn nested(depth: usize) -> Vec<u8> {
    let varint = |mut number: usize| {
        let mut bytes = Vec::new();
        while number > 127 {
            bytes.push(number as u8 | 128);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    // Version 1; the schema, a list of structs.
    let mut footer = vec![0x15, 2, 0x19, 0xfc];
    footer.extend(varint(depth + 1));
    // A group: name "a", one child.
    for _ in 0..depth {
        footer.extend([0x48, 1, b'a', 0x15, 2, 0]);
    }
    // A column of texts: type, repetition, name. Then no rows and no row groups.
    footer.extend([0x15, 12, 0x25, 0, 0x18, 1, b'a', 0, 0x16, 0, 0x19, 0x0c, 0]);
    let mut file = b"PAR1".to_vec();
    file.extend(&footer);
    file.extend((footer.len() as u32).to_le_bytes());
    file.extend(b"PAR1");
    file
}

/// Relations of one account: `rows` rows, whose values are of a dictionary.
fn relations(rows: usize, name: &str, times: usize, properties: WriterPropertiesBuilder) -> Vec<u8> {
    let words = |word: &str| {
        let keys = Int32Array::from(vec![0; rows]);
        Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(StringArray::from(vec![word])))) as ArrayRef
    };
    let columns = [("userid", words("ann")), ("external_userid", words("wm1")), ("customer_name", words(name))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = properties.set_dictionary_page_size_limit(1 << 24).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    (0..times).for_each(|_| writer.write(&batch).unwrap());
    writer.into_inner().unwrap()
}

fn zstd() -> WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()))
}

fn parquet(bytes: &[u8]) -> Story {
    Story::arrived().bytes("source-before/x.parquet", bytes)
}

#[test]
fn a_schema_is_not_deeper_than_any_stack() {
    assert_refused(&parquet(&nested(2000)), "its columns nest deeper than 32 levels");
    // Deep enough to be a table of nothing, and no deeper.
    assert_refused(&parquet(&nested(31)), "x.parquet");
}

#[test]
fn few_bytes_do_not_become_many_rows() {
    // 2.5 million rows of 3 columns, each a run.
    let bytes = relations(500_000, "wei", 5, zstd());
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    assert_refused(&parquet(&bytes), "the Parquet data expands to more than 200 times its size");
    assert_eq!(
        run(parquet(&relations(100_000, "wei", 1, zstd())).write(), &["audit", "."]).0,
        1,
        "that is not too far"
    );
}

#[test]
fn a_long_text_is_not_copied_to_many_rows() {
    let bytes = relations(2_000, &"x".repeat(100_000), 1, zstd());
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    assert_refused(&parquet(&bytes), "the Parquet data expands to more than 200 times its size");
}

#[test]
fn shared_prefixes_are_counted_in_each_text() {
    let long = "x".repeat(400_000);
    let names = |from: usize| (from..from + 50).map(|n| format!("{long}{n}")).collect::<Vec<_>>();
    let batch = |from| {
        let texts = |text: &str| Arc::new(StringArray::from(vec![text; 50])) as ArrayRef;
        let names = Arc::new(StringArray::from(names(from))) as ArrayRef;
        let columns = [("userid", texts("ann")), ("external_userid", texts("wm1")), ("customer_name", names)];
        RecordBatch::try_from_iter(columns).unwrap()
    };
    let properties = zstd().set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY).build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch(0).schema(), Some(properties)).unwrap();
    (0..5).for_each(|n| writer.write(&batch(50 * n)).unwrap());
    let bytes = writer.into_inner().unwrap();
    assert!(bytes.len() < 300_000, "{}", bytes.len());
    assert_refused(&parquet(&bytes), "the Parquet data expands to more than 200 times its size");
}

#[test]
fn a_page_does_not_unpack_to_more_than_any() {
    let gzip = WriterProperties::builder().set_compression(Compression::GZIP(GzipLevel::default()));
    for properties in [zstd(), gzip] {
        let bytes = relations(100_000, &"x".repeat(1000), 1, properties.set_dictionary_enabled(false));
        assert!(bytes.len() < 500_000, "{}", bytes.len());
        assert_refused(&parquet(&bytes), "the Parquet data expands to more than 200 times its size");
    }
}

#[test]
#[cfg(unix)]
fn only_regular_files_are_opened() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let zero = |path: &Path| std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    for make in [&pipe as &dyn Fn(&Path), &zero] {
        let story = Story::arrived();
        let folder = story.write();
        assert_eq!(run(folder, &["audit", "."]).0, 0);
        for (file, commands) in [
            ("case.toml", &[&["audit", "."][..], &["precheck", "."], &["ingest", "."], &["audit", "case.toml"]][..]),
            ("source-before/x.csv", &[&["audit", "."], &["precheck", "."], &["ingest", "."]]),
            ("lists/x.csv", &[&["audit", "."]]),
            (
                "reports/manifest.json",
                &[
                    &["verify", "reports"],
                    &["explain", "ann"],
                    &["query", "select 1"],
                    &["compare", "reports", "reports"],
                ],
            ),
            ("reports/relations.parquet", &[&["explain", "ann"], &["query", "select * from relations"]]),
            ("reports/summary.json", &[&["compare", "reports", "reports"]]),
        ] {
            let path = folder.join(file);
            let kept = fs::read(&path).ok();
            let _ = fs::remove_file(&path);
            make(&path);
            for args in commands {
                let (code, stdout, stderr) = run_soon(folder, args);
                assert!(code == 2 && stdout.is_empty(), "{file} {args:?}: {code} {stdout}{stderr}");
                assert!(stderr.contains("regular file"), "{file} {args:?}: {stderr}");
            }
            fs::remove_file(&path).unwrap();
            if let Some(kept) = kept {
                fs::write(&path, kept).unwrap();
            }
        }
        // What is in the way of reports.
        fs::remove_dir_all(folder.join("reports")).unwrap();
        make(&folder.join("reports"));
        assert_eq!(run_soon(folder, &["audit", "."]).0, 2);
    }
}

#[test]
fn a_case_file_has_a_size() {
    assert_refused(&Story::arrived().toml(&"#\n".repeat(9 << 20)), "is larger than 16777216 bytes");
}

#[test]
fn nesting_has_an_end() {
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(60_000), close.repeat(60_000));
    for toml in [deep("a = [", "]"), format!("a = {}", deep("[", "]")), format!("a{} = 1", ".a".repeat(60_000))] {
        assert_refused(&Story::arrived().toml(&toml), "case.toml");
    }
    for json in [deep("[", "]"), deep("{\"a\":", "}"), format!("{{\"errcode\":{}}}", deep("[", "]"))] {
        assert_refused(&Story::arrived().file("source-before/x.json", &json), "x.json");
    }
    let story = Story::arrived();
    let set = format!("policy{}=1", ".a".repeat(60_000));
    let (code, _, stderr) = run_soon(story.write(), &["audit", ".", "--set", &set]);
    assert!(code == 2 && stderr.contains("60001 parts; one of a case has at most 16"), "{code} {stderr}");
}

#[test]
fn a_statement_is_not_deeper_than_the_stack() {
    let story = Story::arrived();
    let folder = story.write();
    assert_eq!(run(folder, &["audit", "."]).0, 0);
    // On stdin: the system limits arguments to 128 KiB.
    let query = |sql: &str| run_with(folder, &["query", "--format", "csv"], sql);
    let chain = |terms: usize, operator: &str| vec!["source_userid = 'ann'"; terms].join(operator);
    // Each term has an operator of its own.
    for operator in [" or ", " and "] {
        let sql = format!("select count(*) as n from relations where {}", chain(500, operator));
        assert_eq!(query(&sql), (0, "n\n1\n".to_owned(), String::new()), "{operator}");
        let (code, _, stderr) = query(&format!("select 1 from relations where {}", chain(20_000, operator)));
        assert!(code == 2 && stderr.contains("39999 operators; at most 1000"), "{code} {stderr}");
    }
    let sum = |terms: usize| format!("select {} as n", vec!["1"; terms].join(" + "));
    assert_eq!(query(&sum(1000)).1, "n\n1000\n");
    assert_eq!(query(&sum(20_000)).0, 2);
    let list = format!("select count(*) as n from relations where source_userid in ({}'ann')", "'x',".repeat(20_000));
    assert_eq!(query(&list), (0, "n\n1\n".to_owned(), String::new()));
    for (open, close) in [("(", ")"), ("not ", ""), ("- ", ""), ("case when true then ", " end")] {
        let (code, _, stderr) = query(&format!("select {}1{}", open.repeat(900), close.repeat(900)));
        assert!(code == 2 || code == 0, "{open} {code} {stderr}");
    }
    assert_eq!(query(&vec!["select 1"; 20].join(" union all ")).0, 0);
    assert_eq!(query(&vec!["select 1"; 900].join(" union all ")).0, 2);
    assert_eq!(query(&format!("select {}", "1,".repeat(1 << 20))).0, 2);
}

#[test]
fn a_column_of_nulls_has_every_format() {
    let story = Story::arrived();
    let folder = story.write();
    assert_eq!(run(folder, &["audit", "."]).0, 0);
    for (format, shown) in [("csv", "n\n\"\"\n"), ("json", "[\n{\"n\":null}\n]\n"), ("table", "n\n-\n\n(1 row)\n")] {
        let (code, stdout, stderr) = run(folder, &["query", "select null as n", "--format", format]);
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, shown, ""));
    }
    assert_eq!(run(folder, &["query", "select null as n from relations", "--out", "n.parquet"]).0, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf_8_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let story = Story::arrived();
    let folder = story.write();
    for (name, customer) in [(&b"\xff.csv"[..], "ada"), (b"\xfe.csv", "bea"), (br"\xff.csv", "cai")] {
        let path = folder.join("source-before").join(OsStr::from_bytes(name));
        fs::write(path, format!("userid,external_userid\nann,{customer}\n")).unwrap();
    }
    let (code, _, stderr) = run(folder, &["audit", "."]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.join("reports/manifest.json")).unwrap()).unwrap();
    for shown in [r"source-before/\xff.csv", r"source-before/\xfe.csv", r"source-before/\\xff.csv"] {
        assert!(manifest["inputs"][shown].is_string(), "{shown}: {}", manifest["inputs"]);
    }
    let (_, stdout, _) = run(folder, &["explain", "ann/bea"]);
    assert!(stdout.contains(r"source-before/\xfe.csv"), "{stdout}");
    fs::write(folder.join("source-before").join(OsStr::from_bytes(b"\xfd.json")), "{").unwrap();
    let (code, _, stderr) = run(folder, &["audit", "."]);
    assert!(code == 2 && stderr.contains(r"source-before/\xfd.json"), "{stderr}");
}
