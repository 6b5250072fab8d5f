//! The sample of console exports: its files, its table derived by hand, and the reports kept in the repository.
//!
//! `QIANHE_BLESS=1 cargo test --locked console_sample` writes the files anew; the reports are written by the audit.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::readers::console::fill;
use crate::reports::sample::{check, without_why};
use crate::support::{self, Audit, Row, files};

/// The tables that people read are the ones that are tested.
const README: &str = include_str!("../../../data/console/README.md");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/console")
}

/// A customer list: three rows above the header, a column for each group of tags, and a hidden sheet.
const SOURCE_CUSTOMERS: &str = "客户列表
导出时间：2026-04-30 22:00|||导出人：管理员
共 20 位客户
客户名称|描述|添加人|添加人账号|添加人所属部门|添加时间|来源|手机|企业|邮箱|地址|职务|电话|标签组1(来源)|标签组2(意向)
林晓东|三年级家长|李杰|lijie|招生部|2024-03-01 10:00:12|扫描渠道二维码||||||||地推,老客介绍|高
陈雨薇||李杰|lijie|招生部|2024-05-06 18:21:40|搜索手机号||||||||老客介绍|
小鱼||李杰|lijie|招生部|2024-06-01 09:00:00|扫描渠道二维码||||||||地推|高
小鱼||李杰|lijie|招生部|2024-07-01 09:30:00|扫描渠道二维码|||||||||
高磊||李杰|lijie|招生部|2024-08-01 11:11:11|群聊|||||||||
周洁||李杰|lijie|招生部|2024-09-15 20:00:05|名片分享||||||||老客介绍|低，再联系
郑爽||李杰|lijie|招生部|2026-05-02 09:00:00|扫描渠道二维码|||||||||
吴昊||王敏|00218|教务部|2025-01-10 08:30:00|扫描渠道二维码|||||||||
徐静||王敏|00218|教务部|2025/02/11 08:30|扫描渠道二维码|||||||||
马超||王敏|00218|教务部|2025-02-12 08:30:00|名片分享|||||||||
朱琳||王敏|00218|教务部|2025-03-01 12:00:00|群聊|||||||||
胡军||张伟|zhangwei|教务部||扫描渠道二维码|||||||||
=1+1||张伟|zhangwei|教务部|2025-04-01 10:00:00|群聊|||||||||
郭峰||张伟|zhangwei|教务部|2025-04-02 10:00:00|群聊|||||||||
秦岚||张伟|zhangwei|教务部|昨天|群聊|||||||||
罗伟||孙燕|sunyan|招生部|2025-05-01 10:00:00|群聊|||||||||
林晓东||何涛|hetao|招生部|2024-03-02 10:00:00|名片分享|||||||||
梁静||何涛|hetao|招生部|2025-05-02 10:00:00|群聊|||||||||
谢宁||张伟|zhangwei2|客服部|2025-05-03 10:00:00|群聊|||||||||";
const HIDDEN: &str = "客户名称|添加人账号\n测试客户|lijie";

const SOURCE_ROSTER: &str =
    "成员列表\n\n企业：青禾教育\n导出时间：2026-04-30 22:05\n\n说明\n1. 帐号为成员唯一标识\n2. 请勿修改表头\n
帐号|姓名|部门
lijie|李杰|招生部
00218|王敏|教务部
zhangwei|张伟|教务部
zhangwei2|张伟|客服部
sunyan|孙燕|招生部
hetao|何涛|招生部";
const TARGET_ROSTER: &str =
    "成员列表\n\n企业：青禾集团\n导出时间：2026-05-08 10:05\n\n说明\n1. 帐号为成员唯一标识\n2. 请勿修改表头\n
帐号|姓名|部门
lijie|李杰|华东区
wangmin|王敏|华东区
zhang.wei|张伟|华东区
sunyan|孙燕|华东区";

const SOURCE_GROUPS: &str = "群名|群人数|群主|群主所在部门|创建时间
家长答疑群|86|李杰|招生部|2024-09-01 09:00:00
毕业群|40|李杰|招生部|2024-06-30 18:00:00
周末活动群|25|王敏|教务部|2025-03-01 10:00:00
周末活动群|31|王敏|教务部|2025-04-01 10:00:00
教师交流群|12|张伟|教务部|2025-01-05 10:00:00
招生群|55|何涛|招生部|2025-02-01 10:00:00";
const TARGET_GROUPS: &str = "群名|群人数|群主|群主所在部门|创建时间
家长答疑群|85|李杰|华东区|2024-09-01 09:00:00
周末活动群|31|王敏|华东区|2025-04-01 10:00:00
教师交流群|12|张伟|华东区|2025-01-05 10:00:00";

const TARGET_CUSTOMERS: &str =
    "客户名称|描述|添加人|添加人账号|添加人所属部门|添加时间|来源|标签组1(来源)|标签组2(意向)
