//! The values of a document, each as its [`Deserialize`](serde::Deserialize) has it.

use serde::de::IgnoredAny;

use super::{Quick, Quickly, Reader, Unusual};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::value::Given;

impl<'a> Quick<'a> for IgnoredAny {
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        reader.skip()
    }
}

impl<'a> Quick<'a> for Given<'a> {
    #[inline]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        *self = reader.scalar()?;
        Ok(())
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Option<T> {
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        match reader.peek() {
            b'n' => reader.word("null", Given::Nothing).map(|_| ()),
            _ => self.insert(T::default()).fill(reader),
        }
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Item<'a, T> {
    #[inline]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        if reader.peek() != b'{' {
            *self = Self::Other(reader.scalar()?);
            return Ok(());
        }
        *self = Self::Object(T::default());
        let Self::Object(object) = self else { return Err(Unusual) };
        object.fill(reader)
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Payload<'a, T> {
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        if reader.peek() != b'[' {
            *self = if reader.scalar()? == Given::Nothing { Self::Items(Vec::new()) } else { Self::NoArray };
            return Ok(());
        }
        let mut items = Vec::new();
        reader.array(|reader| {
            // A few tags, or a hundred records, which are large: to double the room each time would be to copy most of them twice.
            if items.len() == items.capacity() {
                items.reserve(7 * items.len());
            }
            items.push_mut(Item::default()).fill(reader)
        })?;
        *self = Self::Items(items);
        Ok(())
    }
}
