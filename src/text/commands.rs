//! Texts of the commands on the terminal.

use super::phrases;

phrases! {
    // verify
    VERIFY_OK
        "{folder}：核验通过。{files} 个文件与清单一致，勾稽与由各表重算的等式共 {totals} 项全部相符，重算的 {values} 个数值全部一致。"
        "{folder}: OK: {files} files match the manifest, {totals} equations balance (the control totals and others of \
         the tables), {values} recomputed values agree.",
    VERIFY_FILES_OK
        "{folder}：核验通过。{files} 个文件与清单一致；不是审计报表，没有可重算的勾稽。"
        "{folder}: OK: {files} files match the manifest; not the reports of an audit, so there are no control totals.",
    VERIFY_FAILED "{folder}：核验不通过。" "{folder}: FAILED.",
    VERIFY_MISSING "  缺失    {name}" "  missing  {name}",
    VERIFY_CHANGED "  已改动  {name}" "  changed  {name}",
    VERIFY_EXTRA "  多余    {name}" "  extra    {name}",
    VERIFY_TOTAL "  不相符  {name}：{left} ≠ {right}" "  does not balance  {name}: {left} <> {right}",
    VERIFY_VALUE
        "  不一致  {name}：报表为 {published}，重算为 {recomputed}"
        "  does not agree  {name}: published {published}, recomputed {recomputed}",
    VERIFY_MORE_VALUES "  另有 {count} 个数值不一致" "  and {count} more values that do not agree",
    VERIFY_CONTINUED "{line}" "{line}",
    VERIFY_UNREADABLE "  无法重算：{error}" "  the figures cannot be recomputed: {error}",
    VERIFY_INPUT_MISSING "  缺少输入文件  {name}" "  input missing  {name}",
    VERIFY_INPUT_CHANGED "  输入文件已改动  {name}" "  input changed  {name}",
    VERIFY_AGAIN_DIFFERS "  重新审计结果不同  {name}" "  the repeated audit differs in  {name}",
    VERIFY_SIGNED
        "  已核验签名：清单由密钥 {key} 签署。"
        "  signature: the manifest is signed by the key {key}.",
    VERIFY_NOT_SIGNED
        "  签名无效：清单没有该密钥的有效签名。"
        "  signature INVALID: the manifest has no valid signature by that key.",
    VERIFY_KEY_NOT_GIVEN
        "  未核验签名：清单附有签名，请用 --key 指定公钥。"
        "  not verified: the signature of the manifest; give the public key with --key.",
    VERIFY_UNSIGNED
        "  未核验出处：报表未签名，能写入该文件夹的人可以一并替换报表和清单（audit --sign，verify --key）。"
        "  not verified: who wrote the reports. They are not signed; whoever can write to the folder can replace \
         reports and manifest together (audit --sign, verify --key).",
    VERIFY_INPUTS
        "  已核验输入：{count} 个文件（含 case.toml）与审计时相同。"
        "  inputs: all {count} files, case.toml included, are those that were audited.",
    VERIFY_NO_INPUTS "  未核验输入文件（--inputs）。" "  not verified: the inputs (--inputs).",
    VERIFY_AGAIN
        "  重新审计：{count} 个文件逐字节相同。"
        "  repeated audit: all {count} files are the same, byte for byte.",
    VERIFY_NOT_AGAIN
        "  未核验各条关系的判定、发现的示例、页面中的关系摘录、工作簿（--again 重新审计并逐字节比较）。"
        "  not verified: the decisions on single relations, examples of findings, relations in the page, the workbook \
         (--again runs the audit again and compares byte for byte).",
    VERIFY_KEPT
        "  未核验报表旁的其他文件（清单的 kept）：{names}"
        "  not verified: other files beside the reports (`kept` in the manifest): {names}",
    VERIFY_NOT_EVALUATED "  无法计算的筛选条件：{name}" "  filter cannot be evaluated: {name}",
    VERIFY_REMEDY
        "请重新运行 qianhe audit 生成完整的报表；已改动的文件不能作为依据。"
        "Run qianhe audit again for a complete set of reports. Changed files are not evidence.",
    VERIFY_KEY_REMEDY
        "请核对公钥是否属于签署人；如果是，这些报表并非由其签署。"
        "Check whether the public key is that of the signer; if it is, the signer did not sign these reports.",

    // key
    KEY_WROTE
        "已生成密钥 {fingerprint}\n私钥：{secret}（请妥善保管）\n公钥：{public}（交给需要核验报表的人）"
        "made the key {fingerprint}\nsecret: {secret} (keep it)\npublic: {public} (for those who verify the reports)",

    // explain
    YES "是" "yes",
    NO "否" "no",
    EXPLAIN_ACCOUNT "账号 {id}（{column}）：参与迁移的账号对" "{id} is an account ({column}) of this enrolled pair",
    EXPLAIN_CUSTOMER
        "客户 {id}（{column}）：迁移前迁出企业的 {count} 个客户"
        "{id} ({column}): customers of the source corp: {count}",
    EXPLAIN_RELATION
        "{id}（{column}）：迁移前迁出企业的 {count} 条客户关系"
        "{id} ({column}): relations of the source corp before the migration: {count}",
    EXPLAIN_TARGET_RELATION
        "{id}（{column}）：迁移后迁入企业的 {count} 条客户关系"
        "{id} ({column}): relations of the target corp after the migration: {count}",
    EXPLAIN_GROUP "客户群 {id}（{column}）" "{id} ({column}): group",
    EXPLAIN_JOIN_CODE "{id}（{column}）：{count} 个加入群聊活码" "{id} ({column}): join codes: {count}",
    EXPLAIN_FIRST "需要处理的前几条：" "the first that need action:",
    EXPLAIN_SUCH_AS "例如：" "for example:",
    EXPLAIN_ALL "查看全部：{command}" "all of them: {command}",
    EXPLAIN_VERDICT "判定：{verdict}" "verdict: {verdict}",
    EXPLAIN_DECIDED
        "{outcome}（{words}），{severity}，条款 {clause}"
        "{outcome} ({words}), {severity}, clause {clause}",
    EXPLAIN_SCOPE "范围规则 {code}（{clause}）：{says}" "scope: {code} ({clause}): {says}",
    EXPLAIN_RULE "判定规则 {code}（{clause}）：{says}" "rule: {code} ({clause}): {says}",
    EXPLAIN_CHANGE "如何改变判定：{change}" "what would change it: {change}",
    EXPLAIN_SOURCE "来源：{file}，第 {record} 条记录" "source: {file}, record {record}",
    EXPLAIN_EVIDENCE "依据：" "evidence:",
    EXPLAIN_INCOMPLETE
        "可能与其有关、不能证明完整的导出（{count} 项）："
        "exports that are not known to be complete and may concern it ({count}):",
    EXPLAIN_INCOMPLETE_ROW "{role}，{status}：{detail}" "{role}, {status}: {detail}",
    EXPLAIN_UNREAD
        "可能与其有关的未读取内容（{count} 处）："
        "could not be read, and may concern it ({count}):",
    EXPLAIN_UNREAD_ROW "{file}，{place}：{reason}" "{file}, {place}: {reason}",
    EXPLAIN_NOT_LISTED
        "rejects 中另有 {count} 处未读取内容只有数目（not_listed），没有账号，可能与其有关"
        "rejects counts {count} more without their accounts (`not_listed`), which may concern it",

    // ingest, init, demo
    INGEST_WROTE
        "{rejected} 条记录被拒收，{values} 个字段值无法读取；表在 {folder}"
        "{rejected} records rejected, {values} values unreadable; tables in {folder}",
    INIT_WROTE
        "已新建 {file}\n请填写标为必填的各项，将导出文件放在同一文件夹下，然后运行：qianhe audit {folder}"
        "created {file}\nFill in the required values, add the exports beside it, then run: qianhe audit {folder}",
    INIT_FILLED
        "已新建 {file}\n将导出文件放在同一文件夹下（或用 qianhe-collect 收集），然后运行：qianhe audit {folder}"
        "created {file}\nAdd the exports beside it (qianhe-collect fetches them), then run: qianhe audit {folder}",
    INIT_ID "案例 id" "id of the case",
    INIT_SOURCE "迁出企业名称（可留空）" "name of the corp that the customers leave (may be left open)",
    INIT_TARGET "迁入企业名称（可留空）" "name of the corp that the customers join (may be left open)",
    INIT_START "迁移正式开始时间，例如 2026-05-01" "formal start of the migration, e.g. 2026-05-01",
    INIT_END "迁移结束时间（未定可留空）" "its end (left open if it is not known yet)",
    INIT_RELATIONS "合同约定的客户关系数（不核对费用可留空）" "relations contracted (left open for an audit without bill)",
    INIT_PRICE "单价，例如 0.80" "price of a relation, e.g. 0.80",
    DEMO_WROTE
        "已在 {folder} 生成示例案例\n审计：qianhe audit {folder}"
        "wrote a synthetic case to {folder}\nAudit it with: qianhe audit {folder}",

    // compare
    COMPARE_WORSE "{case}：有新增或加重的问题。" "{case}: some results are new or worse.",
    COMPARE_NO_WORSE "{case}：没有新增或加重的问题。" "{case}: nothing is new or worse.",
    COMPARE_FINDINGS "有变化的发现：" "findings that changed:",
    COMPARE_SAME_FINDINGS "各项发现没有变化。" "No finding changed.",
    COMPARE_EXAMPLES "示例：" "examples:",

    // query
    QUERY_WELCOME
        "可查询的表：{tables}\nTab 补全，↑ 查看历史，quit 退出。示例：select outcome, count(*) from relations \
         group by outcome"
        "tables: {tables}\nTab completes names, the up arrow recalls statements, quit ends. Example: select \
         outcome, count(*) from relations group by outcome",

    // Progress: beside a bar it fits a line of 80 columns.
    PROGRESS_READ "读取 {what}" "reading {what}",
    PROGRESS_MERGE "合并 {what}" "merging {what}",
    PROGRESS_MATCH "配对客户关系" "matching relations",
    PROGRESS_DECIDE "判定客户关系" "deciding relations",
    PROGRESS_REPORT "写出报表" "writing reports",
    PROGRESS_WRITE "写出 {what}" "writing {what}",
    PROGRESS_PUBLISH "核对并发布报表" "checking and publishing reports",
    PROGRESS_DEMO "生成示例案例" "writing the case",
    PROGRESS_OF "{percent} %，共 {total}" "{percent} % of {total}",
    PROGRESS_ROWS "{count} 行" "{count} rows",
    PROGRESS_COLLECT "收集" "collecting",
    PROGRESS_DEPARTMENTS "{count} 个部门" "{count} departments",
    PROGRESS_MEMBERS "{count} 个成员" "{count} members",
    PROGRESS_GROUPS "{count} 个客户群" "{count} groups",
    PROGRESS_CODES "{count} 个活码" "{count} join codes",
    PROGRESS_RATE "{rate}/秒" "{rate}/s",
    PROGRESS_SECONDS "剩余 {count} 秒" "{count} s left",
    PROGRESS_MINUTES "剩余 {count} 分钟" "{count} min left",
    PROGRESS_HOURS "剩余 {count} 小时" "{count} h left",

    // The summary of an audit: 30 rows of 80 columns.
    COLON "：" ": ",
    COMMA "，" ", ",
    SEMICOLON "；" "; ",
    SUMMARY_RECONCILED
        "核对一致。应迁移的客户关系均已核清。"
        "RECONCILED - every relation in scope is accounted for.",
    SUMMARY_REVIEW "需要复核。没有缺陷，部分内容须人工确认。" "REVIEW - no defect, but some rows need a decision.",
    SUMMARY_DEFECT
        "存在缺陷。迁移结果与约定不符。"
        "DEFECT - the result is not what was agreed.",
    SUMMARY_INCONCLUSIVE "无法下结论。请先补齐导出。" "INCONCLUSIVE - the exports do not allow a conclusion.",
    SUMMARY_RELATIONS
        "迁移前的客户关系 {total} 条，其中应迁移 {in_scope} 条"
        "{total} relations of source-before, {in_scope} in scope",
    SUMMARY_GROUPS "客户群 {total} 个" "groups {total}",
    SUMMARY_CODES "活码 {total} 个" "join codes {total}",
    SUMMARY_IDLE_ACCOUNTS
        "账号清单中有 {count} 个账号没有读到任何客户关系，请核对拼写：{accounts}"
        "accounts of the list of which no relation was read, perhaps misspelt: {count} ({accounts})",
    SUMMARY_NO_BILL "未核对费用：case.toml 没有 [contract]" "no bill: case.toml has no [contract]",
    SUMMARY_CONTRACT
        "合同 {contracted}，参与 {participating}（{drift}，允许变动 {tolerance}）：{verdict}"
        "contracted {contracted}, participating {participating} ({drift}, tolerance {tolerance}): {verdict}",
    SUMMARY_BILL
        "应付 {payable} {currency}，已付 {paid}，差额 {balance}；计费 {billed} 条，交付 {delivered} 条"
        "payable {payable} {currency}, paid {paid}, balance {balance}; billed {billed}, delivered {delivered}",
    SUMMARY_NOTHING "没有待处理事项" "no action needed",
    SUMMARY_TO_DO "优先处理" "next steps",
    SUMMARY_PART_WAIVED "（其中 {count} 项已豁免）" " ({count} of them waived)",
    SUMMARY_MORE "另有 {count} 项，见报表" "and {count} more, in the reports",
    SUMMARY_WAIVED "已豁免、不计入判定的 {count} 项：{codes}" "{count} waived, not counted: {codes}",
    SUMMARY_REPORTS
        "{totals} 项勾稽全部相符；报表在 {folder}，请先看 report.html"
        "{totals} control totals balance; reports in {folder}; open report.html",

    // The screen of a precheck, which also uses phrases of the summary above.
    PRECHECK_MOVES "将迁移 {in_scope} 条客户关系，共 {total} 条" "{in_scope} of {total} relations will move",
    PRECHECK_COST
        "预计应付 {payable} {currency}：合同 {contract}，附加费 {surcharge}（{quantity} 条）"
        "expected cost {payable} {currency}: contract {contract}, surcharge {surcharge} for {quantity}",
    PRECHECK_IDLE
        "不参与迁移的账号及其客户关系数：{total} 个中有 {count} 个"
        "accounts that take no part, with their relations: {count} of {total}",
    PRECHECK_BECAUSE "{why}：{reason}" "{why}: {reason}",
    PRECHECK_CODES
        "将失效的活码：{total} 个中有 {count} 个"
        "join codes that will become invalid: {count} of {total}",
    PRECHECK_CODES_UNKNOWN "，另有 {count} 个无法预计" "; unknown: {count}",
    PRECHECK_TIE "可关联的群：{groups}" "groups to link: {groups}",
    PRECHECK_FULL
        "将超过上限 {cap} 的迁入账号：{count} 个"
        "target accounts that will exceed the cap of {cap}: {count}",
    PRECHECK_HELD "已有 {held}，将迁入 {coming}" "{held} present, {coming} to arrive",
    PRECHECK_HELD_UNKNOWN "将迁入 {coming}，现有数量未知" "{coming} to arrive; present number unknown",
    PRECHECK_REPORTS
        "{totals} 项勾稽全部相符；报表在 {folder}，请打开 precheck.html"
        "{totals} control totals balance; reports in {folder}; open precheck.html",
}
