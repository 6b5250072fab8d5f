//! A case -> all that it holds, in canonical form.

use super::Exports;
use crate::case::Case;
use crate::error::Result;
use crate::lists::{Lists, ListsRead};
use crate::memory::MemoryBudget;
use crate::progress::Progress;
use crate::schema::vocabulary::Role;
use crate::snapshot::{Partitions, Snapshot, check_accounts};

impl Exports {
    /// Reads the lists and the snapshots; also returns the files and rows of the lists, for the control totals.
    ///
    /// # Errors
    /// As [`Lists::read`] and [`Snapshot::read_required`].
    pub fn read(case: &Case, memory: &MemoryBudget, progress: &dyn Progress) -> Result<(Self, ListsRead)> {
        let Lists { enrolment, customer_map, group_map, keyed: keyed_lists, read } = Lists::read(case, progress)?;
        let required = |role, of: Partitions<'_>| Snapshot::read_required(case, role, of, memory, progress);
        let optional = |role, of: Partitions<'_>| Snapshot::read(case, role, of, memory, progress);
        let pairs = Partitions::Pairs(&enrolment, &[Role::TargetAfter, Role::SourceAfter, Role::TargetBefore]);
        let source_before = required(Role::SourceBefore, pairs)?;
        let partitioning = &source_before.partitioning;
        let target_after = required(Role::TargetAfter, Partitions::Same(partitioning, &enrolment.targets()))?;
        let source_after = optional(Role::SourceAfter, Partitions::Same(partitioning, &source_before.userids))?;
        let target_before = optional(Role::TargetBefore, Partitions::Same(partitioning, &target_after.userids))?;
        let exports = Self {
            enrolment,
            customer_map,
            group_map,
            keyed_lists,
            source_before,
            source_after,
            target_before,
            target_after,
        };
        check_accounts(&case.root, &exports.enrolment, &exports.snapshots().collect::<Vec<_>>())?;
        Ok((exports.with_doubts_by_keys(), read))
    }
}
