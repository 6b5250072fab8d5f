//! Overlap of members: the Jaccard index of two sets of unionids, by an inverted index, so that only groups that share
//! a member are compared. The index is keyed by the unionids themselves.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::side::GroupSide;

/// The Jaccard index of two groups, exact: members of both / members of either.
#[derive(Debug, Clone, Copy)]
pub struct Overlap {
    both: u64,
    either: u64,
}

impl Overlap {
    /// Computes it for sets of `source` and `target` members with `both` in common.
    pub fn new(both: usize, source: usize, target: usize) -> Self {
        Self { both: both as u64, either: (source + target - both) as u64 }
    }

    /// Returns the index as a share.
    #[expect(clippy::cast_precision_loss, reason = "a share; groups stay far below 2^52 members")]
    pub fn index(self) -> f64 {
        self.both as f64 / self.either as f64
    }
}

impl Ord for Overlap {
    fn cmp(&self, other: &Self) -> Ordering {
        (u128::from(self.both) * u128::from(other.either)).cmp(&(u128::from(other.both) * u128::from(self.either)))
    }
}

impl PartialOrd for Overlap {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Overlap {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Overlap {}

/// Two groups that share enough members: rows of source and target.
pub(super) type GroupCandidate = (Overlap, u32, u32);

/// Returns the pairs of the given rows with an overlap of at least `min_overlap`, and of at least one member.
pub(super) fn overlaps(
    (source, source_rows): (&GroupSide, &[u32]),
    (target, target_rows): (&GroupSide, &[u32]),
    min_overlap: f64,
) -> Vec<GroupCandidate> {
    let mut groups_of: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut sizes = vec![0; target_rows.len()];
    for (place, &row) in target_rows.iter().enumerate() {
        let unionids = target.unionids(row);
        sizes[place] = unionids.len();
        for unionid in unionids {
            groups_of.entry(unionid).or_default().push(place);
        }
    }
    let mut candidates = Vec::new();
    let mut shared = vec![0; target_rows.len()];
    let mut met = Vec::new();
    for &row in source_rows {
        let unionids = source.unionids(row);
        let of_source = unionids.len();
        for &place in unionids.filter_map(|unionid| groups_of.get(unionid)).flatten() {
            if shared[place] == 0 {
                met.push(place);
            }
            shared[place] += 1;
        }
        for place in met.drain(..) {
            let overlap = Overlap::new(std::mem::take(&mut shared[place]), of_source, sizes[place]);
            if overlap.index() >= min_overlap {
                candidates.push((overlap, row, target_rows[place]));
            }
        }
    }
    candidates
}

/// The decision over the candidates.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SettledGroups {
    /// Matched rows of source and target.
    pub(super) joined: Vec<(u32, u32)>,
    /// Source rows of ties: several groups have the same overlap.
    pub(super) ambiguous: BTreeSet<u32>,
    /// The target rows of such ties.
    pub(super) ambiguous_target: BTreeSet<u32>,
    source_done: HashSet<u32>,
    target_done: HashSet<u32>,
}

impl SettledGroups {
    pub(super) fn is_source_done(&self, row: u32) -> bool {
        self.source_done.contains(&row)
    }

    pub(super) fn is_target_done(&self, row: u32) -> bool {
        self.target_done.contains(&row)
    }
}

/// Matches mutual best pairs from the largest overlap down: among the free groups, pairs of the largest overlap are
/// each other's best. Pairs of equal overlap that share a group are a tie, and all their groups are ambiguous.
pub(super) fn settle(mut candidates: Vec<GroupCandidate>) -> SettledGroups {
    candidates.sort_unstable_by(|a, b| b.0.cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut settled = SettledGroups::default();
    for equal in candidates.chunk_by(|a, b| a.0 == b.0) {
        let is_free = |&&(_, source, target): &&GroupCandidate| {
            !settled.is_source_done(source) && !settled.is_target_done(target)
        };
        let free: Vec<(u32, u32)> = equal.iter().filter(is_free).map(|&(_, source, target)| (source, target)).collect();
        let (mut of_source, mut of_target) = (HashMap::new(), HashMap::new());
        for &(source, target) in &free {
            *of_source.entry(source).or_insert(0_u32) += 1;
            *of_target.entry(target).or_insert(0_u32) += 1;
        }
        for (source, target) in free {
            if of_source[&source] == 1 && of_target[&target] == 1 {
                settled.joined.push((source, target));
            } else {
                settled.ambiguous.insert(source);
                settled.ambiguous_target.insert(target);
            }
            settled.source_done.insert(source);
            settled.target_done.insert(target);
        }
    }
    settled
}
