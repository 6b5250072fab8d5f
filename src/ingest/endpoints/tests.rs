//! Every endpoint and every leniency, on documents as short as can be.

use serde_json::{Value as Json, json};

use super::*;
use crate::ingest::doubts::{CustomerKey, DoubtfulCustomers};
use crate::ingest::raw::ApiAnswer;
use crate::ingest::records::FileRecords;
use crate::ingest::tests::rows;
use crate::schema::vocabulary::Grain;
use crate::text::Lang;

/// The records of documents, with their answers as they were read.
struct Decoded {
    records: FileRecords,
    answers: Vec<ApiAnswer>,
}

impl std::ops::Deref for Decoded {
    type Target = FileRecords;

    fn deref(&self) -> &FileRecords {
        &self.records
    }
}

fn decode_all(documents: &[Json]) -> Result<Decoded, DocumentFault> {
    let mut part = PartRecords::new(0);
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    for (number, document) in (1..).zip(documents) {
        decode(&mut part, &zone, number, document.to_string().as_bytes(), &mut TextMarks::default())?;
    }
    Ok(decoded(part))
}

fn decoded(part: PartRecords) -> Decoded {
    let (mut records, answers) = (FileRecords::default(), part.answers.clone());
    records.append(part).unwrap();
    records.check().unwrap();
    Decoded { records, answers }
}

fn read(document: Json) -> Decoded {
    decode_all(&[document]).unwrap()
}

fn fault(document: Json) -> DocumentFault {
    decode_all(&[document]).map(|_| ()).unwrap_err()
}

#[expect(clippy::needless_pass_by_value, reason = "calls read as documents then")]
fn envelope(endpoint: &str, request: Json, response: Json) -> Json {
    json!({"endpoint": endpoint, "request": request, "fetched_at": "2026-04-30T22:00:00+08:00", "response": response})
}

fn table(records: &FileRecords, name: &str) -> Vec<String> {
    records.tables.get(name).map(|batches| rows(batches)).unwrap_or_default()
}

fn rejects(records: &FileRecords) -> Vec<String> {
    unread(records, Grain::Record)
}

fn values(records: &FileRecords) -> Vec<String> {
    unread(records, Grain::Value)
}

fn unread(records: &FileRecords, grain: Grain) -> Vec<String> {
    let unread = records.rejects.iter().filter(|reject| reject.grain == grain);
    unread.map(|reject| format!("{}: {}", reject.record, reject.place)).collect()
}

/// What is in doubt: dataset, account, and how many records are counted there.
fn doubts(records: &FileRecords) -> Vec<String> {
    let told = |(dataset, userid, doubt): (Dataset, Option<&str>, &crate::ingest::doubts::AccountDoubt)| {
        format!("{} of {}: {}", dataset.word(), userid.unwrap_or("any"), doubt.records)
    };
    records.doubts.iter().map(told).collect()
}

fn passed_over(records: &FileRecords) -> Vec<String> {
    records.tally.passed_over.iter().map(|(why, records)| format!("{why}: {records}")).collect()
}

fn answer(records: &Decoded) -> &ApiAnswer {
    assert_eq!(records.answers.len(), 1);
    &records.answers[0]
}

#[test]
fn members_come_from_three_lists_and_the_permission_from_a_fourth() {
    let simple = read(
        json!({"errcode":0,"userlist":[{"userid":"ann","name":"Ann","department":[1,2]},{"userid":"bob","name":null}]}),
    );
    assert_eq!(table(&simple, "members"), ["1: userid=ann name=Ann", "2: userid=bob"]);
    assert_eq!((answer(&simple).endpoint, answer(&simple).envelope), (Endpoint::UserSimplelist, false));
    let detailed = read(json!({"errcode":"0","userlist":[{"userid":"ann","name":7,"status":"1","gender":"1"}]}));
    assert_eq!(table(&detailed, "members"), ["1: userid=ann status=1"]);
    assert_eq!((values(&detailed), doubts(&detailed).len()), (vec!["1: document 1, userlist[0].name".to_owned()], 0));
    assert_eq!(answer(&detailed).endpoint, Endpoint::UserList);
    let ids =
        read(json!({"errcode":0,"next_cursor":"c2","dept_user":[{"userid":"ann","department":1},{"department":2}]}));
    assert_eq!(table(&ids, "members"), ["1: userid=ann"]);
    assert_eq!(rejects(&ids), ["2: document 1, dept_user[1].userid"]);
    assert_eq!(answer(&ids).next_cursor.as_deref(), Some("c2"));
    assert_eq!(doubts(&ids), ["members of any: 1"]);
    let followers = read(json!({"errcode":0,"follow_user":["ann",12,1.5,{"userid":"x"},""]}));
    assert_eq!(
        table(&followers, "members"),
        ["1: userid=ann has_customer_contact=true", "2: userid=12 has_customer_contact=true"]
    );
    assert_eq!(
        rejects(&followers),
        ["3: document 1, follow_user[2]", "4: document 1, follow_user[3]", "5: document 1, follow_user[4]"]
    );
    assert_eq!(doubts(&followers), ["follow_users of any: 3"]);
}

