//! Headers -> which table a sheet or Parquet file holds, and which of its columns is which.
//!
//! A header is compared as a key is (what stands around it does not belong to it), without regard to ASCII case, `_`, `-`,
//! `.` and blanks, so that `external_userid`, `externalUserid` and `External UserID` are one. Beside the names of the
//! schema, English and Chinese, the API's own names are known, and what case.toml says of the user's own headers.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::value::bare;
use crate::case::OwnHeaders;
use crate::schema::fields::*;
use crate::schema::tables::{
    ACCOUNTS_LIST, CONSOLE_GROUPS, COVERAGE, CUSTOMER_MAP, GROUP_MAP, GROUP_MEMBERS, GROUPS, JOIN_CODES, LISTS,
    MEMBERS, REFUSALS, RELATIONS_TABLE, SNAPSHOT_TABLES, UNREADABLE_TABLE,
};
use crate::schema::{Column, Table};
use crate::text::{Message, Text, errors as say};

/// Within how many rows the header has to stand.
pub const HEADER_ROWS: usize = 20;
/// Headers of columns that are not used, of which a file's tally keeps as many.
const MOST_UNUSED: usize = 300;
/// Characters that are shown of a header.
const LONGEST_SHOWN: usize = 100;

/// The API's own names, beside those of the schema; without `_`.
const API_NAMES: &[(&Column, &[&str])] = &[
    (&CREATED_AT, &["createtime", "addtime"]),
    (&OWNER_USERID, &["owner"]),
    (&JOINED_AT, &["jointime"]),
    (&LEFT_AT, &["dimissiontime"]),
    (&CHAT_IDS, &["chatidlist"]),
];

/// Names that say too little to tell a table by. They count where the table is told by other columns, and where no
/// header has the column's own name: `name` beside a customer's id is the customer's.
const WEAK_NAMES: &[(&Table, &Column, &str)] = &[
    (&RELATIONS_TABLE, &CUSTOMER_NAME, "name"),
    (&RELATIONS_TABLE, &CUSTOMER_TYPE, "type"),
    (&RELATIONS_TABLE, &TAGS, "tagid"),
    (&GROUP_MEMBERS, &MEMBER_KIND, "type"),
    (&REFUSALS, &CUSTOMER_NAME, "name"),
];

/// The objects of the API in which a table's fields stand: `external_contact.name`, `follow_info_userid`; without `_`.
const OBJECTS: &[(&Table, &[&str])] = &[
    (&RELATIONS_TABLE, &["externalcontact", "followinfo", "followuser", "follow"]),
    (&GROUPS, &["groupchat"]),
    (&GROUP_MEMBERS, &["memberlist"]),
    (&JOIN_CODES, &["joinway"]),
];

/// Headers of a roster that are not read, and tell it from other tables with accounts.
const DEPARTMENTS: &[&str] = &["department", "maindepartment", "dept", "部门", "所属部门", "所在部门", "主部门"];

/// The group of a contact that `contact_list` shows without a member.
const CHAT_ID_HEADER: &str = "chatid";

/// Names of the columns in other systems, for the mapping that is proposed; without `_`.
const LIKELY: &[(&Column, &[&str])] = &[
    (
        &USERID,
        &[
            "staffid",
            "staffuserid",
            "employeeid",
            "employeeuserid",
            "memberid",
            "memberuserid",
            "empid",
            "wxuserid",
            "accountid",
            "account",
            "staff",
            "跟进人账号",
            "员工账号",
            "员工id",
            "企微账号",
            "成员id",
            "跟进人id",
        ],
    ),
    (
        &EXTERNAL_USERID,
        &[
            "customerid",
            "clientid",
            "contactid",
            "externalid",
            "custid",
            "externalcontactid",
            "extuserid",
            "外部联系人id",
            "企微客户id",
        ],
    ),
    (&UNIONID, &["wechatunionid", "weixinunionid", "微信unionid"]),
    (&CUSTOMER_NAME, &["nickname", "nick", "clientname", "contactname", "externalname", "昵称", "微信昵称", "客户"]),
    (&CREATED_AT, &["gmtcreate", "createdate", "adddate", "addedat", "followtime", "bindtime", "添加日期", "创建日期"]),
    (&CHAT_ID, &["groupid", "roomid", "chatroomid", "群id"]),
    (&NAME, &["groupname", "chatname", "roomname", "username", "realname", "membername"]),
    (&OWNER_USERID, &["ownerid", "groupowner", "groupownerid"]),
    (
        &SOURCE_USERID,
        &["olduserid", "fromuserid", "sourceaccount", "oldaccount", "原账号", "旧账号", "原userid", "旧userid"],
    ),
    (&TARGET_USERID, &["newuserid", "touserid", "targetaccount", "newaccount", "新账号", "新userid"]),
    (
        &SOURCE_EXTERNAL_USERID,
        &["oldexternaluserid", "fromexternaluserid", "sourcecustomerid", "oldcustomerid", "原客户id", "旧客户id"],
    ),
    (
        &TARGET_EXTERNAL_USERID,
        &["newexternaluserid", "toexternaluserid", "targetcustomerid", "newcustomerid", "新客户id"],
    ),
    (&SOURCE_CHAT_ID, &["oldchatid", "fromchatid", "原群id", "旧群id"]),
    (&TARGET_CHAT_ID, &["newchatid", "tochatid", "新群id"]),
];

