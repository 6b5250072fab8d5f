//! The integration tests: one crate, so that it is linked once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod rules;
mod readers;
mod reports;
mod commands;
mod laws;
mod repository;
