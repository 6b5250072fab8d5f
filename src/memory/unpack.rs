//! Packed blocks -> rows, as [`super::pack`] wrote them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, ArrowPrimitiveType, BooleanArray, BooleanBufferBuilder, GenericByteViewArray, ListArray, PrimitiveArray,
    RecordBatch, RecordBatchOptions, StringViewArray, make_view,
};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{
    DataType, FieldRef, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt32Type, UInt64Type,
};

use super::pack::{ALL, DICTIONARY, NONE};
use crate::error::{Error, Result};
use crate::schema::nulls;

/// Unpacks blocks of one schema into one batch, block after block.
///
/// Views refer to the texts in the blocks, which are not copied unless they have a common prefix.
///
/// # Errors
/// [`Error::Bug`] if [`pack`](super::pack::pack) did not make the blocks.
pub fn unpack(blocks: Vec<Buffer>, schema: &SchemaRef) -> Result<RecordBatch> {
    let mut blocks: Vec<Unpacker> = blocks.into_iter().map(|block| Unpacker { block, at: 0 }).collect();
    let rows = blocks.iter_mut().map(Unpacker::length).collect::<Result<Vec<usize>>>()?;
    let column = |field: &FieldRef| column(blocks.iter_mut().zip(rows.iter().copied()).collect(), field.data_type());
    let columns = schema.fields().iter().map(column).collect::<Result<_>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows.iter().sum()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

/// Reads the next column of each block. `blocks` are pairs of a block and its number of rows.
fn column(blocks: Vec<(&mut Unpacker, usize)>, data_type: &DataType) -> Result<ArrayRef> {
    let mut column = PackedColumn(blocks.into_iter().map(BlockRows::new).collect::<Result<_>>()?);
    if column.is_null() {
        return Ok(nulls(data_type, column.rows()));
    }
    let nulls = column.nulls();
    Ok(match data_type {
        DataType::Utf8View => {
            let mut texts = TextBuilder { views: Vec::with_capacity(column.rows()), buffers: Vec::new() };
            for rows in &mut column.0 {
                rows.texts(&mut texts)?;
            }
            Arc::new(texts.finish(nulls))
        }
        DataType::List(item) => {
            let lengths = column.integers(|length| length as usize)?;
            let with_items = column.0.iter_mut().filter(|rows| !rows.nulls.is_all());
            let items = with_items.map(|rows| rows.block.length().map(|items| (&mut *rows.block, items)));
            let values = self::column(items.collect::<Result<_>>()?, item.data_type())?;
            Arc::new(ListArray::try_new(item.clone(), OffsetBuffer::from_lengths(lengths), values, nulls)?)
        }
        DataType::Boolean => Arc::new(BooleanArray::new(column.flags()?, nulls)),
        DataType::Int64 => Arc::new(column.numbers::<Int64Type>(nulls, |value| value)?),
        DataType::Timestamp(TimeUnit::Microsecond, _) => Arc::new(
            column.numbers::<TimestampMicrosecondType>(nulls, |value| value)?.with_data_type(data_type.clone()),
        ),
        DataType::UInt64 => Arc::new(column.numbers::<UInt64Type>(nulls, |value| value as u64)?),
        DataType::UInt32 => Arc::new(column.numbers::<UInt32Type>(nulls, |value| value as u32)?),
        DataType::UInt8 => Arc::new(column.numbers::<UInt8Type>(nulls, |value| value as u8)?),
        other => return Err(Error::Bug(format!("no way to unpack {other}"))),
    })
}

struct PackedColumn<'b>(Vec<BlockRows<'b>>);

struct BlockRows<'b> {
    block: &'b mut Unpacker,
    rows: usize,
    nulls: Nulls,
}

/// Null rows of a block.
enum Nulls {
    None,
    All,
    Some(NullBuffer),
}

impl Nulls {
    fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }
}

