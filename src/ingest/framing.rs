//! Cuts a stream of JSON into its documents without reading them: one document, an array of them, JSON lines, or
//! documents one after the other. Documents come in batches of a few MB, so that they can be decoded side by side.

use std::ops::Range;

/// How deep a document may nest: far deeper than any answer of the service, and shallow enough for any stack.
pub const MAX_DEPTH: u32 = 127;

/// Some complete documents.
#[derive(Debug, Default)]
pub struct Batch {
    pub bytes: Vec<u8>,
    /// Where `bytes` begins in the (unpacked) file.
    pub offset: u64,
    /// The number of the first document, from 1.
    pub first: u64,
    /// Where each document stands in `bytes`.
    pub documents: Vec<Range<usize>>,
}

/// What keeps the stream from being cut into documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FramingFault {
    /// The document concerned, from 1.
    pub document: u64,
    /// Where in the (unpacked) file.
    pub offset: u64,
    pub problem: &'static str,
    pub remedy: &'static str,
}

/// Reads bytes and hands out batches.
#[derive(Default)]
pub struct Framer {
    buffer: Vec<u8>,
    offset: u64,
    cutter: Cutter,
    ended: bool,
}

/// Why a batch could not be made.
#[derive(Debug)]
pub enum Stopped<E> {
    Reading(E),
    Framing(FramingFault),
}

impl Framer {
    /// Whether all has been handed out.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next batch of about `target` bytes. `read` appends up to so many bytes, fewer only at the end of the stream.
    pub fn next_batch<E>(
        &mut self,
        target: usize,
        mut read: impl FnMut(usize, &mut Vec<u8>) -> Result<usize, E>,
    ) -> Result<Option<Batch>, Stopped<E>> {
        if self.ended {
            return Ok(None);
        }
        let first = self.cutter.documents + 1;
        let mut documents = Vec::new();
        while documents.is_empty() && !self.ended {
            let wanted = target.max(1);
            self.ended = read(wanted, &mut self.buffer).map_err(Stopped::Reading)? < wanted;
            let cut = self.cutter.cut(&self.buffer, self.ended, &mut documents);
            cut.map_err(|(problem, remedy)| Stopped::Framing(self.fault(problem, remedy)))?;
        }
        let keep_from = self.cutter.forget();
        let rest = self.buffer.split_off(keep_from);
        let bytes = std::mem::replace(&mut self.buffer, rest);
        let offset = self.offset;
        self.offset += keep_from as u64;
        Ok(Some(Batch { bytes, offset, first, documents }))
    }

    fn fault(&self, problem: &'static str, remedy: &'static str) -> FramingFault {
        FramingFault { document: self.cutter.documents + 1, offset: self.offset + self.cutter.at as u64, problem, remedy }
    }
}

type Cut = Result<(), (&'static str, &'static str)>;

const CUT_OFF: (&str, &str) = ("the JSON ends in the middle of a document", "the export was cut off: fetch or copy it again");
const OPEN_ARRAY: (&str, &str) =
    ("the JSON ends before the array of documents is closed with `]`", "the export was cut off: fetch or copy it again");
const TOO_DEEP: (&str, &str) = (
    "the JSON nests deeper than 127 levels, which no answer of the service does",
    "check what wrote the file; leave it out if it is no export",
);
const GARBAGE: (&str, &str) =
    ("here a document should begin with `{`, or the file end", "take away what does not belong to the JSON, or export it again");
const NO_OBJECT: (&str, &str) =
    ("an element of the array of documents does not begin with `{`", "an array holds answers of the service or envelopes; export it again");
const NO_COMMA: (&str, &str) = ("the elements of the array of documents are not separated by `,`", "export the file again");

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

/// Finds the documents in a buffer that grows, byte by byte, never looking at one twice.
#[derive(Default)]
struct Cutter {
    /// The next byte to look at.
    at: usize,
    /// Where the current document began.
    start: Option<usize>,
    depth: u32,
    in_string: bool,
    escaped: bool,
    outer: Outer,
    documents: u64,
}

impl Cutter {
    fn cut(&mut self, bytes: &[u8], ended: bool, found: &mut Vec<Range<usize>>) -> Cut {
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
        match (ended, self.start.is_some(), self.outer) {
            (true, true, _) => Err(CUT_OFF),
            (true, false, Outer::First | Outer::After | Outer::Next) => Err(OPEN_ARRAY),
            _ => Ok(()),
        }
    }

