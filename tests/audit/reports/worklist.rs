//! What people enter in the worklist of `exceptions.xlsx` is in the next one, whatever they did to rows and columns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use calamine::{Reader, Xlsx, open_workbook};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::support::{Story, files, names_in, run};

/// Rows of cells as people see them; the first is the header.
pub type Grid = Vec<Vec<String>>;

const BEFORE: &str = "ann: one 2025-01-01 id=w1; ann: two 2025-01-01 id=w2; bob: three 2025-01-01 id=w3";

/// All three are missing.
fn missing() -> Story {
    Story::new(BEFORE, "zoe2: other 2026-05-02")
}

/// Runs an audit by the program, and returns what it said on stderr.
fn audited(story: &Story, args: &[&str]) -> String {
    let (code, _, stderr) = run(story.write(), &[&["audit", "."], args].concat());
    assert!(code < 2, "{stderr}");
    stderr
}

fn workbook(story: &Story) -> std::path::PathBuf {
    story.write().join("reports/exceptions.xlsx")
}

pub fn grid(path: &Path, sheet: &str) -> Grid {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// Saves the worklist as another program would: another file, only values.
pub fn save(path: &Path, sheet: &str, rows: &Grid) {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Mine").unwrap().write_string(0, 0, "a sheet of people").unwrap();
    let out = book.add_worksheet().set_name(sheet).unwrap();
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
            out.write_string(at, column, cell).unwrap();
        }
    }
    book.save(path).unwrap();
}

pub fn column(rows: &Grid, title: &str) -> usize {
    rows[0].iter().position(|cell| cell == title).unwrap_or_else(|| panic!("no {title} in {:?}", rows[0]))
}

/// Enters texts into the row of an id: by title.
pub fn enter(rows: &mut Grid, id: &str, texts: &[(&str, &str)]) {
    let ids = column(rows, "ID");
    let places: Vec<usize> = texts.iter().map(|(title, _)| column(rows, title)).collect();
    let row = rows.iter_mut().find(|row| row[ids] == id).unwrap();
    for (place, (_, text)) in places.into_iter().zip(texts) {
        (*text).clone_into(&mut row[place]);
    }
}

/// Id -> the cells under these titles, with `|` between them.
pub fn by_id(rows: &Grid, id: &str, titles: &[&str]) -> Vec<(String, String)> {
    let (ids, places) = (column(rows, id), titles.iter().map(|title| column(rows, title)).collect::<Vec<_>>());
    let cells = |row: &Vec<String>| places.iter().map(|place| row[*place].clone()).collect::<Vec<_>>().join("|");
    rows[1..].iter().map(|row| (row[ids].clone(), cells(row))).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(id, cells)| ((*id).to_owned(), (*cells).to_owned())).collect()
}

const ENTERED: [&str; 3] = ["负责人", "状态", "备注"];

fn dated() -> String {
    format!("exceptions.{}.xlsx", jiff::Zoned::now().date())
}

