//! qianhe (迁核) audits finished WeCom customer migrations.

pub mod case;
pub mod decision;
pub mod error;
pub mod findings;
pub mod frame;
pub mod ingest;
pub mod interrupt;
pub mod matching;
pub mod outcomes;
pub mod progress;
pub mod report;
pub mod schema;
pub mod scope;
pub mod snapshot;

pub use error::{Error, Result};
