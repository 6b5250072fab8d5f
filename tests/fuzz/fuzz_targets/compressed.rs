//! Streams that unpack to something, or do not: the rest of a broken file, and a whole one of the bytes.
#![no_main]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let file = match kind % 4 {
        0 => gzip(bytes).expect("memory takes it"),
        1 => zstd::bulk::compress(bytes, 1).expect("memory takes it"),
        2 => [b"\x1f\x8b\x08", bytes].concat(),
        _ => [b"\x28\xb5\x2f\xfd", bytes].concat(),
    };
    qianhe_fuzz::read(&file);
});
