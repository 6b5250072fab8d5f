//! Times of any form -> microseconds since 1970, UTC: numbers by their magnitude, days of Excel, and times in text
//! ([`super::written_time`]). A time without offset is in the zone of the case.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::key::{are_digits, strip_padding};
use super::number::whole_float;
use super::written_time::{WrittenTime, is_dated, micros_of};
use super::{ERROR_CELL, ExcelEpoch, NO_TIME, ROUNDED, RawValue, ReadOptions, RejectReason, is_error_cell, is_null};

const OUT_OF_RANGE: RejectReason = "a time outside 2010 to 2100";

const MICROS: i64 = 1_000_000;
pub(super) const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Seconds of 2010-01-02 to 2100-12-31: within 2010 to 2100 in every zone.
const SAFE_SECONDS: std::ops::Range<i64> = 1_262_390_400..4_133_894_400;
/// Seconds of 2009-12-31 to 2101-01-02: a number in this range is in seconds.
const LIKELY_SECONDS: std::ops::Range<i64> = 1_262_217_600..4_134_067_200;
/// Years of times of the service.
const YEARS: std::ops::RangeInclusive<i16> = 2010..=2100;
/// 1970-01-01 and the day zero of spreadsheets, in seconds since 1970: they mean no value.
const ZERO_DATES: [i64; 2] = [0, -25_569 * DAY];
/// The years 0 and 1, in seconds since 1970: software without null writes them.
const ZERO_YEARS: std::ops::Range<i64> = -62_167_219_200..-62_104_060_800;
/// The largest offsets of zones ahead of and behind UTC.
const AHEAD: i64 = 14 * HOUR;
const BEHIND: i64 = 12 * HOUR;

/// Day numbers of Excel from 2010 to the end of 2100, that of 1970-01-01, and that of the day zero of old Macs.
const SERIAL_DAYS: std::ops::RangeInclusive<f64> = 40_179.0..=73_415.0;
const DAYS_TO_1970: f64 = 25_569.0;
pub const DAYS_TO_1904: f64 = 1_462.0;

/// Microseconds since 1970, UTC; none for no value.
type TimeResult = Result<Option<i64>, RejectReason>;

/// Reads a time in text.
pub(super) fn from_text(text: &str, options: &ReadOptions<'_>) -> TimeResult {
    if are_digits(text) { from_digits(text, options) } else { from_trimmed(strip_padding(text), options) }
}

fn from_trimmed(text: &str, options: &ReadOptions<'_>) -> TimeResult {
    if is_null(text) {
        Ok(None)
    } else if are_digits(text) {
        from_digits(text, options)
    } else if is_error_cell(text) {
        Err(ERROR_CELL)
    } else if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'))
        && !is_dated(text)
    {
        from_decimal(text, options)
    } else {
        from_written(&WrittenTime::parse(text, options.days)?, options.zone)
    }
}

/// Reads a time that is not text.
#[inline]
pub(super) fn from_other(raw: &RawValue<'_>, options: &ReadOptions<'_>) -> TimeResult {
    match raw {
        RawValue::Integer(seconds) if SAFE_SECONDS.contains(seconds) => Ok(Some(seconds * MICROS)),
        RawValue::Integer(number) => from_number(*number, options),
        RawValue::Float(number) => from_float(*number, options),
        RawValue::Instant(micros) => in_range(*micros, options.zone),
        RawValue::CivilTime(micros) => from_civil(*micros, options.zone),
        _ => Err(NO_TIME),
    }
}

/// Checks the range of a time: dates that mean no value are null.
#[inline]
fn in_range(micros: i64, zone: &TimeZone) -> TimeResult {
    if SAFE_SECONDS.contains(&micros.div_euclid(MICROS)) {
        Ok(Some(micros))
    } else {
        null_or_out_of_range(micros, zone)
    }
}

fn null_or_out_of_range(micros: i64, zone: &TimeZone) -> TimeResult {
    if is_zero(micros) {
        return Ok(None);
    }
    let moment = Timestamp::from_microsecond(micros).map_err(|_| OUT_OF_RANGE)?;
    if YEARS.contains(&zone.to_datetime(moment).year()) { Ok(Some(micros)) } else { Err(OUT_OF_RANGE) }
}

/// Returns whether the time falls, in any zone, on a date that means no value.
fn is_zero(micros: i64) -> bool {
    let seconds = micros.div_euclid(MICROS);
    let on = |from: i64, to: i64| (from - AHEAD..to + BEHIND).contains(&seconds);
    ZERO_DATES.iter().any(|date| on(*date, date + DAY)) || on(ZERO_YEARS.start, ZERO_YEARS.end)
}

/// Returns whether the date means no value. A spreadsheet shows its day zero as 1900-01-00.
pub(super) fn is_zero_date(year: i32, month: i32, day: i32) -> bool {
    year <= 1 || matches!((year, month, day), (1970, 1, 1) | (1899, 12, 30 | 31) | (1900, 1, 0))
}

/// Reads a civil time, given as microseconds since 1970 as if it were UTC.
fn from_civil(micros: i64, zone: &TimeZone) -> TimeResult {
    let moment = Timestamp::from_microsecond(micros).map_err(|_| OUT_OF_RANGE)?;
    let civil = TimeZone::UTC.to_datetime(moment);
    if is_zero_date(civil.year().into(), civil.month().into(), civil.day().into()) {
        return Ok(None);
    }
    local(&civil, zone)
}

fn from_written(written: &WrittenTime, zone: &TimeZone) -> TimeResult {
    let [year, month, day] = written.date;
    if is_zero_date(year, month, day) {
        return Ok(None);
    }
    let civil = written.civil().ok_or(NO_TIME)?;
    let Some(offset) = written.offset else { return local(&civil, zone) };
    let utc = TimeZone::UTC.to_timestamp(civil).map_err(|_| NO_TIME)?;
    in_range(utc.as_microsecond() - offset * MICROS, zone)
}

