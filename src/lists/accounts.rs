//! The accounts list: strictly one source account to one target account (B6, B7), whatever the letter case.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{UInt32Type, UInt64Type};

use super::ListTally;
use crate::error::{Error, Result};
use crate::ingest::is_null_userid;
use crate::ingest::raw::{FILE, RECORD, Raw};
use crate::schema::lists::ACCOUNTS_LIST;
use crate::schema::vocabulary::Assessment;
use crate::schema::{Column, fields, value_at};
use crate::text::{Message, errors as say, sentences};
use crate::userids::{Respelled, Userids};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPair {
    pub source_userid: String,
    /// The account of the target corp that it is mapped to.
    pub target_userid: String,
    /// Result of the pre-assessment (B5).
    pub assessment: Assessment,
    /// Reason of a failure, if the list gives one.
    pub assessment_reason: Option<String>,
}

/// Selects the account of one of the corps.
type OfCorp = fn(&AccountPair) -> &str;

const SOURCE: OfCorp = |account| &account.source_userid;
const TARGET: OfCorp = |account| &account.target_userid;

/// The accounts that take part, in order of their source userid.
#[derive(Debug, Default)]
pub struct Enrolment {
    accounts: Vec<AccountPair>,
    by_source: HashMap<String, usize>,
    by_target: HashMap<String, usize>,
    /// Spellings that were replaced by the first one of the member.
    pub respelled: Respelled,
    /// Words for "no value" in the list, which may be userids of members all the same.
    pub null_words: Vec<NullWord>,
}

/// A word for "no value" in place of an account.
#[derive(Debug)]
pub struct NullWord {
    pub column: &'static Column,
    pub word: String,
    /// The row of its file.
    pub place: Message,
}

/// A row of the list, with its place.
struct AccountRow {
    account: AccountPair,
    file: u32,
    record: u64,
}

impl AccountRow {
    /// The file, and the row as its sheet shows it. Records of Parquet are its rows.
    fn place(&self, lists: &Raw) -> Message {
        let place = lists.places.get(&(self.file, self.record)).cloned();
        let place = place.unwrap_or_else(|| format!("row {}", self.record));
        say::place_in_file(&lists.files[self.file as usize].path, sentences::message(&place))
    }
}

impl Enrolment {
    /// Reads the accounts list. Rows that repeat one another, in whatever letter case, are merged and counted in
    /// `tally`.
    ///
    /// # Errors
    /// [`Error::Input`] with all offenders where the list is not 1:1 or contradicts itself, and where it is empty.
    pub(super) fn from_lists(lists: &Raw, root: &Path, tally: &mut ListTally) -> Result<Self> {
        let mut rows: Vec<AccountRow> = lists.batches(&ACCOUNTS_LIST).iter().flat_map(rows_of).collect();
        rows.sort_by_key(|row| (row.file, row.record));
        if rows.is_empty() {
            let headers = Message::list([&fields::SOURCE_USERID, &fields::TARGET_USERID].map(|column| column.zh[0]));
            return Err(Error::input(
                root.join("lists"),
                say::ACCOUNTS,
                say::NO_ACCOUNTS,
                say::no_accounts_remedy(headers),
            ));
        }
        let offenders = offenders(&rows, lists);
        if !offenders.is_empty() {
            let problem = say::not_one_to_one(Message::lines(offenders));
            return Err(Error::input(root.join("lists"), say::ACCOUNTS, problem, say::NOT_ONE_TO_ONE_REMEDY));
        }
        let null_words = null_words(&rows, lists);
        let respelled = spell(&mut rows);
        let mut accounts: BTreeMap<String, AccountPair> = BTreeMap::new();
        for row in rows {
            if accounts.insert(row.account.source_userid.clone(), row.account).is_some() {
                tally.add_duplicate(row.file);
            }
        }
        tally.rows += accounts.len() as u64;
        Ok(Self::new(accounts.into_values().collect(), respelled, null_words))
    }

    fn new(accounts: Vec<AccountPair>, respelled: Respelled, null_words: Vec<NullWord>) -> Self {
        let index = |userid: fn(&AccountPair) -> &String| {
            accounts.iter().enumerate().map(|(i, account)| (userid(account).clone(), i)).collect()
        };
        let (by_source, by_target) = (index(|a| &a.source_userid), index(|a| &a.target_userid));
        Self { accounts, by_source, by_target, respelled, null_words }
    }

    /// Returns the accounts of the source corp in their spelling.
    pub fn sources(&self) -> Userids {
        self.accounts.iter().map(SOURCE).collect()
    }

    /// Returns the accounts of the target corp in their spelling.
    pub fn targets(&self) -> Userids {
        self.accounts.iter().map(TARGET).collect()
    }

