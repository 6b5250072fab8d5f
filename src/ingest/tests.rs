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
use crate::case::{Corp, FailOn, Migration, Policy, SnapshotSettings};
use crate::error::Error;
use crate::ingest::raw::TakeRelations;
use crate::interrupt;
use crate::progress::Silent;
use crate::schema::tables::RELATIONS_TABLE;
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
            let cells =
                (0..width).filter(|at| batch.column(*at).is_valid(row)).map(|at| format!("{}={}", schema.field(at).name(), text(at)));
            rows.push(format!("{}: {}", text(width + 2), cells.collect::<Vec<_>>().join(" ")));
        }
    }
    rows
}

fn case(root: &Path) -> Case {
    let corp = Corp { corp_id: None, name: "corp".into() };
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
        snapshots: Role::ALL
            .iter()
            .map(|role| (*role, SnapshotSettings { path: role.word().into(), named: false, taken_at: None, trusted: false }))
            .collect(),
        contract: None,
        policy: Policy { fail_on: FailOn::Never, customer_cap: 1, min_unionid_overlap: 0.0, min_group_overlap: 0.0 },
        waivers: Vec::new(),
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

impl TakeRelations for Kept {
    fn take(&self, rows: &RecordBatch) -> Result<()> {
        self.0.lock().unwrap().push(rows.clone());
        Ok(())
    }
}

/// All that is in source-before, relations too.
fn read(case: &Case) -> Result<Option<Raw>> {
    let kept = Kept::default();
    let Some(mut raw) = read_snapshot(case, Role::SourceBefore, &kept, &Silent)? else { return Ok(None) };
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
    case.snapshots.insert(Role::SourceBefore, SnapshotSettings { path: path.into(), named: true, taken_at: None, trusted: false });
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
fn what_is_named_has_to_be_there() {
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
    let root = folder(&[("source-before/sub/a", b"{\"errcode\":0,\"userlist\":[]}"), ("elsewhere/b", b"{\"errcode\":0,\"userlist\":[]}")]);
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
    let page = b"\xef\xbb\xbf{\"errcode\":0,\"userlist\":[{\"userid\":\"ann\"},{\"userid\":7},5]}{\"errcode\":60011,\"errmsg\":\"x\"}";
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
        0 => format!("{{\"errcode\":0,\"userlist\":[{{\"userid\":{i}}}]}}\n"),
        _ => format!("{{\"errcode\":0,\"errmsg\":\"{}\",\"userlist\":[{{\"userid\":\"u{i}\"}}]}}\n", "x".repeat(400)),
    };
    let text: String = (1..=20_000).map(line).collect();
    assert!(text.len() > 3 << 21);
    let raw = one(text.as_bytes()).unwrap();
    let all: Vec<String> = rows(&raw.tables["members"]);
    let expected: Vec<String> = (1..=20_000).filter(|i| i % 7 != 0).map(|i| format!("{i}: userid=u{i}")).collect();
    assert!(all == expected);
    assert!(raw.rejects.iter().map(|reject| reject.record).eq((1..=20_000).filter(|i| i % 7 == 0)));
    assert_eq!(raw.rejects[1].place, "document 14, userlist[0].userid");
    assert_eq!(raw.answers.iter().map(|answer| answer.document).collect::<Vec<_>>(), (1..=20_000).collect::<Vec<_>>());
}

#[test]
fn broken_json_is_said_where() {
    check_error(one(b"{\"errcode\":0,\"userlist\":[]}\n{\"errcode\":"), "document 2, byte 39", "middle of a document");
    check_error(one(b"{\"errcode\":0,\"userlist\":[]} and so on"), "document 2, byte 28", "should begin with `{`");
    check_error(one(b"{\"errcode\":0,\n\"userlist\" []}"), "document 1, byte 25", "expected `:`");
    check_error(one(format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()), "document 1", "deeper than 127");
    check_error(one(b"{\"hello\":1}"), "document 1, byte 0", "externalcontact/batch/get_by_user");
    check_error(one(b"[1,2]"), "document 1", "does not begin with `{`");
    let mut spoiled = vec![b' '; 100_000];
    spoiled.splice(0..1, *b"{");
    spoiled.extend_from_slice(b"\"errmsg\":\"\xff\xfe\",\"userlist\":[]}");
    check_error(one(&spoiled), "document 1", "not valid JSON in UTF-8");
}

#[test]
fn a_file_that_is_nothing_known_is_named() {
    check_error(one(b"PK\x03\x04.."), "archive", "cut off or damaged");
    check_error(one(&gzip(b"PK\x03\x04..")), "file", "in a compressed file");
    check_error(one(b""), "file", "empty");
    check_error(one(b"\xff\xfe{\0}\0"), "file", "JSON in UTF-16");
    check_error(one(b"[\"\xbf\xcd\xbb\xa7\"]"), "file", "JSON that is not in UTF-8");
    check_error(one(b"dear all,\nplease find"), "headers found: dear all", "looked for answers of user/simplelist");
    check_error(one(&gzip(b"PAR1")), "file", "Parquet in a compressed file");
    check_error(lists("{\"errcode\":0,\"userlist\":[]}"), "file", "JSON, where a list belongs");
    check_error(lists("phone,price\n1,2\n"), "headers found: phone, price", "accounts list (source_userid 迁出账号");
}

#[test]
fn of_several_broken_files_the_first_is_told() {
    let result =
        snapshot(&[("source-before/a", b"{\"errcode\":0,\"userlist\":[]}"), ("source-before/b", b"{"), ("source-before/c", b"PK\x03\x04")]);
    assert!(result.unwrap_err().to_string().contains("source-before/b"));
}

#[test]
fn sheets_become_whole_tables() {
    let raw = one(
        "userid,external_userid,客户名称,created_at,tags\nann,wm1,\"wei, 伟\",2026/1/2 3:04,\"a/b;c\"\n\n,,,,\n007,wm2,,,\n".as_bytes()
    )
    .unwrap();
    assert_eq!(
        rows(&raw.tables["relations"]),
        [
            "1: userid=ann external_userid=wm1 customer_name=wei, 伟 created_at=2026-01-01T19:04:00Z tags=[a/b, c]",
            "2: userid=007 external_userid=wm2"
        ]
    );
    assert_eq!(raw.whole_tables, ["relations"]);
    assert_eq!((raw.files[0].kind.as_str(), raw.files[0].records_read), ("csv: relations", 2));
    let tsv = one("\u{feff}导出,2026\n账号\t姓名\tstatus\nann\tAnn \"the\" Ox\t1\n".as_bytes()).unwrap();
    assert_eq!(rows(&tsv.tables["members"]), ["1: userid=ann name=Ann \"the\" Ox status=1"]);
    assert_eq!((tsv.files[0].kind.as_str(), tsv.files[0].encoding.as_str()), ("tsv: members", "utf-8 with BOM"));
    assert_eq!(one(b"\xef\xbb\xbf\"userid\",\"name\"\nann,Ann\n").unwrap().files[0].pushed, 1);
    assert_eq!(one(b"userid,name\n").unwrap().whole_tables, ["members"]);
}

#[test]
fn rows_that_cannot_be_read_are_rejects() {
    let reject = |text: &str| {
        let raw = one(text.as_bytes()).unwrap();
        assert_eq!(raw.files[0].rejected, raw.rejects.len() as u64);
        raw.rejects.iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect::<Vec<_>>().join("; ")
    };
    assert!(reject("userid,external_userid\n,wm1\n").starts_with("row 2, userid: empty"));
    assert!(reject("userid,external_userid\nann,\n").starts_with("row 2, external_userid or customer_name: empty"));
    assert!(reject("userid,external_userid\nann,wm1,x\n").starts_with("row 2: the row has 3 cells"));
    assert!(reject("userid,external_userid,created_at\nann,wm1,soon\n").starts_with("row 2, created_at: a time that is none"));
    assert!(reject("chat_id,userid,kind\nwr1,ann,guest\n").starts_with("row 2, kind: not a word"));
    assert!(reject("userid,status\nann,one\n").starts_with("row 2, status: not a whole number"));
    assert_eq!(reject("userid,name\nann,\"two\nlines\"\n"), "");
}

#[test]
fn broken_sheets_are_said_where() {
    check_error(one(b"userid,name\nann,\"Ann\nbob,Bob\n"), "row 2", "never closed");
    check_error(one(b"userid,name,chat_id\na,b,c\n"), "headers found: userid, name, chat_id", "members, groups");
    check_error(one(b"userid,name,USERID\na,b,c\n"), "headers found", "two headers are the column `userid`");
    check_error(one(format!("userid,name\nann,\"{}", "a\n".repeat(12 << 20)).as_bytes()), "row 2", "longer than 8388608 bytes");
    check_error(one("a,".repeat(10_000_000).as_bytes()), "row 1", "does not end within 1048576 bytes");
    check_error(one(format!("{}\n", "a,".repeat(100_000)).as_bytes()), "row 1", "a row of 100001 columns");
    check_error(one(b"\"userid,name\nann,Ann\n"), "headers found", "no known table");
}

/// The same members, in every encoding that a sheet can have.
#[test]
fn sheets_are_read_in_every_encoding() {
    let text = "账号,姓名\nann,林子豪\nbob,周雅婷\n";
    let utf16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let (le, be) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    let gb18030 = encoding_rs::GB18030.encode(text).0.into_owned();
    for (bytes, encoding) in [
        (text.as_bytes(), "utf-8"),
        (&["\u{feff}", text].concat().into_bytes(), "utf-8 with BOM"),
        (&gb18030, "gb18030"),
        (&gzip(&gb18030), "gb18030 in gzip"),
        (&le, "utf-16le"),
        (&be, "utf-16be"),
        (&[&b"\xff\xfe"[..], &le].concat(), "utf-16le with BOM"),
        (&[&b"\xfe\xff"[..], &be].concat(), "utf-16be with BOM"),
    ] {
        let raw = one(bytes).unwrap();
        assert_eq!(rows(&raw.tables["members"]), ["1: userid=ann name=林子豪", "2: userid=bob name=周雅婷"], "{encoding}");
        assert_eq!(raw.files[0].encoding, encoding);
    }
}

#[test]
fn bytes_that_are_no_text_are_rejects_with_their_place() {
    let told = |bytes: &[u8]| {
        let raw = one(bytes).unwrap();
        let rejects: Vec<String> =
            raw.rejects.iter().map(|reject| format!("{} {}: {}", reject.record, reject.place, reject.reason)).collect();
        (raw.files[0].encoding.clone(), raw.files[0].pushed, rejects)
    };
    // Far behind what is looked at first.
    let mut late = b"userid,name\n".to_vec();
    late.extend(b"ann,Ann\n".repeat(20_000));
    late.extend(b"bob,\xff\xfe\nbob,Bob\n");
    let reason = "bytes that are no text in the encoding of the file, at byte 160016: export it again";
    assert_eq!(told(&late), ("utf-8".to_owned(), 20_001, vec![format!("20001 row 20002: {reason}")]));
    // 林 in GB18030, many times, and half a character before a line end.
    let mut bytes = b"userid,name\nann,".to_vec();
    bytes.extend(b"\xc1\xd6".repeat(100));
    bytes.extend(b"\nbob,\xc1\ncat,\xc1\xd6\n");
    let reason = "bytes that are no text in the encoding of the file, at byte 221: export it again";
    assert_eq!(told(&bytes), ("gb18030".to_owned(), 2, vec![format!("2 row 3: {reason}")]));
    let (_, pushed, rejects) = told(b"userid,name\nann,A\0n\nbob,Bob and many more bytes, so that one NUL is few of them\n");
    assert_eq!((pushed, rejects.len()), (0, 2), "{rejects:?}");
    assert!(rejects[0].starts_with("1 row 2: a NUL byte"), "{rejects:?}");
}

#[test]
fn a_quote_too_many_swallows_no_row_in_silence() {
    let raw = one(b"userid,name\nann,\"Ann\nbob,Bob\ncat,\"Cat\"\ndan,Dan\n").unwrap();
    assert_eq!(rows(&raw.tables["members"]), ["2: userid=dan name=Dan"]);
    assert_eq!(raw.rejects[0].place, "row 2");
    assert!(raw.rejects[0].reason.contains("ends on line 4"), "{}", raw.rejects[0].reason);
}

#[test]
fn lists_are_recognised_by_their_headers() {
    let raw = lists("迁出账号,迁入账号,预评估结果,不通过原因\nann,ann2,,\nbob,bob2,不通过,left\ncat,cat2,perhaps,\n").unwrap();
    let accounts = rows(&raw.tables["accounts list"]);
    assert_eq!(accounts[0], "1: source_userid=ann target_userid=ann2");
    assert_eq!(accounts[1], "2: source_userid=bob target_userid=bob2 assessment=fail assessment_reason=left");
    assert_eq!((raw.rejects.len(), raw.rejects[0].place.as_str()), (1, "row 4, assessment"));
    assert!(raw.whole_tables.is_empty());
    let raw = lists("客户名称,添加人账号\nwei,ann\n,ann\n").unwrap();
    assert_eq!(rows(&raw.tables["refusals"]), ["1: customer_name=wei userid=ann"]);
    assert_eq!(raw.rejects[0].place, "row 3, external_userid or unionid or customer_name");
    assert_eq!(rows(&lists("external_userid\nwm1\n").unwrap().tables["refusals"]), ["1: external_userid=wm1"]);
    assert_eq!(lists("迁出客户ID,迁入客户ID\na,b\n").unwrap().files[0].kind, "csv: customer map");
    assert_eq!(lists("source_chat_id;target_chat_id\na;b\n").unwrap().files[0].kind, "csv with ;: group map");
}

#[test]
fn an_interrupt_is_asked_for_in_every_file() {
    // Only that the loops ask is tested here: to request one would stop the tests beside this one.
    assert!(interrupt::check().is_ok());
}
