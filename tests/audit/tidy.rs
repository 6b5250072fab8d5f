//! The repository checks itself, where the compiler cannot.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the repository, relative to the root, with its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    files
}

/// The text of a file without its unit tests, which stand last, and without comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| line.to_owned() + "\n").collect()
}

/// The files of `src` outside of `allowed` (files or folders) whose code says `word`.
fn outside(allowed: &[&str], word: &str) -> Vec<String> {
    let is_allowed =
        |name: &str| allowed.iter().any(|allowed| name == *allowed || name.starts_with(&format!("{allowed}/")));
    files("src")
        .into_iter()
        .filter(|(name, text)| !is_allowed(name) && code(text).contains(word))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn columns_are_named_in_the_schema_only() {
    assert_eq!(outside(&["src/schema"], " col("), [""; 0], "use the constants of schema::fields");
    assert_eq!(outside(&["src/schema"], "(col("), [""; 0], "use the constants of schema::fields");
    assert!(files("src/schema").iter().any(|(_, text)| text.contains("col(")), "the test looks for the wrong word");
}

/// Describe everywhere, materialise in one place: a frame can be collected only where it is made lazy.
#[test]
fn frames_are_materialised_where_rows_are_decided_only() {
    let materialising = ["src/decision/facts.rs", "src/query/engine.rs"];
    for word in [".lazy()", "LazyFrame", "IntoLazy"] {
        assert_eq!(outside(&materialising, word), [""; 0], "{word}");
    }
    for name in materialising {
        let text = fs::read_to_string(root().join(name)).unwrap();
        assert!(text.contains(".lazy()"), "{name} has no business on the list");
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
