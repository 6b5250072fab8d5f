//! The integration tests: one crate, so that it is linked once.

mod support;
mod world;

mod rules;
mod bad_input;
mod laws;
mod reports;
mod cli;
mod tidy;
