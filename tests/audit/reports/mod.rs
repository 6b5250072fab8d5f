//! What is published: tables, page, workbook, screen, and the samples kept in the repository.

pub mod console_sample;
pub mod page;
#[cfg(unix)]
pub mod publishing;
pub mod sample;
pub mod screen;
pub mod tables;
pub mod workbook;
pub mod worklist;
