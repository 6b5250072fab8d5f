//! The rules of relations (SPEC section 3). Order is precedence; the last always holds.

use polars::prelude::{Expr, lit};

use super::first_that_holds;
use crate::case::Migration;
use crate::schema::evidence as e;
use crate::schema::vocabulary::{Outcome, Reason, Scope, Severity};

/// One line of the rule book.
#[derive(Debug)]
pub struct Rule {
    /// What became of the relation, if the rule is the first that holds.
    pub outcome: Outcome,
    /// What refines the outcome.
    pub refinement: Refinement,
    /// The clause that it comes from.
    pub clause: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The rule in a sentence.
    pub says: &'static str,
    /// When it holds; never null.
    pub holds: fn(&Migration) -> Expr,
}

/// Where the `reason` of a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refinement {
    /// The outcome says it all.
    None,
    /// A word of its own.
    Word(Reason),
    /// The scope of the relation.
    Scope,
}

use Refinement::{None as Plain, Scope as ByScope, Word};
use Severity::{Defect, Ok as Fine, Review};

/// The rules, first that holds.
#[rustfmt::skip]
pub const RULE_BOOK: &[Rule] = &[
    Rule { outcome: Outcome::RefusedButArrived, refinement: Plain,                        clause: "A3", severity: Defect, says: "In scope and listed as refused, and there all the same.",                        holds: |_| in_scope().and(matched()).and(refused()) },
    Rule { outcome: Outcome::AlreadyAtTarget,   refinement: Plain,                        clause: "B8", severity: Fine,   says: "In scope and there, where it stood before the start.",                          holds: |m| in_scope().and(matched()).and(was_there_before(m)) },
    Rule { outcome: Outcome::Migrated,          refinement: Plain,                        clause: "B8", severity: Fine,   says: "In scope and there, made since the start or at an unknown time.",               holds: |_| in_scope().and(matched()) },
    Rule { outcome: Outcome::Refused,           refinement: Plain,                        clause: "A3", severity: Review, says: "In scope, listed as refused, and not there.",                                   holds: |_| in_scope().and(refused()) },
    Rule { outcome: Outcome::Misplaced,         refinement: Plain,                        clause: "B7", severity: Defect, says: "In scope, not there, but under another target account, made since the start or at an unknown time.", holds: |_| in_scope().and(misplaced()) },
    Rule { outcome: Outcome::Undetermined,      refinement: Word(Reason::Ambiguous),      clause: "B8", severity: Review, says: "In scope; more relations share its key than the target holds.",                 holds: |_| in_scope().and(e::AMBIGUOUS.expr()) },
    Rule { outcome: Outcome::Undetermined,      refinement: Word(Reason::NoUsableKey),    clause: "B8", severity: Review, says: "In scope; nothing can join it with the mapped account.",                        holds: |_| in_scope().and(e::NO_USABLE_KEY.expr()) },
    Rule { outcome: Outcome::Undetermined,      refinement: Word(Reason::Unreadable),       clause: "B8", severity: Review, says: "In scope; a value that decides could not be read.",                             holds: |_| in_scope().and(e::UNREADABLE.expr()) },
    Rule { outcome: Outcome::Undetermined,      refinement: Word(Reason::TargetNotCovered), clause: "B8", severity: Review, says: "In scope; the dump of the mapped account is not known to be complete.",       holds: |_| in_scope().and(e::TARGET_COVERED.expr().not()) },
    Rule { outcome: Outcome::Undetermined,      refinement: Word(Reason::LookAlike),        clause: "B8", severity: Review, says: "In scope; the mapped account holds an unmatched relation with a name that looks the same.", holds: |_| in_scope().and(e::LOOK_ALIKE.expr()) },
    Rule { outcome: Outcome::Missing,           refinement: Word(Reason::TargetAtCap),    clause: "B8", severity: Defect, says: "In scope and not there; the mapped account is at its cap.",                     holds: |_| in_scope().and(e::TARGET_AT_CAP.expr()) },
    Rule { outcome: Outcome::Missing,           refinement: Word(Reason::NoTrace),        clause: "B8", severity: Defect, says: "In scope, and no trace of it.",                                                 holds: |_| in_scope() },
    Rule { outcome: Outcome::ArrivedOutOfScope, refinement: ByScope,                      clause: "B8", severity: Review, says: "Not in scope, and there, made since the start.",                                holds: |m| matched().and(is_made_since_start(m)) },
    Rule { outcome: Outcome::OutOfScope,        refinement: ByScope,                      clause: "B8", severity: Fine,   says: "Not in scope, and nothing happened.",                                           holds: |_| lit(true) },
];

impl Rule {
    /// The `reason` of a row that the rule decided.
    pub fn reason(&self, scope: Scope) -> Option<Reason> {
        match self.refinement {
            Plain => None,
            Word(reason) => Some(reason),
            ByScope => Reason::ALL.iter().copied().find(|reason| reason.word() == scope.word()),
        }
    }
}

fn in_scope() -> Expr {
    e::SCOPE.expr().eq(lit(Scope::InScope.code()))
}

/// In the mapped account, that is; what stands elsewhere is misplaced.
fn matched() -> Expr {
    e::MATCHED.expr()
}

fn refused() -> Expr {
    e::REFUSED.expr()
}

fn misplaced() -> Expr {
    e::MISPLACED.expr()
}

/// Older than the start, or known from before it. An unknown time is no evidence of age.
fn was_there_before(migration: &Migration) -> Expr {
    let is_older = e::TARGET_CREATED_AT.expr().lt(lit(migration.started_at)).fill_null(lit(false));
    is_older.or(e::STOOD_BEFORE.expr())
}

/// An unknown time is no evidence of an arrival.
fn is_made_since_start(migration: &Migration) -> Expr {
    e::TARGET_CREATED_AT.expr().gt_eq(lit(migration.started_at)).fill_null(lit(false))
}

/// The place in [`RULE_BOOK`] of the rule that decides each row.
pub fn rule(migration: &Migration) -> Expr {
    first_that_holds(RULE_BOOK.iter().map(|rule| (rule.holds)(migration)).collect()).alias(e::RULE.name)
}
