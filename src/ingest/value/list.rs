//! Lists: tags, and the groups of a join code.

use super::key::{self, bare};
use super::{Given, NO_LIST, NO_TEXT, NO_VALUE, UNSOUND, Value};
use crate::ingest::part::Wrong;
use crate::schema::{Cell, Column, fields};

/// A list in one text: with separators, or in brackets as scripts write it.
pub(super) fn from_text<'a>(column: &Column, text: &str) -> (Value<'a>, Option<Wrong>) {
    let text = bare(text);
    let absent: &[&str] = if holds_keys(column) { &NO_VALUE } else { &NO_TEXT };
    if absent.contains(&text) {
        return (Value::NULL, None);
    }
    let items = bracketed(text, holds_keys(column)).unwrap_or_else(|| split(text));
    if holds_keys(column) {
        return keys(column, &items);
    }
    let wrong = unsound(&items);
    (Value::List(items), wrong)
}

/// A list that is one already; a number is a list of itself.
pub(super) fn from_other<'a>(column: &Column, given: &'a Given<'_>) -> (Value<'a>, Option<Wrong>) {
    match given {
        Given::Texts(items) if holds_keys(column) => keys(column, items),
        Given::Texts(items) => (Value::One(Cell::List(items)), unsound(items)),
        Given::Integer(number) => from_text(column, &number.to_string()),
        _ => (Value::NULL, Some(NO_LIST)),
    }
}

fn holds_keys(column: &Column) -> bool {
    column.name == fields::CHAT_IDS.name
}

/// The items as keys: one that cannot be read makes the list unreadable.
fn keys<'a>(column: &Column, items: &[String]) -> (Value<'a>, Option<Wrong>) {
    let read = |item: &String| key::read(column, item, false).map(|key| key.map(str::to_owned)).transpose();
    match items.iter().filter_map(read).collect() {
        Ok(items) => (Value::List(items), None),
        Err(wrong) => (Value::NULL, Some(wrong)),
    }
}

fn unsound(items: &[String]) -> Option<Wrong> {
    items.iter().any(|item| item.contains(char::REPLACEMENT_CHARACTER)).then_some(UNSOUND)
}

fn split(text: &str) -> Vec<String> {
    let items = text.split([',', '，', ';', '；', '|', '\n']).map(str::trim);
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The items of `["a","b"]`, of `['a', 'b']` and, where items have no brackets of their own, of `[a, b]`.
fn bracketed(text: &str, is_sure: bool) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    if let Ok(items) = serde_json::from_str::<Vec<String>>(text) {
        return Some(items);
    }
    quoted(inner).or_else(|| is_sure.then(|| split(inner)))
}

/// Items in quotes of either kind with commas between them, as Python writes a list.
fn quoted(mut rest: &str) -> Option<Vec<String>> {
    let mut items = Vec::new();
    loop {
        rest = rest.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
        let mut item = String::new();
        let mut chars = rest[1..].char_indices();
        let end = loop {
            match chars.next()? {
                (at, c) if c == quote => break at,
                (_, '\\') => item.push(chars.next()?.1),
                (_, c) => item.push(c),
            }
        };
        items.push(item);
        rest = rest[end + 2..].trim();
        if rest.is_empty() {
            return Some(items);
        }
        rest = rest.strip_prefix(',')?;
    }
}
