//! Every endpoint and every leniency, on documents as short as can be.

use serde_json::{Value as Json, json};

use super::*;
use crate::ingest::part::FileRecords;
use crate::ingest::raw::Answer;
use crate::ingest::tests::rows;
use crate::text::Lang;

fn decode_all(documents: &[Json]) -> Result<FileRecords, DocumentFault> {
    let mut part = Part::new(0);
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    for (number, document) in (1..).zip(documents) {
        decode(&mut part, &zone, number, document.to_string().as_bytes(), &mut TextMarks::default())?;
    }
    let mut records = FileRecords::default();
    records.append(part).unwrap();
    records.check().unwrap();
    Ok(records)
}

fn read(document: Json) -> FileRecords {
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
    records.rejects.iter().map(|reject| format!("{}: {}", reject.record, reject.place)).collect()
}

fn passed_over(records: &FileRecords) -> Vec<String> {
    records.tally.passed_over.iter().map(|(why, records)| format!("{why}: {records}")).collect()
}

fn answer(records: &FileRecords) -> &Answer {
    assert_eq!(records.answers.len(), 1);
    &records.answers[0]
}

#[test]
fn members_come_from_three_lists_and_the_permission_from_a_fourth() {
    let simple = read(json!({"errcode":0,"userlist":[{"userid":"ann","name":"Ann","department":[1,2]},{"userid":"bob","name":null}]}));
    assert_eq!(table(&simple, "members"), ["1: userid=ann name=Ann", "2: userid=bob"]);
    assert_eq!((answer(&simple).endpoint, answer(&simple).envelope), (Endpoint::UserSimplelist, false));
    let detailed = read(json!({"errcode":"0","userlist":[{"userid":"ann","name":7,"status":"1","gender":"1"}]}));
    assert_eq!(table(&detailed, "members"), ["1: userid=ann name=7 status=1"]);
    assert_eq!(answer(&detailed).endpoint, Endpoint::UserList);
    let ids = read(json!({"errcode":0,"next_cursor":"c2","dept_user":[{"userid":"ann","department":1},{"department":2}]}));
    assert_eq!(table(&ids, "members"), ["1: userid=ann"]);
    assert_eq!(rejects(&ids), ["2: document 1, dept_user[1].userid"]);
    assert_eq!(answer(&ids).next_cursor.as_deref(), Some("c2"));
    let followers = read(json!({"errcode":0,"follow_user":["ann",12,{"userid":"x"},""]}));
    assert_eq!(table(&followers, "members"), ["1: userid=ann has_customer_contact=true"]);
    assert_eq!(rejects(&followers), ["2: document 1, follow_user[1]", "3: document 1, follow_user[2]", "4: document 1, follow_user[3]"]);
}

#[test]
fn a_list_is_tied_to_its_member_by_the_envelope() {
    let list = read(envelope("externalcontact/list", json!({"userid":"ann"}), json!({"errcode":0,"external_userid":["wm1",5,"wm2"]})));
    assert_eq!(table(&list, "relations"), ["1: userid=ann external_userid=wm1", "3: userid=ann external_userid=wm2"]);
    assert_eq!(rejects(&list), ["2: document 1, external_userid[1]"]);
    let evidence = answer(&list);
    assert_eq!((&*evidence.userids, evidence.envelope, evidence.errcode), (&["ann".to_owned()][..], true, 0));
    assert_eq!(evidence.fetched_at, Some(1_777_557_600_000_000));
    let bare = read(json!({"errcode":0,"external_userid":["wm1","wm2"]}));
    assert_eq!(passed_over(&bare), ["bare externalcontact/list cannot be tied to a member: 2"]);
    assert!(bare.answers.is_empty());
    let nobody = read(envelope("externalcontact/list", json!({}), json!({"errcode":0,"external_userid":["wm1"]})));
    assert_eq!((nobody.tally.passed_over.len(), answer(&nobody).envelope), (1, false));
    let number = read(envelope("externalcontact/list", json!({"userid":123}), json!({"errcode":0,"external_userid":["wm1"]})));
    assert_eq!((rejects(&number), answer(&number).envelope), (vec!["1: document 1, request.userid".to_owned()], false));
    let empty = read(envelope("externalcontact/list", json!({"userid":"ann"}), json!({"errcode":0,"external_userid":null})));
    assert_eq!((empty.tally.records_read, empty.answers.len()), (0, 1));
}

