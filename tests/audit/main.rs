//! The integration tests: one crate, so that it is linked once.

mod support;
mod world;

mod bad_input;
mod laws;
mod rules;
