//! Throws made-up bytes at [`corpus::settings::mapping`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::settings::mapping(data));
