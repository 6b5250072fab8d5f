//! README.md and the pages of data/reference: what stands between their markers equals what the code says, and every
//! relative link leads to a file.
//!
//! `QIANHE_BLESS=1 cargo test --locked docs` writes what stands between the markers anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use clap::CommandFactory;
use qianhe::cli::Cli;
use qianhe::ingest::raw::Endpoint;
use qianhe::report::terminal;
use qianhe::rules::{CLAUSES, FindingRule, catalogue, in_number, rule_book};
use qianhe::schema::lists::LIST_TABLES;
use qianhe::schema::tables::{COMPARE_REPORT, PRECHECK_REPORTS, REPORTS};
use qianhe::schema::vocabulary::{
    Advice, Assessment, BillingVerdict, Change, Coverage, GroupMatchMethod, GroupReason, MatchMethod, NoPart, Observed,
    Origin, Predicted, Reason, Severity, Verdict,
};
use qianhe::schema::{Kind, Table};
use qianhe::text::{Lang, help};

use crate::repository::source::root;
use crate::support;

/// The name of a generated part, and what makes it.
type GeneratedPart = (&'static str, fn() -> String);

/// The generated parts of the pages: the name in the marker, and the function that writes it.
const PARTS: &[GeneratedPart] = &[
    ("screen", screen),
    ("reports", reports),
    ("commands", commands),
    ("exit codes", exit_codes),
    ("endpoints", endpoints),
    ("lists", lists),
    ("case.toml", template),
    ("rules: scope", || rules("scope")),
    ("rules: outcome", || rules("outcome")),
    ("rules: origin", || rules("origin")),
    ("rules: group-scope", || rules("group-scope")),
    ("rules: group-outcome", || rules("group-outcome")),
    ("rules: join-code", || rules("join-code")),
    ("findings: defect", || findings(Severity::Defect)),
    ("findings: review", || findings(Severity::Review)),
    ("findings: info", || findings(Severity::Info)),
    ("clauses", clauses),
    ("words", words),
    ("columns: audit", || dictionary(REPORTS)),
    ("columns: precheck", || dictionary(PRECHECK_REPORTS)),
    ("columns: compare", || dictionary(&[&COMPARE_REPORT])),
    ("help", help_texts),
    ("规则", rules_in_chinese),
    ("发现", findings_in_chinese),
    ("命令", commands_in_chinese),
];

const BEGIN: &str = "<!-- generated: ";
const END: &str = "<!-- end -->";

/// README.md may not become longer than this.
const README_LINES: usize = 250;

/// The summary of the sample, as the terminal shows it.
fn screen() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut audit = support::audit_into(&root().join("data/sample"), &folder.path().join("reports"), &[]).unwrap();
    audit.summary.folder = PathBuf::from("data/sample/reports");
    let text = terminal::summary(&audit.summary, terminal::Look { lang: Lang::En, colour: false });
    format!("```text\n{}\n```\n", text.trim_end())
}

/// The Parquet reports of an audit, a line per report.
fn reports() -> String {
    let mut text = heading(&["report", "holds"]);
    for report in REPORTS {
        row(&mut text, &[format!("`{}.parquet`", report.name), report.grain.to_owned()]);
    }
    text
}

/// The commands with their positional arguments.
fn commands() -> String {
    let mut text = heading(&["command", "does"]);
    for command in Cli::command().get_subcommands() {
        let placeholder = |arg: &clap::Arg| {
            let name = arg.get_id().as_str().to_uppercase();
            if arg.is_required_set() { name } else { format!("[{name}]") }
        };
        let names = command.get_positionals().map(placeholder);
        let usage = std::iter::once(command.get_name().to_owned()).chain(names).collect::<Vec<_>>().join(" ");
        let about = command.get_about().unwrap().to_string();
        row(&mut text, &[format!("`qianhe {usage}`"), about]);
    }
    text
}

/// The help of every command, as `--help` prints it.
fn help_texts() -> String {
    let mut qianhe = Cli::command().term_width(100);
    qianhe.build();
    let names: Vec<String> = qianhe.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let mut text = String::new();
    for name in names.iter().filter(|name| *name != "help") {
        let help = qianhe.find_subcommand_mut(name).unwrap().render_long_help().to_string();
        let help = help.split("\nExit codes:").next().unwrap_or_default();
        let lines: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
        let _ = writeln!(text, "\n## `qianhe {name}`\n\n```text\n{}\n```", lines.join("\n"));
    }
    text.trim_start().to_owned()
}

/// The exit codes, from the end of every help text.
fn exit_codes() -> String {
    let help = Cli::command().render_long_help().to_string();
    let codes = help.split("Exit codes:\n").nth(1).expect("the help names the exit codes");
    let lines = codes.lines().map(str::trim).take_while(|line| !line.is_empty());
    let mut text = heading(&["code", "means"]);
    for line in lines {
        let (code, means) = line.split_once(' ').unwrap();
        row(&mut text, &[code.to_owned(), means.trim().to_owned()]);
    }
    text
}

fn endpoints() -> String {
    let path = |endpoint: &Endpoint| format!("- `{}`\n", endpoint.path());
    Endpoint::ALL.iter().map(path).collect()
}

