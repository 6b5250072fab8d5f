//! One column of Parquet, of whatever type, -> the type of its canonical column. What cannot be converted marks its row.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Float64Array, Int64Array, Int64Builder, ListBuilder, StringViewArray,
    StringViewBuilder, TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::{CastOptions, cast, cast_with_options, nullif};
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};
use jiff::tz::TimeZone;

use crate::ingest::scalar::NUMBER_AS_ID;
use crate::ingest::times;
use crate::ingest::values::{self, Value};
use crate::schema::{Cell, Column, Kind};
use crate::text::{Message, errors as say};

const MAX_MICROS: i64 = times::MAX_SECONDS * 1_000_000 + 999_999;

/// The rows of a batch that cannot be read: of each its first fault.
pub struct Faulty {
    faults: Vec<Option<(Cow<'static, str>, &'static str)>>,
    count: usize,
}

impl Faulty {
    /// No row is faulty yet.
    pub fn new(rows: usize) -> Self {
        Self { faults: vec![None; rows], count: 0 }
    }

    /// How many rows are faulty.
    pub fn count(&self) -> usize {
        self.count
    }

    /// For each row, whether it can be read.
    pub fn good(&self) -> impl Iterator<Item = bool> {
        self.faults.iter().map(Option::is_none)
    }

    /// The faulty rows: which, the column, the reason.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &str, &'static str)> {
        let faults = self.faults.iter().enumerate();
        faults.filter_map(|(row, fault)| fault.as_ref().map(|(column, reason)| (row, column.as_ref(), *reason)))
    }

    fn mark(&mut self, row: usize, column: &'static str, reason: &'static str) {
        self.mark_as(row, Cow::Borrowed(column), reason);
    }

    fn mark_as(&mut self, row: usize, column: Cow<'static, str>, reason: &'static str) {
        if self.faults[row].is_none() {
            self.faults[row] = Some((column, reason));
            self.count += 1;
        }
    }

    /// Marks the rows in which all of the columns are null.
    pub fn mark_nulls(&mut self, columns: &[&ArrayRef], name: &str) {
        if columns.iter().any(|column| column.null_count() == 0) {
            return;
        }
        for row in 0..self.faults.len() {
            if columns.iter().all(|column| column.is_null(row)) {
                self.mark_as(row, Cow::Owned(name.to_owned()), values::ABSENT);
            }
        }
    }
}

/// Converts the column, or says which type it has and which it should have.
pub fn convert(array: &ArrayRef, column: &Column, zone: &TimeZone, faulty: &mut Faulty) -> Result<ArrayRef, Message> {
    let unpacked = unpack(array, column)?;
    let to = column.kind.arrow_type();
    match (column.kind, unpacked.data_type()) {
        (_, DataType::Null) => Ok(new_null_array(&to, unpacked.len())),
        (Kind::Text | Kind::Id, DataType::Utf8View) => Ok(blank_as_null(&unpacked)),
        (Kind::Word(words), DataType::Utf8View) => Ok(words_of(&blank_as_null(&unpacked), words, column.name, faulty)),
        (Kind::Id, kind) if kind.is_numeric() => {
            mark_values(&unpacked, column.name, NUMBER_AS_ID, faulty);
            Ok(new_null_array(&to, unpacked.len()))
        }
        (Kind::Text, kind) if kind.is_numeric() => plain_cast(&plain_cast(&unpacked, &DataType::Utf8)?, &to),
        (Kind::Flag, DataType::Boolean) => Ok(unpacked),
        (Kind::Flag, kind) if kind.is_integer() => Ok(flags(&integers(&unpacked, column, faulty)?, column.name, faulty)),
        (Kind::Integer | Kind::Count, kind) if kind.is_numeric() => integers(&unpacked, column, faulty),
        (Kind::Time, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64) => moments(&unpacked, column.name, zone, faulty),
        (Kind::TextList, DataType::List(_) | DataType::LargeList(_)) => text_lists(&unpacked, &to, column),
        (Kind::Time, kind) if kind.is_integer() => {
            parsed(&blank_as_null(&plain_cast(&plain_cast(&unpacked, &DataType::Utf8)?, &DataType::Utf8View)?), column, zone, faulty)
        }
        (_, DataType::Utf8View) => parsed(&blank_as_null(&unpacked), column, zone, faulty),
        (_, found) => Err(unfit(found, column)),
    }
}

