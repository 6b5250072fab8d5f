//! The names of columns in files: of the schema, of the API, and of other systems. A header is compared as a key is
//! (the padding around it does not count), without regard to ASCII case, `_`, `-`, `.` and blanks: `external_userid`,
//! `externalUserid` and `External UserID` are equal.

use std::collections::HashSet;
use std::sync::LazyLock;

use encoding_rs::{Encoding, GB18030, UTF_8, WINDOWS_1252};

use crate::ingest::value::strip_padding;
use crate::limits::MAX_TAG_GROUP_BYTES;
use crate::schema::fields::*;
use crate::schema::lists::{CaseList, LIST_TABLES, LISTS};
use crate::schema::tables::{GROUP_MEMBERS, GROUPS, JOIN_CODES, RELATIONS_TABLE, SNAPSHOT_TABLES};
use crate::schema::{Column, Kind, Table};

/// Names of the API beside those of the schema, folded.
const API_NAMES: &[(&Column, &[&str])] = &[
    (&CREATED_AT, &["createtime", "addtime"]),
    (&OWNER_USERID, &["owner"]),
    (&JOINED_AT, &["jointime"]),
    (&LEFT_AT, &["dimissiontime"]),
    (&CHAT_IDS, &["chatidlist"]),
];

/// Names too common to identify a table, beside those of the lists. They count where other columns identify it, and
/// where no header has the column's own name: `name` beside a customer's id is that of the customer.
const WEAK_NAMES: &[(&Table, &Column, &str)] = &[
    (&RELATIONS_TABLE, &CUSTOMER_NAME, "name"),
    (&RELATIONS_TABLE, &CUSTOMER_TYPE, "type"),
    (&RELATIONS_TABLE, &TAGS, "tagid"),
    (&GROUP_MEMBERS, &MEMBER_KIND, "type"),
    // A row for each group of a code.
    (&JOIN_CODES, &CHAT_IDS, "chatid"),
    (&JOIN_CODES, &CHAT_IDS, "客户群id"),
];

/// Objects of the API that contain fields of a table, folded: `external_contact.name`, `follow_info_userid`.
const OBJECTS: &[(&Table, &[&str])] = &[
    (&RELATIONS_TABLE, &["externalcontact", "followinfo", "followuser", "follow"]),
    (&GROUPS, &["groupchat"]),
    (&GROUP_MEMBERS, &["memberlist"]),
    (&JOIN_CODES, &["joinway"]),
];

/// Names of the time when a member added a customer, the surest last. A table of a database has others beside it, such
/// as that of its row.
const TIMES_OF_RELATIONS: &[&str] = &["createtime", "创群时间", "添加时间", "addtime"];

/// Columns of transfers inside a corp (D2), which name customers and members as the lists of a migration do, folded.
const TRANSFERS: &[&str] = &["takeoveruserid", "takeovertime"];

/// Words in the names of userids that are not those of the member who holds the relation.
const OTHER_PERSONS: &[&str] = &[
    "external", "takeover", "handover", "open", "oper", "creat", "updat", "invit", "客户", "外部", "接替", "原",
    "群主", "创建", "操作", "邀请",
];

/// Headers of a roster that are not read, and distinguish it from other tables with accounts.
pub(super) const DEPARTMENTS: &[&str] =
    &["department", "maindepartment", "dept", "部门", "所属部门", "所在部门", "主部门"];

/// The group of a contact that `contact_list` returns without a member.
pub(super) const CONTACT_GROUP_HEADER: &str = "chatid";

