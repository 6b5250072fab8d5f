//! Whether the unionids of the two corps can be compared at all (DOMAIN.md section 2, 2).

use std::collections::HashMap;

use rayon::prelude::*;

use super::cascade::Pair;
use super::side::Side;

/// The test of the namespaces, over all enrolled pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Namespaces {
    /// Source relations that have a unionid.
    pub source: u64,
    /// Target relations that have a unionid.
    pub target: u64,
    /// Source relations whose unionid stands in the mapped target account.
    pub overlap: u64,
}

impl Namespaces {
    /// Counts over all pairs.
    pub fn test(source: &Side, target: &Side, pairs: &[Pair]) -> Self {
        pairs.par_iter().map(|pair| Self::of_pair(source, target, pair)).reduce(Self::default, |a, b| Self {
            source: a.source + b.source,
            target: a.target + b.target,
            overlap: a.overlap + b.overlap,
        })
    }

    fn of_pair(source: &Side, target: &Side, pair: &Pair) -> Self {
        let mut at_target: HashMap<u64, Vec<&str>> = HashMap::new();
        let mut counts = Self::default();
        for row in pair.target.clone() {
            if let Some(unionid) = target.unionid.get(row) {
                counts.target += 1;
                at_target.entry(target.unionid.key[row as usize]).or_default().push(unionid);
            }
        }
        for row in pair.source.clone() {
            if let Some(unionid) = source.unionid.get(row) {
                counts.source += 1;
                let same_key = at_target.get(&source.unionid.key[row as usize]);
                counts.overlap += u64::from(same_key.is_some_and(|texts| texts.contains(&unionid)));
            }
        }
        counts
    }

    /// The share of the smaller side that stands on the other; null where one side has no unionids.
    pub fn share(&self) -> Option<f64> {
        let smaller = self.source.min(self.target);
        #[expect(clippy::cast_precision_loss, reason = "a share; counts stay far below 2^52")]
        (smaller > 0).then(|| self.overlap as f64 / smaller as f64)
    }

    /// Whether unionids of the two corps may be compared.
    pub fn are_shared(&self, min_overlap: f64) -> bool {
        self.share().is_some_and(|share| share >= min_overlap)
    }
}
