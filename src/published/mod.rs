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
pub use scan::{ParquetScan, ValueFilter, empty, footer, row_count, schema};

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::limits::MAX_JSON_REPORT_BYTES;
use crate::personal::Pseudonyms;
use crate::regular;
use crate::report::manifest::{MANIFEST, Manifest, checksum_of, sha256_of};
use crate::report::summary::SCHEMA_VERSION;
use crate::schema::Table;
use crate::text::{Message, errors as say};

/// A folder of reports with its manifest.
#[derive(Debug)]
pub struct Reports {
    pub folder: PathBuf,
    pub manifest: Manifest,
    /// The reports that were compared with the manifest; absent where they are not compared.
    intact: Option<Mutex<BTreeSet<String>>>,
    /// The key of their pseudonyms, where it was given.
    pub pseudonyms: Option<Pseudonyms>,
}

impl Reports {
    /// Reads the manifest; the reports themselves are opened on use.
    ///
    /// # Errors
    /// [`Error::Input`] if the manifest is absent, or of another program or schema version.
    pub fn open(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let refused = |problem: Message| Error::input(&path, say::MANIFEST, problem, say::NAME_THE_REPORTS);
        let text = regular::read_text(&path, MAX_JSON_REPORT_BYTES).map_err(|error| match error.kind() {
            ErrorKind::NotFound => refused(say::NO_REPORTS_THERE.into()),
            _ => refused(say::cannot_be_read(error)),
        })?;
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
        Ok(Self { folder: folder.to_path_buf(), manifest, intact: None, pseudonyms: None })
    }

    /// As [`Self::open`], where each report is compared with its checksum in the manifest before it is first read,
    /// unless `unchecked`: one turned bit can change an answer.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_checked(folder: &Path, unchecked: bool) -> Result<Self> {
        Ok(Self { intact: (!unchecked).then(Mutex::default), ..Self::open(folder)? })
    }

    /// As [`Self::open_checked`], of an audit: the manifest has to list its relations.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_audit(folder: &Path, unchecked: bool) -> Result<Self> {
        let reports = Self::open_checked(folder, unchecked)?;
        if reports.is_of_audit() { Ok(reports) } else { Err(reports.no_audit()) }
    }

    /// Returns the error for reports that no audit wrote, where those of an audit are needed.
    pub fn no_audit(&self) -> Error {
        let place = Message::verbatim("reports");
        Error::input(self.folder.join(MANIFEST), place, say::NO_AUDIT, say::NAME_THE_REPORTS)
    }

    /// Takes the key that personal data in them was replaced under, so that originals can be looked up.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is another key, or if they hold no pseudonyms.
    pub fn under(self, pseudonyms: Option<Pseudonyms>) -> Result<Self> {
        let fingerprint = pseudonyms.as_ref().map(Pseudonyms::fingerprint);
        match (&self.manifest.pseudonyms, fingerprint) {
            (None, Some(_)) => Err(Error::usage(say::NO_PSEUDONYMS, say::NO_PSEUDONYMS_REMEDY)),
            (Some(of), Some(given)) if *of != given => {
                Err(Error::usage(say::other_key(of, given), say::OTHER_KEY_REMEDY))
            }
            _ => Ok(Self { pseudonyms, ..self }),
        }
    }

    /// Returns whether an audit wrote them.
    pub fn is_of_audit(&self) -> bool {
        self.manifest.reports.contains_key("relations.parquet")
    }

    /// Returns the path of the Parquet file of a table, to be read.
    ///
    /// # Errors
    /// As [`Self::path_of`].
    pub fn path(&self, table: &Table) -> Result<PathBuf> {
        self.path_of(table.name)
    }

    /// Returns the path of the Parquet file of that stem, to be read.
    ///
    /// # Errors
    /// [`Error::Input`] if it is not as the manifest says; [`Error::Io`].
    pub fn path_of(&self, stem: &str) -> Result<PathBuf> {
        self.intact_path(&format!("{stem}.parquet"))
    }

    /// Returns the path of a report, compared with the manifest when it is first asked for.
    fn intact_path(&self, name: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        let Some(intact) = &self.intact else { return Ok(path) };
        let mut intact = intact.lock().unwrap_or_else(PoisonError::into_inner);
        if !intact.contains(name) {
            let changed = || Error::input(&path, say::REPORT, say::NOT_AS_IN_MANIFEST, say::NOT_AS_IN_MANIFEST_REMEDY);
            let is_intact = match (self.manifest.checksums.get(name), self.manifest.reports.get(name)) {
                (Some(checksum), _) => checksum_of(&path)? == *checksum,
                // Of a version without checksums.
                (None, Some(sha256)) => sha256_of(&path)? == *sha256,
                (None, None) => false,
            };
            if !is_intact {
                return Err(changed());
            }
            intact.insert(name.to_owned());
        }
        Ok(path)
    }

    /// Reads `summary.json`.
    ///
    /// # Errors
    /// [`Error::Input`] if it is absent or not JSON.
    pub fn summary(&self) -> Result<serde_json::Value> {
        let path = self.intact_path("summary.json")?;
        let refused = |problem: Message| Error::input(&path, say::SUMMARY, problem, say::AUDIT_AGAIN);
        let text =
            regular::read_text(&path, MAX_JSON_REPORT_BYTES).map_err(|error| refused(say::cannot_be_read(error)))?;
        serde_json::from_str(&text).map_err(|error| refused(say::not_json(error)))
    }
}

/// Returns whether the name of a report stays below its folder: a forged manifest must not lead elsewhere.
fn is_below_folder(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}
