//! Groups: an example by hand for each rule of scope, matching and outcome.
//!
//! In every story `ann` moves to `ann2` and `bob` to `bob2`, each with one customer whose unionid shows that the
//! namespaces are shared; the examples are about their groups.

use std::collections::{BTreeMap, BTreeSet};

use super::{Example, check, plain};
use crate::support::{Audit, Story};

pub fn story() -> Story {
    Story::new(
        "ann: wei 2025-01-01 unionid=w; bob: li 2025-01-01 unionid=l",
        "ann2: wei 2026-05-02 unionid=w; bob2: li 2026-05-02 unionid=l",
    )
}

/// The unionids of the two corps are of different namespaces.
fn disjoint(story: Story) -> Story {
    story.role("target-after", "ann2: wei 2026-05-02 unionid=x; bob2: li 2026-05-02 unionid=y")
}

/// An answer of `groupchat/list`, as one line.
fn list(cursor: &str, response: &str) -> String {
    format!(
        r#"{{"endpoint":"externalcontact/groupchat/list","request":{{"cursor":"{cursor}"}},"response":{response}}}"#
    )
}

/// An answer of `groupchat/list` about one owner, as one line.
fn list_of_owner(owner: &str, response: &str) -> String {
    let request = format!(r#"{{"owner_filter":{{"userid_list":["{owner}"]}}}}"#);
    format!("{{\"endpoint\":\"externalcontact/groupchat/list\",\"request\":{request},\"response\":{response}}}\n")
}

const EMPTY_LIST: &str = r#"{"errcode":0,"group_chat_list":[],"next_cursor":""}"#;
const RATE_LIMIT: &str = r#"{"errcode":45033,"errmsg":"rate limit","group_chat_list":[]}"#;

/// Groups of source-before and target-after: group -> `scope outcome/reason method target`.
#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    Example { what: "half of the members are enough", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1,u2,u3,u4", after: "h1: ann2 other 2025-01-01 members=u1,u2",
        told: &[("g1", "in_scope migrated members h1")], findings: &[] },
    Example { what: "a time that cannot be read leaves the group open", more: plain,
        before: "g1: ann vip soon", after: "h1: ann2 other 2025-01-01",
        told: &[("g1", "in_scope undetermined/unreadable")],
        findings: &["B8-group-unreadable", "Q-unreadable-values"] },
    Example { what: "by name, of a group of which a member cannot be read: it may be another one", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1; g2: ann old 2025-01-01 members=u2",
        after: "h1: ann2 vip 2025-01-01 members=1.5E+10",
        told: &[("g1", "in_scope migrated name h1"), ("g2", "in_scope undetermined/target_not_covered")],
        findings: &["B8-group-target-not-covered", "Q-unreadable-values"] },
    Example { what: "by members, it is no other one, though its time cannot be read", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1; g2: ann old 2025-01-01 members=u2",
        after: "h1: ann2 new soon members=u1",
        told: &[("g1", "in_scope migrated members h1"), ("g2", "in_scope missing")],
        findings: &["B8-group-missing", "Q-unreadable-values"] },
    Example { what: "less than half is not enough", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1,u2,u3", after: "h1: ann2 other 2025-01-01 members=u1",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing"] },
    Example { what: "the policy says how much is enough", more: |s| s.toml("[policy]\nmin_group_overlap = 0.3"),
        before: "g1: ann vip 2025-01-01 members=u1,u2,u3", after: "h1: ann2 other 2025-01-01 members=u1",
        told: &[("g1", "in_scope migrated members h1")], findings: &[] },
    Example { what: "members go before the name", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1,u2",
        after: "h1: ann2 vip 2025-01-01 members=v1; h2: ann2 new 2025-01-01 members=u1,u2",
        told: &[("g1", "in_scope migrated members h2")], findings: &[] },
    Example { what: "the mutual best: whose best is taken goes on to the next", more: plain,
        before: "g1: ann a 2025-01-01 members=u1,u2,u3,u4; g2: ann b 2025-01-01 members=u1,u2,u3,u5",
        after: "h1: ann2 c 2025-01-01 members=u1,u2,u3,u4; h2: ann2 d 2025-01-01 members=u2,u3,u5,u6",
        told: &[("g1", "in_scope migrated members h1"), ("g2", "in_scope migrated members h2")], findings: &[] },
    Example { what: "a tie of members, whatever the names", more: plain,
        before: "g1: ann a 2025-01-01 members=u1,u2; g2: ann b 2025-01-01 members=u1,u2",
        after: "h1: ann2 a 2025-01-01 members=u1,u2",
        told: &[("g1", "in_scope undetermined/ambiguous"), ("g2", "in_scope undetermined/ambiguous")],
        findings: &["B8-group-ambiguous"] },
    Example { what: "never across owners, be members and name the same", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1,u2", after: "h1: bob2 vip 2025-01-01 members=u1,u2",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing"] },
    Example { what: "without unionids it falls to the name", more: plain,
        before: "g1: ann vip 2025-01-01 members=-,-", after: "h1: ann2 vip 2025-01-01 members=u1",
        told: &[("g1", "in_scope migrated name h1")], findings: &[] },
    Example { what: "by name, though few of the known members are the same", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1,u2,u3", after: "h1: ann2 vip 2025-01-01 members=u3,u4,u5",
        told: &[("g1", "in_scope migrated name h1")], findings: &["B8-group-members-differ"] },
    Example { what: "a name that stands twice on either side", more: plain,
        before: "g1: ann vip 2025-01-01; g2: ann vip 2025-01-02; g3: bob day 2025-01-01",
        after: "h1: ann2 vip 2025-01-01; h2: bob2 day 2025-01-01; h3: bob2 day 2025-01-02",
        told: &[("g1", "in_scope undetermined/ambiguous"), ("g2", "in_scope undetermined/ambiguous"),
            ("g3", "in_scope undetermined/ambiguous")],
        findings: &["B8-group-ambiguous"] },
    Example { what: "a name is unique among what the members left over", more: plain,
        before: "g1: ann vip 2025-01-01 members=u1; g2: ann vip 2025-01-02",
        after: "h1: ann2 vip 2025-01-01 members=u1; h2: ann2 vip 2025-01-02",
        told: &[("g1", "in_scope migrated members h1"), ("g2", "in_scope migrated name h2")], findings: &[] },
    Example { what: "disjoint namespaces: members neither join nor speak", more: disjoint,
        before: "g1: ann vip 2025-01-01 members=u1,u2; g2: ann day 2025-01-01 members=u3",
        after: "h1: ann2 day 2025-01-01 members=u1,u2",
        told: &[("g1", "in_scope missing"), ("g2", "in_scope migrated name h1")],
        findings: &["B8-group-missing", "Q-namespaces-disjoint"] },
    Example { what: "the group map goes before the members", more: |s| s.group_map("g1 h2"),
        before: "g1: ann vip 2025-01-01 members=u1",
        after: "h1: ann2 vip 2025-01-01 members=u1; h2: ann2 other 2025-01-01",
        told: &[("g1", "in_scope migrated group_map h2")], findings: &[] },
    Example { what: "the map sends it elsewhere, and no weaker method overrules that", more: |s| s.group_map("g1 h9"),
        before: "g1: ann vip 2025-01-01 members=u1", after: "h1: ann2 vip 2025-01-01 members=u1",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing"] },
    Example { what: "the map says that the target group is another", more: |s| s.group_map("g9 h1"),
        before: "g1: ann vip 2025-01-01 members=u1", after: "h1: ann2 vip 2025-01-01 members=u1",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing", "Q-group-map-unused"] },
    Example { what: "a map whose columns are exchanged joins nothing", more: |s| s.group_map("h1 g1"),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 day 2025-01-01",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing", "Q-group-map-unused"] },
    Example { what: "the map is the user's word, also across owners, and it is said", more: |s| s.group_map("g1 h1"),
        before: "g1: ann vip 2025-01-01", after: "h1: bob2 vip 2025-01-01",
        told: &[("g1", "in_scope migrated group_map h1")], findings: &["B8-group-map-other-owner"] },
    Example { what: "contradictory rows of the map are set aside", more: |s| s.group_map("g1 h1\n g1 h2"),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 other 2025-01-01; h2: ann2 vip 2025-01-01",
        told: &[("g1", "in_scope migrated name h2")], findings: &["Q-group-map-contradiction"] },
    Example { what: "neither name nor unionids nor map", more: plain,
        before: "g1: ann - 2025-01-01 members=-", after: "h1: ann2 vip 2025-01-01 members=u1",
        told: &[("g1", "in_scope undetermined/no_usable_key")], findings: &["B8-group-no-usable-key"] },
    Example { what: "a name is of no use where the target shows none", more: plain,
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 - 2025-01-01",
        told: &[("g1", "in_scope undetermined/no_usable_key")], findings: &["B8-group-no-usable-key"] },
    Example { what: "without an id, by name", more: |s| s.groups("source-after", "-: ann vip 2025-01-01"),
        before: "-: ann vip 2025-01-01; -: ann day 2025-01-01", after: "-: ann2 vip 2025-01-01; -: ann2 day 2025-01-01",
        told: &[("vip", "in_scope migrated name -"), ("day", "in_scope migrated name -")],
        findings: &["B8-group-still-at-source"] },
    Example { what: "a whole list without it",
        more: |s| s.without("target-after/groups.csv").file("target-after/list.json", &list("", EMPTY_LIST)),
        before: "g1: ann vip 2025-01-01", after: "",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing"] },
    Example { what: "the target's list answered with an error",
        more: |s| s.without("target-after/groups.csv").file("target-after/list.json", &list("", RATE_LIMIT)),
        before: "g1: ann vip 2025-01-01", after: "",
        told: &[("g1", "in_scope undetermined/target_not_covered")],
        findings: &["B8-group-target-not-covered", "Q-error-answers"] },
    Example { what: "an error of the list takes the word of a sheet beside it",
        more: |s| s.file("target-after/list.json", &list("", RATE_LIMIT)),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 other 2025-01-01",
        told: &[("g1", "in_scope undetermined/target_not_covered")],
        findings: &["B8-group-target-not-covered", "Q-error-answers"] },
    Example { what: "a chain of pages without its end",
        more: |s| s.without("target-after/groups.csv").file("target-after/list.json", &list("",
            r#"{"errcode":0,"group_chat_list":[],"next_cursor":"c1"}"#)),
        before: "g1: ann vip 2025-01-01", after: "",
        told: &[("g1", "in_scope undetermined/target_not_covered")], findings: &["B8-group-target-not-covered"] },
    Example { what: "an owner who was asked about alone is covered alone",
        more: |s| s.without("target-after/groups.csv").file("target-after/list.json",
            &(list_of_owner("ann2", EMPTY_LIST) + &list_of_owner("bob2", RATE_LIMIT))),
        before: "g1: ann vip 2025-01-01; g2: bob vip 2025-01-01", after: "",
        told: &[("g1", "in_scope missing"), ("g2", "in_scope undetermined/target_not_covered")],
        findings: &["B8-group-missing", "B8-group-target-not-covered", "Q-error-answers"] },
    Example { what: "no word of groups in the target", more: |s| s.without("target-after/groups.csv"),
        before: "g1: ann vip 2025-01-01", after: "",
        told: &[("g1", "in_scope undetermined/target_not_covered")], findings: &["B8-group-target-not-covered"] },
    Example { what: "the user vouches for the target",
        more: |s| s.without("target-after/groups.csv").toml("[snapshots.target-after]\ncoverage = \"trusted\""),
        before: "g1: ann vip 2025-01-01", after: "",
        told: &[("g1", "in_scope missing")], findings: &["B8-group-missing"] },
    Example { what: "a target group whose owner nobody knows could be it", more: plain,
        before: "g1: ann vip 2025-01-01", after: "h1: -",
        told: &[("g1", "in_scope undetermined/target_not_covered")], findings: &["B8-group-target-not-covered"] },
    Example { what: "not enrolled (B8), though a group of the same kind is there", more: |s| s.accounts("bob bob2"),
        before: "g1: ann vip 2025-01-01 members=u1", after: "h1: ann2 vip 2025-01-01 members=u1",
        told: &[("g1", "not_enrolled out_of_scope/not_enrolled")], findings: &[] },
    Example { what: "not enrolled, and there by the map", more: |s| s.accounts("bob bob2").group_map("g1 h1"),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "not_enrolled arrived_out_of_scope/not_enrolled group_map h1")],
        findings: &["B8-group-arrived-out-of-scope", "B8-group-map-other-owner"] },
    Example { what: "a group without owner passes for not enrolled, and it is said", more: plain,
        before: "g1: - vip 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "not_enrolled out_of_scope/not_enrolled")], findings: &["B8-group-owner-unknown"] },
    Example { what: "its owner is unknown, so the map joins it with no other owner's", more: |s| s.group_map("g1 h1"),
        before: "g1: - vip 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "not_enrolled arrived_out_of_scope/not_enrolled group_map h1")],
        findings: &["B8-group-arrived-out-of-scope", "B8-group-owner-unknown"] },
    Example { what: "the owner's account failed the assessment (B5); one group arrived",
        more: |s| s.accounts("ann ann2 fail\n bob bob2"),
        before: "g1: ann vip 2025-01-01; g2: ann day 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "assessment_failed arrived_out_of_scope/assessment_failed name h1"),
            ("g2", "assessment_failed out_of_scope/assessment_failed")],
        findings: &["B5-assessment-failed-arrived", "B8-group-arrived-out-of-scope"] },
    Example { what: "what the target held before the start did not arrive",
        more: |s| s.accounts("ann ann2 fail\n bob bob2").role("target-before", "").groups("target-before",
            "h1: ann2 vip 2025-01-01"),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "assessment_failed out_of_scope/assessment_failed name h1")],
        findings: &["B5-assessment-failed-arrived"] },
    Example { what: "in scope, and joined with a group that the target held before: it is said",
        more: |s| s.role("target-before", "").groups("target-before", "h1: ann2 vip 2025-01-01"),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "in_scope migrated name h1")], findings: &["B8-group-stood-before"] },
    Example { what: "created at the start (D1), and a second before", more: plain,
        before: "g1: ann vip 2026-05-01; g2: ann day 2026-04-30T23:59:59; g3: ann when -",
        after: "h1: ann2 vip 2026-05-03; h2: ann2 day 2025-01-01; h3: ann2 when -",
        told: &[("g1", "created_after_start arrived_out_of_scope/created_after_start name h1"),
            ("g2", "in_scope migrated name h2"), ("g3", "in_scope migrated name h3")],
        findings: &["B8-group-arrived-out-of-scope"] },
    Example { what: "the list of source-before failed",
        more: |s| s.file("source-before/list.json", &list("", RATE_LIMIT)),
        before: "g1: ann vip 2025-01-01", after: "h1: ann2 vip 2025-01-01",
        told: &[("g1", "in_scope migrated name h1")], findings: &["B8-source-groups-not-covered", "Q-error-answers"] },
];

