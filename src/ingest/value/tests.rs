//! Values and what SPEC section 1.3 makes of them, each derived by hand.

use jiff::Timestamp;

use super::*;

fn how(zone: &TimeZone) -> ReadOptions<'_> {
    ReadOptions { zone, days: DayOrder::Unknown, epoch: ExcelEpoch::None, null_words_are_userids: false }
}

fn shanghai() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

/// The value as written in the tables of these tests: `null`, `unreadable`, or its text.
fn shown(column: &'static Column, given: &RawValue<'_>, how: &ReadOptions<'_>) -> String {
    let (value, wrong) = read(column, given, how);
    match value.cell() {
        Cell::Null => wrong.map_or("null", |_| "unreadable").to_owned(),
        Cell::Text(text) if wrong.is_some() => format!("{text}, in doubt"),
        Cell::Text(text) => text.to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Time(micros) => Timestamp::from_microsecond(micros).unwrap().to_string(),
        Cell::List(items) => format!("{items:?}"),
        other => panic!("{other:?}"),
    }
}

fn text(column: &'static Column, text: &str) -> String {
    shown(column, &RawValue::Text(Cow::Borrowed(text)), &how(&shanghai()))
}

#[expect(clippy::needless_pass_by_value, reason = "values are written where they are read")]
fn of(column: &'static Column, given: RawValue<'_>) -> String {
    shown(column, &given, &how(&shanghai()))
}

#[expect(clippy::needless_pass_by_value, reason = "values are written where they are read")]
fn reason(column: &'static Column, given: RawValue<'_>) -> RejectReason {
    read(column, &given, &how(&TimeZone::UTC)).1.unwrap()
}

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
        let how = ReadOptions { null_words_are_userids: true, ..how(&zone) };
        let read = |column| shown(column, &RawValue::Text(Cow::Borrowed(word)), &how);
        assert_eq!(read(&fields::UNIONID), "null");
        let is_userid = ["NULL", "null", "None", "nan", "NaN"].contains(&word);
        assert_eq!(read(&fields::OWNER_USERID), if is_userid { word } else { "null" });
    }
    // Spelt in another way they are keys.
    for key in ["Null", "NONE", "n/a", "---", "无名", "0", "00.222749110"] {
        assert_eq!(text(&fields::EXTERNAL_USERID, key), key);
    }
    assert_eq!(text(&fields::UNIONID, "0"), "null");
    assert_eq!(text(&fields::UNIONID, "00"), "00");
    assert_eq!(of(&fields::UNIONID, RawValue::Integer(0)), "null");
    assert_eq!(of(&fields::UNIONID, RawValue::Float(f64::NAN)), "null");
}

#[test]
fn numbers_exponents_and_dates_are_not_keys() {
    for unreadable in [
        "2001.0",
        "2001.00",
        "0.5",
        "007.0",
        "-5.5",
        "12,345",
        "1,234.50",
        "1.23E+15",
        "1E+15",
        "1.0E7",
        "1.23457e15",
        "1e15",
        "2026-05-02",
        "2026/5/2",
        "2026-05-02 10:00:00",
        "2026-05-02T10:00:00+08:00",
        "5/2/2026",
        "2-5-2026 10:00",
        "2026年5月2日",
        "5月2日",
        "2-May",
        "2-May-26",
        "10:00:00",
        "10:00",
        "#REF!",
        "#NAME?",
        "########",
        "zhang\u{fffd}",
        "ｚhang",
        "００１",
        "zhang\u{200b}san",
        "zhang\nsan",
    ] {
        assert_eq!(text(&fields::USERID, unreadable), "unreadable", "{unreadable}");
    }
    for key in [
        "1e5",
        "2e",
        "1E5",
        "12.3E+15",
        "1.2.3",
        "mar-5",
        "Mar-05",
        "5-Marketing",
        "1-2",
        "2026-05",
        "2026-13-01",
        "1001-1-2",
        "20260502",
        "20260502100000",
        "13800138000",
        "#",
        "+1",
        "1.",
        ".5",
        "1777687200",
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
        assert!(reason(&fields::USERID, date).contains("date"));
    }
}

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
        ("'小'", "'小'"),
        ("'quoted'", "'quoted'"),
        ("=\"007\"", "007"),
        ("=大力=", "=大力="),
        ("林\u{fffd}", "林\u{fffd}, in doubt"),
        ("\\N", "null"),
        ("<null>", "null"),
        ("[NULL]", "null"),
        ("(null)", "null"),
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

