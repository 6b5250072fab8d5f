//! The integration tests: one crate, so that it is linked once.

mod support;

mod groups;
mod join_codes;
mod rules;