/// Below this likeness a header is not proposed for a column.
const LIKENESS: f64 = 0.87;

/// The tables that a file may hold.
#[derive(Clone, Copy)]
pub struct Sought<'s> {
    pub tables: &'static [&'static Table],
    /// The user's own headers.
    pub own: &'s Own,
}

/// The user's own headers, as case.toml gives them, and which of them were met.
pub struct Own {
    /// The table of case.toml: `snapshots.target-after.columns`.
    key: String,
    headers: Vec<OwnHeader>,
}

struct OwnHeader {
    column: &'static str,
    typed: String,
    plain: String,
    is_met: AtomicBool,
}

impl Own {
    /// The headers of a table of case.toml.
    pub fn new(key: String, headers: &OwnHeaders) -> Self {
        let own = |(&column, typed): (&&'static str, &String)| OwnHeader {
            column,
            typed: typed.clone(),
            plain: Header::of(typed).plain,
            is_met: AtomicBool::new(false),
        };
        Self { key, headers: headers.iter().map(own).collect() }
    }

    /// Each that no table has: its key in case.toml, and what was typed.
    pub fn unmet(&self) -> impl Iterator<Item = (String, &str)> {
        let unmet = self.headers.iter().filter(|own| !own.is_met.load(Ordering::Relaxed));
        unmet.map(|own| (format!("{}.{}", self.key, own.column), own.typed.as_str()))
    }

    /// The lines of case.toml that say which header is which column.
    fn lines(&self, columns: &[(&'static str, String)]) -> Message {
        let lines = columns
            .iter()
            .map(|(column, header)| format!("{column} = \"{}\"", header.replace('\\', r"\\").replace('"', "\\\"")));
        Message::lines(std::iter::once(format!("[{}]", self.key)).chain(lines))
    }

    fn of_column(&self, column: &Column) -> Option<&OwnHeader> {
        self.headers.iter().find(|own| own.column == column.name)
    }

    /// Whether the header stands for another column of the table.
    fn takes(&self, header: &Header, table: &Table, column: &Column) -> bool {
        let is_other = |own: &&OwnHeader| {
            own.column != column.name && table.columns.iter().any(|slot| slot.column.name == own.column)
        };
        self.headers.iter().filter(is_other).any(|own| own.plain == header.plain)
    }
}

/// A header: as it is shown, and as it is compared.
struct Header {
    plain: String,
    folded: String,
}

impl Header {
    fn of(text: &str) -> Self {
        let plain = bare(text).to_ascii_lowercase();
        let folded = fold(&plain).collect();
        Self { plain, folded }
    }
}

/// Every name of a column, without `_`, so that the many headers that are none are looked at once.
static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let columns = SNAPSHOT_TABLES.iter().chain(LISTS).flat_map(|table| table.columns);
    let named = columns.flat_map(|slot| names(slot.column).map(|name| Header::of(name).folded));
    named.chain(WEAK_NAMES.iter().map(|(.., name)| (*name).to_owned())).collect()
});

/// Whether a text is a header that some table has.
pub fn is_known(text: &str) -> bool {
    KNOWN.contains(&Header::of(text).folded)
}

/// The names of a column that are enough to know it by.
fn names(column: &Column) -> impl Iterator<Item = &'static str> + use<> {
    let api = API_NAMES.iter().find(|(named, _)| *named == column).map_or(&[][..], |(_, names)| names);
    std::iter::once(column.name).chain(column.zh.iter().copied()).chain(api.iter().copied())
}

