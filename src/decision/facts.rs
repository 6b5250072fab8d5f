//! One partition: the facts about each relation, and the rule that decides it by them.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, UInt8Array, UInt32Array};
use arrow::compute::take;
use polars::prelude::{Column, Expr, IntoLazy};

use super::across::MisplacedPart;
use super::match_part::MatchedPart;
use super::{DecidedPart, PairCoverage};
use crate::case::Case;
use crate::error::{Error, Result};
use crate::frame;
use crate::matching::NOT_MATCHED;
use crate::outcomes::{self, ORIGIN_RULES, RULE_BOOK};
use crate::schema;
use crate::schema::evidence as e;
use crate::schema::vocabulary::{Origin, Outcome};

/// Decides the relations of a partition.
pub fn decide_part(
    case: &Case,
    part: MatchedPart,
    refused: BooleanArray,
    misplaced: &MisplacedPart,
    coverage: &[PairCoverage],
    namespaces_in_doubt: bool,
) -> Result<DecidedPart> {
    let mut facts = of_outcome(&part, &refused, misplaced, coverage)?;
    // Where unread unionids could have made the namespaces comparable, or not, nothing unmatched is known to be absent.
    let covered = part.doubts.covered.iter().map(|&covered| Some(covered && !namespaces_in_doubt)).collect();
    facts.push(flags(&e::TARGET_COVERED, covered)?);
    let rule = codes((part.scope.len(), facts), outcomes::rule(&case.migration), e::RULE.name)?;
    let origin = origins(case, &part, misplaced, &rule)?;
    let MatchedPart { scope, pairs, matches, still_at_source, .. } = part;
    Ok(DecidedPart { scope, rule, joined: matches.into(), refused, origin, pairs, still_at_source })
}

fn of_outcome(
    part: &MatchedPart,
    refused: &BooleanArray,
    misplaced: &MisplacedPart,
    coverage: &[PairCoverage],
) -> Result<Vec<Column>> {
    let rows = part.scope.len();
    let mut is_misplaced = vec![false; rows];
    for &row in misplaced.source.keys() {
        is_misplaced[row as usize] = true;
    }
    let of_pair = |fact: fn(&PairCoverage) -> bool| -> BooleanArray {
        let mut facts = vec![false; rows];
        for (index, pair) in &part.pairs {
            facts[pair.source.start as usize..pair.source.end as usize].fill(fact(&coverage[*index as usize]));
        }
        facts.into()
    };
    let at_target: UInt32Array =
        part.matches.target_of.iter().map(|&row| (row != NOT_MATCHED).then_some(row)).collect();
    let target_created_at = take(&part.target_created_at, &at_target, None)?;
    let stood_before: BooleanArray = take(&part.stood_before, &at_target, None)?
        .as_boolean()
        .iter()
        .map(|stood| stood == Some(true))
        .map(Some)
        .collect();
    let scope: ArrayRef = Arc::new(UInt8Array::from_iter_values(part.scope.iter().map(|scope| scope.code())));
    Ok(vec![
        frame::column(e::SCOPE.name, &scope)?,
        flags(&e::MATCHED, part.matches.target_of.iter().map(|&row| Some(row != NOT_MATCHED)).collect())?,
        frame::column(e::TARGET_CREATED_AT.name, &target_created_at)?,
        flags(&e::STOOD_BEFORE, stood_before)?,
        flags(&e::REFUSED, refused.clone())?,
        flags(&e::MISPLACED, is_misplaced.into())?,
        flags(&e::AMBIGUOUS, part.matches.ambiguous.clone().into())?,
        flags(&e::NO_USABLE_KEY, part.matches.no_usable_key.clone().into())?,
        flags(&e::UNREADABLE, part.doubts.unreadable.clone().into())?,
        flags(&e::LOOK_ALIKE, part.doubts.look_alike.clone().into())?,
        flags(&e::TARGET_AT_CAP, of_pair(|c| c.target_at_cap))?,
    ])
}

/// The origin of each relation of target-after.
fn origins(case: &Case, part: &MatchedPart, misplaced: &MisplacedPart, rule: &[u8]) -> Result<Vec<Origin>> {
    let created_at: ArrayRef = Arc::new(part.target_created_at.clone());
    let columns =
        vec![frame::column(e::CREATED_AT.name, &created_at)?, flags(&e::STOOD_BEFORE, part.stood_before.clone())?];
    let unmatched = codes((part.target_created_at.len(), columns), outcomes::origin(&case.migration), e::RULE.name)?;
    let origin_of_rule: Vec<Option<Origin>> = RULE_BOOK.iter().map(|rule| origin_of_outcome(rule.outcome)).collect();
    let origin_of = |(target, (&source, code)): (usize, (&u32, u8))| match source {
        NOT_MATCHED if misplaced.target.contains_key(&(target as u32)) => Ok(Origin::Misplaced),
        NOT_MATCHED => Ok(ORIGIN_RULES[code as usize].origin),
        source => {
            let rule = rule[source as usize] as usize;
            origin_of_rule[rule]
                .ok_or_else(|| Error::Bug(format!("a matched relation has the outcome {}", RULE_BOOK[rule].outcome)))
        }
    };
    part.matches.source_of.iter().zip(unmatched).enumerate().map(origin_of).collect()
}

/// A matched relation takes the outcome of its source.
fn origin_of_outcome(outcome: Outcome) -> Option<Origin> {
    Origin::ALL.iter().copied().find(|origin| origin.word() == outcome.word())
}

/// A fact that holds or not, row by row.
pub fn flags(fact: &schema::Column, values: BooleanArray) -> Result<Column> {
    frame::column(fact.name, &(Arc::new(values) as ArrayRef))
}

/// Evaluates a rule book over facts: one code per row.
pub fn codes((height, columns): (usize, Vec<Column>), rules: Expr, name: &str) -> Result<Vec<u8>> {
    if height == 0 {
        return Ok(Vec::new());
    }
    // Polars widens small literals in `when`; a code is a byte again here.
    #[expect(clippy::disallowed_methods, reason = "a rule book becomes one code per row here, and nowhere else")]
    let decided =
        frame::frame(height, columns)?.lazy().select([rules.cast(polars::prelude::DataType::UInt8)]).collect()?;
    let codes = decided.column(name)?.u8()?;
    codes.iter().map(|code| code.ok_or_else(|| Error::Bug(format!("a rule of {name} is null for some row")))).collect()
}
