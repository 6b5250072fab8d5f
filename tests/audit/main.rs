//! The integration tests: one crate, so that it is linked once.

mod support;

mod bad_input;
mod cli;
mod demo;
mod docs;
mod laws;
mod reports;
mod rules;
mod sample;
mod tidy;
mod world;
