//! A value of a report or of a result, as JSON and as text.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimeUnit, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;

/// Returns the value of a row as JSON: times as RFC 3339 in UTC, decimals as texts, because JSON numbers are not exact.
pub fn cell(array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)).into(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).into(),
        DataType::Decimal128(_, scale) => decimal(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            time_text(array.as_primitive::<TimestampMicrosecondType>().value(row)).into()
        }
        DataType::Date32 => day(array.as_primitive::<Date32Type>().value(row)),
        DataType::List(_) => list(array.as_list::<i32>().value(row).as_ref()),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(row).as_ref()),
        DataType::Dictionary(key, _) if **key == DataType::Int32 => {
            let words = array.as_dictionary::<Int32Type>();
            words.key(row).map_or(Value::Null, |key| cell(words.values().as_ref(), key))
        }
        _ => other(array, row),
    }
}

fn list(values: &dyn Array) -> Value {
    (0..values.len()).map(|row| cell(values, row)).collect::<Vec<_>>().into()
}

/// Returns microseconds since 1970 as RFC 3339 in UTC; a time outside of its years as a number.
fn time_text(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |time| time.to_string())
}

fn day(days: i32) -> Value {
    let seconds = i64::from(days) * 24 * 60 * 60;
    let date = Timestamp::from_second(seconds)
        .map(|time| time.to_string().chars().take_while(|c| *c != 'T').collect::<String>());
    date.map_or_else(|_| days.into(), Value::from)
}

fn decimal(units: i128, scale: i8) -> Value {
    let places = u32::try_from(scale).unwrap_or(0);
    Decimal::try_from_i128_with_scale(units, places)
        .map_or_else(|_| format!("{units}e-{scale}").into(), |amount| amount.to_string().into())
}

fn other(array: &dyn Array, row: usize) -> Value {
    let options = FormatOptions::default();
    ArrayFormatter::try_new(array, &options).map_or(Value::Null, |texts| texts.value(row).to_string().into())
}

/// Returns a value as people read it: an empty text for null, the elements of a list separated by commas.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Date32Array, Decimal128Array, TimestampMicrosecondArray, UInt32Array};
    use serde_json::json;

    use super::cell;

    #[test]
    fn values_keep_what_they_are() {
        let price = Decimal128Array::from(vec![1_234_500]).with_precision_and_scale(18, 2).unwrap();
        assert_eq!(cell(&price, 0), json!("12345.00"));
        let time = TimestampMicrosecondArray::from(vec![1_777_564_800_000_000]).with_timezone("UTC");
        assert_eq!(cell(&time, 0), json!("2026-04-30T16:00:00Z"));
        assert_eq!(cell(&Date32Array::from(vec![1]), 0), json!("1970-01-02"));
        assert_eq!(cell(&UInt32Array::from(vec![None, Some(7)]), 0), json!(null));
    }
}
