//! Values and what SPEC section 1.3 makes of them, each derived by hand.

mod keys;
mod numbers;
mod texts;
mod times;

use jiff::Timestamp;

use super::*;

fn how(zone: &TimeZone) -> ReadOptions<'_> {
    ReadOptions { zone, days: DayOrder::Unknown, epoch: ExcelEpoch::None, userid_words: UseridWords::NONE }
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
