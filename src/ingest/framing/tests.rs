//! Documents are found in every arrangement, however the stream comes in.

use super::marks::Marks;
use super::*;
use crate::ingest::simd::{BLOCK, Block};

/// A document, and the offset and problem of its tear.
type FoundPiece = (String, Option<(u64, &'static str)>);

fn frame(bytes: &[u8], target: usize) -> Vec<FoundPiece> {
    let (pool, mut rest, mut found) = (BufferPool::default(), bytes, Vec::new());
    let mut framer = Framer::new(&pool);
    loop {
        let batch = framer.next_batch(target, |limit, buffer: &mut Vec<u8>| {
            let (now, later) = rest.split_at(limit.min(rest.len()));
            buffer.extend_from_slice(now);
            rest = later;
            Ok::<_, ()>(now.len())
        });
        let Some(batch) = batch.unwrap() else { return found };
        assert_eq!(batch.first, found.len() as u64 + 1);
        for Piece { range, tear } in &batch.documents {
            let from = usize::try_from(batch.offset).unwrap();
            assert_eq!(bytes[from + range.start..from + range.end], batch.bytes[range.clone()]);
            let text = String::from_utf8_lossy(&batch.bytes[range.clone()]).into_owned();
            found.push((text, tear.map(|tear| (batch.offset + tear.at as u64, tear.problem.en))));
        }
    }
}

/// Documents of `text`, which do not depend on the size of batches.
fn found(text: &str) -> Vec<FoundPiece> {
    let whole = frame(text.as_bytes(), 1 << 20);
    for target in [1, 2, 3, 5, 7, 64] {
        assert_eq!(frame(text.as_bytes(), target), whole, "{text} in batches of {target}");
    }
    whole
}

fn check(text: &str, expected: &[&str]) {
    let expected: Vec<FoundPiece> = expected.iter().map(|document| ((*document).to_owned(), None)).collect();
    assert_eq!(found(text), expected, "{text}");
}

/// Number, offset and problem of the first torn document.
fn fault(text: &str) -> (usize, u64, &'static str) {
    let found = found(text);
    let torn =
        found.iter().enumerate().find_map(|(at, (_, tear))| tear.map(|(offset, problem)| (at + 1, offset, problem)));
    torn.unwrap_or_else(|| panic!("nothing is torn in {text}"))
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
fn a_document_cut_off_is_reported_with_its_place() {
    assert_eq!((fault("{}{\"a\":").0, fault("{}{\"a\":").1), (2, 7));
    assert!(fault("{\"a\":\"x\\").2.contains("middle of a document"));
    assert!(fault("[{},").2.contains("closed with `]`"));
    assert!(fault("[{}").2.contains("closed with `]`"));
}

#[test]
fn bytes_between_documents_are_reported_with_their_place() {
    let (document, offset, problem) = fault("{} trailing");
    assert_eq!((document, offset), (2, 3));
    assert!(problem.contains("expected `{`"));
    assert!(fault("[{} {}]").2.contains("separated"));
    assert!(fault("[{},]").2.contains("does not begin with `{`"));
    assert!(fault("[\"a\"]").2.contains("does not begin with `{`"));
    assert!(fault("{}\u{ef00}").2.contains("expected `{`"));
}

/// Documents in one line, torn ones in angle brackets with the byte.
fn summary(text: &str) -> String {
    let piece = |(document, tear): &FoundPiece| tear.map_or(document.clone(), |(at, _)| format!("<{document} {at}>"));
    found(text).iter().map(piece).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_torn_document_costs_no_other() {
    let torn = r#"{"errcode":0,"userlist":[{"userid":"an"#;
    for cut in 1..torn.len() {
        let torn = &torn[..cut];
        let text = format!("{{\"errcode\":1}}\n{torn}\n{{\"errcode\":2}}\n{{\"errcode\":3}}\n");
        let at = 14 + torn.len();
        assert_eq!(
            summary(&text),
            format!("{{\"errcode\":1}} <{torn}\n {}> {{\"errcode\":2}} {{\"errcode\":3}}", at + 1),
            "{torn}"
        );
    }
    // In an array, with CR and LF, laid out over lines.
    assert_eq!(summary("[{\"a\":1},\n{\"a\":,\n{\"errcode\":0}]"), "{\"a\":1} <{\"a\":,\n 17> {\"errcode\":0}");
    assert_eq!(summary("{\"a\":\"x\r\n{\"b\":1}\r\n"), "<{\"a\":\"x\r\n 9> {\"b\":1}");
    assert_eq!(summary("{\n  \"a\": 1\n\n{\n  \"b\": 2\n}"), "<{\n  \"a\": 1\n\n 12> {\n  \"b\": 2\n}");
    // The beginning is lost, or too much is closed.
    assert_eq!(summary("{}\node\":0}\n{}\n"), "{} < 3> {}");
    assert_eq!(summary("{}}\n{}"), "{} < 2> {}");
    assert_eq!(summary("[{} {}]"), "{} < 4> {}");
    assert_eq!(summary("{}\n2026-05-01 INFO {\"x\":1}\nmore\n{}"), "{} < 3> {}");
    assert_eq!(summary(&format!("{}1\n{{}}\n", "{\"a\":".repeat(200))), "< 635> {}");
}

#[test]
fn lines_of_a_document_begin_no_other() {
    for text in [
        "{\"a\":[\n{\n\"b\": 1\n},\n{\n\"b\": 2\n}\n]\n}",
        "{\"endpoint\":\n\"x\",\n\"response\":\n{\"errcode\":0}}",
        "{\"a\":\n{\n\"b\":\n{}}}",
        "{\"remark\":\"two lines\n{or three}\"}",
    ] {
        check(text, &[text]);
    }
}

proptest::proptest! {
    /// Small batches are looked at byte by byte, large ones block by block.
    #[test]
    fn blocks_and_bytes_give_the_same_documents(pieces in proptest::collection::vec(0..PIECES.len(), 0..120)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        let text = format!("{{\"a\":{text}");
        proptest::prop_assert_eq!(frame(text.as_bytes(), 1), frame(text.as_bytes(), 1 << 20));
    }
}

const PIECES: &[&str] = &[
    "{", "}", "{", "}", "[", "]", "\"", "\"", "\\", "\\\"", "\"a\":", "\"客户\"", "1", ",", "\n", "\n{",
    "\n{\"errcode\":", "      abcdefghijklmnop ",
];

#[test]
fn escapes_reach_from_block_to_block() {
    for length in 0..2 * BLOCK {
        let text = format!(r#"{{"a":"{}\\\"}}\\\\"}}"#, "x".repeat(length));
        check(&format!("{text}{text}"), &[&text, &text]);
    }
}

#[test]
fn marks_are_those_of_structural_characters_only() {
    let bytes: Vec<u8> = (0..=255).collect();
    let braces =
        Marks { backslashes: 1 << 28, opens: 1 << 27 | 1 << 59, closes: 1 << 29 | 1 << 61, ..Marks::default() };
    let expected =
        [Marks { quotes: 1 << 34, lines: 1 << 10, ..Marks::default() }, braces, Marks::default(), Marks::default()];
    let (blocks, _) = bytes.as_chunks();
    assert_eq!(blocks.iter().map(|block| Marks::new(Block::new(block))).collect::<Vec<_>>(), expected);
}

#[test]
fn depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "{\"a\":".repeat(depth - 1) + "{", "}".repeat(depth));
    check(&nested(127), &[&nested(127)]);
    assert!(fault(&nested(128)).2.contains("deeper"));
    let deep = "[".repeat(1_000_000).replacen('[', "{\"a\":[", 1);
    assert!(frame(deep.as_bytes(), 1 << 20)[0].1.is_some_and(|(_, problem)| problem.contains("deeper")));
}

/// Frames a stream of `begin` and then `byte`, repeated up to `most` bytes. Returns the first tear, the number of bytes
/// read by then, and the capacity of the buffer.
fn endless(begin: &[u8], byte: u8, most: usize) -> (Option<Tear>, usize, usize) {
    let (pool, mut given) = (BufferPool::default(), 0);
    let mut framer = Framer::new(&pool);
    let batch = framer.next_batch(4 << 20, |limit, buffer: &mut Vec<u8>| {
        let limit = if given < most { limit } else { 0 };
        if given == 0 {
            buffer.extend_from_slice(begin);
        }
        buffer.resize(buffer.len() + limit - if given == 0 { begin.len() } else { 0 }, byte);
        given += limit;
        Ok::<_, ()>(limit)
    });
    let tear = batch.unwrap().and_then(|batch| batch.documents.first().and_then(|document| document.tear));
    (tear, given, framer.buffer.capacity())
}

#[test]
fn no_document_is_held_without_an_end() {
    let (tear, given, _) = endless(b"{\"a\":\"", b'x', 1 << 30);
    assert!(tear.is_some_and(|tear| tear.problem.en.contains("256 MiB")));
    assert!(given <= 264 << 20, "{given} bytes were read");
    for begin in [&b""[..], b"no JSON"] {
        let (_, given, held) = endless(begin, b' ', 64 << 20);
        assert!(held <= 16 << 20, "{held} bytes are held of {given}");
    }
}
