//! Throws made-up bytes at [`corpus::containers::decode`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::containers::decode(data));
