//! The accounts list against the exports: accounts that a spreadsheet damaged, and pairs the wrong way round.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use super::{CorpRole, Snapshot, corp};
use crate::error::{Error, Result};
use crate::ingest::{SHOWN_OF_LIST, UseridWords};
use crate::lists::{AccountPair, Enrolment};
use crate::schema::tables::{GROUPS, MEMBERS, UNASSIGNED};
use crate::schema::vocabulary::Coverage;
use crate::schema::{Column, ReadColumns, fields};
use crate::text::{Message, Text, errors as say};
use crate::userids::Userids;

/// Checks that each account that looks like a word for "no value" is named by a snapshot of its corp (SPEC section
/// 1.3), that none has lost its leading zeros, and that no pair stands in the list the wrong way round.
///
/// # Errors
/// [`Error::Input`] with the accounts that fail the first of these checks.
pub fn check_accounts(root: &Path, enrolment: &Enrolment, snapshots: &[&Snapshot]) -> Result<()> {
    let corps = [CorpMembers::new(CorpRole::Source, snapshots)?, CorpMembers::new(CorpRole::Target, snapshots)?];
    let wrong = unknown_null_words(enrolment, &corps)
        .or_else(|| lost_zeros(enrolment, &corps))
        .or_else(|| exchanged_pairs(enrolment, &corps));
    wrong.map_or(Ok(()), |(problem, remedy)| Err(Error::input(root.join("lists"), say::ACCOUNTS, problem, remedy)))
}

/// Returns those of the words for "no value" that the snapshot names as members (SPEC section 1.3).
///
/// # Errors
/// [`Error::Bug`] only.
pub fn words_of_members(words: UseridWords, snapshot: &Snapshot) -> Result<UseridWords> {
    if words == UseridWords::NONE {
        return Ok(words);
    }
    let members = CorpMembers::new(corp(snapshot.role), &[snapshot])?;
    Ok(words.filter(|word| members.names(word)))
}

/// The members of a corp, as its exports name them.
struct CorpMembers {
    /// The column of their accounts in the list.
    column: &'static Column,
    account: fn(&AccountPair) -> &str,
    /// Who holds relations, by snapshot.
    holders: Vec<Userids>,
    /// Whom other records, or requests that were answered, name.
    named: Userids,
}

impl CorpMembers {
    fn of(role: CorpRole, holders: Vec<Userids>, named: Userids) -> Self {
        let (column, account): (_, fn(&AccountPair) -> &str) = match role {
            CorpRole::Source => (&fields::SOURCE_USERID, |pair| &pair.source_userid),
            CorpRole::Target => (&fields::TARGET_USERID, |pair| &pair.target_userid),
        };
        Self { column, account, holders, named }
    }

    fn new(role: CorpRole, snapshots: &[&Snapshot]) -> Result<Self> {
        let (mut holders, mut named) = (Vec::new(), Userids::default());
        for snapshot in snapshots.iter().filter(|snapshot| corp(snapshot.role) == role) {
            holders.push(snapshot.relations.accounts().keys().map(String::as_str).collect());
            snapshot.coverage.for_each(|_, account, evidence| {
                let is_complete = evidence.status == Coverage::Complete;
                account.filter(|_| is_complete).into_iter().for_each(|account| named.add(account));
            });
            for (table, column) in
                [(&MEMBERS, &fields::USERID), (&UNASSIGNED, &fields::HANDOVER_USERID), (&GROUPS, &fields::OWNER_USERID)]
            {
                snapshot.table(table).texts(column)?.iter().flatten().for_each(|userid| named.add(userid));
            }
        }
        Ok(Self::of(role, holders, named))
    }

    fn holds(&self, userid: &str) -> bool {
        self.holders.iter().any(|holders| holders.contains(userid))
    }

    fn names(&self, userid: &str) -> bool {
        self.holds(userid) || self.named.contains(userid)
    }

    /// Returns whether the exports show that two userids are two members.
    fn has_both(&self, userids: [&str; 2]) -> bool {
        let name_both = |members: &Userids| userids.iter().all(|userid| members.contains(userid));
        self.holders.iter().any(name_both) || name_both(&self.named)
    }
}

/// The problem of a list, and the remedy.
type Wrong = (Message, Text);

/// Finds words for "no value" that no export names as a member.
fn unknown_null_words(enrolment: &Enrolment, corps: &[CorpMembers; 2]) -> Option<Wrong> {
    let is_member = |column: &Column, word: &str| corps.iter().any(|corp| corp.column == column && corp.names(word));
    let unknown = enrolment.null_words.iter().filter(|row| !is_member(row.column, &row.word));
    let lines: Vec<Message> =
        unknown.map(|row| say::null_word_account(&row.place, row.column.name, &row.word)).collect();
    (!lines.is_empty()).then(|| (say::list_unreadable(lines.len(), first(lines)), say::CORRECT_LIST))
}