/// Whether two headers are one.
fn is_same(header: &str, name: &str) -> bool {
    fold(header).eq(fold(name))
}

/// A header without ASCII case and what stands between its words.
fn fold(header: &str) -> impl Iterator<Item = char> {
    header.chars().filter(|c| !matches!(c, '_' | '-' | '.') && !c.is_whitespace()).map(|c| c.to_ascii_lowercase())
}

/// The place of each column of a table in a sheet.
#[derive(Debug, Clone)]
pub struct Layout {
    pub table: &'static Table,
    /// For each column of the table, where it stands in the sheet.
    pub places: Vec<Option<usize>>,
    /// The columns that hold the tags of one group each, with its name.
    pub tag_groups: Vec<(usize, String)>,
    /// The column of the group that a contact was met in, beside relations.
    pub group_of_contact: Option<usize>,
    /// The cells of the header row, compared as headers are.
    pub header: Vec<String>,
    /// The letters with which the first used column of a header row begins, in small: nearly no other row does.
    initials: Vec<u8>,
    /// Headers of columns that are not used, as they are shown.
    pub unused: Vec<String>,
}

/// The reason why no table was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unrecognised {
    /// No table has its needed columns there.
    Nothing,
    /// Several tables fit equally well.
    Several(Vec<&'static str>),
    /// Two headers are one column of the table.
    Twice { table: &'static str, column: &'static str, headers: [String; 2] },
}

impl Layout {
    /// Columns of the table that the sheet holds.
    pub fn matched(&self) -> usize {
        self.places.iter().flatten().count()
    }

    /// Whether the sheet column at that index is of the table.
    pub fn uses(&self, index: usize) -> bool {
        self.places.contains(&Some(index))
    }

    /// Whether a row is the header once more, as where files were joined, or in the other language.
    pub fn is_header<'c>(&self, cell: impl Fn(usize) -> &'c str) -> bool {
        let mut used = used(self.table, &self.places).peekable();
        let is_like_one = |(_, at): &(&Column, usize)| match cell(*at).as_bytes() {
            [first, ..] if first.is_ascii_alphanumeric() => self.initials.contains(&first.to_ascii_lowercase()),
            rest => !rest.is_empty(),
        };
        let is_named = |(column, at): (&Column, usize)| {
            let cell = bare(cell(at));
            cell.eq_ignore_ascii_case(&self.header[at]) || names(column).any(|name| is_same(cell, name))
        };
        used.peek().is_some_and(is_like_one) && used.all(is_named)
    }
}

/// The columns of a table that a sheet holds, each with its place.
fn used(table: &'static Table, places: &[Option<usize>]) -> impl Iterator<Item = (&'static Column, usize)> {
    table.columns.iter().zip(places).filter_map(|(slot, place)| Some((slot.column, (*place)?)))
}

/// The header row: the first of those that match the most columns of a table.
pub fn find_header<'r>(
    rows: impl Iterator<Item = &'r Vec<String>>,
    sought: Sought<'_>,
) -> Result<(usize, Layout), Unrecognised> {
    let mut best: Option<(usize, Layout)> = None;
    let mut problem = Unrecognised::Nothing;
    for (index, row) in rows.take(HEADER_ROWS).enumerate() {
        match recognise(row, sought) {
            Ok(layout) if best.as_ref().is_none_or(|(_, other)| layout.matched() > other.matched()) => {
                best = Some((index, layout))
            }
            Err(other) if problem == Unrecognised::Nothing => problem = other,
            _ => {}
        }
    }
    let (index, layout) = best.ok_or(problem)?;
    sought.own.meet(&layout);
    Ok((index, layout))
}

/// The table whose needed columns are all there and that matches the most columns.
pub fn recognise(headers: &[impl AsRef<str>], sought: Sought<'_>) -> Result<Layout, Unrecognised> {
    let headers = Headers::of(headers, sought);
    let mut fitting: Vec<Fit> = sought.tables.iter().filter_map(|table| headers.fit(table)).collect();
    let most = fitting.iter().map(Fit::matched).max().ok_or(Unrecognised::Nothing)?;
    fitting.retain(|fit| fit.matched() == most);
    match (fitting.len(), fitting.pop()) {
        (1, Some(Fit { table, twice: Some((column, pair)), .. })) => {
            Err(Unrecognised::Twice { table: table.name, column, headers: pair.map(|at| headers.shown(at)) })
        }
        (1, Some(fit)) => Ok(headers.layout(fit)),
        (_, last) => Err(Unrecognised::Several(fitting.iter().chain(&last).map(|fit| fit.table.name).collect())),
    }
}

