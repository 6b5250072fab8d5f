//! An example by hand for each rule, and a test that no rule lacks one.
//!
//! The migration of every story starts on 1 May 2026 and ends on 7 May 2026; member `ann` moves to `ann2`.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::Story;
use crate::{groups, join_codes};

/// A story, and what must come of it: `member/customer -> scope outcome/reason`, and `member/customer -> origin`.
struct Example {
    what: &'static str,
    before: &'static str,
    after: &'static str,
    more: fn(Story) -> Story,
    outcomes: &'static [(&'static str, &'static str)],
    origins: &'static [(&'static str, &'static str)],
    findings: &'static [&'static str],
}

/// Nothing but the two exports.
fn plain(story: Story) -> Story {
    story
}

#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    Example { what: "a customer who arrived during the migration", more: plain,
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &[] },
    Example { what: "exactly at the start is an arrival", more: plain,
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-01T00:00:00",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &[] },
    Example { what: "an unknown time at the target is no evidence of age", more: plain,
        before: "ann: wei 2025-01-01", after: "ann2: wei",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &[] },
    Example { what: "a second before the start it stood there already", more: plain,
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-04-30T23:59:59",
        outcomes: &[("ann/wei", "in_scope already_at_target")], origins: &[("ann2/wei", "already_at_target")], findings: &[] },
    Example { what: "known from target-before, whatever its time", more: |s| s.role("target-before", "ann2: wei"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope already_at_target")], origins: &[("ann2/wei", "already_at_target")], findings: &[] },
    Example { what: "refused, and not there", more: |s| s.refusals("wei"),
        before: "ann: wei 2025-01-01", after: "",
        outcomes: &[("ann/wei", "in_scope refused")], origins: &[], findings: &["A3-refused"] },
    Example { what: "refused, and there", more: |s| s.refusals("wei"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope refused_but_arrived")], origins: &[("ann2/wei", "refused_but_arrived")], findings: &["A3-refused-arrived"] },
    Example { what: "a refusal with a member is about that relation only", more: |s| s.refusals("wei - - ann"),
        before: "ann: wei 2025-01-01; bob: wei 2025-01-01", after: "",
        outcomes: &[("ann/wei", "in_scope refused"), ("bob/wei", "in_scope missing/no_trace")], origins: &[], findings: &["A3-refused", "B8-missing"] },
    Example { what: "a refusal without a member is about all relations of the customer (B4)", more: |s| s.refusals("wei"),
        before: "ann: wei 2025-01-01; bob: wei 2025-01-01", after: "",
        outcomes: &[("ann/wei", "in_scope refused"), ("bob/wei", "in_scope refused")], origins: &[], findings: &["A3-refused"] },
    Example { what: "a refusal by unionid", more: |s| s.refusals("- u1"),
        before: "ann: wei 2025-01-01 unionid=u1", after: "",
        outcomes: &[("ann/wei", "in_scope refused")], origins: &[], findings: &["A3-refused"] },
    Example { what: "a refusal by a name that stands for one customer", more: |s| s.refusals("- - wei"),
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w1", after: "",
        outcomes: &[("ann/w1", "in_scope refused"), ("bob/w1", "in_scope refused")], origins: &[], findings: &["A3-refused"] },
    Example { what: "a refusal by a name that stands for two customers holds for none", more: |s| s.refusals("- - wei"),
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w2", after: "",
        outcomes: &[("ann/w1", "in_scope missing/no_trace"), ("bob/w2", "in_scope missing/no_trace")], origins: &[],
        findings: &["A3-refusal-name-ambiguous", "B8-missing"] },
    Example { what: "the member makes the name unique", more: |s| s.refusals("- - wei ann"),
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w2", after: "",
        outcomes: &[("ann/w1", "in_scope refused"), ("bob/w2", "in_scope missing/no_trace")], origins: &[], findings: &["A3-refused", "B8-missing"] },
    Example { what: "a refusal that matches nothing", more: |s| s.refusals("nobody"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &["A3-refusal-unmatched"] },
    Example { what: "under another account, by unionid (B7)", more: plain,
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2; bob: min 2025-01-01 unionid=u3",
        after: "bob2: wei 2026-05-02 unionid=u1; ann2: li 2026-05-02 unionid=u2; bob2: min 2026-05-02 unionid=u3",
        outcomes: &[("ann/wei", "in_scope misplaced"), ("ann/li", "in_scope migrated"), ("bob/min", "in_scope migrated")],
        origins: &[("bob2/wei", "misplaced"), ("ann2/li", "migrated"), ("bob2/min", "migrated")], findings: &["B7-misplaced"] },
    Example { what: "under an account that nobody is mapped to, by customer map (B7)", more: |s| s.customer_map("w1 t1"),
        before: "ann: wei 2025-01-01 id=w1; ann: li 2025-01-01", after: "zoe2: wei 2026-05-02 id=t1; ann2: li 2026-05-02",
        outcomes: &[("ann/w1", "in_scope misplaced"), ("ann/li", "in_scope migrated")], origins: &[("zoe2/t1", "misplaced"), ("ann2/li", "migrated")], findings: &["B7-misplaced"] },
    Example { what: "an old relation of another account is no misplaced one", more: |s| s.customer_map("w1 t1"),
        before: "ann: wei 2025-01-01 id=w1; ann: li 2025-01-01", after: "zoe2: wei 2026-04-02 id=t1; ann2: li 2026-05-02",
        outcomes: &[("ann/w1", "in_scope missing/no_trace"), ("ann/li", "in_scope migrated")], origins: &[("zoe2/t1", "pre_existing"), ("ann2/li", "migrated")], findings: &["B8-missing"] },
    Example { what: "two lost relations of a customer, one found elsewhere: never guess", more: |s| s.customer_map("w1 t1"),
        before: "ann: wei 2025-01-01 id=w1; bob: wei 2025-01-01 id=w1", after: "zoe2: wei 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope undetermined/ambiguous"), ("bob/w1", "in_scope undetermined/ambiguous")],
        origins: &[("zoe2/t1", "added_during_migration")], findings: &["B8-ambiguous", "B8-inconclusive"] },
    Example { what: "two of a name at the source, one at the target", more: plain,
        before: "ann: wei 2025-01-01 id=w1; ann: wei 2025-02-01 id=w2", after: "ann2: wei 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope undetermined/ambiguous"), ("ann/w2", "in_scope undetermined/ambiguous")],
        origins: &[("ann2/t1", "added_during_migration")], findings: &["B8-ambiguous", "B8-inconclusive"] },
    Example { what: "two of a name on both sides both arrived", more: plain,
        before: "ann: wei 2025-01-01 id=w1; ann: wei 2025-02-01 id=w2", after: "ann2: wei 2026-05-02 id=t1; ann2: wei 2026-05-03 id=t2",
        outcomes: &[("ann/w1", "in_scope migrated"), ("ann/w2", "in_scope migrated")], origins: &[("ann2/t1", "migrated"), ("ann2/t2", "migrated")], findings: &[] },
    Example { what: "neither name nor shared unionid nor map", more: plain,
        before: "ann: - 2025-01-01 id=w1", after: "ann2: - 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope undetermined/no_usable_key")], origins: &[("ann2/t1", "added_during_migration")],
        findings: &["B8-no-usable-key", "B8-inconclusive"] },
    Example { what: "a name is of no use where the target shows none", more: plain,
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: - 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope undetermined/no_usable_key")], origins: &[("ann2/t1", "added_during_migration")],
        findings: &["B8-no-usable-key", "B8-inconclusive"] },
    Example { what: "the dump of the target account failed",
        more: |s| s.without("target-after/relations.csv").file("target-after/list.json",
            r#"{"endpoint":"externalcontact/list","request":{"userid":"ann2"},"response":{"errcode":45033,"errmsg":"rate limit","external_userid":[]}}"#),
        before: "ann: wei 2025-01-01", after: "",
        outcomes: &[("ann/wei", "in_scope undetermined/target_not_covered")], origins: &[],
        findings: &["B8-target-not-covered", "B8-inconclusive", "Q-error-answers"] },
    Example { what: "an empty but covered target is a legitimate answer", more: plain,
        before: "ann: wei 2025-01-01", after: "",
        outcomes: &[("ann/wei", "in_scope missing/no_trace")], origins: &[], findings: &["B8-missing"] },
    Example { what: "the target account is at its cap", more: |s| s.toml("[policy]\ncustomer_cap = 2"),
        before: "ann: wei 2025-01-01; bob: min 2025-01-01", after: "ann2: x 2025-01-01; ann2: y 2025-01-01; bob2: z 2025-01-01",
        outcomes: &[("ann/wei", "in_scope missing/target_at_cap"), ("bob/min", "in_scope missing/no_trace")],
        origins: &[("ann2/x", "pre_existing"), ("ann2/y", "pre_existing"), ("bob2/z", "pre_existing")], findings: &["B8-missing", "B8-missing-at-cap"] },
    Example { what: "a customer of a left member (B3)", more: |s| s.unassigned("ann wei\n gone old").accounts("ann ann2"),
        before: "ann: wei 2025-01-01", after: "",
        outcomes: &[("ann/wei", "unassigned out_of_scope/unassigned"), ("gone/old", "unassigned out_of_scope/unassigned")], origins: &[], findings: &[] },
    Example { what: "a customer of a left member arrived (B3)", more: |s| s.unassigned("ann wei"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "unassigned arrived_out_of_scope/unassigned")], origins: &[("ann2/wei", "arrived_out_of_scope")], findings: &["B3-unassigned-arrived"] },
    Example { what: "an external contact, by the contact list (B1)", more: plain,
        before: "ann: wei 2025-01-01 is_customer=false; ann: li 2025-01-01 is_customer=true", after: "ann2: li 2026-05-02",
        outcomes: &[("ann/wei", "external_contact out_of_scope/external_contact"), ("ann/li", "in_scope migrated")], origins: &[("ann2/li", "migrated")], findings: &[] },
    Example { what: "an external contact, by the member's permission (B1), arrived", more: |s| s.follow_users("bob"),
        before: "ann: wei 2025-01-01; bob: li 2025-01-01", after: "ann2: wei 2026-05-02; bob2: li 2026-05-02",
        outcomes: &[("ann/wei", "external_contact arrived_out_of_scope/external_contact"), ("bob/li", "in_scope migrated")],
        origins: &[("ann2/wei", "arrived_out_of_scope"), ("bob2/li", "migrated")], findings: &["B1-external-contact-arrived"] },
    Example { what: "not enrolled (B5)", more: |s| s.accounts("bob bob2"),
        before: "ann: wei 2025-01-01; bob: li 2025-01-01", after: "ann2: wei 2026-05-02; bob2: li 2026-05-02",
        outcomes: &[("ann/wei", "not_enrolled out_of_scope/not_enrolled"), ("bob/li", "in_scope migrated")],
        origins: &[("ann2/wei", "added_during_migration"), ("bob2/li", "migrated")], findings: &[] },
    Example { what: "an account that failed the assessment (B5), arrived all the same", more: |s| s.accounts("ann ann2 fail"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "assessment_failed arrived_out_of_scope/assessment_failed")], origins: &[("ann2/wei", "arrived_out_of_scope")],
        findings: &["B5-assessment-failed-arrived"] },
    Example { what: "an account that failed the assessment, in Chinese, stayed",
        more: |s| s.file("lists/accounts.csv", "迁出账号,迁入账号,预评估结果,不通过原因\nann,ann2,不通过,未认证\n"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2025-05-02",
        outcomes: &[("ann/wei", "assessment_failed out_of_scope/assessment_failed")], origins: &[("ann2/wei", "out_of_scope")], findings: &[] },
    Example { what: "added after the start (D1)", more: plain,
        before: "ann: wei 2026-05-01; ann: li 2026-05-03; ann: min 2026-04-30", after: "ann2: li 2026-05-04; ann2: min 2026-05-04",
        outcomes: &[("ann/wei", "added_after_start out_of_scope/added_after_start"), ("ann/li", "added_after_start arrived_out_of_scope/added_after_start"),
            ("ann/min", "in_scope migrated")],
        origins: &[("ann2/li", "arrived_out_of_scope"), ("ann2/min", "migrated")], findings: &["D1-added-after-start-arrived"] },
    Example { what: "the origins of what nothing matches", more: |s| s.role("target-before", "ann2: known 2026-05-03"),
        before: "ann: wei 2025-01-01",
        after: "ann2: wei 2026-05-02; ann2: old 2026-04-30; ann2: known 2026-05-03; ann2: during 2026-05-06T23:59:59; ann2: after 2026-05-07; ann2: when",
        outcomes: &[("ann/wei", "in_scope migrated")],
        origins: &[("ann2/wei", "migrated"), ("ann2/old", "pre_existing"), ("ann2/known", "pre_existing"), ("ann2/during", "added_during_migration"),
            ("ann2/after", "added_after_migration"), ("ann2/when", "unknown_time")], findings: &[] },
    Example { what: "the customer map goes before the name", more: |s| s.customer_map("w1 t2"),
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1; ann2: other 2026-05-02 id=t2",
        outcomes: &[("ann/w1", "in_scope migrated")], origins: &[("ann2/t1", "added_during_migration"), ("ann2/t2", "migrated")], findings: &[] },
    Example { what: "a name is not used where the map sends the id elsewhere", more: |s| s.customer_map("w1 t9"),
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope missing/no_trace")], origins: &[("ann2/t1", "added_during_migration")], findings: &["B8-missing"] },
    Example { what: "a name is not used where the map says that the target id is somebody else", more: |s| s.customer_map("w9 t1"),
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope missing/no_trace")], origins: &[("ann2/t1", "added_during_migration")], findings: &["B8-missing"] },
    Example { what: "a name is not used between two unionids of a shared namespace that differ", more: plain,
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2", after: "ann2: wei 2026-05-02 unionid=u8; ann2: x 2026-05-02 unionid=u2",
        outcomes: &[("ann/wei", "in_scope missing/no_trace"), ("ann/li", "in_scope migrated")],
        origins: &[("ann2/wei", "added_during_migration"), ("ann2/x", "migrated")], findings: &["B8-missing"] },
    Example { what: "disjoint namespaces: unionids neither join nor contradict", more: plain,
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2", after: "ann2: wei 2026-05-02 unionid=v1; ann2: li 2026-05-02 unionid=v2",
        outcomes: &[("ann/wei", "in_scope migrated"), ("ann/li", "in_scope migrated")],
        origins: &[("ann2/wei", "migrated"), ("ann2/li", "migrated")], findings: &["Q-namespaces-disjoint"] },
    Example { what: "a contradiction takes only the contradicted away: the one without unionid is free", more: plain,
        before: "ann: wei 2025-01-01 id=w1 unionid=u1; ann: li 2025-01-01 unionid=u2",
        after: "ann2: wei 2025-05-01 id=t1 unionid=u8; ann2: wei 2026-05-02 id=t2; ann2: li 2026-05-02 unionid=u2",
        outcomes: &[("ann/w1", "in_scope migrated"), ("ann/li", "in_scope migrated")],
        origins: &[("ann2/t1", "pre_existing"), ("ann2/t2", "migrated"), ("ann2/li", "migrated")], findings: &[] },
    Example { what: "contradictory rows of the map are set aside", more: |s| s.customer_map("w1 t1\n w1 t2"),
        before: "ann: wei 2025-01-01 id=w1", after: "ann2: wei 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope migrated")], origins: &[("ann2/t1", "migrated")], findings: &["Q-map-contradiction"] },
    Example { what: "an enrolled account without any relation", more: |s| s.accounts("ann ann2\n zoe zoe2"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &["B5-account-without-relations"] },
    Example { what: "an enrolled account whose source dump failed",
        more: |s| s.without("source-before/relations.csv").file("source-before/dump.json",
            r#"{"endpoint":"externalcontact/list","request":{"userid":"ann"},"response":{"errcode":0,"external_userid":["w1"]}}
               {"endpoint":"externalcontact/list","request":{"userid":"bob"},"response":{"errcode":40014,"errmsg":"invalid token"}}"#).customer_map("w1 t1"),
        before: "ann: -; bob: -", after: "ann2: wei 2026-05-02 id=t1",
        outcomes: &[("ann/w1", "in_scope migrated")], origins: &[("ann2/t1", "migrated")],
        findings: &["B5-account-without-relations", "B5-source-not-covered", "D1-created-unknown", "Q-error-answers"] },
    Example { what: "snapshots on the wrong side of the start and the end",
        more: |s| s.role("target-before", "").toml("[snapshots.source-before]\ntaken_at = 2026-05-01T00:00:01+08:00\n[snapshots.target-before]\ntaken_at = 2026-05-02T00:00:00+08:00\n[snapshots.target-after]\ntaken_at = 2026-05-06T00:00:00+08:00"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")],
        findings: &["D1-after-too-early", "D1-source-after-start", "D1-target-before-late", "Q-empty-table"] },
    Example { what: "the gap before the start is said", more: |s| s.toml("[snapshots.source-before]\ntaken_at = 2026-04-30T22:00:00+08:00"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &["D1-gap-before-start"] },
    Example { what: "dumps that seem to be of one corp, and mixed", more: plain,
        before: "ann: wei 2025-01-01 id=wmAAAAAAAA1234567890123456789012; ann: li 2025-01-01 id=wmAAAAAAAA1234567890123456789013",
        after: "ann2: wei 2026-05-02 id=wmAAAAAAAA1234567890123456789014; ann2: li 2026-05-02 id=wmAAAAAAAA1234567890123456789015",
        outcomes: &[("ann/wmAAAAAAAA1234567890123456789012", "in_scope migrated"), ("ann/wmAAAAAAAA1234567890123456789013", "in_scope migrated")],
        origins: &[("ann2/wmAAAAAAAA1234567890123456789014", "migrated"), ("ann2/wmAAAAAAAA1234567890123456789015", "migrated")], findings: &["Q-swapped-dumps"] },
    Example { what: "a dump that mixes two corps", more: plain,
        before: "ann: a 2025-01-01 id=wmAAAAAAAA1234567890123456789012; ann: b 2025-01-01 id=wmAAAAAAAA1234567890123456789013; ann: c 2025-01-01 id=wmBBBBBBBB1234567890123456789012; ann: d 2025-01-01 id=wmBBBBBBBB1234567890123456789013",
        after: "ann2: a 2026-05-02; ann2: b 2026-05-02; ann2: c 2026-05-02; ann2: d 2026-05-02",
        outcomes: &[("ann/wmAAAAAAAA1234567890123456789012", "in_scope migrated"), ("ann/wmAAAAAAAA1234567890123456789013", "in_scope migrated"),
            ("ann/wmBBBBBBBB1234567890123456789012", "in_scope migrated"), ("ann/wmBBBBBBBB1234567890123456789013", "in_scope migrated")],
        origins: &[("ann2/a", "migrated"), ("ann2/b", "migrated"), ("ann2/c", "migrated"), ("ann2/d", "migrated")], findings: &["Q-mixed-dumps"] },
    Example { what: "a record without an id is a reject, and the rest goes on", more: |s| s.file("source-before/more.csv", "userid,external_userid,customer_name\n,w7,nobody\nann,wei,wei\n"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")],
        findings: &["B5-source-not-covered", "Q-too-much-unreadable", "Q-unreadable-records"] },
    Example { what: "a time that cannot be read leaves the relation open", more: |s| s.file("source-before/more.csv", "userid,external_userid,customer_name,created_at\nann,w9,li,soon\n"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated"), ("ann/w9", "in_scope undetermined/unreadable")], origins: &[("ann2/wei", "migrated")],
        findings: &["B8-inconclusive", "B8-unreadable", "D1-created-unknown", "Q-unreadable-values"] },
    Example { what: "an unmatched name that looks the same", more: plain,
        before: "ann: wei 2025-01-01; ann: ＡＢＣ 2025-01-01", after: "ann2: wei 2026-05-02; ann2: ABC 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated"), ("ann/ＡＢＣ", "in_scope undetermined/look_alike")],
        origins: &[("ann2/wei", "migrated"), ("ann2/ABC", "added_during_migration")], findings: &["B8-inconclusive", "B8-look-alike"] },
    Example { what: "a look-alike that stood there before the start is another customer", more: plain,
        before: "ann: wei 2025-01-01; ann: ＡＢＣ 2025-01-01", after: "ann2: wei 2026-05-02; ann2: ABC 2025-05-02",
        outcomes: &[("ann/wei", "in_scope migrated"), ("ann/ＡＢＣ", "in_scope missing/no_trace")],
        origins: &[("ann2/wei", "migrated"), ("ann2/ABC", "pre_existing")], findings: &["B8-missing"] },
    Example { what: "a table without a row proves nothing",
        more: |s| s.file("target-before/relations.csv", "userid,external_userid\n").toml("[snapshots.target-before]\npath = \"target-before\""),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &["Q-empty-table"] },
    Example { what: "a column that is not used is named", more: |s| s.file("source-before/more.csv", "userid,external_userid,deleted_at\nann,wei,2025-02-01\n"),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &["Q-columns-unused"] },
    Example { what: "a source that holds nothing concludes nothing", more: plain,
        before: "", after: "ann2: wei 2026-05-02",
        outcomes: &[], origins: &[("ann2/wei", "added_during_migration")],
        findings: &["B5-account-without-relations", "B5-source-not-covered", "Q-empty-table", "Q-source-before-empty"] },
    Example { what: "under another account at an unknown time (B7)", more: plain,
        before: "ann: wei 2025-01-01 unionid=u1; ann: li 2025-01-01 unionid=u2; bob: min 2025-01-01 unionid=u3",
        after: "bob2: wei unionid=u1; ann2: li 2026-05-02 unionid=u2; bob2: min 2026-05-02 unionid=u3",
        outcomes: &[("ann/wei", "in_scope misplaced"), ("ann/li", "in_scope migrated"), ("bob/min", "in_scope migrated")],
        origins: &[("bob2/wei", "misplaced"), ("ann2/li", "migrated"), ("bob2/min", "migrated")], findings: &["B7-misplaced"] },
    Example { what: "userids that differ in letter case only are one member", more: plain,
        before: "Ann: wei 2025-01-01; ann: li 2025-01-01", after: "ann2: wei 2026-05-02; ANN2: li 2026-05-02",
        outcomes: &[("Ann/wei", "in_scope migrated"), ("Ann/li", "in_scope migrated")], origins: &[("Ann2/wei", "migrated"), ("Ann2/li", "migrated")],
        findings: &["Q-userid-case"] },
    Example { what: "a unionid under two ids of one corp is a word for null, and joins nothing", more: plain,
        before: "ann: wei 2025-01-01 id=w1 unionid=unknown; ann: li 2025-01-01 id=w2 unionid=unknown",
        after: "ann2: min 2026-05-02 id=t1 unionid=unknown; ann2: hu 2026-05-02 id=t2 unionid=unknown",
        outcomes: &[("ann/w1", "in_scope missing/no_trace"), ("ann/w2", "in_scope missing/no_trace")],
        origins: &[("ann2/t1", "added_during_migration"), ("ann2/t2", "added_during_migration")], findings: &["B8-missing", "Q-unionid-shared"] },
    Example { what: "a bare list answer cannot be tied to a member", more: |s| s.file("source-before/list.json", r#"{"errcode":0,"errmsg":"ok","external_userid":["w1","w2"]}"#),
        before: "ann: wei 2025-01-01", after: "ann2: wei 2026-05-02",
        outcomes: &[("ann/wei", "in_scope migrated")], origins: &[("ann2/wei", "migrated")], findings: &["Q-untied-answers"] },
];

#[test]
fn each_example_comes_out_as_told() {
    let owned = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    };
    let mut wrong = Vec::new();
    for example in EXAMPLES {
        let story = (example.more)(Story::new(example.before, example.after));
        let audit = story.audit();
        let answers = (audit.outcomes(), audit.origins(), audit.findings().into_keys().collect::<BTreeSet<_>>());
        let told = (owned(example.outcomes), owned(example.origins), example.findings.iter().copied().collect());
        if answers != told {
            wrong.push(format!("{}\n  told    {told:?}\n  answers {answers:?}", example.what));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The run stops at these, so no example can end with them.
const STOPS_THE_RUN: &[&str] = &["B6-many-to-one", "B7-one-to-many"];

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
    shown.extend(groups::shown());
    shown.extend(crate::precheck::shown());
    shown.extend(join_codes::shown());
    shown.extend(
        crate::billing::shown()
            .into_iter()
            .chain(crate::waivers::shown())
            .chain(crate::console::shown())
            .map(str::to_owned),
    );
    let rules: Vec<String> = qianhe::findings::rule_book().into_iter().map(|line| line.code).collect();
    let lacking: Vec<&String> = rules.iter().filter(|rule| !shown.contains(*rule)).collect();
    assert!(lacking.is_empty(), "rules without an example: {lacking:?}");
}

#[test]
fn a_list_that_is_not_1_to_1_stops_the_run() {
    for (accounts, code) in [("ann x; bob x", STOPS_THE_RUN[0]), ("ann x; ann y", STOPS_THE_RUN[1])] {
        let error = Story::new("ann: wei 2025-01-01", "").accounts(accounts).error();
        assert!(error.contains(code), "{error}\nlacks {code}");
    }
}
