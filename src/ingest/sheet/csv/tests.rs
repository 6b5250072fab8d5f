//! Sheets as text: dialects, encodings, rows that can be read and rows that cannot.

mod lists;
mod quotes;

use crate::ingest::doubts::DoubtfulCustomers;
use crate::ingest::raw::Raw;
use crate::ingest::tests::{check_error, gzip, lists, one, one_mapped, rows};
use crate::schema::vocabulary::{Dataset, Grain};
use crate::text::Lang;

fn read(text: impl AsRef<[u8]>) -> Raw {
    one(text.as_ref()).unwrap()
}

fn relations_of(raw: &Raw) -> Vec<String> {
    rows(&raw.tables["relations"])
}

fn relations(text: &str) -> Vec<String> {
    relations_of(&read(text))
}

/// What could not be read: `!` in front of a whole record.
fn unreadable(raw: &Raw) -> Vec<String> {
    let shown = |grain| if grain == Grain::Record { "!" } else { "" };
    raw.rejects.iter().map(|reject| format!("{}{}: {}", shown(reject.grain), reject.place, reject.reason)).collect()
}

/// Reads a sheet of which the reject begins so, and no other is there.
fn rejects_of(text: impl AsRef<[u8]>, expected: &[&str]) -> Raw {
    let raw = read(text);
    let shown = unreadable(&raw);
    let begins = |(shown, expected): (&String, &&str)| shown.starts_with(expected);
    assert!(shown.len() == expected.len() && shown.iter().zip(expected).all(begins), "{shown:#?}, not {expected:#?}");
    raw
}

#[test]
fn sheets_become_whole_tables() {
    let raw = read(
        "userid,external_userid,客户名称,created_at,tags\n\
         ann,wm1,\"wei, 伟\",2026/1/2 3:04,\"a/b;c\"\n\n,,,,\n007,wm2,,,\n",
    );
    assert_eq!(
        relations_of(&raw),
        [
            "1: userid=ann external_userid=wm1 customer_name=wei, 伟 created_at=2026-01-01T19:04:00Z tags=[a/b, c]",
            "2: userid=007 external_userid=wm2"
        ]
    );
    assert_eq!(raw.whole_tables, ["relations"]);
    assert_eq!((raw.files[0].kind.as_str(), raw.files[0].records_read), ("csv: relations", 2));
    let tsv = read("\u{feff}导出,2026\n账号\t姓名\tstatus\tgender\nann\tAnn \"the\" Ox\t1\t2\n");
    assert_eq!(rows(&tsv.tables["members"]), ["1: userid=ann name=Ann \"the\" Ox status=1"]);
    assert_eq!((tsv.files[0].kind.as_str(), tsv.files[0].encoding.as_str()), ("tsv: members", "utf-8 with BOM"));
    assert_eq!(tsv.files[0].unused_columns, ["gender"]);
    assert_eq!(read("\u{feff}\"userid\",\"name\"\nann,Ann\n").files[0].pushed, 1);
}

#[test]
fn a_table_without_any_row_proves_nothing() {
    for empty in [
        "userid,external_userid\n",
        "userid,external_userid\n\n , \n",
        "userid,external_userid\nuserid,external_userid\n",
        "userid,external_userid\n合计,0\n",
        "userid,external_userid\n------,---------------\n\n(0 rows affected)\n",
    ] {
        let raw = read(empty);
        assert_eq!((raw.whole_tables.len(), &raw.empty_tables[..]), (0, &[("relations", 0)][..]), "{empty:?}");
    }
    assert_eq!(read("群名,群主,创建时间\n").empty_tables, [("groups", 0)]);
    // Tables that `ingest` wrote and lists may be empty.
    assert!(read("dataset,status\n").empty_tables.is_empty());
    let refusals = lists("external_userid\n").unwrap();
    assert!(refusals.empty_tables.is_empty() && refusals.files[0].records_read == 0);
}

#[test]
fn rows_that_begin_with_their_number_are_unreadable() {
    assert_eq!(relations("no,userid,external_userid,remark\n1,ann,wm1,x,\n2,bob,wm2,y,\n").len(), 2);
    let error = one(b"userid,external_userid,remark\n1,ann,wm1,\n2,bob,wm2,\n").unwrap_err().to_string();
    assert!(error.contains("none of its 2 rows") && error.contains("number of the row"), "{error}");
    // A cell more than the header need not be a number of rows; with a header of its own it is one that is not used.
    assert_eq!(relations("userid,external_userid,remark\n7,wm1,,\n"), ["1: userid=7 external_userid=wm1"]);
    assert_eq!(relations(",userid,external_userid\n1,ann,wm1\n"), ["1: userid=ann external_userid=wm1"]);
}

