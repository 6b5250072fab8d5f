//! The rules of origin (SPEC section 3): where a relation of target-after came from that nothing matches.
//!
//! A matched relation takes the outcome of its match as its origin.

use super::facts::{CREATED_AT, FINISHED_AT, STARTED_AT, STOOD_BEFORE};
use super::rule::{Rule, always};
use crate::schema::vocabulary::Origin;
use crate::schema::vocabulary::Severity::Ok as Fine;

/// The rules of unmatched relations of target-after, in order of precedence.
pub const ORIGIN_RULES: &[Rule<Origin>] = &[
    Rule {
        code: "origin/pre_existing",
        gives: Origin::PreExisting,
        clause: "D1",
        severity: Fine,
        zh: "添加时间早于迁移开始，或迁移前的导出已有。",
        en: "Older than the start, or known from before it.",
        change_zh: "若有迁出企业的关系与它配对。",
        change_en: "If a relation of the source corp matched it.",
        holds: || CREATED_AT.before(STARTED_AT).or(STOOD_BEFORE),
    },
    Rule {
        code: "origin/unknown_time",
        gives: Origin::UnknownTime,
        clause: "D1",
        severity: Fine,
        zh: "添加时间不详。",
        en: "The time of adding is unknown.",
        change_zh: "若导出带有添加时间，或有迁出企业的关系与它配对。",
        change_en: "If the export gave its time, or a relation of the source corp matched it.",
        holds: || CREATED_AT.is_unknown(),
    },
    Rule {
        code: "origin/added_during_migration",
        gives: Origin::AddedDuringMigration,
        clause: "D1",
        severity: Fine,
        zh: "添加时间在迁移开始与结束之间。",
        en: "Added between the start and the end.",
        change_zh: "若有迁出企业的关系与它配对。",
        change_en: "If a relation of the source corp matched it.",
        holds: || CREATED_AT.before(FINISHED_AT),
    },
    Rule {
        code: "origin/added_after_migration",
        gives: Origin::AddedAfterMigration,
        clause: "D1",
        severity: Fine,
        zh: "添加时间在迁移结束时或之后。",
        en: "Added at or after the end.",
        change_zh: "若有迁出企业的关系与它配对。",
        change_en: "If a relation of the source corp matched it.",
        holds: always,
    },
];
