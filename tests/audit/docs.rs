//! README.md says what the code says: what stands between its markers is written from the catalogues, here.
//!
//! `QIANHE_BLESS=1 cargo test --locked docs` writes it anew.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use qianhe::cli::Cli;
use qianhe::findings::{CATALOGUE, CLAUSES, in_number, rule_book};
use qianhe::ingest::raw::Endpoint;
use qianhe::report::terminal;
use qianhe::schema::tables::{COMPARE_REPORT, LISTS, PRECHECK_REPORTS, REPORTS};
use qianhe::schema::vocabulary::{
    Advice, Assessment, BillingVerdict, Change, Coverage, GroupMatchMethod, GroupReason, MatchMethod, NoPart, Observed,
    Origin, Predicted, Reason, Severity, Verdict,
};
use qianhe::schema::{Kind, Table};
use qianhe::text::Lang;

use crate::support;

/// A part of the README: its name, and how it is written.
type Part = (&'static str, fn() -> String);

/// What the README shows of the code.
const PARTS: &[Part] = &[
    ("output", output),
    ("endpoints", endpoints),
    ("lists", lists),
    ("rules", rules),
    ("findings", findings),
    ("clauses", clauses),
    ("words", words),
    ("dictionary", dictionary),
    ("exit codes", exit_codes),
    ("中文", chinese),
];

const END: &str = "<!-- end -->";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The summary of the sample, as the terminal shows it.
fn output() -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut audit =
        support::audit_into(&repository().join("data/sample"), &folder.path().join("reports"), &[]).unwrap();
    audit.summary.folder = PathBuf::from("data/sample/reports");
    let text = terminal::summary(&audit.summary, terminal::Look { lang: Lang::En, colour: false });
    format!("```text\n{}\n```\n", text.trim_end())
}

fn endpoints() -> String {
    let paths: Vec<String> = Endpoint::ALL.iter().map(|endpoint| format!("`{}`", endpoint.path())).collect();
    format!("{}.\n", paths.join(", "))
}

fn lists() -> String {
    let mut text = heading(&["list", "columns (Chinese header)"]);
    for list in LISTS {
        let column = |slot: &qianhe::schema::Slot| {
            let zh = slot.column.zh.first().map(|zh| format!(" ({zh})")).unwrap_or_default();
            format!("`{}`{zh}{}", slot.column.name, if slot.required { "" } else { "?" })
        };
        row(&mut text, &[list.name.to_owned(), list.columns.iter().map(column).collect::<Vec<_>>().join(", ")]);
    }
    text
}

/// The essentials in Chinese: what becomes of a relation, and by which rule; the commands.
fn chinese() -> String {
    let mut text = heading(&["规则", "严重程度", "含义"]);
    let severity = |code: &str| rule_book().into_iter().find(|rule| rule.code == code).map(|rule| rule.severity.word());
    for rule in qianhe::text::RULES.iter().filter(|rule| rule.code.starts_with("outcome/")) {
        let severity = severity(rule.code).unwrap_or_else(|| panic!("{} is no rule", rule.code));
        row(&mut text, &[format!("`{}`", rule.code), severity.to_owned(), rule.says_zh.to_owned()]);
    }
    text += "\n";
    text += &heading(&["命令", "作用"]);
    for command in Cli::command().get_subcommands() {
        let name = command.get_name();
        let told = qianhe::text::help::command(name).unwrap_or_else(|| panic!("{name} is not told of in Chinese"));
        row(&mut text, &[format!("`qianhe {name}`"), told.about.to_owned()]);
    }
    text
}

fn rules() -> String {
    let mut text = heading(&["rule", "clause", "severity", "says"]);
    for rule in rule_book().iter().filter(|rule| rule.code.contains('/')) {
        row(
            &mut text,
            &[format!("`{}`", rule.code), rule.clause.to_owned(), rule.severity.to_string(), rule.what.clone()],
        );
    }
    text
}

fn findings() -> String {
    let mut text = heading(&["finding", "severity", "says", "what to do"]);
    for rule in CATALOGUE {
        let says = format!("{}<br>{}", in_number(rule.message_en, 0), rule.message_zh)
            .replace("{count}", "N")
            .replace("{detail}", "…");
        row(&mut text, &[format!("`{}`", rule.code), rule.severity.to_string(), says, rule.next_step_en.to_owned()]);
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

/// The data dictionary: a column that stands in several reports is told once in each.
fn dictionary() -> String {
    let mut text = String::new();
    for report in REPORTS.iter().chain(PRECHECK_REPORTS).chain([&&COMPARE_REPORT]) {
        let _ = writeln!(text, "\n#### `{}.parquet`\n\n{}.\n", report.name, capitalised(report.grain));
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

/// What checks each question that the service's FAQ answers.
fn clauses() -> String {
    let mut text = heading(&["clause", "says", "checked how", "rules and findings"]);
    for clause in CLAUSES {
        let rules = clause.rules.iter().map(|rule| format!("`{rule}`")).collect::<Vec<_>>().join(", ");
        row(&mut text, &[clause.code.to_owned(), clause.about.to_owned(), clause.check.to_owned(), rules]);
    }
    text
}

/// As every help text ends with.
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

fn heading(cells: &[&str]) -> String {
    format!("| {} |\n|{}\n", cells.join(" | "), "---|".repeat(cells.len()))
}

fn row(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// The README with every part written anew.
fn blessed(readme: &str) -> String {
    let mut readme = readme.to_owned();
    for (name, write) in PARTS {
        let begin = format!("<!-- generated: {name} -->\n");
        let from = readme.find(&begin).unwrap_or_else(|| panic!("README.md lacks {begin}")) + begin.len();
        let to = from + readme[from..].find(END).unwrap_or_else(|| panic!("README.md lacks {END} after {begin}"));
        readme.replace_range(from..to, &format!("\n{}\n", write()));
    }
    readme
}

#[test]
fn the_readme_says_what_the_code_says() {
    let path = repository().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let blessed = blessed(&readme);
    if std::env::var_os("QIANHE_BLESS").is_some() {
        return fs::write(&path, blessed).unwrap();
    }
    let differs = readme.lines().zip(blessed.lines()).find(|(is, should)| is != should);
    assert!(
        readme == blessed,
        "README.md differs from the code; to write it anew: QIANHE_BLESS=1 cargo test --locked docs\nthe first difference: {differs:#?}"
    );
}

/// Every report has a grain and a meaning for each column, or the dictionary would have holes.
#[test]
fn the_dictionary_has_no_holes() {
    for table in REPORTS.iter().chain(PRECHECK_REPORTS).chain([&&COMPARE_REPORT]).chain(LISTS) {
        let Table { name, grain, columns, .. } = table;
        assert!(!grain.is_empty() && columns.iter().all(|slot| slot.column.meaning.ends_with('.')), "{name}");
    }
}

#[test]
fn the_commands_of_the_readme_are_those_of_the_program() {
    let readme = fs::read_to_string(repository().join("README.md")).unwrap();
    for command in Cli::command().get_subcommands().filter(|command| command.get_name() != "help") {
        assert!(
            readme.contains(&format!("`qianhe {}", command.get_name())),
            "the README does not tell of {}",
            command.get_name()
        );
    }
}