#[test]
fn get_gives_a_relation_per_follower() {
    let get = read(json!({"errcode":0,"errmsg":"ok",
        "external_contact":{"external_userid":"wm1","name":"wei","type":"1","unionid":"o1","gender":"1","new_key":{"x":[1]}},
        "follow_user":[
            {"userid":"ann","remark":"","description":"d","createtime":"1700000000","add_way":"9999","state":5,"remark_mobiles":[13_800_000_000_u64],
             "tags":[{"group_name":"g","tag_name":"t","tag_id":"et1"},{"tag_name":"own","type":2},{"tag_id":"et2"}]},
            {"userid":"bob","createtime":5_000_000_000_u64,"tags":[],"state":[]},
            {"userid":7},{"userid":"cat","createtime":-1},{"createtime":1},"dan"]}));
    let contact = "external_userid=wm1 unionid=o1 customer_name=wei customer_type=1";
    assert_eq!(
        table(&get, "relations"),
        [
            format!("1: userid=ann {contact} created_at=2023-11-14T22:13:20Z add_way=9999 state=5 description=d tags=[g/t, own, et2]"),
            format!("2: userid=bob {contact} created_at=2128-06-11T08:53:20Z"),
        ]
    );
    let place = "document 1, follow_user";
    assert_eq!(
        rejects(&get),
        [format!("3: {place}[2].userid"), format!("4: {place}[3].createtime"), format!("5: {place}[4].userid"), format!("6: {place}[5]")]
    );
    assert!(get.rejects[0].reason.contains("leading zeros and digits beyond 2^53"));
    assert!(get.answers.is_empty());
}

#[test]
fn get_needs_a_customer_and_a_follower() {
    let alone = read(json!({"errcode":0,"external_contact":{"external_userid":"wm1"},"follow_user":[]}));
    assert_eq!(passed_over(&alone), ["externalcontact/get without a follower: 1"]);
    let number =
        read(json!({"errcode":0,"external_contact":{"external_userid":9_007_199_254_740_993_u64},"follow_user":[{"userid":"ann"}]}));
    assert_eq!(rejects(&number), ["1: document 1, external_contact.external_userid"]);
    let nobody = read(json!({"errcode":0,"external_contact":[],"follow_user":[{"userid":"ann"},{"userid":"bob"}]}));
    assert_eq!(rejects(&nobody), ["1: document 1, external_contact", "2: document 1, external_contact"]);
}

#[test]
fn batch_gives_a_relation_per_item_and_evidence_per_account() {
    let item = |id: &str, follow: Json| json!({"external_contact":{"external_userid":id,"name":"n"},"follow_info":follow});
    let batch = read(envelope(
        "/cgi-bin/externalcontact/batch/get_by_user?access_token=x",
        json!({"userid_list":["ann","bob"],"cursor":"c1","limit":100}),
        json!({"errcode":0,"next_cursor":"","fail_info":{"unlicensed_userid_list":["bob"]},"external_contact_list":[
            item("wm1", json!({"userid":"ann","createtime":1_700_000_000,"tag_id":["et1","et2"]})),
            item("wm2", json!({"remark":"old dump"})),
            {"external_contact":{"name":"n"},"follow_info":{"userid":"ann"}},
            {"external_contact":{"external_userid":"wm3"}},
            item("wm4", json!({"userid":"ann","tag_id":[3]}))]}),
    ));
    assert_eq!(
        table(&batch, "relations"),
        ["1: userid=ann external_userid=wm1 customer_name=n created_at=2023-11-14T22:13:20Z tags=[et1, et2]"]
    );
    let place = "document 1, external_contact_list";
    assert_eq!(
        rejects(&batch),
        [
            format!("2: {place}[1].follow_info.userid"),
            format!("3: {place}[2].external_contact.external_userid"),
            format!("4: {place}[3].follow_info"),
            format!("5: {place}[4].follow_info.tag_id"),
        ]
    );
    let evidence = answer(&batch);
    assert_eq!(*evidence.userids, ["ann".to_owned(), "bob".to_owned()]);
    assert_eq!(
        (evidence.cursor.as_deref(), evidence.next_cursor.as_deref(), &evidence.unlicensed[..]),
        (Some("c1"), None, &["bob".to_owned()][..])
    );
}

