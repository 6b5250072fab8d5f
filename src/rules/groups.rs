//! The rules of groups (SPEC section 4): which were to move, and what became of them.

use polars::prelude::Expr;

use super::facts::{
    AMBIGUOUS, ASSESSMENT_FAILED, CREATED_AT, ENROLLED, MATCHED, NO_USABLE_KEY, SCOPE, STARTED_AT, STOOD_BEFORE,
    TARGET_COVERED, UNREADABLE,
};
use super::rule::{Decided, Rule, always, because, by_scope, plain};
use crate::schema::vocabulary::Severity::{Defect, Ok as Fine, Review};
use crate::schema::vocabulary::{GroupOutcome, GroupReason, GroupScope};

pub type GroupRule = Rule<Decided<GroupOutcome, GroupReason>>;

/// The rules of scope of groups, in order of precedence. A group without a time is taken to be old.
pub const GROUP_SCOPE_RULES: &[Rule<GroupScope>] = &[
    Rule {
        code: "group-scope/not_enrolled",
        gives: GroupScope::NotEnrolled,
        clause: "B8",
        severity: Fine,
        zh: "群主不在账号清单中，或群主不详。",
        en: "The owner is not in the accounts list, or unknown.",
        change_zh: "若账号清单列出群主，或群详情写明群主。",
        change_en: "If the accounts list named the owner, or the group's details named the owner.",
        holds: || ENROLLED.not(),
    },
    Rule {
        code: "group-scope/assessment_failed",
        gives: GroupScope::AssessmentFailed,
        clause: "B5",
        severity: Fine,
        zh: "群主账号未通过预评估。",
        en: "The owner's account failed the pre-assessment.",
        change_zh: "若账号清单写明群主账号预评估通过。",
        change_en: "If the accounts list said that the owner's account passed.",
        holds: || ASSESSMENT_FAILED.expr(),
    },
    Rule {
        code: "group-scope/created_after_start",
        gives: GroupScope::CreatedAfterStart,
        clause: "D1",
        severity: Fine,
        zh: "该群在迁移开始时或之后创建。",
        en: "The group was created at or after the start.",
        change_zh: "若创建时间早于 migration.started_at。",
        change_en: "If it had been created before migration.started_at.",
        holds: || CREATED_AT.since(STARTED_AT),
    },
    Rule {
        code: "group-scope/in_scope",
        gives: GroupScope::InScope,
        clause: "B8",
        severity: Fine,
        zh: "账号整体迁移，连同其名下的全部群。",
        en: "Whole accounts move, with all groups that they own.",
        change_zh: "若群主不在账号清单中、未通过预评估，或群在开始之后才创建。",
        change_en: "If the owner were not enrolled or had failed the assessment, or the group were newer than the \
            start.",
        holds: always,
    },
];

