//! Columns of a batch by the constants of the schema, in their types: the one way to read a table.
//!
//! A batch without the column, or with another type, is our fault and no input's: as an error of a run, a
//! [`ColumnMismatch`] is a bug.

use arrow::array::{
    Array, ArrayAccessor, ArrayRef, BooleanArray, Int64Array, ListArray, RecordBatch, StringViewArray,
    TimestampMicrosecondArray, UInt8Array,
};

use super::column::Column;

/// A batch that lacks a column of its table, or has it in another type.
#[derive(Debug)]
pub struct ColumnMismatch(pub String);

/// A column that was asked for.
pub type ColumnResult<T> = Result<T, ColumnMismatch>;

/// Returns the value of a row; `None` where it is null.
#[inline]
pub fn value_at<'a, A>(array: &'a A, row: usize) -> Option<<&'a A as ArrayAccessor>::Item>
where
    &'a A: ArrayAccessor,
{
    array.is_valid(row).then(|| array.value(row))
}

/// Typed reading of a table in memory. All methods give [`ColumnMismatch`] where the batch has no such column or it is
/// of another type.
pub trait ReadColumns {
    /// The column, whatever its type.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn array(&self, column: &Column) -> ColumnResult<&ArrayRef>;

    /// The column in the type of Arrow that the caller names.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn typed<A: Array + 'static>(&self, column: &Column) -> ColumnResult<&A> {
        let array = self.array(column)?;
        let other_type = || ColumnMismatch(format!("the column {} holds {}", column.name, array.data_type()));
        array.as_any().downcast_ref().ok_or_else(other_type)
    }

    /// Texts, names, ids, and words as texts.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn texts(&self, column: &Column) -> ColumnResult<&StringViewArray> {
        self.typed(column)
    }

    /// Words as codes: places in their vocabulary.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn codes(&self, column: &Column) -> ColumnResult<&UInt8Array> {
        self.typed(column)
    }

    /// # Errors
    /// [`ColumnMismatch`]
    fn flags(&self, column: &Column) -> ColumnResult<&BooleanArray> {
        self.typed(column)
    }

    /// Counts and whole numbers.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn integers(&self, column: &Column) -> ColumnResult<&Int64Array> {
        self.typed(column)
    }

    /// Times, in microseconds since 1970, UTC.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn times(&self, column: &Column) -> ColumnResult<&TimestampMicrosecondArray> {
        self.typed(column)
    }

    /// Lists of texts.
    ///
    /// # Errors
    /// [`ColumnMismatch`]
    fn lists(&self, column: &Column) -> ColumnResult<&ListArray> {
        self.typed(column)
    }
}

impl ReadColumns for RecordBatch {
    fn array(&self, column: &Column) -> ColumnResult<&ArrayRef> {
        self.column_by_name(column.name)
            .ok_or_else(|| ColumnMismatch(format!("a table without the column {}", column.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use crate::schema::tables::MEMBERS;
    use crate::schema::{Rows, cells, fields};

    #[test]
    fn columns_are_read_in_their_types() {
        let mut rows = Rows::new(&MEMBERS);
        rows.push(cells!(MEMBERS, {
            STATUS: 1_i64, NAME: None::<&str>, USERID: "ann", HAS_CUSTOMER_CONTACT: true, UNREADABLE: None::<&str>,
        }));
        let rows = rows.finish();
        assert_eq!(rows.texts(&fields::USERID).unwrap().value(0), "ann");
        assert!(rows.texts(&fields::NAME).unwrap().is_null(0));
        assert!(rows.flags(&fields::HAS_CUSTOMER_CONTACT).unwrap().value(0));
        assert_eq!(rows.integers(&fields::STATUS).unwrap().value(0), 1);
    }

    #[test]
    fn a_missing_column_and_a_wrong_type_are_our_bug() {
        let rows = Rows::new(&MEMBERS).finish();
        let missing = Error::from(rows.texts(&fields::CHAT_ID).unwrap_err());
        assert_eq!((missing.exit_code(), missing.to_string().contains("chat_id")), (3, true));
        let wrong = Error::from(rows.times(&fields::USERID).unwrap_err());
        assert_eq!((wrong.exit_code(), wrong.to_string().contains("userid")), (3, true));
    }
}
