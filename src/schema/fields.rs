//! The dictionary of columns: each once, with its kind and meaning, for all tables that have it.

use super::column::{Column, Kind, Personal};
use super::vocabulary::{
    Advice, Assessment, Change, CodeVerdict, Compared, Coverage, Dataset, Grain, GroupMatchMethod, GroupOutcome,
    GroupReason, GroupScope, MatchMethod, MemberKind, NoPart, Note, Observed, Origin, Outcome, Predicted, Reason, Role,
    Scope, Severity,
};

/// Declares columns: `NAME: Kind, "name", ["中文"...], "meaning";`.
macro_rules! columns {
    ($($konst:ident: $kind:expr, $name:literal, [$($zh:literal),*], $meaning:literal;)+) => {
        $(
            #[doc = $meaning]
            pub const $konst: Column = Column { name: $name, zh: &[$($zh),*], kind: $kind, meaning: $meaning };
        )+
        /// Every column, for the data dictionary.
        pub const ALL: &[&Column] = &[$(&$konst,)+];
    };
}

columns! {
    // Canonical tables (SPEC section 2).
    USERID: Kind::Id, "userid", ["添加人账号", "添加人帐号", "跟进员工账号", "成员账号", "帐号", "账号"],
        "The member of the corp who holds the relation.";
    EXTERNAL_USERID: Kind::Id, "external_userid", ["客户ID"], "The customer's id, different in each corp.";
    UNIONID: Kind::Id, "unionid", ["客户UnionID"],
        "The customer's id under the developer id bound to the corp; comparable across corps only in a shared \
         namespace.";
    CUSTOMER_NAME: Kind::Name, "customer_name", ["客户名称", "客户姓名", "客户昵称"], "The customer's own name in WeChat or WeCom.";
    CUSTOMER_TYPE: Kind::Integer, "customer_type", ["客户类型"], "1 a WeChat user, 2 a WeCom user.";
    IS_CUSTOMER: Kind::Flag, "is_customer", ["是否客户"],
        "False for an external contact that is no customer (B1); null where the dump does not say.";
    CREATED_AT: Kind::Time, "created_at", ["添加时间", "创建时间", "创群时间"], "When the relation or group was made.";
    ADD_WAY: Kind::Integer, "add_way", ["添加方式"], "How the customer was added, the service's number.";
    STATE: Kind::Text, "state", ["渠道标识"], "The channel mark of the live code that was used.";
    REMARK: Kind::Text, "remark", ["备注"], "The member's remark on the customer, or the remark of a join code.";
    DESCRIPTION: Kind::Text, "description", ["描述"], "The member's description of the customer.";
    TAGS: Kind::TextList, "tags", ["标签"], "The customer's tags, `group/name` where the dump names them, else tag ids.";
    SOURCE_FILE: Kind::Text, "source_file", ["来源文件"], "The file that the row was read from, relative to the case.";
    SOURCE_RECORD: Kind::Count, "source_record", ["来源记录"], "The number of the record within its file, from 1.";
    TMP_OPENID: Kind::Id, "tmp_openid", ["客户临时ID"],
        "The id that ties the rows of one contact within a dump of `contact_list`; of no use across dumps.";
    UNREADABLE: Kind::TextList, "unreadable", ["无法读取的字段"],
        "The deciding columns whose value stood in the dump and could not be read; null where there is none.";
    NOTE: Kind::Word(Note::WORDS), "ingest_note", ["导入附注"], "What is noted.";
    NOTED_PLACE: Kind::Text, "noted_place", ["附注位置"], "Where in the file: document, row, field.";
    GRAIN: Kind::Word(Grain::WORDS), "grain", ["粒度"], "Whether a whole record could not be read, or one value of it.";
    NAME: Kind::Name, "name", ["姓名", "群名", "客户群名称"], "The name of the member or group.";
    HAS_CUSTOMER_CONTACT: Kind::Flag, "has_customer_contact", ["客户联系权限"],
        "Whether the member has customer-contact permission (B1); null where no snapshot of the list exists.";
    STATUS: Kind::Integer, "status", ["状态"],
        "The service's status number of the member (1 active, 2 disabled, 4 not activated, 5 left) or group (0 \
         normal, 1 owner left, 2 inheriting, 3 inherited).";
    HANDOVER_USERID: Kind::Id, "handover_userid", ["离职成员账号", "原跟进成员账号"], "The member who left.";
    LEFT_AT: Kind::Time, "left_at", ["离职时间"], "When the member left.";
    CHAT_ID: Kind::Id, "chat_id", ["客户群ID"], "The group's id, different in each corp.";
    OWNER_USERID: Kind::Id, "owner_userid", ["群主账号", "群主帐号"], "The member who owns the group.";
    OWNER_NAME: Kind::Name, "owner_name", ["群主"], "The name of the member who owns the group, as the console shows it.";
    MEMBER_COUNT: Kind::Count, "member_count", ["群人数"], "How many people the group holds.";
    EXTERNAL_MEMBER_COUNT: Kind::Count, "external_member_count", ["外部联系人数"], "How many of them are external.";
    MEMBER_KIND: Kind::Word(MemberKind::WORDS), "kind", ["成员类型"],
        "Whether the group member is of the corp or external.";
    JOINED_AT: Kind::Time, "joined_at", ["入群时间"], "When the person joined the group.";
    JOIN_SCENE: Kind::Integer, "join_scene", ["入群方式"], "How the person joined, the service's number.";
    CONFIG_ID: Kind::Id, "config_id", ["活码ID"], "The id of a join-group live code.";
    CHAT_IDS: Kind::TextList, "chat_ids", ["关联群ID"], "The groups linked to the join code.";
    AUTO_CREATE_ROOM: Kind::Flag, "auto_create_room", ["自动建群"],
        "Whether the code makes a new group when the linked ones are full.";
    SCENE: Kind::Integer, "scene", ["场景"], "1 a button in a mini program, 2 a QR code.";
    DELETED: Kind::Flag, "deleted", ["已删除"],
        "True where the service answered that the code does not exist (errcode 41044).";
    DATASET: Kind::Word(Dataset::WORDS), "dataset", ["数据集"], "What the coverage, or what could not be read, is about.";
    COVERAGE_STATUS: Kind::Word(Coverage::WORDS), "status", ["覆盖状态"],
        "Whether the dataset, of the account if one is named, is whole.";
    ERRCODE: Kind::Integer, "errcode", ["错误码"], "The service's error code, where the answer was an error.";
    DETAIL: Kind::Text, "detail", ["说明"], "The evidence in words.";

    // Lists (SPEC section 1.2).
    SOURCE_USERID: Kind::Id, "source_userid", ["迁出账号"], "The account of the source corp.";
    TARGET_USERID: Kind::Id, "target_userid", ["迁入账号"],
        "The account of the target corp that the source account is mapped to; in `target_relations` the account that \
         holds the relation.";
    ASSESSMENT: Kind::Word(Assessment::WORDS), "assessment", ["预评估结果"],
        "What the pre-assessment said of the account (B5); absent means pass.";
    ASSESSMENT_REASON: Kind::Text, "assessment_reason", ["不通过原因"], "Why the account failed.";
    SOURCE_EXTERNAL_USERID: Kind::Id, "source_external_userid", ["迁出客户ID"], "The customer's id in the source corp.";
    TARGET_EXTERNAL_USERID: Kind::Id, "target_external_userid", ["迁入客户ID"], "The customer's id in the target corp.";
    SOURCE_CHAT_ID: Kind::Id, "source_chat_id", ["迁出客户群ID"], "The group's id in the source corp.";
    TARGET_CHAT_ID: Kind::Id, "target_chat_id", ["迁入客户群ID"], "The group's id in the target corp.";

    // Reports (SPEC section 8).
    SOURCE_CREATED_AT: Kind::Time, "source_created_at", [], "When the relation was made in the source corp.";
    SCOPE: Kind::Word(Scope::WORDS), "scope", [], "Whether the relation was to move, and if not, why.";
    OUTCOME: Kind::Word(Outcome::WORDS), "outcome", [], "What became of the relation.";
    REASON: Kind::Word(Reason::WORDS), "reason", [], "What refines the outcome; null where it needs no refining.";
    SEVERITY: Kind::Word(Severity::WORDS), "severity", [], "How serious it is.";
    MATCH_METHOD: Kind::Word(MatchMethod::WORDS), "match_method", [],
        "What joined the two sides; null where nothing did.";
    ARRIVED_USERID: Kind::Id, "arrived_userid", [], "The target account where the matched relation stands.";
    TARGET_CREATED_AT: Kind::Time, "target_created_at", [], "When the relation was made in the target corp.";
    SOURCE_COVERAGE: Kind::Word(Coverage::WORDS), "source_coverage", [],
        "What source-before can say about the source account.";
    TARGET_COVERAGE: Kind::Word(Coverage::WORDS), "target_coverage", [],
        "What target-after can say about the mapped account; null where there is none.";
    REFUSED: Kind::Flag, "refused", [], "Whether the refusals list names the relation (A3).";
    STILL_AT_SOURCE: Kind::Flag, "still_at_source", [],
        "Whether source-after still holds it; null where source-after cannot tell.";
    REMARK_KEPT: Kind::Flag, "remark_kept", [],
        "Whether the matched relation carries the same remark; null where there was none, or no match.";
    TAGS_KEPT: Kind::Flag, "tags_kept", [],
        "Whether the matched relation carries all tags, compared by `group/name`; null where there were none, or only \
         ids, or no match.";
    WAIVED: Kind::Flag, "waived", [], "Whether a waiver of the case covers the row.";
    ORIGIN: Kind::Word(Origin::WORDS), "origin", [], "Where the relation of the target corp came from.";
    RELATIONS: Kind::Count, "relations", [], "Relations of source-before.";
    SOURCE_RELATIONS: Kind::Count, "source_relations", [], "Relations of source-before of the account.";
    TARGET_RELATIONS: Kind::Count, "target_relations", [], "Relations of target-after of the mapped account.";
    IN_SCOPE: Kind::Count, "in_scope", [], "Relations in scope.";
    ARRIVAL_RATE: Kind::Ratio, "arrival_rate", [],
        "`(migrated + already_at_target) / in_scope`; null where nothing was in scope.";
    COUNT_MIGRATED: Kind::Count, "migrated", [], "Relations with that outcome.";
    COUNT_ALREADY_AT_TARGET: Kind::Count, "already_at_target", [], "Relations with that outcome.";
    COUNT_REFUSED_OUTCOME: Kind::Count, "refused", [], "Relations with that outcome.";
    COUNT_REFUSED_BUT_ARRIVED: Kind::Count, "refused_but_arrived", [], "Relations with that outcome.";
    COUNT_MISPLACED: Kind::Count, "misplaced", [], "Relations with that outcome.";
    COUNT_UNDETERMINED: Kind::Count, "undetermined", [], "Relations with that outcome.";
    COUNT_MISSING: Kind::Count, "missing", [], "Relations with that outcome.";
    COUNT_ARRIVED_OUT_OF_SCOPE: Kind::Count, "arrived_out_of_scope", [], "Relations with that outcome.";
    COUNT_OUT_OF_SCOPE: Kind::Count, "out_of_scope", [], "Relations with that outcome.";
    ORIGIN_MIGRATED: Kind::Count, "origin_migrated", [], "Relations of the mapped account with that origin.";
    ORIGIN_ALREADY_AT_TARGET: Kind::Count, "origin_already_at_target", [],
        "Relations of the mapped account with that origin.";
    ORIGIN_REFUSED_BUT_ARRIVED: Kind::Count, "origin_refused_but_arrived", [],
        "Relations of the mapped account with that origin.";
    ORIGIN_MISPLACED: Kind::Count, "origin_misplaced", [], "Relations of the mapped account with that origin.";
    ORIGIN_ARRIVED_OUT_OF_SCOPE: Kind::Count, "origin_arrived_out_of_scope", [],
        "Relations of the mapped account with that origin.";
    ORIGIN_OUT_OF_SCOPE: Kind::Count, "origin_out_of_scope", [], "Relations of the mapped account with that origin.";
    ORIGIN_PRE_EXISTING: Kind::Count, "origin_pre_existing", [], "Relations of the mapped account with that origin.";
    ORIGIN_ADDED_DURING_MIGRATION: Kind::Count, "origin_added_during_migration", [],
        "Relations of the mapped account with that origin.";
    ORIGIN_ADDED_AFTER_MIGRATION: Kind::Count, "origin_added_after_migration", [],
        "Relations of the mapped account with that origin.";
    ORIGIN_UNKNOWN_TIME: Kind::Count, "origin_unknown_time", [], "Relations of the mapped account with that origin.";
    SOURCE_OWNER_USERID: Kind::Id, "source_owner_userid", [],
        "The member of the source corp who owns the group; null where the dump does not say.";
    GROUP_CREATED_AT: Kind::Time, "source_created_at", [], "When the group was created in the source corp.";
    GROUP_SCOPE: Kind::Word(GroupScope::WORDS), "scope", [], "Whether the group was to move, and if not, why.";
    GROUP_OUTCOME: Kind::Word(GroupOutcome::WORDS), "outcome", [], "What became of the group.";
    GROUP_REASON: Kind::Word(GroupReason::WORDS), "reason", [],
        "What refines the outcome; null where it needs no refining.";
    GROUP_MATCH_METHOD: Kind::Word(GroupMatchMethod::WORDS), "match_method", [],
        "What joined the two groups; null where nothing did.";
    TARGET_NAME: Kind::Text, "target_name", [], "The name of the matched group.";
    TARGET_OWNER_USERID: Kind::Id, "target_owner_userid", [],
        "The member of the target corp who owns the matched group.";
    SOURCE_MEMBER_COUNT: Kind::Count, "source_member_count", [],
        "How many people the group held in source-before; null where the dump does not say.";
    TARGET_MEMBER_COUNT: Kind::Count, "target_member_count", [],
        "How many people the matched group holds in target-after; null where unmatched, or the dump does not say.";
    MEMBER_OVERLAP: Kind::Ratio, "member_overlap", [],
        "External members in both groups / in either, by unionid; null where unmatched, where a side shows no \
         unionids, or where the namespaces are disjoint.";
    GROUP_STILL_AT_SOURCE: Kind::Flag, "still_at_source", [],
        "Whether source-after still lists the group; null where source-after cannot tell.";
    CHAT_IDS_BEFORE: Kind::TextList, "chat_ids_before", [],
        "The groups that the code linked in source-before, each once; null where that does not hold the code.";
    CHAT_IDS_AFTER: Kind::TextList, "chat_ids_after", [],
        "The groups that the code links in source-after, each once; null where that does not hold the code, or it was \
         deleted.";
    PREDICTED: Kind::Word(Predicted::WORDS), "predicted", [],
        "What source-before and the accounts list say will become of the code (A2); null for a new code.";
    OBSERVED: Kind::Word(Observed::WORDS), "observed", [], "What source-after shows of the code.";
    CODE_VERDICT: Kind::Word(CodeVerdict::WORDS), "verdict", [], "Prediction beside observation.";
    KEPT_ALIVE_BY: Kind::TextList, "kept_alive_by", [],
        "The linked groups that keep the code alive in source-after; null where not observed.";
    NO_PART: Kind::Word(NoPart::WORDS), "no_part", [],
        "Why nothing of the account will move; null where something will, or may.";
    SCOPE_UNASSIGNED: Kind::Count, "unassigned", [], "Relations with that scope.";
    SCOPE_EXTERNAL_CONTACT: Kind::Count, "external_contact", [], "Relations with that scope.";
    SCOPE_NOT_ENROLLED: Kind::Count, "not_enrolled", [], "Relations with that scope.";
    SCOPE_ASSESSMENT_FAILED: Kind::Count, "assessment_failed", [], "Relations with that scope.";
    SCOPE_ADDED_AFTER_START: Kind::Count, "added_after_start", [], "Relations with that scope.";
    HELD_AT_TARGET: Kind::Count, "held_at_target", [],
        "Relations that the mapped account holds in target-before; null where nobody knows.";
    EXPECTED_AT_TARGET: Kind::Count, "expected_at_target", [],
        "`held_at_target` + `in_scope`, of those that were read: at most so many, for who is a customer of both is not \
         known yet; without a known `held_at_target`, those to arrive only.";
    EXCEEDS_CAP: Kind::Flag, "exceeds_cap", [], "Whether that is more than `policy.customer_cap`.";
    ADVICE: Kind::Word(Advice::WORDS), "advice", [], "What to do about the code before the start (A2).";
    PROPOSALS: Kind::TextList, "proposals", [],
        "Up to five groups that stay and could be tied to the code, the least full first.";
    CODE: Kind::Text, "code", [], "The finding's stable code, which starts with its clause.";
    CLAUSE: Kind::Text, "clause", [],
        "The clause of the service's rules (see clauses.md), or Q for the quality of the exports.";
    COUNT: Kind::Count, "count", ["数量"], "How many rows, records or things it is about.";
    MESSAGE_ZH: Kind::Text, "message_zh", [], "What was found, in Chinese.";
    MESSAGE_EN: Kind::Text, "message_en", [], "What was found, in English.";
    NEXT_STEP_ZH: Kind::Text, "next_step_zh", [], "What to do about it, in Chinese.";
    NEXT_STEP_EN: Kind::Text, "next_step_en", [], "What to do about it, in English.";
    EXAMPLES: Kind::TextList, "examples", [], "Up to five keys.";
    REPORT: Kind::Text, "report", [], "The report whose rows it is about.";
    FILTER: Kind::Text, "filter", [], "A SQL condition that selects those rows.";
    WAIVED_COUNT: Kind::Count, "waived_count", [], "How many of them a waiver of the case covers.";
    WAIVED_BY: Kind::Text, "waived_by", [], "Who accepted them; null where nobody did.";
    WAIVED_REASON: Kind::Text, "waived_reason", [], "Why.";
    WAIVED_UNTIL: Kind::Text, "waived_until", [],
        "The last day (YYYY-MM-DD) on which all of that holds; null where it has no end.";
    BILL_LINE: Kind::Text, "line", [], "What the line of the bill is about.";
    QUANTITY: Kind::Integer, "quantity", [],
        "Relations; a drift can be negative; null where the line is about money alone.";
    UNIT_PRICE: Kind::Price, "unit_price", [], "The price of one relation.";
    AMOUNT: Kind::Money, "amount", [], "The money of the line, rounded half up to two places; null where it has none.";
    CURRENCY: Kind::Text, "currency", [], "ISO 4217.";
    BASIS: Kind::Text, "basis", [], "How the line comes about, in words.";
    BILL_FILTER: Kind::Text, "filter", [],
        "A SQL condition that selects the relations that the line counts; null where it counts none.";
    ROLE: Kind::Word(Role::WORDS), "role", [], "Which of the four exports; null for lists.";
    RECORD: Kind::Count, "record", [],
        "The number of the record within its file, from 1; null where the fault is not of one record.";
    FILE: Kind::Text, "file", [], "The file, relative to the case.";
    PLACE: Kind::Text, "place", [], "Where in the file: document, row, field.";
    REJECT_REASON: Kind::Text, "reason", [], "Why the record could not be read, and what would be right.";
    PATH: Kind::Text, "path", [], "The file, relative to the case.";
    SHA256: Kind::Text, "sha256", [], "SHA-256 of the file's bytes, hexadecimal.";
    BYTES: Kind::Count, "bytes", [], "The file's size.";
    INPUT_KIND: Kind::Text, "kind", [], "What the file was recognised as.";
    ENCODING: Kind::Text, "encoding", [], "Character encoding and compression, as detected.";
    RECORDS_READ: Kind::Count, "records_read", [], "Records in the file.";
    ACCEPTED: Kind::Count, "accepted", [], "Records that became a row.";
    DUPLICATE: Kind::Count, "duplicate", [], "Records of which a row existed already; merged into it.";
    REJECTED: Kind::Count, "rejected", [], "Records that could not be read.";
    NOT_LISTED: Kind::Count, "not_listed", [],
        "Further records or values of the same file, grain and reason, which are counted but not listed; on the last \
         row of them.";
    UNREADABLE_VALUES: Kind::Count, "unreadable_values", [],
        "Values that could not be read, of records that could; they count as null.";
    UNUSED_COLUMNS: Kind::TextList, "unused_columns", [], "The headers or columns of the file that are not used.";
    PASSED_OVER: Kind::Count, "passed_over", [], "Records that were recognised and are of no use here.";
    CONTROL_NAME: Kind::Text, "name", [], "What must balance.";
    CONTROL_LEFT: Kind::Count, "left", [], "The one side of the equation.";
    CONTROL_RIGHT: Kind::Count, "right", [], "The other side.";
    HOLDS: Kind::Flag, "holds", [], "Whether both are equal.";

    // The comparison of two audits.
    COMPARED: Kind::Word(Compared::WORDS), "kind", [], "What is compared.";
    CHANGE: Kind::Word(Change::WORDS), "change", [], "What became of it from the earlier audit to the later one.";
    COMPARED_KEY: Kind::Text, "key", [],
        "What tells it apart: `userid/external_userid` (name and time where there is no id), the id of a group or \
         code, the code of a finding.";
    EARLIER: Kind::Text, "earlier", [],
        "Outcome and reason, or verdict, in the earlier audit; of a finding, how many it is about, waived ones left \
         out; null where that does not hold it.";
    LATER: Kind::Text, "later", [], "The same in the later audit.";
    EARLIER_SEVERITY: Kind::Word(Severity::WORDS), "earlier_severity", [], "How serious it was.";
    LATER_SEVERITY: Kind::Word(Severity::WORDS), "later_severity", [], "How serious it is.";
}

