//! Which keys are looked at in which pass: ranges in the order of the keys, so that what the passes show, one after the
//! other, stands in that order however many there are.

/// How many keys are known of each pass, about, before the passes are told apart.
const SAMPLES: u64 = 256;

/// The keys from one on, up to another.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Range {
    from: Option<String>,
    to: Option<String>,
}

impl Range {
    /// Whether it is the turn of a key.
    pub fn holds(&self, key: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= key) && self.to.as_deref().is_none_or(|to| key < to)
    }
}

/// Of how many rows one is enough to tell the passes apart.
pub fn step(rows: u64, passes: u64) -> u64 {
    (rows / SAMPLES.saturating_mul(passes)).max(1)
}

/// As many ranges, of about as many keys each; fewer, where the sample does not tell so many apart. Every key is in one.
pub fn ranges(mut sample: Vec<String>, passes: u64) -> Vec<Range> {
    sample.sort_unstable();
    let place =
        |pass: u64| usize::try_from(u128::from(pass) * sample.len() as u128 / u128::from(passes)).unwrap_or(usize::MAX);
    let mut bounds: Vec<String> = (1..passes).filter_map(|pass| sample.get(place(pass)).cloned()).collect();
    bounds.dedup();
    let from = std::iter::once(None).chain(bounds.iter().cloned().map(Some));
    let to = bounds.iter().cloned().map(Some).chain([None]);
    from.zip(to).map(|(from, to)| Range { from, to }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Range, ranges};

    fn keys(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_key_is_in_one_range_and_the_ranges_are_in_order() {
        let all = keys("d a c b g f e");
        for passes in 1..10 {
            let ranges = ranges(all.clone(), passes);
            for key in keys("a b c d e f g A zz 0") {
                assert_eq!(ranges.iter().filter(|range| range.holds(&key)).count(), 1, "{key} of {passes}");
            }
            assert!(ranges.windows(2).all(|pair| pair[0].to.is_some() && pair[0].to == pair[1].from), "{ranges:?}");
        }
    }

    #[test]
    fn ranges_are_of_about_one_size() {
        // Of six keys in three passes, two each.
        let [first, second, third] = &ranges(keys("f e d c b a"), 3)[..] else { panic!("not three") };
        assert!(first.holds("b") && second.holds("c") && second.holds("d") && third.holds("e"));
        assert_eq!(ranges(keys("a a a"), 3).len(), 2, "one key is not told apart: all before it, it and all behind");
        assert_eq!(ranges(Vec::new(), 3), [Range::default()], "where nothing is known, one range holds all");
    }
}
