//! The rules of scope of relations (SPEC section 3): which were to move, and if not, why.

use super::facts::{ASSESSMENT_FAILED, CREATED_AT, ENROLLED, HAS_PERMISSION, IS_CUSTOMER, STARTED_AT, UNASSIGNED};
use super::rule::{Rule, always};
use crate::schema::vocabulary::Scope;
use crate::schema::vocabulary::Severity::Ok as Fine;

/// The rules of scope, in order of precedence.
///
/// A null decides nothing: it is neither evidence of an external contact, nor, since source-before was exported before
/// the start, of a relation that was added after it.
pub const SCOPE_RULES: &[Rule<Scope>] = &[
    Rule {
        code: "scope/unassigned",
        gives: Scope::Unassigned,
        clause: "B3",
        severity: Fine,
        zh: "该关系在离职待分配客户列表中。",
        en: "The customer is in the list of unassigned customers of members who left.",
        change_zh: "先在后台把客户分配给在职成员，再导出迁移前数据。",
        change_en: "If the customer had been reassigned to a member before source-before was exported.",
        holds: || UNASSIGNED.expr(),
    },
    Rule {
        code: "scope/external_contact",
        gives: Scope::ExternalContact,
        clause: "B1",
        severity: Fine,
        zh: "该联系人不是客户，或成员没有客户联系权限。",
        en: "The contact is not a customer, or the member has no customer-contact permission.",
        change_zh: "若迁移前成员已有客户联系权限，且对方已成为客户（is_customer）。",
        change_en: "If the member had had the permission and the contact had been a customer (is_customer) before \
            the start.",
        holds: || IS_CUSTOMER.is_false().or(HAS_PERMISSION.is_false()),
    },
    Rule {
        code: "scope/not_enrolled",
        gives: Scope::NotEnrolled,
        clause: "B5",
        severity: Fine,
        zh: "该成员不在账号清单中。",
        en: "The member is not in the accounts list.",
        change_zh: "若账号清单列出该成员及其迁入账号。",
        change_en: "If the accounts list named the member and its target account.",
        holds: || ENROLLED.not(),
    },
    Rule {
        code: "scope/assessment_failed",
        gives: Scope::AssessmentFailed,
        clause: "B5",
        severity: Fine,
        zh: "该账号未通过预评估。",
        en: "The account failed the pre-assessment.",
        change_zh: "若账号清单写明该账号预评估通过。",
        change_en: "If the accounts list said that the account passed the pre-assessment.",
        holds: || ASSESSMENT_FAILED.expr(),
    },
    Rule {
        code: "scope/added_after_start",
        gives: Scope::AddedAfterStart,
        clause: "D1",
        severity: Fine,
        zh: "该关系在迁移开始时或之后添加。",
        en: "The relation was added at or after the start.",
        change_zh: "若添加时间早于 migration.started_at；请核对开始时间。",
        change_en: "If it had been added before migration.started_at: check that time.",
        holds: || CREATED_AT.since(STARTED_AT),
    },
    Rule {
        code: "scope/in_scope",
        gives: Scope::InScope,
        clause: "B8",
        severity: Fine,
        zh: "账号整体迁移，连同其全部客户。",
        en: "Whole accounts move, with all their customers.",
        change_zh: "若成员不在账号清单中、未通过预评估，或关系在开始之后才建立。",
        change_en: "If the member were not enrolled, had failed the assessment, or the relation had been added since \
            the start.",
        holds: always,
    },
];
