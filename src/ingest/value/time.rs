//! Times as people and software write them -> microseconds since 1970, UTC. A time without offset is local to the case.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::key::{are_digits, bare};
use super::number::whole_float;
use super::{DayOrder, ERROR_CELL, ERRORS, Given, How, NO_TIME, NO_VALUE, ROUNDED, Serials};
use crate::ingest::part::Wrong;

const OUTSIDE: Wrong = "a time outside 2010 to 2100: none of a relation, member or group";
/// Why a date cannot be read of which the rest of its column may tell more.
pub const AMBIGUOUS: Wrong =
    "a date such as 5/2/2026 in a column that does not tell which part is the day: write 2026-05-02";

const MICROS: i64 = 1_000_000;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Seconds of 2010-01-02 to 2100-12-31: within 2010 to 2100 in every zone.
const SAFE_SECONDS: std::ops::Range<i64> = 1_262_390_400..4_133_894_400;
/// Seconds of 2009-12-31 to 2101-01-02: what a number has to be to count seconds.
const LIKELY_SECONDS: std::ops::Range<i64> = 1_262_217_600..4_134_067_200;
/// Years that a time of the service can have.
const YEARS: std::ops::RangeInclusive<i16> = 2010..=2100;
/// The date of 1970, and the zero of spreadsheets: in seconds since 1970.
const ZERO_DATES: [i64; 2] = [0, -25_569 * DAY];
/// The year 1 and the year 0, for software without a word for nothing.
const YEARS_ONE: std::ops::Range<i64> = -62_167_219_200..-62_104_060_800;
/// How far zones lie ahead of and behind UTC.
const AHEAD: i64 = 14 * HOUR;
const BEHIND: i64 = 12 * HOUR;

/// The days of Excel from 2010 to the end of 2100, and its day of 1970.
const SERIAL_DAYS: std::ops::RangeInclusive<f64> = 40_179.0..=73_415.0;
const DAYS_TO_1970: f64 = 25_569.0;
const DAYS_TO_1904: f64 = 1_462.0;

type Read = Result<Option<i64>, Wrong>;

/// A time as text.
pub(super) fn from_text(text: &str, how: &How<'_>) -> Read {
    if are_digits(text) { from_digits(text, how) } else { from_bare(bare(text), how) }
}

fn from_bare(text: &str, how: &How<'_>) -> Read {
    if NO_VALUE.contains(&text) {
        Ok(None)
    } else if are_digits(text) {
        from_digits(text, how)
    } else if ERRORS.contains(&text) {
        Err(ERROR_CELL)
    } else if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'))
        && !is_dated(text)
    {
        from_decimal(text, how)
    } else {
        Written::read(text, how.days)?.moment(how.zone)
    }
}

/// A time that is no text.
#[inline]
pub(super) fn from_other(given: &Given<'_>, how: &How<'_>) -> Read {
    match given {
        Given::Integer(seconds) if SAFE_SECONDS.contains(seconds) => Ok(Some(seconds * MICROS)),
        Given::Integer(number) => from_number(*number, how),
        Given::Float(number) => from_float(*number, how),
        Given::Moment(micros) => settle(*micros, how.zone),
        Given::Civil(micros) => from_civil(*micros, how.zone),
        _ => Err(NO_TIME),
    }
}

/// Decides whether the moment is a time, no value, or outside of what can be.
#[inline]
fn settle(micros: i64, zone: &TimeZone) -> Read {
    if SAFE_SECONDS.contains(&micros.div_euclid(MICROS)) { Ok(Some(micros)) } else { settle_odd(micros, zone) }
}

fn settle_odd(micros: i64, zone: &TimeZone) -> Read {
    if is_zero(micros) {
        return Ok(None);
    }
    let moment = Timestamp::from_microsecond(micros).map_err(|_| OUTSIDE)?;
    if YEARS.contains(&zone.to_datetime(moment).year()) { Ok(Some(micros)) } else { Err(OUTSIDE) }
}

/// Whether the moment lies, in some zone, on a date that stands for no value.
fn is_zero(micros: i64) -> bool {
    let seconds = micros.div_euclid(MICROS);
    let on = |from: i64, to: i64| (from - AHEAD..to + BEHIND).contains(&seconds);
    ZERO_DATES.iter().any(|date| on(*date, date + DAY)) || on(YEARS_ONE.start, YEARS_ONE.end)
}

