//! Coverage from answers, whole tables and trust.

use super::*;
use crate::ingest::answers::Answers;
use crate::ingest::raw::{ApiAnswer, Endpoint, NO_ANSWER};

pub fn answer(endpoint: Endpoint, userids: &[&str], cursor: &str, next: &str, errcode: i64, at: i64) -> ApiAnswer {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ApiAnswer {
        endpoint,
        userids: userids.iter().map(|&u| u.to_owned()).collect(),
        subject: None,
        errcode,
        errmsg: String::new(),
        cursor: some(cursor),
        next_cursor: some(next),
        envelope: true,
        unlicensed: Vec::new(),
        fetched_at: Some(at),
        file: 0,
        document: 1,
    }
}

/// The answers, folded.
pub fn answers<'a>(all: impl IntoIterator<Item = &'a ApiAnswer>) -> Answers {
    let mut answers = Answers::default();
    all.into_iter().for_each(|answer| answers.add(answer));
    answers.fold();
    answers
}

fn assess(answers: &[ApiAnswer], whole_tables: &[&str], trusted: bool) -> SnapshotCoverage {
    super::assess(&self::answers(answers), whole_tables, trusted)
}

fn of(answers: &[ApiAnswer], userid: &str) -> Coverage {
    assess(answers, &[], false).of_account(userid, false)
}

#[test]
fn a_list_answer_covers_its_account_only() {
    let answers = [answer(Endpoint::ExternalcontactList, &["ann"], "", "", 0, 1)];
    assert_eq!(of(&answers, "ann"), Coverage::Complete);
    assert_eq!(of(&answers, "bob"), Coverage::Unknown);
}

#[test]
fn a_chain_covers_when_its_last_page_is_there_in_any_order() {
    let page = |cursor, next| answer(Endpoint::BatchGetByUser, &["ann", "bob"], cursor, next, 0, 1);
    assert_eq!(of(&[page("c1", ""), page("", "c1")], "bob"), Coverage::Complete);
    assert_eq!(of(&[page("", "c1")], "bob"), Coverage::Partial);
    assert_eq!(of(&[page("c1", "")], "bob"), Coverage::Partial, "the first page is missing");
    assert_eq!(of(&[page("", "c1"), page("c1", "c1")], "bob"), Coverage::Partial, "a circle has no end");
}

#[test]
fn the_newest_answer_decides() {
    let list = |errcode, at| answer(Endpoint::ExternalcontactList, &["ann"], "", "", errcode, at);
    assert_eq!(of(&[list(45033, 1), list(0, 2)], "ann"), Coverage::Complete);
    assert_eq!(of(&[list(0, 1), list(45033, 2)], "ann"), Coverage::Failed);
}

#[test]
fn an_error_on_a_later_page_fails_the_chain() {
    let page = |cursor, next, errcode| answer(Endpoint::BatchGetByUser, &["ann"], cursor, next, errcode, 1);
    assert_eq!(of(&[page("", "c1", 0), page("c1", "", 45033)], "ann"), Coverage::Failed);
}

#[test]
fn an_answer_without_errcode_and_content_is_a_failure_without_code() {
    let answers = [answer(Endpoint::ExternalcontactList, &["ann"], "", "", NO_ANSWER, 1)];
    let coverage = assess(&answers, &[], false);
    let evidence = coverage.evidence(RELATIONS, Some("ann")).unwrap();
    assert_eq!((evidence.status, evidence.errcode), (Coverage::Failed, None));
    assert_eq!(evidence.detail, "externalcontact/list answered nothing, without errcode");
}

/// That nobody has the customer is the weakest of reasons, however often it was given; of others the most frequent
/// one, and of two as frequent ones the lower code.
#[test]
fn of_failures_of_details_the_most_frequent_code_is_told() {
    let failed = |codes: &[i64]| {
        let of_customer = |(number, code): (usize, &i64)| ApiAnswer {
            subject: Some(format!("w{number}")),
            ..answer(Endpoint::ExternalcontactGet, &[], "", "", *code, 1)
        };
        let answers: Vec<ApiAnswer> = codes.iter().enumerate().map(of_customer).collect();
        assess(&answers, &[], false)
            .evidence(CUSTOMERS, None)
            .map(|evidence| (evidence.errcode, evidence.detail.clone()))
    };
    let of = |all, code| Some((Some(code), format!("{all} of {all} answers of externalcontact/get were errors")));
    assert_eq!(failed(&[NO_CUSTOMERS, 45033, NO_CUSTOMERS, 40014, 45033, NO_CUSTOMERS]), of(6, 45033));
    assert_eq!(failed(&[45033, 40014]), of(2, 40014));
    assert_eq!(failed(&[NO_CUSTOMERS]), of(1, NO_CUSTOMERS));
    assert_eq!(failed(&[0]), None);
}

