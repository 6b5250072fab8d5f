//! The catalogue of findings: one line each; it feeds the reports, `qianhe rules` and the README.

use crate::outcomes::{ORIGIN_RULES, RULE_BOOK};
use crate::schema::vocabulary::Severity::{self, Defect, Info, Review};
use crate::scope;

/// A kind of finding. `{count}` and `{detail}` in messages are filled in.
#[derive(Debug, PartialEq, Eq)]
pub struct FindingRule {
    /// Stable; starts with the clause.
    pub code: &'static str,
    /// A clause of DOMAIN.md, or `Q`: the quality of the exports, on which no clause speaks.
    pub clause: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// What was found.
    pub message_zh: &'static str,
    /// What was found.
    pub message_en: &'static str,
    /// What to do.
    pub next_step_zh: &'static str,
    /// What to do.
    pub next_step_en: &'static str,
    /// The report whose rows it is about, and the condition that selects them.
    pub rows: Option<(&'static str, &'static str)>,
}

macro_rules! findings {
    ($($code:literal $clause:literal $severity:ident { zh: $zh:literal, en: $en:literal, do_zh: $do_zh:literal, do_en: $do_en:literal, rows: $rows:expr })+) => {
        /// Every kind of finding, in the order in which a lead wants to read them.
        pub const CATALOGUE: &[FindingRule] = &[$(FindingRule {
            code: $code, clause: $clause, severity: $severity, message_zh: $zh, message_en: $en, next_step_zh: $do_zh, next_step_en: $do_en, rows: $rows,
        },)+];
    };
}