/// The rules of groups, in order of precedence.
pub const GROUP_RULES: &[GroupRule] = &[
    Rule {
        code: "group-outcome/migrated",
        gives: plain(GroupOutcome::Migrated),
        clause: "B8",
        severity: Fine,
        zh: "应迁移，已在迁入企业。",
        en: "In scope, and found in the target corp.",
        change_zh: "若群 ID 对照表另有说明，或重新导出后没有该群。",
        change_en: "If a group map said otherwise, or a new export did not hold the group.",
        holds: || in_scope().and(MATCHED),
    },
    Rule {
        code: "group-outcome/undetermined/ambiguous",
        gives: because(GroupOutcome::Undetermined, GroupReason::Ambiguous),
        clause: "B8",
        severity: Review,
        zh: "应迁移；群主名下有几个群同样吻合。",
        en: "In scope; several groups of the owner fit equally well.",
        change_zh: "提供客户群 ID 对照表。",
        change_en: "A group map.",
        holds: || in_scope().and(AMBIGUOUS),
    },
    Rule {
        code: "group-outcome/undetermined/no_usable_key",
        gives: because(GroupOutcome::Undetermined, GroupReason::NoUsableKey),
        clause: "B8",
        severity: Review,
        zh: "应迁移；没有任何信息能与对应账号的群配对。",
        en: "In scope; no key joins it with the groups of the mapped account.",
        change_zh: "导出群详情（群名与成员 unionid），或提供客户群 ID 对照表。",
        change_en: "The groups' details (names, members with unionids), or a group map.",
        holds: || in_scope().and(NO_USABLE_KEY),
    },
    Rule {
        code: "group-outcome/undetermined/unreadable",
        gives: because(GroupOutcome::Undetermined, GroupReason::Unreadable),
        clause: "B8",
        severity: Review,
        zh: "应迁移；起决定作用的字段值无法读取，或含有它的应答出错。",
        en: "In scope; a deciding value could not be read, or its answer failed.",
        change_zh: "重新导出，更正拒收（rejects）列出的值，并重取导出完整性（coverage）中出错的应答。",
        change_en: "A new export, with the values in rejects corrected and the answers fetched that coverage \
            shows as failed.",
        holds: || in_scope().and(UNREADABLE),
    },
    Rule {
        code: "group-outcome/undetermined/target_not_covered",
        gives: because(GroupOutcome::Undetermined, GroupReason::TargetNotCovered),
        clause: "B8",
        severity: Review,
        zh: "应迁移；迁入企业的群列表不能证明完整，或缺少群主。",
        en: "In scope; the target's group list is not known to be complete, or lacks owners.",
        change_zh: "重新导出迁入企业的群列表与每个群的详情，且每条记录都能读取。",
        change_en: "A new export of the target's group list and the details of each group, every record readable.",
        holds: || in_scope().and(TARGET_COVERED.not()),
    },
    Rule {
        code: "group-outcome/missing",
        gives: plain(GroupOutcome::Missing),
        clause: "B8",
        severity: Defect,
        zh: "应迁移，在对应的迁入账号名下未找到。",
        en: "In scope, and not found under the mapped account.",
        change_zh: "补迁后重新导出，或提供客户群 ID 对照表。",
        change_en: "A second run and a new export, or a group map.",
        holds: in_scope,
    },
    Rule {
        code: "group-outcome/arrived_out_of_scope",
        gives: by_scope(GroupOutcome::ArrivedOutOfScope),
        clause: "B8",
        severity: Review,
        zh: "不在范围，却在迁入企业，而迁移前那里没有它。",
        en: "Not in scope, yet found in the target corp, which did not hold it before.",
        change_zh: "若该群在范围内，则为已迁移；若并非同一个群，请提供客户群 ID 对照表。",
        change_en: "If it were in scope, it would be migrated; if it is another group, a group map says so.",
        holds: || MATCHED.and(STOOD_BEFORE.not()),
    },
    Rule {
        code: "group-outcome/out_of_scope",
        gives: by_scope(GroupOutcome::OutOfScope),
        clause: "B8",
        severity: Fine,
        zh: "不在范围，也没有新到达。",
        en: "Not in scope, and not found as a new arrival.",
        change_zh: "若该群在范围内（见上面的范围规则）。",
        change_en: "If it were in scope (see the rule of scope).",
        holds: always,
    },
];

fn in_scope() -> Expr {
    SCOPE.is(GroupScope::InScope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::facts::Fact;
    use crate::rules::rule::{FactFrame, deciding};

    /// The facts about a group without a match, in order of precedence, and the reasons that they give.
    const UNMATCHED: [Fact; 4] = [AMBIGUOUS, NO_USABLE_KEY, UNREADABLE, TARGET_COVERED];
    const REASONS: [GroupReason; 4] =
        [GroupReason::Ambiguous, GroupReason::NoUsableKey, GroupReason::Unreadable, GroupReason::TargetNotCovered];

    /// Decides a group of that scope with these facts; [`TARGET_COVERED`] stands for its negation.
    fn decided(scope: GroupScope, facts: &[Fact]) -> (GroupOutcome, Option<GroupReason>) {
        let frame = FactFrame::new(1).words(SCOPE, [Some(scope)]).unwrap();
        let rule = deciding(GROUP_RULES, frame, UNMATCHED.into_iter().chain([MATCHED, STOOD_BEFORE]), facts);
        (rule.outcome(), rule.reason(scope))
    }

    #[test]
    fn of_groups_in_scope_the_match_then_the_first_doubt_decides() {
        let scope = GroupScope::InScope;
        for (first, reason) in REASONS.into_iter().enumerate() {
            let expected = (GroupOutcome::Undetermined, Some(reason));
            assert_eq!(decided(scope, &[UNMATCHED[first]]), expected);
            assert_eq!(decided(scope, &UNMATCHED[first..]), expected);
            assert_eq!(decided(scope, &[MATCHED, UNMATCHED[first]]), (GroupOutcome::Migrated, None));
        }
        assert_eq!(decided(scope, &[MATCHED, STOOD_BEFORE]), (GroupOutcome::Migrated, None));
        assert_eq!(decided(scope, &[]), (GroupOutcome::Missing, None));
    }

    /// No doubt makes it anything but out of scope.
    #[test]
    fn of_groups_out_of_scope_only_an_arrival_counts() {
        let scope = GroupScope::NotEnrolled;
        let out = (GroupOutcome::OutOfScope, Some(GroupReason::NotEnrolled));
        for fact in UNMATCHED {
            assert_eq!(decided(scope, &[fact]), out, "{}", fact.name);
        }
        let arrived = (GroupOutcome::ArrivedOutOfScope, Some(GroupReason::NotEnrolled));
        assert_eq!(decided(scope, &[MATCHED]), arrived);
        assert_eq!(decided(scope, &[MATCHED, STOOD_BEFORE]), out);
    }
}
