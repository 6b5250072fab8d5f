//! Keys.

use super::*;

const NULL_WORDS: [&str; 16] = [
    "", " ", "NULL", "null", "\\N", "None", "nan", "NaN", "N/A", "#N/A", "<null>", "[NULL]", "(null)", "-", "--", "无",
];

#[test]
fn padding_around_a_key_is_stripped() {
    for (given, key) in [
        ("zhang.1", "zhang.1"),
        (" zhang\t", "zhang"),
        ("\u{3000}zhang\u{a0}", "zhang"),
        ("\u{feff}zhang", "zhang"),
        ("zhang\u{200b}", "zhang"),
        ("\u{202a}zhang\u{202c}", "zhang"),
        ("\u{2066}zhang\u{2069}\r\n", "zhang"),
        ("\0zhang\u{1f}\u{85}", "zhang"),
        ("=\"00123\"", "00123"),
        (" =\" 00123 \" ", "00123"),
        ("'00123", "00123"),
        ("'=\"00123\"", "00123"),
        ("''00123", "00123"),
        ("‘00123", "00123"),
        ("“zhang.1”", "zhang.1"),
        ("=\"'00123\"", "00123"),
        ("张三", "张三"),
        ("zhang san", "zhang san"),
        ("o'brien", "o'brien"),
        ("oUnion_-0000", "oUnion_-0000"),
    ] {
        assert_eq!(text(&fields::EXTERNAL_USERID, given), key, "{given:?}");
    }
    for invisible in ["\u{200b}", "\u{feff} \t", "'", "=\"\""] {
        assert_eq!(text(&fields::EXTERNAL_USERID, invisible), "null", "{invisible:?}");
    }
}

#[test]
fn null_words_are_null_except_among_members() {
    for word in NULL_WORDS {
        for column in [
            &fields::UNIONID,
            &fields::USERID,
            &fields::CREATED_AT,
            &fields::MEMBER_COUNT,
            &fields::ADD_WAY,
            &fields::IS_CUSTOMER,
        ] {
            assert_eq!(text(column, word), "null", "{word:?} in {}", column.name);
        }
        let zone = shanghai();
        let how = ReadOptions { userid_words: UseridWords::ALL, ..how(&zone) };
        let read = |column| shown(column, &RawValue::Text(Cow::Borrowed(word)), &how);
        assert_eq!(read(&fields::UNIONID), "null");
        let is_userid = ["NULL", "null", "None", "nan", "NaN"].contains(&word);
        assert_eq!(read(&fields::OWNER_USERID), if is_userid { word } else { "null" });
    }
    for word in ["Null", "NONE", "(Null)", "n/a", "NA", "<NA>", "NaT", "undefined"] {
        for column in [&fields::EXTERNAL_USERID, &fields::UNIONID, &fields::CREATED_AT, &fields::ADD_WAY] {
            assert_eq!(text(column, word), "null", "{word:?} in {}", column.name);
        }
    }
    // Members can be called so.
    for userid in ["Null", "NONE", "na", "undefined"] {
        assert_eq!(text(&fields::USERID, userid), userid);
    }
    for key in ["---", "无名", "0", "00.222749110"] {
        assert_eq!(text(&fields::EXTERNAL_USERID, key), key);
    }
    assert_eq!(text(&fields::UNIONID, "0"), "null");
    assert_eq!(text(&fields::UNIONID, "00"), "00");
    assert_eq!(of(&fields::UNIONID, RawValue::Integer(0)), "null");
    assert_eq!(of(&fields::UNIONID, RawValue::Float(f64::NAN)), "null");
}

#[test]
fn several_ids_are_no_key() {
    for several in ["ann,bob", "ann;bob", "ann、bob", "1001,ann", "[\"ann\"]", "['ann']", "{ann}", "(ann, bob)", "a，b"]
    {
        assert_eq!(text(&fields::USERID, several), "unreadable", "{several}");
    }
    for several in
        ["ann|bob", "ann/1001", "1001/ann", "ann&bob", "安娜／包", "安娜(ann.t)", "ann.t（安娜）", "安娜<ann>"]
    {
        assert_eq!(text(&fields::USERID, several), "unreadable", "{several}");
    }
    for one in ["ann(2)", "ann[2]", "a.b@c", "张三", "张三(2)"] {
        assert_eq!(text(&fields::USERID, one), one);
    }
}

#[test]
fn numbers_exponents_and_dates_are_not_keys() {
    for unreadable in [
        "2001.0", "2001.00", "0.5", "007.0", "-5.5", "12,345", "12 345", "12\u{a0}345", "1'234", "1,234.50",
        "wmHaitun88...", "wmHaitun88…", "...", "Err:502", "#ERROR!", "1.23E+15", "1E+15", "1.0E7", "1.23457e15",
        "1e15", "2026-05-02", "2026/5/2", "2026-05-02 10:00:00", "2026-05-02T10:00:00+08:00", "5/2/2026",
        "2-5-2026 10:00", "2026年5月2日", "5月2日", "2026年3月", "2-May", "2-May-26", "10:00:00", "10:00", "#REF!",
        "#NAME?", "########", "zhang\u{fffd}", "ｚhang", "００１", "ann＠corp．com", "zhang–san", "zhang\u{200b}san",
        "zhang\nsan",
    ] {
        assert_eq!(text(&fields::USERID, unreadable), "unreadable", "{unreadable}");
    }
    for key in [
        "1e5", "2e", "1E5", "12.3E+15", "1.2.3", "mar-5", "Mar-05", "5-Marketing", "1-2", "2026-05", "2026-13-01",
        "1001-1-2", "20260502", "20260502100000", "13800138000", "#", "+1", "1.", ".5", "1777687200",
    ] {
        assert_eq!(text(&fields::USERID, key), key);
    }
    assert_eq!(of(&fields::USERID, RawValue::Integer(123)), "123");
    assert_eq!(of(&fields::USERID, RawValue::Integer(-5)), "-5");
    assert_eq!(of(&fields::USERID, RawValue::Integer(1 << 53)), "9007199254740992");
    for unreadable in [
        RawValue::Integer((1 << 53) + 1),
        RawValue::Float(2001.0),
        RawValue::Float(1e30),
        RawValue::Flag(true),
        RawValue::Instant(0),
        RawValue::CivilTime(0),
        RawValue::Other,
        RawValue::List(vec!["zhang".to_owned()]),
        RawValue::Unreadable("a duration"),
    ] {
        assert_eq!(of(&fields::USERID, unreadable.clone()), "unreadable", "{unreadable:?}");
    }
    for date in [RawValue::Text(Cow::Borrowed("2026/5/2")), RawValue::Instant(0), RawValue::CivilTime(1)] {
        let (_, wrong) = read(&fields::USERID, &date, &how(&TimeZone::UTC));
        assert!(wrong.is_some_and(|wrong| wrong.contains("date")));
    }
}

#[test]
fn a_masked_or_cut_off_id_cannot_be_known_again() {
    for key in ["oUni****0001", "****", "wmTgt...", "wmTgt…", "<hidden>"] {
        assert!(key::read(&fields::UNIONID, key, UseridWords::ALL).is_err(), "{key}");
    }
    for key in ["wm.t", "ann.t", "wm-T_1"] {
        assert_eq!(key::read(&fields::UNIONID, key, UseridWords::ALL), Ok(Some(key)));
    }
}