findings! {
    "B6-many-to-one" "B6" Defect {
        zh: "{count} 个迁入账号对应了多个迁出账号。", en: "{count} target accounts are mapped from several source accounts.",
        do_zh: "更正账号清单，一对一；在此之前不审计。", do_en: "Correct the accounts list to 1:1; until then nothing is audited.", rows: None }
    "B7-one-to-many" "B7" Defect {
        zh: "{count} 个迁出账号对应了多个迁入账号。", en: "{count} source accounts are mapped to several target accounts.",
        do_zh: "更正账号清单，一对一；在此之前不审计。", do_en: "Correct the accounts list to 1:1; until then nothing is audited.", rows: None }
    "B8-inconclusive" "B8" Defect {
        zh: "{count} 条应迁移的客户关系无法判定（{detail}），超过 5%，本次审计不能下结论。", en: "{count} relations in scope are undetermined ({detail}), more than 5 %: the audit cannot conclude.",
        do_zh: "先补齐下面各项导出，再重新审计。", do_en: "Complete the exports named below and run the audit again.", rows: Some(("relations", "outcome = 'undetermined'")) }
    "B8-missing" "B8" Defect {
        zh: "{count} 条应迁移的客户关系在迁入企业找不到踪迹。", en: "{count} relations in scope left no trace in the target corp.",
        do_zh: "把名单提交给服务方，要求逐条说明或补迁。", do_en: "Hand the list to the service and ask for an explanation or a second run, row by row.", rows: Some(("relations", "outcome = 'missing' and reason = 'no_trace'")) }
    "B8-missing-at-cap" "B8" Defect {
        zh: "{count} 条应迁移的客户关系未到达，迁入账号已达客户上限。", en: "{count} relations in scope did not arrive, and their target account is at its cap.",
        do_zh: "为这些账号扩容，或先清理客户，再要求补迁。", do_en: "Extend the accounts or make room in them, then ask for a second run.", rows: Some(("relations", "outcome = 'missing' and reason = 'target_at_cap'")) }
    "B7-misplaced" "B7" Defect {
        zh: "{count} 条客户关系到了别的迁入账号名下。", en: "{count} relations arrived under another target account than the mapped one.",
        do_zh: "核对 arrived_userid，确认是谁添加的；如为迁移所致，要求更正。", do_en: "Check arrived_userid and who added the customer; if the service did, have it corrected.", rows: Some(("relations", "outcome = 'misplaced'")) }
    "A3-refused-arrived" "A3" Defect {
        zh: "{count} 条已拒绝迁移的客户关系仍然到达了迁入企业。", en: "{count} relations arrived although the customer had refused.",
        do_zh: "停止联系这些客户，并要求服务方说明。", do_en: "Do not contact these customers, and ask the service to explain.", rows: Some(("relations", "outcome = 'refused_but_arrived'")) }
    "A3-refused" "A3" Review {
        zh: "{count} 条应迁移的客户关系因客户拒绝而未到达。", en: "{count} relations in scope did not arrive because the customer refused.",
        do_zh: "请原成员联系客户，征得同意后重新添加。", do_en: "Let the member contact the customer and add them again with their consent.", rows: Some(("relations", "outcome = 'refused'")) }
    "B8-ambiguous" "B8" Review {
        zh: "{count} 条客户关系与同账号内其他关系无法区分，不能判定是哪一条到达。", en: "{count} relations share their key with others of the account: which of them arrived cannot be told.",
        do_zh: "提供客户 ID 对照表，或带 unionid 的接口导出。", do_en: "Supply a customer map, or an API dump with unionids.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'ambiguous'")) }
    "B8-no-usable-key" "B8" Review {
        zh: "{count} 条客户关系没有可用于比对的信息。", en: "{count} relations carry nothing that joins them with the target corp.",
        do_zh: "重新导出，带上客户名称与 unionid，或提供客户 ID 对照表。", do_en: "Export again with names and unionids, or supply a customer map.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'no_usable_key'")) }
    "B8-target-not-covered" "B8" Review {
        zh: "{count} 条客户关系无法判定：其迁入账号的导出失败或不完整。", en: "{count} relations cannot be judged: the dump of their target account failed or is incomplete.",
        do_zh: "重新导出这些迁入账号（见 coverage），再审计。", do_en: "Export these target accounts again (see coverage), then audit.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'target_not_covered'")) }
    "B1-external-contact-arrived" "B1" Review {
        zh: "{count} 个外部联系人（非客户）到达了迁入企业，按规则不应迁移。", en: "{count} external contacts that are no customers arrived, which the service says it does not move.",
        do_zh: "确认是否为成员自行添加；不应为其付费。", do_en: "Check whether the member added them; they are not to be paid for.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'external_contact'")) }
    "B3-unassigned-arrived" "B3" Review {
        zh: "{count} 个离职待分配客户到达了迁入企业，按规则不支持迁移。", en: "{count} customers awaiting reassignment arrived, which the service says it does not move.",
        do_zh: "确认这些客户在迁入企业由谁接待。", do_en: "Make sure that somebody in the target corp looks after them.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'unassigned'")) }
    "B5-assessment-failed-arrived" "B5" Review {
        zh: "{count} 条未通过预评估账号的客户关系到达了迁入企业。", en: "{count} relations of accounts that failed the pre-assessment arrived.",
        do_zh: "向服务方确认这些账号是否参与了迁移，是否计费。", do_en: "Ask the service whether these accounts took part, and whether they are billed.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'assessment_failed'")) }
    "D1-added-after-start-arrived" "D1" Review {
        zh: "{count} 条迁移开始后才添加的客户关系也到达了迁入企业。", en: "{count} relations that were added after the start arrived too.",
        do_zh: "它们不在迁移范围内，确认没有计费。", do_en: "They were not in scope; check that they are not billed.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'added_after_start'")) }
    "A3-refusal-unmatched" "A3" Review {
        zh: "拒绝名单中 {count} 条记录对不上任何客户关系。", en: "{count} rows of the refusals list match no relation.",
        do_zh: "确认名单用的是迁出企业的 ID；名单来自哪个企业的后台。", do_en: "Check that the list uses ids of the source corp, and from whose console it came.", rows: None }
    "A3-refusal-name-ambiguous" "A3" Review {
        zh: "拒绝名单中 {count} 条仅有客户名称的记录对应多个客户，未采用。", en: "{count} rows of the refusals list give only a name that stands for several customers; they were not applied.",
        do_zh: "为这些记录补上客户 ID 或成员账号。", do_en: "Add the customer id or the member to these rows.", rows: None }
    "B5-account-without-relations" "B5" Review {
        zh: "账号清单中 {count} 个迁出账号没有任何客户关系。", en: "{count} enrolled source accounts have no relation at all.",
        do_zh: "核对账号拼写（区分大小写、前导零），以及导出是否包含这些账号。", do_en: "Check the spelling (case, leading zeros) and whether the dump holds these accounts.", rows: Some(("accounts", "source_relations = 0")) }
    "B5-source-not-covered" "B5" Review {
        zh: "{count} 个参与账号在迁出企业（迁移前）的导出失败或不完整，其客户关系可能少计。", en: "The source-before dump of {count} enrolled accounts failed or is incomplete: their relations may be undercounted.",
        do_zh: "重新导出这些账号；若已无法导出，请在报告中说明。", do_en: "Export these accounts again; if that is no longer possible, say so in your report.", rows: Some(("accounts", "source_coverage in ('failed', 'partial', 'unknown')")) }
    "D1-source-after-start" "D1" Review {
        zh: "迁出企业（迁移前）的导出时间晚于迁移开始：{detail}。", en: "The source-before snapshot was taken after the start: {detail}.",
        do_zh: "迁移开始后的变化已混入基准，范围数可能偏差；使用开始前的导出。", do_en: "What changed since the start is mixed into the baseline; use a dump from before the start.", rows: None }
    "D1-target-before-late" "D1" Review {
        zh: "迁入企业（迁移前）的导出时间晚于迁移开始：{detail}。", en: "The target-before snapshot was taken after the start: {detail}.",
        do_zh: "它可能已含迁移来的客户，会被误认为原有；使用开始前的导出。", do_en: "It may hold migrated customers, which would pass for old ones; use a dump from before the start.", rows: None }
    "D1-after-too-early" "D1" Review {
        zh: "迁移后的导出时间早于迁移结束：{detail}。", en: "An after-snapshot was taken before the end: {detail}.",
        do_zh: "迁移结束后重新导出，再审计。", do_en: "Export again after the end, then audit.", rows: None }
    "D1-gap-before-start" "D1" Info {
        zh: "迁移前的导出与迁移开始之间相隔 {detail}，其间的变化不可见。", en: "{detail} lie between the source-before snapshot and the start; what changed meanwhile is not seen.",
        do_zh: "相隔较长时，与成员核对这段时间的新增与删除。", do_en: "If it is long, ask the members what they added and deleted in between.", rows: None }
    "Q-namespaces-disjoint" "Q" Info {
        zh: "两个企业的 unionid 不可比（{detail}），未用于匹配。", en: "The unionids of the two corps cannot be compared ({detail}); they were not used for matching.",
        do_zh: "如有客户 ID 对照表，请提供；否则只能按名称匹配。", do_en: "Supply a customer map if you have one; otherwise only names join the corps.", rows: None }
    "Q-swapped-dumps" "Q" Review {
        zh: "迁出与迁入导出的企业编码可疑：{detail}。", en: "The corp codes in the ids look wrong: {detail}.",
        do_zh: "确认各文件夹放的是哪个企业的导出。", do_en: "Check which corp's dump lies in which folder.", rows: None }
    "Q-mixed-dumps" "Q" Review {
        zh: "{count} 份导出里混有多个企业编码：{detail}。", en: "{count} snapshots hold ids of more than one corp: {detail}.",
        do_zh: "确认没有把两个企业的导出放在同一文件夹。", do_en: "Check that no folder holds the dumps of both corps.", rows: None }
    "Q-rejected-records" "Q" Review {
        zh: "{count} 条记录无法读取，已列入 rejects。", en: "{count} records could not be read; they stand in rejects.",
        do_zh: "逐条查看原因，更正后重新导出。", do_en: "Look at the reasons, correct and export again.", rows: Some(("rejects", "true")) }
    "Q-map-contradiction" "Q" Review {
        zh: "客户对照表中 {count} 个迁出客户 ID 的记录相互矛盾，未采用。", en: "{count} source ids of the customer map contradict others; they were set aside.",
        do_zh: "更正对照表，使其一对一。", do_en: "Correct the map to 1:1.", rows: None }
    "Q-untied-answers" "Q" Info {
        zh: "{count} 条接口记录缺少请求信息，无法归属到成员，未使用（{detail}）。", en: "{count} records came without their request and cannot be tied to a member; they were passed over ({detail}).",
        do_zh: "导出时保存请求（信封格式），以便证明完整性。", do_en: "Keep the request beside the response (the envelope) when dumping, so that completeness can be shown.", rows: None }
    "Q-error-answers" "Q" Info {
        zh: "导出中有 {count} 个接口错误应答（{detail}），只作为覆盖证据。", en: "The dumps hold {count} error answers ({detail}); they count as evidence of coverage only.",
        do_zh: "对 coverage 中状态为 failed 的账号重新导出。", do_en: "Export the accounts again that coverage shows as failed.", rows: None }
}

