//! Sentences that stand in rows of reports in English, as people read them in Chinese: lines of the bill, why and
//! where something could not be read, what an export says about itself, control totals. Reports hold the English, by
//! which a row is the same in either language; page, workbook and screens translate it.

use std::borrow::Cow;

use super::errors::JSON;
use super::{Lang, Message, Text, Vocabulary};
use crate::schema::{Column, fields};

/// The columns of reports whose sentences page and workbook translate. Places are translated on screens and in errors.
pub const COLUMNS: &[&Column] = &[
    &fields::BILL_LINE,
    &fields::BASIS,
    &fields::PLACE,
    &fields::REJECT_REASON,
    &fields::DETAIL,
    &fields::CONTROL_NAME,
];

macro_rules! sentences {
    ($($en:literal $zh:literal,)+) => {
        /// The sentences; what differs from row to row stands in braces.
        pub const SENTENCES: &[Text] = &[$(Text { zh: $zh, en: $en },)+];
    };
}

sentences! {
    // The lines of the bill.
    "contract" "合同",
    "participating" "参与迁移",
    "drift" "变动",
    "tolerance" "允许变动",
    "excess" "超出部分",
    "surcharge" "附加费",
    "payable" "应付",
    "paid" "已付",
    "balance" "差额",
    "delivered" "交付",
    "payment {id}" "付款 {id}",
    "outcome {outcome}" "结果：{outcome}",
    // How they are calculated.
    "contracted relations at the unit price" "合同约定的客户关系数 × 单价",
    "relations in scope" "应迁移的客户关系",
    "participating - contract" "参与迁移 − 合同",
    "the smaller of 5 % of the contract, rounded down, and 10,000 (B11)"
        "合同数的 5 %（向下取整）与 10,000 中较小者（B11）",
    "drift - tolerance where the drift is above it, else 0" "变动超出允许范围时为变动 − 允许变动，否则为 0",
    "above-tolerance: the excess at the surcharge's unit price" "above-tolerance：超出部分 × 附加费单价",
    "above-contract: once above the tolerance, the whole drift at the surcharge's unit price"
        "above-contract：一旦超出允许变动，全部变动 × 附加费单价",
    "contract + surcharge" "合同 + 附加费",
    "paid on {day} for the {covered}" "{day} 支付，用于{covered}",
    "all payments" "全部付款",
    "payable - paid; negative where too much was paid" "应付 − 已付；多付时为负",
    "migrated + already_at_target, at the unit price; to be set beside the quantity of payable"
        "（已迁移 + 原已存在）× 单价；与应付的数量对照",
    "relations with that outcome at the unit price; not in scope, so not billed"
        "该结果的客户关系数 × 单价；不在范围内，不计费",
    "relations with that outcome at the unit price" "该结果的客户关系数 × 单价",

    // Why something could not be read.
    "absent, but may be a damaged key of its object" "缺少，但可能是所在对象中损坏的键",
    "a duration or a time of day, not a date: format the cell as a date or as text"
        "是时长或一天中的时刻，不是日期：把单元格设为日期或文本格式",
    "a decimal number in an id column: format the column as text and export again"
        "ID 列中的小数：把该列设为文本格式后重新导出",
    "a number above 2^53 in an id column, which software may have rounded: export the id as text"
        "ID 列中大于 2^53 的数字，可能已被软件舍入：把 ID 作为文本导出",
    "a date in an id column, converted from the id by a spreadsheet or library: format the column as text and export \
     again"
        "ID 列中的日期，由电子表格或程序库转换而成：把该列设为文本格式后重新导出",
    "a boolean in an id column: export the id as text" "ID 列中的布尔值：把 ID 作为文本导出",
    "not text, in an id column" "ID 列中不是文本",
    "an id with full-width characters or a long dash: write them in half width, as `-`"
        "ID 中有全角字符或长横线：请改为半角，横线写成 `-`",
    "an id with an invisible character inside: remove it" "ID 中间有不可见字符：请去掉",
    "an id that was masked or cut off (`*`, `...`): export it whole" "ID 被脱敏或截断（`*`、`...`）：请导出完整的 ID",
    "a name that was decoded in a wrong encoding or left in escapes (such as &#26519;): export again as UTF-8"
        "名称是乱码或没有还原的转义（如 &#26519;）：请以 UTF-8 重新导出",
    "several ids in one cell, or brackets around one: write each id into a row of its own"
        "一个单元格里有多个 ID，或 ID 外有括号：请每行只写一个 ID",
    "an id with a name beside it in brackets: export the id alone" "ID 旁边的括号里还有姓名：请只导出 ID",
    "an id with damaged characters (shown as U+FFFD): export again as UTF-8"
        "ID 中有损坏的字符（显示为 U+FFFD）：用 UTF-8 重新导出",
    "a number with rounded digits (15 digits or more, or an exponent): format the column as text and export again"
        "数字已被舍入（15 位及以上，或指数形式）：把该列设为文本格式后重新导出",
    "not a time: use 2026-04-30 22:00:00, RFC 3339 or unix seconds"
        "不是时间：写成 2026-04-30 22:00:00、RFC 3339 或 Unix 秒数",
    "not a whole number" "不是整数",
    "not a whole number of 0 or more" "不是 0 或以上的整数",
    "not a boolean: use true/false, 1/0, yes/no or 是/否" "不是布尔值：写 true/false、1/0、yes/no 或 是/否",
    "not one of the values of this column" "不是该列可用的值",
    "neither pass nor fail, nor empty" "既不是“通过”（pass）也不是“不通过”（fail），又不是空的",
    "not a list of texts" "不是文本列表",
    "not a list of ids: separate ids with commas" "不是 ID 列表：请用逗号分隔各个 ID",
    "a formula without its result: open the workbook in Excel or WPS, save it, and use that"
        "公式没有保存结果：用 Excel 或 WPS 打开该工作簿，保存后再使用",
    "a spreadsheet error (such as #REF!): correct the cell" "电子表格的错误值（如 #REF!）：请更正该单元格",
    "damaged characters (shown as U+FFFD): export again as UTF-8"
        "有损坏的字符（显示为 U+FFFD）：用 UTF-8 重新导出",
    "no header of this column, and one with damaged characters: export again as UTF-8"
        "没有该列的表头，另有一个表头的字符已损坏：用 UTF-8 重新导出",
    "no input has such a column" "没有输入含有该列",
    "a time outside 2010 to 2100" "时间不在 2010 至 2100 年之间",
    "not text, in a name column, but a number, date or boolean: format the column as text and export again"
        "名称列中不是文本，而是数字、日期或布尔值：把该列设为文本格式后重新导出",
    "a list or an object in a text column" "文本列中是列表或对象",
    "absent or empty, but required" "必需的内容缺少或为空",
    "absent, and the request does not name exactly one account (old dumps leave the userid out)"
        "缺少，而请求中也不是恰好一个账号（旧导出不含 userid）",
    "cells beside their columns: a cell was deleted from the row, or inserted into it"
        "单元格与表头错位：该行有单元格被删除或插入",
    "the last row lacks cells or the end of the last one, and no line end follows it: the export was cut off; \
     if it is whole, add a line end"
        "最后一行缺少单元格或最后一格不完整，且末尾没有换行：导出文件被截断；若该行完整，请在末尾加一个换行",
    "a row above the header that looks like a record: move the header to the top"
        "表头上方有一行像是记录：把表头移到最上面",
    "not an array, or under another key" "不是数组，或在别的键下",
    "an object, where a userid belongs" "应为成员账号，却是对象",
    "an object, where an id belongs" "应为 ID，却是对象",
    "empty, where an id belongs" "应为 ID，却是空的",
    "text after a closing quote: double the quotes inside a quoted cell" "结束引号之后还有文字：单元格内的引号要写成两个",
    "several rows in one cell: an unclosed quote, or one inside a cell that is not doubled"
        "一个单元格里有多行：引号没有结束，或单元格内的引号没有写成两个",
    "a line break in an unquoted cell seems to have torn this row: quote cells, or take line breaks out of them"
        "这一行似乎被未加引号的单元格中的换行断开：给单元格加引号，或去掉其中的换行",
    "more cells than the header: an unquoted delimiter or a stray quote" "单元格比表头多：有未加引号的分隔符，或多余的引号",
    "one cell more than the header, and the first is the number of the row: give that column a header, or leave it out"
        "单元格比表头多一个，且第一个是行号：请给该列加上表头，或不导出行号",
    "an id with a stray quote inside" "ID 中有多余的引号",
    "a hidden sheet with the header of a table, which is not read: unhide or delete it"
        "隐藏的工作表，表头是已知的表，没有读取：请取消隐藏或删除",
    "a sheet without a header, as wide as a table of the workbook, which is not read: add the header, or move it to \
     another workbook"
        "没有表头的工作表，与工作簿中的表一样宽，没有读取：请补上表头，或移到另一个工作簿",
    "a date such as 5/2/2026 in a column that does not show which part is the day: use 2026-05-02"
        "像 5/2/2026 这样的日期，该列看不出哪一部分是日：请写成 2026-05-02",
    "a date in which the spreadsheet may have exchanged day and month, for it left others of the column as texts: \
     export again, with dates like 2026-05-02"
        "电子表格可能颠倒了日和月的日期（该列另有日期仍是文本）：请以 2026-05-02 的形式重新导出",

    // Why it was passed over.
    "row of totals" "合计行",
    "row of types" "字段类型行",
    "row of a template" "模板的必填说明行",
    "line of dashes" "分隔线",
    "note below a table" "表下的说明",
    "repeated header" "重复的表头",
    "contact of a group, without a member" "客户群中的联系人，没有添加的成员",
    "row of a map without its target" "没有迁入 ID 的对照行",
    "sheet without a known table `{sheet}`" "没有可识别的表的工作表“{sheet}”",
    "error answers (errcode {code})" "报错的应答（errcode {code}）",
    "error answers without envelope (errcode {code})" "没有信封的报错应答（errcode {code}）",
    "externalcontact/get without a follower" "externalcontact/get 的应答没有跟进的成员",
    "bare externalcontact/list cannot be tied to a member" "没有信封的 externalcontact/list 无法归属到成员",
    "contact_list: rows by group, without a relation" "contact_list 按客户群列出的行，不是客户关系",
    "contact_list: non-customers whom no member added" "contact_list 中没有成员添加的非客户",
    "transfer_result is about transfers inside a corp only (D2)" "transfer_result 只记录企业内部的转接（D2）",

    // Where it is.
    "row {number}, {field}" "第 {number} 行，{field}",
    "row {number}" "第 {number} 行",
    "lines {first} to {last}, {field}" "第 {first} 至 {last} 行，{field}",
    "lines {first} to {last}" "第 {first} 至 {last} 行",
    "sheet {sheet}, row {number}, {field}" "工作表 {sheet} 第 {number} 行，{field}",
    "sheet {sheet}, row {number}" "工作表 {sheet} 第 {number} 行",
    "hidden sheet `{sheet}`" "隐藏的工作表“{sheet}”",
    "sheet `{sheet}`" "工作表“{sheet}”",
    "document {number}, {field}, byte {byte}" "第 {number} 个文档，{field}，字节 {byte}",
    "document {number}, byte {byte}" "第 {number} 个文档，字节 {byte}",
    "document {number}, {field}" "第 {number} 个文档，{field}",
    "document {number}" "第 {number} 个文档",

    // What an export says about its completeness.
    "{detail}; records could not be read: see rejects" "{detail}；有记录无法读取，见拒收",
    "records could not be read: see rejects" "有记录无法读取，见拒收",
    "came as a whole table" "整张表",
    "left out by the service: the member has no licence" "接口未返回：该成员没有许可",
    "{path} answered, {pages} page" "{path} 已应答，{pages} 页",
    "{path} answered, {pages} pages" "{path} 已应答，{pages} 页",
    "{path} answered {code}: no customers" "{path} 应答 {code}：没有客户",
    "{path} answered nothing, without errcode" "{path} 的应答是空的，没有 errcode",
    "{path} answered {code}" "{path} 应答 {code}",
    "{path} answered" "{path} 已应答",
    "{path}: the chain of pages has no end" "{path}：分页没有取到最后一页",
    "{failures} of {answers} answers of {path} were errors" "{path} 的 {answers} 次应答中有 {failures} 次出错",

    // Control totals.
    "relations of source-before = sum of outcomes" "source-before 的客户关系 = 各结果之和",
    "relations of source-before = sum of scopes" "source-before 的客户关系 = 各范围之和",
    "relations of target-after = sum of origins" "target-after 的客户关系 = 各来源之和",
    "matched at the source = matched at the target" "迁出方配对数 = 迁入方配对数",
    "relations = accounts + not enrolled" "客户关系 = 参与账号的 + 未参与的",
    "outcomes by account = relations of accounts" "按账号的结果之和 = 各账号的客户关系",
    "target relations = mapped accounts + others" "迁入客户关系 = 对应账号的 + 其他的",
    "in scope by account = in scope" "按账号的应迁移之和 = 应迁移",
    "relations = relations of customers" "客户关系 = 各客户的客户关系之和",
    "missing = missing of customers" "缺失 = 各客户的缺失之和",
    "records read = accepted + duplicates + rejected + passed over" "读取的记录 = 采用 + 重复 + 拒收 + 略过",
    "{name}: records accepted = rows of its tables" "{name}：采用的记录 = 各表的行数",
    "groups of source-before = sum of outcomes" "source-before 的客户群 = 各结果之和",
    "groups matched at the source = matched at the target" "迁出方配对的客户群 = 迁入方配对的",
    "join codes of source-before and source-after = sum of verdicts" "source-before 与 source-after 的活码 = 各判定之和",
    "outcome {outcome} = rows written" "结果“{outcome}”= 写出的行数",
    "origin {origin} = rows written" "来源“{origin}”= 写出的行数",
    "group outcome {group_outcome} = rows written" "客户群结果“{group_outcome}”= 写出的行数",
    "join code verdict {code_verdict} = rows written" "活码判定“{code_verdict}”= 写出的行数",
    "billing {line} = rows of its filter" "账单“{line}”= 其筛选条件的行数",
    "waived relations = rows written" "已豁免的客户关系 = 写出的行数",
    "relations of source-before = relations of all accounts" "source-before 的客户关系 = 所有账号的客户关系",
    "in scope = in scope of all accounts" "应迁移 = 所有账号的应迁移之和",
}

