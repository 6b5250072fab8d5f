//! Verifies published reports: every file by its SHA-256 in the manifest, the control totals from the files alone.

mod files;
mod totals;

use std::path::Path;

use serde::Serialize;

pub use files::{Files, check as check_files};

use crate::controls::ControlTotal;
use crate::error::Result;
use crate::published::Reports;
use crate::text::Message;

/// Result of verifying a folder of reports.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// `case.id`.
    pub case: String,
    /// Whether the files match the manifest, and all control totals balance.
    pub holds: bool,
    pub files: Files,
    /// Control totals, recomputed from the files; empty where the folder is not of an audit.
    pub control_totals: Vec<ControlTotal>,
    /// Why they could not be recomputed.
    pub unreadable: Option<Message>,
    /// Filters that could not be parsed.
    pub not_evaluated: Vec<String>,
}

/// Verifies a folder of reports.
///
/// # Errors
/// [`crate::Error::Input`] if it has no manifest of this program; [`crate::Error::Interrupted`].
pub fn verify(folder: &Path) -> Result<Verification> {
    let reports = Reports::open(folder)?;
    let files = files::check(&reports)?;
    let mut recount = totals::Recount::default();
    let unreadable = if reports.is_of_audit() { input_error(recount.audit(&reports))? } else { None };
    let totals::Recount { totals, not_evaluated } = recount;
    let holds = files.match_manifest() && unreadable.is_none() && totals.iter().all(|total| total.holds);
    Ok(Verification { case: reports.manifest.case, holds, files, control_totals: totals, unreadable, not_evaluated })
}

/// Returns what is wrong with a file that cannot be read: a result of the verification, not an error of it.
fn input_error(recount: Result<()>) -> Result<Option<Message>> {
    match recount {
        Err(error @ crate::Error::Input { .. }) => Ok(Some(error.message())),
        other => other.map(|()| None),
    }
}
