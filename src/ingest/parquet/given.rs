//! Values of a column of whatever type, one by one, as [`Given`] to the one reading of values.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, BooleanArray, Float64Array, Int64Array, LargeListArray, StringViewArray,
};
use arrow::buffer::NullBuffer;
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Date64Type, Field, Float64Type, Int64Type, TimeUnit, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};

use crate::ingest::value::{Given, ROUNDED};

const MICROS_OF_A_DAY: i64 = 86_400_000_000;
/// Half floats are exact up to here: seconds since 1970 are not.
const MOST_OF_FLOAT16: f64 = 2048.0;
/// Single floats are exact up to here.
const MOST_OF_FLOAT32: f64 = 16_777_216.0;

/// The values of a column.
pub enum Values {
    Nothing,
    Texts(StringViewArray),
    Bytes(BinaryViewArray),
    Flags(BooleanArray),
    /// Whole numbers, each as a float too, for where it has more than 64 bits.
    Integers(Int64Array, Option<Float64Array>),
    /// Numbers with decimals, and from where on their type does not hold every whole number.
    Floats(Float64Array, f64),
    Moments(Int64Array),
    Civil(Int64Array),
    Lists(LargeListArray, Box<Self>),
    /// Values that can be of no column: structs, maps, durations.
    Others(Option<NullBuffer>),
}

impl Values {
    /// The values of the array.
    pub fn of(array: &ArrayRef) -> Self {
        Self::cast(array).unwrap_or_else(|| Self::Others(array.logical_nulls()))
    }

    fn cast(array: &ArrayRef) -> Option<Self> {
        let to = |kind: &DataType| cast(array, kind).ok();
        let integers = || to(&DataType::Int64).map(|array| array.as_primitive::<Int64Type>().clone());
        let floats = || to(&DataType::Float64).map(|array| array.as_primitive::<Float64Type>().clone());
        Some(match array.data_type() {
            DataType::Null => Self::Nothing,
            DataType::Dictionary(_, values) => Self::of(&to(values)?),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Self::Texts(to(&DataType::Utf8View)?.as_string_view().clone())
            }
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Self::Bytes(to(&DataType::BinaryView)?.as_binary_view().clone())
            }
            DataType::Boolean => Self::Flags(array.as_boolean().clone()),
            DataType::UInt64 => Self::Integers(integers()?, Some(floats()?)),
            kind if kind.is_integer() => Self::Integers(integers()?, None),
            DataType::Float16 => Self::Floats(floats()?, MOST_OF_FLOAT16),
            DataType::Float32 => Self::Floats(floats()?, MOST_OF_FLOAT32),
            DataType::Float64 => Self::Floats(floats()?, f64::INFINITY),
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) => {
                if *scale > 0 {
                    Self::Floats(floats()?, f64::INFINITY)
                } else {
                    Self::Integers(integers()?, Some(floats()?))
                }
            }
            DataType::Timestamp(unit, None) => Self::Civil(micros(array, *unit)),
            DataType::Timestamp(unit, Some(_)) => Self::Moments(micros(array, *unit)),
            DataType::Date32 => Self::Civil(
                array.as_primitive::<Date32Type>().unary(|days| i64::from(days).saturating_mul(MICROS_OF_A_DAY)),
            ),
            DataType::Date64 => {
                Self::Civil(array.as_primitive::<Date64Type>().unary(|millis| millis.saturating_mul(1000)))
            }
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                let item = Arc::new(Field::clone(item));
                let lists = to(&DataType::LargeList(item))?.as_list::<i64>().clone();
                let items = Self::of(lists.values());
                Self::Lists(lists, Box::new(items))
            }
            _ => return None,
        })
    }

    /// The value of the row.
    pub fn at(&self, row: usize) -> Given<'_> {
        match self {
            Self::Nothing => Given::Nothing,
            Self::Texts(array) => of(array, row, || Given::Text(Cow::Borrowed(array.value(row)))),
            // Bytes that are not UTF-8 are replaced, and make a key unreadable.
            Self::Bytes(array) => of(array, row, || Given::Text(String::from_utf8_lossy(array.value(row)))),
            Self::Flags(array) => of(array, row, || Given::Flag(array.value(row))),
            Self::Integers(array, Some(floats)) if array.is_null(row) => {
                of(floats, row, || Given::Float(floats.value(row)))
            }
            Self::Integers(array, _) => of(array, row, || Given::Integer(array.value(row))),
            Self::Floats(array, most) => of(array, row, || {
                let number = array.value(row);
                if number.abs() > *most { Given::Spoilt(ROUNDED) } else { Given::Float(number) }
            }),
            Self::Moments(array) => of(array, row, || Given::Moment(array.value(row))),
            Self::Civil(array) => of(array, row, || Given::Civil(array.value(row))),
            Self::Lists(array, items) => of(array, row, || items.list(array, row)),
            Self::Others(nulls) => {
                if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                    Given::Nothing
                } else {
                    Given::Other
                }
            }
        }
    }

    /// The text of the row, if it has one.
    pub fn text(&self, row: usize) -> Option<&str> {
        match self {
            Self::Texts(array) if array.is_valid(row) => Some(array.value(row)),
            Self::Bytes(array) if array.is_valid(row) => std::str::from_utf8(array.value(row)).ok(),
            _ => None,
        }
    }

    /// A list of texts; whole numbers are their digits, and what is null is left out.
    fn list(&self, lists: &LargeListArray, row: usize) -> Given<'_> {
        let [begin, end] = [row, row + 1].map(|at| lists.value_offsets()[at] as usize);
        let mut texts = Vec::with_capacity(end - begin);
        for item in begin..end {
            match self.at(item) {
                Given::Nothing => {}
                Given::Text(text) => texts.push(text.into_owned()),
                Given::Integer(number) => texts.push(number.to_string()),
                _ => return Given::Other,
            }
        }
        Given::Texts(texts)
    }
}

fn of<'a>(array: &dyn Array, row: usize, value: impl FnOnce() -> Given<'a>) -> Given<'a> {
    if array.is_null(row) { Given::Nothing } else { value() }
}

/// Microseconds. A time that has none is beyond all that are read.
fn micros(array: &ArrayRef, unit: TimeUnit) -> Int64Array {
    match unit {
        TimeUnit::Second => {
            array.as_primitive::<TimestampSecondType>().unary(|seconds| seconds.saturating_mul(1_000_000))
        }
        TimeUnit::Millisecond => {
            array.as_primitive::<TimestampMillisecondType>().unary(|millis| millis.saturating_mul(1000))
        }
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().unary(|micros| micros),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().unary(|nanos| nanos.div_euclid(1000)),
    }
}
