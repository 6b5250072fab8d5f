//! The progress of stages, independent of how it is shown.

use crate::schema::vocabulary::Role;
use crate::text::Message;

/// Receives the progress of one piece of work after the other. Implementations print to stderr, or nothing.
pub trait Progress: Sync {
    /// Begins a piece of work; `total` is in the unit of [`Progress::advance`], 0 if unknown.
    fn begin(&self, work: Work, total: u64, unit: Unit);
    /// Adds to what is done. Called from several threads.
    fn advance(&self, done: u64);
    /// Ends the work.
    fn end(&self);
    /// Receives what the user should know of, beside the result.
    fn note(&self, _note: Message) {}
}

/// A piece of work that can take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reads the lists of the case.
    ReadLists,
    /// Reads an export.
    Read(Role),
    /// Sorts the relations of an export, and merges duplicates.
    Merge(Role),
    /// Matches the relations of the source corp with those of the target corp.
    Match,
    /// Decides the outcome of each relation.
    Decide,
    /// Writes the reports that grow with the relations.
    Report,
    /// Writes the canonical tables of an export.
    WriteTables(Role),
    /// Recomputes the control totals, and publishes the reports.
    Publish,
    /// Writes a synthetic case.
    Demo,
    /// Collects the members of departments.
    CollectMembers,
    /// Collects the relations of members.
    CollectRelations,
    /// Collects groups.
    CollectGroups,
    /// Collects join codes.
    CollectCodes,
}

/// Unit of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of input on disk.
    Bytes,
    /// Rows of a table.
    Rows,
    /// Departments of a corp.
    Departments,
    /// Members of a corp.
    Members,
    /// Groups of a corp.
    Groups,
    /// Join codes of a corp.
    Codes,
}

/// Ignores progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _work: Work, _total: u64, _unit: Unit) {}
    fn advance(&self, _done: u64) {}
    fn end(&self) {}
}
