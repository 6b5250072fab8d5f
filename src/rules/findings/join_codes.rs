//! Findings about what became of join codes (A2).

use super::{FindingRule, decided, is};
use crate::schema::fields::CODE_VERDICT;
use crate::schema::tables::JOIN_CODES_REPORT;
use crate::schema::vocabulary::CodeVerdict;
use crate::schema::vocabulary::Severity::{Defect, Info, Review};

/// Findings about what became of join codes (A2).
pub(super) const JOIN_CODES: &[FindingRule] = &[
    FindingRule {
        code: "A2-code-lost",
        clause: "A2",
        severity: Defect,
        message_zh: "{count} 个加入群聊活码本应因有未迁移的群而继续有效，现已失效。",
        message_en: "{count} join [code|codes] died although a group that was not to move was linked to [it|them].",
        next_step_zh: "撤下或更换这些活码，并要求服务方说明。",
        next_step_en: "Take these codes down or replace them, and ask the service to explain.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::Lost)]),
    },
    FindingRule {
        code: "A2-code-group-left-behind",
        clause: "A2",
        severity: Defect,
        message_zh: "{count} 个加入群聊活码仍由本应迁走的群维持有效：这些群没有离开迁出企业。",
        message_en: "{count} join [code is|codes are] kept alive by groups that were to move and have not left the \
            source corp.",
        next_step_zh: "就使其有效的群（kept_alive_by）向服务方查问；客户扫码仍会进入迁出企业的群。",
        next_step_en: "Ask the service about the groups in kept_alive_by; customers who scan the code still join a \
            group of the source corp.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::AliveGroupLeftBehind)]),
    },
    FindingRule {
        code: "A2-code-alive-by-new-group",
        clause: "A2",
        severity: Review,
        message_zh: "{count} 个预计失效的加入群聊活码由新关联的群维持有效。",
        message_en: "{count} join [code that was to die is|codes that were to die are] kept alive by groups linked \
            since, perhaps by the code itself (auto_create_room).",
        next_step_zh: "确认新群由谁负责；客户扫码会进入迁出企业的群。",
        next_step_en: "Find out who looks after the new groups: customers who scan the code join a group of the \
            source corp.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::AliveNewGroup)]),
    },
    FindingRule {
        code: "A2-code-alive-unpredicted",
        clause: "A2",
        severity: Review,
        message_zh: "{count} 个加入群聊活码有效，而迁移前的导出无法预计。",
        message_en: "{count} join [code is|codes are] alive, which source-before could not predict.",
        next_step_zh: "查看使其有效的群（kept_alive_by），确认由谁负责。",
        next_step_en: "Look at kept_alive_by and find out who looks after those groups.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::AliveUnpredicted)]),
    },
    FindingRule {
        code: "A2-code-emptied-unpredicted",
        clause: "A2",
        severity: Review,
        message_zh: "{count} 个加入群聊活码已失效，而迁移前的导出不能说明其关联的群是否都迁走。",
        message_en: "{count} join [code|codes] died, which source-before could not predict: that does not show \
            whether all groups that [it|they] linked were to move.",
        next_step_zh: "撤下或更换这些活码。",
        next_step_en: "Take these codes down or replace them.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::EmptiedUnpredicted)]),
    },
    FindingRule {
        code: "A2-code-unverified",
        clause: "A2",
        severity: Review,
        message_zh: "{count} 个加入群聊活码在迁移后的情况无法核实（{detail}）；导出中没有某个活码，并不说明它已失效。",
        message_en: "{count} join [code|codes] cannot be verified after the migration ({detail}); a dump without a \
            code proves nothing about it.",
        next_step_zh: "对这些 config_id 调用 get_join_way，连同完整的群列表存入 source-after，再审计；后台创建的活码请在后台查看。",
        next_step_en: "Call get_join_way for these ids, put the answers and the whole list of groups into source-after \
            and audit again; codes created in the console have to be looked up there.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::Unverified)]),
    },
    FindingRule {
        code: "A2-code-emptied",
        clause: "A2",
        severity: Info,
        message_zh: "{count} 个加入群聊活码如预计失效。",
        message_en: "{count} join [code|codes] died as predicted.",
        next_step_zh: "撤下印有这些活码的物料，换成迁入企业的活码。",
        next_step_en: "Take down what shows these codes, and replace them by codes of the target corp.",
        rows: decided(&JOIN_CODES_REPORT, || vec![is(&CODE_VERDICT, CodeVerdict::Emptied)]),
    },
    FindingRule {
        code: "Q-code-links-twice",
        clause: "Q",
        severity: Info,
        message_zh: "{count} 个加入群聊活码重复关联同一个群，按一次计。",
        message_en: "{count} join [code links|codes link] a group more than once; it was counted once.",
        next_step_zh: "无需处理；如为导出工具所致，请更正。",
        next_step_en: "Nothing to do; if the dump was put together by a tool, correct it.",
        rows: None,
    },
];
