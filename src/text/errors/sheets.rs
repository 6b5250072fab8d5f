//! Errors of tables: sheets in CSV, TSV and XLSX, and Parquet.

use crate::text::phrases;

phrases! {
    in SHEETS;

    // Recognising the table.
    no_known_table(looked_for) "不是已知的表\n  {looked_for}" "not a known table\n  {looked_for}",
    NO_KNOWN_TABLE_REMEDY
        "给各列写上这些表头（表格中在前 20 行内），或移走此文件，或让文件名以 `_` 开头"
        "give the columns these headers (in a sheet, in one of the first 20 rows), or remove the file, or start its \
            name with `_`",
    MISDECODED_REMEDY
        "表头是以错误的编码读出的中文，下面的客户名称同样已损坏：不要只改表头，请以 UTF-8 重新导出"
        "the headers are Chinese that was read in the wrong encoding, and so are the names below them: do not \
            correct the headers only, but export again in UTF-8",
    OTHER_DELIMITER_REMEDY
        "各列之间不是逗号、制表符或分号：改为导出 CSV、TSV 或 XLSX"
        "what separates the cells is no comma, tab or semicolon: export as CSV, TSV or XLSX",
    JSON_IN_TEXT "接口应答混在其他文字中" "answers of the service with other text around them",
    JSON_IN_TEXT_REMEDY
        "只保留 JSON：去掉每个应答前后的文字（HTTP 头、日志的时间等），应答本身保持不变"
        "keep the JSON alone: remove what stands around each answer (headers of HTTP, times of a log), and leave the \
            answers unchanged",
    is_a_list(list) "这是{list}：移到 lists/ 文件夹" "move it to lists/: its headers are those of the {list}",
    IS_A_SNAPSHOT
        "移到所属快照的文件夹：表头是快照的表，不是名单"
        "move it into the folder of its snapshot: its headers are those of a table of snapshots, not of a list",
    several_tables(tables, looked_for)
        "表头同时符合多种表：{tables}\n  {looked_for}"
        "the headers match several tables equally well: {tables}\n  {looked_for}",
    SEVERAL_TABLES_REMEDY "一个文件只放一种表，并尽量带上它的全部列" "put one table into a file, with all of its columns",
    column_twice(column, table, first, second)
        "表头 `{first}` 和 `{second}` 都可能是 {table} 的列 `{column}`"
        "the headers `{first}` and `{second}` could both be the column `{column}` of {table}",
    map_column(lines)
        "在 case.toml 中写明是哪一个，或只保留其中一个：\n    {lines}"
        "map one of them in case.toml, or keep only one:\n    {lines}",
    column_unsure(column, table, header)
        "表头 `{header}` 可能就是{table}的 `{column}` 列，而这一列会改变结论"
        "the header `{header}` may be the column `{column}` of the {table}, which changes the outcome",
    map_or_rename(lines)
        "如果是，改为该列的表头，或在 case.toml 中写明；如果不是，改成别的表头：\n    {lines}"
        "if it is, give it that header, or map it in case.toml; if it is not, give it another header:\n    {lines}",
    tables_beside(left, right)
        "两个表左右并排：{left}、{right}"
        "two tables beside one another: {left}, {right}",
    KEEP_ONE_COLUMN "只保留其中一列，或改掉另一列的表头" "keep only one of the columns, or give the other one another header",
    map_columns(lines)
        "在 case.toml 中写明哪个表头是哪一列（账号和 ID 必须是企业微信的，而不是数据库自己的编号）：\n    {lines}"
        "map the headers to columns in case.toml (accounts and ids have to be those of WeCom, not numbers of a \
            database):\n    {lines}",
    map_columns_partly(lines)
        "在 case.toml 中写明哪个表头是哪一列，把 `?` 换成存有该列的表头：\n    {lines}"
        "map the headers to columns in case.toml, with the header that holds it in place of `?`:\n    {lines}",
    TRANSFERS_REMEDY
        "这是企业内部的客户转接记录（D2），与迁移无关：移走此文件，或让文件名以 `_` 开头"
        "these are transfers inside the corp (D2), of no use here: remove the file, or start its name with `_`",
    no_such_header(header) "没有一个表含有表头 `{header}` 的这一列" "no table has this column under the header `{header}`",
    NO_SUCH_HEADER_REMEDY "写上文件中的表头，或删去这一行" "write a header of the files, or delete the line",
    table_wanted(table, columns) "{table}（{columns}）" "{table} ({columns})",
    CONSOLE_GROUPS "后台导出的客户群" "console groups",

    // Tables and lists with unreadable rows.
    nothing_readable(rows, reasons)
        "{rows} 行全部无法读取：\n    {reasons}"
        "none of its {rows} rows can be read:\n    {reasons}",
    summary(rows)
        "这个表 {rows} 行的客户ID 都是短数字，而快照的其他表中是企业微信的 ID（如 wm…）"
        "the customer ids of its {rows} rows are short numbers, unlike those of other tables of the snapshot, which \
            the service made (wm...)",
    SUMMARY_REMEDY
        "如果是汇总（如数据透视表），删去这个工作表，或移走文件，或让文件名以 `_` 开头；如果是客户，导出企业微信的客户ID"
        "if it is a summary, such as a pivot table, delete its sheet, or remove the file, or start its name with `_`; \
            if its rows are customers, export their ids of WeCom",
    CORRECT_AND_EXPORT_AGAIN
        "按各行所示修正后重新导出" "correct it as the rows above say, and export it again",
    list_unreadable(count, rows)
        "有 {count} 处无法读取：\n    {rows}"
        "unreadable rows or cells ({count}):\n    {rows}",
    and_more(more) "（另有 {more} 处）" "(and {more} more)",
    null_word_account(place, column, word)
        "{place}，{column}：{word} 表示“无”，也没有任何导出或花名册含有这个账号"
        "{place}, {column}: {word} is a word for no value, and no export or roster names such a member",
    exchanged_accounts(pairs)
        "迁出账号在迁出企业的导出中没有客户关系，迁入账号却在其中有：\n    {pairs}"
        "the source account has no relations in the exports of the source corp, and the target account has \
            some there:\n    {pairs}",
    exchanged_pair(source, target) "{source} → {target}" "{source} -> {target}",
    EXCHANGED_ACCOUNTS_REMEDY
        "对调这些行的两个账号：`source_userid`（迁出账号）是迁出企业的账号，`target_userid`（迁入账号）是迁入企业的账号；若名单无误，请检查导出是否放错了文件夹"
        "exchange the two accounts of these rows: `source_userid` is of the source corp, `target_userid` of the target \
            corp; if the list is right, check that the exports are in the right folders",
    lost_zeros(accounts)
        "账号清单与导出只差前导零，其中一个被表格软件当成了数字：\n    {accounts}"
        "accounts of the list differ from members of the exports in leading zeros only; a spreadsheet took one of them \
            for a number:\n    {accounts}",
    lost_zeros_account(column, userid, other)
        "{column} {userid}：导出中没有其客户关系，却有 {other} 的"
        "{column} {userid}: the exports hold no relations of it, but some of {other}",
    LOST_ZEROS_REMEDY
        "重新导出，或更正名单；在 Excel 中打开 CSV 之前，先把账号列设为文本格式；若确是两个成员，请把该企业的成员名单放入其导出"
        "export again, or correct the list; before Excel opens a CSV, its column of accounts has to be text; if they \
            are two members, put the roster of their corp into its exports",
    CORRECT_LIST
        "逐一修正后再运行：名单的每一行都影响审计结果"
        "correct each of them and run again: every row of a list counts",

    // CSV and TSV.
    MISQUOTED_HEADER "表头行中有多余的引号，其后的数据行可能被并入表头" "a stray quote in the header row: rows of data may be inside it",
    SECOND_HEADER
        "又一个表头，列与第一个表头不同：其下各行会被读入错误的列"
        "a second header, of other columns than the first: the rows below it would be read into the wrong columns",
    ONE_TABLE_EACH
        "每张表各存一个文件（或工作簿中各占一张工作表）；拼接的导出文件请拆开"
        "put each table into a file, or a sheet of the workbook, of its own; take apart exports that were concatenated",
    TWO_ROW_ENDS "表头行中有单独的回车符：文件混用了两种换行" "a carriage return inside the header row: the file mixes two line endings",
    too_many_columns(columns, most)
        "一行有 {columns} 列，而表最多 {most} 列"
        "a row of {columns} columns; a sheet has at most {most}",
    endless_first_row(bytes)
        "第一行在 {bytes} 字节内没有结束，或其中的引号没有闭合"
        "the first row does not end within {bytes} bytes, or a quote that it opens is never closed",
    WHAT_WROTE_IT "检查文件是由什么程序写出的；如果不是导出，请移走" "check what wrote the file; remove it if it is not an export",
    OPEN_QUOTE "这一行的引号没有闭合" "a quote is opened in this row and never closed",
    OPEN_QUOTE_REMEDY "补上引号；引号内的引号要写两遍" "close the quote; double the quotes inside a quoted cell",
    long_row_of_text(bytes)
        "这一行超过 {bytes} 字节：引号没有闭合，或者根本不是表中的行"
        "the row is longer than {bytes} bytes: a quote in it is never closed, or it is not a row of a sheet",
    LONG_ROW_OF_TEXT_REMEDY "补上引号；检查文件是由什么程序写出的" "close the quote; check what wrote the file",
    foreign_text(encoding)
        "文本似乎是 {encoding} 编码；只支持 UTF-8、UTF-16 和 GB18030"
        "text in {encoding}, it seems; texts are read in UTF-8, UTF-16 and GB18030",
    SAVE_CSV_AGAIN
        "另存为 UTF-8 的 CSV（Excel 中选“另存为”，类型选“CSV UTF-8”）"
        "save it as CSV in UTF-8 (in Excel: Save as, CSV UTF-8)",

    // Workbooks.
    NO_WORKBOOK "zip 压缩包中没有 XLSX 工作簿" "a zip archive without an XLSX workbook",
    OPEN_DOCUMENT "OpenDocument 文件（.ods）" "an OpenDocument file (.ods)",
    BINARY_WORKBOOK "二进制工作簿（.xlsb）" "a binary workbook (.xlsb)",
    NUMBERS "Apple Numbers 文件" "an Apple Numbers file",
    NO_WORKBOOK_REMEDY "另存为 XLSX，或把压缩包解压到此文件夹" "save it as XLSX, or unpack the archive into the folder",
    WORKBOOK_CUT_OFF "工作簿不完整或已损坏" "the workbook is cut off or damaged",
    workbook_cut_off(error) "工作簿不完整或已损坏（{error}）" "the workbook is cut off or damaged ({error})",
    COPY_AGAIN "重新复制，或用 Excel 打开后另存" "copy it again, or open it in Excel and save it again",
    COPY_AGAIN_AS_XLSX
        "重新复制，或用 Excel 打开后另存为不带密码的 XLSX"
        "copy it again, or open it in Excel and save it again as XLSX, without a password",
    SAVE_AGAIN_AS_XLSX "用 Excel 打开后另存为不带密码的 XLSX" "open it in Excel and save it again as XLSX, without a password",
    HAS_PASSWORD "工作簿带有密码" "the workbook has a password",
    DAMAGED_WORKBOOK "工作簿已损坏，或不是由 Excel 或管理后台写出的" "the workbook is damaged, or was not written by Excel or the console",
    workbook_unreadable(error) "无法读取：{error}" "cannot read it: {error}",
    too_many_parts(parts, most) "它有 {parts} 个部件，而工作簿最多 {most} 个" "it has {parts} parts; a workbook has at most {most}",
    part_too_large(fold, most)
        "它解压后超过其大小的 {fold} 倍，或超过 {most} 字节"
        "it expands to more than {fold} times its size, or to more than {most} bytes",
    LONG_MARKUP "它的一段标记比任何单元格都长" "a piece of its markup is longer than any cell",
    NOT_IN_A_SHEET "它指向表中不可能有的单元格或行" "it refers to a cell or row outside any sheet",
    TOO_MANY_TEXTS "它的文本或合并单元格多于任何工作簿" "it has more texts or merged cells than any workbook",
    FOREIGN_MARKUP "它的标记不是 UTF-8 编码" "its markup is not in UTF-8",
    TOO_LARGE_REMEDY
        "它已损坏，或是恶意构造的；如果确信没有问题，请用 Excel 打开后另存，或存为 UTF-8 的 CSV"
        "it is damaged or malicious; if you trust it, open it in Excel and save it again, or as CSV in UTF-8",
    long_row(bytes) "这一行超过 {bytes} 字节" "the row is longer than {bytes} bytes",
    LONG_ROW_REMEDY "检查文件是由什么程序写出的" "check what wrote the file",
    OUT_OF_ORDER "单元格没有按顺序排列" "its cells are out of order",
    OUT_OF_ORDER_REMEDY "用 Excel 打开此工作簿后另存" "open the workbook in Excel and save it again",

    // Parquet.
    schema_too_deep(most) "列的嵌套超过 {most} 层" "its columns nest deeper than {most} levels",
    SCHEMA_TOO_LARGE "列太多，或列名太长" "it has too many columns, or names of columns are too long",
    page_too_large(most) "其中一页超过 {most} 字节" "one of its pages is larger than {most} bytes",
    TOO_LARGE_A_PARQUET_REMEDY
        "它已损坏，或是恶意构造的；如果确信没有问题，请另存为普通的表（每个值一列、不嵌套），或存为 UTF-8 的 CSV"
        "it is damaged or malicious; if you trust it, write it again as a plain table, without nesting, or as CSV in \
            UTF-8",
    parquet_cut_off(error) "Parquet 不完整或已损坏（{error}）" "the Parquet is cut off or damaged ({error})",
    PARQUET_CUT_OFF_REMEDY "重新复制，或重新写出此文件" "copy or write the file again",
    unknown_codec(codec) "用 {codec} 压缩，本程序不支持" "compressed with {codec}, which is not supported",
    UNKNOWN_CODEC_REMEDY
        "改用 zstd、snappy、gzip、lz4 重新写出，或不压缩"
        "write the file again with zstd, snappy, gzip or lz4, or uncompressed",
    nested_columns(columns)
        "表的列嵌套在其他列之内：{columns}"
        "columns of the table are nested inside others: {columns}",
    NESTED_COLUMNS_REMEDY
        "展开为单独的列，每个成员一行，列名如 `external_contact.external_userid`、`follow_info.userid`"
        "write each as a column of its own, a row for each member, with names such as \
            `external_contact.external_userid` and `follow_info.userid`",
    ENCRYPTED_PARQUET "加密的 Parquet" "encrypted Parquet",
    ENCRYPTED_PARQUET_REMEDY "不加密重新写出" "write it again without encryption",
}
