//! Where an id stands.

use serde_json::Value;

use super::row::Row;
use super::{Found, Kind};
use crate::error::Result;
use crate::published::{Reports, Scan, Wanted};
use crate::schema::tables::{
    ACCOUNTS_REPORT, CUSTOMERS_REPORT, GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT,
};
use crate::schema::{Column, Kind as ColumnKind, Table, fields};

/// How many rows are shown in full.
pub const SHOWN: usize = 5;
/// How many are shown of each outcome of an account.
const SHOWN_OF_WORD: u64 = 3;

/// A place where ids stand.
struct Place {
    kind: Kind,
    table: &'static Table,
    column: &'static Column,
    /// The column that says what became of the row.
    word: Option<&'static Column>,
}

const fn place(kind: Kind, table: &'static Table, column: &'static Column, word: Option<&'static Column>) -> Place {
    Place { kind, table, column, word }
}

/// In the order in which they are told.
const PLACES: &[Place] = &[
    place(Kind::Account, &ACCOUNTS_REPORT, &fields::SOURCE_USERID, None),
    place(Kind::Account, &ACCOUNTS_REPORT, &fields::TARGET_USERID, None),
    place(Kind::Relation, &RELATIONS_REPORT, &fields::SOURCE_USERID, Some(&fields::OUTCOME)),
    place(Kind::TargetRelation, &TARGET_RELATIONS_REPORT, &fields::TARGET_USERID, Some(&fields::ORIGIN)),
    place(Kind::Customer, &CUSTOMERS_REPORT, &fields::SOURCE_EXTERNAL_USERID, None),
    place(Kind::Customer, &CUSTOMERS_REPORT, &fields::UNIONID, None),
    place(Kind::Relation, &RELATIONS_REPORT, &fields::SOURCE_EXTERNAL_USERID, Some(&fields::OUTCOME)),
    place(Kind::Relation, &RELATIONS_REPORT, &fields::TARGET_EXTERNAL_USERID, Some(&fields::OUTCOME)),
    place(Kind::Relation, &RELATIONS_REPORT, &fields::UNIONID, Some(&fields::OUTCOME)),
    place(Kind::TargetRelation, &TARGET_RELATIONS_REPORT, &fields::TARGET_EXTERNAL_USERID, Some(&fields::ORIGIN)),
    place(Kind::TargetRelation, &TARGET_RELATIONS_REPORT, &fields::UNIONID, Some(&fields::ORIGIN)),
    place(Kind::Group, &GROUPS_REPORT, &fields::SOURCE_CHAT_ID, Some(&fields::GROUP_OUTCOME)),
    place(Kind::Group, &GROUPS_REPORT, &fields::TARGET_CHAT_ID, Some(&fields::GROUP_OUTCOME)),
    place(Kind::JoinCode, &JOIN_CODES_REPORT, &fields::CONFIG_ID, Some(&fields::CODE_VERDICT)),
];

/// Looks for an id in every column that holds ids.
pub fn everywhere(reports: &Reports, id: &str) -> Result<Vec<Found>> {
    let mut found: Vec<Found> = Vec::new();
    for place in PLACES {
        // A pair whose accounts have one name is one pair.
        if place.kind == Kind::Account
            && found.iter().any(|one| one.kind == Kind::Account && one.rows.iter().any(|row| is_both(row, id)))
        {
            continue;
        }
        found.extend(place.look(reports, id, |_| true)?);
    }
    found.extend(codes_of_group(reports, id)?);
    Ok(found)
}

fn is_both(row: &Row, id: &str) -> bool {
    row.value(&fields::SOURCE_USERID) == id && row.value(&fields::TARGET_USERID) == id
}

