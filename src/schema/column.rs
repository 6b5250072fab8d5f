//! Columns (name, kind, meaning) and tables (grain, key, columns).

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use polars::prelude::{Expr, col};

/// The kind of values of a column, which gives its types in memory and in Parquet.
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
    /// A number of things.
    Count,
    /// A share between 0 and 1.
    Ratio,
    /// A moment, UTC, microseconds.
    Time,
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

/// Kind of personal data in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// A customer's id in a corp.
    Customer,
    Unionid,
    /// The name of a person or group.
    Name,
    /// Text of a member about a customer, group, code or account.
    Remark,
}

impl Personal {
    /// The beginning of its pseudonyms.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Unionid => "unionid",
            Self::Name => "name",
            Self::Remark => "remark",
        }
    }
}

/// The codes of a vocabulary in alphabetical order of its words, by which reports are sorted: any reader of the files
/// would sort them so.
pub fn alphabetical(words: &[&str]) -> Vec<usize> {
    let mut codes: Vec<usize> = (0..words.len()).collect();
    codes.sort_unstable_by_key(|&code| words[code]);
    codes
}

/// A column: its name, once, with its kind and meaning.
#[derive(Debug, Eq)]
pub struct Column {
    /// The name in canonical tables, reports and English sheets.
    pub name: &'static str,
    /// The headers under which Chinese sheets carry it; the first is the one that we write.
    pub zh: &'static [&'static str],
    /// The kind of its values.
    pub kind: Kind,
    /// The meaning, for the data dictionary: units, clause, the meaning of null.
    pub meaning: &'static str,
}

impl Column {
    /// The column in a Polars expression.
    pub fn expr(&self) -> Expr {
        col(self.name)
    }

    /// Whether both are the same column of a table; constants cannot be compared by `==` while compiling. Several
    /// columns share a name (`status`, `scope`, ...), and `reason` of relations and of groups the meaning too, but no
    /// table has two of these.
    const fn is(&self, other: &Self) -> bool {
        same_text(self.name, other.name) && same_text(self.meaning, other.meaning)
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
            || (self.name == other.name && self.meaning == other.meaning && self.kind == other.kind)
    }
}

const fn same_text(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// An expression for a column that a plan computes, and no table declares.
pub fn computed(name: &str) -> Expr {
    col(name)
}

/// A column's place in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub column: &'static Column,
    /// Whether every row has a value.
    pub required: bool,
}

/// The position of a column among those of a table, evaluated while compiling: [`Table::position_of`] for a table that
/// is being declared.
pub(super) const fn position_of(column: &Column, columns: &[Slot]) -> usize {
    let mut position = 0;
    while position < columns.len() && !columns[position].column.is(column) {
        position += 1;
    }
    assert!(position < columns.len(), "the table has no such column");
    position
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
    /// The grain: what one row is.
    pub grain: &'static str,
    /// The columns that identify a row.
    pub key: &'static [&'static Column],
    /// The keys of rows where the last column of `key` is null: alternatives; the first whose first column is filled
    /// decides.
    pub fallback_key: &'static [&'static [&'static Column]],
    /// The columns that a record of this table needs: of each list at least one.
    pub identity: &'static [&'static [&'static Column]],
    pub identity_positions: &'static [&'static [usize]],
    /// The member whose record it is, if the table has one.
    pub account: Option<&'static Column>,
    /// Columns that decide the outcome of a row: one that cannot be read is named in
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

    /// Returns whether a row names its deciding columns that cannot be read; of another table, such a row is a reject.
    pub fn notes_unreadable(&self) -> bool {
        self.position(&super::fields::UNREADABLE).is_some()
    }

    /// The position of `column` in the table, if it has it.
    pub fn position(&self, column: &Column) -> Option<usize> {
        self.columns.iter().position(|slot| slot.column == column)
    }

    /// The position of `column` in the table, evaluated while compiling: a column that the table lacks does not
    /// compile.
    ///
    /// # Panics
    /// If the table has no such column.
    pub const fn position_of(&self, column: &Column) -> usize {
        position_of(column, self.columns)
    }

    /// The positions of `columns`, which have to be all columns of the table, each once and in any order.
    ///
    /// # Panics
    /// If one is missing, named twice or of another table. [`cells!`](super::cells) and [`arrays!`](super::arrays)
    /// evaluate it while compiling, so such a row does not compile.
    pub const fn positions<const N: usize>(&self, columns: [&Column; N]) -> [usize; N] {
        assert!(self.columns.len() == N, "a row names each column of its table once");
        let mut positions = [0; N];
        let mut named = [false; N];
        let mut n = 0;
        while n < N {
            let position = self.position_of(columns[n]);
            assert!(!named[position], "a column is named twice");
            named[position] = true;
            positions[n] = position;
            n += 1;
        }
        positions
    }
}

impl Slot {
    fn field(self, data_type: DataType) -> Field {
        // Nullable in memory even where required: a raw batch may lack the value, and is then a reject.
        Field::new(self.column.name, data_type, true)
    }
}