#[test]
fn a_member_without_customers_is_answered_by_a_code_of_the_list_and_of_no_other() {
    let of_endpoint = |endpoint| of(&[answer(endpoint, &["ann"], "", "", 84061, 1)], "ann");
    assert_eq!(of_endpoint(Endpoint::ExternalcontactList), Coverage::Complete);
    assert_eq!(of_endpoint(Endpoint::BatchGetByUser), Coverage::Failed);
}

#[test]
fn of_two_lists_of_the_members_the_newest_decides() {
    let list = |endpoint, errcode, at| answer(endpoint, &[], "", "", errcode, at);
    let of = |answers: [ApiAnswer; 2]| assess(&answers, &[], false).evidence("members", None).map(|e| e.status);
    for [one, other] in [[Endpoint::UserSimplelist, Endpoint::UserList], [Endpoint::UserList, Endpoint::UserSimplelist]]
    {
        assert_eq!(of([list(one, 40014, 1), list(other, 0, 2)]), Some(Coverage::Complete));
        assert_eq!(of([list(one, 0, 1), list(other, 40014, 2)]), Some(Coverage::Failed));
    }
}

#[test]
fn an_unlicensed_member_is_failed_though_the_answer_was_good() {
    let mut page = answer(Endpoint::BatchGetByUser, &["ann", "bob"], "", "", 0, 1);
    page.unlicensed = vec!["bob".to_owned()];
    assert_eq!(of(&[page.clone()], "ann"), Coverage::Complete);
    assert_eq!(of(&[page], "bob"), Coverage::Failed);
}

#[test]
fn trust_and_whole_tables_cover_all_but_failures() {
    let failed = [answer(Endpoint::ExternalcontactList, &["ann"], "", "", 40014, 1)];
    for coverage in [assess(&failed, &[], true), assess(&failed, &[RELATIONS], false)] {
        assert_eq!(coverage.of_account("ann", true), Coverage::Failed);
        assert_eq!(coverage.of_account("bob", false), Coverage::Complete);
    }
}

#[test]
fn without_evidence_it_depends_on_what_is_seen() {
    for next in ["", "c1"] {
        let of_another = [answer(Endpoint::BatchGetByUser, &["bob"], "", next, 0, 1)];
        assert_eq!(assess(&of_another, &[], false).of_account("ann", true), Coverage::Observed);
    }
    assert_eq!(assess(&[], &[], false).of_account("ann", true), Coverage::Observed);
    assert_eq!(assess(&[], &[], false).of_account("ann", false), Coverage::Unknown);
}

#[test]
fn a_group_list_covers_the_corp_or_the_owners_it_was_asked_about() {
    let list = |owners: &[&str], next, errcode| answer(Endpoint::GroupchatList, owners, "", next, errcode, 1);
    let of = |answers: &[ApiAnswer], owner| assess(answers, &[], false).of_groups(Some(owner), true);
    assert_eq!(of(&[list(&[], "", 0)], "ann"), Coverage::Complete);
    assert_eq!(of(&[list(&[], "c1", 0)], "ann"), Coverage::Partial);
    let whole_table = assess(&[list(&[], "c1", 0)], &[GROUPS], false);
    assert_eq!(whole_table.of_groups(Some("ann"), true), Coverage::Complete, "a table beside it is whole");
    assert_eq!(of(&[list(&[], "", 45033)], "ann"), Coverage::Failed);
    assert_eq!(of(&[list(&["ann"], "", 0)], "ann"), Coverage::Complete);
    assert_eq!(of(&[list(&["ann"], "", 0)], "bob"), Coverage::Unknown, "bob was not asked about");
    assert_eq!(of(&[list(&[], "", 0), list(&["ann"], "", 40014)], "ann"), Coverage::Failed);
    assert_eq!(of(&[list(&[], "", 45033), list(&["ann"], "", 0)], "ann"), Coverage::Complete);
}

