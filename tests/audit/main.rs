//! The integration tests: one crate, so that it is linked once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod bad_input;
mod billing;
mod cli;
mod compare;
mod console;
mod console_sample;
mod demo;
mod docs;
mod explain;
mod fuzz;
mod groups;
mod join_codes;
mod keys;
mod languages;
mod laws;
mod page;
mod precheck;
mod precheck_screen;
mod query;
mod reports;
mod rules;
mod sample;
mod screen;
mod shell;
mod tidy;
mod unreadable;
mod verify;
mod waivers;
mod workbook;
mod world;
