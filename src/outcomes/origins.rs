//! The rules of origin: where a relation of the target corp came from, if nothing matches it.

use polars::prelude::{Expr, lit};

use super::first_that_holds;
use crate::case::Migration;
use crate::schema::evidence as e;
use crate::schema::vocabulary::Origin;

/// One line of the rules of origin.
#[derive(Debug)]
pub struct OriginRule {
    /// Where it came from, if the rule is the first that holds.
    pub origin: Origin,
    /// The clause that it comes from.
    pub clause: &'static str,
    /// The rule in a sentence.
    pub says: &'static str,
    /// When it holds; never null. Looks at [`e::CREATED_AT`] and [`e::STOOD_BEFORE`] of the target relation.
    pub holds: fn(&Migration) -> Expr,
}

/// The rules for relations that nothing matches, first that holds. A matched one takes the outcome of its source.
#[rustfmt::skip]
pub const ORIGIN_RULES: &[OriginRule] = &[
    OriginRule { origin: Origin::PreExisting,          clause: "D1", says: "Older than the start, or known from before it.", holds: |m| is_older(m).or(e::STOOD_BEFORE.expr()) },
    OriginRule { origin: Origin::UnknownTime,          clause: "D1", says: "Nobody knows when it was made.",                 holds: |_| e::CREATED_AT.expr().is_null() },
    OriginRule { origin: Origin::AddedDuringMigration, clause: "D1", says: "Made between the start and the end.",            holds: |m| e::CREATED_AT.expr().lt(lit(m.finished_at)) },
    OriginRule { origin: Origin::AddedAfterMigration,  clause: "D1", says: "Made at or after the end.",                      holds: |_| lit(true) },
];

fn is_older(migration: &Migration) -> Expr {
    e::CREATED_AT.expr().lt(lit(migration.started_at)).fill_null(lit(false))
}

/// The place in [`ORIGIN_RULES`] of the rule that decides each unmatched row.
pub fn origin(migration: &Migration) -> Expr {
    first_that_holds(ORIGIN_RULES.iter().map(|rule| (rule.holds)(migration)).collect()).alias(e::RULE.name)
}
