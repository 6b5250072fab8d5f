//! Findings about what became of relations.

use super::{FindingRule, decided, is, selected};
use crate::schema::Filter;
use crate::schema::fields::{MATCH_METHOD, OUTCOME, REASON, SCOPE, SOURCE_CREATED_AT, SOURCE_EXTERNAL_USERID};
use crate::schema::tables::RELATIONS_REPORT;
use crate::schema::vocabulary::Severity::{Defect, Info, Review};
use crate::schema::vocabulary::{MatchMethod, Outcome, Reason, Scope};

/// Findings about what became of relations.
pub(super) const RELATIONS: &[FindingRule] = &[
    FindingRule {
        code: "B8-missing",
        clause: "B8",
        severity: Defect,
        message_zh: "{count} 条应迁移的客户关系在对应的迁入账号中未找到。",
        message_en: "{count} [relation|relations] in scope [was|were] not found in the mapped account.",
        next_step_zh: "把名单提交给服务方，要求逐条说明或补迁。",
        next_step_en: "Hand the list to the service: ask for an explanation or a second run.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Missing), is(&REASON, Reason::NoTrace)]),
    },
    FindingRule {
        code: "B8-missing-at-cap",
        clause: "B8",
        severity: Defect,
        message_zh: "{count} 条应迁移的客户关系未找到，对应的迁入账号已达客户上限。",
        message_en: "{count} [relation|relations] [was|were] not found; [its|their] target account is full.",
        next_step_zh: "为这些账号扩容，或先清理客户，再要求补迁。",
        next_step_en: "Extend the accounts or make room in them, then ask for a second run.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Missing), is(&REASON, Reason::TargetAtCap)]),
    },
    FindingRule {
        code: "B7-misplaced",
        clause: "B7",
        severity: Defect,
        message_zh: "{count} 条应迁移的客户关系不在对应的迁入账号，而在其他迁入账号名下。",
        message_en: "{count} [relation|relations] in scope [is|are] under another target account.",
        next_step_zh: "核对是谁添加的（实际到达账号 arrived_userid）；如为迁移所致，要求更正。",
        next_step_en: "Ask who added them (arrived_userid); if nobody did, have it corrected.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Misplaced)]),
    },
    FindingRule {
        code: "A3-refused-arrived",
        clause: "A3",
        severity: Defect,
        message_zh: "{count} 条客户关系的客户已列入拒绝名单，却仍在对应的迁入账号中。",
        message_en: "{count} [relation is in the mapped account, though its customer is|relations are in the mapped \
            account, though their customers are] listed as refused.",
        next_step_zh: "先不要联系这些客户。添加时间早于迁移开始的，是原有的客户；其余要求服务方说明。\
            若几乎所有客户都在其中，先核对拒绝名单是否误用了全部客户的导出。",
        next_step_en: "Do not contact these customers yet. Who was added there before the start is an old customer; \
            of the others, ask the service to explain. If they are nearly all customers, check first whether the \
            refusals list is an export of all customers.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::RefusedButArrived)]),
    },
    FindingRule {
        code: "A3-refused",
        clause: "A3",
        severity: Review,
        message_zh: "{count} 条应迁移的客户关系未找到，其客户已列入拒绝名单。",
        message_en: "{count} [relation in scope was not found, and its customer is|relations in scope were not \
            found, and their customers are] listed as refused.",
        next_step_zh: "请原成员联系客户，征得同意后重新添加。",
        next_step_en: "Let the member contact the customer and add them again with their consent.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Refused)]),
    },
    FindingRule {
        code: "B8-ambiguous",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 条客户关系无法判定：与同账号内的其他关系无法区分，不知到达的是哪一条。",
        message_en: "{count} [relation shares its|relations share their] key with others of the account: which of \
            them arrived cannot be told.",
        next_step_zh: "提供客户 ID 对照表，或带 unionid 的接口导出。",
        next_step_en: "Supply a customer map, or an API dump with unionids.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Undetermined), is(&REASON, Reason::Ambiguous)]),
    },
    FindingRule {
        code: "B8-no-usable-key",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 条客户关系无法判定：没有可用于配对的信息。",
        message_en: "{count} [relation carries nothing that joins it|relations carry nothing that joins them] with \
            the target corp.",
        next_step_zh: "重新导出，带上客户名称与 unionid，或提供客户 ID 对照表。",
        next_step_en: "Export again with names and unionids, or supply a customer map.",
        rows: decided(&RELATIONS_REPORT, || {
            vec![is(&OUTCOME, Outcome::Undetermined), is(&REASON, Reason::NoUsableKey)]
        }),
    },
    FindingRule {
        code: "B8-unreadable",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 条客户关系无法判定：起决定作用的字段值无法读取，或含有它的应答出错、未取完。",
        message_en: "{count} [relation|relations] cannot be judged: a value that decides could not be read, or \
            its answer failed or was cut off.",
        next_step_zh: "查看拒收（rejects）中的原因与导出完整性（coverage）中出错或不完整的应答，更正后重新导出，再审计。",
        next_step_en: "Look at the reasons in rejects and the failed or partial answers in coverage, correct them, \
            export again and audit.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Undetermined), is(&REASON, Reason::Unreadable)]),
    },
    FindingRule {
        code: "B8-look-alike",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 条客户关系无法判定：迁入账号中有名称看起来相同、但写法不同的未配对客户。",
        message_en: "{count} [relation|relations] cannot be judged: the mapped account holds an unmatched customer \
            whose name looks the same but is written differently.",
        next_step_zh: "人工核对两边名称；客户 ID 对照表，或两边带 unionid 的接口导出，可予判定。",
        next_step_en: "Compare the names by eye; a customer map, or API dumps of both corps with unionids, would \
            decide them.",
        rows: decided(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Undetermined), is(&REASON, Reason::LookAlike)]),
    },
    FindingRule {
        code: "B8-target-not-covered",
        clause: "B8",
        severity: Review,
        message_zh: "{count} 条客户关系无法判定：其迁入账号的导出失败、不完整，或有记录无法读取。",
        message_en: "{count} [relation|relations] cannot be judged: the dump of [its|their] target account failed, is \
            incomplete, or has records that could not be read.",
        next_step_zh: "重新导出这些迁入账号（见导出完整性 coverage）；若是账号清单写错了账号，请更正；再审计。",
        next_step_en: "Export these target accounts again (see coverage), or correct their spelling in the accounts \
            list; then audit.",
        rows: decided(&RELATIONS_REPORT, || {
            vec![is(&OUTCOME, Outcome::Undetermined), is(&REASON, Reason::TargetNotCovered)]
        }),
    },
    FindingRule {
        code: "B1-external-contact-arrived",
        clause: "B1",
        severity: Review,
        message_zh: "{count} 个外部联系人（非客户）在迁移开始后出现在迁入账号，按规则不会迁移。",
        message_en: "{count} external [contact that is not a customer|contacts that are not customers] arrived, \
            which the service says it does not move.",
        next_step_zh: "确认是否为成员自行添加；不应为其付费。",
        next_step_en: "Check whether the member added them; they are not to be paid for.",
        rows: decided(&RELATIONS_REPORT, || {
            vec![is(&OUTCOME, Outcome::ArrivedOutOfScope), is(&SCOPE, Scope::ExternalContact)]
        }),
    },
    FindingRule {
        code: "B3-unassigned-arrived",
        clause: "B3",
        severity: Review,
        message_zh: "{count} 个离职待分配客户在迁移开始后出现在迁入账号，按规则不会迁移。",
        message_en: "{count} [customer|customers] awaiting reassignment arrived, which the service says it does not \
            move.",
        next_step_zh: "确认这些客户在迁入企业由谁接待。",
        next_step_en: "Make sure that a member of the target corp looks after them.",
        rows: decided(&RELATIONS_REPORT, || {
            vec![is(&OUTCOME, Outcome::ArrivedOutOfScope), is(&SCOPE, Scope::Unassigned)]
        }),
    },
    FindingRule {
        code: "B5-assessment-failed-arrived",
        clause: "B5",
        severity: Review,
        message_zh: "{count} 条未通过预评估账号的客户关系到达了迁入企业。",
        message_en: "{count} [relation|relations] of accounts that failed the pre-assessment arrived.",
        next_step_zh: "向服务方确认这些账号是否参与了迁移，是否计费。",
        next_step_en: "Ask the service whether these accounts took part, and whether they are billed.",
        rows: decided(&RELATIONS_REPORT, || {
            vec![is(&OUTCOME, Outcome::ArrivedOutOfScope), is(&SCOPE, Scope::AssessmentFailed)]
        }),
    },
    FindingRule {
        code: "D1-added-after-start-arrived",
        clause: "D1",
        severity: Review,
        message_zh: "{count} 条迁移开始后才添加的客户关系也到达了迁入企业。",
        message_en: "{count} [relation that was|relations that were] added after the start arrived too.",
        next_step_zh: "它们不在迁移范围内，确认没有计费。",
        next_step_en: "They were not in scope; check that they are not billed.",
        rows: decided(&RELATIONS_REPORT, || {
            vec![is(&OUTCOME, Outcome::ArrivedOutOfScope), is(&SCOPE, Scope::AddedAfterStart)]
        }),
    },
    FindingRule {
        code: "B8-concentration",
        clause: "B8",
        severity: Info,
        message_zh: "{count} 条缺失的客户关系中，{detail}。",
        message_en: "Of {count} missing [relation|relations] {detail}.",
        next_step_zh: "先查这几处的共同点，再逐条查看。",
        next_step_en: "Look for what these have in common before you look at single rows.",
        rows: selected(&RELATIONS_REPORT, || vec![is(&OUTCOME, Outcome::Missing)]),
    },
    FindingRule {
        code: "B8-joined-by-name",
        clause: "B8",
        severity: Info,
        message_zh: "{count} 条没有 ID 的客户关系仅凭客户名称配对。",
        message_en: "{count} [relation without an id is|relations without an id are] joined by the customer's name \
            alone.",
        next_step_zh: "抽样核对；客户 ID 对照表，或两边带 unionid 的接口导出，可予证实。",
        next_step_en: "Check a sample; a customer map, or API dumps of both corps with unionids, would prove them.",
        rows: selected(&RELATIONS_REPORT, || {
            vec![is(&MATCH_METHOD, MatchMethod::Name), Filter::IsNull(&SOURCE_EXTERNAL_USERID)]
        }),
    },
    FindingRule {
        code: "D1-created-unknown",
        clause: "D1",
        severity: Info,
        message_zh: "{count} 条计入范围的客户关系没有添加时间，不能判断是否在迁移开始后添加。",
        message_en: "{count} [relation|relations] in scope have no time of adding: whether they were added after the \
            start cannot be told.",
        next_step_zh: "重新导出，带上添加时间（添加时间列，或接口的 createtime）。",
        next_step_en: "Export them again with the time (添加时间 of the console, createtime of the API).",
        rows: selected(&RELATIONS_REPORT, || vec![is(&SCOPE, Scope::InScope), Filter::IsNull(&SOURCE_CREATED_AT)]),
    },
];
