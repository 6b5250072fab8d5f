//! The bridge between Arrow arrays, in which snapshots and reports live, and Polars frames, in which the rules are
//! evaluated: zero-copy, by the Arrow C data interface.
//!
//! Arrow and Polars have array types of their own, and no other interface without copies.

use arrow::array::{Array, ArrayRef, RecordBatch};
use polars::frame::DataFrame;
use polars::prelude::{Column, CompatLevel, IntoLazy, PlSmallStr, Series};

use crate::error::{Error, Result};
use crate::schema::{self, Filter, ReadColumns, Slot, Table};

/// An Arrow array as a Polars column; the buffers are shared. Times arrive as their microseconds (`i64`).
///
/// # Errors
/// [`Error::Bug`] if Polars cannot hold the type: the caller chose it.
#[expect(unsafe_code, reason = "the C data interface trusts both ends; both are Rust and follow it")]
pub fn column(name: &str, array: &ArrayRef) -> Result<Column> {
    let physical = match array.data_type() {
        arrow::datatypes::DataType::Timestamp(..) => arrow::compute::cast(array, &arrow::datatypes::DataType::Int64)?,
        _ => array.clone(),
    };
    let (data, schema) = arrow::ffi::to_ffi(&physical.to_data())?;
    // SAFETY: both are `#[repr(C)]` declarations of the same C structs, and ownership moves: `data` is not dropped
    // here.
    // The exporter of Arrow has just made them, so they are valid under the interface.
    let array = unsafe {
        let data = std::mem::transmute::<arrow::ffi::FFI_ArrowArray, polars_arrow::ffi::ArrowArray>(data);
        let schema = std::mem::transmute::<arrow::ffi::FFI_ArrowSchema, polars_arrow::ffi::ArrowSchema>(schema);
        let field = polars_arrow::ffi::import_field_from_c(&schema)?;
        polars_arrow::ffi::import_array_from_c(data, field.dtype)?
    };
    let series = Series::try_from((PlSmallStr::from_str(name), array))?;
    Ok(series.into())
}

/// A Polars column as an Arrow array; the buffers are shared. Texts arrive as views.
///
/// # Errors
/// [`Error::Bug`] if Arrow cannot hold the type: the caller chose it.
#[expect(unsafe_code, reason = "the C data interface trusts both ends; both are Rust and follow it")]
pub fn array(column: &Column) -> Result<ArrayRef> {
    let series = column.as_materialized_series().rechunk();
    if series.n_chunks() == 0 {
        return Err(Error::Bug("a column without chunks".to_owned()));
    }
    let chunk = series.to_arrow(0, CompatLevel::newest());
    let field = polars_arrow::datatypes::Field::new(PlSmallStr::EMPTY, chunk.dtype().clone(), true);
    let schema = polars_arrow::ffi::export_field_to_c(&field);
    let data = polars_arrow::ffi::export_array_to_c(chunk);
    // SAFETY: both are `#[repr(C)]` declarations of the same C structs, and ownership moves; the exporter is Polars'.
    let data = unsafe {
        let data = std::mem::transmute::<polars_arrow::ffi::ArrowArray, arrow::ffi::FFI_ArrowArray>(data);
        let schema = std::mem::transmute::<polars_arrow::ffi::ArrowSchema, arrow::ffi::FFI_ArrowSchema>(schema);
        arrow::ffi::from_ffi(data, &schema)?
    };
    Ok(arrow::array::make_array(data))
}

/// A frame of Arrow arrays of one length, each under the name of its column.
///
/// # Errors
/// [`Error::Bug`] if lengths or names clash, or Polars cannot hold a type.
pub fn of(columns: &[(&schema::Column, ArrayRef)]) -> Result<DataFrame> {
    let height = columns.first().map_or(0, |(_, array)| array.len());
    frame(height, columns.iter().map(|(name, array)| column(name.name, array)).collect::<Result<_>>()?)
}

/// The columns of a table from a frame, in the types of the table.
///
/// # Errors
/// [`Error::Bug`] if the frame lacks one of them, or holds it in a type that is not of its kind.
pub fn table(table: &Table, frame: &DataFrame) -> Result<RecordBatch> {
    let array = |slot: &Slot| {
        let array = array(frame.column(slot.column.name)?)?;
        Ok(arrow::compute::cast(&array, &slot.column.kind.arrow_type())?)
    };
    let columns = table.columns.iter().map(array).collect::<Result<_>>()?;
    Ok(RecordBatch::try_new(table.arrow_schema(), columns)?)
}

/// The places of the rows that a condition selects.
///
/// # Errors
/// [`Error::Bug`] if the rows lack a column of the condition.
#[expect(clippy::disallowed_methods, reason = "a selection is materialised here, and nowhere else")]
pub fn selected(rows: &RecordBatch, filter: &Filter) -> Result<Vec<u32>> {
    if filter == &Filter::All {
        return Ok((0..rows.num_rows() as u32).collect());
    }
    let columns = filter.columns().into_iter().map(|column| Ok((column, rows.array(column)?.clone())));
    let frame = of(&columns.collect::<Result<Vec<_>>>()?)?;
    let selected = frame.lazy().select([filter.expr().alias("selected")]).collect()?;
    let selected = selected.column("selected")?.bool()?;
    Ok((0..).zip(selected.iter()).filter(|(_, is_selected)| *is_selected == Some(true)).map(|(row, _)| row).collect())
}

/// A frame of the given columns, all of `height` rows.
///
/// # Errors
/// [`Error::Bug`] if heights or names clash.
pub fn frame(height: usize, columns: Vec<Column>) -> Result<DataFrame> {
    DataFrame::new(height, columns).map_err(Error::from)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{StringViewArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn texts_nulls_and_times_cross_over_unchanged() {
        let texts: ArrayRef =
            Arc::new(StringViewArray::from(vec![Some("00123"), None, Some("a text longer than twelve bytes")]));
        let times: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from(vec![Some(7), None, Some(-1)]).with_timezone("UTC"));
        let texts = column("t", &texts).unwrap();
        let times = column("u", &times.slice(1, 2)).unwrap();
        assert_eq!(
            texts.str().unwrap().iter().collect::<Vec<_>>(),
            [Some("00123"), None, Some("a text longer than twelve bytes")]
        );
        let back = array(&texts).unwrap();
        assert_eq!(
            arrow::array::AsArray::as_string_view(&back).iter().collect::<Vec<_>>(),
            [Some("00123"), None, Some("a text longer than twelve bytes")]
        );
        assert_eq!(times.i64().unwrap().iter().collect::<Vec<_>>(), [None, Some(-1)]);
    }
}
