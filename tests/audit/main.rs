//! The integration tests: one crate, so that it is linked once.

mod support;

mod bad_input;
mod rules;