#[test]
fn a_list_is_tied_to_its_member_by_the_envelope() {
    let list = read(envelope(
        "externalcontact/list",
        json!({"userid":"ann"}),
        json!({"errcode":0,"external_userid":["wm1",true,"wm2",{},null]}),
    ));
    assert_eq!(table(&list, "relations"), ["1: userid=ann external_userid=wm1", "3: userid=ann external_userid=wm2"]);
    assert_eq!(rejects(&list), [1, 3, 4].map(|at| format!("{}: document 1, external_userid[{at}]", at + 1)));
    assert_eq!(doubts(&list), ["relations of ann: 3"]);
    let evidence = answer(&list);
    assert_eq!((&*evidence.userids, evidence.envelope, evidence.errcode), (&["ann".to_owned()][..], true, 0));
    assert_eq!(evidence.fetched_at, Some(1_777_557_600_000_000));
    let bare = read(json!({"errcode":0,"external_userid":["wm1","wm2"]}));
    assert_eq!(passed_over(&bare), ["bare externalcontact/list cannot be tied to a member: 2"]);
    assert!(bare.answers.is_empty());
    let nobody = read(envelope("externalcontact/list", json!({}), json!({"errcode":0,"external_userid":["wm1"]})));
    assert_eq!((nobody.tally.passed_over.len(), answer(&nobody).envelope), (1, false));
    let number =
        read(envelope("externalcontact/list", json!({"userid":123}), json!({"errcode":0,"external_userid":["wm1"]})));
    assert_eq!(
        (table(&number, "relations"), &*answer(&number).userids),
        (vec!["1: userid=123 external_userid=wm1".into()], &["123".into()][..])
    );
    for (items, rejected) in [(json!(["wm1", "wm2"]), 2), (json!([]), 1)] {
        let list =
            read(envelope("externalcontact/list", json!({"userid":1.5}), json!({"errcode":0,"external_userid":items})));
        assert_eq!(rejects(&list).len(), rejected);
        assert_eq!((rejects(&list)[0].as_str(), list.answers.len()), ("1: document 1, request.userid", 0));
        assert_eq!(doubts(&list), [format!("relations of any: {rejected}")]);
    }
    let empty =
        read(envelope("externalcontact/list", json!({"userid":"ann"}), json!({"errcode":0,"external_userid":null})));
    assert_eq!((empty.tally.records_read, empty.answers.len()), (0, 1));
}

#[test]
fn get_gives_a_relation_per_follower() {
    let get = read(json!({"errcode":0,"errmsg":"ok",
        "external_contact":{"external_userid":"wm1","name":"wei","type":"1","unionid":"o1","gender":"1",
            "new_key":{"x":[1]}},
        "follow_user":[
            {"userid":"ann","remark":"","description":"d","createtime":"1700000000","add_way":"9999","state":5,
                "remark_mobiles":[13_800_000_000_u64],
             "tags":[{"group_name":"g","tag_name":"t","tag_id":"et1"},{"tag_name":"own","type":2},{"tag_id":"et2"}]},
            {"userid":"bob","createtime":4_000_000_000_u64,"tags":[],"state":[]},
            {"userid":7,"add_way":"friend"},{"userid":"cat","createtime":-1,"tags":[5]},{"createtime":1},
                "dan",{"userid":1.5}]}));
    let contact = "external_userid=wm1 unionid=o1 customer_name=wei customer_type=1";
    assert_eq!(
        table(&get, "relations"),
        [
            format!(
                "1: userid=ann {contact} created_at=2023-11-14T22:13:20Z add_way=9999 state=5 description=d \
                    tags=[g/t, own, et2]"
            ),
            format!("2: userid=bob {contact} created_at=2096-10-02T07:06:40Z"),
            format!("3: userid=7 {contact}"),
            format!("4: userid=cat {contact} unreadable=[created_at]"),
        ]
    );
    let place = "document 1, follow_user";
    assert_eq!(
        values(&get),
        [format!("3: {place}[2].add_way"), format!("4: {place}[3].createtime"), format!("4: {place}[3].tags")]
    );
    assert_eq!(
        rejects(&get),
        [format!("5: {place}[4].userid"), format!("6: {place}[5]"), format!("7: {place}[6].userid")]
    );
    assert_eq!(doubts(&get), ["relations of any: 3"]);
    let [(_, _, doubt)] = get.doubts.iter().collect::<Vec<_>>()[..] else { panic!("one account is in doubt") };
    assert_eq!(
        doubt.customers,
        DoubtfulCustomers::from_key(CustomerKey { external_userid: Some("wm1".into()), unionid: Some("o1".into()) })
    );
    assert!(get.answers.is_empty());
}

#[test]
fn a_key_is_text_or_a_whole_number() {
    let get = |userid: Json, id: Json| {
        read(json!({"errcode":0,"external_contact":{"external_userid":id,"unionid":0},
                "follow_user":[{"userid":userid}]}))
    };
    assert_eq!(table(&get(json!(" ann\u{200b}"), json!(42)), "relations"), ["1: userid=ann external_userid=42"]);
    assert_eq!(
        rejects(&get(json!("ann"), json!(9_007_199_254_740_993_u64))),
        ["1: document 1, external_contact.external_userid"]
    );
    assert_eq!(doubts(&get(json!("ann"), json!(1.0))), ["relations of ann: 1"]);
    assert_eq!(rejects(&get(json!("an\u{fffd}"), json!("wm1"))), ["1: document 1, follow_user[0].userid"]);
}

#[test]
fn get_needs_a_customer_and_a_follower() {
    let alone = read(json!({"errcode":0,"external_contact":{"external_userid":"wm1"},"follow_user":[]}));
    assert_eq!(passed_over(&alone), ["externalcontact/get without a follower: 1"]);
    let nobody = read(json!({"errcode":0,"external_contact":[],"follow_user":[{"userid":"ann"},{"userid":"bob"}]}));
    assert_eq!(rejects(&nobody), ["1: document 1, external_contact", "2: document 1, external_contact"]);
    assert_eq!(doubts(&nobody), ["relations of ann: 1", "relations of bob: 1"]);
}

