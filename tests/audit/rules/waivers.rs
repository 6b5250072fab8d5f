//! Waivers: accepted findings stay visible and stop counting; and the findings about where missing relations sit
//! and about endpoints that disagree.

use qianhe::schema::vocabulary::Verdict;

use crate::support::{Audit, Story, screen};

/// Two relations that are missing.
fn two_missing() -> Story {
    Story::new("ann: wei 2025-01-01; ann: li 2025-01-01; ann: min 2025-01-01", "ann2: min 2026-05-02")
}

fn waiver(code: &str, more: &str) -> String {
    format!("[[waivers]]\ncode = \"{code}\"\nreason = \"agreed with Tencent\"\nby = \"Li Na\"\n{more}\n")
}

/// Keys of the waived rows of `relations`.
fn waived_rows(audit: &Audit) -> Vec<String> {
    let rows = audit.report("relations");
    rows.iter()
        .filter(|row| row["waived"] == "true")
        .map(|row| format!("{}/{}", row["source_userid"], row["source_external_userid"]))
        .collect()
}

/// The exit code under the default policy, and under `fail_on = "review"`.
fn exit_codes(audit: &Audit) -> (u8, u8) {
    use qianhe::case::FailOn::{Defect, Review};
    let code = |fail_on| qianhe::findings::exit_code(&audit.summary.findings, fail_on);
    (code(Defect), code(Review))
}

#[test]
fn without_a_waiver_it_counts() {
    let audit = two_missing().audit();
    assert_eq!((audit.summary.verdict, exit_codes(&audit), waived_rows(&audit)), (Verdict::Defect, (1, 1), vec![]));
    let row = &audit.report("findings")[0];
    assert_eq!((row["code"].as_str(), row["waived_count"].as_str(), row.get("waived_by")), ("B8-missing", "0", None));
}

#[test]
fn a_whole_finding_is_waived_and_stays_visible() {
    let audit = two_missing().toml(&waiver("B8-missing", "until = 2026-12-31")).audit();
    assert_eq!((audit.summary.verdict, exit_codes(&audit)), (Verdict::Reconciled, (0, 0)));
    assert_eq!(waived_rows(&audit), ["ann/li", "ann/wei"]);
    let row = &audit.report("findings")[0];
    let cells = ["code", "severity", "count", "waived_count", "waived_by", "waived_reason", "waived_until"]
        .map(|column| row[column].as_str());
    assert_eq!(cells, ["B8-missing", "defect", "2", "2", "Li Na", "agreed with Tencent", "2026-12-31"]);
    assert_eq!(audit.summary.counts.by_outcome["missing"], 2, "the counts are as they were");
    let text = screen(&audit.summary);
    assert!(text.contains("no action needed\n  1 waived, not counted: B8-missing\n"), "{text}");
    assert!(audit.summary.to_json().contains("\"waived_count\": 2"));
}

#[test]
fn a_key_waives_its_row_and_no_other() {
    let audit = two_missing().toml(&waiver("B8-missing", "keys = [\"ann/wei\"]")).audit();
    assert_eq!((audit.summary.verdict, waived_rows(&audit)), (Verdict::Defect, vec!["ann/wei".to_owned()]));
    let waived = ["ann/wei", "ann/li", "ann/min"].map(|key| audit.relation(key)["waived"].clone());
    assert_eq!(waived, ["true", "false", "false"]);
    let missing = audit.finding("B8-missing");
    assert_eq!((missing.count, missing.waived.count, missing.counts()), (2, 1, true));
    assert_eq!(missing.examples, ["ann/li", "ann/wei"], "what counts comes first");
    assert!(screen(&audit.summary).contains("(1 of them waived)"));
}

