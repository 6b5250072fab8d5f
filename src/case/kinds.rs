//! The kinds of values of `case.toml`: reading each, with the errors of invalid ones.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use rust_decimal::Decimal;
use toml::value::{Datetime, Offset as TypedOffset};

use super::file::TomlValue;
use super::section::{CaseField, nearest};
use crate::error::Result;
use crate::schema::vocabulary::Word;
use crate::text::{Message, Text, errors as say};

/// Digits before the point in the reports: `decimal(18,2)`.
const MONEY_DIGITS: usize = 16;
/// The same of a unit price: `decimal(18,6)`.
const PRICE_DIGITS: usize = 12;
const AMOUNT_DECIMALS: usize = 2;
const PRICE_DECIMALS: usize = 6;

/// Reads a text that is not blank.
pub(super) fn text(field: &CaseField<'_>) -> Result<String> {
    match field.value() {
        TomlValue::Text(text) if text.trim().is_empty() => Err(field.fault(say::IS_EMPTY, say::IS_EMPTY_REMEDY)),
        TomlValue::Text(text) => Ok(text.clone()),
        _ => Err(field.wrong_type(say::A_TEXT, say::QUOTE_IT)),
    }
}

/// Reads a list of texts.
pub(super) fn texts(field: &CaseField<'_>) -> Result<Vec<String>> {
    field.items(say::TEXTS)?.iter().map(text).collect()
}

/// Reads a text that is safe in file names, footers and shells.
pub(super) fn identifier(field: &CaseField<'_>) -> Result<String> {
    let id = text(field)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.chars().all(fits) { Ok(id) } else { Err(field.fault(say::not_an_id(id), say::ID_REMEDY)) }
}

/// Reads a word of a closed list, and returns its meaning.
pub(super) fn word<T: Copy>(field: &CaseField<'_>, words: &[(&str, T)]) -> Result<T> {
    let typed = text(field)?;
    let found = words.iter().find(|(word, _)| *word == typed);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known = Message::list(words.iter().map(|(word, _)| format!("\"{word}\"")));
        field.fault(say::not_a_word(typed), say::one_of(known))
    })
}

/// Reads a word of a vocabulary.
pub(super) fn one_of<W: Word>(field: &CaseField<'_>, words: &[W]) -> Result<W> {
    word(field, &words.iter().map(|known| (known.word(), *known)).collect::<Vec<_>>())
}

/// Reads a whole number of at least `least`.
pub(super) fn count(field: &CaseField<'_>, least: u64) -> Result<u64> {
    let remedy = say::whole_number_remedy(least);
    let TomlValue::Integer(number) = field.value() else { return Err(field.wrong_type(say::A_WHOLE_NUMBER, remedy)) };
    // Reports count in signed 64 bits.
    let number = i64::try_from(*number).ok().and_then(|number| u64::try_from(number).ok());
    number.filter(|number| *number >= least).ok_or_else(|| field.fault(say::OUT_OF_RANGE, remedy))
}

/// Reads a share, 0 to 1.
pub(super) fn share(field: &CaseField<'_>) -> Result<f64> {
    let share = match field.value() {
        TomlValue::Float(share) => *share,
        TomlValue::Integer(0) => 0.0,
        TomlValue::Integer(1) => 1.0,
        TomlValue::Integer(_) => f64::INFINITY,
        _ => return Err(field.wrong_type(say::A_NUMBER, say::SHARE_REMEDY)),
    };
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(field.fault(say::NOT_A_SHARE, say::SHARE_REMEDY)) }
}

/// Reads an amount of money: a decimal number in quotes with at most 2 decimals.
pub(super) fn amount(field: &CaseField<'_>) -> Result<Decimal> {
    money(field, MONEY_DIGITS, AMOUNT_DECIMALS, "200000.00")
}

/// Reads the price of one relation: a decimal number in quotes with at most 6 decimals.
pub(super) fn unit_price(field: &CaseField<'_>) -> Result<Decimal> {
    money(field, PRICE_DIGITS, PRICE_DECIMALS, "0.80")
}

