//! Throws made-up bytes at [`corpus::settings::catalogue`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::settings::catalogue(data));