#[test]
fn groups_without_a_list_are_observed_and_an_error_is_never_covered() {
    assert_eq!(assess(&[], &[], false).of_groups(None, true), Coverage::Observed);
    assert_eq!(assess(&[], &[], false).of_groups(None, false), Coverage::Unknown);
    assert_eq!(assess(&[], &[], true).of_groups(None, false), Coverage::Complete);
    assert_eq!(assess(&[], &[GROUPS], false).of_groups(None, false), Coverage::Complete);
    let failed = [answer(Endpoint::GroupchatList, &[], "", "", 40014, 1)];
    for coverage in [assess(&failed, &[], true), assess(&failed, &[GROUPS], false)] {
        assert_eq!(coverage.of_groups(Some("ann"), true), Coverage::Failed);
    }
}

#[test]
fn an_empty_follow_user_list_is_a_list() {
    let answers = [answer(Endpoint::GetFollowUserList, &[], "", "", 0, 1)];
    assert!(assess(&answers, &[], false).has_follow_user_list());
    assert!(!assess(&[], &[], false).has_follow_user_list());
    let failed = [answer(Endpoint::GetFollowUserList, &[], "", "", 45033, 1)];
    assert!(!assess(&failed, &[], false).has_follow_user_list(), "an error is no list");
}

/// Errors of single requests leave details open; who vouches for the snapshot says that nothing is.
#[test]
fn failed_requests_for_details_are_a_lack_unless_the_snapshot_is_trusted() {
    let failed =
        [Endpoint::ExternalcontactGet, Endpoint::GroupchatGet].map(|endpoint| answer(endpoint, &[], "", "", 45033, 1));
    for (trusted, lacks) in [(false, true), (true, false)] {
        let coverage = assess(&failed, &[], trusted);
        assert_eq!((coverage.lacks_groups(), coverage.lacks_customers("ann")), (lacks, lacks));
    }
    assert!(!assess(&[], &[], false).lacks_groups() && !assess(&[], &[], false).lacks_customers("ann"));
    let nobodys = [Endpoint::ExternalcontactGet, Endpoint::GroupchatGet]
        .map(|endpoint| answer(endpoint, &[], "", "", NO_CUSTOMERS, 1));
    let coverage = assess(&nobodys, &[], false);
    assert_eq!((coverage.lacks_groups(), coverage.lacks_customers("ann")), (true, false));
}

/// The table has the corp before its accounts; an unreadable record lowers its own line, and has one where nothing
/// else has.
#[test]
fn the_evidence_is_reported_in_order_with_what_could_not_be_read() {
    let mut coverage = assess(
        &[
            answer(Endpoint::GetFollowUserList, &[], "", "", 0, 1),
            answer(Endpoint::ExternalcontactList, &["bob"], "", "", 0, 1),
            answer(Endpoint::ExternalcontactList, &["cat"], "", "", 40014, 1),
        ],
        &[RELATIONS],
        false,
    );
    for (dataset, userid) in [
        (Dataset::Contacts, None),
        (Dataset::Relations, Some("ann")),
        (Dataset::Relations, Some("bob")),
        (Dataset::Relations, Some("cat")),
        (Dataset::Relations, Some("dan")),
    ] {
        coverage.doubts.add(dataset, userid, crate::ingest::doubts::CustomerKey::default(), 1);
    }
    let mut plain = Vec::new();
    coverage.for_each(|dataset, userid, evidence| {
        plain.push((dataset.to_owned(), userid.map(str::to_owned), evidence.status));
    });
    let line = |dataset: &str, userid: Option<&str>, status| (dataset.to_owned(), userid.map(str::to_owned), status);
    let (complete, partial, failed) = (Coverage::Complete, Coverage::Partial, Coverage::Failed);
    assert_eq!(
        plain,
        [
            line(FOLLOW_USERS, None, complete),
            line(RELATIONS, None, complete),
            line(RELATIONS, Some("bob"), complete),
            line(RELATIONS, Some("cat"), failed),
        ]
    );
    let mut lowered = Vec::new();
    coverage.for_each_with_doubts(|dataset, userid, evidence| {
        assert_eq!(userid.is_some() || dataset == CONTACTS, evidence.detail.contains("records could not be read"));
        assert!(!evidence.detail.starts_with("; "), "{}", evidence.detail);
        lowered.push((dataset.to_owned(), userid.map(str::to_owned), evidence.status));
    });
    assert_eq!(
        lowered,
        [
            line(CONTACTS, None, partial),
            line(FOLLOW_USERS, None, complete),
            line(RELATIONS, None, complete),
            line(RELATIONS, Some("ann"), partial),
            line(RELATIONS, Some("bob"), partial),
            line(RELATIONS, Some("cat"), failed),
            line(RELATIONS, Some("dan"), partial),
        ]
    );
}
