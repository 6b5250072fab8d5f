//! Dates and times as people and software write them -> calendar fields.
//!
//! Our own parser: jiff reads ISO 8601, and its `strptime` one format at a time, where a column here mixes separators,
//! `年月日`, AM/PM in two languages on either side of the time, and offsets in a dozen forms: some 200 formats to try.

use jiff::civil::{Date, DateTime, Time};

use super::key::{are_digits, strip_padding};
use super::time::{HOUR, is_zero_date};
use super::{DayOrder, NO_TIME, RejectReason};

/// The reason of a date that can be read only if the rest of its column shows the order of day and month.
pub const AMBIGUOUS: RejectReason =
    "a date such as 5/2/2026 in a column that does not show which part is the day: use 2026-05-02";

/// Converts the digits behind the point of a second to microseconds, truncated.
pub(super) fn micros_of(digits: &str) -> i64 {
    let six = digits.bytes().chain(std::iter::repeat(b'0')).take(6);
    six.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0'))
}

/// Returns whether a text of digits and signs is a date: two separators of one kind between digits.
pub(super) fn is_dated(text: &str) -> bool {
    ['-', '.'].iter().any(|separator| text.split(*separator).count() == 3 && text.split(*separator).all(are_digits))
}

/// Returns whether a key is a date or a time of day, as software writes it.
pub fn looks_like_date(key: &str) -> bool {
    if is_dated(key) && key.contains('.') {
        return false;
    }
    let is_known = |written: WrittenTime| (1900..2200).contains(&written.date[0]) && written.civil().is_some();
    let is_date = key.contains(['-', '/', '年']) && WrittenTime::parse(key, DayOrder::DayFirst).is_ok_and(is_known);
    let is_time = || {
        let mut scan = TimeScanner(key);
        key.contains(':') && scan.time().is_some() && scan.0.is_empty()
    };
    is_date || is_time() || is_short_date(key)
}

/// Returns whether a key is like `5月2日`, `2026年3月`, `2-May` and `2-May-26`, to which spreadsheets convert `5-2`,
/// `2026-3` and `may-2`.
fn is_short_date(key: &str) -> bool {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let is_day = |text: &str| are_digits(text) && text.len() <= 2;
    let in_chinese = key
        .strip_suffix('日')
        .and_then(|key| key.split_once('月'))
        .is_some_and(|(month, day)| is_day(month) && is_day(day));
    let is_month = key
        .strip_suffix('月')
        .and_then(|key| key.split_once('年'))
        .is_some_and(|(year, month)| are_digits(year) && is_day(month));
    let mut parts = key.splitn(3, '-');
    let is_english = parts.next().is_some_and(is_day) && parts.next().is_some_and(|month| MONTHS.contains(&month));
    in_chinese || is_month || (is_english && parts.next().is_none_or(are_digits))
}

/// A time as parsed, which need not exist.
#[derive(Debug, PartialEq)]
pub(super) struct WrittenTime {
    /// Year, month, day.
    pub date: [i32; 3],
    time: TimeOfDay,
    /// Seconds ahead of UTC.
    pub offset: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct TimeOfDay {
    hour: i32,
    minute: i32,
    second: i32,
    micros: i64,
}

impl WrittenTime {
    pub fn parse(text: &str, days: DayOrder) -> Result<Self, RejectReason> {
        let mut scan = TimeScanner(text);
        let date = scan.date(days)?;
        scan.skip_weekday();
        scan.skip_blanks();
        if scan.0.is_empty() {
            return Ok(Self { date, time: TimeOfDay::default(), offset: None });
        }
        // JavaScript writes `5/2/2026, 10:00:00 AM`.
        let _ = scan.eat("T") || scan.eat("t") || scan.eat(",");
        let time = scan.time().ok_or(NO_TIME)?;
        let offset = scan.offset();
        if scan.0.is_empty() { Ok(Self { date, time, offset }) } else { Err(NO_TIME) }
    }

    /// Parses `yyyymmdd` or `yyyymmddHHMMSS`; none if there is no such time.
    pub fn from_digits(digits: &str) -> Option<Self> {
        let mut scan = TimeScanner(digits);
        let date = scan.basic_date()?;
        let time = if scan.0.is_empty() { TimeOfDay::default() } else { scan.basic_time()? };
        let written = Self { date, time, offset: None };
        (is_zero_date(date[0], date[1], date[2]) || written.civil().is_some()).then_some(written)
    }

    /// The time in the calendar; none if there is no such time.
    pub fn civil(&self) -> Option<DateTime> {
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

/// Parses a text from left to right; holds the rest of it.
struct TimeScanner<'a>(&'a str);

impl<'a> TimeScanner<'a> {
    /// Removes `text` from the front, if it is there.
    fn eat(&mut self, text: &str) -> bool {
        self.0.strip_prefix(text).map(|rest| self.0 = rest).is_some()
    }

    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_start();
    }

