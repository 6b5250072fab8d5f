//! Explains one id from the reports of an audit: kind, outcome, the rule that decided, source file and record.
//!
//! Reports are streamed, and row groups that cannot hold the id are skipped; the rows kept of them are bounded.

mod find;
mod nearest;
mod row;
mod screen;
mod unreadable;

pub use row::{AppliedRule, ExplainedRow};
pub use screen::screen;
pub use unreadable::{IncompleteExports, UnreadableRecords};

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::published::Reports;
use crate::text::errors as say;

/// Everything that the reports hold about an id.
#[derive(Debug, Serialize)]
pub struct Explanation {
    pub id: String,
    /// `case.id`.
    pub case: String,
    /// Occurrences of the id, report by report.
    pub found: Vec<Occurrences>,
    /// Records that could not be read and may concern the id.
    pub unread: UnreadableRecords,
    /// Exports that are not known to be complete and may concern the id.
    pub incomplete: IncompleteExports,
}

/// The rows of a report with the id in one column.
#[derive(Debug, Serialize)]
pub struct Occurrences {
    pub kind: IdKind,
    pub report: &'static str,
    pub column: &'static str,
    /// Number of rows.
    pub total: u64,
    /// Rows by outcome, origin or verdict, in the order of the rules; empty for accounts and customers.
    pub by_word: Vec<(String, u64)>,
    /// The first rows; of an account's relations the first of each outcome that needs action.
    pub rows: Vec<ExplainedRow>,
    /// The accounts of all rows.
    #[serde(skip)]
    accounts: BTreeSet<(Corp, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Corp {
    Source,
    Target,
}

impl Corp {
    /// Returns whether an export of that role is of the corp.
    fn has(self, role: &str) -> bool {
        role.starts_with(match self {
            Self::Source => "source-",
            Self::Target => "target-",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// A pair of accounts.
    Account,
    /// A customer of the source corp.
    Customer,
    /// A relation of source-before.
    Relation,
    /// A relation of target-after.
    TargetRelation,
    Group,
    JoinCode,
}

/// Explains an id, or a relation by `USERID/CUSTOMER`. A userid may be in any letter case: the service ignores it (D).
///
/// # Errors
/// [`Error::Usage`] with the nearest id, if no report holds it; [`Error::Input`] if a report cannot be read.
pub fn explain(reports: &Reports, id: &str) -> Result<Explanation> {
    let mut id = id.to_owned();
    let mut found = find::everywhere(reports, &id)?;
    if found.is_empty()
        && let Some(spelled) = nearest::spelling(reports, &id)?
    {
        id = spelled;
        found = find::everywhere(reports, &id)?;
    }
    let id = &*id;
    let unread = UnreadableRecords::read(reports, id, &found)?;
    if found.is_empty() {
        if unread.total > 0 {
            return Err(Error::usage(say::no_such_id(id), say::may_be_unread(unread.count(), unread.lines())));
        }
        return Err(unknown(id, nearest::nearest(reports, id.rsplit('/').next().unwrap_or(id))?));
    }
    let incomplete = IncompleteExports::read(reports, &found)?;
    Ok(Explanation { id: id.to_owned(), case: reports.manifest.case.clone(), found, unread, incomplete })
}

fn unknown(id: &str, nearest: Option<String>) -> Error {
    Error::usage(say::no_such_id(id), say::perhaps(nearest, say::NO_SUCH_ID_REMEDY))
}
