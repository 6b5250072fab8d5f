//! The values of a document, each as its [`Deserialize`](serde::Deserialize) has it.

use serde::de::IgnoredAny;

use super::{Quick, Quickly, Reader, Unusual};
use crate::ingest::payload::{Item, Payload};
use crate::ingest::scalar::{Field, Lenient, Scalar};

impl<'a> Quick<'a> for IgnoredAny {
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        reader.skip()
    }
}

impl<'a> Quick<'a> for Scalar<'a> {
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        *self = reader.scalar()?;
        Ok(())
    }
}

impl<'a, T: Lenient<'a>> Quick<'a> for Field<T> {
    #[inline]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        self.0 = T::from_scalar(reader.scalar()?);
        Ok(())
    }
}

impl<'a, T: Quick<'a>> Quick<'a> for Option<T> {
    fn fill(&mut self, reader: &mut Reader<'a>) -> Quickly<()> {
        match reader.peek() {
            b'n' => reader.word("null", Scalar::Null).map(|_| ()),
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
            *self = if reader.scalar()? == Scalar::Null { Self::Items(Vec::new()) } else { Self::NoArray };
            return Ok(());
        }
        let mut items = Vec::new();
        reader.array(|reader| items.push_mut(Item::default()).fill(reader))?;
        *self = Self::Items(items);
        Ok(())
    }
}
