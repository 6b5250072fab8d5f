//! The archive of a workbook: its directory, its sizes, its parts.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus { qianhe_fuzz::read_if(bytes.starts_with(b"PK\x03\x04"), bytes) });
