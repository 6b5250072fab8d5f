//! Answers of any endpoint: errors, envelopes, times, and documents that are none.

use super::*;

#[test]
fn an_error_for_accounts_that_cannot_be_read_may_be_of_any() {
    for (endpoint, request, place, dataset) in [
        ("externalcontact/list", json!({"userid":[1]}), "request.userid", "relations"),
        ("externalcontact/batch/get_by_user", json!({"userid_list":"ann"}), "request.userid_list", "relations"),
        ("externalcontact/batch/get_by_user", json!([1]), "request.userid_list", "relations"),
        (
            "externalcontact/groupchat/list",
            json!({"owner_filter":{"userid_list":["ann", 1.5]}}),
            "request.owner_filter.userid_list",
            "groups",
        ),
        ("externalcontact/groupchat/list", json!({"owner_filter":7}), "request.owner_filter", "groups"),
    ] {
        let told = asked(endpoint, request, json!({"errcode":45033,"errmsg":"rate"}));
        assert_eq!(told.told(), [format!("record 1: {place}"), format!("doubt: {dataset} of any: 1")], "{endpoint}");
        assert!(told.answers.is_empty());
    }
}

#[test]
fn errors_are_records_passed_over_and_evidence_in_an_envelope() {
    let bare = read(json!({"errcode":84061,"errmsg":"no","external_userid":[]}));
    assert_eq!(bare.told(), ["error answers without envelope (errcode 84061): 1"]);
    assert!(bare.answers.is_empty());
    let response = json!({"errcode":"45033","errmsg":"rate","external_userid":[]});
    let told = asked("externalcontact/list", json!({"userid":"ann"}), response);
    assert_eq!(told.told(), ["error answers (errcode 45033): 1"]);
    assert_eq!((told.answer().errcode, told.answer().errmsg.as_str()), (45033, "rate"));
    assert_eq!(*told.answer().userids, ["ann".to_owned()]);
    let unnamed = read(json!({"request":{"userid":"ann"},"response":{"errcode":40014}}));
    assert_eq!(unnamed.told(), ["error answers without envelope (errcode 40014): 1"]);
}

#[test]
fn transfers_inside_a_corp_are_passed_over() {
    for endpoint in ["externalcontact/transfer_result", "externalcontact/resigned/transfer_result"] {
        let transfer = asked(endpoint, json!({}), json!({"customer":[{"external_userid":"wm1","status":1},{}]}));
        assert_eq!(transfer.told(), ["transfer_result is about transfers inside a corp only (D2): 2"]);
        assert_eq!(transfer.answer().endpoint, Endpoint::TransferResult);
    }
}

#[test]
fn the_payload_key_decides_the_endpoint_of_an_envelope_without_one() {
    let told = read(json!({"request":{"userid":"ann"},"response":{"errcode":0,"external_userid":["wm1"]}}));
    assert_eq!(told.told(), ["relations 1: userid=ann external_userid=wm1"]);
    assert_eq!(told.answer().endpoint, Endpoint::ExternalcontactList);
}

#[test]
fn keys_that_other_software_adds_are_no_payloads() {
    for (key, value) in [("info", json!("ok")), ("info", json!("")), ("customer", json!([])), ("userlist", json!(null))]
    {
        let mut answer = json!({"errcode":0,"external_userid":["wm1"]});
        answer[key] = value;
        let listed = asked("externalcontact/list", json!({"userid":"ann"}), answer.clone());
        assert_eq!(listed.told(), ["relations 1: userid=ann external_userid=wm1"], "{key}");
        assert_eq!(read(json!({"request":{"userid":"ann"},"response":answer})).told(), listed.told(), "{key}");
        let mut none = json!({"errcode":0,"external_userid":[]});
        none[key] = json!("");
        assert_eq!(asked("externalcontact/list", json!({"userid":"ann"}), none).answer().errcode, 0, "{key}");
    }
}

#[test]
fn fetched_at_is_written_in_several_ways() {
    let at = |fetched_at: Json| {
        let response = json!({"errcode":0,"follow_user":[]});
        let endpoint = "externalcontact/get_follow_user_list";
        read(json!({"endpoint":endpoint,"fetched_at":fetched_at,"response":response})).answer().fetched_at
    };
    for fetched_at in
        [json!("2026-04-30T14:00:00Z"), json!(1_777_557_600), json!("1777557600"), json!("2026-04-30 22:00:00")]
    {
        assert_eq!(at(fetched_at), Some(1_777_557_600_000_000));
    }
    assert_eq!(at(json!(null)), None);
    assert_eq!(at(json!("lately")), None);
}

