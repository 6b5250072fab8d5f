//! Conditions on the rows of a report: one type for the SQL that reports state, and for the expression that selects.
//!
//! Lines of the bill, findings and sheets of the workbook state which rows they are about. The rows are counted and
//! shown by the same value, so that text and rows cannot differ.
//!
//! Null is decided: a test on a null value does not hold, and no condition is ever null.

use polars::prelude::{Expr, lit};

use super::cell::Cell;
use super::column::Column;

/// A condition on the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// Every row.
    All,
    /// The column holds one of the texts or words.
    OneOf(&'static Column, Vec<String>),
    IsNull(&'static Column),
    IsNotNull(&'static Column),
    /// The flag is set.
    IsTrue(&'static Column),
    /// The count is 0.
    IsZero(&'static Column),
    /// The sum of counts is above zero.
    AnyCounted(Vec<&'static Column>),
    And(Vec<Filter>),
    Or(Vec<Filter>),
}

impl Filter {
    pub fn is(column: &'static Column, word: &str) -> Self {
        Self::one_of(column, [word])
    }

    pub fn one_of<'a>(column: &'static Column, words: impl IntoIterator<Item = &'a str>) -> Self {
        Self::OneOf(column, words.into_iter().map(str::to_owned).collect())
    }

    /// The condition as SQL.
    pub fn sql(&self) -> String {
        match self {
            Self::All => "true".to_owned(),
            Self::OneOf(column, words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.replace('\'', "''"))).collect();
                match quoted.as_slice() {
                    [one] => format!("{} = {one}", column.name),
                    several => format!("{} in ({})", column.name, several.join(", ")),
                }
            }
            Self::IsNull(column) => format!("{} is null", column.name),
            Self::IsNotNull(column) => format!("{} is not null", column.name),
            Self::IsTrue(column) => format!("{} = true", column.name),
            Self::IsZero(column) => format!("{} = 0", column.name),
            Self::AnyCounted(columns) => {
                let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
                format!("{} > 0", names.join(" + "))
            }
            Self::And(all) => joined(all, " and "),
            Self::Or(any) => joined(any, " or "),
        }
    }

    /// The condition as an expression on a frame that holds texts and words as strings; never null.
    pub fn expr(&self) -> Expr {
        match self {
            Self::All => lit(true),
            Self::OneOf(column, words) => {
                let equals = |word: &String| column.expr().eq(lit(word.as_str())).fill_null(lit(false));
                words.iter().map(equals).reduce(Expr::or).unwrap_or_else(|| lit(false))
            }
            Self::IsNull(column) => column.expr().is_null(),
            Self::IsNotNull(column) => column.expr().is_not_null(),
            Self::IsTrue(column) => column.expr().fill_null(lit(false)),
            Self::IsZero(column) => column.expr().eq(lit(0)).fill_null(lit(false)),
            Self::AnyCounted(columns) => {
                let sum = columns.iter().map(|column| column.expr()).reduce(|sum, count| sum + count);
                sum.map_or_else(|| lit(false), |sum| sum.gt(lit(0)).fill_null(lit(false)))
            }
            Self::And(all) => all.iter().map(Self::expr).reduce(Expr::and).unwrap_or_else(|| lit(true)),
            Self::Or(any) => any.iter().map(Self::expr).reduce(Expr::or).unwrap_or_else(|| lit(false)),
        }
    }

    /// Reports whether a row is meant, of which `cell` gives the columns.
    pub fn selects<'a>(&self, cell: &impl Fn(&'static Column) -> Cell<'a>) -> bool {
        match self {
            Self::All => true,
            Self::OneOf(column, words) => {
                matches!(cell(column), Cell::Text(text) if words.iter().any(|word| word == text))
            }
            Self::IsNull(column) => cell(column) == Cell::Null,
            Self::IsNotNull(column) => cell(column) != Cell::Null,
            Self::IsTrue(column) => cell(column) == Cell::Flag(true),
            Self::IsZero(column) => cell(column) == Cell::Integer(0),
            Self::AnyCounted(columns) => {
                let count = |column: &&'static Column| match cell(column) {
                    Cell::Integer(count) => count,
                    _ => 0,
                };
                columns.iter().map(count).sum::<i64>() > 0
            }
            Self::And(all) => all.iter().all(|part| part.selects(cell)),
            Self::Or(any) => any.iter().any(|part| part.selects(cell)),
        }
    }

    /// The columns that it looks at, each once.
    pub fn columns(&self) -> Vec<&'static Column> {
        let mut columns = match self {
            Self::All => Vec::new(),
            Self::OneOf(column, _)
            | Self::IsNull(column)
            | Self::IsNotNull(column)
            | Self::IsTrue(column)
            | Self::IsZero(column) => vec![*column],
            Self::AnyCounted(columns) => columns.clone(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::columns).collect(),
        };
        let mut known: Vec<&'static Column> = Vec::new();
        columns.retain(|column| {
            !known.contains(column) && {
                known.push(column);
                true
            }
        });
        columns
    }
}