/// Names of columns in other systems, folded, for the mapping that an error proposes, beside those of the lists.
const FOREIGN_NAMES: &[(&Column, &[&str])] = &[
    (
        &USERID,
        &[
            "staffid", "staffuserid", "employeeid", "employeeuserid", "memberid", "memberuserid", "empid", "wxuserid",
            "weuserid", "qwuserid", "adduserid", "followuserid", "owneruserid", "accountid", "account", "staff",
            "跟进人账号", "员工账号", "员工id", "企微账号", "成员id", "跟进人id",
        ],
    ),
    (
        &EXTERNAL_USERID,
        &[
            "customerid", "clientid", "contactid", "externalid", "custid", "externalcontactid", "extuserid",
            "wxexternaluserid", "外部联系人id", "外部联系人userid", "企微客户id",
        ],
    ),
    (&UNIONID, &["wechatunionid", "weixinunionid", "微信unionid"]),
    (&CUSTOMER_NAME, &["nickname", "nick", "clientname", "contactname", "externalname", "昵称", "微信昵称", "客户"]),
    (&CREATED_AT, &["gmtcreate", "createdate", "adddate", "addedat", "followtime", "bindtime", "添加日期", "创建日期"]),
    (&CHAT_ID, &["wxchatid", "groupid", "roomid", "chatroomid", "群id"]),
    (&NAME, &["groupname", "chatname", "roomname", "username", "realname", "membername"]),
    (&OWNER_USERID, &["ownerid", "groupowner", "groupownerid"]),
];

/// A header as it is compared.
pub(super) struct HeaderText {
    /// Without padding, in lower case.
    pub plain: String,
    /// Also without what separates its words.
    pub folded: String,
}

impl HeaderText {
    pub fn new(text: &str) -> Self {
        let plain = strip_padding(text).to_ascii_lowercase();
        let folded = fold(&plain).collect();
        Self { plain, folded }
    }

    /// Fields of the API that the header may name with their object in front (`follow_info.userid`).
    pub fn fields_of(&self, table: &Table) -> impl Iterator<Item = &str> {
        let objects = OBJECTS.iter().find(|(of, _)| is(of, table)).map_or(&[][..], |(_, objects)| objects);
        objects.iter().filter_map(|object| self.folded.strip_prefix(object))
    }

    /// Returns whether the rows of its table are of transfers inside a corp.
    pub fn is_of_transfers(&self) -> bool {
        TRANSFERS.contains(&self.folded.as_str())
    }

    /// How sure it is that the header is the column, beside another one that names it too.
    pub fn rank(&self, column: &Column) -> usize {
        let place = TIMES_OF_RELATIONS.iter().position(|name| *column == CREATED_AT && self.folded.ends_with(name));
        place.map_or(0, |place| place + 1)
    }

    /// Returns whether it ends in a name of the column, and names no other person.
    pub fn ends_in_name(&self, column: &Column) -> bool {
        let is_other = *column == USERID && OTHER_PERSONS.iter().any(|word| self.folded.contains(word));
        !is_other && names(column).any(|name| self.folded.ends_with(&fold(name).collect::<String>()))
    }

    /// Returns whether some table has the header.
    pub fn is_known(&self) -> bool {
        let is_field = |table: &Table| self.fields_of(table).any(|field| KNOWN.contains(field));
        KNOWN.contains(&self.folded) || OBJECTS.iter().any(|(table, _)| is_field(table))
    }
}

/// Every name of every column, folded.
static KNOWN: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let columns = SNAPSHOT_TABLES.iter().chain(LIST_TABLES).flat_map(|table| table.columns);
    let named = columns.flat_map(|slot| names(slot.column).map(|name| HeaderText::new(name).folded));
    named.chain(all_weak_names().map(|(.., name)| name.to_owned())).collect()
});

/// Returns whether the text is a name of the column, also in other systems.
pub(super) fn is_name_of(column: &Column, text: &str) -> bool {
    let foreign = || foreign_names(column).is_some_and(|names| names.iter().any(|name| is_same(text, name)));
    names(column).any(|name| is_same(text, name)) || foreign()
}

/// Returns whether the header is that of a time in some table.
pub fn is_time(text: &str) -> bool {
    let mut columns = SNAPSHOT_TABLES.iter().flat_map(|table| table.columns).map(|slot| slot.column);
    columns.any(|column| column.kind == Kind::Time && is_name_of(column, text))
}

/// Returns whether some table has the header.
pub fn is_known(text: &str) -> bool {
    KNOWN.contains(&HeaderText::new(text).folded)
}

/// Returns whether some table has the header, also as a field of an object of the API.
pub fn is_field(text: &str) -> bool {
    HeaderText::new(text).is_known()
}