/// The headers of a row.
struct Headers<'h> {
    texts: Vec<&'h str>,
    /// All of them, as they are compared.
    all: Vec<Header>,
    /// The indices of headers that some table knows.
    known: Vec<usize>,
    own: &'h Own,
}

/// A table that the headers may be of.
struct Fit {
    table: &'static Table,
    places: Vec<Option<usize>>,
    group_of_contact: Option<usize>,
    /// A column that two headers name.
    twice: Option<(&'static str, [usize; 2])>,
}

impl Fit {
    fn matched(&self) -> usize {
        self.places.iter().chain([&self.group_of_contact]).flatten().count()
    }

    fn has(&self, column: &Column) -> bool {
        self.table.position(column).is_some_and(|at| self.places[at].is_some())
    }
}

impl<'h> Headers<'h> {
    fn of(headers: &'h [impl AsRef<str>], sought: Sought<'h>) -> Self {
        let texts: Vec<&str> = headers.iter().map(AsRef::as_ref).collect();
        let all: Vec<Header> = texts.iter().map(|text| Header::of(text)).collect();
        let of_object =
            |header: &Header| OBJECTS.iter().any(|(table, _)| header.within(table).any(|field| KNOWN.contains(field)));
        let is_own = |header: &Header| sought.own.headers.iter().any(|own| own.plain == header.plain);
        let is_known = |header: &Header| KNOWN.contains(&header.folded) || of_object(header) || is_own(header);
        let known = (0..all.len()).filter(|at| is_known(&all[*at])).collect();
        Self { texts, all, known, own: sought.own }
    }

    /// A header for people: not longer than it has to be to know it by.
    fn shown(&self, at: usize) -> String {
        bare(self.texts[at]).chars().filter(|c| !c.is_control()).take(LONGEST_SHOWN).collect()
    }

    fn fit(&self, table: &'static Table) -> Option<Fit> {
        let mut fit = self.strong(table);
        if !self.is_whole(&fit) {
            return None;
        }
        for (_, column, name) in WEAK_NAMES.iter().filter(|(of, ..)| is(of, table)) {
            let place = table.position(column).map(|at| &mut fit.places[at]);
            let weak = self
                .known
                .iter()
                .copied()
                .find(|&at| self.all[at].folded == *name && !self.own.takes(&self.all[at], table, column));
            if let Some(place @ None) = place {
                *place = weak;
            }
        }
        let is_group = |at: &usize| {
            is(table, &RELATIONS_TABLE) && self.all[*at].folded == CHAT_ID_HEADER && !fit.places.contains(&Some(*at))
        };
        fit.group_of_contact = self.known.iter().copied().find(is_group);
        Some(fit)
    }

    /// The columns whose headers are enough to know them by.
    fn strong(&self, table: &'static Table) -> Fit {
        let mut twice = None;
        let mut place = |column: &Column| {
            let mut named = self.known.iter().copied().filter(|&at| self.is_named(&self.all[at], column, table));
            let first = named.next()?;
            twice = twice.or(named.next().map(|second| (column.name, [first, second])));
            Some(first)
        };
        let places = table.columns.iter().map(|slot| place(slot.column)).collect();
        Fit { table, places, group_of_contact: None, twice }
    }

    fn is_named(&self, header: &Header, column: &Column, table: &Table) -> bool {
        let own = self.own.of_column(column).filter(|own| self.all.iter().any(|header| header.plain == own.plain));
        if let Some(own) = own {
            return header.plain == own.plain;
        }
        let weak =
            || WEAK_NAMES.iter().filter(|(of, named, _)| is(of, table) && *named == column).map(|(.., name)| *name);
        let within = || header.within(table).any(|field| names(column).chain(weak()).any(|name| is_same(field, name)));
        (names(column).any(|name| is_same(&header.folded, name)) || within()) && !self.own.takes(header, table, column)
    }

