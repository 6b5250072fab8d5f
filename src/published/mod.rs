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

/// What a user can do about a folder that is none of ours.
const REMEDY: &str = "name the folder of reports that an audit wrote, by default CASE/reports";

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
        let refused = |problem: String| Error::input(&path, "manifest", problem, REMEDY);
        let text = fs::read_to_string(&path).map_err(|error| refused(format!("cannot be read: {error}")))?;
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| refused(format!("is no manifest of ours: {error}")))?;
        if manifest.tool.name != env!("CARGO_PKG_NAME") {
            return Err(refused(format!("was written by {}, not by qianhe", manifest.tool.name)));
        }
        if manifest.schema_version != SCHEMA_VERSION {
            let remedy = "read it with the qianhe that wrote it, or run the audit again";
            let problem = format!("has schema version {}, and this qianhe reads {SCHEMA_VERSION}", manifest.schema_version);
            return Err(Error::input(&path, "schema_version", problem, remedy));
        }
        if let Some(name) = manifest.reports.keys().find(|name| !stays_inside(name)) {
            return Err(refused(format!("names a report outside of its folder: {name}")));
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
        Err(Error::input(folder.join(MANIFEST), "reports", "is not of an audit: it names no relations.parquet", REMEDY))
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
        let refused = |problem: String| Error::input(&path, "summary", problem, "run the audit again");
        let text = fs::read_to_string(&path).map_err(|error| refused(format!("cannot be read: {error}")))?;
        serde_json::from_str(&text).map_err(|error| refused(format!("is no JSON: {error}")))
    }
}

/// A manifest that somebody else wrote must not lead anywhere.
fn stays_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}
