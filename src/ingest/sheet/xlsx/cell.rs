//! A cell of a workbook -> a [`RawValue`]: the stored value, or for keys the displayed one.

use std::borrow::Cow;
use std::fmt::Write;

use calamine::{CellErrorType, DataRef, ExcelDateTime};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::ingest::table::is_blank;
use crate::ingest::value::{DAYS_TO_1904, ERROR_CELL, ROUNDED, RawValue, RejectReason, micros_of_days};
use crate::schema::Kind;

const BARE_FORMULA: RejectReason =
    "a formula without its result: open the workbook in Excel or WPS, save it, and use that";
const DURATION: RejectReason = "a duration or a time of day, not a date: format the cell as a date or as text";

/// Excel does not keep all digits of numbers from here on.
const MIN_ROUNDED: u64 = 100_000_000_000_000;

/// The content of a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct XlsxCell {
    stored: RawValue<'static>,
    /// A number as displayed by a format of zeros: `00123`.
    shown: Option<String>,
}

impl XlsxCell {
    /// Reads a cell with its number format. `from_1904` is the epoch of the workbook.
    pub fn read(cell: &DataRef<'_>, format: Option<&str>, from_1904: bool) -> Self {
        let stored = match cell {
            DataRef::Empty => RawValue::Null,
            // A word for "no value"; the row is not blank.
            DataRef::Error(CellErrorType::NA) => RawValue::Text(Cow::Borrowed("#N/A")),
            DataRef::SharedString(text) => RawValue::Text(Cow::Owned((*text).to_owned())),
            DataRef::String(text) => RawValue::Text(Cow::Owned(text.clone())),
            DataRef::DateTimeIso(text) => iso(text),
            DataRef::Bool(flag) => RawValue::Flag(*flag),
            DataRef::Int(number) => RawValue::Integer(*number),
            DataRef::Float(number) => number_of(*number),
            DataRef::DateTime(moment) => date(moment, from_1904),
            DataRef::DurationIso(_) => RawValue::Unreadable(DURATION),
            DataRef::Error(_) => RawValue::Unreadable(ERROR_CELL),
        };
        let shown = match stored {
            RawValue::Integer(number) => format.and_then(|format| in_zeros(format, number)),
            _ => None,
        };
        Self { stored, shown }
    }

    /// A cell with a formula that nothing calculated: it is not empty.
    pub fn bare_formula() -> Self {
        Self { stored: RawValue::Unreadable(BARE_FORMULA), shown: None }
    }

    /// A cell with an error.
    pub fn error() -> Self {
        Self { stored: RawValue::Unreadable(ERROR_CELL), shown: None }
    }

    /// The value for a column of that kind.
    pub fn raw_value(&self, kind: Kind) -> RawValue<'_> {
        let is_key = matches!(kind, Kind::Id | Kind::TextList);
        match (&self.stored, &self.shown) {
            // However it is displayed, its last digits are lost.
            (RawValue::Integer(number), _) if is_key && number.unsigned_abs() >= MIN_ROUNDED => {
                RawValue::Unreadable(ROUNDED)
            }
            (_, Some(shown)) if is_key || kind == Kind::Text => RawValue::Text(Cow::Borrowed(shown)),
            (RawValue::Text(text), _) => RawValue::Text(Cow::Borrowed(text)),
            (stored, _) => stored.clone(),
        }
    }

    /// Its text; empty if it is not text.
    pub fn text(&self) -> &str {
        match &self.stored {
            RawValue::Text(text) => text,
            _ => "",
        }
    }

    /// Its text as a note: any number is `0`, also the sum that a formula would give, and a value of another type is no
    /// word.
    pub fn note(&self) -> &str {
        match &self.stored {
            RawValue::Text(text) => text,
            RawValue::Null => "",
            RawValue::Integer(_) | RawValue::Float(_) | RawValue::Unreadable(BARE_FORMULA) => "0",
            _ => "?",
        }
    }

    /// Returns whether the cell is empty or has nothing but padding.
    pub fn is_blank(&self) -> bool {
        is_blank(&self.stored)
    }
}

/// Converts a float, the only number of Excel, to a whole number if it is one.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole, and within the bounds")]
fn number_of<'g>(number: f64) -> RawValue<'g> {
    let is_whole = number.fract() == 0.0 && number.abs() < i64::MAX as f64;
    if is_whole { RawValue::Integer(number as i64) } else { RawValue::Float(number) }
}

/// Converts a date to microseconds since 1970.
fn date<'g>(moment: &ExcelDateTime, from_1904: bool) -> RawValue<'g> {
    let days = moment.as_f64();
    // A time of day has no date: 1899-12-30 would mean no value.
    if !moment.is_datetime() || (days > 0.0 && days < 1.0) {
        return RawValue::Unreadable(DURATION);
    }
    // Day zero of either epoch means no value.
    let days = if from_1904 && days != 0.0 { days + DAYS_TO_1904 } else { days };
    RawValue::CivilTime(micros_of_days(days))
}

