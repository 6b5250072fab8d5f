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

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Cell<'_> {
    fn from(count: u64) -> Self {
        Self::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Cell<'_> {
    fn from(ratio: f64) -> Self {
        Self::Ratio(ratio)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Decimal> for Cell<'_> {
    fn from(decimal: Decimal) -> Self {
        Self::Decimal(decimal)
    }
}

impl<'a> From<&'a [String]> for Cell<'a> {
    fn from(items: &'a [String]) -> Self {
        Self::List(items)
    }
}

impl<'a> From<&'a Vec<String>> for Cell<'a> {
    fn from(items: &'a Vec<String>) -> Self {
        Self::List(items)
    }
}

/// `None` is null.
impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