#[test]
fn batch_gives_a_relation_per_item_and_evidence_per_account() {
    let item =
        |id: &str, follow: Json| json!({"external_contact":{"external_userid":id,"name":"n"},"follow_info":follow});
    let batch = read(envelope(
        "/cgi-bin/externalcontact/batch/get_by_user?access_token=x",
        json!({"userid_list":["ann","bob"],"cursor":"c1","limit":100}),
        json!({"errcode":0,"next_cursor":"","fail_info":{"unlicensed_userid_list":["bob"]},"external_contact_list":[
            item("wm1", json!({"userid":"ann","createtime":1_700_000_000,"tag_id":["et1","et2"]})),
            item("wm2", json!({"remark":"old dump"})),
            {"external_contact":{"name":"n"},"follow_info":{"userid":"ann"}},
            {"external_contact":{"external_userid":"wm3"}},
            item("wm4", json!({"userid":"ann","tag_id":[1.5]})),
            {"external_contact":"wm5","follow_info":{"userid":"ann"}},
            {"external_contact":{"type":1},"follow_info":{"userid":"bob"}},
            7]}),
    ));
    assert_eq!(
        table(&batch, "relations"),
        [
            "1: userid=ann external_userid=wm1 customer_name=n created_at=2023-11-14T22:13:20Z tags=[et1, et2]",
            "3: userid=ann customer_name=n",
            "5: userid=ann external_userid=wm4 customer_name=n",
        ]
    );
    let place = "document 1, external_contact_list";
    assert_eq!(values(&batch), [format!("5: {place}[4].follow_info.tag_id")]);
    assert_eq!(
        rejects(&batch),
        [
            format!("2: {place}[1].follow_info.userid"),
            format!("4: {place}[3].follow_info"),
            format!("6: {place}[5].external_contact"),
            format!("7: {place}[6].external_userid or unionid or tmp_openid or customer_name"),
            format!("8: {place}[7]"),
        ]
    );
    // Two may be of either, one is of ann, one of bob, and the last of either.
    assert_eq!(doubts(&batch), ["relations of ann: 4", "relations of bob: 1"]);
    let evidence = answer(&batch);
    assert_eq!(*evidence.userids, ["ann".to_owned(), "bob".to_owned()]);
    assert_eq!(
        (evidence.cursor.as_deref(), evidence.next_cursor.as_deref(), &evidence.unlicensed[..]),
        (Some("c1"), None, &["bob".to_owned()][..])
    );
}

#[test]
fn an_old_batch_for_one_account_is_of_that_account() {
    let response = || {
        json!({"errcode":0,"external_contact_list":[{"external_contact":{"external_userid":"wm1"},
        "follow_info":{"remark":"r"}}]})
    };
    for request in [json!({"userid_list":["ann"]}), json!({"userid":"ann"})] {
        let batch = read(envelope("externalcontact/batch/get_by_user", request, response()));
        assert_eq!(table(&batch, "relations"), ["1: userid=ann external_userid=wm1 remark=r"]);
    }
    let bare = read(response());
    assert_eq!((bare.rejects.len(), answer(&bare).envelope), (1, false));
    let flag = read(envelope("externalcontact/batch/get_by_user", json!({"userid_list":[true]}), response()));
    assert_eq!(
        rejects(&flag),
        ["1: document 1, request.userid_list", "2: document 1, external_contact_list[0].follow_info.userid"]
    );
    assert_eq!((doubts(&flag), flag.answers.len()), (vec!["relations of any: 2".to_owned()], 0));
    // A member who cannot be read is not the one who was asked about.
    let mut response = response();
    response["external_contact_list"][0]["follow_info"]["userid"] = json!(1.5);
    let spoilt = read(envelope("externalcontact/batch/get_by_user", json!({"userid_list":["ann"]}), response));
    assert_eq!((rejects(&spoilt).len(), doubts(&spoilt)), (1, vec!["relations of ann: 1".to_owned()]));
}

#[test]
fn an_error_for_accounts_that_cannot_be_read_may_be_of_any() {
    for (endpoint, request, dataset) in [
        ("externalcontact/list", json!({"userid":[1]}), "relations"),
        ("externalcontact/batch/get_by_user", json!({"userid_list":"ann"}), "relations"),
        ("externalcontact/batch/get_by_user", json!([1]), "relations"),
        ("externalcontact/groupchat/list", json!({"owner_filter":{"userid_list":["ann", 1.5]}}), "groups"),
        ("externalcontact/groupchat/list", json!({"owner_filter":7}), "groups"),
    ] {
        let told = read(envelope(endpoint, request, json!({"errcode":45033,"errmsg":"rate"})));
        assert_eq!(
            (rejects(&told).len(), told.answers.len(), doubts(&told)),
            (1, 0, vec![format!("{dataset} of any: 1")]),
            "{endpoint}"
        );
    }
}

