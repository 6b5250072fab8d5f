//! The catalogue of findings: one line each; it feeds the reports, `qianhe rules` and the README.

use crate::outcomes::{GROUP_RULE_BOOK, JOIN_CODE_RULE_BOOK, ORIGIN_RULES, RULE_BOOK};
use crate::schema::vocabulary::Severity::{self, Defect, Info, Review};
use crate::scope;
use crate::text::{Lang, rule_text};

/// A kind of finding. `{count}` and `{detail}` in messages are filled in; of `[one|many]` the count chooses.
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
        zh: "{count} 个迁入账号对应了多个迁出账号。", en: "{count} target [account is|accounts are] mapped from several source accounts.",
        do_zh: "更正账号清单，一对一；在此之前不审计。", do_en: "Correct the accounts list to 1:1; until then nothing is audited.", rows: None }
    "B7-one-to-many" "B7" Defect {
        zh: "{count} 个迁出账号对应了多个迁入账号。", en: "{count} source [account is|accounts are] mapped to several target accounts.",
        do_zh: "更正账号清单，一对一；在此之前不审计。", do_en: "Correct the accounts list to 1:1; until then nothing is audited.", rows: None }
    "B8-inconclusive" "B8" Defect {
        zh: "{count} 条应迁移的客户关系无法判定（{detail}），超过 5%，本次审计不能下结论。", en: "{count} [relation in scope is|relations in scope are] undetermined ({detail}), more than 5 %: the audit cannot conclude.",
        do_zh: "先补齐下面各项导出，再重新审计。", do_en: "Complete the exports named below and run the audit again.", rows: Some(("relations", "outcome = 'undetermined'")) }
    "Q-source-before-empty" "Q" Defect {
        zh: "迁出企业（迁移前）的导出没有任何客户关系，本次审计不能下结论。", en: "Source-before holds no relation: the audit cannot conclude.",
        do_zh: "核对 source-before 的路径与导出内容，再审计。", do_en: "Check the path of source-before and what was exported, then audit again.", rows: None }
    "Q-too-much-unreadable" "Q" Defect {
        zh: "{count} 份必需的快照中超过 5% 的客户关系记录无法读取（{detail}），本次审计不能下结论。", en: "More than 5 % of the records of relations of {count} required [snapshot|snapshots] could not be read ({detail}): the audit cannot conclude.",
        do_zh: "查看 rejects 中的原因，更正后重新导出，再审计。", do_en: "Look at the reasons in rejects, correct them, export again and audit.", rows: Some(("rejects", "grain = 'record'")) }
    "Q-unreadable-records" "Q" Defect {
        zh: "{count} 条记录无法读取（{detail}）：相关账号的导出不再视为完整，凡可能与之有关的客户关系不判为缺失。", en: "{count} [record|records] could not be read ({detail}): the accounts concerned do not count as complete, and no relation that [it|they] may stand for is called missing.",
        do_zh: "按 rejects 中的原因更正后重新导出；若确认无关紧要，在案例文件中为该快照写明 coverage = \"trusted\"。", do_en: "Correct the reasons listed in rejects and export again; or, if you vouch that nothing is lost, set coverage = \"trusted\" for the snapshot.", rows: Some(("rejects", "grain = 'record'")) }
    "B8-missing" "B8" Defect {
        zh: "{count} 条应迁移的客户关系在迁入企业找不到踪迹。", en: "{count} [relation|relations] in scope left no trace in the target corp.",
        do_zh: "把名单提交给服务方，要求逐条说明或补迁。", do_en: "Hand the list to the service and ask for an explanation or a second run, row by row.", rows: Some(("relations", "outcome = 'missing' and reason = 'no_trace'")) }
    "B8-missing-at-cap" "B8" Defect {
        zh: "{count} 条应迁移的客户关系未到达，迁入账号已达客户上限。", en: "{count} [relation|relations] in scope did not arrive, and [its|their] target account is at its cap.",
        do_zh: "为这些账号扩容，或先清理客户，再要求补迁。", do_en: "Extend the accounts or make room in them, then ask for a second run.", rows: Some(("relations", "outcome = 'missing' and reason = 'target_at_cap'")) }
    "B7-misplaced" "B7" Defect {
        zh: "{count} 条客户关系到了别的迁入账号名下。", en: "{count} [relation|relations] arrived under another target account than the mapped one.",
        do_zh: "核对 arrived_userid，确认是谁添加的；如为迁移所致，要求更正。", do_en: "Check arrived_userid and who added the customer; if the service did, have it corrected.", rows: Some(("relations", "outcome = 'misplaced'")) }
    "A3-refused-arrived" "A3" Defect {
        zh: "{count} 条已拒绝迁移的客户关系仍然到达了迁入企业。", en: "{count} [relation|relations] arrived although the customer had refused.",
        do_zh: "停止联系这些客户，并要求服务方说明。", do_en: "Do not contact these customers, and ask the service to explain.", rows: Some(("relations", "outcome = 'refused_but_arrived'")) }
    "B8-group-missing" "B8" Defect {
        zh: "{count} 个应迁移的客户群在迁入企业找不到踪迹。", en: "{count} [group|groups] in scope left no trace in the target corp.",
        do_zh: "把名单提交给服务方，要求逐个说明或补迁。", do_en: "Hand the list to the service and ask for an explanation or a second run, group by group.", rows: Some(("groups", "outcome = 'missing'")) }
    "A2-code-lost" "A2" Defect {
        zh: "{count} 个加入群聊活码本应因有未迁移的群而继续有效，现已失效。", en: "{count} join [code|codes] died although a group that was not to move was linked to [it|them].",
        do_zh: "撤下或更换这些活码，并要求服务方说明。", do_en: "Take these codes down or replace them, and ask the service to explain.", rows: Some(("join_codes", "verdict = 'lost'")) }
    "A2-code-group-left-behind" "A2" Defect {
        zh: "{count} 个加入群聊活码仍由本应迁走的群维持有效：这些群没有离开迁出企业。", en: "{count} join [code is|codes are] kept alive by groups that were to move and have not left the source corp.",
        do_zh: "按 kept_alive_by 列出的群 ID 向服务方查问；客户仍会扫码进入旧企业的群。", do_en: "Ask the service about the groups in kept_alive_by; customers who scan the code still end up in the old corp.", rows: Some(("join_codes", "verdict = 'alive_group_left_behind'")) }
    "A2-codes-will-die" "A2" Review {
        zh: "{count} 个加入群聊活码所关联的群将全部迁走，活码会失效。", en: "{count} join [code links|codes link] only groups that will move: nothing will keep [it|them] alive.",
        do_zh: "按 precheck-join_codes 的建议，在迁移开始前为要保留的活码关联一个不参与迁移的群。", do_en: "Follow the advice in precheck-join_codes: before the start, tie a group that stays to each code you want to keep.", rows: None }
    "B5-target-over-cap" "B5" Review {
        zh: "{count} 个参与账号的迁入账号将超过客户上限。", en: "{count} enrolled [account has|accounts have] a target account that would exceed its cap.",
        do_zh: "在迁移开始前为这些迁入账号扩容，或先清理客户。", do_en: "Extend these target accounts, or make room in them, before the start.", rows: None }
    "A3-refused" "A3" Review {
        zh: "{count} 条应迁移的客户关系因客户拒绝而未到达。", en: "{count} [relation|relations] in scope did not arrive because the customer refused.",
        do_zh: "请原成员联系客户，征得同意后重新添加。", do_en: "Let the member contact the customer and add them again with their consent.", rows: Some(("relations", "outcome = 'refused'")) }
    "B8-ambiguous" "B8" Review {
        zh: "{count} 条客户关系与同账号内其他关系无法区分，不能判定是哪一条到达。", en: "{count} [relation shares its|relations share their] key with others of the account: which of them arrived cannot be told.",
        do_zh: "提供客户 ID 对照表，或带 unionid 的接口导出。", do_en: "Supply a customer map, or an API dump with unionids.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'ambiguous'")) }
    "B8-no-usable-key" "B8" Review {
        zh: "{count} 条客户关系没有可用于比对的信息。", en: "{count} [relation carries nothing that joins it|relations carry nothing that joins them] with the target corp.",
        do_zh: "重新导出，带上客户名称与 unionid，或提供客户 ID 对照表。", do_en: "Export again with names and unionids, or supply a customer map.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'no_usable_key'")) }
    "B8-unreadable" "B8" Review {
        zh: "{count} 条客户关系无法判定：起决定作用的字段值无法读取。", en: "{count} [relation|relations] cannot be judged: a value that decides could not be read.",
        do_zh: "查看 rejects 中的原因，更正后重新导出，再审计。", do_en: "Look at the reasons in rejects, correct them, export again and audit.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'unreadable'")) }
    "B8-look-alike" "B8" Review {
        zh: "{count} 条客户关系无法判定：迁入账号中有名称看起来相同、但写法不同的未配对客户。", en: "{count} [relation|relations] cannot be judged: the mapped account holds an unmatched customer whose name looks the same but is written differently.",
        do_zh: "人工核对两边名称；客户 ID 对照表，或两边带 unionid 的接口导出，可予判定。", do_en: "Compare the names by eye; a customer map, or API dumps of both corps with unionids, would settle them.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'look_alike'")) }
    "B8-target-not-covered" "B8" Review {
        zh: "{count} 条客户关系无法判定：其迁入账号的导出失败或不完整。", en: "{count} [relation|relations] cannot be judged: the dump of [its|their] target account failed or is incomplete.",
        do_zh: "重新导出这些迁入账号（见 coverage），再审计。", do_en: "Export these target accounts again (see coverage), then audit.", rows: Some(("relations", "outcome = 'undetermined' and reason = 'target_not_covered'")) }
    "B1-external-contact-arrived" "B1" Review {
        zh: "{count} 个外部联系人（非客户）到达了迁入企业，按规则不应迁移。", en: "{count} external [contact that is no customer|contacts that are no customers] arrived, which the service says it does not move.",
        do_zh: "确认是否为成员自行添加；不应为其付费。", do_en: "Check whether the member added them; they are not to be paid for.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'external_contact'")) }
    "B3-unassigned-arrived" "B3" Review {
        zh: "{count} 个离职待分配客户到达了迁入企业，按规则不支持迁移。", en: "{count} [customer|customers] awaiting reassignment arrived, which the service says it does not move.",
        do_zh: "确认这些客户在迁入企业由谁接待。", do_en: "Make sure that somebody in the target corp looks after them.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'unassigned'")) }
    "B5-assessment-failed-arrived" "B5" Review {
        zh: "{count} 条未通过预评估账号的客户关系到达了迁入企业。", en: "{count} [relation|relations] of accounts that failed the pre-assessment arrived.",
        do_zh: "向服务方确认这些账号是否参与了迁移，是否计费。", do_en: "Ask the service whether these accounts took part, and whether they are billed.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'assessment_failed'")) }
    "D1-added-after-start-arrived" "D1" Review {
        zh: "{count} 条迁移开始后才添加的客户关系也到达了迁入企业。", en: "{count} [relation that was|relations that were] added after the start arrived too.",
        do_zh: "它们不在迁移范围内，确认没有计费。", do_en: "They were not in scope; check that they are not billed.", rows: Some(("relations", "outcome = 'arrived_out_of_scope' and scope = 'added_after_start'")) }
    "B8-group-ambiguous" "B8" Review {
        zh: "{count} 个客户群与同群主的其他群无法区分，不能判定是哪一个到达。", en: "{count} [group fits|groups fit] several groups of the mapped owner equally well, or [shares|share] one with others: which arrived cannot be told.",
        do_zh: "提供客户群 ID 对照表。", do_en: "Supply a group map.", rows: Some(("groups", "outcome = 'undetermined' and reason = 'ambiguous'")) }
    "B8-group-no-usable-key" "B8" Review {
        zh: "{count} 个客户群没有可用于比对的信息。", en: "{count} [group carries nothing that joins it|groups carry nothing that joins them] with the groups of the mapped account.",
        do_zh: "重新导出群详情（群名与成员 unionid），或提供客户群 ID 对照表。", do_en: "Export the groups' details again (names, members with unionids), or supply a group map.", rows: Some(("groups", "outcome = 'undetermined' and reason = 'no_usable_key'")) }
    "B8-group-unreadable" "B8" Review {
        zh: "{count} 个客户群无法判定：起决定作用的字段值无法读取。", en: "{count} [group|groups] cannot be judged: a value that decides could not be read.",
        do_zh: "查看 rejects 中的原因，更正后重新导出，再审计。", do_en: "Look at the reasons in rejects, correct them, export again and audit.", rows: Some(("groups", "outcome = 'undetermined' and reason = 'unreadable'")) }
    "B8-group-target-not-covered" "B8" Review {
        zh: "{count} 个客户群无法判定：迁入企业的群列表失败、不完整，或有群缺少群主。", en: "{count} [group|groups] cannot be judged: the target's group list failed, is incomplete, or lacks the owner of some groups.",
        do_zh: "重新导出迁入企业的群列表与每个群的详情，再审计。", do_en: "Export the target's group list and the details of each group again, then audit.", rows: Some(("groups", "outcome = 'undetermined' and reason = 'target_not_covered'")) }
    "B8-group-arrived-out-of-scope" "B8" Review {
        zh: "{count} 个不在迁移范围内的客户群出现在迁入企业。", en: "{count} [group that was not in scope stands|groups that were not in scope stand] in the target corp.",
        do_zh: "与群主核对；若为误配，请提供客户群 ID 对照表。", do_en: "Ask the owners; if they are not the same groups, supply a group map.", rows: Some(("groups", "outcome = 'arrived_out_of_scope'")) }
    "B8-group-still-at-source" "B8" Review {
        zh: "{count} 个已迁移的客户群仍在迁出企业的群列表中。", en: "{count} migrated [group is|groups are] still listed by the source corp, though a group belongs to one corp only.",
        do_zh: "核对两边是否为同一个群，再向服务方查问。", do_en: "Check that both are one group, then ask the service.", rows: Some(("groups", "outcome = 'migrated' and still_at_source = true")) }
    "B8-group-members-differ" "B8" Review {
        zh: "{count} 个客户群仅凭群名配对，两边已知的外部成员却少有重合。", en: "{count} [group is|groups are] joined by name alone, although few of [its|their] known external members are the same.",
        do_zh: "看 member_overlap 与两边人数，与群主核对是否为同一个群。", do_en: "Look at member_overlap and both member counts, and ask the owner whether it is one group.", rows: Some(("groups", "match_method = 'name' and member_overlap is not null")) }
    "B8-group-stood-before" "B8" Review {
        zh: "{count} 个已迁移的客户群所配对的群，迁移前就在迁入企业。", en: "{count} migrated [group is|groups are] joined with a group that the target corp held before the start.",
        do_zh: "核对是否为同一个群；若不是，请提供客户群 ID 对照表。", do_en: "Check that both are one group; if not, supply a group map.", rows: None }
    "B8-group-map-other-owner" "B8" Review {
        zh: "客户群 ID 对照表把 {count} 个群配给了其他账号名下的群，已按对照表采用。", en: "The group map joins {count} [group with a group|groups with groups] of another account than [its|their] owner's; it was followed.",
        do_zh: "确认对照表无误；若群主在迁移后变更，可忽略。", do_en: "Check the map; if the group changed its owner since, all is well.", rows: None }
    "B8-group-owner-unknown" "B8" Review {
        zh: "{count} 个客户群缺少群主账号，按未参与迁移处理。", en: "{count} [group of source-before lacks its owner and passes|groups of source-before lack their owner and pass] for not enrolled.",
        do_zh: "导出群详情（groupchat/get），在表中补上群主账号，或附上成员名单（群主姓名不重名时可据此对应）。", do_en: "Export their details (groupchat/get), add the owner's account to the sheet, or the member roster, which tells an owner whose name stands once in it.", rows: Some(("groups", "source_owner_userid is null")) }
    "B8-source-groups-not-covered" "B8" Review {
        zh: "{count} 个参与账号在迁出企业（迁移前）的群列表失败或不完整，客户群可能少计。", en: "The group list of source-before failed or is incomplete for {count} enrolled [account: its|accounts: their] groups may be undercounted.",
        do_zh: "重新导出群列表；若已无法导出，请在报告中说明。", do_en: "Export the group list again; if that is no longer possible, say so in your report.", rows: None }
    "A2-code-alive-by-new-group" "A2" Review {
        zh: "{count} 个预计失效的加入群聊活码由新关联的群维持有效。", en: "{count} join [code that was to die is|codes that were to die are] kept alive by groups linked since, perhaps by the code itself (auto_create_room).",
        do_zh: "确认新群由谁负责；客户扫码会进入迁出企业的群。", do_en: "Find out who looks after the new groups: customers who scan the code join a group of the source corp.", rows: Some(("join_codes", "verdict = 'alive_new_group'")) }
    "A2-code-alive-unpredicted" "A2" Review {
        zh: "{count} 个加入群聊活码有效，而迁移前的导出无法预计。", en: "{count} join [code is|codes are] alive, which source-before could not predict.",
        do_zh: "看 kept_alive_by，确认这些群由谁负责。", do_en: "Look at kept_alive_by and find out who looks after those groups.", rows: Some(("join_codes", "verdict = 'alive_unpredicted'")) }
    "A2-code-emptied-unpredicted" "A2" Review {
        zh: "{count} 个加入群聊活码已失效，而迁移前的导出无法预计。", en: "{count} join [code|codes] died, which source-before could not predict: that does not hold all groups that [it|they] linked.",
        do_zh: "撤下或更换这些活码。", do_en: "Take these codes down or replace them.", rows: Some(("join_codes", "verdict = 'emptied_unpredicted'")) }
    "A2-code-unverified" "A2" Review {
        zh: "{count} 个加入群聊活码在迁移后没有结果（{detail}）；导出中没有某个活码，不说明它已失效。", en: "{count} join [code has|codes have] no answer after the migration ({detail}); a dump without a code proves nothing about it.",
        do_zh: "对这些 config_id 调用 get_join_way，存入 source-after，再审计；后台创建的活码请在后台查看。", do_en: "Call get_join_way for these ids, put the answers into source-after and audit again; look at codes made in the console there.", rows: Some(("join_codes", "verdict = 'unverified'")) }
    "A3-refusal-unmatched" "A3" Review {
        zh: "拒绝名单中 {count} 条记录对不上任何客户关系。", en: "{count} [row of the refusals list matches|rows of the refusals list match] no relation.",
        do_zh: "确认名单用的是迁出企业的 ID；名单来自哪个企业的后台。", do_en: "Check that the list uses ids of the source corp, and from whose console it came.", rows: None }
    "A3-refusal-name-ambiguous" "A3" Review {
        zh: "拒绝名单中 {count} 条仅有客户名称的记录对应多个客户，未采用。", en: "{count} [row of the refusals list gives|rows of the refusals list give] only a name that stands for several customers; [it was|they were] not applied.",
        do_zh: "为这些记录补上客户 ID 或成员账号。", do_en: "Add the customer id or the member to these rows.", rows: None }
    "B5-account-without-relations" "B5" Review {
        zh: "账号清单中 {count} 个迁出账号没有任何客户关系。", en: "{count} enrolled source [account has|accounts have] no relation at all.",
        do_zh: "核对账号拼写（区分大小写、前导零），以及导出是否包含这些账号。", do_en: "Check the spelling (case, leading zeros) and whether the dump holds these accounts.", rows: Some(("accounts", "source_relations = 0")) }
    "B5-source-not-covered" "B5" Review {
        zh: "{count} 个参与账号在迁出企业（迁移前）的导出失败或不完整，其客户关系可能少计。", en: "The source-before dump of {count} enrolled [account|accounts] failed or is incomplete: [its|their] relations may be undercounted.",
        do_zh: "重新导出这些账号；若已无法导出，请在报告中说明。", do_en: "Export these accounts again; if that is no longer possible, say so in your report.", rows: Some(("accounts", "source_coverage in ('failed', 'partial', 'unknown')")) }
    "B11-above-tolerance" "B11" Review {
        zh: "参与迁移的客户关系超出合同与允许变动范围 {count} 条（{detail}），需另行付费。", en: "{count} [relation takes|relations take] part beyond what the contract and its tolerance allow ({detail}): [it costs|they cost] extra.",
        do_zh: "与服务方确认超出部分的数量与价格，并在迁移前付清。", do_en: "Settle number and price of the excess with the service, before it moves.", rows: None }
    "B11-below-tolerance" "B11" Review {
        zh: "参与迁移的客户关系低于合同与允许变动范围 {count} 条（{detail}）。", en: "{count} [relation|relations] too few [takes|take] part, below the contract and its tolerance ({detail}).",
        do_zh: "核对账号清单与导出是否完整；如属实，与服务方商议减少金额。", do_en: "Check that the accounts list and the dumps are complete; if they are, ask the service for a reduction.", rows: None }
    "B12-party-differs" "B12" Review {
        zh: "合同签约方为“{detail}”，不是深圳市腾讯计算机系统有限公司。", en: "The contract is with \"{detail}\", not with 深圳市腾讯计算机系统有限公司.",
        do_zh: "核对合同；服务由深圳市腾讯计算机系统有限公司签约。", do_en: "Check the contract: it is 深圳市腾讯计算机系统有限公司 that the service contracts with.", rows: None }
    "B13-invoice-before-payment" "B13" Review {
        zh: "{count} 张发票的开票日期早于付款日期。", en: "{count} [invoice is dated before its|invoices are dated before their] payment.",
        do_zh: "规则为先付款后开票；核对日期与对应的付款。", do_en: "The service invoices after payment: check the dates, and which payment the invoice is for.", rows: None }
    "B13-invoice-without-payment" "B13" Review {
        zh: "{count} 张发票没有对应的付款。", en: "{count} [invoice has no payment behind it|invoices have no payment behind them].",
        do_zh: "在案例文件中为发票注明付款编号；如确未付款，向服务方查询。", do_en: "Name the payment in the case file; if there is none, ask the service what the invoice is for.", rows: None }
    "B13-invoice-amount-differs" "B13" Review {
        zh: "{count} 张发票的金额与其付款不一致。", en: "{count} [invoice does not add up to its|invoices do not add up to their] payment.",
        do_zh: "核对金额，要求更正发票或说明差额。", do_en: "Check the amounts and have the invoice corrected or the difference explained.", rows: None }
    "B14-paid-after-start" "B14" Review {
        zh: "{count} 笔合同付款晚于迁移开始。", en: "{count} [payment for the contract was|payments for the contract were] made after the start.",
        do_zh: "规则为先付款后迁移；核对付款日期与迁移开始时间。", do_en: "The service migrates after payment: check the date of the payment and that of the start.", rows: None }
    "B14-insufficient-at-start" "B14" Review {
        zh: "迁移开始时合同款未付足（{detail}）。", en: "The contract was not paid in full at the start ({detail}).",
        do_zh: "补录或补付合同款，并确认服务方据何开始迁移。", do_en: "Enter or make the missing payments, and ask the service on what ground it began.", rows: None }
    "B14-surcharge-unsettled" "B14" Review {
        zh: "迁移开始时超出部分的费用未付清（{detail}）。", en: "The surcharge was not settled at the start ({detail}).",
        do_zh: "确认超出部分是否已迁移；应在其迁移前付清。", do_en: "Ask whether the excess was moved; it has to be settled before it moves.", rows: None }
    "B14-underpaid" "B14" Review {
        zh: "付款总额低于应付金额（{detail}）。", en: "Less was paid than is payable ({detail}).",
        do_zh: "补付差额，或核对合同数量、单价与附加费的口径。", do_en: "Pay the rest, or check the quantity, the prices and the basis of the surcharge.", rows: None }
    "B14-overpaid" "B14" Review {
        zh: "付款总额高于应付金额（{detail}）。", en: "More was paid than is payable ({detail}).",
        do_zh: "向服务方要求退还差额，或核对合同数量与单价。", do_en: "Ask for the difference back, or check the quantity and the prices.", rows: None }
    "B14-signed-late" "B14" Review {
        zh: "合同签署日期（{detail}）晚于 {count} 笔付款或迁移开始。", en: "The contract was signed ({detail}) after {count} of: its payments, the start.",
        do_zh: "核对签署日期；付款与迁移应在签署之后。", do_en: "Check the date of signing: payment and migration come after it.", rows: None }
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
    "B8-concentration" "B8" Info {
        zh: "{count} 条未到达的客户关系中，{detail}。", en: "Of {count} missing [relation|relations] {detail}.",
        do_zh: "先查这几处的共同点，再逐条查看。", do_en: "Look for what these have in common before you look at single rows.", rows: Some(("relations", "outcome = 'missing'")) }
    "B11-billed-undelivered" "B11" Info {
        zh: "计费数量中有 {count} 条客户关系未交付（{detail}）。", en: "{count} [relation more was|relations more were] billed than delivered ({detail}).",
        do_zh: "对照账单各行：缺少的部分是未参与、被拒绝还是未到达。", do_en: "See the lines of the bill for what they are: not taking part, refused, or missing.", rows: None }
    "B12-party-missing" "B12" Info {
        zh: "案例文件未写明合同签约方。", en: "The case file does not name the party of the contract.",
        do_zh: "在 contract.party 中填写签约方，以便核对。", do_en: "Write it into contract.party, so that it can be checked.", rows: None }
    "B13-payment-without-invoice" "B13" Info {
        zh: "{count} 笔付款没有发票。", en: "{count} [payment has|payments have] no invoice.",
        do_zh: "向服务方索取发票，并录入案例文件。", do_en: "Ask the service for the invoice and enter it in the case file.", rows: None }
    "Q-namespaces-disjoint" "Q" Info {
        zh: "两个企业的 unionid 不可比（{detail}），未用于匹配。", en: "The unionids of the two corps cannot be compared ({detail}); they were not used for matching.",
        do_zh: "如有客户 ID 对照表，请提供；否则只能按名称匹配。", do_en: "Supply a customer map if you have one; otherwise only names join the corps.", rows: None }
    "Q-swapped-dumps" "Q" Review {
        zh: "迁出与迁入导出的企业编码可疑：{detail}。", en: "The corp codes in the ids look wrong: {detail}.",
        do_zh: "确认各文件夹放的是哪个企业的导出。", do_en: "Check which corp's dump lies in which folder.", rows: None }
    "Q-mixed-dumps" "Q" Review {
        zh: "{count} 份导出里混有多个企业编码：{detail}。", en: "{count} [snapshot holds|snapshots hold] ids of more than one corp: {detail}.",
        do_zh: "确认没有把两个企业的导出放在同一文件夹。", do_en: "Check that no folder holds the dumps of both corps.", rows: None }
    "Q-count-jump" "Q" Review {
        zh: "{count} 个账号在两个接口的应答中客户数相差悬殊：{detail}。", en: "{count} [account has|accounts have] very different numbers of customers in the answers of two endpoints: {detail}.",
        do_zh: "较少的一方可能被漏取；同时重新导出两个接口，再审计。", do_en: "The smaller one may have lost pages: export both endpoints again at the same time, then audit.", rows: None }
    "Q-unionid-shared" "Q" Review {
        zh: "{count} 个 unionid 在同一企业对应多个 external_userid，未用于匹配：{detail}。", en: "{count} [unionid stands|unionids stand] under several external_userids of one corp and [is|are] not used as a key: {detail}.",
        do_zh: "一个微信用户在一个企业只有一个客户 ID。找出代表“没有 unionid”的占位值并清空，或移走另一个应用的导出（其 ID 形式不同），再审计。", do_en: "A WeChat user has one id in a corp. Find the word that stands for a missing unionid, or leave out the dump of the second app (its ids have another form), and audit again.", rows: None }
    "Q-userid-case" "Q" Info {
        zh: "{count} 个账号的写法与所用写法仅大小写不同：{detail}。", en: "{count} [spelling of a userid differs|spellings of userids differ] in letter case only from the one that is used: {detail}.",
        do_zh: "无需处理：企业微信不区分账号的大小写，均按同一成员计。", do_en: "Nothing to do: the service ignores case; they count as one member.", rows: None }
    "Q-waiver-expired" "Q" Review {
        zh: "{count} 条豁免已过期，其所涉内容重新计入：{detail}。", en: "{count} [waiver has expired, and what it|waivers have expired, and what they] covered counts again: {detail}.",
        do_zh: "处理这些问题，或由负责人续期。", do_en: "Settle what they were about, or have whoever is responsible renew them.", rows: None }
    "Q-waiver-unused" "Q" Info {
        zh: "豁免中有 {count} 个代码或键在本次审计中没有对应内容。", en: "{count} [code or key of the waivers is|codes or keys of the waivers are] about nothing that this audit found.",
        do_zh: "核对拼写；如已解决，删除该豁免。", do_en: "Check the spelling; if the matter is settled, take the waiver out.", rows: None }
    "Q-unreadable-values" "Q" Review {
        zh: "{count} 个字段值无法读取，按空值处理，已列入 rejects（{detail}）。", en: "{count} [value|values] could not be read and [counts|count] as null; see rejects ({detail}).",
        do_zh: "查看 rejects 中的原因，更正后重新导出。", do_en: "Look at the reasons in rejects, correct them and export again.", rows: Some(("rejects", "grain = 'value'")) }
    "Q-empty-table" "Q" Review {
        zh: "{count} 个表没有任何数据行（{detail}），不能证明对应内容为空。", en: "{count} [table holds|tables hold] no row ({detail}), which proves nothing about what [it|they] should hold.",
        do_zh: "确认导出没有中途失败；若确实为空，请移走该文件，或在案例文件中为该快照写明 coverage = \"trusted\"。", do_en: "Check that the export did not fail; if there is truly nothing, take the file out, or vouch for the snapshot with coverage = \"trusted\".", rows: None }
    "Q-columns-unused" "Q" Info {
        zh: "输入文件中有 {count} 列未被使用（{detail}）。", en: "{count} [column of the inputs is|columns of the inputs are] not used ({detail}).",
        do_zh: "若其中有需要的字段，请在案例文件的 [snapshots.角色.columns] 中写明对应的列名；若有“已删除”标记，请先自行筛除。", do_en: "If one of them holds a known field, map it in [snapshots.ROLE.columns]; rows that such a column marks as deleted have to be filtered out beforehand.", rows: None }
    "Q-map-contradiction" "Q" Review {
        zh: "客户对照表中 {count} 个迁出客户 ID 的记录相互矛盾，未采用。", en: "{count} source [id of the customer map contradicts others; it was|ids of the customer map contradict others; they were] set aside.",
        do_zh: "更正对照表，使其一对一。", do_en: "Correct the map to 1:1.", rows: None }
    "Q-group-map-contradiction" "Q" Review {
        zh: "客户群对照表中 {count} 个迁出客户群 ID 的记录相互矛盾，未采用。", en: "{count} source [id of the group map contradicts others; it was|ids of the group map contradict others; they were] set aside.",
        do_zh: "更正对照表，使其一对一。", do_en: "Correct the map to 1:1.", rows: None }
    "A2-code-emptied" "A2" Info {
        zh: "{count} 个加入群聊活码如预计失效。", en: "{count} join [code|codes] died as predicted.",
        do_zh: "撤下印有这些活码的物料，换成迁入企业的活码。", do_en: "Take down what shows these codes, and replace them by codes of the target corp.", rows: Some(("join_codes", "verdict = 'emptied'")) }
    "Q-code-links-twice" "Q" Info {
        zh: "{count} 个加入群聊活码重复关联同一个群，按一次计。", en: "{count} join [code links|codes link] a group more than once; it was counted once.",
        do_zh: "无需处理；如为导出工具所致，请更正。", do_en: "Nothing to do; if the dump was put together by a tool, correct it.", rows: None }
    "Q-untied-answers" "Q" Info {
        zh: "{count} 条接口记录缺少请求信息，无法归属到成员，未使用（{detail}）。", en: "{count} [record came without its request and cannot be tied to a member; it was|records came without their request and cannot be tied to a member; they were] passed over ({detail}).",
        do_zh: "导出时保存请求（信封格式），以便证明完整性。", do_en: "Keep the request beside the response (the envelope) when dumping, so that completeness can be shown.", rows: None }
    "Q-relations-without-ids" "Q" Info {
        zh: "{count} 条客户关系没有任何 ID（{detail}），来自后台导出：账号合计准确，逐条只能按名称配对。", en: "{count} [relation carries|relations carry] no id ({detail}), as the console exports [it|them]: counts per account hold, pairs are joined by name only.",
        do_zh: "如需定论，请补充两个企业带 unionid 的接口导出（batch/get_by_user）：重名的、到了别的账号的、仍在迁出企业的，只有它能判定。", do_en: "For certainty add API dumps of both corps with unionids (batch/get_by_user): only they settle namesakes, customers under another account, and who is still at the source.", rows: None }
    "B8-joined-by-name" "B8" Info {
        zh: "{count} 条没有 ID 的客户关系仅凭客户名称配对。", en: "{count} [relation without an id is|relations without an id are] joined by the customer's name alone.",
        do_zh: "抽样核对；客户 ID 对照表，或两边带 unionid 的接口导出，可予证实。", do_en: "Check a sample; a customer map, or API dumps of both corps with unionids, would prove them.", rows: Some(("relations", "match_method = 'name' and source_external_userid is null")) }
    "D1-created-unknown" "D1" Info {
        zh: "{count} 条计入范围的客户关系没有添加时间，不能判断是否在迁移开始后添加。", en: "{count} [relation|relations] in scope have no time of adding: whether they were added after the start cannot be told.",
        do_zh: "重新导出，带上添加时间（添加时间列，或接口的 createtime）。", do_en: "Export them again with the time (添加时间 of the console, createtime of the API).", rows: Some(("relations", "scope = 'in_scope' and source_created_at is null")) }
    "Q-maybe-twice" "Q" Review {
        zh: "{count} 条没有 ID 的记录与同账号带 ID 的记录无法对应（{detail}），可能重复计数。", en: "{count} [row without an id stands|rows without ids stand] beside rows with ids of the same account that [it|they] could not be joined with ({detail}): [it|they] may be counted twice.",
        do_zh: "同时重新导出两者，带上名称与添加时间；或移走其中一份。", do_en: "Export both at the same time, with names and times of adding, or take one of them out of the folder.", rows: None }
    "Q-rows-alike" "Q" Review {
        zh: "{count} 条没有 ID 的记录与同一文件中另一条的成员、名称、时间完全相同，按一条计。", en: "{count} [row without an id equals another row of its file|rows without ids equal another row of their file] in member, name and time; each was counted once.",
        do_zh: "若确为两位客户，请提供接口导出，或带到秒的添加时间。", do_en: "If they are two customers, supply an API dump, or times of adding to the second.", rows: None }
    "Q-sheets-passed-over" "Q" Info {
        zh: "工作簿中有 {count} 行位于隐藏的或无法识别的工作表，未读取（{detail}）。", en: "{count} [row stands|rows stand] in sheets of a workbook that are hidden or hold no known table; [it was|they were] not read ({detail}).",
        do_zh: "确认其中没有应读取的数据；如有，取消隐藏或补上表头后重新导出。", do_en: "Check that nothing of the export stands there; if it does, show the sheet, or give it its headers.", rows: None }
    "Q-error-answers" "Q" Info {
        zh: "导出中有 {count} 个接口错误应答（{detail}），只作为覆盖证据。", en: "The dumps hold {count} error [answer|answers] ({detail}); [it counts|they count] as evidence of coverage only.",
        do_zh: "对 coverage 中状态为 failed 的账号重新导出。", do_en: "Export the accounts again that coverage shows as failed.", rows: None }
}

