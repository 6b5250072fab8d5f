//! The accounts list: strictly one source account to one target account (B6, B7).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{UInt32Type, UInt64Type};

use crate::error::{Error, Result};
use crate::ingest::raw::{FILE, RECORD, Raw};
use crate::schema::fields;
use crate::schema::tables::ACCOUNTS_LIST;
use crate::schema::vocabulary::Assessment;
use crate::text::{Message, errors as say};

/// An enrolled pair of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account of the source corp.
    pub source_userid: String,
    /// The account of the target corp that it is mapped to.
    pub target_userid: String,
    /// What the pre-assessment said (B5).
    pub assessment: Assessment,
    /// Why it failed, if the list says.
    pub assessment_reason: Option<String>,
}

/// The accounts that take part, in order of their source userid.
#[derive(Debug, Default)]
pub struct Enrolment {
    accounts: Vec<Account>,
    by_source: HashMap<String, usize>,
    by_target: HashMap<String, usize>,
}

/// A row of the list, with where it stands.
struct Row {
    account: Account,
    file: u32,
    record: u64,
}

impl Enrolment {
    /// Reads the accounts list. Rows that repeat one another are merged; the second value counts them by file.
    ///
    /// # Errors
    /// [`Error::Input`] with all offenders where the list is not 1:1 or contradicts itself, and where it is empty.
    pub fn from_lists(lists: &Raw, root: &Path) -> Result<(Self, HashMap<u32, u64>)> {
        let rows: Vec<Row> = lists.batches(&ACCOUNTS_LIST).iter().flat_map(rows_of).collect();
        if rows.is_empty() {
            let headers = Message::list([&fields::SOURCE_USERID, &fields::TARGET_USERID].map(|column| column.zh[0]));
            return Err(Error::input(root.join("lists"), say::ACCOUNTS, say::NO_ACCOUNTS, say::no_accounts_remedy(headers)));
        }
        let offenders = offenders(&rows, lists);
        if !offenders.is_empty() {
            let problem = say::not_one_to_one(Message::lines(offenders));
            return Err(Error::input(root.join("lists"), say::ACCOUNTS, problem, say::NOT_ONE_TO_ONE_REMEDY));
        }
        let mut duplicates = HashMap::new();
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        for row in rows {
            if accounts.insert(row.account.source_userid.clone(), row.account).is_some() {
                *duplicates.entry(row.file).or_default() += 1;
            }
        }
        Ok((Self::new(accounts.into_values().collect()), duplicates))
    }

    fn new(accounts: Vec<Account>) -> Self {
        let index =
            |userid: fn(&Account) -> &String| accounts.iter().enumerate().map(|(i, account)| (userid(account).clone(), i)).collect();
        Self { by_source: index(|a| &a.source_userid), by_target: index(|a| &a.target_userid), accounts }
    }

    /// All enrolled pairs, in order of their source userid.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The index of the pair whose source account is `userid`.
    pub fn by_source(&self, userid: &str) -> Option<usize> {
        self.by_source.get(userid).copied()
    }

    /// The index of the pair whose target account is `userid`.
    pub fn by_target(&self, userid: &str) -> Option<usize> {
        self.by_target.get(userid).copied()
    }
}

fn rows_of(batch: &RecordBatch) -> Vec<Row> {
    let text = |column: &crate::schema::Column, i: usize| {
        let array = batch.column_by_name(column.name)?.as_string_view();
        array.is_valid(i).then(|| array.value(i).to_owned())
    };
    let file = batch.column_by_name(FILE).map(|a| a.as_primitive::<UInt32Type>().clone());
    let record = batch.column_by_name(RECORD).map(|a| a.as_primitive::<UInt64Type>().clone());
    (0..batch.num_rows())
        .filter_map(|i| {
            let assessment =
                if text(&fields::ASSESSMENT, i).as_deref() == Some(Assessment::Fail.word()) { Assessment::Fail } else { Assessment::Pass };
            let account = Account {
                source_userid: text(&fields::SOURCE_USERID, i)?,
                target_userid: text(&fields::TARGET_USERID, i)?,
                assessment,
                assessment_reason: text(&fields::ASSESSMENT_REASON, i),
            };
            Some(Row { account, file: file.as_ref()?.value(i), record: record.as_ref()?.value(i) })
        })
        .collect()
}

/// Everything that keeps the list from being 1:1, a line each.
fn offenders(rows: &[Row], lists: &Raw) -> Vec<Message> {
    let path = |row: &Row| lists.files.get(row.file as usize).map_or("accounts", |file| file.path.as_str());
    let places = |rows: &[&Row]| Message::list(rows.iter().map(|row| say::row_of_file(path(row), row.record)));
    let mut by_source: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    let mut by_target: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_source.entry(&row.account.source_userid).or_default().push(row);
        by_target.entry(&row.account.target_userid).or_default().push(row);
    }
    let mut offenders = Vec::new();
    for (source, rows) in &by_source {
        let targets: BTreeSet<&str> = rows.iter().map(|r| r.account.target_userid.as_str()).collect();
        let assessments: BTreeSet<Assessment> = rows.iter().map(|r| r.account.assessment).collect();
        if targets.len() > 1 {
            offenders.push(say::one_to_many(source, Message::list(targets), places(rows)));
        } else if assessments.len() > 1 {
            offenders.push(say::contradictory(source, places(rows)));
        }
    }
    for (target, rows) in &by_target {
        let sources: BTreeSet<&str> = rows.iter().map(|r| r.account.source_userid.as_str()).collect();
        if sources.len() > 1 {
            offenders.push(say::many_to_one(target, Message::list(sources), places(rows)));
        }
    }
    offenders
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ingest::raw::{FileTally, Provenance, RawTable};
    use crate::schema::Cell;

    pub(crate) fn lists(rows: &[(&str, &str, &str)]) -> Raw {
        let mut table = RawTable::new(&ACCOUNTS_LIST);
        for (record, (source, target, assessment)) in (1..).zip(rows) {
            let assessment = if assessment.is_empty() { Cell::Null } else { Cell::Text(assessment) };
            let cells = [Cell::Text(source), Cell::Text(target), assessment, Cell::Null];
            table.push(&cells, Provenance { fetched_at: None, file: 0, record });
        }
        let mut raw = Raw { files: vec![FileTally { path: "lists/accounts.csv".to_owned(), ..FileTally::default() }], ..Raw::default() };
        raw.tables.insert(ACCOUNTS_LIST.name, vec![table.finish()]);
        raw
    }

    #[test]
    fn a_repeated_row_is_a_duplicate() {
        let (enrolment, duplicates) =
            Enrolment::from_lists(&lists(&[("b", "y", ""), ("a", "x", ""), ("a", "x", "pass")]), Path::new("")).unwrap();
        assert_eq!(enrolment.accounts().iter().map(|a| a.source_userid.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(enrolment.by_target("y"), Some(1));
        assert_eq!(duplicates, HashMap::from([(0, 1)]));
    }

    #[test]
    fn all_offenders_are_named_with_their_rows() {
        let rows = [("a", "x", ""), ("a", "y", ""), ("b", "z", ""), ("c", "z", ""), ("d", "w", "pass"), ("d", "w", "fail")];
        let error = Enrolment::from_lists(&lists(&rows), Path::new("")).unwrap_err().to_string();
        for part in [
            "B7-one-to-many: source account a is mapped to x, y (lists/accounts.csv row 1, lists/accounts.csv row 2)",
            "B6-many-to-one: target account z is mapped from b, c",
            "B5-contradiction: source account d",
        ] {
            assert!(error.contains(part), "{error}\nlacks\n{part}");
        }
    }
}