/// Returns a value of one of [`COLUMNS`] in a language; as it is, where it has no translation.
pub fn sentence(english: &str, lang: Lang) -> Cow<'_, str> {
    match lang {
        Lang::En => Cow::Borrowed(english),
        Lang::Zh => chinese(english).map_or(Cow::Borrowed(english), Cow::Owned),
    }
}

/// Returns a sentence in both languages.
pub fn message(english: &str) -> Message {
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| super::plain(&sentence(english, lang)));
    Message::new(zh, en)
}

/// Returns the Chinese of a sentence of the reports; `None` for any other text.
pub fn chinese(english: &str) -> Option<String> {
    let all = || SENTENCES.iter().chain(JSON.iter().map(|(_, text)| text));
    if let Some(text) = all().find(|text| text.en == english) {
        return Some(text.zh.to_owned());
    }
    all().filter(|text| text.en.contains('{')).find_map(|text| Some(filled(text.zh, &values(text.en, english)?)))
}

/// Returns the values in the places of a phrase, by place; `None` if the text is not of that phrase.
fn values<'p>(phrase: &'p str, text: &str) -> Option<Vec<(&'p str, String)>> {
    let mut pieces = phrase.split('{');
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    for piece in pieces {
        let (place, behind) = piece.split_once('}')?;
        let end = if behind.is_empty() { rest.len() } else { rest.find(behind)? };
        values.push((place, value(place, &rest[..end])?));
        rest = &rest[end + behind.len()..];
    }
    rest.is_empty().then_some(values)
}

