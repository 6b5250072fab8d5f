//! Times.

use super::*;

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
        ("5/25/2026, 10:00:00\u{202f}AM", "2026-05-25T02:00:00Z"),
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
        "0", "0.0", "00000000", "00000000000000", "-28800", "-28800000", "-62135596800", "-62135596800000",
        "-2209161600", "1970-01-01", "1970-01-01 08:00:00", "1970-01-01T08:00:00+08:00", "1970-01-01T00:00:00Z",
        "1969-12-31T16:00:00Z", "19700101", "19700101080000", "1899-12-30", "1899-12-30 00:00:00", "1899/12/31",
        "1900-01-00", "1900/1/0", "0001-01-01", "0001-01-01T00:00:00Z", "0001-01-01 08:05:43", "00010101",
        "0000-00-00", "0000-00-00 00:00:00", "1970年1月1日",
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
        "soon", "2026-13-01", "2026-02-30", "26-02-03", "2026-05", "2026-04-30 25:00", "2026-04-30 22",
        "2026-04-30 22:00:", "2026-04-30 22:00.5", "2026-04-30 22:00:00.", "2026-04-30T", "2026-04-30,",
        "2026-04-30 22:00:00 CST", "2026-04-30 22:00:00+99", "上午 2026-04-30", "2026-04-30 13:00 AM", "2026-4-",
        "2026-4/5", "年-月-日", "12345", "45778", "1.77769E+09", "5/2/2026", "5/2/26", "99/99/2026", "2009-12-31",
        "2101-01-01", "1969-12-31", "1900-01-01", "-1777557600", "20261301", "20260502250000", "202605021000",
        "9223372036854775807", "99999999999999999999", "#REF!", "####", "10:00:00", "0.5",
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

    let order = |texts: &[&str]| {
        let mut shown = ShownOrder::default();
        for text in texts {
            shown.update(text);
        }
        shown.order()
    };
    assert_eq!(order(&["5/2/2026", "", "13/2/2026 10:00"]), DayOrder::DayFirst);
    assert_eq!(order(&["5/2/2026", " 2/13/2026"]), DayOrder::MonthFirst);
    assert_eq!(order(&["13/2/2026", "2/13/2026", "14/2/2026"]), DayOrder::Unknown);
    assert_eq!(order(&["5/2/2026", "2026-02-13", "1777687200", "99/99/2026", "soon"]), DayOrder::Unknown);
}

fn of_serial(days: f64, epoch: ExcelEpoch) -> String {
    shown(&fields::CREATED_AT, &RawValue::Float(days), &ReadOptions { epoch, ..how(&shanghai()) })
}