#[test]
fn contact_list_marks_contacts_that_are_no_customers() {
    let list = read(json!({"errcode":0,"info_list":[
        {"is_customer":true,"tmp_openid":"T1","external_userid":"wm1","follow_userid":"ann","add_time":1_700_000_000},
        {"is_customer":0,"follow_userid":"ann","name":"***伟","add_time":"1700000000"},
        {"is_customer":false,"follow_userid":"ann","tmp_openid":"T2"},
        {"is_customer":"maybe","follow_userid":"ann","name":"wei"},
        {"is_customer":true,"follow_userid":"ann"},
        {"is_customer":true,"external_userid":"wm2"},
        {"is_customer":true,"external_userid":"wm1","tmp_openid":"T1","chat_id":"wr1","add_time":1_700_000_000},
        {"is_customer":true,"external_userid":"wm1","follow_userid":{},"chat_id":"wr1"},
        {"is_customer":false,"external_userid":"wm3"},
        null]}));
    assert_eq!(
        table(&list, "relations"),
        [
            "1: userid=ann external_userid=wm1 is_customer=true created_at=2023-11-14T22:13:20Z tmp_openid=T1",
            "2: userid=ann customer_name=***伟 is_customer=false created_at=2023-11-14T22:13:20Z",
            "3: userid=ann is_customer=false tmp_openid=T2",
            "4: userid=ann customer_name=wei unreadable=[is_customer]",
        ]
    );
    let place = "document 1, info_list";
    assert_eq!(values(&list), [format!("4: {place}[3].is_customer")]);
    assert_eq!(
        rejects(&list),
        [
            format!("5: {place}[4].external_userid or unionid or tmp_openid or customer_name"),
            format!("6: {place}[5].userid"),
            format!("8: {place}[7].follow_userid"),
            format!("10: {place}[9]"),
        ]
    );
    assert_eq!(
        passed_over(&list),
        ["contact_list: non-customers whom no member added: 1", "contact_list: rows by group, without a relation: 1"]
    );
}

#[test]
fn unassigned_pairs_and_the_end_of_their_pages() {
    let page = json!({"errcode":0,"info":[{"handover_userid":"ann","external_userid":"wm1",
        "dimission_time":1_700_000_000},
        {"handover_userid":"ann"}],"is_last":true,"next_cursor":"c2"});
    let list = read(page);
    assert_eq!(table(&list, "unassigned"), ["1: handover_userid=ann external_userid=wm1 left_at=2023-11-14T22:13:20Z"]);
    assert_eq!(rejects(&list), ["2: document 1, info[1].external_userid"]);
    assert_eq!(doubts(&list), ["unassigned of ann: 1"]);
    assert_eq!((answer(&list).next_cursor.as_deref(), answer(&list).envelope), (None, false));
    let unclear = read(json!({"errcode":0,"info":[{"handover_userid":{},"external_userid":"wm1"}],"is_last":"so"}));
    assert_eq!(
        (answer(&unclear).next_cursor.as_deref(), values(&unclear)),
        (Some("\u{fffd}next"), vec!["0: document 1, is_last".to_owned()])
    );
    assert_eq!(
        (rejects(&unclear), doubts(&unclear)),
        (vec!["1: document 1, info[0].handover_userid".into()], vec!["unassigned of any: 1".into()])
    );
}

#[test]
fn an_unreadable_cursor_neither_begins_nor_ends_a_chain() {
    let page = |cursor: Json, next: Json| {
        read(envelope(
            "externalcontact/batch/get_by_user",
            json!({"userid_list":["ann"],"cursor":cursor}),
            json!({"errcode":0,"external_contact_list":[],"next_cursor":next}),
        ))
    };
    let cursors = |cursor: Json, next: Json| {
        let page = page(cursor, next);
        (answer(&page).cursor.clone(), answer(&page).next_cursor.clone(), values(&page))
    };
    assert_eq!(cursors(json!(""), json!(null)), (None, None, Vec::new()));
    let place = |field: &str| format!("0: document 1, {field}");
    let (cursor, next, told) = cursors(json!({"a":1}), json!(["c"]));
    assert_ne!((&cursor, &next), (&None, &None));
    assert_ne!(cursor, next, "an unreadable page does not follow on another");
    assert_eq!(told, [place("request.cursor"), place("next_cursor")]);
    assert_eq!(cursors(json!("a\u{fffd}"), json!("c")).0, cursor);
}

#[test]
fn unreadable_licences_put_all_accounts_in_doubt() {
    for (fail_info, place) in [
        (json!({"unlicensed_userid_list":["bob", 1.5]}), "fail_info.unlicensed_userid_list"),
        (json!({"unlicensed_userid_list":"bob"}), "fail_info.unlicensed_userid_list"),
        (json!("bob"), "fail_info"),
    ] {
        let page = read(envelope(
            "externalcontact/batch/get_by_user",
            json!({"userid_list":["ann","bob"]}),
            json!({"errcode":0,"external_contact_list":[],"fail_info":fail_info}),
        ));
        assert_eq!(values(&page), [format!("0: document 1, {place}")]);
        assert_eq!(doubts(&page), ["relations of ann: 0", "relations of bob: 0"]);
    }
}

