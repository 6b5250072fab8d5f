//! One decided case, many writers. None of them decides anything, and none of them looks at the clock.

pub mod accounts;
pub mod customers;
pub mod excerpt;
pub mod groups;
pub mod large;
pub mod page;
pub mod parquet;
pub mod publish;
pub mod relations;
pub mod screen;
pub mod small;
pub mod summary;
pub mod targets;
pub mod terminal;
pub mod workbook;

use std::fs::{File, OpenOptions};
use std::path::Path;

use arrow::array::RecordBatch;
use jiff::tz::TimeZone;

use crate::case::Case;
use crate::decision::{Decision, Exports};
use crate::error::{Error, Result};
use crate::groups::GroupDecision;
use crate::schema::Table;
use crate::text::errors as say;
use excerpt::ToActOn;
use page::Arrivals;
use summary::AuditSummary;

/// A report that is held as a whole.
pub type SmallTable = (&'static Table, RecordBatch);

/// What there is to show to people of an audit, on the page and in the workbook.
pub struct Audit<'a> {
    pub case: &'a Case,
    pub exports: &'a Exports,
    pub decision: &'a Decision,
    pub groups: &'a GroupDecision,
    pub summary: &'a AuditSummary,
    pub arrivals: &'a Arrivals,
    pub to_act_on: &'a ToActOn,
    /// All reports but those that grow with the relations.
    pub tables: &'a [SmallTable],
}

impl Audit<'_> {
    /// The rows of a report that is held as a whole.
    pub fn table(&self, table: &Table) -> &RecordBatch {
        self.tables
            .iter()
            .find(|(held, _)| held.name == table.name)
            .map(|(_, rows)| rows)
            .expect("small reports are held")
    }
}

/// Creates a file that only its owner can read: reports hold personal data.
///
/// # Errors
/// [`Error::Io`] if it cannot be created.
pub fn create_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(Error::io(path, say::CANNOT_CREATE))
}

/// A moment as the wall clock of the zone shows it: seconds since 1970 on that clock.
pub fn local(micros: i64, zone: &TimeZone) -> Option<i64> {
    let time = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(time.as_second() + i64::from(zone.to_offset(time).seconds()))
}

/// Whether a spreadsheet that reads the text from a CSV, or in which somebody types it again, may run it. A text cell of a
/// workbook is no formula whatever it says; but people save sheets as CSV, where nothing but the text itself protects them.
/// East Asian versions take the wide signs for the plain ones.
pub fn starts_a_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}
