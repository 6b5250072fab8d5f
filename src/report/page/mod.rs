//! `report.html`: the audit as one page that needs nothing else, no network, no other file.
//!
//! ```text
//! arrivals, excerpt   gathered while the large reports are written: what the page shows of them
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
mod excerpt;
mod table;

pub use arrivals::Arrivals;
pub use data::{Audit, SmallTable};
pub use excerpt::ToActOn;

use crate::error::Result;

/// The page of an audit.
///
/// # Errors
/// [`crate::Error::Bug`] only.
pub fn audit(audit: &Audit<'_>) -> Result<String> {
    Ok(document::document(&audit.summary.case_title, &data::json(audit)?))
}
