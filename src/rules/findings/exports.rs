//! Findings about when exports were made, and what in them is missing, doubtful or unused.

use super::{FindingRule, is, is_any, selected};
use crate::schema::fields::{GRAIN, SOURCE_COVERAGE};
use crate::schema::tables::{ACCOUNTS_REPORT, REJECTS_REPORT};
use crate::schema::vocabulary::Severity::{Info, Review};
use crate::schema::vocabulary::{Coverage, Grain};

/// Findings about when exports were made, and what in them is missing, doubtful or unused.
pub(super) const EXPORTS: &[FindingRule] = &[
    FindingRule {
        code: "Q-swapped-dumps",
        clause: "Q",
        severity: Review,
        message_zh: "迁出与迁入导出的企业编码可疑：{detail}。",
        message_en: "The corp codes in the ids look wrong: {detail}.",
        next_step_zh: "确认各文件夹放的是哪个企业的导出。",
        next_step_en: "Check which corp's dump lies in which folder.",
        rows: None,
    },
    FindingRule {
        code: "Q-mixed-dumps",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 份导出里混有多个企业编码：{detail}。",
        message_en: "{count} [snapshot holds|snapshots hold] ids of more than one corp: {detail}.",
        next_step_zh: "确认没有把两个企业的导出放在同一文件夹。",
        next_step_en: "Check that no folder holds the dumps of both corps.",
        rows: None,
    },
    FindingRule {
        code: "D1-source-after-start",
        clause: "D1",
        severity: Review,
        message_zh: "迁出企业（迁移前）的导出时间晚于迁移开始：{detail}。",
        message_en: "The source-before snapshot was taken after the start: {detail}.",
        next_step_zh: "迁移开始后的变化已混入基准，应迁移的数量可能有偏差；请使用开始前的导出。",
        next_step_en: "What changed since the start is mixed into the baseline; use a dump from before the start.",
        rows: None,
    },
    FindingRule {
        code: "D1-target-before-late",
        clause: "D1",
        severity: Review,
        message_zh: "迁入企业（迁移前）的导出时间晚于迁移开始：{detail}。",
        message_en: "The target-before snapshot was taken after the start: {detail}.",
        next_step_zh: "它可能已含迁移来的客户，会被误认为原有；请使用开始前的导出。",
        next_step_en: "It may hold migrated customers, which would be mistaken for old ones; use a dump from before \
            the start.",
        rows: None,
    },
    FindingRule {
        code: "D1-after-too-early",
        clause: "D1",
        severity: Review,
        message_zh: "迁移后的导出时间早于迁移结束：{detail}。",
        message_en: "An after-snapshot was taken before the end: {detail}.",
        next_step_zh: "迁移结束后重新导出，再审计。",
        next_step_en: "Export again after the end, then audit.",
        rows: None,
    },
    FindingRule {
        code: "B5-source-not-covered",
        clause: "B5",
        severity: Review,
        message_zh: "{count} 个参与账号在迁出企业（迁移前）的导出失败或不完整，其客户关系可能少计。",
        message_en: "The source-before dump of {count} enrolled [account|accounts] failed or is incomplete: \
            [its|their] relations may be undercounted.",
        next_step_zh: "重新导出这些账号；若已无法导出，请在报告中说明。",
        next_step_en: "Export these accounts again; if that is no longer possible, say so in your report.",
        rows: selected(&ACCOUNTS_REPORT, || {
            vec![is_any(&SOURCE_COVERAGE, [Coverage::Failed, Coverage::Partial, Coverage::Unknown])]
        }),
    },
    FindingRule {
        code: "D1-gap-before-start",
        clause: "D1",
        severity: Info,
        message_zh: "迁移前的导出与迁移开始之间相隔 {detail}，其间的变化不可见。",
        message_en: "{detail} lie between the source-before snapshot and the start; what changed meanwhile is not \
            seen.",
        next_step_zh: "相隔较长时，与成员核对这段时间的新增与删除。",
        next_step_en: "If it is long, ask the members what they added and deleted in between.",
        rows: None,
    },
    FindingRule {
        code: "Q-namespaces-disjoint",
        clause: "Q",
        severity: Info,
        message_zh: "两个企业的 unionid 不可比（{detail}），未用于配对。",
        message_en: "The unionids of the two corps cannot be compared ({detail}); they were not used for matching.",
        next_step_zh: "如有客户 ID 对照表，请提供；否则只能按名称配对。",
        next_step_en: "Supply a customer map if you have one; otherwise only names join the corps.",
        rows: None,
    },
    FindingRule {
        code: "Q-count-jump",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 个账号在两个接口的应答中客户数相差悬殊：{detail}。",
        message_en: "{count} [account has|accounts have] very different numbers of customers in the answers of two \
            endpoints: {detail}.",
        next_step_zh: "较少的一方可能被漏取；同时重新导出两个接口，再审计。",
        next_step_en: "The smaller one may have lost pages: export both endpoints again at the same time, then audit.",
        rows: None,
    },
    FindingRule {
        code: "Q-unionid-shared",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 个 unionid 在同一企业对应多个 external_userid，未用于配对：{detail}。",
        message_en: "{count} [unionid belongs|unionids belong] to several external_userids of one corp and [is|are] \
            not used as a key: {detail}.",
        next_step_zh: "一个微信用户在一个企业只有一个客户 ID。找出代表“没有 unionid”的占位值并清空，或移走另一个应用的导出（其 ID 形式不同），再审计。",
        next_step_en: "A WeChat user has one id in a corp. Find the placeholder for a missing unionid and clear it, \
            or leave out the dump of the second app (its ids have another form), and audit again.",
        rows: None,
    },
    FindingRule {
        code: "Q-userid-case",
        clause: "Q",
        severity: Info,
        message_zh: "{count} 个账号的写法与所用写法仅大小写不同：{detail}。",
        message_en: "{count} [spelling of a userid differs|spellings of userids differ] in letter case only from the \
            one that is used: {detail}.",
        next_step_zh: "无需处理：企业微信不区分账号的大小写，均按同一成员计。",
        next_step_en: "Nothing to do: the service ignores case; they count as one member.",
        rows: None,
    },
    FindingRule {
        code: "Q-unreadable-values",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 个字段值无法读取，按空值处理（{detail}）。",
        message_en: "{count} [value|values] could not be read and [counts|count] as null ({detail}).",
        next_step_zh: "查看拒收（rejects）中的原因，更正后重新导出。",
        next_step_en: "Look at the reasons in rejects, correct them and export again.",
        rows: selected(&REJECTS_REPORT, || vec![is(&GRAIN, Grain::Value)]),
    },
    FindingRule {
        code: "Q-empty-table",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 个表没有任何数据行（{detail}），不能证明对应内容为空。",
        message_en: "{count} [table holds|tables hold] no row ({detail}), which proves nothing about what [it|they] \
            should hold.",
        next_step_zh: "确认导出没有中途失败；若确实为空，请移走该文件，或在案例文件中为该导出写明 coverage = \"trusted\"。",
        next_step_en: "Check that the export did not fail; if there is truly nothing, take the file out, or declare \
            the snapshot complete with coverage = \"trusted\".",
        rows: None,
    },
    FindingRule {
        code: "Q-columns-unused",
        clause: "Q",
        severity: Info,
        message_zh: "输入文件中有 {count} 列未被使用（{detail}）。",
        message_en: "{count} [column of the inputs is|columns of the inputs are] not used ({detail}).",
        next_step_zh: "若其中有需要的字段，请在案例文件的 [snapshots.角色.columns] 中写明对应的列名；若有“已删除”标记，请先自行筛除。",
        next_step_en: "If one of them holds a known field, map it in [snapshots.ROLE.columns]; rows that such a \
            column marks as deleted have to be filtered out beforehand.",
        rows: None,
    },
    FindingRule {
        code: "Q-untied-answers",
        clause: "Q",
        severity: Info,
        message_zh: "{count} 条接口记录缺少请求信息，无法归属到成员，未使用（{detail}）。",
        message_en: "{count} [record came without its request and cannot be tied to a member; it was|records came \
            without their request and cannot be tied to a member; they were] passed over ({detail}).",
        next_step_zh: "导出时保存请求（信封格式），以便证明完整性。",
        next_step_en: "Keep the request beside the response (the envelope) when dumping, so that completeness can be \
            shown.",
        rows: None,
    },
    FindingRule {
        code: "Q-records-passed-over",
        clause: "Q",
        severity: Info,
        message_zh: "{count} 条记录没有可审计的内容（例如合计行、重复的表头、企业内部的转接），已略过（{detail}）。",
        message_en: "{count} [record holds|records hold] nothing to audit, such as a row of totals or a transfer \
            inside the corp; [it was|they were] passed over ({detail}).",
        next_step_zh: "无需处理；如其中有应读取的记录，请更正后重新导出。",
        next_step_en: "Nothing to do, unless one of them is a record of the export: correct it and export again.",
        rows: None,
    },
    FindingRule {
        code: "Q-relations-without-ids",
        clause: "Q",
        severity: Info,
        message_zh: "{count} 条客户关系没有任何 ID（{detail}），来自后台导出：账号合计准确，逐条只能按名称配对。",
        message_en: "{count} [relation carries|relations carry] no id ({detail}), as the console exports [it|them]: \
            counts per account hold, pairs are joined by name only.",
        next_step_zh: "如需定论，请补充两个企业带 unionid 的接口导出（batch/get_by_user）：重名的、到了别的账号的、仍在迁出企业的，只有它能判定。",
        next_step_en: "For certainty add API dumps of both corps with unionids (batch/get_by_user): only they decide \
            namesakes, customers under another account, and who is still at the source.",
        rows: None,
    },
    FindingRule {
        code: "Q-maybe-twice",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 条没有 ID 的记录与同账号带 ID 的记录无法对应（{detail}），可能重复计数。",
        message_en: "{count} [row without an id could|rows without ids could] not be joined with the rows with ids \
            of the same account ({detail}): [it|they] may be counted twice.",
        next_step_zh: "同时重新导出两者，带上名称与添加时间；或移走其中一份。",
        next_step_en: "Export both at the same time, with names and times of adding, or take one of them out of the \
            folder.",
        rows: None,
    },
    FindingRule {
        code: "Q-rows-alike",
        clause: "Q",
        severity: Review,
        message_zh: "{count} 条没有 ID 的记录与同一文件中另一条的成员、名称、时间完全相同，按一条计。",
        message_en: "{count} [row without an id equals another row of its file|rows without ids equal another row of \
            their file] in member, name and time; each was counted once.",
        next_step_zh: "若确为两位客户，请提供接口导出，或带到秒的添加时间。",
        next_step_en: "If they are two customers, supply an API dump, or times of adding to the second.",
        rows: None,
    },
    FindingRule {
        code: "Q-sheets-passed-over",
        clause: "Q",
        severity: Info,
        message_zh: "工作簿中有 {count} 行位于隐藏的或无法识别的工作表，未读取（{detail}）。",
        message_en: "{count} [row is|rows are] in sheets of a workbook that are hidden or hold no known table; [it \
            was|they were] not read ({detail}).",
        next_step_zh: "确认其中没有应读取的数据；如有，取消隐藏或补上表头后重新导出。",
        next_step_en: "Check that these sheets hold nothing of the export; if they do, unhide them, or add the \
            headers.",
        rows: None,
    },
    FindingRule {
        code: "Q-error-answers",
        clause: "Q",
        severity: Info,
        message_zh: "导出中有 {count} 个接口错误应答（{detail}），只用来判断导出是否完整。",
        message_en: "The dumps hold {count} error [answer|answers] ({detail}); [it shows|they show] only \
            what is not complete.",
        next_step_zh: "对导出完整性（coverage）中状态为“失败”的账号重新导出。",
        next_step_en: "Export the accounts again that coverage shows as failed.",
        rows: None,
    },
];
