//! The rules of join codes (SPEC section 5, clause A2): what was to become of a code, what source-after shows, and what
//! the two mean together.

use polars::prelude::Expr;

use super::facts::{
    ANSWERED, DELETED, KEPT_BY_LINKED_BEFORE, LINKS_LISTED_GROUP, LINKS_MOVING_GROUP, LINKS_STAYING_GROUP,
    LINKS_UNCLEAR_GROUP, LINKS_UNKNOWN_GROUP, OBSERVED, PREDICTED,
};
use super::rule::{Rule, always};
use crate::schema::vocabulary::Severity::{Defect, Ok as Fine, Review};
use crate::schema::vocabulary::{CodeVerdict, Observed, Predicted};

pub type JoinCodeRule = Rule<CodeVerdict>;

/// The rules of prediction, from source-before, in order of precedence.
pub const PREDICTION_RULES: &[Rule<Predicted>] = &[
    Rule {
        code: "prediction/alive",
        gives: Predicted::Alive,
        clause: "A2",
        severity: Fine,
        zh: "活码关联了不迁移的群。",
        en: "The code links a group that is not to move.",
        change_zh: "若该群也要迁移。",
        change_en: "If that group were to move too.",
        holds: || LINKS_STAYING_GROUP.expr(),
    },
    Rule {
        code: "prediction/unknown",
        gives: Predicted::Unknown,
        clause: "A2",
        severity: Fine,
        zh: "活码关联哪些群，或其中的群是否要迁移，导出中没有，或无法读取。",
        en: "Which groups the code links, or whether one of them is to move, is not in the export or could not be \
            read.",
        change_zh: "若 source-before 能读出它所关联的全部群及其群主。",
        change_en: "If source-before showed all groups that it links, and their owners.",
        holds: || LINKS_UNKNOWN_GROUP.expr(),
    },
    Rule {
        code: "prediction/empty",
        gives: Predicted::Empty,
        clause: "A2",
        severity: Fine,
        zh: "活码关联的群都要迁移。",
        en: "All groups that the code links are to move.",
        change_zh: "若关联一个不迁移的群。",
        change_en: "If a group that does not move were linked.",
        holds: || LINKS_MOVING_GROUP.expr(),
    },
    Rule {
        code: "prediction/already_empty",
        gives: Predicted::AlreadyEmpty,
        clause: "A2",
        severity: Fine,
        zh: "活码没有关联任何群。",
        en: "The code links no group.",
        change_zh: "若关联一个群。",
        change_en: "If a group were linked.",
        holds: always,
    },
];

/// The rules of observation, from source-after, in order of precedence.
pub const OBSERVATION_RULES: &[Rule<Observed>] = &[
    Rule {
        code: "observation/deleted",
        gives: Observed::Deleted,
        clause: "A2",
        severity: Fine,
        zh: "企业微信应答该活码不存在（41044）。",
        en: "The service answered that the code does not exist (41044).",
        change_zh: "若该活码仍存在。",
        change_en: "If the code existed.",
        holds: || DELETED.expr(),
    },
    Rule {
        code: "observation/alive",
        gives: Observed::Alive,
        clause: "A2",
        severity: Fine,
        zh: "迁出企业仍列有它所关联的群。",
        en: "The source corp still lists a linked group.",
        change_zh: "若迁出企业不再列有这些群。",
        change_en: "If the source corp listed none of these groups any more.",
        holds: || LINKS_LISTED_GROUP.expr(),
    },
    Rule {
        code: "observation/not_observed",
        gives: Observed::NotObserved,
        clause: "A2",
        severity: Fine,
        zh: "没有关于该活码或其群的可用应答。",
        en: "There is no usable answer about the code, or about its groups.",
        change_zh: "若 source-after 含有它的应答与完整的群列表。",
        change_en: "If source-after held an answer about it, and a complete group list.",
        holds: || ANSWERED.not().or(LINKS_UNCLEAR_GROUP),
    },
    Rule {
        code: "observation/empty",
        gives: Observed::Empty,
        clause: "A2",
        severity: Fine,
        zh: "迁出企业不再列有它所关联的群。",
        en: "The source corp lists no linked group any more.",
        change_zh: "若迁出企业仍列有其中一个群。",
        change_en: "If the source corp still listed one of them.",
        holds: always,
    },
];

