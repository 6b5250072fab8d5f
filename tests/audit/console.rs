//! What the admin console exports: workbooks and sheets without a single id (DOMAIN.md section 3).

use std::collections::BTreeSet;

use rust_xlsxwriter::{Workbook, Worksheet};

use crate::support::Story;

/// A workbook of one sheet: cells between `|`, rows between line ends; the indentation does not count.
pub fn xlsx(rows: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), rows);
    workbook.save_to_buffer().unwrap()
}

fn fill(sheet: &mut Worksheet, rows: &str) {
    for (row, line) in (0..).zip(rows.trim_matches('\n').lines()) {
        for (column, cell) in (0..).zip(line.split('|')) {
            if !cell.trim().is_empty() {
                sheet.write_string(row, column, cell.trim()).unwrap();
            }
        }
    }
}

#[test]
fn sheets_that_nobody_sees_are_said() {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), "userid|name\nann|Ann");
    fill(workbook.add_worksheet().set_name("old").unwrap().set_hidden(true), "userid|name\nbob|Bob\ncat|Cat");
    let audit = Story::new("ann: wei 2025-01-01", "ann2: wei 2026-05-02")
        .bytes("source-before/members.xlsx", &workbook.save_to_buffer().unwrap())
        .audit();
    assert_eq!(audit.findings()["Q-sheets-passed-over"], 3);
    let findings = audit.report("findings");
    let finding = findings.iter().find(|row| row["code"] == "Q-sheets-passed-over").unwrap();
    assert!(finding["message_en"].contains("hidden sheet `old` ×3"), "{}", finding["message_en"]);
}

/// A case of console exports alone: `source` and `target` are the customer lists.
fn console_only(source: &str, target: &str) -> Story {
    let story = Story::new("", "").without("source-before/relations.csv").without("target-after/relations.csv");
    story.bytes("source-before/客户.xlsx", &xlsx(source)).bytes("target-after/客户.xlsx", &xlsx(target))
}

#[test]
fn the_name_decides_where_it_can() {
    let source = "客户名称|添加人|添加人账号|添加时间
        林子豪|陈静|ann|2025-01-02 10:00:00
        小雨|陈静|ann|2025-01-03 10:00:00
        小雨|陈静|ann|2025-01-04 10:00:00
        周雅婷|陈静|ann|2025-01-05 10:00:00";
    let target = "导出时间 2026-05-08\n\n
        客户名称|添加人|添加人账号|添加时间
        林子豪|陈静|ann2|2026/5/2 10:00
        小雨|陈静|ann2|2026/5/2 10:00";
    let audit = console_only(source, target).accounts("ann ann2").audit();
    let outcomes: Vec<(String, String)> =
        audit.report("relations").iter().map(|row| (row["customer_name"].clone(), row["outcome"].clone())).collect();
    let told = [("周雅婷", "missing"), ("小雨", "undetermined"), ("小雨", "undetermined"), ("林子豪", "migrated")];
    assert_eq!(outcomes.into_iter().collect::<BTreeSet<_>>(), told.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())).into());
    let account = &audit.report("accounts")[0];
    assert_eq!((account["source_relations"].as_str(), account["target_relations"].as_str()), ("4", "2"));
}

/// The codes that the tests above show, for `rules::no_rule_lacks_an_example`.
pub fn shown() -> BTreeSet<&'static str> {
    ["Q-sheets-passed-over"].into()
}
