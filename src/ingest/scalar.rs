//! Lenient JSON values: numbers as strings, strings as numbers, `null`, `""`, `[]` and absent the same. What is of the
//! wrong type does not stop the decoding: it becomes a reject of its record.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::times;
use crate::schema::Cell;
use crate::text::errors as say;

/// Why a value cannot be what its field wants. Never quotes the value: it may be personal data.
pub type Wrong = &'static str;

/// A field that makes its record unreadable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The field, from its payload item.
    pub field: &'static str,
    pub reason: Wrong,
}

/// Any JSON value, as far as anybody here cares.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Scalar<'a> {
    #[default]
    Null,
    Text(Cow<'a, str>),
    Integer(i64),
    Float(f64),
    Flag(bool),
    List,
    Object,
}

pub(super) struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Scalar::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Scalar::Flag(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Scalar::Integer(value))
    }
    #[expect(clippy::cast_precision_loss, reason = "beyond i64 only its being a number counts")]
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Integer))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Scalar::Float(value))
    }
    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { Scalar::Null } else { Scalar::Text(Cow::Borrowed(value)) })
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { Scalar::Null } else { Scalar::Text(Cow::Owned(value.to_owned())) })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut kind = Scalar::Null;
        while items.next_element::<IgnoredAny>()?.is_some() {
            kind = Scalar::List;
        }
        Ok(kind)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Object)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

/// A type that a lenient field may want.
pub trait Lenient<'de>: Sized {
    /// What a text that is not empty is, or why it is none.
    fn from_text(text: Cow<'de, str>) -> Result<Option<Self>, Wrong>;

    /// What a whole number is, or why it is none.
    fn from_integer(number: i64) -> Result<Option<Self>, Wrong>;

    /// What any other value is that is not null, or why it is none.
    fn from_other(scalar: &Scalar<'de>) -> Result<Option<Self>, Wrong>;

    /// The value, `None` for null, or why it is none.
    #[inline]
    fn from_scalar(scalar: Scalar<'de>) -> Result<Option<Self>, Wrong> {
        match scalar {
            Scalar::Null => Ok(None),
            Scalar::Text(text) => Self::from_text(text),
            Scalar::Integer(number) => Self::from_integer(number),
            other => Self::from_other(&other),
        }
    }
}

/// An identifier: text, always.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Id<'a>(pub Cow<'a, str>);

/// A moment: microseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(pub i64);

/// Why a number is no id.
pub const NUMBER_AS_ID: Wrong =
    "a number where an id belongs: ids are text, since a number has lost leading zeros and digits beyond 2^53; export it as a string";
pub const NO_ID: Wrong = "not a string, where an id belongs";
const NO_TEXT: Wrong = say::NOT_TEXT.en;
const NO_INTEGER: Wrong = say::NOT_WHOLE.en;
const NO_FLAG: Wrong = "neither true nor false, nor 1 or 0";
const NO_TIME: Wrong = "a time that is none: unix seconds from 0 up to the year 9999 are wanted";

impl<'de: 'a, 'a> Lenient<'de> for Id<'a> {
    #[inline]
    fn from_text(text: Cow<'de, str>) -> Result<Option<Self>, Wrong> {
        Ok(Some(Self(text)))
    }
    #[inline]
    fn from_integer(_: i64) -> Result<Option<Self>, Wrong> {
        Err(NUMBER_AS_ID)
    }
    fn from_other(scalar: &Scalar<'de>) -> Result<Option<Self>, Wrong> {
        Err(if matches!(scalar, Scalar::Float(_)) { NUMBER_AS_ID } else { NO_ID })
    }
}

impl<'de: 'a, 'a> Lenient<'de> for Cow<'a, str> {
    #[inline]
    fn from_text(text: Cow<'de, str>) -> Result<Option<Self>, Wrong> {
        Ok(Some(text))
    }
    fn from_integer(number: i64) -> Result<Option<Self>, Wrong> {
        Ok(Some(Cow::Owned(number.to_string())))
    }
    fn from_other(scalar: &Scalar<'de>) -> Result<Option<Self>, Wrong> {
        if let Scalar::Float(number) = scalar { Ok(Some(Cow::Owned(number.to_string()))) } else { Err(NO_TEXT) }
    }
}

