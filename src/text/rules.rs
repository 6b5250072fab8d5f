//! The rules of the rule books in Chinese (their English stands with them), and what would change what they decide.

use super::Text;

/// A rule as people read it.
#[derive(Debug, Clone, Copy)]
pub struct RuleText {
    /// As `qianhe rules` prints it.
    pub code: &'static str,
    /// The rule in a sentence, in Chinese.
    pub says_zh: &'static str,
    /// What would have to be otherwise for another rule to decide.
    pub change: Text,
}

macro_rules! rules {
    ($($code:literal $says_zh:literal $zh:literal $en:literal,)+) => {
        /// Every rule of scope, outcome, origin and verdict.
        pub const RULES: &[RuleText] = &[$(RuleText { code: $code, says_zh: $says_zh, change: Text { zh: $zh, en: $en } },)+];
    };
}

rules! {
    "scope/unassigned" "该关系在离职待分配客户列表中。" "先在后台把客户分配给在职成员，再导出迁移前数据。" "If the customer had been reassigned to a member before source-before was exported.",
    "scope/external_contact" "该联系人不是客户，或成员没有客户联系权限。" "若迁移前成员已有客户联系权限，且对方已成为客户（is_customer）。" "If the member had had the permission and the contact had been a customer (is_customer) before the start.",
    "scope/not_enrolled" "该成员不在账号清单中。" "若账号清单列出该成员及其迁入账号。" "If the accounts list named the member and its target account.",
    "scope/assessment_failed" "该账号未通过预评估。" "若账号清单写明该账号预评估通过。" "If the accounts list said that the account passed the pre-assessment.",
    "scope/added_after_start" "该关系在迁移开始时或之后建立。" "若添加时间早于 migration.started_at；请核对开始时间。" "If it had been added before migration.started_at: check that time.",
    "scope/in_scope" "账号整体迁移，连同其全部客户。" "若成员不在账号清单中、未通过预评估，或关系在开始之后才建立。" "If the member were not enrolled, had failed the assessment, or the relation had been made since the start.",
    "outcome/refused_but_arrived" "应迁移，列入拒绝名单，却仍然到达。" "若拒绝名单没有该客户，则为已迁移；若迁入账号中没有该客户，则为客户拒绝。" "Without the row of the refusals list it would be migrated; if it were not at the target, refused.",
    "outcome/already_at_target" "应迁移，且在迁移开始前就在迁入账号。" "若迁入企业的添加时间不早于开始，且 target-before 没有它，则为已迁移。" "If the target relation were not older than the start and not in target-before, it would be migrated.",
    "outcome/migrated" "应迁移，且在迁入账号中，建立于迁移开始之后或时间不详。" "若迁入企业的添加时间早于开始，或 target-before 已有它，则为原已存在。" "If the target relation were older than the start, or stood in target-before, it would be already_at_target.",
    "outcome/refused" "应迁移，列入拒绝名单，未到达。" "若拒绝名单没有该客户，则为缺失；客户同意后由成员重新添加。" "Without the row of the refusals list it would be missing; with the customer's consent the member can add them again.",
    "outcome/misplaced" "应迁移，不在对应账号，却在别的迁入账号（建立于迁移开始之后或时间不详）。" "若账号清单对应到 arrived_userid，或客户随后到达对应账号并重新导出。" "If the accounts list mapped the account to arrived_userid, or the customer stood in the mapped account in a new export.",
    "outcome/undetermined/ambiguous" "应迁移；同账号内有更多关系共用同一比对依据，多于迁入账号所有。" "提供客户 ID 对照表，或两边都带 unionid 的导出。" "A customer map, or exports of both corps with unionids.",
    "outcome/undetermined/no_usable_key" "应迁移；没有任何信息能与对应账号比对。" "重新导出，带上客户名称与 unionid，或提供客户 ID 对照表。" "An export with names and unionids, or a customer map.",
    "outcome/undetermined/unreadable" "应迁移；起决定作用的字段值在导出中，但无法读取。" "更正 rejects 中列出的值并重新导出。" "A new export in which the value that rejects names can be read.",
    "outcome/undetermined/target_not_covered" "应迁移；对应账号的导出不能证明完整。" "重新导出该迁入账号，直到分页结束且没有错误。" "A new export of the target account, to its last page and without an error.",
    "outcome/undetermined/look_alike" "应迁移；对应账号中有名称看起来相同的未配对客户。" "提供客户 ID 对照表，或两边都带 unionid 的导出。" "A customer map, or exports of both corps with unionids.",
    "outcome/missing/target_at_cap" "应迁移，未到达；对应账号已达客户上限。" "为账号扩容或清理客户后补迁，再重新导出。" "A second run after the account was extended or cleared, and a new export.",
    "outcome/missing/no_trace" "应迁移，没有任何踪迹。" "补迁后重新导出；或客户 ID 对照表、拒绝名单说明了它的去向。" "A second run and a new export; or a customer map or refusals list that tells what became of it.",
    "outcome/arrived_out_of_scope" "不在范围，却在迁移开始后到达。" "若关系在范围内（见上面的范围规则），则为已迁移。" "If it were in scope (see the rule of scope), it would be migrated.",
    "outcome/out_of_scope" "不在范围，也没有发生什么。" "若关系在范围内（见上面的范围规则），则要核对是否到达。" "If it were in scope (see the rule of scope), its arrival would be checked.",
    "origin/pre_existing" "早于迁移开始，或迁移前就已知。" "若有迁出企业的关系与它匹配。" "If a relation of the source corp matched it.",
    "origin/unknown_time" "没有人知道它何时建立。" "若导出带有添加时间，或有迁出企业的关系与它匹配。" "If the export gave its time, or a relation of the source corp matched it.",
    "origin/added_during_migration" "建立于迁移开始与结束之间。" "若有迁出企业的关系与它匹配。" "If a relation of the source corp matched it.",
    "origin/added_after_migration" "建立于迁移结束时或之后。" "若有迁出企业的关系与它匹配。" "If a relation of the source corp matched it.",
    "group-scope/not_enrolled" "群主不在账号清单中，或群主不详。" "若账号清单列出群主，或群详情写明群主。" "If the accounts list named the owner, or the group's details told who that is.",
    "group-scope/assessment_failed" "群主账号未通过预评估。" "若账号清单写明群主账号预评估通过。" "If the accounts list said that the owner's account passed.",
    "group-scope/created_after_start" "该群在迁移开始时或之后创建。" "若创建时间早于 migration.started_at。" "If it had been created before migration.started_at.",
    "group-scope/in_scope" "账号整体迁移，连同其名下的全部群。" "若群主不在账号清单中、未通过预评估，或群在开始之后才创建。" "If the owner were not enrolled or had failed the assessment, or the group were newer than the start.",
    "group-outcome/migrated" "应迁移，已在迁入企业。" "若群 ID 对照表另有说明，或重新导出后没有该群。" "If a group map said otherwise, or a new export did not hold the group.",
    "group-outcome/undetermined/ambiguous" "应迁移；群主名下有几个群同样吻合。" "提供客户群 ID 对照表。" "A group map.",
    "group-outcome/undetermined/no_usable_key" "应迁移；没有任何信息能与对应账号的群比对。" "导出群详情（群名与成员 unionid），或提供客户群 ID 对照表。" "The groups' details (names, members with unionids), or a group map.",
    "group-outcome/undetermined/unreadable" "应迁移；起决定作用的字段值在导出中，但无法读取。" "更正 rejects 中列出的值并重新导出。" "A new export in which the value that rejects names can be read.",
    "group-outcome/undetermined/target_not_covered" "应迁移；迁入企业的群列表不能证明完整，或缺少群主。" "重新导出迁入企业的群列表与每个群的详情。" "A new export of the target's group list, and of the details of each group.",
    "group-outcome/missing" "应迁移，没有任何踪迹。" "补迁后重新导出，或提供客户群 ID 对照表。" "A second run and a new export, or a group map.",
    "group-outcome/arrived_out_of_scope" "不在范围，却在迁入企业，而迁移前那里没有它。" "若该群在范围内，则为已迁移；若并非同一个群，请提供客户群 ID 对照表。" "If it were in scope, it would be migrated; if it is another group, a group map says so.",
    "group-outcome/out_of_scope" "不在范围，也没有发生什么。" "若该群在范围内（见上面的范围规则）。" "If it were in scope (see the rule of scope).",
    "join-code/new" "只有 source-after 有该活码。" "若 source-before 有它。" "If source-before held it.",
    "join-code/emptied" "所关联的群都应迁走，现已不关联任何群，或已删除。" "若仍有未迁走的群关联着它。" "If a group that has not moved were still linked to it.",
    "join-code/alive_group_left_behind" "所关联的群都应迁走，其中仍有群使其有效。" "待 kept_alive_by 中的群迁走后重新导出 source-after。" "A new source-after, once the groups in kept_alive_by have moved.",
    "join-code/alive_new_group" "所关联的群都应迁走，之后关联（也可能自动新建）的群使其有效。" "解除 kept_alive_by 中的群后重新导出 source-after。" "A new source-after, once the groups in kept_alive_by are unlinked.",
    "join-code/kept" "有群应留下，活码仍有效。" "若该群也迁走，活码会失效。" "If that group moved too, the code would die.",
    "join-code/lost" "有群应留下，活码却不再关联任何群，或已删除。" "重新关联留下的群，再导出 source-after。" "A new source-after, once the group that stayed is linked again.",
    "join-code/already_empty" "迁移前未关联任何群，现在也没有迹象表明有。" "若 source-after 显示它关联了群。" "If source-after showed a linked group.",
    "join-code/alive_unpredicted" "原先未关联群，或关联的群不在导出中；现在有效。" "若 source-before 含有它所关联的全部群。" "If source-before held all groups that it links.",
    "join-code/emptied_unpredicted" "关联的群不在导出中；现已不关联任何群，或已删除。" "若 source-before 含有它所关联的全部群。" "If source-before held all groups that it linked.",
    "join-code/unverified" "source-after 没有说明它的结果。" "对该 config_id 调用 get_join_way，存入 source-after 后重新审计。" "An answer of get_join_way for its id in source-after.",
}

/// The text of a rule.
pub fn rule_text(code: &str) -> Option<&'static RuleText> {
    RULES.iter().find(|rule| rule.code == code)
}

#[cfg(test)]
mod tests {
    use super::RULES;
    use crate::findings::rule_book;

    #[test]
    fn every_rule_has_its_text_and_no_other() {
        let rules: Vec<String> =
            rule_book().into_iter().map(|line| line.code).filter(|code| code.contains('/')).collect();
        assert_eq!(RULES.iter().map(|rule| rule.code).collect::<Vec<_>>(), rules);
    }
}
