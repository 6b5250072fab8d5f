//! Published reports, read back: single columns, in batches or frames of bounded size, never a whole large file.
//!
//! ```text
//! scan     Parquet -> batches; row groups that cannot hold a value are skipped (bounds, bloom filter)
//! frames   batches -> Polars frames; aggregates of a report in bounded memory
//! row      one row, its values by column
//! cell     one value, as JSON and as text
//! ```

mod cell;
mod frames;
mod row;
mod scan;

pub use cell::{cell, text};
pub use frames::{aggregate, batch_of, collect, frame_of, read, totals};
pub use row::ReportRow;
pub use scan::{ParquetScan, ValueFilter, empty, row_count, schema};

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::report::manifest::{MANIFEST, Manifest};
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
    /// Reads the manifest; the reports themselves are opened on use.
    ///
    /// # Errors
    /// [`Error::Input`] if the manifest is absent, or of another program or schema version.
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
        if let Some(name) = manifest.reports.keys().find(|name| !is_below_folder(name)) {
            return Err(refused(say::report_outside(name)));
        }
        Ok(Self { folder: folder.to_path_buf(), manifest })
    }

    /// As [`Self::open`], of an audit: the manifest has to list its relations.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_audit(folder: &Path) -> Result<Self> {
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

    /// The path of the Parquet file of a table.
    pub fn path(&self, table: &Table) -> PathBuf {
        self.path_of(table.name)
    }

    /// The path of the Parquet file of that stem.
    pub fn path_of(&self, stem: &str) -> PathBuf {
        self.folder.join(format!("{stem}.parquet"))
    }

    /// Reads `summary.json`.
    ///
    /// # Errors
    /// [`Error::Input`] if it is absent or not JSON.
    pub fn summary(&self) -> Result<serde_json::Value> {
        let path = self.folder.join("summary.json");
        let refused = |problem: Message| Error::input(&path, say::SUMMARY, problem, say::AUDIT_AGAIN);
        let text = fs::read_to_string(&path).map_err(|error| refused(say::cannot_be_read(error)))?;
        serde_json::from_str(&text).map_err(|error| refused(say::not_json(error)))
    }
}

/// Whether the name of a report stays below its folder: a forged manifest must not lead elsewhere.
fn is_below_folder(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}
