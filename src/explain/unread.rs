//! What could not be read and may concern an id: the records of its accounts, and those that name no account.

use serde::Serialize;

use super::Found;
use super::row::Row;
use crate::error::Result;
use crate::published::{Reports, Scan};
use crate::schema::tables::REJECTS_REPORT;
use crate::schema::vocabulary::{Grain, Role};
use crate::schema::{Column, fields};

/// How many are shown.
const SHOWN: usize = 5;

/// Records and values that could not be read.
#[derive(Debug, Default, Serialize)]
pub struct Unread {
    /// How many `rejects` lists.
    pub total: u64,
    /// The first of them.
    pub rows: Vec<Row>,
}

impl Unread {
    /// Those that may concern what was found, or, where nothing was, the id itself.
    ///
    /// # Errors
    /// [`crate::Error::Input`] if the report cannot be read.
    pub fn new(reports: &Reports, id: &str, found: &[Found]) -> Result<Self> {
        let mut accounts = vec![(Role::SourceBefore, id.to_owned()), (Role::TargetAfter, id.to_owned())];
        for row in found.iter().flat_map(|found| &found.rows) {
            let sides = [
                (Role::SourceBefore, &fields::SOURCE_USERID),
                (Role::SourceBefore, &fields::SOURCE_OWNER_USERID),
                (Role::TargetAfter, &fields::TARGET_USERID),
                (Role::TargetAfter, &fields::TARGET_OWNER_USERID),
            ];
            accounts.extend(sides.into_iter().map(|(role, column): (Role, &Column)| (role, row.text(column))));
        }
        let concerns = |row: &Row| {
            let (role, userid) = (row.text(&fields::ROLE), row.value(&fields::USERID).as_str().map(str::to_owned));
            let is_of_corp = |of: Role| role.split('-').next() == of.word().split('-').next();
            // What no report holds may stand in any record that could not be read.
            if found.is_empty() {
                return row.text(&fields::GRAIN) == Grain::Record.word();
            }
            userid.is_none_or(|userid| accounts.iter().any(|(of, account)| is_of_corp(*of) && *account == userid))
        };
        let columns: Vec<&str> = REJECTS_REPORT.columns.iter().map(|slot| slot.column.name).collect();
        let mut unread = Self::default();
        Scan::of(&reports.path(&REJECTS_REPORT), &columns).each(|batch| {
            for row in (0..batch.num_rows()).map(|row| Row::of(&REJECTS_REPORT, batch, row)).filter(&concerns) {
                unread.total += 1;
                if unread.rows.len() < SHOWN {
                    unread.rows.push(row);
                }
            }
            Ok(true)
        })?;
        Ok(unread)
    }
}
