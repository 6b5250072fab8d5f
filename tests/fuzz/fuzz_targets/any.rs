//! Any bytes at all: how a format is told, and text in any encoding.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| qianhe_fuzz::read(bytes));
