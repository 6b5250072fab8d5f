//! The rules of groups (SPEC section 4). Order is precedence; the last always holds.

use crate::schema::vocabulary::{GroupOutcome, GroupReason, GroupScope, Severity};

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFacts {
    /// Whether it was to move.
    pub scope: GroupScope,
    /// A group of the target corp matches.
    pub matched: bool,
    /// The matched group stands in target-before; false where there is no such export.
    pub stood_before: bool,
    /// Several groups of the owner fit equally well.
    pub ambiguous: bool,
    /// Nothing joins the group with those of the mapped account.
    pub no_usable_key: bool,
    /// A value that decides could not be read.
    pub unreadable: bool,
    /// The target's group list is known to be complete, and says who owns each group that nothing matches.
    pub target_covered: bool,
}

/// One line of the rule book.
#[derive(Debug)]
pub struct GroupRule {
    /// What became of the group, if the rule is the first that holds.
    pub outcome: GroupOutcome,
    /// What refines the outcome; those out of scope are refined by their scope.
    pub reason: Option<GroupReason>,
    /// The clause that it comes from.
    pub clause: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The rule in a sentence.
    pub says: &'static str,
    /// When it holds.
    pub holds: fn(&GroupFacts) -> bool,
}

use Severity::{Defect, Ok as Fine, Review};

/// The rules, first that holds.
#[rustfmt::skip]
pub const GROUP_RULE_BOOK: &[GroupRule] = &[
    GroupRule { outcome: GroupOutcome::Migrated,          reason: None,                                clause: "B8", severity: Fine,   says: "In scope, and in the target corp.",                                              holds: |group| in_scope(group) && group.matched },
    GroupRule { outcome: GroupOutcome::Undetermined,      reason: Some(GroupReason::Ambiguous),        clause: "B8", severity: Review, says: "In scope; several groups of the owner fit equally well.",                        holds: |group| in_scope(group) && group.ambiguous },
    GroupRule { outcome: GroupOutcome::Undetermined,      reason: Some(GroupReason::NoUsableKey),      clause: "B8", severity: Review, says: "In scope; nothing can join it with the groups of the mapped account.",           holds: |group| in_scope(group) && group.no_usable_key },
    GroupRule { outcome: GroupOutcome::Undetermined,      reason: Some(GroupReason::Unreadable),       clause: "B8", severity: Review, says: "In scope; a value that decides could not be read.",                                 holds: |group| in_scope(group) && group.unreadable },
    GroupRule { outcome: GroupOutcome::Undetermined,      reason: Some(GroupReason::TargetNotCovered), clause: "B8", severity: Review, says: "In scope; the target's group list is not known to be complete, or lacks owners.", holds: |group| in_scope(group) && !group.target_covered },
    GroupRule { outcome: GroupOutcome::Missing,           reason: None,                                clause: "B8", severity: Defect, says: "In scope, and no trace of it.",                                                  holds: in_scope },
    GroupRule { outcome: GroupOutcome::ArrivedOutOfScope, reason: None,                                clause: "B8", severity: Review, says: "Not in scope, and in the target corp, which did not hold it before.",            holds: |group| group.matched && !group.stood_before },
    GroupRule { outcome: GroupOutcome::OutOfScope,        reason: None,                                clause: "B8", severity: Fine,   says: "Not in scope, and nothing happened.",                                            holds: |_| true },
];

fn in_scope(group: &GroupFacts) -> bool {
    group.scope == GroupScope::InScope
}

impl GroupRule {
    /// The `reason` of a group that the rule decided.
    pub fn reason(&self, scope: GroupScope) -> Option<GroupReason> {
        self.reason.or_else(|| match self.outcome {
            GroupOutcome::OutOfScope | GroupOutcome::ArrivedOutOfScope => {
                GroupReason::ALL.iter().copied().find(|reason| reason.word() == scope.word())
            }
            _ => None,
        })
    }
}

/// The rule that decides a group.
pub fn group_rule(group: &GroupFacts) -> &'static GroupRule {
    GROUP_RULE_BOOK.iter().find(|rule| (rule.holds)(group)).expect("the last rule always holds")
}
