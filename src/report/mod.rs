//! One decided case, many writers. No writer decides or counts anything, and none reads the clock.
//!
//! ```text
//! large, relations, targets   relations, target_relations, customers: written partition by partition
//! small, groups               all other tables, held as a whole
//! summary, page, workbook     the audit for programs and for people: WRITERS
//! parquet                     rows -> Parquet files
//! publish, manifest           the stage: all files or none, the manifest last
//! terminal, screen            the summary on the screen
//! ```

pub mod groups;
pub mod large;
pub mod manifest;
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
use std::io::Write;
use std::path::Path;

use jiff::tz::TimeZone;

use crate::case::Case;
use crate::decision::Exports;
use crate::error::{Error, Result};
use crate::figures::{Arrivals, Flow, RelationExcerpt};
use crate::findings::GroupFindings;
use crate::progress::Progress;
use crate::regular;
use crate::text::errors as say;
use small::SmallTables;
use summary::AuditSummary;
use workbook::EarlierWorklist;

/// A decided and counted audit, as the writers see it.
pub struct Audit<'a> {
    pub case: &'a Case,
    pub exports: &'a Exports,
    pub groups: &'a GroupFindings<'a>,
    pub summary: &'a AuditSummary,
    pub flow: &'a [Flow],
    pub arrivals: &'a Arrivals,
    pub excerpt: &'a RelationExcerpt,
    /// All reports but those that grow with the relations.
    pub tables: &'a SmallTables,
    /// The worklist of the earlier audit in this output.
    pub earlier: &'a EarlierWorklist,
    /// Receives what is said beside the result.
    pub progress: &'a dyn Progress,
}

/// Writes a report into a folder.
pub type WriteReport = fn(&Audit<'_>, &Path) -> Result<()>;

/// The writers of the reports that are no tables, by file.
pub const WRITERS: &[(&str, WriteReport)] =
    &[("summary.json", summary::write), ("report.html", page::write), (workbook::WORKBOOK, workbook::write)];

/// Creates a file that only its owner can read, whatever the umask: reports hold personal data.
///
/// # Errors
/// [`Error::Io`] if it cannot be created.
pub fn create_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = regular::open_with(&mut options, path).map_err(Error::io(path, say::CANNOT_CREATE))?;
    file.set_len(0).map_err(Error::io(path, say::CANNOT_CREATE))?;
    // An umask may have closed it to its owner, too.
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(Error::io(path, say::CANNOT_CREATE))?;
    Ok(file)
}

/// Writes a file that only its owner can read, and syncs it.
///
/// # Errors
/// [`Error::Io`].
pub fn write_private(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    let mut file = create_private(path)?;
    file.write_all(content.as_ref()).and_then(|()| file.sync_all()).map_err(Error::io(path, say::CANNOT_WRITE))
}

/// Returns a moment as the wall clock of the zone shows it: seconds since 1970 on that clock.
pub fn local(micros: i64, zone: &TimeZone) -> Option<i64> {
    let time = jiff::Timestamp::from_microsecond(micros).ok()?;
    Some(time.as_second() + i64::from(zone.to_offset(time).seconds()))
}

/// Returns whether a spreadsheet that reads the text from a CSV, or into which it is typed again, may run it. A text
/// cell of a workbook is no formula, whatever its text; but sheets are saved as CSV, where only the text itself
/// protects the reader. East Asian versions take the wide signs for the plain ones.
pub fn starts_a_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}
