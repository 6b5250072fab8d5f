//! Contradictions between two endpoints in the number of customers of an account: pages may be missing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Moment, chains, moment, newest_of, walk};
use crate::ingest::raw::{AccountCount, ApiAnswer, Endpoint};
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
pub fn count_jumps(answers: &[ApiAnswer], counts: &[AccountCount]) -> Vec<CountJump> {
    let mut of_document: HashMap<(u32, u64), Vec<&AccountCount>> = HashMap::new();
    for count in counts {
        of_document.entry((count.file, count.document)).or_default().push(count);
    }
    let counts_of =
        |answer: &ApiAnswer| of_document.get(&(answer.file, answer.document)).into_iter().flatten().copied();
    let mut listed: BTreeMap<&str, &ApiAnswer> = BTreeMap::new();
    for answer in answers.iter().filter(|a| a.envelope && a.endpoint == Endpoint::ExternalcontactList) {
        for userid in answer.userids.iter() {
            let newest = listed.entry(userid).or_insert(answer);
            if moment(newest) <= moment(answer) {
                *newest = answer;
            }
        }
    }
    let mut fetched: BTreeMap<String, (Moment, u64)> = BTreeMap::new();
    for (userids, chain) in chains(answers, Endpoint::BatchGetByUser, |a| a.envelope) {
        let (pages, has_end) = walk(&chain);
        let unlicensed: BTreeSet<&str> =
            pages.iter().flat_map(|page| page.unlicensed.iter().map(String::as_str)).collect();
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for count in pages.iter().flat_map(|page| counts_of(page)) {
            *sums.entry(&count.userid).or_default() += count.relations;
        }
        let moment = newest_of(&chain);
        for userid in userids.iter().filter(|userid| has_end && !unlicensed.contains(userid.as_str())) {
            let sum = (moment, sums.get(userid.as_str()).copied().unwrap_or(0));
            let newest = fetched.entry(userid.clone()).or_insert(sum);
            *newest = sum.max(*newest);
        }
    }
    let jump = |(userid, (_, fetched)): (String, (Moment, u64))| {
        let answer = listed.get(userid.as_str()).filter(|answer| answer.errcode == 0)?;
        let listed = counts_of(answer).filter(|count| count.userid == userid).map(|count| count.relations).sum::<u64>();
        let apart = listed.abs_diff(fetched);
        (apart >= COUNT_JUMP_AT_LEAST && share(apart, listed.max(fetched)) > COUNT_JUMP).then_some(CountJump {
            userid,
            listed,
            fetched,
        })
    };
    fetched.into_iter().filter_map(jump).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::coverage::tests::answer;

    /// `ann` by the list in document 1, by two pages of the batch in documents 2 and 3.
    fn jumps(listed: u64, fetched: [u64; 2], last: &str) -> Vec<(u64, u64)> {
        let page = |cursor, next, document| ApiAnswer {
            document,
            ..answer(Endpoint::BatchGetByUser, &["ann"], cursor, next, 0, 1)
        };
        let answers =
            [answer(Endpoint::ExternalcontactList, &["ann"], "", "", 0, 1), page("", "c1", 2), page("c1", last, 3)];
        let count = |relations, document| AccountCount { userid: "ann".to_owned(), relations, file: 0, document };
        let counts = [count(listed, 1), count(fetched[0], 2), count(fetched[1], 3)];
        count_jumps(&answers, &counts).into_iter().map(|jump| (jump.listed, jump.fetched)).collect()
    }

    #[test]
    fn more_than_a_twentieth_apart_is_a_jump() {
        assert_eq!(jumps(500, [200, 100], ""), [(500, 300)]);
        assert_eq!(jumps(100, [95, 0], ""), [], "5 % is none");
        assert_eq!(jumps(100, [94, 0], ""), [(100, 94)]);
        assert_eq!(jumps(94, [100, 0], ""), [(94, 100)]);
        assert_eq!(jumps(3, [1, 0], ""), [], "two customers come and go");
        assert_eq!(jumps(3, [0, 0], ""), [(3, 0)]);
        assert_eq!(jumps(500, [200, 100], "c2"), [], "a chain without its end is no count");
    }
}
