//! The accounts list: strictly one source account to one target account (B6, B7), whatever the letter case.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{UInt32Type, UInt64Type};

use super::ListTally;
use crate::error::{Error, Result};
use crate::ingest::raw::{FILE, RECORD, Raw};
use crate::ingest::{SHOWN_OF_LIST, is_null_word};
use crate::schema::lists::ACCOUNTS_LIST;
use crate::schema::vocabulary::Assessment;
use crate::schema::{Column, fields};
use crate::text::{Message, errors as say, sentences};
use crate::userids::{Respelled, Userids};

/// An enrolled pair of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPair {
    /// The account of the source corp.
    pub source_userid: String,
    /// The account of the target corp that it is mapped to.
    pub target_userid: String,
    /// Result of the pre-assessment (B5).
    pub assessment: Assessment,
    /// Reason of a failure, if the list gives one.
    pub assessment_reason: Option<String>,
}

/// The digits of a userid without leading zeros; none if it is no number.
fn without_zeros(userid: &str) -> Option<&str> {
    let digits = userid.trim_start_matches('0');
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
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
    null_words: Vec<NullWord>,
}

/// A word for "no value" in the list, which may be the userid of a member all the same.
#[derive(Debug)]
struct NullWord {
    column: &'static Column,
    word: String,
    /// The row of its file.
    place: Message,
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