#[test]
fn all_keys_waive_the_finding() {
    let toml = waiver("B8-missing", "keys = [\"ann/wei\"]\nuntil = 2026-12-31")
        + &waiver("B8-missing", "keys = [\"ann/li\"]\nuntil = 2026-10-31").replace("Li Na", "Wang Wei");
    let audit = two_missing().toml(&toml).audit();
    let missing = audit.finding("B8-missing");
    assert_eq!((audit.summary.verdict, missing.counts()), (Verdict::Reconciled, false));
    assert_eq!(missing.waived.by.as_deref(), Some("Li Na; Wang Wei"));
    assert_eq!(missing.waived.reason.as_deref(), Some("agreed with Tencent"), "each reason once");
    assert_eq!(missing.waived.until.map(|until| until.to_string()).as_deref(), Some("2026-10-31"), "the earliest");
}

#[test]
fn a_waiver_is_about_its_own_finding_only() {
    let audit = two_missing().refusals("wei").toml(&waiver("A3-refused", "")).audit();
    assert_eq!((audit.summary.verdict, waived_rows(&audit)), (Verdict::Defect, vec!["ann/wei".to_owned()]));
    assert!(audit.finding("B8-missing").counts() && !audit.finding("A3-refused").counts());
}

#[test]
fn findings_without_rows_are_waived_by_their_keys() {
    let story = || Story::arrived().refusals("nobody\n noone");
    let audit = story().toml(&waiver("A3-refusal-unmatched", "keys = [\"noone\"]")).audit();
    assert_eq!((audit.summary.verdict, audit.finding("A3-refusal-unmatched").waived.count), (Verdict::Review, 1));
    let audit = story().toml(&waiver("A3-refusal-unmatched", "keys = [\"noone\", \"nobody\"]")).audit();
    assert_eq!((audit.summary.verdict, exit_codes(&audit)), (Verdict::Reconciled, (0, 0)));
}

#[test]
fn groups_and_join_codes_are_waived_by_their_ids() {
    let left_behind = || {
        let story = crate::rules::groups::story()
            .groups("source-before", "g: ann vip 2025-01-01 members=u1; h: ann day 2025-01-01 members=u2");
        story
            .groups("source-after", "g: ann vip 2025-01-01; h: ann day 2025-01-01")
            .groups("target-after", "")
            .codes("source-before", "c: g")
            .codes("source-after", "c: g")
    };
    let waived = |audit: &Audit, report: &str, id: &str| -> Vec<String> {
        audit.report(report).iter().filter(|row| row["waived"] == "true").map(|row| row[id].clone()).collect()
    };
    let audit = left_behind().audit();
    assert!(audit.finding("B8-group-missing").counts() && audit.finding("A2-code-group-left-behind").counts());
    assert!(
        waived(&audit, "groups", "source_chat_id").is_empty() && waived(&audit, "join_codes", "config_id").is_empty()
    );
    let audit = left_behind()
        .toml(&(waiver("B8-group-missing", "keys = [\"g\"]") + &waiver("A2-code-group-left-behind", "")))
        .audit();
    assert_eq!(waived(&audit, "groups", "source_chat_id"), ["g"]);
    assert_eq!(waived(&audit, "join_codes", "config_id"), ["c"]);
    assert_eq!(
        (audit.finding("B8-group-missing").waived.count, audit.finding("A2-code-group-left-behind").counts()),
        (1, false)
    );
    assert!(!audit.findings().contains_key("Q-waiver-unused"));
}

#[test]
fn findings_of_the_bill_are_waived_too() {
    let contract = "[contract]\nrelations = 2\nunit_price = \"1\"\nparty = \"x\"\n";
    let story = Story::new("ann: wei 2025-01-01; ann: li 2025-01-01", "ann2: wei 2026-05-02; ann2: li 2026-05-02")
        .toml(contract);
    let toml =
        ["B12-party-differs", "B14-underpaid", "B14-insufficient-at-start"].map(|code| waiver(code, "")).join("");
    assert_eq!(story.toml(&toml).audit().summary.verdict, Verdict::Reconciled);
}

