//! The values of a column of any Arrow type, as [`RawValue`]s.

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

use crate::ingest::value::{ROUNDED, RawValue};

const MICROS_OF_A_DAY: i64 = 86_400_000_000;
/// Half floats represent every whole number up to here.
const MAX_FLOAT16: f64 = 2048.0;
/// Single floats represent every whole number up to here.
const MAX_FLOAT32: f64 = 16_777_216.0;

/// The values of a column.
pub enum ColumnValues {
    Nothing,
    Texts(StringViewArray),
    Bytes(BinaryViewArray),
    Flags(BooleanArray),
    /// Whole numbers, and the same as floats for those of more than 64 bits.
    Integers(Int64Array, Option<Float64Array>),
    /// Numbers with decimals, and the largest whole number that their type represents exactly.
    Floats(Float64Array, f64),
    Instants(Int64Array),
    Civil(Int64Array),
    Lists(LargeListArray, Box<Self>),
    /// Tags as the API names them: `group_name`, `tag_name`, `tag_id`.
    Tags([Option<Box<Self>>; 3], Option<NullBuffer>),
    /// Values that no column accepts: structs, maps, durations.
    Others(Option<NullBuffer>),
}

impl ColumnValues {
    /// The values of the array.
    pub fn new(array: &ArrayRef) -> Self {
        Self::cast(array).unwrap_or_else(|| Self::Others(array.logical_nulls()))
    }

    fn cast(array: &ArrayRef) -> Option<Self> {
        let to = |kind: &DataType| cast(array, kind).ok();
        let integers = || to(&DataType::Int64).map(|array| array.as_primitive::<Int64Type>().clone());
        let floats = || to(&DataType::Float64).map(|array| array.as_primitive::<Float64Type>().clone());
        Some(match array.data_type() {
            DataType::Null => Self::Nothing,
            DataType::Dictionary(_, values) => Self::new(&to(values)?),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Self::Texts(to(&DataType::Utf8View)?.as_string_view().clone())
            }
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
                Self::Bytes(to(&DataType::BinaryView)?.as_binary_view().clone())
            }
            DataType::Boolean => Self::Flags(array.as_boolean().clone()),
            DataType::UInt64 => Self::Integers(integers()?, Some(floats()?)),
            kind if kind.is_integer() => Self::Integers(integers()?, None),
            DataType::Float16 => Self::Floats(floats()?, MAX_FLOAT16),
            DataType::Float32 => Self::Floats(floats()?, MAX_FLOAT32),
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
            DataType::Timestamp(unit, Some(_)) => Self::Instants(micros(array, *unit)),
            DataType::Date32 => Self::Civil(
                array.as_primitive::<Date32Type>().unary(|days| i64::from(days).saturating_mul(MICROS_OF_A_DAY)),
            ),
            DataType::Date64 => {
                Self::Civil(array.as_primitive::<Date64Type>().unary(|millis| millis.saturating_mul(1000)))
            }
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                let item = Arc::new(Field::clone(item));
                let lists = to(&DataType::LargeList(item))?.as_list::<i64>().clone();
                let items = Self::new(lists.values());
                Self::Lists(lists, Box::new(items))
            }
            DataType::Struct(_) => {
                let field = |name| array.as_struct().column_by_name(name).map(|field| Box::new(Self::new(field)));
                let fields = ["group_name", "tag_name", "tag_id"].map(field);
                fields[1..].iter().any(Option::is_some).then(|| Self::Tags(fields, array.logical_nulls()))?
            }
            _ => return None,
        })
    }

    /// The value of the row.
    pub fn at(&self, row: usize) -> RawValue<'_> {
        match self {
            Self::Nothing => RawValue::Null,
            Self::Texts(array) => non_null(array, row, || RawValue::Text(Cow::Borrowed(array.value(row)))),
            // Bytes that are not UTF-8 are replaced, and make a key unreadable.
            Self::Bytes(array) => non_null(array, row, || RawValue::Text(String::from_utf8_lossy(array.value(row)))),
            Self::Flags(array) => non_null(array, row, || RawValue::Flag(array.value(row))),
            Self::Integers(array, Some(floats)) if array.is_null(row) => {
                non_null(floats, row, || RawValue::Float(floats.value(row)))
            }
            Self::Integers(array, _) => non_null(array, row, || RawValue::Integer(array.value(row))),
            Self::Floats(array, max) => non_null(array, row, || {
                let number = array.value(row);
                if number.abs() > *max { RawValue::Unreadable(ROUNDED) } else { RawValue::Float(number) }
            }),
            Self::Instants(array) => non_null(array, row, || RawValue::Instant(array.value(row))),
            Self::Civil(array) => non_null(array, row, || RawValue::CivilTime(array.value(row))),
            Self::Lists(array, items) => non_null(array, row, || items.list(array, row)),
            Self::Tags(_, Some(nulls)) if nulls.is_null(row) => RawValue::Null,
            Self::Tags(fields, _) => {
                let text = |field: &Option<Box<Self>>| match field.as_ref()?.at(row) {
                    RawValue::Text(text) if !text.is_empty() => Some(text.into_owned()),
                    RawValue::Integer(number) => Some(number.to_string()),
                    _ => None,
                };
                let [group, name, id] = fields.each_ref().map(text);
                let name = name.map(|name| group.map_or_else(|| name.clone(), |group| format!("{group}/{name}")));
                name.or(id).map_or(RawValue::Null, |tag| RawValue::Text(Cow::Owned(tag)))
            }
            Self::Others(nulls) => {
                if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                    RawValue::Null
                } else {
                    RawValue::Other
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

    /// A list of texts; whole numbers are their digits, and nulls are left out.
    fn list(&self, lists: &LargeListArray, row: usize) -> RawValue<'_> {
        let [begin, end] = [row, row + 1].map(|at| lists.value_offsets()[at] as usize);
        let mut texts = Vec::with_capacity(end - begin);
        for item in begin..end {
            match self.at(item) {
                RawValue::Null => {}
                RawValue::Text(text) => texts.push(text.into_owned()),
                RawValue::Integer(number) => texts.push(number.to_string()),
                _ => return RawValue::Other,
            }
        }
        RawValue::List(texts)
    }
}

fn non_null<'a>(array: &dyn Array, row: usize, value: impl FnOnce() -> RawValue<'a>) -> RawValue<'a> {
    if array.is_null(row) { RawValue::Null } else { value() }
}

/// Converts times to microseconds. Those that overflow saturate, far outside the range of valid times.
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