fn money(field: &CaseField<'_>, most_digits: usize, decimals: usize, example: &str) -> Result<Decimal> {
    let remedy = say::money_remedy(decimals, example);
    let TomlValue::Text(typed) = field.value() else { return Err(field.wrong_type(say::MONEY, remedy)) };
    let (whole, fraction) =
        typed.split_once('.').map_or((typed.as_str(), None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return Err(field.fault(say::not_money(typed), remedy));
    }
    if fraction.is_some_and(|fraction| fraction.len() > decimals) {
        return Err(field.fault(say::too_many_decimals(typed, decimals), remedy));
    }
    if whole.trim_start_matches('0').len() > most_digits {
        return Err(field.fault(say::too_much_money(typed), remedy));
    }
    typed.parse().map_err(|_| field.fault(say::not_money(typed), remedy))
}

/// Reads a currency: three capital letters.
pub(super) fn currency(field: &CaseField<'_>) -> Result<String> {
    let code = text(field)?;
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        Ok(code)
    } else {
        Err(field.fault(say::not_a_currency(code), say::CURRENCY_REMEDY))
    }
}

/// Reads an IANA time zone.
pub(super) fn timezone(field: &CaseField<'_>) -> Result<TimeZone> {
    let name = text(field)?;
    TimeZone::get(&name).map_err(|_| {
        let zones: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
        // Only a slip: of a city that is no zone, such as Beijing, another city would be the wrong one.
        let is_slip = |near: &&str| strsim::jaro_winkler(&name.to_lowercase(), &near.to_lowercase()) >= 0.95;
        let near = nearest(&name, zones.iter().map(String::as_str)).filter(is_slip);
        field.fault(say::not_a_time_zone(&name), say::perhaps(near, say::TIME_ZONE_REMEDY))
    })
}

pub(super) fn date(field: &CaseField<'_>) -> Result<Date> {
    let typed = datetime(field, say::A_DATE, say::DATE_REMEDY)?;
    if typed.time.is_some() {
        return Err(field.fault(say::more_than_a_date(typed), say::DATE_REMEDY));
    }
    civil(&typed).map(DateTime::date).ok_or_else(|| field.fault(say::is_not(typed, say::A_DATE), say::DATE_REMEDY))
}

/// Reads a time, in microseconds since 1970, UTC. Without an offset it is in `zone`; a date alone is its midnight.
pub(super) fn time(field: &CaseField<'_>, zone: &TimeZone) -> Result<i64> {
    let typed = datetime(field, say::A_TIME, say::TIME_REMEDY)?;
    let none = || field.fault(say::not_a_moment(typed), say::TIME_REMEDY);
    let civil = civil(&typed).ok_or_else(none)?;
    let offset = match typed.offset {
        Some(offset) => offset_of(offset).ok_or_else(none)?,
        None => offset_in(field, civil, zone)?,
    };
    Ok(offset.to_timestamp(civil).map_err(|_| none())?.as_microsecond())
}

/// Returns the offset of a local time. It has to be unambiguous: the cut-off of a migration must not be guessed.
fn offset_in(field: &CaseField<'_>, civil: DateTime, zone: &TimeZone) -> Result<Offset> {
    let name = zone.iana_name().unwrap_or("case.timezone");
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => Ok(offset),
        AmbiguousOffset::Gap { .. } => Err(field.fault(say::skipped_time(civil, name), say::TIME_REMEDY)),
        AmbiguousOffset::Fold { before, after } => {
            Err(field.fault(say::repeated_time(civil, name), say::repeated_time_remedy(before, after)))
        }
    }
}

/// Reads a TOML time, or the same in quotes.
fn datetime(field: &CaseField<'_>, wanted: Text, remedy: Text) -> Result<Datetime> {
    match field.value() {
        TomlValue::Datetime(typed) => Ok(*typed),
        TomlValue::Text(text) => text.trim().parse().map_err(|_| field.fault(say::is_not(text, wanted), remedy)),
        _ => Err(field.wrong_type(wanted, remedy)),
    }
}

/// Converts it to the calendar; none if there is no such day or second, or no day.
fn civil(typed: &Datetime) -> Option<DateTime> {
    let small = |number: u8| i8::try_from(number).ok();
    let day = typed.date?;
    let date = Date::new(i16::try_from(day.year).ok()?, small(day.month)?, small(day.day)?).ok()?;
    let Some(clock) = typed.time else { return Some(date.to_datetime(Time::midnight())) };
    let nanosecond = i32::try_from(clock.nanosecond.unwrap_or(0)).ok()?;
    let time =
        Time::new(small(clock.hour)?, small(clock.minute)?, small(clock.second.unwrap_or(0))?, nanosecond).ok()?;
    Some(date.to_datetime(time))
}

fn offset_of(typed: TypedOffset) -> Option<Offset> {
    match typed {
        TypedOffset::Z => Some(Offset::UTC),
        TypedOffset::Custom { minutes } => Offset::from_seconds(i32::from(minutes) * 60).ok(),
    }
}
