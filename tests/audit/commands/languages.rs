//! Errors in both languages, with file and record.

use std::path::Path;

use qianhe::text::Lang;

use crate::readers::bad_input::MISTAKES;
use crate::support::{Story, run, sample};

/// Runs a command that has to fail, and returns its stderr in one language.
fn refused(folder: &Path, args: &[&str], lang: &str) -> String {
    let (code, stdout, stderr) = run(folder, &[args, &["--lang", lang]].concat());
    assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
    stderr
}

/// Checks that a command fails, and that its message has all parts, in both languages.
fn check(folder: &Path, args: &[&str], zh: &[&str], en: &[&str]) {
    for (lang, parts) in [("zh", zh), ("en", en)] {
        let output = refused(folder, args, lang);
        for part in parts {
            assert!(output.contains(part), "{args:?} in {lang} lacks {part:?}:\n{output}");
        }
    }
}

#[test]
fn a_bad_key_is_reported_with_its_line() {
    let story = Story::arrived().toml("[policy]\nfail_onn = \"defect\"");
    check(
        story.write(),
        &["audit", "."],
        &[
            "错误：./case.toml：policy.fail_onn（第 8 行）：未知的键 `fail_onn`\n",
            "\n  建议：是否想写 `fail_on`？[policy] 中可用的键：fail_on、customer_cap、",
        ],
        &[
            "error: ./case.toml: policy.fail_onn (line 8): unknown key `fail_onn`\n",
            "\n  help: did you mean `fail_on`? keys of [policy]: fail_on, customer_cap, ",
        ],
    );
    check(
        Story::arrived().write(),
        &["audit", ".", "--set", "policy.customer_cap=\"many\""],
        &["--set policy.customer_cap：是文本，应为整数\n  建议：写不小于 1 的整数"],
        &["--set policy.customer_cap: is text, but has to be a whole number\n  help: write a whole number of at \
                least 1"],
    );
    check(
        Story::arrived().write(),
        &["audit", ".", "--set", "nonsense"],
        &["错误：`--set nonsense` 不是 key=value 的形式"],
        &["error: `--set nonsense` is not of the form key=value"],
    );
}

#[test]
fn a_row_of_a_list_that_cannot_be_read_is_reported_with_the_reason() {
    let story =
        Story::arrived().file("lists/customers.csv", "source_external_userid,target_external_userid\n1.5E+17,x\n");
    check(
        story.write(),
        &["audit", "."],
        &["数字已被舍入（15 位及以上，或指数形式）：把该列设为文本格式后重新导出"],
        &["a number with rounded digits (15 digits or more, or an exponent): format the column as text and export \
                again"],
    );
}

#[test]
fn a_missing_file_is_reported() {
    let story = Story::arrived().without("target-after");
    check(
        story.write(),
        &["audit", "nowhere"],
        &["错误：nowhere：案例文件：没有这个文件\n  建议：指定案例的文件夹"],
        &["error: nowhere: case file: there is no such file\n  help: name the folder of a case"],
    );
    check(
        story.write(),
        &["audit", "."],
        &["target-after：文件夹：缺少导出 target-after\n  建议：把导出放到那里"],
        &["target-after: folder: the export target-after is missing\n  help: put the exports there"],
    );
}

#[test]
fn an_unreadable_record_is_reported_with_file_and_number() {
    // 41 bytes, the last bracket missing.
    let cut_off = r#"{"errcode":0,"userlist":[{"userid":"ann"}"#;
    check(
        Story::arrived().file("source-before/a.json", &format!("{{\"errcode\":0,\"userlist\":[]}}\n{cut_off}")).write(),
        &["audit", "."],
        &[
            "source-before/a.json：第 2 个文档，字节 69：JSON 在一个文档中间就结束了\n  建议：导出被截断：请重新获取或复制\n",
        ],
        &["source-before/a.json: document 2, byte 69: the JSON ends in the middle of a document\n  help: the export \
                was cut off: fetch or copy it again\n"],
    );
    check(
        Story::arrived().file("source-before/a.csv", "userid,name\nann,\"Ann\nbob,Bob\n").write(),
        &["audit", "."],
        &["source-before/a.csv：第 2 行：这一行的引号没有闭合\n  建议：补上引号"],
        &["source-before/a.csv: row 2: a quote is opened in this row and never closed\n  help: close the quote"],
    );
    check(
        Story::arrived().file("lists/prices.csv", "phone,price\n1,2\n").write(),
        &["audit", "."],
        &[
            "lists/prices.csv：找到的表头：phone、price：不是已知的表\n  可识别的表及其表头：账号清单（source_userid 迁出账号、target_userid 迁入账号）、客户 ID \
                对照表（",
        ],
        &["lists/prices.csv: headers found: phone, price: not a known table\n  \
                looked for tables with the headers of accounts list (source_userid 迁出账号, target_userid 迁入账号), \
                    customer map ("],
    );
    check(
        Story::arrived().accounts("a x\n a y").write(),
        &["audit", "."],
        &[
            "lists：账号清单：不是一对一：\n    B7-one-to-many：迁出账号 a 对应了 x、y（lists/accounts.csv 第 2 行、lists/accounts.csv 第 3 \
                行）\n  建议：",
        ],
        &["lists: accounts: the accounts list is not 1:1:\n    B7-one-to-many: source account a is mapped to x, y \
                (lists/accounts.csv row 2, lists/accounts.csv row 3)\n  help: "],
    );
}

#[test]
fn an_unknown_name_or_id_is_reported() {
    let (folder, _reports) = sample();
    let query = |sql| ["query", "--reports", "reports", sql];
    check(
        folder.path(),
        &query("select * from relation"),
        &["错误：没有表 `relation`\n  建议：是否想写 `relations`？可用的表：accounts、billing、"],
        &["error: there is no table `relation`\n  help: did you mean `relations`? the tables are accounts, billing, "],
    );
    check(
        folder.path(),
        &query("selekt 1"),
        &["错误：语句无法执行：", "\n  建议："],
        &["error: the statement cannot be run: ", "\n  help: "],
    );
    check(
        folder.path(),
        &["explain", "nobody"],
        &["错误：本次审计中没有 ID 为 `nobody` 的账号、客户、", "；除 userid 外区分大小写\n"],
        &[
            "error: no account, customer, relation, group or join code of this audit has the id `nobody`\n",
            "; all but userids are case-sensitive\n",
        ],
    );
}

#[test]
fn the_locale_is_the_default() {
    let output = |locale: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_qianhe"));
        String::from_utf8(command.env("LC_ALL", locale).args(["audit", "nowhere"]).output().unwrap().stderr).unwrap()
    };
    assert!(output("zh_CN.UTF-8").starts_with("错误：nowhere：案例文件：没有这个文件"));
    assert!(output("C").starts_with("error: nowhere: case file: there is no such file"));
}

/// Both languages give the same file, and a problem and a remedy of their own.
#[test]
fn each_mistake_is_reported_in_both_languages() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for mistake in MISTAKES {
        let message = (mistake.make)(Story::arrived()).failure().message();
        let (zh, en) = (message.tell(Lang::Zh), message.tell(Lang::En));
        let file = en.split(": ").next().unwrap();
        let rest =
            zh.strip_prefix(&format!("{file}：")).unwrap_or_else(|| panic!("{}: {file} is not in {zh}", mistake.what));
        let (problem, remedy) =
            rest.split_once("\n  建议：").unwrap_or_else(|| panic!("{}: no remedy in {zh}", mistake.what));
        assert!(problem.contains(is_han) && remedy.contains(is_han), "{}: {zh}", mistake.what);
    }
}
