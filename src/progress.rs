//! How stages tell that they are getting on, without knowing who listens.

use crate::schema::vocabulary::Role;

/// Told of the progress of one piece of work after the other. Implementations print to stderr, or nothing.
pub trait Progress: Sync {
    /// A piece of work begins; `total` is in the unit of [`Progress::advance`], 0 where it is not known.
    fn begin(&self, work: Work, total: u64, unit: Unit);
    /// So much more of it is done. Called from several threads.
    fn advance(&self, done: u64);
    /// It is done.
    fn end(&self);
}

/// A piece of work that can last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reading the lists of the case.
    ReadLists,
    /// Reading one of the exports.
    Read(Role),
    /// Putting the relations of an export in order, each once.
    Merge(Role),
    /// Looking for each relation of the source in the account that it is mapped to.
    Match,
    /// Saying what became of each relation.
    Decide,
    /// Writing the reports that grow with the relations.
    Report,
    /// Writing the canonical tables of one of the exports.
    WriteTables(Role),
    /// Recounting and publishing.
    Publish,
    /// Writing a synthetic case.
    Demo,
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
    fn begin(&self, _work: Work, _total: u64, _unit: Unit) {}
    fn advance(&self, _done: u64) {}
    fn end(&self) {}
}
