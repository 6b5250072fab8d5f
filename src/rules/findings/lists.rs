//! Findings about the accounts and other lists of the case.

use super::{FindingRule, selected};
use crate::schema::Filter;
use crate::schema::fields::SOURCE_RELATIONS;
use crate::schema::tables::ACCOUNTS_REPORT;
use crate::schema::vocabulary::Severity::Review;

/// Findings about the accounts and other lists of the case.
pub(super) const LISTS: &[FindingRule] = &[
    FindingRule {
        code: "A3-refusal-unmatched",
        clause: "A3",
        severity: Review,
        message_zh: "拒绝名单中 {count} 条记录对不上任何客户关系。",
        message_en: "{count} [row of the refusals list matches|rows of the refusals list match] no relation.",
        next_step_zh: "确认名单用的是迁出企业的 ID，以及它来自哪个企业的后台。打码的名称（***）不能指认客户：请补上客户 ID \
            或完整名称，否则这条拒绝不起作用。",
        next_step_en: "Check that the list uses ids of the source corp, and from whose console it came. A masked name \
            (***) names no customer: add the id or the whole name, or the refusal has no effect.",
        rows: None,
    },
    FindingRule {
        code: "A3-refusal-name-ambiguous",
        clause: "A3",
        severity: Review,
        message_zh: "拒绝名单中 {count} 条仅有客户名称的记录对应多个客户，未采用。",
        message_en: "{count} [row of the refusals list gives|rows of the refusals list give] only a name that \
            several customers have; [it was|they were] not applied.",
        next_step_zh: "为这些记录补上客户 ID 或成员账号。",
        next_step_en: "Add the customer id or the member to these rows.",
        rows: None,
    },
    FindingRule {
        code: "B5-account-without-relations",
        clause: "B5",
        severity: Review,
        message_zh: "没有读到账号清单中 {count} 个迁出账号的任何客户关系。",
        message_en: "No relation was read of {count} enrolled source [account|accounts].",
        next_step_zh: "核对账号拼写（例如字母、前导零），以及导出是否包含这些账号。",
        next_step_en: "Check the spelling (letters, leading zeros) and whether the export holds these accounts.",
        rows: selected(&ACCOUNTS_REPORT, || vec![Filter::IsZero(&SOURCE_RELATIONS)]),
    },
    FindingRule {
        code: "Q-map-contradiction",
        clause: "Q",
        severity: Review,
        message_zh: "客户 ID 对照表中 {count} 个迁出客户 ID 的记录相互矛盾，未采用。",
        message_en: "{count} source [id of the customer map contradicts others; it was|ids of the customer map \
            contradict others; they were] set aside.",
        next_step_zh: "更正对照表，使其一对一。",
        next_step_en: "Correct the map to 1:1.",
        rows: None,
    },
    FindingRule {
        code: "Q-map-unused",
        clause: "Q",
        severity: Review,
        message_zh: "客户 ID 对照表有 {count} 条记录，但其中没有一个迁出客户 ID 出现在迁出企业（迁移前）中，对照表没有匹配到任何记录。",
        message_en: "The customer map has {count} [row, and its source id is not|rows, and none of their source ids \
            is] in source-before: the map joins nothing.",
        next_step_zh: "核对对照表的两列是否颠倒，以及它是否属于这两个企业；更正后重新核对。",
        next_step_en: "Check that its columns are not exchanged and that it is of these two corps; then audit again.",
        rows: None,
    },
];