impl<'de> Lenient<'de> for i64 {
    fn from_text(text: Cow<'de, str>) -> Result<Option<Self>, Wrong> {
        text.trim().parse().map(Some).map_err(|_| NO_INTEGER)
    }
    #[inline]
    fn from_integer(number: i64) -> Result<Option<Self>, Wrong> {
        Ok(Some(number))
    }
    fn from_other(scalar: &Scalar<'de>) -> Result<Option<Self>, Wrong> {
        if let Scalar::Float(number) = scalar { whole(*number).map(Some).ok_or(NO_INTEGER) } else { Err(NO_INTEGER) }
    }
}

impl<'de> Lenient<'de> for bool {
    fn from_text(text: Cow<'de, str>) -> Result<Option<Self>, Wrong> {
        match text.trim() {
            "1" | "true" => Ok(Some(true)),
            "0" | "false" => Ok(Some(false)),
            _ => Err(NO_FLAG),
        }
    }
    #[inline]
    fn from_integer(number: i64) -> Result<Option<Self>, Wrong> {
        if matches!(number, 0 | 1) { Ok(Some(number == 1)) } else { Err(NO_FLAG) }
    }
    fn from_other(scalar: &Scalar<'de>) -> Result<Option<Self>, Wrong> {
        if let Scalar::Flag(flag) = scalar { Ok(Some(*flag)) } else { Err(NO_FLAG) }
    }
}

impl Moment {
    fn at_second(seconds: Result<Option<i64>, Wrong>) -> Result<Option<Self>, Wrong> {
        seconds.map_err(|_| NO_TIME)?.map(|seconds| times::from_unix(seconds).map(Self).ok_or(NO_TIME)).transpose()
    }
}

impl<'de> Lenient<'de> for Moment {
    fn from_text(text: Cow<'de, str>) -> Result<Option<Self>, Wrong> {
        Self::at_second(i64::from_text(text))
    }
    #[inline]
    fn from_integer(number: i64) -> Result<Option<Self>, Wrong> {
        Self::at_second(Ok(Some(number)))
    }
    fn from_other(scalar: &Scalar<'de>) -> Result<Option<Self>, Wrong> {
        Self::at_second(i64::from_other(scalar))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked to be whole and far below 2^53")]
fn whole(number: f64) -> Option<i64> {
    (number.trunc() == number && number.abs() < 9e15).then_some(number as i64)
}

/// A field that is read leniently, and judged only when its record is made.
#[derive(Debug, Clone)]
pub struct Field<T>(pub Result<Option<T>, Wrong>);

impl<T> Default for Field<T> {
    fn default() -> Self {
        Self(Ok(None))
    }
}

impl<'de, T: Lenient<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor).map(|scalar| Self(T::from_scalar(scalar)))
    }
}

impl<T> Field<T> {
    /// The value, if there is one.
    #[inline]
    pub fn get(&self, field: &'static str) -> Result<Option<&T>, Fault> {
        self.0.as_ref().map(Option::as_ref).map_err(|reason| Fault { field, reason })
    }

    /// The value, without which the record is of no use.
    #[inline]
    pub fn need(&self, field: &'static str) -> Result<&T, Fault> {
        self.get(field)?.ok_or(Fault { field, reason: "absent or empty, and the record is of no use without it" })
    }

    /// The value, if there is one and it is right.
    #[inline]
    pub fn ok(&self) -> Option<&T> {
        self.0.as_ref().ok().and_then(Option::as_ref)
    }
}

/// What can stand in a row.
pub trait AsCell {
    /// The value as the cell of a row.
    fn as_cell(&self) -> Cell<'_>;
}

