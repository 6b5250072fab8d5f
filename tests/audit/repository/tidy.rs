//! The repository checks itself, where the compiler cannot.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use qianhe::text::sentences::chinese;

use crate::repository::source::{code_files, files, root};

/// The files of `src` outside of `allowed` (files or folders) whose code says `word`.
fn outside(allowed: &[&str], word: &str) -> Vec<String> {
    let is_allowed =
        |name: &str| allowed.iter().any(|allowed| name == *allowed || name.starts_with(&format!("{allowed}/")));
    let found = code_files().into_iter().filter(|(name, code)| !is_allowed(name) && code.contains(word));
    found.map(|(name, _)| name).collect()
}

/// The text of a string literal that code begins with.
fn literal(code: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), code.trim_start().strip_prefix('"')?);
    loop {
        let end = rest.find(['"', '\\'])?;
        text.push_str(&rest[..end]);
        match rest[end..].strip_prefix("\\\n") {
            Some(continued) => rest = continued.trim_start(),
            None => return Some(text),
        }
    }
}

/// Why something could not be read is told in Chinese too: every reason that a reader can give is in the catalogue.
#[test]
fn no_reason_of_a_reject_lacks_its_chinese() {
    let code: Vec<(String, String)> =
        code_files().into_iter().filter(|(name, _)| name.starts_with("src/ingest/")).collect();
    let mut reasons = Vec::new();
    for before in ["RejectReason =", "unread(", "Err("] {
        let given = code.iter().flat_map(|(_, code)| code.split(before).skip(1));
        reasons.extend(given.filter_map(literal));
    }
    let lacking: Vec<&String> = reasons.iter().filter(|reason| chinese(reason).is_none()).collect();
    assert!(lacking.is_empty(), "add to src/text/sentences.rs: {lacking:#?}");
    assert!(reasons.len() >= 35, "the test looks for the wrong words: {reasons:?}");
    assert_eq!(literal(" \"a \\\n    b\";").as_deref(), Some("a b"));
}

#[test]
fn columns_are_named_in_the_schema_only() {
    assert_eq!(outside(&["src/schema"], " col("), [""; 0], "use the constants of schema::fields");
    assert_eq!(outside(&["src/schema"], "(col("), [""; 0], "use the constants of schema::fields");
    assert!(files("src/schema").iter().any(|(_, text)| text.contains("col(")), "the test looks for the wrong word");
}

/// Stages describe frames; the few files that collect one opt out of the lint, with a reason.
#[test]
fn frames_are_collected_in_few_files() {
    let collecting =
        ["src/rules/rule.rs", "src/figures/mod.rs", "src/frame.rs", "src/published/frames.rs", "src/query/engine.rs"];
    assert_eq!(outside(&collecting, "disallowed_methods"), [""; 0]);
    for name in collecting {
        let text = fs::read_to_string(root().join(name)).unwrap();
        assert!(text.contains(".collect()"), "{name} collects nothing; take it off the list");
    }
}

#[test]
fn only_the_command_line_prints() {
    for word in ["println!", "print!(", "dbg!"] {
        assert_eq!(outside(&["src/cli"], word), [""; 0], "{word}");
    }
}

#[test]
fn each_file_says_what_it_is_for() {
    for folder in ["src", "tests"] {
        let silent: Vec<String> =
            files(folder).into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(name, _)| name).collect();
        assert_eq!(silent, [""; 0], "begin with `//!`");
    }
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    for folder in ["src", "tests"] {
        for (name, _) in files(folder) {
            let stem = name.rsplit('/').next().unwrap();
            assert!(!["utils.rs", "util.rs", "helpers.rs", "misc.rs", "common.rs"].contains(&stem), "{name}");
        }
    }
}

#[test]
fn the_integration_tests_are_one_crate() {
    let entries =
        fs::read_dir(root().join("tests")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let crates: Vec<String> =
        entries.filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "rs")).collect();
    assert_eq!(crates, [""; 0], "put them into tests/audit");
}

#[test]
fn no_path_of_a_machine_is_written_down() {
    let homes = ["/ho", "/Us", "/ro"].into_iter().zip(["me/", "ers/", "ot/"]).map(|(a, b)| a.to_owned() + b);
    let homes: Vec<String> = homes.collect();
    for folder in ["src", "tests"] {
        for (name, text) in files(folder) {
            let found = homes.iter().find(|home| text.contains(home.as_str()));
            assert!(found.is_none(), "{name} names {found:?}");
        }
    }
}

#[test]
fn no_line_is_longer_than_120_characters() {
    let long = |text: &str| text.lines().any(|line| line.chars().count() > 120);
    let found = ["src", "tests"].into_iter().flat_map(files).filter(|(_, text)| long(text));
    assert_eq!(found.map(|(name, _)| name).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_type_name_is_unique() {
    let mut declared: BTreeMap<String, usize> = BTreeMap::new();
    for (_, code) in code_files() {
        for name in code.lines().filter_map(type_name) {
            *declared.entry(name.to_owned()).or_default() += 1;
        }
    }
    assert!(declared.len() > 200, "the test looks for the wrong words");
    declared.retain(|_, times| *times > 1);
    assert!(declared.is_empty(), "{declared:?}");
}

/// The name of the type that a line declares. Aliases are indented where they belong to an implementation of a trait.
fn type_name(line: &str) -> Option<&str> {
    let declaration = line.trim_start();
    let declaration = match declaration.strip_prefix("pub") {
        Some(public) if public.starts_with('(') => public.split_once(") ")?.1,
        Some(public) => public.strip_prefix(' ')?,
        None => declaration,
    };
    let (word, rest) = declaration.split_once(' ')?;
    let is_type = matches!(word, "struct" | "enum" | "trait" | "union") || word == "type" && !line.starts_with(' ');
    let name = rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next()?;
    (is_type && !name.is_empty()).then_some(name)
}
