//! What the admin console exports: workbooks and sheets without a single id (DOMAIN.md section 3).

use std::collections::BTreeSet;

use rust_xlsxwriter::{Workbook, Worksheet};

use crate::support::{Audit, Row, Story};

/// A workbook of one sheet: cells between `|`, rows between line ends; the indentation does not count.
pub fn xlsx(rows: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), rows);
    workbook.save_to_buffer().unwrap()
}

/// Writes such rows into a sheet.
pub fn fill(sheet: &mut Worksheet, rows: &str) {
    for (row, line) in (0..).zip(rows.trim_matches('\n').lines()) {
        for (column, cell) in (0..).zip(line.split('|')) {
            if !cell.trim().is_empty() {
                sheet.write_string(row, column, cell.trim()).unwrap();
            }
        }
    }
}

/// A workbook with a hidden sheet of two rows and a header.
fn with_hidden_sheet() -> Audit {
    let mut workbook = Workbook::new();
    fill(workbook.add_worksheet(), "userid|name\nann|Ann");
    fill(workbook.add_worksheet().set_name("old").unwrap().set_hidden(true), "userid|name\nbob|Bob\ncat|Cat");
    Story::arrived().bytes("source-before/members.xlsx", &workbook.save_to_buffer().unwrap()).audit()
}

#[test]
fn hidden_sheets_are_reported() {
    let audit = with_hidden_sheet();
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
    assert_eq!(
        outcomes.into_iter().collect::<BTreeSet<_>>(),
        told.map(|(name, outcome)| (name.to_owned(), outcome.to_owned())).into()
    );
    let account = &audit.report("accounts")[0];
    assert_eq!((account["source_relations"].as_str(), account["target_relations"].as_str()), ("4", "2"));
}

const LIST: &str = "客户名称|添加人账号|添加时间";

/// An API dump of one account: `id name createtime` per customer, `-` for no name.
fn dump(userid: &str, customers: &[(&str, &str, i64)]) -> String {
    let customer = |&(id, name, createtime): &(&str, &str, i64)| {
        let name = if name == "-" { String::new() } else { format!(r#","name":"{name}""#) };
        format!(
            r#"{{"external_contact":{{"external_userid":"{id}"{name},"unionid":"u{id}"}},
                "follow_info":{{"userid":"{userid}","createtime":{createtime}}}}}"#
        )
    };
    let list = customers.iter().map(customer).collect::<Vec<_>>().join(",");
    let response = format!(r#"{{"errcode":0,"external_contact_list":[{list}],"next_cursor":""}}"#);
    format!(
        r#"{{"endpoint":"externalcontact/batch/get_by_user","request":{{"userid_list":["{userid}"]}},
            "response":{response}}}"#
    )
}

/// 2025-01-02 10:00:00 in Shanghai.
const TEN: i64 = 1_735_783_200;

/// `name id` of each relation of source-before, `-` for what is not there.
fn source(audit: &Audit) -> Vec<String> {
    let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_else(|| "-".to_owned());
    let mut rows: Vec<String> = audit
        .report("relations")
        .iter()
        .map(|row| format!("{} {}", cell(row, "customer_name"), cell(row, "source_external_userid")))
        .collect();
    rows.sort();
    rows
}

/// An API dump and a console export of the same account in one folder.
fn both(customers: &[(&str, &str, i64)], list: &str) -> Audit {
    let story = Story::new("", "").without("source-before/relations.csv").accounts("ann ann2");
    story
        .file("source-before/dump.json", &dump("ann", customers))
        .bytes("source-before/客户.xlsx", &xlsx(&format!("{LIST}\n{list}")))
        .audit()
}

/// A nameless relation with two candidates, and one that only one export has: no pair can be made of them.
fn with_unmatched_rows() -> Audit {
    both(
        &[("w1", "-", TEN), ("w2", "高磊", TEN)],
        "小雨|ann|2025-01-02 10:00:00\n林子豪|ann|2025/1/2 10:00\n高磊|ann|2025/1/2 10:01",
    )
}

