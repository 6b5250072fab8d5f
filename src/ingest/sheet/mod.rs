//! Sheets: CSV and TSV ([`csv`]), and workbooks ([`xlsx`]). Rows become records in [`super::table`].

pub mod csv;
pub mod xlsx;

/// Columns of a sheet at most, as in Excel.
const MAX_COLUMNS: usize = 16_384;
/// Bytes of a row at most, in UTF-8: a cell holds 32,767 characters at most.
const MAX_ROW_BYTES: usize = 8 << 20;
/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;