#[test]
fn groups_and_their_members() {
    let list =
        read(json!({"errcode":0,"group_chat_list":[{"chat_id":"wr1","status":0},{"chat_id":true},{"chat_id":"wr2",
            "status":"gone"}]}));
    assert_eq!(
        (table(&list, "groups"), rejects(&list), values(&list)),
        (
            vec!["1: chat_id=wr1 status=0".into(), "3: chat_id=wr2".into()],
            vec!["2: document 1, group_chat_list[1].chat_id".into()],
            vec!["3: document 1, group_chat_list[2].status".into()],
        )
    );
    assert_eq!(doubts(&list), ["groups of any: 1"]);
    let get =
        read(json!({"errcode":0,"group_chat":{"chat_id":"wr1","name":"fans","owner":"ann","create_time":1_700_000_000,
            "member_list":[
        {"userid":"ann","type":1,"join_time":1_700_000_000,"join_scene":1},
        {"userid":"wm1","type":"2","unionid":"o1","state":"s","invitor":{"userid":"ann"}}]}}));
    assert_eq!(
        table(&get, "groups"),
        ["1: chat_id=wr1 name=fans owner_userid=ann created_at=2023-11-14T22:13:20Z member_count=2 \
                external_member_count=1"]
    );
    assert_eq!(
        table(&get, "group_members"),
        [
            "2: chat_id=wr1 userid=ann kind=member joined_at=2023-11-14T22:13:20Z join_scene=1",
            "3: chat_id=wr1 userid=wm1 kind=external unionid=o1 state=s",
        ]
    );
    let envelope = read(envelope(
        "externalcontact/groupchat/get",
        json!({"chat_id":"wr1"}),
        json!({"errcode":0,"group_chat":{"chat_id":"wr1"}}),
    ));
    assert_eq!(
        (answer(&envelope).subject.as_deref(), table(&envelope, "groups")),
        (Some("wr1"), vec!["1: chat_id=wr1".to_owned()])
    );
}

#[test]
fn unreadable_values_of_a_group_and_its_members() {
    let get = read(json!({"errcode":0,"group_chat":{"chat_id":"wr1","owner":{},"create_time":"soon","member_list":[
        {"userid":"wm2","type":3}, {"type":2,"unionid":1.5,"join_time":"x"}, "wm3"]}}));
    assert_eq!(table(&get, "groups"), ["1: chat_id=wr1 member_count=3 unreadable=[owner_userid, created_at]"]);
    assert_eq!(
        table(&get, "group_members"),
        [
            "2: chat_id=wr1 userid=wm2 unreadable=[kind]",
            "3: chat_id=wr1 kind=external unreadable=[unionid]",
            "4: chat_id=wr1 unreadable=[userid, unionid]",
        ]
    );
    let (group, members) = ("document 1, group_chat", "document 1, group_chat.member_list");
    assert_eq!(
        values(&get),
        [
            format!("1: {group}.owner"),
            format!("1: {group}.create_time"),
            format!("2: {members}[0].type"),
            format!("3: {members}[1].unionid"),
            format!("3: {members}[1].join_time"),
            format!("4: {members}[2]"),
        ]
    );
    assert!(doubts(&get).is_empty());
    let no_list = read(json!({"errcode":0,"group_chat":{"chat_id":"wr1","name":"fans","member_list":5}}));
    assert_eq!(table(&no_list, "groups"), ["1: chat_id=wr1 name=fans unreadable=[unionid]"]);
    assert_eq!(values(&no_list), [format!("1: {members}")]);
    let nameless =
        read(json!({"errcode":0,"group_chat":{"chat_id":1.5,"owner":"ann","member_list":[{"userid":"ann","type":1}]}}));
    assert_eq!(rejects(&nameless), [format!("1: {group}.chat_id"), format!("2: {group}.chat_id")]);
    assert_eq!(doubts(&nameless), ["groups of ann: 1", "group_members of any: 1"]);
    let no_group = read(json!({"errcode":0,"group_chat":"wr1"}));
    assert_eq!(
        (rejects(&no_group), doubts(&no_group)),
        (vec![format!("1: {group}")], vec!["groups of any: 1".into(), "group_members of any: 0".into()])
    );
}

#[test]
fn join_codes_there_and_deleted() {
    let code = read(json!({"errcode":0,"join_way":{"config_id":"c1","scene":2,"remark":"r","auto_create_room":1,
            "chat_id_list":["wr1","wr2"],"state":"s"}}));
    assert_eq!(
        table(&code, "join_codes"),
        ["1: config_id=c1 chat_ids=[wr1, wr2] auto_create_room=true state=s remark=r scene=2 deleted=false"]
    );
    let empty = read(json!({"errcode":0,"join_way":{"config_id":"c1","chat_id_list":null}}));
    assert_eq!(table(&empty, "join_codes"), ["1: config_id=c1 chat_ids=[] deleted=false"]);
    for (list, chat_ids) in [(json!("wr1"), ""), (json!([1.5]), ""), (json!(["wr1", {}, "wr2"]), "wr1, wr2")] {
        let code = read(json!({"errcode":0,"join_way":{"config_id":"c1","chat_id_list":list}}));
        assert_eq!(
            table(&code, "join_codes"),
            [format!("1: config_id=c1 chat_ids=[{chat_ids}] deleted=false unreadable=[chat_ids]")]
        );
        assert_eq!(values(&code), ["1: document 1, join_way.chat_id_list"]);
    }
    for (join_way, place) in [(json!({"config_id":true}), "join_way.config_id"), (json!("c1"), "join_way")] {
        let code = read(json!({"errcode":0,"join_way":join_way}));
        assert_eq!(
            (rejects(&code), doubts(&code)),
            (vec![format!("1: document 1, {place}")], vec!["join_codes of any: 1".to_owned()])
        );
    }
    let ask = |request: Json| {
        read(envelope("externalcontact/groupchat/get_join_way", request, json!({"errcode":41044,"errmsg":"invalid"})))
    };
    assert_eq!(table(&ask(json!({"config_id":"c1"})), "join_codes"), ["1: config_id=c1 deleted=true"]);
    assert_eq!(
        (answer(&ask(json!({"config_id":"c1"}))).errcode, answer(&ask(json!({"config_id":"c1"}))).subject.as_deref()),
        (41044, Some("c1"))
    );
    assert_eq!(passed_over(&ask(json!({}))), ["error answers (errcode 41044): 1"]);
    let unclear = ask(json!({"config_id":1.5}));
    assert_eq!(
        (rejects(&unclear), doubts(&unclear)),
        (vec!["1: document 1, request.config_id".into()], vec!["join_codes of any: 1".into()])
    );
}