    /// Whether the columns are there without which no record of the table could be told from another, and which no other
    /// kind of table has.
    fn is_whole(&self, fit: &Fit) -> bool {
        let has = |column: &Column| fit.has(column);
        let any = |columns: &[&Column]| columns.iter().any(|column| fit.has(column));
        let is_told = match fit.table {
            // Every table of a company has a column with accounts.
            table if is(table, &MEMBERS) => {
                any(&[&NAME, &HAS_CUSTOMER_CONTACT]) || self.has_department() || (has(&STATUS) && self.all_known())
            }
            // A sheet with the bare names of groups would look like any sheet with names, and one of members too.
            table if is(table, &GROUPS) => {
                has(&CHAT_ID) || (any(&[&OWNER_USERID, &CREATED_AT, &MEMBER_COUNT]) && !self.names(&USERID))
            }
            table if is(table, &CONSOLE_GROUPS) => has(&OWNER_NAME),
            table if is(table, &GROUP_MEMBERS) => any(&[&USERID, &MEMBER_KIND, &UNIONID]),
            _ => true,
        };
        is_told && fit.table.identity.iter().all(|columns| any(columns))
    }

    fn names(&self, column: &Column) -> bool {
        self.known.iter().any(|at| names(column).any(|name| is_same(&self.all[*at].folded, name)))
    }

    fn has_department(&self) -> bool {
        self.all.iter().any(|header| DEPARTMENTS.contains(&header.folded.as_str()))
    }

    fn all_known(&self) -> bool {
        self.known.len() == self.all.iter().filter(|header| !header.plain.is_empty()).count()
    }