/// The rules of the verdict, in order of precedence.
pub const JOIN_CODE_RULES: &[JoinCodeRule] = &[
    Rule {
        code: "join-code/new",
        gives: CodeVerdict::New,
        clause: "A2",
        severity: Fine,
        zh: "只有 source-after 有该活码。",
        en: "Only source-after holds the code.",
        change_zh: "若 source-before 有它。",
        change_en: "If source-before held it.",
        holds: || PREDICTED.is_unknown(),
    },
    Rule {
        code: "join-code/emptied",
        gives: CodeVerdict::Emptied,
        clause: "A2",
        severity: Fine,
        zh: "所关联的群都应迁走，现已没有关联仍在迁出企业的群，或已删除。",
        en: "All its groups were to move; it links none that the source corp still lists, or is deleted.",
        change_zh: "若仍有未迁走的群关联着它。",
        change_en: "If a group that has not moved were still linked to it.",
        holds: || PREDICTED.is(Predicted::Empty).and(is_dead()),
    },
    Rule {
        code: "join-code/alive_group_left_behind",
        gives: CodeVerdict::AliveGroupLeftBehind,
        clause: "A2",
        severity: Defect,
        zh: "所关联的群都应迁走，其中仍有群使其有效。",
        en: "All its groups were to move, and one of them still keeps it alive.",
        change_zh: "待使其有效的群（kept_alive_by）迁走后重新导出 source-after。",
        change_en: "A new source-after, once the groups in kept_alive_by have moved.",
        holds: || PREDICTED.is(Predicted::Empty).and(is_alive()).and(KEPT_BY_LINKED_BEFORE),
    },
    Rule {
        code: "join-code/alive_new_group",
        gives: CodeVerdict::AliveNewGroup,
        clause: "A2",
        severity: Review,
        zh: "所关联的群都应迁走，之后关联（也可能自动新建）的群使其有效。",
        en: "All its groups were to move, and groups linked since (also by itself) keep it alive.",
        change_zh: "解除使其有效的群（kept_alive_by）后重新导出 source-after。",
        change_en: "A new source-after, once the groups in kept_alive_by are unlinked.",
        holds: || PREDICTED.is(Predicted::Empty).and(is_alive()),
    },
    Rule {
        code: "join-code/kept",
        gives: CodeVerdict::Kept,
        clause: "A2",
        severity: Fine,
        zh: "有群应留下，活码仍有效。",
        en: "A group was to stay, and the code is alive.",
        change_zh: "若该群也迁走，活码会失效。",
        change_en: "If that group moved too, the code would die.",
        holds: || PREDICTED.is(Predicted::Alive).and(is_alive()),
    },
    Rule {
        code: "join-code/lost",
        gives: CodeVerdict::Lost,
        clause: "A2",
        severity: Defect,
        zh: "有群应留下，活码却没有关联仍在迁出企业的群，或已删除。",
        en: "A group was to stay, yet the code links none that the source corp still lists, or is deleted.",
        change_zh: "重新关联留下的群，再导出 source-after。",
        change_en: "A new source-after, once the group that stayed is linked again.",
        holds: || PREDICTED.is(Predicted::Alive).and(is_dead()),
    },
    Rule {
        code: "join-code/already_empty",
        gives: CodeVerdict::AlreadyEmpty,
        clause: "A2",
        severity: Fine,
        zh: "迁移前未关联任何群，现在也没有迹象表明有。",
        en: "It linked no group before, and nothing shows that it does now.",
        change_zh: "若 source-after 显示它关联了群。",
        change_en: "If source-after showed a linked group.",
        holds: || PREDICTED.is(Predicted::AlreadyEmpty).and(is_alive().not()),
    },
    Rule {
        code: "join-code/alive_unpredicted",
        gives: CodeVerdict::AliveUnpredicted,
        clause: "A2",
        severity: Review,
        zh: "原先未关联群，或 source-before 不能说明它关联的群是否都迁走；现在有效。",
        en: "It linked nothing, or source-before does not show whether its groups were all to move; it is alive.",
        change_zh: "若 source-before 能读出它所关联的全部群及其群主。",
        change_en: "If source-before showed all groups that it links, and their owners.",
        holds: || PREDICTED.is_any([Predicted::Unknown, Predicted::AlreadyEmpty]).and(is_alive()),
    },
    Rule {
        code: "join-code/emptied_unpredicted",
        gives: CodeVerdict::EmptiedUnpredicted,
        clause: "A2",
        severity: Review,
        zh: "source-before 不能说明它关联的群是否都迁走；现已没有关联仍在迁出企业的群，或已删除。",
        en: "Source-before does not show whether its groups were all to move; it links none that the source corp \
            still lists, or is deleted.",
        change_zh: "若 source-before 能读出它所关联的全部群及其群主。",
        change_en: "If source-before showed all groups that it linked, and their owners.",
        holds: || PREDICTED.is(Predicted::Unknown).and(is_dead()),
    },
    Rule {
        code: "join-code/unverified",
        gives: CodeVerdict::Unverified,
        clause: "A2",
        severity: Review,
        zh: "source-after 不能说明它的结果。",
        en: "Source-after does not show what became of it.",
        change_zh: "source-after 中有该 config_id 可读取的 get_join_way 应答，以及完整的群列表，再审计。",
        change_en: "A readable answer of get_join_way for its id in source-after, beside the whole list of groups.",
        holds: always,
    },
];

