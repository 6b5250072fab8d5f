//! Sheets: CSV and TSV ([`csv`]), and workbooks ([`xlsx`]). Rows become records in [`super::table`].

pub mod csv;
pub mod xlsx;
