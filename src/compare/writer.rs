//! Writes `compare.parquet`: the rows that changed, by kind, then by key.

use std::path::Path;

use super::ComparedRow;
use crate::error::Result;
use crate::progress::Progress;
use crate::report::manifest::Manifest;
use crate::report::parquet::{GroupWriter, ROW_GROUP};
use crate::report::publish::Stage;
use crate::schema::tables::COMPARE_REPORT;
use crate::schema::vocabulary::Change;
use crate::schema::{Rows, cells};

const FILE: &str = "compare.parquet";

/// Writes changed rows, if an output folder was given.
pub struct ChangeWriter<'p>(Option<(Stage<'p>, GroupWriter, Rows)>);

impl<'p> ChangeWriter<'p> {
    /// Prepares the output folder.
    ///
    /// # Errors
    /// [`Error::Output`](crate::Error::Output) if the folder cannot take reports.
    pub fn create(out: Option<&Path>, progress: &'p dyn Progress) -> Result<Self> {
        let Some(out) = out else { return Ok(Self(None)) };
        let stage = Stage::beside(out, progress)?;
        let writer = GroupWriter::create(&stage.path().join(FILE), &COMPARE_REPORT, &[], &Vec::new())?;
        Ok(Self(Some((stage, writer, Rows::new(&COMPARE_REPORT)))))
    }

    /// Appends a row, if it changed.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    pub fn write(&mut self, row: &ComparedRow) -> Result<()> {
        let Some((_, writer, rows)) = &mut self.0 else { return Ok(()) };
        if row.change == Change::Unchanged {
            return Ok(());
        }
        let (earlier, later) = (row.earlier.as_ref(), row.later.as_ref());
        rows.push(cells!(COMPARE_REPORT, {
            COMPARED: row.kind,
            CHANGE: row.change,
            COMPARED_KEY: &row.key,
            EARLIER: earlier.map(|state| state.words.as_str()),
            LATER: later.map(|state| state.words.as_str()),
            EARLIER_SEVERITY: earlier.map(|state| state.severity),
            LATER_SEVERITY: later.map(|state| state.severity),
        }));
        if rows.len() >= ROW_GROUP {
            writer.write(std::mem::replace(rows, Rows::new(&COMPARE_REPORT)).finish())?;
        }
        Ok(())
    }

    /// Publishes the report under the id of a case.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io).
    pub fn finish(self, case: &str) -> Result<()> {
        let Some((stage, mut writer, rows)) = self.0 else { return Ok(()) };
        writer.write(rows.finish())?;
        writer.finish()?;
        stage.publish(Manifest::of_reports(case))
    }
}
