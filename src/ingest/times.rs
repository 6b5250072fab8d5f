//! Times as people and machines write them -> microseconds since 1970, UTC. What has no offset is local to the case.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Seconds of the last second of the year 9999: what lies beyond is not a time.
pub const MAX_SECONDS: i64 = 253_402_300_799;

const MICROS: i64 = 1_000_000;

/// Unix seconds -> microseconds, unless it cannot be a time.
pub fn from_unix(seconds: i64) -> Option<i64> {
    (0..=MAX_SECONDS).contains(&seconds).then(|| seconds * MICROS)
}

/// A time in a sheet or an envelope: RFC 3339, `Y-M-D[ H:M[:S[.f]]]` or `Y/M/D ...` in the case's time zone, unix seconds
/// (10 digits) or milliseconds (13 digits).
pub fn parse(text: &str, zone: &TimeZone) -> Option<i64> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return parse_unix(text);
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return in_range(timestamp.as_microsecond());
    }
    local(&parse_civil(text)?, zone)
}

/// A civil time in the case's time zone.
pub fn local(civil: &DateTime, zone: &TimeZone) -> Option<i64> {
    let timestamp = zone.to_ambiguous_timestamp(*civil).compatible().ok()?;
    in_range(timestamp.as_microsecond())
}

/// Microseconds that count local time as if it were UTC -> UTC.
pub fn local_micros(micros: i64, zone: &TimeZone) -> Option<i64> {
    let civil = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(micros).ok()?);
    local(&civil, zone)
}

fn in_range(micros: i64) -> Option<i64> {
    // Before 1970 there was neither WeChat nor a wish to move.
    (0..=MAX_SECONDS * MICROS + MICROS - 1).contains(&micros).then_some(micros)
}

fn parse_unix(digits: &str) -> Option<i64> {
    let number: i64 = digits.parse().ok()?;
    match digits.len() {
        10 => Some(number * MICROS),
        13 => Some(number * 1000),
        _ => None,
    }
}

fn parse_civil(text: &str) -> Option<DateTime> {
    let (date, time) = match text.find([' ', 'T', 't']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text, "0:00"),
    };
    let [year, month, day] = parts(date, if date.contains('/') { '/' } else { '-' })?;
    if date.find(['-', '/'])? != 4 {
        return None;
    }
    let (time, micros) = match time.split_once('.') {
        Some((time, fraction)) => (time, fraction_micros(fraction)?),
        None => (time, 0),
    };
    let [hour, minute, second] = match time.matches(':').count() {
        1 if micros == 0 => {
            let [hour, minute] = parts(time, ':')?;
            [hour, minute, 0]
        }
        _ => parts(time, ':')?,
    };
    let small = |number: i32| i8::try_from(number).ok();
    DateTime::new(
        i16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        micros.checked_mul(1000)?,
    )
    .ok()
}

fn parts<const N: usize>(text: &str, separator: char) -> Option<[i32; N]> {
    let mut numbers = [0; N];
    let mut fields = text.split(separator);
    for number in &mut numbers {
        let field = fields.next()?;
        let plain = !field.is_empty() && field.len() <= 4 && field.bytes().all(|b| b.is_ascii_digit());
        *number = if plain { field.parse().ok()? } else { return None };
    }
    fields.next().is_none().then_some(numbers)
}

/// `5` is half a second, 500,000 microseconds; digits beyond the sixth are cut off.
fn fraction_micros(digits: &str) -> Option<i32> {
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut six = digits.as_bytes().iter().copied().chain(std::iter::repeat(b'0'));
    Some((0..6).fold(0, |micros, _| micros * 10 + i32::from(six.next().unwrap_or(b'0') - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai(text: &str) -> Option<String> {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        parse(text, &zone).map(|micros| Timestamp::from_microsecond(micros).unwrap().to_string())
    }

    #[test]
    fn every_way_to_write_a_time_is_understood() {
        for text in [
            "2026-04-30T22:00:00+08:00",
            "2026-04-30T14:00:00Z",
            "2026-04-30 22:00:00",
            "2026-04-30T22:00",
            "2026-04-30 22:00:00.000",
            "2026/4/30 22:00",
            "2026/04/30 22:00:00",
            "1777557600",
            "1777557600000",
            " 1777557600 ",
        ] {
            assert_eq!(shanghai(text).as_deref(), Some("2026-04-30T14:00:00Z"), "{text}");
        }
        assert_eq!(shanghai("2026-04-30").as_deref(), Some("2026-04-29T16:00:00Z"));
        assert_eq!(shanghai("2026/4/3 9:05").as_deref(), Some("2026-04-03T01:05:00Z"));
        assert_eq!(shanghai("2026-04-30 22:00:00.25").as_deref(), Some("2026-04-30T14:00:00.25Z"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "26-02-03",
            "2026-04-30 25:00",
            "2026-04-30 22",
            "2026-04-30 22:00:",
            "12345",
            "-1777557600",
            "2026-04-30 22:00.5",
            "177755760012345",
            "2026-4-",
            "1969-12-31T00:00:00Z",
            "2026-04-30 22:00:00.",
            "年-月-日",
        ] {
            assert_eq!(shanghai(text), None, "{text}");
        }
        assert_eq!(from_unix(-1), None);
        assert_eq!(from_unix(MAX_SECONDS + 1), None);
        assert_eq!(from_unix(5_000_000_000), Some(5_000_000_000_000_000));
    }
}
