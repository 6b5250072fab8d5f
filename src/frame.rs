//! The bridge between Arrow arrays, in which snapshots and reports live, and Polars frames, in which the rules are
//! evaluated: zero-copy, by the Arrow C data interface.
#![allow(unsafe_code, reason = "the C data interface is unsafe by nature; both ends are Rust and follow it")]

use arrow::array::{Array, ArrayRef};
use polars::frame::DataFrame;
use polars::prelude::{Column, CompatLevel, PlSmallStr, Series};

use crate::error::{Error, Result};

/// An Arrow array as a Polars column; the buffers are shared. Times arrive as their microseconds (`i64`).
///
/// # Errors
/// [`Error::Bug`] if Polars cannot hold the type: the caller chose it.
pub fn column(name: &str, array: &ArrayRef) -> Result<Column> {
    let physical = match array.data_type() {
        arrow::datatypes::DataType::Timestamp(..) => arrow::compute::cast(array, &arrow::datatypes::DataType::Int64)?,
        _ => array.clone(),
    };
    let (data, schema) = arrow::ffi::to_ffi(&physical.to_data())?;
    // SAFETY: both are `#[repr(C)]` declarations of the same C structs, and ownership moves: `data` is not dropped here.
    let (data, schema) = unsafe {
        (
            std::mem::transmute::<arrow::ffi::FFI_ArrowArray, polars_arrow::ffi::ArrowArray>(data),
            std::mem::transmute::<arrow::ffi::FFI_ArrowSchema, polars_arrow::ffi::ArrowSchema>(schema),
        )
    };
    // SAFETY: produced by arrow's exporter a moment ago, so valid under the interface.
    let array = unsafe {
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
