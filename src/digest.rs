//! The digest of an id: the fixed-width key of hash tables and merge joins.

use xxhash_rust::xxh3::xxh3_64;

/// Returns the xxh3 digest of a text, stable between versions. Equal digests are verified by the texts, so it decides
/// no outcome.
pub fn digest(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}
