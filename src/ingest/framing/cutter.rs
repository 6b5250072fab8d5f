//! Where documents begin and end: brackets and quotes are all that has to be looked at.

use std::ops::Range;

use super::MAX_DEPTH;
use super::marks::{BLOCK, Marks, each_up_to, escaped};
use crate::text::{Text, errors as say};

/// What stops the cutting: the problem and its remedy.
type Stop = (Text, Text);

const CUT_OFF: Stop = (say::CUT_OFF, say::CUT_OFF_REMEDY);
const OPEN_ARRAY: Stop = (say::OPEN_ARRAY, say::CUT_OFF_REMEDY);
const TOO_DEEP: Stop = (say::TOO_DEEP, say::WHAT_WROTE_IT);
/// How long a document may be: an answer holds a thousand records, or the members of a group.
const LONGEST: usize = 256 << 20;
const TOO_LONG: Stop = (say::TOO_LONG, say::TOO_LONG_REMEDY);
const GARBAGE: Stop = (say::GARBAGE, say::GARBAGE_REMEDY);
const NO_OBJECT: Stop = (say::NO_OBJECT, say::NO_OBJECT_REMEDY);
const NO_COMMA: Stop = (say::NO_COMMA, say::NO_COMMA_REMEDY);

/// Where in an array of documents the cutter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Outer {
    /// In none.
    #[default]
    Open,
    /// After `[`.
    First,
    /// After an element.
    After,
    /// After `,`.
    Next,
}

/// Finds the documents in a buffer that grows, never looking at a byte twice.
#[derive(Default)]
pub struct Cutter {
    /// The next byte to look at.
    pub at: usize,
    /// Where the current document began.
    start: Option<usize>,
    depth: u32,
    in_string: bool,
    escaped: bool,
    outer: Outer,
    /// How many documents have been found.
    pub documents: u64,
}

impl Cutter {
    /// Looks at what is new in `bytes`, and adds the documents that end there. `ended`: nothing will follow.
    pub fn cut(&mut self, bytes: &[u8], ended: bool, found: &mut Vec<Range<usize>>) -> Result<(), Stop> {
        while self.at < bytes.len() {
            if let Some(start) = self.start {
                if self.inside(bytes)? {
                    found.push(start..self.at);
                    self.documents += 1;
                    self.start = None;
                    self.outer = if self.outer == Outer::Open { Outer::Open } else { Outer::After };
                }
            } else if !self.between(bytes, ended)? {
                break;
            }
        }
        if self.start.is_some_and(|start| bytes.len() - start > LONGEST) {
            return Err(TOO_LONG);
        }
        match (ended, self.start.is_some(), self.outer) {
            (true, true, _) => Err(CUT_OFF),
            (true, false, Outer::First | Outer::After | Outer::Next) => Err(OPEN_ARRAY),
            _ => Ok(()),
        }
    }

