//! Findings about what a precheck expects to go wrong.

use super::FindingRule;
use crate::schema::vocabulary::Severity::Review;

/// Findings about what a precheck expects to go wrong.
pub(super) const FORECAST: &[FindingRule] = &[
    FindingRule {
        code: "A2-codes-will-die",
        clause: "A2",
        severity: Review,
        message_zh: "{count} 个加入群聊活码所关联的群将全部迁走，活码会失效。",
        message_en: "{count} join [code links|codes link] only groups that will move: nothing will keep [it|them] \
            alive.",
        next_step_zh: "按活码表的建议（precheck-join_codes），在迁移开始前为要保留的活码关联一个不参与迁移的群。",
        next_step_en: "Follow the advice in precheck-join_codes: before the start, tie a group that stays to each \
            code you want to keep.",
        rows: None,
    },
    FindingRule {
        code: "B5-target-over-cap",
        clause: "B5",
        severity: Review,
        message_zh: "{count} 个参与账号的迁入账号将超过客户上限。",
        message_en: "{count} enrolled [account has|accounts have] a target account that would exceed its cap.",
        next_step_zh: "在迁移开始前为这些迁入账号扩容，或先清理客户。",
        next_step_en: "Extend these target accounts, or make room in them, before the start.",
        rows: None,
    },
];
