//! The rules of scope (SPEC section 3): which relation was to move, and if not, why. Order is precedence.

use polars::prelude::{Expr, lit, when};

use crate::case::Migration;
use crate::schema::evidence as e;
use crate::schema::vocabulary::Scope;

/// One line of the rule book of scope.
pub struct ScopeRule {
    /// What the relation is, if the rule is the first that holds.
    pub scope: Scope,
    /// The clause that it comes from.
    pub clause: &'static str,
    /// The rule in a sentence.
    pub says: &'static str,
    /// When it holds; never null.
    pub holds: fn(&Migration) -> Expr,
}

/// The rules, first that holds; the last always does.
#[rustfmt::skip]
pub const RULE_BOOK: &[ScopeRule] = &[
    ScopeRule { scope: Scope::Unassigned,       clause: "B3", says: "The pair stands in the list of customers of left members.",            holds: |_| e::UNASSIGNED.expr() },
    ScopeRule { scope: Scope::ExternalContact,  clause: "B1", says: "The contact is no customer, or the member has no customer-contact permission.", holds: |_| is_external_contact() },
    ScopeRule { scope: Scope::NotEnrolled,      clause: "B5", says: "The member is not in the accounts list.",                              holds: |_| e::ENROLLED.expr().not() },
    ScopeRule { scope: Scope::AssessmentFailed, clause: "B5", says: "The account failed the pre-assessment.",                               holds: |_| e::ASSESSMENT_FAILED.expr() },
    ScopeRule { scope: Scope::AddedAfterStart,  clause: "D1", says: "The relation was made at or after the start.",                         holds: was_added_after_start },
    ScopeRule { scope: Scope::InScope,          clause: "B8", says: "Whole accounts move, with all their customers.",                       holds: |_| lit(true) },
];

/// Unknown (`null`) is no evidence of being an external contact.
fn is_external_contact() -> Expr {
    let is_no_customer = e::IS_CUSTOMER.expr().not().fill_null(lit(false));
    let has_no_permission = e::HAS_PERMISSION.expr().not().fill_null(lit(false));
    is_no_customer.or(has_no_permission)
}

/// A relation without a time is taken to be old: the snapshot was made before the start.
fn was_added_after_start(migration: &Migration) -> Expr {
    e::CREATED_AT.expr().gt_eq(lit(migration.started_at)).fill_null(lit(false))
}

/// The scope of each row, as the code of the word.
pub fn scope(migration: &Migration) -> Expr {
    let mut decided = lit(Scope::InScope.code());
    for rule in RULE_BOOK.iter().rev() {
        decided = when((rule.holds)(migration)).then(lit(rule.scope.code())).otherwise(decided);
    }
    decided.alias(e::SCOPE.name)
}
