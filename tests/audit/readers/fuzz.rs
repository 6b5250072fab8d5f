//! A bounded run of the fuzz targets: each reader on sound files, and on the same files changed at random.
//! `tests/fuzz` runs the same without an end.

use std::fs;
use std::path::Path;

use proptest::strategy::Strategy;

use crate::laws::world::holds;
use crate::readers::bad_input::gzip;
use crate::readers::console::xlsx;

/// Pieces that mean something to some reader.
const PIECES: &[&[u8]] = &[
    b"\"",
    b",",
    b"\n",
    b"\r",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"{",
    b"[",
    b"PK\x03\x04",
    b"<c r=\"A1\">",
    b"&#0;",
    "添加人账号".as_bytes(),
];

/// A change of a file: a byte, a piece, a cut, a gap or a repetition.
#[derive(Debug, Clone, Copy)]
struct Change {
    kind: usize,
    /// Where, modulo the length of the file.
    at: usize,
    /// How many bytes, or the number of the piece.
    size: usize,
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = (0..5_usize, 0..100_000_usize, 0..256_usize);
    proptest::collection::vec(change.prop_map(|(kind, at, size)| Change { kind, at, size }), 0..6)
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for Change { kind, at, size } in changes {
        let at = at % bytes.len().max(1);
        match kind {
            0 if at < bytes.len() => bytes[at] = u8::try_from(*size).unwrap(),
            1 => bytes.truncate(at),
            2 => drop(bytes.splice(at..at, PIECES[size % PIECES.len()].iter().copied())),
            3 => drop(bytes.drain(at..(at + size % 20).min(bytes.len()))),
            _ => {
                let piece = bytes[at..(at + size % 60).min(bytes.len())].to_vec();
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes
}

/// One file of each kind that a reader reads.
fn corpus() -> Vec<Vec<u8>> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let file = |path: &str| fs::read(sample.join(path)).unwrap();
    let list =
        "客户名称,添加人账号,添加时间,标签组1(来源)\n\"林, 晓东\",ann,2025/1/2 10:00,地推\n小雨,bob,2025-01-03,\n";
    vec![
        list.as_bytes().to_vec(),
        encoding_rs::GB18030.encode(list).0.into_owned(),
        list.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        gzip(list.as_bytes()),
        "迁出账号\t迁入账号\nann\tann2\n".as_bytes().to_vec(),
        xlsx("\n\n客户名称|添加人账号|添加时间\n小雨|ann|2025-01-02"),
        file("source-before/liuyang.json"),
        file("source-before/get.jsonl"),
        file("source-before/groups.json"),
        file("reports/accounts.parquet"),
    ]
}

#[test]
fn no_file_makes_a_reader_break() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = corpus();
    for file in &corpus {
        qianhe::fuzz::read(folder.path(), file).unwrap();
    }
    // More by the variable, for a longer run.
    let rounds: u32 = std::env::var("QIANHE_FUZZ_ROUNDS").map_or(60, |rounds| rounds.parse().unwrap());
    holds(rounds * corpus.len() as u32, &(0..corpus.len(), changes()), |(file, changes)| {
        let bytes = changed(&corpus[file], &changes);
        let answer = qianhe::fuzz::read(folder.path(), &bytes);
        assert!(answer.is_ok(), "file {file}: {answer:?}\n{bytes:?}");
    });
}
