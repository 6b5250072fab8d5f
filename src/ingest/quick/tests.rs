//! The fast path and `serde_json` give the same documents.

use super::*;
use crate::ingest::json::document::Document;

fn quickly(text: &str) -> Option<String> {
    read::<Document<'_>>(text, &mut TextMarks::default()).map(|document| format!("{document:?}"))
}

fn by_serde(text: &str) -> Option<String> {
    serde_json::from_str::<Document<'_>>(text).ok().map(|document| format!("{document:?}"))
}

const DOCUMENTS: &[&str] = &[
    r#"{"endpoint":"externalcontact/batch/get_by_user","request":{"userid_list":["a","b"],"cursor":"","limit":100},
        "fetched_at":"2026-04-30T22:00:00+08:00","response":{"errcode":0,"errmsg":"ok","external_contact_list":[
        {"external_contact":{"external_userid":"wm1","name":"\u5f20\ud83c\udf40","type":1,"avatar":"http:\/\/x\/",
        "gender":0,"unionid":null},
        "follow_info":{"userid":"00123","remark":"","description":"a\tb","createtime":1744045770,
        "tags":[{"group_name":"g","tag_name":"t"}],
        "tag_id":["et1","et2"],"add_way":"8","remark_mobiles":[],"wechat_channels":{"nickname":"v",
        "source":[1,-2.5e3,true]}}}, 5, null],
        "next_cursor":"c","fail_info":{"unlicensed_userid_list":["c"]}}}"#,
    r#"{"errcode":0,"external_contact":{"external_userid":"wm1","type":"2"},"follow_user":[{"userid":"a",
        "createtime":"1777946505","state":null}]}"#,
    r#"{ "errcode" : 0 , "group_chat" : { "chat_id" : "wr1", "create_time" : 5000000000,
        "member_list" : [ { "userid" : "a", "type" : 1 } ] } }"#,
    r#"{"errcode":0,"userlist":[{"userid":"a","name":"","status":1},{}],"dept_user":"","info_list":null,"info":[],
        "customer":7}"#,
    r#"{"errcode":0,"follow_user":["a","b",1,1.5,-1,18446744073709551615],"join_way":{"config_id":"j",
        "chat_id_list":["wr1"],"auto_create_room":1}}"#,
    r#"{"endpoint":"externalcontact/list","request":{"userid":"a"},"response":null,"external_userid":["wm1"],
        "is_last":false,"group_chat_list":{}}"#,
    r#"{"errcode":{"a":{}},"errmsg":[{"a":[]}],"next_cursor":[],"is_last":true,"request":[0],"group_chat":[],
        "userlist":[[],[1],{}]}"#,
];

#[test]
fn documents_of_exporters_take_the_fast_path() {
    for text in DOCUMENTS {
        assert!(quickly(text).is_some() && quickly(text) == by_serde(text), "{text}");
    }
}

#[test]
fn unusual_documents_are_left_to_serde() {
    for text in [
        "",
        "{",
        "{}x",
        "{} ",
        r#"{"a":1,}"#,
        r#"{"errcode":0,"errcode":0}"#,
        r#"{"err\u0063ode":0}"#,
        r#"{"errcode":01}"#,
        r#"{"errcode":{"$numberInt":"0"}}"#,
        r#"{"errcode":0x1}"#,
        r#"{"a":tru}"#,
        r#"{"a":[1 2]}"#,
        r#"{"errmsg":"\ud800"}"#,
        r#"{"a":"\x"}"#,
        "{\"errmsg\":\"a\nb\"}",
        "{\"a\":\"a\u{1f}b\"}",
        "[]",
    ] {
        assert_eq!(quickly(text), None, "{text}");
    }
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!((quickly(&nested(126)).is_some(), quickly(&nested(100_000))), (true, None));
}

#[test]
fn bytes_not_allowed_in_strings_are_found_at_every_offset() {
    for length in 0..24 {
        let text = |between: &str| format!(r#"{{"errmsg":"{}{between}客户 of some length"}}"#, "x".repeat(length));
        for between in ["\"", "\\", "\0", "\n", "\u{1f}"] {
            assert_eq!(quickly(&text(between)), None, "{between:?} after {length}");
        }
        for between in [" ", "!", "#", "[", "]", "\\n", "\u{7f}", "\u{80}"] {
            assert_eq!(quickly(&text(between)), by_serde(&text(between)), "{between:?} after {length}");
            assert!(quickly(&text(between)).is_some());
        }
    }
}

#[test]
fn numbers_of_any_length_are_the_same() {
    for digits in 1..25 {
        for number in ["9".repeat(digits), format!("-{}", "9".repeat(digits)), format!("{}.0", "1".repeat(digits))] {
            let text = format!(r#"{{"errcode":{number},"errmsg":{number} }}"#);
            assert!(quickly(&text).is_some() && quickly(&text) == by_serde(&text), "{text}");
        }
    }
}

const PIECES: &[&str] = &[
    "", "{", "}", "[", "]", ",", ":", "\"", "\\", "\\n", "\\u00e9", "\\ud800", "\n", "\u{1}", "\0", "客", " ", "0",
    "7", "-", ".", "e-2", "null", "true", "\"\"", "[]", "{}", "\"x\":1,", "\"errcode\":0,", "\"userid\":\"\\u0062\",",
    "1e999,", "-0,",
];

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 4096, failure_persistence: None, ..Default::default() })]

    #[test]
    fn both_ways_give_the_same_document(
        document in 0..DOCUMENTS.len(),
        edits in proptest::collection::vec((0..1000_usize, 0..3_usize, 0..PIECES.len()), 1..4),
    ) {
        let mut text = DOCUMENTS[document].to_owned();
        for (at, length, piece) in edits {
            let from = at % text.len();
            let to = text.len().min(from + length);
            if text.is_char_boundary(from) && text.is_char_boundary(to) {
                text.replace_range(from..to, PIECES[piece]);
            }
        }
        if let Some(quickly) = quickly(&text) {
            proptest::prop_assert_eq!(Some(quickly), by_serde(&text), "{}", text);
        }
    }
}