#[test]
fn answers_with_text_around_them_are_no_sheet() {
    for text in [
        "HTTP/1.1 200 OK\r\n\r\n{\"errcode\":0,\"external_contact_list\":[]}",
        "2026-05-08 09:00:00 INFO {'errcode': 0}",
        r#""{\"errcode\":0}""#,
    ] {
        check_error(one(text.as_bytes()), "file", "other text around them");
    }
}

#[test]
fn rows_need_not_be_as_long_as_the_header() {
    let header = "userid,external_userid,unionid,remark\n";
    for (row, expected) in [
        ("ann,wm1", "1: userid=ann external_userid=wm1"),
        ("ann,wm1,u1,hello,,", "1: userid=ann external_userid=wm1 unionid=u1 remark=hello"),
        ("ann,wm1,u1,\"two\nlines\"", "1: userid=ann external_userid=wm1 unionid=u1 remark=two\nlines"),
        ("ann,wm1,\"u1\"\n\u{200b}", "1: userid=ann external_userid=wm1 unionid=u1"),
    ] {
        assert_eq!(relations(&format!("{header}{row}\n")), [expected], "{row}");
    }
}

#[test]
fn a_last_row_that_is_cut_off_is_unreadable() {
    let header = "userid,external_userid,unionid,remark\n";
    for rows in ["ann,wm1,ou1,x\nbob,wm2", "ann,wm1,ou1,x\nbo"] {
        let raw = read(format!("{header}{rows}"));
        assert_eq!((raw.files[0].pushed, unreadable(&raw)), (1, vec![format!("!row 3: {}", super::CUT_OFF)]), "{rows}");
        assert_eq!(raw.rejects[0].userid, None, "any account may lack rows: {rows}");
    }
    for whole in [
        "ann,wm1,ou1,x\nbob,wm2,ou2,", "ann,wm1,ou1,x\nbob,wm2\n", "ann,wm1\nbob,wm2", "bob,wm2", "ann,wm1,ou1,x\n\n",
        "ann,wm1,ou1,x\n(1 rows)",
    ] {
        rejects_of(format!("{header}{whole}"), &[]);
    }
}

#[test]
fn a_last_id_or_time_that_is_shorter_than_all_others_is_cut_off() {
    let (one_id, time) = ("wmAAAAAAAAAAAAAAAA01", "2026-05-02 10:30:00");
    for (expected, columns, last, rows) in [
        (1, "userid,external_userid", one_id, "\ncat,wmAAAAAAAAAA"),
        (1, "external_userid,userid,created_at", &format!("x,{time}"), "\nwm2,x,2026-05-02 1"),
        (0, "userid,external_userid", one_id, "\ncat,wmAAAAAAAAAA\n"),
        (0, "userid,external_userid", one_id, "\ncat,wmAAAAAAAAAAAAAAAA02"),
        (0, "userid,external_userid", one_id, "9\ncat,wmAAAAAAAAAA"),
        (0, "userid,external_userid", "wm2", "\ncat,w"),
        (0, "external_userid,userid,customer_name", &format!("x,{one_id}"), "\nwm2,x,Li"),
        (0, "external_userid,userid,created_at", &format!("x,{time}"), "\nwm2,x,"),
        (0, "external_userid,userid,created_at", &format!("x,{time}"), "\nwm2,x,2026-05-02 9:30:00"),
    ] {
        let raw = read(format!("{columns}\nann,{last}\nbob,{last}{rows}"));
        assert_eq!(raw.rejects.len(), expected, "{columns} {last} {rows}");
    }
}

#[test]
fn cells_beside_their_columns_are_unreadable() {
    let header = "userid,external_userid,unionid,customer_name,is_customer,created_at,add_way,remark\n";
    let beside = |row: &str| format!("{header}ann,wm1,ou1,Ann,1,2026-06-02,3,\n{row}\n");
    for row in [
        // A cell was deleted.
        "ann,wm2,Li,true,2026-06-02 14:30,3,x",
        "ann,wm2,Li,true,2026-06-02 14:30,,",
        "wm2,ou2,Li,true,2026-06-02,1,",
        // A cell was inserted.
        "ann,wm2,,ou2,Li,true,2026-06-02,3",
    ] {
        assert_eq!(rejects_of(beside(row), &["!row 3: cells beside their columns"]).files[0].pushed, 1, "{row}");
    }
    for row in ["ann,wm2,ou2,Li,true,soon,3,", "ann,wm2,ou2,Li,perhaps,2026-06-02,many,x", "ann,wm2,ou2,Li,1,99,3,x"] {
        assert_eq!(read(beside(row)).files[0].pushed, 2, "{row}");
    }
}

