//! `--set key=value`: overrides typed values before they are checked.

use std::path::Path;

use super::file::{Origin, TomlNode, TomlTable, TomlValue, parse_value};
use crate::error::{Error, Result};
use crate::limits::MAX_KEY_PARTS;
use crate::text::{Message, errors as say};

/// Applies one override, and creates missing tables of its path.
pub(super) fn apply(file: &Path, root: &mut TomlNode, typed: &str) -> Result<()> {
    let (key, text) = split(typed)?;
    let origin = Origin::Set(key.to_owned());
    let value = parse_value(text, &origin).unwrap_or_else(|| TomlValue::Text(text.to_owned()));
    let path = dotted(key);
    let parts: Vec<&str> = path.split('.').collect();
    if parts.len() > MAX_KEY_PARTS {
        return Err(Error::usage(say::too_many_parts_of_key(parts.len(), MAX_KEY_PARTS), say::SET_REMEDY));
    }
    put(root, &parts, TomlNode { value, origin })
        .map_err(|problem| Error::input(file, Message::verbatim(format!("--set {key}")), problem, say::SET_REMEDY))
}

/// Returns the key with list positions as parts: `payments[0]`, as in messages, becomes `payments.0`.
pub(super) fn dotted(key: &str) -> String {
    key.replace('[', ".").replace(']', "")
}

fn split(typed: &str) -> Result<(&str, &str)> {
    let parts = typed.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    parts
        .filter(|(key, _)| dotted(key).split('.').all(|part| !part.is_empty()))
        .ok_or_else(|| Error::usage(say::not_key_value(typed), say::NOT_KEY_VALUE_REMEDY))
}

fn put(node: &mut TomlNode, parts: &[&str], new: TomlNode) -> std::result::Result<(), Message> {
    let Some((part, rest)) = parts.split_first() else {
        *node = new;
        return Ok(());
    };
    let child = match &mut node.value {
        TomlValue::Table(table) => table.entry((*part).to_owned()).or_insert_with(|| empty(rest, &new.origin)),
        TomlValue::List(items) => item(items, part, rest, &new.origin)?,
        scalar => return Err(say::inside(part, scalar.kind())),
    };
    put(child, rest, new)
}

/// Returns the item with that number; the number after the last adds an item.
fn item<'a>(
    items: &'a mut Vec<TomlNode>,
    part: &str,
    rest: &[&str],
    origin: &Origin,
) -> std::result::Result<&'a mut TomlNode, Message> {
    let index: usize = part.parse().map_err(|_| say::not_by_number(part))?;
    let count = items.len();
    if index == count {
        items.push(empty(rest, origin));
    }
    items.get_mut(index).ok_or_else(|| say::no_item(index, count))
}

/// Returns an empty container for the rest of the path: a list if the next part is a number.
fn empty(rest: &[&str], origin: &Origin) -> TomlNode {
    let numbered = rest.first().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let value = if numbered { TomlValue::List(Vec::new()) } else { TomlValue::Table(TomlTable::new()) };
    TomlNode { value, origin: origin.clone() }
}
