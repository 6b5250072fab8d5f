//! Finds an id in every column that holds ids.

use std::collections::BTreeSet;

use serde_json::Value;

use super::row::needs_action;
use super::{Corp, IdKind, Occurrences};
use crate::error::Result;
use crate::personal::shown;
use crate::published::{ParquetScan, ReportRow, Reports, ValueFilter};
use crate::schema::tables::{
    ACCOUNTS_REPORT, CUSTOMERS_REPORT, GROUPS_REPORT, JOIN_CODES_REPORT, RELATIONS_REPORT, TARGET_RELATIONS_REPORT,
};
use crate::schema::{Column, Kind as ColumnKind, Table, fields};

/// Maximum number of rows shown in full.
pub const SHOWN: usize = 5;
/// Maximum number of rows shown of each outcome of an account.
const SHOWN_OF_WORD: u64 = 3;

/// A column that holds ids.
struct IdColumn {
    kind: IdKind,
    table: &'static Table,
    column: &'static Column,
    /// The column with the outcome, origin or verdict of the row.
    word: Option<&'static Column>,
}

const fn id(kind: IdKind, table: &'static Table, column: &'static Column, word: Option<&'static Column>) -> IdColumn {
    IdColumn { kind, table, column, word }
}

const USERID_OF_RELATION: IdColumn =
    id(IdKind::Relation, &RELATIONS_REPORT, &fields::SOURCE_USERID, Some(&fields::OUTCOME));
const USERID_OF_TARGET_RELATION: IdColumn =
    id(IdKind::TargetRelation, &TARGET_RELATIONS_REPORT, &fields::TARGET_USERID, Some(&fields::ORIGIN));
const CUSTOMER_OF_RELATION: IdColumn =
    id(IdKind::Relation, &RELATIONS_REPORT, &fields::SOURCE_EXTERNAL_USERID, Some(&fields::OUTCOME));
const CUSTOMER_OF_TARGET_RELATION: IdColumn =
    id(IdKind::TargetRelation, &TARGET_RELATIONS_REPORT, &fields::TARGET_EXTERNAL_USERID, Some(&fields::ORIGIN));

/// A group without an id, as the console exports it.
const NAMED_GROUP: IdColumn = id(IdKind::Group, &GROUPS_REPORT, &fields::NAME, Some(&fields::GROUP_OUTCOME));

/// In the order of the screen.
const ID_COLUMNS: &[IdColumn] = &[
    id(IdKind::Account, &ACCOUNTS_REPORT, &fields::SOURCE_USERID, None),
    id(IdKind::Account, &ACCOUNTS_REPORT, &fields::TARGET_USERID, None),
    USERID_OF_RELATION,
    USERID_OF_TARGET_RELATION,
    id(IdKind::Customer, &CUSTOMERS_REPORT, &fields::SOURCE_EXTERNAL_USERID, None),
    id(IdKind::Customer, &CUSTOMERS_REPORT, &fields::UNIONID, None),
    CUSTOMER_OF_RELATION,
    id(IdKind::Relation, &RELATIONS_REPORT, &fields::TARGET_EXTERNAL_USERID, Some(&fields::OUTCOME)),
    id(IdKind::Relation, &RELATIONS_REPORT, &fields::UNIONID, Some(&fields::OUTCOME)),
    CUSTOMER_OF_TARGET_RELATION,
    id(IdKind::TargetRelation, &TARGET_RELATIONS_REPORT, &fields::UNIONID, Some(&fields::ORIGIN)),
    id(IdKind::Group, &GROUPS_REPORT, &fields::SOURCE_CHAT_ID, Some(&fields::GROUP_OUTCOME)),
    id(IdKind::Group, &GROUPS_REPORT, &fields::TARGET_CHAT_ID, Some(&fields::GROUP_OUTCOME)),
    id(IdKind::JoinCode, &JOIN_CODES_REPORT, &fields::CONFIG_ID, Some(&fields::CODE_VERDICT)),
];

/// Finds an id in every column that holds ids, or the relation that `USERID/CUSTOMER` names.
pub fn everywhere(reports: &Reports, id: &str) -> Result<Vec<Occurrences>> {
    if let Some((userid, customer)) = id.split_once('/') {
        return relation(reports, userid, customer);
    }
    let mut found: Vec<Occurrences> = Vec::new();
    for column in ID_COLUMNS {
        // Both accounts of a pair may have the same userid; the pair is found once.
        if column.kind == IdKind::Account
            && found.iter().any(|one| one.kind == IdKind::Account && one.rows.iter().any(|row| is_both(row, id)))
        {
            continue;
        }
        found.extend(column.find(reports, id, |_| true)?);
    }
    found.extend(NAMED_GROUP.find(reports, id, |row| row.value(&fields::SOURCE_CHAT_ID).is_null())?);
    found.extend(codes_of_group(reports, id)?);
    Ok(found)
}

