//! A cell of a workbook -> what it gives to the reading of values: what Excel holds and, for keys, what it shows.

use std::borrow::Cow;
use std::fmt::Write;

use calamine::{CellErrorType, DataRef, ExcelDateTime};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::ingest::part::Wrong;
use crate::ingest::value::{Given, ROUNDED, bare};
use crate::schema::Kind;

const ERROR: Wrong = "an error of Excel (such as #REF!) instead of a value: correct the cell";
const DURATION: Wrong = "a duration, where Excel shows no date: format the cell as a date or as text";

/// From 15 digits on Excel does not keep every one.
const DIGITS_15: u64 = 100_000_000_000_000;
/// Milliseconds of a day, and the days from the zero of Excel to 1970, and to its zero on old Macs.
const DAY: f64 = 86_400_000.0;
const DAYS_TO_1970: f64 = 25_569.0;
const DAYS_TO_1904: f64 = 1_462.0;

/// The content of a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Held {
    given: Given<'static>,
    /// A number as its format of zeros shows it: `00123`.
    shown: Option<String>,
}

impl Held {
    /// Reads a cell with its number format. `from_1904` says from when the workbook counts its days.
    pub fn of(cell: &DataRef<'_>, format: Option<&str>, from_1904: bool) -> Self {
        let given = match cell {
            DataRef::Empty => Given::Nothing,
            // A word for no value, in a row that is not blank.
            DataRef::Error(CellErrorType::NA) => Given::Text(Cow::Borrowed("#N/A")),
            DataRef::SharedString(text) => Given::Text(Cow::Owned((*text).to_owned())),
            DataRef::String(text) => Given::Text(Cow::Owned(text.clone())),
            DataRef::DateTimeIso(text) => iso(text),
            DataRef::Bool(flag) => Given::Flag(*flag),
            DataRef::Int(number) => Given::Integer(*number),
            DataRef::Float(number) => number_of(*number),
            DataRef::DateTime(moment) => date(moment, from_1904),
            DataRef::DurationIso(_) => Given::Spoilt(DURATION),
            DataRef::Error(_) => Given::Spoilt(ERROR),
        };
        let shown = match given {
            Given::Integer(number) => format.and_then(|format| in_zeros(format, number)),
            _ => None,
        };
        Self { given, shown }
    }

    /// The value for a column of that kind.
    pub fn given(&self, kind: Kind) -> Given<'_> {
        if matches!(kind, Kind::Id | Kind::Text | Kind::TextList)
            && let Some(shown) = &self.shown
        {
            return Given::Text(Cow::Borrowed(shown));
        }
        match &self.given {
            Given::Text(text) => Given::Text(Cow::Borrowed(text)),
            Given::Integer(number)
                if matches!(kind, Kind::Id | Kind::TextList) && number.unsigned_abs() >= DIGITS_15 =>
            {
                Given::Spoilt(ROUNDED)
            }
            given => given.clone(),
        }
    }

    /// Its text, if it holds one.
    pub fn text(&self) -> &str {
        match &self.given {
            Given::Text(text) => text,
            _ => "",
        }
    }

    /// Whether nothing stands there.
    pub fn is_blank(&self) -> bool {
        match &self.given {
            Given::Nothing => true,
            Given::Text(text) => bare(text).is_empty(),
            _ => false,
        }
    }
}

/// Excel knows floats only.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole, and within the bounds")]
fn number_of<'g>(number: f64) -> Given<'g> {
    let is_whole = number.fract() == 0.0 && number.abs() < i64::MAX as f64;
    if is_whole { Given::Integer(number as i64) } else { Given::Float(number) }
}

/// Microseconds of a date since 1970, to the millisecond that Excel shows.
#[expect(clippy::cast_possible_truncation, reason = "rounded; what is beyond is cut off, and no time")]
fn date<'g>(moment: &ExcelDateTime, from_1904: bool) -> Given<'g> {
    if !moment.is_datetime() {
        return Given::Spoilt(DURATION);
    }
    let days = moment.as_f64();
    // The zero of either calendar stands for nothing.
    let days = if from_1904 && days != 0.0 { days + DAYS_TO_1904 } else { days };
    Given::Civil((((days - DAYS_TO_1970) * DAY).round() as i64).saturating_mul(1000))
}

fn iso<'g>(text: &str) -> Given<'g> {
    let civil = text.parse::<DateTime>().ok().and_then(|civil| TimeZone::UTC.to_timestamp(civil).ok());
    civil.map_or_else(|| Given::Text(Cow::Owned(text.to_owned())), |moment| Given::Civil(moment.as_microsecond()))
}

