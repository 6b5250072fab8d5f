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
use crate::published::{Reports, batch_of};
use crate::text::{Message, errors as say};

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
        let names = reports.manifest.reports.keys().filter_map(|name| name.strip_suffix(".parquet"));
        let tables = names.filter(|name| !name.contains('/'));
        let tables = tables
            .map(|name| Ok((name.to_owned(), lazy::schema(&folder.join(format!("{name}.parquet")))?)))
            .collect::<Result<_>>()?;
        Ok(Self { reports, tables })
    }

    /// The names of the tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// The names of all columns, table by table.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.tables.values().flat_map(columns_of)
    }

    /// Runs a statement.
    ///
    /// # Errors
    /// [`Error::Usage`] if Polars does not accept it; [`Error::Input`] if a report cannot be read.
    pub fn run(&self, sql: &str) -> Result<RecordBatch> {
        let failed = ScanError::default();
        let mut context = SQLContext::new();
        for (table, schema) in &self.tables {
            context
                .register(table, lazy::lazy((self.reports.clone(), table.as_str()), schema.clone(), failed.clone())?);
        }
        let sql = sql.trim().trim_end_matches(';');
        let result = context.execute(sql).and_then(collect);
        batch_of(&result.map_err(|error| failed.take().unwrap_or_else(|| self.refused(sql, &error)))?)
    }

    /// The error of Polars, with the table or column that may have been meant.
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
        let columns: Vec<&str> = named.iter().filter_map(|name| self.tables.get(name)).flat_map(columns_of).collect();
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
