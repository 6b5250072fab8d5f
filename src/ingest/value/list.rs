//! Lists: tags, and the groups of a join code.

use super::key::{self, UseridWords, strip_padding};
use super::{
    CellBuf, DAMAGED, ERROR_CELL, NO_IDS, NO_LIST, RawValue, RejectReason, is_damaged, is_error_cell, is_null,
    is_null_text,
};
use crate::schema::{Cell, Column, fields};

/// Reads a list in one text: with separators, or in brackets as scripts write it.
pub(super) fn from_text<'a>(column: &Column, text: &str) -> (CellBuf<'a>, Option<RejectReason>) {
    let text = strip_padding(text);
    if if holds_keys(column) { is_null(text) } else { is_null_text(text) } {
        return (CellBuf::NULL, None);
    }
    if holds_keys(column) {
        return keys(column, &bracketed(text).unwrap_or_else(|| split_keys(text)));
    }
    // Objects of the API, of which a script wrote the text.
    let is_object = text.starts_with('{') && ["\":", "':"].iter().any(|colon| text.contains(colon));
    if text.starts_with("[{") || is_object {
        return (CellBuf::NULL, Some(NO_LIST));
    }
    let items = bracketed(text).or_else(|| unwrapped(text)).unwrap_or_else(|| split(text));
    match fault(&items) {
        Some(ERROR_CELL) => (CellBuf::NULL, Some(ERROR_CELL)),
        wrong => (CellBuf::List(items), wrong),
    }
}

/// Reads a list that is not text; a number is a list of one item.
pub(super) fn from_other<'a>(column: &Column, raw: &'a RawValue<'_>) -> (CellBuf<'a>, Option<RejectReason>) {
    match raw {
        RawValue::List(items) if holds_keys(column) => keys(column, items),
        RawValue::List(items) => match fault(items) {
            Some(ERROR_CELL) => (CellBuf::NULL, Some(ERROR_CELL)),
            wrong => (CellBuf::Cell(Cell::List(items)), wrong),
        },
        RawValue::Integer(number) => from_text(column, &number.to_string()),
        _ => (CellBuf::NULL, Some(NO_LIST)),
    }
}

fn holds_keys(column: &Column) -> bool {
    column.name == fields::CHAT_IDS.name
}

/// Reads the items as keys: one that cannot be read makes the list unreadable.
fn keys<'a>(column: &Column, items: &[String]) -> (CellBuf<'a>, Option<RejectReason>) {
    let read = |item: &String| match key::read(column, item, UseridWords::NONE) {
        Ok(Some(id)) if !is_id(id) => Some(Err(NO_IDS)),
        read => read.map(|key| key.map(str::to_owned)).transpose(),
    };
    match items.iter().filter_map(read).collect() {
        Ok(items) => (CellBuf::List(items), None),
        Err(wrong) => (CellBuf::NULL, Some(wrong)),
    }
}

/// Returns whether the text may be one id of the service; else it is several, or something else, such as a name.
fn is_id(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.@".contains(&byte))
}

/// The reason why texts are not certain, or are none.
fn fault(items: &[String]) -> Option<RejectReason> {
    let is_error = items.iter().any(|item| is_error_cell(item));
    is_error.then_some(ERROR_CELL).or_else(|| items.iter().any(|item| is_damaged(item)).then_some(DAMAGED))
}

/// Characters between the items of a list.
const SEPARATORS: [char; 6] = [',', '，', ';', '；', '|', '\n'];

fn split(text: &str) -> Vec<String> {
    let items = text.split(SEPARATORS).map(str::trim);
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The items in the brackets that databases write around a list: `[a, b]`, `{a,"b c"}`, `{}`. Of a single item they may
/// be a part, as of the tag `[VIP]`, unless it has a group.
fn unwrapped(text: &str) -> Option<Vec<String>> {
    const BRACKETS: [char; 4] = ['[', ']', '{', '}'];
    let within = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
    let inner = [('[', ']'), ('{', '}')].iter().find_map(within)?;
    let is_list = inner.is_empty() || inner.contains(SEPARATORS) || inner.contains('/');
    (is_list && !inner.contains(BRACKETS))
        .then(|| split(inner).iter().map(|item| item.trim_matches('"').to_owned()).collect())
}

/// Splits keys, which contain neither blanks nor brackets: `a b`, `[a, b]`, `{a,b}`, `('a',)`.
fn split_keys(text: &str) -> Vec<String> {
    let within = |(open, close): &(char, char)| text.strip_prefix(*open)?.strip_suffix(*close);
    let inner = [('[', ']'), ('{', '}'), ('(', ')')].iter().find_map(within).unwrap_or(text);
    let is_between = |c: char| ",，、;；|/".contains(c) || c.is_whitespace() || c.is_control();
    let items = inner.split(is_between).map(|item| item.trim_matches(['\'', '"']));
    items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// The items of `["a","b"]`, `['a', 'b']` and `['a' 'b']`.
fn bracketed(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let json = serde_json::from_str::<Vec<Option<String>>>(text).ok();
    json.map(|items| items.into_iter().flatten().collect()).or_else(|| quoted(inner))
}

/// Parses items in quotes of either kind with commas or blanks between them, as Python and its arrays write a list.
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
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}
