//! Documents are found in every arrangement, however the stream comes in.

use super::marks::{BLOCK, Marks};
use super::*;

fn frame(text: &str, target: usize) -> Result<Vec<String>, FramingFault> {
    let (spare, mut rest, mut found) = (Spare::default(), text.as_bytes(), Vec::new());
    let mut framer = Framer::new(&spare);
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
    assert!(fault("{\"a\":\"x\\").problem.en.contains("middle of a document"));
    assert!(fault("[{},").problem.en.contains("closed with `]`"));
    assert!(fault("[{}").problem.en.contains("closed with `]`"));
}

#[test]
fn what_does_not_belong_is_said_where() {
    let garbage = fault("{} trailing");
    assert_eq!((garbage.document, garbage.offset), (2, 3));
    assert!(garbage.problem.en.contains("should begin with `{`"));
    assert!(fault("[{} {}]").problem.en.contains("separated"));
    assert!(fault("[{},]").problem.en.contains("does not begin with `{`"));
    assert!(fault("[\"a\"]").problem.en.contains("does not begin with `{`"));
    assert!(fault("{}\u{ef00}").problem.en.contains("should begin with `{`"));
}

proptest::proptest! {
    /// Small batches are looked at byte by byte, large ones block by block.
    #[test]
    fn blocks_and_bytes_tell_the_same(pieces in proptest::collection::vec(0..PIECES.len(), 0..120)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let text = format!("{{\"a\":{text}");
        proptest::prop_assert_eq!(frame(&text, 1), frame(&text, 1 << 20));
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn marks_are_the_same_on_every_processor(block: [u8; BLOCK]) {
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has it.
            proptest::prop_assert_eq!(Marks::of(&block), unsafe { Marks::by_thirty_twos(&block) });
        }
    }
}

const PIECES: &[&str] =
    &["{", "}", "{", "}", "[", "]", "\"", "\"", "\\", "\\\"", "\"a\":", "\"客户\"", "1", ",", "\n", "      abcdefghijklmnop "];

#[test]
fn escapes_reach_from_block_to_block() {
    for length in 0..2 * BLOCK {
        let text = format!(r#"{{"a":"{}\\\"}}\\\\"}}"#, "x".repeat(length));
        check(&format!("{text}{text}"), &[&text, &text]);
    }
}

#[test]
fn all_bytes_are_told_apart() {
    let bytes: Vec<u8> = (0..=255).collect();
    let braces = Marks { quotes: 0, backslashes: 1 << 28, opens: 1 << 27 | 1 << 59, closes: 1 << 29 | 1 << 61 };
    let expected = [Marks { quotes: 1 << 34, ..Marks::default() }, braces, Marks::default(), Marks::default()];
    let (blocks, _) = bytes.as_chunks();
    assert_eq!(blocks.iter().map(Marks::of).collect::<Vec<_>>(), expected);
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth - 1) + "{", "}".repeat(depth));
    check(&nested(127), &[&nested(127)]);
    assert!(fault(&nested(128)).problem.en.contains("deeper"));
    assert!(fault(&"[".repeat(1_000_000).replacen('[', "{\"a\":[", 1)).problem.en.contains("deeper"));
}

/// What comes of a stream that begins so and then repeats a byte, until it has given so many; and how much was held.
fn endless(begin: &[u8], byte: u8, most: usize) -> (Option<FramingFault>, usize, usize) {
    let (spare, mut given) = (Spare::default(), 0);
    let mut framer = Framer::new(&spare);
    let stopped = framer.next_batch(4 << 20, |limit, buffer: &mut Vec<u8>| {
        let limit = if given < most { limit } else { 0 };
        if given == 0 {
            buffer.extend_from_slice(begin);
        }
        buffer.resize(buffer.len() + limit - if given == 0 { begin.len() } else { 0 }, byte);
        given += limit;
        Ok::<_, ()>(limit)
    });
    let fault = if let Err(Stopped::Framing(fault)) = stopped { Some(fault) } else { None };
    (fault, given, framer.buffer.capacity())
}

#[test]
fn no_document_is_held_without_an_end() {
    let (fault, given, _) = endless(b"{\"a\":\"", b'x', 1 << 30);
    assert!(fault.is_some_and(|fault| fault.document == 1 && fault.problem.en.contains("256 MiB")));
    assert!(given <= 264 << 20, "{given} bytes were read");
    let (fault, given, held) = endless(b"", b' ', 64 << 20);
    assert_eq!((fault, given), (None, 64 << 20));
    assert!(held <= 16 << 20, "{held} bytes are held");
}