#[test]
fn an_old_batch_for_one_account_is_of_that_account() {
    let response =
        || json!({"errcode":0,"external_contact_list":[{"external_contact":{"external_userid":"wm1"},"follow_info":{"remark":"r"}}]});
    for request in [json!({"userid_list":["ann"]}), json!({"userid":"ann"})] {
        let batch = read(envelope("externalcontact/batch/get_by_user", request, response()));
        assert_eq!(table(&batch, "relations"), ["1: userid=ann external_userid=wm1 remark=r"]);
    }
    let bare = read(response());
    assert_eq!((bare.rejects.len(), bare.answers.len()), (1, 0));
    let number = read(envelope("externalcontact/batch/get_by_user", json!({"userid_list":[1]}), response()));
    assert_eq!((number.rejects.len(), answer(&number).envelope), (1, false));
}

#[test]
fn contact_list_shows_who_is_no_customer() {
    let list = read(json!({"errcode":0,"info_list":[
        {"is_customer":true,"external_userid":"wm1","follow_userid":"ann","add_time":1_700_000_000},
        {"is_customer":0,"follow_userid":"ann","name":"wei","add_time":"1700000000"},
        {"is_customer":false,"follow_userid":"ann"},
        {"is_customer":true,"follow_userid":"ann","name":"wei"},
        {"is_customer":true,"external_userid":"wm2"},
        {"is_customer":false,"external_userid":"wm3"},
        null]}));
    assert_eq!(
        table(&list, "relations"),
        [
            "1: userid=ann external_userid=wm1 is_customer=true created_at=2023-11-14T22:13:20Z",
            "2: userid=ann customer_name=wei is_customer=false created_at=2023-11-14T22:13:20Z",
        ]
    );
    let place = "document 1, info_list";
    assert_eq!(
        rejects(&list),
        [
            format!("3: {place}[2].external_userid"),
            format!("4: {place}[3].external_userid"),
            format!("5: {place}[4].follow_userid"),
            format!("7: {place}[6]"),
        ]
    );
    assert_eq!(passed_over(&list), ["contact_list: non-customers whom no member added: 1"]);
}

#[test]
fn unassigned_pairs_and_the_end_of_their_pages() {
    let page = json!({"errcode":0,"info":[{"handover_userid":"ann","external_userid":"wm1","dimission_time":1_700_000_000},
        {"handover_userid":"ann"}],"is_last":true,"next_cursor":"c2"});
    let list = read(page);
    assert_eq!(table(&list, "unassigned"), ["1: handover_userid=ann external_userid=wm1 left_at=2023-11-14T22:13:20Z"]);
    assert_eq!(rejects(&list), ["2: document 1, info[1].external_userid"]);
    assert_eq!((answer(&list).next_cursor.as_deref(), answer(&list).envelope), (None, false));
}

