//! `--set key=value`: changes what was typed before anything is checked.

use std::path::Path;

use super::file::{Node, Origin, Table, Value, parse_value};
use crate::error::{Error, Result};
use crate::text::{Message, errors as say};

/// Puts one override into the tree, creating the tables on the way to it.
pub(super) fn apply(file: &Path, root: &mut Node, typed: &str) -> Result<()> {
    let (key, text) = split(typed)?;
    let origin = Origin::Set(key.to_owned());
    let value = parse_value(text, &origin).unwrap_or_else(|| Value::Text(text.to_owned()));
    let path = dotted(key);
    let parts: Vec<&str> = path.split('.').collect();
    put(root, &parts, Node { value, origin })
        .map_err(|problem| Error::input(file, Message::verbatim(format!("--set {key}")), problem, say::SET_REMEDY))
}

/// The key with list positions as parts: `payments[0]`, as messages have it, is `payments.0`.
pub(super) fn dotted(key: &str) -> String {
    key.replace('[', ".").replace(']', "")
}

fn split(typed: &str) -> Result<(&str, &str)> {
    let parts = typed.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    parts
        .filter(|(key, _)| dotted(key).split('.').all(|part| !part.is_empty()))
        .ok_or_else(|| Error::usage(say::not_key_value(typed), say::NOT_KEY_VALUE_REMEDY))
}

fn put(node: &mut Node, parts: &[&str], new: Node) -> std::result::Result<(), Message> {
    let Some((part, rest)) = parts.split_first() else {
        *node = new;
        return Ok(());
    };
    let child = match &mut node.value {
        Value::Table(table) => table.entry((*part).to_owned()).or_insert_with(|| empty(rest, &new.origin)),
        Value::List(items) => item(items, part, rest, &new.origin)?,
        scalar => return Err(say::inside(part, scalar.kind())),
    };
    put(child, rest, new)
}

/// The item of that number; the number after the last adds one.
fn item<'a>(
    items: &'a mut Vec<Node>,
    part: &str,
    rest: &[&str],
    origin: &Origin,
) -> std::result::Result<&'a mut Node, Message> {
    let index: usize = part.parse().map_err(|_| say::not_by_number(part))?;
    let count = items.len();
    if index == count {
        items.push(empty(rest, origin));
    }
    items.get_mut(index).ok_or_else(|| say::no_item(index, count))
}

/// What holds the rest of the path: a list where the next part is a number.
fn empty(rest: &[&str], origin: &Origin) -> Node {
    let numbered = rest.first().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let value = if numbered { Value::List(Vec::new()) } else { Value::Table(Table::new()) };
    Node { value, origin: origin.clone() }
}
