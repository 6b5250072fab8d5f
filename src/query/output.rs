//! Writes the result of a statement as a table for people, CSV, JSON or Parquet.

use std::io::Write;

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::Value;

use crate::error::{Error, Result};
use crate::published::{cell, text};
use crate::report::starts_a_formula;
use crate::text::width::{cut, pad, pad_left, width};
use crate::text::{errors as say, plain};

/// Maximum width of a cell of a table, in columns of the terminal.
const CELL: usize = 48;
/// Maximum number of rows of a table.
const ROWS: usize = 1000;

/// Format of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Columns for people, at most 1000 rows
    Table,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// A JSON array of objects
    Json,
    /// Parquet, to a file
    Parquet,
}

/// The treatment of texts in CSV.
#[derive(Debug, Clone, Copy)]
pub struct CsvTexts {
    /// Texts that a spreadsheet would evaluate as formulas stay unchanged.
    pub raw: bool,
    /// Texts are escaped, for a terminal.
    pub escaped: bool,
}

/// # Errors
/// [`Error::Io`] of the writer.
pub fn write(rows: &RecordBatch, format: OutputFormat, texts: CsvTexts, out: &mut (dyn Write + Send)) -> Result<()> {
    let written = match format {
        OutputFormat::Table => out.write_all(table(rows).as_bytes()),
        OutputFormat::Csv => csv(rows, texts, out),
        OutputFormat::Json => json(rows, out),
        OutputFormat::Parquet => return parquet(rows, out),
    };
    written.map_err(Error::io("result", say::CANNOT_WRITE))
}

fn value(rows: &RecordBatch, column: usize, row: usize) -> Value {
    cell(rows.column(column).as_ref(), row)
}

fn names(rows: &RecordBatch) -> Vec<String> {
    rows.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
}

fn table(rows: &RecordBatch) -> String {
    let shown = rows.num_rows().min(ROWS);
    let mut lines = vec![names(rows).iter().map(|name| plain(name)).collect::<Vec<_>>()];
    lines.extend((0..shown).map(|row| {
        (0..rows.num_columns()).map(|column| cut(&plain(&text(&value(rows, column, row))), CELL)).collect()
    }));
    let widest = |column: usize| lines.iter().map(|line| width(&line[column])).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows.num_columns()).map(widest).collect();
    let is_number = |column: usize| rows.column(column).data_type().is_numeric();
    let line = |cells: &Vec<String>| {
        let cells = cells
            .iter()
            .enumerate()
            .map(|(n, cell)| if is_number(n) { pad_left(cell, widths[n]) } else { pad(cell, widths[n]) });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let rule = widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  ") + "\n";
    let mut text = line(&lines[0]) + &rule;
    text.extend(lines[1..].iter().map(line));
    text + &count(rows.num_rows(), shown)
}

fn count(rows: usize, shown: usize) -> String {
    let plural = if rows == 1 { "" } else { "s" };
    if rows > shown {
        format!("(first {shown} of {rows} rows; --format csv prints all)\n")
    } else {
        format!("({rows} row{plural})\n")
    }
}

fn csv(rows: &RecordBatch, texts: CsvTexts, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let safe = |text: String| if texts.raw || !is_formula(&text) { text } else { format!("'{text}") };
    let safe = |text: String| if texts.escaped { plain(&safe(text)) } else { safe(text) };
    writer.write_record(names(rows).into_iter().map(safe))?;
    for row in 0..rows.num_rows() {
        writer.write_record((0..rows.num_columns()).map(|column| safe(text(&value(rows, column, row)))))?;
    }
    writer.flush()
}

/// Returns whether a spreadsheet would evaluate the text. A number with a sign is not a formula.
fn is_formula(text: &str) -> bool {
    starts_a_formula(text) && text.parse::<f64>().is_err()
}

fn json(rows: &RecordBatch, out: &mut (dyn Write + Send)) -> std::io::Result<()> {
    let names = names(rows);
    out.write_all(b"[")?;
    for row in 0..rows.num_rows() {
        out.write_all(if row == 0 { b"\n{" } else { b",\n{" })?;
        for (column, name) in names.iter().enumerate() {
            let comma = if column == 0 { "" } else { "," };
            write!(out, "{comma}{}:{}", Value::from(name.as_str()), value(rows, column, row))?;
        }
        out.write_all(b"}")?;
    }
    out.write_all(b"\n]\n")
}

fn parquet(rows: &RecordBatch, out: &mut (dyn Write + Send)) -> Result<()> {
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let write = || {
        let mut writer = ArrowWriter::try_new(out, rows.schema(), Some(properties))?;
        writer.write(rows)?;
        writer.close()
    };
    write()
        .map(|_| ())
        .map_err(|error| Error::io("result", say::CANNOT_WRITE)(std::io::Error::other(error.to_string())))
}

#[cfg(test)]
mod tests {
    use super::is_formula;

    #[test]
    fn formulas_are_recognised_by_their_first_character() {
        for text in ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1"] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["-5", "-12.50", "+8613800000000", "a=b", "", "王芳"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
