//! The integration tests: one crate, so that it is linked once.

mod support;

mod demo;
mod docs;
mod rules;
mod sample;
