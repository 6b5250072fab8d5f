//! The input files of a case by role, with what of them could not be read: what reports and findings list.

use super::{Input, Snapshot};
use crate::ingest::raw::Reject;
use crate::schema::vocabulary::Role;

/// The input files of one role, or of the lists (no role).
#[derive(Clone, Copy)]
pub struct RoleInputs<'a> {
    pub role: Option<Role>,
    pub inputs: &'a [Input],
    /// The files in which records stood, as in [`Snapshot`].
    pub exports: &'a [Input],
    /// Records and values that could not be read. None of lists: a list that cannot be read stops the run.
    pub rejects: &'a [Reject],
}

impl<'a> RoleInputs<'a> {
    /// Returns the inputs of the lists, then of the snapshots.
    pub fn by_role(lists: &'a [Input], snapshots: impl Iterator<Item = &'a Snapshot>) -> Vec<Self> {
        let of_snapshot = |snapshot: &'a Snapshot| Self {
            role: Some(snapshot.role),
            inputs: snapshot.inputs(),
            exports: &snapshot.exports,
            rejects: &snapshot.rejects,
        };
        std::iter::once(Self { role: None, inputs: lists, exports: lists, rejects: &[] })
            .chain(snapshots.map(of_snapshot))
            .collect()
    }
}