    /// Looks at one byte between documents. False if more bytes are needed to judge it.
    fn between(&mut self, bytes: &[u8], ended: bool) -> Result<bool, Stop> {
        match (bytes[self.at], self.outer) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b'{', Outer::Open | Outer::First | Outer::Next) => {
                self.start = Some(self.at);
                self.depth = 1;
            }
            (b'[', Outer::Open) => self.outer = Outer::First,
            (b']', Outer::First | Outer::After) => self.outer = Outer::Open,
            (b',', Outer::After) => self.outer = Outer::Next,
            // Files with a byte order mark, one after the other.
            (0xef, Outer::Open) => {
                let rest = &bytes[self.at..];
                if rest.len() < 3 && !ended {
                    return Ok(false);
                }
                if !rest.starts_with(b"\xef\xbb\xbf") {
                    return Err(GARBAGE);
                }
                self.at += 2;
            }
            (b'{', Outer::After) => return Err(NO_COMMA),
            (_, Outer::Open) => return Err(GARBAGE),
            _ => return Err(NO_OBJECT),
        }
        self.at += 1;
        Ok(true)
    }

    /// Runs through the current document. True if it ends before the bytes do.
    fn inside(&mut self, bytes: &[u8]) -> Result<bool, Stop> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has them.
            return unsafe { self.inside_by_avx2(bytes) };
        }
        self.run(bytes, Marks::of)
    }

    /// The same steps, by instructions that not every processor has: marks by 32 bytes, and bits counted at once.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn inside_by_avx2(&mut self, bytes: &[u8]) -> Result<bool, Stop> {
        self.run(bytes, |block| Marks::by_thirty_twos(block))
    }

    #[expect(clippy::inline_always, reason = "the instructions are those of the caller")]
    #[inline(always)]
    fn run(&mut self, bytes: &[u8], marks: impl Fn(&[u8; BLOCK]) -> Marks) -> Result<bool, Stop> {
        while let Some(block) = bytes[self.at..].first_chunk() {
            let ends = match self.pass(&marks(block)) {
                Some(ends) => ends,
                None => self.crawl(&bytes[..self.at + BLOCK])?,
            };
            if ends {
                return Ok(true);
            }
        }
        self.crawl(bytes)
    }

    /// Runs through a block of the current document at once. True if the document ends in it; `None` if it has to be looked
    /// at byte by byte.
    #[expect(clippy::inline_always, reason = "the instructions are those of the caller")]
    #[inline(always)]
    fn pass(&mut self, marks: &Marks) -> Option<bool> {
        let (escaped, ends_in_escape) = escaped(marks.backslashes, self.escaped);
        let in_string = each_up_to(marks.quotes & !escaped) ^ if self.in_string { u64::MAX } else { 0 };
        // Outside of strings a backslash is nothing, least of all an escape; only the decoder can say so.
        let odd = marks.backslashes & !in_string != 0;
        let (opens, closes) = (marks.opens & !in_string, marks.closes & !in_string);
        if odd || self.depth + opens.count_ones() > MAX_DEPTH {
            return None;
        }
        if let Some(length) = self.length_to_end(opens, closes) {
            self.at += length;
            self.depth = 0;
            self.in_string = false;
            self.escaped = false;
            return Some(true);
        }
        self.at += BLOCK;
        self.depth = self.depth + opens.count_ones() - closes.count_ones();
        self.in_string = in_string >> (BLOCK - 1) == 1;
        self.escaped = ends_in_escape;
        Some(false)
    }

    /// How long the rest of the document is, if it ends in the block.
    #[inline]
    fn length_to_end(&self, opens: u64, closes: u64) -> Option<usize> {
        if closes.count_ones() < self.depth {
            return None;
        }
        let mut rest = closes;
        let ends = (1..=closes.count_ones()).find_map(|closed| {
            let close = rest & rest.wrapping_neg();
            rest ^= close;
            let depth = self.depth + (opens & (close - 1)).count_ones();
            (depth == closed).then_some(close)
        })?;
        Some(ends.trailing_zeros() as usize + 1)
    }

    /// Runs through the current document byte by byte. True if it ends before the bytes do.
    fn crawl(&mut self, bytes: &[u8]) -> Result<bool, Stop> {
        let mut at = self.at;
        loop {
            if self.in_string && !self.leave_string(bytes, &mut at) {
                self.at = bytes.len();
                return Ok(false);
            }
            let Some(length) = bytes[at..].iter().position(|byte| STRUCTURE[usize::from(*byte)]) else {
                self.at = bytes.len();
                return Ok(false);
            };
            at += length + 1;
            match bytes[at - 1] {
                b'"' => self.in_string = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        self.at = at - 1;
                        return Err(TOO_DEEP);
                    }
                }
                _ => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.at = at;
                        return Ok(true);
                    }
                }
            }
        }
    }

    /// Runs to the end of the current string. False if the bytes end before it does.
    fn leave_string(&mut self, bytes: &[u8], at: &mut usize) -> bool {
        if self.escaped {
            if *at >= bytes.len() {
                return false;
            }
            self.escaped = false;
            *at += 1;
        }
        while let Some(length) = memchr::memchr2(b'"', b'\\', &bytes[*at..]) {
            *at += length + 1;
            if bytes[*at - 1] == b'"' {
                self.in_string = false;
                return true;
            }
            if *at >= bytes.len() {
                self.escaped = true;
                return false;
            }
            *at += 1;
        }
        false
    }

    /// Forgets all before the current document, and says how much that is.
    pub fn forget(&mut self) -> usize {
        let keep_from = self.start.unwrap_or(self.at);
        self.at -= keep_from;
        self.start = self.start.map(|_| 0);
        keep_from
    }
}

const STRUCTURE: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b"\"{}[]";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    table
};
