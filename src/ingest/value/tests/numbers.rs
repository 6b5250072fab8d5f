//! Numbers, codes, flags and words.

use super::*;

#[test]
fn numbers_have_points_separators_and_units() {
    for (given, number) in [
        ("16", "16"),
        ("16.0", "16"),
        ("16.00", "16"),
        (" 1,024 ", "1024"),
        ("1,024,000.0", "1024000"),
        ("1，024", "1024"),
        ("98 人", "98"),
        ("98人", "98"),
        ("3个", "3"),
        ("1,024 人", "1024"),
        ("12 members", "12"),
        ("0", "0"),
        ("=\"16\"", "16"),
        ("16.5", "unreadable"),
        ("1,02", "unreadable"),
        ("1024,000", "unreadable"),
        ("1万", "unreadable"),
        ("98%", "unreadable"),
        ("16.", "unreadable"),
        ("人", "unreadable"),
        ("1 2", "unreadable"),
        ("many", "unreadable"),
        ("1e3", "unreadable"),
        ("99999999999999999999", "unreadable"),
    ] {
        assert_eq!(text(&fields::MEMBER_COUNT, given), number, "{given}");
        assert_eq!(text(&fields::ADD_WAY, given), number, "{given}");
    }
    assert_eq!(text(&fields::ADD_WAY, "-5"), "-5");
    assert_eq!(text(&fields::MEMBER_COUNT, "-5"), "unreadable");
    for (given, integer, count) in [
        (RawValue::Integer(-5), "-5", "unreadable"),
        (RawValue::Float(16.0), "16", "16"),
        (RawValue::Float(16.5), "unreadable", "unreadable"),
        (RawValue::Float(1e300), "unreadable", "unreadable"),
        (RawValue::Flag(true), "unreadable", "unreadable"),
        (RawValue::CivilTime(0), "unreadable", "unreadable"),
        (RawValue::Other, "unreadable", "unreadable"),
    ] {
        assert_eq!(of(&fields::ADD_WAY, given.clone()), integer, "{given:?}");
        assert_eq!(of(&fields::MEMBER_COUNT, given.clone()), count, "{given:?}");
    }
}

#[test]
fn codes_are_known_by_their_words() {
    for (column, given, code) in [
        (&fields::CUSTOMER_TYPE, "微信用户", "1"),
        (&fields::CUSTOMER_TYPE, "wechat", "1"),
        (&fields::CUSTOMER_TYPE, "企业微信", "2"),
        (&fields::CUSTOMER_TYPE, "正常", "unreadable"),
        (&fields::STATUS, "正常", "0"),
        (&fields::STATUS, "离职继承中", "2"),
        (&fields::STATUS, "2", "2"),
        (&fields::STATUS, "微信", "unreadable"),
        (&fields::ADD_WAY, "扫描二维码", "unreadable"),
    ] {
        assert_eq!(text(column, given), code, "{given}");
    }
}

#[test]
fn flags_are_read_in_any_case() {
    for (given, flag) in [
        ("true", "true"),
        ("FALSE", "false"),
        ("1", "true"),
        ("0", "false"),
        ("1.0", "true"),
        ("Yes", "true"),
        (" no ", "false"),
        ("是", "true"),
        ("否", "false"),
        ("maybe", "unreadable"),
        ("2", "unreadable"),
    ] {
        assert_eq!(text(&fields::IS_CUSTOMER, given), flag, "{given}");
    }
    for (given, flag) in [
        (RawValue::Flag(true), "true"),
        (RawValue::Integer(0), "false"),
        (RawValue::Float(1.0), "true"),
        (RawValue::Integer(2), "unreadable"),
        (RawValue::Float(0.5), "unreadable"),
        (RawValue::Other, "unreadable"),
    ] {
        assert_eq!(of(&fields::IS_CUSTOMER, given.clone()), flag, "{given:?}");
    }
}

#[test]
fn words_are_of_their_vocabulary() {
    for (column, given, word) in [
        (&fields::ASSESSMENT, "不通过", "fail"),
        (&fields::ASSESSMENT, " 通过 ", "pass"),
        (&fields::ASSESSMENT, "Pass", "pass"),
        (&fields::ASSESSMENT, "", "null"),
        (&fields::ASSESSMENT, "-", "unreadable"),
        (&fields::ASSESSMENT, "#N/A", "unreadable"),
        (&fields::ASSESSMENT, "待定", "unreadable"),
        (&fields::MEMBER_KIND, "external", "external"),
        (&fields::MEMBER_KIND, "2", "external"),
        (&fields::MEMBER_KIND, "外部联系人", "external"),
        (&fields::MEMBER_KIND, "成员", "member"),
        (&fields::MEMBER_KIND, "NULL", "null"),
        (&fields::MEMBER_KIND, "通过", "unreadable"),
        (&fields::MEMBER_KIND, "guest", "unreadable"),
    ] {
        assert_eq!(text(column, given), word, "{given:?}");
    }
    assert_eq!(of(&fields::MEMBER_KIND, RawValue::Integer(1)), "member");
    assert_eq!(of(&fields::MEMBER_KIND, RawValue::Integer(3)), "unreadable");
    assert_eq!(of(&fields::ASSESSMENT, RawValue::Integer(1)), "unreadable");
    assert_eq!(of(&fields::ASSESSMENT, RawValue::Flag(true)), "unreadable");
}
