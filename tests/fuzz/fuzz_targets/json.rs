//! JSON dumps: one document, lines of documents, arrays of them.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus { qianhe_fuzz::read_if(matches!(bytes.first(), Some(b'{' | b'[')), bytes) });