impl PackedColumn<'_> {
    fn rows(&self) -> usize {
        self.0.iter().map(|rows| rows.rows).sum()
    }

    fn is_null(&self) -> bool {
        self.0.iter().all(|rows| rows.nulls.is_all())
    }

    fn nulls(&self) -> Option<NullBuffer> {
        if self.0.iter().all(|rows| matches!(rows.nulls, Nulls::None)) {
            return None;
        }
        let mut valid = BooleanBufferBuilder::new(self.rows());
        for rows in &self.0 {
            match &rows.nulls {
                Nulls::None => valid.append_n(rows.rows, true),
                Nulls::All => valid.append_n(rows.rows, false),
                Nulls::Some(nulls) => valid.append_buffer(nulls.inner()),
            }
        }
        Some(NullBuffer::new(valid.finish()))
    }

    fn flags(&mut self) -> Result<BooleanBuffer> {
        let mut flags = BooleanBufferBuilder::new(self.rows());
        for rows in &mut self.0 {
            match rows.nulls {
                Nulls::All => flags.append_n(rows.rows, false),
                _ => flags.append_buffer(&rows.block.bits(rows.rows)?),
            }
        }
        Ok(flags.finish())
    }

    fn numbers<T: ArrowPrimitiveType>(
        &mut self,
        nulls: Option<NullBuffer>,
        narrow: impl Fn(i64) -> T::Native + Copy,
    ) -> Result<PrimitiveArray<T>> {
        Ok(PrimitiveArray::new(self.integers(narrow)?.into(), nulls))
    }

    fn integers<N: Clone + Default>(&mut self, narrow: impl Fn(i64) -> N + Copy) -> Result<Vec<N>> {
        let mut numbers = Vec::with_capacity(self.rows());
        for rows in &mut self.0 {
            match rows.nulls {
                Nulls::All => numbers.resize(numbers.len() + rows.rows, N::default()),
                _ => rows.block.integers(rows.rows, narrow, &mut numbers)?,
            }
        }
        Ok(numbers)
    }
}

impl<'b> BlockRows<'b> {
    fn new((block, rows): (&'b mut Unpacker, usize)) -> Result<Self> {
        let nulls = match block.byte()? {
            NONE => Nulls::None,
            ALL => Nulls::All,
            _ => Nulls::Some(NullBuffer::new(block.bits(rows)?)),
        };
        Ok(Self { block, rows, nulls })
    }

    fn texts(&mut self, texts: &mut TextBuilder) -> Result<()> {
        let before = texts.views.len();
        let nulls = match &self.nulls {
            Nulls::All => {
                texts.views.resize(before + self.rows, 0);
                return Ok(());
            }
            Nulls::None => None,
            Nulls::Some(nulls) => Some(nulls),
        };
        match self.block.byte()? {
            DICTIONARY => self.block.dictionary(self.rows, texts)?,
            _ => self.block.plain(self.rows, nulls, texts)?,
        }
        if let Some(nulls) = nulls {
            texts.views[before..]
                .iter_mut()
                .zip(nulls)
                .filter(|(_, is_valid)| !is_valid)
                .for_each(|(view, _)| *view = 0);
        }
        Ok(())
    }
}

/// Views of the texts of a column, and the buffers of those too long to be inlined.
struct TextBuilder {
    views: Vec<u128>,
    buffers: Vec<Buffer>,
}

impl TextBuilder {
    /// Index of the next buffer.
    fn next_buffer(&self) -> u32 {
        self.buffers.len() as u32
    }

    /// Makes the array without validating its views: with it, `audit` of 1 million relations takes 1.09 of the CPU
    /// where rows are packed (`--memory 512MiB`, `tests/bench`).
    #[expect(unsafe_code, reason = "texts were valid when they were packed, in the same run")]
    fn finish(self, nulls: Option<NullBuffer>) -> StringViewArray {
        // SAFETY: a block is made of valid texts in the same run, and kept in memory or in an unnamed file. Each view
        // refers to the bytes at its offset in the buffer pushed after those before it; a prefix and a rest make the
        // text that they were cut from.
        unsafe { GenericByteViewArray::new_unchecked(ScalarBuffer::from(self.views), self.buffers.into(), nulls) }
    }
}

/// Bytes of the longest text that is inlined in its view.
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
        let bytes: [u8; 8] =
            bytes.as_slice().try_into().map_err(|_| Error::Bug("a number has eight bytes".to_owned()))?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn length(&mut self) -> Result<usize> {
        usize::try_from(self.number()?).map_err(|error| Error::Bug(error.to_string()))
    }