#[test]
fn entries_are_carried_over_and_settled_rows_stay() {
    let story = missing();
    audited(&story, &[]);
    let mut rows = grid(&workbook(&story), "待办");
    enter(&mut rows, "w1", &[("负责人", "小王"), ("状态", "处理中"), ("备注", "=已问客户")]);
    enter(&mut rows, "w3", &[("负责人", "小李"), ("状态", "已完成")]);
    save(&workbook(&story), "待办", &rows);
    let edited = fs::read(workbook(&story)).unwrap();

    // w3 arrives, w4 is new.
    let story = story
        .role("source-before", &format!("{BEFORE}; ann: four 2025-01-01 id=w4"))
        .role("target-after", "bob2: three 2026-05-02");
    let stderr = audited(&story, &[]);
    assert!(stderr.contains("1 rows of the earlier worklist is carried over; 1 rows"), "{stderr}");
    assert!(stderr.contains(&format!("exceptions.xlsx was changed since it was written: it is kept as {}", dated())));
    let expected = pairs(&[
        ("w1", "小王|处理中|'=已问客户|"),
        ("w2", "|||"),
        ("w4", "|||"),
        ("w3", "小李|已完成||已消除：本次审计不再是例外"),
    ]);
    let titles = [ENTERED.as_slice(), &["现状"]].concat();
    assert_eq!(by_id(&grid(&workbook(&story), "待办"), "ID", &titles), expected);
    assert_eq!(fs::read(story.write().join("reports").join(dated())).unwrap(), edited, "kept as people left it");
    let (code, stdout, _) = run(story.write(), &["verify", "reports"]);
    assert_eq!(code, 0, "{stdout}");

    // Nobody touched it since, and still nothing is lost; the same bytes, and no second copy.
    let once = files(&story.write().join("reports"));
    audited(&story, &[]);
    let again = files(&story.write().join("reports"));
    assert_eq!(by_id(&grid(&workbook(&story), "待办"), "ID", &titles), expected);
    assert_eq!(once.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    assert!(once["exceptions.xlsx"] == again["exceptions.xlsx"], "the same worklist and inputs give the same bytes");

    // It is missing again: a task as before, with what was entered.
    let story = story.role("target-after", "zoe2: other 2026-05-02");
    audited(&story, &[]);
    let rows = grid(&workbook(&story), "待办");
    assert_eq!(by_id(&rows, "ID", &ENTERED)[3], ("w3".to_owned(), "小李|已完成|".to_owned()));
    assert!(!rows[0].contains(&"现状".to_owned()));
}

#[test]
fn rows_and_columns_may_be_moved_added_and_deleted() {
    let story = missing();
    audited(&story, &[]);
    let mut rows = grid(&workbook(&story), "待办");
    enter(&mut rows, "w1", &[("负责人", "wang"), ("备注", "first")]);
    enter(&mut rows, "w2", &[("负责人", "li")]);
    // Other columns, in another order, two of them new; the rows upside down, below a title; w3 deleted.
    let kept = ["备注", "ID", "负责人", "迁出账号", "类别"];
    let mut edited: Grid = vec![vec!["Our worklist".to_owned()], vec![]];
    let mut head: Vec<String> = kept.map(str::to_owned).to_vec();
    head.insert(2, "单号".to_owned());
    edited.push(head);
    for row in rows[1..].iter().rev().filter(|row| row[column(&rows, "ID")] != "w3") {
        let mut cells: Vec<String> = kept.map(|title| row[column(&rows, title)].clone()).to_vec();
        cells.insert(2, if cells[1] == "w1" { "T-17".to_owned() } else { String::new() });
        edited.push(cells);
    }
    save(&workbook(&story), "June", &edited);
    audited(&story, &[]);
    assert_eq!(
        by_id(&grid(&workbook(&story), "待办"), "ID", &[ENTERED.as_slice(), &["单号"]].concat()),
        pairs(&[("w1", "wang||first|T-17"), ("w2", "li|||"), ("w3", "|||")])
    );
}

/// People write dates and numbers, too.
#[test]
fn dates_and_numbers_stay_what_they_are() {
    let story = missing();
    audited(&story, &[]);
    let rows = grid(&workbook(&story), "待办");
    let (at, width) = (1, rows[0].len() as u16);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("待办").unwrap();
    for (row, cells) in (0..).zip(&rows) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    for (column, title) in (width..).zip(["期限", "金额", "笔数"]) {
        sheet.write_string(0, column, title).unwrap();
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write_datetime_with_format(at, width, ExcelDateTime::from_ymd(2026, 6, 1).unwrap(), &day).unwrap();
    sheet.write_number(at, width + 1, 12.5).unwrap().write_number(at, width + 2, 3).unwrap();
    book.save(workbook(&story)).unwrap();
    audited(&story, &[]);
    let mut book: Xlsx<_> = open_workbook(workbook(&story)).unwrap();
    let range = book.worksheet_range("待办").unwrap();
    let row: Vec<calamine::Data> = range.rows().nth(1).unwrap()[width as usize..].to_vec();
    // 1 June 2026 is 46,174 days after 30 December 1899.
    let calamine::Data::DateTime(day) = &row[0] else { panic!("{row:?}") };
    assert_eq!(format!("{:.0}", day.as_f64()), "46174");
    assert_eq!(row[1..], [calamine::Data::Float(12.5), calamine::Data::Float(3.0)]);
}

#[test]
fn the_language_may_change_in_between() {
    let story = missing();
    audited(&story, &[]);
    let mut rows = grid(&workbook(&story), "待办");
    enter(&mut rows, "w1", &[("负责人", "小王"), ("状态", "已完成")]);
    enter(&mut rows, "w3", &[("状态", "等客户")]);
    save(&workbook(&story), "待办", &rows);
    let story = story.with_case_key("language = \"en\"").role("target-after", "bob2: three 2026-05-02");
    let stderr = audited(&story, &["--lang", "zh"]);
    assert!(stderr.contains("人工填写的 1 行带入新的工作簿；另有 1 行不再是待办"), "{stderr}");
    assert_eq!(
        by_id(&grid(&workbook(&story), "Worklist"), "Id", &["Assigned to", "Status", "Now"]),
        pairs(&[("w1", "小王|Done|"), ("w2", "||"), ("w3", "|等客户|Settled: no exception any more")])
    );
}

#[test]
fn a_row_that_is_waived_or_not_measured_is_not_called_settled() {
    let groups = "g1: ann vip 2025-01-01";
    let story = missing().groups("source-before", groups).groups("target-after", "h9: bob2 else 2020-01-01");
    audited(&story, &[]);
    let mut rows = grid(&workbook(&story), "待办");
    enter(&mut rows, "g1", &[("备注", "mine")]);
    save(&workbook(&story), "待办", &rows);
    let waiver = "[[waivers]]\ncode = \"B8-missing\"\nkeys = [\"bob/w3\"]\nreason = \"agreed\"\nby = \"lead\"\n\
        until = 2099-01-01";
    let story = story.toml(waiver).without("source-before/groups.csv");
    audited(&story, &[]);
    let now: BTreeMap<String, String> = by_id(&grid(&workbook(&story), "待办"), "ID", &["现状"]).into_iter().collect();
    assert_eq!((now["w3"].as_str(), now["g1"].as_str(), now["w1"].as_str()), ("已豁免", "本次未核对", ""));
}

/// Two customers of one name, without ids: whose entry it is cannot be told.
#[test]
fn an_entry_is_not_guessed_onto_one_of_several_rows() {
    let story = Story::new("ann: twin 2025-01-01 id=; ann: twin 2025-02-01 id=; ann: one 2025-01-01 id=w1", "");
    audited(&story, &[]);
    let mut rows = grid(&workbook(&story), "待办");
    let (name, remark) = (column(&rows, "对象"), column(&rows, "备注"));
    let twin = rows.iter_mut().find(|row| row[name] == "twin").unwrap();
    twin[remark] = "the first".to_owned();
    save(&workbook(&story), "待办", &rows);
    let stderr = audited(&story, &[]);
    assert!(stderr.contains("entered in 1 rows of the worklist is not carried over"), "{stderr}");
    let rows = grid(&workbook(&story), "待办");
    assert_eq!(
        (rows.len(), rows[1..].iter().filter(|row| row.get(remark).is_some_and(|r| !r.is_empty())).count()),
        (4, 0)
    );
    assert!(names_in(&story.write().join("reports")).contains(&dated()));
}

#[test]
fn a_workbook_that_cannot_be_read_is_kept_and_said() {
    for (content, says) in [(&b"no workbook"[..], "cannot be read"), (b"", "cannot be read")] {
        let story = missing();
        audited(&story, &[]);
        fs::write(workbook(&story), content).unwrap();
        let stderr = audited(&story, &[]);
        assert!(stderr.contains("nothing is carried over") && stderr.contains(says), "{stderr}");
        assert!(audited(&story, &["--lang", "zh"]).is_empty(), "said once");
        assert_eq!(fs::read(story.write().join("reports").join(dated())).unwrap(), content);
    }
    let story = missing();
    audited(&story, &[]);
    save(&workbook(&story), "Other", &vec![vec!["no worklist".to_owned()]]);
    assert!(audited(&story, &[]).contains("it has no header of a worklist"));
}

/// A worklist of which nobody made use leaves no trace in the next one: the same inputs give the same bytes.
#[test]
fn without_entries_the_workbook_depends_on_the_inputs_alone() {
    let story = missing();
    audited(&story, &[]);
    let story = story.role("target-after", "bob2: three 2026-05-02");
    assert_eq!(audited(&story, &[]), "");
    audited(&story, &["--out", "fresh"]);
    let (over, fresh) = (files(&story.write().join("reports")), files(&story.write().join("fresh")));
    assert!(over == fresh, "the reports depend on those before them");
}
