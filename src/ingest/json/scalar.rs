//! A JSON value -> [`RawValue`], of any type: `null`, `""` and `[]` are no value (DOMAIN.md section 3). Its
//! meaning is read by [`crate::ingest::value::read`].

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::ingest::value::{RawValue, RejectReason};

/// The reason of an absent field that may be under a damaged key.
pub const LOST: RejectReason = "absent, but may be a damaged key of its object";

pub(super) struct RawValueVisitor;

impl<'de> Visitor<'de> for RawValueVisitor {
    type Value = RawValue<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(RawValue::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(RawValue::Flag(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(RawValue::Integer(value))
    }
    #[expect(clippy::cast_precision_loss, reason = "beyond i64 only the type counts")]
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(RawValue::Float(value as f64), RawValue::Integer))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(RawValue::Float(value))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { RawValue::Null } else { RawValue::Text(Cow::Borrowed(value)) })
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { RawValue::Null } else { RawValue::Text(Cow::Owned(value.to_owned())) })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut given = RawValue::Null;
        while items.next_element::<IgnoredAny>()?.is_some() {
            given = RawValue::Other;
        }
        Ok(given)
    }
    /// `mongoexport` writes numbers and dates as objects of one key; no other object is a value.
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let given = match entries.next_key::<Cow<'de, str>>()?.as_deref() {
            Some("$numberInt" | "$numberLong" | "$numberDouble") => entries.next_value()?,
            Some("$date") => date(entries.next_value()?),
            Some(_) => entries.next_value::<IgnoredAny>().map(|_| RawValue::Other)?,
            None => return Ok(RawValue::Other),
        };
        let mut is_alone = true;
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            is_alone = false;
        }
        Ok(if is_alone { given } else { RawValue::Other })
    }
}

/// A date of `mongoexport`: milliseconds since 1970, or RFC 3339.
fn date(given: RawValue<'_>) -> RawValue<'_> {
    let milliseconds = match &given {
        RawValue::Integer(number) => Some(*number),
        RawValue::Text(text) => text.parse().ok(),
        _ => None,
    };
    milliseconds
        .map_or(given, |milliseconds: i64| milliseconds.checked_mul(1000).map_or(RawValue::Other, RawValue::Instant))
}

impl<'de: 'a, 'a> Deserialize<'de> for RawValue<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawValueVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_empty_text_and_empty_array_are_absent() {
        for json in ["null", "\"\"", "[]"] {
            assert_eq!(serde_json::from_str::<RawValue<'_>>(json).unwrap(), RawValue::Null, "{json}");
        }
    }

    #[test]
    fn values_are_kept_as_they_are_given() {
        for (json, given) in [
            ("\"00123\"", RawValue::Text("00123".into())),
            ("\"a\\u002db\"", RawValue::Text("a-b".into())),
            ("\" \"", RawValue::Text(" ".into())),
            ("-7", RawValue::Integer(-7)),
            ("9223372036854775807", RawValue::Integer(i64::MAX)),
            ("16.0", RawValue::Float(16.0)),
            ("18446744073709551615", RawValue::Float(18_446_744_073_709_551_615.0)),
            ("true", RawValue::Flag(true)),
            ("[0]", RawValue::Other),
            ("{}", RawValue::Other),
            (r#"{"value": 7}"#, RawValue::Other),
            (r#"{"$numberLong": "1777557600"}"#, RawValue::Text("1777557600".into())),
            (r#"{"$numberInt": "1"}"#, RawValue::Text("1".into())),
            (r#"{"$date": "2026-04-30T22:00:00+08:00"}"#, RawValue::Text("2026-04-30T22:00:00+08:00".into())),
            (r#"{"$date": 1777557600000}"#, RawValue::Instant(1_777_557_600_000_000)),
            (r#"{"$date": {"$numberLong": "1777557600000"}}"#, RawValue::Instant(1_777_557_600_000_000)),
            (r#"{"$date": {"$numberLong": "9223372036854775807"}}"#, RawValue::Other),
            (r#"{"$date": 7, "$numberLong": "7"}"#, RawValue::Other),
            (r#"{"$oid": "65f0c0ffee"}"#, RawValue::Other),
        ] {
            assert_eq!(serde_json::from_str::<RawValue<'_>>(json).unwrap(), given, "{json}");
        }
    }
}
