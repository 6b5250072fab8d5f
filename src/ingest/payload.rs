//! The arrays and objects of a document: what is of another type is kept as it is, and becomes a reject of its record.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scalar::{Fault, NO_ID, Scalar, ScalarVisitor, Wrong};

/// An item of a payload array, or a part of one: an object, or something else.
#[derive(Debug)]
pub enum Item<'a, T> {
    Object(T),
    Other(Scalar<'a>),
}

impl<T> Default for Item<'_, T> {
    fn default() -> Self {
        Self::Other(Scalar::Null)
    }
}

impl<T> Item<'_, T> {
    /// The object; none for null.
    pub fn get(&self, field: &'static str) -> Result<Option<&T>, Fault> {
        match self {
            Self::Object(object) => Ok(Some(object)),
            Self::Other(Scalar::Null) => Ok(None),
            Self::Other(_) => Err(Fault { field, reason: "not an object" }),
        }
    }
}

impl Item<'_, IgnoredAny> {
    /// The id that the item is.
    pub fn id(&self) -> Result<&str, Wrong> {
        match self {
            Self::Other(scalar) => scalar.id()?.ok_or("empty, where an id belongs"),
            Self::Object(_) => Err(NO_ID),
        }
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
        Ok(Item::Other(Scalar::Null))
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        ScalarVisitor.visit_bool(value).map(Item::Other)
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_i64(value).map(Item::Other)
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_u64(value).map(Item::Other)
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
        ScalarVisitor.visit_f64(value).map(Item::Other)
    }
    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Self::Value, E> {
        ScalarVisitor.visit_borrowed_str(value).map(Item::Other)
    }
    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
        ScalarVisitor.visit_str(value).map(Item::Other)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        ScalarVisitor.visit_seq(items).map(Item::Other)
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
}

impl<'a, T> Payload<'a, T> {
    /// Whether the key is there.
    pub fn is_there(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The items; `None` if it is no array.
    pub fn items(&self) -> Option<&[Item<'a, T>]> {
        match self {
            Self::Absent => Some(&[]),
            Self::Items(items) => Some(items),
            Self::NoArray => None,
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
        ScalarVisitor.visit_map(entries).map(|_| Payload::NoArray)
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
