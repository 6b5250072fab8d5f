//! The arrays and objects of a document: what is of another type is kept as it is, and found unreadable where a record is made.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::{GivenVisitor, LOST};
use super::value::Given;

/// An item of a payload array, or a part of one: an object, or something else.
#[derive(Debug)]
pub enum Item<'a, T> {
    Object(T),
    Other(Given<'a>),
}

impl<T> Default for Item<'_, T> {
    fn default() -> Self {
        Self::Other(Given::Nothing)
    }
}

impl<T> Item<'_, T> {
    /// Whether it is null or absent.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Other(Given::Nothing))
    }

    /// Whether it may stand under a key that is no sound text.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Other(Given::Spoilt(_)))
    }
}

/// A field that its object lacks, and that may stand under a key of it that is no sound text: from now on it counts as
/// unreadable, not as absent.
pub trait Lose {
    fn lose(&mut self);
}

impl Lose for Given<'_> {
    fn lose(&mut self) {
        *self = Given::Spoilt(LOST);
    }
}

impl<T> Lose for Item<'_, T> {
    fn lose(&mut self) {
        *self = Self::Other(Given::Spoilt(LOST));
    }
}

impl<T> Lose for Option<Item<'_, T>> {
    fn lose(&mut self) {
        *self = Some(Item::Other(Given::Spoilt(LOST)));
    }
}

impl Lose for Option<IgnoredAny> {
    fn lose(&mut self) {}
}

impl<T> Lose for Payload<'_, T> {
    fn lose(&mut self) {
        *self = Self::Lost;
    }
}

struct ItemVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ItemVisitor<T> {
    type Value = Item<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(entries)).map(Item::Object)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Item::Other(Given::Nothing))
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        GivenVisitor.visit_bool(value).map(Item::Other)
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        GivenVisitor.visit_i64(value).map(Item::Other)
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        GivenVisitor.visit_u64(value).map(Item::Other)
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        GivenVisitor.visit_f64(value).map(Item::Other)
    }
    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
        GivenVisitor.visit_borrowed_str(value).map(Item::Other)
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        GivenVisitor.visit_str(value).map(Item::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        GivenVisitor.visit_seq(items).map(Item::Other)
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Item<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor(PhantomData))
    }
}

/// The array under a payload key.
#[derive(Debug, Default)]
pub enum Payload<'a, T> {
    /// The key is not there.
    #[default]
    Absent,
    /// `null` and `""` are empty arrays.
    Items(Vec<Item<'a, T>>),
    /// The key is there, and holds no array.
    NoArray,
    /// The key is not there, unless it is one that is no sound text.
    Lost,
}

impl<'a, T> Payload<'a, T> {
    /// Whether the key is there.
    pub fn is_there(&self) -> bool {
        matches!(self, Self::Items(_) | Self::NoArray)
    }

    /// The items; `None` if they cannot be read.
    pub fn items(&self) -> Option<&[Item<'a, T>]> {
        match self {
            Self::Absent => Some(&[]),
            Self::Items(items) => Some(items),
            Self::NoArray | Self::Lost => None,
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
        GivenVisitor.visit_map(entries).map(|_| Payload::NoArray)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Payload::Items(Vec::new()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(if value.is_empty() { Payload::Items(Vec::new()) } else { Payload::NoArray })
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Payload::NoArray)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Payload::NoArray)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Payload::NoArray)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Payload::NoArray)
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
        let kinds: Vec<bool> = payload.items().unwrap().iter().map(|i| matches!(i, Item::Object(_))).collect();
        assert_eq!(kinds, [true, false, false, false, false, false, false]);
        for json in ["{}", "5", "\"x\"", "true", "1.5", "-5"] {
            assert!(serde_json::from_str::<Payload<'_, IgnoredAny>>(json).unwrap().items().is_none(), "{json}");
        }
    }
}