/// Returns whether a header is a known one that was decoded in the wrong encoding: Latin-1 for GB18030 or UTF-8, or
/// GB18030 for UTF-8. The names below it are damaged likewise.
pub(super) fn is_misdecoded(header: &str) -> bool {
    if header.is_ascii() {
        return false;
    }
    let latin = WINDOWS_1252.encode(header).0;
    let chinese = GB18030.encode(header).0;
    let is_known_as = |encoding: &'static Encoding, bytes: &[u8]| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes).is_some_and(|text| is_known(&text))
    };
    is_known_as(GB18030, &latin) || is_known_as(UTF_8, &latin) || is_known_as(UTF_8, &chinese)
}

/// Returns whether a cell is several headers, with something between them that no dialect of sheets has.
pub fn holds_several(cell: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || matches!(c, '|' | '│' | '^' | '~' | '\u{1}' | '，' | '、');
    cell.split(is_between).filter(|part| is_known(part)).nth(1).is_some()
}

/// The names that identify a column.
pub(super) fn names(column: &Column) -> impl Iterator<Item = &'static str> + use<> {
    let api = API_NAMES.iter().find(|(named, _)| *named == column).map_or(&[][..], |(_, names)| names);
    std::iter::once(column.name).chain(column.zh.iter().copied()).chain(api.iter().copied())
}

/// Returns whether two headers are equal.
pub(super) fn is_same(header: &str, name: &str) -> bool {
    fold(header).eq(fold(name))
}

/// Returns whether a header or key, with whatever padding, is spelled as the name is, but for case and separators.
pub fn is_same_header(given: &str, name: &str) -> bool {
    is_same(strip_padding(given), name)
}

/// Returns whether the character is a mark that templates and pages put beside a header: of a column to fill in, of the
/// order of its rows.
fn is_mark(c: char) -> bool {
    matches!(c, ' ' | '*' | '＊' | '★' | '☆' | ':' | '：' | '↑' | '↓' | '↕' | '⇅' | '▲' | '▼' | '△' | '▽' | 'ⓘ')
}

/// A header in lower case, without marks and separators of words, and with 帐 in the spelling 账.
fn fold(header: &str) -> impl Iterator<Item = char> {
    let words = header.trim_matches(is_mark).chars().filter(|c| !matches!(c, '_' | '-' | '.') && !c.is_whitespace());
    words.map(|c| if c == '帐' { '账' } else { c.to_ascii_lowercase() })
}

/// Returns whether two tables are the same.
pub(super) fn is(table: &Table, other: &Table) -> bool {
    table.name == other.name
}

/// The names that identify a table only together with its other columns.
fn all_weak_names() -> impl Iterator<Item = (&'static Table, &'static Column, &'static str)> {
    let of_list = |list: &'static CaseList| list.weak_headers.iter().map(|(column, name)| (list.table, *column, *name));
    WEAK_NAMES.iter().copied().chain(LISTS.iter().flat_map(of_list))
}

pub(super) fn weak_names_of(table: &Table) -> impl Iterator<Item = (&'static Column, &'static str)> {
    all_weak_names().filter(move |(of, ..)| is(of, table)).map(|(_, column, name)| (column, name))
}

pub(super) fn weak_names(table: &Table, column: &Column) -> impl Iterator<Item = &'static str> {
    weak_names_of(table).filter(move |(named, _)| *named == column).map(|(_, name)| name)
}

/// The names of a column in other systems, most common first.
pub(super) fn foreign_names(column: &Column) -> Option<&'static [&'static str]> {
    let all = FOREIGN_NAMES.iter().chain(LISTS.iter().flat_map(|list| list.foreign_headers));
    all.copied().find(|(named, _)| *named == column).map(|(_, names)| names)
}

/// The group of tags that a column of the console holds: `来源`, where the header is `标签组1(来源)`.
pub(super) fn tag_group(header: &str) -> Option<String> {
    let behind = header.strip_prefix("标签组")?.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let name = behind.trim().strip_prefix(['(', '（'])?.strip_suffix([')', '）'])?.trim();
    (1..=MAX_TAG_GROUP_BYTES).contains(&name.len()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So that a row with digits in half of its cells is no header.
    #[test]
    fn no_name_has_a_digit() {
        let with_digits: Vec<&String> =
            KNOWN.iter().filter(|name| name.bytes().any(|byte| byte.is_ascii_digit())).collect();
        assert!(with_digits.is_empty(), "{with_digits:?}");
    }
}
