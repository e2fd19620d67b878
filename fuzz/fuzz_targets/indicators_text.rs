//! Throws made-up bytes at [`corpus::lists::text`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::lists::text(data));
