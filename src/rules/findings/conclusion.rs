//! Findings about what keeps an audit from beginning, or from a conclusion.

use super::{FindingRule, is, selected};
use crate::schema::fields::{GRAIN, OUTCOME};
use crate::schema::tables::{REJECTS_REPORT, RELATIONS_REPORT};
use crate::schema::vocabulary::Severity::Defect;
use crate::schema::vocabulary::{Grain, Outcome};

/// Findings about what keeps an audit from beginning, or from a conclusion.
pub(super) const CONCLUSION: &[FindingRule] = &[
    FindingRule {
        code: "B6-many-to-one",
        clause: "B6",
        severity: Defect,
        message_zh: "{count} 个迁入账号对应了多个迁出账号。",
        message_en: "{count} target [account is|accounts are] mapped from several source accounts.",
        next_step_zh: "更正账号清单，一对一；在此之前不审计。",
        next_step_en: "Correct the accounts list to 1:1; until then nothing is audited.",
        rows: None,
    },
    FindingRule {
        code: "B7-one-to-many",
        clause: "B7",
        severity: Defect,
        message_zh: "{count} 个迁出账号对应了多个迁入账号。",
        message_en: "{count} source [account is|accounts are] mapped to several target accounts.",
        next_step_zh: "更正账号清单，一对一；在此之前不审计。",
        next_step_en: "Correct the accounts list to 1:1; until then nothing is audited.",
        rows: None,
    },
    FindingRule {
        code: "B8-inconclusive",
        clause: "B8",
        severity: Defect,
        message_zh: "{count} 条应迁移的客户关系无法判定（{detail}），超过 5 %，本次审计不能下结论。",
        message_en: "{count} [relation in scope is|relations in scope are] undetermined ({detail}), more than 5 %: \
            the audit cannot conclude.",
        next_step_zh: "按括号中各项发现的下一步补齐导出，再重新审计。",
        next_step_en: "Do what the findings in brackets ask for, then run the audit again.",
        rows: selected(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Undetermined)]),
    },
    FindingRule {
        code: "Q-source-before-empty",
        clause: "Q",
        severity: Defect,
        message_zh: "迁出企业（迁移前）的导出没有任何客户关系，不能下结论。",
        message_en: "Source-before holds no relation: nothing can be concluded.",
        next_step_zh: "核对 source-before 的路径与导出内容，再运行一次。",
        next_step_en: "Check the path of source-before and what was exported, then run it again.",
        rows: None,
    },
    FindingRule {
        code: "Q-too-much-unreadable",
        clause: "Q",
        severity: Defect,
        message_zh: "{count} 份必需的导出中，超过 5 % 的客户关系记录无法读取（{detail}），不能下结论。",
        message_en: "More than 5 % of the records of relations of {count} required [snapshot|snapshots] could not be \
            read ({detail}): nothing can be concluded.",
        next_step_zh: "查看拒收（rejects）中的原因，更正后重新导出，再运行一次。",
        next_step_en: "Look at the reasons in rejects, correct them, export again and run it again.",
        // It counts snapshots.
        rows: None,
    },
    FindingRule {
        code: "Q-unreadable-records",
        clause: "Q",
        severity: Defect,
        message_zh: "{count} 条记录无法读取（{detail}）：相关账号的导出不视为完整，可能涉及的客户关系不判为缺失\
            （已声明可信的导出除外）。",
        message_en: "{count} [record|records] could not be read ({detail}): no relation that [it|they] may be is \
            reported as missing, unless the snapshot is trusted.",
        next_step_zh: "更正拒收（rejects）列出的记录，重新导出。若确认没有丢失，可为该导出写明 coverage = \"trusted\"\
            （已写明的无需再处理）。",
        next_step_en: "Correct what rejects lists, and export again. If you are sure that nothing is lost, set \
            coverage = \"trusted\" for the snapshot; where it is set already, nothing remains to be done.",
        rows: selected(&REJECTS_REPORT, || vec![is(&GRAIN, Grain::Record)]),
    },
];
