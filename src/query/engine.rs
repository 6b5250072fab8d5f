//! Runs statements: reads what they name, hands it to the engine, and says what a name may have been meant to be.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use polars::error::PolarsError;
use polars::prelude::IntoLazy;
use polars::sql::SQLContext;

use super::names::Names;
use super::tables;
use crate::error::{Error, Result};
use crate::frame;
use crate::published::{Reports, column_names};
use crate::text::{Message, errors as say};

/// The tables of a folder of reports, ready to be asked.
pub struct Session {
    reports: Reports,
    /// The columns of each table.
    columns: BTreeMap<String, Vec<String>>,
}

impl Session {
    /// Opens a folder of reports, of an audit, a precheck or a comparison.
    ///
    /// # Errors
    /// [`Error::Input`] if there is none.
    pub fn open(folder: &Path) -> Result<Self> {
        let reports = Reports::open(folder)?;
        let names = reports.manifest.reports.keys().filter_map(|name| name.strip_suffix(".parquet"));
        let tables = names.filter(|name| !name.contains('/'));
        let columns =
            tables.map(|name| Ok((name.to_owned(), column_names(&reports.path_of(name))?))).collect::<Result<_>>()?;
        Ok(Self { reports, columns })
    }

    /// The columns of each table, by its name.
    pub fn columns(&self) -> &BTreeMap<String, Vec<String>> {
        &self.columns
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// [`Error::Usage`] if the engine does not accept it; [`Error::Input`] if a report cannot be read.
    pub fn run(&self, sql: &str) -> Result<RecordBatch> {
        let names = Names::of(sql);
        // `extract(year from a_column)` is no table either.
        let is_column = |name: &String| self.columns.values().flatten().any(|column| column == name);
        if let Some(unknown) =
            names.tables().into_iter().find(|name| !self.columns.contains_key(name) && !is_column(name))
        {
            return Err(self.no_table(&unknown));
        }
        let mut context = SQLContext::new();
        let lists_tables = names.name("show");
        for (table, columns) in &self.columns {
            if names.name(table) || lists_tables {
                context.register(table, self.table(table, columns, &names)?.lazy());
            }
        }
        let said = |error: PolarsError| self.refused(&names, &error);
        let plan = context.execute(sql.trim().trim_end_matches(';')).map_err(said)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "a statement is a whole of its own, and its result is what was asked for"
        )]
        let result = plan.collect().map_err(said)?;
        let arrays: Vec<(String, ArrayRef)> = result
            .columns()
            .iter()
            .map(|column| Ok((column.name().to_string(), frame::array(column)?)))
            .collect::<Result<_>>()?;
        let fields: Vec<Field> =
            arrays.iter().map(|(name, array)| Field::new(name, array.data_type().clone(), true)).collect();
        let schema = Schema::new(fields).into();
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(result.height()));
        let columns = arrays.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new_with_options(schema, columns, &options).map_err(Error::from)
    }

    /// The columns that a statement may mean. One that needs only the rows gets a column to count them by.
    fn table(&self, table: &str, columns: &[String], names: &Names) -> Result<polars::frame::DataFrame> {
        let is_named = |column: &&String| names.want_all() || names.name(column);
        let mut wanted: Vec<&str> = columns.iter().filter(is_named).map(String::as_str).collect();
        if wanted.is_empty() {
            wanted.extend(columns.first().map(String::as_str));
        }
        let first = if names.name("show") { Some(0) } else { names.first_rows() };
        tables::read(&self.reports.path_of(table), &wanted, first)
    }

    fn no_table(&self, name: &str) -> Error {
        let near = nearest(name, self.columns.keys().map(String::as_str));
        Error::usage(say::no_table(name), say::perhaps(near, say::tables_are(Message::list(self.columns.keys()))))
    }

    /// What the engine says, and the column that may have been meant.
    fn refused(&self, names: &Names, error: &PolarsError) -> Error {
        let columns =
            || names.tables().into_iter().filter_map(|table| self.columns.get(&table)).flatten().map(String::as_str);
        let told = error.to_string();
        let is_strange = |word: &&str| {
            told.contains(*word) && !columns().any(|column| column == *word) && !self.columns.contains_key(*word)
        };
        let meant =
            names.words().filter(is_strange).find_map(|word| Some((word.to_owned(), nearest(word, columns())?)));
        let all: Vec<&str> = columns().collect();
        let remedy = match meant {
            Some((word, near)) => say::did_you_mean_column(near, word),
            None if all.is_empty() => say::AN_EXAMPLE.into(),
            None => say::columns_are(Message::list(all)),
        };
        let first = told.lines().next().unwrap_or_default().split("; valid columns").next().unwrap_or_default();
        Error::usage(say::refused_statement(first), remedy)
    }
}

/// The name that is most like a word, if one is like it.
fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let word = word.to_lowercase();
    let likeness = |name: &&str| strsim::jaro_winkler(&word, &name.to_lowercase());
    let near = names.map(|name| (likeness(&name), name)).filter(|(likeness, _)| *likeness > 0.8);
    near.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name.to_owned())
}
