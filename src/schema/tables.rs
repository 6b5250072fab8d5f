//! The tables: canonical snapshots and reports (the lists: [`super::lists`]). Each is a list of columns with a grain
//! and a key.

use super::column::{Column, Slot, Table, optional, required};
use super::fields::*;

macro_rules! table {
    ($(#[$doc:meta])* $konst:ident = $name:literal, $grain:literal, key [$($key:ident),*],
     fallback [$($fallback:ident),*], [$($slots:tt)+]) => {
        table! {
            $(#[$doc])* $konst = $name, $grain, key [$($key),*], fallbacks [[$($fallback),*]], identity [], account [],
            deciding [], [$($slots)+]
        }
    };
    (
        $(#[$doc:meta])* $konst:ident = $name:literal, $grain:literal, key [$($key:ident),*],
        fallbacks [$([$($fallback:ident),*]),*],
        identity [$([$($identity:ident),+]),*], account [$($account:ident)?], deciding [$($deciding:ident),*],
        [$($slot:ident $column:ident),+ $(,)?]
    ) => {
        $(#[$doc])*
        pub const $konst: Table = Table {
            name: $name,
            grain: $grain,
            key: &[$(&$key),*],
            fallback_key: &[$(&[$(&$fallback),*]),*],
            identity: &[$(&[$(&$identity),+]),*],
            identity_positions: {
                const COLUMNS: &[Slot] = &[$($slot(&$column)),+];
                const POSITIONS: &[&[usize]] =
                    &[$(&[$($crate::schema::column::position_of(&$identity, COLUMNS)),+]),*];
                let _ = COLUMNS;
                POSITIONS
            },
            account: {
                const ACCOUNTS: &[&Column] = &[$(&$account)?];
                if ACCOUNTS.is_empty() { None } else { Some(ACCOUNTS[0]) }
            },
            deciding: &[$(&$deciding),*],
            columns: { const COLUMNS: &[Slot] = &[$($slot(&$column)),+]; COLUMNS },
        };
    };
}
pub(super) use table;

table! {
    /// Customer relations.
    RELATIONS_TABLE = "relations",
    "one row per (userid, external_userid); without an id, per (userid, unionid), else (userid, customer_name, \
     created_at, tmp_openid)",
    key [USERID, EXTERNAL_USERID], fallbacks [[UNIONID], [CUSTOMER_NAME, CREATED_AT, TMP_OPENID]],
    identity [[USERID], [EXTERNAL_USERID, UNIONID, TMP_OPENID, CUSTOMER_NAME]], account [USERID],
    deciding [EXTERNAL_USERID, UNIONID, CUSTOMER_NAME, CREATED_AT, IS_CUSTOMER],
    [required USERID, optional EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME, optional CUSTOMER_TYPE,
     optional IS_CUSTOMER,
     optional CREATED_AT, optional ADD_WAY, optional STATE, optional REMARK, optional DESCRIPTION, optional TAGS,
     required SOURCE_FILE, required SOURCE_RECORD, optional TMP_OPENID, optional UNREADABLE]
}
table! {
    /// Customer relations with the columns that an audit reads: millions of rows are in memory.
    AUDITED_RELATIONS = "relations",
    "one row per (userid, external_userid); without an id, per (userid, unionid), else (userid, customer_name, \
     created_at, tmp_openid)",
    key [USERID, EXTERNAL_USERID], fallbacks [[UNIONID], [CUSTOMER_NAME, CREATED_AT, TMP_OPENID]],
    identity [[USERID], [EXTERNAL_USERID, UNIONID, TMP_OPENID, CUSTOMER_NAME]], account [USERID],
    deciding [EXTERNAL_USERID, UNIONID, CUSTOMER_NAME, CREATED_AT, IS_CUSTOMER],
    [required USERID, optional EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME, optional IS_CUSTOMER,
     optional CREATED_AT, optional ADD_WAY, optional REMARK, optional TAGS, required SOURCE_FILE,
     required SOURCE_RECORD, optional TMP_OPENID, optional UNREADABLE]
}
table! {
    /// The members of a corp.
    MEMBERS = "members", "one row per userid", key [USERID], fallbacks [],
    identity [[USERID]], account [USERID], deciding [HAS_CUSTOMER_CONTACT],
    [required USERID, optional NAME, optional HAS_CUSTOMER_CONTACT, optional STATUS, optional UNREADABLE]
}
table! {
    /// Customers of left members, awaiting reassignment (B3).
    UNASSIGNED = "unassigned", "one row per (handover_userid, external_userid)",
    key [HANDOVER_USERID, EXTERNAL_USERID], fallbacks [],
    identity [[HANDOVER_USERID], [EXTERNAL_USERID]], account [HANDOVER_USERID], deciding [],
    [required HANDOVER_USERID, required EXTERNAL_USERID, optional LEFT_AT]
}
table! {
    /// Customer groups.
    GROUPS = "groups", "one row per chat_id; without an id, per (name, owner_userid, created_at)",
    key [CHAT_ID], fallbacks [[NAME, OWNER_USERID, CREATED_AT]],
    identity [[CHAT_ID, NAME]], account [OWNER_USERID], deciding [CHAT_ID, NAME, OWNER_USERID, CREATED_AT],
    [optional CHAT_ID, optional NAME, optional OWNER_USERID, optional STATUS, optional CREATED_AT,
     optional MEMBER_COUNT, optional EXTERNAL_MEMBER_COUNT, optional UNREADABLE]
}
table! {
    /// Members of groups.
    GROUP_MEMBERS = "group_members", "one row per (chat_id, userid)", key [CHAT_ID, USERID],
    fallbacks [[UNIONID, JOINED_AT]],
    identity [[CHAT_ID]], account [], deciding [USERID, MEMBER_KIND, UNIONID],
    [required CHAT_ID, optional USERID, optional MEMBER_KIND, optional UNIONID, optional JOINED_AT,
     optional JOIN_SCENE, optional STATE, optional UNREADABLE]
}
table! {
    /// Join-group live codes.
    JOIN_CODES = "join_codes", "one row per config_id", key [CONFIG_ID], fallbacks [],
    identity [[CONFIG_ID]], account [], deciding [CHAT_IDS, DELETED],
    [required CONFIG_ID, optional CHAT_IDS, optional AUTO_CREATE_ROOM, optional STATE, optional REMARK,
     optional SCENE, optional DELETED, optional UNREADABLE]
}
table! {
    /// Coverage of a snapshot.
    COVERAGE = "coverage", "one row per (dataset, userid)", key [DATASET, USERID], fallbacks [],
    identity [[DATASET], [COVERAGE_STATUS]], account [USERID], deciding [USERID],
    [required DATASET, optional USERID, required COVERAGE_STATUS, optional ERRCODE, optional DETAIL]
}

table! {
    /// Customer groups as the console exports them: without ids, and with the names of their owners. They become
    /// [`GROUPS`] where the roster says whose names these are.
    CONSOLE_GROUPS = "console groups", "one row per (name, owner, created_at)", key [CHAT_ID],
    fallbacks [[NAME, OWNER_NAME, CREATED_AT]],
    identity [[CHAT_ID, NAME]], account [OWNER_USERID], deciding [CHAT_ID, NAME, OWNER_USERID, OWNER_NAME, CREATED_AT],
    [optional CHAT_ID, optional NAME, optional OWNER_USERID, optional OWNER_NAME, optional STATUS, optional CREATED_AT,
     optional MEMBER_COUNT, optional EXTERNAL_MEMBER_COUNT, optional UNREADABLE]
}

table! {
    /// Unreadable records and values of a snapshot, with the accounts and customers that they may concern.
    UNREADABLE_TABLE = "unreadable", "one row per (grain, dataset, userid, external_userid, unionid)",
    key [GRAIN, DATASET, USERID, EXTERNAL_USERID, UNIONID], fallbacks [],
    identity [[GRAIN], [DATASET], [COUNT]], account [USERID], deciding [],
    [required GRAIN, required DATASET, optional USERID, optional EXTERNAL_USERID, optional UNIONID, required COUNT]
}

table! {
    /// Notes on the exports of a snapshot, beside their rows: for findings and for the list of rejects.
    NOTES = "notes", "one row per thing noted",
    key [NOTE, SOURCE_FILE, SOURCE_RECORD, NOTED_PLACE, USERID], fallbacks [],
    identity [[NOTE], [COUNT]], account [USERID], deciding [],
    [required NOTE, optional SOURCE_FILE, optional SOURCE_RECORD, optional NOTED_PLACE, optional DETAIL,
     optional DATASET, optional USERID, required COUNT]
}

/// The canonical tables that `ingest` writes for each snapshot.
pub const CANONICAL: &[&Table] = &[
    &RELATIONS_TABLE, &MEMBERS, &UNASSIGNED, &GROUPS, &GROUP_MEMBERS, &JOIN_CODES, &COVERAGE, &UNREADABLE_TABLE, &NOTES,
];

/// The canonical tables without records: evidence about the records, which only `ingest` writes.
pub const OF_INGEST: &[&Table] = &[&COVERAGE, &UNREADABLE_TABLE, &NOTES];

/// The tables that a file of a snapshot may hold.
pub const SNAPSHOT_TABLES: &[&Table] = &{
    let mut tables = [&CONSOLE_GROUPS; CANONICAL.len() + 1];
    tables.split_at_mut(CANONICAL.len()).0.copy_from_slice(CANONICAL);
    tables
};

table! {
    /// Every relation of source-before, decided.
    RELATIONS_REPORT = "relations", "one row per relation of source-before",
    key [SOURCE_USERID, SOURCE_EXTERNAL_USERID], fallback [CUSTOMER_NAME, SOURCE_CREATED_AT],
    [required SOURCE_USERID, optional SOURCE_EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME,
     optional SOURCE_CREATED_AT,
     required SCOPE, required OUTCOME, optional REASON, required SEVERITY, optional MATCH_METHOD,
     optional TARGET_USERID, optional ARRIVED_USERID, optional TARGET_EXTERNAL_USERID, optional TARGET_CREATED_AT,
     optional TARGET_COVERAGE,
     required REFUSED, optional STILL_AT_SOURCE, optional REMARK_KEPT, optional TAGS_KEPT, required WAIVED,
     required SOURCE_FILE, required SOURCE_RECORD]
}
table! {
    /// Every relation of target-after, with its origin.
    TARGET_RELATIONS_REPORT = "target_relations", "one row per relation of target-after",
    key [TARGET_USERID, TARGET_EXTERNAL_USERID], fallback [CUSTOMER_NAME, TARGET_CREATED_AT],
    [required TARGET_USERID, optional TARGET_EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME,
     optional TARGET_CREATED_AT, required ORIGIN, optional SOURCE_USERID, optional SOURCE_EXTERNAL_USERID]
}
table! {
    /// Every enrolled pair of accounts.
    ACCOUNTS_REPORT = "accounts", "one row per enrolled pair of accounts", key [SOURCE_USERID], fallback [],
    [required SOURCE_USERID, required TARGET_USERID, required ASSESSMENT, optional ASSESSMENT_REASON,
     required SOURCE_COVERAGE, required TARGET_COVERAGE,
     required SOURCE_RELATIONS, required TARGET_RELATIONS, required IN_SCOPE, optional ARRIVAL_RATE,
     required COUNT_MIGRATED, required COUNT_ALREADY_AT_TARGET, required COUNT_REFUSED_OUTCOME,
     required COUNT_REFUSED_BUT_ARRIVED, required COUNT_MISPLACED,
     required COUNT_UNDETERMINED, required COUNT_MISSING, required COUNT_ARRIVED_OUT_OF_SCOPE,
     required COUNT_OUT_OF_SCOPE,
     required ORIGIN_MIGRATED, required ORIGIN_ALREADY_AT_TARGET, required ORIGIN_REFUSED_BUT_ARRIVED,
     required ORIGIN_MISPLACED,
     required ORIGIN_ARRIVED_OUT_OF_SCOPE, required ORIGIN_OUT_OF_SCOPE, required ORIGIN_PRE_EXISTING,
     required ORIGIN_ADDED_DURING_MIGRATION, required ORIGIN_ADDED_AFTER_MIGRATION, required ORIGIN_UNKNOWN_TIME]
}
table! {
    /// Every customer of source-before (B4).
    CUSTOMERS_REPORT = "customers",
    "one row per customer of source-before; a relation without external_userid is a customer of its own",
    key [SOURCE_EXTERNAL_USERID], fallback [CUSTOMER_NAME],
    [optional SOURCE_EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME, required RELATIONS, required IN_SCOPE,
     required COUNT_MIGRATED, required COUNT_ALREADY_AT_TARGET, required COUNT_REFUSED_OUTCOME,
     required COUNT_REFUSED_BUT_ARRIVED, required COUNT_MISPLACED,
     required COUNT_UNDETERMINED, required COUNT_MISSING, required COUNT_ARRIVED_OUT_OF_SCOPE,
     required COUNT_OUT_OF_SCOPE]
}
table! {
    /// Every group of source-before, decided.
    GROUPS_REPORT = "groups", "one row per group of source-before", key [SOURCE_CHAT_ID],
    fallback [NAME, SOURCE_OWNER_USERID, GROUP_CREATED_AT],
    [optional SOURCE_CHAT_ID, optional NAME, optional SOURCE_OWNER_USERID, optional GROUP_CREATED_AT,
     required GROUP_SCOPE, required GROUP_OUTCOME, optional GROUP_REASON, required SEVERITY,
     optional GROUP_MATCH_METHOD, optional TARGET_CHAT_ID, optional TARGET_NAME, optional TARGET_OWNER_USERID,
     optional SOURCE_MEMBER_COUNT, optional TARGET_MEMBER_COUNT, optional MEMBER_OVERLAP,
     optional GROUP_STILL_AT_SOURCE, required WAIVED]
}
table! {
    /// Every join code of the source corp, predicted and observed (A2).
    JOIN_CODES_REPORT = "join_codes", "one row per code of source-before or source-after", key [CONFIG_ID], fallback [],
    [required CONFIG_ID, optional REMARK, optional STATE, optional AUTO_CREATE_ROOM, optional CHAT_IDS_BEFORE,
     optional CHAT_IDS_AFTER,
     optional PREDICTED, required OBSERVED, required CODE_VERDICT, required SEVERITY, optional KEPT_ALIVE_BY,
     required WAIVED]
}
table! {
    /// Findings, with the next step of each.
    FINDINGS_REPORT = "findings", "one row per finding", key [CODE], fallback [],
    [required CODE, required SEVERITY, required CLAUSE, required COUNT, required MESSAGE_ZH, required MESSAGE_EN,
     required NEXT_STEP_ZH, required NEXT_STEP_EN, required EXAMPLES, optional REPORT, optional FILTER,
     required WAIVED_COUNT, optional WAIVED_BY, optional WAIVED_REASON, optional WAIVED_UNTIL]
}
table! {
    /// The bill: contract, participation, price, payments and delivery (B11 to B14).
    BILLING_REPORT = "billing", "one row per line of the bill; none without a contract", key [BILL_LINE], fallback [],
    [required BILL_LINE, optional QUANTITY, optional UNIT_PRICE, optional AMOUNT, required CURRENCY, required BASIS,
     optional BILL_FILTER]
}
table! {
    /// Coverage of each snapshot.
    COVERAGE_REPORT = "coverage", "one row per (role, dataset, userid)", key [ROLE, DATASET, USERID], fallback [],
    [required ROLE, required DATASET, optional USERID, required COVERAGE_STATUS, optional ERRCODE, optional DETAIL]
}
table! {
    /// Records and values that could not be read.
    REJECTS_REPORT = "rejects",
    "one row per record or value that could not be read; of each file and reason the first 100",
    key [FILE, RECORD, PLACE], fallback [],
    [optional ROLE, required FILE, optional RECORD, required PLACE, required REJECT_REASON, required GRAIN,
     required DATASET, optional USERID, required NOT_LISTED]
}
table! {
    /// Every input file, with its counts.
    INPUTS_REPORT = "inputs", "one row per input file", key [PATH], fallback [],
    [optional ROLE, required PATH, required SHA256, required BYTES, required INPUT_KIND, required ENCODING,
     required RECORDS_READ, required ACCEPTED, required DUPLICATE, required REJECTED, required PASSED_OVER,
     required UNREADABLE_VALUES, required UNUSED_COLUMNS]
}
table! {
    /// Control totals.
    CONTROL_TOTALS_REPORT = "control_totals", "one row per equation", key [CONTROL_NAME], fallback [],
    [required CONTROL_NAME, required CONTROL_LEFT, required CONTROL_RIGHT, required HOLDS]
}

/// The Parquet reports of an audit.
pub const REPORTS: &[&Table] = &[
    &RELATIONS_REPORT, &TARGET_RELATIONS_REPORT, &ACCOUNTS_REPORT, &CUSTOMERS_REPORT, &GROUPS_REPORT,
    &JOIN_CODES_REPORT, &BILLING_REPORT, &FINDINGS_REPORT, &COVERAGE_REPORT, &REJECTS_REPORT, &INPUTS_REPORT,
    &CONTROL_TOTALS_REPORT,
];

table! {
    /// Forecast of each account.
    PRECHECK_ACCOUNTS = "precheck-accounts", "one row per source account that is enrolled or holds relations",
    key [SOURCE_USERID], fallback [],
    [required SOURCE_USERID, optional TARGET_USERID, optional ASSESSMENT, optional ASSESSMENT_REASON,
     required SOURCE_COVERAGE, optional NO_PART,
     required SOURCE_RELATIONS, required SCOPE_UNASSIGNED, required SCOPE_EXTERNAL_CONTACT,
     required SCOPE_NOT_ENROLLED, required SCOPE_ASSESSMENT_FAILED,
     required SCOPE_ADDED_AFTER_START, required IN_SCOPE, optional HELD_AT_TARGET, required EXPECTED_AT_TARGET,
     required EXCEEDS_CAP]
}
table! {
    /// Forecast of each join code, with advice.
    PRECHECK_JOIN_CODES = "precheck-join_codes", "one row per code of source-before", key [CONFIG_ID], fallback [],
    [required CONFIG_ID, optional REMARK, optional STATE, optional AUTO_CREATE_ROOM, required CHAT_IDS_BEFORE,
     required PREDICTED, required ADVICE, required PROPOSALS]
}
table! {
    /// The scope of each relation.
    PRECHECK_RELATIONS = "precheck-relations", "one row per relation of source-before",
    key [SOURCE_USERID, SOURCE_EXTERNAL_USERID], fallback [CUSTOMER_NAME, SOURCE_CREATED_AT],
    [required SOURCE_USERID, optional SOURCE_EXTERNAL_USERID, optional UNIONID, optional CUSTOMER_NAME,
     optional SOURCE_CREATED_AT, required SCOPE, optional TARGET_USERID, required SOURCE_FILE, required SOURCE_RECORD]
}

table! {
    /// Differences between two audits of one case.
    COMPARE_REPORT = "compare", "one row per relation, group, join code or finding that changed",
    key [COMPARED, COMPARED_KEY], fallback [],
    [required COMPARED, required CHANGE, required COMPARED_KEY, optional EARLIER, optional LATER,
     optional EARLIER_SEVERITY, optional LATER_SEVERITY]
}

/// The prefix of the names of a precheck's reports, by which they differ from those of an audit.
pub const PRECHECK: &str = "precheck-";

/// The Parquet reports of a precheck that an audit does not write too.
pub const PRECHECK_REPORTS: &[&Table] = &[&PRECHECK_ACCOUNTS, &PRECHECK_JOIN_CODES, &PRECHECK_RELATIONS];

/// The reports of an audit that a precheck writes as well, with [`PRECHECK`] before their names.
pub const PRECHECK_NAMESAKES: &[&Table] =
    &[&BILLING_REPORT, &FINDINGS_REPORT, &COVERAGE_REPORT, &REJECTS_REPORT, &INPUTS_REPORT, &CONTROL_TOTALS_REPORT];
