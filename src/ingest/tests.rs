//! Whole cases on disk -> `Raw`: files, formats, errors. Also what the other tests of this folder share.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::util::display::array_value_to_string;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::case::{CorpSettings, FailOn, Migration, OwnHeaders, Policy, SnapshotSettings};
use crate::error::Error;
use crate::ingest::answers::AnswerChain;
use crate::ingest::raw::{Endpoint, RelationSink};
use crate::progress::Silent;
use crate::schema::tables::RELATIONS_TABLE;
use crate::schema::vocabulary::Dataset;
use crate::text::Lang;

/// The rows of some batches, each as `column=value` of what is not null, and its record number in front.
pub fn rows(batches: &[RecordBatch]) -> Vec<String> {
    let mut rows = Vec::new();
    for batch in batches {
        let (schema, width) = (batch.schema(), batch.num_columns() - 3);
        for row in 0..batch.num_rows() {
            let text = |at: usize| match batch.column(at).as_primitive_opt::<TimestampMicrosecondType>() {
                Some(times) => Timestamp::from_microsecond(times.value(row)).unwrap().to_string(),
                None => array_value_to_string(batch.column(at), row).unwrap(),
            };
            let cells = (0..width)
                .filter(|at| batch.column(*at).is_valid(row))
                .map(|at| format!("{}={}", schema.field(at).name(), text(at)));
            rows.push(format!("{}: {}", text(width + 2), cells.collect::<Vec<_>>().join(" ")));
        }
    }
    rows
}

fn at_path(path: &str, named: bool) -> SnapshotSettings {
    SnapshotSettings { path: path.to_owned(), named, taken_at: None, trusted: false, headers: OwnHeaders::new() }
}

fn case(root: &Path) -> Case {
    let corp = CorpSettings { corp_id: None, name: "corp".into() };
    Case {
        as_of: jiff::civil::date(2026, 5, 12),
        language: Lang::Zh,
        root: root.to_path_buf(),
        file: root.join("case.toml"),
        id: "test".into(),
        title: "test".into(),
        timezone: TimeZone::get("Asia/Shanghai").unwrap(),
        source: corp.clone(),
        target: corp,
        migration: Migration { started_at: 0, finished_at: 1 },
        snapshots: Role::ALL.iter().map(|role| (*role, at_path(role.word(), false))).collect(),
        list_headers: OwnHeaders::new(),
        contract: None,
        policy: Policy { fail_on: FailOn::Never, customer_cap: 1, min_unionid_overlap: 0.0, min_group_overlap: 0.0 },
        waivers: Vec::new(),
        pseudonyms: None,
        file_sha256: String::new(),
        overrides: Vec::new(),
    }
}

/// A case folder with those files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

fn snapshot(files: &[(&str, &[u8])]) -> Result<Option<Raw>> {
    let root = folder(files);
    read(&case(root.path()))
}

/// Keeps the relations.
#[derive(Default)]
struct Kept(std::sync::Mutex<Vec<RecordBatch>>);

impl RelationSink for Kept {
    fn take(&self, rows: &RecordBatch) -> Result<()> {
        self.0.lock().unwrap().push(rows.clone());
        Ok(())
    }
}

/// All that is in source-before, relations too.
fn read(case: &Case) -> Result<Option<Raw>> {
    let kept = Kept::default();
    let Some(mut raw) = read_snapshot(case, Role::SourceBefore, None, &kept, &Silent)? else { return Ok(None) };
    let relations = kept.0.into_inner().unwrap();
    if !relations.is_empty() {
        raw.tables.insert(RELATIONS_TABLE.name, relations);
    }
    Ok(Some(raw))
}

/// One file in `source-before`.
pub fn one(content: &[u8]) -> Result<Raw> {
    snapshot(&[("source-before/file", content)]).map(Option::unwrap)
}