/// Looks for a relation of a member with a customer: by the customer's id, else by the name.
pub fn relation(reports: &Reports, userid: &str, customer: &str) -> Result<Vec<Found>> {
    let source = |row: &Row| row.value(&fields::SOURCE_USERID) == userid;
    let target = |row: &Row| row.value(&fields::TARGET_USERID) == userid;
    let mut found = Vec::new();
    found.extend(PLACES[6].look(reports, customer, source)?);
    found.extend(PLACES[9].look(reports, customer, target)?);
    if found.is_empty() {
        let named = |row: &Row| row.value(&fields::CUSTOMER_NAME) == customer;
        found.extend(PLACES[2].look(reports, userid, named)?);
        found.extend(PLACES[3].look(reports, userid, named)?);
    }
    Ok(found)
}

impl Place {
    /// The rows that hold the id and are wanted.
    fn look(&self, reports: &Reports, id: &str, is_wanted: impl Fn(&Row) -> bool) -> Result<Option<Found>> {
        let columns: Vec<&str> = self.table.columns.iter().map(|slot| slot.column.name).collect();
        let mut found = self.nothing();
        Scan::of(&reports.path(self.table), &columns).wanting(Wanted { column: self.column.name, value: id }).each(
            |batch| {
                (0..batch.num_rows())
                    .map(|row| Row::of(self.table, batch, row))
                    .filter(&is_wanted)
                    .for_each(|row| self.add(&mut found, row));
                Ok(true)
            },
        )?;
        Ok((found.total > 0).then_some(found))
    }

    fn nothing(&self) -> Found {
        let words = match self.word.map(|word| word.kind) {
            Some(ColumnKind::Word(words)) => words,
            _ => &[],
        };
        let by_word = words.iter().map(|word| ((*word).to_owned(), 0)).collect();
        Found {
            kind: self.kind,
            report: self.table.name,
            column: self.column.name,
            total: 0,
            by_word,
            rows: Vec::new(),
        }
    }

    /// Counts a row, and keeps it if it is one of the first. A member's rows are many: those to act on are kept.
    fn add(&self, found: &mut Found, row: Row) {
        found.total += 1;
        let word = self.word.map(|word| row.text(word)).unwrap_or_default();
        let mut so_far = 0;
        if let Some((_, count)) = found.by_word.iter_mut().find(|(known, _)| *known == word) {
            *count += 1;
            so_far = *count;
        }
        let has_shown = found.rows.first().is_some_and(Row::is_to_act_on);
        if !self.is_of_member() {
            if found.rows.len() < SHOWN {
                found.rows.push(row);
            }
        } else if row.is_to_act_on() {
            // Where nothing is to be acted on, the first row stands for all.
            found.rows.truncate(if has_shown { usize::MAX } else { 0 });
            if so_far <= SHOWN_OF_WORD {
                found.rows.push(row);
            }
        } else if found.rows.is_empty() {
            found.rows.push(row);
        }
    }

    fn is_of_member(&self) -> bool {
        matches!(self.kind, Kind::Relation | Kind::TargetRelation) && self.table.key.first() == Some(&self.column)
    }
}

/// The join codes that link a group.
fn codes_of_group(reports: &Reports, chat_id: &str) -> Result<Option<Found>> {
    let place = place(Kind::JoinCode, &JOIN_CODES_REPORT, &fields::CHAT_IDS_BEFORE, Some(&fields::CODE_VERDICT));
    let columns: Vec<&str> = JOIN_CODES_REPORT.columns.iter().map(|slot| slot.column.name).collect();
    let links = |row: &Row, column: &Column| {
        row.value(column).as_array().is_some_and(|ids| ids.contains(&Value::from(chat_id)))
    };
    let mut found = place.nothing();
    Scan::of(&reports.path(&JOIN_CODES_REPORT), &columns).each(|batch| {
        let rows = (0..batch.num_rows()).map(|row| Row::of(&JOIN_CODES_REPORT, batch, row));
        rows.filter(|row| links(row, &fields::CHAT_IDS_BEFORE) || links(row, &fields::CHAT_IDS_AFTER))
            .for_each(|row| place.add(&mut found, row));
        Ok(true)
    })?;
    Ok((found.total > 0).then_some(found))
}
