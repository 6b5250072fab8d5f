//! What the exports lack that may concern an id: what could not be read, and what is not known to be complete.

use serde::Serialize;

use super::{Corp, ExplainedRow, IdKind, Occurrences};
use crate::error::Result;
use crate::published::{ParquetScan, ReportRow, Reports};
use crate::schema::tables::{COVERAGE_REPORT, REJECTS_REPORT};
use crate::schema::vocabulary::{Coverage, Dataset, Grain, Word};
use crate::schema::{Table, fields};
use crate::text::{Message, errors as say, sentences::message};

/// Maximum number of rows kept of each report.
const SHOWN: usize = 5;
/// Names of fields that hold ids contain one of these.
const ID_FIELDS: [&str; 5] = ["userid", "unionid", "chat_id", "config_id", "owner"];
/// errcode of `externalcontact/get` for a customer whom no member has: an answer.
const NO_SUCH_RELATION: u64 = 84061;

/// Records and values that could not be read.
#[derive(Debug, Default, Serialize)]
pub struct UnreadableRecords {
    /// Number of rows in `rejects`.
    pub total: u64,
    /// Number of further ones like them, of any account: `rejects` counts them only.
    pub not_listed: u64,
    /// The first rows.
    pub rows: Vec<ExplainedRow>,
}

/// Exports that failed or are not known to be complete.
#[derive(Debug, Default, Serialize)]
pub struct IncompleteExports {
    /// Number of rows in `coverage`.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<ExplainedRow>,
}

impl UnreadableRecords {
    /// Reads the rejects that may concern the rows found; where none was found, those that may hold the id, of its
    /// account if they name that.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if the report cannot be read.
    pub fn read(reports: &Reports, id: &str, found: &[Occurrences]) -> Result<Self> {
        if !found.is_empty() {
            return Self::of(reports, |row, userid| found.iter().any(|one| one.is_about(row, userid)));
        }
        let account = id.split('/').next().unwrap_or(id);
        let is_of = |userid: Option<&str>| userid.is_some_and(|userid| userid.eq_ignore_ascii_case(account));
        let named = Self::of(reports, |row, userid| is_of(userid) && may_hold_id(row))?;
        if named.total > 0 { Ok(named) } else { Self::of(reports, |row, _| may_hold_id(row)) }
    }

    /// `concerns` gets a row and its account. Those that are not listed may be of any account.
    fn of(reports: &Reports, concerns: impl Fn(&ReportRow, Option<&str>) -> bool) -> Result<Self> {
        let mut unread = Self::default();
        for_each(reports, &REJECTS_REPORT, |row| {
            let not_listed = row.count(&fields::NOT_LISTED);
            if not_listed > 0 && concerns(&row, None) {
                unread.not_listed += not_listed;
            }
            if concerns(&row, row.value(&fields::USERID).as_str()) {
                unread.total += 1;
                keep(&mut unread.rows, row);
            }
        })?;
        Ok(unread)
    }

    /// Returns the number of all of them.
    pub fn count(&self) -> u64 {
        self.total + self.not_listed
    }

    /// Returns the rows kept, with file, place and reason, a line each.
    pub fn lines(&self) -> Message {
        Message::lines(self.rows.iter().map(|row| {
            let place = say::place_in_file(row.text(&fields::FILE), message(&row.text(&fields::PLACE)));
            say::reason_at(place, message(&row.text(&fields::REJECT_REASON)))
        }))
    }
}

impl IncompleteExports {
    /// Reads the rows of `coverage` that may concern the rows found.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if the report cannot be read.
    pub fn read(reports: &Reports, found: &[Occurrences]) -> Result<Self> {
        let mut incomplete = Self::default();
        for_each(reports, &COVERAGE_REPORT, |row| {
            let is_answer = row.value(&fields::ERRCODE).as_u64() == Some(NO_SUCH_RELATION);
            let is_whole = row.text(&fields::COVERAGE_STATUS) == Coverage::Complete.word();
            let userid = row.value(&fields::USERID).as_str();
            if !is_whole && !is_answer && found.iter().any(|one| one.is_about(&row, userid)) {
                incomplete.total += 1;
                keep(&mut incomplete.rows, row);
            }
        })?;
        Ok(incomplete)
    }
}

impl Occurrences {
    /// Returns whether a row of `rejects` or `coverage` may be about the rows found: it names one of their accounts, or
    /// none.
    fn is_about(&self, row: &ReportRow, userid: Option<&str>) -> bool {
        let role = row.text(&fields::ROLE);
        // A torn document is listed as of relations, and may hold anything.
        let is_torn = userid.is_none() && row.text(&fields::PLACE).contains(", byte ");
        let dataset = Dataset::from_word(&row.text(&fields::DATASET)).filter(|_| !is_torn);
        let is_of = |userid: &str| {
            let same = |(corp, account): &(Corp, String)| corp.has(&role) && account.eq_ignore_ascii_case(userid);
            self.accounts.iter().any(same)
        };
        let is_of_account = match self.kind {
            // Any group of the source corp may keep a code alive, whoever owns it.
            IdKind::JoinCode => Corp::Source.has(&role),
            _ => userid.is_none_or(is_of),
        };
        is_of_account && dataset.is_none_or(|dataset| bears_on(self.kind, dataset))
    }
}

/// Returns whether a record of the dataset can bear on an id of that kind.
fn bears_on(kind: IdKind, dataset: Dataset) -> bool {
    use Dataset::{Answers, Coverage, GroupMembers, Groups, JoinCodes, Members};
    match kind {
        IdKind::Account => dataset != JoinCodes,
        IdKind::Customer | IdKind::Relation | IdKind::TargetRelation => {
            !matches!(dataset, Groups | GroupMembers | JoinCodes)
        }
        // Rosters tell who owns a group of the console.
        IdKind::Group => matches!(dataset, Groups | GroupMembers | Members | Coverage | Answers),
        IdKind::JoinCode => matches!(dataset, Groups | GroupMembers | JoinCodes | Coverage | Answers),
    }
}

/// Returns whether an id may be in what could not be read: a record, or a value that is an id.
fn may_hold_id(row: &ReportRow) -> bool {
    let place = row.text(&fields::PLACE);
    let field = place.rsplit(['.', ' ']).next().unwrap_or_default();
    row.text(&fields::GRAIN) == Grain::Record.word() || ID_FIELDS.iter().any(|name| field.contains(name))
}

fn keep(rows: &mut Vec<ExplainedRow>, row: ReportRow) {
    if rows.len() < SHOWN {
        rows.push(row.into());
    }
}

fn for_each(reports: &Reports, table: &'static Table, mut see: impl FnMut(ReportRow)) -> Result<()> {
    ParquetScan::of_table(&reports.path(table)?, table).for_each(|batch| {
        ReportRow::of_batch(table, batch).for_each(&mut see);
        Ok(true)
    })
}
