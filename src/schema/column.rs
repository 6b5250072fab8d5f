//! What a column and a table are: name, kind, meaning; grain, key, columns.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use polars::prelude::{Expr, col};
use rust_decimal::Decimal;

/// What a column holds, and so its type in memory and in Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Free text.
    Text,
    /// The name of a person or group: text that is compared by the rules of [`crate::names`].
    Name,
    /// An identifier: text, always, case-sensitive, never parsed as a number.
    Id,
    /// True or false.
    Flag,
    /// A whole number given by the service (`add_way`, `status`, `errcode`, ...).
    Integer,
    /// How many.
    Count,
    /// A share between 0 and 1.
    Ratio,
    /// A moment, UTC, microseconds.
    Time,
    /// A list of texts.
    TextList,
    /// Exact decimal with two places, in the currency beside it.
    Money,
    /// The price of one relation: exact decimal with six places, in the currency beside it.
    Price,
    /// One word of a closed vocabulary.
    Word(&'static [&'static str]),
}

/// Digits of a decimal column, before and after the point.
const DECIMAL_DIGITS: u8 = 18;
/// Places of an amount.
pub const MONEY_DECIMALS: i8 = 2;
/// Places of a unit price.
pub const PRICE_DECIMALS: i8 = 6;

impl Kind {
    /// The Arrow type used in memory by canonical tables. Words are plain text there.
    pub fn arrow_type(self) -> DataType {
        match self {
            Self::Text | Self::Name | Self::Id | Self::Word(_) => DataType::Utf8View,
            Self::Flag => DataType::Boolean,
            Self::Integer | Self::Count => DataType::Int64,
            Self::Ratio => DataType::Float64,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::TextList => DataType::List(Arc::new(Field::new("item", DataType::Utf8View, true))),
            Self::Money => DataType::Decimal128(DECIMAL_DIGITS, MONEY_DECIMALS),
            Self::Price => DataType::Decimal128(DECIMAL_DIGITS, PRICE_DECIMALS),
        }
    }

    /// The type that a reader of the published Parquet file sees.
    pub fn published_type(self) -> DataType {
        match self {
            Self::Text | Self::Name | Self::Id => DataType::Utf8,
            Self::Word(_) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Self::TextList => DataType::List(Arc::new(Field::new("item", DataType::Utf8, true))),
            other => other.arrow_type(),
        }
    }

    /// The type in the words of the data dictionary.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Name => "text",
            Self::Id => "id (text)",
            Self::Flag => "boolean",
            Self::Integer => "int64",
            Self::Count => "count (int64)",
            Self::Ratio => "ratio (float64)",
            Self::Time => "timestamp(us, UTC)",
            Self::TextList => "list of text",
            Self::Money => "decimal(18,2)",
            Self::Price => "decimal(18,6)",
            Self::Word(_) => "word",
        }
    }
}

/// A column: its name, once, with its kind and meaning.
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in canonical tables, reports and English sheets.
    pub name: &'static str,
    /// The headers under which Chinese sheets carry it; the first is the one that we write.
    pub zh: &'static [&'static str],
    /// What it holds.
    pub kind: Kind,
    /// What it means, for the data dictionary: units, clause, what null says.
    pub meaning: &'static str,
}

impl Column {
    /// The column in a Polars expression.
    pub fn expr(&self) -> Expr {
        col(self.name)
    }
}

/// A column's place in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which column.
    pub column: &'static Column,
    /// Whether every row has a value.
    pub required: bool,
}

/// A column that every row of the table fills.
pub const fn required(column: &'static Column) -> Slot {
    Slot { column, required: true }
}

/// A column that may be null.
pub const fn optional(column: &'static Column) -> Slot {
    Slot { column, required: false }
}

/// A table: its grain in words, its key, its columns in order.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// File stem and name in SQL.
    pub name: &'static str,
    /// What one row stands for.
    pub grain: &'static str,
    /// The columns that tell one row from another.
    pub key: &'static [&'static Column],
    /// What tells rows apart where the last column of `key` is null: alternatives, of which the first decides whose first
    /// column is filled.
    pub fallback_key: &'static [&'static [&'static Column]],
    /// What a record needs to be one of this table: of each list at least one column.
    pub identity: &'static [&'static [&'static Column]],
    /// The member whose record it is, if the table has one.
    pub account: Option<&'static Column>,
    /// Columns that decide what becomes of a row: where one of them cannot be read, the row says so in
    /// [`UNREADABLE`](super::fields::UNREADABLE).
    pub deciding: &'static [&'static Column],
    /// All columns, in order.
    pub columns: &'static [Slot],
}

impl Table {
    /// The Arrow schema of the canonical table in memory.
    pub fn arrow_schema(&self) -> SchemaRef {
        Arc::new(Schema::new(
            self.columns.iter().map(|slot| slot.field(slot.column.kind.arrow_type())).collect::<Vec<_>>(),
        ))
    }

    /// The position of `column` in the table, if it has it.
    pub fn position(&self, column: &Column) -> Option<usize> {
        self.columns.iter().position(|slot| slot.column == column)
    }
}

impl Slot {
    fn field(self, data_type: DataType) -> Field {
        // Nullable in memory even where required: a raw batch may lack the value, and is then a reject.
        Field::new(self.column.name, data_type, true)
    }
}

/// One value on its way from a reader into a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Absent, `null`, or empty: one and the same (DOMAIN.md section 3).
    Null,
    /// For [`Kind::Text`], [`Kind::Name`], [`Kind::Id`] and [`Kind::Word`].
    Text(&'a str),
    /// For [`Kind::Integer`] and [`Kind::Count`].
    Integer(i64),
    /// For [`Kind::Ratio`].
    Ratio(f64),
    /// For [`Kind::Flag`].
    Flag(bool),
    /// For [`Kind::Time`]: microseconds since 1970, UTC.
    Time(i64),
    /// For [`Kind::Money`] and [`Kind::Price`], with no more places than they have.
    Decimal(Decimal),
    /// For [`Kind::TextList`].
    List(&'a [String]),
}
