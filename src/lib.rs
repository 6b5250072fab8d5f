//! qianhe (迁核) audits finished WeCom customer migrations.

pub mod case;
pub mod demo;
pub mod error;
pub mod ingest;
pub mod interrupt;
pub mod progress;
pub mod schema;

pub use error::{Error, Result};
