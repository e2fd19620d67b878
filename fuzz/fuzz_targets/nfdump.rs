//! Throws made-up bytes at [`corpus::reports::nfdump`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::nfdump(data));
