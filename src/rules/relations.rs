//! The rules of relations (SPEC section 3): what became of each relation of source-before.

use polars::prelude::Expr;

use super::facts::{
    AMBIGUOUS, LOOK_ALIKE, MATCHED, MISPLACED, NO_USABLE_KEY, REFUSED, SCOPE, STARTED_AT, STOOD_BEFORE, TARGET_AT_CAP,
    TARGET_COVERED, TARGET_CREATED_AT, UNREADABLE,
};
use super::rule::{Decided, Rule, always, because, by_scope, plain};
use crate::schema::vocabulary::Severity::{Defect, Ok as Fine, Review};
use crate::schema::vocabulary::{Outcome, Reason, Scope};

pub type RelationRule = Rule<Decided<Outcome, Reason>>;

/// The rules of relations, in order of precedence.
///
/// `MATCHED` means in the mapped account: what another account holds is misplaced. An unknown time of the target is
/// evidence neither of age nor of an arrival.
pub const RELATION_RULES: &[RelationRule] = &[
    Rule {
        code: "outcome/refused_but_arrived",
        gives: plain(Outcome::RefusedButArrived),
        clause: "A3",
        severity: Defect,
        zh: "应迁移，已列入拒绝名单，却仍在对应的迁入账号中。",
        en: "In scope, listed as refused, and yet found in the mapped account.",
        change_zh: "若拒绝名单没有该客户，则为已迁移；若迁入账号中没有该客户，则为客户拒绝。",
        change_en: "Without the row of the refusals list it would be migrated; if it were not at the target, refused.",
        holds: || in_scope().and(MATCHED).and(REFUSED),
    },
    Rule {
        code: "outcome/already_at_target",
        gives: plain(Outcome::AlreadyAtTarget),
        clause: "B8",
        severity: Fine,
        zh: "应迁移，迁移开始前就已在对应的迁入账号。",
        en: "In scope and found in the mapped account, where it existed before the start.",
        change_zh: "若迁入企业的添加时间不早于开始，且 target-before 没有它，则为已迁移。",
        change_en: "If the target relation were not older than the start and not in target-before, it would be \
            migrated.",
        holds: || in_scope().and(MATCHED).and(existed_before_start()),
    },
    Rule {
        code: "outcome/migrated",
        gives: plain(Outcome::Migrated),
        clause: "B8",
        severity: Fine,
        zh: "应迁移，已到达对应的迁入账号，添加时间在迁移开始之后或不详。",
        en: "In scope and found in the mapped account, added since the start or at an unknown time.",
        change_zh: "若迁入企业的添加时间早于开始，或 target-before 已有它，则为原已存在。",
        change_en: "If the target relation were older than the start, or were in target-before, it would be \
            already_at_target.",
        holds: || in_scope().and(MATCHED),
    },
    Rule {
        code: "outcome/refused",
        gives: plain(Outcome::Refused),
        clause: "A3",
        severity: Review,
        zh: "应迁移，列入拒绝名单，未找到。",
        en: "In scope, listed as refused, and not found.",
        change_zh: "若拒绝名单没有该客户，则为缺失或无法判定；客户同意后由成员重新添加。",
        change_en: "Without the row of the refusals list it would be missing or undetermined; with the \
            customer's consent the member can add them again.",
        holds: || in_scope().and(REFUSED),
    },
    Rule {
        code: "outcome/misplaced",
        gives: plain(Outcome::Misplaced),
        clause: "B7",
        severity: Defect,
        zh: "应迁移，不在对应账号，却在其他迁入账号（添加时间在迁移开始之后或不详）。",
        en: "In scope, not found in the mapped account but in another one, added there since the start or at an \
            unknown time.",
        change_zh: "若账号清单对应到实际到达账号（arrived_userid），或客户随后到达对应账号并重新导出。",
        change_en: "If the accounts list mapped the account to arrived_userid, or a new export showed the customer \
            in the mapped account.",
        holds: || in_scope().and(MISPLACED),
    },
    Rule {
        code: "outcome/undetermined/ambiguous",
        gives: because(Outcome::Undetermined, Reason::Ambiguous),
        clause: "B8",
        severity: Review,
        zh: "应迁移；同账号内配对依据相同的关系，多于迁入账号中的数量。",
        en: "In scope; more relations share its key than the target holds.",
        change_zh: "提供客户 ID 对照表，或两边都带 unionid 的导出。",
        change_en: "A customer map, or exports of both corps with unionids.",
        holds: || in_scope().and(AMBIGUOUS),
    },
    Rule {
        code: "outcome/undetermined/no_usable_key",
        gives: because(Outcome::Undetermined, Reason::NoUsableKey),
        clause: "B8",
        severity: Review,
        zh: "应迁移；没有任何信息能与对应账号配对。",
        en: "In scope; no key joins it with the mapped account.",
        change_zh: "重新导出，带上客户名称与 unionid，或提供客户 ID 对照表。",
        change_en: "An export with names and unionids, or a customer map.",
        holds: || in_scope().and(NO_USABLE_KEY),
    },
    Rule {
        code: "outcome/undetermined/unreadable",
        gives: because(Outcome::Undetermined, Reason::Unreadable),
        clause: "B8",
        severity: Review,
        zh: "应迁移；起决定作用的字段值无法读取，或含有它的应答出错、未取完。",
        en: "In scope; a deciding value could not be read, or its answer failed or was cut off.",
        change_zh: "重新导出，更正拒收（rejects）列出的值，并重取导出完整性（coverage）中出错或不完整的应答。",
        change_en: "A new export, with the values in rejects corrected and the answers fetched that coverage \
            shows as failed or partial.",
        holds: || in_scope().and(UNREADABLE),
    },
    Rule {
        code: "outcome/undetermined/target_not_covered",
        gives: because(Outcome::Undetermined, Reason::TargetNotCovered),
        clause: "B8",
        severity: Review,
        zh: "应迁移；对应账号的导出不能证明完整。",
        en: "In scope; the export of the mapped account is not known to be complete.",
        change_zh: "重新导出该迁入账号，直到分页结束、没有错误，且每条记录都能读取。",
        change_en: "A new export of the target account: to its last page, without an error, every record readable.",
        holds: || in_scope().and(TARGET_COVERED.not()),
    },
    Rule {
        code: "outcome/undetermined/look_alike",
        gives: because(Outcome::Undetermined, Reason::LookAlike),
        clause: "B8",
        severity: Review,
        zh: "应迁移；对应账号中有名称看起来相同的未配对客户。",
        en: "In scope; the mapped account holds an unmatched relation with a name that looks the same.",
        change_zh: "提供客户 ID 对照表，或两边都带 unionid 的导出。",
        change_en: "A customer map, or exports of both corps with unionids.",
        holds: || in_scope().and(LOOK_ALIKE),
    },
    Rule {
        code: "outcome/missing/target_at_cap",
        gives: because(Outcome::Missing, Reason::TargetAtCap),
        clause: "B8",
        severity: Defect,
        zh: "应迁移，未找到；对应账号已达客户上限。",
        en: "In scope and not found; the mapped account is at its cap.",
        change_zh: "为账号扩容或清理客户后补迁，再重新导出。",
        change_en: "A second run after the account was extended or cleared, and a new export.",
        holds: || in_scope().and(TARGET_AT_CAP),
    },
    Rule {
        code: "outcome/missing/no_trace",
        gives: because(Outcome::Missing, Reason::NoTrace),
        clause: "B8",
        severity: Defect,
        zh: "应迁移，在对应的迁入账号中未找到。",
        en: "In scope, and not found in the mapped account.",
        change_zh: "补迁后重新导出；或客户 ID 对照表、拒绝名单说明了它的去向。",
        change_en: "A second run and a new export; or a customer map or refusals list that explains it.",
        holds: in_scope,
    },
    Rule {
        code: "outcome/arrived_out_of_scope",
        gives: by_scope(Outcome::ArrivedOutOfScope),
        clause: "B8",
        severity: Review,
        zh: "不在范围，却在迁移开始后到达对应账号。",
        en: "Not in scope, yet found in the mapped account, added since the start.",
        change_zh: "若关系在范围内（见上面的范围规则），则为已迁移。",
        change_en: "If it were in scope (see the rule of scope), it would be migrated.",
        holds: || MATCHED.and(TARGET_CREATED_AT.since(STARTED_AT)),
    },
    Rule {
        code: "outcome/out_of_scope",
        gives: by_scope(Outcome::OutOfScope),
        clause: "B8",
        severity: Fine,
        zh: "不在范围，也没有新到达。",
        en: "Not in scope, and not found as a new arrival.",
        change_zh: "若关系在范围内（见上面的范围规则），则要核对是否到达。",
        change_en: "If it were in scope (see the rule of scope), its arrival would be checked.",
        holds: always,
    },
];

