//! Findings about what became of groups.

use super::{FindingRule, decided, is};
use crate::schema::Filter;
use crate::schema::fields::{
    GROUP_MATCH_METHOD, GROUP_OUTCOME, GROUP_REASON, GROUP_STILL_AT_SOURCE, MEMBER_OVERLAP, SOURCE_OWNER_USERID,
};
use crate::schema::tables::GROUPS_REPORT;
use crate::schema::vocabulary::Severity::{Defect, Review};
use crate::schema::vocabulary::{GroupMatchMethod, GroupOutcome, GroupReason};

/// Findings about what became of groups.
pub(super) const GROUPS: &[FindingRule] = &[
    FindingRule {
        code: "B8-group-missing",
        clause: "B8",
        severity: Defect,
        message_zh: "{count} 个应迁移的客户群在对应的迁入账号名下未找到。",
        message_en: "{count} [group|groups] in scope [was|were] not found under the mapped account.",
        next_step_zh: "先问群主是否已变更（如是，提供客户群 ID 对照表）；其余提交给服务方，要求说明或补迁。",
        next_step_en: "Ask whether the group changed its owner (then supply a group map); hand the others to the \
            service, and ask for an explanation or a second run.",
        rows: decided(&GROUPS_REPORT, || vec![is(&GROUP_OUTCOME, GroupOutcome::Missing)]),
    },
    FindingRule {
        code: "B8-group-ambiguous",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个客户群无法判定：与同群主的其他群无法区分，不知到达的是哪一个。",
        message_en: "{count} [group fits|groups fit] several groups of the mapped owner equally well, or \
            [shares|share] one with others: which arrived cannot be told.",
        next_step_zh: "提供客户群 ID 对照表。",
        next_step_en: "Supply a group map.",
        rows: decided(&GROUPS_REPORT, || {
            vec![is(&GROUP_OUTCOME, GroupOutcome::Undetermined), is(&GROUP_REASON, GroupReason::Ambiguous)]
        }),
    },
    FindingRule {
        code: "B8-group-no-usable-key",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个客户群无法判定：没有可用于配对的信息。",
        message_en: "{count} [group carries nothing that joins it|groups carry nothing that joins them] with the \
            groups of the mapped account.",
        next_step_zh: "重新导出群详情（群名与成员 unionid），或提供客户群 ID 对照表。",
        next_step_en: "Export the groups' details again (names, members with unionids), or supply a group map.",
        rows: decided(&GROUPS_REPORT, || {
            vec![is(&GROUP_OUTCOME, GroupOutcome::Undetermined), is(&GROUP_REASON, GroupReason::NoUsableKey)]
        }),
    },
    FindingRule {
        code: "B8-group-unreadable",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个客户群无法判定：起决定作用的字段值无法读取，或含有它的应答出错。",
        message_en: "{count} [group|groups] cannot be judged: a value that decides could not be read, or its \
            answer failed.",
        next_step_zh: "查看拒收（rejects）中的原因与导出完整性（coverage）中出错的应答，更正后重新导出，再审计。",
        next_step_en: "Look at the reasons in rejects and the failed answers in coverage, correct them, export \
            again and audit.",
        rows: decided(&GROUPS_REPORT, || {
            vec![is(&GROUP_OUTCOME, GroupOutcome::Undetermined), is(&GROUP_REASON, GroupReason::Unreadable)]
        }),
    },
    FindingRule {
        code: "B8-group-target-not-covered",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个客户群无法判定：迁入企业的群列表失败、不完整、有记录无法读取，或有群缺少群主。",
        message_en: "{count} [group|groups] cannot be judged: the target's group list failed, is incomplete, \
            has records that could not be read, or lacks the owner of some groups.",
        next_step_zh: "重新导出迁入企业的群列表与每个群的详情，再审计。",
        next_step_en: "Export the target's group list and the details of each group again, then audit.",
        rows: decided(&GROUPS_REPORT, || {
            vec![is(&GROUP_OUTCOME, GroupOutcome::Undetermined), is(&GROUP_REASON, GroupReason::TargetNotCovered)]
        }),
    },
    FindingRule {
        code: "B8-group-arrived-out-of-scope",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个不在迁移范围内的客户群出现在迁入企业。",
        message_en: "{count} [group that was not in scope is|groups that were not in scope are] in the target corp.",
        next_step_zh: "与群主核对；若为误配，请提供客户群 ID 对照表。",
        next_step_en: "Ask the owners; if they are not the same groups, supply a group map.",
        rows: decided(&GROUPS_REPORT, || vec![is(&GROUP_OUTCOME, GroupOutcome::ArrivedOutOfScope)]),
    },
    FindingRule {
        code: "B8-group-still-at-source",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个已迁移的客户群仍在迁出企业的群列表中。",
        message_en: "{count} migrated [group is|groups are] still listed by the source corp, though a group belongs \
            to one corp only.",
        next_step_zh: "核对两边是否为同一个群，再向服务方查问。",
        next_step_en: "Check that both are one group, then ask the service.",
        rows: decided(&GROUPS_REPORT, || {
            vec![is(&GROUP_OUTCOME, GroupOutcome::Migrated), Filter::IsTrue(&GROUP_STILL_AT_SOURCE)]
        }),
    },
    FindingRule {
        code: "B8-group-members-differ",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个客户群仅凭群名配对，两边已知的外部成员却少有重合。",
        message_en: "{count} [group is|groups are] joined by name alone, although few of [its|their] known external \
            members are the same.",
        next_step_zh: "查看成员重合度（member_overlap）与两边人数，与群主核对是否为同一个群。",
        next_step_en: "Look at member_overlap and both member counts, and ask the owner whether it is one group.",
        rows: decided(&GROUPS_REPORT, || {
            vec![is(&GROUP_MATCH_METHOD, GroupMatchMethod::Name), Filter::IsNotNull(&MEMBER_OVERLAP)]
        }),
    },
    FindingRule {
        code: "B8-group-stood-before",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个已迁移的客户群所配对的群，迁移前就在迁入企业。",
        message_en: "{count} migrated [group is|groups are] joined with a group that the target corp held before the \
            start.",
        next_step_zh: "核对是否为同一个群；若不是，请提供客户群 ID 对照表。",
        next_step_en: "Check that both are one group; if not, supply a group map.",
        rows: None,
    },
    FindingRule {
        code: "B8-group-map-other-owner",
        clause: "B8",
        severity: Review,
        message_zh: "客户群 ID 对照表把 {count} 个群配给了其他账号名下的群，已按对照表采用。",
        message_en: "The group map joins {count} [group with a group|groups with groups] of another account than \
            [its|their] owner's; it was followed.",
        next_step_zh: "确认对照表无误；若群主在迁移后变更，可忽略。",
        next_step_en: "Check the map; if the group changed its owner since, all is well.",
        rows: None,
    },
    FindingRule {
        code: "B8-group-owner-unknown",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个客户群缺少群主账号，按未参与迁移处理。",
        message_en: "{count} [group of source-before lacks its owner and counts|groups of source-before lack their \
            owner and count] as not enrolled.",
        next_step_zh: "导出群详情（groupchat/get），在表中补上群主账号，或附上成员名单（群主姓名不重名时可据此对应）。",
        next_step_en: "Export their details (groupchat/get), add the owner's account to the sheet, or the member \
            roster, by which an owner with a unique name is identified.",
        rows: decided(&GROUPS_REPORT, || vec![Filter::IsNull(&SOURCE_OWNER_USERID)]),
    },
    FindingRule {
        code: "B8-source-groups-not-covered",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 个参与账号在迁出企业（迁移前）的群列表失败或不完整，客户群可能少计。",
        message_en: "The group list of source-before failed or is incomplete for {count} enrolled [account: \
            its|accounts: their] groups may be undercounted.",
        next_step_zh: "重新导出群列表；若已无法导出，请在报告中说明。",
        next_step_en: "Export the group list again; if that is no longer possible, say so in your report.",
        rows: None,
    },
    FindingRule {
        code: "Q-group-map-contradiction",
        clause: "Q",
        severity: Review,
        message_zh: "客户群 ID 对照表中 {count} 个迁出客户群 ID 的记录相互矛盾，未采用。",
        message_en: "{count} source [id of the group map contradicts others; it was|ids of the group map contradict \
            others; they were] set aside.",
        next_step_zh: "更正对照表，使其一对一。",
        next_step_en: "Correct the map to 1:1.",
        rows: None,
    },
    FindingRule {
        code: "Q-group-map-unused",
        clause: "Q",
        severity: Review,
        message_zh: "客户群 ID 对照表有 {count} 条记录，但其中没有一个迁出客户群 ID 出现在迁出企业（迁移前）中，对照表没有匹配到任何记录。",
        message_en: "The group map has {count} [row, and its source id is not|rows, and none of their source ids \
            is] in source-before: the map joins nothing.",
        next_step_zh: "核对对照表的两列是否颠倒，以及它是否属于这两个企业；更正后重新核对。",
        next_step_en: "Check that its columns are not exchanged and that it is of these two corps; then audit again.",
        rows: None,
    },
];