/// Returns a value in Chinese: a word of the vocabulary of that name, a sentence, or as it is.
fn value(place: &str, english: &str) -> Option<String> {
    match place {
        "line" | "covered" | "detail" => chinese(english).or_else(|| (place == "detail").then(|| english.to_owned())),
        _ => match Vocabulary::named(place) {
            Some(vocabulary) => Some(vocabulary.name_of(english)?.zh.to_owned()),
            None => Some(english.to_owned()),
        },
    }
}

fn filled(phrase: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &dyn std::fmt::Display)> =
        values.iter().map(|(place, value)| (*place, value as &dyn std::fmt::Display)).collect();
    super::fill(phrase, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_row_to_row_is_filled_in() {
        for (english, expected) in [
            ("payable", "应付"),
            ("payment P1", "付款 P1"),
            // An id is no sentence, whatever it is called.
            ("payment paid", "付款 paid"),
            ("paid on 2026-03-10 for the surcharge", "2026-03-10 支付，用于附加费"),
            ("outcome missing", "结果：缺失"),
            ("billing outcome missing = rows of its filter", "账单“结果：缺失”= 其筛选条件的行数"),
            ("externalcontact/list answered, 1 page", "externalcontact/list 已应答，1 页"),
            ("externalcontact/list answered 84061: no customers", "externalcontact/list 应答 84061：没有客户"),
            ("externalcontact/list answered 48002 api forbidden", "externalcontact/list 应答 48002 api forbidden"),
            (
                "externalcontact/list answered; records could not be read: see rejects",
                "externalcontact/list 已应答；有记录无法读取，见拒收",
            ),
            ("the JSON ends in the middle of a document", "JSON 在一个文档中间就结束了"),
            ("row 3, userid", "第 3 行，userid"),
            ("sheet 名单, row 6", "工作表 名单 第 6 行"),
            ("document 3, external_contact_list[2].follow_info", "第 3 个文档，external_contact_list[2].follow_info"),
            ("document 3, response, byte 17", "第 3 个文档，response，字节 17"),
            ("document 3, byte 17", "第 3 个文档，字节 17"),
        ] {
            assert_eq!(sentence(english, Lang::Zh), expected);
            assert_eq!(sentence(english, Lang::En), english);
        }
        assert_eq!(chinese("outcome unheard of"), None);
        assert_eq!(sentence("words of a person", Lang::Zh), "words of a person");
    }
}
