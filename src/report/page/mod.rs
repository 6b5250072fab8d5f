//! `report.html`: the audit as one page that needs nothing else, no network, no other file.
//!
//! ```text
//! table               rows of reports, column by column
//! data                all that the page shows, as JSON
//! document            the JSON, the style and the scripts in one file
//! assets/             the page itself; every text in it comes from the catalogue in `text`
//! ```
//!
//! The scripts never turn data into markup: names of customers reach the page as text only.

mod data;
mod document;
mod table;

use std::path::Path;

use super::{Audit, write_text};
use crate::error::Result;

/// Writes the page of an audit.
///
/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn write(audit: &Audit<'_>, folder: &Path) -> Result<()> {
    write_text(&folder.join("report.html"), &document::document(&audit.summary.case_title, &data::json(audit)?))
}