#[test]
fn a_row_equal_to_the_header_is_passed_over() {
    let raw = read(
        "\u{feff}userid,unionid\nann,u1\n\u{feff}userid,unionid\nbob,u2\n\u{feff}\"UserID\",\"unionid\"\ncat,u3\n",
    );
    assert_eq!(
        relations_of(&raw),
        ["1: userid=ann unionid=u1", "3: userid=bob unionid=u2", "5: userid=cat unionid=u3"]
    );
    assert_eq!((raw.files[0].passed_over["repeated header"], raw.rejects.len()), (2, 0));
}

#[test]
fn only_a_record_without_a_key_is_a_reject() {
    let header = "userid,external_userid,created_at\n";
    for (row, reject) in [
        (",wm1", "!row 3, userid: absent or empty"),
        ("2001.0,wm1", "!row 3, userid: a decimal number"),
        ("ann,,", "!row 3, external_userid or unionid"),
        ("ann,wm1,soon", "row 3, created_at: not a time"),
    ] {
        rejects_of(format!("{header}bob,wm2,2026-01-01\n{row}\n"), &[reject]);
    }
    rejects_of("chat_id,userid,kind\nwr1,ann,guest\n", &["row 2, kind: not one of"]);
    rejects_of("userid,status\nann,one\n", &["row 2, status: not a whole number"]);
    let raw = read(format!("{header}ann,wm1,soon\n"));
    assert_eq!(relations_of(&raw), ["1: userid=ann external_userid=wm1 unreadable=[created_at]"]);
    assert_eq!((raw.files[0].rejected, raw.files[0].unreadable_values), (0, 1));
}

#[test]
fn a_reject_is_a_doubt_about_its_account() {
    let doubts = |text: &str| read(text).doubts;
    let of_bob = doubts("userid,external_userid\nann,wm1\nbob,2.0\n");
    assert_eq!(
        (of_bob.of(Dataset::Relations, "ann"), of_bob.of(Dataset::Relations, "bob")),
        (None, Some(DoubtfulCustomers::Any))
    );
    let of_any = doubts("userid,external_userid\nann,wm1\nbob,wm2,x\n");
    assert_eq!(of_any.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::Any));
    let groups = doubts("chat_id,owner_userid\nwr1,ann\n2.0,bob\n");
    assert!(!groups.concern(Dataset::Relations) && groups.of(Dataset::Groups, "bob").is_some());
}

#[test]
fn a_table_of_which_no_row_can_be_read_stops_the_run() {
    let rows: String = (0..5).map(|n| format!("{n}.0,wm{n}\n")).collect();
    let read = || one(format!("userid,external_userid\n{rows}").as_bytes());
    check_error(read(), "relations", "none of its 5 rows can be read:\n    row 2, userid: a decimal number");
    let error = read().unwrap_err().to_string();
    assert!(error.contains("row 4, userid") && !error.contains("row 5, userid"), "{error}");
}

#[test]
fn a_column_shows_which_part_of_its_dates_is_the_day() {
    let sheet = |dates: &[&str]| {
        let rows: String = dates.iter().enumerate().map(|(n, date)| format!("ann,wm{n},{date}\n")).collect();
        format!("userid,external_userid,created_at\n{rows}")
    };
    let times = |raw: &Raw| -> Vec<String> {
        let time = |row: &String| Some(row.split_once("created_at=")?.1.split_once('T')?.0.to_owned());
        relations_of(raw).iter().map(|row| time(row).unwrap_or("none".into())).collect()
    };
    let doubtful = &["row 2, created_at: a date such as 5/2/2026"][..];
    for (dates, rejects, expected) in [
        (&["5/2/2026 10:00", "25/2/2026 10:00"][..], &[][..], &["2026-02-05", "2026-02-25"][..]),
        (&["5/2/2026 10:00", "2/25/2026 10:00", "2026-01-01 10:00"], &[], &["2026-05-02", "2026-02-25", "2026-01-01"]),
        (&["5/2/2026", "3/3/2026 10:00"], doubtful, &["none", "2026-03-03"]),
        (&["5/2/2026", "25/2/2026 10:00", "2/25/2026 10:00"], doubtful, &["none", "2026-02-25", "2026-02-25"]),
    ] {
        assert_eq!(times(&rejects_of(sheet(dates), rejects)), expected);
    }
    // However far apart.
    let mut far = vec!["5/2/2026 10:00"; 70_000];
    far.push("25/2/2026 10:00");
    assert!(times(&read(sheet(&far)))[..70_000].iter().all(|time| time == "2026-02-05"));
}

#[test]
fn a_row_above_the_header_may_be_a_record() {
    let record = "客户列表,,\nann,wei,2026-01-01\n帐号,客户名称,添加时间\nbob,min,2026-01-02\n";
    assert_eq!(rejects_of(record, &["!row 2: a row above the header"]).files[0].pushed, 1);
    for note in [
        "导出时间,2026-05-01,\n",
        "导出人,张三,2026-05-01\n",
        "成员,客户名称,\n",
        "source,export\n",
        "required,required,optional,\n",
        "staff,nickname,added\n",
    ] {
        let raw = read(format!("{note}帐号,客户名称,添加时间,备注\nbob,min,2026-01-02,\n"));
        assert_eq!(raw.files[0].records_read, 1, "{note}");
    }
}