#[test]
fn the_last_day_is_included_and_the_day_comes_from_the_case() {
    // The end is 7 May 2026 in Shanghai, the newest time of the case.
    let until = |day: &str, more: &str| {
        two_missing().toml(&(waiver("B8-missing", &format!("until = {day}")) + more)).audit().summary.verdict
    };
    assert_eq!(until("2026-05-07", ""), Verdict::Reconciled);
    assert_eq!(until("2026-05-06", ""), Verdict::Defect);
    // A snapshot that was taken later moves the day: 23:30 UTC of the 11th is the 12th in Shanghai.
    let taken = "[snapshots.target-after]\ntaken_at = 2026-05-11T23:30:00Z";
    assert_eq!(until("2026-05-12", taken), Verdict::Reconciled);
    assert_eq!(until("2026-05-11", taken), Verdict::Defect);
}

#[test]
fn the_case_may_say_the_day_itself() {
    let story = |as_of: &str| {
        two_missing().toml(&waiver("B8-missing", "until = 2026-06-30")).with_case_key(&format!("as_of = {as_of}"))
    };
    assert_eq!(story("2026-06-30").audit().summary.verdict, Verdict::Reconciled);
    assert_eq!(story("2026-07-01").audit().summary.verdict, Verdict::Defect);
}

#[test]
fn an_expired_waiver_counts_again_and_is_told() {
    let audit = two_missing().toml(&waiver("B8-missing", "until = 2026-05-06")).audit();
    assert_eq!((audit.summary.verdict, waived_rows(&audit)), (Verdict::Defect, vec![]));
    let expired = audit.finding("Q-waiver-expired");
    assert_eq!((expired.count, expired.examples.as_slice()), (1, ["B8-missing".to_owned()].as_slice()));
    assert!(expired.message_en().contains("B8-missing 2026-05-06 (Li Na)"), "{}", expired.message_en());
    let settled = Story::arrived().toml(&waiver("B8-missing", "until = 2026-05-06")).audit();
    assert_eq!(
        settled.findings().into_iter().collect::<Vec<_>>(),
        [("Q-waiver-unused", 1)],
        "what is settled needs no renewal"
    );
}

#[test]
fn what_a_waiver_is_about_and_nothing_is_is_told() {
    let toml = waiver("A3-refused", "") + &waiver("B8-missing", "keys = [\"ann/wei\", \"ann/typo\"]");
    let audit = two_missing().toml(&toml).audit();
    let unused = audit.finding("Q-waiver-unused");
    assert_eq!(
        (unused.count, unused.examples.as_slice()),
        (2, ["A3-refused".to_owned(), "B8-missing ann/typo".to_owned()].as_slice())
    );
}

#[test]
fn an_unknown_code_stops_the_run_and_names_the_nearest() {
    let error = two_missing().toml(&waiver("A3-refused-arived", "")).error();
    for part in [
        "waivers[0].code (line ",
        "no finding has the code `A3-refused-arived`",
        "did you mean `A3-refused-arrived`?",
        "qianhe rules",
    ] {
        assert!(error.contains(part), "{part:?} is not in {error}");
    }
}

/// 20 relations of which `unknown` cannot be judged, for they share a name that the target shows once.
fn with_undetermined(unknown: usize) -> Story {
    let told: Vec<String> = (0..20 - unknown).map(|i| format!("n{i}")).collect();
    let before = told
        .iter()
        .map(|name| format!("ann: {name} 2025-01-01"))
        .chain((0..unknown).map(|i| format!("ann: twin 2025-01-01 id=t{i}")));
    let after =
        told.iter().map(|name| format!("ann2: {name} 2026-05-02")).chain(["ann2: twin 2026-05-02 id=x".to_owned()]);
    Story::new(&before.collect::<Vec<_>>().join(";"), &after.collect::<Vec<_>>().join(";"))
}

#[test]
fn inconclusive_is_what_is_left_when_the_waived_are_taken_out() {
    let verdict = |toml: &str| with_undetermined(2).toml(toml).audit().summary.verdict;
    assert_eq!(verdict(""), Verdict::Inconclusive);
    assert_eq!(
        verdict(&waiver("B8-ambiguous", "keys = [\"ann/t0\"]")),
        Verdict::Review,
        "1 of 20 is 5 %, which is conclusive"
    );
    assert_eq!(verdict(&waiver("B8-ambiguous", "")), Verdict::Reconciled);
    assert_eq!(verdict(&waiver("B8-inconclusive", "")), Verdict::Review, "the rows still ask to be looked at");
}

