//! Workbooks of Excel and of the console, and damaged and malicious ones.

use std::io::{Cursor, Write};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook, Worksheet};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::ingest::doubts::Doubts;
use crate::ingest::raw::Raw;
use crate::ingest::tests::{check_error, lists, one, rows};
use crate::schema::vocabulary::Dataset;

/// Texts row by row, from that row on (0 is the first).
fn fill(sheet: &mut Worksheet, from: u32, rows: &[&[&str]]) {
    for (row, cells) in (from..).zip(rows) {
        for (column, cell) in (0..).zip(*cells) {
            if !cell.is_empty() {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
}

/// A workbook of one sheet.
fn workbook(make: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    make(workbook.add_worksheet());
    workbook.save_to_buffer().unwrap()
}

fn members(raw: &Raw) -> Vec<String> {
    rows(&raw.tables["members"])
}

fn rejects(raw: &Raw) -> Vec<String> {
    raw.rejects.iter().map(|reject| format!("{}: {}", reject.place, reject.reason)).collect()
}

const ROSTER: &[&[&str]] = &[&["帐号", "姓名", "部门"], &["00123", "林一凡", "销售"], &["ann", "Ann", ""]];

#[test]
fn the_header_is_anywhere_in_the_first_twenty_rows() {
    for from in [0, 3, 9, 19] {
        let bytes = workbook(|sheet| {
            if from > 1 {
                fill(sheet, 0, &[&["成员导出"], &["", "导出时间 2026-05-08"]]);
            }
            fill(sheet, from, ROSTER);
        });
        let raw = one(&bytes).unwrap();
        assert_eq!(members(&raw), ["1: userid=00123 name=林一凡", "2: userid=ann name=Ann"], "row {}", from + 1);
        let file = &raw.files[0];
        assert_eq!((file.kind.as_str(), file.encoding.as_str(), file.records_read), ("xlsx: members", "binary", 2));
        assert_eq!(raw.whole_tables, ["members"]);
    }
    let late = workbook(|sheet| fill(sheet, 20, ROSTER));
    check_error(one(&late), "headers found", "not a known table");
}

#[test]
fn a_row_above_the_header_may_be_a_record() {
    let bytes = workbook(|sheet| {
        fill(sheet, 0, &[&["成员导出"], &["ann", "Ann", "销售"]]);
        fill(sheet, 2, ROSTER);
    });
    let raw = one(&bytes).unwrap();
    assert_eq!(rejects(&raw).len(), 1);
    assert!(rejects(&raw)[0].starts_with("sheet Sheet1, row 2: a row above the header"), "{:?}", rejects(&raw));
    assert_eq!(members(&raw).len(), 2);
}

#[test]
fn blank_rows_are_ignored_and_row_numbers_are_those_of_excel() {
    let bytes = workbook(|sheet| {
        fill(sheet, 0, ROSTER);
        fill(sheet, 6, &[&["", "nobody"], &["bob", "  "]]);
        for row in 8..40 {
            sheet.write_blank(row, 0, &Format::new().set_bold()).unwrap();
            sheet.write_string(row, 1, " ").unwrap();
        }
    });
    let raw = one(&bytes).unwrap();
    assert_eq!(members(&raw).len(), 3);
    assert_eq!(rejects(&raw), ["sheet Sheet1, row 7, userid: absent or empty, but required"]);
    assert_eq!(raw.files[0].records_read, 4);
}

#[test]
fn dates_are_read_from_cells_and_from_text() {
    let date = ExcelDateTime::from_ymd(2026, 4, 30).unwrap().and_hms(22, 0, 1).unwrap();
    let format = Format::new().set_num_format("yyyy/m/d h:mm");
    let bytes = workbook(|sheet| {
        let header = ["客户名称", "添加人账号", "添加时间"];
        fill(
            sheet,
            0,
            &[&header, &["a", "ann", ""], &["b", "ann", "2026-04-30 22:00:01"], &["c", "ann", "2026/4/30 22:00"]],
        );
        sheet.write_datetime_with_format(1, 2, &date, &format).unwrap();
        fill(sheet, 4, &[&["d", "ann"], &["e", "ann"]]);
        sheet.write_number(4, 2, 46142.5).unwrap();
        sheet
            .write_datetime_with_format(
                5,
                2,
                ExcelDateTime::from_ymd(2026, 5, 1).unwrap(),
                &Format::new().set_num_format("yyyy-mm-dd"),
            )
            .unwrap();
    });
    let raw = one(&bytes).unwrap();
    let shown = rows(&raw.tables["relations"]);
    assert_eq!(
        shown,
        [
            "1: userid=ann customer_name=a created_at=2026-04-30T14:00:01Z",
            "2: userid=ann customer_name=b created_at=2026-04-30T14:00:01Z",
            "3: userid=ann customer_name=c created_at=2026-04-30T14:00:00Z",
            // 46142.5: a day of Excel, and noon.
            "4: userid=ann customer_name=d created_at=2026-04-30T04:00:00Z",
            "5: userid=ann customer_name=e created_at=2026-04-30T16:00:00Z",
        ]
    );
    assert_eq!(rejects(&raw), [""; 0]);
}

#[test]
fn a_column_shows_which_part_of_its_dates_is_the_day() {
    let sheet = |last: &str| {
        workbook(|sheet| {
            fill(sheet, 0, &[&["客户名称", "添加人账号", "添加时间"]]);
            sheet.merge_range(1, 1, 2, 1, "ann", &Format::new()).unwrap();
            fill(sheet, 1, &[&["a", "", "25/2/2026 10:00"], &["b", "", "5/2/2026 10:00"], &["c", "ann", last]]);
        })
    };
    let shown = |last: &str| rows(&one(&sheet(last)).unwrap().tables["relations"]);
    assert_eq!(
        shown("2026-01-01 10:00"),
        [
            "1: userid=ann customer_name=a created_at=2026-02-25T02:00:00Z",
            "2: userid=ann customer_name=b created_at=2026-02-05T02:00:00Z",
            "3: userid=ann customer_name=c created_at=2026-01-01T02:00:00Z",
        ]
    );
    assert_eq!(shown("2/25/2026 10:00")[1], "2: userid=ann customer_name=b unreadable=[created_at]");
}

#[test]
fn values_converted_by_excel_are_not_keys() {
    let bytes = workbook(|sheet| {
        fill(sheet, 0, &[&["帐号", "姓名", "手机"]]);
        sheet.write_number(1, 0, 1001).unwrap();
        sheet.write_number(2, 0, 123_456_789_012_345_f64).unwrap();
        sheet.write_number(3, 0, 1.234_567_890_123_45e19).unwrap();
        fill(sheet, 4, &[&["1.23457E+15"], &["1.23E+15"], &["0.7e1"]]);
        sheet.write_formula(7, 0, Formula::new("=NA()").set_result("#N/A")).unwrap();
        // Of no use here, so no reason to lose the row.
        fill(sheet, 8, &[&["ann", "Ann"]]);
        sheet.write_number(8, 2, 8_613_800_000_000_000_f64).unwrap();
        sheet.write_number(9, 0, 2001.5).unwrap();
        sheet
            .write_datetime_with_format(
                10,
                0,
                ExcelDateTime::from_ymd(2026, 3, 5).unwrap(),
                &Format::new().set_num_format("d-mmm"),
            )
            .unwrap();
        sheet.write_number_with_format(11, 0, 123, &Format::new().set_num_format("00000")).unwrap();
        sheet.write_formula(12, 0, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        // A name that is not text is null, and its member is read.
        fill(sheet, 13, &[&["bob"]]);
        sheet.write_number(13, 1, 7).unwrap();
    });
    let raw = one(&bytes).unwrap();
    let shown: Vec<String> = members(&raw).iter().map(|row| row.split_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(shown, ["userid=1001", "userid=0.7e1", "userid=ann name=Ann", "userid=00123", "userid=bob"]);
    let of = |row: u64| {
        rejects(&raw)
            .into_iter()
            .find(|reject| reject.starts_with(&format!("sheet Sheet1, row {row}, ")))
            .unwrap_or_default()
    };
    for (row, reason) in [
        (3, "15 digits"),
        (4, "a decimal number"),
        (5, "15 digits"),
        (6, "15 digits"),
        (8, "absent"),
        (10, "a decimal number"),
        (11, "a date"),
        (13, "a spreadsheet error"),
        (14, "not text"),
    ] {
        assert!(of(row).contains(reason), "{row}: {:?}", rejects(&raw));
    }
    assert_eq!((raw.files[0].rejected, raw.files[0].unreadable_values), (8, 1));
}

#[test]
fn days_may_count_from_1904() {
    let book = r#"<workbook xmlns:r="x"><workbookPr date1904="1"/>
        <sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>"#;
    let header = ["userid", "unionid", "created_at"]
        .iter()
        .zip(["A1", "B1", "C1"])
        .map(|(text, place)| inline(place, text))
        .collect::<String>();
    let row = inline("A2", "ann") + &inline("B2", "u1") + "<c r=\"C2\"><v>44680.5</v></c>";
    let markup = sheet(&format!("<row r=\"1\">{header}</row><row r=\"2\">{row}</row>"));
    let bytes = by_hand(&markup, &[("xl/workbook.xml", book.as_bytes())]);
    assert_eq!(
        rows(&one(&bytes).unwrap().tables["relations"]),
        ["1: userid=ann unionid=u1 created_at=2026-04-30T04:00:00Z"]
    );
}

#[test]
fn hidden_sheets_are_passed_over_and_named() {
    let mut book = Workbook::new();
    fill(book.add_worksheet().set_name("说明").unwrap(), 0, &[&["本表由后台导出"], &["请勿修改"]]);
    fill(book.add_worksheet().set_name("旧").unwrap().set_hidden(true), 0, &[&["手机"], &["139"]]);
    fill(book.add_worksheet().set_name("深藏").unwrap().set_very_hidden(true), 0, &[&["价格"], &["5"]]);
    book.add_worksheet().set_name("空").unwrap();
    fill(book.add_worksheet().set_name("成员").unwrap(), 0, ROSTER);
    let group = &[&["chat_id", "name", "owner_userid"][..], &["wr1", "g", "ann"]];
    fill(book.add_worksheet().set_name("群").unwrap(), 0, group);
    let raw = one(&book.save_to_buffer().unwrap()).unwrap();
    let file = &raw.files[0];
    let aside = "sheet without a known table `说明`, hidden sheet `旧`, hidden sheet `深藏`";
    assert_eq!(file.kind, format!("xlsx: members, groups (passed over: {aside})"));
    assert_eq!((file.records_read, file.pushed), (9, 3), "2 rows of 说明, 2 of 旧, 2 of 深藏");
    assert_eq!(file.passed_over["hidden sheet `旧`"], 2);
    assert_eq!(rows(&raw.tables["groups"]), ["9: chat_id=wr1 name=g owner_userid=ann"]);
    assert!(raw.doubts == Doubts::default() && file.unused_columns == ["部门"]);
    let mut book = Workbook::new();
    fill(book.add_worksheet(), 0, &[&["手机", "价格"]]);
    fill(book.add_worksheet().set_hidden(true), 0, ROSTER);
    check_error(one(&book.save_to_buffer().unwrap()), "headers found: 手机, 价格", "not a known table");
}

#[test]
fn a_skipped_sheet_with_possible_records_is_a_reject() {
    let group = &[&["chat_id", "name", "owner_userid"][..], &["wr1", "g", "ann"]];
    let with = |rows: &[&[&str]], is_hidden: bool| {
        let mut book = Workbook::new();
        fill(book.add_worksheet().set_name("成员").unwrap(), 0, ROSTER);
        fill(book.add_worksheet().set_name("x").unwrap().set_hidden(is_hidden), 0, rows);
        book.save_to_buffer().unwrap()
    };
    let raw = one(&with(group, true)).unwrap();
    assert!(
        rejects(&raw)[0].starts_with("hidden sheet `x`: a hidden sheet with the header of a table"),
        "{:?}",
        rejects(&raw)
    );
    let file = &raw.files[0];
    assert_eq!((file.records_read, file.pushed, file.rejected, file.passed_over["hidden sheet `x`"]), (5, 2, 1, 2));
    assert!(raw.doubts.concern(Dataset::Groups) && !raw.doubts.concern(Dataset::Members));
    // A header alone hides nothing.
    assert_eq!(rejects(&one(&with(&group[..1], true)).unwrap()), [""; 0]);
    // The roster goes on without its header, with an empty column.
    for (rows, is_like) in [
        (&[&["cat", "Cat", "x"][..], &["dan", "Dan"]][..], true),
        (&[&["cat", "Cat"], &["dan", "Dan"]], true),
        (&[&["note"], &["another"]], false),
        (&[&["版本", "日期"], &["1.0", "2026-05-01"]], false),
        (&[&["a", "b", "c", "d"]], false),
        // As wide as the table: what its columns mean.
        (&[&["字段", "含义", "示例"], &["账号", "成员账号", "ann"], &["姓名", "成员姓名", "Ann"]], false),
    ] {
        let raw = one(&with(rows, false)).unwrap();
        assert_eq!(
            rejects(&raw).iter().any(|reject| reject.starts_with("sheet `x`: a sheet without a header")),
            is_like,
            "{rows:?}"
        );
        assert_eq!(raw.doubts.concern(Dataset::Members), is_like);
    }
    check_error(
        one(&with(&[&["userid", "name", "chat_id"], &["a", "b", "c"]], false)),
        "headers found",
        "members, groups",
    );
}

#[test]
fn a_table_of_which_no_row_can_be_read_stops_the_run() {
    let mut book = Workbook::new();
    fill(book.add_worksheet(), 0, ROSTER);
    let names = book.add_worksheet();
    fill(names, 0, &[&["客户名称", "添加人账号"], &["", "ann"], &["", "ann"]]);
    names.write_number(1, 0, 7).unwrap();
    names.write_boolean(2, 0, true).unwrap();
    check_error(
        one(&book.save_to_buffer().unwrap()),
        "relations",
        "none of its 2 rows can be read:\n    sheet Sheet2, row 2, customer_name: not text",
    );
}

#[test]
fn merged_cells_give_their_value_to_each_row() {
    let bytes = workbook(|sheet| {
        let format = Format::new();
        sheet.merge_range(0, 0, 0, 4, "客户列表", &format).unwrap();
        sheet.merge_range(1, 0, 2, 0, "客户名称", &format).unwrap();
        sheet.merge_range(1, 1, 2, 1, "添加人账号", &format).unwrap();
        sheet.merge_range(1, 2, 1, 3, "其他", &format).unwrap();
        fill(
            sheet,
            2,
            &[
                &["", "", "添加时间", "描述"],
                &["wei", "", "2026-01-02", "x"],
                &["min"],
                &["", "", "2026-01-04"],
                &["li", "bob"],
            ],
        );
        sheet.merge_range(3, 1, 5, 1, "ann", &format).unwrap();
        sheet.merge_range(4, 0, 5, 0, "min", &format).unwrap();
        // A record that takes two rows is one.
        for column in 0..3 {
            sheet.merge_range(7, column, 8, column, ["yi", "cat", "2026-01-05"][column as usize], &format).unwrap();
        }
    });
    let raw = one(&bytes).unwrap();
    assert_eq!(
        rows(&raw.tables["relations"]),
        [
            "1: userid=ann customer_name=wei created_at=2026-01-01T16:00:00Z description=x",
            "2: userid=ann customer_name=min",
            "3: userid=ann customer_name=min created_at=2026-01-03T16:00:00Z",
            "4: userid=bob customer_name=li",
            "5: userid=cat customer_name=yi created_at=2026-01-04T16:00:00Z",
        ],
        "{:?}",
        rejects(&raw)
    );
    assert_eq!(raw.files[0].records_read, 5);
}

#[test]
fn lists_are_workbooks_too() {
    let bytes = workbook(|sheet| {
        fill(
            sheet,
            2,
            &[&["迁出账号", "迁入账号", "预评估结果"], &["00123", "00457", "通过"], &["bob", "bob", "不通过"]],
        );
    });
    let raw = lists(&bytes).unwrap();
    assert_eq!(
        rows(&raw.tables["accounts list"]),
        [
            "1: source_userid=00123 target_userid=00457 assessment=pass",
            "2: source_userid=bob target_userid=bob assessment=fail"
        ]
    );
    let mut book = Workbook::new();
    let accounts = &[&["迁出账号", "迁入账号"][..], &["ann", "ann2"]];
    fill(book.add_worksheet(), 0, accounts);
    fill(book.add_worksheet().set_name("旧").unwrap().set_hidden(true), 0, accounts);
    check_error(lists(&book.save_to_buffer().unwrap()), "list", "hidden sheet `旧`: a hidden sheet");
}

// Workbooks made by hand.

const TYPES: &str = "<Types/>";
const RELS: &str = r#"<Relationships>
    <Relationship Id="r1" Type="http://x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns:r="x"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<Relationships>
    <Relationship Id="r1" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook of one sheet with that markup, and more parts.
fn by_hand(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", RELS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    // Of two parts of a name the later one.
    let parts = parts.iter().filter(|(name, _)| !more.iter().any(|(other, _)| other == name));
    for (name, content) in parts.chain(more) {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(rows: &str) -> String {
    format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")
}

fn inline(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_minimal_workbook_is_read() {
    let rows_of = |cells: &str| {
        sheet(&format!(
            "<row r=\"1\">{}</row><row r=\"2\">{cells}</row>",
            inline("A1", "userid") + &inline("B1", "name")
        ))
    };
    let good = by_hand(&rows_of(&(inline("A2", "ann") + &inline("B2", "A &amp; B"))), &[]);
    assert_eq!(members(&one(&good).unwrap()), ["1: userid=ann name=A & B"]);
    let twice = by_hand(&rows_of(&(inline("B2", "ann") + &inline("A2", "Ann"))), &[]);
    check_error(one(&twice), "sheet s, row 2", "out of order");
}

#[test]
fn a_workbook_with_false_positions_is_refused() {
    let refused = |markup: &str, place: &str, problem: &str| check_error(one(&by_hand(markup, &[])), place, problem);
    let cell = |place: &str| sheet(&format!("<row r=\"1\">{}</row>", inline(place, "userid")));
    for place in ["XFE1", "AAAAAAAAAAAA1", "A4294967297", "A0", "1A"] {
        refused(&cell(place), "xl/worksheets/sheet1.xml", "refers to a cell or row outside any sheet");
    }
    refused(&sheet("<row r=\"4294967297\"></row>"), "xl/worksheets/sheet1.xml", "refers to a cell or row");
    refused(&sheet(&inline("A1", &"a".repeat(2 << 20))), "xl/worksheets/sheet1.xml", "longer than any cell");
    refused(&sheet(&inline("A1", "userid"))[..60], "workbook", "damaged");
    let texts = r#"<sst uniqueCount="18446744073709551615"><si><t>a</t></si></sst>"#;
    check_error(
        one(&by_hand(&cell("A1"), &[("xl/sharedStrings.xml", texts.as_bytes())])),
        "xl/sharedStrings.xml",
        "more texts",
    );
    for (part, problem) in [
        ("letter.txt", "without an XLSX workbook"),
        ("xl/workbook.bin", "(.xlsb)"),
        ("META-INF/manifest.xml", "(.ods)"),
        ("Index/Document.iwa", "Numbers"),
    ] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file(part, SimpleFileOptions::default()).unwrap();
        check_error(one(&zip.finish().unwrap().into_inner()), "archive", problem);
    }
}

#[test]
fn a_zip_bomb_is_refused() {
    // Blanks between two tags.
    let blanks = by_hand(&sheet(&" ".repeat(4 << 20)), &[]);
    assert!(blanks.len() < 1 << 16);
    check_error(one(&blanks), "xl/worksheets/sheet1.xml", "longer than any cell");
    // Empty rows, less than a hundredth of that when packed, and other markup that would be held in memory.
    let pieces = |bytes: usize| format!("<row a=\"{}\"></row>", "a".repeat(4096)).repeat(bytes / 4096);
    let rows = by_hand(&sheet(&pieces(65 << 20)), &[]);
    assert!(rows.len() < 1 << 19);
    check_error(one(&rows), "xl/worksheets/sheet1.xml", "expands to more than 200 times its size");
    let styles = by_hand(&sheet(""), &[("xl/styles.xml", pieces(33 << 20).as_bytes())]);
    check_error(one(&styles), "xl/styles.xml", "more than 33554432 bytes");
}