impl AsCell for Id<'_> {
    #[inline]
    fn as_cell(&self) -> Cell<'_> {
        Cell::Text(&self.0)
    }
}

impl AsCell for Cow<'_, str> {
    #[inline]
    fn as_cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
}

impl AsCell for i64 {
    #[inline]
    fn as_cell(&self) -> Cell<'_> {
        Cell::Integer(*self)
    }
}

impl AsCell for bool {
    #[inline]
    fn as_cell(&self) -> Cell<'_> {
        Cell::Flag(*self)
    }
}

impl AsCell for Moment {
    #[inline]
    fn as_cell(&self) -> Cell<'_> {
        Cell::Time(self.0)
    }
}

impl<T: AsCell> Field<T> {
    /// The value as the cell of a row, null if there is none.
    #[inline]
    pub fn cell(&self, field: &'static str) -> Result<Cell<'_>, Fault> {
        Ok(self.get(field)?.map_or(Cell::Null, AsCell::as_cell))
    }

    /// The value as the cell of a row that is of no use without it.
    #[inline]
    pub fn needed_cell(&self, field: &'static str) -> Result<Cell<'_>, Fault> {
        self.need(field).map(AsCell::as_cell)
    }
}

impl Scalar<'_> {
    /// The value as an id, if there is one.
    pub fn id(&self) -> Result<Option<&str>, Wrong> {
        match self {
            Self::Null => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            Self::Integer(_) | Self::Float(_) => Err(NUMBER_AS_ID),
            _ => Err(NO_ID),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'a, T: Lenient<'a>>(json: &'a str) -> Result<Option<T>, Wrong> {
        serde_json::from_str::<Field<T>>(json).unwrap().0
    }

    #[test]
    fn numbers_and_strings_stand_in_for_each_other() {
        assert_eq!(read::<i64>("\"16\""), Ok(Some(16)));
        assert_eq!(read::<i64>("16.0"), Ok(Some(16)));
        assert_eq!(read::<i64>("\"sixteen\""), Err(NO_INTEGER));
        assert_eq!(read::<Cow<'_, str>>("13800000000"), Ok(Some(Cow::Borrowed("13800000000"))));
        assert_eq!(read::<Cow<'_, str>>("{\"a\":[]}"), Err(NO_TEXT));
        assert_eq!(read::<bool>("1"), Ok(Some(true)));
        assert_eq!(read::<bool>("\"false\""), Ok(Some(false)));
        assert_eq!(read::<bool>("2"), Err(NO_FLAG));
    }

    #[test]
    fn null_empty_text_and_empty_array_are_absent() {
        for json in ["null", "\"\"", "[]"] {
            assert_eq!(read::<i64>(json), Ok(None));
            assert_eq!(read::<Id<'_>>(json), Ok(None));
            assert_eq!(read::<Moment>(json), Ok(None));
        }
    }

    #[test]
    fn an_id_is_text() {
        assert_eq!(read::<Id<'_>>("\"00123\""), Ok(Some(Id(Cow::Borrowed("00123")))));
        assert_eq!(read::<Id<'_>>("\"a\\u002db\""), Ok(Some(Id(Cow::Borrowed("a-b")))));
        assert_eq!(read::<Id<'_>>("123"), Err(NUMBER_AS_ID));
        assert_eq!(read::<Id<'_>>("123456789012345678901234567890"), Err(NUMBER_AS_ID));
        assert_eq!(read::<Id<'_>>("true"), Err(NO_ID));
    }

    #[test]
    fn times_reach_beyond_u32_and_not_beyond_sense() {
        assert_eq!(read::<Moment>("5000000000"), Ok(Some(Moment(5_000_000_000_000_000))));
        assert_eq!(read::<Moment>("\"1700000000\""), Ok(Some(Moment(1_700_000_000_000_000))));
        for json in ["-1", "253402300800", "9223372036854775807", "\"yesterday\"", "1e300", "18446744073709551615", "1.5"] {
            assert_eq!(read::<Moment>(json), Err(NO_TIME), "{json}");
        }
    }
}
