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
//!      |                decision                          scope -> matching -> outcomes, origins
//!      \_____________________  |
//!                             \|
//!                           billing                       contract, tolerance, payments beside what was delivered
//!                              |
//!                      findings, controls                 what to act on, what must balance
//!                              |
//!                           report                        one decided case, many writers, published all or not at all
//! ```
//!
//! Relations are read, decided and written in partitions of whole account pairs, so that memory does not grow with the
//! case: [`snapshot::Partitioning`] assigns accounts to partitions, [`memory`] packs and spills the rows of partitions
//! that wait. Of each relation only its decision stays in memory.
//!
//! # Layers
//!
//! A module imports only from its own line or a lower one; `tests/audit` holds it. `src/README.md` is the map.
//!
//! ```text
//!  collect                                             a program of its own: fetches exports (feature `collect`)
//!  cli
//!  published, verify, explain, compare, query, demo     read published reports, and decide nothing
//!  run, precheck                                        the audit, and the forecast, top to bottom
//!  report                                               many writers of one decided case
//!  billing, findings, controls
//!  figures                                              counts, accounts, customers, arrivals
//!  decision                                             relations, groups, join codes
//!  matching
//!  snapshot
//!  lists
//!  ingest
//!  memory
//!  case
//!  rules                                                the rule books
//!  schema, text, error, progress, interrupt, ...
//! ```
//!
//! # Invariants
//!
//! Checked at the end of every run ([`controls`]) and by the laws in `tests/audit`:
//! - every record read is accepted, a duplicate, rejected or passed over, and counted as such;
//! - every relation of source-before has one scope, one outcome, at most one match; so has every one of target-after;
//! - every group of source-before has one scope, one outcome, at most one match; every join code one verdict;
//! - equal inputs give equal bytes of every report, whatever the memory, partitions, threads, language and time zone;
//!   order, split and compression of the inputs change nothing but their provenance;
//! - no hash decides a match: keys are verified by the texts that they stand for. Digests of 128 bits tell which
//!   unionids belong to several ids of a corp ([`snapshot::SharedUnionids`]).
//!
//! # Glossary
//!
//! - **account**: a member's userid in one corp; **account pair**: a source account and the target account of its line
//!   in the accounts list, by which it is **enrolled**.
//! - **relation**: a customer added by an account; the unit that is moved, counted and paid.
//! - **role**: one of the four exports, source or target, before or after.
//! - **snapshot**: the canonical tables of a role, one row per grain, duplicates merged.
//! - **evidence**: what answers show about the completeness of an export; **coverage**: the conclusion, by account.
//! - **reject**: a record without a readable key; **unreadable**: a reject, or a value that could not be read.
//! - **scope**: whether a relation was to move; **outcome**: what became of it; **reason**: what refines the outcome.
//! - **origin**: where a relation of target-after comes from.
//! - **match method**: what joined two relations: customer map, unionid or name.
//! - **key group**: all rows of an account pair with equal keys, on both sides; if more at the source, **ambiguous**.
//! - **merge join**: join of two sorted sides by walking along both; so a key group is seen at once.
//! - **semi join**: rows that have a partner on the other side; **anti join**: rows that have none.
//! - **partition**: whole account pairs that are decided together.
//! - **reservation**: bytes that a holder of rows may use of `--memory`; **spill**: rows written to a file.
//! - **buffer pool**: buffers reused by all files, since a fresh one costs page faults.
//! - **abbreviated key**: the first 8 bytes of a text as a number, which orders most texts without reading them.
//! - **dictionary**: distinct values once, and indices in their place; **frame of reference**: numbers less the
//!   smallest.
//! - **row group**: the unit that is encoded, and skipped, of a Parquet file; **page**: a part of a column in it.
//! - **namespace**: unionids of one developer id; comparable across corps only where both use the same.
//! - **look-alike**: a name that differs only in form, such as width or letter case.
//! - **control total**: an equation that has to hold before anything is published.
//! - **finding**: something to act on or to know, from the catalogue; **severity**: how serious it is.
//! - **waiver**: a finding, or a row of it, that was accepted; **verdict**: the conclusion of the findings on the case.
//! - **clause**: a question of the service's FAQ, by its code (B8).
//! - **manifest**: the digests of all reports, inputs and the case file, and the settings in effect; written last, so
//!   that a folder with it is whole.

pub mod rules;
pub mod case;
mod names;
pub mod ingest;
pub mod lists;
pub mod snapshot;
pub mod matching;
pub mod decision;
pub mod billing;
pub mod figures;
pub mod findings;
pub mod controls;
pub mod report;
pub mod run;
pub mod ingest_tables;
pub mod precheck;
pub mod published;
pub mod verify;
pub mod explain;
pub mod compare;
pub mod query;

pub mod cli;
#[cfg(feature = "collect")]
pub mod collect;
pub mod demo;
pub mod error;
pub mod frame;
#[doc(hidden)]
pub mod fuzz;
pub mod interrupt;
mod limits;
mod regular;
pub mod personal;
mod digest;
pub mod signature;
mod sort_keys;
pub mod progress;
pub mod schema;
pub mod memory;
pub mod text;
mod texts;
pub mod turns;
mod userids;

pub use error::{Error, Result};
