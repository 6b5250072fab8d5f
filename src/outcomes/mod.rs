//! THE RULE BOOK: what became of each relation, group and join code, by the first rule that holds.
//!
//! Relations are counted in millions, so their rules are expressions over columns; groups and codes are counted in
//! thousands, so theirs look at one at a time.

mod groups;
mod join_codes;
mod origins;
mod relations;

pub use groups::{GROUP_RULE_BOOK, GroupFacts, GroupRule, group_rule};
pub use join_codes::{
    CodeFacts, JOIN_CODE_RULE_BOOK, JoinCodeRule, LinkedAfter, LinkedBefore, OBSERVATION_RULES, ObservationRule,
    PREDICTION_RULES, PredictionRule, join_code_rule, observed, predicted,
};
pub use origins::{ORIGIN_RULES, OriginRule, origin};
pub use relations::{RULE_BOOK, Refinement, Rule, rule};

use polars::prelude::{Expr, lit, when};

/// The place of the first predicate that holds; the last is taken to hold always.
fn first_that_holds(predicates: Vec<Expr>) -> Expr {
    let last = u8::try_from(predicates.len() - 1).expect("a rule book has fewer than 256 lines");
    let numbered = (0..last).zip(predicates);
    numbered.rev().fold(lit(last), |decided, (place, holds)| when(holds).then(lit(place)).otherwise(decided))
}