/// The columns with personal data, which `--pseudonymise` replaces, and what their values stand for.
pub const PERSONAL: &[(&Column, Personal)] = &[
    (&EXTERNAL_USERID, Personal::Customer),
    (&SOURCE_EXTERNAL_USERID, Personal::Customer),
    (&TARGET_EXTERNAL_USERID, Personal::Customer),
    (&TMP_OPENID, Personal::Customer),
    (&UNIONID, Personal::Unionid),
    (&CUSTOMER_NAME, Personal::Name),
    (&NAME, Personal::Name),
    (&OWNER_NAME, Personal::Name),
    (&TARGET_NAME, Personal::Name),
    (&REMARK, Personal::Remark),
    (&DESCRIPTION, Personal::Remark),
    (&ASSESSMENT_REASON, Personal::Remark),
];

/// The columns that count relations by outcome, in the order of the vocabulary.
pub const OUTCOME_COUNTS: [(Outcome, &Column); Outcome::ALL.len()] = [
    (Outcome::Migrated, &COUNT_MIGRATED),
    (Outcome::AlreadyAtTarget, &COUNT_ALREADY_AT_TARGET),
    (Outcome::Refused, &COUNT_REFUSED_OUTCOME),
    (Outcome::RefusedButArrived, &COUNT_REFUSED_BUT_ARRIVED),
    (Outcome::Misplaced, &COUNT_MISPLACED),
    (Outcome::Undetermined, &COUNT_UNDETERMINED),
    (Outcome::Missing, &COUNT_MISSING),
    (Outcome::ArrivedOutOfScope, &COUNT_ARRIVED_OUT_OF_SCOPE),
    (Outcome::OutOfScope, &COUNT_OUT_OF_SCOPE),
];

/// The columns that count relations of target accounts by origin, in the order of the vocabulary.
pub const ORIGIN_COUNTS: [(Origin, &Column); Origin::ALL.len()] = [
    (Origin::Migrated, &ORIGIN_MIGRATED),
    (Origin::AlreadyAtTarget, &ORIGIN_ALREADY_AT_TARGET),
    (Origin::RefusedButArrived, &ORIGIN_REFUSED_BUT_ARRIVED),
    (Origin::Misplaced, &ORIGIN_MISPLACED),
    (Origin::ArrivedOutOfScope, &ORIGIN_ARRIVED_OUT_OF_SCOPE),
    (Origin::OutOfScope, &ORIGIN_OUT_OF_SCOPE),
    (Origin::PreExisting, &ORIGIN_PRE_EXISTING),
    (Origin::AddedDuringMigration, &ORIGIN_ADDED_DURING_MIGRATION),
    (Origin::AddedAfterMigration, &ORIGIN_ADDED_AFTER_MIGRATION),
    (Origin::UnknownTime, &ORIGIN_UNKNOWN_TIME),
];
