//! Choices that repeat: every one is a pure function of the seed and of its subject.
//!
//! Own code instead of a crate, because a published case must stay the same byte for byte when dependencies change, and
//! because choices are looked up by subject (customer 17's name) rather than drawn in a sequence: two accounts that
//! share a customer see the same person, and parts can be written in parallel.

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Returns the finaliser of splitmix64: a bijection, so that distinct numbers stay distinct.
pub const fn mix(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A die that always shows the same number; others are derived from it by a label and a number.
#[derive(Debug, Clone, Copy)]
pub struct SeededDice(u64);

impl SeededDice {
    /// Returns the die of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(mix(seed.wrapping_add(GOLDEN)))
    }

    /// Returns the die for one question (`label`) about one thing (`number`).
    pub fn of(self, label: &str, number: u64) -> Self {
        let mut state = self.0;
        for byte in label.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Self(mix(mix(state.wrapping_add(GOLDEN)) ^ number.wrapping_mul(GOLDEN)))
    }

    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Returns a number below `bound`, which is not 0.
    pub const fn below(self, bound: u64) -> u64 {
        ((self.0 as u128 * bound as u128) >> 64) as u64
    }

    /// True `share` times in 10,000.
    pub const fn chance(self, share: u64) -> bool {
        self.below(10_000) < share
    }

    /// Returns a whole number from `low` up to, without, `high`.
    pub const fn between(self, low: i64, high: i64) -> i64 {
        low + self.below((high - low) as u64) as i64
    }

    /// One of `items`, which are not empty.
    pub fn pick<T: Copy>(self, items: &[T]) -> T {
        items[self.below(items.len() as u64) as usize]
    }

    /// `total * share / 10,000`, rounded up or down so that the mean over many dice is exact.
    pub const fn portion(self, total: u64, share: u64) -> u64 {
        let exact = total * share;
        exact / 10_000 + (self.below(10_000) < exact % 10_000) as u64
    }
}