    fn bits(&mut self, rows: usize) -> Result<BooleanBuffer> {
        Ok(BooleanBuffer::new(self.bytes(rows.div_ceil(8))?, 0, rows))
    }

    fn integers<N: Clone>(&mut self, rows: usize, narrow: impl Fn(i64) -> N, numbers: &mut Vec<N>) -> Result<()> {
        let (least, unit) = (self.number()? as i64, self.number()?);
        let width = self.byte()? as usize;
        let bytes = self.bytes(rows * width)?;
        let value = |distance: u64| narrow(least.wrapping_add(distance.wrapping_mul(unit) as i64));
        match width {
            0 => numbers.resize(numbers.len() + rows, narrow(least)),
            1 => numbers.extend(bytes.iter().map(|&byte| value(u64::from(byte)))),
            2 => numbers.extend(bytes.as_chunks().0.iter().map(|&bytes| value(u64::from(u16::from_le_bytes(bytes))))),
            4 => numbers.extend(bytes.as_chunks().0.iter().map(|&bytes| value(u64::from(u32::from_le_bytes(bytes))))),
            _ => numbers.extend(bytes.as_chunks().0.iter().map(|&bytes| value(u64::from_le_bytes(bytes)))),
        }
        Ok(())
    }

    fn dictionary(&mut self, rows: usize, texts: &mut TextBuilder) -> Result<()> {
        let mut bytes = Vec::new();
        let mut values = Vec::new();
        let mut is_long = false;
        for _ in 0..self.length()? {
            let length = self.length()?;
            let text = self.bytes(length)?;
            values.push(make_view(&text, texts.next_buffer(), bytes.len() as u32));
            bytes.extend_from_slice(&text);
            is_long |= length > INLINE;
        }
        match values[..] {
            [only] => texts.views.resize(texts.views.len() + rows, only),
            _ => texts.views.extend(self.bytes(rows)?.iter().map(|&code| values[code as usize])),
        }
        if is_long {
            texts.buffers.push(bytes.into());
        }
        Ok(())
    }

    fn plain(&mut self, rows: usize, nulls: Option<&NullBuffer>, texts: &mut TextBuilder) -> Result<()> {
        let prefix = self.length()?;
        let prefix = self.bytes(prefix)?;
        let mut lengths = Vec::with_capacity(rows);
        self.integers(rows, |length| length as usize, &mut lengths)?;
        let length = self.length()?;
        let mut bytes = self.bytes(length)?;
        if !prefix.is_empty() {
            let is_text = |row| nulls.is_none_or(|nulls| nulls.is_valid(row));
            let of_texts = lengths.iter_mut().enumerate().filter(|(row, _)| is_text(*row)).map(|(_, length)| length);
            bytes = joined(&prefix, of_texts, rows - nulls.map_or(0, NullBuffer::null_count), &bytes);
        }
        let (buffer, mut begin) = (texts.next_buffer(), 0);
        let view = |&length: &usize| {
            let end = begin + length;
            let view = view_of(&bytes, buffer, begin, end);
            begin = end;
            view
        };
        texts.views.extend(lengths.iter().map(view));
        texts.buffers.push(bytes);
        Ok(())
    }
}

/// Makes the view of a part of a buffer.
fn view_of(bytes: &[u8], buffer: u32, begin: usize, end: usize) -> u128 {
    match bytes[begin..end] {
        // Too long to be inlined, as nearly all ids are: length, first four bytes, buffer, offset.
        [a, b, c, d, ..] if end - begin > INLINE => {
            let first = u128::from(u32::from_le_bytes([a, b, c, d]));
            (begin as u128) << 96 | u128::from(buffer) << 64 | first << 32 | (end - begin) as u128
        }
        _ => make_view(&bytes[begin..end], buffer, begin as u32),
    }
}

/// Puts the common prefix before each text, and adds it to the lengths.
fn joined<'a>(prefix: &[u8], lengths: impl Iterator<Item = &'a mut usize>, texts: usize, rests: &[u8]) -> Buffer {
    let mut all = Vec::with_capacity(rests.len() + texts * prefix.len());
    let mut rests = rests;
    for length in lengths {
        let (rest, further) = rests.split_at(*length);
        all.extend_from_slice(prefix);
        all.extend_from_slice(rest);
        *length += prefix.len();
        rests = further;
    }
    all.into()
}
