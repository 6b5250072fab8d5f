//! Keys that are not what they seem: userids in several spellings, and unionids that stand for several customers.

use std::collections::BTreeMap;

use qianhe::memory::Resources;
use qianhe::progress::Silent;

use crate::support::{Audit, Row, Story, audit_into, read_parquet};

fn expected(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, expected)| ((*key).to_owned(), (*expected).to_owned())).collect()
}

/// A member, `zhangsan` of the accounts list, in another spelling wherever a userid can stand, and one who is not
/// enrolled.
fn spelled_differently() -> Story {
    let before = "ZhangSan: wei 2025-01-01 id=w1; zhangsan: li 2025-01-01 id=w2; ZHANGSAN: wei 2025-01-01 id=w1;
        bo: hu 2025-01-01 id=w5; Bo: min 2025-01-01 id=w6";
    Story::new(before, "Zhang.T: wei 2026-05-02 id=t1")
        .accounts("zhangsan zhang.t")
        .role("source-after", "zhangSAN: wei 2025-01-01 id=w1; bO: hu 2025-01-01 id=w5")
        .unassigned("ZhangSan w3")
        .follow_users("ZHANGSAN BO")
        .refusals("w2 - - zhangSAN")
        .groups("source-before", "g1: ZhangSan vip 2025-01-01")
        .groups("target-after", "g9: ZHANG.T vip 2025-01-01")
        .file(
            "target-after/list.json",
            r#"{"endpoint":"externalcontact/list","request":{"userid":"ZHANG.t"},"response":{"errcode":45033,
                "errmsg":"rate limit"}}"#,
        )
}

#[test]
fn a_member_is_one_in_whatever_letter_case_wherever_a_userid_stands() {
    let audit = spelled_differently().audit();
    let outcomes = [
        ("zhangsan/w1", "in_scope migrated"),
        ("zhangsan/w2", "in_scope refused"),
        ("zhangsan/w3", "unassigned out_of_scope/unassigned"),
        ("BO/w5", "not_enrolled out_of_scope/not_enrolled"),
        ("BO/w6", "not_enrolled out_of_scope/not_enrolled"),
    ];
    assert_eq!(audit.outcomes(), expected(&outcomes));
    assert_eq!(audit.origins(), expected(&[("zhang.t/t1", "migrated")]));
    assert_eq!(audit.groups(), expected(&[("g1", "in_scope migrated name g9")]));
    let still: BTreeMap<String, String> = audit
        .report("relations")
        .iter()
        .map(|row| (row["source_external_userid"].clone(), row["still_at_source"].clone()))
        .collect();
    assert_eq!(still, expected(&[("w1", "true"), ("w2", "false"), ("w3", "false"), ("w5", "true"), ("w6", "false")]));
    let accounts = audit.report("accounts");
    let of = |column: &str| accounts.iter().map(|row| row[column].clone()).collect::<Vec<_>>();
    assert_eq!([of("source_userid"), of("source_relations"), of("target_coverage")], [["zhangsan"], ["3"], ["failed"]]);
    let failed: Vec<Row> = audit.report("coverage").into_iter().filter(|row| row["status"] == "failed").collect();
    assert_eq!(failed.iter().map(|row| row["userid"].as_str()).collect::<Vec<_>>(), ["zhang.t"]);
    let relations = |row: &&Row| row["path"] == "source-before/relations.csv";
    assert_eq!(audit.report("inputs").iter().find(relations).unwrap()["duplicate"], "1");
    // source-before: ZHANGSAN, ZhangSan, Bo, bo; source-after: bO, zhangSAN; target-after: ZHANG.T, ZHANG.t, Zhang.T.
    assert_eq!(audit.findings()["Q-userid-case"], 9);
    let says = audit.finding("Q-userid-case").message_en();
    assert!(says.starts_with("9 spellings of userids differ in letter case only"), "{says}");
    assert!(says.contains("source-before/Bo = BO, source-before/ZHANGSAN = zhangsan"), "{says}");
}

