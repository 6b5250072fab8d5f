//! The arrays and objects of a document. A value of another type is kept, and becomes unreadable in its record.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::{LOST, RawValueVisitor};
use crate::ingest::value::RawValue;

/// An item of a payload array, or a part of one: an object, or a value of another type.
#[derive(Debug)]
pub enum PayloadItem<'a, T> {
    Object(T),
    Other(RawValue<'a>),
}

impl<T> Default for PayloadItem<'_, T> {
    fn default() -> Self {
        Self::Other(RawValue::Null)
    }
}

impl<T> PayloadItem<'_, T> {
    /// Returns whether it is null or absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Other(RawValue::Null))
    }

    /// Returns whether it is absent, but may be under a damaged key.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Other(RawValue::Unreadable(_)))
    }
}

/// A field that its object lacks, but that may be under a damaged key of it.
pub trait MarkUnreadable {
    /// Makes the field unreadable, not absent.
    fn mark_unreadable(&mut self);
}

impl MarkUnreadable for RawValue<'_> {
    fn mark_unreadable(&mut self) {
        *self = RawValue::Unreadable(LOST);
    }
}

impl<T> MarkUnreadable for PayloadItem<'_, T> {
    fn mark_unreadable(&mut self) {
        *self = Self::Other(RawValue::Unreadable(LOST));
    }
}

impl<T> MarkUnreadable for Option<PayloadItem<'_, T>> {
    fn mark_unreadable(&mut self) {
        *self = Some(PayloadItem::Other(RawValue::Unreadable(LOST)));
    }
}

impl MarkUnreadable for Option<IgnoredAny> {
    fn mark_unreadable(&mut self) {}
}

impl<T> MarkUnreadable for Payload<'_, T> {
    fn mark_unreadable(&mut self) {
        *self = Self::Lost;
    }
}

/// Whether an object has a key. The value is not decoded.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum KeyPresence {
    #[default]
    Absent,
    Null,
    There,
    /// Absent, but may be one that is damaged.
    Lost,
}

impl<'de> Deserialize<'de> for KeyPresence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <&serde_json::value::RawValue>::deserialize(deserializer)?.get();
        Ok(if value == "null" { Self::Null } else { Self::There })
    }
}

impl MarkUnreadable for KeyPresence {
    fn mark_unreadable(&mut self) {
        *self = Self::Lost;
    }
}

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = PayloadItem<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(PayloadItem::Object)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(PayloadItem::Other(RawValue::Null))
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        RawValueVisitor.visit_bool(value).map(PayloadItem::Other)
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        RawValueVisitor.visit_i64(value).map(PayloadItem::Other)
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        RawValueVisitor.visit_u64(value).map(PayloadItem::Other)
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        RawValueVisitor.visit_f64(value).map(PayloadItem::Other)
    }
    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
        RawValueVisitor.visit_borrowed_str(value).map(PayloadItem::Other)
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        RawValueVisitor.visit_str(value).map(PayloadItem::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        RawValueVisitor.visit_seq(items).map(PayloadItem::Other)
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for PayloadItem<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor(PhantomData))
    }
}

/// The array under a payload key.
#[derive(Debug, Default)]
pub enum Payload<'a, T> {
    /// The key is absent.
    #[default]
    Absent,
    /// `null` and `""` are empty arrays.
    Items(Vec<PayloadItem<'a, T>>),
    /// The value is not an array.
    NotAnArray,
    /// The key is absent, but may be one that is damaged.
    Lost,
}

impl<'a, T> Payload<'a, T> {
    /// Returns whether the key is there.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Items(_) | Self::NotAnArray)
    }

    /// The items; `None` if they cannot be read, or may be under another key: its object has unknown arrays or objects.
    pub fn items_among(&self, has_others: bool) -> Option<&[PayloadItem<'a, T>]> {
        let is_elsewhere = has_others && matches!(self, Self::Absent);
        self.items().filter(|_| !is_elsewhere)
    }

    /// The items; `None` if they cannot be read.
    pub fn items(&self) -> Option<&[PayloadItem<'a, T>]> {
        match self {
            Self::Absent => Some(&[]),
            Self::Items(items) => Some(items),
            Self::NotAnArray | Self::Lost => None,
        }
    }
}

struct PayloadVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PayloadVisitor<T> {
    type Value = Payload<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Payload::Items(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        RawValueVisitor.visit_map(entries).map(|_| Payload::NotAnArray)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Payload::Items(Vec::new()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { Payload::Items(Vec::new()) } else { Payload::NotAnArray })
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Payload::NotAnArray)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Payload::NotAnArray)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Payload::NotAnArray)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Payload::NotAnArray)
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Payload<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PayloadVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_text_are_empty_arrays() {
        for json in ["null", "\"\"", "[]"] {
            assert_eq!(serde_json::from_str::<Payload<'_, IgnoredAny>>(json).unwrap().items().unwrap().len(), 0);
        }
    }

    #[test]
    fn an_item_that_is_no_object_is_kept_as_it_is() {
        let payload: Payload<'_, IgnoredAny> = serde_json::from_str("[{}, 5, \"x\", null, [1], true, 1.5]").unwrap();
        let kinds: Vec<bool> = payload.items().unwrap().iter().map(|i| matches!(i, PayloadItem::Object(_))).collect();
        assert_eq!(kinds, [true, false, false, false, false, false, false]);
        for json in ["{}", "5", "\"x\"", "true", "1.5", "-5"] {
            assert!(serde_json::from_str::<Payload<'_, IgnoredAny>>(json).unwrap().items().is_none(), "{json}");
        }
    }
}
