//! Throws made-up bytes at [`corpus::settings::constituency`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::settings::constituency(data));