fn unfit(found: &DataType, column: &Column) -> Message {
    say::unfit_type(found, column.kind.name())
}

fn plain_cast(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Message> {
    cast(array, to).map_err(|error| say::no_cast(array.data_type(), to, error))
}

/// Dictionaries become their values, and text of any kind `Utf8View`.
fn unpack(array: &ArrayRef, column: &Column) -> Result<ArrayRef, Message> {
    let inner = match array.data_type() {
        DataType::Dictionary(_, values) => values.as_ref().clone(),
        other => other.clone(),
    };
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    match inner {
        DataType::Utf8View if *array.data_type() == DataType::Utf8View => Ok(Arc::clone(array)),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => plain_cast(array, &DataType::Utf8View),
        // Warehouses that know no text: the bytes have to be UTF-8.
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            let text = plain_cast(array, &DataType::Binary).and_then(|bytes| {
                cast_with_options(&bytes, &DataType::Utf8, &strict).map_err(|_| say::no_text_in_bytes(column.kind.name()))
            });
            plain_cast(&text?, &DataType::Utf8View)
        }
        inner if inner != *array.data_type() => plain_cast(array, &inner),
        _ => Ok(Arc::clone(array)),
    }
}

fn blank_as_null(array: &ArrayRef) -> ArrayRef {
    let text = array.as_string_view();
    // The lower half of a view is the length of its text.
    let filled = |view: &u128| view & 0xffff_ffff != 0;
    if text.views().iter().all(filled) {
        return Arc::clone(array);
    }
    let blank: BooleanArray = text.views().iter().map(|view| Some(!filled(view))).collect();
    nullif(array, &blank).expect("there is one flag per row")
}

fn mark_values(array: &ArrayRef, column: &'static str, reason: &'static str, faulty: &mut Faulty) {
    for row in (0..array.len()).filter(|row| array.is_valid(*row)) {
        faulty.mark(row, column, reason);
    }
}

fn words_of(array: &ArrayRef, words: &'static [&'static str], column: &'static str, faulty: &mut Faulty) -> ArrayRef {
    let text: &StringViewArray = array.as_string_view();
    let mut all = StringViewBuilder::with_capacity(text.len());
    for (row, value) in text.iter().enumerate() {
        let word = value.and_then(|value| values::word(words, value.trim()));
        if value.is_some() && word.is_none() {
            faulty.mark(row, column, values::NO_WORD);
        }
        all.append_option(word);
    }
    Arc::new(all.finish())
}

/// Whole numbers of any width, also as floats.
fn integers(array: &ArrayRef, column: &Column, faulty: &mut Faulty) -> Result<ArrayRef, Message> {
    let numbers = plain_cast(array, &DataType::Int64)?;
    let values: &Int64Array = numbers.as_primitive::<Int64Type>();
    let fraction = |row: usize, floats: &Float64Array| floats.is_valid(row) && floats.value(row).fract() != 0.0;
    let floats = array.data_type().is_floating().then(|| plain_cast(array, &DataType::Float64)).transpose()?;
    for row in 0..values.len() {
        let lost = array.is_valid(row) && values.is_null(row);
        let broken = floats.as_ref().is_some_and(|floats| fraction(row, floats.as_primitive()));
        if lost || broken {
            faulty.mark(row, column.name, values::NO_INTEGER);
        } else if column.kind == Kind::Count && values.is_valid(row) && values.value(row) < 0 {
            faulty.mark(row, column.name, values::NO_COUNT);
        }
    }
    Ok(numbers)
}