/// 2 of 3: the share is rounded to a tenth of a percent; the findings that say why stand behind it.
#[test]
fn the_undetermined_share_is_told_to_a_tenth_of_a_percent() {
    let audit = Story::new(
        "ann: wei 2025-01-01; ann: twin 2025-01-01 id=t0; ann: twin 2025-01-01 id=t1",
        "ann2: wei 2026-05-02; ann2: twin 2026-05-02 id=x",
    )
    .audit();
    let says = audit.finding("B8-inconclusive").message_en();
    assert!(
        says.starts_with("2 relations in scope are undetermined (66.7 %: B8-ambiguous 2), more than 5 %"),
        "{says}"
    );
}

#[test]
fn inconclusive_stays_visible_when_it_is_settled_by_its_rows() {
    let audit = with_undetermined(2).toml(&waiver("B8-ambiguous", "keys = [\"ann/t0\"]")).audit();
    let inconclusive = audit.finding("B8-inconclusive");
    assert_eq!((inconclusive.count, inconclusive.waived.count, inconclusive.counts()), (2, 1, false));
    assert_eq!(waived_rows(&audit), ["ann/t0"]);
}

/// `missing` relations of each of the accounts `m0`, `m1`, ..., which have one relation more each that arrived.
fn missing_by_account(missing: &[usize]) -> Story {
    let mut before = Vec::new();
    let mut after = Vec::new();
    for (account, missing) in missing.iter().enumerate() {
        before.push(format!("m{account}: kept{account} 2025-01-01"));
        after.push(format!("m{account}2: kept{account} 2026-05-02"));
        before.extend((0..*missing).map(|i| format!("m{account}: lost{account}x{i} 2025-01-01")));
    }
    Story::new(&before.join(";"), &after.join(";"))
}

#[test]
fn concentration_is_one_sentence_in_both_languages() {
    let audit = missing_by_account(&[0, 11, 1, 0, 0]).audit();
    let found = audit.finding("B8-concentration");
    assert_eq!(found.message_en(), "Of 12 missing relations 91 % sit with 1 of 5 accounts.");
    assert_eq!(found.message_zh(), "12 条缺失的客户关系中，91 % 集中在 5 个账号中的 1 个。");
    assert_eq!((found.count, found.examples.as_slice()), (12, ["m1".to_owned()].as_slice()));
    assert_eq!(found.severity().word(), "info");
}

#[test]
fn concentration_is_not_said_of_few_relations_or_of_many_groups() {
    for missing in [&[0, 9, 0, 0, 0][..], &[0, 12, 0, 0], &[3, 3, 3, 3, 3], &[0, 9, 3, 0, 0]] {
        let audit = missing_by_account(missing).audit();
        assert!(!audit.findings().contains_key("B8-concentration"), "{missing:?}");
    }
    // A fifth account, of which nothing was to move, is none of the groups: one of four is not few.
    let audit = missing_by_account(&[0, 12, 0, 0])
        .file("source-before/more.csv", "userid,external_userid,customer_name,created_at\nm4,late,late,2026-05-03\n")
        .accounts("m0 m02\n m1 m12\n m2 m22\n m3 m32\n m4 m42")
        .audit();
    assert!(!audit.findings().contains_key("B8-concentration"), "an account without relations in scope");
}

#[test]
fn concentration_by_way_and_month_of_adding() {
    // All that is missing was added in way 7, and on 1 March 2025 in Shanghai, which is February in UTC.
    let lost = (0..10).map(|i| format!("ann: lost{i} 2025-02-28T16:30:00+00:00 add_way=7"));
    let kept = (1..10).map(|i| format!("ann: kept{i} 2025-0{i}-15 add_way={i}"));
    let arrived: Vec<String> = (1..10).map(|i| format!("ann2: kept{i} 2026-05-02")).collect();
    let audit = Story::new(&lost.chain(kept).collect::<Vec<_>>().join(";"), &arrived.join(";")).audit();
    let found = audit.finding("B8-concentration");
    assert_eq!(
        found.message_en(),
        "Of 10 missing relations 100 % were added in 1 of 9 ways, 100 % were added in 1 of 9 months."
    );
    assert_eq!(
        found.message_zh(),
        "10 条缺失的客户关系中，100 % 来自 9 种添加方式中的 1 种，100 % 添加于 9 个月份中的 1 个。"
    );
    assert_eq!(found.examples, ["add_way 7", "2025-03"]);
}

