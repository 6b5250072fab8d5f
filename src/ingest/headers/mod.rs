//! Headers -> the table that a sheet or Parquet file holds, and the place of each of its columns.
//!
//! Headers are matched with the names of the schema, English and Chinese, with those of the API, and with the user's
//! own of case.toml. The table whose required columns are all there and that matches the most columns wins.

mod mapping;
mod names;
mod propose;
mod row;

pub use mapping::HeaderMapping;
pub use names::{holds_several, is_field, is_known, is_same_header, is_time};

use std::collections::HashSet;

use self::names::{HeaderText, is, is_name_of};
use self::row::{HeaderRow, LINKS, TableMatch};
use super::value::{UseridWords, strip_padding};
use crate::schema::fields::{HAS_CUSTOMER_CONTACT, NAME, USERID};
use crate::schema::lists::{CaseList, LIST_TABLES, LISTS, ListKind};
use crate::schema::tables::{CONSOLE_GROUPS, GROUPS, JOIN_CODES, MEMBERS, SNAPSHOT_TABLES};
use crate::schema::{Column, Table};
use crate::text::{Message, Text, errors as say};

/// Rows at the beginning of a sheet, one of which has to be the header.
pub const HEADER_ROWS: usize = 20;

/// The tables that a file may hold.
#[derive(Clone, Copy)]
pub struct ExpectedTables<'s> {
    pub tables: &'static [&'static Table],
    /// The user's own headers.
    pub own: &'s HeaderMapping,
    /// Words for "no value" that are userids; none before the members are known.
    pub userid_words: Option<UseridWords>,
}

/// The columns of a table in a sheet or Parquet file.
#[derive(Debug, Clone)]
pub struct TableLayout {
    pub table: &'static Table,
    /// Of each column of the table, its index in the file.
    pub positions: Vec<Option<usize>>,
    /// Of each column of the table, whether it decides something, has no place, and may be under a header with damaged
    /// characters: then its values cannot be read.
    pub lost: Vec<bool>,
    /// The columns with the tags of one group each, with its name.
    pub tag_groups: Vec<(usize, String)>,
    /// The column with the group of a contact, beside relations.
    pub contact_group: Option<usize>,
    /// The header row, each cell in the form that is compared.
    pub header: Vec<String>,
    /// The same for messages.
    pub shown: Vec<String>,
    /// First letters of the names of the first used column, in lower case: a quick test for a repeated header.
    initials: Vec<u8>,
    /// Headers of columns that are not used, as they are shown.
    pub unused: Vec<String>,
}

/// The reason why no table was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrecognised {
    /// No table has all of its required columns.
    Nothing,
    /// Several tables fit equally well.
    Several(Vec<&'static str>),
    /// Two headers are one column of the table.
    Twice { table: &'static str, column: &'static str, headers: [String; 2] },
    /// No header is the column, which decides much, and this one may be.
    Unsure { table: &'static str, column: &'static str, header: String },
    /// Two tables stand beside one another.
    Beside([&'static str; 2]),
}

impl TableLayout {
    /// Columns of the table that the file has.
    pub fn matched(&self) -> usize {
        self.positions.iter().flatten().count()
    }

    /// Returns whether it has no place for column `at` of the table, which decides, and another layout of it has.
    pub fn lacks(&self, other: &Self, at: usize) -> bool {
        let is_same = is(self.table, other.table) && self.positions[at].is_none();
        is_same && self.table.deciding.contains(&self.table.columns[at].column)
    }

    /// Returns whether the column of the file at that index is one of the table.
    pub fn uses(&self, index: usize) -> bool {
        self.positions.contains(&Some(index))
    }

    /// Returns whether a row repeats the header, as where files were concatenated, or in another language or system.
    pub fn is_header<'c>(&self, cell: impl Fn(usize) -> &'c str) -> bool {
        let mut used = used(self.table, &self.positions).peekable();
        // Of a single column, such as that of names, a value may be the name of one in another system: `昵称`.
        let has_several = self.matched() > 1;
        let may_be_header = |(_, at): &(&Column, usize)| match cell(*at).as_bytes() {
            [first, ..] if first.is_ascii_alphanumeric() => self.initials.contains(&first.to_ascii_lowercase()),
            rest => !rest.is_empty(),
        };
        let is_named = |(column, at): (&Column, usize)| {
            let cell = strip_padding(cell(at));
            cell.eq_ignore_ascii_case(&self.header[at]) || (has_several && is_name_of(column, cell))
        };
        used.peek().is_some_and(may_be_header) && used.all(is_named)
    }

    /// Returns whether a row is a header of other columns: of a second table, or of the same one in another order. Most
    /// of its cells in the columns of the table are known headers, and no two are the same one.
    pub fn is_other_header<'c>(&self, cell: impl Fn(usize) -> &'c str) -> bool {
        let cells = || self.positions.iter().flatten().map(|at| cell(*at)).filter(|cell| !cell.is_empty());
        // No name has a digit, and most ids and times have. Looking names up for each row costs as much as reading it.
        let half = cells().count().div_ceil(2);
        if cells().filter(|cell| cell.bytes().any(|byte| byte.is_ascii_digit())).take(half).count() == half {
            return false;
        }
        let filled = cells().filter(|cell| !strip_padding(cell).is_empty()).count();
        let known: HashSet<String> =
            cells().filter(|cell| is_known(cell)).map(|cell| HeaderText::new(cell).folded).collect();
        known.len() >= 2 && 2 * known.len() > filled
    }

    /// Returns whether the text is a name of the column at that index of the file, also in other systems.
    pub fn names_column(&self, index: usize, text: &str) -> bool {
        used(self.table, &self.positions).any(|(column, at)| at == index && is_name_of(column, strip_padding(text)))
    }
}