#[test]
fn each_example_comes_out_as_told() {
    let case = |before: &str, after: &str| story().groups("source-before", before).groups("target-after", after);
    check(EXAMPLES, case, Audit::groups);
}

/// The rules that the examples show.
pub fn shown() -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for example in EXAMPLES {
        for (_, told) in example.told {
            let words: Vec<&str> = told.split(' ').collect();
            let by_scope = words[1].contains("out_of_scope");
            let outcome = if by_scope { words[1].split('/').next().unwrap() } else { words[1] };
            shown.extend([format!("group-scope/{}", words[0]), format!("group-outcome/{outcome}")]);
        }
        shown.extend(example.findings.iter().map(|code| (*code).to_owned()));
    }
    shown
}

#[test]
fn a_row_shows_both_sides() {
    let before = "g1: ann vip 2025-01-01 members=u1,u2,u3,-; g2: ann day 2025-01-01; g3: ann gone 2025-01-01";
    let after = "h1: ann2 VIP 2026-05-02 members=u2,u3; h2: ann2 day 2025-01-01";
    let story = story()
        .groups("source-before", before)
        .groups("target-after", after)
        .groups("source-after", "g2: ann day 2025-01-01");
    let audit = story.audit();
    let rows: BTreeMap<String, _> =
        audit.report("groups").into_iter().map(|row| (row["source_chat_id"].clone(), row)).collect();
    let g1 = &rows["g1"];
    let cell = |column: &str| g1.get(column).map_or("null", String::as_str);
    assert_eq!(cell("member_overlap")[..5], *"0.666");
    assert_eq!([cell("source_member_count"), cell("target_member_count")], ["4", "2"]);
    let unknown = ["source_member_count", "target_member_count"].map(|count| rows["g2"].get(count));
    assert_eq!(unknown, [None, None], "no count and no member in the dump is not a group of nobody");
    assert_eq!([cell("target_name"), cell("target_owner_userid"), cell("match_method")], ["VIP", "ann2", "members"]);
    assert_eq!(
        [cell("severity"), cell("still_at_source"), cell("waived"), cell("reason")],
        ["ok", "false", "false", "null"]
    );
    assert_eq!(rows["g2"].get("member_overlap"), None, "no unionids on either side");
    assert_eq!(rows["g2"]["still_at_source"], "true");
    assert_eq!(rows["g3"].get("target_member_count"), None);
    assert_eq!(audit.findings()["B8-group-still-at-source"], 1);
}

