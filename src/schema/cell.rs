//! One value of a row, before it is put into its column; and the conversions that let rows be written as plain values.

use rust_decimal::Decimal;

/// One value of a row.
// A tag of one byte would be copied with the seven behind it by two overlapping loads, which wait for the store before
// them (no store forwarding).
#[repr(u64)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Absent, `null`, or empty: one and the same (DOMAIN.md section 3).
    Null,
    /// For `Kind::Text`, `Kind::Name`, `Kind::Id` and `Kind::Word`.
    Text(&'a str),
    /// For `Kind::Integer` and `Kind::Count`.
    Integer(i64),
    /// For `Kind::Ratio`.
    Ratio(f64),
    /// For `Kind::Flag`.
    Flag(bool),
    /// For `Kind::Time`: microseconds since 1970, UTC.
    Time(i64),
    /// For `Kind::Money` and `Kind::Price`, with no more places than they have.
    Decimal(Decimal),
    /// For `Kind::TextList`.
    List(&'a [String]),
}

/// Declares the variant that holds values of a type.
macro_rules! cell_of {
    ($($type:ty => $variant:ident),+) => {
        $(impl<'a> From<$type> for Cell<'a> {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        })+
    };
}
cell_of! {
    &'a str => Text, &'a String => Text, i64 => Integer, f64 => Ratio, bool => Flag, Decimal => Decimal,
    &'a [String] => List, &'a Vec<String> => List
}

impl From<u64> for Cell<'_> {
    fn from(count: u64) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

/// `None` is null.
impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
