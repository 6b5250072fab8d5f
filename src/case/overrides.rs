//! `--set key=value`: changes what was typed before anything is checked.

use std::path::Path;

use super::file::{Node, Origin, Table, Value, parse_value};
use crate::error::{Error, Result};

/// Puts one override into the tree, creating the tables on the way to it.
pub(super) fn apply(file: &Path, root: &mut Node, typed: &str) -> Result<()> {
    let (key, text) = split(typed)?;
    let origin = Origin::Set(key.to_owned());
    let value = parse_value(text, &origin).unwrap_or_else(|| Value::Text(text.to_owned()));
    let path = dotted(key);
    let parts: Vec<&str> = path.split('.').collect();
    put(root, &parts, Node { value, origin }).map_err(|problem| {
        Error::input(file, format!("--set {key}"), problem, "name a key of case.toml, e.g. `--set contract.payments.0.paid_on=2026-03-10`")
    })
}

/// The key with list positions as parts: `payments[0]`, as messages have it, is `payments.0`.
pub(super) fn dotted(key: &str) -> String {
    key.replace('[', ".").replace(']', "")
}

fn split(typed: &str) -> Result<(&str, &str)> {
    let parts = typed.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    parts.filter(|(key, _)| dotted(key).split('.').all(|part| !part.is_empty())).ok_or_else(|| Error::Usage {
        problem: format!("`--set {typed}` is not of the form key=value"),
        remedy: "for example `--set migration.started_at=2026-05-01T00:00:00+08:00`".to_owned(),
    })
}

fn put(node: &mut Node, parts: &[&str], new: Node) -> std::result::Result<(), String> {
    let Some((part, rest)) = parts.split_first() else {
        *node = new;
        return Ok(());
    };
    let child = match &mut node.value {
        Value::Table(table) => table.entry((*part).to_owned()).or_insert_with(|| empty(rest, &new.origin)),
        Value::List(items) => item(items, part, rest, &new.origin)?,
        scalar => return Err(format!("`{part}` would have to stand inside {}", scalar.kind())),
    };
    put(child, rest, new)
}

/// The item of that number; the number after the last adds one.
fn item<'a>(items: &'a mut Vec<Node>, part: &str, rest: &[&str], origin: &Origin) -> std::result::Result<&'a mut Node, String> {
    let index: usize = part.parse().map_err(|_| format!("a list is addressed by number, counted from 0, not by `{part}`"))?;
    let count = items.len();
    if index == count {
        items.push(empty(rest, origin));
    }
    items.get_mut(index).ok_or_else(|| format!("there is no item {index} in a list of {count}"))
}

/// What holds the rest of the path: a list where the next part is a number.
fn empty(rest: &[&str], origin: &Origin) -> Node {
    let numbered = rest.first().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let value = if numbered { Value::List(Vec::new()) } else { Value::Table(Table::new()) };
    Node { value, origin: origin.clone() }
}