#[test]
fn where_source_after_cannot_tell_nothing_is_said() {
    let told = |more: fn(Story) -> Story| {
        let story = more(
            story().groups("source-before", "g1: ann vip 2025-01-01").groups("target-after", "h1: ann2 vip 2025-01-01"),
        );
        story.audit().report("groups")[0].get("still_at_source").cloned()
    };
    assert_eq!(told(|s| s), None);
    assert_eq!(told(|s| s.role("source-after", "ann: wei 2025-01-01")), None, "no list");
    assert_eq!(told(|s| s.file("source-after/list.json", &list("", RATE_LIMIT))), None, "an error");
    assert_eq!(told(|s| s.groups("source-after", "-: ann vip 2025-01-01")), None, "a list without ids");
    assert_eq!(told(|s| s.groups("source-after", "-: ann vip; g2: ann day")), None, "a list that lacks an id");
    assert_eq!(told(|s| s.file("source-after/list.json", &list("", EMPTY_LIST))).as_deref(), Some("false"));
    assert_eq!(told(|s| s.groups("source-after", "g1: ann vip 2025-01-01")).as_deref(), Some("true"));
}

/// Groups of the console have no ids: one that has another name, owner or time is another group.
#[test]
fn without_ids_the_description_tells_whether_a_group_is_still_at_the_source() {
    let told = |after: &str| {
        let story = story()
            .groups("source-before", "-: ann vip 2025-01-01")
            .groups("target-after", "-: ann2 vip 2025-01-01")
            .groups("source-after", after);
        story.audit().report("groups")[0].get("still_at_source").cloned()
    };
    assert_eq!(told("-: ann vip 2025-01-01").as_deref(), Some("true"));
    for other in ["-: ann day 2025-01-01", "-: bob vip 2025-01-01", "-: ann vip 2025-01-02"] {
        assert_eq!(told(other).as_deref(), Some("false"), "{other}");
    }
}