#[test]
fn a_console_export_beside_a_dump_adds_to_it_and_counts_nothing_twice() {
    // By name and time, to the second and to the minute; a nameless one by its time.
    let audit = both(
        &[("w1", "小雨", TEN), ("w2", "小雨", TEN + 3607), ("w3", "-", TEN + 7205), ("w4", "高磊", TEN)],
        "小雨|ann|2025-01-02 10:00:00\n小雨|ann|2025/1/2 11:00\n林子豪|ann|2025/1/2 12:00\n高磊|ann|2025-01-02 10:00:00",
    );
    assert_eq!(source(&audit), ["小雨 w1", "小雨 w2", "林子豪 w3", "高磊 w4"]);
    let inputs = audit.report("inputs");
    let console = inputs.iter().find(|row| row["path"].ends_with("xlsx")).unwrap();
    assert_eq!((console["records_read"].as_str(), console["duplicate"].as_str()), ("4", "4"));
    assert!(
        !audit.findings().contains_key("Q-maybe-twice") && !audit.findings().contains_key("Q-relations-without-ids")
    );
    let audit = with_unmatched_rows();
    assert_eq!(source(&audit), ["- w1", "小雨 -", "林子豪 -", "高磊 -", "高磊 w2"]);
    assert_eq!(audit.findings()["Q-maybe-twice"], 1);
    let findings = audit.report("findings");
    let finding = findings.iter().find(|row| row["code"] == "Q-maybe-twice").unwrap();
    assert!(finding["message_en"].contains("source-before/ann 1"), "{}", finding["message_en"]);
}

#[test]
fn a_dump_on_one_side_and_the_console_on_the_other() {
    let story = Story::new("", "")
        .without("source-before/relations.csv")
        .without("target-after/relations.csv")
        .accounts("ann ann2");
    let source = dump("ann", &[("w1", "小雨", TEN), ("w2", "林子豪", TEN), ("w3", "高磊", TEN)]);
    let target = xlsx(&format!("{LIST}\n小雨|ann2|2026-05-02 10:00:00\n林子豪|ann2|2025-03-01 10:00:00"));
    let audit = story.file("source-before/a.json", &source).bytes("target-after/a.xlsx", &target).audit();
    let told = [
        ("ann/w1", "in_scope migrated"),
        ("ann/w2", "in_scope already_at_target"),
        ("ann/w3", "in_scope missing/no_trace"),
    ];
    assert_eq!(audit.outcomes(), told.map(|(key, outcome)| (key.to_owned(), outcome.to_owned())).into());
    assert_eq!(audit.findings()["Q-relations-without-ids"], 2);
}

/// Rows without an id, one of them without a time and two of them equal.
fn without_ids_and_times() -> Audit {
    let source = format!("{LIST}\n小雨|ann|\n高磊|ann|2025/1/2 10:00\n高磊|ann|2025/1/2 10:00");
    console_only(&source, &format!("{LIST}\n小雨|ann2|2026/5/2 10:00")).accounts("ann ann2").audit()
}

#[test]
fn what_the_console_leaves_open_is_said() {
    let audit = without_ids_and_times();
    let findings = audit.findings();
    assert_eq!((findings["D1-created-unknown"], findings["Q-rows-alike"], findings["B8-joined-by-name"]), (1, 1, 1));
    assert_eq!(findings["Q-relations-without-ids"], 3);
}

#[test]
fn tag_groups_are_columns() {
    let list = "客户名称|添加人账号|添加时间|标签组1(来源)|标签组2（意向）
        小雨|ann|2025-01-02|地推,老客介绍|高，近期
        高磊|ann|2025-01-02|地推|";
    let after = "客户名称|添加人账号|添加时间|标签组1(来源)|标签组2(意向)
        小雨|ann2|2026-05-02|老客介绍,地推|近期,高
        高磊|ann2|2026-05-02||";
    let audit = console_only(list, after).accounts("ann ann2").audit();
    let kept: Vec<(String, String)> =
        audit.report("relations").iter().map(|row| (row["customer_name"].clone(), row["tags_kept"].clone())).collect();
    assert_eq!(kept, [("小雨".to_owned(), "true".to_owned()), ("高磊".to_owned(), "false".to_owned())]);
}

const ROSTER: &str = "\n\n\n\n\n\n\n\n\n帐号|姓名|部门\n";

