//! `externalcontact/list`, `get`, `batch/get_by_user`, `contact_list`, `get_unassigned_list`.

use super::*;

const LIST: &str = "externalcontact/list";
const BATCH: &str = "externalcontact/batch/get_by_user";

#[test]
fn a_list_is_tied_to_its_member_by_the_envelope() {
    let list = asked(LIST, json!({"userid":"ann"}), json!({"external_userid":["wm1",true,"wm2",{},null]}));
    assert_eq!(
        list.told(),
        [
            "relations 1: userid=ann external_userid=wm1",
            "relations 3: userid=ann external_userid=wm2",
            "record 2: external_userid[1]",
            "record 4: external_userid[3]",
            "record 5: external_userid[4]",
            "doubt: relations of ann: 3",
        ]
    );
    let evidence = list.answer();
    assert_eq!((&*evidence.userids, evidence.envelope, evidence.errcode), (&["ann".to_owned()][..], true, 0));
    assert_eq!(evidence.fetched_at, Some(1_777_557_600_000_000));
    let bare = good(json!({"external_userid":["wm1","wm2"]}));
    assert_eq!(bare.told(), ["bare externalcontact/list cannot be tied to a member: 2"]);
    assert!(bare.answers.is_empty());
    let nobody = asked(LIST, json!({}), json!({"external_userid":["wm1"]}));
    assert_eq!(nobody.told(), ["bare externalcontact/list cannot be tied to a member: 1"]);
    assert!(!nobody.answer().envelope);
    let number = asked(LIST, json!({"userid":123}), json!({"external_userid":["wm1"]}));
    assert_eq!(number.told(), ["relations 1: userid=123 external_userid=wm1"]);
    assert_eq!(*number.answer().userids, ["123".to_owned()]);
    for (items, rejected) in [(json!(["wm1", "wm2"]), 2), (json!([]), 1)] {
        let list = asked(LIST, json!({"userid":1.5}), json!({"external_userid":items}));
        let told = (1..=rejected).map(|record| format!("record {record}: request.userid"));
        assert_eq!(list.told(), told.chain([format!("doubt: relations of any: {rejected}")]).collect::<Vec<_>>());
        assert!(list.answers.is_empty());
    }
    let empty = asked(LIST, json!({"userid":"ann"}), json!({"external_userid":null}));
    assert_eq!((empty.records.tally.records_read, empty.answers.len()), (0, 1));
}

