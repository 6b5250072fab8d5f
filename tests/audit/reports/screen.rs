//! The summary of an audit takes at most 30 rows of 80 columns, in which no count is cut.

use qianhe::report::terminal::{Look, summary};
use qianhe::text::{Lang, width::width};

use crate::support::{Story, audit_into, run};

/// The sample, in which everything happens that can.
fn of_sample(look: Look) -> String {
    let folder = tempfile::tempdir().unwrap();
    let case = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let mut audit = audit_into(&case, &folder.path().join("reports"), &[]).unwrap();
    audit.summary.folder = "data/sample/reports".into();
    summary(&audit.summary, look)
}

#[test]
fn it_fits_in_both_languages() {
    for lang in [Lang::En, Lang::Zh] {
        let text = of_sample(Look { lang, colour: false });
        assert!(text.lines().count() <= 30, "{}:\n{text}", text.lines().count());
        let widest = text.lines().max_by_key(|line| width(line)).unwrap();
        assert!(width(widest) <= 80, "{}: {widest}", width(widest));
        assert!(!text.contains('\u{1b}'), "colours nobody asked for");
    }
    let zh = of_sample(Look { lang: Lang::Zh, colour: false });
    for part in
        ["存在缺陷", "已迁移", "74", "缺失", "优先处理", "另有 15 项", "应付 64.80 CNY", "报表在 data/sample/reports"]
    {
        assert!(zh.contains(part), "{zh}\nlacks {part}");
    }
}

/// data/README.md: 98 relations, of which 76 are where they belong; 4 are defects.
#[test]
fn the_bar_shows_what_the_counts_say() {
    let text = of_sample(Look { lang: Lang::En, colour: false });
    let bar = text.lines().find_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']')).unwrap();
    let count = |letter: char| bar.chars().filter(|found| *found == letter).count();
    assert_eq!(bar.len(), 76);
    // Of 76 columns: 4 defects of 98 are 3, 9 to review 6, 9 out of scope 6; what is fine takes the rest.
    assert_eq!((count('#'), count('.'), count('?'), count('!')), (61, 6, 6, 3));
    let coloured = of_sample(Look { lang: Lang::En, colour: true });
    assert!(qianhe::text::printable(&coloured).contains("\u{1b}[31mDEFECT"));
}

/// `anna` of the list is `ann` of the export: what became of her customers cannot tell that, the account can.
#[test]
fn an_account_that_may_be_misspelt_is_named() {
    let story =
        Story::new("ann: wei 2025-01-01; bob: li 2025-01-01", "bob2: li 2026-05-02").accounts("anna ann2\nbob bob2");
    let (_, stdout, _) = run(story.write(), &["audit", "."]);
    assert!(
        stdout.contains("accounts of the list of which no relation was read, perhaps misspelt: 1 (anna)\n"),
        "{stdout}"
    );
    let (_, stdout, _) = run(story.write(), &["audit", ".", "--lang", "zh"]);
    assert!(stdout.contains("账号清单中有 1 个账号没有读到任何客户关系，请核对拼写：anna\n"), "{stdout}");
}

#[test]
fn one_relation_is_one_relation() {
    let story = Story::lost();
    let (_, stdout, _) = run(story.write(), &["audit", "."]);
    assert!(stdout.contains("B8-missing: 1 relation in scope was not found in the mapped account.\n"), "{stdout}");
    let (_, stdout, _) = run(story.write(), &["audit", ".", "--lang", "zh"]);
    assert!(stdout.starts_with("story：存在缺陷"), "{stdout}");
}