fn flags(numbers: &ArrayRef, column: &'static str, faulty: &mut Faulty) -> ArrayRef {
    let mut flags = BooleanBuilder::with_capacity(numbers.len());
    for (row, number) in numbers.as_primitive::<Int64Type>().iter().enumerate() {
        if number.is_some_and(|number| number != 0 && number != 1) {
            faulty.mark(row, column, values::NO_FLAG);
        }
        flags.append_option(number.map(|number| number == 1));
    }
    Arc::new(flags.finish())
}

/// Timestamps of any unit; without a zone they are local to the case.
fn moments(array: &ArrayRef, column: &'static str, zone: &TimeZone, faulty: &mut Faulty) -> Result<ArrayRef, Message> {
    let has_zone = matches!(array.data_type(), DataType::Timestamp(_, Some(_)));
    let plain = DataType::Timestamp(TimeUnit::Microsecond, has_zone.then(|| "UTC".into()));
    let micros = plain_cast(array, &plain)?;
    let micros: &TimestampMicrosecondArray = micros.as_primitive::<TimestampMicrosecondType>();
    let good = |micros: i64| (0..=MAX_MICROS).contains(&micros);
    if has_zone && array.null_count() == micros.null_count() && micros.iter().flatten().all(good) {
        return Ok(Arc::new(micros.clone()));
    }
    let mut moments = Vec::with_capacity(micros.len());
    for (row, value) in micros.iter().enumerate() {
        let moment = value.and_then(|value| if has_zone { Some(value) } else { times::local_micros(value, zone) });
        let moment = moment.filter(|value| good(*value));
        if array.is_valid(row) && moment.is_none() {
            faulty.mark(row, column, values::NO_TIME);
        }
        moments.push(moment);
    }
    Ok(Arc::new(TimestampMicrosecondArray::from(moments).with_data_type(Kind::Time.arrow_type())))
}

fn text_lists(array: &ArrayRef, to: &DataType, column: &Column) -> Result<ArrayRef, Message> {
    let (DataType::List(item) | DataType::LargeList(item)) = array.data_type() else { return Err(unfit(array.data_type(), column)) };
    let values = match item.data_type() {
        DataType::Dictionary(_, values) => values.as_ref(),
        other => other,
    };
    if !matches!(values, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null) {
        return Err(unfit(array.data_type(), column));
    }
    plain_cast(array, to)
}

/// Text where something else belongs is read like the cells of a sheet.
fn parsed(array: &ArrayRef, column: &Column, zone: &TimeZone, faulty: &mut Faulty) -> Result<ArrayRef, Message> {
    let text: &StringViewArray = array.as_string_view();
    let mut parse = |row: usize| match text.is_valid(row).then(|| values::parse(column.kind, text.value(row), zone)) {
        None => Value::One(Cell::Null),
        Some(Ok(value)) => value,
        Some(Err(reason)) => {
            faulty.mark(row, column.name, reason);
            Value::One(Cell::Null)
        }
    };
    Ok(match column.kind {
        Kind::Flag => {
            let mut flags = BooleanBuilder::with_capacity(text.len());
            (0..text.len()).for_each(|row| flags.append_option(if let Cell::Flag(flag) = parse(row).cell() { Some(flag) } else { None }));
            Arc::new(flags.finish())
        }
        Kind::Integer | Kind::Count => {
            let mut numbers = Int64Builder::with_capacity(text.len());
            (0..text.len())
                .for_each(|row| numbers.append_option(if let Cell::Integer(number) = parse(row).cell() { Some(number) } else { None }));
            Arc::new(numbers.finish())
        }
        Kind::Time => {
            let times = (0..text.len()).map(|row| if let Cell::Time(micros) = parse(row).cell() { Some(micros) } else { None });
            let times: TimestampMicrosecondArray = times.collect();
            Arc::new(times.with_data_type(Kind::Time.arrow_type()))
        }
        Kind::TextList => {
            let mut lists = ListBuilder::new(StringViewBuilder::new());
            (0..text.len()).for_each(|row| match parse(row) {
                Value::List(items) => lists.append_value(items.iter().map(Some)),
                Value::One(_) => lists.append_null(),
            });
            Arc::new(lists.finish())
        }
        _ => return Err(unfit(array.data_type(), column)),
    })
}
