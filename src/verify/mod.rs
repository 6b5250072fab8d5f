//! Do the published reports still stand: each file as the manifest vouches for it, and the figures by the files alone.

mod files;
mod totals;

use std::path::Path;

use serde::Serialize;

pub use files::{Files, check as check_files};

use crate::controls::ControlTotal;
use crate::error::Result;
use crate::published::Reports;
use crate::text::Message;

/// What a check of a folder found.
#[derive(Debug, Serialize)]
pub struct Verification {
    /// `case.id`.
    pub case: String,
    /// Whether all of it holds.
    pub holds: bool,
    pub files: Files,
    /// The equations, recomputed from the files; none where the folder is not an audit's.
    pub control_totals: Vec<ControlTotal>,
    /// Why they could not be recomputed, where they could not.
    pub unreadable: Option<Message>,
    /// Filters of a kind that only a SQL engine evaluates.
    pub not_evaluated: Vec<String>,
}

/// Checks a folder of reports.
///
/// # Errors
/// [`crate::Error::Input`] if it holds no manifest of ours; [`crate::Error::Interrupted`].
pub fn verify(folder: &Path) -> Result<Verification> {
    let reports = Reports::open(folder)?;
    let files = files::check(&reports)?;
    let mut recount = totals::Recount::default();
    let unreadable = if reports.is_of_audit() { said(recount.audit(&reports))? } else { None };
    let totals::Recount { totals, not_evaluated } = recount;
    let holds = files.hold() && unreadable.is_none() && totals.iter().all(|total| total.holds);
    Ok(Verification { case: reports.manifest.case, holds, files, control_totals: totals, unreadable, not_evaluated })
}

/// A file that cannot be read is what the check is for, and does not stop it.
fn said(recount: Result<()>) -> Result<Option<Message>> {
    match recount {
        Err(error @ crate::Error::Input { .. }) => Ok(Some(error.message())),
        other => other.map(|()| None),
    }
}
