//! Throws made-up bytes at [`corpus::visits::form`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::visits::form(data));
