//! Sheets, whatever file they stand in: which table a header row is of, and how a row of texts becomes a record.

use std::path::Path;

use jiff::tz::TimeZone;

use super::part::{FileRecords, Part};
use super::raw::TakeRelations;
use super::values::{self, Value};
use crate::error::{Error, Result};
use crate::schema::{Cell, Column, Table, fields, tables};
use crate::text::{Message, Text, errors as say};

/// Within how many rows the header has to stand.
pub const HEADER_ROWS: usize = 20;
/// How many columns a sheet has at most, as in Excel.
pub const MOST_COLUMNS: usize = 16_384;

/// A file of sheets, and what to know for it.
#[derive(Clone, Copy)]
pub struct SheetFile<'f> {
    pub path: &'f Path,
    /// Its index.
    pub file: u32,
    pub tables: &'f [&'static Table],
    /// What was looked for in a file that is nothing known.
    pub looked_for: &'f Message,
    pub zone: &'f TimeZone,
    pub relations: Option<&'f dyn TakeRelations>,
}

impl SheetFile<'_> {
    /// Appends what was read, and hands the relations over.
    pub fn append(self, records: &mut FileRecords, part: Part) -> Result<()> {
        records.append(part)?;
        records.list_rejects_up_to(LISTED_REJECTS);
        self.relations.map_or(Ok(()), |relations| records.hand_over(relations))
    }

    /// The error of a file in which no header row was found, with the likeliest row.
    pub fn no_header(self, headers: &[String], problem: &Unrecognised) -> Error {
        // Enough to recognise the row by; a file that is no sheet may hold anything here.
        let shown = Message::list(headers.iter().take(40).map(|header| header.trim().chars().take(40).collect::<String>()));
        let (problem, remedy) = problem.explain(self.looked_for);
        Error::input(self.path, say::headers_found(shown), problem, remedy)
    }
}

/// Rejects of a file that are listed one by one; in a file of the wrong kind every row may be one.
const LISTED_REJECTS: usize = 100_000;

/// The text of a cell, or why it has none.
pub type Given<'c> = std::result::Result<&'c str, &'static str>;

/// Which column of a sheet holds which column of its table.
#[derive(Debug, Clone)]
pub struct Layout {
    pub table: &'static Table,
    /// For each column of the table, where it stands in the sheet.
    pub places: Vec<Option<usize>>,
    /// The columns that hold the tags of one group each, with its name.
    tag_groups: Vec<(usize, String)>,
    /// Cells of the header row.
    pub width: usize,
}

/// Why no table was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrecognised {
    /// No table has its needed columns there.
    Nothing,
    /// Several tables fit equally well.
    Several(Vec<&'static str>),
    /// Two headers are one column of the table.
    Twice { table: &'static str, column: &'static str },
}

