//! Contradictions between two endpoints in the number of customers of an account: pages may be missing.

use std::collections::BTreeMap;

use crate::ingest::answers::{Answers, Moment};
use crate::ingest::raw::Endpoint;
use crate::rules::thresholds::{COUNT_JUMP, COUNT_JUMP_AT_LEAST, share};

/// Account for which two endpoints, both of which return all customers, give very different numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountJump {
    pub userid: String,
    /// By `externalcontact/list`.
    pub listed: u64,
    /// By `externalcontact/batch/get_by_user`, over all pages.
    pub fetched: u64,
}

/// Compares the newest `externalcontact/list` and the newest complete chain of `batch/get_by_user` of each account.
pub fn count_jumps(answers: &Answers) -> Vec<CountJump> {
    let mut listed: BTreeMap<u32, u64> = BTreeMap::new();
    for chain in answers.chains(Endpoint::ExternalcontactList) {
        let good = chain.answers().iter().filter(|answer| answers.error(answer).is_none());
        for (answer, account) in good.zip(chain.accounts()) {
            let relations = answers.relations(answer).filter(|(of, _)| of == account).map(|(_, relations)| relations);
            listed.insert(*account, relations.sum());
        }
    }
    let mut fetched: BTreeMap<u32, (Moment, u64)> = BTreeMap::new();
    for chain in answers.chains(Endpoint::BatchGetByUser) {
        if !chain.accounts().iter().any(|account| listed.contains_key(account)) {
            continue;
        }
        let (pages, has_end) = chain.walk();
        let unlicensed = chain.unlicensed();
        let mut sums: BTreeMap<u32, u64> = BTreeMap::new();
        for (account, relations) in pages.iter().flat_map(|page| answers.relations(page)) {
            *sums.entry(account).or_default() += relations;
        }
        let compared =
            |account: &&u32| has_end && listed.contains_key(account) && unlicensed.binary_search(account).is_err();
        for account in chain.accounts().iter().filter(compared) {
            let sum = (chain.newest(), sums.get(account).copied().unwrap_or(0));
            let newest = fetched.entry(*account).or_insert(sum);
            *newest = sum.max(*newest);
        }
    }
    let jump = |(account, (_, fetched)): (u32, (Moment, u64))| {
        let listed = listed[&account];
        let apart = listed.abs_diff(fetched);
        let is_jump = apart >= COUNT_JUMP_AT_LEAST && share(apart, listed.max(fetched)) > COUNT_JUMP;
        is_jump.then(|| CountJump { userid: answers.userid(account).to_owned(), listed, fetched })
    };
    let mut jumps: Vec<CountJump> = fetched.into_iter().filter_map(jump).collect();
    jumps.sort_unstable_by(|one, other| one.userid.cmp(&other.userid));
    jumps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::raw::{AccountCount, ApiAnswer};
    use crate::snapshot::coverage::tests::{answer, answers};

    /// `ann` by the list in document 1, by two pages of the batch in documents 2 and 3.
    fn jumps(listed: u64, fetched: [u64; 2], last: &str) -> Vec<(u64, u64)> {
        jumps_with(listed, fetched, last, 0)
    }

    /// The same, where the last page has that errcode.
    fn jumps_with(listed: u64, fetched: [u64; 2], last: &str, errcode: i64) -> Vec<(u64, u64)> {
        let page = |cursor, next, errcode, document| ApiAnswer {
            document,
            ..answer(Endpoint::BatchGetByUser, &["ann"], cursor, next, errcode, 1)
        };
        let list = answer(Endpoint::ExternalcontactList, &["ann"], "", "", 0, 1);
        let given = [list, page("", "c1", 0, 2), page("c1", last, errcode, 3)];
        let count = |relations, document| AccountCount { userid: "ann".to_owned(), relations, file: 0, document };
        let counts = [count(listed, 1), count(fetched[0], 2), count(fetched[1], 3)];
        let mut answers = answers(&given);
        for count in &counts {
            answers.count(count);
        }
        count_jumps(&answers).into_iter().map(|jump| (jump.listed, jump.fetched)).collect()
    }

    #[test]
    fn more_than_a_twentieth_apart_is_a_jump() {
        assert_eq!(jumps(500, [200, 100], ""), [(500, 300)]);
        assert_eq!(jumps(100, [95, 0], ""), [], "5 % is none");
        assert_eq!(jumps(100, [94, 0], ""), [(100, 94)]);
        assert_eq!(jumps(94, [100, 0], ""), [(94, 100)]);
        assert_eq!(jumps(95, [100, 0], ""), [], "5 % of the larger answer, more of the smaller");
        assert_eq!(jumps(3, [1, 0], ""), [], "two customers come and go");
        assert_eq!(jumps(3, [0, 0], ""), [(3, 0)]);
        assert_eq!(jumps(500, [200, 100], "c2"), [], "a chain without its end is no count");
        assert_eq!(jumps_with(500, [200, 0], "", 45033), [], "nor is one that ends in an error");
    }

    /// Nor is an account compared that the list was not asked about.
    #[test]
    fn an_error_of_the_list_is_no_count() {
        let list = |errcode| answer(Endpoint::ExternalcontactList, &["ann"], "", "", errcode, 1);
        let page = ApiAnswer { document: 2, ..answer(Endpoint::BatchGetByUser, &["ann", "bob"], "", "", 0, 1) };
        for (errcode, expected) in [(0, 1), (45033, 0)] {
            let mut answers = answers(&[list(errcode), page.clone()]);
            answers.count(&AccountCount { userid: "ann".to_owned(), relations: 300, file: 0, document: 2 });
            assert_eq!(count_jumps(&answers).len(), expected, "{errcode}");
        }
    }
}
