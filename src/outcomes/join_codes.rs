//! The rules of join codes (SPEC section 5, clause A2): what was to become of a code, what did, and what that means.

use crate::schema::vocabulary::{CodeVerdict, Observed, Predicted, Severity};

use Observed::{Alive, Deleted, Empty, NotObserved};
use Severity::{Defect, Ok as Fine, Review};

/// The groups that a code links in source-before, counted by what is known of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkedBefore {
    pub in_scope: usize,
    pub out_of_scope: usize,
    /// Groups that the snapshot does not hold, or that could not be read.
    pub not_held: usize,
}

/// One line of the rules of prediction.
#[derive(Debug)]
pub struct PredictionRule {
    /// What will become of the code, if the rule is the first that holds.
    pub predicted: Predicted,
    /// When it holds.
    pub holds: fn(&LinkedBefore) -> bool,
}

/// The rules of prediction, first that holds; the last always does.
#[rustfmt::skip]
pub const PREDICTION_RULES: &[PredictionRule] = &[
    PredictionRule { predicted: Predicted::Alive,        holds: |linked| linked.out_of_scope > 0 },
    PredictionRule { predicted: Predicted::Unknown,      holds: |linked| linked.not_held > 0 },
    PredictionRule { predicted: Predicted::Empty,        holds: |linked| linked.in_scope > 0 },
    PredictionRule { predicted: Predicted::AlreadyEmpty, holds: |_| true },
];

/// What is known of a code in source-after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LinkedAfter {
    /// Source-after holds an answer about the code.
    pub answered: bool,
    /// The answer was that it does not exist.
    pub deleted: bool,
    /// Linked groups that the source corp still lists; all of them where there is no group list.
    pub listed: usize,
    /// Linked groups of which the group list, being cut short or in error, cannot tell; a list of groups that could not be read.
    pub unclear: usize,
}

/// One line of the rules of observation.
#[derive(Debug)]
pub struct ObservationRule {
    /// What source-after shows of the code, if the rule is the first that holds.
    pub observed: Observed,
    /// When it holds.
    pub holds: fn(&LinkedAfter) -> bool,
}

/// The rules of observation, first that holds; the last always does.
#[rustfmt::skip]
pub const OBSERVATION_RULES: &[ObservationRule] = &[
    ObservationRule { observed: Deleted,     holds: |code| code.deleted },
    ObservationRule { observed: Alive,       holds: |code| code.listed > 0 },
    ObservationRule { observed: NotObserved, holds: |code| !code.answered || code.unclear > 0 },
    ObservationRule { observed: Empty,       holds: |_| true },
];

/// What the rules of the verdict look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFacts {
    /// None where source-before does not hold the code.
    pub predicted: Option<Predicted>,
    pub observed: Observed,
    /// A group that keeps it alive was linked in source-before already.
    pub kept_by_linked_before: bool,
}

/// One line of the rule book.
#[derive(Debug)]
pub struct JoinCodeRule {
    /// The verdict, if the rule is the first that holds.
    pub verdict: CodeVerdict,
    /// The clause that it comes from.
    pub clause: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// The rule in a sentence.
    pub says: &'static str,
    /// When it holds.
    pub holds: fn(&CodeFacts) -> bool,
}

