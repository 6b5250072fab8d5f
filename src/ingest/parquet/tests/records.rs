//! Rows and rejects.

use super::*;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers};
use crate::ingest::records::MAX_LISTED_REJECTS;
use crate::schema::lists::LIST_TABLES;
use crate::schema::vocabulary::Grain;

#[test]
fn an_ingested_snapshot_keeps_its_sources_and_rejects() {
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_null();
    lists.append_value([Some("unionid")]);
    lists.append_value([Some("unionid")]);
    let records = read_columns(
        vec![
            ("userid", ids(&["ann", "ann", "ann"])),
            ("external_userid", ids(&["wm1", "wm2", "wm3"])),
            ("created_at", strings(&[None, None, Some("soon")])),
            ("source_file", ids(&["dump.json", "dump.json", "dump.json"])),
            ("source_record", Arc::new(Int64Array::from(vec![7, 8, 9]))),
            ("unreadable", Arc::new(lists.finish())),
        ],
        10,
    )
    .unwrap();
    assert_eq!(
        relations(&records),
        [
            "1: userid=ann external_userid=wm1 source_file=dump.json source_record=7",
            "2: userid=ann external_userid=wm2 source_file=dump.json source_record=8 unreadable=[unionid]",
            "3: userid=ann external_userid=wm3 source_file=dump.json source_record=9 unreadable=[created_at, unionid]"
        ]
    );
}

#[test]
fn a_word_for_null_is_an_id_where_ingest_wrote_it() {
    for (key, rows) in [(TOOL_VERSION, 2), ("pandas", 1)] {
        let columns = vec![("userid", ids(&["ann", "nan"])), ("external_userid", ids(&["wm1", "wm1"]))];
        let entry = ::parquet::file::metadata::KeyValue::new(key.to_owned(), "1".to_owned());
        let file = file_of(columns, WriterProperties::builder().set_key_value_metadata(Some(vec![entry])));
        assert_eq!(read_file(&file).unwrap().tally.pushed, rows, "{key}");
    }
}

#[test]
fn headers_are_those_of_sheets() {
    let records = read_columns(
        vec![
            ("添加人账号", ids(&["ann", "ann", "ann"])),
            ("externalUserId", ids(&["wm1", "wm2", "wm3"])),
            ("channel", ids(&["shop", "", "fair"])),
            ("标签", strings(&[Some("x"), None, None])),
            ("标签组1(来源)", strings(&[Some("a,b"), None, Some("c")])),
            ("phone", ids(&["1", "2", "3"])),
        ],
        2,
    )
    .unwrap();
    let mut all = relations(&records);
    all.sort();
    assert_eq!(
        all,
        [
            "1: userid=ann external_userid=wm1 state=shop tags=[x, 来源/a, 来源/b]",
            "2: userid=ann external_userid=wm2",
            "3: userid=ann external_userid=wm3 state=fair tags=[来源/c]"
        ]
    );
    assert_eq!((&records.tally.unused_columns[..], records.tally.unreadable_values), (&["phone".to_owned()][..], 0));
}

#[test]
fn unused_rows_are_passed_over() {
    let targets = strings(&[Some("new1"), None, Some("-")]);
    let file = file_of(
        vec![("source_external_userid", ids(&["old1", "old2", "old3"])), ("target_external_userid", targets)],
        WriterProperties::builder(),
    );
    let records = read_file_of(&file, LIST_TABLES).unwrap();
    let passed_over: Vec<(&String, &u64)> = records.tally.passed_over.iter().collect();
    assert_eq!(passed_over, [(&"row of a map without its target".to_owned(), &2)]);
    assert_eq!((records.tally.records_read, records.tally.pushed, records.tally.rejected), (3, 1, 0));
}

#[test]
fn only_a_record_without_a_key_is_a_reject() {
    let records = read_columns(
        vec![
            ("chat_id", strings(&[Some("wr1"), None, Some("wr1"), Some("wr1")])),
            ("userid", ids(&["ann", "bob", "cat", "dan"])),
            ("kind", strings(&[Some("member"), Some("member"), Some("guest"), Some("external")])),
        ],
        2,
    )
    .unwrap();
    let mut all = rows(&records.tables["group_members"]);
    all.sort();
    assert_eq!(
        all,
        [
            "1: chat_id=wr1 userid=ann kind=member",
            "3: chat_id=wr1 userid=cat unreadable=[kind]",
            "4: chat_id=wr1 userid=dan kind=external"
        ]
    );
    let places: Vec<(Grain, &str)> =
        records.rejects.iter().map(|reject| (reject.grain, reject.place.as_str())).collect();
    assert_eq!(places, [(Grain::Record, "row 2, chat_id"), (Grain::Value, "row 3, kind")]);
    assert_eq!((records.tally.records_read, records.tally.rejected, records.tally.unreadable_values), (4, 1, 1));
    assert_eq!(records.doubts.records_of(Dataset::GroupMembers), 1);
}