impl Layout {
    /// How many columns of the table the sheet holds.
    pub fn matched(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// Whether the sheet column at that index is of the table.
    pub fn uses(&self, index: usize) -> bool {
        self.places.contains(&Some(index))
    }
}

/// The header row: the first of those that match the most columns of a table.
pub fn find_header(rows: &[Vec<String>], tables: &[&'static Table]) -> std::result::Result<(usize, Layout), Unrecognised> {
    let mut best: Option<(usize, Layout)> = None;
    let mut problem = Unrecognised::Nothing;
    for (index, row) in rows.iter().take(HEADER_ROWS).enumerate() {
        match recognise(row, tables) {
            Ok(layout) if best.as_ref().is_none_or(|(_, other)| layout.matched() > other.matched()) => best = Some((index, layout)),
            Err(other) if problem == Unrecognised::Nothing => problem = other,
            _ => {}
        }
    }
    best.ok_or(problem)
}

/// The table whose needed columns are all there and that matches the most columns.
pub fn recognise(headers: &[impl AsRef<str>], tables: &[&'static Table]) -> std::result::Result<Layout, Unrecognised> {
    let mut fitting: Vec<Fit> = tables.iter().filter_map(|table| fit(headers, table)).collect();
    let most = fitting.iter().map(|fit| fit.layout.matched()).max().ok_or(Unrecognised::Nothing)?;
    fitting.retain(|fit| fit.layout.matched() == most);
    match (fitting.len(), fitting.pop()) {
        (1, Some(Fit { layout, twice: None })) => Ok(layout),
        (1, Some(Fit { layout, twice: Some(column) })) => Err(Unrecognised::Twice { table: layout.table.name, column }),
        (_, last) => Err(Unrecognised::Several(fitting.iter().chain(&last).map(|fit| fit.layout.table.name).collect())),
    }
}

/// A table that the headers may be of.
struct Fit {
    layout: Layout,
    /// A column that two headers name.
    twice: Option<&'static str>,
}

fn fit(headers: &[impl AsRef<str>], table: &'static Table) -> Option<Fit> {
    let mut twice = None;
    let places: Vec<Option<usize>> = table
        .columns
        .iter()
        .map(|slot| {
            let mut named = headers.iter().enumerate().filter(|(_, header)| is_named(slot.column, header.as_ref()));
            let first = named.next();
            twice = twice.or(named.next().map(|_| slot.column.name));
            first.map(|(index, _)| index)
        })
        .collect();
    let has_tags = table.position(&fields::TAGS).is_some();
    let tag_groups = headers.iter().enumerate().filter_map(|(index, header)| Some((index, tag_group(header.as_ref())?)));
    let tag_groups = if has_tags { tag_groups.collect() } else { Vec::new() };
    if !is_whole(table, &places) {
        return None;
    }
    Some(Fit { layout: Layout { table, places, tag_groups, width: headers.len() }, twice })
}

/// The group whose tags a column of the console holds: `来源`, where the header is `标签组1(来源)`.
fn tag_group(header: &str) -> Option<String> {
    let behind = header.trim().strip_prefix("标签组")?.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let name = behind.trim().strip_prefix(['(', '（'])?.strip_suffix([')', '）'])?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

fn is_named(column: &Column, header: &str) -> bool {
    let header = header.trim();
    header.eq_ignore_ascii_case(column.name) || column.zh.contains(&header)
}

/// Whether the columns are there without which no record of the table could be told from another.
fn is_whole(table: &Table, places: &[Option<usize>]) -> bool {
    let has = |column: &Column| table.position(column).is_some_and(|at| places[at].is_some());
    let needed = table.columns.iter().zip(places).all(|(slot, place)| place.is_some() || !values::is_needed(slot.column, slot.required));
    let one_of = values::needs_one_of(table);
    // A sheet with the bare names of groups would look like any sheet with names.
    let nameless_group = table.name == tables::GROUPS.name
        && !has(&fields::CHAT_ID)
        && ![&fields::OWNER_USERID, &fields::CREATED_AT, &fields::MEMBER_COUNT].into_iter().any(has);
    let ownerless_group = table.name == tables::CONSOLE_GROUPS.name && !has(&fields::OWNER_NAME);
    needed && (one_of.is_empty() || one_of.iter().any(|column| has(column))) && !nameless_group && !ownerless_group
}

/// What was looked for, and by which headers it would have been recognised.
pub fn looked_for(tables: &[&'static Table]) -> Message {
    say::looked_for_tables(Message::list(tables.iter().map(|table| say::table_wanted(called(table.name), wanted(table)))))
}

fn wanted(table: &Table) -> Message {
    let header = |column: &Column| match column.zh.first() {
        Some(zh) => format!("{} {zh}", column.name),
        None => column.name.to_owned(),
    };
    let needed = table.columns.iter().filter(|slot| values::is_needed(slot.column, slot.required)).map(|slot| header(slot.column));
    let one_of = values::needs_one_of(table);
    let either = (!one_of.is_empty()).then(|| Message::either(one_of.iter().map(|column| header(column))));
    Message::list(needed.map(Message::verbatim).chain(either))
}

/// What people call a table. Those that have files of their own are called after these.
fn called(table: &str) -> Message {
    let names: [(&Table, Text); 5] = [
        (&tables::ACCOUNTS_LIST, say::ACCOUNTS_LIST),
        (&tables::CUSTOMER_MAP, say::CUSTOMER_MAP),
        (&tables::GROUP_MAP, say::GROUP_MAP),
        (&tables::REFUSALS, say::REFUSALS),
        (&tables::CONSOLE_GROUPS, say::CONSOLE_GROUPS),
    ];
    let name = names.into_iter().find(|(named, _)| named.name == table);
    name.map_or_else(|| Message::verbatim(table), |(_, name)| name.into())
}

impl Unrecognised {
    /// What is wrong, and what would be right.
    pub fn explain(&self, looked_for: &Message) -> (Message, Text) {
        match self {
            Self::Nothing => (say::no_known_table(looked_for), say::NO_KNOWN_TABLE_REMEDY),
            Self::Several(names) => {
                let names = Message::list(names.iter().map(|name| called(name)));
                (say::several_tables(names, looked_for), say::SEVERAL_TABLES_REMEDY)
            }
            Self::Twice { table, column } => (say::column_twice(column, called(table)), say::COLUMN_TWICE_REMEDY),
        }
    }
}

/// Makes a row of the current record, or a reject. There is a cell for each of the header, at least.
pub fn read_row(part: &mut Part, layout: &Layout, zone: &TimeZone, place: &str, cells: &[Given<'_>]) {
    match row_values(layout, zone, cells) {
        Ok(values) => {
            let cells: Vec<Cell<'_>> = values.iter().map(Value::cell).collect();
            part.push(layout.table, &cells, None);
        }
        Err((column, reason)) => part.reject(format!("{place}, {column}"), reason),
    }
}

fn row_values<'c>(layout: &Layout, zone: &TimeZone, cells: &[Given<'c>]) -> std::result::Result<Vec<Value<'c>>, (String, &'static str)> {
    let mut row = Vec::with_capacity(layout.places.len());
    for (slot, place) in layout.table.columns.iter().zip(&layout.places) {
        let text = place.map_or(Ok(""), |at| cells[at]);
        let value = text.and_then(|text| values::parse(slot.column.kind, text, zone));
        let value = value.map_err(|reason| (slot.column.name.to_owned(), reason))?;
        if value == Value::One(Cell::Null) && values::is_needed(slot.column, slot.required) {
            return Err((slot.column.name.to_owned(), values::ABSENT));
        }
        row.push(if slot.column.name == fields::TAGS.name { with_tag_groups(value, layout, cells) } else { value });
    }
    let one_of = values::needs_one_of(layout.table);
    let is_there = |column: &&Column| layout.table.position(column).is_some_and(|at| row[at] != Value::One(Cell::Null));
    if one_of.is_empty() || one_of.iter().any(is_there) {
        return Ok(row);
    }
    let names: Vec<&str> = one_of.iter().map(|column| column.name).collect();
    Err((names.join(" or "), values::ABSENT))
}

/// The tags of a row with those of the columns that hold a group each. What Excel made of a tag cell is of no use.
fn with_tag_groups<'c>(tags: Value<'c>, layout: &Layout, cells: &[Given<'c>]) -> Value<'c> {
    let mut all = match tags {
        Value::List(tags) => tags,
        Value::One(_) => Vec::new(),
    };
    for (place, group) in &layout.tag_groups {
        let tags = cells[*place].unwrap_or_default().split([',', '，']).map(str::trim).filter(|tag| !tag.is_empty());
        all.extend(tags.map(|tag| format!("{group}/{tag}")));
    }
    if all.is_empty() { Value::One(Cell::Null) } else { Value::List(all) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::tables::{CANONICAL, LISTS};

    fn table(headers: &[&str]) -> std::result::Result<&'static str, Unrecognised> {
        recognise(headers, CANONICAL).map(|layout| layout.table.name)
    }

    #[test]
    fn a_table_is_recognised_by_all_of_its_headers() {
        assert_eq!(table(&["userid", "external_userid", "created_at"]), Ok("relations"));
        assert_eq!(table(&["客户名称", "描述", "添加人", "添加人帐号", "添加人所属部门", "添加时间", "来源"]), Ok("relations"));
        assert_eq!(table(&["userid", "name", "status"]), Ok("members"));
        assert_eq!(table(&[" UserID "]), Ok("members"));
        assert_eq!(table(&["帐号", "姓名", "部门"]), Ok("members"));
        assert_eq!(table(&["handover_userid", "external_userid", "left_at"]), Ok("unassigned"));
        assert_eq!(table(&["chat_id", "name", "owner_userid", "status"]), Ok("groups"));
        assert_eq!(table(&["群名", "群人数", "创建时间"]), Ok("groups"));
        assert_eq!(table(&["chat_id", "userid", "kind"]), Ok("group_members"));
        assert_eq!(table(&["config_id", "chat_ids", "state"]), Ok("join_codes"));
        assert_eq!(table(&["dataset", "userid", "status", "errcode"]), Ok("coverage"));
    }

    #[test]
    fn every_table_is_recognised_by_its_own_columns() {
        for tables in [CANONICAL, LISTS] {
            for expected in tables {
                let names: Vec<&str> = expected.columns.iter().map(|slot| slot.column.name).collect();
                let zh: Vec<&str> = expected.columns.iter().map(|slot| slot.column.zh[0]).collect();
                assert_eq!(recognise(&names, tables).unwrap().table.name, expected.name);
                let by_zh = recognise(&zh, tables).map(|layout| layout.table.name);
                // Group and member share neither their Chinese name headers nor their account headers.
                assert!(by_zh == Ok(expected.name) || matches!(expected.name, "groups" | "group_members"), "{by_zh:?} {}", expected.name);
            }
        }
    }

    #[test]
    fn what_is_ambiguous_or_unknown_is_said() {
        assert_eq!(table(&["phone", "price"]), Err(Unrecognised::Nothing));
        assert_eq!(table(&["姓名", "状态"]), Err(Unrecognised::Nothing));
        assert_eq!(table(&["userid", "name", "chat_id"]), Err(Unrecognised::Several(vec!["members", "groups"])));
        assert_eq!(table(&["userid", "external_userid", "添加人账号"]), Err(Unrecognised::Twice { table: "relations", column: "userid" }));
    }

    #[test]
    fn the_header_may_stand_below_a_preamble() {
        let rows: Vec<Vec<String>> =
            [&["导出时间", "2026-05-01"][..], &[""], &["客户名称", "添加人账号", "添加时间"], &["wei", "ann", "2026-01-01"]]
                .iter()
                .map(|row| row.iter().map(ToString::to_string).collect())
                .collect();
        let (index, layout) = find_header(&rows, CANONICAL).unwrap();
        assert_eq!((index, layout.table.name, layout.matched()), (2, "relations", 3));
    }
}