林晓东|三年级家长|李杰|lijie|华东区|2026-05-02 03:10:00|其他|地推,老客介绍|高
陈雨薇||李杰|lijie|华东区|2025-02-01 10:00:00|搜索手机号||
小鱼||李杰|lijie|华东区|2026-05-02 03:11:00|其他||
沈涛||李杰|lijie|华东区|2026-05-07 15:00:00|扫描渠道二维码||
胡军||张伟|zhang.wei|华东区|2026-05-03 02:00:00|其他||
=1+1||张伟|zhang.wei|华东区|2026-05-03 02:01:00|其他||
郭峰||张伟|zhang.wei|华东区|2026-05-03 02:02:00|其他||
朱琳||张伟|zhang.wei|华东区|2026-05-03 09:00:00|群聊||";
/// As Excel saves a CSV: GB18030, whole minutes; with the older spelling of the account's header.
const TARGET_CSV: &str = "客户名称,描述,添加人,添加人帐号,添加人所属部门,添加时间,来源\r
吴昊,,王敏,wangmin,华东区,2026/5/2 3:20,其他\r
徐静,,王敏,wangmin,华东区,2026/5/2 3:21,其他\r
马超,,王敏,wangmin,华东区,2026/5/2 3:21,其他\r
宋佳,\"老客户, 续费\",王敏,wangmin,华东区,2025/6/1 10:00,名片分享\r
";

const ACCOUNTS: &str = "参与迁移账号清单\n
迁出账号|迁入账号|预评估结果|不通过原因
lijie|lijie|通过|
00218|wangmin|通过|
zhangwei|zhang.wei|通过|
sunyan|sunyan|不通过|账号未激活";
const REFUSALS: &str = "拒绝迁移的客户\n导出时间：2026-05-08 10:20\n
客户名称|描述|添加人|添加人账号|添加时间
高磊||李杰|lijie|2024-08-01 11:11:11
马超||||
小鱼||李杰|lijie|2024-06-01 09:00:00";

/// A workbook of those sheets, the same to the byte whenever it is made; the sheets behind the first are hidden.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 5, 8).unwrap();
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    for (index, (name, rows)) in sheets.iter().enumerate() {
        fill(workbook.add_worksheet().set_name(*name).unwrap().set_hidden(index > 0), rows);
    }
    workbook.save_to_buffer().unwrap()
}

/// The files of the case, but for case.toml and README.md.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let one = |name, rows| workbook(&[(name, rows)]);
    vec![
        ("source-before/客户列表.xlsx", workbook(&[("客户列表", SOURCE_CUSTOMERS), ("旧", HIDDEN)])),
        ("source-before/成员.xlsx", one("成员", SOURCE_ROSTER)),
        ("source-before/客户群.xlsx", one("客户群", SOURCE_GROUPS)),
        ("target-after/客户列表.xlsx", one("客户列表", TARGET_CUSTOMERS)),
        ("target-after/客户列表-王敏.csv", encoding_rs::GB18030.encode(TARGET_CSV).0.into_owned()),
        ("target-after/成员.xlsx", one("成员", TARGET_ROSTER)),
        ("target-after/客户群.xlsx", one("客户群", TARGET_GROUPS)),
        ("lists/账号清单.xlsx", one("账号", ACCOUNTS)),
        ("lists/拒绝名单.xlsx", one("拒绝", REFUSALS)),
    ]
}

fn audited(out: &Path) -> Audit {
    support::audit_into(&folder(), out, &[]).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_kept_files_are_those_that_are_told_here() {
    for (path, bytes) in made() {
        let path = folder().join(path);
        if std::env::var_os("QIANHE_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        assert!(fs::read(&path).unwrap() == bytes, "{} differs", path.display());
    }
}

#[test]
fn every_relation_comes_out_as_derived_by_hand() {
    let out = tempfile::tempdir().unwrap();
    let audit = audited(&out.path().join("reports"));
    let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_else(|| "-".to_owned());
    let outcome = |row: &Row| {
        let reason = row.get("reason").map(|reason| format!("/{reason}")).unwrap_or_default();
        format!("{} {}{reason} {}", row["scope"], row["outcome"], cell(row, "match_method"))
    };
    let source = |row: &Row| (row["source_userid"].clone(), row["customer_name"].clone(), outcome(row));
    check(README, "What happens to each relation", 3, audit.report("relations").iter().map(source).collect());
    let target = |row: &Row| (row["target_userid"].clone(), row["customer_name"].clone(), row["origin"].clone());
    check(README, "Where each relation", 1, audit.report("target_relations").iter().map(target).collect());
    let told: BTreeSet<Vec<String>> =
        crate::reports::sample::table(README, "What happens to the groups").into_iter().map(without_why).collect();
    let group = |row: &Row| {
        let reason = row.get("reason").map(|reason| format!("/{reason}")).unwrap_or_default();
        let outcome = format!("{}{reason}", row["outcome"]);
        vec![
            row["name"].clone(),
            cell(row, "source_owner_userid"),
            row["scope"].clone(),
            outcome,
            cell(row, "match_method"),
        ]
    };
    assert_eq!(audit.report("groups").iter().map(group).collect::<BTreeSet<_>>(), told);
    let findings: BTreeSet<Vec<String>> =
        audit.report("findings").iter().map(|row| vec![row["code"].clone(), row["count"].clone()]).collect();
    let told: BTreeSet<Vec<String>> =
        crate::reports::sample::table(README, "What is found").into_iter().map(without_why).collect();
    assert_eq!(findings, told);
}

#[test]
fn the_kept_reports_are_what_the_program_writes() {
    let out = tempfile::tempdir().unwrap();
    let reports = out.path().join("reports");
    audited(&reports);
    let differing = support::differing(&files(&folder().join("reports")), &files(&reports));
    assert!(differing.is_empty(), "{differing:?} differ; if they should: cargo run --locked -- audit data/console");
}
