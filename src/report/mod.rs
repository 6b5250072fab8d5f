//! One report, many writers.

pub mod terminal;
