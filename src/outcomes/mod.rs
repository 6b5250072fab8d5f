//! THE RULE BOOK: what became of each relation, by the first rule that holds.

mod origins;
mod relations;

pub use origins::{ORIGIN_RULES, OriginRule, origin};
pub use relations::{RULE_BOOK, Refinement, Rule, rule};

use polars::prelude::{Expr, lit, when};

/// The place of the first predicate that holds; the last is taken to hold always.
fn first_that_holds(predicates: Vec<Expr>) -> Expr {
    let last = u8::try_from(predicates.len() - 1).expect("a rule book has fewer than 256 lines");
    let numbered = (0..last).zip(predicates);
    numbered.rev().fold(lit(last), |decided, (place, holds)| when(holds).then(lit(place)).otherwise(decided))
}
