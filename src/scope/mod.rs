//! Who and what was to move: the accounts list, and the scope of each relation and group.

mod accounts;
mod groups;
mod refusals;
mod rules;

pub use accounts::{Account, Enrolment};
pub use groups::{GROUP_RULE_BOOK, GroupFacts, GroupScopeRule, group_scope};
pub use refusals::{Named, Refusals, UnmatchedRefusal};
pub use rules::{RULE_BOOK, ScopeRule, scope};
