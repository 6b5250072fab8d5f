//! The texts of the workbook beside the names of columns and words.

use super::phrases;

phrases! {
    // The names of the sheets. Those of relations are called after their outcome.
    SUMMARY "汇总" "Summary",
    FINDINGS "发现" "Findings",
    GROUPS "客户群" "Groups",
    JOIN_CODES "活码" "Join codes",
    ACCOUNTS "账号" "Accounts",
    BILL "账单" "Bill",
    COVERAGE "导出不完整" "Exports not whole",
    REJECTS "拒收" "Rejects",
    WORKLIST "待办" "Worklist",

    // What they hold.
    HOLDS_FINDINGS "发现了什么，下一步做什么，最要紧的在前" "What was found and what to do, the most serious first",
    HOLDS_RELATIONS "结果为“{outcome}”的客户关系" "Relations with the outcome “{outcome}”",
    HOLDS_GROUPS "需要处理的客户群" "Groups that somebody has to act on",
    HOLDS_JOIN_CODES "需要处理的加入群聊活码" "Join codes that somebody has to act on",
    HOLDS_ACCOUNTS "有例外的客户关系，或导出不完整的参与账号"
        "Enrolled accounts with relations that are exceptions, or not exported as a whole",
    HOLDS_BILL "账单逐项" "The bill, line by line",
    HOLDS_COVERAGE "失败或不完整的导出" "Exports that failed or are incomplete",
    HOLDS_REJECTS "无法读取的记录和值" "Records and values that could not be read",
    HOLDS_WORKLIST "按迁入账号排序的待办：每行一件，下一步写在行内；已豁免的不列"
        "What to do, sorted by target account: a row is a task with its next step; what is waived is not in it",

    // Those of a precheck.
    IDLE "不参与的账号" "Taking no part",
    FORECAST "各账号预估" "Forecast by account",
    HOLDS_ACCOUNTS_BEFORE "开始前要处理的参与账号：超过客户上限、没有客户关系，或导出不完整"
        "Enrolled accounts to act on before the start: over the cap, without relations, or not exported as a whole",
    HOLDS_CODES_BEFORE "开始前要处理的加入群聊活码，附建议和可关联的群"
        "Join codes to act on before the start, with advice and groups to tie",
    HOLDS_IDLE "不会有客户关系迁移的账号及原因" "Accounts of which nothing will move, and why",
    HOLDS_FORECAST "每个账号的客户关系数（按范围），以及迁移后迁入账号最多的客户数"
        "Relations of each account by scope, and the most that its target account may hold afterwards",
    PRECHECK_TITLE "迁核 qianhe 迁移前预估" "qianhe: forecast",
    OVER_CAP "将超过上限的迁入账号" "Target accounts over the cap",
    DYING_CODES "将失效的活码" "Join codes that will die",
    NOTE_PRECHECK_LIMITS "每张表最多 {rows} 行。Excel 每张表最多 1,048,576 行。"
        "Up to {rows} rows of every sheet. Excel holds 1,048,576 rows a sheet.",

    // The first sheet.
    TITLE "迁核 qianhe 例外清单" "qianhe: exceptions",
    CASE "案例" "Case",
    FROM_TO "迁出 → 迁入" "From, to",
    STARTED_AT "迁移开始" "Start",
    FINISHED_AT "迁移结束" "End",
    VERDICT "判定" "Verdict",
    RELATIONS "迁出企业的客户关系" "Relations of the source corp",
    IN_SCOPE "应迁移" "In scope",
    ARRIVED "应迁移的已到达" "Of these, arrived",
    PAYABLE "应付" "Payable",
    PAID "已付" "Paid",
    BALANCE "差额" "Balance",
    SHEET "工作表" "Sheet",
    HOLDS "内容" "Holds",
    ROWS "行数" "Rows",
    TOTAL "共有" "In all",
    SQL "取全部的 SQL（qianhe query 或 DuckDB）" "SQL for all of them (qianhe query, DuckDB)",
    NOT_MEASURED "未核对" "Not measured",
    NOTES "说明" "Notes",
    NOTE_CUT "“{sheet}”只收录前 {rows} 行，共 {total} 行；其余请用上面的 SQL 查 Parquet 报表。"
        "“{sheet}” holds the first {rows} of {total} rows; the SQL above gives the rest from the Parquet reports.",
    NOTE_LIMITS "客户关系合计最多收录 {relations} 行，按类均分；其他每张表最多 {rows} 行。Excel 每张表最多 1,048,576 行。"
        "Up to {relations} relations in all, shared out among the kinds; up to {rows} rows of every other sheet. \
            Excel holds 1,048,576 rows a sheet.",
    NOTE_TEXT "ID 一律是文本，00123 就是 00123。会被当作公式的文本（以 = + - @ 或制表符开头），前面加了 '，另存为 CSV 再打开也不会执行；原文见 Parquet 报表。"
        "Ids are text: 00123 stays 00123. A text that a sheet would take for a formula (= + - @ or tab in front) got \
            a ' in front, so that it runs nowhere, not even from a CSV saved from here; the Parquet reports have it \
            as it is.",
    NOTE_CHARACTERS "过长的文本截断并以 … 结尾；不可见的控制字符显示为 �。"
        "A text that no cell can hold is cut and ends with …; control characters show as �.",
    NOTE_EMPTY "没有行的类别不另设工作表。" "A kind without rows has no sheet.",
    NOTE_PERSONAL "本表含客户个人信息，请勿外传。" "This workbook holds personal data: pass it on with care.",
    NOTE_SAME "输入相同，本文件逐字节相同。" "The same inputs give this file, byte for byte.",

    NOTE_CARRIED
        "待办中人工填写的内容按对象带入自上一次的工作簿；输入与上一次的待办都相同，本文件逐字节相同。"
        "What people entered in the worklist is carried over from the earlier workbook, by what a row is about; the \
            same inputs and the same earlier worklist give this file, byte for byte.",

    // The worklist.
    KIND "类别" "Kind",
    OBJECT "对象" "What",
    OBJECT_ID "ID" "Id",
    NEXT_STEP "下一步" "Next step",
    FINDING "发现代码" "Finding",
    ASSIGNEE "负责人" "Assigned to",
    STATUS "状态" "Status",
    REMARK "备注" "Remark",
    STATUS_OPEN "待处理" "Open",
    STATUS_DOING "处理中" "In progress",
    STATUS_DONE "已完成" "Done",

    NOW "现状" "Now",
    NOW_SETTLED "已消除：本次审计不再是例外" "Settled: no exception any more",
    NOW_WAIVED "已豁免" "Waived",
    NOW_NOT_MEASURED "本次未核对" "Not measured this time",
    NOW_CUT "未知：本次工作表未收录全部行" "Unknown: this time the sheet does not hold all rows",

    // Cells.
    YES "是" "yes",
    NO "否" "no",
    IN_ZONE "{title}（{zone}）" "{title} ({zone})",
}
