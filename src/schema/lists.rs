//! The lists of a case (SPEC section 1.2): one entry each. Reading, `[lists.columns]` in case.toml, the headers that
//! are recognised and proposed, the matching of rows, findings, `demo` and the reference derive from the entries.
//!
//! A list is small and decides much: a row that cannot be read stops the run, whatever the list.

use super::column::{Column, Slot, Table, optional, required};
use super::fields::{
    ASSESSMENT, ASSESSMENT_REASON, CUSTOMER_NAME, EXTERNAL_USERID, SOURCE_CHAT_ID, SOURCE_EXTERNAL_USERID,
    SOURCE_USERID, TARGET_CHAT_ID, TARGET_EXTERNAL_USERID, TARGET_USERID, UNIONID, USERID,
};
use super::tables::table;

#[derive(Debug)]
pub struct CaseList {
    /// Stem of its file where `demo` writes it; `audit` recognises a list by its headers, whatever the name.
    pub file: &'static str,
    /// Columns and key.
    pub table: &'static Table,
    /// Name in messages, in Chinese.
    pub title_zh: &'static str,
    /// The same in English.
    pub title_en: &'static str,
    /// Keying and use of its rows.
    pub kind: ListKind,
    /// Optional columns that change what is audited: a list in which one may have another header is refused.
    pub decisive: &'static [&'static Column],
    /// Headers too vague to recognise the list by, each with its column: used once other columns decided.
    pub weak_headers: &'static [(&'static Column, &'static str)],
    /// Names of its own columns in other systems, without `_`, for the mapping that an error proposes.
    pub foreign_headers: &'static [(&'static Column, &'static [&'static str])],
}

/// Keying and use of the rows of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// Pairs of accounts, strictly 1:1. A word for "no value" may be a userid there.
    Accounts,
    /// An id of the source corp and the id of the target corp that it became, in the first two columns. A row without a
    /// target maps nothing and is passed over.
    IdMap,
    /// Customers or relations of source-before, each by the strongest key that its row gives
    /// (`external_userid`, `unionid`, `customer_name`), with the member (`userid`) where it is about one relation.
    Keyed {
        /// Code of the finding on rows that match no relation.
        unmatched: &'static str,
        /// Code of the finding on rows by a name that several customers have.
        ambiguous_name: &'static str,
    },
}

table! {
    /// Pairs of enrolled accounts (B5, B6, B7).
    ACCOUNTS_LIST = "accounts list", "one row per source account", key [SOURCE_USERID], fallbacks [],
    identity [[SOURCE_USERID], [TARGET_USERID]], account [SOURCE_USERID], deciding [],
    [required SOURCE_USERID, required TARGET_USERID, optional ASSESSMENT, optional ASSESSMENT_REASON]
}

table! {
    /// Customer ids of the source corp -> those of the target corp.
    CUSTOMER_MAP = "customer map", "one row per source customer", key [SOURCE_EXTERNAL_USERID], fallbacks [],
    identity [[SOURCE_EXTERNAL_USERID], [TARGET_EXTERNAL_USERID]], account [], deciding [],
    [required SOURCE_EXTERNAL_USERID, required TARGET_EXTERNAL_USERID]
}

table! {
    /// Group ids of the source corp -> those of the target corp.
    GROUP_MAP = "group map", "one row per source group", key [SOURCE_CHAT_ID], fallbacks [],
    identity [[SOURCE_CHAT_ID], [TARGET_CHAT_ID]], account [], deciding [],
    [required SOURCE_CHAT_ID, required TARGET_CHAT_ID]
}

table! {
    /// Customers who refused to move (A3).
    REFUSALS = "refusals", "one row per refusal", key [EXTERNAL_USERID, UNIONID, CUSTOMER_NAME, USERID], fallbacks [],
    identity [[EXTERNAL_USERID, UNIONID, CUSTOMER_NAME]], account [USERID], deciding [],
    [optional EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME, optional USERID]
}

/// The lists, in the order of the reference. `init` and `demo` name them in this order too.
pub const LISTS: &[CaseList] = &[
    CaseList {
        file: "accounts",
        table: &ACCOUNTS_LIST,
        title_zh: "账号清单",
        title_en: "accounts list",
        kind: ListKind::Accounts,
        decisive: &[&ASSESSMENT],
        weak_headers: &[],
        foreign_headers: &[
            (
                &SOURCE_USERID,
                &[
                    "olduserid", "fromuserid", "sourceaccount", "oldaccount", "原账号", "旧账号", "原userid",
                    "旧userid", "源账号", "迁出企业账号", "原企业账号", "旧企业账号", "迁移前账号", "handoveruserid",
                    "userid",
                ],
            ),
            (
                &TARGET_USERID,
                &[
                    "newuserid", "touserid", "targetaccount", "newaccount", "新账号", "新userid", "目标账号",
                    "迁入企业账号", "新企业账号", "迁移后账号", "takeoveruserid",
                ],
            ),
            (
                &ASSESSMENT,
                &["预评估", "评估结果", "预评估结论", "预评估状态", "是否通过", "是否通过预评估", "assessmentresult"],
            ),
        ],
    },
    CaseList {
        file: "customer_map",
        table: &CUSTOMER_MAP,
        title_zh: "客户 ID 对照表",
        title_en: "customer map",
        kind: ListKind::IdMap,
        decisive: &[],
        weak_headers: &[],
        foreign_headers: &[
            (
                &SOURCE_EXTERNAL_USERID,
                &[
                    "oldexternaluserid", "fromexternaluserid", "sourcecustomerid", "oldcustomerid", "原客户id",
                    "旧客户id", "externaluserid",
                ],
            ),
            (
                &TARGET_EXTERNAL_USERID,
                &["newexternaluserid", "toexternaluserid", "targetcustomerid", "newcustomerid", "新客户id"],
            ),
        ],
    },
    CaseList {
        file: "group_map",
        table: &GROUP_MAP,
        title_zh: "客户群 ID 对照表",
        title_en: "group map",
        kind: ListKind::IdMap,
        decisive: &[],
        weak_headers: &[],
        foreign_headers: &[
            (&SOURCE_CHAT_ID, &["oldchatid", "fromchatid", "原群id", "旧群id"]),
            (&TARGET_CHAT_ID, &["newchatid", "tochatid", "新群id"]),
        ],
    },
    CaseList {
        file: "refusals",
        table: &REFUSALS,
        title_zh: "拒绝名单",
        title_en: "refusals",
        kind: ListKind::Keyed { unmatched: "A3-refusal-unmatched", ambiguous_name: "A3-refusal-name-ambiguous" },
        decisive: &[&USERID],
        weak_headers: &[(&CUSTOMER_NAME, "name")],
        foreign_headers: &[],
    },
];

/// The tables of [`LISTS`], in the same order.
pub const LIST_TABLES: &[&Table] = &{
    let mut tables = [LISTS[0].table; LISTS.len()];
    let mut at = 0;
    while at < LISTS.len() {
        tables[at] = LISTS[at].table;
        at += 1;
    }
    tables
};

impl CaseList {
    /// Returns the list that a table is of; none for tables of snapshots.
    pub fn of(table: &Table) -> Option<&'static Self> {
        LISTS.iter().find(|list| list.table.name == table.name)
    }

    /// Returns the keyed lists, in order.
    pub fn keyed() -> impl Iterator<Item = &'static Self> {
        LISTS.iter().filter(|list| matches!(list.kind, ListKind::Keyed { .. }))
    }
}