/// Parts that are alternatives themselves get parentheses.
fn joined(parts: &[Filter], word: &str) -> String {
    let part = |part: &Filter| match part {
        Filter::And(_) | Filter::Or(_) => format!("({})", part.sql()),
        _ => part.sql(),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(word)
}

#[cfg(test)]
mod tests {
    use polars::prelude::{IntoLazy, df};
    use polars::sql::sql_expr;

    use super::*;
    use crate::schema::fields;

    #[test]
    fn the_sql_can_be_parsed() {
        for (sql, filter) in [
            ("true", Filter::All),
            ("outcome = 'missing'", Filter::is(&fields::OUTCOME, "missing")),
            ("outcome in ('missing', 'misplaced')", Filter::one_of(&fields::OUTCOME, ["missing", "misplaced"])),
            ("outcome = 'missing' and reason is null", {
                Filter::And(vec![Filter::is(&fields::OUTCOME, "missing"), Filter::IsNull(&fields::REASON)])
            }),
            ("target_userid is not null", Filter::IsNotNull(&fields::TARGET_USERID)),
            ("still_at_source = true", Filter::IsTrue(&fields::STILL_AT_SOURCE)),
            ("customer_name = 'O''Neil'", Filter::is(&fields::CUSTOMER_NAME, "O'Neil")),
        ] {
            assert_eq!(filter.sql(), sql);
            assert!(sql_expr(sql).is_ok(), "{sql}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test looks at the result")]
    fn the_expression_selects_what_the_sql_says() {
        let frame = df!(
            "outcome" => [Some("missing"), Some("misplaced"), None, Some("migrated")],
            "reason" => [Some("no_trace"), None, None, None],
            "missing" => [Some(0_i64), Some(1), None, Some(0)],
            "misplaced" => [0_i64, 0, 1, 0],
        )
        .unwrap();
        let missing = Filter::is(&fields::OUTCOME, "missing");
        let open = Filter::AnyCounted(vec![&fields::COUNT_MISSING, &fields::COUNT_MISPLACED]);
        assert_eq!(open.sql(), "missing + misplaced > 0");
        let any = Filter::Or(vec![missing.clone(), open.clone()]);
        assert_eq!(any.sql(), "outcome = 'missing' or missing + misplaced > 0");
        let without_reason = Filter::And(vec![any.clone(), Filter::IsNull(&fields::REASON)]);
        assert_eq!(without_reason.sql(), "(outcome = 'missing' or missing + misplaced > 0) and reason is null");
        for (filter, expected) in [
            (Filter::All, [true, true, true, true]),
            (missing, [true, false, false, false]),
            (Filter::one_of(&fields::OUTCOME, ["misplaced", "migrated"]), [false, true, false, true]),
            (Filter::IsNotNull(&fields::REASON), [true, false, false, false]),
            (open, [false, true, false, false]),
            (any, [true, true, false, false]),
            (without_reason, [false, true, false, false]),
        ] {
            let held = frame.clone().lazy().select([filter.expr().alias("held")]).collect().unwrap();
            let held: Vec<bool> = held.column("held").unwrap().bool().unwrap().iter().map(Option::unwrap).collect();
            let held = if held.len() == 1 { vec![held[0]; 4] } else { held };
            assert_eq!(held, expected, "{}", filter.sql());
        }
    }
}