#[test]
fn get_gives_a_relation_per_follower() {
    let get = good(json!({"errmsg":"ok",
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
        get.told(),
        [
            &format!(
                "relations 1: userid=ann {contact} created_at=2023-11-14T22:13:20Z add_way=9999 state=5 description=d \
                 tags=[g/t, own, et2]"
            ),
            &format!("relations 2: userid=bob {contact} created_at=2096-10-02T07:06:40Z"),
            &format!("relations 3: userid=7 {contact}"),
            &format!("relations 4: userid=cat {contact} unreadable=[created_at]"),
            "value 3: follow_user[2].add_way",
            "value 4: follow_user[3].createtime",
            "value 4: follow_user[3].tags",
            "record 5: follow_user[4].userid",
            "record 6: follow_user[5]",
            "record 7: follow_user[6].userid",
            "doubt: relations of any: 3",
        ]
    );
    assert_eq!(*get.customers_in_doubt(), customer(Some("wm1"), Some("o1")));
    assert!(get.answers.is_empty());
}

#[test]
fn a_key_is_text_or_a_whole_number() {
    let get = |userid: Json, id: Json| {
        let contact = json!({"external_userid":id,"unionid":0});
        good(json!({"external_contact":contact,"follow_user":[{"userid":userid}]})).told()
    };
    assert_eq!(get(json!(" ann\u{200b}"), json!(42)), ["relations 1: userid=ann external_userid=42"]);
    let of_ann = ["record 1: external_contact.external_userid", "doubt: relations of ann: 1"];
    assert_eq!(get(json!("ann"), json!(9_007_199_254_740_993_u64)), of_ann);
    assert_eq!(get(json!("ann"), json!(1.0)), of_ann);
    let of_any = ["record 1: follow_user[0].userid", "doubt: relations of any: 1"];
    assert_eq!(get(json!("an\u{fffd}"), json!("wm1")), of_any);
}

#[test]
fn get_needs_a_customer_and_a_follower() {
    let alone = good(json!({"external_contact":{"external_userid":"wm1"},"follow_user":[]}));
    assert_eq!(alone.told(), ["externalcontact/get without a follower: 1"]);
    let nobody = good(json!({"external_contact":[],"follow_user":[{"userid":"ann"},{"userid":"bob"}]}));
    assert_eq!(
        nobody.told(),
        [
            "record 1: external_contact", "record 2: external_contact", "doubt: relations of ann: 1",
            "doubt: relations of bob: 1",
        ]
    );
}

#[test]
fn batch_gives_a_relation_per_item_and_evidence_per_account() {
    let item =
        |id: &str, follow: Json| json!({"external_contact":{"external_userid":id,"name":"n"},"follow_info":follow});
    let batch = asked(
        "/cgi-bin/externalcontact/batch/get_by_user?access_token=x",
        json!({"userid_list":["ann","bob"],"cursor":"c1","limit":100}),
        json!({"next_cursor":"","fail_info":{"unlicensed_userid_list":["bob"]},"external_contact_list":[
            item("wm1", json!({"userid":"ann","createtime":1_700_000_000,"tag_id":["et1","et2"]})),
            item("wm2", json!({"remark":"old dump"})),
            {"external_contact":{"name":"n"},"follow_info":{"userid":"ann"}},
            {"external_contact":{"external_userid":"wm3"}},
            item("wm4", json!({"userid":"ann","tag_id":[1.5]})),
            {"external_contact":"wm5","follow_info":{"userid":"ann"}},
            {"external_contact":{"type":1},"follow_info":{"userid":"bob"}},
            7]}),
    );
    assert_eq!(
        batch.told(),
        [
            "relations 1: userid=ann external_userid=wm1 customer_name=n created_at=2023-11-14T22:13:20Z \
             tags=[et1, et2]",
            "relations 3: userid=ann customer_name=n",
            "relations 5: userid=ann external_userid=wm4 customer_name=n",
            "value 5: external_contact_list[4].follow_info.tag_id",
            "record 2: external_contact_list[1].follow_info.userid",
            "record 4: external_contact_list[3].follow_info",
            "record 6: external_contact_list[5].external_contact",
            "record 7: external_contact_list[6].external_userid or unionid or tmp_openid or customer_name",
            "record 8: external_contact_list[7]",
            // Two may be of either, one is of ann, one of bob, and the last of either.
            "doubt: relations of ann: 4",
            "doubt: relations of bob: 1",
        ]
    );
    let evidence = batch.answer();
    assert_eq!(*evidence.userids, ["ann".to_owned(), "bob".to_owned()]);
    assert_eq!((evidence.cursor.as_deref(), evidence.next_cursor.as_deref()), (Some("c1"), None));
    assert_eq!(evidence.unlicensed, ["bob"]);
}

#[test]
fn an_old_batch_for_one_account_is_of_that_account() {
    let contact = json!({"external_userid":"wm1"});
    let of =
        |follow: Json| json!({"external_contact_list":[{"external_contact":contact.clone(),"follow_info":follow}]});
    let old = || of(json!({"remark":"r"}));
    for request in [json!({"userid_list":["ann"]}), json!({"userid":"ann"})] {
        assert_eq!(asked(BATCH, request, old()).told(), ["relations 1: userid=ann external_userid=wm1 remark=r"]);
    }
    let bare = good(old());
    assert_eq!(bare.told(), ["record 1: external_contact_list[0].follow_info.userid", "doubt: relations of any: 1"]);
    assert!(!bare.answer().envelope);
    let flag = asked(BATCH, json!({"userid_list":[true]}), old());
    assert_eq!(
        flag.told(),
        [
            "record 1: request.userid_list",
            "record 2: external_contact_list[0].follow_info.userid",
            "doubt: relations of any: 2",
        ]
    );
    assert!(flag.answers.is_empty());
    // A member who cannot be read is not the one who was asked about.
    let spoilt = asked(BATCH, json!({"userid_list":["ann"]}), of(json!({"remark":"r","userid":1.5})));
    assert_eq!(spoilt.told(), ["record 1: external_contact_list[0].follow_info.userid", "doubt: relations of ann: 1"]);
}

#[test]
fn contact_list_marks_contacts_that_are_no_customers() {
    let list = good(json!({"info_list":[
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
        list.told(),
        [
            "relations 1: userid=ann external_userid=wm1 is_customer=true created_at=2023-11-14T22:13:20Z \
             tmp_openid=T1",
            "relations 2: userid=ann customer_name=***伟 is_customer=false created_at=2023-11-14T22:13:20Z",
            "relations 3: userid=ann is_customer=false tmp_openid=T2",
            "relations 4: userid=ann customer_name=wei unreadable=[is_customer]",
            "value 4: info_list[3].is_customer",
            "record 5: info_list[4].external_userid or unionid or tmp_openid or customer_name",
            "record 6: info_list[5].userid",
            "record 8: info_list[7].follow_userid",
            "record 10: info_list[9]",
            "doubt: contacts of any: 3",
            "doubt: contacts of ann: 1",
            "contact_list: non-customers whom no member added: 1",
            "contact_list: rows by group, without a relation: 1",
        ]
    );
}

#[test]
fn unassigned_pairs_and_the_end_of_their_pages() {
    let list = good(json!({"info":[
        {"handover_userid":"ann","external_userid":"wm1","dimission_time":1_700_000_000},
        {"handover_userid":"ann"}],"is_last":true,"next_cursor":"c2"}));
    assert_eq!(
        list.told(),
        [
            "unassigned 1: handover_userid=ann external_userid=wm1 left_at=2023-11-14T22:13:20Z",
            "record 2: info[1].external_userid",
            "doubt: unassigned of ann: 1",
        ]
    );
    assert_eq!((list.answer().next_cursor.as_deref(), list.answer().envelope), (None, false));
    let unclear = good(json!({"info":[{"handover_userid":{},"external_userid":"wm1"}],"is_last":"so"}));
    assert_eq!(
        unclear.told(),
        ["value 0: is_last", "record 1: info[0].handover_userid", "doubt: unassigned of any: 1"]
    );
    assert_eq!(unclear.answer().next_cursor.as_deref(), Some("\u{fffd}next"));
}

#[test]
fn an_unreadable_cursor_neither_begins_nor_ends_a_chain() {
    let cursors = |cursor: Json, next: Json| {
        let request = json!({"userid_list":["ann"],"cursor":cursor});
        let page = asked(BATCH, request, json!({"external_contact_list":[],"next_cursor":next}));
        (page.answer().cursor.clone(), page.answer().next_cursor.clone(), page.told())
    };
    assert_eq!(cursors(json!(""), json!(null)), (None, None, Vec::new()));
    let (cursor, next, told) = cursors(json!({"a":1}), json!(["c"]));
    assert_ne!((&cursor, &next), (&None, &None));
    assert_ne!(cursor, next, "an unreadable page does not follow on another");
    assert_eq!(told, ["value 0: request.cursor", "value 0: next_cursor"]);
    assert_eq!(cursors(json!("a\u{fffd}"), json!("c")).0, cursor);
}

#[test]
fn unreadable_licences_put_all_accounts_in_doubt() {
    for (fail_info, place) in [
        (json!({"unlicensed_userid_list":["bob", 1.5]}), "fail_info.unlicensed_userid_list"),
        (json!({"unlicensed_userid_list":"bob"}), "fail_info.unlicensed_userid_list"),
        (json!("bob"), "fail_info"),
    ] {
        let request = json!({"userid_list":["ann","bob"]});
        let page = asked(BATCH, request, json!({"external_contact_list":[],"fail_info":fail_info}));
        assert_eq!(
            page.told(),
            [&format!("value 0: {place}"), "doubt: relations of ann: 0", "doubt: relations of bob: 0"]
        );
    }
}
