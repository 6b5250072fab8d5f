//! Any bytes as a file of a case: the format is told by the content, so one target reaches every reader.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("there is room for a folder"));

fuzz_target!(|bytes: &[u8]| {
    qianhe::fuzz::read(FOLDER.path(), bytes).expect("what is wrong with a file is no fault of ours");
});