#[test]
fn the_summary_counts_every_word_and_null_is_not_measured() {
    let summary = |story: Story| story.audit().summary_json();
    let silent = summary(story());
    assert!(silent["groups"].is_null() && silent["join_codes"].is_null());
    let empty = summary(story().file("source-before/list.json", &list("", EMPTY_LIST)));
    assert_eq!(empty["groups"]["total"], 0);
    let one = summary(story().groups("source-before", "g1: ann vip 2025-01-01").groups("target-after", ""));
    let told = r#"{"total":1,"by_outcome":{"migrated":0,"missing":1,"undetermined":0,"out_of_scope":0,
        "arrived_out_of_scope":0}}"#;
    assert_eq!(one["groups"], serde_json::from_str::<serde_json::Value>(told).unwrap());
}

#[test]
fn an_ingested_case_tells_the_same_of_groups() {
    let before = "g1: ann vip 2025-01-01 members=u1,u2; g2: ann day 2025-01-01";
    let story = story().groups("source-before", before).groups("target-after", "h1: ann2 x 2025-01-01 members=u1,u2");
    let story = story
        .without("target-after/groups.csv")
        .file("target-after/groups.json", &(list_of_owner("ann2", EMPTY_LIST) + &list_of_owner("bob2", RATE_LIMIT)));
    let first = story.audit();
    let case = qianhe::case::load(story.write(), &[]).unwrap();
    let ingested = tempfile::tempdir().unwrap();
    qianhe::ingest_tables::ingest_tables(
        &case,
        &ingested.path().join("out"),
        qianhe::memory::Resources::default(),
        &qianhe::progress::Silent,
    )
    .unwrap();
    let path = |role: &str| format!("snapshots.{role}.path={:?}", ingested.path().join("out/snapshots").join(role));
    let set = [path("source-before"), path("target-after")];
    let second = crate::support::audit_into(story.write(), &ingested.path().join("reports"), &set).unwrap();
    assert_eq!(first.groups(), second.groups());
}

