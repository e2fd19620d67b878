//! Throws made-up bytes at [`corpus::reports::zeek`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::reports::zeek(data));