const TEN: &str = "2026-05-02T02:00:00Z";
const MIDNIGHT: &str = "2026-05-01T16:00:00Z";

#[test]
fn times_are_read_in_every_notation() {
    // 20,575 days and two hours since 1970.
    let seconds = 20_575 * 86_400 + 7200;
    assert_eq!(seconds, 1_777_687_200);
    for (given, time) in [
        ("1777687200", TEN),
        ("1777687200000", TEN),
        ("1777687200000000", TEN),
        ("1777687200000000000", TEN),
        (" 1777687200 ", TEN),
        ("1777687200.0", TEN),
        ("1777687200.500000000", "2026-05-02T02:00:00.5Z"),
        ("1777687200500.0", "2026-05-02T02:00:00.5Z"),
        ("1.7776872E9", TEN),
        ("1.7776872e+12", TEN),
        ("20260502", MIDNIGHT),
        ("20260502100000", TEN),
        ("20260502T100000", TEN),
        ("20260502T020000Z", TEN),
        ("20260502 10:00", TEN),
        ("2026-05-02T10:00:00+08:00", TEN),
        ("2026-05-02T10:00:00.000+0800", TEN),
        ("2026-05-02T10:00:00.000000000+08", TEN),
        ("2026-05-02T02:00:00Z", TEN),
        ("2026-05-02T02:00Z", TEN),
        ("2026-05-02t02:00:00z", TEN),
        ("2026-05-02 02:00:00 UTC", TEN),
        ("2026-05-02 02:00:00.000000 UTC", TEN),
        ("2026-05-02 10:00:00 +0800 CST", TEN),
        ("2026-05-02T10:00:00+08:00[Asia/Shanghai]", TEN),
        ("2026-05-01T22:00:00-04:00", TEN),
        ("2026-05-02 10:00 GMT+8", TEN),
        ("2026-05-02 10:00:00", TEN),
        ("2026-05-02 10:00:00,000", TEN),
        ("2026-05-02T10:00", TEN),
        ("2026-5-2 10:00", TEN),
        ("2026/5/2 10:00", TEN),
        ("2026/05/02  10:00:00", TEN),
        ("2026.05.02 10:00:00", TEN),
        ("2026.5.2", MIDNIGHT),
        ("2026-05-02", MIDNIGHT),
        ("2026年5月2日", MIDNIGHT),
        ("2026年05月02日 10:00", TEN),
        ("2026年5月2日10时00分00秒", TEN),
        ("2026年5月2日 10时0分", TEN),
        ("2026年5月2日10时", TEN),
        ("2026 年 5 月 2 日 10点00分", TEN),
        ("2026年5月2日星期六", MIDNIGHT),
        ("2026-05-02 周六 10:00", TEN),
        ("2026/5/2 上午10:00:00", TEN),
        ("2026/5/2 10:00:00 上午", TEN),
        ("2026/5/2 10:00:00 AM", TEN),
        ("2026/5/2 10:00am", TEN),
        ("2026-05-02 下午 01:00", "2026-05-02T05:00:00Z"),
        ("2026-05-02 1:00 PM", "2026-05-02T05:00:00Z"),
        ("2026-05-02 12:00 AM", MIDNIGHT),
        ("2026-05-02 12:00 PM", "2026-05-02T04:00:00Z"),
        ("2026年5月2日 下午1时30分", "2026-05-02T05:30:00Z"),
        ("2026-05-01 24:00:00", MIDNIGHT),
        ("=\"2026-05-02 10:00:00\"", TEN),
        ("'2026-05-02 10:00:00", TEN),
        ("25/5/2026", "2026-05-24T16:00:00Z"),
        ("5/25/2026", "2026-05-24T16:00:00Z"),
        ("5/5/2026", "2026-05-04T16:00:00Z"),
        ("2010-01-01", "2009-12-31T16:00:00Z"),
        ("2100-12-31 23:59:59", "2100-12-31T15:59:59Z"),
    ] {
        assert_eq!(text(&fields::CREATED_AT, given), time, "{given}");
    }
    let micros = seconds * 1_000_000;
    for (given, time) in [
        (RawValue::Integer(seconds), TEN),
        (RawValue::Integer(seconds * 1000), TEN),
        (RawValue::Integer(micros), TEN),
        (RawValue::Integer(micros * 1000), TEN),
        (RawValue::Integer(20_260_502), MIDNIGHT),
        (RawValue::Integer(20_260_502_100_000), TEN),
        (RawValue::Float(1_777_687_200.0), TEN),
        (RawValue::Float(1_777_687_200.25), "2026-05-02T02:00:00.25Z"),
        (RawValue::Float(1_777_687_200_250.0), "2026-05-02T02:00:00.25Z"),
        (RawValue::Float(1.777_687_2e18), TEN),
        (RawValue::Instant(micros), TEN),
        (RawValue::CivilTime(micros + 8 * 3_600_000_000), TEN),
    ] {
        assert_eq!(of(&fields::CREATED_AT, given.clone()), time, "{given:?}");
    }
}

