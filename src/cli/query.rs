//! `qianhe query`.

use std::io::{IsTerminal, Read, stdin};
use std::path::PathBuf;

use super::out::{self, Out};
use super::{REPORTS, exit_codes, prompt};
use crate::error::{Error, Result};
use crate::limits::MAX_SCRIPT_BYTES;
use crate::query::{CsvTexts, OutputFormat, Session, write};
use crate::regular::parent_of;
use crate::report::manifest::MANIFEST;
use crate::report::publish;
use crate::text::{errors as say, path_text};

/// Query the reports by SQL: each report is a table with the name of its file, without `.parquet`.
///
/// Without a statement, a prompt opens; if stdin is not a terminal, statements are read from it, each ended by `;`.
/// Only the columns that a statement needs are read. Times are texts in UTC, which compare and sort as times do.
///
/// In CSV, texts that begin with = + - @, a tab or a carriage return get a leading ', so that a spreadsheet does not
/// evaluate them as formulas (numbers excepted); `--raw` writes them unchanged.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("Example:
  qianhe query --reports acme/reports \"select outcome, count(*) from relations group by outcome\"
  qianhe query --reports acme/reports \"select source_userid, missing from accounts order by missing desc limit 5\"

", exit_codes!()))]
pub(super) struct QueryArgs {
    /// The SQL statement
    sql: Option<String>,
    /// The folder of the reports
    #[arg(long, value_name = "DIR", default_value = REPORTS)]
    reports: PathBuf,
    /// Read the reports without comparing them with the manifest first
    #[arg(long)]
    no_verify: bool,
    /// Format of the result [default: by the extension of --out, else table]
    #[arg(long, value_name = "FORMAT")]
    format: Option<OutputFormat>,
    /// Print a JSON array; the same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write the result to a file, readable by its owner only
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write texts to CSV unchanged, even if a spreadsheet evaluates them as formulas
    #[arg(long)]
    raw: bool,
}

impl QueryArgs {
    pub fn run(&self, out: Out) -> Result<u8> {
        self.check_output()?;
        let session = Session::open(&self.reports, self.no_verify)?;
        match &self.sql {
            Some(sql) => self.answer(&session, sql, out)?,
            None if stdin().is_terminal() => prompt::open(&session, out.lang, &|sql| self.answer(&session, sql, out))?,
            None => {
                let mut text = String::new();
                // More than any script, so that an endless input ends.
                let script = stdin().take(MAX_SCRIPT_BYTES + 1).read_to_string(&mut text);
                if script.map_err(Error::io("stdin", say::CANNOT_READ))? as u64 > MAX_SCRIPT_BYTES {
                    return Err(Error::usage(
                        say::statement_too_long(text.len(), MAX_SCRIPT_BYTES),
                        say::SPLIT_STATEMENT,
                    ));
                }
                statements(&text).try_for_each(|sql| self.answer(&session, sql, out))?;
            }
        }
        Ok(0)
    }

    fn format(&self) -> OutputFormat {
        let ending = self.out.as_ref().and_then(|path| path.extension()?.to_str());
        match (self.format, ending) {
            (Some(format), _) => format,
            (None, _) if self.json => OutputFormat::Json,
            (None, Some("csv")) => OutputFormat::Csv,
            (None, Some("json")) => OutputFormat::Json,
            (None, Some("parquet")) => OutputFormat::Parquet,
            _ => OutputFormat::Table,
        }
    }

    /// Checks the options before any report is read.
    fn check_output(&self) -> Result<()> {
        match &self.out {
            None if self.format() == OutputFormat::Parquet => {
                Err(Error::usage(say::PARQUET_ON_SCREEN, say::PARQUET_ON_SCREEN_REMEDY))
            }
            Some(file) if parent_of(file).join(MANIFEST).exists() => {
                Err(Error::usage(say::among_reports(path_text(file)), say::AMONG_REPORTS_REMEDY))
            }
            _ => Ok(()),
        }
    }

    fn answer(&self, session: &Session, sql: &str, out: Out) -> Result<()> {
        let rows = session.run(sql)?;
        let mut bytes = Vec::new();
        let Some(file) = &self.out else {
            write(&rows, self.format(), CsvTexts { raw: self.raw, escaped: out::is_terminal() }, &mut bytes)?;
            let text = String::from_utf8(bytes).map_err(|error| Error::Bug(error.to_string()))?;
            return match self.format() {
                OutputFormat::Table => out.text(&text),
                OutputFormat::Json => out::json_text(&text),
                OutputFormat::Csv | OutputFormat::Parquet => out::exact(&text),
            };
        };
        write(&rows, self.format(), CsvTexts { raw: self.raw, escaped: false }, &mut bytes)?;
        publish::write_file(file, &bytes, out.progress().as_ref())
    }
}

/// Splits a text into statements, at each `;` outside of quotes.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    let parts = text.split(move |letter: char| {
        match quote {
            None if letter == '\'' || letter == '"' => quote = Some(letter),
            Some(open) if open == letter => quote = None,
            _ => {}
        }
        quote.is_none() && letter == ';'
    });
    parts.map(str::trim).filter(|sql| !sql.is_empty())
}

#[cfg(test)]
mod tests {
    use super::statements;

    #[test]
    fn statements_end_outside_of_quotes() {
        assert_eq!(statements("select ';' ; select 1\n;;").collect::<Vec<_>>(), ["select ';'", "select 1"]);
    }
}