fn is_alive() -> Expr {
    OBSERVED.is(Observed::Alive)
}

fn is_dead() -> Expr {
    OBSERVED.is_any([Observed::Empty, Observed::Deleted])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::rule::{FactFrame, decide};

    /// The table of SPEC section 5, cell by cell: predicted, then the verdict for each observation.
    #[test]
    fn the_verdicts_are_those_of_the_table() {
        use CodeVerdict as V;
        const OBSERVATIONS: [Observed; 4] =
            [Observed::NotObserved, Observed::Deleted, Observed::Empty, Observed::Alive];
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
            let observed = OBSERVATIONS.into_iter().chain([Observed::Alive]);
            let facts = FactFrame::new(5)
                .words(PREDICTED, [predicted; 5])
                .and_then(|facts| facts.words(OBSERVED, observed.map(Some)))
                .and_then(|facts| facts.flags(KEPT_BY_LINKED_BEFORE, vec![false, false, false, false, true]))
                .and_then(FactFrame::finish)
                .unwrap();
            let expected = [&verdicts[..], &[kept_by_linked_before]].concat();
            assert_eq!(decide(JOIN_CODE_RULES, &facts).unwrap(), expected, "{predicted:?}");
        }
    }

    #[test]
    fn a_group_that_stays_goes_before_an_unknown_one() {
        let facts = FactFrame::new(4)
            .flags(LINKS_MOVING_GROUP, vec![true, true, true, false])
            .and_then(|facts| facts.flags(LINKS_STAYING_GROUP, vec![true, false, false, false]))
            .and_then(|facts| facts.flags(LINKS_UNKNOWN_GROUP, vec![true, true, false, false]))
            .and_then(FactFrame::finish)
            .unwrap();
        let expected = [Predicted::Alive, Predicted::Unknown, Predicted::Empty, Predicted::AlreadyEmpty];
        assert_eq!(decide(PREDICTION_RULES, &facts).unwrap(), expected);
    }
}