#[test]
fn what_could_not_be_read_is_of_the_member_too() {
    let audit = Story::new("ann: wei 2025-01-01", "ann2: li 2025-01-01 id=t1")
        .file("target-after/more.csv", "userid,external_userid\nANN2,\nann2,t2\n")
        .audit();
    assert_eq!(audit.outcomes()["ann/wei"], "in_scope undetermined/target_not_covered");
    assert_eq!(audit.report("rejects").iter().map(|row| row["userid"].as_str()).collect::<Vec<_>>(), ["ann2"]);
}

/// A value that cannot be read counts as an unreadable record of the account only where its relation stays unmatched.
#[test]
fn an_unmatched_relation_with_an_unreadable_value_takes_the_coverage_of_its_account() {
    let before = "ann: wei 2025-01-01; bob: li 2025-01-01";
    let audit = Story::new(before, "ann2: wei 2026-05-02; ann2: hu soon; bob2: li soon").audit();
    let covered: Vec<String> = audit.report("accounts").iter().map(|row| row["target_coverage"].clone()).collect();
    assert_eq!(covered, ["partial", "complete"]);
}

/// A row without an id beside others says nothing about a relation with an id; the others do.
#[test]
fn a_relation_is_gone_from_the_source_where_rows_with_ids_do_not_hold_it() {
    let audit = Story::new("ann: wei 2025-01-01 id=w1; ann: li 2025-01-01 id=w2", "ann2: wei 2026-05-02")
        .role("source-after", "ann: wei 2025-01-01 id=w1; ann: hu 2025-01-01 id=")
        .audit();
    let still = ["ann/w1", "ann/w2"].map(|key| audit.relation(key)["still_at_source"].clone());
    assert_eq!(still, ["true", "false"]);
}

/// Of members who are not in the accounts list the spelling does not depend on which file is read first.
#[test]
fn the_first_spelling_in_byte_order_is_used_whatever_the_order_of_files() {
    for (first, second) in [("Bo", "bo"), ("bo", "Bo"), ("bo", "BO")] {
        let file = |userid: &str, id: &str| format!("userid,external_userid\n{userid},{id}\n");
        let story = Story::arrived()
            .file("source-before/1.csv", &file(first, "w1"))
            .file("source-before/2.csv", &file(second, "w1"))
            .file("source-before/3.csv", &file(first, "w2"));
        let used = first.min(second);
        let outcomes =
            ["w1", "w2"].map(|id| (format!("{used}/{id}"), "not_enrolled out_of_scope/not_enrolled".to_owned()));
        let wei = ("ann/wei".to_owned(), "in_scope migrated".to_owned());
        assert_eq!(story.audit().outcomes(), outcomes.into_iter().chain([wei]).collect());
    }
}

#[test]
fn ids_of_customers_keep_their_case_in_groups_too() {
    let members =
        "chat_id,userid,kind,unionid\ng1,WmA,external,u1\ng1,wma,external,u2\ng1,Ann,member,\ng1,ann,member,\n";
    let audit = Story::new("ann: wei 2025-01-01 id=w1; ann: li 2025-01-01 id=W1", "ann2: min 2025-01-01")
        .groups("source-before", "g1: ANN vip 2025-01-01")
        .file("source-before/group_members.csv", members)
        .audit();
    assert_eq!(
        audit.outcomes(),
        expected(&[("ann/w1", "in_scope missing/no_trace"), ("ann/W1", "in_scope missing/no_trace")])
    );
    let group = &audit.report("groups")[0];
    assert_eq!((group["source_owner_userid"].as_str(), group["source_member_count"].as_str()), ("ann", "3"));
}

