//! The integration tests: one crate, so that it is linked once.

mod support;

mod billing;
mod demo;
mod rules;
mod waivers;
