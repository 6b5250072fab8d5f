//! Tables that `qianhe ingest` wrote have a manifest in the folder above their role: a table that is not as it says, or
//! is lacking, was changed or damaged, and one turned bit can change a result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::files::InputFile;
use super::raw::FileTally;
use crate::error::{Error, Result};
use crate::text::errors as say;

const MANIFEST: &str = "manifest.json";

/// The part of a manifest that tables are compared with.
#[derive(Deserialize)]
struct IngestManifest {
    tool: IngestTool,
    reports: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct IngestTool {
    name: String,
}

/// Compares the files that were read with the manifests of ingested tables beside them.
///
/// # Errors
/// [`Error::Input`] that names the first table that was changed or is lacking, or a manifest that cannot be read.
pub fn check(files: &[InputFile], read: &[FileTally]) -> Result<()> {
    let mut manifests: BTreeMap<PathBuf, Option<IngestManifest>> = BTreeMap::new();
    for (file, tally) in files.iter().zip(read) {
        let Some((top, name)) = place_in_ingest(&file.path) else { continue };
        if !manifests.contains_key(&top) {
            manifests.insert(top.clone(), manifest_in(&top)?);
        }
        let Some(manifest) = manifests.get(&top).and_then(Option::as_ref) else { continue };
        if manifest.reports.get(&name).is_some_and(|sha256| *sha256 != tally.sha256) {
            return Err(Error::input(&file.path, say::FILE, say::NOT_AS_INGESTED, say::NOT_AS_INGESTED_REMEDY));
        }
    }
    let folders = files.iter().filter_map(|file| Some((file.path.parent()?, place_in_ingest(&file.path)?.0)));
    for (folder, top) in folders.collect::<BTreeSet<_>>() {
        let Some(Some(manifest)) = manifests.get(&top) else { continue };
        let role = format!("{}/", folder.file_name().unwrap_or_default().to_string_lossy());
        let lacking = manifest.reports.keys().filter(|name| name.starts_with(&role)).map(|name| top.join(name));
        if let Some(lacking) = lacking.into_iter().find(|path| !path.is_file()) {
            return Err(Error::input(lacking, say::FILE, say::INGESTED_IS_MISSING, say::NOT_AS_INGESTED_REMEDY));
        }
    }
    Ok(())
}

/// The folder that would hold the manifest, and the name of the table in it: `source-before/relations.parquet`.
fn place_in_ingest(path: &Path) -> Option<(PathBuf, String)> {
    let folder = path.parent()?;
    let names = [folder.file_name()?, path.file_name()?].map(|name| name.to_string_lossy());
    Some((folder.parent()?.to_path_buf(), names.join("/")))
}

/// The manifest of `ingest` in a folder, if it has one; other programs may have files of that name.
fn manifest_in(top: &Path) -> Result<Option<IngestManifest>> {
    let path = top.join(MANIFEST);
    if !path.is_file() {
        return Ok(None);
    }
    let text = crate::regular::read_text(&path, crate::limits::MAX_JSON_REPORT_BYTES)
        .map_err(Error::io(&path, say::CANNOT_READ))?;
    match serde_json::from_str::<IngestManifest>(&text) {
        Ok(manifest) => Ok(Some(manifest).filter(|manifest| manifest.tool.name == env!("CARGO_PKG_NAME"))),
        Err(error) if text.contains(env!("CARGO_PKG_NAME")) => {
            Err(Error::input(&path, say::FILE, say::no_manifest(error), say::NOT_AS_INGESTED_REMEDY))
        }
        Err(_) => Ok(None),
    }
}
