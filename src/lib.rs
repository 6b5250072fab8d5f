//! qianhe (迁核) audits finished WeCom customer migrations: it reads both corps' exports, gives every customer relation,
//! group and join code exactly one outcome with its evidence, settles the bill, and proves its own numbers.
//!
//! ```text
//!  case.toml   lists/   source-before/  source-after/  target-before/  target-after/
//!      |          |            \______________|______________|______________/
//!    case      ingest                       ingest        any file -> raw rows, rejects, evidence
//!      |          |                            |
//!      |          |                        snapshot       one row per grain, duplicates counted, coverage
//!      |          \______________  ____________/
//!      |                         \/
//!      |          decision, groups, join_codes            scope -> matching -> outcomes, origins
//!      \_____________________  |
//!                             \|
//!                           billing                       contract, tolerance, payments beside what was delivered
//!                              |
//!                      findings, controls                 what to tell, what must balance
//!                              |
//!                           report                        one decided case, many writers, published all or not at all
//! ```
//!
//! Relations are read, decided and written in partitions of whole account pairs, so that memory does not grow with the
//! case: [`snapshot::Layout`] says which account stands where, [`spill`] takes what is not needed yet. Of each relation only
//! what was decided stays in memory.
//!
//! `run` is the audit, top to bottom. `precheck` applies the same scope, prediction and bill to source-before alone. What
//! looks at reports that are there already, like `verify`, `explain`, `compare` and `query`, reads them through `published`, and decides nothing.
//!
//! Invariants, checked at the end of every run ([`controls`]) and by the laws in `tests/audit`:
//! - every record read is accepted, a duplicate, rejected or passed over, and counted as such;
//! - every relation of source-before has one scope, one outcome, at most one match; so has every one of target-after;
//! - every group of source-before has one scope, one outcome, at most one match; every join code one verdict;
//! - equal inputs give equal bytes; order, split and compression of the inputs change nothing but their provenance, memory
//!   and partitions change nothing at all;
//! - no hash decides anything: keys are verified by the texts that they stand for.

pub mod case;
mod names;
pub mod ingest;
pub mod snapshot;
pub mod scope;
pub mod matching;
pub mod outcomes;
pub mod decision;
pub mod groups;
pub mod join_codes;
pub mod billing;
pub mod counts;
pub mod findings;
pub mod controls;
pub mod report;
pub mod run;
pub mod precheck;
pub mod published;
pub mod verify;
pub mod explain;
pub mod compare;
pub mod query;

pub mod cli;
pub mod demo;
pub mod error;
pub mod frame;
#[doc(hidden)]
pub mod fuzz;
pub mod interrupt;
mod leading;
pub mod progress;
pub mod schema;
pub mod spill;
pub mod text;
pub mod turns;
mod userids;

pub use error::{Error, Result};
