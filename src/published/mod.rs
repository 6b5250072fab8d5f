//! Reports that are there already, read back: some columns of them, row group by row group, never a whole file.

mod cell;
mod condition;
mod scan;

pub use cell::{cell, text};
pub use condition::{Condition, count_rows};
pub use scan::{Scan, Wanted, column_names, rows_of, schema};

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::report::publish::{MANIFEST, Manifest};
use crate::report::summary::SCHEMA_VERSION;
use crate::schema::Table;
use crate::text::{Message, errors as say};

/// A folder of reports with its manifest.
#[derive(Debug)]
pub struct Reports {
    pub folder: PathBuf,
    pub manifest: Manifest,
}

impl Reports {
    /// Reads the manifest; the reports themselves are looked at when they are asked for.
    ///
    /// # Errors
    /// [`Error::Input`] if there is no manifest, or none that this version understands.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let refused = |problem: Message| Error::input(&path, say::MANIFEST, problem, say::NAME_THE_REPORTS);
        let text = fs::read_to_string(&path).map_err(|error| refused(say::cannot_be_read(error)))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| refused(say::no_manifest(error)))?;
        if manifest.tool.name != env!("CARGO_PKG_NAME") {
            return Err(refused(say::written_by(manifest.tool.name)));
        }
        if manifest.schema_version != SCHEMA_VERSION {
            let problem = say::other_schema(manifest.schema_version, SCHEMA_VERSION);
            return Err(Error::input(&path, Message::verbatim("schema_version"), problem, say::OTHER_SCHEMA_REMEDY));
        }
        if let Some(name) = manifest.reports.keys().find(|name| !stays_inside(name)) {
            return Err(refused(say::report_outside(name)));
        }
        Ok(Self { folder: folder.to_path_buf(), manifest })
    }

    /// As [`Self::open`], of an audit: its relations have to be there.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn of_audit(folder: &Path) -> Result<Self> {
        let reports = Self::open(folder)?;
        if reports.is_of_audit() {
            return Ok(reports);
        }
        Err(Error::input(folder.join(MANIFEST), Message::verbatim("reports"), say::NO_AUDIT, say::NAME_THE_REPORTS))
    }

    /// Whether an audit wrote them.
    pub fn is_of_audit(&self) -> bool {
        self.manifest.reports.contains_key("relations.parquet")
    }

    /// Where the Parquet file of a table is.
    pub fn path(&self, table: &Table) -> PathBuf {
        self.path_of(table.name)
    }

    /// Where the Parquet file of that stem is.
    pub fn path_of(&self, stem: &str) -> PathBuf {
        self.folder.join(format!("{stem}.parquet"))
    }

    /// `summary.json`.
    ///
    /// # Errors
    /// [`Error::Input`] if it is not there or no JSON.
    pub fn summary(&self) -> Result<serde_json::Value> {
        let path = self.folder.join("summary.json");
        let refused = |problem: Message| Error::input(&path, say::SUMMARY, problem, say::AUDIT_AGAIN);
        let text = fs::read_to_string(&path).map_err(|error| refused(say::cannot_be_read(error)))?;
        serde_json::from_str(&text).map_err(|error| refused(say::not_json(error)))
    }
}

/// A manifest that somebody else wrote must not lead anywhere.
fn stays_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}
