//! A block of bytes at once: one bit for each byte says whether it is a quote, a bracket, escaped or in a string.

/// How many bytes are looked at at once: one for each bit of a mark.
pub const BLOCK: usize = 64;

/// Where in a block the bytes stand that matter, one bit each, the first byte's the lowest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Marks {
    pub quotes: u64,
    pub backslashes: u64,
    pub opens: u64,
    pub closes: u64,
}

impl Marks {
    #[cfg(target_arch = "x86_64")]
    pub fn of(block: &[u8; BLOCK]) -> Self {
        // SAFETY: every x86-64 processor has SSE2.
        unsafe { Self::by_sixteens(block) }
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub fn of(block: &[u8; BLOCK]) -> Self {
        Self::by_eights(block)
    }

    /// The compiler makes no such thing by itself, and cutting takes twice as long without.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "sse2")]
    fn by_sixteens(block: &[u8; BLOCK]) -> Self {
        use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8};
        let (halves, _) = block.as_chunks();
        let mut marks = Self::default();
        for (quarter, halves) in halves.chunks_exact(2).enumerate() {
            let bytes = _mm_set_epi64x(i64::from_le_bytes(halves[1]), i64::from_le_bytes(halves[0]));
            let braced = _mm_or_si128(bytes, _mm_set1_epi8(CASE));
            let equal = |bytes, byte: u8| {
                let mask = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte.cast_signed())));
                u64::from(mask.cast_unsigned()) << (16 * quarter)
            };
            marks.quotes |= equal(bytes, b'"');
            marks.backslashes |= equal(bytes, b'\\');
            marks.opens |= equal(braced, b'{');
            marks.closes |= equal(braced, b'}');
        }
        marks
    }

    /// As [`Self::by_sixteens`], for all processors.
    #[cfg(any(test, not(target_arch = "x86_64")))]
    pub fn by_eights(block: &[u8; BLOCK]) -> Self {
        Self {
            quotes: bits(block, |byte| byte == b'"'),
            backslashes: bits(block, |byte| byte == b'\\'),
            opens: bits(block, |byte| byte | CASE.cast_unsigned() == b'{'),
            closes: bits(block, |byte| byte | CASE.cast_unsigned() == b'}'),
        }
    }
}

/// One bit for each byte.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn bits(block: &[u8; BLOCK], holds: impl Fn(u8) -> bool) -> u64 {
    let mut flags = [0; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(holds(*byte));
    }
    let (eights, _) = flags.as_chunks();
    // The product moves the lowest bits of eight bytes side by side into the highest byte.
    eights.iter().rev().fold(0, |bits, eight| bits << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56)
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
