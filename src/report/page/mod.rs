//! `report.html`: the audit as one page that needs nothing else, no network, no other file. The page of a precheck is
//! made of the same parts.
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

use serde_json::Value;

use super::{Audit, write_private};
use crate::error::Result;

pub use data::{FindingLink, PageFrame, constants, small_table, small_tables, to_json, without_rows};
pub use document::{PageKind, document};
pub use table::Excerpt;

/// Returns the data of a page; `None` if anything of it but the data is not the document of this version.
pub fn data_of(page: &str) -> Option<Value> {
    let data = document::data_in(page)?;
    let parsed: Value = serde_json::from_str(data).ok()?;
    let title = parsed["case"]["title"].as_str()?;
    (document(PageKind::Audit, title, data) == page).then_some(parsed)
}

/// # Errors
/// [`crate::Error::Io`] if the disk refuses.
pub fn write(audit: &Audit<'_>, folder: &Path) -> Result<()> {
    let page = document(PageKind::Audit, &audit.summary.case_title, &data::data(audit)?);
    write_private(&folder.join("report.html"), page)
}
