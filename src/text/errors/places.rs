//! Places of errors, in words.

use crate::text::phrases;

phrases! {
    in PLACES;

    FILE "文件" "file",
    FOLDER "文件夹" "folder",
    LIST "名单" "list",
    ARCHIVE "压缩包" "archive",
    WORKBOOK "工作簿" "workbook",
    COMPRESSED_DATA "压缩数据" "compressed data",
    CASE_FILE "案例文件" "case file",
    ACCOUNTS "账号清单" "accounts",
    MANIFEST "清单" "manifest",
    REPORT "报表" "report",
    SUMMARY "汇总" "summary",
    byte(at) "字节 {at}" "byte {at}",
    line(number) "第 {number} 行" "line {number}",
    row(number) "第 {number} 行" "row {number}",
    column(name) "列 {name}" "column {name}",
    sheet(sheet) "工作表 {sheet}" "sheet {sheet}",
    row_of_sheet(sheet, row) "工作表 {sheet} 第 {row} 行" "sheet {sheet}, row {row}",
    place_in_file(file, place) "{file} {place}" "{file} {place}",
    reason_at(place, reason) "{place}：{reason}" "{place}: {reason}",
    no_headers(cells) "首行（{cells} 格，像数据而不像表头）" "first row ({cells} cells, more like a record than headers)",
    headers_found(headers) "找到的表头：{headers}" "headers found: {headers}",
    columns_found(columns) "找到的列：{columns}" "columns found: {columns}",
    document(number, byte) "第 {number} 个文档，字节 {byte}" "document {number}, byte {byte}",
    key_of_document(number, key, byte) "第 {number} 个文档，{key}，字节 {byte}" "document {number}, {key}, byte {byte}",
    key_on_line(key, line) "{key}（第 {line} 行）" "{key} (line {line})",
    key_set_by(key, set) "{key}（来自 --set {set}）" "{key} (--set {set})",
}
