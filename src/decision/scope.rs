//! Scopes of relations: frames of facts about source-before go in, scopes come out. Nothing is matched yet.

use super::permissions::Permissions;
use crate::case::Case;
use crate::error::Result;
use crate::lists::Enrolment;
use crate::rules::facts::{
    ASSESSMENT_FAILED, CREATED_AT, ENROLLED, HAS_PERMISSION, IS_CUSTOMER, STARTED_AT, UNASSIGNED,
};
use crate::rules::{FactFrame, SCOPE_RULES, decide};
use crate::schema::fields;
use crate::schema::vocabulary::{Assessment, Scope};
use crate::snapshot::{Partition, Snapshot};
use crate::turns::collect_in_turn;

/// The scope of every relation of source-before, by partition.
pub struct Plan {
    pub parts: Vec<PlannedPart>,
}

/// The scopes of one partition.
pub struct PlannedPart {
    /// The scope of each relation.
    pub scope: Vec<Scope>,
    /// The enrolled pair of each relation.
    pub pairs: Vec<Option<u32>>,
}

impl Plan {
    /// Applies the rules of scope.
    ///
    /// # Errors
    /// As [`super::decide`].
    pub fn of(case: &Case, before: &Snapshot, enrolment: &Enrolment) -> Result<Self> {
        let permissions = Permissions::new(before)?;
        let parts = collect_in_turn(0..before.relations.partitions(), |partition| {
            let part = before.relations.part(partition)?;
            Ok(PlannedPart { scope: scopes(case, &permissions, &part, enrolment)?, pairs: pairs(&part, enrolment) })
        })?;
        Ok(Self { parts })
    }

    /// Returns the scope of every relation.
    pub fn scopes(&self) -> impl Iterator<Item = Scope> {
        self.parts.iter().flat_map(|part| part.scope.iter().copied())
    }
}

/// Returns the enrolled pair of each relation.
fn pairs(part: &Partition, enrolment: &Enrolment) -> Vec<Option<u32>> {
    let mut pairs = Vec::with_capacity(part.rows.num_rows());
    for (userid, range) in part.accounts() {
        pairs.resize(range.end, enrolment.by_source(userid).map(|index| index as u32));
    }
    pairs
}

/// Returns the scope of each relation.
pub fn scopes(
    case: &Case,
    permissions: &Permissions<'_>,
    part: &Partition,
    enrolment: &Enrolment,
) -> Result<Vec<Scope>> {
    let rows = part.rows.num_rows();
    let mut enrolled = Vec::with_capacity(rows);
    let mut failed = Vec::with_capacity(rows);
    for (userid, range) in part.accounts() {
        let account = enrolment.by_source(userid).map(|index| &enrolment.accounts()[index]);
        enrolled.resize(range.end, account.is_some());
        failed.resize(range.end, account.is_some_and(|account| account.assessment == Assessment::Fail));
    }
    let facts = FactFrame::new(rows)
        .flags(UNASSIGNED, part.unassigned.clone())?
        .with(IS_CUSTOMER, part.column(&fields::IS_CUSTOMER))?
        .with(CREATED_AT, part.column(&fields::CREATED_AT))?
        .flags(HAS_PERMISSION, permissions.of_relations(part))?
        .flags(ENROLLED, enrolled)?
        .flags(ASSESSMENT_FAILED, failed)?
        .moment(STARTED_AT, case.migration.started_at)
        .finish()?;
    decide(SCOPE_RULES, &facts)
}
