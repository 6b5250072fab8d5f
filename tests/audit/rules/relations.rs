//! An example by hand for each rule, and a test that no rule lacks one.
//!
//! The migration of every story starts on 1 May 2026 and ends on 7 May 2026; member `ann` moves to `ann2`.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::precheck;
use crate::readers::console;
use crate::rules::{billing, groups, join_codes, waivers};
use crate::support::Story;

/// A story, and what must come of it: `member/customer -> scope outcome/reason`, and `member/customer -> origin`.
struct Example {
    name: &'static str,
    before: &'static str,
    after: &'static str,
    more: fn(Story) -> Story,
    outcomes: &'static [(&'static str, &'static str)],
    origins: &'static [(&'static str, &'static str)],
    findings: &'static [&'static str],
}

/// Declares the examples, each a test of its own: the two exports, what else the case has, and what must come of it.
/// Where one has no `after`, nothing is at the target; without `origins` or `findings` it has none. One without
/// `outcomes` is that of a customer who arrived, and shows what else is found.
macro_rules! examples {
    ($($(#[$doc:meta])* $name:ident {
        $(before: $before:expr,)?
        $(after: $after:expr,)?
        $(more: $more:expr,)?
        $(outcomes: $outcomes:expr,)?
        $(origins: $origins:expr,)?
        $(findings: $findings:expr,)?
    })+) => {
        const EXAMPLES: &[Example] = &[$(Example {
            name: stringify!($name),
            before: examples!(@or "ann: wei 2025-01-01", $($before)?),
            after: examples!(@or examples!(@if "", "ann2: wei 2026-05-02", $($outcomes)?), $($after)?),
            more: examples!(@or |story| story, $($more)?),
            outcomes: &examples!(@or [("ann/wei", "in_scope migrated")], $($outcomes)?),
            origins: &examples!(@or examples!(@if [], [("ann2/wei", "migrated")], $($outcomes)?), $($origins)?),
            findings: &examples!(@or [], $($findings)?),
        },)+];

        $($(#[$doc])* #[test] fn $name() {
            check(stringify!($name));
        })+
    };
    (@or $default:expr,) => { $default };
    (@or $default:expr, $given:expr) => { $given };
    (@if $there:expr, $absent:expr,) => { $absent };
    (@if $there:expr, $absent:expr, $given:expr) => { $there };
}

