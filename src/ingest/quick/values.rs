//! Values of a document on the fast path, read as by their [`Deserialize`](serde::Deserialize).

use serde::de::IgnoredAny;

use super::{JsonReader, Quick, Quickly, Unusual};
use crate::ingest::json::payload::{KeyPresence, Payload, PayloadItem};
use crate::ingest::value::RawValue;

impl<'a> Quick<'a> for IgnoredAny {
    fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
        reader.skip()
    }
}

impl<'a> Quick<'a> for KeyPresence {
    fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
        if reader.peek() == b'n' {
            *self = Self::Null;
            return reader.word("null", RawValue::Null).map(|_| ());
        }
        *self = Self::There;
        reader.skip()
    }
}

impl<'a> Quick<'a> for RawValue<'a> {
    #[inline]
    fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
        reader.scalar(self)
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Option<T> {
    fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
        match reader.peek() {
            b'n' => reader.word("null", RawValue::Null).map(|_| ()),
            _ => self.insert(T::default()).fill(reader),
        }
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for PayloadItem<'a, T> {
    #[inline]
    fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
        if reader.peek() != b'{' {
            let mut other = RawValue::Null;
            reader.scalar(&mut other)?;
            *self = Self::Other(other);
            return Ok(());
        }
        *self = Self::Object(T::default());
        let Self::Object(object) = self else { return Err(Unusual) };
        object.fill(reader)
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Payload<'a, T> {
    fn fill(&mut self, reader: &mut JsonReader<'a>) -> Quickly<()> {
        if reader.peek() != b'[' {
            let mut other = RawValue::Null;
            reader.scalar(&mut other)?;
            *self = if other == RawValue::Null { Self::Items(Vec::new()) } else { Self::NotAnArray };
            return Ok(());
        }
        let mut items = Vec::new();
        reader.array(|reader| {
            // Lists hold a few tags or a hundred large records: eightfold growth copies records less often than
            // doubling.
            if items.len() == items.capacity() {
                items.reserve(7 * items.len());
            }
            items.push_mut(PayloadItem::default()).fill(reader)
        })?;
        *self = Self::Items(items);
        Ok(())
    }
}
