//! Rows that software writes beside the records of a table: totals, the number of rows, lines of dashes, types. They
//! hold no record, and are passed over.

use crate::ingest::value::strip_padding;

/// Beginnings of a row of totals, the longer of two first.
const TOTALS: [&str; 11] =
    ["合计", "总计数", "总计", "共计", "小计", "汇总", "Totals", "Total", "Grand Total", "Grand Count", "Subtotal"];
/// Ends of the first cell of a subtotal, behind the value that its rows share: `ann 计数`.
const SUBTOTALS: [&str; 6] = [" 汇总", " 计数", " 小计", " 合计", " Total", " Count"];
/// Beginnings of a note on the export, which is alone in its row.
const NOTES: [&str; 2] = ["导出时间", "导出日期"];
/// Units behind a number.
const UNITS: [char; 7] = ['条', '人', '个', '位', '行', '名', '户'];

/// Types of columns, which databases and consoles of warehouses write below the header, and what stands around them.
const TYPES: [&str; 34] = [
    "String", "DateTime", "DateTime64", "Date", "Date32", "Bool", "UUID", "Int8", "Int16", "Int32", "Int64", "UInt8",
    "UInt16", "UInt32", "UInt64", "Float32", "Float64", "char", "varchar", "varchar2", "nvarchar", "text", "longtext",
    "tinyint", "smallint", "int", "integer", "bigint", "float", "double", "decimal", "number", "boolean", "timestamp",
];
const TYPES_OF: [&str; 4] = ["LowCardinality(", "Nullable(", "Array(", "array<"];
/// What a template writes below the header: whether the column has to be filled in.
const DUTIES: [&str; 6] = ["必填", "选填", "非必填", "可选", "required", "optional"];

/// Returns why the row holds no record, if it is known to hold none.
pub fn of_no_record<'c>(mut cells: impl Iterator<Item = &'c str>) -> Option<&'static str> {
    let mut filled = cells.by_ref().map(strip_padding).filter(|cell| !cell.is_empty());
    let first = filled.next()?;
    if is_line(first) {
        return filled.all(is_line).then_some("line of dashes");
    }
    // Most rows begin with an id, and all that follows costs as much for one as reading its row.
    let is_id = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'));
    let is_word = || TYPES.iter().chain(&DUTIES).any(|word| word.eq_ignore_ascii_case(first));
    if is_id && !first.starts_with(['T', 't', 'S', 's']) && !is_word() {
        return None;
    }
    if let Some(rest) = behind_any(first, &TOTALS) {
        let rest = rest.trim_start_matches([':', '：', ' ']);
        return ((rest.is_empty() || is_number(rest)) && filled.all(is_number)).then_some("row of totals");
    }
    for (is_one, why) in [(is_type as fn(&str) -> bool, "row of types"), (is_duty, "row of a template")] {
        if is_one(first) {
            return (filled.next().is_some_and(is_one) && filled.all(is_one)).then_some(why);
        }
    }
    if SUBTOTALS.iter().any(|end| first.ends_with(end)) {
        return (filled.next().is_some_and(is_number) && filled.all(is_number)).then_some("row of totals");
    }
    let is_note = is_count_of_rows(first) || behind_any(first, &NOTES).is_some();
    (is_note && filled.next().is_none()).then_some("note below a table")
}

fn behind_any<'c>(cell: &'c str, beginnings: &[&str]) -> Option<&'c str> {
    beginnings.iter().find_map(|beginning| {
        let (begin, rest) = cell.split_at_checked(beginning.len())?;
        begin.eq_ignore_ascii_case(beginning).then_some(rest)
    })
}

fn is_line(cell: &str) -> bool {
    cell.len() >= 3 && cell.bytes().all(|byte| matches!(byte, b'-' | b'=' | b'+' | b'|'))
}

fn is_type(cell: &str) -> bool {
    // Looking a type up for each row costs as much as reading it.
    const LONGEST: usize = 64;
    if cell.len() > LONGEST || !cell.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let mut name = cell.trim_end_matches([')', '>']);
    while let Some(inner) = TYPES_OF.iter().find_map(|outer| name.strip_prefix(outer)) {
        name = inner;
    }
    let name = name.split('(').next().unwrap_or(name);
    TYPES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_duty(cell: &str) -> bool {
    DUTIES.iter().any(|duty| duty.eq_ignore_ascii_case(cell.trim_start_matches('*')))
}

/// Returns whether the text is a number, maybe with a unit; no id or time: seconds since 1970 have ten digits.
fn is_number(cell: &str) -> bool {
    let digits = cell.trim_end_matches(UNITS).trim_end();
    let longest = if digits.contains([',', '.']) { 12 } else { 9 };
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.len() <= longest
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.' | b'%'))
}

/// Returns whether the text counts rows, as databases write it below a table: `(4 rows)`, `4 rows selected.`, `共 4 条`.
fn is_count_of_rows(cell: &str) -> bool {
    if let Some(count) = cell.strip_prefix('共') {
        let unit = count.trim_start().trim_start_matches(|digit: char| digit.is_ascii_digit() || digit == ',');
        return unit.len() < count.trim_start().len() && unit.trim_start().starts_with(UNITS);
    }
    let mut words = cell.trim_start_matches('(').split(' ');
    words.next().is_some_and(is_number)
        && words.next().is_some_and(|word| matches!(word.trim_end_matches([')', '.']), "row" | "rows"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_beside_the_records_are_known() {
        for (cells, why) in [
            (&["合计", "", "4"][..], Some("row of totals")),
            (&["", "总计：", "1,024 条"], Some("row of totals")),
            (&["合计：4 条"], Some("row of totals")),
            (&["GRAND TOTAL", "98"], Some("row of totals")),
            (&["Totals:", "", "0"], Some("row of totals")),
            (&["---------", "---", ""], Some("line of dashes")),
            (&["-----+-----"], Some("line of dashes")),
            (&["(4 rows)"], Some("note below a table")),
            (&["4 rows selected."], Some("note below a table")),
            (&["(1 row affected)", ""], Some("note below a table")),
            (&["共 4 条记录"], Some("note below a table")),
            (
                &["String", "LowCardinality(String)", "", "Nullable(DateTime64(3, 'Asia/Shanghai'))"],
                Some("row of types"),
            ),
            (&["String", "Array(String)"], Some("row of types")),
            (&["varchar(64)", "", "BIGINT", "array<string>"], Some("row of types")),
            (&["必填", "", "选填"], Some("row of a template")),
            (&["ann 计数", "", "3"], Some("row of totals")),
            (&["总计数", "4"], Some("row of totals")),
            (&["导出时间：2026-05-08 10:00:00"], Some("note below a table")),
        ] {
            assert_eq!(of_no_record(cells.iter().copied()), why, "{cells:?}");
        }
    }

    #[test]
    fn what_may_be_a_record_is_one() {
        for cells in [
            &["合计", "ann"][..],
            &["合计", "wmA1"],
            &["合计", "1001", "2026-05-02 10:00:00"],
            &["合计", "1001", "1777687200"],
            &["Totally", "4"],
            &["totals@acme", "4"],
            &["--", "-"],
            &["---", "wmA1"],
            &["共同好友"],
            &["共 4 条", "ann"],
            &["4 rows", "ann"],
            &["String"],
            &["text", "wmA1"],
            &["必填"],
            &["ann 计数"],
            &["ann 计数", "wmA1"],
            &["Date", "wmA1"],
            &["2001", "4"],
            &["", ""],
            &[],
        ] {
            assert_eq!(of_no_record(cells.iter().copied()), None, "{cells:?}");
        }
    }
}