#[test]
fn zeros_of_all_kinds_are_null_times() {
    for null in [
        "0",
        "0.0",
        "00000000",
        "00000000000000",
        "-28800",
        "-28800000",
        "-62135596800",
        "-62135596800000",
        "-2209161600",
        "1970-01-01",
        "1970-01-01 08:00:00",
        "1970-01-01T08:00:00+08:00",
        "1970-01-01T00:00:00Z",
        "1969-12-31T16:00:00Z",
        "19700101",
        "19700101080000",
        "1899-12-30",
        "1899-12-30 00:00:00",
        "1899/12/31",
        "1900-01-00",
        "1900/1/0",
        "0001-01-01",
        "0001-01-01T00:00:00Z",
        "0001-01-01 08:05:43",
        "00010101",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "1970年1月1日",
    ] {
        assert_eq!(text(&fields::CREATED_AT, null), "null", "{null}");
    }
    for null in [
        RawValue::Integer(0),
        RawValue::Integer(-28_800),
        RawValue::Integer(19_700_101),
        RawValue::Integer(-62_135_596_800),
        RawValue::Float(0.0),
        RawValue::Instant(0),
        RawValue::Instant(-28_800_000_000),
        RawValue::Instant(-62_135_596_800_000_000),
        RawValue::CivilTime(0),
        RawValue::CivilTime(-2_209_161_600_000_000),
    ] {
        assert_eq!(of(&fields::CREATED_AT, null.clone()), "null", "{null:?}");
    }
}

#[test]
fn other_times_are_unreadable() {
    for unreadable in [
        "soon",
        "2026-13-01",
        "2026-02-30",
        "26-02-03",
        "2026-05",
        "2026-04-30 25:00",
        "2026-04-30 22",
        "2026-04-30 22:00:",
        "2026-04-30 22:00.5",
        "2026-04-30 22:00:00.",
        "2026-04-30T",
        "2026-04-30 22:00:00 CST",
        "2026-04-30 22:00:00+99",
        "上午 2026-04-30",
        "2026-04-30 13:00 AM",
        "2026-4-",
        "2026-4/5",
        "年-月-日",
        "12345",
        "45778",
        "1.77769E+09",
        "5/2/2026",
        "5/2/26",
        "99/99/2026",
        "2009-12-31",
        "2101-01-01",
        "1969-12-31",
        "1900-01-01",
        "-1777557600",
        "20261301",
        "20260502250000",
        "202605021000",
        "9223372036854775807",
        "99999999999999999999",
        "#REF!",
        "####",
        "10:00:00",
        "0.5",
    ] {
        assert_eq!(text(&fields::CREATED_AT, unreadable), "unreadable", "{unreadable}");
    }
    for unreadable in [
        RawValue::Integer(5_000_000_000),
        RawValue::Integer(-1),
        RawValue::Integer(12_345),
        RawValue::Integer(i64::MAX),
        RawValue::Integer(i64::MIN),
        RawValue::Float(1e300),
        RawValue::Float(f64::NEG_INFINITY),
        RawValue::Float(0.5),
        RawValue::Instant(i64::MAX),
        RawValue::CivilTime(i64::MIN),
        RawValue::Flag(true),
        RawValue::Other,
        RawValue::Unreadable("an error"),
    ] {
        assert_eq!(of(&fields::CREATED_AT, unreadable.clone()), "unreadable", "{unreadable:?}");
    }
}