/// A line of the rule book, as `qianhe rules` prints it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleLine {
    /// `scope/…`, `outcome/…`, `origin/…`, `group-scope/…`, `group-outcome/…`, `join-code/…`, or the code of a finding.
    pub code: String,
    /// Its clause.
    pub clause: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The rule in a sentence.
    pub what: String,
}

impl RuleLine {
    /// The rule in a sentence, in either language.
    pub fn says(&self, lang: Lang) -> &str {
        let finding = || CATALOGUE.iter().find(|rule| rule.code == self.code).map(|rule| rule.message_zh);
        match lang {
            Lang::En => &self.what,
            Lang::Zh => rule_text(&self.code).map(|rule| rule.says_zh).or_else(finding).unwrap_or(&self.what),
        }
    }
}

/// All rules: scope, outcomes and origins, those of groups and of join codes, in order of precedence, then the findings.
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
    let group_scopes = scope::GROUP_RULE_BOOK.iter().map(|rule| RuleLine {
        code: format!("group-scope/{}", rule.scope),
        clause: rule.clause,
        severity: Severity::Ok,
        what: rule.says.to_owned(),
    });
    let group_outcomes = GROUP_RULE_BOOK.iter().map(|rule| RuleLine {
        code: rule.reason.map_or_else(
            || format!("group-outcome/{}", rule.outcome),
            |reason| format!("group-outcome/{}/{reason}", rule.outcome),
        ),
        clause: rule.clause,
        severity: rule.severity,
        what: rule.says.to_owned(),
    });
    let join_codes = JOIN_CODE_RULE_BOOK.iter().map(|rule| RuleLine {
        code: format!("join-code/{}", rule.verdict),
        clause: rule.clause,
        severity: rule.severity,
        what: rule.says.to_owned(),
    });
    let findings = CATALOGUE.iter().map(|rule| RuleLine {
        code: rule.code.to_owned(),
        clause: rule.clause,
        severity: rule.severity,
        what: in_number(rule.message_en, 0),
    });
    scopes
        .chain(outcomes)
        .chain(origins)
        .chain(group_scopes)
        .chain(group_outcomes)
        .chain(join_codes)
        .chain(findings)
        .collect()
}

/// The phrase about so many: of each `[one|many]` the form that fits.
pub fn in_number(phrase: &str, count: u64) -> String {
    let mut text = String::new();
    let mut rest = phrase;
    while let Some((before, (forms, after))) =
        rest.split_once('[').and_then(|(before, forms)| Some((before, forms.split_once(']')?)))
    {
        let (one, many) = forms.split_once('|').unwrap_or((forms, forms));
        text += before;
        text += if count == 1 { one } else { many };
        rest = after;
    }
    text + rest
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
    #[test]
    fn english_tells_one_from_many() {
        let told = "{count} [relation carries|relations carry] nothing that joins [it|them].";
        assert_eq!(in_number(told, 1), "{count} relation carries nothing that joins it.");
        assert_eq!(in_number(told, 0), "{count} relations carry nothing that joins them.");
        for rule in CATALOGUE {
            let (one, many) = (in_number(rule.message_en, 1), in_number(rule.message_en, 2));
            assert!(!format!("{one}{many}").contains(['[', ']', '|']), "{}", rule.code);
            assert!(
                one != many || !rule.message_en.starts_with("{count} "),
                "{} says the same of one and of many",
                rule.code
            );
        }
    }
}
