//! Items without their answer, and text that is not sound.

use super::*;

#[test]
fn items_without_an_answer_are_decoded() {
    let items = [
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
    ];
    let items = items.map(|item| item.to_string().into_bytes());
    let items = decode_all(&items.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    assert_eq!(
        items.told(),
        [
            "group_members 6: chat_id=wr1 userid=ann kind=member",
            "groups 5: chat_id=wr1 name=fans owner_userid=ann member_count=1 external_member_count=0",
            "groups 7: chat_id=wr2 status=1",
            "join_codes 8: config_id=c1 chat_ids=[wr1] deleted=false",
            "relations 1: userid=ann external_userid=wm1 customer_name=wei created_at=2023-11-14T22:13:20Z",
            "relations 2: userid=bob external_userid=wm2",
            "relations 3: userid=ann external_userid=wm3 is_customer=true tmp_openid=T1",
            "relations 11: userid=ann customer_name=wei is_customer=false",
            "unassigned 4: handover_userid=cat external_userid=wm4",
            "record 9: document 8, follow_info",
            "record 12: document 11, follow_info",
            "doubt: relations of any: 2",
            "externalcontact/get without a follower: 1",
        ]
    );
    assert!(items.answers.is_empty());
    assert!(raw(r#"{"userid":"ann"}"#).is_err());
}

#[test]
fn items_of_other_kinds_are_not_taken_for_ours() {
    // A transfer inside a corp names a member who has not left, a code that adds a member links no group.
    let transfer = r#"{"handover_userid":"ann","external_userid":"wm1","takeover_userid":"bob","status":1}"#;
    let why = "transfer_result is about transfers inside a corp only (D2): 1";
    assert_eq!(raw(transfer).unwrap().told(), [why]);
    assert_eq!(raw(r#"{"external_userid":"wm1","status":1,"takeover_time":1700000000}"#).unwrap().told(), [why]);
    assert!(raw(r#"{"config_id":"c1","type":1,"scene":2,"user":["ann"]}"#).is_err());
    assert_eq!(
        raw(r#"{"config_id":"c1","scene":2}"#).unwrap().told(),
        ["join_codes 1: config_id=c1 chat_ids=[] scene=2 deleted=false"]
    );
    // Its members may be in what is not known.
    assert!(raw(r#"{"external_contact":{"external_userid":"wm1"},"followedUsers":[{"userid":"ann"}]}"#).is_err());
}

#[test]
fn half_a_pair_of_surrogates_costs_an_item_one_value() {
    let item = r#"{"is_customer":true,"tmp_openid":"o\ud83d3","external_userid":"wm3","follow_userid":"ann"}"#;
    assert_eq!(
        raw(item).unwrap().told(),
        ["relations 1: userid=ann external_userid=wm3 is_customer=true", "value 1: tmp_openid"]
    );
}

#[test]
fn unsound_text_is_repaired() {
    for unsound in [&b"\xff"[..], b"\\ud83d", b"\n", b"\xe6\x9e"] {
        let name =
            [&br#"{"errcode":0,"userlist":[{"userid":"ann","name":"A"#[..], unsound, br#""},{"userid":"bob"}]}"#]
                .concat();
        let told = raw(&name).unwrap().told();
        assert!(told[0].starts_with("members 1: userid=ann name=A\u{fffd}"), "{told:?}");
        assert_eq!(told[1..], ["members 2: userid=bob", "value 1: userlist[0].name"]);
        let userid = [&br#"{"errcode":0,"userlist":[{"userid":"a"#[..], unsound, br#"b","name":"A"}]}"#].concat();
        assert_eq!(raw(&userid).unwrap().told(), ["record 1: userlist[0].userid", "doubt: members of any: 1"]);
    }
}

#[test]
fn a_field_may_have_an_unsound_key() {
    let told = |text: &str| raw(text).unwrap().told();
    let item = |customer: &str, follow: &str| {
        told(&format!(r#"{{"errcode":0,"external_contact":{{{customer}}},"follow_user":[{{{follow}}}]}}"#))
    };
    assert_eq!(
        item("\"external_userid\":\"wm1\",\"name\":\"wei\",\"type\":1,\"un\u{fffd}onid\":\"o1\"", r#""userid":"ann""#),
        [
            "relations 1: userid=ann external_userid=wm1 customer_name=wei customer_type=1 unreadable=[unionid]",
            "value 1: external_contact.unionid",
        ]
    );
    assert_eq!(
        item(r#""external_userid":"wm1""#, "\"user\u{fffd}d\":\"ann\""),
        ["record 1: follow_user[0].userid", "doubt: relations of any: 1"]
    );
    // A page of which it cannot be told whether it is the last, nor who has no licence.
    let page = raw(
        "{\"endpoint\":\"externalcontact/batch/get_by_user\",\"request\":{\"userid_list\":[\"ann\"]},\"response\":\
         {\"errcode\":0,\"external_contact_list\":[],\"next_cur\u{fffd}or\":\"c\"}}",
    )
    .unwrap();
    assert_eq!(page.answer().next_cursor.as_deref(), Some("\u{fffd}next"));
    assert!(page.told().contains(&"doubt: relations of ann: 0".to_owned()), "{:?}", page.told());
    // A key that does not matter, but may be one that does.
    assert_eq!(
        told("{\"errcode\":0,\"errm\u{fffd}g\":\"ok\",\"userlist\":[{\"userid\":\"ann\"}]}"),
        ["members 1: userid=ann", "value 0: next_cursor", "value 0: fail_info", "doubt: members of any: 0"]
    );
    for torn in [
        "{\"errc\u{fffd}de\":0,\"userlist\":[]}",
        "{\"endpoint\":\"user/list\",\"respo\u{fffd}se\":{}}",
        "{\"errcode\":0,\"userl\u{fffd}st\":[]}",
    ] {
        assert!(raw(torn).is_err(), "{torn}");
    }
}
