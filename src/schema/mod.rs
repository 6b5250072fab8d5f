//! Every name that the program reads or writes: columns once, tables as lists of columns, vocabularies as enums.
//!
//! The Parquet schemas, the data dictionary in the README and the header recognition of sheets come from here.

mod column;
pub mod evidence;
pub mod fields;
mod rows;
pub mod tables;
pub mod vocabulary;

pub use column::{Cell, Column, Kind, Slot, Table, optional, required};
pub use rows::{Filling, Rows, nulls};