/// A snapshot of `ann2` by two endpoints: ids listed, and relations fetched.
fn by_two_endpoints(listed: usize, fetched: usize) -> Story {
    let ids: Vec<String> = (0..listed).map(|i| format!("\"w{i}\"")).collect();
    let record = |i: usize| {
        format!(
            r#"{{"external_contact":{{"external_userid":"w{i}","name":"n{i}"}},"follow_info":{{"userid":"ann2",
                "createtime":1700000000}}}}"#
        )
    };
    let records: Vec<String> = (0..fetched).map(record).collect();
    let list = format!(
        r#"{{"endpoint":"externalcontact/list","request":{{"userid":"ann2"}},"response":{{"errcode":0,
            "external_userid":[{}]}}}}"#,
        ids.join(",")
    );
    let batch = format!(
        r#"{{"endpoint":"externalcontact/batch/get_by_user","request":{{"userid_list":["ann2"]}},
            "response":{{"errcode":0,"external_contact_list":[{}],"next_cursor":""}}}}"#,
        records.join(",")
    );
    Story::new("ann: n0 2025-01-01 id=s0", "")
        .without("target-after/relations.csv")
        .file("target-after/dump.json", &format!("{list}\n{batch}"))
}

#[test]
fn endpoints_that_disagree_on_an_account_are_told() {
    let audit = by_two_endpoints(50, 30).audit();
    let jump = audit.finding("Q-count-jump");
    assert_eq!((jump.count, jump.examples.as_slice()), (1, ["target-after/ann2".to_owned()].as_slice()));
    assert!(jump.message_en().ends_with("target-after/ann2 list 50 / batch 30."), "{}", jump.message_en());
    assert!(by_two_endpoints(30, 50).audit().findings().contains_key("Q-count-jump"));
    for (listed, fetched) in [(50, 50), (50, 48), (2, 0)] {
        assert!(
            !by_two_endpoints(listed, fetched).audit().findings().contains_key("Q-count-jump"),
            "{listed} {fetched}"
        );
    }
}

/// Audits with the findings of these tests, for `rules::no_rule_lacks_an_example`.
pub fn examples() -> [Audit; 4] {
    let unused = waiver("A3-refused", "") + &waiver("B8-missing", "keys = [\"ann/wei\", \"ann/typo\"]");
    [
        missing_by_account(&[0, 11, 1, 0, 0]),
        by_two_endpoints(50, 30),
        two_missing().toml(&waiver("B8-missing", "until = 2026-05-06")),
        two_missing().toml(&unused),
    ]
    .map(|story| story.audit())
}

/// What could not be read is no conclusion where it is the only defect, and no excuse for another.
#[test]
fn an_unreadable_record_beside_another_defect_does_not_hide_it() {
    let verdict = |story: Story| {
        let story = story.role("source-after", "ann: wei 2025-01-01");
        story.file("source-after/more.csv", "userid,external_userid\nann,wei\n,w1\n").audit().summary.verdict
    };
    assert_eq!(verdict(Story::arrived()), Verdict::Inconclusive);
    assert_eq!(verdict(two_missing()), Verdict::Defect);
}

#[test]
fn a_waiver_of_a_finding_without_rows_is_used() {
    let contract = "[contract]\nrelations = 3\nunit_price = \"0.80\"\n";
    let audit = two_missing().toml(contract).toml(&waiver("B12-party-missing", "")).audit();
    assert!(!audit.finding("B12-party-missing").counts());
    assert!(!audit.findings().contains_key("Q-waiver-unused"), "{:?}", audit.findings());
}