/// The rules, first that holds; the last always does.
#[rustfmt::skip]
pub const JOIN_CODE_RULE_BOOK: &[JoinCodeRule] = &[
    JoinCodeRule { verdict: CodeVerdict::New,                  clause: "A2", severity: Fine,   says: "Only source-after holds the code.",                                                       holds: |code| code.predicted.is_none() },
    JoinCodeRule { verdict: CodeVerdict::Emptied,              clause: "A2", severity: Fine,   says: "All its groups were to move, and it links none any more, or is deleted.",                 holds: |code| code.was(&[Predicted::Empty]) && code.is(&[Empty, Deleted]) },
    JoinCodeRule { verdict: CodeVerdict::AliveGroupLeftBehind, clause: "A2", severity: Defect, says: "All its groups were to move, and one of them still keeps it alive.",                      holds: |code| code.was(&[Predicted::Empty]) && code.is(&[Alive]) && code.kept_by_linked_before },
    JoinCodeRule { verdict: CodeVerdict::AliveNewGroup,        clause: "A2", severity: Review, says: "All its groups were to move, and groups linked since (also by itself) keep it alive.",    holds: |code| code.was(&[Predicted::Empty]) && code.is(&[Alive]) },
    JoinCodeRule { verdict: CodeVerdict::Kept,                 clause: "A2", severity: Fine,   says: "A group was to stay, and the code is alive.",                                             holds: |code| code.was(&[Predicted::Alive]) && code.is(&[Alive]) },
    JoinCodeRule { verdict: CodeVerdict::Lost,                 clause: "A2", severity: Defect, says: "A group was to stay, and yet the code links none any more, or is deleted.",               holds: |code| code.was(&[Predicted::Alive]) && code.is(&[Empty, Deleted]) },
    JoinCodeRule { verdict: CodeVerdict::AlreadyEmpty,         clause: "A2", severity: Fine,   says: "It linked no group before, and nothing shows that it does now.",                          holds: |code| code.was(&[Predicted::AlreadyEmpty]) && code.is(&[Empty, Deleted, NotObserved]) },
    JoinCodeRule { verdict: CodeVerdict::AliveUnpredicted,     clause: "A2", severity: Review, says: "It linked nothing, or groups that the snapshot does not hold, and is alive.",              holds: |code| code.was(&[Predicted::Unknown, Predicted::AlreadyEmpty]) && code.is(&[Alive]) },
    JoinCodeRule { verdict: CodeVerdict::EmptiedUnpredicted,   clause: "A2", severity: Review, says: "It linked groups that the snapshot does not hold, and links none any more, or is deleted.", holds: |code| code.was(&[Predicted::Unknown]) && code.is(&[Empty, Deleted]) },
    JoinCodeRule { verdict: CodeVerdict::Unverified,           clause: "A2", severity: Review, says: "Source-after does not show what became of it.",                                           holds: |_| true },
];

impl CodeFacts {
    fn was(&self, predicted: &[Predicted]) -> bool {
        self.predicted.is_some_and(|word| predicted.contains(&word))
    }

    fn is(&self, observed: &[Observed]) -> bool {
        observed.contains(&self.observed)
    }
}

/// What will become of a code that source-before holds.
pub fn predicted(linked: &LinkedBefore) -> Predicted {
    PREDICTION_RULES.iter().find(|rule| (rule.holds)(linked)).map_or(Predicted::AlreadyEmpty, |rule| rule.predicted)
}

/// What source-after shows of a code.
pub fn observed(code: &LinkedAfter) -> Observed {
    OBSERVATION_RULES.iter().find(|rule| (rule.holds)(code)).map_or(Empty, |rule| rule.observed)
}

/// The rule that gives a code its verdict.
pub fn join_code_rule(code: &CodeFacts) -> &'static JoinCodeRule {
    JOIN_CODE_RULE_BOOK.iter().find(|rule| (rule.holds)(code)).expect("the last rule always holds")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of SPEC section 5, cell by cell: predicted, then the verdict for each observation.
    #[test]
    fn the_verdicts_are_those_of_the_table() {
        use CodeVerdict as V;
        let table = [
            (
                Some(Predicted::Empty),
                [V::Unverified, V::Emptied, V::Emptied, V::AliveNewGroup],
                V::AliveGroupLeftBehind,
            ),
            (Some(Predicted::Alive), [V::Unverified, V::Lost, V::Lost, V::Kept], V::Kept),
            (
                Some(Predicted::AlreadyEmpty),
                [V::AlreadyEmpty, V::AlreadyEmpty, V::AlreadyEmpty, V::AliveUnpredicted],
                V::AliveUnpredicted,
            ),
            (
                Some(Predicted::Unknown),
                [V::Unverified, V::EmptiedUnpredicted, V::EmptiedUnpredicted, V::AliveUnpredicted],
                V::AliveUnpredicted,
            ),
            (None, [V::New; 4], V::New),
        ];
        for (predicted, verdicts, kept_by_linked_before) in table {
            for (observed, told) in [NotObserved, Deleted, Empty, Alive].into_iter().zip(verdicts) {
                let code = CodeFacts { predicted, observed, kept_by_linked_before: false };
                assert_eq!(join_code_rule(&code).verdict, told, "{code:?}");
            }
            let code = CodeFacts { predicted, observed: Alive, kept_by_linked_before: true };
            assert_eq!(join_code_rule(&code).verdict, kept_by_linked_before, "{code:?}");
        }
    }

    #[test]
    fn a_group_that_stays_goes_before_one_that_nobody_knows() {
        let linked = |in_scope, out_of_scope, not_held| predicted(&LinkedBefore { in_scope, out_of_scope, not_held });
        assert_eq!(linked(1, 1, 1), Predicted::Alive);
        assert_eq!(linked(1, 0, 1), Predicted::Unknown);
        assert_eq!(linked(2, 0, 0), Predicted::Empty);
        assert_eq!(linked(0, 0, 0), Predicted::AlreadyEmpty);
    }
}