    /// Looks at one byte between documents. False if more bytes are needed to judge it.
    fn between(&mut self, bytes: &[u8], ended: bool) -> Result<bool, (&'static str, &'static str)> {
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
    fn inside(&mut self, bytes: &[u8]) -> Result<bool, (&'static str, &'static str)> {
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
    fn forget(&mut self) -> usize {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str, target: usize) -> Result<Vec<String>, FramingFault> {
        let (mut framer, mut rest, mut found) = (Framer::default(), text.as_bytes(), Vec::new());
        loop {
            let batch = framer.next_batch(target, |limit, buffer: &mut Vec<u8>| {
                let (now, later) = rest.split_at(limit.min(rest.len()));
                buffer.extend_from_slice(now);
                rest = later;
                Ok::<_, ()>(now.len())
            });
            match batch {
                Ok(None) => return Ok(found),
                Ok(Some(batch)) => {
                    assert_eq!(batch.first, found.len() as u64 + 1);
                    for range in &batch.documents {
                        let from = usize::try_from(batch.offset).unwrap();
                        assert_eq!(text.as_bytes()[from + range.start..from + range.end], batch.bytes[range.clone()]);
                        found.push(String::from_utf8(batch.bytes[range.clone()].to_vec()).unwrap());
                    }
                }
                Err(Stopped::Framing(fault)) => return Err(fault),
                Err(Stopped::Reading(())) => unreachable!(),
            }
        }
    }

    /// Whatever the batches, the documents are the same.
    fn check(text: &str, expected: &[&str]) {
        for target in [1, 2, 3, 5, 7, 64, 1 << 20] {
            assert_eq!(frame(text, target).unwrap(), expected, "{text} in batches of {target}");
        }
    }

    fn fault(text: &str) -> FramingFault {
        let whole = frame(text, 1 << 20).unwrap_err();
        for target in [1, 3, 64] {
            assert_eq!(frame(text, target).unwrap_err(), whole, "{text} in batches of {target}");
        }
        whole
    }

    #[test]
    fn documents_are_found_in_every_arrangement() {
        check("{}", &["{}"]);
        check(" {\"a\":[1,{\"b\":2}]} ", &["{\"a\":[1,{\"b\":2}]}"]);
        check("[{\"a\":1}, {\"a\":2}]", &["{\"a\":1}", "{\"a\":2}"]);
        check("{\"a\":1}\n{\"a\":2}\r\n", &["{\"a\":1}", "{\"a\":2}"]);
        check("{}{}", &["{}", "{}"]);
        check("\u{feff}{}\u{feff}[{}]", &["{}", "{}"]);
        check("[]", &[]);
    }

    #[test]
    fn brackets_and_quotes_in_strings_are_no_structure() {
        check(r#"{"a":"}]{[\"\\"}{"b":"\\\""}"#, &[r#"{"a":"}]{[\"\\"}"#, r#"{"b":"\\\""}"#]);
        check("{\"a\":\"客户}\"}", &["{\"a\":\"客户}\"}"]);
    }

    #[test]
    fn what_is_cut_off_is_said_where() {
        assert_eq!((fault("{}{\"a\":").document, fault("{}{\"a\":").offset), (2, 7));
        assert!(fault("{\"a\":\"x\\").problem.contains("middle of a document"));
        assert!(fault("[{},").problem.contains("closed with `]`"));
        assert!(fault("[{}").problem.contains("closed with `]`"));
    }

    #[test]
    fn what_does_not_belong_is_said_where() {
        let garbage = fault("{} trailing");
        assert_eq!((garbage.document, garbage.offset), (2, 3));
        assert!(garbage.problem.contains("should begin with `{`"));
        assert!(fault("[{} {}]").problem.contains("separated"));
        assert!(fault("[{},]").problem.contains("does not begin with `{`"));
        assert!(fault("[\"a\"]").problem.contains("does not begin with `{`"));
        assert!(fault("{}\u{ef00}").problem.contains("should begin with `{`"));
    }

    #[test]
    fn depth_is_limited() {
        let nested = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth - 1) + "{", "}".repeat(depth));
        check(&nested(127), &[&nested(127)]);
        assert!(fault(&nested(128)).problem.contains("deeper"));
        assert!(fault(&"[".repeat(1_000_000).replacen('[', "{\"a\":[", 1)).problem.contains("deeper"));
    }
}
