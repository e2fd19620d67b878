//! Throws made-up bytes at [`corpus::settings::schema`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::settings::schema(data));
