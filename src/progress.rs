//! How stages tell that they are getting on, without knowing who listens.

use crate::text::Message;

/// Told of the progress of one piece of work after the other. Implementations print to stderr, or nothing.
pub trait Progress: Sync {
    /// A piece of work begins; `total` is in the unit of [`Progress::advance`], 0 where it is not known.
    fn begin(&self, what: Message, total: u64, unit: Unit);
    /// So much more of it is done. Called from several threads.
    fn advance(&self, done: u64);
    /// It is done.
    fn end(&self);
}

/// What progress is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of input on disk.
    Bytes,
    /// Rows of a table.
    Rows,
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _what: Message, _total: u64, _unit: Unit) {}
    fn advance(&self, _done: u64) {}
    fn end(&self) {}
}
