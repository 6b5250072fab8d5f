//! Partitions of a case: which accounts are decided together.
//!
//! A relation can only match inside its pair of accounts, so the two accounts of a pair stand in one partition, and the
//! partitions can be read, decided and written one after the other, or side by side. Those of the source corp are ranges
//! of accounts in order, so that partition after partition gives the source relations in order. How many there are, and
//! where they end, changes how much memory a run takes, and nothing else.

use std::collections::{BTreeMap, HashMap};

use xxhash_rust::xxh3::xxh3_64;

use crate::scope::Enrolment;

/// Which partition an account belongs to.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// The first account of each partition but the first.
    bounds: Vec<String>,
    /// The partition of each target account that a source account is mapped to.
    of_target: HashMap<String, usize>,
}

/// Whose account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corp {
    /// The corp whose customers move; also the only one where no accounts are mapped.
    Source,
    /// The corp that they move to.
    Target,
}

impl Layout {
    /// Partitions of about so many `rows`, for accounts of the source corp that hold so many relations each.
    pub fn of(accounts: &BTreeMap<String, u64>, enrolment: &Enrolment, rows: u64) -> Self {
        let mut layout = Self::by_range(accounts, rows);
        let targets = enrolment.accounts().iter().map(|pair| (pair.target_userid.clone(), layout.by_account(&pair.source_userid)));
        layout.of_target = targets.collect();
        layout
    }

    /// Partitions for accounts of one corp alone.
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
        Self { bounds, of_target: HashMap::new() }
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        self.bounds.len() + 1
    }

    /// The partition of an account.
    pub fn partition(&self, corp: Corp, userid: &str) -> usize {
        match corp {
            Corp::Source => self.by_account(userid),
            // An account that nothing is mapped to can stand anywhere; it must not make one partition heavy.
            Corp::Target => {
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
        let layout = Layout::by_range(&sizes.iter().map(|(userid, rows)| ((*userid).to_owned(), *rows)).collect(), 10);
        let of = |userid| layout.partition(Corp::Source, userid);
        assert_eq!(layout.partitions(), 3);
        assert_eq!(["a", "b", "c", "d", "e"].map(of), [0, 0, 1, 2, 2]);
        assert_eq!(["", "bb", "cc", "z"].map(of), [0, 0, 1, 2], "accounts that nobody counted");
        assert_eq!(Layout::default().partitions(), 1);
    }
}
