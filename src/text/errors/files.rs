//! Errors of the files of a case, before their content is recognised.

use crate::text::phrases;

phrases! {
    in FILES;

    // Which files there are.
    no_glob_match(glob) "通配符 `{glob}` 没有匹配到文件" "the glob `{glob}` matches no file",
    not_a_glob(error) "不是有效的通配符：{error}" "not a valid glob: {error}",
    no_such_path(path) "案例文件夹中没有文件或文件夹 `{path}`" "there is no file or folder `{path}` in the case folder",
    NO_SUCH_PATH_REMEDY
        "写相对于 case.toml 的文件夹、文件或通配符，或把导出放到那里"
        "write a folder, a file or a glob relative to case.toml, or put the export there",
    NO_LISTS "缺少名单，至少要有账号清单" "the lists are missing: at least the accounts list is required",
    no_lists_remedy(headers)
        "新建此文件夹并放入账号清单：含 source_userid 和 target_userid 两列（{headers}），XLSX、CSV 或 Parquet 均可"
        "create the folder with the accounts list: columns source_userid and target_userid ({headers}), as XLSX, CSV \
            or Parquet",
    NO_USABLE_FILE
        "其中没有可用的文件（隐藏文件和以 `_` 开头的会略过）"
        "no usable file (hidden files and names that start with `_` are passed over)",
    NO_USABLE_FILE_REMEDY
        "把导出放到那里：接口应答的 JSON、XLSX、CSV、TSV 或 Parquet；可选的导出如果没有，就不要留空文件夹"
        "put the export there: JSON answers of the service, XLSX, CSV, TSV or Parquet; of an optional export that you \
            do not have, remove the folder",
    memory_too_small(asked, needed, relations, members, answers)
        "--memory {asked} 不够：各份导出约有 {relations} 条客户关系、{members} 名群成员、{answers} 份应答，至少需要 {needed}"
        "--memory {asked} is too little: all exports hold about {relations} relations, {members} members of groups and \
            {answers} answers, which take {needed} at least",
    machine_too_small(there, needed, relations, members, answers)
        "可用内存只有 {there}，而各份导出约有 {relations} 条客户关系、{members} 名群成员、{answers} 份应答，至少需要 {needed}"
        "there are {there} of memory; all exports hold about {relations} relations, {members} members of groups and \
            {answers} answers, which take {needed} at least",
    more_memory(needed)
        "用 --memory {needed}；或在内存更大的机器（容器）上运行，或减少线程：RAYON_NUM_THREADS=1"
        "use --memory {needed}, a machine or container with more, or fewer threads: RAYON_NUM_THREADS=1",
    KEY_FILE "密钥文件" "key file",
    NO_KEY_FILE "文件不存在" "there is no such file",
    key_too_short(bytes) "密钥不足 {bytes} 字节，可能被猜出" "the key is shorter than {bytes} bytes, and could be guessed",
    key_too_long(bytes) "文件超过 {bytes} 字节，不会是密钥" "the file is larger than {bytes} bytes, which no key is",
    KEY_REMEDY
        "可这样生成：head -c 32 /dev/urandom | base64 > KEYFILE；请妥善保管，同一密钥的报表才能互相对照"
        "make one: head -c 32 /dev/urandom | base64 > KEYFILE; keep it safe: reports compare only under one key",
    NO_PLAIN_FILE "不是普通文件（而是管道、套接字、设备或文件夹）" "not a regular file, but a pipe, a socket, a device or a folder",
    NO_PLAIN_FILE_REMEDY "换成普通文件，或移走它；在快照和名单的文件夹中，名称以 `_` 开头的会被跳过"
        "use a regular file instead, or remove it; in folders of snapshots and lists, names that start with `_` are \
            passed over",
    no_export(role) "缺少导出 {role}" "the export {role} is missing",
    no_export_remedy(role)
        "把导出放到那里，或在 case.toml 的 [snapshots.{role}] 中写明路径"
        "put the exports there, or name their path in [snapshots.{role}] of case.toml",
    NO_EXPORTS "四份导出一份也没有" "all four exports are missing",
    NO_EXPORTS_REMEDY
        "把导出放入 source-before/ 和 target-after/，或在 [snapshots] 中写明路径"
        "put the exports into source-before/ and target-after/, or name their paths in [snapshots]",
    NO_ACCOUNTS "没有此清单，或其中没有账号" "no accounts list with at least one account",
    no_accounts_remedy(headers)
        "把含 source_userid 和 target_userid 两列（{headers}）的表放入 lists/"
        "put a sheet with the columns source_userid and target_userid ({headers}) into lists/",
    CHANGED_WHILE_READ "读取期间文件被写入" "it was written to while it was read",
    CHANGED_WHILE_READ_REMEDY "等导出结束后再运行" "wait until the export has ended, then run again",
    NOT_AS_INGESTED
        "与所在文件夹的 manifest.json 不符：qianhe ingest 写出后被改动或损坏"
        "is not as the manifest.json above it says: it was changed or damaged since qianhe ingest wrote it",
    INGESTED_IS_MISSING
        "缺失：所在文件夹的 manifest.json 列有此表"
        "is missing: the manifest.json above it lists it",
    NOT_AS_INGESTED_REMEDY
        "重新运行 qianhe ingest；若确系有意改动，删除该 manifest.json"
        "run qianhe ingest again; if it was changed on purpose, remove that manifest.json",

    partitioned(folder)
        "文件夹 `{folder}` 属于分区表：它的名称就是一列，而这一列不在文件中"
        "the folder `{folder}` is part of a partitioned table: its name is the value of a column that the file lacks",
    PARTITIONED_REMEDY
        "把表导出为不分区的文件（含全部列），或在 case.toml 的 path 中指明一个分区的文件夹"
        "export the table without partitions, with all columns in the file, or set `path` in case.toml to the folder \
            of one partition",
    TABLE_OF_A_LAKE
        "数据湖的表（Delta Lake 或 Hudi）：其中也有不再有效的文件"
        "a table of a data lake (Delta Lake or Hudi), some of whose files are no longer valid",
    UNFINISHED_JOB
        "写入作业没有完成（有 `_temporary` 而没有 `_SUCCESS`）：可能缺少数据"
        "a job that writes here has not ended (`_temporary`, and no `_SUCCESS`): rows may be missing",
    UNFINISHED_JOB_REMEDY
        "重新运行作业直到完成；数据已经完整的，删去 `_temporary`"
        "run the job again to its end; delete `_temporary` if all rows are there",
    TABLE_OF_A_LAKE_REMEDY "把表导出为单独的 Parquet 或 CSV 文件" "export the table as separate Parquet or CSV files",

    // The accounts list.
    not_one_to_one(offenders) "不是一对一：\n    {offenders}" "the accounts list is not 1:1:\n    {offenders}",
    NOT_ONE_TO_ONE_REMEDY
        "服务方只把一个迁出账号迁入一个迁入账号（B6、B7），每个账号只保留一行"
        "the service moves one source account into one target account (B6, B7); keep one row for each",
    one_to_many(source, targets, places)
        "B7-one-to-many：迁出账号 {source} 对应了 {targets}（{places}）"
        "B7-one-to-many: source account {source} is mapped to {targets} ({places})",
    many_to_one(target, sources, places)
        "B6-many-to-one：迁入账号 {target} 对应了 {sources}（{places}）"
        "B6-many-to-one: target account {target} is mapped from {sources} ({places})",
    contradictory(source, places)
        "B5-contradiction：迁出账号 {source} 的预评估既通过又不通过（{places}）"
        "B5-contradiction: source account {source} both passes and fails the assessment ({places})",

    // Formats.
    nothing_known(what, looked_for) "{what}\n  {looked_for}" "{what}\n  {looked_for}",
    or_underscore(remedy) "{remedy}；或让文件名以 `_` 开头" "{remedy}; or start its name with `_`",
    looked_for_answers(endpoints) "可识别的接口应答：{endpoints}" "looked for answers of {endpoints}",
    looked_for_tables(tables) "可识别的表及其表头：{tables}" "looked for tables with the headers of {tables}",
    looked_for_both(answers, tables) "{answers}\n  {tables}" "{answers}\n  {tables}",
    JSON_AMONG_LISTS "这里应是名单，却是 JSON" "JSON instead of a list",
    JSON_AMONG_LISTS_REMEDY "接口应答应放入导出的文件夹" "put answers of the service into the folder of a snapshot",
    PACKED_PARQUET "压缩文件中的 Parquet" "Parquet in a compressed file",
    PACKED_PARQUET_REMEDY "先解压：Parquet 自身已压缩" "decompress it: Parquet is compressed already",
    PACKED_ZIP "压缩文件中的工作簿或 zip 压缩包" "a workbook or zip archive in a compressed file",
    UNPACK "先解压" "decompress it",
    OLD_WORKBOOK "旧的 .xls 工作簿，或带密码的工作簿" "a workbook in the old .xls format, or with a password",
    ENCRYPTED_WORKBOOK "带密码的工作簿" "an encrypted workbook, with a password",
    WEB_PAGE "网页（HTML），即使文件名以 .xls 结尾" "a web page (HTML), even if its name ends in .xls",
    WEB_PAGE_REMEDY
        "若是接口出错的页面，请重新获取；若是保存的表格，用 Excel 打开后另存为 XLSX，或 UTF-8 的 CSV"
        "fetch it again, if it is the error page of a server; open it in Excel and save it as XLSX, or as CSV in \
            UTF-8, if it is a table",
    XML_WORKBOOK "XML 格式的工作簿或其他 XML" "XML, such as a workbook saved as XML",
    SAVE_AS_SHEET
        "用 Excel 打开后另存为 XLSX，或 UTF-8 的 CSV，不设密码"
        "open it in Excel and save it as XLSX, or as CSV in UTF-8, without a password",
    PDF "PDF 文件" "a PDF",
    EXPORT_AS_DATA "改为导出 JSON、CSV 或 Parquet" "export the data as JSON, CSV or Parquet",
    PYTHON "Python 的写法，而不是 JSON" "objects as Python shows them, not JSON",
    PYTHON_REMEDY "用 `json.dumps` 写出" "write them with `json.dumps`",
    PHP "PHP 的写法，而不是 JSON" "values as PHP shows them, not JSON",
    PHP_REMEDY "用 `json_encode` 写出" "write them with `json_encode`",
    SQL "SQL 语句，例如数据库的转储" "SQL, such as the dump of a database",
    LFS_POINTER "Git LFS 的指针，而不是文件本身" "a pointer of Git LFS, not the file itself",
    LFS_POINTER_REMEDY "用 `git lfs pull` 取回文件" "fetch the file with `git lfs pull`",
    PACKED_TWICE "压缩了两次" "compressed twice",
    UNPACK_ONCE "解压一次" "decompress it once",
    BZIP2 "用 bzip2 压缩" "compressed with bzip2",
    XZ "用 xz 压缩" "compressed with xz",
    REPACK "先解压，或改用 gzip 或 zstd 压缩" "decompress it, or compress it with gzip or zstd",
    TAR "tar 归档" "a tar archive",
    RAR "RAR 压缩包" "a RAR archive",
    SEVEN_ZIP "7z 压缩包" "a 7z archive",
    SQLITE "SQLite 数据库" "a SQLite database",
    AVRO "Avro 文件" "an Avro file",
    ORC "ORC 文件" "an ORC file",
    ARROW_FILE "Arrow IPC（Feather）文件" "an Arrow IPC (Feather) file",
    YAML "YAML，而不是 JSON 或表" "YAML, neither JSON nor a table",
    UNPACK_TAR "解压到此文件夹" "unpack it into the folder",
    BINARY "二进制数据" "binary data",
    BINARY_REMEDY "改为导出 JSON、CSV、XLSX 或 Parquet" "export the data as JSON, CSV, XLSX or Parquet",
    EMPTY "空文件" "empty",
    EMPTY_REMEDY "重新导出，或移走它" "export it again, or remove it",
    SAVE_AS_UTF8 "另存为 UTF-8" "save it in UTF-8",

    // Compressed files.
    unpacks_too_far(format, fold)
        "{format} 数据解压后超过其大小的 {fold} 倍，任何导出都不会如此"
        "the {format} data expands to more than {fold} times its size, which no export does",
    UNPACKS_TOO_FAR_REMEDY
        "它可能是恶意构造的压缩炸弹，或者不是导出；如果确信没有问题，请自行解压后放入"
        "it is a zip bomb, or not an export; if you trust it, decompress it and use the result",
    packed_badly(format, error) "{format} 数据不完整或已损坏（{error}）" "the {format} data is cut off or damaged ({error})",
    packed_badly_remedy(format)
        "重新复制或导出；`{format} -t` 可检查文件是否完整"
        "copy or export the file again; `{format} -t` checks whether it is complete",
}
