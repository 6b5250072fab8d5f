//! Where in a document texts end, or hold something to look at: found for all of it at once, one bit for each byte.

use crate::ingest::framing::marks::bits_of_eight;

/// How many bytes are looked at at once.
const BLOCK: usize = 32;

/// One bit for each byte of a document: whether it ends a text, escapes something, or must not stand in a text.
#[derive(Debug, Default)]
pub struct TextMarks {
    /// The lowest bit of each byte is the first. Behind the document there are nothing but marks, enough for one look.
    bits: Vec<u8>,
}

impl TextMarks {
    /// Marks the bytes of a document, and forgets the one before.
    pub fn mark(&mut self, document: &[u8]) {
        let (blocks, rest) = document.as_chunks();
        let mut last = [b'"'; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        self.bits.clear();
        self.bits.resize((blocks.len() + 1) * BLOCK / 8, 0);
        let (of_blocks, of_last) = self.bits.split_at_mut(blocks.len() * BLOCK / 8);
        mark_blocks(blocks, of_blocks);
        mark_blocks(&[last], of_last);
        self.bits.extend([u8::MAX; 8]);
    }

    /// Where the first mark from there on stands: behind the document, if it has no more.
    #[inline]
    pub fn next(&self, at: usize) -> usize {
        // From whatever byte: few texts are longer than what is looked at, while a loop over words, which would depend on where
        // in them a text begins, would be guessed wrong each time.
        match self.from(at) {
            0 => self.next_but_far(at),
            bits => at + bits.trailing_zeros() as usize,
        }
    }

    /// The bits from there on, as many as a word begun at any byte has.
    #[inline]
    fn from(&self, at: usize) -> u64 {
        self.bits
            .get(at / 8..)
            .and_then(<[u8]>::first_chunk)
            .map_or(u64::MAX, |bits| u64::from_le_bytes(*bits) >> (at % 8))
    }

    #[inline(never)]
    fn next_but_far(&self, mut at: usize) -> usize {
        loop {
            at = (at / 8 + 8) * 8;
            let bits = self.from(at);
            if bits != 0 {
                return at + bits.trailing_zeros() as usize;
            }
        }
    }
}

fn mark_blocks(blocks: &[[u8; BLOCK]], bits: &mut [u8]) {
    let (bits, _) = bits.as_chunks_mut();
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has it.
        return unsafe { mark_at_once(blocks, bits) };
    }
    mark_plainly(blocks, bits);
}

/// As [`mark_at_once`], for all processors.
fn mark_plainly(blocks: &[[u8; BLOCK]], bits: &mut [[u8; BLOCK / 8]]) {
    for (block, bits) in blocks.iter().zip(bits) {
        let (eights, _) = block.as_chunks();
        *bits = std::array::from_fn(|n| bits_of_eight(eights[n].map(is_mark)));
    }
}

/// The compiler makes no such thing by itself.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn mark_at_once(blocks: &[[u8; BLOCK]], bits: &mut [[u8; BLOCK / 8]]) {
    use std::arch::x86_64::{
        _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_max_epu8, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
    };
    let (quote, escape, control) =
        (_mm256_set1_epi8(b'"'.cast_signed()), _mm256_set1_epi8(b'\\'.cast_signed()), _mm256_set1_epi8(0x1f));
    for (block, bits) in blocks.iter().zip(bits) {
        // SAFETY: there are 32 bytes, and they need not be aligned.
        let bytes = unsafe { _mm256_loadu_si256(block.as_ptr().cast()) };
        let quotes_and_escapes = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, quote), _mm256_cmpeq_epi8(bytes, escape));
        let controls = _mm256_cmpeq_epi8(_mm256_max_epu8(bytes, control), control);
        *bits = _mm256_movemask_epi8(_mm256_or_si256(quotes_and_escapes, controls)).to_le_bytes();
    }
}

/// Whether the byte ends a text, escapes something, or must not stand in one.
fn is_mark(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found_at_every_place_behind_any_byte() {
        let mut marks = TextMarks::default();
        for byte in 0..=u8::MAX {
            for (at, before) in (0..150)
                .flat_map(|at| [b'x', b'!', b' ', b'#', b'[', b']', 0x7f, 0x80, 0xff].map(|before| (at, before)))
            {
                let mut bytes = [before; 150];
                bytes[at] = byte;
                let expected = if is_mark(byte) { at } else { bytes.len() };
                marks.mark(&bytes);
                assert_eq!(marks.next(0), expected, "{byte:#x} at {at} among {before:#x}");
                assert_eq!([marks.next(at), marks.next(at + 1)], [expected, bytes.len()]);
                let (blocks, mut plainly) = (bytes.as_chunks().0, [[0; BLOCK / 8]; 4]);
                mark_plainly(blocks, &mut plainly);
                assert_eq!(marks.bits[..16], plainly.concat());
            }
        }
    }

    #[test]
    fn there_is_an_end_to_everything() {
        let mut marks = TextMarks::default();
        for length in 0..200 {
            marks.mark(&vec![b'x'; length]);
            assert_eq!([0, length].map(|at| marks.next(at)), [length; 2]);
        }
    }
}
