//! Range partitioning by account: which accounts are decided together.
//!
//! A relation can only match within its pair of accounts, so the two accounts of a pair are in one partition, and
//! partitions can be read, decided and written in sequence or in parallel. Those of the source corp are ranges of
//! accounts in order, so that the source relations of all partitions in sequence are in order. Their number and bounds
//! change the memory of a run, never its results.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::lists::Enrolment;

/// Rows of source-before and of the largest other export, by estimate. The target corp is often the larger one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Proportion {
    pub source: u64,
    pub largest: u64,
}

impl Proportion {
    /// Returns the source relations of a partition that has about `rows` of the largest export.
    pub fn source_rows(self, rows: u64) -> u64 {
        let share = u128::from(rows) * u128::from(self.source) / u128::from(self.largest.max(self.source).max(1));
        if self.largest > self.source { (share as u64).max(1) } else { rows }
    }
}

/// Assignment of accounts to partitions.
#[derive(Debug, Clone, Default)]
pub struct Partitioning {
    /// First account of each partition of source accounts but the first.
    bounds: Vec<String>,
    /// Further partitions, for target accounts that no source account is mapped to.
    further: usize,
    /// Partition of each target account that a source account is mapped to.
    of_target: HashMap<String, usize>,
}

/// Corp of an account in the migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorpRole {
    /// The corp whose customers move; also the only one of a snapshot read by itself.
    Source,
    /// The corp to which they move.
    Target,
}

impl Partitioning {
    /// Partitions the accounts of one corp, given the relations of each, by about `rows` relations.
    pub fn by_range(accounts: &BTreeMap<String, u64>, rows: u64) -> Self {
        let mut bounds = Vec::new();
        let mut so_far = 0;
        for (userid, relations) in accounts {
            if so_far > 0 && so_far + relations > rows {
                bounds.push(userid.clone());
                so_far = 0;
            }
            so_far += relations;
        }
        Self { bounds, ..Self::default() }
    }

    /// Splits the partitions that hold far more than `rows`: where memory ran short, they were chosen by the accounts
    /// read until then.
    #[must_use]
    pub fn refined(&self, accounts: &BTreeMap<String, u64>, enrolment: Option<&Enrolment>, rows: u64) -> Self {
        let mut sizes = vec![0; self.partitions()];
        for (userid, relations) in accounts {
            sizes[self.by_account(userid)] += relations;
        }
        let mut known: BTreeMap<&str, u64> = self.bounds.iter().map(|userid| (userid.as_str(), 0)).collect();
        known.extend(accounts.iter().map(|(userid, relations)| (userid.as_str(), *relations)));
        let (mut bounds, mut so_far) = (Vec::new(), 0);
        for (userid, relations) in known {
            let begins = self.bounds.binary_search_by(|bound| bound.as_str().cmp(userid)).is_ok();
            let is_large = sizes[self.by_account(userid)] > 2 * rows;
            if begins || is_large && so_far > 0 && so_far + relations > rows {
                bounds.push(userid.to_owned());
                so_far = 0;
            }
            so_far += relations;
        }
        Self { bounds, ..Self::default() }.with_targets(enrolment)
    }

    /// Returns the partitions of a refined partitioning into which `partition` was split.
    pub fn parts_in(&self, refined: &Self, partition: usize) -> Range<usize> {
        let begin = |partition: usize| match partition.checked_sub(1).map(|before| self.bounds.get(before)) {
            None => 0,
            Some(None) => refined.partitions(),
            Some(Some(bound)) => refined.by_account(bound),
        };
        begin(partition)..begin(partition + 1)
    }

    /// Adds the target accounts that they are mapped to.
    pub(super) fn with_targets(mut self, enrolment: Option<&Enrolment>) -> Self {
        let pairs = enrolment.map_or(&[][..], Enrolment::accounts);
        self.of_target =
            pairs.iter().map(|pair| (pair.target_userid.clone(), self.by_account(&pair.source_userid))).collect();
        self
    }

    /// Adds partitions for target accounts alone, so that those of the largest export have about `rows` each.
    #[must_use]
    pub fn with_further(self, proportion: Proportion, rows: u64) -> Self {
        let further = (proportion.largest / rows.max(1)) as usize;
        Self { further: further.saturating_sub(self.partitions()), ..self }
    }