/// The number in a format of zeros, with text in front of them or behind: `"E"00000`.
fn in_zeros(format: &str, number: i64) -> Option<String> {
    if number < 0 || !format.starts_with(['0', '"', '\\']) {
        return None;
    }
    let (mut shown, mut zeros) = (String::new(), 0);
    let mut chars = format.chars().peekable();
    loop {
        match chars.next() {
            // What follows is for other numbers.
            None | Some(';') => break,
            Some('0') if zeros == 0 => {
                zeros = 1;
                while chars.next_if_eq(&'0').is_some() {
                    zeros += 1;
                }
                // Writing to a String cannot fail.
                let _ = write!(shown, "{number:0zeros$}");
            }
            Some('"') => loop {
                match chars.next()? {
                    '"' => break,
                    literal => shown.push(literal),
                }
            },
            Some('\\') => shown.push(chars.next()?),
            Some(_) => return None,
        }
    }
    (zeros > 0).then_some(shown)
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn given(cell: &DataRef<'_>, kind: Kind) -> Given<'static> {
        // No test holds a text.
        match Held::of(cell, None, false).given(kind) {
            Given::Text(_) => Given::Other,
            Given::Integer(number) => Given::Integer(number),
            Given::Float(number) => Given::Float(number),
            Given::Civil(micros) => Given::Civil(micros),
            Given::Spoilt(wrong) => Given::Spoilt(wrong),
            _ => Given::Nothing,
        }
    }

    #[test]
    fn numbers_are_whole_if_they_can_be() {
        for (number, expected) in [(1001.0, Given::Integer(1001)), (0.5, Given::Float(0.5)), (1e30, Given::Float(1e30))]
        {
            assert_eq!(given(&DataRef::Float(number), Kind::Integer), expected);
        }
        // Of keys Excel keeps 14 digits, of times and counts it need not keep more.
        for (number, is_kept) in [(99_999_999_999_999.0, true), (100_000_000_000_000.0, false)] {
            assert_eq!(given(&DataRef::Float(number), Kind::Id) != Given::Spoilt(ROUNDED), is_kept);
            assert!(matches!(given(&DataRef::Float(number), Kind::Time), Given::Integer(_)));
        }
    }

    #[test]
    fn a_format_of_zeros_shows_a_key() {
        for (format, shown) in [
            ("00000", Some("00123")),
            ("0", Some("123")),
            ("\"E\"00000", Some("E00123")),
            ("\\X0000;-0000", Some("X0123")),
            ("0.00", None),
            ("000-0000", None),
            ("\"E", None),
            ("General", None),
            ("#,##0", None),
            ("@", None),
        ] {
            let held = Held::of(&DataRef::Float(123.0), Some(format), false);
            assert_eq!(
                held.given(Kind::Id),
                shown.map_or(Given::Integer(123), |shown| Given::Text(shown.into())),
                "{format}"
            );
            assert_eq!(held.given(Kind::Time), Given::Integer(123));
        }
    }

    #[test]
    fn dates_keep_their_second() {
        // 2025-10-13 is day 45943 of Excel; 12:59:02 is (12 * 3600 + 59 * 60 + 2) / 86400 of it.
        let day = 1_760_313_600_000_000;
        let civil = |days: f64, from_1904: bool| {
            date(&ExcelDateTime::new(days, ExcelDateTimeType::DateTime, from_1904), from_1904)
        };
        assert_eq!(civil(45943.0 + 46742.0 / 86400.0, false), Given::Civil(day + 46_742_000_000));
        // The same day counted from 1904.
        assert_eq!(civil(45943.0 - 1462.0, true), Given::Civil(day));
        // 1899-12-30, whatever the calendar.
        assert_eq!(
            [civil(0.0, false), civil(0.0, true)],
            [Given::Civil(-2_209_161_600_000_000), Given::Civil(-2_209_161_600_000_000)]
        );
        let duration = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(given(&DataRef::DateTime(duration), Kind::Time), Given::Spoilt(DURATION));
        assert_eq!(given(&DataRef::DateTimeIso("2025-10-13T00:00:00".to_owned()), Kind::Id), Given::Civil(day));
    }

    #[test]
    fn an_error_is_no_value_only_where_it_says_so() {
        assert_eq!(
            Held::of(&DataRef::Error(CellErrorType::NA), None, false).given(Kind::Id),
            Given::Text("#N/A".into())
        );
        assert_eq!(given(&DataRef::Error(CellErrorType::Ref), Kind::Id), Given::Spoilt(ERROR));
    }
}