/// Another record of the groups could not be read: what a group lacks may be in it, and what it has is not.
#[test]
fn what_a_group_lacks_may_be_in_an_unreadable_record() {
    let before = "g1: ann vip 2025-01-01 members=u1; g2: ann - 2025-01-01 members=u2; g3: - day 2025-01-01 members=u3; \
        g4: ann night members=u4; g5: ann far 2025-01-01";
    let story = |more: &str| {
        let story = story().groups("source-before", before).groups("target-after", "");
        story.file("source-before/more.csv", &format!("chat_id,name,owner_userid,created_at\n{more}g1,vip,ann,\n"))
    };
    let told = |outcomes: [&str; 5]| -> BTreeMap<String, String> {
        (1..).zip(outcomes).map(|(n, outcome): (u8, _)| (format!("g{n}"), outcome.to_owned())).collect()
    };
    let (missing, unreadable) = ("in_scope missing", "in_scope undetermined/unreadable");
    let out = "not_enrolled out_of_scope/not_enrolled";
    assert_eq!(story("").audit().groups(), told([missing, missing, out, missing, missing]));
    let doubted = told([missing, unreadable, unreadable, unreadable, unreadable]);
    assert_eq!(story(",,ann,2025-01-01\n").audit().groups(), doubted);
}

/// A member who cannot be read makes groups alike that were not: the group that then has no match may be the other.
#[test]
fn a_match_by_members_of_whom_some_cannot_be_read_leaves_the_other_groups_of_the_owner_open() {
    let told = |before: &str, after: &str| {
        let story = story().groups("source-before", before).groups("target-after", after);
        story.audit().groups().into_values().collect::<Vec<String>>()
    };
    let (migrated, missing) = ("in_scope migrated members h", "in_scope missing");
    let open = "in_scope undetermined/target_not_covered";
    let before = "g1: ann - 2025-01-01 members=u2; g2: ann - 2025-01-01 members=u1,u2";
    let after = |member: &str| format!("h: ann2 - 2026-05-02 members={member},u2");
    assert_eq!(told(before, &after("u1")), [missing, migrated]);
    assert_eq!(told(before, &after("1.5E+10")), [migrated, open]);
    let before = |members: &str| {
        format!("g1: ann - 2025-01-01 members=u1,u2,{members}; g2: ann - 2025-01-01 members=u1,u2,u5,u6,u7")
    };
    let after = "h: ann2 - 2026-05-02 members=u1,u2,u5";
    assert_eq!(told(&before("u3,u4"), after), [missing, migrated]);
    assert_eq!(told(&before("1.5E+10,1.6E+10"), after), [migrated, open]);
}

