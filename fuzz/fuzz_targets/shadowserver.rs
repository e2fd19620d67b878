//! Throws made-up bytes at [`corpus::reports::shadowserver`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::shadowserver(data));
