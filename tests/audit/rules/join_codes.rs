//! Join codes (A2): an example by hand for each row of the table of SPEC section 5.
//!
//! `in` is a group of `ann`, who moves; `out` one of `cat`, who does not. Source-after lists `out`, `new`, and in some
//! examples `in`.

use std::collections::{BTreeMap, BTreeSet};

use super::groups::story;
use super::{Example, check, plain};
use crate::support::{Audit, Story};

/// The group that was to move stays.
fn left_behind(story: Story) -> Story {
    story.groups("source-after", "in: ann vip 2025-01-01; out: cat day 2025-01-01").groups("target-after", "")
}

/// An answer of `get_join_way` with an error.
fn error(config_id: &str, errcode: u32) -> String {
    let request = format!(r#""request":{{"config_id":"{config_id}"}}"#);
    format!(
        r#"{{"endpoint":"externalcontact/groupchat/get_join_way",{request},"response":{{"errcode":{errcode},
            "errmsg":"told"}}}}"#
    )
}

/// Codes of source-before and source-after: code -> `predicted observed verdict`.
#[rustfmt::skip]
const EXAMPLES: &[Example] = &[
    Example { what: "all groups moved, and the list is empty", more: plain,
        before: "c: in", after: "c:",
        told: &[("c", "empty empty emptied")], findings: &["A2-code-emptied"] },
    Example { what: "a full list of ids that the corp no longer owns is dead", more: plain,
        before: "c: in", after: "c: in",
        told: &[("c", "empty empty emptied")], findings: &["A2-code-emptied"] },
    Example { what: "all groups moved, and the code was deleted", more: plain,
        before: "c: in", after: "c: deleted",
        told: &[("c", "empty deleted emptied")], findings: &["A2-code-emptied"] },
    Example { what: "41044 in an envelope is a deleted code",
        more: |s| s.file("source-after/code.json", &error("c", 41044)),
        before: "c: in; d: in", after: "d:",
        told: &[("c", "empty deleted emptied"), ("d", "empty empty emptied")], findings: &["A2-code-emptied"] },
    Example { what: "a rate limit says nothing of the code",
        more: |s| s.file("source-after/code.json", &error("c", 45033)),
        before: "c: in; d: in", after: "d:",
        told: &[("c", "empty not_observed unverified"), ("d", "empty empty emptied")],
        findings: &["A2-code-emptied", "A2-code-unverified", "Q-error-answers"] },
    Example { what: "a dump without the code proves nothing about it", more: plain,
        before: "c: in; d: out; e: lost", after: "f:",
        told: &[("c", "empty not_observed unverified"), ("d", "alive not_observed unverified"),
            ("e", "unknown not_observed unverified"), ("f", "- empty new")],
        findings: &["A2-code-unverified"] },
    Example { what: "a group that was to move keeps it alive", more: left_behind,
        before: "c: in", after: "c: in",
        told: &[("c", "empty alive alive_group_left_behind")],
        findings: &["A2-code-group-left-behind", "B8-group-missing"] },
    Example { what: "a group that was linked before goes before a new one", more: left_behind,
        before: "c: in", after: "c: in out",
        told: &[("c", "empty alive alive_group_left_behind")],
        findings: &["A2-code-group-left-behind", "B8-group-missing"] },
    Example { what: "a group linked since keeps it alive", more: plain,
        before: "c: in", after: "c: in new",
        told: &[("c", "empty alive alive_new_group")], findings: &["A2-code-alive-by-new-group"] },
    Example { what: "as advised: a group of somebody who does not move was tied to it", more: plain,
        before: "c: in out", after: "c: out",
        told: &[("c", "alive alive kept")], findings: &[] },
    Example { what: "a group stayed, and yet the code died", more: plain,
        before: "c: in out; d: out", after: "c:; d: deleted",
        told: &[("c", "alive empty lost"), ("d", "alive deleted lost")], findings: &["A2-code-lost"] },
    Example { what: "it linked nothing before", more: plain,
        before: "c:; d:; e:", after: "c:; d: deleted",
        told: &[("c", "already_empty empty already_empty"), ("d", "already_empty deleted already_empty"),
            ("e", "already_empty not_observed already_empty")], findings: &[] },
    Example { what: "a code that was deleted before links nothing", more: plain,
        before: "c: deleted", after: "c: deleted",
        told: &[("c", "already_empty deleted already_empty")], findings: &[] },
    Example { what: "alive, which nothing foretold", more: plain,
        before: "c:; d: lost", after: "c: new; d: out",
        told: &[("c", "already_empty alive alive_unpredicted"), ("d", "unknown alive alive_unpredicted")],
        findings: &["A2-code-alive-unpredicted"] },
    Example { what: "dead, which nothing foretold", more: plain,
        before: "c: in lost; d: lost", after: "c: lost; d: deleted",
        told: &[("c", "unknown empty emptied_unpredicted"), ("d", "unknown deleted emptied_unpredicted")],
        findings: &["A2-code-emptied-unpredicted"] },
    Example { what: "a group that stays goes before one that the snapshot does not hold", more: plain,
        before: "c: lost out", after: "c: out",
        told: &[("c", "alive alive kept")], findings: &[] },
    Example { what: "a group of an unknown owner is out of scope",
        more: |s| s.groups("source-before", "in: ann vip 2025-01-01; out: - day 2025-01-01"),
        before: "c: in out", after: "c: out",
        told: &[("c", "alive alive kept")], findings: &["B8-group-owner-unknown"] },
    Example { what: "without any group list, only an empty list is empty",
        more: |s| s.without("source-after/groups.csv"),
        before: "c: in; d: in", after: "c:; d: in",
        told: &[("c", "empty empty emptied"), ("d", "empty alive alive_group_left_behind")],
        findings: &["A2-code-emptied", "A2-code-group-left-behind"] },
    Example { what: "a list that ended in an error does not kill a code, nor keep it alive",
        more: |s| s.without("source-after/groups.csv").file("source-after/list.json",
            r#"{"endpoint":"externalcontact/groupchat/list","request":{},"response":{"errcode":45033,
                "errmsg":"rate limit"}}"#),
        before: "c: in; d: in", after: "c: in; d:",
        told: &[("c", "empty not_observed unverified"), ("d", "empty empty emptied")],
        findings: &["A2-code-emptied", "A2-code-unverified", "Q-error-answers"] },
    Example { what: "a code that links a group twice links it once", more: plain,
        before: "c: in in", after: "c: in in",
        told: &[("c", "empty empty emptied")], findings: &["A2-code-emptied", "Q-code-links-twice"] },
    Example { what: "no source-after at all", more: |s| s.without("source-after"),
        before: "c: in", after: "",
        told: &[("c", "empty not_observed unverified")], findings: &["A2-code-unverified"] },
    Example { what: "ids of codes and groups are case-sensitive", more: plain,
        before: "c: IN", after: "C: out",
        told: &[("c", "unknown not_observed unverified"), ("C", "- alive new")], findings: &["A2-code-unverified"] },
];