#[test]
fn ingest_and_precheck_fold_userids_as_an_audit_does() {
    let story = spelled_differently();
    let folder = story.write();
    let case = qianhe::case::load(folder, &[]).unwrap();
    qianhe::ingest_tables::ingest_tables(&case, &folder.join("out"), Resources::default(), &Silent).unwrap();
    let userids = |table: &str, column: &str| -> Vec<String> {
        let rows = read_parquet(&folder.join("out/snapshots/source-before").join(table));
        rows.iter().map(|row| row[column].clone()).collect()
    };
    assert_eq!(userids("relations.parquet", "userid"), ["BO", "BO", "ZHANGSAN", "ZHANGSAN", "ZHANGSAN"]);
    assert_eq!(userids("members.parquet", "userid"), ["BO", "ZHANGSAN"]);
    assert_eq!(userids("unassigned.parquet", "handover_userid"), ["ZHANGSAN"]);
    assert_eq!(userids("groups.parquet", "owner_userid"), ["ZHANGSAN"]);
    let summary = qianhe::precheck::precheck(&case, &folder.join("precheck"), Resources::default(), &Silent).unwrap();
    let finding = summary.findings.iter().find(|finding| finding.rule.code == "Q-userid-case").unwrap();
    assert_eq!((finding.count, summary.accounts.len()), (4, 2));
}

#[test]
fn an_ingested_table_without_rows_is_doubted_as_the_export_was() {
    let story = Story::arrived()
        .file("target-before/relations.csv", "userid,external_userid\n")
        .file("target-before/more.csv", "userid,external_userid\nann2,w9\n")
        .toml("[snapshots.target-before]\npath = \"target-before\"");
    let raw = story.audit();
    let case = qianhe::case::load(story.write(), &[]).unwrap();
    qianhe::ingest_tables::ingest_tables(&case, &case.root, Resources::default(), &Silent).unwrap();
    let set = "snapshots.target-before.path=snapshots/target-before".to_owned();
    let ingested = audit_into(&case.root, &case.root.join("again"), &[set]).unwrap();
    let told = |audit: &Audit| {
        let codes = audit.report("findings").iter().map(|row| row["code"].clone()).collect::<Vec<_>>();
        (codes, format!("{:?}", audit.summary.verdict), audit.report("coverage"))
    };
    assert!(told(&raw).0.contains(&"Q-empty-table".to_owned()));
    assert_eq!(told(&ingested), told(&raw));
}

#[test]
fn every_spelling_of_an_account_that_is_not_one_to_one_is_named() {
    let error = Story::lost().accounts("ann x; Ann Y; bob Z; cat z").error();
    for part in ["source account Ann, ann is mapped to Y, x", "target account Z, z is mapped from bob, cat"] {
        assert!(error.contains(part), "{error}\nlacks {part}");
    }
}

/// `x` stands under two ids of the source corp, in two accounts; `u5` shows that the namespaces are shared.
const SHARED: &str =
    "ann: wei 2025-01-01 id=w1 unionid=x; bob: li 2025-01-01 id=w2 unionid=x; ann: min 2025-01-01 id=w3 unionid=u5;
    bob: wei 2025-01-01 id=w1 unionid=x";

#[test]
fn a_unionid_under_two_ids_joins_nothing_and_contradicts_nothing() {
    let after = "ann2: wei 2026-05-02 id=t1 unionid=u9; ann2: min 2026-05-02 id=t3 unionid=u5; \
        bob2: hu 2026-05-02 id=t7 unionid=x;
        zoe2: hu 2026-05-02 id=t7 unionid=x";
    let audit = Story::new(SHARED, after)
        .refusals("- x")
        .groups("source-before", "g1: ann vip 2025-01-01 members=x; g2: ann old 2025-01-01 members=x,u5")
        .groups("target-after", "g8: ann2 other 2025-01-01 members=x; g9: ann2 new 2025-01-01 members=u5")
        .audit();
    let outcomes = [
        // By the name, which `x` beside `u9` does not contradict.
        ("ann/w1", "in_scope migrated"),
        ("ann/w3", "in_scope migrated"),
        // Neither as t7 of the mapped account nor as that of another one; and not refused.
        ("bob/w1", "in_scope missing/no_trace"),
        ("bob/w2", "in_scope missing/no_trace"),
    ];
    assert_eq!(audit.outcomes(), expected(&outcomes));
    assert_eq!(audit.relation("ann/w1")["match_method"], "name");
    assert_eq!(audit.relation("ann/w1")["unionid"], "x", "it stays where it stands");
    assert_eq!(audit.groups(), expected(&[("g1", "in_scope missing"), ("g2", "in_scope migrated members g9")]));
    let findings = audit.findings();
    assert_eq!((findings["Q-unionid-shared"], findings["A3-refusal-unmatched"]), (1, 1));
    let says = audit.finding("Q-unionid-shared").message_en();
    assert_eq!(
        says,
        "1 unionid belongs to several external_userids of one corp and is not used as a key: source-before/x ×3 \
            (w1, w2)."
    );
}

