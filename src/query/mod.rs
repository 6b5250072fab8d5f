//! SQL over published reports: Polars runs the statement, and reads the columns and rows that its plan needs.
//!
//! Parquet is decoded by the `parquet` crate, because Polars' own reader links an HTTP client.

mod engine;
mod lazy;
mod output;

pub use engine::Session;
pub use output::{CsvTexts, OutputFormat, write};
