//! Every name that the program reads or writes: columns once, tables as lists of columns, vocabularies as enums.
//!
//! The Parquet schemas, the data dictionary of the reference and the header recognition of sheets come from here.

mod cell;
mod column;
pub mod fields;
mod filter;
pub mod lists;
mod read;
mod rows;
pub mod tables;
pub mod tally;
pub mod vocabulary;

pub use cell::Cell;
pub use column::{Column, Kind, Personal, Slot, Table, alphabetical, computed, optional, required};
pub use filter::Filter;
pub use read::{ColumnMismatch, ColumnResult, ReadColumns, value_at};
pub use rows::{Filling, Rows, TableRow, in_order, nulls};
pub(crate) use rows::{arrays, cells};
