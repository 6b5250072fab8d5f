//! The rules of scope for groups (SPEC section 4): which group was to move, and if not, why. Order is precedence.

use crate::schema::vocabulary::GroupScope;

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFacts {
    /// Its owner is in the accounts list, or could not be read.
    pub enrolled: bool,
    /// The owner's account failed the pre-assessment.
    pub assessment_failed: bool,
    /// Created at or after the start; a group without a time is taken to be old.
    pub created_after_start: bool,
}

/// One line of the rule book.
#[derive(Debug)]
pub struct GroupScopeRule {
    /// What the group is, if the rule is the first that holds.
    pub scope: GroupScope,
    /// The clause that it comes from.
    pub clause: &'static str,
    /// The rule in a sentence.
    pub says: &'static str,
    /// When it holds.
    pub holds: fn(&GroupFacts) -> bool,
}

/// The rules, first that holds; the last always does.
#[rustfmt::skip]
pub const GROUP_RULE_BOOK: &[GroupScopeRule] = &[
    GroupScopeRule { scope: GroupScope::NotEnrolled,       clause: "B8", says: "The owner is not in the accounts list, or unknown.", holds: |group| !group.enrolled },
    GroupScopeRule { scope: GroupScope::AssessmentFailed,  clause: "B5", says: "The owner's account failed the pre-assessment.",     holds: |group| group.assessment_failed },
    GroupScopeRule { scope: GroupScope::CreatedAfterStart, clause: "D1", says: "The group was created at or after the start.",       holds: |group| group.created_after_start },
    GroupScopeRule { scope: GroupScope::InScope,           clause: "B8", says: "Whole accounts move, with all groups that they own.", holds: |_| true },
];

/// The scope of a group.
pub fn group_scope(group: &GroupFacts) -> GroupScope {
    GROUP_RULE_BOOK.iter().find(|rule| (rule.holds)(group)).map_or(GroupScope::InScope, |rule| rule.scope)
}
