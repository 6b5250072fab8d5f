//! `manifest.json`: the digests of all reports and inputs, written last, so that a folder with it is whole.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::Xxh3Default;

use crate::case::{Case, EffectiveSettings};
use crate::digest::hex;
use crate::error::{Error, Result};
use crate::limits::MAX_JSON_REPORT_BYTES;
use crate::personal::Pseudonyms;
use crate::regular;
use crate::report::summary::SCHEMA_VERSION;
use crate::snapshot::Input;
use crate::text::errors as say;

/// Errors of files that are no manifest, or are not there.
const NO_MANIFEST: [ErrorKind; 4] =
    [ErrorKind::NotFound, ErrorKind::NotADirectory, ErrorKind::InvalidData, ErrorKind::FileTooLarge];

/// The file whose presence marks a complete set of reports.
pub const MANIFEST: &str = "manifest.json";

/// SHA-256 of files by name, hexadecimal.
pub type Digests = BTreeMap<String, String>;

/// The manifest of a folder of reports.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Manifest {
    pub tool: Tool,
    pub schema_version: u32,
    /// `case.id`.
    pub case: String,
    /// The case file and what was set beside it; empty where no case was read.
    #[serde(default)]
    pub case_file: CaseFile,
    /// The settings in effect by key, defaults included.
    #[serde(default)]
    pub settings: EffectiveSettings,
    /// The fingerprint of the key, if personal data was replaced by pseudonyms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonyms: Option<String>,
    /// SHA-256 of each report by name.
    pub reports: Digests,
    /// XXH3 (128 bits) of each report by name: readers look for damage by it, which takes less than SHA-256.
    #[serde(default)]
    pub checksums: Digests,
    /// SHA-256 of each input by path.
    pub inputs: Digests,
    /// The user's files beside the reports, and reports that the user changed, under their dated names; a folder ends
    /// with `/`. Nothing is said of what is in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// SHA-256 of the earlier workbook whose worklist was carried over: the workbook depends on it beside the inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worklist: Option<String>,
}

/// The case file of a run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct CaseFile {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// The values of `--set`, as typed.
    pub set: Vec<String>,
}

/// The tool that wrote the reports.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Tool {
    pub name: String,
    pub version: String,
}

impl Manifest {
    /// Returns the manifest of a run on a case, before its reports are written.
    pub fn of_case(case: &Case, inputs: &[Input]) -> Self {
        Self {
            case_file: CaseFile { sha256: case.file_sha256.clone(), set: case.overrides.clone() },
            settings: case.effective(),
            pseudonyms: case.pseudonyms.as_ref().map(Pseudonyms::fingerprint),
            inputs: inputs.iter().map(|input| (input.file.path.clone(), input.file.sha256.clone())).collect(),
            ..Self::of_reports(&case.id)
        }
    }

    /// Returns the manifest of a run on published reports of a case, before its own are written.
    pub fn of_reports(case_id: &str) -> Self {
        Self {
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            schema_version: SCHEMA_VERSION,
            case: case_id.to_owned(),
            ..Self::default()
        }
    }

    /// Returns the manifest of a folder; `None` if it has none of this program.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read: then the folder may be one of reports.
    pub fn of_ours(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(MANIFEST);
        let text = match regular::read_text(&path, MAX_JSON_REPORT_BYTES) {
            Ok(text) => text,
            Err(error) if regular::is_not_regular(&error) || NO_MANIFEST.contains(&error.kind()) => return Ok(None),
            Err(error) => return Err(Error::io(&path, say::CANNOT_READ)(error)),
        };
        let manifest = serde_json::from_str(&text).ok();
        Ok(manifest.filter(|manifest: &Self| manifest.tool.name == env!("CARGO_PKG_NAME")))
    }

    /// Returns whether it is of the tables that `ingest` writes.
    pub fn is_of_tables(&self) -> bool {
        self.reports.contains_key("_inputs.parquet")
    }

    /// Returns whether a file beside the reports is one that was kept.
    pub fn keeps(&self, name: &str) -> bool {
        self.kept.iter().any(|kept| name == kept || (kept.ends_with('/') && name.starts_with(kept.as_str())))
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// [`Error::Bug`] only.
    pub fn to_json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self).map_err(|error| Error::Bug(error.to_string()))? + "\n")
    }
}

/// SHA-256 of a file, hexadecimal.
///
/// # Errors
/// [`Error::Io`].
pub fn sha256_of(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    each_portion(path, |bytes| hasher.update(bytes))?;
    Ok(hex(&hasher.finalize()))
}

/// XXH3 of a file, of 128 bits, hexadecimal. It shows damage; that nobody forged the file, only SHA-256 shows.
///
/// # Errors
/// [`Error::Io`].
pub fn checksum_of(path: &Path) -> Result<String> {
    let mut hasher = Xxh3Default::new();
    each_portion(path, |bytes| hasher.update(bytes))?;
    Ok(format!("{:032x}", hasher.digest128()))
}

fn each_portion(path: &Path, mut see: impl FnMut(&[u8])) -> Result<()> {
    let mut file = regular::open(path).map_err(Error::io(path, say::CANNOT_READ))?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        match file.read(&mut buffer).map_err(Error::io(path, say::CANNOT_READ))? {
            0 => return Ok(()),
            n => see(&buffer[..n]),
        }
    }
}