/// As [`one`], with own headers.
pub fn one_mapped(content: &[u8], headers: &[(&'static str, &str)]) -> Result<Raw> {
    let root = folder(&[("source-before/file", content)]);
    let mut case = case(root.path());
    let settings = case.snapshots.get_mut(&Role::SourceBefore).unwrap();
    settings.headers = headers.iter().map(|(column, header)| (*column, (*header).to_owned())).collect();
    read(&case).map(Option::unwrap)
}

pub fn lists(content: &(impl AsRef<[u8]> + ?Sized)) -> Result<Raw> {
    let root = folder(&[("lists/list", content.as_ref())]);
    read_lists(&case(root.path()), &Silent)
}

fn at(path: &str) -> Result<Option<Raw>> {
    let root = folder(&[
        ("dumps/day-1/a.json", b"{\"errcode\":0,\"userlist\":[{\"userid\":\"ann\"}]}"),
        ("dumps/day-2/b.json", b"{\"errcode\":0,\"userlist\":[{\"userid\":\"bob\"}]}"),
        ("dumps/day-2/_note", b"not for us"),
        ("dumps/day-2/.hidden/c", b"nor this"),
    ]);
    let mut case = case(root.path());
    case.snapshots.insert(Role::SourceBefore, at_path(path, true));
    read(&case)
}

fn paths(raw: &Raw) -> Vec<&str> {
    raw.files.iter().map(|file| file.path.as_str()).collect()
}

/// The input error's place and problem contain the words, and there is a remedy.
pub fn check_error<T>(result: Result<T>, place: &str, problem: &str) {
    match result.map(|_| ()).unwrap_err() {
        Error::Input { place: p, problem: q, remedy, .. } => {
            for (told, part) in [(p, place), (q, problem)] {
                assert!(told.tell(Lang::En).contains(part), "{told:?} lacks {part}");
            }
            assert!(!remedy.tell(Lang::En).is_empty());
        }
        other => panic!("{other}"),
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_folder_a_file_and_a_glob_name_files() {
    assert_eq!(paths(&at("dumps").unwrap().unwrap()), ["dumps/day-1/a.json", "dumps/day-2/b.json"]);
    assert_eq!(paths(&at("./dumps/day-1/").unwrap().unwrap()), ["dumps/day-1/a.json"]);
    assert_eq!(paths(&at("dumps/day-1/a.json").unwrap().unwrap()), ["dumps/day-1/a.json"]);
    assert_eq!(paths(&at("dumps/*/*.json").unwrap().unwrap()), ["dumps/day-1/a.json", "dumps/day-2/b.json"]);
    assert_eq!(paths(&at("dumps/day-*").unwrap().unwrap()), ["dumps/day-1/a.json", "dumps/day-2/b.json"]);
    assert_eq!(paths(&at("**/b.json").unwrap().unwrap()), ["dumps/day-2/b.json"]);
    let rows_of = |raw: Raw| rows(&raw.tables["members"]);
    assert_eq!(rows_of(at("dumps").unwrap().unwrap()), ["1: userid=ann", "1: userid=bob"]);
}

#[test]
fn named_paths_have_to_exist() {
    check_error(at("nowhere"), "snapshots.source-before.path", "no file or folder `nowhere`");
    check_error(at("dumps/*.csv"), "snapshots.source-before.path", "matches no file");
    check_error(at("nowhere/*.csv"), "snapshots.source-before.path", "matches no file");
    check_error(at("dumps/[a"), "snapshots.source-before.path", "not a valid glob");
    check_error(snapshot(&[("source-before/_note", b"x"), ("source-before/.x/y", b"x")]), "folder", "no usable file");
    assert!(snapshot(&[("elsewhere/x", b"")]).unwrap().is_none());
    let root = folder(&[]);
    check_error(read_lists(&case(root.path()), &Silent), "folder", "the lists are missing");
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_end() {
    let root = folder(&[
        ("source-before/sub/a", b"{\"errcode\":0,\"userlist\":[]}"),
        ("elsewhere/b", b"{\"errcode\":0,\"userlist\":[]}"),
    ]);
    std::os::unix::fs::symlink(root.path().join("source-before"), root.path().join("source-before/sub/up")).unwrap();
    std::os::unix::fs::symlink(root.path().join("elsewhere"), root.path().join("source-before/there")).unwrap();
    let raw = read(&case(root.path())).unwrap().unwrap();
    assert_eq!(paths(&raw), ["source-before/sub/a", "source-before/there/b"]);
    std::os::unix::fs::symlink(root.path().join("gone"), root.path().join("source-before/broken")).unwrap();
    assert!(matches!(read(&case(root.path())), Err(Error::Io { .. })));
}

#[test]
fn files_outside_of_the_case_are_named_absolutely() {
    let other = folder(&[("a", b"{\"errcode\":0,\"userlist\":[]}")]);
    let raw = at(other.path().to_str().unwrap()).unwrap().unwrap();
    assert!(Path::new(paths(&raw)[0]).is_absolute());
}

#[test]
fn every_file_is_tallied() {
    let page = b"\xef\xbb\xbf{\"errcode\":0,\"userlist\":[{\"userid\":\"ann\"},{\"userid\":1.5},5]}\
        {\"errcode\":60011,\"errmsg\":\"x\"}";
    let raw = one(&gzip(page)).unwrap();
    let file = &raw.files[0];
    assert_eq!((file.path.as_str(), file.encoding.as_str()), ("source-before/file", "utf-8 with BOM in gzip"));
    assert_eq!(file.kind, "json: error answers (1), user/simplelist (1)");
    assert_eq!((file.records_read, file.pushed, file.rejected), (4, 1, 2));
    assert_eq!(file.passed_over["error answers without envelope (errcode 60011)"], 1);
    assert_eq!((file.bytes, file.sha256.len()), (gzip(page).len() as u64, 64));
    assert_eq!(raw.rejects[0].place, "document 1, userlist[1].userid");
    assert_eq!((raw.rejects[1].place.as_str(), raw.rejects[1].record), ("document 1, userlist[2]", 3));
    assert!(raw.whole_tables.is_empty());
    assert_eq!(one(&zstd::encode_all(&b"[]"[..], 1).unwrap()).unwrap().files[0].encoding, "utf-8 in zstd");
}

#[test]
fn record_numbers_do_not_depend_on_batches() {
    // Far more than one batch, in one document per line, with a reject in every seventh.
    let line = |i: u32| match i % 7 {
        0 => format!("{{\"errcode\":0,\"userlist\":[{{\"userid\":{i}.5}}]}}\n"),
        _ => format!("{{\"errcode\":0,\"errmsg\":\"{}\",\"userlist\":[{{\"userid\":\"u{i}\"}}]}}\n", "x".repeat(400)),
    };
    let text: String = (1..=20_000).map(line).collect();
    assert!(text.len() > 3 << 21);
    let raw = one(text.as_bytes()).unwrap();
    let all: Vec<String> = rows(&raw.tables["members"]);
    let expected: Vec<String> = (1..=20_000).filter(|i| i % 7 != 0).map(|i| format!("{i}: userid=u{i}")).collect();
    assert!(all == expected);
    assert!(raw.rejects.iter().map(|reject| reject.record).eq((1..=20_000).filter(|i| i % 7 == 0).take(100)));
    assert_eq!(raw.rejects[1].place, "document 14, userlist[0].userid");
    let mut answers = raw.answers;
    answers.fold();
    assert_eq!(answers.chains(Endpoint::UserSimplelist).map(AnswerChain::newest).last().unwrap().2, 20_000);
}

#[test]
fn errors_of_json_have_their_place() {
    check_error(one(b"{\"errcode\":0,\"userlist\":[]}\n{\"errcode\":"), "document 2, byte 39", "middle of a document");
    check_error(one(b"{\"errcode\":0,\"userlist\":[]} and so on"), "document 2, byte 28", "expected `{`");
    check_error(one(b"{\"errcode\":0,\n\"userlist\" []}"), "document 1, byte 25", "expected `:`");
    check_error(one(format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()), "document 1", "deeper than 127");
    check_error(one(b"{\"hello\":1}"), "document 1, byte 0", "externalcontact/batch/get_by_user");
    check_error(one(b"[1,2]"), "document 1", "does not begin with `{`");
}

#[test]
fn at_most_one_document_in_ten_may_be_unreadable() {
    let lines = |whole: usize| {
        format!(
            "{}{{\"errcode\":0,\"userlist\":[{{\"us",
            "{\"errcode\":0,\"userlist\":[{\"userid\":\"ann\"}]}\n".repeat(whole)
        )
    };
    check_error(one(lines(8).as_bytes()), "document 9", "middle of a document");
    let raw = one(lines(9).as_bytes()).unwrap();
    let file = &raw.files[0];
    assert_eq!((file.records_read, file.pushed, file.rejected), (10, 9, 1));
    assert_eq!(file.kind, "json: documents that cannot be read (1), user/simplelist (9)");
    let reject = &raw.rejects[0];
    assert_eq!((reject.record, reject.dataset, reject.place.as_str()), (10, Dataset::Members, "document 10, byte 425"));
    assert_eq!(reject.reason, "the JSON ends in the middle of a document");
    assert!(raw.doubts.concern(Dataset::Members) && !raw.doubts.concern(Dataset::Relations));
    // A line in the middle, far behind the first batch.
    let mut bytes = "{\"errcode\":0,\"userlist\":[{\"userid\":\"ann\"}]}\n".repeat(100_000).into_bytes();
    bytes.splice(3_000_000..3_000_020, *b"\"");
    let raw = one(&bytes).unwrap();
    assert!(matches!((raw.files[0].pushed, raw.files[0].rejected), (99_998.., 1..=2)), "{:?}", raw.files[0]);
}

#[test]
fn invalid_utf8_is_counted_as_unreadable_values() {
    let mut spoiled = vec![b' '; 100_000];
    spoiled.splice(0..1, *b"{");
    spoiled.extend_from_slice(b"\"errcode\":0,\"userlist\":[{\"userid\":\"ann\",\"name\":\"A\xff\"}]}");
    let raw = one(&spoiled).unwrap();
    assert_eq!(rows(&raw.tables["members"]), ["1: userid=ann name=A\u{fffd}"]);
    assert_eq!((raw.files[0].rejected, raw.files[0].unreadable_values), (0, 1));
}

#[test]
fn a_file_that_is_not_recognised_is_refused() {
    check_error(one(b"PK\x03\x04.."), "archive", "cut off or damaged");
    check_error(one(&gzip(b"PK\x03\x04..")), "file", "in a compressed file");
    check_error(one(b""), "file", "empty");
    check_error(one(b"\xff\xfe{\0}\0"), "document 1", "neither an answer");
    check_error(one(b"<html><table><tr><td>userid"), "file", "a web page (HTML)");
    check_error(one(b"[\"\xbf\xcd\xbb\xa7\"]"), "document 1", "does not begin with `{`");
    check_error(one(b"dear all,\nplease find"), "headers found: dear all", "looked for answers of user/simplelist");
    check_error(one(&gzip(b"PAR1")), "file", "Parquet in a compressed file");
    check_error(lists("{\"errcode\":0,\"userlist\":[]}"), "file", "JSON instead of a list");
    check_error(lists("phone,price\n1,2\n"), "headers found: phone, price", "accounts list (source_userid 迁出账号");
}

#[test]
fn partitioned_tables_are_refused_by_name() {
    let csv = b"userid,external_userid\nann,wm1\n";
    let at = |path: &str, content: &[u8]| snapshot(&[(path, content)]).map(drop);
    check_error(
        at("source-before/dt=2026-05-01/part-0.csv", csv),
        "folder",
        "`dt=2026-05-01` is part of a partitioned table",
    );
    check_error(at("source-before/r/userid=ann/0.parquet", b"PAR1"), "folder", "`userid=ann`");
    check_error(
        snapshot(&[("source-before/r/_delta_log/0.json", b"{}"), ("source-before/r/0.csv", csv)]),
        "folder",
        "data lake",
    );
    // Neither is a column, nor is a file's own name one.
    for path in ["source-before/2026=05/a.csv", "source-before/a b=c/a.csv", "source-before/x=1.csv"] {
        at(path, csv).unwrap();
    }
    at("source-before/dt=2026-05-01/a.json", b"{\"errcode\":0,\"userlist\":[]}").unwrap();
    // Who names the folder of one partition means it.
    let root = folder(&[("wh/dt=2026-05-01/part-0.csv", csv)]);
    let mut case = case(root.path());
    case.snapshots.insert(Role::SourceBefore, at_path("wh/dt=2026-05-01", true));
    assert_eq!(read(&case).unwrap().unwrap().files[0].pushed, 1);
}

#[test]
fn of_several_broken_files_the_first_is_reported() {
    let result = snapshot(&[
        ("source-before/a", b"{\"errcode\":0,\"userlist\":[]}"),
        ("source-before/b", b"{"),
        ("source-before/c", b"PK\x03\x04"),
    ]);
    assert!(result.unwrap_err().to_string().contains("source-before/b"));
}

/// Of each kind of answer a file that is longer than what is looked at before it is read.
#[test]
fn no_fewer_rows_and_answers_are_estimated_than_there_are() {
    const ANSWERS: u64 = 5000;
    let lines = |answer: &dyn Fn(u64) -> String| (0..ANSWERS).map(|n| answer(n) + "\n").collect::<String>();
    let estimate = |text: &str| {
        let root = folder(&[("source-before/a.jsonl", text.as_bytes())]);
        RowEstimate::of_role(&case(root.path()), Role::SourceBefore)
    };
    // Numbers are longer behind the beginning, so that the beginning holds more answers than its share.
    let error = r#"{"endpoint":"externalcontact/list","request":{"userid":"u@"},"response":{"errcode":84061}}"#;
    let errors = estimate(&lines(&|n| error.replace('@', &n.to_string())));
    assert!(errors.answers >= ANSWERS && errors.customers == 0, "{errors:?}");
    let get = r#"{"errcode":0,"external_contact":{"external_userid":"wm@"},"follow_user":[{"userid":"ann"}]}"#;
    let customers = estimate(&lines(&|n| get.replace('@', &n.to_string())));
    assert!(customers.customers >= ANSWERS && customers.answers < ANSWERS / 100, "{customers:?}");
    let ids = |n: u64| (0..20).map(|id| format!("\"wm{:030}\"", 20 * n + id)).collect::<Vec<_>>().join(",");
    let list = estimate(&lines(&|n| format!("{{\"errcode\":0,\"external_userid\":[{}]}}", ids(n))));
    assert!(list.relations >= 20 * ANSWERS && list.answers >= ANSWERS, "{list:?}");
    assert_eq!(estimate("{\"errcode\":0,\"userlist\":[]}").answers, 1);
}
