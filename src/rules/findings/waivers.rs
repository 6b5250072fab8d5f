//! Findings about waivers.

use super::FindingRule;
use crate::schema::vocabulary::Severity::{Info, Review};

/// Findings about waivers.
pub(super) const WAIVERS: &[FindingRule] = &[
    FindingRule {
        code: "Q-waiver-expired",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 条豁免已过期，其所涉内容重新计入：{detail}。",
        message_en: "{count} [waiver has expired, and what it|waivers have expired, and what they] covered counts \
            again: {detail}.",
        next_step_zh: "处理这些问题，或由负责人续期。",
        next_step_en: "Resolve what they covered, or have the person in charge renew them.",
        rows: None,
    },
    FindingRule {
        code: "Q-waiver-unused",
        clause: "Q",
        severity: Info,
        message_zh: "豁免中有 {count} 个代码或键在本次审计中没有对应内容。",
        message_en: "{count} [code or key of the waivers is|codes or keys of the waivers are] about nothing that \
            this audit found.",
        next_step_zh: "核对拼写；如已解决，删除该豁免。",
        next_step_en: "Check the spelling; if the matter is resolved, remove the waiver.",
        rows: None,
    },
];