/// An unreadable record carries the word: it may be any customer, so that none is missing.
#[test]
fn a_unionid_under_two_ids_does_not_tell_whose_an_unreadable_record_is() {
    let story = |unionid: &str| {
        let unread = format!("userid,external_userid,unionid\n1.5E+10,t5,{unionid}\nann2,t3,u5\n");
        Story::new(
            "ann: wei 2025-01-01 id=w1 unionid=u1; ann: min 2025-01-01 id=w3 unionid=u5; \
                bob: li 2025-01-01 id=w2 unionid=x;
            bob: hu 2025-01-01 id=w4 unionid=x",
            "ann2: min 2026-05-02 id=t3 unionid=u5",
        )
        .file("target-after/more.csv", &unread)
    };
    assert_eq!(story("u7").audit().outcomes()["ann/w1"], "in_scope missing/no_trace");
    assert_eq!(story("x").audit().outcomes()["ann/w1"], "in_scope undetermined/target_not_covered");
}

/// Two apps have dumped the target corp: every customer has two ids there, and only names join.
#[test]
fn dumps_of_two_apps_are_joined_by_name() {
    let before = "ann: wei 2025-01-01 id=w1 unionid=u1; ann: li 2025-01-01 id=w2 unionid=u2";
    let after = "ann2: wei 2026-05-02 id=a1 unionid=u1; ann2: wei 2026-05-02 id=b1 unionid=u1;
        ann2: Li 2026-05-02 id=a2 unionid=u2; ann2: Li 2026-05-02 id=b2 unionid=u2";
    let audit = Story::new(before, after).audit();
    assert_eq!(audit.relation("ann/w1")["match_method"], "name");
    assert_ne!(audit.outcomes()["ann/w2"], "in_scope migrated");
    assert_eq!(audit.findings()["Q-unionid-shared"], 2);
    let waived = Story::new(before, after)
        .toml(
            "[[waivers]]\ncode = \"Q-unionid-shared\"\nkeys = [\"target-after/u1\", \"target-after/u2\"]\n\
                reason = \"known\"\nby = \"Li\"",
        )
        .audit();
    assert_eq!(waived.finding("Q-unionid-shared").waived.count, 2);
}

#[test]
fn a_customer_of_several_members_has_one_id_and_a_key() {
    let before =
        "ann: wei 2025-01-01 id=w1 unionid=u1; bob: wei 2025-01-01 id=w1 unionid=u1; ann: - 2025-01-01 id= unionid=u1";
    let audit = Story::new(before, "ann2: x 2026-05-02 id=t1 unionid=u1; bob2: x 2026-05-02 id=t1 unionid=u1").audit();
    assert!(!audit.findings().contains_key("Q-unionid-shared"), "{:?}", audit.findings());
    assert_eq!(audit.relation("bob/w1")["match_method"], "unionid");
}

#[test]
fn a_unionid_that_is_no_key_in_both_corps_joins_nothing() {
    let audit = Story::new(
        "ann: a 2025-01-01 id=w1 unionid=u0; ann: b 2025-01-01 id=w2 unionid=u0; bob: li 2025-01-01 id=w3 unionid=v",
        "ann2: c 2026-05-02 id=t1 unionid=u0; ann2: d 2026-05-02 id=t2 unionid=u0; bob2: li 2026-05-02 id=t3 unionid=v",
    )
    .audit();
    let (missing, migrated) = ("in_scope missing/no_trace", "in_scope migrated");
    assert_eq!(audit.outcomes(), expected(&[("ann/w1", missing), ("ann/w2", missing), ("bob/w3", migrated)]));
}
