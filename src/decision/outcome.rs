//! Outcomes and origins of the relations of one partition: a frame of facts about source-before and one about
//! target-after go in; the rule of each relation of the one, and the origin of each of the other, come out.

use arrow::array::{ArrayRef, AsArray, UInt32Array};
use arrow::compute::take;
use polars::frame::DataFrame;
use std::sync::Arc;

use super::across::MisplacedPart;
use super::match_part::MatchedPart;
use super::{DecidedPart, PairCoverage};
use crate::case::{Case, Migration};
use crate::error::{Error, Result};
use crate::lists::KeyedFlags;
use crate::matching::NOT_MATCHED;
use crate::rules::facts::{
    AMBIGUOUS, CREATED_AT, FINISHED_AT, LOOK_ALIKE, MATCHED, MISPLACED, NO_USABLE_KEY, REFUSED, SCOPE, STARTED_AT,
    STOOD_BEFORE, TARGET_AT_CAP, TARGET_COVERED, TARGET_CREATED_AT, UNREADABLE,
};
use crate::rules::{FactFrame, ORIGIN_RULES, RELATION_RULES, decide, first};
use crate::schema::lists::REFUSALS;
use crate::schema::vocabulary::{Origin, Word};

/// Facts from beyond the partition's own matches.
pub struct Beyond<'a> {
    /// Relations that another account holds.
    pub misplaced: &'a MisplacedPart,
    /// By enrolled pair.
    pub coverage: &'a [PairCoverage],
    /// Unread unionids could have made the namespaces comparable, or not: no unmatched relation is known to be absent.
    pub namespaces_in_doubt: bool,
}

/// Decides the relations of a partition.
///
/// # Errors
/// [`Error::Bug`] only.
pub fn decide_part(case: &Case, part: MatchedPart, flags: &KeyedFlags, beyond: &Beyond<'_>) -> Result<DecidedPart> {
    let rule = first(RELATION_RULES, &source_facts(&case.migration, &part, flags, beyond)?)?;
    let unmatched = decide(ORIGIN_RULES, &target_facts(&case.migration, &part)?)?;
    let origin = origins(&part, beyond.misplaced, &rule, unmatched)?;
    let refused = flags.of(&REFUSALS).clone();
    let MatchedPart { scope, pairs, matches, still_at_source, .. } = part;
    Ok(DecidedPart { scope, rule, joined: matches.into(), refused, origin, pairs, still_at_source })
}

/// Returns the frame of the relations of source-before, with the facts of [`RELATION_RULES`].
fn source_facts(
    migration: &Migration,
    part: &MatchedPart,
    flags: &KeyedFlags,
    beyond: &Beyond<'_>,
) -> Result<DataFrame> {
    let rows = part.scope.len();
    let mut is_misplaced = vec![false; rows];
    for &row in beyond.misplaced.source.keys() {
        is_misplaced[row as usize] = true;
    }
    let mut is_at_cap = vec![false; rows];
    for (index, pair) in &part.pairs {
        let source = pair.source.start as usize..pair.source.end as usize;
        is_at_cap[source].fill(beyond.coverage[*index as usize].target_at_cap);
    }
    let is_covered = part.doubts.covered.iter().map(|&covered| covered && !beyond.namespaces_in_doubt);
    let at_target: UInt32Array =
        part.matches.target_of.iter().map(|&row| (row != NOT_MATCHED).then_some(row)).collect();
    FactFrame::new(rows)
        .moment(STARTED_AT, migration.started_at)
        .words(SCOPE, part.scope.iter().copied().map(Some))?
        .flags(MATCHED, at_target.iter().map(|row| row.is_some()).collect::<Vec<_>>())?
        .with(TARGET_CREATED_AT, &take(&part.target_created_at, &at_target, None)?)?
        .flags(STOOD_BEFORE, false_where_null(&take(&part.stood_before, &at_target, None)?))?
        .flags(REFUSED, flags.of(&REFUSALS).clone())?
        .flags(MISPLACED, is_misplaced)?
        .flags(AMBIGUOUS, part.matches.ambiguous.clone())?
        .flags(NO_USABLE_KEY, part.matches.no_usable_key.clone())?
        .flags(UNREADABLE, part.doubts.unreadable.clone())?
        .flags(TARGET_COVERED, is_covered.collect::<Vec<_>>())?
        .flags(LOOK_ALIKE, part.doubts.look_alike.clone())?
        .flags(TARGET_AT_CAP, is_at_cap)?
        .finish()
}

fn false_where_null(flags: &ArrayRef) -> Vec<bool> {
    flags.as_boolean().iter().map(|flag| flag == Some(true)).collect()
}

/// Returns the frame of the relations of target-after, with the facts of [`ORIGIN_RULES`].
fn target_facts(migration: &Migration, part: &MatchedPart) -> Result<DataFrame> {
    FactFrame::new(part.target_created_at.len())
        .moment(STARTED_AT, migration.started_at)
        .moment(FINISHED_AT, migration.finished_at)
        .with(CREATED_AT, &(Arc::new(part.target_created_at.clone()) as ArrayRef))?
        .flags(STOOD_BEFORE, part.stood_before.clone())?
        .finish()
}

/// Returns the origin of each relation of target-after: the outcome of its match, or the word of the origin rules.
fn origins(part: &MatchedPart, misplaced: &MisplacedPart, rule: &[u8], unmatched: Vec<Origin>) -> Result<Vec<Origin>> {
    let of_rule: Vec<Option<Origin>> =
        RELATION_RULES.iter().map(|rule| Origin::from_word(rule.outcome().word())).collect();
    let origin_of = |(target, (&source, unmatched)): (usize, (&u32, Origin))| match source {
        NOT_MATCHED if misplaced.target.contains_key(&(target as u32)) => Ok(Origin::Misplaced),
        NOT_MATCHED => Ok(unmatched),
        source => {
            let rule = usize::from(rule[source as usize]);
            let code = RELATION_RULES[rule].code;
            of_rule[rule].ok_or_else(|| Error::Bug(format!("the rule {code} decides a matched relation")))
        }
    };
    part.matches.source_of.iter().zip(unmatched).enumerate().map(origin_of).collect()
}