#[test]
fn groups_and_their_members() {
    let list = read(json!({"errcode":0,"group_chat_list":[{"chat_id":"wr1","status":0},{"chat_id":5}]}));
    assert_eq!(
        (table(&list, "groups"), rejects(&list)),
        (vec!["1: chat_id=wr1 status=0".into()], vec!["2: document 1, group_chat_list[1].chat_id".into()])
    );
    let get =
        read(json!({"errcode":0,"group_chat":{"chat_id":"wr1","name":"fans","owner":"ann","create_time":1_700_000_000,"member_list":[
        {"userid":"ann","type":1,"join_time":1_700_000_000,"join_scene":1},
        {"userid":"wm1","type":"2","unionid":"o1","state":"s","invitor":{"userid":"ann"}},
        {"userid":"wm2","type":3}, {"type":2}]}}));
    assert_eq!(
        table(&get, "groups"),
        ["1: chat_id=wr1 name=fans owner_userid=ann created_at=2023-11-14T22:13:20Z member_count=4 external_member_count=2"]
    );
    assert_eq!(
        table(&get, "group_members"),
        [
            "2: chat_id=wr1 userid=ann kind=member joined_at=2023-11-14T22:13:20Z join_scene=1",
            "3: chat_id=wr1 userid=wm1 kind=external unionid=o1 state=s",
        ]
    );
    assert_eq!(rejects(&get), ["4: document 1, group_chat.member_list[2].type", "5: document 1, group_chat.member_list[3].userid"]);
    let nameless = read(json!({"errcode":0,"group_chat":{"member_list":[{"userid":"ann","type":1}]}}));
    assert_eq!(rejects(&nameless), ["1: document 1, group_chat.chat_id", "2: document 1, group_chat.chat_id"]);
    let envelope =
        read(envelope("externalcontact/groupchat/get", json!({"chat_id":"wr1"}), json!({"errcode":0,"group_chat":{"chat_id":"wr1"}})));
    assert_eq!((answer(&envelope).subject.as_deref(), table(&envelope, "groups")), (Some("wr1"), vec!["1: chat_id=wr1".to_owned()]));
}

#[test]
fn join_codes_there_and_deleted() {
    let code = read(
        json!({"errcode":0,"join_way":{"config_id":"c1","scene":2,"remark":"r","auto_create_room":1,"chat_id_list":["wr1","wr2"],"state":"s"}}),
    );
    assert_eq!(
        table(&code, "join_codes"),
        ["1: config_id=c1 chat_ids=[wr1, wr2] auto_create_room=true state=s remark=r scene=2 deleted=false"]
    );
    let empty = read(json!({"errcode":0,"join_way":{"config_id":"c1","chat_id_list":null}}));
    assert_eq!(table(&empty, "join_codes"), ["1: config_id=c1 chat_ids=[] deleted=false"]);
    for (join_way, place) in [
        (json!({"config_id":1}), "join_way.config_id"),
        (json!({"config_id":"c1","chat_id_list":"wr1"}), "join_way.chat_id_list"),
        (json!({"config_id":"c1","chat_id_list":[1]}), "join_way.chat_id_list"),
        (json!("c1"), "join_way"),
    ] {
        assert_eq!(rejects(&read(json!({"errcode":0,"join_way":join_way}))), [format!("1: document 1, {place}")]);
    }
    let ask =
        |request: Json| read(envelope("externalcontact/groupchat/get_join_way", request, json!({"errcode":41044,"errmsg":"invalid"})));
    assert_eq!(table(&ask(json!({"config_id":"c1"})), "join_codes"), ["1: config_id=c1 deleted=true"]);
    assert_eq!(
        (answer(&ask(json!({"config_id":"c1"}))).errcode, answer(&ask(json!({"config_id":"c1"}))).subject.as_deref()),
        (41044, Some("c1"))
    );
    assert_eq!(passed_over(&ask(json!({}))), ["error answers (errcode 41044): 1"]);
    assert_eq!(rejects(&ask(json!({"config_id":1}))), ["1: document 1, request.config_id"]);
}

#[test]
fn errors_are_records_passed_over_and_evidence_in_an_envelope() {
    let bare = read(json!({"errcode":84061,"errmsg":"no","external_userid":[]}));
    assert_eq!((passed_over(&bare), bare.answers.len()), (vec!["error answers without envelope (errcode 84061): 1".to_owned()], 0));
    let told =
        read(envelope("externalcontact/list", json!({"userid":"ann"}), json!({"errcode":"45033","errmsg":"rate","external_userid":[]})));
    assert_eq!(passed_over(&told), ["error answers (errcode 45033): 1"]);
    assert_eq!((answer(&told).errcode, answer(&told).errmsg.as_str(), &*answer(&told).userids), (45033, "rate", &["ann".to_owned()][..]));
    let unnamed = read(json!({"request":{"userid":"ann"},"response":{"errcode":40014}}));
    assert_eq!(passed_over(&unnamed), ["error answers without envelope (errcode 40014): 1"]);
}

