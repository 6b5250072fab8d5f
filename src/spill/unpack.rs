//! Packed rows -> rows, as [`super::pack`] wrote them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, GenericByteViewArray, ListArray, PrimitiveArray, RecordBatch, RecordBatchOptions,
    StringViewArray, make_view,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt32Type, UInt64Type};

use super::pack::{ALL, NONE, WORDS};
use crate::error::{Error, Result};
use crate::schema::nulls;

/// The rows of a block that [`pack`] made of rows of that schema in this run.
///
/// # Errors
/// [`Error::Bug`] if it did not.
pub fn unpack(block: Buffer, schema: &SchemaRef) -> Result<RecordBatch> {
    let mut block = Unpacker { block, at: 0 };
    let rows = block.number()? as usize;
    let columns = schema.fields().iter().map(|field| block.column(field.data_type(), rows)).collect::<Result<_>>()?;
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &RecordBatchOptions::new().with_row_count(Some(rows)))?)
}

/// Texts of so many bytes stand in their views.
const INLINE: usize = 12;

struct Unpacker {
    block: Buffer,
    at: usize,
}

impl Unpacker {
    fn bytes(&mut self, length: usize) -> Result<Buffer> {
        let ends = self.at.checked_add(length).filter(|end| *end <= self.block.len());
        let end = ends.ok_or_else(|| Error::Bug("a packed block ends too early".to_owned()))?;
        let bytes = self.block.slice_with_length(self.at, length);
        self.at = end;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.bytes(1)?[0])
    }

    fn number(&mut self) -> Result<u64> {
        let bytes = self.bytes(8)?;
        let bytes: [u8; 8] = bytes.as_slice().try_into().map_err(|_| Error::Bug("eight bytes are eight".to_owned()))?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn length(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|error| Error::Bug(error.to_string()))
    }

    fn column(&mut self, data_type: &DataType, rows: usize) -> Result<ArrayRef> {
        let nulls = match self.byte()? {
            NONE => None,
            ALL => return Ok(nulls(data_type, rows)),
            _ => Some(NullBuffer::new(self.bits(rows)?)),
        };
        Ok(match data_type {
            DataType::Utf8View => self.texts(rows, nulls)?,
            DataType::List(item) => {
                let lengths = self.integers(rows)?;
                let items = self.length()?;
                let values = self.column(item.data_type(), items)?;
                let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|&length| length as usize));
                Arc::new(ListArray::try_new(item.clone(), offsets, values, nulls)?)
            }
            DataType::Boolean => Arc::new(BooleanArray::new(self.bits(rows)?, nulls)),
            DataType::Int64 => Arc::new(PrimitiveArray::<Int64Type>::new(self.integers(rows)?.into(), nulls)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => Arc::new(
                PrimitiveArray::<TimestampMicrosecondType>::new(self.integers(rows)?.into(), nulls).with_data_type(data_type.clone()),
            ),
            DataType::UInt64 => self.narrowed::<UInt64Type>(rows, nulls, |value| value as u64)?,
            DataType::UInt32 => self.narrowed::<UInt32Type>(rows, nulls, |value| value as u32)?,
            DataType::UInt8 => self.narrowed::<UInt8Type>(rows, nulls, |value| value as u8)?,
            other => return Err(Error::Bug(format!("no way to unpack {other}"))),
        })
    }

    fn narrowed<T: ArrowPrimitiveType>(
        &mut self,
        rows: usize,
        nulls: Option<NullBuffer>,
        narrow: impl Fn(i64) -> T::Native,
    ) -> Result<ArrayRef> {
        let values: Vec<T::Native> = self.integers(rows)?.into_iter().map(narrow).collect();
        Ok(Arc::new(PrimitiveArray::<T>::new(values.into(), nulls)))
    }

    fn bits(&mut self, rows: usize) -> Result<BooleanBuffer> {
        Ok(BooleanBuffer::new(self.bytes(rows.div_ceil(8))?, 0, rows))
    }

    fn integers(&mut self, rows: usize) -> Result<Vec<i64>> {
        let (least, unit) = (self.number()? as i64, self.number()?);
        let width = self.byte()? as usize;
        let bytes = self.bytes(rows * width)?;
        let value = |distance: u64| least.wrapping_add(distance.wrapping_mul(unit) as i64);
        Ok(match width {
            0 => vec![least; rows],
            1 => bytes.iter().map(|&byte| value(u64::from(byte))).collect(),
            2 => bytes.as_chunks().0.iter().map(|&bytes| value(u64::from(u16::from_le_bytes(bytes)))).collect(),
            4 => bytes.as_chunks().0.iter().map(|&bytes| value(u64::from(u32::from_le_bytes(bytes)))).collect(),
            _ => bytes.as_chunks().0.iter().map(|&bytes| value(u64::from_le_bytes(bytes))).collect(),
        })
    }

    fn texts(&mut self, rows: usize, nulls: Option<NullBuffer>) -> Result<ArrayRef> {
        let (mut views, letters) = match self.byte()? {
            WORDS => self.words(rows)?,
            _ => self.letters(rows, nulls.as_ref())?,
        };
        if let Some(nulls) = &nulls {
            views.iter_mut().zip(nulls).filter(|(_, is_valid)| !is_valid).for_each(|(view, _)| *view = 0);
        }
        Ok(Arc::new(texts(views, letters, nulls)))
    }

    fn words(&mut self, rows: usize) -> Result<(Vec<u128>, Buffer)> {
        let mut letters = Vec::new();
        let mut views = Vec::new();
        for _ in 0..self.length()? {
            let length = self.length()?;
            let text = self.bytes(length)?;
            views.push(make_view(&text, 0, letters.len() as u32));
            letters.extend_from_slice(&text);
        }
        let views = match views[..] {
            [only] => vec![only; rows],
            _ => self.bytes(rows)?.iter().map(|&code| views[code as usize]).collect(),
        };
        Ok((views, letters.into()))
    }

    fn letters(&mut self, rows: usize, nulls: Option<&NullBuffer>) -> Result<(Vec<u128>, Buffer)> {
        let shared = self.length()?;
        let shared = self.bytes(shared)?;
        let mut lengths = self.integers(rows)?;
        let length = self.length()?;
        let mut letters = self.bytes(length)?;
        if !shared.is_empty() {
            let is_text = |row| nulls.is_none_or(|nulls| nulls.is_valid(row));
            let of_texts = lengths.iter_mut().enumerate().filter(|(row, _)| is_text(*row)).map(|(_, length)| length);
            letters = joined(&shared, of_texts, rows - nulls.map_or(0, NullBuffer::null_count), &letters);
        }
        let mut begin = 0;
        let view = |&length: &i64| {
            let end = begin + length as usize;
            let view = view_of(&letters, begin, end);
            begin = end;
            view
        };
        Ok((lengths.iter().map(view).collect(), letters))
    }
}

