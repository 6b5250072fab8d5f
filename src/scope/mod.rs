//! Who and what was to move: the accounts list, and the scope of each relation.

mod accounts;
mod refusals;
mod rules;

pub use accounts::{Account, Enrolment};
pub use refusals::{Refusals, UnmatchedRefusal};
pub use rules::{RULE_BOOK, ScopeRule, scope};
