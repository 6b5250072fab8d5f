//! Limits on what is read: an input may be made to exhaust memory, stack or time. Each has its reason; all are far
//! beyond any export, case or statement of a person. What exceeds one is refused (exit 2) with what would be right.

/// Bytes of a case file, which is parsed as a whole. One with a waiver for each of 100,000 rows takes 5 MB.
pub const MAX_CASE_BYTES: u64 = 16 << 20;
/// Bytes of `manifest.json` and `summary.json`, which are parsed as a whole; they list each input in about 150 bytes.
pub const MAX_JSON_REPORT_BYTES: u64 = 256 << 20;
/// Bytes of `report.html` and `exceptions.xlsx`, which are read as a whole; they hold a part of the relations.
pub const MAX_BOOK_BYTES: u64 = 1 << 30;
/// Bytes of a signature, which has 64.
pub const MAX_SIGNATURE_BYTES: u64 = 4096;
/// Parts of the key of a `--set`, which are nested; keys of a case have 4.
pub const MAX_KEY_PARTS: usize = 16;

/// Bytes of an SQL statement.
pub const MAX_SQL_BYTES: usize = 1 << 20;
/// Bytes of SQL statements on stdin.
pub const MAX_SCRIPT_BYTES: u64 = 16 << 20;
/// Operators of an SQL statement: a chain of them is a tree as deep as it is long, which is walked recursively. (A list
/// after `in` is not; it may be as long as the statement.)
pub const MAX_SQL_OPERATORS: usize = 1000;
/// Operators of an SQL statement that combine tables, whose plans take time that grows with the square of their number.
pub const MAX_SQL_TABLES: usize = 50;
/// Stack of the thread that runs statements, of which only the pages that are used take memory. The planner takes about
/// 80 KiB for each operator of a chain where it is not optimised.
pub const SQL_STACK_BYTES: usize = 256 << 20;

/// The largest expansion of compressed or encoded data beyond [`FREE_EXPANSION`]: no export compresses so well, but zip
/// bombs do.
pub const MAX_EXPANSION: u64 = 200;
/// Bytes that any file may expand to.
pub const FREE_EXPANSION: u64 = 64 << 20;

/// Returns whether data expands further than any export.
pub fn expands_too_far(packed: u64, unpacked: u64) -> bool {
    unpacked > FREE_EXPANSION && unpacked / MAX_EXPANSION > packed
}

/// Nesting of a JSON document: far deeper than any answer of the service, and shallow enough for any stack.
pub const MAX_JSON_DEPTH: u32 = 127;

/// Columns of a table, as in Excel.
pub const MAX_COLUMNS: usize = 16_384;
/// Columns with the tags of one group each, which are looked at for every row; further ones are not used.
pub const MAX_TAG_GROUPS: usize = 1000;
/// Bytes of the name of a group of tags, which is put before each of its tags; the service allows 30 characters.
pub const MAX_TAG_GROUP_BYTES: usize = 128;
/// Rows of a sheet of a workbook, as in Excel.
pub const MAX_SHEET_ROWS: u64 = 1 << 20;
/// Bytes of a row of a table, in UTF-8: a cell of Excel holds 32,767 characters.
pub const MAX_ROW_BYTES: usize = 8 << 20;

/// Parts of the archive of a workbook, which has a few dozen.
pub const MAX_PARTS: usize = 10_000;
/// Bytes that a sheet of a workbook unpacks to; it is read row by row.
pub const MAX_SHEET_BYTES: u64 = 8 << 30;
/// Bytes of the shared texts of a workbook, which are in memory.
pub const MAX_TEXTS_BYTES: u64 = 512 << 20;
/// Bytes of any other markup of a workbook, which is in memory.
pub const MAX_MARKUP_BYTES: u64 = 32 << 20;
/// Bytes of anything else in a workbook, such as pictures, which are not read.
pub const MAX_OTHER_BYTES: u64 = 256 << 20;
/// Bytes of a tag of a workbook with the text after it; a cell has at most 32,767 characters.
pub const MAX_TAG_BYTES: usize = 1 << 20;
/// Bytes of markup of a cell or shared text of a workbook.
pub const MAX_CELL_BYTES: usize = 4 << 20;
/// Shared texts of a workbook.
pub const MAX_TEXTS: u64 = 1 << 24;
/// Ranges of merged cells of a workbook.
pub const MAX_MERGES: u64 = 1 << 20;

/// Nesting of the schema of a Parquet file, which is walked recursively; a list of structs takes 4 levels.
pub const MAX_SCHEMA_DEPTH: usize = 32;
/// Nodes of the schema of a Parquet file: several levels for each column.
pub const MAX_SCHEMA_NODES: usize = 4 * MAX_COLUMNS;
/// Bytes of the paths of all columns of a Parquet file, in which each repeats the names of the nodes above it.
pub const MAX_SCHEMA_PATHS: usize = 16 << 20;
/// Bytes of the footer of a Parquet file, which is in memory; it has about 100 for each column of a row group.
pub const MAX_FOOTER_BYTES: u64 = 256 << 20;
/// Bytes of the header of a page of a Parquet file; it may have bounds of the values in it.
pub const MAX_PAGE_HEADER: usize = 16 << 20;
/// Bytes that a page of a Parquet file unpacks to, which are in memory; usual are one or a few MiB, and a row group in
/// one page has up to a million values.
pub const MAX_PAGE_BYTES: u64 = 512 << 20;
/// Bytes of text that are converted at once.
pub const MAX_BATCH_BYTES: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_may_expand_far_and_much_may_not() {
        assert!(!expands_too_far(1, FREE_EXPANSION));
        assert!(expands_too_far(1, FREE_EXPANSION + 1));
        assert!(!expands_too_far(1 << 20, 200 << 20));
        assert!(expands_too_far(1 << 20, 202 << 20));
    }
}
