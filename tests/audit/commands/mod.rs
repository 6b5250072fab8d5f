//! The commands as the real program runs them.

#[cfg(target_os = "linux")]
pub mod asking;
pub mod cli;
pub mod compare;
pub mod explain;
pub mod forgeries;
pub mod languages;
pub mod personal;
pub mod precheck;
pub mod precheck_people;
pub mod precheck_screen;
pub mod query;
pub mod shell;
pub mod terminal;
pub mod trust;
pub mod verify;
