//! Throws made-up bytes at [`corpus::reports::eve`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::eve(data));
