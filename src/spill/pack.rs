//! Rows in few bytes, by means that cost little: what is the same in all rows is said once, texts of which there are few
//! become numbers, and a number takes as many bytes as it needs.
//!
//! Rows that wait for their turn are millions; in memory as they are worked on each of their texts takes 16 bytes beside
//! its letters, be there any or not. Ids stay as they are, but for what all of them begin with: they are as good as random.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, ListArray, RecordBatch, StringViewArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt32Type, UInt64Type};

use super::weight;
use crate::error::{Error, Result};

/// The texts of a column are addressed by 32 bits.
const MOST_BYTES: u64 = 1 << 30;
/// Columns with more texts than a byte can number are written text by text.
const MOST_WORDS: usize = 256;
/// Times of the service are whole seconds.
const MICROSECONDS: i64 = 1_000_000;

/// Packs rows into one block, or into several if their texts are very long.
///
/// # Errors
/// [`Error::Bug`] if a column is of a type that no table has that waits.
pub fn pack(rows: &RecordBatch) -> Result<Vec<Buffer>> {
    if weight(rows) > MOST_BYTES && rows.num_rows() > 1 {
        let half = rows.num_rows() / 2;
        let mut blocks = pack(&rows.slice(0, half))?;
        blocks.extend(pack(&rows.slice(half, rows.num_rows() - half))?);
        return Ok(blocks);
    }
    let mut block = Packer(Vec::new());
    block.number(rows.num_rows() as u64);
    rows.columns().iter().try_for_each(|column| block.column(column))?;
    block.0.shrink_to_fit();
    Ok(vec![block.0.into()])
}

/// Which rows of a column are null.
pub const NONE: u8 = 0;
pub const ALL: u8 = 1;
const SOME: u8 = 2;
/// How the texts of a column are written.
pub const WORDS: u8 = 0;
const LETTERS: u8 = 1;

struct Packer(Vec<u8>);

impl Packer {
    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn column(&mut self, column: &ArrayRef) -> Result<()> {
        match column.null_count() {
            0 => self.0.push(NONE),
            nulls if nulls == column.len() => {
                self.0.push(ALL);
                return Ok(());
            }
            _ => {
                self.0.push(SOME);
                let nulls = column.nulls().map(NullBuffer::inner);
                self.bits(nulls.ok_or_else(|| Error::Bug("nulls without a mask".to_owned()))?);
            }
        }
        match column.data_type() {
            DataType::Utf8View => self.texts(column.as_string_view()),
            DataType::List(_) => {
                let list: &ListArray = column.as_list();
                let offsets = list.value_offsets();
                let (begin, end) = (offsets[0] as usize, offsets[list.len()] as usize);
                self.integers(&offsets.windows(2).map(|pair| i64::from(pair[1] - pair[0])).collect::<Vec<_>>());
                self.number((end - begin) as u64);
                self.column(&list.values().slice(begin, end - begin))?;
            }
            DataType::Boolean => self.bits(column.as_boolean().values()),
            DataType::Int64 => self.integers(column.as_primitive::<Int64Type>().values()),
            DataType::Timestamp(TimeUnit::Microsecond, _) => self.integers(column.as_primitive::<TimestampMicrosecondType>().values()),
            DataType::UInt64 => self.integers(&widened::<UInt64Type>(column, |number| number as i64)),
            DataType::UInt32 => self.integers(&widened::<UInt32Type>(column, i64::from)),
            DataType::UInt8 => self.integers(&widened::<UInt8Type>(column, i64::from)),
            other => return Err(Error::Bug(format!("no way to pack {other}"))),
        }
        Ok(())
    }

    fn bits(&mut self, bits: &BooleanBuffer) {
        self.0.extend_from_slice(bits.sliced().as_slice());
    }

