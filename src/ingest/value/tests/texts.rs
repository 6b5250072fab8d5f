//! Names, other texts, and lists of them.

use super::*;

#[test]
fn names_are_kept_as_they_are() {
    for (given, name) in [
        ("林一", "林一"),
        (" wei ", " wei "),
        ("007", "007"),
        ("1e5", "1e5"),
        ("2026-05-02", "2026-05-02"),
        ("null", "null"),
        ("NULL", "NULL"),
        ("-", "-"),
        ("无", "无"),
        ("nan", "nan"),
        ("N/A", "N/A"),
        ("\u{200b}林", "\u{200b}林"),
        ("'=大力=", "=大力="),
        ("'+1", "+1"),
        ("'-", "-"),
        ("'@all", "@all"),
        ("'\t林", "\t林"),
        ("\t林\t", "林"),
        ("林\t", "林"),
        ("=\"林 \"\"一\"\"\"", "林 \"一\""),
        ("'小'", "'小'"),
        ("'quoted'", "'quoted'"),
        ("=\"007\"", "007"),
        ("=大力=", "=大力="),
        ("林\u{fffd}", "林\u{fffd}, in doubt"),
        ("\\N", "null"),
        ("<null>", "null"),
        ("[NULL]", "null"),
        ("(null)", "null"),
        ("(Null)", "null"),
        ("NA", "NA"),
        ("#N/A", "null"),
        ("", "null"),
        (" \u{3000}", "null"),
        ("\u{200b}", "null"),
        ("=\"\"", "null"),
        ("#NAME?", "unreadable"),
        ("#1", "#1"),
    ] {
        assert_eq!(text(&fields::CUSTOMER_NAME, given), name, "{given:?}");
        assert_eq!(text(&fields::REMARK, given), name, "{given:?}");
    }
    // 2026-05-02 is day 20,575 since 1970; 10:00 of it 36,000 seconds later.
    let day = 20_575 * 86_400_000_000;
    for (given, name, remark) in [
        (RawValue::Integer(7), "unreadable", "7"),
        (RawValue::Float(0.5), "unreadable", "0.5"),
        (RawValue::Float(f64::NAN), "null", "null"),
        (RawValue::Flag(true), "unreadable", "true"),
        (RawValue::CivilTime(day), "unreadable", "2026-05-02"),
        (RawValue::Instant(day + 36_000_000_000), "unreadable", "2026-05-02 10:00:00"),
        (RawValue::Other, "unreadable", "unreadable"),
        (RawValue::Unreadable("an error"), "unreadable", "unreadable"),
        (RawValue::Null, "null", "null"),
    ] {
        assert_eq!(of(&fields::CUSTOMER_NAME, given.clone()), name, "{given:?}");
        assert_eq!(of(&fields::REMARK, given.clone()), remark, "{given:?}");
    }
}

#[test]
fn lists_are_split_in_every_notation() {
    for (given, tags, keys) in [
        ("a/b, c，d;e|f,,", r#"["a/b", "c", "d", "e", "f"]"#, r#"["a", "b", "c", "d", "e", "f"]"#),
        (r#"["a","b c"]"#, r#"["a", "b c"]"#, "unreadable"),
        ("a b\u{3000}c、d\u{2}e", r#"["a b\u{3000}c、d\u{2}e"]"#, r#"["a", "b", "c", "d", "e"]"#),
        ("{a,b}", r#"["a", "b"]"#, r#"["a", "b"]"#),
        (r#"{"a b",c}"#, r#"["a b", "c"]"#, r#"["a", "b", "c"]"#),
        ("{}", "[]", "[]"),
        (r#"{"group_name":"a","tag_name":"b"}"#, "unreadable", "unreadable"),
        ("{VIP}", r#"["{VIP}"]"#, r#"["VIP"]"#),
        ("[g/a, g/b]", r#"["g/a", "g/b"]"#, r#"["g", "a", "g", "b"]"#),
        ("[g/a]", r#"["g/a"]"#, r#"["g", "a"]"#),
        ("[a],[b]", r#"["[a]", "[b]"]"#, "unreadable"),
        ("['a b' 'c'\n 'd']", r#"["a b", "c", "d"]"#, "unreadable"),
        ("('a',)", r#"["('a'", ")"]"#, r#"["a"]"#),
        (r#"["a",null]"#, r#"["a"]"#, r#"["a"]"#),
        (r#"[{"chat_id":"a"}]"#, "unreadable", "unreadable"),
        ("[{'group_name': '来源', 'tag_name': '展会'}]", "unreadable", "unreadable"),
        ("a(读书群)", r#"["a(读书群)"]"#, "unreadable"),
        ("读书群", r#"["读书群"]"#, "unreadable"),
        ("a+b", r#"["a+b"]"#, "unreadable"),
        ("['a', \"b\"]", r#"["a", "b"]"#, r#"["a", "b"]"#),
        ("[]", "[]", "[]"),
        ("[VIP]", r#"["[VIP]"]"#, r#"["VIP"]"#),
        ("['a',", r#"["['a'"]"#, "unreadable"),
        ("2001.0", r#"["2001.0"]"#, "unreadable"),
        ("无", r#"["无"]"#, "null"),
        ("\\N", "null", "null"),
        ("a,NULL", r#"["a", "NULL"]"#, r#"["a"]"#),
        ("", "null", "null"),
    ] {
        assert_eq!(text(&fields::TAGS, given), tags, "{given}");
        assert_eq!(text(&fields::CHAT_IDS, given), keys, "{given}");
    }
    let texts = |items: &[&str]| RawValue::List(items.iter().map(|item| (*item).to_owned()).collect());
    assert_eq!(of(&fields::CHAT_IDS, texts(&[" a\u{200b}", "null", "b"])), r#"["a", "b"]"#);
    assert_eq!(of(&fields::CHAT_IDS, texts(&["a", "1.5E+20"])), "unreadable");
    assert_eq!(of(&fields::TAGS, texts(&["a ", "null"])), r#"["a ", "null"]"#);
    assert_eq!(of(&fields::CHAT_IDS, RawValue::Integer(5)), r#"["5"]"#);
    assert_eq!(of(&fields::TAGS, RawValue::Other), "unreadable");
    assert!(read(&fields::TAGS, &texts(&["\u{fffd}"]), &how(&TimeZone::UTC)).1.is_some());
}