/// Whether the date stands for no value, whatever the zone. A spreadsheet shows its zero as 1900-01-00.
fn is_zero_date(year: i32, month: i32, day: i32) -> bool {
    year <= 1 || matches!((year, month, day), (1970, 1, 1) | (1899, 12, 30 | 31) | (1900, 1, 0))
}

/// Microseconds of a civil time, counted as if it were UTC.
fn from_civil(micros: i64, zone: &TimeZone) -> Read {
    let moment = Timestamp::from_microsecond(micros).map_err(|_| OUTSIDE)?;
    let civil = TimeZone::UTC.to_datetime(moment);
    if is_zero_date(civil.year().into(), civil.month().into(), civil.day().into()) {
        return Ok(None);
    }
    local(&civil, zone)
}

fn local(civil: &DateTime, zone: &TimeZone) -> Read {
    let moment = zone.to_ambiguous_timestamp(*civil).compatible().map_err(|_| OUTSIDE)?;
    settle(moment.as_microsecond(), zone)
}

/// A whole number: since 1970 in seconds or smaller units, the digits of a date, or a day of Excel.
fn from_number(number: i64, how: &How<'_>) -> Read {
    if let Some(micros) = unit(number) {
        return settle(micros, how.zone);
    }
    let digits = number.to_string();
    if matches!(digits.len(), 8 | 14)
        && let Some(written) = Written::of_digits(&digits)
    {
        return written.moment(how.zone);
    }
    if is_zero_number(number) {
        return Ok(None);
    }
    #[expect(clippy::cast_precision_loss, reason = "days are small numbers")]
    let days = number as f64;
    serial(days, how).unwrap_or(Err(if number.unsigned_abs() < 100_000_000 { NO_TIME } else { OUTSIDE }))
}

