//! Throws made-up bytes at [`corpus::sources::delegated`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::sources::delegated(data));