/// The columns of a table that the file has, each with its index.
fn used(table: &'static Table, positions: &[Option<usize>]) -> impl Iterator<Item = (&'static Column, usize)> {
    table.columns.iter().zip(positions).filter_map(|(slot, place)| Some((slot.column, (*place)?)))
}

/// Finds the header row: the first of those that match the most columns of a table.
pub fn find_header<'r>(
    rows: impl Iterator<Item = &'r Vec<String>>,
    expected: ExpectedTables<'_>,
) -> Result<(usize, TableLayout), Unrecognised> {
    let mut best: Option<(usize, TableLayout)> = None;
    let mut problem = Unrecognised::Nothing;
    for (index, row) in rows.take(HEADER_ROWS).enumerate() {
        match recognise(row, expected) {
            Ok(layout) if best.as_ref().is_none_or(|(_, other)| layout.matched() > other.matched()) => {
                best = Some((index, layout));
            }
            Err(other) if problem == Unrecognised::Nothing => problem = other,
            _ => {}
        }
    }
    let (index, layout) = best.ok_or(problem)?;
    expected.own.mark_used(&layout);
    Ok((index, layout))
}

/// Recognises the table: that of which all required columns are there, and the most columns.
pub fn recognise(headers: &[impl AsRef<str>], expected: ExpectedTables<'_>) -> Result<TableLayout, Unrecognised> {
    let all = headers;
    let headers = HeaderRow::new(all, expected);
    let mut fitting: Vec<TableMatch> = expected.tables.iter().filter_map(|table| headers.match_table(table)).collect();
    let most = fitting.iter().map(TableMatch::matched).max().ok_or(Unrecognised::Nothing)?;
    if let Some(tables) = tables_beside(all, expected) {
        return Err(Unrecognised::Beside(tables));
    }
    fitting.retain(|fit| fit.matched() == most);
    match (fitting.len(), fitting.pop()) {
        (1, Some(TableMatch { table, twice: Some((column, pair)), .. })) => {
            Err(Unrecognised::Twice { table: table.name, column, headers: pair.map(|at| headers.shown(at)) })
        }
        (1, Some(fit)) => match headers.unsure(&fit) {
            Some((column, at)) => {
                Err(Unrecognised::Unsure { table: fit.table.name, column, header: headers.shown(at) })
            }
            None => Ok(headers.layout(fit)),
        },
        (_, last) => Err(Unrecognised::Several(fitting.iter().chain(&last).map(|fit| fit.table.name).collect())),
    }
}

/// The tables on either side of a column without header, if there is one on each. Different columns of one table are
/// that table.
fn tables_beside(headers: &[impl AsRef<str>], expected: ExpectedTables<'_>) -> Option<[&'static str; 2]> {
    let table_of = |headers: &[_]| {
        let headers = HeaderRow::new(headers, expected);
        expected.tables.iter().find_map(|table| headers.match_table(table))
    };
    let is_empty = |at: &usize| strip_padding(headers[*at].as_ref()).is_empty();
    (1..headers.len().saturating_sub(1)).filter(is_empty).find_map(|at| {
        let (left, right) = (table_of(&headers[..at])?, table_of(&headers[at + 1..])?);
        let is_twice =
            || left.positions.iter().zip(&right.positions).any(|(one, other)| one.is_some() && other.is_some());
        (left.table.name != right.table.name || is_twice()).then_some([left.table.name, right.table.name])
    })
}

