//! Parquet: the footer, the pages, columns of any type.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus { qianhe_fuzz::read_if(bytes.starts_with(b"PAR1"), bytes) });
