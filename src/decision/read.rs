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
        let pairs = Partitions::Pairs(&enrolment, &[Role::TargetAfter, Role::SourceAfter, Role::TargetBefore]);
        let source_before = Snapshot::read_required(case, Role::SourceBefore, pairs, memory, progress)?;
        let partitioning = source_before.partitioning();
        let target_after = Snapshot::read_required(
            case,
            Role::TargetAfter,
            Partitions::Same(partitioning, &enrolment.targets()),
            memory,
            progress,
        )?;
        let source_after = Snapshot::read(
            case,
            Role::SourceAfter,
            Partitions::Same(partitioning, &source_before.userids),
            memory,
            progress,
        )?;
        let target_before = Snapshot::read(
            case,
            Role::TargetBefore,
            Partitions::Same(partitioning, &target_after.userids),
            memory,
            progress,
        )?;
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