/// Only a whole table covers the relations of all accounts.
#[test]
fn coverage_of_an_account_names_it() {
    let records = read_columns(
        vec![
            ("dataset", ids(&["relations", "relations", "relations", "groups"])),
            ("userid", strings(&[Some("ann"), None, None, None])),
            ("status", ids(&["complete"; 4])),
            ("detail", strings(&[Some("answered"), Some("answered"), Some("came as a whole table"), None])),
        ],
        10,
    )
    .unwrap();
    assert_eq!(records.rejects.iter().map(|reject| reject.place.as_str()).collect::<Vec<_>>(), ["row 2, userid"]);
    let mut all = rows(&records.tables["coverage"]);
    all.sort();
    assert_eq!(
        all,
        [
            "1: dataset=relations userid=ann status=complete detail=answered",
            "3: dataset=relations status=complete detail=came as a whole table",
            "4: dataset=groups status=complete"
        ]
    );
}

#[test]
fn an_unreadable_relation_puts_its_account_in_doubt() {
    let records = read_columns(
        vec![
            ("userid", strings(&[Some("ann"), Some("bob"), None, Some("cat")])),
            ("external_userid", strings(&[Some("2026-05-01"), None, Some("wm3"), Some("wm4")])),
            ("unionid", strings(&[None, None, Some("union3"), None])),
            ("customer_name", strings(&[None, None, Some("wei"), Some("bad \u{fffd} name")])),
        ],
        10,
    )
    .unwrap();
    let shown: Vec<String> = records
        .rejects
        .iter()
        .map(|reject| format!("{} {:?} {:?}", reject.place, reject.grain, reject.userid.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            "row 1, external_userid Record Some(\"ann\")",
            "row 2, external_userid or unionid or tmp_openid or customer_name Record Some(\"bob\")",
            "row 3, userid Record None",
            "row 4, customer_name Value Some(\"cat\")"
        ]
    );
    assert_eq!(
        relations(&records),
        ["4: userid=cat external_userid=wm4 customer_name=bad \u{fffd} name unreadable=[customer_name]"]
    );
    let key = CustomerKey { external_userid: Some("wm3".into()), unionid: Some("union3".into()) };
    assert_eq!(records.doubts.of(Dataset::Relations, "dan"), Some(DoubtfulCustomers::These([key].into())));
    assert_eq!(records.doubts.of(Dataset::Relations, "ann"), Some(DoubtfulCustomers::Any));
    assert_eq!(records.tally.relations, (4, 3));
}

#[test]
fn rejects_are_listed_up_to_a_limit_and_all_counted() {
    let count = 2500;
    let named = |value: fn(i32) -> String| -> ArrayRef {
        Arc::new((0..count).map(|n| Some(value(n))).collect::<StringArray>())
    };
    let texts = named(|n| if n == 0 { "ann".to_owned() } else { format!("{n}.0") });
    let mut records = read_columns(vec![("userid", texts), ("name", named(|n| n.to_string()))], 7).unwrap();
    records.count_unlisted_rejects();
    assert_eq!(
        (records.tally.records_read, records.tally.rejected, records.rejects.len()),
        (2500, 2499, MAX_LISTED_REJECTS as usize)
    );
    let numbers: Vec<u64> = records.rejects.iter().map(|reject| reject.record).collect();
    assert_eq!(numbers, (2..=MAX_LISTED_REJECTS + 1).collect::<Vec<_>>());
    let not_listed: Vec<u64> = records.rejects.iter().map(|reject| reject.not_listed).collect();
    assert_eq!((not_listed[..99].iter().sum::<u64>(), not_listed[99]), (0, 2399));
    assert_eq!(records.doubts.records_of(Dataset::Members), 2499);
    let flags = named(|n| if n == 1000 { "no" } else { "perhaps" }.to_owned());
    let records =
        read_columns(vec![("userid", named(|n| format!("user {n}"))), ("has_customer_contact", flags)], 700).unwrap();
    assert_eq!((records.tally.rejected, records.tally.unreadable_values, records.tally.pushed), (0, 2499, 2500));
    assert_eq!(records.rejects.len(), MAX_LISTED_REJECTS as usize);
    let mut last: Vec<String> = rows(&records.tables["members"]);
    last.sort_by_key(|row| row.split(':').next().and_then(|number| number.parse::<u64>().ok()));
    assert_eq!(
        last[1000..1002],
        [
            "1001: userid=user 1000 has_customer_contact=false",
            "1002: userid=user 1001 unreadable=[has_customer_contact]"
        ]
    );
}