#[test]
fn errors_are_records_passed_over_and_evidence_in_an_envelope() {
    let bare = read(json!({"errcode":84061,"errmsg":"no","external_userid":[]}));
    assert_eq!(
        (passed_over(&bare), bare.answers.len()),
        (vec!["error answers without envelope (errcode 84061): 1".to_owned()], 0)
    );
    let told = read(envelope(
        "externalcontact/list",
        json!({"userid":"ann"}),
        json!({"errcode":"45033","errmsg":"rate","external_userid":[]}),
    ));
    assert_eq!(passed_over(&told), ["error answers (errcode 45033): 1"]);
    assert_eq!(
        (answer(&told).errcode, answer(&told).errmsg.as_str(), &*answer(&told).userids),
        (45033, "rate", &["ann".to_owned()][..])
    );
    let unnamed = read(json!({"request":{"userid":"ann"},"response":{"errcode":40014}}));
    assert_eq!(passed_over(&unnamed), ["error answers without envelope (errcode 40014): 1"]);
}

#[test]
fn transfers_inside_a_corp_are_passed_over() {
    for endpoint in ["externalcontact/transfer_result", "externalcontact/resigned/transfer_result"] {
        let transfer = read(envelope(
            endpoint,
            json!({}),
            json!({"errcode":0,"customer":[{"external_userid":"wm1","status":1},{}]}),
        ));
        assert_eq!(passed_over(&transfer), ["transfer_result is about transfers inside a corp only (D2): 2"]);
        assert_eq!(answer(&transfer).endpoint, Endpoint::TransferResult);
    }
}

#[test]
fn the_payload_key_decides_the_endpoint_of_an_envelope_without_one() {
    let told = read(json!({"request":{"userid":"ann"},"response":{"errcode":0,"external_userid":["wm1"]}}));
    assert_eq!((table(&told, "relations").len(), answer(&told).endpoint), (1, Endpoint::ExternalcontactList));
}

#[test]
fn fetched_at_is_written_in_several_ways() {
    let at = |fetched_at: Json| {
        let document = json!({"endpoint":"externalcontact/get_follow_user_list","fetched_at":fetched_at,
            "response":{"errcode":0,"follow_user":[]}});
        decode_all(&[document]).map(|records| records.answers[0].fetched_at)
    };
    for fetched_at in
        [json!("2026-04-30T14:00:00Z"), json!(1_777_557_600), json!("1777557600"), json!("2026-04-30 22:00:00")]
    {
        assert_eq!(at(fetched_at), Ok(Some(1_777_557_600_000_000)));
    }
    assert_eq!(at(json!(null)), Ok(None));
    assert_eq!(at(json!("lately")), Ok(None));
}

#[test]
fn an_answer_of_an_unknown_time_puts_its_accounts_in_doubt() {
    let lately = |endpoint: &str, request: Json, mut response: Json| {
        response["errcode"] = json!(0);
        let told = read(json!({"endpoint":endpoint,"request":request,"fetched_at":"lately","response":response}));
        assert_eq!(values(&told), ["0: document 1, fetched_at"]);
        doubts(&told)
    };
    assert_eq!(lately("externalcontact/list", json!({"userid":"ann"}), json!({})), ["relations of ann: 0"]);
    assert_eq!(
        lately("externalcontact/groupchat/get_join_way", json!({"config_id":"c1"}), json!({})),
        ["join_codes of any: 0"]
    );
    let customer = |userid: Json| {
        json!({"external_contact":{"external_userid":"wm1"},"follow_user":[{"userid":"ann"},
        {"userid":userid}]})
    };
    assert_eq!(
        lately("externalcontact/get", json!({}), customer(json!("bob"))),
        ["relations of ann: 0", "relations of bob: 0"]
    );
}

#[test]
fn the_evidence_of_a_group_list_has_the_owners_asked_about() {
    let list = |request: Json| {
        read(envelope(
            "externalcontact/groupchat/list",
            request,
            json!({"errcode":0,"group_chat_list":[],"next_cursor":"c"}),
        ))
    };
    assert_eq!(*answer(&list(json!({"owner_filter":{"userid_list":["ann"]}}))).userids, ["ann".to_owned()]);
    assert_eq!(answer(&list(json!({}))).userids.len(), 0);
    assert_eq!(*answer(&list(json!({"owner_filter":{"userid_list":[1]}}))).userids, ["1".to_owned()]);
    for (filter, is_whole) in
        [(json!(0), true), (json!("0"), true), (json!(null), true), (json!(1), false), (json!("x"), false)]
    {
        let list = list(json!({"status_filter": filter}));
        assert_eq!(answer(&list).cursor.is_none(), is_whole, "{filter}: a page without a first one");
    }
}

