//! Finds where documents begin and end by structural characters alone: brackets, quotes, ends of lines.

use super::marks::{Marks, escaped, prefix_xor};
use super::{MAX_DEPTH, Piece, Tear};
use crate::ingest::simd::{BLOCK, Block};
use crate::text::{Text, errors as say};

/// Problem of a torn document, and its remedy.
type Damage = (Text, Text);

const CUT_OFF: Damage = (say::CUT_OFF, say::CUT_OFF_REMEDY);
const RUN_ON: Damage = (say::RUN_ON, say::CUT_OFF_REMEDY);
const OPEN_ARRAY: Damage = (say::OPEN_ARRAY, say::CUT_OFF_REMEDY);
const TOO_DEEP: Damage = (say::TOO_DEEP, say::WHAT_WROTE_IT);
/// Maximum bytes of a document: an answer holds a thousand records, or the members of a group.
const LONGEST: usize = 256 << 20;
const TOO_LONG: Damage = (say::TOO_LONG, say::TOO_LONG_REMEDY);
const GARBAGE: Damage = (say::GARBAGE, say::GARBAGE_REMEDY);
const NO_OBJECT: Damage = (say::NO_OBJECT, say::NO_OBJECT_REMEDY);
const NO_COMMA: Damage = (say::NO_COMMA, say::NO_COMMA_REMEDY);

/// Bytes behind a brace that decide whether it begins a document.
const LOOK_AHEAD: usize = 64;

/// Position of the cutter in an array of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Outer {
    /// Outside of any array.
    #[default]
    Open,
    /// After `[`.
    First,
    /// After an element.
    After,
    /// After `,`.
    Next,
}

/// Progress of the cutter.
enum Step {
    /// To the end of the bytes, or to where more of them are needed.
    Wait,
    /// Past some bytes.
    On,
    /// To the end of a document.
    End,
    /// To a place where a document is torn.
    Torn(Damage),
}

/// Finder of the documents in a growing buffer, which looks at no byte twice.
#[derive(Default)]
pub struct Cutter {
    /// Next byte to look at.
    pub at: usize,
    /// Begin of the current document.
    start: Option<usize>,
    depth: u32,
    in_string: bool,
    escaped: bool,
    outer: Outer,
    /// Whether everything is skipped until a line begins a document.
    lost: bool,
    /// Last byte skipped that is no white space.
    passed: u8,
    /// Number of documents found, torn ones included.
    pub documents: u64,
}

impl Cutter {
    /// Looks at the new part of `bytes`, and adds the documents that end there. `ended`: the stream has no more.
    pub fn cut(&mut self, bytes: &[u8], ended: bool, found: &mut Vec<Piece>) {
        while self.at < bytes.len() {
            let step = match (self.lost, self.start) {
                (true, _) => self.seek(bytes, ended),
                (false, Some(_)) => self.inside(bytes, ended),
                (false, None) => self.between(bytes, ended),
            };
            match step {
                Step::Wait => break,
                Step::On => {}
                Step::End => {
                    self.add(found, None);
                    self.outer = if self.outer == Outer::Open { Outer::Open } else { Outer::After };
                }
                Step::Torn(damage) => {
                    self.add(found, Some(damage));
                    self.outer = if self.outer == Outer::Open { Outer::Open } else { Outer::Next };
                    (self.lost, self.passed) = (!matches!(damage, RUN_ON | NO_COMMA), 0);
                }
            }
        }
        let damage = match (self.start, self.outer) {
            _ if self.lost => None,
            (Some(_), _) if ended => Some(CUT_OFF),
            (Some(start), _) if bytes.len() - start > LONGEST => Some(TOO_LONG),
            (None, Outer::First | Outer::After | Outer::Next) if ended => Some(OPEN_ARRAY),
            _ => None,
        };
        if let Some(damage) = damage {
            self.add(found, Some(damage));
            self.lost = true;
        }
    }

    /// Adds the current document, or a torn one.
    fn add(&mut self, found: &mut Vec<Piece>, damage: Option<Damage>) {
        let is_kept = matches!(damage, None | Some(RUN_ON | CUT_OFF));
        let start = self.start.take().filter(|_| is_kept).unwrap_or(self.at);
        let tear = damage.map(|(problem, remedy)| Tear { at: self.at, problem, remedy });
        found.push(Piece { range: start..self.at, tear });
        self.documents += 1;
    }

