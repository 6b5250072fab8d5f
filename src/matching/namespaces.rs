//! Test of the unionid namespaces: whether the unionids of the two corps are comparable (DOMAIN.md section 2, 2).

use std::ops::AddAssign;

use super::merge_join::{KeyedRows, RowKey, merge_join};

/// The test of the namespaces, over all enrolled pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Namespaces {
    /// Source relations that have a unionid.
    pub source: u64,
    /// Target relations that have a unionid.
    pub target: u64,
    /// Source relations whose unionid exists in the mapped target account (a left semi join).
    pub overlap: u64,
}

impl Namespaces {
    /// Counts the relations of one pair that have a unionid, on either side.
    pub(super) fn count<'a, 'b>(
        source: &KeyedRows<'_, impl Fn(u32) -> RowKey<'a>>,
        target: &KeyedRows<'_, impl Fn(u32) -> RowKey<'b>>,
    ) -> Self {
        let mut overlap = 0;
        merge_join(source, target, |group| {
            overlap += if group.target.is_empty() { 0 } else { group.source.len() as u64 };
        });
        Self { source: source.len() as u64, target: target.len() as u64, overlap }
    }

    /// Returns the share of the smaller side that exists on the other; `None` where one side has no unionids.
    pub fn share(&self) -> Option<f64> {
        let smaller = self.source.min(self.target);
        #[expect(clippy::cast_precision_loss, reason = "a share; counts stay far below 2^52")]
        (smaller > 0).then(|| self.overlap as f64 / smaller as f64)
    }

    /// Returns whether `unread` more unionids on either side, shared or not, could change the decision.
    pub fn are_in_doubt(&self, min_overlap: f64, unread: u64) -> bool {
        let with = |overlap: u64, source: u64, target: u64| {
            Self { source: self.source + source, target: self.target + target, overlap: self.overlap + overlap }
                .are_shared(min_overlap)
        };
        self.source.min(self.target) > 0 && with(0, unread, unread) != with(unread, unread, unread)
    }

    /// Returns whether the unionids would be comparable if `unread` more on either side were shared.
    pub fn may_be_shared(&self, min_overlap: f64, unread: u64) -> bool {
        let (source, target, overlap) = (self.source + unread, self.target + unread, self.overlap + unread);
        Self { source, target, overlap }.are_shared(min_overlap)
    }

    /// Returns whether unionids of the two corps are comparable.
    pub fn are_shared(&self, min_overlap: f64) -> bool {
        self.share().is_some_and(|share| share >= min_overlap)
    }
}

impl AddAssign for Namespaces {
    fn add_assign(&mut self, other: Self) {
        self.source += other.source;
        self.target += other.target;
        self.overlap += other.overlap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unread_unionids_leave_the_decision_in_doubt_where_they_could_change_it() {
        let in_doubt =
            |source, target, overlap, unread| Namespaces { source, target, overlap }.are_in_doubt(0.5, unread);
        // Shared now; 5 of 11 if the unread one is not, 6 of 11 if it is.
        assert!(in_doubt(10, 10, 5, 1));
        assert!(!in_doubt(10, 10, 5, 0));
        // 9 of 11 and 10 of 11 are shared, 1 of 11 and 2 of 11 are not.
        assert!(!in_doubt(10, 10, 9, 1));
        assert!(!in_doubt(10, 10, 1, 1));
        // A side without unionids has nothing to share.
        assert!(!in_doubt(0, 10, 0, 1));
        assert!(!in_doubt(10, 0, 0, 1));
    }

    #[test]
    fn unread_unionids_may_be_shared_where_enough_of_them_are() {
        let may_be = |overlap, unread| Namespaces { source: 10, target: 10, overlap }.may_be_shared(0.5, unread);
        // 5 of 11, then 6 of 12.
        assert!(!may_be(4, 1));
        assert!(may_be(4, 2));
    }

    /// Of the smaller side: 1 of 2 beside 40, whichever side that is.
    #[test]
    fn the_overlap_is_a_share_of_the_smaller_side() {
        for (source, target) in [(2, 40), (40, 2)] {
            let namespaces = Namespaces { source, target, overlap: 1 };
            assert!(namespaces.are_shared(0.5) && !namespaces.are_shared(0.51), "{source} beside {target}");
        }
        assert!(Namespaces { source: 1, target: 1, overlap: 1 }.are_shared(1.0), "one is enough");
        assert_eq!(Namespaces { source: 0, target: 3, overlap: 0 }.share(), None);
    }
}
