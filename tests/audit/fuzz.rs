//! A bounded run of the fuzz targets: each reader on files that are right, and on what becomes of them by chance.
//! `tests/fuzz` runs the same without an end.

use std::fs;
use std::path::Path;

use crate::bad_input::gzip;
use crate::console::xlsx;

/// Chance that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

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

/// A few changes: bytes, pieces, cuts, repeats.
fn changed(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len());
        match chance.below(5) {
            0 if at < bytes.len() => bytes[at] = chance.below(256) as u8,
            1 => bytes.truncate(at),
            2 => drop(bytes.splice(at..at, PIECES[chance.below(PIECES.len())].iter().copied())),
            3 => drop(bytes.drain(at..(at + chance.below(20)).min(bytes.len()))),
            _ => {
                let piece = bytes[at..(at + chance.below(60)).min(bytes.len())].to_vec();
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
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    // More by the variable, for a longer run.
    let rounds: usize = std::env::var("QIANHE_FUZZ_ROUNDS").map_or(60, |rounds| rounds.parse().unwrap());
    for (index, file) in corpus().iter().enumerate() {
        for round in 0..rounds {
            let bytes = if round == 0 { file.clone() } else { changed(file, &mut chance) };
            let answer = qianhe::fuzz::read(folder.path(), &bytes);
            assert!(answer.is_ok(), "file {index}, round {round}: {answer:?}\n{bytes:?}");
        }
    }
}
