//! The layers of the crate: a module imports only from its own layer or one below, and no two modules import each
//! other, directly or through others.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::source::code_files;

/// The modules, from the bottom to the top.
const LAYERS: &[&[&str]] = &[
    &[
        "error", "text", "interrupt", "progress", "schema", "frame", "names", "texts", "userids", "turns", "sort_keys",
        "digest", "limits", "regular", "personal", "signature",
    ],
    &["rules"],
    &["case"],
    &["memory"],
    &["ingest"],
    &["lists"],
    &["snapshot"],
    &["matching"],
    &["decision"],
    &["figures"],
    &["billing", "findings", "controls"],
    &["report"],
    &["run", "precheck", "ingest_tables"],
    &["published", "verify", "explain", "compare", "query", "demo", "fuzz"],
    &["cli"],
    &["collect"],
];

/// An import: the file that has it, the module of that file, the module imported.
type Import = (String, String, String);

/// All imports between the top modules of the crate. `main.rs` and `lib.rs` stand above all of them.
fn imports() -> BTreeSet<Import> {
    let mut imports = BTreeSet::new();
    for (path, code) in code_files() {
        let file = path.strip_prefix("src/").unwrap();
        if file == "main.rs" || file == "lib.rs" {
            continue;
        }
        let module = file.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        let depth = file.trim_end_matches("/mod.rs").matches('/').count() + 1;
        let from_root = ["crate::".to_owned(), "super::".repeat(depth)];
        for imported in from_root.iter().flat_map(|prefix| imported_after(&code, prefix)) {
            if imported != module {
                imports.insert((file.to_owned(), module.clone(), imported));
            }
        }
    }
    imports
}

/// The modules named right after a prefix such as `crate::`, alone or in braces.
fn imported_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_' || letter == ':') {
            continue;
        }
        found.extend(first_names(&code[at + prefix.len()..]));
    }
    // A parent of a top module is the crate, whose other names are reached by `super::` in its files alone.
    found.remove("super");
    found.remove("*");
    found
}

/// The first name of each path of an import: of `a::b` it is `a`, of `{a::{b, c}, d}` they are `a` and `d`.
fn first_names(path: &str) -> Vec<String> {
    let Some(group) = path.strip_prefix('{') else { return vec![first_name(path)] };
    let mut depth = 0;
    let mut names = vec![first_name(group)];
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first_name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> String {
    let name: String =
        path.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || "_*".contains(*letter)).collect();
    // What the crate's root re-exports.
    if ["Error", "Result"].contains(&name.as_str()) { "error".to_owned() } else { name }
}

fn layer(module: &str) -> usize {
    LAYERS.iter().position(|layer| layer.contains(&module)).unwrap_or_else(|| panic!("`{module}` stands in no layer"))
}

#[test]
fn no_import_runs_up() {
    let upwards: Vec<Import> =
        imports().into_iter().filter(|(_, module, imported)| layer(imported) > layer(module)).collect();
    assert!(upwards.is_empty(), "imports of a higher layer: {upwards:#?}");
}

#[test]
fn no_modules_import_each_other() {
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, module, imported) in imports() {
        reached.entry(module).or_default().insert(imported);
    }
    // The transitive closure: until nothing new is reached.
    loop {
        let mut grown = reached.clone();
        for (module, all) in &reached {
            let further = all.iter().filter_map(|next| reached.get(next)).flatten().cloned();
            grown.get_mut(module).unwrap().extend(further);
        }
        if grown == reached {
            break;
        }
        reached = grown;
    }
    let circles: Vec<&String> = reached.iter().filter(|(module, all)| all.contains(*module)).map(|(m, _)| m).collect();
    assert!(circles.is_empty(), "modules that import themselves through others: {circles:?}");
}

#[test]
fn paths_of_imports_are_found() {
    let code = "use crate::a::{b, c};\nuse crate::{d::{e, f}, g};\nlet x = crate::h::i(); mycrate::z; super::crate::y";
    assert_eq!(imported_after(code, "crate::"), ["a", "d", "g", "h"].map(str::to_owned).into());
    assert_eq!(imported_after("use super::a; use super::super::b;", "super::"), ["a".to_owned()].into());
    assert_eq!(imported_after("use super::super::b;", "super::super::"), ["b".to_owned()].into());
}
