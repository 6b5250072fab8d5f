//! Estimated size of rows, and compaction: copies in buffers that hold nothing else.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch};
use arrow::datatypes::DataType;

use crate::error::Result;

/// Estimates the bytes of rows: of their texts and values, not the capacity of their buffers.
pub fn weight(rows: &RecordBatch) -> u64 {
    rows.columns().iter().map(weight_of).sum()
}

fn weight_of(column: &ArrayRef) -> u64 {
    let rows = column.len() as u64;
    match column.data_type() {
        // The lowest 32 bits of a view are the length of its text; short texts are inlined in their views.
        DataType::Utf8View => {
            let long = |view: &u128| Some(*view as u32).filter(|length| *length > 12).map_or(0, u64::from);
            16 * rows + column.as_string_view().views().iter().map(long).sum::<u64>()
        }
        DataType::List(_) => {
            let list: &ListArray = column.as_list();
            let offsets = list.value_offsets();
            let (begin, end) = (offsets[0] as usize, offsets[list.len()] as usize);
            4 * rows + weight_of(&list.values().slice(begin, end - begin))
        }
        DataType::Boolean => rows / 8,
        DataType::UInt8 => rows,
        DataType::UInt32 => 4 * rows,
        DataType::Null => 0,
        _ => 8 * rows,
    }
}

/// Compacts rows whose buffers hold more than twice as much; returns others as they are.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn lean(rows: RecordBatch) -> Result<RecordBatch> {
    if 2 * weight(&rows) >= rows.get_array_memory_size() as u64 { Ok(rows) } else { compact(&rows) }
}

/// Copies rows into buffers of their own.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn compact(rows: &RecordBatch) -> Result<RecordBatch> {
    let columns = rows.columns().iter().map(compact_column).collect::<Result<_>>()?;
    Ok(RecordBatch::try_new(rows.schema(), columns)?)
}

fn compact_column(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(match column.data_type() {
        DataType::Utf8View => Arc::new(column.as_string_view().gc()),
        DataType::List(field) => {
            let list: &ListArray = column.as_list();
            let offsets = list.offsets();
            let (begin, end) = (offsets[0] as usize, offsets[list.len()] as usize);
            let values = compact_column(&list.values().slice(begin, end - begin))?;
            let lengths = arrow::buffer::OffsetBuffer::from_lengths(offsets.lengths());
            Arc::new(ListArray::try_new(field.clone(), lengths, values, list.nulls().cloned())?)
        }
        _ => column.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::StringViewArray;

    #[test]
    fn compaction_releases_the_texts_of_other_rows() {
        let texts: StringViewArray =
            (0..100).map(|n| Some(format!("{n} and enough to be longer than a view"))).collect();
        let all = RecordBatch::try_from_iter([("text", Arc::new(texts) as ArrayRef)]).unwrap();
        let few = compact(&all.slice(40, 10)).unwrap();
        assert_eq!(few, all.slice(40, 10));
        assert!(few.column(0).get_buffer_memory_size() < all.column(0).get_buffer_memory_size() / 4);
    }

    #[test]
    fn rows_that_fill_their_buffers_are_not_copied() {
        let texts: StringViewArray =
            (0..100).map(|n| Some(format!("{n} and enough to be longer than a view"))).collect();
        let all = compact(&RecordBatch::try_from_iter([("text", Arc::new(texts) as ArrayRef)]).unwrap()).unwrap();
        for (rows, stays) in [(100, true), (80, true), (40, false), (0, false)] {
            let some = lean(all.slice(0, rows)).unwrap();
            assert_eq!(some, all.slice(0, rows));
            assert_eq!(some.get_array_memory_size() == all.get_array_memory_size(), stays, "{rows}");
        }
    }
}
