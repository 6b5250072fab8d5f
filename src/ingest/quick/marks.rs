//! Bit masks of a document: bytes that end a JSON string, escape something, or are not allowed in one.

use crate::ingest::simd::{BLOCK, Block};

/// Bytes of the bits of a block.
const BITS: usize = BLOCK / 8;

/// One bit for each byte of a document: quotes, backslashes and control characters are marked.
#[derive(Debug, Default)]
pub struct TextMarks {
    /// The lowest bit of each byte is the first. Behind the document follow 64 marks, so that one read never leaves it.
    bits: Vec<u8>,
}

impl TextMarks {
    /// Marks the bytes of a document, in place of the one before.
    pub fn mark(&mut self, document: &[u8]) {
        let (blocks, rest) = document.as_chunks();
        let mut last = [b'"'; BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        self.bits.clear();
        self.bits.resize((blocks.len() + 1) * BITS, 0);
        for (block, bits) in blocks.iter().chain([&last]).zip(self.bits.as_chunks_mut::<BITS>().0) {
            *bits = marks_of(block).to_le_bytes();
        }
        self.bits.extend([u8::MAX; BITS]);
    }

    /// Position of the first mark from `at` on; at or behind the end of the document if it has no more.
    #[inline]
    pub fn next(&self, at: usize) -> usize {
        // An unaligned read covers at least 57 bytes, more than most strings have: no loop, whose branch would be
        // mispredicted depending on where in an aligned word the string begins.
        match self.from(at) {
            0 => self.next_beyond(at),
            bits => at + bits.trailing_zeros() as usize,
        }
    }

    /// Bits from `at` on, at least 57.
    #[inline]
    fn from(&self, at: usize) -> u64 {
        self.bits
            .get(at / 8..)
            .and_then(<[u8]>::first_chunk)
            .map_or(u64::MAX, |bits| u64::from_le_bytes(*bits) >> (at % 8))
    }

    #[inline(never)]
    fn next_beyond(&self, mut at: usize) -> usize {
        loop {
            at = (at / 8 + 8) * 8;
            let bits = self.from(at);
            if bits != 0 {
                return at + bits.trailing_zeros() as usize;
            }
        }
    }
}

/// A block of the document. Control characters are the bytes whose upper three bits are zero.
fn marks_of(block: &[u8; BLOCK]) -> u64 {
    let block = Block::new(block);
    block.equal(b'"').or(block.equal(b'\\')).or(block.matching(0xe0, 0)).bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found_at_every_place_among_other_bytes() {
        let mut marks = TextMarks::default();
        for byte in 0..=u8::MAX {
            for (at, before) in (0..150)
                .flat_map(|at| [b'x', b'!', b' ', b'#', b'[', b']', 0x7f, 0x80, 0xff].map(|before| (at, before)))
            {
                let mut bytes = [before; 150];
                bytes[at] = byte;
                let expected = if matches!(byte, b'"' | b'\\' | 0..0x20) { at } else { bytes.len() };
                marks.mark(&bytes);
                assert_eq!(marks.next(0), expected, "{byte:#x} at {at} among {before:#x}");
                assert_eq!([marks.next(at), marks.next(at + 1)], [expected, bytes.len()]);
            }
        }
    }

    #[test]
    fn the_first_mark_of_a_document_without_marks_is_its_end() {
        let mut marks = TextMarks::default();
        for length in 0..200 {
            marks.mark(&vec![b'x'; length]);
            assert_eq!([0, length].map(|at| marks.next(at)), [length; 2]);
        }
    }
}
