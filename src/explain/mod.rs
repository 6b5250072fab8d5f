//! What the reports of an audit say of one id: what it is, what became of it, by which rule, and where that comes from.
//!
//! Reports are streamed, and row groups that cannot hold the id are passed over; what is kept of them is bounded.

mod find;
mod nearest;
mod row;
mod told;
mod unread;

pub use row::{Applied, Row};
pub use told::told;
pub use unread::Unread;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::published::Reports;
use crate::text::errors as say;

/// What is known of an id.
#[derive(Debug, Serialize)]
pub struct Explanation {
    pub id: String,
    /// `case.id`.
    pub case: String,
    /// What the id was found as, report by report.
    pub found: Vec<Found>,
    /// What could not be read and may concern it.
    pub unread: Unread,
}

/// The rows of a report in which the id stands.
#[derive(Debug, Serialize)]
pub struct Found {
    /// What it is there.
    pub kind: Kind,
    pub report: &'static str,
    /// The column that holds it.
    pub column: &'static str,
    /// How many rows hold it.
    pub total: u64,
    /// How many of them have each outcome, origin or verdict, in the order of the rules; none for accounts and customers.
    pub by_word: Vec<(String, u64)>,
    /// The first of them; of an account's relations the first of each outcome that somebody has to act on.
    pub rows: Vec<Row>,
}

/// What an id can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
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

/// Looks an id up.
///
/// # Errors
/// [`Error::Usage`] with the nearest id, if no report holds it; [`Error::Input`] if a report cannot be read.
pub fn explain(reports: &Reports, id: &str) -> Result<Explanation> {
    let found = match id.split_once('/') {
        Some((userid, customer)) => find::relation(reports, userid, customer)?,
        None => find::everywhere(reports, id)?,
    };
    let unread = Unread::new(reports, id, &found)?;
    if found.is_empty() {
        if unread.total > 0 {
            return Err(Error::usage(say::no_such_id(id), say::may_be_unread(unread.total)));
        }
        return Err(unknown(id, nearest::nearest(reports, id.rsplit('/').next().unwrap_or(id))?));
    }
    Ok(Explanation { id: id.to_owned(), case: reports.manifest.case.clone(), found, unread })
}

fn unknown(id: &str, nearest: Option<String>) -> Error {
    Error::usage(say::no_such_id(id), say::perhaps(nearest, say::NO_SUCH_ID_REMEDY))
}
