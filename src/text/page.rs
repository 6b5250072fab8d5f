//! The texts of the page, which its scripts ask for by key.

use super::Text;

macro_rules! texts {
    ($($key:literal $zh:literal $en:literal,)+) => {
        pub const PAGE: &[(&str, Text)] = &[$(($key, Text { zh: $zh, en: $en }),)+];
    };
}

texts! {
    // The frame.
    "noscript" "请用浏览器打开本页，并允许脚本运行。" "Open this page in a browser, with scripts allowed.",
    "brand" "迁核 qianhe" "qianhe",
    "brand.kind" "企业微信客户迁移审计报告" "WeCom customer migration audit",
    "nav" "页内导航" "On this page",
    "nav.overview" "结论" "Verdict",
    "nav.charts" "图表" "Charts",
    "nav.tables" "明细" "Rows",
    "nav.basis" "依据" "Basis",
    "language" "语言" "Language",
    "language.zh" "中文" "中文",
    "language.en" "EN" "EN",
    "theme" "明暗" "Theme",
    "theme.auto" "自动" "Auto",
    "theme.light" "浅色" "Light",
    "theme.dark" "深色" "Dark",
    "print" "打印 / PDF" "Print / PDF",
    "close" "关闭" "Close",
    "copy" "复制" "Copy",
    "copied" "已复制" "Copied",
    "yes" "是" "yes",
    "no" "否" "no",
    "account" "账号" "Account",
    "relations" "客户关系" "Relations",
    "share" "占比" "Share",
    "count" "数量" "Count",
    "date" "日期" "Date",
    "in_scope" "应迁移" "In scope",
    "not.measured" "未核对" "Not measured",

    // The first screen.
    "hero.eyebrow" "案例 {id}" "Case {id}",
    "hero.dates" "{from} 至 {to}（{zone}）" "{from} to {to} ({zone})",
    "verdict.reconciled" "应迁移的客户关系均已核清。" "Every relation in scope is accounted for.",
    "verdict.review" "没有缺陷，但有些内容须人工确认。" "No defect, but a person has to look at some rows.",
    "verdict.defect" "迁移结果与约定不符。" "The result is not what was agreed.",
    "verdict.inconclusive" "现有导出不足以下结论，请先补齐。" "The exports do not allow a conclusion yet.",
    "figure.arrived_of_scope" "应迁移的已到达" "Of what was to move, arrived",
    "figure.of" "{part} / {whole} 条" "{part} of {whole}",
    "figure.arrived" "已到达" "Arrived",
    "figure.open" "需要处理的客户关系" "Relations to be settled",
    "figure.defects" "缺陷" "Defects",
    "figure.reviews" "待复核" "To review",
    "figure.paid" "计费却未交付" "Billed, and not delivered",
    "figure.undelivered" "条" "relations",
    "figure.delivered_of" "计费 {billed}，交付 {delivered}" "billed {billed}, delivered {delivered}",
    "steps.title" "下一步" "Next steps",
    "steps.lead" "{count} 件事要处理，最要紧的在前。" "{count} things to settle, the most serious first.",
    "steps.none" "没有需要处理的事。" "Nothing to settle.",
    "steps.all" "显示全部 {count} 项" "Show all {count}",
    "steps.less" "收起" "Show fewer",
    "steps.rows" "查看 {count} 行" "Rows: {count}",
    "steps.examples" "例如" "Such as",
    "steps.waived" "其中 {count} 项已豁免：" "{count} of them waived:",
    "steps.until" "至 {day}" "until {day}",

    // A precheck.
    "precheck.kind" "企业微信客户迁移：迁移前预估" "WeCom customer migration: forecast",
    "precheck.nav" "预估" "Forecast",
    "precheck.moves" "将迁移的客户关系" "Relations that will move",
    "precheck.risks" "开始前要看的" "To look at before the start",
    "precheck.over_cap" "将超过客户上限的迁入账号" "Target accounts over their cap",
    "precheck.of" "共 {whole} 条，{part}" "{part} of {whole}",
    "precheck.over" "个账号超上限" "accounts over cap",
    "precheck.die" "个活码将失效" "join codes will die",
    "precheck.no_part" "个账号不参与" "take no part",
    "precheck.idle" "不参与的账号" "Accounts that take no part",
    "precheck.cost" "预计应付" "Expected cost",
    "precheck.start" "{from} 开始（{zone}）" "starts {from} ({zone})",
    "precheck.to_settle" "开始前有 {count} 件事要办" "{count} things to settle before the start",
    "precheck.to_settle_lead" "按“下一步”逐项安排并落实，再重新预估。" "Work through the next steps, then run the forecast again.",
    "precheck.settled" "没有要先办的事" "Nothing to settle first",
    "precheck.settled_lead" "现有的导出和清单没有发现会妨碍迁移的问题。"
        "The exports and lists show nothing that stands in the way of the migration.",
    "precheck.advice" "活码：开始前怎么办" "Join codes: what to do before the start",
    "precheck.cap_none" "没有迁入账号会超过 {cap} 个客户的上限。" "No target account will exceed its cap of {cap} customers.",
    "precheck.cap_lead" "每个账号最多 {cap} 个客户；将超过的 {all} 个中最多的 {shown} 个。"
        "An account holds up to {cap} customers; of {all} above it, the {shown} with most.",
    "precheck.held" "现有" "Held",
    "precheck.held_unknown" "现有数量未知" "present number unknown",
    "precheck.coming" "将迁入" "To arrive",
    "precheck.basis" "预估的依据" "What the forecast rests on",
    "precheck.absent_target" "迁入账号现有多少客户未知，只按将迁入的数量判断是否超过上限。"
        "How many customers the target accounts hold is unknown: only those to arrive are set against the cap.",
    "precheck.most" "迁移后的客户数，是已读到的客户关系最多能有的：两边都有的客户算了两次；客户拒绝的不会到达。"
        "Expected customers are the most there may be of those that were read: those of both corps count twice, and \
         some will refuse.",
    "precheck.elsewhere" "{count} 条客户关系不在本页；用下面的 SQL 可取。"
        "The {count} relations are not in this page; the SQL below gives them.",

    // The charts.
    "charts.title" "看全貌" "The whole picture",
    "chart.numbers" "图中数字" "The numbers",
    "flow.title" "从范围到结果" "From scope to outcome",
    "flow.lead" "迁移前迁出企业的 {total} 条客户关系：左边是该不该迁，右边是结果如何。点击可看明细。"
        "All {total} relations that the source corp held before: what was to move on the left, what became of it on \
            the right. Click to see rows.",
    "flow.from_to" "范围 → 结果" "Scope → outcome",
    "accounts.title" "问题最多的账号" "The accounts with most problems",
    "accounts.lead" "{all} 个参与账号中未如期到达最多的 {shown} 个：未到达 / 应迁移。"
        "The {shown} of {all} enrolled accounts with most that did not arrive as agreed: of what was in scope.",
    "accounts.none" "没有哪个账号有未如期到达的客户关系。" "No account has a relation that did not arrive as agreed.",
    "accounts.rate" "到达率 {rate}" "{rate} arrived",
    "arrivals.title" "何时到达" "When they arrived",
    "arrivals.lead" "按迁入企业的添加时间（{zone}），自迁移开始起。"
        "By the time of adding in the target corp ({zone}), from the start on.",
    "arrivals.later" "另有 {count} 条晚于图中最后一天。" "{count} more came after the last day shown.",
    "arrivals.without_time" "{count} 条已迁移的没有时间。" "{count} migrated ones have no time.",
    "arrivals.migrated" "应迁移，已到达" "In scope, arrived",
    "arrivals.other" "不该到达却到达" "Arrived, though it was not to",
    "arrivals.added" "成员自行新增" "Added by members",
    "arrivals.none" "没有到达" "Nothing arrived",
    "arrivals.end" "迁移结束" "End",
    "origins.title" "迁入企业的客户关系从哪来" "Where the target's relations come from",
    "bill.title" "从合同到应付" "From contract to balance",
    "bill.lead" "合同 {contracted} 条，实际参与 {participating} 条（{drift}），允许变动 {tolerance} 条：{verdict}。"
        "Contracted {contracted}, taking part {participating} ({drift}), tolerance {tolerance}: {verdict}.",
    "bill.none" "案例文件没有 [contract]，未核对费用。" "The case file has no [contract], so nothing was billed.",
    "bill.line" "项目" "Line",
    "bill.contract" "合同" "Contract",
    "bill.surcharge" "附加费" "Surcharge",
    "bill.payable" "应付" "Payable",
    "bill.paid" "已付" "Paid",
    "bill.balance" "差额" "Balance",
    "bill.against_contract" "与合同相比" "Against the contract",
    "codes.title" "加入群聊活码" "Join codes",
    "codes.none" "迁出企业的导出里没有活码的信息。" "The exports of the source corp say nothing of join codes.",
    "groups.title" "客户群" "Groups",
    "groups.none" "迁移前的导出里没有客户群的信息。" "The export from before the start says nothing of groups.",
    "words.total" "共 {count}。" "{count} in all.",

    // The tables.
    "tables.title" "逐条明细" "Row by row",
    "tables.relations" "客户关系" "Relations",
    "tables.target_relations" "迁入企业的客户关系" "Relations of the target",
    "tables.accounts" "账号" "Accounts",
    "tables.groups" "客户群" "Groups",
    "tables.join_codes" "活码" "Join codes",
    "tables.billing" "账单" "Bill",
    "tables.coverage" "导出完整性" "Coverage",
    "tables.rejects" "拒收" "Rejects",
    "tables.inputs" "输入文件" "Inputs",
    "tables.control_totals" "勾稽" "Control totals",
    "tables.search" "搜索账号、客户、ID……" "Search accounts, customers, ids …",
    "rows.found" "{found} / {all} 行" "{found} of {all} rows",
    "rows.none" "本页没有符合条件的行。" "No row of this page fits.",
    "rows.to_act_on" "本页只收录需要处理的客户关系。" "The page holds the relations that somebody has to act on.",
    "rows.cut" "“{outcome}”收录前 {shown} 行，共 {total} 行。" "Of {total} rows “{outcome}” the first {shown}.",
    "rows.absent" "另有 {count} 条无需处理，未收录。" "{count} more ask for nothing and are not in it.",
    "rows.sql" "用下面的 SQL 可取全部。" "The SQL below gives them all.",
    "rows.excerpt" "共 {total} 行，本页收录最要紧的 {shown} 行。" "Of {total} rows the page holds the {shown} most urgent.",
    "rows.part" "共 {all} 行，本页收录 {shown} 行。查看全部：用 qianhe query 运行下面的 SQL。"
        "{shown} of {all} rows are in this page. To see them all, run the SQL below with qianhe query.",
    "rows.capped" "共 {all} 处，本页收录 {shown} 行。每个文件、每种原因只列出前若干处，其余的数目见“未列出”一栏。"
        "{shown} of {all} are in this page. Of each file and reason only the first are listed; “Not listed” counts \
            the rest.",
    "rows.elsewhere" "迁入企业的 {count} 条客户关系不在本页；用下面的 SQL 可取。"
        "The {count} relations of the target corp are not in this page; the SQL below gives them.",
    "row.title" "一行的全部内容" "The whole row",
    "filter.by" "按“{column}”筛选" "Filter by {column}",
    "filter.find" "查找……" "Find …",
    "filter.clear" "清除" "Clear",
    "filter.remove" "移除此条件" "Remove this condition",
    "value.none" "（空）" "(none)",
    "value.any" "（非空）" "(any)",
    "csv" "导出 CSV" "Export CSV",
    "csv.hint" "导出当前所见的行。会被表格软件当作公式或数字的文本，前面加了 '。"
        "The rows as shown. A text that a sheet would take for a formula or a number gets a ' in front.",
    "sql.all" "全部 {all} 行的 SQL" "SQL for all {all} rows",
    "sql.title" "同样条件的 SQL" "The same as SQL",
    "paper.first" "前 {shown} 行，共 {all} 行" "the first {shown} of {all} rows",

    // What all rests on.
    "basis.title" "结论的依据" "What this rests on",
    "basis.relations" "{count} 条客户关系" "{count} relations",
    "basis.taken_at" "导出于 {time}" "taken at {time}",
    "basis.taken_unknown" "未注明导出时间" "time of export not given",
    "basis.absent" "没有此导出" "Not there",
    "absent.source_after" "不知道哪些仍留在迁出企业，也无法核实活码。"
        "What still stands at the source is unknown, and join codes are unverified.",
    "absent.target_before" "是否原已存在，只能凭添加时间判断。" "Only the time of adding tells what stood at the target before.",
    "basis.totals" "{holding} / {all} 项勾稽相符" "{holding} of {all} control totals hold",
    "basis.inputs" "{count} 个输入文件，SHA-256 见 manifest.json。"
        "{count} input files; their SHA-256 stand in manifest.json.",
    "basis.chats" "聊天记录、组织架构与审批不在迁移之列，未作核对。"
        "Chat history, departments and approvals are not migrated, and were not looked at.",
    "basis.times" "所有时间均为 {zone} 时间。" "All times are those of {zone}.",
    "basis.personal" "本页含客户个人信息，请勿外传。" "This page holds personal data: pass it on with care.",
    "foot.same" "输入相同，本页逐字节相同。" "The same inputs give this page, byte for byte.",
}
