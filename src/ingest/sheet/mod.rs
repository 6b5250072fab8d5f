//! Sheets: CSV and TSV ([`csv`]), and workbooks ([`xlsx`]). Rows become records in [`super::table`].

pub mod csv;
pub mod xlsx;

/// Rows of a raw batch.
const BATCH_ROWS: u64 = 65_536;