fn case(before: &str, after: &str) -> Story {
    let story = story()
        .groups("source-before", "in: ann vip 2025-01-01; out: cat day 2025-01-01")
        .groups("target-after", "gone: ann2 vip 2025-01-01");
    story
        .groups("source-after", "out: cat day 2025-01-01; new: cat fresh 2026-05-08")
        .codes("source-before", before)
        .codes("source-after", after)
}

#[test]
fn each_example_comes_out_as_told() {
    check(EXAMPLES, case, Audit::codes);
}

/// The rules that the examples show.
pub fn shown() -> BTreeSet<String> {
    let verdict = |told: &str| format!("join-code/{}", told.rsplit(' ').next().unwrap());
    let verdicts = EXAMPLES.iter().flat_map(|example| example.told.iter().map(|(_, told)| verdict(told)));
    let findings = EXAMPLES.iter().flat_map(|example| example.findings.iter().map(|code| (*code).to_owned()));
    verdicts.chain(findings).collect()
}

#[test]
fn a_row_shows_what_keeps_the_code_alive() {
    let story = case("c: in out in; d: in; e: in", "c: in out new; d: deleted");
    let audit = story.audit();
    let rows: BTreeMap<String, _> =
        audit.report("join_codes").into_iter().map(|row| (row["config_id"].clone(), row)).collect();
    let c = &rows["c"];
    assert_eq!(
        [&c["chat_ids_before"], &c["chat_ids_after"], &c["kept_alive_by"]],
        ["[in, out]", "[in, out, new]", "[out, new]"]
    );
    assert_eq!([&c["severity"], &c["waived"]], ["ok", "false"]);
    assert_eq!((rows["d"].get("chat_ids_after"), rows["d"]["kept_alive_by"].as_str()), (None, "[]"));
    assert_eq!((rows["e"].get("chat_ids_after"), rows["e"].get("kept_alive_by")), (None, None));
}

