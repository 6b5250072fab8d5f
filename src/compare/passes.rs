//! Divides keys into ranges, one for each pass. The ranges are in the order of the keys, so that the rows of all passes
//! are in that order too.

/// Approximate number of sampled keys of each pass.
const SAMPLES: u64 = 256;

/// Keys from one on (inclusive), up to another (exclusive).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KeyRange {
    from: Option<String>,
    to: Option<String>,
}

impl KeyRange {
    /// Returns whether the key is in the range.
    pub fn contains(&self, key: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= key) && self.to.as_deref().is_none_or(|to| key < to)
    }
}

/// Returns the sampling interval: the number of rows for each sampled one.
pub fn sampling_interval(rows: u64, passes: u64) -> u64 {
    (rows / SAMPLES.saturating_mul(passes)).max(1)
}

/// Returns ranges of about as many keys each, at most one for each pass. Every key is in one range.
pub fn ranges(mut sample: Vec<String>, passes: u64) -> Vec<KeyRange> {
    sample.sort_unstable();
    let place =
        |pass: u64| usize::try_from(u128::from(pass) * sample.len() as u128 / u128::from(passes)).unwrap_or(usize::MAX);
    let mut bounds: Vec<String> = (1..passes).filter_map(|pass| sample.get(place(pass)).cloned()).collect();
    bounds.dedup();
    let from = std::iter::once(None).chain(bounds.iter().cloned().map(Some));
    let to = bounds.iter().cloned().map(Some).chain([None]);
    from.zip(to).map(|(from, to)| KeyRange { from, to }).collect()
}

#[cfg(test)]
mod tests {
    use super::{KeyRange, ranges};

    fn keys(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_key_is_in_one_range_and_the_ranges_are_in_order() {
        let all = keys("d a c b g f e");
        for passes in 1..10 {
            let ranges = ranges(all.clone(), passes);
            for key in keys("a b c d e f g A zz 0") {
                assert_eq!(ranges.iter().filter(|range| range.contains(&key)).count(), 1, "{key} of {passes}");
            }
            assert!(ranges.windows(2).all(|pair| pair[0].to.is_some() && pair[0].to == pair[1].from), "{ranges:?}");
        }
    }

    #[test]
    fn ranges_are_of_about_one_size() {
        // Of six keys in three passes, two each.
        let [first, second, third] = &ranges(keys("f e d c b a"), 3)[..] else { panic!("not three") };
        assert!(first.contains("b") && second.contains("c") && second.contains("d") && third.contains("e"));
        assert_eq!(ranges(keys("a a a"), 3).len(), 2, "one key: the keys before it, and it with all behind");
        assert_eq!(ranges(Vec::new(), 3), [KeyRange::default()], "without a sample, one range");
    }
}