#[test]
fn a_contact_of_a_group_is_not_a_relation() {
    let text = "follow_userid,external_userid,chat_id\nann,wm1,\n,wm2,wr1\nbob,wm3,wr1\n,wm4,\n";
    let raw = rejects_of(text, &["!row 5, userid: absent"]);
    assert_eq!(relations_of(&raw).len(), 2);
    assert_eq!(raw.files[0].passed_over["contact of a group, without a member"], 1);
}

#[test]
fn errors_of_sheets_have_their_place() {
    let twice = "`userid` and `USERID` could both be the column `userid`";
    for (text, place, problem) in [
        ("userid,name\nann,\"Ann\nbob,Bob\n", "row 2", "never closed"),
        ("userid,name,chat_id\na,b,c\n", "headers found: userid, name, chat_id", "members, groups"),
        ("userid,name,USERID\na,b,c\n", "headers found", twice),
        (&format!("userid,name\nann,\"{}", "a\n".repeat(12 << 20)), "row 2", "longer than 8388608 bytes"),
        (&"a,".repeat(10_000_000), "row 1", "does not end within 1048576 bytes"),
        (&format!("{}\n", "a,".repeat(100_000)), "row 1", "a row of 100001 columns"),
    ] {
        check_error(one(text.as_bytes()), place, problem);
    }
}

#[test]
fn own_headers_of_other_systems_are_read() {
    let csv = b"staff_id,customer_id,gmt_create\nann,wm1,2026-01-01 10:00:00\n";
    let error = one(csv).unwrap_err().to_string();
    assert!(error.contains("[snapshots.source-before.columns]\n    userid = \"staff_id\""), "{error}");
    let mapped = [("userid", "staff_id"), ("external_userid", "customer_id"), ("created_at", "gmt_create")];
    let raw = one_mapped(csv, &mapped).unwrap();
    assert_eq!(relations_of(&raw), ["1: userid=ann external_userid=wm1 created_at=2026-01-01T02:00:00Z"]);
    let wrong = one_mapped(csv, &[mapped[0], mapped[1], ("remark", "note")]);
    check_error(wrong, "snapshots.source-before.columns.remark", "no table has this column under the header `note`");
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
        let raw = read(bytes);
        let members = ["1: userid=ann name=林子豪", "2: userid=bob name=周雅婷"];
        assert_eq!(rows(&raw.tables["members"]), members, "{encoding}");
        assert_eq!(raw.files[0].encoding, encoding);
    }
}

#[test]
fn damaged_text_costs_its_value_not_its_row() {
    // Far behind what is looked at first.
    let mut late = b"userid,external_userid,customer_name\n".to_vec();
    late.extend(b"ann,wm1,Ann\n".repeat(20_000));
    late.extend(b"bob,wm2,\xff\nbob,w\xfem3,Bob\ncat\xff,wm4,Cat\n");
    let [name, id, userid] = [
        "row 20002, customer_name: damaged characters",
        "row 20003, external_userid: an id",
        "!row 20004, userid: an id",
    ];
    let shown = relations_of(&rejects_of(&late, &[name, id, userid]));
    assert_eq!(
        shown[20_000..],
        [
            "20001: userid=bob external_userid=wm2 customer_name=\u{fffd} unreadable=[customer_name]",
            "20002: userid=bob customer_name=Bob unreadable=[external_userid]",
        ]
    );
    // A column of fixed width is filled up with NULs.
    let shown = relations(
        "userid,unionid,customer_name,remark\nann\0\0,u1,Ann\0\0,x\n\
         bob,u\x002,B\0b,y and many more bytes so that NULs are few\n",
    );
    assert_eq!(shown[0], "1: userid=ann unionid=u1 customer_name=Ann remark=x");
    assert!(shown[1].contains("customer_name=B\u{fffd}b"), "{}", shown[1]);
    assert!(shown[1].ends_with("unreadable=[unionid, customer_name]"), "{}", shown[1]);
}

#[test]
fn coverage_of_an_account_names_it() {
    let text = "dataset,userid,status,detail\n\
        relations,ann,complete,externalcontact/list answered\n\
        relations,,complete,externalcontact/list answered\n\
        relations,,complete,came as a whole table\n\
        groups,,complete,\"externalcontact/groupchat/list answered, 1 page\"\n";
    assert_eq!(rows(&rejects_of(text, &["!row 3, userid"]).tables["coverage"]).len(), 3);
}
