//! `report.html`: the audit as one page that needs nothing else, no network, no other file.
//!
//! ```text
//! arrivals            gathered while the large reports are written, as are the rows to act on (`excerpt`)
//! table               rows of reports, column by column
//! data                all that the page shows, as JSON
//! document            the JSON, the style and the scripts in one file
//! assets/             the page itself; every text in it comes from the catalogue in `text`
//! ```
//!
//! The scripts never turn data into markup: names of customers reach the page as text only.

mod arrivals;
mod data;
mod document;
mod table;

pub use arrivals::Arrivals;

use super::Audit;
use crate::error::Result;

/// The page of an audit.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn audit(audit: &Audit<'_>) -> Result<String> {
    Ok(document::document(&audit.summary.case_title, &data::json(audit)?))
}