/// A view of some of the letters of the first buffer.
fn view_of(letters: &[u8], begin: usize, end: usize) -> u128 {
    match letters[begin..end] {
        // What is too long to stand in its view, as nearly all ids are: length, first letters, buffer, place.
        [a, b, c, d, ..] if end - begin > INLINE => {
            (begin as u128) << 96 | u128::from(u32::from_le_bytes([a, b, c, d])) << 32 | (end - begin) as u128
        }
        _ => make_view(&letters[begin..end], 0, begin as u32),
    }
}

/// Puts what all texts begin with before each, and counts it to their lengths.
fn joined<'a>(shared: &[u8], lengths: impl Iterator<Item = &'a mut i64>, texts: usize, rests: &[u8]) -> Buffer {
    let mut all = Vec::with_capacity(rests.len() + texts * shared.len());
    let mut rests = rests;
    for length in lengths {
        let (rest, further) = rests.split_at(*length as usize);
        all.extend_from_slice(shared);
        all.extend_from_slice(rest);
        *length += shared.len() as i64;
        rests = further;
    }
    all.into()
}

/// To check again that every text is UTF-8 takes longer than all the rest of it.
#[expect(unsafe_code, reason = "whoever leaves the check out has to vouch for the texts")]
fn texts(views: Vec<u128>, letters: Buffer, nulls: Option<NullBuffer>) -> StringViewArray {
    // SAFETY: a block is made of valid texts in this very run, and kept in memory or in a file without a name. A view is
    // made of the letters at its place in the one buffer there is; a text is put together of the two parts that it was cut
    // into.
    unsafe { GenericByteViewArray::new_unchecked(ScalarBuffer::from(views), Arc::new([letters]), nulls) }
}
