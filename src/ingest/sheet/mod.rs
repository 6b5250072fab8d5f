//! Sheets: CSV and TSV ([`csv`]), and workbooks ([`xlsx`]). Rows become records in [`super::table`], but for those that
//! other software writes beside them ([`notes`]).

pub mod csv;
pub mod xlsx;

mod notes;