fn lists() -> String {
    let mut text = heading(&["list", "columns (Chinese header)"]);
    for list in LIST_TABLES {
        let column = |slot: &qianhe::schema::Slot| {
            let zh = slot.column.zh.first().map(|zh| format!(" ({zh})")).unwrap_or_default();
            format!("`{}`{zh}{}", slot.column.name, if slot.required { "" } else { "?" })
        };
        row(&mut text, &[list.name.to_owned(), list.columns.iter().map(column).collect::<Vec<_>>().join(", ")]);
    }
    text
}

/// The `case.toml` that `qianhe init` writes.
fn template() -> String {
    format!("```toml\n{}\n```\n", qianhe::case::TEMPLATE.trim_end())
}

/// The rules of one book, in their order.
fn rules(book: &str) -> String {
    let mut text = heading(&["rule", "clause", "severity", "says"]);
    for rule in rule_book().iter().filter(|rule| rule.code.split('/').next() == Some(book)) {
        let cells = [
            format!("`{}`", rule.code),
            rule.clause.to_owned(),
            rule.severity.to_string(),
            rule.sentence(Lang::En).to_owned(),
        ];
        row(&mut text, &cells);
    }
    text
}

fn findings(severity: Severity) -> String {
    let mut text = heading(&["finding", "says", "what to do"]);
    for rule in catalogue().filter(|rule| rule.severity == severity) {
        row(&mut text, &[format!("`{}`", rule.code), says(rule, Lang::En), rule.next_step_en.to_owned()]);
    }
    text
}

/// What a finding says, of a number of things.
fn says(rule: &FindingRule, lang: Lang) -> String {
    let message = match lang {
        Lang::En => in_number(rule.message_en, 0),
        Lang::Zh => rule.message_zh.to_owned(),
    };
    message.replace("{count}", "N").replace("{detail}", "…")
}

/// The checks of each question that the service's FAQ answers.
fn clauses() -> String {
    let mut text = heading(&["clause", "says", "checked how", "rules and findings"]);
    for clause in CLAUSES {
        let rules = clause.rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
        row(&mut text, &[clause.code.to_owned(), clause.about.to_owned(), clause.check.to_owned(), rules]);
    }
    text
}

fn words() -> String {
    let mut text = heading(&["column", "word", "means"]);
    macro_rules! vocabulary {
        ($column:literal, $words:ident) => {
            for word in $words::ALL {
                row(&mut text, &[$column.to_owned(), format!("`{word}`"), word.meaning().to_owned()]);
            }
        };
    }
    vocabulary!("`verdict`", Verdict);
    vocabulary!("`billing_verdict`", BillingVerdict);
    vocabulary!("`severity`", Severity);
    vocabulary!("`reason`", Reason);
    vocabulary!("`match_method`", MatchMethod);
    vocabulary!("`origin`", Origin);
    vocabulary!("`reason` of groups", GroupReason);
    vocabulary!("`match_method` of groups", GroupMatchMethod);
    vocabulary!("`predicted`", Predicted);
    vocabulary!("`observed`", Observed);
    vocabulary!("`*_coverage`", Coverage);
    vocabulary!("`assessment`", Assessment);
    vocabulary!("`no_part` of a precheck", NoPart);
    vocabulary!("`advice` of a precheck", Advice);
    vocabulary!("`change` of a comparison", Change);
    text
}

/// The columns of reports, each described in every report that has it.
fn dictionary(reports: &[&Table]) -> String {
    let mut text = String::new();
    for report in reports {
        let _ = writeln!(text, "\n### `{}.parquet`\n\n{}.\n", report.name, capitalised(report.grain));
        text.push_str(&heading(&["column", "type", "null?", "means"]));
        for slot in report.columns {
            let null = if slot.required { "" } else { "null" };
            let cells = [
                format!("`{}`", slot.column.name),
                type_of(slot.column.kind),
                null.to_owned(),
                slot.column.meaning.to_owned(),
            ];
            row(&mut text, &cells);
        }
    }
    text.trim_start().to_owned()
}

fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Word(_) => "word (dictionary of text)".to_owned(),
        other => other.name().to_owned(),
    }
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}

/// A severity as the Chinese page names it.
fn severity_in_chinese(severity: Severity) -> &'static str {
    match severity {
        Severity::Ok => "正常",
        Severity::Info => "提示",
        Severity::Review => "需复核",
        Severity::Defect => "缺陷",
    }
}

/// The outcomes of a relation, each with its rule.
fn rules_in_chinese() -> String {
    let mut text = heading(&["结果", "严重程度", "含义"]);
    for rule in rule_book() {
        let Some(outcome) = rule.code.strip_prefix("outcome/") else { continue };
        let severity = severity_in_chinese(rule.severity).to_owned();
        row(&mut text, &[format!("`{outcome}`"), severity, rule.sentence(Lang::Zh).to_owned()]);
    }
    text
}

