//! Throws made-up bytes at [`corpus::lists::csv`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::lists::csv(data));
