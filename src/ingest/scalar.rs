//! A JSON value -> [`Given`], whatever its type: `null`, `""` and `[]` are the same as no value (DOMAIN.md section 3). What it
//! means is for [`super::value::read`] to say.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::part::Wrong;
use super::value::Given;

/// Why a field that its object lacks counts as unreadable.
pub const LOST: Wrong = "a key of the object is no sound text, and may be this one";

pub(super) struct GivenVisitor;

impl<'de> Visitor<'de> for GivenVisitor {
    type Value = Given<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Given::Nothing)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Given::Flag(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Given::Integer(value))
    }
    #[expect(clippy::cast_precision_loss, reason = "beyond i64 only its being a number counts")]
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Given::Float(value as f64), Given::Integer))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Given::Float(value))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { Given::Nothing } else { Given::Text(Cow::Borrowed(value)) })
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { Given::Nothing } else { Given::Text(Cow::Owned(value.to_owned())) })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut given = Given::Nothing;
        while items.next_element::<IgnoredAny>()?.is_some() {
            given = Given::Other;
        }
        Ok(given)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Given::Other)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Given<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(GivenVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_empty_text_and_empty_array_are_absent() {
        for json in ["null", "\"\"", "[]"] {
            assert_eq!(serde_json::from_str::<Given<'_>>(json).unwrap(), Given::Nothing, "{json}");
        }
    }

    #[test]
    fn values_are_kept_as_they_are_given() {
        for (json, given) in [
            ("\"00123\"", Given::Text("00123".into())),
            ("\"a\\u002db\"", Given::Text("a-b".into())),
            ("\" \"", Given::Text(" ".into())),
            ("-7", Given::Integer(-7)),
            ("9223372036854775807", Given::Integer(i64::MAX)),
            ("16.0", Given::Float(16.0)),
            ("18446744073709551615", Given::Float(18_446_744_073_709_551_615.0)),
            ("true", Given::Flag(true)),
            ("[0]", Given::Other),
            ("{}", Given::Other),
        ] {
            assert_eq!(serde_json::from_str::<Given<'_>>(json).unwrap(), given, "{json}");
        }
    }
}