/// Names the tables, with the headers that each requires.
pub fn looked_for(tables: &[&'static Table]) -> Message {
    say::looked_for_tables(Message::list(
        tables.iter().map(|table| say::table_wanted(called(table.name), required(table))),
    ))
}

fn required(table: &Table) -> Message {
    // A column has the headers of every table: of these two the first is of another one.
    let zh = |column: &Column| match column {
        column if column.name == USERID.name && is(table, &MEMBERS) => Some("账号"),
        column if column.name == NAME.name && is(table, &GROUPS) => Some("群名"),
        column => column.zh.first().copied(),
    };
    let header = |column: &&Column| match zh(column) {
        Some(zh) => format!("{} {zh}", column.name),
        None => column.name.to_owned(),
    };
    let beside: &[&Column] = match table {
        table if is(table, &MEMBERS) => &[&NAME, &HAS_CUSTOMER_CONTACT],
        table if is(table, &JOIN_CODES) => LINKS,
        _ => &[],
    };
    let lists = table.identity.iter().copied().chain((!beside.is_empty()).then_some(beside));
    Message::list(lists.map(|columns| Message::either(columns.iter().map(header))))
}

fn called(table: &str) -> Message {
    if table == CONSOLE_GROUPS.name {
        return say::CONSOLE_GROUPS.into();
    }
    let list = LISTS.iter().find(|list| list.table.name == table);
    list.map_or_else(|| Message::verbatim(table), |list| Text { zh: list.title_zh, en: list.title_en }.into())
}

impl Unrecognised {
    /// Explains the problem with the headers, and the remedy.
    pub fn explain(
        &self,
        headers: &[impl AsRef<str>],
        looked_for: &Message,
        expected: ExpectedTables<'_>,
    ) -> (Message, Message) {
        match self {
            Self::Nothing => (say::no_known_table(looked_for), remedy(headers, expected)),
            Self::Several(names) => {
                let names = Message::list(names.iter().map(|name| called(name)));
                (say::several_tables(names, looked_for), say::SEVERAL_TABLES_REMEDY.into())
            }
            Self::Twice { table, column, headers: [first, second] } => {
                let lines = || expected.own.lines(&[(column, first.clone())]);
                let is_same = HeaderText::new(first).plain == HeaderText::new(second).plain;
                // A mapping would name both.
                let remedy = if is_same { say::KEEP_ONE_COLUMN.into() } else { say::map_column(lines()) };
                (say::column_twice(column, called(table), first, second), remedy)
            }
            Self::Unsure { table, column, header } => {
                let lines = expected.own.lines(&[(column, header.clone())]);
                (say::column_unsure(column, called(table), header), say::map_or_rename(lines))
            }
            Self::Beside(tables) => {
                let [left, right] = tables.map(called);
                (say::tables_beside(left, right), say::ONE_TABLE_EACH.into())
            }
        }
    }
}

/// The remedy for headers of no table that belongs there: it may belong elsewhere, or fit with a mapping.
fn remedy(headers: &[impl AsRef<str>], expected: ExpectedTables<'_>) -> Message {
    if let [header] = &headers.iter().map(AsRef::as_ref).filter(|header| !header.is_empty()).collect::<Vec<_>>()[..]
        && holds_several(header)
    {
        return say::OTHER_DELIMITER_REMEDY.into();
    }
    if headers.iter().any(|header| names::is_misdecoded(header.as_ref())) {
        return say::MISDECODED_REMEDY.into();
    }
    let tables = |tables| ExpectedTables { tables, ..expected };
    let of_lists = recognise(headers, tables(LIST_TABLES)).ok().and_then(|layout| CaseList::of(layout.table));
    match of_lists {
        // The columns of a keyed list are columns of relations too.
        Some(list) if !matches!(list.kind, ListKind::Keyed { .. }) => say::is_a_list(called(list.table.name)),
        _ if recognise(headers, tables(SNAPSHOT_TABLES)).is_ok() => say::IS_A_SNAPSHOT.into(),
        _ => propose::propose(headers, expected),
    }
}

#[cfg(test)]
mod tests;
