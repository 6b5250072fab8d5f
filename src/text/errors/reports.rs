//! Errors of writing reports, of reading them, and of commands on them.

use crate::text::phrases;

phrases! {
    in REPORTS;

    // Writing them.
    no_room_for_reports(error) "报表无法写到那里：{error}" "the reports cannot be written there: {error}",
    NO_ROOM_REMEDY "用 --out DIR 指定一个可写的文件夹" "choose a writable folder with --out DIR",
    output_unseen(error) "无法查看：{error}" "cannot be inspected: {error}",
    NOT_A_FOLDER "不是文件夹" "is not a folder",
    holds_foreign(name) "其中有 {name}，不是本程序的报表" "contains {name}, which is not a report of qianhe",
    FOREIGN_OUTPUT_REMEDY
        "没有覆盖任何文件；用 --out DIR 指定一个空的或新的文件夹"
        "nothing was overwritten; choose an empty or new folder with --out DIR",

    MOUNT_POINT "是挂载点，不能整体替换" "is a mount point, and cannot be replaced as a whole",
    MOUNT_POINT_REMEDY "用 --out DIR 指定其中的一个子文件夹" "choose a folder in it with --out DIR",
    BUSY_OUTPUT "另一次运行正在写入这里" "another run of qianhe is writing there",
    BUSY_OUTPUT_REMEDY
        "没有写入任何内容；等那次运行结束，或用 --out DIR 指定另一个文件夹"
        "nothing was written; wait until that run has ended, or choose another folder with --out DIR",
    CANNOT_KEEP "无法保留到新的报表中" "cannot be kept beside the new reports",

    // Notes on what was found there.
    note(message) "提示：{message}" "note: {message}",
    kept_under(file, stored)
        "{file} 在写出之后被改动过，已另存为 {stored}"
        "{file} was changed since it was written: it is kept as {stored}",
    kept(file) "{file} 不是报表，已原样保留" "{file} is not a report: it is kept",
    worklist_carried(rows, gone)
        "已把上一次工作簿待办中人工填写的 {rows} 行带入新的工作簿；另有 {gone} 行不再是待办，仍列在表尾"
        "what people entered in {rows} rows of the earlier worklist is carried over; {gone} rows that are no tasks any \
         more stay at its end",
    worklist_ambiguous(rows)
        "待办中有 {rows} 行的对象不唯一，填写的内容没有带入，请查看另存的工作簿"
        "what people entered in {rows} rows of the worklist is not carried over, since several rows are of one \
         object: see the workbook that was kept",
    worklist_unreadable(file, problem)
        "{file} 中人工填写的内容没有带入，因为无法读取：{problem}"
        "nothing is carried over from the worklist of {file}, which cannot be read: {problem}",
    NO_WORKLIST "其中没有待办的表头" "it has no header of a worklist",
    audit_again_in(folder)
        "在 {folder} 中重新审计，比较后删除"
        "the audit runs again in {folder}, which is removed after the comparison",
    removed_stage(folder)
        "已删除中断的运行留下的暂存文件夹 {folder}"
        "removed {folder}, which a run that was killed had left behind",
    left_stage(folder)
        "{folder} 是中断的运行留下的，其中有无法放回的文件；请取出需要的文件后删除它"
        "{folder} is of a run that was killed, and holds files that cannot be put back: take what you need, and \
         delete it",
    recovered_output(folder)
        "{folder}：上次运行在替换报表时中断，现已恢复"
        "{folder}: a run was killed while it replaced the reports; they are in place again",

    // Reading them back.
    NAME_THE_REPORTS
        "请指定审计写出的报表文件夹，默认是 CASE/reports"
        "give the folder of reports that an audit wrote, by default CASE/reports",
    cannot_be_read(error) "无法读取：{error}" "cannot be read: {error}",
    cannot_be_opened(error) "无法打开：{error}" "cannot be opened: {error}",
    NO_REPORTS_THERE "那里没有报表" "there are no reports",
    no_manifest(error) "不是本程序的清单：{error}" "is not a manifest of qianhe: {error}",
    written_by(tool) "由 {tool} 写出，不是 qianhe" "was written by {tool}, not by qianhe",
    other_schema(theirs, ours)
        "结构版本是 {theirs}，而本程序读取 {ours}"
        "has schema version {theirs}; this qianhe reads {ours}",
    OTHER_SCHEMA_REMEDY
        "用写出它的 qianhe 版本读取，或重新审计"
        "read it with the version of qianhe that wrote it, or run the audit again",
    report_outside(name) "列有文件夹之外的报表：{name}" "lists a report outside of its folder: {name}",
    NO_AUDIT "不是审计的报表：其中没有 relations.parquet" "is not of an audit: relations.parquet is not listed",
    AUDIT_AGAIN "重新审计" "run the audit again",
    not_json(error) "不是 JSON：{error}" "is not JSON: {error}",
    no_column(name) "没有列 {name}" "has no column {name}",
    no_plain_column(name) "{name} 不是普通的列" "{name} is not a plain column",
    UNREADABLE_REPORT_REMEDY
        "用 qianhe verify 可查出哪些报表不完整；然后重新审计"
        "find the damaged reports with qianhe verify, then run the audit again",

    NOT_AS_IN_MANIFEST
        "与 manifest.json 不符：文件已改动或损坏"
        "is not as manifest.json says: it was changed or is damaged",
    NOT_AS_IN_MANIFEST_REMEDY
        "用 qianhe verify 查看全部改动，然后重新审计；确需读取时加 --no-verify"
        "see all changes with qianhe verify, and run the audit again; to read it all the same, add --no-verify",

    // Keys of pseudonyms.
    NO_PSEUDONYMS "报表未用假名" "the reports hold no pseudonyms",
    NO_PSEUDONYMS_REMEDY "去掉 --pseudonymise" "leave --pseudonymise out",
    other_key(of, given)
        "密钥不同：报表的假名用指纹为 {of} 的密钥生成，所给密钥的指纹为 {given}"
        "this is another key: the pseudonyms are by that with the fingerprint {of}, this one has {given}",
    PSEUDONYMS_WITHOUT_KEY
        "报表用了假名，没有密钥无法重新审计并比较"
        "the reports hold pseudonyms: without the key, the repeated audit would differ",
    OTHER_KEY_REMEDY
        "用 --pseudonymise KEYFILE 给出审计时的密钥"
        "give the key of the audit with --pseudonymise KEYFILE",

    // Keys of signatures.
    no_randomness(error) "系统没有随机数：{error}" "the system gives no random numbers: {error}",
    NO_RANDOMNESS_REMEDY "在另一台机器上生成密钥" "make the key on another machine",
    KEY_EXISTS "已存在" "exists",
    KEY_EXISTS_REMEDY "请指定新文件；密钥不会被覆盖" "give a new file; keys are not overwritten",
    NO_KEY "不是 Ed25519 密钥（PEM）" "is not such a key of Ed25519 in PEM",
    NO_KEY_REMEDY
        "用 qianhe key FILE 生成：FILE 是私钥（--sign），FILE.pub 是公钥（--key）"
        "make a pair with qianhe key FILE: FILE is the secret key (--sign), FILE.pub the public one (--key)",
    KEY_NOT_PRIVATE "其他用户可以读取私钥" "others can read the secret key",
    KEY_NOT_PRIVATE_REMEDY "chmod 600，或另生成一对密钥" "chmod 600 it, or make another pair",

    // query
    no_table(name) "没有表 `{name}`" "there is no table `{name}`",
    tables_are(tables) "可用的表：{tables}" "the tables are {tables}",
    refused_statement(error) "语句无法执行：{error}" "the statement cannot be run: {error}",
    statement_too_long(bytes, most)
        "语句有 {bytes} 字节，最多 {most} 字节"
        "the statement has {bytes} bytes; at most {most} are accepted",
    too_many_operators(count, most)
        "语句有 {count} 个运算符，最多 {most} 个"
        "the statement has {count} operators; at most {most} are accepted",
    SPLIT_STATEMENT
        "多个取值请写成 `in ('a', 'b')`，或拆成几条语句"
        "list values as `in ('a', 'b')`, or split it into several statements",
    did_you_mean_column(near, word) "`{word}` 是否应为 `{near}`？" "did you mean `{near}` instead of `{word}`?",
    AN_EXAMPLE
        "例如 select outcome, count(*) from relations group by outcome"
        "for example: select outcome, count(*) from relations group by outcome",
    columns_are(columns) "可用的列：{columns}" "the columns are {columns}",
    PARQUET_ON_SCREEN "Parquet 不能打印到屏幕" "Parquet cannot be printed",
    PARQUET_ON_SCREEN_REMEDY "用 --out result.parquet 指定文件" "give a file with --out result.parquet",
    among_reports(file)
        "{file} 会混入报表文件夹，使核验不通过"
        "{file} would be among the reports, and they would not verify any more",
    AMONG_REPORTS_REMEDY "请写到其他文件夹" "write it to another folder",

    // explain
    no_such_id(id)
        "本次审计中没有 ID 为 `{id}` 的账号、客户、客户关系、客户群或加入群聊活码"
        "no account, customer, relation, group or join code of this audit has the id `{id}`",
    may_be_unread(count, places)
        "它可能在无法读取的内容中（{count} 处，全部见 rejects）：请更正后重新导出，再审计：\n    {places}"
        "it may be in what could not be read ({count}; rejects lists all): correct it, export again and \
         audit:\n    {places}",
    NO_SUCH_ID_REMEDY
        "ID 可以是 userid、external_userid、unionid、chat_id、config_id 或 userid/external_userid，没有 ID 的客户群则是群名；\
         除 userid 外区分大小写"
        "an id is a userid, external_userid, unionid, chat_id, config_id, or userid/external_userid, or the name of a \
         group without an id; all but userids are case-sensitive",

    // compare
    different_cases(earlier, later)
        "两次审计属于不同的案例：{earlier} 和 {later}"
        "the audits are of different cases: {earlier} and {later}",
    DIFFERENT_CASES_REMEDY
        "请比较同一案例的审计；如果只是改了 id，请加 --force"
        "compare audits of one case, or add --force if only the id was changed",
    no_policy(word) "是 {word}，不是可用的策略" "is {word}, which is not a policy",
    no_policy_remedy(known)
        "应为 {known} 之一；也可用 --fail-on 另行指定"
        "use one of {known}, or set it with --fail-on",

    // man
    no_command(name) "没有命令 `{name}`" "there is no command `{name}`",
    commands_are(commands) "可用的命令：{commands}" "the commands are {commands}",

    // demo
    too_few_relations(relations)
        "{relations} 条客户关系太少，不足以展示每一种结果"
        "{relations} relations are too few for a case with every outcome",
    too_few_remedy(fewest) "至少 {fewest} 条：--relations {fewest}" "use at least {fewest}: --relations {fewest}",
    NOT_EMPTY "不是空文件夹" "is not empty",
    NOT_EMPTY_REMEDY "请指定新文件夹，或清空它" "give a new folder, or empty this one",
}