#[test]
fn unrecognised_documents_have_a_fault() {
    for (document, key, problem) in [
        (json!({"hello":1}), "", "looked for answers of user/simplelist"),
        (json!({"errcode":0,"errmsg":"ok"}), "", "neither an answer of a known endpoint nor an envelope"),
        (json!({"errcode":0,"userlist":[],"info":[]}), "", "keys of both"),
        (json!({"errcode":0,"userlist":{"userid":"ann"}}), "userlist", "not an array"),
        (json!({"errcode":"none","userlist":[]}), "errcode", "neither a whole number"),
        (json!({"errcode":"null","userlist":[]}), "errcode", "neither a whole number"),
        (envelope("externalcontact/remark", json!({}), json!({"errcode":0})), "endpoint", "an unknown endpoint"),
        (envelope("user/list", json!({}), json!({"errcode":0,"info":[]})), "endpoint", "the response is of"),
        (envelope("user/list", json!({}), json!({"errcode":0,"userlist":"x"})), "userlist", "not an array"),
        (envelope("user/list", json!({}), json!("ok")), "response", "not an object"),
        (json!({"endpoint":"user/list","request":{}}), "response", "without `response`"),
    ] {
        let fault = fault(document);
        assert_eq!(fault.key, key, "{fault:?}");
        assert!(fault.problem.tell(Lang::En).contains(problem), "{fault:?}");
        assert!(!fault.remedy.tell(Lang::En).is_empty());
    }
}