    /// Each as its distance from the least of them, in as few bytes as the greatest distance takes.
    fn integers(&mut self, values: &[i64]) {
        let least = values.iter().copied().min().unwrap_or(0);
        let distance = |value: &i64| value.wrapping_sub(least) as u64;
        let greatest = values.iter().map(distance).max().unwrap_or(0);
        let unit = if greatest >= MICROSECONDS as u64 && values.iter().all(|value| distance(value) % MICROSECONDS as u64 == 0) {
            MICROSECONDS as u64
        } else {
            1
        };
        let width = Width::of(greatest / unit);
        self.number(least as u64);
        self.number(unit);
        self.0.push(width as u8);
        let scaled = values.iter().map(|value| distance(value) / unit);
        match width {
            Width::None => {}
            Width::One => self.0.extend(scaled.map(|number| number as u8)),
            Width::Two => scaled.for_each(|number| self.0.extend_from_slice(&(number as u16).to_le_bytes())),
            Width::Four => scaled.for_each(|number| self.0.extend_from_slice(&(number as u32).to_le_bytes())),
            Width::Eight => scaled.for_each(|number| self.0.extend_from_slice(&number.to_le_bytes())),
        }
    }

    fn texts(&mut self, texts: &StringViewArray) {
        if let Some(words) = Words::of(texts) {
            self.0.push(WORDS);
            self.number(words.texts.len() as u64);
            for text in &words.texts {
                self.number(text.len() as u64);
                self.0.extend_from_slice(text.as_bytes());
            }
            if words.texts.len() > 1 {
                self.0.extend_from_slice(&words.codes);
            }
        } else {
            self.0.push(LETTERS);
            self.letters(texts);
        }
    }

    /// What all of them begin with, then of each how many letters follow, then these.
    fn letters(&mut self, texts: &StringViewArray) {
        let shared = shared_beginning(texts);
        let rest = |row: usize| if texts.is_valid(row) { &texts.value(row).as_bytes()[shared.len()..] } else { &[] };
        self.number(shared.len() as u64);
        self.0.extend_from_slice(shared);
        let lengths: Vec<i64> = (0..texts.len()).map(|row| rest(row).len() as i64).collect();
        self.integers(&lengths);
        self.number(lengths.iter().sum::<i64>() as u64);
        for row in 0..texts.len() {
            self.0.extend_from_slice(rest(row));
        }
    }
}

fn widened<T: ArrowPrimitiveType>(column: &ArrayRef, widen: impl Fn(T::Native) -> i64) -> Vec<i64> {
    column.as_primitive::<T>().values().iter().map(|&value| widen(value)).collect()
}

fn shared_beginning(texts: &StringViewArray) -> &[u8] {
    let mut all = texts.iter().flatten().map(str::as_bytes);
    let mut shared = all.next().unwrap_or_default();
    for text in all {
        if !text.starts_with(shared) {
            shared = &shared[..shared.iter().zip(text).take_while(|(a, b)| a == b).count()];
            if shared.is_empty() {
                break;
            }
        }
    }
    shared
}

/// The texts of a column of which there are few, in the order in which they first come.
struct Words<'a> {
    texts: Vec<&'a str>,
    codes: Vec<u8>,
}

impl<'a> Words<'a> {
    fn of(column: &'a StringViewArray) -> Option<Self> {
        let mut code_of: HashMap<&str, u8> = HashMap::new();
        let mut words = Self { texts: Vec::new(), codes: Vec::with_capacity(column.len()) };
        // Many columns say the same from row to row, and mostly by the same view.
        let mut last: Option<(u128, u8)> = None;
        for (row, &view) in column.views().iter().enumerate() {
            let code = match last {
                _ if column.is_null(row) => 0,
                Some((seen, code)) if seen == view => code,
                _ => {
                    let text = column.value(row);
                    let new = words.texts.len();
                    let code = match code_of.get(text) {
                        Some(code) => *code,
                        None if new == MOST_WORDS => return None,
                        None => {
                            words.texts.push(text);
                            code_of.insert(text, new as u8);
                            new as u8
                        }
                    };
                    last = Some((view, code));
                    code
                }
            };
            words.codes.push(code);
        }
        Some(words)
    }
}

/// How many bytes a number takes.
#[derive(Clone, Copy)]
enum Width {
    None = 0,
    One = 1,
    Two = 2,
    Four = 4,
    Eight = 8,
}

impl Width {
    fn of(greatest: u64) -> Self {
        match greatest {
            0 => Self::None,
            1..=0xff => Self::One,
            0x100..=0xffff => Self::Two,
            0x1_0000..=0xffff_ffff => Self::Four,
            _ => Self::Eight,
        }
    }
}
