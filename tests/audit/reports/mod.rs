//! What is published: tables, page, workbook, screen, and the samples kept in the repository.

pub mod console_sample;
pub mod page;
pub mod sample;
pub mod screen;
pub mod tables;
pub mod workbook;