    /// Checks that each account that looks like a word for "no value" is a member of its corp (SPEC section 1.3), given
    /// the column of the account.
    ///
    /// # Errors
    /// [`Error::Input`] with the rows of those that are not.
    pub fn check_null_words(&self, root: &Path, is_member: impl Fn(&Column, &str) -> Result<bool>) -> Result<()> {
        let mut wrong = Vec::new();
        for row in &self.null_words {
            if !is_member(row.column, &row.word)? {
                wrong.push(row);
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let line = |row: &&NullWord| say::null_word_account(&row.place, row.column.name, &row.word);
        let problem = say::list_unreadable(wrong.len(), lines(&wrong, line));
        Err(Error::input(root.join("lists"), say::ACCOUNTS, problem, say::CORRECT_LIST))
    }

    /// Checks that no pair stands in the list the wrong way round: the source account only among the `holders` of
    /// relations of the target corp, the target account only among those of the source corp. Where the target corp has
    /// none yet, all pairs have to. `is_named` tells whether a roster names an account of a pair in its corp.
    ///
    /// # Errors
    /// [`Error::Input`] with the first of those that do.
    pub fn check_direction(
        &self,
        root: &Path,
        [sources, targets]: &[Userids; 2],
        is_named: impl Fn(&AccountPair) -> Result<bool>,
    ) -> Result<()> {
        let is_straight = |pair: &&AccountPair| {
            sources.get(&pair.source_userid).is_some() || targets.get(&pair.target_userid).is_some()
        };
        let is_crossed = |pair: &&AccountPair| {
            let (source, target) = (&pair.source_userid, &pair.target_userid);
            sources.get(target).is_some()
                && (targets.is_empty() || targets.get(source).is_some())
                && self.by_source(target).is_none()
                && self.by_target(source).is_none()
        };
        if targets.is_empty() && self.accounts.iter().any(|pair| is_straight(&pair)) {
            return Ok(());
        }
        let mut wrong = Vec::new();
        for pair in self.accounts.iter().filter(|pair| !is_straight(pair) && is_crossed(pair)) {
            if !is_named(pair)? {
                wrong.push(pair);
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let line = |pair: &&AccountPair| say::exchanged_pair(&pair.source_userid, &pair.target_userid);
        let problem = say::exchanged_accounts(lines(&wrong, line));
        Err(Error::input(root.join("lists"), say::ACCOUNTS, problem, say::EXCHANGED_ACCOUNTS_REMEDY))
    }

    /// Checks that no account of the list differs in leading zeros only from a member who holds relations of its corp
    /// in a snapshot where it holds none itself: a spreadsheet took one of them for a number. `snapshots`: the column
    /// of their accounts in the list, and who holds relations. `are_two` tells whether the corp has both.
    ///
    /// # Errors
    /// [`Error::Input`] with all of these accounts.
    pub fn check_zeros(
        &self,
        root: &Path,
        snapshots: &[(&'static Column, Vec<&str>)],
        are_two: impl Fn(&Column, [&str; 2]) -> Result<bool>,
    ) -> Result<()> {
        let mut wrong = BTreeSet::new();
        for (column, holders) in snapshots {
            let is_source = column.name == fields::SOURCE_USERID.name;
            let (of_corp, listed) = if is_source { (SOURCE, &self.by_source) } else { (TARGET, &self.by_target) };
            let unlisted = holders.iter().filter(|holder| !listed.contains_key(**holder));
            let unlisted: HashMap<_, _> =
                unlisted.filter_map(|holder| Some((without_zeros(holder)?, *holder))).collect();
            for userid in self.accounts.iter().map(of_corp) {
                let other = without_zeros(userid).and_then(|digits| unlisted.get(digits));
                if let Some(&other) = other
                    && !holders.contains(&userid)
                    && !are_two(column, [userid, other])?
                {
                    wrong.insert((column.name, userid, other));
                }
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let lines = Message::lines(
            wrong.iter().map(|(column, userid, other)| say::lost_zeros_account(*column, *userid, *other)),
        );
        Err(Error::input(root.join("lists"), say::ACCOUNTS, say::lost_zeros(lines), say::LOST_ZEROS_REMEDY))
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

/// The first rows of a list that are wrong, a line each, and how many more there are.
fn lines<T>(wrong: &[T], line: impl Fn(&T) -> Message) -> Message {
    let more = wrong.len().saturating_sub(SHOWN_OF_LIST);
    Message::lines(wrong.iter().take(SHOWN_OF_LIST).map(line).chain((more > 0).then(|| say::and_more(more))))
}

fn rows_of(batch: &RecordBatch) -> Vec<AccountRow> {
    let text = |column: &Column, i: usize| {
        let array = batch.column_by_name(column.name)?.as_string_view();
        array.is_valid(i).then(|| array.value(i).to_owned())
    };
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
        let words = userids.into_iter().filter(|(_, userid)| is_null_word(userid));
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
mod tests {
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
    fn every_violation_is_listed_with_its_rows() {
        let rows =
            [("a", "x", ""), ("a", "y", ""), ("b", "z", ""), ("c", "z", ""), ("d", "w", "pass"), ("d", "w", "fail")];
        let error = read(&rows).unwrap_err().to_string();
        for part in [
            "B7-one-to-many: source account a is mapped to x, y (lists/accounts.csv row 1, lists/accounts.csv row 2)",
            "B6-many-to-one: target account z is mapped from b, c",
            "B5-contradiction: source account d",
        ] {
            assert!(error.contains(part), "{error}\nlacks\n{part}");
        }
    }

    #[test]
    fn a_pair_the_wrong_way_round_is_refused() {
        let pairs = [("new.a", "a"), ("b", "new.b")];
        let (enrolment, _) = read(&pairs.map(|(source, target)| (source, target, ""))).unwrap();
        let holders = |sources: &[&str], targets: &[&str]| [sources, targets].map(|of| of.iter().copied().collect());
        let check = |sources: &[&str], targets: &[&str], named: &str| {
            enrolment
                .check_direction(Path::new("case"), &holders(sources, targets), |pair| Ok(pair.source_userid == named))
        };
        let error = check(&["A", "b"], &["New.A", "new.b"], "").unwrap_err().to_string();
        assert!(error.contains("new.a -> a") && !error.contains("new.b"), "{error}");
        for (sources, targets, named) in [
            (&["a", "b"][..], &["new.b"][..], ""),
            (&["b"], &["new.a", "new.b"], ""),
            (&["a", "b", "new.a"], &["new.a", "new.b"], ""),
            (&["a", "b"], &["new.a", "new.b", "a"], ""),
            // A roster names the account.
            (&["a", "b"], &["new.a", "new.b"], "new.a"),
            // Before the migration only the source corp tells, and there one pair is right.
            (&["a", "b"], &[], ""),
        ] {
            assert!(check(sources, targets, named).is_ok(), "{sources:?} {targets:?}");
        }
        assert!(check(&["a"], &[], "").is_err());
    }

    #[test]
    fn an_account_without_its_leading_zeros_is_refused() {
        let (enrolment, _) = read(&[("00123", "457", ""), ("7", "007", ""), ("a", "b", "")]).unwrap();
        let (source, target) = (&fields::SOURCE_USERID, &fields::TARGET_USERID);
        let check = |column, holders: &[&str], are_two| {
            enrolment.check_zeros(Path::new("case"), &[(column, holders.to_vec())], |_, _| Ok(are_two))
        };
        let error = check(source, &["123", "7", "a"], false).unwrap_err().to_string();
        assert!(error.contains("source_userid 00123") && error.contains("some of 123"), "{error}");
        assert!(check(target, &["00457", "7"], false).unwrap_err().to_string().contains("target_userid 007"));
        assert!(check(source, &["123"], true).is_ok());
        for (column, holders) in [
            (source, &["00123", "123"][..]),
            (source, &["7", "a"]),
            (source, &["0", "00", "123a", "0a"]),
            (target, &["00123", "123"]),
        ] {
            assert!(check(column, holders, false).is_ok(), "{holders:?}");
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
