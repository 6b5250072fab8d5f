//! SQL over published reports: only the tables and columns that a statement names are read.
//!
//! The engine is that of Polars; Parquet is read by the `parquet` crate, since Polars' own reader links an HTTP client.

mod engine;
mod names;
mod output;
mod tables;

pub use engine::Session;
pub use names::Names;
pub use output::{Format, write};
