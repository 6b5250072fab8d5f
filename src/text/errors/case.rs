//! Errors of case.toml, `--set` and `qianhe init`.

use crate::text::phrases;

phrases! {
    in CASE;

    // The file.
    NO_CASE_FILE "没有这个文件" "there is no such file",
    NO_CASE_FILE_REMEDY
        "指定案例的文件夹或其中的 case.toml；用 `qianhe init DIR` 可新建一个"
        "name the folder of a case or its case.toml; `qianhe init DIR` writes a new one",
    too_large_a_case(bytes) "超过 {bytes} 字节，不会是案例文件" "is larger than {bytes} bytes, which no case file is",
    TOO_LARGE_A_CASE_REMEDY
        "检查指定的是否是 case.toml；数据应放在导出文件和名单中"
        "check that it is a case.toml; data belongs into exports and lists",
    NOT_UTF8 "文件不是 UTF-8 编码" "the file is not UTF-8",
    NOT_UTF8_REMEDY "另存为 UTF-8" "save it as UTF-8",
    not_toml(error) "不是有效的 TOML：{error}" "not valid TOML: {error}",
    NOT_TOML_REMEDY
        "文本和金额要写在英文引号里（\"0.80\"，不是“0.80”），每个键只写一次，时间写成 2026-05-01T00:00:00+08:00，日期写成 2026-03-10"
        "write each key once, text and money in straight quotes (\"0.80\"), times as 2026-05-01T00:00:00+08:00, dates \
         as 2026-03-10",
    CASE_IS_THERE "这里已有案例，未作改动" "there is a case already, which was not changed",
    CASE_IS_THERE_REMEDY "直接编辑它，或换一个文件夹" "edit it, or choose another folder",

    // Keys.
    IS_MISSING "缺少此项" "is missing",
    add(key, example) "加上 `{key} = {example}`" "add `{key} = {example}`",
    add_to(section, key, example) "在 {section} 中加上 `{key} = {example}`" "add `{key} = {example}` to {section}",
    unknown_key(key) "未知的键 `{key}`" "unknown key `{key}`",
    known_at_the_top(keys) "文件顶层可用的键：{keys}" "keys at the top of the file: {keys}",
    known_in(section, keys) "{section} 中可用的键：{keys}" "keys of {section}: {keys}",
    section(name) "[{name}]" "[{name}]",
    nth_table(name, number) "第 {number} 个 [[{name}]]" "[[{name}]] number {number}",

    // Types of values.
    is_but_has_to_be(found, wanted) "是{found}，应为{wanted}" "is {found}, but has to be {wanted}",
    write(wanted) "写成{wanted}" "write {wanted}",
    A_TEXT "文本" "text",
    A_WHOLE_NUMBER "整数" "a whole number",
    A_FRACTION "小数" "a decimal number",
    A_NUMBER "数字" "a number",
    A_FLAG "布尔值" "a boolean",
    A_DATE_OR_TIME "日期或时间" "a date or a time",
    A_DATE "日期" "a date",
    A_TIME "时间" "a time",
    A_LIST "列表" "a list",
    A_TABLE "表" "a table",
    MONEY "写在引号里的金额" "money as a decimal number in quotes",
    TEXTS "文本的列表，例如 [\"zhangsan\"]" "a list of texts, e.g. [\"zhangsan\"]",
    tables(key) "表的列表，每个以 [[{key}]] 开头" "a list of tables, each under [[{key}]]",
    QUOTE_IT "写在引号里" "put it in quotes",
    on_lines_below(section) "把它的键逐行写在 [{section}] 之下" "put its keys on lines of their own below [{section}]",

    // Values.
    IS_EMPTY "为空" "is empty",
    IS_EMPTY_REMEDY "写上文本，或删去这一行" "write a value, or delete the line",
    not_an_id(typed) "`{typed}` 不能用作 id" "`{typed}` is not an id",
    ID_REMEDY "只用字母、数字、`-`、`_` 和 `.`，例如 \"acme-2026\"" "use only letters, digits, `-`, `_` and `.`, e.g. \"acme-2026\"",
    not_a_word(typed) "`{typed}` 不是可用的值" "`{typed}` is not one of its values",
    one_of(words) "写成其中之一：{words}" "write one of {words}",
    whole_number_remedy(least)
        "写不小于 {least} 的整数，不加引号，例如 20000"
        "write a whole number of at least {least}, without quotes, e.g. 20000",
    OUT_OF_RANGE "超出范围" "is out of range",
    NOT_A_SHARE "不在 0 到 1 之间" "is not between 0 and 1",
    SHARE_REMEDY "写 0 到 1 之间的数字，不加引号，例如 0.05" "write a number from 0 to 1, without quotes, e.g. 0.05",
    not_money(typed) "`{typed}` 不是金额" "`{typed}` is not an amount of money",
    too_many_decimals(typed, decimals) "`{typed}` 的小数超过 {decimals} 位" "`{typed}` has more than {decimals} decimals",
    too_much_money(typed) "`{typed}` 超出报表能容纳的金额" "`{typed}` is too large for the reports",
    money_remedy(decimals, example)
        "把数字写在引号里，小数最多 {decimals} 位，不加千分位，例如 \"{example}\""
        "write the digits in quotes, with at most {decimals} decimals and no separators, e.g. \"{example}\"",
    not_a_currency(typed) "`{typed}` 不是币种" "`{typed}` is not a currency",
    CURRENCY_REMEDY "写三个大写字母，例如 \"CNY\"" "write three capital letters, e.g. \"CNY\"",
    not_a_time_zone(typed) "`{typed}` 不是时区" "`{typed}` is not a time zone",
    TIME_ZONE_REMEDY "写 IANA 时区名，例如北京时间为 \"Asia/Shanghai\"" "write an IANA name, e.g. \"Asia/Shanghai\"",
    is_not(typed, wanted) "`{typed}` 不是有效的{wanted}" "`{typed}` is not {wanted}",
    more_than_a_date(typed) "`{typed}` 不只是日期" "`{typed}` is not only a date",
    DATE_REMEDY "写成 2026-03-10 这样的日期" "write a date such as 2026-03-10",
    not_a_moment(typed) "`{typed}` 不是有效的时刻" "`{typed}` is not a valid time",
    TIME_REMEDY
        "写成 2026-05-01T00:00:00+08:00 这样的时间；不带时差的按 case.timezone 计"
        "write a time such as 2026-05-01T00:00:00+08:00; without an offset it is in case.timezone",
    skipped_time(time, zone)
        "{zone} 没有 {time} 这个时刻：时钟拨快时跳过了它"
        "{time} does not exist in {zone}: the clocks were set forward",
    repeated_time(time, zone) "{zone} 有两个 {time}：时钟曾往回拨" "{time} occurred twice in {zone}: the clocks were set back",
    repeated_time_remedy(before, after) "写明是哪一个时差：{before} 或 {after}" "add the offset: {before} or {after}",

    // Consistency.
    END_BEFORE_START "结束时间不晚于开始时间" "the end is not after the start",
    END_BEFORE_START_REMEDY
        "migration.finished_at 应晚于 migration.started_at"
        "make migration.finished_at later than migration.started_at",
    paid_otherwise(paid_in, agreed)
        "付款币种是 {paid_in}，而合同币种是 {agreed}"
        "was paid in {paid_in}, but the contract is in {agreed}",
    paid_otherwise_remedy(agreed)
        "按入账的 {agreed} 金额填写，或更正 contract.currency"
        "write the amount in {agreed}, as it was credited, or correct contract.currency",
    id_twice(id) "id `{id}` 与前面的一项相同" "`{id}` is also the id of an earlier entry",
    ID_TWICE_REMEDY "每一项用各自的 id" "give each entry a unique id",
    no_payment(id) "没有付款 `{id}`" "there is no payment `{id}`",
    no_payment_remedy(known)
        "写 [[contract.payments]] 中一笔付款的 id：{known}"
        "name the id of one of [[contract.payments]]: {known}",
    NONE "无" "none",
    no_finding(code) "没有代码为 `{code}` 的发现" "no finding has the code `{code}`",
    NO_FINDING_REMEDY "用 `qianhe rules` 可列出全部代码" "`qianhe rules` lists all codes",
    BILL_TOO_LARGE "账单中有金额超出报表能容纳的范围" "an amount of the bill is too large for the reports",
    BILL_TOO_LARGE_REMEDY
        "检查 relations、unit_price 和各笔付款：金额的整数部分最多 16 位"
        "check relations, unit_price and the payments: amounts have at most 16 digits before the point",

    // --set
    not_key_value(typed) "`--set {typed}` 不是 key=value 的形式" "`--set {typed}` is not of the form key=value",
    NOT_KEY_VALUE_REMEDY
        "例如 `--set migration.started_at=2026-05-01T00:00:00+08:00`"
        "for example `--set migration.started_at=2026-05-01T00:00:00+08:00`",
    inside(part, kind) "`{part}` 的上一级是{kind}，不能含有别的键" "`{part}` would be inside {kind}",
    not_by_number(part)
        "列表中的项按从 0 开始的序号指定，不能写 `{part}`"
        "a list is addressed by number, counted from 0, not by `{part}`",
    no_item(index, count) "列表只有 {count} 项，没有序号 {index}" "there is no item {index} in a list of {count}",
    too_many_parts_of_key(parts, most)
        "键有 {parts} 级，而案例文件的键最多 {most} 级"
        "the key has {parts} parts; one of a case has at most {most}",
    SET_REMEDY
        "写 case.toml 的键，例如 `--set contract.payments.0.paid_on=2026-03-10`"
        "name a key of case.toml, e.g. `--set contract.payments.0.paid_on=2026-03-10`",
}
