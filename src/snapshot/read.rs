//! Reads the export of a role into a snapshot.

use std::borrow::Cow;

use super::check_accounts::words_of_members;
use super::{CorpRole, Partitioning, Proportion, RelationsBuilder, Snapshot, corp};
use crate::case::Case;
use crate::error::{Error, Result};
use crate::ingest::{RowEstimate, UseridWords, read_snapshot};
use crate::lists::Enrolment;
use crate::memory::MemoryBudget;
use crate::progress::Progress;
use crate::schema::tables::{AUDITED_RELATIONS, CANONICAL, OF_INGEST, RELATIONS_TABLE};
use crate::schema::vocabulary::Role;
use crate::text::errors as say;
use crate::userids::Userids;

/// Partitioning of the relations of a snapshot.
#[derive(Clone, Copy)]
pub enum Partitions<'a> {
    /// Ranges of its own accounts, with all columns: for the canonical tables.
    Own,
    /// Ranges of its own accounts, which the accounts that they are mapped to will join, in the exports of these roles.
    Pairs(&'a Enrolment, &'a [Role]),
    /// As another snapshot, with the userids of the corp whose spelling is known.
    Same(&'a Partitioning, &'a Userids),
}

impl Snapshot {
    /// Reads the export of a role; `None` if the case has none.
    ///
    /// # Errors
    /// [`Error::Input`] if a file cannot be used; [`Error::Io`]; [`Error::Interrupted`].
    pub fn read(
        case: &Case,
        role: Role,
        partitions: Partitions<'_>,
        memory: &MemoryBudget,
        progress: &dyn Progress,
    ) -> Result<Option<Self>> {
        let builder =
            |table, partitioning, enrolment| RelationsBuilder::new(table, corp(role), partitioning, enrolment, memory);
        let relations = || match partitions {
            Partitions::Own => RelationsBuilder::new(&RELATIONS_TABLE, CorpRole::Source, None, None, memory),
            Partitions::Pairs(enrolment, others) => {
                let rows = |role: Role| RowEstimate::of_role(case, role).relations;
                let largest = others.iter().map(|other| rows(*other)).max().unwrap_or(0);
                builder(&AUDITED_RELATIONS, None, Some(enrolment))
                    .with_known_userids(Cow::Owned(enrolment.sources()))
                    .with_proportion(Proportion { source: rows(role), largest })
            }
            Partitions::Same(partitioning, userids) => {
                builder(&AUDITED_RELATIONS, Some(partitioning.clone()), None).with_known_userids(Cow::Borrowed(userids))
            }
        };
        let trusted = case.snapshots.get(&role).is_some_and(|settings| settings.trusted);
        let read = |words: Option<UseridWords>| -> Result<_> {
            let relations = relations();
            let Some(raw) = read_snapshot(case, role, words, &relations, progress)? else { return Ok(None) };
            let met = raw.userid_words;
            Ok(Some((Self::build(role, raw, relations, trusted, progress)?, met)))
        };
        let Some((snapshot, met)) = read(None)? else { return Ok(None) };
        // Who the members are is known only now. A member called `nan` is rare enough to read the export again for.
        let words = words_of_members(met, &snapshot)?;
        if words == UseridWords::NONE {
            return Ok(Some(snapshot));
        }
        drop(snapshot);
        Ok(read(Some(words))?.map(|(snapshot, _)| snapshot))
    }

    /// Reads an export that the case has to have.
    ///
    /// # Errors
    /// As [`Self::read`], and [`Error::Input`] if it is absent.
    pub fn read_required(
        case: &Case,
        role: Role,
        partitions: Partitions<'_>,
        memory: &MemoryBudget,
        progress: &dyn Progress,
    ) -> Result<Self> {
        Self::read(case, role, partitions, memory, progress)?.ok_or_else(|| {
            Error::input(case.root.join(role.word()), say::FOLDER, say::no_export(role), say::no_export_remedy(role))
        })
    }

    /// The number of rows that come from records: of all tables, without relations of the unassigned list alone,
    /// without the coverage, which comes from whole answers, and without unreadable records (unless they were ingested
    /// before).
    pub fn accepted_rows(&self) -> u64 {
        CANONICAL.iter().filter(|table| !OF_INGEST.contains(table)).map(|table| self.rows_of(table)).sum::<u64>()
            - self.relations.echoes
            + self.written_records
    }
}