#[test]
fn a_column_shows_the_order_and_epoch_of_its_dates() {
    let zone = shanghai();
    let text = |text: &'static str, days, epoch| {
        shown(&fields::CREATED_AT, &RawValue::Text(Cow::Borrowed(text)), &ReadOptions { days, epoch, ..how(&zone) })
    };
    assert_eq!(text("5/2/2026 10:00", DayOrder::MonthFirst, ExcelEpoch::None), TEN);
    assert_eq!(text("2/5/2026 10:00", DayOrder::DayFirst, ExcelEpoch::None), TEN);
    assert_eq!(text("02.05.2026", DayOrder::DayFirst, ExcelEpoch::None), MIDNIGHT);
    // 2026-05-02 is day 20,575 since 1970, which is day 25,569 of Excel.
    for (days, epoch) in [("46144", ExcelEpoch::Since1900), ("44682", ExcelEpoch::Since1904)] {
        assert_eq!(text(days, DayOrder::Unknown, epoch), MIDNIGHT);
        assert_eq!(of_serial(days.parse().unwrap(), epoch), MIDNIGHT);
    }
    assert_eq!(text("46144.416666666664", DayOrder::Unknown, ExcelEpoch::Since1900), TEN);
    assert_eq!(of_serial(46_144.416_666_666_664, ExcelEpoch::Since1900), TEN);
    assert_eq!(of_serial(40_179.0, ExcelEpoch::Since1900), "2009-12-31T16:00:00Z");
    assert_eq!(of_serial(40_178.0, ExcelEpoch::Since1900), "unreadable");
    assert_eq!(of_serial(73_416.0, ExcelEpoch::Since1900), "unreadable");
    assert_eq!(of_serial(0.0, ExcelEpoch::Since1900), "null");
    assert_eq!(of_serial(1_777_687_200.0, ExcelEpoch::Since1900), TEN);

    let order = |texts: &[&'static str]| day_order(texts.iter().copied());
    assert_eq!(order(&["5/2/2026", "", "13/2/2026 10:00"]), DayOrder::DayFirst);
    assert_eq!(order(&["5/2/2026", " 2/13/2026"]), DayOrder::MonthFirst);
    assert_eq!(order(&["13/2/2026", "2/13/2026", "14/2/2026"]), DayOrder::Unknown);
    assert_eq!(order(&["5/2/2026", "2026-02-13", "1777687200", "99/99/2026", "soon"]), DayOrder::Unknown);
}

fn of_serial(days: f64, epoch: ExcelEpoch) -> String {
    shown(&fields::CREATED_AT, &RawValue::Float(days), &ReadOptions { epoch, ..how(&shanghai()) })
}

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

#[test]
fn lists_are_split_in_every_notation() {
    for (given, tags, keys) in [
        ("a/b, c，d;e|f,,", r#"["a/b", "c", "d", "e", "f"]"#, r#"["a", "b", "c", "d", "e", "f"]"#),
        (r#"["a","b c"]"#, r#"["a", "b c"]"#, "unreadable"),
        ("a b\u{3000}c、d\u{2}e", r#"["a b\u{3000}c、d\u{2}e"]"#, r#"["a", "b", "c", "d", "e"]"#),
        ("{a,b}", r#"["{a", "b}"]"#, r#"["a", "b"]"#),
        ("('a',)", r#"["('a'", ")"]"#, r#"["a"]"#),
        (r#"["a",null]"#, r#"["[\"a\"", "null]"]"#, r#"["a"]"#),
        (r#"[{"chat_id":"a"}]"#, r#"["[{\"chat_id\":\"a\"}]"]"#, "unreadable"),
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

#[test]
fn no_reason_quotes_and_no_text_panics() {
    let zone = shanghai();
    let pieces = [
        "", "'", "=\"", "\"", "[", "]", "'", ",", "年", "月", "日", "-", "/", ".", ":", "T", "+", "1", "12", "2026",
        "é", "\u{fffd}", "\u{200b}", "上", "a.m", "e",
    ];
    let columns = [
        &fields::USERID,
        &fields::CUSTOMER_NAME,
        &fields::CREATED_AT,
        &fields::MEMBER_COUNT,
        &fields::IS_CUSTOMER,
        &fields::CHAT_IDS,
        &fields::ASSESSMENT,
    ];
    for a in pieces {
        for b in pieces {
            for c in pieces {
                let given = RawValue::Text(Cow::Owned(format!("{a}{b}{c}{a}{b}")));
                for column in columns {
                    let how = ReadOptions { days: DayOrder::DayFirst, epoch: ExcelEpoch::Since1900, ..how(&zone) };
                    assert!(read(column, &given, &how).1.is_none_or(|wrong| wrong.len() > 10));
                }
            }
        }
    }
}
