//! Throws made-up bytes at [`corpus::reports::n6`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::n6(data));