/// An answer of `externalcontact/list`, as one line.
fn list_answer(userid: &str, response: &str) -> String {
    let request = format!(r#"{{"userid":"{userid}"}}"#);
    format!(r#"{{"endpoint":"externalcontact/list","request":{request},"response":{response}}}"#) + "\n"
}

/// The setting of when a snapshot was taken.
pub fn taken_at(role: &str, time: &str) -> String {
    format!("[snapshots.{role}]\ntaken_at = {time}\n")
}

examples! {
    a_customer_who_arrived_during_the_migration {
        after: "ann2: wei 2026-05-02",
        outcomes: [("ann/wei", "in_scope migrated")], origins: [("ann2/wei", "migrated")],
    }
    exactly_at_the_start_is_an_arrival {
        after: "ann2: wei 2026-05-01T00:00:00",
        outcomes: [("ann/wei", "in_scope migrated")], origins: [("ann2/wei", "migrated")],
    }
    an_unknown_time_at_the_target_is_no_evidence_of_age {
        after: "ann2: wei",
        outcomes: [("ann/wei", "in_scope migrated")], origins: [("ann2/wei", "migrated")],
    }
    a_second_before_the_start_it_stood_there_already {
        after: "ann2: wei 2026-04-30T23:59:59",
        outcomes: [("ann/wei", "in_scope already_at_target")], origins: [("ann2/wei", "already_at_target")],
    }
    known_from_target_before_whatever_its_time {
        after: "ann2: wei 2026-05-02", more: |s| s.role("target-before", "ann2: wei"),
        outcomes: [("ann/wei", "in_scope already_at_target")], origins: [("ann2/wei", "already_at_target")],
    }
    refused_and_not_there {
        more: |s| s.refusals("wei"),
        outcomes: [("ann/wei", "in_scope refused")], findings: ["A3-refused"],
    }
    refused_and_there {
        after: "ann2: wei 2026-05-02", more: |s| s.refusals("wei"),
        outcomes: [("ann/wei", "in_scope refused_but_arrived")], origins: [("ann2/wei", "refused_but_arrived")],
        findings: ["A3-refused-arrived"],
    }
    a_refusal_with_a_member_is_about_that_relation_only {
        before: "ann: wei 2025-01-01; bob: wei 2025-01-01", more: |s| s.refusals("wei - - ann"),
        outcomes: [("ann/wei", "in_scope refused"), ("bob/wei", "in_scope missing/no_trace")],
        findings: ["A3-refused", "B8-missing"],
    }
    /// A refusal without a member is about all relations of the customer (B4).
    a_refusal_without_a_member_is_about_all_relations_of_the_customer {
        before: "ann: wei 2025-01-01; bob: wei 2025-01-01", more: |s| s.refusals("wei"),
        outcomes: [("ann/wei", "in_scope refused"), ("bob/wei", "in_scope refused")], findings: ["A3-refused"],
    }
    a_refusal_by_unionid {
        before: "ann: wei 2025-01-01 unionid=u1", more: |s| s.refusals("- u1"),
        outcomes: [("ann/wei", "in_scope refused")], findings: ["A3-refused"],
    }
    a_refusal_by_a_name_that_stands_for_one_customer {
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w1", more: |s| s.refusals("- - wei"),
        outcomes: [("ann/w1", "in_scope refused"), ("bob/w1", "in_scope refused")], findings: ["A3-refused"],
    }
    a_refusal_by_a_name_that_stands_for_two_customers_holds_for_none {
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w2", more: |s| s.refusals("- - wei"),
        outcomes: [("ann/w1", "in_scope missing/no_trace"), ("bob/w2", "in_scope missing/no_trace")],
        findings: ["A3-refusal-name-ambiguous", "B8-missing"],
    }
    the_member_makes_the_name_unique {
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w2", more: |s| s.refusals("- - wei ann"),
        outcomes: [("ann/w1", "in_scope refused"), ("bob/w2", "in_scope missing/no_trace")],
        findings: ["A3-refused", "B8-missing"],
    }
    a_refusal_that_matches_nothing {
        more: |s| s.refusals("nobody"),
        findings: ["A3-refusal-unmatched"],
    }
    /// Under another account, by unionid (B7).
    under_another_account_by_unionid {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2; bob: min 2025-01-01 unionid=u3",
        after: "bob2: wei 2026-05-02 unionid=u1; ann2: li 2026-05-02 unionid=u2; bob2: min 2026-05-02 unionid=u3",
        outcomes: [
            ("ann/wei", "in_scope misplaced"), ("ann/li", "in_scope migrated"), ("bob/min", "in_scope migrated"),
        ],
        origins: [("bob2/wei", "misplaced"), ("ann2/li", "migrated"), ("bob2/min", "migrated")],
        findings: ["B7-misplaced"],
    }
    /// Under an account that nobody is mapped to, by customer map (B7).
    under_an_account_that_nobody_is_mapped_to_by_customer_map {
        before: "ann: wei 2025-01-01 id=w1; ann: li 2025-01-01",
        after: "zoe2: wei 2026-05-02 id=t1; ann2: li 2026-05-02", more: |s| s.customer_map("w1 t1"),
        outcomes: [("ann/w1", "in_scope misplaced"), ("ann/li", "in_scope migrated")],
        origins: [("zoe2/t1", "misplaced"), ("ann2/li", "migrated")], findings: ["B7-misplaced"],
    }
    an_old_relation_of_another_account_is_no_misplaced_one {
        before: "ann: wei 2025-01-01 id=w1; ann: li 2025-01-01",
        after: "zoe2: wei 2026-04-02 id=t1; ann2: li 2026-05-02", more: |s| s.customer_map("w1 t1"),
        outcomes: [("ann/w1", "in_scope missing/no_trace"), ("ann/li", "in_scope migrated")],
        origins: [("zoe2/t1", "pre_existing"), ("ann2/li", "migrated")], findings: ["B8-missing"],
    }
    two_lost_relations_of_a_customer_one_found_elsewhere_never_guess {
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w1", after: "zoe2: wei 2026-05-02 id=t1",
        more: |s| s.customer_map("w1 t1"),
        outcomes: [("ann/w1", "in_scope undetermined/ambiguous"), ("bob/w1", "in_scope undetermined/ambiguous")],
        origins: [("zoe2/t1", "added_during_migration")], findings: ["B8-ambiguous", "B8-inconclusive"],
    }
    a_refused_relation_is_none_of_those_that_may_stand_elsewhere {
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w1; bob: li 2025-01-01",
        after: "zoe2: wei 2026-05-02 id=t1; bob2: li 2026-05-02",
        more: |s| s.customer_map("w1 t1").refusals("w1 - - ann"),
        outcomes: [("ann/w1", "in_scope refused"), ("bob/w1", "in_scope misplaced"), ("bob/li", "in_scope migrated")],
        origins: [("zoe2/t1", "misplaced"), ("bob2/li", "migrated")], findings: ["A3-refused", "B7-misplaced"],
    }
    two_of_a_name_at_the_source_one_at_the_target {
        before: "ann: wei 2025-01-01 id=w1; ann: wei 2025-02-01 id=w2", after: "ann2: wei 2026-05-02 id=t1",
        outcomes: [("ann/w1", "in_scope undetermined/ambiguous"), ("ann/w2", "in_scope undetermined/ambiguous")],
        origins: [("ann2/t1", "added_during_migration")], findings: ["B8-ambiguous", "B8-inconclusive"],
    }
    two_of_a_name_on_both_sides_both_arrived {
        before: "ann: wei 2025-01-01 id=w1; ann: wei 2025-02-01 id=w2",
        after: "ann2: wei 2026-05-02 id=t1; ann2: wei 2026-05-03 id=t2",
        outcomes: [("ann/w1", "in_scope migrated"), ("ann/w2", "in_scope migrated")],
        origins: [("ann2/t1", "migrated"), ("ann2/t2", "migrated")],
    }
    neither_name_nor_shared_unionid_nor_map {
        before: "ann: - 2025-01-01 id=w1", after: "ann2: - 2026-05-02 id=t1",
        outcomes: [("ann/w1", "in_scope undetermined/no_usable_key")], origins: [("ann2/t1", "added_during_migration")],
        findings: ["B8-no-usable-key", "B8-inconclusive"],
    }
    a_name_is_of_no_use_where_the_target_shows_none {
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: - 2026-05-02 id=t1",
        outcomes: [("ann/w1", "in_scope undetermined/no_usable_key")], origins: [("ann2/t1", "added_during_migration")],
        findings: ["B8-no-usable-key", "B8-inconclusive"],
    }
    the_dump_of_the_target_account_failed {
        more: |s| {
            s.without("target-after/relations.csv")
                .file("target-after/list.json", &list_answer("ann2", r#"{"errcode":45033,"errmsg":"rate limit"}"#))
        },
        outcomes: [("ann/wei", "in_scope undetermined/target_not_covered")],
        findings: ["B8-target-not-covered", "B8-inconclusive", "Q-error-answers"],
    }
    /// 84061 of `externalcontact/list`: the member has no customers, which proves that none arrived. It is counted as
    /// an answer with an error code all the same.
    the_target_account_answers_that_it_has_no_customers {
        more: |s| {
            s.without("target-after/relations.csv")
                .file("target-after/list.json", &list_answer("ann2", r#"{"errcode":84061,"errmsg":"no customers"}"#))
        },
        outcomes: [("ann/wei", "in_scope missing/no_trace")], findings: ["B8-missing", "Q-error-answers"],
    }
    an_empty_but_covered_target_is_a_legitimate_answer {
        outcomes: [("ann/wei", "in_scope missing/no_trace")], findings: ["B8-missing"],
    }
    the_target_account_is_at_its_cap {
        before: "ann: wei 2025-01-01; bob: min 2025-01-01",
        after: "ann2: x 2025-01-01; ann2: y 2025-01-01; bob2: z 2025-01-01",
        more: |s| s.toml("[policy]\ncustomer_cap = 2"),
        outcomes: [("ann/wei", "in_scope missing/target_at_cap"), ("bob/min", "in_scope missing/no_trace")],
        origins: [("ann2/x", "pre_existing"), ("ann2/y", "pre_existing"), ("bob2/z", "pre_existing")],
        findings: ["B8-missing", "B8-missing-at-cap"],
    }
    /// A customer of a left member (B3).
    a_customer_of_a_left_member {
        more: |s| s.unassigned("ann wei\n gone old").accounts("ann ann2"),
        outcomes: [
            ("ann/wei", "unassigned out_of_scope/unassigned"), ("gone/old", "unassigned out_of_scope/unassigned"),
        ],
    }
    /// A customer of a left member arrived (B3).
    a_customer_of_a_left_member_arrived {
        after: "ann2: wei 2026-05-02", more: |s| s.unassigned("ann wei"),
        outcomes: [("ann/wei", "unassigned arrived_out_of_scope/unassigned")],
        origins: [("ann2/wei", "arrived_out_of_scope")], findings: ["B3-unassigned-arrived"],
    }
    /// An external contact, by the contact list (B1).
    an_external_contact_by_the_contact_list {
        before: "ann: wei 2025-01-01 is_customer=false; ann: li 2025-01-01 is_customer=true",
        after: "ann2: li 2026-05-02",
        outcomes: [("ann/wei", "external_contact out_of_scope/external_contact"), ("ann/li", "in_scope migrated")],
        origins: [("ann2/li", "migrated")],
    }
    /// An external contact, by the member's permission (B1), arrived.
    an_external_contact_by_the_members_permission_arrived {
        before: "ann: wei 2025-01-01; bob: li 2025-01-01", after: "ann2: wei 2026-05-02; bob2: li 2026-05-02",
        more: |s| s.follow_users("bob"),
        outcomes: [
            ("ann/wei", "external_contact arrived_out_of_scope/external_contact"), ("bob/li", "in_scope migrated"),
        ],
        origins: [("ann2/wei", "arrived_out_of_scope"), ("bob2/li", "migrated")],
        findings: ["B1-external-contact-arrived"],
    }
    /// Not enrolled (B5).
    not_enrolled {
        before: "ann: wei 2025-01-01; bob: li 2025-01-01", after: "ann2: wei 2026-05-02; bob2: li 2026-05-02",
        more: |s| s.accounts("bob bob2"),
        outcomes: [("ann/wei", "not_enrolled out_of_scope/not_enrolled"), ("bob/li", "in_scope migrated")],
        origins: [("ann2/wei", "added_during_migration"), ("bob2/li", "migrated")],
    }
    /// An account that failed the assessment (B5), arrived all the same.
    an_account_that_failed_the_assessment_arrived_all_the_same {
        after: "ann2: wei 2026-05-02", more: |s| s.accounts("ann ann2 fail"),
        outcomes: [("ann/wei", "assessment_failed arrived_out_of_scope/assessment_failed")],
        origins: [("ann2/wei", "arrived_out_of_scope")], findings: ["B5-assessment-failed-arrived"],
    }
    an_account_that_failed_the_assessment_in_chinese_stayed {
        after: "ann2: wei 2025-05-02",
        more: |s| s.file("lists/accounts.csv", "迁出账号,迁入账号,预评估结果,不通过原因\nann,ann2,不通过,未认证\n"),
        outcomes: [("ann/wei", "assessment_failed out_of_scope/assessment_failed")],
        origins: [("ann2/wei", "out_of_scope")],
    }
    /// Added after the start (D1).
    added_after_the_start {
        before: "ann: wei 2026-05-01; ann: li 2026-05-03; ann: min 2026-04-30",
        after: "ann2: li 2026-05-04; ann2: min 2026-05-04",
        outcomes: [
            ("ann/wei", "added_after_start out_of_scope/added_after_start"),
            ("ann/li", "added_after_start arrived_out_of_scope/added_after_start"), ("ann/min", "in_scope migrated"),
        ],
        origins: [("ann2/li", "arrived_out_of_scope"), ("ann2/min", "migrated")],
        findings: ["D1-added-after-start-arrived"],
    }
    the_origins_of_what_nothing_matches {
        after: "ann2: wei 2026-05-02; ann2: old 2026-04-30; ann2: known 2026-05-03; \
            ann2: during 2026-05-06T23:59:59; ann2: after 2026-05-07; ann2: when",
        more: |s| s.role("target-before", "ann2: known 2026-05-03"),
        outcomes: [("ann/wei", "in_scope migrated")],
        origins: [
            ("ann2/wei", "migrated"), ("ann2/old", "pre_existing"), ("ann2/known", "pre_existing"),
            ("ann2/during", "added_during_migration"), ("ann2/after", "added_after_migration"),
            ("ann2/when", "unknown_time"),
        ],
    }
    the_customer_map_goes_before_the_name {
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1; ann2: other 2026-05-02 id=t2",
        more: |s| s.customer_map("w1 t2"),
        outcomes: [("ann/w1", "in_scope migrated")],
        origins: [("ann2/t1", "added_during_migration"), ("ann2/t2", "migrated")],
    }
    a_name_is_not_used_where_the_map_sends_the_id_elsewhere {
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1", more: |s| s.customer_map("w1 t9"),
        outcomes: [("ann/w1", "in_scope missing/no_trace")], origins: [("ann2/t1", "added_during_migration")],
        findings: ["B8-missing"],
    }
    a_name_is_not_used_where_the_map_says_that_the_target_id_is_somebody_else {
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1", more: |s| s.customer_map("w9 t1"),
        outcomes: [("ann/w1", "in_scope missing/no_trace")], origins: [("ann2/t1", "added_during_migration")],
        findings: ["B8-missing", "Q-map-unused"],
    }
    a_name_is_not_used_between_two_unionids_of_a_shared_namespace_that_differ {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "ann2: wei 2026-05-02 unionid=u8; ann2: x 2026-05-02 unionid=u2",
        outcomes: [("ann/wei", "in_scope missing/no_trace"), ("ann/li", "in_scope migrated")],
        origins: [("ann2/wei", "added_during_migration"), ("ann2/x", "migrated")], findings: ["B8-missing"],
    }
    disjoint_namespaces_unionids_neither_join_nor_contradict {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "ann2: wei 2026-05-02 unionid=v1; ann2: li 2026-05-02 unionid=v2",
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/li", "in_scope migrated")],
        origins: [("ann2/wei", "migrated"), ("ann2/li", "migrated")], findings: ["Q-namespaces-disjoint"],
    }
    disjoint_namespaces_a_unionid_misplaces_nobody {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "bob2: hu 2026-05-02 unionid=u1; ann2: li 2026-05-02 unionid=v2",
        more: |s| s.toml("[policy]\nmin_unionid_overlap = 0.9\n"),
        outcomes: [("ann/wei", "in_scope missing/no_trace"), ("ann/li", "in_scope migrated")],
        origins: [("bob2/hu", "added_during_migration"), ("ann2/li", "migrated")],
        findings: ["B8-missing", "Q-namespaces-disjoint"],
    }
    a_contradiction_takes_only_the_contradicted_away_the_one_without_unionid_is_free {
        before: "ann: wei 2025-01-01 id=w1 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "ann2: wei 2025-05-01 id=t1 unionid=u8; ann2: wei 2026-05-02 id=t2; ann2: li 2026-05-02 unionid=u2",
        outcomes: [("ann/w1", "in_scope migrated"), ("ann/li", "in_scope migrated")],
        origins: [("ann2/t1", "pre_existing"), ("ann2/t2", "migrated"), ("ann2/li", "migrated")],
    }
    contradictory_rows_of_the_map_are_set_aside {
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1",
        more: |s| s.customer_map("w1 t1\n w1 t2"),
        outcomes: [("ann/w1", "in_scope migrated")], origins: [("ann2/t1", "migrated")],
        findings: ["Q-map-contradiction"],
    }
    a_map_whose_columns_are_exchanged_joins_nothing_and_is_said {
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: hu 2026-05-02 id=t1", more: |s| s.customer_map("t1 w1"),
        outcomes: [("ann/w1", "in_scope missing/no_trace")], origins: [("ann2/t1", "added_during_migration")],
        findings: ["B8-missing", "Q-map-unused"],
    }
    an_enrolled_account_without_any_relation {
        more: |s| s.accounts("ann ann2\n zoe zoe2"),
        findings: ["B5-account-without-relations"],
    }
    an_enrolled_account_whose_source_dump_failed {
        before: "ann: -; bob: -", after: "ann2: wei 2026-05-02 id=t1",
        more: |s| {
            s.without("source-before/relations.csv")
                .file(
                    "source-before/dump.json",
                    &[
                        list_answer("ann", r#"{"errcode":0,"external_userid":["w1"]}"#),
                        list_answer("bob", r#"{"errcode":40014,"errmsg":"invalid token"}"#),
                    ]
                    .concat(),
                )
                .customer_map("w1 t1")
        },
        outcomes: [("ann/w1", "in_scope migrated")], origins: [("ann2/t1", "migrated")],
        findings: ["B5-account-without-relations", "B5-source-not-covered", "D1-created-unknown", "Q-error-answers"],
    }
    snapshots_on_the_wrong_side_of_the_start_and_the_end {
        more: |s| {
            s.role("target-before", "")
                .toml(&taken_at("source-before", "2026-05-01T00:00:01+08:00"))
                .toml(&taken_at("target-before", "2026-05-02T00:00:00+08:00"))
                .toml(&taken_at("target-after", "2026-05-06T00:00:00+08:00"))
        },
        findings: ["D1-after-too-early", "D1-source-after-start", "D1-target-before-late", "Q-empty-table"],
    }
    the_gap_before_the_start_is_said {
        more: |s| s.toml("[snapshots.source-before]\ntaken_at = 2026-04-30T22:00:00+08:00"),
        findings: ["D1-gap-before-start"],
    }
    taken_exactly_at_the_start_or_the_end_is_in_time {
        more: |s| {
            s.role("target-before", "ann2: hu 2025-01-01")
                .role("source-after", "ann: wei 2025-01-01")
                .toml(&taken_at("source-before", "2026-05-01T00:00:00+08:00"))
                .toml(&taken_at("target-before", "2026-05-01T00:00:00+08:00"))
                .toml(&taken_at("source-after", "2026-05-07T00:00:00+08:00"))
                .toml(&taken_at("target-after", "2026-05-07T00:00:00+08:00"))
        },
    }
    dumps_that_seem_to_be_of_one_corp_and_mixed {
        before: "ann: wei 2025-01-01 id=wmAAAAAAAA1234567890123456789012; \
            ann: li 2025-01-01 id=wmAAAAAAAA1234567890123456789013",
        after: "ann2: wei 2026-05-02 id=wmAAAAAAAA1234567890123456789014; \
            ann2: li 2026-05-02 id=wmAAAAAAAA1234567890123456789015",
        outcomes: [
            ("ann/wmAAAAAAAA1234567890123456789012", "in_scope migrated"),
            ("ann/wmAAAAAAAA1234567890123456789013", "in_scope migrated"),
        ],
        origins: [
            ("ann2/wmAAAAAAAA1234567890123456789014", "migrated"),
            ("ann2/wmAAAAAAAA1234567890123456789015", "migrated"),
        ],
        findings: ["Q-swapped-dumps"],
    }
    a_dump_that_mixes_two_corps {
        before: "ann: a 2025-01-01 id=wmAAAAAAAA1234567890123456789012; \
            ann: b 2025-01-01 id=wmAAAAAAAA1234567890123456789013; \
            ann: c 2025-01-01 id=wmBBBBBBBB1234567890123456789012; \
            ann: d 2025-01-01 id=wmBBBBBBBB1234567890123456789013",
        after: "ann2: a 2026-05-02; ann2: b 2026-05-02; ann2: c 2026-05-02; ann2: d 2026-05-02",
        outcomes: [
            ("ann/wmAAAAAAAA1234567890123456789012", "in_scope migrated"),
            ("ann/wmAAAAAAAA1234567890123456789013", "in_scope migrated"),
            ("ann/wmBBBBBBBB1234567890123456789012", "in_scope migrated"),
            ("ann/wmBBBBBBBB1234567890123456789013", "in_scope migrated"),
        ],
        origins: [("ann2/a", "migrated"), ("ann2/b", "migrated"), ("ann2/c", "migrated"), ("ann2/d", "migrated")],
        findings: ["Q-mixed-dumps"],
    }
    a_record_without_an_id_is_a_reject_and_the_rest_goes_on {
        more: |s| s.file("source-before/more.csv", "userid,external_userid,customer_name\n,w7,nobody\nann,wei,wei\n"),
        findings: ["B5-source-not-covered", "Q-too-much-unreadable", "Q-unreadable-records"],
    }
    a_time_that_cannot_be_read_leaves_the_relation_open {
        after: "ann2: wei 2026-05-02",
        more: |s| s.file("source-before/more.csv", "userid,external_userid,customer_name,created_at\nann,w9,li,soon\n"),
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/w9", "in_scope undetermined/unreadable")],
        origins: [("ann2/wei", "migrated")],
        findings: ["B8-inconclusive", "B8-unreadable", "D1-created-unknown", "Q-unreadable-values"],
    }
    /// The unionid could have been that of `li`, who would then be matched before the name is.
    a_match_by_name_of_an_unreadable_unionid_may_be_another_customer {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2; bob: min 2025-01-01 unionid=u3",
        after: "ann2: wei 2026-05-02 unionid=1.5E+10; bob2: min 2026-05-02 unionid=u3",
        outcomes: [
            ("ann/wei", "in_scope migrated"), ("ann/li", "in_scope undetermined/target_not_covered"),
            ("bob/min", "in_scope migrated"),
        ],
        origins: [("ann2/wei", "migrated"), ("bob2/min", "migrated")],
        findings: ["B8-inconclusive", "B8-target-not-covered", "Q-unreadable-values"],
    }
    a_match_by_unionid_is_no_other_customer_whatever_else_cannot_be_read {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2", after: "ann2: hu soon unionid=u1",
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/li", "in_scope missing/no_trace")],
        origins: [("ann2/hu", "migrated")], findings: ["B8-missing", "Q-unreadable-values"],
    }
    unionids_of_disjoint_namespaces_contradict_no_unreadable_record {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "ann2: wei 2026-05-02 unionid=x1; ann2: hu soon unionid=x2",
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/li", "in_scope undetermined/target_not_covered")],
        origins: [("ann2/wei", "migrated"), ("ann2/hu", "unknown_time")],
        findings: ["B8-inconclusive", "B8-target-not-covered", "Q-namespaces-disjoint", "Q-unreadable-values"],
    }
    /// `hu` is another customer by its unionid; `fu`, whose unionid cannot be read, may be `li`.
    one_of_the_unreadable_records_that_may_be_the_customer_is_enough {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "ann2: wei 2026-05-02 unionid=u1; ann2: hu soon unionid=u8; ann2: fu 2026-05-02 unionid=1.5E+10",
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/li", "in_scope undetermined/target_not_covered")],
        origins: [("ann2/wei", "migrated"), ("ann2/hu", "unknown_time"), ("ann2/fu", "added_during_migration")],
        findings: ["B8-inconclusive", "B8-target-not-covered", "Q-unreadable-values"],
    }
    /// The record may be a copy of any relation of `ann`, and tell when the one without a time was made: not of `li`.
    an_unreadable_record_leaves_open_when_a_relation_without_a_time_was_made {
        before: "ann: wei 2025-01-01; ann: li 2025-01-01; ann: min", after: "ann2: wei 2026-05-02",
        more: |s| s.file("source-before/more.csv", "userid,external_userid\nann,\nann,wei\n"),
        outcomes: [
            ("ann/wei", "in_scope migrated"), ("ann/li", "in_scope missing/no_trace"),
            ("ann/min", "in_scope undetermined/unreadable"),
        ],
        origins: [("ann2/wei", "migrated")],
        findings: [
            "B5-source-not-covered", "B8-inconclusive", "B8-missing", "B8-unreadable", "D1-created-unknown",
            "Q-too-much-unreadable", "Q-unreadable-records",
        ],
    }
    /// The entry may be that of `bob`, who is not listed; `ann` is.
    an_unreadable_entry_of_the_members_with_permission_may_be_any_who_is_not_listed {
        before: "ann: wei 2025-01-01; ann: li 2025-01-01; bob: min 2025-01-01",
        after: "ann2: wei 2026-05-02; bob2: hu 2026-05-02",
        more: |s| {
            let answer = r#"{"errcode":0,"errmsg":"ok","follow_user":["ann",1.5]}"#;
            let envelope = format!(r#"{{"endpoint":"externalcontact/get_follow_user_list","response":{answer}}}"#);
            s.file("source-before/users.json", &envelope)
        },
        outcomes: [
            ("ann/wei", "in_scope migrated"), ("ann/li", "in_scope missing/no_trace"),
            ("bob/min", "in_scope undetermined/unreadable"),
        ],
        origins: [("ann2/wei", "migrated"), ("bob2/hu", "added_during_migration")],
        findings: ["B8-inconclusive", "B8-missing", "B8-unreadable", "Q-unreadable-records"],
    }
    an_unmatched_name_that_looks_the_same {
        before: "ann: wei 2025-01-01; ann: Ⅳ 2025-01-01", after: "ann2: wei 2026-05-02; ann2: IV 2026-05-02",
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/Ⅳ", "in_scope undetermined/look_alike")],
        origins: [("ann2/wei", "migrated"), ("ann2/IV", "added_during_migration")],
        findings: ["B8-inconclusive", "B8-look-alike"],
    }
    a_look_alike_that_stood_there_before_the_start_is_another_customer {
        before: "ann: wei 2025-01-01; ann: Ⅳ 2025-01-01", after: "ann2: wei 2026-05-02; ann2: IV 2025-05-02",
        outcomes: [("ann/wei", "in_scope migrated"), ("ann/Ⅳ", "in_scope missing/no_trace")],
        origins: [("ann2/wei", "migrated"), ("ann2/IV", "pre_existing")], findings: ["B8-missing"],
    }
    a_table_without_a_row_proves_nothing {
        more: |s| {
            s.file("target-before/relations.csv", "userid,external_userid\n")
                .toml("[snapshots.target-before]\npath = \"target-before\"")
        },
        findings: ["Q-empty-table"],
    }
    a_column_that_is_not_used_is_named {
        more: |s| s.file("source-before/more.csv", "userid,external_userid,deleted_at\nann,wei,2025-02-01\n"),
        findings: ["Q-columns-unused"],
    }
    a_source_that_holds_nothing_concludes_nothing {
        before: "", after: "ann2: wei 2026-05-02",
        outcomes: [], origins: [("ann2/wei", "added_during_migration")],
        findings: ["B5-account-without-relations", "B5-source-not-covered", "Q-empty-table", "Q-source-before-empty"],
    }
    /// Under another account at an unknown time (B7).
    under_another_account_at_an_unknown_time {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2; bob: min 2025-01-01 unionid=u3",
        after: "bob2: wei unionid=u1; ann2: li 2026-05-02 unionid=u2; bob2: min 2026-05-02 unionid=u3",
        outcomes: [
            ("ann/wei", "in_scope misplaced"), ("ann/li", "in_scope migrated"), ("bob/min", "in_scope migrated"),
        ],
        origins: [("bob2/wei", "misplaced"), ("ann2/li", "migrated"), ("bob2/min", "migrated")],
        findings: ["B7-misplaced"],
    }
    /// `carol2` holds `wei`: the customer of `ann`, or the one of `bob` that cannot be read, and nothing tells.
    an_unreadable_unionid_of_another_relation_may_be_that_of_the_misplaced_customer {
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2; \
            bob: hu 2025-01-01 id= unionid=1.5E+10; carol: min 2025-01-01 unionid=u3",
        after: "carol2: wei 2026-05-02 unionid=u1; ann2: li 2026-05-02 unionid=u2; bob2: fu 2026-05-02; \
            carol2: min 2026-05-02 unionid=u3",
        outcomes: [
            ("ann/wei", "in_scope undetermined/ambiguous"), ("ann/li", "in_scope migrated"),
            ("bob/hu", "in_scope undetermined/unreadable"), ("carol/min", "in_scope migrated"),
        ],
        origins: [
            ("carol2/wei", "added_during_migration"), ("ann2/li", "migrated"), ("bob2/fu", "added_during_migration"),
            ("carol2/min", "migrated"),
        ],
        findings: [
            "B8-ambiguous", "B8-inconclusive", "B8-unreadable", "Q-relations-without-ids", "Q-unreadable-values",
        ],
    }
    /// Its own doubt decides, not that of the others whom it may be.
    a_misplaced_relation_with_an_unreadable_value_is_undetermined_by_that {
        before: "ann: wei soon id=w1; bob: li 2025-01-01",
        after: "bob2: wei 2026-05-02 id=t1; bob2: li 2026-05-02; ann2: fu 2026-05-02",
        more: |s| s.customer_map("w1 t1"),
        outcomes: [("ann/w1", "in_scope undetermined/unreadable"), ("bob/li", "in_scope migrated")],
        origins: [
            ("bob2/t1", "added_during_migration"), ("bob2/li", "migrated"), ("ann2/fu", "added_during_migration"),
        ],
        findings: ["B8-inconclusive", "B8-unreadable", "D1-created-unknown", "Q-unreadable-values"],
    }
    /// An empty list of the members with permission is a list: nobody has it.
    of_an_empty_list_of_permissions_nobody_has_it {
        after: "ann2: wei 2026-05-02",
        more: |s| {
            let answer = r#"{"errcode":0,"errmsg":"ok","follow_user":[]}"#;
            let envelope = format!(r#"{{"endpoint":"externalcontact/get_follow_user_list","response":{answer}}}"#);
            s.file("source-before/permissions.json", &envelope)
        },
        outcomes: [("ann/wei", "external_contact arrived_out_of_scope/external_contact")],
        origins: [("ann2/wei", "arrived_out_of_scope")], findings: ["B1-external-contact-arrived"],
    }
    /// A customer of two members has two relations (B4): the one that arrived with `ann` is not that of `bob`.
    a_customer_who_arrived_with_one_member_is_missing_with_the_other {
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w1",
        after: "ann2: wei 2026-05-02 id=t1; bob2: fu 2026-05-02", more: |s| s.customer_map("w1 t1"),
        outcomes: [("ann/w1", "in_scope migrated"), ("bob/w1", "in_scope missing/no_trace")],
        origins: [("ann2/t1", "migrated"), ("bob2/fu", "added_during_migration")], findings: ["B8-missing"],
    }
    an_unreadable_record_of_an_enrolled_member_may_be_of_the_misplaced_customer {
        before: "ann: wei 2025-01-01 unionid=u1; bob: hu 2025-01-01; carol: min 2025-01-01 unionid=u3",
        after: "carol2: wei 2026-05-02 unionid=u1; bob2: hu 2026-05-02; ann2: fu 2026-05-02; \
            carol2: min 2026-05-02 unionid=u3",
        more: |s| s.file("source-before/more.csv", "userid,external_userid\nbob,\nbob,hu\n"),
        outcomes: [
            ("ann/wei", "in_scope undetermined/ambiguous"), ("bob/hu", "in_scope migrated"),
            ("carol/min", "in_scope migrated"),
        ],
        origins: [
            ("carol2/wei", "added_during_migration"), ("bob2/hu", "migrated"), ("ann2/fu", "added_during_migration"),
            ("carol2/min", "migrated"),
        ],
        findings: [
            "B5-source-not-covered", "B8-ambiguous", "B8-inconclusive", "Q-too-much-unreadable",
            "Q-unreadable-records",
        ],
    }
    an_unreadable_record_that_names_nobody_may_be_of_the_misplaced_customer {
        before: "ann: wei 2025-01-01 unionid=u1; bob: hu 2025-01-01; carol: min 2025-01-01 unionid=u3",
        after: "carol2: wei 2026-05-02 unionid=u1; bob2: hu 2026-05-02; ann2: fu 2026-05-02; \
            carol2: min 2026-05-02 unionid=u3",
        more: |s| s.file("source-before/more.csv", "userid,external_userid,created_at\n,,2025-01-01\nbob,hu,\n"),
        outcomes: [
            ("ann/wei", "in_scope undetermined/ambiguous"),
            ("bob/hu", "in_scope migrated"),
            ("carol/min", "in_scope migrated"),
        ],
        origins: [
            ("carol2/wei", "added_during_migration"),
            ("bob2/hu", "migrated"),
            ("ann2/fu", "added_during_migration"),
            ("carol2/min", "migrated"),
        ],
        findings: [
            "B5-source-not-covered", "B8-ambiguous", "B8-inconclusive", "Q-too-much-unreadable",
            "Q-unreadable-records",
        ],
    }
    /// Neither the relation of a member who is not enrolled nor the group can be the customer that `carol2` holds.
    an_unreadable_record_of_another_kind_is_not_of_the_misplaced_customer {
        before: "ann: wei 2025-01-01 unionid=u1; carol: min 2025-01-01 unionid=u3",
        after: "carol2: wei 2026-05-02 unionid=u1; ann2: fu 2026-05-02; carol2: min 2026-05-02 unionid=u3",
        more: |s| {
            s.file("source-before/more.csv", "userid,external_userid,created_at\nzoe,,\nzoe,w8,2025-01-01\n")
                .file("source-before/groups.csv", "chat_id,name,owner_userid\n,,ann\ng1,vip,zoe\n")
        },
        outcomes: [
            ("ann/wei", "in_scope misplaced"), ("carol/min", "in_scope migrated"),
            ("zoe/w8", "not_enrolled out_of_scope/not_enrolled"),
        ],
        origins: [("carol2/wei", "misplaced"), ("ann2/fu", "added_during_migration"), ("carol2/min", "migrated")],
        findings: ["B7-misplaced", "B8-source-groups-not-covered", "Q-too-much-unreadable", "Q-unreadable-records"],
    }
    userids_that_differ_in_letter_case_only_are_one_member {
        before: "Ann: wei 2025-01-01; ann: li 2025-01-01", after: "ann2: wei 2026-05-02; ANN2: li 2026-05-02",
        outcomes: [("Ann/wei", "in_scope migrated"), ("Ann/li", "in_scope migrated")],
        origins: [("Ann2/wei", "migrated"), ("Ann2/li", "migrated")], findings: ["Q-userid-case"],
    }
    a_unionid_under_two_ids_of_one_corp_is_a_word_for_null_and_joins_nothing {
        before: "ann: wei 2025-01-01 id=w1 unionid=unknown; ann: li 2025-01-01 id=w2 unionid=unknown",
        after: "ann2: min 2026-05-02 id=t1 unionid=unknown; ann2: hu 2026-05-02 id=t2 unionid=unknown",
        outcomes: [("ann/w1", "in_scope missing/no_trace"), ("ann/w2", "in_scope missing/no_trace")],
        origins: [("ann2/t1", "added_during_migration"), ("ann2/t2", "added_during_migration")],
        findings: ["B8-missing", "Q-unionid-shared"],
    }
    a_bare_list_answer_cannot_be_tied_to_a_member {
        more: |s| s.file("source-before/list.json", r#"{"errcode":0,"errmsg":"ok","external_userid":["w1","w2"]}"#),
        findings: ["Q-untied-answers"],
    }
    transfers_inside_a_corp_are_nothing_to_audit {
        more: |s| {
            let answer = r#"{"errcode":0,"customer":[{"external_userid":"w1","status":1}]}"#;
            s.file("source-before/transfers.json", answer)
        },
        findings: ["Q-records-passed-over"],
    }
}

fn check(name: &str) {
    let example = EXAMPLES.iter().find(|example| example.name == name).unwrap();
    let owned = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let audit = (example.more)(Story::new(example.before, example.after)).audit();
    let found: BTreeSet<&str> = audit.findings().into_keys().collect();
    assert_eq!(audit.outcomes(), owned(example.outcomes));
    assert_eq!(audit.origins(), owned(example.origins));
    assert_eq!(found, example.findings.iter().copied().collect());
}

/// The run stops at these, so no example can end with them.
const STOPS_THE_RUN: &[&str] = &["B6-many-to-one", "B7-one-to-many"];

/// Every rule and finding is shown by an example, whose own test holds it to what it shows. What stands in no list of
/// examples is looked for in audits that are run here.
#[test]
fn no_rule_lacks_an_example() {
    let mut shown: BTreeSet<String> = STOPS_THE_RUN.iter().map(|code| (*code).to_owned()).collect();
    for example in EXAMPLES {
        for (_, verdict) in example.outcomes {
            let (scope, outcome) = verdict.split_once(' ').unwrap();
            shown.insert(format!("scope/{scope}"));
            let is_by_scope = outcome.contains("out_of_scope");
            shown.insert(format!("outcome/{}", if is_by_scope { outcome.split('/').next().unwrap() } else { outcome }));
        }
        shown.extend(example.origins.iter().map(|(_, origin)| format!("origin/{origin}")));
        shown.extend(example.findings.iter().map(|code| (*code).to_owned()));
    }
    shown.extend(groups::shown().into_iter().chain(join_codes::shown()));
    shown.extend(billing::shown().into_iter().map(str::to_owned));
    for audit in waivers::examples().iter().chain(&console::examples()) {
        shown.extend(audit.findings().into_keys().map(str::to_owned));
    }
    shown.extend(precheck::found().into_iter().map(str::to_owned));
    let rules: Vec<&str> = qianhe::rules::rule_book().into_iter().map(|line| line.code).collect();
    let lacking: Vec<&str> = rules.into_iter().filter(|rule| !shown.contains(*rule)).collect();
    assert!(lacking.is_empty(), "rules without an example: {lacking:?}");
}

#[test]
fn a_list_that_is_not_1_to_1_stops_the_run() {
    for (accounts, code) in [("ann x; bob x", STOPS_THE_RUN[0]), ("ann x; ann y", STOPS_THE_RUN[1])] {
        let error = Story::lost().accounts(accounts).error();
        assert!(error.contains(code), "{error}\nlacks {code}");
    }
}

/// A customer may be asked about again after an error, and fail after an answer: the newest answer decides.
#[test]
fn of_two_answers_about_a_customer_the_newest_decides() {
    let answer = |day: u32, response: &str| {
        let request = r#""request":{"external_userid":"t9"}"#;
        let day = format!(r#""fetched_at":"2026-06-{day:02}T09:00:00+08:00""#);
        format!(r#"{{"endpoint":"externalcontact/get",{request},{day},"response":{response}}}"#) + "\n"
    };
    let customer = r#"{"external_userid":"t9","name":"hu","type":1}"#;
    let member = r#"[{"userid":"bob2","createtime":1735689600}]"#;
    let whole = format!(r#"{{"errcode":0,"external_contact":{customer},"follow_user":{member}}}"#);
    let busy = r#"{"errcode":-1,"errmsg":"system busy"}"#;
    let failed = Some("failed 1 of 1 answers of externalcontact/get were errors".to_owned());
    for (answers, expected) in [
        (answer(1, busy) + &answer(2, &whole), None),
        (answer(1, &whole) + &answer(2, busy), failed),
        (answer(2, &whole) + &answer(1, busy), None),
    ] {
        let story = Story::arrived();
        let audit = story.file("target-after/get.jsonl", &answers).audit();
        let coverage = audit.report("coverage");
        let of_customers = coverage.iter().find(|row| row["role"] == "target-after" && row["dataset"] == "customers");
        let told = of_customers.map(|row| format!("{} {}", row["status"], row["detail"]));
        assert_eq!(told, expected, "{answers}");
    }
}

/// The record of the mapped account that could not be read may be the customer, who then is where he belongs.
#[test]
fn a_customer_who_may_be_in_the_mapped_account_is_not_misplaced() {
    let told = |unread: &str| {
        let story = Story::new(
            "ann: wei 2025-01-01 id=w1; bob: li 2025-01-01",
            "bob2: wei 2026-05-02 id=t1; bob2: li 2026-05-02; ann2: fu 2026-05-02",
        );
        let more = format!("userid,external_userid\n{unread}ann2,fu\n");
        story.customer_map("w1 t1").file("target-after/more.csv", &more).audit().outcomes()["ann/w1"].clone()
    };
    assert_eq!(told(""), "in_scope misplaced");
    assert_eq!(told("ann2,\n"), "in_scope undetermined/target_not_covered");
}

/// A relation that is matched is known, whatever of it could not be read: only an unmatched one may be the customer
/// whom another account holds.
#[test]
fn a_matched_relation_with_an_unreadable_unionid_is_not_the_misplaced_customer() {
    let told = |arrived: &str| {
        let story = Story::new(
            "ann: wei 2025-01-01 id= unionid=1.5E+10; bob: hu 2025-01-01 id=w2",
            &format!("{arrived}; ann2: hu 2026-05-02 id=t2; bob2: fu 2026-05-02"),
        );
        story.customer_map("w2 t2").audit().outcomes()["bob/w2"].clone()
    };
    assert_eq!(told("ann2: wei 2026-05-02"), "in_scope misplaced");
    assert_eq!(told("ann2: min 2026-05-02"), "in_scope undetermined/ambiguous");
}