/// The unionid of a colleague who is in both groups joins nothing.
#[test]
fn only_external_members_are_compared() {
    let of_kind = |kind: &str| {
        let members = |id: &str| format!("chat_id,userid,kind,unionid\n{id},ann,{kind},u1\n");
        let story = story()
            .groups("source-before", "g1: ann vip 2025-01-01")
            .groups("target-after", "h1: ann2 day 2026-05-02")
            .file("source-before/group_members.csv", &members("g1"))
            .file("target-after/group_members.csv", &members("h1"));
        story.audit().groups()["g1"].clone()
    };
    assert_eq!(of_kind("external"), "in_scope migrated members h1");
    assert_eq!(of_kind("member"), "in_scope missing");
}

/// Nothing shows that the unionids of the corps are comparable, but one that could not be read might have.
#[test]
fn a_group_with_members_is_not_missing_where_unread_unionids_leave_the_namespaces_open() {
    let told = |unionid: &str| {
        let before = format!("ann: wei 2025-01-01 unionid={unionid}; bob: li 2025-01-01 unionid=l");
        let story = Story::new(&before, "ann2: wei 2026-05-02; bob2: li 2026-05-02 unionid=y")
            .groups("source-before", "g1: ann vip 2025-01-01 members=u1; g2: ann day 2025-01-01")
            .groups("target-after", "h1: ann2 other 2026-05-02 members=v1");
        story.audit().groups().into_values().collect::<Vec<String>>()
    };
    assert_eq!(told("w"), ["in_scope missing", "in_scope missing"]);
    assert_eq!(told("1.5E+10"), ["in_scope undetermined/target_not_covered", "in_scope missing"]);
}

