//! Documents with a fault, and beginnings of documents.

use super::*;

/// The doubts that a document with a fault, or the beginning of one, leads to.
fn doubts(text: &str) -> Vec<String> {
    let (mut part, zone) = (PartRecords::new(0), TimeZone::UTC);
    let fault =
        decode(&mut part, how(&zone, DayOrder::Unknown), 3, text.as_bytes(), &mut TextMarks::default()).unwrap_err();
    torn(&mut part, how(&zone, DayOrder::Unknown), 3, 100 + fault.offset as u64, text.as_bytes(), &fault);
    let decoded = Decoded::new(part);
    let FileRecords { tally, rejects, tables, doubts, .. } = &decoded.records;
    if tally.passed_over.is_empty() {
        assert_eq!((tally.records_read, tally.rejected, decoded.answers.len()), (1, 1, 0));
        assert!(rejects[0].place.starts_with("document 3, ") && tables.is_empty(), "{rejects:?}");
    }
    doubts
        .iter()
        .map(|(dataset, userid, doubt)| format!("{} of {}: {}", dataset.word(), userid.unwrap_or("any"), doubt.records))
        .collect()
}

#[test]
fn a_torn_document_counts_for_the_datasets_and_accounts_of_its_keys() {
    let all =
        ["relations", "contacts", "members", "follow_users", "unassigned", "groups", "group_members", "join_codes"];
    let of_any = |datasets: &[&str]| {
        let told = datasets.iter().enumerate().map(|(at, dataset)| format!("{dataset} of any: {}", u8::from(at == 0)));
        told.collect::<Vec<_>>()
    };
    let batch = concat!(
        r#"{"endpoint":"externalcontact/batch/get_by_user","request":{"userid_list":["ann","bob"]},"#,
        r#""response":{"errcode":0,"external_co"#
    );
    assert_eq!(doubts(batch), ["relations of ann: 1", "relations of bob: 0"]);
    let groups = concat!(
        r#"{"endpoint":"externalcontact/groupchat/list","request":{"owner_filter":{"userid_list":["ann"]}},"#,
        r#""response":7}"#
    );
    assert_eq!(doubts(groups), ["groups of ann: 1"]);
    for (text, datasets) in [
        // Two documents in one.
        (&*format!("{batch}\"request\""), &all[..]),
        // The request is torn.
        (&batch[..80], &["relations"]),
        (&batch.replace("bob", "b\u{fffd}b"), &["relations"]),
        (&batch[..40], &all),
        (
            r#"{"endpoint":"externalcontact/groupchat/get","request":{"chat_id":"wr1"},"response":{"#,
            &["groups", "group_members"],
        ),
        (r#"{"endpoint":"externalcontact/get_follow_user_list","response":{"errcode":"x"}}"#, &["follow_users"]),
        (r#"{"errcode":0,"userlist":[{"userid":"a"#, &["members"]),
        // The marks contradict.
        (r#"{"endpoint":"user/list","response":{"errcode":0,"info":[]}}"#, &all),
        (r#"{"endpoint":"externalcontact/transfer_result","response":{"errcode":0,"customer":["#, &[]),
        ("{\"\\x", &all),
    ] {
        assert_eq!(doubts(text), of_any(datasets), "{text}");
    }
    let unknown = r#"{"endpoint":"externalcontact/remark","request":{"userid":"ann"},"response":{"errcode":0}}"#;
    assert_eq!(doubts(unknown).len(), all.len());
}

#[test]
fn a_torn_customer_is_in_doubt_alone() {
    let get = r#"{"endpoint":"externalcontact/get","request":{"external_userid":"wm1"},"response":{"errcode":0,"#;
    let (mut part, fault) = (PartRecords::new(0), DocumentFault::new("", say::CUT_OFF, say::CUT_OFF_REMEDY));
    torn(&mut part, how(&TimeZone::UTC, DayOrder::Unknown), 1, 0, get.as_bytes(), &fault);
    assert_eq!(*Decoded::new(part).customers_in_doubt(), customer(Some("wm1"), None));
}
