//! Digests: of an id, as the fixed-width key of hash tables and merge joins; of files, as proof of their bytes.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use xxhash_rust::xxh3::xxh3_64;

/// Returns the xxh3 digest of a text, stable between versions. Equal digests are verified by the texts, so it decides
/// no outcome.
pub fn digest(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Returns bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}
