//! `groupchat/list`, `groupchat/get`, `groupchat/get_join_way`.

use super::*;

#[test]
fn groups_and_their_members() {
    let list = good(
        json!({"group_chat_list":[{"chat_id":"wr1","status":0},{"chat_id":true},{"chat_id":"wr2","status":"gone"}]}),
    );
    assert_eq!(
        list.told(),
        [
            "groups 1: chat_id=wr1 status=0",
            "groups 3: chat_id=wr2",
            "value 3: group_chat_list[2].status",
            "record 2: group_chat_list[1].chat_id",
            "doubt: groups of any: 1",
        ]
    );
    let get = good(json!({"group_chat":{"chat_id":"wr1","name":"fans","owner":"ann","create_time":1_700_000_000,
        "member_list":[
            {"userid":"ann","type":1,"join_time":1_700_000_000,"join_scene":1},
            {"userid":"wm1","type":"2","unionid":"o1","state":"s","invitor":{"userid":"ann"}}]}}));
    assert_eq!(
        get.told(),
        [
            "group_members 2: chat_id=wr1 userid=ann kind=member joined_at=2023-11-14T22:13:20Z join_scene=1",
            "group_members 3: chat_id=wr1 userid=wm1 kind=external unionid=o1 state=s",
            "groups 1: chat_id=wr1 name=fans owner_userid=ann created_at=2023-11-14T22:13:20Z member_count=2 \
             external_member_count=1",
        ]
    );
    let alone =
        asked("externalcontact/groupchat/get", json!({"chat_id":"wr1"}), json!({"group_chat":{"chat_id":"wr1"}}));
    assert_eq!(alone.told(), ["groups 1: chat_id=wr1"]);
    assert_eq!(alone.answer().subject.as_deref(), Some("wr1"));
}

#[test]
fn unreadable_values_of_a_group_and_its_members() {
    let told = |group: Json| good(json!({"group_chat":group})).told();
    assert_eq!(
        told(json!({"chat_id":"wr1","owner":{},"create_time":"soon","member_list":[
            {"userid":"wm2","type":3}, {"type":2,"unionid":1.5,"join_time":"x"}, "wm3"]})),
        [
            "group_members 2: chat_id=wr1 userid=wm2 unreadable=[kind]",
            "group_members 3: chat_id=wr1 kind=external unreadable=[unionid]",
            "group_members 4: chat_id=wr1 unreadable=[userid, unionid]",
            "groups 1: chat_id=wr1 member_count=3 unreadable=[owner_userid, created_at]",
            "value 1: group_chat.owner",
            "value 1: group_chat.create_time",
            "value 2: group_chat.member_list[0].type",
            "value 3: group_chat.member_list[1].unionid",
            "value 3: group_chat.member_list[1].join_time",
            "value 4: group_chat.member_list[2]",
        ]
    );
    assert_eq!(
        told(json!({"chat_id":"wr1","name":"fans","member_list":5})),
        ["groups 1: chat_id=wr1 name=fans unreadable=[unionid]", "value 1: group_chat.member_list"]
    );
    assert_eq!(
        told(json!({"chat_id":1.5,"owner":"ann","member_list":[{"userid":"ann","type":1}]})),
        [
            "record 1: group_chat.chat_id",
            "record 2: group_chat.chat_id",
            "doubt: groups of ann: 1",
            "doubt: group_members of any: 1",
        ]
    );
    assert_eq!(
        told(json!("wr1")),
        ["record 1: group_chat", "doubt: groups of any: 1", "doubt: group_members of any: 0"]
    );
}

#[test]
fn join_codes_there_and_deleted() {
    let told = |code: Json| good(json!({"join_way":code})).told();
    assert_eq!(
        told(json!({"config_id":"c1","scene":2,"remark":"r","auto_create_room":1,"chat_id_list":["wr1","wr2"],
            "state":"s"})),
        ["join_codes 1: config_id=c1 chat_ids=[wr1, wr2] auto_create_room=true state=s remark=r scene=2 deleted=false"]
    );
    let empty = "join_codes 1: config_id=c1 chat_ids=[] deleted=false";
    assert_eq!(told(json!({"config_id":"c1","chat_id_list":null})), [empty]);
    for (list, chat_ids) in [(json!("wr1"), ""), (json!([1.5]), ""), (json!(["wr1", {}, "wr2"]), "wr1, wr2")] {
        let row = format!("join_codes 1: config_id=c1 chat_ids=[{chat_ids}] deleted=false unreadable=[chat_ids]");
        assert_eq!(told(json!({"config_id":"c1","chat_id_list":list})), [&*row, "value 1: join_way.chat_id_list"]);
    }
    let in_doubt = "doubt: join_codes of any: 1";
    assert_eq!(told(json!({"config_id":true})), ["record 1: join_way.config_id", in_doubt]);
    assert_eq!(told(json!("c1")), ["record 1: join_way", in_doubt]);
    let ask = |request| asked("externalcontact/groupchat/get_join_way", request, json!({"errcode":41044}));
    let deleted = ask(json!({"config_id":"c1"}));
    assert_eq!(deleted.told(), ["join_codes 1: config_id=c1 deleted=true"]);
    assert_eq!((deleted.answer().errcode, deleted.answer().subject.as_deref()), (41044, Some("c1")));
    assert_eq!(ask(json!({})).told(), ["error answers (errcode 41044): 1"]);
    // The answer is about an unknown object, and its record has no key.
    let unclear = ["value 0: request.config_id", "record 1: request.config_id", in_doubt];
    assert_eq!(ask(json!({"config_id":1.5})).told(), unclear);
}

#[test]
fn the_evidence_of_a_group_list_has_the_owners_asked_about() {
    let list = |request| {
        let list = asked("externalcontact/groupchat/list", request, json!({"group_chat_list":[],"next_cursor":"c"}));
        list.answer().clone()
    };
    assert_eq!(*list(json!({"owner_filter":{"userid_list":["ann"]}})).userids, ["ann".to_owned()]);
    assert_eq!(list(json!({})).userids.len(), 0);
    assert_eq!(*list(json!({"owner_filter":{"userid_list":[1]}})).userids, ["1".to_owned()]);
    for (filter, is_whole) in
        [(json!(0), true), (json!("0"), true), (json!(null), true), (json!(1), false), (json!("x"), false)]
    {
        let list = list(json!({"status_filter": filter}));
        assert_eq!(list.cursor.is_none(), is_whole, "{filter}: a page without a first one");
    }
}