    fn layout(&self, fit: Fit) -> Layout {
        let Fit { table, places, group_of_contact, .. } = fit;
        let has_tags = table.position(&TAGS).is_some();
        let tag_groups = self.texts.iter().enumerate().filter_map(|(at, text)| Some((at, tag_group(bare(text))?)));
        let tag_groups: Vec<(usize, String)> = if has_tags { tag_groups.collect() } else { Vec::new() };
        let is_used = |at: usize| {
            places.contains(&Some(at)) || group_of_contact == Some(at) || tag_groups.iter().any(|(tag, _)| *tag == at)
        };
        let unused: Vec<usize> =
            (0..self.all.len()).filter(|at| !self.all[*at].plain.is_empty() && !is_used(*at)).collect();
        let more = unused.len().saturating_sub(MOST_UNUSED);
        let shown = unused.iter().take(MOST_UNUSED).map(|at| self.shown(*at));
        let unused = shown.chain((more > 0).then(|| format!("(+ {more})"))).collect();
        let header = self.all.iter().map(|header| header.plain.clone()).collect();
        let first = used(table, &places).next();
        let first_byte = |name: &str| name.bytes().next().map(|first| first.to_ascii_lowercase());
        let initials = first.map_or(Vec::new(), |(column, at)| {
            names(column).filter_map(first_byte).chain(first_byte(&self.all[at].plain)).collect()
        });
        Layout { table, places, tag_groups, group_of_contact, header, initials, unused }
    }
}

impl Header {
    /// The field of an object of the API that the header may name, if the table is made of it.
    fn within(&self, table: &Table) -> impl Iterator<Item = &str> {
        let objects = OBJECTS.iter().find(|(of, _)| is(of, table)).map_or(&[][..], |(_, objects)| objects);
        objects.iter().filter_map(|object| self.folded.strip_prefix(object))
    }
}

impl Own {
    /// Remembers which of the headers were met.
    pub fn meet(&self, layout: &Layout) {
        for own in &self.headers {
            let place = layout
                .table
                .columns
                .iter()
                .position(|slot| slot.column.name == own.column)
                .and_then(|at| layout.places[at]);
            if place.is_some_and(|at| layout.header[at] == own.plain) {
                own.is_met.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// The group whose tags a column of the console holds: `来源`, where the header is `标签组1(来源)`.
fn tag_group(header: &str) -> Option<String> {
    let behind = header.strip_prefix("标签组")?.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let name = behind.trim().strip_prefix(['(', '（'])?.strip_suffix([')', '）'])?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Names the tables, with the headers by which each would have been recognised.
pub fn looked_for(tables: &[&'static Table]) -> Message {
    say::looked_for_tables(Message::list(
        tables.iter().map(|table| say::table_wanted(called(table.name), wanted(table))),
    ))
}

fn wanted(table: &Table) -> Message {
    let header = |column: &&Column| match column.zh.first() {
        Some(zh) => format!("{} {zh}", column.name),
        None => column.name.to_owned(),
    };
    let beside: &[&Column] = if is(table, &MEMBERS) { &[&NAME, &HAS_CUSTOMER_CONTACT] } else { &[] };
    let lists = table.identity.iter().copied().chain((!beside.is_empty()).then_some(beside));
    Message::list(lists.map(|columns| Message::either(columns.iter().map(header))))
}

fn is(table: &Table, other: &Table) -> bool {
    table.name == other.name
}

/// The name of a table for people: of one with a file of its own, the name of that.
fn called(table: &str) -> Message {
    let names: [(&Table, Text); 5] = [
        (&ACCOUNTS_LIST, say::ACCOUNTS_LIST),
        (&CUSTOMER_MAP, say::CUSTOMER_MAP),
        (&GROUP_MAP, say::GROUP_MAP),
        (&REFUSALS, say::REFUSALS),
        (&CONSOLE_GROUPS, say::CONSOLE_GROUPS),
    ];
    let name = names.into_iter().find(|(named, _)| named.name == table);
    name.map_or_else(|| Message::verbatim(table), |(_, name)| name.into())
}

impl Unrecognised {
    /// Says what is wrong with the headers, and what would be right.
    pub fn explain(&self, headers: &[impl AsRef<str>], looked_for: &Message, sought: Sought<'_>) -> (Message, Message) {
        match self {
            Self::Nothing => {
                let remedy = match propose(headers, sought) {
                    Some(columns) => say::map_columns(sought.own.lines(&columns)),
                    None => say::NO_KNOWN_TABLE_REMEDY.into(),
                };
                (say::no_known_table(looked_for), remedy)
            }
            Self::Several(names) => {
                let names = Message::list(names.iter().map(|name| called(name)));
                (say::several_tables(names, looked_for), say::SEVERAL_TABLES_REMEDY.into())
            }
            Self::Twice { table, column, headers: [first, second] } => {
                let lines = sought.own.lines(&[(column, first.clone())]);
                (say::column_twice(column, called(table), first, second), say::map_column(lines))
            }
        }
    }
}

/// The mapping with which the headers would be a table, as far as their names suggest one.
fn propose(headers: &[impl AsRef<str>], sought: Sought<'_>) -> Option<Vec<(&'static str, String)>> {
    let headers = Headers::of(headers, sought);
    let foreign = sought.tables.iter().filter(|table| !is(table, &COVERAGE) && !is(table, &UNREADABLE_TABLE));
    let proposals = foreign.filter_map(|table| headers.propose(table));
    let best = proposals
        .max_by_key(|proposal| (proposal.is_whole, proposal.matched, std::cmp::Reverse(proposal.columns.len())))?;
    Some(best.columns)
}

/// A mapping that would make the headers a table, or nearly.
struct Proposal {
    is_whole: bool,
    matched: usize,
    columns: Vec<(&'static str, String)>,
}

impl Headers<'_> {
    fn propose(&self, table: &'static Table) -> Option<Proposal> {
        let mut fit = self.strong(table);
        let mut columns = Vec::new();
        for likely in [true, false] {
            for (at, slot) in table.columns.iter().enumerate() {
                // By mere likeness only what the table cannot be told without.
                let is_needed = likely
                    || table
                        .identity
                        .iter()
                        .any(|list| list.contains(&slot.column) && !list.iter().any(|column| fit.has(column)));
                if fit.places[at].is_some() || !is_needed {
                    continue;
                }
                fit.places[at] = self.likeliest(slot.column, &fit, likely);
                columns.extend(fit.places[at].map(|place| (slot.column.name, self.shown(place))));
            }
        }
        let has_key = table.identity.iter().any(|list| list.iter().any(|column| fit.has(column)));
        (has_key && !columns.is_empty()).then(|| Proposal {
            is_whole: self.is_whole(&fit),
            matched: fit.matched(),
            columns,
        })
    }

    /// The header that may be meant by the column: one that other systems use for it, or the most alike.
    fn likeliest(&self, column: &Column, fit: &Fit, likely: bool) -> Option<usize> {
        let free = (0..self.all.len()).filter(|at| {
            !self.all[*at].plain.is_empty() && !self.known.contains(at) && !fit.places.contains(&Some(*at))
        });
        if likely {
            let names = LIKELY.iter().find(|(named, _)| *named == column)?.1;
            let rank = |at: &usize| names.iter().position(|name| self.all[*at].folded == *name);
            return free.filter(|at| rank(at).is_some()).min_by_key(|at| rank(at));
        }
        let likeness = |at: usize| (strsim::jaro_winkler(&self.all[at].folded, &column.name.replace('_', "")), at);
        free.map(likeness)
            .filter(|(likeness, _)| *likeness >= LIKENESS)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests;
