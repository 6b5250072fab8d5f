//! Records that could not be read and may concern an id: those of its accounts, and those that name no account.

use serde::Serialize;

use super::{ExplainedRow, IdKind, Occurrences};
use crate::error::Result;
use crate::published::{ParquetScan, ReportRow, Reports};
use crate::schema::tables::REJECTS_REPORT;
use crate::schema::vocabulary::{Dataset, Grain, Role, Word};
use crate::schema::{Column, fields};

/// Maximum number of rejects shown.
const SHOWN: usize = 5;

/// Records and values that could not be read.
#[derive(Debug, Default, Serialize)]
pub struct UnreadableRecords {
    /// Number of rows in `rejects`.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<ExplainedRow>,
}

impl UnreadableRecords {
    /// Reads the rejects that may concern the rows found, or the id itself where no row was found.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if the report cannot be read.
    pub fn read(reports: &Reports, id: &str, found: &[Occurrences]) -> Result<Self> {
        let mut accounts = vec![(Role::SourceBefore, id.to_owned()), (Role::TargetAfter, id.to_owned())];
        for row in found.iter().flat_map(|found| &found.rows) {
            let sides = [
                (Role::SourceBefore, &fields::SOURCE_USERID),
                (Role::SourceBefore, &fields::SOURCE_OWNER_USERID),
                (Role::TargetAfter, &fields::TARGET_USERID),
                (Role::TargetAfter, &fields::TARGET_OWNER_USERID),
            ];
            accounts.extend(sides.into_iter().map(|(role, column): (Role, &Column)| (role, row.text(column))));
        }
        let concerns = |row: &ReportRow| {
            let (role, userid) = (row.text(&fields::ROLE), row.value(&fields::USERID).as_str().map(str::to_owned));
            let is_of_corp = |of: Role| role.split('-').next() == of.word().split('-').next();
            // An id without rows may occur in any record that could not be read.
            if found.is_empty() {
                return row.text(&fields::GRAIN) == Grain::Record.word();
            }
            let dataset = Dataset::from_word(&row.text(&fields::DATASET));
            let may_be = |found: &Occurrences| dataset.is_none_or(|dataset| may_be_of(found.kind, dataset));
            let is_of = |userid: &str| {
                accounts.iter().any(|(of, account)| is_of_corp(*of) && account.eq_ignore_ascii_case(userid))
            };
            found.iter().any(may_be) && userid.is_none_or(|userid| is_of(&userid))
        };
        let mut unread = Self::default();
        ParquetScan::of_table(&reports.path(&REJECTS_REPORT)?, &REJECTS_REPORT).for_each(|batch| {
            for row in ReportRow::of_batch(&REJECTS_REPORT, batch).filter(&concerns) {
                unread.total += 1;
                if unread.rows.len() < SHOWN {
                    unread.rows.push(row.into());
                }
            }
            Ok(true)
        })?;
        Ok(unread)
    }
}

/// Returns whether a record of the dataset can bear on an id of that kind. A torn document is listed as of relations.
fn may_be_of(kind: IdKind, dataset: Dataset) -> bool {
    let is_of_groups = matches!(dataset, Dataset::Groups | Dataset::GroupMembers);
    match kind {
        IdKind::Account | IdKind::Group => dataset != Dataset::JoinCodes,
        IdKind::Customer | IdKind::Relation | IdKind::TargetRelation => !is_of_groups && dataset != Dataset::JoinCodes,
        IdKind::JoinCode => {
            is_of_groups || matches!(dataset, Dataset::JoinCodes | Dataset::Relations | Dataset::Coverage)
        }
    }
}
