//! Rows in few bytes, by means that cost little: what is the same in all rows is said once, texts of which there are few
//! become numbers, and a number takes as many bytes as it needs.
//!
//! Rows that wait for their turn are millions; in memory as they are worked on each of their texts takes 16 bytes beside
//! its letters, be there any or not. Ids stay as they are, but for what all of them begin with: they are as good as random.

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, ListArray, RecordBatch, StringViewArray};
use arrow::buffer::{BooleanBuffer, Buffer, NullBuffer};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt32Type, UInt64Type};
use hashbrown::HashMap;

use super::weight;
use crate::error::{Error, Result};

/// The texts of a column are addressed by 32 bits.
const MOST_BYTES: u64 = 1 << 30;
/// Columns with more texts than a byte can number are written text by text.
const MOST_WORDS: usize = 256;
/// Times of the service are whole seconds.
const MICROSECONDS: u64 = 1_000_000;

/// Packs rows into one block, or into several if their texts are very long.
///
/// # Errors
/// [`Error::Bug`] if a column is of a type that no table has that waits.
pub fn pack(rows: &RecordBatch) -> Result<Vec<Buffer>> {
    let weight = weight(rows);
    if weight > MOST_BYTES && rows.num_rows() > 1 {
        let half = rows.num_rows() / 2;
        let mut blocks = pack(&rows.slice(0, half))?;
        blocks.extend(pack(&rows.slice(half, rows.num_rows() - half))?);
        return Ok(blocks);
    }
    // Room that is not filled costs nothing; to move what is packed for more room does.
    let mut block = Packer(Vec::with_capacity(weight as usize));
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
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.integers(column.as_primitive::<TimestampMicrosecondType>().values())
            }
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
        let (least, most) =
            values.iter().fold((i64::MAX, i64::MIN), |(least, most), &value| (least.min(value), most.max(value)));
        let least = if values.is_empty() { 0 } else { least };
        let distance = |value: &i64| value.wrapping_sub(least) as u64;
        let greatest = if values.is_empty() { 0 } else { distance(&most) };
        let in_seconds =
            greatest >= MICROSECONDS && values.iter().all(|value| distance(value).is_multiple_of(MICROSECONDS));
        self.number(least as u64);
        self.number(if in_seconds { MICROSECONDS } else { 1 });
        // Two loops, for a division by what is known beforehand is a multiplication.
        if in_seconds {
            self.distances(values.iter().map(|value| distance(value) / MICROSECONDS), greatest / MICROSECONDS);
        } else {
            self.distances(values.iter().map(distance), greatest);
        }
    }

    fn distances(&mut self, distances: impl Iterator<Item = u64>, greatest: u64) {
        let width = Width::of(greatest);
        self.0.push(width as u8);
        match width {
            Width::None => {}
            Width::One => self.0.extend(distances.map(|number| number as u8)),
            Width::Two => distances.for_each(|number| self.0.extend_from_slice(&(number as u16).to_le_bytes())),
            Width::Four => distances.for_each(|number| self.0.extend_from_slice(&(number as u32).to_le_bytes())),
            Width::Eight => distances.for_each(|number| self.0.extend_from_slice(&number.to_le_bytes())),
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
        self.number(shared.len() as u64);
        self.0.extend_from_slice(shared);
        // The lower half of a view is the length of its text.
        let lengths: Vec<i64> = match texts.nulls() {
            None => texts.views().iter().map(|view| i64::from(*view as u32) - shared.len() as i64).collect(),
            Some(nulls) => {
                let length = |(view, is_text): (&u128, bool)| {
                    if is_text { i64::from(*view as u32) - shared.len() as i64 } else { 0 }
                };
                texts.views().iter().zip(nulls).map(length).collect()
            }
        };
        self.integers(&lengths);
        let letters = lengths.iter().sum::<i64>() as u64;
        self.number(letters);
        self.0.reserve(letters as usize);
        for text in texts.iter().flatten() {
            self.0.extend_from_slice(&text.as_bytes()[shared.len()..]);
        }
    }
}

fn widened<T: ArrowPrimitiveType>(column: &ArrayRef, widen: impl Fn(T::Native) -> i64) -> Vec<i64> {
    column.as_primitive::<T>().values().iter().map(|&value| widen(value)).collect()
}

fn shared_beginning(texts: &StringViewArray) -> &[u8] {
    // The first four letters stand in the views. Fewer, as unionids have in common, are not worth putting texts together again.
    let views = texts.views().iter().enumerate();
    let mut beginnings = views.filter(|(row, _)| texts.is_valid(*row)).map(|(_, view)| (view >> 32) as u32);
    let first = beginnings.next();
    if beginnings.any(|beginning| Some(beginning) != first) {
        return &[];
    }
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
        let mut code_of: HashMap<&str, u8> = HashMap::with_capacity(MOST_WORDS);
        let mut words = Self { texts: Vec::new(), codes: Vec::with_capacity(column.len()) };
        // Many columns say the same from row to row, and mostly by the same view.
        let mut last: Option<(u128, u8)> = None;
        for (row, &view) in column.views().iter().enumerate() {
            let code = match last {
                Some((seen, code)) if seen == view => code,
                _ if column.is_null(row) => 0,
                _ => {
                    let code = words.code(column.value(row), &mut code_of)?;
                    last = Some((view, code));
                    code
                }
            };
            words.codes.push(code);
        }
        Some(words)
    }

    /// The number of a text; none if there are too many.
    fn code(&mut self, text: &'a str, code_of: &mut HashMap<&'a str, u8>) -> Option<u8> {
        if let Some(code) = code_of.get(text) {
            return Some(*code);
        }
        let code = u8::try_from(self.texts.len()).ok()?;
        self.texts.push(text);
        code_of.insert(text, code);
        Some(code)
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