fn in_scope() -> Expr {
    SCOPE.is(Scope::InScope)
}

fn existed_before_start() -> Expr {
    TARGET_CREATED_AT.before(STARTED_AT).or(STOOD_BEFORE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::facts::Fact;
    use crate::rules::rule::{FactFrame, deciding};

    /// The facts about a relation without a match, in order of precedence, and the outcomes that they give.
    const UNMATCHED: [Fact; 8] =
        [REFUSED, MISPLACED, AMBIGUOUS, NO_USABLE_KEY, UNREADABLE, TARGET_COVERED, LOOK_ALIKE, TARGET_AT_CAP];
    const OUTCOMES: [(Outcome, Option<Reason>); 8] = [
        (Outcome::Refused, None),
        (Outcome::Misplaced, None),
        (Outcome::Undetermined, Some(Reason::Ambiguous)),
        (Outcome::Undetermined, Some(Reason::NoUsableKey)),
        (Outcome::Undetermined, Some(Reason::Unreadable)),
        (Outcome::Undetermined, Some(Reason::TargetNotCovered)),
        (Outcome::Undetermined, Some(Reason::LookAlike)),
        (Outcome::Missing, Some(Reason::TargetAtCap)),
    ];

    /// Decides a relation of that scope with these facts, whose match was made at that time; the start is 0.
    /// [`TARGET_COVERED`] stands for its negation.
    fn decided(scope: Scope, facts: &[Fact], made: Option<i64>) -> (Outcome, Option<Reason>) {
        let frame = FactFrame::new(1).moment(STARTED_AT, 0).words(SCOPE, [Some(scope)]).unwrap();
        let frame = frame.times(TARGET_CREATED_AT, [made]).unwrap();
        let rule = deciding(RELATION_RULES, frame, UNMATCHED.into_iter().chain([MATCHED, STOOD_BEFORE]), facts);
        (rule.outcome(), rule.reason(scope))
    }

    #[test]
    fn of_unmatched_relations_in_scope_the_first_fact_decides() {
        for (first, expected) in OUTCOMES.into_iter().enumerate() {
            assert_eq!(decided(Scope::InScope, &[UNMATCHED[first]], None), expected);
            assert_eq!(decided(Scope::InScope, &UNMATCHED[first..], None), expected);
        }
        assert_eq!(decided(Scope::InScope, &[], None), (Outcome::Missing, Some(Reason::NoTrace)));
    }

    #[test]
    fn of_matched_relations_in_scope_refusal_then_age_decides() {
        let decided = |facts: &[Fact], made| decided(Scope::InScope, &[facts, &[MATCHED]].concat(), made).0;
        assert_eq!(decided(&[REFUSED, STOOD_BEFORE], Some(-1)), Outcome::RefusedButArrived);
        assert_eq!(decided(&[STOOD_BEFORE], Some(0)), Outcome::AlreadyAtTarget);
        assert_eq!(decided(&[], Some(-1)), Outcome::AlreadyAtTarget);
        for made in [Some(0), Some(1), None] {
            assert_eq!(decided(&[], made), Outcome::Migrated, "{made:?}");
            assert_eq!(decided(&[TARGET_COVERED, NO_USABLE_KEY, TARGET_AT_CAP], made), Outcome::Migrated, "{made:?}");
        }
    }

    /// No other fact makes it anything but out of scope.
    #[test]
    fn out_of_scope_only_an_arrival_counts() {
        let scope = Scope::AddedAfterStart;
        let out = (Outcome::OutOfScope, Some(Reason::AddedAfterStart));
        let arrived = (Outcome::ArrivedOutOfScope, Some(Reason::AddedAfterStart));
        for fact in UNMATCHED.into_iter().chain([STOOD_BEFORE]) {
            assert_eq!(decided(scope, &[fact], None), out, "{}", fact.name);
            assert_eq!(decided(scope, &[MATCHED, fact], Some(0)), arrived, "{}", fact.name);
        }
        for made in [Some(-1), None] {
            assert_eq!(decided(scope, &[MATCHED], made), out, "{made:?}");
        }
    }
}
