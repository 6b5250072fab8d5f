//! The end of a text, found many bytes at a time.

/// How many bytes are looked at at once.
const BLOCK: usize = if cfg!(target_arch = "x86_64") { 16 } else { 8 };

/// How many bytes stand before the first that ends a text, escapes something, or must not stand in one.
#[inline]
pub fn length_of_text(bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for (at, block) in blocks.iter().enumerate() {
        if let Some(place) = first_mark(block) {
            return BLOCK * at + place;
        }
    }
    BLOCK * blocks.len() + rest.iter().position(|byte| is_mark(*byte)).unwrap_or(rest.len())
}

#[cfg(target_arch = "x86_64")]
#[inline]
fn first_mark(block: &[u8; BLOCK]) -> Option<usize> {
    // SAFETY: every x86-64 processor has SSE2.
    let marks = unsafe { marks_of_sixteen(block) };
    (marks != 0).then(|| marks.trailing_zeros() as usize)
}

/// The marks among sixteen bytes, one bit each.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn marks_of_sixteen(block: &[u8; BLOCK]) -> u32 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_max_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8};
    let (halves, _) = block.as_chunks();
    let bytes = _mm_set_epi64x(i64::from_le_bytes(halves[1]), i64::from_le_bytes(halves[0]));
    let all = |byte: u8| _mm_set1_epi8(byte.cast_signed());
    let quotes_and_escapes = _mm_or_si128(_mm_cmpeq_epi8(bytes, all(b'"')), _mm_cmpeq_epi8(bytes, all(b'\\')));
    let controls = _mm_cmpeq_epi8(_mm_max_epu8(bytes, all(0x1f)), all(0x1f));
    _mm_movemask_epi8(_mm_or_si128(quotes_and_escapes, controls)).cast_unsigned()
}

#[cfg(not(target_arch = "x86_64"))]
fn first_mark(block: &[u8; BLOCK]) -> Option<usize> {
    let marks = marks_of_eight(u64::from_le_bytes(*block));
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

/// Whether the byte ends a text, escapes something, or must not stand in one.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// The lowest bit of each byte.
#[cfg(any(test, not(target_arch = "x86_64")))]
const LOWEST: u64 = u64::MAX / 0xff;

/// The highest bit of the first byte that is a mark. Bytes behind it may look like marks too, since its subtraction borrows
/// from them; bytes before it do not.
#[cfg(any(test, not(target_arch = "x86_64")))]
#[inline]
fn marks_of_eight(bytes: u64) -> u64 {
    let below = |bytes: u64, limit: u64| bytes.wrapping_sub(LOWEST * limit) & !bytes;
    let equal = |byte: u8| below(bytes ^ (LOWEST * u64::from(byte)), 1);
    (below(bytes, 0x20) | equal(b'"') | equal(b'\\')) & (LOWEST << 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found_at_every_place_behind_any_byte() {
        for byte in 0..=u8::MAX {
            let expected = |at: usize, length: usize| if is_mark(byte) { at } else { length };
            for (at, before) in (0..20).flat_map(|at| [b'x', b'!', b' ', b'#', b'[', b']', 0x7f, 0x80, 0xff].map(|before| (at, before))) {
                let mut bytes = [before; 20];
                bytes[at] = byte;
                assert_eq!(length_of_text(&bytes), expected(at, 20), "{byte:#x} at {at} among {before:#x}");
                assert_eq!(length_of_text(&bytes[..=at]), expected(at, at + 1));
                let (eights, _) = bytes.as_chunks();
                let of_eight = marks_of_eight(u64::from_le_bytes(eights[at / 8 % 2])).trailing_zeros() as usize / 8;
                assert_eq!(of_eight, if at < 16 { expected(at % 8, 8) } else { 8 });
            }
        }
    }
}