#[test]
fn an_answer_of_an_unknown_time_puts_its_accounts_in_doubt() {
    let lately = |endpoint: &str, request: Json, mut response: Json| {
        response["errcode"] = json!(0);
        let told =
            read(json!({"endpoint":endpoint,"request":request,"fetched_at":"lately","response":response})).told();
        told.into_iter().filter(|line| line.starts_with("doubt") || line.starts_with("value")).collect::<Vec<_>>()
    };
    let value = "value 0: fetched_at";
    assert_eq!(
        lately("externalcontact/list", json!({"userid":"ann"}), json!({})),
        [value, "doubt: relations of ann: 0"]
    );
    assert_eq!(
        lately("externalcontact/groupchat/get_join_way", json!({"config_id":"c1"}), json!({})),
        [value, "doubt: join_codes of any: 0"]
    );
    let followers = json!([{"userid":"ann"},{"userid":"bob"}]);
    let customer = json!({"external_contact":{"external_userid":"wm1"},"follow_user":followers});
    assert_eq!(
        lately("externalcontact/get", json!({}), customer),
        [value, "doubt: relations of ann: 0", "doubt: relations of bob: 0"]
    );
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
        let fault = raw(document.to_string()).map(|_| ()).unwrap_err();
        assert_eq!(fault.key, key, "{fault:?}");
        assert!(fault.problem.tell(Lang::En).contains(problem), "{fault:?}");
        assert!(!fault.remedy.tell(Lang::En).is_empty());
    }
}

/// An error has no items either, and other software gives its code another name.
#[test]
fn an_empty_answer_without_errcode_is_an_error() {
    for (endpoint, request, response) in [
        ("externalcontact/list", json!({"userid":"ann"}), json!({"code":45033,"external_userid":[]})),
        ("externalcontact/get_follow_user_list", json!({}), json!({"ErrorCode":45033,"follow_user":null})),
        ("externalcontact/groupchat/list", json!({}), json!({"group_chat_list":[],"next_cursor":""})),
    ] {
        let read = read(envelope(endpoint, request, response.clone()));
        assert_eq!(read.told(), ["error answers (empty, without errcode): 1"]);
        assert_eq!(read.answers.iter().map(|answer| answer.errcode).collect::<Vec<_>>(), [NO_ANSWER]);
        if endpoint == "externalcontact/list" {
            assert!(raw(response.to_string()).is_err());
            continue;
        }
        let bare = raw(response.to_string()).unwrap();
        assert_eq!(bare.told(), ["error answers without envelope (empty, without errcode): 1"]);
        assert!(bare.answers.is_empty());
    }
    let list = read(envelope("externalcontact/list", json!({"userid":"ann"}), json!({"external_userid":["wm1"]})));
    assert_eq!((list.answers.len(), list.told()), (1, vec!["relations 1: userid=ann external_userid=wm1".to_owned()]));
}

#[test]
fn an_answer_without_its_object_is_an_error() {
    for (endpoint, request, response) in [
        ("externalcontact/groupchat/get", json!({"chat_id":"wr1"}), json!({"errcode":0,"errmsg":"ok"})),
        ("externalcontact/groupchat/get", json!({"chat_id":"wr1"}), json!({"status":429})),
        ("externalcontact/get", json!({"external_userid":"wm1"}), json!({"errcode":0,"errmsg":"ok"})),
        ("externalcontact/groupchat/get_join_way", json!({"config_id":"c1"}), json!({"errcode":0,"join_way":null})),
    ] {
        let read = read(envelope(endpoint, request, response));
        assert_eq!(read.told(), ["error answers (empty, without errcode): 1"]);
        assert_eq!(read.answers[0].errcode, NO_ANSWER);
    }
}

#[test]
fn a_customer_beside_the_id_that_was_asked_about_is_one() {
    let customer = r#"{"external_userid":"wm1","errcode":0,"external_contact":{"external_userid":"wm1"},
        "follow_user":[{"userid":"ann"}]}"#;
    assert_eq!(raw(customer).unwrap().told(), ["relations 1: userid=ann external_userid=wm1"]);
}
