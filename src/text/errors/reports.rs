//! What can be wrong with reports: where they are to be written, what is read back, and what is asked of them.

use crate::text::phrases;

phrases! {
    in REPORTS;

    // Writing them.
    no_room_for_reports(error) "报表无法写到那里：{error}" "the reports cannot be written there: {error}",
    NO_ROOM_REMEDY "用 --out DIR 指定一个可写的文件夹" "choose a folder that you may write to with --out DIR",
    output_unseen(error) "无法查看：{error}" "cannot be looked at: {error}",
    NOT_A_FOLDER "不是文件夹" "is not a folder",
    holds_foreign(name) "其中有 {name}，不是本程序的报表" "holds {name}, which is no report of ours",
    FOREIGN_OUTPUT_REMEDY "没有覆盖任何文件；用 --out DIR 指定一个空的或新的文件夹" "nothing was overwritten; choose an empty or new folder with --out DIR",

    // Reading them back.
    NAME_THE_REPORTS "指定审计写出的报表文件夹，默认是 CASE/reports" "name the folder of reports that an audit wrote, by default CASE/reports",
    cannot_be_read(error) "无法读取：{error}" "cannot be read: {error}",
    cannot_be_opened(error) "无法打开：{error}" "cannot be opened: {error}",
    no_manifest(error) "不是本程序的清单：{error}" "is no manifest of ours: {error}",
    written_by(tool) "由 {tool} 写出，不是 qianhe" "was written by {tool}, not by qianhe",
    other_schema(theirs, ours) "结构版本是 {theirs}，而本程序读取 {ours}" "has schema version {theirs}, and this qianhe reads {ours}",
    OTHER_SCHEMA_REMEDY "用写出它的 qianhe 读取，或重新审计" "read it with the qianhe that wrote it, or run the audit again",
    report_outside(name) "列有文件夹之外的报表：{name}" "names a report outside of its folder: {name}",
    NO_AUDIT "不是审计的报表：其中没有 relations.parquet" "is not of an audit: it names no relations.parquet",
    AUDIT_AGAIN "重新审计" "run the audit again",
    not_json(error) "不是 JSON：{error}" "is no JSON: {error}",
    no_column(name) "没有列 {name}" "there is no column {name}",
    no_plain_column(name) "{name} 不是普通的列" "{name} is no plain column",
    UNREADABLE_REPORT_REMEDY "用 qianhe verify 可知哪些报表完整；重新审计" "qianhe verify says which reports are whole; run the audit again",

    // query
    no_table(name) "没有表 `{name}`" "there is no table `{name}`",
    tables_are(tables) "有这些表：{tables}" "the tables are {tables}",
    refused_statement(error) "语句无法执行：{error}" "the statement cannot be run: {error}",
    did_you_mean_column(near, word) "`{word}` 是否应为 `{near}`？" "did you mean `{near}` instead of `{word}`?",
    AN_EXAMPLE "例如 select outcome, count(*) from relations group by outcome" "an example: select outcome, count(*) from relations group by outcome",
    columns_are(columns) "有这些列：{columns}" "the columns are {columns}",
    PARQUET_ON_SCREEN "Parquet 不能打印" "Parquet cannot be printed",
    PARQUET_ON_SCREEN_REMEDY "用 --out result.parquet 指定文件" "name a file with --out result.parquet",
    among_reports(file) "{file} 会混入报表，使其不能通过核验" "{file} would stand among reports, whose set would not verify any more",
    AMONG_REPORTS_REMEDY "写到别处" "write it somewhere else",

    // explain
    no_such_id(id) "本次审计中没有 ID 为 `{id}` 的账号、客户、客户关系、客户群或加入群聊活码" "no account, customer, relation, group or join code of this audit has the id `{id}`",
    may_be_unread(count) "有 {count} 处内容无法读取（见 rejects），该 ID 可能就在其中：更正后重新导出，再审计" "it may stand in a record that could not be read (rejects lists {count}): correct them, export again and audit",
    NO_SUCH_ID_REMEDY "ID 可以是 userid、external_userid、unionid、chat_id、config_id 或 userid/external_userid，区分大小写" "ids are userid, external_userid, unionid, chat_id, config_id, or userid/external_userid; case counts",

    // compare
    different_cases(earlier, later) "两次审计属于不同的案例：{earlier} 和 {later}" "the audits are of different cases: {earlier} and {later}",
    DIFFERENT_CASES_REMEDY "比较同一案例的审计；如果只是改了 id，请加 --force" "compare audits of one case, or add --force if the id was only renamed",

    no_policy(word) "是 {word}，不是可用的策略" "is {word}, which is no policy",
    no_policy_remedy(known) "应为 {known} 之一；--fail-on 可另行指定，不管报表怎么说" "it is one of {known}; --fail-on says which, whatever the reports say",

    // man
    no_command(name) "没有命令 `{name}`" "there is no command `{name}`",
    commands_are(commands) "可用的命令：{commands}" "the commands are {commands}",

    // demo
    too_few_relations(relations) "{relations} 条客户关系太少，不足以展示每一种结果" "{relations} relations are too few for a case that shows every outcome",
    too_few_remedy(fewest) "至少 {fewest} 条：--relations {fewest}" "ask for at least {fewest}: --relations {fewest}",
    NOT_EMPTY "不是空文件夹" "is not empty",
    NOT_EMPTY_REMEDY "换一个新文件夹，或清空它" "name a new folder, or empty this one",
}
