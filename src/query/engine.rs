//! Runs statements, and suggests the table or column that a wrong name may have meant.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use polars::error::PolarsError;
use polars::prelude::{DataFrame, LazyFrame, PlSmallStr, PolarsResult, SchemaRef};
use polars::sql::{SQLContext, extract_table_identifiers};

use super::lazy::{self, ScanError};
use crate::error::{Error, Result};
use crate::limits::{MAX_SQL_BYTES, MAX_SQL_OPERATORS, MAX_SQL_TABLES, SQL_STACK_BYTES};
use crate::published::{Reports, batch_of};
use crate::text::{Message, errors as say};

/// The end of the names of the files of tables.
const PARQUET: &str = ".parquet";

/// The tables of a folder of reports.
pub struct Session {
    reports: Arc<Reports>,
    tables: BTreeMap<String, SchemaRef>,
}

impl Session {
    /// Opens a folder of reports, of an audit, a precheck or a comparison. Unless `unchecked`, the tables that a
    /// statement reads are compared with the manifest first.
    ///
    /// # Errors
    /// [`Error::Input`] if it has no manifest, or a report cannot be read.
    pub fn open(folder: &Path, unchecked: bool) -> Result<Self> {
        let reports = Arc::new(Reports::open_checked(folder, unchecked)?);
        let names = reports.manifest.reports.keys().filter_map(|name| name.strip_suffix(PARQUET));
        let tables = names.filter(|name| !name.contains('/'));
        let tables = tables
            .map(|name| Ok((name.to_owned(), lazy::schema(&folder.join(format!("{name}{PARQUET}")))?)))
            .collect::<Result<_>>()?;
        Ok(Self { reports, tables })
    }

    /// Returns the names of the tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Returns the names of all columns, table by table.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.tables.values().flat_map(columns_of)
    }

    /// Runs a statement, on a thread with the stack that the planner may need.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is too large, or Polars does not accept it; [`Error::Input`] if a report cannot be read.
    pub fn run(&self, sql: &str) -> Result<RecordBatch> {
        check_size(sql)?;
        let refused = |error| Error::io("thread", say::CANNOT_CREATE)(error);
        std::thread::scope(|scope| {
            let planner = std::thread::Builder::new().name("query".to_owned()).stack_size(SQL_STACK_BYTES);
            let answer = planner.spawn_scoped(scope, || self.answer(sql)).map_err(refused)?;
            answer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    fn answer(&self, sql: &str) -> Result<RecordBatch> {
        let failed = ScanError::default();
        let mut context = SQLContext::new();
        for (table, schema) in &self.tables {
            let rows = lazy::lazy((self.reports.clone(), table.as_str()), schema.clone(), failed.clone())?;
            // So the SQL of the workbook runs both here and, in the folder of the reports, in DuckDB.
            let file = format!("{table}{PARQUET}");
            if sql.contains(&file) {
                context.register(&file, rows.clone());
            }
            context.register(table, rows);
        }
        let sql = sql.trim().trim_end_matches(';');
        let result = context.execute(sql).and_then(collect);
        batch_of(&result.map_err(|error| failed.take().unwrap_or_else(|| self.refused(sql, &error)))?)
    }

    /// Returns the error of Polars, with the table or column that may have been meant.
    fn refused(&self, sql: &str, error: &PolarsError) -> Error {
        let problem = error.to_string();
        let quoted: Vec<&str> = problem.split(['\'', '"']).skip(1).step_by(2).collect();
        let named = extract_table_identifiers(sql, false, true).unwrap_or_default();
        let is_unknown = |name: &&String| !self.tables.contains_key(*name) && quoted.contains(&name.as_str());
        if let Some(unknown) = named.iter().find(is_unknown) {
            let near = nearest(unknown, self.tables());
            let tables = say::tables_are(Message::list(self.tables()));
            return Error::usage(say::no_table(unknown), say::perhaps(near, tables));
        }
        let table = |name: &String| self.tables.get(name.strip_suffix(PARQUET).unwrap_or(name));
        let columns: Vec<&str> = named.iter().filter_map(table).flat_map(columns_of).collect();
        let mut unknown = quoted.iter().filter(|name| !columns.contains(name));
        let meant = unknown.find_map(|name| Some((*name, nearest(name, columns.iter().copied())?)));
        let remedy = match meant {
            Some((name, near)) => say::did_you_mean_column(near, name),
            None if columns.is_empty() => say::AN_EXAMPLE.into(),
            None => say::columns_are(Message::list(columns)),
        };
        let first = problem.lines().next().unwrap_or_default().split("; valid columns").next().unwrap_or_default();
        Error::usage(say::refused_statement(first), remedy)
    }
}

/// Words that are operators of SQL, or nest like them.
const OPERATORS: [&str; 15] = [
    "and", "or", "not", "like", "ilike", "between", "is", "in", "case", "when", "union", "intersect", "except", "join",
    "cast",
];
/// Words that combine tables.
const COMBINES: [&str; 4] = ["union", "intersect", "except", "join"];
/// Characters of which operators of SQL consist.
const OPERATOR_LETTERS: &str = "+-*/%<>=!|^&~";

/// Refuses a statement that would be a tree too deep to walk.
fn check_size(sql: &str) -> Result<()> {
    if sql.len() > MAX_SQL_BYTES {
        return Err(Error::usage(say::statement_too_long(sql.len(), MAX_SQL_BYTES), say::SPLIT_STATEMENT));
    }
    for (words, letters, most) in
        [(&OPERATORS[..], OPERATOR_LETTERS, MAX_SQL_OPERATORS), (&COMBINES, "", MAX_SQL_TABLES)]
    {
        let count = operators(sql, words, letters);
        if count > most {
            return Err(Error::usage(say::too_many_operators(count, most), say::SPLIT_STATEMENT));
        }
    }
    Ok(())
}

/// Counts operators outside of quotes.
fn operators(sql: &str, operators: &[&str], letters: &str) -> usize {
    let mut quote = None;
    let outside = |letter: char| {
        let is_quote = matches!(letter, '\'' | '"' | '`');
        match quote {
            None if is_quote => quote = Some(letter),
            Some(open) if open == letter => quote = None,
            None => return letter,
            Some(_) => {}
        }
        ' '
    };
    let outside: String = sql.chars().map(outside).collect();
    let words = outside.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let is_operator = |word: &&str| operators.iter().any(|operator| word.eq_ignore_ascii_case(operator));
    words.filter(is_operator).count() + outside.matches(|letter| letters.contains(letter)).count()
}

fn columns_of(schema: &SchemaRef) -> impl Iterator<Item = &str> {
    schema.iter_names().map(PlSmallStr::as_str)
}

#[expect(clippy::disallowed_methods, reason = "the result of a statement is what was asked for")]
fn collect(plan: LazyFrame) -> PolarsResult<DataFrame> {
    plan.collect()
}

/// Returns the name most similar to a word, if one is similar.
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    let similarity = |name: &&str| strsim::jaro_winkler(&word, &name.to_lowercase());
    let near = names.map(|name| (similarity(&name), name)).filter(|(similarity, _)| *similarity > 0.8);
    near.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{OPERATOR_LETTERS, OPERATORS};

    fn operators(sql: &str) -> usize {
        super::operators(sql, &OPERATORS, OPERATOR_LETTERS)
    }

    #[test]
    fn operators_are_counted_outside_of_quotes() {
        assert_eq!(operators("select 'a and b' from t where x='=' or \"or\"=1 AND y in ('a','b')"), 5);
        assert_eq!(operators("select order_by, android from t"), 0);
    }
}
