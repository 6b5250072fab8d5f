//! Structural characters of a block of JSON as bit masks: quotes, backslashes, brackets, ends of lines.

use crate::ingest::simd::Block;

/// Positions of the structural characters in a block, one bit for each byte, the first byte's the lowest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub quotes: u64,
    pub backslashes: u64,
    pub opens: u64,
    pub closes: u64,
    /// Ends of lines.
    pub lines: u64,
}

/// Brackets and braces differ in one bit only, and no other byte is equal to them in the rest.
const BRACKET: u8 = !0x20;

impl Marks {
    #[inline]
    pub fn new(block: Block) -> Self {
        Self {
            quotes: block.equal(b'"').bits(),
            backslashes: block.equal(b'\\').bits(),
            opens: block.matching(BRACKET, b'[').bits(),
            closes: block.matching(BRACKET, b']').bits(),
            lines: block.equal(b'\n').bits(),
        }
    }
}

/// Escaped characters, each behind a backslash that is not itself escaped, and whether the next block begins with one.
pub fn escaped(backslashes: u64, first_is_escaped: bool) -> (u64, bool) {
    let mut escaped = u64::from(first_is_escaped);
    let mut next_block = false;
    let mut rest = backslashes & !escaped;
    while rest != 0 {
        let backslash = rest & rest.wrapping_neg();
        escaped |= backslash << 1;
        next_block = backslash << 1 == 0;
        rest &= !(backslash | backslash << 1);
    }
    (escaped, next_block)
}

/// Exclusive or of each bit and all lower ones: set from an opening quote up to its closing one.
pub fn prefix_xor(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(bits, |sums, distance| sums ^ sums << distance)
}