/// Finds accounts that differ in leading zeros only from a member who holds relations in a snapshot where they hold
/// none: a spreadsheet took one of the two for a number.
fn lost_zeros(enrolment: &Enrolment, corps: &[CorpMembers; 2]) -> Option<Wrong> {
    let mut wrong = BTreeSet::new();
    for corp in corps {
        let accounts = || enrolment.accounts().iter().map(corp.account);
        let listed: Userids = accounts().collect();
        for holders in &corp.holders {
            let unlisted = holders.iter().filter(|holder| !listed.contains(holder));
            let unlisted: HashMap<&str, &str> =
                unlisted.filter_map(|holder| Some((without_zeros(holder)?, holder))).collect();
            for userid in accounts().filter(|userid| !holders.contains(userid)) {
                let other = without_zeros(userid).and_then(|digits| unlisted.get(digits));
                if let Some(&other) = other.filter(|other| !corp.has_both([userid, other])) {
                    wrong.insert((corp.column.name, userid, other));
                }
            }
        }
    }
    let lines = wrong.iter().map(|(column, userid, other)| say::lost_zeros_account(*column, *userid, *other));
    (!wrong.is_empty()).then(|| (say::lost_zeros(Message::lines(lines)), say::LOST_ZEROS_REMEDY))
}

/// The digits of a userid without leading zeros; none if it is no number.
fn without_zeros(userid: &str) -> Option<&str> {
    let digits = userid.trim_start_matches('0');
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// Finds pairs of which the source account holds relations in the target corp only, and the target account in the
/// source corp only. Where the target corp has no relations yet, all pairs have to be so.
fn exchanged_pairs(enrolment: &Enrolment, [source, target]: &[CorpMembers; 2]) -> Option<Wrong> {
    let target_is_empty = target.holders.iter().all(Userids::is_empty);
    let is_straight = |pair: &AccountPair| source.holds(&pair.source_userid) || target.holds(&pair.target_userid);
    let is_crossed = |pair: &AccountPair| {
        source.holds(&pair.target_userid)
            && (target_is_empty || target.holds(&pair.source_userid))
            && enrolment.by_source(&pair.target_userid).is_none()
            && enrolment.by_target(&pair.source_userid).is_none()
    };
    let is_named = |pair: &AccountPair| source.names(&pair.source_userid) || target.names(&pair.target_userid);
    let pairs = enrolment.accounts();
    if target_is_empty && pairs.iter().any(is_straight) {
        return None;
    }
    let wrong = pairs.iter().filter(|pair| is_crossed(pair) && !is_named(pair));
    let lines: Vec<Message> = wrong.map(|pair| say::exchanged_pair(&pair.source_userid, &pair.target_userid)).collect();
    (!lines.is_empty()).then(|| (say::exchanged_accounts(first(lines)), say::EXCHANGED_ACCOUNTS_REMEDY))
}

/// The first lines, and how many more there are.
fn first(mut lines: Vec<Message>) -> Message {
    let more = lines.len().saturating_sub(SHOWN_OF_LIST);
    lines.truncate(SHOWN_OF_LIST);
    Message::lines(lines.into_iter().chain((more > 0).then(|| say::and_more(more))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::enrolment_of;
    use crate::text::Lang;

    fn problem(wrong: Option<Wrong>) -> Option<String> {
        wrong.map(|(problem, _)| problem.tell(Lang::En).to_owned())
    }

    fn members(role: CorpRole, holders: &[&str], named: &[&str]) -> CorpMembers {
        CorpMembers::of(role, vec![holders.iter().copied().collect()], named.iter().copied().collect())
    }

    #[test]
    fn a_pair_the_wrong_way_round_is_refused() {
        let enrolment = enrolment_of(&[("new.a", "a"), ("b", "new.b")]);
        let check = |sources: &[&str], targets: &[&str], named: &[&str]| {
            let corps = [members(CorpRole::Source, sources, named), members(CorpRole::Target, targets, &[])];
            problem(exchanged_pairs(&enrolment, &corps))
        };
        let shown = check(&["A", "b"], &["New.A", "new.b"], &[]).unwrap();
        assert!(shown.contains("new.a -> a") && !shown.contains("new.b"), "{shown}");
        for (sources, targets, named) in [
            (&["a", "b"][..], &["new.b"][..], &[][..]),
            (&["b"], &["new.a", "new.b"], &[]),
            (&["a", "b", "new.a"], &["new.a", "new.b"], &[]),
            (&["a", "b"], &["new.a", "new.b", "a"], &[]),
            // A roster names the account.
            (&["a", "b"], &["new.a", "new.b"], &["new.a"]),
            // Without relations of the target corp, one pair that is right shows that the columns are.
            (&["a", "b"], &[], &[]),
        ] {
            assert_eq!(check(sources, targets, named), None, "{sources:?} {targets:?}");
        }
        assert!(check(&["a"], &[], &[]).is_some());
    }

    #[test]
    fn an_account_without_its_leading_zeros_is_refused() {
        use CorpRole::{Source, Target};
        let enrolment = enrolment_of(&[("00123", "457"), ("7", "007"), ("a", "b")]);
        let check = |role, holders: &[&str], named: &[&str]| {
            let other = members(if role == Source { Target } else { Source }, &[], &[]);
            problem(lost_zeros(&enrolment, &[members(role, holders, named), other]))
        };
        let shown = check(Source, &["123", "7", "a"], &[]).unwrap();
        assert!(shown.contains("source_userid 00123") && shown.contains("some of 123"), "{shown}");
        assert!(check(Target, &["00457", "7"], &[]).unwrap().contains("target_userid 007"));
        // A roster has both.
        assert!(check(Source, &["123"], &["123", "00123"]).is_none());
        assert!(check(Source, &["123"], &["123"]).is_some());
        for (role, holders) in [
            (Source, &["00123", "123"][..]),
            (Source, &["7", "a"]),
            (Source, &["0", "00", "123a", "0a"]),
            (Target, &["00123", "123"]),
        ] {
            assert_eq!(check(role, holders, &[]), None, "{holders:?}");
        }
    }
}
