//! Texts of `qianhe-collect`: its errors, what the service's errors mean, and its summary.

use super::phrases;

phrases! {
    // Credentials.
    CREDENTIALS "凭证" "credentials",
    no_credentials(variable)
        "没有企业应用的凭证：未设置 {variable}"
        "there are no credentials of an app: {variable} is not set",
    credentials_remedy(corp_id, secret)
        "设置环境变量 {corp_id} 和 {secret}，或用 --credentials FILE 指定凭证文件；凭证不接受命令行参数，以免出现在进程列表中"
        "set {corp_id} and {secret}, or name a file with --credentials FILE; they are no arguments, which other users \
         of the machine could read",
    NO_KEYS "没有 corp_id 和 secret" "lacks corp_id and secret",
    NOT_A_PLAIN_FILE "不是普通文件" "is not a plain file",
    CREDENTIALS_FILE_REMEDY
        "每行写一项：corp_id = \"ww...\" 和 secret = \"...\"，并用 chmod 600 设为仅本人可读"
        "write two lines, corp_id = \"ww...\" and secret = \"...\", into a file of mode 0600",
    open_to_others(mode) "权限为 {mode}，其他用户可以读取" "has mode {mode}: other users can read it",
    chmod(path) "运行 chmod 600 {path}" "run chmod 600 {path}",
    wrong_corp(corp_id, role, known)
        "凭证属于企业 {corp_id}，而 {role} 属于企业 {known}"
        "the credentials are of corp {corp_id}, but {role} is of corp {known}",
    wrong_corp_remedy(file)
        "换用该企业的凭证，更换 --role，或更正 {file} 中的 corp_id；重新导出请加 --restart"
        "use credentials of that corp, another --role, or correct corp_id in {file}; --restart collects anew",
    other_corp(code, role, known)
        "接口返回的 ID 属于企业代码 {code}，而 {role} 中已有导出的企业代码是 {known}"
        "the service's ids have the corp code {code}, but the export in {role} has {known}",
    other_corp_remedy(role, other)
        "核对凭证和 --role：{role} 与 {other} 的企业搞混了；如果那里放错了文件，请移走后重试"
        "check the credentials and --role: the corps of {role} and {other} are mixed up; if the files there are of the \
         wrong corp, take them away",

    // The service.
    BAD_BASE_URL "--base-url 不是有效的地址" "--base-url is not a base URL",
    BASE_URL_REMEDY
        "写成 https://主机[:端口][/路径]，不含用户名、密码和参数"
        "write https://HOST[:PORT][/PATH], without user, password or parameters",
    http_status(status) "HTTP 状态 {status}，不是接口的返回" "HTTP status {status}, not an answer of the service",
    broken_off(why) "连接中断：{why}" "the connection broke: {why}",
    TOO_LARGE "返回内容过大，不是接口的返回" "the answer is too large to be one of the service",
    TIMED_OUT "等待超时" "timed out",
    HOST_NOT_FOUND "找不到主机" "host not found",
    NO_CONNECTION "无法连接" "no connection",
    NO_TLS
        "无法建立安全连接（TLS）；如果经过公司代理，用 --ca-file 指定代理的根证书"
        "no secure connection (TLS); behind a proxy of the company, name its root certificate with --ca-file",
    CA_FILE "根证书文件" "file of certificates",
    NO_CERTIFICATES "不是 PEM 格式的证书" "holds no certificates in PEM, or something else",
    CA_FILE_REMEDY
        "应为一个或多个 -----BEGIN CERTIFICATE----- 段；请向网络管理员索取代理的根证书"
        "it has to be sections of -----BEGIN CERTIFICATE-----: ask whoever runs the proxy for its root certificate",
    BAD_HTTP "返回内容不符合 HTTP" "the answer is not HTTP",
    NOT_AN_ANSWER
        "返回内容不完整，或不是接口的返回"
        "the answer is incomplete, or not one of the service",
    no_token(errcode) "获取不到 access_token（{errcode}）" "no access_token ({errcode})",
    DOWN "接口连续多次没有应答" "the service did not answer several requests in a row",
    no_answer(why) "接口没有应答：{why}" "no answer of the service: {why}",
    AGAIN_REMEDY
        "已取得的内容都已保存；检查网络、代理和 --base-url，稍后运行同一命令即可继续"
        "what was answered is kept; check network, proxy and --base-url, and run the same command again to go on",
    refused(corp_id, errcode)
        "接口拒绝了企业 {corp_id} 的应用（errcode {errcode}）"
        "the service refuses the app of corp {corp_id} (errcode {errcode})",
    REMEDY_SECRET
        "secret 不正确：在管理后台该应用的页面重新获取，注意不同应用的 secret 不同"
        "the secret is wrong: get it from the app's page in the admin console; each app has its own",
    remedy_corp_id(menu)
        "企业 ID 不正确：在管理后台 {menu} 底部查看"
        "the corp id is wrong: see {menu} in the admin console, at the bottom",
    REMEDY_EMPTY "企业 ID 或 secret 为空" "the corp id or the secret is empty",
    remedy_ip(ip, menu)
        "本机 IP（{ip}）不在可信列表：在管理后台该应用的 {menu} 中添加"
        "the address {ip} is not trusted: add it to {menu} of the app in the admin console",
    remedy_permission(menu)
        "应用没有该接口的权限：在管理后台 {menu} 中添加该应用，然后重新运行"
        "the app may not call this: add it under {menu} in the admin console, then run again",
    REMEDY_NO_MEMBER
        "没有该成员，或不在应用的可见范围：核对账号清单（注意大小写以外的差别），或扩大可见范围，然后重新运行"
        "no such member, or not visible to the app: check the list of accounts, or widen the app's visible range, then \
         run again",
    REMEDY_NO_RELATION
        "接口说该成员没有客户，但另一接口列出了客户：请重新运行"
        "the service says that the member has no customers, but lists some: run again",
    REMEDY_VISIBLE
        "通讯录对应用不可见：审计不需要它；如需成员名单，请扩大应用的可见范围"
        "the app may not see the members of this department, which no audit needs; widen its visible range to get them",
    REMEDY_LIMIT
        "超出接口调用频率：已取得的都已保存，过一段时间以较低的 --rate 重新运行"
        "the rate limit was met: what was answered is kept; run again later, with a lower --rate",
    REMEDY_BUSY "接口系统繁忙：过一段时间重新运行" "the service was busy: run again later",
    REMEDY_LICENCE
        "这些成员没有互通许可，接口不返回其客户：在管理后台激活许可后重新运行；否则审计把他们的客户关系判为无法确定"
        "the service leaves out members without a licence: activate licences and run again; else their relations are \
         undetermined in the audit",
    REMEDY_OTHER
        "含义见企业微信开发者文档的全局错误码；排除后重新运行，只会再次请求失败的部分"
        "see the global error codes in the WeCom documentation; then run again, which requests only what failed",

    // What was kept.
    CANNOT_KEEP
        "无法保存（腾出空间后运行同一命令即可继续）"
        "cannot keep an answer (free some space and run the same command again to go on)",
    JOURNAL_DAMAGED "记录已损坏" "the journal is damaged",
    DATA_SHORT "文件缺失或不完整，与记录不符" "the file is missing or too short for the journal",
    RESTART_REMEDY
        "用 --restart 重新收集；旧文件会保留在一旁"
        "collect anew with --restart, which sets the old files aside",
    ALREADY_THERE "已有同名文件，不是本次收集的" "there is a file of that name, which was not collected",
    ALREADY_THERE_REMEDY "移走它，然后运行同一命令" "take it away, and run the same command again",
    LOCKED "另一个 qianhe-collect 正在写入这里" "another qianhe-collect is writing here",
    LOCKED_REMEDY "等它结束，或收集其他 --role" "wait for its end, or collect another --role",
    WORKER_PANICKED "工作线程出错" "a worker panicked",
    not_a_folder(role)
        "snapshots.{role}.path 不是文件夹"
        "snapshots.{role}.path is not a folder",
    NOT_A_FOLDER_REMEDY
        "收集的文件需要一个文件夹：删去这一项，即使用与角色同名的文件夹"
        "collected files need a folder: take the line away, for a folder named as the role",
    NO_FOLLOW_USERS
        "没有可查询的成员：get_follow_user_list 没有返回成员"
        "there are no members to request: get_follow_user_list named none",
    no_follow_users_remedy(role)
        "为应用添加客户联系权限和可见范围，或用 --users FILE 指定 {role} 的成员；详情见 qianhe-collect status"
        "give the app customer-contact permission and visible range, or name members of {role} with --users FILE; \
         qianhe-collect status has the details",

    // Lists of ids.
    LIST_IS_A_WORKBOOK "是 XLSX 工作簿" "is an XLSX workbook",
    SAVE_AS_CSV "另存为 CSV（UTF-8）" "save it as CSV (UTF-8)",
    not_a_list(error) "不是 ID 列表：{error}" "is not a list of ids: {error}",
    NO_KNOWN_COLUMN "没有已知的列" "no known column",
    NO_IDS "没有 ID" "holds no id",
    list_remedy(columns)
        "第一行写列名（{columns}），或每行只写一个 ID"
        "begin with a header ({columns}), or write one id a line",

    // The summary.
    summary(role, folder) "{role}：{folder}" "{role}: {folder}",
    ENDED "已完成" "ended",
    UNDER_WAY "未完成" "not ended",
    not_begun(part) "  {part}：未开始" "  {part}: not begun",
    members_line(end, users, departments)
        "  members（{end}）：有客户联系权限的成员 {users} 个，部门 {departments} 个"
        "  members ({end}): {users} members with customer-contact permission, {departments} departments",
    relations_line(end, asked, complete, failed, relations)
        "  relations（{end}）：查询成员 {asked} 个，完整 {complete} 个，失败 {failed} 个；客户关系 {relations} 条"
        "  relations ({end}): {asked} members requested, {complete} complete, {failed} failed; {relations} relations",
    groups_line(end, groups, failed, codes, failed_codes)
        "  groups（{end}）：客户群 {groups} 个，失败 {failed} 个；活码 {codes} 个，失败 {failed_codes} 个"
        "  groups ({end}): {groups} groups, {failed} failed; {codes} join codes, {failed_codes} failed",
    FAILED
        "没有取得的内容（错误返回已作为证据保存）："
        "not collected (the answers are kept as evidence):",
    KIND_LIST "列表" "list",
    KIND_DEPARTMENT "部门" "department",
    KIND_MEMBER "成员" "member",
    KIND_GROUP "客户群" "group",
    KIND_CODE "活码" "join code",
    failure(kind, count, errcode, examples)
        "  {kind} {count} 个，errcode {errcode}：{examples}"
        "  {kind}: {count}, errcode {errcode}: {examples}",
    unlicensed(count, examples) "  没有许可的成员 {count} 个：{examples}" "  members without licence: {count}: {examples}",
    help(remedy) "    建议：{remedy}" "    help: {remedy}",
    taken_at_written(time, file) "taken_at = {time} 已写入 {file}" "taken_at = {time} is in {file}",
    taken_at_to_write(role, time, file)
        "请在 {file} 的 [snapshots.{role}] 中写上：taken_at = {time}"
        "add to [snapshots.{role}] of {file}: taken_at = {time}",
    next_again(case, role)
        "继续：qianhe-collect all --case {case} --role {role}"
        "next: qianhe-collect all --case {case} --role {role}",
    next_precheck(case) "下一步：qianhe precheck {case}" "next: qianhe precheck {case}",
    next_audit(case) "下一步：qianhe audit {case}" "next: qianhe audit {case}",
}
