//! Throws made-up bytes at [`corpus::values::subject`].
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corpus::values::subject(data));