fn is_both(row: &ReportRow, id: &str) -> bool {
    row.value(&fields::SOURCE_USERID) == id && row.value(&fields::TARGET_USERID) == id
}

/// Finds the relation of a member with a customer: by the customer's id, else by the name.
fn relation(reports: &Reports, userid: &str, customer: &str) -> Result<Vec<Occurrences>> {
    let source = |row: &ReportRow| row.value(&fields::SOURCE_USERID) == userid;
    let target = |row: &ReportRow| row.value(&fields::TARGET_USERID) == userid;
    let mut found = Vec::new();
    found.extend(CUSTOMER_OF_RELATION.find(reports, customer, source)?);
    found.extend(CUSTOMER_OF_TARGET_RELATION.find(reports, customer, target)?);
    if found.is_empty() {
        let name = shown(reports.pseudonyms.as_ref(), &fields::CUSTOMER_NAME, customer);
        let named = |row: &ReportRow| *row.value(&fields::CUSTOMER_NAME) == *name;
        found.extend(USERID_OF_RELATION.find(reports, userid, named)?);
        found.extend(USERID_OF_TARGET_RELATION.find(reports, userid, named)?);
    }
    Ok(found)
}

impl IdColumn {
    fn find(&self, reports: &Reports, id: &str, is_wanted: impl Fn(&ReportRow) -> bool) -> Result<Option<Occurrences>> {
        let mut found = self.no_occurrence();
        let id = shown(reports.pseudonyms.as_ref(), self.column, id);
        let with_id = ValueFilter { column: self.column.name, value: &id };
        ParquetScan::of_table(&reports.path(self.table)?, self.table).with_filter(with_id).for_each(|batch| {
            let rows = ReportRow::of_batch(self.table, batch).filter(&is_wanted);
            rows.for_each(|row| self.add(&mut found, row));
            Ok(true)
        })?;
        Ok((found.total > 0).then_some(found))
    }

    fn no_occurrence(&self) -> Occurrences {
        let words = match self.word.map(|word| word.kind) {
            Some(ColumnKind::Word(words)) => words,
            _ => &[],
        };
        let by_word = words.iter().map(|word| ((*word).to_owned(), 0)).collect();
        let (report, column) = (self.table.name, self.column.name);
        let accounts = BTreeSet::new();
        Occurrences { kind: self.kind, report, column, total: 0, by_word, rows: Vec::new(), accounts }
    }

    /// Counts a row, and keeps it if it is one of the first. Of a member's many rows, those that need action are kept.
    fn add(&self, found: &mut Occurrences, row: ReportRow) {
        found.total += 1;
        found.accounts.extend(accounts(&row));
        let word = self.word.map(|word| row.text(word)).unwrap_or_default();
        let mut so_far = 0;
        if let Some((_, count)) = found.by_word.iter_mut().find(|(known, _)| *known == word) {
            *count += 1;
            so_far = *count;
        }
        let is_kept = if !self.is_of_member() {
            found.rows.len() < SHOWN
        } else if needs_action(&row) {
            // A first row that needs no action was kept as an example only.
            found.rows.retain(|kept| needs_action(kept));
            so_far <= SHOWN_OF_WORD
        } else {
            found.rows.is_empty()
        };
        if is_kept {
            found.rows.push(row.into());
        }
    }

    fn is_of_member(&self) -> bool {
        matches!(self.kind, IdKind::Relation | IdKind::TargetRelation) && self.table.key.first() == Some(&self.column)
    }
}

/// Returns the accounts of a row.
fn accounts(row: &ReportRow) -> impl Iterator<Item = (Corp, String)> {
    let columns = [
        (Corp::Source, &fields::SOURCE_USERID),
        (Corp::Source, &fields::SOURCE_OWNER_USERID),
        (Corp::Target, &fields::TARGET_USERID),
        (Corp::Target, &fields::TARGET_OWNER_USERID),
    ];
    columns.into_iter().filter_map(|(corp, column)| Some((corp, row.value(column).as_str()?.to_owned())))
}

/// Finds the join codes that link a group, before or after the migration.
fn codes_of_group(reports: &Reports, chat_id: &str) -> Result<Option<Occurrences>> {
    let column = id(IdKind::JoinCode, &JOIN_CODES_REPORT, &fields::CHAT_IDS_BEFORE, Some(&fields::CODE_VERDICT));
    let links = |row: &ReportRow, column: &Column| {
        row.value(column).as_array().is_some_and(|ids| ids.contains(&Value::from(chat_id)))
    };
    let mut found = column.no_occurrence();
    ParquetScan::of_table(&reports.path(&JOIN_CODES_REPORT)?, &JOIN_CODES_REPORT).for_each(|batch| {
        ReportRow::of_batch(&JOIN_CODES_REPORT, batch)
            .filter(|row| links(row, &fields::CHAT_IDS_BEFORE) || links(row, &fields::CHAT_IDS_AFTER))
            .for_each(|row| column.add(&mut found, row));
        Ok(true)
    })?;
    Ok((found.total > 0).then_some(found))
}