/// What a document with a fault, or the beginning of one, counts as.
fn torn_doubts(text: &str) -> Vec<String> {
    let (mut part, zone) = (PartRecords::new(0), TimeZone::UTC);
    let fault = decode(&mut part, &zone, 3, text.as_bytes(), &mut TextMarks::default()).unwrap_err();
    torn(&mut part, &zone, 3, 100 + fault.offset as u64, text.as_bytes(), &fault);
    let records = decoded(part);
    if records.tally.passed_over.is_empty() {
        assert_eq!((records.tally.records_read, records.tally.rejected, records.answers.len()), (1, 1, 0));
        assert!(
            records.rejects[0].place.starts_with("document 3, ") && records.tables.is_empty(),
            "{:?}",
            records.rejects
        );
    }
    doubts(&records)
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
    assert_eq!(torn_doubts(batch), ["relations of ann: 1", "relations of bob: 0"]);
    assert_eq!(torn_doubts(&format!("{batch}\"request\"")), of_any(&all), "two documents in one");
    assert_eq!(torn_doubts(&batch[..80]), of_any(&["relations"]), "the request is torn");
    assert_eq!(torn_doubts(&batch.replace("bob", "b\u{fffd}b")), of_any(&["relations"]));
    assert_eq!(torn_doubts(&batch[..40]), of_any(&all));
    assert_eq!(
        torn_doubts(r#"{"endpoint":"externalcontact/groupchat/get","request":{"chat_id":"wr1"},"response":{"#),
        of_any(&["groups", "group_members"])
    );
    let groups = concat!(
        r#"{"endpoint":"externalcontact/groupchat/list","request":{"owner_filter":{"userid_list":["ann"]}},"#,
        r#""response":7}"#
    );
    assert_eq!(torn_doubts(groups), ["groups of ann: 1"]);
    assert_eq!(
        torn_doubts(r#"{"endpoint":"externalcontact/get_follow_user_list","response":{"errcode":"x"}}"#),
        of_any(&["follow_users"])
    );
    assert_eq!(
        torn_doubts(r#"{"endpoint":"externalcontact/remark","request":{"userid":"ann"},"response":{"errcode":0}}"#)
            .len(),
        all.len()
    );
    assert_eq!(torn_doubts(r#"{"errcode":0,"userlist":[{"userid":"a"#), of_any(&["members"]));
    assert_eq!(
        torn_doubts(r#"{"endpoint":"user/list","response":{"errcode":0,"info":[]}}"#),
        of_any(&all),
        "the marks contradict"
    );
    assert_eq!(
        torn_doubts(r#"{"endpoint":"externalcontact/transfer_result","response":{"errcode":0,"customer":["#),
        [""; 0]
    );
    assert_eq!(torn_doubts("{\"\\x"), of_any(&all));
}

#[test]
fn a_torn_customer_is_in_doubt_alone() {
    let get = r#"{"endpoint":"externalcontact/get","request":{"external_userid":"wm1"},"response":{"errcode":0,"#;
    let (mut part, fault) = (PartRecords::new(0), DocumentFault::new("", say::CUT_OFF, say::CUT_OFF_REMEDY));
    torn(&mut part, &TimeZone::UTC, 1, 0, get.as_bytes(), &fault);
    let mut records = FileRecords::default();
    records.append(part).unwrap();
    let [(Dataset::Relations, None, doubt)] = records.doubts.iter().collect::<Vec<_>>()[..] else {
        panic!("{:?}", records.doubts)
    };
    assert_eq!(
        doubt.customers,
        DoubtfulCustomers::from_key(CustomerKey { external_userid: Some("wm1".into()), unionid: None })
    );
}

fn raw(document: &[u8]) -> Result<Decoded, DocumentFault> {
    let mut part = PartRecords::new(0);
    decode(&mut part, &TimeZone::UTC, 1, document, &mut TextMarks::default())?;
    Ok(decoded(part))
}

#[test]
fn unsound_text_is_repaired() {
    for unsound in [&b"\xff"[..], b"\\ud83d", b"\n", b"\xe6\x9e"] {
        let name =
            [&br#"{"errcode":0,"userlist":[{"userid":"ann","name":"A"#[..], unsound, br#""},{"userid":"bob"}]}"#]
                .concat();
        let records = raw(&name).unwrap();
        let rows = table(&records, "members");
        assert!(rows[0].starts_with("1: userid=ann name=A\u{fffd}") && rows[1] == "2: userid=bob", "{rows:?}");
        assert_eq!(
            (values(&records), rejects(&records)),
            (vec!["1: document 1, userlist[0].name".to_owned()], Vec::new())
        );
        let userid = [&br#"{"errcode":0,"userlist":[{"userid":"a"#[..], unsound, br#"b","name":"A"}]}"#].concat();
        assert_eq!(rejects(&raw(&userid).unwrap()), ["1: document 1, userlist[0].userid"]);
    }
}

#[test]
fn a_field_may_have_an_unsound_key() {
    let item = |customer: &str, follow: &str| {
        raw(format!(r#"{{"errcode":0,"external_contact":{{{customer}}},"follow_user":[{{{follow}}}]}}"#).as_bytes())
            .unwrap()
    };
    let get =
        item("\"external_userid\":\"wm1\",\"name\":\"wei\",\"type\":1,\"un\u{fffd}onid\":\"o1\"", r#""userid":"ann""#);
    assert_eq!(
        table(&get, "relations"),
        ["1: userid=ann external_userid=wm1 customer_name=wei customer_type=1 unreadable=[unionid]"]
    );
    let get = item(r#""external_userid":"wm1""#, "\"user\u{fffd}d\":\"ann\"");
    assert_eq!(rejects(&get), ["1: document 1, follow_user[0].userid"]);
    // A page of which it cannot be told whether it is the last, nor who has no licence.
    let page = raw(
        "{\"endpoint\":\"externalcontact/batch/get_by_user\",\"request\":{\"userid_list\":[\"ann\"]},\"response\":\
         {\"errcode\":0,\"external_contact_list\":[],\"next_cur\u{fffd}or\":\"c\"}}"
            .as_bytes(),
    );
    let page = page.unwrap();
    assert_eq!(
        (answer(&page).next_cursor.as_deref(), doubts(&page)),
        (Some("\u{fffd}next"), vec!["relations of ann: 0".to_owned()])
    );
    // A key that does not matter.
    let list = raw("{\"errcode\":0,\"errm\u{fffd}g\":\"ok\",\"userlist\":[{\"userid\":\"ann\"}]}".as_bytes()).unwrap();
    assert_eq!(table(&list, "members"), ["1: userid=ann"]);
    for torn in [
        "{\"errc\u{fffd}de\":0,\"userlist\":[]}",
        "{\"endpoint\":\"user/list\",\"respo\u{fffd}se\":{}}",
        "{\"errcode\":0,\"userl\u{fffd}st\":[]}",
    ] {
        assert!(raw(torn.as_bytes()).is_err(), "{torn}");
    }
}

#[test]
fn items_without_an_answer_are_decoded() {
    let items = decode_all(&[
        json!({"external_contact":{"external_userid":"wm1","name":"wei"},"follow_info":{"userid":"ann",
            "createtime":1_700_000_000}}),
        json!({"external_contact":{"external_userid":"wm2"},"follow_user":[{"userid":"bob"}]}),
        json!({"is_customer":true,"tmp_openid":"T1","external_userid":"wm3","follow_userid":"ann"}),
        json!({"handover_userid":"cat","external_userid":"wm4"}),
        json!({"chat_id":"wr1","name":"fans","owner":"ann","member_list":[{"userid":"ann","type":1}]}),
        json!({"chat_id":"wr2","status":1}),
        json!({"config_id":"c1","chat_id_list":["wr1"]}),
        json!({"external_contact":{"external_userid":"wm5"},"follow_info":"ann"}),
        json!({"external_contact":{"external_userid":"wm6"}}),
        json!({"is_customer":false,"external_userid":null,"follow_userid":"ann","name":"wei"}),
        json!({"external_contact":{"external_userid":"wm7"},"follow_info":null}),
    ])
    .unwrap();
    assert_eq!(
        table(&items, "relations"),
        [
            "1: userid=ann external_userid=wm1 customer_name=wei created_at=2023-11-14T22:13:20Z",
            "2: userid=bob external_userid=wm2",
            "3: userid=ann external_userid=wm3 is_customer=true tmp_openid=T1",
            "11: userid=ann customer_name=wei is_customer=false",
        ]
    );
    assert_eq!(table(&items, "unassigned"), ["4: handover_userid=cat external_userid=wm4"]);
    assert_eq!(
        table(&items, "groups"),
        ["5: chat_id=wr1 name=fans owner_userid=ann member_count=1 external_member_count=0", "7: chat_id=wr2 status=1"]
    );
    assert_eq!(table(&items, "group_members"), ["6: chat_id=wr1 userid=ann kind=member"]);
    assert_eq!(table(&items, "join_codes"), ["8: config_id=c1 chat_ids=[wr1] deleted=false"]);
    assert_eq!(rejects(&items), ["9: document 8, follow_info", "12: document 11, follow_info"]);
    assert_eq!(
        (items.answers.len(), passed_over(&items)),
        (0, vec!["externalcontact/get without a follower: 1".to_owned()])
    );
    assert!(decode_all(&[json!({"userid":"ann"})]).is_err());
}

#[test]
fn half_a_pair_of_surrogates_costs_an_item_one_value() {
    let item = br#"{"is_customer":true,"tmp_openid":"o\ud83d3","external_userid":"wm3","follow_userid":"ann"}"#;
    let mut part = PartRecords::new(0);
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    decode(&mut part, &zone, 1, item, &mut TextMarks::default()).unwrap();
    let mut records = FileRecords::default();
    records.append(part).unwrap();
    assert_eq!(table(&records, "relations"), ["1: userid=ann external_userid=wm3 is_customer=true"]);
    assert_eq!((rejects(&records).len(), values(&records)), (0, vec!["1: document 1, tmp_openid".to_owned()]));
}
