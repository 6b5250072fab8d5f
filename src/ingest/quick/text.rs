//! The end of a text, found eight bytes at a time.

/// How many bytes stand before the first that ends a text, escapes something, or must not stand in one.
#[inline]
pub fn length_of_text(bytes: &[u8]) -> usize {
    let (eights, rest) = bytes.as_chunks();
    for (at, eight) in eights.iter().enumerate() {
        let marks = marks(u64::from_le_bytes(*eight));
        if marks != 0 {
            return 8 * at + marks.trailing_zeros() as usize / 8;
        }
    }
    8 * eights.len() + rest.iter().position(|byte| is_mark(*byte)).unwrap_or(rest.len())
}

/// Whether the byte ends a text, escapes something, or must not stand in one.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

/// The lowest bit of each byte.
const LOWEST: u64 = u64::MAX / 0xff;

/// The highest bit of the first byte that is a mark. Bytes behind it may look like marks too, since its subtraction borrows
/// from them; bytes before it do not.
#[inline]
fn marks(bytes: u64) -> u64 {
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
            }
        }
    }
}