/// The microseconds that the number is by its magnitude.
fn unit(number: i64) -> Option<i64> {
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

/// Whether the number is the zero of some software: of 1970 in UTC or local to a zone, of 1899, or of the year 1.
fn is_zero_number(number: i64) -> bool {
    let is_zero_of = |per_second: i64| {
        let is_offset = number.unsigned_abs() <= (AHEAD * per_second) as u64 && number % (HOUR / 2 * per_second) == 0;
        let is_earlier = number < -DAY * per_second && number.checked_mul(MICROS / per_second).is_some_and(is_zero);
        is_offset || is_earlier
    };
    number == 0 || [1, 1000, MICROS].into_iter().any(is_zero_of)
}

#[expect(clippy::cast_possible_truncation, reason = "rounded, and within the years that can be")]
fn from_float(number: f64, how: &How<'_>) -> Read {
    if let Some(whole) = whole_float(number) {
        return from_number(whole, how);
    }
    let seconds = [1.0, 1e3, 1e6, 1e9].map(|per_second| number / per_second);
    let is_likely = |seconds: &f64| LIKELY_SECONDS.contains(&(*seconds as i64));
    if let Some(seconds) = seconds.into_iter().find(is_likely) {
        return settle((seconds * 1e6).round() as i64, how.zone);
    }
    serial(number, how).unwrap_or(Err(NO_TIME))
}

/// A day of Excel with its time of day, to the millisecond that Excel shows. None where numbers are no days.
#[expect(clippy::cast_possible_truncation, reason = "rounded, and within the years that can be")]
fn serial(days: f64, how: &How<'_>) -> Option<Read> {
    let days = match how.serials {
        Serials::None => return None,
        Serials::Since1900 => days,
        Serials::Since1904 => days + DAYS_TO_1904,
    };
    let millis = ((days - DAYS_TO_1970) * 86_400_000.0).round();
    SERIAL_DAYS.contains(&days).then(|| from_civil(millis as i64 * 1000, how.zone))
}

/// Digits as text: a date of eight or 14 of them, else a number.
fn from_digits(digits: &str, how: &How<'_>) -> Read {
    let number = digits.parse().map_err(|_| OUTSIDE)?;
    match digits.len() {
        8 | 14 if unit(number).is_none() && number != 0 => Written::of_digits(digits).ok_or(NO_TIME)?.moment(how.zone),
        _ => from_number(number, how),
    }
}

/// A number with a point or an exponent, as text. Six digits before an exponent are all that a spreadsheet leaves.
fn from_decimal(text: &str, how: &How<'_>) -> Read {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let has_fraction = fraction.is_empty() || are_digits(fraction);
    if has_fraction && let Ok(whole) = whole.parse::<i64>() {
        if fraction.bytes().all(|byte| byte == b'0') {
            return from_number(whole, how);
        }
        if LIKELY_SECONDS.contains(&whole) {
            return settle(whole * MICROS + micros_of(fraction), how.zone);
        }
    }
    let digits = text.split(['e', 'E']).next().unwrap_or(text);
    if digits.len() < text.len() && digits.bytes().filter(u8::is_ascii_digit).count() < 7 {
        return Err(ROUNDED);
    }
    text.parse().map_err(|_| NO_TIME).and_then(|number| from_float(number, how))
}

/// The digits behind the point of a second as microseconds; from the seventh on they are cut off.
fn micros_of(digits: &str) -> i64 {
    let six = digits.bytes().chain(std::iter::repeat(b'0')).take(6);
    six.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'))
}

/// Whether text of digits and signs is a date: it has two separators of one kind between digits.
fn is_dated(text: &str) -> bool {
    ['-', '.'].iter().any(|separator| text.split(*separator).count() == 3 && text.split(*separator).all(are_digits))
}

/// Whether a key is a date or a time of day, as software writes it.
pub(super) fn looks_like_date(key: &str) -> bool {
    if is_dated(key) && key.contains('.') {
        return false;
    }
    let is_known = |written: Written| (1900..2200).contains(&written.date[0]) && written.civil().is_some();
    let is_date = key.contains(['-', '/', '年']) && Written::read(key, DayOrder::DayFirst).is_ok_and(is_known);
    let is_time = || {
        let mut scan = Scan(key);
        key.contains(':') && scan.time().is_some() && scan.0.is_empty()
    };
    is_date || is_time() || is_short_date(key)
}

/// `5月2日`, `2-May` and `2-May-26`, into which spreadsheets turn `5-2` and `may-2`.
fn is_short_date(key: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let is_day = |text: &str| are_digits(text) && text.len() <= 2;
    let in_chinese = key
        .strip_suffix('日')
        .and_then(|key| key.split_once('月'))
        .is_some_and(|(month, day)| is_day(month) && is_day(day));
    let mut parts = key.splitn(3, '-');
    let is_english = parts.next().is_some_and(is_day) && parts.next().is_some_and(|month| MONTHS.contains(&month));
    in_chinese || (is_english && parts.next().is_none_or(are_digits))
}

/// A time as it is written down, before it is known to exist.
#[derive(Debug, PartialEq)]
struct Written {
    /// Year, month, day.
    date: [i32; 3],
    time: TimeOfDay,
    /// Seconds ahead of UTC.
    offset: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct TimeOfDay {
    hour: i32,
    minute: i32,
    second: i32,
    micros: i64,
}

impl Written {
    fn read(text: &str, days: DayOrder) -> Result<Self, Wrong> {
        let mut scan = Scan(text);
        let date = scan.date(days)?;
        scan.weekday();
        scan.blank();
        if scan.0.is_empty() {
            return Ok(Self { date, time: TimeOfDay::default(), offset: None });
        }
        let _ = scan.eat("T") || scan.eat("t");
        let time = scan.time().ok_or(NO_TIME)?;
        let offset = scan.offset();
        if scan.0.is_empty() { Ok(Self { date, time, offset }) } else { Err(NO_TIME) }
    }

    /// The date of `yyyymmdd` or `yyyymmddHHMMSS`, if it can be one.
    fn of_digits(digits: &str) -> Option<Self> {
        let mut scan = Scan(digits);
        let date = scan.basic_date()?;
        let time = if scan.0.is_empty() { TimeOfDay::default() } else { scan.basic_time()? };
        let written = Self { date, time, offset: None };
        (is_zero_date(date[0], date[1], date[2]) || written.civil().is_some()).then_some(written)
    }

    fn moment(&self, zone: &TimeZone) -> Read {
        let [year, month, day] = self.date;
        if is_zero_date(year, month, day) {
            return Ok(None);
        }
        let civil = self.civil().ok_or(NO_TIME)?;
        let Some(offset) = self.offset else { return local(&civil, zone) };
        let utc = TimeZone::UTC.to_timestamp(civil).map_err(|_| NO_TIME)?;
        settle(utc.as_microsecond() - offset * MICROS, zone)
    }

    fn civil(&self) -> Option<DateTime> {
        let small = |number: i32| i8::try_from(number).ok();
        let [year, month, day] = self.date;
        let date = Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()?;
        let TimeOfDay { hour, minute, second, micros } = self.time;
        if (hour, minute, second, micros) == (24, 0, 0, 0) {
            return Some(date.tomorrow().ok()?.to_datetime(Time::midnight()));
        }
        let nanos = i32::try_from(micros * 1000).ok()?;
        Some(date.to_datetime(Time::new(small(hour)?, small(minute)?, small(second)?, nanos).ok()?))
    }
}

/// The rest of a text that is read from left to right.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn eat(&mut self, text: &str) -> bool {
        self.0.strip_prefix(text).map(|rest| self.0 = rest).is_some()
    }

    /// Passes over white space.
    fn blank(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn digits(&mut self) -> &'a str {
        let end = self.0.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        digits
    }

    /// A number of one digit to as many as are said.
    fn number(&mut self, most: usize) -> Option<i32> {
        let digits = self.digits();
        if digits.len() <= most { digits.parse().ok() } else { None }
    }

    /// A number of exactly so many digits at the start.
    fn fixed(&mut self, length: usize) -> Option<i32> {
        let (digits, rest) = self.0.split_at_checked(length)?;
        if !are_digits(digits) {
            return None;
        }
        self.0 = rest;
        digits.parse().ok()
    }

    fn basic_date(&mut self) -> Option<[i32; 3]> {
        Some([self.fixed(4)?, self.fixed(2)?, self.fixed(2)?])
    }

    fn basic_time(&mut self) -> Option<TimeOfDay> {
        let (hour, minute) = (self.fixed(2)?, self.fixed(2)?);
        let second = if self.0.starts_with(|c: char| c.is_ascii_digit()) { self.fixed(2)? } else { 0 };
        Some(TimeOfDay { hour, minute, second, micros: self.fraction()? })
    }

    /// Year, month and day.
    fn date(&mut self, days: DayOrder) -> Result<[i32; 3], Wrong> {
        let all = self.0;
        let first = self.digits();
        match first.len() {
            4 => self.year_first(first.parse().map_err(|_| NO_TIME)?).ok_or(NO_TIME),
            1 | 2 => in_order(self.year_last(first.parse().map_err(|_| NO_TIME)?).ok_or(NO_TIME)?, days),
            8 => {
                self.0 = all;
                self.basic_date().ok_or(NO_TIME)
            }
            _ => Err(NO_TIME),
        }
    }

    fn separator(&mut self) -> Option<&'static str> {
        ["-", "/", "."].into_iter().find(|separator| self.eat(separator))
    }

    fn year_first(&mut self, year: i32) -> Option<[i32; 3]> {
        if let Some(separator) = self.separator() {
            let month = self.number(2)?;
            let day = self.eat(separator).then(|| self.number(2))??;
            return Some([year, month, day]);
        }
        self.blank();
        self.eat("年").then_some(())?;
        self.blank();
        let month = self.number(2)?;
        self.blank();
        self.eat("月").then_some(())?;
        self.blank();
        let day = self.number(2)?;
        self.blank();
        (self.eat("日") || self.eat("号")).then_some([year, month, day])
    }

    /// The first two parts, of which one is the day, and the year.
    fn year_last(&mut self, first: i32) -> Option<[i32; 3]> {
        let separator = self.separator()?;
        let second = self.number(2)?;
        let year = self.eat(separator).then(|| self.digits()).filter(|year| year.len() == 4)?;
        Some([first, second, year.parse().ok()?])
    }

    /// The day of the week, which says nothing new.
    fn weekday(&mut self) {
        let before = self.0;
        self.blank();
        let has_word = ["星期", "周"].into_iter().any(|word| self.eat(word));
        let has_day = has_word
            && "一二三四五六日天".chars().any(|day| self.0.strip_prefix(day).map(|rest| self.0 = rest).is_some());
        if !has_day {
            self.0 = before;
        }
    }

    /// The time of day, in 24 hours, or in 12 with the word for the half.
    fn time(&mut self) -> Option<TimeOfDay> {
        let before = self.half_of_day();
        self.blank();
        let mut time =
            if self.0.bytes().take_while(u8::is_ascii_digit).count() > 2 { self.basic_time()? } else { self.clock()? };
        let rest = self.0;
        self.blank();
        let after = self.half_of_day();
        if after.is_none() {
            self.0 = rest;
        }
        if before.is_some() && after.is_some() {
            return None;
        }
        time.hour = match (before.or(after), time.hour) {
            (Some(Half::Morning), 12) => 0,
            (Some(Half::Morning), 13..) => return None,
            (Some(Half::Afternoon), hour @ 0..12) => hour + 12,
            (_, hour) => hour,
        };
        Some(time)
    }

    fn clock(&mut self) -> Option<TimeOfDay> {
        let hour = self.number(2)?;
        let mut time = TimeOfDay { hour, ..TimeOfDay::default() };
        if self.eat(":") {
            time.minute = self.number(2)?;
            if self.eat(":") {
                time.second = self.number(2)?;
                time.micros = self.fraction()?;
            }
            return Some(time);
        }
        (self.eat("时") || self.eat("點") || self.eat("点")).then_some(())?;
        if self.0.starts_with(|c: char| c.is_ascii_digit()) {
            time.minute = self.number(2)?;
            self.eat("分").then_some(())?;
            if self.0.starts_with(|c: char| c.is_ascii_digit()) {
                time.second = self.number(2)?;
                self.eat("秒").then_some(())?;
            }
        }
        Some(time)
    }

    /// The microseconds behind a second, if there are any.
    fn fraction(&mut self) -> Option<i64> {
        if !(self.eat(".") || self.eat(",")) {
            return Some(0);
        }
        let digits = self.digits();
        (1..=12).contains(&digits.len()).then(|| micros_of(digits))
    }

    fn half_of_day(&mut self) -> Option<Half> {
        const WORDS: [(&str, Half); 6] = [
            ("上午", Half::Morning),
            ("下午", Half::Afternoon),
            ("a.m.", Half::Morning),
            ("p.m.", Half::Afternoon),
            ("am", Half::Morning),
            ("pm", Half::Afternoon),
        ];
        WORDS.into_iter().find_map(|(word, half)| {
            let (start, rest) = self.0.split_at_checked(word.len())?;
            start.eq_ignore_ascii_case(word).then(|| self.0 = rest)?;
            Some(half)
        })
    }

    /// The offset from UTC, in seconds: `Z`, `UTC`, `+08:00`, `+0800`, `+8`, also with a name of the zone behind.
    fn offset(&mut self) -> Option<i64> {
        let before = self.0;
        self.blank();
        let offset = self.bare_offset();
        if offset.is_none() {
            self.0 = before;
            return None;
        }
        self.zone_name();
        offset
    }

    fn bare_offset(&mut self) -> Option<i64> {
        let is_utc = ["Z", "z", "UTC", "GMT"].into_iter().any(|name| self.eat(name));
        let sign = if self.eat("+") {
            1
        } else if self.eat("-") {
            -1
        } else {
            return is_utc.then_some(0);
        };
        let digits = self.digits();
        let (hours, minutes) = digits.split_at_checked(2).unwrap_or((digits, ""));
        let minutes = if minutes.is_empty() && self.eat(":") { self.digits() } else { minutes };
        let (hours, minutes): (i32, i32) =
            (hours.parse().ok()?, if minutes.is_empty() { 0 } else { minutes.parse().ok()? });
        (hours <= 15 && minutes < 60).then(|| sign * (i64::from(hours) * HOUR + i64::from(minutes) * 60))
    }

    /// A name of the zone behind its offset, which decides: `[Asia/Shanghai]`, ` CST`.
    fn zone_name(&mut self) {
        let name = self.0.trim_start();
        let in_brackets = name.starts_with('[') && name.ends_with(']');
        let is_short = (2..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase());
        if in_brackets || (is_short && name.len() < self.0.len()) {
            self.0 = "";
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Year, month and day of a date whose year stands last.
fn in_order([first, second, year]: [i32; 3], days: DayOrder) -> Result<[i32; 3], Wrong> {
    match (first, second) {
        (13.., 13..) => Err(NO_TIME),
        (13.., _) => Ok([year, second, first]),
        (_, 13..) => Ok([year, first, second]),
        _ if first == second => Ok([year, first, second]),
        _ => match days {
            DayOrder::DayFirst => Ok([year, second, first]),
            DayOrder::MonthFirst => Ok([year, first, second]),
            DayOrder::Unknown => Err(AMBIGUOUS),
        },
    }
}

/// The part of dates with the year last that is the day, as the texts of a column tell.
pub fn day_order<'a>(texts: impl Iterator<Item = &'a str>) -> DayOrder {
    let mut order = DayOrder::Unknown;
    for text in texts {
        let mut scan = Scan(bare(text));
        let parts = scan.number(2).and_then(|first| scan.year_last(first));
        let told = match parts {
            Some([(13..), ..=12, _]) => DayOrder::DayFirst,
            Some([..=12, (13..), _]) => DayOrder::MonthFirst,
            _ => continue,
        };
        if order != DayOrder::Unknown && order != told {
            return DayOrder::Unknown;
        }
        order = told;
    }
    order
}
