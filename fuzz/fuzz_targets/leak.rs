//! Throws made-up bytes at [`corpus::reports::leak`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::leak(data));