/// Reads a date in ISO 8601. As every date of a workbook it has no zone: libraries write `Z` behind the local time.
fn iso<'g>(text: &str) -> RawValue<'g> {
    let local = text.strip_suffix('Z').unwrap_or(text);
    let civil = local.parse::<DateTime>().ok().and_then(|civil| TimeZone::UTC.to_timestamp(civil).ok());
    civil.map_or_else(
        || RawValue::Text(Cow::Owned(text.to_owned())),
        |moment| RawValue::CivilTime(moment.as_microsecond()),
    )
}

/// Formats the number by a format of zeros, with literal text on either side: `"E"00000`. `_)` is a blank as wide as
/// the character.
fn in_zeros(format: &str, number: i64) -> Option<String> {
    if number < 0 || !format.starts_with(['0', '"', '\\']) {
        return None;
    }
    let (mut shown, mut zeros) = (String::new(), 0);
    let mut chars = format.chars().peekable();
    loop {
        match chars.next() {
            // The rest of the format is for other numbers.
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
            Some('_') => _ = chars.next()?,
            Some(_) => return None,
        }
    }
    (zeros > 0).then_some(shown)
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    fn given(cell: &DataRef<'_>, kind: Kind) -> RawValue<'static> {
        // No test holds a text.
        match XlsxCell::read(cell, None, false).raw_value(kind) {
            RawValue::Text(_) => RawValue::Other,
            RawValue::Integer(number) => RawValue::Integer(number),
            RawValue::Float(number) => RawValue::Float(number),
            RawValue::CivilTime(micros) => RawValue::CivilTime(micros),
            RawValue::Unreadable(wrong) => RawValue::Unreadable(wrong),
            _ => RawValue::Null,
        }
    }

    #[test]
    fn floats_become_whole_numbers_where_possible() {
        for (number, expected) in
            [(1001.0, RawValue::Integer(1001)), (0.5, RawValue::Float(0.5)), (1e30, RawValue::Float(1e30))]
        {
            assert_eq!(given(&DataRef::Float(number), Kind::Integer), expected);
        }
        // Of keys Excel keeps 14 digits, of times and counts it need not keep more.
        for (number, is_kept) in [(99_999_999_999_999.0, true), (100_000_000_000_000.0, false)] {
            assert_eq!(given(&DataRef::Float(number), Kind::Id) != RawValue::Unreadable(ROUNDED), is_kept);
            let in_zeros = XlsxCell::read(&DataRef::Float(number), Some("0"), false);
            assert_eq!(in_zeros.raw_value(Kind::Id) != RawValue::Unreadable(ROUNDED), is_kept);
            assert!(matches!(given(&DataRef::Float(number), Kind::Time), RawValue::Integer(_)));
        }
    }

    #[test]
    fn a_format_of_zeros_shows_a_key() {
        for (format, shown) in [
            ("00000", Some("00123")),
            ("0", Some("123")),
            ("\"E\"00000", Some("E00123")),
            ("\\X0000;-0000", Some("X0123")),
            ("00000_ ;[Red]\\-00000\\ ", Some("00123")),
            ("0.00", None),
            ("000-0000", None),
            ("\"E", None),
            ("General", None),
            ("#,##0", None),
            ("@", None),
        ] {
            let held = XlsxCell::read(&DataRef::Float(123.0), Some(format), false);
            assert_eq!(
                held.raw_value(Kind::Id),
                shown.map_or(RawValue::Integer(123), |shown| RawValue::Text(shown.into())),
                "{format}"
            );
            assert_eq!(held.raw_value(Kind::Time), RawValue::Integer(123));
        }
    }

    #[test]
    fn dates_keep_their_second() {
        // 2025-10-13 is day 45943 of Excel; 12:59:02 is (12 * 3600 + 59 * 60 + 2) / 86400 of it.
        let day = 1_760_313_600_000_000;
        let civil = |days: f64, from_1904: bool| {
            date(&ExcelDateTime::new(days, ExcelDateTimeType::DateTime, from_1904), from_1904)
        };
        assert_eq!(civil(45943.0 + 46742.0 / 86400.0, false), RawValue::CivilTime(day + 46_742_000_000));
        // The same day counted from 1904.
        assert_eq!(civil(45943.0 - 1462.0, true), RawValue::CivilTime(day));
        // 1899-12-30, whatever the calendar.
        assert_eq!(
            [civil(0.0, false), civil(0.0, true)],
            [RawValue::CivilTime(-2_209_161_600_000_000), RawValue::CivilTime(-2_209_161_600_000_000)]
        );
        let duration = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(given(&DataRef::DateTime(duration), Kind::Time), RawValue::Unreadable(DURATION));
        assert_eq!(civil(0.5, false), RawValue::Unreadable(DURATION));
        for iso in ["2025-10-13T00:00:00", "2025-10-13T00:00:00.000Z"] {
            assert_eq!(given(&DataRef::DateTimeIso(iso.to_owned()), Kind::Id), RawValue::CivilTime(day));
        }
    }

    #[test]
    fn an_error_is_no_value_only_where_it_says_so() {
        assert_eq!(
            XlsxCell::read(&DataRef::Error(CellErrorType::NA), None, false).raw_value(Kind::Id),
            RawValue::Text("#N/A".into())
        );
        assert_eq!(given(&DataRef::Error(CellErrorType::Ref), Kind::Id), RawValue::Unreadable(ERROR_CELL));
    }
}
