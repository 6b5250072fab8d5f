//! What the fuzz targets share. Each target puts a reader's own signature before what the fuzzer made up, so that no
//! run is spent on other readers.

use std::sync::LazyLock;

use libfuzzer_sys::Corpus;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("there is room for a folder"));

/// Reads the bytes as a file of a case: as an export, and as a list. The format is recognised by the content.
///
/// # Panics
/// Where a reader breaks its promises. What is wrong with the bytes is no fault of ours.
pub fn read(bytes: &[u8]) {
    qianhe::fuzz::read(FOLDER.path(), bytes).expect("what is wrong with a file is no fault of ours");
}

/// Reads what has the signature; what lacks it is of no use to the target.
///
/// # Panics
/// As [`read`].
pub fn read_if(has_signature: bool, bytes: &[u8]) -> Corpus {
    if !has_signature {
        return Corpus::Reject;
    }
    read(bytes);
    Corpus::Keep
}