fn findings_in_chinese() -> String {
    let mut text = heading(&["发现", "严重程度", "含义", "怎么办"]);
    for rule in catalogue() {
        let severity = severity_in_chinese(rule.severity).to_owned();
        row(&mut text, &[format!("`{}`", rule.code), severity, says(rule, Lang::Zh), rule.next_step_zh.to_owned()]);
    }
    text
}

fn commands_in_chinese() -> String {
    let mut text = heading(&["命令", "作用"]);
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let about = help::command(name).unwrap_or_else(|| panic!("{name} has no Chinese help")).about;
        row(&mut text, &[format!("`qianhe {name}`"), about.to_owned()]);
    }
    text
}

fn heading(cells: &[&str]) -> String {
    format!("| {} |\n|{}\n", cells.join(" | "), "---|".repeat(cells.len()))
}

fn row(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// README.md and the pages of data/reference, by their path from the root.
fn pages() -> Vec<(PathBuf, String)> {
    let reference = fs::read_dir(root().join("data/reference")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = reference.chain([root().join("README.md")]).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// A page with every generated part written anew, and the names of these.
fn blessed(page: &str) -> (String, Vec<&str>) {
    let mut blessed = String::new();
    let mut names = Vec::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(" -->\n").expect("a marker ends its line");
        let (_, after) = after.split_once(END).unwrap_or_else(|| panic!("{END} is missing after {name}"));
        let (_, write) = PARTS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("what is {name}?"));
        let _ = write!(blessed, "{before}{BEGIN}{name} -->\n\n{}\n{END}", write());
        names.push(name);
        rest = after;
    }
    (blessed + rest, names)
}

#[test]
fn the_pages_equal_what_the_code_says() {
    let pages = pages();
    let mut used = BTreeSet::new();
    for (path, page) in &pages {
        let (blessed, names) = blessed(page);
        used.extend(names);
        if std::env::var_os("QIANHE_BLESS").is_some() {
            fs::write(path, blessed).unwrap();
            continue;
        }
        let differs = page.lines().zip(blessed.lines()).find(|(is, should)| is != should);
        assert!(
            *page == blessed,
            "{} differs from the code; to write it anew: QIANHE_BLESS=1 cargo test --locked docs\n\
             the first difference: {differs:#?}",
            path.display()
        );
    }
    let unused: Vec<&str> = PARTS.iter().map(|(name, _)| *name).filter(|name| !used.contains(name)).collect();
    assert_eq!(unused, [""; 0], "no page shows these parts");
}

#[test]
fn the_readme_is_short_and_begins_with_the_essentials() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let lines: Vec<&str> = readme.lines().collect();
    assert!(lines.len() <= README_LINES, "{} lines", lines.len());
    assert!(lines[1].contains("(data/reference/zh.md)"), "the second line links the Chinese page");
    for command in ["cargo run --locked -- audit data/sample", "cargo test --locked"] {
        assert!(lines[..12].iter().any(|line| line.starts_with(command)), "{command} does not stand at the top");
    }
}

/// The targets of the links of a Markdown text, without those to the web and within the page.
fn relative_links(page: &str) -> Vec<&str> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let paths = targets.filter_map(|target| target.split('#').next());
    paths.filter(|path| !path.is_empty() && !path.contains("://")).collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let others = ["src/README.md", "data/README.md", "data/console/README.md", "tests/field/README.md"];
    let others = others.map(|name| root().join(name)).into_iter().filter(|path| path.exists());
    let others = others.map(|path| (path.clone(), fs::read_to_string(path).unwrap()));
    let mut links = 0;
    for (path, page) in pages().into_iter().chain(others) {
        for link in relative_links(&page) {
            assert!(path.parent().unwrap().join(link).exists(), "{}: {link} leads nowhere", path.display());
            links += 1;
        }
    }
    assert!(links > 20, "the test finds no links");
}

#[test]
fn links_are_found() {
    let page = "[a](b.md), [c](d/e.md#f), [g](#h), [i](https://example.org/j)";
    assert_eq!(relative_links(page), ["b.md", "d/e.md"]);
}

/// Every page of the reference states what it is, how it was made, and where the others are.
#[test]
fn every_page_is_readable_on_its_own() {
    for (path, page) in pages().into_iter().filter(|(path, _)| !path.ends_with("README.md")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (head, _) = page.split_at(page.find("\n## ").unwrap_or(page.len()));
        assert!(page.starts_with("# ") && head.contains("(README.md)"), "{name}: no way to the list of pages");
        let is_generated = page.contains(BEGIN);
        assert_eq!(head.contains("QIANHE_BLESS=1 cargo test --locked docs"), is_generated, "{name}: how it was made");
        let index = fs::read_to_string(root().join("data/reference/README.md")).unwrap();
        assert!(index.contains(&format!("]({name})")), "{name} is not in the list of pages");
    }
}

/// Every report has a grain and a meaning for each column.
#[test]
fn the_dictionary_has_no_holes() {
    for table in REPORTS.iter().chain(PRECHECK_REPORTS).chain([&&COMPARE_REPORT]).chain(LIST_TABLES) {
        let Table { name, grain, columns, .. } = table;
        assert!(!grain.is_empty() && columns.iter().all(|slot| slot.column.meaning.ends_with('.')), "{name}");
    }
}