    /// Looks at one byte between documents.
    fn between(&mut self, bytes: &[u8], ended: bool) -> Step {
        match (bytes[self.at], self.outer) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b'{', Outer::Open | Outer::First | Outer::Next) => {
                self.start = Some(self.at);
                (self.depth, self.in_string, self.escaped) = (1, false, false);
            }
            (b'[', Outer::Open) => self.outer = Outer::First,
            (b']', Outer::First | Outer::After) => self.outer = Outer::Open,
            (b',', Outer::After) => self.outer = Outer::Next,
            // Files with a byte order mark, one after the other.
            (0xef, Outer::Open) => {
                let rest = &bytes[self.at..];
                if rest.len() < 3 && !ended {
                    return Step::Wait;
                }
                if !rest.starts_with(b"\xef\xbb\xbf") {
                    return Step::Torn(GARBAGE);
                }
                self.at += 2;
            }
            (b'{', Outer::After) => return Step::Torn(NO_COMMA),
            (_, Outer::Open) => return Step::Torn(GARBAGE),
            _ => return Step::Torn(NO_OBJECT),
        }
        self.at += 1;
        Step::On
    }

    /// Skips to the next line that begins a document.
    fn seek(&mut self, bytes: &[u8], ended: bool) -> Step {
        let rest = &bytes[self.at..];
        let line = memchr::memmem::find(rest, b"\n{");
        // The last byte may end the line before.
        let pass = line.unwrap_or(rest.len() - usize::from(!ended));
        self.passed = rest[..pass].trim_ascii_end().last().copied().unwrap_or(self.passed);
        self.at += pass;
        if line.is_none() {
            return Step::Wait;
        }
        self.at += 1;
        // A brace behind a colon begins a value.
        self.lost = self.passed == b':';
        Step::On
    }

    /// Runs through the current document, block by block.
    fn inside(&mut self, bytes: &[u8], ended: bool) -> Step {
        while let Some(block) = bytes[self.at..].first_chunk() {
            let begins_line = bytes[self.at - 1] == b'\n';
            match self.pass(&Marks::new(Block::new(block)), begins_line) {
                Some(true) => return Step::End,
                Some(false) => {}
                None => match self.crawl(bytes, self.at + BLOCK, ended) {
                    Step::On => {}
                    step => return step,
                },
            }
        }
        match self.crawl(bytes, bytes.len(), ended) {
            Step::On => Step::Wait,
            step => step,
        }
    }

    /// Passes a block of the current document. True if the document ends in it; `None` if the block has to be looked at
    /// byte by byte.
    #[inline]
    fn pass(&mut self, marks: &Marks, begins_line: bool) -> Option<bool> {
        let (escaped, ends_in_escape) = escaped(marks.backslashes, self.escaped);
        let in_string = prefix_xor(marks.quotes & !escaped) ^ if self.in_string { u64::MAX } else { 0 };
        // A backslash outside of strings escapes nothing; the decoder reports it.
        let odd = marks.backslashes & !in_string != 0;
        let (opens, closes) = (marks.opens & !in_string, marks.closes & !in_string);
        if odd || self.depth + opens.count_ones() > MAX_DEPTH {
            return None;
        }
        // A brace at the begin of a line may begin the next document.
        let first_of_lines = (marks.lines << 1 | u64::from(begins_line)) & marks.opens;
        if let Some(length) = self.length_to_end(opens, closes) {
            if (first_of_lines.trailing_zeros() as usize) < length {
                return None;
            }
            self.at += length;
            return Some(true);
        }
        if first_of_lines != 0 {
            return None;
        }
        self.at += BLOCK;
        self.depth = self.depth + opens.count_ones() - closes.count_ones();
        self.in_string = in_string >> (BLOCK - 1) == 1;
        self.escaped = ends_in_escape;
        Some(false)
    }

    /// Length of the rest of the document, if it ends in the block.
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

    /// Passes the current document byte by byte, up to `to`.
    fn crawl(&mut self, bytes: &[u8], to: usize, ended: bool) -> Step {
        while self.at < to {
            let byte = bytes[self.at];
            if byte == b'{' && bytes[self.at - 1] == b'\n' {
                if bytes.len() - self.at < LOOK_AHEAD && !ended {
                    return Step::Wait;
                }
                if self.begins_document(bytes) {
                    return Step::Torn(RUN_ON);
                }
            }
            match byte {
                _ if self.in_string && self.escaped => self.escaped = false,
                b'\\' => self.escaped = self.in_string,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' if self.depth == MAX_DEPTH => return Step::Torn(TOO_DEEP),
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth -= 1,
                _ => {}
            }
            self.at += 1;
            if self.depth == 0 {
                return Step::End;
            }
        }
        Step::On
    }

    /// Whether the brace here, the first byte of a line, begins another document: because no value can begin here, or
    /// because the object begins like an envelope or an answer.
    fn begins_document(&self, bytes: &[u8]) -> bool {
        let behind = bytes[self.at + 1..][..LOOK_AHEAD.min(bytes.len() - self.at - 1)].trim_ascii_start();
        if self.in_string {
            return matches!(behind, [b'"' | b'}', ..]);
        }
        let begins = |keys: &[&str]| keys.iter().any(|key| behind.starts_with(key.as_bytes()));
        match bytes[..self.at].trim_ascii_end() {
            [.., b',' | b'['] => begins(OF_DOCUMENTS) || begins(OF_ANSWERS),
            [key @ .., b':'] => {
                begins(OF_DOCUMENTS) || begins(OF_ANSWERS) && !key.trim_ascii_end().ends_with(b"\"response\"")
            }
            _ => true,
        }
    }

    /// Forgets the bytes before the current document, and returns their number.
    pub fn forget(&mut self) -> usize {
        let keep_from = self.start.unwrap_or(self.at);
        self.at -= keep_from;
        self.start = self.start.map(|_| 0);
        keep_from
    }
}

/// First keys of documents that occur in no other object, and of answers, which occur in envelopes.
const OF_DOCUMENTS: &[&str] = &["\"endpoint\"", "\"request\"", "\"fetched_at\"", "\"response\""];
const OF_ANSWERS: &[&str] = &["\"errcode\"", "\"errmsg\""];
