//! The screen of a precheck, derived by hand, in both languages.

use qianhe::text::width::width;

use crate::support::{Story, run};

/// Two relations of `ann` will move, one more than contracted, into an account that holds one and can hold two. `bob`
/// is not enrolled, `cat` failed. Of two codes one links only a group of `ann`; `s1` stays, for `zoe` takes no part.
pub(super) fn story() -> Story {
    Story::new("ann: wei 2025-01-01; ann: li 2025-01-01; bob: min 2025-01-01; cat: hu 2025-01-01", "")
        .file(
            "lists/accounts.csv",
            "source_userid,target_userid,assessment,assessment_reason\nann,ann2,,\ncat,cat2,fail,未实名\n",
        )
        .role("target-before", "ann2: old 2024-01-01")
        .groups("source-before", "g1: ann a 2025-01-01; s1: zoe stays 2025-01-01")
        .codes("source-before", "dies: g1; lives: g1 s1")
        .toml("[contract]\nrelations = 1\nunit_price = \"0.80\"\n[policy]\ncustomer_cap = 2")
}

fn screen(story: &Story, lang: &str) -> String {
    let (code, stdout, stderr) = run(story.write(), &["precheck", ".", "--lang", lang]);
    assert_eq!((code, stderr.as_str()), (0, ""), "what is to be reviewed fails under a stricter policy only");
    stdout
}

/// The width of the widest line.
fn columns(text: &str) -> usize {
    text.lines().map(width).max().unwrap_or(0)
}

#[test]
fn the_screen_is_as_derived_by_hand() {
    let text = screen(&story(), "en");
    let (output, to_do) = text.split_once("\n\nnext steps\n").unwrap_or_else(|| panic!("{text}"));
    let expected = "\
story: 2 of 4 relations will move
  # In scope                   2  50.0 %  . Account not enrolled       1  25.0 %
  . Assessment failed          1  25.0 %
contracted 1, participating 2 (+1, tolerance 0): Above tolerance
expected cost 1.60 CNY: contract 0.80, surcharge 0.80 for 1
accounts that take no part, with their relations: 2 of 3
  bob      1  Not in the accounts list (B5)
  cat      1  Failed the pre-assessment (B5): 未实名
join codes that will become invalid: 1 of 2
  To keep it: before the start, tie a group that stays
    dies
  groups to link: s1
target accounts that will exceed the cap of 2: 1
  ann2  1 present, 2 to arrive";
    assert_eq!(output, expected);
    let of = |start: &str| to_do.lines().filter(|line| line.starts_with(start)).collect::<Vec<_>>();
    let codes: Vec<&str> = of("  ? ").iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(codes, ["  ? A2-codes-will-die", "  ? B5-target-over-cap", "  ? B11-above-tolerance"]);
    assert_eq!(of("    -> ").len(), 3, "each with a step below it");
    assert!(text.lines().count() <= 28, "short:\n{text}");
    assert!(to_do.ends_with(" control totals balance; reports in ./precheck; open precheck.html\n"), "{to_do}");
}

#[test]
fn the_chinese_screen_is_the_same() {
    let text = screen(&story(), "zh");
    for part in [
        "story：将迁移 2 条客户关系，共 4 条\n",
        "\n合同 1，参与 2（+1，允许变动 0）：超出允许变动\n",
        "\n预计应付 1.60 CNY：合同 0.80，附加费 0.80（1 条）\n",
        "\n不参与迁移的账号及其客户关系数：3 个中有 2 个\n",
        "\n  bob      1  不在账号清单中（B5）\n  cat      1  预评估未通过（B5）：未实名\n",
        "\n将失效的活码：2 个中有 1 个\n  如需保留：迁移开始前关联一个留下的群\n    dies\n  可关联的群：s1\n",
        "\n将超过上限 2 的迁入账号：1 个\n  ann2  已有 1，将迁入 2\n",
        "\n优先处理\n  ? A2-codes-will-die：1 个加入群聊活码所关联的群将全部迁走，活码会失效。\n    -> 按活码表的建议（precheck-join_codes）",
        "项勾稽全部相符；报表在 ./precheck，请打开 precheck.html\n",
    ] {
        assert!(text.contains(part), "{text}\nlacks {part}");
    }
    // A Chinese character takes two columns: the counts end below each other all the same.
    let ends: Vec<usize> = text.lines().filter_map(|line| line.find(" %").map(|end| width(&line[..end]))).collect();
    assert_eq!(ends, [38, 38]);
    assert!(columns(&text) <= 80, "{text}");
}

/// Names from files cannot colour the screen, long ones are not cut, and of long lists the first lines are shown.
#[test]
fn long_and_hostile_names_leave_it_in_order() {
    let long = "w".repeat(64);
    let members: String = (0..9).map(|n| format!("m{n}: c{n} 2025-01-01\n")).collect();
    let groups: String = (0..6).map(|n| format!("g{n}: ann a{n} 2025-01-01\n")).collect();
    let codes: String = (0..6).map(|n| format!("code{n},g{n},\u{1b}[31m{}\n", "备注".repeat(30))).collect();
    let story =
        Story::new(&format!("ann: wei 2025-01-01\n{long}: li 2025-01-01\n{long}: xu 2025-01-01\n{members}"), "")
            .accounts("ann ann2")
            .groups("source-before", &format!("{groups}s1: zoe stays 2025-01-01"))
            .file("source-before/join_codes.csv", &format!("config_id,chat_ids,remark\n{codes}"));
    for (lang, more) in [("en", "and 7 more, in the reports"), ("zh", "另有 7 项，见报表")] {
        let text = screen(&story, lang);
        // The long account has two relations and stands first; of ten without part three are shown.
        let lines: Vec<&str> = text.lines().collect();
        let place = lines.iter().position(|line| line.contains(&long)).unwrap();
        assert!(lines[place].starts_with(&format!("  {long}")) && lines[place + 2].starts_with("  m0 "), "{text}");
        assert!(text.contains(&format!("  {more}\n")), "{text}");
        assert!(columns(&text) <= 80 && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("    code0  \\u{1b}[31m备注") && !text.contains("code3"), "{text}");
    }
}

#[test]
fn the_sample_fits_thirty_six_lines() {
    let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("precheck");
    for lang in ["en", "zh"] {
        let args = ["precheck", sample.to_str().unwrap(), "--out", out.to_str().unwrap(), "--lang", lang];
        let (_, text, stderr) = run(folder.path(), &args);
        assert!(stderr.is_empty() && text.lines().count() <= 36, "{}:\n{text}", text.lines().count());
        let output: Vec<&str> = text.lines().filter(|line| !line.contains(out.to_str().unwrap())).collect();
        assert!(columns(&output.join("\n")) <= 80, "{text}");
    }
}
