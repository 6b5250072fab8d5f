//! A block of bytes at once: one bit for each byte says whether it is a quote, a bracket, a line end, escaped or in a string.

/// How many bytes are looked at at once: one for each bit of a mark.
pub const BLOCK: usize = 64;

/// Where in a block the bytes stand that matter, one bit each, the first byte's the lowest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub quotes: u64,
    pub backslashes: u64,
    pub opens: u64,
    pub closes: u64,
    /// Ends of lines.
    pub lines: u64,
}

impl Marks {
    /// As [`Self::by_thirty_twos`], for all processors.
    pub fn of(block: &[u8; BLOCK]) -> Self {
        Self {
            quotes: bits(block, |byte| byte == b'"'),
            backslashes: bits(block, |byte| byte == b'\\'),
            opens: bits(block, |byte| byte | CASE.cast_unsigned() == b'{'),
            closes: bits(block, |byte| byte | CASE.cast_unsigned() == b'}'),
            lines: bits(block, |byte| byte == b'\n'),
        }
    }

    /// The compiler makes no such thing by itself, and cutting takes several times as long without.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn by_thirty_twos(block: &[u8; BLOCK]) -> Self {
        use std::arch::x86_64::{
            __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
        };
        let (halves, _) = block.as_chunks::<{ BLOCK / 2 }>();
        // SAFETY: there are 32 bytes each, and they need not be aligned.
        let [low, high] = [0, 1].map(|n| unsafe { _mm256_loadu_si256(halves[n].as_ptr().cast()) });
        let braced = |bytes| _mm256_or_si256(bytes, _mm256_set1_epi8(CASE));
        let equal = |bytes: __m256i, byte: u8| {
            let equal = _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
            u64::from(_mm256_movemask_epi8(equal).cast_unsigned())
        };
        let (low_braced, high_braced) = (braced(low), braced(high));
        Self {
            quotes: equal(low, b'"') | equal(high, b'"') << 32,
            backslashes: equal(low, b'\\') | equal(high, b'\\') << 32,
            opens: equal(low_braced, b'{') | equal(high_braced, b'{') << 32,
            closes: equal(low_braced, b'}') | equal(high_braced, b'}') << 32,
            lines: equal(low, b'\n') | equal(high, b'\n') << 32,
        }
    }
}

/// One bit for each byte.
fn bits(block: &[u8; BLOCK], holds: impl Fn(u8) -> bool) -> u64 {
    let (eights, _) = block.as_chunks();
    eights.iter().rev().fold(0, |bits, eight| bits << 8 | u64::from(bits_of_eight(eight.map(&holds))))
}

/// One bit for each of eight.
pub fn bits_of_eight(flags: [bool; 8]) -> u8 {
    // The product moves the lowest bits of eight bytes side by side into the highest byte.
    (u64::from_le_bytes(flags.map(u8::from)).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

/// Brackets and braces differ in this bit only, and no other byte becomes one of them by it.
const CASE: i8 = 0x20;

/// The characters behind a backslash that is not itself escaped, and whether the next block begins with one.
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

/// For each bit whether an odd number of bits up to it is set: from an opening quote up to its closing one.
pub fn each_up_to(bits: u64) -> u64 {
    [1, 2, 4, 8, 16, 32].into_iter().fold(bits, |sums, distance| sums ^ sums << distance)
}
