//! Throws made-up bytes at [`corpus::visits::head`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::visits::head(data));