    fn digits(&mut self) -> &'a str {
        let end = self.0.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        digits
    }

    /// A number of one to `max` digits.
    fn number(&mut self, max: usize) -> Option<i32> {
        let digits = self.digits();
        if digits.len() <= max { digits.parse().ok() } else { None }
    }

    /// A number of the first `length` digits.
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
    fn date(&mut self, days: DayOrder) -> Result<[i32; 3], RejectReason> {
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
        self.skip_blanks();
        self.eat("年").then_some(())?;
        self.skip_blanks();
        let month = self.number(2)?;
        self.skip_blanks();
        self.eat("月").then_some(())?;
        self.skip_blanks();
        let day = self.number(2)?;
        self.skip_blanks();
        (self.eat("日") || self.eat("号")).then_some([year, month, day])
    }

    /// Month and day in either order, and the year.
    fn year_last(&mut self, first: i32) -> Option<[i32; 3]> {
        let separator = self.separator()?;
        let second = self.number(2)?;
        let year = self.eat(separator).then(|| self.digits()).filter(|year| year.len() == 4)?;
        Some([first, second, year.parse().ok()?])
    }

    fn skip_weekday(&mut self) {
        let before = self.0;
        self.skip_blanks();
        let has_word = ["星期", "周"].into_iter().any(|word| self.eat(word));
        let has_day = has_word
            && "一二三四五六日天".chars().any(|day| self.0.strip_prefix(day).map(|rest| self.0 = rest).is_some());
        if !has_day {
            self.0 = before;
        }
    }

    /// The time of day, in 24 hours, or in 12 hours with AM or PM, in English or Chinese, on either side.
    fn time(&mut self) -> Option<TimeOfDay> {
        let before = self.half_of_day();
        self.skip_blanks();
        let mut time =
            if self.0.bytes().take_while(u8::is_ascii_digit).count() > 2 { self.basic_time()? } else { self.clock()? };
        let rest = self.0;
        self.skip_blanks();
        let after = self.half_of_day();
        if after.is_none() {
            self.0 = rest;
        }
        if before.is_some() && after.is_some() {
            return None;
        }
        time.hour = match (before.or(after), time.hour) {
            (Some(HalfOfDay::Morning), 12) => 0,
            (Some(HalfOfDay::Morning), 13..) => return None,
            (Some(HalfOfDay::Afternoon), hour @ 0..12) => hour + 12,
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

    /// The fraction of a second in microseconds, 0 if there is none.
    fn fraction(&mut self) -> Option<i64> {
        if !(self.eat(".") || self.eat(",")) {
            return Some(0);
        }
        let digits = self.digits();
        (1..=12).contains(&digits.len()).then(|| micros_of(digits))
    }

    fn half_of_day(&mut self) -> Option<HalfOfDay> {
        const WORDS: [(&str, HalfOfDay); 6] = [
            ("上午", HalfOfDay::Morning),
            ("下午", HalfOfDay::Afternoon),
            ("a.m.", HalfOfDay::Morning),
            ("p.m.", HalfOfDay::Afternoon),
            ("am", HalfOfDay::Morning),
            ("pm", HalfOfDay::Afternoon),
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
        self.skip_blanks();
        let offset = self.offset_alone();
        if offset.is_none() {
            self.0 = before;
            return None;
        }
        self.skip_zone_name();
        offset
    }

    fn offset_alone(&mut self) -> Option<i64> {
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

    /// Skips the name of a zone after its offset: `[Asia/Shanghai]`, ` CST`.
    fn skip_zone_name(&mut self) {
        let name = self.0.trim_start();
        let in_brackets = name.starts_with('[') && name.ends_with(']');
        let is_short = (2..=5).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase());
        if in_brackets || (is_short && name.len() < self.0.len()) {
            self.0 = "";
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HalfOfDay {
    Morning,
    Afternoon,
}

/// Orders the parts of a date whose year is last as year, month and day.
fn in_order([first, second, year]: [i32; 3], days: DayOrder) -> Result<[i32; 3], RejectReason> {
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

/// Returns which part of a date with the year last is the day, if it shows.
pub fn day_order(text: &str) -> Option<DayOrder> {
    let mut scan = TimeScanner(strip_padding(text));
    match scan.number(2).and_then(|first| scan.year_last(first))? {
        [(13..), ..=12, _] => Some(DayOrder::DayFirst),
        [..=12, (13..), _] => Some(DayOrder::MonthFirst),
        _ => None,
    }
}

/// The order of the dates of a column, as far as they were seen. Those with both orders have none.
#[derive(Debug, Clone, Copy, Default)]
pub struct ShownOrder(Option<DayOrder>);

impl ShownOrder {
    pub fn update(&mut self, text: &str) {
        if let Some(order) = day_order(text) {
            self.0 = Some(if self.0.is_none_or(|known| known == order) { order } else { DayOrder::Unknown });
        }
    }

    pub fn order(self) -> DayOrder {
        self.0.unwrap_or_default()
    }
}
