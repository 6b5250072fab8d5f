//! The conditions that reports carry themselves (`filter` of findings and of the bill), evaluated without a SQL engine.
//!
//! They are `true`, or conjunctions of `column = literal`, `column in (literal, ...)`, `column is null` and
//! `column is not null`.

use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{and, cast, is_not_null, is_null};
use arrow::datatypes::{DataType, Int32Type};

use super::Scan;
use crate::error::Result;

/// A condition on the rows of a report. One without tests holds for every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition(Vec<Test>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Test {
    column: String,
    holds: Holds,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    OneOf(Vec<String>),
    Null,
    NotNull,
}

impl Condition {
    /// `column = 'value'`.
    pub fn equals(column: &str, value: &str) -> Self {
        Self(vec![Test { column: column.to_owned(), holds: Holds::OneOf(vec![value.to_owned()]) }])
    }

    /// Every row.
    pub fn always() -> Self {
        Self(Vec::new())
    }

    /// Reads a condition; `None` where it is of another kind.
    pub fn parse(sql: &str) -> Option<Self> {
        if sql.trim().eq_ignore_ascii_case("true") {
            return Some(Self::always());
        }
        let tokens = tokens(sql)?;
        let is_and = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("and"));
        tokens.split(is_and).map(Test::parse).collect::<Option<Vec<_>>>().map(Self)
    }

    fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|test| test.column.as_str())
    }

    fn count(&self, batch: &RecordBatch) -> Result<u64> {
        let mut kept: Option<BooleanArray> = None;
        for test in &self.0 {
            let array = batch
                .column_by_name(&test.column)
                .ok_or_else(|| crate::Error::Bug(format!("{} was not read", test.column)))?;
            let holds = test.holds.of(array.as_ref())?;
            kept = Some(match kept {
                Some(kept) => and(&kept, &holds)?,
                None => holds,
            });
        }
        Ok(kept.map_or(batch.num_rows(), |kept| kept.true_count()) as u64)
    }
}

impl Test {
    fn parse(tokens: &[Token]) -> Option<Self> {
        let [Token::Word(column), rest @ ..] = tokens else { return None };
        let is = |token: &Token, word: &str| matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word));
        let holds = match rest {
            [Token::Sign('='), value] => Holds::OneOf(vec![value.literal()?]),
            [a, b] if is(a, "is") && is(b, "null") => Holds::Null,
            [a, b, c] if is(a, "is") && is(b, "not") && is(c, "null") => Holds::NotNull,
            [a, Token::Sign('('), values @ .., Token::Sign(')')] if is(a, "in") => {
                let values = values.split(|token| matches!(token, Token::Sign(',')));
                Holds::OneOf(
                    values.map(|one| if let [one] = one { one.literal() } else { None }).collect::<Option<_>>()?,
                )
            }
            _ => return None,
        };
        Some(Self { column: column.clone(), holds })
    }
}

impl Holds {
    /// Which rows it holds for; never null.
    fn of(&self, array: &dyn Array) -> Result<BooleanArray> {
        match self {
            Self::Null => Ok(is_null(array)?),
            Self::NotNull => Ok(is_not_null(array)?),
            Self::OneOf(values) => one_of(array, values),
        }
    }
}

/// Words are looked up once, not row by row.
fn one_of(array: &dyn Array, values: &[String]) -> Result<BooleanArray> {
    if let Some(words) = array.as_dictionary_opt::<Int32Type>() {
        let hits = one_of(words.values().as_ref(), values)?;
        let hit = |key: Option<i32>| key.and_then(|key| usize::try_from(key).ok()).is_some_and(|key| hits.value(key));
        return Ok(words.keys().iter().map(|key| Some(hit(key))).collect());
    }
    let texts = cast(array, &DataType::Utf8)?;
    let is_one = |text: Option<&str>| Some(text.is_some_and(|text| values.iter().any(|value| value == text)));
    Ok(texts.as_string::<i32>().iter().map(is_one).collect())
}

/// How many rows of a report fulfil each of the conditions, in one pass.
///
/// # Errors
/// [`crate::Error::Input`] if the report cannot be read.
pub fn count_rows(path: &Path, conditions: &[Condition]) -> Result<Vec<u64>> {
    let columns: BTreeSet<&str> = conditions.iter().flat_map(Condition::columns).collect();
    let mut counts = vec![0; conditions.len()];
    if columns.is_empty() {
        counts.fill(super::rows_of(path)?);
        return Ok(counts);
    }
    Scan::of(path, &columns.into_iter().collect::<Vec<_>>()).each(|batch| {
        for (count, condition) in counts.iter_mut().zip(conditions) {
            *count += condition.count(batch)?;
        }
        Ok(true)
    })?;
    Ok(counts)
}

#[derive(Debug)]
enum Token {
    /// A name, a number, `true`.
    Word(String),
    /// A text in quotes.
    Text(String),
    Sign(char),
}

impl Token {
    fn literal(&self) -> Option<String> {
        match self {
            Self::Word(text) | Self::Text(text) => Some(text.clone()),
            Self::Sign(_) => None,
        }
    }
}

fn tokens(sql: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '=' | '(' | ')' | ',' => tokens.push(Token::Sign(letter)),
            '\'' => {
                let text: String = letters.by_ref().take_while(|letter| *letter != '\'').collect();
                tokens.push(Token::Text(text));
            }
            _ if letter.is_alphanumeric() || letter == '_' => {
                let mut word = String::from(letter);
                while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
            _ => return None,
        }
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    use super::{Condition, Holds};
    use crate::findings::CATALOGUE;

    #[test]
    fn every_filter_of_the_catalogue_can_be_evaluated() {
        for (_, filter) in CATALOGUE.iter().filter_map(|rule| rule.rows) {
            assert!(Condition::parse(filter).is_some(), "{filter}");
        }
        for other in ["a > 1", "a = 'x' or b = 'y'", "a in ()", "", "a is not", "a = "] {
            assert_eq!(Condition::parse(other), None, "{other}");
        }
    }

    #[test]
    fn conditions_are_conjunctions() {
        let Some(Condition(tests)) = Condition::parse("a = 'x' and b in ('y', 'z') and c is not null") else {
            panic!("not read")
        };
        assert_eq!(tests.iter().map(|test| test.column.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(tests[1].holds, Holds::OneOf(vec!["y".to_owned(), "z".to_owned()]));
        assert_eq!(tests[2].holds, Holds::NotNull);
    }
}