    /// Returns all enrolled pairs, in order of their source userid.
    pub fn accounts(&self) -> &[AccountPair] {
        &self.accounts
    }

    /// Returns the index of the pair whose source account is `userid`.
    pub fn by_source(&self, userid: &str) -> Option<usize> {
        self.by_source.get(userid).copied()
    }

    /// Returns the index of the pair whose target account is `userid`.
    pub fn by_target(&self, userid: &str) -> Option<usize> {
        self.by_target.get(userid).copied()
    }
}

fn rows_of(batch: &RecordBatch) -> Vec<AccountRow> {
    let text =
        |column: &Column, i: usize| value_at(batch.column_by_name(column.name)?.as_string_view(), i).map(str::to_owned);
    let file = batch.column_by_name(FILE).map(|a| a.as_primitive::<UInt32Type>().clone());
    let record = batch.column_by_name(RECORD).map(|a| a.as_primitive::<UInt64Type>().clone());
    (0..batch.num_rows())
        .filter_map(|i| {
            let assessment = if text(&fields::ASSESSMENT, i).as_deref() == Some(Assessment::Fail.word()) {
                Assessment::Fail
            } else {
                Assessment::Pass
            };
            let account = AccountPair {
                source_userid: text(&fields::SOURCE_USERID, i)?,
                target_userid: text(&fields::TARGET_USERID, i)?,
                assessment,
                assessment_reason: text(&fields::ASSESSMENT_REASON, i),
            };
            Some(AccountRow { account, file: file.as_ref()?.value(i), record: record.as_ref()?.value(i) })
        })
        .collect()
}

fn null_words(rows: &[AccountRow], lists: &Raw) -> Vec<NullWord> {
    let of_row = |row: &AccountRow| {
        let place = row.place(lists);
        let userids = [(&fields::SOURCE_USERID, SOURCE(&row.account)), (&fields::TARGET_USERID, TARGET(&row.account))];
        let words = userids.into_iter().filter(|(_, userid)| is_null_userid(userid));
        words.map(|(column, word)| NullWord { column, word: word.to_owned(), place: place.clone() }).collect::<Vec<_>>()
    };
    rows.iter().flat_map(of_row).collect()
}

/// Spells every account as its first row does.
fn spell(rows: &mut [AccountRow]) -> Respelled {
    let accounts = |of: OfCorp| rows.iter().map(move |row| of(&row.account));
    let [sources, targets] = [SOURCE, TARGET].map(|of| accounts(of).collect::<Userids>());
    let respelled = |of, userids| Respelled::new(accounts(of).collect::<BTreeSet<&str>>().into_iter(), userids);
    let mut all = respelled(SOURCE, &sources);
    all.extend(respelled(TARGET, &targets));
    for account in rows.iter_mut().map(|row| &mut row.account) {
        for (userid, userids) in [(&mut account.source_userid, &sources), (&mut account.target_userid, &targets)] {
            if let Some(used) = userids.other(userid) {
                used.clone_into(userid);
            }
        }
    }
    all
}

/// Returns the violations of 1:1, a line each, with every spelling.
fn offenders(rows: &[AccountRow], lists: &Raw) -> Vec<Message> {
    let places = |rows: &[&AccountRow]| Message::list(rows.iter().map(|row| row.place(lists)));
    let mut offenders = Vec::new();
    for rows in by_member(rows, SOURCE) {
        let assessments: BTreeSet<Assessment> = rows.iter().map(|row| row.account.assessment).collect();
        let (source, targets) = (spellings(&rows, SOURCE), spellings(&rows, TARGET));
        if members(&targets) > 1 {
            offenders.push(say::one_to_many(Message::list(source), Message::list(targets), places(&rows)));
        } else if assessments.len() > 1 {
            offenders.push(say::contradictory(Message::list(source), places(&rows)));
        }
    }
    for rows in by_member(rows, TARGET) {
        let (target, sources) = (spellings(&rows, TARGET), spellings(&rows, SOURCE));
        if members(&sources) > 1 {
            offenders.push(say::many_to_one(Message::list(target), Message::list(sources), places(&rows)));
        }
    }
    offenders
}

/// Groups the rows by member of a corp, ignoring letter case.
fn by_member(rows: &[AccountRow], of: OfCorp) -> impl Iterator<Item = Vec<&AccountRow>> {
    let mut members: BTreeMap<String, Vec<&AccountRow>> = BTreeMap::new();
    for row in rows {
        members.entry(of(&row.account).to_ascii_lowercase()).or_default().push(row);
    }
    members.into_values()
}