fn local(civil: &DateTime, zone: &TimeZone) -> TimeResult {
    let moment = zone.to_ambiguous_timestamp(*civil).compatible().map_err(|_| OUT_OF_RANGE)?;
    in_range(moment.as_microsecond(), zone)
}

/// Reads a whole number: seconds since 1970 or smaller units, the digits of a date, or a day of Excel.
fn from_number(number: i64, options: &ReadOptions<'_>) -> TimeResult {
    if let Some(micros) = by_magnitude(number) {
        return in_range(micros, options.zone);
    }
    let digits = number.to_string();
    if matches!(digits.len(), 8 | 14)
        && let Some(written) = WrittenTime::from_digits(&digits)
    {
        return from_written(&written, options.zone);
    }
    if is_zero_number(number) {
        return Ok(None);
    }
    #[expect(clippy::cast_precision_loss, reason = "days are small numbers")]
    let days = number as f64;
    serial(days, options).unwrap_or(Err(if number.unsigned_abs() < 100_000_000 { NO_TIME } else { OUT_OF_RANGE }))
}

/// Converts seconds, milliseconds, microseconds or nanoseconds, distinguished by magnitude, to microseconds.
fn by_magnitude(number: i64) -> Option<i64> {
    if LIKELY_SECONDS.contains(&number) {
        Some(number * MICROS)
    } else if LIKELY_SECONDS.contains(&number.div_euclid(1000)) {
        Some(number * 1000)
    } else if LIKELY_SECONDS.contains(&number.div_euclid(MICROS)) {
        Some(number)
    } else {
        LIKELY_SECONDS.contains(&number.div_euclid(1000 * MICROS)).then(|| number.div_euclid(1000))
    }
}

/// Returns whether the number is the zero of other software: 1970-01-01 in any zone, 1899-12-30, or the year 1.
fn is_zero_number(number: i64) -> bool {
    let is_zero_of = |per_second: i64| {
        let is_offset = number.unsigned_abs() <= (AHEAD * per_second) as u64 && number % (HOUR / 2 * per_second) == 0;
        let is_earlier = number < -DAY * per_second && number.checked_mul(MICROS / per_second).is_some_and(is_zero);
        is_offset || is_earlier
    };
    number == 0 || [1, 1000, MICROS].into_iter().any(is_zero_of)
}

#[expect(clippy::cast_possible_truncation, reason = "rounded, and within the years that can be")]
fn from_float(number: f64, options: &ReadOptions<'_>) -> TimeResult {
    if let Some(whole) = whole_float(number) {
        return from_number(whole, options);
    }
    let seconds = [1.0, 1e3, 1e6, 1e9].map(|per_second| number / per_second);
    let is_likely = |seconds: &f64| LIKELY_SECONDS.contains(&(*seconds as i64));
    if let Some(seconds) = seconds.into_iter().find(is_likely) {
        return in_range((seconds * 1e6).round() as i64, options.zone);
    }
    serial(number, options).unwrap_or(Err(NO_TIME))
}

/// Converts a day number of Excel to microseconds since 1970, to the millisecond that Excel shows.
#[expect(clippy::cast_possible_truncation, reason = "rounded; beyond i64 it saturates, far outside valid times")]
pub fn micros_of_days(days: f64) -> i64 {
    (((days - DAYS_TO_1970) * 86_400_000.0).round() as i64).saturating_mul(1000)
}

/// The day of the month of a civil time, in microseconds since 1970; 0 outside the calendar.
pub fn day_of_month(micros: i64) -> i8 {
    Timestamp::from_microsecond(micros).map_or(0, |moment| TimeZone::UTC.to_datetime(moment).day())
}

/// Reads a day number of Excel. None where numbers are not days.
fn serial(days: f64, options: &ReadOptions<'_>) -> Option<TimeResult> {
    let days = match options.epoch {
        ExcelEpoch::None => return None,
        ExcelEpoch::Since1900 => days,
        ExcelEpoch::Since1904 => days + DAYS_TO_1904,
    };
    SERIAL_DAYS.contains(&days).then(|| from_civil(micros_of_days(days), options.zone))
}

/// Reads digits in text: a date of eight or 14 of them, else a number.
fn from_digits(digits: &str, options: &ReadOptions<'_>) -> TimeResult {
    let number = digits.parse().map_err(|_| OUT_OF_RANGE)?;
    match digits.len() {
        8 | 14 if by_magnitude(number).is_none() && number != 0 => {
            from_written(&WrittenTime::from_digits(digits).ok_or(NO_TIME)?, options.zone)
        }
        _ => from_number(number, options),
    }
}

/// Reads a number with a point or an exponent. A spreadsheet keeps six digits before an exponent: too few for a time.
fn from_decimal(text: &str, options: &ReadOptions<'_>) -> TimeResult {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let has_fraction = fraction.is_empty() || are_digits(fraction);
    if has_fraction && let Ok(whole) = whole.parse::<i64>() {
        if fraction.bytes().all(|byte| byte == b'0') {
            return from_number(whole, options);
        }
        if LIKELY_SECONDS.contains(&whole) {
            return in_range(whole * MICROS + micros_of(fraction), options.zone);
        }
    }
    let digits = text.split(['e', 'E']).next().unwrap_or(text);
    if digits.len() < text.len() && digits.bytes().filter(u8::is_ascii_digit).count() < 7 {
        return Err(ROUNDED);
    }
    text.parse().map_err(|_| NO_TIME).and_then(|number| from_float(number, options))
}