/// A line of the rule book, as `qianhe rules` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// `scope/…`, `outcome/…`, `origin/…`, or the code of a finding.
    pub code: String,
    /// Its clause.
    pub clause: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The rule in a sentence.
    pub what: String,
}

/// All rules: scope, outcomes and origins in order of precedence, then the findings.
pub fn rule_book() -> Vec<RuleLine> {
    let scopes = scope::RULE_BOOK.iter().map(|rule| RuleLine {
        code: format!("scope/{}", rule.scope),
        clause: rule.clause,
        severity: Severity::Ok,
        what: rule.says.to_owned(),
    });
    let outcomes = RULE_BOOK.iter().map(|rule| RuleLine {
        code: match rule.refinement {
            crate::outcomes::Refinement::Word(reason) => format!("outcome/{}/{reason}", rule.outcome),
            _ => format!("outcome/{}", rule.outcome),
        },
        clause: rule.clause,
        severity: rule.severity,
        what: rule.says.to_owned(),
    });
    let origins = ORIGIN_RULES.iter().map(|rule| RuleLine {
        code: format!("origin/{}", rule.origin),
        clause: rule.clause,
        severity: Severity::Ok,
        what: rule.says.to_owned(),
    });
    let findings = CATALOGUE.iter().map(|rule| RuleLine {
        code: rule.code.to_owned(),
        clause: rule.clause,
        severity: rule.severity,
        what: rule.message_en.to_owned(),
    });
    scopes.chain(outcomes).chain(origins).chain(findings).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_and_start_with_their_clause() {
        let codes: BTreeSet<&str> = CATALOGUE.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), CATALOGUE.len());
        for rule in CATALOGUE {
            assert!(rule.code.starts_with(&format!("{}-", rule.clause)), "{}", rule.code);
        }
    }

    #[test]
    fn both_languages_fill_in_the_same() {
        for rule in CATALOGUE {
            for place in ["{count}", "{detail}"] {
                assert_eq!(rule.message_zh.contains(place), rule.message_en.contains(place), "{} {place}", rule.code);
            }
        }
    }
}