/// Where an entry of the roster, or its name, could not be read, another member may have the name of the owner, and
/// the group may be anybody's; unless the user vouches for the snapshot.
#[test]
fn a_group_whose_owner_is_in_doubt_leaves_the_groups_of_all_owners_open() {
    let told = |more: fn(Story) -> Story| {
        let story = story()
            .groups("source-before", "g1: bob vip 2025-01-01")
            .file("target-after/members.csv", "userid,name\nann2,陈静\n")
            .file(
                "target-after/群.csv",
                "群名,群人数,群主,群主所在部门,创建时间\n家长群,18,陈静,销售,2025-01-02 10:00\n",
            );
        more(story).audit().groups()["g1"].clone()
    };
    let without_userid = |story: Story| story.file("target-after/more.csv", "userid,name\nbob2,李\n,张伟\n");
    let without_name = |story: Story| {
        story.file("target-after/more.json", r#"{"errcode":0,"errmsg":"ok","userlist":[{"userid":"zoe2","name":5}]}"#)
    };
    assert_eq!(told(|story| story), "in_scope missing");
    assert_eq!(told(without_userid), "in_scope undetermined/target_not_covered");
    assert_eq!(told(without_name), "in_scope undetermined/target_not_covered");
    let trusted = |story: Story| {
        let story = story.file("target-after/more.csv", "userid,name\nbob2,李\n,张伟\n");
        story.toml("[snapshots.target-after]\ncoverage = \"trusted\"\n")
    };
    assert_eq!(told(trusted), "in_scope missing");
}

#[test]
fn a_group_that_shows_one_member_has_one() {
    let story = story().groups("source-before", "g1: ann vip 2025-01-01 members=u1");
    let audit = story.groups("target-after", "h1: ann2 vip 2026-05-02 members=u1").audit();
    let row = &audit.report("groups")[0];
    let cells = ["source_member_count", "target_member_count", "member_overlap"].map(|column| row[column].as_str());
    assert_eq!(cells, ["1", "1", "1.0"]);
}

/// A member of whom not even the group could be read may be of any group.
#[test]
fn a_member_without_a_readable_group_leaves_every_unmatched_group_open() {
    let told = |unread: &str| {
        let members = format!("chat_id,userid,kind,unionid\ng1,m1,external,u1\n{unread}");
        let story = story()
            .groups("source-before", "g1: ann vip 2025-01-01")
            .file("source-before/group_members.csv", &members)
            .groups("target-after", "");
        story.audit().groups()["g1"].clone()
    };
    assert_eq!(told(""), "in_scope missing");
    assert_eq!(told(",m2,external,u2\n"), "in_scope undetermined/unreadable");
}

#[test]
fn a_time_that_cannot_be_read_brings_no_group_of_a_stranger_into_scope() {
    let groups = story().groups("source-before", "g1: cat vip soon").groups("target-after", "").audit().groups();
    assert_eq!(groups["g1"], "not_enrolled out_of_scope/not_enrolled");
}
