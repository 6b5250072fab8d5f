//! The quick way to read a JSON document against the thorough one.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| qianhe::fuzz::both_ways(text).expect("both ways lead to the same"));
