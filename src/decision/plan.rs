//! What was to move: the scope of every relation of source-before, before anything is matched.

use std::sync::Arc;

use arrow::array::BooleanArray;

use super::facts::{codes, flags};
use super::permissions::Permissions;
use crate::case::Case;
use crate::counts::Counts;
use crate::error::Result;
use crate::frame;
use crate::schema::evidence as e;
use crate::schema::fields;
use crate::schema::vocabulary::{Assessment, Scope};
use crate::scope::{self, Enrolment};
use crate::snapshot::{Part, Snapshot};
use crate::turns::collect_in_turn;

/// What was to move, by partition.
pub struct Plan {
    pub parts: Vec<PlannedPart>,
}

/// What was to move of one partition.
pub struct PlannedPart {
    /// The scope of each relation.
    pub scope: Vec<Scope>,
    /// The enrolled pair of each relation.
    pub account: Vec<Option<u32>>,
}

impl Plan {
    /// Applies the rules of scope.
    ///
    /// # Errors
    /// As [`super::decide`].
    pub fn of(case: &Case, before: &Snapshot, enrolment: &Enrolment) -> Result<Self> {
        let permissions = Permissions::new(before);
        let parts = collect_in_turn(0..before.relations.partitions(), |partition| {
            let part = before.relations.part(partition)?;
            Ok(PlannedPart {
                scope: scopes(case, &permissions, &part, enrolment)?,
                account: accounts(&part, enrolment),
            })
        })?;
        Ok(Self { parts })
    }

    /// The relations by scope; of outcomes nothing is known yet.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for scope in Scope::ALL {
            let count = self.scopes().filter(|known| known == scope).count() as u64;
            counts.by_scope.insert(scope.word().to_owned(), count);
        }
        counts
    }

    /// The scope of every relation.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.parts.iter().flat_map(|part| part.scope.iter().copied())
    }
}

/// The enrolled pair of each relation.
fn accounts(part: &Part, enrolment: &Enrolment) -> Vec<Option<u32>> {
    let mut account = Vec::with_capacity(part.rows.num_rows());
    for (userid, range) in part.accounts() {
        account.resize(range.end, enrolment.by_source(userid).map(|index| index as u32));
    }
    account
}

/// The scope of each relation.
pub fn scopes(case: &Case, permissions: &Permissions<'_>, part: &Part, enrolment: &Enrolment) -> Result<Vec<Scope>> {
    let rows = part.rows.num_rows();
    let mut enrolled = Vec::with_capacity(rows);
    let mut failed = Vec::with_capacity(rows);
    for (userid, range) in part.accounts() {
        let account = enrolment.by_source(userid).map(|index| &enrolment.accounts()[index]);
        enrolled.resize(range.end, account.is_some());
        failed.resize(range.end, account.is_some_and(|account| account.assessment == Assessment::Fail));
    }
    let columns = vec![
        frame::column(e::UNASSIGNED.name, &(Arc::new(part.unassigned.clone()) as _))?,
        frame::column(e::IS_CUSTOMER.name, part.column(&fields::IS_CUSTOMER))?,
        frame::column(e::CREATED_AT.name, part.column(&fields::CREATED_AT))?,
        flags(&e::HAS_PERMISSION, permissions.of_relations(part))?,
        flags(&e::ENROLLED, BooleanArray::from(enrolled))?,
        flags(&e::ASSESSMENT_FAILED, BooleanArray::from(failed))?,
    ];
    let codes = codes((rows, columns), scope::scope(&case.migration), e::SCOPE.name)?;
    Ok(codes.into_iter().map(|code| Scope::ALL[code as usize]).collect())
}
