//! qianhe (迁核) audits finished WeCom customer migrations.

pub mod case;
pub mod cli;
pub mod demo;
pub mod error;
pub mod findings;
pub mod ingest;
pub mod interrupt;
pub mod progress;
pub mod report;
pub mod run;
pub mod schema;

pub use error::{Error, Result};