#[test]
fn transfers_inside_a_corp_are_passed_over() {
    for endpoint in ["externalcontact/transfer_result", "externalcontact/resigned/transfer_result"] {
        let transfer = read(envelope(endpoint, json!({}), json!({"errcode":0,"customer":[{"external_userid":"wm1","status":1},{}]})));
        assert_eq!(passed_over(&transfer), ["transfer_result tells of transfers inside a corp only (D2): 2"]);
        assert_eq!(answer(&transfer).endpoint, Endpoint::TransferResult);
    }
}

#[test]
fn the_shape_tells_the_endpoint_of_an_envelope_without_one() {
    let told = read(json!({"request":{"userid":"ann"},"response":{"errcode":0,"external_userid":["wm1"]}}));
    assert_eq!((table(&told, "relations").len(), answer(&told).endpoint), (1, Endpoint::ExternalcontactList));
}

#[test]
fn fetched_at_is_written_in_several_ways() {
    let at = |fetched_at: Json| {
        let document =
            json!({"endpoint":"externalcontact/get_follow_user_list","fetched_at":fetched_at,"response":{"errcode":0,"follow_user":[]}});
        decode_all(&[document]).map(|records| records.answers[0].fetched_at)
    };
    for fetched_at in [json!("2026-04-30T14:00:00Z"), json!(1_777_557_600), json!("1777557600"), json!("2026-04-30 22:00:00")] {
        assert_eq!(at(fetched_at), Ok(Some(1_777_557_600_000_000)));
    }
    assert_eq!(at(json!(null)), Ok(None));
    assert_eq!(at(json!("lately")).unwrap_err().key, "fetched_at");
}

#[test]
fn owners_asked_about_stand_in_the_evidence_of_a_group_list() {
    let list = |request: Json| {
        read(envelope("externalcontact/groupchat/list", request, json!({"errcode":0,"group_chat_list":[],"next_cursor":"c"})))
    };
    assert_eq!(*answer(&list(json!({"owner_filter":{"userid_list":["ann"]}}))).userids, ["ann".to_owned()]);
    assert_eq!(answer(&list(json!({}))).userids.len(), 0);
    assert!(!answer(&list(json!({"owner_filter":{"userid_list":[1]}}))).envelope);
}

#[test]
fn documents_of_which_it_cannot_be_told_what_they_are_stop_the_run() {
    for (document, key, problem) in [
        (json!({"hello":1}), "", "looked for answers of user/simplelist"),
        (json!({"errcode":0,"errmsg":"ok"}), "", "neither an answer of a known endpoint nor an envelope"),
        (json!({"errcode":0,"userlist":[],"info":[]}), "", "at once"),
        (json!({"errcode":0,"userlist":{"userid":"ann"}}), "userlist", "not an array"),
        (json!({"errcode":"none","userlist":[]}), "errcode", "not a whole number"),
        (envelope("externalcontact/remark", json!({}), json!({"errcode":0})), "endpoint", "an unknown endpoint"),
        (envelope("user/list", json!({}), json!({"errcode":0,"info":[]})), "endpoint", "the response is one of"),
        (envelope("user/list", json!([1]), json!({"errcode":0,"userlist":[]})), "request", "not an object"),
        (envelope("user/list", json!({}), json!("ok")), "response", "not an object"),
        (json!({"endpoint":"user/list","request":{}}), "response", "without `response`"),
        (json!({"errcode":0,"group_chat":{"chat_id":"wr1","member_list":5}}), "group_chat.member_list", "not an array"),
    ] {
        let fault = fault(document);
        assert_eq!(fault.key, key, "{fault:?}");
        assert!(fault.problem.tell(Lang::En).contains(problem), "{fault:?}");
        assert!(!fault.remedy.tell(Lang::En).is_empty());
    }
}