    /// Returns the number of partitions.
    pub fn partitions(&self) -> usize {
        self.bounds.len() + 1 + self.further
    }

    /// Returns the partition of an account.
    pub fn partition(&self, corp: CorpRole, userid: &str) -> usize {
        match corp {
            CorpRole::Source => self.by_account(userid),
            // Other accounts can be in any partition; by hash, so that none becomes large.
            CorpRole::Target => {
                let anywhere = || (xxh3_64(userid.as_bytes()) % self.partitions() as u64) as usize;
                self.of_target.get(userid).copied().unwrap_or_else(anywhere)
            }
        }
    }

    fn by_account(&self, userid: &str) -> usize {
        self.bounds.partition_point(|bound| bound.as_str() <= userid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_ranges_of_accounts_and_none_is_empty() {
        let sizes = [("a", 9), ("b", 1), ("c", 30), ("d", 1), ("e", 1)];
        let partitioning =
            Partitioning::by_range(&sizes.iter().map(|(userid, rows)| ((*userid).to_owned(), *rows)).collect(), 10);
        let of = |userid| partitioning.partition(CorpRole::Source, userid);
        assert_eq!(partitioning.partitions(), 3);
        assert_eq!(["a", "b", "c", "d", "e"].map(of), [0, 0, 1, 2, 2]);
        assert_eq!(["", "bb", "cc", "z"].map(of), [0, 0, 1, 2], "accounts that were not counted");
        assert_eq!(Partitioning::default().partitions(), 1);
    }

    /// Ten source relations beside a thousand of the target: a partition of 100 has one of the former.
    #[test]
    fn where_the_target_is_larger_partitions_are_smaller_and_more() {
        let accounts = [("a", 5), ("b", 5)].map(|(userid, rows)| (userid.to_owned(), rows)).into();
        let proportion = Proportion { source: 10, largest: 1000 };
        let rows = [100, 5, 5000].map(|rows| proportion.source_rows(rows));
        assert_eq!(rows, [1, 1, 50]);
        assert_eq!(Proportion { source: 10, largest: 9 }.source_rows(100), 100);
        let partitioning = Partitioning::by_range(&accounts, rows[0]).with_further(proportion, 100);
        assert_eq!(partitioning.partitions(), 10);
        assert_eq!(["a", "b"].map(|userid| partitioning.partition(CorpRole::Source, userid)), [0, 1]);
        let places: std::collections::BTreeSet<usize> =
            (0..1000).map(|number| partitioning.partition(CorpRole::Target, &number.to_string())).collect();
        assert_eq!(places.len(), 10, "target accounts are in all of them");
        assert_eq!(Partitioning::by_range(&accounts, 5).with_further(Proportion::default(), 100).partitions(), 2);
    }

    #[test]
    fn partitions_that_grew_are_cut_and_the_others_are_as_they_were() {
        let counted =
            |sizes: &[(&str, u64)]| sizes.iter().map(|(userid, rows)| ((*userid).to_owned(), *rows)).collect();
        // What was seen first: three partitions, a to b, c, d and all behind it.
        let seen = Partitioning::by_range(&counted(&[("a", 9), ("b", 1), ("c", 30), ("d", 1)]), 10);
        // c is one account and stays whole; of the last, d and e fill a partition, f another one, g and h the third.
        let all = counted(&[("a", 9), ("b", 11), ("c", 30), ("d", 4), ("e", 6), ("f", 10), ("g", 1), ("h", 2)]);
        let refined = seen.refined(&all, None, 10);
        let of = |userid| refined.partition(CorpRole::Source, userid);
        assert_eq!(["a", "b", "c", "d", "e", "f", "g", "h", "z"].map(of), [0, 0, 1, 2, 2, 3, 4, 4, 4]);
        assert_eq!([0, 1, 2].map(|partition| seen.parts_in(&refined, partition)), [0..1, 1..2, 2..5]);
        // A partition whose first account has no rows stays one of its own.
        let guessed = Partitioning::by_range(&counted(&[("a", 10), ("b", 10), ("c", 10)]), 10);
        let refined = guessed.refined(&counted(&[("a", 10), ("c", 10), ("d", 15), ("e", 15)]), None, 10);
        assert_eq!([0, 1, 2].map(|partition| guessed.parts_in(&refined, partition)), [0..1, 1..2, 2..5]);
    }
}