fn spellings<'r>(rows: &[&'r AccountRow], of: OfCorp) -> BTreeSet<&'r str> {
    rows.iter().map(|row| of(&row.account)).collect()
}

/// Counts the members that have these spellings.
fn members(spellings: &BTreeSet<&str>) -> usize {
    spellings.iter().map(|userid| userid.to_ascii_lowercase()).collect::<BTreeSet<String>>().len()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ingest::raw::{FileTally, Provenance, RawTable};
    use crate::schema::Cell;

    fn lists(rows: &[(&str, &str, &str)]) -> Raw {
        let mut table = RawTable::new(&ACCOUNTS_LIST);
        for (record, (source, target, assessment)) in (1..).zip(rows) {
            let assessment = if assessment.is_empty() { Cell::Null } else { Cell::Text(assessment) };
            let cells = [Cell::Text(source), Cell::Text(target), assessment, Cell::Null];
            table.push(&cells, Provenance { fetched_at: None, file: 0, record });
        }
        let mut raw = Raw {
            files: vec![FileTally { path: "lists/accounts.csv".to_owned(), ..FileTally::default() }],
            ..Raw::default()
        };
        raw.tables.insert(ACCOUNTS_LIST.name, vec![table.finish()]);
        raw
    }

    fn read(rows: &[(&str, &str, &str)]) -> Result<(Enrolment, ListTally)> {
        let mut tally = ListTally::default();
        let enrolment = Enrolment::from_lists(&lists(rows), Path::new(""), &mut tally)?;
        Ok((enrolment, tally))
    }

    pub(crate) fn enrolment_of(pairs: &[(&str, &str)]) -> Enrolment {
        read(&pairs.iter().map(|(source, target)| (*source, *target, "")).collect::<Vec<_>>()).unwrap().0
    }

    #[test]
    fn a_repeated_row_is_a_duplicate() {
        let (enrolment, tally) = read(&[("b", "y", ""), ("a", "x", ""), ("a", "x", "pass")]).unwrap();
        assert_eq!(enrolment.accounts().iter().map(|a| a.source_userid.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(enrolment.by_target("y"), Some(1));
        assert_eq!(tally, ListTally { rows: 2, duplicates: HashMap::from([(0, 1)]) });
    }

    #[test]
    fn letter_case_makes_no_other_account_and_the_spelling_of_the_first_row_is_used() {
        let rows =
            [("Zhang", "X1", ""), ("bo", "y", ""), ("ZHANG", "x1", ""), ("zhang", "X1", "pass"), ("BO", "y", "")];
        let (enrolment, tally) = read(&rows).unwrap();
        let pairs: Vec<(&str, &str)> =
            enrolment.accounts().iter().map(|a| (a.source_userid.as_str(), a.target_userid.as_str())).collect();
        assert_eq!(pairs, [("Zhang", "X1"), ("bo", "y")]);
        assert_eq!(tally, ListTally { rows: 2, duplicates: HashMap::from([(0, 3)]) });
        let listed = [("BO", "bo"), ("ZHANG", "Zhang"), ("zhang", "Zhang"), ("x1", "X1")];
        assert_eq!(enrolment.respelled.count, 4);
        assert_eq!(enrolment.respelled.listed, listed.map(|(met, used)| (met.to_owned(), used.to_owned())));
        assert_eq!(enrolment.targets().get("x1"), Some("X1"));
    }

    #[test]
    fn the_list_is_one_to_one_without_regard_to_case() {
        let rows = [
            ("Zhang", "x", ""),
            ("zhang", "y", ""),
            ("a", "Z", ""),
            ("b", "z", ""),
            ("d", "w", "pass"),
            ("D", "W", "fail"),
        ];
        let error = read(&rows).unwrap_err().to_string();
        for part in [
            "B7-one-to-many: source account Zhang, zhang is mapped to x, y \
             (lists/accounts.csv row 1, lists/accounts.csv row 2)",
            "B6-many-to-one: target account Z, z is mapped from a, b \
             (lists/accounts.csv row 3, lists/accounts.csv row 4)",
            "B5-contradiction: source account D, d both passes and fails",
        ] {
            assert!(error.contains(part), "{error}\nlacks\n{part}");
        }
    }

    #[test]
    fn rows_are_named_as_their_sheet_shows_them() {
        let mut lists = lists(&[("a", "x", ""), ("a", "y", "")]);
        lists.places = [((0, 1), "row 4".to_owned()), ((0, 2), "sheet 名单, row 6".to_owned())].into();
        let error =
            Enrolment::from_lists(&lists, Path::new("case"), &mut ListTally::default()).unwrap_err().to_string();
        assert!(error.contains("(lists/accounts.csv row 4, lists/accounts.csv sheet 名单, row 6)"), "{error}");
    }
}