#[test]
fn the_roster_tells_the_owners_of_groups() {
    let groups = |rows: &str| xlsx(&format!("群名|群人数|群主|群主所在部门|创建时间\n{rows}"));
    let roster = |rows: &str| xlsx(&format!("成员{ROSTER}{rows}"));
    let story = Story::new("ann: wei 2025-01-01; bob: li 2025-01-01", "ann2: wei 2026-05-02; bob2: li 2026-05-02");
    let audit = story
        .bytes("source-before/成员.xlsx", &roster("ann|陈静|销售\nbob|张伟|销售\nbob3|张伟|客服"))
        .bytes(
            "source-before/群.xlsx",
            &groups(
                "家长群|20|陈静|销售|2025-01-02 10:00\n活动群|5|陈静|销售|2025/1/2\n\
            活动群|6|陈静|销售|2025/1/3\n教师群|7|张伟|销售|2025/1/2",
            ),
        )
        .bytes("target-after/成员.xlsx", &roster("ann2|陈静|销售\nbob2|张伟|销售"))
        .bytes(
            "target-after/群.xlsx",
            &groups(
                "家长群|18|陈静|销售|2025-01-02 10:00\n活动群|5|陈静|销售|2025/1/2\n\
            教师群|7|张伟|销售|2025/1/2",
            ),
        )
        .audit();
    let told: Vec<String> = audit
        .report("groups")
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {}",
                row["name"],
                row.get("source_owner_userid").map_or("-", String::as_str),
                row["scope"],
                row["outcome"]
            )
        })
        .collect();
    let expected = [
        "家长群 ann in_scope migrated",
        "教师群 - not_enrolled out_of_scope",
        "活动群 ann in_scope undetermined",
        "活动群 ann in_scope undetermined",
    ];
    assert_eq!(told.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected.into());
    assert_eq!(told.len(), 4);
    assert_eq!(audit.findings()["B8-group-owner-unknown"], 1, "two members are called 张伟");
}

#[test]
fn the_refused_list_is_read_as_the_console_shows_it() {
    let list = format!("{LIST}\n小雨|ann|2025-01-02\n高磊|ann|2025-01-02\n林子豪|ann|2025-01-02");
    let refused = "拒绝名单\n\n\n客户名称|描述|添加人|添加人账号|添加时间\n小雨||陈静|ann|2025-01-02\n林子豪||||";
    let after = format!("{LIST}\n高磊|ann2|2026-05-02\n林子豪|ann2|2026-05-02");
    let audit = console_only(&list, &after).accounts("ann ann2").bytes("lists/拒绝.xlsx", &xlsx(refused)).audit();
    let told = [
        ("ann/小雨", "in_scope refused"),
        ("ann/林子豪", "in_scope refused_but_arrived"),
        ("ann/高磊", "in_scope migrated"),
    ];
    assert_eq!(audit.outcomes(), told.map(|(key, outcome)| (key.to_owned(), outcome.to_owned())).into());
}

/// Every spelling of DOMAIN.md section 3.
#[test]
fn synonyms_of_headers_are_one() {
    for (name, member) in [("客户名称", "添加人账号"), ("客户姓名", "添加人帐号"), ("客户昵称", "跟进员工账号")]
    {
        let audit = console_only(
            &format!("{name}|{member}|添加时间\n小雨|ann|2025-01-02"),
            &format!("{LIST}\n小雨|ann2|2026-05-02"),
        );
        assert_eq!(audit.accounts("ann ann2").audit().outcomes()["ann/小雨"], "in_scope migrated");
    }
    for (account, group, created) in [("帐号", "群名", "创建时间"), ("账号", "客户群名称", "创群时间")]
    {
        let story = Story::arrived()
            .bytes("source-before/成员.xlsx", &xlsx(&format!("{account}|姓名\nann|陈静")))
            .bytes("source-before/群.xlsx", &xlsx(&format!("{group}|群人数|群主|{created}\n家长群|9|陈静|2025-01-02")));
        let groups = story.audit().report("groups");
        assert_eq!(
            (groups[0]["source_owner_userid"].as_str(), groups[0]["source_created_at"].as_str()),
            ("ann", "2025-01-01T16:00:00")
        );
    }
}

/// Audits with the findings of console exports, for `rules::no_rule_lacks_an_example`.
pub fn examples() -> [Audit; 3] {
    [with_hidden_sheet(), with_unmatched_rows(), without_ids_and_times()]
}