/// Of each column what source-before says, else what source-after says.
#[test]
fn a_code_is_described_as_it_was_before_the_migration() {
    let file = |rows: &str| format!("config_id,chat_ids,deleted,remark,state,auto_create_room\n{rows}");
    let audit = case("c: in", "c: in")
        .file("source-before/join_codes.csv", &file("c,in,false,door,s1,true\nd,in,false,,,\n"))
        .file(
            "source-after/join_codes.csv",
            &file("c,in,false,gate,s2,false\nd,in,false,shop,s3,false\ne,new,false,yard,s4,true\n"),
        )
        .audit();
    let columns = ["config_id", "remark", "state", "auto_create_room"];
    let rows: Vec<[String; 4]> =
        audit.report("join_codes").iter().map(|row| columns.map(|column| row[column].clone())).collect();
    let told = [["c", "door", "s1", "true"], ["d", "shop", "s3", "false"], ["e", "yard", "s4", "true"]];
    assert_eq!(rows, told.map(|row| row.map(str::to_owned)));
}

#[test]
fn the_finding_says_what_the_dump_could_tell() {
    let audit = case("c: in; d: in", "d:").file("source-after/code.json", &error("c", 45033)).audit();
    let unverified = audit.finding("A2-code-unverified");
    assert_eq!(unverified.count, 1);
    assert!(unverified.message_en().contains("source-after: 1 / 2"), "{}", unverified.message_en());
}

#[test]
fn the_summary_counts_every_verdict() {
    let counted = case("c: in; d: out", "c: in; d: out; e:").audit().summary_json();
    assert_eq!(counted["join_codes"]["total"], 3);
    let by_verdict = counted["join_codes"]["by_verdict"].as_object().unwrap();
    assert_eq!(by_verdict.len(), 10, "zeros too");
    assert_eq!([&by_verdict["emptied"], &by_verdict["kept"], &by_verdict["new"], &by_verdict["lost"]], [1, 1, 1, 0]);
}

/// Owner and time decide the scope of a group; a member does not, and a time that is not given is an old one.
#[test]
fn a_linked_group_whose_scope_cannot_be_read_leaves_the_prediction_open() {
    let groups = "time: ann vip soon; owner: 1.5E+10 day 2025-01-01; \
        member: ann far 2025-01-01 members=1.5E+10; undated: ann old";
    let codes = story()
        .groups("source-before", groups)
        .groups("target-after", "")
        .codes("source-before", "a: time; b: owner; c: member; d: undated")
        .audit()
        .codes();
    let predicted: Vec<&str> = codes.values().map(|told| told.split(' ').next().unwrap()).collect();
    assert_eq!(predicted, ["unknown", "unknown", "empty", "empty"]);
}

/// An owner may have changed: an unreadable group of any owner may be the one that the code links.
#[test]
fn a_group_list_that_is_not_whole_does_not_show_that_a_code_is_empty() {
    let told = |unread: &str| {
        let more = format!("chat_id,name,owner_userid\n{unread}out,day,cat\n");
        case("c: in", "c: in").file("source-after/more.csv", &more).audit().codes()["c"].clone()
    };
    assert_eq!(told(""), "empty empty emptied");
    assert_eq!(told(",,cat\n"), "empty not_observed unverified");
}

/// A list without any id tells nothing of the linked group; one that lacks an id, or cannot be read, may hold it.
#[test]
fn the_ids_of_the_groups_of_source_after_decide_whether_the_linked_group_is_gone() {
    let told = |groups: &str| {
        let list = format!("chat_id,name,owner_userid,created_at\n{groups}");
        case("c: in", "c: in").file("source-after/groups.csv", &list).audit().codes()["c"].clone()
    };
    for groups in [",day,cat,2025-01-01\n", ",day,cat,soon\n"] {
        assert_eq!(told(groups), "empty alive alive_group_left_behind", "{groups}");
    }
    for groups in ["out,day,cat,2025-01-01\n,new,cat,2026-05-08\n", "1.5E+10,day,cat,2025-01-01\n"] {
        assert_eq!(told(groups), "empty not_observed unverified", "{groups}");
    }
}

/// A list of groups that could not be read may link any; one that names a group twice in either export is told.
#[test]
fn a_code_that_cannot_be_read_is_not_observed_and_one_that_links_twice_is_told() {
    let unread = "config_id,chat_ids,deleted\nc,,perhaps\n";
    let audit = case("c: in", "c:").file("source-after/join_codes.csv", unread).audit();
    assert_eq!(audit.codes()["c"], "empty not_observed unverified");
    for (before, after) in [("c: in in", "c: in"), ("c: in", "c: in in")] {
        assert_eq!(case(before, after).audit().findings()["Q-code-links-twice"], 1, "{before}");
    }
}
